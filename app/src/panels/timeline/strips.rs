//! The strips of the timeline as meshes, made anew only when what they show has changed.

use std::sync::Arc;

use egui::{Color32, Mesh, Painter, Rect, Shape, pos2};
use eventloom_core::fact::ElementIx;
use eventloom_core::live::{Bucket, SeriesMeasure, View};
use eventloom_core::project::Project;
use eventloom_core::time::{SimSpan, SimTime};

use super::{Axis, LANE, LANE_PITCH};
use crate::theme::{Theme, ThemeName};
use crate::widgets::names;

/// A bar of the density strip every so many points.
const BAR_PITCH: f32 = 4.0;
const BAR: f32 = 3.0;
/// Losses are at least this high.
const LEAST_LOSS: f32 = 3.0;
/// A cell of a lane is so wide.
const CELL: f32 = 2.0;
/// From these shares of its capacity on a place counts as filling up, and as full.
const WARN_AT: f64 = 0.60;
const FULL_AT: f64 = 0.85;

/// A lane: a place with its line of queue lengths.
pub(super) struct Lane {
    pub(super) name: String,
    capacity: Option<u64>,
    width: SimSpan,
    buckets: Arc<Vec<Bucket>>,
}

/// The lanes of a run: its places in the order of their numbers.
pub(super) fn lanes(project: &Project, view: &View) -> Vec<Lane> {
    let lane = |element: ElementIx| {
        let line = view.series.iter().find(|line| {
            line.key.element == element && line.key.measure == SeriesMeasure::QueueLength
        })?;
        Some(Lane {
            name: names::of_entry(project, &view.roster, element),
            capacity: view.roster.entry(element).capacity,
            width: line.width,
            buckets: Arc::clone(&line.buckets),
        })
    };
    view.roster
        .iter()
        .filter(|(_, entry)| entry.kind.is_place())
        .filter_map(|(ix, _)| lane(ix))
        .collect()
}

/// Where the strips lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) axis: Axis,
    pub(super) density: Rect,
    pub(super) lanes_top: f32,
}

/// What the meshes were made of. The shared data is kept, so that no other takes its address.
struct Made {
    density: Arc<Vec<(u64, u64)>>,
    lanes: Vec<(Arc<Vec<Bucket>>, Option<u64>)>,
    place: Place,
    theme: ThemeName,
    front: SimTime,
    /// In full colour, and dimmed: what lies ahead of the playhead.
    meshes: [Arc<Mesh>; 2],
}

/// The strips, kept from frame to frame.
#[derive(Default)]
pub(super) struct Strips {
    made: Option<Made>,
}

impl Strips {
    pub(super) fn paint(
        &mut self,
        painter: &Painter,
        theme: &Theme,
        view: &View,
        lanes: &[Lane],
        place: Place,
    ) {
        let is_new = self.made.as_ref().is_none_or(|made| !made.is_of(theme, view, lanes, place));
        if is_new {
            self.made = Some(Made::new(theme, view, lanes, place));
        }
        let Some(made) = &self.made else { return };
        let [bright, dim] = &made.meshes;
        let clip = painter.clip_rect();
        let x = place.axis.x_of(view.at);
        let before = painter.with_clip_rect(clip.with_max_x(x.min(clip.right())));
        before.add(Shape::Mesh(Arc::clone(bright)));
        if view.at < view.front {
            let after = painter.with_clip_rect(clip.with_min_x(x.max(clip.left())));
            after.add(Shape::Mesh(Arc::clone(dim)));
        }
    }
}

impl Made {
    fn is_of(&self, theme: &Theme, view: &View, lanes: &[Lane], place: Place) -> bool {
        let same_lane = |(made, lane): (&(Arc<Vec<Bucket>>, Option<u64>), &Lane)| {
            Arc::ptr_eq(&made.0, &lane.buckets) && made.1 == lane.capacity
        };
        Arc::ptr_eq(&self.density, &view.density)
            && self.place == place
            && self.theme == theme.name
            && self.front == view.front
            && self.lanes.len() == lanes.len()
            && self.lanes.iter().zip(lanes).all(same_lane)
    }

    fn new(theme: &Theme, view: &View, lanes: &[Lane], place: Place) -> Self {
        let meshes = [false, true].map(|is_ahead| {
            let mut mesh = Mesh::default();
            density_bars(&mut mesh, theme, view, place, is_ahead);
            for (row, lane) in lanes.iter().enumerate() {
                let top = place.lanes_top + row as f32 * LANE_PITCH;
                lane_cells(&mut mesh, theme, lane, view.front, place.axis, top, is_ahead);
            }
            Arc::new(mesh)
        });
        Self {
            density: Arc::clone(&view.density),
            lanes: lanes.iter().map(|lane| (Arc::clone(&lane.buckets), lane.capacity)).collect(),
            place,
            theme: theme.name,
            front: view.front,
            meshes,
        }
    }
}

/// The indexes of the buckets of `width` that touch `from..to`.
fn touched(count: usize, width: SimSpan, from: SimTime, to: SimTime) -> std::ops::Range<usize> {
    let width = width.0.max(1);
    let first = (from.0 / width) as usize;
    let last = (to.0.saturating_sub(1) / width) as usize;
    first.min(count)..last.saturating_add(1).min(count)
}

/// Facts and losses per second in the busiest bucket of each bar.
fn bars(view: &View, axis: Axis) -> Vec<(f32, f64, f64)> {
    let width_s = view.density_width.as_secs_f64().max(1e-9);
    let mut bars = Vec::new();
    let mut x = axis.left;
    while x < axis.x_of(view.front) {
        let (from, to) = (axis.time_at(x), axis.time_at(x + BAR_PITCH).min(view.front));
        let range = touched(view.density.len(), view.density_width, from, to);
        let (mut facts, mut losses) = (0, 0);
        for (bucket_facts, bucket_losses) in &view.density[range] {
            facts = facts.max(*bucket_facts);
            losses = losses.max(*bucket_losses);
        }
        bars.push((x, facts as f64 / width_s, losses as f64 / width_s));
        x += BAR_PITCH;
    }
    bars
}

fn density_bars(mesh: &mut Mesh, theme: &Theme, view: &View, place: Place, is_ahead: bool) {
    let bars = bars(view, place.axis);
    let most = bars.iter().map(|(_, facts, _)| *facts).fold(0.0, f64::max);
    if most <= 0.0 {
        return;
    }
    let shade = |colour| if is_ahead { theme.dimmed(colour) } else { colour };
    let (grey, red) = (shade(Theme::mix(theme.track, theme.text_3, 0.75)), shade(theme.loss));
    let bottom = place.density.bottom();
    let room = place.density.height() - 2.0;
    for (x, facts, losses) in bars {
        let height = (facts / most) as f32 * room;
        if height > 0.0 {
            let top = bottom - height.max(1.0);
            let bar = Rect::from_min_max(pos2(x, top), pos2(x + BAR, bottom));
            mesh.add_colored_rect(bar, grey);
        }
        if losses > 0.0 {
            let height = ((losses / most) as f32 * room).max(LEAST_LOSS);
            let bar = Rect::from_min_max(pos2(x, bottom - height), pos2(x + BAR, bottom));
            mesh.add_colored_rect(bar, red);
        }
    }
}

fn lane_cells(
    mesh: &mut Mesh,
    theme: &Theme,
    lane: &Lane,
    front: SimTime,
    axis: Axis,
    top: f32,
    is_ahead: bool,
) {
    let end = axis.x_of(front);
    let mut x = axis.left;
    let mut run: Option<(f32, Color32)> = None;
    let mut close = |run: &mut Option<(f32, Color32)>, until: f32| {
        if let Some((from, colour)) = run.take() {
            let rect = Rect::from_min_max(pos2(from, top), pos2(until, top + LANE));
            mesh.add_colored_rect(rect, colour);
        }
    };
    while x < end {
        let (from, to) = (axis.time_at(x), axis.time_at(x + CELL).min(front));
        let range = touched(lane.buckets.len(), lane.width, from, to);
        let worst = lane.buckets[range].iter().map(|bucket| bucket.max).fold(0.0, f64::max);
        let colour = level_colour(theme, worst, lane.capacity);
        let colour = if is_ahead { theme.dimmed(colour) } else { colour };
        if run.is_none_or(|(_, last)| last != colour) {
            close(&mut run, x);
            run = Some((x, colour));
        }
        x += CELL;
    }
    close(&mut run, end);
}

/// The colour of a place that holds so many events: by its level, or where it has no bound in the
/// hue of its role, by the logarithm.
fn level_colour(theme: &Theme, length: f64, capacity: Option<u64>) -> Color32 {
    if length <= 0.0 {
        return theme.track;
    }
    match capacity {
        Some(capacity) if capacity > 0 => {
            let share = length / capacity as f64;
            if share >= FULL_AT {
                theme.full
            } else if share >= WARN_AT {
                theme.warn_fill
            } else {
                Theme::mix(theme.track, theme.ok, 0.15 + 0.75 * (share / WARN_AT) as f32)
            }
        }
        // Four decades, as the fill bar shows.
        _ => {
            let share = (length.max(1.0).log10() / 4.0).min(1.0);
            Theme::mix(theme.track, theme.kind_channel, 0.2 + 0.8 * share as f32)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panels::test_kit::view;

    #[test]
    fn buckets_that_touch_a_stretch_are_found() {
        let width = SimSpan(10);
        assert_eq!(touched(10, width, SimTime(0), SimTime(10)), 0..1);
        assert_eq!(touched(10, width, SimTime(5), SimTime(11)), 0..2);
        assert_eq!(touched(10, width, SimTime(95), SimTime(400)), 9..10);
        assert_eq!(touched(10, width, SimTime(400), SimTime(500)), 10..10);
        assert_eq!(touched(10, SimSpan(0), SimTime(2), SimTime(3)), 2..3);
    }

    #[test]
    fn a_cell_shows_the_worst_level() {
        let theme = Theme::load(ThemeName::Dark).expect("the bundled theme is whole");
        assert_eq!(level_colour(&theme, 0.0, Some(80)), theme.track);
        assert_eq!(level_colour(&theme, 50.0, Some(80)), theme.warn_fill);
        assert_eq!(level_colour(&theme, 68.0, Some(80)), theme.full);
        assert_ne!(level_colour(&theme, 1.0, Some(80)), level_colour(&theme, 40.0, Some(80)));
        assert_eq!(level_colour(&theme, 1e9, None), theme.kind_channel);
    }

    #[test]
    fn bars_end_at_the_front_and_hold_the_losses() {
        let view = view();
        let axis = Axis { left: 0.0, width: 600.0, end: SimTime(60_000_000_000) };
        let bars = bars(&view, axis);
        assert_eq!(bars.len(), 125);
        assert!(bars.iter().all(|(_, facts, _)| *facts >= 600.0));
        assert_eq!(bars.iter().filter(|(_, _, losses)| *losses > 0.0).count(), 12);
    }
}

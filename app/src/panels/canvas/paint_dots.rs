//! Events on the links. The picture is a function of what the run says: nothing here moves by itself.

use std::collections::HashMap;

use egui::{Color32, Pos2, Shape, Stroke, Vec2};
use eventloom_core::fact::TypeIx;
use eventloom_core::ids::ElementId;
use eventloom_core::live::{Dot, DotShape, FlowLink, View};

use super::pen::{LineMesh, Pen};
use super::routing::Route;
use super::scene::{Scene, WayId};
use crate::theme::Theme;

const RADIUS: f32 = 4.0;
const RADIUS_DENSE: f32 = 3.0;
const RIM: f32 = 1.5;
const RING: f32 = 3.0;
const STREAK: (f32, f32) = (16.0, 3.5);
/// Up to so many visible events per wall second dots are large.
const SPARSE_PER_S: f64 = 20.0;
/// At most so many dots a frame.
const MOST_DOTS: usize = 5_000;

/// The index of each way of the scene by its id, for one generation of it.
#[derive(Debug, Default)]
pub(super) struct WayIndex {
    generation: u64,
    by_id: HashMap<WayId, usize>,
}

impl WayIndex {
    /// Brings the index up to date.
    pub(super) fn update(&mut self, scene: &Scene) {
        if self.generation != scene.generation {
            self.generation = scene.generation;
            let ids = scene.ways.iter().enumerate().map(|(ix, way)| (way.id.clone(), ix));
            self.by_id = ids.collect();
        }
    }

    /// The index of the way along which this flow goes.
    pub(super) fn way_ix(&self, view: &View, flow: &FlowLink) -> Option<usize> {
        let entry = view.roster.entries.get(flow.link.ix())?;
        let id = match (&entry.id, flow.dead_letter) {
            (ElementId::Link(id), false) => WayId::Link(id.clone()),
            (ElementId::Node(id), true) => WayId::DeadLetters(id.clone()),
            // A subscription's dead letters leave from its topic.
            (ElementId::Link(_), true) => match &view.roster.entries.get(entry.from.ix())?.id {
                ElementId::Node(topic) => WayId::DeadLetters(topic.clone()),
                ElementId::Link(_) => return None,
            },
            (ElementId::Node(_), false) => return None,
        };
        self.by_id.get(&id).copied()
    }
}

/// Paints what moves on the links in view.
pub(super) fn paint(
    pen: &Pen<'_>,
    scene: &Scene,
    ways: &WayIndex,
    view: &View,
    reduced_motion: bool,
) {
    let seen = pen.seen().expand(16.0);
    let mut room = MOST_DOTS;
    let mut lines = LineMesh::new(pen.painter.pixels_per_point());
    let mut shapes = Vec::new();
    for flow in &view.flow {
        let Some(way) = ways.way_ix(view, flow).and_then(|ix| scene.ways.get(ix)) else {
            continue;
        };
        if !seen.intersects(way.route.bounds.expand(1.0)) {
            continue;
        }
        if reduced_motion {
            paint_still(pen, &way.route, flow, &mut shapes);
            continue;
        }
        for (position, event_type, _) in &flow.streaks {
            paint_streak(pen, &mut lines, &way.route, *position, *event_type);
        }
        let large = flow.per_wall_s <= SPARSE_PER_S;
        for dot in flow.dots.iter().take(room) {
            paint_dot(pen, &way.route, dot, large, &mut shapes);
        }
        room = room.saturating_sub(flow.dots.len());
    }
    pen.painter.add(Shape::mesh(lines.mesh));
    pen.painter.extend(shapes);
}

/// For those who asked for reduced motion: that there is traffic, and of what kind, at the thirds.
fn paint_still(pen: &Pen<'_>, route: &Route, flow: &FlowLink, shapes: &mut Vec<Shape>) {
    let kinds = flow.dots.iter().map(|dot| (dot.event_type, dot.shape));
    let streaks = flow.streaks.iter().map(|streak| (streak.1, DotShape::Normal));
    for (place, (event_type, shape)) in kinds.chain(streaks).take(2).enumerate() {
        let at = pen.point(route.at((place + 1) as f32 / 3.0).0);
        shapes_of(pen.theme, at, colour(pen, event_type), shape, radius(pen, true), shapes);
    }
}

fn paint_dot(pen: &Pen<'_>, route: &Route, dot: &Dot, large: bool, shapes: &mut Vec<Shape>) {
    let at = pen.point(route.at(dot.position).0);
    shapes_of(pen.theme, at, colour(pen, dot.event_type), dot.shape, radius(pen, large), shapes);
}

fn radius(pen: &Pen<'_>, large: bool) -> f32 {
    (if large { RADIUS } else { RADIUS_DENSE }) * pen.zoom().clamp(0.75, 1.5)
}

fn colour(pen: &Pen<'_>, event_type: TypeIx) -> Color32 {
    pen.theme.series_colour(usize::from(event_type.0))
}

/// An event as it is drawn on links, in the legend and in lists, with a dot of this radius.
pub(super) fn shapes_of(
    theme: &Theme,
    at: Pos2,
    colour: Color32,
    shape: DotShape,
    radius: f32,
    shapes: &mut Vec<Shape>,
) {
    let ground = theme.bg_canvas;
    match shape {
        DotShape::Normal => {
            shapes.push(Shape::circle_filled(at, radius + RIM, ground));
            shapes.push(Shape::circle_filled(at, radius, colour));
        }
        DotShape::Redelivered => {
            shapes.push(Shape::circle_filled(at, radius + RING + RIM, ground));
            shapes.push(Shape::circle_filled(at, radius, colour));
            shapes.push(Shape::circle_stroke(at, radius + RING, Stroke::new(1.5, colour)));
        }
        DotShape::DeadLettered => {
            let diamond = |half: f32| {
                vec![
                    at - Vec2::new(0.0, half),
                    at + Vec2::new(half, 0.0),
                    at + Vec2::new(0.0, half),
                    at - Vec2::new(half, 0.0),
                ]
            };
            let half = radius + 1.0;
            shapes.push(Shape::convex_polygon(diamond(half + 2.0), ground, Stroke::NONE));
            shapes.push(Shape::convex_polygon(diamond(half), theme.loss, Stroke::NONE));
        }
    }
}

fn paint_streak(
    pen: &Pen<'_>,
    lines: &mut LineMesh,
    route: &Route,
    position: f32,
    event_type: TypeIx,
) {
    let length = route.length();
    if length < 1.0 {
        return;
    }
    let half = STREAK.0 / 2.0 / length;
    let part = route.part(position - half, position + half);
    let points: Vec<Pos2> = part.into_iter().map(|point| pen.point(point)).collect();
    let width = STREAK.1 * pen.zoom().clamp(0.75, 1.5);
    lines.stroke(&points, width + 2.0, pen.theme.bg_canvas);
    lines.stroke(&points, width, colour(pen, event_type));
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn every_flow_finds_its_way_dead_letters_too() {
        let project = samples::orders();
        let view = samples::running(&project);
        let scene = Scene::of(&project);
        let mut ways = WayIndex::default();
        ways.update(&scene);
        assert!(!view.flow.is_empty());
        for flow in &view.flow {
            let ix = ways.way_ix(&view, flow).expect("each has a way");
            let way = &scene.ways[ix];
            let dead = matches!(way.id, WayId::DeadLetters(_));
            assert_eq!(dead, flow.dead_letter);
        }
    }
}

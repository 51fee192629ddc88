//! One plot: title, axes, lines, the cursor, and a legend at the lines' ends.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{
    Align2, Color32, Mesh, Painter, Rect, Response, Role, Sense, Shape, Stroke, Ui, WidgetInfo,
    pos2, vec2,
};
use eventloom_core::fact::ElementIx;
use eventloom_core::live::{Bucket, SeriesMeasure, SeriesView, View};
use eventloom_core::time::{SimSpan, SimTime};

use super::lines::{self, Axes};
use super::{Shown, plot_area};
use crate::context::FrameContext;
use crate::text::{tr, tr_args};
use crate::theme::{Theme, ThemeName};
use crate::widgets::{format, lettering, names, ticks};

/// Labels at the lines' ends lie at least this far apart.
const LABEL_PITCH: f32 = 15.0;

/// One plot and what it keeps from frame to frame.
#[derive(Default)]
pub(super) struct Chart {
    made: Option<Made>,
}

/// What the lines were made of. The shared buckets are kept, so that no others take their address.
struct Made {
    buckets: Vec<(Arc<Vec<Bucket>>, usize, bool)>,
    area: Rect,
    front: SimTime,
    theme: ThemeName,
    window: SimSpan,
    axes: Axes,
    step: f64,
    /// The lines as they are read: rates smoothed, lengths as they are.
    read: Vec<SeriesView>,
    /// In full colour, and dimmed: what lies ahead of the playhead.
    shapes: [Vec<Shape>; 2],
}

impl Chart {
    /// Shows the plot in the whole of `ui`; returns the moment that a click asks for.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        frame: &FrameContext<'_>,
        view: &View,
        measure: SeriesMeasure,
        shown: &[Shown],
        hidden: &mut BTreeSet<ElementIx>,
    ) -> Option<SimTime> {
        let rect = ui.max_rect();
        let area = plot_area(rect);
        if area.width() < 40.0 || area.height() < 20.0 {
            return None;
        }
        let window = mean_window(view.front);
        show_title(ui, frame.theme, rect, measure, window);
        if shown.is_empty() {
            let text = tr("plots-no-lines");
            let at = area.with_max_y(area.top() + 32.0);
            lettering::left(ui.painter(), at, text, lettering::body(), frame.theme.text_3);
            return None;
        }
        if !self
            .made
            .as_ref()
            .is_some_and(|made| made.is_of(frame.theme, view, shown, hidden, area, window))
        {
            self.made = Some(Made::new(frame.theme, view, measure, shown, hidden, area, window));
        }
        let made = self.made.as_ref()?;
        paint_axes(ui.painter(), frame.theme, made);
        paint_capacity(ui.painter(), frame.theme, view, measure, shown, hidden, made);
        made.paint_lines(ui.painter(), view);
        let response = ui.interact(area, ui.scope_id().with("plot"), Sense::click());
        let label = tr(match measure {
            SeriesMeasure::Throughput => "plots-throughput",
            SeriesMeasure::QueueLength => "plots-queue-length",
        });
        response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, label));
        paint_cursor(ui.painter(), frame.theme, view, shown, hidden, made);
        show_legend(ui, frame, view, measure, shown, hidden, made);
        read_out(frame, view, measure, shown, hidden, made, &response);
        let pointer = response.interact_pointer_pos();
        pointer.filter(|_| response.clicked()).map(|pointer| made.axes.time_at(pointer.x))
    }
}

/// Over how long rates are averaged: a round part of what is shown, a function of the front alone.
fn mean_window(front: SimTime) -> SimSpan {
    ticks::time_step(SimSpan(ticks::horizon(front).0), 18)
}

fn value_text(measure: SeriesMeasure, value: f64) -> String {
    match measure {
        SeriesMeasure::Throughput => format::decimal(value),
        SeriesMeasure::QueueLength => format::count(value.max(0.0).round() as u64),
    }
}

impl Made {
    fn is_of(
        &self,
        theme: &Theme,
        view: &View,
        shown: &[Shown],
        hidden: &BTreeSet<ElementIx>,
        area: Rect,
        window: SimSpan,
    ) -> bool {
        let same = |(made, line): (&(Arc<Vec<Bucket>>, usize, bool), &Shown)| {
            Arc::ptr_eq(&made.0, &view.series[line.series].buckets)
                && made.1 == line.colour
                && made.2 == hidden.contains(&line.element)
        };
        self.area == area
            && self.front == view.front
            && self.theme == theme.name
            && self.window == window
            && self.buckets.len() == shown.len()
            && self.buckets.iter().zip(shown).all(same)
    }

    fn new(
        theme: &Theme,
        view: &View,
        measure: SeriesMeasure,
        shown: &[Shown],
        hidden: &BTreeSet<ElementIx>,
        area: Rect,
        window: SimSpan,
    ) -> Self {
        let read: Vec<SeriesView> = shown
            .iter()
            .map(|line| &view.series[line.series])
            .map(|line| match measure {
                SeriesMeasure::Throughput => lines::smoothed(line, window),
                SeriesMeasure::QueueLength => line.clone(),
            })
            .collect();
        let is_hidden = |line: &Shown| hidden.contains(&line.element);
        let most = shown
            .iter()
            .zip(&read)
            .filter(|(line, _)| !is_hidden(line))
            .flat_map(|(_, line)| line.buckets.iter().map(|bucket| bucket.max))
            .fold(0.0, f64::max);
        let least = if measure == SeriesMeasure::QueueLength { 1.0 } else { 0.0 };
        let most = if most > 0.0 { most } else { 4.0 };
        let step = ticks::value_step(most, if area.height() < 90.0 { 3 } else { 5 }, least);
        let axes = Axes {
            area,
            end: ticks::horizon(view.front),
            top: (most / step).ceil().max(1.0) * step,
        };
        let shapes = [false, true].map(|is_ahead| {
            line_shapes(theme, view, measure, shown, hidden, &read, &axes, is_ahead)
        });
        let kept = |line: &Shown| {
            (Arc::clone(&view.series[line.series].buckets), line.colour, is_hidden(line))
        };
        Self {
            buckets: shown.iter().map(kept).collect(),
            area,
            front: view.front,
            theme: theme.name,
            window,
            axes,
            step,
            read,
            shapes,
        }
    }

    fn paint_lines(&self, painter: &Painter, view: &View) {
        let [bright, dim] = &self.shapes;
        let clip = painter.clip_rect().intersect(self.area.expand(2.0));
        let x = self.axes.x_of(view.at);
        painter.with_clip_rect(clip.with_max_x(x.min(clip.right()))).extend(bright.iter().cloned());
        if view.at < view.front {
            let after = painter.with_clip_rect(clip.with_min_x(x.max(clip.left())));
            after.extend(dim.iter().cloned());
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "all of them decide what the lines look like")]
fn line_shapes(
    theme: &Theme,
    view: &View,
    measure: SeriesMeasure,
    shown: &[Shown],
    hidden: &BTreeSet<ElementIx>,
    read: &[SeriesView],
    axes: &Axes,
    is_ahead: bool,
) -> Vec<Shape> {
    let end = axes.x_of(view.front);
    let mut shapes = Vec::new();
    let mut steps = Mesh::default();
    // The first line is the selected one: it lies on top.
    for (line, series) in shown.iter().zip(read).rev() {
        if hidden.contains(&line.element) {
            continue;
        }
        let colour = theme.series_colour(line.colour);
        let colour = if is_ahead { theme.dimmed(colour) } else { colour };
        let columns = lines::columns(series, axes, view.front);
        match measure {
            SeriesMeasure::QueueLength => {
                lines::add_steps(&mut steps, &columns, axes, end, colour, line.colour);
            }
            SeriesMeasure::Throughput => {
                let points = lines::points(&columns, axes);
                let stroke = Stroke::new(1.5, colour);
                match lines::dashes(line.colour) {
                    Some((dash, gap)) => {
                        shapes.extend(Shape::dashed_line(&points, stroke, dash, gap));
                    }
                    None => shapes.push(Shape::line(points, stroke)),
                }
            }
        }
    }
    if !steps.is_empty() {
        shapes.push(Shape::mesh(steps));
    }
    shapes
}

fn show_title(ui: &Ui, theme: &Theme, rect: Rect, measure: SeriesMeasure, window: SimSpan) {
    let (title, unit) = match measure {
        SeriesMeasure::Throughput => (
            tr("plots-throughput"),
            tr_args("plots-throughput-unit", &[("window", format::round_span(window).into())]),
        ),
        SeriesMeasure::QueueLength => {
            (tr("plots-queue-length"), tr("plots-queue-length-unit").to_owned())
        }
    };
    let head = Rect::from_min_max(
        rect.min + vec2(16.0, 4.0),
        pos2(rect.right() - 16.0, rect.top() + 32.0),
    );
    let painter = ui.painter();
    let at = lettering::left(painter, head, title, lettering::body_semibold(), theme.text);
    let room = head.with_min_x(at.right() + 12.0);
    lettering::left(painter, room, &unit, lettering::caption(), theme.text_3);
}

fn paint_axes(painter: &Painter, theme: &Theme, made: &Made) {
    let axes = &made.axes;
    let area = made.area;
    let font = lettering::caption();
    let mut count = 0_u32;
    loop {
        let value = f64::from(count) * made.step;
        if value > axes.top * (1.0 + 1e-9) {
            break;
        }
        let y = axes.y_of(value).round() + 0.5;
        let colour = if count == 0 { theme.line_strong } else { theme.line_subtle };
        painter.hline(area.x_range(), y, Stroke::new(1.0, colour));
        let text = axis_text(value, made.step);
        let at = pos2(area.left() - 8.0, y);
        painter.text(at, Align2::RIGHT_CENTER, text, font.clone(), theme.text_3);
        count += 1;
    }
    let most = (area.width() / 72.0).clamp(2.0, 6.0) as u32;
    let step = ticks::time_step(SimSpan(axes.end.0), most);
    let mut time = SimTime::ZERO;
    while time <= axes.end {
        let x = axes.x_of(time);
        let text = format::tick(time, step);
        let at = pos2(x, area.bottom() + 6.0);
        painter.text(at, Align2::CENTER_TOP, text, font.clone(), theme.text_3);
        let Some(next) = time.0.checked_add(step.0) else { break };
        time = SimTime(next);
    }
}

fn axis_text(value: f64, step: f64) -> String {
    if step >= 1.0 {
        format::count(value.round() as u64)
    } else {
        let places = (-step.log10()).ceil().clamp(0.0, 9.0) as usize;
        format!("{value:.places$}")
    }
}

/// The capacity of the first place shown, where its line comes near.
fn paint_capacity(
    painter: &Painter,
    theme: &Theme,
    view: &View,
    measure: SeriesMeasure,
    shown: &[Shown],
    hidden: &BTreeSet<ElementIx>,
    made: &Made,
) {
    if measure != SeriesMeasure::QueueLength {
        return;
    }
    let mut visible = shown.iter().filter(|line| !hidden.contains(&line.element));
    let capacity = visible.find_map(|line| view.roster.entry(line.element).capacity);
    let Some(capacity) = capacity.filter(|capacity| *capacity as f64 <= made.axes.top) else {
        return;
    };
    let y = made.axes.y_of(capacity as f64);
    painter.hline(
        made.area.x_range(),
        y,
        Stroke::new(1.0, Theme::mix(theme.bg_panel, theme.full, 0.7)),
    );
    let text = tr_args("plots-capacity", &[("count", format::count(capacity).into())]);
    let at = pos2(made.area.left() + 6.0, y - 2.0);
    let anchor = if y - made.area.top() < 14.0 { Align2::LEFT_TOP } else { Align2::LEFT_BOTTOM };
    let at = if anchor == Align2::LEFT_TOP { at + vec2(0.0, 4.0) } else { at };
    painter.text(at, anchor, text, lettering::caption(), theme.text_3);
}

fn paint_cursor(
    painter: &Painter,
    theme: &Theme,
    view: &View,
    shown: &[Shown],
    hidden: &BTreeSet<ElementIx>,
    made: &Made,
) {
    let x = made.axes.x_of(view.at);
    let from = made.area.top() - 4.0;
    painter.vline(x, from..=made.area.bottom(), Stroke::new(1.0, theme.text));
    for (line, series) in shown.iter().zip(&made.read).rev() {
        if hidden.contains(&line.element) {
            continue;
        }
        if let Some(value) = lines::value_at(series, view.at) {
            let at = pos2(x, made.axes.y_of(value));
            let rim = Stroke::new(1.5, theme.bg_panel);
            painter.circle(at, 4.0, theme.series_colour(line.colour), rim);
        }
    }
}

/// Names with the values at the playhead, each as near to its line as the others let it; a click
/// hides a line and shows it again.
fn show_legend(
    ui: &Ui,
    frame: &FrameContext<'_>,
    view: &View,
    measure: SeriesMeasure,
    shown: &[Shown],
    hidden: &mut BTreeSet<ElementIx>,
    made: &Made,
) {
    let mut labels: Vec<(f32, usize, Option<f64>)> = shown
        .iter()
        .zip(&made.read)
        .enumerate()
        .map(|(ix, (line, series))| {
            let is_hidden = hidden.contains(&line.element);
            let value = lines::value_at(series, view.at).filter(|_| !is_hidden);
            // What has no value stands at the bottom.
            (value.map_or(f32::MAX, |value| made.axes.y_of(value)), ix, value)
        })
        .collect();
    labels.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let wanted: Vec<f32> = labels.iter().map(|label| label.0).collect();
    let span = (made.area.top(), made.area.bottom());
    for ((_, ix, value), y) in labels.into_iter().zip(spread(&wanted, span, LABEL_PITCH)) {
        let line = &shown[ix];
        let name = names::of_entry(frame.project, &view.roster, line.element);
        let rect = Rect::from_min_max(
            pos2(made.area.right() + 10.0, y - LABEL_PITCH / 2.0),
            pos2(ui.max_rect().right() - 4.0, y + LABEL_PITCH / 2.0),
        );
        let is_hidden = hidden.contains(&line.element);
        let response = ui.interact(rect, ui.scope_id().with(("line", ix)), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, !is_hidden, &name));
        let colour = frame.theme.series_colour(line.colour);
        let value = value.map(|value| value_text(measure, value));
        let value = value.unwrap_or_default();
        paint_label(ui.painter(), frame.theme, rect, colour, &name, &value, is_hidden, &response);
        if response.clicked() && !hidden.remove(&line.element) {
            hidden.insert(line.element);
        }
        let tip = if is_hidden { tr("plots-show-line") } else { tr("plots-hide-line") };
        response.on_hover_text(format!("{name}. {tip}"));
    }
}

#[expect(clippy::too_many_arguments, reason = "one label, told apart by all of them")]
fn paint_label(
    painter: &Painter,
    theme: &Theme,
    rect: Rect,
    colour: Color32,
    name: &str,
    value: &str,
    is_hidden: bool,
    response: &Response,
) {
    let (sign, ink) = match (is_hidden, response.hovered()) {
        (true, _) => (theme.text_disabled, theme.text_disabled),
        (false, true) => (colour, theme.text),
        (false, false) => (colour, theme.text_2),
    };
    let y = rect.center().y;
    painter.hline(rect.left()..=rect.left() + 10.0, y, Stroke::new(2.0, sign));
    let text = rect.with_min_x(rect.left() + 15.0);
    let font = lettering::caption_medium();
    let figure = painter.layout_no_wrap(value.to_owned(), font.clone(), theme.text);
    let name_room = text.with_max_x(text.right() - figure.size().x - 6.0);
    let named = lettering::left(painter, name_room, name, font, ink);
    let at = pos2(named.right() + 5.0, y - figure.size().y / 2.0);
    painter.galley(at, figure, theme.text);
    if response.has_focus() {
        let ring = Stroke::new(2.0, theme.accent);
        painter.rect_stroke(rect.expand(2.0), 4.0, ring, egui::StrokeKind::Inside);
    }
}

/// Places as near to those wanted (in order from the top) as a distance of `pitch` allows, inside
/// `span` as far as there is room.
fn spread(wanted: &[f32], (top, bottom): (f32, f32), pitch: f32) -> Vec<f32> {
    let mut places = Vec::with_capacity(wanted.len());
    let mut least = top;
    for want in wanted {
        let place = want.min(bottom).max(least);
        places.push(place);
        least = place + pitch;
    }
    let mut most = bottom.max(top + pitch * wanted.len().saturating_sub(1) as f32);
    for place in places.iter_mut().rev() {
        *place = place.min(most);
        most = *place - pitch;
    }
    places
}

/// The values under the pointer.
fn read_out(
    frame: &FrameContext<'_>,
    view: &View,
    measure: SeriesMeasure,
    shown: &[Shown],
    hidden: &BTreeSet<ElementIx>,
    made: &Made,
    response: &Response,
) {
    let Some(pointer) = response.hover_pos() else { return };
    let time = made.axes.time_at(pointer.x).min(view.front);
    let rows: Vec<_> = shown
        .iter()
        .zip(&made.read)
        .filter(|(line, _)| !hidden.contains(&line.element))
        .filter_map(|(line, series)| lines::value_at(series, time).map(|value| (line, value)))
        .collect();
    response.clone().on_hover_ui_at_pointer(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let title = egui::RichText::new(format::moment(time)).font(lettering::caption_medium());
        ui.label(title.color(frame.theme.text));
        for (line, value) in rows {
            ui.horizontal(|ui| {
                let (sign, _) = ui.allocate_exact_size(vec2(10.0, 16.0), Sense::hover());
                let stroke = Stroke::new(2.0, frame.theme.series_colour(line.colour));
                ui.painter().hline(sign.x_range(), sign.center().y, stroke);
                let name = names::of_entry(frame.project, &view.roster, line.element);
                let text = format!("{name} {}", value_text(measure, value));
                let text = egui::RichText::new(text).font(lettering::caption());
                ui.label(text.color(frame.theme.text_2));
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_keep_apart_and_inside() {
        let places = spread(&[10.0, 11.0, 12.0, f32::MAX], (0.0, 100.0), 15.0);
        assert_eq!(places, [10.0, 25.0, 40.0, 100.0]);
        let low = spread(&[98.0, 99.0, 100.0], (0.0, 100.0), 15.0);
        assert_eq!(low, [70.0, 85.0, 100.0]);
        let crowded = spread(&[0.0; 10], (0.0, 30.0), 15.0);
        assert!(crowded.windows(2).all(|pair| pair[1] - pair[0] >= 15.0), "{crowded:?}");
        assert!(spread(&[], (0.0, 30.0), 15.0).is_empty());
    }

    #[test]
    fn axis_figures_have_the_places_of_their_step() {
        assert_eq!(axis_text(20.0, 10.0), "20");
        assert_eq!(axis_text(0.2, 0.1), "0.2");
        assert_eq!(axis_text(0.1 + 0.2, 0.1), "0.3");
    }
}

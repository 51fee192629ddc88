//! Throughput and queue length over the whole run, side by side, with one cursor.

mod chart;
mod lines;

use std::collections::BTreeSet;

use egui::{Rect, Sense, Ui, UiBuilder, vec2};
use eventloom_core::fact::ElementIx;
use eventloom_core::ids::ElementId;
use eventloom_core::live::{SeriesMeasure, View};
use eventloom_core::time::SimTime;

use crate::command::{Command, CommandQueue};
use crate::context::FrameContext;
use crate::text::tr;
use crate::widgets::lettering;
use chart::Chart;

/// At most so many lines are shown in one plot.
const MOST_LINES: usize = 8;

/// The plots.
#[derive(Default)]
pub struct PlotsPanel {
    throughput: Chart,
    queue_length: Chart,
    /// Elements whose lines the legend has switched off.
    hidden: BTreeSet<ElementIx>,
}

/// A line to show: which of the view's, and the element's number among those that have a colour.
struct Shown {
    series: usize,
    element: ElementIx,
    colour: usize,
}

impl PlotsPanel {
    /// Shows the panel in the whole of `ui`.
    pub fn show(&mut self, ui: &mut Ui, frame: &FrameContext<'_>, commands: &mut CommandQueue) {
        let Some(view) = frame.view else {
            self.hidden.clear();
            let (rect, _) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
            let rect = rect.shrink2(vec2(16.0, 0.0)).with_max_y(rect.top() + 48.0);
            let text = tr("plots-empty");
            lettering::left(ui.painter(), rect, text, lettering::body(), frame.theme.text_3);
            return;
        };
        let (_, rect) = ui.allocate_space(ui.available_size());
        let middle = rect.center().x;
        let halves = [rect.with_max_x(middle), rect.with_min_x(middle)];
        let line = egui::Stroke::new(1.0, frame.theme.line_subtle);
        ui.painter().vline(middle, rect.y_range(), line);
        let mut sought = None;
        let charts = [
            (&mut self.throughput, SeriesMeasure::Throughput),
            (&mut self.queue_length, SeriesMeasure::QueueLength),
        ];
        for ((chart, measure), half) in charts.into_iter().zip(halves) {
            let shown = shown(view, measure, frame.selection.single().as_ref());
            let mut half_ui = ui.new_child(UiBuilder::new().max_rect(half).id_salt(measure));
            let asked = chart.show(&mut half_ui, frame, view, measure, &shown, &mut self.hidden);
            sought = sought.or(asked);
        }
        if let Some(time) = sought {
            commands.push(Command::Seek(SimTime::min(time, view.front)));
        }
    }
}

/// The lines of a plot: of the selected element and of what belongs to it first, then of the places,
/// then of the rest, in the order of their numbers.
fn shown(view: &View, measure: SeriesMeasure, selected: Option<&ElementId>) -> Vec<Shown> {
    let selected = selected.and_then(|id| view.roster.find(id));
    let is_chosen = |element: ElementIx| {
        let entry = view.roster.entry(element);
        selected.is_some_and(|ix| ix == element || entry.from == ix || entry.to == ix)
    };
    let mut lines: Vec<Shown> = view
        .series
        .iter()
        .enumerate()
        .filter(|(_, line)| line.key.measure == measure)
        .filter(|(_, line)| line.key.element.ix() < view.roster.entries.len())
        .map(|(series, line)| Shown { series, element: line.key.element, colour: 0 })
        .collect();
    for line in &mut lines {
        line.colour = colour_of(view, line.element);
    }
    lines.sort_by_key(|line| {
        let is_place = view.roster.entry(line.element).kind.is_place();
        (!is_chosen(line.element), !is_place, line.element)
    });
    lines.truncate(MOST_LINES);
    lines
}

/// The same element has the same colour in every plot: its number among the places, or after them
/// among the rest.
fn colour_of(view: &View, element: ElementIx) -> usize {
    let is_place = |ix: ElementIx| view.roster.entry(ix).kind.is_place();
    let places = view.roster.iter().filter(|(_, entry)| entry.kind.is_place()).count();
    let before = view.roster.iter().take(element.ix());
    if is_place(element) {
        before.filter(|(_, entry)| entry.kind.is_place()).count()
    } else {
        let rest = |kind: eventloom_core::fact::ElementKind| !kind.is_place() && !kind.is_link();
        places + before.filter(|(_, entry)| rest(entry.kind)).count()
    }
}

/// Beside the axis there is room for `20 000`.
const FIGURES: f32 = 52.0;

/// Where a plot's lines lie; to the right of them is the legend.
fn plot_area(rect: Rect) -> Rect {
    let names = (rect.width() * 0.29).clamp(112.0, 200.0);
    Rect::from_min_max(rect.min + vec2(FIGURES, 40.0), rect.max - vec2(names, 26.0))
}

#[cfg(test)]
mod tests;

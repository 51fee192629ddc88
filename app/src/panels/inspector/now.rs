//! The figures of an element at the moment shown, in fixed places.

use egui::{Sense, Ui, Vec2, vec2};
use eventloom_core::fact::ElementKind;
use eventloom_core::ids::ElementId;
use eventloom_core::live::ElementView;

use crate::context::FrameContext;
use crate::text::tr;
use crate::theme::Theme;
use crate::widgets::{format, lettering, section};

const COLUMNS: usize = 3;
const ROW: f32 = 40.0;

struct Figure {
    label: &'static str,
    value: String,
    /// Said in the colour of losses.
    is_loss: bool,
}

/// Shows the section while a run is on and knows the element.
pub(super) fn show(ui: &mut Ui, frame: &FrameContext<'_>, id: &ElementId) {
    let Some(view) = frame.view else { return };
    let Some(ix) = view.roster.find(id) else { return };
    let Some(element) = view.elements.get(ix.ix()) else { return };
    let entry = view.roster.entry(ix);
    let figures = figures(entry.kind, element, entry.servers);
    if figures.is_empty() {
        return;
    }
    let time = format::moment(view.at);
    section::show(ui, frame.theme, tr("inspector-now"), Some(&time), |ui| {
        for row in figures.chunks(COLUMNS) {
            show_row(ui, frame.theme, row);
        }
    });
}

fn show_row(ui: &mut Ui, theme: &Theme, row: &[Figure]) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let width = rect.width() / COLUMNS as f32;
    for (column, figure) in row.iter().enumerate() {
        let left = rect.left() + width * column as f32;
        let cell =
            egui::Rect::from_min_size(egui::pos2(left, rect.top()), Vec2::new(width - 8.0, ROW));
        let (upper, lower) = cell.split_top_bottom_at_y(cell.top() + 16.0);
        let painter = ui.painter();
        lettering::left(painter, upper, tr(figure.label), lettering::caption(), theme.text_3);
        let ink = if figure.is_loss { theme.full_text } else { theme.text };
        let lower = lower.with_max_y(lower.top() + 20.0);
        lettering::left(painter, lower, &figure.value, lettering::body_semibold(), ink);
        // Painted text has to be told to who cannot see it.
        let id = ui.scope_id().with(("figure", figure.label));
        let told = ui.interact(cell, id, Sense::hover());
        let text = format!("{} {}", tr(figure.label), figure.value);
        told.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &text));
    }
}

fn figures(kind: ElementKind, now: &ElementView, servers: u32) -> Vec<Figure> {
    let told = |label, value| Figure { label, value, is_loss: false };
    let count = |label, value: u64| told(label, format::count(value));
    let bad = |label, value: u64| Figure { label, value: format::count(value), is_loss: value > 0 };
    let rate = |label| told(label, format::rate(now.rate_per_s));
    let wait = || {
        let value = now.wait_mean_s.map_or_else(|| "–".to_owned(), format::seconds);
        told("now-wait-mean", value)
    };
    match kind {
        ElementKind::Producer => vec![
            rate("now-rate"),
            count("now-published", now.published),
            count("now-outbox", now.outbox),
            bad("now-lost", now.lost),
        ],
        ElementKind::Topic => vec![
            rate("now-rate-in"),
            count("now-routed", now.arrived),
            bad("now-unrouted", now.unrouted),
            count("now-ready", now.ready),
            count("now-unacked", now.unacked),
            bad("now-lost", now.lost),
        ],
        ElementKind::Queue | ElementKind::Subscribe => vec![
            count("now-ready", now.ready),
            count("now-in-service", now.in_service),
            wait(),
            rate("now-rate-in"),
            count("now-arrived", now.arrived),
            count("now-completed", now.completed),
            bad("now-lost", now.lost),
            count("now-redelivered", now.redelivered),
            bad("now-dead-lettered", now.dead_lettered),
        ],
        ElementKind::Consumer => vec![
            told(
                "now-utilisation",
                now.utilisation.map_or_else(|| "–".to_owned(), |share| format!("{share:.2}")),
            ),
            told("now-busy", format!("{} / {servers}", now.in_service)),
            wait(),
            rate("now-rate-done"),
            count("now-completed", now.completed),
            bad("now-failed", now.failed),
            bad("now-lost", now.lost),
            count("now-blocked", now.blocked),
            count("now-children", now.published),
        ],
        ElementKind::Publish | ElementKind::Bind | ElementKind::Consume => vec![
            rate("now-rate"),
            count("now-in-transit", now.in_transit),
            count("now-sent", now.sent),
            count("now-reached", now.arrived),
            bad("now-lost", now.lost),
        ],
        ElementKind::Note => Vec::new(),
    }
}

//! The figures of an element at the moment shown, in fixed places.

use egui::{Sense, Ui, Vec2, vec2};
use eventloom_core::fact::ElementKind;
use eventloom_core::ids::ElementId;
use eventloom_core::live::ElementView;

use crate::context::FrameContext;
use crate::text::tr;
use crate::theme::Theme;
use crate::widgets::{format, lettering, section};

use Measure::{BusyServers, Count, Loss, MeanWait, Rate, Utilisation};

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
    let figure = |(label, measure): &(&'static str, Measure)| Figure {
        label,
        value: measure.text(element, entry.servers),
        is_loss: measure.is_loss(element),
    };
    let figures: Vec<Figure> = measures(entry.kind).iter().map(figure).collect();
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

/// What is told of an element.
#[derive(Clone, Copy)]
enum Measure {
    Rate,
    Count(fn(&ElementView) -> u64),
    /// A count that ought to stay 0.
    Loss(fn(&ElementView) -> u64),
    MeanWait,
    Utilisation,
    BusyServers,
}

/// The figures of each kind of element, three in a row.
fn measures(kind: ElementKind) -> &'static [(&'static str, Measure)] {
    match kind {
        ElementKind::Producer => &[
            ("now-rate", Rate),
            ("now-published", Count(|now| now.published)),
            ("now-outbox", Count(|now| now.outbox)),
            ("now-lost", Loss(|now| now.lost)),
        ],
        ElementKind::Topic => &[
            ("now-rate-in", Rate),
            ("now-routed", Count(|now| now.arrived)),
            ("now-unrouted", Loss(|now| now.unrouted)),
            ("now-ready", Count(|now| now.ready)),
            ("now-unacked", Count(|now| now.unacked)),
            ("now-lost", Loss(|now| now.lost)),
        ],
        ElementKind::Queue | ElementKind::Subscribe => &[
            ("now-ready", Count(|now| now.ready)),
            ("now-in-service", Count(|now| now.in_service)),
            ("now-wait-mean", MeanWait),
            ("now-rate-in", Rate),
            ("now-arrived", Count(|now| now.arrived)),
            ("now-completed", Count(|now| now.completed)),
            ("now-lost", Loss(|now| now.lost)),
            ("now-redelivered", Count(|now| now.redelivered)),
            ("now-dead-lettered", Loss(|now| now.dead_lettered)),
        ],
        ElementKind::Consumer => &[
            ("now-utilisation", Utilisation),
            ("now-busy", BusyServers),
            ("now-wait-mean", MeanWait),
            ("now-rate-done", Rate),
            ("now-completed", Count(|now| now.completed)),
            ("now-failed", Loss(|now| now.failed)),
            ("now-lost", Loss(|now| now.lost)),
            ("now-blocked", Count(|now| now.blocked)),
            ("now-children", Count(|now| now.published)),
        ],
        ElementKind::Publish | ElementKind::Bind | ElementKind::Consume => &[
            ("now-rate", Rate),
            ("now-in-transit", Count(|now| now.in_transit)),
            ("now-sent", Count(|now| now.sent)),
            ("now-reached", Count(|now| now.arrived)),
            ("now-lost", Loss(|now| now.lost)),
        ],
        ElementKind::Note => &[],
    }
}

impl Measure {
    fn text(self, now: &ElementView, servers: u32) -> String {
        let known = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
        match self {
            Self::Rate => format::rate(now.rate_per_s),
            Self::Count(of) | Self::Loss(of) => format::count(of(now)),
            Self::MeanWait => known(now.wait_mean_s.map(format::seconds)),
            Self::Utilisation => known(now.utilisation.map(|share| format!("{share:.2}"))),
            Self::BusyServers => format!("{} / {servers}", now.in_service),
        }
    }

    fn is_loss(self, now: &ElementView) -> bool {
        matches!(self, Self::Loss(of) if of(now) > 0)
    }
}

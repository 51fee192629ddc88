//! What is told and cannot be changed.

use egui::{Sense, Ui, Vec2, pos2};

use crate::text::tr;
use crate::theme::Theme;
use crate::widgets::lettering;

/// A line that only tells: a label and a small text.
pub(super) fn read_only_line(ui: &mut Ui, theme: &Theme, label: &'static str, text: &str) {
    let (rect, response) =
        ui.allocate_exact_size(Vec2::new(ui.available_width(), 20.0), Sense::hover());
    let split = rect.left() + 116.0;
    let painter = ui.painter();
    lettering::left(painter, rect, tr(label), lettering::caption(), theme.text_3);
    let right = egui::Rect::from_min_max(pos2(split, rect.top()), rect.max);
    lettering::left(painter, right, text, lettering::caption(), theme.text_3);
    response.on_hover_text(text);
}

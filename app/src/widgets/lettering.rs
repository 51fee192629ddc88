//! Text painted at a place: sizes and weights of the look, and text that ends in "…" where the room
//! ends.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Align2, Color32, FontId, Galley, Painter, Pos2, Rect, Ui};

use crate::theme::fonts::{Weight, font};

/// 11 points: hints, units, ticks.
pub fn caption() -> FontId {
    font(11.0, Weight::Regular)
}

/// 11 points, medium: names beside a caption.
pub fn caption_medium() -> FontId {
    font(11.0, Weight::Medium)
}

/// 12 points: labels and rows.
pub fn small() -> FontId {
    font(12.0, Weight::Regular)
}

/// 12 points, semibold: titles of sections.
pub fn small_semibold() -> FontId {
    font(12.0, Weight::Semibold)
}

/// 13 points: body.
pub fn body() -> FontId {
    font(13.0, Weight::Regular)
}

/// 13 points, semibold: names and titles of panels.
pub fn body_semibold() -> FontId {
    font(13.0, Weight::Semibold)
}

/// 16 points, semibold: figures and names at the top.
pub fn title() -> FontId {
    font(16.0, Weight::Semibold)
}

/// `text` in one line of at most `width`, ending in "…" where it is longer.
pub fn one_line(
    painter: &Painter,
    text: &str,
    font_id: FontId,
    colour: Color32,
    width: f32,
) -> Arc<Galley> {
    let mut job = LayoutJob::single_section(text.to_owned(), TextFormat::simple(font_id, colour));
    job.wrap = TextWrapping::truncate_at_width(width.max(0.0));
    painter.layout_job(job)
}

/// Paints `text` in one line with its middle at the height of `rect`'s, from the left.
pub fn left(painter: &Painter, rect: Rect, text: &str, font_id: FontId, colour: Color32) -> Rect {
    let galley = one_line(painter, text, font_id, colour, rect.width());
    let at = Pos2::new(rect.left(), rect.center().y - galley.size().y / 2.0);
    let painted = Rect::from_min_size(at, galley.size());
    painter.galley(at, galley, colour);
    painted
}

/// Paints `text` in one line with its middle at the height of `rect`'s, to the right.
pub fn right(painter: &Painter, rect: Rect, text: &str, font_id: FontId, colour: Color32) -> Rect {
    painter.text(rect.right_center(), Align2::RIGHT_CENTER, text, font_id, colour)
}

/// A paragraph in the flow of `ui`, wrapped to its width.
pub fn paragraph(ui: &mut Ui, text: &str, font_id: FontId, colour: Color32) -> egui::Response {
    ui.add(egui::Label::new(egui::RichText::new(text).font(font_id).color(colour)).wrap())
}

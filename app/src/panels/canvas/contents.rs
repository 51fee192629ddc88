//! Close up: what lies in a channel or at a consumer, as a card that hangs from the node.

use egui::{Align2, Pos2, Rect, Shape as Drawn, Stroke, StrokeKind, Vec2};
use eventloom_core::live::{ContentsRow, DotShape, SelectionTail, View};

use super::figures;
use super::paint_dots;
use super::paint_node::{radius, role};
use super::pen::{Pen, Weight};
use super::scene::SceneNode;
use crate::text::tr_args;

/// The most rows on a card.
const MOST_ROWS: usize = 6;
const ROW: f32 = 18.0;

/// Paints the first events of `tail` below its node, on top of whatever lies there.
pub(super) fn paint(pen: &Pen<'_>, node: &SceneNode, view: &View, tail: &SelectionTail) {
    if tail.contents.is_empty() {
        return;
    }
    let (theme, zoom) = (pen.theme, pen.zoom());
    let shown = tail.contents.len().min(MOST_ROWS);
    let more = tail.contents_total.saturating_sub(shown as u64);
    let rows = shown as f32 + if more > 0 { 0.9 } else { 0.0 };
    let node_rect = pen.rect(node.rect);
    let card = Rect::from_min_size(
        node_rect.left_bottom() + Vec2::new(0.0, 4.0 * zoom),
        Vec2::new(node_rect.width(), (rows * ROW + 8.0) * zoom),
    );
    pen.painter.rect_filled(card, radius(6.0 * zoom), theme.bg_raised);
    let edge = Stroke::new(1.5, role(theme, node.shape).1);
    pen.painter.rect_stroke(card, radius(6.0 * zoom), edge, StrokeKind::Middle);
    let mut shapes = Vec::new();
    for (place, row) in tail.contents.iter().take(shown).enumerate() {
        let top = card.top() + (4.0 + place as f32 * ROW) * zoom;
        let area = Rect::from_min_max(
            Pos2::new(card.left() + 6.0 * zoom, top + zoom),
            Pos2::new(card.right() - 6.0 * zoom, top + (ROW - 1.0) * zoom),
        );
        paint_row(pen, area, place + 1, row, view, &mut shapes);
    }
    pen.painter.extend(shapes);
    if more > 0 {
        let text = tr_args("canvas-more", &[("count", figures::digits(more).into())]);
        let galley = pen.line(&text, 7.5 * zoom, Weight::Regular, card.width());
        let at = card.center_bottom() - Vec2::new(0.0, 3.0 * zoom);
        pen.put(galley, at, Align2::CENTER_BOTTOM, theme.text_3);
    }
}

fn paint_row(
    pen: &Pen<'_>,
    area: Rect,
    place: usize,
    row: &ContentsRow,
    view: &View,
    shapes: &mut Vec<Drawn>,
) {
    let (theme, zoom) = (pen.theme, pen.zoom());
    pen.painter.rect_filled(area, radius(2.0 * zoom), theme.bg_hover);
    let size = 7.5 * zoom;
    let middle = area.center().y;
    let put = |text: &str, x: f32, align, weight, colour, width: f32| {
        let galley = pen.line(text, size, weight, width);
        pen.put(galley, Pos2::new(x, middle), align, colour)
    };
    let left = area.left() + 6.0 * zoom;
    put(&place.to_string(), left, Align2::LEFT_CENTER, Weight::Regular, theme.text_3, 60.0);
    let redelivered = row.deliveries > 1 || (row.deliveries > 0 && !row.delivered);
    let shape = if redelivered { DotShape::Redelivered } else { DotShape::Normal };
    let hue = theme.series_colour(usize::from(row.event_type.0));
    let at = Pos2::new(area.left() + 24.0 * zoom, middle);
    paint_dots::shapes_of(theme, at, hue, shape, 4.0, shapes);
    let age = figures::seconds(row.age.as_secs_f64());
    let right = area.right() - 6.0 * zoom;
    let age = put(&age, right, Align2::RIGHT_CENTER, Weight::Regular, theme.text_2, 120.0);
    let name = match &row.key {
        Some(key) => key.to_string(),
        None => tr_args("canvas-event", &[("number", row.event.0.to_string().into())]),
    };
    let x = area.left() + 34.0 * zoom;
    let room = age.left() - 6.0 - x;
    let name = put(&name, x, Align2::LEFT_CENTER, Weight::SemiBold, theme.text, room.max(20.0));
    let x = name.right() + 6.0;
    let room = age.left() - 6.0 - x;
    if let Some(event_type) = view.roster.types.get(usize::from(row.event_type.0))
        && room > 24.0
    {
        put(event_type, x, Align2::LEFT_CENTER, Weight::Regular, theme.text_3, room);
    }
}

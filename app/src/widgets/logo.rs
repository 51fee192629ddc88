//! The logo: threads that come from both sides and meet in one event.

use egui::epaint::CubicBezierShape;
use egui::{Color32, Painter, Pos2, Rect, Sense, Shape, Stroke, Ui, Vec2};

use crate::theme::Theme;

/// Shows the logo, `side` points wide.
pub fn show(ui: &mut Ui, theme: &Theme, side: f32) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(side), Sense::hover());
    paint(ui.painter(), rect, theme);
}

/// Paints the logo into the square `rect`.
pub fn paint(painter: &Painter, rect: Rect, theme: &Theme) {
    let scale = rect.width() / 40.0;
    let at = |x: f32, y: f32| rect.min + Vec2::new(x, y) * scale;
    let width = 4.4 * scale;
    // Outer threads: straight, then bent towards the middle. Each side in the other's order.
    let threads = [
        (1.0, 10.0, theme.kind_source),
        (1.0, 30.0, theme.kind_channel),
        (39.0, 10.0, theme.kind_channel),
        (39.0, 30.0, theme.kind_source),
    ];
    for (x, y, colour) in threads {
        let inwards = if x < 20.0 { 1.0 } else { -1.0 };
        let bend = if y < 20.0 { 1.0 } else { -1.0 };
        let start = at(x, y);
        let knee = at(x + 6.0 * inwards, y);
        let pull = at(x + 12.0 * inwards, y);
        let end = at(x + 13.5 * inwards, y + 6.5 * bend);
        let curve = CubicBezierShape::from_points_stroke(
            [knee, pull, pull, end],
            false,
            Color32::TRANSPARENT,
            Stroke::NONE,
        );
        let mut points = vec![start];
        points.extend(curve.flatten(Some(0.05)));
        painter.add(Shape::line(points, Stroke::new(width, colour)));
        painter.circle_filled(start, width / 2.0, colour);
        painter.circle_filled(end, width / 2.0, colour);
    }
    for (from, to) in [(1.0, 9.0), (31.0, 39.0)] {
        stroke_round(painter, at(from, 20.0), at(to, 20.0), width, theme.text_3);
    }
    painter.circle_filled(at(20.0, 20.0), 5.2 * scale, theme.text);
}

fn stroke_round(painter: &Painter, from: Pos2, to: Pos2, width: f32, colour: Color32) {
    painter.line_segment([from, to], Stroke::new(width, colour));
    for end in [from, to] {
        painter.circle_filled(end, width / 2.0, colour);
    }
}

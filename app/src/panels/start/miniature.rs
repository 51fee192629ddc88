//! Drawings in small: silhouettes of a project's nodes, joined.

use egui::epaint::Mesh;
use egui::{Align2, Color32, Painter, Pos2, Rect, Shape, Stroke, Vec2, pos2, vec2};
use eventloom_core::project::{NodeKind, Project};

use crate::geometry::{self, Shape as NodeShape};
use crate::text::tr;
use crate::theme::Theme;
use crate::theme::fonts::{Weight, font};

/// The dots of the canvas.
pub(super) fn grid(painter: &Painter, rect: Rect, theme: &Theme) {
    let step = 16.0;
    let mut y = rect.top() + step;
    while y < rect.bottom() {
        let mut x = rect.left() + step;
        while x < rect.right() {
            painter.circle_filled(pos2(x, y), 0.6, theme.grid);
            x += step;
        }
        y += step;
    }
}

/// A project's nodes and links, as large as `rect` allows. Notes are left out.
pub(super) fn project(painter: &Painter, rect: Rect, theme: &Theme, project: &Project) {
    let drawn = project.nodes.values().filter(|node| !matches!(node.kind, NodeKind::Note(_)));
    let Some(bounds) = drawn.clone().map(geometry::rect_of).reduce(Rect::union) else { return };
    let fit = (rect.width() / bounds.width()).min(rect.height() / bounds.height());
    let scale = fit.min(0.36);
    let place = |node_rect: Rect| {
        let min = rect.center() + (node_rect.min - bounds.center()) * scale;
        Rect::from_min_size(min, node_rect.size() * scale)
    };
    for link in project.links.values() {
        let ends = project.nodes.get(&link.from).zip(project.nodes.get(&link.to));
        let Some((from, to)) = ends else { continue };
        let (from_shape, to_shape) = (NodeShape::of(&from.kind), NodeShape::of(&to.kind));
        let start = geometry::out_port(from_shape, place(geometry::rect_of(from)));
        let end = geometry::in_port(to_shape, place(geometry::rect_of(to)));
        if let Some((start, end)) = start.zip(end) {
            way(painter, start, end, theme);
        }
    }
    for node in drawn {
        let rect = place(geometry::rect_of(node));
        silhouette(painter, NodeShape::of(&node.kind), rect, scale, role(theme, &node.kind), theme);
    }
}

fn role(theme: &Theme, kind: &NodeKind) -> Color32 {
    match kind {
        NodeKind::Producer(_) => theme.kind_source,
        NodeKind::Topic(_) | NodeKind::Queue(_) => theme.kind_channel,
        NodeKind::Consumer(_) => theme.kind_worker,
        NodeKind::Note(_) => theme.kind_note,
    }
}

/// A link with a dot on it, bent in the middle where its ends differ in height.
fn way(painter: &Painter, start: Pos2, end: Pos2, theme: &Theme) {
    let middle = (start.x + end.x) / 2.0;
    let knees = [pos2(middle, start.y), pos2(middle, end.y)];
    let stroke = Stroke::new(1.0, theme.link);
    painter.add(Shape::line(vec![start, knees[0], knees[1], end], stroke));
    let dot = if (start.y - end.y).abs() < 1.0 {
        pos2(middle, start.y)
    } else {
        pos2((middle + end.x) / 2.0, end.y)
    };
    painter.circle(dot, 2.5, theme.series_colour(0), Stroke::new(1.0, theme.bg_canvas));
}

fn silhouette(
    painter: &Painter,
    shape: NodeShape,
    rect: Rect,
    scale: f32,
    role: Color32,
    theme: &Theme,
) {
    let outline = geometry::outline(shape, rect, scale);
    fan(painter, rect.center(), &outline, Theme::mix(theme.bg_canvas, role, 0.28));
    painter.add(Shape::closed_line(outline, Stroke::new(1.2, role)));
}

/// Fills an outline that can be seen whole from `middle`.
fn fan(painter: &Painter, middle: Pos2, outline: &[Pos2], fill: Color32) {
    let mut mesh = Mesh::default();
    mesh.colored_vertex(middle, fill);
    for point in outline {
        mesh.colored_vertex(*point, fill);
    }
    let count = outline.len() as u32;
    for corner in 0..count {
        mesh.add_triangle(0, corner + 1, (corner + 1) % count + 1);
    }
    painter.add(mesh);
}

/// A producer and a queue, and a consumer about to be linked.
pub(super) fn first_steps(painter: &Painter, rect: Rect, theme: &Theme) {
    let width = 104.0;
    let gap = (rect.width() - 3.0 * width) / 2.0;
    let place = |number: f32| {
        let min = rect.min + vec2(number * (width + gap), 0.0);
        Rect::from_min_size(min, vec2(width, rect.height()))
    };
    let parts = [
        (NodeShape::Producer, theme.edge_source, tr("shell-start-first-producer")),
        (NodeShape::Queue, theme.edge_channel, tr("shell-start-first-queue")),
        (NodeShape::Consumer, theme.accent, tr("shell-start-first-consumer")),
    ];
    for (number, (shape, edge, name)) in parts.into_iter().enumerate() {
        let rect = place(number as f32);
        let outline = geometry::outline(shape, rect, 0.8);
        let last = number == 2;
        let fill = if last { theme.selected_fill() } else { theme.bg_raised };
        fan(painter, rect.center(), &outline, fill);
        let mut closed = outline;
        closed.extend(closed.first().copied());
        if last {
            painter.extend(Shape::dashed_line(&closed, Stroke::new(1.5, edge), 5.0, 3.0));
        } else {
            painter.add(Shape::line(closed, Stroke::new(1.5, edge)));
        }
        let colour = if last { theme.accent } else { theme.text };
        let font = font(13.0, Weight::Semibold);
        painter.text(rect.center(), Align2::CENTER_CENTER, name, font, colour);
    }
    for number in 0..2_u8 {
        let n = f32::from(number);
        let from = place(n).right_center() + Vec2::X * 4.0;
        let to = place(n + 1.0).left_center() - Vec2::X * 4.0;
        if number == 0 {
            painter.line_segment([from, to], Stroke::new(1.5, theme.link));
        } else {
            let stroke = Stroke::new(1.5, theme.accent);
            painter.extend(Shape::dashed_line(&[from, to], stroke, 4.0, 3.0));
        }
    }
}

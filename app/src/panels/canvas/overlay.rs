//! What lies over the drawing: zoom control, legend, hints, tooltips, the frame of a box selection.

use egui::{Align2, Id, Pos2, Rect, Role, Sense, Shape, Stroke, StrokeKind, Ui, Vec2, WidgetInfo};
use eventloom_core::live::{DotShape, View};
use eventloom_core::project::{Arrivals, Node, NodeKind};

use super::paint_dots;
use super::paint_node::radius;
use super::pen::{Pen, Weight};
use crate::command::{Action, CommandQueue};
use crate::text::{tr, tr_args};
use crate::widgets::icons::Icon;

const MARGIN: f32 = 16.0;
const BUTTON: f32 = 32.0;
/// More event types than this are not named in the legend.
const MOST_TYPES: usize = 8;
/// What a run calls the type of events to which nobody gave one.
const UNNAMED: &str = "event";
/// The distance of the grid's dots at zoom 1.
const GRID_STEP: f32 = 24.0;

/// The dots of the grid; every second, fourth, … of them where they would lie too close.
pub(super) fn paint_grid(pen: &Pen<'_>) {
    let mut step = GRID_STEP;
    while step * pen.zoom() < 16.0 {
        step *= 2.0;
    }
    let seen = pen.seen();
    let first = |from: f32| (from / step).ceil() * step;
    let mut mesh = egui::Mesh::default();
    let mut y = first(seen.top());
    while y < seen.bottom() {
        let mut x = first(seen.left());
        while x < seen.right() {
            // On whole points, else some dots are brighter than others.
            let at = pen.point(Pos2::new(x, y)).round();
            let dot = Rect::from_min_size(at, Vec2::splat(1.25));
            mesh.add_colored_rect(dot, pen.theme.grid);
            x += step;
        }
        y += step;
    }
    pen.painter.add(Shape::mesh(mesh));
}

/// The zoom control, lower left. Returns what it covers.
pub(super) fn zoom_control(
    ui: &mut Ui,
    pen: &Pen<'_>,
    id: Id,
    commands: &mut CommandQueue,
) -> Rect {
    let theme = pen.theme;
    let size = Vec2::new(3.0 * BUTTON + 64.0, BUTTON);
    let corner = pen.view.left_bottom() + Vec2::new(MARGIN, -MARGIN - size.y);
    let area = Rect::from_min_size(corner, size);
    pen.painter.rect_filled(area, radius(8.0), theme.bg_panel);
    let edge = Stroke::new(1.0, theme.line_subtle);
    pen.painter.rect_stroke(area, radius(8.0), edge, StrokeKind::Inside);
    let percent = format!("{:.0}", pen.zoom() * 100.0);
    let percent = tr_args("canvas-zoom-percent", &[("percent", percent.into())]);
    let parts = [
        ("canvas-zoom-out", BUTTON, Some(Icon::Minus), Action::ZoomOut),
        ("canvas-zoom-reset", 64.0 - 8.0, None, Action::ZoomReset),
        ("canvas-zoom-in", BUTTON, Some(Icon::Plus), Action::ZoomIn),
        ("canvas-zoom-fit", BUTTON + 8.0, Some(Icon::Fit), Action::ZoomToFit),
    ];
    let mut left = area.left();
    for (key, width, icon, action) in parts {
        let part = Rect::from_min_size(Pos2::new(left, area.top()), Vec2::new(width, BUTTON));
        left += width;
        let response = ui.interact(part, id.with(key), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, tr(key)));
        if response.hovered() || response.has_focus() {
            pen.painter.rect_filled(part.shrink(3.0), radius(4.0), theme.bg_hover);
        }
        if response.has_focus() {
            let ring = Stroke::new(2.0, theme.accent);
            pen.painter.rect_stroke(part.shrink(3.0), radius(4.0), ring, StrokeKind::Inside);
        }
        if let Some(icon) = icon {
            let square = Rect::from_center_size(part.center(), Vec2::splat(16.0));
            icon.paint(&pen.painter, square, theme.text_2);
        } else {
            let galley = pen.line(&percent, 12.0, Weight::Medium, width);
            pen.put(galley, part.center(), Align2::CENTER_CENTER, theme.text_2);
        }
        if response.on_hover_text(tr(key)).clicked() {
            commands.act(action);
        }
    }
    let line = Stroke::new(1.0, theme.line_subtle);
    pen.painter.vline(area.right() - BUTTON - 8.0, area.shrink(6.0).y_range(), line);
    area
}

/// The legend of event types, beside the zoom control, where it hides least of the drawing.
pub(super) fn paint_legend(pen: &Pen<'_>, view: &View, beside: Rect) {
    let theme = pen.theme;
    let middle = beside.center().y;
    let mut x = beside.right() + 16.0;
    let mut shapes = Vec::new();
    let hues = view
        .roster
        .types
        .iter()
        .enumerate()
        .filter(|(ix, name)| ***name != *UNNAMED || shows_unnamed(view, *ix))
        .map(|(ix, name)| (DotShape::Normal, theme.series_colour(ix), &**name));
    let marks = [
        (DotShape::Redelivered, theme.text_2, tr("canvas-legend-redelivered")),
        (DotShape::DeadLettered, theme.loss, tr("canvas-legend-dead-lettered")),
    ];
    for (shape, colour, name) in hues.take(MOST_TYPES).chain(marks) {
        let galley = pen.line(name, 11.0, Weight::Regular, 160.0);
        let width = galley.size().x;
        if x + 16.0 + width > pen.view.right() - MARGIN {
            break;
        }
        let ground = Rect::from_min_max(
            Pos2::new(x - 6.0, middle - 10.0),
            Pos2::new(x + 22.0 + width, middle + 10.0),
        );
        // The legend lies over the drawing, which must not show through its words.
        pen.painter.rect_filled(ground, radius(4.0), theme.bg_canvas);
        let at = Pos2::new(x + 4.0, middle);
        paint_dots::shapes_of(theme, at, colour, shape, 4.0, &mut shapes);
        pen.put(galley, Pos2::new(x + 16.0, middle), Align2::LEFT_CENTER, theme.text_2);
        x += 16.0 + width + 18.0;
    }
    pen.painter.extend(shapes);
}

/// Whether some event of the type without a name can be seen: one that is under way now, or one of
/// a producer that names no types. A recorded log brings its own.
fn shows_unnamed(view: &View, ix: usize) -> bool {
    let is_made = |node: &Node| match &node.kind {
        NodeKind::Producer(producer) => {
            producer.types.is_empty() && !matches!(producer.arrivals, Arrivals::Recorded(_))
        }
        _ => false,
    };
    view.project.nodes.values().any(is_made)
        || view.flow.iter().any(|link| {
            link.dots.iter().any(|dot| usize::from(dot.event_type.0) == ix)
                || link.streaks.iter().any(|(_, kind, _)| usize::from(kind.0) == ix)
        })
}

/// What to do on an empty canvas.
pub(super) fn empty_hint(ui: &Ui, pen: &Pen<'_>, id: Id, read_only: bool) {
    let theme = pen.theme;
    let width = pen.view.width() - 2.0 * MARGIN;
    let keys = if read_only {
        ("canvas-empty-title", "canvas-empty-read-only")
    } else {
        ("canvas-empty-title", "canvas-empty-hint")
    };
    let (title, hint) = (tr(keys.0), tr(keys.1));
    let centre = pen.view.center();
    let head = pen.line(title, 16.0, Weight::SemiBold, width);
    let line = pen.line(hint, 13.0, Weight::Regular, width);
    let upper = pen.put(head, centre - Vec2::new(0.0, 14.0), Align2::CENTER_CENTER, theme.text_2);
    let lower = pen.put(line, centre + Vec2::new(0.0, 12.0), Align2::CENTER_CENTER, theme.text_3);
    let said = format!("{title} {hint}");
    ui.interact(upper.union(lower), id.with("empty"), Sense::hover())
        .widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
}

/// A quiet line at the upper edge: that nothing can be changed here.
pub(super) fn paint_read_only(pen: &Pen<'_>) {
    let theme = pen.theme;
    let galley = pen.line(tr("canvas-read-only"), 12.0, Weight::Regular, pen.view.width());
    let size = galley.size() + Vec2::new(44.0, 10.0);
    let centre = pen.view.center_top() + Vec2::new(0.0, 12.0 + size.y / 2.0);
    let area = Rect::from_center_size(centre, size);
    pen.painter.rect_filled(area, radius(6.0), theme.bg_panel);
    let edge = Stroke::new(1.0, theme.line_subtle);
    pen.painter.rect_stroke(area, radius(6.0), edge, StrokeKind::Inside);
    let lock = Rect::from_center_size(area.left_center() + Vec2::new(18.0, 0.0), Vec2::splat(14.0));
    Icon::Lock.paint(&pen.painter, lock, theme.text_3);
    let at = Pos2::new(lock.right() + 6.0, centre.y);
    pen.put(galley, at, Align2::LEFT_CENTER, theme.text_3);
}

/// Two lines beside the pointer.
pub(super) fn tooltip(ui: &Ui, pen: &Pen<'_>, id: Id, at: Pos2, title: &str, line: Option<&str>) {
    let theme = pen.theme;
    let head = pen.line(title, 12.0, Weight::SemiBold, 320.0);
    let said = line.map_or_else(|| title.to_owned(), |line| format!("{title}\n{line}"));
    let line = line.map(|line| pen.paragraph(line, 11.0, 320.0, 4));
    let inner = Vec2::new(
        head.size().x.max(line.as_ref().map_or(0.0, |line| line.size().x)),
        head.size().y + line.as_ref().map_or(0.0, |line| line.size().y + 3.0),
    );
    let size = inner + Vec2::new(24.0, 16.0);
    let room = Rect::from_min_max(pen.view.min, pen.view.max - size).expand(-4.0);
    let wanted = at + Vec2::new(14.0, 20.0);
    let corner = if room.is_positive() { room.clamp(wanted) } else { wanted };
    let area = Rect::from_min_size(corner, size);
    pen.painter.rect_filled(area, radius(6.0), theme.bg_popup);
    let edge = Stroke::new(1.0, theme.line_strong);
    pen.painter.rect_stroke(area, radius(6.0), edge, StrokeKind::Inside);
    let at = area.min + Vec2::new(12.0, 8.0);
    let head = pen.put(head, at, Align2::LEFT_TOP, theme.text);
    if let Some(line) = line {
        let at = Pos2::new(at.x, head.bottom() + 3.0);
        pen.put(line, at, Align2::LEFT_TOP, theme.text_2);
    }
    ui.interact(area, id.with("tooltip"), Sense::hover())
        .widget_info(|| WidgetInfo::labeled(Role::Tooltip, true, &said));
}

/// The frame of a box selection.
pub(super) fn paint_box(pen: &Pen<'_>, from: Pos2, to: Pos2) {
    let area = Rect::from_two_pos(pen.point(from), pen.point(to));
    pen.painter.rect_filled(area, radius(2.0), pen.theme.accent.gamma_multiply(0.12));
    let edge = Stroke::new(1.0, pen.theme.accent);
    pen.painter.rect_stroke(area, radius(2.0), edge, StrokeKind::Inside);
}

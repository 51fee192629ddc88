//! Nodes, their ports and marks.

use egui::{Align2, Color32, CornerRadius, Pos2, Rect, Shape as Drawn, Stroke, StrokeKind, Vec2};

use super::detail::Detail;
use super::figures::{Count, Face, Fill, Level, Mark, Servers};
use super::geometry::{self, FOLD, NOTCH, Shape};
use super::pen::{self, LineMesh, Pen, Weight};
use super::scene::SceneNode;
use crate::text::tr_args;
use crate::theme::Theme;
use crate::widgets::icons::Icon;

const EDGE: f32 = 1.5;
const EDGE_SELECTED: f32 = 2.0;
const HALO: f32 = 4.0;
const FOCUS: f32 = 2.0;
const FOCUS_OFFSET: f32 = 4.0;
const PADDING: f32 = 12.0;
const TILE: f32 = 24.0;
const SLOT: f32 = 12.0;
const SLOT_GAP: f32 = 4.0;
const BAR: f32 = 8.0;
const PORT: f32 = 4.5;

/// How a node stands to pointer, keyboard and selection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    /// It is selected.
    pub selected: bool,
    /// The pointer is over it.
    pub hovered: bool,
    /// It has the keyboard.
    pub focused: bool,
    /// It has a problem of severity error.
    pub broken: bool,
}

/// How a port stands to the link being drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PortState {
    /// No link ends there.
    Free,
    /// A link ends there.
    Linked,
    /// Copies leave there.
    Copies,
    /// A link being drawn may end there.
    Valid,
    /// A link being drawn would end there.
    Snapped,
    /// A link being drawn may not end there.
    Refused,
    /// The link being drawn begins there.
    Drawn,
    /// Dead letters leave there.
    Dead,
}

/// The hue of a node's role, and its outline's.
pub(super) fn role(theme: &Theme, shape: Shape) -> (Color32, Color32) {
    match shape {
        Shape::Producer => (theme.kind_source, theme.edge_source),
        Shape::Topic | Shape::Queue => (theme.kind_channel, theme.edge_channel),
        Shape::Consumer => (theme.kind_worker, theme.edge_worker),
        Shape::Note => (theme.kind_note, theme.edge_note),
    }
}

/// The icon of a node's kind.
pub(super) fn icon(shape: Shape) -> Icon {
    match shape {
        Shape::Producer => Icon::Producer,
        Shape::Topic => Icon::Topic,
        Shape::Queue => Icon::Queue,
        Shape::Consumer => Icon::Consumer,
        Shape::Note => Icon::Note,
    }
}

/// The colours of a level: its fill, the fill's edge, and its digits.
pub(super) fn level_colours(theme: &Theme, level: Level) -> (Color32, Color32, Color32) {
    match level {
        Level::Ok => (theme.ok, theme.ok, theme.ok_text),
        Level::Warn => (theme.warn_fill, theme.warn, theme.warn_text),
        Level::Full => (theme.full, theme.full, theme.full_text),
    }
}

/// Paints a node at this detail, which is not `Overview`.
pub(super) fn paint(pen: &Pen<'_>, node: &SceneNode, face: &Face, state: State, detail: Detail) {
    let rect = pen.rect(node.rect);
    paint_body(pen, node.shape, rect, state, face.mark);
    match (node.shape, detail) {
        (Shape::Note, _) => paint_note(pen, rect, face),
        (_, Detail::Compact) => paint_compact(pen, node.shape, rect, face),
        (Shape::Queue, _) => {
            paint_head(pen, node.shape, rect, face, true);
            paint_count(pen, rect, face);
            if let Some(fill) = face.fill {
                paint_fill(pen, bar_rect(pen, rect), fill, state);
            }
        }
        (Shape::Consumer, _) => {
            paint_head(pen, node.shape, rect, face, true);
            paint_servers(pen, rect, face);
        }
        (Shape::Producer | Shape::Topic, _) => paint_head(pen, node.shape, rect, face, false),
    }
    if detail >= Detail::Full {
        paint_lost(pen, rect, face.lost, state.broken);
    }
    if state.broken || face.mark == Mark::Crashed {
        paint_broken(pen, rect.right_top());
    } else {
        paint_mark(pen, rect.right_top(), face.mark);
    }
}

/// The badge of a node that was stopped, or for which senders wait in vain.
fn paint_mark(pen: &Pen<'_>, at: Pos2, mark: Mark) {
    let theme = pen.theme;
    let (icon, fill, ink) = match mark {
        Mark::None | Mark::Crashed => return,
        Mark::Stopped => (Icon::Pause, theme.bg_pressed, theme.text),
        Mark::Stuck => (Icon::Lock, theme.full, theme.on_loss),
    };
    let zoom = pen.zoom().clamp(0.7, 1.5);
    pen.painter.circle_filled(at, 10.5 * zoom, pen.ink(theme.bg_canvas));
    pen.painter.circle_filled(at, 9.0 * zoom, pen.ink(fill));
    icon.paint(&pen.painter, Rect::from_center_size(at, Vec2::splat(12.0 * zoom)), pen.ink(ink));
}

/// Adds a node as it is seen from afar: all of them make one mesh.
pub(super) fn add_silhouette(
    pen: &Pen<'_>,
    mesh: &mut LineMesh,
    node: &SceneNode,
    face: &Face,
    state: State,
) {
    let theme = pen.theme;
    let (hue, edge) = role(theme, node.shape);
    let paper = node.shape == Shape::Note;
    let colour = pen.ink(if paper { edge } else { Theme::mix(hue, theme.bg_canvas, 0.2) });
    let rect = pen.rect(node.rect);
    let mut outline = geometry::outline(node.shape, rect, pen.zoom());
    let first = outline.first().copied();
    pen::fill_fan(&mut mesh.mesh, &outline, rect.center(), colour);
    outline.extend(first);
    let marked = if state.selected { pen.ink(theme.accent) } else { colour };
    mesh.stroke(&outline, if state.selected { 2.5 } else { 0.5 }, marked);
    if face.alarming() || state.broken {
        let at = rect.right_top() + Vec2::new(3.0, -1.0);
        pen.painter.circle_filled(at, 3.5, pen.ink(theme.full));
    }
}

/// Halo, focus ring, fill and outline.
fn paint_body(pen: &Pen<'_>, shape: Shape, rect: Rect, state: State, mark: Mark) {
    let theme = pen.theme;
    let (hue, edge) = role(theme, shape);
    let outline = geometry::outline(shape, rect, pen.zoom());
    // A wide line under the fill shows its outer half alone.
    let ring = |width: f32, colour: Color32| {
        let stroke = Stroke::new(2.0 * width, pen.ink(colour));
        pen.painter.add(Drawn::closed_line(outline.clone(), stroke));
    };
    if state.focused {
        ring(FOCUS_OFFSET + FOCUS, theme.accent);
        ring(FOCUS_OFFSET, theme.bg_canvas);
    }
    if state.selected {
        ring(EDGE_SELECTED / 2.0 + HALO, theme.selected_halo());
    }
    let fill = match (shape, state.selected, state.hovered) {
        (_, true, _) => theme.selected_fill(),
        (Shape::Note, false, _) => theme.note_fill,
        (_, false, true) => theme.bg_hover,
        (_, false, false) => theme.bg_raised,
    };
    let stroke = match (state.selected, state.hovered) {
        (true, _) => Stroke::new(EDGE_SELECTED, pen.ink(theme.accent)),
        (false, true) => Stroke::new(EDGE, pen.ink(hue)),
        (false, false) => Stroke::new(EDGE, pen.ink(edge)),
    };
    pen.painter.add(pen::filled(&outline, rect.center(), pen.ink(fill)));
    if shape == Shape::Note {
        let fold = FOLD * pen.zoom();
        let corner = rect.right_top();
        let inner = corner + Vec2::new(-fold, fold);
        let line = vec![corner - Vec2::new(fold, 0.0), inner, corner + Vec2::new(0.0, fold)];
        pen.painter.add(Drawn::line(line, stroke));
    }
    match mark {
        Mark::Crashed => {
            let mut outline = outline;
            outline.extend(outline.first().copied());
            let stroke = Stroke::new(EDGE, pen.ink(theme.full));
            pen.painter.extend(Drawn::dashed_line(&outline, stroke, 6.0, 4.0));
        }
        Mark::Stopped if !state.selected => {
            let stroke = Stroke::new(EDGE, pen.ink(theme.line_strong));
            pen.painter.add(Drawn::closed_line(outline, stroke));
        }
        Mark::None | Mark::Stopped | Mark::Stuck => {
            pen.painter.add(Drawn::closed_line(outline, stroke));
        }
    }
}

/// How far the content of a node stands from its left edge.
fn inset(shape: Shape) -> f32 {
    match shape {
        Shape::Topic => PADDING + 4.0,
        Shape::Consumer => PADDING + NOTCH - 4.0,
        _ => PADDING,
    }
}

/// Icon, name and second line; at the top or in the middle.
fn paint_head(pen: &Pen<'_>, shape: Shape, rect: Rect, face: &Face, top: bool) {
    let (theme, zoom) = (pen.theme, pen.zoom());
    let (hue, _) = role(theme, shape);
    let middle = if top { rect.top() + 23.5 * zoom } else { rect.center().y };
    let left = rect.left() + inset(shape) * zoom;
    let tile =
        Rect::from_min_size(Pos2::new(left, middle - TILE / 2.0 * zoom), Vec2::splat(TILE * zoom));
    pen.painter.rect_filled(tile, radius(6.0 * zoom), pen.ink(theme.tile(hue)));
    icon(shape).paint(&pen.painter, tile.shrink(4.5 * zoom), pen.ink(hue));
    let text_left = tile.right() + 9.0 * zoom;
    let end = rect.right() - if shape == Shape::Producer { 16.0 } else { PADDING } * zoom;
    let (mut name_end, mut line_end) = (end, end);
    if let Some(count) = &face.count {
        let (value, of) = count_galleys(pen, count);
        name_end -= value.size().x + 6.0 * zoom;
        line_end -= of.size().x + 6.0 * zoom;
    }
    let name = pen.line(&face.name, 13.0 * zoom, Weight::SemiBold, name_end - text_left);
    let spread = (7.5 * zoom).max(7.0);
    let at = Pos2::new(text_left, middle - spread);
    pen.put(name, at, Align2::LEFT_CENTER, theme.text);
    if line_end - text_left > 16.0 {
        let second = pen.line(&face.second, 11.0 * zoom, Weight::Regular, line_end - text_left);
        let at = Pos2::new(text_left, middle + spread);
        pen.put(second, at, Align2::LEFT_CENTER, theme.text_3);
    }
}

type Galley = std::sync::Arc<egui::Galley>;

fn count_galleys(pen: &Pen<'_>, count: &Count) -> (Galley, Galley) {
    let zoom = pen.zoom();
    (
        pen.line(&count.text, 13.0 * zoom, Weight::SemiBold, f32::INFINITY),
        pen.line(&count.of, 11.0 * zoom, Weight::Regular, f32::INFINITY),
    )
}

fn count_colour(theme: &Theme, count: &Count) -> Color32 {
    count.level.map_or(theme.text_2, |level| level_colours(theme, level).2)
}

fn paint_count(pen: &Pen<'_>, rect: Rect, face: &Face) {
    let Some(count) = &face.count else { return };
    let zoom = pen.zoom();
    let (value, of) = count_galleys(pen, count);
    let right = rect.right() - PADDING * zoom;
    let middle = rect.top() + 23.5 * zoom;
    let spread = (7.5 * zoom).max(7.0);
    let colour = count_colour(pen.theme, count);
    pen.put(value, Pos2::new(right, middle - spread), Align2::RIGHT_CENTER, colour);
    pen.put(of, Pos2::new(right, middle + spread), Align2::RIGHT_CENTER, pen.theme.text_3);
}

fn bar_rect(pen: &Pen<'_>, rect: Rect) -> Rect {
    let zoom = pen.zoom();
    let top = rect.top() + 46.0 * zoom;
    Rect::from_min_max(
        Pos2::new(rect.left() + PADDING * zoom, top),
        Pos2::new(rect.right() - PADDING * zoom, top + BAR * zoom),
    )
}

/// A fill bar with ticks: at 60 and 85 %, or at the decades.
pub(super) fn paint_fill(pen: &Pen<'_>, area: Rect, fill: Fill, state: State) {
    let theme = pen.theme;
    let corner = radius(2.0 * pen.zoom());
    pen.painter.rect_filled(area, corner, pen.ink(theme.track));
    if fill.share > 0.0 {
        let width = (area.width() * fill.share).max(2.0);
        let part = Rect::from_min_size(area.min, Vec2::new(width, area.height()));
        let (inner, edge) = match fill.level {
            Some(level) => {
                let (inner, edge, _) = level_colours(theme, level);
                (inner, edge)
            }
            None => (theme.kind_channel, theme.kind_channel),
        };
        pen.painter.rect_filled(part, corner, pen.ink(inner));
        if edge != inner {
            let stroke = Stroke::new(1.0, pen.ink(edge));
            pen.painter.rect_stroke(part, corner, stroke, StrokeKind::Inside);
        }
    }
    let ticks: &[f32] = match fill.level {
        Some(_) => &[Level::WARN_AT, Level::FULL_AT],
        None => &[0.302, 0.535, 0.767],
    };
    let ground = if state.selected {
        theme.selected_fill()
    } else if state.hovered {
        theme.bg_hover
    } else {
        theme.bg_raised
    };
    for tick in ticks {
        let x = area.left() + area.width() * tick;
        pen.painter.vline(x, area.y_range(), Stroke::new(1.5, pen.ink(ground)));
    }
}

fn paint_servers(pen: &Pen<'_>, rect: Rect, face: &Face) {
    let (theme, zoom) = (pen.theme, pen.zoom());
    let left = rect.left() + inset(Shape::Consumer) * zoom;
    let top = rect.top() + 45.0 * zoom;
    match &face.servers {
        Some(Servers::Slots(slots)) => {
            for (ix, slot) in slots.iter().enumerate() {
                let x = left + ix as f32 * (SLOT + SLOT_GAP) * zoom;
                let area = Rect::from_min_size(Pos2::new(x, top), Vec2::splat(SLOT * zoom));
                paint_slot(pen, area, *slot);
            }
        }
        Some(Servers::Bar { busy, of }) => {
            let args = [("busy", (*busy).into()), ("of", (*of).into())];
            let text = tr_args("canvas-servers", &args);
            let galley = pen.line(&text, 11.0 * zoom, Weight::Medium, f32::INFINITY);
            let at = Pos2::new(left, top + SLOT / 2.0 * zoom);
            let words = pen.put(galley, at, Align2::LEFT_CENTER, theme.text_2);
            let bar = Rect::from_min_max(
                Pos2::new(words.right() + 6.0 * zoom, top + 2.0 * zoom),
                Pos2::new(rect.right() - 58.0 * zoom, top + (2.0 + BAR) * zoom),
            );
            if bar.width() > 8.0 {
                let share = (*busy as f32 / (*of).max(1) as f32).min(1.0);
                pen.painter.rect_filled(bar, radius(2.0 * zoom), pen.ink(theme.track));
                let width = bar.width() * share;
                let part = Rect::from_min_size(bar.min, Vec2::new(width, bar.height()));
                pen.painter.rect_filled(part, radius(2.0 * zoom), pen.ink(theme.kind_worker));
            }
        }
        None => {}
    }
    if let Some(rho) = face.rho {
        let text = tr_args("canvas-rho", &[("value", format!("{rho:.2}").into())]);
        // Servers that never rest cannot keep up.
        let colour = if rho >= 0.99 { theme.full_text } else { theme.text_2 };
        let galley = pen.line(&text, 11.0 * zoom, Weight::SemiBold, f32::INFINITY);
        let at = Pos2::new(rect.right() - PADDING * zoom, top + SLOT / 2.0 * zoom);
        let taken = match &face.servers {
            Some(Servers::Slots(slots)) => slots.len() as f32 * (SLOT + SLOT_GAP) * zoom,
            _ => 0.0,
        };
        if at.x - galley.size().x > left + taken {
            pen.put(galley, at, Align2::RIGHT_CENTER, colour);
        }
    }
}

/// A server: its slot fills from below as the service goes on.
fn paint_slot(pen: &Pen<'_>, area: Rect, progress: Option<f32>) {
    let (theme, zoom) = (pen.theme, pen.zoom());
    let corner = radius(3.0 * zoom);
    let edge = if progress.is_some() { theme.kind_worker } else { theme.line_control };
    if let Some(progress) = progress {
        let inner = area.shrink(1.0);
        let height = inner.height() * progress.clamp(0.08, 1.0);
        let part = Rect::from_min_max(Pos2::new(inner.left(), inner.bottom() - height), inner.max);
        pen.painter.rect_filled(part, radius(2.0 * zoom), pen.ink(theme.kind_worker));
    }
    let stroke = Stroke::new(1.0, pen.ink(edge));
    pen.painter.rect_stroke(area, corner, stroke, StrokeKind::Inside);
}

/// Outline, icon, name, a line for the level, count.
fn paint_compact(pen: &Pen<'_>, shape: Shape, rect: Rect, face: &Face) {
    let (theme, zoom) = (pen.theme, pen.zoom());
    let (hue, _) = role(theme, shape);
    let pad = 8.0 * zoom + 2.0;
    let shift = if shape == Shape::Consumer { NOTCH * zoom } else { 0.0 };
    let line = face.fill.is_some() || face.servers.is_some();
    let middle = rect.center().y - if line { 2.0 } else { 0.0 };
    let side = 14.0_f32.min(rect.height() * 0.5);
    let left = rect.left() + pad + shift;
    let tile = Rect::from_center_size(Pos2::new(left + side / 2.0, middle), Vec2::splat(side));
    icon(shape).paint(&pen.painter, tile, pen.ink(hue));
    let mut right = rect.right() - pad;
    if let Some(count) = &face.count {
        let galley = pen.line(&count.text, 12.0, Weight::SemiBold, f32::INFINITY);
        if galley.size().x < (right - left) * 0.6 {
            let at = Pos2::new(right, middle);
            let area = pen.put(galley, at, Align2::RIGHT_CENTER, count_colour(theme, count));
            right = area.left() - 4.0;
        }
    }
    let text_left = tile.right() + 5.0;
    if right - text_left > 20.0 && rect.height() > 16.0 {
        let name = pen.line(&face.name, 12.0, Weight::SemiBold, right - text_left);
        pen.put(name, Pos2::new(text_left, middle), Align2::LEFT_CENTER, theme.text);
    }
    let bottom = rect.bottom() - 3.0 - 3.0 * zoom;
    let area = Rect::from_min_max(
        Pos2::new(left - 2.0, bottom - 3.0),
        Pos2::new(rect.right() - pad + 2.0, bottom),
    );
    let part = |share: f32, colour: Color32| {
        pen.painter.rect_filled(area, radius(1.0), pen.ink(theme.track));
        let size = Vec2::new(area.width() * share, area.height());
        pen.painter.rect_filled(Rect::from_min_size(area.min, size), radius(1.0), pen.ink(colour));
    };
    if let Some(fill) = face.fill {
        part(fill.share, fill.level.map_or(hue, |level| level_colours(theme, level).0));
    } else if let Some(servers) = &face.servers {
        let (busy, of) = match servers {
            Servers::Slots(slots) => (slots.iter().flatten().count() as f32, slots.len() as f32),
            Servers::Bar { busy, of } => (*busy as f32, *of as f32),
        };
        part((busy / of.max(1.0)).min(1.0), hue);
    }
}

/// A note's title and text: as many lines as find room in a size that can be read.
fn paint_note(pen: &Pen<'_>, rect: Rect, face: &Face) {
    let (theme, zoom) = (pen.theme, pen.zoom());
    let pad = PADDING * zoom;
    let width = rect.width() - 2.0 * pad;
    if width < 24.0 || rect.height() < pen::TEXT_FLOOR {
        return;
    }
    let title = pen.line(&face.name, 13.0 * zoom, Weight::SemiBold, width - FOLD * zoom * 0.5);
    let head = pad.min((rect.height() - title.size().y) / 2.0);
    let at = rect.min + Vec2::new(pad, head.max(0.0));
    let head = pen.put(title, at, Align2::LEFT_TOP, theme.text);
    let top = head.bottom() + 4.0 * zoom;
    let line = ((12.0 * zoom).max(pen::TEXT_FLOOR) * 1.5).round();
    let rows = ((rect.bottom() - 6.0 * zoom - top) / line).floor();
    if rows >= 1.0 && !face.second.is_empty() {
        let text = pen.paragraph(&face.second, 12.0 * zoom, width, rows as usize);
        pen.put(text, Pos2::new(at.x, top), Align2::LEFT_TOP, theme.text_2);
    }
}

/// The pill that counts what was lost, on the upper right corner.
fn paint_lost(pen: &Pen<'_>, rect: Rect, lost: u64, badge: bool) {
    if lost == 0 {
        return;
    }
    let (theme, zoom) = (pen.theme, pen.zoom().min(1.5));
    let count = super::figures::digits(lost);
    let text = tr_args("canvas-lost", &[("count", count.into())]);
    let galley = pen.line(&text, 11.0 * zoom, Weight::SemiBold, f32::INFINITY);
    let height = (18.0 * zoom).max(galley.size().y + 3.0);
    let icon = height * 0.55;
    let width = icon + 4.0 + galley.size().x + height * 0.8;
    let right = rect.right() + if badge { -10.0 } else { 4.0 } * zoom;
    let centre = Pos2::new(right - width / 2.0, rect.top() - 1.0);
    let pill = Rect::from_center_size(centre, Vec2::new(width, height));
    pen.painter.rect_filled(pill, radius(height / 2.0), pen.ink(theme.loss));
    let mark = Rect::from_center_size(
        Pos2::new(pill.left() + height * 0.4 + icon / 2.0, centre.y),
        Vec2::splat(icon),
    );
    Icon::Close.paint(&pen.painter, mark, pen.ink(theme.on_loss));
    let at = Pos2::new(mark.right() + 4.0, centre.y);
    pen.put(galley, at, Align2::LEFT_CENTER, theme.on_loss);
}

/// The mark of a node or link that cannot run.
pub(super) fn paint_broken(pen: &Pen<'_>, at: Pos2) {
    let (theme, zoom) = (pen.theme, pen.zoom().clamp(0.7, 1.5));
    pen.painter.circle_filled(at, 8.5 * zoom, pen.ink(theme.bg_canvas));
    pen.painter.circle_filled(at, 7.0 * zoom, pen.ink(theme.full));
    let mark = Rect::from_center_size(at, Vec2::splat(9.0 * zoom));
    Icon::Close.paint(&pen.painter, mark, pen.ink(theme.on_loss));
}

/// Paints a port.
pub(super) fn paint_port(pen: &Pen<'_>, at: Pos2, state: PortState) {
    let theme = pen.theme;
    let at = pen.point(at);
    let size = PORT * pen.zoom().clamp(0.6, 1.5);
    let hollow = |radius: f32, width: f32, colour: Color32| {
        pen.painter.circle_filled(at, radius, pen.ink(theme.bg_canvas));
        pen.painter.circle_stroke(at, radius, Stroke::new(width, pen.ink(colour)));
    };
    let halo = || {
        pen.painter.circle_filled(at, 12.0, theme.selected_halo());
    };
    match state {
        PortState::Free => hollow(size - 0.5, 1.5, theme.link),
        PortState::Copies => hollow(size - 0.5, 2.0, theme.link),
        PortState::Linked => {
            pen.painter.circle_filled(at, size, pen.ink(theme.link));
        }
        PortState::Dead => {
            pen.painter.circle_filled(at, size, pen.ink(theme.loss));
        }
        PortState::Drawn => {
            pen.painter.circle_filled(at, size + 0.5, theme.accent);
        }
        PortState::Valid => {
            halo();
            hollow(5.0, 2.0, theme.accent);
        }
        PortState::Snapped => {
            halo();
            pen.painter.circle_filled(at, 7.5, theme.accent);
            let plus = Rect::from_center_size(at, Vec2::splat(11.0));
            Icon::Plus.paint(&pen.painter, plus, theme.bg_canvas);
        }
        PortState::Refused => {
            pen.painter.circle_filled(at, 7.0, theme.bg_canvas);
            Icon::Forbidden.paint(
                &pen.painter,
                Rect::from_center_size(at, Vec2::splat(16.0)),
                theme.text_3,
            );
        }
    }
}

/// A corner radius in whole points.
pub(super) fn radius(points: f32) -> CornerRadius {
    CornerRadius::same(points.round().clamp(0.0, 255.0) as u8)
}

//! The whole run in strips: facts, losses, and how full each channel was. Dragging the playhead
//! shows any moment.

mod strips;

use egui::{Rect, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, pos2, vec2};
use eventloom_core::live::View;
use eventloom_core::time::{SimSpan, SimTime};

use crate::command::{Action, Command, CommandQueue};
use crate::context::FrameContext;
use crate::text::{tr, tr_args};
use crate::theme::Theme;
use crate::widgets::control::{self, PillSign};
use crate::widgets::icons::Icon;
use crate::widgets::{format, lettering, ticks};
use strips::Strips;

const HEADER: f32 = 32.0;
const RULER: f32 = 16.0;
const DENSITY: f32 = 36.0;
const LANE: f32 = 12.0;
const LANE_PITCH: f32 = 16.0;
const LABELS: f32 = 104.0;
const MARGIN: f32 = 24.0;
const GAP: f32 = 6.0;
const HANDLE: Vec2 = vec2(11.0, 13.0);
/// The most ticks that the ruler names.
const TICKS: u32 = 7;

/// The timeline.
#[derive(Default)]
pub struct TimelinePanel {
    strips: Strips,
    /// What the drag that goes on asked for last.
    sought: Option<SimTime>,
}

/// The axis of time on the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Axis {
    left: f32,
    width: f32,
    end: SimTime,
}

impl Axis {
    fn x_of(self, time: SimTime) -> f32 {
        self.left + (time.0 as f64 / self.end.0.max(1) as f64) as f32 * self.width
    }

    fn time_at(self, x: f32) -> SimTime {
        let share = f64::from(((x - self.left) / self.width.max(1.0)).clamp(0.0, 1.0));
        SimTime((share * self.end.0 as f64) as u64)
    }
}

impl TimelinePanel {
    /// Shows the panel in the whole of `ui`.
    pub fn show(&mut self, ui: &mut Ui, frame: &FrameContext<'_>, commands: &mut CommandQueue) {
        ui.spacing_mut().item_spacing.y = 0.0;
        show_header(ui, frame, commands);
        let Some(view) = frame.view else {
            let (rect, _) =
                ui.allocate_exact_size(vec2(ui.available_width(), 40.0), Sense::hover());
            let rect = rect.shrink2(vec2(16.0, 0.0));
            let text = tr("timeline-empty");
            lettering::left(ui.painter(), rect, text, lettering::body(), frame.theme.text_3);
            return;
        };
        let scroll = egui::ScrollArea::vertical().id_salt("timeline").auto_shrink(false);
        scroll.show(ui, |ui| self.show_strips(ui, frame, view, commands));
    }

    fn show_strips(
        &mut self,
        ui: &mut Ui,
        frame: &FrameContext<'_>,
        view: &View,
        commands: &mut CommandQueue,
    ) {
        let lanes = strips::lanes(frame.project, view);
        let height = RULER + GAP + DENSITY + GAP + lanes.len() as f32 * LANE_PITCH + GAP;
        let (_, rect) = ui.allocate_space(vec2(ui.available_width(), height));
        let axis = Axis {
            left: rect.left() + LABELS,
            width: (rect.width() - LABELS - MARGIN).max(32.0),
            end: ticks::horizon(view.front),
        };
        let area = Rect::from_min_max(
            pos2(axis.left, rect.top()),
            pos2(axis.left + axis.width, rect.bottom()),
        );
        self.scrub(ui, view, axis, area, commands);
        if !ui.is_rect_visible(rect) {
            return;
        }
        let density_top = rect.top() + RULER + GAP;
        let density = area.with_min_y(density_top).with_max_y(density_top + DENSITY);
        let lanes_top = density.bottom() + GAP;
        paint_ruler(ui, frame.theme, axis, area);
        let words = rect.with_max_x(axis.left - 8.0).with_min_x(rect.left() + 16.0);
        let label = |top: f32, height: f32| words.with_min_y(top).with_max_y(top + height);
        let (font, ink) = (lettering::caption(), frame.theme.text_2);
        let facts = tr("timeline-facts-per-s");
        lettering::left(ui.painter(), label(density.top(), DENSITY), facts, font.clone(), ink);
        for (row, lane) in lanes.iter().enumerate() {
            let top = lanes_top + row as f32 * LANE_PITCH;
            lettering::left(ui.painter(), label(top, LANE), &lane.name, font.clone(), ink);
            let trough = area.with_min_y(top).with_max_y(top + LANE);
            ui.painter().rect_filled(trough, 2.0, frame.theme.track);
        }
        ui.painter().rect_filled(density, 2.0, frame.theme.track);
        let place = strips::Place { axis, density, lanes_top };
        self.strips.paint(ui.painter(), frame.theme, view, &lanes, place);
        paint_edits(ui, frame.theme, view, axis, area);
        paint_playhead(ui, frame.theme, axis.x_of(view.at), area);
    }

    /// Turns clicks and drags into moments to show; at most one in a frame.
    fn scrub(&mut self, ui: &Ui, view: &View, axis: Axis, area: Rect, commands: &mut CommandQueue) {
        // The handle may be taken at its outer half, too.
        let hit = area.expand2(vec2(12.0, 0.0));
        let id = ui.scope_id().with("timeline-scrub");
        let response = ui.interact(hit, id, Sense::click_and_drag());
        let label = tr("timeline-playhead");
        response.widget_info(|| WidgetInfo::slider(true, view.at.as_secs_f64(), label));
        if !response.dragged() && !response.drag_started() && !response.clicked() {
            if response.drag_stopped() {
                self.sought = None;
            }
            let Some(pointer) = response.hover_pos() else { return };
            let time = axis.time_at(pointer.x).min(view.front);
            response.on_hover_text_at_pointer(time.to_string());
            return;
        }
        let Some(pointer) = response.interact_pointer_pos() else { return };
        let time = axis.time_at(pointer.x);
        let target = time.min(view.front);
        if response.clicked() {
            self.sought = None;
        } else if self.sought == Some(target) {
            return;
        } else {
            self.sought = Some(target);
        }
        // Beyond the front there is nothing yet: the run is followed.
        if time > view.front {
            if !view.live {
                commands.act(Action::GoLive);
            }
        } else {
            commands.push(Command::Seek(target));
        }
    }
}

fn show_header(ui: &mut Ui, frame: &FrameContext<'_>, commands: &mut CommandQueue) {
    let theme = frame.theme;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEADER), Sense::hover());
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let title = tr("timeline-title");
    lettering::left(ui.painter(), inner, title, lettering::body_semibold(), theme.text);
    let Some(view) = frame.view else { return };
    let right = egui::UiBuilder::new()
        .max_rect(inner)
        .layout(egui::Layout::right_to_left(egui::Align::Center));
    let mut bar = ui.new_child(right);
    if view.live {
        let words = tr("timeline-live");
        let tip = tr("timeline-live-tip");
        control::pill(&mut bar, theme, PillSign::Dot, words, theme.ok, theme.ok_text, tip);
    } else {
        behind_pill(&mut bar, theme, view.front.since(view.at), commands);
    }
    bar.add_space(8.0);
    let facts = tr_args("timeline-facts", &[("count", format::count(view.facts).into())]);
    let text = egui::RichText::new(facts).font(lettering::small()).color(theme.text_3);
    bar.label(text);
}

fn behind_pill(ui: &mut Ui, theme: &Theme, behind: SimSpan, commands: &mut CommandQueue) {
    let behind = format::behind(behind);
    let text = tr_args("run-behind", &[("behind", behind.into())]);
    let sign = PillSign::Icon(Icon::SkipEnd);
    let tip = tr("run-go-live-tip");
    if control::pill(ui, theme, sign, &text, theme.warn, theme.warn_text, tip).clicked() {
        commands.act(Action::GoLive);
    }
}

fn paint_ruler(ui: &Ui, theme: &Theme, axis: Axis, area: Rect) {
    let painter = ui.painter();
    let bottom = area.top() + RULER;
    painter.hline(area.x_range(), bottom - 0.5, Stroke::new(1.0, theme.line_subtle));
    let step = ticks::time_step(SimSpan(axis.end.0), TICKS);
    let small = (step.0 / 4).max(1);
    let mut time = 0_u64;
    while time <= axis.end.0 {
        let x = axis.x_of(SimTime(time));
        let is_named = time.is_multiple_of(step.0);
        let top = if is_named { area.top() } else { bottom - 5.0 };
        painter.vline(x, top..=bottom, Stroke::new(1.0, theme.line_strong));
        if is_named {
            let text = format::tick(SimTime(time), step);
            let font = lettering::caption();
            let galley = painter.layout_no_wrap(text, font, theme.text_3);
            if x + 4.0 + galley.size().x <= area.right() + MARGIN {
                painter.galley(pos2(x + 4.0, area.top() - 1.0), galley, theme.text_3);
            }
        }
        let Some(next) = time.checked_add(small) else { break };
        time = next;
    }
}

/// Where the drawing was changed while it ran.
fn paint_edits(ui: &Ui, theme: &Theme, view: &View, axis: Axis, area: Rect) {
    let mut last = f32::NEG_INFINITY;
    for time in view.edits.iter().filter(|time| **time <= view.front) {
        let x = axis.x_of(*time);
        // A drag that edits at every step marks one place, not a wall.
        if x - last < 3.0 {
            continue;
        }
        last = x;
        let line = [pos2(x, area.top() + RULER), pos2(x, area.bottom())];
        let stroke = Stroke::new(1.0, theme.text_3);
        ui.painter().extend(Shape::dashed_line(&line, stroke, 3.0, 3.0));
        let sign = Rect::from_center_size(pos2(x, area.top() + RULER - 1.0), Vec2::splat(10.0));
        Icon::Diamond.paint(ui.painter(), sign, theme.text_2);
        let hit = sign.expand(4.0);
        let id = ui.scope_id().with(("edit", time.0));
        let text = tr_args("timeline-edit", &[("time", time.to_string().into())]);
        ui.interact(hit, id, Sense::hover()).on_hover_text(text);
    }
}

fn paint_playhead(ui: &Ui, theme: &Theme, x: f32, area: Rect) {
    let painter = ui.painter();
    let top = area.top() + RULER - HANDLE.y;
    painter.vline(x, top..=area.bottom(), Stroke::new(1.0, theme.text));
    let half = HANDLE.x / 2.0;
    let corners = vec![
        pos2(x - half, top),
        pos2(x + half, top),
        pos2(x + half, top + HANDLE.y - half),
        pos2(x, top + HANDLE.y),
        pos2(x - half, top + HANDLE.y - half),
    ];
    painter.add(Shape::convex_polygon(corners, theme.text, Stroke::NONE));
}

#[cfg(test)]
mod tests;

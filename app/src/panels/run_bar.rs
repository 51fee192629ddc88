//! The transport: run, step, stop, restart, speed; the time and how the run is doing.

mod menus;

use egui::{Align2, Color32, Role, Sense, Ui, Vec2, WidgetInfo};
use eventloom_core::live::{RunState, Speed, View};
use eventloom_core::time::SimSpan;

use crate::command::{Action, CommandQueue};
use crate::context::FrameContext;
use crate::text::{tr, tr_args};
use crate::widgets::control::{self, PillSign};
use crate::widgets::icons::Icon;
use crate::widgets::{format, lettering};

/// Below this a run counts as on time.
const LAG_SHOWN: SimSpan = SimSpan::from_millis(100);
const TIME_WIDTH: f32 = 116.0;
const STATE_WIDTH: f32 = 220.0;

/// The run bar.
#[derive(Debug)]
pub struct RunBar {
    /// The speed chosen last, shown while there is no run.
    speed: Speed,
    speed_text: String,
    seed_text: String,
}

impl Default for RunBar {
    fn default() -> Self {
        Self { speed: Speed::Times(1.0), speed_text: String::new(), seed_text: String::new() }
    }
}

impl RunBar {
    /// Shows the bar in the height that `ui` gives, from the left.
    pub fn show(&mut self, ui: &mut Ui, frame: &FrameContext<'_>, commands: &mut CommandQueue) {
        if let Some(view) = frame.view {
            self.speed = view.speed;
        }
        ui.horizontal_centered(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            show_transport(ui, frame, commands);
            self.restart_menu(ui, frame, commands);
            ui.add_space(8.0);
            self.speed_menu(ui, frame, commands);
            ui.add_space(8.0);
            show_time(ui, frame);
            ui.add_space(4.0);
            show_state(ui, frame, commands);
        });
    }
}

fn show_transport(ui: &mut Ui, frame: &FrameContext<'_>, commands: &mut CommandQueue) {
    let theme = frame.theme;
    let is_on = frame.view.is_some();
    let mut put = |ui: &mut Ui, enabled, icon, label, tip, action| {
        ui.add_enabled_ui(enabled, |ui| {
            if control::icon(ui, theme, icon, tr(label), tr(tip)).clicked() {
                commands.act(action);
            }
        });
    };
    put(ui, is_on, Icon::SkipStart, "run-to-start", "run-to-start-tip", Action::SeekStart);
    put(ui, is_on, Icon::StepBack, "run-step-back", "run-step-back-tip", Action::StepBack);
    let runs = frame.view.is_some_and(|view| view.state == RunState::Running);
    let (icon, label, tip) = match (frame.view, runs) {
        (_, true) => (Icon::Pause, "run-pause", "run-pause-tip"),
        (Some(_), false) => (Icon::Play, "run-resume", "run-resume-tip"),
        (None, false) => (Icon::Play, "run-play", "run-play-tip"),
    };
    if control::primary_icon(ui, theme, icon, tr(label), tr(tip)).clicked() {
        commands.act(Action::PlayPause);
    }
    let mut put = |ui: &mut Ui, enabled, icon, label, tip, action| {
        ui.add_enabled_ui(enabled, |ui| {
            if control::icon(ui, theme, icon, tr(label), tr(tip)).clicked() {
                commands.act(action);
            }
        });
    };
    put(ui, is_on, Icon::StepForward, "run-step", "run-step-tip", Action::StepFact);
    let visible = ("run-step-visible", "run-step-visible-tip");
    put(ui, is_on, Icon::SkipEnd, visible.0, visible.1, Action::StepVisible);
    put(ui, is_on, Icon::Stop, "run-stop", "run-stop-tip", Action::Stop);
}

fn show_time(ui: &mut Ui, frame: &FrameContext<'_>) {
    let theme = frame.theme;
    let text = frame.view.map_or_else(|| "00:00:00.000".to_owned(), |view| view.at.to_string());
    let ink = if frame.view.is_some() { theme.text } else { theme.text_3 };
    let font = lettering::title();
    let galley = ui.painter().layout_no_wrap(text.clone(), font, ink);
    let size = Vec2::new(galley.size().x.max(TIME_WIDTH), control::SIDE);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let at = egui::pos2(rect.left(), rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, ink);
    let label = tr_args("run-time", &[("time", text.into())]);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &label));
}

fn show_state(ui: &mut Ui, frame: &FrameContext<'_>, commands: &mut CommandQueue) {
    let theme = frame.theme;
    let Some(view) = frame.view else {
        let seed = frame.project.seed.to_string();
        let text = tr_args("run-ready", &[("seed", seed.into())]);
        say(ui, None, &text, theme.text_2, &text);
        return;
    };
    if !view.live {
        behind_pill(ui, frame, view, commands);
    }
    let seed = tr_args("run-seed", &[("seed", view.seed.to_string().into())]);
    match &view.state {
        RunState::Running if view.lag >= LAG_SHOWN => {
            let lag = format!("{:.1} s", view.lag.as_secs_f64());
            let text = tr_args("run-lags", &[("lag", lag.into())]);
            let tip = format!("{} {seed}", tr("run-lags-tip"));
            say(ui, Some(theme.warn), &text, theme.warn_text, &tip);
        }
        RunState::Running => {
            let text = tr("run-on-time");
            say(ui, Some(theme.ok), text, theme.text_2, &seed);
        }
        RunState::Paused => say(ui, None, tr("run-paused"), theme.text_2, &seed),
        RunState::Finished => say(ui, None, tr("run-finished"), theme.text_2, &seed),
        RunState::Stuck(text) => say(ui, Some(theme.full), text, theme.full_text, text),
    }
}

/// How far the playhead is behind, and the way back.
fn behind_pill(ui: &mut Ui, frame: &FrameContext<'_>, view: &View, commands: &mut CommandQueue) {
    let theme = frame.theme;
    let behind = format::behind(view.front.since(view.at));
    let text = tr_args("run-behind", &[("behind", behind.into())]);
    let sign = PillSign::Icon(Icon::SkipEnd);
    let tip = tr("run-go-live-tip");
    if control::pill(ui, theme, sign, &text, theme.warn, theme.warn_text, tip).clicked() {
        commands.act(Action::GoLive);
    }
}

fn say(ui: &mut Ui, dot: Option<Color32>, text: &str, ink: Color32, tip: &str) {
    let room = STATE_WIDTH.min(ui.available_width()) - 20.0;
    // A word of which the bar has only half is worse than its sign alone.
    let written = if room >= 44.0 || dot.is_none() { text } else { "" };
    let galley = lettering::one_line(ui.painter(), written, lettering::small(), ink, room);
    let indent = if dot.is_some() { 16.0 } else { 4.0 };
    let size = Vec2::new(galley.size().x + indent + 4.0, control::SIDE);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    if let Some(dot) = dot {
        ui.painter().circle_filled(egui::pos2(rect.left() + 6.0, rect.center().y), 4.0, dot);
    }
    let at = Align2::LEFT_CENTER
        .anchor_size(egui::pos2(rect.left() + indent, rect.center().y), galley.size());
    ui.painter().galley(at.min, galley, ink);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    response.on_hover_text(tip);
}

#[cfg(test)]
mod tests;

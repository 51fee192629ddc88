//! The window: `logic` takes what came from outside, `ui` places the panels, then carries out what
//! they asked for.

mod bars;
mod messages;
mod native;
#[cfg(test)]
mod tests;
mod top_bar;
mod workspace;

use std::path::{Path, PathBuf};
use std::time::Instant;

use egui::{CentralPanel, Frame, Ui, ViewportCommand};

use crate::command::{Command, CommandQueue, apply, shortcuts};
use crate::notices::Level;
use crate::panels::start::{StartContext, StartPanel};
use crate::state::{State, Surroundings};
use crate::theme::{Theme, ThemeError, ThemeName, style};
use crate::view_state::Workspace;
use crate::{settings, text};
pub use native::run;
use workspace::Workbench;

/// What the window shows first.
#[derive(Clone, Debug, Default)]
pub struct FirstView {
    /// This file; none: the start view.
    pub file: Option<PathBuf>,
    /// Whether it runs at once.
    pub run: bool,
}

/// The window's contents.
pub struct EventloomApp {
    state: State,
    queue: CommandQueue,
    themes: Themes,
    /// The theme that egui shows now.
    shown_theme: Option<ThemeName>,
    title: String,
    start: StartPanel,
    workbench: Workbench,
}

struct Themes {
    dark: Theme,
    light: Theme,
}

impl Themes {
    fn get(&self, name: ThemeName) -> &Theme {
        match name {
            ThemeName::Dark => &self.dark,
            ThemeName::Light => &self.light,
        }
    }
}

impl EventloomApp {
    /// The contents of a new window.
    ///
    /// # Errors
    /// Where a bundled theme is broken; a test holds that none is.
    pub fn new(
        ctx: &egui::Context,
        surroundings: Surroundings,
        first: FirstView,
    ) -> Result<Self, ThemeError> {
        let themes =
            Themes { dark: Theme::load(ThemeName::Dark)?, light: Theme::load(ThemeName::Light)? };
        style::install(ctx);
        let mut state = State::new(ctx, surroundings);
        // The first frame after a change of the theme still has the other's style: it must be ours.
        style::apply(ctx, themes.get(state.settings.theme().other()));
        style::apply(ctx, themes.get(state.settings.theme()));
        if let Some(file) = first.file {
            apply::open_first(&mut state, file, first.run);
        }
        Ok(Self {
            state,
            queue: CommandQueue::default(),
            themes,
            shown_theme: None,
            title: String::new(),
            start: StartPanel::default(),
            workbench: Workbench::default(),
        })
    }

    /// What commands change; for tests.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Asks for something as a panel would; for tests and other programs' requests.
    pub fn queue(&mut self) -> &mut CommandQueue {
        &mut self.queue
    }

    fn close_if_allowed(&mut self, ctx: &egui::Context) {
        let asked = ctx.input(|input| input.viewport().close_requested());
        if asked && !apply::may_close(&mut self.state) {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
        } else if !asked && self.state.may_close {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
    }

    fn show_theme(&mut self, ctx: &egui::Context) {
        let name = self.state.settings.theme();
        if self.shown_theme != Some(name) {
            style::apply(ctx, self.themes.get(name));
            self.shown_theme = Some(name);
            ctx.request_repaint();
        }
    }

    fn show_title(&mut self, ctx: &egui::Context) {
        let title = match &self.state.document {
            None => text::tr("shell-app-name").to_owned(),
            Some(document) => {
                let dirty = if document.is_dirty() { "● " } else { "" };
                let name = apply::title_of(document);
                format!("{dirty}{name} – {}", text::tr("shell-app-name"))
            }
        };
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    fn panels(&mut self, ui: &mut Ui) {
        let Self { state, queue, themes, start, workbench, .. } = self;
        let theme = themes.get(state.settings.theme());
        let frame = state.frame(theme);
        top_bar::show(ui, state, theme, queue, |ui, queue| {
            if let Some(frame) = &frame {
                workbench.run_bar(ui, frame, queue);
            }
        });
        let of_canvas = frame.as_ref().and_then(|frame| workbench.canvas_status(frame));
        bars::status(ui, state, theme, of_canvas);
        match &frame {
            Some(frame) => workbench.show(ui, state, frame, queue),
            None => {
                let panel = Frame::new().fill(theme.bg_panel);
                CentralPanel::no_frame().frame(panel).show(ui, |ui| {
                    let recent = state.settings.recent();
                    let ctx = StartContext { theme, recent, now_s: settings::now_s() };
                    start.show(ui, &ctx, queue);
                });
            }
        }
        messages::show(ui.ctx(), &state.notices, theme, queue);
        apply::canvas_is(state, workbench.canvas_size());
    }

    /// A file dropped onto the window.
    fn open_dropped(&mut self, ctx: &egui::Context) {
        let dropped = ctx.input(|input| input.raw.dropped_files.first().cloned());
        if let Some(file) = dropped {
            self.drop_file(file.path());
        }
    }

    fn drop_file(&mut self, path: &Path) {
        if path.extension().is_some_and(|extension| extension == "ron") {
            self.queue.push(Command::OpenPath(path.to_owned()));
        } else {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let text = text::tr_args("shell-notice-dropped-other", &[("name", name.into())]);
            self.state.say(Level::Warning, text);
        }
    }

    fn dialog(&mut self, ctx: &egui::Context) {
        let theme = self.themes.get(self.state.settings.theme());
        let Some(dialog) = &mut self.state.dialog else { return };
        self.workbench.cancel_gesture(&mut self.queue);
        if let Some(request) = dialog.show(ctx, theme, &mut self.queue) {
            apply::apply_dialog(&mut self.state, request);
            ctx.request_repaint();
        }
    }

    fn apply_commands(&mut self, ctx: &egui::Context) {
        let commands = self.queue.take();
        if commands.is_empty() {
            return;
        }
        for command in commands {
            apply::apply(&mut self.state, command);
        }
        // What was changed shows in the next frame.
        ctx.request_repaint();
    }
}

impl eframe::App for EventloomApp {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        apply::pump(&mut self.state);
        self.close_if_allowed(ctx);
        self.show_theme(ctx);
        self.show_title(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        let typing_before = ctx.text_edit_focused();
        let popup_before = egui::Popup::is_any_open(&ctx);
        let dialog_before = self.state.dialog.is_some();
        let now = self.state.situation();
        if self.state.workspace == Workspace::Run && !typing_before && !dialog_before {
            // Before the canvas takes the arrows for its own walk.
            shortcuts::listen_for_transport(&ctx, now, &mut self.queue);
        }
        self.panels(ui);
        self.dialog(&ctx);
        if !dialog_before && !popup_before {
            let typing = typing_before || ctx.text_edit_focused();
            let focused = ctx.memory(egui::Memory::focused);
            let focused = focused.is_some_and(|id| !self.workbench.canvas_has(&ctx, id));
            shortcuts::listen(&ctx, now, typing, focused, &mut self.queue);
        }
        self.open_dropped(&ctx);
        self.apply_commands(&ctx);
        if let Some(wait) = self.state.notices.next_change(Instant::now()) {
            ctx.request_repaint_after(wait);
        }
    }
}

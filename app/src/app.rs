//! The window: `logic` takes what came from outside, `ui` places the panels, then carries out what
//! they asked for.

mod bars;
mod messages;
mod native;
mod top_bar;
mod workspace;

use std::path::PathBuf;
use std::time::Instant;

use egui::{CentralPanel, Frame, Ui, ViewportCommand};

use crate::command::{CommandQueue, apply, shortcuts};
use crate::panels::start::{StartContext, StartPanel};
use crate::state::{State, Surroundings};
use crate::theme::{Theme, ThemeError, ThemeName, style};
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
        let theme = self.themes.get(self.state.settings.theme());
        top_bar::show(ui, &self.state, theme, &mut self.workbench, &mut self.queue);
        bars::status(ui, &self.state, theme, &mut self.queue);
        if self.state.document.is_some() {
            let size = self.workbench.show(ui, &self.state, theme, &mut self.queue);
            self.state.canvas_size = size;
        } else {
            let frame = Frame::new().fill(theme.bg_panel);
            CentralPanel::no_frame().frame(frame).show(ui, |ui| {
                let ctx = StartContext {
                    theme,
                    recent: self.state.settings.recent(),
                    now_s: settings::now_s(),
                };
                self.start.show(ui, &ctx, &mut self.queue);
            });
        }
        messages::show(ui.ctx(), &self.state.notices, theme, &mut self.queue);
    }

    fn dialog(&mut self, ctx: &egui::Context) {
        let theme = self.themes.get(self.state.settings.theme());
        let Some(dialog) = &mut self.state.dialog else { return };
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
        let focused = ctx.memory(|memory| memory.focused());
        self.panels(ui);
        let dialog_before = self.state.dialog.is_some();
        self.dialog(&ctx);
        if !dialog_before {
            let typing = typing_before || ctx.text_edit_focused();
            let focused = focused.is_some() && !self.workbench.canvas_has(focused);
            shortcuts::listen(&ctx, self.state.situation(), typing, focused, &mut self.queue);
        }
        self.apply_commands(&ctx);
        if let Some(wait) = self.state.notices.next_change(Instant::now()) {
            ctx.request_repaint_after(wait);
        }
    }
}

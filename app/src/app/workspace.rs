//! The workspaces: which panels stand where while a document is open.

use egui::{Align, CentralPanel, Frame, Layout, Margin, Panel, RichText, Sense, Ui, Vec2, vec2};

use super::top_bar::{lower_line, strip_text};
use crate::command::apply::title_of;
use crate::command::{Action, CommandQueue};
use crate::state::State;
use crate::text::tr;
use crate::theme::{Theme, style};
use crate::widgets::button;
use crate::widgets::icons::Icon;

/// The height of a pane's header.
const HEADER: f32 = 32.0;

/// The panels of an open document, with what each of them keeps to itself.
#[derive(Default)]
pub(super) struct Workbench {}

impl Workbench {
    /// Shows the panels; returns the size of the canvas.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        state: &State,
        theme: &Theme,
        queue: &mut CommandQueue,
    ) -> Vec2 {
        let frame = Frame::new().fill(theme.bg_canvas);
        CentralPanel::no_frame()
            .frame(frame)
            .show(ui, |ui| {
                tab_strip(ui, state, theme, queue);
                ui.available_size()
            })
            .inner
    }

    /// The run's controls, in the middle of the top bar.
    pub(super) fn run_bar(
        &mut self,
        _ui: &mut Ui,
        _state: &State,
        _theme: &Theme,
        _queue: &mut CommandQueue,
    ) {
    }

    /// Whether the widget with the keyboard is the canvas.
    pub(super) fn canvas_has(&self, _focused: Option<egui::Id>) -> bool {
        false
    }
}

/// The strip above the canvas: the file's name, a dot while it is unsaved, undo, redo, fit.
fn tab_strip(ui: &mut Ui, state: &State, theme: &Theme, queue: &mut CommandQueue) {
    let frame = Frame::new().fill(theme.bg_panel).inner_margin(Margin::symmetric(12, 0));
    Panel::top("tab-strip").exact_size(HEADER).frame(frame).show_separator_line(false).show(
        ui,
        |ui| {
            lower_line(ui, ui.max_rect().expand2(vec2(12.0, 0.0)), theme);
            let Some(document) = &state.document else { return };
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.label(strip_text(&title_of(document), theme));
                if document.is_dirty() {
                    let (rect, response) = ui.allocate_exact_size(vec2(12.0, 24.0), Sense::hover());
                    ui.painter().circle_filled(rect.center(), 3.5, theme.accent);
                    response.on_hover_text(tr("shell-tab-unsaved"));
                }
                if state.is_past() {
                    let text = RichText::new(tr("shell-tab-past"));
                    ui.label(text.text_style(style::caption()).color(theme.warn_text));
                }
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.spacing_mut().item_spacing.x = 0.0;
                    let buttons = [
                        (Action::ZoomToFit, Icon::Fit),
                        (Action::Redo, Icon::Redo),
                        (Action::Undo, Icon::Undo),
                    ];
                    for (action, icon) in buttons {
                        let enabled = action.is_enabled(state.situation());
                        let response = ui
                            .add_enabled_ui(enabled, |ui| {
                                button::icon(ui, theme, icon, action.text())
                            })
                            .inner;
                        if response.on_hover_text(action.tooltip()).clicked() {
                            queue.act(action);
                        }
                    }
                });
            });
        },
    );
}

//! The status bar: what the keys do, what is selected, the seed, how many facts.

use egui::{Align, Frame, Layout, Margin, Panel, RichText, Ui};

use super::messages;
use crate::command::Action;
use crate::run_session::RunSession;
use crate::state::State;
use crate::text::{tr, tr_args};
use crate::theme::fonts::{Weight, font};
use crate::theme::{Theme, style};
use crate::view_state::Workspace;

/// The height of the bar.
const HEIGHT: f32 = 24.0;

pub(super) fn status(ui: &mut Ui, state: &State, theme: &Theme, of_canvas: Option<&str>) {
    let frame = Frame::new().fill(theme.bg_panel).inner_margin(Margin::symmetric(14, 0));
    Panel::bottom("status-bar").exact_size(HEIGHT).frame(frame).show(ui, |ui| {
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 16.0;
            ui.spacing_mut().interact_size.y = 20.0;
            match of_canvas {
                Some(text) => quiet(ui, theme, text),
                None => hints(ui, state, theme),
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                messages::list_button(ui, &state.notices, theme);
                figures(ui, state, theme);
            });
        });
    });
}

fn hints(ui: &mut Ui, state: &State, theme: &Theme) {
    if let Some(path) = &state.loading {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        quiet(ui, theme, &tr_args("shell-status-loading", &[("name", name.into())]));
        return;
    }
    if state.document.is_none() {
        quiet(ui, theme, tr("shell-status-drop"));
        return;
    }
    let actions: &[Action] = match (state.workspace, state.run.is_some()) {
        (_, false) => &[Action::PlayPause, Action::ZoomToFit, Action::ShowShortcuts],
        (Workspace::Run, true) => {
            &[Action::PlayPause, Action::StepFact, Action::StepVisible, Action::StepBack]
        }
        (Workspace::Design, true) => &[Action::PlayPause, Action::Undo, Action::ZoomToFit],
    };
    for action in actions {
        let Some(keys) = action.shortcuts().first() else { continue };
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let keys = ui.ctx().format_shortcut(keys);
            ui.label(RichText::new(keys).font(font(11.0, Weight::Semibold)).color(theme.text_2));
            quiet(ui, theme, action.text());
        });
    }
}

fn figures(ui: &mut Ui, state: &State, theme: &Theme) {
    let Some(document) = &state.document else {
        let version = [("version", env!("CARGO_PKG_VERSION").into())];
        quiet(ui, theme, &tr_args("shell-status-version", &version));
        return;
    };
    let seed = state.run.as_ref().map_or(document.project().seed, RunSession::seed);
    // A seed is a name, not an amount: without separators.
    quiet(ui, theme, &tr_args("shell-status-seed", &[("seed", seed.to_string().into())]));
    if let Some(view) = state.view() {
        quiet(ui, theme, &tr_args("shell-status-facts", &[("facts", view.facts.into())]));
    }
    let selected = state.selection.nodes.len() + state.selection.links.len();
    if selected > 0 {
        let project = document.project();
        let all = project.nodes.len() + project.links.len();
        let args = [("selected", selected.into()), ("all", all.into())];
        quiet(ui, theme, &tr_args("shell-status-selected", &args));
    }
}

fn quiet(ui: &mut Ui, theme: &Theme, text: &str) {
    ui.label(RichText::new(text).text_style(style::caption()).color(theme.text_3));
}

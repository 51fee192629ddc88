//! Carries commands out: the only place that changes the sessions.

mod document;
mod drawing;
mod file;
mod run;
#[cfg(test)]
mod tests;

pub(crate) use file::title_of;

use super::{Action, Command};
use crate::dialogs::{Dialog, DialogRequest, Next};
use crate::state::State;
use crate::view_state::{Camera, Selection};

/// Carries one command out.
pub(crate) fn apply(state: &mut State, command: Command) {
    match command {
        Command::Act(action) => act(state, action),
        Command::OpenPath(path) => file::guard(state, Next::OpenPath(path)),
        Command::OpenSample(number) => file::guard(state, Next::OpenSample(number)),
        Command::FirstTopology => file::guard(state, Next::FirstTopology),
        Command::SaveTo(path) => file::save_to(state, path, None),
        Command::ClearRecent => state.settings.clear_recent(),
        Command::Edit(edit) => document::edit(state, edit),
        Command::BeginGesture => document::begin_gesture(state),
        Command::Preview(edit) => document::preview(state, edit),
        Command::EndGesture => document::end_gesture(state),
        Command::AbortGesture => document::abort_gesture(state),
        Command::AddNode { kind, at } => drawing::add_node(state, kind, at),
        Command::AddLink { from, to } => drawing::add_link(state, from, to),
        Command::Select(selection) => drawing::select(state, selection),
        Command::Reveal(id) => drawing::reveal(state, id),
        Command::SetCamera(camera) => state.camera = camera,
        Command::SetWorkspace(workspace) => drawing::set_workspace(state, workspace),
        Command::SetTheme(theme) => state.settings.set_theme(theme),
        Command::RestartSeed(seed) => run::start(state, Some(seed)),
        Command::SetSpeed(speed) => run::set_speed(state, speed),
        Command::Seek(at) => run::seek(state, at),
        Command::Publish(node) => run::publish(state, node),
        Command::Control(node, what) => run::control(state, node, what),
        Command::AnswerUnsaved(answer) => file::answer_unsaved(state, answer),
        Command::DismissNotice(id) => state.notices.dismiss(id),
    }
}

fn act(state: &mut State, action: Action) {
    // A command may be older than what it was asked for, or come from another panel.
    if !action.is_enabled(state.situation()) {
        return;
    }
    match action {
        Action::New => file::guard(state, Next::New),
        Action::Open => file::guard(state, Next::Open),
        Action::Save => file::save(state),
        Action::SaveAs => file::ask_where(state, None),
        Action::ToStart => file::guard(state, Next::ToStart),
        Action::Quit => file::guard(state, Next::Quit),
        Action::Undo => document::undo(state),
        Action::Redo => document::redo(state),
        Action::Delete => drawing::delete(state),
        Action::SelectAll => drawing::select_all(state),
        Action::Escape => drawing::select(state, Selection::default()),
        Action::ZoomToFit => state.fit_pending = true,
        Action::ZoomIn => zoom(state, 1.25),
        Action::ZoomOut => zoom(state, 0.8),
        Action::ZoomReset => state.camera.zoom = 1.0,
        Action::ToggleTheme => state.settings.set_theme(state.settings.theme().other()),
        Action::PlayPause => run::play_pause(state),
        Action::Stop => run::stop(state),
        Action::Restart => run::restart(state, 0),
        Action::RestartNextSeed => run::restart(state, 1),
        Action::StepFact
        | Action::StepVisible
        | Action::StepBack
        | Action::SeekStart
        | Action::GoLive
        | Action::Faster
        | Action::Slower => run::transport(state, action),
        Action::ShowShortcuts => state.dialog = Some(Dialog::Shortcuts),
        Action::About => state.dialog = Some(Dialog::About),
    }
}

fn zoom(state: &mut State, by: f32) {
    let zoom = (state.camera.zoom * by).clamp(Camera::MIN_ZOOM, Camera::MAX_ZOOM);
    state.camera.zoom = zoom;
}

/// Carries out what a dialog asked for.
pub(crate) fn apply_dialog(state: &mut State, request: DialogRequest) {
    match request {
        DialogRequest::Close => {
            state.dialog = None;
        }
        DialogRequest::List(folder) => file::list(state, &folder),
        DialogRequest::Browse => file::browse(state),
        DialogRequest::Confirm(path) => file::confirm(state, path),
    }
}

/// Takes what came back from the background and from the run.
pub(crate) fn pump(state: &mut State) {
    for outcome in state.background.take() {
        file::came_back(state, outcome);
    }
    run::pump(state);
    drawing::fit_if_pending(state);
}

/// The canvas was shown in this size.
pub(crate) fn canvas_is(state: &mut State, size: egui::Vec2) {
    drawing::canvas_is(state, size);
}

/// The window is asked to close; whether it may.
pub(crate) fn may_close(state: &mut State) -> bool {
    if !state.may_close {
        file::guard(state, Next::Quit);
    }
    state.may_close
}

/// Opens a project's file from the command line, and runs it at once where asked.
pub(crate) fn open_first(state: &mut State, path: std::path::PathBuf, run: bool) {
    state.run_when_loaded = run;
    file::guard(state, Next::OpenPath(path));
}

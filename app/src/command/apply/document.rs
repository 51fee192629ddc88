//! Changes of the drawing: through the history, and into the run where one is on.

use eventloom_core::edit::{Edit, EditError};

use crate::document_session::DocumentSession;
use crate::notices::Level;
use crate::state::State;
use crate::text::{tr, tr_args};

/// Changes the project: one undo step.
pub(super) fn edit(state: &mut State, edit: Edit) {
    let Some(document) = changeable(state) else { return };
    match document.edit(edit.clone()) {
        Ok(()) => tell_run(state, edit),
        Err(error) => refuse(state, &error),
    }
}

pub(super) fn begin_gesture(state: &mut State) {
    if let Some(document) = changeable(state) {
        document.begin_gesture();
    }
}

pub(super) fn preview(state: &mut State, edit: Edit) {
    let Some(document) = changeable(state) else { return };
    if let Err(error) = document.preview(edit) {
        refuse(state, &error);
    }
}

pub(super) fn end_gesture(state: &mut State) {
    if let Some(edit) = state.document.as_mut().and_then(DocumentSession::end_gesture) {
        tell_run(state, edit);
    }
}

pub(super) fn abort_gesture(state: &mut State) {
    if let Some(document) = &mut state.document {
        document.abort_gesture();
    }
}

pub(super) fn undo(state: &mut State) {
    if let Some(edit) = state.document.as_mut().and_then(DocumentSession::undo) {
        tell_run(state, edit);
        forget_removed(state);
    }
}

pub(super) fn redo(state: &mut State) {
    if let Some(edit) = state.document.as_mut().and_then(DocumentSession::redo) {
        tell_run(state, edit);
        forget_removed(state);
    }
}

/// The document, where it may be changed now.
fn changeable(state: &mut State) -> Option<&mut DocumentSession> {
    if state.is_past() {
        state.say(Level::Info, tr("shell-notice-past"));
        return None;
    }
    state.document.as_mut()
}

fn tell_run(state: &mut State, edit: Edit) {
    if let Some(run) = &mut state.run {
        run.edited(edit);
    }
}

fn refuse(state: &mut State, error: &EditError) {
    let error = error.to_string();
    state.say(Level::Error, tr_args("shell-notice-edit-refused", &[("error", error.into())]));
}

/// What is no longer there is no longer selected.
pub(super) fn forget_removed(state: &mut State) {
    let Some(document) = &state.document else { return };
    let project = document.project();
    state.selection.nodes.retain(|id| project.nodes.contains_key(id));
    state.selection.links.retain(|id| project.links.contains_key(id));
}

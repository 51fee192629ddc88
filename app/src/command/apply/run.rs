//! Starting, pacing, winding and ending runs.

use std::sync::Arc;

use eventloom_core::ids::NodeId;
use eventloom_core::live::{RunCommand, Speed};
use eventloom_core::time::SimTime;
use eventloom_core::world::{Given, Input};

use super::drawing::set_workspace;
use crate::command::{Action, Control};
use crate::notices::Level;
use crate::run_session::{RunSession, RunStart};
use crate::state::State;
use crate::text::{tr, tr_args};
use crate::view_state::Workspace;

pub(super) fn play_pause(state: &mut State) {
    match &mut state.run {
        Some(run) => run.play_pause(),
        None => start(state, None),
    }
}

/// Starts a run with this seed, else the project's; one that is on ends.
pub(super) fn start(state: &mut State, seed: Option<u64>) {
    let Some(document) = &mut state.document else { return };
    // What a gesture shows is what is seen; it runs.
    document.end_gesture();
    if !document.can_run() {
        set_workspace(state, Workspace::Design);
        state.say(Level::Error, tr("shell-notice-cannot-run"));
        return;
    }
    let start = RunStart {
        project: Arc::clone(document.project()),
        seed: seed.unwrap_or(document.project().seed),
        speed: state.speed,
        paused: false,
        folder: document.folder(),
    };
    match (state.surroundings.launcher)(&start, Arc::clone(&state.notify)) {
        Ok(link) => {
            state.notices.withdraw(tr("shell-notice-cannot-run"));
            state.run = Some(RunSession::new(link, &start));
            set_workspace(state, Workspace::Run);
        }
        Err(error) => {
            let text = tr_args("shell-notice-run-failed", &[("error", error.into())]);
            state.say(Level::Error, text);
        }
    }
}

/// Starts anew with the seed of the run that is on, or one further on.
pub(super) fn restart(state: &mut State, further: u64) {
    if let Some(run) = &state.run {
        let seed = run.seed().wrapping_add(further);
        start(state, Some(seed));
    }
}

pub(super) fn stop(state: &mut State) {
    state.run = None;
    set_workspace(state, Workspace::Design);
}

pub(super) fn set_speed(state: &mut State, speed: Speed) {
    state.speed = speed;
    if let Some(run) = &mut state.run {
        run.send(RunCommand::SetSpeed(speed));
    }
}

pub(super) fn seek(state: &mut State, at: SimTime) {
    if let Some(run) = &mut state.run {
        run.send(RunCommand::Seek(at));
    }
}

pub(super) fn transport(state: &mut State, action: Action) {
    let Some(run) = &mut state.run else { return };
    match action {
        Action::StepFact => run.send(RunCommand::StepFact),
        Action::StepVisible => run.send(RunCommand::StepVisible),
        Action::StepBack => run.send(RunCommand::StepBack),
        Action::SeekStart => run.send(RunCommand::Seek(SimTime::ZERO)),
        Action::GoLive => run.send(RunCommand::GoLive),
        Action::Faster => run.faster(),
        Action::Slower => run.slower(),
        _ => {}
    }
    state.speed = run.speed();
}

/// Publishes one event at the run's front.
pub(super) fn publish(state: &mut State, node: NodeId) {
    match &mut state.run {
        Some(run) => {
            run.send(RunCommand::Input(Input::Publish { node, event: Given::default() }));
        }
        None => state.say(Level::Info, tr("shell-notice-publish-needs-run")),
    }
}

/// Does something by hand to a node of the run.
pub(super) fn control(state: &mut State, node: NodeId, what: Control) {
    match &mut state.run {
        Some(run) => run.send(RunCommand::Input(what.input(node))),
        None => state.say(Level::Info, tr("shell-notice-publish-needs-run")),
    }
}

/// Takes the newest view and tells the run what is looked at.
pub(super) fn pump(state: &mut State) {
    let Some(run) = &mut state.run else { return };
    run.watch(state.selection.single());
    for news in run.pump() {
        state.say(Level::Warning, news);
    }
}

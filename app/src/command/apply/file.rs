//! New, open, save, close; and the question before unsaved work is lost.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eventloom_core::ids::NodeId;
use eventloom_core::project::{Arrivals, Node, NodeKind, Note, Point, Project, default_seed};

use super::run;
use crate::background::Outcome;
use crate::command::UnsavedAnswer;
use crate::dialogs::{Dialog, Next, PathDialog, Purpose};
use crate::document_session::DocumentSession;
use crate::notices::Level;
use crate::samples;
use crate::state::{Saving, State};
use crate::text::{tr, tr_args};
use crate::view_state::{Selection, Workspace};

/// Goes on with `next`, after the question about unsaved work where there is any.
pub(super) fn guard(state: &mut State, next: Next) {
    if let Some(document) = &mut state.document {
        // What a gesture shows is work too, and its pointer is gone once a dialog is up.
        document.end_gesture();
        let unsaved = document.has_unsaved_work();
        // What is being written is waited for.
        if let (true, Some(saving)) = (document.is_being_saved(), state.saving.last_mut()) {
            saving.next = Some(next);
            return;
        }
        // Opening begins with a dialog, which can still be cancelled.
        if unsaved && next != Next::Open {
            let name = title_of(document);
            state.dialog = Some(Dialog::Unsaved { name, next });
            return;
        }
    }
    go_on(state, next);
}

/// What a document is called in titles and questions.
pub(crate) fn title_of(document: &DocumentSession) -> String {
    document.file_name().unwrap_or_else(|| tr("shell-untitled").to_owned())
}

pub(super) fn answer_unsaved(state: &mut State, answer: UnsavedAnswer) {
    let Some(Dialog::Unsaved { next, .. }) = state.dialog.take() else { return };
    match answer {
        UnsavedAnswer::Cancel => {}
        UnsavedAnswer::Discard => go_on(state, next),
        UnsavedAnswer::Save => {
            let path = state.document.as_ref().and_then(|document| document.path());
            match path.map(Path::to_owned) {
                Some(path) => save_to(state, path, Some(next)),
                None => ask_where(state, Some(next)),
            }
        }
    }
}

fn go_on(state: &mut State, next: Next) {
    match next {
        Next::New => {
            let name = tr("shell-untitled-project").to_owned();
            let project = Project { name, seed: default_seed(), ..Project::default() };
            show(state, Some(DocumentSession::new(project)));
        }
        Next::FirstTopology => show(state, Some(first_topology())),
        Next::Open => ask_which(state),
        Next::OpenPath(path) => load(state, path),
        Next::OpenSample(number) => open_sample(state, number),
        Next::ToStart => {
            show(state, None);
            state.settings.look_for_recent();
        }
        Next::Quit => state.may_close = true,
    }
}

/// A new document with a note that says how to begin. The note is no work of anybody.
fn first_topology() -> DocumentSession {
    let note = Node {
        name: String::new(),
        at: Point(0.0, 0.0),
        kind: NodeKind::Note(Note {
            text: tr("shell-first-note").to_owned(),
            size: Point(400.0, 128.0),
        }),
    };
    let project = Project {
        name: tr("shell-untitled-project").to_owned(),
        seed: default_seed(),
        nodes: [(NodeId::new("note"), note)].into(),
        ..Project::default()
    };
    DocumentSession::new(project)
}

/// Shows this document in place of the one before; none: the start view.
fn show(state: &mut State, document: Option<DocumentSession>) {
    state.run = None;
    state.document = document;
    for saving in &mut state.saving {
        saving.replaced = true;
        saving.next = None;
    }
    state.selection = Selection::default();
    state.workspace = Workspace::Design;
    state.fit_pending = true;
    state.dialog = None;
}

fn load(state: &mut State, path: PathBuf) {
    match state.background.load(path.clone()) {
        Ok(()) => state.loading = Some(path),
        Err(error) => say_failed(state, &error.to_string()),
    }
}

fn open_sample(state: &mut State, number: usize) {
    let Some(sample) = samples::all().get(number) else { return };
    match sample.unpack_logs(&state.surroundings.cache) {
        Ok(folder) => {
            let project = sample.project.clone();
            show(state, Some(DocumentSession::sample(project, sample.file_name, folder)));
        }
        Err(error) => say_failed(state, &error.to_string()),
    }
}

/// Something came back from the background.
pub(super) fn came_back(state: &mut State, outcome: Outcome) {
    match outcome {
        Outcome::Loaded { path, result } => {
            // Another file may have been asked for since.
            if state.loading.as_deref() != Some(&*path) {
                return;
            }
            state.loading = None;
            let run_at_once = std::mem::take(&mut state.run_when_loaded);
            match result {
                Ok(project) => opened(state, project, path, run_at_once),
                Err(error) => refuse_in_dialog(state, error.to_string()),
            }
        }
        Outcome::Saved { result } => written(state, result.map_err(|error| error.to_string())),
        Outcome::Listed { folder, result } => {
            if let Some(dialog) = &mut state.dialog {
                dialog.listed(&folder, result);
            }
        }
        Outcome::Picked { path } => match path {
            Some(path) => confirm(state, path),
            None if matches!(state.dialog, Some(Dialog::Path(_))) => {
                state.say(Level::Info, tr("shell-notice-browse-cancelled"));
            }
            None => {}
        },
    }
}

fn opened(state: &mut State, project: Project, path: PathBuf, run_at_once: bool) {
    // The drawing may have been changed while the file was read.
    let unsaved = state.document.as_ref().is_some_and(DocumentSession::has_unsaved_work);
    let asked = matches!(state.dialog, Some(Dialog::Unsaved { .. }));
    if unsaved && asked {
        return;
    }
    state.settings.opened(&path);
    show(state, Some(DocumentSession::opened(project, path)));
    if run_at_once {
        run::start(state, None);
    }
}

/// Says an error where it is looked for: in the dialog that asked, else as a notice.
fn refuse_in_dialog(state: &mut State, error: String) {
    match &mut state.dialog {
        Some(Dialog::Path(dialog)) => dialog.refuse(error),
        _ => state.say(Level::Error, error),
    }
}

fn say_failed(state: &mut State, error: &str) {
    state.say(Level::Error, tr_args("shell-notice-failed", &[("error", error.into())]));
}

fn ask_which(state: &mut State) {
    let folder = state.dialog_folder();
    state.dialog = Some(Dialog::Path(PathDialog::new(Purpose::Open, folder, String::new())));
}

/// Asks where to save, and goes on with `next` after that.
pub(super) fn ask_where(state: &mut State, next: Option<Next>) {
    let Some(document) = &state.document else { return };
    let name = document.file_name().unwrap_or_else(|| tr("shell-untitled-file").to_owned());
    let folder = state.dialog_folder();
    state.dialog = Some(Dialog::Path(PathDialog::new(Purpose::Save { next }, folder, name)));
}

pub(super) fn list(state: &mut State, folder: &Path) {
    if let Err(error) = state.background.list(folder.to_owned())
        && let Some(dialog) = &mut state.dialog
    {
        dialog.listed(folder, Err(error.to_string()));
    }
}

pub(super) fn browse(state: &mut State) {
    let Some(Dialog::Path(dialog)) = &state.dialog else { return };
    let save = matches!(dialog.purpose, Purpose::Save { .. });
    let (folder, name) = (dialog.folder().to_owned(), dialog.file_name());
    if let Err(error) = state.background.pick(save, folder, name) {
        say_failed(state, &error.to_string());
    }
}

/// The path dialog was confirmed with this file.
pub(super) fn confirm(state: &mut State, path: PathBuf) {
    let Some(Dialog::Path(dialog)) = &state.dialog else { return };
    if let Some(folder) = path.parent() {
        state.surroundings.folder = folder.to_owned();
    }
    match dialog.purpose.clone() {
        Purpose::Open => {
            let unsaved = state.document.as_ref().is_some_and(DocumentSession::has_unsaved_work);
            if unsaved {
                guard(state, Next::OpenPath(path));
            } else {
                // The dialog stays until the file is read: if it cannot be, it says why.
                load(state, path);
            }
        }
        Purpose::Save { next } => {
            // The dialog stays until the file is written: if it cannot be, it says why.
            save_to(state, path, next);
        }
    }
}

/// Saves under the document's path, else asks for one.
pub(super) fn save(state: &mut State) {
    let path = state.document.as_ref().and_then(|document| document.path());
    match path.map(Path::to_owned) {
        Some(path) => save_to(state, path, None),
        None => ask_where(state, None),
    }
}

/// Saves in the background; `next` goes on once that is done. What went wrong is said.
pub(super) fn save_to(state: &mut State, path: PathBuf, next: Option<Next>) {
    let Some(document) = &mut state.document else { return };
    let project = document.begin_save();
    state.saving.push(Saving { path, project, next, replaced: false });
    if state.saving.len() == 1 {
        write_first(state);
    }
}

fn write_first(state: &mut State) {
    let Some(first) = state.saving.first() else { return };
    let begun = state.background.save(first.path.clone(), Arc::clone(&first.project));
    if let Err(error) = begun {
        written(state, Err(error.to_string()));
    }
}

/// What was being written is in its file, or could not be.
fn written(state: &mut State, result: Result<(), String>) {
    if state.saving.is_empty() {
        return;
    }
    let Saving { path, project, next, replaced } = state.saving.remove(0);
    let document = state.document.as_mut().filter(|_| !replaced);
    match result {
        Ok(()) => {
            let before = document.as_ref().and_then(|document| document.folder());
            let left = logs_left_behind(&project, before.as_deref(), &path);
            if let Some(document) = document {
                document.saved(path.clone());
            }
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            state.settings.opened(&path);
            state.say(Level::Info, tr_args("shell-notice-saved", &[("name", name.into())]));
            for (log, folder) in left {
                bring_log(state, &log, &folder, &path);
            }
            let is_asking = |dialog: &Dialog| matches!(dialog, Dialog::Path(dialog) if dialog.purpose != Purpose::Open);
            if !replaced && state.dialog.as_ref().is_some_and(is_asking) {
                state.dialog = None;
            }
            // The drawing may have been changed while it was written.
            if let Some(next) = next {
                guard(state, next);
            }
        }
        Err(error) => {
            if let Some(document) = document {
                document.not_saved();
            }
            refuse_in_dialog(state, error);
        }
    }
    write_first(state);
}

/// The relative logs that a project read in `before` and does not find beside its new file.
fn logs_left_behind(
    project: &Project,
    before: Option<&Path>,
    path: &Path,
) -> Vec<(String, PathBuf)> {
    let (Some(before), Some(now)) = (before, path.parent()) else { return Vec::new() };
    let recorded = project.nodes.values().filter_map(|node| match &node.kind {
        NodeKind::Producer(producer) => match &producer.arrivals {
            Arrivals::Recorded(recording) => Some(recording.file.as_str()),
            _ => None,
        },
        _ => None,
    });
    recorded
        .filter(|log| !log.is_empty() && Path::new(log).is_relative())
        .filter(|log| before.join(log).is_file() && !now.join(log).exists())
        .map(|log| (log.to_owned(), before.to_owned()))
        .collect()
}

/// Copies a log that a project reads to where its saved file looks for it.
fn bring_log(state: &mut State, log: &str, from: &Path, path: &Path) {
    let Some(folder) = path.parent() else { return };
    let target = folder.join(log);
    let made = target.parent().map_or(Ok(()), std::fs::create_dir_all);
    let copied = made.and_then(|()| std::fs::copy(from.join(log), &target).map(drop));
    let (level, text) = match copied {
        Ok(()) => {
            (Level::Info, tr_args("shell-notice-log-copied", &[("log", log.to_owned().into())]))
        }
        Err(error) => {
            let args = [("log", log.to_owned().into()), ("error", error.to_string().into())];
            (Level::Warning, tr_args("shell-notice-log-left", &args))
        }
    };
    state.say(level, text);
}

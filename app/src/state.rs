//! Everything that commands change: the open document, the run, how both are looked at, and what
//! the window has to say. `command/apply` alone holds it mutably.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use egui::Vec2;
use eventloom_core::live::{Speed, View};
use eventloom_core::project::Project;

use crate::background::Background;
use crate::command::shortcuts::Situation;
use crate::context::FrameContext;
use crate::dialogs::{Dialog, Next};
use crate::document_session::DocumentSession;
use crate::notices::{Level, Notices};
use crate::run_session::{Launcher, Notify, RunSession};
use crate::settings::Settings;
use crate::theme::Theme;
use crate::view_state::{Camera, Selection, Workspace};

/// Where the window keeps things, and how it starts runs.
pub struct Surroundings {
    /// The folder of the settings; none: they are not kept.
    pub config: Option<PathBuf>,
    /// Where the logs of samples are put.
    pub cache: PathBuf,
    /// The folder in which file dialogs begin.
    pub folder: PathBuf,
    /// Starts runs.
    pub launcher: Launcher,
}

/// A project on its way into its file.
pub struct Saving {
    /// The file.
    pub path: PathBuf,
    /// What is written.
    pub project: Arc<Project>,
    /// What goes on once it is done.
    pub next: Option<Next>,
    /// Whether another document is open by now.
    pub replaced: bool,
}

/// The sessions and what goes with them.
pub struct State {
    /// The open document; none: the start view is shown.
    pub document: Option<DocumentSession>,
    /// The run, if one is on.
    pub run: Option<RunSession>,
    /// What is selected.
    pub selection: Selection,
    /// Where the canvas is looked at.
    pub camera: Camera,
    /// Whether the whole drawing is to be shown as soon as the canvas' size is known.
    pub fit_pending: bool,
    /// Whether the whole drawing is to be shown if part of it is out of sight in the workspace that
    /// begins.
    pub refit_pending: bool,
    /// The size of the canvas on the screen; zero before it was shown.
    pub canvas_size: Vec2,
    /// The workspace in which the canvas has that size.
    pub canvas_workspace: Workspace,
    /// Which panels are shown.
    pub workspace: Workspace,
    /// What is remembered between two starts.
    pub settings: Settings,
    /// What the window has to say.
    pub notices: Notices,
    /// The dialog in view.
    pub dialog: Option<Dialog>,
    /// What runs beside the window.
    pub background: Background,
    /// What waits for a project that is being read: nothing else may be opened meanwhile.
    pub loading: Option<PathBuf>,
    /// What is being written, and behind it what waits for that: one after the other, so that the
    /// newest is what stays.
    pub saving: Vec<Saving>,
    /// Whether a project that is being read shall run at once.
    pub run_when_loaded: bool,
    /// Whether the window may close without another question.
    pub may_close: bool,
    /// The speed of the next run.
    pub speed: Speed,
    /// Where things are kept, and how runs are started.
    pub surroundings: Surroundings,
    /// Wakes the window from a run's thread.
    pub notify: Notify,
}

impl State {
    /// The state of a window that has just been made.
    pub fn new(ctx: &egui::Context, surroundings: Surroundings) -> Self {
        let wake = ctx.clone();
        Self {
            document: None,
            run: None,
            selection: Selection::default(),
            camera: Camera::default(),
            fit_pending: false,
            refit_pending: false,
            canvas_size: Vec2::ZERO,
            canvas_workspace: Workspace::Design,
            workspace: Workspace::Design,
            settings: Settings::load(surroundings.config.as_deref()),
            notices: Notices::default(),
            dialog: None,
            background: Background::new(ctx),
            loading: None,
            saving: Vec::new(),
            run_when_loaded: false,
            may_close: false,
            speed: Speed::Times(1.0),
            surroundings,
            notify: Arc::new(move || wake.request_repaint()),
        }
    }

    /// What decides which actions make sense.
    pub fn situation(&self) -> Situation {
        let document = self.document.as_ref();
        Situation {
            document: document.is_some(),
            can_undo: document.is_some_and(DocumentSession::can_undo),
            can_redo: document.is_some_and(DocumentSession::can_redo),
            selection: !self.selection.is_empty(),
            run: self.run.is_some(),
            past: self.is_past(),
        }
    }

    /// Whether a moment in the past is shown, where nothing can be changed.
    pub fn is_past(&self) -> bool {
        self.run.as_ref().is_some_and(RunSession::is_past)
    }

    /// The run's moment to show.
    pub fn view(&self) -> Option<&View> {
        self.run.as_ref().and_then(RunSession::view)
    }

    /// The drawing to show: the present one, or while the playhead is in the past the one of then.
    pub fn shown_project(&self) -> Option<&Project> {
        let document = self.document.as_ref()?;
        let past = self.view().filter(|view| !view.live);
        Some(past.map_or(&**document.project(), |view| &*view.project))
    }

    /// What panels see in this frame; none where no document is open.
    pub fn frame<'a>(&'a self, theme: &'a Theme) -> Option<FrameContext<'a>> {
        let document = self.document.as_ref()?;
        Some(FrameContext {
            project: self.shown_project()?,
            problems: document.problems(),
            view: self.view(),
            read_only: self.is_past(),
            selection: &self.selection,
            camera: self.camera,
            workspace: self.workspace,
            theme,
            reduced_motion: false,
        })
    }

    /// Says something.
    pub fn say(&mut self, level: Level, text: impl Into<String>) {
        self.notices.add(level, text, Instant::now());
    }

    /// The folder in which a file dialog begins.
    pub fn dialog_folder(&self) -> PathBuf {
        let document = self.document.as_ref();
        let of_document =
            document.and_then(|document| document.path()?.parent().map(PathBuf::from));
        of_document.unwrap_or_else(|| self.surroundings.folder.clone())
    }
}

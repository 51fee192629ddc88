//! The dialogs: opening and saving with a path field of our own, the question about unsaved work,
//! the list of shortcuts, and about. One at a time; none blocks a frame.

mod path;
mod small;

use std::path::PathBuf;

pub use path::{PathDialog, Purpose};

use crate::background::Entry;
use crate::command::CommandQueue;
use crate::theme::Theme;

/// What is to be done once the question about unsaved work is answered, or the work saved.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// A new project.
    New,
    /// A new project with a note that says how to begin.
    FirstTopology,
    /// Ask what to open.
    Open,
    /// Open this file.
    OpenPath(PathBuf),
    /// Open the sample with this number.
    OpenSample(usize),
    /// To the start view.
    ToStart,
    /// Close the window.
    Quit,
}

/// The dialog in view.
#[derive(Debug)]
pub enum Dialog {
    /// Where to open or save.
    Path(PathDialog),
    /// What to do about unsaved work.
    Unsaved {
        /// What the work is called.
        name: String,
        /// What waits for the answer.
        next: Next,
    },
    /// All shortcuts.
    Shortcuts,
    /// About this program.
    About,
}

/// What a dialog asks for that no [`crate::command::Command`] says.
#[derive(Clone, Debug, PartialEq)]
pub enum DialogRequest {
    /// It is done with.
    Close,
    /// List this folder.
    List(PathBuf),
    /// Ask with the system's dialog.
    Browse,
    /// The path field was confirmed.
    Confirm(PathBuf),
}

impl Dialog {
    /// Shows the dialog above everything.
    pub fn show(
        &mut self,
        ctx: &egui::Context,
        theme: &Theme,
        queue: &mut CommandQueue,
    ) -> Option<DialogRequest> {
        match self {
            Self::Path(dialog) => dialog.show(ctx, theme),
            Self::Unsaved { name, .. } => small::unsaved(ctx, theme, name, queue),
            Self::Shortcuts => small::shortcuts(ctx, theme),
            Self::About => small::about(ctx, theme),
        }
    }

    /// A folder was read.
    pub fn listed(&mut self, folder: &std::path::Path, result: Result<Vec<Entry>, String>) {
        if let Self::Path(dialog) = self {
            dialog.listed(folder, result);
        }
    }
}

//! Why a command could not do its work.

use std::io;
use std::path::PathBuf;

use eventloom_core::project::file::LoadError;
use eventloom_core::project::set::SetError;

use super::{BAD_INPUT, FAILED};

/// Why a command could not do its work; one line that names the place.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The project cannot be opened.
    #[error("{0}")]
    Load(#[from] LoadError),
    /// A `--set` has no `=`.
    #[error("--set {text}: write the field's path, =, and the value, as in worker.concurrency=2")]
    SetForm {
        /// What was given.
        text: String,
    },
    /// A `--set` names no field, or gives it a value that it cannot have.
    #[error("--set {text}: {source}")]
    Set {
        /// What was given.
        text: String,
        /// What is wrong with it.
        source: SetError,
    },
    /// The project has errors.
    #[error("{}: {message}", path.display())]
    CannotRun {
        /// The project.
        path: PathBuf,
        /// The first of its errors.
        message: String,
    },
    /// The output cannot be written.
    #[error("standard output cannot be written: {0}")]
    Output(#[source] io::Error),
}

impl CliError {
    /// The exit code that goes with it.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Load(LoadError::Read { .. }) | Self::Output(_) => FAILED,
            Self::Load(_) | Self::SetForm { .. } | Self::Set { .. } | Self::CannotRun { .. } => {
                BAD_INPUT
            }
        }
    }

    /// Whether the reader of the output has gone.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

//! Why a command could not do its work.

use std::io;
use std::path::PathBuf;

use eventloom_core::interop::{LogError, MapError};
use eventloom_core::journal::RecordingError;
use eventloom_core::project::file::LoadError;
use eventloom_core::project::set::SetError;
use eventloom_core::run::RunError;

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
    #[error("{}: line {line}, column {column}: {message}", path.display())]
    CannotRun {
        /// The project.
        path: PathBuf,
        /// Where the first of them is, from 1.
        line: usize,
        /// Where in the line, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// The run could not begin.
    #[error("{}: {source}", path.display())]
    Run {
        /// The project.
        path: PathBuf,
        /// Why it cannot.
        source: Box<RunError>,
    },
    /// `--map` is not of its form.
    #[error("--map: {source}")]
    Map {
        /// What is wrong with it.
        source: MapError,
    },
    /// The log cannot be read.
    #[error("{source}")]
    Log {
        /// What is wrong with it.
        source: LogError,
    },
    /// The recorded run cannot be read, or its state cannot be brought back.
    #[error("{0}")]
    Journal(#[from] RecordingError),
    /// The output cannot be written.
    #[error("standard output cannot be written: {0}")]
    Output(#[source] io::Error),
}

impl CliError {
    /// The exit code that goes with it.
    pub fn exit_code(&self) -> u8 {
        let failed = match self {
            Self::Load(LoadError::Read { .. }) | Self::Output(_) => true,
            Self::Log { source } => source.is_io(),
            Self::Journal(source) => source.is_io(),
            Self::Run { source, .. } => match &**source {
                RunError::Thread { .. } | RunError::Record(_) => true,
                RunError::Inputs(source) => source.is_io(),
                RunError::Log { source, .. } => source.is_io(),
                RunError::CannotRun { .. } | RunError::NoProducer { .. } => false,
            },
            Self::Load(_)
            | Self::SetForm { .. }
            | Self::Set { .. }
            | Self::Map { .. }
            | Self::CannotRun { .. } => false,
        };
        if failed { FAILED } else { BAD_INPUT }
    }

    /// Whether the reader of the output has gone.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

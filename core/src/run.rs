//! A run from a project: drivers, seeds, clocks and recorded logs put together.

mod headless;

pub use headless::{Finished, ReplayOptions, RunFiles, live, replay, simulate};

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use crate::fact::Ignore;
use crate::ids::NodeId;
use crate::interop::{Feed, LogError, LogReader, LogSummary};
use crate::journal::{InputsError, RecordError};
use crate::live::{Engine, RunCommand, Speed, View, Worker};
use crate::project::check::{self, Severity};
use crate::project::{Arrivals, NodeKind, Project};
use crate::time::{Clock, SimTime};
use crate::virtual_time::InputSource;
use crate::world::Input;

/// The system's monotonic clock: the only one that is read.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock that starts at 0 now.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    pub fn start() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now_nanos(&self) -> u64 {
        self.start.elapsed().as_nanos() as u64
    }
}

/// How a live run begins.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// The seed of all draws.
    pub seed: u64,
    /// How fast time goes by.
    pub speed: Speed,
    /// Whether time stands still at first.
    pub paused: bool,
    /// From where relative paths of recorded logs count; none: the present folder.
    pub folder: Option<PathBuf>,
}

/// Why a run could not begin.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The drawing has errors.
    #[error("{message}")]
    CannotRun {
        /// The first of them.
        message: String,
    },
    /// There is no producer that could stand for a log.
    #[error("{id:?} is no producer of the project; choose one with --as: {producers}")]
    NoProducer {
        /// The id asked for.
        id: NodeId,
        /// Those there are.
        producers: String,
    },
    /// A recorded log cannot be read.
    #[error("the log of {node}: {source}")]
    Log {
        /// The producer that stands for it.
        node: NodeId,
        /// What is wrong.
        source: LogError,
    },
    /// The file of inputs cannot be taken.
    #[error("--inputs: {0}")]
    Inputs(#[from] InputsError),
    /// The run cannot be recorded.
    #[error("--record: {0}")]
    Record(#[from] RecordError),
    /// The system gave no thread.
    #[error("the system gives the run no thread: {source}; close other programs and try again")]
    Thread {
        /// What it said.
        source: std::io::Error,
    },
}

/// A live run.
#[derive(Debug)]
pub struct RunHandle {
    worker: Worker,
}

impl RunHandle {
    /// Tells the run something.
    pub fn send(&self, command: RunCommand) {
        self.worker.send(command);
    }

    /// The newest view, if one has come since the last call.
    pub fn newest_view(&self) -> Option<View> {
        self.worker.newest_view()
    }

    /// Whether the run's thread has ended by itself, which only a fault can bring about.
    pub fn has_ended(&self) -> bool {
        self.worker.has_ended()
    }
}

/// Starts a live run. `notify` is called from its thread after each new view.
///
/// # Errors
/// Where the drawing cannot run, or a recorded log of it cannot be read.
pub fn start(
    project: Arc<Project>,
    options: &RunOptions,
    notify: Option<Arc<dyn Fn() + Send + Sync>>,
) -> Result<RunHandle, RunError> {
    let mut engine = engine(project, options, SystemClock::start())?;
    if !options.paused {
        engine.command(RunCommand::Resume);
    }
    let worker = Worker::spawn(engine, notify).map_err(|source| RunError::Thread { source })?;
    Ok(RunHandle { worker })
}

/// A paused live run without a thread.
///
/// # Errors
/// Where the drawing cannot run, or a recorded log of it cannot be read.
pub fn engine<C: Clock>(
    project: Arc<Project>,
    options: &RunOptions,
    clock: C,
) -> Result<Engine<C, Ignore>, RunError> {
    refuse_errors(&project)?;
    let source = recorded_inputs(&project, options.folder.as_deref())?;
    Ok(Engine::new(project, options.seed, options.speed, Box::new(source), clock, Ignore))
}

/// Refuses a drawing that cannot run.
///
/// # Errors
/// [`RunError::CannotRun`] with the first error that `check` finds.
pub fn refuse_errors(project: &Project) -> Result<(), RunError> {
    let problems = check::check(project);
    match problems.into_iter().find(|problem| problem.severity == Severity::Error) {
        Some(problem) => Err(RunError::CannotRun { message: problem.message }),
        None => Ok(()),
    }
}

/// The logs of a project's recorded producers, as inputs.
///
/// # Errors
/// Where one of them cannot be read.
pub fn recorded_inputs(
    project: &Project,
    folder: Option<&Path>,
) -> Result<RecordedInputs, RunError> {
    let mut inputs = RecordedInputs::default();
    for (id, node) in &project.nodes {
        let NodeKind::Producer(producer) = &node.kind else { continue };
        let Arrivals::Recorded(recording) = &producer.arrivals else { continue };
        let path =
            folder.map_or_else(|| PathBuf::from(&recording.file), |f| f.join(&recording.file));
        let reader = LogReader::open(&path, &recording.map)
            .map_err(|source| RunError::Log { node: id.clone(), source })?;
        inputs.add(id.clone(), Feed::new(reader));
    }
    Ok(inputs)
}

/// Recorded logs as inputs, in the order of their times; at one instant in the order of the
/// producers' ids.
#[derive(Default)]
pub struct RecordedInputs {
    feeds: Vec<(NodeId, Feed)>,
    failure: Option<LogError>,
    /// What the first log held so far, for whoever gave the source away.
    summary: Arc<Mutex<Option<LogSummary>>>,
}

impl RecordedInputs {
    /// Adds a log that `node` stands for.
    pub fn add(&mut self, node: NodeId, feed: Feed) {
        self.feeds.push((node, feed));
    }

    /// Leaves out the logs of these producers: what they replay comes from elsewhere.
    pub fn leave_out(&mut self, nodes: &BTreeSet<NodeId>) {
        self.feeds.retain(|(node, _)| !nodes.contains(node));
    }

    /// The logs, with the producers that stand for them.
    pub fn feeds(&self) -> &[(NodeId, Feed)] {
        &self.feeds
    }

    /// Where what the first log held can be read after this source was given to a run.
    pub fn summary_handle(&self) -> Arc<Mutex<Option<LogSummary>>> {
        Arc::clone(&self.summary)
    }

    fn tell_summary(&self) {
        if let (Ok(mut summary), Some((_, feed))) = (self.summary.lock(), self.feeds.first()) {
            *summary = Some(feed.summary());
        }
    }

    /// Which feed has the next row, and when it is due. One that breaks off has ended; why is kept.
    fn next_feed(&mut self) -> Option<(usize, SimTime)> {
        let mut next: Option<(usize, SimTime)> = None;
        for (ix, (_, feed)) in self.feeds.iter_mut().enumerate() {
            match feed.peek_time() {
                Ok(Some(due)) if next.is_none_or(|(_, earliest)| due < earliest) => {
                    next = Some((ix, due));
                }
                Ok(_) => {}
                Err(error) => self.failure = Some(error),
            }
        }
        next
    }
}

impl InputSource for RecordedInputs {
    fn peek_time(&mut self) -> Option<SimTime> {
        let next = self.next_feed().map(|(_, due)| due);
        if next.is_none() {
            self.tell_summary();
        }
        next
    }

    fn take(&mut self) -> Option<(SimTime, Input)> {
        let (ix, _) = self.next_feed()?;
        let (node, feed) = &mut self.feeds[ix];
        let node = node.clone();
        let taken = feed.next_due();
        match taken {
            Ok(row) => row.map(|(due, event)| (due, Input::Recorded { node, event })),
            Err(error) => {
                self.failure = Some(error);
                None
            }
        }
    }

    fn failure(&mut self) -> Option<String> {
        self.failure.take().map(|error| error.to_string())
    }
}

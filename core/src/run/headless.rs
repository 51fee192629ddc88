//! Runs without a window: in virtual time, live, and of a recorded log.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::{RecordedInputs, RunError, RunOptions, SystemClock, recorded_inputs, refuse_errors};
use crate::analysis::report::Report;
use crate::analysis::statistics::Statistics;
use crate::fact::{EventBirth, Fact, Ignore, Roster, Sink};
use crate::ids::NodeId;
use crate::interop::{Feed, LogReader, LogSummary};
use crate::journal::{InputsFile, Keep, RecordError, RecordOptions, Recorded, Recorder};
use crate::live::{Engine, Next, RunCommand, Speed};
use crate::project::{Arrivals, NodeKind, Project, Recording};
use crate::time::{SimSpan, SimTime};
use crate::virtual_time::{self, Both, InputSource, Watch};
use crate::world::{Input, World};

/// The longest sleep of a live run without a window.
const LONGEST_SLEEP: Duration = Duration::from_millis(16);

/// A run that has come to its end.
#[derive(Clone, Debug)]
pub struct Finished {
    /// Its figures.
    pub report: Report,
    /// Inputs that were refused and sources that broke off, in words.
    pub refused: Vec<String>,
    /// Where it went round without time going by, if it did.
    pub stuck_at: Option<SimTime>,
    /// Of a live run, the largest lag behind its clock.
    pub lag_max: SimSpan,
    /// Of a replay, what the log held.
    pub log: Option<LogSummary>,
    /// Of a recorded run, what came to the disk.
    pub recorded: Option<Recorded>,
    /// Why the recording broke off, in words, if it did.
    pub not_recorded: Option<String>,
}

/// Files beside a run.
#[derive(Clone, Debug, Default)]
pub struct RunFiles {
    /// Inputs, as `journal inputs` writes them. A producer whose log they hold does not read it.
    pub inputs: Option<PathBuf>,
    /// Where and how the run is recorded.
    pub record: Option<RecordOptions>,
}

impl RunFiles {
    fn recorder(
        &self,
        project: &Arc<Project>,
        seed: u64,
        waits: bool,
    ) -> Result<Option<Recorder>, RecordError> {
        let begin = |options| Recorder::begin(options, project, seed, waits);
        self.record.as_ref().map(begin).transpose()
    }

    /// All inputs of a run: those of the file first, at one instant.
    fn source(&self, mut logs: RecordedInputs) -> Result<Box<dyn InputSource + Send>, RunError> {
        let Some(path) = &self.inputs else { return Ok(Box::new(logs)) };
        let file = InputsFile::open(path)?;
        logs.leave_out(file.recorded());
        Ok(Box::new(Both(file, logs)))
    }
}

/// A keeper whose work has an end.
trait Ending: Keep {
    /// The run has ended at `end`; `finished` is told how the recording went.
    fn end(self, end: SimTime, finished: Finished) -> Finished;
}

impl Ending for Ignore {
    fn end(self, _end: SimTime, finished: Finished) -> Finished {
        finished
    }
}

impl Ending for Recorder {
    fn end(self, end: SimTime, mut finished: Finished) -> Finished {
        match self.finish(end) {
            Ok(recorded) => finished.recorded = Some(recorded),
            Err(error) => finished.not_recorded = Some(error.to_string()),
        }
        finished
    }
}

/// What is folded beside a run in virtual time.
struct Watched<K> {
    statistics: Statistics,
    keep: K,
}

impl<K: Keep> Sink for Watched<K> {
    const WANTS_EVENTS: bool = K::WANTS_EVENTS;

    #[inline]
    fn event(&mut self, birth: &EventBirth, types: &[Arc<str>]) {
        self.keep.event(birth, types);
    }

    #[inline]
    fn fact(&mut self, fact: Fact) {
        self.statistics.fact(fact);
        self.keep.fact(fact);
    }

    fn roster(&mut self, now: SimTime, roster: &Roster) {
        Sink::roster(&mut self.statistics, now, roster);
        self.keep.roster(now, roster);
    }
}

impl<K: Keep> Watch for Watched<K> {
    fn input(&mut self, time: SimTime, input: &Input) {
        self.keep.input(time, input);
    }

    fn stretch(&mut self, world: &World) {
        self.keep.offer(None, world, &self.statistics);
    }
}

/// Runs a project in virtual time up to and including `until`. Relative paths of recorded logs count
/// from `folder`.
///
/// # Errors
/// A [`RunError`] where the drawing cannot run, or a file cannot be read or made.
pub fn simulate(
    project: Arc<Project>,
    seed: u64,
    until: SimTime,
    folder: Option<&Path>,
    files: &RunFiles,
) -> Result<Finished, RunError> {
    refuse_errors(&project)?;
    let mut source = files.source(recorded_inputs(&project, folder)?)?;
    Ok(match files.recorder(&project, seed, true)? {
        None => simulate_with(project, seed, until, &mut source, Ignore),
        Some(recorder) => simulate_with(project, seed, until, &mut source, recorder),
    })
}

fn simulate_with<K: Ending>(
    project: Arc<Project>,
    seed: u64,
    until: SimTime,
    source: &mut Box<dyn InputSource + Send>,
    keep: K,
) -> Finished {
    let mut world = World::new(project, seed);
    let mut watched = Watched { statistics: Statistics::new(), keep };
    world.begin(&mut watched);
    let outcome = virtual_time::run_watched(&mut world, source, until, &mut watched);
    let mut refused: Vec<String> =
        outcome.refused.iter().map(|(time, error)| format!("at {time}: {error}")).collect();
    refused.extend(source.failure());
    let finished = Finished {
        report: Report::new(&watched.statistics, seed, world.now()),
        refused,
        stuck_at: outcome.stuck.then(|| world.now()),
        lag_max: SimSpan::ZERO,
        log: None,
        recorded: None,
        not_recorded: None,
    };
    watched.keep.end(world.now(), finished)
}

/// Runs a project by the system's clock up to and including `until`.
///
/// # Errors
/// A [`RunError`] where the drawing cannot run, or a file cannot be read or made.
pub fn live(
    project: Arc<Project>,
    options: &RunOptions,
    until: SimTime,
    files: &RunFiles,
) -> Result<Finished, RunError> {
    refuse_errors(&project)?;
    let source = files.source(recorded_inputs(&project, options.folder.as_deref())?)?;
    // As fast as possible there is no clock that a run could lag behind.
    let waits = options.speed == Speed::Max;
    Ok(match files.recorder(&project, options.seed, waits)? {
        None => live_with(project, options, until, source, Ignore),
        Some(recorder) => live_with(project, options, until, source, recorder),
    })
}

fn live_with<K: Ending>(
    project: Arc<Project>,
    options: &RunOptions,
    until: SimTime,
    source: Box<dyn InputSource + Send>,
    keep: K,
) -> Finished {
    let clock = SystemClock::start();
    let mut engine = Engine::new(project, options.seed, options.speed, source, clock, keep);
    engine.set_until(until);
    engine.command(RunCommand::Resume);
    follow(&mut engine, Engine::is_done);
    finished(engine, options.seed, None)
}

/// Lets an engine go on until `done`, sleeping where nothing is due.
fn follow<K: Keep>(
    engine: &mut Engine<SystemClock, K>,
    mut done: impl FnMut(&mut Engine<SystemClock, K>) -> bool,
) {
    while !done(engine) {
        let sleep = match engine.pump() {
            Next::Work => continue,
            Next::Sleep(nanos) => Duration::from_nanos(nanos).min(LONGEST_SLEEP),
            Next::Wait => LONGEST_SLEEP,
        };
        // Nobody sends: this is a wait with an end.
        let _ = crossbeam_channel::after(sleep).recv();
    }
}

fn finished<K: Ending>(
    engine: Engine<SystemClock, K>,
    seed: u64,
    log: Option<LogSummary>,
) -> Finished {
    let end = engine.world().now();
    let finished = Finished {
        report: Report::new(engine.statistics(), seed, end),
        refused: engine.refusals().to_vec(),
        stuck_at: engine.is_stuck().then_some(end),
        lag_max: engine.lag_max(),
        log,
        recorded: None,
        not_recorded: None,
    };
    engine.into_also().end(end, finished)
}

/// How a recorded log is replayed.
#[derive(Clone, Debug)]
pub struct ReplayOptions {
    /// The producer that stands for the log; its own arrivals give way to it.
    pub node: NodeId,
    /// The seed of all draws.
    pub seed: u64,
    /// How fast.
    pub speed: Speed,
    /// Replay so much of the log; none: all of it.
    pub until: Option<SimTime>,
    /// For how long the topology may go on when the log has ended.
    pub drain: SimSpan,
}

/// Replays a log through a project: the other producers stop with the log, and the run ends when
/// nothing is left in the topology, or after the drain time.
///
/// # Errors
/// A [`RunError`] where the drawing cannot run, has no such producer, the log breaks off, or the
/// recording cannot begin.
pub fn replay(
    project: &Project,
    reader: LogReader,
    options: &ReplayOptions,
    record: Option<&RecordOptions>,
) -> Result<Finished, RunError> {
    let project = Arc::new(with_log(project, reader.name(), &options.node)?);
    refuse_errors(&project)?;
    let mut source = RecordedInputs::default();
    source.add(options.node.clone(), Feed::new(reader));
    let files = RunFiles { record: record.cloned(), inputs: None };
    let in_virtual_time = options.speed == Speed::Max;
    let recorder = files.recorder(&project, options.seed, in_virtual_time)?;
    Ok(match (in_virtual_time, recorder) {
        (true, None) => replay_in_virtual_time(project, source, options, Ignore),
        (true, Some(recorder)) => replay_in_virtual_time(project, source, options, recorder),
        (false, None) => replay_by_the_clock(project, source, options, Ignore),
        (false, Some(recorder)) => replay_by_the_clock(project, source, options, recorder),
    })
}

/// The project with the log as the arrivals of `node`.
fn with_log(project: &Project, log: &str, node: &NodeId) -> Result<Project, RunError> {
    let mut project = project.clone();
    match project.nodes.get_mut(node).map(|node| &mut node.kind) {
        Some(NodeKind::Producer(producer)) => {
            let file = if log.is_empty() { "-".to_owned() } else { log.to_owned() };
            producer.arrivals = Arrivals::Recorded(Recording { file, ..Recording::default() });
            Ok(project)
        }
        _ => {
            let is_producer = |kind: &NodeKind| matches!(kind, NodeKind::Producer(_));
            let producers = project.nodes.iter().filter(|(_, node)| is_producer(&node.kind));
            Err(RunError::NoProducer {
                id: node.clone(),
                producers: producers.map(|(id, _)| id.to_string()).collect::<Vec<_>>().join(", "),
            })
        }
    }
}

fn replay_in_virtual_time<K: Ending>(
    project: Arc<Project>,
    mut source: RecordedInputs,
    options: &ReplayOptions,
    keep: K,
) -> Finished {
    let mut world = World::new(project, options.seed);
    let mut watched = Watched { statistics: Statistics::new(), keep };
    world.begin(&mut watched);
    let last = options.until.unwrap_or(SimTime::MAX);
    let (mut refused, mut stuck) = (Vec::new(), false);
    // Row by row, so that the run stands where the log ends.
    while !stuck && let Some(due) = source.peek_time().filter(|due| *due <= last) {
        let outcome = virtual_time::run_watched(&mut world, &mut source, due, &mut watched);
        refused.extend(outcome.refused.iter().map(|(time, e)| format!("at {time}: {e}")));
        stuck = outcome.stuck;
    }
    if let Some(until) = options.until
        && !stuck
    {
        stuck = virtual_time::run_watched(&mut world, &mut source, until, &mut watched).stuck;
    }
    if !stuck && options.until.is_none() {
        let now = world.now();
        match world.handle(now, &Input::Silence, &mut watched) {
            Ok(()) => Watch::input(&mut watched, now, &Input::Silence),
            Err(error) => refused.push(error.to_string()),
        }
        stuck = virtual_time::drain(&mut world, now + options.drain, &mut watched).stuck;
    }
    refused.extend(source.failure());
    let finished = Finished {
        report: Report::new(&watched.statistics, options.seed, world.now()),
        refused,
        stuck_at: stuck.then(|| world.now()),
        lag_max: SimSpan::ZERO,
        log: source.feeds().first().map(|(_, feed)| feed.summary()),
        recorded: None,
        not_recorded: None,
    };
    watched.keep.end(world.now(), finished)
}

fn replay_by_the_clock<K: Ending>(
    project: Arc<Project>,
    source: RecordedInputs,
    options: &ReplayOptions,
    keep: K,
) -> Finished {
    let summary = source.summary_handle();
    let clock = SystemClock::start();
    let mut engine =
        Engine::new(project, options.seed, options.speed, Box::new(source), clock, keep);
    if let Some(until) = options.until {
        engine.set_until(until);
    }
    engine.command(RunCommand::Resume);
    follow(&mut engine, |engine| engine.is_done() || engine.source_has_ended());
    if options.until.is_none() && !engine.is_done() {
        engine.command(RunCommand::Input(Input::Silence));
        let end = engine.world().now() + options.drain;
        engine.set_until(end);
        follow(&mut engine, |engine| engine.is_done() || engine.world().events_alive() == 0);
    }
    let log = summary.lock().ok().and_then(|summary| summary.clone());
    finished(engine, options.seed, log)
}

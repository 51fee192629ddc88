//! Runs without a window: in virtual time, live, and of a recorded log.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::{RecordedInputs, RunError, RunOptions, SystemClock, recorded_inputs, refuse_errors};
use crate::analysis::report::Report;
use crate::analysis::statistics::Statistics;
use crate::fact::Ignore;
use crate::ids::NodeId;
use crate::interop::{Feed, LogReader, LogSummary};
use crate::live::{Engine, Next, RunCommand, Speed};
use crate::project::{Arrivals, NodeKind, Project, Recording};
use crate::time::{SimSpan, SimTime};
use crate::virtual_time::{self, InputSource};
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
}

/// Runs a project in virtual time up to and including `until`. Relative paths of recorded logs count
/// from `folder`.
///
/// # Errors
/// A [`RunError`] where the drawing cannot run or a log cannot be read.
pub fn simulate(
    project: Arc<Project>,
    seed: u64,
    until: SimTime,
    folder: Option<&Path>,
) -> Result<Finished, RunError> {
    refuse_errors(&project)?;
    let mut source = recorded_inputs(&project, folder)?;
    let mut world = World::new(project, seed);
    let mut statistics = Statistics::new();
    world.begin(&mut statistics);
    let outcome = virtual_time::run(&mut world, &mut source, until, &mut statistics);
    let mut refused: Vec<String> =
        outcome.refused.iter().map(|(time, error)| format!("at {time}: {error}")).collect();
    refused.extend(source.failure());
    Ok(Finished {
        report: Report::new(&statistics, seed, world.now()),
        refused,
        stuck_at: outcome.stuck.then(|| world.now()),
        lag_max: SimSpan::ZERO,
        log: None,
    })
}

/// Runs a project by the system's clock up to and including `until`.
///
/// # Errors
/// A [`RunError`] where the drawing cannot run or a log cannot be read.
pub fn live(
    project: Arc<Project>,
    options: &RunOptions,
    until: SimTime,
) -> Result<Finished, RunError> {
    let mut engine = super::engine(project, options, SystemClock::start())?;
    engine.set_until(until);
    engine.command(RunCommand::Resume);
    follow(&mut engine, Engine::is_done);
    Ok(finished(&engine, options.seed, None))
}

/// Lets an engine go on until `done`, sleeping where nothing is due.
fn follow(
    engine: &mut Engine<SystemClock, Ignore>,
    mut done: impl FnMut(&mut Engine<SystemClock, Ignore>) -> bool,
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

fn finished(engine: &Engine<SystemClock, Ignore>, seed: u64, log: Option<LogSummary>) -> Finished {
    Finished {
        report: Report::new(engine.statistics(), seed, engine.world().now()),
        refused: engine.refusals().to_vec(),
        stuck_at: engine.is_stuck().then(|| engine.world().now()),
        lag_max: engine.lag_max(),
        log,
    }
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
/// A [`RunError`] where the drawing cannot run, has no such producer, or the log breaks off.
pub fn replay(
    project: &Project,
    reader: LogReader,
    options: &ReplayOptions,
) -> Result<Finished, RunError> {
    let project = Arc::new(with_log(project, reader.name(), &options.node)?);
    refuse_errors(&project)?;
    let mut source = RecordedInputs::default();
    source.add(options.node.clone(), Feed::new(reader));
    if options.speed == Speed::Max {
        return Ok(replay_in_virtual_time(project, source, options));
    }
    Ok(replay_by_the_clock(project, source, options))
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

fn replay_in_virtual_time(
    project: Arc<Project>,
    mut source: RecordedInputs,
    options: &ReplayOptions,
) -> Finished {
    let mut world = World::new(project, options.seed);
    let mut statistics = Statistics::new();
    world.begin(&mut statistics);
    let last = options.until.unwrap_or(SimTime::MAX);
    let (mut refused, mut stuck) = (Vec::new(), false);
    // Row by row, so that the run stands where the log ends.
    while !stuck && let Some(due) = source.peek_time().filter(|due| *due <= last) {
        let outcome = virtual_time::run(&mut world, &mut source, due, &mut statistics);
        refused.extend(outcome.refused.iter().map(|(time, e)| format!("at {time}: {e}")));
        stuck = outcome.stuck;
    }
    if let Some(until) = options.until
        && !stuck
    {
        stuck = virtual_time::run(&mut world, &mut source, until, &mut statistics).stuck;
    }
    if !stuck && options.until.is_none() {
        let now = world.now();
        if let Err(error) = world.handle(now, &Input::Silence, &mut statistics) {
            refused.push(error.to_string());
        }
        stuck = virtual_time::drain(&mut world, now + options.drain, &mut statistics).stuck;
    }
    refused.extend(source.failure());
    Finished {
        report: Report::new(&statistics, options.seed, world.now()),
        refused,
        stuck_at: stuck.then(|| world.now()),
        lag_max: SimSpan::ZERO,
        log: source.feeds().first().map(|(_, feed)| feed.summary()),
    }
}

fn replay_by_the_clock(
    project: Arc<Project>,
    source: RecordedInputs,
    options: &ReplayOptions,
) -> Finished {
    let summary = source.summary_handle();
    let clock = SystemClock::start();
    let mut engine =
        Engine::new(project, options.seed, options.speed, Box::new(source), clock, Ignore);
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
    finished(&engine, options.seed, log)
}

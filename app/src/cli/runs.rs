//! `eventloom simulate`, `run` and `replay`: a project without the window.

use std::io::{self, BufReader, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;

use clap::Args;
use eventloom_core::interop::{LogReader, LogSummary, parse_map};
use eventloom_core::journal::{Level, RecordOptions};
use eventloom_core::live::Speed;
use eventloom_core::project::FieldMap;
use eventloom_core::run::{self, Finished, ReplayOptions, RunFiles, RunOptions};
use eventloom_core::time::{SimSpan, SimTime};
use serde::Serialize;

use super::check::read_runnable;
use super::{CliError, FAILED, ProjectArgs, table};

/// Where and how a run is recorded.
#[derive(Debug, Args)]
pub(super) struct RecordArgs {
    /// Record the run to this file (.mcap), in place of what is there
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// How much is recorded: full, 1in and a number such as 1in100, counts or inputs
    #[arg(long, default_value = "full", requires = "record")]
    level: Level,
}

impl RecordArgs {
    fn options(&self) -> Option<RecordOptions> {
        let path = self.record.clone()?;
        Some(RecordOptions { path, level: self.level })
    }
}

/// The arguments of `simulate`.
#[derive(Debug, Args)]
pub(super) struct SimulateArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// How much simulated time, such as 250ms, 10s or 1h30m
    #[arg(long = "for", value_name = "TIME")]
    length: SimSpan,
    /// What comes from outside, as journal inputs writes it
    #[arg(long, value_name = "FILE")]
    inputs: Option<PathBuf>,
    #[command(flatten)]
    record: RecordArgs,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

impl SimulateArgs {
    fn files(&self) -> RunFiles {
        RunFiles { inputs: self.inputs.clone(), record: self.record.options() }
    }
}

/// The arguments of `run`.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    simulate: SimulateArgs,
    /// Simulated seconds a second (0.01 to 1000), or max
    #[arg(long, default_value = "1")]
    speed: SpeedArg,
}

/// The arguments of `replay`.
#[derive(Debug, Args)]
pub(super) struct ReplayArgs {
    /// The log: JSON Lines or CSV, plain or .gz; - reads standard input
    log: PathBuf,
    /// The project through which it goes
    #[arg(long = "through", value_name = "PROJECT")]
    project: PathBuf,
    /// The producer that stands for the log
    #[arg(long = "as", value_name = "NODE")]
    node: String,
    /// Which field is what: time=/meta/dt,type=event,key=user_id,data=/,tz=UTC
    #[arg(long)]
    map: Option<String>,
    /// Another value for a field of the project, such as worker.service.mean_s=0.05
    #[arg(long = "set", value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Another seed than the project's
    #[arg(long)]
    seed: Option<u64>,
    /// Simulated seconds a second (0.01 to 1000), or max
    #[arg(long, default_value = "max")]
    speed: SpeedArg,
    /// Replay so much of the log
    #[arg(long = "for", value_name = "TIME")]
    length: Option<SimSpan>,
    /// How long the topology may go on when the log has ended
    #[arg(long, default_value = "1h", value_name = "TIME")]
    drain: SimSpan,
    #[command(flatten)]
    record: RecordArgs,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// A speed as it is given on the command line.
#[derive(Clone, Copy, Debug, PartialEq)]
struct SpeedArg(Speed);

impl FromStr for SpeedArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "max" {
            return Ok(Self(Speed::Max));
        }
        match text.parse::<f64>() {
            Ok(times) if (0.01..=1_000.0).contains(&times) => Ok(Self(Speed::Times(times))),
            _ => Err("write a number from 0.01 to 1000, or max".to_owned()),
        }
    }
}

/// What is printed with `--json`: the report, and what only live runs and replays have.
#[derive(Serialize)]
struct Printed<'a> {
    #[serde(flatten)]
    report: &'a eventloom_core::analysis::report::Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    wall_s: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lag_max_s: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<&'a LogSummary>,
}

pub(super) fn simulate(args: &SimulateArgs) -> Result<ExitCode, CliError> {
    let project = read_runnable(&args.project)?;
    let folder = args.project.project.parent();
    let seed = project.seed;
    let until = SimTime::ZERO + args.length;
    let finished = run::simulate(Arc::new(project), seed, until, folder, &args.files())
        .map_err(|source| cannot_run(&args.project.project, source))?;
    print(&finished, None, args.json)
}

pub(super) fn live(args: &RunArgs) -> Result<ExitCode, CliError> {
    let simulate = &args.simulate;
    let project = read_runnable(&simulate.project)?;
    let options = RunOptions {
        seed: project.seed,
        speed: args.speed.0,
        paused: true,
        folder: simulate.project.project.parent().map(PathBuf::from),
    };
    let begun = std::time::Instant::now();
    let until = SimTime::ZERO + simulate.length;
    let finished = run::live(Arc::new(project), &options, until, &simulate.files())
        .map_err(|source| cannot_run(&simulate.project.project, source))?;
    print(&finished, Some(begun.elapsed().as_secs_f64()), simulate.json)
}

pub(super) fn replay(args: &ReplayArgs) -> Result<ExitCode, CliError> {
    let project = read_runnable(&ProjectArgs {
        project: args.project.clone(),
        set: args.set.clone(),
        seed: args.seed,
    })?;
    let map = match &args.map {
        Some(text) => parse_map(text).map_err(|source| CliError::Map { source })?,
        None => FieldMap::default(),
    };
    let reader = if args.log.as_os_str() == "-" {
        LogReader::from_reader(Box::new(BufReader::new(io::stdin())), "standard input", &map)
    } else {
        LogReader::open(&args.log, &map)
    };
    let options = ReplayOptions {
        node: args.node.as_str().into(),
        seed: project.seed,
        speed: args.speed.0,
        until: args.length.map(|length| SimTime::ZERO + length),
        drain: args.drain,
    };
    let reader = reader.map_err(|source| CliError::Log { source })?;
    let begun = std::time::Instant::now();
    let finished = run::replay(&project, reader, &options, args.record.options().as_ref())
        .map_err(|source| cannot_run(&args.project, source))?;
    let wall = (args.speed.0 != Speed::Max).then(|| begun.elapsed().as_secs_f64());
    print(&finished, wall, args.json)
}

fn cannot_run(path: &std::path::Path, source: run::RunError) -> CliError {
    CliError::Run { path: path.to_owned(), source: Box::new(source) }
}

#[expect(clippy::print_stderr, reason = "what went wrong on the way belongs there")]
fn print(finished: &Finished, wall_s: Option<f64>, json: bool) -> Result<ExitCode, CliError> {
    let mut out = io::stdout().lock();
    let printed = Printed {
        report: &finished.report,
        wall_s,
        lag_max_s: wall_s.map(|_| finished.lag_max.as_secs_f64()),
        log: finished.log.as_ref(),
    };
    let written = if json {
        serde_json::to_writer_pretty(&mut out, &printed)
            .map_err(io::Error::from)
            .and_then(|()| writeln!(out))
    } else {
        table::write(&mut out, finished)
    };
    written.and_then(|()| out.flush()).map_err(CliError::Output)?;
    for why in &finished.refused {
        eprintln!("eventloom: {why}");
    }
    if let Some(at) = finished.stuck_at {
        eprintln!(
            "eventloom: a million steps happened at {at}; events go round without time going by"
        );
    }
    if let Some(recorded) = &finished.recorded
        && recorded.facts_in_gaps > 0
    {
        eprintln!(
            "eventloom: {} facts were not recorded: the disk did not keep up; they follow from the \
             inputs, by running again",
            recorded.facts_in_gaps
        );
    }
    if let Some(why) = &finished.not_recorded {
        eprintln!("eventloom: {why}");
    }
    let failed = finished.stuck_at.is_some()
        || !finished.refused.is_empty()
        || finished.not_recorded.is_some();
    Ok(if failed { ExitCode::from(FAILED) } else { ExitCode::SUCCESS })
}

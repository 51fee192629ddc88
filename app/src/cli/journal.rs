//! `eventloom journal`: recorded runs, read again.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use eventloom_core::analysis::report::Report;
use eventloom_core::fact::{ElementKind, Ignore};
use eventloom_core::journal::{Info, Recording, write_input};
use eventloom_core::time::{SimSpan, SimTime};
use eventloom_core::world::World;
use serde::{Deserialize, Serialize};

use super::{CliError, table};

/// How many rows of a channel's contents the table shows.
const ROWS: usize = 10;

/// What can be asked of a recorded run.
#[derive(Debug, Subcommand)]
pub(super) enum JournalCommand {
    /// Say what a recorded run holds, and what of it is missing
    Info(FileArgs),
    /// Print the figures and the contents at a moment, all that happens then included
    State(StateArgs),
    /// List the events in the order in which they came into being
    Events(EventsArgs),
    /// Write what came from outside, one input to a line, for --inputs
    Inputs(FileArgs),
    /// Write the events for other programs
    Export(ExportArgs),
    /// Save what can be read of a damaged file as a new one that other programs can read
    Repair(RepairArgs),
}

#[derive(Debug, Args)]
pub(super) struct FileArgs {
    /// The recorded run (.mcap)
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct StateArgs {
    #[command(flatten)]
    file: FileArgs,
    /// The moment in simulated time, such as 250ms, 10s or 1h30m
    #[arg(long, value_name = "TIME")]
    at: SimSpan,
}

#[derive(Debug, Args)]
pub(super) struct EventsArgs {
    #[command(flatten)]
    file: FileArgs,
    /// Only the events that came into being at this node
    #[arg(long)]
    node: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The recorded run (.mcap)
    file: PathBuf,
    /// In which form: CloudEvents as JSON Lines, or a table
    #[arg(long = "to", value_name = "FORM")]
    form: Form,
    /// Only the events that came into being at this node
    #[arg(long)]
    node: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct RepairArgs {
    /// The recorded run (.mcap); it stays as it is
    file: PathBuf,
    /// The new file
    #[arg(short = 'o', long = "output", value_name = "COPY")]
    output: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    Cloudevents,
    Csv,
}

pub(super) fn run(command: &JournalCommand) -> Result<ExitCode, CliError> {
    match command {
        JournalCommand::Info(args) => info(args),
        JournalCommand::State(args) => state(args),
        JournalCommand::Events(args) => events(args),
        JournalCommand::Inputs(args) => inputs(args),
        JournalCommand::Export(args) => export(args),
        JournalCommand::Repair(args) => {
            let recording = open(&args.file)?;
            recording.save_repaired(&args.output)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Opens a recorded run; what is missing goes to standard error.
fn open(file: &std::path::Path) -> Result<Recording, CliError> {
    let recording = Recording::open(file)?;
    warn(&recording);
    Ok(recording)
}

#[expect(clippy::print_stderr, reason = "what is missing belongs there")]
fn warn(recording: &Recording) {
    for warning in recording.warnings() {
        eprintln!("eventloom: {warning}");
    }
}

fn written(result: io::Result<()>) -> Result<ExitCode, CliError> {
    result.map(|()| ExitCode::SUCCESS).map_err(CliError::Output)
}

fn print_json<T: Serialize>(out: &mut impl Write, what: &T) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, what)?;
    writeln!(out)?;
    out.flush()
}

fn info(args: &FileArgs) -> Result<ExitCode, CliError> {
    let recording = open(&args.file)?;
    let info = recording.info();
    let mut out = io::stdout().lock();
    written(if args.json { print_json(&mut out, &info) } else { info_table(&mut out, &info) })
}

fn info_table(out: &mut impl Write, info: &Info) -> io::Result<()> {
    let unknown = || "unknown".to_owned();
    let text = |text: &Option<String>| text.clone().unwrap_or_else(unknown);
    let number = |number: Option<u64>| number.map_or_else(unknown, |number| number.to_string());
    writeln!(out, "Recorded by version {}, seed {}", text(&info.program), number(info.seed))?;
    writeln!(
        out,
        "Level {}, {} bytes in {}",
        text(&info.level),
        info.bytes,
        info.files.join(", ")
    )?;
    let end = if info.ended { "" } else { "; its end is missing" };
    writeln!(out, "Goes up to {} s{end}", info.front_s)?;
    writeln!(
        out,
        "{} facts, {} events, {} inputs and {} snapshots in {} chunks",
        info.facts, info.events, info.inputs, info.snapshots, info.chunks
    )?;
    if !info.runs_again {
        writeln!(out, "This version cannot bring back its states.")?;
    }
    out.flush()
}

/// An event in a channel, as `journal state` prints it.
#[derive(Serialize)]
struct Row {
    event: u64,
    #[serde(rename = "type")]
    event_type: String,
    key: Option<String>,
    age_s: f64,
    deliveries: u32,
    delivered: bool,
}

/// What `journal state --json` prints.
#[derive(Serialize)]
struct State<'a> {
    #[serde(flatten)]
    report: &'a Report,
    /// Of each queue by its id, and of each subscription by the id of its link.
    contents: BTreeMap<String, Vec<Row>>,
}

fn state(args: &StateArgs) -> Result<ExitCode, CliError> {
    let recording = open(&args.file.file)?;
    let at = SimTime::ZERO + args.at;
    let moment = recording.seek(at, &mut Ignore)?;
    let report = Report::new(&moment.statistics, moment.world.seed(), at);
    let contents = contents(&moment.world);
    let mut out = BufWriter::new(io::stdout().lock());
    written(if args.file.json {
        print_json(&mut out, &State { report: &report, contents })
    } else {
        state_table(&mut out, &report, &contents)
    })
}

fn contents(world: &World) -> BTreeMap<String, Vec<Row>> {
    let roster = world.roster();
    let places = roster.iter().filter(|(_, entry)| {
        matches!(entry.kind, ElementKind::Queue | ElementKind::Subscribe)
            && entry.removed_at.is_none()
    });
    let rows = places.map(|(ix, entry)| {
        let (rows, _) = world.contents(ix, usize::MAX);
        let rows = rows.into_iter().map(|row| Row {
            event: row.event.0,
            event_type: roster
                .types
                .get(usize::from(row.event_type.0))
                .map_or_else(String::new, ToString::to_string),
            key: row.key.as_deref().map(str::to_owned),
            age_s: row.age.as_secs_f64(),
            deliveries: row.deliveries,
            delivered: row.delivered,
        });
        (entry.id.to_string(), rows.collect())
    });
    rows.collect()
}

fn state_table(
    out: &mut impl Write,
    report: &Report,
    contents: &BTreeMap<String, Vec<Row>>,
) -> io::Result<()> {
    table::write_head(out, report)?;
    table::write_nodes(out, report)?;
    for (id, rows) in contents.iter().filter(|(_, rows)| !rows.is_empty()) {
        writeln!(out, "\n{id} holds {}:", rows.len())?;
        for row in rows.iter().take(ROWS) {
            let key = row.key.as_deref().unwrap_or("no key");
            let delivered = if row.delivered { ", delivered" } else { "" };
            let Row { event, event_type, age_s, deliveries, .. } = row;
            writeln!(
                out,
                "  event {event}, {event_type}, {key}, {age_s} s old, deliveries {deliveries}\
                 {delivered}"
            )?;
        }
        if rows.len() > ROWS {
            writeln!(out, "  and {} more", rows.len() - ROWS)?;
        }
    }
    out.flush()
}

/// What of an event is needed to choose it and to put it in a table.
#[derive(Deserialize)]
struct Event<'a> {
    id: &'a str,
    source: String,
    #[serde(rename = "type")]
    event_type: String,
    subject: Option<String>,
    time: &'a str,
    #[serde(borrow)]
    data: Option<&'a serde_json::value::RawValue>,
    correlationid: &'a str,
    causationid: Option<&'a str>,
    due: &'a str,
    drawkey: &'a str,
}

/// Gives the events of a node, or all, with their JSON.
fn each_event(
    recording: &Recording,
    node: Option<&str>,
    mut take: impl FnMut(&Event<'_>, &[u8]) -> io::Result<()>,
) -> Result<(), CliError> {
    let result = recording.every_event(|json| {
        let event: Event<'_> = serde_json::from_slice(json)?;
        if node.is_none_or(|node| node == event.source) { take(&event, json) } else { Ok(()) }
    })?;
    result.map_err(CliError::Output)
}

fn events(args: &EventsArgs) -> Result<ExitCode, CliError> {
    let recording = open(&args.file.file)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut first = true;
    each_event(&recording, args.node.as_deref(), |event, json| {
        if args.file.json {
            out.write_all(if first { b"[\n" } else { b",\n" })?;
            first = false;
            return out.write_all(json);
        }
        let key = event.subject.as_deref().unwrap_or_default();
        writeln!(out, "{} {} {} {} {key}", event.time, event.id, event.source, event.event_type)
    })?;
    let end: &[u8] = match (args.file.json, first) {
        (false, _) => b"",
        (true, true) => b"[]\n",
        (true, false) => b"\n]\n",
    };
    written(out.write_all(end).and_then(|()| out.flush()))
}

fn inputs(args: &FileArgs) -> Result<ExitCode, CliError> {
    let recording = open(&args.file)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut first = true;
    let result = recording.inputs(|line| {
        if args.json {
            out.write_all(if first { b"[\n" } else { b"," })?;
            first = false;
        }
        write_input(&mut out, &line)
    })?;
    let end: &[u8] = match (args.json, first) {
        (false, _) => b"",
        (true, true) => b"[]\n",
        (true, false) => b"]\n",
    };
    written(result.and_then(|()| out.write_all(end)).and_then(|()| out.flush()))
}

fn export(args: &ExportArgs) -> Result<ExitCode, CliError> {
    let recording = open(&args.file)?;
    let mut out = BufWriter::new(io::stdout().lock());
    if matches!(args.form, Form::Csv) {
        let head = "id,source,type,subject,time,data,correlationid,causationid,due,drawkey";
        writeln!(out, "{head}").map_err(CliError::Output)?;
    }
    each_event(&recording, args.node.as_deref(), |event, json| match args.form {
        Form::Cloudevents => out.write_all(json).and_then(|()| out.write_all(b"\n")),
        Form::Csv => {
            let fields = [
                event.id,
                &event.source,
                &event.event_type,
                event.subject.as_deref().unwrap_or_default(),
                event.time,
                event.data.map_or("", serde_json::value::RawValue::get),
                event.correlationid,
                event.causationid.unwrap_or_default(),
                event.due,
                event.drawkey,
            ];
            let fields: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
            writeln!(out, "{}", fields.join(","))
        }
    })?;
    written(out.flush())
}

/// A field of a table as RFC 4180 has it.
fn quoted(field: &str) -> String {
    if field.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_field_is_quoted_where_it_must_be() {
        assert_eq!(quoted("door"), "door");
        assert_eq!(quoted("{\"a\":1,\"b\":2}"), "\"{\"\"a\"\":1,\"\"b\"\":2}\"");
    }
}

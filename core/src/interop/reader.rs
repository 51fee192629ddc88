//! Reads a log row by row.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::Serialize;

use super::csv_rows::CsvRows;
use super::error::{LogError, Refusal, RefusalReason};
use super::fields::{Cell, Content, FieldPath, Record};
use super::guess::{Resolved, Sample, shorten};
use super::json_rows::JsonRows;
use super::lines::{Line, Lines, StartError};
use super::mapping::Mapping;
use super::times::{TimeKind, is_plausible_epoch, iso_utc};
use crate::project::FieldMap;

/// The fields are guessed from so many rows,
const SAMPLE_ROWS: usize = 100;
/// or from what there is when so many bytes
const SAMPLE_BYTES: usize = 1 << 20;
/// or so many rows, refused ones included, have been read.
const SAMPLE_TRIES: usize = 1_000;
/// How many refusals are kept; all are counted.
const KEPT_REFUSALS: usize = 10;
/// How many different types share one text each; more are kept apart.
const SHARED_TYPES: usize = 256;

/// A row of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    /// The line of the (unpacked) log in which it begins, from 1.
    pub line: u64,
    /// When it was recorded, in nanoseconds since 1970 (UTC).
    pub time_ns: i64,
    /// The event's type; none: the row tells none.
    pub event_type: Option<Arc<str>>,
    /// The event's key; none: the row tells none.
    pub key: Option<Arc<str>>,
    /// The event's data, JSON; `null` where the row has no such field.
    pub data: Arc<str>,
}

/// What has been read of a log. `lines` = `events` + `refused.count`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LogSummary {
    /// The rows read, one for each line that is neither blank nor the header; a CSV row with line
    /// breaks between its quotes counts once.
    pub lines: u64,
    /// The rows that became events.
    pub events: u64,
    /// The rows that could not be read.
    pub refused: Refusals,
    /// The events dated before their predecessor.
    pub backward_steps: u64,
    /// When the first event was recorded, ISO 8601 in UTC. As recorded, not the earliest.
    pub first_time: Option<String>,
    /// When the last event was recorded, ISO 8601 in UTC. As recorded, not the latest.
    pub last_time: Option<String>,
    /// Which field was what.
    pub mapping: Mapping,
}

/// The rows that could not be read.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Refusals {
    /// How many.
    pub count: u64,
    /// The first ten.
    pub first: Vec<Refusal>,
}

/// A recorded log, read as a stream and in the order in which it was recorded.
///
/// As an iterator it gives the rows; after an error, which ends it, what it gave before stands.
pub struct LogReader {
    name: String,
    rows: Rows,
    columns: Vec<String>,
    /// The rows from which the fields were guessed.
    sampled: VecDeque<Result<Record, Refusal>>,
    /// What stopped the sampling.
    failure: Option<io::Error>,
    resolved: Resolved,
    types: BTreeMap<String, Arc<str>>,
    events: u64,
    refused: Refusals,
    backward_steps: u64,
    first_ns: Option<i64>,
    last_ns: Option<i64>,
    ended: bool,
}

impl LogReader {
    /// Opens the log at `path` and tells from its first rows which field is what, where `map` does
    /// not say.
    ///
    /// # Errors
    /// A [`LogError`] where the file cannot be read, is no log, or a field is missing or in doubt.
    pub fn open(path: &Path, map: &FieldMap) -> Result<Self, LogError> {
        let name = path.display().to_string();
        match File::open(path) {
            Ok(file) => {
                let source = Box::new(BufReader::with_capacity(64 << 10, file));
                Self::start(source, name, map, false)
            }
            Err(source) => Err(LogError::Open { name, source }),
        }
    }

    /// Reads a log from a stream that may still grow, such as standard input. `name` is how errors
    /// call it. The fields are guessed from the rows that have come when the first one has, so that
    /// nothing is held back until there are more.
    ///
    /// # Errors
    /// As [`LogReader::open`].
    pub fn from_reader(
        source: Box<dyn BufRead + Send>,
        name: &str,
        map: &FieldMap,
    ) -> Result<Self, LogError> {
        Self::start(source, name.to_owned(), map, true)
    }

    fn start(
        source: Box<dyn BufRead + Send>,
        name: String,
        map: &FieldMap,
        grows: bool,
    ) -> Result<Self, LogError> {
        let (mut rows, columns) = Rows::start(source, &name)?;
        let (sampled, failure) = rows.sample(grows);
        let contents: Vec<&Content> =
            sampled.iter().flatten().map(|record| &record.content).collect();
        if contents.is_empty() {
            return Err(nothing_read(name, &rows, sampled, failure));
        }
        let csv_columns = matches!(rows, Rows::Csv(_)).then_some(columns.as_slice());
        let sample = Sample { name: &name, rows: contents, columns: csv_columns };
        let resolved = sample.resolve(map)?;
        Ok(Self {
            name,
            rows,
            columns,
            sampled,
            failure,
            resolved,
            types: BTreeMap::new(),
            events: 0,
            refused: Refusals::default(),
            backward_steps: 0,
            first_ns: None,
            last_ns: None,
            ended: false,
        })
    }

    /// Which field is what.
    pub fn mapping(&self) -> &Mapping {
        &self.resolved.mapping
    }

    /// How errors call the log.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The next row that can be read; none at the end. Those that cannot are counted.
    ///
    /// # Errors
    /// [`LogError::Read`] where the stream breaks off; the rows before stand, none follow.
    pub fn next_row(&mut self) -> Result<Option<LogRow>, LogError> {
        while let Some(record) = self.next_record()? {
            match record.and_then(|record| self.row_of(&record)) {
                Ok(row) => {
                    self.events += 1;
                    let before = self.last_ns.is_some_and(|last| row.time_ns < last);
                    self.backward_steps += u64::from(before);
                    self.first_ns.get_or_insert(row.time_ns);
                    self.last_ns = Some(row.time_ns);
                    return Ok(Some(row));
                }
                Err(refusal) => {
                    self.refused.count += 1;
                    if self.refused.first.len() < KEPT_REFUSALS {
                        self.refused.first.push(refusal);
                    }
                }
            }
        }
        Ok(None)
    }

    /// What has been read so far.
    pub fn summary(&self) -> LogSummary {
        LogSummary {
            lines: self.events + self.refused.count,
            events: self.events,
            refused: self.refused.clone(),
            backward_steps: self.backward_steps,
            first_time: self.first_ns.and_then(iso_utc),
            last_time: self.last_ns.and_then(iso_utc),
            mapping: self.resolved.mapping.clone(),
        }
    }

    fn next_record(&mut self) -> Result<Option<Result<Record, Refusal>>, LogError> {
        if let Some(record) = self.sampled.pop_front() {
            return Ok(Some(record));
        }
        if self.ended {
            return Ok(None);
        }
        let next = match self.failure.take() {
            Some(error) => Err(error),
            None => self.rows.next(),
        };
        self.ended = !matches!(next, Ok(Some(_)));
        next.map_err(|source| LogError::Read {
            name: self.name.clone(),
            line: self.rows.lines().number(),
            source,
        })
    }

    fn row_of(&mut self, record: &Record) -> Result<LogRow, Refusal> {
        let Resolved { time, event_type, key, data, .. } = &self.resolved;
        let content = &record.content;
        let time_ns = self.time_of(time, content);
        let time_ns = time_ns.map_err(|reason| Refusal { line: record.line, reason })?;
        let cell = |path: &Option<FieldPath>| path.as_ref()?.cell(content)?.name();
        let key = cell(key).map(Arc::from);
        let data = data.json(content, &self.columns).map_or_else(|| Arc::from("null"), Arc::from);
        let event_type = cell(event_type);
        let event_type = event_type.map(|text| shared(&mut self.types, &text));
        Ok(LogRow { line: record.line, time_ns, event_type, key, data })
    }

    fn time_of(&self, path: &FieldPath, content: &Content) -> Result<i64, RefusalReason> {
        let Resolved { zone, mapping, .. } = &self.resolved;
        let no_time = || RefusalReason::NoTime { field: mapping.time.clone() };
        let cell = path.cell(content).ok_or_else(no_time)?;
        let text = Cell::name(cell).ok_or_else(no_time)?;
        mapping.times.nanos(cell, zone).ok_or_else(|| RefusalReason::BadTime {
            text: shorten(&text),
            kind: mapping.times.name(),
        })
    }
}

impl Iterator for LogReader {
    type Item = Result<LogRow, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_row().transpose()
    }
}

/// One text for all events of a type.
fn shared(types: &mut BTreeMap<String, Arc<str>>, text: &str) -> Arc<str> {
    if let Some(known) = types.get(text) {
        return Arc::clone(known);
    }
    let new: Arc<str> = Arc::from(text);
    if types.len() < SHARED_TYPES {
        types.insert(text.to_owned(), Arc::clone(&new));
    }
    new
}

fn nothing_read(
    name: String,
    rows: &Rows,
    sampled: VecDeque<Result<Record, Refusal>>,
    failure: Option<io::Error>,
) -> LogError {
    if let Some(source) = failure {
        return LogError::Read { name, line: rows.lines().number(), source };
    }
    let tried = sampled.len();
    match sampled.into_iter().find_map(Result::err) {
        Some(first) => LogError::NoRows { name, format: rows.format(), rows: tried, first },
        None => LogError::Empty { name },
    }
}

/// The rows of a log, however it is written.
enum Rows {
    Json(JsonRows),
    Csv(Box<CsvRows>),
}

impl Rows {
    /// Tells the format by the first line that is not blank; gives CSV's columns with it.
    fn start(source: Box<dyn BufRead + Send>, name: &str) -> Result<(Self, Vec<String>), LogError> {
        let mut lines = Lines::start(source).map_err(|error| match error {
            StartError::Io(source) => LogError::Read { name: name.to_owned(), line: 0, source },
            StartError::NotText(what) => LogError::NotText { name: name.to_owned(), what },
        })?;
        let broken = |line, source| LogError::Read { name: name.to_owned(), line, source };
        let first = loop {
            let next = lines.next().map_err(|source| broken(lines.number(), source))?;
            let Some(line) = next else { return Err(LogError::Empty { name: name.to_owned() }) };
            match &line.bytes {
                Some(bytes) if bytes.trim_ascii().is_empty() => {}
                _ => break line,
            }
        };
        match first.bytes.as_deref().and_then(|bytes| bytes.trim_ascii().first()) {
            Some(b'{') => Ok((Self::Json(JsonRows { lines, first: Some(first) }), Vec::new())),
            Some(b'[') => Err(LogError::JsonArray { name: name.to_owned() }),
            _ => Self::start_csv(lines, first, name),
        }
    }

    fn start_csv(lines: Lines, first: Line, name: &str) -> Result<(Self, Vec<String>), LogError> {
        let line = first.number;
        let bad = |reason: String| LogError::Header { name: name.to_owned(), line, reason };
        let (rows, header) = CsvRows::start(lines, first).map_err(|source| LogError::Read {
            name: name.to_owned(),
            line,
            source,
        })?;
        let columns = header.map_err(|refusal| bad(refusal.reason.to_string()))?;
        let value = columns.iter().find(|column| {
            is_plausible_epoch(Cell::Text(column))
                || TimeKind::of(Cell::Text(column), &TimeZone::UTC) == Some(TimeKind::Iso8601)
        });
        match value {
            Some(value) => Err(bad(format!("{:?} is a value, not a name", shorten(value)))),
            None => Ok((Self::Csv(Box::new(rows)), columns)),
        }
    }

    fn next(&mut self) -> io::Result<Option<Result<Record, Refusal>>> {
        match self {
            Self::Json(rows) => rows.next(),
            Self::Csv(rows) => rows.next(),
        }
    }

    fn lines(&self) -> &Lines {
        match self {
            Self::Json(rows) => &rows.lines,
            Self::Csv(rows) => &rows.lines,
        }
    }

    fn format(&self) -> &'static str {
        match self {
            Self::Json(_) => "JSON Lines",
            Self::Csv(_) => "CSV",
        }
    }

    /// The first rows; of a stream that grows, those that are there already.
    fn sample(&mut self, grows: bool) -> (VecDeque<Result<Record, Refusal>>, Option<io::Error>) {
        let mut sampled = VecDeque::new();
        let (mut good, mut bytes) = (0, 0);
        while good < SAMPLE_ROWS && bytes < SAMPLE_BYTES && sampled.len() < SAMPLE_TRIES {
            if grows && good > 0 && self.lines().drained() {
                break;
            }
            match self.next() {
                Ok(Some(row)) => {
                    if let Ok(record) = &row {
                        good += 1;
                        bytes += record.content.bytes();
                    }
                    sampled.push_back(row);
                }
                Ok(None) => break,
                Err(error) => return (sampled, Some(error)),
            }
        }
        (sampled, None)
    }
}

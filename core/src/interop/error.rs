//! What can go wrong with a log: as a whole, and with one row.

use std::io;

use serde::{Serialize, Serializer};

/// Why a log cannot be read, or not on. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The file cannot be opened.
    #[error("cannot open the log: {source}: {name}")]
    Open {
        /// The file.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// The stream broke off. The rows before were delivered and stand.
    #[error(
        "the log cannot be read on after line {line}: {source}; it may be cut off or damaged: {name}"
    )]
    Read {
        /// The log.
        name: String,
        /// The last line that was read whole; 0: none.
        line: u64,
        /// Why.
        source: io::Error,
    },
    /// It is no text in UTF-8.
    #[error("the log is {what}: {name}")]
    NotText {
        /// The log.
        name: String,
        /// What it is instead, and what to do.
        what: &'static str,
    },
    /// It is one JSON array.
    #[error(
        "the log is a JSON array; write one object per line (JSON Lines), as `jq -c '.[]'` does: {name}"
    )]
    JsonArray {
        /// The log.
        name: String,
    },
    /// There is no row in it.
    #[error("the log holds no rows: {name}")]
    Empty {
        /// The log.
        name: String,
    },
    /// None of its first rows can be read.
    #[error(
        "none of the log's first {rows} rows can be read as {format}; line {}: {}: {name}",
        .first.line, .first.reason
    )]
    NoRows {
        /// The log.
        name: String,
        /// `JSON Lines` or `CSV`.
        format: &'static str,
        /// How many were tried.
        rows: usize,
        /// What was wrong with the first.
        first: Refusal,
    },
    /// The first row of a CSV file cannot be its header.
    #[error(
        "line {line} cannot be the header of a CSV file: {reason}; put the columns' names there: {name}"
    )]
    Header {
        /// The log.
        name: String,
        /// Where the header was looked for.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The map names a field that is not there.
    #[error(
        "the first rows have no field {field:?}, which the map gives as {part}; there are: {}: {name}",
        some_of(.fields)
    )]
    NoField {
        /// The log.
        name: String,
        /// `time`, `type`, `key` or `data`.
        part: &'static str,
        /// What the map says.
        field: String,
        /// The fields that there are.
        fields: Vec<String>,
    },
    /// The map is empty where a field's name should be.
    #[error("the map's {part} is empty; name a column or a JSON pointer such as /meta/dt: {name}")]
    EmptyField {
        /// The log.
        name: String,
        /// `time`, `type`, `key` or `data`.
        part: &'static str,
    },
    /// No field looks like a time.
    #[error(
        "no field of the log looks like a time; say which it is with --map time=FIELD; there are: {}: {name}",
        some_of(.candidates)
    )]
    NoTime {
        /// The log.
        name: String,
        /// The fields that there are.
        candidates: Vec<String>,
    },
    /// Several fields look like the time, and they differ.
    #[error(
        "the log has several times that differ; say which is meant with --map time=FIELD: {}: {name}",
        .candidates.join(", ")
    )]
    UnsureTime {
        /// The log.
        name: String,
        /// The fields to choose from.
        candidates: Vec<String>,
    },
    /// The field given as time holds none.
    #[error(
        "field {field:?} holds no times ({example}); give one with ISO 8601 times or epoch numbers with --map time=FIELD: {name}"
    )]
    NotTimes {
        /// The log.
        name: String,
        /// The field.
        field: String,
        /// What it holds, for example.
        example: String,
    },
    /// The map's zone is none.
    #[error(
        "there is no time zone {zone:?}; give an IANA name such as Europe/Berlin or an offset such as +02:00 with --map tz=ZONE: {name}"
    )]
    UnknownZone {
        /// The log.
        name: String,
        /// What the map says.
        zone: String,
    },
}

impl LogError {
    /// Whether the machine failed (exit code 1) rather than the input was bad (2).
    pub fn is_io(&self) -> bool {
        matches!(self, Self::Open { .. } | Self::Read { .. })
    }
}

fn some_of(fields: &[String]) -> String {
    const SHOWN: usize = 20;
    let more = match fields.len() {
        0 => return "none".to_owned(),
        n if n > SHOWN => format!(" and {} more", n - SHOWN),
        _ => String::new(),
    };
    fields[..fields.len().min(SHOWN)].join(", ") + &more
}

/// A row that was not taken, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Refusal {
    /// The line of the (unpacked) log in which the row begins, from 1.
    pub line: u64,
    /// Why it was refused; serialised as its text.
    #[serde(serialize_with = "as_text")]
    pub reason: RefusalReason,
}

fn as_text<S: Serializer>(reason: &RefusalReason, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(reason)
}

/// Why a row is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefusalReason {
    /// It is longer than 16 MiB.
    #[error("longer than 16 MiB")]
    TooLong,
    /// It is not UTF-8.
    #[error("not UTF-8 text")]
    NotUtf8,
    /// It is no JSON, or nested deeper than 128 levels.
    #[error("no JSON: {message}")]
    NotJson {
        /// What the parser says, with the column.
        message: String,
    },
    /// It is JSON, but no object.
    #[error("no JSON object")]
    NotAnObject,
    /// It has another number of columns than the header.
    #[error("{found} columns where the header has {expected}")]
    Columns {
        /// How many it has.
        found: usize,
        /// How many the header has.
        expected: usize,
    },
    /// The header has more than 4,096 columns.
    #[error("{found} columns, more than 4,096")]
    TooManyColumns {
        /// How many it has.
        found: usize,
    },
    /// A quote is opened and not closed within 1,000 lines and 16 MiB; reading goes on with the
    /// next line.
    #[error("a quote is opened and not closed")]
    OpenQuote,
    /// A carriage return without a line feed ends the row in the middle of the line.
    #[error("a carriage return without a line feed in the middle of the line")]
    LoneReturn,
    /// The time is missing.
    #[error("no {field}, which is the time")]
    NoTime {
        /// The time's field.
        field: String,
    },
    /// The time cannot be read.
    #[error("{text:?} is no time of the log's kind ({kind})")]
    BadTime {
        /// What is there, shortened.
        text: String,
        /// The kind of the log's times.
        kind: &'static str,
    },
}

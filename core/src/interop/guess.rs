//! Which field is what, told from the first rows: by names, and for times by values.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::error::LogError;
use super::fields::{Cell, Content, FieldPath, paths_of};
use super::mapping::{LogFormat, Mapping};
use super::times::{TimeKind, is_plausible_epoch, zone};
use crate::project::FieldMap;

/// Where the parts of an event lie in a row.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    pub(super) time: FieldPath,
    pub(super) event_type: Option<FieldPath>,
    pub(super) key: Option<FieldPath>,
    pub(super) data: FieldPath,
    pub(super) zone: TimeZone,
    pub(super) mapping: Mapping,
}

/// The first rows of a log.
pub(super) struct Sample<'a> {
    /// The log, as errors name it.
    pub(super) name: &'a str,
    /// The rows that can be read; at least one.
    pub(super) rows: Vec<&'a Content>,
    /// The columns of CSV; none: JSON Lines.
    pub(super) columns: Option<&'a [String]>,
}

/// Fields that are the time of an event, by their normalised names.
const TIME_NAMES: &[&str] = &[
    "time",
    "timestamp",
    "ts",
    "datetime",
    "dt",
    "eventtime",
    "eventtimestamp",
    "eventts",
    "occurredat",
    "recordedat",
    "loggedat",
];
/// Fields that may stand for it where there is none of those.
const NEAR_TIME_NAMES: &[&str] = &[
    "date",
    "eventdate",
    "created",
    "createdat",
    "createdon",
    "creationtime",
    "publishedat",
    "receivedat",
    "sentat",
    "observedat",
    "start",
    "starttime",
    "startedat",
    "when",
];
const TYPE_NAMES: &[&str] = &[
    "type",
    "eventtype",
    "event",
    "eventname",
    "action",
    "activity",
    "kind",
    "operation",
    "verb",
    "name",
    "topic",
];
const KEY_NAMES: &[&str] = &[
    "key",
    "partitionkey",
    "subject",
    "userid",
    "user",
    "customerid",
    "customer",
    "accountid",
    "account",
    "clientid",
    "client",
    "deviceid",
    "device",
    "sensorid",
    "sensor",
    "caseid",
    "orderid",
    "order",
    "sessionid",
    "session",
    "entityid",
    "aggregateid",
    "id",
];
/// So many rows without a repetition make it likely that every value is different.
const ENOUGH_ROWS: usize = 10;

impl Sample<'_> {
    /// Takes from `map` what it says and guesses the rest.
    pub(super) fn resolve(&self, map: &FieldMap) -> Result<Resolved, LogError> {
        let tz = map.tz.as_deref().unwrap_or("UTC").to_owned();
        let zone = zone(&tz).ok_or_else(|| LogError::UnknownZone {
            name: self.name.to_owned(),
            zone: tz.clone(),
        })?;
        let mut guessed = Vec::new();
        let fields = self.fields();
        let (time, times) = match &map.time {
            Some(text) => self.given_time(text, &zone)?,
            None => {
                guessed.push("time");
                self.guess_time(&fields, &zone)?
            }
        };
        let event_type = match &map.event_type {
            Some(text) => Some(self.given("type", text)?),
            None => self.guess_name(&fields, TYPE_NAMES, &[&time]),
        };
        if map.event_type.is_none() && event_type.is_some() {
            guessed.push("type");
        }
        let taken: Vec<&FieldPath> = [&time].into_iter().chain(&event_type).collect();
        let key = match &map.key {
            Some(text) => Some(self.given("key", text)?),
            None => self.guess_name(&fields, KEY_NAMES, &taken),
        };
        if map.key.is_none() && key.is_some() {
            guessed.push("key");
        }
        let data = match &map.data {
            Some(text) => self.given("data", text)?,
            None => FieldPath::Whole,
        };
        let columns = self.columns.unwrap_or_default();
        let text = |path: &FieldPath| path.text(columns);
        let mapping = Mapping {
            format: if self.columns.is_some() { LogFormat::Csv } else { LogFormat::JsonLines },
            time: text(&time),
            times,
            event_type: event_type.as_ref().map(text),
            key: key.as_ref().map(text),
            data: text(&data),
            tz,
            guessed,
        };
        Ok(Resolved { time, event_type, key, data, zone, mapping })
    }

    /// The fields to choose from, in the order in which they first appear.
    fn fields(&self) -> Vec<FieldPath> {
        if let Some(columns) = self.columns {
            return (0..columns.len()).map(FieldPath::Column).collect();
        }
        let mut seen = BTreeSet::new();
        let values = self.rows.iter().filter_map(|content| match content {
            Content::Json { value, .. } => Some(value),
            Content::Csv(_) => None,
        });
        let paths = values.flat_map(paths_of);
        paths.filter(|path| seen.insert(path.clone())).map(FieldPath::Json).collect()
    }

    fn texts(&self, fields: &[FieldPath]) -> Vec<String> {
        fields.iter().map(|field| field.text(self.columns.unwrap_or_default())).collect()
    }

    fn cells<'b>(&'b self, field: &'b FieldPath) -> impl Iterator<Item = Cell<'b>> {
        self.rows.iter().filter_map(|content| field.cell(content))
    }

    fn given(&self, part: &'static str, text: &str) -> Result<FieldPath, LogError> {
        if text.is_empty() {
            return Err(LogError::EmptyField { name: self.name.to_owned(), part });
        }
        let path = FieldPath::find(text, self.columns);
        let there = |path: &FieldPath| match path {
            FieldPath::Whole => part == "data",
            path => self.cells(path).next().is_some(),
        };
        path.filter(there).ok_or_else(|| LogError::NoField {
            name: self.name.to_owned(),
            part,
            field: text.to_owned(),
            fields: self.texts(&self.fields()),
        })
    }

    fn given_time(&self, text: &str, zone: &TimeZone) -> Result<(FieldPath, TimeKind), LogError> {
        let path = self.given("time", text)?;
        if let Some(kind) = self.kind_of(&path, zone) {
            return Ok((path, kind));
        }
        let example = self.cells(&path).next().and_then(Cell::name);
        Err(LogError::NotTimes {
            name: self.name.to_owned(),
            field: text.to_owned(),
            example: example.map_or_else(|| "empty".to_owned(), |text| shorten(&text)),
        })
    }

    /// The kind of most of the field's values; none where none is a time.
    fn kind_of(&self, path: &FieldPath, zone: &TimeZone) -> Option<TimeKind> {
        let mut counts = BTreeMap::new();
        for kind in self.cells(path).filter_map(|cell| TimeKind::of(cell, zone)) {
            *counts.entry(kind).or_insert(0_usize) += 1;
        }
        counts.into_iter().rev().max_by_key(|&(_, count)| count).map(|(kind, _)| kind)
    }

    fn guess_time(
        &self,
        fields: &[FieldPath],
        zone: &TimeZone,
    ) -> Result<(FieldPath, TimeKind), LogError> {
        let mut candidates: Vec<Candidate> =
            fields.iter().filter_map(|field| self.time_candidate(field, zone)).collect();
        candidates.sort_by_key(|candidate| (candidate.rank, candidate.depth));
        let Some(best) = candidates.first().map(|candidate| candidate.rank) else {
            let candidates = self.texts(fields);
            return Err(LogError::NoTime { name: self.name.to_owned(), candidates });
        };
        candidates.retain(|candidate| candidate.rank == best);
        // Of two fields of one name the outer one is the event's, the inner one part of its data.
        let mut names = BTreeSet::new();
        candidates.retain(|candidate| names.insert(candidate.name.clone()) || best == UNNAMED);
        let agree = |one: &Candidate, other: &Candidate| {
            one.nanos.iter().zip(&other.nanos).all(|pair| match pair {
                (Some(one), Some(other)) => one.abs_diff(*other) < 1_000_000_000,
                _ => true,
            })
        };
        if candidates.iter().any(|candidate| !agree(&candidates[0], candidate)) {
            let fields: Vec<FieldPath> = candidates.into_iter().map(|one| one.path).collect();
            let candidates = self.texts(&fields);
            return Err(LogError::UnsureTime { name: self.name.to_owned(), candidates });
        }
        // They tell the same: the finest tells it best, of equals the first.
        let finest = candidates.into_iter().rev().max_by_key(Candidate::fractions);
        finest
            .map(|candidate| (candidate.path, candidate.kind))
            .ok_or_else(|| LogError::NoTime { name: self.name.to_owned(), candidates: Vec::new() })
    }

    fn time_candidate(&self, path: &FieldPath, zone: &TimeZone) -> Option<Candidate> {
        let (raw, depth) = self.last_name(path)?;
        let name = normalised(raw);
        let rank = time_rank(raw, &name);
        let times = self.cells(path).filter(|&cell| match TimeKind::of(cell, zone) {
            Some(TimeKind::Iso8601) => true,
            // Any large number could be a date; only a name tells.
            Some(_) => rank < UNNAMED && is_plausible_epoch(cell),
            None => false,
        });
        // A name lets rows of other kinds in between pass; values alone have to be nearly all times.
        let needed = if rank < UNNAMED { self.rows.len() * 5 } else { self.rows.len() * 9 };
        if times.count() * 10 < needed {
            return None;
        }
        let kind = self.kind_of(path, zone)?;
        let nanos = self.rows.iter().map(|row| kind.nanos(path.cell(row)?, zone)).collect();
        Some(Candidate { path: path.clone(), name, rank, depth, kind, nanos })
    }

    /// A field's own name and how deep it lies, from 1.
    fn last_name<'b>(&'b self, path: &'b FieldPath) -> Option<(&'b str, usize)> {
        match path {
            FieldPath::Whole => None,
            FieldPath::Column(index) => Some((self.columns?.get(*index)?, 1)),
            FieldPath::Json(path) => Some((path.last()?, path.len())),
        }
    }

    /// The field that goes by one of `names` in most rows: an outer one first, then by the order of
    /// the names; but one whose values come again before one that is different in every row, which
    /// rather tells events apart than groups them.
    fn guess_name(
        &self,
        fields: &[FieldPath],
        names: &[&str],
        taken: &[&FieldPath],
    ) -> Option<FieldPath> {
        let mut found: Vec<(bool, usize, usize, &FieldPath)> = Vec::new();
        for field in fields.iter().filter(|field| !taken.contains(field)) {
            let Some((raw, depth)) = self.last_name(field) else { continue };
            let name = normalised(raw);
            let Some(rank) = names.iter().position(|known| *known == name) else { continue };
            let values: Vec<_> = self
                .cells(field)
                .filter(|cell| matches!(cell, Cell::Text(_) | Cell::Number(_)))
                .filter_map(Cell::name)
                .collect();
            if values.len() * 2 < self.rows.len() || values.is_empty() {
                continue;
            }
            let different: BTreeSet<_> = values.iter().collect();
            let unique = values.len() >= ENOUGH_ROWS && different.len() == values.len();
            found.push((unique, depth, rank, field));
        }
        found.sort_by_key(|&(unique, depth, rank, _)| (unique, depth, rank));
        found.first().map(|&(.., field)| field.clone())
    }
}

/// A field that may be the time.
struct Candidate {
    path: FieldPath,
    name: String,
    rank: u8,
    depth: usize,
    kind: TimeKind,
    nanos: Vec<Option<i64>>,
}

impl Candidate {
    /// How many times are finer than a second.
    fn fractions(&self) -> usize {
        self.nanos.iter().flatten().filter(|&&nanos| nanos % 1_000_000_000 != 0).count()
    }
}

/// The rank of a field that only its values make a time.
const UNNAMED: u8 = 3;

/// How much a name speaks for a time; lower is more.
fn time_rank(raw: &str, name: &str) -> u8 {
    let ends = ["time", "timestamp", "date"].iter().any(|end| name.ends_with(end));
    let ends_short = ["_at", "At", "_ts", "_dt"].iter().any(|end| raw.ends_with(end));
    match name {
        name if TIME_NAMES.contains(&name) => 0,
        name if NEAR_TIME_NAMES.contains(&name) => 1,
        _ if ends || ends_short => 2,
        _ => UNNAMED,
    }
}

/// A name without case and punctuation: `@timestamp` and `createdAt` as `timestamp`, `createdat`.
fn normalised(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A value as messages show it.
pub(super) fn shorten(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

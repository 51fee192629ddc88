//! Which field is what: as asked for, and as used.

use std::fmt;

use serde::Serialize;

use super::times::TimeKind;
use crate::project::FieldMap;

/// How a log's rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// One JSON object a line.
    JsonLines,
    /// Comma-separated values (or semicolons, or tabs) with a header.
    Csv,
}

/// What was used to read a log: the map as asked for, with what was guessed filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mapping {
    /// How the rows are written.
    pub format: LogFormat,
    /// The time's field.
    pub time: String,
    /// How the times are written.
    pub times: TimeKind,
    /// The type's field; none: the log tells no types.
    #[serde(rename = "type")]
    pub event_type: Option<String>,
    /// The key's field; none: the log tells no keys.
    pub key: Option<String>,
    /// The data's field; `/` is the whole row.
    pub data: String,
    /// The zone of times that name none.
    pub tz: String,
    /// What of `time`, `type` and `key` was guessed.
    pub guessed: Vec<&'static str>,
}

impl fmt::Display for Mapping {
    /// The mapping as `--map` takes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "time={}", self.time)?;
        if let Some(event_type) = &self.event_type {
            write!(f, ",type={event_type}")?;
        }
        if let Some(key) = &self.key {
            write!(f, ",key={key}")?;
        }
        write!(f, ",data={},tz={}", self.data, self.tz)
    }
}

/// Why a text is no map.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// A part is not of the form `name=field`.
    #[error("{part:?} in the map is not NAME=FIELD; write for example time=/meta/dt,type=event")]
    NoAssignment {
        /// The part.
        part: String,
    },
    /// There is no such name.
    #[error("the map knows no {name:?}; it takes time, type, key, data and tz")]
    UnknownName {
        /// The name.
        name: String,
    },
    /// A name is given twice.
    #[error("the map gives {name} twice")]
    Twice {
        /// The name.
        name: String,
    },
    /// A name is given no field.
    #[error("the map gives {name} no field; leave it out to have it guessed")]
    NoField {
        /// The name.
        name: String,
    },
}

/// Reads a map such as `time=/meta/dt,type=event,key=user_id,data=/,tz=UTC`; what is left out is
/// guessed when the log is opened.
///
/// # Errors
/// A [`MapError`] that names the part at fault.
pub fn parse_map(text: &str) -> Result<FieldMap, MapError> {
    let mut map = FieldMap::default();
    for part in text.split(',').map(str::trim) {
        let no_assignment = || MapError::NoAssignment { part: part.to_owned() };
        let (name, field) = part.split_once('=').ok_or_else(no_assignment)?;
        let (name, field) = (name.trim(), field.trim());
        let slot = match name {
            "time" => &mut map.time,
            "type" => &mut map.event_type,
            "key" => &mut map.key,
            "data" => &mut map.data,
            "tz" => &mut map.tz,
            _ => return Err(MapError::UnknownName { name: name.to_owned() }),
        };
        if field.is_empty() {
            return Err(MapError::NoField { name: name.to_owned() });
        }
        if slot.replace(field.to_owned()).is_some() {
            return Err(MapError::Twice { name: name.to_owned() });
        }
    }
    Ok(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_read_and_what_is_wrong_with_it_named() {
        let map = parse_map("time=/meta/dt, type=event,key=user_id,data=/,tz=UTC");
        let some = |text: &str| Some(text.to_owned());
        let want = FieldMap {
            time: some("/meta/dt"),
            event_type: some("event"),
            key: some("user_id"),
            data: some("/"),
            tz: some("UTC"),
        };
        assert_eq!(map, Ok(want));
        let partial = parse_map("key=a=b").expect("the first = counts");
        assert_eq!(partial, FieldMap { key: some("a=b"), ..FieldMap::default() });
        let name = |name: &str| name.to_owned();
        for (text, want) in [
            ("", MapError::NoAssignment { part: String::new() }),
            ("time", MapError::NoAssignment { part: name("time") }),
            ("time=a,", MapError::NoAssignment { part: String::new() }),
            ("when=a", MapError::UnknownName { name: name("when") }),
            ("time=", MapError::NoField { name: name("time") }),
            ("time=a,time=b", MapError::Twice { name: name("time") }),
        ] {
            assert_eq!(parse_map(text), Err(want), "{text}");
        }
    }
}

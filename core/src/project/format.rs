//! The project as text: RON, one struct, its first field the format's version.
//!
//! ```ron
//! (
//!     version: 1,
//!     name: "M/M/1",
//!     seed: 42,
//!     nodes: {
//!         "queue": (
//!             at: (240.0, 120.0),
//!             kind: Queue(
//!                 capacity: 10,
//!             ),
//!         ),
//!     },
//!     links: {},
//! )
//! ```
//!
//! `Some(10)` may be written for `10`. A text is data from outside: before it is parsed its size,
//! version and depth are looked at, and whatever does not belong is refused with its place.

mod locate;
mod scan;

use std::collections::BTreeMap;

pub use locate::locate;
pub(super) use scan::place;

use ron::extensions::Extensions;
use ron::ser::PrettyConfig;
use serde::{Deserialize, Serialize};

use super::{Link, Node, Project, default_seed, maps};
use crate::ids::{LinkId, NodeId};

/// The version of the format that this program writes, and the newest it reads.
pub const FORMAT_VERSION: u32 = 1;

/// The largest text that is read, in bytes: 64 MiB.
pub const MAX_BYTES: usize = 64 << 20;

/// How deep brackets may lie in each other. A project needs nine.
pub const MAX_DEPTH: usize = 64;

/// The longest message or path of an error, in characters: a notice must fit the window.
const MAX_ERROR_CHARS: usize = 400;

/// Why a text is no project. Lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// It is larger than [`MAX_BYTES`].
    #[error("line 1, column 1: the project has {bytes} bytes, more than the limit of {limit}")]
    TooLarge {
        /// How large it is, in bytes.
        bytes: usize,
        /// How large it may be.
        limit: usize,
    },
    /// It was written by a newer program. The file is left as it is.
    #[error(
        "line {line}, column {column}: the project has format version {found}, and this program \
         knows versions up to {known}; open it with a newer Eventloom"
    )]
    Newer {
        /// The version it says it has, as written.
        found: String,
        /// The newest version known.
        known: u32,
        /// The line of the version.
        line: usize,
        /// Its column.
        column: usize,
    },
    /// Its first field is not a version that ever was.
    #[error(
        "line {line}, column {column}: expected `version: 1`; a project begins with \
         `(version: 1,`"
    )]
    NoVersion {
        /// Where the version should be.
        line: usize,
        /// The column there.
        column: usize,
    },
    /// Its brackets lie too deep in each other.
    #[error(
        "line {line}, column {column}: brackets lie more than {limit} deep in each other; a \
         project needs nine"
    )]
    TooDeep {
        /// How deep they may lie.
        limit: usize,
        /// The line of the first bracket beyond.
        line: usize,
        /// Its column.
        column: usize,
    },
    /// It cannot be understood, or it says what a project cannot say.
    #[error("line {line}, column {column}{}: {message}", in_field(path))]
    Syntax {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
        /// The path of the field, as far as it is known: `nodes.worker.kind.service`.
        path: String,
        /// What is wrong there.
        message: String,
    },
}

fn in_field(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!(", in {path}") }
}

impl FormatError {
    /// Line and column of the place, from 1.
    pub fn place(&self) -> (usize, usize) {
        match *self {
            Self::TooLarge { .. } => (1, 1),
            Self::Newer { line, column, .. }
            | Self::NoVersion { line, column }
            | Self::TooDeep { line, column, .. }
            | Self::Syntax { line, column, .. } => (line, column),
        }
    }
}

/// A project as its file says it. Apart from [`Project`], because the version is the file's.
#[derive(Deserialize)]
#[serde(rename = "Project", deny_unknown_fields)]
struct File {
    #[serde(rename = "version")]
    _version: u32,
    #[serde(default)]
    name: String,
    #[serde(default)]
    text: String,
    #[serde(default = "default_seed")]
    seed: u64,
    #[serde(default, deserialize_with = "maps::nodes")]
    nodes: BTreeMap<NodeId, Node>,
    #[serde(default, deserialize_with = "maps::links")]
    links: BTreeMap<LinkId, Link>,
}

/// The head of a file; nodes and links follow, each laid out in its own way.
#[derive(Serialize)]
struct Head<'a> {
    version: u32,
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    text: &'a str,
    seed: u64,
}

/// RON as the files have it: `10` for `Some(10)`, `Queue(capacity: 10)` for `Queue((capacity: 10))`.
pub(super) fn options() -> ron::Options {
    ron::Options::default()
        .with_default_extension(Extensions::IMPLICIT_SOME)
        .with_default_extension(Extensions::UNWRAP_VARIANT_NEWTYPES)
        .with_recursion_limit(MAX_DEPTH * 2)
}

/// Reads a project.
///
/// # Errors
/// A [`FormatError`] with the place where the text stops making sense.
pub fn parse(text: &str) -> Result<Project, FormatError> {
    if text.len() > MAX_BYTES {
        return Err(FormatError::TooLarge { bytes: text.len(), limit: MAX_BYTES });
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    check_version(text)?;
    if let Some(offset) = scan::deeper_than(text, MAX_DEPTH) {
        let (line, column) = place(text.as_bytes(), offset);
        return Err(FormatError::TooDeep { limit: MAX_DEPTH, line, column });
    }
    match options().from_str::<File>(text) {
        Ok(File { _version, name, text, seed, nodes, links }) => {
            Ok(Project { name, text, seed, nodes, links })
        }
        Err(error) => Err(explain(text, &error)),
    }
}

fn check_version(text: &str) -> Result<(), FormatError> {
    let (digits, offset) = match scan::version(text) {
        scan::Version::Given { digits, offset } => (digits, offset),
        scan::Version::Missing { offset } => {
            let (line, column) = place(text.as_bytes(), offset);
            return Err(FormatError::NoVersion { line, column });
        }
    };
    let (line, column) = place(text.as_bytes(), offset);
    match digits.parse::<u32>() {
        Ok(0) => Err(FormatError::NoVersion { line, column }),
        Ok(version) if version <= FORMAT_VERSION => Ok(()),
        // What is too long for a number is newer than all.
        _ => {
            Err(FormatError::Newer { found: shorten(digits), known: FORMAT_VERSION, line, column })
        }
    }
}

/// The error with the path of its field. Following the path costs time, so only what has failed is
/// read again with it.
fn explain(text: &str, error: &ron::error::SpannedError) -> FormatError {
    let path = ron::Deserializer::from_str_with_options(text, &options())
        .ok()
        .and_then(|mut ron| serde_path_to_error::deserialize::<_, File>(&mut ron).err())
        .map(|error| readable(error.path()))
        .unwrap_or_default();
    // At an unknown name the end is behind the name, its beginning helps more.
    let at = match error.code {
        ron::Error::Eof | ron::Error::TrailingCharacters => error.span.end,
        _ => error.span.start,
    };
    FormatError::Syntax {
        line: at.line,
        column: at.col,
        path,
        message: shorten(&plain(&error.code)),
    }
}

/// A path without the names of enum variants: as `--set` takes it, and as problems name it.
fn readable(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut text = String::new();
    for segment in path {
        let part = match segment {
            Segment::Map { key } => key.clone(),
            Segment::Seq { index } => index.to_string(),
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        if !text.is_empty() {
            text.push('.');
        }
        text.push_str(&part);
    }
    shorten(&text)
}

/// RON's errors in words that say what to do.
pub(super) fn plain(error: &ron::Error) -> String {
    use ron::Error as E;
    let list = |names: &[&str]| names.join(", ");
    match error {
        E::Eof => "the text ends too early; it may have been cut off".to_owned(),
        E::NoSuchStructField { expected, found, .. } => {
            format!("there is no field {found} here; the fields are: {}", list(expected))
        }
        E::MissingStructField { field, .. } => format!("the field {field} is missing"),
        E::DuplicateStructField { field, .. } => format!("the field {field} is given twice"),
        E::NoSuchEnumVariant { expected, found, .. } => {
            format!("there is no {found} here; choose one of: {}", list(expected))
        }
        E::TrailingCharacters => "the project ends before this; remove what follows".to_owned(),
        E::ExceededRecursionLimit => "values lie too deep in each other".to_owned(),
        other => {
            let text = other.to_string();
            let mut chars = text.chars();
            chars.next().map_or(text.clone(), |c| c.to_lowercase().chain(chars).collect())
        }
    }
}

/// On one line, and short enough to be shown.
fn shorten(text: &str) -> String {
    let mut out = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == MAX_ERROR_CHARS {
            out.push('…');
            break;
        }
        if c.is_control() {
            out.extend(c.escape_debug());
        } else {
            out.push(c);
        }
    }
    out
}

/// Writes a project: what differs from the defaults, in the order of the ids; a line for each
/// setting of a node, a line for each link. [`parse`] gives back the same project.
pub fn write(project: &Project) -> String {
    let Project { name, text, seed, nodes, links } = project;
    let head = layout(&Head { version: FORMAT_VERSION, name, text, seed: *seed }, 1);
    let mut out = head.trim_end_matches(')').to_owned();
    for (name, part) in [("nodes", layout(nodes, 3)), ("links", layout(links, 1))] {
        out.push_str("    ");
        out.push_str(name);
        out.push_str(": ");
        // Strings are escaped, so every line break is one of the layout.
        let mut lines = part.lines();
        out.push_str(lines.next().unwrap_or("{}"));
        for line in lines {
            out.push_str("\n    ");
            out.push_str(line);
        }
        out.push_str(",\n");
    }
    out.push_str(")\n");
    out
}

/// `value` with a line for each entry down to `depth`.
fn layout<T: Serialize>(value: &T, depth: usize) -> String {
    let config = PrettyConfig::new().new_line("\n").depth_limit(depth);
    let text = options()
        .to_string_pretty(value, config)
        .expect("plain data of finite depth is always written");
    with_plain_apostrophes(&text)
}

/// RON escapes apostrophes, which texts are full of, and reads them as well without.
fn with_plain_apostrophes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('\'') => out.push('\''),
            escaped => {
                out.push('\\');
                out.extend(escaped);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests;

//! Inputs as a text, one to a line: what `journal inputs` writes, read again.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Write};
use std::path::{Path, PathBuf};

use super::layout::InputLine;
use crate::ids::NodeId;
use crate::time::SimTime;
use crate::virtual_time::InputSource;
use crate::world::Input;

/// The longest line that is read: a change of a large drawing fits.
const MOST_BYTES: u64 = 16 << 20;

/// Why a file of inputs cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum InputsError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {source}; check the path and its permissions", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line is no input.
    #[error("{}: line {line}: {message}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Which line, from 1.
        line: u64,
        /// What is wrong with it.
        message: String,
    },
}

impl InputsError {
    /// Whether the system is at fault, not the file.
    pub fn is_io(&self) -> bool {
        matches!(self, Self::Read { .. })
    }
}

/// Writes an input as a line.
///
/// # Errors
/// Where it cannot be written.
pub fn write_input(out: &mut impl Write, line: &InputLine) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

/// A file of inputs, as a source. It is read through once when it is opened, so that a run does not
/// begin with inputs that cannot be taken; then line by line.
#[derive(Debug)]
pub struct InputsFile {
    lines: Lines,
    next: Option<InputLine>,
    failure: Option<InputsError>,
    recorded: BTreeSet<NodeId>,
}

impl InputsFile {
    /// Opens a file and reads it through.
    ///
    /// # Errors
    /// [`InputsError`] where it cannot be read, or a line is no input or earlier than the one before.
    pub fn open(path: &Path) -> Result<Self, InputsError> {
        let mut lines = Lines::open(path)?;
        let mut recorded = BTreeSet::new();
        while let Some(line) = lines.next()? {
            if let Input::Recorded { node, .. } = line.input {
                recorded.insert(node);
            }
        }
        let mut lines = Lines::open(path)?;
        let next = lines.next()?;
        Ok(Self { lines, next, failure: None, recorded })
    }

    /// The producers whose log the file holds: what they replayed is among the inputs.
    pub fn recorded(&self) -> &BTreeSet<NodeId> {
        &self.recorded
    }
}

impl InputSource for InputsFile {
    fn peek_time(&mut self) -> Option<SimTime> {
        self.next.as_ref().map(|line| SimTime(line.time_ns))
    }

    fn take(&mut self) -> Option<(SimTime, Input)> {
        let line = self.next.take()?;
        match self.lines.next() {
            Ok(next) => self.next = next,
            Err(error) => self.failure = Some(error),
        }
        Some((SimTime(line.time_ns), line.input))
    }

    fn failure(&mut self) -> Option<String> {
        self.failure.take().map(|error| error.to_string())
    }
}

#[derive(Debug)]
struct Lines {
    path: PathBuf,
    reader: BufReader<File>,
    number: u64,
    last_ns: u64,
    text: Vec<u8>,
}

impl Lines {
    fn open(path: &Path) -> Result<Self, InputsError> {
        let file = File::open(path)
            .map_err(|source| InputsError::Read { path: path.to_owned(), source })?;
        Ok(Self {
            path: path.to_owned(),
            reader: BufReader::new(file),
            number: 0,
            last_ns: 0,
            text: Vec::new(),
        })
    }

    fn next(&mut self) -> Result<Option<InputLine>, InputsError> {
        loop {
            self.text.clear();
            self.number += 1;
            let mut limited = (&mut self.reader).take(MOST_BYTES);
            let read = limited
                .read_until(b'\n', &mut self.text)
                .map_err(|source| InputsError::Read { path: self.path.clone(), source })?;
            if read == 0 {
                return Ok(None);
            }
            if read as u64 == MOST_BYTES {
                return Err(self.wrong(format!("it is longer than {MOST_BYTES} bytes")));
            }
            if self.text.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let line: InputLine = serde_json::from_slice(&self.text)
                .map_err(|error| self.wrong(format!("no input: {error}")))?;
            if line.time_ns < self.last_ns {
                return Err(self.wrong("it is earlier than the line before".to_owned()));
            }
            self.last_ns = line.time_ns;
            return Ok(Some(line));
        }
    }

    fn wrong(&self, message: String) -> InputsError {
        InputsError::Line { path: self.path.clone(), line: self.number, message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Given;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().expect("there is room for a file");
        file.write_all(text.as_bytes()).expect("it can be written");
        file
    }

    #[test]
    fn inputs_come_back_as_they_were_written() {
        let given = Given { key: Some("k".into()), data: Some("{}".into()), ..Given::default() };
        let inputs = [
            InputLine { time_ns: 5, input: Input::Recorded { node: "a".into(), event: given } },
            InputLine { time_ns: 5, input: Input::Silence },
        ];
        let mut text = Vec::new();
        for line in &inputs {
            write_input(&mut text, line).expect("a vector takes it");
        }
        let file = file(&String::from_utf8(text).expect("JSON is text"));
        let mut source = InputsFile::open(file.path()).expect("they can be read");
        assert!(source.recorded().contains("a"));
        for line in inputs {
            assert_eq!(source.peek_time(), Some(SimTime(5)));
            assert_eq!(source.take(), Some((SimTime(line.time_ns), line.input)));
        }
        assert_eq!((source.take(), source.failure()), (None, None));
    }

    #[test]
    fn a_wrong_line_is_named() {
        let later =
            "{\"time_ns\":9,\"input\":\"Silence\"}\n\n{\"time_ns\":3,\"input\":\"Silence\"}\n";
        for (text, place) in
            [("{}", "line 1"), (later, "line 3"), ("{\"time_ns\":1,\"input\":\"Rain\"}", "line 1")]
        {
            let error = InputsFile::open(file(text).path()).expect_err("it is wrong").to_string();
            assert!(error.contains(place), "{error}");
        }
    }
}

//! JSON Lines: one object a line.

use std::io;

use serde_json::Value;

use super::error::{Refusal, RefusalReason};
use super::fields::{Content, Record};
use super::lines::{Line, Lines};

/// The rows of a JSON Lines text.
pub(super) struct JsonRows {
    pub(super) lines: Lines,
    /// The line that was read to tell the format.
    pub(super) first: Option<Line>,
}

impl JsonRows {
    /// The next row that is not blank.
    pub(super) fn next(&mut self) -> io::Result<Option<Result<Record, Refusal>>> {
        loop {
            let line = match self.first.take() {
                Some(line) => line,
                None => match self.lines.next()? {
                    Some(line) => line,
                    None => return Ok(None),
                },
            };
            let number = line.number;
            if line.bytes.as_ref().is_some_and(|bytes| bytes.trim_ascii().is_empty()) {
                continue;
            }
            let row = parse(line.bytes)
                .map(|content| Record { line: number, content })
                .map_err(|reason| Refusal { line: number, reason });
            return Ok(Some(row));
        }
    }
}

fn parse(bytes: Option<Vec<u8>>) -> Result<Content, RefusalReason> {
    let bytes = bytes.ok_or(RefusalReason::TooLong)?;
    let text = str::from_utf8(bytes.trim_ascii()).map_err(|_| RefusalReason::NotUtf8)?;
    let value: Value = serde_json::from_str(text).map_err(|error| {
        // The parser's "at line 1 column n" counts within the row; only the column tells something.
        let message = error.to_string().replace(" at line 1 column ", " at column ");
        RefusalReason::NotJson { message }
    })?;
    if !value.is_object() {
        return Err(RefusalReason::NotAnObject);
    }
    Ok(Content::Json { text: text.to_owned(), value })
}

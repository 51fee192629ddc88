//! A log as an arrival process: each row is due when it was recorded, counted from the first.

use super::error::LogError;
use super::reader::{LogReader, LogRow, LogSummary};
use crate::time::SimTime;
use crate::world::Given;

/// Gives the rows of a log with the times at which they are due.
///
/// The first row is due at the start. A row dated before its predecessor is due at the instant at
/// which that one is, so that the order is the recorded one and time never goes back.
pub struct Feed {
    reader: LogReader,
    next: Option<LogRow>,
    first_ns: Option<i64>,
    due: SimTime,
}

impl Feed {
    /// The rows of `reader` from where it stands.
    pub fn new(reader: LogReader) -> Self {
        Self { reader, next: None, first_ns: None, due: SimTime::ZERO }
    }

    /// When the next row is due; none at the end. Reads (and so, on a stream that grows, waits for)
    /// that row where it has not been read yet.
    ///
    /// # Errors
    /// [`LogError::Read`] where the stream breaks off; told once, then the feed has ended.
    pub fn peek_time(&mut self) -> Result<Option<SimTime>, LogError> {
        if self.next.is_none() {
            let Some(row) = self.reader.next_row()? else { return Ok(None) };
            let first = *self.first_ns.get_or_insert(row.time_ns);
            let since = if row.time_ns > first { row.time_ns.abs_diff(first) } else { 0 };
            self.due = self.due.max(SimTime(since));
            self.next = Some(row);
        }
        Ok(Some(self.due))
    }

    /// Takes the next row and when it is due; none at the end.
    ///
    /// # Errors
    /// As [`Feed::peek_time`].
    pub fn next_due(&mut self) -> Result<Option<(SimTime, Given)>, LogError> {
        let due = self.peek_time()?;
        let given = self.next.take().map(|row| Given {
            event_type: row.event_type,
            key: row.key,
            data: Some(row.data),
        });
        Ok(due.zip(given))
    }

    /// What has been read so far, a row that was peeked at included.
    pub fn summary(&self) -> LogSummary {
        self.reader.summary()
    }

    /// The log that is read.
    pub fn reader(&self) -> &LogReader {
        &self.reader
    }
}

//! Recorded logs as input: JSON Lines and CSV, plain or gzip, read as a stream and in the order in
//! which they were recorded.
//!
//! ```text
//! bytes ─lines─▶ lines ─{json_rows, csv_rows}─▶ records ─mapping─▶ LogRow ─feed─▶ (SimTime, Given)
//!        gzip, encoding      quotes, columns        guess, times
//! ```
//!
//! What is held in memory is bounded, whatever the file: one row (at most 16 MiB) and, while the
//! fields are guessed, the first rows (at most 100, or 1 MiB). A line that cannot be read is
//! counted and never stops the reading; only the stream itself can fail.

mod csv_rows;
mod error;
mod feed;
mod fields;
mod guess;
mod json_rows;
mod lines;
mod mapping;
mod reader;
#[cfg(test)]
mod tests;
mod times;

pub use error::{LogError, Refusal, RefusalReason};
pub use feed::Feed;
pub use mapping::{LogFormat, MapError, Mapping, parse_map};
pub use reader::{LogReader, LogRow, LogSummary, Refusals};
pub use times::TimeKind;

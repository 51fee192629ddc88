//! CSV with a header: RFC 4180, with the delimiter guessed and stray quotes survived.

use std::collections::{BTreeSet, VecDeque};
use std::io;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::error::{Refusal, RefusalReason};
use super::fields::{Content, Record};
use super::lines::{Line, Lines, MAX_ROW_BYTES};

/// How many lines a quoted field may span; a quote open for longer is taken for a stray one.
const MAX_ROW_LINES: usize = 1_000;
/// How many columns a header may have.
const MAX_COLUMNS: usize = 4_096;

/// The fields of one row, end to end in one text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fields {
    text: String,
    ends: Vec<usize>,
}

impl Fields {
    /// The field in column `index`.
    pub(super) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        self.text.get(start..end)
    }

    /// How much text they are.
    pub(super) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// All fields in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).filter_map(|index| self.get(index))
    }
}

/// The rows of a CSV text.
pub(super) struct CsvRows {
    pub(super) lines: Lines,
    /// Lines to be read again: those behind a stray quote.
    held: VecDeque<Line>,
    /// What stopped the lines while rows were still held.
    failure: Option<io::Error>,
    parser: Reader,
    columns: usize,
}

impl CsvRows {
    /// The rows behind `first`, which is the header, and the columns' names.
    pub(super) fn start(
        lines: Lines,
        first: Line,
    ) -> io::Result<(Self, Result<Vec<String>, Refusal>)> {
        let delimiter = first.bytes.as_deref().map_or(b',', guess_delimiter);
        let parser = ReaderBuilder::new().delimiter(delimiter).build();
        let mut rows =
            Self { lines, held: VecDeque::from([first]), failure: None, parser, columns: 0 };
        let header = match rows.next_fields()? {
            Some(Ok((_, fields))) => Ok(names(&fields)),
            Some(Err(refusal)) => Err(refusal),
            None => Ok(Vec::new()),
        };
        rows.columns = header.as_ref().map_or(0, Vec::len);
        Ok((rows, header))
    }

    /// The next row that is not blank.
    pub(super) fn next(&mut self) -> io::Result<Option<Result<Record, Refusal>>> {
        let Some(row) = self.next_fields()? else { return Ok(None) };
        Ok(Some(row.map(|(line, fields)| Record { line, content: Content::Csv(fields) })))
    }

    fn next_line(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.held.pop_front() {
            return Ok(Some(line));
        }
        match self.failure.take() {
            Some(error) => Err(error),
            None => self.lines.next(),
        }
    }

    /// The line after an open quote; a failure is kept until the rows before it have been read.
    fn line_behind(&mut self) -> Option<Line> {
        self.next_line().unwrap_or_else(|error| {
            self.failure = Some(error);
            None
        })
    }

    fn next_fields(&mut self) -> io::Result<Option<Result<(u64, Fields), Refusal>>> {
        loop {
            let Some(Line { number, bytes }) = self.next_line()? else { return Ok(None) };
            if bytes.as_ref().is_some_and(|bytes| bytes.trim_ascii().is_empty()) {
                continue;
            }
            let row = match bytes {
                Some(bytes) => self.row_from(&bytes),
                None => Err(RefusalReason::TooLong),
            };
            return Ok(Some(match row {
                Ok(fields) => Ok((number, fields)),
                Err(reason) => Err(Refusal { line: number, reason }),
            }));
        }
    }

    /// The row that begins with this line. Where a quote stays open, the lines behind are held, to
    /// be read as rows of their own.
    fn row_from(&mut self, bytes: &[u8]) -> Result<Fields, RefusalReason> {
        self.parser.reset();
        let mut row = Row::new(if self.columns == 0 { MAX_COLUMNS } else { self.columns });
        let mut whole = row.push(&mut self.parser, bytes);
        let mut behind = VecDeque::new();
        while !whole {
            let Some(line) = self.line_behind() else { break };
            let fits = |more: &[u8]| {
                behind.len() + 1 < MAX_ROW_LINES && row.bytes + more.len() <= MAX_ROW_BYTES
            };
            let more = line.bytes.as_deref().filter(|more| fits(more));
            let fitted = more.is_some();
            if let Some(more) = more {
                whole = row.push(&mut self.parser, more);
            }
            behind.push_back(line);
            if !fitted {
                break;
            }
        }
        if !whole {
            behind.append(&mut self.held);
            self.held = behind;
            return Err(RefusalReason::OpenQuote);
        }
        row.finish(self.columns)
    }
}

/// A row while its lines come in.
struct Row {
    text: Vec<u8>,
    written: usize,
    ends: Vec<usize>,
    ended: usize,
    /// Fields beyond the room in `ends`.
    spilt: usize,
    bytes: usize,
    utf8: bool,
    lone_return: bool,
}

impl Row {
    fn new(expected: usize) -> Self {
        Self {
            text: Vec::new(),
            written: 0,
            // One more than expected, so that a row that is too wide is noticed, and no more, so
            // that it takes no memory.
            ends: vec![0; expected + 1],
            ended: 0,
            spilt: 0,
            bytes: 0,
            utf8: true,
            lone_return: false,
        }
    }

    /// Takes a line; whether the row is whole now.
    fn push(&mut self, parser: &mut Reader, line: &[u8]) -> bool {
        self.bytes += line.len();
        self.utf8 &= str::from_utf8(line).is_ok();
        self.text.resize(self.written + line.len() + 2, 0);
        let end: &[u8] = if line.ends_with(b"\n") { b"" } else { b"\n" };
        for mut input in [line, end] {
            while !input.is_empty() {
                let (result, read, written, ended) = parser.read_record(
                    input,
                    &mut self.text[self.written..],
                    &mut self.ends[self.ended..],
                );
                input = &input[read..];
                self.written += written;
                self.ended += ended;
                match result {
                    ReadRecordResult::InputEmpty => {}
                    ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                    ReadRecordResult::OutputEndsFull => {
                        self.spilt += self.ended;
                        self.ended = 0;
                    }
                    ReadRecordResult::Record | ReadRecordResult::End => {
                        self.lone_return = !input.trim_ascii().is_empty();
                        return true;
                    }
                }
            }
        }
        false
    }

    /// The fields, `columns` in number (0: this is the header).
    fn finish(mut self, columns: usize) -> Result<Fields, RefusalReason> {
        if self.lone_return {
            return Err(RefusalReason::LoneReturn);
        }
        let found = self.spilt + self.ended;
        if self.spilt > 0 && columns == 0 {
            return Err(RefusalReason::TooManyColumns { found });
        }
        if columns > 0 && found != columns {
            return Err(RefusalReason::Columns { found, expected: columns });
        }
        if !self.utf8 {
            return Err(RefusalReason::NotUtf8);
        }
        self.text.truncate(self.written);
        self.ends.truncate(self.ended);
        let text = String::from_utf8(self.text).map_err(|_| RefusalReason::NotUtf8)?;
        Ok(Fields { text, ends: self.ends })
    }
}

/// The delimiter that the header uses most outside quotes; a comma where there is none.
fn guess_delimiter(header: &[u8]) -> u8 {
    let mut best = (b',', 0);
    for delimiter in *b",;\t" {
        let mut quoted = false;
        let mut count = 0;
        for &byte in header {
            quoted ^= byte == b'"';
            count += usize::from(byte == delimiter && !quoted);
        }
        if count > best.1 {
            best = (delimiter, count);
        }
    }
    best.0
}

/// The columns' names: trimmed; one that is empty or comes again is told apart by a number.
fn names(header: &Fields) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut names = Vec::new();
    for (index, field) in header.iter().enumerate() {
        let wanted = match field.trim() {
            "" => format!("column_{}", index + 1),
            name => name.to_owned(),
        };
        let mut name = wanted.clone();
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{wanted}_{number}");
            number += 1;
        }
        names.push(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rows = (Vec<String>, Vec<Result<Vec<String>, (u64, RefusalReason)>>);

    fn read(text: &[u8]) -> Rows {
        let mut lines = Lines::start(Box::new(io::Cursor::new(text.to_vec()))).expect("text");
        let first = lines.next().expect("memory").expect("a line");
        let (mut rows, header) = CsvRows::start(lines, first).expect("memory");
        let mut read = Vec::new();
        while let Some(row) = rows.next().expect("memory") {
            read.push(match row {
                Ok(Record { content: Content::Csv(fields), .. }) => {
                    Ok(fields.iter().map(str::to_owned).collect())
                }
                Ok(_) => panic!("CSV gives CSV"),
                Err(refusal) => Err((refusal.line, refusal.reason)),
            });
        }
        (header.expect("a header"), read)
    }

    fn row(fields: &[&str]) -> Result<Vec<String>, (u64, RefusalReason)> {
        Ok(fields.iter().map(|&field| field.to_owned()).collect())
    }

    #[test]
    fn quotes_line_ends_and_delimiters_are_understood() {
        let (header, rows) = read(b"a;b;\"c;,\"\r\n1;\"x \"\"y\"\";\nz\";3\n\n \r\n;;\n4;5;6");
        assert_eq!(header, ["a", "b", "c;,"]);
        let want = [row(&["1", "x \"y\";\nz", "3"]), row(&["", "", ""]), row(&["4", "5", "6"])];
        assert_eq!(rows, want);
        let (header, rows) = read(b"one\ttwo\n1,5\t2\n");
        assert_eq!(header, ["one", "two"]);
        assert_eq!(rows, [row(&["1,5", "2"])]);
        let (header, _) = read(b"a,,a,a_2, a ,\n");
        assert_eq!(header, ["a", "column_2", "a_2", "a_2_2", "a_3", "column_6"]);
    }

    #[test]
    fn a_row_that_does_not_fit_is_refused_and_the_others_stand() {
        let (_, rows) = read(b"a,b\n1\n1,2,3,4,5,6\n1,\xff\n1\r2,3\n1,2\n");
        let want = [
            Err((2, RefusalReason::Columns { found: 1, expected: 2 })),
            Err((3, RefusalReason::Columns { found: 6, expected: 2 })),
            Err((4, RefusalReason::NotUtf8)),
            Err((5, RefusalReason::LoneReturn)),
            row(&["1", "2"]),
        ];
        assert_eq!(rows, want);
    }

    #[test]
    fn a_stray_quote_costs_one_line() {
        let (_, rows) = read(b"a,b\n1,\"x\n2,y\n3,z");
        let want = [Err((2, RefusalReason::OpenQuote)), row(&["2", "y"]), row(&["3", "z"])];
        assert_eq!(rows, want);
        let mut long = b"a,b\n1,\"x\n".to_vec();
        for i in 0..3_000 {
            long.extend_from_slice(format!("{i},y\n").as_bytes());
        }
        let (_, rows) = read(&long);
        assert_eq!(rows.len(), 3_001);
        assert_eq!(rows.iter().filter(|row| row.is_err()).count(), 1);
        assert_eq!(rows[3_000], row(&["2999", "y"]));
    }
}

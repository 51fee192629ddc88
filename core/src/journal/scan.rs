//! Reads a recorded run's file from its beginning to its end, whatever state it is in, and notes what
//! lies where.
//!
//! The lengths of records lead from one to the next; each chunk is checked as a whole before anything
//! in it is believed. What a chunk says at its end of all that was written up to there tells how much
//! is missing before it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use mcap::McapError;
use mcap::records::{MessageHeader, Record, op};
use mcap::sans_io::{LinearReadEvent, LinearReader, LinearReaderOptions};
use serde::Serialize;

use super::block;
use super::layout::{
    ABOUT_ATTACHMENT, About, Channel, End, Gap, PROJECT_ATTACHMENT, Progress, SnapshotHead,
};
use crate::time::SimTime;

/// Records beyond this are not read: a flipped length must not ask for all memory.
const MOST_RECORD_BYTES: usize = 64 << 20;
const OPCODE_AND_LENGTH: u64 = 9;
const FOOTER_BYTES: u64 = 20;
/// So many damaged places are told one by one.
const MOST_DAMAGES: usize = 1_000;

/// A place that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// The file's name.
    pub file: String,
    /// Where it begins, in bytes.
    pub offset: u64,
    /// How many bytes cannot be read.
    pub bytes: u64,
    /// What is wrong.
    pub what: String,
}

/// The end of a file that was cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CutOff {
    /// Where what cannot be read begins, in bytes.
    pub offset: u64,
    /// How many bytes lie there.
    pub bytes: u64,
    /// How many there should be, as far as the record that was cut says.
    pub bytes_expected: Option<u64>,
}

/// A snapshot in a chunk.
#[derive(Clone, Copy, Debug)]
pub(super) struct SnapshotPlace {
    pub(super) head: SnapshotHead,
    pub(super) chunk: usize,
    /// Which of the chunk's messages it is.
    pub(super) message: usize,
}

/// A chunk that was found whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChunkPlace {
    pub(super) file: usize,
    pub(super) offset: u64,
    pub(super) bytes: u64,
    /// What had been written up to its end.
    pub(super) after: Progress,
    /// What of it is in the chunk.
    pub(super) own: Progress,
}

impl ChunkPlace {
    /// What had been written before it.
    pub(super) fn before(&self) -> Progress {
        self.after.minus(&self.own)
    }
}

impl Progress {
    pub(super) fn minus(&self, other: &Self) -> Self {
        Self {
            chunks: self.chunks.saturating_sub(other.chunks),
            facts: self.facts.saturating_sub(other.facts),
            events: self.events.saturating_sub(other.events),
            inputs: self.inputs.saturating_sub(other.inputs),
            snapshots: self.snapshots.saturating_sub(other.snapshots),
            reached_ns: self.reached_ns,
        }
    }
}

/// One message of a chunk.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) header: MessageHeader,
    pub(super) data: Vec<u8>,
}

/// A channel of a file, for copies.
#[derive(Clone, Debug)]
pub(super) struct ChannelRecord {
    pub(super) topic: String,
    pub(super) encoding: String,
}

/// One file of a run, and what was found in it.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) bytes: u64,
    pub(super) about: Option<About>,
    pub(super) about_text: Vec<u8>,
    pub(super) project_text: Vec<u8>,
    pub(super) chunks: Vec<ChunkPlace>,
    pub(super) snapshots: Vec<SnapshotPlace>,
    /// By number, the chunk and the message.
    pub(super) projects: BTreeMap<u32, (usize, usize)>,
    pub(super) channels: BTreeMap<u16, ChannelRecord>,
    pub(super) gaps: Vec<Gap>,
    pub(super) end: Option<SimTime>,
    pub(super) damages: Vec<Damage>,
    pub(super) cut_off: Option<CutOff>,
    /// Whether the file was closed by whoever wrote it.
    pub(super) closed: bool,
    pub(super) is_mcap: bool,
}

/// Reads the `file`-th file of a run.
pub(super) fn scan(path: &Path, file: usize) -> io::Result<Scan> {
    let source = File::open(path)?;
    let bytes = source.metadata()?.len();
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut scanner = Scanner {
        source: BufReader::with_capacity(1 << 20, source),
        bytes,
        name,
        file,
        found: Scan { bytes, ..Scan::default() },
        record: Vec::new(),
    };
    scanner.run()?;
    Ok(scanner.found)
}

struct Scanner {
    source: BufReader<File>,
    bytes: u64,
    name: String,
    file: usize,
    found: Scan,
    record: Vec<u8>,
}

impl Scanner {
    fn run(&mut self) -> io::Result<()> {
        let magic = mcap::MAGIC.len() as u64;
        if self.bytes < magic {
            let mut start = Vec::new();
            self.source.read_to_end(&mut start)?;
            self.found.is_mcap = mcap::MAGIC.starts_with(&start);
            self.cut_off(0, Some(magic));
            return Ok(());
        }
        let mut start = [0; 8];
        self.source.read_exact(&mut start)?;
        self.found.is_mcap = start == *mcap::MAGIC;
        if !self.found.is_mcap {
            self.damage(0, magic, "the mark at its beginning".to_owned());
        }
        let mut at = magic;
        while at < self.bytes {
            match self.next_record(at)? {
                Some(next) => at = next,
                None => return Ok(()),
            }
        }
        // The footer, with which a file is closed, did not come.
        self.cut_off(self.bytes, None);
        Ok(())
    }

    /// Reads the record at `at`; gives where the next begins.
    fn next_record(&mut self, at: u64) -> io::Result<Option<u64>> {
        let left = self.bytes - at;
        if left < OPCODE_AND_LENGTH {
            self.cut_off(at, None);
            return Ok(None);
        }
        self.record.resize(OPCODE_AND_LENGTH as usize, 0);
        self.source.read_exact(&mut self.record)?;
        let opcode = self.record[0];
        let mut length = [0; 8];
        length.copy_from_slice(&self.record[1..]);
        let length = u64::from_le_bytes(length);
        let whole = length.saturating_add(OPCODE_AND_LENGTH);
        let is_known = (op::HEADER..=op::DATA_END).contains(&opcode) || opcode >= 0x80;
        if !is_known || length > MOST_RECORD_BYTES as u64 {
            self.lost_from(at, whole)?;
            return Ok(None);
        }
        if whole > left {
            self.lost_from(at, whole)?;
            return Ok(None);
        }
        self.record.resize(whole as usize, 0);
        self.source.read_exact(&mut self.record[OPCODE_AND_LENGTH as usize..])?;
        match opcode {
            op::CHUNK => self.chunk(at, whole),
            op::ATTACHMENT => self.attachment(at, whole),
            op::DATA_END if length == 4 => self.found.closed = true,
            op::FOOTER if length == FOOTER_BYTES => {
                if at + whole + mcap::MAGIC.len() as u64 > self.bytes {
                    self.cut_off(at + whole, None);
                }
                return Ok(None);
            }
            op::FOOTER | op::DATA_END => {
                self.damage(at, whole, "a record of the wrong length".to_owned());
            }
            _ => {}
        }
        Ok(Some(at + whole))
    }

    /// From here no length leads on: the file was cut off, or what lies here was changed.
    fn lost_from(&mut self, at: u64, whole: u64) -> io::Result<()> {
        let magic = mcap::MAGIC.len() as i64;
        let mut end = [0; 8];
        let was_closed = self
            .source
            .seek(SeekFrom::End(-magic))
            .and_then(|_| self.source.read_exact(&mut end))
            .is_ok_and(|()| end == *mcap::MAGIC);
        let left = self.bytes - at;
        if was_closed && !self.found.closed {
            self.damage(at, left, "no record; nothing behind it can be read".to_owned());
        } else if was_closed {
            // Behind the data there is an index only.
            self.damage(at, left, "the index at its end".to_owned());
        } else if whole > left && whole <= MOST_RECORD_BYTES as u64 + OPCODE_AND_LENGTH {
            self.cut_off(at, Some(whole));
        } else {
            self.damage(at, left, "no record; nothing behind it can be read".to_owned());
        }
        Ok(())
    }

    fn cut_off(&mut self, offset: u64, bytes_expected: Option<u64>) {
        self.found.cut_off = Some(CutOff { offset, bytes: self.bytes - offset, bytes_expected });
    }

    fn damage(&mut self, offset: u64, bytes: u64, what: String) {
        if self.found.damages.len() < MOST_DAMAGES {
            self.found.damages.push(Damage { file: self.name.clone(), offset, bytes, what });
        }
    }

    fn attachment(&mut self, at: u64, whole: u64) {
        let body = &self.record[OPCODE_AND_LENGTH as usize..];
        match mcap::parse_record(op::ATTACHMENT, body) {
            Ok(Record::Attachment { header, data, crc }) if crc != 0 => match &*header.name {
                PROJECT_ATTACHMENT => self.found.project_text = data.into_owned(),
                ABOUT_ATTACHMENT => {
                    self.found.about = serde_json::from_slice(&data).ok();
                    self.found.about_text = data.into_owned();
                }
                _ => {}
            },
            Ok(_) => self.damage(at, whole, "an attachment without a check sum".to_owned()),
            Err(error) => self.damage(at, whole, format!("an attachment: {error}")),
        }
    }

    fn chunk(&mut self, at: u64, whole: u64) {
        let mut chunk = Chunk::default();
        let read = read_chunk(&self.record, |record| chunk.note(record));
        let wrong = match (read, chunk.wrong, chunk.after) {
            (Err(error), _, _) => Some(error.to_string()),
            (Ok(()), Some(wrong), _) => Some(wrong),
            (Ok(()), None, None) => Some("it does not say how far it goes".to_owned()),
            (Ok(()), None, Some(after)) => {
                let own = Progress { chunks: 1, ..chunk.own };
                let ix = self.found.chunks.len();
                let place = ChunkPlace { file: self.file, offset: at, bytes: whole, after, own };
                self.found.chunks.push(place);
                let snapshots = chunk.snapshots.iter();
                self.found.snapshots.extend(snapshots.map(|&(head, message)| SnapshotPlace {
                    head,
                    chunk: ix,
                    message,
                }));
                let projects = chunk.projects.iter();
                self.found.projects.extend(projects.map(|&(number, place)| (number, (ix, place))));
                self.found.channels.append(&mut chunk.channels);
                self.found.gaps.append(&mut chunk.gaps);
                self.found.end = chunk.end.or(self.found.end);
                None
            }
        };
        if let Some(wrong) = wrong {
            self.damage(at, whole, format!("a chunk: {wrong}"));
        }
    }
}

/// What one chunk holds.
#[derive(Default)]
struct Chunk {
    messages: usize,
    own: Progress,
    after: Option<Progress>,
    snapshots: Vec<(SnapshotHead, usize)>,
    projects: Vec<(u32, usize)>,
    channels: BTreeMap<u16, ChannelRecord>,
    gaps: Vec<Gap>,
    end: Option<SimTime>,
    wrong: Option<String>,
}

impl Chunk {
    fn note(&mut self, record: Record<'_>) {
        let (header, data) = match record {
            Record::Message { header, data } => (header, data),
            Record::Channel(channel) => {
                let record =
                    ChannelRecord { topic: channel.topic, encoding: channel.message_encoding };
                self.channels.insert(channel.id, record);
                return;
            }
            _ => return,
        };
        let number = self.messages;
        self.messages += 1;
        let noted = match Channel::by_number(header.channel_id) {
            None => {
                self.own.events += 1;
                Ok(())
            }
            Some(Channel::Facts) => block::count(&data)
                .map(|facts| self.own.facts += facts as u64)
                .map_err(|error| error.to_string()),
            Some(Channel::Inputs) => {
                self.own.inputs += 1;
                Ok(())
            }
            Some(Channel::Snapshots) => {
                self.own.snapshots += 1;
                postcard::take_from_bytes::<SnapshotHead>(&data)
                    .map(|(head, _)| self.snapshots.push((head, number)))
                    .map_err(|error| format!("a snapshot: {error}"))
            }
            Some(Channel::Projects) => {
                self.projects.push((header.sequence, number));
                Ok(())
            }
            Some(Channel::Progress) => json(&data).map(|after| self.after = Some(after)),
            Some(Channel::Gaps) => json(&data).map(|gap| self.gaps.push(gap)),
            Some(Channel::End) => json(&data).map(|end: End| self.end = Some(SimTime(end.time_ns))),
            Some(Channel::Rosters | Channel::Counts) => Ok(()),
        };
        if let Err(wrong) = noted {
            self.wrong.get_or_insert(wrong);
        }
    }
}

fn json<T: serde::de::DeserializeOwned>(data: &[u8]) -> Result<T, String> {
    serde_json::from_slice(data).map_err(|error| error.to_string())
}

/// Gives the records of a chunk, after it was checked as a whole. `chunk` is its record, opcode and
/// length included.
pub(super) fn read_chunk(chunk: &[u8], mut each: impl FnMut(Record<'_>)) -> Result<(), McapError> {
    let body = chunk.get(OPCODE_AND_LENGTH as usize..).unwrap_or_default();
    if let Record::Chunk { header, .. } = mcap::parse_record(op::CHUNK, body)?
        && header.uncompressed_crc == 0
    {
        // We never write one without, and nothing could be checked.
        return Err(McapError::BadChunkCrc { saved: 0, calculated: 0 });
    }
    let mut reader = LinearReader::new_with_options(
        LinearReaderOptions::default()
            .with_skip_start_magic(true)
            .with_skip_end_magic(true)
            .with_prevalidate_chunk_crcs(true)
            .with_record_length_limit(MOST_RECORD_BYTES),
    );
    let mut rest = chunk;
    while let Some(event) = reader.next_event() {
        match event? {
            LinearReadEvent::ReadRequest(wanted) => {
                let taken = wanted.min(rest.len());
                reader.insert(wanted)[..taken].copy_from_slice(&rest[..taken]);
                reader.notify_read(taken);
                rest = &rest[taken..];
            }
            LinearReadEvent::Record { opcode, data } => each(mcap::parse_record(opcode, data)?),
        }
    }
    Ok(())
}

/// The messages of a chunk of `path`.
pub(super) fn messages(path: &PathBuf, place: &ChunkPlace) -> Result<Vec<Message>, McapError> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(place.offset))?;
    let mut record = vec![0; place.bytes as usize];
    file.read_exact(&mut record)?;
    let mut messages = Vec::new();
    read_chunk(&record, |record| {
        if let Record::Message { header, data } = record {
            messages.push(Message { header, data: data.into_owned() });
        }
    })?;
    Ok(messages)
}

//! Writes a recorded run to its files, on the recorder's thread.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use mcap::records::MessageHeader;
use mcap::write::NoSeek;
use mcap::{Attachment, McapError, WriteOptions};
use serde::Serialize;

use super::block::Packer;
use super::cloud_event::CloudEvents;
use super::layout::{
    ABOUT_ATTACHMENT, About, Channel, CountsTable, EVENTS, End, Gap, InputLine, PROFILE,
    PROJECT_ATTACHMENT, Progress, SnapshotBody, SnapshotHead,
};
use crate::analysis::statistics::Statistics;
use crate::fact::{EventBirth, Fact, Roster};
use crate::project::{Project, format};
use crate::time::SimTime;
use crate::world::{Input, World};

/// A chunk is closed when it holds so much, uncompressed.
const CHUNK_BYTES: u64 = 1 << 20;
/// A file is closed, and the run goes on in another, when it is so large, or has so many chunks: the
/// list of them is in memory, and at 50 ms each they make up an hour.
pub(super) const SEGMENT_BYTES: u64 = 1 << 30;
const SEGMENT_CHUNKS: u64 = 1 << 16;
/// So many sources have channels of their own; the format has room for 65,536.
const MOST_SOURCES: usize = 60_000;

/// Something for the recorder's thread.
pub(super) enum Told {
    Block(Box<Block>),
    Input(SimTime, Box<Input>),
    Snapshot(Box<Stored>),
    Counts(Box<CountsTable>),
    Roster(SimTime, Arc<Roster>),
    Types(Arc<[Arc<str>]>),
    /// A drawing, and its number among those of the run.
    Project(u32, Arc<Project>),
    Gap(Gap),
    /// The run has come so far; what is there goes to the disk.
    Flush(SimTime),
    /// The run has ended there.
    End(SimTime),
}

/// Facts and events on their way to the recorder's thread.
#[derive(Default)]
pub(super) struct Block {
    pub(super) facts: Vec<Fact>,
    pub(super) births: Vec<EventBirth>,
}

/// A snapshot on its way to the recorder's thread.
pub(super) struct Stored {
    pub(super) head: SnapshotHead,
    pub(super) world: World,
    pub(super) statistics: Statistics,
}

/// What a run's thread can see of its recorder's.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) failed: AtomicBool,
    /// A new file has begun: a snapshot near its start makes it quick to open there.
    pub(super) wants_snapshot: AtomicBool,
    pub(super) facts: AtomicU64,
    pub(super) bytes: AtomicU64,
}

/// The file of a run's n-th segment: `run.mcap`, `run.2.mcap`, `run.3.mcap`.
pub(super) fn segment_path(first: &Path, segment: u32) -> PathBuf {
    if segment == 1 {
        return first.to_owned();
    }
    let stem = first.file_stem().unwrap_or_default().to_string_lossy();
    let name = match first.extension() {
        Some(extension) => format!("{stem}.{segment}.{}", extension.to_string_lossy()),
        None => format!("{stem}.{segment}"),
    };
    first.with_file_name(name)
}

pub(super) type Mcap = mcap::Writer<NoSeek<File>>;

/// The files of one run.
pub(super) struct RunFile {
    path: PathBuf,
    mcap: Mcap,
    /// Of the file that is written.
    about: About,
    project: Arc<Project>,
    progress: Progress,
    chunk_bytes: u64,
    /// Of each element that is a source, its channel.
    sources: BTreeMap<u32, u16>,
    roster: Arc<Roster>,
    packer: Packer,
    events: CloudEvents,
    bytes: Vec<u8>,
    shared: Arc<Shared>,
    segment_bytes: u64,
}

impl RunFile {
    /// Begins a run's first file, in place of what is there.
    pub(super) fn create(
        path: &Path,
        about: About,
        project: Arc<Project>,
        shared: Arc<Shared>,
        segment_bytes: u64,
    ) -> Result<Self, McapError> {
        let mcap = begin(path, &about, &project)?;
        Ok(Self {
            path: path.to_owned(),
            mcap,
            about,
            project,
            progress: Progress::default(),
            chunk_bytes: 0,
            sources: BTreeMap::new(),
            roster: Arc::default(),
            packer: Packer::default(),
            events: CloudEvents::default(),
            bytes: Vec::new(),
            shared,
            segment_bytes,
        })
    }

    /// Writes what was told. True where the run has ended.
    pub(super) fn take(&mut self, told: &Told) -> Result<bool, McapError> {
        match told {
            Told::Block(block) => self.block(block)?,
            Told::Input(time, input) => {
                let line = InputLine { time_ns: time.0, input: (**input).clone() };
                self.progress.inputs += 1;
                self.reach(*time);
                self.json(Channel::Inputs, *time, &line)?;
            }
            Told::Snapshot(stored) => self.snapshot(stored)?,
            Told::Counts(table) => {
                self.reach(table.time);
                self.postcard(Channel::Counts, table.time, &**table)?;
            }
            Told::Roster(time, roster) => {
                self.events.roster(roster);
                self.roster = Arc::clone(roster);
                self.json(Channel::Rosters, *time, &**roster)?;
            }
            Told::Types(types) => self.types(types)?,
            Told::Project(number, project) => {
                self.project = Arc::clone(project);
                let text = format::write(project);
                let (channel, time) = (Channel::Projects as u16, self.reached());
                self.numbered(channel, *number, time, text.as_bytes())?;
            }
            Told::Gap(gap) => self.json(Channel::Gaps, SimTime(gap.from_ns), gap)?,
            Told::Flush(reached) => {
                self.reach(*reached);
                self.close_chunk()?;
            }
            Told::End(time) => {
                self.reach(*time);
                self.json(Channel::End, *time, &End { time_ns: time.0 })?;
                self.finish()?;
                return Ok(true);
            }
        }
        if self.chunk_bytes >= CHUNK_BYTES {
            self.close_chunk()?;
        }
        Ok(false)
    }

    /// Closes the file where the run broke off without an end.
    pub(super) fn finish(&mut self) -> Result<(), McapError> {
        self.close_chunk()?;
        self.mcap.finish()?;
        self.note_bytes();
        Ok(())
    }

    fn reached(&self) -> SimTime {
        SimTime(self.progress.reached_ns)
    }

    fn reach(&mut self, time: SimTime) {
        self.progress.reached_ns = self.progress.reached_ns.max(time.0);
    }

    fn block(&mut self, block: &Block) -> Result<(), McapError> {
        for birth in &block.births {
            let mut bytes = std::mem::take(&mut self.bytes);
            bytes.clear();
            self.events.write(birth, &mut bytes);
            let channel = self.source_channel(birth)?;
            let header = MessageHeader {
                channel_id: channel,
                sequence: birth.id.0 as u32,
                log_time: birth.time.0,
                publish_time: birth.due.0,
            };
            self.mcap.write_to_known_channel(&header, &bytes)?;
            self.chunk_bytes += bytes.len() as u64;
            self.bytes = bytes;
        }
        self.progress.events += block.births.len() as u64;
        if let (Some(first), Some(last)) = (block.facts.first(), block.facts.last()) {
            let mut bytes = std::mem::take(&mut self.bytes);
            bytes.clear();
            self.packer.pack(&block.facts, &mut bytes);
            self.progress.facts += block.facts.len() as u64;
            self.reach(last.time);
            self.message(Channel::Facts as u16, first.time, &bytes)?;
            self.bytes = bytes;
        }
        self.shared.facts.store(self.progress.facts, Ordering::Relaxed);
        Ok(())
    }

    fn source_channel(&mut self, birth: &EventBirth) -> Result<u16, McapError> {
        if let Some(channel) = self.sources.get(&birth.at.0) {
            return Ok(*channel);
        }
        let topic = match self.roster.entries.get(birth.at.ix()) {
            Some(entry) if self.sources.len() < MOST_SOURCES => format!("{EVENTS}{}", entry.id),
            _ => EVENTS.trim_end_matches('/').to_owned(),
        };
        let channel = self.mcap.add_channel(0, &topic, "json", &BTreeMap::new())?;
        self.sources.insert(birth.at.0, channel);
        Ok(channel)
    }

    fn snapshot(&mut self, stored: &Stored) -> Result<(), McapError> {
        let body = SnapshotBody(&stored.world, &stored.statistics);
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.clear();
        bytes = postcard::to_extend(&stored.head, bytes).map_err(no_postcard)?;
        bytes = postcard::to_extend(&body, bytes).map_err(no_postcard)?;
        self.progress.snapshots += 1;
        self.reach(stored.head.time);
        self.message(Channel::Snapshots as u16, stored.head.time, &bytes)?;
        self.bytes = bytes;
        Ok(())
    }

    fn types(&mut self, types: &[Arc<str>]) -> Result<(), McapError> {
        self.events.types(types);
        Arc::make_mut(&mut self.roster).types = types.to_vec();
        let roster = Arc::clone(&self.roster);
        self.json(Channel::Rosters, self.reached(), &*roster)
    }

    fn json<T: Serialize>(
        &mut self,
        channel: Channel,
        time: SimTime,
        what: &T,
    ) -> Result<(), McapError> {
        let bytes = serde_json::to_vec(what).map_err(io::Error::from)?;
        self.message(channel as u16, time, &bytes)
    }

    fn postcard<T: Serialize>(
        &mut self,
        channel: Channel,
        time: SimTime,
        what: &T,
    ) -> Result<(), McapError> {
        let bytes = postcard::to_stdvec(what).map_err(no_postcard)?;
        self.message(channel as u16, time, &bytes)
    }

    fn message(&mut self, channel: u16, time: SimTime, data: &[u8]) -> Result<(), McapError> {
        self.numbered(channel, 0, time, data)
    }

    fn numbered(
        &mut self,
        channel_id: u16,
        sequence: u32,
        time: SimTime,
        data: &[u8],
    ) -> Result<(), McapError> {
        let header = MessageHeader { channel_id, sequence, log_time: time.0, publish_time: time.0 };
        self.mcap.write_to_known_channel(&header, data)?;
        self.chunk_bytes += data.len() as u64;
        Ok(())
    }

    /// Ends the chunk with what has been written up to its end, and hands it to the system.
    fn close_chunk(&mut self) -> Result<(), McapError> {
        if self.chunk_bytes == 0 {
            return Ok(());
        }
        self.progress.chunks += 1;
        let progress = self.progress;
        self.json(Channel::Progress, self.reached(), &progress)?;
        self.mcap.flush()?;
        self.chunk_bytes = 0;
        let of_segment = self.progress.chunks - self.about.before.chunks;
        if of_segment >= SEGMENT_CHUNKS || self.note_bytes() >= self.segment_bytes {
            self.next_segment()?;
        }
        Ok(())
    }

    /// Tells how large the run is by now; gives the size of the file that is written.
    fn note_bytes(&mut self) -> u64 {
        // The file's own length: the writer hands out no count of what went through it.
        let path = segment_path(&self.path, self.about.segment);
        let bytes = std::fs::metadata(path).map_or(0, |about| about.len());
        self.shared.bytes.store(bytes, Ordering::Relaxed);
        bytes
    }

    fn next_segment(&mut self) -> Result<(), McapError> {
        self.mcap.finish()?;
        self.about.segment += 1;
        self.about.before = self.progress;
        let path = segment_path(&self.path, self.about.segment);
        self.mcap = begin(&path, &self.about, &self.project)?;
        self.sources.clear();
        let roster = Arc::clone(&self.roster);
        self.json(Channel::Rosters, self.reached(), &*roster)?;
        self.shared.wants_snapshot.store(true, Ordering::Relaxed);
        Ok(())
    }
}

fn no_postcard(error: postcard::Error) -> McapError {
    McapError::Io(io::Error::other(error))
}

/// A new file with what comes before its first chunk, and the channels of ours.
fn begin(path: &Path, about: &About, project: &Project) -> Result<Mcap, McapError> {
    let about = serde_json::to_vec_pretty(about).map_err(io::Error::from)?;
    begin_with(path, &about, format::write(project).as_bytes())
}

/// The same with what a file holds that is copied.
pub(super) fn begin_with(path: &Path, about: &[u8], project: &[u8]) -> Result<Mcap, McapError> {
    let mut mcap = options().create(NoSeek::new(File::create(path)?))?;
    attach(&mut mcap, PROJECT_ATTACHMENT, "text/plain", project)?;
    attach(&mut mcap, ABOUT_ATTACHMENT, "application/json", about)?;
    for channel in Channel::ALL {
        mcap.add_channel_with_id(
            channel as u16,
            0,
            channel.topic(),
            channel.encoding(),
            &BTreeMap::new(),
        )?;
    }
    Ok(mcap)
}

/// How our files are written: chunks are closed by us alone.
fn options() -> WriteOptions {
    WriteOptions::new()
        .profile(PROFILE)
        .library(concat!("eventloom/", env!("CARGO_PKG_VERSION")))
        .compression(Some(mcap::Compression::Lz4))
        .chunk_size(None)
        .disable_seeking(true)
}

fn attach(mcap: &mut Mcap, name: &str, media_type: &str, data: &[u8]) -> Result<(), McapError> {
    mcap.attach(&Attachment {
        log_time: 0,
        create_time: 0,
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        data: data.into(),
    })
}

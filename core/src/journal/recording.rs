//! A recorded run, read again: what it holds, its state at any moment, and a copy of what can be
//! read of it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use mcap::McapError;
use serde::Serialize;

use super::block::{self, BlockError};
use super::layout::{
    About, Channel, Gap, InputLine, Progress, SNAPSHOT_FORM, SnapshotHead, SnapshotParts,
};
use super::memory::Moment;
use super::scan::{self, ChunkPlace, CutOff, Damage, Message, Scan, SnapshotPlace};
use super::writer::{begin_with, segment_path};
use crate::fact::{Roster, Sink};
use crate::project::{Project, format};
use crate::time::SimTime;
use crate::world::{Progress as Stood, WORLD_VERSION};

/// Why a recorded run cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {source}; check the path and its permissions", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is something else.
    #[error("{}: byte 0: not a recorded run; those are written with --record", path.display())]
    NoRecording {
        /// The file.
        path: PathBuf,
    },
    /// It was written by another version, whose runs this one cannot repeat.
    #[error(
        "{}: recorded by {program} (world {world_version}, snapshots {snapshot_form}), whose states \
         this version cannot bring back; its facts and inputs can be read, and its project can be run \
         again as a new run with the inputs of `journal inputs`",
        path.display()
    )]
    OtherVersion {
        /// The file.
        path: PathBuf,
        /// The program's version.
        program: String,
        /// Its world's version.
        world_version: u32,
        /// The form of its snapshots.
        snapshot_form: u32,
    },
    /// The moment is behind what was recorded.
    #[error("{}: {at} is behind the end of the recording at {front}", path.display())]
    BehindTheEnd {
        /// The file.
        path: PathBuf,
        /// The moment asked for.
        at: SimTime,
        /// The last that can be shown.
        front: SimTime,
    },
    /// Inputs before the moment are lost by damage.
    #[error(
        "{}: the state at {at} cannot be brought back: {inputs} inputs after {after} are lost by \
         damage to the file",
        path.display()
    )]
    InputsLost {
        /// The file.
        path: PathBuf,
        /// The moment asked for.
        at: SimTime,
        /// Up to when all is known.
        after: SimTime,
        /// How many are lost.
        inputs: u64,
    },
    /// No snapshot that can be read is early enough.
    #[error("{}: the state at {at} cannot be brought back: the snapshots before it are damaged", path.display())]
    NoSnapshot {
        /// The file.
        path: PathBuf,
        /// The moment asked for.
        at: SimTime,
    },
    /// Something that was whole when the file was opened is not any more, or is no such thing.
    #[error("{}: byte {offset}: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where, in bytes.
        offset: u64,
        /// What is wrong.
        what: String,
    },
    /// The copy cannot be written.
    #[error("{}: the copy cannot be written: {source}; choose another place", path.display())]
    Copy {
        /// The copy.
        path: PathBuf,
        /// What the system said.
        source: McapError,
    },
}

impl RecordingError {
    /// Whether the system is at fault, not the file.
    pub fn is_io(&self) -> bool {
        matches!(self, Self::Read { .. } | Self::Copy { .. })
    }
}

/// What is missing between what can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// Chunks.
    pub chunks: u64,
    /// Facts.
    pub facts: u64,
    /// Events.
    pub events: u64,
    /// Inputs.
    pub inputs: u64,
    /// Snapshots.
    pub snapshots: u64,
}

/// What a recorded run holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Info {
    /// Its files, in order.
    pub files: Vec<String>,
    /// Bytes of all files.
    pub bytes: u64,
    /// The version of the program that wrote it; none where that is damaged.
    pub program: Option<String>,
    /// The version of the world that ran.
    pub world_version: Option<u32>,
    /// Whether this version can bring back its states.
    pub runs_again: bool,
    /// The seed of all draws.
    pub seed: Option<u64>,
    /// How much was recorded.
    pub level: Option<String>,
    /// The last moment that can be shown, in seconds.
    pub front_s: f64,
    /// Whether the run's end was recorded.
    pub ended: bool,
    /// Chunks that are whole.
    pub chunks: u64,
    /// Facts in them.
    pub facts: u64,
    /// Events in them.
    pub events: u64,
    /// Inputs in them.
    pub inputs: u64,
    /// Snapshots in them.
    pub snapshots: u64,
    /// What the disk could not take in time. It follows from the inputs.
    pub gaps: Vec<Gap>,
    /// What is missing between what can be read.
    pub missing: Missing,
    /// Where the file was cut off, if it was.
    pub cut_off: Option<CutOff>,
    /// Places that cannot be read.
    pub damage: Vec<Damage>,
}

/// A recorded run. The files are only read.
#[derive(Debug)]
pub struct Recording {
    paths: Vec<PathBuf>,
    scans: Vec<Scan>,
    pub(super) chunks: Vec<ChunkPlace>,
    snapshots: Vec<SnapshotPlace>,
    projects: BTreeMap<u32, (usize, usize)>,
    /// Drawings that were read already.
    read_projects: RefCell<BTreeMap<u32, Arc<Project>>>,
    missing: Missing,
    last: RefCell<Option<(usize, Rc<Vec<Message>>)>>,
}

impl Recording {
    /// Opens a recorded run and the files that go on with it, and reads them through.
    ///
    /// # Errors
    /// [`RecordingError`] where there is no such file, or it is something else. Damage is no error: it is
    /// told by [`Recording::info`].
    pub fn open(path: &Path) -> Result<Self, RecordingError> {
        let read = |source| RecordingError::Read { path: path.to_owned(), source };
        let first = scan::scan(path, 0).map_err(read)?;
        if first.about.is_none() && first.chunks.is_empty() && !first.is_mcap {
            return Err(RecordingError::NoRecording { path: path.to_owned() });
        }
        let is_ours = first.about.is_some() || !first.chunks.is_empty();
        if !is_ours && first.cut_off.is_none() && first.damages.is_empty() {
            return Err(RecordingError::NoRecording { path: path.to_owned() });
        }
        let mut recording = Self {
            paths: Vec::new(),
            scans: Vec::new(),
            chunks: Vec::new(),
            snapshots: Vec::new(),
            projects: BTreeMap::new(),
            read_projects: RefCell::default(),
            missing: Missing::default(),
            last: RefCell::default(),
        };
        recording.add(path.to_owned(), first);
        for segment in 2.. {
            let next = segment_path(path, segment);
            if !next.is_file() {
                break;
            }
            let scan = scan::scan(&next, segment as usize - 1).map_err(read)?;
            // A file that an earlier run left there does not go on with this one.
            let written = recording.chunks.last().map_or(0, |chunk| chunk.after.chunks);
            let goes_on = scan.about.as_ref().is_none_or(|about| {
                about.segment == segment
                    && about.before.chunks >= written
                    && Some(about.seed) == recording.about().map(|about| about.seed)
            });
            if !goes_on || recording.scans.last().is_some_and(|scan| scan.end.is_some()) {
                break;
            }
            recording.add(next, scan);
        }
        recording.missing = recording.find_missing();
        Ok(recording)
    }

    fn add(&mut self, path: PathBuf, mut scan: Scan) {
        let before = self.chunks.len();
        self.chunks.append(&mut scan.chunks);
        self.snapshots.extend(scan.snapshots.drain(..).map(|mut place| {
            place.chunk += before;
            place
        }));
        let projects = std::mem::take(&mut scan.projects);
        self.projects.extend(
            projects
                .into_iter()
                .map(|(number, (chunk, message))| (number, (chunk + before, message))),
        );
        self.paths.push(path);
        self.scans.push(scan);
    }

    fn find_missing(&self) -> Missing {
        let mut missing = Missing::default();
        let mut known = Progress::default();
        for chunk in &self.chunks {
            let lost = chunk.before().minus(&known);
            missing.chunks += lost.chunks;
            missing.facts += lost.facts;
            missing.events += lost.events;
            missing.inputs += lost.inputs;
            missing.snapshots += lost.snapshots;
            known = chunk.after;
        }
        missing
    }

    fn path(&self) -> PathBuf {
        self.paths[0].clone()
    }

    /// What the run is; none where that is damaged.
    pub fn about(&self) -> Option<&About> {
        self.scans.iter().find_map(|scan| scan.about.as_ref())
    }

    /// Whether the end of the run was recorded.
    pub fn has_ended(&self) -> bool {
        self.end().is_some()
    }

    fn end(&self) -> Option<SimTime> {
        self.scans.iter().find_map(|scan| scan.end)
    }

    /// The last moment that can be shown. Where the recording broke off, more may have happened at
    /// the very instant of its last fact: it is the one before.
    pub fn front(&self) -> SimTime {
        let reached = self.chunks.last().map_or(0, |chunk| chunk.after.reached_ns);
        self.end().unwrap_or(SimTime(reached.saturating_sub(1)))
    }

    /// Whether every fact and event was recorded and can be read.
    pub fn is_complete(&self) -> bool {
        let full = self.about().is_some_and(|about| about.level == super::Level::Full);
        full && self.has_ended() && self.is_whole()
    }

    /// Whether nothing is missing up to its front.
    pub fn is_whole(&self) -> bool {
        self.missing == Missing::default() && self.scans.iter().all(|scan| scan.gaps.is_empty())
    }

    /// What it holds.
    pub fn info(&self) -> Info {
        let about = self.about();
        let sum = |of: fn(&Progress) -> u64| self.chunks.iter().map(|chunk| of(&chunk.own)).sum();
        Info {
            files: self.paths.iter().map(|path| path.display().to_string()).collect(),
            bytes: self.scans.iter().map(|scan| scan.bytes).sum(),
            program: about.map(|about| about.program.clone()),
            world_version: about.map(|about| about.world_version),
            runs_again: self.snapshots.iter().any(|place| is_of_this_version(&place.head)),
            seed: about.map(|about| about.seed),
            level: about.map(|about| about.level.to_string()),
            front_s: self.front().as_secs_f64(),
            ended: self.has_ended(),
            chunks: self.chunks.len() as u64,
            facts: sum(|own| own.facts),
            events: sum(|own| own.events),
            inputs: sum(|own| own.inputs),
            snapshots: sum(|own| own.snapshots),
            gaps: self.scans.iter().flat_map(|scan| scan.gaps.iter().copied()).collect(),
            missing: self.missing,
            cut_off: self.scans.last().and_then(|scan| scan.cut_off),
            damage: self.scans.iter().flat_map(|scan| scan.damages.iter().cloned()).collect(),
        }
    }

    /// What is missing, in words; none where nothing is.
    pub fn warnings(&self) -> Vec<String> {
        let info = self.info();
        let mut warnings: Vec<String> = info
            .damage
            .iter()
            .map(|damage| {
                let Damage { file, offset, bytes, what } = damage;
                format!("{file}: byte {offset}: {what} ({bytes} bytes cannot be read)")
            })
            .collect();
        let Missing { chunks, facts, events, inputs, snapshots } = info.missing;
        if info.missing != Missing::default() {
            warnings.push(format!(
                "missing before the last whole chunk: {chunks} chunks with {facts} facts, {events} \
                 events, {inputs} inputs and {snapshots} snapshots"
            ));
        }
        if info.cut_off.is_some() && info.ended {
            warnings
                .push("the file breaks off in its index; nothing recorded is missing".to_owned());
        } else if let Some(cut) = info.cut_off {
            let expected = cut.bytes_expected.map(|bytes| format!(" of {bytes}"));
            warnings.push(format!(
                "the file breaks off at byte {}: the {}{} bytes there cannot be read, and whatever \
                 came behind them is missing",
                cut.offset,
                cut.bytes,
                expected.unwrap_or_default()
            ));
        } else if !info.ended {
            warnings.push("the end of the run is missing".to_owned());
        }
        for gap in &info.gaps {
            warnings.push(format!(
                "{} facts and {} events from {} to {} were not recorded: the disk did not keep up",
                gap.facts,
                gap.events,
                SimTime(gap.from_ns),
                SimTime(gap.to_ns)
            ));
        }
        warnings
    }

    fn damaged(&self, chunk: usize, what: &dyn fmt::Display) -> RecordingError {
        let place = &self.chunks[chunk];
        RecordingError::Damaged {
            path: self.paths[place.file].clone(),
            offset: place.offset,
            what: what.to_string(),
        }
    }

    fn messages(&self, chunk: usize) -> Result<Rc<Vec<Message>>, RecordingError> {
        if let Some((last, messages)) = &*self.last.borrow()
            && *last == chunk
        {
            return Ok(Rc::clone(messages));
        }
        let place = &self.chunks[chunk];
        let read = scan::messages(&self.paths[place.file], place);
        let messages = Rc::new(read.map_err(|error| self.damaged(chunk, &error))?);
        *self.last.borrow_mut() = Some((chunk, Rc::clone(&messages)));
        Ok(messages)
    }

    /// The messages on one channel of ours, chunk by chunk.
    fn each(
        &self,
        mut chunks: impl Iterator<Item = usize>,
        mut take: impl FnMut(usize, &Message) -> Result<(), RecordingError>,
    ) -> Result<(), RecordingError> {
        chunks.try_for_each(|chunk| {
            self.messages(chunk)?.iter().try_for_each(|message| take(chunk, message))
        })
    }

    /// Gives the inputs that can be read, in order.
    ///
    /// # Errors
    /// Where the file was changed since it was opened, or `take` fails.
    pub fn inputs<E>(
        &self,
        mut take: impl FnMut(InputLine) -> Result<(), E>,
    ) -> Result<Result<(), E>, RecordingError> {
        for (chunk, _) in self.chunks.iter().enumerate().filter(|(_, place)| place.own.inputs > 0) {
            for line in self.inputs_of(chunk)? {
                if let Err(error) = take(line) {
                    return Ok(Err(error));
                }
            }
        }
        Ok(Ok(()))
    }

    fn inputs_of(&self, chunk: usize) -> Result<Vec<InputLine>, RecordingError> {
        let mut lines = Vec::new();
        self.each(std::iter::once(chunk), |_, message| {
            if message.header.channel_id == Channel::Inputs as u16 {
                let line = serde_json::from_slice(&message.data);
                lines.push(line.map_err(|error| self.damaged(chunk, &error))?);
            }
            Ok(())
        })?;
        Ok(lines)
    }

    /// Gives the recorded facts that can be read to `sink`, in order, and who is who.
    ///
    /// # Errors
    /// Where the file was changed since it was opened, or its facts are of a kind that this version
    /// does not know.
    pub fn facts<S: Sink>(&self, sink: &mut S) -> Result<(), RecordingError> {
        let mut facts = Vec::new();
        self.each(0..self.chunks.len(), |chunk, message| {
            match Channel::by_number(message.header.channel_id) {
                Some(Channel::Facts) => {
                    facts.clear();
                    let read: Result<(), BlockError> = block::unpack(&message.data, &mut facts);
                    read.map_err(|error| self.damaged(chunk, &error))?;
                    facts.iter().for_each(|fact| sink.fact(*fact));
                }
                Some(Channel::Rosters) => {
                    let roster: Roster = serde_json::from_slice(&message.data)
                        .map_err(|error| self.damaged(chunk, &error))?;
                    sink.roster(SimTime(message.header.log_time), &roster);
                }
                _ => {}
            }
            Ok(())
        })
    }

    /// Gives the recorded events that can be read, as CloudEvents in JSON, in order.
    ///
    /// # Errors
    /// Where the file was changed since it was opened; or `take` fails.
    pub fn events<E>(
        &self,
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<Result<(), E>, RecordingError> {
        for chunk in 0..self.chunks.len() {
            for message in self.messages(chunk)?.iter() {
                if Channel::by_number(message.header.channel_id).is_none()
                    && let Err(error) = take(&message.data)
                {
                    return Ok(Err(error));
                }
            }
        }
        Ok(Ok(()))
    }

    /// The state at `at`, all that happens at `at` included: the nearest snapshot, run again. `sink`
    /// gets the facts on the way, and is told who is who first.
    ///
    /// # Errors
    /// [`RecordingError`] where `at` is behind the front, the run is of another version, or damage stands in
    /// the way.
    pub fn seek<S: Sink>(&self, at: SimTime, sink: &mut S) -> Result<Moment, RecordingError> {
        self.run_again(SimTime(at.0), at, sink)
    }

    /// The whole run again, up to `at`: `sink` gets every fact and event, whatever was recorded.
    ///
    /// # Errors
    /// As [`Recording::seek`].
    pub fn from_start<S: Sink>(&self, at: SimTime, sink: &mut S) -> Result<Moment, RecordingError> {
        self.run_again(SimTime::ZERO, at, sink)
    }

    /// From the last snapshot at or before `from` up to and including `at`.
    fn run_again<S: Sink>(
        &self,
        from: SimTime,
        at: SimTime,
        sink: &mut S,
    ) -> Result<Moment, RecordingError> {
        let front = self.front();
        if at > front {
            return Err(RecordingError::BehindTheEnd { path: self.path(), at, front });
        }
        let mut behind = self.snapshots.partition_point(|place| place.head.time <= from);
        let mut first_error = None;
        while behind > 0 {
            behind -= 1;
            let place = self.snapshots[behind];
            if !is_of_this_version(&place.head) {
                return Err(self.other_version(&place.head));
            }
            match self.run_from(&place, at, sink) {
                // The drawing of an earlier one may be there; inputs that it lacks, this one does too.
                Err(error @ RecordingError::Damaged { .. }) => {
                    first_error.get_or_insert(error);
                }
                result => return result,
            }
        }
        Err(first_error.unwrap_or(RecordingError::NoSnapshot { path: self.path(), at }))
    }

    fn other_version(&self, head: &SnapshotHead) -> RecordingError {
        RecordingError::OtherVersion {
            path: self.path(),
            program: self.about().map_or_else(String::new, |about| about.program.clone()),
            world_version: head.world_version,
            snapshot_form: head.form,
        }
    }

    fn run_from<S: Sink>(
        &self,
        place: &SnapshotPlace,
        at: SimTime,
        sink: &mut S,
    ) -> Result<Moment, RecordingError> {
        let mut moment = self.snapshot(place)?;
        let mut known_up_to = place.head.time;
        let mut taken = place.head.inputs;
        // Nothing is told before it is sure that all inputs up to there are known.
        let mut lines = Vec::new();
        for (ix, chunk) in self.chunks.iter().enumerate() {
            if chunk.after.inputs <= taken {
                known_up_to = known_up_to.max(SimTime(chunk.after.reached_ns));
                continue;
            }
            if known_up_to > at {
                break;
            }
            let before = chunk.before().inputs;
            if before > taken {
                let inputs = before - taken;
                let path = self.path();
                return Err(RecordingError::InputsLost { path, at, after: known_up_to, inputs });
            }
            let own = self.inputs_of(ix)?;
            lines.extend(own.into_iter().skip((taken - before) as usize));
            taken = chunk.after.inputs;
            known_up_to = known_up_to.max(SimTime(chunk.after.reached_ns));
        }
        let mut sinks = (&mut moment.statistics, sink);
        moment.world.begin(&mut sinks.1);
        for line in lines.iter().take_while(|line| line.time_ns <= at.0) {
            let time = SimTime(line.time_ns);
            if let Err(error) = moment.world.handle(time, &line.input, &mut sinks) {
                // It was taken when the run was there.
                return Err(self.damaged(place.chunk, &format!("the input at {time}: {error}")));
            }
        }
        if moment.world.advance(at, u64::MAX, &mut sinks) == Stood::Stuck {
            tracing::debug!("the recorded run went round without time going by");
        }
        Ok(moment)
    }

    fn snapshot(&self, place: &SnapshotPlace) -> Result<Moment, RecordingError> {
        let messages = self.messages(place.chunk)?;
        let wrong =
            |error: postcard::Error| self.damaged(place.chunk, &format!("a snapshot: {error}"));
        let data = messages.get(place.message).map_or(&[][..], |message| &message.data);
        let (head, rest) = postcard::take_from_bytes::<SnapshotHead>(data).map_err(wrong)?;
        let SnapshotParts(mut world, statistics) = postcard::from_bytes(rest).map_err(wrong)?;
        world.set_drawing(self.project(head.project, place.chunk)?);
        Ok(Moment { world, statistics })
    }

    fn project(&self, number: u32, asking: usize) -> Result<Arc<Project>, RecordingError> {
        if let Some(project) = self.read_projects.borrow().get(&number) {
            return Ok(Arc::clone(project));
        }
        let missing = || self.damaged(asking, &"the drawing of a snapshot is lost by damage");
        let (chunk, message) = *self.projects.get(&number).ok_or_else(missing)?;
        let messages = self.messages(chunk)?;
        let text = messages.get(message).map_or(&[][..], |message| &message.data);
        let text = std::str::from_utf8(text).map_err(|error| self.damaged(chunk, &error))?;
        let project = format::parse(text).map_err(|error| self.damaged(chunk, &error))?;
        let project = Arc::new(project);
        self.read_projects.borrow_mut().insert(number, Arc::clone(&project));
        Ok(project)
    }

    /// Writes all that can be read to one new file that other programs can read, too. What is missing
    /// stays missing, and is told of the copy as well.
    ///
    /// # Errors
    /// Where the copy cannot be written.
    pub fn save_repaired(&self, copy: &Path) -> Result<(), RecordingError> {
        let write = |source| RecordingError::Copy { path: copy.to_owned(), source };
        if self.paths.iter().any(|path| is_same_file(path, copy)) {
            let source = io::Error::other("it is the recording itself").into();
            return Err(write(source));
        }
        let first = &self.scans[0];
        let mut mcap = begin_with(copy, &first.about_text, &first.project_text).map_err(write)?;
        let none = BTreeMap::new();
        // Numbers of channels may differ between files: those of events are given anew.
        let mut numbers: BTreeMap<(usize, u16), u16> = BTreeMap::new();
        for (ix, place) in self.chunks.iter().enumerate() {
            for message in self.messages(ix)?.iter() {
                let mut header = message.header;
                if Channel::by_number(header.channel_id).is_none() {
                    let key = (place.file, header.channel_id);
                    let known = self.scans[place.file].channels.get(&header.channel_id);
                    header.channel_id = match (numbers.get(&key), known) {
                        (Some(number), _) => *number,
                        (None, Some(channel)) => mcap
                            .add_channel(0, &channel.topic, &channel.encoding, &none)
                            .map_err(write)?,
                        (None, None) => {
                            mcap.add_channel(0, "events", "json", &none).map_err(write)?
                        }
                    };
                    numbers.insert(key, header.channel_id);
                }
                mcap.write_to_known_channel(&header, &message.data).map_err(write)?;
            }
            mcap.flush().map_err(write)?;
        }
        mcap.finish().map_err(write)?;
        Ok(())
    }
}

fn is_of_this_version(head: &SnapshotHead) -> bool {
    head.world_version == WORLD_VERSION && head.form == SNAPSHOT_FORM
}

fn is_same_file(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

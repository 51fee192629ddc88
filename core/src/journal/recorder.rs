//! Records a run beside it: the run's thread collects facts in blocks and hands them over; packing,
//! compressing and writing happen on a thread of the recorder's own.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, TrySendError};
use mcap::McapError;

use super::block::FACTS_PER_BLOCK;
use super::layout::{About, CountsTable, FORMAT, Gap, Progress, SNAPSHOT_FORM, SnapshotHead};
use super::memory::Spacing;
use super::writer::{Block, RunFile, SEGMENT_BYTES, Shared, Stored, Told};
use super::{Keep, Level};
use crate::analysis::statistics::Statistics;
use crate::fact::{ElementIx, EventBirth, Fact, Roster, Sink};
use crate::project::Project;
use crate::time::SimTime;
use crate::world::{Input, WORLD_VERSION, World};

/// How many blocks may be on their way to the recorder's thread: 32 MiB of facts, a tenth of a
/// second at 10 million a second.
const RING: usize = 256;
/// So much that must not be lost may wait for a disk that does not keep up; then recording ends.
const MOST_PENDING: usize = 100_000;
/// The block of a live run is handed over when it was seen so long ago, in wall nanoseconds: with
/// the longest sleep of a run between two looks it is then at most 30 ms old.
const BLOCK_AGE_NS: u64 = 14_000_000;
/// A live run's chunk is closed so long after the one before.
const CHUNK_AGE_NS: u64 = 34_000_000;
/// Counts over time are recorded after so many facts, and so many more for every element.
const FACTS_BETWEEN_COUNTS: u64 = 250_000;
const FACTS_PER_ELEMENT: u64 = 64;

/// How a run is recorded.
#[derive(Clone, Debug)]
pub struct RecordOptions {
    /// The file.
    pub path: PathBuf,
    /// How much.
    pub level: Level,
}

/// Why a run is not recorded, or not on from some moment. The run itself goes on.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file cannot be made.
    #[error("{}: the recording cannot begin: {source}; choose another place", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: McapError,
    },
    /// The file cannot be written any more.
    #[error(
        "{}: the recording broke off: {}; what was written before can be read",
        path.display(),
        io_words(source)
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: McapError,
    },
    /// The disk is too slow for what must not be lost.
    #[error(
        "{}: the recording broke off: the disk does not keep up with the inputs; what was written \
         before can be read",
        path.display()
    )]
    TooSlow {
        /// The file.
        path: PathBuf,
    },
    /// The system gave no thread, or the thread ended by a panic.
    #[error("{}: the recording has no thread: {source}; close other programs and try again", path.display())]
    Thread {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: std::io::Error,
    },
}

fn io_words(error: &McapError) -> String {
    match error {
        McapError::Io(source) => source.to_string(),
        other => other.to_string(),
    }
}

/// What a recording came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Facts on the disk.
    pub facts: u64,
    /// Facts that could not be handed over in time.
    pub facts_in_gaps: u64,
}

/// Takes a run's facts, events, inputs and snapshots, and sees that they come to a file.
pub struct Recorder {
    path: PathBuf,
    level: Level,
    /// Whether the run waits for the disk rather than leave a gap.
    waits: bool,
    block: Box<Block>,
    sender: Option<Sender<Told>>,
    /// Blocks that were written, to be filled again.
    empty: Receiver<Box<Block>>,
    /// What must not be lost and found no room in the ring.
    pending: VecDeque<Told>,
    gap: Option<Gap>,
    facts_in_gaps: u64,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<Result<(), McapError>>>,
    failure: Option<RecordError>,
    types: usize,
    project: Option<Arc<Project>>,
    projects: u32,
    inputs: u64,
    spacing: Spacing,
    facts_at_counts: u64,
    block_since_ns: Option<u64>,
    chunk_since_ns: u64,
    now: SimTime,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Recorder({}, {})", self.path.display(), self.level)
    }
}

impl Recorder {
    /// Begins to record a run of `project` with `seed` that has not begun. With `waits` the run
    /// waits for the disk; else what the disk cannot take becomes a gap.
    ///
    /// # Errors
    /// Where the file cannot be made, or there is no thread for it.
    pub fn begin(
        options: &RecordOptions,
        project: &Arc<Project>,
        seed: u64,
        waits: bool,
    ) -> Result<Self, RecordError> {
        Self::begin_in_files(options, project, seed, waits, SEGMENT_BYTES)
    }

    /// The same with files of about so many bytes.
    pub(super) fn begin_in_files(
        options: &RecordOptions,
        project: &Arc<Project>,
        seed: u64,
        waits: bool,
        bytes: u64,
    ) -> Result<Self, RecordError> {
        let path = options.path.clone();
        let about = About {
            format: FORMAT,
            world_version: WORLD_VERSION,
            snapshot_form: SNAPSHOT_FORM,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            seed,
            level: options.level,
            segment: 1,
            before: Progress::default(),
        };
        let shared = Arc::new(Shared::default());
        let file = RunFile::create(&path, about, Arc::clone(project), Arc::clone(&shared), bytes)
            .map_err(|source| RecordError::Create { path: path.clone(), source })?;
        let (sender, told) = crossbeam_channel::bounded(RING);
        let (give_back, empty) = crossbeam_channel::bounded(RING);
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("recorder".to_owned())
            .spawn(move || write_all(file, &told, &give_back, &of_thread))
            .map_err(|source| RecordError::Thread { path: path.clone(), source })?;
        let mut recorder = Self::new(path, options.level, waits, sender, empty);
        recorder.shared = shared;
        recorder.thread = Some(thread);
        // The start: from here everything can be run again.
        let world = World::new(Arc::clone(project), seed);
        let mut statistics = Statistics::new();
        world.begin(&mut statistics);
        recorder.offer(None, &world, &statistics);
        Ok(recorder)
    }

    fn new(
        path: PathBuf,
        level: Level,
        waits: bool,
        sender: Sender<Told>,
        empty: Receiver<Box<Block>>,
    ) -> Self {
        Self {
            path,
            level,
            waits,
            block: Box::default(),
            sender: Some(sender),
            empty,
            pending: VecDeque::new(),
            gap: None,
            facts_in_gaps: 0,
            shared: Arc::default(),
            thread: None,
            failure: None,
            types: 0,
            project: None,
            projects: 0,
            inputs: 0,
            spacing: Spacing::default(),
            facts_at_counts: 0,
            block_since_ns: None,
            chunk_since_ns: 0,
            now: SimTime::ZERO,
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How much is recorded.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Whether recording has broken off; [`Recorder::finish`] tells why.
    pub fn has_failed(&self) -> bool {
        self.failure.is_some() || self.shared.failed.load(Ordering::Relaxed)
    }

    /// Ends the recording of a run that came to `end`.
    ///
    /// # Errors
    /// Where the recording has broken off before.
    pub fn finish(mut self, end: SimTime) -> Result<Recorded, RecordError> {
        // The run has ended: now there is time to wait.
        self.waits = true;
        self.hand_over();
        self.tell(Told::End(end));
        self.end_thread();
        let recorded = Recorded {
            facts: self.shared.facts.load(Ordering::Relaxed),
            facts_in_gaps: self.facts_in_gaps,
        };
        match self.failure.take() {
            None => Ok(recorded),
            Some(error) => Err(error),
        }
    }

    fn end_thread(&mut self) {
        self.sender = None;
        let Some(thread) = self.thread.take() else { return };
        let path = self.path.clone();
        let failure = match thread.join() {
            Ok(Ok(())) => return,
            Ok(Err(source)) => RecordError::Write { path, source },
            Err(_) => {
                let source = std::io::Error::other("it ended by a panic");
                RecordError::Thread { path, source }
            }
        };
        self.failure.get_or_insert(failure);
    }

    /// Hands the block to the recorder's thread, where it has anything in it.
    fn hand_over(&mut self) {
        self.block_since_ns = None;
        if self.block.facts.is_empty() && self.block.births.is_empty() {
            return;
        }
        self.tell_pending();
        let mut empty = self.empty.try_recv().unwrap_or_else(|_| {
            let facts = Vec::with_capacity(FACTS_PER_BLOCK);
            Box::new(Block { facts, births: Vec::new() })
        });
        std::mem::swap(&mut self.block, &mut empty);
        let full = Told::Block(empty);
        let told = match (&self.sender, self.waits) {
            (None, _) => return,
            (Some(sender), true) => sender.send(full).map_err(|error| error.0),
            (Some(_), false) if !self.pending.is_empty() => Err(full),
            (Some(sender), false) => sender.try_send(full).map_err(TrySendError::into_inner),
        };
        if let Err(Told::Block(lost)) = told {
            self.leave_out(&lost);
        }
    }

    /// Marks what finds no room: it follows from the inputs, and is regained by running again.
    #[cold]
    fn leave_out(&mut self, block: &Block) {
        let from_ns = block.facts.first().map_or(self.now.0, |fact| fact.time.0);
        let to_ns = block.facts.last().map_or(from_ns, |fact| fact.time.0);
        let gap = self.gap.get_or_insert(Gap { from_ns, to_ns, facts: 0, events: 0 });
        gap.to_ns = to_ns;
        gap.facts += block.facts.len() as u64;
        gap.events += block.births.len() as u64;
        self.facts_in_gaps += block.facts.len() as u64;
    }

    /// Tells the recorder's thread something that must not be lost.
    fn tell(&mut self, told: Told) {
        if self.has_failed() {
            return;
        }
        self.pending.push_back(told);
        self.tell_pending();
        if self.pending.len() > MOST_PENDING {
            self.failure = Some(RecordError::TooSlow { path: self.path.clone() });
            self.pending.clear();
            self.sender = None;
        }
    }

    fn tell_pending(&mut self) {
        let Some(sender) = &self.sender else { return };
        while let Some(told) = self.pending.pop_front() {
            if self.waits {
                if sender.send(told).is_err() {
                    self.pending.clear();
                }
            } else if let Err(error) = sender.try_send(told) {
                self.pending.push_front(error.into_inner());
                return;
            }
        }
        if let Some(gap) = self.gap.take() {
            match sender.try_send(Told::Gap(gap)) {
                Err(TrySendError::Full(_)) if !self.waits => self.gap = Some(gap),
                Err(TrySendError::Full(told)) => drop(sender.send(told)),
                Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            }
        }
    }

    fn tell_project(&mut self, world: &World) {
        let known = self.project.as_ref().is_some_and(|known| Arc::ptr_eq(known, world.project()));
        if !known {
            self.project = Some(Arc::clone(world.project()));
            self.tell(Told::Project(self.projects, Arc::clone(world.project())));
            self.projects += 1;
        }
    }

    fn snapshot(&mut self, world: &World, statistics: &Statistics) {
        self.hand_over();
        self.tell_project(world);
        let head = SnapshotHead {
            world_version: WORLD_VERSION,
            form: SNAPSHOT_FORM,
            time: world.now(),
            inputs: self.inputs,
            facts: statistics.facts(),
            project: self.projects - 1,
        };
        let stored = Stored { head, world: world.clone(), statistics: statistics.clone() };
        self.tell(Told::Snapshot(Box::new(stored)));
    }

    fn counts(&mut self, statistics: &Statistics) {
        self.facts_at_counts = statistics.facts();
        let elements = 0..statistics.roster().entries.len() as u32;
        let table = CountsTable {
            time: self.now,
            facts: statistics.facts(),
            events: statistics.events(),
            rows: elements.map(|ix| statistics.counts(ElementIx(ix))).collect(),
        };
        self.tell(Told::Counts(Box::new(table)));
    }

    /// Sees that nothing of a live run stays in memory for long.
    fn age(&mut self, wall_ns: u64) {
        if !self.block.facts.is_empty() {
            let since = *self.block_since_ns.get_or_insert(wall_ns);
            if wall_ns.saturating_sub(since) >= BLOCK_AGE_NS {
                self.hand_over();
            }
        }
        if wall_ns.saturating_sub(self.chunk_since_ns) >= CHUNK_AGE_NS {
            self.chunk_since_ns = wall_ns;
            // A flush that finds no room comes with the next one.
            if self.pending.is_empty()
                && let Some(sender) = &self.sender
            {
                let _ = sender.try_send(Told::Flush(self.now));
            }
        }
    }
}

impl Sink for Recorder {
    const WANTS_EVENTS: bool = true;

    #[inline]
    fn event(&mut self, birth: &EventBirth, types: &[Arc<str>]) {
        if types.len() > self.types {
            self.types = types.len();
            self.tell(Told::Types(types.into()));
        }
        if self.level.keeps(birth.id) {
            self.block.births.push(birth.clone());
        }
    }

    #[inline]
    fn fact(&mut self, fact: Fact) {
        if self.level.keeps(fact.event) {
            self.block.facts.push(fact);
            if self.block.facts.len() == FACTS_PER_BLOCK {
                self.hand_over();
            }
        }
    }

    fn roster(&mut self, now: SimTime, roster: &Roster) {
        // What is before it was said of the roster before.
        self.hand_over();
        self.types = roster.types.len();
        self.tell(Told::Roster(now, Arc::new(roster.clone())));
    }
}

impl Keep for Recorder {
    fn input(&mut self, time: SimTime, input: &Input) {
        self.hand_over();
        self.inputs += 1;
        self.tell(Told::Input(time, Box::new(input.clone())));
    }

    fn offer(&mut self, wall_ns: Option<u64>, world: &World, statistics: &Statistics) {
        if self.has_failed() {
            return;
        }
        self.now = world.now();
        let facts = statistics.facts();
        let asked = self.shared.wants_snapshot.swap(false, Ordering::Relaxed);
        // A snapshot only saves time later: where the disk does not keep up it is left out.
        let has_room = self.waits || self.pending.is_empty();
        if has_room && (self.spacing.is_due(facts, world) || asked) {
            self.snapshot(world, statistics);
        }
        let elements = world.roster().entries.len() as u64;
        let apart = FACTS_BETWEEN_COUNTS.max(elements * FACTS_PER_ELEMENT);
        let by_age = wall_ns.is_some_and(|now| {
            let is_old = now.saturating_sub(self.chunk_since_ns) >= CHUNK_AGE_NS;
            is_old && facts - self.facts_at_counts > elements
        });
        if self.level.keeps_counts() && (facts - self.facts_at_counts >= apart || by_age) {
            self.counts(statistics);
        }
        if let Some(wall_ns) = wall_ns {
            self.age(wall_ns);
        }
    }

    fn rest(&mut self) {
        self.hand_over();
        self.tell(Told::Flush(self.now));
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.waits = true;
        self.hand_over();
        self.tell_pending();
        self.end_thread();
        if let Some(failure) = &self.failure {
            tracing::warn!("{failure}");
        }
    }
}

/// The recorder's thread: writes until the run has ended, or the disk fails.
fn write_all(
    mut file: RunFile,
    told: &Receiver<Told>,
    give_back: &Sender<Box<Block>>,
    shared: &Shared,
) -> Result<(), McapError> {
    while let Ok(told) = told.recv() {
        match file.take(&told) {
            Ok(false) => {}
            Ok(true) => return Ok(()),
            Err(error) => {
                shared.failed.store(true, Ordering::Relaxed);
                return Err(error);
            }
        }
        if let Told::Block(mut block) = told {
            block.facts.clear();
            block.births.clear();
            // Where there is room for no more empty ones it is simply freed.
            let _ = give_back.try_send(block);
        }
    }
    file.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{EventId, FactKind, TypeIx};

    fn fact(number: u64) -> Fact {
        let (at, peer) = (ElementIx(0), ElementIx(0));
        Fact::new(SimTime(number), FactKind::Accepted, EventId(number), TypeIx(0), at, peer)
    }

    #[test]
    fn live_never_waits_and_what_finds_no_room_becomes_a_gap() {
        let (sender, told) = crossbeam_channel::bounded(1);
        let (_give_back, empty) = crossbeam_channel::bounded(1);
        let mut recorder = Recorder::new("x.mcap".into(), Level::Full, false, sender, empty);
        let block = FACTS_PER_BLOCK as u64;
        // The first block takes the only place; inputs are kept, facts are left out.
        (0..2 * block).for_each(|number| recorder.fact(fact(number)));
        recorder.input(SimTime(2 * block), &Input::Silence);
        (2 * block..3 * block).for_each(|number| recorder.fact(fact(number)));
        assert!(matches!(told.try_recv(), Ok(Told::Block(first)) if first.facts.len() == 4_096));
        recorder.rest();
        assert!(matches!(told.try_recv(), Ok(Told::Input(..))), "it was not lost");
        recorder.tell_pending();
        assert!(matches!(told.try_recv(), Ok(Told::Flush(_))));
        recorder.tell_pending();
        let Ok(Told::Gap(gap)) = told.try_recv() else { panic!("the gap is told") };
        let expected = Gap { from_ns: block, to_ns: 3 * block - 1, facts: 2 * block, events: 0 };
        assert_eq!(gap, expected);
        assert_eq!(recorder.facts_in_gaps, 2 * block);
    }
}

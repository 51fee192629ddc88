//! A run's journal in memory.

use std::sync::Arc;

use super::spill::Inputs;
use crate::analysis::statistics::Statistics;
use crate::fact::{Fact, Sink};
use crate::project::Project;
use crate::time::{SimSpan, SimTime};
use crate::world::{Input, World};

/// A snapshot is taken after so many facts: running them again takes about 25 ms.
const FACTS_BETWEEN_SNAPSHOTS: u64 = 500_000;
/// Or after so many facts for every event that is alive, so that copying costs at most a quarter.
const FACTS_PER_EVENT_ALIVE: u64 = 20;
/// Snapshots are thinned when they hold more than this, in bytes, as far as that can be estimated.
const SNAPSHOT_BYTES: u64 = 256 << 20;
const BYTES_PER_EVENT: u64 = 128;
const BYTES_PER_ELEMENT: u64 = 512;
/// Two histograms.
const BYTES_PER_PLACE: u64 = 33_000;

/// When the next snapshot is due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spacing {
    facts_between: u64,
    /// How many facts there were at the last; none before the first.
    last: Option<u64>,
}

impl Default for Spacing {
    fn default() -> Self {
        Self { facts_between: FACTS_BETWEEN_SNAPSHOTS, last: None }
    }
}

impl Spacing {
    /// Whether a snapshot is due after so many facts; it is then taken for taken.
    pub(super) fn is_due(&mut self, facts: u64, world: &World) -> bool {
        let alive = world.events_alive() as u64;
        let apart = self.facts_between.max(alive * FACTS_PER_EVENT_ALIVE);
        let due = self.last.is_none_or(|last| facts - last >= apart);
        if due {
            self.last = Some(facts);
        }
        due
    }
}

/// The state of a run at one moment, and what was counted up to it.
#[derive(Clone, Debug)]
struct Snapshot {
    world: World,
    statistics: Statistics,
    /// How many inputs had been taken.
    inputs: usize,
}

/// The journal of one run.
#[derive(Clone, Debug)]
pub struct Journal {
    inputs: Inputs,
    snapshots: Vec<Snapshot>,
    spacing: Spacing,
    bytes: u64,
}

/// A moment of a run, brought back.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The state of everything.
    pub world: World,
    /// What was counted up to then.
    pub statistics: Statistics,
}

impl Journal {
    /// The journal of a run of `project` with `seed` that has not begun.
    pub fn new(project: Arc<Project>, seed: u64) -> Self {
        let world = World::new(project, seed);
        let mut statistics = Statistics::new();
        world.begin(&mut statistics);
        Self {
            inputs: Inputs::default(),
            snapshots: vec![Snapshot { world, statistics, inputs: 0 }],
            spacing: Spacing { last: Some(0), ..Spacing::default() },
            bytes: 0,
        }
    }

    /// Notes an input that the run has taken at `time`.
    pub fn input(&mut self, time: SimTime, input: Input) {
        self.inputs.push(time, input);
    }

    /// Takes a snapshot of the run's front, if enough has happened since the last. `facts`: how many
    /// facts there have been.
    pub fn offer(&mut self, world: &World, statistics: &Statistics, facts: u64) {
        if !self.spacing.is_due(facts, world) {
            return;
        }
        self.bytes += size_estimate(world);
        self.snapshots.push(Snapshot {
            world: world.clone(),
            statistics: statistics.clone(),
            inputs: self.inputs.len(),
        });
        while self.bytes > SNAPSHOT_BYTES && self.snapshots.len() > 4 {
            self.thin();
        }
    }

    /// Drops every other snapshot, and takes them half as often from now on.
    fn thin(&mut self) {
        let mut number = 0;
        self.snapshots.retain(|_| {
            number += 1;
            number % 2 == 1
        });
        self.spacing.facts_between *= 2;
        self.bytes = self.snapshots.iter().map(|snapshot| size_estimate(&snapshot.world)).sum();
    }

    /// The run at `at`, all that happens at `at` included. `sink` gets the facts from `look_back`
    /// before `at` on at the latest (and earlier ones, where the snapshot is older); it is told who
    /// is who first. `at` must not be later than the run's front.
    pub fn seek<S: Sink>(&self, at: SimTime, look_back: SimSpan, sink: &mut S) -> Moment {
        let from = at - look_back;
        let snapshot = self.snapshot_before(from);
        let Snapshot { mut world, mut statistics, inputs, .. } = snapshot.clone();
        let mut sinks = (&mut statistics, sink);
        world.begin(&mut sinks.1);
        let read = self.inputs.each(inputs, |time, input| {
            if time > at {
                return false;
            }
            if let Err(error) = world.handle(time, input, &mut sinks) {
                // It was taken when the run was there; only a broken world could refuse it now.
                tracing::error!("the journal's input at {time} is refused: {error}");
            }
            true
        });
        if let Err(error) = read {
            tracing::error!("older inputs of the run cannot be read back: {error}");
        }
        world.advance(at, u64::MAX, &mut sinks);
        Moment { world, statistics }
    }

    /// The moment of the first fact after `after` that `wanted` chooses, up to `front`.
    pub fn next(
        &self,
        after: SimTime,
        front: SimTime,
        wanted: impl Fn(&Fact) -> bool,
    ) -> Option<SimTime> {
        let mut first = First { after, found: None, wanted };
        // In stretches, so that a near fact is found soon.
        let mut stretch = SimSpan::from_millis(1);
        let mut until = after;
        while first.found.is_none() && until < front {
            until = (until + stretch).min(front);
            self.seek(until, until.since(after), &mut first);
            stretch = SimSpan(stretch.0.saturating_mul(8));
        }
        first.found
    }

    /// The moment of the last fact before `before`.
    pub fn previous(&self, before: SimTime) -> Option<SimTime> {
        let mut last = Last { before, found: None };
        let until = SimTime(before.0.checked_sub(1)?);
        let mut stretch = SimSpan::ZERO;
        loop {
            self.seek(until, stretch, &mut last);
            if last.found.is_some() || until.0 <= stretch.0 {
                return last.found;
            }
            stretch = SimSpan(stretch.0.saturating_mul(8).max(1_000_000));
        }
    }

    fn snapshot_before(&self, at: SimTime) -> &Snapshot {
        // A snapshot may stand in the middle of its instant: nothing of that instant is behind it.
        let after = self.snapshots.partition_point(|snapshot| snapshot.world.now() < at);
        &self.snapshots[after.saturating_sub(1)]
    }
}

struct First<F> {
    after: SimTime,
    found: Option<SimTime>,
    wanted: F,
}

impl<F: Fn(&Fact) -> bool> Sink for First<F> {
    fn fact(&mut self, fact: Fact) {
        if self.found.is_none() && fact.time > self.after && (self.wanted)(&fact) {
            self.found = Some(fact.time);
        }
    }
}

struct Last {
    before: SimTime,
    found: Option<SimTime>,
}

impl Sink for Last {
    fn fact(&mut self, fact: Fact) {
        if fact.time < self.before {
            self.found = Some(fact.time);
        }
    }
}

fn size_estimate(world: &World) -> u64 {
    let places = world.roster().entries.iter().filter(|entry| entry.kind.is_place()).count() as u64;
    world.events_alive() as u64 * BYTES_PER_EVENT
        + world.roster().entries.len() as u64 * BYTES_PER_ELEMENT
        + places * BYTES_PER_PLACE
        + 4_096
}

//! A run's journal: its inputs and snapshots are the truth, facts are what follows from them. The
//! state at any moment is the nearest snapshot, run again. It is kept in memory beside a live run,
//! and on the disk by the recorder.

pub mod block;
mod cloud_event;
mod inputs;
mod layout;
mod level;
mod listing;
mod memory;
mod recorder;
mod recording;
mod scan;
mod spill;
mod writer;

pub use inputs::{InputsError, InputsFile, write_input};
pub use layout::{About, CountsTable, FORMAT, Gap, InputLine, Progress, SNAPSHOT_FORM};
pub use level::{Level, ParseLevelError};
pub use memory::{Journal, Moment};
pub use recorder::{RecordError, RecordOptions, Recorded, Recorder};
pub use recording::{Info, Missing, Recording, RecordingError};
pub use scan::{CutOff, Damage};

use crate::analysis::statistics::Statistics;
use crate::fact::{Fact, Ignore, Sink};
use crate::time::SimTime;
use crate::world::{Input, World};

/// A sink that also keeps what came from outside, and the states of a run.
pub trait Keep: Sink {
    /// The run has taken an input at `time`.
    fn input(&mut self, _time: SimTime, _input: &Input) {}

    /// The run's front now and then: every few milliseconds of work. `wall_ns`: by the clock; none
    /// in virtual time.
    fn offer(&mut self, _wall_ns: Option<u64>, _world: &World, _statistics: &Statistics) {}

    /// Nothing may happen for long.
    fn rest(&mut self) {}
}

impl Keep for Ignore {}

impl Keep for Vec<Fact> {}

impl<K: Keep> Keep for &mut K {
    fn input(&mut self, time: SimTime, input: &Input) {
        (**self).input(time, input);
    }

    fn offer(&mut self, wall_ns: Option<u64>, world: &World, statistics: &Statistics) {
        (**self).offer(wall_ns, world, statistics);
    }

    fn rest(&mut self) {
        (**self).rest();
    }
}

impl<K: Keep> Keep for Option<K> {
    fn input(&mut self, time: SimTime, input: &Input) {
        if let Some(keep) = self {
            keep.input(time, input);
        }
    }

    fn offer(&mut self, wall_ns: Option<u64>, world: &World, statistics: &Statistics) {
        if let Some(keep) = self {
            keep.offer(wall_ns, world, statistics);
        }
    }

    fn rest(&mut self) {
        if let Some(keep) = self {
            keep.rest();
        }
    }
}

#[cfg(test)]
mod tests;

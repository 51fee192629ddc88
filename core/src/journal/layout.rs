//! What lies where in a recorded run: an MCAP file with these channels.
//!
//! | topic | messages |
//! |---|---|
//! | `eventloom/progress` | the last of each chunk: what had been written up to its end, as JSON |
//! | `eventloom/facts` | facts in blocks |
//! | `eventloom/inputs` | what came from outside, as JSON |
//! | `eventloom/snapshots` | the state of everything and what was counted, in postcard's form |
//! | `eventloom/projects` | the drawings to which snapshots refer, as project files |
//! | `eventloom/rosters` | who is who by number, as JSON |
//! | `eventloom/counts` | counts and lengths over time, in postcard's form |
//! | `eventloom/gaps` | what could not be recorded, as JSON |
//! | `eventloom/end` | how the run ended, as JSON |
//! | `events/NODE` | the events that came into being at a node, as CloudEvents in JSON |
//!
//! Before the first chunk lie two attachments: the project as a file, and [`About`].

use serde::{Deserialize, Serialize};

use super::Level;
use crate::analysis::statistics::{Counts, Statistics};
use crate::time::SimTime;
use crate::world::World;

/// The form of the file. Changes when a version before could not read it.
pub const FORMAT: u32 = 1;
/// The form of snapshots: changes whenever what a world or its statistics are stored as does.
pub const SNAPSHOT_FORM: u32 = 1;

pub(super) const PROFILE: &str = "eventloom";
pub(super) const PROJECT_ATTACHMENT: &str = "project.ron";
pub(super) const ABOUT_ATTACHMENT: &str = "run.json";
pub(super) const EVENTS: &str = "events/";

/// The channels of ours, by number in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u16)]
pub(super) enum Channel {
    Progress = 1,
    Facts,
    Inputs,
    Snapshots,
    Projects,
    Rosters,
    Counts,
    Gaps,
    End,
}

impl Channel {
    pub(super) const ALL: [Self; 9] = [
        Self::Progress,
        Self::Facts,
        Self::Inputs,
        Self::Snapshots,
        Self::Projects,
        Self::Rosters,
        Self::Counts,
        Self::Gaps,
        Self::End,
    ];

    pub(super) fn topic(self) -> &'static str {
        match self {
            Self::Progress => "eventloom/progress",
            Self::Facts => "eventloom/facts",
            Self::Inputs => "eventloom/inputs",
            Self::Snapshots => "eventloom/snapshots",
            Self::Projects => "eventloom/projects",
            Self::Rosters => "eventloom/rosters",
            Self::Counts => "eventloom/counts",
            Self::Gaps => "eventloom/gaps",
            Self::End => "eventloom/end",
        }
    }

    pub(super) fn encoding(self) -> &'static str {
        match self {
            Self::Progress | Self::Inputs | Self::Rosters | Self::Gaps | Self::End => "json",
            Self::Facts => "eventloom.facts",
            Self::Snapshots | Self::Counts => "postcard",
            Self::Projects => "ron",
        }
    }

    pub(super) fn by_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| *channel as u16 == number)
    }
}

/// What a recorded run is, attached before its first chunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The form of the file.
    pub format: u32,
    /// The version of the world that ran.
    pub world_version: u32,
    /// The form of its snapshots.
    pub snapshot_form: u32,
    /// The program's version.
    pub program: String,
    /// The seed of all draws.
    pub seed: u64,
    /// How much was recorded.
    pub level: Level,
    /// Which file of the run this is, from 1.
    pub segment: u32,
    /// What had been written to the files before.
    pub before: Progress,
}

/// How much has been written so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
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
    /// The moment that the run had reached, in nanoseconds.
    pub reached_ns: u64,
}

/// One input and when it was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputLine {
    /// When, in nanoseconds since the start.
    pub time_ns: u64,
    /// What.
    pub input: crate::world::Input,
}

/// What live could not hand over to the recorder, because the disk did not keep up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// From when, in nanoseconds.
    pub from_ns: u64,
    /// Up to when.
    pub to_ns: u64,
    /// How many facts.
    pub facts: u64,
    /// How many events.
    pub events: u64,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct End {
    /// The moment that it had reached.
    pub(super) time_ns: u64,
}

/// What a snapshot says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SnapshotHead {
    pub(super) world_version: u32,
    pub(super) form: u32,
    /// The moment at which it stands.
    pub(super) time: SimTime,
    /// How many inputs had been taken.
    pub(super) inputs: u64,
    /// How many facts there had been.
    pub(super) facts: u64,
    /// Which of the run's drawings it is of.
    pub(super) project: u32,
}

/// A snapshot's parts behind its head, to be written.
#[derive(Serialize)]
pub(super) struct SnapshotBody<'a>(pub(super) &'a World, pub(super) &'a Statistics);

/// A snapshot's parts behind its head, as read.
#[derive(Deserialize)]
pub(super) struct SnapshotParts(pub(super) World, pub(super) Statistics);

/// Counts and lengths of every element at one moment, by number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountsTable {
    /// When.
    pub time: SimTime,
    /// Facts up to then.
    pub facts: u64,
    /// Events up to then.
    pub events: u64,
    /// By number of the element.
    pub rows: Vec<Counts>,
}

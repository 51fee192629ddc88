//! Who is who in a run: the numbers by which facts name the nodes and links of the drawing.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ids::ElementId;
use crate::time::{SimSpan, SimTime};

/// A node's or a link's number in a run. Numbers are never used again: what was removed keeps its
/// own.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct ElementIx(pub u32);

impl ElementIx {
    /// How many elements a run can tell apart, removed ones included: 18 bits of a fact.
    pub const LIMIT: usize = 1 << 18;

    /// As an index of a table.
    #[inline]
    pub fn ix(self) -> usize {
        self.0 as usize
    }
}

/// An event type's number in a run. A run may have more types than 256; the rest share number 255.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct TypeIx(pub u8);

/// What an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ElementKind {
    /// A producer.
    Producer,
    /// A topic.
    Topic,
    /// A queue: a place.
    Queue,
    /// A consumer.
    Consumer,
    /// A note. Nothing happens to it.
    Note,
    /// A publish link.
    Publish,
    /// A bind link.
    Bind,
    /// A subscribe link: a place.
    Subscribe,
    /// A consume link.
    Consume,
}

impl ElementKind {
    /// Whether events wait there: a queue or a subscribe link.
    pub fn is_place(self) -> bool {
        matches!(self, Self::Queue | Self::Subscribe)
    }

    /// Whether it is a link.
    pub fn is_link(self) -> bool {
        matches!(self, Self::Publish | Self::Bind | Self::Subscribe | Self::Consume)
    }

    /// The kind's name as the command line prints it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Producer => "producer",
            Self::Topic => "topic",
            Self::Queue => "queue",
            Self::Consumer => "consumer",
            Self::Note => "note",
            Self::Publish => "publish",
            Self::Bind => "bind",
            Self::Subscribe => "subscribe",
            Self::Consume => "consume",
        }
    }
}

/// What a run knows of one element.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RosterEntry {
    /// Its id in the project.
    pub id: ElementId,
    /// What it is.
    pub kind: ElementKind,
    /// Of a link, the node where it begins; else the element itself.
    pub from: ElementIx,
    /// Of a link, the node where it ends; else the element itself.
    pub to: ElementIx,
    /// Of a link, its latency.
    pub latency: SimSpan,
    /// Of a consumer, its number of servers; else 0.
    pub servers: u32,
    /// Of a consumer, whether it acknowledges on delivery.
    pub acks_before: bool,
    /// Of a place, how many ready events find room; none: no bound.
    pub capacity: Option<u64>,
    /// When it was taken out of the drawing, if it was.
    pub removed_at: Option<SimTime>,
}

/// The nodes and links of a run by number, and its event types.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Roster {
    /// The elements; an [`ElementIx`] is an index of this.
    pub entries: Vec<RosterEntry>,
    /// The event types; a [`TypeIx`] is an index of this. At most 256, the last then being «other».
    pub types: Vec<Arc<str>>,
}

impl Roster {
    /// The entry with this number.
    ///
    /// # Panics
    /// If the number is of another run.
    #[inline]
    pub fn entry(&self, ix: ElementIx) -> &RosterEntry {
        &self.entries[ix.ix()]
    }

    /// The number of the element with this id that is still there, else of the one removed last.
    pub fn find(&self, id: &ElementId) -> Option<ElementIx> {
        let mut found = None;
        for (ix, entry) in self.iter() {
            if entry.id == *id {
                if entry.removed_at.is_none() {
                    return Some(ix);
                }
                found = Some(ix);
            }
        }
        found
    }

    /// All entries with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (ElementIx, &RosterEntry)> {
        self.entries.iter().enumerate().map(|(ix, entry)| (ElementIx(ix as u32), entry))
    }
}

//! The project: the drawing as plain data that people can read and diff. Nothing here knows how
//! to run.
//!
//! [`mod@format`] is the text that people read and diff, [`mod@file`] puts it on a disk and gets it
//! from there, [`mod@check`] tells what is wrong with a project, [`mod@set`] changes one setting by
//! its path. Every change that can be taken back is an [`Edit`](crate::edit::Edit).

mod channel;
pub mod check;
mod consumer;
pub mod file;
pub mod format;
mod link;
mod maps;
mod producer;
pub mod set;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use channel::{Overflow, Waiting};
pub use consumer::{
    Ack, Consumer, Emission, EmissionKey, EmitOn, OnFailure, Phase, Retry, Service,
};
pub use link::{Filter, Link, LinkKind, Overrides};
pub use producer::{
    Arrivals, Batch, FieldMap, ModulatedState, Producer, RateStep, Recording, Stay, WeightedType,
};

use crate::ids::{LinkId, NodeId};

/// A drawing and what belongs to it. Nodes and links lie in the order of their ids, so that a
/// diff of two files shows the change alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// What the project is called.
    #[serde(default)]
    pub name: String,
    /// What to watch for, for whoever opens it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The seed of every draw of a run, unless the run is given another.
    #[serde(default = "default_seed")]
    pub seed: u64,
    /// The nodes by id.
    #[serde(default, deserialize_with = "maps::nodes")]
    pub nodes: BTreeMap<NodeId, Node>,
    /// The links by id.
    #[serde(default, deserialize_with = "maps::links")]
    pub links: BTreeMap<LinkId, Link>,
}

/// The seed of a new project.
pub fn default_seed() -> u64 {
    42
}

/// A thing on the canvas.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// What people call it. Empty: the id is shown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Where its top left corner lies on the canvas, in points at zoom 1.
    pub at: Point,
    /// What it is and does.
    pub kind: NodeKind,
}

/// A place on the canvas, in points at zoom 1; x to the right, y downwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point(pub f32, pub f32);

/// What a node is, with its settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum NodeKind {
    /// Makes events.
    Producer(Producer),
    /// Publish/subscribe: every subscription gets a copy. The settings are the defaults of its
    /// subscriptions' waiting places.
    Topic(Waiting),
    /// Point-to-point: each event goes to one of the competing consumers.
    Queue(Waiting),
    /// Takes events and works on them.
    Consumer(Consumer),
    /// Text on the canvas.
    Note(Note),
}

impl NodeKind {
    /// The kind's name as the command line prints it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Producer(_) => "producer",
            Self::Topic(_) => "topic",
            Self::Queue(_) => "queue",
            Self::Consumer(_) => "consumer",
            Self::Note(_) => "note",
        }
    }

    /// Whether it is a channel: a place where events wait or fan out.
    pub fn is_channel(&self) -> bool {
        matches!(self, Self::Topic(_) | Self::Queue(_))
    }
}

/// Text on the canvas.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// What it says.
    #[serde(default, skip_serializing_if = "is_default")]
    pub text: String,
    /// Its width and height in points.
    #[serde(default = "default_note_size", skip_serializing_if = "is_default_note_size")]
    pub size: Point,
}

fn default_note_size() -> Point {
    Point(200.0, 96.0)
}

fn is_default_note_size(size: &Point) -> bool {
    *size == default_note_size()
}

/// A file holds what differs from the defaults, so that it is short and its diffs are, too.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn one<T: From<u8>>() -> T {
    T::from(1)
}

fn is_one<T: From<u8> + PartialEq>(value: &T) -> bool {
    *value == one()
}

impl Project {
    /// The kind of the link with this id; none where it or an end is missing or cannot be linked.
    pub fn link_kind(&self, id: &LinkId) -> Option<LinkKind> {
        let link = self.links.get(id)?;
        let (from, to) = (self.nodes.get(&link.from)?, self.nodes.get(&link.to)?);
        LinkKind::between(&from.kind, &to.kind)
    }

    /// The name to show for a node: its name, else its id.
    pub fn display_name<'a>(&'a self, id: &'a NodeId) -> &'a str {
        match self.nodes.get(id) {
            Some(node) if !node.name.is_empty() => &node.name,
            _ => id.as_str(),
        }
    }
}

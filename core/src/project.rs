//! The project: the drawing as plain data that people can read and diff. Nothing here knows how
//! to run.
//!
//! [`mod@format`] is the text that people read and diff, [`mod@file`] puts it on a disk and gets it
//! from there, [`mod@check`] tells what is wrong with a project, [`mod@set`] changes one setting by
//! its path. Every change that can be taken back is an [`Edit`](crate::edit::Edit).

pub mod check;
pub mod file;
pub mod format;
mod maps;
pub mod set;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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

/// A source of events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Producer {
    /// When events fall due.
    pub arrivals: Arrivals,
    /// The types of its events, chosen by weight. Empty: one type, `event`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub types: Vec<WeightedType>,
    /// How many different keys its events carry, all equally likely; 0: no key.
    #[serde(default, skip_serializing_if = "is_default")]
    pub keys: u32,
    /// How many events fall due in all; none: no limit.
    #[serde(default, skip_serializing_if = "is_default")]
    pub limit: Option<u64>,
}

impl Default for Producer {
    /// As the palette places it: Poisson, 10 events a second.
    fn default() -> Self {
        Self {
            arrivals: Arrivals::Poisson { rate_per_s: 10.0 },
            types: Vec::new(),
            keys: 0,
            limit: None,
        }
    }
}

/// An arrival process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Arrivals {
    /// One event every `1 / rate_per_s` seconds, the first after one interval.
    Constant {
        /// Events per second; 0: none.
        rate_per_s: f64,
    },
    /// A Poisson process: exponential intervals of mean `1 / rate_per_s` seconds.
    Poisson {
        /// Events per second on average; 0: none.
        rate_per_s: f64,
    },
    /// The rows of a recorded log, each due when it was recorded, counted from the first.
    Recorded(Recording),
}

/// A recorded log as an arrival process.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// The log: JSON Lines or CSV, plain or `.gz`; a relative path counts from the project's folder.
    pub file: String,
    /// Which field is what. What is empty is guessed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub map: FieldMap,
}

/// Which field of a log's row is what: a column's name, or a JSON pointer such as `/meta/dt`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldMap {
    /// The time at which the row was recorded.
    #[serde(default, skip_serializing_if = "is_default")]
    pub time: Option<String>,
    /// The event's type.
    #[serde(default, rename = "type", skip_serializing_if = "is_default")]
    pub event_type: Option<String>,
    /// The event's key.
    #[serde(default, skip_serializing_if = "is_default")]
    pub key: Option<String>,
    /// The event's data; `/` is the whole row.
    #[serde(default, skip_serializing_if = "is_default")]
    pub data: Option<String>,
    /// The zone of times without one: an IANA name or an offset such as `+02:00`. None: UTC.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tz: Option<String>,
}

/// An event type and how often it is chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightedType {
    /// The type's name, such as `order.created`.
    pub name: String,
    /// Its share, relative to the others' weights.
    #[serde(default = "one")]
    pub weight: f64,
}

fn one() -> f64 {
    1.0
}

/// The rules of a waiting place: of a queue, or (as defaults) of a topic's subscriptions.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiting {
    /// How many ready events find room; none: no bound. What a consumer with credit takes at once
    /// was never ready, so 0 is allowed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub capacity: Option<u64>,
    /// What happens to a publish that finds no room.
    #[serde(default, skip_serializing_if = "is_default")]
    pub overflow: Overflow,
    /// How many times an event may be delivered in all; none: no limit. At least 1.
    #[serde(default, skip_serializing_if = "is_default")]
    pub delivery_limit: Option<u32>,
    /// The topic or queue to which dead letters go; none: they are lost.
    #[serde(default, skip_serializing_if = "is_default")]
    pub dead_letter: Option<NodeId>,
}

/// What happens to a publish that finds a waiting place full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Overflow {
    /// The newcomer is lost.
    #[default]
    DropNewest,
    /// The oldest ready event is lost, the newcomer takes its room.
    DropOldest,
    /// The sender waits until there is room.
    Block,
}

/// A worker at the end of a channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consumer {
    /// How long the work on one event takes.
    pub service: Service,
    /// How many events are worked on at once (servers). At least 1.
    #[serde(default = "one_server", skip_serializing_if = "is_one_server")]
    pub concurrency: u32,
    /// The largest number of events held per link, from dispatch until finished; none: as many as
    /// there are servers. At least 1.
    #[serde(default, skip_serializing_if = "is_default")]
    pub prefetch: Option<u32>,
    /// When an event is acknowledged.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ack: Ack,
    /// The probability that the work on an event fails, 0 to 1.
    #[serde(default, skip_serializing_if = "is_default")]
    pub failure_probability: f64,
    /// What happens to an event whose work failed, where it is acknowledged after.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on_failure: OnFailure,
}

fn one_server() -> u32 {
    1
}

fn is_one_server(servers: &u32) -> bool {
    *servers == 1
}

impl Default for Consumer {
    /// As the palette places it: one server, exponential service of mean 0.05 s.
    fn default() -> Self {
        Self {
            service: Service::Exponential { mean_s: 0.05 },
            concurrency: 1,
            prefetch: None,
            ack: Ack::default(),
            failure_probability: 0.0,
            on_failure: OnFailure::default(),
        }
    }
}

/// How long a service takes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Service {
    /// Always the same.
    Constant {
        /// Seconds.
        mean_s: f64,
    },
    /// Exponentially distributed.
    Exponential {
        /// Its mean in seconds.
        mean_s: f64,
    },
}

impl Service {
    /// The mean in seconds.
    pub fn mean_s(self) -> f64 {
        match self {
            Self::Constant { mean_s } | Self::Exponential { mean_s } => mean_s,
        }
    }
}

/// When a consumer acknowledges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ack {
    /// On delivery: a later failure loses the event (at most once).
    Before,
    /// On success: a failure gives the event back or rejects it (at least once).
    #[default]
    After,
}

/// What happens to an event whose work failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnFailure {
    /// It goes back to its original position and is delivered again.
    #[default]
    Requeue,
    /// It is dead-lettered, or lost where there is no target.
    Reject,
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

/// A way for events from one node to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Where it begins.
    pub from: NodeId,
    /// Where it ends.
    pub to: NodeId,
    /// How long an event is on the way, in seconds; 0: no time at all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub latency_s: f64,
}

/// What a link does; it follows from the kinds of its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LinkKind {
    /// Producer or consumer → topic or queue.
    Publish,
    /// Topic → queue: a copy of each event, accepted under the queue's settings.
    Bind,
    /// Topic → consumer: a copy of each event, with a waiting place of its own.
    Subscribe,
    /// Queue → consumer: competing with the queue's other consumers.
    Consume,
}

impl LinkKind {
    /// The kind of a link between nodes of these kinds; none where they cannot be linked.
    pub fn between(from: &NodeKind, to: &NodeKind) -> Option<Self> {
        match (from, to) {
            (
                NodeKind::Producer(_) | NodeKind::Consumer(_),
                NodeKind::Topic(_) | NodeKind::Queue(_),
            ) => Some(Self::Publish),
            (NodeKind::Topic(_), NodeKind::Queue(_)) => Some(Self::Bind),
            (NodeKind::Topic(_), NodeKind::Consumer(_)) => Some(Self::Subscribe),
            (NodeKind::Queue(_), NodeKind::Consumer(_)) => Some(Self::Consume),
            _ => None,
        }
    }

    /// The kind's name as the command line prints it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Bind => "bind",
            Self::Subscribe => "subscribe",
            Self::Consume => "consume",
        }
    }
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

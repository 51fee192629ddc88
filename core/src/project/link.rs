//! Links: what they do, what they let through, and which of a topic's settings they change.

use serde::{Deserialize, Serialize};

use super::{NodeKind, Waiting, is_default};
use crate::ids::NodeId;

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
    /// Of a subscribe or bind link, which events it lets through.
    #[serde(default, skip_serializing_if = "is_default")]
    pub filter: Filter,
    /// Of a subscribe link, which of the topic's settings are others here.
    #[serde(default, skip_serializing_if = "is_default")]
    pub overrides: Overrides,
}

impl Link {
    /// A link without latency that lets everything through.
    pub fn new(from: impl Into<NodeId>, to: impl Into<NodeId>) -> Self {
        Self {
            from: from.into(),
            to: to.into(),
            latency_s: 0.0,
            filter: Filter::default(),
            overrides: Overrides::default(),
        }
    }

    /// The same with a latency in seconds.
    #[must_use]
    pub fn with_latency(self, latency_s: f64) -> Self {
        Self { latency_s, ..self }
    }
}

/// Which events are meant: those of these types that meet the condition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// The event types; a name that ends in `*` stands for all that begin so. Empty: all types.
    #[serde(default, skip_serializing_if = "is_default")]
    pub types: Vec<String>,
    /// A condition in CEL over the event's attributes (`event.type`, `event.subject`, …) and its
    /// `data`. None: all events.
    #[serde(default, skip_serializing_if = "is_default")]
    pub condition: Option<String>,
}

impl Filter {
    /// Whether everything passes.
    pub fn is_open(&self) -> bool {
        self.types.is_empty() && self.condition.is_none()
    }

    /// Whether an event of this type may pass, as far as its type goes.
    pub fn takes_type(&self, name: &str) -> bool {
        self.types.is_empty()
            || self.types.iter().any(|wanted| match wanted.strip_suffix('*') {
                Some(beginning) => name.starts_with(beginning),
                None => wanted == name,
            })
    }
}

/// What a subscription does otherwise than its topic. What is none is as the topic has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overrides {
    /// See [`Waiting::capacity`].
    #[serde(default, skip_serializing_if = "is_default")]
    pub capacity: Option<u64>,
    /// See [`Waiting::capacity_bytes`].
    #[serde(default, skip_serializing_if = "is_default")]
    pub capacity_bytes: Option<u64>,
    /// See [`Waiting::ttl_s`].
    #[serde(default, skip_serializing_if = "is_default")]
    pub ttl_s: Option<f64>,
    /// See [`Waiting::delivery_limit`].
    #[serde(default, skip_serializing_if = "is_default")]
    pub delivery_limit: Option<u32>,
    /// See [`Waiting::dead_letter`].
    #[serde(default, skip_serializing_if = "is_default")]
    pub dead_letter: Option<NodeId>,
}

impl Overrides {
    /// The rules of a subscription of a topic with these rules.
    pub fn over(&self, topic: &Waiting) -> Waiting {
        Waiting {
            capacity: self.capacity.or(topic.capacity),
            capacity_bytes: self.capacity_bytes.or(topic.capacity_bytes),
            ttl_s: self.ttl_s.or(topic.ttl_s),
            delivery_limit: self.delivery_limit.or(topic.delivery_limit),
            dead_letter: self.dead_letter.clone().or_else(|| topic.dead_letter.clone()),
            ..topic.clone()
        }
    }
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

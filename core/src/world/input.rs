//! What the world cannot derive: what comes into a run from outside.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::edit::{Edit, EditError};
use crate::ids::NodeId;

#[expect(clippy::large_enum_variant, reason = "inputs are few; an edit is told by value")]
/// Something from outside a run. Timers due at the same instant come first, then inputs, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Input {
    /// The drawing was changed while it ran.
    Edit(Edit),
    /// An event published by hand, at a producer (on all its links) or at a channel.
    Publish {
        /// The producer, topic or queue.
        node: NodeId,
        /// What to publish; what is not given is drawn as the producer would.
        event: Given,
    },
    /// A row of a recorded log, due now at the producer that stands for the log.
    Recorded {
        /// The producer.
        node: NodeId,
        /// The row.
        event: Given,
    },
    /// A node crashes: a producer loses its outbox and is silent, a consumer loses its services and
    /// gives back what was unacknowledged, a channel refuses publishes and keeps its contents where
    /// it is durable.
    Crash {
        /// The node.
        node: NodeId,
    },
    /// A producer falls silent; a consumer takes nothing new and finishes what it has.
    Stop {
        /// The node.
        node: NodeId,
    },
    /// A node that was stopped or has crashed does its work again.
    Restart {
        /// The node.
        node: NodeId,
    },
    /// The ready events of a queue, or of all subscriptions of a topic, are thrown away.
    Purge {
        /// The queue or topic.
        node: NodeId,
    },
    /// No producer makes events by itself any more: a recorded log has ended, and the others with
    /// it. A later change of a producer's arrivals wakes it.
    Silence,
}

/// The attributes of an event that came from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Its type; none: as the producer would choose, else `event`.
    pub event_type: Option<Arc<str>>,
    /// Its key.
    pub key: Option<Arc<str>>,
    /// Its data, JSON.
    pub data: Option<Arc<str>>,
}

/// Why an input was refused. The run is as it was before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// There is no such node.
    #[error("there is no node {id:?} in the drawing that runs")]
    NoNode {
        /// The id asked for.
        id: NodeId,
    },
    /// Nothing can be published there.
    #[error("{id:?} is a {kind}; publish at a producer, a topic or a queue")]
    CannotPublish {
        /// The node.
        id: NodeId,
        /// Its kind.
        kind: &'static str,
    },
    /// The node does not do its work.
    #[error("{id:?} is stopped or has crashed; restart it first")]
    NotUp {
        /// The node.
        id: NodeId,
    },
    /// What was asked for cannot be done to such a node.
    #[error(
        "{id:?} is a {kind}; producers, topics, queues and consumers can crash, producers and consumers \
         be stopped, topics and queues be purged"
    )]
    CannotControl {
        /// The node.
        id: NodeId,
        /// Its kind.
        kind: &'static str,
    },
    /// The change does not fit the drawing.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The changed drawing could not run.
    #[error("the changed drawing could not run: {message}")]
    CannotRun {
        /// What is wrong with it.
        message: String,
    },
    /// A run tells only so many elements apart.
    #[error("a run can hold {limit} nodes and links, removed ones included; start it anew")]
    TooManyElements {
        /// The limit.
        limit: usize,
    },
}

//! The rules of waiting places.

use serde::{Deserialize, Serialize};

use super::{is_default, is_one};
use crate::ids::NodeId;

/// The rules of a waiting place: of a queue, or (as defaults) of a topic's subscriptions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiting {
    /// How many ready events find room; none: no bound. What a consumer with credit takes at once
    /// was never ready, so 0 is allowed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub capacity: Option<u64>,
    /// How many bytes of ready events find room; none: no bound.
    #[serde(default, skip_serializing_if = "is_default")]
    pub capacity_bytes: Option<u64>,
    /// What happens to a publish that finds no room.
    #[serde(default, skip_serializing_if = "is_default")]
    pub overflow: Overflow,
    /// How long an event may be ready, in seconds from its acceptance; none: for ever. Then it is
    /// dead-lettered, or lost where there is no target.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ttl_s: Option<f64>,
    /// How many times an event may be delivered in all; none: no limit. At least 1.
    #[serde(default, skip_serializing_if = "is_default")]
    pub delivery_limit: Option<u32>,
    /// The topic or queue to which dead letters go; none: they are lost.
    #[serde(default, skip_serializing_if = "is_default")]
    pub dead_letter: Option<NodeId>,
    /// How many classes of priority it tells apart, the highest served first; 1: none. An event of a
    /// higher priority than there are classes is in the highest.
    #[serde(default = "super::one", skip_serializing_if = "is_one")]
    pub priorities: u8,
    /// Whether it keeps its contents when it crashes.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub durable: bool,
}

impl Default for Waiting {
    /// As the palette places it: everything finds room, first in, first out, durable.
    fn default() -> Self {
        Self {
            capacity: None,
            capacity_bytes: None,
            overflow: Overflow::default(),
            ttl_s: None,
            delivery_limit: None,
            dead_letter: None,
            priorities: 1,
            durable: true,
        }
    }
}

fn yes() -> bool {
    true
}

fn is_true(value: &bool) -> bool {
    *value
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

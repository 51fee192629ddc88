//! The tables of a world: one for each kind, with numbers instead of names.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::laws::{ArrivalLaw, BatchLaw, KeyLaw, RetryLaw, ServiceLaw};

use crate::bus::{EventSlot, TimerTicket, WaitingCopy};
use crate::fact::{ElementIx, TypeIx};
use crate::project::{EmissionKey, EmitOn, OnFailure};
use crate::time::{SimSpan, SimTime};

/// Where a publish goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Target {
    /// The topic with this number.
    Topic(u32),
    /// The place with this number.
    Place(u32),
}

/// No filter: everything passes.
pub(super) const NO_FILTER: u32 = u32::MAX;

/// One publish or bind link of a way.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Route {
    pub(super) link: ElementIx,
    pub(super) from: ElementIx,
    pub(super) target: Target,
    pub(super) latency: SimSpan,
    /// Which events it lets through.
    pub(super) filter: u32,
}

/// A place for which a sender may have to wait, and which events come there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Blocker {
    pub(super) place: u32,
    pub(super) filter: u32,
}

/// The publish links of one node: they carry a publish all at one instant.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Outlet {
    pub(super) routes: Vec<Route>,
    /// The places behind them for which a sender may have to wait.
    pub(super) blockers: Vec<Blocker>,
}

/// What events of a type are like, as their producer makes them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct TypeShare {
    /// The upper end of its share of 2^64.
    pub(super) end: u64,
    pub(super) event_type: TypeIx,
    /// Its name, where facts cannot tell it from others.
    pub(super) name: Option<Arc<str>>,
    pub(super) priority: u8,
    pub(super) bytes: u32,
    pub(super) template: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Producer {
    pub(super) element: ElementIx,
    pub(super) stream: u64,
    pub(super) law: ArrivalLaw,
    pub(super) batch: BatchLaw,
    pub(super) types: Vec<TypeShare>,
    pub(super) keys: KeyLaw,
    pub(super) limit: u64,
    /// How many events fell due by the law.
    pub(super) made: u64,
    /// How often events fell due by the law: more than one may at once.
    pub(super) arrivals: u64,
    /// How many were published by hand or read from a log.
    pub(super) given: u64,
    /// How often the law was changed.
    pub(super) epoch: u32,
    pub(super) pending: TimerTicket,
    pub(super) outlet: u32,
    /// What is due and waits for room, oldest first.
    pub(super) outbox: VecDeque<EventSlot>,
    pub(super) outbox_capacity: u64,
    pub(super) closed_loop: bool,
    /// Of a closed loop: how many of its events are on their way over a link.
    pub(super) in_flight: u32,
    pub(super) state: NodeState,
}

impl Producer {
    /// Whether a closed loop waits until its last publish was accepted.
    pub(super) fn waits_for_acceptance(&self) -> bool {
        self.closed_loop && (!self.outbox.is_empty() || self.in_flight > 0)
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Topic {
    pub(super) element: ElementIx,
    pub(super) stream: u64,
    /// How many events were published here by hand.
    pub(super) given: u64,
    /// The places of its subscriptions, with what each lets through.
    pub(super) subscriptions: Vec<Blocker>,
    pub(super) binds: Vec<Route>,
    /// Whether any of them lets not everything through.
    pub(super) is_filtered: bool,
    pub(super) down: bool,
}

/// What a server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum ServerState {
    Idle,
    Busy,
    /// The service has ended; what it emits waits for a full channel since then.
    Blocked {
        since: SimTime,
    },
}

/// What becomes of an event when its service has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Outcome {
    /// It is done.
    Done,
    /// It failed and is worked on again after a pause.
    Again { pause: SimSpan },
    /// It failed and goes back.
    Requeued,
    /// It failed and is given up.
    GivenUp,
}

/// What a blocked server still has to publish.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Emitting {
    /// The events, in order.
    pub(super) children: VecDeque<EventSlot>,
    pub(super) outcome: Outcome,
    /// The place for which it waits.
    pub(super) at: u32,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Server {
    pub(super) state: ServerState,
    pub(super) held: Held,
    pub(super) started: SimTime,
    pub(super) ends: SimTime,
    pub(super) ticket: TimerTicket,
}

impl Server {
    pub(super) const IDLE: Self = Self {
        state: ServerState::Idle,
        held: Held {
            copy: WaitingCopy {
                event: EventSlot(u32::MAX),
                deliveries: 0,
                accepted: SimTime::ZERO,
                position: 0,
                served: SimSpan::ZERO,
            },
            link: u32::MAX,
            failures: 0,
            order: 0,
        },
        started: SimTime::ZERO,
        ends: SimTime::ZERO,
        ticket: TimerTicket::NONE,
    };
}

/// An event that is with a consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Held {
    pub(super) copy: WaitingCopy,
    /// The number of the link over which it came.
    pub(super) link: u32,
    /// How many attempts have failed since it was delivered.
    pub(super) failures: u32,
    /// The how-manieth that reached the consumer.
    pub(super) order: u64,
}

impl Held {
    /// The number of the attempt, for draws: no two attempts at an event have the same.
    pub(super) fn attempt(&self) -> u32 {
        self.copy.deliveries.wrapping_add(self.failures << 16)
    }
}

/// A failed event that waits for its next attempt.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Pause {
    pub(super) consumer: u32,
    pub(super) held: Held,
    pub(super) ticket: TimerTicket,
}

/// Whether a node does its work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum NodeState {
    /// It does.
    #[default]
    Up,
    /// It was stopped: a producer is silent; a consumer takes nothing new, and finishes what it has.
    Stopped,
    /// It crashed.
    Crashed,
}

/// What happens to an event whose work failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum FailureLaw {
    Retry(RetryLaw),
    Requeue,
    Reject,
}

impl FailureLaw {
    pub(super) fn new(rule: OnFailure) -> Self {
        match rule {
            OnFailure::Retry(retry) => Self::Retry(RetryLaw::new(&retry)),
            OnFailure::Requeue => Self::Requeue,
            OnFailure::Reject => Self::Reject,
        }
    }
}

/// A rule by which a consumer publishes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Emitter {
    pub(super) on: EmitOn,
    /// The probability as a share of 2^64; `u64::MAX`: certain.
    pub(super) probability: u64,
    pub(super) filter: u32,
    /// The type, and its name where facts cannot tell it from others; none: the trigger's.
    pub(super) event_type: Option<(TypeIx, Option<Arc<str>>)>,
    pub(super) key: EmissionKey,
    /// [`NO_TEMPLATE`]: the data of the trigger.
    pub(super) template: u32,
    pub(super) bytes: Option<u32>,
    pub(super) priority: Option<u8>,
    pub(super) count: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Consumer {
    pub(super) element: ElementIx,
    pub(super) stream: u64,
    pub(super) service: ServiceLaw,
    pub(super) concurrency: u32,
    pub(super) prefetch: u32,
    /// The probability of a failure as a share of 2^64; `u64::MAX`: certain.
    pub(super) failure: u64,
    pub(super) acks_before: bool,
    pub(super) on_failure: FailureLaw,
    /// Its rules of emission; none: one child for each success.
    pub(super) emitters: Option<Vec<Emitter>>,
    pub(super) servers: Vec<Server>,
    pub(super) busy: u32,
    /// How many of the busy ones are blocked.
    pub(super) blocked: u32,
    /// How many events wait here for their next attempt.
    pub(super) paused: u32,
    /// What was delivered and waits for a server, in the order of delivery.
    pub(super) buffer: VecDeque<Held>,
    /// How many events have reached it.
    pub(super) received: u64,
    /// What blocked servers have still to publish, by server.
    pub(super) emitting: BTreeMap<u32, Emitting>,
    pub(super) outlet: u32,
    pub(super) state: NodeState,
}

impl Consumer {
    /// Whether a server is free for one more event.
    #[inline]
    pub(super) fn has_idle(&self) -> bool {
        self.busy < self.concurrency
    }

    /// Whether it will do something by itself that gives its channels room.
    pub(super) fn makes_room(&self) -> bool {
        let serves = self.busy > self.blocked || self.paused > 0;
        serves || self.state == NodeState::Up && self.has_idle()
    }

    /// The largest number of events that it holds over a link.
    pub(super) fn credit_limit(&self) -> u32 {
        if self.state == NodeState::Up { self.prefetch } else { 0 }
    }

    /// The lowest idle server; a new one where all there are busy.
    #[inline]
    pub(super) fn idle_server(&mut self) -> usize {
        if let Some(ix) = self.servers.iter().position(|s| s.state == ServerState::Idle) {
            return ix;
        }
        self.servers.push(Server::IDLE);
        self.servers.len() - 1
    }
}

/// A consume or subscribe link; publish and bind links are [`Route`]s.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct LinkState {
    pub(super) element: ElementIx,
    pub(super) place: u32,
    pub(super) consumer: u32,
    pub(super) latency: SimSpan,
    pub(super) alive: bool,
}

/// Something on its way over a link with a latency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Cargo {
    /// Over a publish or bind link, with the places that were promised to it.
    Event { event: EventSlot, route: Route, reserved: Vec<u32> },
    /// To a consumer.
    Copy { copy: WaitingCopy, link: u32 },
}

impl Cargo {
    /// Whether it is on its way to this consumer.
    pub(super) fn is_to_consumer(&self, links: &[LinkState], consumer: u32) -> bool {
        match self {
            Self::Event { .. } => false,
            Self::Copy { link, .. } => links[*link as usize].consumer == consumer,
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Transit {
    pub(super) cargo: Cargo,
    pub(super) started: SimTime,
    pub(super) ends: SimTime,
    pub(super) ticket: TimerTicket,
}

/// Something that a timer ends, and that the timer's ticket tells from every other.
pub(super) trait Ticketed {
    fn ticket(&self) -> TimerTicket;
}

impl Ticketed for Transit {
    fn ticket(&self) -> TimerTicket {
        self.ticket
    }
}

impl Ticketed for Pause {
    fn ticket(&self) -> TimerTicket {
        self.ticket
    }
}

/// What timers will end. Numbers are used again; the ticket tells whether a timer is still meant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Slab<T> {
    entries: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), free: Vec::new() }
    }
}

impl<T: Ticketed> Slab<T> {
    /// The number that the next one put in will have.
    pub(super) fn next_number(&self) -> u32 {
        self.free.last().copied().unwrap_or(self.entries.len() as u32)
    }

    pub(super) fn put(&mut self, entry: T) {
        match self.free.pop() {
            Some(ix) => self.entries[ix as usize] = Some(entry),
            None => self.entries.push(Some(entry)),
        }
    }

    /// Takes the one with this number, if the ticket is its own.
    pub(super) fn take(&mut self, number: u32, ticket: TimerTicket) -> Option<T> {
        let entry = self.entries.get_mut(number as usize)?;
        if entry.as_ref()?.ticket() != ticket {
            return None;
        }
        self.free.push(number);
        entry.take()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().flatten()
    }

    /// Takes all that `wanted` chooses, in the order in which their timers were set.
    pub(super) fn take_where(&mut self, wanted: impl Fn(&T) -> bool) -> Vec<T> {
        let mut taken = Vec::new();
        for (ix, entry) in self.entries.iter_mut().enumerate() {
            if entry.as_ref().is_some_and(&wanted) {
                taken.extend(entry.take());
                self.free.push(ix as u32);
            }
        }
        taken.sort_by_key(Ticketed::ticket);
        taken
    }
}

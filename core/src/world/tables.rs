//! The tables of a world: one for each kind, with numbers instead of names.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::bus::{EventSlot, TimerTicket, WaitingCopy};
use crate::fact::{ElementIx, TypeIx};
use crate::project::{OnFailure, Service};
use crate::time::{SimSpan, SimTime};

/// Where a publish goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Target {
    /// The topic with this number.
    Topic(u32),
    /// The place with this number.
    Place(u32),
}

/// One publish or bind link of a way.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Route {
    pub(super) link: ElementIx,
    pub(super) from: ElementIx,
    pub(super) target: Target,
    pub(super) latency: SimSpan,
}

/// The publish links of one node: they carry a publish all at one instant.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Outlet {
    pub(super) routes: Vec<Route>,
    /// The places behind them for which a sender may have to wait.
    pub(super) blockers: Vec<u32>,
}

/// How a producer's events fall due.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Law {
    /// Never by themselves: the rate is 0, or a recorded log gives them.
    Silent,
    /// Every so many nanoseconds; the k-th since `base`.
    Constant { interval_ns: f64, base: SimTime, k: u64 },
    /// With exponential intervals of this mean in nanoseconds.
    Poisson { mean_ns: f64 },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Producer {
    pub(super) element: ElementIx,
    pub(super) stream: u64,
    pub(super) law: Law,
    /// The types with the upper ends of their shares of 2^64.
    pub(super) types: Vec<(u64, TypeIx)>,
    pub(super) keys: u32,
    pub(super) limit: u64,
    /// How many events fell due by the law.
    pub(super) made: u64,
    /// How many were published by hand or read from a log.
    pub(super) given: u64,
    /// How often the law was changed.
    pub(super) epoch: u32,
    pub(super) pending: TimerTicket,
    pub(super) outlet: u32,
    /// What is due and waits for room, oldest first.
    pub(super) outbox: VecDeque<EventSlot>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Topic {
    pub(super) element: ElementIx,
    pub(super) stream: u64,
    /// How many events were published here by hand.
    pub(super) given: u64,
    pub(super) subscriptions: Vec<u32>,
    pub(super) binds: Vec<Route>,
}

/// What a server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum ServerState {
    Idle,
    Busy,
    /// The service has ended; its child waits for a full channel since then.
    Blocked {
        child: EventSlot,
        since: SimTime,
    },
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Server {
    pub(super) state: ServerState,
    pub(super) copy: WaitingCopy,
    /// The number of the link over which the event came.
    pub(super) link: u32,
    pub(super) started: SimTime,
    pub(super) ends: SimTime,
    pub(super) ticket: TimerTicket,
}

impl Server {
    pub(super) const IDLE: Self = Self {
        state: ServerState::Idle,
        copy: WaitingCopy {
            event: EventSlot(u32::MAX),
            deliveries: 0,
            accepted: SimTime::ZERO,
            position: 0,
            served: SimSpan::ZERO,
        },
        link: u32::MAX,
        started: SimTime::ZERO,
        ends: SimTime::ZERO,
        ticket: TimerTicket::NONE,
    };
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Consumer {
    pub(super) element: ElementIx,
    pub(super) stream: u64,
    pub(super) service: Service,
    pub(super) mean_ns: f64,
    pub(super) concurrency: u32,
    /// The probability of a failure as a share of 2^64; `u64::MAX`: certain.
    pub(super) failure: u64,
    pub(super) acks_before: bool,
    pub(super) on_failure: OnFailure,
    pub(super) servers: Vec<Server>,
    pub(super) busy: u32,
    /// What was delivered and waits for a server, in the order of delivery, with its link.
    pub(super) buffer: VecDeque<(u32, WaitingCopy)>,
    pub(super) outlet: u32,
}

impl Consumer {
    /// Whether a server is free for one more event.
    #[inline]
    pub(super) fn has_idle(&self) -> bool {
        self.busy < self.concurrency
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

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Transit {
    pub(super) cargo: Cargo,
    pub(super) started: SimTime,
    pub(super) ends: SimTime,
    pub(super) ticket: TimerTicket,
}

/// What is on its way. Numbers are used again; the ticket tells whether a timer is still meant.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Transits {
    entries: Vec<Option<Transit>>,
    free: Vec<u32>,
}

impl Transits {
    /// The number that the next one put in will have.
    pub(super) fn next_number(&self) -> u32 {
        self.free.last().copied().unwrap_or(self.entries.len() as u32)
    }

    pub(super) fn put(&mut self, transit: Transit) {
        match self.free.pop() {
            Some(ix) => self.entries[ix as usize] = Some(transit),
            None => self.entries.push(Some(transit)),
        }
    }

    /// Takes the one with this number, if the ticket is its own.
    pub(super) fn take(&mut self, number: u32, ticket: TimerTicket) -> Option<Transit> {
        let entry = self.entries.get_mut(number as usize)?;
        if entry.as_ref()?.ticket != ticket {
            return None;
        }
        self.free.push(number);
        entry.take()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Transit> {
        self.entries.iter().flatten()
    }

    /// Takes all that `wanted` chooses, in the order in which they set off.
    pub(super) fn take_where(&mut self, wanted: impl Fn(&Cargo) -> bool) -> Vec<Transit> {
        let mut taken = Vec::new();
        for (ix, entry) in self.entries.iter_mut().enumerate() {
            if entry.as_ref().is_some_and(|transit| wanted(&transit.cargo)) {
                taken.extend(entry.take());
                self.free.push(ix as u32);
            }
        }
        taken.sort_by_key(|transit| transit.ticket);
        taken
    }
}

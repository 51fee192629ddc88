//! What can be seen of a world without changing it.

use std::sync::Arc;

use super::World;
use super::tables::{Cargo, ServerState};
use crate::bus::WaitingCopy;
use crate::fact::{ElementIx, ElementKind, EventId, TypeIx};
use crate::time::{SimSpan, SimTime};

/// An event on its way over a link with a latency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moving {
    /// The link.
    pub link: ElementIx,
    /// The event.
    pub event: EventId,
    /// Its type.
    pub event_type: TypeIx,
    /// When it set off.
    pub started: SimTime,
    /// When it will arrive.
    pub ends: SimTime,
    /// Whether it has been delivered before.
    pub redelivered: bool,
}

/// An event that waits or is served.
#[derive(Clone, Debug, PartialEq)]
pub struct ContentsRow {
    /// The event.
    pub event: EventId,
    /// Its type.
    pub event_type: TypeIx,
    /// Its key, if it has one.
    pub key: Option<Arc<str>>,
    /// How long ago it was accepted.
    pub age: SimSpan,
    /// How often it has been delivered.
    pub deliveries: u32,
    /// Whether it is delivered (in transit to a consumer, prefetched or in service).
    pub delivered: bool,
}

impl World {
    /// The contents of a queue, subscription, topic or consumer in order (what is delivered, then what
    /// is ready in the order in which it would be delivered), at most `limit` rows, and
    /// how many there are in all.
    pub fn contents(&self, element: ElementIx, limit: usize) -> (Vec<ContentsRow>, u64) {
        let mut copies = self.copies_at(element);
        if self.roster.entry(element).kind != ElementKind::Consumer {
            // What is ready comes in the order in which it would be delivered.
            copies.sort_by_key(|(copy, delivered)| match delivered {
                true => (false, copy.position),
                false => (true, 0),
            });
        }
        let total = copies.len() as u64;
        let rows = copies.iter().take(limit).map(|(copy, delivered)| self.row(copy, *delivered));
        (rows.collect(), total)
    }

    /// The ages of all that is inside a place, delivered or not: the time since each was accepted.
    pub fn ages(&self, place: ElementIx) -> Vec<SimSpan> {
        self.copies_at(place).iter().map(|(copy, _)| self.since(copy.accepted)).collect()
    }

    /// For each of the first `limit` servers of a consumer the share of its service that has
    /// passed; none where it idles.
    pub fn servers(&self, consumer: ElementIx, limit: usize) -> Vec<Option<f32>> {
        let entry = self.roster.entry(consumer);
        if entry.kind != ElementKind::Consumer || entry.removed_at.is_some() {
            return Vec::new();
        }
        let state = &self.consumers[self.slots[consumer.ix()] as usize];
        let count = state.servers.len().max(state.concurrency as usize).min(limit);
        let share = |ix: usize| {
            let server = state.servers.get(ix)?;
            match server.state {
                ServerState::Idle => None,
                ServerState::Blocked { .. } => Some(1.0),
                ServerState::Busy => {
                    let whole = server.ends.since(server.started).0.max(1) as f32;
                    Some((self.since(server.started).0 as f32 / whole).clamp(0.0, 1.0))
                }
            }
        };
        (0..count).map(share).collect()
    }

    /// What is on its way over links with a latency, in no order.
    pub fn moving(&self) -> impl Iterator<Item = Moving> + '_ {
        self.transits.iter().map(|transit| {
            let (event, link, redelivered) = match &transit.cargo {
                Cargo::Event { event, route, .. } => (*event, route.link, false),
                Cargo::Copy { copy, link } => {
                    (copy.event, self.links[*link as usize].element, copy.deliveries > 1)
                }
            };
            let record = self.events.get(event);
            Moving {
                link,
                event: record.id,
                event_type: record.event_type,
                started: transit.started,
                ends: transit.ends,
                redelivered,
            }
        })
    }

    fn copies_at(&self, element: ElementIx) -> Vec<(WaitingCopy, bool)> {
        let entry = self.roster.entry(element);
        if entry.removed_at.is_some() {
            return Vec::new();
        }
        let slot = self.slots[element.ix()];
        match entry.kind {
            ElementKind::Queue => self.copies_in_place(slot),
            ElementKind::Subscribe => self.copies_in_place(self.links[slot as usize].place),
            ElementKind::Topic => {
                let places = &self.topics[slot as usize].subscriptions;
                places.iter().flat_map(|s| self.copies_in_place(s.place)).collect()
            }
            ElementKind::Consumer => {
                let state = &self.consumers[slot as usize];
                let busy = state.servers.iter().filter(|s| s.state != ServerState::Idle);
                let served = busy.map(|server| (server.held.copy, true));
                let paused = self.pauses.iter().filter(|pause| pause.consumer == slot);
                let waiting = state.buffer.iter().chain(paused.map(|pause| &pause.held));
                served.chain(waiting.map(|held| (held.copy, false))).collect()
            }
            _ => Vec::new(),
        }
    }

    fn copies_in_place(&self, place: u32) -> Vec<(WaitingCopy, bool)> {
        let mut copies: Vec<_> =
            self.places[place as usize].ready().map(|copy| (*copy, false)).collect();
        for (link_ix, link) in self.links.iter().enumerate() {
            if link.place != place || !link.alive {
                continue;
            }
            let link_ix = link_ix as u32;
            let consumer = &self.consumers[link.consumer as usize];
            let busy = consumer
                .servers
                .iter()
                .filter(|server| server.state != ServerState::Idle && server.held.link == link_ix);
            copies.extend(busy.map(|server| (server.held.copy, true)));
            let paused = self.pauses.iter().map(|pause| &pause.held);
            let held = consumer.buffer.iter().chain(paused).filter(|held| held.link == link_ix);
            copies.extend(held.map(|held| (held.copy, true)));
            copies.extend(self.transits.iter().filter_map(|transit| match &transit.cargo {
                Cargo::Copy { copy, link } if *link == link_ix => Some((*copy, true)),
                _ => None,
            }));
        }
        copies
    }

    fn row(&self, copy: &WaitingCopy, delivered: bool) -> ContentsRow {
        let record = self.events.get(copy.event);
        ContentsRow {
            event: record.id,
            event_type: record.event_type,
            key: self.key(copy.event),
            age: self.since(copy.accepted),
            deliveries: copy.deliveries,
            delivered,
        }
    }
}

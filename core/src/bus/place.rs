//! A waiting place: a queue, or a topic's subscription. Its rules are those of the ideal channel.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::bus::events::EventSlot;
use crate::fact::ElementIx;
use crate::project::{Overflow, Waiting};
use crate::time::{SimSpan, SimTime};

/// One event at one place: 32 bytes, kept inline wherever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingCopy {
    /// Which event.
    pub event: EventSlot,
    /// How often it has been delivered.
    pub deliveries: u32,
    /// When the place accepted it.
    pub accepted: SimTime,
    /// Its position: the how-manieth that the place accepted.
    pub position: u64,
    /// The time that it spent on servers so far.
    pub served: SimSpan,
}

/// Who waits for room in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sender {
    /// The producer with this number, with the first event of its outbox.
    Producer(u32),
    /// A consumer's server, with the child that its service made.
    Server {
        /// The consumer's number.
        consumer: u32,
        /// The server's number.
        server: u32,
    },
}

/// How much one consumer may still be given over one link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// The number of the link in the world's table.
    pub link: u32,
    /// The largest number of events held (prefetch).
    pub limit: u32,
    /// How many are held now: from dispatch until finished, requeued or lost.
    pub held: u32,
}

impl Credit {
    #[inline]
    fn free(self) -> u32 {
        self.limit.saturating_sub(self.held)
    }
}

/// What a place does with a newcomer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// There is room.
    Room,
    /// There is room once the oldest ready event is lost.
    RoomForOldest,
    /// It is full: the newcomer is lost, or its sender waits.
    Full,
}

/// A waiting place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Place {
    /// The queue, or the subscribe link.
    pub element: ElementIx,
    /// How many ready events find room; `u64::MAX`: no bound.
    capacity: u64,
    overflow: Overflow,
    /// How often an event may be delivered in all; `u32::MAX`: no limit.
    pub delivery_limit: u32,
    ready: VecDeque<WaitingCopy>,
    credits: Vec<Credit>,
    next_credit: usize,
    accepted: u64,
    /// Places promised to what is on its way over a link with a latency.
    reserved: u64,
    /// Who waits for room, first in, first out.
    pub waiters: VecDeque<Sender>,
    /// Whether an event can come here by more ways than one.
    pub many_ways: bool,
    /// Which living events were taken, where they can come again.
    taken: BTreeSet<u64>,
}

impl Place {
    /// An empty place of `element` under the rules of `waiting`.
    pub fn new(element: ElementIx, waiting: &Waiting) -> Self {
        let mut place = Self {
            element,
            capacity: u64::MAX,
            overflow: Overflow::DropNewest,
            delivery_limit: u32::MAX,
            ready: VecDeque::new(),
            credits: Vec::new(),
            next_credit: 0,
            accepted: 0,
            reserved: 0,
            waiters: VecDeque::new(),
            many_ways: false,
            taken: BTreeSet::new(),
        };
        place.set_rules(waiting);
        place
    }

    /// Changes the rules. What waits stays: a lower capacity refuses newcomers, it evicts nothing.
    pub fn set_rules(&mut self, waiting: &Waiting) {
        self.capacity = waiting.capacity.unwrap_or(u64::MAX);
        self.overflow = waiting.overflow;
        self.delivery_limit = waiting.delivery_limit.unwrap_or(u32::MAX);
    }

    /// Whether senders may have to wait for it.
    #[inline]
    pub fn can_block(&self) -> bool {
        self.overflow == Overflow::Block && self.capacity != u64::MAX
    }

    /// Whether there is room for one more: for a ready event, or with a consumer that has credit.
    #[inline]
    pub fn has_room(&self) -> bool {
        if self.capacity == u64::MAX {
            return true;
        }
        let used = self.ready.len() as u64 + self.reserved;
        if used < self.capacity {
            return true;
        }
        let free: u64 = self.credits.iter().map(|credit| u64::from(credit.free())).sum();
        used < self.capacity.saturating_add(free)
    }

    /// What happens to a newcomer for which nothing was reserved.
    #[inline]
    pub fn offer(&self) -> Offer {
        if self.has_room() {
            Offer::Room
        } else if self.overflow == Overflow::DropOldest && !self.ready.is_empty() {
            Offer::RoomForOldest
        } else {
            Offer::Full
        }
    }

    /// Whether a sender that comes now may go ahead: there is room, and nobody came before.
    pub fn is_open_to_newcomers(&self) -> bool {
        self.has_room() && self.waiters.is_empty()
    }

    /// Promises room to an event that sets off on a link with a latency.
    pub fn reserve(&mut self) {
        self.reserved += 1;
    }

    /// Takes a promise back: the event has arrived, or never will.
    pub fn release_reservation(&mut self) {
        self.reserved = self.reserved.saturating_sub(1);
    }

    /// Makes the copy of an event that is accepted now. The caller adds it or hands it over.
    #[inline]
    pub fn accept(&mut self, event: EventSlot, now: SimTime) -> WaitingCopy {
        let position = self.accepted;
        self.accepted += 1;
        WaitingCopy { event, deliveries: 0, accepted: now, position, served: SimSpan::ZERO }
    }

    /// Adds a newly accepted event at the end.
    #[inline]
    pub fn push(&mut self, copy: WaitingCopy) {
        self.ready.push_back(copy);
    }

    /// Takes the oldest ready event.
    #[inline]
    pub fn pop(&mut self) -> Option<WaitingCopy> {
        self.ready.pop_front()
    }

    /// Gives an event back to its original position.
    pub fn put_back(&mut self, copy: WaitingCopy) {
        let at = self.ready.partition_point(|other| other.position < copy.position);
        self.ready.insert(at, copy);
    }

    /// How many events are ready.
    #[inline]
    pub fn ready_len(&self) -> usize {
        self.ready.len()
    }

    /// The ready events in order.
    pub fn ready(&self) -> impl Iterator<Item = &WaitingCopy> {
        self.ready.iter()
    }

    /// Chooses the link whose consumer gets the next event, round robin among those with credit,
    /// and takes one credit.
    #[inline]
    pub fn take_credit(&mut self) -> Option<u32> {
        let count = self.credits.len();
        for step in 0..count {
            let mut ix = self.next_credit + step;
            if ix >= count {
                ix -= count;
            }
            let credit = &mut self.credits[ix];
            if credit.held < credit.limit {
                credit.held += 1;
                self.next_credit = if ix + 1 == count { 0 } else { ix + 1 };
                return Some(credit.link);
            }
        }
        None
    }

    /// Gives a credit of `link` back.
    #[inline]
    pub fn give_credit(&mut self, link: u32) {
        if let Some(credit) = self.credits.iter_mut().find(|credit| credit.link == link) {
            credit.held = credit.held.saturating_sub(1);
        }
    }

    /// Sets the consumers in the order of their links, and what each may hold. Those that stay keep
    /// what they hold and their turn.
    pub fn set_credits(&mut self, links: &[(u32, u32)]) {
        let turn = self.credits.get(self.next_credit).map(|credit| credit.link);
        let held = |link: u32| {
            self.credits.iter().find(|credit| credit.link == link).map_or(0, |credit| credit.held)
        };
        let credits: Vec<Credit> =
            links.iter().map(|&(link, limit)| Credit { link, limit, held: held(link) }).collect();
        self.next_credit =
            turn.and_then(|link| credits.iter().position(|c| c.link == link)).unwrap_or(0);
        self.credits = credits;
    }

    /// Whether the place has taken this event.
    pub fn has_taken(&self, event: u64) -> bool {
        self.taken.contains(&event)
    }

    /// Notes that the place takes this event.
    pub fn note_taken(&mut self, event: u64) {
        self.taken.insert(event);
    }

    /// Forgets an event that is gone.
    pub fn forget(&mut self, event: u64) {
        self.taken.remove(&event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(capacity: Option<u64>, overflow: Overflow) -> Place {
        Place::new(ElementIx(0), &Waiting { capacity, overflow, ..Waiting::default() })
    }

    #[test]
    fn capacity_counts_ready_events_and_credit_adds_room() {
        let mut place = place(Some(0), Overflow::DropNewest);
        assert_eq!(place.offer(), Offer::Full);
        place.set_credits(&[(3, 2)]);
        assert_eq!(place.offer(), Offer::Room);
        assert_eq!(place.take_credit(), Some(3));
        assert_eq!(place.take_credit(), Some(3));
        assert_eq!(place.offer(), Offer::Full);
        place.give_credit(3);
        assert_eq!(place.offer(), Offer::Room);
    }

    #[test]
    fn consumers_are_served_round_robin_among_those_with_credit() {
        let mut place = place(None, Overflow::DropNewest);
        place.set_credits(&[(0, 2), (1, 1), (2, 2)]);
        let order: Vec<_> = std::iter::from_fn(|| place.take_credit()).collect();
        assert_eq!(order, [0, 1, 2, 0, 2]);
        place.give_credit(1);
        assert_eq!(place.take_credit(), Some(1));
    }

    #[test]
    fn what_is_given_back_finds_its_original_position() {
        let mut place = place(None, Overflow::DropNewest);
        for slot in 0..5 {
            let copy = place.accept(EventSlot(slot), SimTime(u64::from(slot)));
            place.push(copy);
        }
        let first = place.pop().expect("five are there");
        let second = place.pop().expect("four are there");
        place.put_back(second);
        place.put_back(first);
        let order: Vec<_> = place.ready().map(|copy| copy.event.0).collect();
        assert_eq!(order, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_promise_takes_room_from_newcomers() {
        let mut place = place(Some(1), Overflow::Block);
        place.reserve();
        assert!(!place.is_open_to_newcomers());
        place.release_reservation();
        assert!(place.is_open_to_newcomers());
    }

    #[test]
    fn a_change_of_consumers_keeps_what_they_hold_and_whose_turn_it_is() {
        let mut place = place(None, Overflow::DropNewest);
        place.set_credits(&[(0, 2), (1, 2)]);
        assert_eq!(place.take_credit(), Some(0));
        place.set_credits(&[(0, 2), (1, 2), (2, 2)]);
        assert_eq!(place.take_credit(), Some(1));
        assert_eq!(place.take_credit(), Some(2));
        assert_eq!(place.take_credit(), Some(0));
        assert_eq!(place.take_credit(), Some(1));
        assert_eq!(place.take_credit(), Some(2));
        assert_eq!(place.take_credit(), None);
    }
}

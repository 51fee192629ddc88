//! A waiting place: a queue, or a topic's subscription. Its rules are those of the ideal channel.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::ready::Ready;
use crate::bus::TimerTicket;
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

/// What a place has to know of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measure {
    /// Its priority.
    pub priority: u8,
    /// Its size, where the place counts bytes; else 0.
    pub bytes: u64,
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
    /// How many bytes of ready events find room; `u64::MAX`: no bound, and nobody counts them.
    capacity_bytes: u64,
    overflow: Overflow,
    /// How often an event may be delivered in all; `u32::MAX`: no limit.
    pub delivery_limit: u32,
    /// How long an event may be ready; `SimSpan(u64::MAX)`: for ever.
    ttl: SimSpan,
    /// Whether it keeps its contents when it crashes.
    pub durable: bool,
    /// Whether it has crashed.
    pub down: bool,
    /// Whether it was found that senders wait for it in vain.
    pub stuck: bool,
    /// When its expiry timer is due, and the timer.
    pub expiry: (SimTime, TimerTicket),
    ready: Ready,
    ready_bytes: u64,
    credits: Vec<Credit>,
    next_credit: usize,
    accepted: u64,
    /// Places promised to what is on its way over a link with a latency.
    reserved: u64,
    reserved_bytes: u64,
    /// Who waits for room, first in, first out.
    pub waiters: VecDeque<Sender>,
    /// Whether an event can come here by more ways than one.
    pub many_ways: bool,
    /// Which living events were taken, where they can come again.
    taken: BTreeSet<u64>,
}

impl Place {
    /// An empty place with these rules and no consumers.
    pub fn new(element: ElementIx, waiting: &Waiting) -> Self {
        let mut place = Self {
            element,
            capacity: 0,
            capacity_bytes: 0,
            overflow: Overflow::default(),
            delivery_limit: 0,
            ttl: SimSpan(u64::MAX),
            durable: true,
            down: false,
            stuck: false,
            expiry: (SimTime::MAX, TimerTicket::NONE),
            ready: Ready::default(),
            ready_bytes: 0,
            credits: Vec::new(),
            next_credit: 0,
            accepted: 0,
            reserved: 0,
            reserved_bytes: 0,
            waiters: VecDeque::new(),
            many_ways: false,
            taken: BTreeSet::new(),
        };
        place.set_rules(waiting, |_| Measure::default());
        place
    }

    /// Changes the rules. What waits stays: a lower capacity refuses newcomers, it evicts nothing.
    /// `measure` tells what the place has to know of what waits already.
    pub fn set_rules(&mut self, waiting: &Waiting, measure: impl Fn(&WaitingCopy) -> Measure) {
        self.capacity = waiting.capacity.unwrap_or(u64::MAX);
        self.capacity_bytes = waiting.capacity_bytes.unwrap_or(u64::MAX);
        self.overflow = waiting.overflow;
        self.delivery_limit = waiting.delivery_limit.unwrap_or(u32::MAX);
        self.ttl = waiting.ttl_s.map_or(SimSpan(u64::MAX), SimSpan::from_secs_f64);
        self.durable = waiting.durable;
        self.ready.set_classes(waiting.priorities, |copy| measure(copy).priority);
        self.ready_bytes = match self.counts_bytes() {
            true => self.ready.iter().map(|copy| measure(copy).bytes).sum(),
            false => 0,
        };
    }

    /// Whether the sizes of events matter here.
    #[inline]
    pub fn counts_bytes(&self) -> bool {
        self.capacity_bytes != u64::MAX
    }

    /// Whether senders may have to wait for it.
    #[inline]
    pub fn can_block(&self) -> bool {
        self.overflow == Overflow::Block && !self.is_unbounded()
    }

    #[inline]
    fn is_unbounded(&self) -> bool {
        self.capacity == u64::MAX && !self.counts_bytes()
    }

    /// Whether there is room for one more of `bytes`: for a ready event, or with a consumer that has
    /// credit.
    #[inline]
    pub fn has_room(&self, bytes: u64) -> bool {
        if self.is_unbounded() {
            return true;
        }
        let used = self.ready.len() as u64 + self.reserved;
        let fits = !self.counts_bytes()
            || self.ready_bytes.saturating_add(self.reserved_bytes).saturating_add(bytes)
                <= self.capacity_bytes;
        if used < self.capacity && fits {
            return true;
        }
        // What is taken at once was never ready.
        let free: u64 = self.credits.iter().map(|credit| u64::from(credit.free())).sum();
        used < free || fits && used < self.capacity.saturating_add(free)
    }

    /// What happens to a newcomer of `bytes` for which nothing was reserved.
    #[inline]
    pub fn offer(&self, bytes: u64) -> Offer {
        if self.has_room(bytes) {
            Offer::Room
        } else if self.overflow == Overflow::DropOldest
            && self.ready.len() > 0
            && bytes <= self.capacity_bytes
        {
            Offer::RoomForOldest
        } else {
            Offer::Full
        }
    }

    /// Whether a sender that comes now may go ahead: there is room, and nobody came before; or the
    /// place has crashed, and will refuse it.
    pub fn is_open_to_newcomers(&self, bytes: u64) -> bool {
        self.down || self.has_room(bytes) && self.waiters.is_empty()
    }

    /// Promises room to an event of `bytes` that sets off on a link with a latency.
    pub fn reserve(&mut self, bytes: u64) {
        self.reserved += 1;
        self.reserved_bytes += bytes;
    }

    /// Takes a promise back: the event has arrived, or never will.
    pub fn release_reservation(&mut self, bytes: u64) {
        self.reserved = self.reserved.saturating_sub(1);
        self.reserved_bytes = self.reserved_bytes.saturating_sub(bytes);
    }

    /// Makes the copy of an event that is accepted now. The caller adds it or hands it over.
    #[inline]
    pub fn accept(&mut self, event: EventSlot, now: SimTime) -> WaitingCopy {
        let position = self.accepted;
        self.accepted += 1;
        WaitingCopy { event, deliveries: 0, accepted: now, position, served: SimSpan::ZERO }
    }

    /// Adds a newly accepted event at the end of its class.
    #[inline]
    pub fn push(&mut self, copy: WaitingCopy, measure: Measure) {
        self.ready_bytes += measure.bytes;
        self.ready.push(copy, measure.priority);
    }

    /// Takes the ready event that is to be delivered next. Where bytes count, the caller then calls
    /// [`Place::took`].
    #[inline]
    pub fn pop(&mut self) -> Option<WaitingCopy> {
        self.ready.pop()
    }

    /// Takes the ready event that was accepted first. As [`Place::pop`].
    pub fn pop_oldest(&mut self) -> Option<WaitingCopy> {
        self.ready.pop_oldest()
    }

    /// A ready event of `bytes` was taken.
    #[inline]
    pub fn took(&mut self, bytes: u64) {
        self.ready_bytes = self.ready_bytes.saturating_sub(bytes);
    }

    /// Gives an event back to its original position.
    pub fn put_back(&mut self, copy: WaitingCopy, measure: Measure) {
        self.ready_bytes += measure.bytes;
        self.ready.put_back(copy, measure.priority);
    }

    /// How many events are ready.
    #[inline]
    pub fn ready_len(&self) -> usize {
        self.ready.len()
    }

    /// The ready events in the order in which they would be delivered.
    pub fn ready(&self) -> impl Iterator<Item = &WaitingCopy> {
        self.ready.iter()
    }

    /// Whether ready events expire.
    #[inline]
    pub fn expires(&self) -> bool {
        self.ttl.0 != u64::MAX
    }

    /// When an event that was accepted then expires.
    #[inline]
    pub fn expiry_of(&self, accepted: SimTime) -> SimTime {
        accepted + self.ttl
    }

    /// When the next ready event expires, if any does.
    pub fn next_expiry(&self) -> Option<SimTime> {
        if !self.expires() {
            return None;
        }
        self.ready.oldest().map(|accepted| self.expiry_of(accepted))
    }

    /// Chooses the link whose consumer gets the next event, round robin among those with credit,
    /// and takes one credit.
    #[inline]
    pub fn take_credit(&mut self) -> Option<u32> {
        if self.down {
            return None;
        }
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

    /// The links to its consumers.
    pub fn consumer_links(&self) -> impl Iterator<Item = u32> {
        self.credits.iter().map(|credit| credit.link)
    }

    /// Changes how many events the consumer over `link` may hold.
    pub fn set_credit_limit(&mut self, link: u32, limit: u32) {
        if let Some(credit) = self.credits.iter_mut().find(|credit| credit.link == link) {
            credit.limit = limit;
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
        assert_eq!(place.offer(0), Offer::Full);
        place.set_credits(&[(3, 2)]);
        assert_eq!(place.offer(0), Offer::Room);
        assert_eq!(place.take_credit(), Some(3));
        assert_eq!(place.take_credit(), Some(3));
        assert_eq!(place.offer(0), Offer::Full);
        place.give_credit(3);
        assert_eq!(place.offer(0), Offer::Room);
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
            place.push(copy, Measure::default());
        }
        let first = place.pop().expect("five are there");
        let second = place.pop().expect("four are there");
        place.put_back(second, Measure::default());
        place.put_back(first, Measure::default());
        let order: Vec<_> = place.ready().map(|copy| copy.event.0).collect();
        assert_eq!(order, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_promise_takes_room_from_newcomers() {
        let mut place = place(Some(1), Overflow::Block);
        place.reserve(0);
        assert!(!place.is_open_to_newcomers(0));
        place.release_reservation(0);
        assert!(place.is_open_to_newcomers(0));
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

//! Typed timers in a 4-ary heap, ordered by time and then by the order in which they were set.

use serde::{Deserialize, Serialize};

use crate::time::SimTime;

/// What falls due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum TimerKind {
    /// A producer's next event. a = producer.
    Arrival,
    /// A service ends. a = consumer, b = server.
    ServiceEnd,
    /// An event reaches the end of a link with a latency. a = transit.
    TransitEnd,
    /// The time to live of a ready event runs out. a = place.
    Expiry,
    /// The pause before another attempt ends. a = pause.
    PauseEnd,
}

/// A timer that was set: 24 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// When it falls due.
    pub time: SimTime,
    /// Tells it from every other; later ones have larger tickets.
    pub ticket: TimerTicket,
    kind_and_a: u32,
    /// The second number of what it is about.
    pub b: u32,
}

/// Tells a timer from every other of its run. Whoever sets a timer keeps its ticket and ignores
/// timers with another: so nothing has to be taken out of the heap.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct TimerTicket(pub u64);

impl TimerTicket {
    /// No timer: never given out.
    pub const NONE: Self = Self(u64::MAX);
}

const KIND_SHIFT: u32 = 29;

impl Timer {
    /// What falls due.
    #[inline]
    pub fn kind(&self) -> TimerKind {
        match self.kind_and_a >> KIND_SHIFT {
            0 => TimerKind::Arrival,
            1 => TimerKind::ServiceEnd,
            2 => TimerKind::TransitEnd,
            3 => TimerKind::Expiry,
            _ => TimerKind::PauseEnd,
        }
    }

    /// The first number of what it is about.
    #[inline]
    pub fn a(&self) -> u32 {
        self.kind_and_a & ((1 << KIND_SHIFT) - 1)
    }

    #[inline]
    fn key(&self) -> u128 {
        u128::from(self.time.0) << 64 | u128::from(self.ticket.0)
    }
}

/// The timers of a run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct TimerQueue {
    heap: Vec<Timer>,
    next_ticket: u64,
    /// The root was taken and not filled again: whoever sets the next timer puts it there, which
    /// saves a pop and a push for the commonest case, a timer that sets its successor.
    root_taken: bool,
}

impl TimerQueue {
    /// Sets a timer.
    #[inline]
    pub fn set(&mut self, time: SimTime, kind: TimerKind, a: u32, b: u32) -> TimerTicket {
        let ticket = TimerTicket(self.next_ticket);
        self.next_ticket += 1;
        let timer = Timer { time, ticket, kind_and_a: (kind as u32) << KIND_SHIFT | a, b };
        if self.root_taken {
            self.root_taken = false;
            self.sift_down(timer);
        } else {
            self.heap.push(timer);
            self.sift_up(self.heap.len() - 1);
        }
        ticket
    }

    /// When the next timer falls due.
    #[inline]
    pub fn next_time(&mut self) -> Option<SimTime> {
        self.settle();
        self.heap.first().map(|timer| timer.time)
    }

    /// When the next timer falls due, without settling the heap: for those who may only look.
    pub fn peek_time(&self) -> Option<SimTime> {
        if !self.root_taken {
            return self.heap.first().map(|timer| timer.time);
        }
        self.heap.iter().skip(1).take(4).map(|timer| timer.time).min()
    }

    /// Takes the next timer where it falls due no later than `until`.
    #[inline]
    pub fn take_due(&mut self, until: SimTime) -> Option<Timer> {
        self.settle();
        let timer = *self.heap.first()?;
        if timer.time > until {
            return None;
        }
        self.root_taken = true;
        Some(timer)
    }

    /// How many timers are set, those that will be ignored included.
    pub fn len(&self) -> usize {
        self.heap.len() - usize::from(self.root_taken)
    }

    /// Whether no timer is set.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline]
    fn settle(&mut self) {
        if self.root_taken {
            self.root_taken = false;
            if let Some(last) = self.heap.pop()
                && !self.heap.is_empty()
            {
                self.sift_down(last);
            }
        }
    }

    #[inline]
    fn sift_up(&mut self, mut hole: usize) {
        let timer = self.heap[hole];
        let key = timer.key();
        while hole > 0 {
            let parent = (hole - 1) / 4;
            if self.heap[parent].key() <= key {
                break;
            }
            self.heap[hole] = self.heap[parent];
            hole = parent;
        }
        self.heap[hole] = timer;
    }

    /// The least of the up to four children that begin at `first`.
    #[inline]
    fn least_of(&self, first: usize) -> usize {
        let children = &self.heap[first..];
        if let Some(four) = children.first_chunk::<4>() {
            // By arithmetic: which child it is, no branch predictor can tell.
            let low = usize::from(four[1].key() < four[0].key());
            let high = 2 + usize::from(four[3].key() < four[2].key());
            let is_high = usize::from(four[high].key() < four[low].key());
            return first + low + is_high * (high - low);
        }
        let mut least = 0;
        for (child, timer) in children.iter().enumerate().skip(1) {
            if timer.key() < children[least].key() {
                least = child;
            }
        }
        first + least
    }

    /// Puts `timer` in the place of the root.
    #[inline]
    fn sift_down(&mut self, timer: Timer) {
        let key = timer.key();
        let len = self.heap.len();
        let mut hole = 0;
        loop {
            let first = hole * 4 + 1;
            if first >= len {
                break;
            }
            let least = self.least_of(first);
            let least_key = self.heap[least].key();
            if least_key >= key {
                break;
            }
            self.heap[hole] = self.heap[least];
            hole = least;
        }
        self.heap[hole] = timer;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn timers_come_by_time_and_then_in_the_order_of_setting(
            steps in proptest::collection::vec((0u64..50, 0u8..3), 1..300)
        ) {
            let mut queue = TimerQueue::default();
            let mut model: Vec<(u64, u64)> = Vec::new();
            for (ix, &(time, op)) in steps.iter().enumerate() {
                if op == 0 {
                    let taken = queue.take_due(SimTime(30));
                    model.sort_unstable();
                    let expected = model.first().copied().filter(|&(time, _)| time <= 30);
                    prop_assert_eq!(taken.map(|t| (t.time.0, u64::from(t.b))), expected);
                    if expected.is_some() {
                        model.remove(0);
                    }
                } else {
                    queue.set(SimTime(time), TimerKind::ServiceEnd, 7, ix as u32);
                    model.push((time, ix as u64));
                }
                prop_assert_eq!(queue.len(), model.len());
                prop_assert_eq!(queue.peek_time().map(|t| t.0), model.iter().map(|m| m.0).min());
            }
        }
    }

    #[test]
    fn a_timer_has_24_bytes_and_tells_what_it_is_about() {
        assert_eq!(size_of::<Timer>(), 24);
        let mut queue = TimerQueue::default();
        let kinds = [
            TimerKind::Arrival,
            TimerKind::ServiceEnd,
            TimerKind::TransitEnd,
            TimerKind::Expiry,
            TimerKind::PauseEnd,
        ];
        for kind in kinds {
            queue.set(SimTime(1), kind, 123_456, 789);
            let timer = queue.take_due(SimTime(1)).expect("it is due");
            assert_eq!((timer.kind(), timer.a(), timer.b), (kind, 123_456, 789));
        }
    }
}

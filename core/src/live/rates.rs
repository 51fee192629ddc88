//! Events per second of every element over the last few seconds: a fold over facts.

use std::collections::VecDeque;

use crate::fact::{ElementIx, ElementKind, Fact, FactKind, Roster, Sink};
use crate::time::{SimSpan, SimTime};

/// How many buckets a window has.
const BUCKETS: u64 = 4;

/// Counts the events of every element, and keeps the counts at the last few boundaries of buckets,
/// which lie at whole multiples of their width: so the figure is a function of the facts and the
/// moment alone.
#[derive(Clone, Debug)]
pub struct Rates {
    width: SimSpan,
    /// When the bucket of the newest fact ends.
    next_boundary: SimTime,
    totals: Vec<u64>,
    /// The totals before the first fact of a bucket, with the bucket's number; buckets without
    /// facts have none.
    boundaries: VecDeque<(u64, Vec<u64>)>,
    kinds: Vec<ElementKind>,
    consumers: Vec<ElementIx>,
}

impl Rates {
    /// Rates over a window of `window` of simulated time.
    pub fn new(window: SimSpan) -> Self {
        Self {
            width: SimSpan((window.0 / BUCKETS).max(1)),
            next_boundary: SimTime::ZERO,
            totals: Vec::new(),
            boundaries: VecDeque::new(),
            kinds: Vec::new(),
            consumers: Vec::new(),
        }
    }

    /// The window that suits a speed: 4 s of wall time, at least 1 s of simulated time.
    pub fn window(times: f64) -> SimSpan {
        SimSpan::from_secs_f64((4.0 * times).max(1.0))
    }

    /// How far back facts matter.
    pub fn look_back(&self) -> SimSpan {
        SimSpan(self.width.0.saturating_mul(BUCKETS + 1))
    }

    /// Events per second at `element`, over the last whole buckets before `at`; while the run is
    /// younger than the window, over the whole run.
    pub fn per_s(&self, element: ElementIx, at: SimTime) -> f64 {
        let bucket = at.0 / self.width.0;
        if bucket < BUCKETS {
            let total = self.totals.get(element.ix()).copied().unwrap_or(0);
            return if at.0 == 0 { 0.0 } else { total as f64 / at.as_secs_f64() };
        }
        let earlier = self.total_before(element, bucket - BUCKETS);
        let count = self.total_before(element, bucket).saturating_sub(earlier);
        count as f64 / SimSpan(self.width.0 * BUCKETS).as_secs_f64()
    }

    /// How many events there were before the bucket with this number.
    fn total_before(&self, element: ElementIx, bucket: u64) -> u64 {
        let boundary = self.boundaries.iter().find(|(number, _)| *number >= bucket);
        let totals = boundary.map_or(&self.totals, |(_, totals)| totals);
        totals.get(element.ix()).copied().unwrap_or(0)
    }

    #[inline(always)]
    fn add(&mut self, element: ElementIx) {
        if let Some(total) = self.totals.get_mut(element.ix()) {
            *total += 1;
        }
    }

    #[cold]
    fn turn(&mut self, time: SimTime) {
        let bucket = time.0 / self.width.0;
        self.next_boundary = SimTime(bucket.saturating_add(1).saturating_mul(self.width.0));
        self.boundaries.push_back((bucket, self.totals.clone()));
        while self.boundaries.front().is_some_and(|(number, _)| number + BUCKETS < bucket) {
            self.boundaries.pop_front();
        }
    }

    fn arrived_by(&mut self, link: ElementIx, sent: bool) {
        let kind = self.kinds.get(link.ix());
        if !sent && matches!(kind, Some(ElementKind::Publish | ElementKind::Bind)) {
            self.add(link);
        }
    }
}

impl Sink for Rates {
    #[inline(always)]
    fn fact(&mut self, fact: Fact) {
        if fact.time >= self.next_boundary {
            self.turn(fact.time);
        }
        let (at, peer) = (fact.at(), fact.peer());
        match fact.kind() {
            FactKind::Published => self.add(at),
            FactKind::Sent => self.add(peer),
            FactKind::Routed => {
                self.add(at);
                self.arrived_by(peer, fact.attempt() > 0);
            }
            FactKind::Accepted => {
                self.add(at);
                self.arrived_by(peer, fact.attempt() > 0);
            }
            FactKind::Refused => self.arrived_by(peer, fact.attempt() > 0),
            // A subscribe link is counted as a place, by what it accepts.
            FactKind::Delivered if at != peer => self.add(peer),
            FactKind::Completed => {
                if let Some(&consumer) = self.consumers.get(peer.ix()) {
                    self.add(consumer);
                }
            }
            _ => {}
        }
    }

    fn roster(&mut self, _now: SimTime, roster: &Roster) {
        for (_, entry) in roster.iter().skip(self.totals.len()) {
            self.totals.push(0);
            self.kinds.push(entry.kind);
            self.consumers.push(entry.to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{EventId, RosterEntry, TypeIx};
    use crate::ids::ElementId;

    fn one_producer() -> Roster {
        Roster {
            entries: vec![RosterEntry {
                id: ElementId::Node("p".into()),
                kind: ElementKind::Producer,
                from: ElementIx(0),
                to: ElementIx(0),
                latency: SimSpan::ZERO,
                servers: 0,
                acks_before: false,
                capacity: None,
                removed_at: None,
            }],
            types: Vec::new(),
        }
    }

    fn published(ms: u64) -> Fact {
        let time = SimTime(ms * 1_000_000);
        Fact::new(time, FactKind::Published, EventId(0), TypeIx(0), ElementIx(0), ElementIx(0))
    }

    #[test]
    fn a_steady_stream_shows_its_rate_and_a_dried_up_one_none() {
        let mut rates = Rates::new(SimSpan::from_secs(4));
        rates.roster(SimTime::ZERO, &one_producer());
        for ms in (100..=10_000).step_by(100) {
            rates.fact(published(ms));
        }
        let at = |s: u64| SimTime(s * 1_000_000_000);
        assert!((rates.per_s(ElementIx(0), at(10)) - 10.0).abs() < 1e-9);
        assert!((rates.per_s(ElementIx(0), at(12)) - 5.0).abs() < 0.5);
        assert_eq!(rates.per_s(ElementIx(0), at(20)), 0.0);
    }

    #[test]
    fn facts_before_the_window_change_nothing() {
        let mut whole = Rates::new(SimSpan::from_secs(4));
        let mut late = Rates::new(SimSpan::from_secs(4));
        whole.roster(SimTime::ZERO, &one_producer());
        late.roster(SimTime::ZERO, &one_producer());
        for ms in (0..30_000).step_by(37) {
            whole.fact(published(ms));
            if ms >= 30_000 - 5_000 {
                late.fact(published(ms));
            }
        }
        let at = SimTime(30_000_000_000);
        assert_eq!(whole.per_s(ElementIx(0), at), late.per_s(ElementIx(0), at));
    }
}

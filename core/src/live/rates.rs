//! Events per second of every element over the last few seconds: a fold over facts.

use crate::fact::{ElementIx, ElementKind, Fact, FactKind, Roster, Sink};
use crate::time::{SimSpan, SimTime};

/// How many buckets a window has.
const BUCKETS: usize = 4;

/// Counts the events of every element in buckets that lie at whole multiples of their width, so that
/// the figure is a function of the facts and the moment alone.
#[derive(Clone, Debug)]
pub struct Rates {
    width: SimSpan,
    /// Of each element the counts of the last buckets, the present one included, and the number of
    /// the present one.
    counts: Vec<([u32; BUCKETS + 1], u64)>,
    kinds: Vec<ElementKind>,
    consumers: Vec<ElementIx>,
}

impl Rates {
    /// Rates over a window of `window` of simulated time.
    pub fn new(window: SimSpan) -> Self {
        Self {
            width: SimSpan((window.0 / BUCKETS as u64).max(1)),
            counts: Vec::new(),
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
        SimSpan(self.width.0.saturating_mul(BUCKETS as u64 + 1))
    }

    /// Events per second at `element`, over the last whole buckets before `at`; while the run is
    /// younger than the window, over the whole run.
    pub fn per_s(&self, element: ElementIx, at: SimTime) -> f64 {
        let Some((counts, newest)) = self.counts.get(element.ix()) else { return 0.0 };
        let bucket = at.0 / self.width.0;
        let count = |bucket: u64| {
            if bucket > *newest || bucket + (BUCKETS as u64) < *newest {
                return 0;
            }
            u64::from(counts[(bucket % (BUCKETS as u64 + 1)) as usize])
        };
        let first = bucket.saturating_sub(BUCKETS as u64);
        if first == 0 && bucket < BUCKETS as u64 {
            let total: u64 = (0..=bucket).map(count).sum();
            return if at.0 == 0 { 0.0 } else { total as f64 / at.as_secs_f64() };
        }
        let total: u64 = (first..bucket).map(count).sum();
        total as f64 / SimSpan(self.width.0 * BUCKETS as u64).as_secs_f64()
    }

    #[inline]
    fn add(&mut self, element: ElementIx, time: SimTime) {
        let Some((counts, newest)) = self.counts.get_mut(element.ix()) else { return };
        let bucket = time.0 / self.width.0;
        if bucket != *newest {
            let gone = (bucket - *newest).min(BUCKETS as u64 + 1);
            for step in 1..=gone {
                counts[((*newest + step) % (BUCKETS as u64 + 1)) as usize] = 0;
            }
            if gone == BUCKETS as u64 + 1 {
                *counts = [0; BUCKETS + 1];
            }
            *newest = bucket;
        }
        counts[(bucket % (BUCKETS as u64 + 1)) as usize] += 1;
    }

    fn arrived_by(&mut self, link: ElementIx, sent: bool, time: SimTime) {
        let kind = self.kinds.get(link.ix());
        if !sent && matches!(kind, Some(ElementKind::Publish | ElementKind::Bind)) {
            self.add(link, time);
        }
    }
}

impl Sink for Rates {
    #[inline]
    fn fact(&mut self, fact: Fact) {
        let (time, at, peer) = (fact.time, fact.at(), fact.peer());
        match fact.kind() {
            FactKind::Published => self.add(at, time),
            FactKind::Sent => self.add(peer, time),
            FactKind::Routed => {
                self.add(at, time);
                self.arrived_by(peer, fact.attempt() > 0, time);
            }
            FactKind::Accepted => {
                self.add(at, time);
                self.arrived_by(peer, fact.attempt() > 0, time);
            }
            FactKind::Refused => self.arrived_by(peer, fact.attempt() > 0, time),
            FactKind::Delivered => {
                // A subscribe link is counted as a place, by what it accepts.
                if at != peer {
                    self.add(peer, time);
                }
            }
            FactKind::Completed => {
                if let Some(&consumer) = self.consumers.get(peer.ix()) {
                    self.add(consumer, time);
                }
            }
            _ => {}
        }
    }

    fn roster(&mut self, _now: SimTime, roster: &Roster) {
        for (_, entry) in roster.iter().skip(self.counts.len()) {
            self.counts.push(([0; BUCKETS + 1], 0));
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

//! The lines of the plots: queue lengths and throughput in buckets of equal width. A function of the
//! facts and of how far the run has come, and of nothing else.

use std::sync::Arc;

use crate::fact::{ElementIx, ElementKind, Fact, FactKind, Roster, Sink};
use crate::time::{SimSpan, SimTime};

/// The line of a length has at most so many buckets; when the run passes the end, pairs are merged.
pub const BUCKETS: usize = 2_048;
/// The line of a rate has fewer, so that a bucket holds enough events to show one.
pub const RATE_BUCKETS: usize = 512;
/// The first width, about a millisecond: 2^20 ns. Widths are powers of two, so that a shift finds
/// the bucket.
const FIRST_SHIFT: u32 = 20;

/// What a line of a plot shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SeriesMeasure {
    /// Events per second: of a producer published, of a topic routed, of a place and a consumer
    /// completed.
    Throughput,
    /// Events in the queue of a place (ready, in transit to the consumer, prefetched).
    QueueLength,
}

/// Which line of which plot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SeriesKey {
    /// Of which element.
    pub element: ElementIx,
    /// What of it.
    pub measure: SeriesMeasure,
}

/// A line of a plot: buckets of equal width from the start of the run.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesView {
    /// Which.
    pub key: SeriesKey,
    /// The width of a bucket; a function of how far the run has come, and of nothing else.
    pub width: SimSpan,
    /// The buckets from the start of the run; the last one may be part of a bucket.
    pub buckets: Arc<Vec<Bucket>>,
}

/// What happened to a measure in a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bucket {
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
    /// The value at the end (a length), or the mean over the bucket (a rate).
    pub last: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Stretch {
    min: u32,
    max: u32,
    last: u32,
}

/// A length over time. A value counts for a bucket once it has lasted: what comes and goes at one
/// instant, as an event that is served at once, was never in the queue.
#[derive(Clone, Debug, PartialEq)]
struct Length {
    now: u32,
    since: SimTime,
    shift: u32,
    stretches: Vec<Stretch>,
}

impl Length {
    fn new() -> Self {
        Self { now: 0, since: SimTime::ZERO, shift: FIRST_SHIFT, stretches: Vec::new() }
    }

    #[inline]
    fn change(&mut self, time: SimTime, by: i32) {
        if time > self.since {
            self.last_until(time);
        }
        self.now = self.now.saturating_add_signed(by);
    }

    /// The present value has lasted until `time`, which is later than `since`.
    #[inline]
    fn last_until(&mut self, time: SimTime) {
        if (time.0 - 1) >> self.shift >= BUCKETS as u64 {
            self.widen(time);
        }
        let first = (self.since.0 >> self.shift) as usize;
        if let Some(stretch) = self.stretches.get_mut(first) {
            stretch.min = stretch.min.min(self.now);
            stretch.max = stretch.max.max(self.now);
            stretch.last = self.now;
        }
        let last = ((time.0 - 1) >> self.shift) as usize;
        if last >= self.stretches.len() {
            let standing = Stretch { min: self.now, max: self.now, last: self.now };
            self.stretches.resize(last + 1, standing);
        }
        self.since = time;
    }

    #[cold]
    fn widen(&mut self, time: SimTime) {
        while (time.0 - 1) >> self.shift >= BUCKETS as u64 {
            self.shift += 1;
            merge_pairs(&mut self.stretches, |a, b| Stretch {
                min: a.min.min(b.min),
                max: a.max.max(b.max),
                last: b.last,
            });
        }
    }
}

/// Counts over time.
#[derive(Clone, Debug, PartialEq)]
struct Tally {
    shift: u32,
    counts: Vec<u32>,
}

impl Tally {
    fn new() -> Self {
        Self { shift: FIRST_SHIFT, counts: Vec::new() }
    }

    #[inline]
    fn count(&mut self, time: SimTime) {
        let bucket = self.reach(time);
        self.counts[bucket] += 1;
    }

    #[inline]
    fn reach(&mut self, time: SimTime) -> usize {
        let mut bucket = (time.0 >> self.shift) as usize;
        if bucket >= RATE_BUCKETS {
            bucket = self.widen(time);
        }
        if bucket >= self.counts.len() {
            self.counts.resize(bucket + 1, 0);
        }
        bucket
    }

    #[cold]
    fn widen(&mut self, time: SimTime) -> usize {
        while (time.0 >> self.shift) as usize >= RATE_BUCKETS {
            self.shift += 1;
            merge_pairs(&mut self.counts, u32::saturating_add);
        }
        (time.0 >> self.shift) as usize
    }
}

fn merge_pairs<T: Copy>(values: &mut Vec<T>, merge: impl Fn(T, T) -> T) {
    let half = values.len().div_ceil(2);
    for ix in 0..half {
        let first = values[2 * ix];
        values[ix] = values.get(2 * ix + 1).map_or(first, |&second| merge(first, second));
    }
    values.truncate(half);
}

/// What an element's facts add to.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Lines {
    /// Whether what it publishes is its throughput: only a producer's.
    publishes: bool,
    /// The consumer at the end of a consume or subscribe link.
    consumer: ElementIx,
    length: u32,
    tally: u32,
}

const NO_LINE: u32 = u32::MAX;

/// The lines of all elements of a run, the density of facts, and that of losses.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesSet {
    elements: Vec<Lines>,
    lengths: Vec<Length>,
    tallies: Vec<Tally>,
    facts: Tally,
    losses: Tally,
}

impl Default for SeriesSet {
    fn default() -> Self {
        Self::new()
    }
}

impl SeriesSet {
    /// No lines yet; the roster brings them.
    pub fn new() -> Self {
        Self {
            elements: Vec::new(),
            lengths: Vec::new(),
            tallies: Vec::new(),
            facts: Tally::new(),
            losses: Tally::new(),
        }
    }

    #[inline]
    fn change(&mut self, place: ElementIx, time: SimTime, by: i32) {
        let line = self.elements[place.ix()].length;
        if let Some(length) = self.lengths.get_mut(line as usize) {
            length.change(time, by);
        }
    }

    #[inline]
    fn tally(&mut self, element: ElementIx, time: SimTime) {
        let line = self.elements[element.ix()].tally;
        if let Some(tally) = self.tallies.get_mut(line as usize) {
            tally.count(time);
        }
    }

    /// The lines of `wanted` elements up to `now`, lengths and throughput, in the order of the
    /// elements.
    pub fn views(&self, now: SimTime, wanted: impl Fn(ElementIx) -> bool) -> Vec<SeriesView> {
        let mut views = Vec::new();
        for (ix, lines) in self.elements.iter().enumerate() {
            let element = ElementIx(ix as u32);
            if !wanted(element) {
                continue;
            }
            if let Some(tally) = self.tallies.get(lines.tally as usize) {
                let key = SeriesKey { element, measure: SeriesMeasure::Throughput };
                views.push(rate_view(key, tally, now));
            }
            if let Some(length) = self.lengths.get(lines.length as usize) {
                let key = SeriesKey { element, measure: SeriesMeasure::QueueLength };
                views.push(length_view(key, length, now));
            }
        }
        views
    }

    /// Facts and losses per bucket up to `now`, and the width of a bucket.
    pub fn density(&self, now: SimTime) -> (Vec<(u64, u64)>, SimSpan) {
        let (mut facts, mut losses) = (self.facts.clone(), self.losses.clone());
        facts.reach(now);
        losses.reach(now);
        let pairs = facts.counts.iter().zip(&losses.counts);
        let density = pairs.map(|(&facts, &losses)| (u64::from(facts), u64::from(losses)));
        (density.collect(), SimSpan(1 << facts.shift))
    }
}

fn length_view(key: SeriesKey, length: &Length, now: SimTime) -> SeriesView {
    let mut length = length.clone();
    if now > length.since {
        length.last_until(now);
    }
    let buckets = length.stretches.iter().map(|stretch| Bucket {
        min: f64::from(stretch.min),
        max: f64::from(stretch.max),
        last: f64::from(stretch.last),
    });
    SeriesView { key, width: SimSpan(1 << length.shift), buckets: Arc::new(buckets.collect()) }
}

fn rate_view(key: SeriesKey, tally: &Tally, now: SimTime) -> SeriesView {
    let mut tally = tally.clone();
    let last = tally.reach(now);
    let width = SimSpan(1 << tally.shift);
    let buckets = tally.counts.iter().enumerate().map(|(ix, &count)| {
        // The last bucket has lasted only until now.
        let start = ix as u64 * width.0;
        let lasted = if ix == last { now.0 - start } else { width.0 };
        let rate = if lasted == 0 { 0.0 } else { f64::from(count) * 1e9 / lasted as f64 };
        Bucket { min: rate, max: rate, last: rate }
    });
    SeriesView { key, width, buckets: Arc::new(buckets.collect()) }
}

impl Sink for SeriesSet {
    #[inline(always)]
    fn fact(&mut self, fact: Fact) {
        let (time, at) = (fact.time, fact.at());
        self.facts.count(time);
        match fact.kind() {
            FactKind::Accepted => self.change(at, time, 1),
            FactKind::Started => self.change(at, time, -1),
            FactKind::Failed | FactKind::Interrupted => self.change(at, time, 1),
            FactKind::Completed => {
                self.tally(at, time);
                let consumer = self.elements[fact.peer().ix()].consumer;
                self.tally(consumer, time);
            }
            FactKind::Published if self.elements[at.ix()].publishes => self.tally(at, time),
            FactKind::Routed => self.tally(at, time),
            FactKind::Dropped | FactKind::Lost => {
                self.change(at, time, -1);
                self.losses.count(time);
            }
            FactKind::DeadLettered => self.change(at, time, -1),
            FactKind::Refused | FactKind::LostInTransit | FactKind::LostInOutbox => {
                self.losses.count(time);
            }
            _ => {}
        }
    }

    fn roster(&mut self, _now: SimTime, roster: &Roster) {
        for (_, entry) in roster.iter().skip(self.elements.len()) {
            let publishes = entry.kind == ElementKind::Producer;
            let mut lines =
                Lines { publishes, consumer: entry.to, length: NO_LINE, tally: NO_LINE };
            if entry.kind.is_place() {
                lines.length = self.lengths.len() as u32;
                self.lengths.push(Length::new());
            }
            let counts = matches!(
                entry.kind,
                ElementKind::Producer | ElementKind::Topic | ElementKind::Consumer
            );
            if counts || entry.kind.is_place() {
                lines.tally = self.tallies.len() as u32;
                self.tallies.push(Tally::new());
            }
            self.elements.push(lines);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fact::{EventId, RosterEntry, TypeIx};
    use crate::ids::ElementId;

    fn one_queue() -> Roster {
        let entry = |id: &str, kind| RosterEntry {
            id: ElementId::Node(id.into()),
            kind,
            from: ElementIx(0),
            to: ElementIx(0),
            latency: SimSpan::ZERO,
            servers: 0,
            acks_before: false,
            capacity: None,
            removed_at: None,
        };
        let mut link = entry("l", ElementKind::Consume);
        link.to = ElementIx(2);
        let entries = vec![entry("q", ElementKind::Queue), link, entry("c", ElementKind::Consumer)];
        Roster { entries, types: Vec::new() }
    }

    fn fact(ms: u64, kind: FactKind) -> Fact {
        let time = SimTime(ms * 1_000_000);
        Fact::new(time, kind, EventId(0), TypeIx(0), ElementIx(0), ElementIx(1))
    }

    fn fed(facts: &[(u64, FactKind)]) -> SeriesSet {
        let mut set = SeriesSet::new();
        set.roster(SimTime::ZERO, &one_queue());
        facts.iter().for_each(|&(ms, kind)| set.fact(fact(ms, kind)));
        set
    }

    #[test]
    fn a_length_stands_between_changes_and_what_does_not_last_is_not_shown() {
        let set = fed(&[
            (0, FactKind::Accepted),
            (0, FactKind::Accepted),
            (0, FactKind::Accepted),
            (0, FactKind::Started),
            (100, FactKind::Started),
            (120, FactKind::Accepted),
            (120, FactKind::Started),
        ]);
        let views = set.views(SimTime(150_000_000), |_| true);
        let length = &views[1];
        assert_eq!(length.key.measure, SeriesMeasure::QueueLength);
        assert_eq!(length.buckets[0], Bucket { min: 2.0, max: 2.0, last: 2.0 });
        assert_eq!(length.buckets[50], Bucket { min: 2.0, max: 2.0, last: 2.0 });
        let end = length.buckets.last().expect("there are buckets");
        assert_eq!(*end, Bucket { min: 1.0, max: 1.0, last: 1.0 });
    }

    proptest! {
        #[test]
        fn the_view_depends_on_facts_and_now_alone(
            steps in proptest::collection::vec((0u64..3_000, any::<bool>()), 1..200)
        ) {
            // Looking at the lines on the way changes nothing.
            let mut ms = 0;
            let facts: Vec<_> = steps.iter().map(|&(step, more)| {
                ms += step;
                (ms, if more { FactKind::Accepted } else { FactKind::Completed })
            }).collect();
            let whole = fed(&facts);
            let mut looked_at = fed(&[]);
            for &(ms, kind) in &facts {
                looked_at.fact(fact(ms, kind));
                looked_at.views(SimTime(ms * 1_000_000), |_| true);
            }
            let now = SimTime((ms + 10) * 1_000_000);
            prop_assert_eq!(looked_at.views(now, |_| true), whole.views(now, |_| true));
            let views = whole.views(now, |_| true);
            prop_assert!(views.iter().all(|view| view.buckets.len() <= BUCKETS));
            let completed: f64 = facts.iter().filter(|f| f.1 == FactKind::Completed).count() as f64;
            let width = views[0].width.as_secs_f64();
            let last = views[0].buckets.len() - 1;
            let lasted = now.as_secs_f64() - last as f64 * width;
            let sum: f64 = views[0].buckets.iter().enumerate()
                .map(|(ix, bucket)| bucket.last * if ix == last { lasted } else { width })
                .sum();
            prop_assert!((sum - completed).abs() < 1e-6 * (1.0 + completed));
        }
    }
}

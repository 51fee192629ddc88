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

impl Stretch {
    #[inline]
    fn note(&mut self, value: u32) {
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        self.last = value;
    }
}

/// When the bucket with this number ends, in nanoseconds.
fn end_of(bucket: usize, shift: u32) -> u64 {
    u64::try_from((bucket as u128 + 1) << shift).unwrap_or(u64::MAX)
}

/// A length over time. A value counts for a bucket once it has lasted: what comes and goes at one
/// instant, as an event that is served at once, was never in the queue.
#[derive(Clone, Debug, PartialEq)]
struct Length {
    now: u32,
    since: SimTime,
    shift: u32,
    stretches: Vec<Stretch>,
    /// When the last stretch ends.
    end: u64,
}

impl Length {
    fn new() -> Self {
        Self { now: 0, since: SimTime::ZERO, shift: FIRST_SHIFT, stretches: Vec::new(), end: 0 }
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
        if time.0 > self.end {
            self.last_beyond_end(time);
        } else if let Some(stretch) = self.stretches.last_mut() {
            // Since is in the last stretch too, or it would not be the last.
            stretch.note(self.now);
        }
        self.since = time;
    }

    #[cold]
    fn last_beyond_end(&mut self, time: SimTime) {
        if (time.0 - 1) >> self.shift >= BUCKETS as u64 {
            self.widen(time);
        }
        let first = (self.since.0 >> self.shift) as usize;
        if let Some(stretch) = self.stretches.get_mut(first) {
            stretch.note(self.now);
        }
        let last = ((time.0 - 1) >> self.shift) as usize;
        if last >= self.stretches.len() {
            let standing = Stretch { min: self.now, max: self.now, last: self.now };
            self.stretches.resize(last + 1, standing);
        }
        self.end = end_of(last, self.shift);
    }

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

/// Counts over time of many things, in buckets that are the same for all: so that a count costs no
/// more than an addition.
#[derive(Clone, Debug, PartialEq)]
struct Tallies {
    shift: u32,
    /// The bucket of the newest counts, and when it ends.
    bucket: usize,
    end: u64,
    /// What was counted in that bucket,
    present: Vec<u64>,
    /// and before it, as far as there was anything.
    past: Vec<Vec<u64>>,
}

impl Tallies {
    fn new(lines: usize) -> Self {
        Self {
            shift: FIRST_SHIFT,
            bucket: 0,
            end: end_of(0, FIRST_SHIFT),
            present: vec![0; lines],
            past: vec![Vec::new(); lines],
        }
    }

    /// One line more; its number.
    fn add_line(&mut self) -> u32 {
        self.present.push(0);
        self.past.push(Vec::new());
        (self.present.len() - 1) as u32
    }

    /// Whoever counts has told before that time has come so far.
    #[inline(always)]
    fn reach(&mut self, time: SimTime) {
        if time.0 >= self.end {
            self.turn(time);
        }
    }

    #[inline(always)]
    fn count(&mut self, line: u32) {
        if let Some(count) = self.present.get_mut(line as usize) {
            *count += 1;
        }
    }

    #[cold]
    fn turn(&mut self, time: SimTime) {
        for (present, past) in self.present.iter_mut().zip(&mut self.past) {
            if *present > 0 {
                put_at(past, self.bucket, std::mem::take(present));
            }
        }
        while time.0 >> self.shift >= RATE_BUCKETS as u64 {
            self.shift += 1;
            for past in &mut self.past {
                merge_pairs(past, |a, b| a + b);
            }
        }
        self.bucket = (time.0 >> self.shift) as usize;
        self.end = end_of(self.bucket, self.shift);
    }

    /// The counts of a line from the start of the run to the bucket of `now`, and the width of a
    /// bucket.
    fn line_until(&self, line: u32, now: SimTime) -> (Vec<u64>, SimSpan) {
        let line = line as usize;
        let mut alone = Self {
            shift: self.shift,
            bucket: self.bucket,
            end: self.end,
            present: vec![self.present[line]],
            past: vec![self.past[line].clone()],
        };
        alone.reach(now);
        let mut counts = alone.past.swap_remove(0);
        put_at(&mut counts, alone.bucket, alone.present[0]);
        (counts, SimSpan(1 << alone.shift))
    }
}

/// Adds `count` at `bucket` of a line that may not have come so far.
fn put_at(line: &mut Vec<u64>, bucket: usize, count: u64) {
    if bucket >= line.len() {
        line.resize(bucket + 1, 0);
    }
    line[bucket] += count;
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
    length: u32,
    tally: u32,
    /// Of a consume or subscribe link, the tally of its consumer.
    consumer_tally: u32,
}

const NO_LINE: u32 = u32::MAX;
/// The first tallies: all facts, and the losses among them.
const FACTS: u32 = 0;
const LOSSES: u32 = 1;

/// The lines of all elements of a run, the density of facts, and that of losses.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesSet {
    elements: Vec<Lines>,
    lengths: Vec<Length>,
    tallies: Tallies,
}

impl Default for SeriesSet {
    fn default() -> Self {
        Self::new()
    }
}

impl SeriesSet {
    /// No lines yet; the roster brings them.
    pub fn new() -> Self {
        Self { elements: Vec::new(), lengths: Vec::new(), tallies: Tallies::new(2) }
    }

    #[inline]
    fn change(&mut self, place: ElementIx, time: SimTime, by: i32) {
        let line = self.elements.get(place.ix()).map_or(NO_LINE, |lines| lines.length);
        if let Some(length) = self.lengths.get_mut(line as usize) {
            length.change(time, by);
        }
    }

    #[inline]
    fn tally(&mut self, element: ElementIx) {
        if let Some(lines) = self.elements.get(element.ix()) {
            self.tallies.count(lines.tally);
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
            if lines.tally != NO_LINE {
                let key = SeriesKey { element, measure: SeriesMeasure::Throughput };
                views.push(rate_view(key, self.tallies.line_until(lines.tally, now), now));
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
        let (facts, width) = self.tallies.line_until(FACTS, now);
        let (losses, _) = self.tallies.line_until(LOSSES, now);
        (facts.into_iter().zip(losses).collect(), width)
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

fn rate_view(key: SeriesKey, (counts, width): (Vec<u64>, SimSpan), now: SimTime) -> SeriesView {
    let last = (now.0 / width.0) as usize;
    let buckets = counts.into_iter().enumerate().map(|(ix, count)| {
        // The last bucket has lasted only until now.
        let start = ix as u64 * width.0;
        let lasted = if ix == last { now.0 - start } else { width.0 };
        let rate = if lasted == 0 { 0.0 } else { count as f64 * 1e9 / lasted as f64 };
        Bucket { min: rate, max: rate, last: rate }
    });
    SeriesView { key, width, buckets: Arc::new(buckets.collect()) }
}

impl Sink for SeriesSet {
    #[inline(always)]
    fn fact(&mut self, fact: Fact) {
        let (time, at) = (fact.time, fact.at());
        self.tallies.reach(time);
        self.tallies.count(FACTS);
        if fact.kind().is_loss() {
            self.tallies.count(LOSSES);
        }
        match fact.kind() {
            FactKind::Accepted | FactKind::Failed | FactKind::Interrupted => {
                self.change(at, time, 1);
            }
            FactKind::Started
            | FactKind::Dropped
            | FactKind::Lost
            | FactKind::DeadLettered
            | FactKind::ReadyDeadLettered => {
                self.change(at, time, -1);
            }
            FactKind::Completed => {
                self.tally(at);
                if let Some(link) = self.elements.get(fact.peer().ix()) {
                    self.tallies.count(link.consumer_tally);
                }
            }
            FactKind::Published
                if self.elements.get(at.ix()).is_some_and(|lines| lines.publishes) =>
            {
                self.tally(at);
            }
            FactKind::Routed => self.tally(at),
            _ => {}
        }
    }

    fn roster(&mut self, _now: SimTime, roster: &Roster) {
        let known = self.elements.len();
        for (_, entry) in roster.iter().skip(known) {
            let mut lines = Lines {
                publishes: entry.kind == ElementKind::Producer,
                length: NO_LINE,
                tally: NO_LINE,
                consumer_tally: NO_LINE,
            };
            if entry.kind.is_place() {
                lines.length = self.lengths.len() as u32;
                self.lengths.push(Length::new());
            }
            let counts = matches!(
                entry.kind,
                ElementKind::Producer | ElementKind::Topic | ElementKind::Consumer
            );
            if counts || entry.kind.is_place() {
                lines.tally = self.tallies.add_line();
            }
            self.elements.push(lines);
        }
        for (link, entry) in roster.iter().skip(known) {
            let consumer = self.elements.get(entry.to.ix());
            self.elements[link.ix()].consumer_tally = consumer.map_or(NO_LINE, |to| to.tally);
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

    #[test]
    fn a_bucket_counts_beyond_what_32_bits_hold() {
        // 2 million events a second are 44 million facts: a bucket of a run of days has more.
        let mut set = fed(&[(0, FactKind::Completed)]);
        set.tallies.present[FACTS as usize] = u64::from(u32::MAX);
        set.fact(fact(0, FactKind::Completed));
        let day = SimTime(86_400_000_000_000);
        let (density, _) = set.density(day);
        assert_eq!(density[0].0, u64::from(u32::MAX) + 1);
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

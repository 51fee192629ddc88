//! What is seen moving on the links: dots, and streaks where there are too many. A function of the
//! facts, the moment and the speed; never of frames, nor of a random number.

use std::collections::VecDeque;

use crate::fact::{ElementIx, ElementKind, EventId, Fact, FactKind, Roster, Sink, TypeIx};
use crate::time::{SimSpan, SimTime};

/// What is seen moving on one link.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowLink {
    /// The link. Where `dead_letter` is set: the place from which dead letters go.
    pub link: ElementIx,
    /// Whether this is the way of dead letters from the place `link` to its target.
    pub dead_letter: bool,
    /// Visible events per wall second; above 60 `streaks` holds what is seen, else `dots`.
    pub per_wall_s: f64,
    /// Single events; redelivered and dead-lettered ones always are among them.
    pub dots: Vec<Dot>,
    /// Buckets of 50 ms of wall time: position along the link 0 to 1, commonest type, count.
    pub streaks: Vec<(f32, TypeIx, u32)>,
    /// Where single events were thinned, how many there were in all.
    pub thinned_from: Option<u64>,
}

/// An event on a link.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dot {
    /// The event.
    pub event: EventId,
    /// Its type.
    pub event_type: TypeIx,
    /// Where it is: 0 at the link's beginning, 1 at its end.
    pub position: f32,
    /// How it is drawn.
    pub shape: DotShape,
}

/// How an event on a link is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DotShape {
    /// A dot.
    Normal,
    /// A ring.
    Redelivered,
    /// A diamond.
    DeadLettered,
}

/// A glide over a link without latency takes so much wall time, in seconds.
pub const GLIDE_S: f64 = 0.35;
/// A bucket is so much wall time, in seconds.
const BUCKET_S: f64 = 0.05;
/// So many buckets are a second of wall time, over which the density is taken.
const BUCKETS_PER_S: u64 = 20;
/// Above so many visible events per wall second a link shows streaks.
const STREAKS_ABOVE: u64 = 60;
/// Single events kept of a bucket: a second with 60 may have them all in one.
const SINGLES: usize = 60;
/// Redelivered and dead-lettered events kept of a bucket; chosen by the hash of their ids.
const MARKED: usize = 16;
/// Types told apart in a bucket.
const TYPES: usize = 8;
/// The most dots of a view; above, the busiest links show streaks first.
const MOST_DOTS: usize = 5_000;
/// Buckets kept of a link: of slower links than this the oldest part is not seen.
const MOST_BUCKETS: u64 = 1_200;

#[derive(Clone, Copy, Debug, PartialEq)]
struct Move {
    started: SimTime,
    event: EventId,
    event_type: TypeIx,
    shape: DotShape,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Bucket {
    number: u64,
    end: SimTime,
    count: u32,
    singles: Vec<Move>,
    marked: Vec<Move>,
    marked_count: u32,
    types: Vec<(TypeIx, u32)>,
}

impl Bucket {
    #[inline]
    fn add(&mut self, moved: Move) {
        self.count = self.count.saturating_add(1);
        if self.singles.len() < SINGLES {
            self.singles.push(moved);
        }
        if moved.shape != DotShape::Normal {
            self.mark(moved);
        }
        match self.types.first_mut() {
            Some((event_type, count)) if *event_type == moved.event_type => {
                *count = count.saturating_add(1);
            }
            _ => self.count_type(moved.event_type),
        }
    }

    fn mark(&mut self, moved: Move) {
        self.marked_count = self.marked_count.saturating_add(1);
        let at = self.marked.partition_point(|m| hash(m.event) < hash(moved.event));
        if at < MARKED {
            self.marked.insert(at, moved);
            self.marked.truncate(MARKED);
        }
    }

    fn count_type(&mut self, event_type: TypeIx) {
        if let Some((_, count)) = self.types.iter_mut().find(|(known, _)| *known == event_type) {
            *count = count.saturating_add(1);
        } else if self.types.len() < TYPES {
            self.types.push((event_type, 1));
        }
    }

    fn commonest(&self) -> TypeIx {
        // The first of the commonest, so that a tie does not flicker.
        let most = self.types.iter().map(|(_, count)| *count).max();
        let found = self.types.iter().find(|(_, count)| Some(*count) == most);
        found.map_or(TypeIx(0), |(event_type, _)| *event_type)
    }
}

/// Spreads event ids, so that thinning by them takes no pattern of the producers.
fn hash(event: EventId) -> u64 {
    event.0.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}

#[derive(Clone, Debug)]
struct Track {
    kind: ElementKind,
    latency: SimSpan,
    /// Over the link, and away from the place as a dead letter.
    ways: [VecDeque<Bucket>; 2],
}

/// Keeps what moved on each link over the last second of wall time and the time of a crossing.
#[derive(Clone, Debug)]
pub struct FlowTracker {
    /// The width of a bucket in simulated nanoseconds.
    width: u64,
    glide: SimSpan,
    tracks: Vec<Track>,
    longest: SimSpan,
}

impl FlowTracker {
    /// A tracker for a run at `sim_per_wall` simulated seconds a second.
    pub fn new(sim_per_wall: f64) -> Self {
        Self {
            width: SimSpan::from_secs_f64(BUCKET_S * sim_per_wall).0.max(1),
            glide: SimSpan::from_secs_f64(GLIDE_S * sim_per_wall),
            tracks: Vec::new(),
            longest: SimSpan::ZERO,
        }
    }

    /// How far back facts matter, as far as the drawing is known.
    pub fn look_back(&self) -> SimSpan {
        let crossing = self.longest.max(self.glide);
        SimSpan(self.width * (BUCKETS_PER_S + 1)) + crossing
    }

    fn crossing(&self, track: &Track, dead_letter: bool) -> SimSpan {
        if track.latency.0 > 0 && !dead_letter { track.latency } else { self.glide }
    }

    #[inline]
    fn moved(&mut self, link: ElementIx, fact: &Fact, shape: DotShape) {
        let Some(track) = self.tracks.get_mut(link.ix()) else { return };
        let way = &mut track.ways[usize::from(shape == DotShape::DeadLettered)];
        let moved =
            Move { started: fact.time, event: fact.event, event_type: fact.event_type(), shape };
        match way.back_mut() {
            Some(bucket) if fact.time < bucket.end => bucket.add(moved),
            _ => self.begin_bucket(link, moved),
        }
    }

    #[cold]
    fn begin_bucket(&mut self, link: ElementIx, moved: Move) {
        let dead_letter = moved.shape == DotShape::DeadLettered;
        let width = self.width;
        let number = moved.started.0 / width;
        let crossing = self.crossing(&self.tracks[link.ix()], dead_letter);
        let keep = (crossing.0 / width + BUCKETS_PER_S + 2).min(MOST_BUCKETS);
        let way = &mut self.tracks[link.ix()].ways[usize::from(dead_letter)];
        while way.front().is_some_and(|bucket| bucket.number + keep < number) {
            way.pop_front();
        }
        let end = SimTime(number.saturating_add(1).saturating_mul(width));
        let mut bucket = Bucket { number, end, ..Bucket::default() };
        bucket.add(moved);
        way.push_back(bucket);
    }

    /// What is seen moving at `at`. Links at rest are left out; in order of the links' numbers.
    pub fn flow(&self, at: SimTime) -> Vec<FlowLink> {
        let mut seen = Vec::new();
        for (ix, track) in self.tracks.iter().enumerate() {
            for (way, buckets) in track.ways.iter().enumerate() {
                if !buckets.is_empty() {
                    let crossing = self.crossing(track, way == 1);
                    seen.push(Seen::new(
                        ElementIx(ix as u32),
                        way == 1,
                        buckets,
                        crossing,
                        at,
                        self,
                    ));
                }
            }
        }
        let mut dots: usize = seen.iter().filter(|s| !s.dense).map(|s| s.dots).sum();
        let mut by_rate: Vec<usize> = (0..seen.len()).filter(|&ix| !seen[ix].dense).collect();
        by_rate.sort_by_key(|&ix| std::cmp::Reverse(seen[ix].dots));
        for ix in by_rate {
            if dots <= MOST_DOTS {
                break;
            }
            dots -= seen[ix].dots;
            seen[ix].dense = true;
        }
        seen.iter().filter_map(|seen| seen.link(at, self)).collect()
    }
}

/// A way with what is on it.
struct Seen<'a> {
    link: ElementIx,
    dead_letter: bool,
    buckets: &'a VecDeque<Bucket>,
    crossing: SimSpan,
    per_wall_s: u64,
    dots: usize,
    dense: bool,
}

impl<'a> Seen<'a> {
    fn new(
        link: ElementIx,
        dead_letter: bool,
        buckets: &'a VecDeque<Bucket>,
        crossing: SimSpan,
        at: SimTime,
        tracker: &FlowTracker,
    ) -> Self {
        let present = at.0 / tracker.width;
        let in_second =
            |bucket: &&Bucket| bucket.number <= present && bucket.number + BUCKETS_PER_S >= present;
        let per_wall_s = buckets.iter().filter(in_second).map(|b| u64::from(b.count)).sum();
        let on_way = |moved: &&Move| moved.started <= at && at.since(moved.started) < crossing;
        let dots = buckets.iter().flat_map(|b| &b.singles).filter(on_way).count();
        let crowded = buckets.iter().any(|bucket| bucket.count as usize > SINGLES);
        let dense = per_wall_s > STREAKS_ABOVE || crowded;
        Self { link, dead_letter, buckets, crossing, per_wall_s, dots, dense }
    }

    fn position(&self, started: SimTime, at: SimTime) -> Option<f32> {
        if started > at || self.crossing.0 == 0 {
            return None;
        }
        let share = at.since(started).0 as f64 / self.crossing.0 as f64;
        (share < 1.0).then_some(share as f32)
    }

    fn link(&self, at: SimTime, tracker: &FlowTracker) -> Option<FlowLink> {
        let dot = |moved: &Move| {
            Some(Dot {
                event: moved.event,
                event_type: moved.event_type,
                position: self.position(moved.started, at)?,
                shape: moved.shape,
            })
        };
        let mut view = FlowLink {
            link: self.link,
            dead_letter: self.dead_letter,
            per_wall_s: self.per_wall_s as f64,
            dots: Vec::new(),
            streaks: Vec::new(),
            thinned_from: None,
        };
        if self.dense {
            view.dots = self.buckets.iter().flat_map(|b| &b.marked).filter_map(dot).collect();
            let streak = |bucket: &Bucket| {
                let started = SimTime(bucket.number * tracker.width);
                Some((self.position(started, at)?, bucket.commonest(), bucket.count))
            };
            view.streaks = self.buckets.iter().filter_map(streak).collect();
            let seen = |bucket: &&Bucket| {
                self.position(SimTime(bucket.number * tracker.width), at).is_some()
            };
            let marked: u64 =
                self.buckets.iter().filter(seen).map(|b| u64::from(b.marked_count)).sum();
            view.thinned_from = (marked > view.dots.len() as u64).then_some(marked);
        } else {
            view.dots = self.buckets.iter().flat_map(|b| &b.singles).filter_map(dot).collect();
        }
        (!view.dots.is_empty() || !view.streaks.is_empty()).then_some(view)
    }
}

impl Sink for FlowTracker {
    #[inline(always)]
    fn fact(&mut self, fact: Fact) {
        match fact.kind() {
            FactKind::Sent => self.moved(fact.peer(), &fact, DotShape::Normal),
            // What had a `Sent` fact is on the link no more.
            FactKind::Routed | FactKind::Accepted | FactKind::Refused if fact.attempt() == 0 => {
                let link = fact.peer();
                let kind = self.tracks.get(link.ix()).map(|track| track.kind);
                if matches!(kind, Some(ElementKind::Publish | ElementKind::Bind)) {
                    self.moved(link, &fact, DotShape::Normal);
                }
            }
            FactKind::Delivered => {
                let shape =
                    if fact.attempt() > 1 { DotShape::Redelivered } else { DotShape::Normal };
                self.moved(fact.peer(), &fact, shape);
            }
            FactKind::DeadLettered | FactKind::ReadyDeadLettered => {
                self.moved(fact.at(), &fact, DotShape::DeadLettered);
            }
            _ => {}
        }
    }

    fn roster(&mut self, _now: SimTime, roster: &Roster) {
        for (ix, entry) in roster.iter() {
            if ix.ix() == self.tracks.len() {
                let ways = [VecDeque::new(), VecDeque::new()];
                self.tracks.push(Track { kind: entry.kind, latency: entry.latency, ways });
            }
            let track = &mut self.tracks[ix.ix()];
            track.latency = entry.latency;
            if entry.removed_at.is_some() {
                track.ways.iter_mut().for_each(VecDeque::clear);
            }
            self.longest = self.longest.max(entry.latency);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::RosterEntry;
    use crate::ids::ElementId;

    fn roster(latency: SimSpan) -> Roster {
        let entry = |kind| RosterEntry {
            id: ElementId::Link("l".into()),
            kind,
            from: ElementIx(0),
            to: ElementIx(0),
            latency,
            servers: 0,
            acks_before: false,
            capacity: None,
            removed_at: None,
        };
        Roster {
            entries: vec![entry(ElementKind::Publish), entry(ElementKind::Consume)],
            types: Vec::new(),
        }
    }

    fn delivered(ms: u64, event: u64, attempt: u32) -> Fact {
        Fact::new(
            SimTime(ms * 1_000_000),
            FactKind::Delivered,
            EventId(event),
            TypeIx(0),
            ElementIx(0),
            ElementIx(1),
        )
        .with_attempt(attempt)
    }

    fn tracker(speed: f64, roster: &Roster) -> FlowTracker {
        let mut tracker = FlowTracker::new(speed);
        tracker.roster(SimTime::ZERO, roster);
        tracker
    }

    #[test]
    fn a_dot_glides_for_350_ms_of_wall_time_after_its_fact() {
        let roster = roster(SimSpan::ZERO);
        for speed in [0.1, 1.0, 10.0] {
            let mut tracker = tracker(speed, &roster);
            tracker.fact(delivered(1_000, 7, 2));
            let at = |wall_s: f64| {
                tracker.flow(SimTime(1_000_000_000) + SimSpan::from_secs_f64(wall_s * speed))
            };
            let half = at(0.175);
            assert!((half[0].dots[0].position - 0.5).abs() < 1e-4);
            assert_eq!(half[0].dots[0].shape, DotShape::Redelivered);
            assert!(at(0.36).is_empty());
        }
    }

    #[test]
    fn over_a_latency_a_dot_is_where_the_event_is() {
        let roster = roster(SimSpan::from_secs(2));
        let mut tracker = tracker(1.0, &roster);
        tracker.fact(delivered(1_000, 7, 1));
        let flow = tracker.flow(SimTime(2_500_000_000));
        assert!((flow[0].dots[0].position - 0.75).abs() < 1e-6);
    }

    #[test]
    fn above_sixty_a_second_streaks_are_seen_and_redelivered_ones_singly() {
        let roster = roster(SimSpan::ZERO);
        let mut tracker = tracker(1.0, &roster);
        for ms in 0..1_000 {
            tracker.fact(delivered(ms, ms, if ms == 990 { 2 } else { 1 }));
        }
        let flow = tracker.flow(SimTime(1_000_000_000));
        assert!((6..=8).contains(&flow[0].streaks.len()));
        assert_eq!(flow[0].dots.len(), 1);
        assert_eq!(flow[0].dots[0].event, EventId(990));
        assert!(flow[0].streaks.iter().all(|streak| streak.2 == 50));
    }

    #[test]
    fn a_tracker_that_begins_late_enough_sees_the_same() {
        let roster = roster(SimSpan::ZERO);
        for per_s in [10, 50, 300] {
            let facts: Vec<_> =
                (0..5 * per_s).map(|n| delivered(n * 1_000 / per_s, n, 1)).collect();
            let mut whole = tracker(1.0, &roster);
            let at = SimTime(4_970_000_000);
            facts.iter().filter(|f| f.time <= at).for_each(|&fact| whole.fact(fact));
            let mut late = tracker(1.0, &roster);
            let from = at - late.look_back();
            facts.iter().filter(|f| f.time >= from && f.time <= at).for_each(|&f| late.fact(f));
            assert_eq!(whole.flow(at), late.flow(at), "{per_s}");
        }
    }
}

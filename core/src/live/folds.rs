//! What is folded beside a live run, inline on its thread.

use crate::analysis::flow::FlowTracker;
use crate::analysis::series::SeriesSet;
use crate::analysis::statistics::Statistics;
use crate::fact::{ElementIx, Fact, FactKind, Roster, Sink};
use crate::live::Speed;
use crate::live::rates::Rates;
use crate::time::{SimSpan, SimTime};

/// How many of the newest facts are kept for lists.
const RECENT: usize = 1 << 16;

/// The newest facts.
#[derive(Clone, Debug, Default)]
pub(super) struct Recent {
    /// A ring: the oldest is where the next one goes.
    facts: Vec<Fact>,
    taken: usize,
}

impl Recent {
    /// The newest facts about an element, newest first.
    pub(super) fn about(&self, element: ElementIx, roster: &Roster, limit: usize) -> Vec<Fact> {
        let is_about = |fact: &&Fact| {
            let peer = fact.peer();
            fact.at() == element
                || peer == element
                || roster
                    .entries
                    .get(peer.ix())
                    .is_some_and(|e| e.kind.is_link() && e.to == element)
        };
        let (newer, older) = self.facts.split_at(self.taken % RECENT);
        newer.iter().rev().chain(older.iter().rev()).filter(is_about).take(limit).copied().collect()
    }
}

impl Sink for Recent {
    #[inline(always)]
    fn fact(&mut self, fact: Fact) {
        match self.facts.get_mut(self.taken % RECENT) {
            Some(oldest) => *oldest = fact,
            None => self.facts.push(fact),
        }
        self.taken += 1;
    }
}

/// What shows movement: dots, streaks, rates, the newest facts. Made anew with the speed.
#[derive(Clone, Debug)]
pub(super) struct Motion {
    pub(super) flow: Option<FlowTracker>,
    pub(super) rates: Option<Rates>,
    pub(super) recent: Recent,
}

impl Motion {
    pub(super) fn new(speed: Speed) -> Self {
        let (flow, rates) = match speed {
            Speed::Times(times) => {
                (Some(FlowTracker::new(times)), Some(Rates::new(Rates::window(times))))
            }
            Speed::Max => (None, None),
        };
        Self { flow, rates, recent: Recent::default() }
    }

    /// How far back facts matter for it.
    pub(super) fn look_back(&self) -> SimSpan {
        let flow = self.flow.as_ref().map_or(SimSpan::ZERO, FlowTracker::look_back);
        let rates = self.rates.as_ref().map_or(SimSpan::ZERO, Rates::look_back);
        flow.max(rates)
    }
}

impl Sink for Motion {
    #[inline(always)]
    fn fact(&mut self, fact: Fact) {
        self.flow.fact(fact);
        self.rates.fact(fact);
        self.recent.fact(fact);
    }

    fn roster(&mut self, now: SimTime, roster: &Roster) {
        self.flow.roster(now, roster);
        self.rates.roster(now, roster);
    }
}

/// All folds of a run's front.
#[derive(Clone, Debug)]
pub(super) struct Folds {
    pub(super) statistics: Statistics,
    pub(super) series: SeriesSet,
    pub(super) motion: Motion,
    pub(super) facts: u64,
    /// How many facts changed what the canvas shows of a node.
    pub(super) visible: u64,
    pub(super) edits: Vec<SimTime>,
}

impl Folds {
    pub(super) fn new(speed: Speed) -> Self {
        Self {
            statistics: Statistics::new(),
            series: SeriesSet::new(),
            motion: Motion::new(speed),
            facts: 0,
            visible: 0,
            edits: Vec::new(),
        }
    }
}

/// Whether a fact changes a length, a server or a mark on the canvas.
pub(super) fn is_visible(fact: &Fact) -> bool {
    !matches!(
        fact.kind(),
        FactKind::Published
            | FactKind::Sent
            | FactKind::Routed
            | FactKind::Delivered
            | FactKind::Served
            | FactKind::Edited
    )
}

impl Sink for Folds {
    #[inline(always)]
    fn fact(&mut self, fact: Fact) {
        self.facts += 1;
        self.visible += u64::from(is_visible(&fact));
        if fact.kind() == FactKind::Edited {
            self.edits.push(fact.time);
        }
        self.statistics.fact(fact);
        self.series.fact(fact);
        self.motion.fact(fact);
    }

    fn roster(&mut self, now: SimTime, roster: &Roster) {
        Sink::roster(&mut self.statistics, now, roster);
        self.series.roster(now, roster);
        self.motion.roster(now, roster);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::analysis::report::Report;
    use crate::fact::{EventId, Reason, TypeIx};
    use crate::project::testing;
    use crate::world::World;

    /// Any fact, about elements that a small drawing has or has not, at any time.
    fn any_fact() -> impl Strategy<Value = Fact> {
        let time = prop_oneof![4 => 0..10_000_000_000_u64, 1 => any::<u64>()];
        let kind = prop::sample::select(FactKind::ALL.to_vec());
        let reason = prop::sample::select(Reason::ALL.to_vec());
        let element = prop_oneof![8 => 0..24_u32, 1 => 0..ElementIx::LIMIT as u32];
        let rest = (any::<u64>(), any::<u64>(), 0..300_u32, any::<u8>());
        (time, kind, reason, element.clone(), element, rest).prop_map(
            |(time, kind, reason, at, peer, (event, span, attempt, event_type))| {
                let (at, peer) = (ElementIx(at), ElementIx(peer));
                Fact::new(SimTime(time), kind, EventId(event), TypeIx(event_type), at, peer)
                    .with_reason(reason)
                    .with_attempt(attempt)
                    .with_span(SimSpan(span))
            },
        )
    }

    fn look_at_everything(folds: &Folds, roster: &Roster, now: SimTime) {
        let motion = &folds.motion;
        for (ix, _) in roster.iter() {
            folds.statistics.utilisation(ix, now);
            motion.recent.about(ix, roster, 200);
            motion.rates.as_ref().map(|rates| rates.per_s(ix, now));
        }
        motion.flow.as_ref().map(|flow| flow.flow(now));
        folds.series.views(now, |_| true);
        folds.series.density(now);
        Report::new(&folds.statistics, 1, now);
    }

    proptest! {
        #[test]
        fn facts_that_no_world_writes_are_counted_without_a_panic(
            project in testing::project(),
            facts in proptest::collection::vec(any_fact(), 0..200),
            speed in prop::sample::select(vec![0.01, 1.0, 1_000.0]),
            later in any::<u64>()
        ) {
            let world = World::new(Arc::new(project), 1);
            let mut folds = Folds::new(Speed::Times(speed));
            world.begin(&mut folds);
            for fact in &facts {
                folds.fact(*fact);
            }
            let last = facts.last().map_or(SimTime::ZERO, |fact| fact.time);
            for now in [last, SimTime(later), SimTime::MAX] {
                look_at_everything(&folds, world.roster(), now);
            }
            prop_assert_eq!(folds.statistics.facts(), facts.len() as u64);
            let (density, _) = folds.series.density(last);
            prop_assert_eq!(density.iter().map(|(facts, _)| facts).sum::<u64>(), facts.len() as u64);
        }
    }

    #[test]
    fn the_newest_facts_are_kept_and_the_oldest_give_way() {
        let roster = Roster::default();
        let mut recent = Recent::default();
        for event in 0..RECENT as u64 + 3 {
            let (time, at) = (SimTime(event), ElementIx(0));
            recent.fact(Fact::new(time, FactKind::Sent, EventId(event), TypeIx(0), at, at));
        }
        let about = recent.about(ElementIx(0), &roster, usize::MAX);
        let order: Vec<u64> = about.iter().map(|fact| fact.event.0).collect();
        assert_eq!(order, (3..RECENT as u64 + 3).rev().collect::<Vec<_>>());
    }
}

//! What is folded beside a live run, inline on its thread.

use std::collections::VecDeque;

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
    facts: VecDeque<Fact>,
}

impl Recent {
    /// The newest facts about an element, newest first.
    pub(super) fn about(&self, element: ElementIx, roster: &Roster, limit: usize) -> Vec<Fact> {
        let is_about = |fact: &&Fact| {
            let peer = fact.peer();
            fact.at() == element
                || peer == element
                || roster.entry(peer).kind.is_link() && roster.consumer_of(peer) == element
        };
        self.facts.iter().rev().filter(is_about).take(limit).copied().collect()
    }
}

impl Sink for Recent {
    #[inline(always)]
    fn fact(&mut self, fact: Fact) {
        if self.facts.len() == RECENT {
            self.facts.pop_front();
        }
        self.facts.push_back(fact);
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

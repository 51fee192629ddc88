//! A glance at a moment of a run: what the window shows of it.

use super::folds::Motion;
use super::view::NodeState;
use super::{ElementView, FlowLink, SelectionTail};
use crate::analysis::statistics::Statistics;
use crate::fact::{ElementIx, ElementKind};
use crate::ids::ElementId;
use crate::time::SimTime;
use crate::world::World;

/// How many rows a list of a selection has at the most.
const ROWS: usize = 200;
/// Servers that are shown one by one.
const SERVERS: usize = 8;

/// The parts that a moment is shown from.
pub(super) struct Glance<'a> {
    pub(super) world: &'a World,
    pub(super) statistics: &'a Statistics,
    pub(super) motion: &'a Motion,
    pub(super) at: SimTime,
}

impl Glance<'_> {
    pub(super) fn elements(&self) -> Vec<ElementView> {
        let roster = self.world.roster();
        roster.iter().map(|(ix, entry)| self.element(ix, entry.kind)).collect()
    }

    fn element(&self, ix: ElementIx, kind: ElementKind) -> ElementView {
        let mut view = self.counted(ix, kind);
        view.rate_per_s = match &self.motion.rates {
            Some(rates) => rates.per_s(ix, self.at),
            None if self.at == SimTime::ZERO => 0.0,
            // As fast as possible there is no «last seconds»: the mean over the run.
            None => self.total(&view, kind) as f64 / self.at.as_secs_f64(),
        };
        view.state = self.world.node_state(ix);
        view.stuck = self.world.is_stuck(ix);
        if kind == ElementKind::Consumer {
            view.servers = self.world.servers(ix, SERVERS);
        }
        view
    }

    fn counted(&self, ix: ElementIx, kind: ElementKind) -> ElementView {
        let counts = self.statistics.counts(ix);
        let times = if kind.is_place() { self.statistics.times(ix) } else { None };
        ElementView {
            arrived: if kind == ElementKind::Topic { counts.routed } else { counts.arrived },
            sent: if kind.is_link() { counts.sent } else { counts.delivered },
            completed: counts.completed,
            failed: counts.failed,
            dead_lettered: counts.dead_lettered,
            redelivered: counts.redelivered,
            lost: counts.lost,
            unrouted: counts.unrouted,
            published: counts.published,
            state: NodeState::Up,
            stuck: false,
            outbox: counts.outbox,
            ready: counts.ready,
            in_queue: counts.in_queue,
            unacked: counts.unacked,
            in_service: counts.in_service,
            in_transit: counts.in_transit,
            blocked: counts.blocked,
            rate_per_s: 0.0,
            wait_mean_s: times.and_then(|times| times.wait.mean_s()),
            utilisation: match kind {
                ElementKind::Consumer => self.statistics.utilisation(ix, self.at),
                _ => None,
            },
            servers: Vec::new(),
        }
    }

    fn total(&self, view: &ElementView, kind: ElementKind) -> u64 {
        match kind {
            ElementKind::Producer => view.published,
            ElementKind::Consumer => view.completed,
            ElementKind::Topic | ElementKind::Queue | ElementKind::Subscribe => {
                view.arrived.saturating_sub(view.lost)
            }
            ElementKind::Publish | ElementKind::Bind | ElementKind::Consume => view.sent,
            ElementKind::Note => 0,
        }
    }

    pub(super) fn flow(&self) -> Vec<FlowLink> {
        self.motion.flow.as_ref().map_or_else(Vec::new, |flow| flow.flow(self.at))
    }

    pub(super) fn tail(&self, watch: &ElementId) -> Option<SelectionTail> {
        let roster = self.world.roster();
        let element = roster.find(watch)?;
        let (contents, contents_total) = self.world.contents(element, ROWS);
        Some(SelectionTail {
            element: watch.clone(),
            contents,
            contents_total,
            facts: self.motion.recent.about(element, roster, ROWS),
        })
    }
}

/// Where a run went round without time going by.
pub(super) fn where_stuck(world: &World) -> String {
    format!(
        "A million steps happened at {}: events go round without time going by. Give a service or a \
         link on the way some time.",
        world.now()
    )
}

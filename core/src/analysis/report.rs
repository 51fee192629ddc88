//! The figures of a run as the command line prints them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::histogram::Histogram;
use super::statistics::{Counts, Statistics, Times};
use crate::fact::{ElementIx, ElementKind, Reason, Roster, RosterEntry};
use crate::time::{SimSpan, SimTime};

/// What `simulate`, `run` and `replay` print. A figure without samples is `null`, never 0.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The seed of all draws.
    pub seed: u64,
    /// How far the run came, in seconds.
    pub simulated_s: f64,
    /// Events that came into being, children included.
    pub events: u64,
    /// Facts.
    pub facts: u64,
    /// The nodes by id; notes are left out.
    pub nodes: BTreeMap<String, NodeReport>,
    /// The links by id.
    pub links: BTreeMap<String, LinkReport>,
}

/// The figures of one node.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NodeReport {
    /// A producer.
    Producer(ProducerReport),
    /// A topic: sums over its subscriptions, times over all copies.
    Topic(Box<TopicReport>),
    /// A queue.
    Queue(Box<PlaceReport>),
    /// A consumer.
    Consumer(ConsumerReport),
}

/// The figures of a producer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProducerReport {
    /// Events due.
    pub due: u64,
    /// Events published.
    pub published: u64,
    /// Events due and not yet taken, the one waiting at a full channel included.
    pub outbox: u64,
    /// For how long the outbox held something, in seconds.
    pub blocked_s: f64,
    /// Events lost, by reason.
    pub lost: BTreeMap<&'static str, u64>,
    /// When it was taken out of the drawing, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed_at_s: Option<f64>,
}

/// The figures of a consumer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConsumerReport {
    /// Events done.
    pub completed: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// Events on a server.
    pub in_service: u64,
    /// Mean busy servers / concurrency.
    pub utilisation: Option<f64>,
    /// Sum over the servers of the time for which they were blocked, in seconds.
    pub blocked_s: f64,
    /// Mean time from when the first event of the correlation was due to completion here, in
    /// seconds, by the type of that first event.
    pub end_to_end_mean_s: BTreeMap<String, f64>,
    /// Its median.
    pub end_to_end_p50_s: BTreeMap<String, f64>,
    /// Its 95th percentile.
    pub end_to_end_p95_s: BTreeMap<String, f64>,
    /// Its 99th percentile.
    pub end_to_end_p99_s: BTreeMap<String, f64>,
    /// How often a condition or template of one of its rules of emission could not be worked out.
    #[serde(skip_serializing_if = "is_zero")]
    pub expression_failures: u64,
    /// When it was taken out of the drawing, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed_at_s: Option<f64>,
}

/// The figures of a queue, of a subscription, or of a topic's subscriptions together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlaceReport {
    /// Events that reached it, refused ones included.
    pub arrived: u64,
    /// Dispatches to consumers.
    pub delivered: u64,
    /// Dispatches beyond an event's first.
    pub redelivered: u64,
    /// Acknowledgements.
    pub acked: u64,
    /// Events done.
    pub completed: u64,
    /// Dead letters made, by reason.
    pub dead_lettered: BTreeMap<&'static str, u64>,
    /// Events lost, by reason.
    pub lost: BTreeMap<&'static str, u64>,
    /// Ready events.
    pub ready: u64,
    /// Delivered and not yet acknowledged.
    pub unacked: u64,
    /// Ready, in transit to the consumer, and prefetched.
    pub in_queue: u64,
    /// On a server.
    pub in_service: u64,
    /// Time average of `in_queue`.
    pub lq: Option<f64>,
    /// Time average of `in_queue` + `in_service`.
    pub l: Option<f64>,
    /// Mean of sojourn minus service, in seconds.
    pub wait_mean_s: Option<f64>,
    /// Median wait.
    pub wait_p50_s: Option<f64>,
    /// 95th percentile of the wait.
    pub wait_p95_s: Option<f64>,
    /// 99th percentile of the wait.
    pub wait_p99_s: Option<f64>,
    /// Mean of the time from acceptance to completion, in seconds.
    pub sojourn_mean_s: Option<f64>,
    /// Median sojourn.
    pub sojourn_p50_s: Option<f64>,
    /// 95th percentile of the sojourn.
    pub sojourn_p95_s: Option<f64>,
    /// 99th percentile of the sojourn.
    pub sojourn_p99_s: Option<f64>,
    /// Completions per second.
    pub throughput_per_s: Option<f64>,
    /// When it was taken out of the drawing, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed_at_s: Option<f64>,
}

/// The figures of a topic.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TopicReport {
    /// Events that reached the topic.
    pub routed: u64,
    /// Events for which there was no subscription; no loss.
    pub unrouted: u64,
    /// Sums and times over its subscriptions.
    #[serde(flatten)]
    pub sums: PlaceReport,
    /// Each subscription, by the id of its link.
    pub subscriptions: BTreeMap<String, PlaceReport>,
}

/// The figures of a link.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LinkReport {
    /// `publish`, `bind`, `subscribe` or `consume`.
    pub kind: &'static str,
    /// Events that set off.
    pub sent: u64,
    /// Events that reached its end.
    pub arrived: u64,
    /// Events on the way.
    pub in_transit: u64,
    /// Events that set off and did not arrive, by reason.
    pub lost: BTreeMap<&'static str, u64>,
    /// How often the condition of its filter could not be worked out.
    #[serde(skip_serializing_if = "is_zero")]
    pub expression_failures: u64,
    /// When it was taken out of the drawing, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed_at_s: Option<f64>,
}

impl Report {
    /// The figures at `now`.
    pub fn new(statistics: &Statistics, seed: u64, now: SimTime) -> Self {
        let roster = statistics.roster();
        let reporter = Reporter { statistics, roster, now };
        let mut report = Self {
            seed,
            simulated_s: now.as_secs_f64(),
            events: statistics.events(),
            facts: statistics.facts(),
            nodes: BTreeMap::new(),
            links: BTreeMap::new(),
        };
        for (ix, entry) in roster.iter() {
            let id = reporter.name(ix, entry);
            if entry.kind.is_link() {
                report.links.insert(id, reporter.link(ix, entry));
            } else if let Some(node) = reporter.node(ix, entry) {
                report.nodes.insert(id, node);
            }
        }
        report
    }
}

struct Reporter<'a> {
    statistics: &'a Statistics,
    roster: &'a Roster,
    now: SimTime,
}

impl Reporter<'_> {
    /// The id; an element that was removed and whose id is in use again gets its number behind it.
    fn name(&self, ix: ElementIx, entry: &RosterEntry) -> String {
        if self.roster.find(&entry.id) == Some(ix) {
            entry.id.to_string()
        } else {
            format!("{}~{}", entry.id, ix.0)
        }
    }

    fn node(&self, ix: ElementIx, entry: &RosterEntry) -> Option<NodeReport> {
        let counts = self.statistics.counts(ix);
        let removed_at_s = entry.removed_at.map(SimTime::as_secs_f64);
        let blocked_s = || self.statistics.blocked_ns(ix, self.now) as f64 / 1e9;
        Some(match entry.kind {
            ElementKind::Producer => NodeReport::Producer(ProducerReport {
                due: counts.due,
                published: counts.published,
                outbox: counts.outbox,
                blocked_s: blocked_s(),
                lost: by_reason(&self.statistics.lost_at(ix)),
                removed_at_s,
            }),
            ElementKind::Consumer => NodeReport::Consumer(ConsumerReport {
                completed: counts.completed,
                failed: counts.failed,
                in_service: counts.in_service,
                utilisation: self.statistics.utilisation(ix, self.now),
                blocked_s: blocked_s(),
                end_to_end_mean_s: self.end_to_end(ix, Histogram::mean_s),
                end_to_end_p50_s: self.end_to_end(ix, |times| quantile(times, 0.5)),
                end_to_end_p95_s: self.end_to_end(ix, |times| quantile(times, 0.95)),
                end_to_end_p99_s: self.end_to_end(ix, |times| quantile(times, 0.99)),
                expression_failures: self.statistics.expression_failures(ix),
                removed_at_s,
            }),
            ElementKind::Queue => NodeReport::Queue(Box::new(self.places(&[ix], removed_at_s))),
            ElementKind::Topic => NodeReport::Topic(Box::new(self.topic(ix, counts, removed_at_s))),
            _ => return None,
        })
    }

    /// A figure of a consumer's end-to-end times, by the type of the first event.
    fn end_to_end(
        &self,
        consumer: ElementIx,
        figure: impl Fn(&Histogram) -> Option<f64>,
    ) -> BTreeMap<String, f64> {
        let times = self.statistics.end_to_end(consumer);
        let named = times.filter_map(|(event_type, times)| {
            let name = self.roster.types.get(usize::from(event_type.0))?;
            Some((name.to_string(), figure(times)?))
        });
        named.collect()
    }

    fn topic(&self, ix: ElementIx, counts: Counts, removed_at_s: Option<f64>) -> TopicReport {
        let subscriptions: Vec<_> = self
            .roster
            .iter()
            .filter(|(_, entry)| entry.kind == ElementKind::Subscribe && entry.from == ix)
            .collect();
        let places: Vec<_> = subscriptions.iter().map(|(ix, _)| *ix).collect();
        let each = subscriptions.iter().map(|(ix, entry)| {
            let removed_at_s = entry.removed_at.map(SimTime::as_secs_f64);
            (self.name(*ix, entry), self.places(&[*ix], removed_at_s))
        });
        TopicReport {
            routed: counts.routed,
            unrouted: counts.unrouted,
            sums: self.sums(ix, &places, removed_at_s),
            subscriptions: each.collect(),
        }
    }

    /// The figures of a topic's subscriptions together, and what the topic itself refused.
    fn sums(
        &self,
        topic: ElementIx,
        places: &[ElementIx],
        removed_at_s: Option<f64>,
    ) -> PlaceReport {
        let mut sums = self.places(places, removed_at_s);
        for (reason, count) in by_reason(&self.statistics.lost_at(topic)) {
            *sums.lost.entry(reason).or_default() += count;
        }
        sums
    }

    /// The figures of several places together.
    fn places(&self, places: &[ElementIx], removed_at_s: Option<f64>) -> PlaceReport {
        let mut sum = Counts::default();
        let (mut stay, mut service) = (0i128, 0i128);
        let mut lost = [0; Reason::ALL.len()];
        let mut dead = [0; Reason::ALL.len()];
        let mut times = Times::default();
        for &place in places {
            let counts = self.statistics.counts(place);
            sum.arrived += counts.arrived;
            sum.delivered += counts.delivered;
            sum.redelivered += counts.redelivered;
            sum.acked += counts.acked;
            sum.completed += counts.completed;
            sum.ready += counts.ready;
            sum.unacked += counts.unacked;
            sum.in_queue += counts.in_queue;
            sum.in_service += counts.in_service;
            stay += self.statistics.stay_ns(place, self.now);
            service += self.statistics.service_ns(place, self.now);
            add(&mut lost, &self.statistics.lost_at(place));
            add(&mut dead, &self.statistics.dead_lettered_at(place));
            if let Some(of_place) = self.statistics.times(place) {
                times.wait.merge(&of_place.wait);
                times.sojourn.merge(&of_place.sojourn);
            }
        }
        let average = |area: i128| (self.now.0 > 0).then(|| area as f64 / self.now.0 as f64);
        PlaceReport {
            arrived: sum.arrived,
            delivered: sum.delivered,
            redelivered: sum.redelivered,
            acked: sum.acked,
            completed: sum.completed,
            dead_lettered: by_reason(&dead),
            lost: by_reason(&lost),
            ready: sum.ready,
            unacked: sum.unacked,
            in_queue: sum.in_queue,
            in_service: sum.in_service,
            lq: average(stay - service),
            l: average(stay),
            wait_mean_s: times.wait.mean_s(),
            wait_p50_s: quantile(&times.wait, 0.5),
            wait_p95_s: quantile(&times.wait, 0.95),
            wait_p99_s: quantile(&times.wait, 0.99),
            sojourn_mean_s: times.sojourn.mean_s(),
            sojourn_p50_s: quantile(&times.sojourn, 0.5),
            sojourn_p95_s: quantile(&times.sojourn, 0.95),
            sojourn_p99_s: quantile(&times.sojourn, 0.99),
            throughput_per_s: (self.now.0 > 0)
                .then(|| sum.completed as f64 / self.now.as_secs_f64()),
            removed_at_s,
        }
    }

    fn link(&self, ix: ElementIx, entry: &RosterEntry) -> LinkReport {
        let counts = self.statistics.counts(ix);
        let (arrived, lost) = match entry.kind {
            // A subscribe link's counts are those of its place; what it carries goes to the consumer.
            ElementKind::Subscribe | ElementKind::Consume => {
                let turned_back = self.statistics.turned_back(ix);
                let lost = (turned_back > 0).then(|| (Reason::LinkRemoved.name(), turned_back));
                (
                    counts.sent.saturating_sub(counts.in_transit + turned_back),
                    lost.into_iter().collect(),
                )
            }
            _ => (counts.arrived, by_reason(&self.statistics.lost_at(ix))),
        };
        LinkReport {
            kind: entry.kind.name(),
            sent: counts.sent,
            arrived,
            in_transit: counts.in_transit,
            lost,
            expression_failures: self.statistics.expression_failures(ix),
            removed_at_s: entry.removed_at.map(SimTime::as_secs_f64),
        }
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

fn quantile(histogram: &Histogram, q: f64) -> Option<f64> {
    histogram.quantile(q).map(SimSpan::as_secs_f64)
}

fn add(sum: &mut [u64; Reason::ALL.len()], more: &[u64; Reason::ALL.len()]) {
    sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
}

fn by_reason(counts: &[u64; Reason::ALL.len()]) -> BTreeMap<&'static str, u64> {
    let counted = Reason::ALL.iter().zip(counts).filter(|(_, count)| **count > 0);
    counted.map(|(reason, count)| (reason.name(), *count)).collect()
}

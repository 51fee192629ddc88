//! Hand-made topologies whose course can be told beforehand.

mod blocking;
mod control;
mod editing;
mod emission;
mod failing;
mod publishing;
mod waiting;

use std::sync::Arc;

use super::*;
use crate::analysis::statistics::{Counts, Statistics};
use crate::edit::Edit;
use crate::fact::{FactKind as K, Reason};
use crate::ids::{LinkId, NodeId};
use crate::project::{
    Ack, Arrivals, Consumer, Link, Node, NodeKind, OnFailure, Overflow, Point, Producer, Service,
    Waiting,
};

pub(super) struct Drawing(Project);

impl Drawing {
    pub(super) fn new() -> Self {
        Self(Project { seed: 7, ..Project::default() })
    }

    fn node(mut self, id: &str, kind: NodeKind) -> Self {
        self.0
            .nodes
            .insert(NodeId::new(id), Node { name: String::new(), at: Point(0.0, 0.0), kind });
        self
    }

    pub(super) fn every(self, id: &str, seconds: f64, limit: u64) -> Self {
        self.node(
            id,
            NodeKind::Producer(Producer {
                arrivals: Arrivals::Constant { rate_per_s: 1.0 / seconds },
                limit: Some(limit),
                ..Producer::default()
            }),
        )
    }

    pub(super) fn queue(self, id: &str, waiting: Waiting) -> Self {
        self.node(id, NodeKind::Queue(waiting))
    }

    fn topic(self, id: &str) -> Self {
        self.topic_with(id, Waiting::default())
    }

    fn topic_with(self, id: &str, waiting: Waiting) -> Self {
        self.node(id, NodeKind::Topic(waiting))
    }

    /// A producer that makes nothing by itself: events are published by hand.
    fn by_hand(self, id: &str) -> Self {
        self.producer(id, Arrivals::Constant { rate_per_s: 0.0 }, Producer::default())
    }

    fn producer(self, id: &str, arrivals: Arrivals, settings: Producer) -> Self {
        self.node(id, NodeKind::Producer(Producer { arrivals, ..settings }))
    }

    fn link_with(mut self, link: Link) -> Self {
        let id = LinkId::new(format!("{}-{}", link.from, link.to));
        self.0.links.insert(id, link);
        self
    }

    pub(super) fn consumer(self, id: &str, seconds: f64, settings: Consumer) -> Self {
        let service = Service::Constant { mean_s: seconds };
        self.node(id, NodeKind::Consumer(Consumer { service, ..settings }))
    }

    fn late_link(mut self, from: &str, to: &str, latency_s: f64) -> Self {
        let link = Link::new(from, to).with_latency(latency_s);
        self.0.links.insert(LinkId::new(format!("{from}-{to}")), link);
        self
    }

    pub(super) fn link(self, from: &str, to: &str) -> Self {
        self.late_link(from, to, 0.0)
    }

    fn world(self) -> World {
        World::new(Arc::new(self.0), 7)
    }
}

const S: u64 = 1_000_000_000;
const MS: u64 = 1_000_000;

fn queue_of(capacity: u64, overflow: Overflow) -> Waiting {
    Waiting { capacity: Some(capacity), overflow, ..Waiting::default() }
}

/// A consumer whose every service fails.
fn failing(on_failure: OnFailure) -> Consumer {
    Consumer { failure_probability: 1.0, on_failure, ..Consumer::default() }
}

/// A world with everything that it told.
struct Told {
    world: World,
    facts: Vec<Fact>,
    statistics: Statistics,
}

impl Told {
    fn of(drawing: Drawing) -> Self {
        let world = drawing.world();
        let mut statistics = Statistics::new();
        world.begin(&mut statistics);
        Self { world, facts: Vec::new(), statistics }
    }

    fn until_ms(&mut self, ms: u64) -> &mut Self {
        let mut sinks = (&mut self.facts, &mut self.statistics);
        assert_eq!(self.world.advance(SimTime(ms * MS), u64::MAX, &mut sinks), Progress::Reached);
        self
    }

    fn try_at(&mut self, ms: u64, input: &Input) -> Result<(), InputError> {
        let mut sinks = (&mut self.facts, &mut self.statistics);
        self.world.handle(SimTime(ms * MS), input, &mut sinks)
    }

    fn at(&mut self, ms: u64, input: &Input) -> &mut Self {
        self.try_at(ms, input).expect("the input fits");
        self
    }

    fn publish_type(&mut self, ms: u64, node: &str, event_type: &str) -> &mut Self {
        let event = Given { event_type: Some(event_type.into()), ..Given::default() };
        self.at(ms, &Input::Publish { node: node.into(), event })
    }

    fn publish(&mut self, ms: u64, node: &str) -> &mut Self {
        self.at(ms, &Input::Publish { node: node.into(), event: Given::default() })
    }

    fn publish_data(&mut self, ms: u64, node: &str, data: &str) -> &mut Self {
        let event = Given { data: Some(data.into()), ..Given::default() };
        self.at(ms, &Input::Publish { node: node.into(), event })
    }

    fn edit_node(&mut self, ms: u64, id: &str, change: impl FnOnce(&mut NodeKind)) -> &mut Self {
        let mut node = self.world.project().nodes[id].clone();
        change(&mut node.kind);
        self.at(ms, &Input::Edit(Edit::SetNode { id: id.into(), node }))
    }

    fn element(&self, id: &str) -> ElementIx {
        let named = |(_, entry): &(ElementIx, &crate::fact::RosterEntry)| entry.id.as_str() == id;
        self.world.roster().iter().find(named).expect("it is there").0
    }

    /// `(ms, event)` of all facts of a kind at, or by way of, an element.
    fn when(&self, kind: K, element: &str) -> Vec<(u64, u64)> {
        let element = self.element(element);
        let meant = |f: &&Fact| f.kind() == kind && (f.at() == element || f.peer() == element);
        self.facts.iter().filter(meant).map(|f| (f.time.0 / MS, f.event.0)).collect()
    }

    /// The events of all facts of a kind at, or by way of, an element.
    fn events(&self, kind: K, element: &str) -> Vec<u64> {
        self.when(kind, element).into_iter().map(|(_, event)| event).collect()
    }

    /// `(ms, event, reason)` of all losses.
    fn losses(&self) -> Vec<(u64, u64, Reason)> {
        let losses = self.facts.iter().filter(|f| f.kind().is_loss());
        losses.map(|f| (f.time.0 / MS, f.event.0, f.reason())).collect()
    }

    fn reasons(&self, kind: K) -> Vec<(u64, u64, Reason)> {
        let meant = self.facts.iter().filter(|f| f.kind() == kind);
        meant.map(|f| (f.time.0 / MS, f.event.0, f.reason())).collect()
    }

    fn counts(&self, id: &str) -> Counts {
        self.statistics.counts(self.element(id))
    }

    /// The events in a channel, in order.
    fn contents(&self, id: &str) -> Vec<u64> {
        let (rows, _) = self.world.contents(self.element(id), 100);
        rows.iter().map(|row| row.event.0).collect()
    }
}

/// Runs to `seconds` and gives the facts as `(ms, kind, event, reason)`.
fn course(world: &mut World, seconds: u64) -> Vec<(u64, K, u64, Reason)> {
    let mut facts: Vec<Fact> = Vec::new();
    assert_eq!(world.advance(SimTime(seconds * S), u64::MAX, &mut facts), Progress::Reached);
    facts.iter().map(|f| (f.time.0 / 1_000_000, f.kind(), f.event.0, f.reason())).collect()
}

fn kinds(course: &[(u64, K, u64, Reason)], event: u64) -> Vec<(u64, K)> {
    course.iter().filter(|f| f.2 == event).map(|f| (f.0, f.1)).collect()
}

#[test]
fn an_event_goes_from_its_producer_through_the_queue_to_the_consumer() {
    let mut world = Drawing::new()
        .every("p", 1.0, 2)
        .queue("q", Waiting::default())
        .consumer("c", 1.5, Consumer::default())
        .link("p", "q")
        .link("q", "c")
        .world();
    let course = course(&mut world, 10);
    let first = [
        (1000, K::Published),
        (1000, K::Accepted),
        (1000, K::Delivered),
        (1000, K::Started),
        (2500, K::Served),
        (2500, K::Completed),
    ];
    assert_eq!(kinds(&course, 0), first);
    let second = [
        (2000, K::Published),
        (2000, K::Accepted),
        (2500, K::Delivered),
        (2500, K::Started),
        (4000, K::Served),
        (4000, K::Completed),
    ];
    assert_eq!(kinds(&course, 1), second);
    assert_eq!(world.events_alive(), 0);
    assert_eq!(world.next_deadline(), None);
}

#[test]
fn a_topic_gives_each_subscription_a_copy_and_counts_what_nobody_wants() {
    let mut world = Drawing::new()
        .every("p", 1.0, 1)
        .topic("t")
        .consumer("a", 0.5, Consumer::default())
        .consumer("b", 0.25, Consumer::default())
        .link("p", "t")
        .link("t", "a")
        .link("t", "b")
        .world();
    let course = course(&mut world, 3);
    let done: Vec<_> = course.iter().filter(|f| f.1 == K::Completed).map(|f| f.0).collect();
    assert_eq!(done, [1250, 1500]);
    let mut world = Drawing::new().every("p", 1.0, 1).topic("t").link("p", "t").world();
    let mut facts: Vec<Fact> = Vec::new();
    world.advance(SimTime(S), u64::MAX, &mut facts);
    assert_eq!(facts[1].kind(), K::Routed);
    assert_eq!(facts[1].copies(), 0);
}

#[test]
fn latencies_delay_and_fall_on_both_kinds_of_links() {
    let mut world = Drawing::new()
        .every("p", 1.0, 1)
        .queue("q", Waiting::default())
        .consumer("c", 0.5, Consumer::default())
        .late_link("p", "q", 0.25)
        .late_link("q", "c", 0.125)
        .world();
    let course = course(&mut world, 3);
    let expected = [
        (1000, K::Published),
        (1000, K::Sent),
        (1250, K::Accepted),
        (1250, K::Delivered),
        (1375, K::Received),
        (1375, K::Started),
        (1875, K::Served),
        (1875, K::EndToEnd),
        (1875, K::Completed),
    ];
    assert_eq!(kinds(&course, 0), expected);
}

#[test]
fn a_full_queue_drops_the_newest_or_the_oldest() {
    for (overflow, kind, lost, reason) in [
        (Overflow::DropNewest, K::Refused, 2, Reason::OverflowNewest),
        (Overflow::DropOldest, K::Dropped, 1, Reason::OverflowOldest),
    ] {
        let mut world = Drawing::new()
            .every("p", 1.0, 3)
            .queue("q", Waiting { capacity: Some(1), overflow, ..Waiting::default() })
            .consumer("c", 10.0, Consumer::default())
            .link("p", "q")
            .link("q", "c")
            .world();
        let course = course(&mut world, 4);
        let losses: Vec<_> = course.iter().filter(|f| f.1.is_loss()).copied().collect();
        assert_eq!(losses, [(3000, kind, lost, reason)]);
    }
}

#[test]
fn a_full_blocking_queue_makes_its_producer_wait() {
    let mut world = Drawing::new()
        .every("p", 1.0, 4)
        .queue("q", Waiting { capacity: Some(1), overflow: Overflow::Block, ..Waiting::default() })
        .consumer("c", 3.0, Consumer::default())
        .link("p", "q")
        .link("q", "c")
        .world();
    let course = course(&mut world, 20);
    // 0 is served from 1 to 4, 1 waits, 2 is held at 3 and let in at 4, 3 is held at 4.
    let held: Vec<_> = course.iter().filter(|f| f.1 == K::Held).map(|f| (f.0, f.2)).collect();
    assert_eq!(held, [(3000, 2), (4000, 3)]);
    let let_in: Vec<_> = course.iter().filter(|f| f.1 == K::Accepted).map(|f| (f.0, f.2)).collect();
    assert_eq!(let_in, [(1000, 0), (2000, 1), (4000, 2), (7000, 3)]);
    assert!(course.iter().all(|f| !f.1.is_loss()));
}

#[test]
fn a_consumer_that_emits_into_a_full_channel_keeps_its_server() {
    let mut world = Drawing::new()
        .every("p", 1.0, 3)
        .queue("q", Waiting::default())
        .consumer("a", 0.5, Consumer::default())
        .queue("r", Waiting { capacity: Some(0), overflow: Overflow::Block, ..Waiting::default() })
        .consumer("b", 2.0, Consumer::default())
        .link("p", "q")
        .link("q", "a")
        .link("a", "r")
        .link("r", "b")
        .world();
    let course = course(&mut world, 20);
    let blocked: Vec<_> = course
        .iter()
        .filter(|f| matches!(f.1, K::Blocked | K::Unblocked))
        .map(|f| (f.0, f.1, f.2))
        .collect();
    // Event 0 is through at 1.5 and its child served until 3.5; event 2, the next one, is ready at 2.5.
    assert_eq!(blocked[..2], [(2500, K::Blocked, 2), (3500, K::Unblocked, 2)]);
    assert_eq!(course.iter().filter(|f| f.1 == K::Completed).count(), 6);
}

#[test]
fn failures_requeue_up_to_the_delivery_limit_and_then_become_dead_letters() {
    let failing = Consumer { failure_probability: 1.0, ..Consumer::default() };
    let mut world = Drawing::new()
        .every("p", 1.0, 1)
        .queue(
            "q",
            Waiting {
                delivery_limit: Some(3),
                dead_letter: Some("dlq".into()),
                ..Waiting::default()
            },
        )
        .queue("dlq", Waiting::default())
        .consumer("c", 0.5, failing)
        .link("p", "q")
        .link("q", "c")
        .world();
    let course = course(&mut world, 10);
    assert_eq!(course.iter().filter(|f| f.1 == K::Delivered).count(), 3);
    let end: Vec<_> = course.iter().rev().take(3).rev().map(|f| (f.0, f.1, f.2, f.3)).collect();
    assert_eq!(
        end,
        [
            (2500, K::DeadLettered, 0, Reason::DeliveryLimit),
            (2500, K::Published, 1, Reason::None),
            (2500, K::Accepted, 1, Reason::None),
        ]
    );
}

#[test]
fn acknowledged_on_delivery_a_failure_loses_the_event() {
    let failing = Consumer {
        failure_probability: 1.0,
        ack: Ack::Before,
        on_failure: OnFailure::Requeue,
        ..Consumer::default()
    };
    let mut world = Drawing::new()
        .every("p", 1.0, 1)
        .queue("q", Waiting::default())
        .consumer("c", 0.5, failing)
        .link("p", "q")
        .link("q", "c")
        .world();
    let course = course(&mut world, 3);
    assert_eq!(course.last(), Some(&(1500, K::Lost, 0, Reason::FailedUnacked)));
}

#[test]
fn a_cycle_of_dead_letters_without_a_rejection_is_cut() {
    let failing = Consumer { failure_probability: 1.0, ..Consumer::default() };
    let to = |target: &str| Waiting {
        delivery_limit: Some(1),
        dead_letter: Some(target.into()),
        ..Waiting::default()
    };
    let mut world = Drawing::new()
        .every("p", 1.0, 1)
        .queue("a", to("b"))
        .queue("b", to("a"))
        .consumer("c", 0.5, failing)
        .link("p", "a")
        .link("a", "c")
        .link("b", "c")
        .world();
    let course = course(&mut world, 60);
    let end = course.last().expect("something happened");
    assert_eq!((end.1, end.3), (K::Refused, Reason::DeadLetterCycle));
    assert_eq!(world.events_alive(), 0);
}

#[test]
fn a_queue_takes_an_event_once_however_it_comes() {
    let mut world = Drawing::new()
        .every("p", 1.0, 1)
        .topic("t")
        .queue("q", Waiting::default())
        .link("p", "q")
        .link("p", "t")
        .late_link("t", "q", 0.5)
        .world();
    let course = course(&mut world, 3);
    let end = course.last().expect("something happened");
    assert_eq!((end.0, end.1, end.3), (1500, K::Refused, Reason::AlreadyTaken));
    let accepted = course.iter().filter(|f| f.1 == K::Accepted).count();
    assert_eq!(accepted, 1);
}

#[test]
fn a_removed_consumer_gives_back_what_it_had() {
    let mut world = Drawing::new()
        .every("p", 1.0, 2)
        .queue("q", Waiting::default())
        .consumer("c", 10.0, Consumer { prefetch: Some(2), ..Consumer::default() })
        .link("p", "q")
        .link("q", "c")
        .world();
    course(&mut world, 3);
    let edit = Edit::Batch(vec![
        Edit::RemoveLink { id: "q-c".into() },
        Edit::RemoveNode { id: "c".into() },
    ]);
    let mut facts: Vec<Fact> = Vec::new();
    world.handle(SimTime(3 * S), &Input::Edit(edit), &mut facts).expect("the edit fits");
    let told: Vec<_> = facts.iter().map(|f| (f.kind(), f.event.0, f.reason())).collect();
    assert_eq!(
        told[1..],
        [
            (K::Interrupted, 0, Reason::None),
            (K::Requeued, 0, Reason::ConsumerRemoved),
            (K::Requeued, 1, Reason::ConsumerRemoved),
        ]
    );
    let queue = world.roster().find(&crate::ids::ElementId::Node("q".into())).expect("it is there");
    let (rows, total) = world.contents(queue, 10);
    assert_eq!(total, 2);
    assert_eq!(rows.iter().map(|row| row.event.0).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn slicing_changes_nothing() {
    let make = || {
        Drawing::new()
            .every("p", 0.1, 500)
            .queue("q", Waiting { capacity: Some(3), ..Waiting::default() })
            .consumer("c", 0.13, Consumer { failure_probability: 0.3, ..Consumer::default() })
            .link("p", "q")
            .late_link("q", "c", 0.01)
            .world()
    };
    let mut whole: Vec<Fact> = Vec::new();
    make().advance(SimTime(60 * S), u64::MAX, &mut whole);
    let mut sliced: Vec<Fact> = Vec::new();
    let mut world = make();
    for until in (0..=60 * S).step_by(7_777_777) {
        while world.advance(SimTime(until), 1, &mut sliced) == Progress::OutOfBudget {}
    }
    world.advance(SimTime(60 * S), u64::MAX, &mut sliced);
    assert_eq!(whole, sliced);
    assert!(whole.len() > 1000);
}

#[test]
fn a_million_steps_at_one_instant_stop_the_run() {
    let mut world = Drawing::new()
        .every("p", 1.0, 1)
        .queue("q", Waiting::default())
        .consumer("c", 0.0, Consumer::default())
        .link("p", "q")
        .link("q", "c")
        .link("c", "q")
        .world();
    assert_eq!(world.advance(SimTime(2 * S), u64::MAX, &mut crate::fact::Ignore), Progress::Stuck);
    assert_eq!(world.now(), SimTime(S));
}

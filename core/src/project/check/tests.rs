use super::*;
use crate::ids::is_valid_id;
use crate::project::{
    Ack, Arrivals, Consumer, Link, Node, NodeKind, Note, OnFailure, Overflow, Point, Producer,
    Recording, Service, Waiting, WeightedType,
};

/// A drawing in short: nodes, then links `from → to`.
#[derive(Default)]
struct Draw(Project);

impl Draw {
    fn node(mut self, id: &str, kind: NodeKind) -> Self {
        let node = Node { name: String::new(), at: Point(0.0, 0.0), kind };
        self.0.nodes.insert(id.into(), node);
        self
    }

    fn source(self, id: &str, rate_per_s: f64) -> Self {
        let arrivals = Arrivals::Poisson { rate_per_s };
        self.node(id, NodeKind::Producer(Producer { arrivals, ..Producer::default() }))
    }

    fn queue(self, id: &str) -> Self {
        self.node(id, NodeKind::Queue(Waiting::default()))
    }

    fn blocking(self, id: &str) -> Self {
        let overflow = Overflow::Block;
        self.node(
            id,
            NodeKind::Queue(Waiting { capacity: Some(3), overflow, ..Waiting::default() }),
        )
    }

    fn topic(self, id: &str) -> Self {
        self.node(id, NodeKind::Topic(Waiting::default()))
    }

    fn worker(self, id: &str, mean_s: f64) -> Self {
        self.consumer(id, |consumer| consumer.service = Service::Exponential { mean_s })
    }

    fn consumer(self, id: &str, change: impl FnOnce(&mut Consumer)) -> Self {
        let mut consumer = Consumer::default();
        change(&mut consumer);
        self.node(id, NodeKind::Consumer(consumer))
    }

    fn link(mut self, from: &str, to: &str) -> Self {
        let id = format!("l{}", self.0.links.len() + 1);
        let link = Link::new(from, to);
        self.0.links.insert(id.as_str().into(), link);
        self
    }

    /// What the check says: `(code, element, field)`.
    fn says(&self) -> Vec<(&'static str, String, String)> {
        let problems = check(&self.0);
        for problem in &problems {
            assert!(is_valid_id(problem.code) && problem.code.to_lowercase() == problem.code);
            assert!(problem.message.ends_with('.'), "{}", problem.message);
            assert!(!problem.message.contains("  "), "{}", problem.message);
        }
        let text = |id: &Option<ElementId>| id.as_ref().map_or("", ElementId::as_str).to_owned();
        problems
            .iter()
            .map(|p| (p.code, text(&p.id), p.field.clone().unwrap_or_default()))
            .collect()
    }

    fn codes(&self) -> Vec<String> {
        self.says().into_iter().map(|(code, id, _)| format!("{id}: {code}")).collect()
    }
}

/// One producer of 8/s, a queue, one worker of 0.1 s: fine as it is.
fn mm1() -> Draw {
    Draw::default()
        .source("source", 8.0)
        .queue("queue")
        .worker("worker", 0.1)
        .link("source", "queue")
        .link("queue", "worker")
}

/// The only complaint about `mm1` after a change of one node's kind.
fn complaint(id: &str, kind: NodeKind) -> (&'static str, String) {
    let draw = mm1().node(id, kind);
    let says = draw.says();
    let [(code, at, field)] = &says[..] else { panic!("one complaint expected: {says:?}") };
    assert_eq!(at, id);
    (code, field.clone())
}

fn producer(change: impl FnOnce(&mut Producer)) -> NodeKind {
    let arrivals = Arrivals::Constant { rate_per_s: 1.0 };
    let mut producer = Producer { arrivals, ..Producer::default() };
    change(&mut producer);
    NodeKind::Producer(producer)
}

fn consumer(change: impl FnOnce(&mut Consumer)) -> NodeKind {
    let mut consumer = Consumer::default();
    change(&mut consumer);
    NodeKind::Consumer(consumer)
}

fn queue(change: impl FnOnce(&mut Waiting)) -> NodeKind {
    let mut waiting = Waiting::default();
    change(&mut waiting);
    NodeKind::Queue(waiting)
}

#[test]
fn a_sound_project_has_no_problems() {
    assert_eq!(mm1().says(), []);
    assert!(can_run(&check(&mm1().0)));
    let noted =
        mm1().node("note", NodeKind::Note(Note { size: Point(9.0, 9.0), ..Note::default() }));
    assert_eq!(noted.says(), []);
}

#[test]
fn numbers_out_of_range_are_errors_with_their_field() {
    let rate = |rate_per_s| producer(|p| p.arrivals = Arrivals::Poisson { rate_per_s });
    let at_rate = |code| (code, "arrivals.rate_per_s".to_owned());
    assert_eq!(complaint("source", rate(-1.0)), at_rate("negative"));
    assert_eq!(complaint("source", rate(f64::NAN)), at_rate("not_finite"));
    assert_eq!(complaint("source", rate(f64::INFINITY)), at_rate("not_finite"));
    assert_eq!(complaint("source", rate(1.1e9)), at_rate("out_of_range"));

    let service = |mean_s| consumer(|c| c.service = Service::Constant { mean_s });
    let at_service = |code| (code, "service.mean_s".to_owned());
    assert_eq!(complaint("worker", service(-0.1)), at_service("negative"));
    assert_eq!(complaint("worker", service(f64::NAN)), at_service("not_finite"));
    assert_eq!(complaint("worker", service(1.1e9)), at_service("out_of_range"));

    for probability in [-0.1, 1.1, f64::NAN, f64::NEG_INFINITY] {
        let kind = consumer(|c| c.failure_probability = probability);
        let field = "failure_probability".to_owned();
        assert_eq!(complaint("worker", kind), ("probability_out_of_range", field));
    }

    let mut far = mm1();
    far.0.nodes.get_mut("queue").expect("is there").at = Point(f32::NAN, f32::INFINITY);
    assert_eq!(far.says(), [("not_finite", "queue".to_owned(), "at".to_owned())]);
    far.0.nodes.get_mut("queue").expect("is there").at = Point(1e8, 0.0);
    assert_eq!(far.says(), [("out_of_range", "queue".to_owned(), "at".to_owned())]);

    for (latency_s, code) in [(-1.0, "negative"), (f64::NAN, "not_finite"), (2e9, "out_of_range")] {
        let mut slow = mm1();
        slow.0.links.get_mut("l1").expect("is there").latency_s = latency_s;
        assert_eq!(slow.says(), [(code, "l1".to_owned(), "latency_s".to_owned())]);
        assert!(!can_run(&check(&slow.0)));
    }
}

#[test]
fn counts_of_zero_are_errors_where_one_is_needed() {
    let cases = [
        ("worker", consumer(|c| c.concurrency = 0), "zero_concurrency", "concurrency"),
        ("worker", consumer(|c| c.concurrency = u32::MAX), "out_of_range", "concurrency"),
        ("worker", consumer(|c| c.prefetch = Some(0)), "zero_prefetch", "prefetch"),
        ("queue", queue(|w| w.delivery_limit = Some(0)), "zero_delivery_limit", "delivery_limit"),
    ];
    for (id, kind, code, field) in cases {
        assert_eq!(complaint(id, kind), (code, field.to_owned()));
    }
    // A place without room is one: what a consumer takes at once was never ready.
    assert_eq!(mm1().node("queue", queue(|w| w.capacity = Some(0))).says(), []);
}

#[test]
fn types_need_a_weight_and_a_name() {
    let types = |weights: &[f64]| {
        let types = weights.iter().map(|&weight| WeightedType::new("t", weight));
        producer(|p| p.types = types.collect())
    };
    assert_eq!(complaint("source", types(&[0.0, 0.0])), ("no_weight", "types".to_owned()));
    assert_eq!(complaint("source", types(&[1.0, -1.0])), ("negative", "types.1.weight".to_owned()));
    assert_eq!(
        complaint("source", types(&[f64::INFINITY])),
        ("not_finite", "types.0.weight".to_owned())
    );
    let nameless = producer(|p| p.types = vec![WeightedType::new(String::new(), 1.0)]);
    assert_eq!(complaint("source", nameless), ("type_without_name", "types.0.name".to_owned()));
}

#[test]
fn a_recorded_log_needs_a_file() {
    let recorded = |file: &str| {
        let recording = Recording { file: file.to_owned(), ..Recording::default() };
        producer(|p| p.arrivals = Arrivals::Recorded(recording))
    };
    assert_eq!(complaint("source", recorded("")), ("no_file", "arrivals.file".to_owned()));
    assert_eq!(mm1().node("source", recorded("log.csv")).says(), []);
}

#[test]
fn dead_letters_need_a_channel_elsewhere() {
    let to = |target: &str| queue(|w| w.dead_letter = Some(target.into()));
    let at = |code| (code, "dead_letter".to_owned());
    assert_eq!(complaint("queue", to("nowhere")), at("dead_letter_missing"));
    assert_eq!(complaint("queue", to("worker")), at("dead_letter_no_channel"));
    assert_eq!(complaint("queue", to("queue")), at("dead_letter_to_itself"));
    // A queue that gathers dead letters needs no consumer.
    assert_eq!(mm1().node("queue", to("parked")).queue("parked").says(), []);
    let limited = queue(|w| w.delivery_limit = Some(3));
    assert_eq!(complaint("queue", limited), at("delivery_limit_without_dead_letter"));
    let both = queue(|w| (w.delivery_limit, w.dead_letter) = (Some(3), Some("parked".into())));
    assert_eq!(mm1().node("queue", both).queue("parked").says(), []);
}

#[test]
fn broken_links_are_errors() {
    let draw = mm1().link("queue", "nowhere").link("gone", "lost");
    assert_eq!(
        draw.says(),
        [
            ("link_to_nowhere", "l3".to_owned(), "to".to_owned()),
            ("link_to_nowhere", "l4".to_owned(), "from".to_owned()),
            ("link_to_nowhere", "l4".to_owned(), "to".to_owned()),
        ]
    );
    let pairs = [("queue", "source"), ("source", "worker"), ("queue", "queue"), ("queue", "topic")];
    for (from, to) in pairs {
        let draw = mm1().topic("topic").link("source", "topic").link("topic", "worker");
        assert_eq!(draw.link(from, to).codes(), ["l5: cannot_link"], "{from} → {to}");
    }
    assert_eq!(mm1().link("source", "queue").codes(), ["l3: duplicate_link"]);
}

#[test]
fn ids_that_cannot_be_are_errors() {
    for id in ["", "a.b", "a b", "ä", &"x".repeat(65)] {
        let draw =
            mm1().node(id, NodeKind::Note(Note { size: Point(1.0, 1.0), ..Note::default() }));
        assert_eq!(draw.codes(), [format!("{id}: invalid_id")]);
        assert!(!can_run(&check(&draw.0)));
    }
}

#[test]
fn lonely_nodes_are_warnings() {
    let draw = Draw::default().source("p", 1.0).queue("q").topic("t").worker("c", 0.1);
    assert_eq!(
        draw.codes(),
        [
            "c: consumer_without_input",
            "p: producer_without_link",
            "q: queue_without_consumer",
            "q: unreachable",
            "t: topic_without_subscription",
            "t: unreachable",
        ]
    );
    assert!(can_run(&check(&draw.0)));
    assert_eq!(Draw::default().codes(), [": empty_project"]);
    let island = mm1().queue("far").worker("away", 0.1).link("far", "away");
    assert_eq!(island.codes(), ["away: unreachable", "far: unreachable"]);
}

#[test]
fn dead_letters_reach_nodes_too() {
    let kind = queue(|w| w.dead_letter = Some("second".into()));
    let draw = mm1().node("queue", kind).queue("second").worker("mender", 0.1);
    assert_eq!(draw.link("second", "mender").says(), []);
}

#[test]
fn a_ring_that_can_come_to_a_standstill_is_a_warning() {
    let ring = mm1().blocking("queue").link("worker", "queue");
    assert!(ring.codes().contains(&"worker: blocking_cycle".to_owned()), "{:?}", ring.codes());

    let two = |second: fn(Draw) -> Draw| {
        second(mm1().blocking("queue"))
            .worker("other", 0.1)
            .link("worker", "back")
            .link("back", "other")
            .link("other", "queue")
    };
    let both = two(|draw| draw.blocking("back")).codes();
    assert!(both.contains(&"other: blocking_cycle".to_owned()), "{both:?}");
    assert!(both.contains(&"worker: blocking_cycle".to_owned()), "{both:?}");
    let one = two(|draw| draw.queue("back")).codes();
    assert!(one.iter().all(|code| !code.contains("blocking_cycle")), "{one:?}");

    // A competing consumer outside of the ring empties the queue after all.
    let helped = mm1().blocking("queue").link("worker", "queue").worker("helper", 0.1);
    let codes = helped.link("queue", "helper").codes();
    assert!(codes.iter().all(|code| !code.contains("blocking_cycle")), "{codes:?}");

    // Through a topic that is bound to the blocking queue.
    let bound = mm1().blocking("queue").topic("t").link("worker", "t").link("t", "queue");
    assert!(bound.codes().contains(&"worker: blocking_cycle".to_owned()), "{:?}", bound.codes());

    // A consumer that only leads into a ring is not one of it.
    let tail = mm1()
        .blocking("queue")
        .link("worker", "queue")
        .queue("before")
        .worker("feeder", 0.1)
        .link("source", "before")
        .link("before", "feeder")
        .link("feeder", "queue");
    let codes = tail.codes();
    assert!(codes.contains(&"worker: blocking_cycle".to_owned()), "{codes:?}");
    assert!(!codes.contains(&"feeder: blocking_cycle".to_owned()), "{codes:?}");
}

/// The figure and the element of the overload warnings.
fn overloads(draw: &Draw) -> Vec<String> {
    let rho = |message: &str| {
        let after = message.split("ρ = ").nth(1).expect("the message has the figure");
        after.split(' ').next().unwrap_or_default().to_owned()
    };
    check(&draw.0)
        .iter()
        .filter(|p| p.code == "overloaded")
        .map(|p| format!("{} {}", p.id.as_ref().map_or("", ElementId::as_str), rho(&p.message)))
        .collect()
}

#[test]
fn more_work_than_servers_is_a_warning_with_the_utilisation() {
    assert_eq!(overloads(&mm1().source("source", 12.5)), ["worker 1.25"]);
    assert_eq!(overloads(&mm1().source("source", 10.0)), ["worker 1.00"]);
    assert_eq!(overloads(&mm1().source("source", 9.9)), [""; 0]);
    let servers = |n| {
        mm1().source("source", 25.0).consumer("worker", |c| {
            (c.service, c.concurrency) = (Service::Constant { mean_s: 0.1 }, n);
        })
    };
    assert_eq!(overloads(&servers(2)), ["worker 1.25"]);
    assert_eq!(overloads(&servers(3)), [""; 0]);
    // Two producers, and competing consumers: together they do 20/s.
    let shared = mm1()
        .source("source", 15.0)
        .source("other", 9.0)
        .link("other", "queue")
        .worker("second", 0.1)
        .link("queue", "second");
    assert_eq!(overloads(&shared), ["queue 1.20"]);
}

#[test]
fn repeated_attempts_count_as_work() {
    let failing = |p, ack, on_failure| {
        mm1().consumer("worker", |c| {
            c.service = Service::Constant { mean_s: 0.1 };
            (c.failure_probability, c.ack, c.on_failure) = (p, ack, on_failure);
        })
    };
    // 8/s of 0.1 s, half of them again and again: 2 attempts each.
    assert_eq!(overloads(&failing(0.5, Ack::After, OnFailure::Requeue)), ["worker 1.60"]);
    assert_eq!(overloads(&failing(0.5, Ack::After, OnFailure::Reject)), [""; 0]);
    assert_eq!(overloads(&failing(0.5, Ack::Before, OnFailure::Requeue)), [""; 0]);
    assert_eq!(overloads(&failing(1.0, Ack::After, OnFailure::Requeue)), ["worker ∞"]);
    // At most two deliveries: 1.5 attempts each.
    let limited = failing(0.5, Ack::After, OnFailure::Requeue)
        .node("queue", queue(|w| w.delivery_limit = Some(2)));
    assert_eq!(overloads(&limited), ["worker 1.20"]);
}

#[test]
fn rates_are_followed_through_topics_and_consumers() {
    // Two subscriptions and a bound queue: each gets all 8/s, once, however many ways there are.
    let fan = mm1()
        .topic("t")
        .link("source", "t")
        .link("t", "queue")
        .worker("slow", 0.2)
        .worker("fast", 0.1)
        .link("t", "slow")
        .link("t", "fast");
    assert_eq!(overloads(&fan), ["slow 1.60"]);
    // What a consumer completes goes on, as much as its servers manage: 10/s of 20.
    let line = |mean_s| {
        mm1()
            .source("source", 20.0)
            .queue("next")
            .worker("last", mean_s)
            .link("worker", "next")
            .link("next", "last")
    };
    assert_eq!(overloads(&line(0.15)), ["last 1.50", "worker 2.00"]);
    assert_eq!(overloads(&line(0.09)), ["worker 2.00"]);
    // Of a ring the rate from outside is known: a lower bound.
    let ring = |rate| mm1().source("source", rate).link("worker", "queue");
    assert_eq!(overloads(&ring(8.0)), [""; 0]);
    assert_eq!(overloads(&ring(12.0)), ["worker 1.20"]);
}

#[test]
fn problems_come_in_a_stable_order_and_as_json() {
    let draw = mm1().source("source", -1.0).link("queue", "nowhere").worker("a", 0.1);
    assert_eq!(
        draw.codes(),
        ["a: consumer_without_input", "source: negative", "l3: link_to_nowhere"]
    );
    let problems = check(&draw.0);
    assert_eq!(problems, check(&draw.0));
    let json = serde_json::to_value(&problems[1]).expect("problems are plain data");
    assert_eq!(
        json,
        serde_json::json!({
            "severity": "error",
            "code": "negative",
            "id": "source",
            "field": "arrivals.rate_per_s",
            "message": "The rate is at least 0. It was -1 events/s.",
        })
    );
    let shown = problems[1].to_string();
    assert!(shown.starts_with("error: source.arrivals.rate_per_s: The rate"), "{shown}");
}

mod behaviour;

//! Random projects for property tests: every one passes [`check`](super::check::check) without an
//! error, and runs.
//!
//! Rates and limits are small. Producers have limits as a rule, so that a run of a
//! [`project_without_cycles`] ends by itself unless a consumer fails without end.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{
    Ack, Arrivals, Batch, Consumer, Emission, EmissionKey, EmitOn, Filter, Link, LinkKind,
    ModulatedState, Node, NodeKind, Note, OnFailure, Overflow, Overrides, Phase, Point, Producer,
    Project, RateStep, Retry, Service, Stay, Waiting, WeightedType,
};
use crate::ids::{LinkId, NodeId};

/// Any project that runs: producers, topics, queues, consumers and notes, linked in any way that
/// is allowed. Events may go round and multiply without end, so bound the time it runs.
pub fn project() -> impl Strategy<Value = Project> {
    parts().prop_map(|parts| parts.build(true))
}

/// As [`project`], but events, dead letters included, never come back to a node they have left.
pub fn project_without_cycles() -> impl Strategy<Value = Project> {
    parts().prop_map(|parts| parts.build(false))
}

/// Any node that passes the check and refers to no other.
pub fn node() -> impl Strategy<Value = Node> {
    let kind = prop_oneof![
        producer().prop_map(NodeKind::Producer),
        waiting().prop_map(|(waiting, _)| NodeKind::Topic(waiting)),
        waiting().prop_map(|(waiting, _)| NodeKind::Queue(waiting)),
        consumer().prop_map(NodeKind::Consumer),
        note().prop_map(NodeKind::Note),
    ];
    (text(), point(), kind).prop_map(|(name, at, kind)| Node { name, at, kind })
}

/// Any text, such as people write and such as they do not.
pub fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(String::new()),
        2 => "[A-Za-z][A-Za-z ']{0,12}",
        1 => ".{0,12}",
        1 => "[\"\\\\\n\r\t#'(){}/* é漢\u{0}\u{202e}]{0,12}",
    ]
}

/// Any place on the canvas.
pub fn point() -> impl Strategy<Value = Point> {
    (-5_000.0_f32..5_000.0, -5_000.0_f32..5_000.0).prop_map(|(x, y)| Point(x, y))
}

fn rate() -> impl Strategy<Value = f64> {
    prop_oneof![1 => Just(0.0), 8 => 0.1_f64..20.0]
}

fn arrivals() -> impl Strategy<Value = Arrivals> {
    let stay = prop_oneof![Just(Stay::Constant), Just(Stay::Exponential)];
    let on_off =
        (rate(), 0.05_f64..2.0, 0.05_f64..2.0, stay).prop_map(|(rate_per_s, on_s, off_s, stay)| {
            Arrivals::OnOff { rate_per_s, on_s, off_s, stay }
        });
    let steps = vec((0.01_f64..1.0, rate()), 1..5);
    let profile = (steps, option::of(0.1_f64..2.0)).prop_map(|(steps, rest_s)| {
        let mut from_s = 0.0;
        let step = |(after_s, rate_per_s)| {
            let step = RateStep { from_s, rate_per_s };
            from_s += after_s;
            step
        };
        let steps: Vec<RateStep> = steps.into_iter().map(step).collect();
        Arrivals::Profile { steps, repeat_s: rest_s.map(|rest_s| from_s + rest_s) }
    });
    let state = (rate(), 0.05_f64..1.0, option::of(vec(0.1_f64..1.0, 3)));
    let modulated = vec(state, 1..4).prop_map(|states| {
        let number = states.len();
        let state = |(rate_per_s, mean_s, next): (f64, f64, Option<Vec<f64>>)| ModulatedState {
            rate_per_s,
            mean_s,
            next: next.map_or_else(Vec::new, |next| next.into_iter().take(number).collect()),
        };
        Arrivals::Modulated { states: states.into_iter().map(state).collect() }
    });
    prop_oneof![
        3 => rate().prop_map(|rate_per_s| Arrivals::Constant { rate_per_s }),
        3 => rate().prop_map(|rate_per_s| Arrivals::Poisson { rate_per_s }),
        1 => on_off,
        1 => profile,
        1 => modulated,
    ]
}

/// A condition that is true of some events and has no value for others.
fn filter() -> impl Strategy<Value = Filter> {
    let conditions = ["event.type != 'a'", "data.n > 2", "has(data.n) && data.n == 1"];
    let types = prop_oneof![Just("a*"), Just("b"), Just("*"), Just("event")];
    let condition = option::of(select(conditions.to_vec()).prop_map(str::to_owned));
    (vec(types.prop_map(str::to_owned), 0..3), condition)
        .prop_map(|(types, condition)| Filter { types, condition })
}

fn some_filter() -> impl Strategy<Value = Filter> {
    prop_oneof![3 => Just(Filter::default()), 1 => filter()]
}

fn data() -> impl Strategy<Value = Option<String>> {
    let texts = [r#"{"n": "${integer(1, 6)}"}"#, r#"{"n": 3}"#, r#"[1, "${integer(0, 9)}"]"#];
    option::weighted(0.3, select(texts.to_vec()).prop_map(str::to_owned))
}

fn producer() -> impl Strategy<Value = Producer> {
    let name = "[a-z]{1,6}(\\.[a-z]{1,6})?";
    let typed = (name, 0.0_f64..5.0, data(), option::of(0_u64..100), option::of(0_u8..4));
    let types = vec(typed, 0..4).prop_map(|types| {
        let typed = |(name, weight, data, payload_bytes, priority)| WeightedType {
            data,
            payload_bytes,
            priority,
            ..WeightedType::new(name, weight)
        };
        let mut types: Vec<_> = types.into_iter().map(typed).collect();
        if let Some(first) = types.first_mut() {
            first.weight += 0.5;
        }
        types
    });
    let batch = prop_oneof![
        4 => Just(Batch::default()),
        1 => (1_u32..5).prop_map(|size| Batch::Constant { size }),
        1 => (1.0_f64..4.0).prop_map(|mean| Batch::Geometric { mean }),
    ];
    let keys = (prop_oneof![Just(0), 1_u32..10], prop_oneof![Just(0.0), 0.0_f64..3.0]);
    let event = (data(), option::of(0_u64..100), 0_u8..4);
    let loops = (option::weighted(0.9, 0_u64..60), any::<bool>(), option::of(0_u64..6));
    (arrivals(), types, batch, keys, event, loops).prop_map(
        |(arrivals, types, batch, keys, event, loops)| Producer {
            arrivals,
            types,
            batch,
            keys: keys.0,
            key_skew: keys.1,
            data: event.0,
            payload_bytes: event.1,
            priority: event.2,
            limit: loops.0,
            closed_loop: loops.1,
            outbox_capacity: loops.2,
        },
    )
}

/// The rules of a waiting place, and which channel takes its dead letters.
fn waiting() -> impl Strategy<Value = (Waiting, Option<Index>)> {
    let overflow =
        prop_oneof![Just(Overflow::DropNewest), Just(Overflow::DropOldest), Just(Overflow::Block)];
    let more = (option::of(0_u64..300), option::of(0.0_f64..1.0), 1_u8..4, any::<bool>());
    (option::of(0_u64..8), overflow, option::of(1_u32..5), option::of(any::<Index>()), more)
        .prop_map(|(capacity, overflow, delivery_limit, dead_letter, more)| {
            let (capacity_bytes, ttl_s, priorities, durable) = more;
            let waiting = Waiting {
                capacity,
                capacity_bytes,
                overflow,
                ttl_s,
                delivery_limit,
                dead_letter: None,
                priorities,
                durable,
            };
            (waiting, dead_letter)
        })
}

fn service() -> impl Strategy<Value = Service> {
    let span = || 0.001_f64..0.5;
    prop_oneof![
        3 => span().prop_map(|mean_s| Service::Constant { mean_s }),
        3 => span().prop_map(|mean_s| Service::Exponential { mean_s }),
        1 => (span(), span())
            .prop_map(|(a, b)| Service::Uniform { min_s: a.min(b), max_s: a.max(b) }),
        1 => (span(), 1_u32..20).prop_map(|(mean_s, phases)| Service::Erlang { mean_s, phases }),
        1 => (span(), span()).prop_map(|(mean_s, sd_s)| Service::LogNormal { mean_s, sd_s }),
        1 => vec((0.1_f64..3.0, span()), 1..4).prop_map(|phases| {
            let phase = |(weight, mean_s)| Phase { weight, mean_s };
            Service::Hyperexponential { phases: phases.into_iter().map(phase).collect() }
        }),
        1 => (span(), 0.4_f64..4.0).prop_map(|(mean_s, shape)| Service::Weibull { mean_s, shape }),
        1 => vec(span(), 1..5).prop_map(|values_s| Service::Empirical { values_s }),
        1 => (span(), 10.0_f64..1e4)
            .prop_map(|(base_s, bytes_per_s)| Service::BySize { base_s, bytes_per_s }),
    ]
}

fn retry() -> impl Strategy<Value = Retry> {
    (1_u32..5, 0.0_f64..0.3, 1.0_f64..3.0, option::of(0.0_f64..0.5), 0.0_f64..=1.0).prop_map(
        |(attempts, delay_s, factor, max_delay_s, jitter)| Retry {
            attempts,
            delay_s,
            factor,
            max_delay_s,
            jitter,
        },
    )
}

fn emission() -> impl Strategy<Value = Emission> {
    let on = select(vec![EmitOn::Success, EmitOn::Failure, EmitOn::GivenUp]);
    let key = prop_oneof![
        Just(EmissionKey::Trigger),
        Just(EmissionKey::New),
        (0_u32..5).prop_map(|keys| EmissionKey::Drawn { keys }),
    ];
    let data = prop_oneof![data(), Just(Some(r#"{"of": "${trigger.id}", "n": 1}"#.to_owned())),];
    let event_type = option::of("[a-z]{1,4}");
    let rest = (option::of(0_u64..100), option::of(0_u8..4), 1_u32..3);
    (on, 0.0_f64..=1.0, some_filter(), event_type, key, data, rest).prop_map(
        |(on, probability, filter, event_type, key, data, rest)| Emission {
            on,
            probability,
            filter,
            event_type,
            key,
            data,
            payload_bytes: rest.0,
            priority: rest.1,
            count: rest.2,
        },
    )
}

fn consumer() -> impl Strategy<Value = Consumer> {
    let ack = prop_oneof![1 => Just(Ack::Before), 3 => Just(Ack::After)];
    let failure = prop_oneof![4 => Just(0.0), 4 => 0.0_f64..0.6, 1 => Just(1.0)];
    let on_failure = prop_oneof![
        Just(OnFailure::Requeue),
        Just(OnFailure::Reject),
        retry().prop_map(OnFailure::Retry),
    ];
    let emissions = prop_oneof![3 => Just(Vec::new()), 1 => vec(emission(), 1..3)];
    (service(), 1_u32..4, option::of(1_u32..6), ack, failure, on_failure, emissions).prop_map(
        |(service, concurrency, prefetch, ack, failure_probability, on_failure, emissions)| {
            Consumer {
                service,
                concurrency,
                prefetch,
                ack,
                failure_probability,
                on_failure,
                emissions,
            }
        },
    )
}

fn note() -> impl Strategy<Value = Note> {
    (text(), 1.0_f32..400.0, 1.0_f32..400.0)
        .prop_map(|(text, width, height)| Note { text, size: Point(width, height) })
}

/// A link of a kind between any two nodes between which it can be.
#[derive(Clone, Debug)]
struct AnyLink {
    kind: LinkKind,
    from: Index,
    to: Index,
    latency_s: f64,
    filter: Filter,
    overrides: Overrides,
}

/// What a subscription does otherwise; its dead letters go where the topic's do.
fn overrides() -> impl Strategy<Value = Overrides> {
    let limits = (option::of(0_u64..8), option::of(0_u64..300));
    (limits, option::of(0.0_f64..1.0), option::of(1_u32..5)).prop_map(
        |(limits, ttl_s, delivery_limit)| Overrides {
            capacity: limits.0,
            capacity_bytes: limits.1,
            ttl_s,
            delivery_limit,
            dead_letter: None,
        },
    )
}

fn link() -> impl Strategy<Value = AnyLink> {
    let kind = prop_oneof![
        4 => Just(LinkKind::Publish),
        1 => Just(LinkKind::Bind),
        2 => Just(LinkKind::Subscribe),
        4 => Just(LinkKind::Consume),
    ];
    let latency = prop_oneof![2 => Just(0.0), 1 => 0.001_f64..0.5];
    let overrides = prop_oneof![2 => Just(Overrides::default()), 1 => overrides()];
    (kind, any::<Index>(), any::<Index>(), latency, some_filter(), overrides).prop_map(
        |(kind, from, to, latency_s, filter, overrides)| AnyLink {
            kind,
            from,
            to,
            latency_s,
            filter,
            overrides,
        },
    )
}

/// What a project is put together from.
#[derive(Clone, Debug)]
struct Parts {
    about: (String, String, u64),
    producers: Vec<Producer>,
    topics: Vec<(Waiting, Option<Index>)>,
    queues: Vec<(Waiting, Option<Index>)>,
    consumers: Vec<Consumer>,
    notes: Vec<Note>,
    looks: Vec<(String, Point)>,
    links: Vec<AnyLink>,
}

fn parts() -> impl Strategy<Value = Parts> {
    (
        (text(), text(), any::<u64>()),
        vec(producer(), 1..4),
        vec(waiting(), 0..3),
        vec(waiting(), 1..4),
        vec(consumer(), 1..5),
        vec(note(), 0..2),
        vec((text(), point()), 4),
        vec(link(), 1..20),
    )
        .prop_map(|(about, producers, topics, queues, consumers, notes, looks, mut links)| {
            // There is a producer and a queue, so that one link is always possible.
            if let Some(first) = links.first_mut() {
                first.kind = LinkKind::Publish;
            }
            Parts { about, producers, topics, queues, consumers, notes, looks, links }
        })
}

impl Parts {
    fn build(self, cycles: bool) -> Project {
        let (name, text, seed) = self.about.clone();
        let mut project = Project { name, text, seed, ..Project::default() };
        self.add_nodes(&mut project);
        let mut ways = Ways::default();
        self.add_links(&mut project, &mut ways, cycles);
        self.add_dead_letters(&mut project, &mut ways, cycles);
        project
    }

    fn add_nodes(&self, project: &mut Project) {
        let mut looks = self.looks.iter().cycle();
        let mut add = |base: &str, number: usize, kind: NodeKind| {
            let (name, at) = looks.next().cloned().unwrap_or_default();
            project.nodes.insert(numbered(base, number), Node { name, at, kind });
        };
        for (number, producer) in self.producers.iter().enumerate() {
            add("producer", number, NodeKind::Producer(producer.clone()));
        }
        for (number, (waiting, _)) in self.topics.iter().enumerate() {
            add("topic", number, NodeKind::Topic(waiting.clone()));
        }
        for (number, (waiting, _)) in self.queues.iter().enumerate() {
            add("queue", number, NodeKind::Queue(waiting.clone()));
        }
        for (number, consumer) in self.consumers.iter().enumerate() {
            add("consumer", number, NodeKind::Consumer(consumer.clone()));
        }
        for (number, note) in self.notes.iter().enumerate() {
            add("note", number, NodeKind::Note(note.clone()));
        }
    }

    fn add_links(&self, project: &mut Project, ways: &mut Ways, cycles: bool) {
        let ids = |fits: fn(&NodeKind) -> bool| -> Vec<NodeId> {
            let fitting = project.nodes.iter().filter(|(_, node)| fits(&node.kind));
            fitting.map(|(id, _)| id.clone()).collect()
        };
        let publishers = ids(|kind| matches!(kind, NodeKind::Producer(_) | NodeKind::Consumer(_)));
        let channels = ids(NodeKind::is_channel);
        let topics = ids(|kind| matches!(kind, NodeKind::Topic(_)));
        let queues = ids(|kind| matches!(kind, NodeKind::Queue(_)));
        let consumers = ids(|kind| matches!(kind, NodeKind::Consumer(_)));
        let mut seen = BTreeSet::new();
        for link in &self.links {
            let (from, to) = match link.kind {
                LinkKind::Publish => (&publishers, &channels),
                LinkKind::Bind => (&topics, &queues),
                LinkKind::Subscribe => (&topics, &consumers),
                LinkKind::Consume => (&queues, &consumers),
            };
            if from.is_empty() || to.is_empty() {
                continue;
            }
            let (from, to) = (link.from.get(from), link.to.get(to));
            if (cycles || !ways.leads(to, from)) && seen.insert((from.clone(), to.clone())) {
                ways.add(from, to);
                let id = LinkId::new(format!("l{}", project.links.len() + 1));
                let mut made = Link::new(from.clone(), to.clone()).with_latency(link.latency_s);
                if matches!(link.kind, LinkKind::Bind | LinkKind::Subscribe) {
                    made.filter = link.filter.clone();
                }
                if link.kind == LinkKind::Subscribe {
                    made.overrides = link.overrides.clone();
                }
                project.links.insert(id, made);
            }
        }
    }

    fn add_dead_letters(&self, project: &mut Project, ways: &mut Ways, cycles: bool) {
        let topics = self.topics.iter().enumerate().map(|(n, (_, to))| (numbered("topic", n), to));
        let queues = self.queues.iter().enumerate().map(|(n, (_, to))| (numbered("queue", n), to));
        let wanted: Vec<_> = topics.chain(queues).collect();
        for (id, target) in &wanted {
            let Some(target) = target else { continue };
            let (target, _) = target.get(&wanted);
            if target == id || (!cycles && ways.leads(target, id)) {
                continue;
            }
            ways.add(id, target);
            if let Some(NodeKind::Topic(waiting) | NodeKind::Queue(waiting)) =
                project.nodes.get_mut(id).map(|node| &mut node.kind)
            {
                waiting.dead_letter = Some(target.clone());
            }
        }
    }
}

fn numbered(base: &str, number: usize) -> NodeId {
    NodeId::new(format!("{base}_{}", number + 1))
}

/// Where events may go from each node.
#[derive(Default)]
struct Ways(BTreeMap<NodeId, BTreeSet<NodeId>>);

impl Ways {
    fn add(&mut self, from: &NodeId, to: &NodeId) {
        self.0.entry(from.clone()).or_default().insert(to.clone());
    }

    fn leads(&self, from: &NodeId, to: &NodeId) -> bool {
        let (mut seen, mut work) = (BTreeSet::new(), vec![from]);
        while let Some(id) = work.pop() {
            if id == to {
                return true;
            }
            if seen.insert(id) {
                work.extend(self.0.get(id).into_iter().flatten());
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::check::{can_run, check};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_random_project_can_run(project in project()) {
            let problems = check(&project);
            prop_assert!(can_run(&problems), "{problems:#?}");
            prop_assert!(!project.links.is_empty());
        }

        #[test]
        fn without_cycles_means_without_cycles(project in project_without_cycles()) {
            prop_assert!(can_run(&check(&project)));
            let mut ways = Ways::default();
            for link in project.links.values() {
                ways.add(&link.from, &link.to);
            }
            for (id, node) in &project.nodes {
                if let NodeKind::Topic(w) | NodeKind::Queue(w) = &node.kind
                    && let Some(target) = &w.dead_letter
                {
                    ways.add(id, target);
                }
            }
            for (from, targets) in &ways.0 {
                for to in targets {
                    prop_assert!(!ways.leads(to, from), "{from} → {to} → {from}");
                }
            }
        }
    }
}

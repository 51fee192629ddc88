use super::*;
use crate::project::{
    Ack, Arrivals, Batch, Consumer, Emission, EmissionKey, EmitOn, Filter, Link, Node, NodeKind,
    OnFailure, Overflow, Point, Producer, Recording, Retry, Service, Waiting, WeightedType,
};

fn project() -> Project {
    let mut project = Project::default();
    let types = vec![WeightedType::new("a", 1.0)];
    for (id, kind) in [
        ("source", NodeKind::Producer(Producer { types, ..Producer::default() })),
        ("queue", NodeKind::Queue(Waiting::default())),
        ("worker", NodeKind::Consumer(Consumer::default())),
        (
            "log",
            NodeKind::Producer(Producer {
                arrivals: Arrivals::Recorded(Recording::default()),
                ..Producer::default()
            }),
        ),
    ] {
        let node = Node { name: String::new(), at: Point(1.5, 2.5), kind };
        project.nodes.insert(id.into(), node);
    }
    let link = Link::new("source", "queue");
    project.links.insert("l1".into(), link);
    project
}

/// The project with these settings.
fn with(settings: &[(&str, &str)]) -> Project {
    let mut project = project();
    for (path, value) in settings {
        set(&mut project, path, value).expect("it can be set");
    }
    project
}

fn refused(path: &str, value: &str) -> SetError {
    let mut after = project();
    let error = set(&mut after, path, value).expect_err("it cannot be set");
    assert_eq!(after, project(), "nothing is half set");
    assert!(error.to_string().starts_with(path), "{error}");
    error
}

fn consumer(project: &Project) -> Consumer {
    match &project.nodes["worker"].kind {
        NodeKind::Consumer(consumer) => consumer.clone(),
        other => panic!("{other:?}"),
    }
}

fn queue(project: &Project) -> Waiting {
    match &project.nodes["queue"].kind {
        NodeKind::Queue(waiting) => waiting.clone(),
        other => panic!("{other:?}"),
    }
}

fn producer(project: &Project, id: &str) -> Producer {
    match &project.nodes[id].kind {
        NodeKind::Producer(producer) => producer.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn kind_and_variants_are_skipped() {
    let after = with(&[("worker.service.mean_s", "0.2"), ("source.arrivals.rate_per_s", "8")]);
    assert_eq!(consumer(&after).service, Service::Exponential { mean_s: 0.2 });
    assert_eq!(producer(&after, "source").arrivals, Arrivals::Poisson { rate_per_s: 8.0 });
    let same = with(&[
        ("nodes.worker.kind.Consumer.service.Exponential.mean_s", "0.2"),
        ("source.kind.arrivals.rate_per_s", "8.0"),
    ]);
    assert_eq!(after, same);
}

#[test]
fn what_the_file_leaves_out_can_be_set() {
    let after = with(&[
        ("queue.capacity", "10"),
        ("queue.overflow", "Block"),
        ("queue.dead_letter", "parked"),
        ("worker.concurrency", "3"),
        ("worker.prefetch", "Some(7)"),
        ("worker.ack", "Before"),
        ("worker.failure_probability", "1"),
        ("l1.latency_s", "0.1"),
    ]);
    let waiting = queue(&after);
    assert_eq!(waiting.capacity, Some(10));
    assert_eq!(waiting.overflow, Overflow::Block);
    assert_eq!(waiting.dead_letter, Some("parked".into()));
    let consumer = consumer(&after);
    assert_eq!((consumer.concurrency, consumer.prefetch), (3, Some(7)));
    assert_eq!((consumer.ack, consumer.failure_probability), (Ack::Before, 1.0));
    assert_eq!(after.links["l1"].latency_s, 0.1);
    assert_eq!(consumer.service, Service::Exponential { mean_s: 0.05 }, "the rest stays");

    let mut back = after;
    set(&mut back, "queue.capacity", "None").expect("None is a value");
    assert_eq!(queue(&back).capacity, None);
}

#[test]
fn whole_values_are_written_as_in_the_file() {
    let after = with(&[
        ("worker.service", "Constant(mean_s: 0.1)"),
        ("source.types", "[(name: \"x\", weight: 2), (name: \"y\")]"),
        ("source.types.1.weight", "5"),
        ("queue.at", "(7, 8.5)"),
        ("worker.at.0", "9"),
    ]);
    assert_eq!(consumer(&after).service, Service::Constant { mean_s: 0.1 });
    let types = producer(&after, "source").types;
    assert_eq!(types[1], WeightedType::new("y", 5.0));
    assert_eq!(types.len(), 2);
    assert_eq!(after.nodes["queue"].at, Point(7.0, 8.5));
    assert_eq!(after.nodes["worker"].at, Point(9.0, 2.5));
    let other_kind = with(&[("queue.kind", "Topic(capacity: 3)")]);
    assert!(matches!(other_kind.nodes["queue"].kind, NodeKind::Topic(_)));
}

#[test]
fn what_lies_in_lists_and_variants_can_be_set() {
    let after = with(&[
        ("source.types.0.weight", "2.5"),
        ("source.types.0.priority", "3"),
        ("source.batch", "Geometric(mean: 4)"),
        ("source.batch.mean", "2.5"),
        ("worker.emissions", "[(), (on: Failure, key: Drawn(keys: 3))]"),
        ("worker.emissions.0.probability", "0.5"),
        ("worker.emissions.0.type", "order.paid"),
        ("worker.emissions.0.filter.types", "[\"a*\"]"),
        ("worker.emissions.1.count", "2"),
        ("worker.emissions.1.key.keys", "9"),
        ("worker.on_failure", "Retry(attempts: 4)"),
        ("worker.on_failure.attempts", "5"),
        ("worker.on_failure.max_delay_s", "Some(1.5)"),
        ("l1.overrides.ttl_s", "2"),
        ("l1.filter.condition", "data.total > 10"),
    ]);
    let source = producer(&after, "source");
    let expected = WeightedType { priority: Some(3), ..WeightedType::new("a", 2.5) };
    assert_eq!(
        (&source.types[..], source.batch),
        (&[expected][..], Batch::Geometric { mean: 2.5 })
    );
    let consumer = consumer(&after);
    let first = Emission {
        probability: 0.5,
        event_type: Some("order.paid".to_owned()),
        filter: Filter { types: vec!["a*".to_owned()], condition: None },
        ..Emission::default()
    };
    let key = EmissionKey::Drawn { keys: 9 };
    let second = Emission { on: EmitOn::Failure, key, count: 2, ..Emission::default() };
    assert_eq!(consumer.emissions, [first, second]);
    let retry = Retry { attempts: 5, delay_s: 0.0, max_delay_s: Some(1.5), ..Retry::default() };
    assert_eq!(consumer.on_failure, OnFailure::Retry(retry));
    let link = &after.links["l1"];
    assert_eq!(link.overrides.ttl_s, Some(2.0));
    assert_eq!(link.filter.condition.as_deref(), Some("data.total > 10"));
    refused("worker.emissions.0.count", "1");
}

#[test]
fn texts_need_no_quotes() {
    let after = with(&[
        ("name", "Two words"),
        ("seed", "7"),
        ("text", "\"quoted\\n\""),
        ("worker.name", "Packing"),
        ("log.arrivals.file", "events.csv"),
        ("log.arrivals.map.type", "/meta/kind"),
    ]);
    assert_eq!((after.name.as_str(), after.seed), ("Two words", 7));
    assert_eq!(after.text, "quoted\n");
    assert_eq!(after.nodes["worker"].name, "Packing");
    let Arrivals::Recorded(recording) = producer(&after, "log").arrivals else { panic!() };
    assert_eq!(recording.file, "events.csv");
    assert_eq!(recording.map.event_type.as_deref(), Some("/meta/kind"));
}

#[test]
fn an_unknown_element_names_those_like_it() {
    let SetError::NoElement { id, near, .. } = refused("wroker.concurrency", "2") else { panic!() };
    assert_eq!((id.as_str(), near), ("wroker", vec!["worker".to_owned()]));
    let SetError::NoElement { near, .. } = refused("zzzzzzz.x", "2") else { panic!() };
    assert!(near.is_empty());
    for path in ["", ".", "nodes", "links", "seed.x", "nodes.nowhere.at"] {
        assert!(matches!(refused(path, "1"), SetError::NoElement { .. }), "{path}");
    }
}

#[test]
fn an_unknown_field_lists_those_there_are() {
    let fields = |path: &str| match refused(path, "1") {
        SetError::NoField { fields, .. } | SetError::NoFieldNamed { fields, .. } => fields,
        other => panic!("{other}"),
    };
    let of_worker = fields("worker.speed");
    for field in ["name", "at", "service", "concurrency", "failure_probability"] {
        assert!(of_worker.iter().any(|f| f == field), "{of_worker:?}");
    }
    assert!(of_worker.iter().all(|f| f != "kind"), "{of_worker:?}");
    assert_eq!(fields("worker"), of_worker);
    assert_eq!(fields("worker.service.mean"), ["mean_s"]);
    assert_eq!(fields("worker.service.service"), ["mean_s"]);
    assert_eq!(fields("worker.service.mean_s.x"), [""; 0]);
    assert_eq!(fields("source.arrivals.rate_per_s.x"), [""; 0]);
    assert_eq!(fields("queue.capacity.x"), [""; 0]);
    assert_eq!(fields("l1.speed"), ["from", "to", "latency_s", "filter", "overrides"]);
    assert_eq!(fields("source.types.3.weight"), ["0"]);
}

#[test]
fn a_value_of_another_type_is_refused() {
    for (path, value) in [
        ("worker.concurrency", "-1"),
        ("worker.concurrency", "1.5"),
        ("worker.concurrency", "many"),
        ("worker.concurrency", "3 4"),
        ("worker.concurrency", ""),
        ("worker.service.mean_s", "fast"),
        ("worker.service", "Constant(mean: 0.1)"),
        ("worker.service", "Sometimes"),
        ("queue.overflow", "block"),
        ("queue.capacity", "Some(x)"),
        ("seed", "-3"),
        ("source.arrivals", "Poisson"),
        ("worker.at", &"(".repeat(10_000)),
    ] {
        assert!(matches!(refused(path, value), SetError::Value { .. }), "{path}={value}");
    }
    assert!(refused("queue.overflow.x", "1").to_string().contains("one of: DropNewest"));
    assert!(refused("queue.overflow", "block").to_string().contains("Block"));
}

#[test]
fn a_number_that_is_none_is_set_first() {
    let mut broken = with(&[("worker.service.mean_s", "NaN")]);
    let error = set(&mut broken, "worker.concurrency", "2").expect_err("there is a NaN");
    assert!(error.to_string().contains("set that one first"), "{error}");
    set(&mut broken, "worker.service.mean_s", "0.05").expect("it is replaced");
    set(&mut broken, "worker.concurrency", "2").expect("nothing is in the way");
    assert_eq!(broken, with(&[("worker.concurrency", "2")]));
}

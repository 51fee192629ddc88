//! How long a large project takes to open, save and check: 10,000 nodes and 20,000 links, within
//! 300 ms and 200 ms.

use criterion::{Criterion, criterion_group, criterion_main};
use eventloom_core::ids::{LinkId, NodeId};
use eventloom_core::project::check::check;
use eventloom_core::project::{
    Consumer, Link, Node, NodeKind, Point, Producer, Project, Waiting, format,
};

/// Lanes of a producer, a topic, two queues and a consumer, each lane linked with the next.
fn large() -> Project {
    let mut project = Project { name: "Large".to_owned(), ..Project::default() };
    let id = |what: &str, lane: usize| NodeId::new(format!("{what}_{lane}"));
    let lanes = 2_000;
    for lane in 0..lanes {
        let kinds = [
            ("producer", NodeKind::Producer(Producer::default())),
            ("topic", NodeKind::Topic(Waiting::default())),
            ("queue", NodeKind::Queue(Waiting { capacity: Some(100), ..Waiting::default() })),
            ("parked", NodeKind::Queue(Waiting::default())),
            ("consumer", NodeKind::Consumer(Consumer::default())),
        ];
        for (column, (what, kind)) in kinds.into_iter().enumerate() {
            let at = Point(column as f32 * 200.0, lane as f32 * 120.0);
            project.nodes.insert(id(what, lane), Node { name: String::new(), at, kind });
        }
        let next = (lane + 1) % lanes;
        let ends = [
            (("producer", lane), ("topic", lane)),
            (("producer", lane), ("parked", next)),
            (("topic", lane), ("queue", lane)),
            (("topic", lane), ("queue", next)),
            (("topic", lane), ("parked", lane)),
            (("topic", lane), ("consumer", lane)),
            (("queue", lane), ("consumer", lane)),
            (("queue", lane), ("consumer", next)),
            (("parked", lane), ("consumer", lane)),
            (("parked", lane), ("consumer", next)),
        ];
        for (from, to) in ends {
            let link = Link::new(id(from.0, from.1), id(to.0, to.1)).with_latency(0.01);
            project.links.insert(LinkId::new(format!("l{}", project.links.len() + 1)), link);
        }
    }
    project
}

fn benchmarks(criterion: &mut Criterion) {
    let project = large();
    assert_eq!((project.nodes.len(), project.links.len()), (10_000, 20_000));
    let text = format::write(&project);
    let mut group = criterion.benchmark_group("project of 10,000 nodes and 20,000 links");
    group.sample_size(10);
    group.bench_function("parse", |b| b.iter(|| format::parse(&text)));
    group.bench_function("write", |b| b.iter(|| format::write(&project)));
    group.bench_function("check", |b| b.iter(|| check(&project)));
    group.finish();
}

criterion_group!(benches, benchmarks);
criterion_main!(benches);

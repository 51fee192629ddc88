//! The speed budgets: virtual time against a bare loop in the same run, and topic → 4 subscriptions
//! folded as a live run folds it.
//!
//! `cargo bench --bench speed` prints the times of each pair and, first of all, their ratios from
//! runs that alternate, so that a noisy machine slows both sides alike.

mod bare_loop;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use eventloom_core::analysis::statistics::Statistics;
use eventloom_core::live::{Engine, RunCommand, Speed};
use eventloom_core::project::{
    Arrivals, Consumer, Link, Node, NodeKind, Point, Producer, Project, Service, Waiting,
};
use eventloom_core::time::{Clock, SimTime};
use eventloom_core::virtual_time::NoInputs;
use eventloom_core::world::World;

#[derive(Default)]
struct Drawing(Project);

impl Drawing {
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

    fn worker(self, id: &str, service: Service, concurrency: u32) -> Self {
        self.node(id, NodeKind::Consumer(Consumer { service, concurrency, ..Consumer::default() }))
    }

    fn link(mut self, from: &str, to: &str) -> Self {
        let link = Link::new(from, to);
        self.0.links.insert(format!("{from}-{to}").as_str().into(), link);
        self
    }
}

fn mm1() -> Project {
    Drawing::default()
        .source("source", 8.0)
        .queue("queue")
        .worker("worker", Service::Exponential { mean_s: 0.1 }, 1)
        .link("source", "queue")
        .link("queue", "worker")
        .0
}

fn ten_nodes() -> Project {
    let mut drawing = Drawing::default().source("s1", 0.8).source("s2", 0.8);
    let service = || Service::Exponential { mean_s: 1.0 };
    for station in 0..5 {
        drawing =
            drawing.queue(&format!("q{station}")).worker(&format!("w{station}"), service(), 2);
        drawing = drawing.link(&format!("q{station}"), &format!("w{station}"));
        if station > 0 {
            drawing = drawing.link(&format!("w{}", station - 1), &format!("q{station}"));
        }
    }
    drawing
        .node("t", NodeKind::Topic(Waiting::default()))
        .worker("a", service(), 2)
        .worker("b", service(), 2)
        .link("s1", "q0")
        .link("s2", "q0")
        .link("w4", "t")
        .link("t", "a")
        .link("t", "b")
        .0
}

fn fan_out() -> Project {
    let arrivals = Arrivals::Constant { rate_per_s: 2_000_000.0 };
    let mut drawing = Drawing::default()
        .node("p", NodeKind::Producer(Producer { arrivals, ..Producer::default() }))
        .node("t", NodeKind::Topic(Waiting::default()))
        .link("p", "t");
    for consumer in ["a", "b", "c", "d"] {
        drawing = drawing
            .worker(consumer, Service::Constant { mean_s: 0.000_000_4 }, 1)
            .link("t", consumer);
    }
    drawing.0
}

/// Runs for so long with full statistics; the number of facts.
fn simulate(project: &Arc<Project>, seconds: u64) -> u64 {
    let mut world = World::new(Arc::clone(project), 42);
    let mut statistics = Statistics::new();
    world.begin(&mut statistics);
    let until = SimTime(seconds * 1_000_000_000);
    eventloom_core::virtual_time::run(&mut world, &mut NoInputs, until, &mut statistics);
    statistics.facts()
}

/// A clock that stands still: the engine works in slices as long as it is behind.
struct Behind(std::cell::Cell<u64>);

impl Clock for Behind {
    fn now_nanos(&self) -> u64 {
        self.0.get()
    }
}

/// One second of 2 M events a second through a topic with 4 subscriptions, folded as a live run
/// folds it; the number of facts.
fn live(project: &Arc<Project>) -> u64 {
    let clock = Behind(std::cell::Cell::new(0));
    let mut engine = Engine::new(
        Arc::clone(project),
        42,
        Speed::Times(1.0),
        Box::new(NoInputs),
        clock,
        eventloom_core::fact::Ignore,
    );
    engine.command(RunCommand::Resume);
    engine.set_until(SimTime(1_000_000_000));
    engine.clock().0.set(1_000_000_000);
    while !engine.is_done() {
        engine.pump();
    }
    engine.statistics().facts()
}

/// The CPU time that `work` takes on this thread, in seconds: what else the machine does is left out.
fn cpu_s(work: &mut dyn FnMut()) -> f64 {
    let begun = cpu_time::ThreadTime::now();
    work();
    begun.elapsed().as_secs_f64()
}

/// The median over alternating runs of `bare / ours`: what share of the bare loop's speed we reach.
fn ratio(runs: usize, mut bare: impl FnMut(), mut ours: impl FnMut()) -> f64 {
    let mut ratios: Vec<f64> = (0..runs).map(|_| cpu_s(&mut bare) / cpu_s(&mut ours)).collect();
    ratios.sort_by(f64::total_cmp);
    ratios[runs / 2]
}

#[expect(clippy::print_stdout, reason = "the ratios are what it is for")]
fn budgets(c: &mut Criterion) {
    let (mm1, ten, fan) = (Arc::new(mm1()), Arc::new(ten_nodes()), Arc::new(fan_out()));
    let mm1_ratio = ratio(
        9,
        || _ = black_box(bare_loop::mm1(8.0, 0.1, 2_000_000)),
        || _ = black_box(simulate(&mm1, 250_000)),
    );
    println!("M/M/1: {mm1_ratio:.2} of the bare loop's speed (budget 0.6)");
    let ten_ratio = ratio(
        9,
        || _ = black_box(bare_loop::ten_nodes(320_000)),
        || _ = black_box(simulate(&ten, 200_000)),
    );
    println!("ten nodes: {ten_ratio:.2} of the bare loop's speed (budget 0.65)");
    let mut live_s: Vec<f64> = (0..5).map(|_| cpu_s(&mut || _ = black_box(live(&fan)))).collect();
    live_s.sort_by(f64::total_cmp);
    println!("live, 2 M events through topic to 4: {:.2} s of CPU (budget 0.8)", live_s[2]);

    let mut group = c.benchmark_group("M/M/1, 2 M customers");
    group.sample_size(10).throughput(Throughput::Elements(2_000_000));
    group.bench_function("bare loop", |b| b.iter(|| bare_loop::mm1(8.0, 0.1, 2_000_000)));
    group.bench_function("world with statistics", |b| b.iter(|| simulate(&mm1, 250_000)));
    group.finish();
    let mut group = c.benchmark_group("ten nodes, 320,000 customers");
    group.sample_size(10).throughput(Throughput::Elements(320_000));
    group.bench_function("bare loop", |b| b.iter(|| bare_loop::ten_nodes(320_000)));
    group.bench_function("world with statistics", |b| b.iter(|| simulate(&ten, 200_000)));
    group.finish();
    let mut group = c.benchmark_group("live, topic to 4 subscriptions, 2 M events");
    group.sample_size(10).measurement_time(Duration::from_secs(20));
    group.throughput(Throughput::Elements(2_000_000));
    group.bench_function("engine, folded", |b| b.iter(|| live(&fan)));
    group.finish();
}

criterion_group!(benches, budgets);
criterion_main!(benches);

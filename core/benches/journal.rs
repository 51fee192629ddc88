//! The budgets of recorded runs: what a fact costs the run's thread, how fast facts come to the disk
//! and in how many bytes, and how long any moment takes to bring back.
//!
//! `cargo bench --bench journal` prints them. What handing over costs is the processor time of the
//! run's thread alone.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use eventloom_core::fact::{EventBirth, Fact, Ignore, Sink};
use eventloom_core::journal::{Keep as _, Level, RecordOptions, Recorder, Recording};
use eventloom_core::live::Speed;
use eventloom_core::project::{
    Arrivals, Consumer, Link, Node, NodeKind, Point, Producer, Project, Service, Waiting,
};
use eventloom_core::run::{RunFiles, RunOptions, live, simulate};
use eventloom_core::time::SimTime;
use eventloom_core::world::World;

const SECOND: u64 = 1_000_000_000;

fn put(project: &mut Project, id: &str, kind: NodeKind) {
    project.nodes.insert(id.into(), Node { name: String::new(), at: Point(0.0, 0.0), kind });
}

fn link(project: &mut Project, from: &str, to: &str) {
    let link = Link::new(from, to);
    project.links.insert(format!("{from}-{to}").as_str().into(), link);
}

/// A producer, a topic and four consumers: 20 facts an event.
fn fan_out() -> Project {
    let mut project = Project::default();
    let arrivals = Arrivals::Poisson { rate_per_s: 1_000.0 };
    put(&mut project, "p", NodeKind::Producer(Producer { arrivals, ..Producer::default() }));
    put(&mut project, "t", NodeKind::Topic(Waiting::default()));
    link(&mut project, "p", "t");
    for id in ["a", "b", "c", "d"] {
        let service = Service::Exponential { mean_s: 0.000_5 };
        put(&mut project, id, NodeKind::Consumer(Consumer { service, ..Consumer::default() }));
        link(&mut project, "t", id);
    }
    project
}

/// One queue at this rate, served at 1,000 a second.
fn queue(rate_per_s: f64) -> Project {
    let mut project = Project::default();
    let arrivals = Arrivals::Poisson { rate_per_s };
    put(&mut project, "p", NodeKind::Producer(Producer { arrivals, ..Producer::default() }));
    put(&mut project, "q", NodeKind::Queue(Waiting::default()));
    let service = Service::Exponential { mean_s: 0.001 };
    put(&mut project, "c", NodeKind::Consumer(Consumer { service, ..Consumer::default() }));
    link(&mut project, "p", "q");
    link(&mut project, "q", "c");
    project
}

/// What a run tells its sinks, one after the other.
#[derive(Default)]
struct Trace {
    steps: Vec<Step>,
    types: Vec<Arc<str>>,
}

enum Step {
    Birth(EventBirth),
    Fact(Fact),
}

impl Sink for Trace {
    const WANTS_EVENTS: bool = true;

    fn event(&mut self, birth: &EventBirth, types: &[Arc<str>]) {
        self.types = types.to_vec();
        self.steps.push(Step::Birth(birth.clone()));
    }

    fn fact(&mut self, fact: Fact) {
        self.steps.push(Step::Fact(fact));
    }
}

impl Trace {
    #[inline(never)]
    fn tell<S: Sink>(&self, sink: &mut S) {
        for step in &self.steps {
            match step {
                Step::Birth(birth) => sink.event(black_box(birth), &self.types),
                Step::Fact(fact) => sink.fact(*black_box(fact)),
            }
        }
    }
}

/// What handing over costs, apart from waiting for the disk: a stretch of a run that fits into the
/// ring is told to a recorder and to a sink that ignores it.
#[expect(clippy::print_stdout, reason = "the figures are what it is for")]
fn handing_over(name: &str, project: Project, facts: usize, folder: &Path) {
    let project = Arc::new(project);
    let mut trace = Trace::default();
    let mut world = World::new(Arc::clone(&project), 42);
    while trace.steps.len() < facts {
        world.advance(SimTime(u64::MAX - 1), 1_000, &mut trace);
    }
    let facts = trace.steps.iter().filter(|step| matches!(step, Step::Fact(_))).count();
    let options = RecordOptions { path: folder.join("run.mcap"), level: Level::Full };
    let recorder = Recorder::begin(&options, &project, 42, true);
    let mut recorder = recorder.expect("the file can be made");
    world.begin(&mut recorder);
    let mut costs = Vec::new();
    for _ in 0..12 {
        let (ignored, _) = timed(|| trace.tell(&mut Ignore));
        let (told, _) = timed(|| trace.tell(&mut recorder));
        costs.push((told - ignored) / facts as f64 * 1e9);
        // The ring is empty again, as it is where the disk keeps up.
        recorder.rest();
        let _ = crossbeam_channel::after(Duration::from_millis(300)).recv();
    }
    // The first rounds fetch memory from the system.
    println!("{name}: handing over costs {:.1} ns a fact (budget 8)", middle(costs.split_off(4)));
}

/// Runs for so long; with a file, recorded. The number of facts.
fn run(project: &Arc<Project>, seconds: u64, file: Option<&Path>) -> u64 {
    let record = file.map(|path| RecordOptions { path: path.to_owned(), level: Level::Full });
    let files = RunFiles { inputs: None, record };
    let finished = simulate(Arc::clone(project), 42, SimTime(seconds * SECOND), None, &files);
    let finished = finished.expect("the drawing runs and the disk has room");
    assert_eq!(finished.not_recorded, None);
    finished.report.facts
}

/// The processor time of this thread and the time by the clock, in seconds.
fn timed(mut work: impl FnMut()) -> (f64, f64) {
    let (cpu, wall) = (cpu_time::ThreadTime::now(), clock());
    work();
    (cpu.elapsed().as_secs_f64(), wall.elapsed().as_secs_f64())
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn clock() -> Instant {
    Instant::now()
}

fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

#[expect(clippy::print_stdout, reason = "the figures are what it is for")]
fn recorder(name: &str, project: Project, seconds: u64, folder: &Path) {
    let project = Arc::new(project);
    let file = folder.join("run.mcap");
    let facts = run(&project, seconds, None) as f64;
    let (mut ratios, mut rates) = (Vec::new(), Vec::new());
    for _ in 0..7 {
        let (_, bare) = timed(|| _ = black_box(run(&project, seconds, None)));
        let (_, wall) = timed(|| _ = black_box(run(&project, seconds, Some(&file))));
        ratios.push(wall / bare);
        rates.push(facts / wall / 1e6);
    }
    let bytes = Recording::open(&file).expect("it was recorded").info().bytes as f64;
    println!(
        "{name}: {facts} facts, {:.1} M facts/s to disk (budget 10), {:.2} times as long as a run that \
         is not recorded, {:.1} bytes a fact",
        middle(rates),
        middle(ratios),
        bytes / facts
    );
}

#[expect(clippy::print_stdout, reason = "the figures are what it is for")]
fn seek(folder: &Path) {
    // 100,000 wait at the end.
    let project = Arc::new(queue(2_000.0));
    let file = folder.join("queue.mcap");
    run(&project, 100, Some(&file));
    let recording = Recording::open(&file).expect("it was recorded");
    let front = recording.front().0;
    let mut times: Vec<f64> = (0..300u64)
        .map(|number| {
            let at =
                SimTime((number * 7_919 % 300) * (front / 300) + number * 1_234_567 % 1_000_000);
            let (_, wall) = timed(|| {
                black_box(recording.seek(at.min(recording.front()), &mut Ignore))
                    .expect("it is there");
            });
            wall * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!(
        "seek, up to 100,000 waiting: {:.1} ms in the middle, {:.1} ms at p99 (budget 50)",
        times[150], times[297]
    );
}

/// 500,000 events a second through a topic with four subscriptions, by the clock, to disk.
#[expect(clippy::print_stdout, reason = "the figures are what it is for")]
fn live_at_full(folder: &Path) {
    let mut project = fan_out();
    for (id, node) in &mut project.nodes {
        match &mut node.kind {
            NodeKind::Producer(p) => p.arrivals = Arrivals::Constant { rate_per_s: 500_000.0 },
            NodeKind::Consumer(c) => c.service = Service::Constant { mean_s: 0.000_001 },
            _ => assert_eq!(id.as_str(), "t"),
        }
    }
    let options = RunOptions { seed: 42, speed: Speed::Times(1.0), paused: true, folder: None };
    let record = RecordOptions { path: folder.join("live.mcap"), level: Level::Full };
    let files = RunFiles { inputs: None, record: Some(record) };
    let finished = live(Arc::new(project), &options, SimTime(4 * SECOND), &files);
    let finished = finished.expect("the drawing runs and the disk has room");
    let recorded = finished.recorded.unwrap_or_default();
    println!(
        "live at full, 500,000 events/s through topic to 4: {} facts, {} of them in gaps, lag at most \
         {:.0} ms",
        finished.report.facts,
        recorded.facts_in_gaps,
        finished.lag_max.as_secs_f64() * 1e3
    );
}

fn budgets(_: &mut Criterion) {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    handing_over("topic to 4", fan_out(), 400_000, folder.path());
    handing_over("M/M/1", queue(800.0), 400_000, folder.path());
    recorder("topic to 4", fan_out(), 150, folder.path());
    recorder("M/M/1", queue(800.0), 600, folder.path());
    seek(folder.path());
    live_at_full(folder.path());
}

criterion_group!(benches, budgets);
criterion_main!(benches);

//! Live and virtual time write the same facts; the past is brought back exactly; nothing is lost
//! without a reason.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;

use super::{Engine, Next, RunCommand, RunState, Speed, Worker};
use crate::analysis::report::Report;
use crate::analysis::statistics::Statistics;
use crate::edit::Edit;
use crate::fact::{ElementKind, Fact, FactKind, Ignore, Roster, Sink};
use crate::ids::{LinkId, NodeId};
use crate::project::{Arrivals, Node, NodeKind, Point, Producer, Project, check, testing};
use crate::time::{Clock, SimSpan, SimTime};
use crate::virtual_time::{self, NoInputs, Script};
use crate::world::{Given, Input, World};

/// A clock that the test turns.
#[derive(Clone, Default)]
struct ManualClock(Arc<AtomicU64>);

impl ManualClock {
    fn turn(&self, nanos: u64) {
        self.0.fetch_add(nanos, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now_nanos(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

fn virtual_facts(project: &Arc<Project>, inputs: &[(SimTime, Input)], until: SimTime) -> Vec<Fact> {
    let mut world = World::new(Arc::clone(project), 11);
    let mut facts: Vec<Fact> = Vec::new();
    let mut script = Script::new(inputs.to_vec());
    virtual_time::run(&mut world, &mut script, until, &mut facts);
    facts
}

fn runnable(project: &Project) -> bool {
    check::can_run(&check::check(project))
}

/// A change that fits most projects: another rate, another capacity, a link less, a node less.
fn some_edit(project: &Project, choice: u64) -> Option<Edit> {
    let nodes: Vec<&NodeId> = project.nodes.keys().collect();
    let links: Vec<&LinkId> = project.links.keys().collect();
    let node_id = nodes.get(choice as usize / 4 % nodes.len().max(1))?;
    match choice % 4 {
        0 => {
            let mut node = project.nodes[*node_id].clone();
            match &mut node.kind {
                NodeKind::Producer(producer) => {
                    producer.arrivals = Arrivals::Poisson { rate_per_s: (choice % 50) as f64 };
                }
                NodeKind::Queue(waiting) | NodeKind::Topic(waiting) => {
                    waiting.capacity = Some(choice % 5);
                }
                NodeKind::Consumer(consumer) => consumer.concurrency = choice as u32 % 3 + 1,
                NodeKind::Note(_) => {}
            }
            Some(Edit::SetNode { id: (*node_id).clone(), node })
        }
        1 => {
            let id = links.get(choice as usize / 4 % links.len().max(1))?;
            Some(Edit::RemoveLink { id: (*id).clone() })
        }
        2 => Some(Edit::remove_nodes(
            project,
            &[(*node_id).clone()].into_iter().collect(),
            &Default::default(),
        )),
        _ => {
            let id = links.get(choice as usize / 4 % links.len().max(1))?;
            let mut link = project.links[*id].clone();
            link.latency_s = (choice % 7) as f64 * 0.01;
            Some(Edit::SetLink { id: (*id).clone(), link })
        }
    }
}

/// Something done to a node by hand that fits its kind.
fn some_control(project: &Project, choice: u64) -> Option<Input> {
    let nodes: Vec<&NodeId> = project.nodes.keys().collect();
    let node = (*nodes.get(choice as usize / 4 % nodes.len().max(1))?).clone();
    Some(match (&project.nodes[&node].kind, choice % 4) {
        (NodeKind::Note(_), _) => return None,
        (NodeKind::Topic(_) | NodeKind::Queue(_), 0) => Input::Purge { node },
        (NodeKind::Producer(_) | NodeKind::Consumer(_), 0) => Input::Stop { node },
        (_, 1) => Input::Crash { node },
        _ => Input::Restart { node },
    })
}

/// Inputs at random moments, each of which fits the drawing as it is then.
fn inputs(project: &Project, choices: &[u64]) -> Vec<(SimTime, Input)> {
    let mut project = project.clone();
    let mut time = SimTime::ZERO;
    let mut inputs = Vec::new();
    for &choice in choices {
        time += SimSpan(choice % 700_000_000 + 1);
        if choice % 5 == 0 {
            inputs.extend(some_control(&project, choice / 5).map(|input| (time, input)));
        } else if choice % 3 == 0 {
            let channel = project.nodes.iter().find(|(_, node)| node.kind.is_channel());
            let node = channel.map(|(id, _)| id.clone());
            inputs
                .extend(node.map(|node| (time, Input::Publish { node, event: Given::default() })));
        } else if let Some(edit) = some_edit(&project, choice) {
            let mut next = project.clone();
            if edit.apply(&mut next).is_ok() && runnable(&next) {
                project = next;
                inputs.push((time, Input::Edit(edit)));
            }
        }
    }
    inputs
}

/// What is inside each place according to the world must be what the facts say.
fn conserved(world: &World, statistics: &Statistics) -> Result<(), TestCaseError> {
    let now = world.now();
    for (ix, entry) in world.roster().iter() {
        let counts = statistics.counts(ix);
        if entry.kind.is_place() {
            let (_, inside) = world.contents(ix, 0);
            prop_assert_eq!(counts.in_queue + counts.in_service, inside, "{} at {}", entry.id, now);
            let ended = counts.completed + counts.dead_lettered + counts.lost;
            prop_assert_eq!(counts.arrived, ended + inside, "{} at {}", entry.id, now);
            let servers = world_services(world, &statistics.roster().clone(), entry.id.as_str());
            prop_assert!(servers.is_none_or(|busy| busy == counts.in_service));
        }
        if entry.kind == ElementKind::Producer {
            prop_assert_eq!(counts.due, counts.published + counts.outbox + counts.lost);
        }
        if entry.kind.is_link() {
            let moving = world.moving().filter(|moving| moving.link == ix).count() as u64;
            prop_assert_eq!(counts.in_transit, moving, "{} at {}", entry.id, now);
        }
    }
    Ok(())
}

/// Busy servers of the consumers behind a queue, where they serve nobody else.
fn world_services(world: &World, roster: &Roster, queue: &str) -> Option<u64> {
    let (place, _) =
        roster.iter().find(|(_, e)| e.id.as_str() == queue && e.kind == ElementKind::Queue)?;
    let mut busy = 0;
    for (_, link) in roster.iter().filter(|(_, e)| e.from == place && e.removed_at.is_none()) {
        let inputs = roster
            .iter()
            .filter(|(_, e)| e.kind.is_link() && e.to == link.to && e.removed_at.is_none());
        if link.kind != ElementKind::Consume || inputs.count() > 1 {
            return None;
        }
        busy += world.servers(link.to, usize::MAX).iter().flatten().count() as u64;
    }
    Some(busy)
}

/// The stays of all that ended, as their facts tell them.
#[derive(Default)]
struct Stays(i128);

impl Sink for Stays {
    fn fact(&mut self, fact: Fact) {
        if matches!(
            fact.kind(),
            FactKind::Completed
                | FactKind::DeadLettered
                | FactKind::ReadyDeadLettered
                | FactKind::Dropped
                | FactKind::Lost
        ) {
            self.0 += i128::from(fact.span().0);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_or_made_after_any_step_whatever_is_edited(
        project in testing::project(),
        choices in proptest::collection::vec(any::<u64>(), 0..8)
    ) {
        prop_assume!(runnable(&project));
        let inputs = inputs(&project, &choices);
        let mut world = World::new(Arc::new(project), 3);
        let mut sinks = (Statistics::new(), Stays::default());
        world.begin(&mut sinks);
        let mut steps = 0;
        for (time, input) in inputs.iter().map(|(time, input)| (*time, Some(input)))
            .chain([(SimTime(6_000_000_000), None)])
        {
            while world.next_deadline().is_some_and(|due| due <= time) && steps < 3_000 {
                world.advance(time, 1, &mut sinks);
                conserved(&world, &sinks.0)?;
                steps += 1;
            }
            if let Some(input) = input && steps < 3_000 {
                let taken = world.handle(time, input, &mut sinks);
                prop_assert!(taken.is_ok(), "{input:?}: {taken:?}");
                conserved(&world, &sinks.0)?;
            }
        }
        // Little's law as an identity: area under L = stays of all that ended + ages inside.
        let now = world.now();
        let (mut area, mut ages) = (0, 0);
        for (ix, _) in world.roster().iter().filter(|(_, entry)| entry.kind.is_place()) {
            area += sinks.0.stay_ns(ix, now);
            ages += world.ages(ix).iter().map(|age| i128::from(age.0)).sum::<i128>();
        }
        prop_assert_eq!(area, sinks.1.0 + ages);
    }

    #[test]
    fn live_and_virtual_time_write_the_same_facts_however_the_run_is_cut(
        project in testing::project(),
        choices in proptest::collection::vec(any::<u64>(), 0..5),
        turns in proptest::collection::vec(1u64..90_000_000, 1..60),
        speed in prop::sample::select(vec![0.25, 1.0, 10.0])
    ) {
        prop_assume!(runnable(&project));
        let project = Arc::new(project);
        let inputs = inputs(&project, &choices);
        let until = SimTime(4_000_000_000);
        let clock = ManualClock::default();
        let mut engine = Engine::new(
            Arc::clone(&project), 11, Speed::Times(speed),
            Box::new(Script::new(inputs.clone())), clock.clone(), Vec::new(),
        );
        engine.set_until(until);
        engine.command(RunCommand::Resume);
        for turn in turns.iter().cycle() {
            // A view, a look back and a change of speed change nothing.
            engine.view(turn % 2 == 0);
            engine.command(RunCommand::Seek(SimTime(engine.world().now().0 / 2)));
            engine.command(RunCommand::SetSpeed(Speed::Times(speed)));
            if turn % 5 == 0 {
                engine.command(RunCommand::Pause);
                clock.turn(1_000_000_000);
                engine.command(RunCommand::Resume);
            }
            clock.turn(*turn);
            while engine.pump() == Next::Work {}
            if engine.is_done() {
                break;
            }
        }
        prop_assume!(!engine.is_stuck());
        prop_assert_eq!(engine.also(), &virtual_facts(&project, &inputs, until));
    }

    #[test]
    fn any_moment_of_the_past_is_brought_back_exactly(
        project in testing::project(),
        choices in proptest::collection::vec(any::<u64>(), 0..6),
        share in 0.0f64..1.0
    ) {
        prop_assume!(runnable(&project));
        let project = Arc::new(project);
        let inputs = inputs(&project, &choices);
        let clock = ManualClock::default();
        let mut engine = Engine::new(
            Arc::clone(&project), 11, Speed::Times(1.0),
            Box::new(Script::new(inputs.clone())), clock.clone(), Vec::new(),
        );
        engine.command(RunCommand::Resume);
        clock.turn(5_000_000_000);
        while engine.pump() == Next::Work {}
        prop_assume!(!engine.is_stuck());
        let at = SimTime((engine.world().now().0 as f64 * share) as u64);
        engine.command(RunCommand::Seek(at));
        let past = engine.view(true);

        let mut there = Engine::new(
            project, 11, Speed::Times(1.0), Box::new(Script::new(inputs)), clock.clone(), Vec::new(),
        );
        there.set_until(at);
        there.command(RunCommand::Resume);
        clock.turn(5_000_000_000);
        while there.pump() == Next::Work {}
        let then = there.view(true);
        prop_assert_eq!(past.at, then.at);
        prop_assert_eq!(&past.elements, &then.elements);
        prop_assert_eq!(&past.flow, &then.flow);
        prop_assert_eq!(&past.project, &then.project);
        prop_assert_eq!(past.facts, then.facts);
    }
}

#[test]
fn a_node_added_elsewhere_changes_no_draw_of_the_others() {
    let mut alone = Project::default();
    let producer = |x| Node {
        name: String::new(),
        at: Point(x, 0.0),
        kind: NodeKind::Producer(Producer { keys: 5, ..Producer::default() }),
    };
    alone.nodes.insert("p".into(), producer(0.0));
    let mut both = alone.clone();
    both.nodes.insert("a".into(), producer(9.0));
    let until = SimTime(20_000_000_000);
    let times = |project: Project, id: &str| {
        let project = Arc::new(project);
        let mut world = World::new(Arc::clone(&project), 11);
        let mut facts: Vec<Fact> = Vec::new();
        virtual_time::run(&mut world, &mut NoInputs, until, &mut facts);
        let roster = world.roster();
        facts
            .iter()
            .filter(|fact| roster.entry(fact.at()).id.as_str() == id)
            .map(|fact| (fact.time, fact.kind()))
            .collect::<Vec<_>>()
    };
    let of_p = times(alone, "p");
    assert!(of_p.len() > 100);
    assert_eq!(of_p, times(both, "p"));
}

#[test]
fn the_same_run_at_any_speed_gives_the_same_plot_data_and_figures() {
    let project = Arc::new(crate::project::format::parse(MM1).expect("the sample is whole"));
    let mut seen = Vec::new();
    for speed in [1.0, 37.0, 1_000.0] {
        let clock = ManualClock::default();
        let mut engine = Engine::new(
            Arc::clone(&project),
            5,
            Speed::Times(speed),
            Box::new(NoInputs),
            clock.clone(),
            Vec::new(),
        );
        engine.set_until(SimTime(60_000_000_000));
        engine.command(RunCommand::Resume);
        while !engine.is_done() {
            clock.turn(16_000_000);
            engine.pump();
            if engine.world().now().0 % 3 == 0 {
                engine.view(true);
            }
        }
        let view = engine.view(true);
        let report = Report::new(engine.statistics(), 5, engine.world().now());
        seen.push((view.series, view.density, view.density_width, report));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
}

#[test]
fn steps_go_fact_by_fact_and_back() {
    let project = Arc::new(crate::project::format::parse(MM1).expect("the sample is whole"));
    let clock = ManualClock::default();
    let mut engine =
        Engine::new(project, 5, Speed::Times(1.0), Box::new(NoInputs), clock, Vec::new());
    let mut moments = vec![SimTime::ZERO];
    for _ in 0..20 {
        engine.command(RunCommand::StepFact);
        let at = engine.view(false).at;
        assert!(at > moments[moments.len() - 1]);
        moments.push(at);
    }
    for moment in moments.iter().rev().skip(1).take(19) {
        engine.command(RunCommand::StepBack);
        assert_eq!(engine.view(false).at, *moment);
        assert!(!engine.view(false).live);
    }
    for moment in &moments[2..] {
        engine.command(RunCommand::StepFact);
        assert_eq!(engine.view(false).at, *moment);
    }
}

const MM1: &str = include_str!("../../../projects/mm1.ron");

/// A clock on which every look takes 20 ms, so that a view is due each time.
struct SlowClock(AtomicU64);

impl Clock for SlowClock {
    fn now_nanos(&self) -> u64 {
        self.0.fetch_add(20_000_000, Ordering::Relaxed)
    }
}

#[test]
fn a_run_that_ends_by_itself_shows_its_end() {
    let mut project = crate::project::format::parse(MM1).expect("the sample is whole");
    crate::project::set::set(&mut project, "source.limit", "5000").expect("there is a limit");
    let (told, views) = crossbeam_channel::unbounded();
    let notify = Arc::new(move || {
        told.send(()).expect("the test waits for it");
    });
    let clock = SlowClock(AtomicU64::new(0));
    let source = Box::new(NoInputs);
    let mut engine = Engine::new(Arc::new(project), 1, Speed::Max, source, clock, Ignore);
    engine.command(RunCommand::Resume);
    let worker = Worker::spawn(engine, Some(notify)).expect("a thread");
    let end = loop {
        let wait = std::time::Duration::from_secs(60);
        views.recv_timeout(wait).expect("the view of the end comes");
        let view = worker.newest_view().filter(|view| view.state == RunState::Finished);
        if let Some(view) = view {
            break view;
        }
    };
    assert_eq!(end.events, 5_000);
}

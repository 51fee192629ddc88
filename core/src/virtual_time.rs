//! Driver 1: virtual time. It jumps from one deadline to the next, as fast as the machine can.

use std::sync::Arc;

use crate::fact::{EventBirth, Fact, Roster, Sink};
use crate::time::SimTime;
use crate::world::{Input, InputError, Progress, World};

/// Inputs that come one after the other: read from a file, or from a recorded log.
pub trait InputSource {
    /// When the next input is due; none: there is none any more.
    fn peek_time(&mut self) -> Option<SimTime>;

    /// Takes the next input.
    fn take(&mut self) -> Option<(SimTime, Input)>;

    /// Why the source broke off, told once; none where it did not.
    fn failure(&mut self) -> Option<String> {
        None
    }
}

/// No inputs at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoInputs;

impl InputSource for NoInputs {
    fn peek_time(&mut self) -> Option<SimTime> {
        None
    }

    fn take(&mut self) -> Option<(SimTime, Input)> {
        None
    }
}

/// Inputs that are known beforehand, in the order of their times.
#[derive(Clone, Debug, Default)]
pub struct Script {
    inputs: std::collections::VecDeque<(SimTime, Input)>,
}

impl Script {
    /// A script of these inputs, which are put in the order of their times.
    pub fn new(mut inputs: Vec<(SimTime, Input)>) -> Self {
        inputs.sort_by_key(|(time, _)| *time);
        Self { inputs: inputs.into() }
    }
}

impl InputSource for Script {
    fn peek_time(&mut self) -> Option<SimTime> {
        self.inputs.front().map(|(time, _)| *time)
    }

    fn take(&mut self) -> Option<(SimTime, Input)> {
        self.inputs.pop_front()
    }
}

/// Two sources as one; at one instant the first one's inputs come first.
#[derive(Clone, Debug, Default)]
pub struct Both<A, B>(pub A, pub B);

impl<A: InputSource, B: InputSource> InputSource for Both<A, B> {
    fn peek_time(&mut self) -> Option<SimTime> {
        match (self.0.peek_time(), self.1.peek_time()) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    fn take(&mut self) -> Option<(SimTime, Input)> {
        match (self.0.peek_time(), self.1.peek_time()) {
            (Some(a), Some(b)) if b < a => self.1.take(),
            (Some(_), _) => self.0.take(),
            (None, _) => self.1.take(),
        }
    }

    fn failure(&mut self) -> Option<String> {
        self.0.failure().or_else(|| self.1.failure())
    }
}

impl<T: InputSource + ?Sized> InputSource for Box<T> {
    fn peek_time(&mut self) -> Option<SimTime> {
        (**self).peek_time()
    }

    fn take(&mut self) -> Option<(SimTime, Input)> {
        (**self).take()
    }

    fn failure(&mut self) -> Option<String> {
        (**self).failure()
    }
}

/// How a run in virtual time ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// A million steps happened at one instant: the run stopped there.
    pub stuck: bool,
    /// Inputs that did not fit, with the moment and the reason. The run went on without them.
    pub refused: Vec<(SimTime, InputError)>,
}

/// A sink that also wants to see how a run goes on.
pub trait Watch: Sink {
    /// The run has taken an input at `time`.
    fn input(&mut self, _time: SimTime, _input: &Input) {}

    /// The run's front after each stretch of work, of a few milliseconds at the most.
    fn stretch(&mut self, _world: &World) {}
}

/// A sink that wants nothing more.
struct Unwatched<'a, S>(&'a mut S);

impl<S: Sink> Sink for Unwatched<'_, S> {
    const WANTS_EVENTS: bool = S::WANTS_EVENTS;

    #[inline]
    fn event(&mut self, birth: &EventBirth, types: &[Arc<str>]) {
        self.0.event(birth, types);
    }

    #[inline]
    fn fact(&mut self, fact: Fact) {
        self.0.fact(fact);
    }

    fn roster(&mut self, now: SimTime, roster: &Roster) {
        self.0.roster(now, roster);
    }
}

impl<S: Sink> Watch for Unwatched<'_, S> {}

/// Steps between two looks of who watches.
const STEPS_AT_ONCE: u64 = 65_536;

/// Runs a world up to and including `until`.
pub fn run<S: Sink>(
    world: &mut World,
    inputs: &mut impl InputSource,
    until: SimTime,
    sink: &mut S,
) -> Outcome {
    run_watched(world, inputs, until, &mut Unwatched(sink))
}

/// The same, watched.
pub fn run_watched<W: Watch>(
    world: &mut World,
    inputs: &mut impl InputSource,
    until: SimTime,
    watch: &mut W,
) -> Outcome {
    let mut outcome = Outcome::default();
    while !outcome.stuck && inputs.peek_time().is_some_and(|time| time <= until) {
        let Some((time, input)) = inputs.take() else { break };
        // Checked here: `handle` would go on after a million steps.
        if advance(world, time, watch) == Progress::Stuck {
            outcome.stuck = true;
            break;
        }
        let time = time.max(world.now());
        match world.handle(time, &input, watch) {
            Ok(()) => watch.input(time, &input),
            Err(error) => outcome.refused.push((time, error)),
        }
    }
    if !outcome.stuck {
        outcome.stuck = advance(world, until, watch) == Progress::Stuck;
    }
    watch.stretch(world);
    outcome
}

fn advance<W: Watch>(world: &mut World, until: SimTime, watch: &mut W) -> Progress {
    loop {
        let progress = world.advance(until, STEPS_AT_ONCE, watch);
        if progress != Progress::OutOfBudget {
            return progress;
        }
        watch.stretch(world);
    }
}

/// Runs on from where a world is until nothing is left in the topology, or `until` is reached.
/// Returns when the last event left.
pub fn drain<W: Watch>(world: &mut World, until: SimTime, watch: &mut W) -> Outcome {
    let mut outcome = Outcome::default();
    let mut steps = 0u64;
    while world.events_alive() > 0 {
        steps += 1;
        if steps.is_multiple_of(STEPS_AT_ONCE) {
            watch.stretch(world);
        }
        match world.next_deadline() {
            Some(time) if time <= until => {
                if world.advance(time, 1, watch) == Progress::Stuck {
                    outcome.stuck = true;
                    break;
                }
            }
            _ => break,
        }
    }
    outcome
}

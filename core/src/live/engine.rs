//! A live run without its thread: a world that follows a clock, takes commands and inputs, and can
//! be looked at, at its front or in its past.

use std::sync::Arc;

use super::folds::{Folds, Motion, is_visible};
use super::look::{self, Glance};
use super::{RunCommand, RunState, SeriesView, Speed, View};
use crate::fact::{ElementIx, Ignore};
use crate::ids::ElementId;
use crate::journal::{Journal, Keep, Moment};
use crate::project::Project;
use crate::time::{Clock, SimSpan, SimTime};
use crate::virtual_time::InputSource;
use crate::world::{Input, Progress, World};

/// How long the engine works before it looks for commands, in wall nanoseconds.
const SLICE_NS: u64 = 4_000_000;
/// Between two looks at the clock.
const STEPS_AT_ONCE: u64 = 2_048;
/// How often the plots' lines are made anew, in wall nanoseconds.
const SERIES_EVERY_NS: u64 = 100_000_000;
/// How many places have lines in the plots.
const MOST_LINES: usize = 32;
/// How many refused inputs are told to the window.
const MOST_REFUSALS: usize = 20;

/// What the engine will do next by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// There is more to do at once.
    Work,
    /// Nothing before so many wall nanoseconds have gone by.
    Sleep(u64),
    /// Nothing until a command comes.
    Wait,
}

/// A run that follows a clock.
pub struct Engine<C, S = Ignore> {
    clock: C,
    world: World,
    folds: Folds,
    /// Takes every fact once more: a recorder, or a test.
    also: S,
    journal: Journal,
    source: Box<dyn InputSource + Send>,
    seed: u64,
    speed: Speed,
    running: bool,
    until: SimTime,
    stuck: bool,
    /// When, by the clock, the run was where.
    anchor: (u64, SimTime),
    past: Option<Past>,
    watch: Option<ElementId>,
    refusals: Vec<String>,
    lag_max: SimSpan,
    lines: Lines,
}

/// The plots' lines as they were made last.
struct Lines {
    /// By the clock.
    made_ns: u64,
    series: Arc<Vec<SeriesView>>,
    density: Arc<Vec<(u64, u64)>>,
    density_width: SimSpan,
}

/// A moment before the front that is looked at.
struct Past {
    at: SimTime,
    moment: Moment,
    motion: Motion,
}

impl<C: Clock, S: Keep> Engine<C, S> {
    /// A paused run at its start.
    pub fn new(
        project: Arc<Project>,
        seed: u64,
        speed: Speed,
        source: Box<dyn InputSource + Send>,
        clock: C,
        mut also: S,
    ) -> Self {
        let world = World::new(Arc::clone(&project), seed);
        let mut folds = Folds::new(speed);
        world.begin(&mut folds);
        world.begin(&mut also);
        let anchor = (clock.now_nanos(), SimTime::ZERO);
        Self {
            clock,
            world,
            folds,
            also,
            journal: Journal::new(project, seed),
            source,
            seed,
            speed,
            running: false,
            until: SimTime::MAX,
            stuck: false,
            anchor,
            past: None,
            watch: None,
            refusals: Vec::new(),
            lag_max: SimSpan::ZERO,
            lines: Lines {
                made_ns: 0,
                series: Arc::default(),
                density: Arc::default(),
                density_width: SimSpan(1),
            },
        }
    }

    /// Stops time at this moment, which is reached exactly.
    pub fn set_until(&mut self, until: SimTime) {
        self.until = until;
    }

    /// The clock that the run follows.
    pub fn clock(&self) -> &C {
        &self.clock
    }

    /// The clock's time.
    pub fn now_nanos(&self) -> u64 {
        self.clock.now_nanos()
    }

    /// Whether the moment of [`Engine::set_until`] is reached, or the run is stuck, or as fast as
    /// possible nothing is left to happen.
    pub fn is_done(&mut self) -> bool {
        self.stuck || self.world.now() >= self.until || self.is_finished()
    }

    fn is_finished(&mut self) -> bool {
        self.speed == Speed::Max
            && self.until == SimTime::MAX
            && self.world.next_deadline().is_none()
            && self.source.peek_time().is_none()
    }

    /// The world at the run's front.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What was counted up to the run's front.
    pub fn statistics(&self) -> &crate::analysis::statistics::Statistics {
        &self.folds.statistics
    }

    /// The run's journal.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The sink that takes every fact once more.
    pub fn also(&self) -> &S {
        &self.also
    }

    /// Gives that sink back: the run ends here.
    pub fn into_also(self) -> S {
        self.also
    }

    /// The largest lag so far, in wall time.
    pub fn lag_max(&self) -> SimSpan {
        self.lag_max
    }

    /// Whether a million steps at one instant stopped the run.
    pub fn is_stuck(&self) -> bool {
        self.stuck
    }

    /// Whether no recorded input will come any more.
    pub fn source_has_ended(&mut self) -> bool {
        self.source.peek_time().is_none()
    }

    /// The inputs that were refused.
    pub fn refusals(&self) -> &[String] {
        &self.refusals
    }

    /// Lets happen what is due by the clock, for at most 4 ms of work.
    pub fn pump(&mut self) -> Next {
        if !self.running || self.stuck {
            self.also.rest();
            return Next::Wait;
        }
        let target = self.target();
        self.advance_to(target);
        self.lag_max = self.lag_max.max(self.lag());
        if self.is_done() {
            self.also.rest();
            return Next::Wait;
        }
        if self.speed == Speed::Max || self.world.now() < target {
            return Next::Work;
        }
        Next::Sleep(self.nanos_to_next())
    }

    /// Wall nanoseconds until something happens next.
    fn nanos_to_next(&mut self) -> u64 {
        let Speed::Times(times) = self.speed else { return 0 };
        let next = [self.world.next_deadline(), self.source.peek_time(), Some(self.until)];
        let Some(next) = next.into_iter().flatten().min().filter(|next| *next < SimTime::MAX)
        else {
            return u64::MAX;
        };
        (next.since(self.world.now()).0 as f64 / times) as u64
    }

    /// Where the run should be by the clock.
    fn target(&self) -> SimTime {
        let target = match self.speed {
            Speed::Max => SimTime::MAX,
            Speed::Times(times) => {
                let wall = self.clock.now_nanos().saturating_sub(self.anchor.0);
                self.anchor.1 + SimSpan((wall as f64 * times) as u64)
            }
        };
        target.min(self.until)
    }

    /// How far the run is behind its clock, in wall time.
    pub fn lag(&self) -> SimSpan {
        match self.speed {
            Speed::Times(times) if self.running && !self.stuck => {
                let behind = self.target().since(self.world.now());
                SimSpan((behind.0 as f64 / times) as u64)
            }
            _ => SimSpan::ZERO,
        }
    }

    fn re_anchor(&mut self) {
        self.anchor = (self.clock.now_nanos(), self.world.now());
    }

    fn advance_to(&mut self, target: SimTime) {
        let begun = self.clock.now_nanos();
        loop {
            let input_due = self.source.peek_time().filter(|due| *due <= target);
            let until = input_due.unwrap_or(target);
            let mut sinks = (&mut self.folds, &mut self.also);
            match self.world.advance(until, STEPS_AT_ONCE, &mut sinks) {
                Progress::Stuck => {
                    self.stuck = true;
                    return;
                }
                Progress::Reached if input_due.is_none() => break,
                Progress::Reached => {
                    if let Some((time, input)) = self.source.take() {
                        self.take_input(time.max(self.world.now()), input);
                    }
                }
                Progress::OutOfBudget => {}
            }
            self.journal.offer(&self.world, &self.folds.statistics, self.folds.facts);
            let now = self.clock.now_nanos();
            self.also.offer(Some(now), &self.world, &self.folds.statistics);
            if now.saturating_sub(begun) >= SLICE_NS {
                break;
            }
        }
        if let Some(failure) = self.source.failure() {
            self.refuse(failure);
        }
        self.journal.offer(&self.world, &self.folds.statistics, self.folds.facts);
        let now = self.clock.now_nanos();
        self.also.offer(Some(now), &self.world, &self.folds.statistics);
    }

    fn take_input(&mut self, time: SimTime, input: Input) {
        let mut sinks = (&mut self.folds, &mut self.also);
        match self.world.handle(time, &input, &mut sinks) {
            Ok(()) => {
                self.also.input(time, &input);
                self.journal.input(time, input);
            }
            Err(error) => self.refuse(error.to_string()),
        }
    }

    fn refuse(&mut self, why: String) {
        if self.refusals.len() == MOST_REFUSALS {
            self.refusals.remove(0);
        }
        self.refusals.push(why);
    }

    /// Carries out a command. `Stop` is the caller's.
    pub fn command(&mut self, command: RunCommand) {
        match command {
            RunCommand::Pause => self.pause(),
            RunCommand::Resume => {
                if !self.running {
                    self.running = true;
                    self.re_anchor();
                }
            }
            RunCommand::SetSpeed(speed) => self.set_speed(speed),
            RunCommand::StepFact => self.step(|_| true, |folds| folds.facts),
            RunCommand::StepVisible => self.step(is_visible, |folds| folds.visible),
            RunCommand::StepBack => {
                self.pause();
                let from = self.past.as_ref().map_or(self.world.now(), |past| past.at);
                if let Some(at) = self.journal.previous(from) {
                    self.seek(at);
                }
            }
            RunCommand::Seek(at) => self.seek(at),
            RunCommand::GoLive => self.past = None,
            RunCommand::Input(input) => self.input(input),
            RunCommand::Watch(watch) => self.watch = watch,
            RunCommand::Stop => {}
        }
    }

    fn pause(&mut self) {
        // First what is due already: pausing must not depend on when the engine last looked.
        if self.running && !self.stuck && self.speed != Speed::Max {
            let target = self.target();
            self.advance_to(target);
        }
        self.running = false;
    }

    fn input(&mut self, input: Input) {
        let due = if self.running { self.target() } else { self.world.now() };
        let now = if due == SimTime::MAX || due == self.until { self.world.now() } else { due };
        // A run that lags takes the input where it is: it neither skips nor waits.
        self.advance_to(now);
        self.take_input(self.world.now(), input);
    }

    fn set_speed(&mut self, speed: Speed) {
        let speed = match speed {
            Speed::Times(times) if times.is_finite() => Speed::Times(times.clamp(0.01, 1_000.0)),
            _ => Speed::Max,
        };
        if self.running && self.speed != Speed::Max {
            let target = self.target();
            self.advance_to(target);
        }
        self.speed = speed;
        self.re_anchor();
        // What moves at the front is shown at the new speed from what happened before, too.
        let mut motion = Motion::new(speed);
        self.journal.seek(self.world.now(), motion.look_back(), &mut motion);
        self.folds.motion = motion;
        if let Some(past) = self.past.take() {
            self.seek(past.at);
        }
    }

    fn seek(&mut self, at: SimTime) {
        if at >= self.world.now() {
            self.past = None;
            return;
        }
        let mut motion = Motion::new(self.speed);
        let moment = self.journal.seek(at, motion.look_back(), &mut motion);
        self.past = Some(Past { at, moment, motion });
    }

    /// On to the next moment with a wanted fact, in the past or at the front.
    fn step(&mut self, wanted: fn(&crate::fact::Fact) -> bool, count: fn(&Folds) -> u64) {
        self.pause();
        if let Some(past) = &self.past {
            match self.journal.next(past.at, self.world.now(), wanted) {
                Some(at) => self.seek(at),
                None => self.past = None,
            }
            return;
        }
        let before = count(&self.folds);
        while count(&self.folds) == before && !self.stuck {
            let next = [self.world.next_deadline(), self.source.peek_time()];
            let Some(next) = next.into_iter().flatten().min() else { break };
            self.advance_to(next.max(self.world.now()));
        }
    }

    /// What there is to see now.
    pub fn view(&mut self, fresh_series: bool) -> View {
        self.renew_series(fresh_series);
        let state = if self.stuck {
            RunState::Stuck(look::where_stuck(&self.world))
        } else if self.is_finished() {
            RunState::Finished
        } else if self.running {
            RunState::Running
        } else {
            RunState::Paused
        };
        let glance = match &self.past {
            Some(past) => Glance {
                world: &past.moment.world,
                statistics: &past.moment.statistics,
                motion: &past.motion,
                at: past.at,
            },
            None => Glance {
                world: &self.world,
                statistics: &self.folds.statistics,
                motion: &self.folds.motion,
                at: self.world.now(),
            },
        };
        View {
            at: glance.at,
            front: self.world.now(),
            live: self.past.is_none(),
            state,
            speed: self.speed,
            seed: self.seed,
            lag: self.lag(),
            facts: glance.statistics.facts(),
            events: glance.statistics.events(),
            project: Arc::clone(glance.world.project()),
            roster: Arc::clone(glance.world.roster()),
            elements: glance.elements(),
            flow: glance.flow(),
            tail: self.watch.as_ref().and_then(|watch| glance.tail(watch)),
            series: Arc::clone(&self.lines.series),
            density: Arc::clone(&self.lines.density),
            density_width: self.lines.density_width,
            edits: Arc::new(self.folds.edits.clone()),
            refusals: self.refusals.clone(),
        }
    }

    /// Lines are made of the first channels and of what is watched: no window shows thousands.
    fn is_plotted(&self, element: ElementIx) -> bool {
        let roster = self.world.roster();
        let before = roster.entries[..element.ix()].iter().filter(|entry| entry.kind.is_place());
        let entry = roster.entry(element);
        let watched = self.watch.as_ref() == Some(&entry.id);
        watched || (entry.kind.is_place() && before.count() < MOST_LINES)
    }

    fn renew_series(&mut self, fresh: bool) {
        let now = self.clock.now_nanos();
        if !fresh && now.saturating_sub(self.lines.made_ns) < SERIES_EVERY_NS {
            return;
        }
        let front = self.world.now();
        let (density, density_width) = self.folds.series.density(front);
        let series = self.folds.series.views(front, |element| self.is_plotted(element));
        self.lines = Lines {
            made_ns: now,
            series: Arc::new(series),
            density: Arc::new(density),
            density_width,
        };
    }
}

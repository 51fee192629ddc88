//! The project compiled to tables: the bus and the behaviours around it, a sans-I/O state machine.
//!
//! ```text
//! handle(now, input) ─▶ ┌───────┐
//! advance(until, n)  ─▶ │ World │ ─▶ facts, into a sink
//! next_deadline()   ◀── └───────┘
//! ```
//!
//! It reads no clock and never recurses: what a step sets free is put on a work list. For the same
//! project, seed and inputs it writes the same facts, however `advance` is sliced.

mod compile;
mod control;
mod data;
mod dead_letter;
mod deliver;
mod draw;
mod edit;
mod emit;
mod filter;
mod input;
mod laws;
mod look;
mod produce;
mod publish;
mod serve;
mod stuck;
mod tables;

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use input::{Given, Input, InputError};
pub use look::{ContentsRow, Moving};
pub use tables::NodeState;

use crate::bus::{EventSlot, EventStore, Place, TimerKind, TimerQueue};
use crate::expression::Template;
use crate::fact::{
    ElementIx, EventBirth, EventData, EventKey, Fact, FactKind, Roster, Sink, TypeIx,
};
use crate::project::Project;
use crate::time::{SimSpan, SimTime};
use filter::EventFilter;
use produce::ASK_AGAIN;
use tables::{Consumer, LinkState, Outlet, Pause, Producer, Slab, Topic, Transit};

/// Changes whenever the same project, seed and inputs give other facts than before.
pub const WORLD_VERSION: u32 = 2;

/// How many steps at one instant stop a run.
pub const STEPS_AT_ONE_INSTANT: u64 = 1_000_000;

/// A run's state. `Clone` is a snapshot of it: statistics are elsewhere.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct World {
    /// Kept apart where a world is stored: see [`World::set_drawing`].
    #[serde(skip)]
    project: Arc<Project>,
    roster: Arc<Roster>,
    index: Arc<compile::Index>,
    seed: u64,
    now: SimTime,
    timers: TimerQueue,
    events: EventStore,
    /// Of each element, its number in the table of its kind.
    slots: Vec<u32>,
    producers: Vec<Producer>,
    topics: Vec<Topic>,
    places: Vec<Place>,
    /// Of each place, the way of its dead letters.
    dead_letters: Vec<Option<tables::Target>>,
    consumers: Vec<Consumer>,
    links: Vec<LinkState>,
    outlets: Vec<Outlet>,
    transits: Slab<Transit>,
    pauses: Slab<Pause>,
    /// Of each element, the number of its filter.
    filter_of: Vec<u32>,
    filters: Vec<EventFilter>,
    templates: Vec<Template>,
    /// Places in which there may be room for who waits.
    wakes: VecDeque<u32>,
    /// Places that have to remember what they took.
    remembering: Vec<u32>,
    steps_at_now: u64,
    /// Places for which somebody waits, or has waited since the last look for a deadlock.
    waited_for: Vec<u32>,
    /// A sender has begun to wait or has moved on since then.
    senders_changed: bool,
}

/// How far a run came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// All that happens up to the moment asked for has happened.
    Reached,
    /// The budget was used up at this moment.
    OutOfBudget,
    /// A million steps happened at this one instant: the topology goes round without time going by.
    Stuck,
}

impl World {
    /// The project at its start. Nothing has happened yet; the first call of [`World::begin`]
    /// tells a sink who is who.
    pub fn new(project: Arc<Project>, seed: u64) -> Self {
        let mut world = Self {
            project: Arc::new(Project::default()),
            roster: Arc::new(Roster::default()),
            index: Arc::default(),
            seed,
            now: SimTime::ZERO,
            timers: TimerQueue::default(),
            events: EventStore::default(),
            slots: Vec::new(),
            producers: Vec::new(),
            topics: Vec::new(),
            places: Vec::new(),
            dead_letters: Vec::new(),
            consumers: Vec::new(),
            links: Vec::new(),
            outlets: Vec::new(),
            transits: Slab::default(),
            pauses: Slab::default(),
            filter_of: Vec::new(),
            filters: Vec::new(),
            templates: Vec::new(),
            wakes: VecDeque::new(),
            remembering: Vec::new(),
            steps_at_now: 0,
            waited_for: Vec::new(),
            senders_changed: false,
        };
        world.compile(project);
        world
    }

    fn let_senders_go_ahead<S: Sink>(&mut self, sink: &mut S) {
        self.wake_senders(sink);
        if self.senders_changed {
            self.look_for_deadlock(sink);
        }
    }

    /// Tells a sink who is who, before the first fact.
    pub fn begin<S: Sink>(&self, sink: &mut S) {
        sink.roster(self.now, &self.roster);
    }

    /// Takes an input at `now`, which must not be before anything that has happened. Timers due up
    /// to and at `now` come first.
    ///
    /// # Errors
    /// An [`InputError`] where the input does not fit; nothing has then changed.
    pub fn handle<S: Sink>(
        &mut self,
        now: SimTime,
        input: &Input,
        sink: &mut S,
    ) -> Result<(), InputError> {
        self.advance(now, u64::MAX, sink);
        if self.now < now {
            self.move_to(now);
        }
        match input {
            Input::Edit(edit) => self.edit(edit, sink)?,
            Input::Publish { node, event } => self.publish_by_hand(node, event, sink)?,
            Input::Recorded { node, event } => self.publish_recorded(node, event, sink)?,
            Input::Crash { node } => self.crash(node, sink)?,
            Input::Stop { node } => self.stop(node, sink)?,
            Input::Restart { node } => self.restart(node, sink)?,
            Input::Purge { node } => self.purge(node, sink)?,
            Input::Silence => self.silence(),
        }
        self.let_senders_go_ahead(sink);
        Ok(())
    }

    /// When something happens next by itself; none: never again without an input.
    pub fn next_deadline(&self) -> Option<SimTime> {
        self.timers.peek_time()
    }

    /// Lets happen what happens up to `until`, but at most `budget` steps. A step is one timer with
    /// all that follows from it at once.
    pub fn advance<S: Sink>(&mut self, until: SimTime, budget: u64, sink: &mut S) -> Progress {
        for _ in 0..budget {
            let Some(timer) = self.timers.take_due(until) else {
                self.move_to(until.max(self.now));
                return Progress::Reached;
            };
            if timer.time > self.now {
                self.now = timer.time;
                self.steps_at_now = 0;
            }
            self.steps_at_now += 1;
            match timer.kind() {
                TimerKind::ServiceEnd => self.service_end(timer.a(), timer.b, timer.ticket, sink),
                TimerKind::Arrival => {
                    self.arrival(timer.a(), timer.b == ASK_AGAIN, timer.ticket, sink);
                }
                TimerKind::TransitEnd => self.transit_end(timer.a(), timer.ticket, sink),
                TimerKind::Expiry => self.expire(timer.a(), timer.ticket, sink),
                TimerKind::PauseEnd => self.pause_end(timer.a(), timer.ticket, sink),
            }
            if !self.wakes.is_empty() || self.senders_changed {
                self.let_senders_go_ahead(sink);
            }
            if self.steps_at_now >= STEPS_AT_ONE_INSTANT {
                return Progress::Stuck;
            }
        }
        if self.timers.peek_time().is_none_or(|time| time > until) {
            self.move_to(until.max(self.now));
            return Progress::Reached;
        }
        Progress::OutOfBudget
    }

    /// The moment that the run has reached.
    pub fn now(&self) -> SimTime {
        self.now
    }

    /// The seed of all draws.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The drawing as it is at [`World::now`].
    pub fn project(&self) -> &Arc<Project> {
        &self.project
    }

    /// Puts back the drawing, which a stored world leaves out: many snapshots share one. It must be
    /// the one that [`World::project`] gave when the world was stored.
    pub fn set_drawing(&mut self, project: Arc<Project>) {
        self.project = project;
    }

    /// Who is who.
    pub fn roster(&self) -> &Arc<Roster> {
        &self.roster
    }

    /// How many events came into being.
    pub fn events_created(&self) -> u64 {
        self.events.created()
    }

    /// How many events are somewhere in the topology.
    pub fn events_alive(&self) -> usize {
        self.events.alive()
    }

    /// Moves on to a moment up to which nothing happens. `SimTime::MAX` is no moment: the run stays
    /// where its last event left it.
    fn move_to(&mut self, now: SimTime) {
        if now != self.now && now != SimTime::MAX {
            self.now = now;
            self.steps_at_now = 0;
        }
    }

    #[inline]
    fn fact(&self, kind: FactKind, event: EventSlot, at: ElementIx, peer: ElementIx) -> Fact {
        let record = self.events.get(event);
        Fact::new(self.now, kind, record.id, record.event_type, at, peer)
    }

    /// Tells a sink that wants to know of an event that has come into being at `at`.
    #[inline]
    fn born<S: Sink>(&self, event: EventSlot, at: ElementIx, sink: &mut S) {
        if S::WANTS_EVENTS {
            sink.event(&self.birth(event, at), &self.roster.types);
        }
    }

    fn birth(&self, event: EventSlot, at: ElementIx) -> EventBirth {
        let record = self.events.get(event);
        let key = self.key(event).map_or(EventKey::None, EventKey::Given);
        // Made now: what its template asks about may be gone when somebody reads it.
        let data = self.data_json(event).map_or(EventData::None, EventData::Given);
        EventBirth {
            time: self.now,
            id: record.id,
            root: record.root,
            parent: record.parent,
            draw: record.draw,
            due: record.due,
            event_type: record.event_type,
            at,
            key,
            data,
        }
    }

    /// One less holds the event.
    #[inline]
    fn release(&mut self, event: EventSlot) {
        if self.events.release(event) && self.events.get(event).remembered {
            let id = self.events.get(event).id.0;
            for &place in &self.remembering {
                self.places[place as usize].forget(id);
            }
        }
    }

    fn type_ix(&mut self, name: &str) -> TypeIx {
        if let Some(ix) = self.roster.types.iter().position(|other| **other == *name) {
            return TypeIx(ix as u8);
        }
        let types = &mut Arc::make_mut(&mut self.roster).types;
        if types.len() == 255 {
            types.push(Arc::from("other"));
        }
        if types.len() >= 256 {
            return TypeIx(255);
        }
        types.push(Arc::from(name));
        TypeIx((types.len() - 1) as u8)
    }

    #[inline]
    fn since(&self, earlier: SimTime) -> SimSpan {
        self.now.since(earlier)
    }
}

#[cfg(test)]
mod tests;

//! Producers: when events fall due, what they are, and the outbox in which they wait for room.

use super::World;
use super::draw::{self, Purpose};
use super::input::{Given, InputError};
use super::publish::Coming;
use super::tables::{Law, Target};
use crate::bus::{EventSlot, GivenData, NewEvent, Sender, TimerKind, TimerTicket};
use crate::fact::{ElementIx, ElementKind, EventId, FactKind, Sink, TypeIx};
use crate::ids::NodeId;
use crate::time::SimTime;

impl World {
    /// Sets the timer of a producer's next event, drawn anew.
    pub(super) fn arm(&mut self, producer: u32) {
        let state = &mut self.producers[producer as usize];
        state.pending = TimerTicket::NONE;
        if state.made >= state.limit {
            return;
        }
        let at = match &mut state.law {
            Law::Silent => return,
            Law::Constant { interval_ns, base, k } => {
                *k += 1;
                // From the base, so that the roundings do not add up.
                SimTime(base.0.saturating_add((*k as f64 * *interval_ns + 0.5) as u64))
            }
            Law::Poisson { mean_ns } => {
                let bits = draw::bits(state.stream, state.made, state.epoch, Purpose::Interval);
                self.now + draw::exponential(bits, *mean_ns)
            }
        };
        if at < SimTime::MAX {
            state.pending = self.timers.set(at, TimerKind::Arrival, producer, 0);
        }
    }

    pub(super) fn silence(&mut self) {
        for producer in &mut self.producers {
            producer.law = Law::Silent;
            producer.pending = TimerTicket::NONE;
        }
    }

    pub(super) fn arrival<S: Sink>(&mut self, producer: u32, ticket: TimerTicket, sink: &mut S) {
        let state = &mut self.producers[producer as usize];
        if state.pending != ticket {
            return;
        }
        let number = state.made;
        state.made += 1;
        let key = draw::bits(state.stream, number, 0, Purpose::Event);
        let event = self.make(producer, key);
        self.arm(producer);
        self.publish_due(producer, event, sink);
    }

    /// A new event as the producer makes them.
    #[inline]
    fn make(&mut self, producer: u32, draw: u64) -> EventSlot {
        let state = &self.producers[producer as usize];
        let event_type = match state.types.as_slice() {
            [(_, only)] => *only,
            types => {
                let bits = draw::bits(state.stream, draw, 0, Purpose::Type);
                let found = types.iter().find(|(end, _)| bits <= *end).or(types.last());
                found.map_or(TypeIx(0), |found| found.1)
            }
        };
        let key = match state.keys {
            0 => 0,
            keys => {
                let bits = draw::bits(state.stream, draw, 0, Purpose::Key);
                draw::below(bits, u64::from(keys)) as u32 + 1
            }
        };
        self.events.create(NewEvent { draw, due: self.now, event_type, key })
    }

    /// Publishes an event that falls due now, or puts it into the outbox.
    #[inline]
    fn publish_due<S: Sink>(&mut self, producer: u32, event: EventSlot, sink: &mut S) {
        let state = &self.producers[producer as usize];
        let (element, outlet) = (state.element, state.outlet);
        if !state.outbox.is_empty() {
            self.held(element, event, sink);
            self.producers[producer as usize].outbox.push_back(event);
            return;
        }
        if let Some(place) = self.blocked_at(outlet, None) {
            self.held(element, event, sink);
            self.producers[producer as usize].outbox.push_back(event);
            self.places[place as usize].waiters.push_back(Sender::Producer(producer));
            return;
        }
        self.published(element, event, 0, sink);
        self.carry(outlet, event, sink);
        self.release(event);
    }

    fn held<S: Sink>(&self, at: ElementIx, event: EventSlot, sink: &mut S) {
        self.born(event, at, sink);
        sink.fact(self.fact(FactKind::Held, event, at, at));
    }

    #[inline]
    fn published<S: Sink>(&self, at: ElementIx, event: EventSlot, held: u32, sink: &mut S) {
        if held == 0 {
            self.born(event, at, sink);
        }
        sink.fact(
            self.fact(FactKind::Published, event, at, at)
                .with_parent(EventId::NONE)
                .with_attempt(held),
        );
    }

    /// It is this producer's turn at `place`: it empties its outbox until it has to wait again.
    pub(super) fn retry_producer<S: Sink>(&mut self, producer: u32, place: u32, sink: &mut S) {
        let mut turn_at = Some(place);
        while !self.producers[producer as usize].outbox.is_empty() {
            let state = &self.producers[producer as usize];
            let (element, outlet) = (state.element, state.outlet);
            if let Some(other) = self.blocked_at(outlet, turn_at) {
                self.places[other as usize].waiters.push_back(Sender::Producer(producer));
                return;
            }
            let Some(event) = self.producers[producer as usize].outbox.pop_front() else { return };
            self.published(element, event, 1, sink);
            self.carry(outlet, event, sink);
            self.release(event);
            // Its next event comes after those who wait already.
            turn_at = None;
        }
    }

    pub(super) fn publish_recorded<S: Sink>(
        &mut self,
        node: &NodeId,
        given: &Given,
        sink: &mut S,
    ) -> Result<(), InputError> {
        let (element, kind) = self.find_node(node)?;
        if kind != ElementKind::Producer {
            return Err(InputError::CannotPublish { id: node.clone(), kind: kind.name() });
        }
        self.publish_given(self.slots[element.ix()], given, sink);
        Ok(())
    }

    pub(super) fn publish_by_hand<S: Sink>(
        &mut self,
        node: &NodeId,
        given: &Given,
        sink: &mut S,
    ) -> Result<(), InputError> {
        let (element, kind) = self.find_node(node)?;
        let slot = self.slots[element.ix()];
        match kind {
            ElementKind::Producer => self.publish_given(slot, given, sink),
            ElementKind::Topic => {
                let topic = &mut self.topics[slot as usize];
                topic.given += 1;
                let key = draw::bits(topic.stream, topic.given, 0, Purpose::Given);
                self.publish_at_channel(element, Target::Topic(slot), key, given, sink);
            }
            ElementKind::Queue => {
                let stream = draw::node_stream(self.seed, node.as_str());
                // The bus counts what the place accepted; together with the event's number that
                // names the draw.
                let key = draw::bits(stream, self.events.created(), 0, Purpose::Given);
                self.publish_at_channel(element, Target::Place(slot), key, given, sink);
            }
            other => {
                return Err(InputError::CannotPublish { id: node.clone(), kind: other.name() });
            }
        }
        Ok(())
    }

    fn publish_given<S: Sink>(&mut self, producer: u32, given: &Given, sink: &mut S) {
        let state = &mut self.producers[producer as usize];
        state.given += 1;
        let key = draw::bits(state.stream, state.given, 0, Purpose::Given);
        let event = match &given.event_type {
            Some(name) => {
                let event_type = self.type_ix(name);
                self.events.create(NewEvent { draw: key, due: self.now, event_type, key: 0 })
            }
            None => self.make(producer, key),
        };
        self.attach(event, given);
        self.publish_due(producer, event, sink);
    }

    fn publish_at_channel<S: Sink>(
        &mut self,
        at: ElementIx,
        target: Target,
        draw: u64,
        given: &Given,
        sink: &mut S,
    ) {
        let event_type = self.type_ix(given.event_type.as_deref().unwrap_or("event"));
        let event = self.events.create(NewEvent { draw, due: self.now, event_type, key: 0 });
        self.attach(event, given);
        self.published(at, event, 0, sink);
        self.arrive(target, event, Coming { via: at, sent: false }, &mut Vec::new(), sink);
        self.release(event);
    }

    fn attach(&mut self, event: EventSlot, given: &Given) {
        if given.key.is_some() || given.data.is_some() {
            let data = GivenData { key: given.key.clone(), data: given.data.clone() };
            self.events.give(event, data);
        }
    }

    fn find_node(&self, node: &NodeId) -> Result<(ElementIx, ElementKind), InputError> {
        let missing = || InputError::NoNode { id: node.clone() };
        let ix = self.element(node).ok_or_else(missing)?;
        Ok((ix, self.roster.entry(ix).kind))
    }
}

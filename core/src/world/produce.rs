//! Producers: when events fall due, what they are, and the outbox in which they wait for room.

use std::sync::Arc;

use super::World;
use super::draw::{self, Purpose};
use super::input::{Given, InputError};
use super::laws::{ArrivalLaw, Due};
use super::publish::Coming;
use super::tables::{NodeState, Producer, Target};
use crate::bus::{
    AS_ITS_DATA, EventSlot, GivenData, NO_TEMPLATE, NewEvent, Sender, TimerKind, TimerTicket,
};
use crate::fact::{ElementIx, ElementKind, EventId, FactKind, Reason, Sink};
use crate::ids::NodeId;

/// Marks the timer of a producer that has nothing due then, and has to be asked again.
pub(super) const ASK_AGAIN: u32 = 1;

impl World {
    /// Sets the timer of a producer's next event, drawn anew.
    pub(super) fn arm(&mut self, producer: u32) {
        let state = &mut self.producers[producer as usize];
        state.pending = TimerTicket::NONE;
        if state.made >= state.limit || state.state != NodeState::Up {
            return;
        }
        let Some(due) = state.law.next(state.stream, state.arrivals, state.epoch, self.now) else {
            return;
        };
        let early = if matches!(due, Due::NotBefore(_)) { ASK_AGAIN } else { 0 };
        state.pending = self.timers.set(due.at(), TimerKind::Arrival, producer, early);
    }

    pub(super) fn silence(&mut self) {
        for producer in &mut self.producers {
            producer.law = ArrivalLaw::Silent;
            producer.pending = TimerTicket::NONE;
        }
    }

    /// A producer's timer: events are due, or (`early`) it has to be asked again when they are.
    pub(super) fn arrival<S: Sink>(
        &mut self,
        producer: u32,
        early: bool,
        ticket: TimerTicket,
        sink: &mut S,
    ) {
        let state = &mut self.producers[producer as usize];
        if state.pending != ticket {
            return;
        }
        if early {
            self.arm(producer);
            return;
        }
        let (stream, number) = (state.stream, state.arrivals);
        let size = state.batch.size(|| draw::bits(stream, number, 0, Purpose::Batch));
        let size = u64::from(size).min(state.limit - state.made);
        state.arrivals += 1;
        if size == 1 && !state.closed_loop {
            let event = self.make_due(producer);
            self.arm(producer);
            self.publish_due(producer, event, sink);
            return;
        }
        state.pending = TimerTicket::NONE;
        for _ in 0..size {
            let event = self.make_due(producer);
            self.publish_due(producer, event, sink);
        }
        self.go_on_producing(producer);
    }

    /// A producer whose timer is not set waits for its next event, unless it is a closed loop whose
    /// last publish was not yet accepted.
    pub(super) fn go_on_producing(&mut self, producer: u32) {
        let state = &self.producers[producer as usize];
        if state.pending == TimerTicket::NONE && !state.waits_for_acceptance() {
            self.arm(producer);
        }
    }

    /// The next event that falls due by a producer's law.
    #[inline]
    fn make_due(&mut self, producer: u32) -> EventSlot {
        let state = &mut self.producers[producer as usize];
        let key = draw::bits(state.stream, state.made, 0, Purpose::Event);
        state.made += 1;
        self.make(producer, key)
    }

    /// A new event as the producer makes them.
    #[inline]
    fn make(&mut self, producer: u32, draw: u64) -> EventSlot {
        let state = &self.producers[producer as usize];
        let share = match state.types.as_slice() {
            [only] => only,
            types => {
                let bits = draw::bits(state.stream, draw, 0, Purpose::Type);
                let found = types.partition_point(|share| share.end < bits);
                &types[found.min(types.len() - 1)]
            }
        };
        let key = state.keys.number(|| draw::bits(state.stream, draw, 0, Purpose::Key));
        let event = self.events.create(NewEvent {
            draw,
            due: self.now,
            event_type: share.event_type,
            key,
            priority: share.priority,
            bytes: share.bytes,
            template: share.template,
            source: state.element,
        });
        if let Some(name) = &share.name {
            let event_type = Some(Arc::clone(name));
            self.events.give(event, GivenData { event_type, ..GivenData::default() });
        }
        event
    }

    /// Publishes an event that falls due now, or puts it into the outbox.
    #[inline]
    fn publish_due<S: Sink>(&mut self, producer: u32, event: EventSlot, sink: &mut S) {
        let state = &self.producers[producer as usize];
        let (element, outlet, state_now) = (state.element, state.outlet, state.state);
        let waits = !state.outbox.is_empty();
        if state_now != NodeState::Up {
            self.hold_back(producer, event, Some(Reason::ProducerStopped), sink);
            return;
        }
        let blocked = if waits { None } else { self.blocked_at(outlet, event, None) };
        if waits || blocked.is_some() {
            let full = is_full(&self.producers[producer as usize]);
            self.hold_back(producer, event, full.then_some(Reason::OutboxFull), sink);
            if let (Some(place), false) = (blocked, full) {
                self.wait_at(place, Sender::Producer(producer));
            }
            return;
        }
        self.published(element, event, 0, sink);
        self.carry(outlet, event, sink);
        self.release(event);
    }

    /// An event that is due and cannot be published goes into the outbox, or is lost there.
    fn hold_back<S: Sink>(
        &mut self,
        producer: u32,
        event: EventSlot,
        lost: Option<Reason>,
        sink: &mut S,
    ) {
        let element = self.producers[producer as usize].element;
        self.born(event, element, sink);
        sink.fact(self.fact(FactKind::Held, event, element, element));
        match lost {
            Some(reason) => self.lose_in_outbox(element, event, reason, sink),
            None => self.producers[producer as usize].outbox.push_back(event),
        }
    }

    /// An event that had been in the outbox of a producer is lost.
    pub(super) fn lose_in_outbox<S: Sink>(
        &mut self,
        element: ElementIx,
        event: EventSlot,
        reason: Reason,
        sink: &mut S,
    ) {
        sink.fact(self.fact(FactKind::LostInOutbox, event, element, element).with_reason(reason));
        self.release(event);
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
        while let Some(&event) = self.producers[producer as usize].outbox.front() {
            let state = &self.producers[producer as usize];
            let (element, outlet) = (state.element, state.outlet);
            if state.state != NodeState::Up {
                return;
            }
            if let Some(other) = self.blocked_at(outlet, event, turn_at) {
                self.wait_at(other, Sender::Producer(producer));
                return;
            }
            self.producers[producer as usize].outbox.pop_front();
            self.published(element, event, 1, sink);
            self.carry(outlet, event, sink);
            self.release(event);
            // Its next event comes after those who wait already.
            turn_at = None;
        }
        self.go_on_producing(producer);
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
            ElementKind::Producer if self.producers[slot as usize].state != NodeState::Up => {
                return Err(InputError::NotUp { id: node.clone() });
            }
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
        let element = state.element;
        let event = match &given.event_type {
            Some(name) => self.make_given(element, key, name),
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
        let event = self.make_given(at, draw, given.event_type.as_deref().unwrap_or("event"));
        self.attach(event, given);
        self.published(at, event, 0, sink);
        self.arrive(target, event, Coming { via: at, sent: false }, &mut Vec::new(), sink);
        self.release(event);
    }

    /// An event of a type from outside.
    fn make_given(&mut self, source: ElementIx, draw: u64, event_type: &str) -> EventSlot {
        let (event_type, name) = self.named_type(event_type);
        let event = self.events.create(NewEvent {
            draw,
            due: self.now,
            event_type,
            key: 0,
            priority: 0,
            bytes: AS_ITS_DATA,
            template: NO_TEMPLATE,
            source,
        });
        self.events.give(event, GivenData { event_type: name, ..GivenData::default() });
        event
    }

    fn attach(&mut self, event: EventSlot, given: &Given) {
        if given.key.is_some() || given.data.is_some() {
            let before = self.events.given(event).cloned().unwrap_or_default();
            let data = GivenData { key: given.key.clone(), data: given.data.clone(), ..before };
            self.events.give(event, data);
        }
    }

    pub(super) fn find_node(&self, node: &NodeId) -> Result<(ElementIx, ElementKind), InputError> {
        let missing = || InputError::NoNode { id: node.clone() };
        let ix = self.element(node).ok_or_else(missing)?;
        Ok((ix, self.roster.entry(ix).kind))
    }
}

/// Whether a producer's outbox takes no more.
fn is_full(producer: &Producer) -> bool {
    producer.outbox.len() as u64 >= producer.outbox_capacity
}

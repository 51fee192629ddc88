//! What consumers publish when a service has ended, and servers that wait for a full channel.

use std::collections::VecDeque;
use std::sync::Arc;

use super::World;
use super::draw::{self, Purpose};
use super::tables::{Emitter, Emitting, Held, Outcome, ServerState};
use crate::bus::{AS_ITS_DATA, EventSlot, NO_TEMPLATE, OWN_KEY, Sender};
use crate::expression::TemplateScope;
use crate::fact::{FactKind, Sink};
use crate::project::{EmissionKey, EmitOn};

impl World {
    /// Publishes what the end of a service gives rise to, and concludes the service; where a channel
    /// is full, later.
    pub(super) fn emit_for<S: Sink>(
        &mut self,
        consumer: u32,
        server: u32,
        outcome: Outcome,
        sink: &mut S,
    ) {
        let held = self.consumers[consumer as usize].servers[server as usize].held;
        let children = self.children(consumer, &held, outcome, sink);
        self.emit_all(consumer, server, children, outcome, None, sink);
    }

    /// Publishes events one after the other until one has to wait. `turn_at`: the place for which the
    /// server waited until now.
    fn emit_all<S: Sink>(
        &mut self,
        consumer: u32,
        server: u32,
        mut children: VecDeque<EventSlot>,
        outcome: Outcome,
        mut turn_at: Option<u32>,
        sink: &mut S,
    ) {
        let outlet = self.consumers[consumer as usize].outlet;
        while let Some(&child) = children.front() {
            if let Some(at) = self.blocked_at(outlet, child, turn_at) {
                self.block(consumer, server, Emitting { children, outcome, at }, sink);
                return;
            }
            children.pop_front();
            self.unblock(consumer, server, sink);
            self.emit(consumer, child, sink);
            turn_at = None;
        }
        self.unblock(consumer, server, sink);
        self.conclude(consumer, server, outcome, sink);
    }

    /// The events that the end of a service gives rise to. Whoever asks holds them.
    fn children<S: Sink>(
        &mut self,
        consumer: u32,
        held: &Held,
        outcome: Outcome,
        sink: &mut S,
    ) -> VecDeque<EventSlot> {
        let mut children = VecDeque::new();
        let trigger = held.copy.event;
        let rules = self.consumers[consumer as usize].emitters.as_ref().map(Vec::len);
        let Some(rules) = rules else {
            if outcome == Outcome::Done {
                children.push_back(self.pass_on(consumer, trigger));
            }
            return children;
        };
        for rule in 0..rules {
            let Some(emitters) = &self.consumers[consumer as usize].emitters else { break };
            let emitter = emitters[rule].clone();
            if !meets(emitter.on, outcome) || !self.passes(emitter.filter, trigger, sink) {
                continue;
            }
            // A success comes once for each event; a failure with each attempt.
            let attempt = if outcome == Outcome::Done { 0 } else { held.attempt() };
            let key = |number: u64| (rule as u64) << 32 | number;
            let bits = self.emission_bits(consumer, trigger, key(0), attempt, Purpose::Emit);
            if bits >= emitter.probability && emitter.probability != u64::MAX {
                continue;
            }
            for number in 0..u64::from(emitter.count) {
                let draw =
                    self.emission_bits(consumer, trigger, key(number), attempt, Purpose::Emission);
                children.push_back(self.make_emission(consumer, held, &emitter, draw, sink));
            }
        }
        children
    }

    fn emission_bits(
        &self,
        consumer: u32,
        trigger: EventSlot,
        key: u64,
        attempt: u32,
        purpose: Purpose,
    ) -> u64 {
        let stream = self.consumers[consumer as usize].stream;
        draw::bits(stream, self.events.get(trigger).draw ^ draw::mix(key), attempt, purpose)
    }

    /// The one child of a consumer without rules: like what it consumed.
    fn pass_on(&mut self, consumer: u32, trigger: EventSlot) -> EventSlot {
        let state = &self.consumers[consumer as usize];
        let (stream, element) = (state.stream, state.element);
        self.settle_data(trigger);
        let key = draw::bits(stream, self.events.get(trigger).draw, 0, Purpose::Child);
        self.events.create_child(trigger, key, self.now, element)
    }

    fn make_emission<S: Sink>(
        &mut self,
        consumer: u32,
        held: &Held,
        emitter: &Emitter,
        draw: u64,
        sink: &mut S,
    ) -> EventSlot {
        let element = self.consumers[consumer as usize].element;
        let trigger = held.copy.event;
        let own_data = emitter.template != NO_TEMPLATE;
        if !own_data {
            self.settle_data(trigger);
        }
        let trigger_key = self.key(trigger);
        let child = self.events.create_child(trigger, draw, self.now, element);
        let mut given = self.events.given(child).cloned().unwrap_or_default();
        if let Some((event_type, name)) = &emitter.event_type {
            self.events.get_mut(child).event_type = *event_type;
            given.event_type = name.clone();
        }
        let stream = self.consumers[consumer as usize].stream;
        let record = self.events.get_mut(child);
        record.priority = emitter.priority.unwrap_or(record.priority);
        match emitter.key {
            EmissionKey::Trigger if record.key == OWN_KEY => {
                // The trigger's own id, not the child's.
                given.key = trigger_key;
                record.key = 0;
            }
            EmissionKey::Trigger => {}
            EmissionKey::New => (record.key, given.key) = (OWN_KEY, None),
            EmissionKey::Drawn { keys } => {
                let bits = draw::bits(stream, draw, 0, Purpose::Key);
                let number = draw::below(bits, u64::from(keys)) as u32 + 1;
                (record.key, given.key) = (if keys == 0 { 0 } else { number }, None);
            }
        }
        match emitter.bytes {
            Some(bytes) => record.bytes = bytes,
            None if own_data => record.bytes = AS_ITS_DATA,
            None => {}
        }
        if own_data {
            (record.template, record.data_draw) = (emitter.template, draw);
            given.data = None;
        }
        self.events.give(child, given);
        if own_data {
            self.settle_emission(child, held, sink);
        }
        child
    }

    /// Makes the data of an emission now where its template asks about the trigger, which may be gone
    /// when somebody reads it.
    fn settle_emission<S: Sink>(&mut self, child: EventSlot, held: &Held, sink: &mut S) {
        let record = self.events.get(child);
        let Some(template) = self.templates.get(record.template as usize).cloned() else { return };
        if !template.reads_attributes() {
            return;
        }
        let (source, draw) = (record.source, record.data_draw);
        let trigger = self.facet(held.copy.event, template.reads_trigger_data());
        let trigger = trigger.delivered(held.copy.deliveries);
        let own = self.facet(child, false);
        let scope = TemplateScope { event: own.scope(), trigger: Some(trigger.scope()) };
        let data = match template.render(draw, &scope) {
            Ok(json) => Some(Arc::from(json)),
            Err(error) => {
                tracing::debug!("a template could not be worked out: {error}");
                sink.fact(self.fact(FactKind::ExpressionFailed, child, source, source));
                None
            }
        };
        self.keep_data(child, data);
    }

    /// Publishes what a service made.
    fn emit<S: Sink>(&mut self, consumer: u32, child: EventSlot, sink: &mut S) {
        let state = &self.consumers[consumer as usize];
        let (element, outlet) = (state.element, state.outlet);
        let parent = self.events.get(child).parent;
        self.born(child, element, sink);
        sink.fact(self.fact(FactKind::Published, child, element, element).with_parent(parent));
        self.carry(outlet, child, sink);
        self.release(child);
    }

    /// The service has ended, but what it made has to wait: the server stays taken.
    fn block<S: Sink>(&mut self, consumer: u32, server: u32, emitting: Emitting, sink: &mut S) {
        let at = emitting.at;
        let state = &mut self.consumers[consumer as usize];
        state.emitting.insert(server, emitting);
        let slot = &mut state.servers[server as usize];
        if slot.state == ServerState::Busy {
            slot.state = ServerState::Blocked { since: self.now };
            let held = slot.held;
            state.blocked += 1;
            let (place, link) = self.place_and_link(held.link);
            sink.fact(self.fact(FactKind::Blocked, held.copy.event, place, link));
        }
        self.wait_at(at, Sender::Server { consumer, server });
    }

    /// A server that was blocked is so no longer.
    pub(super) fn unblock<S: Sink>(&mut self, consumer: u32, server: u32, sink: &mut S) {
        let state = &mut self.consumers[consumer as usize];
        let slot = &mut state.servers[server as usize];
        let ServerState::Blocked { since } = slot.state else { return };
        slot.state = ServerState::Busy;
        let held = slot.held;
        state.blocked -= 1;
        let (place, link) = self.place_and_link(held.link);
        sink.fact(
            self.fact(FactKind::Unblocked, held.copy.event, place, link)
                .with_span(self.since(since)),
        );
    }

    /// It is this server's turn at `place`.
    pub(super) fn retry_server<S: Sink>(
        &mut self,
        consumer: u32,
        server: u32,
        place: u32,
        sink: &mut S,
    ) {
        // An edit or a crash may have cut the service short.
        let emitting = self.consumers[consumer as usize].emitting.remove(&server);
        let Some(Emitting { children, outcome, .. }) = emitting else { return };
        self.emit_all(consumer, server, children, outcome, Some(place), sink);
    }

    /// What a server had still to publish was never published: it leaves no trace.
    pub(super) fn drop_emitting(&mut self, consumer: u32, server: u32) {
        let emitting = self.consumers[consumer as usize].emitting.remove(&server);
        for child in emitting.into_iter().flat_map(|emitting| emitting.children) {
            self.release(child);
        }
    }
}

/// Whether a rule is meant for an outcome.
fn meets(on: EmitOn, outcome: Outcome) -> bool {
    match on {
        EmitOn::Success => outcome == Outcome::Done,
        EmitOn::Failure => outcome != Outcome::Done,
        EmitOn::GivenUp => outcome == Outcome::GivenUp,
    }
}

//! Consumers: services, and what becomes of events when they end.

use super::World;
use super::draw::{self, Purpose};
use super::tables::{FailureLaw, Held, Outcome, Pause, Server, ServerState};
use crate::bus::{EventSlot, TimerKind, TimerTicket};
use crate::fact::{ElementIx, FactKind, Reason, Sink};
use crate::time::SimSpan;

impl World {
    /// Begins the service of an event on an idle server.
    #[inline]
    pub(super) fn start<S: Sink>(&mut self, consumer: u32, held: Held, sink: &mut S) {
        let event = held.copy.event;
        let (place, link) = self.place_and_link(held.link);
        sink.fact(
            self.fact(FactKind::Started, event, place, link).with_attempt(held.copy.deliveries),
        );
        let key = self.events.get(event).draw;
        let state = &self.consumers[consumer as usize];
        let bits = || draw::bits(state.stream, key, held.attempt(), Purpose::Service);
        let span = state.service.span(bits, || self.bytes_of(event));
        let ends = self.now + span;
        let state = &mut self.consumers[consumer as usize];
        let server = state.idle_server();
        state.busy += 1;
        let ticket = self.timers.set(ends, TimerKind::ServiceEnd, consumer, server as u32);
        state.servers[server] =
            Server { state: ServerState::Busy, held, started: self.now, ends, ticket };
    }

    /// The elements of the place and of the link over which an event was delivered.
    #[inline]
    pub(super) fn place_and_link(&self, link: u32) -> (ElementIx, ElementIx) {
        let state = self.links[link as usize];
        (self.places[state.place as usize].element, state.element)
    }

    #[inline]
    pub(super) fn service_end<S: Sink>(
        &mut self,
        consumer: u32,
        server: u32,
        ticket: TimerTicket,
        sink: &mut S,
    ) {
        let state = &self.consumers[consumer as usize];
        let slot = state.servers[server as usize];
        if slot.ticket != ticket || slot.state != ServerState::Busy {
            return;
        }
        let outcome = if state.failure > 0 && self.fails(consumer, &slot.held) {
            self.after_failure(consumer, &slot.held)
        } else {
            Outcome::Done
        };
        let outlet = self.consumers[consumer as usize].outlet;
        if self.outlets[outlet as usize].routes.is_empty() {
            self.conclude(consumer, server, outcome, sink);
        } else {
            self.emit_for(consumer, server, outcome, sink);
        }
    }

    fn fails(&self, consumer: u32, held: &Held) -> bool {
        let state = &self.consumers[consumer as usize];
        let key = self.events.get(held.copy.event).draw;
        let bits = draw::bits(state.stream, key, held.attempt(), Purpose::Failure);
        bits < state.failure || state.failure == u64::MAX
    }

    /// What becomes of an event whose work failed.
    fn after_failure(&self, consumer: u32, held: &Held) -> Outcome {
        let state = &self.consumers[consumer as usize];
        match &state.on_failure {
            FailureLaw::Retry(law) => {
                let key = self.events.get(held.copy.event).draw;
                let bits = || draw::bits(state.stream, key, held.attempt(), Purpose::Pause);
                match law.pause(held.failures + 1, bits) {
                    Some(pause) => Outcome::Again { pause },
                    None => Outcome::GivenUp,
                }
            }
            FailureLaw::Requeue if !state.acks_before => {
                let place = self.links[held.link as usize].place;
                let limit = self.places[place as usize].delivery_limit;
                if held.copy.deliveries >= limit { Outcome::GivenUp } else { Outcome::Requeued }
            }
            FailureLaw::Requeue | FailureLaw::Reject => Outcome::GivenUp,
        }
    }

    /// All is published that the end of a service gives rise to: the server is free, and the event
    /// goes where its outcome takes it.
    #[inline]
    pub(super) fn conclude<S: Sink>(
        &mut self,
        consumer: u32,
        server: u32,
        outcome: Outcome,
        sink: &mut S,
    ) {
        if outcome == Outcome::Done {
            self.complete(consumer, server, sink);
        } else {
            self.fail(consumer, server, outcome, sink);
        }
    }

    /// The work is done: the event leaves its place and, with `after`, is acknowledged.
    #[inline]
    fn complete<S: Sink>(&mut self, consumer: u32, server: u32, sink: &mut S) {
        let slot = self.free_server(consumer, server);
        let copy = slot.held.copy;
        let (place, link) = self.place_and_link(slot.held.link);
        let service = copy.served + self.since(slot.started);
        sink.fact(self.fact(FactKind::Served, copy.event, place, link).with_span(service));
        let sojourn = self.since(copy.accepted);
        self.tell_end_to_end(copy.event, place, link, sojourn, sink);
        sink.fact(self.fact(FactKind::Completed, copy.event, place, link).with_span(sojourn));
        self.release(copy.event);
        self.go_on(consumer, slot.held.link, sink);
    }

    /// Tells how long ago the first event of the correlation was due, where `Completed` does not.
    #[inline]
    fn tell_end_to_end<S: Sink>(
        &self,
        event: EventSlot,
        place: ElementIx,
        link: ElementIx,
        sojourn: SimSpan,
        sink: &mut S,
    ) {
        let record = self.events.get(event);
        let span = self.since(record.root_due);
        if span != sojourn || record.root_type != record.event_type {
            sink.fact(
                self.fact(FactKind::EndToEnd, event, place, link)
                    .with_type(record.root_type)
                    .with_span(span),
            );
        }
    }

    fn fail<S: Sink>(&mut self, consumer: u32, server: u32, outcome: Outcome, sink: &mut S) {
        let slot = self.free_server(consumer, server);
        let held = slot.held;
        let (place, link) = self.place_and_link(held.link);
        let service = self.since(slot.started);
        sink.fact(
            self.fact(FactKind::Failed, held.copy.event, place, link)
                .with_span(service)
                .with_attempt(held.copy.deliveries),
        );
        let mut copy = held.copy;
        copy.served = copy.served + service;
        if let Outcome::Again { pause } = outcome {
            self.pause(consumer, Held { copy, ..held }, pause, sink);
            self.refill(consumer, sink);
            return;
        }
        let state = &self.consumers[consumer as usize];
        if state.acks_before {
            self.lose(held.link, copy, Reason::FailedUnacked, 0, sink);
        } else if state.on_failure == FailureLaw::Requeue {
            // Beyond the delivery limit it is dead-lettered there.
            self.requeue(held.link, copy, Reason::Failed, 0, sink);
        } else {
            self.dead_letter(held.link, copy, Reason::Rejected, 0, sink);
        }
        self.go_on(consumer, held.link, sink);
    }

    /// A failed event waits with its consumer for its next attempt.
    fn pause<S: Sink>(&mut self, consumer: u32, held: Held, pause: SimSpan, sink: &mut S) {
        let (place, link) = self.place_and_link(held.link);
        let failures = held.failures + 1;
        sink.fact(
            self.fact(FactKind::Retrying, held.copy.event, place, link)
                .with_span(pause)
                .with_attempt(failures),
        );
        let number = self.pauses.next_number();
        let ticket = self.timers.set(self.now + pause, TimerKind::PauseEnd, number, 0);
        self.pauses.put(Pause { consumer, held: Held { failures, ..held }, ticket });
        self.consumers[consumer as usize].paused += 1;
    }

    /// The pause of an event is over: it comes before what was delivered after it.
    pub(super) fn pause_end<S: Sink>(&mut self, number: u32, ticket: TimerTicket, sink: &mut S) {
        let Some(Pause { consumer, held, .. }) = self.pauses.take(number, ticket) else { return };
        let state = &mut self.consumers[consumer as usize];
        state.paused -= 1;
        let at = state.buffer.partition_point(|other| other.order < held.order);
        state.buffer.insert(at, held);
        self.refill(consumer, sink);
    }

    #[inline]
    pub(super) fn free_server(&mut self, consumer: u32, server: u32) -> Server {
        let state = &mut self.consumers[consumer as usize];
        let slot = state.servers[server as usize];
        state.servers[server as usize].state = ServerState::Idle;
        state.servers[server as usize].ticket = TimerTicket::NONE;
        state.busy -= 1;
        slot
    }

    /// A server is free and a credit of `link` has come back.
    #[inline]
    fn go_on<S: Sink>(&mut self, consumer: u32, link: u32, sink: &mut S) {
        let place = self.links[link as usize].place;
        self.places[place as usize].give_credit(link);
        self.refill(consumer, sink);
        self.dispatch(place, sink);
    }

    /// Starts what was delivered, in the order of delivery, on servers that are free.
    #[inline]
    pub(super) fn refill<S: Sink>(&mut self, consumer: u32, sink: &mut S) {
        while self.consumers[consumer as usize].has_idle() {
            let Some(held) = self.consumers[consumer as usize].buffer.pop_front() else {
                return;
            };
            self.start(consumer, held, sink);
        }
    }
}

//! Consumers: services, what they emit, success and failure.

use super::World;
use super::draw::{self, Purpose};
use super::tables::{Server, ServerState};
use crate::bus::{EventSlot, Sender, TimerKind, TimerTicket, WaitingCopy};
use crate::fact::{FactKind, Reason, Sink};
use crate::project::{OnFailure, Service};
use crate::time::SimSpan;

impl World {
    /// Begins the service of an event on an idle server.
    #[inline]
    pub(super) fn start<S: Sink>(
        &mut self,
        consumer: u32,
        link: u32,
        copy: WaitingCopy,
        sink: &mut S,
    ) {
        let link_state = self.links[link as usize];
        let place = self.places[link_state.place as usize].element;
        sink.fact(
            self.fact(FactKind::Started, copy.event, place, link_state.element)
                .with_attempt(copy.deliveries),
        );
        let key = self.events.get(copy.event).draw;
        let state = &mut self.consumers[consumer as usize];
        let span = match state.service {
            Service::Constant { .. } => SimSpan((state.mean_ns + 0.5) as u64),
            Service::Exponential { .. } => draw::exponential(
                draw::bits(state.stream, key, copy.deliveries, Purpose::Service),
                state.mean_ns,
            ),
        };
        let server = state.idle_server();
        state.busy += 1;
        let ends = self.now + span;
        let ticket = self.timers.set(ends, TimerKind::ServiceEnd, consumer, server as u32);
        state.servers[server] =
            Server { state: ServerState::Busy, copy, link, started: self.now, ends, ticket };
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
        if state.failure > 0 {
            let key = self.events.get(slot.copy.event).draw;
            let bits = draw::bits(state.stream, key, slot.copy.deliveries, Purpose::Failure);
            if bits < state.failure || state.failure == u64::MAX {
                self.fail(consumer, server, sink);
                return;
            }
        }
        let outlet = state.outlet;
        if self.outlets[outlet as usize].routes.is_empty() {
            self.complete(consumer, server, sink);
            return;
        }
        let child = self.make_child(consumer, slot.copy.event);
        if let Some(place) = self.blocked_at(outlet, None) {
            self.block(consumer, server, child, place, sink);
            return;
        }
        self.emit(consumer, child, sink);
        self.complete(consumer, server, sink);
    }

    fn make_child(&mut self, consumer: u32, parent: EventSlot) -> EventSlot {
        let stream = self.consumers[consumer as usize].stream;
        let key = draw::bits(stream, self.events.get(parent).draw, 0, Purpose::Child);
        self.events.create_child(parent, key, self.now)
    }

    /// The service has ended, but its child has to wait: the server stays taken.
    fn block<S: Sink>(
        &mut self,
        consumer: u32,
        server: u32,
        child: EventSlot,
        place: u32,
        sink: &mut S,
    ) {
        let slot = &mut self.consumers[consumer as usize].servers[server as usize];
        slot.state = ServerState::Blocked { child, since: self.now };
        let (event, link) = (slot.copy.event, self.links[slot.link as usize]);
        let at = self.places[link.place as usize].element;
        sink.fact(self.fact(FactKind::Blocked, event, at, link.element));
        self.places[place as usize].waiters.push_back(Sender::Server { consumer, server });
    }

    /// Publishes what a service made.
    pub(super) fn emit<S: Sink>(&mut self, consumer: u32, child: EventSlot, sink: &mut S) {
        let state = &self.consumers[consumer as usize];
        let (element, outlet) = (state.element, state.outlet);
        let parent = self.events.get(child).parent;
        self.born(child, element, sink);
        sink.fact(self.fact(FactKind::Published, child, element, element).with_parent(parent));
        self.carry(outlet, child, sink);
        self.release(child);
    }

    /// The work is done: the event leaves its place and, with `after`, is acknowledged.
    #[inline]
    pub(super) fn complete<S: Sink>(&mut self, consumer: u32, server: u32, sink: &mut S) {
        let slot = self.free_server(consumer, server);
        let link = self.links[slot.link as usize];
        let place = self.places[link.place as usize].element;
        let event = slot.copy.event;
        let service = slot.copy.served + self.since(slot.started);
        sink.fact(self.fact(FactKind::Served, event, place, link.element).with_span(service));
        sink.fact(
            self.fact(FactKind::Completed, event, place, link.element)
                .with_span(self.since(slot.copy.accepted)),
        );
        self.release(event);
        self.go_on(consumer, slot.link, sink);
    }

    fn fail<S: Sink>(&mut self, consumer: u32, server: u32, sink: &mut S) {
        let slot = self.free_server(consumer, server);
        let link = self.links[slot.link as usize];
        let place = self.places[link.place as usize].element;
        let service = self.since(slot.started);
        sink.fact(
            self.fact(FactKind::Failed, slot.copy.event, place, link.element)
                .with_span(service)
                .with_attempt(slot.copy.deliveries),
        );
        let mut copy = slot.copy;
        copy.served = copy.served + service;
        let state = &self.consumers[consumer as usize];
        match (state.acks_before, state.on_failure) {
            (true, _) => self.lose(slot.link, copy, Reason::FailedUnacked, 0, sink),
            (false, OnFailure::Requeue) => self.requeue(slot.link, copy, Reason::Failed, 0, sink),
            (false, OnFailure::Reject) => {
                self.dead_letter(slot.link, copy, Reason::Rejected, 0, sink);
            }
        }
        self.go_on(consumer, slot.link, sink);
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
            let Some((link, copy)) = self.consumers[consumer as usize].buffer.pop_front() else {
                return;
            };
            self.start(consumer, link, copy, sink);
        }
    }
}

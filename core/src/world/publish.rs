//! From a sender into the places: routes, topics, acceptance, and senders that wait for room.

use super::World;
use super::draw::{self, Purpose};
use super::tables::{Cargo, Route, ServerState, Target, Transit};
use crate::bus::{EventSlot, Offer, Sender, TimerKind, TimerTicket, WaitingCopy};
use crate::fact::{ElementIx, FactKind, Reason, Sink};

/// How an event comes to a place or a topic.
#[derive(Clone, Copy)]
pub(super) struct Coming {
    /// The link by which it comes, else the place whose dead letter it is, else the channel itself.
    pub(super) via: ElementIx,
    /// Whether a `Sent` fact told of its setting off.
    pub(super) sent: bool,
}

impl World {
    /// The place for which a publish at this outlet has to wait, if there is one. A sender whose
    /// turn it is at `turn_at` is no newcomer there.
    #[inline]
    pub(super) fn blocked_at(&self, outlet: u32, turn_at: Option<u32>) -> Option<u32> {
        let blockers = &self.outlets[outlet as usize].blockers;
        blockers.iter().copied().find(|&place| {
            let state = &self.places[place as usize];
            if turn_at == Some(place) { !state.has_room() } else { !state.is_open_to_newcomers() }
        })
    }

    /// Sends a published event on all links of the outlet. There is room wherever one would wait.
    #[inline]
    pub(super) fn carry<S: Sink>(&mut self, outlet: u32, event: EventSlot, sink: &mut S) {
        for ix in 0..self.outlets[outlet as usize].routes.len() {
            let route = self.outlets[outlet as usize].routes[ix];
            self.travel(route, event, sink);
        }
    }

    #[inline]
    fn travel<S: Sink>(&mut self, route: Route, event: EventSlot, sink: &mut S) {
        if route.latency.0 == 0 {
            let coming = Coming { via: route.link, sent: false };
            self.arrive(route.target, event, coming, &mut Vec::new(), sink);
        } else {
            let reserved = self.blockers_behind(route.target);
            for &place in &reserved {
                self.places[place as usize].reserve();
            }
            self.set_off(route, event, reserved, sink);
        }
    }

    fn set_off<S: Sink>(
        &mut self,
        route: Route,
        event: EventSlot,
        reserved: Vec<u32>,
        sink: &mut S,
    ) {
        sink.fact(self.fact(FactKind::Sent, event, route.from, route.link));
        self.events.hold(event);
        self.start_transit(Cargo::Event { event, route, reserved }, route.latency);
    }

    pub(super) fn start_transit(&mut self, cargo: Cargo, latency: crate::time::SimSpan) {
        let ends = self.now + latency;
        let number = self.transits.next_number();
        let ticket = self.timers.set(ends, TimerKind::TransitEnd, number, 0);
        self.transits.put(Transit { cargo, started: self.now, ends, ticket });
    }

    pub(super) fn transit_end<S: Sink>(&mut self, number: u32, ticket: TimerTicket, sink: &mut S) {
        let Some(transit) = self.transits.take(number, ticket) else { return };
        match transit.cargo {
            Cargo::Event { event, route, mut reserved } => {
                let coming = Coming { via: route.link, sent: true };
                self.arrive(route.target, event, coming, &mut reserved, sink);
                self.give_up_reservations(&reserved);
                self.release(event);
            }
            Cargo::Copy { copy, link } => {
                let state = self.links[link as usize];
                let place = self.places[state.place as usize].element;
                sink.fact(self.fact(FactKind::Received, copy.event, place, state.element));
                self.receive(link, copy, sink);
            }
        }
    }

    /// Takes back promises that were not kept: room may have come for who waits.
    pub(super) fn give_up_reservations(&mut self, reserved: &[u32]) {
        for &place in reserved {
            self.places[place as usize].release_reservation();
            self.note_room(place);
        }
    }

    /// The places behind a target for which a sender may have to wait.
    pub(super) fn blockers_behind(&self, target: Target) -> Vec<u32> {
        let mut found = Vec::new();
        let mut see = |place: u32| {
            if self.places[place as usize].can_block() && !found.contains(&place) {
                found.push(place);
            }
        };
        match target {
            Target::Place(place) => see(place),
            Target::Topic(topic) => {
                let topic = &self.topics[topic as usize];
                topic.subscriptions.iter().copied().for_each(&mut see);
                for bind in &topic.binds {
                    if let Target::Place(place) = bind.target {
                        see(place);
                    }
                }
            }
        }
        found
    }

    /// An event reaches a topic or a place. What is used of `reserved` is taken out of it.
    #[inline]
    pub(super) fn arrive<S: Sink>(
        &mut self,
        target: Target,
        event: EventSlot,
        coming: Coming,
        reserved: &mut Vec<u32>,
        sink: &mut S,
    ) {
        match target {
            Target::Place(place) => {
                let promised = take_promise(reserved, place);
                self.accept(place, event, coming, promised, sink);
            }
            Target::Topic(topic) => self.fan_out(topic, event, coming, reserved, sink),
        }
    }

    fn fan_out<S: Sink>(
        &mut self,
        topic: u32,
        event: EventSlot,
        coming: Coming,
        reserved: &mut Vec<u32>,
        sink: &mut S,
    ) {
        let state = &self.topics[topic as usize];
        let copies = (state.subscriptions.len() + state.binds.len()) as u64;
        sink.fact(
            self.fact(FactKind::Routed, event, state.element, coming.via)
                .with_copies(copies)
                .with_attempt(u32::from(coming.sent)),
        );
        for ix in 0..self.topics[topic as usize].subscriptions.len() {
            let place = self.topics[topic as usize].subscriptions[ix];
            let promised = take_promise(reserved, place);
            let own = Coming { via: self.places[place as usize].element, sent: false };
            self.accept(place, event, own, promised, sink);
        }
        for ix in 0..self.topics[topic as usize].binds.len() {
            let bind = self.topics[topic as usize].binds[ix];
            let Target::Place(place) = bind.target else { continue };
            if bind.latency.0 == 0 {
                let promised = take_promise(reserved, place);
                self.accept(place, event, Coming { via: bind.link, sent: false }, promised, sink);
            } else if take_promise(reserved, place) {
                self.set_off(bind, event, vec![place], sink);
            } else {
                self.travel(bind, event, sink);
            }
        }
    }

    /// A place takes a newcomer, or refuses it. A promise is used up either way.
    fn accept<S: Sink>(
        &mut self,
        place_ix: u32,
        event: EventSlot,
        coming: Coming,
        promised: bool,
        sink: &mut S,
    ) {
        let place = &mut self.places[place_ix as usize];
        if promised {
            place.release_reservation();
        }
        let refusal = if place.many_ways && place.has_taken(self.events.get(event).id.0) {
            Some(Reason::AlreadyTaken)
        } else if self.closes_a_cycle(place_ix, event) {
            Some(Reason::DeadLetterCycle)
        } else if promised {
            None
        } else {
            self.make_room(place_ix, sink)
        };
        let element = self.places[place_ix as usize].element;
        if let Some(reason) = refusal {
            sink.fact(
                self.fact(FactKind::Refused, event, element, coming.via)
                    .with_reason(reason)
                    .with_attempt(u32::from(coming.sent)),
            );
            if promised {
                self.note_room(place_ix);
            }
            return;
        }
        sink.fact(
            self.fact(FactKind::Accepted, event, element, coming.via)
                .with_attempt(u32::from(coming.sent)),
        );
        self.events.hold(event);
        let place = &mut self.places[place_ix as usize];
        let copy = place.accept(event, self.now);
        if place.many_ways {
            place.note_taken(self.events.get(event).id.0);
            self.events.remember(event);
        }
        self.place_or_hand(place_ix, copy, sink);
    }

    #[inline]
    fn place_or_hand<S: Sink>(&mut self, place_ix: u32, copy: WaitingCopy, sink: &mut S) {
        let place = &mut self.places[place_ix as usize];
        if place.ready_len() == 0
            && let Some(link) = place.take_credit()
        {
            self.hand(link, copy, sink);
        } else {
            place.push(copy);
        }
    }

    /// Makes room for a newcomer for which none was promised, or tells why there is none.
    #[inline]
    fn make_room<S: Sink>(&mut self, place_ix: u32, sink: &mut S) -> Option<Reason> {
        match self.places[place_ix as usize].offer() {
            Offer::Room => None,
            Offer::Full => Some(Reason::OverflowNewest),
            Offer::RoomForOldest => {
                let element = self.places[place_ix as usize].element;
                if let Some(oldest) = self.places[place_ix as usize].pop() {
                    sink.fact(
                        self.fact(FactKind::Dropped, oldest.event, element, element)
                            .with_reason(Reason::OverflowOldest)
                            .with_span(self.since(oldest.accepted)),
                    );
                    self.release(oldest.event);
                }
                None
            }
        }
    }

    /// Whether a dead letter would come back to a place where it died, with no rejection on the way.
    #[inline]
    fn closes_a_cycle(&self, place: u32, event: EventSlot) -> bool {
        let deaths = self.events.deaths(event);
        if deaths.is_empty() {
            return false;
        }
        let element = self.places[place as usize].element;
        deaths
            .iter()
            .position(|death| death.0 == element)
            .is_some_and(|met| deaths[met..].iter().all(|death| !death.1))
    }

    /// A delivered event ends at its place as a dead letter, or is lost where there is no target.
    /// `marked` tells that it was still on its way to the consumer.
    pub(super) fn dead_letter<S: Sink>(
        &mut self,
        link: u32,
        copy: WaitingCopy,
        reason: Reason,
        marked: u32,
        sink: &mut S,
    ) {
        let state = self.links[link as usize];
        let Some(target) = self.dead_letters[state.place as usize] else {
            self.lose(link, copy, reason, marked, sink);
            return;
        };
        let place = self.places[state.place as usize].element;
        sink.fact(
            self.fact(FactKind::DeadLettered, copy.event, place, state.element)
                .with_reason(reason)
                .with_span(self.since(copy.accepted))
                .with_attempt(marked),
        );
        let parent = self.events.get(copy.event);
        let stream = draw::node_stream(self.seed, self.roster.entry(place).id.as_str());
        let key = draw::bits(stream, parent.draw, 0, Purpose::DeadLetter);
        let parent_id = parent.id;
        let child = self.events.create_child(copy.event, key, self.now);
        self.events.note_death(child, copy.event, place, reason == Reason::Rejected);
        self.born(child, place, sink);
        sink.fact(self.fact(FactKind::Published, child, place, place).with_parent(parent_id));
        let coming = Coming { via: place, sent: false };
        self.arrive(target, child, coming, &mut Vec::new(), sink);
        self.release(child);
        self.release(copy.event);
    }

    /// Notes that there may be room in a place for who waits.
    #[inline]
    pub(super) fn note_room(&mut self, place: u32) {
        let state = &self.places[place as usize];
        if !state.waiters.is_empty() && state.has_room() {
            self.wakes.push_back(place);
        }
    }

    /// Lets senders go ahead for which there is room now, first in, first out.
    pub(super) fn wake_senders<S: Sink>(&mut self, sink: &mut S) {
        while let Some(place) = self.wakes.pop_front() {
            while self.places[place as usize].has_room() {
                let Some(sender) = self.places[place as usize].waiters.pop_front() else { break };
                self.steps_at_now += 1;
                match sender {
                    Sender::Producer(producer) => self.retry_producer(producer, place, sink),
                    Sender::Server { consumer, server } => {
                        self.retry_server(consumer, server, place, sink);
                    }
                }
            }
        }
    }

    pub(super) fn retry_server<S: Sink>(
        &mut self,
        consumer: u32,
        server: u32,
        place: u32,
        sink: &mut S,
    ) {
        let state = self.consumers[consumer as usize].servers[server as usize];
        // An edit may have cut the service short.
        let ServerState::Blocked { child, since } = state.state else { return };
        let outlet = self.consumers[consumer as usize].outlet;
        if let Some(other) = self.blocked_at(outlet, Some(place)) {
            self.places[other as usize].waiters.push_back(Sender::Server { consumer, server });
            return;
        }
        let link = self.links[state.link as usize];
        let at = self.places[link.place as usize].element;
        sink.fact(
            self.fact(FactKind::Unblocked, state.copy.event, at, link.element)
                .with_span(self.since(since)),
        );
        self.emit(consumer, child, sink);
        self.complete(consumer, server, sink);
    }
}

/// Whether a place was promised; the promise is taken out of the list.
#[inline]
fn take_promise(reserved: &mut Vec<u32>, place: u32) -> bool {
    match reserved.iter().position(|&promised| promised == place) {
        Some(ix) => {
            reserved.swap_remove(ix);
            true
        }
        None => false,
    }
}

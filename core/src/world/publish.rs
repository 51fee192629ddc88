//! From a sender into the places: routes, topics, acceptance, and senders that wait for room.

use super::World;
use super::tables::{Blocker, Cargo, NO_FILTER, Route, Target, Transit};
use crate::bus::{EventSlot, Measure, Offer, Sender, TimerKind, TimerTicket, WaitingCopy};
use crate::fact::{ElementIx, ElementKind, FactKind, Reason, Sink};

/// How an event comes to a place or a topic.
#[derive(Clone, Copy)]
pub(super) struct Coming {
    /// The link by which it comes, else the place whose dead letter it is, else the channel itself.
    pub(super) via: ElementIx,
    /// Whether a `Sent` fact told of its setting off.
    pub(super) sent: bool,
}

impl World {
    /// The place for which a publish of the event at this outlet has to wait, if there is one. A
    /// sender whose turn it is at `turn_at` is no newcomer there.
    #[inline]
    pub(super) fn blocked_at(
        &mut self,
        outlet: u32,
        event: EventSlot,
        turn_at: Option<u32>,
    ) -> Option<u32> {
        for ix in 0..self.outlets[outlet as usize].blockers.len() {
            let Blocker { place, filter } = self.outlets[outlet as usize].blockers[ix];
            if !self.would_pass(filter, event) {
                continue;
            }
            let bytes = self.measure(place, event).bytes;
            let state = &self.places[place as usize];
            let open = match turn_at == Some(place) {
                true => state.down || state.has_room(bytes),
                false => state.is_open_to_newcomers(bytes),
            };
            if !open {
                return Some(place);
            }
        }
        None
    }

    /// A sender waits for room in a place.
    pub(super) fn wait_at(&mut self, place: u32, sender: Sender) {
        self.places[place as usize].waiters.push_back(sender);
        self.senders_changed = true;
        if !self.waited_for.contains(&place) {
            self.waited_for.push(place);
        }
    }

    /// What a place has to know of an event.
    #[inline]
    pub(super) fn measure(&self, place: u32, event: EventSlot) -> Measure {
        let bytes =
            if self.places[place as usize].counts_bytes() { self.bytes_of(event) } else { 0 };
        Measure { priority: self.events.get(event).priority, bytes }
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
            return;
        }
        let mut reserved = Vec::new();
        for Blocker { place, filter } in self.blockers_behind(route.target) {
            if !reserved.contains(&place) && self.would_pass(filter, event) {
                let bytes = self.measure(place, event).bytes;
                self.places[place as usize].reserve(bytes);
                reserved.push(place);
            }
        }
        self.set_off(route, event, reserved, sink);
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
        self.count_in_flight(route.from, true);
        self.start_transit(Cargo::Event { event, route, reserved }, route.latency);
    }

    /// A closed loop waits until what it has sent has landed.
    pub(super) fn count_in_flight(&mut self, from: ElementIx, sets_off: bool) {
        if self.roster.entry(from).kind != ElementKind::Producer {
            return;
        }
        let producer = self.slots[from.ix()];
        let state = &mut self.producers[producer as usize];
        if sets_off {
            state.in_flight += 1;
        } else {
            state.in_flight = state.in_flight.saturating_sub(1);
            if state.closed_loop {
                self.go_on_producing(producer);
            }
        }
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
                self.give_up_reservations(event, &reserved);
                self.count_in_flight(route.from, false);
                self.senders_changed |= !self.waited_for.is_empty();
                self.release(event);
            }
            Cargo::Copy { copy, link } => {
                let (place, element) = self.place_and_link(link);
                sink.fact(self.fact(FactKind::Received, copy.event, place, element));
                self.receive(link, copy, sink);
            }
        }
    }

    /// Takes back promises that were not kept: room may have come for who waits.
    pub(super) fn give_up_reservations(&mut self, event: EventSlot, reserved: &[u32]) {
        for &place in reserved {
            let bytes = self.measure(place, event).bytes;
            self.places[place as usize].release_reservation(bytes);
            self.note_room(place);
        }
    }

    /// The places behind a target for which a sender may have to wait.
    pub(super) fn blockers_behind(&self, target: Target) -> Vec<Blocker> {
        let mut found = Vec::new();
        let mut see = |place: u32, filter: u32| {
            let blocker = Blocker { place, filter };
            if self.places[place as usize].can_block() && !found.contains(&blocker) {
                found.push(blocker);
            }
        };
        match target {
            Target::Place(place) => see(place, NO_FILTER),
            Target::Topic(topic) => {
                let topic = &self.topics[topic as usize];
                topic.subscriptions.iter().for_each(|s| see(s.place, s.filter));
                for bind in &topic.binds {
                    if let Target::Place(place) = bind.target {
                        see(place, bind.filter);
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
        let element = state.element;
        if state.down {
            sink.fact(
                self.fact(FactKind::Refused, event, element, coming.via)
                    .with_reason(Reason::ChannelCrashed)
                    .with_attempt(u32::from(coming.sent)),
            );
            return;
        }
        let all = state.subscriptions.len() + state.binds.len();
        // Without filters nothing has to be written down.
        let wanted = if state.is_filtered { Some(self.wanted(topic, event, sink)) } else { None };
        let takes = |ix: usize| wanted.as_ref().is_none_or(|wanted| wanted[ix]);
        let copies = (0..all).filter(|&ix| takes(ix)).count() as u64;
        sink.fact(
            self.fact(FactKind::Routed, event, element, coming.via)
                .with_copies(copies)
                .with_attempt(u32::from(coming.sent)),
        );
        let subscriptions = self.topics[topic as usize].subscriptions.len();
        for ix in (0..subscriptions).filter(|&ix| takes(ix)) {
            let place = self.topics[topic as usize].subscriptions[ix].place;
            let promised = take_promise(reserved, place);
            let own = Coming { via: self.places[place as usize].element, sent: false };
            self.accept(place, event, own, promised, sink);
        }
        for ix in (subscriptions..all).filter(|&ix| takes(ix)) {
            let bind = self.topics[topic as usize].binds[ix - subscriptions];
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

    /// Which of a topic's subscriptions and then of its bind links want an event.
    fn wanted<S: Sink>(&mut self, topic: u32, event: EventSlot, sink: &mut S) -> Vec<bool> {
        let state = &self.topics[topic as usize];
        let subscriptions = state.subscriptions.iter().map(|subscription| subscription.filter);
        let filters: Vec<u32> =
            subscriptions.chain(state.binds.iter().map(|bind| bind.filter)).collect();
        filters.into_iter().map(|filter| self.passes(filter, event, sink)).collect()
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
        let measure = self.measure(place_ix, event);
        let place = &mut self.places[place_ix as usize];
        if promised {
            place.release_reservation(measure.bytes);
        }
        let refusal = if place.down {
            Some(Reason::ChannelCrashed)
        } else if place.many_ways && place.has_taken(self.events.get(event).id.0) {
            Some(Reason::AlreadyTaken)
        } else if self.closes_a_cycle(place_ix, event) {
            Some(Reason::DeadLetterCycle)
        } else if promised {
            None
        } else {
            self.make_room(place_ix, measure.bytes, sink)
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
        self.place_or_hand(place_ix, copy, measure, sink);
    }

    #[inline]
    fn place_or_hand<S: Sink>(
        &mut self,
        place_ix: u32,
        copy: WaitingCopy,
        measure: Measure,
        sink: &mut S,
    ) {
        let place = &mut self.places[place_ix as usize];
        if place.ready_len() == 0
            && let Some(link) = place.take_credit()
        {
            self.hand(link, copy, sink);
        } else {
            place.push(copy, measure);
            self.arm_expiry(place_ix);
        }
    }

    /// Makes room for a newcomer for which none was promised, or tells why there is none.
    #[inline]
    fn make_room<S: Sink>(&mut self, place: u32, bytes: u64, sink: &mut S) -> Option<Reason> {
        loop {
            match self.places[place as usize].offer(bytes) {
                Offer::Room => return None,
                Offer::Full => return Some(Reason::OverflowNewest),
                Offer::RoomForOldest => {
                    let Some(oldest) = self.places[place as usize].pop_oldest() else {
                        return Some(Reason::OverflowNewest);
                    };
                    self.drop_ready(place, oldest, Reason::OverflowOldest, sink);
                }
            }
        }
    }

    /// A ready event that was taken out of its place is lost.
    pub(super) fn drop_ready<S: Sink>(
        &mut self,
        place: u32,
        copy: WaitingCopy,
        reason: Reason,
        sink: &mut S,
    ) {
        self.took_ready(place, copy.event);
        let element = self.places[place as usize].element;
        sink.fact(
            self.fact(FactKind::Dropped, copy.event, element, element)
                .with_reason(reason)
                .with_span(self.since(copy.accepted)),
        );
        self.release(copy.event);
    }

    /// A ready event was taken out of its place.
    #[inline]
    pub(super) fn took_ready(&mut self, place: u32, event: EventSlot) {
        if self.places[place as usize].counts_bytes() {
            let bytes = self.bytes_of(event);
            self.places[place as usize].took(bytes);
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

    /// Notes that there may be room in a place for who waits.
    #[inline]
    pub(super) fn note_room(&mut self, place: u32) {
        if !self.places[place as usize].waiters.is_empty() && self.is_next_let_in(place) {
            self.wakes.push_back(place);
        }
    }

    /// Whether who waits first may go ahead.
    pub(super) fn is_next_let_in(&self, place: u32) -> bool {
        let state = &self.places[place as usize];
        if state.down || !state.counts_bytes() {
            return state.down || state.has_room(0);
        }
        let event = match state.waiters.front() {
            Some(Sender::Producer(producer)) => {
                self.producers[*producer as usize].outbox.front().copied()
            }
            Some(Sender::Server { consumer, server }) => {
                let emitting = self.consumers[*consumer as usize].emitting.get(server);
                emitting.and_then(|emitting| emitting.children.front().copied())
            }
            None => None,
        };
        // Who has nothing to send any more is let in, and gone.
        event.is_none_or(|event| state.has_room(self.bytes_of(event)))
    }

    /// Lets senders go ahead for which there is room now, first in, first out.
    pub(super) fn wake_senders<S: Sink>(&mut self, sink: &mut S) {
        while let Some(place) = self.wakes.pop_front() {
            self.senders_changed = true;
            while !self.places[place as usize].waiters.is_empty() && self.is_next_let_in(place) {
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

//! From a place to a consumer: dispatch by credit, the way there, and the way back.

use super::World;
use super::tables::{Cargo, Held};
use crate::bus::WaitingCopy;
use crate::fact::{FactKind, Reason, Sink};

/// The attempt that marks a `Requeued`, `Lost` or `DeadLettered` fact of an event that was still on
/// its way to the consumer.
pub(super) const ON_ITS_WAY: u32 = 255;

impl World {
    /// Hands out ready events as long as a consumer has credit.
    #[inline]
    pub(super) fn dispatch<S: Sink>(&mut self, place: u32, sink: &mut S) {
        loop {
            let state = &mut self.places[place as usize];
            if state.ready_len() == 0 {
                break;
            }
            let Some(link) = state.take_credit() else { break };
            let Some(copy) = state.pop() else { break };
            self.took_ready(place, copy.event);
            self.hand(link, copy, sink);
        }
        self.note_room(place);
    }

    /// Dispatches one event to a consumer over a link whose credit was taken.
    #[inline]
    pub(super) fn hand<S: Sink>(&mut self, link: u32, mut copy: WaitingCopy, sink: &mut S) {
        copy.deliveries = copy.deliveries.saturating_add(1);
        let state = self.links[link as usize];
        let place = self.places[state.place as usize].element;
        sink.fact(
            self.fact(FactKind::Delivered, copy.event, place, state.element)
                .with_attempt(copy.deliveries),
        );
        if state.latency.0 == 0 {
            self.receive(link, copy, sink);
        } else {
            self.start_transit(Cargo::Copy { copy, link }, state.latency);
        }
    }

    /// A delivered event is with its consumer: it is started, or waits for a server.
    #[inline]
    pub(super) fn receive<S: Sink>(&mut self, link: u32, copy: WaitingCopy, sink: &mut S) {
        let consumer = self.links[link as usize].consumer;
        let state = &mut self.consumers[consumer as usize];
        let held = Held { copy, link, failures: 0, order: state.received };
        state.received += 1;
        if state.has_idle() {
            self.start(consumer, held, sink);
        } else {
            state.buffer.push_back(held);
        }
    }

    /// Gives a delivered event back to its original position, unless it has been delivered as often
    /// as it may be. `marked` is [`ON_ITS_WAY`] where it had not reached the consumer.
    pub(super) fn requeue<S: Sink>(
        &mut self,
        link: u32,
        copy: WaitingCopy,
        reason: Reason,
        marked: u32,
        sink: &mut S,
    ) {
        let state = self.links[link as usize];
        if copy.deliveries >= self.places[state.place as usize].delivery_limit {
            self.dead_letter(link, copy, Reason::DeliveryLimit, marked, sink);
            return;
        }
        let place = &self.places[state.place as usize];
        if place.expires() && place.expiry_of(copy.accepted) <= self.now {
            // Ready again it would have expired already.
            self.dead_letter(link, copy, Reason::Expired, marked, sink);
            return;
        }
        let place = place.element;
        sink.fact(
            self.fact(FactKind::Requeued, copy.event, place, state.element)
                .with_reason(reason)
                .with_attempt(marked),
        );
        let measure = self.measure(state.place, copy.event);
        self.places[state.place as usize].put_back(copy, measure);
        self.arm_expiry(state.place);
    }

    /// Ends the work on a delivered event from outside: it goes back, or is lost where it was
    /// acknowledged on delivery.
    pub(super) fn take_back<S: Sink>(
        &mut self,
        link: u32,
        copy: WaitingCopy,
        reason: Reason,
        marked: u32,
        sink: &mut S,
    ) {
        let consumer = self.links[link as usize].consumer;
        if self.consumers[consumer as usize].acks_before {
            self.lose(link, copy, Reason::FailedUnacked, marked, sink);
        } else {
            self.requeue(link, copy, reason, marked, sink);
        }
    }
}

//! How events end without being done: dead letters, losses, and ready events whose time is up.

use super::World;
use super::draw::{self, Purpose};
use super::publish::Coming;
use super::tables::Target;
use crate::bus::{EventSlot, TimerKind, TimerTicket, WaitingCopy};
use crate::fact::{FactKind, Reason, Sink};
use crate::time::SimTime;

impl World {
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
        self.publish_dead_letter(state.place, copy.event, target, reason, sink);
    }

    /// The same of a ready event, which was taken out of its place.
    fn dead_letter_ready<S: Sink>(
        &mut self,
        place: u32,
        copy: WaitingCopy,
        reason: Reason,
        sink: &mut S,
    ) {
        let Some(target) = self.dead_letters[place as usize] else {
            self.drop_ready(place, copy, reason, sink);
            return;
        };
        self.took_ready(place, copy.event);
        let element = self.places[place as usize].element;
        sink.fact(
            self.fact(FactKind::ReadyDeadLettered, copy.event, element, element)
                .with_reason(reason)
                .with_span(self.since(copy.accepted)),
        );
        self.publish_dead_letter(place, copy.event, target, reason, sink);
    }

    fn publish_dead_letter<S: Sink>(
        &mut self,
        place: u32,
        event: EventSlot,
        target: Target,
        reason: Reason,
        sink: &mut S,
    ) {
        let element = self.places[place as usize].element;
        self.settle_data(event);
        let parent = self.events.get(event);
        let stream = draw::node_stream(self.seed, self.roster.entry(element).id.as_str());
        let key = draw::bits(stream, parent.draw, 0, Purpose::DeadLetter);
        let parent_id = parent.id;
        let child = self.events.create_child(event, key, self.now, element);
        self.events.note_death(child, event, element, reason == Reason::Rejected);
        self.born(child, element, sink);
        sink.fact(self.fact(FactKind::Published, child, element, element).with_parent(parent_id));
        let coming = Coming { via: element, sent: false };
        self.arrive(target, child, coming, &mut Vec::new(), sink);
        self.release(child);
        self.release(event);
    }

    /// A delivered event is lost.
    pub(super) fn lose<S: Sink>(
        &mut self,
        link: u32,
        copy: WaitingCopy,
        reason: Reason,
        marked: u32,
        sink: &mut S,
    ) {
        let (place, link) = self.place_and_link(link);
        sink.fact(
            self.fact(FactKind::Lost, copy.event, place, link)
                .with_reason(reason)
                .with_span(self.since(copy.accepted))
                .with_attempt(marked),
        );
        self.release(copy.event);
    }

    /// Sets the timer of the next ready event to expire, where an earlier one is not set already.
    #[inline]
    pub(super) fn arm_expiry(&mut self, place: u32) {
        let state = &self.places[place as usize];
        if !state.expires() {
            return;
        }
        let Some(due) = state.next_expiry() else { return };
        let due = due.max(self.now);
        if due < state.expiry.0 {
            let ticket = self.timers.set(due, TimerKind::Expiry, place, 0);
            self.places[place as usize].expiry = (due, ticket);
        }
    }

    /// Ready events end whose time to live has run out.
    pub(super) fn expire<S: Sink>(&mut self, place: u32, ticket: TimerTicket, sink: &mut S) {
        if self.places[place as usize].expiry.1 != ticket {
            return;
        }
        self.places[place as usize].expiry = (SimTime::MAX, TimerTicket::NONE);
        while self.places[place as usize].next_expiry().is_some_and(|due| due <= self.now) {
            let Some(copy) = self.places[place as usize].pop_oldest() else { break };
            self.dead_letter_ready(place, copy, Reason::Expired, sink);
        }
        self.arm_expiry(place);
        self.note_room(place);
    }
}

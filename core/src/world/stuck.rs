//! Deadlock: senders that wait for channels to which nothing that can still happen gives room.

use super::World;
use super::tables::NodeState;
use crate::fact::{ElementIx, ElementKind, FactKind, Sink};

impl World {
    /// Whether senders wait for a channel, or for a subscription of it, in vain.
    pub fn is_stuck(&self, channel: ElementIx) -> bool {
        let slot = self.slots[channel.ix()] as usize;
        match self.roster.entry(channel).kind {
            ElementKind::Queue => self.places[slot].stuck,
            ElementKind::Subscribe => self.places[self.links[slot].place as usize].stuck,
            ElementKind::Topic => {
                let mut subscriptions = self.topics[slot].subscriptions.iter();
                subscriptions.any(|subscription| self.places[subscription.place as usize].stuck)
            }
            _ => false,
        }
    }

    /// Tells of channels that are found stuck now and were not before. Asked when a sender begins to
    /// wait or moves on, and when an event lands from a link.
    ///
    /// A channel that is waited for is alive if it has room, if one of its own timers may free it, or
    /// if one of its consumers serves, idles, or waits for a channel that is alive.
    pub(super) fn look_for_deadlock<S: Sink>(&mut self, sink: &mut S) {
        self.senders_changed = false;
        let places = &mut self.places;
        self.waited_for.retain(|&place| {
            let waited_for = !places[place as usize].waiters.is_empty();
            places[place as usize].stuck &= waited_for;
            waited_for
        });
        let mut dead: Vec<u32> =
            self.waited_for.iter().copied().filter(|&place| !self.frees_itself(place)).collect();
        loop {
            let before = dead.len();
            let alive = |place: u32| self.emptied_by_waiting(place, &dead);
            let still: Vec<u32> = dead.iter().copied().filter(|&place| !alive(place)).collect();
            dead = still;
            if dead.len() == before {
                break;
            }
        }
        for ix in 0..self.waited_for.len() {
            let place = self.waited_for[ix];
            let is_dead = dead.contains(&place);
            let was = std::mem::replace(&mut self.places[place as usize].stuck, is_dead);
            if is_dead && !was {
                let element = self.places[place as usize].element;
                sink.fact(
                    self.node_fact(FactKind::Deadlocked, element).with_copies(dead.len() as u64),
                );
            }
        }
    }

    /// Whether a place gets room whatever other channels do.
    fn frees_itself(&self, place: u32) -> bool {
        let state = &self.places[place as usize];
        let by_timer = state.expires() && state.ready_len() > 0;
        let served = state.consumer_links().any(|link| {
            let consumer = self.links[link as usize].consumer;
            let travels = || {
                self.transits
                    .iter()
                    .any(|transit| transit.cargo.is_to_consumer(&self.links, consumer))
            };
            let consumer = &self.consumers[consumer as usize];
            consumer.makes_room()
                || consumer.state != NodeState::Crashed && consumer.has_idle() && travels()
        });
        state.down || by_timer || served || self.is_next_let_in(place)
    }

    /// Whether a consumer of a place waits for a channel that is not among `dead`.
    fn emptied_by_waiting(&self, place: u32, dead: &[u32]) -> bool {
        self.places[place as usize].consumer_links().any(|link| {
            let consumer = &self.consumers[self.links[link as usize].consumer as usize];
            consumer.emitting.values().any(|emitting| !dead.contains(&emitting.at))
        })
    }
}

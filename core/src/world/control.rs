//! By hand: crash, stop, restart, purge.

use super::World;
use super::input::InputError;
use super::tables::NodeState;
use crate::bus::{Sender, TimerTicket};
use crate::fact::{ElementIx, ElementKind, FactKind, Reason, Sink};
use crate::ids::NodeId;

impl World {
    /// Whether a node does its work.
    pub fn node_state(&self, element: ElementIx) -> NodeState {
        let slot = self.slots[element.ix()] as usize;
        let down = |down: bool| if down { NodeState::Crashed } else { NodeState::Up };
        match self.roster.entry(element).kind {
            ElementKind::Producer => self.producers[slot].state,
            ElementKind::Consumer => self.consumers[slot].state,
            ElementKind::Topic => down(self.topics[slot].down),
            ElementKind::Queue => down(self.places[slot].down),
            _ => NodeState::Up,
        }
    }

    /// A node crashes. One that has crashed already stays as it is.
    pub(super) fn crash<S: Sink>(&mut self, node: &NodeId, sink: &mut S) -> Result<(), InputError> {
        let (element, kind) = self.find_node(node)?;
        if kind == ElementKind::Note {
            return Err(InputError::CannotControl { id: node.clone(), kind: kind.name() });
        }
        if self.node_state(element) == NodeState::Crashed {
            return Ok(());
        }
        sink.fact(self.node_fact(FactKind::Crashed, element));
        let slot = self.slots[element.ix()];
        match kind {
            ElementKind::Producer => self.crash_producer(slot, sink),
            ElementKind::Consumer => self.crash_consumer(slot, sink),
            ElementKind::Queue => self.crash_place(slot, sink),
            _ => {
                self.topics[slot as usize].down = true;
                for ix in 0..self.topics[slot as usize].subscriptions.len() {
                    let place = self.topics[slot as usize].subscriptions[ix].place;
                    self.crash_place(place, sink);
                }
            }
        }
        Ok(())
    }

    /// A producer falls silent, or a consumer takes nothing new and finishes what it has.
    pub(super) fn stop<S: Sink>(&mut self, node: &NodeId, sink: &mut S) -> Result<(), InputError> {
        let (element, kind) = self.find_node(node)?;
        let slot = self.slots[element.ix()];
        match kind {
            ElementKind::Producer | ElementKind::Consumer
                if self.node_state(element) != NodeState::Up => {}
            ElementKind::Producer => {
                sink.fact(self.node_fact(FactKind::Stopped, element));
                self.producers[slot as usize].state = NodeState::Stopped;
                self.producers[slot as usize].pending = TimerTicket::NONE;
            }
            ElementKind::Consumer => {
                sink.fact(self.node_fact(FactKind::Stopped, element));
                self.consumers[slot as usize].state = NodeState::Stopped;
                self.set_credit_limits(slot);
                self.senders_changed = true;
            }
            _ => return Err(InputError::CannotControl { id: node.clone(), kind: kind.name() }),
        }
        Ok(())
    }

    /// A node that was stopped or crashed does its work again.
    pub(super) fn restart<S: Sink>(
        &mut self,
        node: &NodeId,
        sink: &mut S,
    ) -> Result<(), InputError> {
        let (element, kind) = self.find_node(node)?;
        if self.node_state(element) == NodeState::Up {
            return Ok(());
        }
        sink.fact(self.node_fact(FactKind::Restarted, element));
        let slot = self.slots[element.ix()];
        match kind {
            ElementKind::Producer => {
                let producer = &mut self.producers[slot as usize];
                producer.state = NodeState::Up;
                producer.epoch += 1;
                self.retry(Sender::Producer(slot), sink);
            }
            ElementKind::Consumer => {
                self.consumers[slot as usize].state = NodeState::Up;
                self.set_credit_limits(slot);
                for place in self.places_of(slot) {
                    self.dispatch(place, sink);
                }
            }
            ElementKind::Queue => self.restart_place(slot, sink),
            _ => {
                self.topics[slot as usize].down = false;
                for ix in 0..self.topics[slot as usize].subscriptions.len() {
                    let place = self.topics[slot as usize].subscriptions[ix].place;
                    self.restart_place(place, sink);
                }
            }
        }
        Ok(())
    }

    /// The ready events of a channel are thrown away.
    pub(super) fn purge<S: Sink>(&mut self, node: &NodeId, sink: &mut S) -> Result<(), InputError> {
        let (element, kind) = self.find_node(node)?;
        let slot = self.slots[element.ix()];
        let places: Vec<u32> = match kind {
            ElementKind::Queue => vec![slot],
            ElementKind::Topic => {
                self.topics[slot as usize].subscriptions.iter().map(|s| s.place).collect()
            }
            _ => return Err(InputError::CannotControl { id: node.clone(), kind: kind.name() }),
        };
        sink.fact(self.node_fact(FactKind::Purged, element));
        for place in places {
            self.drop_all_ready(place, Reason::Purged, sink);
            self.note_room(place);
        }
        Ok(())
    }

    fn crash_producer<S: Sink>(&mut self, slot: u32, sink: &mut S) {
        let producer = &mut self.producers[slot as usize];
        producer.state = NodeState::Crashed;
        producer.pending = TimerTicket::NONE;
        let element = producer.element;
        for event in std::mem::take(&mut producer.outbox) {
            self.lose_in_outbox(element, event, Reason::ProducerCrashed, sink);
        }
        self.senders_changed = true;
    }

    fn crash_consumer<S: Sink>(&mut self, slot: u32, sink: &mut S) {
        self.consumers[slot as usize].state = NodeState::Crashed;
        self.set_credit_limits(slot);
        for link in self.links_of(slot) {
            for (copy, marked) in self.abort(link, sink) {
                self.take_back(link, copy, Reason::ConsumerCrashed, marked, sink);
            }
        }
        for place in self.places_of(slot) {
            self.dispatch(place, sink);
        }
        self.senders_changed = true;
    }

    /// Nobody gets into the place or out of it. What was delivered and is not acknowledged is part of
    /// its contents; what was acknowledged on delivery is its consumer's.
    fn crash_place<S: Sink>(&mut self, place: u32, sink: &mut S) {
        self.places[place as usize].down = true;
        let durable = self.places[place as usize].durable;
        let links: Vec<u32> = self.places[place as usize].consumer_links().collect();
        for link in links {
            let consumer = self.links[link as usize].consumer;
            if self.consumers[consumer as usize].acks_before {
                continue;
            }
            for (copy, marked) in self.abort(link, sink) {
                if durable {
                    self.requeue(link, copy, Reason::ChannelCrashed, marked, sink);
                } else {
                    self.lose(link, copy, Reason::ChannelCrashed, marked, sink);
                }
            }
            self.refill(consumer, sink);
            self.dispatch_for(consumer, sink);
        }
        if !durable {
            self.drop_all_ready(place, Reason::ChannelCrashed, sink);
        }
        // Who waits for it is refused now.
        self.note_room(place);
    }

    fn restart_place<S: Sink>(&mut self, place: u32, sink: &mut S) {
        self.places[place as usize].down = false;
        self.dispatch(place, sink);
    }

    /// Servers of a consumer have come free by other ways than the end of a service: its other places
    /// may have something for it.
    fn dispatch_for<S: Sink>(&mut self, consumer: u32, sink: &mut S) {
        for place in self.places_of(consumer) {
            self.dispatch(place, sink);
        }
    }

    fn links_of(&self, consumer: u32) -> Vec<u32> {
        let links = (0..).zip(&self.links);
        let own = links.filter(|(_, link)| link.alive && link.consumer == consumer);
        own.map(|(number, _)| number).collect()
    }

    fn places_of(&self, consumer: u32) -> Vec<u32> {
        self.links_of(consumer).into_iter().map(|link| self.links[link as usize].place).collect()
    }

    /// A consumer that is not up is given nothing.
    fn set_credit_limits(&mut self, consumer: u32) {
        let limit = self.consumers[consumer as usize].credit_limit();
        for link in self.links_of(consumer) {
            let place = self.links[link as usize].place;
            self.places[place as usize].set_credit_limit(link, limit);
        }
    }
}

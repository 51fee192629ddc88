//! Editing while it runs: the rules of what happens to events when the drawing changes under them.

use std::collections::VecDeque;
use std::sync::Arc;

use super::World;
use super::compile::share_of_2_64;
use super::deliver::ON_ITS_WAY;
use super::input::InputError;
use super::laws::{ArrivalLaw, BatchLaw, KeyLaw, ServiceLaw};
use super::tables::{Cargo, FailureLaw, ServerState};
use crate::bus::{Sender, TimerTicket, WaitingCopy};
use crate::edit::Edit;
use crate::fact::{ElementIx, ElementKind, EventId, Fact, FactKind, Reason, Sink, TypeIx};
use crate::ids::{ElementId, LinkId, NodeId};
use crate::project::check::{self, Severity};
use crate::project::{self, NodeKind, Project};

impl World {
    pub(super) fn edit<S: Sink>(&mut self, edit: &Edit, sink: &mut S) -> Result<(), InputError> {
        let old = Arc::clone(&self.project);
        let mut new = (*old).clone();
        edit.apply(&mut new)?;
        self.accepts(&old, &new)?;
        let at = self.first_changed(edit).unwrap_or_default();
        sink.fact(Fact::new(self.now, FactKind::Edited, EventId::NONE, TypeIx(0), at, at));
        let new = Arc::new(new);
        if runs_alike(&old, &new) {
            self.project = new;
            return Ok(());
        }
        let senders = self.take_senders();
        self.remove_what_went(&old, &new, sink);
        self.project = Arc::clone(&new);
        self.change_what_changed(&old, &new);
        self.add_what_came(&old, &new);
        self.wire();
        sink.roster(self.now, &self.roster);
        self.go_on_after_edit(senders, sink);
        Ok(())
    }

    fn accepts(&self, old: &Project, new: &Project) -> Result<(), InputError> {
        if runs_alike(old, new) {
            return Ok(());
        }
        let errors = check::check(new).into_iter().find(|p| p.severity == Severity::Error);
        if let Some(problem) = errors {
            return Err(InputError::CannotRun { message: problem.message });
        }
        // A node or link can at most be struck and entered anew.
        if self.slots.len() + new.nodes.len() + new.links.len() > ElementIx::LIMIT {
            return Err(InputError::TooManyElements { limit: ElementIx::LIMIT });
        }
        Ok(())
    }

    fn first_changed(&self, edit: &Edit) -> Option<ElementIx> {
        let id = match edit {
            Edit::SetNode { id, .. } | Edit::RemoveNode { id } => ElementId::Node(id.clone()),
            Edit::SetLink { id, .. } | Edit::RemoveLink { id } => ElementId::Link(id.clone()),
            Edit::SetAbout { .. } => return None,
            Edit::Batch(edits) => return edits.iter().find_map(|edit| self.first_changed(edit)),
        };
        self.index.get(&id).copied()
    }

    /// Takes everybody who waits for room, so that nobody waits for what is no longer there.
    fn take_senders(&mut self) -> Vec<Sender> {
        self.wakes.clear();
        self.places.iter_mut().flat_map(|place| std::mem::take(&mut place.waiters)).collect()
    }

    fn remove_what_went<S: Sink>(&mut self, old: &Project, new: &Project, sink: &mut S) {
        for (id, link) in &old.links {
            let stays = new.links.get(id).is_some_and(|other| {
                other.from == link.from
                    && other.to == link.to
                    && same_kind(old, new, &link.from)
                    && same_kind(old, new, &link.to)
            });
            if !stays && let Some(&element) = self.index.get(&ElementId::Link(id.clone())) {
                let consumer_goes = !same_kind(old, new, &link.to);
                let channel_goes = !same_kind(old, new, &link.from);
                self.remove_link(id, element, consumer_goes, channel_goes, sink);
            }
        }
        for id in old.nodes.keys() {
            if !same_kind(old, new, id)
                && let Some(element) = self.element(id)
            {
                self.remove_node(element, &old.nodes[id].kind, sink);
            }
        }
    }

    fn remove_link<S: Sink>(
        &mut self,
        id: &LinkId,
        element: ElementIx,
        consumer_goes: bool,
        channel_goes: bool,
        sink: &mut S,
    ) {
        let slot = self.slots[element.ix()];
        match self.roster.entry(element).kind {
            ElementKind::Consume => {
                let reason =
                    if consumer_goes { Reason::ConsumerRemoved } else { Reason::LinkRemoved };
                for (copy, marked) in self.abort(slot, sink) {
                    self.take_back(slot, copy, reason, marked, sink);
                }
                self.links[slot as usize].alive = false;
            }
            ElementKind::Subscribe => {
                let reason =
                    if channel_goes { Reason::ChannelRemoved } else { Reason::SubscriptionRemoved };
                for (copy, marked) in self.abort(slot, sink) {
                    self.lose(slot, copy, reason, marked, sink);
                }
                let place = self.links[slot as usize].place;
                self.drop_all_ready(place, reason, sink);
                self.links[slot as usize].alive = false;
            }
            _ => self.lose_in_transit(element, sink),
        }
        debug_assert_eq!(self.roster.entry(element).id.as_str(), id.as_str());
        self.strike(element, self.now);
    }

    fn lose_in_transit<S: Sink>(&mut self, link: ElementIx, sink: &mut S) {
        let lost = self.transits.take_where(
            |transit| matches!(&transit.cargo, Cargo::Event { route, .. } if route.link == link),
        );
        for transit in lost {
            if let Cargo::Event { event, reserved, route } = transit.cargo {
                sink.fact(
                    self.fact(FactKind::LostInTransit, event, link, link)
                        .with_reason(Reason::LinkRemoved),
                );
                self.give_up_reservations(event, &reserved);
                self.count_in_flight(route.from, false);
                self.release(event);
            }
        }
    }

    /// Cuts short all that a consumer does for one link: what it serves, what waits in its buffer,
    /// what is on its way. Gives the copies back, each with whether it was still on its way.
    pub(super) fn abort<S: Sink>(&mut self, link: u32, sink: &mut S) -> Vec<(WaitingCopy, u32)> {
        let mut aborted = Vec::new();
        let consumer = self.links[link as usize].consumer;
        for server in 0..self.consumers[consumer as usize].servers.len() as u32 {
            let slot = self.consumers[consumer as usize].servers[server as usize];
            if slot.state != ServerState::Idle && slot.held.link == link {
                aborted.push((self.interrupt(consumer, server, sink), 0));
            }
        }
        let buffer = std::mem::take(&mut self.consumers[consumer as usize].buffer);
        let (gone, kept): (VecDeque<_>, _) = buffer.into_iter().partition(|held| held.link == link);
        aborted.extend(gone.into_iter().map(|held| (held.copy, 0)));
        self.consumers[consumer as usize].buffer = kept;
        let paused = self.pauses.take_where(|pause| pause.held.link == link);
        self.consumers[consumer as usize].paused -= paused.len() as u32;
        aborted.extend(paused.into_iter().map(|pause| (pause.held.copy, 0)));
        let travelling = self.transits.take_where(
            |transit| matches!(&transit.cargo, Cargo::Copy { link: other, .. } if *other == link),
        );
        for transit in travelling {
            if let Cargo::Copy { copy, .. } = transit.cargo {
                aborted.push((copy, ON_ITS_WAY));
            }
        }
        let place = self.links[link as usize].place;
        for _ in &aborted {
            self.places[place as usize].give_credit(link);
        }
        aborted
    }

    fn interrupt<S: Sink>(&mut self, consumer: u32, server: u32, sink: &mut S) -> WaitingCopy {
        self.unblock(consumer, server, sink);
        self.drop_emitting(consumer, server);
        let slot = self.free_server(consumer, server);
        let (place, link) = self.place_and_link(slot.held.link);
        let span = self.since(slot.started);
        sink.fact(
            self.fact(FactKind::Interrupted, slot.held.copy.event, place, link).with_span(span),
        );
        let mut copy = slot.held.copy;
        copy.served = copy.served + span;
        copy
    }

    /// All ready events of a place are lost.
    pub(super) fn drop_all_ready<S: Sink>(&mut self, place: u32, reason: Reason, sink: &mut S) {
        while let Some(copy) = self.places[place as usize].pop() {
            self.drop_ready(place, copy, reason, sink);
        }
    }

    fn remove_node<S: Sink>(&mut self, element: ElementIx, kind: &NodeKind, sink: &mut S) {
        let slot = self.slots[element.ix()];
        match kind {
            NodeKind::Producer(_) => {
                let producer = &mut self.producers[slot as usize];
                producer.pending = TimerTicket::NONE;
                producer.limit = 0;
                for event in std::mem::take(&mut producer.outbox) {
                    self.lose_in_outbox(element, event, Reason::ProducerRemoved, sink);
                }
            }
            NodeKind::Queue(_) => self.drop_all_ready(slot, Reason::ChannelRemoved, sink),
            NodeKind::Topic(_) | NodeKind::Consumer(_) | NodeKind::Note(_) => {}
        }
        self.strike(element, self.now);
    }

    fn change_what_changed(&mut self, old: &Project, new: &Project) {
        for (id, node) in &new.nodes {
            let Some(before) = old.nodes.get(id) else { continue };
            if before.kind == node.kind || !same_kind(old, new, id) {
                continue;
            }
            let Some(element) = self.element(id) else { continue };
            self.describe_node(element, node);
            self.change_node(element, &before.kind, &node.kind);
        }
        for (id, link) in &new.links {
            let Some(&element) = self.index.get(&ElementId::Link(id.clone())) else { continue };
            let topic_changed = old.nodes.get(&link.from) != new.nodes.get(&link.from);
            if old.links.get(id) != Some(link) || topic_changed {
                self.describe_link(element, link);
            }
        }
    }

    fn change_node(&mut self, element: ElementIx, before: &NodeKind, after: &NodeKind) {
        let slot = self.slots[element.ix()];
        match (before, after) {
            (NodeKind::Producer(before), NodeKind::Producer(after)) => {
                self.change_producer(slot, before, after);
            }
            (NodeKind::Queue(_), NodeKind::Queue(waiting)) => self.set_rules(slot, waiting),
            (NodeKind::Consumer(_), NodeKind::Consumer(settings)) => {
                let emitters = self.emitters(element, settings);
                let consumer = &mut self.consumers[slot as usize];
                consumer.service = ServiceLaw::new(&settings.service);
                consumer.concurrency = settings.concurrency;
                consumer.prefetch = settings.prefetch.unwrap_or(settings.concurrency);
                consumer.failure = share_of_2_64(settings.failure_probability);
                consumer.acks_before = settings.ack == project::Ack::Before;
                consumer.on_failure = FailureLaw::new(settings.on_failure);
                consumer.emitters = emitters;
            }
            _ => {}
        }
    }

    fn change_producer(
        &mut self,
        slot: u32,
        before: &project::Producer,
        after: &project::Producer,
    ) {
        let types = self.types(after);
        let law = ArrivalLaw::new(&after.arrivals, self.now);
        let producer = &mut self.producers[slot as usize];
        producer.types = types;
        producer.keys = KeyLaw::new(after.keys, after.key_skew);
        producer.batch = BatchLaw::new(after.batch);
        producer.limit = after.limit.unwrap_or(u64::MAX);
        producer.outbox_capacity = after.outbox_capacity.unwrap_or(u64::MAX);
        producer.closed_loop = after.closed_loop;
        let rate_changed = before.arrivals != after.arrivals;
        if producer.made >= producer.limit {
            producer.pending = TimerTicket::NONE;
        } else if rate_changed || producer.pending == TimerTicket::NONE {
            // The limit may have silenced it; an interval begins now.
            producer.law = law;
            producer.epoch += 1;
            producer.pending = TimerTicket::NONE;
            self.go_on_producing(slot);
        }
    }

    fn add_what_came(&mut self, old: &Project, new: &Project) {
        for (id, node) in &new.nodes {
            if !same_kind(old, new, id) {
                self.add_node(id, node);
                if let (NodeKind::Producer(_), Some(element)) = (&node.kind, self.element(id)) {
                    self.arm(self.slots[element.ix()]);
                }
            }
        }
        for (id, link) in &new.links {
            if !self.index.contains_key(&ElementId::Link(id.clone())) {
                self.add_link(id, link);
            }
        }
    }

    fn go_on_after_edit<S: Sink>(&mut self, senders: Vec<Sender>, sink: &mut S) {
        for consumer in 0..self.consumers.len() {
            self.refill(consumer as u32, sink);
        }
        for place in 0..self.places.len() {
            self.dispatch(place as u32, sink);
        }
        // Each takes its turn anew where it has to wait now; the order among them stays.
        for sender in senders {
            self.retry(sender, sink);
        }
    }

    /// A sender tries anew, as a newcomer everywhere.
    pub(super) fn retry<S: Sink>(&mut self, sender: Sender, sink: &mut S) {
        const NOWHERE: u32 = u32::MAX;
        match sender {
            Sender::Producer(producer) => self.retry_producer(producer, NOWHERE, sink),
            Sender::Server { consumer, server } => {
                self.retry_server(consumer, server, NOWHERE, sink);
            }
        }
    }
}

/// Whether a node is in both drawings and of the same kind.
fn same_kind(old: &Project, new: &Project, id: &NodeId) -> bool {
    match (old.nodes.get(id), new.nodes.get(id)) {
        (Some(old), Some(new)) => {
            std::mem::discriminant(&old.kind) == std::mem::discriminant(&new.kind)
        }
        _ => false,
    }
}

/// Whether two drawings run alike: they differ in names, places and texts at most.
fn runs_alike(old: &Project, new: &Project) -> bool {
    old.links == new.links
        && old.nodes.len() == new.nodes.len()
        && old.nodes.iter().zip(&new.nodes).all(|((old_id, old), (new_id, new))| {
            old_id == new_id
                && (old.kind == new.kind
                    || matches!((&old.kind, &new.kind), (NodeKind::Note(_), NodeKind::Note(_))))
        })
}

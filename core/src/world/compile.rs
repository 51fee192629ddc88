//! From the project to tables: entries for nodes and links, and the wiring between them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::World;
use super::draw;
use super::tables::{Consumer, Law, LinkState, Outlet, Producer, Route, Target, Topic};
use crate::bus::{Place, TimerTicket};
use crate::fact::{ElementIx, ElementKind, RosterEntry, TypeIx};
use crate::ids::{ElementId, LinkId, NodeId};
use crate::project::{self, Arrivals, Link, LinkKind, Node, NodeKind, Project, Waiting};
use crate::time::{SimSpan, SimTime};

/// The numbers of the elements that are in the drawing.
pub(super) type Index = BTreeMap<ElementId, ElementIx>;

/// No number: the element has no entry in a table of its own.
pub(super) const NO_SLOT: u32 = u32::MAX;

impl World {
    /// Fills the empty tables.
    pub(super) fn compile(&mut self, drawing: Arc<Project>) {
        let project = Arc::clone(&drawing);
        self.project = drawing;
        for (id, node) in &project.nodes {
            self.add_node(id, node);
        }
        for (id, link) in &project.links {
            self.add_link(id, link);
        }
        self.wire();
        for producer in 0..self.producers.len() {
            self.arm(producer as u32);
        }
    }

    pub(super) fn add_node(&mut self, id: &NodeId, node: &Node) {
        let stream = draw::node_stream(self.seed, id.as_str());
        let element = ElementIx(self.slots.len() as u32);
        let (kind, slot) = match &node.kind {
            NodeKind::Producer(settings) => {
                (ElementKind::Producer, self.add_producer(element, stream, settings))
            }
            NodeKind::Topic(_) => {
                self.topics.push(Topic {
                    element,
                    stream,
                    given: 0,
                    subscriptions: Vec::new(),
                    binds: Vec::new(),
                });
                (ElementKind::Topic, self.topics.len() as u32 - 1)
            }
            NodeKind::Queue(waiting) => (ElementKind::Queue, self.add_place(element, waiting)),
            NodeKind::Consumer(settings) => {
                (ElementKind::Consumer, self.add_consumer(element, stream, settings))
            }
            NodeKind::Note(_) => (ElementKind::Note, NO_SLOT),
        };
        self.enter(ElementId::Node(id.clone()), kind, element, element, slot);
        self.describe_node(element, node);
    }

    pub(super) fn add_link(&mut self, id: &LinkId, link: &Link) {
        let Some(kind) = self.project.link_kind(id) else { return };
        let (Some(from), Some(to)) = (self.element(&link.from), self.element(&link.to)) else {
            return;
        };
        let element = ElementIx(self.slots.len() as u32);
        let (kind, slot) = match kind {
            LinkKind::Publish => (ElementKind::Publish, NO_SLOT),
            LinkKind::Bind => (ElementKind::Bind, NO_SLOT),
            LinkKind::Consume => {
                let place = self.slots[from.ix()];
                (ElementKind::Consume, self.add_link_state(element, place, to))
            }
            LinkKind::Subscribe => {
                let place = self.add_place(element, &Waiting::default());
                (ElementKind::Subscribe, self.add_link_state(element, place, to))
            }
        };
        self.enter(ElementId::Link(id.clone()), kind, from, to, slot);
        self.describe_link(element, link);
    }

    fn enter(
        &mut self,
        id: ElementId,
        kind: ElementKind,
        from: ElementIx,
        to: ElementIx,
        slot: u32,
    ) {
        let element = ElementIx(self.slots.len() as u32);
        self.slots.push(slot);
        Arc::make_mut(&mut self.index).insert(id.clone(), element);
        Arc::make_mut(&mut self.roster).entries.push(RosterEntry {
            id,
            kind,
            from,
            to,
            latency: SimSpan::ZERO,
            servers: 0,
            acks_before: false,
            capacity: None,
            removed_at: None,
        });
    }

    fn add_producer(
        &mut self,
        element: ElementIx,
        stream: u64,
        settings: &project::Producer,
    ) -> u32 {
        let law = self.law(&settings.arrivals);
        let types = self.types(&settings.types);
        let outlet = self.add_outlet();
        self.producers.push(Producer {
            element,
            stream,
            law,
            types,
            keys: settings.keys,
            limit: settings.limit.unwrap_or(u64::MAX),
            made: 0,
            given: 0,
            epoch: 0,
            pending: TimerTicket::NONE,
            outlet,
            outbox: std::collections::VecDeque::new(),
        });
        self.producers.len() as u32 - 1
    }

    fn add_consumer(
        &mut self,
        element: ElementIx,
        stream: u64,
        settings: &project::Consumer,
    ) -> u32 {
        let outlet = self.add_outlet();
        self.consumers.push(Consumer {
            element,
            stream,
            service: settings.service.clone(),
            mean_ns: settings.service.mean_s() * 1e9,
            concurrency: settings.concurrency,
            failure: share_of_2_64(settings.failure_probability),
            acks_before: settings.ack == project::Ack::Before,
            on_failure: settings.on_failure,
            servers: Vec::new(),
            busy: 0,
            buffer: std::collections::VecDeque::new(),
            outlet,
        });
        self.consumers.len() as u32 - 1
    }

    fn add_place(&mut self, element: ElementIx, waiting: &Waiting) -> u32 {
        self.places.push(Place::new(element, waiting));
        self.dead_letters.push(None);
        self.places.len() as u32 - 1
    }

    fn add_link_state(&mut self, element: ElementIx, place: u32, consumer: ElementIx) -> u32 {
        let consumer = self.slots[consumer.ix()];
        let latency = SimSpan::ZERO;
        self.links.push(LinkState { element, place, consumer, latency, alive: true });
        self.links.len() as u32 - 1
    }

    fn add_outlet(&mut self) -> u32 {
        self.outlets.push(Outlet::default());
        self.outlets.len() as u32 - 1
    }

    pub(super) fn element(&self, id: &NodeId) -> Option<ElementIx> {
        self.index.get(&ElementId::Node(id.clone())).copied()
    }

    pub(super) fn law(&self, arrivals: &Arrivals) -> Law {
        match *arrivals {
            Arrivals::Constant { rate_per_s } if rate_per_s > 0.0 => {
                Law::Constant { interval_ns: 1e9 / rate_per_s, base: self.now, k: 0 }
            }
            Arrivals::Poisson { rate_per_s } if rate_per_s > 0.0 => {
                Law::Poisson { mean_ns: 1e9 / rate_per_s }
            }
            _ => Law::Silent,
        }
    }

    /// The types with the upper ends of their shares of 2^64; `event` where none is named.
    pub(super) fn types(&mut self, types: &[project::WeightedType]) -> Vec<(u64, TypeIx)> {
        let total: f64 = types.iter().map(|weighted| weighted.weight).sum();
        let mut below = 0.0;
        let mut ends: Vec<_> = types
            .iter()
            .filter(|weighted| weighted.weight > 0.0)
            .map(|weighted| {
                below += weighted.weight;
                (share_of_2_64(below / total), self.type_ix(&weighted.name))
            })
            .collect();
        if ends.is_empty() {
            ends.push((u64::MAX, self.type_ix("event")));
        }
        ends
    }

    /// Tells the roster what may change of a node.
    pub(super) fn describe_node(&mut self, element: ElementIx, node: &Node) {
        let entry = &mut Arc::make_mut(&mut self.roster).entries[element.ix()];
        match &node.kind {
            NodeKind::Queue(waiting) => entry.capacity = waiting.capacity,
            NodeKind::Consumer(settings) => {
                entry.servers = settings.concurrency;
                entry.acks_before = settings.ack == project::Ack::Before;
            }
            NodeKind::Producer(_) | NodeKind::Topic(_) | NodeKind::Note(_) => {}
        }
    }

    /// Tells tables and roster what may change of a link.
    pub(super) fn describe_link(&mut self, element: ElementIx, link: &Link) {
        let latency = SimSpan::from_secs_f64(link.latency_s);
        let entry = &mut Arc::make_mut(&mut self.roster).entries[element.ix()];
        entry.latency = latency;
        if let Some(state) = self.links.get_mut(self.slots[element.ix()] as usize) {
            state.latency = latency;
        }
        if entry.kind == ElementKind::Subscribe
            && let Some(node) = self.project.nodes.get(&link.from)
            && let NodeKind::Topic(waiting) = &node.kind
        {
            entry.capacity = waiting.capacity;
            let place = self.links[self.slots[element.ix()] as usize].place;
            self.places[place as usize].set_rules(waiting);
        }
    }

    /// Connects everything anew from the drawing, in the order of the links' ids.
    pub(super) fn wire(&mut self) {
        let project = Arc::clone(&self.project);
        self.outlets.iter_mut().for_each(|outlet| outlet.routes.clear());
        for topic in &mut self.topics {
            topic.subscriptions.clear();
            topic.binds.clear();
        }
        let mut credits: Vec<Vec<(u32, u32)>> = vec![Vec::new(); self.places.len()];
        for (id, link) in &project.links {
            self.wire_link(id, link, &project, &mut credits);
        }
        for (place, credits) in self.places.iter_mut().zip(&credits) {
            place.set_credits(credits);
        }
        self.wire_dead_letters(&project);
        self.wire_ways();
    }

    fn wire_link(
        &mut self,
        id: &LinkId,
        link: &Link,
        project: &Project,
        credits: &mut [Vec<(u32, u32)>],
    ) {
        let Some(&element) = self.index.get(&ElementId::Link(id.clone())) else { return };
        let entry = self.roster.entry(element).clone();
        match entry.kind {
            ElementKind::Publish | ElementKind::Bind => {
                let to = self.slots[entry.to.ix()];
                let target = match self.roster.entry(entry.to).kind {
                    ElementKind::Topic => Target::Topic(to),
                    _ => Target::Place(to),
                };
                let route =
                    Route { link: element, from: entry.from, target, latency: entry.latency };
                let from = self.slots[entry.from.ix()] as usize;
                match self.roster.entry(entry.from).kind {
                    ElementKind::Topic => self.topics[from].binds.push(route),
                    ElementKind::Producer => {
                        let outlet = self.producers[from].outlet;
                        self.outlets[outlet as usize].routes.push(route);
                    }
                    _ => {
                        let outlet = self.consumers[from].outlet;
                        self.outlets[outlet as usize].routes.push(route);
                    }
                }
            }
            ElementKind::Consume | ElementKind::Subscribe => {
                let slot = self.slots[element.ix()];
                let place = self.links[slot as usize].place;
                if let Some(NodeKind::Consumer(settings)) =
                    project.nodes.get(&link.to).map(|node| &node.kind)
                {
                    let limit = settings.prefetch.unwrap_or(settings.concurrency);
                    credits[place as usize].push((slot, limit));
                }
                if entry.kind == ElementKind::Subscribe {
                    let topic = self.slots[entry.from.ix()] as usize;
                    self.topics[topic].subscriptions.push(place);
                }
            }
            _ => {}
        }
    }

    fn wire_dead_letters(&mut self, project: &Project) {
        for place in 0..self.places.len() {
            let channel = self.roster.entry(self.roster.entry(self.places[place].element).from);
            let ElementId::Node(id) = &channel.id else { continue };
            let kind = project.nodes.get(id).map(|node| &node.kind);
            let Some(NodeKind::Queue(waiting) | NodeKind::Topic(waiting)) = kind else { continue };
            self.dead_letters[place] = waiting.dead_letter.as_ref().and_then(|target| {
                let element = self.element(target)?;
                match self.roster.entry(element).kind {
                    ElementKind::Topic => Some(Target::Topic(self.slots[element.ix()])),
                    ElementKind::Queue => Some(Target::Place(self.slots[element.ix()])),
                    _ => None,
                }
            });
        }
    }

    /// For whom senders may have to wait, and which places an event can reach by several ways.
    fn wire_ways(&mut self) {
        let mut most_ways = vec![0u32; self.places.len()];
        for outlet in 0..self.outlets.len() {
            let mut ways: BTreeMap<u32, u32> = BTreeMap::new();
            let mut blockers = Vec::new();
            for route in &self.outlets[outlet].routes {
                for place in self.places_behind(route.target) {
                    *ways.entry(place).or_default() += 1;
                }
                for place in self.blockers_behind(route.target) {
                    if !blockers.contains(&place) {
                        blockers.push(place);
                    }
                }
            }
            for (place, ways) in ways {
                most_ways[place as usize] = most_ways[place as usize].max(ways);
            }
            self.outlets[outlet].blockers = blockers;
        }
        self.remembering.clear();
        for (place, ways) in most_ways.into_iter().enumerate() {
            self.places[place].many_ways = ways > 1;
            if ways > 1 {
                self.remembering.push(place as u32);
            }
        }
    }

    fn places_behind(&self, target: Target) -> Vec<u32> {
        match target {
            Target::Place(place) => vec![place],
            Target::Topic(topic) => {
                let topic = &self.topics[topic as usize];
                let bound = topic.binds.iter().filter_map(|bind| match bind.target {
                    Target::Place(place) => Some(place),
                    Target::Topic(_) => None,
                });
                topic.subscriptions.iter().copied().chain(bound).collect()
            }
        }
    }

    /// Marks an element as taken out of the drawing.
    pub(super) fn strike(&mut self, element: ElementIx, now: SimTime) {
        let entry = &mut Arc::make_mut(&mut self.roster).entries[element.ix()];
        entry.removed_at = Some(now);
        let id = entry.id.clone();
        Arc::make_mut(&mut self.index).remove(&id);
    }
}

/// A probability as a share of 2^64; 1 becomes `u64::MAX`.
pub(super) fn share_of_2_64(probability: f64) -> u64 {
    // `as` saturates.
    (probability * 18_446_744_073_709_551_616.0) as u64
}

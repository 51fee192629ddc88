//! From the project to tables: entries for nodes and links, and the wiring between them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::World;
use super::draw;
use super::filter::EventFilter;
use super::laws::{ArrivalLaw, BatchLaw, KeyLaw, ServiceLaw};
use super::tables::{
    Blocker, Consumer, Emitter, FailureLaw, LinkState, NO_FILTER, NodeState, Outlet, Producer,
    Route, Target, Topic, TypeShare,
};
use crate::bus::{AS_ITS_DATA, EventSlot, Measure, NO_TEMPLATE, Place, TimerTicket};
use crate::expression::{Template, TemplateKind};
use crate::fact::{ElementIx, ElementKind, RosterEntry, TypeIx};
use crate::ids::{ElementId, LinkId, NodeId};
use crate::project::{self, Filter, Link, LinkKind, Node, NodeKind, Project, Waiting};
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
                    is_filtered: false,
                    down: false,
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
        self.filter_of.push(NO_FILTER);
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
        let types = self.types(settings);
        let outlet = self.add_outlet();
        self.producers.push(Producer {
            element,
            stream,
            law: ArrivalLaw::new(&settings.arrivals, self.now),
            batch: BatchLaw::new(settings.batch),
            types,
            keys: KeyLaw::new(settings.keys, settings.key_skew),
            limit: settings.limit.unwrap_or(u64::MAX),
            made: 0,
            arrivals: 0,
            given: 0,
            epoch: 0,
            pending: TimerTicket::NONE,
            outlet,
            outbox: std::collections::VecDeque::new(),
            outbox_capacity: settings.outbox_capacity.unwrap_or(u64::MAX),
            closed_loop: settings.closed_loop,
            in_flight: 0,
            state: NodeState::Up,
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
        let emitters = self.emitters(element, settings);
        self.consumers.push(Consumer {
            element,
            stream,
            service: ServiceLaw::new(&settings.service),
            concurrency: settings.concurrency,
            prefetch: settings.prefetch.unwrap_or(settings.concurrency),
            failure: share_of_2_64(settings.failure_probability),
            acks_before: settings.ack == project::Ack::Before,
            on_failure: FailureLaw::new(settings.on_failure),
            emitters,
            servers: Vec::new(),
            busy: 0,
            blocked: 0,
            paused: 0,
            buffer: std::collections::VecDeque::new(),
            received: 0,
            emitting: BTreeMap::new(),
            outlet,
            state: NodeState::Up,
        });
        self.consumers.len() as u32 - 1
    }

    /// A consumer's rules of emission; none where the drawing names none.
    pub(super) fn emitters(
        &mut self,
        element: ElementIx,
        settings: &project::Consumer,
    ) -> Option<Vec<Emitter>> {
        if settings.emissions.is_empty() {
            return None;
        }
        let emitters = settings.emissions.iter().map(|emission| Emitter {
            on: emission.on,
            probability: share_of_2_64(emission.probability),
            filter: self.add_filter(element, &emission.filter),
            event_type: emission.event_type.as_ref().map(|name| self.named_type(name)),
            key: emission.key,
            template: self.template(emission.data.as_deref(), TemplateKind::Emission),
            bytes: emission.payload_bytes.map(declared_bytes),
            priority: emission.priority,
            count: emission.count,
        });
        Some(emitters.collect())
    }

    /// The number of a filter; [`NO_FILTER`] where it lets everything through.
    fn add_filter(&mut self, element: ElementIx, filter: &Filter) -> u32 {
        if filter.is_open() {
            return NO_FILTER;
        }
        self.filters.push(EventFilter::new(element, filter));
        self.filters.len() as u32 - 1
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

    /// What a producer's events are like, by type; `event` where none is named.
    pub(super) fn types(&mut self, settings: &project::Producer) -> Vec<TypeShare> {
        let own_template = self.template(settings.data.as_deref(), TemplateKind::Producer);
        let own_bytes = settings.payload_bytes.map_or(AS_ITS_DATA, declared_bytes);
        let total: f64 = settings.types.iter().map(|weighted| weighted.weight).sum();
        let mut below = 0.0;
        let mut shares = Vec::new();
        for weighted in settings.types.iter().filter(|weighted| weighted.weight > 0.0) {
            below += weighted.weight;
            let (event_type, name) = self.named_type(&weighted.name);
            let template = match &weighted.data {
                Some(data) => self.template(Some(data), TemplateKind::Producer),
                None => own_template,
            };
            shares.push(TypeShare {
                end: share_of_2_64(below / total),
                event_type,
                name,
                priority: weighted.priority.unwrap_or(settings.priority),
                bytes: weighted.payload_bytes.map_or(own_bytes, declared_bytes),
                template,
            });
        }
        if shares.is_empty() {
            shares.push(TypeShare {
                end: u64::MAX,
                event_type: self.type_ix("event"),
                name: None,
                priority: settings.priority,
                bytes: own_bytes,
                template: own_template,
            });
        }
        shares
    }

    /// The number of a type, and its name where facts cannot tell it from others.
    pub(super) fn named_type(&mut self, name: &str) -> (TypeIx, Option<Arc<str>>) {
        let ix = self.type_ix(name);
        (ix, (ix.0 == u8::MAX).then(|| Arc::from(name)))
    }

    /// The number of the template with this text; [`NO_TEMPLATE`] for none.
    fn template(&mut self, text: Option<&str>, kind: TemplateKind) -> u32 {
        let Some(text) = text else { return NO_TEMPLATE };
        let is_known = |known: &Template| known.kind() == kind && known.text() == text;
        if let Some(ix) = self.templates.iter().position(is_known) {
            return ix as u32;
        }
        match Template::compile(text, kind) {
            Ok(template) => {
                self.templates.push(template);
                self.templates.len() as u32 - 1
            }
            Err(error) => {
                // `check` lets no such project run.
                tracing::error!("a template cannot be read: {error}");
                NO_TEMPLATE
            }
        }
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
            let waiting = link.overrides.over(waiting);
            entry.capacity = waiting.capacity;
            let place = self.links[self.slots[element.ix()] as usize].place;
            self.set_rules(place, &waiting);
        }
        self.filter_of[element.ix()] = self.add_filter(element, &link.filter);
    }

    /// Changes the rules of a place.
    pub(super) fn set_rules(&mut self, place: u32, waiting: &Waiting) {
        let events = &self.events;
        let counts_bytes = waiting.capacity_bytes.is_some();
        let sizes: BTreeMap<EventSlot, u64> = match counts_bytes {
            true => {
                let ready = self.places[place as usize].ready().map(|copy| copy.event);
                ready.map(|event| (event, self.bytes_of(event))).collect()
            }
            false => BTreeMap::new(),
        };
        self.places[place as usize].set_rules(waiting, |copy| Measure {
            priority: events.get(copy.event).priority,
            bytes: sizes.get(&copy.event).copied().unwrap_or(0),
        });
        self.arm_expiry(place);
    }

    /// Connects everything anew from the drawing, in the order of the links' ids.
    pub(super) fn wire(&mut self) {
        let project = Arc::clone(&self.project);
        self.outlets.iter_mut().for_each(|outlet| outlet.routes.clear());
        for topic in &mut self.topics {
            topic.subscriptions.clear();
            topic.binds.clear();
            topic.is_filtered = false;
        }
        let mut credits: Vec<Vec<(u32, u32)>> = vec![Vec::new(); self.places.len()];
        for id in project.links.keys() {
            self.wire_link(id, &mut credits);
        }
        for (place, credits) in self.places.iter_mut().zip(&credits) {
            place.set_credits(credits);
        }
        self.wire_dead_letters(&project);
        self.wire_ways();
    }

    fn wire_link(&mut self, id: &LinkId, credits: &mut [Vec<(u32, u32)>]) {
        let Some(&element) = self.index.get(&ElementId::Link(id.clone())) else { return };
        let entry = self.roster.entry(element);
        let (kind, from, to) = (entry.kind, entry.from, entry.to);
        let filter = self.filter_of[element.ix()];
        match kind {
            ElementKind::Publish | ElementKind::Bind => {
                let slot = self.slots[to.ix()];
                let target = match self.roster.entry(to).kind {
                    ElementKind::Topic => Target::Topic(slot),
                    _ => Target::Place(slot),
                };
                let route = Route { link: element, from, target, latency: entry.latency, filter };
                self.wire_route(route);
            }
            ElementKind::Consume | ElementKind::Subscribe => {
                let slot = self.slots[element.ix()];
                let LinkState { place, consumer, .. } = self.links[slot as usize];
                let limit = self.consumers[consumer as usize].credit_limit();
                credits[place as usize].push((slot, limit));
                if kind == ElementKind::Subscribe {
                    let topic = &mut self.topics[self.slots[from.ix()] as usize];
                    topic.subscriptions.push(Blocker { place, filter });
                    topic.is_filtered |= filter != NO_FILTER;
                }
            }
            _ => {}
        }
    }

    fn wire_route(&mut self, mut route: Route) {
        let from = self.slots[route.from.ix()] as usize;
        let outlet = match self.roster.entry(route.from).kind {
            ElementKind::Topic => {
                let topic = &mut self.topics[from];
                topic.is_filtered |= route.filter != NO_FILTER;
                topic.binds.push(route);
                return;
            }
            ElementKind::Producer => self.producers[from].outlet,
            _ => self.consumers[from].outlet,
        };
        // Several publish links carry one publish: none of them chooses.
        route.filter = NO_FILTER;
        self.outlets[outlet as usize].routes.push(route);
    }

    fn wire_dead_letters(&mut self, project: &Project) {
        for place in 0..self.places.len() {
            let element = self.places[place].element;
            let entry = self.roster.entry(element);
            let channel = self.roster.entry(entry.from);
            let ElementId::Node(id) = &channel.id else { continue };
            let kind = project.nodes.get(id).map(|node| &node.kind);
            let Some(NodeKind::Queue(waiting) | NodeKind::Topic(waiting)) = kind else { continue };
            let own = match &entry.id {
                ElementId::Link(link) => {
                    project.links.get(link).and_then(|link| link.overrides.dead_letter.as_ref())
                }
                ElementId::Node(_) => None,
            };
            self.dead_letters[place] = own.or(waiting.dead_letter.as_ref()).and_then(|target| {
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
                for blocker in self.blockers_behind(route.target) {
                    if !blockers.contains(&blocker) {
                        blockers.push(blocker);
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
                topic.subscriptions.iter().map(|s| s.place).chain(bound).collect()
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

/// A size in bytes as events keep it.
fn declared_bytes(bytes: u64) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX).min(AS_ITS_DATA - 1)
}

/// A probability as a share of 2^64; 1 becomes `u64::MAX`.
pub(super) fn share_of_2_64(probability: f64) -> u64 {
    // `as` saturates.
    (probability * 18_446_744_073_709_551_616.0) as u64
}

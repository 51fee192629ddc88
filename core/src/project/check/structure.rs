//! How nodes and links hang together: ends, ways, cycles.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, VecDeque};

use super::{Found, LinkKind, Severity};
use crate::ids::{LinkId, NodeId};
use crate::project::{Consumer, EmitOn, Link, Node, NodeKind, Overflow, Project, Waiting};

/// A node by its place in the order of ids.
pub(super) type Ix = usize;

/// The drawing with numbers for ids; links that cannot be are left out.
pub(super) struct Graph<'a> {
    pub(super) nodes: Vec<(&'a NodeId, &'a Node)>,
    /// The links that leave each node: where to, and what they do.
    pub(super) out: Vec<Vec<(Ix, LinkKind)>>,
    /// The links that reach each node: where from, and what they do.
    pub(super) into: Vec<Vec<(Ix, LinkKind)>>,
    /// The links by their ends.
    links: HashMap<(Ix, Ix), &'a Link>,
    /// The dead-letter targets of each node, those of its subscriptions included.
    dead_letter: Vec<Vec<Ix>>,
}

impl<'a> Graph<'a> {
    pub(super) fn new(project: &'a Project) -> Self {
        let nodes: Vec<_> = project.nodes.iter().collect();
        let numbers: HashMap<&NodeId, Ix> =
            nodes.iter().enumerate().map(|(ix, (id, _))| (*id, ix)).collect();
        let mut out = vec![Vec::new(); nodes.len()];
        let mut into = vec![Vec::new(); nodes.len()];
        let mut links: HashMap<(Ix, Ix), &Link> = HashMap::new();
        for link in project.links.values() {
            let (Some(&from), Some(&to)) = (numbers.get(&link.from), numbers.get(&link.to)) else {
                continue;
            };
            let kind = LinkKind::between(&nodes[from].1.kind, &nodes[to].1.kind);
            if let (Some(kind), Entry::Vacant(free)) = (kind, links.entry((from, to))) {
                free.insert(link);
                out[from].push((to, kind));
                into[to].push((from, kind));
            }
        }
        let dead_letter = nodes
            .iter()
            .enumerate()
            .map(|(ix, (_, node))| {
                let own = waiting(node).and_then(|waiting| waiting.dead_letter.as_ref());
                let subscribed = out[ix].iter().filter(|(_, kind)| *kind == LinkKind::Subscribe);
                let of = |&(to, _): &(Ix, LinkKind)| {
                    links.get(&(ix, to)).and_then(|link| link.overrides.dead_letter.as_ref())
                };
                let targets = own.into_iter().chain(subscribed.filter_map(of));
                let known = targets.filter_map(|target| numbers.get(target).copied());
                known.filter(|&target| nodes[target].1.kind.is_channel()).collect()
            })
            .collect();
        Self { nodes, out, into, links, dead_letter }
    }

    pub(super) fn kind(&self, ix: Ix) -> &'a NodeKind {
        &self.nodes[ix].1.kind
    }

    /// Whether the link from one node to the other may hold events back.
    fn is_filtered(&self, from: Ix, to: Ix) -> bool {
        self.links.get(&(from, to)).is_some_and(|link| !link.filter.is_open())
    }

    /// Which nodes an event may reach that a producer makes, dead letters included.
    fn reached(&self) -> Vec<bool> {
        let mut reached: Vec<bool> =
            self.nodes.iter().map(|(_, n)| matches!(n.kind, NodeKind::Producer(_))).collect();
        let mut work: VecDeque<Ix> = (0..reached.len()).filter(|&ix| reached[ix]).collect();
        while let Some(ix) = work.pop_front() {
            let ways =
                self.out[ix].iter().map(|&(to, _)| to).chain(self.dead_letter[ix].iter().copied());
            for to in ways {
                if !std::mem::replace(&mut reached[to], true) {
                    work.push_back(to);
                }
            }
        }
        reached
    }
}

fn waiting(node: &Node) -> Option<&Waiting> {
    match &node.kind {
        NodeKind::Topic(waiting) | NodeKind::Queue(waiting) => Some(waiting),
        _ => None,
    }
}

pub(super) fn check(project: &Project, graph: &Graph<'_>, found: &mut Found) {
    check_ends(project, found);
    check_ways(graph, found);
}

fn check_ends(project: &Project, found: &mut Found) {
    let mut first: BTreeMap<(&NodeId, &NodeId), &LinkId> = BTreeMap::new();
    for (id, link) in &project.links {
        let ends = [("from", &link.from), ("to", &link.to)];
        let missing: Vec<_> =
            ends.into_iter().filter(|(_, end)| !project.nodes.contains_key(*end)).collect();
        for &(field, end) in &missing {
            let message = format!(
                "The link's {} is {end:?}, which does not exist. Remove the link or choose a node.",
                if field == "from" { "beginning" } else { "end" }
            );
            found.link(Severity::Error, "link_to_nowhere", id, Some(field), message);
        }
        if missing.is_empty() && project.link_kind(id).is_none() {
            let kind = |end| project.nodes.get(end).map_or("node", |node| node.kind.name());
            let message = format!(
                "A {} cannot be linked to a {}. Publish leads from producers and consumers to \
                 topics and queues; topics lead to queues and consumers, queues to consumers.",
                kind(&link.from),
                kind(&link.to)
            );
            found.link(Severity::Error, "cannot_link", id, None, message);
        }
        if let Some(other) = first.get(&(&link.from, &link.to)) {
            let message = format!(
                "The link does the same as {other:?}: both lead from {:?} to {:?}. Remove one.",
                link.from, link.to
            );
            found.link(Severity::Error, "duplicate_link", id, None, message);
        } else {
            first.insert((&link.from, &link.to), id);
        }
    }
}

/// Nodes without the links that would make them work.
fn check_ways(graph: &Graph<'_>, found: &mut Found) {
    if graph.nodes.iter().all(|(_, node)| matches!(node.kind, NodeKind::Note(_))) {
        let message = "The project is empty, so nothing will happen. Add a producer, a queue and a \
                       consumer.";
        found.add(Severity::Warning, "empty_project", None, None, message.to_owned());
        return;
    }
    let reached = graph.reached();
    let mut collects_dead_letters = vec![false; graph.nodes.len()];
    for target in graph.dead_letter.iter().flatten() {
        collects_dead_letters[*target] = true;
    }
    for (ix, (id, node)) in graph.nodes.iter().enumerate() {
        let (no_in, no_out) = (graph.into[ix].is_empty(), graph.out[ix].is_empty());
        let mut warn = |code, message: &str| {
            found.node(Severity::Warning, code, id, None, message.to_owned());
        };
        match node.kind {
            NodeKind::Producer(_) if no_out => warn(
                "producer_without_link",
                "The producer is linked to nothing, so its events go nowhere. Link it to a topic \
                 or queue.",
            ),
            // A queue that gathers dead letters for people to look at is meant to have no consumer.
            NodeKind::Queue(_) if no_out && !(no_in && collects_dead_letters[ix]) => warn(
                "queue_without_consumer",
                "Nobody takes events out of the queue. Link a consumer.",
            ),
            NodeKind::Topic(_) if no_out => warn(
                "topic_without_subscription",
                "Nobody subscribes to the topic, so its events are unrouted. Link a consumer or \
                 queue.",
            ),
            NodeKind::Consumer(_) if no_in => warn(
                "consumer_without_input",
                "The consumer has no input, so it idles. Link a topic or queue to it.",
            ),
            _ => {}
        }
        let lonely_consumer = no_in && matches!(node.kind, NodeKind::Consumer(_));
        if !reached[ix] && !lonely_consumer && !matches!(node.kind, NodeKind::Note(_)) {
            warn(
                "unreachable",
                "No producer's events can come here. Link one that leads here, or publish by hand.",
            );
        }
    }
}

/// How many pairs of publisher and waiting place are looked at: beyond, a drawing is too interwoven
/// for rings and rates to be worth their time.
const BUDGET: usize = 4_000_000;

/// A queue, or one subscription of a topic.
pub(super) struct Place<'a> {
    /// The queue or topic.
    pub(super) channel: Ix,
    pub(super) rules: Cow<'a, Waiting>,
    /// Whose events come here, in ascending order.
    pub(super) publishers: Vec<Ix>,
    /// Those of whose events all come here, in ascending order; of the others a filter may hold some
    /// back.
    pub(super) unfiltered: Vec<Ix>,
    /// Who takes them.
    pub(super) takers: Vec<Ix>,
}

/// The waiting places; none where they are too interwoven to be looked at.
pub(super) fn places<'a>(graph: &Graph<'a>) -> Option<Vec<Place<'a>>> {
    let mut places = Vec::new();
    let mut cost = 0_usize;
    let direct = |ix: Ix| {
        graph.into[ix].iter().filter(|(_, kind)| *kind == LinkKind::Publish).map(|&(from, _)| from)
    };
    for ix in 0..graph.nodes.len() {
        match graph.kind(ix) {
            NodeKind::Queue(rules) => {
                let mut publishers: Vec<Ix> = direct(ix).collect();
                let mut unfiltered = publishers.clone();
                for &(topic, _) in graph.into[ix].iter().filter(|(_, kind)| *kind == LinkKind::Bind)
                {
                    publishers.extend(direct(topic));
                    if !graph.is_filtered(topic, ix) {
                        unfiltered.extend(direct(topic));
                    }
                }
                cost += publishers.len();
                for list in [&mut publishers, &mut unfiltered] {
                    list.sort_unstable();
                    list.dedup();
                }
                let takers = graph.out[ix].iter().map(|&(to, _)| to).collect();
                let rules = Cow::Borrowed(rules);
                places.push(Place { channel: ix, rules, publishers, unfiltered, takers });
            }
            NodeKind::Topic(rules) => {
                for &(to, kind) in &graph.out[ix] {
                    if kind == LinkKind::Subscribe {
                        let mut publishers: Vec<Ix> = direct(ix).collect();
                        publishers.sort_unstable();
                        cost += publishers.len();
                        let filtered = graph.is_filtered(ix, to);
                        let unfiltered = if filtered { Vec::new() } else { publishers.clone() };
                        let rules =
                            graph.links.get(&(ix, to)).map_or(Cow::Borrowed(rules), |link| {
                                Cow::Owned(link.overrides.over(rules))
                            });
                        let takers = vec![to];
                        places.push(Place { channel: ix, rules, publishers, unfiltered, takers });
                    }
                    if cost > BUDGET {
                        return None;
                    }
                }
            }
            _ => {}
        }
        if cost > BUDGET {
            return None;
        }
    }
    Some(places)
}

/// Whether a node publishes at all: a consumer may have rules of which none ever applies.
fn publishes(kind: &NodeKind) -> bool {
    let applies = |consumer: &Consumer, on: EmitOn| match on {
        EmitOn::Success => consumer.failure_probability < 1.0,
        EmitOn::Failure | EmitOn::GivenUp => consumer.failure_probability > 0.0,
    };
    match kind {
        NodeKind::Consumer(consumer) => {
            let mut rules = consumer.emissions.iter();
            consumer.emissions.is_empty()
                || rules.any(|e| e.probability > 0.0 && e.count > 0 && applies(consumer, e.on))
        }
        _ => true,
    }
}

/// Consumers that may wait for each other for ever: each publishes into a full place that only the
/// others empty. A place of which one consumer is outside of the ring is emptied after all
/// (semantics §0, deadlock), so consumers are taken out until nothing changes.
pub(super) fn check_rings(graph: &Graph<'_>, places: &[Place<'_>], found: &mut Found) {
    // Places that nobody empties have a warning of their own.
    let blocking: Vec<&Place<'_>> = places
        .iter()
        .filter(|p| p.rules.overflow == Overflow::Block)
        .filter(|p| p.rules.capacity.is_some() || p.rules.capacity_bytes.is_some())
        .filter(|p| !p.takers.is_empty())
        .collect();
    let n = graph.nodes.len();
    let (mut waits, mut takes) = (vec![Vec::new(); n], vec![Vec::new(); n]);
    for (number, place) in blocking.iter().enumerate() {
        place.publishers.iter().for_each(|&ix| waits[ix].push(number));
        place.takers.iter().for_each(|&ix| takes[ix].push(number));
    }
    let mut in_ring: Vec<bool> = (0..n)
        .map(|ix| !waits[ix].is_empty() && !takes[ix].is_empty() && publishes(graph.kind(ix)))
        .collect();
    let count = |of: &[Ix], inside: bool| of.iter().filter(|&&ix| in_ring[ix] == inside).count();
    let mut takers_outside: Vec<usize> = blocking.iter().map(|p| count(&p.takers, false)).collect();
    let mut waiters_inside: Vec<usize> =
        blocking.iter().map(|p| count(&p.publishers, true)).collect();
    let mut work: VecDeque<Ix> = (0..n).filter(|&ix| in_ring[ix]).collect();
    while let Some(ix) = work.pop_front() {
        let stuck = waits[ix].iter().any(|&place| takers_outside[place] == 0);
        let waited_for = takes[ix].iter().any(|&place| waiters_inside[place] > 0);
        if !in_ring[ix] || (stuck && waited_for) {
            continue;
        }
        in_ring[ix] = false;
        for &place in &takes[ix] {
            takers_outside[place] += 1;
            if takers_outside[place] == 1 {
                work.extend(&blocking[place].publishers);
            }
        }
        for &place in &waits[ix] {
            waiters_inside[place] -= 1;
            if waiters_inside[place] == 0 {
                work.extend(&blocking[place].takers);
            }
        }
    }
    for (ix, (id, _)) in graph.nodes.iter().enumerate() {
        if in_ring[ix] {
            let message = "The consumer publishes into a channel that blocks when full and that \
                           leads back to it, so the ring can come to a standstill. Give the \
                           channel no capacity limit, or another overflow rule.";
            found.node(Severity::Warning, "blocking_cycle", id, None, message.to_owned());
        }
    }
}

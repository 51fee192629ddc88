//! Drawings for the canvas' tests.

use std::sync::Arc;

use eventloom_core::fact::{ElementIx, ElementKind, EventId, Roster, RosterEntry, TypeIx};
use eventloom_core::ids::{ElementId, NodeId};
use eventloom_core::live::{Dot, DotShape, ElementView, FlowLink, RunState, Speed, View};
use eventloom_core::project::{
    Consumer, Link, LinkKind, Node, NodeKind, Note, Point, Producer, Project, Waiting,
};
use eventloom_core::time::{SimSpan, SimTime};

fn node(name: &str, x: f32, y: f32, kind: NodeKind) -> Node {
    Node { name: name.to_owned(), at: Point(x, y), kind }
}

/// The shop of the design's pictures: two producers, a topic, three queues, three consumers, a
/// queue for dead letters and a note.
pub(super) fn orders() -> Project {
    let mut project = Project { name: "orders".to_owned(), ..Project::default() };
    let producer = |x, y, name: &str| node(name, x, y, NodeKind::Producer(Producer::default()));
    let nodes = &mut project.nodes;
    nodes.insert("web-shop".into(), producer(0.0, 100.0, "Web shop"));
    nodes.insert("back-office".into(), producer(0.0, 212.0, "Back office"));
    nodes.insert("orders".into(), node("", 256.0, 100.0, NodeKind::Topic(Waiting::default())));
    for (row, name) in ["email", "stock", "payment"].into_iter().enumerate() {
        let y = 96.0 * row as f32;
        let dead_letter = (name == "payment").then(|| "payment-dlq".into());
        let waiting = Waiting { capacity: Some(80), dead_letter, ..Waiting::default() };
        nodes.insert(name.into(), node("", 520.0, y, NodeKind::Queue(waiting)));
        let consumer = Consumer { concurrency: 2 + row as u32, ..Consumer::default() };
        let service = node("", 832.0, y, NodeKind::Consumer(consumer));
        nodes.insert(format!("{name}-service").as_str().into(), service);
    }
    let queue = NodeKind::Queue(Waiting::default());
    nodes.insert("payment-dlq".into(), node("payment.dlq", 520.0, 312.0, queue));
    let text = "Each queue gets its own copy.".to_owned();
    let note = NodeKind::Note(Note { text, size: Point(200.0, 72.0) });
    nodes.insert("note".into(), node("One order, three copies", 232.0, -16.0, note));
    let links = &mut project.links;
    let mut link = |id: &str, from: &str, to: &str| {
        let link = Link::new(from, to);
        links.insert(id.into(), link);
    };
    link("shop", "web-shop", "orders");
    link("office", "back-office", "orders");
    for name in ["email", "stock", "payment"] {
        link(&format!("{name}-copy"), "orders", name);
        link(&format!("{name}-work"), name, &format!("{name}-service"));
    }
    project
}

/// A moment of a run of [`orders`], with the figures of the design's picture.
pub(super) fn running(project: &Project) -> View {
    let mut entries = Vec::new();
    let mut elements = Vec::new();
    for (id, node) in &project.nodes {
        let ix = ElementIx(entries.len() as u32);
        let (kind, element) = node_figures(id.as_str(), &node.kind);
        entries.push(entry(ElementId::Node(id.clone()), kind, ix, ix));
        elements.push(element);
    }
    for (id, link) in &project.links {
        let place = |id: &NodeId| project.nodes.keys().position(|other| other == id);
        let ix = |id: &NodeId| ElementIx(place(id).expect("the sample is whole") as u32);
        let kind = match project.link_kind(id).expect("the sample is whole") {
            LinkKind::Publish => ElementKind::Publish,
            LinkKind::Bind => ElementKind::Bind,
            LinkKind::Subscribe => ElementKind::Subscribe,
            LinkKind::Consume => ElementKind::Consume,
        };
        entries.push(entry(ElementId::Link(id.clone()), kind, ix(&link.from), ix(&link.to)));
        elements.push(ElementView { rate_per_s: 29.3, ..ElementView::default() });
    }
    let roster = Roster { entries, types: vec!["order.created".into(), "order.cancelled".into()] };
    let flow = flow(&roster);
    View {
        at: SimTime(64_318_000_000),
        front: SimTime(64_318_000_000),
        live: true,
        state: RunState::Running,
        speed: Speed::Times(0.25),
        seed: 42,
        lag: SimSpan::ZERO,
        facts: 32_109,
        events: 2_406,
        roster: Arc::new(roster),
        elements,
        flow,
        tail: None,
        series: Arc::default(),
        density: Arc::default(),
        density_width: SimSpan::from_secs(1),
        edits: Arc::default(),
        refusals: Vec::new(),
        project: Arc::new(project.clone()),
    }
}

fn entry(id: ElementId, kind: ElementKind, from: ElementIx, to: ElementIx) -> RosterEntry {
    RosterEntry {
        id,
        kind,
        from,
        to,
        latency: SimSpan::ZERO,
        servers: 0,
        acks_before: false,
        capacity: None,
        removed_at: None,
    }
}

fn node_figures(id: &str, kind: &NodeKind) -> (ElementKind, ElementView) {
    let mut element = ElementView::default();
    let kind = match kind {
        NodeKind::Producer(_) => {
            element.rate_per_s = 37.5;
            ElementKind::Producer
        }
        NodeKind::Topic(_) => {
            element.rate_per_s = 39.5;
            ElementKind::Topic
        }
        NodeKind::Queue(_) => {
            let (ready, wait, lost) = match id {
                "email" => (5, 0.11, 0),
                "stock" => (53, 1.47, 0),
                "payment" => (73, 2.73, 45),
                _ => (3, 4.0, 0),
            };
            element.ready = ready;
            element.wait_mean_s = Some(wait);
            element.lost = lost;
            element.dead_lettered = if id == "payment" { 3 } else { 0 };
            ElementKind::Queue
        }
        NodeKind::Consumer(_) => {
            element.rate_per_s = 29.3;
            element.utilisation = Some(if id == "payment-service" { 1.0 } else { 0.84 });
            element.servers = vec![Some(0.2), Some(0.9), None, Some(0.5)];
            ElementKind::Consumer
        }
        NodeKind::Note(_) => ElementKind::Note,
    };
    (kind, element)
}

/// Dots on every link, a redelivered one, streaks on one, and a dead letter.
fn flow(roster: &Roster) -> Vec<FlowLink> {
    let mut flow = Vec::new();
    for (ix, entry) in roster.iter() {
        let dead_letter = matches!(&entry.id, ElementId::Node(id) if id.as_str() == "payment");
        if !entry.kind.is_link() && !dead_letter {
            continue;
        }
        let dot = |position: f32, event_type, shape| Dot {
            event: EventId(u64::from(ix.0)),
            event_type: TypeIx(event_type),
            position,
            shape,
        };
        let mut dots = vec![
            dot(0.2, 0, DotShape::Normal),
            dot(0.5, 1, DotShape::Redelivered),
            dot(0.8, 0, DotShape::Normal),
        ];
        let mut streaks = Vec::new();
        if dead_letter {
            dots = vec![dot(0.4, 0, DotShape::DeadLettered)];
        } else if entry.id.as_str() == "email-work" {
            dots.clear();
            streaks = (0..5).map(|n| (0.1 + 0.2 * n as f32, TypeIx(0), 3)).collect();
        }
        let per_wall_s = if streaks.is_empty() { 12.0 } else { 90.0 };
        flow.push(FlowLink {
            link: ix,
            dead_letter,
            per_wall_s,
            dots,
            streaks,
            thinned_from: None,
        });
    }
    flow
}

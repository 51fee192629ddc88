//! Settings one by one: ids, numbers, dead-letter targets.

use super::{Found, MAX_ELEMENTS, Severity};
use crate::ids::{ElementId, LinkId, MAX_ID_BYTES, NodeId, is_valid_id};
use crate::project::{Arrivals, Consumer, Link, Node, NodeKind, Point, Producer, Project, Waiting};

/// The largest rate, in events per second: one a nanosecond.
const MAX_RATE_PER_S: f64 = 1e9;
/// The longest service or latency, in seconds: 31 years.
const MAX_SPAN_S: f64 = 1e9;
/// The largest weight of an event type.
const MAX_WEIGHT: f64 = 1e12;
/// The most servers of one consumer.
const MAX_CONCURRENCY: u32 = 1_000_000;
/// How far from the canvas' origin a node may lie, in points.
const MAX_PLACE: f64 = 1e7;

pub(super) fn check(project: &Project, found: &mut Found) {
    let elements = project.nodes.len() + project.links.len();
    if elements > MAX_ELEMENTS {
        let message = format!(
            "The project has {elements} nodes and links; a run can tell {MAX_ELEMENTS} apart. \
             Split it."
        );
        found.add(Severity::Error, "too_many_elements", None, None, message);
    }
    for (id, node) in &project.nodes {
        check_id(&ElementId::Node(id.clone()), found);
        check_node(project, id, node, found);
    }
    for (id, link) in &project.links {
        check_id(&ElementId::Link(id.clone()), found);
        check_link(id, link, found);
    }
}

fn check_id(id: &ElementId, found: &mut Found) {
    if !is_valid_id(id.as_str()) {
        let message = format!(
            "The id {:?} cannot be used. Take 1 to {MAX_ID_BYTES} of the characters a–z, A–Z, 0–9, \
             _ and -.",
            id.as_str()
        );
        found.add(Severity::Error, "invalid_id", Some(id.clone()), None, message);
    }
}

fn check_node(project: &Project, id: &NodeId, node: &Node, found: &mut Found) {
    let mut at = At { id: ElementId::Node(id.clone()), found };
    at.place("at", "position", node.at, -MAX_PLACE);
    match &node.kind {
        NodeKind::Producer(producer) => check_producer(producer, &mut at),
        NodeKind::Topic(waiting) | NodeKind::Queue(waiting) => {
            check_waiting(project, id, waiting, &mut at);
        }
        NodeKind::Consumer(consumer) => check_consumer(consumer, &mut at),
        NodeKind::Note(note) => at.place("size", "size", note.size, 0.0),
    }
}

fn check_link(id: &LinkId, link: &Link, found: &mut Found) {
    let mut at = At { id: ElementId::Link(id.clone()), found };
    at.number("latency_s", "latency", link.latency_s, MAX_SPAN_S, "s");
}

fn check_producer(producer: &Producer, at: &mut At<'_>) {
    match &producer.arrivals {
        Arrivals::Constant { rate_per_s } | Arrivals::Poisson { rate_per_s } => {
            at.number("arrivals.rate_per_s", "rate", *rate_per_s, MAX_RATE_PER_S, "events/s");
        }
        Arrivals::Recorded(recording) if recording.file.is_empty() => at.error(
            "no_file",
            "arrivals.file",
            "The recorded log has no file. Name the file to play.".to_owned(),
        ),
        _ => {}
    }
    for (index, weighted) in producer.types.iter().enumerate() {
        at.number(&format!("types.{index}.weight"), "weight", weighted.weight, MAX_WEIGHT, "");
        if weighted.name.is_empty() {
            at.error(
                "type_without_name",
                &format!("types.{index}.name"),
                "An event type has no name. Give it one, such as order.created.".to_owned(),
            );
        }
    }
    if !producer.types.is_empty() && producer.types.iter().all(|t| t.weight <= 0.0) {
        let message = "No event type has a weight above 0, so none can be chosen. Give one of them \
                       a weight.";
        at.error("no_weight", "types", message.to_owned());
    }
}

fn check_waiting(project: &Project, id: &NodeId, waiting: &Waiting, at: &mut At<'_>) {
    if waiting.delivery_limit == Some(0) {
        at.at_least_one("zero_delivery_limit", "delivery_limit", "delivery limit");
    }
    match &waiting.dead_letter {
        Some(target) if target == id => at.error(
            "dead_letter_to_itself",
            "dead_letter",
            "Dead letters would come back to where they died. Choose another topic or queue."
                .to_owned(),
        ),
        Some(target) => match project.nodes.get(target) {
            None => at.error(
                "dead_letter_missing",
                "dead_letter",
                format!(
                    "Dead letters go to {target:?}, which does not exist. Choose a topic or queue."
                ),
            ),
            Some(node) if !node.kind.is_channel() => at.error(
                "dead_letter_no_channel",
                "dead_letter",
                format!(
                    "Dead letters go to {target:?}, which is a {}. Choose a topic or queue.",
                    node.kind.name()
                ),
            ),
            Some(_) => {}
        },
        None => {
            if waiting.delivery_limit.is_some_and(|limit| limit > 0) {
                let message = "Events beyond the delivery limit are lost, because dead letters \
                               have no target. Choose a topic or queue for them.";
                let field = Some("dead_letter");
                let code = "delivery_limit_without_dead_letter";
                at.found.node(Severity::Warning, code, id, field, message.to_owned());
            }
        }
    }
}

fn check_consumer(consumer: &Consumer, at: &mut At<'_>) {
    let mean_s = consumer.service.mean_s();
    at.number("service.mean_s", "service time", mean_s, MAX_SPAN_S, "s");
    if consumer.concurrency == 0 {
        at.at_least_one("zero_concurrency", "concurrency", "concurrency");
    } else if consumer.concurrency > MAX_CONCURRENCY {
        let message = format!(
            "The concurrency is at most {MAX_CONCURRENCY}. It was {}.",
            consumer.concurrency
        );
        at.error("out_of_range", "concurrency", message);
    }
    if consumer.prefetch == Some(0) {
        at.at_least_one("zero_prefetch", "prefetch", "prefetch");
    }
    let probability = consumer.failure_probability;
    if !(0.0..=1.0).contains(&probability) {
        at.error(
            "probability_out_of_range",
            "failure_probability",
            format!("The failure probability lies between 0 and 1. It was {probability}."),
        );
    }
}

/// The element whose settings are looked at.
struct At<'a> {
    id: ElementId,
    found: &'a mut Found,
}

impl At<'_> {
    fn error(&mut self, code: &'static str, field: &str, message: String) {
        self.found.add(Severity::Error, code, Some(self.id.clone()), Some(field), message);
    }

    fn at_least_one(&mut self, code: &'static str, field: &str, what: &str) {
        self.error(code, field, format!("The {what} is at least 1. It was 0."));
    }

    /// Finite, from 0 to `max`.
    fn number(&mut self, field: &str, what: &str, value: f64, max: f64, unit: &str) {
        let space = if unit.is_empty() { "" } else { " " };
        if !value.is_finite() {
            self.error(
                "not_finite",
                field,
                format!("The {what} is a finite number. It was {value}."),
            );
        } else if value < 0.0 {
            let message = format!("The {what} is at least 0. It was {value}{space}{unit}.");
            self.error("negative", field, message);
        } else if value > max {
            let message = format!(
                "The {what} is at most {max:e}{space}{unit}. It was {value:e}{space}{unit}."
            );
            self.error("out_of_range", field, message);
        }
    }

    fn place(&mut self, field: &str, what: &str, Point(x, y): Point, min: f64) {
        for value in [f64::from(x), f64::from(y)] {
            if !value.is_finite() {
                let message = format!("The {what} needs two finite numbers. One was {value}.");
                self.error("not_finite", field, message);
            } else if !(min..=MAX_PLACE).contains(&value) {
                let message = format!(
                    "The {what} lies between {min} and {MAX_PLACE} points. It was {value}."
                );
                self.error("out_of_range", field, message);
            } else {
                continue;
            }
            return;
        }
    }
}

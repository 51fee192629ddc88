//! Settings one by one: ids, places, those of channels and links, and how they are looked at.

use super::{Found, MAX_ELEMENTS, Severity, consumers, producers};
use crate::ids::{ElementId, LinkId, MAX_ID_BYTES, NodeId, is_valid_id};
use crate::project::{Filter, Link, LinkKind, Node, NodeKind, Overrides, Point, Project, Waiting};

/// The longest service or latency, in seconds: 31 years.
pub(super) const MAX_SPAN_S: f64 = 1e9;
/// The largest weight.
pub(super) const MAX_WEIGHT: f64 = 1e12;
/// The most event types that a producer or a filter names.
pub(super) const MAX_TYPES: usize = 10_000;
/// The largest event, in bytes: 1 TB.
const MAX_PAYLOAD: u64 = 1_000_000_000_000;
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
        check_link(project, id, link, found);
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
        NodeKind::Producer(producer) => producers::check(producer, &mut at),
        NodeKind::Topic(waiting) | NodeKind::Queue(waiting) => {
            check_waiting(project, id, waiting, &mut at);
        }
        NodeKind::Consumer(consumer) => consumers::check(consumer, &mut at),
        NodeKind::Note(note) => at.place("size", "size", note.size, 0.0),
    }
}

fn check_link(project: &Project, id: &LinkId, link: &Link, found: &mut Found) {
    let mut at = At { id: ElementId::Link(id.clone()), found };
    at.number("latency_s", "latency", link.latency_s, MAX_SPAN_S, "s");
    let kind = project.link_kind(id);
    check_filter("filter", &link.filter, &mut at);
    if !link.filter.is_open() && matches!(kind, Some(LinkKind::Publish | LinkKind::Consume)) {
        let message = "The filter has no effect here: only the links of a topic to queues and \
                       consumers let events through by a filter. Move it there.";
        at.warn("filter_without_effect", "filter", message);
    }
    let overrides = &link.overrides;
    if *overrides == Overrides::default() {
        return;
    }
    if kind.is_some_and(|kind| kind != LinkKind::Subscribe) {
        let message = "The overrides have no effect here: only a link of a topic to a consumer has \
                       a waiting place of its own. Set these rules at the channel.";
        at.warn("overrides_without_effect", "overrides", message);
    }
    at.optional("overrides.ttl_s", "time to live", overrides.ttl_s, "s");
    if overrides.delivery_limit == Some(0) {
        at.at_least_one("zero_delivery_limit", "overrides.delivery_limit", "delivery limit");
    }
    let field = "overrides.dead_letter";
    if let Some(target) = &overrides.dead_letter {
        check_target(project, &link.from, target, field, &mut at);
    } else if let (Some(1..), Some(NodeKind::Topic(topic))) =
        (overrides.delivery_limit, project.nodes.get(&link.from).map(|node| &node.kind))
        && topic.dead_letter.is_none()
        && topic.delivery_limit.is_none()
    {
        at.warn("delivery_limit_without_dead_letter", field, LIMITED_WITHOUT_TARGET);
    }
}

const LIMITED_WITHOUT_TARGET: &str = "Events beyond the delivery limit are lost, because dead \
     letters have no target. Choose a topic or queue for them.";

fn check_waiting(project: &Project, id: &NodeId, waiting: &Waiting, at: &mut At<'_>) {
    at.optional("ttl_s", "time to live", waiting.ttl_s, "s");
    if waiting.priorities == 0 {
        at.at_least_one("zero_priorities", "priorities", "number of priorities");
    }
    if waiting.delivery_limit == Some(0) {
        at.at_least_one("zero_delivery_limit", "delivery_limit", "delivery limit");
    }
    if let Some(target) = &waiting.dead_letter {
        check_target(project, id, target, "dead_letter", at);
    } else if waiting.delivery_limit.is_some_and(|limit| limit > 0) {
        at.warn("delivery_limit_without_dead_letter", "dead_letter", LIMITED_WITHOUT_TARGET);
    }
}

/// Where the dead letters of the channel `own` go.
fn check_target(project: &Project, own: &NodeId, target: &NodeId, field: &str, at: &mut At<'_>) {
    if target == own {
        let message = "Dead letters would come back to where they died. Choose another topic or \
                       queue.";
        at.error("dead_letter_to_itself", field, message.to_owned());
        return;
    }
    match project.nodes.get(target) {
        None => at.error(
            "dead_letter_missing",
            field,
            format!(
                "Dead letters go to {target:?}, which does not exist. Choose a topic or queue."
            ),
        ),
        Some(node) if !node.kind.is_channel() => at.error(
            "dead_letter_no_channel",
            field,
            format!(
                "Dead letters go to {target:?}, which is a {}. Choose a topic or queue.",
                node.kind.name()
            ),
        ),
        Some(_) => {}
    }
}

/// The event types of a filter; its condition is looked at with the other expressions.
pub(super) fn check_filter(field: &str, filter: &Filter, at: &mut At<'_>) {
    at.length(&format!("{field}.types"), "event types", filter.types.len(), MAX_TYPES);
    for (index, name) in filter.types.iter().enumerate() {
        if name.is_empty() {
            at.nameless(&format!("{field}.types.{index}"));
        }
    }
}

/// The element whose settings are looked at.
pub(super) struct At<'a> {
    id: ElementId,
    found: &'a mut Found,
}

impl At<'_> {
    pub(super) fn error(&mut self, code: &'static str, field: &str, message: String) {
        self.found.add(Severity::Error, code, Some(self.id.clone()), Some(field), message);
    }

    pub(super) fn at_least_one(&mut self, code: &'static str, field: &str, what: &str) {
        self.error(code, field, format!("The {what} is at least 1. It was 0."));
    }

    /// Finite, from 0 to `max`.
    pub(super) fn number(&mut self, field: &str, what: &str, value: f64, max: f64, unit: &str) {
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

    /// Finite, above 0, up to `max`.
    pub(super) fn positive(&mut self, field: &str, what: &str, value: f64, max: f64, unit: &str) {
        if value == 0.0 {
            let message = format!("The {what} is more than 0. It was 0.");
            self.error("not_positive", field, message);
        } else {
            self.number(field, what, value, max, unit);
        }
    }

    /// A number from `min` to `max`.
    pub(super) fn between(&mut self, field: &str, what: &str, value: f64, (min, max): (f64, f64)) {
        if !value.is_finite() {
            self.number(field, what, value, max, "");
        } else if !(min..=max).contains(&value) {
            let message = format!("The {what} lies between {min} and {max}. It was {value}.");
            self.error("out_of_range", field, message);
        }
    }

    /// A count from 1 to `max`.
    pub(super) fn count(&mut self, field: &str, what: &str, value: u32, max: u32) {
        self.between(field, what, f64::from(value), (1.0, f64::from(max)));
    }

    /// A probability or a share.
    pub(super) fn probability(&mut self, field: &str, what: &str, value: f64) {
        if !(0.0..=1.0).contains(&value) {
            let message = format!("The {what} lies between 0 and 1. It was {value}.");
            self.error("probability_out_of_range", field, message);
        }
    }

    /// A span in seconds, where there is one.
    pub(super) fn optional(&mut self, field: &str, what: &str, value: Option<f64>, unit: &str) {
        if let Some(value) = value {
            self.number(field, what, value, MAX_SPAN_S, unit);
        }
    }

    /// The size of an event, where it is given.
    pub(super) fn payload(&mut self, field: &str, bytes: Option<u64>) {
        if let Some(bytes) = bytes.filter(|bytes| *bytes > MAX_PAYLOAD) {
            let message = format!("An event has at most {MAX_PAYLOAD} bytes. It was {bytes}.");
            self.error("out_of_range", field, message);
        }
    }

    /// Weights of which one has to be above 0; each has its place by `field_of`.
    pub(super) fn weights(
        &mut self,
        list: &str,
        weights: &[f64],
        field_of: impl Fn(usize) -> String,
    ) {
        for (index, &weight) in weights.iter().enumerate() {
            self.number(&field_of(index), "weight", weight, MAX_WEIGHT, "");
        }
        if !weights.is_empty() && weights.iter().all(|weight| *weight <= 0.0) {
            let message = "No weight is above 0, so none of them can be chosen. Give one of them \
                           a weight.";
            self.error("no_weight", list, message.to_owned());
        }
    }

    /// A list that may have so many entries.
    pub(super) fn length(&mut self, field: &str, what: &str, length: usize, max: usize) {
        if length > max {
            let message = format!("There are at most {max} {what}. There were {length}.");
            self.error("too_many", field, message);
        }
    }

    /// A list that has an entry, and may have so many.
    pub(super) fn filled(&mut self, field: &str, what: &str, length: usize, max: usize) {
        if length == 0 {
            let message = format!("There are no {what}. Add at least one.");
            self.error("empty_list", field, message);
        }
        self.length(field, what, length, max);
    }

    pub(super) fn nameless(&mut self, field: &str) {
        let message = "An event type has no name. Give it one, such as order.created.";
        self.error("type_without_name", field, message.to_owned());
    }

    pub(super) fn warn(&mut self, code: &'static str, field: &str, message: &str) {
        let id = Some(self.id.clone());
        self.found.add(Severity::Warning, code, id, Some(field), message.to_owned());
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

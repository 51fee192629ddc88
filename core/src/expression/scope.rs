//! What an expression can ask about: the event, the event that triggered it, and their data.

use cel::common::types::{CelDouble, CelInt, CelNull, CelString};
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;

use super::functions::Pattern;
use super::value::from_json;
use crate::fact::EventId;
use crate::time::SimTime;

/// The key of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subject<'a> {
    /// It has none.
    #[default]
    None,
    /// The key drawn for it, from 1; expressions see it as `k1`, `k2`, ….
    Drawn(u32),
    /// The key that it was given.
    Given(&'a str),
}

/// An event as expressions see it. It only borrows; texts are made of it where an expression asks.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// `event.id`, a text.
    pub id: EventId,
    /// `event.type`.
    pub event_type: &'a str,
    /// `event.source`: the id of the node that published it.
    pub source: &'a str,
    /// `event.subject`; null where it has no key.
    pub subject: Subject<'a>,
    /// `event.time`: when it was due, in seconds since the run's start, a double.
    pub time: SimTime,
    /// `event.correlationid`, a text.
    pub correlation: EventId,
    /// `event.causationid`, a text; null where nothing caused it.
    pub causation: Option<EventId>,
    /// `event.priority`.
    pub priority: u8,
    /// `event.deliveries`: how often it was delivered, the current delivery included; null where
    /// that is not known, as on a link into a topic.
    pub deliveries: Option<u32>,
    /// `data`, or `trigger.data`; null where it has none. Left out where nothing reads it.
    pub data: Option<&'a serde_json::Value>,
}

/// What the expressions of a template can ask about.
#[derive(Clone, Copy, Debug)]
pub struct TemplateScope<'a> {
    /// The event whose data are made.
    pub event: Scope<'a>,
    /// The consumed event, in an emission.
    pub trigger: Option<Scope<'a>>,
}

/// The attributes of an event, in the order in which errors name them.
pub(super) const ATTRIBUTES: [&str; 9] = [
    "id",
    "type",
    "source",
    "subject",
    "time",
    "correlationid",
    "causationid",
    "priority",
    "deliveries",
];

/// Which of them an event has while its data are made.
pub(super) const OWN_ATTRIBUTES: [&str; 6] =
    ["id", "type", "source", "subject", "time", "priority"];

type Boxed<'v> = Box<dyn Val + 'v>;

impl<'a> Scope<'a> {
    fn attribute(&self, name: &str) -> Option<Boxed<'a>> {
        Some(match name {
            "id" => id_text(Some(self.id)),
            "type" => Box::new(CelString::from(self.event_type)),
            "source" => Box::new(CelString::from(self.source)),
            "subject" => match self.subject {
                Subject::None => Box::new(CelNull),
                Subject::Drawn(number) => Box::new(CelString::from(format!("k{number}"))),
                Subject::Given(key) => Box::new(CelString::from(key)),
            },
            "time" => Box::new(CelDouble::from(self.time.as_secs_f64())),
            "correlationid" => id_text(Some(self.correlation)),
            "causationid" => id_text(self.causation),
            "priority" => Box::new(CelInt::from(i64::from(self.priority))),
            "deliveries" => match self.deliveries {
                Some(number) => Box::new(CelInt::from(i64::from(number))),
                None => Box::new(CelNull),
            },
            "data" => self.data.map_or_else(|| Box::new(CelNull) as Boxed<'a>, from_json),
            _ => return None,
        })
    }
}

fn id_text<'v>(id: Option<EventId>) -> Boxed<'v> {
    match id.filter(|id| *id != EventId::NONE) {
        Some(id) => Box::new(CelString::from(id.0.to_string())),
        None => Box::new(CelNull),
    }
}

/// Answers the names that an expression asks for, as `rewrite` left them.
pub(super) struct Names<'s> {
    /// Whose attributes and, in a condition, whose data.
    pub(super) event: &'s Scope<'s>,
    /// The consumed event.
    pub(super) trigger: Option<&'s Scope<'s>>,
    /// The expression's patterns.
    pub(super) patterns: &'s [Pattern],
}

impl VariableResolver for Names<'_> {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        if let Some(attribute) = name.strip_prefix("event.") {
            return self.event.attribute(attribute).map(CowVal::Owned);
        }
        if let Some(attribute) = name.strip_prefix("trigger.") {
            return match self.trigger {
                Some(trigger) => trigger.attribute(attribute).map(CowVal::Owned),
                None => Some(CowVal::owned(CelNull)),
            };
        }
        if name == "data" {
            return self.event.attribute("data").map(CowVal::Owned);
        }
        let number: usize = name.strip_prefix("@pattern")?.parse().ok()?;
        self.patterns.get(number).map(|pattern| CowVal::Borrowed(pattern as &dyn Val))
    }
}

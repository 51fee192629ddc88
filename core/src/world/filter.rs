//! Which events a subscription, a bind link or a rule of emission is about.

use serde::{Deserialize, Serialize};

use super::World;
use super::tables::NO_FILTER;
use crate::bus::EventSlot;
use crate::expression::Condition;
use crate::fact::{ElementIx, Fact, FactKind, Sink};
use crate::project::Filter;

/// A filter that lets not everything through.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct EventFilter {
    /// Whose it is: a link or a consumer.
    element: ElementIx,
    #[serde(with = "stored_types")]
    types: Filter,
    condition: Option<Condition>,
    /// What is known of the first 255 types: bit 2n tells that it is known, bit 2n + 1 what.
    known: [u64; 8],
}

/// A filter's types in stored form. Project files leave out what a filter has not; a stored world
/// must not, because its form has no names of fields.
mod stored_types {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Filter;

    pub(super) fn serialize<S: Serializer>(filter: &Filter, to: S) -> Result<S::Ok, S::Error> {
        filter.types.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Filter, D::Error> {
        Ok(Filter { types: Vec::deserialize(from)?, condition: None })
    }
}

impl EventFilter {
    pub(super) fn new(element: ElementIx, filter: &Filter) -> Self {
        let condition = filter.condition.as_deref().and_then(|text| {
            // `check` lets no project run with a condition that cannot be read.
            Condition::compile(text)
                .inspect_err(|error| tracing::error!("a condition cannot be read: {error}"))
                .ok()
        });
        let types = Filter { types: filter.types.clone(), condition: None };
        Self { element, types, condition, known: [0; 8] }
    }

    fn takes_type(&mut self, ix: u8, name: &str) -> bool {
        if ix == u8::MAX {
            return self.types.takes_type(name);
        }
        let (word, bit) = (usize::from(ix) / 32, u32::from(ix) % 32 * 2);
        if self.known[word] >> bit & 1 == 0 {
            let takes = self.types.takes_type(name);
            self.known[word] |= (1 | u64::from(takes) << 1) << bit;
        }
        self.known[word] >> bit & 2 != 0
    }
}

impl World {
    /// Whether an event passes a filter. A condition that cannot be worked out is not met, and a
    /// fact tells of it.
    #[inline]
    pub(super) fn passes<S: Sink>(&mut self, filter: u32, event: EventSlot, sink: &mut S) -> bool {
        if filter == NO_FILTER {
            return true;
        }
        let (passes, failed) = self.try_filter(filter, event);
        if failed {
            let element = self.filters[filter as usize].element;
            sink.fact(self.fact(FactKind::ExpressionFailed, event, element, element));
        }
        passes
    }

    /// As [`World::passes`], for those who ask beforehand: nothing is told.
    pub(super) fn would_pass(&mut self, filter: u32, event: EventSlot) -> bool {
        filter == NO_FILTER || self.try_filter(filter, event).0
    }

    /// Whether the event passes, and whether that could not be worked out.
    fn try_filter(&mut self, filter: u32, event: EventSlot) -> (bool, bool) {
        let ix = self.events.get(event).event_type.0;
        let name = self.type_name(event);
        let filter = &mut self.filters[filter as usize];
        if !filter.takes_type(ix, &name) {
            return (false, false);
        }
        let Some(condition) = filter.condition.clone() else { return (true, false) };
        match condition.holds(&self.facet(event, condition.reads_data()).scope()) {
            Ok(holds) => (holds, false),
            Err(error) => {
                tracing::debug!("a condition could not be worked out: {error}");
                (false, true)
            }
        }
    }

    /// A fact about a node, and about no event.
    pub(super) fn node_fact(&self, kind: FactKind, at: ElementIx) -> Fact {
        use crate::fact::{EventId, TypeIx};
        Fact::new(self.now, kind, EventId::NONE, TypeIx(0), at, at)
    }
}

//! What an event carries: its type by name, its key, its data and its size. Data that a template
//! makes is made when somebody reads it.

use std::sync::Arc;

use serde_json::Value;

use super::World;
use crate::bus::{AS_ITS_DATA, EventRecord, EventSlot, GivenData, NO_TEMPLATE, OWN_KEY};
use crate::expression::{Scope, Subject, Template, TemplateScope};
use crate::fact::EventId;

/// An event as expressions see it, with what they borrow of it.
pub(super) struct Facet {
    record: EventRecord,
    type_name: Arc<str>,
    source: Arc<str>,
    /// The key, where it is not drawn.
    key: Option<Arc<str>>,
    data: Option<Value>,
    deliveries: Option<u32>,
}

impl Facet {
    /// With how often it was delivered, this time included.
    pub(super) fn delivered(mut self, deliveries: u32) -> Self {
        self.deliveries = Some(deliveries);
        self
    }

    pub(super) fn scope(&self) -> Scope<'_> {
        let record = &self.record;
        let subject = match &self.key {
            Some(key) => Subject::Given(key),
            None if record.key > 0 => Subject::Drawn(record.key),
            None => Subject::None,
        };
        Scope {
            id: record.id,
            event_type: &self.type_name,
            source: &self.source,
            subject,
            time: record.due,
            correlation: record.root,
            causation: (record.parent != EventId::NONE).then_some(record.parent),
            priority: record.priority,
            deliveries: self.deliveries,
            data: self.data.as_ref(),
        }
    }
}

impl World {
    /// The name of an event's type.
    pub(super) fn type_name(&self, event: EventSlot) -> Arc<str> {
        let given = self.events.given(event).and_then(|given| given.event_type.clone());
        given.unwrap_or_else(|| {
            let ix = usize::from(self.events.get(event).event_type.0);
            self.roster.types.get(ix).cloned().unwrap_or_default()
        })
    }

    /// The key of an event: as given, else its own id or the number drawn for it.
    pub(super) fn key(&self, event: EventSlot) -> Option<Arc<str>> {
        if let Some(key) = self.text_key(event) {
            return Some(key);
        }
        let number = self.events.get(event).key;
        (number > 0).then(|| Arc::from(format!("k{number}")))
    }

    fn text_key(&self, event: EventSlot) -> Option<Arc<str>> {
        if let Some(key) = self.events.given(event).and_then(|given| given.key.clone()) {
            return Some(key);
        }
        let record = self.events.get(event);
        (record.key == OWN_KEY).then(|| Arc::from(format!("e{}", record.id.0)))
    }

    /// An event as expressions see it; its data only where it is read.
    pub(super) fn facet(&self, event: EventSlot, reads_data: bool) -> Facet {
        let data = if reads_data { self.data_json(event) } else { None };
        let record = self.events.get(event).clone();
        Facet {
            type_name: self.type_name(event),
            source: Arc::from(self.roster.entry(record.source).id.as_str()),
            key: self.text_key(event),
            data: data.and_then(|json| serde_json::from_str(&json).ok()),
            deliveries: None,
            record,
        }
    }

    /// The data of an event as JSON: as given, or made by its template; none where it has none, or
    /// where the template cannot be worked out for it.
    pub(super) fn data_json(&self, event: EventSlot) -> Option<Arc<str>> {
        if let Some(data) = self.events.given(event).and_then(|given| given.data.clone()) {
            return Some(data);
        }
        let record = self.events.get(event);
        let template = self.templates.get(record.template as usize)?;
        if let Some(fixed) = template.fixed() {
            return Some(Arc::from(fixed));
        }
        let facet = self.facet(event, false);
        let scope = TemplateScope { event: facet.scope(), trigger: None };
        template.render(record.data_draw, &scope).ok().map(Arc::from)
    }

    /// How large an event is: as declared, else as its data.
    pub(super) fn bytes_of(&self, event: EventSlot) -> u64 {
        match self.events.get(event).bytes {
            AS_ITS_DATA => self.data_json(event).map_or(0, |json| json.len() as u64),
            declared => u64::from(declared),
        }
    }

    /// Makes the data of an event now, where it could not be made of another event that has the same:
    /// its template asks about the event itself.
    pub(super) fn settle_data(&mut self, event: EventSlot) {
        let record = self.events.get(event);
        let depends =
            self.templates.get(record.template as usize).is_some_and(Template::reads_attributes);
        if depends {
            let data = self.data_json(event);
            self.keep_data(event, data);
        }
    }

    /// Keeps data that was made for an event.
    pub(super) fn keep_data(&mut self, event: EventSlot, data: Option<Arc<str>>) {
        let given = self.events.given(event).cloned().unwrap_or_default();
        self.events.give(event, GivenData { data, ..given });
        self.events.get_mut(event).template = NO_TEMPLATE;
    }
}

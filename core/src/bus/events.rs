//! The events that are somewhere in the topology.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::fact::{ElementIx, EventId, TypeIx};
use crate::time::SimTime;

/// An event's place in the store while it is alive; used again afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventSlot(pub u32);

/// What the bus knows of an event. Its data is a recipe (type and draw key), or was given.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EventRecord {
    /// Its number in the run.
    pub id: EventId,
    /// From what all its draws derive.
    pub draw: u64,
    /// The first event of the chain of causes to which it belongs (correlation).
    pub root: EventId,
    /// The event that caused it; [`EventId::NONE`] where none did (causation).
    pub parent: EventId,
    /// When the event fell due.
    pub due: SimTime,
    /// When the first event of the chain fell due.
    pub root_due: SimTime,
    /// From what the random parts of its data derive; a child with the data of its parent has the
    /// parent's.
    pub data_draw: u64,
    /// Its type in facts.
    pub event_type: TypeIx,
    /// The type of the first event of the chain.
    pub root_type: TypeIx,
    /// Its priority.
    pub priority: u8,
    /// Whether some place has to remember that it took the event.
    pub remembered: bool,
    /// How many copies, senders and transits hold it.
    holders: u32,
    /// The number of its key, from 1; 0: none, or given; [`OWN_KEY`]: its own id.
    pub key: u32,
    /// Its declared size in bytes; [`AS_ITS_DATA`]: that of its data.
    pub bytes: u32,
    /// Which template its data is made by; [`NO_TEMPLATE`]: by none.
    pub template: u32,
    /// The node at which it came into being, or the place whose dead letter it is.
    pub source: ElementIx,
    /// Where what was given is kept; `u32::MAX`: nothing was.
    given: u32,
}

/// The key and data of an event that came from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenData {
    /// Its type, where facts cannot tell it from others.
    pub event_type: Option<Arc<str>>,
    /// Its key.
    pub key: Option<Arc<str>>,
    /// Its data, JSON.
    pub data: Option<Arc<str>>,
}

const NOT_GIVEN: u32 = u32::MAX;
/// The key of an event whose key is its own id.
pub const OWN_KEY: u32 = u32::MAX;
/// The declared size of an event that is as large as its data.
pub const AS_ITS_DATA: u32 = u32::MAX;
/// The template of an event that has no data, or was given it.
pub const NO_TEMPLATE: u32 = u32::MAX;

/// The events that are somewhere in the topology, each for as long as something holds it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct EventStore {
    records: Vec<EventRecord>,
    free: Vec<u32>,
    next_id: u64,
    given: Vec<(u32, GivenData)>,
    free_given: Vec<u32>,
    /// The way that a dead letter came: the places at which it and its parents died, and whether by
    /// a rejection. By slot.
    deaths: BTreeMap<u32, Arc<Vec<(ElementIx, bool)>>>,
}

/// What a new event is made of.
#[derive(Clone, Copy, Debug)]
pub struct NewEvent {
    /// From what all its draws derive.
    pub draw: u64,
    /// When it fell due.
    pub due: SimTime,
    /// Its type in facts.
    pub event_type: TypeIx,
    /// The number of its key, from 1; 0: none; [`OWN_KEY`]: its own id.
    pub key: u32,
    /// Its priority.
    pub priority: u8,
    /// Its declared size in bytes; [`AS_ITS_DATA`]: that of its data.
    pub bytes: u32,
    /// Which template its data is made by; [`NO_TEMPLATE`]: by none.
    pub template: u32,
    /// The node at which it comes into being.
    pub source: ElementIx,
}

impl EventStore {
    /// A new event that nothing caused. Whoever asks holds it.
    #[inline]
    pub fn create(&mut self, new: NewEvent) -> EventSlot {
        let id = self.next_number();
        self.put(EventRecord {
            id,
            draw: new.draw,
            root: id,
            parent: EventId::NONE,
            due: new.due,
            root_due: new.due,
            data_draw: new.draw,
            event_type: new.event_type,
            root_type: new.event_type,
            priority: new.priority,
            remembered: false,
            holders: 1,
            key: new.key,
            bytes: new.bytes,
            template: new.template,
            source: new.source,
            given: NOT_GIVEN,
        })
    }

    /// A new event that `parent` caused, with its type, key, data and correlation. Whoever asks
    /// holds it.
    #[inline]
    pub fn create_child(
        &mut self,
        parent: EventSlot,
        draw: u64,
        due: SimTime,
        source: ElementIx,
    ) -> EventSlot {
        let id = self.next_number();
        let from = self.get(parent);
        let record = EventRecord {
            id,
            draw,
            root: from.root,
            parent: from.id,
            due,
            root_due: from.root_due,
            data_draw: from.data_draw,
            event_type: from.event_type,
            root_type: from.root_type,
            priority: from.priority,
            remembered: false,
            holders: 1,
            key: from.key,
            bytes: from.bytes,
            template: from.template,
            source,
            given: from.given,
        };
        if record.given != NOT_GIVEN {
            self.given[record.given as usize].0 += 1;
        }
        self.put(record)
    }

    /// Attaches what was given to an event that came from outside, in place of what it had.
    pub fn give(&mut self, slot: EventSlot, data: GivenData) {
        let before = self.get(slot).given;
        if before != NOT_GIVEN {
            self.release_given(before);
        }
        if data == GivenData::default() {
            self.records[slot.0 as usize].given = NOT_GIVEN;
            return;
        }
        let entry = (1, data);
        let ix = match self.free_given.pop() {
            Some(ix) => {
                self.given[ix as usize] = entry;
                ix
            }
            None => {
                self.given.push(entry);
                (self.given.len() - 1) as u32
            }
        };
        self.records[slot.0 as usize].given = ix;
    }

    /// What was given to the event, if anything was.
    pub fn given(&self, slot: EventSlot) -> Option<&GivenData> {
        let ix = self.get(slot).given;
        (ix != NOT_GIVEN).then(|| &self.given[ix as usize].1)
    }

    /// The event's record.
    #[inline]
    pub fn get(&self, slot: EventSlot) -> &EventRecord {
        &self.records[slot.0 as usize]
    }

    /// The event's record, to change what it is like.
    #[inline]
    pub fn get_mut(&mut self, slot: EventSlot) -> &mut EventRecord {
        &mut self.records[slot.0 as usize]
    }

    /// One more holds the event.
    #[inline]
    pub fn hold(&mut self, slot: EventSlot) {
        self.records[slot.0 as usize].holders += 1;
    }

    /// One less holds the event. True where it was the last: the event is gone.
    #[inline]
    pub fn release(&mut self, slot: EventSlot) -> bool {
        let record = &mut self.records[slot.0 as usize];
        record.holders -= 1;
        if record.holders > 0 {
            return false;
        }
        let given = record.given;
        if given != NOT_GIVEN {
            self.release_given(given);
        }
        if !self.deaths.is_empty() {
            self.deaths.remove(&slot.0);
        }
        self.free.push(slot.0);
        true
    }

    /// Marks the event as one that some place has to remember.
    pub fn remember(&mut self, slot: EventSlot) {
        self.records[slot.0 as usize].remembered = true;
    }

    /// The places at which the event and its parents died before, oldest first, and whether each
    /// time by a rejection.
    pub fn deaths(&self, slot: EventSlot) -> &[(ElementIx, bool)] {
        self.deaths.get(&slot.0).map_or(&[], |deaths| deaths)
    }

    /// Notes at `child` that its parent `parent` died at `place`.
    pub fn note_death(
        &mut self,
        child: EventSlot,
        parent: EventSlot,
        place: ElementIx,
        rejected: bool,
    ) {
        let mut deaths = self.deaths(parent).to_vec();
        // Within a cycle only what came since the place was met last can matter.
        if let Some(met) = deaths.iter().position(|death| death.0 == place) {
            deaths.drain(..=met);
        }
        deaths.push((place, rejected));
        self.deaths.insert(child.0, Arc::new(deaths));
    }

    /// How many events came into being.
    pub fn created(&self) -> u64 {
        self.next_id
    }

    /// How many events are alive.
    pub fn alive(&self) -> usize {
        self.records.len() - self.free.len()
    }

    #[inline]
    fn next_number(&mut self) -> EventId {
        let id = EventId(self.next_id);
        self.next_id += 1;
        id
    }

    #[inline]
    fn put(&mut self, record: EventRecord) -> EventSlot {
        match self.free.pop() {
            Some(ix) => {
                self.records[ix as usize] = record;
                EventSlot(ix)
            }
            None => {
                self.records.push(record);
                EventSlot((self.records.len() - 1) as u32)
            }
        }
    }

    fn release_given(&mut self, ix: u32) {
        let entry = &mut self.given[ix as usize];
        entry.0 -= 1;
        if entry.0 == 0 {
            entry.1 = GivenData::default();
            self.free_given.push(ix);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new_event(store: &mut EventStore) -> EventSlot {
        store.create(NewEvent {
            draw: 1,
            due: SimTime(2),
            event_type: TypeIx(3),
            key: 4,
            priority: 5,
            bytes: AS_ITS_DATA,
            template: NO_TEMPLATE,
            source: ElementIx(0),
        })
    }

    #[test]
    fn an_event_lives_as_long_as_something_holds_it_and_its_slot_is_used_again() {
        let mut store = EventStore::default();
        let first = new_event(&mut store);
        store.hold(first);
        assert!(!store.release(first));
        assert!(store.release(first));
        let second = new_event(&mut store);
        assert_eq!(first, second, "the slot is used again");
        assert_eq!(store.get(second).id, EventId(1), "the number is not");
        assert_eq!(store.alive(), 1);
    }

    #[test]
    fn a_child_carries_the_key_the_data_and_the_correlation_of_its_parent() {
        let mut store = EventStore::default();
        let parent = new_event(&mut store);
        let given =
            GivenData { key: Some("k".into()), data: Some("{}".into()), ..GivenData::default() };
        store.give(parent, given);
        let child = store.create_child(parent, 9, SimTime(5), ElementIx(1));
        assert!(store.release(parent));
        let record = store.get(child);
        assert_eq!((record.root, record.parent), (EventId(0), EventId(0)));
        assert_eq!(store.given(child).and_then(|given| given.key.clone()), Some("k".into()));
        assert!(store.release(child));
        assert_eq!(store.alive(), 0);
    }

    #[test]
    fn a_record_has_88_bytes() {
        assert_eq!(size_of::<EventRecord>(), 88);
    }
}

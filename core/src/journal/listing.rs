//! The events of a recorded run, one by one: as recorded where all of them were, else by running
//! again.

use std::sync::Arc;

use super::cloud_event::CloudEvents;
use super::recording::{Recording, RecordingError};
use crate::fact::{EventBirth, Fact, Roster, Sink};
use crate::time::SimTime;

/// Makes CloudEvents of the events that it is told.
struct Listing<F, E> {
    events: CloudEvents,
    bytes: Vec<u8>,
    take: F,
    failure: Option<E>,
}

impl<F: FnMut(&[u8]) -> Result<(), E>, E> Sink for Listing<F, E> {
    const WANTS_EVENTS: bool = true;

    fn event(&mut self, birth: &EventBirth, types: &[Arc<str>]) {
        if self.failure.is_some() {
            return;
        }
        self.events.types(types);
        self.bytes.clear();
        self.events.write(birth, &mut self.bytes);
        self.failure = (self.take)(&self.bytes).err();
    }

    fn fact(&mut self, _fact: Fact) {}

    fn roster(&mut self, _now: SimTime, roster: &Roster) {
        self.events.roster(roster);
    }
}

impl Recording {
    /// Gives every event of the run as a CloudEvent in JSON, in the order in which they came into
    /// being: as recorded where all were, else by running again. A run of another version gives
    /// what was recorded.
    ///
    /// # Errors
    /// Where damage stands in the way. Where `take` fails, its error is given back inside, and the
    /// rest is left out.
    pub fn every_event<E>(
        &self,
        take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<Result<(), E>, RecordingError> {
        if self.is_complete() || !self.info().runs_again {
            return self.events(take);
        }
        let mut listing =
            Listing { events: CloudEvents::default(), bytes: Vec::new(), take, failure: None };
        self.from_start(self.front(), &mut listing)?;
        Ok(listing.failure.map_or(Ok(()), Err))
    }
}

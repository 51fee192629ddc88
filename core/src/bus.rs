//! The embedded bus, sans-I/O: where events wait, in which order they leave, who may have them. It
//! knows neither producers nor services; the world moves events through it.

mod events;
mod place;
mod ready;
mod timers;

pub use events::{
    AS_ITS_DATA, EventRecord, EventSlot, EventStore, GivenData, NO_TEMPLATE, NewEvent, OWN_KEY,
};
pub use place::{Credit, Measure, Offer, Place, Sender, WaitingCopy};
pub use timers::{Timer, TimerKind, TimerQueue, TimerTicket};

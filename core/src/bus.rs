//! The embedded bus, sans-I/O: where events wait, in which order they leave, who may have them. It
//! knows neither producers nor services; the world moves events through it.

mod events;
mod place;
mod timers;

pub use events::{EventRecord, EventSlot, EventStore, GivenData, NewEvent};
pub use place::{Credit, Offer, Place, Sender, WaitingCopy};
pub use timers::{Timer, TimerKind, TimerQueue, TimerTicket};

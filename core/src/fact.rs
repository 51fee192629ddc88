//! What happened in a run: facts, the roster that names what they speak of, and the sinks that take
//! them.

mod roster;

pub use roster::{ElementIx, ElementKind, Roster, RosterEntry, TypeIx};

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::time::{SimSpan, SimTime};

/// An event's number in its run, in the order in which the events came into being.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct EventId(pub u64);

impl EventId {
    /// No event: the parent of an event that nothing caused.
    pub const NONE: Self = Self(u64::MAX);
}

/// One thing that happened, in 32 bytes.
///
/// What `at`, `peer` and `span` mean is told by each [`FactKind`]. A *place* is where events wait:
/// a queue (its node), or a subscription (its subscribe link).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fact {
    /// When.
    pub time: SimTime,
    /// To which event; [`EventId::NONE`] where the fact is about none.
    pub event: EventId,
    span: u64,
    /// kind 6, reason 6, attempt 8, type 8, at 18, peer 18 bits, from the lowest.
    word: u64,
}

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u8)]
pub enum FactKind {
    /// An event fell due at a producer whose channel is full, and waits in its outbox.
    /// at = producer.
    Held,
    /// An event was published: it came into being (or, after `Held`, left the outbox).
    /// at = producer or consumer, or the place whose dead letter it is, or the channel at which it
    /// was published by hand; peer = the same; span = [`Fact::parent`]; attempt = 1 after `Held`.
    Published,
    /// An event set off on a publish or bind link with a latency. at = the node it left; peer = link.
    Sent,
    /// An event reached a topic. at = topic; peer = the link by which it came, else the place whose
    /// dead letter it is, else the topic itself (by hand); span = the number of copies made
    /// ([`Fact::copies`]); 0: unrouted.
    Routed,
    /// A place accepted an event. at = place; peer = the link by which it came (a subscription's own
    /// link), else the place whose dead letter it is, else the place itself (by hand).
    Accepted,
    /// A place refused a newcomer, which is lost there; `reason` says why. at, peer as `Accepted`.
    Refused,
    /// An event was dispatched to a consumer: on its way there, or in its buffer. With
    /// acknowledgement `before` it is acknowledged now. at = place; peer = the consume or subscribe
    /// link; attempt = how often it has been delivered, this time included.
    Delivered,
    /// An event reached a consumer over a link with a latency. at = place; peer = link.
    Received,
    /// A service began. at = place; peer = link; attempt as `Delivered`.
    Started,
    /// The service ended well, but what the consumer emits waits for a full channel; the server
    /// stays taken. at = place; peer = link.
    Blocked,
    /// What was blocked went through. at = place; peer = link; span = how long it was blocked.
    Unblocked,
    /// The service ended well. at = place; peer = link; span = the time on servers in all attempts,
    /// blocking included. `Completed` follows it directly.
    Served,
    /// The event is done here and, with acknowledgement `after`, acknowledged. at = place;
    /// peer = link; span = sojourn, from acceptance to now.
    Completed,
    /// The work on an event failed; the server is free. What becomes of the event follows directly.
    /// at = place; peer = link; span = the time of this service.
    Failed,
    /// A service was cut short. What becomes of the event follows directly. at, peer, span as
    /// `Failed`.
    Interrupted,
    /// A delivered event went back to its original position. at = place; peer = link.
    Requeued,
    /// A delivered event ended here as a dead letter; the `Published` of its child follows.
    /// at = place; peer = link; span = sojourn.
    DeadLettered,
    /// A ready event was lost. at = place; peer = place; span = its age.
    Dropped,
    /// A delivered event was lost. at = place; peer = link; span = its age.
    Lost,
    /// An event was lost on its way over a publish or bind link with a latency. at = link; peer = link.
    LostInTransit,
    /// An event in a producer's outbox was lost. at = producer.
    LostInOutbox,
    /// The drawing was changed while it ran. at = the first element changed, if any.
    Edited,
    /// How long ago the first event of the correlation was due, where that is longer than the sojourn
    /// or that event is of another type; `Completed` follows directly. at = place; peer = link;
    /// type = that of the first event; span = from when it was due to now.
    EndToEnd,
    /// A failed event stays with its consumer and is worked on again after a pause; `Started` follows
    /// then. at = place; peer = link; span = the pause; attempt = how many attempts have failed.
    Retrying,
    /// A ready event ended here as a dead letter; the `Published` of its child follows. at = place;
    /// peer = place; span = its age.
    ReadyDeadLettered,
    /// A condition or template could not be worked out for this event, and counts as not met, or as
    /// no data. at = the link or node whose it is; peer = the same.
    ExpressionFailed,
    /// Senders wait for this channel, and nothing that can still happen by itself gives it room.
    /// at = place; event: none; span = how many channels are found stuck at once
    /// ([`Fact::copies`]).
    Deadlocked,
    /// A node crashed by hand. at = node; event: none.
    Crashed,
    /// A producer or consumer was stopped by hand. at = node; event: none.
    Stopped,
    /// A node that had crashed or was stopped is up again. at = node; event: none.
    Restarted,
    /// The ready events of a channel were thrown away by hand; each has a fact of its own.
    /// at = node; event: none.
    Purged,
}

impl FactKind {
    /// All kinds, in order.
    pub const ALL: [Self; 31] = [
        Self::Held,
        Self::Published,
        Self::Sent,
        Self::Routed,
        Self::Accepted,
        Self::Refused,
        Self::Delivered,
        Self::Received,
        Self::Started,
        Self::Blocked,
        Self::Unblocked,
        Self::Served,
        Self::Completed,
        Self::Failed,
        Self::Interrupted,
        Self::Requeued,
        Self::DeadLettered,
        Self::Dropped,
        Self::Lost,
        Self::LostInTransit,
        Self::LostInOutbox,
        Self::Edited,
        Self::EndToEnd,
        Self::Retrying,
        Self::ReadyDeadLettered,
        Self::ExpressionFailed,
        Self::Deadlocked,
        Self::Crashed,
        Self::Stopped,
        Self::Restarted,
        Self::Purged,
    ];

    /// Whether an event was lost.
    pub fn is_loss(self) -> bool {
        matches!(
            self,
            Self::Refused | Self::Dropped | Self::Lost | Self::LostInTransit | Self::LostInOutbox
        )
    }
}

/// Why an event was lost, dead-lettered, requeued or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u8)]
pub enum Reason {
    /// No reason to tell.
    None,
    /// The place was full, and drops newcomers.
    OverflowNewest,
    /// The place was full, and dropped its oldest ready event for a newcomer.
    OverflowOldest,
    /// It had been delivered as often as it may be.
    DeliveryLimit,
    /// The consumer rejected it.
    Rejected,
    /// Its work failed, and it had been acknowledged on delivery.
    FailedUnacked,
    /// The work failed, and it goes back.
    Failed,
    /// The place had already taken this event by another way.
    AlreadyTaken,
    /// A dead letter came back to a place where it had died, with no rejection on the way.
    DeadLetterCycle,
    /// The link on which it travelled was removed.
    LinkRemoved,
    /// The subscription in which it waited was removed.
    SubscriptionRemoved,
    /// The channel in which it waited was removed.
    ChannelRemoved,
    /// The consumer that held it was removed.
    ConsumerRemoved,
    /// The producer in whose outbox it waited was removed.
    ProducerRemoved,
    /// Its time to live had run out.
    Expired,
    /// Its producer's outbox was full.
    OutboxFull,
    /// The channel had crashed, or crashed while it waited there.
    ChannelCrashed,
    /// The consumer that held it crashed.
    ConsumerCrashed,
    /// The producer in whose outbox it waited crashed.
    ProducerCrashed,
    /// The producer that stands for its recorded log was stopped.
    ProducerStopped,
    /// It was thrown away by hand.
    Purged,
}

impl Reason {
    /// All reasons, in order.
    pub const ALL: [Self; 21] = [
        Self::None,
        Self::OverflowNewest,
        Self::OverflowOldest,
        Self::DeliveryLimit,
        Self::Rejected,
        Self::FailedUnacked,
        Self::Failed,
        Self::AlreadyTaken,
        Self::DeadLetterCycle,
        Self::LinkRemoved,
        Self::SubscriptionRemoved,
        Self::ChannelRemoved,
        Self::ConsumerRemoved,
        Self::ProducerRemoved,
        Self::Expired,
        Self::OutboxFull,
        Self::ChannelCrashed,
        Self::ConsumerCrashed,
        Self::ProducerCrashed,
        Self::ProducerStopped,
        Self::Purged,
    ];

    /// The reason's name as the command line prints it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::OverflowNewest => "overflow_newest",
            Self::OverflowOldest => "overflow_oldest",
            Self::DeliveryLimit => "delivery_limit",
            Self::Rejected => "rejected",
            Self::FailedUnacked => "failed_unacked",
            Self::Failed => "failed",
            Self::AlreadyTaken => "already_taken",
            Self::DeadLetterCycle => "dead_letter_cycle",
            Self::LinkRemoved => "link_removed",
            Self::SubscriptionRemoved => "subscription_removed",
            Self::ChannelRemoved => "channel_removed",
            Self::ConsumerRemoved => "consumer_removed",
            Self::ProducerRemoved => "producer_removed",
            Self::Expired => "expired",
            Self::OutboxFull => "outbox_full",
            Self::ChannelCrashed => "channel_crashed",
            Self::ConsumerCrashed => "consumer_crashed",
            Self::ProducerCrashed => "producer_crashed",
            Self::ProducerStopped => "producer_stopped",
            Self::Purged => "purged",
        }
    }
}

const REASON_SHIFT: u32 = 6;
const ATTEMPT_SHIFT: u32 = 12;
const TYPE_SHIFT: u32 = 20;
const AT_SHIFT: u32 = 28;
const PEER_SHIFT: u32 = 46;
const ELEMENT_MASK: u64 = (1 << 18) - 1;

impl Fact {
    /// A fact of `kind` about `event` of `event_type` at `at` with `peer`; no reason, attempt or span.
    #[inline(always)]
    pub fn new(
        time: SimTime,
        kind: FactKind,
        event: EventId,
        event_type: TypeIx,
        at: ElementIx,
        peer: ElementIx,
    ) -> Self {
        Self {
            time,
            event,
            span: 0,
            word: kind as u64
                | u64::from(event_type.0) << TYPE_SHIFT
                | u64::from(at.0) << AT_SHIFT
                | u64::from(peer.0) << PEER_SHIFT,
        }
    }

    /// The same with a span.
    #[inline(always)]
    #[must_use]
    pub fn with_span(mut self, span: SimSpan) -> Self {
        self.span = span.0;
        self
    }

    /// The same with the parent of a `Published` event.
    #[inline(always)]
    #[must_use]
    pub fn with_parent(mut self, parent: EventId) -> Self {
        self.span = parent.0;
        self
    }

    /// The same with another type. For [`FactKind::EndToEnd`], which tells of the first event's.
    #[inline]
    #[must_use]
    pub fn with_type(mut self, event_type: TypeIx) -> Self {
        self.word = self.word & !(255 << TYPE_SHIFT) | u64::from(event_type.0) << TYPE_SHIFT;
        self
    }

    /// The same with the number of copies of a `Routed` event.
    #[inline(always)]
    #[must_use]
    pub fn with_copies(mut self, copies: u64) -> Self {
        self.span = copies;
        self
    }

    /// The same with a reason. Call at most once.
    #[inline(always)]
    #[must_use]
    pub fn with_reason(mut self, reason: Reason) -> Self {
        self.word |= (reason as u64) << REASON_SHIFT;
        self
    }

    /// The same with an attempt, at most 255. Call at most once.
    #[inline(always)]
    #[must_use]
    pub fn with_attempt(mut self, attempt: u32) -> Self {
        self.word |= u64::from(attempt.min(255)) << ATTEMPT_SHIFT;
        self
    }

    /// What kind of thing happened.
    #[inline(always)]
    pub fn kind(&self) -> FactKind {
        FactKind::ALL[(self.word & 63) as usize]
    }

    /// Why it happened.
    #[inline(always)]
    pub fn reason(&self) -> Reason {
        Reason::ALL[(self.word >> REASON_SHIFT & 63) as usize]
    }

    /// The number of the delivery, from 1; 255 stands for more.
    #[inline(always)]
    pub fn attempt(&self) -> u32 {
        (self.word >> ATTEMPT_SHIFT & 255) as u32
    }

    /// The event's type; the 256th and later share the last.
    #[inline(always)]
    pub fn event_type(&self) -> TypeIx {
        TypeIx((self.word >> TYPE_SHIFT & 255) as u8)
    }

    /// Where.
    #[inline(always)]
    pub fn at(&self) -> ElementIx {
        ElementIx((self.word >> AT_SHIFT & ELEMENT_MASK) as u32)
    }

    /// With whom.
    #[inline(always)]
    pub fn peer(&self) -> ElementIx {
        ElementIx((self.word >> PEER_SHIFT & ELEMENT_MASK) as u32)
    }

    /// The span of time that the kind speaks of.
    #[inline(always)]
    pub fn span(&self) -> SimSpan {
        SimSpan(self.span)
    }

    /// The parent of a `Published` event.
    #[inline]
    pub fn parent(&self) -> EventId {
        EventId(self.span)
    }

    /// The number of copies of a `Routed` event.
    #[inline(always)]
    pub fn copies(&self) -> u64 {
        self.span
    }

    /// The four words of the fact, for hashes and files.
    pub fn words(&self) -> [u64; 4] {
        [self.time.0, self.event.0, self.span, self.word]
    }

    /// The fact of these four words.
    ///
    /// # Errors
    /// Where they speak of a kind or a reason that this version does not know.
    pub fn from_words(words: [u64; 4]) -> Result<Self, UnknownFact> {
        let [time, event, span, word] = words;
        let (kind, reason) = ((word & 63) as u8, (word >> REASON_SHIFT & 63) as u8);
        if usize::from(kind) >= FactKind::ALL.len() {
            return Err(UnknownFact::Kind { kind });
        }
        if usize::from(reason) >= Reason::ALL.len() {
            return Err(UnknownFact::Reason { reason });
        }
        Ok(Self { time: SimTime(time), event: EventId(event), span, word })
    }
}

/// Words that are no fact of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownFact {
    /// A kind that this version does not know.
    #[error("facts of kind {kind}, which this version does not know")]
    Kind {
        /// Its number.
        kind: u8,
    },
    /// A reason that this version does not know.
    #[error("facts with reason {reason}, which this version does not know")]
    Reason {
        /// Its number.
        reason: u8,
    },
}

/// The key of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum EventKey {
    /// It has none.
    #[default]
    None,
    /// The number drawn for it, from 1; `k` and the number is its name.
    Number(u32),
    /// As given.
    Given(Arc<str>),
}

impl EventKey {
    /// The key as a text; none where the event has none.
    pub fn text(&self) -> Option<Arc<str>> {
        match self {
            Self::None => None,
            Self::Number(number) => Some(Arc::from(format!("k{number}"))),
            Self::Given(text) => Some(Arc::clone(text)),
        }
    }
}

/// The data of an event. Whoever reads it makes the JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum EventData {
    /// It has none.
    #[default]
    None,
    /// As given, JSON.
    Given(Arc<str>),
}

/// An event as it came into being.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventBirth {
    /// When.
    pub time: SimTime,
    /// Its number in the run.
    pub id: EventId,
    /// The first event of the chain of causes to which it belongs (correlation).
    pub root: EventId,
    /// The event that caused it; [`EventId::NONE`] where none did (causation).
    pub parent: EventId,
    /// From what all its draws derive.
    pub draw: u64,
    /// When it fell due.
    pub due: SimTime,
    /// Its type; the run's types are told beside it.
    pub event_type: TypeIx,
    /// The node at which it came into being, or the place whose dead letter it is.
    pub at: ElementIx,
    /// Its key.
    pub key: EventKey,
    /// Its data.
    pub data: EventData,
}

impl std::fmt::Debug for Fact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} {:?} event {} type {} at {} peer {} span {} attempt {} {:?}",
            self.time.0,
            self.kind(),
            self.event.0,
            self.event_type().0,
            self.at().0,
            self.peer().0,
            self.span,
            self.attempt(),
            self.reason()
        )
    }
}

/// What takes facts. Generic and inlined wherever a run is: a `dyn` sink costs two to five times as
/// much.
///
/// The folds of a run are `#[inline(always)]`, down to the readers of a [`Fact`]: where the world
/// writes a fact its kind is known, so that of a fold's `match` only the one arm is left there. What
/// an arm does seldom belongs into a function of its own, `#[cold]`.
pub trait Sink {
    /// Whether the sink wants to be told of the events themselves. Where it does not, that costs
    /// nothing.
    const WANTS_EVENTS: bool = false;

    /// An event came into being; comes before the fact that says so. `types` are the run's event
    /// types so far.
    fn event(&mut self, _birth: &EventBirth, _types: &[Arc<str>]) {}

    /// Takes one fact. Facts come in the order of their times.
    fn fact(&mut self, fact: Fact);

    /// The drawing was changed at `now`; comes after the facts that the change caused, and once
    /// before the first fact of a run.
    fn roster(&mut self, _now: SimTime, _roster: &Roster) {}
}

/// Takes facts and does nothing with them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ignore;

impl Sink for Ignore {
    #[inline(always)]
    fn fact(&mut self, _fact: Fact) {}
}

impl Sink for Vec<Fact> {
    #[inline(always)]
    fn fact(&mut self, fact: Fact) {
        self.push(fact);
    }
}

impl<S: Sink> Sink for &mut S {
    const WANTS_EVENTS: bool = S::WANTS_EVENTS;

    #[inline]
    fn event(&mut self, birth: &EventBirth, types: &[Arc<str>]) {
        (**self).event(birth, types);
    }

    #[inline(always)]
    fn fact(&mut self, fact: Fact) {
        (**self).fact(fact);
    }

    fn roster(&mut self, now: SimTime, roster: &Roster) {
        (**self).roster(now, roster);
    }
}

impl<A: Sink, B: Sink> Sink for (A, B) {
    const WANTS_EVENTS: bool = A::WANTS_EVENTS || B::WANTS_EVENTS;

    #[inline]
    fn event(&mut self, birth: &EventBirth, types: &[Arc<str>]) {
        self.0.event(birth, types);
        self.1.event(birth, types);
    }

    #[inline(always)]
    fn fact(&mut self, fact: Fact) {
        self.0.fact(fact);
        self.1.fact(fact);
    }

    fn roster(&mut self, now: SimTime, roster: &Roster) {
        self.0.roster(now, roster);
        self.1.roster(now, roster);
    }
}

impl<S: Sink> Sink for Option<S> {
    const WANTS_EVENTS: bool = S::WANTS_EVENTS;

    #[inline]
    fn event(&mut self, birth: &EventBirth, types: &[Arc<str>]) {
        if let Some(sink) = self {
            sink.event(birth, types);
        }
    }

    #[inline(always)]
    fn fact(&mut self, fact: Fact) {
        if let Some(sink) = self {
            sink.fact(fact);
        }
    }

    fn roster(&mut self, now: SimTime, roster: &Roster) {
        if let Some(sink) = self {
            sink.roster(now, roster);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_has_32_bytes_and_gives_back_what_went_in() {
        assert_eq!(size_of::<Fact>(), 32);
        for kind in FactKind::ALL {
            for reason in Reason::ALL {
                let fact = Fact::new(
                    SimTime(7),
                    kind,
                    EventId(9),
                    TypeIx(200),
                    ElementIx(262_143),
                    ElementIx(131_072),
                )
                .with_reason(reason)
                .with_attempt(1_000)
                .with_span(SimSpan(5));
                assert_eq!(fact.kind(), kind);
                assert_eq!(fact.reason(), reason);
                assert_eq!(fact.attempt(), 255);
                assert_eq!(fact.event_type(), TypeIx(200));
                assert_eq!(fact.at(), ElementIx(262_143));
                assert_eq!(fact.peer(), ElementIx(131_072));
                assert_eq!(fact.span(), SimSpan(5));
            }
        }
    }
}

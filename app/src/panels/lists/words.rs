//! Facts in words.

use eventloom_core::fact::{Fact, FactKind, Reason};

use crate::text::{tr, tr_args};
use crate::widgets::format;
use crate::widgets::icons::Icon;

/// How good or bad a fact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// As it goes.
    Plain,
    /// Done well.
    Done,
    /// Once more.
    Again,
    /// Failed, lost.
    Bad,
}

/// The sign of a fact, its tone, and what happened.
pub(super) fn of(fact: &Fact) -> (Icon, Tone, String) {
    let (icon, tone) = sign(fact);
    (icon, tone, text(fact))
}

fn sign(fact: &Fact) -> (Icon, Tone) {
    use FactKind as K;
    match fact.kind() {
        K::Completed | K::Served | K::Unblocked => (Icon::Check, Tone::Done),
        K::DeadLettered | K::ReadyDeadLettered => (Icon::Diamond, Tone::Bad),
        K::Failed | K::Refused | K::Dropped | K::Lost | K::LostInTransit | K::LostInOutbox => {
            (Icon::Close, Tone::Bad)
        }
        K::Interrupted | K::Requeued | K::Retrying => (Icon::Ring, Tone::Again),
        K::Crashed | K::Purged => (Icon::Close, Tone::Bad),
        K::Deadlocked => (Icon::Warning, Tone::Bad),
        K::ExpressionFailed => (Icon::Warning, Tone::Again),
        K::Delivered | K::Started if fact.attempt() > 1 => (Icon::Ring, Tone::Again),
        K::Held | K::Blocked => (Icon::Clock, Tone::Again),
        K::Edited => (Icon::Sliders, Tone::Plain),
        K::Routed if fact.copies() == 0 => (Icon::Warning, Tone::Again),
        K::Published
        | K::Sent
        | K::Routed
        | K::Accepted
        | K::Delivered
        | K::Received
        | K::EndToEnd
        | K::Stopped
        | K::Restarted
        | K::Started => (Icon::Dot, Tone::Plain),
    }
}

fn text(fact: &Fact) -> String {
    use FactKind as K;
    let plain = match fact.kind() {
        K::Held => "fact-held",
        K::Published => "fact-published",
        K::Sent => "fact-sent",
        K::Routed if fact.copies() == 0 => "fact-unrouted",
        K::Routed => {
            return tr_args("fact-routed", &[("copies", fact.copies().into())]);
        }
        K::Accepted => "fact-accepted",
        K::Delivered | K::Started if fact.attempt() > 1 => {
            let key = if fact.kind() == K::Started {
                "fact-started-again"
            } else {
                "fact-delivered-again"
            };
            return tr_args(key, &[("tries", u64::from(fact.attempt()).into())]);
        }
        K::Delivered => "fact-delivered",
        K::Received => "fact-received",
        K::Started => "fact-started",
        K::Blocked => "fact-blocked",
        K::Unblocked => "fact-unblocked",
        K::Served => {
            let time = format::span(fact.span());
            return tr_args("fact-served", &[("time", time.into())]);
        }
        K::Completed => "fact-completed",
        K::Failed => "fact-failed",
        K::Interrupted => "fact-interrupted",
        K::Requeued => "fact-requeued",
        K::Edited => "fact-edited",
        K::EndToEnd => {
            let time = format::span(fact.span());
            return tr_args("fact-end-to-end", &[("time", time.into())]);
        }
        K::Retrying => {
            let time = format::span(fact.span());
            return tr_args("fact-retrying", &[("time", time.into())]);
        }
        K::ExpressionFailed => "fact-expression-failed",
        K::Deadlocked => "fact-deadlocked",
        K::Crashed => "fact-crashed",
        K::Stopped => "fact-stopped",
        K::Restarted => "fact-restarted",
        K::Purged => "fact-purged",
        K::DeadLettered | K::ReadyDeadLettered => {
            return with_reason("fact-dead-lettered", fact.reason());
        }
        K::Refused | K::Dropped => return with_reason("fact-dropped", fact.reason()),
        K::Lost | K::LostInTransit | K::LostInOutbox => {
            return with_reason("fact-lost", fact.reason());
        }
    };
    tr(plain).to_owned()
}

fn with_reason(key: &'static str, reason: Reason) -> String {
    match reason_key(reason) {
        Some(reason) => format!("{}: {}", tr(key), tr(reason)),
        None => tr(key).to_owned(),
    }
}

fn reason_key(reason: Reason) -> Option<&'static str> {
    Some(match reason {
        Reason::None => return None,
        Reason::OverflowNewest => "reason-overflow-newest",
        Reason::OverflowOldest => "reason-overflow-oldest",
        Reason::DeliveryLimit => "reason-delivery-limit",
        Reason::Rejected => "reason-rejected",
        Reason::FailedUnacked => "reason-failed-unacked",
        Reason::Failed => "reason-failed",
        Reason::AlreadyTaken => "reason-already-taken",
        Reason::DeadLetterCycle => "reason-dead-letter-cycle",
        Reason::LinkRemoved => "reason-link-removed",
        Reason::SubscriptionRemoved => "reason-subscription-removed",
        Reason::ChannelRemoved => "reason-channel-removed",
        Reason::ConsumerRemoved => "reason-consumer-removed",
        Reason::ProducerRemoved => "reason-producer-removed",
        Reason::Expired => "reason-expired",
        Reason::OutboxFull => "reason-outbox-full",
        Reason::ChannelCrashed => "reason-channel-crashed",
        Reason::ConsumerCrashed => "reason-consumer-crashed",
        Reason::ProducerCrashed => "reason-producer-crashed",
        Reason::ProducerStopped => "reason-producer-stopped",
        Reason::Purged => "reason-purged",
    })
}

#[cfg(test)]
mod tests {
    use eventloom_core::fact::{ElementIx, EventId, TypeIx};
    use eventloom_core::time::SimTime;

    use super::*;

    fn fact(kind: FactKind) -> Fact {
        Fact::new(SimTime(0), kind, EventId(1), TypeIx(0), ElementIx(0), ElementIx(0))
    }

    #[test]
    fn every_fact_and_every_reason_has_its_words() {
        for kind in FactKind::ALL {
            for reason in Reason::ALL {
                let (_, tone, text) = of(&fact(kind).with_reason(reason).with_attempt(2));
                assert!(!text.contains("fact-") && !text.contains("reason-"), "{text}");
                assert_eq!(kind.is_loss(), kind.is_loss() && tone == Tone::Bad, "{kind:?}");
            }
        }
    }

    #[test]
    fn an_event_without_a_subscription_is_told_apart() {
        assert_eq!(of(&fact(FactKind::Routed)).2, "no subscription");
        assert_eq!(of(&fact(FactKind::Routed).with_copies(3)).2, "3 copies");
    }
}

//! Acknowledgement, failure, dead letters: semantics §0, "Acknowledgement" and "Failure".

use super::*;
use crate::project::Retry;

fn one_event(waiting: Waiting, consumer: Consumer) -> Drawing {
    Drawing::new()
        .by_hand("p")
        .queue("q", waiting)
        .queue("dlq", Waiting::default())
        .consumer("c", 1.0, consumer)
        .link("p", "q")
        .link("q", "c")
}

fn to_dlq() -> Waiting {
    Waiting { dead_letter: Some("dlq".into()), ..Waiting::default() }
}

fn thrice() -> OnFailure {
    OnFailure::Retry(Retry { attempts: 3, delay_s: 0.5, factor: 2.0, ..Retry::default() })
}

#[test]
fn retry_makes_n_attempts_with_pauses_and_then_rejects() {
    let mut told = Told::of(one_event(to_dlq(), failing(thrice())));
    told.publish(1000, "p").until_ms(60_000);
    // 1 s of work, 0.5 s of pause, 1 s, 1 s, 1 s.
    assert_eq!(told.when(K::Started, "q"), [(1000, 0), (2500, 0), (4500, 0)]);
    assert_eq!(told.when(K::Retrying, "q"), [(2000, 0), (3500, 0)]);
    assert_eq!(told.reasons(K::DeadLettered), [(5500, 0, Reason::Rejected)]);
    assert_eq!(told.when(K::Accepted, "dlq"), [(5500, 1)]);
    assert_eq!(told.counts("c").failed, 3);
}

#[test]
fn an_event_in_its_pause_stays_unacknowledged_and_its_server_is_free() {
    let mut told =
        Told::of(one_event(to_dlq(), Consumer { prefetch: Some(2), ..failing(thrice()) }));
    told.publish(1000, "p").publish(1100, "p").until_ms(2200);
    let counts = told.counts("q");
    assert_eq!((counts.unacked, counts.in_queue, counts.in_service), (2, 1, 1));
    // The other one began when the server came free.
    assert_eq!(told.when(K::Started, "q"), [(1000, 0), (2000, 1)]);
}

#[test]
fn what_comes_out_of_its_pause_goes_before_what_was_delivered_later() {
    let retry = OnFailure::Retry(Retry { attempts: 2, delay_s: 0.1, ..Retry::default() });
    let mut told = Told::of(one_event(to_dlq(), Consumer { prefetch: Some(3), ..failing(retry) }));
    told.publish(1000, "p").publish(1000, "p").publish(1000, "p").until_ms(60_000);
    assert_eq!(told.events(K::Started, "q"), [0, 1, 0, 1, 2, 2]);
}

#[test]
fn rejected_without_a_target_an_event_is_lost() {
    let mut told = Told::of(one_event(Waiting::default(), failing(OnFailure::Reject)));
    told.publish(1000, "p").until_ms(5000);
    assert_eq!(told.losses(), [(2000, 0, Reason::Rejected)]);
}

#[test]
fn acknowledged_before_only_retry_applies_and_then_the_loss() {
    for (rule, lost_ms) in [(OnFailure::Requeue, 2000), (OnFailure::Reject, 2000), (thrice(), 5500)]
    {
        let consumer = Consumer { ack: Ack::Before, ..failing(rule) };
        let mut told = Told::of(one_event(to_dlq(), consumer));
        told.publish(1000, "p").until_ms(60_000);
        assert_eq!(told.losses(), [(lost_ms, 0, Reason::FailedUnacked)], "{rule:?}");
        assert_eq!(told.counts("dlq").arrived, 0);
    }
}

#[test]
fn acknowledgement_is_on_delivery_or_on_success() {
    for (ack, acked) in [(Ack::Before, 1), (Ack::After, 0)] {
        let mut told =
            Told::of(one_event(Waiting::default(), Consumer { ack, ..Consumer::default() }));
        told.publish(1000, "p").until_ms(1500);
        assert_eq!((told.counts("q").acked, told.counts("q").unacked), (acked, 1 - acked));
        told.until_ms(5000);
        assert_eq!((told.counts("q").acked, told.counts("q").unacked), (1, 0));
    }
}

#[test]
fn a_local_retry_does_not_raise_the_delivery_count_a_redelivery_does() {
    let limited = Waiting { delivery_limit: Some(2), ..to_dlq() };
    let mut told = Told::of(one_event(limited.clone(), failing(thrice())));
    told.publish(1000, "p").until_ms(60_000);
    assert_eq!(told.reasons(K::DeadLettered), [(5500, 0, Reason::Rejected)]);
    assert_eq!(told.counts("q").delivered, 1);

    let mut told = Told::of(one_event(limited, failing(OnFailure::Requeue)));
    told.publish(1000, "p").until_ms(60_000);
    assert_eq!(told.reasons(K::DeadLettered), [(3000, 0, Reason::DeliveryLimit)]);
    assert_eq!((told.counts("q").delivered, told.counts("q").redelivered), (2, 1));
}

#[test]
fn a_crash_counts_as_a_delivery_and_beyond_the_limit_the_event_is_lost_where_there_is_no_target() {
    let limited = Waiting { delivery_limit: Some(1), ..Waiting::default() };
    let mut told = Told::of(one_event(limited, Consumer::default()));
    told.publish(1000, "p").at(1500, &Input::Crash { node: "c".into() });
    assert_eq!(told.losses(), [(1500, 0, Reason::DeliveryLimit)]);
}

#[test]
fn a_dead_letter_is_a_child_with_the_type_key_data_and_correlation_of_the_event() {
    let mut told = Told::of(one_event(to_dlq(), failing(OnFailure::Reject)));
    let event = Given {
        event_type: Some("order".into()),
        key: Some("k".into()),
        data: Some(r#"{"total": 7}"#.into()),
    };
    told.at(1000, &Input::Publish { node: "p".into(), event }).until_ms(5000);
    let (rows, _) = told.world.contents(told.element("dlq"), 10);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].key.as_deref(), Some("k"));
    assert_eq!(&*told.world.roster().types[usize::from(rows[0].event_type.0)], "order");
    let slot = told.world.places[told.world.slots[told.element("dlq").ix()] as usize]
        .ready()
        .next()
        .expect("one is ready")
        .event;
    let record = told.world.events.get(slot);
    assert_eq!((record.id.0, record.parent.0, record.root.0), (1, 0, 0));
    assert_eq!(told.world.data_json(slot).as_deref(), Some(r#"{"total": 7}"#));
}

#[test]
fn data_made_by_a_template_is_the_same_in_the_dead_letter() {
    let data = r#"{"id": "${event.id}", "n": "${integer(1, 1000000)}"}"#;
    let producer = Producer { data: Some(data.to_owned()), limit: Some(1), ..Producer::default() };
    let mut told = Told::of(
        Drawing::new()
            .producer("p", Arrivals::Constant { rate_per_s: 1.0 }, producer)
            .topic("t")
            .queue("copy", Waiting::default())
            .queue("q", to_dlq())
            .queue("dlq", Waiting::default())
            .consumer("c", 1.0, failing(OnFailure::Reject))
            .link("p", "t")
            .link("t", "copy")
            .link("t", "q")
            .link("q", "c"),
    );
    told.until_ms(5000);
    let data_in = |told: &Told, queue: &str| {
        let place = told.world.slots[told.element(queue).ix()] as usize;
        let event = told.world.places[place].ready().next().expect("one is ready").event;
        told.world.data_json(event)
    };
    let original = data_in(&told, "copy").expect("it has data");
    assert!(original.starts_with(r#"{"id":"0","n":"#), "{original}");
    assert_eq!(data_in(&told, "dlq"), Some(original));
}

#[test]
fn dead_lettering_never_blocks_a_refusal_is_a_loss_with_its_reason() {
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .queue("q", to_dlq())
            .queue("dlq", queue_of(0, Overflow::Block))
            .consumer("c", 1.0, failing(OnFailure::Reject))
            .link("p", "q")
            .link("q", "c"),
    );
    told.publish(1000, "p").until_ms(5000);
    assert_eq!(told.reasons(K::DeadLettered), [(2000, 0, Reason::Rejected)]);
    assert_eq!(told.losses(), [(2000, 1, Reason::OverflowNewest)]);
    assert_eq!(told.world.events_alive(), 0);
}

//! Crash, stop, restart, purge: semantics §0, "Crash by hand".

use super::*;

fn crash(node: &str) -> Input {
    Input::Crash { node: node.into() }
}

fn restart(node: &str) -> Input {
    Input::Restart { node: node.into() }
}

fn stop(node: &str) -> Input {
    Input::Stop { node: node.into() }
}

fn plain(waiting: Waiting, consumer: Consumer) -> Told {
    Told::of(
        Drawing::new()
            .by_hand("p")
            .queue("q", waiting)
            .consumer("c", 1.0, consumer)
            .link("p", "q")
            .link("q", "c"),
    )
}

#[test]
fn a_crashed_consumer_loses_its_services_and_gives_back_what_was_unacknowledged() {
    let mut told = plain(Waiting::default(), Consumer { prefetch: Some(2), ..Consumer::default() });
    for _ in 0..3 {
        told.publish(1000, "p");
    }
    told.at(1500, &crash("c"));
    assert_eq!(told.contents("q"), [0, 1, 2]);
    assert_eq!(told.counts("q").in_service, 0);
    told.until_ms(3000).at(3000, &restart("c")).until_ms(9000);
    assert_eq!(told.when(K::Completed, "q"), [(4000, 0), (5000, 1), (6000, 2)]);
    // 0 and 1 were delivered once more, 2 never had been.
    assert_eq!(told.counts("q").redelivered, 2);
}

#[test]
fn what_was_acknowledged_on_delivery_is_lost_with_its_consumer() {
    let mut told = plain(Waiting::default(), Consumer { ack: Ack::Before, ..Consumer::default() });
    told.publish(1000, "p").at(1500, &crash("c")).until_ms(3000);
    assert_eq!(told.losses(), [(1500, 0, Reason::FailedUnacked)]);
}

#[test]
fn other_consumers_take_over_from_a_crashed_one() {
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .queue("q", Waiting::default())
            .consumer("a", 5.0, Consumer::default())
            .consumer("b", 1.0, Consumer::default())
            .link("p", "q")
            .link("q", "a")
            .link("q", "b"),
    );
    told.publish(1000, "p").at(2000, &crash("a")).until_ms(9000);
    assert_eq!(told.when(K::Completed, "q-b"), [(3000, 0)]);
}

#[test]
fn a_stopped_producer_is_silent_until_it_is_restarted() {
    let mut told =
        Told::of(Drawing::new().every("p", 1.0, 100).queue("q", Waiting::default()).link("p", "q"));
    told.at(2500, &stop("p")).until_ms(10_000);
    assert_eq!(told.counts("q").arrived, 2);
    let refused =
        told.try_at(10_000, &Input::Publish { node: "p".into(), event: Given::default() });
    assert_eq!(refused, Err(InputError::NotUp { id: "p".into() }));
    told.at(10_500, &restart("p")).until_ms(12_600);
    assert_eq!(told.counts("q").arrived, 4);
}

#[test]
fn a_stopped_producer_keeps_its_outbox_and_a_crashed_one_loses_it() {
    let build = || {
        let mut told = Told::of(
            Drawing::new()
                .by_hand("p")
                .queue("q", queue_of(1, Overflow::Block))
                .consumer("c", 2.0, Consumer::default())
                .link("p", "q")
                .link("q", "c"),
        );
        for _ in 0..4 {
            told.publish(1000, "p");
        }
        told
    };
    let mut told = build();
    told.at(1500, &stop("p")).until_ms(20_000);
    assert_eq!((told.counts("p").outbox, told.counts("q").completed), (2, 2));
    told.at(20_000, &restart("p")).until_ms(40_000);
    assert_eq!((told.counts("p").outbox, told.counts("q").completed), (0, 4));

    let mut told = build();
    told.at(1500, &crash("p")).until_ms(20_000);
    let reason = Reason::ProducerCrashed;
    assert_eq!(told.losses(), [(1500, 2, reason), (1500, 3, reason)]);
}

#[test]
fn a_stopped_consumer_takes_nothing_new_and_finishes_what_it_has() {
    let mut told = plain(Waiting::default(), Consumer { prefetch: Some(2), ..Consumer::default() });
    for _ in 0..3 {
        told.publish(1000, "p");
    }
    told.at(1500, &stop("c")).until_ms(9000);
    assert_eq!(told.when(K::Completed, "q"), [(2000, 0), (3000, 1)]);
    assert_eq!(told.counts("q").ready, 1);
    told.at(9000, &restart("c")).until_ms(12_000);
    assert_eq!(told.counts("q").completed, 3);
}

#[test]
fn a_crashed_channel_refuses_publishes_and_keeps_its_contents_where_it_is_durable() {
    let mut told = plain(Waiting::default(), Consumer::default());
    told.publish(1000, "p").publish(1100, "p").at(1500, &crash("q")).publish(2000, "p");
    assert_eq!(told.losses(), [(2000, 2, Reason::ChannelCrashed)]);
    told.until_ms(5000);
    assert_eq!(told.contents("q"), [0, 1]);
    assert_eq!(told.counts("q").completed, 0);
    told.at(5000, &restart("q")).until_ms(9000);
    assert_eq!(told.when(K::Completed, "q"), [(6000, 0), (7000, 1)]);
}

#[test]
fn a_crashed_channel_loses_its_contents_where_it_is_not_durable() {
    let passing = Waiting { durable: false, ..Waiting::default() };
    let mut told = plain(passing, Consumer::default());
    told.publish(1000, "p").publish(1100, "p").at(1500, &crash("q")).until_ms(5000);
    let reason = Reason::ChannelCrashed;
    assert_eq!(told.losses(), [(1500, 0, reason), (1500, 1, reason)]);
    assert_eq!(told.world.events_alive(), 0);
}

#[test]
fn a_crashed_topic_refuses_publishes_for_all_its_subscriptions() {
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .topic("t")
            .consumer("c", 1.0, Consumer::default())
            .link("p", "t")
            .link("t", "c"),
    );
    told.at(500, &crash("t")).publish(1000, "p").at(1500, &restart("t")).publish(2000, "p");
    told.until_ms(5000);
    assert_eq!(told.losses(), [(1000, 0, Reason::ChannelCrashed)]);
    assert_eq!(told.counts("t").lost, 1);
    assert_eq!(told.counts("t").completed, 1);
    let link = told.counts("p-t");
    assert_eq!((link.sent, link.arrived), (2, 2));
}

#[test]
fn senders_that_wait_for_a_channel_are_refused_when_it_crashes() {
    let mut told = plain(queue_of(0, Overflow::Block), Consumer::default());
    told.publish(1000, "p").publish(1100, "p").at(1500, &crash("q"));
    assert_eq!(told.losses(), [(1500, 1, Reason::ChannelCrashed)]);
    assert_eq!(told.counts("p").outbox, 0);
}

#[test]
fn a_purge_throws_the_ready_events_away_and_lets_waiting_senders_in() {
    let mut told = plain(queue_of(1, Overflow::Block), Consumer::default());
    for ms in [1000, 1100, 1200] {
        told.publish(ms, "p");
    }
    told.at(1500, &Input::Purge { node: "q".into() });
    assert_eq!(told.losses(), [(1500, 1, Reason::Purged)]);
    assert_eq!(told.contents("q"), [0, 2]);
}

#[test]
fn what_cannot_be_done_to_a_node_is_refused_and_changes_nothing() {
    let mut told = plain(Waiting::default(), Consumer::default());
    told.publish(1000, "p");
    let facts = told.facts.len();
    for input in [stop("q"), Input::Purge { node: "c".into() }, crash("nobody")] {
        assert!(told.try_at(1500, &input).is_err(), "{input:?}");
    }
    // Once more is not an error, and no news.
    told.at(1500, &restart("c"));
    assert_eq!(told.facts.len(), facts);
}

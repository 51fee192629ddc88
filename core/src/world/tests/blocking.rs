//! Block the producer, outbox, closed loop, deadlock: semantics §0, "Block the producer".

use super::*;
use crate::project::Filter;

fn blocking(capacity: u64) -> Waiting {
    queue_of(capacity, Overflow::Block)
}

fn every_second(settings: Producer) -> (Arrivals, Producer) {
    (Arrivals::Constant { rate_per_s: 1.0 }, settings)
}

#[test]
fn one_full_subscription_holds_the_whole_publish() {
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .topic_with("t", blocking(0))
            .consumer("quick", 0.1, Consumer::default())
            .consumer("slow", 3.0, Consumer::default())
            .link("p", "t")
            .link("t", "quick")
            .link("t", "slow"),
    );
    told.publish(1000, "p").publish(2000, "p").until_ms(10_000);
    assert_eq!(told.when(K::Accepted, "t-quick"), [(1000, 0), (4000, 1)]);
    assert_eq!(told.when(K::Accepted, "t-slow"), [(1000, 0), (4000, 1)]);
}

#[test]
fn a_full_subscription_that_does_not_match_holds_nothing() {
    let orders = Filter { types: vec!["order".to_owned()], condition: None };
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .topic_with("t", blocking(0))
            .consumer("all", 0.1, Consumer::default())
            .consumer("orders", 9.0, Consumer::default())
            .link("p", "t")
            .link("t", "all")
            .link_with(Link { filter: orders, ..Link::new("t", "orders") }),
    );
    told.publish_type(1000, "p", "order").publish_type(2000, "p", "user").until_ms(5000);
    assert_eq!(told.when(K::Accepted, "t-all"), [(1000, 0), (2000, 1)]);
}

#[test]
fn the_arrival_process_goes_on_and_what_finds_the_outbox_full_is_lost() {
    let (arrivals, settings) =
        every_second(Producer { outbox_capacity: Some(2), limit: Some(6), ..Producer::default() });
    let mut told = Told::of(
        Drawing::new()
            .producer("p", arrivals, settings)
            .queue("q", blocking(0))
            .consumer("c", 10.0, Consumer::default())
            .link("p", "q")
            .link("q", "c"),
    );
    told.until_ms(7000);
    let counts = told.counts("p");
    assert_eq!((counts.due, counts.published, counts.outbox, counts.lost), (6, 1, 2, 3));
    let lost: Vec<_> = told.losses();
    assert_eq!(lost[0], (4000, 3, Reason::OutboxFull));
    told.until_ms(60_000);
    assert_eq!(told.counts("q").completed, 3);
    let blocked = told.statistics.blocked_ns(told.element("p"), SimTime(60_000 * MS));
    // From 2 s, when the second fell due, to 21 s, when the third was taken.
    assert_eq!(blocked, i128::from(19_000 * MS));
}

#[test]
fn end_to_end_time_counts_from_when_the_event_was_due_and_sojourn_from_acceptance() {
    let (arrivals, settings) = every_second(Producer { limit: Some(2), ..Producer::default() });
    let mut told = Told::of(
        Drawing::new()
            .producer("p", arrivals, settings)
            .queue("q", blocking(0))
            .consumer("c", 3.0, Consumer::default())
            .link("p", "q")
            .link("q", "c"),
    );
    told.until_ms(20_000);
    let consumer = told.element("c");
    let (_, times) = told.statistics.end_to_end(consumer).next().expect("there are times");
    // The second was due at 2, accepted at 4, done at 7.
    assert_eq!((times.count(), times.sum_ns()), (2, u128::from((3 + 5) * S)));
    let sojourn = &told.statistics.times(told.element("q")).expect("there are times").sojourn;
    assert_eq!(sojourn.sum_ns(), u128::from((3 + 3) * S));
}

#[test]
fn a_closed_loop_begins_its_next_interval_when_its_last_publish_was_accepted() {
    let closed = Producer { closed_loop: true, limit: Some(4), ..Producer::default() };
    let (arrivals, settings) = every_second(closed);
    let mut told = Told::of(
        Drawing::new()
            .producer("p", arrivals, settings)
            .queue("q", blocking(0))
            .consumer("c", 3.0, Consumer::default())
            .late_link("p", "q", 0.5)
            .link("q", "c"),
    );
    told.until_ms(60_000);
    // Due at 1, accepted at 1.5; due at 2.5, held until 4.5, accepted at 5.0; due at 6.0, …
    let published: Vec<u64> = told.when(K::Published, "p").iter().map(|(ms, _)| *ms).collect();
    assert_eq!(published, [1000, 4500, 8000, 11_500]);
    assert_eq!(told.when(K::Held, "p")[0], (2500, 1));
}

#[test]
fn waiting_senders_are_served_first_in_first_out() {
    let mut told = Told::of(
        Drawing::new()
            .by_hand("a")
            .by_hand("b")
            .queue("q", blocking(0))
            .consumer("c", 1.0, Consumer::default())
            .link("a", "q")
            .link("b", "q")
            .link("q", "c"),
    );
    told.publish(1000, "a").publish(1100, "b").publish(1200, "a").publish(1300, "b");
    told.until_ms(10_000);
    // Who has more goes to the end of the line with its next.
    assert_eq!(told.events(K::Accepted, "q"), [0, 1, 2, 3]);
}

#[test]
fn a_blocked_server_counts_as_blocked_and_not_as_utilised() {
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .queue("q", Waiting::default())
            .consumer("c", 1.0, Consumer::default())
            .queue("full", blocking(0))
            .consumer("slow", 4.0, Consumer::default())
            .link("p", "q")
            .link("q", "c")
            .link("c", "full")
            .link("full", "slow"),
    );
    told.publish(0, "p").publish(0, "p").until_ms(10_000);
    // 0 is through at 1; 1 is served until 2 and waits until 5.
    let consumer = told.element("c");
    let now = SimTime(10_000 * MS);
    assert_eq!(told.statistics.blocked_ns(consumer, now), i128::from(3 * S));
    assert_eq!(told.statistics.utilisation(consumer, now), Some(0.2));
    assert_eq!(told.when(K::Completed, "q"), [(1000, 0), (5000, 1)]);
}

#[test]
fn a_link_with_latency_reserves_its_place_at_departure() {
    let mut told = Told::of(
        Drawing::new()
            .by_hand("a")
            .by_hand("b")
            .queue("q", blocking(1))
            .late_link("a", "q", 1.0)
            .link("b", "q"),
    );
    told.publish(1000, "a").publish(1500, "b").until_ms(3000);
    assert_eq!(told.when(K::Accepted, "q"), [(2000, 0)]);
    assert_eq!(told.counts("b").outbox, 1);
}

#[test]
fn a_ring_in_which_each_waits_for_the_other_is_told_as_a_deadlock() {
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .queue("x", blocking(0))
            .queue("y", blocking(0))
            .consumer("a", 1.0, Consumer::default())
            .consumer("b", 1.0, Consumer::default())
            .link("p", "x")
            .link("x", "a")
            .link("a", "y")
            .link("y", "b")
            .link("b", "x"),
    );
    told.publish(1000, "p").publish(1500, "p").until_ms(20_000);
    // At 2 the first goes on to b and the second begins; at 3 each has something for the other.
    let stuck: Vec<_> = told.facts.iter().filter(|f| f.kind() == K::Deadlocked).collect();
    let mut places: Vec<_> = stuck.iter().map(|f| f.at()).collect();
    places.sort();
    let mut both = [told.element("x"), told.element("y")];
    both.sort();
    assert_eq!(places, both);
    assert!(stuck.iter().all(|f| f.time == SimTime(3 * S) && f.copies() == 2), "{stuck:?}");
    // A crash of one side lets the other go on.
    told.at(20_000, &Input::Crash { node: "x".into() }).until_ms(30_000);
    assert!(told.counts("y").completed > 0);
}

#[test]
fn a_channel_nobody_empties_is_stuck_and_one_whose_events_expire_is_not() {
    for (ttl_s, stuck) in [(None, 1), (Some(5.0), 0)] {
        let waiting = Waiting { ttl_s, ..blocking(1) };
        let mut told = Told::of(Drawing::new().by_hand("p").queue("q", waiting).link("p", "q"));
        told.publish(1000, "p").publish(2000, "p").publish(3000, "p").until_ms(4000);
        let told_of = told.facts.iter().filter(|f| f.kind() == K::Deadlocked).count();
        assert_eq!(told_of, stuck);
    }
}

#[test]
fn a_consumer_that_waits_for_a_living_channel_is_no_deadlock() {
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .queue("x", blocking(0))
            .consumer("a", 1.0, Consumer::default())
            .queue("y", blocking(0))
            .consumer("b", 30.0, Consumer::default())
            .link("p", "x")
            .link("x", "a")
            .link("a", "y")
            .link("y", "b"),
    );
    for ms in [0, 100, 200, 300] {
        told.publish(ms, "p");
    }
    told.until_ms(20_000);
    assert_eq!(told.facts.iter().filter(|f| f.kind() == K::Blocked).count(), 1);
    assert!(told.facts.iter().all(|f| f.kind() != K::Deadlocked));
    // Its last consumer gone, it is one.
    told.at(20_000, &Input::Crash { node: "b".into() }).until_ms(21_000);
    assert_eq!(told.facts.iter().filter(|f| f.kind() == K::Deadlocked).count(), 2);
}

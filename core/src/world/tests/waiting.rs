//! Delivery, time to live, capacity: semantics §0, "Delivery" and "Time to live".

use super::*;
use crate::project::WeightedType;

fn two_priorities() -> Producer {
    let mut urgent = WeightedType::new("urgent", 1.0);
    urgent.priority = Some(1);
    Producer { types: vec![urgent, WeightedType::new("normal", 1.0)], ..Producer::default() }
}

/// A producer of urgent and of normal events, each every second from `first_ms` on.
fn urgent_and_normal(waiting: Waiting) -> Drawing {
    let of = |priority, limit| Producer { priority, limit: Some(limit), ..Producer::default() };
    let every = Arrivals::Constant { rate_per_s: 1.0 };
    Drawing::new()
        .producer("normal", every.clone(), of(0, 3))
        .producer("urgent", every, of(1, 3))
        .queue("q", waiting)
        .link("normal", "q")
        .link("urgent", "q")
}

#[test]
fn without_classes_the_first_accepted_comes_first() {
    let drawing = urgent_and_normal(Waiting::default());
    let mut told = Told::of(drawing.consumer("c", 10.0, Consumer::default()).link("q", "c"));
    told.until_ms(100_000);
    assert_eq!(told.events(K::Started, "q"), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn with_classes_the_highest_comes_first_without_preempting_and_first_in_first_out_within() {
    let classes = Waiting { priorities: 2, ..Waiting::default() };
    let drawing = urgent_and_normal(classes);
    let mut told = Told::of(drawing.consumer("c", 10.0, Consumer::default()).link("q", "c"));
    told.until_ms(100_000);
    // Even numbers are normal. The first is in service when the urgent ones come, and stays.
    assert_eq!(told.events(K::Started, "q"), [0, 1, 3, 5, 2, 4]);
    assert_eq!(told.when(K::Completed, "q")[0], (11_000, 0));
}

#[test]
fn a_type_may_have_a_priority_of_its_own() {
    let classes = Waiting { priorities: 2, ..Waiting::default() };
    let mut told = Told::of(
        Drawing::new()
            .producer("p", Arrivals::Constant { rate_per_s: 10.0 }, two_priorities())
            .queue("q", classes)
            .link("p", "q"),
    );
    told.until_ms(10_000);
    let (rows, _) = told.world.contents(told.element("q"), 200);
    let types: Vec<u8> = rows.iter().map(|row| row.event_type.0).collect();
    let urgent = told.world.roster().types.iter().position(|name| **name == *"urgent");
    let first_normal = types.iter().position(|t| Some(usize::from(*t)) != urgent).expect("some");
    assert!(first_normal > 20 && first_normal < 80, "{first_normal}");
    assert!(types[first_normal..].iter().all(|t| Some(usize::from(*t)) != urgent));
}

#[test]
fn prefetch_is_the_most_that_a_consumer_holds_until_finished_whichever_way_acknowledged() {
    for ack in [Ack::Before, Ack::After] {
        let settings = Consumer { prefetch: Some(3), ack, ..Consumer::default() };
        let mut told = Told::of(
            Drawing::new()
                .by_hand("p")
                .queue("q", Waiting::default())
                .consumer("c", 1.0, settings)
                .link("p", "q")
                .link("q", "c"),
        );
        for _ in 0..5 {
            told.publish(1000, "p");
        }
        assert_eq!(told.events(K::Delivered, "q"), [0, 1, 2]);
        assert_eq!(told.counts("q").ready, 2);
        told.until_ms(2000);
        assert_eq!(told.when(K::Delivered, "q")[3], (2000, 3));
    }
}

#[test]
fn the_default_prefetch_is_the_concurrency() {
    let settings = Consumer { concurrency: 2, ..Consumer::default() };
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .queue("q", Waiting::default())
            .consumer("a", 1.0, settings.clone())
            .consumer("b", 1.0, settings)
            .link("p", "q")
            .link("q", "a")
            .link("q", "b"),
    );
    for _ in 0..6 {
        told.publish(1000, "p");
    }
    assert_eq!(told.counts("q").in_service, 4);
    assert_eq!(told.counts("q").ready, 2);
}

#[test]
fn competing_consumers_are_served_round_robin_among_those_with_credit() {
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .queue("q", Waiting::default())
            .consumer("a", 10.0, Consumer { concurrency: 3, ..Consumer::default() })
            .consumer("b", 10.0, Consumer::default())
            .link("p", "q")
            .link("q", "a")
            .link("q", "b"),
    );
    for _ in 0..4 {
        told.publish(1000, "p");
    }
    assert_eq!(told.events(K::Delivered, "q-a"), [0, 2, 3]);
    assert_eq!(told.events(K::Delivered, "q-b"), [1]);
}

#[test]
fn a_consumer_with_several_inputs_starts_what_was_delivered_first() {
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .by_hand("r")
            .queue("slow_way", Waiting::default())
            .queue("fast_way", Waiting::default())
            .consumer("c", 1.0, Consumer { prefetch: Some(9), ..Consumer::default() })
            .link("p", "slow_way")
            .link("r", "fast_way")
            .late_link("slow_way", "c", 0.5)
            .link("fast_way", "c"),
    );
    // 0 keeps the server busy; 1 sets off first and comes last.
    told.publish(1000, "r").publish(1100, "p").publish(1200, "r").until_ms(9000);
    let started: Vec<u64> =
        told.facts.iter().filter(|f| f.kind() == K::Started).map(|f| f.event.0).collect();
    assert_eq!(started, [0, 2, 1]);
}

#[test]
fn time_to_live_counts_from_acceptance_in_exact_time_for_ready_events_alone() {
    let ttl = Waiting { ttl_s: Some(2.0), ..Waiting::default() };
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .queue("q", ttl)
            .consumer("c", 5.0, Consumer { prefetch: Some(2), ..Consumer::default() })
            .link("p", "q")
            .link("q", "c"),
    );
    for ms in [1000, 1100, 1200, 1300] {
        told.publish(ms, "p");
    }
    told.until_ms(20_000);
    // 0 and 1 are delivered and never expire; 2 and 3 are ready for 2 s.
    assert_eq!(told.losses(), [(3200, 2, Reason::Expired), (3300, 3, Reason::Expired)]);
    assert_eq!(told.when(K::Completed, "q"), [(6000, 0), (11_000, 1)]);
}

#[test]
fn what_comes_back_after_its_time_has_expired() {
    let ttl = Waiting { ttl_s: Some(2.0), ..Waiting::default() };
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .queue("q", ttl)
            .consumer("c", 3.0, failing(OnFailure::Requeue))
            .link("p", "q")
            .link("q", "c"),
    );
    told.publish(1000, "p").until_ms(20_000);
    assert_eq!(told.losses(), [(4000, 0, Reason::Expired)]);
}

#[test]
fn a_time_to_live_of_zero_expires_what_cannot_be_delivered_at_once() {
    let ttl = Waiting { ttl_s: Some(0.0), ..Waiting::default() };
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .queue("q", ttl)
            .consumer("c", 1.0, Consumer::default())
            .link("p", "q")
            .link("q", "c"),
    );
    told.publish(1000, "p").publish(1500, "p").until_ms(3000);
    assert_eq!(told.losses(), [(1500, 1, Reason::Expired)]);
    assert_eq!(told.events(K::Completed, "q"), [0]);
}

#[test]
fn capacity_counts_ready_events_alone_so_that_zero_is_allowed() {
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .queue("q", queue_of(0, Overflow::DropNewest))
            .consumer("c", 1.0, Consumer { concurrency: 2, ..Consumer::default() })
            .link("p", "q")
            .link("q", "c"),
    );
    told.publish(1000, "p").publish(1000, "p").publish(1000, "p").until_ms(3000);
    assert_eq!(told.losses(), [(1000, 2, Reason::OverflowNewest)]);
    assert_eq!(told.counts("q").completed, 2);
}

#[test]
fn bytes_are_the_declared_size_else_those_of_the_datas_json() {
    let bytes = |capacity_bytes, overflow| Waiting {
        capacity_bytes: Some(capacity_bytes),
        overflow,
        ..Waiting::default()
    };
    let declared = Producer { payload_bytes: Some(400), ..Producer::default() };
    let mut told = Told::of(
        Drawing::new()
            .producer("p", Arrivals::Constant { rate_per_s: 1.0 }, declared)
            .by_hand("r")
            .queue("q", bytes(1000, Overflow::DropNewest))
            .queue("s", bytes(20, Overflow::DropOldest))
            .link("p", "q")
            .link("r", "s"),
    );
    told.publish_data(100, "r", r#"{"a": 1}"#).publish_data(200, "r", r#"{"b": 2}"#);
    // 8 + 8 + 8 > 20: the oldest goes.
    told.publish_data(300, "r", r#"{"c": 3}"#);
    // Larger than the queue: nothing is thrown out for it.
    told.publish_data(400, "r", r#"{"d": "0123456789abcdef"}"#);
    assert_eq!(told.contents("s"), [1, 2]);
    assert_eq!(told.losses(), [(300, 0, Reason::OverflowOldest), (400, 3, Reason::OverflowNewest)]);
    told.until_ms(3000);
    assert_eq!(told.contents("q"), [4, 5]);
    assert_eq!(told.losses()[2..], [(3000, 6, Reason::OverflowNewest)]);
}

#[test]
fn data_is_made_by_a_template_when_somebody_reads_it() {
    let producer = Producer {
        data: Some(r#"{"celsius": "${integer(10, 40)}", "by": "${event.source}"}"#.to_owned()),
        ..Producer::default()
    };
    let warm = crate::project::Filter {
        condition: Some("data.celsius >= 25 && data.by == 'p'".to_owned()),
        ..Default::default()
    };
    let mut told = Told::of(
        Drawing::new()
            .producer("p", Arrivals::Constant { rate_per_s: 100.0 }, producer)
            .topic("t")
            .queue("warm", Waiting::default())
            .queue("all", Waiting::default())
            .link("p", "t")
            .link("t", "all")
            .link_with(Link { filter: warm, ..Link::new("t", "warm") }),
    );
    told.until_ms(20_000);
    // 16 of 31 values; 2,000 draws: four standard deviations are 0.045.
    let share = told.counts("warm").arrived as f64 / told.counts("all").arrived as f64;
    assert!((share - 16.0 / 31.0).abs() < 0.045, "{share}");
    assert_eq!(told.counts("all").arrived, 2000);
}

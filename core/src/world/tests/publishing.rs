//! Acceptance: semantics §0, "Acceptance".

use super::*;
use crate::project::{Filter, Overrides};

fn only(types: &[&str]) -> Filter {
    Filter { types: types.iter().map(|name| (*name).to_owned()).collect(), condition: None }
}

fn where_(condition: &str) -> Filter {
    Filter { types: Vec::new(), condition: Some(condition.to_owned()) }
}

fn filtered(from: &str, to: &str, filter: Filter) -> Link {
    Link { filter, ..Link::new(from, to) }
}

#[test]
fn a_publish_is_accepted_at_the_instant_it_reaches_a_channel_that_has_room_and_is_up() {
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .queue("q", queue_of(1, Overflow::DropNewest))
            .late_link("p", "q", 0.5),
    );
    told.publish(1000, "p").publish(1100, "p").until_ms(2000);
    assert_eq!(told.when(K::Accepted, "q"), [(1500, 0)]);
    assert_eq!(told.losses(), [(1600, 1, Reason::OverflowNewest)]);
    let crash = Input::Crash { node: "q".into() };
    told.at(2000, &crash).publish(2000, "p").until_ms(3000);
    assert_eq!(told.losses()[1..], [(2500, 2, Reason::ChannelCrashed)]);
}

#[test]
fn several_publish_links_of_one_node_carry_one_publish_on_all_of_them_at_one_instant() {
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .queue("a", Waiting::default())
            .queue("b", Waiting::default())
            .link("p", "a")
            .link("p", "b"),
    );
    told.publish(1000, "p");
    assert_eq!(told.when(K::Published, "p"), [(1000, 0)]);
    assert_eq!(told.when(K::Accepted, "a"), [(1000, 0)]);
    assert_eq!(told.when(K::Accepted, "b"), [(1000, 0)]);
}

#[test]
fn a_topic_copies_once_for_each_subscription_whose_filter_matches_and_none_is_unrouted_not_lost() {
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .topic("t")
            .consumer("orders", 0.1, Consumer::default())
            .consumer("all", 0.1, Consumer::default())
            .queue("bound", Waiting::default())
            .link("p", "t")
            .link_with(filtered("t", "orders", only(&["order.*"])))
            .link_with(filtered("t", "all", only(&["order.created", "user"])))
            .link_with(filtered("t", "bound", only(&["user"]))),
    );
    told.publish_type(1000, "p", "order.created").publish_type(2000, "p", "order.paid");
    told.publish_type(3000, "p", "user").publish_type(4000, "p", "stock").until_ms(5000);
    assert_eq!(told.events(K::Accepted, "t-orders"), [0, 1]);
    assert_eq!(told.events(K::Accepted, "t-all"), [0, 2]);
    assert_eq!(told.events(K::Accepted, "bound"), [2]);
    assert_eq!(told.counts("t").unrouted, 1);
    assert!(told.losses().is_empty());
}

#[test]
fn a_condition_reads_attributes_and_data_and_an_error_is_a_fact_and_a_count_never_a_stop() {
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .topic("t")
            .queue("hot", Waiting::default())
            .queue("from_p", Waiting::default())
            .link("p", "t")
            .link_with(filtered("t", "hot", where_("data.celsius > 30")))
            .link_with(filtered("t", "from_p", where_("event.source == 'p'"))),
    );
    told.publish_data(1000, "p", r#"{"celsius": 31.5}"#).publish_data(
        2000,
        "p",
        r#"{"celsius": 20}"#,
    );
    told.publish_data(3000, "p", r#"{"door": "open"}"#).publish_data(
        4000,
        "p",
        r#"{"celsius": 40}"#,
    );
    assert_eq!(told.events(K::Accepted, "hot"), [0, 3]);
    assert_eq!(told.events(K::Accepted, "from_p"), [0, 1, 2, 3]);
    assert_eq!(told.when(K::ExpressionFailed, "t-hot"), [(3000, 2)]);
    assert_eq!(told.statistics.expression_failures(told.element("t-hot")), 1);
    assert!(told.losses().is_empty());
}

#[test]
fn a_subscribe_link_has_a_place_of_its_own_with_the_topics_settings_or_its_own() {
    let topic = Waiting { dead_letter: Some("dlq".into()), ..queue_of(1, Overflow::DropNewest) };
    let own = Overrides { capacity: Some(3), ttl_s: Some(2.0), ..Overrides::default() };
    let limited =
        Overrides { delivery_limit: Some(1), dead_letter: Some("own_dlq".into()), ..own.clone() };
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .topic_with("t", topic)
            .queue("dlq", Waiting::default())
            .queue("own_dlq", Waiting::default())
            .consumer("a", 100.0, Consumer::default())
            .consumer("b", 100.0, Consumer::default())
            .consumer("c", 1.0, failing(OnFailure::Requeue))
            .link("p", "t")
            .link("t", "a")
            .link_with(Link { overrides: own, ..Link::new("t", "b") })
            .link_with(Link { overrides: limited, ..Link::new("t", "c") }),
    );
    for ms in [1000, 1100, 1200, 1300] {
        told.publish(ms, "p");
    }
    told.until_ms(1500);
    // One is in service, one is ready; the others find no room at a.
    assert_eq!(told.events(K::Accepted, "t-a"), [0, 1]);
    assert_eq!(told.events(K::Accepted, "t-b"), [0, 1, 2, 3]);
    told.until_ms(10_000);
    // After 2 s those that were ready at b expire, into the topic's dead letters.
    assert_eq!(told.when(K::ReadyDeadLettered, "t-b"), [(3100, 1), (3200, 2), (3300, 3)]);
    assert_eq!(told.reasons(K::DeadLettered)[0], (2000, 0, Reason::DeliveryLimit));
    assert!(told.counts("own_dlq").ready > 0);
    assert_eq!(told.counts("dlq").ready, 3);
}

#[test]
fn a_bind_link_has_no_place_its_copies_are_accepted_under_the_queues_settings() {
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .topic_with("t", queue_of(9, Overflow::Block))
            .queue("q", queue_of(1, Overflow::DropNewest))
            .link("p", "t")
            .link("t", "q"),
    );
    told.publish(1000, "p").publish(2000, "p");
    assert_eq!(told.when(K::Accepted, "q"), [(1000, 0)]);
    assert_eq!(told.losses(), [(2000, 1, Reason::OverflowNewest)]);
}

#[test]
fn an_event_that_comes_again_by_another_way_is_lost_on_its_link() {
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .topic("t")
            .queue("q", Waiting::default())
            .link("p", "q")
            .link("p", "t")
            .late_link("t", "q", 0.5),
    );
    told.publish(1000, "p").until_ms(2000);
    let link = told.counts("t-q");
    assert_eq!((link.sent, link.arrived, link.lost), (1, 0, 1));
    assert_eq!(told.counts("q").arrived, 1);
    assert_eq!(told.losses(), [(1500, 0, Reason::AlreadyTaken)]);
}

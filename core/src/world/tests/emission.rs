//! What consumers publish: by which rules, with what, and from what it comes.

use super::*;
use crate::project::{Emission, EmissionKey, EmitOn, Filter, Retry};

fn emits(emissions: Vec<Emission>, settings: Consumer) -> Told {
    Told::of(
        Drawing::new()
            .by_hand("p")
            .queue("q", Waiting::default())
            .consumer("c", 1.0, Consumer { emissions, ..settings })
            .queue("out", Waiting::default())
            .link("p", "q")
            .link("q", "c")
            .link("c", "out"),
    )
}

fn named(event_type: &str) -> Emission {
    Emission { event_type: Some(event_type.to_owned()), ..Emission::default() }
}

fn types_in(told: &Told, queue: &str) -> Vec<String> {
    let (rows, _) = told.world.contents(told.element(queue), 100);
    let types = &told.world.roster().types;
    rows.iter().map(|row| types[usize::from(row.event_type.0)].to_string()).collect()
}

fn data_in(told: &Told, queue: &str) -> Vec<Option<String>> {
    let place = told.world.slots[told.element(queue).ix()] as usize;
    let ready = told.world.places[place].ready();
    ready.map(|copy| told.world.data_json(copy.event).map(|json| json.to_string())).collect()
}

#[test]
fn without_rules_each_success_passes_one_child_on_that_is_like_its_trigger() {
    let mut told = emits(Vec::new(), Consumer::default());
    told.publish_data(1000, "p", r#"{"a": 1}"#).until_ms(5000);
    assert_eq!(data_in(&told, "out"), [Some(r#"{"a": 1}"#.to_owned())]);
    let mut told = emits(Vec::new(), failing(OnFailure::Reject));
    told.publish(1000, "p").until_ms(5000);
    assert_eq!(told.counts("out").arrived, 0);
}

#[test]
fn a_rule_says_when_how_many_of_which_type_and_for_which_events() {
    let orders = Filter { types: vec!["order.*".to_owned()], condition: None };
    let rules = vec![
        Emission { count: 2, filter: orders, ..named("stock.reserve") },
        Emission { on: EmitOn::Failure, ..named("never") },
        named("seen"),
    ];
    let mut told = emits(rules, Consumer::default());
    told.publish_type(1000, "p", "order.created").publish_type(5000, "p", "user").until_ms(9000);
    assert_eq!(types_in(&told, "out"), ["stock.reserve", "stock.reserve", "seen", "seen"]);
}

#[test]
fn failures_and_giving_up_have_rules_of_their_own() {
    let rules = || {
        vec![
            Emission { on: EmitOn::Failure, ..named("attempt.failed") },
            Emission { on: EmitOn::GivenUp, ..named("order.failed") },
        ]
    };
    let retry = OnFailure::Retry(Retry { attempts: 3, delay_s: 0.1, ..Retry::default() });
    let mut told = emits(rules(), failing(retry));
    told.publish(1000, "p").until_ms(9000);
    let failed = "attempt.failed";
    assert_eq!(types_in(&told, "out"), [failed, failed, failed, "order.failed"]);
    assert_eq!(told.losses(), [(4300, 0, Reason::Rejected)]);
    // Each attempt's event is another one.
    let place = told.world.slots[told.element("out").ix()] as usize;
    let mut draws: Vec<u64> = told.world.places[place]
        .ready()
        .map(|copy| told.world.events.get(copy.event).draw)
        .collect();
    draws.sort_unstable();
    draws.dedup();
    assert_eq!(draws.len(), 4);
}

#[test]
fn a_probability_lets_that_share_through() {
    let rules = vec![Emission { probability: 0.3, ..named("paid") }];
    let mut told = emits(rules, Consumer::default());
    told.edit_node(0, "c", |kind| {
        if let NodeKind::Consumer(consumer) = kind {
            consumer.service = Service::Constant { mean_s: 0.0 };
        }
    });
    for n in 0..3000 {
        told.publish(n, "p");
    }
    told.until_ms(4000);
    // Four standard deviations of a binomial share of 3,000: 0.0335.
    let share = told.counts("out").arrived as f64 / 3000.0;
    assert!((share - 0.3).abs() < 0.0335, "{share}");
}

#[test]
fn data_may_read_the_triggers_and_the_condition_too() {
    let dear = Filter { condition: Some("data.total > 100".to_owned()), ..Filter::default() };
    let data = r#"{"order": "${trigger.id}", "total": "${trigger.data.total * 2}"}"#;
    let rules = vec![Emission { filter: dear, data: Some(data.to_owned()), ..named("big") }];
    let mut told = emits(rules, Consumer::default());
    told.publish_data(1000, "p", r#"{"total": 70}"#).publish_data(3000, "p", r#"{"total": 210}"#);
    told.publish_data(5000, "p", r#"{"sum": 3}"#).until_ms(9000);
    assert_eq!(data_in(&told, "out"), [Some(r#"{"order":"1","total":420}"#.to_owned())]);
    assert_eq!(told.statistics.expression_failures(told.element("c")), 1);
}

#[test]
fn a_key_is_the_triggers_or_drawn_or_new() {
    for (key, expected) in [
        (EmissionKey::Trigger, "customer"),
        (EmissionKey::Drawn { keys: 1 }, "k1"),
        (EmissionKey::New, "e1"),
    ] {
        let mut told = emits(vec![Emission { key, ..named("x") }], Consumer::default());
        let event = Given { key: Some("customer".into()), ..Given::default() };
        told.at(1000, &Input::Publish { node: "p".into(), event }).until_ms(3000);
        let (rows, _) = told.world.contents(told.element("out"), 10);
        assert_eq!(rows[0].key.as_deref(), Some(expected));
    }
}

#[test]
fn correlation_is_inherited_and_causation_is_the_triggers_id() {
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .queue("q", Waiting::default())
            .consumer(
                "order",
                1.0,
                Consumer { emissions: vec![named("paid")], ..Consumer::default() },
            )
            .queue("r", Waiting::default())
            .consumer(
                "pay",
                1.0,
                Consumer { emissions: vec![named("sent")], ..Consumer::default() },
            )
            .queue("out", Waiting::default())
            .link("p", "q")
            .link("q", "order")
            .link("order", "r")
            .link("r", "pay")
            .link("pay", "out"),
    );
    told.publish_type(500, "p", "other").publish_type(1000, "p", "order").until_ms(9000);
    let place = told.world.slots[told.element("out").ix()] as usize;
    let chain: Vec<_> = told.world.places[place]
        .ready()
        .map(|copy| {
            let record = told.world.events.get(copy.event);
            (record.root.0, record.parent.0)
        })
        .collect();
    let parents: Vec<u64> = chain.iter().map(|link| link.1).collect();
    assert_eq!(chain.iter().map(|link| link.0).collect::<Vec<_>>(), [0, 1]);
    // Each parent is the child of the root.
    for (root, parent) in chain {
        let told_parent =
            told.facts.iter().find(|f| f.kind() == K::Published && f.event.0 == parent);
        assert_eq!(told_parent.map(|f| f.parent().0), Some(root));
    }
    assert_eq!(parents.len(), 2);
    // By the type of the first event, from when it was due.
    let pay = told.element("pay");
    let types = &told.world.roster().types;
    let by_type: Vec<_> = told
        .statistics
        .end_to_end(pay)
        .map(|(ix, times)| (types[usize::from(ix.0)].to_string(), times.sum_ns() / u128::from(MS)))
        .collect();
    assert_eq!(by_type, [("other".to_owned(), 2000), ("order".to_owned(), 2500)]);
}

#[test]
fn several_emissions_into_a_full_channel_go_through_one_by_one() {
    let rules = vec![Emission { count: 3, ..named("part") }];
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .queue("q", Waiting::default())
            .consumer("c", 1.0, Consumer { emissions: rules, ..Consumer::default() })
            .queue("out", queue_of(0, Overflow::Block))
            .consumer("slow", 2.0, Consumer::default())
            .link("p", "q")
            .link("q", "c")
            .link("c", "out")
            .link("out", "slow"),
    );
    told.publish(0, "p").until_ms(20_000);
    let let_in: Vec<u64> = told.when(K::Accepted, "out").iter().map(|(ms, _)| *ms).collect();
    assert_eq!(let_in, [1000, 3000, 5000]);
    assert_eq!(told.when(K::Completed, "q"), [(5000, 0)]);
    let blocked = told.statistics.blocked_ns(told.element("c"), SimTime(20_000 * MS));
    assert_eq!(blocked, i128::from(4 * S));
}

#[test]
fn a_crash_takes_what_was_not_yet_published_with_it() {
    let mut told = Told::of(
        Drawing::new()
            .by_hand("p")
            .queue("q", Waiting::default())
            .consumer("c", 1.0, Consumer::default())
            .queue("out", queue_of(0, Overflow::Block))
            .link("p", "q")
            .link("q", "c")
            .link("c", "out"),
    );
    told.publish(0, "p").until_ms(2000);
    assert_eq!(told.counts("c").blocked, 1);
    told.at(2000, &Input::Crash { node: "c".into() }).until_ms(3000);
    assert_eq!((told.counts("c").blocked, told.counts("out").arrived), (0, 0));
    assert_eq!(told.contents("q"), [0]);
    assert_eq!(told.world.events_alive(), 1);
}

//! Editing while it runs: semantics §0, "Editing while it runs".

use super::*;

fn plain(waiting: Waiting, consumer: Consumer) -> Told {
    Told::of(
        Drawing::new()
            .every("p", 1.0, 100)
            .queue("q", waiting)
            .consumer("c", 2.0, consumer)
            .link("p", "q")
            .link("q", "c"),
    )
}

fn waiting_of(kind: &mut NodeKind) -> &mut Waiting {
    match kind {
        NodeKind::Queue(waiting) | NodeKind::Topic(waiting) => waiting,
        _ => panic!("a channel"),
    }
}

fn consumer_of(kind: &mut NodeKind) -> &mut Consumer {
    match kind {
        NodeKind::Consumer(consumer) => consumer,
        _ => panic!("a consumer"),
    }
}

#[test]
fn a_new_rate_draws_the_pending_arrival_anew() {
    let mut told = plain(Waiting::default(), Consumer::default());
    told.edit_node(1500, "p", |kind| {
        if let NodeKind::Producer(producer) = kind {
            producer.arrivals = Arrivals::Constant { rate_per_s: 10.0 };
        }
    });
    told.until_ms(1750);
    let published: Vec<u64> = told.when(K::Published, "p").iter().map(|(ms, _)| *ms).collect();
    assert_eq!(published, [1000, 1600, 1700]);
}

#[test]
fn a_new_service_law_holds_for_services_that_begin_afterwards() {
    let mut told = plain(Waiting::default(), Consumer::default());
    told.edit_node(1500, "c", |kind| {
        consumer_of(kind).service = Service::Constant { mean_s: 0.25 };
    });
    told.until_ms(4000);
    assert_eq!(told.when(K::Completed, "q")[..2], [(3000, 0), (3250, 1)]);
}

#[test]
fn a_lower_concurrency_lets_running_services_finish() {
    let mut told = plain(Waiting::default(), Consumer { concurrency: 3, ..Consumer::default() });
    told.until_ms(2500).edit_node(2500, "c", |kind| consumer_of(kind).concurrency = 1);
    assert_eq!(told.counts("q").in_service, 2);
    told.until_ms(4500);
    assert_eq!(told.when(K::Completed, "q"), [(3000, 0), (4000, 1)]);
    assert_eq!(told.counts("q").in_service, 1);
}

#[test]
fn a_lower_capacity_evicts_nothing_it_refuses_newcomers() {
    let mut told = plain(Waiting::default(), Consumer::default());
    told.until_ms(5500);
    let before = told.counts("q").ready;
    assert!(before > 1);
    told.edit_node(5500, "q", |kind| waiting_of(kind).capacity = Some(1));
    assert_eq!(told.counts("q").ready, before);
    told.until_ms(6500);
    assert_eq!(told.losses(), [(6000, 5, Reason::OverflowNewest)]);
}

#[test]
fn a_new_time_to_live_also_holds_for_what_is_waiting() {
    let mut told = plain(Waiting::default(), Consumer::default());
    told.edit_node(5500, "q", |kind| waiting_of(kind).ttl_s = Some(1.0));
    told.until_ms(5600);
    // 0, 1 were served, 2 is; 3 came at 4.0 and has waited too long, 4 came at 5.0.
    assert_eq!(told.losses(), [(5500, 3, Reason::Expired)]);
    told.until_ms(6000);
    assert_eq!(told.losses()[1..], [(6000, 4, Reason::Expired)]);
}

#[test]
fn new_classes_of_priority_sort_what_is_waiting() {
    let urgent = Producer { priority: 3, limit: Some(2), ..Producer::default() };
    let mut told = Told::of(
        Drawing::new()
            .every("p", 1.0, 2)
            .producer("u", Arrivals::Constant { rate_per_s: 0.4 }, urgent)
            .queue("q", Waiting::default())
            .link("p", "q")
            .link("u", "q"),
    );
    told.until_ms(6000);
    assert_eq!(told.contents("q"), [0, 1, 2, 3]);
    told.edit_node(6000, "q", |kind| waiting_of(kind).priorities = 2);
    let place = told.world.slots[told.element("q").ix()] as usize;
    let order: Vec<u32> = told.world.places[place].ready().map(|copy| copy.event.0).collect();
    assert_eq!(order, [2, 3, 0, 1]);
}

#[test]
fn removing_a_publish_link_loses_what_is_in_transit() {
    let mut told = Told::of(
        Drawing::new().by_hand("p").queue("q", Waiting::default()).late_link("p", "q", 5.0),
    );
    told.publish(1000, "p");
    told.at(2000, &Input::Edit(Edit::RemoveLink { id: "p-q".into() }));
    assert_eq!(told.losses(), [(2000, 0, Reason::LinkRemoved)]);
}

#[test]
fn removing_a_consume_link_aborts_its_services_and_requeues() {
    let mut told = plain(Waiting::default(), Consumer::default());
    told.at(1500, &Input::Edit(Edit::RemoveLink { id: "q-c".into() }));
    assert_eq!(told.reasons(K::Requeued), [(1500, 0, Reason::LinkRemoved)]);
    assert_eq!(told.contents("q"), [0]);
}

#[test]
fn removing_a_subscribe_link_or_a_channel_loses_its_contents() {
    let build = || {
        let mut told = Told::of(
            Drawing::new()
                .by_hand("p")
                .topic("t")
                .queue("q", Waiting::default())
                .consumer("c", 10.0, Consumer::default())
                .link("p", "t")
                .link("t", "c")
                .link("t", "q"),
        );
        told.publish(1000, "p").publish(1100, "p");
        told
    };
    let mut told = build();
    told.at(1500, &Input::Edit(Edit::RemoveLink { id: "t-c".into() }));
    let reason = Reason::SubscriptionRemoved;
    let mut losses = told.losses();
    losses.sort_by_key(|loss| loss.1);
    assert_eq!(losses, [(1500, 0, reason), (1500, 1, reason)]);

    let mut told = build();
    let project = std::sync::Arc::clone(told.world.project());
    let edit =
        Edit::remove_nodes(&project, &["q".into()].into_iter().collect(), &Default::default());
    told.at(1500, &Input::Edit(edit));
    let reason = Reason::ChannelRemoved;
    assert_eq!(told.losses(), [(1500, 0, reason), (1500, 1, reason)]);
    // It stays in the statistics, with the moment of its end.
    let report = crate::analysis::report::Report::new(&told.statistics, 7, told.world.now());
    let json = serde_json::to_value(&report).expect("a report is JSON");
    assert_eq!(json["nodes"]["q"]["removed_at_s"], 1.5);
    assert_eq!(json["nodes"]["q"]["arrived"], 2);
}

#[test]
fn undo_brings_back_structure_and_not_contents() {
    let mut told = plain(Waiting::default(), Consumer::default());
    told.until_ms(4500);
    let project = std::sync::Arc::clone(told.world.project());
    let edit =
        Edit::remove_nodes(&project, &["q".into()].into_iter().collect(), &Default::default());
    let inverse = edit.apply(&mut (*project).clone()).expect("the edit fits");
    told.at(4500, &Input::Edit(edit)).at(4600, &Input::Edit(inverse));
    let queues = told.world.roster().iter().filter(|(_, entry)| entry.id.as_str() == "q").count();
    assert_eq!(queues, 2, "the old one and the new one");
    told.until_ms(20_000);
    let json = serde_json::to_value(crate::analysis::report::Report::new(
        &told.statistics,
        7,
        told.world.now(),
    ))
    .expect("a report is JSON");
    assert!(json["nodes"]["q"]["completed"].as_u64() > Some(3));
    assert!(json["nodes"]["q"]["lost"].as_object().is_some_and(serde_json::Map::is_empty));
}

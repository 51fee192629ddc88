//! What each sample's text tells its readers, in numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

use eventloom_core::fact::{EventId, Fact, FactKind};
use eventloom_core::project::file;
use eventloom_core::project::{Ack, LinkKind, NodeKind, Project};
use eventloom_core::time::SimTime;
use eventloom_core::world::World;
use eventloom_tests::{count, eventloom, number, project, projects, total};
use serde_json::Value;

fn simulated(name: &str, time: &str) -> (Project, Value) {
    let path = project(name);
    let project = file::load(&path).unwrap_or_else(|error| panic!("{error}"));
    let path = path.to_str().expect("a path in UTF-8");
    (project, eventloom(["simulate", path, "--for", time, "--json"]).json())
}

fn nodes_of(project: &Project, is: fn(&NodeKind) -> bool) -> Vec<&str> {
    let nodes = project.nodes.iter().filter(|(_, node)| is(&node.kind));
    nodes.map(|(id, _)| id.as_str()).collect()
}

/// The links of `kind` that begin or end at `node`: their ids and the other ends.
fn links_of<'a>(project: &'a Project, node: &str, kind: LinkKind) -> Vec<(&'a str, &'a str)> {
    let mut found = Vec::new();
    for (id, link) in &project.links {
        if project.link_kind(id) != Some(kind) {
            continue;
        }
        if link.from.as_str() == node {
            found.push((id.as_str(), link.to.as_str()));
        } else if link.to.as_str() == node {
            found.push((id.as_str(), link.from.as_str()));
        }
    }
    found
}

/// What has arrived at `node` over its publish links.
fn published_to(project: &Project, json: &Value, node: &str) -> u64 {
    let links = links_of(project, node, LinkKind::Publish);
    links.iter().map(|(link, _)| count(json, &format!("/links/{link}/arrived"))).sum()
}

#[test]
fn every_sample_does_something() {
    for path in projects() {
        let path = path.to_str().expect("a path in UTF-8");
        let json = eventloom(["simulate", path, "--for", "24h", "--json"]).json();
        assert!(count(&json, "/events") > 10, "{path}: nothing happens");
        let nodes = json["nodes"].as_object().expect("nodes by id").values();
        let completed: u64 = nodes
            .filter(|node| node["kind"] == "consumer")
            .map(|node| count(node, "/completed"))
            .sum();
        assert!(completed > 10, "{path}: nothing is completed");
    }
}

#[test]
fn hello_queue_loses_nothing_and_acknowledges_on_delivery() {
    let (project, json) = simulated("hello-queue", "600s");
    let [producer] = nodes_of(&project, |kind| matches!(kind, NodeKind::Producer(_)))[..] else {
        panic!("one producer")
    };
    let [consumer] = nodes_of(&project, |kind| matches!(kind, NodeKind::Consumer(_)))[..] else {
        panic!("one consumer")
    };
    let NodeKind::Consumer(settings) = &project.nodes[consumer].kind else { panic!("a consumer") };
    assert_eq!(settings.ack, Ack::Before);

    let queue = &json["nodes"]["event_queue"];
    assert_eq!(queue["kind"], "queue");
    let published = count(&json, &format!("/nodes/{producer}/published"));
    let on_the_way: u64 = links_of(&project, producer, LinkKind::Publish)
        .iter()
        .map(|(link, _)| count(&json, &format!("/links/{link}/in_transit")))
        .sum();
    assert!(published > 100);
    assert_eq!(published, count(queue, "/arrived") + on_the_way);
    let inside = count(queue, "/in_queue") + count(queue, "/in_service");
    assert_eq!(count(queue, "/arrived"), count(queue, "/completed") + inside);
    assert_eq!(total(queue, "/lost") + total(queue, "/dead_lettered"), 0);
    assert_eq!(total(&json, &format!("/nodes/{producer}/lost")), 0);
    // Acknowledged when it is delivered: none is ever held unacknowledged, and what is being
    // worked on has been acknowledged already.
    assert_eq!(count(queue, "/unacked"), 0);
    assert_eq!(count(queue, "/acked"), count(queue, "/delivered"));
    assert!(count(queue, "/acked") >= count(queue, "/completed"));
    assert_eq!(count(queue, "/redelivered"), 0);
}

#[test]
fn mm1_waits_as_its_text_says() {
    // A short run is far from the mean of theory, and still in its neighbourhood; a long one is
    // held against it in `command_line`.
    let (project, json) = simulated("mm1", "20000s");
    assert_eq!(
        project.nodes.len() - nodes_of(&project, |k| matches!(k, NodeKind::Note(_))).len(),
        3
    );
    assert!((3.2 - number(&json, "/nodes/queue/lq")).abs() < 0.6);
    assert!((0.8 - number(&json, "/nodes/worker/utilisation")).abs() < 0.02);
}

#[test]
fn each_subscriber_gets_every_event_and_competing_consumers_share_them() {
    let (project, json) = simulated("pubsub-vs-queue", "600s");

    let topics = nodes_of(&project, |kind| matches!(kind, NodeKind::Topic(_)));
    assert!(!topics.is_empty(), "a topic to compare with");
    for topic in topics {
        let published = published_to(&project, &json, topic);
        assert!(published > 100, "{topic}: {published}");
        let subscriptions = links_of(&project, topic, LinkKind::Subscribe);
        let binds = links_of(&project, topic, LinkKind::Bind);
        assert!(subscriptions.len() + binds.len() >= 2, "{topic} has copies to hand out");
        for (link, _) in &subscriptions {
            let place = format!("/nodes/{topic}/subscriptions/{link}/arrived");
            assert_eq!(count(&json, &place), published, "{link}");
        }
        for (link, _) in &binds {
            assert_eq!(count(&json, &format!("/links/{link}/sent")), published, "{link}");
        }
        if binds.is_empty() {
            let copies = count(&json, &format!("/nodes/{topic}/arrived"));
            assert_eq!(copies, published * subscriptions.len() as u64);
        }
    }

    let mut shared = false;
    for queue in nodes_of(&project, |kind| matches!(kind, NodeKind::Queue(_))) {
        let consumers = links_of(&project, queue, LinkKind::Consume);
        let place = &json["nodes"][queue];
        let taken: Vec<u64> = consumers
            .iter()
            .map(|(_, consumer)| {
                count(&json, &format!("/nodes/{consumer}/completed"))
                    + count(&json, &format!("/nodes/{consumer}/in_service"))
            })
            .collect();
        let sum: u64 = taken.iter().sum();
        assert_eq!(sum + count(place, "/in_queue"), count(place, "/arrived"), "{queue}");
        if taken.len() >= 2 {
            shared = true;
            // Nobody gets all of them, and nobody nothing.
            assert!(taken.iter().all(|&part| part > 0 && part < sum), "{queue}: {taken:?}");
        }
    }
    assert!(shared, "a queue with competing consumers to compare with");
}

/// The number at `pointer` is within `share` of `expected`.
fn near(json: &Value, pointer: &str, expected: f64, share: f64) {
    let found = number(json, pointer);
    assert!((found / expected - 1.0).abs() < share, "{pointer}: {found} instead of {expected}");
}

/// The types of an event and of all that led to it, the first cause last, for every event of `wanted`
/// that a run of the sample published.
fn chains(project: &Project, seconds: u64, wanted: &str) -> Vec<Vec<String>> {
    let mut world = World::new(Arc::new(project.clone()), project.seed);
    let mut facts: Vec<Fact> = Vec::new();
    world.advance(SimTime(seconds * 1_000_000_000), u64::MAX, &mut facts);
    let types = world.roster().types.clone();
    let made: BTreeMap<_, _> = facts
        .iter()
        .filter(|fact| fact.kind() == FactKind::Published)
        .map(|fact| {
            (fact.event, (types[usize::from(fact.event_type().0)].to_string(), fact.parent()))
        })
        .collect();
    let chain = |first: EventId| {
        let mut chain = Vec::new();
        let mut next = first;
        while let Some((name, parent)) = made.get(&next) {
            chain.push(name.clone());
            next = *parent;
        }
        chain
    };
    made.iter().filter(|(_, (name, _))| name == wanted).map(|(event, _)| chain(*event)).collect()
}

#[test]
fn a_shop_order_leads_to_a_payment_and_to_a_shipment_in_one_chain() {
    let (project, json) = simulated("ecommerce", "20000s");
    let shipped = chains(&project, 600, "order.shipped");
    assert!(shipped.len() > 1000);
    let causes = ["order.shipped", "payment.successful", "order.created"];
    assert!(shipped.iter().all(|chain| *chain == causes), "{:?}", shipped[0]);
    let failed = chains(&project, 600, "payment.failed");
    assert!(failed.iter().all(|chain| *chain == ["payment.failed", "order.created"]));

    // Each reaction gets its own copies, and no others.
    let subscriptions = &json["nodes"]["shop"]["subscriptions"];
    let [orders, users] = ["order_paid", "user_welcomed"]
        .map(|link| count(subscriptions, &format!("/{link}/arrived")));
    assert_eq!(count(&json, "/nodes/shop/routed"), orders + users);
    assert_eq!(count(&json, "/nodes/shop/unrouted"), 0);
    for (link, of) in
        [("order_reserved", orders), ("order_confirmed", orders), ("user_accounted", users)]
    {
        assert_eq!(count(subscriptions, &format!("/{link}/arrived")), of, "{link}");
    }
    // 0.2 × 0.2 of the payments are given up, and each of them is told.
    let given_up = count(subscriptions, "/order_paid/lost/rejected");
    let paid = count(&json, "/nodes/payment/completed");
    assert!((given_up as f64 / (given_up + paid) as f64 / 0.04 - 1.0).abs() < 0.1);
    let payments = count(&json, "/nodes/payments/routed");
    assert_eq!(payments, given_up + paid);
    assert_eq!(count(&json, "/nodes/payments/subscriptions/paid_shipped/arrived"), paid);
    near(&json, "/nodes/shipping_notice/end_to_end_mean_s/order.created", 2.4, 0.03);
}

#[test]
fn a_house_reacts_to_what_its_sensors_say() {
    let (_, json) = simulated("iot", "20000s");
    let measured = number(&json, "/nodes/thermometers/published");
    // A normal distribution with mean 21 and deviation 4.1, rounded to a tenth: above 26.05 it has
    // 0.1090 of its mass, above 29.05 0.0248.
    let air = number(&json, "/nodes/house/subscriptions/too_warm/arrived") / measured;
    assert!((air / 0.1090 - 1.0).abs() < 0.03, "{air}");
    let alarm = number(&json, "/nodes/house/subscriptions/too_hot/arrived") / measured;
    assert!((alarm / 0.0248 - 1.0).abs() < 0.06, "{alarm}");
    // A quarter of the events are doors that open, half are light meters of which 50 in 401 are dark.
    let switched = number(&json, "/nodes/house/subscriptions/dark_or_open/arrived");
    let share = switched / number(&json, "/nodes/doors_and_lights/published");
    assert!((share / (0.25 + 0.5 * 50.0 / 401.0) - 1.0).abs() < 0.03, "{share}");
    // 2 MB at 20 MB/s, and 0.05 s.
    for camera in ["frames_faces", "frames_objects"] {
        let place = format!("/nodes/frames/subscriptions/{camera}");
        let service = number(&json, &format!("{place}/sojourn_mean_s"))
            - number(&json, &format!("{place}/wait_mean_s"));
        assert!((service - 0.15).abs() < 1e-6, "{service}");
        assert_eq!(total(&json, &format!("{place}/lost")), 0);
    }
    let path = project("iot");
    let path = path.to_str().expect("a path in UTF-8");
    let larger = ["--set", "cameras.payload_bytes=6000000"];
    let json =
        eventloom(["simulate", path, "--for", "600s", "--json"].iter().chain(&larger)).json();
    let place = "/nodes/frames/subscriptions/frames_faces";
    assert!(count(&json, &format!("{place}/lost/overflow_oldest")) > 100);
    // Six of 6 MB are as many as 40 MB hold.
    assert!(count(&json, &format!("{place}/ready")) <= 6);
}

#[test]
fn a_payment_is_tried_three_times_before_it_is_a_dead_letter() {
    let (_, json) = simulated("retry-and-dead-letter", "20000s");
    let payments = &json["nodes"]["payments"];
    let ended = number(payments, "/completed") + number(payments, "/dead_lettered/rejected");
    let dead = number(payments, "/dead_lettered/rejected") / ended;
    assert!((dead / 0.027 - 1.0).abs() < 0.08, "{dead}");
    let service = &json["nodes"]["payment_service"];
    let attempts = (number(service, "/completed") + number(service, "/failed")) / ended;
    assert!((attempts / 1.39 - 1.0).abs() < 0.01, "{attempts}");
    assert_eq!(
        count(&json, "/nodes/dead_letters/arrived"),
        count(payments, "/dead_lettered/rejected")
    );
    // A local retry is no redelivery.
    assert_eq!(count(payments, "/redelivered"), 0);
    assert_eq!(total(payments, "/lost"), 0);
}

#[test]
fn backpressure_loses_nothing_and_moves_the_waiting_to_the_producer() {
    let (_, json) = simulated("backpressure", "100000s");
    assert_eq!(total(&json, "/nodes/blocking/lost") + total(&json, "/nodes/held_source/lost"), 0);
    // Together, outbox and queue are an M/M/1: something is in the outbox where 7 or more are inside.
    let blocked = number(&json, "/nodes/held_source/blocked_s") / 100_000.0;
    assert!((blocked / 0.9_f64.powi(7) - 1.0).abs() < 0.03, "{blocked}");
    near(&json, "/nodes/held_worker/end_to_end_mean_s/event", 1.0, 0.05);
    // The other is an M/M/1/6, which loses (1 − ρ) ρ⁶ / (1 − ρ⁷) of its events.
    let rho = 0.9_f64;
    let loss = (1.0 - rho) * rho.powi(6) / (1.0 - rho.powi(7));
    let dropped = number(&json, "/nodes/dropping/lost/overflow_newest");
    let share = dropped / number(&json, "/nodes/dropping/arrived");
    assert!((share / loss - 1.0).abs() < 0.03, "{share} instead of {loss}");
    near(&json, "/nodes/losing_worker/end_to_end_mean_s/event", 0.317, 0.03);
}

#[test]
fn express_orders_overtake_standard_ones_as_theory_says() {
    let (_, json) = simulated("priorities", "100000s");
    let packer = "/nodes/packer/end_to_end_mean_s";
    near(&json, &format!("{packer}/express"), 0.2, 0.02);
    near(&json, &format!("{packer}/standard"), 0.6, 0.04);
    // The mean wait over all is that of the M/M/1: the order of service does not change it.
    near(&json, "/nodes/orders/wait_mean_s", 0.4, 0.05);
}

#[test]
fn bursts_wait_much_longer_than_a_steady_stream_of_the_same_rate() {
    let (_, json) = simulated("burst", "100000s");
    for worker in ["steady_worker", "bursty_worker"] {
        near(&json, &format!("/nodes/{worker}/utilisation"), 0.8, 0.02);
    }
    near(&json, "/nodes/steady_queue/wait_mean_s", 0.4, 0.05);
    near(&json, "/nodes/bursty_queue/wait_mean_s", 24.1, 0.2);
}

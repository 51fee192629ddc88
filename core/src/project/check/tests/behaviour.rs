//! Rules of arrival processes, services, attempts, emissions and overrides.

use super::*;
use crate::project::{
    Batch, Emission, EmitOn, Filter, ModulatedState, Overrides, Phase, RateStep, Retry, Stay,
};

/// Each change leads to this one complaint, and to no run unless it is a warning.
fn complaints(id: &str, cases: Vec<(NodeKind, &'static str, &str)>) {
    for (kind, code, field) in cases {
        assert_eq!(complaint(id, kind), (code, field.to_owned()));
    }
}

#[test]
fn bursts_have_a_rate_and_times() {
    let on_off = |rate_per_s, on_s, off_s| {
        producer(|p| {
            p.arrivals = Arrivals::OnOff { rate_per_s, on_s, off_s, stay: Stay::default() };
        })
    };
    assert_eq!(mm1().node("source", on_off(8.0, 1.0, 2.0)).says(), []);
    complaints(
        "source",
        vec![
            (on_off(-1.0, 1.0, 1.0), "negative", "arrivals.rate_per_s"),
            (on_off(1.0, 0.0, 1.0), "not_positive", "arrivals.on_s"),
            (on_off(1.0, 1.0, 0.0), "not_positive", "arrivals.off_s"),
            (on_off(1.0, 1.0, f64::NAN), "not_finite", "arrivals.off_s"),
            (on_off(1.0, -1.0, 1.0), "negative", "arrivals.on_s"),
        ],
    );
}

#[test]
fn a_profile_has_steps_in_order() {
    let profile = |steps: &[(f64, f64)], repeat_s| {
        let steps = steps.iter().map(|&(from_s, rate_per_s)| RateStep { from_s, rate_per_s });
        producer(|p| p.arrivals = Arrivals::Profile { steps: steps.collect(), repeat_s })
    };
    assert_eq!(mm1().node("source", profile(&[(0.0, 1.0), (5.0, 0.0)], Some(9.0))).says(), []);
    complaints(
        "source",
        vec![
            (profile(&[], None), "empty_list", "arrivals.steps"),
            (profile(&[(0.0, 1.0), (0.0, 2.0)], None), "not_ascending", "arrivals.steps.1.from_s"),
            (profile(&[(-1.0, 1.0)], None), "negative", "arrivals.steps.0.from_s"),
            (profile(&[(0.0, f64::NAN)], None), "not_finite", "arrivals.steps.0.rate_per_s"),
            (profile(&[(0.0, 1.0)], Some(0.0)), "not_positive", "arrivals.repeat_s"),
            (
                profile(&[(0.0, 1.0), (5.0, 2.0)], Some(5.0)),
                "beyond_repetition",
                "arrivals.steps.1.from_s",
            ),
        ],
    );
}

#[test]
fn states_have_times_and_weights() {
    let states = |mean_s, next: &[f64]| {
        let other = ModulatedState { rate_per_s: 1.0, mean_s: 1.0, next: Vec::new() };
        let first = ModulatedState { mean_s, next: next.to_vec(), ..other.clone() };
        producer(|p| p.arrivals = Arrivals::Modulated { states: vec![first, other] })
    };
    let none = producer(|p| p.arrivals = Arrivals::Modulated { states: Vec::new() });
    assert_eq!(mm1().node("source", states(1.0, &[0.5, 0.5])).says(), []);
    complaints(
        "source",
        vec![
            (none, "empty_list", "arrivals.states"),
            (states(0.0, &[]), "not_positive", "arrivals.states.0.mean_s"),
            (states(1.0, &[1.0]), "wrong_length", "arrivals.states.0.next"),
            (states(1.0, &[0.0, 0.0]), "no_weight", "arrivals.states.0.next"),
            (states(1.0, &[1.0, -1.0]), "negative", "arrivals.states.0.next.1"),
        ],
    );
}

#[test]
fn batches_keys_and_sizes_have_ranges() {
    let batch = |batch| producer(|p| p.batch = batch);
    let typed = WeightedType { payload_bytes: Some(u64::MAX), ..WeightedType::new("a", 1.0) };
    complaints(
        "source",
        vec![
            (batch(Batch::Constant { size: 0 }), "out_of_range", "batch.size"),
            (batch(Batch::Constant { size: u32::MAX }), "out_of_range", "batch.size"),
            (batch(Batch::Geometric { mean: 0.9 }), "out_of_range", "batch.mean"),
            (batch(Batch::Geometric { mean: f64::NAN }), "not_finite", "batch.mean"),
            (producer(|p| p.key_skew = -0.1), "negative", "key_skew"),
            (producer(|p| p.key_skew = 11.0), "out_of_range", "key_skew"),
            (producer(|p| p.payload_bytes = Some(u64::MAX)), "out_of_range", "payload_bytes"),
            (producer(|p| p.types = vec![typed]), "out_of_range", "types.0.payload_bytes"),
            (
                producer(|p| p.types = vec![WeightedType::new("a", 1.0); 10_001]),
                "too_many",
                "types",
            ),
        ],
    );
}

#[test]
fn a_closed_loop_does_nothing_to_a_recorded_log() {
    let recorded = producer(|p| {
        let recording = Recording { file: "log.csv".to_owned(), ..Recording::default() };
        (p.arrivals, p.closed_loop) = (Arrivals::Recorded(recording), true);
    });
    let draw = mm1().node("source", recorded);
    assert_eq!(draw.codes(), ["source: closed_loop_without_effect"]);
    assert!(can_run(&check(&draw.0)));
}

#[test]
fn services_have_their_parameters() {
    let service = |service| consumer(|c| c.service = service);
    let phases = |weights: &[f64]| {
        let phases = weights.iter().map(|&weight| Phase { weight, mean_s: 0.01 });
        service(Service::Hyperexponential { phases: phases.collect() })
    };
    let long = vec![Phase { weight: 1.0, mean_s: 0.01 }; 1_001];
    let log_normal = |mean_s, sd_s| service(Service::LogNormal { mean_s, sd_s });
    let erlang = |phases| service(Service::Erlang { mean_s: 0.01, phases });
    let uniform = |min_s, max_s| service(Service::Uniform { min_s, max_s });
    let weibull = |shape| service(Service::Weibull { mean_s: 0.01, shape });
    let values = |values_s: &[f64]| service(Service::Empirical { values_s: values_s.to_vec() });
    let by_size = |bytes_per_s| service(Service::BySize { base_s: 0.0, bytes_per_s });
    for sound in [phases(&[1.0, 0.0]), log_normal(0.01, 0.0), erlang(1), uniform(0.1, 0.1)] {
        assert_eq!(mm1().node("worker", sound).says(), []);
    }
    complaints(
        "worker",
        vec![
            (uniform(0.2, 0.1), "min_above_max", "service.max_s"),
            (uniform(-0.2, 0.1), "negative", "service.min_s"),
            (erlang(0), "out_of_range", "service.phases"),
            (log_normal(0.01, -1.0), "negative", "service.sd_s"),
            (log_normal(f64::NAN, 1.0), "not_finite", "service.mean_s"),
            (phases(&[]), "empty_list", "service.phases"),
            (phases(&[0.0]), "no_weight", "service.phases"),
            (phases(&[1.0, f64::NAN]), "not_finite", "service.phases.1.weight"),
            (service(Service::Hyperexponential { phases: long }), "too_many", "service.phases"),
            (weibull(0.0), "out_of_range", "service.shape"),
            (weibull(f64::INFINITY), "not_finite", "service.shape"),
            (values(&[]), "empty_list", "service.values_s"),
            (values(&[0.1, -0.1]), "negative", "service.values_s.1"),
            (by_size(0.0), "not_positive", "service.bytes_per_s"),
            (by_size(-1.0), "negative", "service.bytes_per_s"),
        ],
    );
}

#[test]
fn attempts_and_emissions_have_ranges() {
    let retry = |change: fn(&mut Retry)| {
        let mut retry = Retry::default();
        change(&mut retry);
        consumer(|c| c.on_failure = OnFailure::Retry(retry))
    };
    let emit = |change: fn(&mut Emission)| {
        let mut second = Emission::default();
        change(&mut second);
        consumer(|c| c.emissions = vec![Emission::default(), second])
    };
    complaints(
        "worker",
        vec![
            (retry(|r| r.attempts = 0), "out_of_range", "on_failure.attempts"),
            (retry(|r| r.delay_s = -1.0), "negative", "on_failure.delay_s"),
            (retry(|r| r.factor = 0.5), "out_of_range", "on_failure.factor"),
            (retry(|r| r.max_delay_s = Some(f64::NAN)), "not_finite", "on_failure.max_delay_s"),
            (retry(|r| r.jitter = 1.5), "probability_out_of_range", "on_failure.jitter"),
            (
                emit(|e| e.probability = f64::NAN),
                "probability_out_of_range",
                "emissions.1.probability",
            ),
            (emit(|e| e.count = 0), "out_of_range", "emissions.1.count"),
            (
                emit(|e| e.payload_bytes = Some(u64::MAX)),
                "out_of_range",
                "emissions.1.payload_bytes",
            ),
            (emit(|e| e.event_type = Some(String::new())), "type_without_name", "emissions.1.type"),
            (
                emit(|e| e.filter.types = vec![String::new()]),
                "type_without_name",
                "emissions.1.filter.types.0",
            ),
            (consumer(|c| c.emissions = vec![Emission::default(); 1_001]), "too_many", "emissions"),
        ],
    );
}

#[test]
fn channels_have_priorities_and_times() {
    complaints(
        "queue",
        vec![
            (queue(|w| w.priorities = 0), "zero_priorities", "priorities"),
            (queue(|w| w.ttl_s = Some(-1.0)), "negative", "ttl_s"),
            (queue(|w| w.ttl_s = Some(f64::NAN)), "not_finite", "ttl_s"),
        ],
    );
}

/// A topic with one subscription, `l2`, whose link is changed.
fn subscribed(change: impl FnOnce(&mut Link)) -> Draw {
    let mut draw = Draw::default()
        .source("source", 8.0)
        .topic("topic")
        .worker("worker", 0.1)
        .link("source", "topic")
        .link("topic", "worker");
    change(draw.0.links.get_mut("l2").expect("is there"));
    draw
}

#[test]
fn overrides_are_held_to_the_same_rules() {
    let says = |overrides| {
        let draw = subscribed(|link| link.overrides = overrides).queue("parked");
        let found = draw.says();
        let of_link = found.into_iter().filter(|(_, id, _)| id == "l2");
        of_link.map(|(code, _, field)| format!("{code} {field}")).collect::<Vec<_>>()
    };
    let none = Overrides::default();
    let to = |target: &str| Overrides { dead_letter: Some(target.into()), ..none.clone() };
    let limit = |limit| Overrides { delivery_limit: Some(limit), ..none.clone() };
    let ttl = Overrides { ttl_s: Some(-1.0), ..none.clone() };
    assert_eq!(says(none.clone()), [""; 0]);
    assert_eq!(says(to("parked")), [""; 0]);
    assert_eq!(says(to("nowhere")), ["dead_letter_missing overrides.dead_letter"]);
    assert_eq!(says(to("worker")), ["dead_letter_no_channel overrides.dead_letter"]);
    assert_eq!(says(to("topic")), ["dead_letter_to_itself overrides.dead_letter"]);
    assert_eq!(says(limit(0)), ["zero_delivery_limit overrides.delivery_limit"]);
    assert_eq!(says(limit(2)), ["delivery_limit_without_dead_letter overrides.dead_letter"]);
    assert_eq!(says(Overrides { delivery_limit: Some(2), ..to("parked") }), [""; 0]);
    assert_eq!(says(ttl), ["negative overrides.ttl_s"]);
    // What gathers the dead letters of a subscription needs no consumer.
    assert_eq!(subscribed(|link| link.overrides = to("parked")).queue("parked").says(), []);
}

#[test]
fn what_has_no_effect_on_a_link_is_a_warning() {
    let filter = Filter { types: vec!["a".to_owned()], ..Filter::default() };
    let overrides = Overrides { capacity: Some(3), ..Overrides::default() };
    for id in ["l1", "l2"] {
        let mut draw = mm1();
        let link = draw.0.links.get_mut(id).expect("is there");
        (link.filter, link.overrides) = (filter.clone(), overrides.clone());
        let expected = ["filter_without_effect", "overrides_without_effect"];
        assert_eq!(draw.codes(), expected.map(|code| format!("{id}: {code}")));
        assert!(can_run(&check(&draw.0)));
    }
    let used = subscribed(|link| (link.filter, link.overrides) = (filter.clone(), overrides));
    assert_eq!(used.says(), []);
    let mut bound = mm1().topic("topic").link("source", "topic").link("topic", "queue");
    bound.0.links.get_mut("l4").expect("is there").filter = filter;
    assert_eq!(bound.says(), []);
}

#[test]
fn overrides_and_rules_make_rings_and_open_them() {
    let ring = |overrides: Overrides, change: fn(&mut Consumer)| {
        let blocking = Waiting { overflow: Overflow::Block, ..Waiting::default() };
        let draw = subscribed(|link| link.overrides = overrides)
            .node("topic", NodeKind::Topic(blocking))
            .consumer("worker", |c| {
                c.service = Service::Constant { mean_s: 0.01 };
                change(c);
            })
            .link("worker", "topic");
        draw.codes().contains(&"worker: blocking_cycle".to_owned())
    };
    let capacity = || Overrides { capacity: Some(3), ..Overrides::default() };
    let bytes = || Overrides { capacity_bytes: Some(3), ..Overrides::default() };
    assert!(!ring(Overrides::default(), |_| ()));
    assert!(ring(capacity(), |_| ()));
    assert!(ring(bytes(), |_| ()));
    let on_failure = |c: &mut Consumer| {
        c.emissions = vec![Emission { on: EmitOn::Failure, ..Emission::default() }];
    };
    assert!(!ring(capacity(), on_failure), "it never fails, so it never publishes");
    assert!(ring(capacity(), |c| {
        c.emissions = vec![Emission { on: EmitOn::GivenUp, ..Emission::default() }];
        c.failure_probability = 0.5;
    }));
}

/// The worker's and the last one's load, where they are overloaded: 8/s, of which the worker emits.
fn emitted(change: impl FnOnce(&mut Consumer)) -> Vec<String> {
    let draw = mm1()
        .consumer("worker", |c| {
            c.service = Service::Constant { mean_s: 0.01 };
            change(c);
        })
        .queue("next")
        .worker("last", 0.1)
        .link("worker", "next")
        .link("next", "last");
    overloads(&draw)
}

#[test]
fn emissions_multiply_rates() {
    let rule = |on, probability, count| Emission { on, probability, count, ..Emission::default() };
    assert_eq!(emitted(|_| ()), [""; 0]);
    assert_eq!(emitted(|c| c.emissions = vec![rule(EmitOn::Success, 0.5, 4)]), ["last 1.60"]);
    let failing = |c: &mut Consumer| {
        c.failure_probability = 0.5;
        c.on_failure = OnFailure::Retry(Retry { attempts: 2, ..Retry::default() });
    };
    // Of 8/s there are 12 attempts, 6 failures each second; 2/s are given up.
    assert_eq!(
        emitted(|c| {
            failing(c);
            c.emissions = vec![rule(EmitOn::Failure, 1.0, 2)];
        }),
        ["last 1.20"]
    );
    assert_eq!(
        emitted(|c| {
            failing(c);
            c.emissions = vec![rule(EmitOn::GivenUp, 1.0, 6)];
        }),
        ["last 1.20"]
    );
    // How many pass a filter is not known.
    assert_eq!(
        emitted(|c| {
            let filter = Filter { types: vec!["a".to_owned()], ..Filter::default() };
            c.emissions = vec![Emission { filter, ..rule(EmitOn::Success, 1.0, 9) }];
        }),
        [""; 0]
    );
}

#[test]
fn attempts_batches_loops_and_filters_count() {
    let retrying = |attempts| {
        mm1().consumer("worker", |c| {
            c.service = Service::Constant { mean_s: 0.1 };
            (c.failure_probability, c.ack) = (0.5, Ack::Before);
            c.on_failure = OnFailure::Retry(Retry { attempts, ..Retry::default() });
        })
    };
    assert_eq!(overloads(&retrying(1)), [""; 0]);
    assert_eq!(overloads(&retrying(2)), ["worker 1.20"]);
    let batch = |batch, closed_loop| {
        mm1().node(
            "source",
            producer(|p| {
                p.arrivals = Arrivals::Constant { rate_per_s: 4.0 };
                (p.batch, p.closed_loop) = (batch, closed_loop);
            }),
        )
    };
    assert_eq!(overloads(&batch(Batch::Constant { size: 5 }, false)), ["worker 2.00"]);
    assert_eq!(overloads(&batch(Batch::Geometric { mean: 5.0 }, false)), ["worker 2.00"]);
    assert_eq!(overloads(&batch(Batch::Constant { size: 5 }, true)), [""; 0]);
    let filter = Filter { types: vec!["a".to_owned()], ..Filter::default() };
    let slow = |filter| subscribed(|link| link.filter = filter).worker("worker", 0.2);
    assert_eq!(overloads(&slow(Filter::default())), ["worker 1.60"]);
    assert_eq!(overloads(&slow(filter)), [""; 0]);
    // A limit of a subscription is one of its attempts.
    let limited = |limit| {
        let overrides = Overrides { delivery_limit: limit, ..Overrides::default() };
        subscribed(|link| link.overrides = overrides).consumer("worker", |c| {
            c.service = Service::Constant { mean_s: 0.1 };
            c.failure_probability = 0.5;
        })
    };
    assert_eq!(overloads(&limited(None)), ["worker 1.60"]);
    assert_eq!(overloads(&limited(Some(1))), [""; 0]);
}

//! The settings of consumers.

use super::settings::{At, MAX_SPAN_S, check_filter};
use crate::project::{Consumer, Emission, OnFailure, Retry, Service};

/// The most servers of one consumer.
const MAX_CONCURRENCY: u32 = 1_000_000;
/// The most phases of a service of which each has settings of its own.
const MAX_PHASES: usize = 1_000;
/// The most phases of an Erlang distribution.
const MAX_ERLANG: u32 = 1_000_000;
/// The most measured times.
const MAX_VALUES: usize = 1_000_000;
/// The shapes of a Weibull distribution.
const SHAPES: (f64, f64) = (0.01, 1_000.0);
/// The most bytes that are worked on in a second.
const MAX_BYTES_PER_S: f64 = 1e18;
/// The most attempts at one event.
const MAX_ATTEMPTS: u32 = 1_000;
/// How much longer each pause may be than the one before.
const FACTORS: (f64, f64) = (1.0, 1_000.0);
/// The most rules of a consumer.
const MAX_EMISSIONS: usize = 1_000;
/// The most events of one rule for one event.
const MAX_COUNT: u32 = 10_000;

pub(super) fn check(consumer: &Consumer, at: &mut At<'_>) {
    check_service(&consumer.service, at);
    if consumer.concurrency == 0 {
        at.at_least_one("zero_concurrency", "concurrency", "concurrency");
    } else {
        at.count("concurrency", "concurrency", consumer.concurrency, MAX_CONCURRENCY);
    }
    if consumer.prefetch == Some(0) {
        at.at_least_one("zero_prefetch", "prefetch", "prefetch");
    }
    let probability = consumer.failure_probability;
    at.probability("failure_probability", "failure probability", probability);
    if let OnFailure::Retry(retry) = &consumer.on_failure {
        check_retry(retry, at);
    }
    at.length("emissions", "emissions", consumer.emissions.len(), MAX_EMISSIONS);
    for (index, emission) in consumer.emissions.iter().enumerate() {
        check_emission(index, emission, at);
    }
}

fn check_service(service: &Service, at: &mut At<'_>) {
    let mut span = |name: &str, what: &str, seconds: f64| {
        at.number(&format!("service.{name}"), what, seconds, MAX_SPAN_S, "s");
    };
    match service {
        Service::Constant { mean_s } | Service::Exponential { mean_s } => {
            span("mean_s", "service time", *mean_s);
        }
        Service::Uniform { min_s, max_s } => {
            span("min_s", "shortest service time", *min_s);
            span("max_s", "longest service time", *max_s);
            if min_s > max_s {
                let message = format!(
                    "The longest service time is at least the shortest, {min_s} s. It was {max_s} s."
                );
                at.error("min_above_max", "service.max_s", message);
            }
        }
        Service::Erlang { mean_s, phases } => {
            span("mean_s", "service time", *mean_s);
            at.count("service.phases", "number of phases", *phases, MAX_ERLANG);
        }
        Service::LogNormal { mean_s, sd_s } => {
            span("mean_s", "service time", *mean_s);
            span("sd_s", "standard deviation", *sd_s);
        }
        Service::Hyperexponential { phases } => {
            for (index, phase) in phases.iter().enumerate() {
                span(&format!("phases.{index}.mean_s"), "service time", phase.mean_s);
            }
            at.filled("service.phases", "phases", phases.len(), MAX_PHASES);
            let weights: Vec<f64> = phases.iter().map(|phase| phase.weight).collect();
            at.weights("service.phases", &weights, |n| format!("service.phases.{n}.weight"));
        }
        Service::Weibull { mean_s, shape } => {
            span("mean_s", "service time", *mean_s);
            at.between("service.shape", "shape", *shape, SHAPES);
        }
        Service::Empirical { values_s } => {
            for (index, value) in values_s.iter().enumerate() {
                span(&format!("values_s.{index}"), "service time", *value);
            }
            at.filled("service.values_s", "service times", values_s.len(), MAX_VALUES);
        }
        Service::BySize { base_s, bytes_per_s } => {
            span("base_s", "service time", *base_s);
            let what = "number of bytes per second";
            at.positive("service.bytes_per_s", what, *bytes_per_s, MAX_BYTES_PER_S, "bytes/s");
        }
    }
}

fn check_retry(retry: &Retry, at: &mut At<'_>) {
    at.count("on_failure.attempts", "number of attempts", retry.attempts, MAX_ATTEMPTS);
    at.number("on_failure.delay_s", "pause", retry.delay_s, MAX_SPAN_S, "s");
    at.between("on_failure.factor", "factor of the pauses", retry.factor, FACTORS);
    at.optional("on_failure.max_delay_s", "longest pause", retry.max_delay_s, "s");
    at.probability("on_failure.jitter", "random share of a pause", retry.jitter);
}

fn check_emission(index: usize, emission: &Emission, at: &mut At<'_>) {
    let field = |name: &str| format!("emissions.{index}.{name}");
    at.probability(&field("probability"), "probability", emission.probability);
    at.count(&field("count"), "number of events", emission.count, MAX_COUNT);
    at.payload(&field("payload_bytes"), emission.payload_bytes);
    if emission.event_type.as_deref() == Some("") {
        at.nameless(&field("type"));
    }
    check_filter(&field("filter"), &emission.filter, at);
}

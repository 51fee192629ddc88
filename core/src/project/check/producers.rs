//! The settings of producers.

use super::settings::{At, MAX_SPAN_S, MAX_TYPES};
use crate::project::{Arrivals, Batch, ModulatedState, Producer, RateStep};

/// The largest rate, in events per second: one a nanosecond.
const MAX_RATE_PER_S: f64 = 1e9;
/// The most steps of a profile.
const MAX_STEPS: usize = 100_000;
/// The most states of a Markov chain; each may lead to each.
const MAX_STATES: usize = 256;
/// The most events that fall due at once.
const MAX_BATCH: u32 = 1_000_000;
/// The largest exponent of Zipf's law; beyond, there is hardly more than one key.
const MAX_SKEW: f64 = 10.0;

pub(super) fn check(producer: &Producer, at: &mut At<'_>) {
    check_arrivals(&producer.arrivals, at);
    match producer.batch {
        Batch::Constant { size } => at.count("batch.size", "size of a batch", size, MAX_BATCH),
        Batch::Geometric { mean } => {
            let range = (1.0, f64::from(MAX_BATCH));
            at.between("batch.mean", "mean size of a batch", mean, range);
        }
    }
    at.number("key_skew", "skew of the keys", producer.key_skew, MAX_SKEW, "");
    at.payload("payload_bytes", producer.payload_bytes);
    at.length("types", "event types", producer.types.len(), MAX_TYPES);
    let weights: Vec<f64> = producer.types.iter().map(|weighted| weighted.weight).collect();
    at.weights("types", &weights, |index| format!("types.{index}.weight"));
    for (index, weighted) in producer.types.iter().enumerate() {
        at.payload(&format!("types.{index}.payload_bytes"), weighted.payload_bytes);
        if weighted.name.is_empty() {
            at.nameless(&format!("types.{index}.name"));
        }
    }
    if producer.closed_loop && matches!(producer.arrivals, Arrivals::Recorded(_)) {
        let message = "A recorded log is played at the times at which it was recorded, so the \
                       closed loop has no effect. Switch it off, or choose another arrival process.";
        at.warn("closed_loop_without_effect", "closed_loop", message);
    }
}

fn rate(field: &str, rate_per_s: f64, at: &mut At<'_>) {
    at.number(field, "rate", rate_per_s, MAX_RATE_PER_S, "events/s");
}

fn check_arrivals(arrivals: &Arrivals, at: &mut At<'_>) {
    match arrivals {
        Arrivals::Constant { rate_per_s } | Arrivals::Poisson { rate_per_s } => {
            rate("arrivals.rate_per_s", *rate_per_s, at);
        }
        Arrivals::OnOff { rate_per_s, on_s, off_s, .. } => {
            rate("arrivals.rate_per_s", *rate_per_s, at);
            at.positive("arrivals.on_s", "time of being on", *on_s, MAX_SPAN_S, "s");
            at.positive("arrivals.off_s", "time of being off", *off_s, MAX_SPAN_S, "s");
        }
        Arrivals::Profile { steps, repeat_s } => check_profile(steps, *repeat_s, at),
        Arrivals::Modulated { states } => check_states(states, at),
        Arrivals::Recorded(recording) if recording.file.is_empty() => at.error(
            "no_file",
            "arrivals.file",
            "The recorded log has no file. Name the file to play.".to_owned(),
        ),
        Arrivals::Recorded(_) => {}
    }
}

fn check_profile(steps: &[RateStep], repeat_s: Option<f64>, at: &mut At<'_>) {
    at.filled("arrivals.steps", "steps", steps.len(), MAX_STEPS);
    if let Some(repeat_s) = repeat_s {
        at.positive("arrivals.repeat_s", "time of a repetition", repeat_s, MAX_SPAN_S, "s");
    }
    let mut before: Option<f64> = None;
    for (index, step) in steps.iter().enumerate() {
        rate(&format!("arrivals.steps.{index}.rate_per_s"), step.rate_per_s, at);
        let (field, from_s) = (format!("arrivals.steps.{index}.from_s"), step.from_s);
        at.number(&field, "beginning of a step", from_s, MAX_SPAN_S, "s");
        if let Some(before) = before.filter(|before| from_s <= *before) {
            let message = format!(
                "A step begins later than the one before, which begins at {before} s. It was \
                 {from_s} s."
            );
            at.error("not_ascending", &field, message);
        }
        if let Some(repeat_s) = repeat_s.filter(|repeat_s| *repeat_s > 0.0 && from_s >= *repeat_s) {
            let message = format!(
                "A step begins before the profile begins anew, after {repeat_s} s. It was \
                 {from_s} s."
            );
            at.error("beyond_repetition", &field, message);
        }
        before = Some(from_s);
    }
}

fn check_states(states: &[ModulatedState], at: &mut At<'_>) {
    at.filled("arrivals.states", "states", states.len(), MAX_STATES);
    for (index, state) in states.iter().enumerate() {
        let field = |name: &str| format!("arrivals.states.{index}.{name}");
        rate(&field("rate_per_s"), state.rate_per_s, at);
        at.positive(&field("mean_s"), "time in a state", state.mean_s, MAX_SPAN_S, "s");
        let next = field("next");
        at.weights(&next, &state.next, |other| format!("{next}.{other}"));
        if !state.next.is_empty() && state.next.len() != states.len() {
            let message = format!(
                "There is a weight for each of the {} states, or none at all. There were {}.",
                states.len(),
                state.next.len()
            );
            at.error("wrong_length", &next, message);
        }
    }
}

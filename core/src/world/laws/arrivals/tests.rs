//! Arrivals come at the rates that their laws name.

use super::*;
use crate::project::{ModulatedState, RateStep, Stay};
use crate::time::SimSpan;
use crate::world::draw::node_stream;

/// The moments in seconds at which events are due up to `until_s`, asked for as the world asks.
fn moments_until(arrivals: &Arrivals, seed: u64, until_s: u64) -> Vec<f64> {
    let mut law = ArrivalLaw::new(arrivals, SimTime::ZERO);
    let stream = node_stream(seed, "source");
    let (mut now, mut number) = (SimTime::ZERO, 0);
    let mut moments = Vec::new();
    let until = SimTime::ZERO + SimSpan::from_secs(until_s);
    while let Some(due) = law.next(stream, number, 0, now) {
        now = due.at();
        if now > until {
            break;
        }
        if let Due::Event(at) = due {
            moments.push(at.as_secs_f64());
            number += 1;
        }
    }
    moments
}

/// Whether a Poisson count is within four standard deviations of its mean.
fn is_poisson(count: usize, mean: f64) -> bool {
    (count as f64 - mean).abs() < 4.0 * mean.sqrt().max(1.0)
}

fn steps(steps: &[(f64, f64)]) -> Vec<RateStep> {
    steps.iter().map(|&(from_s, rate_per_s)| RateStep { from_s, rate_per_s }).collect()
}

#[test]
fn a_profile_has_the_rate_of_its_step() {
    let profile = Arrivals::Profile {
        steps: steps(&[(10.0, 5.0), (20.0, 50.0), (30.0, 0.0), (100.0, 20.0)]),
        repeat_s: None,
    };
    let moments = moments_until(&profile, 1, 1000);
    let between = |from: f64, to: f64| moments.iter().filter(|t| **t >= from && **t < to).count();
    assert_eq!(between(0.0, 10.0) + between(30.0, 100.0), 0);
    assert!(is_poisson(between(10.0, 20.0), 50.0));
    assert!(is_poisson(between(20.0, 30.0), 500.0));
    assert!(is_poisson(between(100.0, 1000.0), 18_000.0));
}

#[test]
fn a_profile_that_repeats_begins_anew_each_day() {
    let day = 86_400.0;
    let profile = Arrivals::Profile {
        steps: steps(&[(0.0, 0.0), (36_000.0, 0.05), (72_000.0, 0.0)]),
        repeat_s: Some(day),
    };
    let moments = moments_until(&profile, 2, 30 * 86_400);
    assert!(moments.iter().all(|t| (36_000.0..72_000.0).contains(&(t % day))));
    assert!(is_poisson(moments.len(), 30.0 * 36_000.0 * 0.05));
    let of_day = |d: f64| moments.iter().filter(|t| (*t / day).floor() == d).count();
    assert!((0..30).all(|d| is_poisson(of_day(f64::from(d)), 1800.0)));
}

#[test]
fn a_profile_without_any_rate_ends_at_once() {
    for repeat_s in [None, Some(10.0)] {
        let profile = Arrivals::Profile { steps: steps(&[(0.0, 0.0), (5.0, 0.0)]), repeat_s };
        assert!(moments_until(&profile, 3, u64::MAX / 2_000_000_000).is_empty());
    }
    let empty = Arrivals::Profile { steps: Vec::new(), repeat_s: Some(1.0) };
    assert!(moments_until(&empty, 3, 1000).is_empty());
}

#[test]
fn bursts_have_their_rate_while_they_are_on() {
    let bursts = |stay| Arrivals::OnOff { rate_per_s: 40.0, on_s: 2.0, off_s: 8.0, stay };
    let moments = moments_until(&bursts(Stay::Constant), 4, 100_000);
    assert!(moments.iter().all(|t| t % 10.0 < 2.0), "on for two seconds of ten");
    assert!(is_poisson(moments.len(), 800_000.0));

    let moments = moments_until(&bursts(Stay::Exponential), 4, 100_000);
    // The number of events has the variance of a Markov-modulated process: mean · (1 + 2 r q / …), far
    // above Poisson's; five per cent are many standard deviations of it.
    assert!((moments.len() as f64 / 800_000.0 - 1.0).abs() < 0.05, "{}", moments.len());
    let longest = moments.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
    assert!(longest > 40.0, "silences differ: {longest}");
}

/// Variance over mean of the counts in windows of so many seconds.
fn dispersion(moments: &[f64], window: f64, windows: usize) -> (f64, f64) {
    let mut counts = vec![0.0_f64; windows];
    for t in moments {
        if let Some(count) = counts.get_mut((t / window) as usize) {
            *count += 1.0;
        }
    }
    let mean = counts.iter().sum::<f64>() / windows as f64;
    let variance = counts.iter().map(|c| (c - mean).powi(2)).sum::<f64>() / (windows - 1) as f64;
    (mean, variance / mean)
}

#[test]
fn a_modulated_process_has_the_stationary_rate_and_dispersion_of_theory() {
    let state = |rate_per_s, mean_s| ModulatedState { rate_per_s, mean_s, next: Vec::new() };
    let modulated = Arrivals::Modulated { states: vec![state(20.0, 1.0), state(2.0, 3.0)] };
    let (window, windows) = (50.0, 8_000);
    let moments = moments_until(&modulated, 5, 400_000);
    let (mean, found) = dispersion(&moments, window, windows);
    // Rates r₁, r₂ left with a, b: Fischer and Meier-Hellstern, The MMPP cookbook (1993): the mean is
    // (r₁ b + r₂ a) / (a + b); the index of dispersion in t is
    // 1 + 2 (r₁ − r₂)² a b / ((a + b)² (r₁ b + r₂ a)) · (1 − (1 − e^(−(a+b)t)) / ((a + b) t)).
    let (r1, r2, a, b) = (20.0_f64, 2.0_f64, 1.0_f64, 1.0_f64 / 3.0);
    let rate = (r1 * b + r2 * a) / (a + b);
    let s = a + b;
    let limit = 2.0 * (r1 - r2).powi(2) * a * b / (s.powi(2) * (r1 * b + r2 * a));
    let expected = 1.0 + limit * (1.0 - (1.0 - libm::exp(-s * window)) / (s * window));
    assert!((mean / window / rate - 1.0).abs() < 0.01, "{mean} instead of {}", rate * window);
    // The relative error of a variance of 8,000 nearly normal counts: √(2 / 8000) = 0.016.
    assert!((found / expected - 1.0).abs() < 0.065, "{found} instead of {expected}");
}

#[test]
fn states_follow_each_other_by_their_weights() {
    let state =
        |rate_per_s, next: &[f64]| ModulatedState { rate_per_s, mean_s: 1.0, next: next.to_vec() };
    // From the first always to the third, from there always back: the second is never seen.
    let modulated = Arrivals::Modulated {
        states: vec![
            state(5.0, &[0.0, 0.0, 1.0]),
            state(1e6, &[1.0, 0.0, 0.0]),
            state(5.0, &[1.0, 0.0, 0.0]),
        ],
    };
    let moments = moments_until(&modulated, 6, 10_000);
    assert!(is_poisson(moments.len(), 50_000.0), "{}", moments.len());
}

#[test]
fn constant_and_poisson_arrivals_come_at_their_rate() {
    let constant = moments_until(&Arrivals::Constant { rate_per_s: 3.0 }, 7, 1000);
    assert_eq!(constant.len(), 3000);
    assert!(constant.windows(2).all(|pair| (pair[1] - pair[0] - 1.0 / 3.0).abs() < 2e-9));
    let poisson = moments_until(&Arrivals::Poisson { rate_per_s: 30.0 }, 7, 10_000);
    assert!(is_poisson(poisson.len(), 300_000.0));
}

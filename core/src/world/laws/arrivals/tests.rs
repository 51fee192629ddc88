use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::project::{ModulatedState, RateStep, Stay};
use crate::world::draw::fit::{fits, moments};
use crate::world::draw::node_stream;

/// The moments of the first arrivals, in seconds; fewer where no more come.
fn times(arrivals: &Arrivals, stream: u64, most: usize) -> Vec<f64> {
    let mut law = ArrivalLaw::new(arrivals, SimTime::ZERO);
    let (mut now, mut number, mut times) = (SimTime::ZERO, 0, Vec::new());
    while times.len() < most {
        let Some(due) = law.next(stream, number, 0, now) else { break };
        assert!(due.at() >= now, "time does not run backwards");
        now = due.at();
        if let Due::Event(at) = due {
            times.push(at.0 as f64 / 1e9);
            number += 1;
        }
    }
    times
}

/// Whether the integral of a rate grows by standard exponential variates between arrivals.
fn fits_rate(times: &[f64], integral: impl Fn(f64) -> f64) -> bool {
    let starts = std::iter::once(&0.0).chain(times);
    let steps = starts.zip(times).map(|(from, to)| integral(*to) - integral(*from));
    fits(steps.collect(), |x| 1.0 - libm::exp(-x))
}

fn profile(steps: &[(f64, f64)], repeat_s: Option<f64>) -> Arrivals {
    let steps = steps.iter().map(|&(from_s, rate_per_s)| RateStep { from_s, rate_per_s });
    Arrivals::Profile { steps: steps.collect(), repeat_s }
}

#[test]
fn constant_arrivals_do_not_drift() {
    let times = times(&Arrivals::Constant { rate_per_s: 3.0 }, 1, 300_000);
    assert_eq!(times[2], 1.0);
    assert_eq!(times.last(), Some(&100_000.0));
}

#[test]
fn poisson_arrivals_fit_their_rate() {
    let times = times(&Arrivals::Poisson { rate_per_s: 8.0 }, node_stream(42, "poisson"), 100_000);
    assert!(fits_rate(&times, |t| 8.0 * t));
    assert!(!fits_rate(&times, |t| 8.2 * t));
}

#[test]
fn a_profile_is_followed() {
    let steps = [(2.0, 5.0), (4.0, 0.0), (7.0, 100.0), (8.0, 1.0)];
    let stream = node_stream(42, "profile");
    let within = |t: f64| {
        let of = |from: f64, to: f64, rate: f64| (t.min(to) - from).max(0.0) * rate;
        of(2.0, 4.0, 5.0) + of(7.0, 8.0, 100.0) + of(8.0, f64::INFINITY, 1.0)
    };
    let once = times(&profile(&steps, None), stream, 50_000);
    assert!(fits_rate(&once, within));
    assert!(once.iter().all(|t| *t >= 2.0 && !(4.0 < *t && *t < 7.0)), "nothing where it is 0");

    let daily = times(&profile(&steps, Some(10.0)), stream, 100_000);
    let all = within(10.0);
    let repeated = |t: f64| libm::floor(t / 10.0) * all + within(t % 10.0);
    assert!(fits_rate(&daily, repeated));
    assert!(!fits_rate(&daily, |t| repeated(t) * 1.03));
}

#[test]
fn long_stretches_without_a_rate_are_stepped_over() {
    // One event every ten repetitions on average, each in the last second of 11 days, until the end
    // of all time after 585 years.
    let rare = profile(&[(0.0, 0.0), (999_999.0, 0.1)], Some(1e6));
    let times = times(&rare, node_stream(42, "rare"), 20_000);
    assert!(times.len() > 1_500, "{}", times.len());
    assert!(times.iter().all(|t| t % 1e6 >= 999_999.0 - 1e-3 || t % 1e6 < 1e-3));
    assert!(fits_rate(&times, |t| {
        libm::floor(t / 1e6) * 0.1 + (t % 1e6 - 999_999.0).max(0.0) * 0.1
    }));
    // It ends where the rate does, and never begins where there is none.
    let ending = profile(&[(0.0, 50.0), (10.0, 0.0)], None);
    let ended = self::times(&ending, 7, 10_000);
    assert!((400..600).contains(&ended.len()), "{}", ended.len());
    for silent in [profile(&[(0.0, 0.0)], None), profile(&[(0.0, 0.0)], Some(1.0))] {
        assert!(self::times(&silent, 7, 1).is_empty());
    }
}

#[test]
fn bursts_come_while_it_is_on() {
    let on_off = |stay| Arrivals::OnOff { rate_per_s: 50.0, on_s: 1.0, off_s: 3.0, stay };
    let stream = node_stream(42, "bursts");
    let constant = times(&on_off(Stay::Constant), stream, 100_000);
    assert!(constant.iter().all(|t| t % 4.0 <= 1.0 + 1e-9));
    assert!(fits_rate(&constant, |t| (libm::floor(t / 4.0) + (t % 4.0).min(1.0)) * 50.0));
    // On average 50 · 1 / (1 + 3) = 12.5/s.
    let exponential = times(&on_off(Stay::Exponential), stream, 200_000);
    let rate = exponential.len() as f64 / exponential.last().copied().unwrap_or(1.0);
    // About 4,000 cycles; each with a relative deviation of √2 · 3/4 in the rate.
    assert!((rate / 12.5 - 1.0).abs() < 4.0 * 1.1 / 4_000_f64.sqrt(), "{rate}");
    assert!(!fits_rate(&exponential, |t| 12.5 * t), "it is not Poisson");
}

#[test]
fn a_modulated_process_has_its_rate_and_dispersion() {
    let state = |rate_per_s, mean_s| ModulatedState { rate_per_s, mean_s, next: Vec::new() };
    let (fast, slow) = (20.0, 2.0);
    let states = vec![state(fast, 0.5), state(slow, 1.5)];
    let times = times(&Arrivals::Modulated { states }, node_stream(42, "mmpp"), 650_000);
    // Stationary: a quarter of the time fast, so 0.25 · 20 + 0.75 · 2 = 6.5/s.
    let (a, b) = (1.0 / 0.5, 1.0 / 1.5);
    let mean = (b * fast + a * slow) / (a + b);
    let end = times.last().copied().expect("it does not end");
    let rate = times.len() as f64 / end;
    // The index of dispersion of counts over windows of length t (Fischer, Meier-Hellstern, 1993):
    // 1 + 2 ab (λ₁ − λ₂)² / ((a + b)² (aλ₂ + bλ₁)) · (1 − (1 − exp(−(a + b) t)) / ((a + b) t)).
    let s = a + b;
    let limit = 2.0 * a * b * (fast - slow).powi(2) / (s * s * (a * slow + b * fast));
    let index = |t: f64| 1.0 + limit * (1.0 - (1.0 - libm::exp(-s * t)) / (s * t));
    assert!((rate - mean).abs() < 4.0 * (mean * index(end) / end).sqrt(), "{rate}, not {mean}");
    for window in [0.5, 2.0, 10.0] {
        let mut counts = vec![0.0; (end / window) as usize];
        for time in &times {
            if let Some(count) = counts.get_mut((time / window) as usize) {
                *count += 1.0;
            }
        }
        let (mean, variance) = moments(&counts);
        let found = variance / mean;
        // The relative deviation of a variance of n nearly normal counts is √(2/n); counts of
        // neighbouring windows are correlated and have tails, so twice that, four times.
        let bound = 4.0 * 2.0 * (2.0 / counts.len() as f64).sqrt();
        assert!((found / index(window) - 1.0).abs() < bound, "{found}, not {}", index(window));
    }
}

#[test]
fn states_follow_each_other_by_their_weights() {
    // Round in one direction: fast, silent, slow; the others' weights are 0.
    let state = |rate_per_s, next: [f64; 3]| ModulatedState {
        rate_per_s,
        mean_s: 1.0,
        next: next.to_vec(),
    };
    let round = vec![
        state(30.0, [0.0, 1.0, 0.0]),
        state(0.0, [0.0, 0.0, 1.0]),
        state(3.0, [1.0, 0.0, 0.0]),
    ];
    let times = times(&Arrivals::Modulated { states: round }, node_stream(1, "round"), 200_000);
    let rate = times.len() as f64 / times.last().copied().unwrap_or(1.0);
    // 11/s over about 6,000 rounds.
    assert!((rate / 11.0 - 1.0).abs() < 0.08, "{rate}");
    // A chain that comes to a silent state for good is silent from then on.
    let end = |next: [f64; 2], rate_per_s| ModulatedState {
        rate_per_s,
        mean_s: 1.0,
        next: next.to_vec(),
    };
    let ending = Arrivals::Modulated { states: vec![end([0.0, 1.0], 9.0), end([0.0, 1.0], 0.0)] };
    assert!(self::times(&ending, node_stream(2, "end"), 10_000).len() < 200);
    let silent = Arrivals::OnOff { rate_per_s: 0.0, on_s: 1.0, off_s: 1.0, stay: Stay::Constant };
    assert!(self::times(&silent, 1, 1).is_empty());
}

fn span() -> impl Strategy<Value = f64> {
    prop_oneof![Just(1e-12), Just(1e9), 1e-9_f64..1e9, 0.01_f64..10.0]
}

fn rate() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(1e9), Just(1e-300), 0.0_f64..1e9, 0.1_f64..10.0]
}

fn arrivals() -> impl Strategy<Value = Arrivals> {
    let stay = prop_oneof![Just(Stay::Constant), Just(Stay::Exponential)];
    let on_off = (rate(), span(), span(), stay).prop_map(|(rate_per_s, on_s, off_s, stay)| {
        Arrivals::OnOff { rate_per_s, on_s, off_s, stay }
    });
    let profile = (vec((span(), rate()), 1..5), proptest::option::of(span())).prop_map(
        |(mut steps, repeat_s)| {
            steps.sort_by(|a, b| a.0.total_cmp(&b.0));
            steps[0].0 = 0.0;
            steps.dedup_by(|a, b| a.0 <= b.0);
            steps.retain(|step| repeat_s.is_none_or(|repeat_s| step.0 < repeat_s));
            self::profile(&steps, repeat_s)
        },
    );
    let modulated = vec((rate(), span(), vec(0.0_f64..1.0, 4)), 1..5).prop_map(|states| {
        let length = states.len();
        let state = |(rate_per_s, mean_s, mut next): (f64, f64, Vec<f64>)| {
            next.truncate(length);
            next[0] += 0.1;
            ModulatedState { rate_per_s, mean_s, next }
        };
        Arrivals::Modulated { states: states.into_iter().map(state).collect() }
    });
    let constant = rate().prop_map(|rate_per_s| Arrivals::Constant { rate_per_s });
    let poisson = rate().prop_map(|rate_per_s| Arrivals::Poisson { rate_per_s });
    prop_oneof![constant, poisson, on_off, profile, modulated]
}

proptest! {
    #[test]
    fn time_never_runs_backwards(
        arrivals in arrivals(),
        stream in any::<u64>(),
        start in prop_oneof![Just(0), any::<u64>(), 0_u64..10_000_000_000],
    ) {
        let mut law = ArrivalLaw::new(&arrivals, SimTime(start));
        let (mut now, mut number) = (SimTime(start), 0);
        for _ in 0..50 {
            let Some(due) = law.next(stream, number, 1, now) else { break };
            prop_assert!(due.at() >= now, "{:?} after {:?} of {:?}", due, now, arrivals);
            now = due.at();
            number += u64::from(matches!(due, Due::Event(_)));
        }
    }
}

#[test]
fn arrivals_are_the_same_on_every_machine() {
    let burst = Arrivals::OnOff { rate_per_s: 5.0, on_s: 1.0, off_s: 1.0, stay: Stay::Exponential };
    let mut law = ArrivalLaw::new(&burst, SimTime::ZERO);
    let (mut now, mut found) = (SimTime::ZERO, Vec::new());
    for number in 0..12 {
        now = law.next(node_stream(42, "golden"), number, 0, now).expect("it goes on").at();
        found.push(now.0);
    }
    assert!(found.is_sorted());
    assert_eq!(found[11], GOLDEN, "{found:?}");
}

const GOLDEN: u64 = 8_829_636_490;

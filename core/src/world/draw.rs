//! Draws. Each is a function of the seed, the node's id, the event, the attempt and the purpose:
//! there is no generator whose state one node could take from another. Everything is computed with
//! integers and `libm`, so that it comes out the same on every machine.

#[cfg(test)]
pub(super) mod fit;
mod shapes;

use std::sync::LazyLock;

pub(super) use shapes::{More, standard_gamma, standard_normal};

pub(super) use crate::mix::{below, mix, unit};
use crate::time::SimSpan;

/// What a draw is for. Draws for different purposes are independent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(super) enum Purpose {
    /// The draw key of a producer's next event.
    Event = 0x9e6d_62d0_6f6a_9a9b,
    /// The time until a producer's next event.
    Interval = 0xd1b5_4a32_d192_ed03,
    /// The type of an event.
    Type = 0xaef1_7502_108e_f2d9,
    /// The key of an event.
    Key = 0xf1ea_5eed_1234_8765,
    /// The time of a service.
    Service = 0x8cb9_2ba7_2f3d_8dd7,
    /// Whether a service fails.
    Failure = 0xdb4f_0b91_75ae_2165,
    /// The draw key of a child that a consumer emits.
    Child = 0xa24b_aed4_963e_e407,
    /// The draw key of a dead letter.
    DeadLetter = 0x9fb2_1c65_1e98_df25,
    /// The draw key of an event published by hand or read from a log.
    Given = 0xc2b2_ae3d_27d4_eb4f,
    /// How long a state of a producer's arrivals lasts.
    Stay = 0xe703_7ed1_a0b4_28db,
    /// Which state of a producer's arrivals comes next.
    State = 0x8ebc_6af0_9c88_c6e3,
    /// How many events fall due at once.
    Batch = 0x5899_65cc_7537_4cc3,
    /// The random share of the pause before another attempt.
    Pause = 0x1d8e_4e27_c47d_124f,
    /// Whether a consumer emits.
    Emit = 0x6c62_272e_07bb_0143,
    /// The draw key of an event that a consumer emits by a rule.
    Emission = 0x3c79_ac49_2ba7_b653,
}

/// The stream of a node: seed and id in one number.
pub(super) fn node_stream(seed: u64, id: &str) -> u64 {
    // FNV-1a, 64 bits, then mixed with the seed.
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    mix(mix(seed.wrapping_add(0x9e37_79b9_7f4a_7c15)) ^ hash)
}

/// 64 random bits for `purpose` at the node with this stream, about what `subject` names (an
/// event's draw key, or a counter), at this attempt.
#[inline]
pub(super) fn bits(stream: u64, subject: u64, attempt: u32, purpose: Purpose) -> u64 {
    // splitmix64 with the subject as its counter: streams, purposes and attempts are the places at
    // which it starts.
    let start = stream ^ (purpose as u64).wrapping_mul(2 * u64::from(attempt) + 1);
    mix(subject.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(start))
}

/// An exponentially distributed span with this mean in nanoseconds, rounded.
#[inline]
pub(super) fn exponential(bits: u64, mean_ns: f64) -> SimSpan {
    rounded(standard_exponential(bits) * mean_ns)
}

/// The span of so many nanoseconds, rounded; at most 292 years, and zero where it is no number.
#[inline]
pub(super) fn rounded(ns: f64) -> SimSpan {
    // `as` saturates. Through i64, for which machines have an instruction.
    SimSpan((ns + 0.5) as i64 as u64)
}

/// The layers of the ziggurat under exp(-x), 256 of equal area, and where the tail begins.
/// Marsaglia, Tsang: The ziggurat method for generating random variables, 2000.
struct Ziggurat {
    /// The right ends of the layers, from the lowest.
    x: [f64; 257],
    /// exp(-x).
    y: [f64; 257],
}

const LAYERS: usize = 256;
const TAIL: f64 = 7.697_117_470_131_05;
const AREA: f64 = 3.949_659_822_581_572e-3;

static ZIGGURAT: LazyLock<Ziggurat> = LazyLock::new(|| {
    let mut x = [0.0; LAYERS + 1];
    x[0] = AREA * libm::exp(TAIL);
    x[1] = TAIL;
    for layer in 2..LAYERS {
        x[layer] = -libm::log(AREA / x[layer - 1] + libm::exp(-x[layer - 1]));
    }
    Ziggurat { x, y: x.map(|x| libm::exp(-x)) }
});

/// An exponential variate of mean 1. The 8 lowest bits choose the layer, the 53 highest the place in
/// it; only where the curve cuts through (1 in 90) more bits are drawn from these.
#[inline]
pub(super) fn standard_exponential(bits: u64) -> f64 {
    let ziggurat = &*ZIGGURAT;
    let layer = (bits & 255) as usize;
    let x = unit(bits) * ziggurat.x[layer];
    if x < ziggurat.x[layer + 1] { x } else { at_the_curve(ziggurat, bits) }
}

#[cold]
fn at_the_curve(ziggurat: &Ziggurat, mut bits: u64) -> f64 {
    let mut beyond = 0.0;
    loop {
        let layer = (bits & 255) as usize;
        let x = unit(bits) * ziggurat.x[layer];
        if x < ziggurat.x[layer + 1] {
            return beyond + x;
        }
        bits = mix(bits.wrapping_add(0x9e37_79b9_7f4a_7c15));
        if layer == 0 {
            // The tail of an exponential distribution is the same distribution, moved.
            beyond += TAIL;
        } else {
            let (low, high) = (ziggurat.y[layer], ziggurat.y[layer + 1]);
            if low + (high - low) * unit(bits) < libm::exp(-x) {
                return beyond + x;
            }
        }
        bits = mix(bits.wrapping_add(0x9e37_79b9_7f4a_7c15));
    }
}

#[cfg(test)]
mod tests {
    use super::fit::fits;
    use super::*;

    const N: u64 = 200_000;

    #[test]
    fn units_are_uniform_for_counters_and_for_attempts() {
        let stream = node_stream(42, "source");
        let by_counter =
            (0..N).map(|n| unit(bits(stream, n, 0, Purpose::Interval))).collect::<Vec<_>>();
        assert!(fits(by_counter, |x| x.clamp(0.0, 1.0)));
        let by_attempt =
            (0..N).map(|n| unit(bits(stream, 7, n as u32, Purpose::Service))).collect();
        assert!(fits(by_attempt, |x: f64| x.clamp(0.0, 1.0)));
    }

    #[test]
    fn exponential_spans_fit_their_distribution() {
        let stream = node_stream(1, "worker");
        let samples = (0..N)
            .map(|n| exponential(bits(stream, mix(n), 1, Purpose::Service), 1e8).0 as f64)
            .collect();
        assert!(fits(samples, |x| 1.0 - libm::exp(-x / 1e8)));
    }

    #[test]
    fn the_tail_is_as_long_as_it_should_be() {
        // Among 10^7 exponential variates 4,540 are expected beyond ln 2,202.6 = 7.697, where the
        // tail begins, and 45.4 beyond 12.3; four standard deviations are allowed.
        let stream = node_stream(9, "tail");
        let (mut tail, mut far) = (0i32, 0i32);
        for n in 0..10_000_000 {
            let x = standard_exponential(bits(stream, n, 0, Purpose::Service));
            tail += i32::from(x > TAIL);
            far += i32::from(x > 12.3);
        }
        assert!((tail - 4_540).abs() < 270, "{tail}");
        assert!((far - 45).abs() < 27, "{far}");
    }

    #[test]
    fn a_test_of_fit_can_fail() {
        let stream = node_stream(1, "worker");
        let samples =
            (0..N).map(|n| exponential(bits(stream, n, 1, Purpose::Service), 1.02e8).0 as f64);
        assert!(!fits(samples.collect(), |x| 1.0 - libm::exp(-x / 1e8)));
    }

    #[test]
    fn neighbouring_draws_are_not_correlated() {
        let stream = node_stream(3, "n");
        let draw = |n| unit(bits(stream, n, 0, Purpose::Interval)) - 0.5;
        let lag_1: f64 = (0..N).map(|n| draw(n) * draw(n + 1)).sum::<f64>() / N as f64;
        let other = |n| unit(bits(stream, n, 0, Purpose::Service)) - 0.5;
        let across: f64 = (0..N).map(|n| draw(n) * other(n)).sum::<f64>() / N as f64;
        // Standard error of a mean of products of two independent uniforms: 1/12/sqrt(N).
        let bound = 4.0 / 12.0 / (N as f64).sqrt();
        assert!(lag_1.abs() < bound, "{lag_1}");
        assert!(across.abs() < bound, "{across}");
    }

    #[test]
    fn whole_numbers_below_a_bound_are_all_equally_likely() {
        let stream = node_stream(5, "k");
        let mut counts = [0u32; 7];
        for n in 0..70_000 {
            counts[below(bits(stream, n, 0, Purpose::Key), 7) as usize] += 1;
        }
        let chi2: f64 = counts.iter().map(|&c| (f64::from(c) - 1e4).powi(2) / 1e4).sum();
        assert!(chi2 < 22.46, "chi square {chi2} with 6 degrees of freedom at level 0.001");
    }

    #[test]
    fn the_same_question_has_the_same_answer_on_every_machine() {
        let stream = node_stream(42, "source");
        let span = exponential(bits(stream, 1, 0, Purpose::Interval), 1e9);
        assert_eq!((stream, span.0), (GOLDEN_STREAM, GOLDEN_SPAN));
    }

    const GOLDEN_STREAM: u64 = 14_201_817_430_167_406;
    const GOLDEN_SPAN: u64 = 33_856_226;
}

//! Standard variates that take more than one draw.

use std::f64::consts::TAU;

use super::{mix, standard_exponential, unit};

/// More draws from one: splitmix64 that begins at a place of its own.
#[derive(Clone, Debug)]
pub(in crate::world) struct More(u64);

impl More {
    /// The draws that follow from `bits`.
    #[inline]
    pub(in crate::world) fn of(bits: u64) -> Self {
        Self(mix(bits ^ 0x6a09_e667_f3bc_c909))
    }

    /// 64 more random bits.
    #[inline]
    pub(in crate::world) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }
}

/// A normal variate of mean 0 and variance 1. Box, Muller: A note on the generation of random normal
/// deviates, 1958; half the square of the radius is exponentially distributed.
pub(in crate::world) fn standard_normal(draws: &mut More) -> f64 {
    let radius = libm::sqrt(2.0 * standard_exponential(draws.bits()));
    radius * libm::cos(TAU * unit(draws.bits()))
}

/// A gamma variate of this shape, at least 1, and scale 1. Marsaglia, Tsang: A simple method for
/// generating gamma variables, 2000.
pub(in crate::world) fn standard_gamma(shape: f64, draws: &mut More) -> f64 {
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / libm::sqrt(9.0 * d);
    loop {
        let x = standard_normal(draws);
        let v = (1.0 + c * x) * (1.0 + c * x) * (1.0 + c * x);
        // The logarithm of a uniform variate, with its sign turned.
        let e = standard_exponential(draws.bits());
        if v > 0.0 && e > d * (v - 1.0 - libm::log(v)) - x * x / 2.0 {
            return d * v;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::draw::fit::{erlang_cdf, fits, moments, normal_cdf};
    use crate::world::draw::{Purpose, bits, node_stream};

    const N: u64 = 200_000;

    fn samples(name: &str, draw: impl Fn(&mut More) -> f64) -> Vec<f64> {
        let stream = node_stream(42, name);
        (0..N).map(|n| draw(&mut More::of(bits(stream, n, 0, Purpose::Service)))).collect()
    }

    #[test]
    fn further_draws_are_uniform_and_independent_of_the_first() {
        for nth in 0..4 {
            let draw = |draws: &mut More| {
                for _ in 0..nth {
                    draws.bits();
                }
                unit(draws.bits())
            };
            assert!(fits(samples("further", draw), |x| x.clamp(0.0, 1.0)), "draw {nth}");
        }
        let stream = node_stream(1, "pairs");
        let of = |n| bits(stream, n, 0, Purpose::Service);
        let product = |n| (unit(of(n)) - 0.5) * (unit(More::of(of(n)).bits()) - 0.5);
        let across: f64 = (0..N).map(product).sum::<f64>() / N as f64;
        assert!(across.abs() < 4.0 / 12.0 / (N as f64).sqrt(), "{across}");
    }

    #[test]
    fn normal_variates_fit_their_distribution() {
        let drawn = samples("normal", standard_normal);
        let (mean, variance) = moments(&drawn);
        assert!(mean.abs() < 4.0 / (N as f64).sqrt(), "{mean}");
        assert!((variance - 1.0).abs() < 4.0 * (2.0 / N as f64).sqrt(), "{variance}");
        // Beyond three standard deviations 540 of 200,000 are expected.
        let far = drawn.iter().filter(|x| x.abs() > 3.0).count() as i64;
        assert!((far - 540).abs() < 94, "{far}");
        assert!(fits(drawn.clone(), normal_cdf));
        assert!(!fits(drawn, |x| normal_cdf(x + 0.01)));
    }

    #[test]
    fn gamma_variates_fit_their_distribution() {
        for phases in [1, 2, 17, 1000] {
            let drawn = samples("gamma variates", |draws| standard_gamma(f64::from(phases), draws));
            assert!(fits(drawn, |x| erlang_cdf(phases, x)), "{phases} phases");
        }
        let drawn = samples("gamma variates", |draws| standard_gamma(17.0, draws));
        assert!(!fits(drawn, |x| erlang_cdf(18, x)));
        // A shape of which the distribution function has no simple form: mean and variance are it.
        let drawn = samples("gamma variates", |draws| standard_gamma(1.5, draws));
        let (mean, variance) = moments(&drawn);
        assert!((mean - 1.5).abs() < 4.0 * (1.5 / N as f64).sqrt(), "{mean}");
        // The variance of a squared deviation: κ₄ + 2σ⁴ = 6 · 1.5 + 2 · 2.25.
        assert!((variance - 1.5).abs() < 4.0 * (13.5 / N as f64).sqrt(), "{variance}");
    }
}

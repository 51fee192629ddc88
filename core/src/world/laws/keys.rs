//! Which key an event carries.

use serde::{Deserialize, Serialize};

use crate::world::draw::{self, More};

/// The law of the keys of a producer's events.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::world) enum KeyLaw {
    /// One of so many, all equally likely; 0: none.
    Uniform(u32),
    /// The k-th of so many with a probability that goes as k to the power of −`skew`.
    Zipf(Zipf),
}

impl KeyLaw {
    /// The law of so many keys with this skew; the settings have passed the check.
    pub(in crate::world) fn new(keys: u32, skew: f64) -> Self {
        if keys > 1 && skew > 0.0 { Self::Zipf(Zipf::new(keys, skew)) } else { Self::Uniform(keys) }
    }

    /// The number of the key, from 1 on, drawn from `bits`, which are asked for only where the law
    /// needs them; 0: no key.
    #[inline]
    pub(in crate::world) fn number(&self, bits: impl FnOnce() -> u64) -> u32 {
        match self {
            Self::Uniform(0) => 0,
            Self::Uniform(keys) => draw::below(bits(), u64::from(*keys)) as u32 + 1,
            Self::Zipf(zipf) => zipf.number(bits()),
        }
    }
}

/// Zipf's law by rejection-inversion, exact for any number of keys at the same cost: Hörmann,
/// Derflinger: Rejection-inversion to generate variates from monotone discrete distributions, 1996.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::world) struct Zipf {
    keys: u32,
    skew: f64,
    /// H(3/2) − 1 and H(keys + 1/2), between which a uniform variate is inverted.
    low: f64,
    high: f64,
    /// How far below a whole number it is taken without a further look.
    near: f64,
}

impl Zipf {
    fn new(keys: u32, skew: f64) -> Self {
        let mut zipf = Self { keys, skew, low: 0.0, high: 0.0, near: 0.0 };
        zipf.low = zipf.integral(1.5) - 1.0;
        zipf.high = zipf.integral(f64::from(keys) + 0.5);
        zipf.near = 2.0 - zipf.inverse(zipf.integral(2.5) - zipf.weight(2.0));
        zipf
    }

    fn number(&self, bits: u64) -> u32 {
        let mut more = More::of(bits);
        let mut bits = bits;
        loop {
            let u = self.high + draw::unit(bits) * (self.low - self.high);
            let x = self.inverse(u);
            // `as` saturates and takes NaN to zero.
            let key = ((x + 0.5) as u32).clamp(1, self.keys);
            let k = f64::from(key);
            if k - x <= self.near || u >= self.integral(k + 0.5) - self.weight(k) {
                return key;
            }
            bits = more.bits();
        }
    }

    /// h(x) = x^−s.
    fn weight(&self, x: f64) -> f64 {
        libm::exp(-self.skew * libm::log(x))
    }

    /// H(x), the integral of h from 1 to x: (x^(1−s) − 1) / (1 − s), or ln x where s is 1.
    fn integral(&self, x: f64) -> f64 {
        let log = libm::log(x);
        log * expm1_ratio((1.0 - self.skew) * log)
    }

    /// The x at which H is `y`: (1 + (1 − s) y)^(1/(1−s)).
    fn inverse(&self, y: f64) -> f64 {
        // By a rounding the product may fall below −1, where nothing is.
        let t = ((1.0 - self.skew) * y).max(-1.0);
        libm::exp(y * log1p_ratio(t))
    }
}

/// (exp(t) − 1) / t, also near 0.
fn expm1_ratio(t: f64) -> f64 {
    if t.abs() > 1e-8 { libm::expm1(t) / t } else { 1.0 + t / 2.0 * (1.0 + t / 3.0) }
}

/// ln(1 + t) / t, also near 0.
fn log1p_ratio(t: f64) -> f64 {
    if t.abs() > 1e-8 { libm::log1p(t) / t } else { 1.0 - t * (0.5 - t / 3.0) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::world::draw::fit::counts_fit;
    use crate::world::draw::{Purpose, bits, node_stream};

    const N: u64 = 200_000;

    fn counts(keys: u32, skew: f64) -> Vec<u64> {
        let (law, stream) = (KeyLaw::new(keys, skew), node_stream(42, "keys"));
        let mut counts = vec![0; keys as usize];
        for n in 0..N {
            counts[law.number(|| bits(stream, n, 0, Purpose::Key)) as usize - 1] += 1;
        }
        counts
    }

    fn expected(keys: u32, skew: f64) -> Vec<f64> {
        let weights: Vec<f64> = (1..=keys).map(|k| libm::pow(f64::from(k), -skew)).collect();
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / sum * N as f64).collect()
    }

    #[test]
    fn keys_fit_zipfs_law() {
        for keys in [2, 7, 100, 5_000] {
            for skew in [0.0, 0.3, 0.99, 1.0, 1.000_000_001, 1.5, 2.0, 4.0] {
                let found = counts(keys, skew);
                assert!(counts_fit(&found, &expected(keys, skew)), "{keys} keys, skew {skew}");
            }
        }
        assert!(!counts_fit(&counts(100, 1.0), &expected(100, 1.05)));
        assert!(!counts_fit(&counts(7, 0.0), &expected(7, 0.05)));
    }

    #[test]
    fn as_many_keys_as_can_be_counted_are_no_matter() {
        let (law, stream) = (KeyLaw::new(u32::MAX, 1.0), node_stream(1, "many"));
        // With s = 1 half of the logarithm is half of the draws, but for Euler's constant:
        // H(65,535) / H(2^32 − 1) = 11.6675 / 22.7579.
        let draw = |n| law.number(|| bits(stream, n, 0, Purpose::Key));
        let low = (0..N).filter(|&n| draw(n) < 65_536).count() as f64 / N as f64;
        let wanted = 11.6675 / 22.7579;
        assert!((low - wanted).abs() < 4.0 * (0.25 / N as f64).sqrt(), "{low}");
    }

    #[test]
    fn without_a_skew_keys_are_drawn_as_ever() {
        let (law, stream) = (KeyLaw::new(9, 0.0), node_stream(1, "as ever"));
        for n in 0..1_000 {
            let bits = bits(stream, n, 0, Purpose::Key);
            assert_eq!(law.number(|| bits), draw::below(bits, 9) as u32 + 1);
        }
        assert_eq!(KeyLaw::new(0, 1.0).number(|| panic!("no key needs no draw")), 0);
    }

    proptest! {
        #[test]
        fn a_key_is_one_of_the_keys(
            keys in prop_oneof![1_u32..10, any::<u32>(), Just(u32::MAX)],
            skew in prop_oneof![0.0_f64..10.0, Just(1.0), 0.999_999..1.000_001, Just(10.0)],
            bits in prop_oneof![any::<u64>(), Just(0), Just(u64::MAX)],
        ) {
            let number = KeyLaw::new(keys, skew).number(|| bits);
            prop_assert!(number <= keys && (number > 0) == (keys > 0), "{number} of {keys}");
        }
    }

    #[test]
    fn keys_are_the_same_on_every_machine() {
        let (law, stream) = (KeyLaw::new(1_000_000, 1.2), node_stream(42, "keys"));
        let draw = |n| law.number(|| bits(stream, n, 0, Purpose::Key));
        assert_eq!([0, 1, 2, 3, 4, 5, 6, 7].map(draw), GOLDEN);
    }

    const GOLDEN: [u32; 8] = [1, 14, 1, 142_188, 23_170, 274_482, 1_908, 7];
}

//! How many events fall due at once.

use serde::{Deserialize, Serialize};

use crate::project::Batch;
use crate::world::draw;

/// The law of the sizes of batches.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::world) enum BatchLaw {
    /// Always so many.
    Constant(u32),
    /// Geometric on 1, 2, …: one more than the whole part of an exponential variate of this mean.
    Geometric { scale: f64 },
}

impl BatchLaw {
    /// The law of these settings, which have passed the check.
    pub(in crate::world) fn new(batch: Batch) -> Self {
        match batch {
            Batch::Constant { size } => Self::Constant(size),
            Batch::Geometric { mean } if mean > 1.0 => {
                // P(more than n) = (1 − 1/mean)ⁿ = exp(−n / scale).
                Self::Geometric { scale: -1.0 / libm::log1p(-1.0 / mean) }
            }
            Batch::Geometric { .. } => Self::Constant(1),
        }
    }

    /// The size of a batch, drawn from `bits`, which are asked for only where the law needs them.
    #[inline]
    pub(in crate::world) fn size(&self, bits: impl FnOnce() -> u64) -> u32 {
        match self {
            Self::Constant(size) => *size,
            // `as` saturates and cuts off.
            Self::Geometric { scale } => {
                ((draw::standard_exponential(bits()) * scale) as u32).saturating_add(1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::draw::fit::{counts_fit, moments};
    use crate::world::draw::{Purpose, bits, node_stream};

    const N: u64 = 200_000;

    fn sizes(batch: Batch) -> Vec<u32> {
        let (law, stream) = (BatchLaw::new(batch), node_stream(42, "batches"));
        (0..N).map(|n| law.size(|| bits(stream, n, 0, Purpose::Batch))).collect()
    }

    #[test]
    fn geometric_sizes_fit_their_distribution() {
        for mean in [1.01, 2.5, 40.0] {
            let sizes = sizes(Batch::Geometric { mean });
            let mut counts = vec![0; 1 + *sizes.iter().max().expect("there are some") as usize];
            sizes.iter().for_each(|&size| counts[size as usize] += 1);
            assert_eq!(counts[0], 0, "a batch has at least one event");
            let expected = |mean: f64| -> Vec<f64> {
                let p = 1.0 / mean;
                let of = |k: usize| N as f64 * p * libm::pow(1.0 - p, k as f64 - 1.0);
                (1..counts.len()).map(of).collect()
            };
            assert!(counts_fit(&counts[1..], &expected(mean)), "mean {mean}");
            assert!(!counts_fit(&counts[1..], &expected(mean * 1.02)), "mean {mean}");
        }
    }

    #[test]
    fn sizes_have_their_mean_at_the_ends_of_the_range_too() {
        for mean in [1.0, 1.000_001, 1e6] {
            let sizes: Vec<f64> =
                sizes(Batch::Geometric { mean }).into_iter().map(f64::from).collect();
            let (found, _) = moments(&sizes);
            let error = 4.0 * (mean * (mean - 1.0) / N as f64).sqrt() + 1e-9;
            assert!((found - mean).abs() < error, "{found} instead of {mean}");
        }
        assert!(sizes(Batch::Constant { size: 7 }).iter().all(|&size| size == 7));
        assert!(sizes(Batch::Geometric { mean: 1.0 }).iter().all(|&size| size == 1));
    }

    #[test]
    fn sizes_are_the_same_on_every_machine() {
        assert_eq!(sizes(Batch::Geometric { mean: 5.0 })[..8], GOLDEN);
    }

    const GOLDEN: [u32; 8] = [1, 3, 2, 3, 7, 4, 6, 7];
}

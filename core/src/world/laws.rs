//! The laws by which producers and consumers draw: settings made ready for it, as plain data. Each
//! draw is a function of the bits that it is given, or of stream, number and epoch; only the laws of
//! arrivals have a state, which changes with the moments for which they are asked.

mod arrivals;
mod keys;
mod retry;
mod service;

use super::compile::share_of_2_64;

pub(super) use arrivals::{ArrivalLaw, BatchLaw, Due};
pub(super) use keys::KeyLaw;
pub(super) use retry::RetryLaw;
pub(super) use service::ServiceLaw;

/// The upper ends of shares of 2^64 that go as the weights, each with its index. What has no weight
/// has no share. The first end that is not below 64 random bits names the one chosen.
fn shares(weights: impl Iterator<Item = f64> + Clone) -> Vec<(u64, u32)> {
    let total: f64 = weights.clone().filter(|weight| *weight > 0.0).sum();
    let mut below = 0.0;
    let mut ends: Vec<(u64, u32)> = (0..)
        .zip(weights)
        .filter(|(_, weight)| *weight > 0.0)
        .map(|(index, weight)| {
            below += weight;
            (share_of_2_64(below / total), index)
        })
        .collect();
    if let Some(last) = ends.last_mut() {
        // The sum may be a rounding short of the whole.
        last.0 = u64::MAX;
    }
    ends
}

/// Of `ends` in ascending order, the index of the first that is not below `bits`.
fn choose(ends: &[(u64, u32)], bits: u64) -> usize {
    ends.partition_point(|(end, _)| *end < bits).min(ends.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::draw::fit::counts_fit;
    use crate::world::draw::{Purpose, bits, node_stream};

    #[test]
    fn shares_go_as_the_weights() {
        let weights = [0.0, 3.0, 0.5, 0.0, 6.5, 0.0];
        let ends = shares(weights.into_iter());
        let stream = node_stream(42, "shares");
        let mut counts = [0_u64; 6];
        for n in 0..100_000 {
            let chosen = choose(&ends, bits(stream, n, 0, Purpose::State));
            counts[ends[chosen].1 as usize] += 1;
        }
        assert_eq!((counts[0], counts[3], counts[5]), (0, 0, 0), "what has no weight");
        let found = [counts[1], counts[2], counts[4]];
        assert!(counts_fit(&found, &[30_000.0, 5_000.0, 65_000.0]), "{counts:?}");
        assert!(!counts_fit(&found, &[31_000.0, 5_000.0, 64_000.0]));
        assert_eq!(shares([0.1; 10].into_iter()).last(), Some(&(u64::MAX, 9)));
        assert_eq!(shares([0.0; 3].into_iter()), []);
    }
}

//! A histogram of spans, log-linear: exact below 32 ns, above that 32 classes to each power of two.

use serde::{Deserialize, Serialize};

use crate::analysis::sparse;
use crate::time::SimSpan;

const SUB_BITS: u32 = 5;
const SUB: u64 = 1 << SUB_BITS;
/// Classes: 32 exact ones, then 32 for each of the 59 powers of two from 2^5 to 2^63.
const CLASSES: usize = (SUB as usize) * (64 - SUB_BITS as usize + 1);

/// How often spans of each length were seen, in 15 KiB. A quantile is off by less than the width of
/// its class, 1/32 of it; between the ends of a class it is interpolated, which for smooth
/// distributions leaves far less.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    #[serde(with = "sparse::boxed")]
    classes: Box<[u64; CLASSES]>,
    count: u64,
    sum: u128,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { classes: Box::new([0; CLASSES]), count: 0, sum: 0 }
    }
}

impl Histogram {
    /// Notes a span.
    #[inline]
    pub fn record(&mut self, span: SimSpan) {
        self.classes[class_of(span.0)] += 1;
        self.count += 1;
        self.sum += u128::from(span.0);
    }

    /// How many spans were noted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The exact sum of all spans, in nanoseconds.
    pub fn sum_ns(&self) -> u128 {
        self.sum
    }

    /// The mean in seconds; none without spans.
    pub fn mean_s(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64 / 1e9)
    }

    /// The span below which the share `q` (0 to 1) of all spans lies; none without spans.
    pub fn quantile(&self, q: f64) -> Option<SimSpan> {
        if self.count == 0 {
            return None;
        }
        let rank = q.clamp(0.0, 1.0) * self.count as f64;
        let mut below = 0u64;
        for (class, &count) in self.classes.iter().enumerate() {
            if count > 0 && (below + count) as f64 >= rank {
                let (start, width) = range_of(class);
                // Single spans of a class lie in the middle of equal shares of it.
                let share = ((rank - below as f64) / count as f64).clamp(0.0, 1.0);
                let inside = if width == 1 { 0.0 } else { share * width as f64 };
                return Some(SimSpan(start + inside as u64));
            }
            below += count;
        }
        None
    }

    /// Adds what another histogram has noted.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.classes.iter_mut().zip(other.classes.iter()) {
            *mine += theirs;
        }
        self.count += other.count;
        self.sum += other.sum;
    }
}

#[inline]
fn class_of(value: u64) -> usize {
    if value < SUB {
        return value as usize;
    }
    let shift = 63 - value.leading_zeros() - SUB_BITS;
    ((u64::from(shift) << SUB_BITS) + (value >> shift)) as usize
}

/// The first value of a class and how many values it has.
fn range_of(class: usize) -> (u64, u64) {
    let class = class as u64;
    if class < 2 * SUB {
        return (class, 1);
    }
    let shift = (class >> SUB_BITS) - 1;
    ((SUB + (class & (SUB - 1))) << shift, 1 << shift)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_value_lies_in_its_class() {
        let values = (0..64).flat_map(|bit| {
            let power = 1u64 << bit;
            [power - 1, power, power + 1, power | power >> 3, u64::MAX >> bit]
        });
        for value in values {
            let class = class_of(value);
            assert!(class < CLASSES);
            let (start, width) = range_of(class);
            assert!(start <= value && value - start < width, "{value} in {start} + {width}");
            assert!(width == 1 || width * 32 <= start, "no class is wider than 1/32");
        }
    }

    proptest! {
        #[test]
        fn quantiles_are_within_their_class(
            mut values in proptest::collection::vec(0u64..1_000_000_000, 1..400), q in 0.0f64..=1.0
        ) {
            let mut histogram = Histogram::default();
            values.iter().for_each(|&value| histogram.record(SimSpan(value)));
            values.sort_unstable();
            let rank = ((q * values.len() as f64).ceil() as usize).clamp(1, values.len());
            let exact = values[rank - 1] as f64;
            let found = histogram.quantile(q).expect("there are values").0 as f64;
            prop_assert!((found - exact).abs() <= exact / 32.0 + 1.0, "{found} for {exact}");
            prop_assert_eq!(histogram.sum_ns(), values.iter().map(|&v| u128::from(v)).sum::<u128>());
        }

        #[test]
        fn merging_is_the_same_as_noting_everything_in_one(
            a in proptest::collection::vec(any::<u64>(), 0..50),
            b in proptest::collection::vec(any::<u64>(), 0..50)
        ) {
            let of = |values: &[u64]| {
                let mut histogram = Histogram::default();
                values.iter().for_each(|&value| histogram.record(SimSpan(value)));
                histogram
            };
            let mut merged = of(&a);
            merged.merge(&of(&b));
            prop_assert_eq!(merged, of(&[a, b].concat()));
        }
    }
}

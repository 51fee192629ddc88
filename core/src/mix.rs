//! Random bits from counters, and numbers from bits: integers alone, so that they come out the same
//! on every machine.

/// The odd number nearest to 2^64 / φ: what splitmix64 adds to its state for each draw.
pub(crate) const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Stafford's variant 13 of the finaliser of MurmurHash3, as in splitmix64 (Steele, Lea, Flood:
/// Fast splittable pseudorandom number generators, 2014).
#[inline]
pub(crate) fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number in [0, 1), with 53 random bits.
#[inline]
pub(crate) fn unit(bits: u64) -> f64 {
    // Through i64, for which machines have an instruction.
    (bits >> 11) as i64 as f64 * (1.0 / (1u64 << 53) as f64)
}

/// A whole number below `bound`, by multiplication (Lemire 2019, without the rejection: the bias is
/// below `bound` / 2^64).
#[inline]
pub(crate) fn below(bits: u64, bound: u64) -> u64 {
    ((u128::from(bits) * u128::from(bound)) >> 64) as u64
}

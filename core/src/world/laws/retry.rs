//! How long a consumer waits before it tries again.

use serde::{Deserialize, Serialize};

use crate::project::Retry;
use crate::time::SimSpan;
use crate::world::draw;

/// The law of a consumer's attempts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::world) struct RetryLaw {
    /// How many attempts there are in all.
    pub(in crate::world) attempts: u32,
    delay_ns: f64,
    factor: f64,
    longest_ns: f64,
    jitter: f64,
}

impl RetryLaw {
    /// The law of these settings, which have passed the check.
    pub(in crate::world) fn new(retry: &Retry) -> Self {
        Self {
            attempts: retry.attempts,
            delay_ns: retry.delay_s * 1e9,
            factor: retry.factor,
            // A number also where there is no bound: no span is longer.
            longest_ns: retry.max_delay_s.map_or(i64::MAX as f64, |seconds| seconds * 1e9),
            jitter: retry.jitter,
        }
    }

    /// The pause after so many attempts have failed (at least 1), drawn from `bits`, which are asked
    /// for only where there is a jitter; none: that was the last attempt.
    pub(in crate::world) fn pause(
        &self,
        failed: u32,
        bits: impl FnOnce() -> u64,
    ) -> Option<SimSpan> {
        if failed >= self.attempts {
            return None;
        }
        if self.delay_ns <= 0.0 {
            return Some(SimSpan::ZERO);
        }
        let growth = libm::pow(self.factor, f64::from(failed.saturating_sub(1)));
        let longest = (self.delay_ns * growth).min(self.longest_ns);
        if self.jitter <= 0.0 {
            return Some(draw::rounded(longest));
        }
        Some(draw::rounded(longest * (1.0 - self.jitter * draw::unit(bits()))))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::world::draw::fit::fits;
    use crate::world::draw::{Purpose, bits, node_stream};

    fn pauses(retry: Retry) -> Vec<u64> {
        let law = RetryLaw::new(&retry);
        let pause = |failed| law.pause(failed, || panic!("without jitter there is no draw"));
        (1..).map_while(pause).map(|span| span.0 / 1_000_000).collect()
    }

    #[test]
    fn pauses_grow_by_the_factor_up_to_the_longest() {
        let retry = Retry { attempts: 6, ..Retry::default() };
        assert_eq!(pauses(retry), [100, 200, 400, 800, 1_600]);
        let capped = Retry { max_delay_s: Some(0.5), ..retry };
        assert_eq!(pauses(capped), [100, 200, 400, 500, 500]);
        assert_eq!(pauses(Retry { factor: 1.0, ..retry }), [100; 5]);
        assert_eq!(pauses(Retry { delay_s: 0.0, ..retry }), [0; 5]);
        assert_eq!(pauses(Retry { attempts: 1, ..retry }), [0; 0]);
    }

    #[test]
    fn jitter_makes_a_share_of_the_pause_uniform() {
        let retry = Retry { attempts: 9, jitter: 0.25, ..Retry::default() };
        let (law, stream) = (RetryLaw::new(&retry), node_stream(42, "retry"));
        let samples: Vec<f64> = (0..200_000)
            .map(|n| {
                law.pause(3, || bits(stream, n, 3, Purpose::Pause)).expect("one more").0 as f64
            })
            .collect();
        // The third pause is 0.4 s, a quarter of it random.
        assert!(fits(samples.clone(), |x| ((x - 3e8) / 1e8).clamp(0.0, 1.0)));
        assert!(!fits(samples, |x| ((x - 3e8) / 1.01e8).clamp(0.0, 1.0)));
    }

    proptest! {
        #[test]
        fn a_pause_is_never_longer_than_the_longest(
            attempts in 1_u32..=1_000,
            delay_s in prop_oneof![Just(0.0), 1e-9..1e9, Just(1e9)],
            factor in prop_oneof![Just(1.0), 1.0..1e3, Just(1e3)],
            max_delay_s in prop_oneof![Just(None), (0.0..1e9).prop_map(Some)],
            jitter in 0.0..=1.0,
            failed in 1_u32..=1_000,
            bits in any::<u64>(),
        ) {
            let law = RetryLaw::new(&Retry { attempts, delay_s, factor, max_delay_s, jitter });
            let pause = law.pause(failed, || bits);
            prop_assert_eq!(pause.is_some(), failed < attempts);
            let longest = max_delay_s.map_or(i64::MAX as u64, |s: f64| (s * 1e9 + 1.0) as u64);
            prop_assert!(pause.is_none_or(|pause| pause.0 <= longest));
        }
    }

    #[test]
    fn pauses_are_the_same_on_every_machine() {
        let retry = Retry { attempts: 9, factor: 1.7, jitter: 1.0, ..Retry::default() };
        let (law, stream) = (RetryLaw::new(&retry), node_stream(42, "retry"));
        let pause = |failed| law.pause(failed, || bits(stream, 1, failed, Purpose::Pause));
        assert_eq!([1, 2, 7].map(|n| pause(n).map_or(0, |span| span.0)), GOLDEN);
    }

    const GOLDEN: [u64; 3] = [18_612_568, 140_767_231, 625_390_337];
}

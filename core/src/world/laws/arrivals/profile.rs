//! A rate that follows a profile over time.

use serde::{Deserialize, Serialize};

use super::per_ns;
use crate::project::RateStep;
use crate::time::{SimSpan, SimTime};
use crate::world::draw;

/// The rate from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Step {
    /// From when on, in nanoseconds since the start of the run or of the repetition.
    from_ns: u64,
    /// Events per nanosecond.
    rate: f64,
    /// The integral of the rate from the start until then.
    before: f64,
}

/// A piecewise constant rate, with its integral.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::world) struct Profile {
    /// Never empty.
    steps: Vec<Step>,
    /// After how long it begins anew, and the integral of the rate until then.
    period: Option<(u64, f64)>,
}

impl Profile {
    /// None where the rate is always 0.
    pub(super) fn new(steps: &[RateStep], repeat_s: Option<f64>) -> Option<Self> {
        let mut made: Vec<Step> = Vec::with_capacity(steps.len());
        for step in steps {
            let from_ns = draw::rounded(step.from_s * 1e9).0;
            let before = made.last().map_or(0.0, |last| integral(last, from_ns));
            made.push(Step { from_ns, rate: per_ns(step.rate_per_s), before });
        }
        let last = *made.last()?;
        let period = repeat_s.map(|seconds| {
            let period_ns = draw::rounded(seconds * 1e9).0.max(1);
            (period_ns, integral(&last, period_ns))
        });
        let all = period.map_or(last.before, |(_, all)| all);
        (all > 0.0 || period.is_none() && last.rate > 0.0).then_some(Self { steps: made, period })
    }

    /// When the integral of the rate from `now` on reaches `clock`; none: never.
    pub(super) fn next(&self, clock: f64, now: SimTime) -> Option<SimTime> {
        let Some((period_ns, all)) = self.period else {
            let at = self.reach(clock + self.integral(now.0), clock, now.0)?;
            return Some(SimTime(at));
        };
        let (round, at) = (now.0 / period_ns, now.0 % period_ns);
        let passed = self.integral(at);
        if clock <= all - passed {
            let at = self.reach(clock + passed, clock, at)?;
            return Some(SimTime(round * period_ns) + SimSpan(at.min(period_ns)));
        }
        let left = clock - (all - passed);
        let whole = libm::floor(left / all);
        // Of the roundings something may be left over; it belongs to the end of a round.
        let rest = (left - whole * all).clamp(0.0, all);
        let at = self.reach(rest, rest, 0)?.min(period_ns);
        // `as` saturates.
        let rounds = (whole as u64).saturating_add(round + 1);
        Some(SimTime(rounds.saturating_mul(period_ns)) + SimSpan(at))
    }

    /// The integral of the rate until a moment of the round.
    fn integral(&self, at_ns: u64) -> f64 {
        let begun = self.steps.partition_point(|step| step.from_ns <= at_ns);
        begun.checked_sub(1).map_or(0.0, |last| integral(&self.steps[last], at_ns))
    }

    /// The moment at which the integral from the start reaches `target`: the one from `from_ns` on
    /// is `clock` then. None where the rate stays 0.
    fn reach(&self, target: f64, clock: f64, from_ns: u64) -> Option<u64> {
        // The last step that begins below the target; among those that begin at the same integral
        // all but the last have no rate.
        let mut number = self.steps.partition_point(|step| step.before < target).saturating_sub(1);
        while self.steps[number].rate <= 0.0 {
            number += 1;
            if number == self.steps.len() {
                return None;
            }
        }
        let step = &self.steps[number];
        let ns = if step.from_ns <= from_ns {
            // Within the step in which it began: as exact as the clock.
            from_ns.saturating_add((clock / step.rate + 0.5) as u64)
        } else {
            step.from_ns.saturating_add(((target - step.before).max(0.0) / step.rate + 0.5) as u64)
        };
        Some(ns)
    }
}

/// The integral of the rate until `at_ns`, which lies in or behind this step.
fn integral(step: &Step, at_ns: u64) -> f64 {
    step.before + at_ns.saturating_sub(step.from_ns) as f64 * step.rate
}

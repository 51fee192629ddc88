//! Where the ticks of an axis lie, and how far an axis of time reaches.

use eventloom_core::time::{SimSpan, SimTime};

const S: u64 = 1_000_000_000;
/// Steps above a second that people count in; below it decades of 1, 2 and 5 serve.
const STEPS_S: [u64; 18] = [
    1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200,
    86_400,
];
/// An axis shows at least this much, so that the first seconds of a run do not rush by.
const SHORTEST: SimSpan = SimSpan::from_secs(10);

/// The smallest round step with which `range` has at most `most` intervals.
pub fn time_step(range: SimSpan, most: u32) -> SimSpan {
    let least = (range.0 / u64::from(most.max(1))).max(1);
    if least <= S {
        let mut decade = 1;
        loop {
            for factor in [1, 2, 5] {
                if decade * factor >= least {
                    return SimSpan(decade * factor);
                }
            }
            decade *= 10;
        }
    }
    if let Some(step) = STEPS_S.iter().find(|&&step| step * S >= least) {
        return SimSpan(step * S);
    }
    let mut days = 86_400 * S;
    loop {
        for factor in [1, 2, 5] {
            let step = days.saturating_mul(factor);
            if step >= least {
                return SimSpan(step);
            }
        }
        days = days.saturating_mul(10);
    }
}

/// Where an axis ends that shows a run up to `front`: a round time a little ahead, so that it grows
/// in steps and not in every frame.
pub fn horizon(front: SimTime) -> SimTime {
    let shown = SimSpan(front.0.saturating_add(front.0 / 50).max(SHORTEST.0));
    let step = time_step(shown, 6).0;
    SimTime(shown.0.div_ceil(step).saturating_mul(step))
}

/// The smallest round step (1, 2 or 5 of a decade, at least `least`) with which an axis from 0 to
/// `max` has at most `most` intervals.
pub fn value_step(max: f64, most: u32, least: f64) -> f64 {
    let wanted = max / f64::from(most.max(1));
    if !wanted.is_finite() || wanted <= 0.0 {
        return if least > 0.0 { least } else { 1.0 };
    }
    let decade = 10_f64.powf(wanted.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * decade)
        // A step that fits but for the last bit of a division fits.
        .find(|step| *step >= wanted * (1.0 - 1e-12))
        .unwrap_or(10.0 * decade);
    step.max(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_steps_are_those_that_people_count_in() {
        let cases = [
            (SimSpan::from_secs(72), 6, SimSpan::from_secs(20)),
            (SimSpan::from_secs(60), 6, SimSpan::from_secs(10)),
            (SimSpan::from_millis(900), 6, SimSpan::from_millis(200)),
            (SimSpan::from_secs(3_600), 6, SimSpan::from_secs(600)),
            (SimSpan::from_secs(7 * 86_400), 6, SimSpan::from_secs(2 * 86_400)),
            (SimSpan(3), 6, SimSpan(1)),
            (SimSpan::ZERO, 0, SimSpan(1)),
        ];
        for (range, most, step) in cases {
            assert_eq!(time_step(range, most), step, "{range}");
        }
    }

    #[test]
    fn no_range_has_more_intervals_than_asked_for() {
        let mut range = 1_u64;
        while range < u64::MAX / 3 {
            let step = time_step(SimSpan(range), 6).0;
            assert!(range / step <= 6, "{range} with {step}");
            range = range * 3 + 1;
        }
        assert!(time_step(SimSpan(u64::MAX), 6).0 >= u64::MAX / 6);
    }

    #[test]
    fn the_horizon_lies_ahead_of_the_front_and_never_goes_back() {
        let mut last = SimTime::ZERO;
        for tenths in 0..6_000_u64 {
            let front = SimTime(tenths * 100_000_000);
            let end = horizon(front);
            assert!(end > front && end >= last, "{front}: {end} after {last}");
            last = end;
        }
        assert_eq!(horizon(SimTime::ZERO), SimTime(10 * S));
        assert_eq!(horizon(SimTime::MAX), SimTime::MAX);
    }

    #[test]
    fn value_steps_are_round() {
        assert_eq!(value_step(80.0, 5, 1.0), 20.0);
        assert_eq!(value_step(45.0, 5, 0.0), 10.0);
        assert_eq!(value_step(2.0, 5, 1.0), 1.0);
        assert_eq!(value_step(0.3, 5, 0.0), 0.1);
        assert_eq!(value_step(0.0, 5, 1.0), 1.0);
        assert_eq!(value_step(f64::NAN, 5, 0.0), 1.0);
    }
}

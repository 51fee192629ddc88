//! Simulated time: integer nanoseconds since the run's start. Nothing here reads a clock; the
//! [`Clock`] trait is what a live driver follows.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const NANOS_PER_S: u64 = 1_000_000_000;

/// A moment of a run, in nanoseconds since its start.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct SimTime(pub u64);

/// A length of simulated time, in nanoseconds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct SimSpan(pub u64);

impl SimTime {
    /// The start of a run.
    pub const ZERO: Self = Self(0);
    /// Later than anything that happens.
    pub const MAX: Self = Self(u64::MAX);

    /// Seconds since the start. Exact below 2^53 ns (104 days), else rounded.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NANOS_PER_S as f64
    }

    /// The time since `earlier`; zero where `earlier` is later.
    pub fn since(self, earlier: Self) -> SimSpan {
        SimSpan(self.0.saturating_sub(earlier.0))
    }
}

impl SimSpan {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// The span of `seconds`, rounded to nanoseconds; negative and NaN give zero, what is too large
    /// gives the largest span.
    pub fn from_secs_f64(seconds: f64) -> Self {
        // `as` saturates and takes NaN to zero.
        Self((seconds * NANOS_PER_S as f64 + 0.5) as u64)
    }

    /// The span of whole `seconds`.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds.saturating_mul(NANOS_PER_S))
    }

    /// The span of whole `millis`.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// In seconds.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NANOS_PER_S as f64
    }
}

impl Add<SimSpan> for SimTime {
    type Output = Self;
    fn add(self, span: SimSpan) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl AddAssign<SimSpan> for SimTime {
    fn add_assign(&mut self, span: SimSpan) {
        *self = *self + span;
    }
}

impl Sub<SimSpan> for SimTime {
    type Output = Self;
    fn sub(self, span: SimSpan) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Add for SimSpan {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// Why a text is no span of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no length of time: write numbers with units, such as 250ms, 10s or 1h30m")]
pub struct ParseSpanError {
    /// What was given.
    pub text: String,
}

impl FromStr for SimSpan {
    type Err = ParseSpanError;

    /// Reads `250ms`, `10s`, `1h30m`, `1.5s`, `2d`; units are ns, us, µs, ms, s, m, min, h, d.
    fn from_str(text: &str) -> Result<Self, ParseSpanError> {
        let fail = || ParseSpanError { text: text.to_owned() };
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err(fail());
        }
        let mut total: u128 = 0;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(fail)?;
            let (number, tail) = rest.split_at(digits);
            let end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
            let (unit, after) = tail.split_at(end);
            let unit_ns = unit_nanos(unit.trim()).ok_or_else(fail)?;
            total += decimal_nanos(number, unit_ns).ok_or_else(fail)?;
            rest = after;
        }
        u64::try_from(total).map(Self).map_err(|_| fail())
    }
}

fn unit_nanos(unit: &str) -> Option<u64> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" => 1_000,
        "ms" => 1_000_000,
        "s" => NANOS_PER_S,
        "m" | "min" => 60 * NANOS_PER_S,
        "h" => 3_600 * NANOS_PER_S,
        "d" => 86_400 * NANOS_PER_S,
        _ => return None,
    })
}

/// `number` of units of `unit_ns`, exactly, the part below a nanosecond cut off.
fn decimal_nanos(number: &str, unit_ns: u64) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || whole.len() > 20 || fraction.contains('.') {
        return None;
    }
    let whole: u128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut nanos = whole * u128::from(unit_ns);
    let mut place = u128::from(unit_ns);
    for digit in fraction.bytes().take(15) {
        nanos += u128::from(digit - b'0') * place / 10;
        place /= 10;
    }
    Some(nanos)
}

impl fmt::Display for SimTime {
    /// `00:01:04.318`: hours, minutes, seconds, milliseconds; days in front where there are any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.0 / 1_000_000;
        let (days, ms) = (ms / 86_400_000, ms % 86_400_000);
        if days > 0 {
            write!(f, "{days}d ")?;
        }
        let (h, m, s) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
        write!(f, "{h:02}:{m:02}:{s:02}.{:03}", ms % 1_000)
    }
}

impl fmt::Display for SimSpan {
    /// The span with the unit that suits it: `250 ms`, `1.5 s`, `90 s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => write!(f, "0 s"),
            ns @ 1..1_000 => write!(f, "{ns} ns"),
            ns @ 1_000..1_000_000 => write!(f, "{} µs", ns as f64 / 1e3),
            ns @ 1_000_000..NANOS_PER_S => write!(f, "{} ms", ns as f64 / 1e6),
            ns => write!(f, "{} s", ns as f64 / 1e9),
        }
    }
}

/// What a live run follows: time that goes by outside. The only implementation that reads the
/// system's clock is made in `run`; tests bring one that they turn by hand.
pub trait Clock: Send {
    /// Nanoseconds since some fixed moment. Never goes back.
    fn now_nanos(&self) -> u64;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_with_their_units() {
        let cases = [
            ("250ms", 250_000_000),
            ("10s", 10_000_000_000),
            ("1h30m", 5_400_000_000_000),
            ("1.5s", 1_500_000_000),
            ("1000000s", 1_000_000_000_000_000),
            ("0.000000001s", 1),
            ("2d", 172_800_000_000_000),
            ("7 us", 7_000),
        ];
        for (text, nanos) in cases {
            assert_eq!(text.parse(), Ok(SimSpan(nanos)), "{text}");
        }
        for text in ["", "10", "s", "-1s", "1x", "1.2.3s", "99999999999999999999h", "NaNs"] {
            assert!(text.parse::<SimSpan>().is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_written_for_people() {
        assert_eq!(SimTime(64_318_000_000).to_string(), "00:01:04.318");
        assert_eq!(SimTime(90_000_000_000_000).to_string(), "1d 01:00:00.000");
        assert_eq!(SimSpan::from_millis(250).to_string(), "250 ms");
    }

    #[test]
    fn seconds_are_rounded_to_nanoseconds_and_nonsense_is_zero() {
        assert_eq!(SimSpan::from_secs_f64(0.1), SimSpan(100_000_000));
        assert_eq!(SimSpan::from_secs_f64(-1.0), SimSpan::ZERO);
        assert_eq!(SimSpan::from_secs_f64(f64::NAN), SimSpan::ZERO);
        assert_eq!(SimSpan::from_secs_f64(1e30), SimSpan(u64::MAX));
    }
}

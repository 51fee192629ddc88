//! How much of a run is recorded.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::fact::EventId;

/// How much of a run is recorded. Every level holds inputs and snapshots, from which the rest
/// follows by running again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Level {
    /// Every fact and every event.
    #[default]
    Full,
    /// The whole lives of one event in so many, chosen by its number; and counts.
    OneIn(u32),
    /// Counts over time.
    Counts,
    /// Nothing more.
    Inputs,
}

impl Level {
    /// Whether facts about this event are recorded.
    #[inline]
    pub fn keeps(self, event: EventId) -> bool {
        match self {
            Self::Full => true,
            Self::OneIn(n) => {
                event == EventId::NONE || spread(event.0).is_multiple_of(u64::from(n.max(1)))
            }
            Self::Counts | Self::Inputs => false,
        }
    }

    /// Whether counts over time are recorded.
    pub fn keeps_counts(self) -> bool {
        self != Self::Inputs
    }
}

/// Neighbouring numbers far apart (the finaliser of splitmix64), so that a choice by number does not
/// follow a rhythm of the run.
#[inline]
fn spread(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ z >> 31
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("full"),
            Self::OneIn(n) => write!(f, "1in{n}"),
            Self::Counts => f.write_str("counts"),
            Self::Inputs => f.write_str("inputs"),
        }
    }
}

/// A text that names no level.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write full, counts, inputs, or 1in and a number from 2, such as 1in100")]
pub struct ParseLevelError;

impl FromStr for Level {
    type Err = ParseLevelError;

    fn from_str(text: &str) -> Result<Self, ParseLevelError> {
        match text {
            "full" => Ok(Self::Full),
            "counts" => Ok(Self::Counts),
            "inputs" => Ok(Self::Inputs),
            _ => match text.strip_prefix("1in").map(str::parse) {
                Some(Ok(n)) if n >= 2 => Ok(Self::OneIn(n)),
                _ => Err(ParseLevelError),
            },
        }
    }
}

impl TryFrom<String> for Level {
    type Error = ParseLevelError;

    fn try_from(text: String) -> Result<Self, ParseLevelError> {
        text.parse()
    }
}

impl From<Level> for String {
    fn from(level: Level) -> Self {
        level.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_read_as_it_is_written() {
        for level in [Level::Full, Level::OneIn(100), Level::Counts, Level::Inputs] {
            assert_eq!(level.to_string().parse(), Ok(level));
        }
        for wrong in ["", "1in", "1in1", "1in-3", "2in5", "Full", "1in99999999999"] {
            assert_eq!(wrong.parse::<Level>(), Err(ParseLevelError), "{wrong}");
        }
    }

    #[test]
    fn one_in_ten_keeps_about_a_tenth() {
        let kept = (0..100_000).filter(|id| Level::OneIn(10).keeps(EventId(*id))).count();
        assert!((9_500..10_500).contains(&kept), "{kept}");
    }
}

//! Producers: when events fall due, and what they are.

use serde::{Deserialize, Serialize};

use super::{is_default, one};

/// A source of events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Producer {
    /// When events fall due.
    pub arrivals: Arrivals,
    /// How many events fall due at once.
    #[serde(default, skip_serializing_if = "is_default")]
    pub batch: Batch,
    /// The types of its events, chosen by weight. Empty: one type, `event`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub types: Vec<WeightedType>,
    /// How many different keys its events carry; 0: no key.
    #[serde(default, skip_serializing_if = "is_default")]
    pub keys: u32,
    /// How unequal the keys are: the exponent s of Zipf's law, by which the k-th key is chosen with a
    /// probability that goes as k^−s; 0: all equally likely.
    #[serde(default, skip_serializing_if = "is_default")]
    pub key_skew: f64,
    /// The events' data: JSON in whose strings `${…}` stands for an expression. None: no data.
    #[serde(default, skip_serializing_if = "is_default")]
    pub data: Option<String>,
    /// How large an event is, in bytes; none: as large as its data.
    #[serde(default, skip_serializing_if = "is_default")]
    pub payload_bytes: Option<u64>,
    /// The events' priority: higher is served first, where a channel tells classes apart.
    #[serde(default, skip_serializing_if = "is_default")]
    pub priority: u8,
    /// How many events fall due in all; none: no limit.
    #[serde(default, skip_serializing_if = "is_default")]
    pub limit: Option<u64>,
    /// Whether its next interval begins only when its last publish was accepted.
    #[serde(default, skip_serializing_if = "is_default")]
    pub closed_loop: bool,
    /// How many events may wait in its outbox for a full channel; none: no bound.
    #[serde(default, skip_serializing_if = "is_default")]
    pub outbox_capacity: Option<u64>,
}

impl Default for Producer {
    /// As the palette places it: Poisson, 10 events a second.
    fn default() -> Self {
        Self {
            arrivals: Arrivals::Poisson { rate_per_s: 10.0 },
            batch: Batch::default(),
            types: Vec::new(),
            keys: 0,
            key_skew: 0.0,
            data: None,
            payload_bytes: None,
            priority: 0,
            limit: None,
            closed_loop: false,
            outbox_capacity: None,
        }
    }
}

/// An arrival process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Arrivals {
    /// One event every `1 / rate_per_s` seconds, the first after one interval.
    Constant {
        /// Events per second; 0: none.
        rate_per_s: f64,
    },
    /// A Poisson process: exponential intervals of mean `1 / rate_per_s` seconds.
    Poisson {
        /// Events per second on average; 0: none.
        rate_per_s: f64,
    },
    /// Bursts: a Poisson process that is on and off by turns, on at first.
    OnOff {
        /// Events per second while it is on.
        rate_per_s: f64,
        /// How long it is on, in seconds on average.
        on_s: f64,
        /// How long it is off, in seconds on average.
        off_s: f64,
        /// How the times of being on and off are distributed.
        #[serde(default, skip_serializing_if = "is_default")]
        stay: Stay,
    },
    /// A Poisson process whose rate follows a profile over time.
    Profile {
        /// The rate from each moment on, in the order of the moments; before the first it is 0.
        steps: Vec<RateStep>,
        /// After so many seconds the profile begins anew, such as 86400 for each day; none: never.
        #[serde(default, skip_serializing_if = "is_default")]
        repeat_s: Option<f64>,
    },
    /// A Markov-modulated Poisson process: the rate is that of the state in which a Markov chain is.
    /// It begins in the first state.
    Modulated {
        /// The states.
        states: Vec<ModulatedState>,
    },
    /// The rows of a recorded log, each due when it was recorded, counted from the first.
    Recorded(Recording),
}

impl Arrivals {
    /// Events per second in the long run, batches apart; none where the drawing does not tell.
    pub fn mean_rate_per_s(&self) -> Option<f64> {
        match self {
            Self::Constant { rate_per_s } | Self::Poisson { rate_per_s } => Some(*rate_per_s),
            Self::OnOff { rate_per_s, on_s, off_s, .. } => Some(rate_per_s * on_s / (on_s + off_s)),
            Self::Profile { steps, repeat_s } => profile_mean(steps, *repeat_s),
            Self::Modulated { states } if states.iter().all(|state| state.next.is_empty()) => {
                // Every other state is next with the same probability: all are visited equally often.
                let time: f64 = states.iter().map(|state| state.mean_s).sum();
                let events: f64 = states.iter().map(|s| s.mean_s * s.rate_per_s).sum();
                (time > 0.0).then(|| events / time)
            }
            Self::Modulated { .. } | Self::Recorded(_) => None,
        }
    }
}

fn profile_mean(steps: &[RateStep], repeat_s: Option<f64>) -> Option<f64> {
    let Some(period) = repeat_s.filter(|period| *period > 0.0) else {
        return steps.last().map(|step| step.rate_per_s);
    };
    let ends = steps.iter().skip(1).map(|step| step.from_s).chain([period]);
    let events: f64 = steps
        .iter()
        .zip(ends)
        .map(|(step, end)| step.rate_per_s * (end.min(period) - step.from_s).max(0.0))
        .sum();
    Some(events / period)
}

/// How the times in a state are distributed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stay {
    /// Always the same.
    Constant,
    /// Exponentially.
    #[default]
    Exponential,
}

/// The rate from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateStep {
    /// From when on, in seconds since the start of the run or of the repetition.
    pub from_s: f64,
    /// Events per second on average; 0: none.
    pub rate_per_s: f64,
}

/// A state of a Markov-modulated process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModulatedState {
    /// Events per second in this state.
    pub rate_per_s: f64,
    /// How long it lasts, in seconds on average; exponentially distributed.
    pub mean_s: f64,
    /// The weights of the states that may come next, in the order of the states. Empty: every other
    /// state alike.
    #[serde(default, skip_serializing_if = "is_default")]
    pub next: Vec<f64>,
}

/// How many events fall due at once.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Batch {
    /// Always so many.
    Constant {
        /// How many; at least 1.
        size: u32,
    },
    /// A geometrically distributed number, at least 1.
    Geometric {
        /// The mean; at least 1.
        mean: f64,
    },
}

impl Default for Batch {
    /// One by one.
    fn default() -> Self {
        Self::Constant { size: 1 }
    }
}

impl Batch {
    /// The mean size.
    pub fn mean(self) -> f64 {
        match self {
            Self::Constant { size } => f64::from(size),
            Self::Geometric { mean } => mean,
        }
    }
}

/// A recorded log as an arrival process.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// The log: JSON Lines or CSV, plain or `.gz`; a relative path counts from the project's folder.
    pub file: String,
    /// Which field is what. What is empty is guessed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub map: FieldMap,
}

/// Which field of a log's row is what: a column's name, or a JSON pointer such as `/meta/dt`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldMap {
    /// The time at which the row was recorded.
    #[serde(default, skip_serializing_if = "is_default")]
    pub time: Option<String>,
    /// The event's type.
    #[serde(default, rename = "type", skip_serializing_if = "is_default")]
    pub event_type: Option<String>,
    /// The event's key.
    #[serde(default, skip_serializing_if = "is_default")]
    pub key: Option<String>,
    /// The event's data; `/` is the whole row.
    #[serde(default, skip_serializing_if = "is_default")]
    pub data: Option<String>,
    /// The zone of times without one: an IANA name or an offset such as `+02:00`. None: UTC.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tz: Option<String>,
}

/// An event type and how often it is chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightedType {
    /// The type's name, such as `order.created`.
    pub name: String,
    /// Its share, relative to the others' weights.
    #[serde(default = "one")]
    pub weight: f64,
    /// Its data, where it is not the producer's.
    #[serde(default, skip_serializing_if = "is_default")]
    pub data: Option<String>,
    /// Its size in bytes, where it is not the producer's.
    #[serde(default, skip_serializing_if = "is_default")]
    pub payload_bytes: Option<u64>,
    /// Its priority, where it is not the producer's.
    #[serde(default, skip_serializing_if = "is_default")]
    pub priority: Option<u8>,
}

impl WeightedType {
    /// A type of this name and weight, in all else as its producer has it.
    pub fn new(name: impl Into<String>, weight: f64) -> Self {
        Self { name: name.into(), weight, data: None, payload_bytes: None, priority: None }
    }
}

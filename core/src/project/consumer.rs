//! Consumers: how long their work takes, what becomes of failures, and what they emit.

use serde::{Deserialize, Serialize};

use super::{Filter, is_default, is_one, one};

/// A worker at the end of a channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consumer {
    /// How long the work on one event takes.
    pub service: Service,
    /// How many events are worked on at once (servers). At least 1.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub concurrency: u32,
    /// The largest number of events held per link, from dispatch until finished; none: as many as
    /// there are servers. At least 1.
    #[serde(default, skip_serializing_if = "is_default")]
    pub prefetch: Option<u32>,
    /// When an event is acknowledged.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ack: Ack,
    /// The probability that the work on an event fails, 0 to 1.
    #[serde(default, skip_serializing_if = "is_default")]
    pub failure_probability: f64,
    /// What happens to an event whose work failed. Where it was acknowledged before, only `Retry`
    /// applies; else the event is lost.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on_failure: OnFailure,
    /// What it publishes. Empty: over its publish links, if it has any, one child for each success,
    /// with the type, key and data of what was consumed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub emissions: Vec<Emission>,
}

impl Default for Consumer {
    /// As the palette places it: one server, exponential service of mean 0.05 s.
    fn default() -> Self {
        Self {
            service: Service::Exponential { mean_s: 0.05 },
            concurrency: 1,
            prefetch: None,
            ack: Ack::default(),
            failure_probability: 0.0,
            on_failure: OnFailure::default(),
            emissions: Vec::new(),
        }
    }
}

/// How long a service takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Service {
    /// Always the same.
    Constant {
        /// Seconds.
        mean_s: f64,
    },
    /// Uniformly distributed.
    Uniform {
        /// The shortest, in seconds.
        min_s: f64,
        /// The longest, in seconds.
        max_s: f64,
    },
    /// Exponentially distributed.
    Exponential {
        /// Its mean in seconds.
        mean_s: f64,
    },
    /// The sum of so many exponential phases of equal mean.
    Erlang {
        /// Its mean in seconds.
        mean_s: f64,
        /// The number of phases, at least 1.
        phases: u32,
    },
    /// Log-normally distributed.
    LogNormal {
        /// Its mean in seconds.
        mean_s: f64,
        /// Its standard deviation in seconds.
        sd_s: f64,
    },
    /// One of several exponential phases, chosen by weight.
    Hyperexponential {
        /// The phases.
        phases: Vec<Phase>,
    },
    /// Weibull distributed.
    Weibull {
        /// Its mean in seconds.
        mean_s: f64,
        /// The shape k: below 1 a long tail, 1 exponential, above 1 narrow.
        shape: f64,
    },
    /// One of these times, all equally likely.
    Empirical {
        /// The times in seconds.
        values_s: Vec<f64>,
    },
    /// By the event's size.
    BySize {
        /// What every event takes, in seconds.
        base_s: f64,
        /// How many bytes a second are worked on.
        bytes_per_s: f64,
    },
}

impl Service {
    /// The mean in seconds; of `BySize` that of an empty event.
    pub fn mean_s(&self) -> f64 {
        match self {
            Self::Constant { mean_s }
            | Self::Exponential { mean_s }
            | Self::Erlang { mean_s, .. }
            | Self::LogNormal { mean_s, .. }
            | Self::Weibull { mean_s, .. } => *mean_s,
            Self::Uniform { min_s, max_s } => (min_s + max_s) / 2.0,
            Self::Hyperexponential { phases } => {
                let weight: f64 = phases.iter().map(|phase| phase.weight).sum();
                let sum: f64 = phases.iter().map(|phase| phase.weight * phase.mean_s).sum();
                if weight > 0.0 { sum / weight } else { 0.0 }
            }
            Self::Empirical { values_s } => {
                values_s.iter().sum::<f64>() / values_s.len().max(1) as f64
            }
            Self::BySize { base_s, .. } => *base_s,
        }
    }
}

/// One phase of a hyperexponential service.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// How often it is chosen, relative to the others' weights.
    pub weight: f64,
    /// Its mean in seconds.
    pub mean_s: f64,
}

/// When a consumer acknowledges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ack {
    /// On delivery: a later failure loses the event (at most once).
    Before,
    /// On success: a failure gives the event back or rejects it (at least once).
    #[default]
    After,
}

/// What happens to an event whose work failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum OnFailure {
    /// It is worked on again by the same consumer, after a pause; it stays unacknowledged, and its
    /// server is free meanwhile. After the last attempt as `Reject`.
    Retry(Retry),
    /// It goes back to its original position and is delivered again.
    #[default]
    Requeue,
    /// It is dead-lettered, or lost where there is no target.
    Reject,
}

/// How a consumer tries again. The pause before attempt n + 1 is `delay_s` × `factor`^(n − 1), at
/// most `max_delay_s`, made shorter by a random share of up to `jitter` of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// How many attempts there are in all, the first included. At least 1.
    pub attempts: u32,
    /// The pause before the second attempt, in seconds.
    #[serde(default, skip_serializing_if = "is_default")]
    pub delay_s: f64,
    /// By how much each pause is longer than the one before. At least 1.
    #[serde(default = "two_f64", skip_serializing_if = "is_two")]
    pub factor: f64,
    /// The longest pause in seconds; none: no bound.
    #[serde(default, skip_serializing_if = "is_default")]
    pub max_delay_s: Option<f64>,
    /// Which share of a pause is random, 0 to 1.
    #[serde(default, skip_serializing_if = "is_default")]
    pub jitter: f64,
}

impl Default for Retry {
    /// Three attempts, with pauses of 0.1 s and 0.2 s.
    fn default() -> Self {
        Self { attempts: 3, delay_s: 0.1, factor: 2.0, max_delay_s: None, jitter: 0.0 }
    }
}

fn two_f64() -> f64 {
    2.0
}

fn is_two(value: &f64) -> bool {
    *value == 2.0
}

/// A rule by which a consumer publishes an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Emission {
    /// When.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on: EmitOn,
    /// With which probability, 0 to 1.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub probability: f64,
    /// For which of the consumed events.
    #[serde(default, skip_serializing_if = "is_default")]
    pub filter: Filter,
    /// The type of what is published; none: that of the consumed event.
    #[serde(default, rename = "type", skip_serializing_if = "is_default")]
    pub event_type: Option<String>,
    /// Its key.
    #[serde(default, skip_serializing_if = "is_default")]
    pub key: EmissionKey,
    /// Its data, as a producer's; `trigger` is the consumed event. None: that of the consumed event.
    #[serde(default, skip_serializing_if = "is_default")]
    pub data: Option<String>,
    /// Its size in bytes; none: as large as its data, or as what was consumed where the data is that.
    #[serde(default, skip_serializing_if = "is_default")]
    pub payload_bytes: Option<u64>,
    /// Its priority; none: that of the consumed event.
    #[serde(default, skip_serializing_if = "is_default")]
    pub priority: Option<u8>,
    /// How many are published.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub count: u32,
}

impl Default for Emission {
    /// For each success one event like the one consumed.
    fn default() -> Self {
        Self {
            on: EmitOn::default(),
            probability: 1.0,
            filter: Filter::default(),
            event_type: None,
            key: EmissionKey::default(),
            data: None,
            payload_bytes: None,
            priority: None,
            count: 1,
        }
    }
}

/// When a consumer emits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum EmitOn {
    /// The work ended well.
    #[default]
    Success,
    /// An attempt failed, whatever becomes of the event.
    Failure,
    /// The work failed, and this consumer tries no more: after the last attempt, before the event is
    /// rejected or lost.
    GivenUp,
}

/// The key of what a consumer emits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum EmissionKey {
    /// That of the consumed event.
    #[default]
    Trigger,
    /// One of so many, all equally likely.
    Drawn {
        /// How many; 0: no key.
        keys: u32,
    },
    /// One that no other event has.
    New,
}

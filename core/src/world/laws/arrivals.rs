//! When events fall due, and how many at once.
//!
//! Every law but the constant one is a Poisson process whose rate may change over time. Its next
//! event is due when the integral of the rate, from now on, reaches a standard exponential variate
//! (Çinlar: Introduction to stochastic processes, 1975, 4.7): one draw for each event, however often
//! the rate changes meanwhile.

mod batch;
mod modulated;
mod profile;

use serde::{Deserialize, Serialize};

use crate::project::Arrivals;
use crate::time::SimTime;
use crate::world::draw::{self, Purpose};
use modulated::Modulated;
use profile::Profile;

pub(in crate::world) use batch::BatchLaw;

/// How a producer's events fall due.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::world) enum ArrivalLaw {
    /// Never by themselves: the rate is 0, or a recorded log gives them.
    Silent,
    /// Every so many nanoseconds; the k-th since `base`.
    Constant { interval_ns: f64, base: SimTime, k: u64 },
    /// With exponential intervals of this mean in nanoseconds.
    Poisson { mean_ns: f64 },
    /// The rate follows a profile.
    Profile(Profile),
    /// The rate is that of the state in which a chain is; bursts are two states.
    Modulated(Modulated),
}

/// What a law tells of the time to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::world) enum Due {
    /// The next event is due.
    Event(SimTime),
    /// Nothing is due until then; ask again then, with the same number.
    NotBefore(SimTime),
}

impl Due {
    /// The moment it tells.
    pub(in crate::world) fn at(self) -> SimTime {
        match self {
            Self::Event(at) | Self::NotBefore(at) => at,
        }
    }
}

/// From which stream a law draws, and what for.
#[derive(Clone, Copy, Debug)]
pub(in crate::world) struct Asked {
    /// The stream of the node.
    pub(in crate::world) stream: u64,
    /// The number of the arrival.
    pub(in crate::world) number: u64,
    /// How often the law was changed.
    pub(in crate::world) epoch: u32,
}

impl Asked {
    fn bits(self, number: u64, purpose: Purpose) -> u64 {
        draw::bits(self.stream, number, self.epoch, purpose)
    }

    /// The integral of the rate until the arrival.
    fn clock(self) -> f64 {
        draw::standard_exponential(self.bits(self.number, Purpose::Interval))
    }
}

impl ArrivalLaw {
    /// The law of these settings, which have passed the check, from `now` on. States begin now;
    /// a profile counts from the start of the run.
    pub(in crate::world) fn new(arrivals: &Arrivals, now: SimTime) -> Self {
        match arrivals {
            Arrivals::Constant { rate_per_s } if *rate_per_s > 0.0 => {
                Self::Constant { interval_ns: 1e9 / rate_per_s, base: now, k: 0 }
            }
            Arrivals::Poisson { rate_per_s } if *rate_per_s > 0.0 => {
                Self::Poisson { mean_ns: 1e9 / rate_per_s }
            }
            Arrivals::Profile { steps, repeat_s } => {
                Profile::new(steps, *repeat_s).map_or(Self::Silent, Self::Profile)
            }
            Arrivals::OnOff { rate_per_s, on_s, off_s, stay } => {
                Self::Modulated(Modulated::on_off(*rate_per_s, *on_s, *off_s, *stay, now))
            }
            Arrivals::Modulated { states } => Self::Modulated(Modulated::new(states, now)),
            Arrivals::Constant { .. } | Arrivals::Poisson { .. } | Arrivals::Recorded(_) => {
                Self::Silent
            }
        }
    }

    /// When the arrival with this number is due, if its interval begins `now`; none: never. `now` is
    /// never before what was told last. One arrival is asked for until it is told as an event.
    #[inline]
    pub(in crate::world) fn next(
        &mut self,
        stream: u64,
        number: u64,
        epoch: u32,
        now: SimTime,
    ) -> Option<Due> {
        let asked = Asked { stream, number, epoch };
        let due = match self {
            Self::Silent => return None,
            Self::Constant { interval_ns, base, k } => {
                if nth(*base, *k, *interval_ns) != now {
                    // In a closed loop an interval begins later than the one before has ended.
                    (*base, *k) = (now, 0);
                }
                *k += 1;
                Due::Event(nth(*base, *k, *interval_ns))
            }
            Self::Poisson { mean_ns } => {
                let bits = asked.bits(number, Purpose::Interval);
                Due::Event(now + draw::exponential(bits, *mean_ns))
            }
            Self::Profile(profile) => Due::Event(profile.next(asked.clock(), now)?),
            Self::Modulated(modulated) => modulated.next(asked, now)?,
        };
        (due.at() < SimTime::MAX).then_some(due)
    }
}

/// From the base, so that the roundings do not add up.
#[inline]
fn nth(base: SimTime, k: u64, interval_ns: f64) -> SimTime {
    SimTime(base.0.saturating_add((k as f64 * interval_ns + 0.5) as u64))
}

/// The rate, in events per nanosecond.
fn per_ns(rate_per_s: f64) -> f64 {
    rate_per_s * 1e-9
}

#[cfg(test)]
mod tests;

//! How long a service takes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{choose, shares};
use crate::project::Service;
use crate::time::SimSpan;
use crate::world::draw::{self, More};

/// Erlang spans of more phases are drawn as gamma variates, which takes the same time however many
/// there are.
const SUMMED_PHASES: u32 = 12;

/// The law of a consumer's services.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::world) enum ServiceLaw {
    /// Always the same.
    Constant(SimSpan),
    /// Exponential.
    Exponential {
        /// The mean in nanoseconds.
        mean_ns: f64,
    },
    /// By size.
    BySize {
        /// What an empty event takes, in nanoseconds.
        base_ns: f64,
        /// What each byte adds.
        ns_per_byte: f64,
    },
    /// Of any other shape.
    Shaped(Shape),
}

/// The shapes that take more than one draw, or more than a product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::world) enum Shape {
    /// Uniform, in nanoseconds.
    Uniform { min_ns: f64, width_ns: f64 },
    /// The sum of exponential phases.
    Erlang { phase_ns: f64, phases: u32 },
    /// exp(`mu` + `sigma` · a standard normal variate) nanoseconds.
    LogNormal { mu: f64, sigma: f64 },
    /// One of several exponential phases: the upper ends of their shares, and their means.
    Hyperexponential { ends: Vec<(u64, u32)>, means_ns: Vec<f64> },
    /// exp(`log_scale`) · a standard exponential variate to the power of `inverse_shape`.
    Weibull { log_scale: f64, inverse_shape: f64 },
    /// One of these.
    Empirical(Arc<[SimSpan]>),
}

impl ServiceLaw {
    /// The law of these settings, which have passed the check.
    pub(in crate::world) fn new(service: &Service) -> Self {
        match service {
            Service::Constant { mean_s } => Self::constant(*mean_s),
            Service::Exponential { mean_s } => Self::Exponential { mean_ns: mean_s * 1e9 },
            Service::Uniform { min_s, max_s } => Self::Shaped(Shape::Uniform {
                min_ns: min_s * 1e9,
                width_ns: (max_s - min_s) * 1e9,
            }),
            Service::Erlang { mean_s, phases } => Self::Shaped(Shape::Erlang {
                phase_ns: mean_s * 1e9 / f64::from(*phases),
                phases: *phases,
            }),
            Service::LogNormal { mean_s, sd_s } if *sd_s > 0.0 && *mean_s > 0.0 => {
                Self::Shaped(log_normal(*mean_s, *sd_s))
            }
            Service::LogNormal { mean_s, .. } => Self::constant(*mean_s),
            Service::Hyperexponential { phases } => Self::Shaped(Shape::Hyperexponential {
                ends: shares(phases.iter().map(|phase| phase.weight)),
                means_ns: phases.iter().map(|phase| phase.mean_s * 1e9).collect(),
            }),
            // The mean of exp(l) · E^(1/k) is exp(l) · Γ(1 + 1/k).
            Service::Weibull { mean_s, shape } if *mean_s > 0.0 => Self::Shaped(Shape::Weibull {
                log_scale: libm::log(mean_s * 1e9) - libm::lgamma(1.0 + 1.0 / shape),
                inverse_shape: 1.0 / shape,
            }),
            Service::Weibull { mean_s, .. } => Self::constant(*mean_s),
            Service::Empirical { values_s } => Self::Shaped(Shape::Empirical(
                values_s.iter().map(|seconds| draw::rounded(seconds * 1e9)).collect(),
            )),
            Service::BySize { base_s, bytes_per_s } => Self::BySize {
                base_ns: base_s * 1e9,
                ns_per_byte: (1e9 / bytes_per_s).min(f64::MAX),
            },
        }
    }

    fn constant(seconds: f64) -> Self {
        Self::Constant(draw::rounded(seconds * 1e9))
    }

    /// How long a service takes, drawn from `bits`, of an event of `payload_bytes`; either is asked
    /// for only where the law needs it.
    #[inline]
    pub(in crate::world) fn span(
        &self,
        bits: impl FnOnce() -> u64,
        payload_bytes: impl FnOnce() -> u64,
    ) -> SimSpan {
        match self {
            Self::Constant(span) => *span,
            Self::Exponential { mean_ns } => draw::exponential(bits(), *mean_ns),
            Self::BySize { base_ns, ns_per_byte } => {
                draw::rounded(base_ns + payload_bytes() as f64 * ns_per_byte)
            }
            Self::Shaped(shape) => shape.span(bits()),
        }
    }
}

impl Shape {
    #[inline(never)]
    fn span(&self, bits: u64) -> SimSpan {
        let mut more = More::of(bits);
        match self {
            Self::Uniform { min_ns, width_ns } => {
                draw::rounded(min_ns + draw::unit(bits) * width_ns)
            }
            Self::Erlang { phase_ns, phases } if *phases <= SUMMED_PHASES => {
                let sum: f64 = (0..*phases).map(|_| draw::standard_exponential(more.bits())).sum();
                draw::rounded(sum * phase_ns)
            }
            Self::Erlang { phase_ns, phases } => {
                draw::rounded(draw::standard_gamma(f64::from(*phases), &mut more) * phase_ns)
            }
            Self::LogNormal { mu, sigma } => {
                draw::rounded(libm::exp(mu + sigma * draw::standard_normal(&mut more)))
            }
            Self::Hyperexponential { ends, means_ns } => {
                let chosen = ends.get(choose(ends, bits)).map_or(0, |end| end.1 as usize);
                draw::exponential(more.bits(), means_ns.get(chosen).copied().unwrap_or(0.0))
            }
            Self::Weibull { log_scale, inverse_shape } => {
                let log = libm::log(draw::standard_exponential(bits));
                draw::rounded(libm::exp(log_scale + log * inverse_shape))
            }
            Self::Empirical(values) => {
                let chosen = draw::below(bits, values.len() as u64) as usize;
                values.get(chosen).copied().unwrap_or(SimSpan::ZERO)
            }
        }
    }
}

/// With a mean of m and a standard deviation of s, σ² = ln(1 + s²/m²) and μ = ln m − σ²/2.
fn log_normal(mean_s: f64, sd_s: f64) -> Shape {
    let log_ratio = 2.0 * (libm::log(sd_s) - libm::log(mean_s));
    // Beyond, the 1 is lost, and the exponential would overflow.
    let variance = if log_ratio > 500.0 { log_ratio } else { libm::log1p(libm::exp(log_ratio)) };
    Shape::LogNormal { mu: libm::log(mean_s * 1e9) - variance / 2.0, sigma: libm::sqrt(variance) }
}

#[cfg(test)]
mod tests;

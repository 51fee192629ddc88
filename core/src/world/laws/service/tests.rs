//! Every law of service fits its distribution.

use proptest::prelude::*;

use super::*;
use crate::project::Phase;
use crate::world::draw::fit::{counts_fit, erlang_cdf, fits, moments, normal_cdf};
use crate::world::draw::{Purpose, bits, mix, node_stream};

const N: u64 = 200_000;

/// Spans in seconds.
fn spans(service: &Service) -> Vec<f64> {
    let law = ServiceLaw::new(service);
    let stream = node_stream(42, "service");
    let span = |n| law.span(|| bits(stream, mix(n), 1, Purpose::Service), || 0);
    (0..N).map(|n| span(n).as_secs_f64()).collect()
}

/// The law fits this distribution function, and not one of times that are 2 % longer.
fn assert_fits(service: &Service, cdf: impl Fn(f64) -> f64 + Copy) {
    let drawn = spans(service);
    let (mean, variance) = moments(&drawn);
    let bound = 4.0 * (variance / N as f64).sqrt();
    assert!((mean - service.mean_s()).abs() < bound, "{service:?}: mean {mean}");
    assert!(fits(drawn.clone(), cdf), "{service:?}");
    assert!(!fits(drawn, |x| cdf(x / 1.02)), "{service:?}: the test can fail");
}

#[test]
fn uniform_times_fit() {
    let service = Service::Uniform { min_s: 0.2, max_s: 0.6 };
    assert_fits(&service, |x| ((x - 0.2) / 0.4).clamp(0.0, 1.0));
}

#[test]
fn exponential_times_fit() {
    assert_fits(&Service::Exponential { mean_s: 0.05 }, |x| 1.0 - libm::exp(-x / 0.05));
}

#[test]
fn erlang_times_fit_for_few_and_for_many_phases() {
    for phases in [1, 2, 5, 60, 1000] {
        let service = Service::Erlang { mean_s: 0.3, phases };
        assert_fits(&service, move |x| erlang_cdf(phases, x / 0.3 * f64::from(phases)));
    }
}

#[test]
fn log_normal_times_fit() {
    for sd_s in [0.05_f64, 0.4, 2.0] {
        let spread = libm::log(1.0 + (sd_s / 0.4).powi(2));
        let mu = libm::log(0.4) - spread / 2.0;
        let service = Service::LogNormal { mean_s: 0.4, sd_s };
        assert_fits(&service, move |x| normal_cdf((libm::log(x.max(1e-300)) - mu) / spread.sqrt()));
    }
}

#[test]
fn hyperexponential_times_fit() {
    let phases = vec![Phase { weight: 9.0, mean_s: 0.03 }, Phase { weight: 1.0, mean_s: 0.5 }];
    assert_fits(&Service::Hyperexponential { phases }, |x| {
        1.0 - 0.9 * libm::exp(-x / 0.03) - 0.1 * libm::exp(-x / 0.5)
    });
}

#[test]
fn weibull_times_fit() {
    for shape in [0.5, 1.0, 3.0] {
        let scale = 0.2 / libm::tgamma(1.0 + 1.0 / shape);
        let service = Service::Weibull { mean_s: 0.2, shape };
        assert_fits(&service, move |x| 1.0 - libm::exp(-libm::pow(x.max(0.0) / scale, shape)));
    }
}

#[test]
fn measured_times_come_equally_often() {
    let values_s = vec![0.1, 0.2, 0.4, 0.4];
    let drawn = spans(&Service::Empirical { values_s });
    let count = |value: f64| drawn.iter().filter(|x| **x == value).count() as u64;
    let found = [count(0.1), count(0.2), count(0.4)];
    let n = N as f64;
    assert!(counts_fit(&found, &[n / 4.0, n / 4.0, n / 2.0]), "{found:?}");
    assert!(!counts_fit(&found, &[n / 4.0, n / 4.0 * 1.02, n / 2.0 * 0.99]));
}

#[test]
fn a_time_by_size_is_that_of_its_bytes() {
    let law = ServiceLaw::new(&Service::BySize { base_s: 0.05, bytes_per_s: 20e6 });
    assert_eq!(law.span(|| 0, || 2_000_000), SimSpan::from_millis(150));
    assert_eq!(law.span(|| 0, || 0), SimSpan::from_millis(50));
    let constant = ServiceLaw::new(&Service::Constant { mean_s: 0.25 });
    assert_eq!(constant.span(|| 7, || 9), SimSpan::from_millis(250));
}

proptest! {
    #[test]
    fn no_time_is_negative_or_endless_by_mistake(
        draw: u64,
        mean_s in prop_oneof![Just(0.0), 1e-9..1e9_f64],
        shape in 0.1..20.0_f64,
        phases in 1_u32..2000,
        bytes: u32,
    ) {
        let services = [
            Service::Erlang { mean_s, phases },
            Service::LogNormal { mean_s, sd_s: mean_s * shape },
            Service::LogNormal { mean_s, sd_s: 0.0 },
            Service::Weibull { mean_s, shape },
            Service::Uniform { min_s: mean_s, max_s: mean_s },
            Service::Hyperexponential { phases: vec![Phase { weight: shape, mean_s }] },
            Service::Empirical { values_s: vec![mean_s] },
            Service::BySize { base_s: mean_s, bytes_per_s: shape },
        ];
        for service in services {
            let span = ServiceLaw::new(&service).span(|| draw, || u64::from(bytes));
            if mean_s == 0.0 && !matches!(service, Service::BySize { .. }) {
                prop_assert_eq!(span, SimSpan::ZERO, "{:?}", service);
            }
            // Even of a very long tail no draw is 1e9 means long.
            let far = (mean_s + 1.0) * 1e9 + f64::from(bytes) / shape;
            prop_assert!(span.as_secs_f64() <= far, "{:?}: {:?}", service, span);
        }
    }
}

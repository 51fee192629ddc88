use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::project::Phase;
use crate::world::draw::fit::{counts_fit, erlang_cdf, fits, moments, normal_cdf};
use crate::world::draw::{Purpose, bits, node_stream};

const N: u64 = 200_000;

/// Drawn times, in seconds.
fn samples(service: &Service) -> Vec<f64> {
    let (law, stream) = (ServiceLaw::new(service), node_stream(42, "service"));
    let draw = |n| law.span(|| bits(stream, n, 1, Purpose::Service), || 0).0 as f64 / 1e9;
    (0..N).map(draw).collect()
}

/// The mean is within four of its deviations of what it should be.
fn has_mean(drawn: &[f64], mean: f64) {
    let (found, variance) = moments(drawn);
    assert!(
        (found - mean).abs() < 4.0 * (variance / N as f64).sqrt() + 1e-9,
        "{found}, not {mean}"
    );
}

#[test]
fn constant_and_by_size_need_no_draw() {
    let span = |service: &Service, bytes| {
        ServiceLaw::new(service).span(|| panic!("there is nothing to draw"), || bytes).0
    };
    assert_eq!(span(&Service::Constant { mean_s: 0.25 }, 9), 250_000_000);
    let by_size = Service::BySize { base_s: 0.5, bytes_per_s: 1_000.0 };
    assert_eq!((span(&by_size, 0), span(&by_size, 250)), (500_000_000, 750_000_000));
    // Where nothing varies nothing is drawn.
    assert_eq!(span(&Service::LogNormal { mean_s: 0.25, sd_s: 0.0 }, 0), 250_000_000);
    assert_eq!(span(&Service::LogNormal { mean_s: 0.0, sd_s: 1.0 }, 0), 0);
    assert_eq!(span(&Service::Weibull { mean_s: 0.0, shape: 2.0 }, 0), 0);
}

#[test]
fn uniform_and_exponential_times_fit() {
    let uniform = samples(&Service::Uniform { min_s: 0.2, max_s: 0.5 });
    assert!(fits(uniform.clone(), |x| ((x - 0.2) / 0.3).clamp(0.0, 1.0)));
    assert!(!fits(uniform, |x| ((x - 0.2) / 0.303).clamp(0.0, 1.0)));
    let exponential = samples(&Service::Exponential { mean_s: 0.05 });
    assert!(fits(exponential.clone(), |x| 1.0 - libm::exp(-x / 0.05)));
    assert!(!fits(exponential, |x| 1.0 - libm::exp(-x / 0.051)));
}

#[test]
fn erlang_times_fit_however_they_are_drawn() {
    for phases in [1, 2, SUMMED_PHASES, SUMMED_PHASES + 1, 400] {
        let drawn = samples(&Service::Erlang { mean_s: 0.5, phases });
        let scale = f64::from(phases) / 0.5;
        assert!(fits(drawn.clone(), |x| erlang_cdf(phases, x * scale)), "{phases}");
        has_mean(&drawn, 0.5);
        assert!(!fits(drawn, |x| erlang_cdf(phases + phases.div_ceil(9), x * scale)), "{phases}");
    }
}

#[test]
fn log_normal_times_fit() {
    for (mean_s, sd_s) in [(0.1, 0.01), (0.1, 0.1), (2.0, 8.0)] {
        let drawn = samples(&Service::LogNormal { mean_s, sd_s });
        let variance: f64 = libm::log1p((sd_s / mean_s) * (sd_s / mean_s));
        let mu = libm::log(mean_s) - variance / 2.0;
        let cdf = |x: f64| normal_cdf((libm::log(x) - mu) / variance.sqrt());
        assert!(fits(drawn.clone(), cdf), "{mean_s} ± {sd_s}");
        assert!(!fits(drawn.clone(), |x| cdf(x * (1.0 + 0.03 * sd_s / mean_s))));
        // The tail, of which a test of fit knows little: beyond three deviations 270 of 200,000.
        let far = drawn.iter().filter(|x| libm::log(**x) > mu + 3.0 * variance.sqrt()).count();
        assert!((far as f64 - 269.98).abs() < 4.0 * 16.5, "{far}");
        has_mean(&drawn, mean_s);
    }
}

#[test]
fn hyperexponential_times_fit() {
    let phase = |weight, mean_s| Phase { weight, mean_s };
    let phases = vec![phase(9.0, 0.01), phase(0.0, 7.0), phase(1.0, 2.0)];
    let drawn = samples(&Service::Hyperexponential { phases });
    let cdf = |x: f64| 1.0 - 0.9 * libm::exp(-x / 0.01) - 0.1 * libm::exp(-x / 2.0);
    assert!(fits(drawn.clone(), cdf));
    assert!(!fits(drawn.clone(), |x| cdf(x * 1.02)));
    has_mean(&drawn, 0.209);
    let at_once = samples(&Service::Hyperexponential { phases: vec![phase(1.0, 0.0)] });
    assert!(at_once.iter().all(|x| *x == 0.0));
}

#[test]
fn weibull_times_fit() {
    for shape in [0.5, 1.0, 3.6, 50.0] {
        let drawn = samples(&Service::Weibull { mean_s: 0.3, shape });
        let scale = 0.3 / libm::tgamma(1.0 + 1.0 / shape);
        let cdf = |x: f64| -libm::expm1(-libm::pow(x / scale, shape));
        assert!(fits(drawn.clone(), cdf), "shape {shape}");
        assert!(!fits(drawn.clone(), |x| cdf(x * (1.0 + 0.03 / shape))), "shape {shape}");
        has_mean(&drawn, 0.3);
    }
}

#[test]
fn empirical_times_are_all_equally_likely() {
    let drawn = samples(&Service::Empirical { values_s: vec![0.5, 0.25, 4.0, 0.25] });
    let count = |value: f64| drawn.iter().filter(|x| **x == value).count() as u64;
    let counts = [count(0.5), count(0.25), count(4.0)];
    assert_eq!(counts.iter().sum::<u64>(), N);
    assert!(counts_fit(&counts, &[5e4, 1e5, 5e4]), "{counts:?}");
    assert!(!counts_fit(&counts, &[6e4, 8e4, 6e4]));
}

fn span() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(1e9), Just(1e-300), 0.0_f64..1e9, 0.001_f64..1.0]
}

fn service() -> impl Strategy<Value = Service> {
    let shape = prop_oneof![Just(0.01), Just(1_000.0), 0.01_f64..1_000.0, 0.1_f64..3.0];
    let phases = prop_oneof![1_u32..30, Just(1_000_000)];
    let rate = prop_oneof![Just(1e18), Just(1e-300), 1e-9_f64..1e9];
    prop_oneof![
        span().prop_map(|mean_s| Service::Constant { mean_s }),
        (span(), span()).prop_map(|(a, b)| Service::Uniform { min_s: a.min(b), max_s: a.max(b) }),
        span().prop_map(|mean_s| Service::Exponential { mean_s }),
        (span(), phases).prop_map(|(mean_s, phases)| Service::Erlang { mean_s, phases }),
        (span(), span()).prop_map(|(mean_s, sd_s)| Service::LogNormal { mean_s, sd_s }),
        vec((0.0_f64..1e12, span()), 1..4).prop_map(|phases| {
            let phase = |(weight, mean_s)| Phase { weight: weight + 1e-9, mean_s };
            Service::Hyperexponential { phases: phases.into_iter().map(phase).collect() }
        }),
        (span(), shape).prop_map(|(mean_s, shape)| Service::Weibull { mean_s, shape }),
        vec(span(), 1..4).prop_map(|values_s| Service::Empirical { values_s }),
        (span(), rate).prop_map(|(base_s, bytes_per_s)| Service::BySize { base_s, bytes_per_s }),
    ]
}

proptest! {
    #[test]
    fn every_time_is_a_time(
        service in service(),
        bits in prop_oneof![any::<u64>(), Just(0), Just(u64::MAX)],
        bytes in prop_oneof![Just(0), Just(1_000_000_000_000), 0_u64..1_000_000],
    ) {
        let law = ServiceLaw::new(&service);
        let span = law.span(|| bits, || bytes);
        prop_assert_eq!(span, law.span(|| bits, || bytes), "a draw is a function of its bits");
        prop_assert!(span.0 <= i64::MAX as u64);
        match service {
            Service::Uniform { min_s, max_s } => {
                let (low, high) = ((min_s * 1e9) as u64, (max_s * 1e9) as u64);
                prop_assert!((low..=high + 128).contains(&span.0), "{} in {}..{}", span.0, low, high);
            }
            Service::Empirical { values_s } => {
                prop_assert!(values_s.iter().any(|s| draw::rounded(s * 1e9) == span));
            }
            _ => {}
        }
    }
}

#[test]
fn times_are_the_same_on_every_machine() {
    let spans: Vec<u64> = [
        Service::Erlang { mean_s: 1.0, phases: 3 },
        Service::Erlang { mean_s: 1.0, phases: 30 },
        Service::LogNormal { mean_s: 1.0, sd_s: 2.0 },
        Service::Weibull { mean_s: 1.0, shape: 0.7 },
    ]
    .iter()
    .map(|service| {
        ServiceLaw::new(service)
            .span(|| bits(node_stream(42, "worker"), 1, 0, Purpose::Service), || 0)
            .0
    })
    .collect();
    assert_eq!(spans, GOLDEN);
}

const GOLDEN: [u64; 4] = [754_107_518, 1_123_587_193, 1_101_554_429, 659_813_568];

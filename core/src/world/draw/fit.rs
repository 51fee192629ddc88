//! Tests of fit for samplers, at level 0.001.

/// The largest distance between the empirical and the true distribution function of `samples` must
/// stay below the Kolmogorov–Smirnov bound.
pub(in crate::world) fn fits(mut samples: Vec<f64>, cdf: impl Fn(f64) -> f64) -> bool {
    samples.sort_by(f64::total_cmp);
    let n = samples.len() as f64;
    let distance = samples
        .iter()
        .enumerate()
        .map(|(i, &x)| (cdf(x) - i as f64 / n).abs().max((cdf(x) - (i + 1) as f64 / n).abs()))
        .fold(0.0, f64::max);
    distance < 1.949 / n.sqrt()
}

/// Pearson's chi square of counts against what is expected must stay below its bound; classes of
/// which fewer than 5 are expected are put together with the next.
pub(in crate::world) fn counts_fit(counts: &[u64], expected: &[f64]) -> bool {
    assert_eq!(counts.len(), expected.len());
    let mut classes: Vec<(f64, f64)> = Vec::new();
    let (mut count, mut wanted) = (0.0, 0.0);
    for (&found, &expected) in counts.iter().zip(expected) {
        count += found as f64;
        wanted += expected;
        if wanted >= 5.0 {
            classes.push((count, wanted));
            (count, wanted) = (0.0, 0.0);
        }
    }
    if let Some(last) = classes.last_mut() {
        last.0 += count;
        last.1 += wanted;
    }
    assert!(classes.len() > 1, "one class fits anything");
    let chi2: f64 = classes.iter().map(|(found, wanted)| (found - wanted).powi(2) / wanted).sum();
    chi2 < chi_square_bound(classes.len() as f64 - 1.0)
}

/// The value that chi square with so many degrees of freedom exceeds with probability 0.001, after
/// Wilson and Hilferty (1931).
fn chi_square_bound(freedom: f64) -> f64 {
    let spread = 2.0 / (9.0 * freedom);
    freedom * (1.0 - spread + 3.0902 * spread.sqrt()).powi(3)
}

/// The mean of the samples and their variance.
pub(in crate::world) fn moments(samples: &[f64]) -> (f64, f64) {
    let n = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / n;
    (mean, samples.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0))
}

/// The distribution function of the standard normal distribution.
pub(in crate::world) fn normal_cdf(x: f64) -> f64 {
    libm::erfc(-x / std::f64::consts::SQRT_2) / 2.0
}

/// The distribution function of the sum of so many exponential phases of mean 1.
pub(in crate::world) fn erlang_cdf(phases: u32, x: f64) -> f64 {
    // 1 − the sum over i below `phases` of exp(−x) xⁱ / i!, in logarithms lest it overflow.
    let log_x = libm::log(x);
    let term = |i: f64| libm::exp(i * log_x - x - libm::lgamma(i + 1.0));
    1.0 - (0..phases).map(|i| term(f64::from(i))).sum::<f64>()
}

#[test]
fn tests_of_counts_can_fail_and_know_their_bounds() {
    // From the tables: 10.83, 22.46, 149.4.
    for (freedom, bound) in [(1.0, 10.83), (6.0, 22.46), (100.0, 149.4)] {
        let found: f64 = chi_square_bound(freedom);
        assert!((found / bound - 1.0).abs() < 0.035, "{freedom}: {found}");
    }
    assert!(counts_fit(&[1000, 1010, 3], &[1005.0, 1005.0, 3.0]));
    assert!(!counts_fit(&[1000, 1200, 3], &[1100.0, 1100.0, 3.0]));
}

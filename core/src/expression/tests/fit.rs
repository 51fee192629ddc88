//! Whether the random functions have the distributions that they are named after.

use super::*;
use crate::expression::random::round;

const N: usize = 20_000;

/// The values of an expression for the first draw keys.
fn samples(expression: &str) -> Vec<Value> {
    let template = template(&json!(format!("${{{expression}}}")).to_string());
    let scope = TemplateScope { event: scope(None), trigger: None };
    (0..N as u64)
        .map(|draw| template.render(draw, &scope).expect(expression))
        .map(|json| serde_json::from_str(&json).expect("it is JSON"))
        .collect()
}

fn numbers(expression: &str) -> Vec<f64> {
    samples(expression).iter().map(|value| value.as_f64().expect("a number")).collect()
}

/// Kolmogorov and Smirnov, at level 0.001.
fn fits(mut samples: Vec<f64>, cdf: impl Fn(f64) -> f64) -> bool {
    samples.sort_by(f64::total_cmp);
    let n = samples.len() as f64;
    let distance = samples
        .iter()
        .enumerate()
        .map(|(i, &x)| (cdf(x) - i as f64 / n).abs().max((cdf(x) - (i + 1) as f64 / n).abs()))
        .fold(0.0, f64::max);
    distance < 1.949 / n.sqrt()
}

/// The chi square of equally likely values.
fn chi_square<T: Ord>(values: Vec<T>, kinds: usize) -> f64 {
    let expected = values.len() as f64 / kinds as f64;
    let mut counts: BTreeMap<T, u32> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    assert_eq!(counts.len(), kinds);
    counts.values().map(|&count| (f64::from(count) - expected).powi(2) / expected).sum()
}

fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)
}

#[test]
fn uniform_numbers_are_uniform() {
    let cdf = |x: f64| ((x + 2.0) / 7.0).clamp(0.0, 1.0);
    assert!(fits(numbers("uniform(-2, 5)"), cdf));
    assert!(fits(numbers("[uniform(0, 1), uniform(-2, 5)][1]"), cdf), "the second draw as well");
    assert!(!fits(numbers("uniform(-2, 5.2)"), cdf), "the test can fail");
    assert!(numbers("uniform(3, 3)").iter().all(|&x| x == 3.0));
}

#[test]
fn normal_numbers_are_normal() {
    assert!(fits(numbers("normal(20, 3)"), |x| normal_cdf((x - 20.0) / 3.0)));
    assert!(!fits(numbers("normal(20, 3.2)"), |x| normal_cdf((x - 20.0) / 3.0)));
}

#[test]
fn exponential_numbers_are_exponential() {
    assert!(fits(numbers("exponential(4)"), |x| 1.0 - libm::exp(-x / 4.0)));
    assert!(!fits(numbers("exponential(4.2)"), |x| 1.0 - libm::exp(-x / 4.0)));
}

#[test]
fn whole_numbers_and_picks_are_equally_likely() {
    let whole = |text: &str| -> Vec<i64> {
        samples(text).iter().map(|value| value.as_i64().expect("a whole number")).collect()
    };
    // 18.47 is the 0.999 quantile of chi square with 4 degrees of freedom, 13.82 with 2.
    let fives = whole("integer(-2, 2)");
    assert!(fives.iter().all(|n| (-2..=2).contains(n)));
    assert!(chi_square(fives, 5) < 18.47);
    let picks = samples("pick(['a', 'b', 'c'])");
    assert!(chi_square(picks.iter().map(Value::to_string).collect(), 3) < 13.82);
    let all = whole("integer(-9223372036854775807 - 1, 9223372036854775807)");
    assert!(fits(all.iter().map(|&n| n as f64).collect(), |x| 0.5 + x / 1.844_674_407_370_955e19));
}

#[test]
fn chances_come_true_as_often_as_they_should() {
    let often = samples("chance(0.3)").iter().filter(|value| **value == json!(true)).count();
    // Four standard deviations of a binomial distribution: 4 · √(20,000 · 0.3 · 0.7) = 259.
    assert!(often.abs_diff(6_000) < 260, "{often}");
    assert!(samples("chance(0)").iter().all(|value| *value == json!(false)));
    assert!(samples("chance(1)").iter().all(|value| *value == json!(true)));
}

#[test]
fn uuids_and_digits_have_their_form_and_do_not_repeat() {
    let form =
        regex::Regex::new("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
            .expect("a pattern");
    let uuids = samples("uuid()");
    assert!(uuids.iter().all(|uuid| form.is_match(uuid.as_str().expect("a text"))));
    assert!(chi_square(uuids.iter().map(Value::to_string).collect(), N) == 0.0, "none repeats");
    let digits: Vec<char> = samples("hex(50)")
        .iter()
        .flat_map(|digits| digits.as_str().expect("a text").chars().collect::<Vec<_>>())
        .collect();
    assert_eq!(digits.len(), 50 * N);
    // The 0.999 quantile of chi square with 15 degrees of freedom.
    assert!(chi_square(digits, 16) < 37.7);
}

#[test]
fn numbers_are_rounded_in_decimal() {
    for (value, decimals, expected) in [
        (20.700000000000003, 1, "20.7"),
        (0.125, 2, "0.12"),
        (1.005, 2, "1.0"),
        (-0.04, 1, "0.0"),
        (1e300, 3, "1e+300"),
        (2.5, 0, "2.0"),
        (0.1 + 0.2, 15, "0.3"),
    ] {
        assert_eq!(json!(round(value, decimals)).to_string(), expected, "{value}");
    }
    for text in samples("uniform(18, 24, 1)").iter().map(Value::to_string) {
        let (_, decimals) = text.split_once('.').expect("it has a decimal");
        assert_eq!(decimals.len(), 1, "{text}");
    }
}

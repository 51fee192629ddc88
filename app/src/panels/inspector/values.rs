//! What fields accept, and in which words they refuse. The bounds are those of `check`.

use egui::{Sense, Ui, Vec2, pos2};
use eventloom_core::time::SimSpan;

use crate::text::{tr, tr_args};
use crate::theme::Theme;
use crate::widgets::{format, lettering};

/// The largest rate, in events per second.
pub(super) const MAX_RATE_PER_S: f64 = 1e9;
/// The longest service or latency, in seconds.
pub(super) const MAX_SPAN_S: f64 = 1e9;

/// A number from `min` to `max`.
pub(super) fn number(text: &str, min: f64, max: f64) -> Result<f64, String> {
    let value: f64 = plain_number(text).ok_or_else(|| tr("field-number").to_owned())?;
    within(value, min, max)
}

fn plain_number(text: &str) -> Option<f64> {
    let value: f64 = text.trim().replace(',', ".").parse().ok()?;
    value.is_finite().then_some(value)
}

fn within(value: f64, min: f64, max: f64) -> Result<f64, String> {
    if value < min {
        Err(tr_args("field-at-least", &[("least", format::plain(min).into())]))
    } else if value > max {
        Err(tr_args("field-at-most", &[("most", format::plain(max).into())]))
    } else {
        Ok(value)
    }
}

/// A length of time in seconds: a number of seconds, or with a unit, such as `80 ms`.
pub(super) fn seconds(text: &str) -> Result<f64, String> {
    let value = match plain_number(text) {
        Some(value) => value,
        None => {
            let span: SimSpan =
                text.replace(',', ".").parse().map_err(|_| tr("field-seconds").to_owned())?;
            span.as_secs_f64()
        }
    };
    within(value, 0.0, MAX_SPAN_S)
}

/// A whole number from `min` to `max`.
pub(super) fn whole(text: &str, min: u64, max: u64) -> Result<u64, String> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let value = match digits.parse::<u64>() {
        Ok(value) => value,
        Err(_) if is_negative_whole(&digits) => 0,
        Err(_) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => u64::MAX,
        Err(_) => return Err(tr("field-whole").to_owned()),
    };
    if value < min || is_negative_whole(&digits) {
        Err(tr_args("field-at-least", &[("least", min.to_string().into())]))
    } else if value > max {
        Err(tr_args("field-at-most", &[("most", format::count(max).into())]))
    } else {
        Ok(value)
    }
}

fn is_negative_whole(digits: &str) -> bool {
    digits
        .strip_prefix('-')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}

/// A whole number from `min` to `max`, or nothing.
pub(super) fn optional(text: &str, min: u64, max: u64) -> Result<Option<u64>, String> {
    if text.trim().is_empty() { Ok(None) } else { whole(text, min, max).map(Some) }
}

/// A share in per cent, 0 to 100, as a number from 0 to 1.
pub(super) fn percent(text: &str) -> Result<f64, String> {
    number(text.trim().trim_end_matches('%'), 0.0, 100.0).map(|value| shifted(value, -2))
}

/// A share as its field shows it, in per cent.
pub(super) fn percent_text(share: f64) -> String {
    format::plain(shifted(share, 2))
}

/// `value` with its decimal point moved by `places`: by its digits, because a product with a power
/// of ten brings in the noise of binary fractions.
fn shifted(value: f64, places: i32) -> f64 {
    let text = format!("{value:e}");
    let moved = text.split_once('e').and_then(|(digits, exponent)| {
        let exponent = exponent.parse::<i32>().ok()? + places;
        format!("{digits}e{exponent}").parse().ok()
    });
    moved.unwrap_or(value)
}

/// A number that may be missing, as its field shows it.
pub(super) fn optional_text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A line that only tells: a label and a small text.
pub(super) fn read_only_line(ui: &mut Ui, theme: &Theme, label: &'static str, text: &str) {
    let (rect, response) =
        ui.allocate_exact_size(Vec2::new(ui.available_width(), 20.0), Sense::hover());
    let split = rect.left() + 116.0;
    let painter = ui.painter();
    lettering::left(painter, rect, tr(label), lettering::caption(), theme.text_3);
    let right = egui::Rect::from_min_max(pos2(split, rect.top()), rect.max);
    lettering::left(painter, right, text, lettering::caption(), theme.text_3);
    response.on_hover_text(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_refused_with_what_is_allowed() {
        assert_eq!(number("2.5", 0.0, 10.0), Ok(2.5));
        assert_eq!(number(" 2,5 ", 0.0, 10.0), Ok(2.5));
        assert_eq!(number("-1", 0.0, 10.0), Err("At least 0.".to_owned()));
        assert_eq!(number("11", 0.0, 10.0), Err("At most 10.".to_owned()));
        for text in ["", "abc", "NaN", "inf"] {
            assert_eq!(number(text, 0.0, 10.0), Err("A number.".to_owned()), "{text}");
        }
    }

    #[test]
    fn lengths_of_time_may_carry_a_unit() {
        assert_eq!(seconds("0.05"), Ok(0.05));
        assert_eq!(seconds("80 ms"), Ok(0.08));
        assert_eq!(seconds("1h"), Ok(3_600.0));
        assert!(seconds("-1").is_err());
        assert!(seconds("soon").is_err());
        assert!(seconds("1e10").is_err());
    }

    #[test]
    fn whole_numbers_keep_their_bounds() {
        assert_eq!(whole("80", 1, 100), Ok(80));
        assert_eq!(whole("1 000", 1, 10_000), Ok(1_000));
        assert_eq!(whole("0", 1, 100), Err("At least 1.".to_owned()));
        assert_eq!(whole("-3", 0, 100), Err("At least 0.".to_owned()));
        assert_eq!(whole("101", 1, 100), Err("At most 100.".to_owned()));
        assert_eq!(whole("99999999999999999999999", 1, 100), Err("At most 100.".to_owned()));
        assert_eq!(whole("1.5", 1, 100), Err("A whole number.".to_owned()));
        assert_eq!(optional("", 1, 100), Ok(None));
        assert_eq!(optional("7", 1, 100), Ok(Some(7)));
    }

    #[test]
    fn shares_go_to_per_cent_and_back() {
        for share in [0.0, 0.07, 0.1, 0.29, 1.0, 0.123_456_789_123] {
            assert_eq!(percent(&percent_text(share)), Ok(share), "{}", percent_text(share));
        }
        assert_eq!(percent_text(0.07), "7");
        assert_eq!(percent("12 %"), Ok(0.12));
        assert!(percent("101").is_err());
    }
}

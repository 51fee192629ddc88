//! Numbers as people read them: counts in groups of three, rates, lengths of time, shares.

use eventloom_core::live::Speed;
use eventloom_core::time::{SimSpan, SimTime};

/// Between groups of three digits.
const THIN_SPACE: char = '\u{2009}';

/// A count in groups of three digits: `32 109`.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (ix, digit) in digits.chars().enumerate() {
        if ix > 0 && (digits.len() - ix).is_multiple_of(3) {
            text.push(THIN_SPACE);
        }
        text.push(digit);
    }
    text
}

/// A number with the digits that matter at its size: `0.012`, `0.1`, `37.5`, `1 240`.
pub fn decimal(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        "–".to_owned()
    } else if size == 0.0 {
        "0".to_owned()
    } else if size < 1e-4 {
        format!("{value:.1e}")
    } else if size < 0.095 {
        format!("{value:.3}")
    } else if size < 999.95 {
        format!("{value:.1}")
    } else {
        let sign = if value < 0.0 { "−" } else { "" };
        format!("{sign}{}", count(size.round() as u64))
    }
}

/// Events per second: `37.5/s`.
pub fn rate(per_s: f64) -> String {
    format!("{}/s", decimal(per_s))
}

/// A length of time in seconds, with the unit that suits it: `250 µs`, `80 ms`, `1.47 s`,
/// `5 min 20 s`, `3 d 4 h`.
pub fn seconds(seconds: f64) -> String {
    let size = seconds.abs();
    if !seconds.is_finite() {
        return "–".to_owned();
    }
    if size == 0.0 {
        return "0 s".to_owned();
    }
    for (limit, factor, unit) in
        [(999.5e-9, 1e9, "ns"), (999.5e-6, 1e6, "µs"), (999.5e-3, 1e3, "ms")]
    {
        if size < limit {
            return format!("{} {unit}", three_digits(seconds * factor));
        }
    }
    if size < 99.995 {
        format!("{seconds:.2} s")
    } else if size < 300.0 {
        format!("{seconds:.0} s")
    } else {
        let whole = size.round() as u64;
        let (hours, minutes, rest) = (whole / 3_600, whole / 60 % 60, whole % 60);
        if hours >= 48 {
            format!("{} d {} h", count(hours / 24), hours % 24)
        } else if hours > 0 {
            format!("{hours} h {minutes:02} min")
        } else {
            format!("{minutes} min {rest:02} s")
        }
    }
}

/// Up to three digits, without zeros at the end.
fn three_digits(value: f64) -> String {
    let places = match value.abs() {
        size if size < 9.995 => 2,
        size if size < 99.95 => 1,
        _ => 0,
    };
    let text = format!("{value:.places$}");
    if places == 0 {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A span with the unit that suits it.
pub fn span(span: SimSpan) -> String {
    seconds(span.as_secs_f64())
}

/// A span in the largest unit of which it is a whole number: `10 s`, `20 min`, `10 d`.
pub fn round_span(span: SimSpan) -> String {
    const UNITS: [(u64, &str); 6] = [
        (86_400_000_000_000, "d"),
        (3_600_000_000_000, "h"),
        (60_000_000_000, "min"),
        (1_000_000_000, "s"),
        (1_000_000, "ms"),
        (1_000, "µs"),
    ];
    let whole = UNITS.into_iter().find(|(unit, _)| span.0 > 0 && span.0.is_multiple_of(*unit));
    let (unit, name) = whole.unwrap_or((1, "ns"));
    format!("{} {name}", count(span.0 / unit))
}

/// How far the playhead is behind the front, in tenths of a second while that is short: its width
/// changes with every digit that comes and goes.
pub fn behind(behind: SimSpan) -> String {
    let value = behind.as_secs_f64();
    if value < 99.95 { format!("{value:.1} s") } else { seconds(value) }
}

/// A share as per cent: `84 %`.
pub fn percent(share: f64) -> String {
    if !share.is_finite() {
        return "–".to_owned();
    }
    let value = share * 100.0;
    if value != 0.0 && value.abs() < 0.95 {
        format!("{value:.2} %")
    } else {
        format!("{value:.0} %")
    }
}

/// A moment in a list: `01:04.311`, with days and hours in front where there are any.
pub fn moment(time: SimTime) -> String {
    let ms = time.0 / 1_000_000;
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    let ms = ms % 1_000;
    if hours >= 24 {
        let (days, hours) = (hours / 24, hours % 24);
        format!("{days}d {hours:02}:{minutes:02}:{seconds:02}.{ms:03}")
    } else if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}.{ms:03}")
    } else {
        format!("{minutes:02}:{seconds:02}.{ms:03}")
    }
}

/// A tick of a time axis whose ticks lie `step` apart: `00:12`, `1:00:00`, `12d`, with as many
/// decimals as the step needs.
pub fn tick(time: SimTime, step: SimSpan) -> String {
    let whole = time.0 / 1_000_000_000;
    let (hours, minutes, seconds) = (whole / 3_600, whole / 60 % 60, whole % 60);
    let mut text = if step.0.is_multiple_of(86_400_000_000_000) {
        return format!("{}d", hours / 24);
    } else if hours >= 24 {
        format!("{}d {:02}:{minutes:02}", hours / 24, hours % 24)
    } else if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes:02}:{seconds:02}")
    };
    let mut places = 0;
    while places < 9 && !step.0.is_multiple_of(10_u64.pow(9 - places)) {
        places += 1;
    }
    if places > 0 {
        let part = time.0 % 1_000_000_000 / 10_u64.pow(9 - places);
        text.push_str(&format!(".{part:0width$}", width = places as usize));
    }
    text
}

/// A speed: `0.25×`, `10×`.
pub fn times(factor: f64) -> String {
    format!("{factor}×")
}

/// A number as it is written into a field: the shortest text that reads back the same.
pub fn plain(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e15).contains(&size) {
        format!("{value:e}")
    } else {
        value.to_string()
    }
}

/// Reads a speed: `2`, `0.5x`, `10×`, `max`. None where it is no speed from 0.01 to 1000.
pub fn read_speed(text: &str) -> Option<Speed> {
    let text = text.trim().to_lowercase();
    if text == "max" {
        return Some(Speed::Max);
    }
    let factor: f64 = text.trim_end_matches(['x', '×', ' ']).replace(',', ".").parse().ok()?;
    (0.01..=1000.0).contains(&factor).then_some(Speed::Times(factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thin(text: &str) -> String {
        text.replace('_', "\u{2009}")
    }

    #[test]
    fn counts_come_in_groups_of_three() {
        let cases = [
            (0, "0"),
            (999, "999"),
            (2_406, "2_406"),
            (32_109, "32_109"),
            (1_000_000, "1_000_000"),
        ];
        for (value, text) in cases {
            assert_eq!(count(value), thin(text));
        }
        assert_eq!(count(u64::MAX), thin("18_446_744_073_709_551_615"));
    }

    #[test]
    fn rates_keep_the_digits_that_matter() {
        let cases = [
            (0.0, "0/s"),
            (0.012, "0.012/s"),
            (0.1, "0.1/s"),
            (2.0, "2.0/s"),
            (37.46, "37.5/s"),
            (999.96, "1_000/s"),
            (1_240.4, "1_240/s"),
            (f64::NAN, "–/s"),
        ];
        for (value, text) in cases {
            assert_eq!(rate(value), thin(text), "{value}");
        }
    }

    #[test]
    fn lengths_of_time_take_the_unit_that_suits_them() {
        let cases = [
            (0.0, "0 s"),
            (0.000_000_5, "500 ns"),
            (0.000_05, "50 µs"),
            (0.08, "80 ms"),
            (0.012_5, "12.5 ms"),
            (0.999_9, "1.00 s"),
            (1.47, "1.47 s"),
            (130.4, "130 s"),
            (320.0, "5 min 20 s"),
            (7_320.0, "2 h 02 min"),
            (9_376_695.0, "108 d 12 h"),
            (f64::INFINITY, "–"),
        ];
        for (value, text) in cases {
            assert_eq!(seconds(value), text, "{value}");
        }
    }

    #[test]
    fn moments_and_ticks_show_hours_only_where_there_are_any() {
        assert_eq!(moment(SimTime(64_311_000_000)), "01:04.311");
        assert_eq!(moment(SimTime(3_664_311_000_000)), "1:01:04.311");
        assert_eq!(tick(SimTime(64_000_000_000), SimSpan::from_secs(2)), "01:04");
        assert_eq!(tick(SimTime(64_500_000_000), SimSpan::from_millis(500)), "01:04.5");
        assert_eq!(tick(SimTime(7_200_000_000_000), SimSpan::from_secs(600)), "2:00:00");
        assert_eq!(tick(SimTime(20_000), SimSpan(20_000)), "00:00.00002");
        let day = 86_400;
        assert_eq!(moment(SimTime(93_784_005_000_000)), "1d 02:03:04.005");
        assert_eq!(tick(SimTime::ZERO, SimSpan::from_secs(20 * day)), "0d");
        assert_eq!(tick(SimTime(12 * day * 1_000_000_000), SimSpan::from_secs(2 * day)), "12d");
        assert_eq!(tick(SimTime(129_600_000_000_000), SimSpan::from_secs(day / 2)), "1d 12:00");
        let spans = [(10, "10 s"), (1_200, "20 min"), (3_600, "1 h"), (864_000, "10 d")];
        for (seconds, text) in spans {
            assert_eq!(round_span(SimSpan::from_secs(seconds)), text);
        }
        assert_eq!(round_span(SimSpan::from_millis(500)), "500 ms");
        assert_eq!(round_span(SimSpan(0)), "0 ns");
    }

    #[test]
    fn shares_are_written_as_per_cent() {
        assert_eq!(percent(0.84), "84 %");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(0.004), "0.40 %");
    }

    #[test]
    fn fields_show_what_reads_back_the_same() {
        for value in [0.0, 0.05, 10.0, 1e-9, 1e18, 0.1 + 0.2] {
            assert_eq!(plain(value).parse(), Ok(value));
        }
        assert_eq!(plain(0.05), "0.05");
    }

    #[test]
    fn speeds_are_read_within_their_bounds() {
        assert_eq!(read_speed("2"), Some(Speed::Times(2.0)));
        assert_eq!(read_speed(" 0,5x "), Some(Speed::Times(0.5)));
        assert_eq!(read_speed("10×"), Some(Speed::Times(10.0)));
        assert_eq!(read_speed("MAX"), Some(Speed::Max));
        for text in ["", "0", "0.001", "1001", "NaN", "-1", "fast"] {
            assert_eq!(read_speed(text), None, "{text}");
        }
    }
}

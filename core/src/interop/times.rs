//! Times as logs write them: ISO 8601, or a number of seconds, milli-, micro- or nanoseconds since
//! 1970.

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::fields::Cell;

/// How a log writes its times. Fixed for the whole log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeKind {
    /// ISO 8601, such as `2024-03-13T10:21:14.5+02:00`; a space may stand for the `T`.
    Iso8601,
    /// Seconds since 1970.
    EpochS,
    /// Milliseconds since 1970.
    EpochMs,
    /// Microseconds since 1970.
    EpochUs,
    /// Nanoseconds since 1970.
    EpochNs,
}

impl TimeKind {
    /// The kind's name, as the command line prints it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Iso8601 => "iso8601",
            Self::EpochS => "epoch_s",
            Self::EpochMs => "epoch_ms",
            Self::EpochUs => "epoch_us",
            Self::EpochNs => "epoch_ns",
        }
    }

    /// The nanoseconds of its unit; none for ISO 8601.
    fn unit(self) -> Option<i128> {
        match self {
            Self::Iso8601 => None,
            Self::EpochS => Some(1_000_000_000),
            Self::EpochMs => Some(1_000_000),
            Self::EpochUs => Some(1_000),
            Self::EpochNs => Some(1),
        }
    }

    /// The kind that this value looks like; none where it is no time. A number's unit is told by
    /// its magnitude: the ranges meet at the year 5138 and in March 1973.
    pub(super) fn of(cell: Cell<'_>, zone: &TimeZone) -> Option<Self> {
        if let Cell::Text(text) = cell
            && iso_nanos(text, zone).is_some()
        {
            return Some(Self::Iso8601);
        }
        let magnitude = number_nanos(cell, 1)?.unsigned_abs();
        Some(match magnitude {
            0..100_000_000_000 => Self::EpochS,
            100_000_000_000..100_000_000_000_000 => Self::EpochMs,
            100_000_000_000_000..100_000_000_000_000_000 => Self::EpochUs,
            _ => Self::EpochNs,
        })
    }

    /// The moment that `cell` tells, in nanoseconds since 1970; none where it is no time of this
    /// kind, or outside of the years 1678 to 2261.
    pub(super) fn nanos(self, cell: Cell<'_>, zone: &TimeZone) -> Option<i64> {
        let nanos = match (self.unit(), cell) {
            (Some(unit), cell) => number_nanos(cell, unit)?,
            (None, Cell::Text(text)) => iso_nanos(text, zone)?,
            (None, _) => return None,
        };
        i64::try_from(nanos).ok()
    }
}

/// Whether a number may be a date after March 1973: what is smaller is rather a count or an id.
pub(super) fn is_plausible_epoch(cell: Cell<'_>) -> bool {
    number_nanos(cell, 1).is_some_and(|number| number >= 100_000_000)
}

/// The zone that a map names: an IANA name, or an offset such as `+02:00`.
pub(super) fn zone(text: &str) -> Option<TimeZone> {
    if text.eq_ignore_ascii_case("utc") || text == "Z" {
        return Some(TimeZone::UTC);
    }
    if text.starts_with(['+', '-']) {
        let probe = format!("2000-01-01T00:00{text}");
        let offset = Pieces::parse(&probe).ok()?.to_numeric_offset()?;
        return Some(TimeZone::fixed(offset));
    }
    TimeZone::get(text).ok()
}

/// A moment as people and programs read it: ISO 8601 in UTC.
pub(super) fn iso_utc(nanos: i64) -> Option<String> {
    Timestamp::from_nanosecond(nanos.into()).ok().map(|time| time.to_string())
}

fn iso_nanos(text: &str, zone: &TimeZone) -> Option<i128> {
    let text = text.trim();
    // A date has at least eight digits; a bare number is none, whatever ISO 8601's basic form says.
    if text.len() < 8
        || text.bytes().all(|b| b.is_ascii_digit() || b == b'-' && text.starts_with('-'))
    {
        return None;
    }
    match iso_parts(text, zone) {
        Some(nanos) => Some(nanos),
        // `2024-03-13 10:21:14 UTC` and `... +0200`, as databases and git write it.
        None => {
            let (time, zone_text) = text.rsplit_once(' ')?;
            let suffix = match zone_text {
                "UTC" | "GMT" | "Z" => "Z",
                offset if offset.starts_with(['+', '-']) => offset,
                _ => return None,
            };
            iso_parts(&format!("{time}{suffix}"), zone)
        }
    }
}

fn iso_parts(text: &str, zone: &TimeZone) -> Option<i128> {
    let pieces = Pieces::parse(text).ok()?;
    let local = pieces.date().to_datetime(pieces.time().unwrap_or(Time::midnight()));
    let time = match pieces.to_numeric_offset() {
        Some(offset) => offset.to_timestamp(local),
        None => match pieces.to_time_zone().ok()? {
            Some(own) => own.to_timestamp(local),
            None => zone.to_timestamp(local),
        },
    };
    time.ok().map(Timestamp::as_nanosecond)
}

fn number_nanos(cell: Cell<'_>, unit: i128) -> Option<i128> {
    match cell {
        Cell::Text(text) => decimal_nanos(text.trim(), unit),
        Cell::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => Some(i128::from(whole) * unit),
            (None, Some(whole)) => Some(i128::from(whole) * unit),
            (None, None) => decimal_nanos(&number.to_string(), unit),
        },
        Cell::Other(_) => None,
    }
}

/// A decimal number of units of `unit` nanoseconds, exactly, what is below a nanosecond cut off.
/// With an exponent it is as exact as a double.
fn decimal_nanos(text: &str, unit: i128) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    if digits.contains(['e', 'E']) && digits.starts_with(|c: char| c.is_ascii_digit()) {
        let value = text.parse::<f64>().ok()? * unit as f64;
        return (value.abs() < 1e30).then_some(value as i128);
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || whole.len() > 20 {
        return None;
    }
    let mut nanos = whole.parse::<i128>().ok()? * unit;
    let mut rest = 0;
    let mut scale = 1;
    for digit in fraction.bytes().take(9) {
        rest = rest * 10 + i128::from(digit - b'0');
        scale *= 10;
    }
    nanos += rest * unit / scale;
    Some(if negative { -nanos } else { nanos })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(text: &str, zone_text: &str) -> Option<String> {
        let zone = zone(zone_text).expect("a zone");
        TimeKind::Iso8601.nanos(Cell::Text(text), &zone).and_then(iso_utc)
    }

    #[test]
    fn iso_times_are_read_with_and_without_a_zone() {
        for (text, zone, want) in [
            ("2023-07-29T07:51:39Z", "Europe/Berlin", "2023-07-29T07:51:39Z"),
            ("2024-03-13 10:21:14", "UTC", "2024-03-13T10:21:14Z"),
            ("2024-03-13 10:21:14", "+02:00", "2024-03-13T08:21:14Z"),
            ("2024-03-13 10:21:14", "Europe/Berlin", "2024-03-13T09:21:14Z"),
            ("2024-07-13 10:21:14", "Europe/Berlin", "2024-07-13T08:21:14Z"),
            ("2024-03-13t10:21:14.123456789-05:30", "UTC", "2024-03-13T15:51:14.123456789Z"),
            ("2024-03-13T10:21", "UTC", "2024-03-13T10:21:00Z"),
            ("2024-03-13", "UTC", "2024-03-13T00:00:00Z"),
            ("20240313T102114Z", "UTC", "2024-03-13T10:21:14Z"),
            ("2024-03-13 10:21:14 UTC", "+02:00", "2024-03-13T10:21:14Z"),
            ("2024-03-13 10:21:14 +0200", "UTC", "2024-03-13T08:21:14Z"),
            ("2024-03-13T10:21:14+01:00[Europe/Berlin]", "UTC", "2024-03-13T09:21:14Z"),
            ("2024-03-13T10:21:14[Europe/Berlin]", "UTC", "2024-03-13T09:21:14Z"),
            (" 1969-12-31T23:59:59.5Z ", "UTC", "1969-12-31T23:59:59.5Z"),
        ] {
            assert_eq!(iso(text, zone).as_deref(), Some(want), "{text} in {zone}");
        }
        for text in [
            "",
            "now",
            "12",
            "20240313",
            "2024-13-01",
            "2024-03-13T25:00Z",
            "3024-01-01",
            "10:21:14",
            "2024-03-13 10:21:14 XYZ",
        ] {
            assert_eq!(iso(text, "UTC"), None, "{text}");
        }
    }

    #[test]
    fn zones_are_names_or_offsets() {
        for text in
            ["UTC", "utc", "Z", "Europe/Berlin", "America/New_York", "+02:00", "-0530", "+02"]
        {
            assert!(zone(text).is_some(), "{text}");
        }
        for text in ["", "Mars/Olympus", "+99:00", "+", "2"] {
            assert!(zone(text).is_none(), "{text}");
        }
    }

    #[test]
    fn epoch_numbers_are_exact_and_their_unit_is_told_by_magnitude() {
        let kind = |text| TimeKind::of(Cell::Text(text), &TimeZone::UTC);
        assert_eq!(kind("1690617099"), Some(TimeKind::EpochS));
        assert_eq!(kind("1690617099.25"), Some(TimeKind::EpochS));
        assert_eq!(kind("1690617099250"), Some(TimeKind::EpochMs));
        assert_eq!(kind("1690617099250000"), Some(TimeKind::EpochUs));
        assert_eq!(kind("1690617099250000000"), Some(TimeKind::EpochNs));
        assert_eq!(kind("-5"), Some(TimeKind::EpochS));
        for text in ["", "-", ".", "1.", "abc", "1,5", "1.2.3", "999999999999999999999"] {
            assert_eq!(kind(text), None, "{text}");
        }
        let nanos = |kind: TimeKind, text| kind.nanos(Cell::Text(text), &TimeZone::UTC);
        assert_eq!(
            nanos(TimeKind::EpochS, "1690617099.123456789"),
            Some(1_690_617_099_123_456_789)
        );
        assert_eq!(nanos(TimeKind::EpochMs, "1690617099123.4567"), Some(1_690_617_099_123_456_700));
        assert_eq!(
            nanos(TimeKind::EpochNs, "1690617099123456789"),
            Some(1_690_617_099_123_456_789)
        );
        assert_eq!(nanos(TimeKind::EpochUs, "-1.5"), Some(-1_500));
        assert_eq!(nanos(TimeKind::EpochS, "1.69e9"), Some(1_690_000_000_000_000_000));
        assert_eq!(nanos(TimeKind::EpochS, "99999999999"), None);
        assert_eq!(nanos(TimeKind::Iso8601, "1690617099"), None);
    }
}

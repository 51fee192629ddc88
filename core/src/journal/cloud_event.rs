//! Events as CloudEvents in JSON.

use std::sync::Arc;

use serde::de::IgnoredAny;

use crate::fact::{EventBirth, EventData, EventId, EventKey, Roster};
use crate::time::SimTime;

/// Writes events as CloudEvents. Ids, names and the second of the time are prepared once.
///
/// Beside the attributes of the standard stand `correlationid` (the first event of the chain),
/// `causationid` (the event that caused it), `due` (when it fell due) and `drawkey` (from what its
/// draws derive, in hexadecimal). Times count from 1970-01-01T00:00:00Z, the start of the run.
#[derive(Debug, Default)]
pub(super) struct CloudEvents {
    /// By number, as JSON.
    sources: Vec<Box<str>>,
    types: Vec<Box<str>>,
    second: Option<u64>,
    /// Date and time up to the second.
    prefix: String,
}

impl CloudEvents {
    /// Who is who from now on.
    pub(super) fn roster(&mut self, roster: &Roster) {
        self.sources = roster.entries.iter().map(|entry| json_text(entry.id.as_str())).collect();
        self.types(&roster.types);
    }

    /// The event types from now on.
    pub(super) fn types(&mut self, types: &[Arc<str>]) {
        if types.len() > self.types.len() {
            self.types = types.iter().map(|name| json_text(name)).collect();
        }
    }

    /// Appends one event.
    pub(super) fn write(&mut self, birth: &EventBirth, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"specversion\":\"1.0\",\"id\":\"");
        number(out, birth.id.0);
        out.extend_from_slice(b"\",\"source\":");
        out.extend_from_slice(named(&self.sources, birth.at.ix()));
        out.extend_from_slice(b",\"type\":");
        out.extend_from_slice(named(&self.types, usize::from(birth.event_type.0)));
        match &birth.key {
            EventKey::None => {}
            EventKey::Number(key) => {
                out.extend_from_slice(b",\"subject\":\"k");
                number(out, u64::from(*key));
                out.push(b'"');
            }
            EventKey::Given(key) => {
                out.extend_from_slice(b",\"subject\":");
                out.extend_from_slice(json_text(key).as_bytes());
            }
        }
        out.extend_from_slice(b",\"time\":\"");
        let written = out.len();
        self.time(birth.time, out);
        let time = written..out.len();
        match &birth.data {
            EventData::None => out.push(b'"'),
            EventData::Given(data) => {
                out.extend_from_slice(b"\",\"datacontenttype\":\"application/json\",\"data\":");
                json_value(data, out);
            }
        }
        out.extend_from_slice(b",\"correlationid\":\"");
        number(out, birth.root.0);
        if birth.parent != EventId::NONE {
            out.extend_from_slice(b"\",\"causationid\":\"");
            number(out, birth.parent.0);
        }
        out.extend_from_slice(b"\",\"due\":\"");
        if birth.due == birth.time {
            out.extend_from_within(time);
        } else {
            self.time(birth.due, out);
        }
        out.extend_from_slice(b"\",\"drawkey\":\"");
        hexadecimal(out, birth.draw);
        out.extend_from_slice(b"\"}");
    }

    /// RFC 3339 with nanoseconds.
    fn time(&mut self, time: SimTime, out: &mut Vec<u8>) {
        let second = time.0 / 1_000_000_000;
        if self.second != Some(second) {
            self.second = Some(second);
            // 64 bits of nanoseconds end in the year 2554, long before the last year of jiff.
            self.prefix = jiff::Timestamp::from_second(second as i64)
                .map(|at| at.strftime("%Y-%m-%dT%H:%M:%S").to_string())
                .unwrap_or_default();
        }
        out.extend_from_slice(self.prefix.as_bytes());
        let mut digits = *b".000000000Z";
        let mut nanos = time.0 % 1_000_000_000;
        for digit in digits[1..10].iter_mut().rev() {
            *digit = b'0' + (nanos % 10) as u8;
            nanos /= 10;
        }
        out.extend_from_slice(&digits);
    }
}

fn named(names: &[Box<str>], ix: usize) -> &[u8] {
    names.get(ix).map_or(b"\"\"", |name| name.as_bytes())
}

fn json_text(text: &str) -> Box<str> {
    // A text is always JSON: there is nothing in it that could fail.
    serde_json::to_string(text).unwrap_or_default().into_boxed_str()
}

/// What was given as it is where it is JSON, on one line; else as a text.
fn json_value(data: &str, out: &mut Vec<u8>) {
    if serde_json::from_str::<IgnoredAny>(data).is_err() {
        out.extend_from_slice(json_text(data).as_bytes());
        return;
    }
    // In JSON a line can break between its parts alone.
    out.extend(data.bytes().map(|b| if matches!(b, b'\n' | b'\r') { b' ' } else { b }));
}

fn number(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0u8; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

fn hexadecimal(out: &mut Vec<u8>, number: u64) {
    let digit = |shift: u32| b"0123456789abcdef"[(number >> shift & 15) as usize];
    out.extend((0..16).rev().map(|place| digit(place * 4)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{ElementIx, ElementKind, RosterEntry, TypeIx};
    use crate::ids::ElementId;
    use crate::time::SimSpan;

    fn roster(id: &str) -> Roster {
        let entry = RosterEntry {
            id: ElementId::Node(id.into()),
            kind: ElementKind::Producer,
            from: ElementIx(0),
            to: ElementIx(0),
            latency: SimSpan::ZERO,
            servers: 0,
            acks_before: false,
            capacity: None,
            removed_at: None,
        };
        Roster { entries: vec![entry], types: vec![Arc::from("a \"quoted\" type")] }
    }

    #[test]
    fn an_event_is_a_cloud_event_whatever_was_given() {
        let mut events = CloudEvents::default();
        events.roster(&roster("door"));
        let mut birth = EventBirth {
            time: SimTime(90_061_000_000_007),
            id: EventId(12),
            root: EventId(3),
            parent: EventId(4),
            draw: 0xAB,
            due: SimTime(1_500_000_000),
            event_type: TypeIx(0),
            at: ElementIx(0),
            key: EventKey::Given(Arc::from("a\"b")),
            data: EventData::Given(Arc::from("{\"open\":\n true}")),
        };
        let mut out = Vec::new();
        events.write(&birth, &mut out);
        let expected = serde_json::json!({
            "specversion": "1.0", "id": "12", "source": "door", "type": "a \"quoted\" type",
            "subject": "a\"b", "time": "1970-01-02T01:01:01.000000007Z",
            "datacontenttype": "application/json", "data": {"open": true},
            "correlationid": "3", "causationid": "4", "due": "1970-01-01T00:00:01.500000000Z",
            "drawkey": "00000000000000ab",
        });
        let value: serde_json::Value = serde_json::from_slice(&out).expect("it is JSON");
        assert_eq!(value, expected);
        assert!(!out.contains(&b'\n'));

        birth.data = EventData::Given(Arc::from("no json"));
        (birth.key, birth.parent) = (EventKey::Number(7), EventId::NONE);
        out.clear();
        events.write(&birth, &mut out);
        let value: serde_json::Value = serde_json::from_slice(&out).expect("it is JSON");
        assert_eq!(value["data"], "no json");
        assert_eq!(value["subject"], "k7");
        assert!(value.get("causationid").is_none());
    }
}

//! The readers as a whole: whole logs in, rows and summaries out.

use std::io::{self, BufRead, Cursor, Read, Write as _};
use std::path::{Path, PathBuf};

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;

use super::*;
use crate::project::FieldMap;
use crate::time::SimTime;

fn open(text: impl Into<Vec<u8>>, map: &str) -> Result<LogReader, LogError> {
    let map = match map {
        "" => FieldMap::default(),
        map => parse_map(map).expect("a map"),
    };
    LogReader::from_reader(Box::new(Cursor::new(text.into())), "test.log", &map)
}

fn read(text: impl Into<Vec<u8>>, map: &str) -> (Vec<LogRow>, LogSummary) {
    let mut reader = open(text, map).expect("a log");
    let rows = reader.by_ref().collect::<Result<_, _>>().expect("a sound stream");
    (rows, reader.summary())
}

fn error(text: impl Into<Vec<u8>>, map: &str) -> LogError {
    match open(text, map) {
        Ok(reader) => panic!("was read with {}", reader.mapping()),
        Err(error) => error,
    }
}

/// The file below the samples that checks bring along; none where there are none.
fn sample(path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("EVENTLOOM_SAMPLES").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/samples")),
        PathBuf::from,
    );
    let file = folder.join(path);
    let there = file.is_file();
    if !there {
        eprintln!("skipped: there is no {}; EVENTLOOM_SAMPLES names the folder", file.display());
    }
    there.then_some(file)
}

fn read_file(path: &Path, map: &FieldMap) -> (Vec<LogRow>, LogSummary) {
    let mut reader = LogReader::open(path, map).expect("the file is there");
    let rows = reader.by_ref().collect::<Result<_, _>>().expect("a sound file");
    (rows, reader.summary())
}

#[test]
fn the_clickstream_sample_is_read_whole() {
    let Some(file) = sample("eventlogs/ecom-clickstream.csv.gz") else { return };
    let (rows, summary) = read_file(&file, &FieldMap::default());
    assert_eq!(rows.len(), 31_106);
    assert_eq!(summary.lines, 31_106);
    assert_eq!(summary.refused, Refusals::default());
    assert_eq!(summary.backward_steps, 586);
    assert_eq!(summary.first_time.as_deref(), Some("2024-03-13T10:21:14Z"));
    assert_eq!(summary.last_time.as_deref(), Some("2024-06-25T20:50:00Z"));
    let mapping = summary.mapping;
    assert_eq!(mapping.to_string(), "time=timestamp,type=event,key=user_id,data=/,tz=UTC");
    assert_eq!(mapping.times, TimeKind::Iso8601);
    let row = &rows[1];
    assert_eq!((row.line, row.event_type.as_deref()), (3, Some("promo_page")));
}

#[test]
fn the_recent_changes_sample_is_read_whole() {
    let Some(file) = sample("eventlogs/wikimedia-recentchange.ndjson") else { return };
    let (rows, summary) = read_file(&file, &FieldMap::default());
    assert_eq!((rows.len(), summary.lines, summary.refused.count), (100, 100, 0));
    assert_eq!(summary.backward_steps, 15);
    let mapping = summary.mapping;
    assert_eq!(mapping.event_type.as_deref(), Some("type"));
    assert_eq!(mapping.key.as_deref(), Some("user"));
    // /meta/dt and timestamp tell the same seconds; either is right.
    assert_eq!((mapping.time.as_str(), mapping.times), ("timestamp", TimeKind::EpochS));
    let map = parse_map("time=/meta/dt,type=/type,key=wiki,data=/length").expect("a map");
    let (given, summary) = read_file(&file, &map);
    assert_eq!(summary.mapping.times, TimeKind::Iso8601);
    assert_eq!(
        rows.iter().map(|row| row.time_ns).collect::<Vec<_>>(),
        given.iter().map(|row| row.time_ns).collect::<Vec<_>>()
    );
    assert_eq!(&*given[0].data, r#"{"old":91108,"new":91166}"#);
    assert_eq!(given[0].key.as_deref(), Some("enwiki"));
}

#[test]
fn the_log_that_ships_is_sound() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../projects/logs/door-sensors.csv");
    let (rows, summary) = read_file(file.as_ref(), &FieldMap::default());
    assert_eq!(summary.refused.count, 0);
    assert_eq!(summary.backward_steps, 3);
    assert!((380..=440).contains(&rows.len()), "{}", rows.len());
    assert_eq!(summary.mapping.to_string(), "time=timestamp,type=type,key=device,data=/,tz=UTC");
    assert!(rows.iter().any(|row| row.event_type.as_deref() == Some("door.opened")));
}

#[test]
fn rows_become_events_with_their_attributes() {
    let (rows, summary) = read(
        "when,what,who,n,code\n2024-03-13 10:00,a,x,1.50,007\n\n2024-03-13 09:00,b,,2,\"q\"\"\"\n",
        "time=when,type=what,key=who,tz=+01:00",
    );
    assert_eq!(
        &*rows[0].data,
        r#"{"when":"2024-03-13 10:00","what":"a","who":"x","n":1.50,"code":"007"}"#
    );
    assert_eq!(
        &*rows[1].data,
        r#"{"when":"2024-03-13 09:00","what":"b","who":"","n":2,"code":"q\""}"#
    );
    assert_eq!((rows[1].line, rows[1].key.as_deref()), (4, None));
    assert_eq!(summary.backward_steps, 1);
    assert_eq!(summary.first_time.as_deref(), Some("2024-03-13T09:00:00Z"));
    assert_eq!(summary.last_time.as_deref(), Some("2024-03-13T08:00:00Z"));

    let (rows, _) = read(
        "\u{feff}{\"ts\":1700000000.25,\"n\":1}\r\n{\"ts\":1700000001,\"type\":\"t\",\"key\":7,\"x\":{\"b\":1,\"a\":[]}}\n",
        "type=type,key=key,data=x",
    );
    assert_eq!(rows[0].time_ns, 1_700_000_000_250_000_000);
    assert_eq!((rows[0].event_type.as_deref(), &*rows[0].data), (None, "null"));
    assert_eq!((rows[1].key.as_deref(), &*rows[1].data), (Some("7"), r#"{"b":1,"a":[]}"#));
}

#[test]
fn what_cannot_be_read_is_counted_with_line_and_reason() {
    let deep = "[".repeat(200_000);
    let mut text = format!(
        "{{\"time\":1700000000}}\n\nnoise\n[1]\n{{\"time\":\"soon\"}}\n{{}}\n{{\"time\":1700000001,\"a\":{deep}\n"
    )
    .into_bytes();
    text.extend_from_slice(
        b"{\"a\":\"\xff\"}\n{\"time\":null}\n{\"time\":1700000001}\n{\"time\":170",
    );
    let (rows, summary) = read(text, "time=time");
    assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [1, 10]);
    assert_eq!((summary.lines, summary.events, summary.refused.count), (10, 2, 8));
    let json = serde_json::to_value(&summary).expect("plain data");
    let first = json["refused"]["first"].as_array().expect("a list");
    let lines: Vec<_> = first.iter().map(|refusal| refusal["line"].as_u64()).collect();
    assert_eq!(lines, [3, 4, 5, 6, 7, 8, 9, 11].map(Some));
    for (index, word) in [
        (0, "no JSON: expected ident at column 2"),
        (1, "no JSON object"),
        (2, "\"soon\" is no time of the log's kind (epoch_s)"),
        (3, "no time, which is the time"),
        (4, "recursion limit exceeded"),
        (5, "not UTF-8 text"),
        (6, "no time"),
        (7, "EOF"),
    ] {
        let reason = first[index]["reason"].as_str().expect("a text");
        assert!(reason.contains(word), "{reason} should say {word}");
    }
}

#[test]
fn only_the_first_ten_refusals_are_kept() {
    let text = "{\"time\":1700000000}\n".to_owned() + &"x\n".repeat(5_000);
    let (_, summary) = read(text, "");
    assert_eq!(summary.refused.count, 5_000);
    assert_eq!(summary.refused.first.len(), 10);
    assert_eq!(summary.refused.first[9].line, 11);
}

#[test]
fn the_summary_has_the_names_of_the_contract() {
    let (_, summary) = read("time,type\n2024-01-01,a\n", "");
    let want = serde_json::json!({
        "lines": 1, "events": 1, "refused": {"count": 0, "first": []}, "backward_steps": 0,
        "first_time": "2024-01-01T00:00:00Z", "last_time": "2024-01-01T00:00:00Z",
        "mapping": {
            "format": "csv", "time": "time", "times": "iso8601", "type": "type", "key": null,
            "data": "/", "tz": "UTC", "guessed": ["time", "type"],
        },
    });
    assert_eq!(serde_json::to_value(&summary).expect("plain data"), want);
}

fn guessed(text: &str) -> String {
    open(text, "").map_or_else(|error| error.to_string(), |reader| reader.mapping().to_string())
}

#[test]
fn fields_are_guessed_by_name_and_by_value() {
    for (text, want) in [
        (
            r#"{"specversion":"1.0","id":"1","source":"/s","type":"a.b","subject":"k","time":"2024-01-01T00:00:00Z","data":{"time":5}}"#,
            "time=time,type=type,key=subject,data=/,tz=UTC",
        ),
        (r#"{"@timestamp":"2024-01-01T00:00:00Z","message":"m"}"#, "time=@timestamp,data=/,tz=UTC"),
        (
            r#"{"a":{"b":{"createdAt":1700000000123}},"Action":"go"}"#,
            "time=/a/b/createdAt,type=Action,data=/,tz=UTC",
        ),
        // A time by its values alone; a large number alone is none.
        ("x,y\n1700000000,2024-01-01T00:00:00Z\n", "time=y,data=/,tz=UTC"),
        // The better name wins though both are times.
        ("updated_at,created_at\n2024-01-02,2024-01-01\n", "time=created_at,data=/,tz=UTC"),
        // Of two that agree, the finer.
        (r#"{"ts":1700000000,"time":"2023-11-14T22:13:20.5Z"}"#, "time=time,data=/,tz=UTC"),
        // The outer one of two of the same name.
        (r#"{"body":{"ts":1600000000},"ts":1700000000}"#, "time=ts,data=/,tz=UTC"),
        ("ts;name\n1700000000;x\n", "time=ts,type=name,data=/,tz=UTC"),
    ] {
        assert_eq!(guessed(text), want, "{text}");
    }
}

#[test]
fn a_key_is_rather_what_comes_again() {
    let rows: String = (0..12).map(|i| format!("{},{i},u{}\n", 1_700_000_000 + i, i % 3)).collect();
    assert_eq!(guessed(&format!("ts,key,user\n{rows}")), "time=ts,key=user,data=/,tz=UTC");
    let (few, _) = rows.split_at(32);
    assert_eq!(guessed(&format!("ts,key,user\n{few}")), "time=ts,key=key,data=/,tz=UTC");
}

#[test]
fn where_the_time_is_in_doubt_the_candidates_are_named() {
    let unsure = error("time,name,ts\n2024-01-01,x,2024-01-02\n", "");
    assert!(
        matches!(&unsure, LogError::UnsureTime { candidates, .. } if candidates == &["time", "ts"])
    );
    assert!(unsure.to_string().contains("--map time="), "{unsure}");
    let unsure = error(r#"{"a":"2024-01-01","b":{"c":"2024-01-02"}}"#, "");
    assert!(
        matches!(&unsure, LogError::UnsureTime { candidates, .. } if candidates == &["a", "/b/c"])
    );
    let none = error("id,amount\n1,1700000000\n", "");
    assert!(
        matches!(&none, LogError::NoTime { candidates, .. } if candidates == &["id", "amount"])
    );
    assert!(none.to_string().contains("--map time="), "{none}");
    // The same with a map is read.
    assert_eq!(read("id,amount\n1,1700000000\n", "time=amount").1.events, 1);
}

#[test]
fn the_unit_of_numbers_is_fixed_by_the_first_rows() {
    let (rows, summary) = read("ts\n1700000000000\n1700000000500\n1700000001\n", "");
    assert_eq!(summary.mapping.times, TimeKind::EpochMs);
    assert_eq!(rows[1].time_ns, 1_700_000_000_500_000_000);
    assert_eq!(rows[2].time_ns, 1_700_000_001_000_000);
    let (rows, summary) = read("ts\n2024-01-01\n1700000001\n2024-01-02\n", "");
    assert_eq!((rows.len(), summary.mapping.times), (2, TimeKind::Iso8601));
    assert_eq!(summary.refused.first[0].line, 3);
}

#[test]
fn what_is_no_log_is_refused_with_advice() {
    let cases: &[(&[u8], &str, &str)] = &[
        (b"", "", "holds no rows"),
        (b"\n \r\n", "", "holds no rows"),
        (b"time,type\n", "", "holds no rows"),
        (b"[{\"time\":1}]", "", "one object per line"),
        (b"{\n \"time\": 1700000000\n}\n", "", "line 1: no JSON"),
        (b"2024-01-01T00:00:00Z,a\n", "", "is a value, not a name"),
        (b"1700000000,a\n", "", "is a value, not a name"),
        (
            b"time\n2024-01-01\n",
            "time=tme",
            "no field \"tme\", which the map gives as time; there are: time",
        ),
        (b"time\n2024-01-01\n", "key=id", "which the map gives as key"),
        (b"{\"time\":1700000000}\n", "type=/a/b", "which the map gives as type"),
        (b"time,x\n2024-01-01,soon\n", "time=x", "holds no times (soon)"),
        (b"time\n2024-01-01\n", "tz=Mars/Olympus", "no time zone \"Mars/Olympus\""),
        (b"t\0i\0m\0e\0\n\0", "", "UTF-16"),
        (b"time,\xff\n1,2\n", "", "not UTF-8"),
        (b"\"time\n1,2\n", "", "quote"),
        (b"PK\x03\x04abc", "", "zip"),
    ];
    for (text, map, word) in cases {
        let error = error(*text, map);
        assert!(error.to_string().contains(word), "{error} should say {word}");
        assert!(!error.is_io());
    }
    let missing = LogReader::open("/no/such/log.csv".as_ref(), &FieldMap::default());
    assert!(
        missing.is_err_and(|error| error.is_io() && error.to_string().contains("/no/such/log.csv"))
    );
}

/// Hands out its pieces one by one and fails the test where more is asked for.
struct Growing(Vec<&'static [u8]>);

impl Read for Growing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Growing {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(self.0.first().expect("would have to wait for what has not come yet"))
    }

    fn consume(&mut self, taken: usize) {
        let piece = &mut self.0[0];
        *piece = &piece[taken..];
        if piece.is_empty() {
            self.0.remove(0);
        }
    }
}

#[test]
fn a_stream_that_grows_gives_each_row_as_it_comes() {
    let source =
        Growing(vec![b"time,type\n20", b"24-01-01,a\n2024-01-02,b\n", b"2024-01-03,", b"c\n"]);
    let mut reader = LogReader::from_reader(Box::new(source), "-", &FieldMap::default())
        .expect("the first rows have come");
    let mut next = || reader.next_row().expect("sound").expect("a row").event_type;
    assert_eq!([next().as_deref(), next().as_deref()], [Some("a"), Some("b")]);
    assert_eq!(next().as_deref(), Some("c"));
}

#[test]
fn a_row_is_due_when_it_was_recorded_and_never_before_the_one_before_it() {
    let text = "ts,type\n1700000010,a\n1700000012.5,b\n1700000005,c\n1700000012,d\n1700000013,e\n";
    let mut feed = Feed::new(open(text, "").expect("a log"));
    let mut due = Vec::new();
    while let Some(peeked) = feed.peek_time().expect("sound") {
        let (time, event) = feed.next_due().expect("sound").expect("it was seen");
        assert_eq!(time, peeked);
        assert!(event.data.is_some_and(|data| data.starts_with("{\"ts\":17000000")));
        due.push((time.0 / 1_000_000, event.event_type.expect("each has a type").to_string()));
    }
    let want = [(0, "a"), (2_500, "b"), (2_500, "c"), (2_500, "d"), (3_000, "e")];
    assert_eq!(due, want.map(|(ms, name)| (ms, name.to_owned())));
    assert_eq!(feed.summary().backward_steps, 1);
    assert_eq!(feed.next_due().expect("the end stays the end"), None);
    // The widest span there is fits.
    let text = "ts\n1677-12-31\n1678-01-01\n2261-12-31\n";
    let mut feed = Feed::new(open(text, "tz=UTC").expect("a log"));
    assert_eq!(feed.next_due().expect("sound").map(|(time, _)| time), Some(SimTime::ZERO));
    let last = std::iter::from_fn(|| feed.next_due().expect("sound")).last().expect("rows");
    assert!(last.0 > SimTime(u64::MAX / 2) && last.0 < SimTime::MAX);
}

fn gz(text: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(text).expect("memory takes everything");
    packer.finish().expect("memory takes everything")
}

/// Reads whatever it is to the end; how many rows, and whether it ended well. Checks that the
/// counts add up.
fn survive(bytes: Vec<u8>) -> Option<(Vec<LogRow>, LogSummary, bool)> {
    let mut reader = open(bytes, "").ok()?;
    let mut rows = Vec::new();
    let mut sound = true;
    for row in reader.by_ref() {
        match row {
            Ok(row) => rows.push(row),
            Err(error) => {
                assert!(error.is_io(), "{error}");
                sound = false;
            }
        }
    }
    assert!(reader.next().is_none(), "the end stays the end");
    let summary = reader.summary();
    assert_eq!(summary.events, rows.len() as u64);
    assert_eq!(summary.lines, summary.events + summary.refused.count);
    assert_eq!(summary.refused.first.len() as u64, summary.refused.count.min(10));
    assert!(rows.windows(2).all(|pair| pair[0].line < pair[1].line));
    for row in &rows {
        serde_json::from_str::<serde_json::Value>(&row.data).expect("data is JSON");
    }
    Some((rows, summary, sound))
}

fn json_lines(rows: usize) -> Vec<u8> {
    let row = |i: usize| {
        format!("{{\"ts\":{},\"type\":\"t{}\",\"x\":[{i}]}}\n", 1_700_000_000 + i, i % 3)
    };
    (0..rows).map(row).collect::<String>().into_bytes()
}

fn csv_text(rows: usize) -> Vec<u8> {
    let row = |i: usize| format!("{},\"t,{}\",\"say \"\"{i}\"\"\"\r\n", 1_700_000_000 + i, i % 3);
    ("ts,type,text\n".to_owned() + &(0..rows).map(row).collect::<String>()).into_bytes()
}

/// Up to eight changes of single bytes, in place, cut out or put in.
fn mutated(text: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![any::<u8>(), prop::sample::select(b"\"\n\r,;{}[]\\0 \0\xff".to_vec())];
    let change = (any::<prop::sample::Index>(), byte, 0..3_u8);
    prop::collection::vec(change, 0..8).prop_map(move |changes| {
        let mut text = text.clone();
        for (at, byte, how) in changes {
            let at = at.index(text.len());
            match how {
                0 => text[at] = byte,
                1 => text.insert(at, byte),
                _ => drop(text.remove(at)),
            }
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn noise_is_survived(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        survive(bytes.clone());
        survive([b"{", bytes.as_slice()].concat());
        survive([b"time,b\n2024-01-01,2\n", bytes.as_slice()].concat());
        survive([b"\x1f\x8b\x08\x00", bytes.as_slice()].concat());
        survive(gz(&bytes));
    }

    #[test]
    fn a_changed_byte_of_json_lines_costs_a_row_or_two(text in mutated(json_lines(60))) {
        let full = text.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        let full = full.count() as u64;
        if let Some((rows, summary, sound)) = survive(text) {
            prop_assert!(sound);
            prop_assert_eq!(summary.lines, full);
            prop_assert!(rows.len() >= 60 - 2 * 8, "{}", rows.len());
        }
    }

    #[test]
    fn a_changed_byte_of_csv_costs_few_rows(text in mutated(csv_text(60))) {
        let full = text.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        let full = full.count() as u64;
        if let Some((_, summary, sound)) = survive(text) {
            prop_assert!(sound);
            // Quotes may join lines, and the header is none.
            prop_assert!(summary.lines < full);
        }
    }

    #[test]
    fn a_cut_gzip_gives_a_beginning_of_the_rows(cut in any::<prop::sample::Index>(), members in 1..4_usize) {
        let text = csv_text(400);
        let whole = survive(text.clone()).expect("a log").0;
        let packed: Vec<u8> =
            text.chunks(text.len().div_ceil(members)).flat_map(gz).collect();
        let cut = cut.index(packed.len());
        if let Some((rows, _, _)) = survive(packed[..cut].to_vec()) {
            prop_assert!(rows.len() <= whole.len());
            // A member that ends inside a row leaves a shorter one at the end.
            let sure = rows.len().saturating_sub(1);
            prop_assert_eq!(&rows[..sure], &whole[..sure]);
        }
        prop_assert_eq!(survive(packed).expect("a log").0, whole);
    }
}

use proptest::prelude::*;

use super::*;
use crate::project::check::{can_run, check};
use crate::project::testing;
use crate::project::{Arrivals, Consumer, NodeKind, Point, Producer, Waiting, WeightedType};

const SMALL: &str = r#"(
    version: 1,
    name: "M/M/1",
    text: "What's \"ρ\"?\nWatch the queue.",
    seed: 42,
    nodes: {
        "queue": (
            at: (240.0, 120.5),
            kind: Queue(
                capacity: 10,
                overflow: Block,
                dead_letter: "parked",
            ),
        ),
        "source": (
            name: "Shop",
            at: (40.0, 120.0),
            kind: Producer(
                arrivals: Poisson(rate_per_s: 8.0),
                types: [(name: "order.created", weight: 3.0), (name: "order.paid", weight: 1.0)],
            ),
        ),
        "worker": (
            at: (440.0, 120.0),
            kind: Consumer(
                service: Exponential(mean_s: 0.1),
            ),
        ),
    },
    links: {
        "l1": (from: "source", to: "queue"),
        "l2": (from: "queue", to: "worker", latency_s: 0.25),
    },
)
"#;

fn small() -> Project {
    let mut project = Project { name: "M/M/1".to_owned(), seed: 42, ..Project::default() };
    project.text = "What's \"ρ\"?\nWatch the queue.".to_owned();
    let mut add = |id: &str, name: &str, at, kind| {
        project.nodes.insert(id.into(), Node { name: name.to_owned(), at, kind });
    };
    let waiting = Waiting {
        capacity: Some(10),
        overflow: crate::project::Overflow::Block,
        dead_letter: Some("parked".into()),
        ..Waiting::default()
    };
    add("queue", "", Point(240.0, 120.5), NodeKind::Queue(waiting));
    let types = [("order.created", 3.0), ("order.paid", 1.0)]
        .map(|(name, weight)| WeightedType::new(name, weight))
        .to_vec();
    let arrivals = Arrivals::Poisson { rate_per_s: 8.0 };
    let producer = Producer { arrivals, types, ..Producer::default() };
    add("source", "Shop", Point(40.0, 120.0), NodeKind::Producer(producer));
    let service = crate::project::Service::Exponential { mean_s: 0.1 };
    let consumer = Consumer { service, ..Consumer::default() };
    add("worker", "", Point(440.0, 120.0), NodeKind::Consumer(consumer));
    let mut link = |id: &str, from: &str, to: &str, latency_s| {
        project.links.insert(id.into(), Link::new(from, to).with_latency(latency_s));
    };
    link("l1", "source", "queue", 0.0);
    link("l2", "queue", "worker", 0.25);
    project
}

/// The error of a broken text, which has a place within it.
fn error(text: &str) -> FormatError {
    let error = parse(text).expect_err("the text is broken");
    let (line, column) = error.place();
    assert!(line >= 1 && column >= 1, "{error}");
    assert!(line <= text.lines().count() + 1, "{error}");
    assert!(error.to_string().starts_with(&format!("line {line}, column {column}")), "{error}");
    assert!(!error.to_string().contains('\n'), "{error}");
    error
}

/// The line and column where `what` first stands.
fn place_of(text: &str, what: &str) -> (usize, usize) {
    place(text.as_bytes(), text.find(what).expect("it is there"))
}

fn line_of(what: &str) -> usize {
    place_of(SMALL, what).0
}

fn syntax(text: &str) -> (usize, usize, String, String) {
    match error(text) {
        FormatError::Syntax { line, column, path, message } => (line, column, path, message),
        other => panic!("another error was expected: {other}"),
    }
}

#[test]
fn a_file_is_short_and_readable_and_is_read_back() {
    assert_eq!(write(&small()), SMALL);
    assert_eq!(parse(SMALL), Ok(small()));
}

#[test]
fn what_people_write_otherwise_is_read_too() {
    let other = SMALL
        .replace("capacity: 10", "capacity: Some(10) /* ten */")
        .replace("(\n    version", "// by hand\nProject(\n    version")
        .replace("\\nWatch", "\nWatch");
    assert_eq!(parse(&other), Ok(small()));
    let windows = format!("\u{feff}{}", SMALL.replace('\n', "\r\n"));
    assert_eq!(parse(&windows), Ok(small()));
    assert_eq!(parse("(version: 1)"), Ok(Project { seed: 42, ..Project::default() }));
}

#[test]
fn the_empty_project_is_written_whole() {
    let project = Project::default();
    assert_eq!(parse(&write(&project)), Ok(project));
}

#[test]
fn an_unknown_field_is_refused_with_its_place_and_path() {
    let text = SMALL.replace("mean_s", "mean");
    let (line, column, path, message) = syntax(&text);
    assert_eq!((line, column), place_of(&text, "mean:"));
    assert!(path.starts_with("nodes.worker.kind.service"), "{path}");
    assert!(message.contains("mean_s") && message.contains("no field mean "), "{message}");

    let (line, _, path, message) = syntax(&SMALL.replace("capacity", "size"));
    assert_eq!(line, line_of("capacity"));
    assert!(path.starts_with("nodes.queue.kind"), "{path}");
    assert!(message.contains("delivery_limit"), "{message}");

    let (line, _, _, message) = syntax(&SMALL.replace("seed: 42", "sead: 42"));
    assert_eq!(line, line_of("seed"));
    assert!(message.contains("seed"), "{message}");

    let (_, _, path, _) = syntax(&SMALL.replace("to: \"worker\"", "too: \"worker\""));
    assert!(path.starts_with("links.l2"), "{path}");
}

#[test]
fn a_wrong_variant_or_type_is_refused() {
    let (line, column, path, message) = syntax(&SMALL.replace("Exponential", "Sometimes"));
    assert_eq!((line, column), place_of(SMALL, "Exponential"));
    assert!(path.starts_with("nodes.worker.kind.service"), "{path}");
    assert!(message.contains("Constant, Uniform, Exponential"), "{message}");

    let (line, _, path, _) = syntax(&SMALL.replace("capacity: 10", "capacity: \"ten\""));
    assert_eq!((line, path.as_str()), (line_of("capacity"), "nodes.queue.kind.capacity"));

    let (line, _, path, _) = syntax(&SMALL.replace("weight: 1.0", "weight: heavy"));
    assert_eq!((line, path.as_str()), (line_of("types"), "nodes.source.kind.types.1.weight"));

    let (_, _, path, message) = syntax(&SMALL.replace("service: Exponential(mean_s: 0.1),", ""));
    assert!(path.starts_with("nodes.worker.kind"), "{path}");
    assert_eq!(message, "the field service is missing");
}

#[test]
fn an_id_used_twice_is_refused() {
    let (line, _, path, message) = syntax(&SMALL.replace("\"worker\": (", "\"queue\": ("));
    assert_eq!(line, line_of("\"worker\": ("));
    assert!(path.starts_with("nodes"), "{path}");
    assert!(message.contains("\"queue\" is used twice"), "{message}");

    let (line, _, _, message) = syntax(&SMALL.replace("\"l2\"", "\"l1\""));
    assert_eq!(line, line_of("\"l2\""));
    assert!(message.contains("link id \"l1\""), "{message}");

    let (_, _, _, message) = syntax(&SMALL.replace("seed: 42,", "seed: 42, seed: 43,"));
    assert_eq!(message, "the field seed is given twice");
}

#[test]
fn another_version_is_refused_whatever_follows() {
    for version in ["2", "4294967296", "99999999999999999999999999"] {
        let text = format!("(\n  version: {version}, layers: [of(the: future)");
        match error(&text) {
            FormatError::Newer { found, known, line, column } => {
                assert_eq!((found.as_str(), known, line, column), (version, 1, 2, 12));
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(error("(version: 0)"), FormatError::NoVersion { line: 1, column: 11 });
    assert_eq!(error("(\n name: \"x\")"), FormatError::NoVersion { line: 2, column: 2 });
    assert_eq!(error(""), FormatError::NoVersion { line: 1, column: 1 });
}

#[test]
fn two_hundred_thousand_brackets_are_no_matter() {
    for bracket in ["(", "[", "{", "{\"a\":", "Some("] {
        let deep = bracket.repeat(200_000);
        error(&deep);
        let text = SMALL.replace("capacity: 10", &format!("capacity: {deep}"));
        match error(&text) {
            FormatError::TooDeep { limit, line, .. } => {
                assert_eq!((limit, line), (MAX_DEPTH, line_of("capacity")));
            }
            other => panic!("{bracket}: {other}"),
        }
    }
    let comment = format!("(version: 1, {}", "/*".repeat(200_000));
    error(&comment);
    let in_a_name = SMALL.replace("\"Shop\"", &format!("\"{}\"", "(".repeat(200_000)));
    assert!(parse(&in_a_name).is_ok());
}

#[test]
fn a_file_cut_off_anywhere_is_an_error() {
    let end = SMALL.trim_end().len();
    for cut in (0..end).filter(|&cut| SMALL.is_char_boundary(cut)) {
        error(&SMALL[..cut]);
    }
    let (line, _, _, message) = syntax(&SMALL[..end - 2]);
    assert_eq!(line, line_of("\"l2\"") + 1);
    assert!(message.contains("cut off"), "{message}");
}

#[test]
fn three_megabytes_of_noise_are_an_error() {
    let mut state = 1_u64;
    let mut noise = String::new();
    while noise.len() < 3 << 20 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        noise.extend(char::from_u32((state >> 40) as u32 & 0xFFF));
    }
    error(&noise);
    error(&format!("(version: 1, {noise}"));
    error(&format!("(version: 1, nodes: {{ \"{noise}"));
    let named = noise.replace(['"', '\\'], "");
    let (_, _, path, message) = syntax(&format!("(version: 1, nodes: {{ \"{named}\": 7 }})"));
    assert!(path.chars().count() < 3_000 && message.chars().count() < 3_000);
}

#[test]
fn too_large_a_text_is_refused_unread() {
    let text = " ".repeat(MAX_BYTES + 1);
    assert_eq!(error(&text), FormatError::TooLarge { bytes: MAX_BYTES + 1, limit: MAX_BYTES });
}

#[test]
fn more_nodes_than_the_limit_are_refused() {
    let mut text = String::from("(version: 1, nodes: {\n");
    for number in 0..=maps::MAX_NODES {
        text.push_str(&format!("\"n{number}\": (at: (0, 0), kind: Note()),\n"));
    }
    text.push_str("})");
    let (line, _, _, message) = syntax(&text);
    assert_eq!(line, maps::MAX_NODES + 2);
    assert!(message.contains("more than 100000 nodes"), "{message}");
}

#[test]
fn numbers_that_are_none_are_read_and_then_refused_by_the_check() {
    for number in ["NaN", "-NaN", "inf", "-inf", "1e999"] {
        let text = SMALL.replace("rate_per_s: 8.0", &format!("rate_per_s: {number}"));
        let project = parse(&text).expect("the parser lets it pass");
        let problems = check(&project);
        assert!(!can_run(&problems), "{number}");
        assert!(problems.iter().any(|p| p.code == "not_finite"
            && p.field.as_deref() == Some("arrivals.rate_per_s")
            && p.id.as_ref().is_some_and(|id| id.as_str() == "source")));
        // It can be saved all the same, and does not change thereby.
        assert_eq!(write(&parse(&write(&project)).expect("reads")), write(&project));
    }
}

#[test]
fn an_unknown_extension_or_trailing_text_is_refused() {
    error("#![enable(magic)]\n(version: 1)");
    let (line, _, _, message) = syntax(&format!("{SMALL}\n(more)"));
    assert_eq!(line, SMALL.lines().count() + 2);
    assert!(message.contains("remove what follows"), "{message}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_written_project_is_read_back_the_same(project in testing::project()) {
        let text = write(&project);
        prop_assert_eq!(parse(&text), Ok(project.clone()), "{}", text);
        prop_assert_eq!(write(&project), text);
    }

    #[test]
    fn flipped_bytes_never_panic(
        flips in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = SMALL.as_bytes().to_vec();
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        // A flip inside a name is another project, not an error.
        if let Err(error) = parse(&String::from_utf8_lossy(&bytes)) {
            let (line, column) = error.place();
            prop_assert!(line >= 1 && column >= 1);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(\\(version: 1, )?[(){}\\[\\]\"'/*r#a-z:,0-9\\\\ \n]{0,200}") {
        if let Err(error) = parse(&text) {
            prop_assert!(error.place().0 >= 1 && error.place().1 >= 1);
        }
    }
}

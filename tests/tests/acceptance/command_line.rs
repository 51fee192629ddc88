//! The command line: exit codes, JSON, and figures that queueing theory knows.

use std::fs;
use std::path::Path;

use eventloom_tests::{count, eventloom, number, project, projects, shared_sample, total};
use serde_json::Value;

const LONG: &str = "1000000s";

fn simulate_mm1(seed: &str) -> String {
    let called =
        eventloom(["simulate", "projects/mm1.ron", "--for", LONG, "--seed", seed, "--json"]);
    called.json();
    called.stdout
}

/// Whether `value` lies within `percent` of `expected`.
#[track_caller]
fn near(what: &str, value: f64, expected: f64, percent: f64) {
    let off = (value - expected).abs() / expected * 100.0;
    assert!(off <= percent, "{what} is {value}, {off:.2} % from {expected}");
}

#[test]
fn mm1_agrees_with_queueing_theory() {
    // ρ = 0.8: Lq = ρ²/(1 − ρ), L = ρ/(1 − ρ), Wq = Lq/λ, and the sojourn is exponential of mean
    // 1/(μ − λ) = 0.5 s, its 99th percentile 0.5 ln 100.
    for seed in ["1", "2", "3", "4", "5"] {
        let json: Value = serde_json::from_str(&simulate_mm1(seed)).expect("JSON");
        assert_eq!(json["seed"].to_string(), seed);
        near("simulated_s", number(&json, "/simulated_s"), 1e6, 0.0);
        let queue = &json["nodes"]["queue"];
        near("lq", number(queue, "/lq"), 3.2, 1.5);
        near("l", number(queue, "/l"), 4.0, 1.5);
        near("wait_mean_s", number(queue, "/wait_mean_s"), 0.4, 1.5);
        near("sojourn_p99_s", number(queue, "/sojourn_p99_s"), 2.303, 3.0);
        near("utilisation", number(&json, "/nodes/worker/utilisation"), 0.8, 0.5);
        near("throughput_per_s", number(queue, "/throughput_per_s"), 8.0, 0.5);
        assert_eq!(number(&json, "/nodes/worker/blocked_s"), 0.0);
    }
}

#[test]
fn one_seed_prints_the_same_bytes_and_another_does_not() {
    let one = simulate_mm1("7");
    assert!(one == simulate_mm1("7"), "seed 7 gave two different results");
    let other = simulate_mm1("8");
    let nodes = |text: &str| serde_json::from_str::<Value>(text).expect("JSON")["nodes"].clone();
    assert_ne!(nodes(&one), nodes(&other));
}

#[test]
fn little_s_law_holds_as_an_identity() {
    // Whatever was completed or is inside has spent its sojourn there: l × simulated_s is their
    // sum. Those inside are few beside 8 million.
    let json: Value = serde_json::from_str(&simulate_mm1("1")).expect("JSON");
    let queue = &json["nodes"]["queue"];
    let completed = count(queue, "/completed") as f64;
    let area = number(queue, "/l") * number(&json, "/simulated_s");
    near("area", area, completed * number(queue, "/sojourn_mean_s"), 0.01);
}

#[test]
fn simulate_prints_what_the_contract_says() {
    for path in projects() {
        let called = simulate(&path, &["--for", "10s", "--json"]);
        let json = called.json();
        for figure in ["seed", "simulated_s", "events", "facts"] {
            number(&json, &format!("/{figure}"));
        }
        let nodes = json["nodes"].as_object().expect("nodes by id");
        for (id, node) in nodes {
            let place = format!("{} of {}", id, path.display());
            for figure in figures(node["kind"].as_str().expect("a kind")) {
                assert!(node.get(figure).is_some(), "{place} has no {figure}: {node:#}");
            }
            conserved(&place, node);
        }
        for (id, link) in json["links"].as_object().expect("links by id") {
            let arrived = count(link, "/arrived") + count(link, "/in_transit");
            assert_eq!(count(link, "/sent"), arrived + total(link, "/lost"), "{id}: {link:#}");
        }
    }
}

const WAITING: [&str; 22] = [
    "arrived",
    "delivered",
    "redelivered",
    "acked",
    "completed",
    "dead_lettered",
    "lost",
    "ready",
    "unacked",
    "in_queue",
    "in_service",
    "lq",
    "l",
    "wait_mean_s",
    "wait_p50_s",
    "wait_p95_s",
    "wait_p99_s",
    "sojourn_mean_s",
    "sojourn_p50_s",
    "sojourn_p95_s",
    "sojourn_p99_s",
    "throughput_per_s",
];

fn figures(kind: &str) -> &'static [&'static str] {
    match kind {
        "producer" => &["due", "published", "outbox", "blocked_s", "lost"],
        "consumer" => &["completed", "failed", "in_service", "utilisation", "blocked_s"],
        "queue" => &WAITING,
        "topic" => &["arrived", "unrouted", "subscriptions", "delivered", "completed", "lost"],
        "note" => &[],
        other => panic!("the contract knows no {other}"),
    }
}

/// Conservation: what came in is somewhere.
fn conserved(place: &str, node: &Value) {
    match node["kind"].as_str() {
        Some("producer") => {
            let there = count(node, "/published") + count(node, "/outbox") + total(node, "/lost");
            assert_eq!(count(node, "/due"), there, "{place}: {node:#}");
        }
        Some("queue") => conserved_in_place(place, node),
        Some("topic") => {
            let subscriptions = node["subscriptions"].as_object().expect("by link id");
            for (link, subscription) in subscriptions {
                conserved_in_place(&format!("{link}, {place}"), subscription);
            }
        }
        _ => {}
    }
}

fn conserved_in_place(place: &str, waiting: &Value) {
    let there = count(waiting, "/completed")
        + total(waiting, "/dead_lettered")
        + count(waiting, "/in_queue")
        + count(waiting, "/in_service")
        + total(waiting, "/lost");
    assert_eq!(count(waiting, "/arrived"), there, "{place}: {waiting:#}");
}

fn simulate(path: &Path, rest: &[&str]) -> eventloom_tests::Called {
    call("simulate", path, rest)
}

fn call(command: &str, path: &Path, rest: &[&str]) -> eventloom_tests::Called {
    let path = path.to_str().expect("a path in UTF-8");
    eventloom([command, path].into_iter().chain(rest.iter().copied()))
}

#[test]
fn live_and_virtual_time_print_the_same_nodes() {
    for path in projects() {
        let simulated = simulate(&path, &["--for", "2s", "--json"]).json();
        let live = call("run", &path, &["--for", "2s", "--speed", "10", "--json"]).json();
        assert_eq!(simulated["nodes"], live["nodes"], "{}", path.display());
        assert_eq!(simulated["links"], live["links"], "{}", path.display());
        assert_eq!(simulated["facts"], live["facts"], "{}", path.display());
        assert!(number(&live, "/wall_s") >= 0.19, "2 s at speed 10 take 0.2 s: {live:#}");
        assert!(number(&live, "/lag_max_s") >= 0.0);
    }
}

#[test]
fn live_at_full_speed_waits_for_nobody() {
    let path = project("mm1");
    let live = call("run", &path, &["--for", "100s", "--speed", "max", "--json"]).json();
    let simulated = simulate(&path, &["--for", "100s", "--json"]).json();
    assert_eq!(simulated["nodes"], live["nodes"]);
    assert!(number(&live, "/wall_s") < 20.0, "it waited: {live:#}");
}

#[test]
fn settings_are_changed_by_their_path() {
    let path = project("mm1");
    let rest = ["--for", "20000s", "--set", "worker.service.mean_s=0.05", "--json"];
    let json = simulate(&path, &rest).json();
    near("utilisation", number(&json, "/nodes/worker/utilisation"), 0.4, 3.0);
    for wrong in ["worker.service.mean=1", "nobody.rate=1", "worker.concurrency=many", "seed"] {
        let called = simulate(&path, &["--for", "1s", "--set", wrong, "--json"]);
        refused(&called, wrong.split('=').next().expect("a path"));
    }
}

#[test]
fn check_finds_nothing_wrong_with_the_samples() {
    for path in projects() {
        let called = call("check", &path, &["--json"]);
        let json = called.json();
        let problems = json.get("problems").unwrap_or(&json).as_array().map(Vec::len);
        assert_eq!(problems, Some(0), "{}", called.report());
    }
}

#[test]
fn check_tells_errors_from_warnings() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let path = folder.path().join("wrong.ron");
    fs::write(&path, NEGATIVE_RATE).expect("it can be written");
    let called = call("check", &path, &["--json"]);
    assert_eq!(called.code, Some(2), "{}", called.report());
    let json: Value = serde_json::from_str(&called.stdout).expect("JSON alone");
    let problems = json.get("problems").unwrap_or(&json).as_array().expect("a list");
    let error = problems
        .iter()
        .find(|problem| problem["severity"] == "error" && problem["id"] == "source")
        .unwrap_or_else(|| panic!("{}", called.report()));
    assert!(error["code"].is_string() && error["message"].is_string(), "{error:#}");

    fs::write(&path, NO_LINKS).expect("it can be written");
    let called = call("check", &path, &["--json"]);
    assert_eq!(called.code, Some(0), "warnings are allowed: {}", called.report());
    assert!(called.stdout.contains("\"warning\""), "{}", called.report());
}

const NO_LINKS: &str = r#"(version: 1, name: "", nodes: {
    "source": (at: (0.0, 0.0), kind: Producer(arrivals: Poisson(rate_per_s: 1.0))),
})
"#;
const NEGATIVE_RATE: &str = r#"(version: 1, name: "", nodes: {
    "source": (at: (0.0, 0.0), kind: Producer(arrivals: Poisson(rate_per_s: -1.0))),
})
"#;
const NOT_A_NUMBER: &str = r#"(version: 1, name: "", nodes: {
    "source": (at: (0.0, 0.0), kind: Producer(arrivals: Poisson(rate_per_s: NaN))),
})
"#;
const LINK_TO_NOWHERE: &str = r#"(version: 1, name: "", nodes: {
    "source": (at: (0.0, 0.0), kind: Producer(arrivals: Poisson(rate_per_s: 1.0))),
}, links: {
    "way": (from: "source", to: "nowhere"),
})
"#;

/// Projects that are broken, and a word that the error has to say.
fn broken() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let good = fs::read_to_string(project("mm1")).expect("the sample can be read");
    let cut_off = good[..good.len() * 2 / 3].to_owned();
    let unknown = good.replacen("seed:", "speed: 3,\n    seed:", 1);
    let newer = good.replacen("version: 1", "version: 99", 1);
    assert!(good != unknown && good != newer, "mm1 has changed beyond this test");
    let mut state = 1_u64;
    let noise = (0..3 << 20)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888);
            (state >> 56) as u8
        })
        .collect();
    let brackets = format!("(version: 1, name: \"\", nodes: {}", "[".repeat(200_000));
    vec![
        ("cut off", cut_off.into_bytes(), "line"),
        ("unknown field", unknown.into_bytes(), "speed"),
        ("newer version", newer.into_bytes(), "99"),
        ("link to nowhere", LINK_TO_NOWHERE.into(), "nowhere"),
        ("negative rate", NEGATIVE_RATE.into(), "source"),
        ("NaN", NOT_A_NUMBER.into(), "source"),
        ("3 MB of noise", noise, "line"),
        ("200,000 brackets", brackets.into_bytes(), "line"),
    ]
}

/// Bad input: exit code 2, nothing on standard output, one line on standard error with `word`.
#[track_caller]
fn refused(called: &eventloom_tests::Called, word: &str) {
    assert_eq!(called.code, Some(2), "{}", called.report());
    assert_eq!(called.stderr.trim_end().lines().count(), 1, "{}", called.report());
    assert!(called.stderr.contains(word), "{word} is not named: {}", called.report());
    assert!(called.stdout.is_empty(), "{}", called.report());
}

/// Whether `text` names a line and a column by number.
fn names_a_place(text: &str) -> bool {
    ["line ", "column "].iter().all(|word| {
        text.match_indices(word).any(|(at, _)| {
            text[at + word.len()..].chars().next().is_some_and(|c| c.is_ascii_digit())
        })
    })
}

#[test]
fn a_broken_project_is_refused_with_line_and_column() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    for (name, bytes, word) in broken() {
        let path = folder.path().join("broken.ron");
        fs::write(&path, &bytes).expect("it can be written");
        for command in ["simulate", "run"] {
            let called = call(command, &path, &["--for", "1s", "--json"]);
            refused(&called, word);
            refused(&called, "broken.ron");
            assert!(names_a_place(&called.stderr), "{name}: no place: {}", called.report());
            assert!(called.stderr.len() < 2_000, "{name}: {}", called.report());
        }
        let checked = call("check", &path, &[]);
        assert_eq!(checked.code, Some(2), "{name}: {}", checked.report());
        assert_eq!(fs::read(&path).expect("it is there"), bytes, "{name}: the file was changed");
        let left = fs::read_dir(folder.path()).expect("it can be read").count();
        assert_eq!(left, 1, "{name}: something was left behind");
    }
}

#[test]
fn usage_errors_are_bad_input() {
    let missing = eventloom(["simulate", "projects/there-is-none.ron", "--for", "1s"]);
    assert!(matches!(missing.code, Some(1 | 2)), "{}", missing.report());
    assert!(missing.stderr.contains("there-is-none.ron"), "{}", missing.report());
    let calls: [&[&str]; 5] = [
        &["simulate", "projects/mm1.ron"],
        &["simulate", "projects/mm1.ron", "--for", "soon"],
        &["simulate", "projects/mm1.ron", "--for", "-5s"],
        &["run", "projects/mm1.ron", "--for", "1s", "--speed", "-1"],
        &["simulate", "projects/mm1.ron", "--for", "1s", "--seed", "x"],
    ];
    for call in calls {
        let called = eventloom(call);
        refused(&called, "");
    }
}

/// A recorded log is published at `source`, and worked on in no time to speak of.
const LOG_PROJECT: &str = r#"(
    version: 1,
    name: "Log",
    seed: 42,
    nodes: {
        "queue": (at: (300.0, 0.0), kind: Queue()),
        "source": (at: (0.0, 0.0), kind: Producer(arrivals: Constant(rate_per_s: 5.0))),
        "worker": (at: (600.0, 0.0), kind: Consumer(
            service: Exponential(mean_s: 0.05),
        )),
    },
    links: {
        "in": (from: "source", to: "queue"),
        "out": (from: "queue", to: "worker"),
    },
)
"#;

/// Replays `log` at full speed; returns the JSON after what holds for every log.
fn replayed(log: &Path, map: &str) -> Value {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let through = folder.path().join("log.ron");
    fs::write(&through, LOG_PROJECT).expect("it can be written");
    let through = through.to_str().expect("a path in UTF-8");
    let mut args = vec!["--through", through, "--as", "source", "--map", map];
    args.extend(["--speed", "max", "--json"]);
    let json = call("replay", log, &args).json();
    let source = &json["nodes"]["source"];
    let events = count(&json, "/log/events");
    assert_eq!(count(source, "/due"), events, "{json:#}");
    assert_eq!(count(source, "/published"), events, "{json:#}");
    conserved("source", source);
    let queue = &json["nodes"]["queue"];
    conserved("queue", queue);
    assert_eq!(count(queue, "/arrived"), events, "{json:#}");
    assert_eq!(count(queue, "/completed"), events, "the topology drains: {json:#}");
    assert_eq!(count(&json, "/nodes/worker/completed"), events, "{json:#}");
    json
}

#[test]
fn every_row_of_a_shop_s_log_is_accounted_for() {
    let name = "every_row_of_a_shop_s_log_is_accounted_for";
    let Some(log) = shared_sample(name, "eventlogs/ecom-clickstream.csv.gz") else { return };
    let json = replayed(&log, "time=timestamp,type=event,key=user_id");
    assert_eq!(count(&json, "/log/events"), 31_106);
    assert_eq!(count(&json, "/log/backward_steps"), 586);
    assert_eq!(count(&json, "/log/refused/count"), 0);
}

#[test]
fn every_line_of_a_wiki_s_log_is_accounted_for() {
    let name = "every_line_of_a_wiki_s_log_is_accounted_for";
    let Some(log) = shared_sample(name, "eventlogs/wikimedia-recentchange.ndjson") else { return };
    let json = replayed(&log, "time=/meta/dt,type=/type,key=/user");
    assert_eq!(count(&json, "/log/events"), 100);
    assert_eq!(count(&json, "/log/backward_steps"), 15);
    assert_eq!(count(&json, "/log/lines"), 100);
}

#[test]
fn lines_that_cannot_be_read_are_counted_and_named() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let log = folder.path().join("log.jsonl");
    let lines = [
        r#"{"at": "2026-01-01T00:00:00Z", "what": "a"}"#,
        "{ not JSON",
        r#"{"at": "2026-01-01T00:00:01Z", "what": "b"}"#,
        r#"{"at": "yesterday", "what": "c"}"#,
        r#"{"at": "2026-01-01T00:00:00.5Z", "what": "d"}"#,
    ];
    fs::write(&log, lines.join("\n")).expect("it can be written");
    let json = replayed(&log, "time=/at,type=/what");
    assert_eq!(count(&json, "/log/lines"), 5);
    assert_eq!(count(&json, "/log/events"), 3);
    assert_eq!(count(&json, "/log/refused/count"), 2);
    assert_eq!(count(&json, "/log/backward_steps"), 1);
}

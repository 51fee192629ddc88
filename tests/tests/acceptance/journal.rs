//! Recorded runs: what was recorded comes back, whatever program reads it and whatever became of the
//! file.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use eventloom_core::fact::Fact;
use eventloom_core::journal::Recording;
use eventloom_core::project::file;
use eventloom_core::run::recorded_inputs;
use eventloom_core::time::SimTime;
use eventloom_core::virtual_time;
use eventloom_core::world::{WORLD_VERSION, World};
use eventloom_tests::{eventloom, program, project, projects, root, skip};
use serde_json::Value;

/// The facts of the first minute of each sample, as a hash. They belong to this version of the
/// world: where one changes, `WORLD_VERSION` changes with it, and the table is made anew.
const GOLDEN: (u32, &[(&str, u64)]) = (
    2,
    &[
        ("backpressure", 16_590_378_361_522_372_626),
        ("burst", 12_097_654_459_391_906_541),
        ("door-sensors", 164_812_183_220_849_699),
        ("ecommerce", 8_624_681_639_245_394_997),
        ("hello-queue", 211_187_128_505_204_812),
        ("iot", 17_876_988_924_067_164_164),
        ("mm1", 3_966_747_357_104_199_583),
        ("priorities", 13_691_700_531_940_518_729),
        ("pubsub-vs-queue", 4_500_050_045_742_460_583),
        ("retry-and-dead-letter", 119_049_874_736_540_186),
    ],
);

fn name(path: &Path) -> String {
    path.file_stem().expect("a sample has a name").to_string_lossy().into_owned()
}

/// FNV-1a over the words of facts.
fn hash(facts: &[Fact]) -> u64 {
    let bytes = facts.iter().flat_map(Fact::words).flat_map(u64::to_le_bytes);
    bytes.fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

#[test]
fn the_same_version_of_the_world_writes_the_same_facts() {
    let mut found = BTreeMap::new();
    for path in projects() {
        let project = file::load(&path).expect("the sample opens");
        let mut source = recorded_inputs(&project, path.parent()).expect("its logs can be read");
        let seed = project.seed;
        let mut world = World::new(Arc::new(project), seed);
        let mut facts: Vec<Fact> = Vec::new();
        let minute = SimTime(60_000_000_000);
        virtual_time::run(&mut world, &mut source, minute, &mut facts);
        found.insert(name(&path), hash(&facts));
    }
    let (version, table) = GOLDEN;
    assert_eq!(WORLD_VERSION, version, "a new version has a table of its own");
    let golden: BTreeMap<String, u64> =
        table.iter().map(|(name, hash)| ((*name).to_owned(), *hash)).collect();
    assert_eq!(found, golden, "raise WORLD_VERSION, and put what was found into the table");
}

/// What a run may print of each sample, and its recording.
struct Recorded {
    _folder: tempfile::TempDir,
    file: PathBuf,
    figures: Value,
}

fn record(sample: &Path, length: &str, more: &[&str]) -> Recorded {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let file = folder.path().join("run.mcap");
    let mut args = vec!["simulate", text(sample), "--for", length, "--json", "--record"];
    args.push(text(&file));
    args.extend(more);
    let figures = eventloom(args).json();
    Recorded { _folder: folder, file, figures }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("the folder has a readable name")
}

/// The facts of a recording of level `full`.
fn facts(file: &Path) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    let recording = Recording::open(file).expect("it opens");
    recording.facts(&mut facts).expect("they can be read");
    facts
}

#[test]
fn run_and_simulate_print_the_same_nodes() {
    for sample in projects() {
        let simulated = eventloom(["simulate", text(&sample), "--for", "10s", "--json"]).json();
        let run = ["run", text(&sample), "--for", "10s", "--speed", "10", "--json"];
        let ran = eventloom(run).json();
        assert_eq!(ran["nodes"], simulated["nodes"], "{}", sample.display());
        assert_eq!(ran["links"], simulated["links"], "{}", sample.display());
    }
}

#[test]
fn the_state_of_a_recorded_run_is_what_simulate_prints() {
    for sample in projects() {
        for level in ["full", "1in10", "counts", "inputs"] {
            let recorded = record(&sample, "60s", &["--level", level]);
            let state = |at| {
                let args = ["journal", "state", text(&recorded.file), "--at", at, "--json"];
                eventloom(args).json()
            };
            let plain = eventloom(["simulate", text(&sample), "--for", "60s", "--json"]).json();
            assert_eq!(recorded.figures, plain, "recording changes nothing");
            let end = state("60s");
            for part in ["seed", "simulated_s", "events", "facts", "nodes", "links"] {
                assert_eq!(end[part], plain[part], "{part} of {} at {level}", sample.display());
            }
            let before = eventloom(["simulate", text(&sample), "--for", "7s", "--json"]).json();
            let moment = state("7s");
            assert_eq!(moment["nodes"], before["nodes"], "{} at {level}", sample.display());
            assert_eq!(moment["links"], before["links"], "{} at {level}", sample.display());
            for (id, rows) in moment["contents"].as_object().expect("contents by place") {
                let rows = rows.as_array().expect("rows");
                let place = moment["nodes"].get(id).cloned().unwrap_or_else(|| {
                    let nodes = moment["nodes"].as_object().expect("nodes by id");
                    let found = nodes.values().find_map(|node| node["subscriptions"].get(id));
                    found.unwrap_or_else(|| panic!("{id} is nowhere")).clone()
                });
                let inside = |part: &str| place[part].as_u64().expect("a length");
                assert_eq!(rows.len() as u64, inside("in_queue") + inside("in_service"), "{id}");
            }
        }
    }
}

#[test]
fn the_inputs_of_a_run_given_back_give_the_same_facts() {
    for sample in projects() {
        let first = record(&sample, "60s", &[]);
        let inputs = eventloom(["journal", "inputs", text(&first.file)]);
        assert_eq!(inputs.code, Some(0), "{}", inputs.report());
        let given = first.file.with_file_name("inputs.jsonl");
        fs::write(&given, &inputs.stdout).expect("there is room");
        let second = record(&sample, "60s", &["--inputs", text(&given)]);
        assert_eq!(facts(&first.file), facts(&second.file), "{}", sample.display());
        assert_eq!(first.figures, second.figures, "{}", sample.display());
    }
}

#[test]
fn inputs_by_hand_are_taken_and_recorded() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let given = folder.path().join("inputs.jsonl");
    let publish = "{\"time_ns\":1500000000,\"input\":{\"Publish\":{\"node\":\"queue\",\"event\":\
                   {\"event_type\":\"urgent\",\"key\":\"k\",\"data\":\"{\\\"n\\\":1}\"}}}}\n";
    fs::write(&given, publish).expect("there is room");
    let recorded = record(&project("mm1"), "5s", &["--inputs", text(&given)]);
    let inputs = eventloom(["journal", "inputs", text(&recorded.file)]);
    assert_eq!(inputs.stdout, publish);
    let events = ["journal", "events", text(&recorded.file), "--node", "queue", "--json"];
    let events = eventloom(events).json();
    assert_eq!(events[0]["type"], "urgent");
    assert_eq!(events[0]["data"], serde_json::json!({"n": 1}));
    assert_eq!(events[0]["time"], "1970-01-01T00:00:01.500000000Z");
    assert_eq!(events.as_array().map(Vec::len), Some(1));

    fs::write(&given, "rain\n").expect("there is room");
    let wrong =
        eventloom(["simulate", "projects/mm1.ron", "--for", "1s", "--inputs", text(&given)]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.report());
    assert!(wrong.stderr.contains("line 1"), "{}", wrong.report());
}

#[test]
fn exported_events_are_the_same_at_every_level() {
    let export = |level: &str, form: &str| {
        let recorded = record(&project("door-sensors"), "1h", &["--level", level]);
        let called = eventloom(["journal", "export", text(&recorded.file), "--to", form]);
        assert_eq!(called.code, Some(0), "{}", called.report());
        called.stdout
    };
    let full = export("full", "cloudevents");
    assert!(full.lines().count() > 3);
    for line in full.lines() {
        let event: Value = serde_json::from_str(line).expect("a line is JSON");
        assert_eq!(event["specversion"], "1.0");
    }
    assert_eq!(full, export("inputs", "cloudevents"));
    assert_eq!(export("full", "csv").lines().count(), full.lines().count() + 1);
}

#[test]
fn a_recording_that_was_killed_opens() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let mut whole_chunks = 0;
    for round in 0..50u64 {
        let file = folder.path().join(format!("run{round}.mcap"));
        let mut child = Command::new(program())
            .args(["run", text(&project("mm1")), "--for", "1h", "--speed", "1000", "--record"])
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        // Any moment will do: nothing is asserted of it.
        std::thread::sleep(std::time::Duration::from_millis(10 + round * 37 % 200));
        child.kill().expect("it runs");
        child.wait().expect("it has ended");
        if !file.exists() {
            eprintln!("round {round}: killed before there was a file");
            continue;
        }
        let info = eventloom(["journal", "info", text(&file), "--json"]);
        let json = info.json();
        let chunks = json["chunks"].as_u64().expect("a count");
        whole_chunks += chunks;
        eprintln!(
            "round {round}: {chunks} chunks up to {} s; {}",
            json["front_s"],
            info.stderr.trim()
        );
        assert_eq!(json["ended"], false);
        assert!(!info.stderr.is_empty(), "what is missing is told");
    }
    assert!(whole_chunks > 0, "some of them came to the disk");
}

#[test]
fn bad_recordings_are_refused_in_one_line() {
    let cases = [
        (vec!["journal", "info", "gone.mcap"], 1),
        (vec!["journal", "info", "projects/mm1.ron"], 2),
        (vec!["journal", "state", "projects/mm1.ron", "--at", "1s"], 2),
        (vec!["simulate", "projects/mm1.ron", "--for", "1s", "--level", "full"], 2),
        (vec!["simulate", "projects/mm1.ron", "--for", "1s", "--record", "gone/run.mcap"], 1),
        (
            vec!["simulate", "projects/mm1.ron", "--for", "1s", "--record", "x", "--level", "1in1"],
            2,
        ),
    ];
    for (args, code) in cases {
        let called = eventloom(&args);
        assert_eq!(called.code, Some(code), "{}", called.report());
        assert_eq!(called.stderr.lines().count(), 1, "{}", called.report());
        assert!(called.stdout.is_empty(), "{}", called.report());
    }
    let recorded = record(&project("mm1"), "1s", &[]);
    let behind = eventloom(["journal", "state", text(&recorded.file), "--at", "2s"]);
    assert_eq!(behind.code, Some(2), "{}", behind.report());
}

/// Reads a recording with the Python package and prints each event's topic, times and data.
const READER: &str = r#"
import json, sys
from mcap.reader import make_reader
with open(sys.argv[1], "rb") as file:
    reader = make_reader(file)
    for schema, channel, message in reader.iter_messages(log_time_order=False):
        if channel.topic.startswith("events/"):
            event = json.loads(message.data)
            print(json.dumps([channel.topic, message.log_time, message.publish_time, event]))
    for attachment in reader.iter_attachments():
        print(json.dumps(["attachment", attachment.name, len(attachment.data)]))
"#;

/// A Python that has the package `mcap`, in a folder of its own under `target`.
fn python_with_mcap() -> Result<PathBuf, String> {
    let folder = root().join("target/mcap-python");
    let python = folder.join("bin/python");
    let has_mcap = |python: &Path| {
        let import = Command::new(python).args(["-c", "import mcap.reader, lz4.frame"]).output();
        import.is_ok_and(|output| output.status.success())
    };
    if has_mcap(&python) {
        return Ok(python);
    }
    let tell = |what: &str, output: std::io::Result<std::process::Output>| match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(_) => Err(format!("{what} does not work here")),
        Err(error) => Err(format!("{what}: {error}")),
    };
    let venv = Command::new("python3").args(["-m", "venv"]).arg(&folder).output();
    tell("python3 -m venv", venv)?;
    let pip = ["-m", "pip", "install", "--quiet", "mcap", "lz4"];
    tell("pip install mcap lz4", Command::new(&python).args(pip).output())?;
    if has_mcap(&python) { Ok(python) } else { Err("the package mcap cannot be imported".into()) }
}

#[test]
fn the_python_package_mcap_reads_a_recording() {
    let python = match python_with_mcap() {
        Ok(python) => python,
        Err(reason) => return skip("the_python_package_mcap_reads_a_recording", &reason),
    };
    let recorded = record(&project("door-sensors"), "1h", &[]);
    let output = Command::new(python)
        .args(["-c", READER])
        .arg(&recorded.file)
        .output()
        .expect("python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).expect("it prints text");
    let rows: Vec<Value> =
        printed.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let (attachments, events): (Vec<_>, Vec<_>) =
        rows.iter().partition(|row| row[0] == "attachment");
    assert!(attachments.iter().any(|row| row[1] == "project.ron"));

    let export = ["journal", "export", text(&recorded.file), "--to", "cloudevents"];
    let exported = eventloom(export).stdout;
    let exported: BTreeMap<String, Value> = exported
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .map(|event| (event["id"].as_str().expect("an id").to_owned(), event))
        .collect();
    assert_eq!(events.len(), exported.len());
    assert!(!events.is_empty());
    for row in events {
        let event = &exported[row[3]["id"].as_str().expect("an id")];
        assert_eq!(&row[3], event, "the JSON is as written");
        assert_eq!(row[0], format!("events/{}", event["source"].as_str().expect("a source")));
        let nanos = row[1].as_u64().expect("nanoseconds");
        let second = format!("{:09}Z", nanos % 1_000_000_000);
        assert!(event["time"].as_str().expect("a time").ends_with(&second));
    }
}

//! What was recorded is what happened, whatever becomes of the file.

#![expect(clippy::disallowed_methods, reason = "the files of these tests are damaged on purpose")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use proptest::prelude::*;

use super::layout::{InputLine, SNAPSHOT_FORM, SnapshotBody};
use super::{Info, Level, RecordError, RecordOptions, Recorder, Recording, RecordingError};
use crate::analysis::report::Report;
use crate::analysis::statistics::Statistics;
use crate::edit::Edit;
use crate::fact::{EventBirth, Fact, Roster, Sink};
use crate::journal::Keep;
use crate::project::{NodeKind, Project, check, testing};
use crate::time::{SimSpan, SimTime};
use crate::virtual_time::{self, Script, Watch};
use crate::world::{Given, Input, World};

const SEED: u64 = 11;

/// Statistics, and a recorder beside them; and all facts, to compare.
struct Recorded {
    statistics: Statistics,
    recorder: Recorder,
    facts: Vec<Fact>,
    events: u64,
    inputs: Vec<(SimTime, Input)>,
}

impl Sink for Recorded {
    const WANTS_EVENTS: bool = true;

    fn event(&mut self, birth: &EventBirth, types: &[Arc<str>]) {
        self.events += 1;
        self.recorder.event(birth, types);
    }

    fn fact(&mut self, fact: Fact) {
        self.facts.push(fact);
        self.statistics.fact(fact);
        self.recorder.fact(fact);
    }

    fn roster(&mut self, now: SimTime, roster: &Roster) {
        Sink::roster(&mut self.statistics, now, roster);
        self.recorder.roster(now, roster);
    }
}

impl Watch for Recorded {
    fn input(&mut self, time: SimTime, input: &Input) {
        self.inputs.push((time, input.clone()));
        self.recorder.input(time, input);
    }

    fn stretch(&mut self, world: &World) {
        self.recorder.offer(None, world, &self.statistics);
    }
}

/// Records a run, in chunks of so much simulated time.
fn record(
    path: &Path,
    project: &Arc<Project>,
    inputs: &[(SimTime, Input)],
    until: SimTime,
    level: Level,
) -> (World, Recorded) {
    let options = RecordOptions { path: path.to_owned(), level };
    let recorder = Recorder::begin(&options, project, SEED, true).expect("the file can be made");
    run_recorded(recorder, project, inputs, until)
}

fn run_recorded(
    recorder: Recorder,
    project: &Arc<Project>,
    inputs: &[(SimTime, Input)],
    until: SimTime,
) -> (World, Recorded) {
    let mut world = World::new(Arc::clone(project), SEED);
    let mut recorded = Recorded {
        statistics: Statistics::new(),
        recorder,
        facts: Vec::new(),
        events: 0,
        inputs: Vec::new(),
    };
    world.begin(&mut recorded);
    let mut script = Script::new(inputs.to_vec());
    for part in 1..=8 {
        let to = SimTime((until.0 as u128 * part / 8) as u64);
        let outcome = virtual_time::run_watched(&mut world, &mut script, to, &mut recorded);
        recorded.recorder.rest();
        if outcome.stuck {
            break;
        }
    }
    (world, recorded)
}

/// The run up to `at`, not recorded.
fn direct(project: &Arc<Project>, inputs: &[(SimTime, Input)], at: SimTime) -> (World, Statistics) {
    let mut world = World::new(Arc::clone(project), SEED);
    let mut statistics = Statistics::new();
    world.begin(&mut statistics);
    virtual_time::run(&mut world, &mut Script::new(inputs.to_vec()), at, &mut statistics);
    (world, statistics)
}

fn contents(world: &World) -> Vec<String> {
    let elements = world.roster().iter().map(|(ix, _)| format!("{:?}", world.contents(ix, 1_000)));
    elements.collect()
}

/// Events by hand, a change and its undoing.
fn some_inputs(project: &Project, choice: u64) -> Vec<(SimTime, Input)> {
    let mut inputs = Vec::new();
    let about = (project.name.clone(), project.text.clone());
    for (ix, (id, node)) in project.nodes.iter().enumerate() {
        let time = SimTime((ix as u64 * 37).wrapping_add(choice) % 900 * 10_000_000);
        if !matches!(node.kind, NodeKind::Consumer(_) | NodeKind::Note(_)) {
            let event = Given {
                event_type: Some(format!("by hand {}", ix % 3).into()),
                key: None,
                data: Some("{\"by\": \"hand\"}".into()),
            };
            inputs.push((time, Input::Publish { node: id.clone(), event }));
        }
        if (ix as u64).wrapping_add(choice).is_multiple_of(4) {
            let edit = Edit::SetNode { id: id.clone(), node: node.clone() };
            inputs.push((time + SimSpan::from_millis(5), Input::Edit(edit)));
        }
    }
    let (name, text) = about;
    let edit = Edit::SetAbout { name: format!("{name}!"), text, seed: 3 };
    inputs.push((SimTime(4_000_000_000), Input::Edit(edit)));
    inputs
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn a_recorded_run_brings_back_every_moment(
        project in testing::project_without_cycles(), choice in any::<u64>(),
        level in prop::sample::select(vec![Level::Full, Level::OneIn(3), Level::Counts, Level::Inputs]),
        moments in proptest::collection::vec(0.0f64..=1.0, 1..4),
    ) {
        prop_assume!(check::can_run(&check::check(&project)));
        let project = Arc::new(project);
        let inputs = some_inputs(&project, choice);
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("run.mcap");
        let until = SimTime(10_000_000_000);
        let (world, recorded) = record(&path, &project, &inputs, until, level);
        let end = world.now();
        recorded.recorder.finish(end).expect("the disk has room");

        let recording = Recording::open(&path).expect("it opens");
        prop_assert_eq!(recording.front(), end);
        prop_assert!(recording.has_ended() && recording.is_whole());
        prop_assert_eq!(recording.warnings(), Vec::<String>::new());
        let mut lines: Vec<InputLine> = Vec::new();
        let taken = recording.inputs(|line| { lines.push(line); Ok::<(), ()>(()) });
        prop_assert!(taken.is_ok());
        let lines: Vec<_> =
            lines.into_iter().map(|line| (SimTime(line.time_ns), line.input)).collect();
        prop_assert_eq!(&lines, &recorded.inputs);

        let mut facts: Vec<Fact> = Vec::new();
        recording.facts(&mut facts).expect("they can be read");
        let kept: Vec<Fact> =
            recorded.facts.iter().copied().filter(|fact| level.keeps(fact.event)).collect();
        prop_assert_eq!(facts, kept);
        if level == Level::Full {
            prop_assert_eq!(recording.info().events, recorded.events);
        }
        let mut again: Vec<Fact> = Vec::new();
        recording.from_start(end, &mut again).expect("it runs again");
        prop_assert_eq!(again, recorded.facts);

        for share in moments {
            let at = SimTime((end.0 as f64 * share) as u64).min(end);
            let moment = recording.seek(at, &mut crate::fact::Ignore).expect("it is there");
            let (world, statistics) = direct(&project, &inputs, at);
            prop_assert_eq!(
                Report::new(&moment.statistics, SEED, at), Report::new(&statistics, SEED, at)
            );
            prop_assert_eq!(moment.world.project(), world.project());
            prop_assert_eq!(contents(&moment.world), contents(&world));
        }
        let behind = recording.seek(end + SimSpan(1), &mut crate::fact::Ignore);
        let is_refused = matches!(behind, Err(RecordingError::BehindTheEnd { .. }));
        prop_assert!(is_refused);
    }
}

/// A run with inputs, edits and snapshots, of a few dozen chunks.
fn some_recording(folder: &Path) -> (PathBuf, Vec<Fact>) {
    let path = folder.join("run.mcap");
    let (world, recorded) = some_run(&path, u64::MAX);
    recorded.recorder.finish(world.now()).expect("the disk has room");
    (path, recorded.facts)
}

/// The same, not ended, in files of about so many bytes.
fn some_run(path: &Path, bytes: u64) -> (World, Recorded) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let project = crate::project::file::load(root.join("projects/pubsub-vs-queue.ron"));
    let project = Arc::new(project.expect("the sample opens"));
    let mut inputs = Vec::new();
    for round in 0..4 {
        let later = SimSpan::from_millis(round * 2_500);
        let some = some_inputs(&project, round).into_iter();
        inputs.extend(some.map(|(time, input)| (time + later, input)));
    }
    let options = RecordOptions { path: path.to_owned(), level: Level::Full };
    let recorder = Recorder::begin_in_files(&options, &project, SEED, true, bytes);
    let recorder = recorder.expect("the file can be made");
    run_recorded(recorder, &project, &inputs, SimTime(30_000_000_000))
}

fn recorded_facts(recording: &Recording) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    recording.facts(&mut facts).expect("what was scanned can be read");
    facts
}

/// Numbers that follow from one another (splitmix64).
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ z >> 31
}

#[test]
fn a_file_cut_off_anywhere_gives_exactly_its_whole_chunks_and_says_what_is_missing() {
    let folder = tempfile::tempdir().expect("there is room");
    let (path, facts) = some_recording(folder.path());
    let bytes = std::fs::read(&path).expect("it is there");
    let whole = Recording::open(&path).expect("it opens");
    let ends: Vec<u64> = whole.chunks.iter().map(|place| place.offset + place.bytes).collect();
    assert!(ends.len() > 5, "{} chunks", ends.len());
    let cut = folder.path().join("cut.mcap");
    let mut state = 1;
    for _ in 0..1_000 {
        let length = random(&mut state) % bytes.len() as u64;
        std::fs::write(&cut, &bytes[..length as usize]).expect("there is room");
        let recording = Recording::open(&cut).expect("it opens");
        let expected = ends.iter().filter(|end| **end <= length).count();
        assert_eq!(recording.chunks.len(), expected, "cut at {length}");
        let read = recorded_facts(&recording);
        let of_chunks = whole.chunks[..expected].last().map_or(0, |place| place.after.facts);
        assert_eq!(read, facts[..of_chunks as usize], "cut at {length}");
        let info = recording.info();
        if length < *ends.last().expect("there are chunks") {
            let torn = info.cut_off.expect("it says that it was cut off");
            assert_eq!(torn.offset + torn.bytes, length, "all bytes are accounted for");
            assert!(torn.bytes_expected.is_none_or(|expected| expected > torn.bytes));
            assert!(!info.ended);
        }
        assert!(!recording.warnings().is_empty(), "cut at {length}");
        assert_eq!(std::fs::read(&cut).expect("it is there").len() as u64, length);
    }
}

/// Whether `part` comes out of `whole` by leaving facts out.
fn is_part_of(part: &[Fact], whole: &[Fact]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|fact| rest.any(|other| other == fact))
}

#[test]
fn a_flipped_bit_is_named_and_never_shown_as_true() {
    let folder = tempfile::tempdir().expect("there is room");
    let (path, facts) = some_recording(folder.path());
    let bytes = std::fs::read(&path).expect("it is there");
    let whole = Recording::open(&path).expect("it opens");
    let sound = whole.info();
    let flipped_path = folder.path().join("flipped.mcap");
    let mut state = 2;
    let (mut named, mut harmless) = (0, 0);
    for _ in 0..1_000 {
        let bit = random(&mut state) % (bytes.len() as u64 * 8);
        let mut flipped = bytes.clone();
        flipped[bit as usize / 8] ^= 1 << (bit % 8);
        std::fs::write(&flipped_path, &flipped).expect("there is room");
        let recording = match Recording::open(&flipped_path) {
            Ok(recording) => recording,
            Err(error) => panic!("bit {bit}: {error}"),
        };
        let read = recorded_facts(&recording);
        assert!(is_part_of(&read, &facts), "bit {bit} is shown as true");
        let is_before = |place: &&super::scan::ChunkPlace| (place.offset + place.bytes) * 8 <= bit;
        let before =
            whole.chunks.iter().rfind(is_before).map_or(0, |place| place.after.facts) as usize;
        assert_eq!(read.get(..before), facts.get(..before), "all before bit {bit}");
        let info = recording.info();
        if info.facts < sound.facts || info.events < sound.events || info.inputs < sound.inputs {
            named += 1;
            assert!(!recording.warnings().is_empty(), "bit {bit} is named");
        } else {
            harmless += 1;
            assert_eq!(read, facts, "bit {bit}");
        }
        check_states(&recording, &whole, &info, random(&mut state));
        assert_eq!(std::fs::read(&flipped_path).expect("it is there"), flipped);
    }
    assert!(named > 500, "{named} flips were in what was recorded, {harmless} were not");
}

/// A state that is brought back from a damaged file is the one that was.
fn check_states(recording: &Recording, whole: &Recording, info: &Info, number: u64) {
    let front = recording.front();
    let at = SimTime(number % front.0.max(1));
    match recording.seek(at, &mut crate::fact::Ignore) {
        Ok(moment) => {
            let expected = whole.seek(at, &mut crate::fact::Ignore).expect("it is whole");
            assert_eq!(
                Report::new(&moment.statistics, SEED, at),
                Report::new(&expected.statistics, SEED, at)
            );
        }
        Err(error) => assert!(!info.damage.is_empty() || !info.ended, "{error}"),
    }
}

#[test]
fn a_repaired_copy_holds_what_can_be_read_and_says_what_is_missing() {
    let folder = tempfile::tempdir().expect("there is room");
    let (path, _) = some_recording(folder.path());
    let mut bytes = std::fs::read(&path).expect("it is there");
    let whole = Recording::open(&path).expect("it opens");
    let third = &whole.chunks[2];
    bytes[(third.offset + third.bytes / 2) as usize] ^= 4;
    bytes.truncate(bytes.len() * 9 / 10);
    std::fs::write(&path, &bytes).expect("there is room");
    let damaged = Recording::open(&path).expect("it opens");
    let copy = folder.path().join("copy.mcap");
    damaged.save_repaired(&copy).expect("there is room");
    assert!(damaged.save_repaired(&path).is_err(), "never over the recording itself");
    assert_eq!(std::fs::read(&path).expect("it is there"), bytes);

    let repaired = Recording::open(&copy).expect("it opens");
    assert_eq!(recorded_facts(&repaired), recorded_facts(&damaged));
    let (before, after) = (damaged.info(), repaired.info());
    assert_eq!(after.missing, before.missing);
    assert_eq!((after.missing.chunks, after.ended), (1, false));
    assert_eq!((after.damage, after.cut_off), (Vec::new(), None));
    // Other programs read it from its end.
    let bytes = std::fs::read(&copy).expect("it is there");
    let summary = mcap::Summary::read(&bytes).expect("it is sound").expect("it has one");
    assert_eq!(summary.chunk_indexes.len() as u64, before.chunks);
}

#[test]
fn a_run_goes_on_from_file_to_file() {
    let folder = tempfile::tempdir().expect("there is room");
    let (whole_path, facts) = some_recording(folder.path());
    let whole = Recording::open(&whole_path).expect("it opens");
    let path = folder.path().join("parts.mcap");
    let (world, recorded) = some_run(&path, 20_000);
    recorded.recorder.finish(world.now()).expect("the disk has room");
    let parts = Recording::open(&path).expect("it opens");
    let info = parts.info();
    assert!(info.files.len() > 2, "{:?}", info.files);
    assert_eq!((parts.warnings(), info.facts), (Vec::new(), facts.len() as u64));
    assert_eq!(recorded_facts(&parts), facts);
    for at in [0, 7, 14, 29].map(|s| SimTime(s * 1_000_000_000)) {
        let one = whole.seek(at, &mut crate::fact::Ignore).expect("it is there");
        let other = parts.seek(at, &mut crate::fact::Ignore).expect("it is there");
        assert_eq!(one.statistics, other.statistics);
    }
    // Files that an earlier, longer run left there are no part of a later one.
    let (world, recorded) = some_run(&path, u64::MAX);
    recorded.recorder.finish(world.now()).expect("the disk has room");
    assert!(folder.path().join("parts.2.mcap").exists());
    let again = Recording::open(&path).expect("it opens");
    assert_eq!(again.info().files.len(), 1);
    assert_eq!(recorded_facts(&again), facts);
}

#[test]
fn a_full_disk_is_told_and_the_run_goes_on() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let project = Arc::new(Project::default());
    let options = RecordOptions { path: "/dev/full".into(), level: Level::Full };
    match Recorder::begin(&options, &project, SEED, true) {
        Err(RecordError::Create { .. }) => {}
        Err(other) => panic!("{other}"),
        Ok(recorder) => {
            let error = recorder.finish(SimTime::ZERO).expect_err("there is no room");
            assert!(matches!(error, RecordError::Write { .. }), "{error}");
        }
    }
}

#[test]
fn the_run_goes_on_when_its_folder_is_gone_and_so_is_a_stranger_refused() {
    let folder = tempfile::tempdir().expect("there is room");
    let no_folder = folder.path().join("gone/run.mcap");
    let options = RecordOptions { path: no_folder, level: Level::Full };
    let begun = Recorder::begin(&options, &Arc::new(Project::default()), SEED, true);
    assert!(matches!(begun, Err(RecordError::Create { .. })));
    let stranger = folder.path().join("letter.mcap");
    std::fs::write(&stranger, "Dear reader, this is no recorded run.").expect("there is room");
    let opened = Recording::open(&stranger);
    assert!(matches!(opened, Err(RecordingError::NoRecording { .. })));
}

#[test]
fn what_snapshots_are_stored_as_has_a_number() {
    let folder = tempfile::tempdir().expect("there is room");
    let (path, _) = some_recording(folder.path());
    let recording = Recording::open(&path).expect("it opens");
    let moment = recording.seek(SimTime(9_000_000_000), &mut crate::fact::Ignore);
    let moment = moment.expect("it is there");
    let bytes = postcard::to_stdvec(&SnapshotBody(&moment.world, &moment.statistics));
    let hash = bytes.expect("it can be stored").iter().fold(0xCBF2_9CE4_8422_2325u64, |hash, b| {
        (hash ^ u64::from(*b)).wrapping_mul(0x0100_0000_01B3)
    });
    // What is stored otherwise could not be read, or would be taken for something else.
    let form = (1, 4_362_458_829_675_360_544);
    assert_eq!((SNAPSHOT_FORM, hash), form, "raise SNAPSHOT_FORM, and note the new hash here");
}

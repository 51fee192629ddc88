#![expect(clippy::disallowed_methods, reason = "tests look at files as others would")]

use std::process::{Command, Stdio};

use super::*;
use crate::project::{Node, NodeKind, Note, Point};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// A project of `notes` notes; its file has about 120 bytes for each.
fn project(name: &str, notes: usize) -> Project {
    let mut project = Project { name: name.to_owned(), ..Project::default() };
    for number in 0..notes {
        let note = Note { text: format!("{name} says {number}"), size: Point(10.0, 20.0) };
        let node = Node { name: String::new(), at: Point(0.0, 0.0), kind: NodeKind::Note(note) };
        project.nodes.insert(format!("note_{number}").as_str().into(), node);
    }
    project
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn what_is_saved_is_loaded_again() {
    let folder = folder();
    let path = folder.path().join("drawing.ron");
    for notes in [3, 0, 50] {
        let project = project("one", notes);
        save(&path, &project).expect("it can be saved");
        assert_eq!(load(&path).expect("it can be loaded"), project);
    }
    assert_eq!(names(folder.path()), ["drawing.ron"]);
}

#[test]
fn a_file_that_is_no_project_is_refused_with_its_place() {
    let folder = folder();
    let path = folder.path().join("noise.ron");
    fs::write(&path, b"(\nversion: 1, name: \"\xFF\"").expect("can be written");
    let error = load(&path).expect_err("not a text");
    assert!(matches!(error, LoadError::NotUtf8 { offset: 21, line: 2, column: 20, .. }), "{error}");
    assert!(error.to_string().contains("noise.ron: line 2, column 20"), "{error}");

    fs::write(&path, "(version: 1, nodes: 7)").expect("can be written");
    let error = load(&path).expect_err("no project");
    assert!(error.to_string().contains("noise.ron: line 1, column"), "{error}");
    assert_eq!(error.place().map(|(line, _)| line), Some(1));

    let newer = "(version: 2)";
    fs::write(&path, newer).expect("can be written");
    assert!(load(&path).expect_err("newer").to_string().contains("newer Eventloom"));
    assert_eq!(fs::read_to_string(&path).expect("is there"), newer);

    let file = File::create(&path).expect("can be made");
    file.set_len(MAX_BYTES as u64 + 1).expect("can be made longer");
    assert!(matches!(load(&path), Err(LoadError::TooLarge { .. })));
    assert!(matches!(load(folder.path()), Err(LoadError::NoFile { .. })));
    let missing = load(folder.path().join("none.ron")).expect_err("it is not there");
    assert!(missing.to_string().contains("none.ron"), "{missing}");
}

#[test]
fn a_failed_save_leaves_everything_as_it_was() {
    let folder = folder();
    let path = folder.path().join("drawing.ron");
    save(&path, &project("old", 2)).expect("it can be saved");

    let nowhere = folder.path().join("no").join("drawing.ron");
    let error = save(&nowhere, &project("new", 1)).expect_err("no such folder");
    assert!(matches!(error, SaveError::Folder { .. }), "{error}");
    assert!(error.to_string().contains("drawing.ron"), "{error}");
    assert!(matches!(save(folder.path(), &project("new", 1)), Err(SaveError::NoFile { .. })));
    assert!(save("", &project("new", 1)).is_err());
    assert!(save("/", &project("new", 1)).is_err());

    let mut permissions = fs::metadata(&path).expect("is there").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("can be changed");
    assert!(matches!(save(&path, &project("new", 1)), Err(SaveError::Write { .. })));

    assert_eq!(load(&path).expect("is there").name, "old");
    assert_eq!(names(folder.path()), ["drawing.ron"]);
}

#[cfg(unix)]
#[test]
fn permissions_and_symbolic_links_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = folder();
    let (real, link) = (folder.path().join("real.ron"), folder.path().join("link.ron"));
    save(&real, &project("old", 1)).expect("it can be saved");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("can be changed");
    symlink("real.ron", &link).expect("can be linked");
    save(&link, &project("new", 1)).expect("it can be saved");
    assert!(fs::symlink_metadata(&link).expect("is there").file_type().is_symlink());
    assert_eq!(load(&real).expect("is there").name, "new");
    assert_eq!(fs::metadata(&real).expect("is there").permissions().mode() & 0o777, 0o640);

    // A link to what is not there yet makes it.
    let (early, target) = (folder.path().join("early.ron"), folder.path().join("target.ron"));
    symlink(&target, &early).expect("can be linked");
    save(&early, &project("first", 1)).expect("it can be saved");
    assert_eq!(load(&target).expect("is there").name, "first");

    let ring = folder.path().join("ring.ron");
    symlink("ring.ron", &ring).expect("can be linked");
    assert!(matches!(save(&ring, &project("new", 1)), Err(SaveError::Write { .. })));
    assert_eq!(
        names(folder.path()),
        ["early.ron", "link.ron", "real.ron", "ring.ron", "target.ron"]
    );
}

#[cfg(unix)]
#[test]
fn a_new_file_may_be_read_as_any_new_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let (ours, plain) = (folder.path().join("ours.ron"), folder.path().join("plain"));
    save(&ours, &project("new", 1)).expect("it can be saved");
    fs::write(&plain, "").expect("can be written");
    let mode = |path: &Path| fs::metadata(path).expect("is there").permissions().mode();
    assert_eq!(mode(&ours), mode(&plain));
}

/// Names the file that a child process is to save over and over.
const KILL_PATH: &str = "EVENTLOOM_TEST_SAVE_UNTIL_KILLED";
/// How often a child is killed, at least.
const KILLS: u32 = 60;
/// Notes in the two projects that it saves in turn.
const NOTES: usize = 3_000;

/// Not a test of its own: what the child processes of the next one run.
#[test]
fn saves_until_killed() {
    let Some(path) = std::env::var_os(KILL_PATH) else { return };
    let projects = [project("old", NOTES), project("new", NOTES + 1)];
    // It ends by itself, should nobody kill it.
    for round in 0..20_000 {
        save(&path, &projects[round % 2]).expect("it can be saved");
    }
}

#[cfg(unix)]
#[test]
fn a_kill_while_saving_leaves_the_old_file_or_the_new_one() {
    let folder = folder();
    let path = folder.path().join("drawing.ron");
    let [old, new] = [project("old", NOTES), project("new", NOTES + 1)];
    let begun = std::time::Instant::now();
    save(&path, &old).expect("it can be saved");
    let one_save = begun.elapsed();
    let [old, new] = [format::write(&old), format::write(&new)];
    let program = std::env::current_exe().expect("the test knows its program");
    let (mut found_old, mut found_new, mut in_the_middle) = (0, 0, 0);
    for kill in 0..KILLS {
        let mut child = Command::new(&program)
            .args(["--exact", "project::file::tests::saves_until_killed", "--nocapture"])
            .env(KILL_PATH, &path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the test can start itself");
        // The child is saving as soon as there is a temporary file; then longer, each time another
        // while, up to three saves. Spinning is finer than the system's sleep.
        let before = names(folder.path());
        let mut looks = 0_u32;
        while names(folder.path()).iter().all(|name| before.contains(name)) && looks < 1_000_000 {
            looks += 1;
        }
        let begun = std::time::Instant::now();
        while begun.elapsed() < one_save * 3 * (kill * 37 % KILLS) / KILLS {
            std::hint::spin_loop();
        }
        child.kill().expect("the child can be killed");
        child.wait().expect("the child ends");
        let text = fs::read_to_string(&path).expect("the file is there");
        match (text == old, text == new) {
            (true, _) => found_old += 1,
            (_, true) => found_new += 1,
            _ => panic!("kill {kill}: the file is neither the old nor the new one"),
        }
        for left in names(folder.path()).iter().filter(|name| name.ends_with(".tmp")) {
            in_the_middle += 1;
            fs::remove_file(folder.path().join(left)).expect("can be removed");
        }
    }
    assert_eq!(found_old + found_new, KILLS);
    assert!(found_old > 0 && found_new > 0, "{found_old} old, {found_new} new");
    assert!(in_the_middle >= 5, "only {in_the_middle} kills met a save in the middle");
}

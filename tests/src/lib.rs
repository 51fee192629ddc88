//! What the acceptance tests share: where things lie, the program as users call it, and how a test
//! says that it was skipped.
//!
//! One test binary, `acceptance`, holds a module for each promise.

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The folder that holds the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the workspace")
}

/// The sample projects, in the order of their names.
pub fn projects() -> Vec<PathBuf> {
    let folder = root().join("projects");
    let mut projects: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension() == Some(OsStr::new("ron")))
        .collect();
    projects.sort();
    assert!(!projects.is_empty(), "{} holds no samples", folder.display());
    projects
}

/// A sample project by its name, such as `mm1`.
pub fn project(name: &str) -> PathBuf {
    root().join("projects").join(name).with_extension("ron")
}

/// A recorded log that is used for checks only and does not belong to the workspace; it lies in
/// `../shared/samples`, or where `EVENTLOOM_SHARED_SAMPLES` says. None, and noted as skipped by the
/// test `name`, where it is absent.
pub fn shared_sample(name: &str, path: &str) -> Option<PathBuf> {
    let folder = match std::env::var_os("EVENTLOOM_SHARED_SAMPLES") {
        Some(folder) => PathBuf::from(folder),
        None => root().parent()?.join("shared/samples"),
    };
    let file = folder.join(path);
    if file.is_file() {
        return Some(file);
    }
    skip(name, &format!("{path} is not there; it is no part of the project"));
    None
}

/// Says that the test `name` was skipped, and why. The line goes to standard error, and to the file
/// that `EVENTLOOM_SKIP_LIST` names, which `tests/run` prints at its end.
pub fn skip(name: &str, reason: &str) {
    eprintln!("SKIPPED: {name}: {reason}");
    let Some(list) = std::env::var_os("EVENTLOOM_SKIP_LIST") else { return };
    // One write for the whole line: tests run side by side.
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(&list)
        .and_then(|mut file| file.write_all(format!("{name}: {reason}\n").as_bytes()))
        .unwrap_or_else(|error| panic!("{}: {error}", Path::new(&list).display()));
}

/// The program: the file that `EVENTLOOM_PROGRAM` names, else the one beside these tests, which is
/// built first, so that a test never meets yesterday's.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let program = match std::env::var_os("EVENTLOOM_PROGRAM") {
            Some(program) => PathBuf::from(program),
            None => build(),
        };
        assert!(
            program.is_file(),
            "{} is not there; build it with: cargo build --package eventloom",
            program.display()
        );
        program
    })
}

fn build() -> PathBuf {
    let tests = std::env::current_exe().expect("a test knows its own file");
    // The tests lie in TARGET/PROFILE/deps, the program in TARGET/PROFILE.
    let profile = tests.ancestors().nth(2).expect("cargo puts tests there");
    let target = profile.parent().expect("cargo puts profiles there");
    let profile_name = match profile.file_name().and_then(OsStr::to_str) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    if let Some(cargo) = std::env::var_os("CARGO") {
        // As `cargo test --workspace` chooses features, so that nothing is built twice.
        let built = Command::new(cargo)
            .args(["build", "--quiet", "--locked", "--workspace", "--bins", "--tests"])
            .args(["--profile", profile_name, "--target-dir"])
            .arg(target)
            .current_dir(root())
            .status()
            .expect("cargo starts");
        assert!(built.success(), "the program cannot be built");
    }
    profile.join(format!("eventloom{}", std::env::consts::EXE_SUFFIX))
}

/// What a call of the program left behind.
#[derive(Clone, Debug)]
pub struct Called {
    /// The arguments, to be shown.
    pub call: String,
    /// The exit code; none: it was ended by a signal.
    pub code: Option<i32>,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl Called {
    /// Everything, for the message of a failed test.
    pub fn report(&self) -> String {
        let Self { call, code, stdout, stderr } = self;
        format!("eventloom {call}\nexit code {code:?}\nstdout: {stdout}\nstderr: {stderr}")
    }

    /// Standard output as the one JSON value that it has to be, after exit code 0.
    pub fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{}", self.report());
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("not JSON alone: {error}\n{}", self.report()))
    }
}

/// Calls the program from the workspace's folder and waits for its end.
pub fn eventloom<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Called {
    let mut command = Command::new(program());
    command.args(args).current_dir(root()).stdin(Stdio::null());
    let call: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
    let call = call.join(" ");
    let output = command.output().unwrap_or_else(|error| panic!("eventloom {call}: {error}"));
    Called {
        call,
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The number at a JSON pointer.
pub fn number(json: &Value, pointer: &str) -> f64 {
    json.pointer(pointer)
        .and_then(Value::as_f64)
        .unwrap_or_else(|| panic!("{pointer} is no number in {json:#}"))
}

/// The count at a JSON pointer.
pub fn count(json: &Value, pointer: &str) -> u64 {
    json.pointer(pointer)
        .and_then(Value::as_u64)
        .unwrap_or_else(|| panic!("{pointer} is no count in {json:#}"))
}

/// The sum of the counts in the object at a JSON pointer, such as of losses by reason.
pub fn total(json: &Value, pointer: &str) -> u64 {
    let reasons = json.pointer(pointer).and_then(Value::as_object);
    let reasons = reasons.unwrap_or_else(|| panic!("{pointer} is no object in {json:#}"));
    reasons
        .values()
        .map(|count| count.as_u64().unwrap_or_else(|| panic!("{pointer} holds {count}, no count")))
        .sum()
}

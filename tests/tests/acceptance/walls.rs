//! The walls of the code: which part may import which, what the core never touches, how large a
//! file may grow, and what lies in the workspace's folder. README.md's Architecture says why.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use eventloom_core::project::check;
use eventloom_core::project::{file, format};
use eventloom_tests::{projects, root};

/// The modules of the core and what each builds on. It may import these and whatever they build on.
const CORE: &[(&str, &[&str])] = &[
    ("ids", &[]),
    ("time", &[]),
    ("mix", &[]),
    ("fact", &["ids", "time"]),
    ("expression", &["fact", "mix"]),
    ("project", &["expression"]),
    ("edit", &["project"]),
    // A waiting place follows the project's rules: capacity, overflow, delivery limit.
    ("bus", &["fact", "project"]),
    ("analysis", &["fact"]),
    ("world", &["bus", "edit", "mix"]),
    ("virtual_time", &["world"]),
    // A snapshot carries what was counted up to it.
    ("journal", &["virtual_time", "analysis"]),
    // Live keeps the journal of its run, and winds it back.
    ("live", &["world", "analysis", "journal"]),
    // A recorded log is a source of inputs.
    ("interop", &["fact", "project", "virtual_time"]),
    ("run", &["journal", "live", "interop"]),
];

/// What the core touches in these places alone.
const PLACES: &[(&[&str], &[&str])] = &[
    (&["Instant::now", "SystemTime"], &["run.rs"]),
    (&["thread::"], &["live/worker.rs", "journal/recorder.rs"]),
    (
        &["std::fs", "fs::", "File::open", "File::create", "OpenOptions", "tempfile::"],
        &["project/file.rs", "interop/", "journal/"],
    ),
    (&["thread_rng", "rand::", "getrandom", "RandomState"], &[]),
    (&["eprintln!", "println!", "std::env"], &[]),
];

/// Crates of the window; none of them may be anywhere below the core.
const GUI: &[&str] =
    &["accesskit", "eframe", "egui", "emath", "epaint", "glow", "glutin", "rfd", "wgpu", "winit"];

const MAX_LINES: usize = 700;

#[test]
fn no_crate_of_the_window_is_under_the_core() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["tree", "--package", "eventloom-core", "--edges", "normal", "--prefix", "none"])
        .args(["--offline", "--locked", "--format", "{p}"])
        .current_dir(root())
        .output()
        .expect("cargo starts");
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let crates: BTreeSet<&str> =
        tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(crates.contains("eventloom-core") && crates.contains("serde"), "no tree: {tree}");
    for name in crates {
        let family = name.split(['-', '_']).next().unwrap_or(name);
        assert!(!GUI.contains(&family), "{name} is a crate of the window, and under the core");
    }
}

#[test]
fn a_module_of_the_core_imports_only_what_it_builds_on() {
    let allowed = closure(CORE);
    let core = root().join("core/src");
    let mut wrong = Vec::new();
    for source in sources(&core) {
        let Some(module) = source.module() else { continue };
        let Some(may) = allowed.get(module.as_str()) else {
            wrong.push(format!("{}: the table CORE does not know {module}", source.name));
            continue;
        };
        for (line, import) in source.imports() {
            if import != module && allowed.contains_key(import.as_str()) && !may.contains(&*import)
            {
                wrong.push(format!("{}:{line}: {module} imports {import}", source.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_of_imports_has_no_ring() {
    let allowed = closure(CORE);
    for (module, may) in &allowed {
        assert!(!may.contains(module), "{module} builds on itself");
        assert!(may.iter().all(|name| allowed.contains_key(name)), "{module} builds on a stranger");
    }
}

#[test]
fn a_panel_knows_no_other_panel_and_no_session() {
    let panels = root().join("app/src/panels");
    let forbidden = ["document_session", "run_session", "app", "cli", "background"];
    let names: BTreeSet<String> = sources(&panels).iter().filter_map(Source::module).collect();
    let mut wrong = Vec::new();
    for source in sources(&panels) {
        let Some(panel) = source.module() else { continue };
        for (line, import) in source.paths_after("crate::") {
            let mut parts = import.split("::");
            let first = parts.next().unwrap_or_default();
            let second = parts.next().unwrap_or_default();
            let other_panel = first == "panels" && second != panel;
            let apply = first == "command" && second == "apply";
            if other_panel || apply || forbidden.contains(&first) {
                wrong.push(format!("{}:{line}: {panel} imports {import}", source.name));
            }
        }
        for (line, import) in source.imports_from_above() {
            if import != panel && names.contains(&import) {
                wrong.push(format!("{}:{line}: {panel} imports the panel {import}", source.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_core_reads_no_clock_and_no_file_but_where_it_must() {
    let core = root().join("core/src");
    let mut wrong = Vec::new();
    for source in sources(&core) {
        for (words, places) in PLACES {
            if places.iter().any(|place| source.name.starts_with(place)) {
                continue;
            }
            for (number, line) in source.code() {
                for word in words.iter().filter(|word| has_word(line, word)) {
                    wrong.push(format!("{}:{number}: {word}", source.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_grows_beyond_a_few_screens() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for folder in ["core", "app", "tests"] {
        for source in sources(&root().join(folder)) {
            seen += 1;
            let lines = source.text.lines().count();
            if lines > MAX_LINES {
                wrong.push(format!("{folder}/{}: {lines} lines", source.name));
            }
        }
    }
    assert!(seen > 20, "only {seen} files were found");
    assert!(wrong.is_empty(), "more than {MAX_LINES} lines:\n{}", wrong.join("\n"));
}

#[test]
fn the_root_holds_what_belongs_there() {
    let known = [
        "Cargo.lock",
        "Cargo.toml",
        "README.md",
        "app",
        "assets",
        "core",
        "projects",
        "target",
        "tests",
    ];
    for entry in fs::read_dir(root()).expect("the workspace can be read") {
        let name = entry.expect("the workspace can be read").file_name();
        let name = name.to_string_lossy();
        assert!(name.starts_with('.') || known.contains(&&*name), "{name} does not belong there");
    }
}

#[test]
fn every_sample_opens_and_can_run() {
    for path in projects() {
        let project = file::load(&path).unwrap_or_else(|error| panic!("{error}"));
        let problems = check::check(&project);
        assert!(problems.is_empty(), "{}: {problems:?}", path.display());
        assert!(!project.text.trim().is_empty(), "{} says what to watch for", path.display());
    }
}

#[test]
fn every_sample_is_saved_as_it_was() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    for path in projects() {
        let before = fs::read_to_string(&path).expect("the sample can be read");
        let project = format::parse(&before).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let copy = folder.path().join("copy.ron");
        file::save(&copy, &project).unwrap_or_else(|error| panic!("{error}"));
        let after = fs::read_to_string(&copy).expect("the copy can be read");
        assert_eq!(before, after, "{} is not in the format's own layout", path.display());
        assert_eq!(file::load(&copy).expect("the copy opens"), project);
    }
}

/// A source file.
struct Source {
    /// Its path below the folder it was looked for in, with `/`.
    name: String,
    text: String,
}

/// All Rust files below a folder, in the order of their names.
fn sources(folder: &Path) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = fs::read_dir(&next) else { continue };
        for entry in entries {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found.iter().map(|path| Source::read(folder, path)).collect()
}

impl Source {
    fn read(folder: &Path, path: &PathBuf) -> Self {
        let name = path.strip_prefix(folder).expect("it lies there");
        Self {
            name: name.to_string_lossy().replace('\\', "/"),
            text: fs::read_to_string(path).expect("sources are texts"),
        }
    }

    /// The module at the top that it belongs to; none for the crate itself and for tests.
    fn module(&self) -> Option<String> {
        let is_test = self.name.ends_with("tests.rs") || self.name.contains("tests/");
        let top = self.name.split('/').next()?.trim_end_matches(".rs");
        (!is_test && !matches!(top, "lib" | "main" | "testing")).then(|| top.to_owned())
    }

    /// The lines of code with their numbers, without comments and without tests.
    fn code(&self) -> Vec<(usize, &str)> {
        let mut lines = Vec::new();
        if self.name.ends_with("tests.rs") || self.name.contains("tests/") {
            return lines;
        }
        // As rustfmt lays it out, a test ends with `;` or `}` at its own indentation.
        let mut test_at: Option<usize> = None;
        for (index, line) in self.text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default().trim_end();
            let indent = line.len() - line.trim_start().len();
            if let Some(test) = test_at {
                if indent == test && code.ends_with([';', '}']) {
                    test_at = None;
                }
            } else if code.trim() == "#[cfg(test)]" {
                test_at = Some(indent);
            } else {
                lines.push((index + 1, code));
            }
        }
        lines
    }

    /// How many modules lie between the file and the crate.
    fn depth(&self) -> usize {
        self.name.trim_end_matches("mod.rs").trim_end_matches(".rs").split('/').count()
    }

    /// What is imported from the top of the crate, by line.
    fn imports(&self) -> Vec<(usize, String)> {
        let mut found = self.paths_after("crate::");
        for (_, path) in &mut found {
            path.truncate(path.find("::").unwrap_or(path.len()));
        }
        found.extend(self.imports_from_above());
        found
    }

    /// What is imported from above the folder that the file was looked for in, by line: from the
    /// top of the crate for `core/src`, from beside it for `app/src/panels`.
    fn imports_from_above(&self) -> Vec<(usize, String)> {
        let mut found = self.paths_after(&"super::".repeat(self.depth()));
        for (_, path) in &mut found {
            path.truncate(path.find("::").unwrap_or(path.len()));
        }
        found
    }

    /// The paths that begin with `start`, without it; those in braces one by one.
    fn paths_after(&self, start: &str) -> Vec<(usize, String)> {
        // Joined, because rustfmt breaks long lists; each line keeps its length in the list.
        let mut code = String::new();
        let mut ends = Vec::new();
        for (number, line) in self.code() {
            code.push_str(line);
            code.push('\n');
            ends.push((code.len(), number));
        }
        let mut found = Vec::new();
        for (offset, _) in code.match_indices(start) {
            let part_of_longer = code[..offset]
                .chars()
                .next_back()
                .is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':');
            if part_of_longer {
                continue;
            }
            let line = ends.iter().find(|(end, _)| offset < *end).map_or(0, |(_, number)| *number);
            let rest = &code[offset + start.len()..];
            found.extend(first_names(rest).into_iter().map(|path| (line, path)));
        }
        found
    }
}

/// The paths at the beginning of `text`: one, or those of a list in braces, to two names each.
fn first_names(text: &str) -> Vec<String> {
    let Some(list) = text.strip_prefix('{') else { return vec![path(text)] };
    let mut depth = 1;
    let mut names = Vec::new();
    let mut start = 0;
    for (index, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if (c == ',' && depth == 1) || depth == 0 {
            names.push(path(list[start..index].trim()));
            start = index + 1;
        }
        if depth == 0 {
            break;
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn path(text: &str) -> String {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    text[..end.unwrap_or(text.len())].trim_end_matches(':').to_owned()
}

/// Whether `line` holds `word`, and not as the end of a longer name.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        !line[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

/// For each module whatever it may import.
fn closure<'a>(table: &'a [(&'a str, &'a [&'a str])]) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let direct: BTreeMap<&str, &[&str]> = table.iter().copied().collect();
    let mut all = BTreeMap::new();
    for (module, names) in table {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&str> = names.to_vec();
        while let Some(name) = open.pop() {
            if reached.insert(name) {
                open.extend(direct.get(name).copied().unwrap_or_default());
            }
        }
        all.insert(*module, reached);
    }
    all
}

/// The rows of the README's table that begins with this head, cell by cell.
fn readme_table(head: &str) -> Vec<Vec<String>> {
    let readme = fs::read_to_string(root().join("README.md")).expect("there is a README");
    let from = readme.find(head).unwrap_or_else(|| panic!("the README has no table {head}"));
    let rows = readme[from..].lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split('|').map(|c| c.trim().to_owned()).collect())
        .collect()
}

#[test]
fn the_readme_tells_who_imports_whom() {
    let told = readme_table("| module of the core | builds on |");
    let held: Vec<Vec<String>> = CORE
        .iter()
        .map(|(module, names)| {
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            let names = if names.is_empty() { "–".to_owned() } else { names.join(", ") };
            vec![format!("`{module}`"), names]
        })
        .collect();
    assert_eq!(told, held);
}

#[test]
fn the_readme_names_every_package_and_every_place() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("there is a manifest");
    let (_, rest) = manifest.split_once("[workspace.dependencies]").expect("shared versions");
    let used: BTreeSet<&str> = rest
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name)
        .filter(|name| !name.starts_with("eventloom"))
        .collect();
    let rows = readme_table("| package | what it does here | where |");
    let told: BTreeSet<&str> = rows.iter().flat_map(|row| row[0].split(", ")).collect();
    let missing: Vec<_> = used.difference(&told).collect();
    assert!(missing.is_empty(), "the README's table lacks {missing:?}");
    let gone: Vec<_> = told.iter().filter(|name| !used.contains(*name)).collect();
    assert_eq!(gone, [&"Inter", &"JetBrains Mono"], "these are not used, the fonts apart");

    let concepts = readme_table("| concept | where |");
    for row in rows.iter().map(|row| &row[2]).chain(concepts.iter().map(|row| &row[1])) {
        for place in row.split('`').skip(1).step_by(2).filter(|place| place.contains('/')) {
            let path = root().join(place);
            assert!(
                path.exists() || path.with_extension("rs").exists(),
                "the README says {place}, which is not there"
            );
        }
    }
}

#[test]
fn the_eye_for_imports_sees_them() {
    let text = "\
use crate::fact::{A, B};
// crate::live
#[cfg(test)]
mod tests;
use crate::{
    ids,
    world::{self, C},
};
fn f(x: super::super::time::T, y: crate::run::R) {}
#[cfg(test)]
mod more {
    use crate::journal;
}
";
    let source = Source { name: "bus/place.rs".to_owned(), text: text.to_owned() };
    let expected = [(1, "fact"), (5, "ids"), (5, "world"), (9, "run"), (9, "time")];
    assert_eq!(source.imports(), expected.map(|(line, name)| (line, name.to_owned())));
    assert!(has_word("let x = std::fs::read(y);", "fs::") && !has_word("cfs::x", "fs::"));
}

//! The real window on a screen of its own, under a window manager, with keyboard and pointer moved
//! from outside: from an empty canvas to a run that can be seen, saved, and taken back.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use eventloom_core::project::{check, file};
use eventloom_tests::{program, project, root, skip};
use tempfile::TempDir;

const WIDTH: usize = 1440;
const HEIGHT: usize = 900;
/// Room for what the window manager adds.
const TITLE_BAR: usize = 32;
/// Software rendering on a machine with other work.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the three nodes are put: the middle of the canvas, apart from each other.
const PRODUCER: Place = (470, 380);
const QUEUE: Place = (720, 380);
const CONSUMER: Place = (970, 380);
/// From a node's middle to its output port.
const PRODUCER_PORT: i32 = 80;
const QUEUE_PORT: i32 = 88;

type Place = (i32, i32);

#[test]
fn from_an_empty_canvas_to_a_run_that_moves() {
    let Some(mut window) = Window::open("from_an_empty_canvas_to_a_run_that_moves", &[]) else {
        return;
    };
    window.keys("ctrl+n");
    window.settle();
    let empty = window.picture("empty");

    for (key, place) in [("p", PRODUCER), ("q", QUEUE), ("c", CONSUMER)] {
        window.point(place);
        window.keys(key);
        window.settle();
    }
    let placed = window.picture("placed");
    assert!(changed(&empty, &placed) > 2_000, "no nodes are to be seen");
    window.drag((PRODUCER.0 + PRODUCER_PORT, PRODUCER.1), QUEUE);
    window.drag((QUEUE.0 + QUEUE_PORT, QUEUE.1), CONSUMER);
    window.point((720, 470));
    window.settle();

    window.keys("space");
    sleep(Duration::from_secs(2));
    let first = window.picture("run-1");
    sleep(Duration::from_millis(700));
    let second = window.picture("run-2");
    assert!(changed(&first, &second) > 50, "nothing moves while it runs");

    window.keys("space");
    window.settle();
    sleep(Duration::from_secs(1));
    let paused = window.picture("paused-1");
    sleep(Duration::from_millis(700));
    assert_eq!(changed(&paused, &window.picture("paused-2")), 0, "a paused run moves");

    let saved = window.folder().join("drawn.ron");
    window.keys("ctrl+s");
    window.settle();
    window.keys("ctrl+a");
    window.type_text(saved.to_str().expect("a path in UTF-8"));
    window.keys("Return");
    window.until("the project is saved", || saved.is_file());
    let drawn = file::load(&saved).unwrap_or_else(|error| panic!("{error}"));
    let kinds: Vec<_> = drawn.nodes.values().map(|node| node.kind.name()).collect();
    assert_eq!(kinds, ["consumer", "producer", "queue"]);
    let mut links: Vec<_> =
        drawn.links.keys().filter_map(|id| drawn.link_kind(id)).map(|kind| kind.name()).collect();
    links.sort_unstable();
    assert_eq!(links, ["consume", "publish"]);
    assert!(check::can_run(&check::check(&drawn)), "three nodes and two links run as they are");

    for _ in 0..5 {
        window.keys("ctrl+z");
        window.settle();
    }
    window.keys("ctrl+s");
    window.until("everything is taken back and saved", || {
        file::load(&saved).is_ok_and(|project| project.nodes.is_empty() && project.links.is_empty())
    });
    window.close();
}

#[test]
fn a_sample_opens_running() {
    let path = project("mm1");
    let before = fs::read(&path).expect("the sample can be read");
    let args = [path.to_str().expect("a path in UTF-8"), "--run"];
    let Some(mut window) = Window::open("a_sample_opens_running", &args) else { return };
    sleep(Duration::from_secs(2));
    let first = window.picture("sample-1");
    sleep(Duration::from_millis(700));
    let second = window.picture("sample-2");
    assert!(changed(&first, &second) > 50, "nothing moves while it runs");
    window.close();
    assert_eq!(fs::read(&path).expect("the sample is there"), before, "the sample was changed");
}

#[test]
fn a_broken_project_opens_as_a_notice() {
    let name = "a_broken_project_opens_as_a_notice";
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let broken = folder.path().join("broken.ron");
    let text = "(version: 1, name: \"cut off\", nodes: {";
    fs::write(&broken, text).expect("it can be written");
    let args = [broken.to_str().expect("a path in UTF-8")];
    let Some(mut window) = Window::open(name, &args) else { return };
    window.settle();
    window.picture("broken");
    assert_eq!(fs::read_to_string(&broken).expect("it is there"), text);
    window.close();
}

/// A child process that ends with its owner.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The program's window. What ends first stands first: program, window manager, screen.
struct Window {
    program: Process,
    _manager: Process,
    _screen: Process,
    display: String,
    id: String,
    said: PathBuf,
    folder: TempDir,
}

impl Window {
    /// Opens the program with `args`; none, and noted as skipped, where a tool is missing.
    fn open(test: &str, args: &[&str]) -> Option<Self> {
        let missing: Vec<_> = ["Xvfb", "openbox", "xdotool", "import"]
            .into_iter()
            .filter(|tool| !is_installed(tool))
            .collect();
        if !missing.is_empty() {
            skip(test, &format!("these programs are missing: {}", missing.join(", ")));
            return None;
        }
        let folder = tempfile::tempdir().expect("there is a folder for temporary files");
        let (screen, display) = screen(folder.path());
        let manager = Command::new("openbox")
            .env("DISPLAY", &display)
            .env("HOME", folder.path())
            .stderr(Stdio::null())
            .spawn()
            .map(Process)
            .expect("openbox starts");
        let said = folder.path().join("said.txt");
        let output = File::create(&said).expect("it can be written");
        let program = Command::new(program())
            .args(args)
            .current_dir(root())
            .env("DISPLAY", &display)
            .env("HOME", folder.path())
            .env("XDG_CONFIG_HOME", folder.path())
            .env("XDG_DATA_HOME", folder.path())
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("WAYLAND_SOCKET")
            // The dialogs of a desktop, if there is one, are not ours to press.
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env_remove("XDG_RUNTIME_DIR")
            .stdin(Stdio::null())
            .stdout(output.try_clone().expect("a second handle"))
            .stderr(output)
            .spawn()
            .map(Process)
            .expect("the program starts");
        let mut window = Self {
            program,
            _manager: manager,
            _screen: screen,
            display,
            id: String::new(),
            said,
            folder,
        };
        window.find();
        Some(window)
    }

    /// Waits for the window, and gives it the keyboard and the whole screen.
    fn find(&mut self) {
        let pid = self.program.0.id().to_string();
        let start = Instant::now();
        while self.id.is_empty() {
            self.alive();
            assert!(start.elapsed() < PATIENCE, "no window appears: {}", self.said());
            sleep(Duration::from_millis(100));
            let found = self.tool("xdotool", &["search", "--onlyvisible", "--pid", &pid]);
            self.id = found.lines().last().unwrap_or_default().to_owned();
        }
        let id = self.id.clone();
        self.tool("xdotool", &["windowactivate", "--sync", &id]);
        self.tool("xdotool", &["windowmove", &id, "0", "0"]);
        let (width, height) = (WIDTH.to_string(), (HEIGHT - TITLE_BAR).to_string());
        self.tool("xdotool", &["windowsize", &id, &width, &height]);
        self.settle();
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.said).unwrap_or_default()
    }

    #[track_caller]
    fn alive(&mut self) {
        let ended = self.program.0.try_wait().expect("its state can be asked for");
        assert!(ended.is_none(), "the program ended with {ended:?}: {}", self.said());
    }

    /// What a tool prints; a search that finds nothing prints nothing.
    fn tool(&self, tool: &str, args: &[&str]) -> String {
        let output = Command::new(tool)
            .args(args)
            .env("DISPLAY", &self.display)
            .output()
            .unwrap_or_else(|error| panic!("{tool}: {error}"));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    #[track_caller]
    fn keys(&mut self, keys: &str) {
        self.tool("xdotool", &["key", "--clearmodifiers", keys]);
        sleep(Duration::from_millis(150));
        self.alive();
    }

    fn type_text(&mut self, text: &str) {
        self.tool("xdotool", &["type", "--delay", "30", text]);
        self.settle();
    }

    fn point(&mut self, (x, y): Place) {
        self.tool("xdotool", &["mousemove", "--sync", &x.to_string(), &y.to_string()]);
        sleep(Duration::from_millis(150));
    }

    /// Presses, moves in steps as a hand does, and lets go.
    fn drag(&mut self, from: Place, to: Place) {
        self.point(from);
        self.tool("xdotool", &["mousedown", "1"]);
        for step in 1..=8 {
            let between = |a: i32, b: i32| a + (b - a) * step / 8;
            self.point((between(from.0, to.0), between(from.1, to.1)));
        }
        self.tool("xdotool", &["mouseup", "1"]);
        self.settle();
    }

    /// Waits until the picture stays as it is, or for three seconds.
    #[track_caller]
    fn settle(&mut self) {
        let mut last = self.grab();
        for _ in 0..10 {
            sleep(Duration::from_millis(300));
            let next = self.grab();
            if changed(&last, &next) == 0 {
                break;
            }
            last = next;
        }
        self.alive();
    }

    /// Waits until `done`.
    #[track_caller]
    fn until(&mut self, what: &str, done: impl Fn() -> bool) {
        let start = Instant::now();
        while !done() {
            self.alive();
            if start.elapsed() >= PATIENCE {
                self.picture("waiting");
                panic!("waited in vain until {what}: {}", self.said());
            }
            sleep(Duration::from_millis(100));
        }
    }

    /// The screen, red, green and blue for each pixel. Kept as a PNG for whoever wants to know why
    /// a test fails.
    #[track_caller]
    fn picture(&mut self, name: &str) -> Vec<u8> {
        self.alive();
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("window-{name}.png"));
        self.tool("import", &["-window", "root", kept.to_str().expect("a path in UTF-8")]);
        self.grab()
    }

    fn grab(&self) -> Vec<u8> {
        let output = Command::new("import")
            .args(["-window", "root", "-depth", "8", "rgb:-"])
            .env("DISPLAY", &self.display)
            .output()
            .expect("import starts");
        assert_eq!(output.stdout.len(), WIDTH * HEIGHT * 3, "no picture of the screen");
        output.stdout
    }

    /// Asks the window to close; the program has to end by itself, in order.
    fn close(mut self) {
        self.tool("xdotool", &["key", "--clearmodifiers", "ctrl+q"]);
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.program.0.try_wait().expect("its state can be asked for") {
                break status;
            }
            assert!(start.elapsed() < PATIENCE, "the window does not close: {}", self.said());
            sleep(Duration::from_millis(50));
        };
        assert!(status.success(), "the program ended with {status}: {}", self.said());
    }
}

/// A screen without a monitor on a free display.
fn screen(folder: &Path) -> (Process, String) {
    let number = folder.join("display");
    let size = format!("{WIDTH}x{HEIGHT}x24");
    // The X server writes the number of its display once it is ready.
    let screen = Command::new("Xvfb")
        .args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", &size])
        .stdout(File::create(&number).expect("it can be written"))
        .stderr(Stdio::null())
        .spawn()
        .map(Process)
        .expect("Xvfb starts");
    let start = Instant::now();
    loop {
        let text = fs::read_to_string(&number).unwrap_or_default();
        if text.ends_with('\n') {
            return (screen, format!(":{}", text.trim()));
        }
        assert!(start.elapsed() < PATIENCE, "the virtual screen does not start");
        sleep(Duration::from_millis(50));
    }
}

fn is_installed(tool: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(tool).is_file())
}

/// How many pixels differ between two pictures.
fn changed(a: &[u8], b: &[u8]) -> usize {
    a.chunks(3).zip(b.chunks(3)).filter(|(a, b)| a != b).count()
}

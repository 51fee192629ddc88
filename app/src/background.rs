//! What takes longer than a frame: reading and writing projects, reading folders, the system's file dialog. Each on
//! a thread of its own; the results come back to the window's `logic`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use eventloom_core::project::Project;
use eventloom_core::project::file::{self, LoadError, SaveError};

/// A file or a folder in a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Folders come first.
    pub is_file: bool,
    /// Its name.
    pub name: String,
}

/// What came back.
#[derive(Debug)]
pub enum Outcome {
    /// A project was read, or could not be.
    Loaded {
        /// Its file.
        path: PathBuf,
        /// What was read.
        result: Result<Project, LoadError>,
    },
    /// A project was written, or could not be.
    Saved {
        /// Whether it was.
        result: Result<(), SaveError>,
    },
    /// What a folder holds: folders and projects.
    Listed {
        /// The folder.
        folder: PathBuf,
        /// What is in it; the error says why it cannot be read.
        result: Result<Vec<Entry>, String>,
    },
    /// The system's file dialog was answered.
    Picked {
        /// The file chosen; none where it was cancelled.
        path: Option<PathBuf>,
    },
}

/// Threads under way.
pub struct Background {
    sender: Sender<Outcome>,
    outcomes: Receiver<Outcome>,
    ctx: egui::Context,
    under_way: usize,
}

impl Background {
    /// Work whose end wakes the window `ctx`.
    pub fn new(ctx: &egui::Context) -> Self {
        let (sender, outcomes) = channel();
        Self { sender, outcomes, ctx: ctx.clone(), under_way: 0 }
    }

    /// What has come back since the last call.
    pub fn take(&mut self) -> Vec<Outcome> {
        let outcomes: Vec<Outcome> = self.outcomes.try_iter().collect();
        self.under_way -= outcomes.len().min(self.under_way);
        outcomes
    }

    /// Whether something is under way.
    pub fn is_busy(&self) -> bool {
        self.under_way > 0
    }

    /// Reads a project.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn load(&mut self, path: PathBuf) -> std::io::Result<()> {
        self.spawn("load", move || {
            let result = file::load(&path);
            Outcome::Loaded { path, result }
        })
    }

    /// Writes a project.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn save(&mut self, path: PathBuf, project: Arc<Project>) -> std::io::Result<()> {
        self.spawn("save", move || {
            let result = file::save(&path, &project);
            Outcome::Saved { result }
        })
    }

    /// Lists the folders and projects of a folder.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn list(&mut self, folder: PathBuf) -> std::io::Result<()> {
        self.spawn("list", move || {
            let result = list(&folder).map_err(|error| error.to_string());
            Outcome::Listed { folder, result }
        })
    }

    /// Asks with the system's dialog for a file to open, or to save under.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn pick(&mut self, save: bool, folder: PathBuf, file_name: String) -> std::io::Result<()> {
        self.spawn("pick", move || {
            let dialog =
                rfd::FileDialog::new().add_filter("Eventloom", &["ron"]).set_directory(folder);
            let path =
                if save { dialog.set_file_name(file_name).save_file() } else { dialog.pick_file() };
            Outcome::Picked { path }
        })
    }

    fn spawn(
        &mut self,
        name: &str,
        work: impl FnOnce() -> Outcome + Send + 'static,
    ) -> std::io::Result<()> {
        let sender = self.sender.clone();
        let ctx = self.ctx.clone();
        std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            // The window may have been closed meanwhile; then nobody waits for the outcome.
            if sender.send(work()).is_ok() {
                ctx.request_repaint();
            }
        })?;
        self.under_way += 1;
        Ok(())
    }
}

/// Whether the system's file dialog can appear: on Linux it is asked for over the session's bus,
/// elsewhere it may have to run on the main thread, which a frame cannot wait for.
pub fn has_system_dialog() -> bool {
    cfg!(windows)
        || cfg!(target_os = "linux") && std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some()
}

fn list(folder: &Path) -> std::io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // Links are followed: a linked folder is a folder to whoever looks for a file.
        let Ok(metadata) = std::fs::metadata(entry.path()) else { continue };
        let is_project = metadata.is_file() && name.ends_with(".ron");
        if !name.starts_with('.') && (metadata.is_dir() || is_project) {
            entries.push(Entry { is_file: is_project, name });
        }
    }
    entries.sort();
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_lists_folders_then_projects_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["b.ron", "a.ron", "notes.txt", ".hidden.ron"] {
            std::fs::write(folder.path().join(name), "").expect("it can be written");
        }
        std::fs::create_dir(folder.path().join("z")).expect("it can be made");
        let names: Vec<String> =
            list(folder.path()).expect("it can be read").into_iter().map(|e| e.name).collect();
        assert_eq!(names, ["z", "a.ron", "b.ron"]);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test waits for a thread")]
    fn work_comes_back() {
        let mut background = Background::new(&egui::Context::default());
        background.load(PathBuf::from("/nowhere/at/all.ron")).expect("a thread");
        assert!(background.is_busy());
        let mut outcomes = Vec::new();
        for _ in 0..500 {
            outcomes = background.take();
            if !outcomes.is_empty() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert!(matches!(outcomes.as_slice(), [Outcome::Loaded { result: Err(_), .. }]));
        assert!(!background.is_busy());
    }
}

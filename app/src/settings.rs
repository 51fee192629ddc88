//! What the window remembers between two starts: theme and recent files, as RON in the user's
//! config folder. What cannot be read or written costs nothing but the memory.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::theme::ThemeName;

/// How many recent files are kept.
const KEPT: usize = 12;

/// The name of the settings' file.
const FILE_NAME: &str = "settings.ron";

/// A file that was open before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recent {
    /// The file.
    pub path: PathBuf,
    /// When it was last opened or saved, in seconds since 1970.
    #[serde(default)]
    pub at: u64,
    /// Whether it was gone when last looked for.
    #[serde(skip)]
    pub missing: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Stored {
    version: u32,
    #[serde(default)]
    theme: ThemeName,
    #[serde(default)]
    recent: Vec<Recent>,
}

/// The settings, and where they are kept.
#[derive(Debug)]
pub struct Settings {
    stored: Stored,
    /// None: nothing is kept.
    file: Option<PathBuf>,
}

impl Settings {
    /// The settings in this folder; what is not there or cannot be read is as at first. Without a
    /// folder nothing is kept.
    pub fn load(folder: Option<&Path>) -> Self {
        let file = folder.map(|folder| folder.join(FILE_NAME));
        let stored =
            file.as_deref().and_then(read).unwrap_or(Stored { version: 1, ..Stored::default() });
        let mut settings = Self { stored, file };
        settings.look_for_recent();
        settings
    }

    /// The theme.
    pub fn theme(&self) -> ThemeName {
        self.stored.theme
    }

    /// Remembers the theme.
    pub fn set_theme(&mut self, theme: ThemeName) {
        self.stored.theme = theme;
        self.store();
    }

    /// The recent files, newest first.
    pub fn recent(&self) -> &[Recent] {
        &self.stored.recent
    }

    /// This file is open now, or was saved.
    pub fn opened(&mut self, path: &Path) {
        // A relative path means something else at the next start.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        self.stored.recent.retain(|recent| recent.path != path);
        self.stored.recent.insert(0, Recent { path, at: now_s(), missing: false });
        self.stored.recent.truncate(KEPT);
        self.store();
    }

    /// Forgets the recent files.
    pub fn clear_recent(&mut self) {
        self.stored.recent.clear();
        self.store();
    }

    /// Looks which of the recent files are still there.
    pub fn look_for_recent(&mut self) {
        for recent in &mut self.stored.recent {
            recent.missing = !recent.path.is_file();
        }
    }

    fn store(&self) {
        let Some(file) = &self.file else { return };
        if let Err(error) = write(file, &self.stored) {
            tracing::warn!("the settings cannot be kept: {error} ({})", file.display());
        }
    }
}

/// Seconds since 1970.
pub fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn read(file: &Path) -> Option<Stored> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        Err(error) => {
            tracing::warn!("the settings cannot be read: {error} ({})", file.display());
            return None;
        }
    };
    ron::from_str::<Stored>(&text)
        .inspect_err(|error| {
            tracing::warn!("the settings are broken: {error} ({})", file.display());
        })
        .ok()
}

fn write(file: &Path, stored: &Stored) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let text = ron::ser::to_string_pretty(stored, ron::ser::PrettyConfig::default())
        .map_err(std::io::Error::other)?;
    // A crash in between leaves the old file whole.
    let temporary = file.with_extension("ron.new");
    fs::write(&temporary, text)?;
    fs::rename(&temporary, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn theme_and_recent_files_outlive_the_window() {
        let folder = tempfile::tempdir().expect("a folder");
        let [a, b] = ["a.ron", "b.ron"].map(|name| folder.path().join(name));
        fs::write(&a, "").expect("it can be written");
        let mut settings = Settings::load(Some(folder.path()));
        settings.set_theme(ThemeName::Light);
        settings.opened(&a);
        settings.opened(&b);
        settings.opened(&a);
        let again = Settings::load(Some(folder.path()));
        assert_eq!(again.theme(), ThemeName::Light);
        let recent: Vec<_> = again.recent().iter().map(|r| (r.path.clone(), r.missing)).collect();
        assert_eq!(recent, [(a, false), (b, true)]);
    }

    #[test]
    fn broken_settings_are_as_none() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(FILE_NAME), "(((").expect("it can be written");
        let settings = Settings::load(Some(folder.path()));
        assert_eq!(settings.theme(), ThemeName::Dark);
        assert!(settings.recent().is_empty());
    }

    #[test]
    fn the_list_is_short() {
        let mut settings = Settings::load(None);
        for number in 0..40 {
            settings.opened(Path::new(&format!("/nowhere/{number}.ron")));
        }
        assert_eq!(settings.recent().len(), KEPT);
        settings.clear_recent();
        assert!(settings.recent().is_empty());
    }
}

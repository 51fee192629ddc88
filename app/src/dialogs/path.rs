//! Where to open or save: a field for the path, and the folders and projects of the present folder.

use std::path::{Path, PathBuf};

use egui::{Align, Key, Layout, Modifiers, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::small::{escape, modal};
use super::{DialogRequest, Next};
use crate::background::{Entry, has_system_dialog};
use crate::text::{tr, tr_args};
use crate::theme::{Theme, style};
use crate::widgets::icons::Icon;
use crate::widgets::{control, prompt};

/// What the path is for.
#[derive(Clone, Debug, PartialEq)]
pub enum Purpose {
    /// To open it.
    Open,
    /// To save under it, then go on with this.
    Save {
        /// What waits for the saving.
        next: Option<Next>,
    },
}

/// The state of the dialog.
#[derive(Debug)]
pub struct PathDialog {
    /// What the path is for.
    pub purpose: Purpose,
    /// The folder whose contents are listed.
    folder: PathBuf,
    /// None: not yet read.
    entries: Option<Result<Vec<Entry>, String>>,
    /// What stands in the field: relative to `folder`, or absolute.
    text: String,
    /// The chosen row.
    row: Option<usize>,
    /// The existing file that the next confirmation replaces.
    replaces: Option<PathBuf>,
    error: Option<String>,
    opened: bool,
}

impl PathDialog {
    /// A dialog that begins in `folder` with `name` in its field.
    pub fn new(purpose: Purpose, folder: PathBuf, name: String) -> Self {
        Self {
            purpose,
            folder,
            entries: None,
            text: name,
            row: None,
            replaces: None,
            error: None,
            opened: false,
        }
    }

    /// The folder whose contents are listed.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The name in the field, without its folder.
    pub fn file_name(&self) -> String {
        let name = Path::new(&self.text).file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// The folder was read.
    pub fn listed(&mut self, folder: &Path, result: Result<Vec<Entry>, String>) {
        if folder == self.folder {
            self.entries = Some(result);
        }
    }

    /// Says why what was asked for could not be done; the dialog stays.
    pub fn refuse(&mut self, error: String) {
        self.error = Some(error);
    }

    /// Shows the dialog; returns what it asks for.
    pub fn show(&mut self, ctx: &egui::Context, theme: &Theme) -> Option<DialogRequest> {
        if !self.opened {
            self.opened = true;
            return Some(DialogRequest::List(self.folder.clone()));
        }
        // Taken before the field sees them.
        let enter = ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter));
        let step = ctx.input_mut(|input| {
            i32::from(input.consume_key(Modifiers::NONE, Key::ArrowDown))
                - i32::from(input.consume_key(Modifiers::NONE, Key::ArrowUp))
        });
        if step != 0 {
            self.step_row(step);
        }
        let mut request = None;
        let modal = modal(theme, "path-dialog").show(ctx, |ui| {
            ui.set_width(560.0);
            ui.label(RichText::new(self.title()).text_style(style::title()));
            ui.add_space(8.0);
            self.field(ui, theme);
            ui.add_space(4.0);
            request = self.list(ui, theme);
            ui.add_space(8.0);
            if let Some(error) = &self.error {
                ui.label(RichText::new(error).color(theme.full_text));
            } else if let Some(path) = &self.replaces {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let text = tr_args("shell-path-replaces", &[("name", name.into())]);
                ui.label(RichText::new(text).color(theme.warn_text));
            }
            ui.add_space(8.0);
            if let Some(asked) = self.buttons(ui, theme) {
                request = Some(asked);
            }
        });
        if enter {
            request = self.confirm();
        }
        if request.is_none() && (modal.should_close() || escape(ctx)) {
            request = Some(DialogRequest::Close);
        }
        request
    }

    fn title(&self) -> &'static str {
        match self.purpose {
            Purpose::Open => tr("shell-path-open-title"),
            Purpose::Save { .. } => tr("shell-path-save-title"),
        }
    }

    fn field(&mut self, ui: &mut Ui, theme: &Theme) {
        let label = ui.label(
            RichText::new(tr("shell-path-field")).text_style(style::caption()).color(theme.text_3),
        );
        let field = TextEdit::singleline(&mut self.text)
            .hint_text(tr("shell-path-hint"))
            .margin(vec2(8.0, 6.0))
            .desired_width(f32::INFINITY);
        let response = ui.add(field).labelled_by(label.id);
        if response.changed() {
            self.row = None;
            self.replaces = None;
            self.error = None;
        }
        // The field keeps the keyboard: the list is walked from it.
        if !response.has_focus() && ui.memory(|memory| memory.focused().is_none()) {
            response.request_focus();
        }
    }

    /// The folder's contents. Asks for another folder when one was chosen.
    fn list(&mut self, ui: &mut Ui, theme: &Theme) -> Option<DialogRequest> {
        let mut chosen = None;
        let mut up = false;
        ui.horizontal(|ui| {
            if let Some(parent) = self.folder.parent() {
                let tip = parent.display().to_string();
                let label = tr("shell-path-up");
                up = control::small_icon(ui, theme, Icon::Folder, label, &tip).clicked();
            }
            let shown = self.folder.display().to_string();
            ui.add(egui::Label::new(RichText::new(shown).small().color(theme.text_2)).truncate());
        });
        egui::Frame::new()
            .fill(theme.bg_field)
            .stroke(egui::Stroke::new(1.0, theme.line_strong))
            .corner_radius(4)
            .inner_margin(4)
            .show(ui, |ui| {
                ui.set_min_height(224.0);
                ui.set_width(ui.available_width());
                match &self.entries {
                    None => empty(ui, theme, tr("shell-path-reading")),
                    Some(Err(error)) => {
                        ui.label(RichText::new(error).color(theme.full_text));
                    }
                    Some(Ok(entries)) if entries.is_empty() => {
                        empty(ui, theme, tr("shell-path-empty"));
                    }
                    Some(Ok(entries)) => chosen = rows(ui, theme, entries, self.row),
                }
            });
        if up {
            let parent = self.folder.parent().map(Path::to_owned)?;
            return Some(self.go(parent));
        }
        let (row, twice) = chosen?;
        self.choose(row);
        twice.then(|| self.confirm()).flatten()
    }

    fn buttons(&mut self, ui: &mut Ui, theme: &Theme) -> Option<DialogRequest> {
        let mut request = None;
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let text = match (&self.purpose, &self.replaces) {
                (Purpose::Open, _) => tr("shell-path-open"),
                (Purpose::Save { .. }, None) => tr("shell-path-save"),
                (Purpose::Save { .. }, Some(_)) => tr("shell-path-replace"),
            };
            if prompt::primary(ui, theme, text).clicked() {
                request = self.confirm();
            }
            if prompt::plain(ui, theme, tr("shell-path-cancel")).clicked() {
                request = Some(DialogRequest::Close);
            }
            if has_system_dialog() {
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    if prompt::plain(ui, theme, tr("shell-path-browse")).clicked() {
                        request = Some(DialogRequest::Browse);
                    }
                });
            }
        });
        request
    }

    /// Another row, with the keys.
    fn step_row(&mut self, step: i32) {
        let Some(Ok(entries)) = &self.entries else { return };
        let Some(last) = entries.len().checked_sub(1) else { return };
        let row = match self.row {
            None => 0,
            Some(row) if step > 0 => (row + 1).min(last),
            Some(row) => row.saturating_sub(1),
        };
        self.choose(row);
    }

    fn choose(&mut self, row: usize) {
        let Some(Ok(entries)) = &self.entries else { return };
        let Some(entry) = entries.get(row) else { return };
        let saves_into = !entry.is_file && matches!(self.purpose, Purpose::Save { .. });
        if !saves_into {
            self.text.clone_from(&entry.name);
        }
        self.row = Some(row);
        self.replaces = None;
        self.error = None;
    }

    fn go(&mut self, folder: PathBuf) -> DialogRequest {
        self.folder.clone_from(&folder);
        self.entries = None;
        self.row = None;
        if self.purpose == Purpose::Open {
            self.text.clear();
        }
        DialogRequest::List(folder)
    }

    /// What Enter does: into the chosen folder, or the file is taken.
    fn confirm(&mut self) -> Option<DialogRequest> {
        let chosen_folder = match (&self.entries, self.row) {
            (Some(Ok(entries)), Some(row)) => entries.get(row).filter(|entry| !entry.is_file),
            _ => None,
        };
        if let Some(entry) = chosen_folder {
            let folder = self.folder.join(&entry.name);
            return Some(self.go(folder));
        }
        let text = self.text.trim();
        if text.is_empty() {
            self.error = Some(tr("shell-path-none").to_owned());
            return None;
        }
        let path = self.folder.join(expand_home(text));
        if path.is_dir() {
            return Some(self.go(path));
        }
        match self.purpose {
            Purpose::Open if !path.is_file() => {
                let shown = path.display().to_string();
                self.error = Some(tr_args("shell-path-missing", &[("path", shown.into())]));
                None
            }
            Purpose::Open => Some(DialogRequest::Confirm(path)),
            Purpose::Save { .. } => self.confirm_save(with_extension(path)),
        }
    }

    fn confirm_save(&mut self, path: PathBuf) -> Option<DialogRequest> {
        if path.exists() && self.replaces.as_ref() != Some(&path) {
            self.replaces = Some(path);
            return None;
        }
        Some(DialogRequest::Confirm(path))
    }
}

/// `~` as the shell has it.
fn expand_home(text: &str) -> PathBuf {
    let home = || directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
    match text.strip_prefix('~') {
        Some("") => home().unwrap_or_else(|| PathBuf::from(text)),
        Some(rest) if rest.starts_with('/') => {
            home().map_or_else(|| PathBuf::from(text), |home| home.join(&rest[1..]))
        }
        _ => PathBuf::from(text),
    }
}

/// A name without an extension gets the projects' one.
fn with_extension(path: PathBuf) -> PathBuf {
    if path.extension().is_some() { path } else { path.with_extension("ron") }
}

fn empty(ui: &mut Ui, theme: &Theme, text: &str) {
    ui.centered_and_justified(|ui| ui.label(RichText::new(text).color(theme.text_3)));
}

/// The rows; which one was clicked, and whether twice.
fn rows(
    ui: &mut Ui,
    theme: &Theme,
    entries: &[Entry],
    chosen: Option<usize>,
) -> Option<(usize, bool)> {
    let mut clicked = None;
    ScrollArea::vertical().max_height(224.0).auto_shrink([false, false]).show_rows(
        ui,
        24.0,
        entries.len(),
        |ui, range| {
            for row in range {
                let entry = &entries[row];
                let icon = if entry.is_file { Icon::File } else { Icon::Folder };
                let response = prompt::row(ui, theme, icon, &entry.name, chosen == Some(row), 24.0);
                if response.double_clicked() {
                    clicked = Some((row, true));
                } else if response.clicked() {
                    clicked = Some((row, false));
                }
            }
        },
    );
    clicked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialog(purpose: Purpose, folder: &Path) -> PathDialog {
        let mut dialog = PathDialog::new(purpose, folder.to_owned(), String::new());
        let entry = |is_file, name: &str| Entry { is_file, name: name.to_owned() };
        dialog.listed(folder, Ok(vec![entry(false, "sub"), entry(true, "a.ron")]));
        dialog
    }

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("sub")).expect("it can be made");
        std::fs::write(folder.path().join("a.ron"), "").expect("it can be written");
        folder
    }

    #[test]
    fn keys_walk_the_list_into_folders_and_to_files() {
        let folder = folder();
        let mut dialog = dialog(Purpose::Open, folder.path());
        dialog.step_row(1);
        let sub = folder.path().join("sub");
        assert_eq!(dialog.confirm(), Some(DialogRequest::List(sub.clone())));
        assert_eq!(dialog.folder(), sub);
        let mut dialog = self::dialog(Purpose::Open, folder.path());
        dialog.step_row(1);
        dialog.step_row(1);
        dialog.step_row(1);
        let file = folder.path().join("a.ron");
        assert_eq!(dialog.confirm(), Some(DialogRequest::Confirm(file)));
    }

    #[test]
    fn what_is_not_there_is_not_opened_and_the_draft_stays() {
        let folder = folder();
        let mut dialog = dialog(Purpose::Open, folder.path());
        assert_eq!(dialog.confirm(), None);
        dialog.text = "no.ron".to_owned();
        assert_eq!(dialog.confirm(), None);
        assert!(dialog.error.as_deref().is_some_and(|error| error.contains("no.ron")));
        assert_eq!(dialog.text, "no.ron");
    }

    #[test]
    fn a_file_is_replaced_only_when_confirmed_twice() {
        let folder = folder();
        let mut dialog = dialog(Purpose::Save { next: None }, folder.path());
        dialog.text = "a".to_owned();
        assert_eq!(dialog.confirm(), None);
        let path = folder.path().join("a.ron");
        assert_eq!(dialog.confirm(), Some(DialogRequest::Confirm(path)));
        dialog.text = "new".to_owned();
        let path = folder.path().join("new.ron");
        assert_eq!(dialog.confirm(), Some(DialogRequest::Confirm(path)));
    }
}

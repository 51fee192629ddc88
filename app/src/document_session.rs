//! The open document: the project with its undo history, its file, and what is wrong with it. Knows
//! nothing of windows.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eventloom_core::edit::{Edit, EditError, History};
use eventloom_core::project::Project;
use eventloom_core::project::check::{self, Problem};
use eventloom_core::project::file::{self, LoadError};

/// Where a document came from, which decides what its name is and whether it can be saved at once.
#[derive(Clone, Debug, PartialEq)]
enum Origin {
    /// New: nothing is lost while it is empty.
    New,
    /// A copy of a sample, and the folder from which its relative paths count.
    Sample { file_name: String, folder: Option<PathBuf> },
    /// A file.
    File(PathBuf),
}

/// A project that is open for drawing.
#[derive(Debug)]
pub struct DocumentSession {
    project: Arc<Project>,
    history: History,
    origin: Origin,
    problems: Vec<Problem>,
    /// How often the project has changed.
    generation: u64,
    /// How many times it is being written now.
    being_saved: usize,
}

impl DocumentSession {
    /// A new project, not yet in any file.
    pub fn new(project: Project) -> Self {
        Self::with(project, Origin::New)
    }

    /// Reads a project's file.
    ///
    /// # Errors
    /// A [`LoadError`] that names the place in the file.
    pub fn open(path: &Path) -> Result<Self, LoadError> {
        Ok(Self::opened(file::load(path)?, path.to_owned()))
    }

    /// A project that has just been read from this file.
    pub fn opened(project: Project, path: PathBuf) -> Self {
        Self::with(project, Origin::File(path))
    }

    /// A copy of a sample, not yet in any file. Relative paths in it count from `folder`.
    pub fn sample(project: Project, file_name: &str, folder: Option<PathBuf>) -> Self {
        Self::with(project, Origin::Sample { file_name: file_name.to_owned(), folder })
    }

    fn with(project: Project, origin: Origin) -> Self {
        let problems = check::check(&project);
        Self {
            project: Arc::new(project),
            history: History::new(),
            origin,
            problems,
            generation: 0,
            being_saved: 0,
        }
    }

    /// The project as it is now, with what an open gesture shows.
    pub fn project(&self) -> &Arc<Project> {
        &self.project
    }

    /// What is wrong with it; found anew after each change.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Whether it can run: nothing that is wrong is an error.
    pub fn can_run(&self) -> bool {
        check::can_run(&self.problems)
    }

    /// Rises with every change.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The file, if there is one.
    pub fn path(&self) -> Option<&Path> {
        match &self.origin {
            Origin::File(path) => Some(path),
            Origin::New | Origin::Sample { .. } => None,
        }
    }

    /// The folder from which the project's relative paths count.
    pub fn folder(&self) -> Option<PathBuf> {
        match &self.origin {
            Origin::New => None,
            Origin::Sample { folder, .. } => folder.clone(),
            Origin::File(path) => path.parent().map(Path::to_owned),
        }
    }

    /// The name to show, such as `mm1.ron`; none for a new document.
    pub fn file_name(&self) -> Option<String> {
        match &self.origin {
            Origin::New => None,
            Origin::Sample { file_name, .. } => Some(file_name.clone()),
            Origin::File(path) => {
                Some(path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned())
            }
        }
    }

    /// Whether what is shown is in no file: it was changed, or is a copy that was never saved.
    pub fn is_dirty(&self) -> bool {
        self.has_unsaved_work() || matches!(self.origin, Origin::Sample { .. })
    }

    /// Whether somebody's work would be lost with it. An untouched copy of a sample is no work.
    pub fn has_unsaved_work(&self) -> bool {
        self.history.is_dirty() || self.being_saved > 0
    }

    /// Whether there is a step to take back.
    pub fn can_undo(&self) -> bool {
        self.history.can_undo()
    }

    /// Whether there is a step to do again.
    pub fn can_redo(&self) -> bool {
        self.history.can_redo()
    }

    /// Changes the project: one undo step.
    ///
    /// # Errors
    /// An [`EditError`] where the change does not fit; nothing is changed then.
    pub fn edit(&mut self, edit: Edit) -> Result<(), EditError> {
        self.history.apply(Arc::make_mut(&mut self.project), edit)?;
        self.changed();
        Ok(())
    }

    /// A gesture begins.
    pub fn begin_gesture(&mut self) {
        self.history.begin();
    }

    /// Shows what the gesture would do if it ended now.
    ///
    /// # Errors
    /// An [`EditError`] where the change does not fit; the preview before it stays.
    pub fn preview(&mut self, edit: Edit) -> Result<(), EditError> {
        self.history.preview(Arc::make_mut(&mut self.project), edit)?;
        self.changed();
        Ok(())
    }

    /// Ends the gesture; returns what it changed, if it changed anything.
    pub fn end_gesture(&mut self) -> Option<Edit> {
        self.history.end()
    }

    /// Gives the gesture up: the project is as before it.
    pub fn abort_gesture(&mut self) {
        if self.history.in_gesture() {
            self.history.abort(Arc::make_mut(&mut self.project));
            self.changed();
        }
    }

    /// Takes the last step back and returns the change that did it.
    pub fn undo(&mut self) -> Option<Edit> {
        let edit = self.history.undo(Arc::make_mut(&mut self.project))?;
        self.changed();
        Some(edit)
    }

    /// Does again what was taken back last and returns the change that did it.
    pub fn redo(&mut self) -> Option<Edit> {
        let edit = self.history.redo(Arc::make_mut(&mut self.project))?;
        self.changed();
        Some(edit)
    }

    /// What is to be written, as it is seen now. It counts as unsaved until the writing is told of
    /// by [`Self::saved`] or [`Self::not_saved`]; what is changed meanwhile stays a change.
    pub fn begin_save(&mut self) -> Arc<Project> {
        // Marking ends a gesture: what is saved is what is seen.
        self.history.mark_saved();
        self.being_saved += 1;
        Arc::clone(&self.project)
    }

    /// What [`Self::begin_save`] gave was written under this path, which is the document's from then
    /// on.
    pub fn saved(&mut self, path: PathBuf) {
        self.being_saved = self.being_saved.saturating_sub(1);
        self.origin = Origin::File(path);
    }

    /// It could not be written; the document keeps its path.
    pub fn not_saved(&mut self) {
        self.being_saved = self.being_saved.saturating_sub(1);
        self.history.mark_unsaved();
    }

    /// Whether all that was changed is being written now.
    pub fn is_being_saved(&self) -> bool {
        self.being_saved > 0 && !self.history.is_dirty()
    }

    fn changed(&mut self) {
        self.generation += 1;
        self.problems = check::check(&self.project);
    }
}

#[cfg(test)]
mod tests {
    use eventloom_core::ids::NodeId;
    use eventloom_core::project::{Node, NodeKind, Point, Producer, Waiting};

    use super::*;

    fn set(id: &str, kind: NodeKind, x: f32) -> Edit {
        Edit::SetNode {
            id: NodeId::new(id),
            node: Node { name: String::new(), at: Point(x, 0.0), kind },
        }
    }

    fn producer(x: f32) -> Edit {
        set("source", NodeKind::Producer(Producer::default()), x)
    }

    #[test]
    fn a_change_is_seen_checked_and_can_be_taken_back() {
        let mut document = DocumentSession::new(Project::default());
        assert!(!document.is_dirty() && document.file_name().is_none());
        document.edit(producer(0.0)).expect("it fits");
        assert!(document.has_unsaved_work() && document.can_undo());
        assert!(!document.problems().is_empty(), "a producer without a link is a problem");
        assert!(document.undo().is_some());
        assert!(document.project().nodes.is_empty() && !document.has_unsaved_work());
        assert!(document.redo().is_some());
        assert_eq!(document.project().nodes.len(), 1);
    }

    #[test]
    fn a_gesture_is_one_step_and_escape_leaves_no_trace() {
        let mut document = DocumentSession::new(Project::default());
        document.edit(producer(0.0)).expect("it fits");
        let before = Arc::clone(document.project());
        document.begin_gesture();
        for x in 1..5_i16 {
            document.preview(producer(f32::from(x))).expect("it fits");
        }
        assert_eq!(document.end_gesture(), Some(producer(4.0)));
        assert!(document.undo().is_some());
        assert_eq!(*document.project(), before);
        document.begin_gesture();
        document.preview(producer(9.0)).expect("it fits");
        document.abort_gesture();
        assert_eq!(*document.project(), before);
        assert_eq!(document.end_gesture(), None);
    }

    #[test]
    fn a_change_that_does_not_fit_changes_nothing() {
        let mut document = DocumentSession::new(Project::default());
        let generation = document.generation();
        assert!(document.edit(Edit::RemoveNode { id: NodeId::new("nobody") }).is_err());
        assert_eq!(document.generation(), generation);
        assert!(!document.has_unsaved_work());
    }

    #[test]
    fn saved_and_opened_again_it_is_the_same_and_clean() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.ron");
        let mut document = DocumentSession::new(Project::default());
        document.edit(set("queue", NodeKind::Queue(Waiting::default()), 8.0)).expect("it fits");
        let written = document.begin_save();
        assert!(document.has_unsaved_work() && document.is_being_saved());
        file::save(&path, &written).expect("it can be written");
        document.saved(path.clone());
        assert!(!document.is_dirty());
        assert_eq!(document.file_name().as_deref(), Some("a.ron"));
        let again = DocumentSession::open(&path).expect("it can be read");
        assert_eq!(again.project(), document.project());
        assert_eq!(again.folder().as_deref(), Some(folder.path()));
        document.undo();
        assert!(document.has_unsaved_work());
    }

    #[test]
    fn what_cannot_be_saved_and_what_was_changed_meanwhile_stay_unsaved() {
        let mut document = DocumentSession::new(Project::default());
        document.edit(producer(0.0)).expect("it fits");
        document.begin_save();
        document.not_saved();
        assert!(document.has_unsaved_work() && document.path().is_none());
        document.begin_save();
        document.edit(producer(8.0)).expect("it fits");
        assert!(!document.is_being_saved(), "not all of it");
        document.saved(PathBuf::from("a.ron"));
        assert!(document.has_unsaved_work());
        document.undo();
        assert!(!document.has_unsaved_work(), "this is what was written");
    }

    #[test]
    fn a_sample_is_an_unsaved_copy_but_no_work_of_anybody() {
        let mut document = DocumentSession::sample(Project::default(), "mm1.ron", None);
        assert!(document.is_dirty() && !document.has_unsaved_work());
        assert_eq!(document.file_name().as_deref(), Some("mm1.ron"));
        assert_eq!(document.path(), None);
        document.begin_save();
        document.saved(PathBuf::from("mine.ron"));
        assert!(!document.is_dirty());
    }
}

//! Undo and redo of the drawing.

use std::collections::VecDeque;

use super::{Edit, EditError};
use crate::project::Project;

/// How many steps can be taken back. Older ones are forgotten.
pub const MAX_STEPS: usize = 1_000;

/// What was done to a project, and what was taken back.
///
/// A history goes with one project: every change of it has to pass through here.
///
/// A *gesture* (a drag, a slider) is many changes that become one step: [`begin`](Self::begin),
/// [`preview`](Self::preview) as often as need be, then [`end`](Self::end) or
/// [`abort`](Self::abort).
///
/// A run that is on takes the same changes as inputs: what was given to `apply`, and what `end`,
/// `undo` and `redo` return; previews are not among them. So whoever feeds a run calls `end` before
/// the others, which would end a gesture unseen.
#[derive(Clone, Debug, Default)]
pub struct History {
    done: VecDeque<Step>,
    undone: Vec<Step>,
    gesture: Option<Gesture>,
    /// How many steps were forgotten; with `done.len()` the position in all that was ever done.
    forgotten: u64,
    saved: Saved,
}

/// A change and its inverse.
#[derive(Clone, Debug)]
struct Step {
    edit: Edit,
    inverse: Edit,
}

#[derive(Clone, Debug, Default)]
struct Gesture {
    /// What is to be seen of it now.
    preview: Option<Step>,
}

/// Where in the history the project is the saved one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Saved {
    /// After this many steps.
    At(u64),
    /// No undo and no redo leads there any more.
    Lost,
}

impl Default for Saved {
    fn default() -> Self {
        Self::At(0)
    }
}

impl History {
    /// The history of a project that has just been opened or made, and counts as saved.
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies a change as one step. A gesture that is open ends before. What was taken back can
    /// no longer be done again. A change that changes nothing is no step.
    ///
    /// # Errors
    /// An [`EditError`] where the change does not fit; project and history are then unchanged.
    pub fn apply(&mut self, project: &mut Project, edit: Edit) -> Result<(), EditError> {
        let inverse = edit.apply(project)?;
        // Had the gesture ended first, a change that does not fit would have ended it.
        self.end();
        self.push(Step { edit, inverse });
        Ok(())
    }

    /// Opens a gesture. One that is open ends before.
    pub fn begin(&mut self) {
        self.end();
        self.gesture = Some(Gesture::default());
    }

    /// Shows what the gesture does now, in place of what it did before. Opens one where none is.
    ///
    /// # Errors
    /// An [`EditError`] where the change does not fit; the preview before it then stays.
    pub fn preview(&mut self, project: &mut Project, edit: Edit) -> Result<(), EditError> {
        let gesture = self.gesture.get_or_insert_default();
        if let Some(step) = &gesture.preview {
            step.inverse.restore(project)?;
        }
        match edit.apply(project) {
            Ok(inverse) => {
                gesture.preview = Some(Step { edit, inverse });
                Ok(())
            }
            Err(error) => {
                if let Some(step) = &gesture.preview {
                    step.edit.restore(project)?;
                }
                Err(error)
            }
        }
    }

    /// Ends the gesture: what it shows becomes one step, which is returned; none where nothing
    /// changed.
    pub fn end(&mut self) -> Option<Edit> {
        let step = self.gesture.take()?.preview?;
        let edit = step.edit.clone();
        self.push(step).then_some(edit)
    }

    /// Ends the gesture and takes back what it shows.
    pub fn abort(&mut self, project: &mut Project) {
        let Some(step) = self.gesture.take().and_then(|gesture| gesture.preview) else { return };
        let restored = step.inverse.restore(project);
        debug_assert!(restored.is_ok(), "the preview can be taken back: {restored:?}");
    }

    /// Whether a gesture is open.
    pub fn in_gesture(&self) -> bool {
        self.gesture.is_some()
    }

    /// Takes the last step back, and returns the change that did it; none where there is no step.
    /// A gesture that is open ends before, and so is what is taken back.
    pub fn undo(&mut self, project: &mut Project) -> Option<Edit> {
        self.end();
        let step = self.done.pop_back()?;
        if step.inverse.restore(project).is_err() {
            // Only where the project was changed behind the history's back.
            self.done.push_back(step);
            return None;
        }
        let applied = step.inverse.clone();
        self.undone.push(step);
        Some(applied)
    }

    /// Does again what was taken back last, and returns the change that did it; none where there
    /// is nothing. A gesture that is open ends before.
    pub fn redo(&mut self, project: &mut Project) -> Option<Edit> {
        self.end();
        let step = self.undone.pop()?;
        if step.edit.restore(project).is_err() {
            self.undone.push(step);
            return None;
        }
        let applied = step.edit.clone();
        self.done.push_back(step);
        Some(applied)
    }

    /// Whether there is a step to take back.
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty() || self.gesture_shows()
    }

    /// Whether there is a step to do again.
    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty() && !self.gesture_shows()
    }

    /// The project has been saved as it is now.
    pub fn mark_saved(&mut self) {
        self.end();
        self.saved = Saved::At(self.position());
    }

    /// The project as it is now is in no file: it was restored after a crash, or is a copy of a
    /// sample.
    pub fn mark_unsaved(&mut self) {
        self.saved = Saved::Lost;
    }

    /// Whether the project differs from the saved one, as far as the history tells: a change made
    /// again by hand after its undo counts as one.
    pub fn is_dirty(&self) -> bool {
        self.saved != Saved::At(self.position()) || self.gesture_shows()
    }

    fn gesture_shows(&self) -> bool {
        self.gesture
            .as_ref()
            .and_then(|gesture| gesture.preview.as_ref())
            .is_some_and(|step| !step.edit.changed_nothing(&step.inverse))
    }

    fn position(&self) -> u64 {
        self.forgotten + self.done.len() as u64
    }

    /// Takes a step that has been made; false where it changed nothing.
    fn push(&mut self, step: Step) -> bool {
        if step.edit.changed_nothing(&step.inverse) {
            return false;
        }
        if matches!(self.saved, Saved::At(position) if position > self.position()) {
            self.saved = Saved::Lost;
        }
        self.undone.clear();
        self.done.push_back(step);
        if self.done.len() > MAX_STEPS {
            self.done.pop_front();
            self.forgotten += 1;
        }
        true
    }
}

#[cfg(test)]
mod tests;

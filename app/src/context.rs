//! What a panel may see of everything else while a frame is drawn: shared references, nothing more.

use eventloom_core::live::View;
use eventloom_core::project::Project;
use eventloom_core::project::check::Problem;

use crate::theme::Theme;
use crate::view_state::{Camera, Selection, Workspace};

/// The read-only frame context.
#[derive(Clone, Copy)]
pub struct FrameContext<'a> {
    /// The drawing to show: the present one, or while the playhead is in the past the one of then.
    pub project: &'a Project,
    /// What is wrong with the present drawing.
    pub problems: &'a [Problem],
    /// The run's moment to show; none where nothing runs.
    pub view: Option<&'a View>,
    /// Whether the drawing may not be changed now (the playhead is in the past).
    pub read_only: bool,
    /// What is selected.
    pub selection: &'a Selection,
    /// Where the canvas is looked at.
    pub camera: Camera,
    /// Which panels are shown.
    pub workspace: Workspace,
    /// The colours.
    pub theme: &'a Theme,
    /// Whether things stand still for those who asked for reduced motion.
    pub reduced_motion: bool,
}

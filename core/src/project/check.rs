//! What is wrong with a project.

use serde::Serialize;

use crate::ids::ElementId;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It cannot run.
    Error,
    /// It can run, but hardly as meant.
    Warning,
}

/// Something that is wrong with a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// What it is, for scripts.
    pub code: &'static str,
    /// The node or link at fault, if it is one.
    pub id: Option<ElementId>,
    /// The field at fault inside it, such as `service.mean_s`.
    pub field: Option<String>,
    /// What is wrong and what to do.
    pub message: String,
}

/// Placeholder until the checks are merged.
pub fn check(_project: &crate::project::Project) -> Vec<Problem> {
    Vec::new()
}

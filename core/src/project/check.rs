//! What is wrong with a project: problems, each with the element and the setting at fault.
//!
//! Errors keep a project from running; warnings tell of what runs, and probably not as meant.

mod consumers;
mod expressions;
mod flow;
mod producers;
mod settings;
mod structure;

use std::fmt;

use serde::{Serialize, Serializer};

use super::{LinkKind, Project};
use crate::ids::{ElementId, LinkId, NodeId};

/// How many nodes and links a project may have in all, so that a run can number them
/// (18 bits of a fact).
pub const MAX_ELEMENTS: usize = 1 << 18;

/// How bad a problem is. Errors come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The project cannot run.
    Error,
    /// It can run; the result may not be what was meant.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// Something wrong with a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// What kind of problem it is: a stable name in snake case.
    pub code: &'static str,
    /// The element at fault; none: the project as a whole.
    #[serde(serialize_with = "id_as_text")]
    pub id: Option<ElementId>,
    /// The path of the setting at fault inside its element, such as `service.mean_s`.
    pub field: Option<String>,
    /// What is wrong and what to do: whole sentences.
    pub message: String,
}

fn id_as_text<S: Serializer>(id: &Option<ElementId>, serializer: S) -> Result<S::Ok, S::Error> {
    id.as_ref().map(ElementId::as_str).serialize(serializer)
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.severity)?;
        if let Some(id) = &self.id {
            write!(f, ": {id}")?;
            if let Some(field) = &self.field {
                write!(f, ".{field}")?;
            }
        }
        write!(f, ": {} [{}]", self.message, self.code)
    }
}

/// All problems of a project: those of the whole first, then by element (nodes, then links, in the
/// order of their ids), then by code and field. Takes time about linear in the drawing's size.
pub fn check(project: &Project) -> Vec<Problem> {
    let mut found = Found::default();
    settings::check(project, &mut found);
    expressions::check(project, &mut found);
    let graph = structure::Graph::new(project);
    structure::check(project, &graph, &mut found);
    if let Some(places) = structure::places(&graph) {
        structure::check_rings(&graph, &places, &mut found);
        flow::check(&graph, &places, &mut found);
    }
    let mut problems = found.problems;
    problems.sort_by(|a, b| (&a.id, a.code, &a.field).cmp(&(&b.id, b.code, &b.field)));
    problems
}

/// Whether a project with these problems can run: no errors are among them.
pub fn can_run(problems: &[Problem]) -> bool {
    problems.iter().all(|problem| problem.severity != Severity::Error)
}

/// The problems found up to now.
#[derive(Default)]
struct Found {
    problems: Vec<Problem>,
}

impl Found {
    fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        id: Option<ElementId>,
        field: Option<&str>,
        message: String,
    ) {
        let field = field.map(str::to_owned);
        self.problems.push(Problem { severity, code, id, field, message });
    }

    fn node(
        &mut self,
        severity: Severity,
        code: &'static str,
        id: &NodeId,
        field: Option<&str>,
        message: String,
    ) {
        self.add(severity, code, Some(ElementId::Node(id.clone())), field, message);
    }

    fn link(
        &mut self,
        severity: Severity,
        code: &'static str,
        id: &LinkId,
        field: Option<&str>,
        message: String,
    ) {
        self.add(severity, code, Some(ElementId::Link(id.clone())), field, message);
    }
}

#[cfg(test)]
mod tests;

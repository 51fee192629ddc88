//! One setting by its path, for `--set worker.service.mean_s=0.05`.
//!
//! The path is the field's path in the RON file, from a node's or a link's id; `kind` and the names
//! of variants (`Consumer`, `Exponential`) may be left out, and are as a rule. Nothing here knows
//! a field by name: the types' own descriptions (serde) say which fields there are, so that a new
//! one can be set at once.

mod overlay;

use overlay::{Fault, Overlay};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Project;
use crate::ids::{LinkId, NodeId};

/// How many elements an error names at most.
const MAX_NAMED: usize = 8;

/// Why a setting could not be changed. The project is as it was before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// The path names no node, no link and no field of the project itself.
    #[error(
        "{path}: there is no node or link {id:?}{}; a path begins with an id, or is seed, name or \
         text",
        meant(near)
    )]
    NoElement {
        /// The path.
        path: String,
        /// The id in it.
        id: String,
        /// Ids like it, likeliest first.
        near: Vec<String>,
    },
    /// The path ends at an element and names no field of it.
    #[error("{path}: name a field of it; these are: {}", fields.join(", "))]
    NoFieldNamed {
        /// The path.
        path: String,
        /// The fields.
        fields: Vec<String>,
    },
    /// There is no such field.
    #[error("{path}: there is no field {field:?}{}", among(fields))]
    NoField {
        /// The path.
        path: String,
        /// The name that does not fit.
        field: String,
        /// The fields that are there.
        fields: Vec<String>,
    },
    /// The value does not fit the field.
    #[error("{path}: {value:?} does not fit: {message}")]
    Value {
        /// The path.
        path: String,
        /// The value as given.
        value: String,
        /// What is wrong with it.
        message: String,
    },
}

fn meant(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(", ")) }
}

fn among(fields: &[String]) -> String {
    if fields.is_empty() {
        "; what is there has no fields".to_owned()
    } else {
        format!("; the fields here are: {}", fields.join(", "))
    }
}

/// Sets the field at `path` to `value`, which is written as in the file; texts need no quotes, and
/// `Some(10)` is `10`.
///
/// # Errors
/// A [`SetError`] where there is no such field, or the value is of another type. What a value may
/// be apart from its type is what [`check`](super::check::check) says afterwards.
pub fn set(project: &mut Project, path: &str, value: &str) -> Result<(), SetError> {
    let segments: Vec<&str> = path.split('.').collect();
    let call = Call { path, value };
    match segments[..] {
        ["seed"] => project.seed = call.field(&project.seed, &[])?,
        ["name"] => project.name = call.field(&project.name, &[])?,
        ["text"] => project.text = call.field(&project.text, &[])?,
        // The whole path, as an error of the file names it.
        ["nodes", id, ref rest @ ..] if project.nodes.contains_key(id) => {
            return call.node(project, id, rest);
        }
        ["links", id, ref rest @ ..] if project.links.contains_key(id) => {
            return call.link(project, id, rest);
        }
        [id, ref rest @ ..] if project.nodes.contains_key(id) => {
            return call.node(project, id, rest);
        }
        [id, ref rest @ ..] if project.links.contains_key(id) => {
            return call.link(project, id, rest);
        }
        _ => {
            let id = segments.first().copied().unwrap_or_default();
            return Err(SetError::NoElement {
                path: path.to_owned(),
                id: id.to_owned(),
                near: near(project, id),
            });
        }
    }
    Ok(())
}

/// What is to be set, for errors and for the setting itself.
struct Call<'a> {
    path: &'a str,
    value: &'a str,
}

impl Call<'_> {
    fn node(&self, project: &mut Project, id: &str, rest: &[&str]) -> Result<(), SetError> {
        if let Some(node) = project.nodes.get_mut(id) {
            *node = self.named_field(node, rest)?;
        }
        Ok(())
    }

    fn link(&self, project: &mut Project, id: &str, rest: &[&str]) -> Result<(), SetError> {
        if let Some(link) = project.links.get_mut(id) {
            *link = self.named_field(link, rest)?;
        }
        Ok(())
    }

    fn named_field<T: Serialize + DeserializeOwned>(
        &self,
        old: &T,
        segments: &[&str],
    ) -> Result<T, SetError> {
        if !segments.is_empty() {
            return self.field(old, segments);
        }
        // An empty name fits no field, so the error lists them.
        match self.field(old, &[""]) {
            Err(SetError::NoField { path, fields, .. }) => {
                Err(SetError::NoFieldNamed { path, fields })
            }
            other => other,
        }
    }

    /// `old` read anew, with the value in place of what is at `segments`.
    fn field<T: Serialize + DeserializeOwned>(
        &self,
        old: &T,
        segments: &[&str],
    ) -> Result<T, SetError> {
        let base = self.tree(old)?;
        T::deserialize(Overlay::new(Some(base), segments, self.value)).map_err(
            |fault| match fault {
                Fault::NoField { field, fields, .. } => {
                    SetError::NoField { path: self.path.to_owned(), field, fields }
                }
                Fault::Other(message) => match self.tree(old).map(T::deserialize) {
                    Ok(Ok(_)) => self.unfit(message),
                    // JSON has no NaN and no infinity.
                    _ => self.unfit(
                        "another number there is NaN or infinite; set that one first".to_owned(),
                    ),
                },
            },
        )
    }

    fn tree<T: Serialize>(&self, old: &T) -> Result<serde_json::Value, SetError> {
        serde_json::to_value(old).map_err(|error| self.unfit(error.to_string()))
    }

    fn unfit(&self, message: String) -> SetError {
        SetError::Value { path: self.path.to_owned(), value: self.value.to_owned(), message }
    }
}

/// The ids most like `id`: those that begin alike, or differ in few letters.
fn near(project: &Project, id: &str) -> Vec<String> {
    let wanted = id.to_lowercase();
    let ids = project.nodes.keys().map(NodeId::as_str);
    let ids = ids.chain(project.links.keys().map(LinkId::as_str));
    let mut rated: Vec<(usize, &str)> = ids
        .filter_map(|candidate| {
            let lower = candidate.to_lowercase();
            let apart = distance(&wanted, &lower);
            let alike = !wanted.is_empty() && (lower.contains(&wanted) || wanted.contains(&lower));
            (alike || apart <= 1 + wanted.len() / 4).then_some((apart, candidate))
        })
        .collect();
    rated.sort_unstable();
    rated.into_iter().take(MAX_NAMED).map(|(_, id)| id.to_owned()).collect()
}

/// Letters to insert, remove or replace to make one of the other (Levenshtein), counted in bytes;
/// of long texts the first 64.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (&a.as_bytes()[..a.len().min(64)], &b.as_bytes()[..b.len().min(64)]);
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(x != y)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests;

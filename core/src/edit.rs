//! Every change of a project as data: applying one gives its inverse.

mod construct;
mod history;

pub use construct::{fresh_link_id, fresh_node_id};
pub use history::{History, MAX_STEPS};

use std::collections::HashMap;
use std::mem::discriminant;

use serde::{Deserialize, Serialize};

use crate::ids::{LinkId, NodeId};
use crate::project::{Link, LinkKind, Node, Project};

/// A change of a project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Edit {
    /// Puts a node there, new or in place of the one with this id.
    SetNode {
        /// Its id.
        id: NodeId,
        /// The node as it shall be.
        node: Node,
    },
    /// Takes a node away. Its links must have gone before.
    RemoveNode {
        /// Its id.
        id: NodeId,
    },
    /// Puts a link there, new or in place of the one with this id.
    SetLink {
        /// Its id.
        id: LinkId,
        /// The link as it shall be.
        link: Link,
    },
    /// Takes a link away.
    RemoveLink {
        /// Its id.
        id: LinkId,
    },
    /// Changes the project's name, text and seed.
    SetAbout {
        /// The name.
        name: String,
        /// What to watch for.
        text: String,
        /// The seed.
        seed: u64,
    },
    /// Several changes as one, in order; all or none.
    Batch(Vec<Edit>),
}

/// Why a change could not be applied. The project is as it was before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// There is no such node.
    #[error("there is no node {id:?}")]
    NoNode {
        /// The id asked for.
        id: NodeId,
    },
    /// There is no such link.
    #[error("there is no link {id:?}")]
    NoLink {
        /// The id asked for.
        id: LinkId,
    },
    /// A node is still in use by a link.
    #[error("node {id:?} still has the link {link:?}; remove that first")]
    NodeInUse {
        /// The node.
        id: NodeId,
        /// A link that begins or ends there.
        link: LinkId,
    },
    /// A node would become of a kind that one of its links cannot begin or end at.
    #[error("node {id:?} cannot change its kind while it has the link {link:?}; remove that first")]
    BreaksLink {
        /// The node.
        id: NodeId,
        /// The link.
        link: LinkId,
    },
    /// A link's ends cannot be linked.
    #[error("link {id:?} cannot lead from {from:?} to {to:?}")]
    CannotLink {
        /// The link.
        id: LinkId,
        /// Where it begins.
        from: NodeId,
        /// Where it ends.
        to: NodeId,
    },
}

impl Edit {
    /// Applies the change and returns the one that takes it back.
    ///
    /// What is changed stays sound: links keep ends that can be linked. References to a removed
    /// node as a target of dead letters may dangle; `check` reports them.
    ///
    /// # Errors
    /// An [`EditError`] where the change does not fit the project; the project is then unchanged.
    pub fn apply(&self, project: &mut Project) -> Result<Edit, EditError> {
        self.apply_with(project, &mut Rules::Checked { ends: None })
    }

    /// Applies the inverse of a change. A project that came broken from a file is brought back as
    /// it was, with links that no new change would be allowed to draw.
    pub(crate) fn restore(&self, project: &mut Project) -> Result<Edit, EditError> {
        self.apply_with(project, &mut Rules::Unchecked)
    }

    fn apply_with(&self, project: &mut Project, rules: &mut Rules) -> Result<Edit, EditError> {
        match self {
            Self::SetNode { id, node } => {
                rules.check_node(project, id, node)?;
                Ok(match project.nodes.insert(id.clone(), node.clone()) {
                    Some(node) => Self::SetNode { id: id.clone(), node },
                    None => Self::RemoveNode { id: id.clone() },
                })
            }
            Self::RemoveNode { id } => {
                rules.check_unused(project, id)?;
                let no_node = || EditError::NoNode { id: id.clone() };
                let node = project.nodes.remove(id).ok_or_else(no_node)?;
                Ok(Self::SetNode { id: id.clone(), node })
            }
            Self::SetLink { id, link } => {
                rules.check_link(project, id, link)?;
                let old = project.links.insert(id.clone(), link.clone());
                rules.link_changed(old.as_ref(), Some(link));
                Ok(match old {
                    Some(link) => Self::SetLink { id: id.clone(), link },
                    None => Self::RemoveLink { id: id.clone() },
                })
            }
            Self::RemoveLink { id } => {
                let no_link = || EditError::NoLink { id: id.clone() };
                let link = project.links.remove(id).ok_or_else(no_link)?;
                rules.link_changed(Some(&link), None);
                Ok(Self::SetLink { id: id.clone(), link })
            }
            Self::SetAbout { name, text, seed } => Ok(Self::SetAbout {
                name: std::mem::replace(&mut project.name, name.clone()),
                text: std::mem::replace(&mut project.text, text.clone()),
                seed: std::mem::replace(&mut project.seed, *seed),
            }),
            Self::Batch(edits) => {
                let mut inverses = Vec::with_capacity(edits.len());
                for edit in edits {
                    match edit.apply_with(project, rules) {
                        Ok(inverse) => inverses.push(inverse),
                        Err(error) => {
                            take_back(project, &inverses);
                            return Err(error);
                        }
                    }
                }
                inverses.reverse();
                Ok(Self::Batch(inverses))
            }
        }
    }

    /// Whether the change, whose inverse this is, left everything as it was.
    fn changed_nothing(&self, inverse: &Edit) -> bool {
        let (mut after, mut before) = (HashMap::new(), HashMap::new());
        self.outcome(&mut after);
        inverse.outcome(&mut before);
        after == before
    }

    /// What is there in the end of all that the change touches.
    fn outcome<'a>(&'a self, out: &mut HashMap<Touched<'a>, Outcome<'a>>) {
        match self {
            Self::SetNode { id, node } => out.insert(Touched::Node(id), Outcome::Node(node)),
            Self::RemoveNode { id } => out.insert(Touched::Node(id), Outcome::Gone),
            Self::SetLink { id, link } => out.insert(Touched::Link(id), Outcome::Link(link)),
            Self::RemoveLink { id } => out.insert(Touched::Link(id), Outcome::Gone),
            Self::SetAbout { name, text, seed } => {
                out.insert(Touched::About, Outcome::About(name, text, *seed))
            }
            Self::Batch(edits) => {
                edits.iter().for_each(|edit| edit.outcome(out));
                None
            }
        };
    }
}

#[derive(PartialEq, Eq, Hash)]
enum Touched<'a> {
    Node(&'a NodeId),
    Link(&'a LinkId),
    About,
}

#[derive(PartialEq)]
enum Outcome<'a> {
    Node(&'a Node),
    Link(&'a Link),
    About(&'a str, &'a str, u64),
    Gone,
}

/// Applies the inverses of changes just made, the last one first. Each fits, because it restores
/// what was there a moment ago.
fn take_back(project: &mut Project, inverses: &[Edit]) {
    for inverse in inverses.iter().rev() {
        let restored = inverse.restore(project);
        debug_assert!(restored.is_ok(), "an inverse fits: {restored:?}");
    }
}

/// What a change has to keep sound.
enum Rules {
    /// Links keep ends that can be linked.
    Checked {
        /// How many link ends lie at each node; counted when first asked for, so that a batch that
        /// removes many nodes goes through the links once.
        ends: Option<HashMap<NodeId, usize>>,
    },
    /// Anything may be restored.
    Unchecked,
}

impl Rules {
    fn check_node(&self, project: &Project, id: &NodeId, node: &Node) -> Result<(), EditError> {
        let Some(old) = project.nodes.get(id) else { return Ok(()) };
        if matches!(self, Self::Unchecked) || discriminant(&old.kind) == discriminant(&node.kind) {
            return Ok(());
        }
        for (link_id, link) in &project.links {
            if link.from != *id && link.to != *id {
                continue;
            }
            let at = |end: &NodeId| if end == id { Some(node) } else { project.nodes.get(end) };
            let fits = at(&link.from)
                .zip(at(&link.to))
                .is_some_and(|(from, to)| LinkKind::between(&from.kind, &to.kind).is_some());
            // A link that was broken before is no worse now.
            if !fits && project.link_kind(link_id).is_some() {
                return Err(EditError::BreaksLink { id: id.clone(), link: link_id.clone() });
            }
        }
        Ok(())
    }

    fn check_unused(&mut self, project: &Project, id: &NodeId) -> Result<(), EditError> {
        let Self::Checked { ends } = self else { return Ok(()) };
        let ends = ends.get_or_insert_with(|| {
            let mut ends = HashMap::new();
            for link in project.links.values() {
                *ends.entry(link.from.clone()).or_insert(0) += 1;
                *ends.entry(link.to.clone()).or_insert(0) += 1;
            }
            ends
        });
        if ends.get(id).is_none_or(|&count| count == 0) {
            return Ok(());
        }
        match project.links.iter().find(|(_, link)| link.from == *id || link.to == *id) {
            Some((link, _)) => Err(EditError::NodeInUse { id: id.clone(), link: link.clone() }),
            None => Ok(()),
        }
    }

    fn check_link(&self, project: &Project, id: &LinkId, link: &Link) -> Result<(), EditError> {
        if matches!(self, Self::Unchecked) {
            return Ok(());
        }
        let node = |end: &NodeId| {
            project.nodes.get(end).ok_or_else(|| EditError::NoNode { id: end.clone() })
        };
        let (from, to) = (node(&link.from)?, node(&link.to)?);
        match LinkKind::between(&from.kind, &to.kind) {
            Some(_) => Ok(()),
            None => Err(EditError::CannotLink {
                id: id.clone(),
                from: link.from.clone(),
                to: link.to.clone(),
            }),
        }
    }

    fn link_changed(&mut self, old: Option<&Link>, new: Option<&Link>) {
        let Self::Checked { ends: Some(ends) } = self else { return };
        for end in old.into_iter().flat_map(|link| [&link.from, &link.to]) {
            if let Some(count) = ends.get_mut(end) {
                *count -= 1;
            }
        }
        for end in new.into_iter().flat_map(|link| [&link.from, &link.to]) {
            *ends.entry(end.clone()).or_insert(0) += 1;
        }
    }
}

#[cfg(test)]
mod tests;

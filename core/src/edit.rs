//! Every change of a project as data: applying one gives its inverse.

use serde::{Deserialize, Serialize};

use crate::ids::{LinkId, NodeId};
use crate::project::{Link, Node, Project};

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
    /// # Errors
    /// An [`EditError`] where the change does not fit the project; the project is then unchanged.
    pub fn apply(&self, _project: &mut Project) -> Result<Edit, EditError> {
        Err(EditError::NoNode { id: NodeId::new("") })
    }
}

//! Changes and ids that are put together from what a project holds.

use std::collections::BTreeSet;

use super::Edit;
use crate::ids::{LinkId, MAX_ID_BYTES, NodeId};
use crate::project::{NodeKind, Project};

impl Edit {
    /// Takes these nodes and links away, the nodes' links with them; what sent its dead letters to
    /// one of them sends them nowhere. Ids that are not there are passed over.
    pub fn remove_nodes(
        project: &Project,
        nodes: &BTreeSet<NodeId>,
        links: &BTreeSet<LinkId>,
    ) -> Self {
        let mut edits = Vec::new();
        for (id, link) in &project.links {
            if links.contains(id) || nodes.contains(&link.from) || nodes.contains(&link.to) {
                edits.push(Self::RemoveLink { id: id.clone() });
            }
        }
        for (id, node) in &project.nodes {
            let (NodeKind::Topic(waiting) | NodeKind::Queue(waiting)) = &node.kind else {
                continue;
            };
            let target_goes = waiting.dead_letter.as_ref().is_some_and(|to| nodes.contains(to));
            if target_goes && !nodes.contains(id) {
                let mut node = node.clone();
                if let NodeKind::Topic(waiting) | NodeKind::Queue(waiting) = &mut node.kind {
                    waiting.dead_letter = None;
                }
                edits.push(Self::SetNode { id: id.clone(), node });
            }
        }
        let there = nodes.iter().filter(|id| project.nodes.contains_key(*id));
        edits.extend(there.map(|id| Self::RemoveNode { id: id.clone() }));
        Self::Batch(edits)
    }
}

/// An id that no node of the project has: `base` where it is free, else `base_2`, `base_3` and so
/// on. What an id cannot hold becomes `_`.
pub fn fresh_node_id(project: &Project, base: &str) -> NodeId {
    // Room for `_` and the digits of any number.
    let base = fit(base, MAX_ID_BYTES - 21);
    let base = if base.is_empty() { "node" } else { &base };
    let first = NodeId::new(base);
    if !project.nodes.contains_key(&first) {
        return first;
    }
    let mut number = 2_u64;
    loop {
        let id = NodeId::new(format!("{base}_{number}"));
        if !project.nodes.contains_key(&id) {
            return id;
        }
        number += 1;
    }
}

/// An id that no link of the project has: `l1`, `l2` and so on.
pub fn fresh_link_id(project: &Project) -> LinkId {
    let mut number = project.links.len() as u64 + 1;
    loop {
        let id = LinkId::new(format!("l{number}"));
        if !project.links.contains_key(&id) {
            return id;
        }
        number += 1;
    }
}

fn fit(text: &str, limit: usize) -> String {
    text.trim()
        .chars()
        .take(limit)
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' })
        .collect()
}

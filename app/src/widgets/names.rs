//! How elements are called and coloured.

use egui::Color32;
use eventloom_core::fact::{ElementIx, Roster};
use eventloom_core::ids::{ElementId, LinkId};
use eventloom_core::project::{NodeKind, Project};

use super::icons::Icon;
use crate::theme::Theme;

/// What to call an element of the drawing: a node's name, else its id; a link by its ends.
pub fn of_element(project: &Project, id: &ElementId) -> String {
    match id {
        ElementId::Node(id) => project.display_name(id).to_owned(),
        ElementId::Link(id) => of_link(project, id),
    }
}

fn of_link(project: &Project, id: &LinkId) -> String {
    match project.links.get(id) {
        Some(link) => {
            format!("{} → {}", project.display_name(&link.from), project.display_name(&link.to))
        }
        None => id.to_string(),
    }
}

/// What to call an element of a run, also one that is no longer in the drawing.
pub fn of_entry(project: &Project, roster: &Roster, ix: ElementIx) -> String {
    let Some(entry) = roster.entries.get(ix.ix()) else { return String::new() };
    match &entry.id {
        ElementId::Link(link) if !project.links.contains_key(link) => {
            let end = |ix: ElementIx| roster.entries.get(ix.ix()).map(|entry| entry.id.as_str());
            match (end(entry.from), end(entry.to)) {
                (Some(from), Some(to)) => format!("{from} → {to}"),
                _ => link.to_string(),
            }
        }
        id => of_element(project, id),
    }
}

/// The icon of a node of this kind.
pub fn icon(kind: &NodeKind) -> Icon {
    match kind {
        NodeKind::Producer(_) => Icon::Producer,
        NodeKind::Topic(_) => Icon::Topic,
        NodeKind::Queue(_) => Icon::Queue,
        NodeKind::Consumer(_) => Icon::Consumer,
        NodeKind::Note(_) => Icon::Note,
    }
}

/// The hue of a node's role.
pub fn role(theme: &Theme, kind: &NodeKind) -> Color32 {
    match kind {
        NodeKind::Producer(_) => theme.kind_source,
        NodeKind::Topic(_) | NodeKind::Queue(_) => theme.kind_channel,
        NodeKind::Consumer(_) => theme.kind_worker,
        NodeKind::Note(_) => theme.kind_note,
    }
}

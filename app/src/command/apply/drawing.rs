//! Placing, linking, selecting and looking.

use egui::{Pos2, Rect, Vec2, pos2};
use eventloom_core::edit::{Edit, fresh_link_id, fresh_node_id};
use eventloom_core::ids::{ElementId, NodeId};
use eventloom_core::project::{Link, LinkKind, Node, NodeKind, Point, Project};

use super::document;
use crate::geometry;
use crate::notices::Level;
use crate::state::State;
use crate::text::{tr, tr_args};
use crate::view_state::{Camera, Selection, Workspace};

/// Room left between a new node and those that are there.
const ROOM: f32 = 24.0;

pub(super) fn add_node(state: &mut State, kind: NodeKind, at: Option<Pos2>) {
    let Some(document) = &state.document else { return };
    let project = document.project();
    let size = geometry::size_of(&kind);
    let middle = at.unwrap_or_else(|| free_place(project, size, state.camera.centre));
    let snap = |value: f32| (value / geometry::GRID).round() * geometry::GRID;
    let id = fresh_node_id(project, kind.name());
    // Nodes of unequal height are in line by their middles, where the ports are.
    let corner = Point(snap(middle.x - size.x / 2.0), snap(middle.y) - size.y / 2.0);
    let node = Node { name: String::new(), at: corner, kind };
    let generation = document.generation();
    document::edit(state, Edit::SetNode { id: id.clone(), node });
    if state.document.as_ref().is_some_and(|document| document.generation() != generation) {
        if at.is_none() {
            bring_into_view(state, Rect::from_min_size(pos2(corner.0, corner.1), size));
        }
        state.selection = Selection::one(ElementId::Node(id));
    }
}

/// Moves the view just so far that all of `place` (canvas points) is seen.
fn bring_into_view(state: &mut State, place: Rect) {
    let room = (state.canvas_size / 2.0 / state.camera.zoom - Vec2::splat(ROOM)).max(Vec2::ZERO);
    let centre = state.camera.centre;
    let least = place.max - room;
    let most = place.min + room;
    let towards = |at: f32, least: f32, most: f32| {
        if least > most { (least + most) / 2.0 } else { at.clamp(least, most) }
    };
    if state.canvas_size.x > 0.0 {
        state.camera.centre =
            pos2(towards(centre.x, least.x, most.x), towards(centre.y, least.y, most.y));
    }
}

/// A place near `wanted` where a node of this size touches no other: further to the right, then
/// further down.
fn free_place(project: &Project, size: Vec2, wanted: Pos2) -> Pos2 {
    let taken: Vec<Rect> =
        project.nodes.values().map(|node| geometry::rect_of(node).expand(ROOM)).collect();
    let step = size + Vec2::splat(2.0 * ROOM);
    for row in 0..40_u8 {
        for column in 0..4_u8 {
            let middle = wanted + Vec2::new(f32::from(column) * step.x, f32::from(row) * step.y);
            let rect = Rect::from_center_size(middle, size);
            if !taken.iter().any(|other| other.intersects(rect)) {
                return middle;
            }
        }
    }
    wanted
}

pub(super) fn add_link(state: &mut State, from: NodeId, to: NodeId) {
    let Some(document) = &state.document else { return };
    let project = document.project();
    let ends = project.nodes.get(&from).zip(project.nodes.get(&to));
    let Some((from_node, to_node)) = ends else { return };
    if LinkKind::between(&from_node.kind, &to_node.kind).is_none() {
        let names = [
            ("from", project.display_name(&from).to_owned().into()),
            ("to", project.display_name(&to).to_owned().into()),
        ];
        state.say(Level::Warning, tr_args("shell-notice-cannot-link", &names));
        return;
    }
    let existing = project.links.iter().find(|(_, link)| link.from == from && link.to == to);
    if let Some((id, _)) = existing {
        state.selection = Selection::one(ElementId::Link(id.clone()));
        state.say(Level::Info, tr("shell-notice-linked-already"));
        return;
    }
    let id = fresh_link_id(project);
    let link = Link::new(from, to);
    document::edit(state, Edit::SetLink { id: id.clone(), link });
    if state.document.as_ref().is_some_and(|document| document.project().links.contains_key(&id)) {
        state.selection = Selection::one(ElementId::Link(id));
    }
}

pub(super) fn delete(state: &mut State) {
    let Some(document) = &state.document else { return };
    let selection = &state.selection;
    let edit = Edit::remove_nodes(document.project(), &selection.nodes, &selection.links);
    document::edit(state, edit);
    document::forget_removed(state);
}

pub(super) fn select(state: &mut State, selection: Selection) {
    state.selection = selection;
}

pub(super) fn select_all(state: &mut State) {
    let Some(document) = &state.document else { return };
    let project = document.project();
    state.selection = Selection {
        nodes: project.nodes.keys().cloned().collect(),
        links: project.links.keys().cloned().collect(),
    };
}

/// Selects it and, where it is out of view, moves the view there.
pub(super) fn reveal(state: &mut State, id: ElementId) {
    let Some(project) = state.shown_project() else { return };
    let Some(place) = place_of(project, &id) else { return };
    let view = Rect::from_center_size(Pos2::ZERO, state.canvas_size);
    let corners = [place.min, place.max];
    let seen = corners.iter().all(|at| view.contains(state.camera.to_screen(view, *at)));
    if !seen {
        state.camera.centre = place.center();
        state.camera.zoom = state.camera.zoom.max(0.5);
    }
    state.selection = Selection::one(id);
}

fn place_of(project: &Project, id: &ElementId) -> Option<Rect> {
    match id {
        ElementId::Node(id) => project.nodes.get(id).map(geometry::rect_of),
        ElementId::Link(id) => {
            let link = project.links.get(id)?;
            let [from, to] = [&link.from, &link.to].map(|end| project.nodes.get(end));
            Some(geometry::rect_of(from?).union(geometry::rect_of(to?)))
        }
    }
}

/// Changes the workspace. The canvas has another size there: a drawing that was in sight stays so.
pub(super) fn set_workspace(state: &mut State, workspace: Workspace) {
    if state.workspace != workspace {
        state.workspace = workspace;
        state.refit_pending = is_in_sight(state);
    }
}

/// The canvas was shown in this size. Where it has become smaller, a drawing that was in sight stays
/// so.
pub(super) fn canvas_is(state: &mut State, size: Vec2) {
    let same = state.canvas_workspace == state.workspace;
    if same && state.canvas_size != size && state.canvas_size.x > 0.0 {
        state.refit_pending |= is_in_sight(state);
    }
    state.canvas_size = size;
    state.canvas_workspace = state.workspace;
}

fn is_in_sight(state: &State) -> bool {
    let bounds = state.shown_project().and_then(geometry::content_bounds);
    let view = Rect::from_center_size(Pos2::ZERO, state.canvas_size);
    let on_screen = |at| state.camera.to_screen(view, at);
    bounds.is_none_or(|bounds| {
        view.contains_rect(Rect::from_two_pos(on_screen(bounds.min), on_screen(bounds.max)))
    })
}

/// Shows the whole drawing, where that was asked for and the canvas' size is known.
pub(super) fn fit_if_pending(state: &mut State) {
    if state.canvas_size.x <= 0.0 || state.canvas_workspace != state.workspace {
        return;
    }
    let refit = std::mem::take(&mut state.refit_pending) && !is_in_sight(state);
    if !state.fit_pending && !refit {
        return;
    }
    let Some(project) = state.shown_project() else { return };
    state.camera = match geometry::content_bounds(project) {
        Some(content) => Camera::fit(content, state.canvas_size),
        None => Camera { centre: pos2(0.0, 0.0), zoom: 1.0 },
    };
    state.fit_pending = false;
}

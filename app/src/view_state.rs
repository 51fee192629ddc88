//! How the user looks at the project: selection, camera, workspace. Never part of the project.

use std::collections::BTreeSet;

use egui::{Pos2, Rect, Vec2};
use eventloom_core::ids::{ElementId, LinkId, NodeId};

/// What is selected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Nodes.
    pub nodes: BTreeSet<NodeId>,
    /// Links.
    pub links: BTreeSet<LinkId>,
}

impl Selection {
    /// Just this one.
    pub fn one(id: ElementId) -> Self {
        let mut selection = Self::default();
        match id {
            ElementId::Node(id) => selection.nodes.insert(id),
            ElementId::Link(id) => selection.links.insert(id),
        };
        selection
    }

    /// Whether nothing is selected.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty() && self.links.is_empty()
    }

    /// The selected element, where it is exactly one.
    pub fn single(&self) -> Option<ElementId> {
        match (self.nodes.len(), self.links.len()) {
            (1, 0) => self.nodes.first().cloned().map(ElementId::Node),
            (0, 1) => self.links.first().cloned().map(ElementId::Link),
            _ => None,
        }
    }
}

/// The part of the canvas in view.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// The canvas point in the middle of the view.
    pub centre: Pos2,
    /// Screen points per canvas point, 0.05 to 4.
    pub zoom: f32,
}

impl Default for Camera {
    fn default() -> Self {
        Self { centre: Pos2::ZERO, zoom: 1.0 }
    }
}

impl Camera {
    /// The smallest zoom.
    pub const MIN_ZOOM: f32 = 0.05;
    /// The largest zoom.
    pub const MAX_ZOOM: f32 = 4.0;

    /// Where a canvas point lies on the screen.
    pub fn to_screen(self, view: Rect, point: Pos2) -> Pos2 {
        view.center() + (point - self.centre) * self.zoom
    }

    /// Which canvas point lies there on the screen.
    pub fn to_canvas(self, view: Rect, point: Pos2) -> Pos2 {
        self.centre + (point - view.center()) / self.zoom
    }

    /// A camera that shows all of `content` (canvas points) in a view of `size`, at most at zoom 1.
    pub fn fit(content: Rect, size: Vec2) -> Self {
        // In a small view the drawing matters more than the air around it.
        let margin = (size * 0.2).min(Vec2::splat(64.0));
        let room = (size - margin).max(Vec2::splat(48.0));
        let zoom = (room.x / content.width().max(1.0)).min(room.y / content.height().max(1.0));
        Self { centre: content.center(), zoom: zoom.clamp(Self::MIN_ZOOM, 1.0) }
    }
}

/// Which panels are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Workspace {
    /// Palette, canvas, inspector, problems.
    #[default]
    Design,
    /// Canvas, plots, timeline, lists.
    Run,
}

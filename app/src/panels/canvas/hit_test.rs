//! What lies at a point of the canvas.

use std::collections::BTreeSet;

use egui::{Pos2, Rect};
use eventloom_core::ids::NodeId;
use eventloom_core::project::{LinkKind, NodeKind, Project};

use super::detail::Detail;
use super::geometry::{self, Shape};
use super::scene::{Scene, SceneNode, WayId};
use crate::view_state::Selection;

/// What lies at a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hit {
    /// Nothing but canvas.
    Canvas,
    /// A node.
    Node(NodeId),
    /// A node's output port.
    OutPort(NodeId),
    /// A link or a way of dead letters.
    Way(WayId),
}

/// How far from a port, in screen points, a press still takes it: half of 24.
const PORT_REACH: f32 = 12.0;
/// How far from a port, in screen points, a link being drawn snaps to it.
const SNAP: f32 = 24.0;
/// How far from a line a press still takes it.
const LINE_REACH: f32 = 6.0;

/// What lies at `point` (canvas points), seen at this zoom and detail.
pub(super) fn hit(scene: &Scene, point: Pos2, zoom: f32, detail: Detail) -> Hit {
    if let Some(id) = out_port_at(scene, point, zoom, detail) {
        return Hit::OutPort(id);
    }
    let inside = |node: &&SceneNode| geometry::contains(node.shape, node.rect, point);
    // Notes lie below the links, all other nodes above them.
    let upper = scene.nodes.iter().rev().filter(|node| node.shape != Shape::Note);
    if let Some(node) = upper.clone().find(inside) {
        return Hit::Node(node.id.clone());
    }
    let reach = LINE_REACH / zoom;
    let nearest = scene
        .ways
        .iter()
        .filter(|way| way.route.bounds.expand(reach).contains(point))
        .map(|way| (way, way.route.distance(point)))
        .filter(|(_, distance)| *distance <= reach)
        .min_by(|a, b| a.1.total_cmp(&b.1));
    if let Some((way, _)) = nearest {
        return Hit::Way(way.id.clone());
    }
    let note = scene.nodes.iter().rev().filter(|node| node.shape == Shape::Note).find(inside);
    note.map_or(Hit::Canvas, |node| Hit::Node(node.id.clone()))
}

fn out_port_at(scene: &Scene, point: Pos2, zoom: f32, detail: Detail) -> Option<NodeId> {
    if detail == Detail::Overview {
        return None;
    }
    // At a distance most of a small node must stay a handle of the node.
    let reach = PORT_REACH * zoom.min(1.0) / zoom;
    scene
        .nodes
        .iter()
        .rev()
        .filter_map(|node| Some((node, geometry::out_port(node.shape, node.rect)?)))
        .map(|(node, port)| (node, port.distance(point)))
        .filter(|(_, distance)| *distance <= reach)
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(node, _)| node.id.clone())
}

/// The node at which a link being drawn would end, were it let go at `point`: the one with the
/// nearest input port within reach, else the one under the pointer.
pub(super) fn target_at(scene: &Scene, point: Pos2, zoom: f32) -> Option<NodeId> {
    let reach = SNAP / zoom;
    let snapped = scene
        .nodes
        .iter()
        .filter_map(|node| Some((node, geometry::in_port(node.shape, node.rect)?.distance(point))))
        .filter(|(_, distance)| *distance <= reach)
        .min_by(|a, b| a.1.total_cmp(&b.1));
    if let Some((node, _)) = snapped {
        return Some(node.id.clone());
    }
    let under = |node: &&SceneNode| geometry::contains(node.shape, node.rect, point);
    scene.nodes.iter().rev().find(under).map(|node| node.id.clone())
}

/// Why a link cannot be drawn to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is where the link begins.
    Itself,
    /// A note takes no links.
    Note,
    /// A producer only sends.
    ProducerOnlySends,
    /// Producers and consumers need a channel in between.
    NeedsChannel,
    /// A queue gives its events to consumers alone.
    QueueNeedsConsumer,
    /// A topic copies to queues and consumers.
    TopicNeedsReceiver,
    /// The two are linked already.
    Linked,
    /// The node is gone.
    Gone,
}

/// What a link between these nodes would do.
///
/// # Errors
/// The reason why there can be none.
pub(super) fn verdict(project: &Project, from: &NodeId, to: &NodeId) -> Result<LinkKind, Refusal> {
    if from == to {
        return Err(Refusal::Itself);
    }
    let (Some(a), Some(b)) = (project.nodes.get(from), project.nodes.get(to)) else {
        return Err(Refusal::Gone);
    };
    let Some(kind) = LinkKind::between(&a.kind, &b.kind) else {
        return Err(match (&a.kind, &b.kind) {
            (_, NodeKind::Note(_)) | (NodeKind::Note(_), _) => Refusal::Note,
            (_, NodeKind::Producer(_)) => Refusal::ProducerOnlySends,
            (NodeKind::Queue(_), _) => Refusal::QueueNeedsConsumer,
            (NodeKind::Topic(_), _) => Refusal::TopicNeedsReceiver,
            _ => Refusal::NeedsChannel,
        });
    };
    if project.links.values().any(|link| link.from == *from && link.to == *to) {
        return Err(Refusal::Linked);
    }
    Ok(kind)
}

/// What a box drawn over the canvas selects: the nodes it touches, and the links that lie inside.
pub(super) fn in_box(scene: &Scene, area: Rect) -> Selection {
    let nodes = scene.nodes.iter().filter(|node| node.rect.intersects(area));
    let links = scene.ways.iter().filter(|way| area.contains_rect(way.route.bounds));
    Selection {
        nodes: nodes.map(|node| node.id.clone()).collect(),
        links: links
            .filter_map(|way| match &way.id {
                WayId::Link(id) => Some(id.clone()),
                WayId::DeadLetters(_) => None,
            })
            .collect::<BTreeSet<_>>(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use eventloom_core::project::Link;

    fn at(x: f32, y: f32) -> Hit {
        hit(&Scene::of(&samples::orders()), Pos2::new(x, y), 1.0, Detail::Full)
    }

    #[test]
    fn nodes_ports_lines_and_nothing_are_told_apart() {
        assert_eq!(at(60.0, 128.0), Hit::Node("web-shop".into()));
        assert_eq!(at(160.0, 128.0), Hit::OutPort("web-shop".into()));
        assert_eq!(at(764.0, 36.0), Hit::Way(WayId::Link("email-work".into())));
        assert_eq!(at(608.0, 284.0), Hit::Way(WayId::DeadLetters("payment".into())));
        assert_eq!(at(60.0, 400.0), Hit::Canvas);
        assert_eq!(at(260.0, 20.0), Hit::Node("note".into()));
    }

    #[test]
    fn ports_cannot_be_hit_where_they_are_not_shown() {
        let scene = Scene::of(&samples::orders());
        let port = Pos2::new(158.0, 128.0);
        assert_eq!(hit(&scene, port, 0.2, Detail::Overview), Hit::Node("web-shop".into()));
    }

    #[test]
    fn a_link_snaps_to_the_nearest_input_port_in_reach() {
        let scene = Scene::of(&samples::orders());
        let target = |x, y| target_at(&scene, Pos2::new(x, y), 1.0);
        assert_eq!(target(500.0, 40.0), Some("email".into()));
        assert_eq!(target(600.0, 40.0), Some("email".into()));
        assert_eq!(target(480.0, 70.0), None);
    }

    #[test]
    fn invalid_links_say_why() {
        let mut project = samples::orders();
        let ask =
            |project: &Project, from: &str, to: &str| verdict(project, &from.into(), &to.into());
        assert_eq!(ask(&project, "web-shop", "email"), Ok(LinkKind::Publish));
        assert_eq!(ask(&project, "orders", "payment-dlq"), Ok(LinkKind::Bind));
        assert_eq!(ask(&project, "orders", "email-service"), Ok(LinkKind::Subscribe));
        assert_eq!(ask(&project, "web-shop", "orders"), Err(Refusal::Linked));
        assert_eq!(ask(&project, "web-shop", "web-shop"), Err(Refusal::Itself));
        assert_eq!(ask(&project, "web-shop", "email-service"), Err(Refusal::NeedsChannel));
        assert_eq!(ask(&project, "email", "stock"), Err(Refusal::QueueNeedsConsumer));
        assert_eq!(ask(&project, "orders", "web-shop"), Err(Refusal::ProducerOnlySends));
        assert_eq!(ask(&project, "orders", "note"), Err(Refusal::Note));
        assert_eq!(ask(&project, "orders", "nobody"), Err(Refusal::Gone));
        let back = Link::new("email-service", "orders");
        project.links.insert("back".into(), back);
        assert_eq!(ask(&project, "email-service", "orders"), Err(Refusal::Linked));
    }

    #[test]
    fn a_box_takes_the_nodes_it_touches_and_the_links_inside() {
        let scene = Scene::of(&samples::orders());
        let area = Rect::from_min_max(Pos2::new(500.0, -10.0), Pos2::new(900.0, 70.0));
        let taken = in_box(&scene, area);
        assert_eq!(taken.nodes, ["email".into(), "email-service".into()].into());
        assert_eq!(taken.links, ["email-work".into()].into());
    }
}

//! The drawing on the canvas: what is painted where, in which state, under which name.

use std::collections::BTreeSet;

use egui::WidgetInfo;
use egui::accesskit::Action as Access;
use egui::{Id, Memory, Pos2, Rect, Response, Role, Sense, Shape as Drawn, Stroke, Ui, Vec2};
use eventloom_core::ids::{ElementId, NodeId};
use eventloom_core::project::check::Severity;
use eventloom_core::project::{LinkKind, NodeKind};

use super::detail::Detail;
use super::figures::{self, Live, WayLabel};
use super::geometry::{self, Shape};
use super::hit_test::{self, Hit, Refusal};
use super::paint_dots::WayIndex;
use super::paint_link::LabelPlaces;
use super::paint_node::{PortState, State};
use super::pen::{LineMesh, Pen};
use super::scene::{Scene, SceneNode, SceneWay, WayId};
use super::{contents, overlay, paint_node, routing};
use crate::command::{Command, CommandQueue};
use crate::context::FrameContext;
use crate::text::{tr, tr_args};
use crate::view_state::Selection;

/// The id of a node's widget.
pub(super) fn node_id(canvas: Id, node: &NodeId) -> Id {
    canvas.with(("node", node))
}

/// What showing the drawing needs, gathered.
pub(super) struct Show<'a> {
    pub(super) frame: &'a FrameContext<'a>,
    pub(super) scene: &'a Scene,
    pub(super) detail: Detail,
    pub(super) hover: &'a Hit,
    pub(super) live: Option<Live<'a>>,
    /// The link being drawn: from where, to which point, to which node.
    pub(super) linking: Option<(&'a NodeId, Pos2, Option<&'a NodeId>)>,
    pub(super) id: Id,
}

impl Show<'_> {
    /// The notes, or all other nodes.
    pub(super) fn nodes(
        &self,
        ui: &Ui,
        pen: &mut Pen<'_>,
        notes: bool,
        commands: &mut CommandQueue,
    ) {
        let seen = pen.seen().expand(16.0);
        let broken: BTreeSet<&NodeId> = self
            .broken()
            .filter_map(|id| match id {
                ElementId::Node(id) => Some(id),
                ElementId::Link(_) => None,
            })
            .collect();
        let focused = ui.memory(Memory::focused);
        // All silhouettes make one mesh, below the marks of those that need help.
        let place = pen.painter.add(Drawn::Noop);
        let mut silhouettes = LineMesh::new(pen.painter.pixels_per_point());
        for node in &self.scene.nodes {
            if (node.shape == Shape::Note) != notes || !seen.intersects(node.rect) {
                continue;
            }
            let Some(content) = self.frame.project.nodes.get(&node.id) else { continue };
            let face = figures::face(&node.id, content, node.links_out, self.live, self.detail);
            let id = node_id(self.id, &node.id);
            let over =
                |hit: &Hit| matches!(hit, Hit::Node(id) | Hit::OutPort(id) if *id == node.id);
            let state = State {
                selected: self.frame.selection.nodes.contains(&node.id),
                hovered: self.linking.is_none() && over(self.hover),
                focused: focused == Some(id),
                broken: broken.contains(&node.id),
            };
            pen.dim = self.refusal(&node.id).is_some();
            if self.detail == Detail::Overview {
                paint_node::add_silhouette(pen, &mut silhouettes, node, &face, state);
            } else {
                paint_node::paint(pen, node, &face, state, self.detail);
            }
            pen.dim = false;
            let area = pen.rect(node.rect).intersect(pen.view);
            let response = ui.interact(area, id, Sense::focusable_noninteractive());
            response.widget_info(|| {
                let (id, out) = (&node.id, node.links_out);
                let face = figures::face(id, content, out, self.live, Detail::Full);
                let name = figures::spoken_node(&face, &content.kind);
                WidgetInfo::selected(Role::Button, true, state.selected, name)
            });
            if response.gained_focus() || clicked_by_name(ui, id) {
                let selection = Selection::one(ElementId::Node(node.id.clone()));
                if selection != *self.frame.selection {
                    commands.push(Command::Select(selection));
                }
            }
        }
        pen.painter.set(place, Drawn::mesh(silhouettes.mesh));
    }

    /// The nodes and links that have a problem of severity error.
    fn broken(&self) -> impl Iterator<Item = &ElementId> {
        let errors = self.frame.problems.iter().filter(|p| p.severity == Severity::Error);
        errors.filter_map(|problem| problem.id.as_ref())
    }

    /// Why the link being drawn cannot end at this node; none where it can or none is drawn. The
    /// node where it begins is no target, and is not refused either.
    fn refusal(&self, node: &NodeId) -> Option<Refusal> {
        let (from, _, _) = self.linking?;
        if node == from {
            return None;
        }
        hit_test::verdict(self.frame.project, from, node).err()
    }

    /// Labels and names of links.
    pub(super) fn ways(
        &self,
        ui: &Ui,
        pen: &mut Pen<'_>,
        ways: &WayIndex,
        commands: &mut CommandQueue,
    ) {
        let seen = pen.seen();
        let thinned = self.thinned(ways);
        // Thousands of widgets would be in each other's way where nobody reads them.
        let read = ui.ctx().has_accesskit_node(self.id);
        pen.dim = self.linking.is_some();
        if self.detail >= Detail::Full {
            self.labels(pen, &thinned);
        }
        for way in &self.scene.ways {
            if !seen.intersects(way.route.bounds.expand(8.0)) {
                continue;
            }
            let middle = pen.point(way.route.at(0.5).0);
            let here = |id: &ElementId| {
                matches!((id, &way.id),
                (ElementId::Link(broken), WayId::Link(id)) if broken == id)
            };
            if self.broken().any(here) {
                paint_node::paint_broken(pen, middle);
            }
            if !read {
                continue;
            }
            let area = Rect::from_center_size(middle, Vec2::splat(24.0));
            let id = self.id.with(("way", &way.id));
            let selected = matches!(&way.id, WayId::Link(id)
                if self.frame.selection.links.contains(id));
            ui.interact(area, id, Sense::hover()).widget_info(|| {
                let ends = (&self.scene.nodes[way.from].id, &self.scene.nodes[way.to].id);
                let name = figures::spoken_way(self.frame.project, way.kind, ends.0, ends.1);
                WidgetInfo::selected(Role::Button, true, selected, name)
            });
            if let (WayId::Link(link), true) = (&way.id, clicked_by_name(ui, id)) {
                let selection = Selection::one(ElementId::Link(link.clone()));
                commands.push(Command::Select(selection));
            }
        }
        pen.dim = false;
    }

    /// What stands at the links: of labels that would lie on each other the more important one.
    fn labels(&self, pen: &Pen<'_>, thinned: &[(usize, u64)]) {
        let seen = pen.seen();
        let mut labels: Vec<(u8, &SceneWay, WayLabel)> = Vec::new();
        for (ix, way) in self.scene.ways.iter().enumerate() {
            if seen.intersects(way.route.bounds.expand(8.0)) {
                let from = thinned.iter().find(|(other, _)| *other == ix).map(|(_, n)| *n);
                let project = self.frame.project;
                let label = figures::way_label(project, &way.id, way.kind, self.live, from);
                let selected = matches!(&way.id, WayId::Link(id)
                    if self.frame.selection.links.contains(id));
                let rank = if selected { 0 } else { 2 - u8::from(label.loss) };
                labels.push((rank, way, label));
            }
        }
        labels.sort_by_key(|(rank, ..)| *rank);
        let nodes = self.scene.nodes.iter().filter(|node| node.shape != Shape::Note);
        let nodes = nodes.filter(|node| seen.intersects(node.rect)).map(|node| pen.rect(node.rect));
        let mut places = LabelPlaces::beside(nodes.collect());
        for (_, way, label) in &labels {
            places.paint(pen, way, label);
        }
    }

    /// The ways whose dots stand for more events than there are dots, and for how many.
    fn thinned(&self, ways: &WayIndex) -> Vec<(usize, u64)> {
        let Some(view) = self.frame.view else { return Vec::new() };
        let thinned = view.flow.iter().filter_map(|flow| Some((flow, flow.thinned_from?)));
        thinned.filter_map(|(flow, n)| Some((ways.way_ix(view, flow)?, n))).collect()
    }

    pub(super) fn ports(&self, ui: &Ui, pen: &mut Pen<'_>) {
        if self.detail == Detail::Overview {
            return;
        }
        let seen = pen.seen().expand(16.0);
        let read = ui.ctx().has_accesskit_node(self.id);
        for node in self.scene.nodes.iter().filter(|node| seen.intersects(node.rect)) {
            let hovered = matches!(self.hover, Hit::Node(id) | Hit::OutPort(id) if *id == node.id);
            let shown = self.detail >= Detail::Full || hovered || self.linking.is_some();
            let out = geometry::out_port(node.shape, node.rect);
            let into = geometry::in_port(node.shape, node.rect);
            for (port, outgoing) in [(into, false), (out, true)] {
                let Some(at) = port else { continue };
                // The node where a link begins is no end for it.
                let own = self.linking.is_some_and(|(from, ..)| *from == node.id);
                if own && !outgoing {
                    continue;
                }
                // That a consumer may pass events on is told to whoever comes near.
                let quiet = outgoing && node.shape == Shape::Consumer && node.links_out == 0;
                if shown && (hovered || !quiet) {
                    let state = self.port_state(node, outgoing);
                    let loud =
                        !matches!(state, PortState::Valid | PortState::Snapped | PortState::Drawn);
                    pen.dim = loud && self.linking.is_some();
                    paint_node::paint_port(pen, at, state);
                    pen.dim = false;
                }
                if read {
                    self.name_port(ui, pen, node, at, outgoing);
                }
            }
            if shown && node.dead_letters {
                pen.dim = self.linking.is_some();
                paint_node::paint_port(pen, geometry::dead_letter_port(node.rect), PortState::Dead);
                pen.dim = false;
            }
        }
    }

    fn port_state(&self, node: &SceneNode, outgoing: bool) -> PortState {
        if let Some((from, _, target)) = self.linking {
            if outgoing {
                return if node.id == *from { PortState::Drawn } else { PortState::Free };
            }
            return match self.refusal(&node.id) {
                Some(_) => PortState::Refused,
                None if node.id == *from => PortState::Free,
                None if target == Some(&node.id) => PortState::Snapped,
                None => PortState::Valid,
            };
        }
        match (outgoing, node.shape) {
            (true, Shape::Topic) if node.links_out > 0 => PortState::Copies,
            (true, _) if node.links_out > 0 => PortState::Linked,
            (false, _) if node.linked_in => PortState::Linked,
            _ => PortState::Free,
        }
    }

    fn name_port(&self, ui: &Ui, pen: &Pen<'_>, node: &SceneNode, at: Pos2, outgoing: bool) {
        let area = Rect::from_center_size(pen.point(at), Vec2::splat(16.0));
        let id = self.id.with(("port", &node.id, outgoing));
        let key = if outgoing { "canvas-output-port" } else { "canvas-input-port" };
        ui.interact(area, id, Sense::hover()).widget_info(|| {
            let name = self.frame.project.display_name(&node.id).to_owned();
            let name = tr_args(key, &[("node", name.into())]);
            WidgetInfo::labeled(Role::Button, !self.frame.read_only, name)
        });
    }

    /// What the pointer asks about: the error of a node that has one, and from afar its name.
    pub(super) fn hovered(&self, ui: &Ui, pen: &Pen<'_>) {
        let (Hit::Node(id), None) = (self.hover, self.linking) else { return };
        let (Some(node), Some(at)) =
            (self.frame.project.nodes.get(id), ui.ctx().pointer_latest_pos())
        else {
            return;
        };
        let error = self.frame.problems.iter().find(|problem| {
            let here = matches!(&problem.id, Some(ElementId::Node(other)) if other == id);
            here && problem.severity == Severity::Error
        });
        if error.is_none() && self.detail != Detail::Overview {
            return;
        }
        let links_out = self.scene.node(id).map_or(0, |node| node.links_out);
        let face = figures::face(id, node, links_out, self.live, Detail::Full);
        let line = error.map_or(face.second.as_str(), |problem| problem.message.as_str());
        overlay::tooltip(ui, pen, self.id, at, &face.name, Some(line));
    }

    /// The card of what lies in the chosen node, close up.
    pub(super) fn contents(&self, pen: &Pen<'_>) {
        let Some(view) = self.frame.view.filter(|_| self.detail == Detail::Contents) else {
            return;
        };
        let Some(tail) = &view.tail else { return };
        if let ElementId::Node(id) = &tail.element
            && let Some(node) = self.scene.node(id)
        {
            contents::paint(pen, node, view, tail);
        }
    }

    /// Where a node dragged from the palette would lie.
    pub(super) fn drop_ghost(&self, pen: &Pen<'_>, canvas: &Response) {
        let dragged = canvas.dnd_hover_payload::<NodeKind>();
        let pointer = canvas.ctx.input(|input| input.pointer.interact_pos());
        let (Some(kind), Some(at), false) = (dragged, pointer, self.frame.read_only) else {
            return;
        };
        let size = geometry::size_of(&kind) * pen.zoom();
        let outline =
            geometry::outline(Shape::of(&kind), Rect::from_center_size(at, size), pen.zoom());
        let stroke = Stroke::new(1.5, self.frame.theme.accent);
        pen.painter.add(Drawn::closed_line(outline, stroke));
    }

    pub(super) fn link_being_drawn(&self, ui: &Ui, pen: &Pen<'_>) {
        let Some((from, to, target)) = self.linking else { return };
        let Some(node) = self.scene.node(from) else { return };
        let Some(start) = geometry::out_port(node.shape, node.rect) else { return };
        let verdict =
            target.map(|target| (target, hit_test::verdict(self.frame.project, from, target)));
        let end = match &verdict {
            Some((target, Ok(_))) => {
                let target = self.scene.node(target);
                target.and_then(|node| geometry::in_port(node.shape, node.rect)).unwrap_or(to)
            }
            _ => to,
        };
        let to_rect = Rect::from_min_size(end, Vec2::splat(1.0));
        let ends = routing::Ends { from: start, from_rect: node.rect, to: end, to_rect };
        let route = routing::route(&ends, &[]);
        let line: Vec<Pos2> = route.path.iter().map(|point| pen.point(*point)).collect();
        let stroke = Stroke::new(2.0, self.frame.theme.accent);
        pen.painter.add(Drawn::line(line, stroke));
        if let Some((Some(target), Ok(_))) =
            verdict.as_ref().map(|(target, verdict)| (self.scene.node(target), verdict))
            && let Some(port) = geometry::in_port(target.shape, target.rect)
        {
            paint_node::paint_port(pen, port, PortState::Snapped);
        }
        paint_node::paint_port(pen, start, PortState::Drawn);
        let at = pen.point(to);
        match verdict {
            Some((target, _)) if target == from => {}
            Some((target, Ok(kind))) => {
                let name = self.frame.project.display_name(target).to_owned();
                let title = tr_args(link_key(kind), &[("node", name.into())]);
                overlay::tooltip(ui, pen, self.id, at, &title, Some(tr("canvas-link-how")));
            }
            Some((_, Err(refusal))) => {
                overlay::tooltip(ui, pen, self.id, at, tr(refusal_key(refusal)), None);
            }
            None => {}
        }
    }
}

/// Whether assistive technology asked to click the widget with this id.
fn clicked_by_name(ui: &Ui, id: Id) -> bool {
    ui.input(|input| input.has_accesskit_action_request(id, Access::Click))
}

fn link_key(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Publish => "canvas-link-publish",
        LinkKind::Bind => "canvas-link-bind",
        LinkKind::Subscribe => "canvas-link-subscribe",
        LinkKind::Consume => "canvas-link-consume",
    }
}

fn refusal_key(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Itself => "canvas-refused-itself",
        Refusal::Note => "canvas-refused-note",
        Refusal::ProducerOnlySends => "canvas-refused-producer",
        Refusal::NeedsChannel => "canvas-refused-channel",
        Refusal::QueueNeedsConsumer => "canvas-refused-queue",
        Refusal::TopicNeedsReceiver => "canvas-refused-topic",
        Refusal::Linked => "canvas-refused-linked",
        Refusal::Gone => "canvas-refused-gone",
    }
}

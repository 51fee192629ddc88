//! The canvas: the drawing, what moves on it, and the gestures that change it. It paints what the
//! frame's context shows and asks for everything else by commands.

mod contents;
mod detail;
mod figures;
pub mod geometry;
mod gesture;
mod hit_test;
mod keys;
mod overlay;
mod paint_dots;
mod paint_link;
mod paint_node;
mod pen;
mod pointer;
mod routing;
#[cfg(test)]
mod samples;
mod scene;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use egui::accesskit::Action as Access;
use egui::{CursorIcon, EventFilter, Id, Pos2, Rect, Response, Role, Sense, Ui, WidgetInfo};
use eventloom_core::ids::{ElementId, NodeId};
use eventloom_core::project::LinkKind;
use eventloom_core::project::check::Severity;

pub use self::geometry::content_bounds;

use self::detail::Detail;
use self::figures::{Live, RosterIndex};
use self::geometry::Shape;
use self::gesture::Gesture;
use self::hit_test::{Hit, Refusal};
use self::paint_dots::WayIndex;
use self::paint_link::{LinkPainter, Marks};
use self::paint_node::{PortState, State};
use self::pen::Pen;
use self::scene::{Scene, SceneNode, WayId};
use crate::command::{Command, CommandQueue};
use crate::context::FrameContext;
use crate::text::{tr, tr_args};
use crate::view_state::Selection;

/// The canvas' own, passing state: none of it is part of the project.
#[derive(Default)]
pub struct CanvasPanel {
    scene: Scene,
    ways: WayIndex,
    roster: RosterIndex,
    links: LinkPainter,
    detail: Detail,
    gesture: Gesture,
    /// The button that began the gesture.
    button: Option<egui::PointerButton>,
    hover: Option<Hit>,
    /// What the controls over the drawing covered in the last frame.
    overlays: Vec<Rect>,
    view: Option<Rect>,
}

impl CanvasPanel {
    /// Where the canvas lies on the screen, once it was shown; the size for [`crate::view_state::Camera::fit`].
    pub fn view(&self) -> Option<Rect> {
        self.view
    }

    /// Whether a gesture is under way that Escape would end: then Escape is the canvas' own.
    pub fn is_in_gesture(&self) -> bool {
        self.gesture.is_active()
    }

    /// Gives the gesture up that is under way, as Escape does.
    pub fn cancel_gesture(&mut self, commands: &mut CommandQueue) {
        if matches!(self.gesture, Gesture::Moving { .. }) {
            commands.push(Command::AbortGesture);
        }
        if let Gesture::Boxing { before, .. } = &self.gesture {
            commands.push(Command::Select(before.clone()));
        }
        self.gesture = Gesture::Ready;
        self.button = None;
    }

    /// What the status line says of the canvas, if anything.
    pub fn status(&self, frame: &FrameContext<'_>) -> Option<&'static str> {
        match &self.gesture {
            Gesture::Linking { .. } => Some(tr("canvas-status-linking")),
            Gesture::Moving { .. } => Some(tr("canvas-status-moving")),
            Gesture::Boxing { .. } => Some(tr("canvas-status-boxing")),
            _ if frame.read_only => Some(tr("canvas-read-only")),
            _ => None,
        }
    }

    /// Shows the canvas in the rest of `ui`.
    pub fn show(&mut self, ui: &mut Ui, frame: &FrameContext<'_>, commands: &mut CommandQueue) {
        let view = ui.available_rect_before_wrap();
        let canvas = ui.allocate_rect(view, Sense::click_and_drag());
        canvas.widget_info(|| WidgetInfo::labeled(Role::Pane, true, tr("canvas-name")));
        self.view = Some(view);
        self.scene.update(frame.project);
        self.ways.update(&self.scene);
        self.detail = self.detail.at(frame.camera.zoom);
        self.follow_pointer(ui, &canvas, frame, commands);
        self.follow_keys(ui, &canvas, frame, commands);
        self.accept_drop(&canvas, frame, commands);

        let pen = Pen::new(ui, frame.theme, view, frame.camera);
        pen.painter.rect_filled(view, 0.0, frame.theme.bg_canvas);
        overlay::paint_grid(&pen);
        self.show_drawing(ui, &canvas, frame, pen, commands);
        ui.ctx().set_cursor_icon(self.cursor(ui));
    }

    fn follow_keys(
        &mut self,
        ui: &Ui,
        canvas: &Response,
        frame: &FrameContext<'_>,
        commands: &mut CommandQueue,
    ) {
        let focused = ui.memory(egui::Memory::focused);
        let node_ids = self.scene.nodes.iter().map(|node| node_id(canvas.id, &node.id));
        let ours = focused.filter(|id| *id == canvas.id || node_ids.into_iter().any(|n| n == *id));
        if let Some(id) = ours {
            let filter = EventFilter {
                tab: false,
                horizontal_arrows: true,
                vertical_arrows: true,
                escape: true,
            };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        }
        let escape =
            || ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Escape));
        if self.gesture.is_active() && escape() {
            return self.cancel_gesture(commands);
        }
        let over = canvas.contains_pointer();
        let idle = focused.is_none() && (over || frame.project.nodes.is_empty());
        if ours.is_none() && !idle {
            return;
        }
        let pointer = ui.input(|input| input.pointer.hover_pos()).filter(|_| over);
        let at = pointer.map(|at| frame.camera.to_canvas(canvas.rect, at));
        let walked = keys::handle(ui, frame, &self.scene, at, commands);
        if let Some(id) = walked {
            self.focus_node(ui, canvas, frame, &id, commands);
        }
    }

    /// Gives the keyboard to a node; one that is out of sight is brought into view.
    fn focus_node(
        &self,
        ui: &Ui,
        canvas: &Response,
        frame: &FrameContext<'_>,
        id: &NodeId,
        commands: &mut CommandQueue,
    ) {
        let on_screen = |rect: Rect| {
            let corner = |point| frame.camera.to_screen(canvas.rect, point);
            Rect::from_min_max(corner(rect.min), corner(rect.max))
        };
        let seen = self.scene.node(id).is_some_and(|n| canvas.rect.intersects(on_screen(n.rect)));
        let focus = if seen { node_id(canvas.id, id) } else { canvas.id };
        ui.memory_mut(|memory| memory.request_focus(focus));
        if !seen {
            commands.push(Command::Reveal(ElementId::Node(id.clone())));
        }
    }

    /// A node dropped here from the palette.
    fn accept_drop(
        &self,
        canvas: &Response,
        frame: &FrameContext<'_>,
        commands: &mut CommandQueue,
    ) {
        if frame.read_only {
            return;
        }
        let pointer = canvas.ctx.input(|input| input.pointer.interact_pos());
        let dropped = canvas.dnd_release_payload::<eventloom_core::project::NodeKind>();
        if let (Some(kind), Some(at)) = (dropped, pointer) {
            let at = Some(frame.camera.to_canvas(canvas.rect, at));
            commands.push(Command::AddNode { kind: (*kind).clone(), at });
        }
    }

    fn show_drawing(
        &mut self,
        ui: &mut Ui,
        canvas: &Response,
        frame: &FrameContext<'_>,
        mut pen: Pen<'_>,
        commands: &mut CommandQueue,
    ) {
        let Self { scene, ways, roster, links, detail, gesture, hover, overlays, .. } = self;
        let detail = *detail;
        let hover = hover.clone().unwrap_or(Hit::Canvas);
        let live = frame.view.map(|view| roster.live(view));
        let gesture = &*gesture;
        let linking = match gesture {
            Gesture::Linking { from, to, target } => Some((from, *to, target.as_ref())),
            _ => None,
        };
        let show = Show { frame, scene, detail, hover: &hover, live, linking, id: canvas.id };

        show.nodes(ui, &mut pen, true, commands);
        let selection = frame.selection;
        let marks = Marks { selection, hover: &hover, linking: linking.is_some(), live };
        links.paint(&pen, frame.project, scene, detail, &marks);
        show.ways(ui, &mut pen, ways, commands);
        if let Some(view) = frame.view.filter(|_| detail >= Detail::Compact) {
            paint_dots::paint(&pen, scene, ways, view, frame.reduced_motion);
        }
        show.nodes(ui, &mut pen, false, commands);
        show.ports(ui, &mut pen);
        show.contents(&pen);
        if let Gesture::Boxing { from, to, .. } = gesture {
            overlay::paint_box(&pen, *from, *to);
        }
        show.drop_ghost(&pen, canvas);
        overlays.clear();
        overlays.push(overlay::zoom_control(ui, &pen, canvas.id, commands));
        if let Some(view) = frame.view {
            overlay::paint_legend(&pen, view, overlays[0]);
        }
        if frame.project.nodes.is_empty() {
            overlay::empty_hint(ui, &pen, canvas.id, frame.read_only);
        }
        if frame.read_only {
            overlay::paint_read_only(&pen);
        }
        show.link_being_drawn(ui, &pen);
    }

    fn cursor(&self, ui: &Ui) -> CursorIcon {
        match (&self.gesture, &self.hover) {
            (Gesture::Panning { .. }, _) => CursorIcon::Grabbing,
            (Gesture::Moving { .. }, _) => CursorIcon::Move,
            (Gesture::Linking { .. } | Gesture::Boxing { .. }, _) => CursorIcon::Crosshair,
            (_, Some(Hit::OutPort(_))) => CursorIcon::Crosshair,
            _ => ui.output(|output| output.cursor_icon),
        }
    }
}

/// The id of a node's widget.
fn node_id(canvas: Id, node: &NodeId) -> Id {
    canvas.with(("node", node))
}

/// What showing the drawing needs, gathered.
struct Show<'a> {
    frame: &'a FrameContext<'a>,
    scene: &'a Scene,
    detail: Detail,
    hover: &'a Hit,
    live: Option<Live<'a>>,
    /// The link being drawn: from where, to which point, to which node.
    linking: Option<(&'a NodeId, Pos2, Option<&'a NodeId>)>,
    id: Id,
}

impl Show<'_> {
    /// The notes, or all other nodes.
    fn nodes(&self, ui: &Ui, pen: &mut Pen<'_>, notes: bool, commands: &mut CommandQueue) {
        let seen = pen.seen().expand(16.0);
        let broken: BTreeSet<&NodeId> = self.broken().collect();
        let focused = ui.memory(egui::Memory::focused);
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
            paint_node::paint(pen, node, &face, state, self.detail);
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
    }

    fn broken(&self) -> impl Iterator<Item = &NodeId> {
        let errors = self.frame.problems.iter().filter(|p| p.severity == Severity::Error);
        errors.filter_map(|problem| match &problem.id {
            Some(ElementId::Node(id)) => Some(id),
            _ => None,
        })
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
    fn ways(&self, ui: &Ui, pen: &mut Pen<'_>, ways: &WayIndex, commands: &mut CommandQueue) {
        let seen = pen.seen();
        let thinned = self.thinned(ways);
        // Thousands of widgets would be in each other's way where nobody reads them.
        let read = ui.ctx().has_accesskit_node(self.id);
        pen.dim = self.linking.is_some();
        for (ix, way) in self.scene.ways.iter().enumerate() {
            if !seen.intersects(way.route.bounds.expand(8.0)) {
                continue;
            }
            if self.detail >= Detail::Full {
                let from = thinned.iter().find(|(other, _)| *other == ix).map(|(_, n)| *n);
                paint_link::paint_label(pen, self.frame.project, way, self.live, from);
            }
            if !read {
                continue;
            }
            let middle = pen.point(way.route.at(0.5).0);
            let area = Rect::from_center_size(middle, egui::Vec2::splat(24.0));
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

    /// The ways whose dots stand for more events than there are dots, and for how many.
    fn thinned(&self, ways: &WayIndex) -> Vec<(usize, u64)> {
        let Some(view) = self.frame.view else { return Vec::new() };
        let thinned = view.flow.iter().filter_map(|flow| Some((flow, flow.thinned_from?)));
        thinned.filter_map(|(flow, n)| Some((ways.way_ix(view, flow)?, n))).collect()
    }

    fn ports(&self, ui: &Ui, pen: &mut Pen<'_>) {
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
                if shown {
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
                paint_node::paint_port(pen, geometry::dead_letter_port(node.rect), PortState::Dead);
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
        let area = Rect::from_center_size(pen.point(at), egui::Vec2::splat(16.0));
        let id = self.id.with(("port", &node.id, outgoing));
        let key = if outgoing { "canvas-output-port" } else { "canvas-input-port" };
        ui.interact(area, id, Sense::hover()).widget_info(|| {
            let name = self.frame.project.display_name(&node.id).to_owned();
            let name = tr_args(key, &[("node", name.into())]);
            WidgetInfo::labeled(Role::Button, !self.frame.read_only, name)
        });
    }

    /// The card of what lies in the chosen node, close up.
    fn contents(&self, pen: &Pen<'_>) {
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
    fn drop_ghost(&self, pen: &Pen<'_>, canvas: &Response) {
        let dragged = canvas.dnd_hover_payload::<eventloom_core::project::NodeKind>();
        let pointer = canvas.ctx.input(|input| input.pointer.interact_pos());
        let (Some(kind), Some(at), false) = (dragged, pointer, self.frame.read_only) else {
            return;
        };
        let size = geometry::size_of(&kind) * pen.zoom();
        let outline =
            geometry::outline(Shape::of(&kind), Rect::from_center_size(at, size), pen.zoom());
        let stroke = egui::Stroke::new(1.5, self.frame.theme.accent);
        pen.painter.add(egui::Shape::closed_line(outline, stroke));
    }

    fn link_being_drawn(&self, ui: &Ui, pen: &Pen<'_>) {
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
        let to_rect = Rect::from_min_size(end, egui::Vec2::splat(1.0));
        let ends = routing::Ends { from: start, from_rect: node.rect, to: end, to_rect };
        let route = routing::route(&ends, &[]);
        let line: Vec<Pos2> = route.path.iter().map(|point| pen.point(*point)).collect();
        let stroke = egui::Stroke::new(2.0, self.frame.theme.accent);
        pen.painter.add(egui::Shape::line(line, stroke));
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

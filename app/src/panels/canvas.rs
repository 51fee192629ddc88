//! The canvas: the drawing, what moves on it, and the gestures that change it. It paints what the
//! frame's context shows and asks for everything else by commands.

mod contents;
mod detail;
mod drawing;
mod figures;

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

use egui::{CursorIcon, EventFilter, Rect, Response, Role, Sense, Ui, WidgetInfo};
use eventloom_core::ids::{ElementId, NodeId};
use eventloom_core::project::NodeKind;

use crate::geometry;
pub use crate::geometry::content_bounds;

use self::detail::Detail;
use self::drawing::{Show, node_id};
use self::figures::RosterIndex;
use self::gesture::Gesture;
use self::hit_test::Hit;
use self::paint_dots::WayIndex;
use self::paint_link::{LinkPainter, Marks};
use self::pen::Pen;
use self::scene::Scene;
use crate::command::{Command, CommandQueue};
use crate::context::FrameContext;
use crate::text::tr;

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
        let dropped = canvas.dnd_release_payload::<NodeKind>();
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
        if let Some(view) = frame.view.filter(|_| detail >= Detail::Compact) {
            overlay::paint_legend(&pen, view, overlays[0]);
        }
        if frame.project.nodes.is_empty() {
            overlay::empty_hint(ui, &pen, canvas.id, frame.read_only);
        }
        if frame.read_only {
            overlay::paint_read_only(&pen);
        }
        show.hovered(ui, &pen);
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

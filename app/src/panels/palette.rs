//! What can be placed on the canvas: by drag, double click, click or Enter.

use egui::{
    CornerRadius, DragAndDrop, Mesh, Order, Painter, Pos2, Rect, Response, Role, Sense, Shape,
    Stroke, Ui, Vec2, WidgetInfo, pos2,
};
use eventloom_core::project::{Consumer, NodeKind, Note, Producer, Waiting};

use crate::command::{Command, CommandQueue};
use crate::context::FrameContext;
use crate::text::{tr, tr_args};
use crate::theme::Theme;
use crate::widgets::{control, lettering, names};

const ROW: f32 = 32.0;
const SILHOUETTE: Vec2 = Vec2::new(28.0, 18.0);
/// The size that a note has when it is placed.
const NOTE_SIZE: eventloom_core::project::Point = eventloom_core::project::Point(200.0, 96.0);

/// The palette.
#[derive(Debug, Default)]
pub struct PalettePanel {
    /// Whether the click that began a double click has placed its node already.
    placed_by_click: bool,
}

struct Entry {
    label: &'static str,
    key: &'static str,
    help: &'static str,
    kind: fn() -> NodeKind,
}

const SECTIONS: [(&str, &[Entry]); 4] = [
    (
        "palette-sources",
        &[Entry {
            label: "palette-producer",
            key: "P",
            help: "palette-producer-help",
            kind: || NodeKind::Producer(Producer::default()),
        }],
    ),
    (
        "palette-channels",
        &[
            Entry {
                label: "palette-topic",
                key: "T",
                help: "palette-topic-help",
                kind: || NodeKind::Topic(Waiting::default()),
            },
            Entry {
                label: "palette-queue",
                key: "Q",
                help: "palette-queue-help",
                kind: || NodeKind::Queue(Waiting::default()),
            },
        ],
    ),
    (
        "palette-workers",
        &[Entry {
            label: "palette-consumer",
            key: "C",
            help: "palette-consumer-help",
            kind: || NodeKind::Consumer(Consumer::default()),
        }],
    ),
    (
        "palette-annotations",
        &[Entry {
            label: "palette-note",
            key: "N",
            help: "palette-note-help",
            kind: || NodeKind::Note(Note { text: String::new(), size: NOTE_SIZE }),
        }],
    ),
];

impl PalettePanel {
    /// Shows the panel in the whole of `ui`.
    pub fn show(&mut self, ui: &mut Ui, frame: &FrameContext<'_>, commands: &mut CommandQueue) {
        egui::ScrollArea::vertical().id_salt("palette").auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.add_space(4.0);
            for (title, entries) in SECTIONS {
                section_title(ui, frame.theme, tr(title));
                for entry in entries {
                    ui.add_enabled_ui(!frame.read_only, |ui| {
                        self.row(ui, frame, commands, entry);
                    });
                }
            }
        });
    }

    fn row(
        &mut self,
        ui: &mut Ui,
        frame: &FrameContext<'_>,
        commands: &mut CommandQueue,
        entry: &Entry,
    ) {
        let size = Vec2::new(ui.available_width(), ROW);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        let enabled = ui.is_enabled();
        let label = tr(entry.label);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, label));
        if ui.is_rect_visible(rect) {
            paint_row(ui, frame.theme, rect, &response, entry);
        }
        if response.drag_started() {
            DragAndDrop::set_payload(ui.ctx(), (entry.kind)());
        }
        if response.dragged() {
            show_ghost(ui, frame.theme, entry);
        }
        if self.places(&response) {
            commands.push(Command::AddNode { kind: (entry.kind)(), at: None });
        }
        let tip = if enabled {
            tr_args("palette-tip", &[("help", tr(entry.help).into()), ("key", entry.key.into())])
        } else {
            tr("palette-past").to_owned()
        };
        response.on_hover_text(&tip).on_disabled_hover_text(tip);
    }

    /// A click places one node; the second click of a double click places no second one.
    fn places(&mut self, response: &Response) -> bool {
        if response.double_clicked() {
            return !std::mem::take(&mut self.placed_by_click);
        }
        if response.clicked() {
            self.placed_by_click = true;
            return true;
        }
        false
    }
}

fn section_title(ui: &mut Ui, theme: &Theme, title: &str) {
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 32.0), Sense::hover());
    let rect = rect.shrink2(Vec2::new(16.0, 0.0));
    lettering::left(ui.painter(), rect, title, lettering::caption_medium(), theme.text_3);
}

fn paint_row(ui: &Ui, theme: &Theme, rect: Rect, response: &Response, entry: &Entry) {
    let painter = ui.painter();
    let fill = rect.shrink2(Vec2::new(8.0, 1.0));
    painter.rect_filled(fill, CornerRadius::same(6), control::row_fill(theme, response, false));
    let middle = pos2(rect.left() + 30.0, rect.center().y);
    let kind = (entry.kind)();
    let at = Rect::from_center_size(middle, SILHOUETTE);
    paint_silhouette(painter, theme, &kind, at, response.enabled());
    let text =
        Rect::from_min_max(pos2(rect.left() + 56.0, rect.top()), rect.max - Vec2::new(16.0, 0.0));
    let ink = if response.enabled() { theme.text } else { theme.text_disabled };
    lettering::left(painter, text, tr(entry.label), lettering::body(), ink);
    lettering::right(painter, text, entry.key, lettering::small(), theme.text_3);
    control::focus_ring(ui, theme, fill, response);
}

/// What follows the pointer while a node is dragged to the canvas.
fn show_ghost(ui: &Ui, theme: &Theme, entry: &Entry) {
    let Some(pointer) = ui.ctx().pointer_interact_pos() else { return };
    let layer = egui::LayerId::new(Order::Tooltip, ui.scope_id().with("palette-ghost"));
    let painter = ui.ctx().layer_painter(layer);
    let kind = (entry.kind)();
    paint_silhouette(
        &painter,
        theme,
        &kind,
        Rect::from_center_size(pointer, SILHOUETTE * 2.4),
        true,
    );
    painter.text(
        pointer + Vec2::new(0.0, 34.0),
        egui::Align2::CENTER_CENTER,
        tr(entry.label),
        lettering::small_semibold(),
        theme.text,
    );
    ui.ctx().set_cursor_icon(egui::CursorIcon::Grabbing);
}

/// The outline that says the kind, small. It may be hollow on one side, so it is filled as a fan
/// from its middle, which sees every corner.
fn paint_silhouette(painter: &Painter, theme: &Theme, kind: &NodeKind, at: Rect, enabled: bool) {
    let role = names::role(theme, kind);
    let role = if enabled { role } else { theme.dimmed(role) };
    let fill = Theme::mix(theme.bg_panel, role, 0.17);
    let stroke = Stroke::new(1.5, role);
    let (left, right, top, bottom) = (at.left(), at.right(), at.top(), at.bottom());
    let middle = at.center().y;
    let tip = at.height() * 0.3;
    let corners = match kind {
        NodeKind::Topic(_) => {
            let radius = CornerRadius::same((at.height() / 2.0) as u8);
            painter.rect(at, radius, fill, stroke, egui::StrokeKind::Middle);
            return;
        }
        NodeKind::Queue(_) => {
            painter.rect(at, CornerRadius::same(3), fill, stroke, egui::StrokeKind::Middle);
            paint_slots(painter, at, role);
            return;
        }
        NodeKind::Producer(_) => vec![
            pos2(left, top),
            pos2(right - tip, top),
            pos2(right, middle),
            pos2(right - tip, bottom),
            pos2(left, bottom),
        ],
        NodeKind::Consumer(_) => vec![
            pos2(left, top),
            pos2(right, top),
            pos2(right, bottom),
            pos2(left, bottom),
            pos2(left + tip, middle),
        ],
        NodeKind::Note(_) => {
            let inset = at.width() * 0.08;
            let (left, right) = (left + inset, right - inset);
            let fold = tip * 1.2;
            vec![
                pos2(left, top),
                pos2(right - fold, top),
                pos2(right, top + fold),
                pos2(right, bottom),
                pos2(left, bottom),
            ]
        }
    };
    painter.add(fan(at.center(), &corners, fill));
    painter.add(Shape::closed_line(corners, stroke));
}

fn fan(middle: Pos2, corners: &[Pos2], fill: egui::Color32) -> Mesh {
    let mut mesh = Mesh::default();
    mesh.colored_vertex(middle, fill);
    for corner in corners {
        mesh.colored_vertex(*corner, fill);
    }
    let count = corners.len() as u32;
    for ix in 0..count {
        mesh.add_triangle(0, 1 + ix, 1 + (ix + 1) % count);
    }
    mesh
}

fn paint_slots(painter: &Painter, at: Rect, role: egui::Color32) {
    let slot = Vec2::new(at.width() * 0.12, at.height() * 0.38);
    for ix in -1..=1 {
        let middle = at.center() + Vec2::new(ix as f32 * slot.x * 1.6, 0.0);
        painter.rect_filled(Rect::from_center_size(middle, slot), 1.0, role);
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::kittest::Queryable;

    use super::*;
    use crate::panels::test_kit::Stage;

    fn stage() -> egui_kittest::Harness<'static, Stage<PalettePanel>> {
        Stage::harness([208.0, 420.0], |panel: &mut PalettePanel, ui, frame, commands| {
            panel.show(ui, frame, commands);
        })
    }

    fn added(commands: &[Command]) -> Vec<&'static str> {
        commands
            .iter()
            .map(|command| match command {
                Command::AddNode { kind, at: None } => kind.name(),
                other => panic!("unexpected {other:?}"),
            })
            .collect()
    }

    #[test]
    fn a_double_click_adds_one_node() {
        let mut harness = stage();
        harness.get_by_label("Queue").click();
        harness.get_by_label("Queue").click();
        harness.run();
        assert_eq!(added(&harness.state_mut().take()), ["queue"]);
        // The next double click counts anew.
        harness.run_steps(60);
        harness.get_by_label("Topic").click();
        harness.get_by_label("Topic").click();
        harness.run();
        assert_eq!(added(&harness.state_mut().take()), ["topic"]);
    }

    #[test]
    fn a_click_and_enter_add_the_kind_with_its_defaults() {
        let mut harness = stage();
        harness.get_by_label("Producer").click();
        harness.run();
        let placed = harness.state_mut().take();
        let kind = NodeKind::Producer(Producer::default());
        assert_eq!(placed, [Command::AddNode { kind, at: None }]);
        harness.run_steps(60);
        harness.get_by_label("Consumer").focus();
        harness.run();
        harness.key_press(egui::Key::Enter);
        harness.run();
        assert_eq!(added(&harness.state_mut().take()), ["consumer"]);
    }

    #[test]
    fn a_drag_carries_the_kind() {
        let mut harness = stage();
        let start = harness.get_by_label("Note").rect().center();
        harness.hover_at(start);
        harness.run_steps(4);
        harness.drag_at(start);
        harness.run_steps(4);
        harness.hover_at(start + Vec2::new(40.0, 40.0));
        harness.run_steps(4);
        let payload = DragAndDrop::payload::<NodeKind>(&harness.ctx).expect("a kind is dragged");
        assert_eq!(payload.name(), "note");
        assert!(harness.state_mut().take().is_empty(), "a drag alone places nothing");
    }

    #[test]
    fn in_the_past_nothing_can_be_placed() {
        let mut harness = stage();
        harness.state_mut().read_only = true;
        harness.run();
        harness.get_by_label("Queue").click();
        harness.run();
        assert!(harness.state_mut().take().is_empty());
    }
}

//! The inspector's head: tile, name, what it is, and the menu.

use egui::{CornerRadius, Popup, Rect, Sense, Stroke, Ui, Vec2, pos2};
use eventloom_core::ids::{ElementId, NodeId};
use eventloom_core::project::{Arrivals, Node, NodeKind, Service};
use eventloom_core::world::NodeState;

use crate::command::{Action, Command, CommandQueue, Control};
use crate::context::FrameContext;
use crate::text::{tr, tr_args};
use crate::widgets::icons::{self, Icon};
use crate::widgets::{control, format, lettering, names};

const HEIGHT: f32 = 60.0;
const TILE: f32 = 32.0;
/// The width of the menu.
pub(super) const MENU: f32 = 224.0;

/// The head of a node.
pub(super) fn show_node(
    ui: &mut Ui,
    frame: &FrameContext<'_>,
    commands: &mut CommandQueue,
    id: &NodeId,
    node: &Node,
) {
    let role = names::role(frame.theme, &node.kind);
    let name = frame.project.display_name(id);
    let more = show(ui, frame, names::icon(&node.kind), role, name, &kind_line(&node.kind));
    let publishes = matches!(node.kind, NodeKind::Producer(_)) || node.kind.is_channel();
    Popup::menu(&more).show(|ui| {
        ui.set_width(MENU);
        if publishes {
            let can = frame.view.is_some() && !frame.read_only;
            let entry = ui.add_enabled_ui(can, |ui| {
                let words = tr("inspector-publish");
                control::menu_entry(ui, frame.theme, Some(Icon::Send), words, false)
            });
            let entry = entry.inner.on_disabled_hover_text(tr("inspector-publish-no-run"));
            if entry.clicked() {
                commands.push(Command::Publish(id.clone()));
            }
        }
        control_entries(ui, frame, commands, id, &node.kind);
        delete_entry(ui, frame, commands);
    });
}

/// What can be done to a node of a run by hand.
fn control_entries(
    ui: &mut Ui,
    frame: &FrameContext<'_>,
    commands: &mut CommandQueue,
    id: &NodeId,
    kind: &NodeKind,
) {
    let Some(view) = frame.view.filter(|_| !frame.read_only) else { return };
    let state =
        view.roster.find(&ElementId::Node(id.clone())).and_then(|ix| view.elements.get(ix.ix()));
    let state = state.map_or(NodeState::Up, |element| element.state);
    for what in Control::of(kind, state) {
        let words = tr(what.label());
        if control::menu_entry(ui, frame.theme, Some(sign(what)), words, false).clicked() {
            commands.push(Command::Control(id.clone(), what));
        }
    }
}

fn sign(what: Control) -> Icon {
    match what {
        Control::Crash => Icon::Error,
        Control::Stop => Icon::Pause,
        Control::Restart => Icon::Restart,
        Control::Purge => Icon::Close,
    }
}

/// The entry that removes what is selected.
pub(super) fn delete_entry(ui: &mut Ui, frame: &FrameContext<'_>, commands: &mut CommandQueue) {
    let entry = ui.add_enabled_ui(!frame.read_only, |ui| {
        control::menu_entry(ui, frame.theme, Some(Icon::Trash), tr("inspector-delete"), false)
    });
    if entry.inner.clicked() {
        commands.act(Action::Delete);
    }
}

/// Shows the head and returns the button of its menu.
pub(super) fn show(
    ui: &mut Ui,
    frame: &FrameContext<'_>,
    icon: Icon,
    role: egui::Color32,
    name: &str,
    line: &str,
) -> egui::Response {
    let rect = paint(ui, frame, icon, role, name, line);
    let more = Rect::from_center_size(
        pos2(rect.right() - 28.0, rect.center().y),
        Vec2::splat(control::SMALL_SIDE),
    );
    let mut corner = ui.new_child(egui::UiBuilder::new().max_rect(more));
    let label = tr("inspector-more");
    control::small_icon(&mut corner, frame.theme, Icon::More, label, label)
}

/// Paints the head without a menu, and returns where it lies.
pub(super) fn paint(
    ui: &mut Ui,
    frame: &FrameContext<'_>,
    icon: Icon,
    role: egui::Color32,
    name: &str,
    line: &str,
) -> Rect {
    let theme = frame.theme;
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), HEIGHT), Sense::hover());
    let painter = ui.painter();
    let left = rect.left() + 16.0;
    let tile = Rect::from_center_size(pos2(left + TILE / 2.0, rect.center().y), Vec2::splat(TILE));
    painter.rect_filled(tile, CornerRadius::same(8), theme.tile(role));
    icon.paint(painter, Rect::from_center_size(tile.center(), Vec2::splat(icons::SIZE)), role);
    let text = Rect::from_min_max(
        pos2(tile.right() + 12.0, rect.top() + 10.0),
        pos2(rect.right() - 48.0, rect.bottom() - 10.0),
    );
    let (upper, lower) = text.split_top_bottom_at_y(text.top() + 22.0);
    let title = lettering::one_line(painter, name, lettering::title(), theme.text, text.width());
    painter.galley(pos2(upper.left(), upper.center().y - title.size().y / 2.0), title, theme.text);
    lettering::left(painter, lower, line, lettering::caption(), theme.text_3);
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, theme.line_subtle));
    rect
}

/// What a node is and does, in a line.
fn kind_line(kind: &NodeKind) -> String {
    match kind {
        NodeKind::Producer(producer) => match &producer.arrivals {
            Arrivals::Constant { rate_per_s } => rate_line("inspector-kind-constant", *rate_per_s),
            Arrivals::Poisson { rate_per_s } => rate_line("inspector-kind-poisson", *rate_per_s),
            Arrivals::OnOff { .. } => tr("inspector-kind-bursts").to_owned(),
            Arrivals::Profile { .. } => tr("inspector-kind-profile").to_owned(),
            Arrivals::Modulated { .. } => tr("inspector-kind-modulated").to_owned(),
            Arrivals::Recorded(_) => tr("inspector-kind-recorded").to_owned(),
        },
        NodeKind::Topic(_) => tr("inspector-kind-topic").to_owned(),
        NodeKind::Queue(_) => tr("inspector-kind-queue").to_owned(),
        NodeKind::Consumer(consumer) => {
            let key = match consumer.service {
                Service::Constant { .. } => "inspector-kind-consumer-constant",
                Service::Exponential { .. } => "inspector-kind-consumer-exponential",
                _ => "inspector-kind-consumer-other",
            };
            let mean = format::seconds(consumer.service.mean_s());
            tr_args(key, &[("mean", mean.into())])
        }
        NodeKind::Note(_) => tr("inspector-kind-note").to_owned(),
    }
}

fn rate_line(key: &'static str, rate_per_s: f64) -> String {
    tr_args(key, &[("rate", format::rate(rate_per_s).into())])
}

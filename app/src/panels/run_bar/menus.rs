//! The menus of the run bar: start anew, and the speed.

use egui::{
    Popup, PopupCloseBehavior, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
};
use eventloom_core::live::Speed;

use super::RunBar;
use crate::command::{Action, Command, CommandQueue};
use crate::context::FrameContext;
use crate::text::{tr, tr_args};
use crate::theme::Theme;
use crate::widgets::icons::Icon;
use crate::widgets::{control, format, lettering};

const SPEEDS: [Speed; 11] = [
    Speed::Times(0.01),
    Speed::Times(0.1),
    Speed::Times(0.25),
    Speed::Times(0.5),
    Speed::Times(1.0),
    Speed::Times(2.0),
    Speed::Times(5.0),
    Speed::Times(10.0),
    Speed::Times(100.0),
    Speed::Times(1_000.0),
    Speed::Max,
];
const SPEED_WIDTH: f32 = 72.0;

fn speed_text(speed: Speed) -> String {
    match speed {
        Speed::Times(factor) => format::times(factor),
        Speed::Max => tr("run-speed-max").to_owned(),
    }
}

impl RunBar {
    pub(super) fn restart_menu(
        &mut self,
        ui: &mut Ui,
        frame: &FrameContext<'_>,
        commands: &mut CommandQueue,
    ) {
        let theme = frame.theme;
        let response =
            control::icon(ui, theme, Icon::Restart, tr("run-restart"), tr("run-restart-tip"));
        let seed = frame.view.map_or(frame.project.seed, |view| view.seed);
        let menu = Popup::menu(&response).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        menu.show(|ui| {
            ui.set_width(208.0);
            let same = tr_args("run-restart-same", &[("seed", seed.to_string().into())]);
            let next = seed.wrapping_add(1).to_string();
            let next = tr_args("run-restart-next", &[("seed", next.into())]);
            if control::menu_entry(ui, theme, None, &same, false).clicked() {
                commands.act(Action::Restart);
                ui.close();
            }
            if control::menu_entry(ui, theme, None, &next, false).clicked() {
                commands.act(Action::RestartNextSeed);
                ui.close();
            }
            ui.add_space(4.0);
            let label = tr("run-restart-with");
            if let Some(text) = small_field(ui, theme, label, &mut self.seed_text, |text| {
                text.trim().parse::<u64>().ok()
            }) {
                commands.push(Command::RestartSeed(text));
                self.seed_text.clear();
                ui.close();
            }
        });
    }

    pub(super) fn speed_menu(
        &mut self,
        ui: &mut Ui,
        frame: &FrameContext<'_>,
        commands: &mut CommandQueue,
    ) {
        let theme = frame.theme;
        let size = Vec2::new(SPEED_WIDTH, control::SMALL_SIDE + 2.0);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        let shown = speed_text(self.speed);
        let label = tr_args("run-speed", &[("speed", shown.as_str().into())]);
        response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, ui.is_enabled(), &label));
        paint_combo(ui, theme, rect, &response, &shown);
        let menu = Popup::menu(&response).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        let mut chosen = None;
        menu.show(|ui| {
            ui.set_width(160.0);
            ui.spacing_mut().item_spacing.y = 0.0;
            for speed in SPEEDS {
                let words = speed_text(speed);
                let is_now = speed == self.speed;
                if control::menu_entry(ui, theme, None, &words, is_now).clicked() {
                    chosen = Some(speed);
                }
            }
            ui.add_space(4.0);
            let label = tr("run-speed-other");
            let typed = small_field(ui, theme, label, &mut self.speed_text, format::read_speed);
            chosen = chosen.or(typed);
            if chosen.is_some() {
                ui.close();
            }
        });
        if let Some(speed) = chosen {
            self.speed = speed;
            self.speed_text.clear();
            commands.push(Command::SetSpeed(speed));
        }
        response.on_hover_text(tr("run-speed-tip"));
    }
}

fn paint_combo(ui: &Ui, theme: &Theme, rect: Rect, response: &egui::Response, text: &str) {
    let painter = ui.painter();
    let edge = if response.has_focus() {
        theme.accent
    } else if response.hovered() {
        theme.line_control
    } else {
        theme.line_strong
    };
    painter.rect(rect, 4.0, theme.bg_field, Stroke::new(1.0, edge), StrokeKind::Inside);
    let inner = rect.shrink2(Vec2::new(8.0, 0.0));
    lettering::left(painter, inner, text, lettering::small_semibold(), theme.text);
    let middle = egui::pos2(inner.right() - 4.0, inner.center().y);
    let square = Rect::from_center_size(middle, Vec2::splat(12.0));
    Icon::ChevronDown.paint(painter, square, theme.text_2);
}

/// A field in a menu: a text that is taken with Enter, where `read` can read it. What cannot be read
/// shows a red edge and stays.
fn small_field<T>(
    ui: &mut Ui,
    theme: &Theme,
    label: &str,
    text: &mut String,
    read: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let refused = !text.trim().is_empty() && read(text).is_none();
    let edit = egui::TextEdit::singleline(text)
        .desired_width(f32::INFINITY)
        .font(lettering::body())
        .text_color(theme.text)
        .hint_text(egui::RichText::new(label).font(lettering::body()).color(theme.text_3))
        .frame(egui::Frame::NONE.fill(theme.bg_field).inner_margin(egui::Margin::symmetric(8, 4)));
    let response = ui.add(edit);
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(label));
    let edge = if refused {
        theme.full
    } else if response.has_focus() {
        theme.accent
    } else {
        theme.line_strong
    };
    ui.painter().rect_stroke(response.rect, 4.0, Stroke::new(1.0, edge), StrokeKind::Inside);
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    if entered { read(text) } else { None }
}

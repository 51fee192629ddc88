//! The messages in view, above the status bar, and the list of all of them.

use std::time::Instant;

use egui::{
    Align, Align2, Area, Frame, Id, Layout, Margin, Order, Popup, PopupCloseBehavior, Response,
    RichText, ScrollArea, Sense, Stroke, Ui, Vec2, vec2,
};

use crate::command::{Command, CommandQueue};
use crate::notices::{Level, Notice, Notices};
use crate::text::{tr, tr_args};
use crate::theme::{Theme, style};
use crate::widgets::control;
use crate::widgets::icons::{self, Icon};

/// The width of a message.
const WIDTH: f32 = 400.0;
/// How many messages are in view at once.
const IN_VIEW: usize = 4;

pub(super) fn show(
    ctx: &egui::Context,
    notices: &Notices,
    theme: &Theme,
    queue: &mut CommandQueue,
) {
    let now = Instant::now();
    let shown: Vec<&Notice> = notices.shown(now).collect();
    if shown.is_empty() {
        return;
    }
    let hidden = shown.len().saturating_sub(IN_VIEW);
    Area::new(Id::unique("notices"))
        .order(Order::Foreground)
        .anchor(Align2::RIGHT_BOTTOM, vec2(-16.0, -40.0))
        .show(ctx, |ui| {
            ui.spacing_mut().item_spacing.y = 8.0;
            ui.set_width(WIDTH);
            for notice in &shown[hidden..] {
                card(ui, notice, theme, queue);
            }
        });
}

fn card(ui: &mut Ui, notice: &Notice, theme: &Theme, queue: &mut CommandQueue) {
    let (icon, colour) = sign(notice.level, theme);
    let edge = if notice.level == Level::Info { theme.line_strong } else { colour };
    Frame::new()
        .fill(theme.bg_popup)
        .stroke(Stroke::new(1.0, edge))
        .corner_radius(8)
        .inner_margin(Margin { left: 12, right: 4, top: 8, bottom: 8 })
        .shadow(ui.visuals().popup_shadow)
        .show(ui, |ui| {
            ui.set_width(WIDTH - 20.0);
            ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                let label = tr("shell-notice-dismiss");
                if control::small_icon(ui, theme, Icon::Close, label, label).clicked() {
                    queue.push(Command::DismissNotice(notice.id));
                }
                ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
                    line(ui, icon, colour, &notice.text, theme);
                });
            });
        });
}

fn sign(level: Level, theme: &Theme) -> (Icon, egui::Color32) {
    match level {
        Level::Info => (Icon::Info, theme.accent),
        Level::Warning => (Icon::Warning, theme.warn),
        Level::Error => (Icon::Error, theme.full),
    }
}

fn line(ui: &mut Ui, icon: Icon, colour: egui::Color32, text: &str, theme: &Theme) {
    let (rect, _) = ui.allocate_exact_size(vec2(icons::SIZE, 24.0), Sense::hover());
    icon.paint(ui.painter(), rect, colour);
    ui.vertical(|ui| {
        ui.add_space(4.0);
        ui.add(egui::Label::new(RichText::new(text).color(theme.text)).wrap());
    });
}

/// The button that shows every message that is kept.
pub(super) fn list_button(ui: &mut Ui, notices: &Notices, theme: &Theme) {
    if notices.all().len() == 0 {
        return;
    }
    let count = [("n", notices.all().len().into())];
    let text = tr_args("shell-status-messages", &count);
    let response: Response = ui.add(
        egui::Button::new(RichText::new(text).text_style(style::caption()).color(theme.text_2))
            .frame(false)
            .min_size(Vec2::new(24.0, 20.0)),
    );
    Popup::menu(&response).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(WIDTH);
        ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
            for notice in notices.all() {
                let (icon, colour) = sign(notice.level, theme);
                ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
                    line(ui, icon, colour, &notice.text, theme);
                });
            }
        });
    });
}

//! The dialogs without a state of their own.

use egui::{Align, Frame, Id, Key, Layout, Modal, RichText, ScrollArea, Stroke, Ui, vec2};

use super::DialogRequest;
use crate::command::{Action, Command, CommandQueue, UnsavedAnswer};
use crate::text::{tr, tr_args};
use crate::theme::fonts::{Weight, font};
use crate::theme::{Theme, style};
use crate::widgets::{logo, prompt};

/// Asks what to do about unsaved work.
pub(super) fn unsaved(
    ctx: &egui::Context,
    theme: &Theme,
    name: &str,
    queue: &mut CommandQueue,
) -> Option<DialogRequest> {
    let mut answer = None;
    let modal = modal(theme, "unsaved").show(ctx, |ui| {
        ui.set_width(400.0);
        heading(ui, &tr_args("shell-unsaved-title", &[("name", name.into())]));
        ui.label(RichText::new(tr("shell-unsaved-text")).color(theme.text_2));
        ui.add_space(16.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let save = prompt::primary(ui, theme, tr("shell-unsaved-save"));
            if ui.memory(|memory| memory.focused().is_none()) {
                save.request_focus();
            }
            if save.clicked() {
                answer = Some(UnsavedAnswer::Save);
            }
            if prompt::plain(ui, theme, tr("shell-unsaved-cancel")).clicked() {
                answer = Some(UnsavedAnswer::Cancel);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                if prompt::plain(ui, theme, tr("shell-unsaved-discard")).clicked() {
                    answer = Some(UnsavedAnswer::Discard);
                }
            });
        });
    });
    if answer.is_none() && escape(ctx) {
        answer = Some(UnsavedAnswer::Cancel);
    }
    drop(modal);
    if let Some(answer) = answer {
        queue.push(Command::AnswerUnsaved(answer));
    }
    None
}

/// Lists every action that has a shortcut.
pub(super) fn shortcuts(ctx: &egui::Context, theme: &Theme) -> Option<DialogRequest> {
    let mut close = false;
    let modal = modal(theme, "shortcuts").show(ctx, |ui| {
        ui.set_width(440.0);
        heading(ui, tr("shell-shortcuts-title"));
        ScrollArea::vertical().max_height(ui.ctx().content_rect().height() * 0.6).show(ui, |ui| {
            egui::Grid::new("shortcuts-grid").num_columns(2).spacing(vec2(24.0, 8.0)).show(
                ui,
                |ui| {
                    for action in Action::ALL {
                        if action.shortcuts().is_empty() {
                            continue;
                        }
                        ui.label(RichText::new(action.text()).color(theme.text));
                        let keys: Vec<String> = action
                            .shortcuts()
                            .iter()
                            .map(|keys| ctx.format_shortcut(keys))
                            .collect();
                        ui.label(RichText::new(keys.join("  ·  ")).color(theme.text_2));
                        ui.end_row();
                    }
                },
            );
        });
        ui.add_space(16.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            close = prompt::plain(ui, theme, tr("shell-close")).clicked();
        });
    });
    (close || modal.should_close() || escape(ctx)).then_some(DialogRequest::Close)
}

/// Says what this program is.
pub(super) fn about(ctx: &egui::Context, theme: &Theme) -> Option<DialogRequest> {
    let mut close = false;
    let modal = modal(theme, "about").show(ctx, |ui| {
        ui.set_width(400.0);
        ui.horizontal(|ui| {
            logo::show(ui, theme, 40.0);
            ui.vertical(|ui| {
                ui.label(
                    RichText::new(tr("shell-app-name"))
                        .font(font(20.0, Weight::Semibold))
                        .color(theme.text),
                );
                let version = [("version", env!("CARGO_PKG_VERSION").into())];
                ui.label(
                    RichText::new(tr_args("shell-about-version", &version)).color(theme.text_3),
                );
            });
        });
        ui.add_space(12.0);
        ui.label(RichText::new(tr("shell-about-text")).color(theme.text_2));
        ui.add_space(8.0);
        ui.label(
            RichText::new(tr("shell-about-fonts")).text_style(style::caption()).color(theme.text_3),
        );
        ui.add_space(16.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            close = prompt::plain(ui, theme, tr("shell-close")).clicked();
        });
    });
    (close || modal.should_close() || escape(ctx)).then_some(DialogRequest::Close)
}

/// A dialog's window.
pub(super) fn modal(theme: &Theme, name: &'static str) -> Modal {
    let frame = Frame::new()
        .fill(theme.bg_popup)
        .stroke(Stroke::new(1.0, theme.line_strong))
        .corner_radius(12)
        .inner_margin(20);
    Modal::new(Id::unique(name)).frame(frame)
}

fn heading(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).text_style(style::title()));
    ui.add_space(8.0);
}

/// Whether Escape was pressed; it is then nobody else's.
pub(super) fn escape(ctx: &egui::Context) -> bool {
    ctx.input_mut(|input| input.consume_key(egui::Modifiers::NONE, Key::Escape))
}

//! Buttons of dialogs and of the start view, and rows of lists.

use egui::{
    Align2, Button, CornerRadius, FontSelection, Response, RichText, Role, Sense, Stroke, Ui, Vec2,
    WidgetInfo, WidgetText, vec2,
};

use super::control::focus_ring;
use super::icons::{self, Icon};
use crate::theme::Theme;
use crate::theme::fonts::{Weight, font};

/// The height of a button.
const HEIGHT: f32 = 28.0;

/// The one button that a view is about.
pub fn primary(ui: &mut Ui, theme: &Theme, text: &str) -> Response {
    primary_sized(ui, theme, text, vec2(0.0, HEIGHT))
}

/// A primary button of at least this size.
pub fn primary_sized(ui: &mut Ui, theme: &Theme, text: &str, size: Vec2) -> Response {
    ui.scope(|ui| {
        // Its fill does not change with the state, so that the white on it stays readable.
        ui.spacing_mut().button_padding = vec2(16.0, 4.0);
        let text = RichText::new(text).font(font(13.0, Weight::Medium)).color(theme.on_accent);
        let button = Button::new(text).fill(theme.accent_fill).stroke(Stroke::NONE);
        let response = ui.add(button.corner_radius(6).min_size(size));
        let edge = if response.has_focus() {
            Stroke::new(2.0, theme.accent)
        } else if response.hovered() {
            Stroke::new(1.0, theme.accent)
        } else {
            Stroke::NONE
        };
        let outside = egui::StrokeKind::Outside;
        ui.painter().rect_stroke(response.rect, CornerRadius::same(6), edge, outside);
        response
    })
    .inner
}

/// Any other button.
pub fn plain(ui: &mut Ui, theme: &Theme, text: &str) -> Response {
    ui.scope(|ui| {
        ui.spacing_mut().button_padding = vec2(12.0, 4.0);
        let text = RichText::new(text).font(font(13.0, Weight::Medium)).color(theme.text);
        let button = Button::new(text).stroke(Stroke::NONE).corner_radius(6);
        ui.add(button.min_size(vec2(0.0, HEIGHT)))
    })
    .inner
}

/// A button with an icon before its text.
pub fn with_icon(ui: &mut Ui, theme: &Theme, icon: Icon, text: &str, size: Vec2) -> Response {
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    describe(&response, ui, Role::Button, text);
    let fill = if response.hovered() { theme.bg_pressed } else { theme.bg_hover };
    ui.painter().rect_filled(rect, 6, fill);
    focus_ring(ui, theme, rect, &response);
    let galley =
        ui.painter().layout_no_wrap(text.to_owned(), font(13.0, Weight::Medium), theme.text);
    let width = icons::SIZE + 8.0 + galley.size().x;
    let left = rect.center().x - width / 2.0;
    let square = egui::Rect::from_center_size(
        egui::pos2(left + icons::SIZE / 2.0, rect.center().y),
        Vec2::splat(icons::SIZE),
    );
    icon.paint(ui.painter(), square, theme.text);
    let at = egui::pos2(left + icons::SIZE + 8.0, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, theme.text);
    response
}

/// A row of a list: icon and name.
pub fn row(
    ui: &mut Ui,
    theme: &Theme,
    icon: Icon,
    text: &str,
    selected: bool,
    height: f32,
) -> Response {
    let size = vec2(ui.available_width(), height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, ui.is_enabled(), selected, text));
    if selected {
        ui.painter().rect_filled(rect, 4, theme.bg_selected);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 4, theme.bg_hover);
    }
    focus_ring(ui, theme, rect, &response);
    let square = egui::Rect::from_center_size(
        rect.left_center() + vec2(8.0 + icons::SIZE / 2.0, 0.0),
        Vec2::splat(icons::SIZE),
    );
    icon.paint(ui.painter(), square, theme.text_2);
    let room = rect.right() - square.right() - 16.0;
    let galley = WidgetText::from(RichText::new(text).color(theme.text)).into_galley(
        ui,
        Some(egui::TextWrapMode::Truncate),
        room,
        FontSelection::Default,
    );
    let at = square.right_center() + vec2(8.0, -galley.size().y / 2.0);
    ui.painter().galley(at, galley, theme.text);
    response
}

/// Text that can be clicked.
pub fn link(ui: &mut Ui, theme: &Theme, text: &str) -> Response {
    let font = font(12.0, Weight::Regular);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font.clone(), theme.text_3);
    let size = vec2(galley.size().x, galley.size().y.max(24.0));
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    describe(&response, ui, Role::Button, text);
    let colour = if response.hovered() { theme.text } else { theme.text_3 };
    focus_ring(ui, theme, rect, &response);
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, text, font, colour);
    response
}

fn describe(response: &Response, ui: &Ui, role: Role, text: &str) {
    response.widget_info(|| WidgetInfo::labeled(role, ui.is_enabled(), text));
}

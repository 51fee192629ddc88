//! Controls of panels: buttons of bars and headers, entries of menus, pills, the fill of rows. The buttons
//! of dialogs are in `button`.

use egui::{
    Color32, CornerRadius, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo,
};

use super::icons::{self, Icon};
use super::lettering;
use crate::theme::Theme;

/// The side of a button with an icon alone.
pub const SIDE: f32 = 28.0;
/// The side of a small one.
pub const SMALL_SIDE: f32 = 24.0;
const RADIUS: CornerRadius = CornerRadius::same(6);
const CHIP: CornerRadius = CornerRadius::same(4);

/// The ring around what has the keyboard's focus.
pub fn focus_ring(ui: &Ui, theme: &Theme, rect: Rect, response: &Response) {
    if response.has_focus() {
        let ring = rect.shrink(1.0);
        ui.painter().rect_stroke(ring, RADIUS, Stroke::new(2.0, theme.accent), StrokeKind::Outside);
    }
}

fn background(theme: &Theme, response: &Response, rest: Color32) -> Color32 {
    if !response.enabled() {
        rest
    } else if response.is_pointer_button_down_on() {
        theme.bg_pressed
    } else if response.hovered() {
        theme.bg_hover
    } else {
        rest
    }
}

fn ink(ui: &Ui, theme: &Theme, response: &Response) -> Color32 {
    if !ui.is_enabled() {
        theme.text_disabled
    } else if response.hovered() {
        theme.text
    } else {
        theme.text_2
    }
}

/// A button that is an icon; `label` names it to who cannot see it, `tip` says more.
pub fn icon(ui: &mut Ui, theme: &Theme, icon: Icon, label: &str, tip: &str) -> Response {
    sized_icon(ui, theme, icon, label, tip, SIDE)
}

/// The same, smaller: in headers and rows.
pub fn small_icon(ui: &mut Ui, theme: &Theme, icon: Icon, label: &str, tip: &str) -> Response {
    sized_icon(ui, theme, icon, label, tip, SMALL_SIDE)
}

fn sized_icon(
    ui: &mut Ui,
    theme: &Theme,
    icon: Icon,
    label: &str,
    tip: &str,
    side: f32,
) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), label));
    if ui.is_rect_visible(rect) {
        ui.painter().rect_filled(rect, RADIUS, background(theme, &response, Color32::TRANSPARENT));
        let at = Rect::from_center_size(rect.center(), Vec2::splat(icons::SIZE));
        icon.paint(ui.painter(), at, ink(ui, theme, &response));
        focus_ring(ui, theme, rect, &response);
    }
    response.on_hover_text(tip).on_disabled_hover_text(tip)
}

/// The one button of a bar that matters most: an icon on the accent.
pub fn primary_icon(ui: &mut Ui, theme: &Theme, icon: Icon, label: &str, tip: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(40.0, SIDE), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), label));
    if ui.is_rect_visible(rect) {
        let fill = if !ui.is_enabled() {
            theme.bg_hover
        } else if response.is_pointer_button_down_on() {
            Theme::mix(theme.accent_fill, theme.bg_app, 0.25)
        } else if response.hovered() {
            Theme::mix(theme.accent_fill, theme.bg_app, 0.12)
        } else {
            theme.accent_fill
        };
        ui.painter().rect_filled(rect, RADIUS, fill);
        let at = Rect::from_center_size(rect.center(), Vec2::splat(icons::SIZE));
        let ink = if ui.is_enabled() { theme.on_accent } else { theme.text_disabled };
        icon.paint(ui.painter(), at, ink);
        focus_ring(ui, theme, rect.expand(2.0), &response);
    }
    response.on_hover_text(tip).on_disabled_hover_text(tip)
}

/// A button with words.
pub fn text(ui: &mut Ui, theme: &Theme, icon: Option<Icon>, words: &str) -> Response {
    let galley = lettering::one_line(ui.painter(), words, lettering::body(), theme.text, 400.0);
    let icon_width = if icon.is_some() { 24.0 } else { 0.0 };
    let size = Vec2::new(galley.size().x + icon_width + 24.0, SIDE);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), words));
    if ui.is_rect_visible(rect) {
        ui.painter().rect_filled(rect, RADIUS, background(theme, &response, theme.bg_hover));
        let ink = if ui.is_enabled() { theme.text } else { theme.text_disabled };
        if let Some(icon) = icon {
            let middle = Pos2::new(rect.left() + 20.0, rect.center().y);
            icon.paint(ui.painter(), Rect::from_center_size(middle, Vec2::splat(icons::SIZE)), ink);
        }
        let at =
            Pos2::new(rect.left() + 12.0 + icon_width, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley_with_override_text_color(at, galley, ink);
        focus_ring(ui, theme, rect, &response);
    }
    response
}

/// An entry of a menu, over its whole width.
pub fn menu_entry(
    ui: &mut Ui,
    theme: &Theme,
    icon: Option<Icon>,
    words: &str,
    chosen: bool,
) -> Response {
    let icon_width = if icon.is_some() { 24.0 } else { 0.0 };
    let galley = lettering::one_line(ui.painter(), words, lettering::body(), theme.text, 400.0);
    let wide = ui.available_width().max(galley.size().x + icon_width + 16.0);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(wide, 28.0), Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, enabled, chosen, words));
    if ui.is_rect_visible(rect) {
        let rest = if chosen { theme.bg_pressed } else { Color32::TRANSPARENT };
        ui.painter().rect_filled(rect, CHIP, background(theme, &response, rest));
        let ink = if enabled { theme.text } else { theme.text_disabled };
        if let Some(icon) = icon {
            let middle = Pos2::new(rect.left() + 16.0, rect.center().y);
            icon.paint(ui.painter(), Rect::from_center_size(middle, Vec2::splat(icons::SIZE)), ink);
        }
        let at = Pos2::new(rect.left() + 8.0 + icon_width, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley_with_override_text_color(at, galley, ink);
        focus_ring(ui, theme, rect, &response);
    }
    response
}

/// The sign in front of a pill's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PillSign {
    /// A round dot.
    Dot,
    /// An icon of 12 points.
    Icon(Icon),
}

/// A pill that says how things are and can be clicked: `hue` for its sign, `ink` for its words.
pub fn pill(
    ui: &mut Ui,
    theme: &Theme,
    sign: PillSign,
    words: &str,
    hue: Color32,
    ink: Color32,
    tip: &str,
) -> Response {
    let galley = lettering::one_line(ui.painter(), words, lettering::small_semibold(), ink, 400.0);
    let size = Vec2::new(galley.size().x + 34.0, SMALL_SIDE);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), words));
    if ui.is_rect_visible(rect) {
        let share = if response.hovered() { 0.26 } else { 0.17 };
        ui.painter().rect_filled(rect, RADIUS, Theme::mix(theme.bg_panel, hue, share));
        let middle = Pos2::new(rect.left() + 14.0, rect.center().y);
        match sign {
            PillSign::Dot => {
                ui.painter().circle_filled(middle, 4.0, hue);
            }
            PillSign::Icon(icon) => {
                icon.paint(ui.painter(), Rect::from_center_size(middle, Vec2::splat(12.0)), ink);
            }
        }
        let at = Pos2::new(rect.left() + 24.0, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, ink);
        focus_ring(ui, theme, rect, &response);
    }
    response.on_hover_text(tip)
}

/// The fill of a row that can be clicked.
pub fn row_fill(theme: &Theme, response: &Response, selected: bool) -> Color32 {
    if selected { theme.bg_selected } else { background(theme, response, Color32::TRANSPARENT) }
}

//! The theme as egui's own style: spacing on a grid of 8 and 4, radii, hairlines, shadows only
//! under popups.

use std::collections::BTreeMap;

use egui::style::{Selection, WidgetVisuals, Widgets};
use egui::{Context, CornerRadius, Margin, Shadow, Stroke, Style, TextStyle, Visuals, vec2};

use super::fonts::{Weight, font, mono};
use super::{Theme, ThemeName};

/// Text of 11 points: hints, units, second lines.
pub fn caption() -> TextStyle {
    TextStyle::Name("caption".into())
}

/// Text of 16 points, semibold: titles of panels and dialogs.
pub fn title() -> TextStyle {
    TextStyle::Name("title".into())
}

/// Text of 28 points, semibold: the start view's name.
pub fn display() -> TextStyle {
    TextStyle::Name("display".into())
}

/// Registers the fonts and what no theme changes. Once, before the first frame.
pub fn install(ctx: &Context) {
    ctx.set_fonts(super::fonts::definitions());
    // Ctrl with plus, minus and zero zoom the canvas.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
}

/// Shows everything in this theme: from the next frame on, as egui chooses the style of a frame at
/// its beginning.
pub fn apply(ctx: &Context, theme: &Theme) {
    let side = match theme.name {
        ThemeName::Dark => egui::Theme::Dark,
        ThemeName::Light => egui::Theme::Light,
    };
    ctx.set_style_of(side, style(theme));
    ctx.set_theme(side);
}

fn style(theme: &Theme) -> Style {
    let mut style = Style {
        text_styles: text_styles(),
        visuals: visuals(theme),
        animation_time: 0.08,
        ..Style::default()
    };
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(8.0, 4.0);
    spacing.button_padding = vec2(8.0, 4.0);
    spacing.menu_margin = Margin::same(4);
    spacing.window_margin = Margin::same(16);
    spacing.interact_size = vec2(24.0, 24.0);
    spacing.icon_width = 16.0;
    spacing.icon_width_inner = 8.0;
    spacing.icon_spacing = 8.0;
    spacing.indent = 16.0;
    spacing.combo_width = 96.0;
    spacing.menu_width = 240.0;
    spacing.scroll = egui::style::ScrollStyle::thin();
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.4;
    style
}

fn text_styles() -> BTreeMap<TextStyle, egui::FontId> {
    BTreeMap::from([
        (caption(), font(11.0, Weight::Regular)),
        (TextStyle::Small, font(12.0, Weight::Regular)),
        (TextStyle::Body, font(13.0, Weight::Regular)),
        (TextStyle::Button, font(13.0, Weight::Regular)),
        (title(), font(16.0, Weight::Semibold)),
        (TextStyle::Heading, font(20.0, Weight::Semibold)),
        (display(), font(28.0, Weight::Semibold)),
        (TextStyle::Monospace, mono(12.0)),
    ])
}

fn visuals(theme: &Theme) -> Visuals {
    let mut visuals = match theme.name {
        ThemeName::Dark => Visuals::dark(),
        ThemeName::Light => Visuals::light(),
    };
    visuals.widgets = widgets(theme);
    visuals.selection = Selection {
        bg_fill: Theme::mix(theme.bg_field, theme.accent, 0.35),
        stroke: Stroke::new(1.0, theme.accent),
    };
    visuals.weak_text_color = Some(theme.text_3);
    visuals.hyperlink_color = theme.accent;
    visuals.faint_bg_color = theme.bg_raised;
    visuals.extreme_bg_color = theme.bg_field;
    visuals.text_edit_bg_color = Some(theme.bg_field);
    visuals.code_bg_color = theme.bg_canvas;
    visuals.warn_fg_color = theme.warn_text;
    visuals.error_fg_color = theme.full_text;
    visuals.window_fill = theme.bg_popup;
    visuals.window_stroke = Stroke::new(1.0, theme.line_strong);
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.menu_corner_radius = CornerRadius::same(6);
    visuals.window_shadow = Shadow { offset: [0, 8], blur: 24, spread: 0, color: shade(theme, 96) };
    visuals.popup_shadow = Shadow { offset: [0, 4], blur: 12, spread: 0, color: shade(theme, 80) };
    visuals.panel_fill = theme.bg_panel;
    visuals.button_frame = true;
    visuals.collapsing_header_frame = false;
    visuals.indent_has_left_vline = false;
    visuals.striped = false;
    visuals.slider_trailing_fill = true;
    visuals
}

fn shade(theme: &Theme, alpha: u8) -> egui::Color32 {
    let alpha = if theme.name == ThemeName::Light { alpha / 3 } else { alpha };
    egui::Color32::from_black_alpha(alpha)
}

fn widgets(theme: &Theme) -> Widgets {
    let radius = CornerRadius::same(4);
    let state = |fill, weak, edge, text| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: weak,
        bg_stroke: Stroke::new(1.0, edge),
        corner_radius: radius,
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    Widgets {
        noninteractive: state(theme.bg_panel, theme.bg_panel, theme.line_subtle, theme.text_2),
        inactive: state(theme.bg_field, theme.bg_hover, theme.line_strong, theme.text),
        hovered: state(theme.bg_hover, theme.bg_pressed, theme.line_control, theme.text),
        active: state(theme.bg_pressed, theme.bg_pressed, theme.accent, theme.text),
        open: state(theme.bg_pressed, theme.bg_pressed, theme.line_control, theme.text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_theme_is_the_one_that_egui_shows() {
        let ctx = Context::default();
        for name in [ThemeName::Light, ThemeName::Dark] {
            let theme = Theme::load(name).expect("the bundled theme is whole");
            apply(&ctx, &theme);
            let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
                assert_eq!(ui.visuals().panel_fill, theme.bg_panel);
                assert_eq!(ui.visuals().dark_mode, name == ThemeName::Dark);
            });
            output.textures_delta.clear();
        }
    }
}

//! A row of tabs of which one is chosen.

use egui::{Color32, CornerRadius, Response, Role, Sense, Ui, Vec2, WidgetInfo};

use super::{control, lettering};
use crate::theme::Theme;

const HEIGHT: f32 = 24.0;

/// Shows one tab; whether it is `chosen` decides its fill.
pub fn tab(ui: &mut Ui, theme: &Theme, words: &str, chosen: bool) -> Response {
    let font = lettering::small_semibold();
    let galley = lettering::one_line(ui.painter(), words, font, theme.text, 200.0);
    let size = Vec2::new(galley.size().x + 16.0, HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, chosen, words));
    if ui.is_rect_visible(rect) {
        let fill = match (chosen, response.hovered()) {
            (true, _) => theme.bg_pressed,
            (false, true) => theme.bg_hover,
            (false, false) => Color32::TRANSPARENT,
        };
        ui.painter().rect_filled(rect, CornerRadius::same(4), fill);
        let ink = if chosen { theme.text } else { theme.text_2 };
        let at = rect.center() - galley.size() / 2.0;
        ui.painter().galley_with_override_text_color(at, galley, ink);
        control::focus_ring(ui, theme, rect, &response);
    }
    response
}

/// Shows all tabs in a row and puts the one that is clicked into `chosen`.
pub fn tabs<T: Copy + PartialEq>(ui: &mut Ui, theme: &Theme, all: &[(T, &str)], chosen: &mut T) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for (value, words) in all {
            if tab(ui, theme, words, value == chosen).clicked() {
                *chosen = *value;
            }
        }
    });
}

//! A part of a panel that folds: a hairline, a chevron, a title, and what it holds.

use egui::{Rect, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, pos2};

use super::icons::Icon;
use super::lettering;
use crate::theme::Theme;

const HEADER: f32 = 32.0;
/// The room at the sides of a panel's contents.
pub const PADDING: f32 = 16.0;

/// Shows the section; `note` stands at the right of its title. Folded sections stay folded while the
/// window is open.
pub fn show(
    ui: &mut Ui,
    theme: &Theme,
    title: &str,
    note: Option<&str>,
    contents: impl FnOnce(&mut Ui),
) {
    let id = ui.make_persistent_id(("section", title));
    let mut folded = ui.data(|data| data.get_temp(id).unwrap_or(false));
    let (rect, response) =
        ui.allocate_exact_size(Vec2::new(ui.available_width(), HEADER), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::DisclosureTriangle, true, !folded, title));
    if response.clicked() {
        folded = !folded;
        ui.data_mut(|data| data.insert_temp(id, folded));
    }
    if ui.is_rect_visible(rect) {
        let painter = ui.painter();
        painter.hline(rect.x_range(), rect.top() + 0.5, Stroke::new(1.0, theme.line_subtle));
        let icon = if folded { Icon::ChevronRight } else { Icon::ChevronDown };
        let ink = if response.hovered() { theme.text } else { theme.text_2 };
        let middle = pos2(rect.left() + PADDING + 4.0, rect.center().y);
        icon.paint(painter, Rect::from_center_size(middle, Vec2::splat(14.0)), ink);
        let words = Rect::from_min_max(
            pos2(rect.left() + PADDING + 16.0, rect.top()),
            pos2(rect.right() - PADDING, rect.bottom()),
        );
        lettering::left(painter, words, title, lettering::small_semibold(), theme.text);
        if let Some(note) = note {
            lettering::right(painter, words, note, lettering::caption(), theme.text_3);
        }
        super::control::focus_ring(ui, theme, rect.shrink(2.0), &response);
    }
    if !folded {
        padded(ui, contents);
        ui.add_space(12.0);
    }
}

/// Shows `contents` between the sides of a panel.
pub fn padded(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    egui::Frame::NONE.inner_margin(egui::Margin::symmetric(PADDING as i8, 0)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        contents(ui);
    });
}

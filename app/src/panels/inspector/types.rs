//! The event types of a producer and their shares.

use egui::Ui;
use serde_json::Value;

use super::field::{Field, Kind, find, quoted, ron_text};
use super::sheet::Sheet;
use crate::text::{tr, tr_args};
use crate::widgets::icons::Icon;
use crate::widgets::{control, lettering};

const NAME: Field = Field::new("types.name", "", "", Kind::Text).hint("inspector-type-name-hint");
const WEIGHT: Field = Field::new("types.weight", "", "", Kind::Number).unit("unit-weight");

/// Shows a row for each type.
pub(super) fn show(ui: &mut Ui, sheet: &mut Sheet<'_, '_>) {
    let theme = sheet.frame.theme;
    let types: Vec<Value> =
        find(&sheet.settings, "types").and_then(Value::as_array).cloned().unwrap_or_default();
    ui.add_space(4.0);
    lettering::paragraph(ui, tr("inspector-types"), lettering::small(), theme.text_2)
        .on_hover_text(tr("inspector-types-help"));
    ui.add_space(4.0);
    if types.is_empty() {
        lettering::paragraph(ui, tr("inspector-types-none"), lettering::caption(), theme.text_3);
        ui.add_space(4.0);
    }
    let mut removed = None;
    for index in 0..types.len() {
        ui.horizontal_top(|ui| {
            show_row(ui, sheet, index);
            let number = index as u64 + 1;
            let label = tr_args("inspector-type-remove", &[("number", number.into())]);
            if control::small_icon(ui, theme, Icon::Close, &label, &label).clicked() {
                removed = Some(index);
            }
        });
        ui.add_space(4.0);
    }
    if let Some(remark) = sheet.form.problems.iter().find(|p| p.field.as_deref() == Some("types")) {
        lettering::paragraph(ui, &remark.message, lettering::caption(), theme.full_text);
    }
    if control::text(ui, theme, Some(Icon::Plus), tr("inspector-type-add")).clicked() {
        let new = format!("(name: {}, weight: 1)", quoted(&free_name(&types)));
        sheet.take("types", &list(types.iter().map(ron_text).chain([new])));
    } else if let Some(index) = removed {
        let kept = types.iter().enumerate().filter(|(ix, _)| *ix != index);
        sheet.take("types", &list(kept.map(|(_, row)| ron_text(row))));
        // The drafts of the rows below would stand in the wrong rows.
        sheet.form.drafts.clear();
    }
}

fn show_row(ui: &mut Ui, sheet: &mut Sheet<'_, '_>, index: usize) {
    let number = index as u64 + 1;
    let room = ui.available_width() - control::SMALL_SIDE - 16.0;
    ui.spacing_mut().item_spacing.x = 8.0;
    let columns = [
        (&NAME, "name", "inspector-type-name", 0.64),
        (&WEIGHT, "weight", "inspector-type-weight", 0.36),
    ];
    for (field, name, label, share) in columns {
        ui.vertical(|ui| {
            ui.set_width(room * share);
            let label = tr_args(label, &[("number", number.into())]);
            sheet.editor(ui, field, &format!("types.{index}.{name}"), &label);
        });
    }
}

fn list(rows: impl Iterator<Item = String>) -> String {
    format!("[{}]", rows.collect::<Vec<_>>().join(", "))
}

/// A name for a new type that no other type has.
fn free_name(types: &[Value]) -> String {
    let is_free = |name: &String| {
        types.iter().all(|row| find(row, "name").and_then(Value::as_str) != Some(&**name))
    };
    (1..=types.len() + 1)
        .map(|number| if number == 1 { "event".to_owned() } else { format!("event.{number}") })
        .find(is_free)
        .unwrap_or_default()
}

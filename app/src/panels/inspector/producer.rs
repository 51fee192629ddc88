//! The settings of a producer.

use egui::Ui;
use eventloom_core::project::{Arrivals, FieldMap, Producer, Recording, WeightedType};

use super::values;
use crate::text::{tr, tr_args};
use crate::widgets::field::{Edges, Form, Words};
use crate::widgets::icons::Icon;
use crate::widgets::{control, format, lettering, section};

const ARRIVALS: Words = Words {
    path: "arrivals",
    label: "inspector-arrivals",
    help: "inspector-arrivals-help",
    unit: "",
    hint: "",
};
const RATE: Words = Words {
    path: "arrivals.rate_per_s",
    label: "inspector-rate",
    help: "inspector-rate-help",
    unit: "unit-per-s",
    hint: "",
};
const LIMIT: Words = Words {
    path: "limit",
    label: "inspector-limit",
    help: "inspector-limit-help",
    unit: "unit-events",
    hint: "inspector-limit-hint",
};
const KEYS: Words = Words {
    path: "keys",
    label: "inspector-keys",
    help: "inspector-keys-help",
    unit: "unit-keys",
    hint: "",
};
const FILE: Words = Words {
    path: "arrivals.file",
    label: "inspector-file",
    help: "inspector-file-help",
    unit: "",
    hint: "inspector-file-hint",
};
const MAP: [Words; 5] = [
    map_words("arrivals.map.time", "inspector-map-time", "inspector-map-time-help"),
    map_words("arrivals.map.type", "inspector-map-type", "inspector-map-type-help"),
    map_words("arrivals.map.key", "inspector-map-key", "inspector-map-key-help"),
    map_words("arrivals.map.data", "inspector-map-data", "inspector-map-data-help"),
    Words {
        path: "arrivals.map.tz",
        label: "inspector-map-tz",
        help: "inspector-map-tz-help",
        unit: "",
        hint: "inspector-map-tz-hint",
    },
];
/// The rate of an arrival process that had none before.
const FIRST_RATE_PER_S: f64 = 10.0;
const MAX_WEIGHT: f64 = 1e12;

const fn map_words(path: &'static str, label: &'static str, help: &'static str) -> Words {
    Words { path, label, help, unit: "", hint: "inspector-map-guess" }
}

#[derive(Clone, Copy, PartialEq)]
enum Process {
    Constant,
    Poisson,
    Recorded,
}

impl Process {
    fn of(arrivals: &Arrivals) -> Self {
        match arrivals {
            Arrivals::Constant { .. } => Self::Constant,
            Arrivals::Poisson { .. } => Self::Poisson,
            Arrivals::Recorded(_) => Self::Recorded,
        }
    }
}

/// Shows the settings; whether one was changed.
pub(super) fn show(ui: &mut Ui, form: &mut Form<'_>, producer: &mut Producer) -> bool {
    let theme = form.theme;
    let mut changed = false;
    section::show(ui, theme, tr("inspector-arrivals-section"), None, |ui| {
        changed |= show_arrivals(ui, form, &mut producer.arrivals);
        let shown = values::optional_text(producer.limit);
        let parse = |text: &str| values::optional(text, 0, u64::MAX);
        if let Some(limit) = form.line(ui, &LIMIT, &shown, parse) {
            producer.limit = limit;
            changed = true;
        }
    });
    // A recorded log brings its own types and keys.
    if Process::of(&producer.arrivals) != Process::Recorded {
        section::show(ui, theme, tr("inspector-events-section"), None, |ui| {
            let shown = producer.keys.to_string();
            let parse = |text: &str| values::whole(text, 0, u64::from(u32::MAX));
            if let Some(keys) = form.line(ui, &KEYS, &shown, parse) {
                producer.keys = keys as u32;
                changed = true;
            }
            changed |= show_types(ui, form, &mut producer.types);
        });
    }
    changed
}

fn show_arrivals(ui: &mut Ui, form: &mut Form<'_>, arrivals: &mut Arrivals) -> bool {
    let options = [
        (Process::Poisson, tr("inspector-process-poisson")),
        (Process::Constant, tr("inspector-process-constant")),
        (Process::Recorded, tr("inspector-process-recorded")),
    ];
    let mut changed = false;
    if let Some(process) = form.choice(ui, &ARRIVALS, &options, &Process::of(arrivals)) {
        let rate_per_s = match arrivals {
            Arrivals::Constant { rate_per_s } | Arrivals::Poisson { rate_per_s } => *rate_per_s,
            Arrivals::Recorded(_) => FIRST_RATE_PER_S,
        };
        *arrivals = match process {
            Process::Constant => Arrivals::Constant { rate_per_s },
            Process::Poisson => Arrivals::Poisson { rate_per_s },
            Process::Recorded => Arrivals::Recorded(Recording::default()),
        };
        changed = true;
    }
    match arrivals {
        Arrivals::Constant { rate_per_s } | Arrivals::Poisson { rate_per_s } => {
            let parse = |text: &str| values::number(text, 0.0, values::MAX_RATE_PER_S);
            let rate = form.line(ui, &RATE, &format::plain(*rate_per_s), parse);
            if let Some(rate) = rate {
                *rate_per_s = rate;
                changed = true;
            }
        }
        Arrivals::Recorded(recording) => changed |= show_recording(ui, form, recording),
    }
    changed
}

fn show_recording(ui: &mut Ui, form: &mut Form<'_>, recording: &mut Recording) -> bool {
    let mut changed = false;
    let trimmed = |text: &str| Ok::<_, String>(text.trim().to_owned());
    if let Some(file) = form.line(ui, &FILE, &recording.file, trimmed) {
        recording.file = file;
        changed = true;
    }
    let FieldMap { time, event_type, key, data, tz } = &mut recording.map;
    for (words, field) in MAP.iter().zip([time, event_type, key, data, tz]) {
        let shown = field.clone().unwrap_or_default();
        if let Some(text) = form.line(ui, words, &shown, trimmed) {
            *field = (!text.is_empty()).then_some(text);
            changed = true;
        }
    }
    changed
}

fn show_types(ui: &mut Ui, form: &mut Form<'_>, types: &mut Vec<WeightedType>) -> bool {
    let theme = form.theme;
    let mut changed = false;
    let mut removed = None;
    ui.add_space(4.0);
    lettering::paragraph(ui, tr("inspector-types"), lettering::small(), theme.text_2)
        .on_hover_text(tr("inspector-types-help"));
    ui.add_space(4.0);
    if types.is_empty() {
        lettering::paragraph(ui, tr("inspector-types-none"), lettering::caption(), theme.text_3);
        ui.add_space(4.0);
    }
    for (index, weighted) in types.iter_mut().enumerate() {
        ui.horizontal_top(|ui| {
            changed |= show_type(ui, form, index, weighted);
            let number = index as u64 + 1;
            let label = tr_args("inspector-type-remove", &[("number", number.into())]);
            if control::small_icon(ui, theme, Icon::Close, &label, &label).clicked() {
                removed = Some(index);
            }
        });
        ui.add_space(4.0);
    }
    if let Some(remark) = form.problems.iter().find(|p| p.field.as_deref() == Some("types")) {
        lettering::paragraph(ui, &remark.message, lettering::caption(), theme.full_text);
    }
    if control::text(ui, theme, Some(Icon::Plus), tr("inspector-type-add")).clicked() {
        types.push(WeightedType { name: free_name(types), weight: 1.0 });
        return true;
    }
    if let Some(index) = removed {
        types.remove(index);
        // The drafts of the rows below would stand in the wrong rows.
        form.drafts.clear();
        return true;
    }
    changed
}

fn show_type(ui: &mut Ui, form: &mut Form<'_>, index: usize, weighted: &mut WeightedType) -> bool {
    let mut changed = false;
    let number = index as u64 + 1;
    let room = ui.available_width() - control::SMALL_SIDE - 16.0;
    ui.spacing_mut().item_spacing.x = 8.0;
    ui.vertical(|ui| {
        ui.set_width(room * 0.64);
        let label = tr_args("inspector-type-name", &[("number", number.into())]);
        let edges = Edges { label: &label, unit: "", hint: "inspector-type-name-hint" };
        let path = format!("types.{index}.name");
        let parse = |text: &str| match text.trim() {
            "" => Err(tr("field-name").to_owned()),
            name => Ok(name.to_owned()),
        };
        if let Some(name) = form.editor(ui, &path, &edges, &weighted.name, parse) {
            weighted.name = name;
            changed = true;
        }
    });
    ui.vertical(|ui| {
        ui.set_width(room * 0.36);
        let label = tr_args("inspector-type-weight", &[("number", number.into())]);
        let edges = Edges { label: &label, unit: tr("unit-weight"), hint: "" };
        let path = format!("types.{index}.weight");
        let shown = format::plain(weighted.weight);
        let parse = |text: &str| values::number(text, 0.0, MAX_WEIGHT);
        if let Some(weight) = form.editor(ui, &path, &edges, &shown, parse) {
            weighted.weight = weight;
            changed = true;
        }
    });
    changed
}

/// A name for a new type that no other type has.
fn free_name(types: &[WeightedType]) -> String {
    let is_free = |name: &String| types.iter().all(|other| other.name != *name);
    (1..=types.len() + 1)
        .map(|number| if number == 1 { "event".to_owned() } else { format!("event.{number}") })
        .find(is_free)
        .unwrap_or_default()
}

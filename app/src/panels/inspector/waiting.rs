//! The settings of a waiting place: a queue's, or those of a topic's subscriptions.

use egui::Ui;
use eventloom_core::ids::NodeId;
use eventloom_core::project::{Overflow, Waiting};

use super::values;
use crate::context::FrameContext;
use crate::text::{tr, tr_args};
use crate::widgets::field::{Form, Words};
use crate::widgets::section;

const CAPACITY: Words = Words {
    path: "capacity",
    label: "inspector-capacity",
    help: "inspector-capacity-help",
    unit: "unit-events",
    hint: "inspector-no-limit",
};
const OVERFLOW: Words = Words {
    path: "overflow",
    label: "inspector-overflow",
    help: "inspector-overflow-help",
    unit: "",
    hint: "",
};
const DELIVERY_LIMIT: Words = Words {
    path: "delivery_limit",
    label: "inspector-delivery-limit",
    help: "inspector-delivery-limit-help",
    unit: "unit-tries",
    hint: "inspector-no-limit",
};
const DEAD_LETTER: Words = Words {
    path: "dead_letter",
    label: "inspector-dead-letter",
    help: "inspector-dead-letter-help",
    unit: "",
    hint: "",
};

/// Shows the settings; whether one was changed.
pub(super) fn show(
    ui: &mut Ui,
    frame: &FrameContext<'_>,
    form: &mut Form<'_>,
    id: &NodeId,
    waiting: &mut Waiting,
    title: &str,
) -> bool {
    let mut changed = false;
    section::show(ui, frame.theme, title, None, |ui| {
        let shown = values::optional_text(waiting.capacity);
        let parse = |text: &str| values::optional(text, 0, u64::MAX);
        if let Some(capacity) = form.line(ui, &CAPACITY, &shown, parse) {
            waiting.capacity = capacity;
            changed = true;
        }
        let options = [
            (Overflow::DropNewest, tr("inspector-overflow-newest")),
            (Overflow::DropOldest, tr("inspector-overflow-oldest")),
            (Overflow::Block, tr("inspector-overflow-block")),
        ];
        if let Some(overflow) = form.choice(ui, &OVERFLOW, &options, &waiting.overflow) {
            waiting.overflow = overflow;
            changed = true;
        }
    });
    section::show(ui, frame.theme, tr("inspector-delivery-section"), None, |ui| {
        let shown = values::optional_text(waiting.delivery_limit);
        let parse = |text: &str| values::optional(text, 1, u64::from(u32::MAX));
        if let Some(limit) = form.line(ui, &DELIVERY_LIMIT, &shown, parse) {
            waiting.delivery_limit = limit.map(|limit| limit as u32);
            changed = true;
        }
        changed |= show_dead_letter(ui, frame, form, id, waiting);
    });
    changed
}

fn show_dead_letter(
    ui: &mut Ui,
    frame: &FrameContext<'_>,
    form: &mut Form<'_>,
    id: &NodeId,
    waiting: &mut Waiting,
) -> bool {
    let missing = match &waiting.dead_letter {
        Some(target) if !frame.project.nodes.contains_key(target) => {
            Some(tr_args("inspector-dead-letter-missing", &[("id", target.as_str().into())]))
        }
        _ => None,
    };
    let mut options = vec![(None, tr("inspector-dead-letter-none"))];
    options.extend(
        frame
            .project
            .nodes
            .iter()
            .filter(|(other, node)| *other != id && node.kind.is_channel())
            .map(|(other, _)| (Some(other.clone()), frame.project.display_name(other))),
    );
    if let Some(text) = &missing {
        options.push((waiting.dead_letter.clone(), text));
    }
    match form.choice(ui, &DEAD_LETTER, &options, &waiting.dead_letter) {
        Some(target) => {
            waiting.dead_letter = target;
            true
        }
        None => false,
    }
}

//! The settings of a consumer.

use egui::Ui;
use eventloom_core::project::{Ack, Consumer, OnFailure, Service};

use super::values;
use crate::text::tr;
use crate::widgets::field::{Form, Words};
use crate::widgets::{format, section};

const SERVICE: Words = Words {
    path: "service",
    label: "inspector-service",
    help: "inspector-service-help",
    unit: "",
    hint: "",
};
const MEAN: Words = Words {
    path: "service.mean_s",
    label: "inspector-mean",
    help: "inspector-mean-help",
    unit: "unit-s",
    hint: "",
};
const CONCURRENCY: Words = Words {
    path: "concurrency",
    label: "inspector-concurrency",
    help: "inspector-concurrency-help",
    unit: "unit-servers",
    hint: "",
};
const PREFETCH: Words = Words {
    path: "prefetch",
    label: "inspector-prefetch",
    help: "inspector-prefetch-help",
    unit: "unit-events",
    hint: "inspector-prefetch-hint",
};
const ACK: Words =
    Words { path: "ack", label: "inspector-ack", help: "inspector-ack-help", unit: "", hint: "" };
const FAILURE: Words = Words {
    path: "failure_probability",
    label: "inspector-failure",
    help: "inspector-failure-help",
    unit: "unit-percent",
    hint: "",
};
const ON_FAILURE: Words = Words {
    path: "on_failure",
    label: "inspector-on-failure",
    help: "inspector-on-failure-help",
    unit: "",
    hint: "",
};
const MAX_CONCURRENCY: u64 = 1_000_000;

#[derive(Clone, Copy, PartialEq)]
enum Law {
    Constant,
    Exponential,
}

/// Shows the settings; whether one was changed.
pub(super) fn show(ui: &mut Ui, form: &mut Form<'_>, consumer: &mut Consumer) -> bool {
    let theme = form.theme;
    let mut changed = false;
    section::show(ui, theme, tr("inspector-work-section"), None, |ui| {
        changed |= show_service(ui, form, &mut consumer.service);
        let shown = consumer.concurrency.to_string();
        let parse = |text: &str| values::whole(text, 1, MAX_CONCURRENCY);
        if let Some(servers) = form.line(ui, &CONCURRENCY, &shown, parse) {
            consumer.concurrency = servers as u32;
            changed = true;
        }
        let shown = values::optional_text(consumer.prefetch);
        let parse = |text: &str| values::optional(text, 1, u64::from(u32::MAX));
        if let Some(prefetch) = form.line(ui, &PREFETCH, &shown, parse) {
            consumer.prefetch = prefetch.map(|prefetch| prefetch as u32);
            changed = true;
        }
    });
    section::show(ui, theme, tr("inspector-failure-section"), None, |ui| {
        changed |= show_failure(ui, form, consumer);
    });
    changed
}

fn show_service(ui: &mut Ui, form: &mut Form<'_>, service: &mut Service) -> bool {
    let mut changed = false;
    let law = match service {
        Service::Constant { .. } => Law::Constant,
        Service::Exponential { .. } => Law::Exponential,
    };
    let options = [
        (Law::Exponential, tr("inspector-service-exponential")),
        (Law::Constant, tr("inspector-service-constant")),
    ];
    let mut mean_s = service.mean_s();
    let mut law = law;
    if let Some(chosen) = form.choice(ui, &SERVICE, &options, &law) {
        law = chosen;
        changed = true;
    }
    // Below a second people think in milliseconds.
    let unit = match mean_s {
        mean_s if mean_s > 0.0 && mean_s < 1.0 => {
            format!("{} · {}", tr(MEAN.unit), format::seconds(mean_s))
        }
        _ => tr(MEAN.unit).to_owned(),
    };
    if let Some(mean) = form.line_in(ui, &MEAN, &unit, &format::plain(mean_s), values::seconds) {
        mean_s = mean;
        changed = true;
    }
    if changed {
        *service = match law {
            Law::Constant => Service::Constant { mean_s },
            Law::Exponential => Service::Exponential { mean_s },
        };
    }
    changed
}

fn show_failure(ui: &mut Ui, form: &mut Form<'_>, consumer: &mut Consumer) -> bool {
    let mut changed = false;
    let options =
        [(Ack::After, tr("inspector-ack-after")), (Ack::Before, tr("inspector-ack-before"))];
    if let Some(ack) = form.choice(ui, &ACK, &options, &consumer.ack) {
        consumer.ack = ack;
        changed = true;
    }
    let shown = values::percent_text(consumer.failure_probability);
    if let Some(probability) = form.line(ui, &FAILURE, &shown, values::percent) {
        consumer.failure_probability = probability;
        changed = true;
    }
    // What was acknowledged on delivery is lost by a failure, whatever is chosen here.
    if consumer.ack == Ack::After {
        let options = [
            (OnFailure::Requeue, tr("inspector-on-failure-requeue")),
            (OnFailure::Reject, tr("inspector-on-failure-reject")),
        ];
        if let Some(rule) = form.choice(ui, &ON_FAILURE, &options, &consumer.on_failure) {
            consumer.on_failure = rule;
            changed = true;
        }
    }
    changed
}

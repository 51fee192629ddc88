//! What the project is called, what to watch for, and its seed.

use egui::Ui;
use eventloom_core::edit::Edit;
use eventloom_core::project::check::Problem;

use super::{header, values};
use crate::command::{Command, CommandQueue};
use crate::context::FrameContext;
use crate::text::{tr, tr_args};
use crate::widgets::field::{Drafts, Form, Words};
use crate::widgets::icons::Icon;
use crate::widgets::{lettering, section};

const NAME: Words = Words {
    path: "name",
    label: "inspector-project-name",
    help: "inspector-project-name-help",
    unit: "",
    hint: "inspector-project-unnamed",
};
const TEXT: Words = Words {
    path: "text",
    label: "inspector-project-text",
    help: "inspector-project-text-help",
    unit: "",
    hint: "inspector-project-text-hint",
};
const SEED: Words = Words {
    path: "seed",
    label: "inspector-seed",
    help: "inspector-seed-help",
    unit: "",
    hint: "",
};

pub(super) fn show(
    ui: &mut Ui,
    frame: &FrameContext<'_>,
    drafts: &mut Drafts,
    commands: &mut CommandQueue,
) {
    let project = frame.project;
    let problems: Vec<&Problem> =
        frame.problems.iter().filter(|problem| problem.id.is_none()).collect();
    let mut form = Form { theme: frame.theme, drafts, problems: &problems };
    let name = match project.name.as_str() {
        "" => tr("inspector-project-unnamed"),
        name => name,
    };
    let line = tr_args(
        "inspector-project-line",
        &[
            ("nodes", (project.nodes.len() as u64).into()),
            ("links", (project.links.len() as u64).into()),
        ],
    );
    header::paint(ui, frame, Icon::File, frame.theme.text_2, name, &line);
    super::show_past(ui, frame, commands);
    super::show_general_problems(ui, &form);
    let (mut name, mut text, mut seed) = (project.name.clone(), project.text.clone(), project.seed);
    let mut changed = false;
    ui.add_enabled_ui(!frame.read_only, |ui| {
        section::show(ui, frame.theme, tr("inspector-project"), None, |ui| {
            let trimmed = |text: &str| Ok::<_, String>(text.trim().to_owned());
            if let Some(new) = form.line(ui, &NAME, &project.name, trimmed) {
                name = new;
                changed = true;
            }
            let parse = |text: &str| values::whole(text, 0, u64::MAX);
            if let Some(new) = form.line(ui, &SEED, &project.seed.to_string(), parse) {
                seed = new;
                changed = true;
            }
            ui.add_space(4.0);
            if let Some(new) = form.paragraph(ui, &TEXT, &project.text, 8) {
                text = new;
                changed = true;
            }
        });
    });
    if changed {
        commands.push(Command::Edit(Edit::SetAbout { name, text, seed }));
    }
    section::padded(ui, |ui| {
        lettering::paragraph(
            ui,
            tr("inspector-nothing-selected"),
            lettering::small(),
            frame.theme.text_3,
        );
    });
}

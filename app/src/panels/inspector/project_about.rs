//! What the project is called, what to watch for, and its seed.

use egui::Ui;
use eventloom_core::project::check::Problem;

use super::sheet::Sheet;
use super::{header, tables};
use crate::command::CommandQueue;
use crate::context::FrameContext;
use crate::text::{tr, tr_args};
use crate::widgets::field::{Drafts, Form};
use crate::widgets::icons::Icon;
use crate::widgets::{lettering, section};

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
    let mut sheet = Sheet::new(frame, &mut form, None);
    sheet.show(ui, tables::PROJECT, |_| {});
    sheet.finish(commands);
    section::padded(ui, |ui| {
        lettering::paragraph(
            ui,
            tr("inspector-nothing-selected"),
            lettering::small(),
            frame.theme.text_3,
        );
    });
}

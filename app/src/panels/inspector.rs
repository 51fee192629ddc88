//! Every setting of what is selected, its figures while a run is on, and its links.

mod field;
mod header;
mod link;
mod links;
mod now;
mod project_about;
mod sheet;
mod tables;
mod types;
mod values;

use eventloom_core::ids::{ElementId, NodeId};
use eventloom_core::project::Node;
use eventloom_core::project::check::{Problem, Severity};

use sheet::Sheet;

use crate::command::{Action, CommandQueue};
use crate::context::FrameContext;
use crate::text::{tr, tr_args};
use crate::widgets::field::{Drafts, Form};
use crate::widgets::icons::Icon;
use crate::widgets::{control, lettering, section};

/// The inspector: settings of the one selected element; of the project where nothing is selected.
#[derive(Debug, Default)]
pub struct InspectorPanel {
    drafts: Drafts,
    /// Whose drafts these are.
    owner: Option<ElementId>,
}

impl InspectorPanel {
    /// Shows the panel in the whole of `ui`.
    pub fn show(
        &mut self,
        ui: &mut egui::Ui,
        frame: &FrameContext<'_>,
        commands: &mut CommandQueue,
    ) {
        let owner = frame.selection.single();
        if owner != self.owner {
            self.drafts.clear();
            self.owner = owner.clone();
        }
        egui::ScrollArea::vertical().id_salt("inspector").auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            match owner {
                Some(id) => self.show_element(ui, frame, commands, &id),
                None if frame.selection.is_empty() => {
                    project_about::show(ui, frame, &mut self.drafts, commands);
                }
                None => show_several(ui, frame, commands),
            }
        });
    }

    fn show_element(
        &mut self,
        ui: &mut egui::Ui,
        frame: &FrameContext<'_>,
        commands: &mut CommandQueue,
        id: &ElementId,
    ) {
        let problems: Vec<&Problem> =
            frame.problems.iter().filter(|problem| problem.id.as_ref() == Some(id)).collect();
        let mut form = Form { theme: frame.theme, drafts: &mut self.drafts, problems: &problems };
        match id {
            ElementId::Node(node_id) => match frame.project.nodes.get(node_id) {
                Some(node) => show_node(ui, frame, commands, &mut form, node_id, node),
                None => show_gone(ui, frame),
            },
            ElementId::Link(link_id) => match frame.project.links.get(link_id) {
                Some(_) => link::show(ui, frame, commands, &mut form, link_id),
                None => show_gone(ui, frame),
            },
        }
    }
}

fn show_node(
    ui: &mut egui::Ui,
    frame: &FrameContext<'_>,
    commands: &mut CommandQueue,
    form: &mut Form<'_>,
    id: &NodeId,
    node: &Node,
) {
    header::show_node(ui, frame, commands, id, node);
    show_past(ui, frame, commands);
    show_general_problems(ui, form);
    now::show(ui, frame, &ElementId::Node(id.clone()));
    let element = ElementId::Node(id.clone());
    let mut sheet = Sheet::new(frame, form, Some(&element));
    sheet.show(ui, tables::of_node(&node.kind), |ui| {
        values::read_only_line(ui, frame.theme, "inspector-id", id.as_str());
    });
    sheet.finish(commands);
    links::show(ui, frame, commands, id);
}

/// What is wrong with the element as a whole.
fn show_general_problems(ui: &mut egui::Ui, form: &Form<'_>) {
    let general: Vec<_> = form.problems.iter().filter(|problem| problem.field.is_none()).collect();
    if general.is_empty() {
        return;
    }
    section::padded(ui, |ui| {
        ui.add_space(12.0);
        for problem in general {
            let (icon, colour, ink) = match problem.severity {
                Severity::Error => (Icon::Error, form.theme.full, form.theme.full_text),
                Severity::Warning => (Icon::Warning, form.theme.warn, form.theme.warn_text),
            };
            ui.horizontal_top(|ui| {
                let (rect, _) =
                    ui.allocate_exact_size(egui::Vec2::splat(16.0), egui::Sense::hover());
                icon.paint(ui.painter(), rect, colour);
                lettering::paragraph(ui, &problem.message, lettering::small(), ink);
            });
            ui.add_space(8.0);
        }
    });
}

/// In the past: why nothing can be changed, and the way back.
fn show_past(ui: &mut egui::Ui, frame: &FrameContext<'_>, commands: &mut CommandQueue) {
    if !frame.read_only {
        return;
    }
    section::padded(ui, |ui| {
        ui.add_space(12.0);
        let time = frame.view.map(|view| view.at.to_string()).unwrap_or_default();
        let text = tr_args("inspector-past", &[("time", time.into())]);
        lettering::paragraph(ui, &text, lettering::small(), frame.theme.warn_text);
        ui.add_space(8.0);
        if control::text(ui, frame.theme, Some(Icon::SkipEnd), tr("inspector-back-to-now"))
            .clicked()
        {
            commands.act(Action::GoLive);
        }
        ui.add_space(12.0);
    });
}

fn show_several(ui: &mut egui::Ui, frame: &FrameContext<'_>, commands: &mut CommandQueue) {
    let (nodes, links) = (frame.selection.nodes.len(), frame.selection.links.len());
    section::padded(ui, |ui| {
        ui.add_space(16.0);
        let text = tr_args("inspector-several", &[("count", ((nodes + links) as u64).into())]);
        lettering::paragraph(ui, &text, lettering::title(), frame.theme.text);
        let text = tr_args(
            "inspector-several-of",
            &[("nodes", (nodes as u64).into()), ("links", (links as u64).into())],
        );
        lettering::paragraph(ui, &text, lettering::small(), frame.theme.text_3);
        ui.add_space(12.0);
        ui.add_enabled_ui(!frame.read_only, |ui| {
            if control::text(ui, frame.theme, Some(Icon::Trash), tr("inspector-delete")).clicked() {
                commands.act(Action::Delete);
            }
        });
        ui.add_space(12.0);
    });
    show_past(ui, frame, commands);
}

fn show_gone(ui: &mut egui::Ui, frame: &FrameContext<'_>) {
    section::padded(ui, |ui| {
        ui.add_space(16.0);
        let text = tr("inspector-gone");
        lettering::paragraph(ui, text, lettering::body(), frame.theme.text_2);
    });
}

#[cfg(test)]
mod tests;

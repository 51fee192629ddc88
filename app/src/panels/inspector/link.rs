//! The settings of a link.

use egui::{Popup, Ui};
use eventloom_core::edit::Edit;
use eventloom_core::ids::{ElementId, LinkId, NodeId};
use eventloom_core::project::{Link, LinkKind, NodeKind};

use super::{header, now, values};
use crate::command::{Command, CommandQueue};
use crate::context::FrameContext;
use crate::text::tr;
use crate::widgets::field::{Form, Words};
use crate::widgets::icons::Icon;
use crate::widgets::{format, names, section};

const FROM: Words = Words {
    path: "from",
    label: "inspector-from",
    help: "inspector-from-help",
    unit: "",
    hint: "",
};
const TO: Words =
    Words { path: "to", label: "inspector-to", help: "inspector-to-help", unit: "", hint: "" };
const LATENCY: Words = Words {
    path: "latency_s",
    label: "inspector-latency",
    help: "inspector-latency-help",
    unit: "unit-s",
    hint: "",
};

/// What a link of this kind does, in a word.
pub(super) fn kind_text(kind: Option<LinkKind>) -> &'static str {
    match kind {
        Some(LinkKind::Publish) => tr("inspector-link-publish"),
        Some(LinkKind::Bind) => tr("inspector-link-bind"),
        Some(LinkKind::Subscribe) => tr("inspector-link-subscribe"),
        Some(LinkKind::Consume) => tr("inspector-link-consume"),
        None => tr("inspector-link-none"),
    }
}

fn kind_line(kind: Option<LinkKind>) -> &'static str {
    match kind {
        Some(LinkKind::Publish) => tr("inspector-link-publish-line"),
        Some(LinkKind::Bind) => tr("inspector-link-bind-line"),
        Some(LinkKind::Subscribe) => tr("inspector-link-subscribe-line"),
        Some(LinkKind::Consume) => tr("inspector-link-consume-line"),
        None => tr("inspector-link-none-line"),
    }
}

pub(super) fn show(
    ui: &mut Ui,
    frame: &FrameContext<'_>,
    commands: &mut CommandQueue,
    form: &mut Form<'_>,
    id: &LinkId,
    link: &Link,
) {
    let element = ElementId::Link(id.clone());
    let name = names::of_element(frame.project, &element);
    let kind = frame.project.link_kind(id);
    let theme = frame.theme;
    let more = header::show(ui, frame, Icon::Link, theme.link_hot, &name, kind_line(kind));
    Popup::menu(&more).show(|ui| header::delete_entry(ui, frame, commands));
    super::show_past(ui, frame, commands);
    super::show_general_problems(ui, form);
    now::show(ui, frame, &element);
    let mut edited = link.clone();
    ui.add_enabled_ui(!frame.read_only, |ui| {
        section::show(ui, theme, tr("inspector-general"), None, |ui| {
            let from = ends(frame, |node| {
                let to = frame.project.nodes.get(&link.to)?;
                LinkKind::between(node, &to.kind)
            });
            if let Some(end) = form.choice(ui, &FROM, &from, &link.from) {
                edited.from = end;
            }
            let to = ends(frame, |node| {
                let from = frame.project.nodes.get(&link.from)?;
                LinkKind::between(&from.kind, node)
            });
            if let Some(end) = form.choice(ui, &TO, &to, &link.to) {
                edited.to = end;
            }
            let shown = format::plain(link.latency_s);
            if let Some(latency) = form.line(ui, &LATENCY, &shown, values::seconds) {
                edited.latency_s = latency;
            }
            values::read_only_line(ui, theme, "inspector-kind", kind_text(kind));
            values::read_only_line(ui, theme, "inspector-id", id.as_str());
        });
    });
    if edited != *link {
        commands.push(Command::Edit(Edit::SetLink { id: id.clone(), link: edited }));
    }
}

/// The nodes that could be this end of the link, by name.
fn ends<'a>(
    frame: &FrameContext<'a>,
    kind_with: impl Fn(&NodeKind) -> Option<LinkKind>,
) -> Vec<(NodeId, &'a str)> {
    let project = frame.project;
    project
        .nodes
        .iter()
        .filter(|(_, node)| kind_with(&node.kind).is_some())
        .map(|(id, _)| (id.clone(), project.display_name(id)))
        .collect()
}

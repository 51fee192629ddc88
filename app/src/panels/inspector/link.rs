//! The settings of a link.

use egui::{Popup, Ui};
use eventloom_core::ids::{ElementId, LinkId};
use eventloom_core::project::LinkKind;

use super::sheet::Sheet;
use super::{header, now, tables, values};
use crate::command::CommandQueue;
use crate::context::FrameContext;
use crate::text::tr;
use crate::widgets::field::Form;
use crate::widgets::icons::Icon;
use crate::widgets::names;

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
) {
    let element = ElementId::Link(id.clone());
    let name = names::of_element(frame.project, &element);
    let kind = frame.project.link_kind(id);
    let theme = frame.theme;
    let more = header::show(ui, frame, Icon::Link, theme.link_hot, &name, kind_line(kind));
    Popup::menu(&more).show(|ui| {
        ui.set_width(header::MENU);
        header::delete_entry(ui, frame, commands);
    });
    super::show_past(ui, frame, commands);
    super::show_general_problems(ui, form);
    now::show(ui, frame, &element);
    let mut sheet = Sheet::new(frame, form, Some(&element));
    sheet.show(ui, tables::of_link(kind), |ui| {
        values::read_only_line(ui, theme, "inspector-kind", kind_text(kind));
        values::read_only_line(ui, theme, "inspector-id", id.as_str());
    });
    sheet.finish(commands);
}

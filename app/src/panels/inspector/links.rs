//! The links of a node; a click selects one.

use egui::{Rect, Role, Sense, Ui, Vec2, WidgetInfo, pos2};
use eventloom_core::ids::{ElementId, LinkId, NodeId};

use super::link::kind_text;
use crate::command::{Command, CommandQueue};
use crate::context::FrameContext;
use crate::text::{tr, tr_args};
use crate::view_state::Selection;
use crate::widgets::{control, format, lettering, names, section};

const ROW: f32 = 24.0;

pub(super) fn show(
    ui: &mut Ui,
    frame: &FrameContext<'_>,
    commands: &mut CommandQueue,
    id: &NodeId,
) {
    let mut links = frame
        .project
        .links
        .iter()
        .filter(|(_, link)| link.from == *id || link.to == *id)
        .peekable();
    if links.peek().is_none() {
        return;
    }
    section::show(ui, frame.theme, tr("inspector-links"), None, |ui| {
        for (link_id, link) in links {
            let leaves = link.from == *id;
            let other = if leaves { &link.to } else { &link.from };
            let what = match link.latency_s {
                latency if latency > 0.0 => tr_args(
                    "inspector-link-with-latency",
                    &[
                        ("kind", kind_text(frame.project.link_kind(link_id)).into()),
                        ("latency", format::seconds(latency).into()),
                    ],
                ),
                _ => kind_text(frame.project.link_kind(link_id)).to_owned(),
            };
            if row(ui, frame, link_id, frame.project.display_name(other), &what, leaves) {
                let element = ElementId::Link(link_id.clone());
                commands.push(Command::Select(Selection::one(element)));
            }
        }
    });
}

fn row(
    ui: &mut Ui,
    frame: &FrameContext<'_>,
    id: &LinkId,
    name: &str,
    what: &str,
    leaves: bool,
) -> bool {
    let theme = frame.theme;
    let (rect, response) =
        ui.allocate_exact_size(Vec2::new(ui.available_width(), ROW), Sense::click());
    let label = || names::of_element(frame.project, &ElementId::Link(id.clone()));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, label()));
    if ui.is_rect_visible(rect) {
        let painter = ui.painter();
        let wide = rect.expand2(Vec2::new(8.0, 0.0));
        painter.rect_filled(wide, 4.0, control::row_fill(theme, &response, false));
        let middle = rect.center().y;
        let (tail, tip) = if leaves {
            (rect.left(), rect.left() + 18.0)
        } else {
            (rect.left() + 18.0, rect.left())
        };
        painter.arrow(
            pos2(tail, middle),
            egui::vec2(tip - tail, 0.0),
            egui::Stroke::new(1.5, theme.link),
        );
        let text = Rect::from_min_max(pos2(rect.left() + 30.0, rect.top()), rect.max);
        let what_at = lettering::right(painter, text, what, lettering::caption(), theme.text_3);
        let text = text.with_max_x(what_at.left() - 8.0);
        lettering::left(painter, text, name, lettering::small_semibold(), theme.text);
        control::focus_ring(ui, theme, wide, &response);
    }
    response.clicked()
}

//! What the selected element holds, and what happened there last.

mod words;

use egui::{Rect, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, pos2, vec2};
use eventloom_core::fact::{Fact, TypeIx};
use eventloom_core::ids::ElementId;
use eventloom_core::live::{ContentsRow, SelectionTail, View};
use eventloom_core::project::NodeKind;

use crate::command::CommandQueue;
use crate::context::FrameContext;
use crate::text::{tr, tr_args};
use crate::theme::Theme;
use crate::widgets::icons::Icon;
use crate::widgets::{format, lettering, names, segmented};
use words::Tone;

const ROW: f32 = 24.0;
const HEADER: f32 = 40.0;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tab {
    #[default]
    Contents,
    Facts,
}

/// The lists beside a run.
#[derive(Debug, Default)]
pub struct ListsPanel {
    tab: Tab,
}

impl ListsPanel {
    /// Shows the panel in the whole of `ui`. It asks for nothing: rows are there to be read.
    pub fn show(&mut self, ui: &mut Ui, frame: &FrameContext<'_>, _commands: &mut CommandQueue) {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.add_space(4.0);
        ui.horizontal(|ui| {
            ui.add_space(8.0);
            let tabs = [(Tab::Contents, tr("lists-contents")), (Tab::Facts, tr("lists-facts"))];
            segmented::tabs(ui, frame.theme, &tabs, &mut self.tab);
        });
        ui.add_space(4.0);
        let line = Stroke::new(1.0, frame.theme.line_subtle);
        ui.painter().hline(ui.max_rect().x_range(), ui.cursor().top(), line);
        let Some((view, tail)) = tail(frame) else {
            say(ui, frame.theme, empty_text(frame));
            return;
        };
        match self.tab {
            Tab::Contents => show_contents(ui, frame, view, tail),
            Tab::Facts => show_facts(ui, frame, view, tail),
        }
    }
}

/// The tail, where it is that of what is selected now.
fn tail<'a>(frame: &FrameContext<'a>) -> Option<(&'a View, &'a SelectionTail)> {
    let view = frame.view?;
    let tail = view.tail.as_ref()?;
    (frame.selection.single().as_ref() == Some(&tail.element)).then_some((view, tail))
}

fn empty_text(frame: &FrameContext<'_>) -> &'static str {
    match (frame.view, frame.selection.single()) {
        (None, _) => tr("lists-no-run"),
        (Some(_), None) => tr("lists-nothing-selected"),
        (Some(_), Some(_)) => tr("lists-waiting"),
    }
}

fn say(ui: &mut Ui, theme: &Theme, text: &str) {
    ui.add_space(16.0);
    egui::Frame::NONE.inner_margin(egui::Margin::symmetric(16, 0)).show(ui, |ui| {
        lettering::paragraph(ui, text, lettering::body(), theme.text_3);
    });
}

/// The name of the element, and how many rows of how many are shown.
fn show_head(ui: &mut Ui, frame: &FrameContext<'_>, element: &ElementId, note: &str) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEADER), Sense::hover());
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let theme = frame.theme;
    let noted = lettering::right(ui.painter(), inner, note, lettering::caption(), theme.text_3);
    let name = names::of_element(frame.project, element);
    let room = inner.with_max_x(noted.left() - 8.0);
    lettering::left(ui.painter(), room, &name, lettering::body_semibold(), theme.text);
}

/// The columns of a table: where each begins, as a share of the width.
fn cells<const N: usize>(rect: Rect, starts: [f32; N]) -> [Rect; N] {
    let inner = rect.shrink2(vec2(16.0, 0.0));
    std::array::from_fn(|ix| {
        let x = |share: f32| inner.left() + inner.width() * share;
        let end = starts.get(ix + 1).map_or(inner.right(), |next| x(*next) - 6.0);
        inner.with_min_x(x(starts[ix])).with_max_x(end)
    })
}

fn show_titles<const N: usize>(
    ui: &mut Ui,
    theme: &Theme,
    starts: [f32; N],
    keys: [&'static str; N],
) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    for (cell, key) in cells(rect, starts).into_iter().zip(keys) {
        lettering::left(ui.painter(), cell, tr(key), lettering::caption(), theme.text_3);
    }
}

const CONTENTS: [f32; 4] = [0.0, 0.29, 0.55, 0.74];
const FACTS: [f32; 3] = [0.0, 0.27, 0.56];

fn show_contents(ui: &mut Ui, frame: &FrameContext<'_>, view: &View, tail: &SelectionTail) {
    let shown = tail.contents.len();
    let note = if tail.contents_total > shown as u64 {
        tr_args(
            "lists-first-of",
            &[
                ("shown", format::count(shown as u64).into()),
                ("total", format::count(tail.contents_total).into()),
            ],
        )
    } else {
        tr_args("lists-count", &[("count", tail.contents_total.into())])
    };
    show_head(ui, frame, &tail.element, &note);
    if tail.contents.is_empty() {
        say(ui, frame.theme, nothing_held(frame, &tail.element));
        return;
    }
    let titles = ["lists-event", "lists-key", "lists-age", "lists-state"];
    show_titles(ui, frame.theme, CONTENTS, titles);
    let rows = egui::ScrollArea::vertical().id_salt("contents").auto_shrink(false);
    rows.show_rows(ui, ROW, shown, |ui, range| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for row in tail.contents.get(range).unwrap_or_default() {
            contents_row(ui, frame.theme, view, row);
        }
    });
}

/// Only places and consumers hold events; of others the list says so.
fn nothing_held(frame: &FrameContext<'_>, element: &ElementId) -> &'static str {
    let kind = match element {
        ElementId::Node(id) => frame.project.nodes.get(id).map(|node| &node.kind),
        ElementId::Link(_) => None,
    };
    match kind {
        Some(NodeKind::Producer(_) | NodeKind::Note(_)) => tr("lists-holds-nothing"),
        _ => tr("lists-empty"),
    }
}

fn type_name(view: &View, event_type: TypeIx) -> &str {
    view.roster.types.get(usize::from(event_type.0)).map_or("", |name| name)
}

fn event_name(event: eventloom_core::fact::EventId) -> String {
    if event == eventloom_core::fact::EventId::NONE {
        "–".to_owned()
    } else {
        format::count(event.0)
    }
}

fn contents_row(ui: &mut Ui, theme: &Theme, view: &View, row: &ContentsRow) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let [event, key, age, state] = cells(rect, CONTENTS);
    let name = event_name(row.event);
    let key_text = row.key.as_deref().unwrap_or("–");
    let age_text = format::span(row.age);
    let (state_text, ink) = match (row.delivered, row.deliveries) {
        (true, tries) if tries > 1 => {
            let text = tr_args("lists-delivered-again", &[("tries", u64::from(tries).into())]);
            (text, theme.warn_text)
        }
        (true, _) => (tr("lists-delivered").to_owned(), theme.text_2),
        (false, 0) => (tr("lists-ready").to_owned(), theme.text_2),
        (false, tries) => {
            let text = tr_args("lists-ready-again", &[("tries", u64::from(tries).into())]);
            (text, theme.warn_text)
        }
    };
    let kind = type_name(view, row.event_type);
    let label = format!("{name}, {kind}, {key_text}, {age_text}, {state_text}");
    response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, &label));
    let painter = ui.painter();
    let dot = pos2(event.left() + 4.0, event.center().y);
    painter.circle_filled(dot, 4.0, theme.series_colour(usize::from(row.event_type.0)));
    let font = lettering::small();
    let event = event.with_min_x(event.left() + 14.0);
    lettering::left(painter, event, &name, font.clone(), theme.text);
    lettering::left(painter, key, key_text, lettering::small_semibold(), theme.text);
    lettering::left(painter, age, &age_text, font.clone(), theme.text_2);
    lettering::left(painter, state, &state_text, font, ink);
    response.on_hover_text(label);
}

fn show_facts(ui: &mut Ui, frame: &FrameContext<'_>, view: &View, tail: &SelectionTail) {
    let note = tr_args("lists-newest", &[("count", (tail.facts.len() as u64).into())]);
    show_head(ui, frame, &tail.element, &note);
    if tail.facts.is_empty() {
        say(ui, frame.theme, tr("lists-no-facts"));
        return;
    }
    show_titles(ui, frame.theme, FACTS, ["lists-time", "lists-event", "lists-what"]);
    let rows = egui::ScrollArea::vertical().id_salt("facts").auto_shrink(false);
    rows.show_rows(ui, ROW, tail.facts.len(), |ui, range| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for fact in tail.facts.get(range).unwrap_or_default() {
            fact_row(ui, frame.theme, view, fact);
        }
    });
}

fn fact_row(ui: &mut Ui, theme: &Theme, view: &View, fact: &Fact) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let [time, event, what] = cells(rect, FACTS);
    let time_text = format::moment(fact.time);
    let name = event_name(fact.event);
    let (icon, tone, text) = words::of(fact);
    let (hue, ink) = match tone {
        Tone::Plain => (theme.series_colour(usize::from(fact.event_type().0)), theme.text_2),
        Tone::Done => (theme.ok, theme.ok_text),
        Tone::Again => (theme.warn, theme.warn_text),
        Tone::Bad => (theme.loss, theme.full_text),
    };
    let kind = type_name(view, fact.event_type());
    let label = format!("{time_text}, {name}, {kind}, {text}");
    response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, &label));
    let painter = ui.painter();
    lettering::left(painter, time, &time_text, lettering::small(), theme.text_3);
    lettering::left(painter, event, &name, lettering::small_semibold(), theme.text);
    let side = if icon == Icon::Dot { 12.0 } else { 14.0 };
    let middle = pos2(what.left() + 8.0, what.center().y);
    icon.paint(painter, Rect::from_center_size(middle, Vec2::splat(side)), hue);
    let words = what.with_min_x(what.left() + 22.0);
    lettering::left(painter, words, &text, lettering::small(), ink);
    response.on_hover_text(label);
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable;

    use super::*;
    use crate::panels::test_kit::{Stage, view};

    fn lists() -> Harness<'static, Stage<ListsPanel>> {
        let mut harness =
            Stage::harness([352.0, 400.0], |panel: &mut ListsPanel, ui, frame, commands| {
                panel.show(ui, frame, commands);
            });
        harness.state_mut().view = Some(view());
        harness.state_mut().select("payment");
        harness.run();
        harness
    }

    #[test]
    fn contents_are_listed_in_order_and_only_those_in_view() {
        let harness = lists();
        let first = "1\u{2009}042, order.created, C-0, 2.00 s, try 2";
        assert!(harness.query_by_label(first).is_some());
        let third = "1\u{2009}044, order.created, C-2, 1.96 s, delivered";
        assert!(harness.query_by_label(third).is_some());
        let rows = harness.query_all_by_label_contains("order.").count();
        assert!((5..25).contains(&rows), "{rows}");
    }

    #[test]
    fn facts_are_told_in_words() {
        let mut harness = lists();
        harness.get_by_label("Facts").click();
        harness.run();
        for row in [
            "00:39.990, 1\u{2009}107, order.created, dropped: full",
            "00:39.980, 1\u{2009}042, order.created, delivered, try 2",
            "00:39.960, 1\u{2009}031, order.created, done",
            "00:39.950, 987, order.created, dead letter: delivery limit",
        ] {
            assert!(harness.query_by_label(row).is_some(), "{row}");
        }
    }

    #[test]
    fn an_old_tail_is_not_shown_for_a_new_selection() {
        let mut harness = lists();
        harness.state_mut().select("orders");
        harness.run();
        assert_eq!(harness.query_all_by_label_contains("order.created").count(), 0);
        harness.state_mut().view = None;
        harness.run();
        assert!(harness.query_by_label("Press Space to run.").is_some());
    }
}

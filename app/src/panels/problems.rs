//! What is wrong with the drawing. A row leads to what it is about.

use egui::{Rect, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, pos2};
use eventloom_core::project::check::{Problem, Severity};

use crate::command::{Command, CommandQueue};
use crate::context::FrameContext;
use crate::text::{tr, tr_args};
use crate::theme::Theme;
use crate::view_state::Selection;
use crate::widgets::icons::{self, Icon};
use crate::widgets::{control, format, lettering, names};

const HEADER: f32 = 32.0;
const ROW: f32 = 32.0;
const NAME_WIDTH: f32 = 160.0;

/// The list of problems.
#[derive(Debug, Default)]
pub struct ProblemsPanel;

impl ProblemsPanel {
    /// Shows the panel in the whole of `ui`.
    pub fn show(&mut self, ui: &mut Ui, frame: &FrameContext<'_>, commands: &mut CommandQueue) {
        ui.spacing_mut().item_spacing.y = 0.0;
        show_header(ui, frame);
        if frame.problems.is_empty() {
            let (rect, _) =
                ui.allocate_exact_size(Vec2::new(ui.available_width(), ROW + 8.0), Sense::hover());
            let rect = rect.shrink2(Vec2::new(16.0, 0.0));
            let sign =
                Rect::from_center_size(pos2(rect.left() + 8.0, rect.center().y), Vec2::splat(16.0));
            Icon::Check.paint(ui.painter(), sign, frame.theme.ok);
            let text = rect.with_min_x(rect.left() + 26.0);
            let words = tr("problems-none");
            lettering::left(ui.painter(), text, words, lettering::body(), frame.theme.text_2);
            return;
        }
        let rows = egui::ScrollArea::vertical().id_salt("problems").auto_shrink(false);
        rows.show_rows(ui, ROW, frame.problems.len(), |ui, range| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for ix in range {
                if let Some(problem) = frame.problems.get(ix) {
                    row(ui, frame, commands, ix, problem);
                }
            }
        });
    }
}

/// The icon of this severity and its colours as a sign and as words.
fn sign(theme: &Theme, severity: Severity) -> (Icon, egui::Color32, egui::Color32) {
    match severity {
        Severity::Error => (Icon::Error, theme.full, theme.full_text),
        Severity::Warning => (Icon::Warning, theme.warn, theme.warn_text),
    }
}

fn show_header(ui: &mut Ui, frame: &FrameContext<'_>) {
    let theme = frame.theme;
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), HEADER), Sense::hover());
    let painter = ui.painter();
    let inner = rect.shrink2(Vec2::new(16.0, 0.0));
    let title = tr("problems-title");
    let at = lettering::left(painter, inner, title, lettering::small_semibold(), theme.text);
    let mut x = at.right() + 20.0;
    for severity in [Severity::Error, Severity::Warning] {
        let count = frame.problems.iter().filter(|p| p.severity == severity).count() as u64;
        let (icon, hue, _) = sign(theme, severity);
        let key = match severity {
            Severity::Error => "problems-errors",
            Severity::Warning => "problems-warnings",
        };
        let square = Rect::from_center_size(pos2(x + 8.0, rect.center().y), Vec2::splat(16.0));
        icon.paint(painter, square, if count > 0 { hue } else { theme.text_3 });
        let digits = format::count(count);
        let ink = if count > 0 { theme.text } else { theme.text_3 };
        let room = inner.with_min_x(x + 22.0);
        let painted = lettering::left(painter, room, &digits, lettering::small_semibold(), ink);
        let whole = Rect::from_min_max(square.min, painted.max);
        let label = tr_args(key, &[("count", count.into())]);
        let told = ui.interact(whole, ui.scope_id().with(key), Sense::hover());
        told.widget_info(|| WidgetInfo::labeled(Role::Label, true, &label));
        told.on_hover_text(&label);
        x = painted.right() + 16.0;
    }
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, theme.line_subtle));
}

fn row(
    ui: &mut Ui,
    frame: &FrameContext<'_>,
    commands: &mut CommandQueue,
    ix: usize,
    problem: &Problem,
) {
    let theme = frame.theme;
    let (_, rect) = ui.allocate_space(Vec2::new(ui.available_width(), ROW));
    let response = ui.interact(rect, ui.scope_id().with(("problem", ix)), Sense::click());
    let name = match &problem.id {
        Some(id) => names::of_element(frame.project, id),
        None => tr("problems-project").to_owned(),
    };
    let label = format!("{name}: {}", problem.message);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    if ui.is_rect_visible(rect) {
        let selected = problem.id.is_some() && frame.selection.single() == problem.id;
        let fill = rect.shrink2(Vec2::new(4.0, 1.0));
        let painter = ui.painter();
        painter.rect_filled(fill, 6.0, control::row_fill(theme, &response, selected));
        let (icon, hue, _) = sign(theme, problem.severity);
        let middle = pos2(rect.left() + 24.0, rect.center().y);
        icon.paint(painter, Rect::from_center_size(middle, Vec2::splat(icons::SIZE)), hue);
        let text = rect.with_min_x(rect.left() + 42.0).with_max_x(rect.right() - 16.0);
        let named = text.with_max_x(text.left() + NAME_WIDTH.min(text.width() / 2.0));
        let name_at = named.with_max_x(named.right() - 8.0);
        lettering::left(painter, name_at, &name, lettering::small_semibold(), theme.text);
        let message = text.with_min_x(named.right());
        let words = &problem.message;
        lettering::left(painter, message, words, lettering::small(), theme.text_2);
        control::focus_ring(ui, theme, fill, &response);
    }
    if response.clicked() {
        commands.push(match &problem.id {
            Some(id) => Command::Reveal(id.clone()),
            // The inspector then shows the project.
            None => Command::Select(Selection::default()),
        });
    }
    response.on_hover_text(&problem.message);
}

#[cfg(test)]
mod tests {
    use egui_kittest::kittest::Queryable;
    use eventloom_core::ids::ElementId;

    use super::*;
    use crate::panels::test_kit::Stage;

    fn stage() -> egui_kittest::Harness<'static, Stage<ProblemsPanel>> {
        Stage::harness([900.0, 160.0], |panel: &mut ProblemsPanel, ui, frame, commands| {
            panel.show(ui, frame, commands);
        })
    }

    fn problem(severity: Severity, id: Option<&str>, message: &str) -> Problem {
        Problem {
            severity,
            code: "test",
            id: id.map(|id| ElementId::Node(id.into())),
            field: None,
            message: message.to_owned(),
        }
    }

    #[test]
    fn a_row_reveals_what_it_is_about() {
        let mut harness = stage();
        harness.state_mut().problems = vec![
            problem(Severity::Warning, Some("payment"), "Has no consumer."),
            problem(Severity::Error, None, "Too large."),
        ];
        harness.run();
        assert!(harness.query_by_label("1 error").is_some());
        assert!(harness.query_by_label("1 warning").is_some());
        harness.get_by_label_contains("Has no consumer.").click();
        harness.run();
        let id = ElementId::Node("payment".into());
        assert_eq!(harness.state_mut().take(), [Command::Reveal(id)]);
        harness.get_by_label_contains("Too large.").click();
        harness.run();
        assert_eq!(harness.state_mut().take(), [Command::Select(Selection::default())]);
    }

    #[test]
    fn ten_thousand_rows_draw_only_those_in_view() {
        let mut harness = stage();
        harness.state_mut().problems =
            vec![problem(Severity::Warning, Some("payment"), "Has no consumer."); 10_000];
        harness.run();
        let rows = harness.query_all_by_label_contains("Has no consumer.").count();
        assert!((1..10).contains(&rows), "{rows}");
    }
}

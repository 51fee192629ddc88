//! The start view: what Eventloom is, recent files, samples.

mod miniature;

use std::path::Path;

use egui::{
    Align, Align2, Frame, Layout, Margin, Rect, RichText, Role, ScrollArea, Sense, Stroke,
    StrokeKind, TextWrapMode, Ui, UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};

use crate::command::{Action, Command, CommandQueue};
use crate::samples::{self, Sample};
use crate::settings::Recent;
use crate::text::{tr, tr_args};
use crate::theme::fonts::{Weight, font};
use crate::theme::{Theme, style};
use crate::widgets::icons::{self, Icon};
use crate::widgets::{control, logo, prompt};

/// The width of the left column.
const LEFT: f32 = 384.0;
/// Between the columns; the line runs in the middle.
const GUTTER: f32 = 80.0;
/// The largest width of both columns.
const WIDEST: f32 = 1264.0;
/// A sample's card.
const CARD: Vec2 = vec2(240.0, 232.0);
/// The drawing on a card.
const PICTURE: f32 = 136.0;
/// Between cards.
const GAP: f32 = 16.0;

/// What the start view shows.
#[derive(Clone, Copy)]
pub struct StartContext<'a> {
    /// The colours.
    pub theme: &'a Theme,
    /// The recent files, newest first.
    pub recent: &'a [Recent],
    /// Seconds since 1970.
    pub now_s: u64,
}

/// The start view.
#[derive(Debug, Default)]
pub struct StartPanel {}

impl StartPanel {
    /// Shows the view.
    pub fn show(&mut self, ui: &mut Ui, ctx: &StartContext<'_>, queue: &mut CommandQueue) {
        ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            let width = (ui.available_width() - 64.0).min(WIDEST);
            let side = (ui.available_width() - width) / 2.0;
            Frame::new().inner_margin(Margin::symmetric(side as i8 & i8::MAX, 0)).show(ui, |ui| {
                ui.set_width(width);
                columns(ui, ctx, queue);
            });
        });
    }
}

fn columns(ui: &mut Ui, ctx: &StartContext<'_>, queue: &mut CommandQueue) {
    let top = ui.cursor().min + vec2(0.0, 56.0);
    let wide = ui.available_width() >= LEFT + GUTTER + CARD.x;
    let column = |ui: &mut Ui, min, width| {
        let rect = Rect::from_min_size(min, vec2(width, f32::INFINITY));
        ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Min)))
    };
    let mut left = column(ui, top, LEFT.min(ui.available_width()));
    hello(&mut left, ctx, queue);
    recent(&mut left, ctx, queue);
    let left_end = left.min_rect().bottom();
    let (right_at, right_width) = if wide {
        (top + vec2(LEFT + GUTTER, 0.0), ui.available_width() - LEFT - GUTTER)
    } else {
        (pos2(top.x, left_end + 40.0), ui.available_width())
    };
    let mut right = column(ui, right_at, right_width);
    sample_cards(&mut right, ctx, queue);
    let end = left_end.max(right.min_rect().bottom()) + 40.0;
    if wide {
        let x = top.x + LEFT + GUTTER / 2.0;
        ui.painter().vline(x, top.y - 16.0..=end - 32.0, Stroke::new(1.0, ctx.theme.line_subtle));
    }
    ui.advance_cursor_after_rect(Rect::from_min_max(ui.cursor().min, pos2(top.x, end)));
}

fn hello(ui: &mut Ui, ctx: &StartContext<'_>, queue: &mut CommandQueue) {
    let theme = ctx.theme;
    ui.horizontal(|ui| {
        logo::show(ui, theme, 44.0);
        ui.add_space(8.0);
        ui.label(
            RichText::new(tr("shell-app-name")).text_style(style::display()).color(theme.text),
        );
    });
    ui.add_space(12.0);
    ui.label(
        RichText::new(tr("shell-start-sentence"))
            .font(font(16.0, Weight::Regular))
            .line_height(Some(24.0))
            .color(theme.text_2),
    );
    ui.add_space(20.0);
    first_topology(ui, ctx, queue);
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 8.0) / 2.0;
        let size = vec2(width, 32.0);
        if prompt::with_icon(ui, theme, Icon::Plus, tr("shell-start-new"), size).clicked() {
            queue.act(Action::New);
        }
        if prompt::with_icon(ui, theme, Icon::Folder, tr("shell-start-open"), size).clicked() {
            queue.act(Action::Open);
        }
    });
}

/// The card that leads to a first drawing.
fn first_topology(ui: &mut Ui, ctx: &StartContext<'_>, queue: &mut CommandQueue) {
    let theme = ctx.theme;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 184.0), Sense::hover());
    ui.painter().rect_filled(rect, 8, theme.bg_canvas);
    miniature::grid(ui.painter(), rect, theme);
    ui.painter().rect_stroke(rect, 8, Stroke::new(1.0, theme.line_subtle), StrokeKind::Inside);
    let picture = Rect::from_min_size(rect.min + vec2(16.0, 40.0), vec2(rect.width() - 32.0, 48.0));
    miniature::first_steps(ui.painter(), picture, theme);
    let bottom = Rect::from_min_size(
        rect.left_bottom() + vec2(16.0, -56.0),
        vec2(rect.width() - 32.0, 40.0),
    );
    let mut row = ui
        .new_child(UiBuilder::new().max_rect(bottom).layout(Layout::left_to_right(Align::Center)));
    let size = vec2(216.0, 40.0);
    if prompt::primary_sized(&mut row, theme, tr("shell-start-first"), size).clicked() {
        queue.push(Command::FirstTopology);
    }
    row.add_space(8.0);
    row.label(RichText::new(tr("shell-start-first-hint")).small().color(theme.text_3));
}

fn recent(ui: &mut Ui, ctx: &StartContext<'_>, queue: &mut CommandQueue) {
    if ctx.recent.is_empty() {
        return;
    }
    let theme = ctx.theme;
    ui.add_space(24.0);
    ui.horizontal(|ui| {
        section(ui, theme, tr("shell-start-recent"), 13.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if prompt::link(ui, theme, tr("shell-start-clear")).clicked() {
                queue.push(Command::ClearRecent);
            }
        });
    });
    ui.spacing_mut().item_spacing.y = 2.0;
    for recent in ctx.recent.iter().take(8) {
        if recent_row(ui, theme, recent, ctx.now_s) && !recent.missing {
            queue.push(Command::OpenPath(recent.path.clone()));
        }
    }
}

/// One recent file; whether it was clicked.
fn recent_row(ui: &mut Ui, theme: &Theme, recent: &Recent, now_s: u64) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 48.0), Sense::click());
    let name = recent.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, !recent.missing, &name));
    if response.hovered() && !recent.missing {
        ui.painter().rect_filled(rect.expand2(vec2(12.0, 0.0)), 6, theme.bg_hover);
    }
    control::focus_ring(ui, theme, rect, &response);
    let (icon, colour) =
        if recent.missing { (Icon::Warning, theme.warn) } else { (Icon::File, theme.text_2) };
    let square =
        Rect::from_center_size(pos2(rect.left() + 8.0, rect.center().y), Vec2::splat(icons::SIZE));
    icon.paint(ui.painter(), square, colour);
    let ago = ui.painter().text(
        rect.right_center(),
        Align2::RIGHT_CENTER,
        ago(now_s.saturating_sub(recent.at)),
        font(11.0, Weight::Regular),
        theme.text_3,
    );
    let left = square.right() + 12.0;
    let room = ago.left() - left - 12.0;
    let name_colour = if recent.missing { theme.text_3 } else { theme.text };
    let line = |text: String, size, weight, colour, y| {
        let job = RichText::new(text).font(font(size, weight)).color(colour);
        let galley = egui::WidgetText::from(job).into_galley(
            ui,
            Some(TextWrapMode::Truncate),
            room,
            egui::FontSelection::Default,
        );
        let at = pos2(left, y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, colour);
    };
    line(name.clone(), 13.0, Weight::Medium, name_colour, rect.top() + 16.0);
    let mut folder = shorten_home(recent.path.parent().unwrap_or(Path::new("")));
    if recent.missing {
        folder = tr_args("shell-start-missing", &[("folder", folder.into())]);
    }
    let colour = if recent.missing { theme.warn_text } else { theme.text_3 };
    line(folder, 11.0, Weight::Regular, colour, rect.top() + 33.0);
    response.clicked()
}

/// How long ago, in the unit that suits it.
fn ago(seconds: u64) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let n = |unit: u64| [("n", (seconds / unit).into())];
    match seconds {
        0..MINUTE => tr("shell-start-just-now").to_owned(),
        MINUTE..HOUR => tr_args("shell-start-minutes-ago", &n(MINUTE)),
        HOUR..DAY => tr_args("shell-start-hours-ago", &n(HOUR)),
        _ => tr_args("shell-start-days-ago", &n(DAY)),
    }
}

fn shorten_home(folder: &Path) -> String {
    let home = directories::BaseDirs::new();
    match home.as_ref().and_then(|home| folder.strip_prefix(home.home_dir()).ok()) {
        Some(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
        Some(rest) => format!("~/{}", rest.display()),
        None => folder.display().to_string(),
    }
}

fn sample_cards(ui: &mut Ui, ctx: &StartContext<'_>, queue: &mut CommandQueue) {
    let theme = ctx.theme;
    ui.horizontal(|ui| {
        section(ui, theme, tr("shell-start-samples"), 16.0);
        ui.add_space(4.0);
        ui.label(RichText::new(tr("shell-start-samples-hint")).small().color(theme.text_3));
    });
    ui.add_space(12.0);
    let columns = ((ui.available_width() + GAP) / (CARD.x + GAP)).floor().max(1.0) as usize;
    let width = (ui.available_width() + GAP) / columns as f32 - GAP;
    let origin = ui.cursor().min;
    for (number, sample) in samples::all().iter().enumerate() {
        let place = vec2((number % columns) as f32, (number / columns) as f32);
        let at = origin + place * (vec2(width, CARD.y) + Vec2::splat(GAP));
        let rect = Rect::from_min_size(at, vec2(width, CARD.y));
        if card(ui, theme, rect, sample) {
            queue.push(Command::OpenSample(number));
        }
    }
}

/// A sample's card; whether it was chosen.
fn card(ui: &mut Ui, theme: &Theme, rect: Rect, sample: &Sample) -> bool {
    let response = ui.allocate_rect(rect, Sense::click());
    let name = sample.project.name.as_str();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    painter.rect_filled(rect, 8, theme.bg_raised);
    let picture = Rect::from_min_size(rect.min, vec2(rect.width(), PICTURE));
    let upper = egui::CornerRadius { nw: 8, ne: 8, sw: 0, se: 0 };
    painter.rect_filled(picture, upper, theme.bg_canvas);
    miniature::grid(&painter, picture, theme);
    miniature::project(&painter, picture.shrink2(vec2(20.0, 24.0)), theme, &sample.project);
    painter.hline(picture.x_range(), picture.bottom(), Stroke::new(1.0, theme.line_subtle));
    let active = response.hovered() || response.has_focus();
    let edge = if active { theme.accent } else { theme.line_subtle };
    painter.rect_stroke(rect, 8, Stroke::new(1.0, edge), StrokeKind::Inside);
    let text =
        Rect::from_min_max(picture.left_bottom() + vec2(16.0, 16.0), rect.max - vec2(16.0, 8.0));
    let mut below = ui.new_child(UiBuilder::new().max_rect(text));
    below.label(RichText::new(name).font(font(13.0, Weight::Semibold)).color(theme.text));
    below.label(RichText::new(sample.first_sentence()).small().color(theme.text_2));
    response.clicked()
}

fn section(ui: &mut Ui, theme: &Theme, text: &str, size: f32) {
    ui.label(RichText::new(text).font(font(size, Weight::Semibold)).color(theme.text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_of_a_file_is_told_in_the_unit_that_suits_it() {
        assert_eq!(ago(3), "just now");
        assert_eq!(ago(61), "1 minute ago");
        assert_eq!(ago(2 * 3_600 + 5), "2 hours ago");
        assert_eq!(ago(24 * 3_600), "yesterday");
        assert_eq!(ago(30 * 24 * 3_600), "30 days ago");
    }
}

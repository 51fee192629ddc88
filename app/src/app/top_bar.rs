//! The bar at the top: logo, menus, workspaces, the run's controls, the theme.

use egui::{
    Align, Button, Frame, Layout, Margin, MenuBar, Panel, Rect, Response, RichText, Role, Sense,
    Stroke, Ui, UiBuilder, Vec2, WidgetInfo, vec2,
};

use crate::command::{Action, Command, CommandQueue};
use crate::state::State;
use crate::text::tr;
use crate::theme::fonts::{Weight, font};
use crate::theme::{Theme, ThemeName};
use crate::view_state::Workspace;
use crate::widgets::icons::Icon;
use crate::widgets::{control, logo};

/// The height of the bar.
const HEIGHT: f32 = 44.0;

/// A tab of a workspace.
const TAB: Vec2 = vec2(64.0, 24.0);

/// The menus: title and actions, with lines between groups.
const MENUS: [(&str, &[&[Action]]); 5] = [
    (
        "shell-menu-file",
        &[
            &[Action::New, Action::Open],
            &[Action::Save, Action::SaveAs],
            &[Action::ToStart, Action::Quit],
        ],
    ),
    (
        "shell-menu-edit",
        &[&[Action::Undo, Action::Redo], &[Action::Delete, Action::SelectAll, Action::Escape]],
    ),
    (
        "shell-menu-view",
        &[
            &[Action::ZoomToFit, Action::ZoomIn, Action::ZoomOut, Action::ZoomReset],
            &[Action::ToggleTheme],
        ],
    ),
    (
        "shell-menu-run",
        &[
            &[Action::PlayPause, Action::Stop],
            &[Action::Restart, Action::RestartNextSeed],
            &[Action::StepFact, Action::StepVisible, Action::StepBack],
            &[Action::SeekStart, Action::GoLive],
            &[Action::Faster, Action::Slower],
        ],
    ),
    ("shell-menu-help", &[&[Action::ShowShortcuts, Action::About]]),
];

/// Shows the bar; `run_bar` fills its middle while a document is open.
pub(super) fn show(
    ui: &mut Ui,
    state: &State,
    theme: &Theme,
    queue: &mut CommandQueue,
    run_bar: impl FnOnce(&mut Ui, &mut CommandQueue),
) {
    let frame = Frame::new().fill(theme.bg_panel).inner_margin(Margin::symmetric(12, 0));
    Panel::top("top-bar").exact_size(HEIGHT).frame(frame).show(ui, |ui| {
        let bar = ui.max_rect();
        let layout = Layout::left_to_right(Align::Center);
        let mut row = ui.new_child(UiBuilder::new().max_rect(bar).layout(layout));
        logo::show(&mut row, theme, 20.0);
        // The menu bar takes all the room there is; what follows is placed by where its last menu
        // ends.
        let mut left = MenuBar::new().ui(&mut row, |ui| menus(ui, state, queue)).inner;
        if state.document.is_some() {
            let room = bar.with_min_x(left + 16.0);
            let mut row = ui.new_child(UiBuilder::new().max_rect(room).layout(layout));
            let (line, _) = row.allocate_exact_size(vec2(1.0, 16.0), Sense::hover());
            row.painter().rect_filled(line, 0, theme.line_strong);
            row.add_space(8.0);
            workspaces(&mut row, state, theme, queue);
            left = row.min_rect().right();
        }
        let right = right_side(ui, bar, theme, queue);
        if state.document.is_some() {
            let room = Rect::from_x_y_ranges(left + 24.0..=right - 16.0, bar.y_range());
            let mut middle = ui.new_child(
                UiBuilder::new().max_rect(room).layout(Layout::left_to_right(Align::Center)),
            );
            middle.shrink_clip_rect(room);
            run_bar(&mut middle, queue);
        }
    });
}

/// The menus; returns where the last one ends.
fn menus(ui: &mut Ui, state: &State, queue: &mut CommandQueue) -> f32 {
    let now = state.situation();
    let mut end = 0.0;
    for (title, groups) in MENUS {
        let menu = ui.menu_button(tr(title), |ui| {
            for (number, group) in groups.iter().enumerate() {
                if number > 0 {
                    ui.separator();
                }
                for action in *group {
                    let mut item = Button::new(action.text());
                    if let Some(keys) = action.shortcuts().first() {
                        item = item.shortcut_text(ui.ctx().format_shortcut(keys));
                    }
                    let response = ui.add_enabled(action.is_enabled(now), item);
                    if response.on_hover_text(action.tooltip()).clicked() {
                        queue.act(*action);
                        ui.close();
                    }
                }
            }
        });
        end = menu.response.rect.right();
    }
    end
}

/// The tabs of the workspaces, in their trough.
fn workspaces(ui: &mut Ui, state: &State, theme: &Theme, queue: &mut CommandQueue) {
    let tabs = [
        (Workspace::Design, tr("shell-workspace-design")),
        (Workspace::Run, tr("shell-workspace-run")),
    ];
    let size = vec2(TAB.x * tabs.len() as f32 + 6.0, TAB.y + 4.0);
    let (trough, _) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect_filled(trough, 6, theme.bg_app);
    let layout = Layout::left_to_right(Align::Center);
    let mut row = ui.new_child(UiBuilder::new().max_rect(trough.shrink(2.0)).layout(layout));
    row.spacing_mut().item_spacing.x = 2.0;
    for (workspace, text) in tabs {
        let chosen = state.workspace == workspace;
        if tab(&mut row, theme, text, chosen).clicked() && !chosen {
            queue.push(Command::SetWorkspace(workspace));
        }
    }
}

fn tab(ui: &mut Ui, theme: &Theme, text: &str, chosen: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(TAB, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, chosen, text));
    if chosen {
        ui.painter().rect_filled(rect, 4, theme.bg_pressed);
    }
    control::focus_ring(ui, theme, rect, &response);
    let colour = if chosen || response.hovered() { theme.text } else { theme.text_2 };
    let weight = if chosen { Weight::Semibold } else { Weight::Medium };
    let middle = egui::Align2::CENTER_CENTER;
    ui.painter().text(rect.center(), middle, text, font(13.0, weight), colour);
    response
}

/// What stands at the right end; returns where it begins.
fn right_side(ui: &mut Ui, bar: Rect, theme: &Theme, queue: &mut CommandQueue) -> f32 {
    let layout = Layout::right_to_left(Align::Center);
    let mut right = ui.new_child(UiBuilder::new().max_rect(bar).layout(layout));
    let icon = match theme.name {
        ThemeName::Dark => Icon::Sun,
        ThemeName::Light => Icon::Moon,
    };
    let action = Action::ToggleTheme;
    let response = control::icon(&mut right, theme, icon, action.text(), action.tooltip());
    if response.clicked() {
        queue.act(action);
    }
    right.min_rect().left()
}

/// A hairline at the lower edge of `rect`.
pub(super) fn lower_line(ui: &Ui, rect: Rect, theme: &Theme) {
    let stroke = Stroke::new(1.0, theme.line_subtle);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, stroke);
}

/// Text of a tab strip.
pub(super) fn strip_text(text: &str, theme: &Theme) -> RichText {
    RichText::new(text).font(font(12.0, Weight::Semibold)).color(theme.text)
}

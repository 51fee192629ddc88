//! The workspaces: which panels stand where while a document is open.

use egui::{
    Align, CentralPanel, Frame, Id, Layout, Margin, Panel, RichText, Role, Sense, Ui, UiBuilder,
    Vec2, WidgetInfo, vec2,
};

use super::top_bar::{lower_line, strip_text};
use crate::command::apply::title_of;
use crate::command::{Action, CommandQueue};
use crate::context::FrameContext;
use crate::panels::canvas::CanvasPanel;
use crate::panels::inspector::InspectorPanel;
use crate::panels::lists::ListsPanel;
use crate::panels::palette::PalettePanel;
use crate::panels::plots::PlotsPanel;
use crate::panels::problems::ProblemsPanel;
use crate::panels::run_bar::RunBar;
use crate::panels::timeline::TimelinePanel;
use crate::state::State;
use crate::text::tr;
use crate::theme::fonts::{Weight, font};
use crate::theme::{Theme, style};
use crate::view_state::Workspace;
use crate::widgets::control;
use crate::widgets::icons::Icon;
use crate::widgets::segmented;

/// The height of a pane's header.
const HEADER: f32 = 32.0;
/// The width of the palette.
const PALETTE: f32 = 208.0;
/// The width of the inspector.
const INSPECTOR: f32 = 304.0;
/// The height of the list of problems.
const PROBLEMS: f32 = 112.0;

/// The width of the lists.
const LISTS: f32 = 352.0;
/// The height of the timeline.
const TIMELINE: f32 = 176.0;
/// The height of the plots.
const PLOTS: f32 = 208.0;

/// The panels of an open document, with what each of them keeps to itself.
#[derive(Default)]
pub(super) struct Workbench {
    canvas: CanvasPanel,
    palette: PalettePanel,
    inspector: InspectorPanel,
    problems: ProblemsPanel,
    run_bar: RunBar,
    lists: ListsPanel,
    plots: PlotsPanel,
    timeline: TimelinePanel,
    run_side: RunSide,
}

/// What stands at the right while a run is watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum RunSide {
    /// What waits at the chosen element, and what happened there.
    #[default]
    Events,
    /// Its settings.
    Inspector,
}

impl Workbench {
    /// Shows the panels.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        state: &State,
        frame: &FrameContext<'_>,
        queue: &mut CommandQueue,
    ) {
        match frame.workspace {
            Workspace::Design => {
                let room = ui.available_width();
                side(Panel::left("palette"), PALETTE, room, frame.theme).show(ui, |ui| {
                    header(ui, frame.theme, tr("shell-pane-palette"));
                    self.palette.show(ui, frame, queue);
                });
                self.inspector_pane(ui, frame, queue);
                let pane = Panel::bottom("problems").default_size(PROBLEMS);
                let pane = pane.resizable(true).size_range(64.0..=400.0);
                pane.frame(panel_frame(frame.theme)).show(ui, |ui| {
                    keep_height(ui);
                    self.problems.show(ui, frame, queue);
                });
            }
            Workspace::Run => self.run_panes(ui, frame, queue),
        }
        let canvas = Frame::new().fill(frame.theme.bg_canvas);
        CentralPanel::no_frame().frame(canvas).show(ui, |ui| {
            tab_strip(ui, state, frame.theme, queue);
            self.canvas.show(ui, frame, queue);
        });
    }

    fn run_panes(&mut self, ui: &mut Ui, frame: &FrameContext<'_>, queue: &mut CommandQueue) {
        let theme = frame.theme;
        let room = ui.available_width();
        side(Panel::right("lists"), LISTS, room, theme).show(ui, |ui| {
            let (rect, _) =
                ui.allocate_exact_size(vec2(ui.available_width(), HEADER), Sense::hover());
            lower_line(ui, rect, theme);
            let at = rect.shrink2(vec2(8.0, 4.0));
            let mut row = ui.new_child(UiBuilder::new().max_rect(at));
            let tabs = [
                (RunSide::Events, tr("shell-pane-events")),
                (RunSide::Inspector, tr("shell-pane-inspector")),
            ];
            segmented::tabs(&mut row, theme, &tabs, &mut self.run_side);
            match self.run_side {
                RunSide::Events => self.lists.show(ui, frame, queue),
                RunSide::Inspector => self.inspector.show(ui, frame, queue),
            }
        });
        // In a low window the drawing comes first.
        let height = ui.available_height();
        let pane = Panel::bottom("timeline").default_size(TIMELINE);
        let pane = pane.size_range(112.0..=(height * 0.25).clamp(112.0, 400.0));
        pane.resizable(true).frame(panel_frame(theme)).show(ui, |ui| {
            keep_height(ui);
            self.timeline.show(ui, frame, queue);
        });
        let pane = Panel::bottom("plots").default_size(PLOTS);
        let pane = pane.size_range(128.0..=(height * 0.28).clamp(128.0, 480.0));
        pane.resizable(true).frame(panel_frame(theme)).show(ui, |ui| {
            keep_height(ui);
            self.plots.show(ui, frame, queue);
        });
    }

    fn inspector_pane(&mut self, ui: &mut Ui, frame: &FrameContext<'_>, queue: &mut CommandQueue) {
        let room = ui.available_width();
        side(Panel::right("inspector"), INSPECTOR, room, frame.theme).show(ui, |ui| {
            header(ui, frame.theme, tr("shell-pane-inspector"));
            self.inspector.show(ui, frame, queue);
        });
    }

    /// The run's controls, in the middle of the top bar.
    pub(super) fn run_bar(
        &mut self,
        ui: &mut Ui,
        frame: &FrameContext<'_>,
        queue: &mut CommandQueue,
    ) {
        self.run_bar.show(ui, frame, queue);
    }

    /// The size of the canvas; zero before it was shown.
    pub(super) fn canvas_size(&self) -> Vec2 {
        self.canvas.view().map_or(Vec2::ZERO, |view| view.size())
    }

    /// What the status bar says of the canvas, if anything.
    pub(super) fn canvas_status(&self, frame: &FrameContext<'_>) -> Option<&'static str> {
        self.canvas.status(frame)
    }

    /// Whether the widget with this id lies on the canvas: Space is not its own.
    pub(super) fn canvas_has(&self, ctx: &egui::Context, id: Id) -> bool {
        let rect = ctx.read_response(id).map(|response| response.rect);
        rect.zip(self.canvas.view()).is_some_and(|(rect, view)| view.contains(rect.center()))
    }

    /// Gives up what the pointer was doing: another document, or a dialog, is in view.
    pub(super) fn cancel_gesture(&mut self, queue: &mut CommandQueue) {
        if self.canvas.is_in_gesture() {
            self.canvas.cancel_gesture(queue);
        }
    }
}

/// Keeps a panel as high as the user made it, however little it has to show.
fn keep_height(ui: &mut Ui) {
    ui.set_min_height(ui.available_height());
}

fn panel_frame(theme: &Theme) -> Frame {
    Frame::new().fill(theme.bg_panel)
}

/// A pane at a side; `room` is the width of the window, of which the drawing keeps the larger part.
fn side(panel: Panel, width: f32, room: f32, theme: &Theme) -> Panel {
    let most = (room * 0.3).clamp(220.0, 480.0);
    panel.default_size(width).size_range(176.0..=most).resizable(true).frame(panel_frame(theme))
}

/// The name of a pane, over a hairline.
fn header(ui: &mut Ui, theme: &Theme, text: &str) {
    let size = vec2(ui.available_width(), HEADER);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    let at = rect.left_center() + vec2(16.0, 0.0);
    let font = font(12.0, Weight::Semibold);
    ui.painter().text(at, egui::Align2::LEFT_CENTER, text, font, theme.text);
    lower_line(ui, rect, theme);
}

/// The strip above the canvas: the file's name, a dot while it is unsaved, undo, redo, fit.
fn tab_strip(ui: &mut Ui, state: &State, theme: &Theme, queue: &mut CommandQueue) {
    let frame = panel_frame(theme).inner_margin(Margin { left: 12, right: 8, ..Margin::ZERO });
    let strip = Panel::top("tab-strip").exact_size(HEADER).frame(frame);
    strip.show_separator_line(false).show(ui, |ui| {
        lower_line(ui, ui.max_rect().expand2(vec2(12.0, 0.0)), theme);
        let Some(document) = &state.document else { return };
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.label(strip_text(&title_of(document), theme));
            if document.is_dirty() {
                let (rect, response) = ui.allocate_exact_size(vec2(12.0, 24.0), Sense::hover());
                ui.painter().circle_filled(rect.center(), 3.5, theme.accent);
                response.on_hover_text(tr("shell-tab-unsaved"));
            }
            if state.is_past() {
                let text = RichText::new(tr("shell-tab-past"));
                ui.label(text.text_style(style::caption()).color(theme.warn_text));
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                let buttons = [
                    (Action::ZoomToFit, Icon::Fit),
                    (Action::Redo, Icon::Redo),
                    (Action::Undo, Icon::Undo),
                ];
                for (action, icon) in buttons {
                    let enabled = action.is_enabled(state.situation());
                    let clicked = ui.add_enabled_ui(enabled, |ui| {
                        control::icon(ui, theme, icon, action.text(), action.tooltip()).clicked()
                    });
                    if clicked.inner {
                        queue.act(action);
                    }
                }
            });
        });
    });
}

//! The canvas as a user meets it: by label, with the pointer and the keyboard.

use egui::{Key, Modifiers, Pos2, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use eventloom_core::edit::Edit;
use eventloom_core::ids::{ElementId, NodeId};
use eventloom_core::live::View;
use eventloom_core::project::check::{Problem, Severity};
use eventloom_core::project::{NodeKind, Point, Producer, Project, Waiting};

use super::{CanvasPanel, content_bounds, samples};
use crate::command::{Action, Command, CommandQueue};
use crate::context::FrameContext;
use crate::theme::{Theme, ThemeName};
use crate::view_state::{Camera, Selection, Workspace};

/// The canvas and what a window would keep for it.
struct Bench {
    panel: CanvasPanel,
    project: Project,
    view: Option<View>,
    problems: Vec<Problem>,
    selection: Selection,
    camera: Camera,
    theme: Theme,
    read_only: bool,
    /// All that was asked for.
    asked: Vec<Command>,
}

impl Bench {
    fn new(project: Project) -> Self {
        let centre = content_bounds(&project).map_or(Pos2::ZERO, |bounds| bounds.center());
        Self {
            panel: CanvasPanel::default(),
            project,
            view: None,
            problems: Vec::new(),
            selection: Selection::default(),
            camera: Camera { centre, zoom: 1.0 },
            theme: Theme::load(ThemeName::Dark).expect("the bundled theme is whole"),
            read_only: false,
            asked: Vec::new(),
        }
    }

    fn harness(self) -> Harness<'static, Self> {
        let mut harness = Harness::builder()
            .with_size(Vec2::new(1240.0, 760.0))
            // Fast enough for double clicks.
            .with_step_dt(1.0 / 60.0)
            .build_ui_state(|ui, bench: &mut Self| bench.frame(ui), self);
        harness.run();
        harness
    }

    fn frame(&mut self, ui: &mut egui::Ui) {
        let frame = FrameContext {
            project: &self.project,
            problems: &self.problems,
            view: self.view.as_ref(),
            read_only: self.read_only,
            selection: &self.selection,
            camera: self.camera,
            workspace: Workspace::Design,
            theme: &self.theme,
            reduced_motion: false,
        };
        let mut commands = CommandQueue::default();
        self.panel.show(ui, &frame, &mut commands);
        for command in commands.take() {
            match &command {
                Command::Select(selection) => self.selection = selection.clone(),
                Command::SetCamera(camera) => self.camera = *camera,
                Command::Preview(Edit::Batch(edits)) => {
                    for edit in edits {
                        if let Edit::SetNode { id, node } = edit {
                            self.project.nodes.insert(id.clone(), node.clone());
                        }
                    }
                }
                _ => {}
            }
            self.asked.push(command);
        }
    }
}

fn orders() -> Harness<'static, Bench> {
    Bench::new(samples::orders()).harness()
}

fn middle(harness: &Harness<'_, Bench>, label: &str) -> Pos2 {
    harness.get_by_label_contains(label).rect().center()
}

/// Presses at the first place, moves by way of the others, releases at the last.
fn drag(harness: &mut Harness<'_, Bench>, places: &[Pos2]) {
    harness.hover_at(places[0]);
    harness.run();
    harness.drag_at(places[0]);
    harness.run();
    for place in &places[1..] {
        harness.hover_at(*place);
        harness.run();
    }
    harness.drop_at(places[places.len() - 1]);
    harness.run();
}

fn selected(harness: &Harness<'_, Bench>) -> Vec<String> {
    harness.state().selection.nodes.iter().map(ToString::to_string).collect()
}

#[test]
fn nodes_links_and_ports_are_found_by_name_and_a_click_selects() {
    let mut harness = orders();
    harness.get_by_label("output port of Web shop");
    harness.get_by_label("input port of orders");
    harness.get_by_label("dead letters from payment to payment.dlq");
    harness.get_by_label("email, queue, 0 of 80").click();
    harness.run();
    assert_eq!(selected(&harness), ["email"]);
    harness.get_by_label_contains("stock, queue").click_modifiers(Modifiers::SHIFT);
    harness.run();
    assert_eq!(selected(&harness), ["email", "stock"]);
    harness.get_by_label("consume link from email to email-service").click();
    harness.run();
    let link = Selection::one(ElementId::Link("email-work".into()));
    assert_eq!(harness.state().selection, link);
}

#[test]
fn a_run_is_told_in_the_names() {
    let mut bench = Bench::new(samples::orders());
    bench.view = Some(samples::running(&bench.project));
    let harness = bench.harness();
    harness.get_by_label("payment, queue, 73 of 80, 45 lost");
    harness.get_by_label("stock-service, consumer, 29.3/s · 50 ms, 2 of 3 busy");
}

#[test]
fn dragging_a_node_is_one_gesture_of_previews() {
    let mut harness = orders();
    let from = middle(&harness, "email, queue");
    let by = Vec2::new(40.0, -16.0);
    drag(&mut harness, &[from, from + by / 2.0, from + by]);
    let state = harness.state();
    let begun = state.asked.iter().position(|c| *c == Command::BeginGesture).expect("it begins");
    let previews =
        state.asked[begun + 1..].iter().take_while(|c| matches!(c, Command::Preview(_))).count();
    assert!(previews >= 2, "{:?}", state.asked);
    assert_eq!(state.asked[begun + 1 + previews], Command::EndGesture);
    assert_eq!(state.project.nodes["email"].at, Point(560.0, -16.0));
    assert_eq!(state.selection, Selection::one(ElementId::Node("email".into())));
}

#[test]
fn escape_gives_a_drag_up() {
    let mut harness = orders();
    let from = middle(&harness, "email, queue");
    harness.drag_at(from);
    harness.run();
    harness.hover_at(from + Vec2::new(64.0, 0.0));
    harness.run();
    harness.key_press(Key::Escape);
    harness.run();
    assert_eq!(harness.state().asked.last(), Some(&Command::AbortGesture));
    harness.drop_at(from + Vec2::new(64.0, 0.0));
    harness.run();
    assert!(!harness.state().asked.contains(&Command::EndGesture));
}

#[test]
fn a_link_is_drawn_from_port_to_port() {
    let mut harness = orders();
    let from = middle(&harness, "output port of payment.dlq");
    let to = middle(&harness, "input port of stock-service");
    drag(&mut harness, &[from, from.lerp(to, 0.5), to]);
    let (from, to) = ("payment-dlq".into(), "stock-service".into());
    assert_eq!(harness.state().asked.last(), Some(&Command::AddLink { from, to }));
}

#[test]
fn an_invalid_target_says_why_and_takes_no_link() {
    let mut harness = orders();
    let from = middle(&harness, "output port of Web shop");
    let to = middle(&harness, "input port of email-service");
    harness.drag_at(from);
    harness.run();
    harness.hover_at(from.lerp(to, 0.5));
    harness.run();
    harness.hover_at(to);
    harness.run();
    harness.get_by_label("A channel is needed in between.");
    assert!(harness.state().panel.is_in_gesture());
    harness.drop_at(to);
    harness.run();
    assert!(!harness.state().asked.iter().any(|c| matches!(c, Command::AddLink { .. })));
    assert!(!harness.state().panel.is_in_gesture());
}

#[test]
fn a_box_on_the_empty_canvas_selects_what_it_touches() {
    let mut harness = orders();
    let corner = harness.get_by_label_contains("email, queue").rect().left_top();
    let end = harness.get_by_label_contains("stock, queue").rect().right_bottom();
    drag(&mut harness, &[corner - Vec2::new(20.0, 30.0), corner, end - Vec2::new(30.0, 10.0)]);
    assert_eq!(selected(&harness), ["email", "stock"]);
}

#[test]
fn in_the_past_nothing_is_changed_but_one_can_look_and_select() {
    let mut bench = Bench::new(samples::orders());
    bench.read_only = true;
    let mut harness = bench.harness();
    let from = middle(&harness, "email, queue");
    drag(&mut harness, &[from, from + Vec2::new(40.0, 0.0)]);
    harness.key_press(Key::Q);
    harness.key_press(Key::Delete);
    harness.run();
    let asked = &harness.state().asked;
    assert!(asked.iter().all(|c| matches!(c, Command::Select(_))), "{asked:?}");
    assert_eq!(selected(&harness), ["email"]);
}

#[test]
fn letters_place_nodes_under_the_pointer_and_the_empty_canvas_says_so() {
    let mut harness = Bench::new(Project::default()).harness();
    harness.get_by_label_contains("Press P for a producer");
    let at = Pos2::new(400.0, 300.0);
    harness.hover_at(at);
    harness.run();
    harness.key_press(Key::P);
    harness.run();
    let view = harness.state().panel.view().expect("it was shown");
    let wanted = harness.state().camera.to_canvas(view, at);
    let kind = NodeKind::Producer(Producer::default());
    assert_eq!(harness.state().asked, [Command::AddNode { kind, at: Some(wanted) }]);
}

#[test]
fn the_keyboard_walks_moves_and_deletes() {
    let mut harness = orders();
    harness.get_by_label_contains("Web shop, producer").click();
    harness.run();
    harness.key_press(Key::ArrowRight);
    harness.run();
    assert_eq!(selected(&harness), ["orders"]);
    assert!(harness.get_by_label_contains("orders, topic").is_focused());
    harness.key_press_modifiers(Modifiers::ALT, Key::ArrowDown);
    harness.key_press(Key::Delete);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.key_press(Key::Escape);
    harness.run();
    let asked = &harness.state().asked;
    let moved = asked.iter().find_map(|command| match command {
        Command::Edit(Edit::Batch(edits)) => match edits.as_slice() {
            [Edit::SetNode { id, node }] => Some((id.clone(), node.at)),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(moved, Some((NodeId::from("orders"), Point(256.0, 108.0))));
    for action in [Action::Delete, Action::SelectAll, Action::Escape] {
        assert!(asked.contains(&Command::Act(action)), "{action:?} is not in {asked:?}");
    }
}

#[test]
fn the_middle_button_pans_and_the_wheel_zooms_about_the_pointer() {
    let mut harness = orders();
    let before = harness.state().camera;
    let at = Pos2::new(300.0, 500.0);
    let button = egui::PointerButton::Middle;
    let press = |pos, pressed| egui::Event::PointerButton {
        pos,
        button,
        pressed,
        modifiers: Modifiers::NONE,
    };
    harness.hover_at(at);
    harness.run();
    harness.event(press(at, true));
    harness.hover_at(at + Vec2::new(50.0, 20.0));
    harness.event(press(at + Vec2::new(50.0, 20.0), false));
    harness.run();
    let panned = harness.state().camera;
    assert!((panned.centre - before.centre + Vec2::new(50.0, 20.0)).length() < 0.01);
    let view = harness.state().panel.view().expect("it was shown");
    let pointer = at + Vec2::new(50.0, 20.0);
    let point = panned.to_canvas(view, pointer);
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: Vec2::new(0.0, 60.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    // egui spreads the wheel's travel over some frames.
    harness.run_steps(60);
    let zoomed = harness.state().camera;
    assert!(zoomed.zoom > 1.05, "{zoomed:?}");
    assert!(zoomed.to_screen(view, point).distance(pointer) < 0.5);
}

#[test]
fn the_zoom_control_asks_by_name_and_keeps_its_presses() {
    let mut harness = orders();
    harness.get_by_label("Zoom to fit").click();
    harness.run();
    assert_eq!(harness.state().asked, [Command::Act(Action::ZoomToFit)]);
}

#[test]
fn a_double_click_reveals_a_node() {
    let mut harness = orders();
    let node = harness.get_by_label_contains("stock, queue");
    node.click();
    node.click();
    harness.run();
    let reveal = Command::Reveal(ElementId::Node("stock".into()));
    assert!(harness.state().asked.contains(&reveal), "{:?}", harness.state().asked);
}

#[test]
fn a_node_dropped_from_the_palette_is_placed_where_it_falls() {
    let drop = |read_only| {
        let mut bench = Bench::new(samples::orders());
        bench.read_only = read_only;
        let mut harness = bench.harness();
        let kind = NodeKind::Queue(Waiting::default());
        egui::DragAndDrop::set_payload(&harness.ctx, kind.clone());
        let at = Pos2::new(300.0, 600.0);
        harness.hover_at(at);
        harness.drop_at(at);
        harness.run();
        let state = harness.into_state();
        let view = state.panel.view().expect("it was shown");
        let at = Some(state.camera.to_canvas(view, at));
        (state.asked, Command::AddNode { kind, at })
    };
    let (asked, wanted) = drop(false);
    assert_eq!(asked, [wanted]);
    assert_eq!(drop(true).0, []);
}

#[test]
fn a_node_that_cannot_run_says_why_to_the_pointer() {
    let mut bench = Bench::new(samples::orders());
    bench.problems.push(Problem {
        severity: Severity::Error,
        code: "negative_capacity",
        id: Some(ElementId::Node("email".into())),
        field: None,
        message: "What is wrong and what to do.".to_owned(),
    });
    let mut harness = bench.harness();
    let at = middle(&harness, "email, queue");
    harness.hover_at(at);
    harness.run();
    harness.get_by_label_contains("What is wrong and what to do.");
}

#[test]
fn every_text_of_the_canvas_is_in_the_catalogue() {
    let sources = [
        include_str!("../canvas.rs"),
        include_str!("drawing.rs"),
        include_str!("figures.rs"),
        include_str!("overlay.rs"),
        include_str!("paint_node.rs"),
        include_str!("paint_link.rs"),
        include_str!("contents.rs"),
    ];
    let catalogue = include_str!("../../../../assets/text/en/canvas.ftl");
    let defined: Vec<&str> =
        catalogue.lines().filter_map(|line| Some(line.split_once(" =")?.0)).collect();
    let mut used = Vec::new();
    for source in sources {
        for piece in source.split("\"canvas-").skip(1) {
            used.push(format!("canvas-{}", piece.split('"').next().unwrap_or_default()));
        }
    }
    for key in &used {
        assert!(defined.contains(&key.as_str()), "{key} has no text");
    }
    for key in defined.iter().filter(|key| key.starts_with("canvas-")) {
        assert!(used.iter().any(|other| other == key), "{key} is never shown");
    }
}

//! The window, by what a user sees and does.

use std::path::Path;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use eventloom_core::live::RunState;

use super::*;
use crate::dialogs::Dialog;
use crate::document_session::DocumentSession;
use crate::run_session::fake::{FakeLink, Shared, view};

struct Window {
    harness: Harness<'static, EventloomApp>,
    run: Shared,
    folder: tempfile::TempDir,
}

fn window() -> Window {
    let folder = tempfile::tempdir().expect("a folder");
    let run = Shared::default();
    let link = Shared::clone(&run);
    let surroundings = Surroundings {
        config: Some(folder.path().join("config")),
        cache: folder.path().join("cache"),
        folder: folder.path().to_owned(),
        launcher: Box::new(move |_, _| Ok(Box::new(FakeLink(Shared::clone(&link))))),
    };
    let harness = Harness::builder().with_size(Vec2::new(1440.0, 900.0)).build_eframe(|context| {
        EventloomApp::new(&context.egui_ctx, surroundings, FirstView::default())
            .expect("the bundled themes are whole")
    });
    let mut window = Window { harness, run, folder };
    window.run();
    window
}

impl Window {
    fn run(&mut self) {
        self.harness.run_steps(4);
    }

    fn click(&mut self, label: &str) {
        self.harness.get_by_role_and_label(Role::Button, label).click();
        self.run();
    }

    fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.run();
    }

    fn state(&self) -> &State {
        self.harness.state().state()
    }

    fn sees(&self, label: &str) -> bool {
        self.harness.query_all_by_label_contains(label).next().is_some()
    }

    /// Places a node as from the palette.
    fn add_node(&mut self) {
        let kind = eventloom_core::project::NodeKind::Queue(Default::default());
        self.harness.state_mut().queue().push(Command::AddNode { kind, at: None });
        self.run();
    }

    /// Runs until `done`, as what is under way in the background comes back.
    #[expect(clippy::disallowed_methods, reason = "a test waits for a thread")]
    fn wait(&mut self, done: impl Fn(&State) -> bool) {
        for _ in 0..500 {
            self.run();
            if done(self.state()) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("what was waited for does not come");
    }
}

#[test]
fn from_the_start_view_to_an_empty_canvas_and_back() {
    let mut window = window();
    assert!(window.sees("Samples") && !window.sees("Palette"));
    window.click("New");
    assert!(window.state().document.is_some());
    assert!(window.sees("Palette") && window.sees("Inspector") && !window.sees("Samples"));
    window.harness.state_mut().queue().act(crate::command::Action::ToStart);
    window.run();
    assert!(window.sees("Samples"));
}

#[test]
fn a_sample_opens_as_an_unsaved_copy_that_the_title_names() {
    let mut window = window();
    window.click("M/M/1");
    assert_eq!(
        window.state().document.as_ref().and_then(DocumentSession::file_name).as_deref(),
        Some("mm1.ron")
    );
    assert!(window.sees("mm1.ron"));
    assert_eq!(window.harness.state().title, "● mm1.ron – Eventloom");
    assert!(window.state().camera.zoom > 0.3, "the drawing is in view");
}

#[test]
fn unsaved_work_is_asked_about_before_it_is_left() {
    let mut window = window();
    window.click("New");
    window.add_node();
    window.press(Modifiers::COMMAND, Key::N);
    assert!(window.sees("Save the changes to Untitled?"));
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.sees("Save the changes"));
    assert_eq!(window.state().document.as_ref().map(|d| d.project().nodes.len()), Some(1));
    window.press(Modifiers::COMMAND, Key::N);
    window.click("Discard");
    assert_eq!(window.state().document.as_ref().map(|d| d.project().nodes.len()), Some(0));
}

#[test]
fn work_is_saved_under_a_path_and_opened_from_the_recent_files() {
    let mut window = window();
    window.click("New");
    window.add_node();
    window.press(Modifiers::COMMAND, Key::S);
    window.wait(|state| !state.background.is_busy());
    assert!(window.sees("Save as"));
    window.press(Modifiers::NONE, Key::Enter);
    let path = window.folder.path().join("untitled.ron");
    window.wait(|state| !state.background.is_busy());
    assert!(path.is_file());
    assert!(!window.sees("Save as") && window.state().dialog.is_none());
    window.harness.state_mut().queue().act(crate::command::Action::ToStart);
    window.run();
    window.click("untitled.ron");
    window.wait(|state| state.document.is_some());
    let document = window.state().document.as_ref().expect("it is open");
    assert_eq!(document.path(), Some(&*path));
    assert!(!document.is_dirty());
}

#[test]
fn the_open_dialog_is_left_with_escape_and_says_what_is_wrong() {
    let mut window = window();
    std::fs::write(window.folder.path().join("broken.ron"), "(").expect("it can be written");
    window.press(Modifiers::COMMAND, Key::O);
    window.wait(|state| !state.background.is_busy());
    window.press(Modifiers::NONE, Key::ArrowDown);
    while !matches!(&window.state().dialog, Some(Dialog::Path(dialog)) if dialog.file_name() == "broken.ron")
    {
        window.press(Modifiers::NONE, Key::ArrowDown);
    }
    window.press(Modifiers::NONE, Key::Enter);
    window.wait(|state| !state.background.is_busy());
    assert!(window.sees("broken.ron: line"));
    window.press(Modifiers::NONE, Key::Escape);
    assert!(window.state().dialog.is_none() && window.state().document.is_none());
}

#[test]
fn the_theme_changes_and_is_kept() {
    let mut window = window();
    let dark = window.harness.ctx.global_style().visuals.panel_fill;
    window.click("Switch between light and dark");
    let light = window.harness.ctx.global_style().visuals.panel_fill;
    assert_ne!(dark, light);
    assert_eq!(window.state().settings.theme(), ThemeName::Light);
    let kept = crate::settings::Settings::load(Some(&window.folder.path().join("config")));
    assert_eq!(kept.theme(), ThemeName::Light);
}

#[test]
fn space_runs_and_pauses_and_the_arrows_step() {
    let mut window = window();
    window.click("M/M/1");
    window.press(Modifiers::NONE, Key::Space);
    assert!(window.state().run.is_some());
    window.run.borrow_mut().next = Some(view(RunState::Running, true));
    window.run();
    window.press(Modifiers::NONE, Key::Space);
    window.press(Modifiers::NONE, Key::ArrowRight);
    window.press(Modifiers::NONE, Key::ArrowLeft);
    window.press(Modifiers::NONE, Key::Home);
    let told = window.run.borrow().told.clone();
    use eventloom_core::live::RunCommand;
    let wanted = [
        RunCommand::Pause,
        RunCommand::StepFact,
        RunCommand::StepBack,
        RunCommand::Seek(eventloom_core::time::SimTime::ZERO),
    ];
    assert_eq!(told, wanted);
}

#[test]
fn a_window_with_unsaved_work_does_not_close_by_itself() {
    let mut window = window();
    window.click("New");
    window.add_node();
    let root = egui::ViewportId::ROOT;
    let viewport = window.harness.input_mut().viewports.entry(root).or_default();
    viewport.events.push(egui::ViewportEvent::Close);
    window.run();
    assert!(matches!(window.state().dialog, Some(Dialog::Unsaved { .. })));
    assert!(!window.state().may_close);
}

#[test]
fn a_file_on_the_command_line_is_opened_and_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mm1.ron");
    let text = include_str!("../../../projects/mm1.ron");
    std::fs::write(&path, text).expect("it can be written");
    let mut window = window();
    apply::open_first(&mut window.harness.state_mut().state, path.clone(), true);
    window.wait(|state| state.run.is_some());
    assert_eq!(window.state().document.as_ref().and_then(|d| d.path()), Some(Path::new(&path)));
}

#[test]
fn a_dropped_file_that_is_no_project_is_refused_with_a_notice() {
    let mut window = window();
    window.harness.event(Event::PointerGone);
    window.harness.state_mut().drop_file(Path::new("/tmp/holiday.jpg"));
    window.run();
    assert!(window.sees("holiday.jpg is no project"));
    assert!(window.state().document.is_none());
}

#[test]
fn an_idle_window_asks_for_no_frames() {
    let mut window = window();
    window.click("M/M/1");
    window.run();
    window.run();
    let output = &window.harness.output().viewport_output[&egui::ViewportId::ROOT];
    assert!(output.repaint_delay > std::time::Duration::from_secs(1), "{:?}", output.repaint_delay);
}

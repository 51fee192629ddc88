//! Commands on sessions, without a window.

use std::path::PathBuf;
use std::time::Duration;

use egui::{Vec2, pos2};
use eventloom_core::ids::{ElementId, NodeId};
use eventloom_core::live::{RunCommand, RunState};
use eventloom_core::project::{Consumer, NodeKind, Producer, Waiting};
use eventloom_core::time::SimTime;
use eventloom_core::world::Input;

use super::*;
use crate::command::UnsavedAnswer;
use crate::document_session::DocumentSession;
use crate::notices::Level;
use crate::run_session::RunSession;
use crate::run_session::fake::{FakeLink, Shared, view};
use crate::state::Surroundings;
use crate::view_state::Workspace;

struct Rig {
    state: State,
    run: Shared,
    folder: tempfile::TempDir,
}

fn rig() -> Rig {
    let folder = tempfile::tempdir().expect("a folder");
    let run = Shared::default();
    let link = Shared::clone(&run);
    let surroundings = Surroundings {
        config: None,
        cache: folder.path().join("cache"),
        folder: folder.path().to_owned(),
        launcher: Box::new(move |_, _| Ok(Box::new(FakeLink(Shared::clone(&link))))),
    };
    Rig { state: State::new(&egui::Context::default(), surroundings), run, folder }
}

impl Rig {
    fn act(&mut self, action: Action) {
        self.apply(Command::Act(action));
    }

    fn apply(&mut self, command: Command) {
        apply(&mut self.state, command);
    }

    fn document(&self) -> &DocumentSession {
        self.state.document.as_ref().expect("a document is open")
    }

    fn add(&mut self, kind: NodeKind) -> NodeId {
        self.apply(Command::AddNode { kind, at: None });
        self.state.selection.nodes.first().cloned().expect("the new node is selected")
    }

    /// Three nodes and two links, as from the palette.
    fn draw(&mut self) -> [NodeId; 3] {
        let kinds = [
            NodeKind::Producer(Producer::default()),
            NodeKind::Queue(Waiting::default()),
            NodeKind::Consumer(Consumer::default()),
        ];
        let ids = kinds.map(|kind| self.add(kind));
        for pair in ids.windows(2) {
            self.apply(Command::AddLink { from: pair[0].clone(), to: pair[1].clone() });
        }
        ids
    }

    fn show(&mut self, state: RunState, live: bool) {
        self.run.borrow_mut().next = Some(view(state, live));
        pump(&mut self.state);
    }

    /// Waits for what runs in the background.
    #[expect(clippy::disallowed_methods, reason = "a test waits for a thread")]
    fn settle(&mut self) {
        for _ in 0..500 {
            pump(&mut self.state);
            if !self.state.background.is_busy() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the background does not come to rest");
    }

    fn errors(&self) -> usize {
        self.state.notices.all().filter(|notice| notice.level == Level::Error).count()
    }
}

#[test]
fn three_nodes_and_two_links_run_as_they_are() {
    let mut rig = rig();
    rig.act(Action::New);
    rig.draw();
    assert_eq!(rig.document().project().links.len(), 2);
    assert!(rig.document().problems().is_empty(), "{:?}", rig.document().problems());
    rig.act(Action::PlayPause);
    assert!(rig.state.run.is_some());
    assert_eq!(rig.state.workspace, Workspace::Run);
    rig.act(Action::Stop);
    assert!(rig.state.run.is_none());
    assert_eq!(rig.state.workspace, Workspace::Design);
}

#[test]
fn new_nodes_lie_on_the_grid_and_not_on_each_other() {
    let mut rig = rig();
    rig.act(Action::New);
    for _ in 0..12 {
        rig.add(NodeKind::Queue(Waiting::default()));
    }
    let nodes: Vec<_> = rig.document().project().nodes.values().collect();
    assert_eq!(nodes.len(), 12);
    for (number, node) in nodes.iter().enumerate() {
        assert!(node.at.0 % 8.0 == 0.0 && node.at.1 % 8.0 == 0.0, "{:?}", node.at);
        for other in &nodes[..number] {
            let rects = [node, other].map(|node| crate::geometry::rect_of(node));
            assert!(!rects[0].intersects(rects[1]), "{rects:?}");
        }
    }
    let at = pos2(501.0, 300.0);
    rig.apply(Command::AddNode { kind: NodeKind::Topic(Waiting::default()), at: Some(at) });
    let id = rig.state.selection.nodes.first().expect("it is selected");
    let place = crate::geometry::rect_of(&rig.document().project().nodes[id]);
    assert!((place.center() - at).length() < 8.0);
}

#[test]
fn what_cannot_be_linked_is_said_and_a_second_link_selects_the_first() {
    let mut rig = rig();
    rig.act(Action::New);
    let [producer, queue, consumer] = rig.draw();
    rig.apply(Command::AddLink { from: producer.clone(), to: consumer });
    rig.apply(Command::AddLink { from: producer, to: queue });
    assert_eq!(rig.document().project().links.len(), 2);
    assert!(matches!(rig.state.selection.single(), Some(ElementId::Link(_))));
    assert_eq!(rig.state.notices.all().len(), 2);
}

#[test]
fn what_is_deleted_comes_back_and_is_not_selected_meanwhile() {
    let mut rig = rig();
    rig.act(Action::New);
    rig.draw();
    let before = rig.document().project().clone();
    rig.act(Action::SelectAll);
    rig.act(Action::Delete);
    assert!(rig.document().project().nodes.is_empty() && rig.state.selection.is_empty());
    rig.act(Action::Undo);
    assert_eq!(*rig.document().project(), before);
    while rig.document().can_undo() {
        rig.act(Action::Undo);
    }
    assert!(rig.state.selection.is_empty());
}

#[test]
fn edits_undo_and_redo_reach_a_run() {
    let mut rig = rig();
    rig.act(Action::New);
    rig.draw();
    rig.act(Action::PlayPause);
    rig.show(RunState::Running, true);
    rig.act(Action::SelectAll);
    rig.act(Action::Delete);
    rig.act(Action::Undo);
    rig.act(Action::Redo);
    let told = &rig.run.borrow().told;
    let edits = told.iter().filter(|told| matches!(told, RunCommand::Input(Input::Edit(_))));
    assert_eq!(edits.count(), 3);
}

#[test]
fn the_past_is_read_only() {
    let mut rig = rig();
    rig.act(Action::New);
    rig.draw();
    rig.act(Action::PlayPause);
    rig.show(RunState::Paused, false);
    let before = rig.document().generation();
    rig.apply(Command::AddNode { kind: NodeKind::Queue(Waiting::default()), at: None });
    rig.act(Action::Undo);
    rig.act(Action::Delete);
    assert_eq!(rig.document().generation(), before);
    rig.apply(Command::Seek(SimTime(5)));
    assert_eq!(rig.run.borrow().told.last(), Some(&RunCommand::Seek(SimTime(5))));
}

#[test]
fn a_drawing_with_errors_does_not_run_and_says_so() {
    let mut rig = rig();
    rig.act(Action::New);
    let arrivals = eventloom_core::project::Arrivals::Poisson { rate_per_s: f64::NAN };
    let producer = Producer { arrivals, ..Producer::default() };
    rig.add(NodeKind::Producer(producer));
    assert!(!rig.document().can_run());
    rig.act(Action::PlayPause);
    assert!(rig.state.run.is_none());
    assert_eq!(rig.errors(), 1);
}

#[test]
fn unsaved_work_is_asked_about_and_cancel_keeps_it() {
    let mut rig = rig();
    rig.act(Action::New);
    rig.draw();
    rig.act(Action::ToStart);
    assert!(matches!(rig.state.dialog, Some(Dialog::Unsaved { .. })));
    rig.apply(Command::AnswerUnsaved(UnsavedAnswer::Cancel));
    assert!(rig.state.document.is_some() && rig.state.dialog.is_none());
    assert!(!may_close(&mut rig.state));
    rig.apply(Command::AnswerUnsaved(UnsavedAnswer::Discard));
    assert!(may_close(&mut rig.state));
}

#[test]
fn save_asks_for_a_path_then_goes_on_with_what_waited() {
    let mut rig = rig();
    rig.act(Action::New);
    rig.draw();
    let drawn = rig.document().project().clone();
    rig.act(Action::New);
    rig.apply(Command::AnswerUnsaved(UnsavedAnswer::Save));
    assert!(matches!(rig.state.dialog, Some(Dialog::Path(_))));
    let path = rig.folder.path().join("mine.ron");
    apply_dialog(&mut rig.state, DialogRequest::Confirm(path.clone()));
    rig.settle();
    assert!(rig.document().project().nodes.is_empty(), "the new project is open");
    rig.apply(Command::OpenPath(path.clone()));
    rig.settle();
    assert_eq!(*rig.document().project(), drawn);
    assert_eq!(rig.state.settings.recent()[0].path, path);
}

#[test]
fn a_broken_file_is_a_notice_and_what_was_open_stays() {
    let mut rig = rig();
    rig.act(Action::New);
    let path = rig.folder.path().join("broken.ron");
    std::fs::write(&path, "(version: 1, nodes: {").expect("it can be written");
    rig.apply(Command::OpenPath(path.clone()));
    rig.settle();
    assert!(rig.state.document.is_some());
    assert_eq!(rig.errors(), 1);
    let notice = rig.state.notices.all().next().expect("it is said");
    assert!(notice.text.contains("broken.ron") && notice.text.contains("line"), "{}", notice.text);
    // From the dialog the dialog says it.
    rig.act(Action::Open);
    apply_dialog(&mut rig.state, DialogRequest::Confirm(path));
    rig.settle();
    assert!(matches!(rig.state.dialog, Some(Dialog::Path(_))));
    assert_eq!(rig.errors(), 1);
}

#[test]
fn a_file_that_cannot_be_saved_is_said_and_the_work_stays() {
    let mut rig = rig();
    rig.act(Action::New);
    rig.draw();
    rig.apply(Command::SaveTo(PathBuf::from("/proc/nowhere/a.ron")));
    rig.settle();
    assert_eq!(rig.errors(), 1);
    assert!(rig.document().has_unsaved_work());
}

#[test]
fn what_is_being_saved_is_waited_for_and_the_newest_is_what_stays() {
    let mut rig = rig();
    rig.act(Action::New);
    rig.draw();
    let path = rig.folder.path().join("mine.ron");
    rig.apply(Command::SaveTo(path.clone()));
    rig.add(NodeKind::Queue(Waiting::default()));
    rig.apply(Command::SaveTo(path.clone()));
    let drawn = rig.document().project().clone();
    assert!(!may_close(&mut rig.state), "not before it is written");
    assert!(rig.state.dialog.is_none(), "and there is nothing to ask");
    rig.settle();
    assert!(may_close(&mut rig.state));
    assert_eq!(eventloom_core::project::file::load(&path).expect("it is whole"), *drawn);
    assert!(!rig.document().is_dirty());
}

#[test]
fn a_file_that_is_written_late_does_not_become_the_next_documents() {
    let mut rig = rig();
    rig.act(Action::New);
    rig.draw();
    rig.apply(Command::SaveTo(rig.folder.path().join("mine.ron")));
    rig.add(NodeKind::Queue(Waiting::default()));
    rig.act(Action::New);
    rig.apply(Command::AnswerUnsaved(UnsavedAnswer::Discard));
    rig.settle();
    assert_eq!(rig.document().path(), None);
}

#[test]
fn every_sample_opens_as_an_unsaved_copy_and_runs() {
    for number in 0..crate::samples::all().len() {
        let mut rig = rig();
        rig.apply(Command::OpenSample(number));
        assert!(rig.document().is_dirty() && rig.document().path().is_none());
        rig.act(Action::PlayPause);
        assert!(rig.state.run.is_some());
        // An untouched copy may go without a question.
        rig.act(Action::ToStart);
        assert!(rig.state.document.is_none() && rig.state.dialog.is_none());
    }
}

#[test]
fn the_first_topology_begins_with_a_note() {
    let mut rig = rig();
    rig.apply(Command::FirstTopology);
    let project = rig.document().project();
    assert!(matches!(project.nodes.values().next().map(|n| &n.kind), Some(NodeKind::Note(_))));
    assert!(!rig.document().has_unsaved_work());
}

#[test]
fn reveal_brings_into_view_and_selects() {
    let mut rig = rig();
    rig.act(Action::New);
    rig.state.canvas_size = Vec2::new(800.0, 600.0);
    let kind = NodeKind::Queue(Waiting::default());
    rig.apply(Command::AddNode { kind, at: Some(pos2(9_000.0, 0.0)) });
    let id = rig.state.selection.single().expect("it is selected");
    rig.act(Action::Escape);
    rig.apply(Command::Reveal(id.clone()));
    assert_eq!(rig.state.selection.single(), Some(id));
    assert!((rig.state.camera.centre.x - 9_000.0).abs() < 8.0);
}

#[test]
fn seeds_are_kept_and_counted_on() {
    let mut rig = rig();
    rig.act(Action::New);
    rig.draw();
    rig.act(Action::PlayPause);
    let seed = |rig: &Rig| rig.state.run.as_ref().map(RunSession::seed);
    assert_eq!(seed(&rig), Some(42));
    rig.act(Action::RestartNextSeed);
    assert_eq!(seed(&rig), Some(43));
    rig.act(Action::Restart);
    assert_eq!(seed(&rig), Some(43));
    rig.apply(Command::RestartSeed(7));
    assert_eq!(seed(&rig), Some(7));
}

#[test]
fn a_node_that_finds_its_own_place_is_in_line_and_in_view() {
    let mut rig = rig();
    rig.act(Action::New);
    rig.state.canvas_size = Vec2::new(500.0, 400.0);
    let ids = rig.draw();
    let view = egui::Rect::from_center_size(egui::Pos2::ZERO, rig.state.canvas_size);
    let nodes = &rig.document().project().nodes;
    let rects = ids.clone().map(|id| crate::geometry::rect_of(&nodes[&id]));
    let middle = rects[0].center().y;
    assert!(rects.iter().all(|rect| (rect.center().y - middle).abs() < 0.01), "{rects:?}");
    let last = [rects[2].min, rects[2].max].map(|at| rig.state.camera.to_screen(view, at));
    assert!(last.iter().all(|at| view.contains(*at)), "{last:?}");
}

//! The thread: draw, run, see, wind back, save; in the window, with a real run, by accessible labels.

use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use eventloom::app::{EventloomApp, FirstView};
use eventloom::command::{Action, Command};
use eventloom::run_session;
use eventloom::state::{State, Surroundings};
use eventloom::view_state::Selection;
use eventloom_core::edit::Edit;
use eventloom_core::ids::{ElementId, NodeId};
use eventloom_core::live::{SeriesMeasure, View};
use eventloom_core::project::{Arrivals, NodeKind, Project, file};
use eventloom_core::time::SimTime;

struct Window {
    harness: Harness<'static, EventloomApp>,
    folder: tempfile::TempDir,
    actions: usize,
}

impl Window {
    fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let surroundings = Surroundings {
            config: None,
            cache: folder.path().join("cache"),
            folder: folder.path().to_owned(),
            launcher: run_session::launcher(),
        };
        let builder = Harness::builder().with_size(Vec2::new(1440.0, 900.0));
        let harness = builder.build_eframe(|context| {
            EventloomApp::new(&context.egui_ctx, surroundings, FirstView::default())
                .expect("the bundled themes are whole")
        });
        let mut window = Self { harness, folder, actions: 0 };
        window.frames();
        window
    }

    fn frames(&mut self) {
        self.harness.run_steps(4);
    }

    fn state(&self) -> &State {
        self.harness.state().state()
    }

    fn project(&self) -> &Project {
        self.state().document.as_ref().expect("a document is open").project()
    }

    fn view(&self) -> &View {
        self.state().view().expect("a run is on")
    }

    fn click(&mut self, label: &str) {
        self.harness.get_by_role_and_label(Role::Button, label).click();
        self.actions += 1;
        self.frames();
    }

    fn double_click(&mut self, label: &str) {
        let at = self.harness.get_by_role_and_label(Role::Button, label).rect().center();
        for _ in 0..2 {
            self.harness.hover_at(at);
            self.harness.drag_at(at);
            self.harness.drop_at(at);
            self.harness.step();
        }
        self.actions += 1;
        self.frames();
    }

    fn drag(&mut self, from: &str, to: &str) {
        let from = self.harness.get_by_label(from).rect().center();
        let to = self.harness.get_by_label(to).rect().center();
        self.harness.hover_at(from);
        self.frames();
        self.harness.drag_at(from);
        self.frames();
        self.harness.hover_at(from.lerp(to, 0.5));
        self.frames();
        self.harness.hover_at(to);
        self.frames();
        self.harness.drop_at(to);
        self.actions += 1;
        self.frames();
    }

    fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.actions += 1;
        self.frames();
    }

    fn ask(&mut self, command: Command) {
        self.harness.state_mut().queue().push(command);
        self.frames();
    }

    /// Draws frames until `done`, for at most 20 s.
    fn wait(&mut self, what: &str, done: impl Fn(&State) -> bool) {
        let begun = Instant::now();
        while !done(self.state()) {
            assert!(begun.elapsed() < Duration::from_secs(20), "waited in vain for {what}");
            std::thread::sleep(Duration::from_millis(10));
            self.harness.step();
        }
        self.frames();
    }

    /// Whether a queue's line in the plot has risen above zero.
    fn plot_moves(state: &State) -> bool {
        state.view().is_some_and(|view| {
            view.series.iter().any(|line| {
                line.key.measure == SeriesMeasure::Throughput
                    && line.buckets.iter().any(|bucket| bucket.max > 0.0)
            })
        })
    }

    fn completed(view: &View) -> u64 {
        view.elements.iter().map(|element| element.completed).sum()
    }
}

fn only_node(project: &Project, wanted: impl Fn(&NodeKind) -> bool) -> NodeId {
    let mut found = project.nodes.iter().filter(|(_, node)| wanted(&node.kind));
    let id = found.next().expect("there is one").0.clone();
    assert!(found.next().is_none(), "there is only one");
    id
}

#[test]
fn from_an_empty_canvas_to_a_plot_that_moves_and_back_and_saved() {
    let mut window = Window::open();
    window.click("New");
    let empty = window.project().clone();
    assert!(empty.nodes.is_empty());

    window.actions = 0;
    window.double_click("Producer");
    window.double_click("Queue");
    window.double_click("Consumer");
    let names: Vec<String> = window
        .project()
        .nodes
        .keys()
        .map(|id| window.project().display_name(id).to_owned())
        .collect();
    let named = |kind: &str| {
        let found = names.iter().find(|name| name.to_lowercase().starts_with(kind));
        found.unwrap_or_else(|| panic!("no {kind} among {names:?}")).clone()
    };
    let (producer, queue, consumer) = (named("producer"), named("queue"), named("consumer"));
    window.drag(&format!("output port of {producer}"), &format!("input port of {queue}"));
    window.drag(&format!("output port of {queue}"), &format!("input port of {consumer}"));
    assert_eq!(window.project().links.len(), 2);
    window.press(Modifiers::NONE, Key::Space);
    assert!(window.actions <= 8, "{} actions", window.actions);
    window.wait("a plot that moves", Window::plot_moves);

    change_a_rate_and_kill_a_link(&mut window);
    scrub_back_and_to_now(&mut window);
    undo_everything(&mut window, &empty);
    save_and_reopen(&mut window);
}

fn change_a_rate_and_kill_a_link(window: &mut Window) {
    let id = only_node(window.project(), |kind| matches!(kind, NodeKind::Producer(_)));
    let mut node = window.project().nodes[&id].clone();
    let NodeKind::Producer(producer) = &mut node.kind else { unreachable!("chosen by its kind") };
    producer.arrivals = Arrivals::Poisson { rate_per_s: 60.0 };
    window.ask(Command::Edit(Edit::SetNode { id: id.clone(), node: node.clone() }));
    window.wait("the new rate in the run", |state| {
        state.view().is_some_and(|view| view.project.nodes[&id] == node)
    });

    let link = window.project().links.iter().find(|(_, link)| link.from != id);
    let link = link.expect("the queue has a consumer").0.clone();
    window.ask(Command::Select(Selection::one(ElementId::Link(link.clone()))));
    window.ask(Command::Act(Action::Delete));
    assert_eq!(window.project().links.len(), 1);
    window.wait("a run without the link", |state| {
        state.view().is_some_and(|view| !view.project.links.contains_key(&link))
    });
    let done = Window::completed(window.view());
    // The queue fills now, and nothing is completed any more.
    window.wait("a queue that fills", |state| {
        state.view().is_some_and(|view| view.elements.iter().any(|element| element.ready > 20))
    });
    assert_eq!(Window::completed(window.view()), done);
    assert_eq!(window.view().edits.len(), 2);
}

fn scrub_back_and_to_now(window: &mut Window) {
    let front = window.view().front;
    window.ask(Command::Seek(SimTime(front.0 / 3)));
    window.wait("the past", |state| state.view().is_some_and(|view| !view.live));
    assert_eq!(window.view().at, SimTime(front.0 / 3));
    assert_eq!(window.view().project.links.len(), 2, "the drawing of then");
    let links = window.project().links.clone();
    window.ask(Command::Act(Action::SelectAll));
    window.ask(Command::Act(Action::Delete));
    assert_eq!(window.project().links, links, "the past cannot be changed");
    window.ask(Command::Act(Action::GoLive));
    window.wait("now", |state| state.view().is_some_and(|view| view.live && view.front > front));
}

fn undo_everything(window: &mut Window, empty: &Project) {
    let drawn = window.project().clone();
    let mut steps = 0;
    while window.project() != empty {
        steps += 1;
        assert!(steps <= 10, "seven changes were made");
        window.press(Modifiers::COMMAND, Key::Z);
    }
    for _ in 0..steps {
        window.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    }
    assert_eq!(*window.project(), drawn);
}

fn save_and_reopen(window: &mut Window) {
    let path = window.folder.path().join("drawn.ron");
    let drawn = window.project().clone();
    window.ask(Command::SaveTo(path.clone()));
    window.wait("the saved file", |state| {
        state.document.as_ref().is_some_and(|document| !document.is_dirty())
    });
    assert_eq!(file::load(&path).expect("what was saved can be read"), drawn);
    window.ask(Command::Act(Action::ToStart));
    window.wait("the start view", |state| state.document.is_none());
    window.ask(Command::OpenPath(path));
    window.wait("the reopened document", |state| state.document.is_some());
    assert_eq!(*window.project(), drawn);
}

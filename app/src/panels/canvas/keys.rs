//! The keyboard on the canvas: placing nodes, walking along links, moving what is selected.

use egui::{Key, Modifiers, Pos2, Ui, Vec2};
use eventloom_core::ids::{ElementId, NodeId};
use eventloom_core::project::{Consumer, NodeKind, Note, Point, Producer, Project, Waiting};

use super::gesture;
use super::scene::Scene;
use crate::command::{Action, Command, CommandQueue};
use crate::context::FrameContext;
use crate::view_state::Selection;

/// How far Alt with an arrow moves what is selected, in canvas points.
const NUDGE: f32 = 8.0;

/// The letters that place a node, and what they place.
const PLACES: [(Key, fn() -> NodeKind); 5] = [
    (Key::P, || NodeKind::Producer(Producer::default())),
    (Key::T, || NodeKind::Topic(Waiting::default())),
    (Key::Q, || NodeKind::Queue(Waiting::default())),
    (Key::C, || NodeKind::Consumer(Consumer::default())),
    (Key::N, || NodeKind::Note(Note { text: String::new(), size: Point(200.0, 96.0) })),
];

/// Where a walk goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Along the links.
    Forth,
    /// Against them.
    Back,
    /// To the sibling above.
    Up,
    /// To the sibling below.
    Down,
}

const ARROWS: [(Key, Way, Vec2); 4] = [
    (Key::ArrowRight, Way::Forth, Vec2::new(NUDGE, 0.0)),
    (Key::ArrowLeft, Way::Back, Vec2::new(-NUDGE, 0.0)),
    (Key::ArrowUp, Way::Up, Vec2::new(0.0, -NUDGE)),
    (Key::ArrowDown, Way::Down, Vec2::new(0.0, NUDGE)),
];

/// Asks for what the keys ask for. `pointer` is where the pointer is on the canvas, if it is there.
/// Returns the node to which the selection walked.
pub(super) fn handle(
    ui: &Ui,
    frame: &FrameContext<'_>,
    scene: &Scene,
    pointer: Option<Pos2>,
    commands: &mut CommandQueue,
) -> Option<NodeId> {
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    if pressed(Modifiers::COMMAND, Key::A) {
        commands.act(Action::SelectAll);
    }
    if pressed(Modifiers::NONE, Key::Escape) {
        commands.act(Action::Escape);
    }
    if !frame.read_only {
        if pressed(Modifiers::NONE, Key::Delete) || pressed(Modifiers::NONE, Key::Backspace) {
            commands.act(Action::Delete);
        }
        for (key, kind) in PLACES {
            if pressed(Modifiers::NONE, key) {
                commands.push(Command::AddNode { kind: kind(), at: pointer });
            }
        }
    }
    let mut walked = None;
    for (key, way, by) in ARROWS {
        if pressed(Modifiers::ALT, key) {
            let edit = gesture::nudge(frame.project, frame.selection, by);
            if let Some(edit) = edit.filter(|_| !frame.read_only) {
                commands.push(Command::Edit(edit));
            }
        } else if pressed(Modifiers::NONE, key) {
            walked = walk(scene, frame.project, frame.selection, way).or(walked);
        }
    }
    if let Some(id) = &walked {
        commands.push(Command::Select(Selection::one(ElementId::Node(id.clone()))));
    }
    walked
}

/// Where the selection goes from here; to the first node where nothing single is selected.
pub(super) fn walk(
    scene: &Scene,
    project: &Project,
    selection: &Selection,
    way: Way,
) -> Option<NodeId> {
    let here = match selection.single() {
        Some(ElementId::Node(id)) => id,
        Some(ElementId::Link(id)) => {
            let link = project.links.get(&id)?;
            return Some(if way == Way::Back { link.from.clone() } else { link.to.clone() });
        }
        None => {
            let place = |ix: usize| (scene.nodes[ix].rect.left(), scene.nodes[ix].rect.top());
            let first = (0..scene.nodes.len()).min_by(|a, b| {
                let (a, b) = (place(*a), place(*b));
                a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
            })?;
            return Some(scene.nodes[first].id.clone());
        }
    };
    let from = scene.node_ix(&here)?;
    let sources = |of: usize| scene.ways.iter().filter(move |w| w.to == of).map(|w| w.from);
    let targets = |of: usize| scene.ways.iter().filter(move |w| w.from == of).map(|w| w.to);
    let middle = |ix: usize| scene.nodes[ix].rect.center();
    let nearest = |candidates: &mut dyn Iterator<Item = usize>| {
        candidates
            .filter(|ix| *ix != from)
            .min_by(|a, b| {
                let distance = |ix: usize| middle(ix).distance_sq(middle(from));
                distance(*a).total_cmp(&distance(*b))
            })
            .map(|ix| scene.nodes[ix].id.clone())
    };
    match way {
        Way::Forth => nearest(&mut targets(from)),
        Way::Back => nearest(&mut sources(from)),
        Way::Up | Way::Down => {
            let beyond = |ix: &usize| {
                let dy = middle(*ix).y - middle(from).y;
                if way == Way::Down { dy > 0.5 } else { dy < -0.5 }
            };
            let siblings = sources(from).flat_map(targets).chain(targets(from).flat_map(sources));
            nearest(&mut siblings.filter(beyond))
                .or_else(|| nearest(&mut (0..scene.nodes.len()).filter(beyond)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn arrows_walk_along_links_and_to_siblings() {
        let project = samples::orders();
        let scene = Scene::of(&project);
        let go = |from: &str, way| {
            let selection = Selection::one(ElementId::Node(from.into()));
            walk(&scene, &project, &selection, way).map(|id| id.to_string())
        };
        assert_eq!(go("web-shop", Way::Forth).as_deref(), Some("orders"));
        assert_eq!(go("orders", Way::Forth).as_deref(), Some("stock"));
        assert_eq!(go("stock", Way::Up).as_deref(), Some("email"));
        assert_eq!(go("stock", Way::Down).as_deref(), Some("payment"));
        assert_eq!(go("stock", Way::Back).as_deref(), Some("orders"));
        assert_eq!(go("web-shop", Way::Down).as_deref(), Some("back-office"));
        assert_eq!(go("email-service", Way::Forth), None);
        let nothing = Selection::default();
        let first = walk(&scene, &project, &nothing, Way::Forth);
        assert_eq!(first, Some("web-shop".into()));
        let link = Selection::one(ElementId::Link("stock-work".into()));
        assert_eq!(walk(&scene, &project, &link, Way::Back), Some("stock".into()));
    }
}

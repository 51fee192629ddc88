//! What the pointer does on the canvas, as a state machine: one transition function over plain data,
//! with commands as its output.

use egui::{Pos2, Rect, Vec2};
use eventloom_core::edit::Edit;
use eventloom_core::ids::{ElementId, NodeId};
use eventloom_core::project::{Point, Project};

use super::geometry::{self, GRID, Shape};
use super::hit_test::{self, Hit};
use super::scene::{Scene, WayId};
use crate::command::Command;
use crate::view_state::{Camera, Selection};

/// How far the pointer must go, in screen points, before a press is a drag.
const DRAG_THRESHOLD: f32 = 4.0;

/// Where the pointer is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pointer {
    /// On the canvas.
    pub canvas: Pos2,
    /// On the screen.
    pub screen: Pos2,
}

/// What happened to the pointer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Input {
    /// The first button went down.
    Press {
        /// Where.
        at: Pointer,
        /// On what.
        hit: Hit,
        /// Whether it adds to the selection (Shift or Ctrl).
        add: bool,
    },
    /// A button that pans went down.
    PressPan {
        /// Where.
        at: Pointer,
    },
    /// The pointer moved.
    Move {
        /// Where to.
        at: Pointer,
    },
    /// The button that began the gesture went up.
    Release {
        /// Where.
        at: Pointer,
    },
    /// The first button was pressed twice.
    DoubleClick {
        /// On what.
        hit: Hit,
    },
    /// Escape, or the pointer was taken away.
    Cancel,
}

/// What the gesture may look at.
#[derive(Clone, Copy)]
pub(super) struct Board<'a> {
    /// The drawing as shown, with a running preview.
    pub project: &'a Project,
    /// Its geometry.
    pub scene: &'a Scene,
    /// What is selected.
    pub selection: &'a Selection,
    /// Where the canvas is looked at.
    pub camera: Camera,
    /// Whether nothing may be changed.
    pub read_only: bool,
}

/// The gesture under way.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Gesture {
    /// None.
    #[default]
    Ready,
    /// A button is down and the pointer has not moved yet.
    Pressed {
        /// Where it went down.
        from: Pointer,
        /// On what.
        hit: Hit,
        /// Whether it adds to the selection.
        add: bool,
    },
    /// The view moves with the pointer.
    Panning {
        /// Where the pointer was at first.
        from: Pos2,
        /// Where the view was then.
        camera: Camera,
    },
    /// Nodes move with the pointer.
    Moving {
        /// Where the pointer was at first.
        from: Pos2,
        /// The node that was taken, and the others that go with it, each with its first place.
        origins: Vec<(NodeId, Point)>,
        /// How far they have gone.
        by: Vec2,
    },
    /// A box is drawn over the canvas.
    Boxing {
        /// Its first corner.
        from: Pos2,
        /// Its other corner.
        to: Pos2,
        /// What was selected before and stays so.
        base: Selection,
        /// What was selected when it began.
        before: Selection,
    },
    /// A link is drawn.
    Linking {
        /// From this node.
        from: NodeId,
        /// Where the pointer is.
        to: Pos2,
        /// The node at which it would end.
        target: Option<NodeId>,
    },
}

impl Gesture {
    /// Whether a gesture is under way that Escape would end.
    pub(super) fn is_active(&self) -> bool {
        !matches!(self, Self::Ready | Self::Pressed { .. })
    }

    /// The next state, and what is asked for on the way there.
    pub(super) fn step(self, input: &Input, board: &Board<'_>) -> (Self, Vec<Command>) {
        match (self, input) {
            (Self::Ready, Input::Press { at, hit, add }) => press(*at, hit, *add, board),
            (Self::Ready, Input::PressPan { at }) => {
                (Self::Panning { from: at.screen, camera: board.camera }, Vec::new())
            }
            (Self::Ready | Self::Pressed { .. }, Input::DoubleClick { hit }) => {
                (Self::Ready, double_click(hit, board))
            }
            (Self::Pressed { from, hit, add }, Input::Move { at }) => {
                if from.screen.distance(at.screen) < DRAG_THRESHOLD {
                    return (Self::Pressed { from, hit, add }, Vec::new());
                }
                begin_drag(from, hit, add, *at, board)
            }
            (Self::Pressed { hit, add, .. }, Input::Release { .. }) => {
                (Self::Ready, click(&hit, add, board))
            }
            (Self::Panning { from, camera }, Input::Move { at }) => {
                let centre = camera.centre - (at.screen - from) / camera.zoom;
                let moved = Command::SetCamera(Camera { centre, zoom: board.camera.zoom });
                (Self::Panning { from, camera }, vec![moved])
            }
            (Self::Moving { from, origins, by }, Input::Move { at }) => {
                carry(from, origins, by, *at, board)
            }
            (Self::Moving { by, .. }, Input::Release { .. }) => {
                let end =
                    if by == Vec2::ZERO { Command::AbortGesture } else { Command::EndGesture };
                (Self::Ready, vec![end])
            }
            (Self::Moving { .. }, Input::Cancel) => (Self::Ready, vec![Command::AbortGesture]),
            (Self::Boxing { from, base, before, .. }, Input::Move { at }) => {
                stretch_box(from, at.canvas, base, before, board)
            }
            (Self::Boxing { before, .. }, Input::Cancel) => {
                (Self::Ready, vec![Command::Select(before)])
            }
            (Self::Linking { from, .. }, Input::Move { at }) => {
                let target = hit_test::target_at(board.scene, at.canvas, board.camera.zoom);
                (Self::Linking { from, to: at.canvas, target }, Vec::new())
            }
            (Self::Linking { from, .. }, Input::Release { at }) => {
                (Self::Ready, finish_link(from, *at, board))
            }
            (_, Input::Release { .. } | Input::Cancel) => (Self::Ready, Vec::new()),
            (state, _) => (state, Vec::new()),
        }
    }
}

fn press(at: Pointer, hit: &Hit, add: bool, board: &Board<'_>) -> (Gesture, Vec<Command>) {
    let mut commands = Vec::new();
    if !add {
        // What is selected already may be the handle by which all of it is moved.
        match hit {
            Hit::Node(id) | Hit::OutPort(id) if !board.selection.nodes.contains(id) => {
                commands.push(Command::Select(Selection::one(ElementId::Node(id.clone()))));
            }
            Hit::Way(WayId::Link(id)) if !board.selection.links.contains(id) => {
                commands.push(Command::Select(Selection::one(ElementId::Link(id.clone()))));
            }
            _ => {}
        }
    }
    (Gesture::Pressed { from: at, hit: hit.clone(), add }, commands)
}

/// A press and a release in one place.
fn click(hit: &Hit, add: bool, board: &Board<'_>) -> Vec<Command> {
    let mut selection = board.selection.clone();
    match (hit, add) {
        (Hit::Canvas, true) => return Vec::new(),
        (Hit::Canvas, false) => selection = Selection::default(),
        (Hit::Node(id) | Hit::OutPort(id), true) => {
            if !selection.nodes.remove(id) {
                selection.nodes.insert(id.clone());
            }
        }
        (Hit::Way(WayId::Link(id)), true) => {
            if !selection.links.remove(id) {
                selection.links.insert(id.clone());
            }
        }
        (Hit::Node(id) | Hit::OutPort(id), false) => {
            selection = Selection::one(ElementId::Node(id.clone()));
        }
        (Hit::Way(WayId::Link(id)), false) => {
            selection = Selection::one(ElementId::Link(id.clone()));
        }
        // The way of dead letters is a setting of its channel.
        (Hit::Way(WayId::DeadLetters(id)), _) => {
            selection = Selection::one(ElementId::Node(id.clone()));
        }
    }
    if selection == *board.selection { Vec::new() } else { vec![Command::Select(selection)] }
}

fn double_click(hit: &Hit, board: &Board<'_>) -> Vec<Command> {
    let id = match hit {
        Hit::Canvas => return Vec::new(),
        Hit::Node(id) | Hit::OutPort(id) | Hit::Way(WayId::DeadLetters(id)) => {
            ElementId::Node(id.clone())
        }
        Hit::Way(WayId::Link(id)) => ElementId::Link(id.clone()),
    };
    let there = match &id {
        ElementId::Node(id) => board.project.nodes.contains_key(id),
        ElementId::Link(id) => board.project.links.contains_key(id),
    };
    if there { vec![Command::Reveal(id)] } else { Vec::new() }
}

fn begin_drag(
    from: Pointer,
    hit: Hit,
    add: bool,
    at: Pointer,
    board: &Board<'_>,
) -> (Gesture, Vec<Command>) {
    match hit {
        Hit::Canvas => {
            let before = board.selection.clone();
            let base = if add { before.clone() } else { Selection::default() };
            stretch_box(from.canvas, at.canvas, base, before, board)
        }
        Hit::Node(id) if !board.read_only => {
            let mut origins = Vec::new();
            let selected = board.selection.nodes.iter().filter(|other| **other != id);
            let company = if add || board.selection.nodes.contains(&id) {
                selected.cloned().collect()
            } else {
                Vec::new()
            };
            for id in std::iter::once(id).chain(company) {
                if let Some(node) = board.project.nodes.get(&id) {
                    origins.push((id, node.at));
                }
            }
            let (state, previews) = carry(from.canvas, origins, Vec2::ZERO, at, board);
            let mut commands = vec![Command::BeginGesture];
            commands.extend(previews);
            (state, commands)
        }
        Hit::OutPort(id) if !board.read_only => {
            let target = hit_test::target_at(board.scene, at.canvas, board.camera.zoom);
            (Gesture::Linking { from: id, to: at.canvas, target }, Vec::new())
        }
        hit => (Gesture::Pressed { from, hit, add }, Vec::new()),
    }
}

/// Moves the nodes so that the one that was taken lies on the grid, by the middle of its height:
/// so links between nodes of different heights can be straight.
fn carry(
    from: Pos2,
    origins: Vec<(NodeId, Point)>,
    was: Vec2,
    at: Pointer,
    board: &Board<'_>,
) -> (Gesture, Vec<Command>) {
    let wanted = at.canvas - from;
    let by = origins.first().map_or(Vec2::ZERO, |(id, origin)| {
        let half = board.project.nodes.get(id).map_or(0.0, |node| {
            let is_note = Shape::of(&node.kind) == Shape::Note;
            if is_note { 0.0 } else { geometry::size_of(&node.kind).y / 2.0 }
        });
        let snap = |place: f32| (place / GRID).round() * GRID;
        let x = snap(origin.0 + wanted.x) - origin.0;
        Vec2::new(x, snap(origin.1 + half + wanted.y) - half - origin.1)
    });
    let mut commands = Vec::new();
    if by != was {
        commands.push(Command::Preview(moved(&origins, by, board.project)));
    }
    (Gesture::Moving { from, origins, by }, commands)
}

/// The nodes at their first places and `by` from there, as one change.
fn moved(origins: &[(NodeId, Point)], by: Vec2, project: &Project) -> Edit {
    let edits = origins.iter().filter_map(|(id, origin)| {
        let mut node = project.nodes.get(id)?.clone();
        node.at = Point(origin.0 + by.x, origin.1 + by.y);
        Some(Edit::SetNode { id: id.clone(), node })
    });
    Edit::Batch(edits.collect())
}

/// The selected nodes moved by so much, as one change; none where nothing would move.
pub(super) fn nudge(project: &Project, selection: &Selection, by: Vec2) -> Option<Edit> {
    let origins: Vec<(NodeId, Point)> = selection
        .nodes
        .iter()
        .filter_map(|id| Some((id.clone(), project.nodes.get(id)?.at)))
        .collect();
    (!origins.is_empty()).then(|| moved(&origins, by, project))
}

fn stretch_box(
    from: Pos2,
    to: Pos2,
    base: Selection,
    before: Selection,
    board: &Board<'_>,
) -> (Gesture, Vec<Command>) {
    let mut selection = hit_test::in_box(board.scene, Rect::from_two_pos(from, to));
    selection.nodes.extend(base.nodes.iter().cloned());
    selection.links.extend(base.links.iter().cloned());
    let changed = selection != *board.selection;
    let commands = if changed { vec![Command::Select(selection)] } else { Vec::new() };
    (Gesture::Boxing { from, to, base, before }, commands)
}

fn finish_link(from: NodeId, at: Pointer, board: &Board<'_>) -> Vec<Command> {
    let Some(to) = hit_test::target_at(board.scene, at.canvas, board.camera.zoom) else {
        return Vec::new();
    };
    if board.read_only || hit_test::verdict(board.project, &from, &to).is_err() {
        return Vec::new();
    }
    vec![Command::AddLink { from, to }]
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    struct Rig {
        project: Project,
        scene: Scene,
        selection: Selection,
        read_only: bool,
        state: Gesture,
    }

    impl Rig {
        fn new() -> Self {
            let project = samples::orders();
            let scene = Scene::of(&project);
            let (selection, state) = (Selection::default(), Gesture::Ready);
            Self { project, scene, selection, read_only: false, state }
        }

        fn step(&mut self, input: &Input) -> Vec<Command> {
            let board = Board {
                project: &self.project,
                scene: &self.scene,
                selection: &self.selection,
                camera: Camera::default(),
                read_only: self.read_only,
            };
            let (state, commands) = std::mem::take(&mut self.state).step(input, &board);
            self.state = state;
            for command in &commands {
                if let Command::Select(selection) = command {
                    self.selection = selection.clone();
                }
            }
            commands
        }

        fn press(&mut self, x: f32, y: f32, add: bool) -> Vec<Command> {
            let at = at(x, y);
            let hit =
                hit_test::hit(&self.scene, at.canvas, 1.0, super::super::detail::Detail::Full);
            self.step(&Input::Press { at, hit, add })
        }

        fn drag(&mut self, x: f32, y: f32) -> Vec<Command> {
            self.step(&Input::Move { at: at(x, y) })
        }

        fn release(&mut self, x: f32, y: f32) -> Vec<Command> {
            self.step(&Input::Release { at: at(x, y) })
        }

        fn nodes(&self) -> Vec<&str> {
            self.selection.nodes.iter().map(NodeId::as_str).collect()
        }
    }

    fn at(x: f32, y: f32) -> Pointer {
        Pointer { canvas: Pos2::new(x, y), screen: Pos2::new(x, y) }
    }

    /// Where a preview puts its nodes.
    fn places(command: &Command) -> Vec<(String, Point)> {
        let Command::Preview(Edit::Batch(edits)) = command else { panic!("{command:?}") };
        let place = |edit: &Edit| match edit {
            Edit::SetNode { id, node } => (id.to_string(), node.at),
            other => panic!("{other:?}"),
        };
        edits.iter().map(place).collect()
    }

    #[test]
    fn a_click_selects_and_a_click_beside_everything_clears() {
        let mut rig = Rig::new();
        rig.press(600.0, 30.0, false);
        rig.release(600.0, 30.0);
        assert_eq!(rig.nodes(), ["email"]);
        rig.press(600.0, 130.0, true);
        rig.release(600.0, 130.0);
        assert_eq!(rig.nodes(), ["email", "stock"]);
        rig.press(600.0, 30.0, true);
        rig.release(600.0, 30.0);
        assert_eq!(rig.nodes(), ["stock"]);
        rig.press(60.0, 500.0, false);
        rig.release(60.0, 500.0);
        assert!(rig.selection.is_empty());
    }

    #[test]
    fn a_drag_is_begun_previewed_on_the_grid_and_ended() {
        let mut rig = Rig::new();
        rig.press(600.0, 30.0, false);
        assert!(rig.drag(602.0, 30.0).is_empty(), "too small for a drag");
        let commands = rig.drag(621.0, 45.0);
        assert_eq!(commands[0], Command::BeginGesture);
        assert_eq!(places(&commands[1]), [("email".to_owned(), Point(544.0, 16.0))]);
        assert!(rig.drag(622.0, 45.0).is_empty(), "the grid has not changed its mind");
        assert_eq!(rig.release(622.0, 45.0), [Command::EndGesture]);
        assert_eq!(rig.state, Gesture::Ready);
    }

    #[test]
    fn all_that_is_selected_moves_together_and_keeps_its_distances() {
        let mut rig = Rig::new();
        rig.selection.nodes = ["email".into(), "web-shop".into()].into();
        rig.press(600.0, 30.0, false);
        let commands = rig.drag(600.0, 62.0);
        let moved = places(&commands[1]);
        assert_eq!(moved[0], ("email".to_owned(), Point(520.0, 32.0)));
        assert_eq!(moved[1], ("web-shop".to_owned(), Point(0.0, 132.0)));
    }

    #[test]
    fn escape_takes_a_drag_back_and_a_drag_to_nowhere_is_none() {
        let mut rig = Rig::new();
        rig.press(600.0, 30.0, false);
        rig.drag(640.0, 30.0);
        assert_eq!(rig.step(&Input::Cancel), [Command::AbortGesture]);
        assert!(rig.release(640.0, 30.0).is_empty());
        rig.press(600.0, 30.0, false);
        rig.drag(640.0, 30.0);
        rig.drag(600.0, 30.0);
        assert_eq!(rig.release(600.0, 30.0), [Command::AbortGesture]);
    }

    #[test]
    fn a_link_is_drawn_from_port_to_port() {
        let mut rig = Rig::new();
        rig.press(696.0, 344.0, false);
        rig.drag(720.0, 340.0);
        rig.drag(836.0, 40.0);
        let target = Some("email-service".into());
        assert!(matches!(&rig.state, Gesture::Linking { target: t, .. } if *t == target));
        let (from, to) = ("payment-dlq".into(), "email-service".into());
        assert_eq!(rig.release(836.0, 40.0), [Command::AddLink { from, to }]);
    }

    #[test]
    fn a_link_to_an_invalid_target_or_to_nowhere_is_not_drawn() {
        let mut rig = Rig::new();
        for (x, y) in [(520.0, 128.0), (60.0, 128.0), (60.0, 700.0)] {
            rig.press(696.0, 344.0, false);
            rig.drag(720.0, 340.0);
            assert!(rig.release(x, y).is_empty(), "at {x}, {y}");
            assert_eq!(rig.state, Gesture::Ready);
        }
    }

    #[test]
    fn a_box_selects_while_it_is_drawn_and_escape_restores() {
        let mut rig = Rig::new();
        rig.selection.nodes = ["orders".into()].into();
        rig.press(500.0, -60.0, false);
        rig.drag(710.0, 180.0);
        assert_eq!(rig.nodes(), ["email", "stock"]);
        rig.step(&Input::Cancel);
        assert_eq!(rig.nodes(), ["orders"]);
        rig.press(500.0, -60.0, true);
        rig.drag(710.0, 50.0);
        rig.release(710.0, 50.0);
        assert_eq!(rig.nodes(), ["email", "orders"]);
    }

    #[test]
    fn panning_keeps_the_point_under_the_pointer() {
        let mut rig = Rig::new();
        rig.step(&Input::PressPan { at: at(100.0, 100.0) });
        let commands = rig.drag(130.0, 90.0);
        let camera = Camera { centre: Pos2::new(-30.0, 10.0), zoom: 1.0 };
        assert_eq!(commands, [Command::SetCamera(camera)]);
        assert!(rig.release(130.0, 90.0).is_empty());
    }

    #[test]
    fn in_the_past_one_can_select_but_not_change() {
        let mut rig = Rig::new();
        rig.read_only = true;
        rig.press(600.0, 30.0, false);
        assert!(rig.drag(660.0, 30.0).is_empty());
        assert!(rig.release(660.0, 30.0).is_empty());
        assert_eq!(rig.nodes(), ["email"]);
        rig.press(696.0, 344.0, false);
        rig.drag(720.0, 340.0);
        assert!(rig.release(836.0, 40.0).is_empty());
    }

    #[test]
    fn a_double_click_reveals_a_node_and_means_nothing_on_the_canvas() {
        let mut rig = Rig::new();
        let reveal = rig.step(&Input::DoubleClick { hit: Hit::Node("email".into()) });
        assert_eq!(reveal, [Command::Reveal(ElementId::Node("email".into()))]);
        assert!(rig.step(&Input::DoubleClick { hit: Hit::Canvas }).is_empty());
    }

    #[test]
    fn nudging_moves_the_selected_nodes_alone() {
        let rig = Rig::new();
        assert_eq!(nudge(&rig.project, &rig.selection, Vec2::X), None);
        let selection = Selection::one(ElementId::Node("email".into()));
        let edit = nudge(&rig.project, &selection, Vec2::new(8.0, 0.0)).expect("one is selected");
        let moved = places(&Command::Preview(edit));
        assert_eq!(moved, [("email".to_owned(), Point(528.0, 0.0))]);
    }
}

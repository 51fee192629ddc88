//! The drawing's geometry: nodes, links and their routes, kept until something they depend on moves.

use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use egui::{Pos2, Rect};
use eventloom_core::ids::{LinkId, NodeId};
use eventloom_core::project::{LinkKind, NodeKind, Project, Waiting};

use super::geometry::{self, Shape};
use super::routing::{self, CLEARANCE, Ends, Entry, Route};

/// A way on the canvas: a link, or the way of a channel's dead letters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum WayId {
    /// A link of the project.
    Link(LinkId),
    /// The way from this channel to its dead-letter target.
    DeadLetters(NodeId),
}

/// What goes along a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum WayKind {
    /// A link of this kind.
    Link(LinkKind),
    /// Dead letters.
    DeadLetters,
}

/// A node's geometry.
#[derive(Clone, Debug)]
pub(super) struct SceneNode {
    /// Which.
    pub id: NodeId,
    /// Its shape.
    pub shape: Shape,
    /// Where it lies.
    pub rect: Rect,
    /// Whether a link ends here.
    pub linked_in: bool,
    /// How many links begin here.
    pub links_out: usize,
    /// Whether its dead letters go somewhere.
    pub dead_letters: bool,
}

/// A way's geometry.
#[derive(Clone, Debug)]
pub(super) struct SceneWay {
    /// Which.
    pub id: WayId,
    /// What goes along it.
    pub kind: WayKind,
    /// The index of the node where it begins.
    pub from: usize,
    /// The index of the node where it ends.
    pub to: usize,
    /// How it enters its end.
    pub entry: Entry,
    /// Its line.
    pub route: Arc<Route>,
}

/// The geometry of a drawing.
#[derive(Debug, Default)]
pub(super) struct Scene {
    fingerprint: u64,
    /// Counts how often the geometry changed.
    pub generation: u64,
    /// The nodes: notes first (they lie below), else in the order of their ids.
    pub nodes: Vec<SceneNode>,
    /// The ways, dead letters last.
    pub ways: Vec<SceneWay>,
    index: HashMap<NodeId, usize>,
    routes: HashMap<WayId, (u64, Entry, Arc<Route>)>,
}

impl Scene {
    /// The scene of this drawing.
    #[cfg(test)]
    pub(super) fn of(project: &Project) -> Self {
        let mut scene = Self::default();
        scene.update(project);
        scene
    }

    /// Brings the scene up to date with the drawing; costs little where nothing moved.
    pub(super) fn update(&mut self, project: &Project) {
        let fingerprint = egui::util::hash(Fingerprint(project));
        if fingerprint == self.fingerprint && self.generation > 0 {
            return;
        }
        self.fingerprint = fingerprint;
        self.generation += 1;
        self.place_nodes(project);
        self.route_ways(project);
    }

    /// The index of a node in `nodes`.
    pub(super) fn node_ix(&self, id: &NodeId) -> Option<usize> {
        self.index.get(id).copied()
    }

    /// A node's geometry.
    pub(super) fn node(&self, id: &NodeId) -> Option<&SceneNode> {
        self.node_ix(id).map(|ix| &self.nodes[ix])
    }

    fn place_nodes(&mut self, project: &Project) {
        self.nodes.clear();
        self.index.clear();
        let is_note = |kind: &NodeKind| matches!(kind, NodeKind::Note(_));
        for notes in [true, false] {
            for (id, node) in project.nodes.iter().filter(|(_, n)| is_note(&n.kind) == notes) {
                self.index.insert(id.clone(), self.nodes.len());
                self.nodes.push(SceneNode {
                    id: id.clone(),
                    shape: Shape::of(&node.kind),
                    rect: geometry::rect_of(node),
                    linked_in: false,
                    links_out: 0,
                    dead_letters: false,
                });
            }
        }
    }

    fn route_ways(&mut self, project: &Project) {
        let mut old = std::mem::take(&mut self.routes);
        let grid = ObstacleGrid::of(&self.nodes);
        self.ways.clear();
        for (id, link) in &project.links {
            let (Some(kind), Some(from), Some(to)) =
                (project.link_kind(id), self.node_ix(&link.from), self.node_ix(&link.to))
            else {
                // A broken project is shown without what cannot be drawn; the problems name it.
                continue;
            };
            self.nodes[from].links_out += 1;
            self.nodes[to].linked_in = true;
            let id = WayId::Link(id.clone());
            self.add_way(&mut old, &grid, id, WayKind::Link(kind), from, to);
        }
        for (id, node) in &project.nodes {
            let Some(target) = dead_letter_target(&node.kind) else { continue };
            let (Some(from), Some(to)) = (self.node_ix(id), self.node_ix(target)) else { continue };
            if from == to || !project.nodes[target].kind.is_channel() {
                continue;
            }
            self.nodes[from].dead_letters = true;
            let id = WayId::DeadLetters(id.clone());
            self.add_way(&mut old, &grid, id, WayKind::DeadLetters, from, to);
        }
    }

    fn add_way(
        &mut self,
        old: &mut HashMap<WayId, (u64, Entry, Arc<Route>)>,
        grid: &ObstacleGrid,
        id: WayId,
        kind: WayKind,
        from: usize,
        to: usize,
    ) {
        let (a, b) = (&self.nodes[from], &self.nodes[to]);
        let area = a.rect.union(b.rect).expand(2.0 * CLEARANCE);
        let obstacles = grid.within(area, &self.nodes, from, to);
        let key = egui::util::hash((
            a.shape,
            b.shape,
            rect_bits(a.rect),
            rect_bits(b.rect),
            obstacles.iter().copied().map(rect_bits).collect::<Vec<_>>(),
        ));
        let (entry, route) = match old.remove(&id) {
            Some((known, entry, route)) if known == key => (entry, route),
            _ => {
                let Some((entry, route)) = make_route(a, b, kind, &obstacles) else { return };
                (entry, Arc::new(route))
            }
        };
        self.routes.insert(id.clone(), (key, entry, Arc::clone(&route)));
        self.ways.push(SceneWay { id, kind, from, to, entry, route });
    }
}

fn make_route(
    from: &SceneNode,
    to: &SceneNode,
    kind: WayKind,
    obstacles: &[Rect],
) -> Option<(Entry, Route)> {
    let into = geometry::in_port(to.shape, to.rect)?;
    let (from_rect, to_rect) = (from.rect, to.rect);
    if kind == WayKind::DeadLetters {
        let start = geometry::dead_letter_port(from_rect);
        let ends = Ends { from: start, from_rect, to: to_rect.center_top(), to_rect };
        let (route, entry) = routing::route_dead_letters(&ends, into, obstacles);
        return Some((entry, route));
    }
    let start = geometry::out_port(from.shape, from_rect)?;
    let ends = Ends { from: start, from_rect, to: into, to_rect };
    Some((Entry::Rightwards, routing::route(&ends, obstacles)))
}

/// The dead-letter target of a channel, if it has one.
pub(super) fn dead_letter_target(kind: &NodeKind) -> Option<&NodeId> {
    waiting(kind).and_then(|waiting| waiting.dead_letter.as_ref())
}

/// The settings of a channel's waiting place.
pub(super) fn waiting(kind: &NodeKind) -> Option<&Waiting> {
    match kind {
        NodeKind::Topic(waiting) | NodeKind::Queue(waiting) => Some(waiting),
        _ => None,
    }
}

fn rect_bits(rect: Rect) -> [u32; 4] {
    [rect.min.x, rect.min.y, rect.max.x, rect.max.y].map(f32::to_bits)
}

/// Hashes what the geometry depends on, and nothing else.
struct Fingerprint<'a>(&'a Project);

impl Hash for Fingerprint<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for (id, node) in &self.0.nodes {
            id.hash(state);
            Shape::of(&node.kind).hash(state);
            rect_bits(geometry::rect_of(node)).hash(state);
            dead_letter_target(&node.kind).hash(state);
        }
        for (id, link) in &self.0.links {
            id.hash(state);
            link.from.hash(state);
            link.to.hash(state);
        }
    }
}

/// Which nodes lie near a place. Notes are not in the way: they are paper below the drawing.
struct ObstacleGrid {
    cells: BTreeMap<(i32, i32), Vec<usize>>,
}

impl ObstacleGrid {
    const CELL: f32 = 320.0;
    /// An area of more cells than this is looked through node by node.
    const MOST_CELLS: i64 = 4_096;

    fn of(nodes: &[SceneNode]) -> Self {
        let mut cells: BTreeMap<(i32, i32), Vec<usize>> = BTreeMap::new();
        for (ix, node) in nodes.iter().enumerate().filter(|(_, n)| n.shape != Shape::Note) {
            let (min, max) = (Self::cell(node.rect.min), Self::cell(node.rect.max));
            for x in min.0..=max.0 {
                for y in min.1..=max.1 {
                    cells.entry((x, y)).or_default().push(ix);
                }
            }
        }
        Self { cells }
    }

    fn cell(point: Pos2) -> (i32, i32) {
        ((point.x / Self::CELL).floor() as i32, (point.y / Self::CELL).floor() as i32)
    }

    /// The nodes that touch `area`, but for the two ends; nearest to its middle first.
    fn within(&self, area: Rect, nodes: &[SceneNode], from: usize, to: usize) -> Vec<Rect> {
        let (min, max) = (Self::cell(area.min), Self::cell(area.max));
        let columns = i64::from(max.0 - min.0 + 1);
        let rows = i64::from(max.1 - min.1 + 1);
        let mut found: Vec<usize> = if columns * rows > Self::MOST_CELLS {
            self.cells.values().flatten().copied().collect()
        } else {
            (min.0..=max.0)
                .flat_map(|x| self.cells.range((x, min.1)..=(x, max.1)))
                .flat_map(|(_, cell)| cell.iter().copied())
                .collect()
        };
        found.sort_unstable();
        found.dedup();
        let mut rects: Vec<Rect> = found
            .into_iter()
            .filter(|ix| *ix != from && *ix != to)
            .map(|ix| nodes[ix].rect)
            .filter(|rect| rect.expand(CLEARANCE).intersects(area))
            .collect();
        let middle = area.center();
        rects.sort_by(|a, b| {
            a.center().distance_sq(middle).total_cmp(&b.center().distance_sq(middle))
        });
        rects
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use eventloom_core::project::Point;

    #[test]
    fn dead_letters_are_a_way_without_being_a_link() {
        let project = samples::orders();
        let scene = Scene::of(&project);
        let dead: Vec<_> = scene.ways.iter().filter(|w| w.kind == WayKind::DeadLetters).collect();
        assert_eq!(dead.len(), 1);
        assert_eq!(dead[0].id, WayId::DeadLetters("payment".into()));
        assert_eq!(scene.ways.len(), project.links.len() + 1);
    }

    #[test]
    fn only_what_moved_is_routed_anew() {
        let mut project = samples::orders();
        let mut scene = Scene::of(&project);
        let before: Vec<_> =
            scene.ways.iter().map(|w| (w.id.clone(), Arc::clone(&w.route))).collect();
        let generation = scene.generation;
        scene.update(&project);
        assert_eq!(scene.generation, generation, "nothing moved");
        project.nodes.get_mut("email-service").expect("the sample has it").at =
            Point(900.0, -400.0);
        scene.update(&project);
        assert_eq!(scene.generation, generation + 1);
        for (id, moved) in [("shop", false), ("payment-copy", false), ("email-work", true)] {
            let id = WayId::Link(id.into());
            let then = &before.iter().find(|(old, _)| *old == id).expect("the sample has it").1;
            let now = scene.ways.iter().find(|w| w.id == id).expect("no way is lost");
            assert_eq!(!Arc::ptr_eq(&now.route, then), moved, "{id:?}");
        }
    }

    #[test]
    fn links_to_nowhere_are_left_out() {
        let mut project = samples::orders();
        project.nodes.remove("orders");
        let scene = Scene::of(&project);
        assert!(scene.ways.iter().all(|way| way.from < scene.nodes.len()));
        assert!(scene.ways.len() < project.links.len());
    }
}

//! Where nodes and their ports lie and what outline they have, in canvas points.

use std::f32::consts::{PI, TAU};

use egui::{Pos2, Rect, Vec2};
use eventloom_core::project::{Node, NodeKind, Project};

/// How far a consumer's notch goes in.
pub const NOTCH: f32 = 10.0;
/// How far a producer's point comes out.
pub const POINT: f32 = 14.0;
/// The folded corner of a note.
pub const FOLD: f32 = 14.0;
/// The grid to which nodes snap.
pub const GRID: f32 = 8.0;

const SMALLEST_NOTE: Vec2 = Vec2::new(64.0, 32.0);
const LARGEST_NOTE: Vec2 = Vec2::new(2_000.0, 2_000.0);

/// The shape of a node: it says the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// A point to the right sends.
    Producer,
    /// A pill.
    Topic,
    /// A box.
    Queue,
    /// A notch on the left receives.
    Consumer,
    /// A page with a folded corner.
    Note,
}

impl Shape {
    /// The shape of a node of this kind.
    pub fn of(kind: &NodeKind) -> Self {
        match kind {
            NodeKind::Producer(_) => Self::Producer,
            NodeKind::Topic(_) => Self::Topic,
            NodeKind::Queue(_) => Self::Queue,
            NodeKind::Consumer(_) => Self::Consumer,
            NodeKind::Note(_) => Self::Note,
        }
    }
}

/// The size of a node of this kind at zoom 1.
pub fn size_of(kind: &NodeKind) -> Vec2 {
    match kind {
        NodeKind::Producer(_) => Vec2::new(160.0, 56.0),
        NodeKind::Topic(_) => Vec2::new(152.0, 56.0),
        NodeKind::Queue(_) | NodeKind::Consumer(_) => Vec2::new(176.0, 64.0),
        NodeKind::Note(note) => {
            let asked = Vec2::new(finite(note.size.0), finite(note.size.1));
            asked.clamp(SMALLEST_NOTE, LARGEST_NOTE)
        }
    }
}

/// The rectangle of a node on the canvas.
pub fn rect_of(node: &Node) -> Rect {
    let at = Pos2::new(finite(node.at.0), finite(node.at.1));
    Rect::from_min_size(at, size_of(&node.kind))
}

/// A place that is no number would spoil every sum it enters.
fn finite(value: f32) -> f32 {
    if value.is_finite() { value.clamp(-1e6, 1e6) } else { 0.0 }
}

/// Where links end at a node, if any may.
pub fn in_port(shape: Shape, rect: Rect) -> Option<Pos2> {
    match shape {
        Shape::Topic | Shape::Queue => Some(rect.left_center()),
        Shape::Consumer => Some(rect.left_center() + Vec2::new(NOTCH, 0.0)),
        Shape::Producer | Shape::Note => None,
    }
}

/// Where links begin at a node, if any may.
pub fn out_port(shape: Shape, rect: Rect) -> Option<Pos2> {
    (shape != Shape::Note).then(|| rect.right_center())
}

/// Where a channel's dead letters leave.
pub fn dead_letter_port(rect: Rect) -> Pos2 {
    rect.center_bottom()
}

/// The rectangle around every node of the drawing; none where there is no node.
pub fn content_bounds(project: &Project) -> Option<Rect> {
    project.nodes.values().map(rect_of).reduce(Rect::union)
}

/// The closed outline of a shape filling `rect`, its corners rounded at this `scale` (screen points
/// per canvas point). A fan from the middle fills it: the middle sees every point.
pub fn outline(shape: Shape, rect: Rect, scale: f32) -> Vec<Pos2> {
    let (l, r, t, b) = (rect.left(), rect.right(), rect.top(), rect.bottom());
    let mid = rect.center().y;
    let at = Pos2::new;
    let round = 8.0 * scale;
    match shape {
        Shape::Producer => {
            let neck = r - POINT * scale;
            round_corners(&[
                (at(l, t), round),
                (at(neck, t), round),
                (at(r, mid), 2.0 * scale),
                (at(neck, b), round),
                (at(l, b), round),
            ])
        }
        Shape::Topic => {
            let round = rect.height() / 2.0;
            round_corners(&[
                (at(l, t), round),
                (at(r, t), round),
                (at(r, b), round),
                (at(l, b), round),
            ])
        }
        Shape::Queue => {
            let round = 6.0 * scale;
            round_corners(&[
                (at(l, t), round),
                (at(r, t), round),
                (at(r, b), round),
                (at(l, b), round),
            ])
        }
        Shape::Consumer => round_corners(&[
            (at(l, t), 2.0 * scale),
            (at(r, t), round),
            (at(r, b), round),
            (at(l, b), 2.0 * scale),
            (at(l + NOTCH * scale, mid), 2.0 * scale),
        ]),
        Shape::Note => {
            let fold = FOLD * scale;
            round_corners(&[
                (at(l, t), 4.0 * scale),
                (at(r - fold, t), 0.0),
                (at(r, t + fold), 0.0),
                (at(r, b), 4.0 * scale),
                (at(l, b), 4.0 * scale),
            ])
        }
    }
}

/// A closed line through `corners`, each rounded by its radius as far as its sides allow.
fn round_corners(corners: &[(Pos2, f32)]) -> Vec<Pos2> {
    let count = corners.len();
    let mut points = Vec::with_capacity(count * 6);
    for (ix, &(corner, radius)) in corners.iter().enumerate() {
        let before = corners[(ix + count - 1) % count].0;
        let after = corners[(ix + 1) % count].0;
        round_corner(before, corner, after, radius, &mut points);
    }
    points
}

/// Adds the arc that rounds `corner` between its neighbours; the corner itself where there is no
/// room for an arc.
pub fn round_corner(before: Pos2, corner: Pos2, after: Pos2, radius: f32, out: &mut Vec<Pos2>) {
    let (to_before, to_after) = (before - corner, after - corner);
    let room = to_before.length().min(to_after.length()) / 2.0;
    let (u, v) = (to_before.normalized(), to_after.normalized());
    let cos = u.dot(v).clamp(-1.0, 1.0);
    let half_tan = ((1.0 - cos) / (1.0 + cos).max(1e-6)).sqrt();
    if radius < 0.25 || room < 0.25 || !(1e-3..1e3).contains(&half_tan) {
        out.push(corner);
        return;
    }
    let along = (radius / half_tan).min(room);
    let radius = along * half_tan;
    let half_sin = ((1.0 - cos) / 2.0).sqrt();
    let centre = corner + (u + v).normalized() * (radius / half_sin);
    let from = (corner + u * along - centre).angle();
    let mut turn = (corner + v * along - centre).angle() - from;
    if turn > PI {
        turn -= TAU;
    } else if turn < -PI {
        turn += TAU;
    }
    // A chord may stand off its arc by a tenth of a point.
    let step = (0.8 / radius.max(0.5)).sqrt().clamp(0.1, 0.8);
    let steps = (turn.abs() / step).ceil().clamp(1.0, 24.0) as u16;
    for ix in 0..=steps {
        let angle = from + turn * f32::from(ix) / f32::from(steps);
        out.push(centre + Vec2::angled(angle) * radius);
    }
}

/// Whether `point` lies inside the node's shape.
pub fn contains(shape: Shape, rect: Rect, point: Pos2) -> bool {
    if !rect.contains(point) {
        return false;
    }
    let above_mid = (point.y - rect.center().y).abs() / (rect.height() / 2.0);
    match shape {
        Shape::Producer => point.x <= rect.right() - POINT * above_mid,
        Shape::Consumer => point.x >= rect.left() + NOTCH * (1.0 - above_mid),
        Shape::Topic => {
            let radius = rect.height() / 2.0;
            let x = point.x.clamp(rect.left() + radius, rect.right() - radius);
            Pos2::new(x, rect.center().y).distance(point) <= radius
        }
        Shape::Note => (rect.right() - point.x) + (point.y - rect.top()) >= FOLD,
        Shape::Queue => true,
    }
}

#[cfg(test)]
mod tests {
    use eventloom_core::project::{Consumer, Note, Point, Producer, Waiting};

    use super::*;

    fn kinds() -> [NodeKind; 5] {
        [
            NodeKind::Producer(Producer::default()),
            NodeKind::Topic(Waiting::default()),
            NodeKind::Queue(Waiting::default()),
            NodeKind::Consumer(Consumer::default()),
            NodeKind::Note(Note { text: String::new(), size: Point(200.0, 96.0) }),
        ]
    }

    fn node(kind: NodeKind) -> Node {
        Node { name: String::new(), at: Point(40.0, 16.0), kind }
    }

    #[test]
    fn ports_lie_on_the_outline_and_notes_have_none() {
        for kind in kinds() {
            let (shape, rect) = (Shape::of(&kind), rect_of(&node(kind)));
            let near = |port: Pos2| {
                let line = outline(shape, rect, 1.0);
                let next = line.iter().cycle().skip(1);
                line.iter().zip(next).any(|(a, b)| distance_to_segment(port, *a, *b) < 1.5)
            };
            let ports = [in_port(shape, rect), out_port(shape, rect)];
            for port in ports.into_iter().flatten() {
                assert!(near(port), "{shape:?} has a port off its outline at {port:?}");
            }
            assert_eq!(shape == Shape::Note, ports.iter().all(Option::is_none), "{shape:?}");
        }
    }

    fn distance_to_segment(p: Pos2, a: Pos2, b: Pos2) -> f32 {
        let (ab, ap) = (b - a, p - a);
        let t = (ap.dot(ab) / ab.length_sq().max(1e-9)).clamp(0.0, 1.0);
        (a + ab * t).distance(p)
    }

    #[test]
    fn the_middle_of_a_shape_sees_its_whole_outline() {
        for kind in kinds() {
            let (shape, rect) = (Shape::of(&kind), rect_of(&node(kind)));
            let line = outline(shape, rect, 1.0);
            let centre = rect.center();
            for (a, b) in line.iter().zip(line.iter().cycle().skip(1)) {
                let (u, v) = (*a - centre, *b - centre);
                assert!(u.x * v.y - u.y * v.x > -1e-2, "{shape:?} folds back at {a:?}");
            }
        }
    }

    #[test]
    fn points_and_notches_are_not_part_of_the_node() {
        let rect = Rect::from_min_size(Pos2::ZERO, Vec2::new(176.0, 64.0));
        assert!(!contains(Shape::Consumer, rect, Pos2::new(2.0, 32.0)));
        assert!(contains(Shape::Consumer, rect, Pos2::new(2.0, 2.0)));
        assert!(!contains(Shape::Producer, rect, Pos2::new(174.0, 4.0)));
        assert!(contains(Shape::Producer, rect, Pos2::new(174.0, 32.0)));
        assert!(!contains(Shape::Topic, rect, Pos2::new(2.0, 2.0)));
        assert!(!contains(Shape::Note, rect, Pos2::new(175.0, 1.0)));
        assert!(contains(Shape::Queue, rect, Pos2::new(175.0, 1.0)));
    }

    #[test]
    fn nonsense_places_and_sizes_do_no_harm() {
        let text = String::new();
        let broken = Node {
            name: String::new(),
            at: Point(f32::NAN, f32::INFINITY),
            kind: NodeKind::Note(Note { text, size: Point(-3.0, f32::NAN) }),
        };
        let rect = rect_of(&broken);
        assert!(rect.is_finite() && rect.is_positive(), "{rect:?}");
    }
}

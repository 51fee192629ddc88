//! The way of a link: orthogonal, leaving and entering its ports straight, clear of the nodes on the
//! way where a few plain forms allow it. Lengths in canvas points.

use egui::{Pos2, Rect, Vec2};

use super::geometry::round_corner;

/// How far a link runs straight from and into its ports.
pub(super) const LEAD: f32 = 16.0;
/// How far a link stays clear of nodes that are not its ends.
pub(super) const CLEARANCE: f32 = 16.0;
/// The radius of a route's corners.
pub(super) const CORNER: f32 = 12.0;

const COST_PER_BEND: f32 = 40.0;
const COST_PER_OBSTACLE: f32 = 600.0;
/// More obstacles than this are not tried as edges to go along; they still cost.
const MOST_EDGES: usize = 12;

/// How a link enters its second port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Entry {
    /// From the left: an ordinary port.
    Rightwards,
    /// From above: a dead letter falls into its target.
    Downwards,
}

/// What a route leads from and to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ends {
    /// Where it begins: going right (dead letters: down).
    pub from: Pos2,
    /// The node where it begins.
    pub from_rect: Rect,
    /// Where it ends.
    pub to: Pos2,
    /// The node where it ends.
    pub to_rect: Rect,
}

/// A way with rounded corners, measured along itself.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Route {
    /// The orthogonal line with sharp corners.
    pub corners: Vec<Pos2>,
    /// The line as drawn.
    pub path: Vec<Pos2>,
    /// For each point of `path`, how far it is along.
    lengths: Vec<f32>,
    /// What the line covers.
    pub bounds: Rect,
}

impl Route {
    /// The route with these corners, of which there are at least two.
    pub(super) fn through(corners: &[Pos2]) -> Self {
        let corners = without_repeats(corners);
        let mut path = Vec::with_capacity(corners.len() * 5);
        path.push(corners[0]);
        for triple in corners.windows(3) {
            round_corner(triple[0], triple[1], triple[2], CORNER, &mut path);
        }
        path.push(corners[corners.len() - 1]);
        let mut lengths = Vec::with_capacity(path.len());
        let mut total = 0.0;
        for (ix, point) in path.iter().enumerate() {
            if ix > 0 {
                total += path[ix - 1].distance(*point);
            }
            lengths.push(total);
        }
        let bounds = Rect::from_points(&path);
        Self { corners, path, lengths, bounds }
    }

    /// How long it is.
    pub(super) fn length(&self) -> f32 {
        self.lengths.last().copied().unwrap_or(0.0)
    }

    /// The place at the share `t` of its length (0 to 1), and the direction there.
    pub(super) fn at(&self, t: f32) -> (Pos2, Vec2) {
        let along = t.clamp(0.0, 1.0) * self.length();
        let after = self.lengths.partition_point(|&l| l < along).clamp(1, self.path.len() - 1);
        let (a, b) = (self.path[after - 1], self.path[after]);
        let span = self.lengths[after] - self.lengths[after - 1];
        let share = if span > 0.0 { (along - self.lengths[after - 1]) / span } else { 0.0 };
        (a + (b - a) * share, (b - a).normalized())
    }

    /// The stretch from the share `from` to the share `to` of its length.
    pub(super) fn part(&self, from: f32, to: f32) -> Vec<Pos2> {
        let (a, b) = (from.clamp(0.0, 1.0) * self.length(), to.clamp(0.0, 1.0) * self.length());
        let mut points = vec![self.at(from).0];
        let between = self.path.iter().zip(&self.lengths).filter(|(_, l)| **l > a && **l < b);
        points.extend(between.map(|(point, _)| *point));
        points.push(self.at(to).0);
        points
    }

    /// The distance of `point` from the line.
    pub(super) fn distance(&self, point: Pos2) -> f32 {
        self.corners
            .windows(2)
            .map(|pair| {
                let (ab, ap) = (pair[1] - pair[0], point - pair[0]);
                let t = (ap.dot(ab) / ab.length_sq().max(1e-9)).clamp(0.0, 1.0);
                (pair[0] + ab * t).distance(point)
            })
            .fold(f32::INFINITY, f32::min)
    }

    /// The longest horizontal part (`true`) or vertical one, by its ends; of equal ones the first or
    /// the last.
    pub(super) fn longest_part(&self, horizontal: bool, first: bool) -> Option<(Pos2, Pos2)> {
        let mut best: Option<(Pos2, Pos2)> = None;
        for pair in self.corners.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            if ((a.y - b.y).abs() < 0.01) != horizontal {
                continue;
            }
            let margin = if first { 1.0 } else { -1.0 };
            if best.is_none_or(|(p, q)| a.distance(b) > p.distance(q) + margin) {
                best = Some((a, b));
            }
        }
        best
    }
}

fn without_repeats(corners: &[Pos2]) -> Vec<Pos2> {
    let mut kept: Vec<Pos2> = Vec::with_capacity(corners.len());
    for corner in corners {
        match kept.as_slice() {
            [.., last] if last.distance(*corner) < 0.01 => {}
            // A corner on a straight line is none.
            [.., a, b] if (*b - *a).normalized().dot((*corner - *b).normalized()) > 0.999 => {
                let end = kept.len() - 1;
                kept[end] = *corner;
            }
            _ => kept.push(*corner),
        }
    }
    if kept.len() < 2 {
        // Both ends in one place: a way of no length.
        kept = vec![corners[0], corners[corners.len() - 1]];
    }
    kept
}

/// The way of an ordinary link, from a port on the right to a port on the left.
pub(super) fn route(ends: &Ends, obstacles: &[Rect]) -> Route {
    Route::through(&best(candidates(ends, obstacles), ends, obstacles))
}

/// The way of dead letters, from the lower edge of a channel: into the upper edge of the target
/// where it lies below, else into its port on the left, `to_port`.
pub(super) fn route_dead_letters(ends: &Ends, to_port: Pos2, obstacles: &[Rect]) -> (Route, Entry) {
    if ends.to_rect.top() > ends.from_rect.bottom() + LEAD {
        let turned = Ends {
            from: transpose(ends.from),
            from_rect: transpose_rect(ends.from_rect),
            to: transpose(ends.to),
            to_rect: transpose_rect(ends.to_rect),
        };
        let turned_obstacles: Vec<Rect> = obstacles.iter().copied().map(transpose_rect).collect();
        let line = best(candidates(&turned, &turned_obstacles), &turned, &turned_obstacles);
        let line: Vec<Pos2> = line.into_iter().map(transpose).collect();
        return (Route::through(&line), Entry::Downwards);
    }
    let x = to_port.x - LEAD;
    let below =
        [ends.from_rect.bottom() + LEAD, ends.from_rect.bottom().max(ends.to_rect.bottom()) + LEAD];
    let mut lines = Vec::new();
    for y in below.into_iter().chain(edges(obstacles, false)) {
        if y >= ends.from_rect.bottom() + LEAD {
            lines.push(vec![
                ends.from,
                Pos2::new(ends.from.x, y),
                Pos2::new(x, y),
                Pos2::new(x, to_port.y),
                to_port,
            ]);
        }
    }
    let ends = Ends { to: to_port, ..*ends };
    (Route::through(&best(lines, &ends, obstacles)), Entry::Rightwards)
}

fn transpose(point: Pos2) -> Pos2 {
    Pos2::new(point.y, point.x)
}

fn transpose_rect(rect: Rect) -> Rect {
    Rect::from_min_max(transpose(rect.min), transpose(rect.max))
}

/// The lines along which one passes the obstacles: left and right of them, or above and below.
fn edges(obstacles: &[Rect], vertical_lines: bool) -> impl Iterator<Item = f32> + '_ {
    obstacles.iter().take(MOST_EDGES).flat_map(move |rect| {
        if vertical_lines {
            [rect.left() - CLEARANCE, rect.right() + CLEARANCE]
        } else {
            [rect.top() - CLEARANCE, rect.bottom() + CLEARANCE]
        }
    })
}

fn candidates(ends: &Ends, obstacles: &[Rect]) -> Vec<Vec<Pos2>> {
    let (p, q) = (ends.from, ends.to);
    let (out, into) = (p.x + LEAD, q.x - LEAD);
    let mut lines = Vec::new();
    if (p.y - q.y).abs() < 0.5 && q.x > p.x {
        lines.push(vec![p, q]);
    }
    let mid = (p.x + q.x) / 2.0;
    if out <= into {
        let inside = edges(obstacles, true).filter(|x| (out..=into).contains(x));
        for x in [mid, out, into].into_iter().chain(inside) {
            lines.push(vec![p, Pos2::new(x, p.y), Pos2::new(x, q.y), q]);
        }
    }
    let (a, b) = (ends.from_rect, ends.to_rect);
    let around = [
        a.top() - CLEARANCE,
        a.bottom() + CLEARANCE,
        b.top() - CLEARANCE,
        b.bottom() + CLEARANCE,
        (a.bottom() + b.top()) / 2.0,
        (b.bottom() + a.top()) / 2.0,
    ];
    // Without obstacles a way with two bends is there wherever there is room for it.
    if out <= into && obstacles.is_empty() {
        return lines;
    }
    for y in around.into_iter().chain(edges(obstacles, false)) {
        let turns = [(out, into), (mid, into), (out, mid)];
        let usable = if out <= into { 3 } else { 1 };
        for &(x1, x2) in &turns[..usable] {
            lines.push(vec![
                p,
                Pos2::new(x1, p.y),
                Pos2::new(x1, y),
                Pos2::new(x2, y),
                Pos2::new(x2, q.y),
                q,
            ]);
        }
    }
    lines
}

fn best(lines: Vec<Vec<Pos2>>, ends: &Ends, obstacles: &[Rect]) -> Vec<Pos2> {
    let mut best = vec![ends.from, ends.to];
    let mut least = f32::INFINITY;
    for line in lines {
        let cost = cost(&line, ends, obstacles, least);
        if cost < least {
            least = cost;
            best = line;
        }
    }
    best
}

/// Length, bends and obstacles; may stop early at `enough`.
fn cost(line: &[Pos2], ends: &Ends, obstacles: &[Rect], enough: f32) -> f32 {
    let length: f32 = line.windows(2).map(|pair| pair[0].distance(pair[1])).sum();
    let bends = line.windows(3).filter(|t| turns(t[0], t[1], t[2])).count();
    let mut sum = length + COST_PER_BEND * bends as f32;
    // Of equally long ways the one that turns in the middle, so that links of one port share it.
    if let [_, turn, _, end] = line {
        sum += 0.02 * (turn.x - (line[0].x + end.x) / 2.0).abs();
    }
    let last = line.len().saturating_sub(2);
    for (ix, pair) in line.windows(2).enumerate() {
        if sum >= enough {
            return sum;
        }
        let hits = |rect: &Rect, clear: f32| crosses(pair[0], pair[1], rect.expand(clear - 0.5));
        sum += COST_PER_OBSTACLE
            * obstacles.iter().filter(|rect| hits(rect, CLEARANCE)).count() as f32;
        if ix > 0 && hits(&ends.from_rect, 4.0) {
            sum += COST_PER_OBSTACLE;
        }
        if ix < last && hits(&ends.to_rect, 4.0) {
            sum += COST_PER_OBSTACLE;
        }
    }
    sum
}

fn turns(a: Pos2, b: Pos2, c: Pos2) -> bool {
    let (u, v) = (b - a, c - b);
    (u.x * v.y - u.y * v.x).abs() > 0.01
}

/// Whether an orthogonal segment crosses the inside of `rect`.
fn crosses(a: Pos2, b: Pos2, rect: Rect) -> bool {
    a.x.min(b.x) < rect.right()
        && a.x.max(b.x) > rect.left()
        && a.y.min(b.y) < rect.bottom()
        && a.y.max(b.y) > rect.top()
}

#[cfg(test)]
mod tests {
    use egui::vec2;

    use super::*;

    fn node(x: f32, y: f32) -> Rect {
        Rect::from_min_size(Pos2::new(x, y), vec2(176.0, 64.0))
    }

    fn ends(from_rect: Rect, to_rect: Rect) -> Ends {
        Ends { from: from_rect.right_center(), from_rect, to: to_rect.left_center(), to_rect }
    }

    fn assert_sound(route: &Route, ends: &Ends) {
        let corners = &route.corners;
        assert_eq!(corners.first(), Some(&ends.from));
        assert_eq!(corners.last(), Some(&ends.to));
        for pair in corners.windows(2) {
            let d = pair[1] - pair[0];
            assert!(d.x.abs() < 0.01 || d.y.abs() < 0.01, "a slanting part in {corners:?}");
        }
        let (first, last) = (corners[1] - corners[0], corners[corners.len() - 1]);
        let enter = last - corners[corners.len() - 2];
        assert!(first.x >= LEAD - 0.01 && first.y.abs() < 0.01, "leaves askew: {corners:?}");
        assert!(enter.x >= LEAD - 0.01 && enter.y.abs() < 0.01, "enters askew: {corners:?}");
    }

    #[test]
    fn ways_are_orthogonal_and_leave_and_enter_straight_wherever_the_ends_lie() {
        let from = node(0.0, 0.0);
        for dx in [-600.0, -200.0, -90.0, 0.0, 90.0, 190.0, 230.0, 400.0, 900.0] {
            for dy in [-500.0, -80.0, -30.0, 4.0, 60.0, 100.0, 700.0] {
                let ends = ends(from, node(dx, dy));
                assert_sound(&route(&ends, &[]), &ends);
                assert_sound(&route(&ends, &[node(dx / 2.0 + 100.0, dy / 2.0)]), &ends);
            }
        }
    }

    #[test]
    fn a_level_way_is_straight_and_a_stepped_one_turns_in_the_middle() {
        let straight = ends(node(0.0, 0.0), node(300.0, 0.0));
        assert_eq!(route(&straight, &[]).corners.len(), 2);
        let stepped = ends(node(0.0, 0.0), node(300.0, 100.0));
        let corners = route(&stepped, &[]).corners;
        assert_eq!(corners.len(), 4);
        assert!((corners[1].x - 238.0).abs() < 0.01, "{corners:?}");
    }

    #[test]
    fn a_node_in_the_way_is_gone_around() {
        let ends = ends(node(0.0, 0.0), node(600.0, 0.0));
        let wall = node(300.0, -8.0);
        let around = route(&ends, &[wall]);
        assert_sound(&around, &ends);
        for pair in around.corners.windows(2) {
            assert!(!crosses(pair[0], pair[1], wall.expand(CLEARANCE - 1.0)), "{around:?}");
        }
    }

    #[test]
    fn dead_letters_fall_straight_onto_what_lies_below() {
        let (from, to) = (node(0.0, 0.0), node(0.0, 140.0));
        let ends =
            Ends { from: from.center_bottom(), from_rect: from, to: to.center_top(), to_rect: to };
        let (way, entry) = route_dead_letters(&ends, to.left_center(), &[]);
        assert_eq!(entry, Entry::Downwards);
        assert_eq!(way.corners, [from.center_bottom(), to.center_top()]);
        let beside = node(400.0, 0.0);
        let ends = Ends { to: beside.center_top(), to_rect: beside, ..ends };
        let (way, entry) = route_dead_letters(&ends, beside.left_center(), &[]);
        assert_eq!(entry, Entry::Rightwards);
        assert_eq!(way.corners.last(), Some(&beside.left_center()));
        assert!((way.corners[1].y - (64.0 + LEAD)).abs() < 0.01, "{way:?}");
    }

    #[test]
    fn positions_follow_the_length_of_the_way() {
        let ends = ends(node(0.0, 0.0), node(300.0, 100.0));
        let way = route(&ends, &[]);
        assert_eq!(way.at(0.0).0, ends.from);
        assert!(way.at(1.0).0.distance(ends.to) < 0.01);
        let steps = 200;
        let mut before = way.at(0.0).0;
        for step in 1..=steps {
            let here = way.at(step as f32 / steps as f32).0;
            let moved = before.distance(here);
            let fair = way.length() / steps as f32;
            assert!(moved <= fair + 0.01 && moved > fair * 0.7, "{moved} of {fair} at {step}");
            before = here;
        }
        // The middle of a way with point symmetry is its middle on the canvas.
        assert!(way.at(0.5).0.distance(ends.from.lerp(ends.to, 0.5)) < 0.1);
    }

    #[test]
    fn a_way_of_no_length_is_borne() {
        let way = Route::through(&[Pos2::ZERO, Pos2::ZERO]);
        assert_eq!(way.at(0.7).0, Pos2::ZERO);
        assert_eq!(way.length(), 0.0);
    }
}

//! The lines of links, their arrows and labels.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use egui::{Align2, Color32, CornerRadius, Mesh, Pos2, Rect, Shape, Vec2};
use eventloom_core::project::{LinkKind, Project};

use super::detail::Detail;
use super::figures::{Live, WayLabel};
use super::hit_test::Hit;
use super::pen::{LineMesh, Pen, Weight};
use super::routing::Entry;
use super::scene::{Scene, SceneWay, WayId, WayKind};
use crate::view_state::Selection;
use crate::widgets::icons::Icon;

const WIDTH: f32 = 1.5;
const WIDTH_SELECTED: f32 = 2.0;
/// Around the upper one of two lines that cross.
const CASING: f32 = 6.0;
const ARROW: f32 = 8.0;
/// How far the arrow's tip stops before the port.
const ARROW_GAP: f32 = 5.0;
const DASH_DEAD: (f32, f32) = (6.0, 4.0);
const DASH_DELAYED: (f32, f32) = (1.5, 4.0);
/// Above this many lines crossings are left bare while the drawing changes often.
const MOST_CASED: usize = 1_500;

/// What the mesh of all links depends on.
#[derive(Clone, Debug, PartialEq)]
struct Key {
    generation: u64,
    zoom: f32,
    pixels_per_point: f32,
    origin: Pos2,
    view: Rect,
    link: Color32,
    detail: Detail,
    rest: u64,
}

/// The mesh of all links, kept until something it shows changes.
#[derive(Debug, Default)]
pub(super) struct LinkPainter {
    kept: Option<(Key, Arc<Mesh>)>,
    crossings: (u64, Vec<Crossing>),
}

/// Where way `upper` crosses an earlier one.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Crossing {
    upper: usize,
    at: Pos2,
    horizontal: bool,
}

/// What is special about the links in this frame.
#[derive(Clone, Copy)]
pub(super) struct Marks<'a> {
    /// What is selected.
    pub selection: &'a Selection,
    /// What the pointer is over.
    pub hover: &'a Hit,
    /// Whether a link is being drawn, so that all others stand back.
    pub linking: bool,
    /// The run.
    pub live: Option<Live<'a>>,
}

impl Marks<'_> {
    fn selected(&self, id: &WayId) -> bool {
        matches!(id, WayId::Link(id) if self.selection.links.contains(id))
    }

    fn hovered(&self, id: &WayId) -> bool {
        matches!(self.hover, Hit::Way(way) if way == id)
    }
}

impl LinkPainter {
    /// Paints the lines of all ways in view.
    pub(super) fn paint(
        &mut self,
        pen: &Pen<'_>,
        project: &Project,
        scene: &Scene,
        detail: Detail,
        marks: &Marks<'_>,
    ) {
        let key = Key {
            generation: scene.generation,
            zoom: pen.zoom(),
            pixels_per_point: pen.painter.pixels_per_point(),
            origin: pen.point(Pos2::ZERO),
            view: pen.view,
            link: pen.theme.link,
            detail,
            rest: rest_of(project, scene, detail, marks),
        };
        let mesh = match &self.kept {
            Some((known, mesh)) if *known == key => Arc::clone(mesh),
            _ => {
                self.find_crossings(scene);
                let mesh = Arc::new(self.build(pen, project, scene, detail, marks));
                self.kept = Some((key, Arc::clone(&mesh)));
                mesh
            }
        };
        pen.painter.add(Shape::Mesh(mesh));
    }

    fn find_crossings(&mut self, scene: &Scene) {
        if self.crossings.0 != scene.generation {
            let found = if scene.ways.len() > MOST_CASED { Vec::new() } else { crossings(scene) };
            self.crossings = (scene.generation, found);
        }
    }

    fn build(
        &self,
        pen: &Pen<'_>,
        project: &Project,
        scene: &Scene,
        detail: Detail,
        marks: &Marks<'_>,
    ) -> Mesh {
        let mut lines = LineMesh::new(pen.painter.pixels_per_point());
        let seen = pen.seen().expand(16.0);
        let mut crossings = self.crossings.1.iter().peekable();
        let mut screen = Vec::new();
        for (ix, way) in scene.ways.iter().enumerate() {
            while let Some(crossing) = crossings.next_if(|crossing| crossing.upper <= ix) {
                if crossing.upper == ix && detail >= Detail::Compact && seen.contains(crossing.at) {
                    paint_casing(&mut lines, pen, crossing);
                }
            }
            if seen.intersects(way.route.bounds.expand(1.0)) {
                let style = style(pen, project, way, detail, marks);
                let points =
                    if detail == Detail::Overview { &way.route.corners } else { &way.route.path };
                screen.clear();
                screen.extend(points.iter().map(|point| pen.point(*point)));
                paint_way(&mut lines, way, &mut screen, style, pen.zoom(), detail);
            }
        }
        lines.mesh
    }
}

/// A hash of what changes the mesh without moving anything.
fn rest_of(project: &Project, scene: &Scene, detail: Detail, marks: &Marks<'_>) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    marks.selection.links.hash(&mut hasher);
    marks.linking.hash(&mut hasher);
    if let Hit::Way(way) = marks.hover {
        way.hash(&mut hasher);
    }
    if detail == Detail::Overview {
        for way in &scene.ways {
            brightness(way, marks).to_bits().hash(&mut hasher);
        }
    } else {
        for link in project.links.values() {
            (link.latency_s > 0.0).hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// From afar a link brightens with its rate: by a tenth for steps of half a decade.
fn brightness(way: &SceneWay, marks: &Marks<'_>) -> f32 {
    let WayId::Link(id) = &way.id else { return 0.0 };
    let element = marks.live.and_then(|live| live.link(id));
    let rate = element.map_or(0.0, |element| element.rate_per_s) as f32;
    if rate > 0.0 { ((1.0 + rate).log10() * 2.0).round().clamp(0.0, 8.0) / 10.0 } else { 0.0 }
}

#[derive(Clone, Copy)]
struct Style {
    colour: Color32,
    width: f32,
    dash: Option<(f32, f32)>,
}

fn style(
    pen: &Pen<'_>,
    project: &Project,
    way: &SceneWay,
    detail: Detail,
    marks: &Marks<'_>,
) -> Style {
    let theme = pen.theme;
    let dead = way.kind == WayKind::DeadLetters;
    let delayed = matches!(&way.id, WayId::Link(id)
        if project.links.get(id).is_some_and(|link| link.latency_s > 0.0));
    let selected = marks.selected(&way.id);
    let plain = if dead { theme.loss } else { theme.link };
    let mut colour = if selected {
        theme.accent
    } else if marks.hovered(&way.id) && !dead {
        theme.link_hot
    } else if detail == Detail::Overview {
        crate::theme::Theme::mix(plain, theme.link_hot, brightness(way, marks))
    } else {
        plain
    };
    if marks.linking {
        colour = theme.dimmed(colour);
    }
    let width = if selected { WIDTH_SELECTED } else { WIDTH };
    let near = detail >= Detail::Full;
    let dash = match (dead, delayed) {
        (true, _) if detail >= Detail::Compact => Some(DASH_DEAD),
        (false, true) if near => Some(DASH_DELAYED),
        _ => None,
    };
    Style { colour, width: width * if near { pen.zoom().clamp(1.0, 1.5) } else { 1.0 }, dash }
}

fn paint_way(
    lines: &mut LineMesh,
    way: &SceneWay,
    screen: &mut [Pos2],
    style: Style,
    zoom: f32,
    detail: Detail,
) {
    let [.., before, end] = &mut *screen else { return };
    let heading = (*end - *before).normalized();
    let scale = zoom.clamp(0.6, 1.5);
    let into_port = way.entry == Entry::Rightwards;
    let gap = if into_port { ARROW_GAP * zoom.min(1.5) } else { 1.0 };
    let tip = *end - heading * gap;
    let open = matches!(way.kind, WayKind::Link(LinkKind::Subscribe));
    let size = ARROW * scale;
    if detail >= Detail::Compact {
        // The line must not show through the arrow's tip.
        *end = if open { tip } else { tip - heading * (size * 0.7) };
    }
    match style.dash {
        Some((on, off)) => {
            lines.dashes(screen, (on * scale, off * scale), style.width, style.colour);
        }
        None => lines.stroke(screen, style.width, style.colour),
    }
    if detail == Detail::Overview {
        return;
    }
    let (back, side) = (heading * size, heading.rot90() * (size / 2.0));
    if open {
        lines.stroke(&[tip - back + side, tip, tip - back - side], style.width, style.colour);
    } else {
        lines.triangle([tip, tip - back + side, tip - back - side], style.colour);
    }
}

fn paint_casing(lines: &mut LineMesh, pen: &Pen<'_>, crossing: &Crossing) {
    let scale = pen.zoom().clamp(0.6, 1.5);
    let at = pen.point(crossing.at);
    let along = if crossing.horizontal { Vec2::X } else { Vec2::Y } * (CASING * scale);
    lines.stroke(&[at - along, at + along], CASING * scale, pen.theme.bg_canvas);
}

/// Every place where a way crosses an earlier one, in the order of the ways.
fn crossings(scene: &Scene) -> Vec<Crossing> {
    struct Part {
        way: usize,
        a: Pos2,
        b: Pos2,
    }
    let (mut level, mut upright) = (Vec::new(), Vec::new());
    for (way, entry) in scene.ways.iter().enumerate() {
        for pair in entry.route.corners.windows(2) {
            let part = Part { way, a: pair[0].min(pair[1]), b: pair[0].max(pair[1]) };
            if (part.a.y - part.b.y).abs() < 0.01 { &mut level } else { &mut upright }.push(part);
        }
    }
    level.sort_by(|p, q| p.a.y.total_cmp(&q.a.y));
    let mut found = Vec::new();
    // Close to a corner lines merge rather than cross.
    let margin = super::routing::CORNER;
    for v in &upright {
        let first = level.partition_point(|h| h.a.y < v.a.y + margin);
        for h in level[first..].iter().take_while(|h| h.a.y < v.b.y - margin) {
            if h.way != v.way && h.a.x + margin < v.a.x && v.a.x < h.b.x - margin {
                let at = Pos2::new(v.a.x, h.a.y);
                let horizontal = h.way > v.way;
                found.push(Crossing { upper: h.way.max(v.way), at, horizontal });
            }
        }
    }
    found.sort_by_key(|crossing| crossing.upper);
    found
}

/// Where labels can still stand: what is there already, on the screen.
pub(super) struct LabelPlaces {
    taken: Vec<Rect>,
}

impl LabelPlaces {
    /// Labels lie beside these rectangles, and beside each other.
    pub(super) fn beside(taken: Vec<Rect>) -> Self {
        Self { taken }
    }

    /// Paints what stands at a way: rate, losses, latency; nothing where there is no place for it.
    pub(super) fn paint(&mut self, pen: &Pen<'_>, way: &SceneWay, label: &WayLabel) {
        let delay_at = label.delay.as_ref().and_then(|delay| paint_delay(pen, way, delay));
        self.taken.extend(delay_at);
        if label.text.is_empty() {
            return;
        }
        let theme = pen.theme;
        let colour = if label.loss { theme.full_text } else { theme.text_2 };
        let galley = pen.line(&label.text, 11.0 * pen.zoom(), Weight::Medium, f32::INFINITY);
        let lift = if delay_at.is_some() { galley.size().y * 0.6 } else { 0.0 };
        let spots = spots(pen, way, galley.size(), lift);
        if let Some(area) = self.first_free(&spots) {
            self.taken.push(area);
            pen.put(galley, area.min, Align2::LEFT_TOP, colour);
        }
    }

    fn first_free(&self, spots: &[Rect]) -> Option<Rect> {
        let is_free = |spot: &&Rect| self.taken.iter().all(|taken| !taken.intersects(**spot));
        spots.iter().find(is_free).copied()
    }
}

/// Where a label of this size may stand, best first: above the middle of the longest level part, or
/// right of an upright one; else at a third; else on the other side.
fn spots(pen: &Pen<'_>, way: &SceneWay, size: Vec2, lift: f32) -> Vec<Rect> {
    let first = way.kind == WayKind::Link(LinkKind::Publish);
    let gap = 8.0 * pen.zoom();
    // Room for the arrow and the ports beside it.
    let room = (size.x + 12.0) / pen.zoom();
    let level = way.route.longest_part(true, first).filter(|(a, b)| a.distance(*b) >= room);
    let upright = way.route.longest_part(false, first);
    let upright = upright.filter(|(a, b)| a.distance(*b) * pen.zoom() >= size.y);
    let mut spots = Vec::new();
    let mut add = |(a, b): (Pos2, Pos2), off: Vec2, align: Align2| {
        for share in [0.5, 1.0 / 3.0, 2.0 / 3.0] {
            spots.push(align.anchor_size(pen.point(a.lerp(b, share)) + off, size));
        }
    };
    if let Some(part) = level {
        add(part, Vec2::new(0.0, -gap - lift), Align2::CENTER_BOTTOM);
    }
    if let Some(part) = upright {
        add(part, Vec2::new(10.0 * pen.zoom(), 0.0), Align2::LEFT_CENTER);
    }
    if let Some(part) = level {
        add(part, Vec2::new(0.0, gap + lift), Align2::CENTER_TOP);
    }
    spots
}

/// The latency on the line, with a clock; where the line has no room for it, not at all.
fn paint_delay(pen: &Pen<'_>, way: &SceneWay, delay: &str) -> Option<Rect> {
    let theme = pen.theme;
    let galley = pen.line(delay, 11.0 * pen.zoom(), Weight::Medium, f32::INFINITY);
    let icon = galley.size().y * 0.85;
    let width = icon + 4.0 + galley.size().x;
    let (a, b) = way.route.longest_part(true, false)?;
    if a.distance(b) * pen.zoom() < width + 24.0 {
        return None;
    }
    let centre = pen.point(a.lerp(b, 0.5));
    let area = Rect::from_center_size(centre, Vec2::new(width + 8.0, galley.size().y + 2.0));
    pen.painter.rect_filled(area, CornerRadius::same(4), theme.bg_canvas);
    let left = centre.x - width / 2.0;
    let icon_rect =
        Rect::from_center_size(Pos2::new(left + icon / 2.0, centre.y), Vec2::splat(icon));
    Icon::Clock.paint(&pen.painter, icon_rect, pen.ink(theme.text_2));
    pen.put(galley, Pos2::new(left + icon + 4.0, centre.y), Align2::LEFT_CENTER, theme.text_2);
    Some(area)
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use eventloom_core::project::{Link, Node, NodeKind, Point, Producer, Waiting};

    #[test]
    fn no_label_lies_on_another() {
        let rect = |x| Rect::from_min_size(Pos2::new(x, 0.0), Vec2::new(40.0, 14.0));
        let places = LabelPlaces::beside(vec![rect(0.0), rect(60.0)]);
        assert_eq!(places.first_free(&[rect(20.0), rect(90.0), rect(110.0)]), Some(rect(110.0)));
        assert_eq!(places.first_free(&[rect(20.0), rect(70.0)]), None);
    }

    #[test]
    fn lines_that_cross_are_found_and_lines_that_merge_are_not() {
        assert_eq!(crossings(&Scene::of(&samples::orders())), []);
        let mut project = Project::default();
        let mut add = |id: &str, x, y, kind| {
            project.nodes.insert(id.into(), Node { name: String::new(), at: Point(x, y), kind });
        };
        let producer = || NodeKind::Producer(Producer::default());
        add("p", 0.0, 4.0, producer());
        add("q", 0.0, 104.0, producer());
        add("b", 400.0, 200.0, NodeKind::Queue(Waiting::default()));
        add("c", 400.0, 100.0, NodeKind::Queue(Waiting::default()));
        for (id, from, to) in [("1", "p", "b"), ("2", "q", "c")] {
            let link = Link::new(from, to);
            project.links.insert(id.into(), link);
        }
        let at = Pos2::new(280.0, 132.0);
        assert_eq!(crossings(&Scene::of(&project)), [Crossing { upper: 1, at, horizontal: true }]);
    }
}

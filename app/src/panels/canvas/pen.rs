//! What all of the canvas' painting shares: the way from canvas to screen, text that keeps its
//! floor, and lines collected in one mesh.

use std::sync::Arc;

use egui::epaint::Vertex;
use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Align2, Color32, FontFamily, FontId, Galley, Mesh, Painter, Pos2, Rect, Shape, Ui, Vec2,
};

use crate::theme::Theme;
use crate::view_state::Camera;

/// No text on the screen is smaller than this.
pub(super) const TEXT_FLOOR: f32 = 11.0;

/// How heavy text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// 400.
    Regular,
    /// 500.
    Medium,
    /// 600.
    SemiBold,
}

/// The families in which the weights are bound; the proportional one where they are not.
#[derive(Clone, Debug)]
struct Faces {
    medium: FontFamily,
    semi_bold: FontFamily,
}

impl Faces {
    fn of(ui: &Ui) -> Self {
        let family = |name: &str| {
            let named = FontFamily::Name(name.into());
            let bound = ui.fonts(|fonts| fonts.definitions().families.contains_key(&named));
            if bound { named } else { FontFamily::Proportional }
        };
        Self { medium: family("medium"), semi_bold: family("semibold") }
    }
}

/// Paints on the screen what is given in canvas points.
pub(super) struct Pen<'a> {
    /// Where shapes go.
    pub painter: Painter,
    /// The colours.
    pub theme: &'a Theme,
    /// The canvas on the screen.
    pub view: Rect,
    camera: Camera,
    faces: Faces,
    /// Whether everything is dimmed for now: an invalid target.
    pub dim: bool,
}

impl<'a> Pen<'a> {
    /// A pen for the canvas in `view`.
    pub(super) fn new(ui: &Ui, theme: &'a Theme, view: Rect, camera: Camera) -> Self {
        let painter = ui.painter().with_clip_rect(view.intersect(ui.clip_rect()));
        Self { painter, theme, view, camera, faces: Faces::of(ui), dim: false }
    }

    /// Screen points per canvas point.
    pub(super) fn zoom(&self) -> f32 {
        self.camera.zoom
    }

    /// Where a canvas point lies on the screen.
    pub(super) fn point(&self, point: Pos2) -> Pos2 {
        self.camera.to_screen(self.view, point)
    }

    /// Where a rectangle of the canvas lies on the screen.
    pub(super) fn rect(&self, rect: Rect) -> Rect {
        Rect::from_min_max(self.point(rect.min), self.point(rect.max))
    }

    /// The part of the canvas in view.
    pub(super) fn seen(&self) -> Rect {
        let corner = |point| self.camera.to_canvas(self.view, point);
        Rect::from_min_max(corner(self.view.min), corner(self.view.max))
    }

    /// The colour as it is painted: dimmed where what is painted is.
    pub(super) fn ink(&self, colour: Color32) -> Color32 {
        if self.dim { self.theme.dimmed(colour) } else { colour }
    }

    fn font(&self, size: f32, weight: Weight) -> FontId {
        let family = match weight {
            Weight::Regular => FontFamily::Proportional,
            Weight::Medium => self.faces.medium.clone(),
            Weight::SemiBold => self.faces.semi_bold.clone(),
        };
        // Half points: a zoom in motion must not fill the font atlas.
        FontId::new((size.max(TEXT_FLOOR) * 2.0).round() / 2.0, family)
    }

    /// One line of text, cut with an ellipsis at `width` (screen points).
    pub(super) fn line(&self, text: &str, size: f32, weight: Weight, width: f32) -> Arc<Galley> {
        let format = TextFormat {
            font_id: self.font(size, weight),
            color: Color32::PLACEHOLDER,
            ..TextFormat::default()
        };
        let mut job = LayoutJob::single_section(text.to_owned(), format);
        job.wrap = TextWrapping::truncate_at_width(width);
        self.painter.layout_job(job)
    }

    /// Text that wraps at `width`, at most `rows` of it, in one size and height of lines.
    pub(super) fn paragraph(&self, text: &str, size: f32, width: f32, rows: usize) -> Arc<Galley> {
        let format = TextFormat {
            font_id: self.font(size, Weight::Regular),
            color: Color32::PLACEHOLDER,
            line_height: Some((size.max(TEXT_FLOOR) * 1.5).round()),
            ..TextFormat::default()
        };
        let mut job = LayoutJob::single_section(text.to_owned(), format);
        job.wrap = TextWrapping { max_width: width, max_rows: rows, ..TextWrapping::default() };
        self.painter.layout_job(job)
    }

    /// Puts a galley there and says what it covers.
    pub(super) fn put(
        &self,
        galley: Arc<Galley>,
        at: Pos2,
        align: Align2,
        colour: Color32,
    ) -> Rect {
        let rect = align.anchor_size(at, galley.size());
        self.painter.galley(rect.min, galley, self.ink(colour));
        rect
    }
}

/// Adds a closed outline, all of which `centre` sees, as a fan.
pub(super) fn fill_fan(mesh: &mut Mesh, outline: &[Pos2], centre: Pos2, colour: Color32) {
    let base = mesh.vertices.len() as u32;
    let count = outline.len() as u32;
    mesh.colored_vertex(centre, colour);
    for point in outline {
        mesh.colored_vertex(*point, colour);
    }
    for ix in 0..count {
        mesh.add_triangle(base, base + 1 + ix, base + 1 + (ix + 1) % count);
    }
}

/// A closed outline, all of which `centre` sees, filled: a concave one too.
pub(super) fn filled(outline: &[Pos2], centre: Pos2, colour: Color32) -> Shape {
    let mut mesh = Mesh::default();
    fill_fan(&mut mesh, outline, centre, colour);
    Shape::mesh(mesh)
}

/// Many lines in one mesh, with soft edges.
pub(super) struct LineMesh {
    /// The mesh so far.
    pub mesh: Mesh,
    /// The width of the soft edge: a pixel.
    feather: f32,
    normals: Vec<Vec2>,
}

impl LineMesh {
    /// An empty one for a screen with so many pixels per point.
    pub(super) fn new(pixels_per_point: f32) -> Self {
        Self {
            mesh: Mesh::default(),
            feather: 1.0 / pixels_per_point.max(0.5),
            normals: Vec::new(),
        }
    }

    /// Adds an open line.
    pub(super) fn stroke(&mut self, points: &[Pos2], width: f32, colour: Color32) {
        if points.len() < 2 {
            return;
        }
        self.set_normals(points);
        let inner = (width - self.feather).max(0.0) / 2.0;
        let outer = inner + self.feather;
        let base = self.mesh.vertices.len() as u32;
        let clear = Color32::TRANSPARENT;
        for (point, normal) in points.iter().zip(&self.normals) {
            let rows = [(-outer, clear), (-inner, colour), (inner, colour), (outer, clear)];
            for (off, colour) in rows {
                self.mesh.vertices.push(Vertex::untextured(*point + *normal * off, colour));
            }
        }
        for ix in 0..points.len() as u32 - 1 {
            let (a, b) = (base + 4 * ix, base + 4 * ix + 4);
            for row in 0..3 {
                self.mesh.add_triangle(a + row, a + row + 1, b + row);
                self.mesh.add_triangle(a + row + 1, b + row + 1, b + row);
            }
        }
    }

    /// The normal at each point, longer where the line bends so that it keeps its width.
    fn set_normals(&mut self, points: &[Pos2]) {
        self.normals.clear();
        let mut before: Option<Vec2> = None;
        for ix in 0..points.len() {
            let after = points.get(ix + 1).map(|next| (*next - points[ix]).normalized().rot90());
            let normal = match (before, after) {
                (Some(a), Some(b)) => {
                    let sum = (a + b).normalized();
                    sum / sum.dot(a).max(0.4)
                }
                (a, b) => a.or(b).unwrap_or_default(),
            };
            self.normals.push(normal);
            before = after;
        }
    }

    /// Adds a line of dashes `on` long, `off` apart.
    pub(super) fn dashes(
        &mut self,
        points: &[Pos2],
        (on, off): (f32, f32),
        width: f32,
        ink: Color32,
    ) {
        let mut dash: Vec<Pos2> = Vec::new();
        let (mut drawing, mut left) = (true, on);
        for pair in points.windows(2) {
            let (mut a, b) = (pair[0], pair[1]);
            let direction = (b - a).normalized();
            if drawing && dash.is_empty() {
                dash.push(a);
            }
            let mut rest = a.distance(b);
            while rest > left {
                a += direction * left;
                rest -= left;
                if drawing {
                    dash.push(a);
                    self.stroke(&dash, width, ink);
                    dash.clear();
                } else {
                    dash.push(a);
                }
                drawing = !drawing;
                left = if drawing { on } else { off };
            }
            left -= rest;
            if drawing {
                dash.push(b);
            }
        }
        self.stroke(&dash, width, ink);
    }

    /// Adds a filled triangle.
    pub(super) fn triangle(&mut self, corners: [Pos2; 3], colour: Color32) {
        let base = self.mesh.vertices.len() as u32;
        for corner in corners {
            self.mesh.colored_vertex(corner, colour);
        }
        self.mesh.add_triangle(base, base + 1, base + 2);
        // Its edges are soft too.
        let [a, b, c] = corners;
        self.stroke(&[a, b, c, a], self.feather, colour);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::ThemeName;

    #[test]
    fn meshes_are_sound_and_as_wide_as_asked() {
        let theme = Theme::load(ThemeName::Dark).expect("the bundled theme is whole");
        let mut lines = LineMesh::new(1.0);
        lines.stroke(&[Pos2::ZERO, Pos2::new(100.0, 0.0)], 3.0, theme.link);
        assert!(lines.mesh.is_valid());
        let bounds = lines.mesh.calc_bounds();
        assert!((bounds.height() - 4.0).abs() < 1e-4, "3 and half a pixel each side: {bounds:?}");
        lines.stroke(&[Pos2::ZERO], 3.0, theme.link);
        lines.triangle([Pos2::ZERO, Pos2::new(8.0, 0.0), Pos2::new(0.0, 8.0)], theme.link);
        assert!(lines.mesh.is_valid());
    }

    #[test]
    fn dashes_cover_their_share_of_the_line_around_corners_too() {
        let theme = Theme::load(ThemeName::Dark).expect("the bundled theme is whole");
        let mut lines = LineMesh::new(1.0);
        let line = [Pos2::ZERO, Pos2::new(50.0, 0.0), Pos2::new(50.0, 50.0)];
        lines.dashes(&line, (6.0, 4.0), 1.0, theme.loss);
        assert!(lines.mesh.is_valid());
        // Ten dashes; the one around the corner has three points, the others two.
        let points = lines.mesh.vertices.len() / 4;
        assert!((20..=22).contains(&points), "{points}");
    }
}

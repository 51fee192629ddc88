//! Icons, painted by code: lines, arcs and rectangles on a grid of 16 × 16, stroke 1.5.

use std::f32::consts::{FRAC_PI_2, PI, TAU};

use egui::{Color32, CornerRadius, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2};

/// The side of an icon at its own size, in points.
pub const SIZE: f32 = 16.0;

/// The icons of the window. Names say what is drawn where no single use gives the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Icon {
    /// A producer: a dot that sends.
    Producer,
    /// A topic: one way becomes three.
    Topic,
    /// A queue: events in a row.
    Queue,
    /// A consumer: an arrow into a bracket.
    Consumer,
    /// A note: a page with a folded corner.
    Note,
    /// A link: two ends and a line.
    Link,
    /// Run, resume.
    Play,
    /// Pause.
    Pause,
    /// End the run.
    Stop,
    /// One step back.
    StepBack,
    /// One step forward.
    StepForward,
    /// To the start.
    SkipStart,
    /// To the front.
    SkipEnd,
    /// Start anew.
    Restart,
    /// Take back.
    Undo,
    /// Bring back.
    Redo,
    /// Show the whole drawing.
    Fit,
    /// Add, closer.
    Plus,
    /// Less, further.
    Minus,
    /// Close, lost.
    Close,
    /// A warning.
    Warning,
    /// An error.
    Error,
    /// A hint.
    Info,
    /// A file.
    File,
    /// A folder.
    Folder,
    /// Save.
    Save,
    /// The light theme.
    Sun,
    /// The dark theme.
    Moon,
    /// Search.
    Search,
    /// Done, agrees.
    Check,
    /// Folded out.
    ChevronDown,
    /// Folded in, leads on.
    ChevronRight,
    /// Time.
    Clock,
    /// Cannot be changed now.
    Lock,
    /// Publish by hand.
    Send,
    /// More actions.
    More,
    /// Remove.
    Trash,
    /// Not allowed.
    Forbidden,
    /// Settings.
    Sliders,
    /// The snapping grid.
    Grid,
    /// A dot: an event.
    Dot,
    /// A diamond: a dead letter.
    Diamond,
    /// A ring with a dot: redelivered.
    Ring,
}

impl Icon {
    /// Every icon, for galleries and tests.
    pub const ALL: [Self; 43] = [
        Self::Producer,
        Self::Topic,
        Self::Queue,
        Self::Consumer,
        Self::Note,
        Self::Link,
        Self::Play,
        Self::Pause,
        Self::Stop,
        Self::StepBack,
        Self::StepForward,
        Self::SkipStart,
        Self::SkipEnd,
        Self::Restart,
        Self::Undo,
        Self::Redo,
        Self::Fit,
        Self::Plus,
        Self::Minus,
        Self::Close,
        Self::Warning,
        Self::Error,
        Self::Info,
        Self::File,
        Self::Folder,
        Self::Save,
        Self::Sun,
        Self::Moon,
        Self::Search,
        Self::Check,
        Self::ChevronDown,
        Self::ChevronRight,
        Self::Clock,
        Self::Lock,
        Self::Send,
        Self::More,
        Self::Trash,
        Self::Forbidden,
        Self::Sliders,
        Self::Grid,
        Self::Dot,
        Self::Diamond,
        Self::Ring,
    ];

    /// Paints the icon into the largest square in the middle of `rect`.
    pub fn paint(self, painter: &Painter, rect: Rect, colour: Color32) {
        let mut shapes = Vec::with_capacity(6);
        self.shapes(rect, colour, &mut shapes);
        painter.extend(shapes);
    }

    /// The icon's shapes, for whoever collects shapes.
    pub fn shapes(self, rect: Rect, colour: Color32, out: &mut Vec<Shape>) {
        let side = rect.width().min(rect.height());
        let mut pen = Pen {
            origin: rect.center() - Vec2::splat(side / 2.0),
            scale: side / SIZE,
            colour,
            shapes: out,
        };
        match self {
            Self::Producer
            | Self::Topic
            | Self::Queue
            | Self::Consumer
            | Self::Note
            | Self::Link
            | Self::Dot
            | Self::Diamond
            | Self::Ring => self.draw_kind(&mut pen),
            Self::Play
            | Self::Pause
            | Self::Stop
            | Self::StepBack
            | Self::StepForward
            | Self::SkipStart
            | Self::SkipEnd
            | Self::Restart
            | Self::Undo
            | Self::Redo => self.draw_transport(&mut pen),
            Self::File
            | Self::Folder
            | Self::Save
            | Self::Sun
            | Self::Moon
            | Self::Search
            | Self::Clock
            | Self::Lock
            | Self::Send
            | Self::Trash
            | Self::Sliders
            | Self::Grid => self.draw_thing(&mut pen),
            _ => self.draw_sign(&mut pen),
        }
    }

    fn draw_kind(self, pen: &mut Pen<'_>) {
        match self {
            Self::Producer => {
                pen.disc(3.0, 8.0, 2.0);
                pen.line(&[(7.0, 8.0), (14.0, 8.0)]);
                pen.line(&[(11.0, 5.0), (14.0, 8.0), (11.0, 11.0)]);
            }
            Self::Topic => {
                pen.line(&[(2.0, 8.0), (13.5, 8.0)]);
                pen.line(&[(5.5, 8.0), (9.0, 3.5), (13.5, 3.5)]);
                pen.line(&[(5.5, 8.0), (9.0, 12.5), (13.5, 12.5)]);
                pen.disc(3.0, 8.0, 1.8);
            }
            Self::Queue => {
                pen.rect(1.5, 3.5, 3.5, 9.0, 1.0);
                pen.rect(6.25, 3.5, 3.5, 9.0, 1.0);
                pen.block(10.5, 3.0, 4.5, 10.0, 1.5);
            }
            Self::Consumer => {
                pen.line(&[(1.5, 8.0), (9.5, 8.0)]);
                pen.line(&[(6.5, 5.0), (9.5, 8.0), (6.5, 11.0)]);
                pen.line(&[(9.0, 2.5), (13.5, 2.5), (13.5, 13.5), (9.0, 13.5)]);
            }
            Self::Note => {
                pen.closed(&[(2.5, 2.5), (10.0, 2.5), (13.5, 6.0), (13.5, 13.5), (2.5, 13.5)]);
                pen.line(&[(10.0, 2.5), (10.0, 6.0), (13.5, 6.0)]);
                pen.line(&[(5.0, 9.5), (11.0, 9.5)]);
            }
            Self::Link => {
                pen.ring(3.5, 11.5, 2.0);
                pen.ring(12.5, 4.5, 2.0);
                pen.line(&[(5.2, 10.3), (10.8, 5.7)]);
            }
            Self::Dot => pen.disc(8.0, 8.0, 4.0),
            Self::Diamond => {
                pen.fill(&[(8.0, 3.5), (12.5, 8.0), (8.0, 12.5), (3.5, 8.0)]);
            }
            _ => {
                pen.disc(8.0, 8.0, 3.0);
                pen.ring(8.0, 8.0, 6.0);
            }
        }
    }

    fn draw_transport(self, pen: &mut Pen<'_>) {
        match self {
            Self::Play => pen.fill(&[(4.5, 2.5), (13.5, 8.0), (4.5, 13.5)]),
            Self::Pause => {
                pen.block(3.75, 3.0, 3.0, 10.0, 1.0);
                pen.block(9.25, 3.0, 3.0, 10.0, 1.0);
            }
            Self::Stop => pen.block(3.5, 3.5, 9.0, 9.0, 1.5),
            Self::StepBack => {
                pen.fill(&[(9.0, 3.0), (9.0, 13.0), (2.0, 8.0)]);
                pen.line(&[(12.5, 3.0), (12.5, 13.0)]);
            }
            Self::StepForward => {
                pen.fill(&[(7.0, 3.0), (14.0, 8.0), (7.0, 13.0)]);
                pen.line(&[(3.5, 3.0), (3.5, 13.0)]);
            }
            Self::SkipStart => {
                pen.line(&[(3.0, 3.0), (3.0, 13.0)]);
                pen.fill(&[(13.0, 3.0), (13.0, 13.0), (5.0, 8.0)]);
            }
            Self::SkipEnd => {
                pen.line(&[(13.0, 3.0), (13.0, 13.0)]);
                pen.fill(&[(3.0, 3.0), (11.0, 8.0), (3.0, 13.0)]);
            }
            Self::Restart => {
                pen.arc(8.0, 8.5, 5.25, -PI * 0.2, PI * 1.45);
                pen.line(&[(9.5, 0.9), (12.6, 5.2), (7.6, 5.6)]);
            }
            Self::Undo => {
                pen.line(&[(5.5, 2.5), (2.5, 5.5), (5.5, 8.5)]);
                pen.line(&[(2.5, 5.5), (9.5, 5.5)]);
                pen.arc(9.5, 9.5, 4.0, -FRAC_PI_2, FRAC_PI_2);
                pen.line(&[(9.5, 13.5), (6.0, 13.5)]);
            }
            _ => {
                pen.line(&[(10.5, 2.5), (13.5, 5.5), (10.5, 8.5)]);
                pen.line(&[(13.5, 5.5), (6.5, 5.5)]);
                pen.arc(6.5, 9.5, 4.0, FRAC_PI_2, PI + FRAC_PI_2);
                pen.line(&[(6.5, 13.5), (10.0, 13.5)]);
            }
        }
    }

    fn draw_thing(self, pen: &mut Pen<'_>) {
        match self {
            Self::File => {
                pen.closed(&[(3.5, 1.75), (9.5, 1.75), (12.5, 4.75), (12.5, 14.25), (3.5, 14.25)]);
                pen.line(&[(9.5, 1.75), (9.5, 4.75), (12.5, 4.75)]);
            }
            Self::Folder => pen.closed(&[
                (1.75, 3.0),
                (6.0, 3.0),
                (7.5, 5.0),
                (14.25, 5.0),
                (14.25, 13.0),
                (1.75, 13.0),
            ]),
            Self::Save => {
                pen.line(&[(8.0, 2.0), (8.0, 10.0)]);
                pen.line(&[(4.75, 6.75), (8.0, 10.0), (11.25, 6.75)]);
                pen.line(&[(2.5, 10.5), (2.5, 13.5), (13.5, 13.5), (13.5, 10.5)]);
            }
            Self::Sun => {
                pen.ring(8.0, 8.0, 3.0);
                for step in 0..8u8 {
                    let (sin, cos) = (f32::from(step) * TAU / 8.0).sin_cos();
                    let ray = |r: f32| (8.0 + r * cos, 8.0 + r * sin);
                    pen.line(&[ray(5.25), ray(6.75)]);
                }
            }
            Self::Moon => {
                // Circles about (8, 8) and (11, 5) of radius 6 and 5 meet at the two horns.
                pen.arc(8.0, 8.0, 6.0, 0.179, 4.534);
                pen.arc(11.0, 5.0, 5.0, 0.951, 3.761);
            }
            Self::Search => {
                pen.ring(7.0, 7.0, 4.5);
                pen.line(&[(10.4, 10.4), (14.0, 14.0)]);
            }
            Self::Clock => {
                pen.ring(8.0, 8.0, 6.0);
                pen.line(&[(8.0, 4.5), (8.0, 8.0), (10.5, 9.5)]);
            }
            Self::Lock => {
                pen.rect(3.0, 7.0, 10.0, 7.0, 1.5);
                pen.line(&[(5.0, 7.0), (5.0, 5.0)]);
                pen.arc(8.0, 5.0, 3.0, PI, TAU);
                pen.line(&[(11.0, 5.0), (11.0, 7.0)]);
            }
            Self::Send => {
                pen.closed(&[(2.0, 2.5), (14.0, 8.0), (2.0, 13.5), (4.0, 8.0)]);
                pen.line(&[(4.0, 8.0), (8.5, 8.0)]);
            }
            Self::Trash => {
                pen.line(&[(2.5, 4.0), (13.5, 4.0)]);
                pen.line(&[(6.0, 4.0), (6.0, 2.0), (10.0, 2.0), (10.0, 4.0)]);
                pen.line(&[(4.0, 4.0), (4.75, 14.0), (11.25, 14.0), (12.0, 4.0)]);
            }
            Self::Sliders => {
                pen.line(&[(2.0, 5.0), (8.5, 5.0)]);
                pen.line(&[(12.5, 5.0), (14.0, 5.0)]);
                pen.ring(10.5, 5.0, 2.0);
                pen.line(&[(2.0, 11.0), (3.5, 11.0)]);
                pen.line(&[(7.5, 11.0), (14.0, 11.0)]);
                pen.ring(5.5, 11.0, 2.0);
            }
            _ => {
                for x in [3.0, 8.0, 13.0] {
                    for y in [3.0, 8.0, 13.0] {
                        pen.disc(x, y, 1.0);
                    }
                }
            }
        }
    }

    fn draw_sign(self, pen: &mut Pen<'_>) {
        match self {
            Self::Fit => {
                pen.line(&[(2.5, 6.0), (2.5, 2.5), (6.0, 2.5)]);
                pen.line(&[(10.0, 2.5), (13.5, 2.5), (13.5, 6.0)]);
                pen.line(&[(13.5, 10.0), (13.5, 13.5), (10.0, 13.5)]);
                pen.line(&[(6.0, 13.5), (2.5, 13.5), (2.5, 10.0)]);
            }
            Self::Plus => {
                pen.line(&[(8.0, 3.0), (8.0, 13.0)]);
                pen.line(&[(3.0, 8.0), (13.0, 8.0)]);
            }
            Self::Minus => pen.line(&[(3.0, 8.0), (13.0, 8.0)]),
            Self::Close => {
                pen.line(&[(3.75, 3.75), (12.25, 12.25)]);
                pen.line(&[(12.25, 3.75), (3.75, 12.25)]);
            }
            Self::Warning => {
                pen.closed(&[(8.0, 2.25), (14.5, 13.5), (1.5, 13.5)]);
                pen.line(&[(8.0, 6.5), (8.0, 9.5)]);
                pen.disc(8.0, 11.5, 0.9);
            }
            Self::Error => {
                pen.closed(&octagon());
                pen.line(&[(5.75, 5.75), (10.25, 10.25)]);
                pen.line(&[(10.25, 5.75), (5.75, 10.25)]);
            }
            Self::Info => {
                pen.ring(8.0, 8.0, 6.25);
                pen.line(&[(8.0, 7.25), (8.0, 11.25)]);
                pen.disc(8.0, 4.9, 0.9);
            }
            Self::Check => pen.line(&[(2.75, 8.5), (6.25, 12.0), (13.25, 4.25)]),
            Self::ChevronDown => pen.line(&[(4.0, 6.0), (8.0, 10.0), (12.0, 6.0)]),
            Self::ChevronRight => pen.line(&[(6.0, 4.0), (10.0, 8.0), (6.0, 12.0)]),
            Self::More => {
                for x in [3.0, 8.0, 13.0] {
                    pen.disc(x, 8.0, 1.25);
                }
            }
            _ => {
                pen.ring(8.0, 8.0, 5.5);
                pen.line(&[(4.1, 11.9), (11.9, 4.1)]);
            }
        }
    }
}

fn octagon() -> Vec<(f32, f32)> {
    (0..8u8)
        .map(|corner| {
            let (sin, cos) = ((f32::from(corner) + 0.5) * TAU / 8.0).sin_cos();
            (8.0 + 6.75 * cos, 8.0 + 6.75 * sin)
        })
        .collect()
}

/// Points on an arc from angle `from` to `to`, in radians, clockwise on the screen where rising.
fn arc_points(centre: (f32, f32), radius: f32, from: f32, to: f32) -> Vec<(f32, f32)> {
    let steps = ((to - from).abs() / (PI / 12.0)).ceil().max(1.0) as u16;
    (0..=steps)
        .map(|step| {
            let angle = from + (to - from) * f32::from(step) / f32::from(steps);
            (centre.0 + radius * angle.cos(), centre.1 + radius * angle.sin())
        })
        .collect()
}

/// Draws in grid units.
struct Pen<'a> {
    origin: Pos2,
    scale: f32,
    colour: Color32,
    shapes: &'a mut Vec<Shape>,
}

impl Pen<'_> {
    fn at(&self, x: f32, y: f32) -> Pos2 {
        self.origin + Vec2::new(x, y) * self.scale
    }

    fn stroke(&self) -> Stroke {
        Stroke::new((1.5 * self.scale).max(1.0), self.colour)
    }

    fn points(&self, points: &[(f32, f32)]) -> Vec<Pos2> {
        points.iter().map(|&(x, y)| self.at(x, y)).collect()
    }

    /// An open line with round caps.
    fn line(&mut self, points: &[(f32, f32)]) {
        let stroke = self.stroke();
        let points = self.points(points);
        for end in [points.first(), points.last()].into_iter().flatten() {
            self.shapes.push(Shape::circle_filled(*end, stroke.width / 2.0, self.colour));
        }
        self.shapes.push(Shape::line(points, stroke));
    }

    fn closed(&mut self, points: &[(f32, f32)]) {
        self.shapes.push(Shape::closed_line(self.points(points), self.stroke()));
    }

    /// A filled convex shape.
    fn fill(&mut self, points: &[(f32, f32)]) {
        self.shapes.push(Shape::convex_polygon(self.points(points), self.colour, Stroke::NONE));
    }

    fn arc(&mut self, x: f32, y: f32, radius: f32, from: f32, to: f32) {
        self.line(&arc_points((x, y), radius, from, to));
    }

    fn ring(&mut self, x: f32, y: f32, radius: f32) {
        self.shapes.push(Shape::circle_stroke(self.at(x, y), radius * self.scale, self.stroke()));
    }

    fn disc(&mut self, x: f32, y: f32, radius: f32) {
        self.shapes.push(Shape::circle_filled(self.at(x, y), radius * self.scale, self.colour));
    }

    fn area(&self, x: f32, y: f32, width: f32, height: f32) -> Rect {
        Rect::from_min_size(self.at(x, y), Vec2::new(width, height) * self.scale)
    }

    fn corner(&self, radius: f32) -> CornerRadius {
        CornerRadius::same((radius * self.scale).round() as u8)
    }

    fn rect(&mut self, x: f32, y: f32, width: f32, height: f32, radius: f32) {
        let (area, corner) = (self.area(x, y, width, height), self.corner(radius));
        self.shapes.push(Shape::rect_stroke(area, corner, self.stroke(), StrokeKind::Middle));
    }

    fn block(&mut self, x: f32, y: f32, width: f32, height: f32, radius: f32) {
        let (area, corner) = (self.area(x, y, width, height), self.corner(radius));
        self.shapes.push(Shape::rect_filled(area, corner, self.colour));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::{Theme, ThemeName};

    #[test]
    fn every_icon_draws_inside_its_square() {
        let theme = Theme::load(ThemeName::Dark).expect("the bundled theme is whole");
        let square = Rect::from_min_size(Pos2::new(40.0, 20.0), Vec2::splat(SIZE));
        for icon in Icon::ALL {
            let mut shapes = Vec::new();
            icon.shapes(square, theme.text, &mut shapes);
            assert!(!shapes.is_empty(), "{icon:?} draws nothing");
            for shape in &shapes {
                let bounds = shape.visual_bounding_rect();
                assert!(square.expand(1.0).contains_rect(bounds), "{icon:?} leaves: {bounds:?}");
            }
        }
    }

    #[test]
    fn all_lists_each_icon_once() {
        let mut seen = std::collections::HashSet::new();
        for icon in Icon::ALL {
            assert!(seen.insert(icon), "{icon:?} is listed twice");
        }
    }
}

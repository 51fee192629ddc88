//! Lines as points on the screen: the smallest and the largest value of each column, so that no peak
//! is lost however many buckets share a point.

use egui::{Color32, Mesh, Pos2, Rect, pos2};
use eventloom_core::live::{Bucket, SeriesView};
use eventloom_core::time::{SimSpan, SimTime};

/// Half of a line's width.
const HALF: f32 = 0.75;
/// Lines from this colour on are dashed, so that they are not told apart by hue alone.
const FIRST_DASHED: usize = 4;
const DASH: f32 = 6.0;
const DASH_GAP: f32 = 4.0;

/// The two axes of a plot on the screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Axes {
    pub(super) area: Rect,
    pub(super) end: SimTime,
    pub(super) top: f64,
}

impl Axes {
    pub(super) fn x_of(&self, time: SimTime) -> f32 {
        let share = time.0 as f64 / self.end.0.max(1) as f64;
        self.area.left() + share as f32 * self.area.width()
    }

    pub(super) fn y_of(&self, value: f64) -> f32 {
        let share = (value / self.top).clamp(0.0, 1.0) as f32;
        self.area.bottom() - share * self.area.height()
    }

    pub(super) fn time_at(&self, x: f32) -> SimTime {
        let share =
            f64::from(((x - self.area.left()) / self.area.width().max(1.0)).clamp(0.0, 1.0));
        SimTime((share * self.end.0 as f64) as u64)
    }
}

/// One column of a line: the values in it and the one it ends with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Column {
    pub(super) x: f32,
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) last: f64,
}

/// The buckets up to `front`, those that share a point of the screen as one column.
pub(super) fn columns(line: &SeriesView, axes: &Axes, front: SimTime) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for (ix, bucket) in line.buckets.iter().enumerate() {
        let start = SimTime((ix as u64).saturating_mul(line.width.0));
        if start > front {
            break;
        }
        let x = axes.x_of(start);
        match columns.last_mut() {
            Some(column) if x.floor() <= column.x => {
                column.min = column.min.min(bucket.min);
                column.max = column.max.max(bucket.max);
                column.last = bucket.last;
            }
            _ => columns.push(Column {
                x: x.floor(),
                min: bucket.min,
                max: bucket.max,
                last: bucket.last,
            }),
        }
    }
    columns
}

/// The trailing means over `window` of a line of rates.
pub(super) fn smoothed(line: &SeriesView, window: SimSpan) -> SeriesView {
    let count = (window.0 / line.width.0.max(1)).max(1) as usize;
    let mut sum = 0.0;
    let mut buckets = Vec::with_capacity(line.buckets.len());
    for (ix, bucket) in line.buckets.iter().enumerate() {
        sum += bucket.last;
        if ix >= count {
            sum -= line.buckets[ix - count].last;
        }
        // What is left of a sum that ought to be zero is noise.
        let mean = (sum / count.min(ix + 1) as f64).max(0.0);
        buckets.push(Bucket { min: mean, max: mean, last: mean });
    }
    SeriesView { key: line.key, width: line.width, buckets: buckets.into() }
}

/// The value of a line at `time`; none before its first and after its last bucket.
pub(super) fn value_at(line: &SeriesView, time: SimTime) -> Option<f64> {
    let ix = usize::try_from(time.0 / line.width.0.max(1)).ok()?;
    // At the very end of the last bucket the line still shows that one's value.
    let is_end = ix > 0 && ix == line.buckets.len() && time.0.is_multiple_of(line.width.0.max(1));
    let ix = if is_end { ix - 1 } else { ix };
    line.buckets.get(ix).map(|bucket| bucket.last)
}

/// Adds a step-shaped line: across at a column's last value, and up and down to its extremes.
pub(super) fn add_steps(
    mesh: &mut Mesh,
    columns: &[Column],
    axes: &Axes,
    end: f32,
    colour: Color32,
    number: usize,
) {
    let is_dashed = number >= FIRST_DASHED;
    let mut before: Option<f64> = None;
    for (ix, column) in columns.iter().enumerate() {
        let next = columns.get(ix + 1).map_or(end, |next| next.x);
        let low = before.map_or(column.min, |value| value.min(column.min)).min(column.last);
        let high = before.map_or(column.max, |value| value.max(column.max)).max(column.last);
        let (top, bottom) = (axes.y_of(high), axes.y_of(low));
        mesh.add_colored_rect(
            Rect::from_min_max(
                pos2(column.x - HALF, top - HALF),
                pos2(column.x + HALF, bottom + HALF),
            ),
            colour,
        );
        let y = axes.y_of(column.last);
        let (mut from, step) =
            if is_dashed { (dash_start(column.x), DASH) } else { (column.x, f32::INFINITY) };
        while from < next {
            let to = (from + step).min(next);
            let from_here = from.max(column.x);
            if to > from_here {
                let across = Rect::from_min_max(pos2(from_here, y - HALF), pos2(to, y + HALF));
                mesh.add_colored_rect(across, colour);
            }
            from += step + DASH_GAP;
        }
        before = Some(column.last);
    }
}

/// Dashes keep their places while the line goes up and down.
fn dash_start(x: f32) -> f32 {
    (x / (DASH + DASH_GAP)).floor() * (DASH + DASH_GAP)
}

/// The points of a line that is not step-shaped, one for each column.
pub(super) fn points(columns: &[Column], axes: &Axes) -> Vec<Pos2> {
    columns.iter().map(|column| pos2(column.x, axes.y_of(column.last))).collect()
}

/// Whether lines of this colour are dashed, and how.
pub(super) fn dashes(number: usize) -> Option<(f32, f32)> {
    (number >= FIRST_DASHED).then_some((DASH, DASH_GAP))
}

#[cfg(test)]
mod tests {
    use eventloom_core::fact::ElementIx;
    use eventloom_core::live::{SeriesKey, SeriesMeasure};

    use super::*;

    fn line(values: &[f64]) -> SeriesView {
        let bucket = |value: &f64| Bucket { min: *value - 1.0, max: *value + 1.0, last: *value };
        SeriesView {
            key: SeriesKey { element: ElementIx(0), measure: SeriesMeasure::QueueLength },
            width: SimSpan::from_secs(1),
            buckets: values.iter().map(bucket).collect::<Vec<_>>().into(),
        }
    }

    fn axes(width: f32, end_s: u64) -> Axes {
        let area = Rect::from_min_size(pos2(0.0, 0.0), egui::vec2(width, 100.0));
        Axes { area, end: SimTime(end_s * 1_000_000_000), top: 100.0 }
    }

    #[test]
    fn no_peak_is_lost_where_many_buckets_share_a_point() {
        let mut values = vec![0.0; 10_000];
        values[7_777] = 90.0;
        let columns = columns(&line(&values), &axes(100.0, 10_000), SimTime::MAX);
        assert!(columns.len() <= 101, "{}", columns.len());
        let peak = columns.iter().map(|column| column.max).fold(0.0, f64::max);
        assert_eq!(peak, 91.0);
        assert!(columns.iter().all(|column| column.last == 0.0 || column.last == 90.0));
    }

    #[test]
    fn nothing_is_drawn_beyond_the_front() {
        let columns = columns(&line(&[1.0; 50]), &axes(100.0, 50), SimTime(20_000_000_000));
        assert_eq!(columns.len(), 21);
    }

    #[test]
    fn means_trail_over_their_window() {
        let smooth = smoothed(&line(&[4.0, 0.0, 0.0, 8.0]), SimSpan::from_secs(2));
        let means: Vec<f64> = smooth.buckets.iter().map(|bucket| bucket.last).collect();
        assert_eq!(means, [4.0, 2.0, 0.0, 4.0]);
        let same = smoothed(&line(&[4.0, 1.0]), SimSpan::ZERO);
        assert_eq!(same.buckets[1].last, 1.0);
    }

    #[test]
    fn a_value_is_read_from_the_bucket_of_its_time() {
        let line = line(&[4.0, 7.0]);
        assert_eq!(value_at(&line, SimTime(1_500_000_000)), Some(7.0));
        assert_eq!(value_at(&line, SimTime(2_000_000_000)), Some(7.0));
        assert_eq!(value_at(&line, SimTime(2_000_000_001)), None);
    }

    #[test]
    fn a_step_line_stays_inside_its_plot() {
        let axes = axes(100.0, 4);
        let columns = columns(&line(&[4.0, 300.0, -5.0, 50.0]), &axes, SimTime::MAX);
        for number in [0, FIRST_DASHED] {
            let mut mesh = Mesh::default();
            add_steps(&mut mesh, &columns, &axes, 100.0, Color32::PLACEHOLDER, number);
            let bounds = axes.area.expand(1.0);
            assert!(!mesh.vertices.is_empty());
            assert!(mesh.vertices.iter().all(|vertex| bounds.contains(vertex.pos)));
        }
    }
}

//! Driver 2: the world paced by a clock, and what it shows the window.

mod view;

pub use view::{
    Bucket, ContentsRow, Dot, DotShape, ElementView, FlowLink, RunState, SelectionTail, SeriesKey,
    SeriesMeasure, SeriesView, Speed, View,
};

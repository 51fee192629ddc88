//! Driver 2: the world paced by a clock, and what it shows the window.

mod engine;
mod folds;
mod look;
mod rates;
mod view;
mod worker;

pub use engine::{Engine, Next};
pub use rates::Rates;
pub use view::{
    Bucket, ContentsRow, Dot, DotShape, ElementView, FlowLink, NodeState, RunState, SelectionTail,
    SeriesKey, SeriesMeasure, SeriesView, Speed, View,
};
pub use worker::{RunCommand, Worker};

#[cfg(test)]
mod tests;

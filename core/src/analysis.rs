//! Sinks and folds over facts: statistics, plots' lines, and what is seen moving. They know facts
//! and nothing else, so that a run, its journal and a foreign log can be read alike.

pub mod flow;
pub mod histogram;
pub mod report;
pub mod series;
mod sparse;
pub mod statistics;

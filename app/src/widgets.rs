//! What several panels draw alike.

pub mod control;
pub mod field;
pub mod format;
pub mod icons;
pub mod lettering;
pub mod logo;
pub mod names;
pub mod prompt;
pub mod section;
pub mod segmented;
pub mod ticks;

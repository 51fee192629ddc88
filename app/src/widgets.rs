//! What several panels draw alike.

pub mod icons;

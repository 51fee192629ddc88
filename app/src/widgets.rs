//! What several panels draw alike.

pub mod button;
pub mod icons;
pub mod logo;

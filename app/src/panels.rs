//! The panels: each sees the frame's context and asks for changes by commands.

pub mod canvas;
pub mod start;

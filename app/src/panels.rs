//! The panels. Each sees the frame's context, asks by commands, and owns only what passes.

pub mod canvas;
pub mod start;

//! The panels. Each sees the frame's context, asks by commands, and owns only what passes.

pub mod canvas;
pub mod inspector;
pub mod lists;
pub mod palette;
pub mod plots;
pub mod problems;
pub mod run_bar;
pub mod start;
pub mod timeline;

#[cfg(test)]
mod test_kit;

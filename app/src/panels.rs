//! The panels. Each sees the frame's context, asks by commands, and owns only what passes.

pub mod canvas;
pub mod inspector;
pub mod palette;
pub mod problems;
pub mod run_bar;
pub mod start;

#[cfg(test)]
mod test_kit;

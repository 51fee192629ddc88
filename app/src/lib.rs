//! Eventloom's window and command line.

pub mod command;
pub mod context;
pub mod panels;
pub mod text;
pub mod theme;
pub mod view_state;
pub mod widgets;

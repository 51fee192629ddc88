//! Eventloom's window and command line.

pub mod app;
pub mod background;
pub mod cli;
pub mod command;
pub mod context;
pub mod dialogs;
pub mod document_session;
pub mod geometry;
pub mod notices;
pub mod panels;
pub mod run_session;
pub mod samples;
pub mod settings;
pub mod state;
pub mod text;
pub mod theme;
pub mod view_state;
pub mod widgets;

//! The promises of Eventloom, held from outside: one module for each, one binary for all.

#[path = "acceptance/command_line.rs"]
mod command_line;
#[path = "acceptance/journal.rs"]
mod journal;
#[path = "acceptance/real_window.rs"]
mod real_window;
#[path = "acceptance/samples.rs"]
mod samples;
#[path = "acceptance/thread.rs"]
mod thread;
#[path = "acceptance/walls.rs"]
mod walls;

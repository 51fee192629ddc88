//! The project compiled to tables: the bus and the behaviours around it, a sans-I/O state machine.

mod input;

pub use input::{Given, Input};

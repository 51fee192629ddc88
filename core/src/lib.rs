//! The core of Eventloom: everything but the window and the command line.
//!
//! Data flows one way: a [`project`] is compiled to a world, the world writes facts, sinks fold
//! them into statistics, series and pictures; what comes back are inputs.

pub mod analysis;
pub mod bus;
pub mod edit;
pub mod expression;
pub mod fact;
pub mod ids;
pub mod interop;
pub mod journal;
pub mod live;
mod mix;
pub mod project;
pub mod run;
pub mod time;
pub mod virtual_time;
pub mod world;

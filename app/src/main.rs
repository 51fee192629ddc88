//! The binary.

use std::process::ExitCode;

use eventloom::app::{self, FirstView};
use eventloom::cli::{self, Asked};
use tracing_subscriber::EnvFilter;

// Frames with large meshes take 2 ms instead of 7 ms where memory is kept.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match cli::start(std::env::args_os()) {
        Asked::Done(code) => code,
        Asked::Window(first) => window(first),
    }
}

fn window(first: FirstView) -> ExitCode {
    match app::run(first) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("the window cannot open: {error}");
            ExitCode::FAILURE
        }
    }
}

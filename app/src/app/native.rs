//! The native window.

use std::path::PathBuf;

use directories::ProjectDirs;
use eframe::{NativeOptions, Renderer};
use egui::ViewportBuilder;

use super::{EventloomApp, FirstView};
use crate::run_session;
use crate::state::Surroundings;
use crate::text::tr;

/// Opens the window and returns when it is closed.
///
/// # Errors
/// Where the system gives no window.
pub fn run(first: FirstView) -> eframe::Result {
    let viewport = ViewportBuilder::default()
        .with_title(tr("shell-app-name"))
        .with_app_id("eventloom")
        .with_inner_size([1440.0, 900.0])
        .with_min_inner_size([960.0, 600.0]);
    let options = NativeOptions { viewport, renderer: Renderer::Glow, ..NativeOptions::default() };
    eframe::run_native(
        "eventloom",
        options,
        Box::new(|context| {
            let app = EventloomApp::new(&context.egui_ctx, surroundings(), first)?;
            Ok(Box::new(app))
        }),
    )
}

fn surroundings() -> Surroundings {
    let dirs = ProjectDirs::from("", "", "eventloom");
    let cache = dirs.as_ref().map(|dirs| dirs.cache_dir().to_owned());
    Surroundings {
        config: dirs.as_ref().map(|dirs| dirs.config_dir().to_owned()),
        cache: cache.unwrap_or_else(|| std::env::temp_dir().join("eventloom")),
        folder: std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/")),
        launcher: run_session::launcher(),
    }
}

//! From egui's pointer events to the gesture's inputs, and the wheel.

use egui::{Event, Key, Modifiers, PointerButton, Pos2, Response, Ui};

use super::CanvasPanel;
use super::gesture::{Board, Gesture, Input, Pointer};
use super::hit_test::{self, Hit};
use crate::command::{Command, CommandQueue};
use crate::context::FrameContext;
use crate::view_state::Camera;

/// So many points of wheel travel make the zoom e times larger.
const WHEEL_PER_E: f32 = 240.0;

impl CanvasPanel {
    /// Hands the frame's pointer events to the gesture and asks for what follows.
    pub(super) fn follow_pointer(
        &mut self,
        ui: &Ui,
        canvas: &Response,
        frame: &FrameContext<'_>,
        commands: &mut CommandQueue,
    ) {
        let events = ui.input(|input| {
            let of_pointer = |event: &&Event| {
                matches!(event, Event::PointerButton { .. } | Event::PointerMoved(_))
            };
            input.events.iter().filter(of_pointer).cloned().collect::<Vec<_>>()
        });
        for event in &events {
            self.follow_event(ui, canvas, frame, event, commands);
        }
        let (any_down, twice) = ui.input(|input| {
            let twice = input.pointer.button_double_clicked(PointerButton::Primary);
            (input.pointer.any_down(), twice)
        });
        if self.gesture != Gesture::Ready && !any_down {
            // The release went elsewhere.
            self.step(&Input::Cancel, frame, commands);
            self.button = None;
        }
        let here = ui.input(|input| input.pointer.latest_pos());
        let here = here.filter(|at| self.is_ours(ui, canvas, *at));
        self.hover = here.map(|at| self.hit(canvas, frame.camera, at));
        if let (Some(hit), true) = (self.hover.clone(), twice) {
            self.step(&Input::DoubleClick { hit }, frame, commands);
        }
        if let (Some(at), true) = (here, canvas.contains_pointer()) {
            follow_wheel(ui, canvas, frame.camera, at, commands);
        }
    }

    fn follow_event(
        &mut self,
        ui: &Ui,
        canvas: &Response,
        frame: &FrameContext<'_>,
        event: &Event,
        commands: &mut CommandQueue,
    ) {
        match *event {
            Event::PointerMoved(screen) => {
                let at = pointer(canvas, frame.camera, screen);
                self.step(&Input::Move { at }, frame, commands);
            }
            Event::PointerButton { pos, button, pressed: true, modifiers } => {
                if self.button.is_some() || !self.is_ours(ui, canvas, pos) {
                    return;
                }
                canvas.request_focus();
                self.button = Some(button);
                let at = pointer(canvas, frame.camera, pos);
                let space = ui.input(|input| input.key_down(Key::Space));
                let input = if button == PointerButton::Primary && !space {
                    let hit = self.hit(canvas, frame.camera, pos);
                    Input::Press { at, hit, add: adds(modifiers) }
                } else {
                    Input::PressPan { at }
                };
                self.step(&input, frame, commands);
            }
            Event::PointerButton { pos, button, pressed: false, .. }
                if self.button == Some(button) =>
            {
                self.button = None;
                let at = pointer(canvas, frame.camera, pos);
                self.step(&Input::Release { at }, frame, commands);
            }
            _ => {}
        }
    }

    /// Whether a press there is the canvas' own: nothing lies over it.
    fn is_ours(&self, ui: &Ui, canvas: &Response, at: Pos2) -> bool {
        let covered = self.overlays.iter().any(|overlay| overlay.contains(at));
        canvas.interact_rect.contains(at)
            && !covered
            && ui.ctx().layer_id_at(at).is_none_or(|layer| layer == ui.layer_id())
    }

    fn hit(&self, canvas: &Response, camera: Camera, at: Pos2) -> Hit {
        let point = camera.to_canvas(canvas.rect, at);
        hit_test::hit(&self.scene, point, camera.zoom, self.detail)
    }

    fn step(&mut self, input: &Input, frame: &FrameContext<'_>, commands: &mut CommandQueue) {
        let board = Board {
            project: frame.project,
            scene: &self.scene,
            selection: frame.selection,
            camera: frame.camera,
            read_only: frame.read_only,
        };
        let (next, asked) = std::mem::take(&mut self.gesture).step(input, &board);
        self.gesture = next;
        for command in asked {
            commands.push(command);
        }
    }
}

fn adds(modifiers: Modifiers) -> bool {
    modifiers.shift || modifiers.command || modifiers.ctrl
}

fn pointer(canvas: &Response, camera: Camera, screen: Pos2) -> Pointer {
    Pointer { canvas: camera.to_canvas(canvas.rect, screen), screen }
}

/// The wheel zooms about the pointer; with Shift, and sideways, it moves the view.
fn follow_wheel(ui: &Ui, canvas: &Response, camera: Camera, at: Pos2, commands: &mut CommandQueue) {
    let (scroll, pinch, shift) =
        ui.input(|input| (input.smooth_scroll_delta(), input.zoom_delta(), input.modifiers.shift));
    let mut next = camera;
    let mut factor = pinch;
    if shift {
        next.centre -= scroll / camera.zoom;
    } else {
        next.centre.x -= scroll.x / camera.zoom;
        factor *= (scroll.y / WHEEL_PER_E).exp();
    }
    if factor != 1.0 {
        next = zoomed_about(next, canvas.rect, at, factor);
    }
    if next != camera {
        commands.push(Command::SetCamera(next));
    }
}

/// The camera zoomed by `factor` so that what lies at the screen point `at` stays there.
fn zoomed_about(camera: Camera, view: egui::Rect, at: Pos2, factor: f32) -> Camera {
    let zoom = (camera.zoom * factor).clamp(Camera::MIN_ZOOM, Camera::MAX_ZOOM);
    let point = camera.to_canvas(view, at);
    Camera { centre: point - (at - view.center()) / zoom, zoom }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Rect, Vec2};

    #[test]
    fn zooming_keeps_the_point_under_the_pointer_and_its_bounds() {
        let view = Rect::from_min_size(Pos2::new(200.0, 40.0), Vec2::new(900.0, 700.0));
        let camera = Camera { centre: Pos2::new(30.0, -20.0), zoom: 0.8 };
        let at = Pos2::new(300.0, 600.0);
        let point = camera.to_canvas(view, at);
        for factor in [0.5, 1.3, 100.0, 1e-9] {
            let next = zoomed_about(camera, view, at, factor);
            assert!((Camera::MIN_ZOOM..=Camera::MAX_ZOOM).contains(&next.zoom));
            assert!(next.to_screen(view, point).distance(at) < 0.05, "{factor}");
        }
    }
}

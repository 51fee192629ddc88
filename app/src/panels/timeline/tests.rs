use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::*;
use crate::panels::test_kit::{Stage, view};

const WIDTH: f32 = 1_000.0;

fn timeline(view: Option<View>) -> Harness<'static, Stage<TimelinePanel>> {
    let mut harness =
        Stage::harness([WIDTH, 160.0], |panel: &mut TimelinePanel, ui, frame, commands| {
            panel.show(ui, frame, commands);
        });
    harness.state_mut().view = view;
    harness.run();
    harness
}

/// The place of this second on the strips; the axis of the run in the kit ends at 60 s.
fn at(harness: &Harness<'static, Stage<TimelinePanel>>, seconds: f32) -> egui::Pos2 {
    let hit = harness.get_by_label("Playhead").rect().shrink2(vec2(12.0, 0.0));
    pos2(hit.left() + hit.width() * seconds / 60.0, hit.top() + 40.0)
}

fn sought(commands: &[Command]) -> Vec<f64> {
    commands
        .iter()
        .map(|command| match command {
            Command::Seek(time) => time.as_secs_f64(),
            other => panic!("unexpected {other:?}"),
        })
        .collect()
}

#[test]
fn a_drag_seeks_as_it_goes_and_a_rest_asks_for_nothing() {
    let mut harness = timeline(Some(view()));
    let (from, to) = (at(&harness, 40.0), at(&harness, 10.0));
    harness.hover_at(from);
    harness.run();
    harness.drag_at(from);
    harness.run();
    harness.state_mut().take();
    for step in 1..=3 {
        harness.hover_at(from.lerp(to, step as f32 / 3.0));
        harness.run();
    }
    let times = sought(&harness.state_mut().take());
    assert_eq!(times.len(), 3, "{times:?}");
    for (time, expected) in times.iter().zip([30.0, 20.0, 10.0]) {
        assert!((time - expected).abs() < 0.2, "{times:?}");
    }
    harness.run_steps(3);
    assert!(harness.state_mut().take().is_empty());
    harness.drop_at(to);
    harness.run();
}

#[test]
fn a_click_seeks_and_beyond_the_front_the_run_is_followed() {
    let mut harness = timeline(Some(view()));
    for (seconds, is_ahead) in [(25.0, false), (55.0, true)] {
        let place = at(&harness, seconds);
        harness.drag_at(place);
        harness.run();
        harness.drop_at(place);
        harness.run();
        let commands = harness.state_mut().take();
        if is_ahead {
            assert_eq!(commands, [Command::Act(Action::GoLive)]);
        } else {
            let times = sought(&commands);
            assert!((times[0] - 25.0).abs() < 0.2, "{times:?}");
        }
        harness.run_steps(60);
    }
}

#[test]
fn the_header_leads_back_to_now() {
    let mut harness = timeline(Some(view()));
    assert!(harness.query_by_label("32\u{2009}109 facts").is_some());
    harness.get_by_label("10.0 s behind · Go live").click();
    harness.run();
    assert_eq!(harness.state_mut().take(), [Command::Act(Action::GoLive)]);
    let mut now = view();
    now.live = true;
    now.at = now.front;
    harness.state_mut().view = Some(now);
    harness.run();
    assert!(harness.query_by_label("Live").is_some());
}

#[test]
fn an_empty_run_and_a_very_long_one_are_drawn() {
    let mut harness = timeline(None);
    let mut early = view();
    early.front = SimTime::ZERO;
    early.at = SimTime::ZERO;
    early.density = std::sync::Arc::default();
    early.series = std::sync::Arc::default();
    harness.state_mut().view = Some(early);
    harness.run();
    let mut late = view();
    late.front = SimTime::MAX;
    harness.state_mut().view = Some(late);
    harness.run();
    assert!(harness.query_by_label("Playhead").is_some());
}

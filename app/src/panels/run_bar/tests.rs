use egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::*;
use crate::command::Command;
use crate::panels::test_kit::{Stage, view};

fn bar(view: Option<View>) -> Harness<'static, Stage<RunBar>> {
    let mut harness = Stage::harness([1_000.0, 480.0], |bar: &mut RunBar, ui, frame, commands| {
        let room = egui::UiBuilder::new().max_rect(ui.max_rect().with_max_y(44.0));
        ui.scope_builder(room, |ui| bar.show(ui, frame, commands));
    });
    harness.state_mut().view = view;
    harness.run();
    harness
}

fn asked(harness: &mut Harness<'static, Stage<RunBar>>, label: &str) -> Vec<Command> {
    harness.get_by_label(label).click();
    harness.run();
    harness.state_mut().take()
}

#[test]
fn each_button_asks_for_its_action() {
    let mut harness = bar(Some(view()));
    let cases = [
        ("To the start", Action::SeekStart),
        ("Step back", Action::StepBack),
        ("Pause", Action::PlayPause),
        ("Step", Action::StepFact),
        ("Step to the next change", Action::StepVisible),
        ("Stop", Action::Stop),
        ("10.0 s behind · Go live", Action::GoLive),
    ];
    for (label, action) in cases {
        assert_eq!(asked(&mut harness, label), [Command::Act(action)], "{label}");
    }
    assert!(harness.query_by_label("Time 00:00:40.000").is_some());
}

#[test]
fn without_a_run_only_run_and_restart_can_be_asked_for() {
    let mut harness = bar(None);
    assert!(harness.query_by_label("Ready · seed 42").is_some());
    assert_eq!(asked(&mut harness, "Stop"), []);
    assert_eq!(asked(&mut harness, "Step back"), []);
    assert_eq!(asked(&mut harness, "Run"), [Command::Act(Action::PlayPause)]);
}

#[test]
fn the_speed_is_chosen_or_typed() {
    let mut harness = bar(Some(view()));
    harness.get_by_label("Speed 1×").click();
    harness.run();
    let fast = [Command::SetSpeed(Speed::Times(100.0))];
    assert_eq!(asked(&mut harness, "100×"), fast);
    harness.get_by_label("Speed 1×").click();
    harness.run();
    harness.get_by_label("Another, 0.01 to 1000").focus();
    harness.run();
    harness.get_by_label("Another, 0.01 to 1000").type_text("0.3");
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state_mut().take(), [Command::SetSpeed(Speed::Times(0.3))]);
}

#[test]
fn a_run_starts_anew_with_the_same_the_next_or_a_given_seed() {
    let mut harness = bar(Some(view()));
    let open = |harness: &mut Harness<'static, Stage<RunBar>>| {
        harness.get_by_label("Restart").click();
        harness.run();
    };
    open(&mut harness);
    assert_eq!(asked(&mut harness, "Same seed, 42"), [Command::Act(Action::Restart)]);
    open(&mut harness);
    assert_eq!(asked(&mut harness, "Next seed, 43"), [Command::Act(Action::RestartNextSeed)]);
    open(&mut harness);
    harness.get_by_label("Another seed, then Enter").focus();
    harness.run();
    harness.get_by_label("Another seed, then Enter").type_text("7");
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state_mut().take(), [Command::RestartSeed(7)]);
}

#[test]
fn the_state_is_said_in_words() {
    let mut now = view();
    now.live = true;
    let mut harness = bar(Some(now.clone()));
    assert!(harness.query_by_label("On time").is_some());
    now.lag = SimSpan::from_millis(800);
    harness.state_mut().view = Some(now.clone());
    harness.run();
    assert!(harness.query_by_label("Lags 0.8 s").is_some());
    now.state = RunState::Stuck("Too many steps at orders.".into());
    harness.state_mut().view = Some(now);
    harness.run();
    assert!(harness.query_by_label("Too many steps at orders.").is_some());
}

use egui::{Key, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use eventloom_core::edit::Edit;
use eventloom_core::project::{NodeKind, Service};

use super::*;
use crate::command::Command;
use crate::panels::test_kit::{Stage, view};
use crate::view_state::Selection;

type Inspected = Harness<'static, Stage<InspectorPanel>>;

fn inspect(node: &str) -> Inspected {
    let mut harness =
        Stage::harness([304.0, 900.0], |panel: &mut InspectorPanel, ui, frame, commands| {
            panel.show(ui, frame, commands);
        });
    harness.state_mut().select(node);
    harness.run();
    harness
}

/// Puts `text` in place of what the field holds.
fn write(harness: &mut Inspected, label: &str, text: &str) {
    write_in(harness, Role::TextInput, label, text);
}

/// The same for a field of several lines.
fn write_lines(harness: &mut Inspected, label: &str, text: &str) {
    write_in(harness, Role::MultilineTextInput, label, text);
}

fn write_in(harness: &mut Inspected, role: Role, label: &str, text: &str) {
    harness.get_by_role_and_label(role, label).focus();
    harness.run();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    harness.run();
    harness.get_by_role_and_label(role, label).type_text(text);
    harness.run();
}

fn field_text(harness: &Inspected, label: &str) -> String {
    let field = harness.get_by_role_and_label(Role::TextInput, label);
    field.accesskit_node().value().unwrap_or_default()
}

fn lines_text(harness: &Inspected, label: &str) -> String {
    let field = harness.get_by_role_and_label(Role::MultilineTextInput, label);
    field.accesskit_node().value().unwrap_or_default()
}

fn set_node(harness: &mut Inspected) -> Vec<Node> {
    let commands = harness.state_mut().take();
    commands
        .into_iter()
        .map(|command| match command {
            Command::Edit(Edit::SetNode { node, .. }) => node,
            other => panic!("unexpected {other:?}"),
        })
        .collect()
}

#[test]
fn enter_commits_a_number() {
    let mut harness = inspect("payment");
    write(&mut harness, "Capacity", "120");
    assert!(harness.state_mut().take().is_empty(), "a draft is no change yet");
    harness.key_press(Key::Enter);
    harness.run();
    let nodes = set_node(&mut harness);
    assert_eq!(nodes.len(), 1);
    assert!(matches!(&nodes[0].kind, NodeKind::Queue(waiting) if waiting.capacity == Some(120)));
}

#[test]
fn an_empty_field_takes_the_limit_away() {
    let mut harness = inspect("payment");
    write(&mut harness, "Capacity", " ");
    harness.key_press(Key::Enter);
    harness.run();
    let nodes = set_node(&mut harness);
    assert!(matches!(&nodes[0].kind, NodeKind::Queue(waiting) if waiting.capacity.is_none()));
}

#[test]
fn a_number_out_of_bounds_is_refused_with_its_reason_and_kept() {
    let mut harness = inspect("payment");
    write(&mut harness, "Delivery limit", "0");
    harness.key_press(Key::Enter);
    harness.run();
    assert!(harness.state_mut().take().is_empty(), "nothing may be committed");
    assert!(harness.query_by_label("The delivery limit is at least 1. Was 5.").is_some());
    assert_eq!(field_text(&harness, "Delivery limit"), "0");
    // Escape brings back what was.
    harness.key_press(Key::Escape);
    harness.run();
    assert!(harness.query_by_label("The delivery limit is at least 1. Was 5.").is_none());
    assert_eq!(field_text(&harness, "Delivery limit"), "5");
    assert!(harness.state_mut().take().is_empty());
}

#[test]
fn rules_out_of_bounds_are_refused_with_their_reason_and_kept() {
    let rules = r#"[(type: "paid", probability: 2.0)]"#;
    let mut harness = inspect("service");
    write_lines(&mut harness, "Rules", rules);
    harness.get_by_role_and_label(Role::TextInput, "Concurrency").focus();
    harness.run();
    assert!(harness.state_mut().take().is_empty(), "nothing may be committed");
    assert_eq!(lines_text(&harness, "Rules"), rules);
    assert!(harness.query_by_label_contains("The probability").is_some());
    // Put right, they are taken.
    write_lines(&mut harness, "Rules", r#"[(type: "paid", probability: 0.5)]"#);
    harness.get_by_role_and_label(Role::TextInput, "Concurrency").focus();
    harness.run();
    let nodes = set_node(&mut harness);
    let NodeKind::Consumer(consumer) = &nodes[0].kind else { panic!("a consumer stays one") };
    assert_eq!(consumer.emissions.len(), 1);
    assert!(harness.query_by_label_contains("The probability").is_none());
}

#[test]
fn leaving_a_field_commits_it_too() {
    let mut harness = inspect("service");
    write(&mut harness, "Mean", "80ms");
    harness.get_by_role_and_label(Role::TextInput, "Concurrency").focus();
    harness.run();
    let nodes = set_node(&mut harness);
    assert_eq!(nodes.len(), 1);
    let NodeKind::Consumer(consumer) = &nodes[0].kind else { panic!("a consumer stays one") };
    assert_eq!(consumer.service, Service::Exponential { mean_s: 0.08 });
}

#[test]
fn another_law_keeps_the_mean() {
    let mut harness = inspect("service");
    harness.get_by_role_and_label(Role::ComboBox, "Service time").click();
    harness.run();
    harness.get_by_label("Constant").click();
    harness.run();
    let nodes = set_node(&mut harness);
    let NodeKind::Consumer(consumer) = &nodes[0].kind else { panic!("a consumer stays one") };
    assert_eq!(consumer.service, Service::Constant { mean_s: 0.15 });
}

#[test]
fn problems_stand_under_their_fields() {
    let mut harness = inspect("payment");
    harness.state_mut().problems = vec![Problem {
        severity: Severity::Warning,
        code: "test",
        id: Some(ElementId::Node("payment".into())),
        field: Some("dead_letter".into()),
        message: "Dead letters have no target.".into(),
    }];
    harness.run();
    assert!(harness.query_by_label("Dead letters have no target.").is_some());
}

#[test]
fn a_link_is_selected_from_the_list_of_links() {
    let mut harness = inspect("payment");
    harness.get_by_label("payment → Payment service").click();
    harness.run();
    let link = ElementId::Link("l3".into());
    assert_eq!(harness.state_mut().take(), [Command::Select(Selection::one(link))]);
}

#[test]
fn types_are_added_and_removed() {
    let mut harness = inspect("web");
    harness.get_by_label("Add a type").click();
    harness.run();
    let nodes = set_node(&mut harness);
    let NodeKind::Producer(producer) = &nodes[0].kind else { panic!("a producer stays one") };
    assert_eq!(producer.types.len(), 1);
    let node = nodes[0].clone();
    harness.state_mut().project.nodes.insert("web".into(), node);
    harness.run();
    write(&mut harness, "Share of type 1", "-2");
    harness.key_press(Key::Enter);
    harness.run();
    assert!(harness.query_by_label("The weight is at least 0. Was 1.").is_some());
    harness.get_by_label("Remove type 1").click();
    harness.run();
    let nodes = set_node(&mut harness);
    let NodeKind::Producer(producer) = &nodes[0].kind else { panic!("a producer stays one") };
    assert!(producer.types.is_empty());
}

#[test]
fn the_past_shows_its_figures_and_takes_no_change() {
    let mut harness = inspect("payment");
    harness.state_mut().view = Some(view());
    harness.state_mut().read_only = true;
    harness.run();
    let line = "The drawing of 00:00:40.000. Go back to now to change it.";
    assert!(harness.query_by_label(line).is_some());
    assert!(harness.query_by_label("Ready 63").is_some());
    assert!(harness.query_by_label("Lost 45").is_some());
    let field = harness.get_by_role_and_label(Role::TextInput, "Capacity");
    assert!(field.accesskit_node().is_disabled());
    harness.get_by_label("Go back to now").click();
    harness.run();
    assert_eq!(harness.state_mut().take(), [Command::Act(Action::GoLive)]);
}

#[test]
fn nothing_selected_shows_the_project_and_several_their_number() {
    let mut harness = inspect("payment");
    harness.state_mut().selection = Selection::default();
    harness.run();
    write(&mut harness, "Seed", "7");
    harness.key_press(Key::Enter);
    harness.run();
    let about = Edit::SetAbout { name: "Shop".into(), text: String::new(), seed: 7 };
    assert_eq!(harness.state_mut().take(), [Command::Edit(about)]);
    harness.state_mut().selection.nodes.extend(["web".into(), "orders".into()]);
    harness.run();
    assert!(harness.query_by_label("2 selected").is_some());
    harness.get_by_label("Delete").click();
    harness.run();
    assert_eq!(harness.state_mut().take(), [Command::Act(Action::Delete)]);
}

#[test]
fn an_event_is_published_from_the_menu_while_a_run_is_on() {
    let mut harness = inspect("payment");
    let mut now = view();
    now.live = true;
    harness.state_mut().view = Some(now);
    harness.run();
    harness.get_by_label("More actions").click();
    harness.run();
    harness.get_by_label("Publish one event by hand").click();
    harness.run();
    assert_eq!(harness.state_mut().take(), [Command::Publish("payment".into())]);
}

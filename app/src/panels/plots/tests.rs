use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use super::*;
use crate::panels::test_kit::{Stage, view};

fn plots(view: Option<View>) -> Harness<'static, Stage<PlotsPanel>> {
    let mut harness =
        Stage::harness([1_000.0, 200.0], |panel: &mut PlotsPanel, ui, frame, commands| {
            panel.show(ui, frame, commands);
        });
    harness.state_mut().view = view;
    harness.run();
    harness
}

#[test]
fn a_click_shows_that_moment() {
    let mut harness = plots(Some(view()));
    let area = harness.get_by_label("Queue length").rect();
    // The axis of the run in the kit ends at 60 s.
    let place = egui::pos2(area.left() + area.width() * 0.25, area.center().y);
    harness.drag_at(place);
    harness.run();
    harness.drop_at(place);
    harness.run();
    let commands = harness.state_mut().take();
    let [Command::Seek(time)] = commands.as_slice() else { panic!("unexpected {commands:?}") };
    assert!((time.as_secs_f64() - 15.0).abs() < 0.2, "{time}");
}

#[test]
fn the_legend_hides_a_line_in_both_plots_and_shows_it_again() {
    let mut harness = plots(Some(view()));
    let shown = |harness: &Harness<'static, Stage<PlotsPanel>>| {
        harness
            .get_all_by_label("payment")
            .map(|node| node.accesskit_node().toggled() == Some(egui::accesskit::Toggled::True))
            .collect::<Vec<_>>()
    };
    assert_eq!(shown(&harness), [true, true]);
    for expected in [false, true] {
        harness.get_all_by_label("payment").next().expect("the legend names the line").click();
        harness.run();
        assert_eq!(shown(&harness), [expected, expected]);
        harness.run_steps(60);
    }
}

#[test]
fn the_selected_element_comes_first_and_keeps_its_colour() {
    use eventloom_core::fact::{ElementKind, RosterEntry};
    use eventloom_core::live::SeriesKey;

    let mut view = view();
    let payment = view.roster.find(&ElementId::Node("payment".into())).expect("is there");
    let mut roster = (*view.roster).clone();
    let queue = roster.entry(payment).clone();
    for number in 0..12 {
        let ix = ElementIx(roster.entries.len() as u32);
        let id = ElementId::Node(format!("q{number}").as_str().into());
        let kind = ElementKind::Queue;
        roster.entries.push(RosterEntry { id, kind, from: ix, to: ix, ..queue.clone() });
    }
    let line = view.series[0].clone();
    let lines = roster.iter().filter(|(_, entry)| entry.kind.is_place()).map(|(element, _)| {
        let mut line = line.clone();
        line.key = SeriesKey { element, measure: SeriesMeasure::QueueLength };
        line
    });
    view.series = lines.collect::<Vec<_>>().into();
    view.roster = roster.into();
    let nothing = shown(&view, SeriesMeasure::QueueLength, None);
    assert_eq!(nothing.len(), MOST_LINES);
    assert_eq!(nothing[0].element, payment);
    let last = ElementId::Node("q11".into());
    let chosen = shown(&view, SeriesMeasure::QueueLength, Some(&last));
    assert_eq!(chosen.len(), MOST_LINES);
    assert_eq!(Some(chosen[0].element), view.roster.find(&last));
    assert_eq!(chosen[0].colour, 12);
    assert_eq!((chosen[1].element, chosen[1].colour), (payment, nothing[0].colour));
}

#[test]
fn without_a_run_it_says_what_to_do() {
    let harness = plots(None);
    assert!(harness.query_by_label("Queue length").is_none());
}

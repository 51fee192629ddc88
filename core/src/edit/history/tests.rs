use proptest::prelude::*;

use super::*;
use crate::edit::tests::{act, link, mm1, node};
use crate::project::{NodeKind, Note, Point, testing};

fn name(text: &str) -> Edit {
    Edit::SetAbout { name: text.to_owned(), text: String::new(), seed: 42 }
}

fn move_queue(project: &Project, x: f32) -> Edit {
    let mut node = project.nodes["queue"].clone();
    node.at = Point(x, 2.0);
    Edit::Batch(vec![Edit::SetNode { id: "queue".into(), node }])
}

fn start() -> (History, Project) {
    let mut project = mm1();
    project.seed = 42;
    (History::new(), project)
}

#[test]
fn steps_are_taken_back_and_done_again() {
    let (mut history, mut project) = start();
    let first = project.clone();
    assert!(!history.can_undo() && !history.can_redo() && !history.is_dirty());
    history.apply(&mut project, name("a")).expect("fits");
    history.apply(&mut project, name("b")).expect("fits");
    assert_eq!(history.undo(&mut project), Some(name("a")));
    assert_eq!(project.name, "a");
    assert_eq!(history.undo(&mut project), Some(name("")));
    assert_eq!(history.undo(&mut project), None);
    assert_eq!(project, first);
    assert_eq!(history.redo(&mut project), Some(name("a")));
    assert_eq!(history.redo(&mut project), Some(name("b")));
    assert_eq!(history.redo(&mut project), None);
    assert_eq!(project.name, "b");
}

#[test]
fn a_refused_change_is_no_step() {
    let (mut history, mut project) = start();
    let refused = history.apply(&mut project, Edit::RemoveNode { id: "queue".into() });
    assert!(refused.is_err());
    assert!(!history.can_undo() && !history.is_dirty());
}

#[test]
fn a_change_that_changes_nothing_is_no_step() {
    let (mut history, mut project) = start();
    let same = move_queue(&project, 1.0);
    history.apply(&mut project, same).expect("fits");
    let there_and_back = Edit::Batch(vec![name("x"), name("")]);
    history.apply(&mut project, there_and_back).expect("fits");
    history.apply(&mut project, Edit::Batch(Vec::new())).expect("fits");
    assert!(!history.can_undo() && !history.is_dirty());
}

#[test]
fn a_gesture_is_one_step() {
    let (mut history, mut project) = start();
    let first = project.clone();
    history.begin();
    assert!(!history.is_dirty());
    for x in [10.0, 20.0, 30.0] {
        let edit = move_queue(&first, x);
        history.preview(&mut project, edit).expect("fits");
        assert_eq!(project.nodes["queue"].at, Point(x, 2.0));
    }
    assert!(history.is_dirty() && history.can_undo() && history.in_gesture());
    assert_eq!(history.end(), Some(move_queue(&first, 30.0)));
    assert!(!history.in_gesture());
    assert_eq!(history.undo(&mut project), Some(move_queue(&first, 1.0)));
    assert_eq!(project, first);
    assert!(!history.can_undo());
    history.redo(&mut project);
    assert_eq!(project.nodes["queue"].at, Point(30.0, 2.0));
}

#[test]
fn a_gesture_that_comes_back_is_no_step() {
    let (mut history, mut project) = start();
    history.apply(&mut project, name("a")).expect("fits");
    history.undo(&mut project);
    history.begin();
    for x in [10.0, 1.0] {
        let edit = move_queue(&project, x);
        history.preview(&mut project, edit).expect("fits");
    }
    assert!(!history.is_dirty());
    assert_eq!(history.end(), None);
    assert_eq!(history.end(), None);
    assert!(history.can_redo(), "nothing happened, so what was undone can still be redone");
}

#[test]
fn a_gesture_is_aborted_whole() {
    let (mut history, mut project) = start();
    let first = project.clone();
    history.begin();
    let edit = move_queue(&project, 10.0);
    history.preview(&mut project, edit).expect("fits");
    history.abort(&mut project);
    assert_eq!(project, first);
    assert!(!history.can_undo() && !history.is_dirty() && !history.in_gesture());
    history.abort(&mut project);
    assert_eq!(project, first);
}

#[test]
fn a_preview_that_does_not_fit_leaves_the_one_before() {
    let (mut history, mut project) = start();
    history.begin();
    let note = node(NodeKind::Note(Note::default()));
    let add = Edit::SetNode { id: "note".into(), node: note };
    history.preview(&mut project, add.clone()).expect("fits");
    let shown = project.clone();
    let wrong = Edit::SetLink { id: "l3".into(), link: link("note", "queue") };
    assert!(history.preview(&mut project, wrong).is_err());
    assert_eq!(project, shown);
    assert_eq!(history.end(), Some(add));
}

#[test]
fn other_changes_end_a_gesture() {
    let (mut history, mut project) = start();
    let first = project.clone();
    history.begin();
    let edit = move_queue(&project, 10.0);
    history.preview(&mut project, edit).expect("fits");
    history.apply(&mut project, name("a")).expect("fits");
    assert!(!history.in_gesture());
    history.undo(&mut project);
    assert_eq!((project.name.as_str(), project.nodes["queue"].at), ("", Point(10.0, 2.0)));
    history.undo(&mut project);
    assert_eq!(project, first);
}

#[test]
fn the_saved_mark_is_found_again_or_lost() {
    let (mut history, mut project) = start();
    history.apply(&mut project, name("a")).expect("fits");
    assert!(history.is_dirty());
    history.mark_saved();
    assert!(!history.is_dirty());
    history.undo(&mut project);
    assert!(history.is_dirty());
    history.redo(&mut project);
    assert!(!history.is_dirty());
    history.apply(&mut project, name("b")).expect("fits");
    history.undo(&mut project);
    assert!(!history.is_dirty(), "a change after the mark, taken back");
    history.undo(&mut project);
    history.apply(&mut project, name("c")).expect("fits");
    assert!(history.is_dirty(), "as many steps as at the mark, but others");
    history.undo(&mut project);
    assert!(history.is_dirty(), "the saved state can be reached no more");
    history.mark_saved();
    assert!(!history.is_dirty());
    history.mark_unsaved();
    assert!(history.is_dirty());
}

#[test]
fn old_steps_are_forgotten_and_the_mark_with_them() {
    let (mut history, mut project) = start();
    for step in 0..MAX_STEPS + 10 {
        history.apply(&mut project, name(&step.to_string())).expect("fits");
    }
    let mut undone = 0;
    while history.undo(&mut project).is_some() {
        undone += 1;
        assert!(history.is_dirty());
    }
    assert_eq!((undone, project.name.as_str()), (MAX_STEPS, "9"));
    history.mark_saved();
    history.redo(&mut project);
    assert!(history.is_dirty());
    history.undo(&mut project);
    assert!(!history.is_dirty());
}

#[test]
fn a_broken_project_is_mended_and_broken_again() {
    let (mut history, mut project) = start();
    project.links.insert("bad".into(), link("source", "nowhere"));
    let broken = project.clone();
    history.apply(&mut project, Edit::RemoveLink { id: "bad".into() }).expect("fits");
    assert!(history.undo(&mut project).is_some());
    assert_eq!(project, broken);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn undo_of_all_is_the_first_project_and_redo_of_all_the_last(
        first in testing::project(),
        acts in proptest::collection::vec((act(), 0_u8..6), 1..25),
    ) {
        let mut project = first.clone();
        let mut history = History::new();
        let mut expected = vec![first.clone()];
        for (act, how) in acts {
            let edit = act.edit(&project);
            match how {
                0 => {
                    if history.undo(&mut project).is_some() {
                        prop_assert_eq!(&project, &expected[expected.len() - 2]);
                        history.redo(&mut project);
                    }
                }
                1 => {
                    let before = project.clone();
                    history.begin();
                    let _fits = history.preview(&mut project, edit).is_ok();
                    history.abort(&mut project);
                    prop_assert_eq!(&project, &before);
                }
                2 => {
                    history.begin();
                    let other = name("preview");
                    history.preview(&mut project, other).expect("fits");
                    let _fits = history.preview(&mut project, edit).is_ok();
                    history.end();
                }
                _ => {
                    let _fits = history.apply(&mut project, edit).is_ok();
                }
            }
            if expected.last() != Some(&project) {
                expected.push(project.clone());
            }
        }
        for state in expected.iter().rev().skip(1) {
            prop_assert!(history.undo(&mut project).is_some());
            prop_assert_eq!(&project, state);
        }
        prop_assert!(history.undo(&mut project).is_none());
        prop_assert!(!history.is_dirty());
        for state in expected.iter().skip(1) {
            prop_assert!(history.redo(&mut project).is_some());
            prop_assert_eq!(&project, state);
        }
        prop_assert!(history.redo(&mut project).is_none());
    }
}

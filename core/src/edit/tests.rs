use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::ids::is_valid_id;
use crate::project::check::{can_run, check};
use crate::project::{Consumer, NodeKind, Note, Point, Producer, Waiting, testing};

pub(super) fn node(kind: NodeKind) -> Node {
    Node { name: String::new(), at: Point(1.0, 2.0), kind }
}

pub(super) fn link(from: &str, to: &str) -> Link {
    Link::new(from, to)
}

fn set_node(id: &str, kind: NodeKind) -> Edit {
    Edit::SetNode { id: id.into(), node: node(kind) }
}

fn set_link(id: &str, from: &str, to: &str) -> Edit {
    Edit::SetLink { id: id.into(), link: link(from, to) }
}

pub(super) fn mm1() -> Project {
    let mut project = Project::default();
    Edit::Batch(vec![
        set_node("source", NodeKind::Producer(Producer::default())),
        set_node("queue", NodeKind::Queue(Waiting::default())),
        set_node("worker", NodeKind::Consumer(Consumer::default())),
        set_link("l1", "source", "queue"),
        set_link("l2", "queue", "worker"),
    ])
    .apply(&mut project)
    .expect("it fits");
    project
}

/// What a person may do, fitting or not.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Set(Index, Node),
    Add(Node),
    Remove(Index),
    Link(Index, Index),
    Unlink(Index),
    RemoveWithLinks(Index, Index),
    About(String, u64),
    Several(Vec<Act>),
}

pub(super) fn act() -> impl Strategy<Value = Act> {
    let single = prop_oneof![
        (any::<Index>(), testing::node()).prop_map(|(at, node)| Act::Set(at, node)),
        testing::node().prop_map(Act::Add),
        any::<Index>().prop_map(Act::Remove),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Act::Link(from, to)),
        any::<Index>().prop_map(Act::Unlink),
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Act::RemoveWithLinks(a, b)),
        (testing::text(), any::<u64>()).prop_map(|(name, seed)| Act::About(name, seed)),
    ];
    single.prop_recursive(2, 8, 4, |inner| {
        proptest::collection::vec(inner, 0..4).prop_map(Act::Several)
    })
}

impl Act {
    pub(super) fn edit(&self, project: &Project) -> Edit {
        let node_at = |at: &Index| match project.nodes.len() {
            0 => NodeId::new("nobody"),
            len => project.nodes.keys().nth(at.index(len)).cloned().unwrap_or("nobody".into()),
        };
        let link_at = |at: &Index| match project.links.len() {
            0 => LinkId::new("nothing"),
            len => project.links.keys().nth(at.index(len)).cloned().unwrap_or("nothing".into()),
        };
        match self {
            Self::Set(at, node) => Edit::SetNode { id: node_at(at), node: node.clone() },
            Self::Add(node) => {
                Edit::SetNode { id: fresh_node_id(project, "new"), node: node.clone() }
            }
            Self::Remove(at) => Edit::RemoveNode { id: node_at(at) },
            Self::Link(from, to) => Edit::SetLink {
                id: fresh_link_id(project),
                link: Link::new(node_at(from), node_at(to)).with_latency(0.5),
            },
            Self::Unlink(at) => Edit::RemoveLink { id: link_at(at) },
            Self::RemoveWithLinks(a, b) => {
                let nodes = BTreeSet::from([node_at(a), node_at(b)]);
                Edit::remove_nodes(project, &nodes, &BTreeSet::from([link_at(a)]))
            }
            Self::About(name, seed) => {
                Edit::SetAbout { name: name.clone(), text: String::new(), seed: *seed }
            }
            Self::Several(acts) => Edit::Batch(acts.iter().map(|act| act.edit(project)).collect()),
        }
    }
}

#[test]
fn a_node_in_use_stays() {
    let mut project = mm1();
    let error = Edit::RemoveNode { id: "queue".into() }.apply(&mut project);
    assert_eq!(error, Err(EditError::NodeInUse { id: "queue".into(), link: "l1".into() }));
    let error = Edit::RemoveNode { id: "nobody".into() }.apply(&mut project);
    assert_eq!(error, Err(EditError::NoNode { id: "nobody".into() }));
    let error = Edit::RemoveLink { id: "l9".into() }.apply(&mut project);
    assert_eq!(error, Err(EditError::NoLink { id: "l9".into() }));
    assert_eq!(project, mm1());
}

#[test]
fn links_need_ends_that_can_be_linked() {
    let mut project = mm1();
    let wrong = set_link("l3", "source", "worker").apply(&mut project);
    assert!(matches!(wrong, Err(EditError::CannotLink { .. })), "{wrong:?}");
    let gone = set_link("l1", "source", "nobody").apply(&mut project);
    assert_eq!(gone, Err(EditError::NoNode { id: "nobody".into() }));
    assert_eq!(project, mm1());
}

#[test]
fn a_change_of_kind_keeps_the_links_sound() {
    let mut project = mm1();
    let wrong = set_node("queue", NodeKind::Consumer(Consumer::default())).apply(&mut project);
    assert_eq!(wrong, Err(EditError::BreaksLink { id: "queue".into(), link: "l1".into() }));
    assert_eq!(project, mm1());
    // A topic has the same links: the consumer now subscribes.
    let inverse = set_node("queue", NodeKind::Topic(Waiting::default()))
        .apply(&mut project)
        .expect("a topic fits");
    assert_eq!(project.link_kind(&"l2".into()), Some(LinkKind::Subscribe));
    inverse.apply(&mut project).expect("back again");
    assert_eq!(project, mm1());
}

#[test]
fn a_batch_is_all_or_nothing() {
    let mut project = mm1();
    let batch = Edit::Batch(vec![
        Edit::RemoveLink { id: "l1".into() },
        Edit::SetAbout { name: "other".to_owned(), text: String::new(), seed: 1 },
        Edit::Batch(vec![
            set_node("extra", NodeKind::Note(Note::default())),
            Edit::RemoveNode { id: "source".into() },
            Edit::RemoveNode { id: "queue".into() },
        ]),
    ]);
    let error = batch.apply(&mut project);
    assert_eq!(error, Err(EditError::NodeInUse { id: "queue".into(), link: "l2".into() }));
    assert_eq!(project, mm1());
}

#[test]
fn a_batch_sees_links_drawn_within_it() {
    let mut project = mm1();
    let batch = Edit::Batch(vec![
        set_node("note", NodeKind::Note(Note::default())),
        Edit::RemoveNode { id: "note".into() },
        set_node("second", NodeKind::Queue(Waiting::default())),
        set_link("l3", "source", "second"),
        Edit::RemoveNode { id: "second".into() },
    ]);
    let error = batch.apply(&mut project);
    assert_eq!(error, Err(EditError::NodeInUse { id: "second".into(), link: "l3".into() }));
    assert_eq!(project, mm1());
}

#[test]
fn nodes_are_removed_with_links_and_references() {
    let mut project = mm1();
    let parked = Waiting { dead_letter: Some("queue".into()), ..Waiting::default() };
    set_node("other", NodeKind::Queue(parked)).apply(&mut project).expect("it fits");
    let before = project.clone();
    let nodes = BTreeSet::from(["queue".into(), "nobody".into()]);
    let edit = Edit::remove_nodes(&project, &nodes, &BTreeSet::from(["l2".into()]));
    let inverse = edit.apply(&mut project).expect("it fits");
    assert_eq!(
        project.nodes.keys().map(NodeId::as_str).collect::<Vec<_>>(),
        ["other", "source", "worker"]
    );
    assert!(project.links.is_empty());
    assert_eq!(project.nodes["other"].kind, NodeKind::Queue(Waiting::default()));
    inverse.apply(&mut project).expect("back again");
    assert_eq!(project, before);
}

#[test]
fn fresh_ids_are_free_and_valid() {
    let mut project = mm1();
    assert_eq!(fresh_node_id(&project, "topic").as_str(), "topic");
    assert_eq!(fresh_node_id(&project, "queue").as_str(), "queue_2");
    set_node("queue_2", NodeKind::Note(Note::default())).apply(&mut project).expect("fits");
    assert_eq!(fresh_node_id(&project, "queue").as_str(), "queue_3");
    assert_eq!(fresh_link_id(&project).as_str(), "l3");
    Edit::RemoveLink { id: "l1".into() }.apply(&mut project).expect("it is there");
    assert_eq!(fresh_link_id(&project).as_str(), "l3");
    for base in ["", "  ", "a.b c", "é漢", &"x".repeat(200)] {
        for _ in 0..3 {
            let id = fresh_node_id(&project, base);
            assert!(is_valid_id(id.as_str()), "{id}");
            let note = node(NodeKind::Note(Note::default()));
            assert!(project.nodes.insert(id, note).is_none());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_inverse_restores_and_every_refusal_changes_nothing(
        mut project in testing::project(),
        acts in proptest::collection::vec(act(), 1..12),
    ) {
        for act in acts {
            let before = project.clone();
            let edit = act.edit(&project);
            match edit.apply(&mut project) {
                Ok(inverse) => {
                    let after = project.clone();
                    let again = inverse.apply(&mut project).expect("an inverse fits");
                    prop_assert_eq!(&project, &before);
                    again.apply(&mut project).expect("the inverse of the inverse fits");
                    prop_assert_eq!(&project, &after);
                    // Links keep ends that can be linked.
                    for id in project.links.keys() {
                        prop_assert!(project.link_kind(id).is_some(), "{} after {:?}", id, edit);
                    }
                }
                Err(_) => prop_assert_eq!(&project, &before),
            }
        }
    }

    #[test]
    fn removing_nodes_leaves_a_project_that_runs(
        mut project in testing::project(),
        picked in proptest::collection::vec(any::<Index>(), 0..4),
    ) {
        let ids: Vec<NodeId> = project.nodes.keys().cloned().collect();
        let nodes: BTreeSet<NodeId> = picked.iter().map(|at| at.get(&ids).clone()).collect();
        let edit = Edit::remove_nodes(&project, &nodes, &BTreeSet::new());
        edit.apply(&mut project).expect("its parts come in a fitting order");
        prop_assert!(nodes.iter().all(|id| !project.nodes.contains_key(id)));
        prop_assert!(can_run(&check(&project)));
    }
}

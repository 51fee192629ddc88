//! Every setting is one of the file's, and what it shows where the file is silent is so.

use eventloom_core::ids::{ElementId, LinkId, NodeId};
use eventloom_core::project::{Consumer, Link, Node, Note, Point, Producer, Project, Waiting};

use super::super::field::find;
use super::super::sheet::put;
use super::*;

fn project() -> Project {
    let kinds = [
        ("p", NodeKind::Producer(Producer::default())),
        ("t", NodeKind::Topic(Waiting::default())),
        ("q", NodeKind::Queue(Waiting::default())),
        ("c", NodeKind::Consumer(Consumer::default())),
        ("n", NodeKind::Note(Note { text: String::new(), size: Point(200.0, 96.0) })),
    ];
    let node = |kind| Node { name: String::new(), at: Point(0.0, 0.0), kind };
    let links =
        [("b", Link::new("t", "q")), ("l", Link::new("q", "c")), ("s", Link::new("t", "c"))];
    Project {
        nodes: kinds.into_iter().map(|(id, kind)| (NodeId::new(id), node(kind))).collect(),
        links: links.into_iter().map(|(id, link)| (id.into(), link)).collect(),
        ..Project::default()
    }
}

fn with(project: &Project, owner: Option<&ElementId>, field: &Field, value: &str) -> Project {
    let mut changed = project.clone();
    put(&mut changed, owner, field, value).unwrap_or_else(|error| panic!("{error}"));
    changed
}

/// The project with the first variant chosen for which the field is shown.
fn where_it_applies(
    plain: &Project,
    owner: Option<&ElementId>,
    sections: &[Section],
    field: &Field,
) -> Project {
    let When::Is(path, names) = field.when else { return plain.clone() };
    let mut fields = sections.iter().flat_map(|section| section.fields);
    let choice = fields.find(|field| field.words.path == path).expect("it is a setting, too");
    let Kind::Choice(variants) = choice.kind else { panic!("{path} is no choice") };
    let variant = variants.iter().find(|variant| names.contains(&variant.name));
    with(plain, owner, choice, &variant.expect("it is one of its variants").written(None))
}

fn settings(project: &Project, owner: &Option<ElementId>) -> serde_json::Value {
    let value = match owner {
        Some(ElementId::Node(id)) => serde_json::to_value(&project.nodes[id]),
        Some(ElementId::Link(id)) => serde_json::to_value(&project.links[id]),
        None => return serde_json::Value::Null,
    };
    value.expect("settings are JSON")
}

fn list_of(path: &str) -> &'static str {
    match path {
        "arrivals.steps" => "[(from_s: 0, rate_per_s: 7)]",
        "arrivals.states" => "[(rate_per_s: 7, mean_s: 1)]",
        "service.phases" => "[(weight: 1, mean_s: 7)]",
        "service.values_s" => "[7, 8]",
        "emissions" => "[(type: \"paid\", on: GivenUp)]",
        _ => "[\"order.*\"]",
    }
}

#[test]
fn every_setting_is_there_in_the_file_and_its_default_is_the_one_shown() {
    let plain = project();
    let node =
        |(id, node): (&NodeId, &Node)| (Some(ElementId::Node(id.clone())), of_node(&node.kind));
    let link = |id: &LinkId| (Some(ElementId::Link(id.clone())), of_link(plain.link_kind(id)));
    let links = plain.links.keys().map(link);
    let all = plain.nodes.iter().map(node).chain(links).chain([(None, PROJECT)]);
    for (owner, sections) in all {
        for field in sections.iter().flat_map(|section| section.fields) {
            let project = &where_it_applies(&plain, owner.as_ref(), sections, field);
            if let Kind::Choice(variants) = field.kind {
                for variant in variants {
                    with(project, owner.as_ref(), field, &variant.written(None));
                }
            }
            let absent = match field.kind {
                _ if field.optional => "None".to_owned(),
                // A choice names its variant; the file holds it with its settings.
                Kind::Choice(variants) => variants
                    .iter()
                    .find(|variant| variant.name == field.absent)
                    .map_or_else(String::new, |variant| variant.written(None)),
                _ => field.absent.to_owned(),
            };
            if !absent.is_empty() {
                // The file leaves out what is as it would be without it.
                let settings = settings(&with(project, owner.as_ref(), field, &absent), &owner);
                let left = find(&settings, field.words.path);
                assert!(left.is_none_or(serde_json::Value::is_null), "{}", field.words.path);
            }
            let sample = match field.kind {
                Kind::Text | Kind::Paragraph(_) => "\"words\"",
                Kind::Number | Kind::Seconds | Kind::Percent => "0.5",
                Kind::Whole => "5",
                Kind::Node(Who::From) => "p",
                Kind::Node(Who::To) => "n",
                Kind::Node(Who::Channel) => "t",
                Kind::Types => "[(name: \"a\")]",
                Kind::List(_) => list_of(field.words.path),
                Kind::Choice(_) => continue,
            };
            assert_ne!(
                &with(project, owner.as_ref(), field, sample),
                project,
                "{}",
                field.words.path
            );
        }
    }
}

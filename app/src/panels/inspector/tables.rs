//! Which settings each kind of element has. A new setting is a line here, and its words in the
//! catalogue.

use eventloom_core::project::NodeKind;

use super::field::{Field, Kind, Section, Variant, When, Who};

/// The settings of a node of this kind; the first section is the general one.
pub(super) fn of_node(kind: &NodeKind) -> &'static [Section] {
    match kind {
        NodeKind::Producer(_) => PRODUCER,
        NodeKind::Topic(_) => TOPIC,
        NodeKind::Queue(_) => QUEUE,
        NodeKind::Consumer(_) => CONSUMER,
        NodeKind::Note(_) => NOTE,
    }
}

const NAME: Field = Field::new("name", "inspector-name", "inspector-name-help", Kind::Text)
    .hint("inspector-name-hint");
const GENERAL: Section = Section { title: "inspector-general", fields: &[NAME] };

/// The settings of a link.
pub(super) const LINK: &[Section] = &[Section {
    title: "inspector-general",
    fields: &[
        Field::new("from", "inspector-from", "inspector-from-help", Kind::Node(Who::From)),
        Field::new("to", "inspector-to", "inspector-to-help", Kind::Node(Who::To)),
        Field::new("latency_s", "inspector-latency", "inspector-latency-help", Kind::Seconds)
            .unit("unit-s")
            .absent("0"),
    ],
}];

/// The settings of the project.
pub(super) const PROJECT: &[Section] = &[Section {
    title: "inspector-project",
    fields: &[
        Field::new("name", "inspector-project-name", "inspector-project-name-help", Kind::Text)
            .hint("inspector-project-unnamed"),
        Field::new("seed", "inspector-seed", "inspector-seed-help", Kind::Whole),
        Field::new(
            "text",
            "inspector-project-text",
            "inspector-project-text-help",
            Kind::Paragraph(8),
        )
        .hint("inspector-project-text-hint"),
    ],
}];

const NOTE: &[Section] = &[Section {
    title: "inspector-general",
    fields: &[
        NAME,
        Field::new("text", "inspector-note-text", "", Kind::Paragraph(6))
            .hint("inspector-note-hint"),
        Field::new("size.0", "inspector-note-width", "inspector-note-width-help", Kind::Number)
            .unit("unit-points")
            .absent("200")
            .inside("size", "({}, 96)"),
        Field::new("size.1", "inspector-note-height", "inspector-note-height-help", Kind::Number)
            .unit("unit-points")
            .absent("96")
            .inside("size", "(200, {})"),
    ],
}];

const WITH_RATE: When = When::Is("arrivals", &["Poisson", "Constant"]);
const RECORDED: When = When::Is("arrivals", &["Recorded"]);
/// A recorded log brings its own types and keys.
const NOT_RECORDED: When = When::IsNot("arrivals", &["Recorded"]);

const ARRIVALS: &[Variant] = &[
    Variant {
        name: "Poisson",
        label: "inspector-process-poisson",
        value: "Poisson(rate_per_s: {rate_per_s|10})",
    },
    Variant {
        name: "Constant",
        label: "inspector-process-constant",
        value: "Constant(rate_per_s: {rate_per_s|10})",
    },
    Variant {
        name: "Recorded",
        label: "inspector-process-recorded",
        value: "Recorded(file: \"\", map: ())",
    },
];

/// Which field of a recorded log is what.
const fn map(path: &'static str, label: &'static str, help: &'static str) -> Field {
    Field::new(path, label, help, Kind::Text).optional("inspector-map-guess").when(RECORDED)
}

const PRODUCER: &[Section] = &[
    GENERAL,
    Section {
        title: "inspector-arrivals-section",
        fields: &[
            Field::new(
                "arrivals",
                "inspector-arrivals",
                "inspector-arrivals-help",
                Kind::Choice(ARRIVALS),
            ),
            Field::new(
                "arrivals.rate_per_s",
                "inspector-rate",
                "inspector-rate-help",
                Kind::Number,
            )
            .unit("unit-per-s")
            .when(WITH_RATE),
            Field::new("arrivals.file", "inspector-file", "inspector-file-help", Kind::Text)
                .hint("inspector-file-hint")
                .when(RECORDED),
            map("arrivals.map.time", "inspector-map-time", "inspector-map-time-help"),
            map("arrivals.map.type", "inspector-map-type", "inspector-map-type-help"),
            map("arrivals.map.key", "inspector-map-key", "inspector-map-key-help"),
            map("arrivals.map.data", "inspector-map-data", "inspector-map-data-help"),
            map("arrivals.map.tz", "inspector-map-tz", "inspector-map-tz-help")
                .hint("inspector-map-tz-hint"),
            Field::new("limit", "inspector-limit", "inspector-limit-help", Kind::Whole)
                .unit("unit-events")
                .optional("inspector-limit-hint"),
        ],
    },
    Section {
        title: "inspector-events-section",
        fields: &[
            Field::new("keys", "inspector-keys", "inspector-keys-help", Kind::Whole)
                .unit("unit-keys")
                .absent("0")
                .when(NOT_RECORDED),
            Field::new("types", "inspector-types", "inspector-types-help", Kind::Types)
                .when(NOT_RECORDED),
        ],
    },
];

const OVERFLOW: &[Variant] = &[
    Variant::plain("DropNewest", "inspector-overflow-newest"),
    Variant::plain("DropOldest", "inspector-overflow-oldest"),
    Variant::plain("Block", "inspector-overflow-block"),
];

/// The room of a waiting place: a queue's, or that of a topic's subscriptions.
const ROOM: &[Field] = &[
    Field::new("capacity", "inspector-capacity", "inspector-capacity-help", Kind::Whole)
        .unit("unit-events")
        .optional("inspector-no-limit"),
    Field::new("overflow", "inspector-overflow", "inspector-overflow-help", Kind::Choice(OVERFLOW))
        .absent("DropNewest"),
];

const DELIVERY: Section = Section {
    title: "inspector-delivery-section",
    fields: &[
        Field::new(
            "delivery_limit",
            "inspector-delivery-limit",
            "inspector-delivery-limit-help",
            Kind::Whole,
        )
        .unit("unit-tries")
        .optional("inspector-no-limit"),
        Field::new(
            "dead_letter",
            "inspector-dead-letter",
            "inspector-dead-letter-help",
            Kind::Node(Who::Channel),
        )
        .optional("inspector-dead-letter-none"),
    ],
};

const TOPIC: &[Section] =
    &[GENERAL, Section { title: "inspector-subscriptions", fields: ROOM }, DELIVERY];
const QUEUE: &[Section] =
    &[GENERAL, Section { title: "inspector-waiting", fields: ROOM }, DELIVERY];

const SERVICE: &[Variant] = &[
    Variant {
        name: "Exponential",
        label: "inspector-service-exponential",
        value: "Exponential(mean_s: {mean_s|0.05})",
    },
    Variant {
        name: "Constant",
        label: "inspector-service-constant",
        value: "Constant(mean_s: {mean_s|0.05})",
    },
];

const ACK: &[Variant] = &[
    Variant::plain("After", "inspector-ack-after"),
    Variant::plain("Before", "inspector-ack-before"),
];

const ON_FAILURE: &[Variant] = &[
    Variant::plain("Requeue", "inspector-on-failure-requeue"),
    Variant::plain("Reject", "inspector-on-failure-reject"),
];

const CONSUMER: &[Section] = &[
    GENERAL,
    Section {
        title: "inspector-work-section",
        fields: &[
            Field::new(
                "service",
                "inspector-service",
                "inspector-service-help",
                Kind::Choice(SERVICE),
            ),
            Field::new("service.mean_s", "inspector-mean", "inspector-mean-help", Kind::Seconds)
                .unit("unit-s"),
            Field::new(
                "concurrency",
                "inspector-concurrency",
                "inspector-concurrency-help",
                Kind::Whole,
            )
            .unit("unit-servers")
            .absent("1"),
            Field::new("prefetch", "inspector-prefetch", "inspector-prefetch-help", Kind::Whole)
                .unit("unit-events")
                .optional("inspector-prefetch-hint"),
        ],
    },
    Section {
        title: "inspector-failure-section",
        fields: &[
            Field::new("ack", "inspector-ack", "inspector-ack-help", Kind::Choice(ACK))
                .absent("After"),
            Field::new(
                "failure_probability",
                "inspector-failure",
                "inspector-failure-help",
                Kind::Percent,
            )
            .unit("unit-percent")
            .absent("0"),
            // What was acknowledged on delivery is lost by a failure, whatever is chosen here.
            Field::new(
                "on_failure",
                "inspector-on-failure",
                "inspector-on-failure-help",
                Kind::Choice(ON_FAILURE),
            )
            .absent("Requeue")
            .when(When::IsNot("ack", &["Before"])),
        ],
    },
];

#[cfg(test)]
mod tests {
    use eventloom_core::ids::{ElementId, NodeId};
    use eventloom_core::project::set::set;
    use eventloom_core::project::{Consumer, Link, Node, Note, Point, Producer, Project, Waiting};

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
        let link = Link { from: "q".into(), to: "c".into(), latency_s: 0.0 };
        Project {
            nodes: kinds.into_iter().map(|(id, kind)| (NodeId::new(id), node(kind))).collect(),
            links: [("l".into(), link)].into(),
            ..Project::default()
        }
    }

    fn with(project: &Project, owner: Option<&ElementId>, field: &Field, value: &str) -> Project {
        let mut changed = project.clone();
        put(&mut changed, owner, field, value).unwrap_or_else(|error| panic!("{error}"));
        changed
    }

    #[test]
    fn every_setting_is_there_in_the_file_and_its_default_is_the_one_shown() {
        let plain = project();
        let mut recorded = plain.clone();
        set(&mut recorded, "p.arrivals", ARRIVALS[2].value).expect("it is a form of arrivals");
        let node =
            |(id, node): (&NodeId, &Node)| (Some(ElementId::Node(id.clone())), of_node(&node.kind));
        let link = Some(ElementId::Link("l".into()));
        let all = plain.nodes.iter().map(node).chain([(link, LINK), (None, PROJECT)]);
        for (owner, sections) in all {
            for field in sections.iter().flat_map(|section| section.fields) {
                let is_recorded = matches!(field.when, When::Is(_, ["Recorded"]));
                let project = if is_recorded { &recorded } else { &plain };
                if let Kind::Choice(variants) = field.kind {
                    for variant in variants {
                        with(project, owner.as_ref(), field, &variant.written(None));
                    }
                }
                let absent = if field.optional { "None" } else { field.absent };
                if !absent.is_empty() {
                    assert_eq!(
                        &with(project, owner.as_ref(), field, absent),
                        project,
                        "{}",
                        field.words.path
                    );
                }
                let sample = match field.kind {
                    Kind::Text | Kind::Paragraph(_) => "\"words\"",
                    Kind::Number | Kind::Seconds | Kind::Percent => "0.5",
                    Kind::Whole => "3",
                    Kind::Node(_) => "t",
                    Kind::Types => "[(name: \"a\")]",
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
}

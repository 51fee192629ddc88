//! Which settings each kind of element has. A new setting is a line here, and its words in the
//! catalogue.

use eventloom_core::project::{LinkKind, NodeKind};

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

/// The settings of a link of this kind.
pub(super) fn of_link(kind: Option<LinkKind>) -> &'static [Section] {
    match kind {
        Some(LinkKind::Subscribe) => SUBSCRIBE,
        Some(LinkKind::Bind) => BIND,
        Some(LinkKind::Publish | LinkKind::Consume) | None => LINK,
    }
}

const ENDS: Section = Section {
    title: "inspector-general",
    fields: &[
        Field::new("from", "inspector-from", "inspector-from-help", Kind::Node(Who::From)),
        Field::new("to", "inspector-to", "inspector-to-help", Kind::Node(Who::To)),
        Field::new("latency_s", "inspector-latency", "inspector-latency-help", Kind::Seconds)
            .unit("unit-s")
            .absent("0"),
    ],
};

const FILTER: Section = Section {
    title: "inspector-filter-section",
    fields: &[
        Field::new(
            "filter.types",
            "inspector-filter-types",
            "inspector-filter-types-help",
            Kind::List(1),
        )
        .hint("inspector-filter-types-hint")
        .inside("filter", "(types: {})"),
        Field::new(
            "filter.condition",
            "inspector-filter-condition",
            "inspector-filter-condition-help",
            Kind::Paragraph(2),
        )
        .optional("inspector-filter-condition-hint")
        .inside("filter", "(condition: {})"),
    ],
};

const OVERRIDES: Section = Section {
    title: "inspector-overrides-section",
    fields: &[
        Field::new(
            "overrides.capacity",
            "inspector-capacity",
            "inspector-capacity-help",
            Kind::Whole,
        )
        .unit("unit-events")
        .optional("inspector-as-topic")
        .inside("overrides", "(capacity: {})"),
        Field::new(
            "overrides.capacity_bytes",
            "inspector-capacity-bytes",
            "inspector-capacity-bytes-help",
            Kind::Whole,
        )
        .unit("unit-bytes")
        .optional("inspector-as-topic")
        .inside("overrides", "(capacity_bytes: {})"),
        Field::new("overrides.ttl_s", "inspector-ttl", "inspector-ttl-help", Kind::Seconds)
            .unit("unit-s")
            .optional("inspector-as-topic")
            .inside("overrides", "(ttl_s: {})"),
        Field::new(
            "overrides.delivery_limit",
            "inspector-delivery-limit",
            "inspector-delivery-limit-help",
            Kind::Whole,
        )
        .unit("unit-tries")
        .optional("inspector-as-topic")
        .inside("overrides", "(delivery_limit: {})"),
        Field::new(
            "overrides.dead_letter",
            "inspector-dead-letter",
            "inspector-dead-letter-help",
            Kind::Node(Who::Channel),
        )
        .optional("inspector-as-topic")
        .inside("overrides", "(dead_letter: {})"),
    ],
};

const LINK: &[Section] = &[ENDS];
const BIND: &[Section] = &[ENDS, FILTER];
const SUBSCRIBE: &[Section] = &[ENDS, FILTER, OVERRIDES];

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

const WITH_RATE: When = When::Is("arrivals", &["Poisson", "Constant", "OnOff"]);
const BURSTS: When = When::Is("arrivals", &["OnOff"]);
const PROFILE: When = When::Is("arrivals", &["Profile"]);
const MODULATED: When = When::Is("arrivals", &["Modulated"]);
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
        name: "OnOff",
        label: "inspector-process-bursts",
        value: "OnOff(rate_per_s: {rate_per_s|40}, on_s: 2, off_s: 8)",
    },
    Variant {
        name: "Profile",
        label: "inspector-process-profile",
        value: "Profile(steps: [(from_s: 0, rate_per_s: {rate_per_s|10}), \
                (from_s: 30, rate_per_s: 2)], repeat_s: 60)",
    },
    Variant {
        name: "Modulated",
        label: "inspector-process-modulated",
        value: "Modulated(states: [(rate_per_s: {rate_per_s|10}, mean_s: 10), \
                (rate_per_s: 1, mean_s: 20)])",
    },
    Variant {
        name: "Recorded",
        label: "inspector-process-recorded",
        value: "Recorded(file: \"\", map: ())",
    },
];

const STAY: &[Variant] = &[
    Variant::plain("Exponential", "inspector-service-exponential"),
    Variant::plain("Constant", "inspector-service-constant"),
];

const BATCH: &[Variant] = &[
    Variant { name: "Constant", label: "inspector-batch-constant", value: "Constant(size: 1)" },
    Variant { name: "Geometric", label: "inspector-batch-geometric", value: "Geometric(mean: 2)" },
];

const YES_NO: &[Variant] =
    &[Variant::plain("true", "inspector-yes"), Variant::plain("false", "inspector-no")];

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
            Field::new("arrivals.on_s", "inspector-on", "inspector-on-help", Kind::Seconds)
                .unit("unit-s")
                .when(BURSTS),
            Field::new("arrivals.off_s", "inspector-off", "inspector-off-help", Kind::Seconds)
                .unit("unit-s")
                .when(BURSTS),
            Field::new(
                "arrivals.stay",
                "inspector-stay",
                "inspector-stay-help",
                Kind::Choice(STAY),
            )
            .absent("Exponential")
            .when(BURSTS),
            Field::new("arrivals.steps", "inspector-steps", "inspector-steps-help", Kind::List(4))
                .when(PROFILE),
            Field::new(
                "arrivals.repeat_s",
                "inspector-repeat",
                "inspector-repeat-help",
                Kind::Seconds,
            )
            .unit("unit-s")
            .optional("inspector-repeat-never")
            .when(PROFILE),
            Field::new(
                "arrivals.states",
                "inspector-states",
                "inspector-states-help",
                Kind::List(4),
            )
            .when(MODULATED),
            Field::new("batch", "inspector-batch", "inspector-batch-help", Kind::Choice(BATCH))
                .absent("Constant")
                .when(NOT_RECORDED),
            Field::new(
                "batch.size",
                "inspector-batch-size",
                "inspector-batch-size-help",
                Kind::Whole,
            )
            .unit("unit-events")
            .absent("1")
            .inside("batch", "Constant(size: {})")
            .when(When::IsNot("batch", &["Geometric"])),
            Field::new(
                "batch.mean",
                "inspector-batch-mean",
                "inspector-batch-mean-help",
                Kind::Number,
            )
            .unit("unit-events")
            .when(When::Is("batch", &["Geometric"])),
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
            Field::new(
                "closed_loop",
                "inspector-closed-loop",
                "inspector-closed-loop-help",
                Kind::Choice(YES_NO),
            )
            .absent("false")
            .when(NOT_RECORDED),
            Field::new("outbox_capacity", "inspector-outbox", "inspector-outbox-help", Kind::Whole)
                .unit("unit-events")
                .optional("inspector-no-limit"),
        ],
    },
    Section {
        title: "inspector-events-section",
        fields: &[
            Field::new("keys", "inspector-keys", "inspector-keys-help", Kind::Whole)
                .unit("unit-keys")
                .absent("0")
                .when(NOT_RECORDED),
            Field::new("key_skew", "inspector-key-skew", "inspector-key-skew-help", Kind::Number)
                .absent("0")
                .when(NOT_RECORDED),
            Field::new("data", "inspector-data", "inspector-data-help", Kind::Paragraph(3))
                .optional("inspector-data-hint")
                .when(NOT_RECORDED),
            Field::new("payload_bytes", "inspector-payload", "inspector-payload-help", Kind::Whole)
                .unit("unit-bytes")
                .optional("inspector-payload-hint")
                .when(NOT_RECORDED),
            Field::new("priority", "inspector-priority", "inspector-priority-help", Kind::Whole)
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
    Field::new(
        "capacity_bytes",
        "inspector-capacity-bytes",
        "inspector-capacity-bytes-help",
        Kind::Whole,
    )
    .unit("unit-bytes")
    .optional("inspector-no-limit"),
    Field::new("overflow", "inspector-overflow", "inspector-overflow-help", Kind::Choice(OVERFLOW))
        .absent("DropNewest"),
    Field::new("ttl_s", "inspector-ttl", "inspector-ttl-help", Kind::Seconds)
        .unit("unit-s")
        .optional("inspector-ttl-hint"),
    Field::new("priorities", "inspector-priorities", "inspector-priorities-help", Kind::Whole)
        .unit("unit-classes")
        .absent("1"),
    Field::new("durable", "inspector-durable", "inspector-durable-help", Kind::Choice(YES_NO))
        .absent("true"),
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
    Variant {
        name: "Uniform",
        label: "inspector-service-uniform",
        value: "Uniform(min_s: 0.02, max_s: 0.08)",
    },
    Variant {
        name: "Erlang",
        label: "inspector-service-erlang",
        value: "Erlang(mean_s: {mean_s|0.05}, phases: 2)",
    },
    Variant {
        name: "LogNormal",
        label: "inspector-service-log-normal",
        value: "LogNormal(mean_s: {mean_s|0.05}, sd_s: {mean_s|0.05})",
    },
    Variant {
        name: "Hyperexponential",
        label: "inspector-service-hyperexponential",
        value: "Hyperexponential(phases: [(weight: 9, mean_s: 0.03), (weight: 1, mean_s: 0.23)])",
    },
    Variant {
        name: "Weibull",
        label: "inspector-service-weibull",
        value: "Weibull(mean_s: {mean_s|0.05}, shape: 0.7)",
    },
    Variant {
        name: "Empirical",
        label: "inspector-service-empirical",
        value: "Empirical(values_s: [0.03, 0.05, 0.07])",
    },
    Variant {
        name: "BySize",
        label: "inspector-service-by-size",
        value: "BySize(base_s: 0.01, bytes_per_s: 1000000)",
    },
];

const ACK: &[Variant] = &[
    Variant::plain("After", "inspector-ack-after"),
    Variant::plain("Before", "inspector-ack-before"),
];

const ON_FAILURE: &[Variant] = &[
    Variant::plain("Requeue", "inspector-on-failure-requeue"),
    Variant::plain("Reject", "inspector-on-failure-reject"),
    Variant {
        name: "Retry",
        label: "inspector-on-failure-retry",
        value: "Retry(attempts: {attempts|3}, delay_s: {delay_s|0.1})",
    },
];

const WITH_MEAN: When =
    When::Is("service", &["Exponential", "Constant", "Erlang", "LogNormal", "Weibull"]);
const UNIFORM: When = When::Is("service", &["Uniform"]);
const LOG_NORMAL: When = When::Is("service", &["LogNormal"]);
const BY_SIZE: When = When::Is("service", &["BySize"]);
const RETRY: When = When::Is("on_failure", &["Retry"]);

/// A further number of a service time.
const fn of_service(
    path: &'static str,
    label: &'static str,
    help: &'static str,
    when: When,
) -> Field {
    Field::new(path, label, help, Kind::Seconds).unit("unit-s").when(when)
}

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
                .unit("unit-s")
                .when(WITH_MEAN),
            of_service("service.min_s", "inspector-min", "inspector-min-help", UNIFORM),
            of_service("service.max_s", "inspector-max", "inspector-max-help", UNIFORM),
            of_service("service.sd_s", "inspector-sd", "inspector-sd-help", LOG_NORMAL),
            of_service("service.base_s", "inspector-base", "inspector-base-help", BY_SIZE),
            Field::new(
                "service.bytes_per_s",
                "inspector-bytes-per-s",
                "inspector-bytes-per-s-help",
                Kind::Number,
            )
            .unit("unit-bytes-per-s")
            .when(BY_SIZE),
            Field::new("service.phases", "inspector-phases", "inspector-phases-help", Kind::Whole)
                .when(When::Is("service", &["Erlang"])),
            Field::new("service.shape", "inspector-shape", "inspector-shape-help", Kind::Number)
                .when(When::Is("service", &["Weibull"])),
            Field::new(
                "service.phases",
                "inspector-hyper-phases",
                "inspector-hyper-phases-help",
                Kind::List(4),
            )
            .when(When::Is("service", &["Hyperexponential"])),
            Field::new(
                "service.values_s",
                "inspector-values",
                "inspector-values-help",
                Kind::List(3),
            )
            .when(When::Is("service", &["Empirical"])),
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
            // Acknowledged on delivery only a retry applies; `check` and the help say so.
            Field::new(
                "on_failure",
                "inspector-on-failure",
                "inspector-on-failure-help",
                Kind::Choice(ON_FAILURE),
            )
            .absent("Requeue"),
            Field::new(
                "on_failure.attempts",
                "inspector-attempts",
                "inspector-attempts-help",
                Kind::Whole,
            )
            .unit("unit-tries")
            .when(RETRY),
            Field::new(
                "on_failure.delay_s",
                "inspector-delay",
                "inspector-delay-help",
                Kind::Seconds,
            )
            .unit("unit-s")
            .absent("0")
            .when(RETRY),
            Field::new(
                "on_failure.factor",
                "inspector-factor",
                "inspector-factor-help",
                Kind::Number,
            )
            .absent("2")
            .when(RETRY),
            Field::new(
                "on_failure.max_delay_s",
                "inspector-max-delay",
                "inspector-max-delay-help",
                Kind::Seconds,
            )
            .unit("unit-s")
            .optional("inspector-no-limit")
            .when(RETRY),
            Field::new(
                "on_failure.jitter",
                "inspector-jitter",
                "inspector-jitter-help",
                Kind::Percent,
            )
            .unit("unit-percent")
            .absent("0")
            .when(RETRY),
        ],
    },
    Section {
        title: "inspector-emissions-section",
        fields: &[Field::new(
            "emissions",
            "inspector-emissions",
            "inspector-emissions-help",
            Kind::List(6),
        )
        .hint("inspector-emissions-hint")],
    },
];

#[cfg(test)]
mod tests;

//! What it costs to ask a condition about an event, and to make an event's data.

use criterion::{Criterion, criterion_group, criterion_main};
use eventloom_core::expression::{
    Condition, Scope, Subject, Template, TemplateKind, TemplateScope,
};
use eventloom_core::fact::EventId;
use eventloom_core::time::SimTime;

fn benchmarks(criterion: &mut Criterion) {
    let data = serde_json::json!({
        "total": 120.5,
        "customer": { "id": 7, "country": "AT" },
        "items": [{ "sku": "a-1", "n": 2 }, { "sku": "b-7", "n": 1 }],
    });
    let scope = Scope {
        id: EventId(42),
        event_type: "order.created",
        source: "shop",
        subject: Subject::Drawn(7),
        time: SimTime(1_500_000_000),
        correlation: EventId(42),
        causation: None,
        priority: 1,
        deliveries: Some(1),
        data: Some(&data),
    };
    let mut group = criterion.benchmark_group("condition");
    for text in [
        "event.type == 'order.created'",
        "data.total > 100",
        "data.total > 100 && data.customer.country == 'AT'",
        "event.type.matches('^order')",
        "data.items.exists(i, i.n > 1)",
    ] {
        let condition = Condition::compile(text).expect("it is a condition");
        assert_eq!(condition.holds(&scope), Ok(true));
        group.bench_function(text, |b| b.iter(|| condition.holds(&scope)));
    }
    group.bench_function("compile data.total > 100", |b| {
        b.iter(|| Condition::compile("data.total > 100"));
    });
    group.finish();

    let mut group = criterion.benchmark_group("template");
    let scope = TemplateScope { event: scope, trigger: Some(scope) };
    for (name, text) in [
        ("fixed", r#"{"a": 1}"#),
        ("one number", r#"{"value": "${uniform(18, 24, 1)}"}"#),
        (
            "an order",
            r#"{"order": "${uuid()}", "total": "${uniform(5, 200, 2)}", "n": "${integer(1, 9)}",
                "payment": "${pick(['card', 'invoice'])}", "customer": "c-${event.subject}"}"#,
        ),
        ("of a trigger", r#"{"for": "${trigger.id}", "total": "${trigger.data.total}"}"#),
    ] {
        let template = Template::compile(text, TemplateKind::Emission).expect("it is a template");
        group.bench_function(name, |b| b.iter(|| template.render(42, &scope)));
    }
    group.finish();
}

criterion_group!(benches, benchmarks);
criterion_main!(benches);

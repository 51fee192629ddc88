//! Conditions and templates: whether they can be compiled.

use super::{Found, Severity};
use crate::expression::{Condition, ExpressionError, Template, TemplateKind};
use crate::ids::ElementId;
use crate::project::{Consumer, Filter, NodeKind, Producer, Project};

pub(super) fn check(project: &Project, found: &mut Found) {
    for (id, node) in &project.nodes {
        let mut at = At { id: ElementId::Node(id.clone()), found };
        match &node.kind {
            NodeKind::Producer(producer) => check_producer(producer, &mut at),
            NodeKind::Consumer(consumer) => check_consumer(consumer, &mut at),
            NodeKind::Topic(_) | NodeKind::Queue(_) | NodeKind::Note(_) => {}
        }
    }
    for (id, link) in &project.links {
        let mut at = At { id: ElementId::Link(id.clone()), found };
        at.filter("filter", &link.filter);
    }
}

fn check_producer(producer: &Producer, at: &mut At<'_>) {
    at.template("data", producer.data.as_deref(), TemplateKind::Producer);
    for (index, weighted) in producer.types.iter().enumerate() {
        let field = format!("types.{index}.data");
        at.template(&field, weighted.data.as_deref(), TemplateKind::Producer);
    }
}

fn check_consumer(consumer: &Consumer, at: &mut At<'_>) {
    for (index, emission) in consumer.emissions.iter().enumerate() {
        at.filter(&format!("emissions.{index}.filter"), &emission.filter);
        let field = format!("emissions.{index}.data");
        at.template(&field, emission.data.as_deref(), TemplateKind::Emission);
    }
}

/// The element that is looked at.
struct At<'f> {
    id: ElementId,
    found: &'f mut Found,
}

impl At<'_> {
    fn filter(&mut self, field: &str, filter: &Filter) {
        if let Some(Err(error)) = filter.condition.as_deref().map(Condition::compile) {
            let what = "The condition cannot be used";
            self.error("bad_condition", &format!("{field}.condition"), what, &error);
        }
    }

    fn template(&mut self, field: &str, text: Option<&str>, kind: TemplateKind) {
        if let Some(Err(error)) = text.map(|text| Template::compile(text, kind)) {
            self.error("bad_template", field, "The data cannot be made", &error);
        }
    }

    fn error(&mut self, code: &'static str, field: &str, what: &str, error: &ExpressionError) {
        let message = format!("{what}. In {error}.");
        self.found.add(Severity::Error, code, Some(self.id.clone()), Some(field), message);
    }
}

#[cfg(test)]
mod tests {
    use crate::project::check::{can_run, check};
    use crate::project::{
        Consumer, Emission, Filter, Link, Node, NodeKind, Point, Producer, Project, Waiting,
        WeightedType,
    };

    fn project(condition: &str, own: &str, emitted: &str) -> Project {
        let filter = Filter { condition: Some(condition.to_owned()), ..Filter::default() };
        let typed = WeightedType { data: Some(own.to_owned()), ..WeightedType::new("a", 1.0) };
        let producer =
            Producer { types: vec![typed], data: Some(own.to_owned()), ..Producer::default() };
        let emission = Emission {
            filter: filter.clone(),
            data: Some(emitted.to_owned()),
            ..Emission::default()
        };
        let consumer = Consumer { emissions: vec![emission], ..Consumer::default() };
        let mut project = Project::default();
        for (id, kind) in [
            ("source", NodeKind::Producer(producer)),
            ("topic", NodeKind::Topic(Waiting::default())),
            ("worker", NodeKind::Consumer(consumer)),
            ("done", NodeKind::Queue(Waiting::default())),
        ] {
            let node = Node { name: String::new(), at: Point(0.0, 0.0), kind };
            project.nodes.insert(id.into(), node);
        }
        project.links.insert("l1".into(), Link::new("source", "topic"));
        project.links.insert("l2".into(), Link { filter, ..Link::new("topic", "worker") });
        project.links.insert("l3".into(), Link::new("worker", "done"));
        project
    }

    /// The problems with expressions as `code element.field`.
    fn says(project: &Project) -> Vec<String> {
        let problems = check(project);
        problems
            .iter()
            .filter(|problem| problem.code.starts_with("bad_"))
            .map(|problem| {
                assert!(!can_run(std::slice::from_ref(problem)));
                let id = problem.id.as_ref().map_or("", |id| id.as_str());
                format!("{} {id}.{}", problem.code, problem.field.as_deref().unwrap_or_default())
            })
            .collect()
    }

    #[test]
    fn every_expression_of_a_project_is_compiled() {
        let good =
            project("data.total > 1", r#"{"n": "${integer(1, 6)}"}"#, r#"{"of": "${trigger.id}"}"#);
        assert_eq!(says(&good), [""; 0]);

        let bad = project("data.total >", r#"["${trigger.id}"]"#, "{");
        let expected = [
            "bad_template source.data",
            "bad_template source.types.0.data",
            "bad_condition worker.emissions.0.filter.condition",
            "bad_template worker.emissions.0.data",
            "bad_condition l2.filter.condition",
        ];
        assert_eq!(says(&bad), expected);
        let problems = check(&bad);
        let condition = problems.iter().find(|problem| problem.code == "bad_condition");
        assert_eq!(
            condition.map(|problem| problem.message.as_str()),
            Some(
                "The condition cannot be used. In line 1, column 13: the expression ends too \
                 early; something is missing here."
            )
        );
    }
}

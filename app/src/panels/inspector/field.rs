//! A setting as the inspector shows it: its path in the file, its words, its kind, and when it
//! applies. What a value may be is not said here: `check` says it.

use eventloom_core::ids::NodeId;
use eventloom_core::project::{LinkKind, Project};
use eventloom_core::time::SimSpan;
use serde_json::Value;

use crate::text::{tr, tr_args};
use crate::widgets::field::Words;
use crate::widgets::format;

/// A part of the inspector that folds.
pub(super) struct Section {
    /// The key of its title.
    pub title: &'static str,
    /// What it holds, in this order.
    pub fields: &'static [Field],
}

/// A setting.
pub(super) struct Field {
    pub words: Words,
    pub kind: Kind,
    /// What it is where the file leaves it out, as written there.
    pub absent: &'static str,
    /// Whether it may be missing: an empty field then means what its hint says.
    pub optional: bool,
    /// What it is a part of, and what is written for that where the file leaves it out: `{}` is the
    /// value.
    pub inside: Option<(&'static str, &'static str)>,
    pub when: When,
}

/// How a setting is edited.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// One line.
    Text,
    /// So many lines.
    Paragraph(usize),
    /// Any number.
    Number,
    /// A length of time in seconds; it may be written with another unit.
    Seconds,
    /// A share from 0 to 1, shown in per cent.
    Percent,
    /// A whole number.
    Whole,
    /// One of these.
    Choice(&'static [Variant]),
    /// A node of the drawing.
    Node(Who),
    /// A list as the file writes it, in so many lines.
    List(usize),
    /// Names of event types with their shares.
    Types,
}

/// One of the forms that a setting takes.
pub(super) struct Variant {
    /// Its name in the file.
    pub name: &'static str,
    /// The key of its name here.
    pub label: &'static str,
    /// What is written when it is chosen; `{field|other}` is what the form before had under this
    /// name, else the other.
    pub value: &'static str,
}

/// Which nodes may be chosen.
#[derive(Clone, Copy)]
pub(super) enum Who {
    /// Topics and queues but the one shown, or none.
    Channel,
    /// Where the link shown may begin.
    From,
    /// Where it may end.
    To,
}

/// Whether a setting applies, by the variant of another.
#[derive(Clone, Copy)]
pub(super) enum When {
    Always,
    /// The setting at this path is one of these.
    Is(&'static str, &'static [&'static str]),
    /// It is none of these.
    IsNot(&'static str, &'static [&'static str]),
}

impl Field {
    pub(super) const fn new(
        path: &'static str,
        label: &'static str,
        help: &'static str,
        kind: Kind,
    ) -> Self {
        let words = Words { path, label, help, unit: "", hint: "" };
        Self { words, kind, absent: "", optional: false, inside: None, when: When::Always }
    }

    /// With the key of its unit.
    pub(super) const fn unit(mut self, unit: &'static str) -> Self {
        self.words.unit = unit;
        self
    }

    /// With the key of what an empty field says.
    pub(super) const fn hint(mut self, hint: &'static str) -> Self {
        self.words.hint = hint;
        self
    }

    /// It may be missing; the key of what that means.
    pub(super) const fn optional(mut self, hint: &'static str) -> Self {
        self.optional = true;
        self.hint(hint)
    }

    /// What it is where the file leaves it out, as written there.
    pub(super) const fn absent(mut self, absent: &'static str) -> Self {
        self.absent = absent;
        self
    }

    /// What it is a part of, and what is written for that where the file leaves it out: `{}` is the
    /// value.
    pub(super) const fn inside(mut self, whole: &'static str, new: &'static str) -> Self {
        self.inside = Some((whole, new));
        self
    }

    pub(super) const fn when(mut self, when: When) -> Self {
        self.when = when;
        self
    }

    /// The value at its path as the field shows it.
    pub(super) fn shown(&self, value: Option<&Value>) -> String {
        let text = match value {
            None | Some(Value::Null) if matches!(self.kind, Kind::List(_)) => String::new(),
            None | Some(Value::Null) => self.absent.to_owned(),
            Some(Value::Array(items)) if matches!(self.kind, Kind::List(_)) => listed(items),
            Some(value) => plain_text(value),
        };
        match (self.kind, text.parse()) {
            (Kind::Percent, Ok(share)) => percent_text(share),
            _ => text,
        }
    }

    /// What the field holds, as the file would write it; the error says what is allowed.
    pub(super) fn written(&self, text: &str) -> Result<String, String> {
        if self.optional && text.trim().is_empty() {
            return Ok("None".to_owned());
        }
        match self.kind {
            Kind::Text => Ok(quoted(text.trim())),
            Kind::Paragraph(_) => Ok(quoted(text)),
            Kind::Number => number(text).map(|value| value.to_string()),
            Kind::Seconds => seconds(text).map(|value| value.to_string()),
            Kind::Percent => number(text.trim().trim_end_matches('%'))
                .map(|value| shifted(value, -2).to_string()),
            Kind::Whole => whole(text),
            Kind::List(_) if text.trim().is_empty() => Ok("[]".to_owned()),
            Kind::Choice(_) | Kind::Node(_) | Kind::Types | Kind::List(_) => Ok(text.to_owned()),
        }
    }
}

impl Variant {
    /// A variant without settings of its own.
    pub(super) const fn plain(name: &'static str, label: &'static str) -> Self {
        Self { name, label, value: name }
    }

    /// What is written when it is chosen in place of `before`.
    pub(super) fn written(&self, before: Option<&Value>) -> String {
        let mut text = String::new();
        let mut rest = self.value;
        while let Some((head, tail)) = rest.split_once('{') {
            let Some((slot, after)) = tail.split_once('}') else { break };
            let (name, other) = slot.split_once('|').unwrap_or((slot, ""));
            text.push_str(head);
            match before.and_then(|before| find(before, name)) {
                Some(kept) => text.push_str(&plain_text(kept)),
                None => text.push_str(other),
            }
            rest = after;
        }
        text.push_str(rest);
        text
    }
}

impl When {
    pub(super) fn holds(self, settings: &Value) -> bool {
        let is = |path, names: &[&str]| {
            find(settings, path).is_some_and(|value| names.contains(&&*plain_text(value)))
        };
        match self {
            Self::Always => true,
            Self::Is(path, names) => is(path, names),
            Self::IsNot(path, names) => !is(path, names),
        }
    }
}

impl Who {
    /// The nodes that may be chosen, by name, with what is written.
    pub(super) fn options(
        self,
        project: &Project,
        shown: &Value,
        id: &str,
    ) -> Vec<(String, String)> {
        let end = |path| {
            let id = find(shown, path).and_then(Value::as_str).unwrap_or_default();
            project.nodes.get(id).map(|node| &node.kind)
        };
        let fits = |other: &NodeId| {
            let Some(node) = project.nodes.get(other) else { return false };
            let joined = |from, to| LinkKind::between(from, to).is_some();
            match self {
                Self::Channel => other.as_str() != id && node.kind.is_channel(),
                Self::From => end("to").is_some_and(|to| joined(&node.kind, to)),
                Self::To => end("from").is_some_and(|from| joined(from, &node.kind)),
            }
        };
        let name = |id: &NodeId| (id.as_str().to_owned(), project.display_name(id).to_owned());
        project.nodes.keys().filter(|id| fits(id)).map(name).collect()
    }
}

/// The value at a path such as `service.mean_s`; `kind` and the names of variants are left out.
pub(super) fn find<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, step)
}

fn step<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        Value::Object(fields) => fields
            .get(name)
            .or_else(|| step(fields.get("kind")?, name))
            .or_else(|| step(content(value)?.1, name)),
        _ => None,
    }
}

/// The name and the content of a variant with settings.
fn content(value: &Value) -> Option<(&str, &Value)> {
    let fields = value.as_object().filter(|fields| fields.len() == 1)?;
    let (name, content) = fields.iter().next()?;
    name.starts_with(char::is_uppercase).then_some((name, content))
}

/// A plain value as text; of a variant its name.
pub(super) fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => {
            number.as_f64().map(format::plain).unwrap_or_default()
        }
        Value::Null => String::new(),
        _ => content(value).map_or_else(|| value.to_string(), |(name, _)| name.to_owned()),
    }
}

/// A list with an item a line, as the file writes it.
fn listed(items: &[Value]) -> String {
    let short = items.iter().all(|item| !item.is_object());
    let text = |item: &Value| match item {
        // The file's lists hold no variants without settings: `OrderPlaced` is an event type.
        Value::String(text) => quoted(text),
        _ => ron_text(item),
    };
    let items: Vec<String> = items.iter().map(text).collect();
    match (items.is_empty(), short) {
        (true, _) => String::new(),
        (false, true) => format!("[{}]", items.join(", ")),
        (false, false) => format!("[\n  {},\n]", items.join(",\n  ")),
    }
}

/// Any value as the file writes it.
pub(super) fn ron_text(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::String(text) if text.starts_with(char::is_uppercase) && is_name(text) => {
            // A variant without settings; a text that looks like one is quoted all the same where
            // the file wants a text, which `fields` sees to.
            text.clone()
        }
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(ron_text).collect::<Vec<_>>().join(", "))
        }
        Value::Object(fields) => match content(value) {
            Some((name, inner)) => format!("{name}{}", ron_text(inner)),
            None => {
                let fields = fields.iter().map(|(name, value)| field_text(name, value));
                format!("({})", fields.collect::<Vec<_>>().join(", "))
            }
        },
        Value::Number(number) if number.is_f64() => plain_text(value),
        _ => value.to_string(),
    }
}

/// Fields that hold a text, whatever it looks like.
const TEXTS: [&str; 4] = ["name", "type", "data", "condition"];

fn field_text(name: &str, value: &Value) -> String {
    match value {
        Value::String(text) if TEXTS.contains(&name) => format!("{name}: {}", quoted(text)),
        Value::Array(items) if name == "types" => {
            let texts = items.iter().filter_map(Value::as_str).map(quoted);
            format!("{name}: [{}]", texts.collect::<Vec<_>>().join(", "))
        }
        _ => format!("{name}: {}", ron_text(value)),
    }
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric())
}

/// A text as the file writes it.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn number(text: &str) -> Result<f64, String> {
    let value: Option<f64> = text.trim().replace(',', ".").parse().ok();
    value.filter(|value| value.is_finite()).ok_or_else(|| tr("field-number").to_owned())
}

fn seconds(text: &str) -> Result<f64, String> {
    number(text).or_else(|_| {
        let span: Result<SimSpan, _> = text.replace(',', ".").parse();
        span.map(SimSpan::as_secs_f64).map_err(|_| tr("field-seconds").to_owned())
    })
}

fn whole(text: &str) -> Result<String, String> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let is_whole = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    match digits.strip_prefix('-') {
        Some(rest) if is_whole(rest) => Err(tr_args("field-at-least", &[("least", "0".into())])),
        None if is_whole(&digits) => Ok(digits),
        _ => Err(tr("field-whole").to_owned()),
    }
}

/// A share as its field shows it, in per cent.
fn percent_text(share: f64) -> String {
    format::plain(shifted(share, 2))
}

/// `value` with its decimal point moved by `places`: by its digits, because a product with a power
/// of ten brings in the noise of binary fractions.
fn shifted(value: f64, places: i32) -> f64 {
    let text = format!("{value:e}");
    let moved = text.split_once('e').and_then(|(digits, exponent)| {
        let exponent = exponent.parse::<i32>().ok()? + places;
        format!("{digits}e{exponent}").parse().ok()
    });
    moved.unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(kind: Kind, text: &str) -> Result<String, String> {
        Field::new("path", "", "", kind).written(text)
    }

    fn ok(text: &str) -> Result<String, String> {
        Ok(text.to_owned())
    }

    #[test]
    fn what_is_no_number_is_refused_with_what_would_be() {
        assert_eq!(written(Kind::Number, " 2,5 "), ok("2.5"));
        for text in ["", "abc", "NaN", "inf", "1e999"] {
            assert_eq!(written(Kind::Number, text), Err("A number.".to_owned()), "{text}");
        }
        assert_eq!(written(Kind::Whole, "1 000"), ok("1000"));
        assert_eq!(written(Kind::Whole, "-3"), Err("At least 0.".to_owned()));
        for text in ["", "1.5", "-", "x"] {
            assert_eq!(written(Kind::Whole, text), Err("A whole number.".to_owned()), "{text}");
        }
    }

    #[test]
    fn lengths_of_time_may_carry_a_unit() {
        assert_eq!(written(Kind::Seconds, "0.05"), ok("0.05"));
        assert_eq!(written(Kind::Seconds, "80 ms"), ok("0.08"));
        assert_eq!(written(Kind::Seconds, "1h"), ok("3600"));
        assert!(written(Kind::Seconds, "soon").is_err());
    }

    #[test]
    fn shares_go_to_per_cent_and_back() {
        let field = Field::new("path", "", "", Kind::Percent);
        for share in [0.0, 0.07, 0.1, 0.29, 1.0, 0.123_456_789_123] {
            let shown = field.shown(Some(&share.into()));
            assert_eq!(field.written(&shown), Ok(share.to_string()), "{shown}");
        }
        assert_eq!(field.shown(Some(&0.07.into())), "7");
        assert_eq!(field.written("12 %"), ok("0.12"));
    }

    #[test]
    fn another_form_keeps_what_both_have() {
        let before = serde_json::json!({ "Exponential": { "mean_s": 0.15 } });
        let constant =
            Variant { name: "Constant", label: "", value: "Constant(mean_s: {mean_s|1})" };
        assert_eq!(constant.written(Some(&before)), "Constant(mean_s: 0.15)");
        assert_eq!(constant.written(None), "Constant(mean_s: 1)");
    }

    #[test]
    fn a_list_is_shown_as_the_file_takes_it() {
        let field = Field::new("filter.types", "", "", Kind::List(1));
        let shown = field.shown(Some(&serde_json::json!(["OrderPlaced", "user.*"])));
        assert_eq!(shown, r#"["OrderPlaced", "user.*"]"#);
    }

    #[test]
    fn settings_are_found_by_their_path_in_the_file() {
        let node = serde_json::json!({
            "name": "w",
            "kind": { "Consumer": { "service": { "Constant": { "mean_s": 2.0 } }, "types": [7] } },
        });
        assert_eq!(find(&node, "service.mean_s").map(plain_text).as_deref(), Some("2"));
        assert_eq!(find(&node, "service").map(plain_text).as_deref(), Some("Constant"));
        assert_eq!(find(&node, "types.0").map(plain_text).as_deref(), Some("7"));
        assert_eq!(find(&node, "name").map(plain_text).as_deref(), Some("w"));
        assert!(find(&node, "prefetch").is_none());
        assert_eq!(quoted(r#"a "b" \"#), r#""a \"b\" \\""#);
    }
}

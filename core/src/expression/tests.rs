use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::fact::EventId;
use crate::time::SimTime;

mod fit;

/// An order with these data.
fn scope(data: Option<&Value>) -> Scope<'_> {
    Scope {
        id: EventId(42),
        event_type: "order.created",
        source: "shop",
        subject: Subject::Drawn(7),
        time: SimTime(1_500_000_000),
        correlation: EventId(40),
        causation: Some(EventId(41)),
        priority: 3,
        deliveries: None,
        data,
    }
}

fn order() -> Value {
    json!({
        "total": 120.5,
        "n": 3,
        "large": u64::MAX,
        "none": null,
        "customer": { "name": "Ada", "country": "AT" },
        "items": [{ "sku": "a-1", "n": 2 }, { "sku": "b-7", "n": 1 }],
        "tags": ["new", "gift"],
    })
}

fn holds(text: &str) -> Result<bool, EvaluationError> {
    let condition = Condition::compile(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    condition.holds(&scope(Some(&order())))
}

/// The error of a condition as `line:column message`.
fn refused(text: &str) -> String {
    let error = Condition::compile(text).expect_err(text);
    format!("{}:{} {}", error.line, error.column, error.message)
}

fn template(text: &str) -> Template {
    let template = Template::compile(text, TemplateKind::Emission);
    template.unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn try_render(text: &str, draw: u64) -> Result<String, EvaluationError> {
    let data = order();
    let trigger = Scope { id: EventId(41), event_type: "order.paid", ..scope(Some(&data)) };
    let scope = TemplateScope { event: scope(None), trigger: Some(trigger) };
    template(text).render(draw, &scope)
}

fn render(text: &str) -> String {
    try_render(text, 1).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn a_condition_asks_about_attributes_and_data() {
    let cases = [
        ("event.type == 'order.created'", true),
        ("event.type.startsWith('order.') && event.source != 'bank'", true),
        ("event.id == '42' && event.correlationid == '40' && event.causationid == '41'", true),
        ("event['subject'] == 'k7'", true),
        ("event.time > 1.4 && event.time < 1.6", true),
        ("event.priority >= 3", true),
        ("has(event.subject) && !has(event.deliveries)", true),
        ("event.deliveries == null", true),
        ("data.total > 100", true),
        ("data.n > 2.5 && data.n == 3 && data.n * 2 == 6", true),
        ("data.large > 1", true),
        ("data.none == null", true),
        ("data.customer.country in ['AT', 'DE']", true),
        ("data['customer']['name'] == \"Ada\"", true),
        ("has(data.customer.name) && !has(data.customer.vat)", true),
        ("has(data.vat) && data.vat > 3", false),
        ("size(data.items) == 2 && data.items[1].sku == 'b-7'", true),
        ("data.items.exists(i, i.n > 1 && i.sku.matches('^a-[0-9]$'))", true),
        ("data.items.all(i, i.n > 1)", false),
        ("data.items.filter(i, i.n > 1).map(i, i.sku) == ['a-1']", true),
        ("data.items.exists_one(i, has(i.sku) && i.n == 1)", true),
        ("data.tags == ['new', 'gift'] && 'gift' in data.tags", true),
        ("'total' in data && !('vat' in data) && data.size() == 7", true),
        ("data.map(k, k)[0] == 'total' && data.map(k, k)[6] == 'tags'", true),
        ("{'b': 1, 'a': 2}.map(k, k) == ['b', 'a']", true),
        ("{'name': 'Ada', 'country': 'AT'} == data.customer", true),
        ("data.customer == {'country': 'AT', 'name': 'Ada'}", true),
        ("data.customer != {'country': 'AT'}", true),
        ("type(data.total) == double && type(data.n) == int && type(data) == map", true),
        ("matches(event.type, 'ordér') ? false : true", true),
        ("data.vat > 3 || event.priority == 3", true),
        ("data.tags.map(t, t + '!').exists(t, t == 'gift!')", true),
        ("data.tags.map(t, data.tags.map(u, t + u)).size() == 2", true),
    ];
    for (text, expected) in cases {
        assert_eq!(holds(text), Ok(expected), "{text}");
    }
}

#[test]
fn a_condition_without_an_answer_says_why() {
    let cases = [
        ("data.vat > 3", r#"there is no field "vat"; ask has(…) first where it may be missing"#),
        ("data.customer", "the condition came out as map, and has to be true or false"),
        ("data.total + 1 > 2", "+ cannot take double and int; take double(…) of the whole number"),
        ("data.customer > 3", "> cannot take map and int"),
        ("event.deliveries > 3", "> cannot take null and int; ask for != null first"),
        ("data.n / 0 == 1", "a number is divided by 0"),
        ("data.items[2].n == 1", "a list is shorter than that; ask size(…) first"),
        ("data.n && true", "&& cannot take int and bool"),
        ("9223372036854775807 + data.n > 0", "a whole number gets too large; take double(…) of it"),
        (
            "data.items.map(a, data.large).map(b, data).map(c, [c, c, c, c]).map(d, [d, d, d, d, d])
             .map(e, [e, e, e, e, e, e]).map(f, [f, f, f, f, f, f]).all(g, true)",
            "it takes more than 20000 steps; go through shorter lists",
        ),
    ];
    for (text, expected) in cases {
        let error = holds(text).expect_err(text);
        assert_eq!(error.to_string(), expected, "{text}");
    }
    let nothing = Condition::compile("data.total > 1").expect("a condition").holds(&scope(None));
    assert!(matches!(nothing, Err(EvaluationError::WrongTypes { .. })), "{nothing:?}");
}

#[test]
fn what_is_no_condition_is_refused_with_its_place() {
    let cases = [
        ("", "1:1 the expression is empty; write one, or remove it"),
        ("data.total >", "1:13 the expression ends too early; something is missing here"),
        ("data.total >\n  * 3", "2:3 \"*\" cannot stand here; an operator or a value is missing"),
        ("'é' == 'x", "1:8 this text is not closed; write the quote at its end"),
        ("data.a & data.b", "1:8 \"& \" is no operator; write && for and, || for or"),
        ("data.a = 3", "1:8 write == to compare"),
        (
            "total > 3",
            "1:1 there is no total here; a condition reads event and data, and texts are in quotes",
        ),
        (
            "'é' == event.typ",
            "1:13 event has no typ; it has id, type, source, subject, time, correlationid, \
             causationid, priority or deliveries",
        ),
        (
            "uniform(1, 2) > 1",
            "1:8 a condition draws nothing, so uniform is for templates alone; an emission has a probability of its own",
        ),
        (
            "data.x.lower() == 'a'",
            "1:13 there is no function lower after a dot; there are size, contains, startsWith, endsWith, matches, all, exists, exists_one, map and filter",
        ),
        (
            "foo(1)",
            "1:4 there is no function foo; there are has, size, string, int, double and matches",
        ),
        ("size(1, 2) > 1", "1:5 size is called as size(x)"),
        ("data.x.all(y)", "1:11 all is called as list.all(x, x > 0)"),
        ("data.total + 1", "1:1 this is a sum; a condition has to be true or false"),
        ("event.type", "1:1 this is a text; a condition has to be true or false"),
        ("data.x ? 1 : 2", "1:1 this is a number; a condition has to be true or false"),
        ("data.x && event.type", "1:16 this is a text, where true or false is needed"),
        ("data.all(event, event.x)", "1:9 event has its meaning already; take another name"),
        (
            "data.x.matches(event.type)",
            "1:21 write the pattern itself, in quotes: it is compiled once for all events",
        ),
        ("data.x.matches('(')", "1:16 this is no regular expression: unclosed group"),
        ("Point{x: 1} == data", "1:6 there is no type Point; write a map, {'a': 1}"),
        (
            "trigger.data.x > 1",
            "1:1 write event and data for what is consumed, and texts are in quotes",
        ),
        (
            "event == data",
            "1:1 name what of event is meant, which has id, type, source, subject, time, correlationid, causationid, priority or deliveries, and texts are in quotes",
        ),
    ];
    let wrong: Vec<String> = cases
        .iter()
        .map(|(text, expected)| (text, refused(text), expected))
        .filter(|(_, got, expected)| got != *expected)
        .map(|(text, got, expected)| format!("{text}\n  got      {got}\n  expected {expected}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_condition_tells_whether_it_reads_the_data() {
    let reads = |text: &str| Condition::compile(text).expect(text).reads_data();
    assert!(reads("data.total > 1") && reads("event.priority > 1 || has(data.x)"));
    assert!(reads("[1].all(x, x in data)") && reads("size(data) > 1"));
    assert!(!reads("event.type == 'data'") && !reads("[{'data': 1}].all(x, x.data == 1)"));
}

#[test]
fn a_template_becomes_json() {
    let cases = [
        (r#" { "b" : [ 1.50 , true ] , "a" : null } "#, r#"{"b":[1.50,true],"a":null}"#),
        (r#"{"a": "${1 + 1}", "b": "${'x'}", "c": "${1.0}"}"#, r#"{"a":2,"b":"x","c":1.0}"#),
        (
            r#"["${event.subject} is ${1 + 1}, ${2.50} ${true} ${null}"]"#,
            r#"["k7 is 2, 2.5 true null"]"#,
        ),
        (r#""$${x} and $ ${'$'}{x}""#, r#""${x} and $ ${x}""#),
        (r#"{"${key}": "${'}' + \"{\"}"}"#, r#"{"${key}":"}{"}"#),
        (r#"["${ {'b': 1, 'a': {'c': []}} }"]"#, r#"[{"b":1,"a":{"c":[]}}]"#),
        (r#"["<${ {'b': 'x'} }>"]"#, r#"["<{\"b\":\"x\"}>"]"#),
        (r#"["\u00e9 \ud83d\ude00\n${'\\n\"'}"]"#, r#"["é 😀\n\n\""]"#),
        (
            r#"{"of": "${trigger.id}", "t": "${trigger.type}", "own": "${event.id}"}"#,
            r#"{"of":"41","t":"order.paid","own":"42"}"#,
        ),
        (
            r#"{"total": "${trigger.data.total}", "all": "${trigger.data.items}"}"#,
            r#"{"total":120.5,"all":[{"sku":"a-1","n":2},{"sku":"b-7","n":1}]}"#,
        ),
        (
            r#"["${trigger.data.items.map(i, {'what': i.sku, 'n': i.n * 10})}"]"#,
            r#"[[{"what":"a-1","n":20},{"what":"b-7","n":10}]]"#,
        ),
        (
            r#"["${trigger.data.large}", "${trigger.data.customer}"]"#,
            r#"[18446744073709551615,{"name":"Ada","country":"AT"}]"#,
        ),
        (
            r#"["${[1, 'a', null, 2u, true]}", "${trigger.subject}"]"#,
            r#"[[1,"a",null,2,true],"k7"]"#,
        ),
        (r#"["${round(2.5)}", 1]"#, ""),
    ];
    for (text, expected) in cases {
        if expected.is_empty() {
            Template::compile(text, TemplateKind::Emission).expect_err(text);
        } else {
            assert_eq!(render(text), expected, "{text}");
        }
    }
}

#[test]
fn a_template_without_expressions_is_made_once() {
    assert_eq!(template(r#"{"a": [1, "b c"]}"#).fixed(), Some(r#"{"a":[1,"b c"]}"#));
    assert_eq!(template(r#""$${""#).fixed(), Some(r#""${""#));
    assert_eq!(template(r#""${1}""#).fixed(), None);
}

#[test]
fn what_is_no_template_is_refused_with_its_place() {
    let cases = [
        ("{\"a\": 1,\n \"b\" 2}", "2:6 this is no JSON, expected `:`"),
        ("{\"a\": ${uniform(1, 2)}}", "1:7 this is no JSON, expected value; put ${…} in quotes"),
        (
            "[\"${data[\"x\"]}\"]",
            "1:11 this is no JSON, expected `,` or `]`; take ' for texts within ${…}",
        ),
        ("[1,\n\"é ${1 +}\"]", "2:9 the expression ends too early; something is missing here"),
        (
            "[\"\\u00e9${event.typ}\"]",
            "1:16 event has no typ; it has id, type, source, subject, time or priority",
        ),
        (
            "[\"a ${1 + 1\"]",
            "1:5 this ${ is not closed; write a } after the expression, or $${ for ${",
        ),
        ("[\"${}\"]", "1:5 the expression is empty; write one, or remove it"),
        (
            "[\"${uniform(1)}\"]",
            "1:12 uniform is called as uniform(min, max) or uniform(min, max, decimals)",
        ),
        (
            "[\"${data.x}\"]",
            "1:5 there are no data yet; write trigger.data, and texts are in quotes",
        ),
        ("[1e999]", "1:6 this is no JSON, number out of range"),
        ("", "1:1 this is no JSON, EOF while parsing a value"),
    ];
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        let error = Template::compile(text, TemplateKind::Emission).expect_err(text);
        let got = format!("{}:{} {}", error.line, error.column, error.message);
        if got != expected {
            wrong.push(format!("{text}\n  got      {got}\n  expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let text = r#"["${trigger.id}"]"#;
    let error = Template::compile(text, TemplateKind::Producer).expect_err("nothing triggers it");
    assert!(error.message.starts_with("nothing triggers"), "{error}");
}

#[test]
fn a_template_without_an_answer_says_why() {
    let cases = [
        (
            "${trigger.data.vat}",
            r#"there is no field "vat"; ask has(…) first where it may be missing"#,
        ),
        ("${uniform(2, 1)}", "uniform: min has to be below max"),
        ("${uniform('a', 1)}", "uniform: it takes finite numbers, and argument 1 is a string"),
        ("${uniform(0, 1, 16)}", "uniform: decimals have to be from 0 to 15"),
        ("${integer(1, 2.5)}", "integer: argument 2 has to be a whole number"),
        ("${pick([])}", "pick: the list is empty"),
        ("${pick('abc')}", "pick: it picks from a list, such as pick(['a', 'b'])"),
        ("${chance(2)}", "chance: p has to be from 0 to 1"),
        ("${hex(65)}", "hex: n has to be from 1 to 64"),
        ("${1.0 / 0.0}", "an infinite or undefined number cannot be put into JSON"),
        ("${b'abc'}", "a sequence of bytes cannot be put into JSON"),
        ("${type(1)}", "a type cannot be put into JSON"),
        (
            "${['0123456789abcdef'].map(a, a + a + a + a).map(a, a + a + a + a).map(a, a + a + a + a).map(a, a + a + a + a).map(a, a + a + a + a).map(a, a + a + a + a).map(a, a + a + a + a).map(a, a + a + a + a)}",
            "it takes more than 20000 steps; go through shorter lists",
        ),
    ];
    for (text, expected) in cases {
        let error = try_render(&format!("[{}]", json!(text)), 1).expect_err(text);
        assert_eq!(error.to_string(), expected, "{text}");
    }
}

#[test]
fn a_template_tells_whether_it_reads_the_trigger_s_data() {
    assert!(template(r#"["${trigger.data.x}"]"#).reads_trigger_data());
    assert!(template(r#"["a ${has(trigger.data)}"]"#).reads_trigger_data());
    assert!(!template(r#"["${trigger.id}", "trigger.data"]"#).reads_trigger_data());
}

const GOLDEN: &str = r#"{"u":"${uniform(0, 1)}","r":"${uniform(18, 24, 1)}","n":"${normal(20, 2, 2)}",
    "e":"${exponential(5)}","i":"${integer(-3, 3)}","p":"${pick(['a','b','c'])}","c":"${chance(0.5)}",
    "id":"${uuid()}","h":"${hex(20)}","both":"${integer(0, 9)}${integer(0, 9)}"}"#;

/// Changes with `WORLD_VERSION` alone: runs hold these data.
#[test]
fn the_same_draw_gives_the_same_data_on_every_machine() {
    let got: Vec<String> = (0..3).map(|draw| try_render(GOLDEN, draw).expect("data")).collect();
    let expected = include_str!("tests/golden.txt");
    assert_eq!(got.join("\n"), expected.trim_end(), "got:\n{}", got.join("\n"));
}

#[test]
fn draws_are_counted_in_order_of_evaluation_and_by_nothing_else() {
    let three = r#"["${hex(8)}", "${hex(8)}", "${hex(8)}"]"#;
    let digits = |text: &str| -> Vec<String> {
        serde_json::from_str(&render(text)).expect("a list of texts")
    };
    let expected = digits(three);
    assert_eq!(digits(r#"["${hex(8)}", "x ${event.id}", "${hex(8)}"]"#)[2], expected[1]);
    let chosen =
        digits(r#"["${true ? hex(8) : hex(9)}", "${false && hex(1) == '' ? '' : hex(8)}"]"#);
    assert_eq!(chosen, expected[..2], "what is not evaluated draws nothing");
    let looped: Vec<Vec<String>> =
        serde_json::from_str(&render(r#"["${[1, 2, 3].map(x, hex(8))}"]"#)).expect("lists");
    assert_eq!(looped[0], expected);
}

#[test]
fn two_evaluations_do_not_disturb_one_another() {
    let text = r#"["${[1, 2, 3, 4, 5, 6].map(x, hex(16))}"]"#;
    let shared = template(text);
    let data = order();
    let alone: Vec<String> = (0..64).map(|draw| try_render(text, draw).expect("data")).collect();
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                for (draw, expected) in alone.iter().enumerate() {
                    let scope = TemplateScope { event: scope(Some(&data)), trigger: None };
                    assert_eq!(shared.render(draw as u64, &scope).as_ref(), Ok(expected));
                }
            });
        }
    });
}

#[test]
fn they_are_kept_as_their_texts() {
    fn is_shared<T: Clone + Send + Sync + std::fmt::Debug>(_: &T) {}
    let condition = Condition::compile("data.total > 1").expect("a condition");
    let template = template(r#"["${trigger.id}"]"#);
    is_shared(&condition);
    is_shared(&template);
    let json = serde_json::to_string(&(&condition, &template)).expect("it is written");
    assert_eq!(json, r#"["data.total > 1",["Emission","[\"${trigger.id}\"]"]]"#);
    let read: (Condition, Template) = serde_json::from_str(&json).expect("it is read");
    assert_eq!(read, (condition, template));
    let error = serde_json::from_str::<Condition>(r#""data.total >""#).expect_err("no condition");
    assert!(error.to_string().contains("line 1, column 13: the expression ends"), "{error}");
}

/// The stack of a test's thread is 2 MiB, as that of a run's.
#[test]
fn deep_and_long_texts_are_refused_or_evaluated_within_the_stack() {
    let deep = |open: &str, middle: &str, close: &str, times: usize| {
        format!("{}{middle}{}", open.repeat(times), close.repeat(times))
    };
    let mut refused = 0;
    for times in [10, 30, 45, 60, 90, 200, 700, 2_000] {
        for text in [
            deep("", "data", ".a", times),
            deep("", "data", "[0]", times),
            deep("", "1", "+1", times) + " > 0",
            deep("", "true", "&&true", times),
            deep("", "1", "<1", times),
            deep("(", "true", ")", times),
            deep("[", "1", "]", times) + " == []",
            deep("{1:", "1", "}", times) + " == {}",
            deep("!", "true", "", times),
            deep("-", "data", "", times) + " > 0",
            deep("true?true:", "true", "", times),
            deep("size([", "1", "])", times) + " > 0",
            deep("[[1].map(x,{1:(true?", "[x]", ":[])})]", times) + " == []",
            deep("", "[1]", ".map(x,[x,x])", times) + " == []",
            deep("", "['a']", ".map(x,x+x)", times) + " == []",
            deep("[1].all(x,", "true", ")", times),
            deep("'", "", "'", times),
        ] {
            match Condition::compile(&text) {
                Ok(condition) => drop(condition.holds(&scope(None))),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > 40, "only {refused} were refused");
    let long = format!("[\"{}\"]", "x".repeat(MAX_TEMPLATE_BYTES));
    Template::compile(&long, TemplateKind::Producer).expect_err("it is too long");
}

#[test]
fn a_loop_within_a_loop_over_long_data_ends() {
    let data = json!(vec![0; 4_000]);
    let text = "data.all(a, data.all(b, data.all(c, a + b + c == 0)))";
    let holds = Condition::compile(text).expect("a condition").holds(&scope(Some(&data)));
    assert_eq!(holds, Err(EvaluationError::TooCostly));
}

/// Texts of the language's pieces, so that many of them are expressions.
fn pieces() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "data",
        "event",
        "trigger",
        ".type",
        ".total",
        ".items",
        ".map(x, ",
        ".all(x, ",
        ".data",
        "x",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ":",
        "?",
        "+",
        "-",
        "*",
        "/",
        "%",
        "!",
        "&&",
        "||",
        "==",
        "<",
        "in",
        "'a'",
        "\"",
        "'",
        "\\",
        "1",
        "2u",
        "1.5",
        "true",
        "null",
        "has(",
        "size(",
        "uniform(0, 1)",
        "pick(",
        "integer(1, 6)",
        ", ",
        "${",
        "$${",
        "é",
        "😀",
        "\0",
        "\n",
        "`",
        "b'a'",
        ".matches('a')",
        "string(",
        "int(",
        "double(",
        "@result",
        "9223372036854775807",
    ];
    prop::collection::vec(prop::sample::select(PIECES), 0..16).prop_map(|pieces| pieces.join(""))
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let keys = prop_oneof![Just("total".to_owned()), Just("items".to_owned()), ".{0,4}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((keys, inner), 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_is_written_is_refused_or_answered(
        text in prop_oneof![pieces(), ".{0,40}"],
        data in prop::option::of(any_json()),
    ) {
        let scope = scope(data.as_ref());
        match Condition::compile(&text) {
            Ok(condition) => {
                let first = condition.holds(&scope);
                prop_assert_eq!(condition.holds(&scope), first);
                if !condition.reads_data() {
                    let without = Scope { data: None, ..scope };
                    prop_assert_eq!(condition.holds(&without), condition.holds(&scope));
                }
            }
            Err(error) => {
                prop_assert!(error.line >= 1 && error.column >= 1 && !error.message.is_empty());
                prop_assert!(error.line <= text.split('\n').count(), "{}", error);
            }
        }
    }

    #[test]
    fn whatever_a_template_gives_is_json(
        texts in prop::collection::vec(
            prop_oneof![pieces(), pieces().prop_map(|inner| format!("a ${{{inner}}}")), ".{0,20}"],
            1..4,
        ),
        keys in ".{0,6}",
        data in any_json(),
        draw in any::<u64>(),
    ) {
        let text = json!({ keys: texts, "fixed": data, "whole": "${trigger.data}" }).to_string();
        if let Ok(template) = Template::compile(&text, TemplateKind::Emission) {
            let scope = TemplateScope { event: scope(None), trigger: Some(scope(Some(&data))) };
            let rendered = template.render(draw, &scope);
            prop_assert_eq!(&template.render(draw, &scope), &rendered);
            if let Ok(json) = rendered {
                let read: Value = serde_json::from_str(&json).expect("it is JSON");
                prop_assert_eq!(&read["whole"], &data);
                prop_assert_eq!(&read["fixed"], &data);
            }
        }
    }

    #[test]
    fn texts_without_expressions_come_out_as_they_were(data in any_json()) {
        let text = data.to_string();
        prop_assume!(!text.contains("${"));
        let template = Template::compile(&text, TemplateKind::Producer).expect("it is JSON");
        prop_assert_eq!(template.fixed(), Some(&*text));
    }
}

#[test]
fn every_word_of_an_enumeration_is_named_once() {
    let words: BTreeMap<usize, String> =
        [1, 2, 3].map(|n| (n, AnyOf(&["a", "b", "c"][..n]).to_string())).into();
    assert_eq!(words.into_values().collect::<Vec<_>>(), ["a", "a or b", "a, b or c"]);
}

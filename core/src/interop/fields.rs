//! A row's fields, found by a column's name or a JSON pointer.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::{Number, Value};

use super::csv_rows::Fields;

/// A row as it was read.
pub(super) struct Record {
    /// The line in which it begins, from 1.
    pub(super) line: u64,
    /// What it holds.
    pub(super) content: Content,
}

/// What a row holds.
pub(super) enum Content {
    /// A JSON object: its text as recorded, and what that says.
    Json {
        /// As recorded, without the space around.
        text: String,
        /// What it says.
        value: Value,
    },
    /// The fields of a CSV row.
    Csv(Fields),
}

impl Content {
    /// How much text it is.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Json { text, .. } => text.len(),
            Self::Csv(fields) => fields.bytes(),
        }
    }
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell<'a> {
    /// A text.
    Text(&'a str),
    /// A JSON number.
    Number(&'a Number),
    /// Anything else of JSON: null, a truth value, an array, an object.
    Other(&'a Value),
}

impl<'a> Cell<'a> {
    /// As the name of a type or key; none where there is nothing to call by.
    pub(super) fn name(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text("") | Self::Other(Value::Null) => None,
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Number(number) => Some(Cow::Owned(number.to_string())),
            Self::Other(value) => Some(Cow::Owned(value.to_string())),
        }
    }

    fn of(value: &'a Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text),
            Value::Number(number) => Self::Number(number),
            other => Self::Other(other),
        }
    }
}

/// Where a field lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FieldPath {
    /// The whole row.
    Whole,
    /// A column of a CSV row, by its index.
    Column(usize),
    /// A way into a JSON object: member names, or indexes of an array.
    Json(Vec<String>),
}

impl FieldPath {
    /// The field that `text` names: `/` the whole row, a column or member by its name, or a JSON
    /// pointer (RFC 6901). None: `columns` has no such column.
    pub(super) fn find(text: &str, columns: Option<&[String]>) -> Option<Self> {
        if text == "/" {
            return Some(Self::Whole);
        }
        let pointer = || text.strip_prefix('/').map(|rest| rest.split('/').map(unescape).collect());
        match columns {
            None => Some(Self::Json(pointer().unwrap_or_else(|| vec![text.to_owned()]))),
            Some(columns) => {
                let at = |name: &str| columns.iter().position(|column| column == name);
                let by_pointer = || at(&unescape(text.strip_prefix('/')?));
                at(text).or_else(by_pointer).map(Self::Column)
            }
        }
    }

    /// How a map names this field.
    pub(super) fn text(&self, columns: &[String]) -> String {
        match self {
            Self::Whole => "/".to_owned(),
            Self::Column(index) => columns.get(*index).cloned().unwrap_or_default(),
            Self::Json(path) => match path.as_slice() {
                [name] if !name.is_empty() && !name.starts_with('/') => name.clone(),
                path => path.iter().fold(String::new(), |text, name| {
                    text + "/" + &name.replace('~', "~0").replace('/', "~1")
                }),
            },
        }
    }

    /// What the field holds; none where the row has no such field, or it is the whole row.
    pub(super) fn cell<'a>(&self, content: &'a Content) -> Option<Cell<'a>> {
        match (self, content) {
            (Self::Column(index), Content::Csv(fields)) => {
                fields.get(*index).map(|text| Cell::Text(text.trim()))
            }
            (Self::Json(path), Content::Json { value, .. }) => walk(value, path).map(Cell::of),
            _ => None,
        }
    }

    /// The field as JSON text; none where the row has no such field. A CSV row is an object of its
    /// columns, and what is a number in JSON is one here.
    pub(super) fn json(&self, content: &Content, columns: &[String]) -> Option<String> {
        match (self, content) {
            (Self::Whole, Content::Json { text, .. }) => Some(text.clone()),
            (Self::Whole, Content::Csv(fields)) => Some(object(columns, fields)),
            (Self::Column(index), Content::Csv(fields)) => {
                let mut json = String::new();
                write_csv_value(&mut json, fields.get(*index)?);
                Some(json)
            }
            (Self::Json(path), Content::Json { value, .. }) => {
                walk(value, path).map(Value::to_string)
            }
            _ => None,
        }
    }
}

fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

fn walk<'a>(value: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, name| match value {
        Value::Object(members) => members.get(name),
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        _ => None,
    })
}

fn object(columns: &[String], fields: &Fields) -> String {
    let mut json = String::from("{");
    for (column, field) in columns.iter().zip(fields.iter()) {
        if json.len() > 1 {
            json.push(',');
        }
        write_json_text(&mut json, column);
        json.push(':');
        write_csv_value(&mut json, field);
    }
    json.push('}');
    json
}

fn write_csv_value(json: &mut String, field: &str) {
    if is_number(field) {
        json.push_str(field);
    } else {
        write_json_text(json, field);
    }
}

fn write_json_text(json: &mut String, text: &str) {
    if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        json.push('"');
        json.push_str(text);
        json.push('"');
        return;
    }
    // Writing to a text cannot fail.
    let _ = write!(json, "{}", Value::from(text));
}

/// Whether `text` is a JSON number that JSON's readers keep as it is: `007` and 30 digits in a row
/// are names, not numbers.
fn is_number(text: &str) -> bool {
    let starts = text.bytes().next().is_some_and(|b| b == b'-' || b.is_ascii_digit());
    let ends = text.bytes().next_back().is_some_and(|b| b.is_ascii_digit());
    if !(starts && ends) || text.len() > 32 {
        return false;
    }
    let whole = text.bytes().all(|b| b == b'-' || b.is_ascii_digit());
    match serde_json::from_str::<Number>(text) {
        Ok(number) => !whole || !number.is_f64(),
        Err(_) => false,
    }
}

/// The fields of a JSON object to choose from, members of members included to a depth of 3, in the
/// order of the text.
pub(super) fn paths_of(value: &Value) -> Vec<Vec<String>> {
    const DEPTH: usize = 3;
    const MOST: usize = 1_000;
    let mut found = Vec::new();
    let mut path = Vec::new();
    collect(value, DEPTH, &mut path, &mut found, MOST);
    found
}

fn collect(
    value: &Value,
    depth: usize,
    path: &mut Vec<String>,
    found: &mut Vec<Vec<String>>,
    most: usize,
) {
    let Value::Object(members) = value else { return };
    for (name, member) in members {
        if found.len() >= most {
            return;
        }
        path.push(name.clone());
        match member {
            Value::Object(_) if depth > 1 => collect(member, depth - 1, path, found, most),
            _ => found.push(path.clone()),
        }
        path.pop();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_found_by_name_and_by_pointer() {
        let value = json!({"type": "a", "meta": {"dt": 3, "a/b": [10, 20]}, "n": null});
        let content = Content::Json { text: value.to_string(), value };
        let at =
            |text: &str| FieldPath::find(text, None).expect("JSON fields are looked up by row");
        let name = |text: &str| at(text).cell(&content).and_then(Cell::name).map(Cow::into_owned);
        assert_eq!(name("type").as_deref(), Some("a"));
        assert_eq!(name("/type").as_deref(), Some("a"));
        assert_eq!(name("/meta/dt").as_deref(), Some("3"));
        assert_eq!(name("/meta/a~1b/1").as_deref(), Some("20"));
        assert_eq!(name("n"), None);
        assert_eq!(name("meta/dt"), None);
        for text in ["type", "/meta/dt", "/meta/a~1b/1", "/"] {
            assert_eq!(at(text).text(&[]), text);
        }
        let columns = ["a".to_owned(), "/b".to_owned()];
        assert_eq!(FieldPath::find("/a", Some(&columns)), Some(FieldPath::Column(0)));
        assert_eq!(FieldPath::find("/b", Some(&columns)), Some(FieldPath::Column(1)));
        assert_eq!(FieldPath::find("c", Some(&columns)), None);
    }

    #[test]
    fn numbers_of_csv_are_numbers_of_json_where_nothing_is_lost() {
        for text in ["0", "-1", "3.50", "1e5", "18446744073709551615"] {
            assert!(is_number(text), "{text}");
        }
        for text in ["", "-", "007", "1.", "+1", ".5", "1e999", "0x1", "18446744073709551616", " 1"]
        {
            assert!(!is_number(text), "{text}");
        }
    }
}

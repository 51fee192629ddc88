//! Values: JSON as CEL sees it, borrowed and built only where an expression looks, and back.
//!
//! CEL's own maps are hash maps, whose order differs from run to run. These keep the written order.

use std::sync::OnceLock;

use cel::ExecutionError;
use cel::common::traits::{Container, Indexer, Iterable, Iterator, Sizer};
use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelNull, CelString, CelUInt, Kind, MAP_TYPE, Type,
};
use cel::common::value::{CowVal, Val};
use serde_json::{Map, Value};

use super::EvaluationError;

static MAP: Type = MAP_TYPE;

type Boxed<'v> = Box<dyn Val + 'v>;

/// A JSON value as CEL sees it. Numbers without a fraction are ints, and uints where they are too
/// large for that; all others are doubles.
pub(super) fn from_json<'v>(value: &'v Value) -> Boxed<'v> {
    match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(value) => Box::new(CelBool::from(*value)),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(int), _) => Box::new(CelInt::from(int)),
            (None, Some(uint)) => Box::new(CelUInt::from(uint)),
            _ => Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN))),
        },
        Value::String(text) => Box::new(CelString::from(text.as_str())),
        Value::Array(items) => {
            Box::new(CelList::from(items.iter().map(from_json).collect::<Vec<_>>()))
        }
        Value::Object(map) => Box::new(Object { map, keys: OnceLock::new() }),
    }
}

/// A JSON object whose fields are built when they are asked for.
#[derive(Debug)]
struct Object<'v> {
    map: &'v Map<String, Value>,
    /// The keys, from when somebody goes through them.
    keys: OnceLock<Vec<CelString<'v>>>,
}

/// A map that an expression wrote.
#[derive(Clone, Debug)]
pub(super) struct Written<'v> {
    entries: Vec<(Boxed<'v>, Boxed<'v>)>,
}

impl<'v> Written<'v> {
    /// The map of these keys and values by turns; of two equal keys the later counts.
    pub(super) fn new(parts: Vec<CowVal<'_, 'v>>) -> Result<Self, ExecutionError> {
        let mut entries: Vec<(Boxed<'v>, Boxed<'v>)> = Vec::with_capacity(parts.len() / 2);
        let mut parts = parts.into_iter();
        while let (Some(key), Some(value)) = (parts.next(), parts.next()) {
            if !is_key(key.as_ref()) {
                return Err(ExecutionError::UnexpectedType {
                    got: key.get_type().name().to_owned(),
                    want: "a text, a whole number or a bool as a key".to_owned(),
                });
            }
            match entries.iter_mut().find(|(known, _)| known.equals(key.as_ref())) {
                Some(entry) => entry.1 = value.into_owned(),
                None => entries.push((key.into_owned(), value.into_owned())),
            }
        }
        Ok(Self { entries })
    }
}

fn is_key(value: &dyn Val) -> bool {
    matches!(value.get_type().kind(), Kind::Boolean | Kind::Int | Kind::UInt | Kind::String)
}

fn no_such_key(key: &dyn Val) -> ExecutionError {
    let mut name = String::new();
    // What cannot be written is no key either.
    let _ = text_of(key, &mut name);
    ExecutionError::no_such_key(&name)
}

/// Whether two maps have the same keys with the same values, in whatever order.
fn same_entries(left: &dyn Val, right: &dyn Val) -> bool {
    let (Some(left_size), Some(right_size)) = (left.as_sizer(), right.as_sizer()) else {
        return false;
    };
    let (Some(keys), Some(left), Some(right)) =
        (left.as_iterable(), left.as_indexer(), right.as_indexer())
    else {
        return false;
    };
    let mut keys = keys.iter();
    let mut same = left_size.size() == right_size.size();
    while same && let Some(key) = keys.next() {
        same = matches!((left.get(key), right.get(key)), (Ok(l), Ok(r)) if l.equals(r.as_ref()));
    }
    same
}

/// The keys of an object, one after the other.
struct ObjectKeys<'b, 'v>(std::slice::Iter<'b, CelString<'v>>);

impl<'b, 'v: 'w, 'w> Iterator<'b, 'w> for ObjectKeys<'b, 'v> {
    fn next(&mut self) -> Option<&'b (dyn Val + 'w)> {
        self.0.next().map(|key| key as &(dyn Val + 'w))
    }
}

/// The keys of a written map, one after the other.
struct WrittenKeys<'b, 'v>(std::slice::Iter<'b, (Boxed<'v>, Boxed<'v>)>);

impl<'b, 'v: 'w, 'w> Iterator<'b, 'w> for WrittenKeys<'b, 'v> {
    fn next(&mut self) -> Option<&'b (dyn Val + 'w)> {
        self.0.next().map(|(key, _)| key.as_ref() as &(dyn Val + 'w))
    }
}

macro_rules! map_val {
    ($name:ident) => {
        impl Val for $name<'_> {
            fn get_type(&self) -> &Type {
                &MAP
            }

            fn cel_type() -> &'static Type {
                &MAP
            }

            fn as_container(&self) -> Option<&dyn Container> {
                Some(self)
            }

            fn as_indexer<'b, 'w>(&'b self) -> Option<&'b (dyn Indexer + 'w)>
            where
                Self: 'w,
            {
                Some(self)
            }

            fn as_iterable<'b, 'w>(&'b self) -> Option<&'b (dyn Iterable + 'w)>
            where
                Self: 'w,
            {
                Some(self)
            }

            fn as_sizer(&self) -> Option<&dyn Sizer> {
                Some(self)
            }

            fn equals(&self, other: &dyn Val) -> bool {
                other.get_type().kind() == Kind::Map && same_entries(self, other)
            }

            fn clone_as_boxed<'w>(&self) -> Box<dyn Val + 'w>
            where
                Self: 'w,
            {
                Box::new(self.clone())
            }
        }

        impl Container for $name<'_> {
            fn contains(&self, key: &dyn Val) -> Result<bool, ExecutionError> {
                Ok(self.find(key).is_some())
            }
        }

        impl Indexer for $name<'_> {
            fn get<'b, 'w>(&'b self, key: &dyn Val) -> Result<CowVal<'b, 'w>, ExecutionError>
            where
                Self: 'w,
            {
                self.find(key).ok_or_else(|| no_such_key(key))
            }

            fn steal<'w>(self: Box<Self>, key: &dyn Val) -> Result<Boxed<'w>, ExecutionError>
            where
                Self: 'w,
            {
                self.get(key).map(CowVal::into_owned)
            }
        }
    };
}

map_val!(Object);
map_val!(Written);

impl Clone for Object<'_> {
    fn clone(&self) -> Self {
        Self { map: self.map, keys: OnceLock::new() }
    }
}

impl<'v> Object<'v> {
    fn find<'b>(&'b self, key: &dyn Val) -> Option<CowVal<'b, 'v>> {
        let key = key.downcast_ref::<CelString<'_>>()?;
        self.map.get(key.inner()).map(|value| CowVal::Owned(from_json(value)))
    }
}

impl Iterable for Object<'_> {
    fn iter<'b, 'w>(&'b self) -> Box<dyn Iterator<'b, 'w> + 'b>
    where
        Self: 'w,
    {
        let keys = self
            .keys
            .get_or_init(|| self.map.keys().map(|key| CelString::from(key.as_str())).collect());
        Box::new(ObjectKeys(keys.iter()))
    }
}

impl Sizer for Object<'_> {
    fn size(&self) -> CelInt {
        CelInt::from(self.map.len() as i64)
    }
}

impl<'v> Written<'v> {
    fn find<'b>(&'b self, key: &dyn Val) -> Option<CowVal<'b, 'v>> {
        let (_, value) = self.entries.iter().find(|(known, _)| known.equals(key))?;
        Some(CowVal::Borrowed(value.as_ref()))
    }
}

impl Iterable for Written<'_> {
    fn iter<'b, 'w>(&'b self) -> Box<dyn Iterator<'b, 'w> + 'b>
    where
        Self: 'w,
    {
        Box::new(WrittenKeys(self.entries.iter()))
    }
}

impl Sizer for Written<'_> {
    fn size(&self) -> CelInt {
        CelInt::from(self.entries.len() as i64)
    }
}

/// Appends `value` as compact JSON: floats as short as they can be read back, ints as ints.
pub(super) fn write_json(value: &dyn Val, out: &mut String) -> Result<(), EvaluationError> {
    match value.get_type().kind() {
        Kind::String => {
            let text = value.downcast_ref::<CelString<'_>>().map_or("", |text| text.inner());
            out.push('"');
            escape(text, out);
            out.push('"');
        }
        Kind::List => {
            let Some(items) = value.as_iterable() else { return Err(not_json("a list")) };
            let (mut items, mut before) = (items.iter(), '[');
            while let Some(item) = items.next() {
                out.push(before);
                write_json(item, out)?;
                before = ',';
            }
            out.push_str(if before == '[' { "[]" } else { "]" });
        }
        Kind::Map => {
            let (Some(keys), Some(values)) = (value.as_iterable(), value.as_indexer()) else {
                return Err(not_json("a map"));
            };
            let (mut keys, mut before) = (keys.iter(), '{');
            while let Some(key) = keys.next() {
                out.push(before);
                out.push('"');
                write_text(key, out)?;
                out.push_str("\":");
                let inner = values.get(key).map_err(|_| not_json("a map"))?;
                write_json(inner.as_ref(), out)?;
                before = ',';
            }
            out.push_str(if before == '{' { "{}" } else { "}" });
        }
        _ => text_of(value, out)?,
    }
    Ok(())
}

/// Appends `value` as it stands within a JSON text: what a text holds, else its JSON.
pub(super) fn write_text(value: &dyn Val, out: &mut String) -> Result<(), EvaluationError> {
    match value.get_type().kind() {
        Kind::List | Kind::Map => {
            let mut json = String::new();
            write_json(value, &mut json)?;
            escape(&json, out);
            Ok(())
        }
        Kind::String => {
            escape(value.downcast_ref::<CelString<'_>>().map_or("", |text| text.inner()), out);
            Ok(())
        }
        _ => text_of(value, out),
    }
}

/// Appends what is neither a list nor a map, without quotes and as it is.
fn text_of(value: &dyn Val, out: &mut String) -> Result<(), EvaluationError> {
    if let Some(text) = value.downcast_ref::<CelString<'_>>() {
        out.push_str(text.inner());
    } else if let Some(int) = value.downcast_ref::<CelInt>() {
        out.push_str(&int.inner().to_string());
    } else if let Some(uint) = value.downcast_ref::<CelUInt>() {
        out.push_str(&uint.inner().to_string());
    } else if let Some(double) = value.downcast_ref::<CelDouble>() {
        let number = serde_json::Number::from_f64(*double.inner());
        out.push_str(&number.ok_or(not_json("an infinite or undefined number"))?.to_string());
    } else if let Some(value) = value.downcast_ref::<CelBool>() {
        out.push_str(if *value.inner() { "true" } else { "false" });
    } else {
        out.push_str(match value.get_type().kind() {
            Kind::NullType => "null",
            Kind::Bytes => return Err(not_json("a sequence of bytes")),
            Kind::Type => return Err(not_json("a type")),
            _ => return Err(not_json("such a value")),
        });
    }
    Ok(())
}

fn not_json(what: &'static str) -> EvaluationError {
    EvaluationError::NotJson { what }
}

/// Appends `text` as it stands between the quotes of a JSON string.
pub(super) fn escape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c < ' ' || c == '"' || c == '\\') {
        out.push_str(&rest[..at]);
        // One byte, as all of these are.
        let c = rest.as_bytes()[at];
        match c {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ => out.push_str(&format!("\\u{c:04x}")),
        }
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

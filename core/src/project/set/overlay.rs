//! A value read from two sources: an old value, and at one path a text in its place.

use std::fmt;

use serde::de::value::StringDeserializer;
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer as _, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde_json::Value;

use crate::project::format;

/// Why the value could not be read.
#[derive(Debug)]
pub(super) enum Fault {
    /// The path leads to no field.
    NoField {
        /// The name that does not fit.
        field: String,
        /// The names that would.
        fields: Vec<String>,
        /// How many names of the path were left, that one included.
        left: usize,
    },
    /// The text does not fit the field.
    Other(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoField { field, .. } => write!(f, "there is no field {field}"),
            Self::Other(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Other(message.to_string())
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::Other(error.to_string())
    }
}

/// The old value `base` (none: there is none yet), with `text` at `path`.
pub(super) struct Overlay<'a> {
    base: Option<Value>,
    path: &'a [&'a str],
    text: &'a str,
}

impl<'a> Overlay<'a> {
    pub(super) fn new(base: Option<Value>, path: &'a [&'a str], text: &'a str) -> Self {
        Self { base, path, text }
    }

    fn no_field<T>(&self, fields: &[&str]) -> Result<T, Fault> {
        Err(Fault::NoField {
            field: self.path.first().copied().unwrap_or_default().to_owned(),
            fields: fields.iter().map(|&field| field.to_owned()).collect(),
            left: self.path.len(),
        })
    }

    /// The text read as RON in the way that `read` asks for, whole.
    fn ron<T>(
        text: &'a str,
        read: impl FnOnce(&mut ron::Deserializer<'a>) -> Result<T, ron::Error>,
    ) -> Result<T, Fault> {
        let mut ron = ron::Deserializer::from_str_with_options(text, &format::options())
            .map_err(|error| Fault::Other(format::plain(&error.code)))?;
        let value = read(&mut ron).map_err(|error| Fault::Other(format::plain(&error)))?;
        ron.end().map_err(|_| Fault::Other("something follows the value".to_owned()))?;
        Ok(value)
    }

    /// A text; quotes may be left out.
    fn string(&self) -> Result<String, Fault> {
        let text = self.text.trim();
        if text.starts_with('"') || text.starts_with("r\"") || text.starts_with("r#") {
            Self::ron(text, |ron| de::Deserialize::deserialize(ron))
        } else {
            Ok(self.text.to_owned())
        }
    }
}

/// At the path's end the text is read as RON; before it a plain value has no fields to go on to.
macro_rules! plain {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            if self.path.is_empty() {
                Self::ron(self.text, |ron| ron.$method(visitor))
            } else {
                self.no_field(&[])
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Overlay<'de> {
    type Error = Fault;

    plain! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32
        deserialize_i64 deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32
        deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64 deserialize_char
        deserialize_bytes deserialize_byte_buf deserialize_unit deserialize_identifier
        deserialize_ignored_any
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.path.is_empty() { visitor.visit_string(self.string()?) } else { self.no_field(&[]) }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if !self.path.is_empty() {
            let base = self.base.filter(|base| !base.is_null());
            return visitor.visit_some(Self { base, ..self });
        }
        let text = self.text.trim();
        if text == "None" {
            return visitor.visit_none();
        }
        let inner = text
            .strip_prefix("Some")
            .and_then(|rest| rest.trim_start().strip_prefix('(')?.strip_suffix(')'));
        visitor.visit_some(Self { text: inner.unwrap_or(self.text), ..self })
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if !self.path.is_empty() {
            return self.no_field(&[]);
        }
        Self::ron(self.text, |ron| ron.deserialize_unit_struct(name, visitor))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.path.is_empty() {
            return Self::ron(self.text, |ron| ron.deserialize_seq(visitor));
        }
        let items = match self.base {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        };
        let names: Vec<String> = (0..items.len()).map(|index| index.to_string()).collect();
        match names.iter().position(|name| name == self.path[0]) {
            Some(target) => visitor.visit_seq(Items {
                items: items.into_iter(),
                next: 0,
                target,
                path: &self.path[1..],
                text: self.text,
            }),
            None => Err(Fault::NoField {
                field: self.path[0].to_owned(),
                fields: names,
                left: self.path.len(),
            }),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Fault> {
        if self.path.is_empty() {
            return Self::ron(self.text, |ron| ron.deserialize_tuple(len, visitor));
        }
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if self.path.is_empty() {
            return Self::ron(self.text, |ron| ron.deserialize_tuple_struct(name, len, visitor));
        }
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.path.is_empty() {
            return Self::ron(self.text, |ron| ron.deserialize_map(visitor));
        }
        let key = self.path[0];
        let path = &self.path[1..];
        self.fields(key, path, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let Some(&first) = self.path.first() else {
            return Self::ron(self.text, |ron| ron.deserialize_struct(name, fields, visitor));
        };
        if fields.contains(&first) {
            let path = &self.path[1..];
            return self.fields(first, path, visitor);
        }
        if fields.contains(&KIND) {
            // What a node is and does is named as if it were the node's own.
            let path = self.path;
            return self.fields(KIND, path, visitor).map_err(|fault| match fault {
                Fault::NoField { field, fields: inner, left } if left == path.len() => {
                    let own = fields.iter().filter(|&&own| own != KIND);
                    let fields = own.map(|&own| own.to_owned()).chain(inner).collect();
                    Fault::NoField { field, fields, left }
                }
                other => other,
            });
        }
        self.no_field(fields)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if self.path.is_empty() {
            return Self::ron(self.text, |ron| ron.deserialize_enum(name, variants, visitor));
        }
        let (variant, content) = match self.base {
            Some(Value::Object(map)) => match map.into_iter().next() {
                Some((variant, content)) => (variant, Some(content)),
                None => return not_chosen(variants),
            },
            Some(Value::String(variant)) => (variant, None),
            // The default, which the old value leaves out.
            _ => return not_chosen(variants),
        };
        // The variant's name may be written, too.
        let path = match self.path {
            [first, rest @ ..] if *first == variant && !rest.is_empty() => rest,
            path => path,
        };
        visitor.visit_enum(Variant { variant, inner: Self { base: content, path, ..self } })
    }
}

fn not_chosen<T>(variants: &[&str]) -> Result<T, Fault> {
    Err(Fault::Other(format!(
        "it has its default; set it whole, to one of: {}",
        variants.join(", ")
    )))
}

/// The field of a node under which lies what it is and does.
const KIND: &str = "kind";

impl<'a> Overlay<'a> {
    /// The old fields, with what is at `path` of `key` replaced.
    fn fields<V: Visitor<'a>>(
        self,
        key: &'a str,
        path: &'a [&'a str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let mut old = match self.base {
            Some(Value::Object(map)) => map,
            _ => serde_json::Map::new(),
        };
        let base = old.remove(key);
        visitor.visit_map(Fields {
            old: old.into_iter(),
            value: None,
            new: Some((key, Overlay { base, path, text: self.text })),
            new_value: None,
        })
    }
}

/// Fields of a struct or map: the old ones, then the one on the path.
struct Fields<'a> {
    old: serde_json::map::IntoIter,
    value: Option<Value>,
    new: Option<(&'a str, Overlay<'a>)>,
    new_value: Option<Overlay<'a>>,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        if let Some((key, value)) = self.old.next() {
            self.value = Some(value);
            return seed.deserialize(key.into_deserializer()).map(Some);
        }
        let Some((key, value)) = self.new.take() else { return Ok(None) };
        self.new_value = Some(value);
        seed.deserialize(key.to_owned().into_deserializer()).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        match (self.value.take(), self.new_value.take()) {
            (Some(value), _) => Ok(seed.deserialize(value)?),
            (None, Some(overlay)) => seed.deserialize(overlay),
            (None, None) => Err(Fault::Other("a value was asked for before its key".to_owned())),
        }
    }
}

/// Items of a list, one of them on the path.
struct Items<'a> {
    items: std::vec::IntoIter<Value>,
    next: usize,
    target: usize,
    path: &'a [&'a str],
    text: &'a str,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        let Some(item) = self.items.next() else { return Ok(None) };
        self.next += 1;
        if self.next - 1 == self.target {
            return seed.deserialize(Overlay::new(Some(item), self.path, self.text)).map(Some);
        }
        Ok(Some(seed.deserialize(item)?))
    }
}

/// The variant that was chosen before, its content on the path.
struct Variant<'a> {
    variant: String,
    inner: Overlay<'a>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Fault;
    type Variant = Overlay<'de>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Overlay<'de>), Fault> {
        let variant: StringDeserializer<Fault> = self.variant.into_deserializer();
        Ok((seed.deserialize(variant)?, self.inner))
    }
}

impl<'de> VariantAccess<'de> for Overlay<'de> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        self.no_field(&[])
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Fault> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_struct("", fields, visitor)
    }
}

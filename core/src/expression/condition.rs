//! Conditions: which events are meant.

use std::fmt;
use std::sync::Arc;

use cel::common::types::CelBool;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::functions::evaluate;
use super::rewrite::{Compiled, Use};
use super::scope::Names;
use super::{EvaluationError, ExpressionError, Scope, meter};

/// A compiled condition in CEL. It reads `event`, with the attributes of [`Scope`] by their names
/// in CloudEvents, and `data`, the event's data; null where it has none.
///
/// Cloning it copies a pointer. Two are equal when their texts are; it is serialised as its text.
#[derive(Clone)]
pub struct Condition(Arc<Inner>);

struct Inner {
    text: String,
    compiled: Compiled,
}

impl Condition {
    /// Compiles a text.
    ///
    /// # Errors
    ///
    /// The first place at which the text is no expression, asks for what is not there, or cannot
    /// come out as true or false.
    pub fn compile(text: &str) -> Result<Self, ExpressionError> {
        match Compiled::new(text, Use::Condition) {
            Ok(compiled) => Ok(Self(Arc::new(Inner { text: text.to_owned(), compiled }))),
            Err(fault) => Err(fault.locate(text)),
        }
    }

    /// Whether it reads `data`. Where not, [`Scope::data`] can be left out.
    pub fn reads_data(&self) -> bool {
        self.0.compiled.reads_data
    }

    /// The text that it was compiled from.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Whether it holds for an event.
    ///
    /// # Errors
    ///
    /// The condition has no answer for this event: a field is missing, a type does not fit, or it
    /// would cost too much.
    pub fn holds(&self, scope: &Scope<'_>) -> Result<bool, EvaluationError> {
        let compiled = &self.0.compiled;
        let names = Names { event: scope, trigger: None, patterns: &compiled.patterns };
        // A condition draws nothing.
        meter::evaluate(0, || {
            evaluate(&compiled.expr, &names, |value| match value.downcast_ref::<CelBool>() {
                Some(value) => Ok(*value.inner()),
                None => {
                    Err(EvaluationError::NotBoolean { got: value.get_type().name().to_owned() })
                }
            })
        })
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Condition").field(&self.text()).finish()
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Condition {}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::compile(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

//! Expressions in CEL: conditions that say which events are meant, and templates that say what the
//! data of an event are.
//!
//! What is compiled here is kept in the world's tables and evaluated for single events. An
//! evaluation is a function of the text, the scope and the draw key, and nothing else: it reads no
//! clock, iterates no hash map, and has bounds on what it may cost.

mod condition;
mod functions;
mod meter;
mod random;
mod rewrite;
mod scope;
mod template;
mod value;

use std::fmt;

pub use condition::Condition;
pub use scope::{Scope, Subject, TemplateScope};
pub use template::{Template, TemplateKind};

/// How long an expression may be, in bytes.
pub const MAX_EXPRESSION_BYTES: usize = 4_096;
/// How long a template may be, in bytes.
pub const MAX_TEMPLATE_BYTES: usize = 65_536;

/// Why a text is no condition or no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ExpressionError {
    /// The line at fault, from 1.
    pub line: usize,
    /// The column at fault, in characters from 1.
    pub column: usize,
    /// What is wrong there, and what to do.
    pub message: String,
}

/// Why an expression has no value for an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluationError {
    /// The data have no such field.
    #[error("there is no field {field:?}; ask has(…) first where it may be missing")]
    NoField {
        /// The field's name.
        field: String,
    },
    /// The condition came out as something else than true or false.
    #[error("the condition came out as {got}, and has to be true or false")]
    NotBoolean {
        /// The type of the value.
        got: String,
    },
    /// An operator or a function was given what it cannot work on.
    #[error("{message}")]
    WrongTypes {
        /// What was given, and what to do.
        message: String,
    },
    /// The value cannot be written as JSON.
    #[error("{what} cannot be put into JSON")]
    NotJson {
        /// What the value is.
        what: &'static str,
    },
    /// It went through too many elements or made too long a text.
    #[error("it takes more than {} steps; go through shorter lists", meter::BUDGET)]
    TooCostly,
    /// Anything else, such as a division by zero or a list that is too short.
    #[error("{message}")]
    Failed {
        /// What went wrong.
        message: String,
    },
}

/// A fault at a character of a text, counted from 0.
#[derive(Debug)]
struct Fault {
    at: usize,
    message: String,
}

impl Fault {
    fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }

    /// With its line and column in `text`.
    fn locate(self, text: &str) -> ExpressionError {
        let (mut line, mut column) = (1, 1);
        for c in text.chars().take(self.at) {
            column += 1;
            if c == '\n' {
                (line, column) = (line + 1, 1);
            }
        }
        ExpressionError { line, column, message: self.message }
    }
}

/// Words with commas and an "or" before the last.
struct AnyOf<'a>(&'a [&'a str]);

impl fmt::Display for AnyOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, word) in self.0.iter().enumerate() {
            let before = match index {
                0 => "",
                _ if index + 1 == self.0.len() => " or ",
                _ => ", ",
            };
            write!(f, "{before}{word}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

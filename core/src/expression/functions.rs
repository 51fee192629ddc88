//! The functions that expressions are given beside CEL's own, the one context that knows them, and
//! what an evaluation's errors mean.

use std::any::Any;
use std::sync::LazyLock;

use cel::common::types::{CelBool, CelString, Type};
use cel::common::value::{CowVal, StaticVal, Val};
use cel::{Context, ExecutionError, FunctionContext, IdedExpr, Value};
use regex::Regex;

use super::scope::Names;
use super::value::Written;
use super::{EvaluationError, meter, random};

pub(super) type Result<'c, 'v> = std::result::Result<CowVal<'c, 'v>, ExecutionError>;
type Plain = for<'c, 'v> fn(&mut FunctionContext<'c, 'v>) -> Result<'c, 'v>;
type Function =
    Box<dyn for<'c, 'v> Fn(&mut FunctionContext<'c, 'v>) -> Result<'c, 'v> + Send + Sync>;

/// Makes a map of keys and values by turns.
pub(super) const MAP: &str = "@map";
/// What a loop goes through, charged to the evaluation.
pub(super) const RANGE: &str = "@range";
/// True where something is left of what the evaluation may cost, else an error.
pub(super) const LEFT: &str = "@left";
/// A sum within a loop, charged to the evaluation.
pub(super) const ADD: &str = "@add";
/// Whether a text holds a match of a compiled pattern.
pub(super) const MATCHES: &str = "@matches";

/// A fresh context costs 20 times as much as an evaluation, so there is one for all.
static ROOT: LazyLock<Context<'static, 'static>> = LazyLock::new(|| {
    let mut root = Context::default();
    let own: [(&str, Plain); 5] =
        [(MAP, written_map), (LEFT, left), (RANGE, range), (ADD, add), (MATCHES, matches)];
    let drawing = random::FUNCTIONS.iter().map(|function| (function.name, function.call));
    for (name, function) in own.into_iter().chain(drawing) {
        let added = root.add_function(name, Box::new(function) as Function);
        debug_assert!(added.is_ok(), "{name} is the name of one of CEL's own functions");
    }
    root
});

/// Evaluates `expr` and hands its value to `then`.
pub(super) fn evaluate<T>(
    expr: &IdedExpr,
    names: &Names<'_>,
    then: impl FnOnce(&dyn Val) -> std::result::Result<T, EvaluationError>,
) -> std::result::Result<T, EvaluationError> {
    let root: &Context<'_, '_> = &ROOT;
    let mut context = root.new_inner_scope();
    context.set_variable_resolver(names);
    let value = Value::resolve_val(expr, &context).map_err(explain)?;
    then(value.as_ref())
}

/// A regular expression as a value.
#[derive(Clone, Debug)]
pub(super) struct Pattern(pub(super) Regex);

static PATTERN: Type = Type::new_unspecified_type("pattern");

impl Val for Pattern {
    fn get_type(&self) -> &Type {
        &PATTERN
    }

    fn cel_type() -> &'static Type {
        &PATTERN
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Pattern {}

fn written_map<'c, 'v>(call: &mut FunctionContext<'c, 'v>) -> Result<'c, 'v> {
    Written::new(std::mem::take(&mut call.args)).map(CowVal::owned)
}

fn left<'c, 'v>(_call: &mut FunctionContext<'c, 'v>) -> Result<'c, 'v> {
    meter::left()?;
    Ok(CowVal::owned(CelBool::from(true)))
}

fn range<'c, 'v>(call: &mut FunctionContext<'c, 'v>) -> Result<'c, 'v> {
    let items = call.args.pop().ok_or_else(ExecutionError::missing_argument_or_target)?;
    meter::charge(items.as_ref())?;
    Ok(items)
}

fn add<'c, 'v>(call: &mut FunctionContext<'c, 'v>) -> Result<'c, 'v> {
    let [left, right] = call.args.as_slice() else {
        return Err(ExecutionError::missing_argument_or_target());
    };
    let adder = left.as_adder().ok_or_else(|| {
        let types = [left, right].map(|side| side.get_type().name().to_owned());
        ExecutionError::no_such_overload("_+_", types.to_vec())
    })?;
    let sum = adder.add(right.as_ref())?.into_owned();
    meter::charge(sum.as_ref())?;
    Ok(CowVal::Owned(sum))
}

fn matches<'c, 'v>(call: &mut FunctionContext<'c, 'v>) -> Result<'c, 'v> {
    let [text, pattern] = call.args.as_slice() else {
        return Err(ExecutionError::missing_argument_or_target());
    };
    match (text.downcast_ref::<CelString<'_>>(), pattern.downcast_ref::<Pattern>()) {
        (Some(text), Some(pattern)) => {
            Ok(CowVal::owned(CelBool::from(pattern.0.is_match(text.inner()))))
        }
        _ => Err(ExecutionError::no_such_overload(
            "matches",
            vec![text.get_type().name().to_owned(), "string".to_owned()],
        )),
    }
}

/// What an error of CEL means to who wrote the expression.
pub(super) fn explain(error: ExecutionError) -> EvaluationError {
    match error {
        ExecutionError::NoSuchKey(field) => EvaluationError::NoField { field: field.to_string() },
        ExecutionError::FunctionError { function, .. } if function == meter::TOO_COSTLY => {
            EvaluationError::TooCostly
        }
        ExecutionError::FunctionError { function, message } => {
            EvaluationError::Failed { message: format!("{function}: {message}") }
        }
        ExecutionError::NoSuchOverload(error) => {
            let name = error.function().replace('_', " ").replace('@', "");
            wrong_types(name.trim(), error.argument_types())
        }
        ExecutionError::UnsupportedBinaryOperator(name, left, right) => {
            let sign = match name {
                "add" => "+",
                "sub" => "-",
                "mul" => "*",
                "div" => "/",
                "rem" => "%",
                name => name,
            };
            let types =
                [left, right].map(|side| side.type_of().to_string().replace("float", "double"));
            wrong_types(sign, &types)
        }
        ExecutionError::UnexpectedType { got, want } => EvaluationError::WrongTypes {
            message: format!("there is a value of type {got} where {want} is needed"),
        },
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            EvaluationError::Failed { message: "a number is divided by 0".to_owned() }
        }
        ExecutionError::Overflow(..) => EvaluationError::Failed {
            message: "a whole number gets too large; take double(…) of it".to_owned(),
        },
        ExecutionError::IndexOutOfBounds(_) => EvaluationError::Failed {
            message: "a list is shorter than that; ask size(…) first".to_owned(),
        },
        other => EvaluationError::Failed { message: other.to_string() },
    }
}

fn wrong_types(function: &str, types: &[String]) -> EvaluationError {
    let types = types.join(" and ").replace("null_type", "null");
    let advice = if types.contains("int") && types.contains("double") {
        "; take double(…) of the whole number"
    } else if types.contains("null") {
        "; ask for != null first"
    } else {
        ""
    };
    EvaluationError::WrongTypes { message: format!("{function} cannot take {types}{advice}") }
}

//! From a text to what is evaluated: read by CEL's parser, checked, and rewritten.
//!
//! The rewriting replaces what CEL would do slower or in an order that differs from run to run.
//! `event.type` becomes one name instead of a field of a map; a field of a variable is looked up
//! without joining names; maps that the expression writes keep their order; loops are charged; and
//! patterns are compiled once.

use cel::IdedExpr;
use cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, ListExpr, LiteralValue, MapExpr, SelectExpr,
    SourceInfo, operators,
};
use cel::common::types::CelString;
use cel::parser::{ParseErrors, Parser};
use regex::RegexBuilder;

use super::functions::{ADD, LEFT, MAP, MATCHES, Pattern, RANGE};
use super::random;
use super::scope::{ATTRIBUTES, OWN_ATTRIBUTES};
use super::{AnyOf, Fault, MAX_EXPRESSION_BYTES};

/// How deep an expression may be nested, so that evaluating it stays within a thread's stack.
const MAX_DEPTH: usize = 100;
/// How deep brackets may be nested, for the parser's sake.
const MAX_BRACKETS: u16 = 48;
/// How large a compiled pattern may be, in bytes.
const MAX_PATTERN_BYTES: usize = 1 << 20;

/// What an expression is for, and so what it can read and call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Condition,
    Producer,
    Emission,
}

/// An expression that is ready to be evaluated.
pub(super) struct Compiled {
    pub(super) expr: IdedExpr,
    pub(super) patterns: Vec<Pattern>,
    /// Whether it reads `data`, or `trigger.data`.
    pub(super) reads_data: bool,
    /// Whether it reads attributes of the event or of the trigger.
    pub(super) reads_attributes: bool,
}

impl Compiled {
    /// Compiles a text; the fault's place is counted in characters of that text.
    pub(super) fn new(text: &str, used: Use) -> Result<Self, Fault> {
        if text.len() > MAX_EXPRESSION_BYTES {
            let message =
                format!("the expression is longer than {MAX_EXPRESSION_BYTES} bytes; shorten it");
            return Err(Fault::new(0, message));
        }
        if text.trim().is_empty() {
            return Err(Fault::new(0, "the expression is empty; write one, or remove it"));
        }
        let parser = Parser::new().max_recursion_depth(MAX_BRACKETS);
        let (expr, source) =
            parser.parse_with_source_info(text).map_err(|errors| syntax(text, &errors))?;
        let loops = survey(&expr, 0).ok_or_else(too_deep)?;
        let mut rewriter = Rewriter {
            used,
            source: &source,
            loops,
            variables: Vec::new(),
            patterns: Vec::new(),
            reads_data: false,
            reads_attributes: false,
        };
        let expr = rewriter.visit(expr)?;
        if used == Use::Condition
            && let Known::Other(what) = known(&expr)
        {
            let message = format!("this is {what}; a condition has to be true or false");
            return Err(Fault::new(0, message));
        }
        let Rewriter { patterns, reads_data, reads_attributes, .. } = rewriter;
        Ok(Self { expr, patterns, reads_data, reads_attributes })
    }
}

fn too_deep() -> Fault {
    Fault::new(0, "the expression is nested too deeply; simplify it")
}

/// Whether there are loops in `expr`; none if it is nested too deeply.
fn survey(expr: &IdedExpr, depth: usize) -> Option<bool> {
    if depth > MAX_DEPTH {
        return None;
    }
    let mut loops = false;
    let mut inner: Vec<&IdedExpr> = Vec::new();
    match &expr.expr {
        Expr::Call(call) => inner.extend(call.target.as_deref().into_iter().chain(&call.args)),
        Expr::Select(select) => inner.push(&select.operand),
        Expr::List(list) => inner.extend(&list.elements),
        Expr::Map(map) => {
            for entry in &map.entries {
                if let EntryExpr::MapEntry(entry) = &entry.expr {
                    inner.extend([&entry.key, &entry.value]);
                }
            }
        }
        Expr::Comprehension(each) => {
            loops = true;
            inner.extend([&each.iter_range, &each.accu_init, &each.loop_cond]);
            inner.extend([&each.loop_step, &each.result]);
        }
        Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) | Expr::Unspecified => {}
    }
    for inner in inner {
        loops |= survey(inner, depth + 1)?;
    }
    Some(loops)
}

struct Rewriter<'s> {
    used: Use,
    source: &'s SourceInfo,
    /// Whether there are loops, in which sums can double what they have.
    loops: bool,
    /// The variables of the loops around.
    variables: Vec<String>,
    patterns: Vec<Pattern>,
    reads_data: bool,
    reads_attributes: bool,
}

type Rewritten = Result<IdedExpr, Fault>;

impl Rewriter<'_> {
    fn fault(&self, id: u64, message: impl Into<String>) -> Fault {
        // The parser counts bytes.
        let start = self.source.offset_for(id).map_or(0, |(start, _)| start as usize);
        let before = self.source.source.get(..start).unwrap_or_default();
        Fault::new(before.chars().count(), message)
    }

    fn visit(&mut self, expr: IdedExpr) -> Rewritten {
        let id = expr.id;
        match expr.expr {
            Expr::Literal(literal) => Ok(IdedExpr { id, expr: Expr::Literal(literal) }),
            Expr::Ident(name) => self.ident(id, name),
            Expr::Select(select) => self.select(id, select),
            Expr::Call(call) => self.call(id, call),
            Expr::List(list) => {
                let elements = self.all(list.elements)?;
                Ok(IdedExpr { id, expr: Expr::List(ListExpr::new(elements)) })
            }
            Expr::Map(map) => self.map(id, map),
            Expr::Comprehension(each) => self.each(id, *each),
            Expr::Struct(of) => {
                let message = format!("there is no type {}; write a map, {{'a': 1}}", of.type_name);
                Err(self.fault(id, message))
            }
            Expr::Unspecified => Err(self.fault(id, "something is missing here")),
        }
    }

    fn all(&mut self, list: Vec<IdedExpr>) -> Result<Vec<IdedExpr>, Fault> {
        list.into_iter().map(|expr| self.visit(expr)).collect()
    }

    fn ident(&mut self, id: u64, name: String) -> Rewritten {
        const TYPES: [&str; 10] = [
            "bool",
            "bytes",
            "double",
            "int",
            "list",
            "map",
            "null_type",
            "string",
            "type",
            "uint",
        ];
        let of_a_loop = name.starts_with('@') || self.variables.contains(&name);
        if of_a_loop || TYPES.contains(&name.as_str()) {
            return Ok(IdedExpr { id, expr: Expr::Ident(name) });
        }
        let message = match (name.as_str(), self.used) {
            ("data", Use::Condition) => {
                self.reads_data = true;
                return Ok(IdedExpr { id, expr: Expr::Ident(name) });
            }
            ("event", _) | ("trigger", Use::Emission) => {
                let attributes = self.attributes(&name);
                format!("name what of {name} is meant, which has {}", AnyOf(&attributes))
            }
            ("data", Use::Emission) => "there are no data yet; write trigger.data".to_owned(),
            ("data", Use::Producer) => "there are no data yet; these are being made".to_owned(),
            ("trigger", Use::Condition) => "write event and data for what is consumed".to_owned(),
            ("trigger", Use::Producer) => "nothing triggers what a producer publishes".to_owned(),
            (_, Use::Condition) => {
                format!("there is no {name} here; a condition reads event and data")
            }
            (_, Use::Producer) => format!("there is no {name} here; a template reads event"),
            (_, Use::Emission) => {
                format!("there is no {name} here; a template reads event and trigger")
            }
        };
        let quotes = if name.starts_with(['@', '.']) { "" } else { ", and texts are in quotes" };
        Err(self.fault(id, format!("{message}{quotes}")))
    }

    fn attributes(&self, of: &str) -> Vec<&'static str> {
        match (of, self.used) {
            ("event", Use::Condition) => ATTRIBUTES.to_vec(),
            ("event", _) => OWN_ATTRIBUTES.to_vec(),
            _ => ATTRIBUTES.iter().copied().chain(["data"]).collect(),
        }
    }

    fn select(&mut self, id: u64, select: SelectExpr) -> Rewritten {
        let SelectExpr { operand, field, test } = select;
        if let Expr::Ident(name) = &operand.expr
            && (name == "event" || name == "trigger" && self.used == Use::Emission)
        {
            let attribute = self.attribute(id, name, &field)?;
            return Ok(if test { not_null(id, attribute) } else { attribute });
        }
        let operand = self.visit(*operand)?;
        if let (Expr::Ident(_), false) = (&operand.expr, test) {
            let field = Expr::Literal(LiteralValue::String(CelString::from(field)));
            let field = IdedExpr { id, expr: field };
            return Ok(call(id, operators::INDEX, vec![operand, field]));
        }
        let operand = Box::new(operand);
        Ok(IdedExpr { id, expr: Expr::Select(SelectExpr { operand, field, test }) })
    }

    fn attribute(&mut self, id: u64, of: &str, name: &str) -> Rewritten {
        let attributes = self.attributes(of);
        if !attributes.contains(&name) {
            let message = format!("{of} has no {name}; it has {}", AnyOf(&attributes));
            return Err(self.fault(id, message));
        }
        self.reads_data |= name == "data";
        self.reads_attributes = true;
        Ok(IdedExpr { id, expr: Expr::Ident(format!("{of}.{name}")) })
    }

    fn map(&mut self, id: u64, map: MapExpr) -> Rewritten {
        let mut parts = Vec::with_capacity(map.entries.len() * 2);
        for entry in map.entries {
            let EntryExpr::MapEntry(entry) = entry.expr else {
                return Err(self.fault(id, "a map is written as {'a': 1}"));
            };
            parts.push(self.visit(entry.key)?);
            parts.push(self.visit(entry.value)?);
        }
        Ok(call(id, MAP, parts))
    }

    fn each(&mut self, id: u64, each: ComprehensionExpr) -> Rewritten {
        let names = [Some(&each.iter_var), each.iter_var2.as_ref()];
        for name in names.into_iter().flatten() {
            if ["event", "data", "trigger"].contains(&name.as_str()) {
                let message = format!("{name} has its meaning already; take another name");
                return Err(self.fault(id, message));
            }
        }
        let range = self.visit(each.iter_range)?;
        let accu_init = self.visit(each.accu_init)?;
        let outside = self.variables.len();
        self.variables.push(each.iter_var.clone());
        self.variables.extend(each.iter_var2.clone());
        let loop_cond = self.visit(each.loop_cond)?;
        let loop_step = self.visit(each.loop_step)?;
        let result = self.visit(each.result)?;
        self.variables.truncate(outside);
        // Once nothing is left, what a loop would go through is not even built.
        let at = range.id;
        let null = IdedExpr { id: at, expr: Expr::Literal(LiteralValue::Null) };
        let charged = call(at, RANGE, vec![range]);
        let each = ComprehensionExpr {
            iter_range: call(
                at,
                operators::CONDITIONAL,
                vec![call(at, LEFT, vec![]), charged, null],
            ),
            iter_var: each.iter_var,
            iter_var2: each.iter_var2,
            accu_var: each.accu_var,
            accu_init,
            loop_cond,
            loop_step,
            result,
        };
        Ok(IdedExpr { id, expr: Expr::Comprehension(Box::new(each)) })
    }

    fn call(&mut self, id: u64, of: CallExpr) -> Rewritten {
        let CallExpr { func_name, target, mut args } = of;
        if func_name == "matches" {
            args.splice(0..0, target.map(|target| *target));
            return self.matches(id, args);
        }
        if let Some(target) = target {
            self.check_method(id, &func_name, args.len())?;
            let target = Some(Box::new(self.visit(*target)?));
            let args = self.all(args)?;
            return Ok(IdedExpr { id, expr: Expr::Call(CallExpr { func_name, target, args }) });
        }
        if func_name.starts_with(|c: char| c.is_ascii_alphabetic()) || func_name.contains('.') {
            self.check_function(id, &func_name, args.len())?;
            return Ok(call(id, &func_name, self.all(args)?));
        }
        if func_name == operators::INDEX
            && let [IdedExpr { expr: Expr::Ident(of), .. }, index] = args.as_slice()
            && (of == "event" || of == "trigger")
            && let Expr::Literal(LiteralValue::String(name)) = &index.expr
        {
            let operand = Box::new(args[0].clone());
            let field = name.inner().to_owned();
            return self.select(id, SelectExpr { operand, field, test: false });
        }
        let args = self.all(args)?;
        let truths = match func_name.as_str() {
            operators::LOGICAL_AND | operators::LOGICAL_OR | operators::LOGICAL_NOT => &args[..],
            operators::CONDITIONAL => &args[..args.len().min(1)],
            _ => &[],
        };
        for truth in truths {
            if let Known::Other(what) = known(truth) {
                let message = format!("this is {what}, where true or false is needed");
                return Err(self.fault(truth.id, message));
            }
        }
        let appends = matches!(args.first(), Some(IdedExpr { expr: Expr::Ident(name), .. })
            if name.starts_with('@'));
        // CEL appends to a loop's result in place where it sees its own form of it.
        if self.loops && func_name == operators::ADD && !appends {
            return Ok(call(id, ADD, args));
        }
        Ok(call(id, &func_name, args))
    }

    fn check_method(&self, id: u64, name: &str, arguments: usize) -> Result<(), Fault> {
        let usage = match name {
            "size" if arguments == 0 => return Ok(()),
            "contains" | "startsWith" | "endsWith" if arguments == 1 => return Ok(()),
            "size" => "x.size()",
            "contains" => "text.contains('…')",
            "startsWith" => "text.startsWith('…')",
            "endsWith" => "text.endsWith('…')",
            "all" => "list.all(x, x > 0)",
            "exists" => "list.exists(x, x > 0)",
            "exists_one" | "existsOne" => "list.exists_one(x, x > 0)",
            "map" => "list.map(x, x + 1)",
            "filter" => "list.filter(x, x > 0)",
            _ => {
                let message = format!(
                    "there is no function {name} after a dot; there are size, contains, startsWith, \
                     endsWith, matches, all, exists, exists_one, map and filter"
                );
                return Err(self.fault(id, message));
            }
        };
        Err(self.fault(id, format!("{name} is called as {usage}")))
    }

    fn check_function(&self, id: u64, name: &str, arguments: usize) -> Result<(), Fault> {
        const PLAIN: [&str; 9] =
            ["size", "string", "int", "uint", "double", "bool", "bytes", "dyn", "type"];
        if PLAIN.contains(&name) {
            return if arguments == 1 {
                Ok(())
            } else {
                Err(self.fault(id, format!("{name} is called as {name}(x)")))
            };
        }
        if name == operators::HAS {
            return Err(self.fault(id, "has is called as has(data.field)"));
        }
        let random = random::FUNCTIONS.iter().find(|function| function.name == name);
        match random {
            Some(_) if self.used == Use::Condition => {
                let message = format!(
                    "a condition draws nothing, so {name} is for templates alone; an emission has \
                     a probability of its own"
                );
                Err(self.fault(id, message))
            }
            Some(function) => {
                let (least, most) = function.arguments;
                if (least..=most).contains(&arguments) {
                    Ok(())
                } else {
                    Err(self.fault(id, format!("{name} is called as {}", function.usage)))
                }
            }
            None => {
                let mut names = vec!["has", "size", "string", "int", "double", "matches"];
                if self.used != Use::Condition {
                    names.extend(random::FUNCTIONS.iter().map(|function| function.name));
                }
                let message = format!("there is no function {name}; there are {}", AnyOf(&names));
                Err(self.fault(id, message.replace(" or ", " and ")))
            }
        }
    }

    fn matches(&mut self, id: u64, args: Vec<IdedExpr>) -> Rewritten {
        let Ok([text, pattern]) = <[IdedExpr; 2]>::try_from(args) else {
            return Err(self.fault(id, "matches is called as text.matches('pattern')"));
        };
        let Expr::Literal(LiteralValue::String(source)) = &pattern.expr else {
            let message = "write the pattern itself, in quotes: it is compiled once for all events";
            return Err(self.fault(pattern.id, message));
        };
        let regex = RegexBuilder::new(source.inner()).size_limit(MAX_PATTERN_BYTES).build();
        let regex = regex.map_err(|error| {
            // The library draws a picture over several lines, whose last says what is wrong.
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
            self.fault(pattern.id, format!("this is no regular expression: {last}"))
        })?;
        let name = Expr::Ident(format!("@pattern{}", self.patterns.len()));
        self.patterns.push(Pattern(regex));
        let text = self.visit(text)?;
        Ok(call(id, MATCHES, vec![text, IdedExpr { id: pattern.id, expr: name }]))
    }
}

fn call(id: u64, name: &str, args: Vec<IdedExpr>) -> IdedExpr {
    let call = CallExpr { func_name: name.to_owned(), target: None, args };
    IdedExpr { id, expr: Expr::Call(call) }
}

fn not_null(id: u64, value: IdedExpr) -> IdedExpr {
    let null = IdedExpr { id, expr: Expr::Literal(LiteralValue::Null) };
    call(id, operators::NOT_EQUALS, vec![value, null])
}

/// What is known of a value before it is there.
enum Known {
    Bool,
    /// No bool, but this.
    Other(&'static str),
    Unknown,
}

const TEXT: Known = Known::Other("a text");
const NUMBER: Known = Known::Other("a number");
const LIST: Known = Known::Other("a list");

/// What is known of the value of a rewritten expression.
fn known(expr: &IdedExpr) -> Known {
    match &expr.expr {
        Expr::Literal(literal) => match literal {
            LiteralValue::Boolean(_) => Known::Bool,
            LiteralValue::Bytes(_) => Known::Other("a sequence of bytes"),
            LiteralValue::Double(_) | LiteralValue::Int(_) | LiteralValue::UInt(_) => NUMBER,
            LiteralValue::Null => Known::Other("null"),
            LiteralValue::String(_) => TEXT,
        },
        Expr::Ident(name) => match name.split_once('.') {
            Some((_, "data")) | None => Known::Unknown,
            Some((_, "time" | "priority" | "deliveries")) => NUMBER,
            Some(_) => TEXT,
        },
        Expr::Select(select) if select.test => Known::Bool,
        Expr::List(_) => LIST,
        Expr::Comprehension(each) => match (known(&each.accu_init), known(&each.result)) {
            (_, Known::Bool) => Known::Bool,
            (Known::Other(_), _) if matches!(each.accu_init.expr, Expr::List(_)) => LIST,
            (accu, _) => accu,
        },
        Expr::Call(call) => known_call(call),
        _ => Known::Unknown,
    }
}

fn known_call(call: &CallExpr) -> Known {
    match call.func_name.as_str() {
        operators::LOGICAL_AND
        | operators::LOGICAL_OR
        | operators::LOGICAL_NOT
        | operators::EQUALS
        | operators::NOT_EQUALS
        | operators::LESS
        | operators::LESS_EQUALS
        | operators::GREATER
        | operators::GREATER_EQUALS
        | operators::IN
        | operators::NOT_STRICTLY_FALSE
        | MATCHES
        | "contains"
        | "startsWith"
        | "endsWith"
        | "bool"
        | "chance" => Known::Bool,
        operators::SUBSTRACT
        | operators::MULTIPLY
        | operators::DIVIDE
        | operators::MODULO
        | operators::NEGATE
        | "size"
        | "int"
        | "uint"
        | "double"
        | "uniform"
        | "normal"
        | "exponential"
        | "integer" => NUMBER,
        operators::ADD | ADD => Known::Other("a sum"),
        "string" | "uuid" | "hex" => TEXT,
        MAP => Known::Other("a map"),
        operators::CONDITIONAL => match call.args.as_slice() {
            [_, yes, no] => match (known(yes), known(no)) {
                (Known::Bool, Known::Bool) => Known::Bool,
                (Known::Other(what), Known::Other(_)) => Known::Other(what),
                _ => Known::Unknown,
            },
            _ => Known::Unknown,
        },
        _ => Known::Unknown,
    }
}

/// The first of the parser's errors, in words that help.
fn syntax(text: &str, errors: &ParseErrors) -> Fault {
    let errors = &errors.errors;
    if errors.iter().any(|error| error.msg.contains("Recursion limit")) {
        return too_deep();
    }
    // What its visitor says of a tree with holes tells less than the hole.
    let first = errors
        .iter()
        .find(|error| !error.msg.starts_with("No `") && !error.msg.starts_with("Incomplete"))
        .or(errors.first());
    let Some(error) = first else { return Fault::new(0, "this is no expression") };
    let line = usize::try_from(error.pos.0).unwrap_or(1).max(1);
    let column = usize::try_from(error.pos.1).unwrap_or(1).max(1);
    let before: usize = text.split('\n').take(line - 1).map(|l| l.chars().count() + 1).sum();
    let at = (before + column - 1).min(text.chars().count());
    Fault::new(at, syntax_message(&error.msg))
}

fn syntax_message(message: &str) -> String {
    let Some(message) = message.strip_prefix("Syntax error: ") else {
        let first = message.lines().next().unwrap_or_default();
        return format!("this cannot be read, {first}");
    };
    let quoted = |start: &str| {
        let rest = message.strip_prefix(start)?.strip_prefix('\'')?;
        let end = rest.rfind("' expecting").or_else(|| rest.rfind('\''))?;
        Some(&rest[..end])
    };
    if let Some(what) = quoted("token recognition error at: ") {
        return match what.chars().next() {
            Some('"' | '\'') => "this text is not closed; write the quote at its end".to_owned(),
            Some('&' | '|') => format!("{what:?} is no operator; write && for and, || for or"),
            Some('=') => "write == to compare".to_owned(),
            _ => format!("{what:?} has no meaning here; texts are in quotes"),
        };
    }
    let token = quoted("mismatched input ")
        .or_else(|| quoted("extraneous input "))
        .or_else(|| quoted("no viable alternative at input "));
    match token {
        Some("<EOF>") => "the expression ends too early; something is missing here".to_owned(),
        Some(token) => format!("{token:?} cannot stand here; an operator or a value is missing"),
        None => format!("this cannot be read, {}", message.lines().next().unwrap_or_default()),
    }
}

//! Templates: JSON with expressions in its strings.

use std::fmt;
use std::iter::Peekable;
use std::str::CharIndices;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::functions::evaluate;
use super::rewrite::{Compiled, Use};
use super::scope::Names;
use super::value::{escape, write_json, write_text};
use super::{EvaluationError, ExpressionError, Fault, MAX_TEMPLATE_BYTES, TemplateScope, meter};

/// Whose data a template makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TemplateKind {
    /// The data of what a producer publishes.
    Producer,
    /// The data of what a consumer emits; `trigger` is the consumed event.
    Emission,
}

/// A compiled template: JSON in whose strings `${…}` stands for an expression in CEL.
///
/// A string that is one `${…}` and nothing else becomes the expression's value, with its type; in
/// any other the values are put into the text. `$${` stands for `${`. The keys of objects are as
/// they are written.
///
/// Cloning it copies a pointer. Two are equal when their kinds and texts are; it is serialised as
/// these.
#[derive(Clone)]
pub struct Template(Arc<Inner>);

struct Inner {
    text: String,
    kind: TemplateKind,
    parts: Vec<Part>,
}

enum Part {
    /// JSON as it is.
    Fixed(String),
    /// A value in the place of a whole string.
    Whole(Compiled),
    /// A value within a string.
    Within(Compiled),
}

impl Template {
    /// Compiles a text.
    ///
    /// # Errors
    ///
    /// The first place at which the text is no JSON, or at which an expression is none or asks for
    /// what is not there.
    pub fn compile(text: &str, kind: TemplateKind) -> Result<Self, ExpressionError> {
        if text.len() > MAX_TEMPLATE_BYTES {
            let message =
                format!("the template is longer than {MAX_TEMPLATE_BYTES} bytes; shorten it");
            return Err(Fault::new(0, message).locate(text));
        }
        if let Err(error) = serde_json::from_str::<serde_json::Value>(text) {
            return Err(no_json(text, &error));
        }
        let mut builder = Builder { kind, parts: Vec::new(), fixed: String::new() };
        match builder.json(text) {
            Ok(()) => {
                let parts = builder.finish();
                Ok(Self(Arc::new(Inner { text: text.to_owned(), kind, parts })))
            }
            Err(fault) => Err(fault.locate(text)),
        }
    }

    /// Whether it reads `trigger.data`. Where not, the trigger's [`Scope::data`](super::Scope::data)
    /// can be left out.
    pub fn reads_trigger_data(&self) -> bool {
        self.0.parts.iter().any(|part| match part {
            Part::Fixed(_) => false,
            Part::Whole(compiled) | Part::Within(compiled) => compiled.reads_data,
        })
    }

    /// Whether it reads attributes of the event or of the trigger. Where not, what it gives depends on
    /// the draw key alone.
    pub fn reads_attributes(&self) -> bool {
        self.0.parts.iter().any(|part| match part {
            Part::Fixed(_) => false,
            Part::Whole(compiled) | Part::Within(compiled) => compiled.reads_attributes,
        })
    }

    /// What it gives for every event, where it holds no expression.
    pub fn fixed(&self) -> Option<&str> {
        match self.0.parts.as_slice() {
            [Part::Fixed(json)] => Some(json),
            _ => None,
        }
    }

    /// The text that it was compiled from.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Whose data it makes.
    pub fn kind(&self) -> TemplateKind {
        self.0.kind
    }

    /// The data of an event as compact JSON, with keys in the written order. They depend on the
    /// template, the draw key and the scope, and are the same on every machine.
    ///
    /// # Errors
    ///
    /// An expression has no value for this event: a field is missing, a type does not fit, a value
    /// is no JSON, or it would cost too much.
    pub fn render(&self, draw: u64, scope: &TemplateScope<'_>) -> Result<String, EvaluationError> {
        if let Some(fixed) = self.fixed() {
            return Ok(fixed.to_owned());
        }
        let mut json = String::with_capacity(self.0.text.len());
        meter::evaluate(draw, || {
            for part in &self.0.parts {
                let compiled = match part {
                    Part::Fixed(text) => {
                        json.push_str(text);
                        continue;
                    }
                    Part::Whole(compiled) | Part::Within(compiled) => compiled,
                };
                let names = Names {
                    event: &scope.event,
                    trigger: scope.trigger.as_ref(),
                    patterns: &compiled.patterns,
                };
                evaluate(&compiled.expr, &names, |value| match part {
                    Part::Within(_) => write_text(value, &mut json),
                    _ => write_json(value, &mut json),
                })?;
            }
            Ok(())
        })?;
        Ok(json)
    }
}

/// Why a text is no JSON, at the character where it ceases to be.
fn no_json(text: &str, error: &serde_json::Error) -> ExpressionError {
    let line = error.line().max(1);
    let before = text.split('\n').nth(line - 1).unwrap_or_default();
    let bytes = error.column().saturating_sub(1);
    let column = 1 + before.char_indices().take_while(|(at, _)| *at < bytes).count();
    let message = error.to_string();
    let what = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
    let rest: String = before.chars().skip(column - 1).take(2).collect();
    let advice = if rest.starts_with('$') {
        "; put ${…} in quotes"
    } else if before.contains("${") {
        "; take ' for texts within ${…}"
    } else {
        ""
    };
    ExpressionError { line, column, message: format!("this is no JSON, {what}{advice}") }
}

/// A character of a string after its escapes are undone, and where it stands in the template, in
/// characters.
type Placed = (char, usize);

/// What is within a `${…}`, and what follows it.
type Split<'a> = (&'a [Placed], &'a [Placed]);

/// Takes a template apart.
struct Builder {
    kind: TemplateKind,
    parts: Vec<Part>,
    /// What was read and is no part yet.
    fixed: String,
}

impl Builder {
    /// Reads what is known to be JSON.
    fn json(&mut self, text: &str) -> Result<(), Fault> {
        let mut chars = text.char_indices().peekable();
        let mut place = 0;
        while let Some((start, c)) = chars.next() {
            place += 1;
            if c != '"' {
                if !c.is_whitespace() {
                    self.fixed.push(c);
                }
                continue;
            }
            let content = string(&mut chars, &mut place);
            let end = chars.peek().map_or(text.len(), |(at, _)| *at);
            let is_key = text[end..].trim_start().starts_with(':');
            if is_key || !content.windows(2).any(|pair| pair[0].0 == '$' && pair[1].0 == '{') {
                self.fixed.push_str(&text[start..end]);
            } else {
                self.string(&content)?;
            }
        }
        Ok(())
    }

    /// Reads the content of a string that holds `${`.
    fn string(&mut self, content: &[Placed]) -> Result<(), Fault> {
        if let Some((inner, [])) = hole(content)? {
            let compiled = self.compile(inner, content)?;
            self.push(Part::Whole(compiled));
            return Ok(());
        }
        self.fixed.push('"');
        let mut rest = content;
        while let [(c, _), after @ ..] = rest {
            if let [('$', _), ('$', _), ('{', _), after @ ..] = rest {
                self.fixed.push_str("${");
                rest = after;
            } else if let Some((inner, after)) = hole(rest)? {
                let compiled = self.compile(inner, rest)?;
                self.push(Part::Within(compiled));
                rest = after;
            } else {
                escape(c.encode_utf8(&mut [0; 4]), &mut self.fixed);
                rest = after;
            }
        }
        self.fixed.push('"');
        Ok(())
    }

    /// Compiles what is within the `${…}` that `hole` begins with.
    fn compile(&self, inner: &[Placed], hole: &[Placed]) -> Result<Compiled, Fault> {
        let text: String = inner.iter().map(|(c, _)| c).collect();
        let used = match self.kind {
            TemplateKind::Producer => Use::Producer,
            TemplateKind::Emission => Use::Emission,
        };
        Compiled::new(&text, used).map_err(|fault| {
            let last = inner.last().or(hole.get(1));
            let after = last.map_or(0, |(_, at)| at + 1);
            Fault { at: inner.get(fault.at).map_or(after, |(_, at)| *at), ..fault }
        })
    }

    fn push(&mut self, part: Part) {
        if !self.fixed.is_empty() {
            self.parts.push(Part::Fixed(std::mem::take(&mut self.fixed)));
        }
        self.parts.push(part);
    }

    fn finish(mut self) -> Vec<Part> {
        if !self.fixed.is_empty() {
            self.parts.push(Part::Fixed(self.fixed));
        }
        self.parts
    }
}

/// Reads the rest of a JSON string, its closing quote included.
fn string(chars: &mut Peekable<CharIndices<'_>>, place: &mut usize) -> Vec<Placed> {
    let mut content = Vec::new();
    let mut next = |place: &mut usize| {
        *place += 1;
        chars.next().map_or('"', |(_, c)| c)
    };
    loop {
        let at = *place;
        let c = match next(place) {
            '"' => return content,
            '\\' => match next(place) {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => {
                    let code = unit(&mut next, place);
                    match char::from_u32(code) {
                        Some(c) => c,
                        None => {
                            // The first half of a pair; JSON that was read has the second.
                            next(place);
                            next(place);
                            let low = unit(&mut next, place).saturating_sub(0xdc00);
                            let high = code.saturating_sub(0xd800) << 10;
                            char::from_u32(0x1_0000 + high + low).unwrap_or('\u{fffd}')
                        }
                    }
                }
                c => c,
            },
            c => c,
        };
        content.push((c, at));
    }
}

/// Four hexadecimal digits.
fn unit(next: &mut impl FnMut(&mut usize) -> char, place: &mut usize) -> u32 {
    (0..4).fold(0, |code, _| code * 16 + next(place).to_digit(16).unwrap_or(0))
}

/// What is within the `${…}` that `text` begins with, if it does, and what follows it.
fn hole(text: &[Placed]) -> Result<Option<Split<'_>>, Fault> {
    let [('$', start), ('{', _), rest @ ..] = text else { return Ok(None) };
    let (mut depth, mut index) = (0, 0);
    while let Some((c, _)) = rest.get(index) {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Ok(Some((&rest[..index], &rest[index + 1..]))),
            '}' => depth -= 1,
            '"' | '\'' => {
                let raw = index > 0 && matches!(rest[index - 1].0, 'r' | 'R');
                index = quoted(rest, index, raw);
                continue;
            }
            _ => {}
        }
        index += 1;
    }
    Err(Fault::new(*start, "this ${ is not closed; write a } after the expression, or $${ for ${"))
}

/// Where the text in quotes that begins at `start` ends.
fn quoted(text: &[Placed], start: usize, raw: bool) -> usize {
    let quote = text[start].0;
    let is_quote = |index: usize| text.get(index).is_some_and(|(c, _)| *c == quote);
    let width = if is_quote(start + 1) && is_quote(start + 2) { 3 } else { 1 };
    let mut index = start + width;
    while index < text.len() {
        if text[index].0 == '\\' && !raw {
            index += 2;
        } else if (index..index + width).all(is_quote) {
            return index + width;
        } else {
            index += 1;
        }
    }
    index
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Template").field(&self.kind()).field(&self.text()).finish()
    }
}

impl PartialEq for Template {
    fn eq(&self, other: &Self) -> bool {
        self.kind() == other.kind() && self.text() == other.text()
    }
}

impl Eq for Template {}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.kind(), self.text()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (kind, text) = <(TemplateKind, String)>::deserialize(deserializer)?;
        Self::compile(&text, kind).map_err(de::Error::custom)
    }
}

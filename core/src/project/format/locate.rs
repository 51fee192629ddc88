//! Where in a text a problem lies, so that it can be told with line and column.

use super::place;
use super::scan::{skip_blank, skip_char, skip_comment, skip_raw_string, skip_string, word_len};
use crate::ids::ElementId;
use crate::project::check::Problem;

/// Line and column of what a problem is about, from 1: of the setting at fault, else of its
/// element, else of the beginning of the text. `text` is one that [`parse`](super::parse) reads.
pub fn locate(text: &str, problem: &Problem) -> (usize, usize) {
    let mut wanted: Vec<&str> = match &problem.id {
        Some(ElementId::Node(id)) => vec!["nodes", id.as_str()],
        Some(ElementId::Link(id)) => vec!["links", id.as_str()],
        None => return (1, 1),
    };
    wanted.extend(problem.field.iter().flat_map(|field| field.split('.')));
    place(text.as_bytes(), Walk::new(text).nearest(&wanted))
}

/// A bracket that is open.
struct Open<'a> {
    /// The field, key or index at which the walk is inside it; none: between two.
    name: Option<&'a str>,
    /// How many values of a list lie behind; none: it is no list.
    index: Option<usize>,
}

/// A walk over the names in a text, bracket by bracket.
struct Walk<'a> {
    text: &'a str,
    at: usize,
    open: Vec<Open<'a>>,
}

impl<'a> Walk<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, open: Vec::new() }
    }

    /// Where the name stands that leads furthest along the path `wanted`; 0 where none does.
    fn nearest(mut self, wanted: &[&str]) -> usize {
        let (mut best, mut length) = (0, 0);
        while let Some(start) = self.next_name() {
            let reached = self.reaches(wanted);
            if reached > length {
                (best, length) = (start, reached);
            }
            if length == wanted.len() {
                break;
            }
        }
        best
    }

    /// Goes on to the next name of a field, key of a map or value of a list, and returns where it
    /// begins.
    fn next_name(&mut self) -> Option<usize> {
        let bytes = self.text.as_bytes();
        while self.at < bytes.len() {
            let start = self.at;
            match bytes[start] {
                b'(' | b'{' | b'[' => {
                    let index = (bytes[start] == b'[').then_some(0);
                    self.open.push(Open { name: None, index });
                    self.at += 1;
                    if index.is_some() {
                        return Some(start);
                    }
                }
                b')' | b'}' | b']' => {
                    self.open.pop();
                    self.at += 1;
                }
                b',' => {
                    self.at += 1;
                    if let Some(open) = self.open.last_mut() {
                        open.name = None;
                        if let Some(index) = &mut open.index {
                            *index += 1;
                            return Some(skip_blank(bytes, self.at));
                        }
                    }
                }
                b'"' => {
                    self.at = skip_string(bytes, start);
                    let inner = self.text.get(start + 1..self.at.saturating_sub(1));
                    if self.names(inner) {
                        return Some(start);
                    }
                }
                b'\'' => self.at = skip_char(bytes, start),
                b'/' => self.at = skip_comment(bytes, start).unwrap_or(start + 1),
                byte if word_len(&[byte]) == 1 => {
                    self.at = start + word_len(&bytes[start..]);
                    let word = &self.text[start..self.at];
                    if matches!(word, "r" | "br") {
                        self.at = skip_raw_string(bytes, self.at);
                    } else if self.names(Some(word)) {
                        return Some(start);
                    }
                }
                _ => self.at += 1,
            }
        }
        None
    }

    /// Whether what was just passed is the name of what follows; it is then where the walk is.
    fn names(&mut self, name: Option<&'a str>) -> bool {
        let colon = skip_blank(self.text.as_bytes(), self.at);
        let is_name = self.text.as_bytes().get(colon) == Some(&b':');
        match self.open.last_mut() {
            Some(open) if is_name => {
                open.name = name;
                true
            }
            _ => false,
        }
    }

    /// How many names of `wanted` lead to where the walk is; 0 where it has left that way.
    fn reaches(&self, wanted: &[&str]) -> usize {
        let mut reached = 0;
        for open in &self.open {
            let index = open.index.map(|index| index.to_string());
            let Some(name) = open.name.or(index.as_deref()) else { continue };
            if wanted.get(reached) == Some(&name) {
                reached += 1;
            } else if !(reached == 2 && name == "kind") {
                // A node's settings lie in its kind, which a path leaves out.
                return 0;
            }
        }
        reached
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::check::{Severity, check};
    use crate::project::format::parse;

    const TEXT: &str = r#"(
    version: 1, name: "nodes: {\"b\": (rate_per_s: 1",
    // nodes: { "b": 1 }
    nodes: {
        "a": (at: (0.0, 0.0), kind: Producer(
            arrivals: Poisson(rate_per_s: 1.0),
            types: [(name: "x", weight: 1.0), (name: "y", weight: -2.0)],
        )),
        "b": (at: (0.0, 0.0), kind: Producer(arrivals: Constant(rate_per_s: -1.0))),
        "c": (at: (0.0, 0.0), kind: Consumer(service: Exponential(mean_s: inf), concurrency: 0)),
    },
    links: {
        "b": (from: "b", to: "nowhere"),
    },
)
"#;

    /// The place of the `number`th `what` in the text.
    fn place_of(what: &str, number: usize) -> (usize, usize) {
        let (offset, _) = TEXT.match_indices(what).nth(number).expect("it is there");
        place(TEXT.as_bytes(), offset)
    }

    #[test]
    fn a_problem_lies_where_its_setting_stands() {
        let project = parse(TEXT).expect("it can be read");
        let problems = check(&project);
        let mut found: Vec<_> = problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error)
            .map(|problem| (problem.code, locate(TEXT, problem)))
            .collect();
        found.sort_by_key(|(_, place)| *place);
        let expected = [
            ("negative", place_of("weight:", 1)),
            ("negative", place_of("rate_per_s:", 2)),
            ("not_finite", place_of("mean_s:", 0)),
            ("zero_concurrency", place_of("concurrency:", 0)),
            ("link_to_nowhere", place_of("to: ", 0)),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_not_written_is_looked_for_at_its_element() {
        let problem = |id, field: Option<&str>| Problem {
            severity: Severity::Error,
            code: "any",
            id,
            field: field.map(str::to_owned),
            message: String::new(),
        };
        let node = |id: &str| Some(ElementId::Node(id.into()));
        assert_eq!(locate(TEXT, &problem(node("b"), Some("limit"))), place_of("\"b\": (at", 0));
        assert_eq!(locate(TEXT, &problem(node("b"), None)), place_of("\"b\": (at", 0));
        let link = Some(ElementId::Link("b".into()));
        assert_eq!(locate(TEXT, &problem(link, None)), place_of("\"b\": (from", 0));
        assert_eq!(locate(TEXT, &problem(None, None)), (1, 1));
        assert_eq!(locate("", &problem(node("b"), None)), (1, 1));
    }

    #[test]
    fn no_text_stops_the_walk() {
        let id = Some(ElementId::Node("b".into()));
        let (severity, message) = (Severity::Error, String::new());
        let problem = Problem { severity, code: "any", id, field: None, message };
        for end in (0..TEXT.len()).filter(|end| TEXT.is_char_boundary(*end)) {
            let (line, column) = locate(&TEXT[..end], &problem);
            assert!(line >= 1 && column >= 1);
        }
        for text in [")", "]]]", ",", ":", "\"", "(\"b", "{'", "(r#\"", "[,,,:"] {
            assert_eq!(locate(text, &problem), (1, 1), "{text}");
        }
    }
}

//! What has to be known of a file before it is parsed: its version, and that it nests no deeper
//! than a parser may follow. Both look at the text alone and take time linear in its length.

/// A place in a text as editors count: lines and columns from 1, a column for each character.
pub(in crate::project) fn place(text: &[u8], offset: usize) -> (usize, usize) {
    let before = &text[..offset.min(text.len())];
    let line = 1 + before.iter().filter(|&&b| b == b'\n').count();
    let start = before.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
    // Continuation bytes of UTF-8 are no characters of their own.
    let column = 1 + before[start..].iter().filter(|&&b| b & 0xC0 != 0x80).count();
    (line, column)
}

/// The version a file says it has, or where the search for it ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Version<'a> {
    /// `version: N` is the first field; `digits` is N as written, at `offset`.
    Given { digits: &'a str, offset: usize },
    /// Something else stands at `offset`.
    Missing { offset: usize },
}

/// Reads the version without parsing the rest: the rest may be of a format yet to come.
pub(super) fn version(text: &str) -> Version<'_> {
    let bytes = text.as_bytes();
    let mut at = skip_blank(bytes, 0);
    // Extensions of RON: `#![enable(...)]`.
    while bytes[at..].starts_with(b"#!") {
        match bytes[at..].iter().position(|&b| b == b']') {
            Some(end) => at = skip_blank(bytes, at + end + 1),
            None => return Version::Missing { offset: at },
        }
    }
    // The struct's name may be written or not.
    at = skip_blank(bytes, at + word_len(&bytes[at..]));
    for expected in [&b"("[..], b"version", b":"] {
        if !bytes[at..].starts_with(expected) {
            return Version::Missing { offset: at };
        }
        at = skip_blank(bytes, at + expected.len());
    }
    let digits = bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    let end = at + digits;
    if digits == 0 || bytes.get(end).is_some_and(|&b| b == b'.' || word_len(&[b]) == 1) {
        return Version::Missing { offset: at };
    }
    Version::Given { digits: &text[at..end], offset: at }
}

/// Where brackets outside strings and comments first lie more than `limit` deep.
pub(super) fn deeper_than(text: &str, limit: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while at < bytes.len() {
        match bytes[at] {
            b'(' | b'[' | b'{' => {
                depth += 1;
                if depth > limit {
                    return Some(at);
                }
                at += 1;
            }
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                at += 1;
            }
            b'/' => at = skip_comment(bytes, at).unwrap_or(at + 1),
            b'"' => at = skip_string(bytes, at),
            b'\'' => at = skip_char(bytes, at),
            b if word_len(&[b]) == 1 => {
                let end = at + word_len(&bytes[at..]);
                at = if matches!(&bytes[at..end], b"r" | b"br") {
                    skip_raw_string(bytes, end)
                } else {
                    end
                };
            }
            _ => at += 1,
        }
    }
    None
}

pub(super) fn word_len(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|&&b| b == b'_' || b.is_ascii_alphanumeric()).count()
}

pub(super) fn skip_blank(bytes: &[u8], mut at: usize) -> usize {
    loop {
        at += bytes[at..].iter().take_while(|b| b.is_ascii_whitespace()).count();
        match skip_comment(bytes, at) {
            Some(end) => at = end,
            None => return at,
        }
    }
}

/// The end of the comment that begins here, if one does. Block comments nest.
pub(super) fn skip_comment(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..];
    if rest.starts_with(b"//") {
        return Some(rest.iter().position(|&b| b == b'\n').map_or(bytes.len(), |n| at + n));
    }
    if !rest.starts_with(b"/*") {
        return None;
    }
    let (mut end, mut open) = (at + 2, 1_usize);
    while open > 0 && end < bytes.len() {
        if bytes[end..].starts_with(b"*/") {
            open -= 1;
            end += 2;
        } else if bytes[end..].starts_with(b"/*") {
            open += 1;
            end += 2;
        } else {
            end += 1;
        }
    }
    Some(end)
}

pub(super) fn skip_string(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while end < bytes.len() {
        match bytes[end] {
            b'"' => return end + 1,
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
    bytes.len()
}

/// The end of `#*"..."#*`; `at` itself where no raw string begins.
pub(super) fn skip_raw_string(bytes: &[u8], at: usize) -> usize {
    let hashes = bytes[at..].iter().take_while(|&&b| b == b'#').count();
    if bytes.get(at + hashes) != Some(&b'"') {
        return at;
    }
    let mut end = at + hashes + 1;
    while end < bytes.len() {
        if bytes[end] == b'"' {
            let closing = bytes[end + 1..].iter().take(hashes).take_while(|&&b| b == b'#').count();
            if closing == hashes {
                return end + 1 + hashes;
            }
            end += closing;
        }
        end += 1;
    }
    bytes.len()
}

/// The end of a character such as `'('` or `'\n'`; the next byte where it is none.
pub(super) fn skip_char(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at + 1) {
        Some(b'\\') => {
            let rest = bytes.get(at + 3..).unwrap_or_default();
            rest.iter().take(10).position(|&b| b == b'\'').map_or(at + 2, |n| at + 4 + n)
        }
        Some(_) if bytes.get(at + 2) == Some(&b'\'') => at + 3,
        _ => at + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_characters_and_comments_do_not_count() {
        for text in [
            r#"("((((")"#,
            r##"(r"((\", r#"(("(("#, br"((")"##,
            r"('(', '\'', '(')",
            "(// ((((\n)",
            "(/* (( /* (( */ (( */)",
            r#"("\"((\\")"#,
        ] {
            assert_eq!(deeper_than(text, 1), None, "{text}");
        }
        assert_eq!(deeper_than("(((", 2), Some(2));
        assert_eq!(deeper_than(r#"("a\\", ((1)))"#, 2), Some(9));
        assert_eq!(deeper_than("(/* ( */ [{", 2), Some(10));
        assert_eq!(deeper_than("()()()[]{}", 1), None);
    }

    #[test]
    fn the_version_is_found_behind_comments_names_and_extensions() {
        for text in [
            "(version:1",
            " ( version : 1 ,",
            "// a\n/* b /* c */ */ #![enable(implicit_some)]\nProject(\n version: 1)",
        ] {
            assert!(matches!(version(text), Version::Given { digits: "1", .. }), "{text}");
        }
        for text in ["", "(", "(name: 1, version: 1)", "(version: x)", "(version: 1.5)", "#!["] {
            assert!(matches!(version(text), Version::Missing { .. }), "{text}");
        }
    }

    #[test]
    fn places_count_characters() {
        assert_eq!(place("äö\nü(".as_bytes(), 7), (2, 2));
        assert_eq!(place(b"", 5), (1, 1));
    }
}

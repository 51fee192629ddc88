//! Every text that a user sees, by key, from the catalogues in `assets/text` (Fluent). English only
//! for now.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::langid;

const CATALOGUES: [(&str, &str); 3] = [
    ("shell.ftl", include_str!("../../assets/text/en/shell.ftl")),
    ("canvas.ftl", include_str!("../../assets/text/en/canvas.ftl")),
    ("panels.ftl", include_str!("../../assets/text/en/panels.ftl")),
];

struct Catalogue {
    bundle: FluentBundle<FluentResource>,
    /// Messages without arguments, formatted once.
    plain: HashMap<String, String>,
}

fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(load)
}

fn load() -> Catalogue {
    let mut bundle = FluentBundle::new_concurrent(vec![langid!("en")]);
    // Isolation marks show as boxes in egui.
    bundle.set_use_isolating(false);
    let mut plain = HashMap::new();
    for (name, text) in CATALOGUES {
        let resource =
            FluentResource::try_new(text.to_owned()).unwrap_or_else(|(whole, errors)| {
                tracing::error!("{name} is broken: {errors:?}");
                whole
            });
        let keys: Vec<String> = resource.entries().filter_map(key_of).collect();
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!("{name} repeats keys: {errors:?}");
        }
        for key in keys {
            let mut errors = Vec::new();
            if let Some(pattern) = bundle.get_message(&key).and_then(|message| message.value()) {
                let text = bundle.format_pattern(pattern, None, &mut errors).into_owned();
                if errors.is_empty() {
                    plain.insert(key, text);
                }
            }
        }
    }
    Catalogue { bundle, plain }
}

fn key_of(entry: &fluent_syntax::ast::Entry<&str>) -> Option<String> {
    match entry {
        fluent_syntax::ast::Entry::Message(message) => Some(message.id.name.to_owned()),
        _ => None,
    }
}

/// The text with this key. A key that is missing shows itself; a test holds that none is.
pub fn tr(key: &'static str) -> &'static str {
    catalogue().plain.get(key).map_or(key, String::as_str)
}

/// The text with this key, with its arguments filled in.
pub fn tr_args(key: &'static str, args: &[(&'static str, FluentValue<'_>)]) -> String {
    let catalogue = catalogue();
    let Some(pattern) = catalogue.bundle.get_message(key).and_then(|message| message.value())
    else {
        return key.to_owned();
    };
    let mut values = FluentArgs::new();
    for (name, value) in args {
        values.set(*name, value.clone());
    }
    let mut errors = Vec::new();
    let text: Cow<'_, str> = catalogue.bundle.format_pattern(pattern, Some(&values), &mut errors);
    if !errors.is_empty() {
        tracing::warn!("text {key:?} could not be filled in: {errors:?}");
    }
    text.into_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::*;

    /// Every source file of this package, without its tests at the end.
    fn sources() -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("the sources are there") {
                let path = entry.expect("an entry").path();
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if path.is_dir() {
                    folders.push(path);
                } else if name.ends_with(".rs") && name != "tests.rs" && name != "test_kit.rs" {
                    let text = std::fs::read_to_string(&path).expect("a source is text");
                    let end = text.find("\n#[cfg(test)]\nmod tests {").unwrap_or(text.len());
                    found.push((path, text[..end].to_owned()));
                }
            }
        }
        found
    }

    fn keys() -> Vec<&'static str> {
        let is_key = |line: &&str| line.starts_with(|c: char| c.is_ascii_lowercase());
        let name = |line: &'static str| line.split_once('=').map(|(key, _)| key.trim());
        CATALOGUES
            .iter()
            .flat_map(|(_, text)| text.lines().filter(is_key))
            .filter_map(name)
            .collect()
    }

    /// The string literals of a source, as far as they have no quotes inside.
    fn literals(source: &str) -> impl Iterator<Item = &str> {
        source
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .flat_map(|line| line.split('"').skip(1).step_by(2))
    }

    #[test]
    fn every_key_that_is_asked_for_is_in_a_catalogue() {
        let keys: BTreeSet<&str> = keys().into_iter().collect();
        for (path, source) in sources() {
            for call in ["tr(\"", "tr_args(\"", "tr_args(\n"] {
                for after in source.split(call).skip(1) {
                    let after = after.trim_start().trim_start_matches('"');
                    let key = after.split('"').next().unwrap_or_default();
                    let is_key = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
                    assert!(!is_key || keys.contains(key), "{key} of {}", path.display());
                }
            }
        }
    }

    #[test]
    fn no_key_is_doubled_and_none_is_unused() {
        let keys = keys();
        let distinct: BTreeSet<&str> = keys.iter().copied().collect();
        assert_eq!(distinct.len(), keys.len(), "a key is there twice");
        let sources = sources();
        let used: BTreeSet<&str> = sources.iter().flat_map(|(_, text)| literals(text)).collect();
        let unused: Vec<&&str> = distinct.iter().filter(|key| !used.contains(**key)).collect();
        assert!(unused.is_empty(), "{unused:?}");
    }

    #[test]
    fn the_catalogues_are_whole() {
        for (name, text) in CATALOGUES {
            let errors = FluentResource::try_new(text.to_owned()).err().map(|(_, errors)| errors);
            assert!(errors.is_none(), "{name}: {errors:?}");
        }
    }

    #[test]
    fn words_are_shown_only_by_key() {
        let shows = [
            ".label(\"",
            "Label::new(\"",
            "RichText::new(\"",
            "Button::new(\"",
            ".button(\"",
            ".heading(\"",
            ".on_hover_text(\"",
            "hint_text(\"",
            ".menu_button(\"",
            ".selectable_label(\"",
            ".checkbox(\"",
        ];
        for (path, source) in sources() {
            for show in shows {
                for after in source.split(show).skip(1) {
                    let words = after.split('"').next().unwrap_or_default();
                    let has_words = words.chars().any(char::is_alphabetic);
                    assert!(!has_words, "{words:?} in {}", path.display());
                }
            }
        }
    }
}

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

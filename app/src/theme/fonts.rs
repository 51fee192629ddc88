//! The bundled fonts: Inter with tabular figures frozen in, JetBrains Mono for code. What they lack
//! comes from egui's own fonts.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily, FontId};

/// How heavy letters are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Weight {
    /// 400: prose, labels.
    #[default]
    Regular,
    /// 500: names in lists, tabs, buttons.
    Medium,
    /// 600: titles, names of nodes, figures.
    Semibold,
}

const MEDIUM: &str = "medium";
const SEMIBOLD: &str = "semibold";

impl Weight {
    /// The family in which this weight is registered.
    pub fn family(self) -> FontFamily {
        match self {
            Self::Regular => FontFamily::Proportional,
            Self::Medium => FontFamily::Name(MEDIUM.into()),
            Self::Semibold => FontFamily::Name(SEMIBOLD.into()),
        }
    }
}

/// Inter at `size` points.
pub fn font(size: f32, weight: Weight) -> FontId {
    FontId::new(size, weight.family())
}

/// JetBrains Mono at `size` points.
pub fn mono(size: f32) -> FontId {
    FontId::new(size, FontFamily::Monospace)
}

/// All fonts and families, for `egui::Context::set_fonts`.
pub fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let bundled: [(&str, &'static [u8], FontFamily); 4] = [
        (
            "Inter",
            include_bytes!("../../../assets/fonts/Inter-Regular.otf"),
            Weight::Regular.family(),
        ),
        (
            "Inter Medium",
            include_bytes!("../../../assets/fonts/Inter-Medium.otf"),
            Weight::Medium.family(),
        ),
        (
            "Inter Semibold",
            include_bytes!("../../../assets/fonts/Inter-SemiBold.otf"),
            Weight::Semibold.family(),
        ),
        (
            "JetBrains Mono",
            include_bytes!("../../../assets/fonts/JetBrainsMono-Regular.ttf"),
            FontFamily::Monospace,
        ),
    ];
    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    for (name, bytes, family) in bundled {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
        let names = fonts.families.entry(family).or_insert_with(|| fallback.clone());
        names.insert(0, name.to_owned());
    }
    fonts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> egui::Context {
        let ctx = egui::Context::default();
        ctx.set_fonts(definitions());
        // Fonts become usable with the first pass.
        ctx.run_ui(egui::RawInput::default(), |_| {}).textures_delta.clear();
        ctx
    }

    #[test]
    fn figures_are_equally_wide_in_every_weight() {
        let ctx = context();
        for weight in [Weight::Regular, Weight::Medium, Weight::Semibold] {
            let font = font(13.0, weight);
            let widths: Vec<f32> = ('0'..='9')
                .map(|digit| ctx.fonts_mut(|fonts| fonts.glyph_width(&font, digit)))
                .collect();
            assert!(widths.iter().all(|width| *width == widths[0]), "{weight:?}: {widths:?}");
            assert!(widths[0] > 0.0);
        }
    }

    #[test]
    fn the_signs_that_texts_use_are_in_the_fonts() {
        let ctx = context();
        for weight in [Weight::Regular, Weight::Medium, Weight::Semibold] {
            for sign in "≥≤≠≈∼±×·…–—ρλµ²✓✕→←↑↓«»éßЖ".chars()
            {
                let has = ctx.fonts_mut(|fonts| fonts.has_glyph(&font(13.0, weight), sign));
                assert!(has, "{sign} is missing in {weight:?}");
            }
        }
    }
}

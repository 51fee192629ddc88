//! Colours, sizes and type: the tokens of the look, loaded from `assets/themes/*.ron`. No other
//! module makes a colour.

pub mod fonts;
pub mod style;

use egui::Color32;
use serde::{Deserialize, Deserializer};

/// Which theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, Deserialize)]
pub enum ThemeName {
    /// Light on dark.
    #[default]
    Dark,
    /// Dark on light.
    Light,
}

impl ThemeName {
    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::Dark,
        }
    }
}

/// A colour written `#RRGGBB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hex(Color32);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Color32::from_hex(&text)
            .map(Hex)
            .map_err(|_| serde::de::Error::custom(format!("{text:?} is no colour like #1B62D2")))
    }
}

macro_rules! tokens {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct ThemeFile {
            version: u32,
            $($name: Hex,)*
            series: Vec<Hex>,
            ramp: Vec<Hex>,
            band_share: f32,
        }

        /// The colours of a theme. LOOK.md's table says where each may lie.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Theme {
            /// Which theme this is.
            pub name: ThemeName,
            $($(#[$doc])* pub $name: Color32,)*
            /// Series and event types, in this order; from the fifth on with a dash.
            pub series: Vec<Color32>,
            /// Heat maps, low to high.
            pub ramp: Vec<Color32>,
            /// The share of a series' hue in its theory band.
            pub band_share: f32,
        }

        impl Theme {
            fn from_file(name: ThemeName, file: ThemeFile) -> Self {
                Self {
                    name,
                    $($name: file.$name.0,)*
                    series: file.series.into_iter().map(|hex| hex.0).collect(),
                    ramp: file.ramp.into_iter().map(|hex| hex.0).collect(),
                    band_share: file.band_share,
                }
            }
        }
    };
}

tokens! {
    /// Behind panes, tab troughs.
    bg_app,
    /// Canvas, plot insets.
    bg_canvas,
    /// Panels, bars, status.
    bg_panel,
    /// Nodes, cards.
    bg_raised,
    /// Menus, tooltips.
    bg_popup,
    /// Inputs.
    bg_field,
    /// Hover, chips, buttons.
    bg_hover,
    /// Pressed, active tab.
    bg_pressed,
    /// Selected row.
    bg_selected,
    /// Trough of fill bars, slots.
    track,
    /// The canvas' grid dots.
    grid,
    /// A note's paper.
    note_fill,
    /// Dividers.
    line_subtle,
    /// Edges of inputs, axes.
    line_strong,
    /// Check boxes, slots, group frames.
    line_control,
    /// Links, ports.
    link,
    /// Traced way, hovered link.
    link_hot,
    /// Values, names.
    text,
    /// Labels, prose.
    text_2,
    /// Hints, units, ticks.
    text_3,
    /// Disabled.
    text_disabled,
    /// Interaction only: focus, selection, links being drawn.
    accent,
    /// Primary button.
    accent_fill,
    /// On `accent_fill`.
    on_accent,
    /// Level below 60 %, agrees.
    ok,
    /// Level 60 to 85 %, redelivered.
    warn,
    /// The fill of yellow levels.
    warn_fill,
    /// Level from 85 %, failed.
    full,
    /// `ok` as words and digits.
    ok_text,
    /// `warn` as words and digits.
    warn_text,
    /// `full` as words and digits.
    full_text,
    /// Losses and dead letters.
    loss,
    /// Text on `loss`.
    on_loss,
    /// Producer.
    kind_source,
    /// Topic, queue, log, exchange.
    kind_channel,
    /// Processor, consumer.
    kind_worker,
    /// Event store, projection.
    kind_store,
    /// Note.
    kind_note,
    /// Outline of a producer.
    edge_source,
    /// Outline of a channel.
    edge_channel,
    /// Outline of a worker.
    edge_worker,
    /// Outline of a store.
    edge_store,
    /// Outline of a note.
    edge_note,
    /// Strings in JSON.
    code_string,
    /// Numbers in JSON.
    code_number,
}

/// Why a theme file could not be used.
#[derive(Debug, thiserror::Error)]
#[error("the theme {name:?} cannot be read: {source}")]
pub struct ThemeError {
    name: ThemeName,
    source: Box<ron::error::SpannedError>,
}

impl Theme {
    /// The bundled theme of this name.
    ///
    /// # Errors
    /// Where the bundled file is broken; a test holds that it is not.
    pub fn load(name: ThemeName) -> Result<Self, ThemeError> {
        let text = match name {
            ThemeName::Dark => include_str!("../../assets/themes/dark.ron"),
            ThemeName::Light => include_str!("../../assets/themes/light.ron"),
        };
        let file: ThemeFile =
            ron::from_str(text).map_err(|source| ThemeError { name, source: Box::new(source) })?;
        debug_assert_eq!(file.version, 1, "a theme file of another version is bundled");
        Ok(Self::from_file(name, file))
    }

    /// `a` with the share `t` of `b`, mixed in sRGB.
    #[expect(clippy::disallowed_methods, reason = "here tokens become the colours made of them")]
    pub fn mix(a: Color32, b: Color32, t: f32) -> Color32 {
        let channel =
            |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * t).round() as u8;
        Color32::from_rgb(channel(a.r(), b.r()), channel(a.g(), b.g()), channel(a.b(), b.b()))
    }

    /// The tile behind the icon of a node of this role.
    pub fn tile(&self, role: Color32) -> Color32 {
        Self::mix(self.bg_raised, role, 0.17)
    }

    /// The fill of a selected node.
    pub fn selected_fill(&self) -> Color32 {
        Self::mix(self.bg_raised, self.accent, 0.09)
    }

    /// The halo around a selected node.
    pub fn selected_halo(&self) -> Color32 {
        Self::mix(self.accent, self.bg_canvas, 0.62)
    }

    /// The fill of a failed node.
    pub fn failed_fill(&self) -> Color32 {
        Self::mix(self.bg_raised, self.full, 0.08)
    }

    /// A colour dimmed towards the canvas: disabled, invalid targets, what lies ahead.
    pub fn dimmed(&self, any: Color32) -> Color32 {
        Self::mix(any, self.bg_canvas, 0.55)
    }

    /// The colour of an event type or a series by its number.
    pub fn series_colour(&self, ix: usize) -> Color32 {
        self.series[ix % self.series.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_bundled_themes_load() {
        for name in [ThemeName::Dark, ThemeName::Light] {
            let theme = Theme::load(name).expect("the bundled theme is whole");
            assert_eq!(theme.series.len(), 8);
        }
    }
}

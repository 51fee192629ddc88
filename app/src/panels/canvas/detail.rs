//! How much of a node is shown at which zoom.

/// A level of detail, from far to near.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Detail {
    /// Below 0.35: silhouettes.
    Overview,
    /// Below 0.8: outline, icon, name, count.
    Compact,
    /// Below 1.6: the whole anatomy.
    #[default]
    Full,
    /// From 1.6: what lies in a channel.
    Contents,
}

const BOUNDS: [(f32, Detail); 3] =
    [(0.35, Detail::Compact), (0.8, Detail::Full), (1.6, Detail::Contents)];
/// By how much the zoom must pass a bound before the level changes.
const HYSTERESIS: f32 = 0.03;

impl Detail {
    /// The level at `zoom` when it was `self` before.
    pub(super) fn at(self, zoom: f32) -> Self {
        let mut level = Self::Overview;
        for (bound, above) in BOUNDS {
            let bound = if self >= above { bound - HYSTERESIS } else { bound };
            if zoom >= bound {
                level = above;
            }
        }
        level
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_follow_the_zoom_and_stick_a_little() {
        assert_eq!(Detail::Full.at(0.1), Detail::Overview);
        assert_eq!(Detail::Overview.at(1.0), Detail::Full);
        assert_eq!(Detail::Full.at(0.78), Detail::Full);
        assert_eq!(Detail::Full.at(0.76), Detail::Compact);
        assert_eq!(Detail::Compact.at(0.79), Detail::Compact);
        assert_eq!(Detail::Compact.at(0.8), Detail::Full);
        assert_eq!(Detail::Full.at(2.0), Detail::Contents);
        assert_eq!(Detail::Contents.at(1.58), Detail::Contents);
    }
}

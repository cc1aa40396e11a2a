//! Figures that stand alone, outside of the page: their names, and the usual size and content of each.

use super::figure::{Figure, Kind, ThemeName};
use crate::report::ResultDocument;

/// Most scores above the numbers of the method.
const MOST_SCORES: usize = 2;

/// Height of a chart in a stack.
const CHART: f64 = 132.0;

/// The figures that can stand alone, by name.
const ALONE: [(&str, Kind); 18] = [
    ("spectrum", Kind::Spectrum),
    ("tau", Kind::Tau),
    ("fit", Kind::Fit),
    ("dimension", Kind::Dimension),
    ("nfd", Kind::Nfd),
    ("series", Kind::Series),
    ("path", Kind::Path),
    ("nfd-steps", Kind::NfdSteps),
    ("groups", Kind::Groups),
    ("heat", Kind::Heat),
    ("scores-normalised", Kind::ScoresNormalised),
    ("radar", Kind::Radar),
    ("scatter", Kind::Scatter),
    ("sizes", Kind::Sizes),
    ("damage", Kind::Damage),
    ("rivals", Kind::Rivals),
    ("sensitivity", Kind::Sensitivity),
    ("published", Kind::Published),
];

impl Kind {
    /// Names of the figures that can stand alone, as in JSON.
    pub fn names() -> Vec<&'static str> {
        ALONE.iter().map(|(name, _)| *name).collect()
    }

    /// The figure of this name.
    pub fn named(name: &str) -> Option<Self> {
        ALONE.iter().find(|(other, _)| *other == name).map(|(_, kind)| *kind)
    }
}

impl Figure {
    /// A figure of this kind for print, with title and legend.
    pub fn alone(kind: Kind, document: &ResultDocument) -> Self {
        let series = if kind == Kind::Series { stack(document) } else { Vec::new() };
        let series_long = document.checkpoints.len() > 1;
        let groups = document.checkpoints.iter().map(|c| c.groups.len().max(c.network.layers.len())).max();
        let rows = groups.unwrap_or(0) as f64;
        let (width, height) = match kind {
            Kind::Series => (640.0, 22.0 + CHART * series.len() as f64),
            Kind::Sizes | Kind::Damage => (640.0, 22.0 + 2.0 * CHART),
            Kind::Rivals => (900.0, 620.0),
            Kind::Groups => (900.0, 420.0),
            Kind::Sensitivity => (984.0, 460.0),
            Kind::Heat => (744.0, (130.0 + 13.0 * rows).clamp(260.0, 1200.0)),
            Kind::Radar => (640.0, 420.0),
            Kind::NfdSteps => (640.0, 420.0),
            Kind::ScoresNormalised | Kind::Published => (744.0, 330.0),
            _ => (540.0, 330.0),
        };
        Self {
            kind,
            width,
            height,
            series,
            theme: ThemeName::Print,
            title: true,
            rulers: series_long && kind == Kind::Spectrum,
            ..Self::default()
        }
    }
}

/// The scores, and the numbers of the method.
fn stack(document: &ResultDocument) -> Vec<String> {
    let mut stack: Vec<String> = Vec::new();
    for score in document.scores.iter().map(|score| format!("score:{}", score.metric)) {
        if stack.len() < MOST_SCORES && !stack.contains(&score) {
            stack.push(score);
        }
    }
    stack.extend(["emergence", "excess_width", "alpha0", "width", "nfd"].map(String::from));
    stack
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_json() {
        for (name, kind) in ALONE {
            assert_eq!(serde_json::to_string(&kind).ok(), Some(format!("\"{name}\"")));
        }
    }
}

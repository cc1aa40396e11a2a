//! Figures that stand alone, outside of the page: their names, and the usual size and content of each.

use super::figure::{Figure, Kind, ThemeName};
use super::print::natural_size;
use crate::report::ResultDocument;

/// Most scores above the numbers of the method.
const MOST_SCORES: usize = 2;

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
        let (width, height) = natural_size(kind, document, series.len());
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

//! The models of the paper, ready to be asked for.

use serde::Serialize;

/// Training steps at which Pythia's models are analysed: of the 154 that its authors publish (0, powers of two up to 512,
/// and every thousandth up to 143,000), the 27 at which they evaluate the models too, so that E can stand beside benchmark
/// results: 0, powers of two up to 512, 1,000, and from 3,000 on every ten thousandth. The authors of NeuroMFA analyse
/// those.
pub const PYTHIA_STEPS: [u32; 27] = [
    0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000, 3000, 13_000, 23_000, 33_000, 43_000, 53_000, 63_000,
    73_000, 83_000, 93_000, 103_000, 113_000, 123_000, 133_000, 143_000,
];

const PYTHIA_SIZES: [&str; 10] = ["14m", "31m", "70m", "160m", "410m", "1b", "1.4b", "2.8b", "6.9b", "12b"];

/// A model that need not be typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Preset {
    /// `pythia-70m`.
    pub name: String,
    /// What a user would type.
    pub source: String,
    /// The list of revisions that a user would type.
    pub revisions: String,
}

/// The paper's models at 27 steps each, from the smallest on.
pub fn presets() -> Vec<Preset> {
    let steps = PYTHIA_STEPS.map(|step| format!("step{step}")).join(", ");
    let preset = |size| {
        let name = format!("pythia-{size}");
        Preset { source: format!("EleutherAI/{name}"), name, revisions: steps.clone() }
    };
    PYTHIA_SIZES.map(preset).into()
}

/// All steps that are published of Pythia's models.
pub(super) fn published_steps() -> impl Iterator<Item = u64> {
    let powers = (0..10).map(|power| 1 << power);
    std::iter::once(0).chain(powers).chain((1..=143).map(|thousand| thousand * 1000))
}

/// Whether a repository has these steps.
pub(super) fn is_pythia(repository: &str) -> bool {
    repository.strip_prefix("EleutherAI/pythia-").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::{Source, sources};

    #[test]
    fn presets_are_sources() {
        let presets = presets();
        assert_eq!(presets.len(), 10);
        for preset in presets {
            let sources = sources(&preset.source, &preset.revisions).expect("sources");
            assert_eq!(sources.len(), 27);
            let path = |source: &Source| match source {
                Source::Hub { path, .. } => path.clone(),
                other => panic!("{other:?}"),
            };
            assert_eq!(path(&sources[26]), format!("{}/step143000", preset.name));
        }
    }

    #[test]
    fn the_steps_are_published_ones() {
        let published: Vec<u64> = published_steps().collect();
        assert_eq!(published.len(), 154);
        assert!(published.is_sorted());
        assert!(PYTHIA_STEPS.iter().all(|&step| published.contains(&step.into())));
    }
}

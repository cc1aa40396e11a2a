//! Null models: what chance alone would give (method, section 7).

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::fold::{Folder, NumberTables};
use super::{Binning, FoldSettings, GroupFold, GroupHistograms};

/// Folds a group whose entries, zeros and non-finite and out-of-range ones included, were permuted over its neurons:
/// every weight is kept, the neurons are forgotten. `sample` numbers the null sample and `group` the group; each
/// triple has a random stream of its own, so that neither threads nor the order of the work matter.
pub fn shuffle_group(
    histograms: &GroupHistograms,
    binning: &Binning,
    settings: &FoldSettings,
    (seed, sample, group): (u32, u32, u32),
) -> GroupFold {
    let counts = histograms.counts();
    let mut entries = pooled_bins(histograms);
    entries.shuffle(&mut stream(seed, sample, group));
    let tables = NumberTables::of_group(histograms, settings);
    let mut folder = Folder::new(binning, settings, &tables);
    let mut histogram = vec![0_u32; binning.len()];
    let per_neuron = entries.len() / counts.nrows().max(1);
    for neuron in entries.chunks_exact(per_neuron.max(1)) {
        histogram.fill(0);
        neuron.iter().for_each(|&bin| histogram[usize::from(bin)] += 1);
        folder.push(&histogram);
    }
    folder.finish()
}

/// The bin of every entry of the group, in no particular order.
fn pooled_bins(histograms: &GroupHistograms) -> Vec<u16> {
    let totals = histograms.counts().sum_axis(ndarray::Axis(0));
    (0..).zip(&totals).flat_map(|(bin, &count)| std::iter::repeat_n(bin, count as usize)).collect()
}

/// An independent generator for each triple: ChaCha mixes the key, xoshiro is fast.
fn stream(seed: u32, sample: u32, group: u32) -> Xoshiro256PlusPlus {
    let mut key = [0; 32];
    for (part, bytes) in [seed, sample, group].iter().zip(key.chunks_exact_mut(4)) {
        bytes.copy_from_slice(&part.to_le_bytes());
    }
    Xoshiro256PlusPlus::from_rng(&mut ChaCha8Rng::from_seed(key))
}

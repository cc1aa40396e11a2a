//! Whether the numbers can be read as they stand: warnings with a sentence for people.

use super::Options;
use super::folded::Folded;
use super::record::Sample;
use crate::multifractal::{Differences, NetworkFold, Spectrum, Tie};
use crate::report::Warning;

/// Below this, a fit is no straight line.
const FAIR_FIT: f64 = 0.9;
/// From this share of exact zeros on, the weights were probably pruned or quantised.
const MANY_ZEROS: f64 = 0.001;
/// alpha may rise by rounding; more than this and tau is not concave.
const CONCAVITY_TOLERANCE: f64 = 1e-9;

/// All warnings of a checkpoint; `dropped` samples did not pass the filter of the reference.
pub(super) fn warnings(folded: &Folded, samples: &[Sample], dropped: usize) -> Vec<Warning> {
    let options = &folded.options;
    let total = &samples[0].total;
    let spectra: Vec<&Spectrum> = samples.iter().filter_map(|sample| sample.spectrum.as_ref()).collect();
    [
        folded.identity.guessed.then(guessed),
        spectra.is_empty().then(|| no_spectrum(total, options)),
        fair_fit(&spectra),
        not_concave(&spectra),
        spectra.iter().any(|spectrum| spectrum.f_above_zero).then(above_zero),
        (!spectra.is_empty()).then(|| peak_tied(options)).flatten(),
        neurons_left_out(total, options),
        zeros(total),
        nonfinite(total),
        (dropped > 0).then(|| filtered(dropped, samples.len())),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn warning(code: &str, text: impl Into<String>) -> Warning {
    Warning { code: code.to_owned(), text: text.into() }
}

fn guessed() -> Warning {
    warning(
        "wiring-guessed",
        "The tensor names fit no family that NeuroMFA knows. Each 2-D matrix is read as [outputs, inputs], in order of its name.",
    )
}

fn no_spectrum(total: &NetworkFold, options: &Options) -> Warning {
    if total.edges == 0 {
        return warning("no-edges", "Every weight is zero or not a number: the network has no edges.");
    }
    let text = if total.partition.kept == 0 {
        format!(
            "No neuron has enough edges: it needs more than {} of length 1 to {}. Raise the longest edge T.",
            options.minimum_degree, options.threshold
        )
    } else {
        "All edges have the same rounded length: a line needs two.".to_owned()
    };
    warning("no-spectrum", text)
}

fn fair_fit(spectra: &[&Spectrum]) -> Option<Warning> {
    let values = || spectra.iter().flat_map(|spectrum| &spectrum.fits).filter_map(|fit| fit.r_squared);
    let (low, high) = (values().reduce(f64::min)?, values().reduce(f64::max)?);
    (low < FAIR_FIT).then(|| {
        let text = format!(
            "Fit is fair: R² {low:.2}\u{2013}{high:.2}. Read α as a summary of shape, not as an exact exponent."
        );
        warning("fit-fair", text)
    })
}

fn not_concave(spectra: &[&Spectrum]) -> Option<Warning> {
    let rises =
        |spectrum: &&Spectrum| spectrum.alpha.windows(2).any(|pair| pair[1] > pair[0] + CONCAVITY_TOLERANCE);
    spectra.iter().any(rises).then(|| {
        warning(
            "tau-not-concave",
            "τ(q) is not concave: α rises with q somewhere, so f(α) folds back. Distrust the width.",
        )
    })
}

fn above_zero() -> Warning {
    warning("f-above-zero", "f lies above 0 somewhere: the peak is not at q = 0. Distrust α₀ and E.")
}

fn peak_tied(options: &Options) -> Option<Warning> {
    let mode = options.spectrum_mode();
    (mode.differences == Differences::Forward).then(|| {
        let taken = match mode.tie {
            Tie::First => "the lower one",
            Tie::Second => "q = 0",
        };
        let text = format!(
            "Peak tied: f is 0 at q = 0 and at the order below it. α₀ is taken from {taken}, always."
        );
        warning("peak-tied", text)
    })
}

fn neurons_left_out(total: &NetworkFold, options: &Options) -> Option<Warning> {
    let left_out = total.neurons - total.partition.kept;
    (left_out > 0 && total.partition.kept > 0).then(|| {
        let text = format!(
            "{left_out} of {} neurons are left out: they have {} edges of length 1 to {} or fewer.",
            total.neurons, options.minimum_degree, options.threshold
        );
        warning("neurons-left-out", text)
    })
}

fn zeros(total: &NetworkFold) -> Option<Warning> {
    let share = total.zeros as f64 / (total.edges + total.zeros + total.nonfinite) as f64;
    (share >= MANY_ZEROS).then(|| {
        let text = format!(
            "{:.1}% of the weights are exactly zero and count as no edges: pruned or quantised?",
            100.0 * share
        );
        warning("zero-weights", text)
    })
}

fn nonfinite(total: &NetworkFold) -> Option<Warning> {
    (total.nonfinite > 0).then(|| {
        warning(
            "nonfinite-weights",
            format!("{} weights are not finite and count as no edges.", total.nonfinite),
        )
    })
}

fn filtered(dropped: usize, samples: usize) -> Warning {
    warning("samples-dropped", format!("The filter dropped {dropped} of {samples} samples."))
}

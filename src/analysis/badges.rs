//! Which warnings follow from what was measured. Every threshold has its reason in docs/validity.md.

use super::Options;
use super::folded::Folded;
use super::record::Sample;
use crate::multifractal::{Differences, NetworkFold, Spectrum, Tie};
use crate::report::{Badge, ValidityRecord, Warning};

/// R^2 below this: further from a straight line than those of untrained weights.
const FAIR_FIT: f64 = 0.75;
/// A line through fewer radii, or over less than so many times the smallest one.
const FEW_RADII: u64 = 10;
const SHORT_RANGE: f64 = 10.0;
/// alpha_0 of the lower half of lengths over that of the upper one, or the other way round.
const LARGEST_SLOPE_RATIO: f64 = 6.0;
/// alpha may rise with q by this much: more, and the second filter of the reference drops the spectrum.
const LARGEST_RISE: f64 = 0.01;
/// Fewer neurons than this carry the smallest q.
const FEW_NEURONS: f64 = 10.0;
/// Neurons that are left out, as a share of all, and of the group that loses most.
const LEFT_OUT: f64 = 0.01;
const LEFT_OUT_OF_GROUP: f64 = 0.05;
/// Share of exact zeros from which on the weights were probably pruned or quantised.
const MANY_ZEROS: f64 = 0.001;
/// Distinct values as a share of those that were looked at.
const FEW_VALUES: f64 = 1.0 / 3.0;

/// All warnings of a checkpoint that follow from numbers; `dropped` samples did not pass the filter of the reference.
pub(super) fn warnings(
    folded: &Folded,
    samples: &[Sample],
    validity: &ValidityRecord,
    dropped: usize,
) -> Vec<Warning> {
    let options = &folded.options;
    let total = &samples[0].total;
    let spectra: Vec<&Spectrum> = samples.iter().filter_map(|sample| sample.spectrum.as_ref()).collect();
    [
        folded.identity.guessed.then(guessed),
        spectra.is_empty().then(|| no_spectrum(total, options)),
        fair_fit(validity),
        few_radii(validity),
        slopes_vary(validity),
        not_concave(validity),
        above_zero(&spectra, validity),
        (!spectra.is_empty()).then(|| peak_tied(options)).flatten(),
        few_neurons(validity),
        neurons_left_out(total, validity, options),
        zeros(validity),
        repeated_values(folded, validity),
        nonfinite(total),
        (dropped > 0).then(|| filtered(dropped, samples.len())),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Negative ones with the sign that numbers have.
fn order(q: f64) -> String {
    format!("{q:.1}").replace('-', "\u{2212}")
}

fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

fn guessed() -> Warning {
    Badge::WiringGuessed.warning(
        "The tensor names fit no family that NeuroMFA knows. Each 2-D matrix is read as [outputs, inputs], in order of its name.",
    )
}

fn no_spectrum(total: &NetworkFold, options: &Options) -> Warning {
    if total.edges == 0 {
        return Badge::NoEdges.warning("Every weight is zero or not a number: the network has no edges.");
    }
    let text = if total.partition.kept == 0 {
        format!(
            "No neuron has enough edges: it needs more than {} of length 1 to {}.",
            options.minimum_degree, options.threshold
        )
    } else {
        "All edges have the same rounded length: a line needs two.".to_owned()
    };
    Badge::NoSpectrum.warning(text)
}

fn fair_fit(validity: &ValidityRecord) -> Option<Warning> {
    let fit = validity.fit.filter(|fit| fit.lowest < FAIR_FIT)?;
    let text = format!(
        "The log-log lines are not quite straight: R² is {:.2} at q = {}, and {:.2} in the median.",
        fit.lowest,
        order(fit.lowest_at),
        fit.median
    );
    Some(Badge::FitFair.warning(text))
}

fn few_radii(validity: &ValidityRecord) -> Option<Warning> {
    let radii = validity.radii?;
    let short = f64::from(radii.largest) < SHORT_RANGE * f64::from(radii.smallest);
    (short || radii.count < FEW_RADII).then(|| {
        let text = format!(
            "The lines are fitted on {} lengths from {} to {}.",
            radii.count, radii.smallest, radii.largest
        );
        Badge::FewRadii.warning(text)
    })
}

fn slopes_vary(validity: &ValidityRecord) -> Option<Warning> {
    let slopes = validity.slopes.iter().find(|slopes| slopes.q == 0.0)?;
    let (low, high) = (slopes.lower.min(slopes.upper), slopes.lower.max(slopes.upper));
    (high > LARGEST_SLOPE_RATIO * low).then(|| {
        let text = format!(
            "The slope depends on length: α₀ is {:.2} over the shorter edges and {:.2} over the longer ones, {:.2} over all.",
            slopes.lower, slopes.upper, slopes.whole
        );
        Badge::SlopesVary.warning(text)
    })
}

fn not_concave(validity: &ValidityRecord) -> Option<Warning> {
    let rise = validity.largest_alpha_rise.filter(|rise| *rise > LARGEST_RISE)?;
    Some(
        Badge::TauNotConcave
            .warning(format!("τ(q) is not concave: α rises with q, by {rise:.3}, so f(α) folds back.")),
    )
}

fn above_zero(spectra: &[&Spectrum], validity: &ValidityRecord) -> Option<Warning> {
    let above = spectra.iter().any(|spectrum| spectrum.f_above_zero);
    let largest = validity.largest_f.filter(|_| above)?;
    Some(Badge::FAboveZero.warning(format!("f reaches {largest:.1e}, above 0: the peak is not at q = 0.")))
}

fn peak_tied(options: &Options) -> Option<Warning> {
    let mode = options.spectrum_mode();
    (mode.differences == Differences::Forward).then(|| {
        let taken = match mode.tie {
            Tie::First => "the lower one",
            Tie::Second => "q = 0",
        };
        Badge::PeakTied.warning(format!(
            "Peak tied: f is 0 at q = 0 and at the order below it. α₀ is taken from {taken}, always."
        ))
    })
}

fn few_neurons(validity: &ValidityRecord) -> Option<Warning> {
    let carried = validity.carried.filter(|carried| carried.neurons < FEW_NEURONS)?;
    let text = format!(
        "At q = {} and length {}, the sum is that of about {:.0} of {} neurons.",
        order(carried.q),
        carried.radius,
        carried.neurons,
        carried.of
    );
    Some(Badge::FewNeurons.warning(text))
}

fn neurons_left_out(total: &NetworkFold, validity: &ValidityRecord, options: &Options) -> Option<Warning> {
    let (kept, worst) = (validity.kept_share?, validity.worst_group.as_ref()?);
    let many = 1.0 - kept >= LEFT_OUT || 1.0 - worst.share >= LEFT_OUT_OF_GROUP;
    (many && kept > 0.0).then(|| {
        let left_out = total.neurons - total.partition.kept;
        let text = format!(
            "{left_out} of {} neurons are left out: they have {} edges of length 1 to {} or fewer. Of {}, {} are kept.",
            total.neurons, options.minimum_degree, options.threshold, worst.name, percent(worst.share)
        );
        Badge::NeuronsLeftOut.warning(text)
    })
}

fn zeros(validity: &ValidityRecord) -> Option<Warning> {
    let share = validity.zero_share.filter(|share| *share >= MANY_ZEROS)?;
    Some(Badge::ZeroWeights.warning(format!(
        "{} of the weights are exactly zero and count as no edges: pruned or quantised?",
        percent(share)
    )))
}

/// Types of few bits say so themselves, also where their weights were decoded and changed in memory.
fn repeated_values(folded: &Folded, validity: &ValidityRecord) -> Option<Warning> {
    let quantised = Badge::Quantised.code();
    if folded.identity.warnings.iter().any(|warning| warning.code == quantised) {
        return None;
    }
    let repeated = validity.repeated.as_ref()?;
    ((repeated.distinct as f64) < FEW_VALUES * repeated.values as f64).then(|| {
        let text = format!(
            "Weights repeat: {} of {} that were looked at in {} are distinct values. Quantised, and stored as numbers of more bits?",
            repeated.distinct, repeated.values, repeated.name
        );
        Badge::RepeatedValues.warning(text)
    })
}

fn nonfinite(total: &NetworkFold) -> Option<Warning> {
    (total.nonfinite > 0).then(|| {
        let text = format!("{} weights are not finite and count as no edges.", total.nonfinite);
        Badge::NonfiniteWeights.warning(text)
    })
}

fn filtered(dropped: usize, samples: usize) -> Warning {
    Badge::SamplesDropped.warning(format!("The filter dropped {dropped} of {samples} samples."))
}

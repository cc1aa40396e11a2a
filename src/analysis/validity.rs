//! Whether the numbers can be read as they stand: what is measured for it. What follows is in `badges`.

use super::folded::{Folded, LayerFold};
use super::record::{Sample, finite, six_decimals};
use crate::multifractal::statistics::{mean, quantile};
use crate::multifractal::{NetworkFold, QGrid, Spectrum, fit_line, log_partition, log_relative_radii};
use crate::report::{
    Carried, FitQuality, GroupShare, LocalSlopes, RadiusRange, RepeatedValues, ValidityRecord,
};

/// A line through fewer radii is no measurement of a slope.
const LEAST_RADII: usize = 3;
/// Of fewer values it cannot be told whether they repeat.
const LEAST_VALUES: u64 = 256;

/// What the badges are decided by, over all samples.
pub(super) fn measure(folded: &Folded, samples: &[Sample]) -> ValidityRecord {
    let grid = &folded.settings.grid;
    let spectra: Vec<&Spectrum> = samples.iter().filter_map(|sample| sample.spectrum.as_ref()).collect();
    let total =
        |count: fn(&NetworkFold) -> u64| samples.iter().map(|sample| count(sample.total)).sum::<u64>();
    let [zeros, edges] = [total(|total| total.zeros), total(|total| total.edges)];
    let [kept, neurons] = [total(|total| total.partition.kept), total(|total| total.neurons)];
    let weights = edges + zeros + total(|total| total.nonfinite);
    ValidityRecord {
        fit: fit(&spectra, grid),
        radii: radii(&spectra),
        slopes: slopes(samples, grid),
        largest_alpha_rise: largest(&spectra, rise).map(six_decimals),
        largest_f: largest(&spectra, |spectrum| spectrum.f.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
        carried: carried(samples, grid),
        kept_share: share(kept, neurons),
        worst_group: worst_group(folded),
        zero_share: share(zeros, weights),
        repeated: repeated(folded),
    }
}

/// The most by which alpha is larger at one q than at a smaller one.
fn rise(spectrum: &Spectrum) -> f64 {
    let (_, rise) = spectrum.alpha.iter().fold((f64::INFINITY, 0.0_f64), |(low, rise), &alpha| {
        let low = low.min(alpha);
        (low, rise.max(alpha - low))
    });
    rise
}

fn share(some: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| some as f64 / all as f64)
}

fn largest(spectra: &[&Spectrum], value: impl Fn(&Spectrum) -> f64) -> Option<f64> {
    spectra.iter().map(|spectrum| value(spectrum)).reduce(f64::max).and_then(finite)
}

fn fit(spectra: &[&Spectrum], grid: &QGrid) -> Option<FitQuality> {
    let fits = spectra.iter().flat_map(|spectrum| grid.orders().iter().zip(&spectrum.fits));
    let values: Vec<(f64, f64)> =
        fits.filter_map(|(&q, fit)| Some((fit.r_squared.and_then(finite)?, q))).collect();
    let (lowest, lowest_at) =
        values.iter().copied().reduce(|low, next| if next.0 < low.0 { next } else { low })?;
    let values: Vec<f64> = values.into_iter().map(|(value, _)| value).collect();
    Some(FitQuality { lowest, lowest_at, median: quantile(&values, 0.5)? })
}

fn radii(spectra: &[&Spectrum]) -> Option<RadiusRange> {
    let fewest = spectra.iter().map(|spectrum| &spectrum.radii).min_by_key(|radii| radii.len())?;
    let (&smallest, &largest) = (fewest.first()?, fewest.last()?);
    Some(RadiusRange { count: fewest.len() as u64, smallest, largest })
}

/// D at the smallest q, at 0 and at the largest q, from the lower half of the range of ln r, the upper one, and all.
fn slopes(samples: &[Sample], grid: &QGrid) -> Vec<LocalSlopes> {
    let all: Vec<[[f64; 3]; 3]> = samples.iter().filter_map(|sample| slopes_of_one(sample, grid)).collect();
    let orders = [grid.orders()[0], 0.0, grid.orders()[grid.orders().len() - 1]];
    let over = |order: usize, part: usize| {
        let values: Vec<f64> = all.iter().map(|slopes| slopes[part][order]).collect();
        mean(&values).and_then(finite).map(six_decimals)
    };
    let slopes = |(order, q)| {
        Some(LocalSlopes { q, lower: over(order, 0)?, upper: over(order, 1)?, whole: over(order, 2)? })
    };
    orders.into_iter().enumerate().filter_map(slopes).collect()
}

/// `[lower, upper, whole][order]`.
fn slopes_of_one(sample: &Sample, grid: &QGrid) -> Option<[[f64; 3]; 3]> {
    let radii = &sample.spectrum.as_ref()?.radii;
    let x = log_relative_radii(radii);
    // x ends at 0.
    let middle = x[0] / 2.0;
    let lower = 0..x.partition_point(|&x| x <= middle);
    let upper = x.partition_point(|&x| x < middle)..x.len();
    if lower.len().min(upper.len()) < LEAST_RADII {
        return None;
    }
    let orders = [0, grid.zero() - 1, grid.zero() + 1, grid.orders().len() - 1];
    let ln_z = orders.map(|order| log_partition(&sample.sums, order, radii));
    let slopes = |part: std::ops::Range<usize>| {
        let tau = |index: usize| fit_line(&x[part.clone()], &ln_z[index][part.clone()]).slope;
        let dimension = |index: usize| tau(index) / grid.orders()[orders[index]];
        [dimension(0), (tau(2) - tau(1)) / (2.0 * grid.step()), dimension(3)]
    };
    Some([slopes(lower), slopes(upper), slopes(0..x.len())])
}

/// The fewest neurons over radii, of the sample where they are fewest.
fn carried(samples: &[Sample], grid: &QGrid) -> Option<Carried> {
    let with_spectrum = samples.iter().filter(|sample| sample.spectrum.is_some());
    let all = with_spectrum.filter_map(|sample| carried_in(sample, grid));
    all.reduce(|fewest, next| if next.neurons < fewest.neurons { next } else { fewest })
}

fn carried_in(sample: &Sample, grid: &QGrid) -> Option<Carried> {
    let radii = sample.sums.radii();
    let ln_z = [0, 1, 2].map(|order| log_partition(&sample.sums, order, &radii));
    let q = grid.orders()[0];
    let neurons = |at: usize| {
        // Entropy ln Z - q d(ln Z)/dq, by the one-sided difference of second order.
        let [here, next, after] = [0, 1, 2].map(|order| ln_z[order][at]);
        let slope = (4.0 * next - 3.0 * here - after) / (2.0 * grid.step());
        libm::exp(here - q * slope)
    };
    let numbers = radii.iter().enumerate().map(|(at, &radius)| (neurons(at), radius));
    let (neurons, radius) = numbers.reduce(|fewest, next| if next.0 < fewest.0 { next } else { fewest })?;
    Some(Carried { q, radius, neurons: finite(neurons).map(six_decimals)?, of: sample.sums.kept() })
}

/// The layers of every sample at one place, with their name.
fn groups(folded: &Folded) -> impl Iterator<Item = (&str, Vec<&LayerFold>)> {
    let layers = |(place, &group): (usize, &usize)| {
        let name = folded.identity.groups[group].0.as_str();
        (name, folded.samples.iter().map(|sample| &sample.layers[place]).collect())
    };
    folded.groups.iter().enumerate().map(layers)
}

fn worst_group(folded: &Folded) -> Option<GroupShare> {
    let group = |(name, layers): (&str, Vec<&LayerFold>)| {
        let sum = |count: fn(&LayerFold) -> u64| layers.iter().map(|layer| count(layer)).sum::<u64>();
        let share = share(sum(|layer| layer.kept), sum(|layer| layer.neurons))?;
        Some(GroupShare { name: name.to_owned(), share })
    };
    groups(folded).filter_map(group).reduce(|low, next| if next.share < low.share { next } else { low })
}

/// The samples have read the same weights.
fn repeated(folded: &Folded) -> Option<RepeatedValues> {
    let group = |(name, layers): (&str, Vec<&LayerFold>)| {
        let count = layers[0].values;
        (count.values >= LEAST_VALUES).then(|| RepeatedValues {
            name: name.to_owned(),
            values: count.values,
            distinct: count.distinct,
        })
    };
    // Shares compared without dividing.
    let fewer = |a: &RepeatedValues, b: &RepeatedValues| a.distinct * b.values < b.distinct * a.values;
    groups(folded).filter_map(group).reduce(|low, next| if fewer(&next, &low) { next } else { low })
}

//! alpha_0 and width from a few orders, for null samples of single groups: there are thousands of these.

use super::fold::NumberTables;
use super::small::SmallNeurons;
use super::spectrum::{SpectrumMode, fit_line, log_relative_radii, spectrum};
use super::{FoldSettings, GroupFold, PartitionSums, QGrid};

/// Orders that are looked at.
const ORDERS: usize = 8;

/// p^q at the few orders, for neurons of few edges.
#[derive(Debug, Clone)]
pub struct OutlineTables {
    /// Indices of the orders in the grid: the first three, the neighbours of 0, the last three.
    orders: [usize; ORDERS],
    /// n^q for n up to [`SmallNeurons::LARGEST_NUMBER`].
    powers: Vec<[f64; ORDERS]>,
    /// n^-q.
    inverses: Vec<[f64; ORDERS]>,
}

impl OutlineTables {
    /// Those of a grid.
    pub fn new(grid: &QGrid) -> Self {
        let (zero, last) = (grid.zero(), grid.orders().len() - 1);
        let orders = [0, 1, 2, zero - 1, zero + 1, last - 2, last - 1, last];
        let power = |number: u64, sign: f64| -> [f64; ORDERS] {
            orders.map(|order| libm::pow(number as f64, sign * grid.orders()[order]))
        };
        let numbers = 0..=SmallNeurons::LARGEST_NUMBER;
        Self {
            orders,
            powers: numbers.clone().map(|number| power(number, 1.0)).collect(),
            inverses: numbers.map(|number| power(number, -1.0)).collect(),
        }
    }

    /// Z_q(r) of a group at every radius from 0 on.
    #[cfg_attr(small, optimize(speed))]
    fn sums(&self, partition: &PartitionSums, small: &SmallNeurons, radii: usize) -> Vec<[f64; ORDERS]> {
        let mut sums = vec![[0.0; ORDERS]; radii];
        // Radius 0 is no point of the spectrum.
        let of_radii = &mut sums[1..];
        let mut neurons = small.each();
        while let Some(one) = neurons.next() {
            match neurons.next() {
                Some(other) => self.add_two(of_radii, one, other),
                None => self.add_one(of_radii, one),
            }
        }
        for (radius, total, number, neurons) in small.counted() {
            let (power, inverse) = (&self.powers[usize::from(number)], &self.inverses[usize::from(total)]);
            add(&mut sums[radius as usize], power, inverse, neurons as f64);
        }
        for (place, &order) in self.orders.iter().enumerate() {
            // Without neurons of many edges there are no sums at all.
            sums.iter_mut().zip(partition.order(order)).for_each(|(sum, z)| sum[place] += z);
        }
        sums
    }
}

impl OutlineTables {
    /// Adds the powers of a neuron, given as N(d) and N(r) at each radius.
    #[cfg_attr(small, optimize(speed))]
    fn add_one(&self, sums: &mut [[f64; ORDERS]], (total, numbers): (u8, &[u8])) {
        let inverse = &self.inverses[usize::from(total)];
        for (sum, &number) in sums.iter_mut().zip(numbers) {
            add(sum, &self.powers[usize::from(number)], inverse, 1.0);
        }
    }

    /// Those of two neurons: half the traffic with the sums.
    #[cfg_attr(small, optimize(speed))]
    fn add_two(&self, sums: &mut [[f64; ORDERS]], one: (u8, &[u8]), other: (u8, &[u8])) {
        let [first, second] = [one.0, other.0].map(|total| &self.inverses[usize::from(total)]);
        for (sum, (&one, &other)) in sums.iter_mut().zip(one.1.iter().zip(other.1)) {
            let [one, other] = [one, other].map(|number| &self.powers[usize::from(number)]);
            for order in 0..ORDERS {
                sum[order] += one[order] * first[order] + other[order] * second[order];
            }
        }
    }
}

/// Adds `times` p^q at all orders.
#[inline]
fn add(sums: &mut [f64; ORDERS], power: &[f64; ORDERS], inverse: &[f64; ORDERS], times: f64) {
    for order in 0..ORDERS {
        sums[order] += times * (power[order] * inverse[order]);
    }
}

/// alpha_0 and the width of a group alone; `None` where there is no spectrum.
///
/// The alphas of a concave tau fall: the first and the last are its largest and smallest (method, section 7). Where
/// those that are looked at do not fall, and in any but the exact mode, the whole spectrum is computed. Neurons of few edges are raised otherwise than there: the last digits may differ.
#[cfg_attr(small, optimize(speed), inline(never))]
pub fn outline(
    fold: &GroupFold,
    settings: &FoldSettings,
    tables: &NumberTables,
    few: &OutlineTables,
    mode: SpectrumMode,
) -> Option<(f64, f64)> {
    let radii = fold.partition.radii();
    if radii.len() < 2 || fold.partition.kept() == 0 {
        return None;
    }
    let grid = &settings.grid;
    let exact = mode == SpectrumMode::EXACT;
    let falling = exact.then(|| falling_ends(fold, &radii, grid.step(), few)).flatten();
    falling.or_else(|| {
        let spectrum = spectrum(&fold.sums(grid, tables), grid, mode)?;
        Some((spectrum.alpha0, spectrum.width))
    })
}

/// alpha_0 and the width, if alpha falls from order to order.
#[cfg_attr(small, optimize(speed))]
fn falling_ends(fold: &GroupFold, radii: &[u32], step: f64, few: &OutlineTables) -> Option<(f64, f64)> {
    let length = radii.last().map_or(0, |&radius| radius as usize + 1);
    let sums = few.sums(&fold.partition, &fold.small, length);
    let log_radii = log_relative_radii(radii);
    let tau = |place: usize| -> f64 {
        let log_z: Vec<f64> = radii.iter().map(|&radius| libm::log(sums[radius as usize][place])).collect();
        fit_line(&log_radii, &log_z).slope
    };
    let tau: [f64; ORDERS] = std::array::from_fn(tau);
    // The differences of `central_differences`, so that the bits are those of the whole spectrum.
    let alpha = |before: usize, after: usize| {
        let orders = (few.orders[after] - few.orders[before]) as f64;
        (tau[after] - tau[before]) / (orders * step)
    };
    let alphas = [alpha(0, 1), alpha(0, 2), alpha(3, 4), alpha(5, 7), alpha(6, 7)];
    let falls = alphas.windows(2).all(|pair| pair[0] >= pair[1]);
    falls.then(|| (alphas[2], alphas[0] - alphas[4]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::multifractal::{Binning, GroupHistograms, fold_group};

    fn settings(q: f64, step: f64) -> FoldSettings {
        let grid = QGrid::new(-q, q, step).expect("a grid");
        FoldSettings::usual(150.0, 200.0, grid)
    }

    /// A group of neurons whose numbers of edges differ, few for some and many for others.
    fn group(
        neurons: usize,
        edges: impl Fn(usize) -> usize,
        length: impl Fn(usize, usize) -> f32,
    ) -> GroupHistograms {
        struct Lengths<'a>(Vec<f32>, &'a Binning);
        impl crate::multifractal::Weights for Lengths<'_> {
            fn bin(&self, run: std::ops::Range<usize>, bins: &mut [u16]) -> f64 {
                bins.iter_mut().zip(&self.0[run]).for_each(|(bin, &r)| *bin = self.1.bin_f32(1.0 / r));
                0.0
            }
        }
        let binning = Binning::new(&[150.0, 200.0]).expect("bins");
        let mut histograms = GroupHistograms::new(neurons, &binning);
        for neuron in 0..neurons {
            let lengths: Vec<f32> = (0..edges(neuron)).map(|edge| length(neuron, edge)).collect();
            let count = lengths.len();
            histograms.count_edges(&Lengths(lengths, &binning), 0..count, neuron);
        }
        histograms
    }

    fn both(
        histograms: &GroupHistograms,
        settings: &FoldSettings,
        mode: SpectrumMode,
    ) -> [Option<(f64, f64)>; 2] {
        let binning = Binning::new(&[150.0, 200.0]).expect("bins");
        let mut tables = NumberTables::new(settings);
        tables.reach(1000);
        let fold = fold_group(histograms, &binning, settings, &tables);
        let few = OutlineTables::new(&settings.grid);
        let whole = spectrum(&fold.sums(&settings.grid, &tables), &settings.grid, mode);
        [outline(&fold, settings, &tables, &few, mode), whole.map(|whole| (whole.alpha0, whole.width))]
    }

    /// Spread by multiplication, the same on every machine.
    fn spread(neuron: usize, edge: usize) -> f32 {
        let mixed = (neuron as u32 * 7919 + edge as u32).wrapping_mul(2_654_435_761) >> 8;
        2.0 + (mixed % 14_000) as f32 / 100.0
    }

    #[test]
    fn few_orders_tell_what_all_of_them_do() {
        for (q, step) in [(3.0, 0.1), (2.0, 0.5), (1.0, 1.0), (0.1, 0.1)] {
            let settings = settings(q, step);
            let many = group(40, |_| 300, spread);
            let [few, whole] = both(&many, &settings, SpectrumMode::EXACT);
            assert_eq!(few, whole, "neurons of many edges: the same bits");
            for edges in [[100, 100], [40, 300], [5, 90]] {
                let mixed = group(60, |neuron| edges[neuron % 2], spread);
                for mode in [SpectrumMode::EXACT, SpectrumMode::REFERENCE] {
                    let [few, whole] = both(&mixed, &settings, mode).map(|found| found.expect("a spectrum"));
                    assert!(
                        (few.0 - whole.0).abs() < 1e-12,
                        "{edges:?}, {mode:?}: {few:?} against {whole:?}"
                    );
                    assert!(
                        (few.1 - whole.1).abs() < 1e-12,
                        "{edges:?}, {mode:?}: {few:?} against {whole:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_tau_that_is_not_concave_is_computed_whole() {
        // Some neurons have short edges only, the others one more at the end: the ends of alpha are not its extremes.
        let length = |neuron: usize, edge: usize| match (neuron % 3, edge) {
            (0, 0) => 149.0,
            (0, _) => 2.0,
            (1, edge) => 140.0 + edge as f32 / 10.0,
            (_, edge) => 2.0 + edge as f32,
        };
        let settings = settings(3.0, 0.1);
        let odd = group(30, |neuron| if neuron % 3 == 1 { 12 } else { 100 }, length);
        let mut tables = NumberTables::new(&settings);
        tables.reach(1000);
        let fold = fold_group(&odd, &Binning::new(&[150.0, 200.0]).expect("bins"), &settings, &tables);
        let few = OutlineTables::new(&settings.grid);
        assert_eq!(falling_ends(&fold, &fold.partition.radii(), settings.grid.step(), &few), None);
        let [few, whole] = both(&odd, &settings, SpectrumMode::EXACT).map(|found| found.expect("a spectrum"));
        assert!(
            (few.0 - whole.0).abs() < 1e-12 && (few.1 - whole.1).abs() < 1e-12,
            "{few:?} against {whole:?}"
        );
    }

    #[test]
    fn no_spectrum_has_no_outline() {
        let settings = settings(3.0, 0.1);
        let none = group(10, |_| 10, spread);
        assert_eq!(both(&none, &settings, SpectrumMode::EXACT), [None, None]);
        let one_radius = group(10, |_| 20, |_, _| 7.0);
        assert_eq!(both(&one_radius, &settings, SpectrumMode::EXACT), [None, None]);
    }
}

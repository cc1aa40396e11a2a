//! The numbers of [`rivals`](crate::rivals) over the matrices of a checkpoint: plan, feed, finish.

use super::altered::Gathered;
use super::matrix::StoredMatrix;
use super::plan::{Step, reads, steps_of, steps_of_read};
use super::sequence::Sequence;
use super::{AnalysisError, Options, Read};
use crate::checkpoint::Checkpoint;
use crate::multifractal::statistics::mean;
use crate::network::{Matrix, Wiring};
use crate::report::{MatrixRivals, MatrixShuffles, RivalsRecord, SpectralMeans, SpectralRanges};
use crate::rivals::{Beside, MOST_EIGENVALUES, SHUFFLES, Shape, Spectral, beside_shuffles};

/// Most entries of a matrix: some hundred megabytes with its copies; fewer where a page shares 4 GB.
const MOST_ENTRIES: u64 = if cfg!(target_pointer_width = "32") { 1 << 24 } else { 1 << 26 };

/// Matrices that are being read to be measured, one after the other. Those of the chosen layers, whole, whatever the
/// analysis samples.
pub struct RivalsReading {
    reads: Vec<Read>,
    steps: Vec<Step>,
    next: usize,
    /// By group and place in it; `None` for those that are not read.
    matrices: Vec<Vec<Option<StoredMatrix>>>,
    groups: Vec<String>,
    sequence: Option<Sequence>,
    gathered: Gathered,
    seed: u32,
    measured: Vec<(MatrixRivals, Beside)>,
    largest_matrix: u64,
    too_large: Vec<String>,
}

impl RivalsReading {
    /// Plans to measure the matrices of a checkpoint whose smaller side is at most `largest_matrix`.
    pub fn plan(
        checkpoint: &Checkpoint,
        wiring: &Wiring,
        options: &Options,
        largest_matrix: u64,
    ) -> Result<Self, AnalysisError> {
        let chosen = options.groups(wiring.groups.len())?;
        let mut matrices: Vec<Vec<Option<StoredMatrix>>> = vec![Vec::new(); wiring.groups.len()];
        let (mut steps, mut too_large) = (Vec::new(), Vec::new());
        for group in chosen {
            for (place, &matrix) in wiring.groups[group].matrices.iter().enumerate() {
                let stored = StoredMatrix::new(matrix, &checkpoint.tensors);
                let fits = fits(&stored.matrix, largest_matrix);
                if fits {
                    steps.extend(steps_of(&stored, (group, place), &[None])?);
                } else {
                    too_large.push(stored.name.clone());
                }
                matrices[group].push(fits.then_some(stored));
            }
        }
        Ok(Self {
            reads: reads(&steps),
            steps,
            next: 0,
            matrices,
            groups: wiring.groups.iter().map(|group| group.name.clone()).collect(),
            sequence: None,
            gathered: Gathered::default(),
            seed: options.seed,
            measured: Vec::new(),
            largest_matrix,
            too_large,
        })
    }

    /// The reads, in the order in which they must be fed.
    pub fn reads(&self) -> &[Read] {
        &self.reads
    }

    /// Takes the bytes of the next read, and measures the matrices that they complete.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), AnalysisError> {
        for (index, range) in steps_of_read(self.reads.get(self.next), &self.steps, bytes)? {
            self.take(index, &bytes[range])?;
        }
        self.next += 1;
        Ok(())
    }

    /// The record, after the last read. `Err` gives the reading back when reads are missing.
    pub fn finish(self) -> Result<RivalsRecord, Box<Self>> {
        if self.next < self.reads.len() {
            return Err(Box::new(self));
        }
        Ok(record(self.measured, self.largest_matrix, self.too_large))
    }

    fn take(&mut self, index: usize, bytes: &[u8]) -> Result<(), AnalysisError> {
        let step = &self.steps[index];
        let place = (step.group, step.matrix);
        // Others have no steps.
        let Some(stored) = &self.matrices[place.0][place.1] else { return Ok(()) };
        let same = |other: Option<&Step>| other.is_some_and(|other| (other.group, other.matrix) == place);
        if !same(index.checked_sub(1).map(|before| &self.steps[before])) {
            self.gathered.begin(std::slice::from_ref(stored));
        }
        if self.sequence.is_none() {
            self.sequence = step.sequence(stored, &[None]);
        }
        let gathered = &mut self.gathered;
        step.take(bytes, stored, &mut self.sequence, |piece, bytes| gathered.take(stored, 0, piece, bytes))?;
        if !same(self.steps.get(index + 1)) {
            let (shape, entries) = sliced(&stored.matrix, &std::mem::take(&mut self.gathered.entries));
            let key = (self.seed, place.0 as u32, place.1 as u32);
            let beside = beside_shuffles(shape, entries, SHUFFLES, key);
            let matrix = matrix_record(&self.groups[place.0], stored, shape, &beside);
            self.measured.push((matrix, beside));
        }
        Ok(())
    }
}

/// Sizes of the slices of a matrix: outputs, inputs, and how many.
fn sizes(matrix: &Matrix) -> [u64; 3] {
    [matrix.before * matrix.after, matrix.inputs, matrix.splits * matrix.positions]
}

fn fits(matrix: &Matrix, largest: u64) -> bool {
    let [outputs, inputs, slices] = sizes(matrix);
    let side = outputs.min(inputs);
    side <= largest && slices.saturating_mul(side) <= MOST_EIGENVALUES && matrix.elements() <= MOST_ENTRIES
}

/// The entries of a matrix as slices `[outputs, inputs]`, in whatever order it is stored.
fn sliced(matrix: &Matrix, entries: &[f64]) -> (Shape, Vec<f64>) {
    let [rows, columns, slices] = sizes(matrix).map(|size| size as usize);
    let [before, after, positions] =
        [matrix.before, matrix.after, matrix.positions].map(|size| size as usize);
    let mut sorted = vec![0.0; entries.len()];
    let mut all = entries.iter();
    for split in 0..matrix.splits as usize {
        for b in 0..before {
            for input in 0..columns {
                for a in 0..after {
                    for position in 0..positions {
                        let row = (split * positions + position) * rows + b * after + a;
                        sorted[row * columns + input] = all.next().copied().unwrap_or(0.0);
                    }
                }
            }
        }
    }
    (Shape { slices, rows, columns }, sorted)
}

fn matrix_record(group: &str, stored: &StoredMatrix, shape: Shape, beside: &Beside) -> MatrixRivals {
    let Spectral { norm, stable_rank, power_law, eigenvalues } = beside.matrix;
    let mean_of = |value: fn(&Spectral) -> Option<f64>| {
        let values: Vec<f64> = beside.shuffled.iter().filter_map(value).collect();
        mean(&values)
    };
    MatrixRivals {
        group: group.to_owned(),
        tensor: stored.name.clone(),
        outputs: shape.rows as u64,
        inputs: shape.columns as u64,
        slices: shape.slices as u64,
        spectral_norm: norm,
        stable_rank,
        alpha: power_law.map(|law| law.alpha),
        x_min: power_law.map(|law| law.x_min),
        distance: power_law.map(|law| law.distance),
        tail: power_law.map(|law| law.tail),
        eigenvalues,
        shuffled: MatrixShuffles {
            spectral_norm: mean_of(|one| one.norm),
            stable_rank: mean_of(|one| one.stable_rank),
            alpha: mean_of(|one| one.power_law.map(|law| law.alpha)),
            distance: mean_of(|one| one.power_law.map(|law| law.distance)),
            tail: mean_of(|one| one.power_law.map(|law| law.tail as f64)),
        },
    }
}

fn record(
    measured: Vec<(MatrixRivals, Beside)>,
    largest_matrix: u64,
    too_large: Vec<String>,
) -> RivalsRecord {
    let means = |number: &dyn Fn(&Beside) -> Option<Spectral>| {
        let all: Vec<Spectral> = measured.iter().filter_map(|(_, beside)| number(beside)).collect();
        means(&all)
    };
    let shuffled: Vec<SpectralMeans> =
        (0..SHUFFLES as usize).map(|at| means(&|beside| beside.shuffled.get(at).copied())).collect();
    let over = |value: fn(&SpectralMeans) -> Option<f64>| -> Vec<f64> {
        shuffled.iter().filter_map(value).collect()
    };
    let range = |values: Vec<f64>| {
        let ends = values.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], &value| {
            [value.min(low), value.max(high)]
        });
        (!values.is_empty()).then_some(ends)
    };
    RivalsRecord {
        mean: means(&|beside| Some(beside.matrix)),
        shuffles: SHUFFLES,
        shuffled: SpectralMeans {
            spectral_norm: mean(&over(|one| one.spectral_norm)),
            stable_rank: mean(&over(|one| one.stable_rank)),
            alpha: mean(&over(|one| one.alpha)),
        },
        shuffled_range: SpectralRanges {
            spectral_norm: range(over(|one| one.spectral_norm)),
            stable_rank: range(over(|one| one.stable_rank)),
            alpha: range(over(|one| one.alpha)),
        },
        text: text(&measured, largest_matrix, &too_large),
        matrices: measured.into_iter().map(|(matrix, _)| matrix).collect(),
        largest_matrix,
        too_large,
    }
}

fn means(all: &[Spectral]) -> SpectralMeans {
    let over = |value: fn(&Spectral) -> Option<f64>| -> Option<f64> {
        mean(&all.iter().filter_map(value).collect::<Vec<_>>())
    };
    SpectralMeans {
        spectral_norm: over(|one| one.norm),
        stable_rank: over(|one| one.stable_rank),
        alpha: over(|one| one.power_law.map(|law| law.alpha)),
    }
}

/// What is left out.
fn text(measured: &[(MatrixRivals, Beside)], largest: u64, too_large: &[String]) -> String {
    let left_out = match (too_large.len(), measured.len() + too_large.len()) {
        (0, _) => String::new(),
        (some, all) => format!(
            "{some} of {all} matrices {} larger than {largest} on their smaller side and left out.",
            if some == 1 { "is" } else { "are" }
        ),
    };
    let without = measured.iter().filter(|(matrix, _)| matrix.alpha.is_none()).count();
    let exponents = match (without, measured.len()) {
        (0, _) => String::new(),
        (some, all) => format!(
            "{some} of {all} matrices {} too few eigenvalues for a power law.",
            if some == 1 { "has" } else { "have" }
        ),
    };
    [left_out, exponents].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_are_the_same_however_they_are_stored() {
        // Four outputs, three inputs, two positions: element (output, input, position) is 100 o + 10 i + p.
        let value = |o: u32, i: u32, p: u32| f64::from(100 * o + 10 * i + p);
        let each = |first: u32, second: u32, positions: u32| {
            (0..first)
                .flat_map(move |a| (0..second).flat_map(move |b| (0..positions).map(move |p| (a, b, p))))
        };
        let wanted: Vec<f64> =
            (0..2).flat_map(|p| each(4, 3, 1).map(move |(o, i, _)| value(o, i, p))).collect();
        let outputs_first: Vec<f64> = each(4, 3, 2).map(|(o, i, p)| value(o, i, p)).collect();
        let inputs_first: Vec<f64> = each(3, 4, 2).map(|(i, o, p)| value(o, i, p)).collect();
        let shape = Shape { slices: 2, rows: 4, columns: 3 };
        let kernel = Matrix::convolution(0, &[4, 3, 2], 1).expect("a kernel");
        assert_eq!(sliced(&kernel, &outputs_first), (shape, wanted.clone()));
        let kernel = Matrix::transposed_convolution(0, &[3, 4, 2], 1).expect("a kernel");
        assert_eq!(sliced(&kernel, &inputs_first), (shape, wanted));
        // Two groups of channels: outputs 0 and 1 have inputs of their own.
        let grouped = Matrix::convolution(0, &[4, 3, 1], 2).expect("a kernel");
        let entries: Vec<f64> = each(4, 3, 1).map(|(o, i, p)| value(o, i, p)).collect();
        assert_eq!(sliced(&grouped, &entries), (Shape { slices: 2, rows: 2, columns: 3 }, entries));
    }

    #[test]
    fn what_is_too_large() {
        assert!(fits(&Matrix::outputs_first(0, 1024, 50_000), 1024));
        assert!(!fits(&Matrix::outputs_first(0, 1025, 1025), 1024));
        // A depthwise kernel has as many eigenvalues as channels and positions.
        let depthwise = |channels| Matrix::convolution(0, &[channels, 1, 3, 3], channels).expect("a kernel");
        assert!(fits(&depthwise(1820), 1024));
        assert!(!fits(&depthwise(1821), 1024));
    }
}

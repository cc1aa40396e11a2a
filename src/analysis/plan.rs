//! Which bytes an analysis needs, and what is done with them.

use std::ops::Range;

use rayon::prelude::*;

use super::measured::Measured;
use super::{AnalysisError, NetworkKind, Options};
use crate::checkpoint::{Checkpoint, DType, TensorEntry};
use crate::multifractal::{Binning, GroupHistograms, SubMatrix};
use crate::network::{Group, Matrix, SampledGroup, Sampler, Wiring};

/// Elements of one read: large enough to be fast, small enough that a few in flight fit a phone.
const ELEMENTS_PER_READ: u64 = 1 << 20;
/// Sampled rows are read together with what lies between them, where that is at most so many bytes.
const LARGEST_GAP_BYTES: u64 = 16 << 10;
/// Bytes that the histograms of one group may take.
const MOST_GROUP_BYTES: u64 = 512 << 20;
/// Most outputs of a group: draws permute all of them.
const MOST_OUTPUTS: u64 = 1 << 26;
/// Elements that one task decodes.
const ELEMENTS_PER_TASK: usize = 1 << 14;

/// Bytes that the host must feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Index into [`Checkpoint::files`].
    pub file: usize,
    /// First byte.
    pub offset: u64,
    /// Number of bytes, at most a few million.
    pub length: u64,
    /// The group that the bytes belong to, an index into the wiring's groups.
    pub group: usize,
}

/// A rectangle of a stored matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    /// Index into the group's matrices.
    matrix: usize,
    rows: Range<u64>,
    columns: Range<u64>,
}

/// An analysis that is being fed.
pub struct Analysis {
    reads: Vec<Read>,
    pieces: Vec<Piece>,
    next: usize,
    matrices: Vec<Vec<StoredMatrix>>,
    /// The sampled groups of each sample; one empty entry for the whole network.
    samples: Vec<Option<Vec<SampledGroup>>>,
    /// Histograms of the group that is being read, one for each sample.
    current: Vec<GroupHistograms>,
    measured: Measured,
}

/// A matrix and where its elements lie.
#[derive(Debug, Clone)]
struct StoredMatrix {
    matrix: Matrix,
    file: usize,
    offset: u64,
    dtype: DType,
    /// Sizes of the stored axes.
    rows: u64,
    columns: u64,
}

impl Analysis {
    /// Plans the analysis of a checkpoint. `histogram_budget` is the number of bytes of histograms to keep for later
    /// changes of options; what does not fit is folded and dropped.
    pub fn plan(
        checkpoint: &Checkpoint,
        wiring: &Wiring,
        options: &Options,
        histogram_budget: usize,
    ) -> Result<Self, AnalysisError> {
        options.check()?;
        let binning = options.binning()?;
        check_memory(wiring, &binning)?;
        let samples = samples(wiring, options);
        let matrices: Vec<Vec<StoredMatrix>> = wiring
            .groups
            .iter()
            .map(|group| {
                group.matrices.iter().map(|&matrix| StoredMatrix::new(matrix, &checkpoint.tensors)).collect()
            })
            .collect();
        let (mut reads, mut pieces) = (Vec::new(), Vec::new());
        for (group, stored) in matrices.iter().enumerate() {
            for (index, matrix) in stored.iter().enumerate() {
                for piece in matrix.pieces(index, &samples, group) {
                    reads.push(matrix.read(&piece, group));
                    pieces.push(piece);
                }
            }
        }
        let measured = Measured::new(checkpoint, wiring, options, binning, &samples, histogram_budget)?;
        Ok(Self { reads, pieces, next: 0, matrices, samples, current: Vec::new(), measured })
    }

    /// The reads, in the order in which they must be fed. Those of a group follow one another.
    pub fn reads(&self) -> &[Read] {
        &self.reads
    }

    /// Takes the bytes of the next read.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), AnalysisError> {
        let expected = self.reads.get(self.next).map_or(0, |read| read.length);
        if bytes.len() as u64 != expected || expected == 0 {
            return Err(AnalysisError::WrongLength { expected, found: bytes.len() as u64 });
        }
        let group = self.reads[self.next].group;
        if self.current.is_empty() {
            self.current = self.measured.empty_histograms(group);
        }
        self.count(group, bytes);
        self.next += 1;
        if self.reads.get(self.next).is_none_or(|next| next.group != group) {
            self.measured.complete(std::mem::take(&mut self.current));
        }
        Ok(())
    }

    /// The result, after the last read. `Err` gives the analysis back when reads are missing.
    pub fn finish(self) -> Result<Measured, Box<Self>> {
        if self.next == self.reads.len() { Ok(self.measured) } else { Err(Box::new(self)) }
    }

    fn count(&mut self, group: usize, bytes: &[u8]) {
        let piece = &self.pieces[self.next];
        let stored = &self.matrices[group][piece.matrix];
        let decoded = Decoded::new(bytes, stored.dtype, self.measured.binning());
        let columns = (piece.columns.end - piece.columns.start) as usize;
        for (histograms, sample) in self.current.iter_mut().zip(&self.samples) {
            match sample {
                None => {
                    let matrix = SubMatrix { weights: &decoded.weights, bins: &decoded.bins, columns };
                    count_all(histograms, matrix, stored.matrix, piece);
                }
                Some(groups) => count_sampled(histograms, &decoded, stored, piece, &groups[group]),
            }
        }
    }
}

/// Adds a rectangle to the histograms of its neurons.
fn count_all(histograms: &mut GroupHistograms, matrix: SubMatrix<'_>, of: Matrix, piece: &Piece) {
    match of.after {
        1 => histograms.count_columns(matrix, piece.columns.start as usize),
        _ => histograms.count_rows(matrix, piece.rows.start as usize),
    }
}

/// Adds the sampled rows and columns of a piece of whole rows.
fn count_sampled(
    histograms: &mut GroupHistograms,
    decoded: &Decoded,
    stored: &StoredMatrix,
    piece: &Piece,
    sampled: &SampledGroup,
) {
    let (rows, columns) = stored.sampled_axes(sampled, piece.matrix);
    let first = rows.partition_point(|&row| row < piece.rows.start);
    let after = rows.partition_point(|&row| row < piece.rows.end);
    if first == after || columns.is_empty() {
        return;
    }
    let (mut weights, mut bins) = (Vec::new(), Vec::new());
    for row in &rows[first..after] {
        let start = (row - piece.rows.start) * stored.columns;
        for column in columns {
            let index = (start + column) as usize;
            weights.push(decoded.weights[index]);
            bins.push(decoded.bins[index]);
        }
    }
    let matrix = SubMatrix { weights: &weights, bins: &bins, columns: columns.len() };
    match stored.matrix.after {
        1 => histograms.count_columns(matrix, 0),
        _ => histograms.count_rows(matrix, first),
    }
}

/// Decoded weights beside their bins.
struct Decoded {
    weights: Vec<f64>,
    bins: Vec<u16>,
}

impl Decoded {
    fn new(bytes: &[u8], dtype: DType, binning: &Binning) -> Self {
        let size = dtype.block().bytes as usize;
        let mut weights = vec![0.0; bytes.len() / size];
        let mut bins = vec![0; weights.len()];
        bytes
            .par_chunks(ELEMENTS_PER_TASK * size)
            .zip(weights.par_chunks_mut(ELEMENTS_PER_TASK))
            .zip(bins.par_chunks_mut(ELEMENTS_PER_TASK))
            .for_each(|((bytes, weights), bins)| {
                dtype.decode_f64(bytes, weights);
                if dtype.fits_f32() {
                    bins.iter_mut()
                        .zip(weights)
                        .for_each(|(bin, weight)| *bin = binning.bin_f32(*weight as f32));
                } else {
                    bins.iter_mut().zip(weights).for_each(|(bin, weight)| *bin = binning.bin_f64(*weight));
                }
            });
        Self { weights, bins }
    }
}

impl StoredMatrix {
    fn new(matrix: Matrix, tensors: &[TensorEntry]) -> Self {
        let TensorEntry { file, ref storage, dtype, .. } = tensors[matrix.tensor];
        let offset = storage.offset;
        let (rows, columns) = match matrix.after {
            1 => (matrix.before, matrix.inputs),
            _ => (matrix.inputs, matrix.after),
        };
        Self { matrix, file, offset, dtype, rows, columns }
    }

    fn read(&self, piece: &Piece, group: usize) -> Read {
        let size = self.dtype.block().bytes;
        let first = piece.rows.start * self.columns + piece.columns.start;
        let elements = (piece.rows.end - piece.rows.start) * (piece.columns.end - piece.columns.start);
        Read { file: self.file, offset: self.offset + first * size, length: elements * size, group }
    }

    /// Stored rows and columns of a sampled sub-matrix.
    fn sampled_axes<'a>(&self, sampled: &'a SampledGroup, index: usize) -> (&'a [u64], &'a [u64]) {
        match self.matrix.after {
            1 => (&sampled.outputs[index], &sampled.inputs),
            _ => (&sampled.inputs, &sampled.outputs[index]),
        }
    }

    fn pieces(&self, matrix: usize, samples: &[Option<Vec<SampledGroup>>], group: usize) -> Vec<Piece> {
        let sampled: Option<Vec<&[u64]>> = samples
            .iter()
            .map(|sample| sample.as_ref().map(|groups| self.sampled_axes(&groups[group], matrix).0))
            .collect();
        let spans = match sampled {
            None => std::iter::once(0..self.rows).collect(),
            Some(rows) => self.spans(rows.concat()),
        };
        spans.into_iter().flat_map(|rows| self.pieces_of_rows(matrix, rows, samples[0].is_some())).collect()
    }

    /// The sampled rows, once each, together with small gaps between them.
    fn spans(&self, mut rows: Vec<u64>) -> Vec<Range<u64>> {
        rows.sort_unstable();
        let gap = LARGEST_GAP_BYTES / (self.columns * self.dtype.block().bytes).max(1);
        let mut spans: Vec<Range<u64>> = Vec::new();
        for row in rows {
            match spans.last_mut() {
                Some(span) if row <= span.end + gap => span.end = span.end.max(row + 1),
                _ => spans.push(row..row + 1),
            }
        }
        spans
    }

    /// Whole rows, as many as fit a read; a row that is too long is cut, unless its columns are to be sampled.
    fn pieces_of_rows(&self, matrix: usize, rows: Range<u64>, whole: bool) -> Vec<Piece> {
        let row_limit = if whole { self.columns } else { ELEMENTS_PER_READ.min(self.columns) };
        let rows_per_read = (ELEMENTS_PER_READ / self.columns).max(1);
        let mut pieces = Vec::new();
        for start in rows.clone().step_by(rows_per_read as usize) {
            let end = (start + rows_per_read).min(rows.end);
            for first in (0..self.columns).step_by(row_limit as usize) {
                let columns = first..(first + row_limit).min(self.columns);
                pieces.push(Piece { matrix, rows: start..end, columns });
            }
        }
        pieces
    }
}

fn samples(wiring: &Wiring, options: &Options) -> Vec<Option<Vec<SampledGroup>>> {
    match options.network {
        NetworkKind::Full => vec![None],
        NetworkKind::Sampled => (0..options.samples)
            .map(|sample| {
                Some(Sampler::new(options.seed.wrapping_add(sample), options.layer_sample).sample(wiring))
            })
            .collect(),
    }
}

/// Refuses groups whose histograms or draws would not fit, before anything is allocated for them.
fn check_memory(wiring: &Wiring, binning: &Binning) -> Result<(), AnalysisError> {
    let most = MOST_GROUP_BYTES / GroupHistograms::bytes(1, binning) as u64;
    let limits = |group: &Group| [(group.neurons, most), (group.outputs(), MOST_OUTPUTS)];
    let beyond = |group| limits(group).into_iter().find(|(neurons, most)| neurons > most);
    match wiring.groups.iter().find_map(|group| Some((group, beyond(group)?))) {
        Some((group, (neurons, most))) => {
            Err(AnalysisError::TooManyNeurons { group: group.name.clone(), neurons, most })
        }
        None => Ok(()),
    }
}

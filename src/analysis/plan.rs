//! Which bytes an analysis needs, and what is done with them.

use std::ops::Range;

use super::count::Counter;
use super::elements::TypeBins;
use super::matrix::{LARGEST_GAP_BYTES, Piece, StoredMatrix};
use super::measured::Measured;
use super::sequence::Sequence;
use super::{AnalysisError, NetworkKind, Options};
use crate::checkpoint::{Checkpoint, StreamError};
use crate::multifractal::{Binning, GroupHistograms};
use crate::network::{Group, Matrix, SampledGroup, Sampler, Wiring};

/// Bytes that the histograms of one group may take: less where addresses have 32 bits, since a page shares 4 GB.
const MOST_GROUP_BYTES: u64 = if cfg!(target_pointer_width = "32") { 160 << 20 } else { 512 << 20 };
/// Steps are joined to reads up to this length. A single step may be longer.
const LARGEST_JOINED_READ: u64 = 8 << 20;
/// Most outputs of a group: draws permute all of them.
const MOST_OUTPUTS: u64 = 1 << 26;

/// Bytes that the host must feed: of one matrix, or of several small ones that lie close together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Index into [`Checkpoint::files`].
    pub file: usize,
    /// First byte.
    pub offset: u64,
    /// Number of bytes, at most some ten million.
    pub length: u64,
    /// The group of the first matrix, an index into the wiring's groups.
    pub group: usize,
    /// What is taken from them, indices into the steps.
    steps: Range<usize>,
}

/// A part of a read that is of one matrix.
#[derive(Debug, Clone, PartialEq)]
struct Step {
    file: usize,
    /// First byte in the file.
    offset: u64,
    /// Number of bytes.
    length: u64,
    group: usize,
    /// Index into the group's matrices.
    matrix: usize,
    kind: StepKind,
}

#[derive(Debug, Clone, PartialEq)]
enum StepKind {
    /// Elements, as they are.
    Piece(Piece),
    /// The next stored bytes of a matrix that is decoded from its start on.
    Stored {
        /// Whether they are the last.
        last: bool,
    },
}

/// An analysis that is being fed.
pub struct Analysis {
    reads: Vec<Read>,
    steps: Vec<Step>,
    next: usize,
    matrices: Vec<Vec<StoredMatrix>>,
    /// The sampled groups of each sample; one empty entry for the whole network.
    samples: Vec<Option<Vec<SampledGroup>>>,
    /// Histograms of the group that is being read, one for each sample.
    current: Vec<GroupHistograms>,
    /// The matrix that is being decoded from its start on, if one is.
    sequence: Option<Sequence>,
    /// Of the type that was read last.
    bins: Option<TypeBins>,
    /// Room for the bins of a piece.
    scratch: Vec<u16>,
    measured: Measured,
}

impl Analysis {
    /// Plans the analysis of a checkpoint. `histogram_budget` is the number of bytes of histograms to keep for later
    /// changes of options; what does not fit is folded and dropped.
    pub fn plan(
        checkpoint: &Checkpoint,
        wiring: &Wiring,
        options: &Options,
        histogram_budget: u64,
    ) -> Result<Self, AnalysisError> {
        options.check()?;
        let binning = options.binning()?;
        let chosen = options.groups(wiring.groups.len())?;
        match options.network {
            NetworkKind::Full => check_memory(chosen.iter().map(|&group| &wiring.groups[group]), &binning)?,
            // Draws are made for all groups, so that those of a layer do not depend on which ones are chosen.
            NetworkKind::Sampled => check_memory(wiring.groups.iter(), &binning)?,
        }
        let samples = samples(wiring, options);
        let stored = |group: &Group| -> Vec<StoredMatrix> {
            let matrices = group.matrices.iter();
            matrices.map(|&matrix| StoredMatrix::new(matrix, &checkpoint.tensors)).collect()
        };
        let matrices: Vec<Vec<StoredMatrix>> = wiring.groups.iter().map(stored).collect();
        let measured = Measured::new(checkpoint, wiring, options, binning, &samples, histogram_budget)?;
        let mut analysis = Self {
            reads: Vec::new(),
            steps: Vec::new(),
            next: 0,
            matrices,
            samples,
            current: Vec::new(),
            sequence: None,
            bins: None,
            scratch: Vec::new(),
            measured,
        };
        analysis.list_steps()?;
        analysis.reads = reads(&analysis.steps);
        Ok(analysis)
    }

    fn list_steps(&mut self) -> Result<(), AnalysisError> {
        for &group in self.measured.wanted() {
            for (matrix, stored) in self.matrices[group].iter().enumerate() {
                let step =
                    |(offset, length), kind| Step { file: stored.file, offset, length, group, matrix, kind };
                if stored.storage.is_random_access() {
                    let pieces = stored.pieces(&self.samples, group, matrix).into_iter();
                    let piece = |piece| step(stored.bytes_of(&piece), StepKind::Piece(piece));
                    self.steps.extend(pieces.map(piece));
                } else {
                    let mut ranges = stored.stored_ranges().peekable();
                    if ranges.peek().is_none() {
                        return Err(AnalysisError::Stored {
                            tensor: stored.name.clone(),
                            error: StreamError::EndsEarly,
                        });
                    }
                    while let Some(range) = ranges.next() {
                        self.steps.push(step(range, StepKind::Stored { last: ranges.peek().is_none() }));
                    }
                }
            }
        }
        Ok(())
    }

    /// The reads, in the order in which they must be fed.
    pub fn reads(&self) -> &[Read] {
        &self.reads
    }

    /// Takes the bytes of the next read.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), AnalysisError> {
        let (expected, offset, steps) = match self.reads.get(self.next) {
            Some(read) => (read.length, read.offset, read.steps.clone()),
            None => (0, 0, 0..0),
        };
        if bytes.len() as u64 != expected || expected == 0 {
            return Err(AnalysisError::WrongLength { expected, found: bytes.len() as u64 });
        }
        for index in steps {
            let Step { offset: from, length, .. } = self.steps[index];
            // Within the bytes of the read, whose length fits memory.
            let from = (from - offset) as usize;
            self.take(index, &bytes[from..from + length as usize])?;
        }
        self.next += 1;
        Ok(())
    }

    /// Takes the bytes of a step.
    fn take(&mut self, index: usize, bytes: &[u8]) -> Result<(), AnalysisError> {
        let group = self.steps[index].group;
        self.begin_group(group);
        self.count(index, bytes)?;
        if self.steps.get(index + 1).is_none_or(|next| next.group != group) {
            self.measured.complete(std::mem::take(&mut self.current));
        }
        Ok(())
    }

    /// The result, after the last read. `Err` gives the analysis back when reads are missing.
    pub fn finish(mut self) -> Result<Measured, Box<Self>> {
        if self.next < self.reads.len() {
            return Err(Box::new(self));
        }
        self.complete_until(self.matrices.len());
        self.measured.settle();
        Ok(self.measured)
    }

    /// Keeps what [`Measured::part`] needs. Without it, neurons with few edges are summed when the last group has come.
    #[cfg(feature = "parts")]
    pub fn for_part(&mut self) {
        self.measured.keep_exact();
    }

    fn begin_group(&mut self, group: usize) {
        if self.current.is_empty() {
            self.complete_until(group);
            self.current = self.measured.empty_histograms(group);
        }
    }

    /// A group of which nothing is read, such as one whose sample reaches no output, is there all the same.
    fn complete_until(&mut self, group: usize) {
        while let Some(skipped) = self.measured.next_group().filter(|&next| next < group) {
            let empty = self.measured.empty_histograms(skipped);
            self.measured.complete(empty);
        }
    }

    fn count(&mut self, index: usize, bytes: &[u8]) -> Result<(), AnalysisError> {
        let Step { group, matrix, kind, .. } = &self.steps[index];
        let stored = &self.matrices[*group][*matrix];
        let binning = self.measured.binning();
        let bins = self.bins.take().filter(|bins| bins.dtype == stored.dtype);
        let bins = self.bins.insert(bins.unwrap_or_else(|| TypeBins::new(stored.dtype, binning)));
        let mut counter = Counter {
            stored,
            matrix: *matrix,
            group: *group,
            samples: &self.samples,
            binning,
            bins,
            histograms: &mut self.current,
            scratch: &mut self.scratch,
        };
        match kind {
            StepKind::Piece(piece) => counter.count(piece, bytes),
            StepKind::Stored { last } => {
                let sequence = self.sequence.get_or_insert_with(|| {
                    Sequence::new(stored, stored.pieces(&self.samples, *group, *matrix))
                });
                let pushed = sequence.push(bytes, |piece, bytes| counter.count(piece, bytes));
                let result = pushed.and_then(|()| if *last { sequence.finish() } else { Ok(()) });
                result.map_err(|error| AnalysisError::Stored { tensor: stored.name.clone(), error })?;
                if *last {
                    self.sequence = None;
                }
            }
        }
        Ok(())
    }
}

/// Joins steps that lie close together in a file: small tensors, and rows of a sample. They need not be in order, since
/// files list tensors by name and groups follow the wiring.
fn reads(steps: &[Step]) -> Vec<Read> {
    let mut reads: Vec<Read> = Vec::new();
    let mut needed = 0;
    for (index, step) in steps.iter().enumerate() {
        let Step { file, offset, length, group, .. } = *step;
        if let Some(read) = reads.last_mut().filter(|read| read.file == file) {
            let start = read.offset.min(offset);
            let end = (read.offset + read.length).max(offset + length);
            let gaps = (end - start).saturating_sub(needed + length);
            if end - start <= LARGEST_JOINED_READ && gaps <= read.steps.len() as u64 * LARGEST_GAP_BYTES {
                (read.offset, read.length, read.steps.end) = (start, end - start, index + 1);
                // Bytes that two steps share are needed once.
                needed = (needed + length).min(end - start);
                continue;
            }
        }
        reads.push(Read { file, offset, length, group, steps: index..index + 1 });
        needed = length;
    }
    reads
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
fn check_memory<'a>(
    mut groups: impl Iterator<Item = &'a Group>,
    binning: &Binning,
) -> Result<(), AnalysisError> {
    groups.try_for_each(|group| {
        let name = || group.name.clone();
        let edges: u64 = group.matrices.iter().map(Matrix::edges).sum();
        if edges > u32::MAX.into() {
            return Err(AnalysisError::TooManyEdges { group: name(), edges });
        }
        let most = MOST_GROUP_BYTES / GroupHistograms::most_bytes(1, edges, binning);
        for (neurons, most) in [(group.neurons, most), (group.outputs(), MOST_OUTPUTS)] {
            if neurons > most {
                return Err(AnalysisError::TooManyNeurons { group: name(), neurons, most });
            }
        }
        Ok(())
    })
}

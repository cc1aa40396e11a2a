//! Which bytes an analysis needs, and what is done with them.

use std::ops::Range;

use super::altered::{Alteration, Altering, scaled_bytes};
use super::count::{Counter, Sink};
use super::elements::TypeBins;
use super::laws::NullLaws;
use super::matrix::{LARGEST_GAP_BYTES, Piece, StoredMatrix};
use super::measured::Measured;
use super::paths::{self, Paths};
use super::record::Identity;
use super::sequence::Sequence;
use super::{AnalysisError, NetworkKind, Options};
use crate::checkpoint::{Checkpoint, StreamError};
use crate::multifractal::{Binning, GroupHistograms};
use crate::network::{Group, Matrix, SampledGroup, Wiring};

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
    counting: Counting,
    /// The matrix that is being decoded from its start on, if one is.
    sequence: Option<Sequence>,
    /// The group that is read to be altered, if it is to be.
    altering: Option<Altering>,
    measured: Measured,
}

/// What the elements that were read go into.
struct Counting {
    /// The sampled groups of each sample; one empty entry for the whole network.
    samples: Vec<Option<Vec<SampledGroup>>>,
    /// Histograms of the group that is being read, one for each sample.
    current: Vec<GroupHistograms>,
    /// The sampled weights, where paths are followed over them.
    paths: Option<Paths>,
    /// Of the type that was read last.
    bins: Option<TypeBins>,
    /// Room for the bins of a piece.
    scratch: Vec<u16>,
}

impl Counting {
    fn counter<'a>(
        &'a mut self,
        stored: &'a StoredMatrix,
        (group, matrix): (usize, usize),
        binning: &'a Binning,
    ) -> Counter<'a> {
        let bins = self.bins.take().filter(|bins| bins.dtype == stored.dtype);
        let sink = match &mut self.paths {
            Some(paths) => Sink::Weights(paths.samples_mut()),
            None => Sink::Histograms(&mut self.current),
        };
        Counter {
            stored,
            matrix,
            group,
            samples: &self.samples,
            binning,
            bins: self.bins.insert(bins.unwrap_or_else(|| TypeBins::new(stored.dtype, binning))),
            sink,
            scratch: &mut self.scratch,
        }
    }
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
        Self::plan_with(checkpoint, wiring, options, None, histogram_budget)
    }

    /// Plans the analysis of a checkpoint whose weights are altered as they are read. All weights of the layers are read,
    /// those that a sample leaves out too, unless the alteration changes nothing. The record of a damaged checkpoint names
    /// the damage, and has no step.
    pub fn plan_altered(
        checkpoint: &Checkpoint,
        wiring: &Wiring,
        options: &Options,
        alteration: &Alteration,
        histogram_budget: u64,
    ) -> Result<Self, AnalysisError> {
        Self::plan_with(checkpoint, wiring, options, Some(alteration), histogram_budget)
    }

    fn plan_with(
        checkpoint: &Checkpoint,
        wiring: &Wiring,
        options: &Options,
        alteration: Option<&Alteration>,
        histogram_budget: u64,
    ) -> Result<Self, AnalysisError> {
        options.check()?;
        let binning = options.binning()?;
        let chosen = options.groups(wiring.groups.len())?;
        let groups = || chosen.iter().map(|&group| &wiring.groups[group]);
        match options.network {
            NetworkKind::Full => check_memory(groups(), &binning)?,
            // Draws are made for all groups, so that those of a layer do not depend on which ones are chosen.
            NetworkKind::Sampled => check_memory(wiring.groups.iter(), &binning)?,
        }
        let altering = Altering::new(alteration, options, groups())?;
        let (interconnect, warning) = paths::interconnect(checkpoint, wiring, options)?;
        let samples: Vec<Option<Vec<SampledGroup>>> = match options.network {
            NetworkKind::Full => vec![None],
            NetworkKind::Sampled => paths::draw(wiring, options, interconnect).map(Some).collect(),
        };
        let paths =
            options.follows_paths().then(|| Paths::new(wiring, &samples, interconnect)).transpose()?;
        let stored = |group: &Group| -> Vec<StoredMatrix> {
            let matrices = group.matrices.iter();
            matrices.map(|&matrix| StoredMatrix::new(matrix, &checkpoint.tensors)).collect()
        };
        let matrices: Vec<Vec<StoredMatrix>> = wiring.groups.iter().map(stored).collect();
        let mut identity =
            Identity::new(checkpoint, wiring, options.network, alteration.and_then(Alteration::damage));
        identity.warnings.extend(warning);
        let neurons = samples.iter().map(|sample| neurons(wiring, sample.as_deref())).collect();
        let laws = NullLaws::new(wiring);
        let measured = match &paths {
            None => Measured::new(identity, options, binning, neurons, laws, histogram_budget)?,
            Some(paths) => {
                Measured::of_paths(identity.with_paths(paths), options, binning, paths.len(), laws)?
            }
        };
        let counting = Counting { samples, current: Vec::new(), paths, bins: None, scratch: Vec::new() };
        let mut analysis = Self {
            reads: Vec::new(),
            steps: Vec::new(),
            next: 0,
            matrices,
            counting,
            sequence: None,
            altering,
            measured,
        };
        analysis.list_steps(&chosen)?;
        analysis.reads = reads(&analysis.steps);
        Ok(analysis)
    }

    fn list_steps(&mut self, groups: &[usize]) -> Result<(), AnalysisError> {
        for &group in groups {
            for (matrix, stored) in self.matrices[group].iter().enumerate() {
                let step =
                    |(offset, length), kind| Step { file: stored.file, offset, length, group, matrix, kind };
                if stored.storage.is_random_access() {
                    let pieces = stored.pieces(self.samples_to_read(), group, matrix).into_iter();
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

    /// What is altered in memory needs all weights: those of the whole network.
    fn samples_to_read(&self) -> &[Option<Vec<SampledGroup>>] {
        if matches!(self.altering, Some(Altering::Gathered(_))) { &[None] } else { &self.counting.samples }
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
        if index == 0 || self.steps[index - 1].group != group {
            self.begin_group(group);
        }
        self.count(index, bytes)?;
        if self.steps.get(index + 1).is_none_or(|next| next.group != group) {
            self.end_group(group);
        }
        Ok(())
    }

    /// The result, after the last read. `Err` gives the analysis back when reads are missing.
    pub fn finish(mut self) -> Result<Measured, Box<Self>> {
        if self.next < self.reads.len() {
            return Err(Box::new(self));
        }
        match self.counting.paths.take() {
            Some(paths) => self.measured.follow(paths),
            None => {
                self.complete_until(self.matrices.len());
                self.measured.settle();
            }
        }
        Ok(self.measured)
    }

    /// Keeps what [`Measured::part`] needs. Without it, neurons with few edges are summed when the last group has come.
    #[cfg(feature = "parts")]
    pub fn for_part(&mut self) {
        self.measured.keep_exact();
    }

    fn begin_group(&mut self, group: usize) {
        if let Some(gathering) = self.altering.as_mut().and_then(Altering::gathering) {
            gathering.begin(&self.matrices[group]);
        }
        if self.counting.paths.is_none() {
            self.complete_until(group);
            self.counting.current = self.measured.empty_histograms(group);
        }
    }

    fn end_group(&mut self, group: usize) {
        self.count_altered(group);
        if self.counting.paths.is_none() {
            self.measured.complete(std::mem::take(&mut self.counting.current));
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
        let Step { group, matrix, ref kind, .. } = self.steps[index];
        if self.sequence.is_none() && matches!(kind, StepKind::Stored { .. }) {
            let stored = &self.matrices[group][matrix];
            self.sequence = Some(Sequence::new(stored, stored.pieces(self.samples_to_read(), group, matrix)));
        }
        let stored = &self.matrices[group][matrix];
        let scaled = matches!(self.altering, Some(Altering::Scaled(_))).then(|| stored.scaled());
        let counted = scaled.as_ref().unwrap_or(stored);
        let mut counter = self.counting.counter(counted, (group, matrix), self.measured.binning());
        let mut take = |piece: &Piece, bytes: &[u8]| match &mut self.altering {
            None => counter.count(piece, bytes),
            Some(Altering::Gathered(gathering)) => gathering.take(stored, matrix, piece, bytes),
            Some(Altering::Scaled(factors)) => {
                counter.count(piece, &scaled_bytes(stored, piece, bytes, factors[group]));
            }
        };
        match (kind, &mut self.sequence) {
            (StepKind::Piece(piece), _) => take(piece, bytes),
            (StepKind::Stored { last }, Some(sequence)) => {
                let pushed = sequence.push(bytes, take);
                let result = pushed.and_then(|()| if *last { sequence.finish() } else { Ok(()) });
                result.map_err(|error| AnalysisError::Stored { tensor: stored.name.clone(), error })?;
                if *last {
                    self.sequence = None;
                }
            }
            // It was made above.
            (StepKind::Stored { .. }, None) => {}
        }
        Ok(())
    }

    /// Alters the group that was read, and counts it as it would have been counted.
    fn count_altered(&mut self, group: usize) {
        let Some(altering) = self.altering.as_mut().and_then(Altering::gathering) else { return };
        altering.apply(group);
        for (matrix, stored) in self.matrices[group].iter().enumerate() {
            let stored = altering.stored(stored);
            for piece in stored.pieces(&self.counting.samples, group, matrix) {
                let bytes = altering.bytes(matrix, &piece, stored.dtype);
                let mut counter = self.counting.counter(&stored, (group, matrix), self.measured.binning());
                counter.count(&piece, &bytes);
            }
        }
    }
}

/// Input neurons of every group, or those of a sample.
fn neurons(wiring: &Wiring, sample: Option<&[SampledGroup]>) -> Vec<usize> {
    match sample {
        Some(groups) => groups.iter().map(|group| group.inputs.len()).collect(),
        None => wiring.groups.iter().map(|group| group.neurons as usize).collect(),
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

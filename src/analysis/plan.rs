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
use super::values::ValueCount;
use super::{AnalysisError, NetworkKind, Options};
use crate::WHOLE;
use crate::checkpoint::{Checkpoint, StreamError};
use crate::multifractal::{Binning, GroupHistograms};
use crate::network::{Group, Interconnect, Matrix, Rows, SampledGroup, Wiring};
use crate::report::Warning;

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
pub(super) struct Step {
    file: usize,
    /// First byte in the file.
    offset: u64,
    /// Number of bytes.
    length: u64,
    pub(super) group: usize,
    /// Index into the group's matrices.
    pub(super) matrix: usize,
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
    /// Values among the weights of that group.
    values: ValueCount,
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
            values: &mut self.values,
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
        refuse_rare(checkpoint, wiring, options)?;
        let binning = options.binning()?;
        let chosen = options.groups(wiring.groups.len())?;
        let groups = || chosen.iter().map(|&group| &wiring.groups[group]);
        match options.network {
            NetworkKind::Full => check_memory(groups(), &binning)?,
            // Draws are made for all groups, so that those of a layer do not depend on which ones are chosen.
            NetworkKind::Sampled if WHOLE => check_memory(wiring.groups.iter(), &binning)?,
            NetworkKind::Sampled => {}
        }
        let altering = if WHOLE { Altering::new(alteration, options, groups())? } else { None };
        let (interconnect, warning) = paths::interconnect(checkpoint, wiring, options)?;
        let samples = samples(wiring, options, interconnect);
        let paths = (WHOLE && options.follows_paths())
            .then(|| Paths::new(wiring, &samples, interconnect))
            .transpose()?;
        let matrices = stored_matrices(checkpoint, wiring);
        let mut identity =
            Identity::new(checkpoint, wiring, options.network, alteration.and_then(Alteration::damage));
        identity.warnings.extend(warning);
        identity.warnings.extend(in_strips(options));
        let neurons = samples.iter().map(|sample| neurons(wiring, sample.as_deref())).collect();
        let laws = NullLaws::new(wiring);
        let measured = match &paths {
            None => Measured::new(identity, options, binning, neurons, laws, histogram_budget)?,
            Some(paths) => {
                Measured::of_paths(identity.with_paths(paths), options, binning, paths.len(), laws)?
            }
        };
        let counting = Counting {
            samples,
            current: Vec::new(),
            values: ValueCount::default(),
            paths,
            bins: None,
            scratch: Vec::new(),
        };
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
        analysis.steps = steps_of_groups(&analysis.matrices, &chosen, analysis.samples_to_read())?;
        analysis.reads = reads(&analysis.steps);
        Ok(analysis)
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
        for (index, range) in steps_of_read(self.reads.get(self.next), &self.steps, bytes)? {
            self.take(index, &bytes[range])?;
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
        match self.counting.paths.take().filter(|_| WHOLE) {
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
        if let Some(gathering) = self.altering.as_mut().filter(|_| WHOLE).and_then(Altering::gathering) {
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
            let values = std::mem::take(&mut self.counting.values);
            self.measured.complete(std::mem::take(&mut self.counting.current), values);
        }
    }

    /// A group of which nothing is read, such as one whose sample reaches no output, is there all the same.
    fn complete_until(&mut self, group: usize) {
        while let Some(skipped) = self.measured.next_group().filter(|&next| next < group) {
            let empty = self.measured.empty_histograms(skipped);
            self.measured.complete(empty, ValueCount::default());
        }
    }

    fn count(&mut self, index: usize, bytes: &[u8]) -> Result<(), AnalysisError> {
        let step = &self.steps[index];
        let (group, matrix) = (step.group, step.matrix);
        let stored = &self.matrices[group][matrix];
        if self.sequence.is_none() {
            self.sequence = step.sequence(stored, self.samples_to_read());
        }
        let scaled = (WHOLE && matches!(self.altering, Some(Altering::Scaled(_)))).then(|| stored.scaled());
        let counted = scaled.as_ref().unwrap_or(stored);
        let mut counter = self.counting.counter(counted, (group, matrix), self.measured.binning());
        let mut altering = self.altering.as_mut().filter(|_| WHOLE);
        let take = |piece: &Piece, bytes: &[u8]| match &mut altering {
            None => counter.count(piece, bytes),
            Some(Altering::Gathered(gathering)) => gathering.take(stored, matrix, piece, bytes),
            Some(Altering::Scaled(factors)) => {
                counter.count(piece, &scaled_bytes(stored, piece, bytes, factors[group]));
            }
        };
        step.take(bytes, stored, &mut self.sequence, take)
    }

    /// Alters the group that was read, and counts it as it would have been counted.
    fn count_altered(&mut self, group: usize) {
        let Some(altering) = self.altering.as_mut().filter(|_| WHOLE).and_then(Altering::gathering) else {
            return;
        };
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

/// What [`Analysis::plan`] would read, without room for what is counted: the cost of an analysis before it begins.
///
/// # Errors
/// Those of the plan, but for the memory of a whole network.
pub fn reads_of(
    checkpoint: &Checkpoint,
    wiring: &Wiring,
    options: &Options,
) -> Result<Vec<Read>, AnalysisError> {
    options.check()?;
    let chosen = options.groups(wiring.groups.len())?;
    if options.network == NetworkKind::Sampled {
        check_memory(wiring.groups.iter(), &options.binning()?)?;
    }
    let (interconnect, _) = paths::interconnect(checkpoint, wiring, options)?;
    let samples = samples(wiring, options, interconnect);
    let steps = steps_of_groups(&stored_matrices(checkpoint, wiring), &chosen, &samples)?;
    Ok(reads(&steps))
}

/// Numbers of other neurons than the published code would draw are not shown without saying so.
fn in_strips(options: &Options) -> Option<Warning> {
    let strips = options.network == NetworkKind::Sampled && options.rows == Rows::Strips;
    (WHOLE && strips).then(|| Warning {
        code: "rows-in-strips".to_owned(),
        text: "The sampled neurons lie in strips, three runs of neighbours of each layer, and not anywhere. On two trained \
               series the means of 300 seeds moved by less than half of one sample's standard deviation."
            .to_owned(),
        remedy: Some("Compare strips with strips, and read random rows where a difference is small.".into()),
    })
}

/// The sampled groups of each sample; one empty entry for the whole network.
fn samples(wiring: &Wiring, options: &Options, interconnect: Interconnect) -> Vec<Option<Vec<SampledGroup>>> {
    match options.network {
        NetworkKind::Sampled if WHOLE => paths::draw(wiring, options, interconnect).map(Some).collect(),
        _ => vec![None],
    }
}

/// The matrices of every group, where they lie.
fn stored_matrices(checkpoint: &Checkpoint, wiring: &Wiring) -> Vec<Vec<StoredMatrix>> {
    let stored = |group: &Group| -> Vec<StoredMatrix> {
        let matrices = group.matrices.iter();
        matrices.map(|&matrix| StoredMatrix::new(matrix, &checkpoint.tensors)).collect()
    };
    wiring.groups.iter().map(stored).collect()
}

/// What must be read of these groups for these samples.
fn steps_of_groups(
    matrices: &[Vec<StoredMatrix>],
    groups: &[usize],
    samples: &[Option<Vec<SampledGroup>>],
) -> Result<Vec<Step>, AnalysisError> {
    let mut steps = Vec::new();
    for &group in groups {
        for (matrix, stored) in matrices[group].iter().enumerate() {
            steps.extend(steps_of(stored, (group, matrix), samples)?);
        }
    }
    Ok(steps)
}

/// Where a build does not have everything: refuses what it has not.
fn refuse_rare(checkpoint: &Checkpoint, wiring: &Wiring, options: &Options) -> Result<(), AnalysisError> {
    let plain = |matrix: &Matrix| {
        let tensor = &checkpoint.tensors[matrix.tensor];
        tensor.storage.is_random_access() && tensor.dtype.is_plain()
    };
    let mut matrices = wiring.groups.iter().flat_map(|group| &group.matrices);
    match WHOLE || (options.are_plain() && matrices.all(plain)) {
        true => Ok(()),
        false => Err(AnalysisError::NotPlain),
    }
}

/// Input neurons of every group, or those of a sample.
fn neurons(wiring: &Wiring, sample: Option<&[SampledGroup]>) -> Vec<usize> {
    match sample {
        Some(groups) if WHOLE => groups.iter().map(|group| group.inputs.len()).collect(),
        _ => wiring.groups.iter().map(|group| group.neurons as usize).collect(),
    }
}

impl Step {
    /// What decodes the matrix, if it is one that is decoded from its start on.
    pub(super) fn sequence(
        &self,
        stored: &StoredMatrix,
        samples: &[Option<Vec<SampledGroup>>],
    ) -> Option<Sequence> {
        let stepwise = WHOLE && matches!(self.kind, StepKind::Stored { .. });
        stepwise.then(|| Sequence::new(stored, stored.pieces(samples, self.group, self.matrix)))
    }

    /// Calls `take` with the pieces that the bytes of the step are or complete.
    pub(super) fn take(
        &self,
        bytes: &[u8],
        stored: &StoredMatrix,
        sequence: &mut Option<Sequence>,
        mut take: impl FnMut(&Piece, &[u8]),
    ) -> Result<(), AnalysisError> {
        match (&self.kind, &mut *sequence) {
            (StepKind::Piece(piece), _) => take(piece, bytes),
            (StepKind::Stored { last }, Some(decoding)) if WHOLE => {
                let pushed = decoding.push(bytes, take);
                let result = pushed.and_then(|()| if *last { decoding.finish() } else { Ok(()) });
                result.map_err(|error| AnalysisError::Stored { tensor: stored.name.clone(), error })?;
                if *last {
                    *sequence = None;
                }
            }
            // It was begun.
            (StepKind::Stored { .. }, _) => {}
        }
        Ok(())
    }
}

/// What must be read of a matrix, place `(group, matrix)` in the wiring, for these samples.
pub(super) fn steps_of(
    stored: &StoredMatrix,
    (group, matrix): (usize, usize),
    samples: &[Option<Vec<SampledGroup>>],
) -> Result<Vec<Step>, AnalysisError> {
    let step = |(offset, length), kind| Step { file: stored.file, offset, length, group, matrix, kind };
    if !WHOLE || stored.storage.is_random_access() {
        let pieces = stored.pieces(samples, group, matrix).into_iter();
        return Ok(pieces.map(|piece| step(stored.bytes_of(&piece), StepKind::Piece(piece))).collect());
    }
    let ranges: Vec<(u64, u64)> = stored.stored_ranges().collect();
    if ranges.is_empty() {
        return Err(AnalysisError::Stored { tensor: stored.name.clone(), error: StreamError::EndsEarly });
    }
    let end = ranges.len();
    let stored = |(at, range)| step(range, StepKind::Stored { last: at + 1 == end });
    Ok(ranges.into_iter().enumerate().map(stored).collect())
}

/// Indices of the steps of a read, each with its range among the bytes that came for it. Refuses bytes that are not those of
/// the read.
pub(super) fn steps_of_read(
    read: Option<&Read>,
    steps: &[Step],
    bytes: &[u8],
) -> Result<Vec<(usize, Range<usize>)>, AnalysisError> {
    let found = bytes.len() as u64;
    let Some(read) = read.filter(|read| read.length == found && found > 0) else {
        return Err(AnalysisError::WrongLength { expected: read.map_or(0, |read| read.length), found });
    };
    let range = |index: usize| {
        let Step { offset, length, .. } = steps[index];
        // Within the bytes of the read, whose length fits memory.
        let from = (offset - read.offset) as usize;
        (index, from..from + length as usize)
    };
    Ok(read.steps.clone().map(range).collect())
}

/// Joins steps that lie close together in a file: small tensors, and rows of a sample. They need not be in order, since
/// files list tensors by name and groups follow the wiring.
pub(super) fn reads(steps: &[Step]) -> Vec<Read> {
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

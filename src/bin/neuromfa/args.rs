//! Arguments.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use neuromfa::analysis::Axis;
use neuromfa::plot::Kind;
use neuromfa::remote::presets;

/// Of `inspect --wiring`.
const WIRING_HELP: &str = "\
Writes nothing but the wiring of the first checkpoint, as JSON: to be changed and given to \"analyze --wiring\".

A wiring is a list of groups, in order. The matrices of a group leave the same neurons. Remove groups or matrices, move \
them, join them, or change what their axes are:

  {\"groups\": [
    {\"name\": \"first layer\", \"matrices\": [{\"tensor\": \"fc1.weight\", \"axes\": \"outputs-first\"}]},
    {\"name\": \"kernel\", \"matrices\": [{\"tensor\": \"conv.weight\", \"axes\": \"convolution\", \"groups\": 4}]},
    {\"name\": \"expert 2\", \"matrices\": [{\"tensor\": \"experts.up\", \"axes\": \"inputs-first\", \"rows\": [2, 3]}]}]}

axes    outputs-first [outputs, inputs], inputs-first [inputs, outputs], convolution [outputs, inputs / groups, ...],
        transposed-convolution [inputs, outputs / groups, ...]
groups  groups of channels of a convolution; 1 if left out
rows    only this part of the first axis, from the first number to before the second: rows, or one expert of a stack
role, block, stack  place in the network; samples follow blocks whose groups have them";

/// Of paths that may be addresses.
const ADDRESS_HELP: &str = "\
Files, folders, index files, or addresses; several checkpoints form a series. Of files on other sites only what is needed \
is read.

  hf:owner/name                    a model on Hugging Face; hf:owner/name@step0,step1000 at these revisions
  https://huggingface.co/...       its page, a folder of it (tree), or a file (blob)
  https://github.com/.../blob/...  a file on GitHub
  https://zenodo.org/records/ID    a record of Zenodo
  https://example.org/runs/        a folder of a static host
  https://example.org/x.pt         any file

hub+https://example.org/owner/name is a hub of the same shape elsewhere, such as a mirror; zenodo+ and github+ likewise.";

/// Of `damage`.
const DAMAGE_HELP: &str = "\
Damages a checkpoint's weights in memory, in rounds, and analyses each; no file is altered.

The document has a checkpoint for each round, from round 0 on, which is undamaged. E of a round counts from round 0, or \
from the checkpoint of --baseline, which then comes first. The shuffle null is computed unless another is asked for.

Each round begins with the undamaged weights and has the amounts of all rounds so far:
  noise      adds Gaussian noise whose standard deviation is N rounds times the amount times that of the matrix
  prune      sets N times the amount, a share of the entries of each matrix, to 0: those with the smallest magnitudes
  rewire     permutes N times the amount, a share of the entries of each group of matrices; at 1 it is the shuffle null
  quantise   leaves the amount of bits, 2 to 16, and one bit less with each further round: levels evenly spaced about 0, \
up to the largest magnitude of each matrix

With the same --seed, the noise of each round has the same direction, and what was pruned or moved stays so.";

/// Of `sensitivity`.
const SENSITIVITY_HELP: &str = "\
Varies one option at a time, all others as chosen, and tells what alpha_0, width and E become, beside shuffles of the \
same weights under the same option.

The document is that of \"analyze\"; each of its checkpoints has a \"sensitivity\" besides. Name the first checkpoint of \
the training too: E counts from it, under the same option. Axes:
  threshold       longest edge T: 50 to 300
  layer-sample    neurons drawn of each layer, K: 16 to 128 where layers are that wide, and the whole network
  q               orders from -Q to Q, Q = 1 to 5
  minimum-degree  neurons are kept with more than 1, 5, 10, 20 or 50 edges
  rounding        lengths become radii: halves, nearest, up, twos (see --rounding)
  scale           all weights times 1/2, 0.71, 1, 1.41 and 2
  distance        inverse, scaled (see --distance)

The first of a checkpoint's readings serves threshold, q, minimum-degree and rounding, as long as what is kept of it fits \
one gigabyte; layer-sample, scale and distance read again for each point.";

/// Of `--initialisation`.
const SCHEME_HELP: &str = "\
How the null model initialisation draws weights, with width d and L blocks:
  auto           small-wang for GPT-NeoX, scaled-normal for GPT-2, normal for other transformers, else kaiming
  small-wang     normal, sd sqrt(2 / (5 d)); layers that write to the residual stream 2 / (L sqrt(d))
  scaled-normal  normal, sd 0.02; layers that write to the residual stream 0.02 / sqrt(2 L)
  normal         normal, sd 0.02
  xavier         uniform within sqrt(6 / (fan in + fan out))
  kaiming        uniform within 1 / sqrt(fan in), as PyTorch draws linear layers and convolutions";

/// Of `--distance`.
const DISTANCE_HELP: &str = "\
Length of the edge of a weight w:
  inverse  1/|w|, as the authors have it; all numbers follow the size of the weights
  scaled   s/|w| with s = 50 times the root mean square of the weights of the group, so that the size of its weights
           does not matter; a group whose root mean square is 0.02 keeps its lengths";

/// Of `--rows`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RowsName {
    Random,
    Strips,
}

/// Of `--interconnect`.
const INTERCONNECT_HELP: &str = "\
What joins the layers of a block beside its weights (sampled network, blocks of attention and feed-forward layers)

original  as in the authors' implementation: queries, keys and values lie one behind the other in a matrix of all three; \
the output of a query joins the input of its own channel of the attention's output matrix, those of keys and values join \
all; the feed-forward part follows the attention
true      as the model computes: the order of queries, keys and values is that of the family (head by head in GPT-NeoX); \
a value joins the inputs of the heads that read it, queries and keys join nothing, since they act through the softmax; \
where attention and feed-forward part have the same inputs (parallel residual), these are the same neurons, and both \
reach the inputs of the next block
serial    as true, but for the last: the feed-forward part follows the attention, whatever the model does

Distances are then those of paths, from neuron to neuron, for one hop too.";

/// Neuron-based multifractal analysis of neural-network weights.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Tells tensors, types, shapes, the recognised architecture and what is skipped; reads headers only.
    Inspect(InspectArguments),
    /// Analyses checkpoints and writes one result document (JSON) to standard output.
    Analyze(Box<AnalyzeArguments>),
    /// Compares two checkpoints of one wiring: spectra, group by group, and fractal dimensions, neuron by neuron.
    Compare(CompareArguments),
    /// Damages a checkpoint's weights in memory, in rounds, and analyses each; no file is altered.
    #[command(long_about = DAMAGE_HELP)]
    Damage(Box<DamageArguments>),
    /// Varies one option at a time, all others as chosen, and tells what alpha_0, width and E become, beside shuffles.
    #[command(long_about = SENSITIVITY_HELP)]
    Sensitivity(Box<SensitivityArguments>),
    /// Joins documents of parts ("analyze --part") and of checkpoints to the one that a single "analyze" would write.
    Merge(MergeArguments),
    /// Adds benchmark scores to a document and tells how they go with its numbers.
    Scores(ScoresArguments),
}

#[derive(Debug, Args)]
pub struct ScoresArguments {
    /// What "analyze" or "merge" wrote.
    #[arg(value_name = "DOCUMENT")]
    pub document: PathBuf,
    #[command(flatten)]
    pub scores: ScoreOptions,
    #[command(flatten)]
    pub output: OutputArguments,
}

/// Where a result document goes beside the standard output.
#[derive(Debug, Args)]
pub struct OutputArguments {
    /// Also writes this file: the document (.json), a table (.csv), the figure (.svg, .png), its numbers with the LaTeX that
    /// draws them (.tex, for pgfplots), its caption with the receipt (.txt), or what to cite (.bib). May be repeated.
    #[arg(long, value_name = "FILE")]
    pub out: Vec<PathBuf>,
    /// What the .svg, .png, .tex and .txt files show, in their order; the last one holds for the rest. Default: spectrum.
    #[arg(long, value_name = "KIND", value_parser = figure, value_delimiter = ',', long_help = figure_help())]
    pub figure: Vec<Kind>,
    /// Width of the figures in print: 85mm for one column, 174mm for two, or any other from 40mm to 400mm. Default: the usual
    /// size of each figure.
    #[arg(long, value_name = "WIDTH", value_parser = millimetres)]
    pub figure_width: Option<f64>,
    /// What becomes of the text of .svg files: outlines of its glyphs, which look alike in every program, or text, with
    /// the fonts in the file.
    #[arg(long, value_name = "FORM", value_enum, default_value_t = FigureText::Outlines)]
    pub figure_text: FigureText,
    /// Ground of the figures.
    #[arg(long, value_name = "GROUND", value_enum, default_value_t = FigureGround::White)]
    pub figure_ground: FigureGround,
    /// Pixels to an inch of the .png files.
    #[arg(long, value_name = "N", default_value_t = 192, value_parser = clap::value_parser!(u16).range(48..=768))]
    pub figure_dpi: u16,
}

/// What becomes of text in figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FigureText {
    Outlines,
    Text,
}

/// What figures stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FigureGround {
    White,
    Transparent,
}

#[derive(Debug, Args)]
pub struct ScoreOptions {
    /// Benchmark scores: results of lm-evaluation-harness, a file for each step; a table with a column of steps; or a
    /// folder of them. May be repeated.
    #[arg(long, value_name = "PATH")]
    pub scores: Vec<PathBuf>,
    /// First step of the late phase, over which correlations are told again. Default: the first checkpoint at or after a
    /// third of the last step.
    #[arg(long, value_name = "STEP")]
    pub late_from: Option<u64>,
    /// Writes the scores as a table.
    #[arg(long, value_name = "FILE")]
    pub scores_csv: Option<PathBuf>,
    /// Writes the correlations of scores and numbers as a table.
    #[arg(long, value_name = "FILE")]
    pub associations_csv: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct MergeArguments {
    /// Documents, in any order. Checkpoints without a step in their names keep the order given.
    #[arg(required = true, value_name = "DOCUMENT")]
    pub documents: Vec<PathBuf>,
    #[command(flatten)]
    pub output: OutputArguments,
}

/// Of addresses among the paths.
#[derive(Debug, Clone, Default, Args)]
pub struct WebArguments {
    /// Revisions of the models among the paths, such as "step0,step1000", "step{0,1000}" or
    /// "step1000, step2000, ... step9000"; each is a checkpoint of a series.
    #[arg(long, value_name = "LIST")]
    pub revisions: Option<String>,
    /// Environment variable that holds a token for the site among the paths. It is sent to that site only.
    #[arg(long, value_name = "NAME")]
    pub token_env: Option<String>,
}

#[derive(Debug, Args)]
pub struct CompareArguments {
    /// The two checkpoints, the earlier one first: a file, a folder, an index file or an address each.
    #[arg(required = true, num_args = 2, value_name = "CHECKPOINT")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub web: WebArguments,
    /// Neurons to list that gained most, and that lost most: in the whole network and, in JSON, in each group.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(0..=10_000))]
    pub top: u16,
    /// Pairs of shuffles that every number stands beside.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub null_samples: u32,
    /// Seed of the shuffles.
    #[arg(long, default_value_t = 0)]
    pub seed: u32,
    /// Layers to compare, numbered as `inspect` lists them, such as "0-11,20". Default: all.
    #[arg(long, value_name = "LAYERS", value_parser = ranges)]
    pub layers: Option<std::vec::Vec<[u32; 2]>>,
    /// Wires both as this file says, which "inspect --wiring" wrote and you changed.
    #[arg(long, value_name = "FILE")]
    pub wiring: Option<PathBuf>,
    /// Longest edge of the spectrum.
    #[arg(long, value_name = "T", default_value_t = 150.0, value_parser = finite)]
    pub threshold: f64,
    /// Longest edge of the neuron fractal dimension.
    #[arg(long, value_name = "T", default_value_t = 200.0, value_parser = finite)]
    pub nfd_threshold: f64,
    /// Number of threads; results are the same for every number. Default: all processors.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub threads: Option<u16>,
    /// Writes JSON instead of text.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct InspectArguments {
    /// Files, folders, index files, or addresses: https://..., hf:owner/name@REVISIONS.
    #[arg(required = true, value_name = "PATH", long_help = ADDRESS_HELP)]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub web: WebArguments,
    /// State dict to read from a file that holds several, by the path that `inspect` lists.
    #[arg(long, value_name = "PATH")]
    pub state_dict: Option<String>,
    /// Writes JSON instead of text.
    #[arg(long)]
    pub json: bool,
    /// Compares two checkpoints tensor by tensor: what only one of them has, other shapes and types, and how far the
    /// values differ. Reads all values.
    #[arg(long, conflicts_with = "wiring")]
    pub diff: bool,
    /// Writes nothing but the wiring of the first checkpoint, as JSON: to be changed and given to "analyze --wiring".
    #[arg(long, conflicts_with = "json", long_help = WIRING_HELP)]
    pub wiring: bool,
}

#[derive(Debug, Args)]
pub struct AnalyzeArguments {
    /// Files, folders, index files, or addresses (https://..., hf:owner/name@REVISIONS); several checkpoints form a series.
    #[arg(required_unless_present = "preset", value_name = "PATH", long_help = ADDRESS_HELP)]
    pub paths: Vec<PathBuf>,
    /// A model of the paper, at its 27 training steps, instead of a path: pythia-14m to pythia-12b.
    #[arg(long, value_name = "NAME", value_parser = preset, conflicts_with = "paths")]
    pub preset: Option<PathBuf>,
    #[command(flatten)]
    pub web: WebArguments,
    /// Tells what would be read, of how many bytes, in how many requests, and stops.
    #[arg(long)]
    pub plan: bool,
    /// State dict to read from a file that holds several, by the path that `inspect` lists.
    #[arg(long, value_name = "PATH")]
    pub state_dict: Option<String>,
    /// The whole network, or samples of it.
    #[arg(long, value_enum, default_value_t = Network::Full)]
    pub network: Network,
    /// Analyses these layers only, counted from 0 as "network.layers" of a document lists them: "0-11,20"; or one of
    /// several contiguous shares of about equal bytes: "2/8" is the second of eight.
    #[arg(long, value_name = "LAYERS", value_parser = layers)]
    pub layers: Option<Layers>,
    /// Writes all that "merge" needs to join the document with those of the other layers.
    #[arg(long)]
    pub part: bool,
    /// Central differences, or the numbers of the authors' implementation.
    #[arg(long, value_enum, default_value_t = ModeName::Exact)]
    pub mode: ModeName,
    /// Number of samples (sampled network).
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub samples: u32,
    /// Seed of the first sample, and of the null models; sample i uses SEED + i.
    #[arg(long, default_value_t = 0)]
    pub seed: u32,
    /// Neurons drawn of each layer (sampled network).
    #[arg(long, value_name = "K", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..))]
    pub layer_sample: u32,
    /// Longest edge of the spectrum.
    #[arg(long, value_name = "T", default_value_t = 150.0, value_parser = finite)]
    pub threshold: f64,
    /// Longest edge of the neuron fractal dimension.
    #[arg(long, value_name = "T", default_value_t = 200.0, value_parser = finite)]
    pub nfd_threshold: f64,
    /// Smallest q.
    #[arg(long, default_value_t = -3.0, allow_hyphen_values = true, value_parser = finite)]
    pub q_min: f64,
    /// Largest q.
    #[arg(long, default_value_t = 3.0, allow_hyphen_values = true, value_parser = finite)]
    pub q_max: f64,
    /// Step of q.
    #[arg(long, default_value_t = 0.1, value_parser = finite)]
    pub q_step: f64,
    /// Differences of tau that alpha is taken from. Default: central ones in exact mode, forward ones in reference mode.
    #[arg(long, value_enum)]
    pub differences: Option<DifferencesName>,
    /// Order at which alpha_0 is taken: the first of the two between which forward differences tie at the peak of f, one
    /// step below 0, or the second, 0. Default: second in exact mode, first in reference mode.
    #[arg(long, value_enum)]
    pub tie: Option<TieName>,
    /// A neuron is kept with more than N edges of length in (1, T].
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub minimum_degree: u32,
    /// How lengths of edges become radii: up to multiples of 1/2, to the nearest integer, up to the next one, or to the
    /// nearest multiple of 2. All but the nearest need integers as thresholds.
    #[arg(long, value_enum, default_value_t = RoundingName::Nearest)]
    pub rounding: RoundingName,
    /// Samples that are dropped: 1 any f above 0, 2 alpha not peaked at its first q, 3 both (reference mode).
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=3))]
    pub filter: u8,
    /// Null models: shuffle (entries of a group permuted), gaussian (normal weights of the same standard deviation),
    /// initialisation (weights as before training), rescale (the first checkpoint, scaled to later sizes).
    #[arg(long, value_name = "KIND", value_enum, value_delimiter = ',')]
    pub null: Vec<NullName>,
    /// Samples of each null model.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub null_samples: u32,
    /// How the null model initialisation draws weights; auto is the usual way of the architecture.
    #[arg(long, value_enum, default_value_t = SchemeName::Auto, long_help = SCHEME_HELP)]
    pub initialisation: SchemeName,
    /// Resamples of a bootstrap over neurons, for intervals of the whole network's numbers.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub bootstrap: u32,
    /// Leaves out the spectrum of every group alone, and its null models.
    #[arg(long)]
    pub no_group_spectra: bool,
    /// Where the drawn neurons lie: random, anywhere, as the authors draw them; strips, in three runs of neighbours of each
    /// layer, so that a file elsewhere is read with few requests (sampled network; docs/web-sources.md).
    #[arg(long, value_enum, default_value_t = RowsName::Random)]
    pub rows: RowsName,
    /// Length of the paths that are followed: distances are the shortest to all neurons of so many following layers, the
    /// interconnect between queries, keys, values and the attention's output included (sampled network).
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=3))]
    pub hops: u8,
    /// What joins the layers of a block beside its weights: as the authors have it, or as the model computes (sampled
    /// network).
    #[arg(long, value_enum, default_value_t = InterconnectName::Original, long_help = INTERCONNECT_HELP)]
    pub interconnect: InterconnectName,

    /// Length of an edge: inverse is 1/|w|; scaled is s/|w| with s from the size of the group's own weights.
    #[arg(long, value_enum, default_value_t = DistanceName::Inverse, long_help = DISTANCE_HELP)]
    pub distance: DistanceName,
    /// Wires every checkpoint as this file says, which "inspect --wiring" wrote and you changed.
    #[arg(long, value_name = "FILE")]
    pub wiring: Option<PathBuf>,
    /// Measures the matrices as well: spectral norm, stable rank and power-law exponent, beside those of permuted entries;
    /// and tells how much of E these, log(1 + step) and the sizes of the weights explain. Reads the matrices again.
    #[arg(long)]
    pub rivals: bool,
    /// Largest smaller side of a matrix that --rivals measures; others are left out and counted.
    #[arg(long, value_name = "N", default_value_t = 1024, requires = "rivals", value_parser = clap::value_parser!(u64).range(1..=16_384))]
    pub largest_matrix: u64,
    #[command(flatten)]
    pub scores: ScoreOptions,
    /// Number of threads; results are the same for every number. Default: all processors.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub threads: Option<u16>,
    #[command(flatten)]
    pub output: OutputArguments,
}

impl AnalyzeArguments {
    /// The paths, or the preset that stands for them.
    pub fn places(&self) -> &[PathBuf] {
        self.preset.as_ref().map_or(&self.paths, std::slice::from_ref)
    }
}

#[derive(Debug, Args)]
pub struct DamageArguments {
    #[command(flatten)]
    pub analysis: AnalyzeArguments,
    /// What is done to the weights.
    #[arg(long, value_enum)]
    pub kind: DamageName,
    /// How much each round does: standard deviations, a share of the entries, or the bits of the first round.
    #[arg(long, value_name = "X", allow_hyphen_values = true, value_parser = finite)]
    pub amount: f64,
    /// Number of rounds.
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub rounds: u32,
    /// First checkpoint of the training, from which E counts; without it, E counts from the undamaged weights.
    #[arg(long, value_name = "PATH")]
    pub baseline: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct SensitivityArguments {
    #[command(flatten)]
    pub analysis: AnalyzeArguments,
    /// What is varied. Default: everything.
    #[arg(long, value_name = "AXIS", value_parser = axis, value_delimiter = ',')]
    pub axes: Vec<Axis>,
    /// Tells what the published code does otherwise than the exact mode, each difference by itself and all together: the
    /// records' "quirks". Without --axes, nothing else is varied.
    #[arg(long)]
    pub quirks: bool,
    /// Shuffles of each point; those of the document itself are --null-samples.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub point_samples: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DamageName {
    Noise,
    Prune,
    Rewire,
    Quantise,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DistanceName {
    Inverse,
    Scaled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum InterconnectName {
    Original,
    Serial,
    True,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DifferencesName {
    Central,
    Forward,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TieName {
    First,
    Second,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoundingName {
    Halves,
    Nearest,
    Up,
    Twos,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Network {
    Full,
    Sampled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ModeName {
    Exact,
    Reference,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NullName {
    Shuffle,
    Gaussian,
    Initialisation,
    Rescale,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemeName {
    Auto,
    SmallWang,
    ScaledNormal,
    Normal,
    Xavier,
    Kaiming,
}

/// Layers to analyse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layers {
    /// Ascending ranges, first and last, that do not touch.
    Ranges(Vec<[u32; 2]>),
    /// One of several shares, counted from 1.
    Share { share: u32, shares: u32 },
}

fn layers(text: &str) -> Result<Layers, String> {
    let number = |text: &str| text.trim().parse::<u32>().map_err(|error| format!("`{text}`: {error}"));
    if let Some((share, shares)) = text.split_once('/') {
        return Ok(Layers::Share { share: number(share)?, shares: number(shares)? });
    }
    ranges(text).map(Layers::Ranges)
}

fn ranges(text: &str) -> Result<Vec<[u32; 2]>, String> {
    let number = |text: &str| text.trim().parse::<u32>().map_err(|error| format!("`{text}`: {error}"));
    let range = |text: &str| {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let (first, last) = (number(first)?, number(last)?);
        if first <= last { Ok([first, last]) } else { Err(format!("{text} ends before it begins")) }
    };
    let mut ranges = text.split(',').map(range).collect::<Result<Vec<_>, String>>()?;
    ranges.sort_unstable();
    ranges.dedup_by(|later, earlier| {
        let touch = later[0] <= earlier[1].saturating_add(1);
        if touch {
            earlier[1] = earlier[1].max(later[1]);
        }
        touch
    });
    Ok(ranges)
}

fn axis(text: &str) -> Result<Axis, String> {
    let names = || Axis::ALL.map(Axis::name).join(", ");
    Axis::named(text).ok_or_else(|| format!("there is no such axis; there are {}", names()))
}

/// The address of a model of the paper, with its revisions.
fn preset(text: &str) -> Result<PathBuf, String> {
    let presets = presets();
    let names = || presets.iter().map(|preset| preset.name.as_str()).collect::<Vec<_>>().join(", ");
    match presets.iter().find(|preset| preset.name == text) {
        Some(preset) => Ok(PathBuf::from(format!("hf:{}@{}", preset.source, preset.revisions))),
        None => Err(format!("there is no such preset; there are {}", names())),
    }
}

fn figure(text: &str) -> Result<Kind, String> {
    Kind::named(text)
        .ok_or_else(|| format!("there is no such figure; there are {}", Kind::names().join(", ")))
}

fn millimetres(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix("mm").and_then(|number| number.trim().parse().ok());
    let width = number.filter(|width| (40.0..=400.0).contains(width));
    width.ok_or_else(|| "a width such as 85mm is needed, from 40mm to 400mm".to_owned())
}

fn figure_help() -> String {
    format!(
        "What the .svg, .png, .tex and .txt files show, in their order; the last one holds for the rest. Default: spectrum.\n\n\
         There are {}.",
        Kind::names().join(", ")
    )
}

fn finite(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|error: std::num::ParseFloatError| error.to_string())?;
    if value.is_finite() { Ok(value) } else { Err("a finite number is needed".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_ranges_or_a_share() {
        assert_eq!(layers("2/8"), Ok(Layers::Share { share: 2, shares: 8 }));
        for (text, ranges) in [
            ("0-11,20", vec![[0, 11], [20, 20]]),
            ("7", vec![[7, 7]]),
            ("5-6,0-2,3,2", vec![[0, 3], [5, 6]]),
            ("4294967295,0-4294967294", vec![[0, u32::MAX]]),
        ] {
            assert_eq!(layers(text), Ok(Layers::Ranges(ranges)), "{text}");
        }
        for wrong in ["", "a", "3-1", "1,", "-1", "1/", "2/8/9", "4294967296"] {
            assert!(layers(wrong).is_err(), "{wrong}");
        }
    }
}

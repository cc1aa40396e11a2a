//! What is to be drawn, and where it was drawn.

use serde::{Deserialize, Serialize};

pub use super::theme::{SystemColors, ThemeName};

/// One figure of a result document. All lengths are CSS pixels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Figure {
    /// Which figure.
    pub kind: Kind,
    /// Width of the whole figure.
    pub width: f64,
    /// Height of the whole figure.
    pub height: f64,
    /// Device pixels per CSS pixel; vector output ignores it.
    pub scale: f64,
    /// Colours and sizes.
    pub theme: ThemeName,
    /// The colours that the system forces on pages; the theme `forced` draws with them.
    pub system: Option<SystemColors>,
    /// Whether the ground is left clear.
    pub transparent: bool,
    /// Whether the charts of a stack carry letters, as the panels of a printed figure do.
    pub letters: bool,
    /// The form for narrow places: fewer and shorter labels, no rulers.
    pub compact: bool,
    /// Whether the title and the legend are part of the drawing; the page sets them as text beside it. Stacked charts
    /// (`series`, `sizes`, `damage`, `rivals`, `sensitivity`) always have the titles of their parts.
    pub title: bool,
    /// Index of the selected checkpoint; the last one by default.
    pub checkpoint: Option<usize>,
    /// While the selection moves: the checkpoint it comes from and the share of the way done (0 to 1). The selected
    /// curve is interpolated by q.
    pub from: Option<Motion>,
    /// Further checkpoints that are drawn in front and named, each with a dash of its own.
    pub pinned: Vec<usize>,
    /// Sample of a sampled network; by default the mean of all samples with its 95 % interval.
    pub sample: Option<usize>,
    /// Spectrum of a series: the range of every checkpoint in rows under it.
    pub rulers: bool,
    /// Whether null models are drawn.
    pub nulls: bool,
    /// The kind of null model that is drawn, where the document has it; else shuffles before any other. Single groups stand
    /// beside their shuffles.
    pub null: Option<String>,
    /// `strip`, `scatter`, `heat`: which number; by default the width, the degree of emergence and the width above
    /// chance.
    pub number: Option<Number>,
    /// `series`: the stacked charts; `scores-normalised`: the lines; `radar`: the axes. `score:NAME`, or a [`Number`].
    pub series: Vec<String>,
    /// `scatter`: the metric; the document's first by default.
    pub metric: Option<String>,
    /// `scatter`: the step from which checkpoints count as late; by default that of the document's association.
    pub late_from: Option<u64>,
    /// `heat`: a row for each group, or for each block.
    pub by: Rows,
    /// `groups`: the group that is drawn large where there are too many blocks for small multiples.
    pub group: Option<usize>,
    /// Checkpoints that are not in the document yet.
    pub pending: Vec<Pending>,
    /// Whether steps are placed by their logarithm or evenly.
    pub x: StepScale,
    /// The pointer's or keyboard's cursor on the selected curve.
    pub cursor: Option<Cursor>,
    /// `fit`: the order q, one of those whose partition function the document holds.
    pub q: Option<f64>,
    /// `fit`: the points at an order that the document does not hold.
    pub fit: Option<Fit>,
    /// `lesson`: what is drawn.
    pub lesson: Lesson,
    /// Axes and `message` without data.
    pub axes_only: bool,
    /// Lines in the middle of the chart; the first is bold.
    pub message: Vec<String>,
    /// Fixed axes instead of those that hold everything in the document.
    pub domain: Option<Domain>,
}

impl Default for Figure {
    fn default() -> Self {
        Self {
            kind: Kind::Spectrum,
            width: 540.0,
            height: 330.0,
            scale: 1.0,
            theme: ThemeName::Light,
            system: None,
            transparent: false,
            letters: false,
            compact: false,
            title: false,
            checkpoint: None,
            from: None,
            pinned: Vec::new(),
            sample: None,
            rulers: false,
            nulls: true,
            null: None,
            number: None,
            series: Vec::new(),
            metric: None,
            late_from: None,
            by: Rows::Groups,
            group: None,
            pending: Vec::new(),
            x: StepScale::Log,
            cursor: None,
            q: None,
            fit: None,
            lesson: Lesson::default(),
            axes_only: false,
            message: Vec::new(),
            domain: None,
        }
    }
}

/// The figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// f(alpha).
    #[default]
    Spectrum,
    /// tau(q).
    Tau,
    /// ln Z_q(r) against ln(r/d) with its line.
    Fit,
    /// D(q).
    Dimension,
    /// Histogram of the neuron fractal dimension.
    Nfd,
    /// One number beside its null model and the first checkpoint.
    Strip,
    /// Charts over training steps.
    Series,
    /// The track of the step slider.
    Steps,
    /// Width against alpha_0: the path of training.
    Path,
    /// The degree of emergence and scores over steps, each from 0 at its smallest to 1 at its largest.
    ScoresNormalised,
    /// Scores as axes, a polygon for each of a few steps.
    Radar,
    /// A metric against a number, a point for each checkpoint, with its regression line.
    Scatter,
    /// Spectra of the groups: kinds of matrices by blocks.
    Groups,
    /// A number of the groups or blocks over steps.
    Heat,
    /// The distribution of the neuron fractal dimension over steps.
    NfdSteps,
    /// The last checkpoint of several models against their size.
    Sizes,
    /// E and width over rounds of damage.
    Damage,
    /// Simple numbers beside E over steps, and how much of E each explains.
    Rivals,
    /// alpha_0, w and E of one checkpoint while one option at a time is varied.
    Sensitivity,
    /// Published numbers as they were published: E and accuracies on two axes. For documents without spectra only.
    Published,
    /// Plain data: [`Figure::lesson`].
    Lesson,
}

/// The rows of a heat map.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rows {
    /// The groups of the network.
    #[default]
    Groups,
    /// The blocks: means over their groups.
    Blocks,
}

/// Numbers of a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Number {
    /// Regularity.
    Alpha0,
    /// Heterogeneity.
    Width,
    /// Degree of emergence.
    Emergence,
    /// Mean neuron fractal dimension.
    Nfd,
    /// Width minus the mean width of the null model.
    ExcessWidth,
    /// Asymmetry of the spectrum, mean over samples.
    Asymmetry,
}

/// Where a moving selection is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Motion {
    /// Index of the checkpoint that was selected before.
    pub checkpoint: usize,
    /// Share of the way done, 0 to 1.
    pub done: f64,
}

/// A checkpoint that is not in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Training step.
    pub step: u64,
    /// Why it is not there.
    pub state: PendingState,
}

/// Why a checkpoint is not in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PendingState {
    /// Its turn will come.
    Waiting,
    /// It could not be read.
    Failed,
}

/// How steps are placed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepScale {
    /// By the logarithm; 0 has a place of its own.
    #[default]
    Log,
    /// Evenly.
    Linear,
}

/// A place on the selected curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Index into the orders q.
    pub q_index: Option<usize>,
}

/// The fit behind one tau.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Fit {
    /// Radii r.
    pub radii: Vec<f64>,
    /// ln Z_q(r), one for each radius.
    pub ln_z: Vec<Option<f64>>,
    /// tau(q).
    pub slope: Option<f64>,
    /// Value of the line at r = d.
    pub intercept: Option<f64>,
    /// Coefficient of determination.
    pub r_squared: Option<f64>,
}

/// A chart of plain data.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lesson {
    /// Symbol of x.
    pub x: String,
    /// The first lies below the others.
    pub lines: Vec<LessonLine>,
}

/// Points in one style. Those that are no numbers are left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LessonLine {
    /// How they are drawn.
    pub style: LineStyle,
    /// Written beside the right end; empty for none.
    pub name: String,
    /// x of each.
    pub x: Vec<f64>,
    /// y of each.
    pub y: Vec<f64>,
}

/// What a line stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineStyle {
    /// Data, point by point.
    Dots,
    /// Data, joined.
    Curve,
    /// A closed form: thin.
    Exact,
    /// What data is compared with, from earlier.
    Before,
    /// A null model: grey.
    Chance,
    /// Data as rectangles; two points are opposite corners.
    Bars,
}

/// Fixed axes of a spectrum or a lesson.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Domain {
    /// Smallest and largest x.
    pub x: Option<[f64; 2]>,
    /// Smallest and largest y.
    pub y: Option<[f64; 2]>,
}

/// Where things were drawn, in CSS pixels from the figure's upper left corner.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Layout {
    /// The charts of the figure.
    pub plots: Vec<PlotPlace>,
    /// Spectrum, tau and dimension: every point of the selected curve.
    pub points: Vec<PointPlace>,
    /// Spectrum with rulers: the rows.
    pub rows: Vec<RowPlace>,
    /// Series and steps: the checkpoints on the step axis.
    pub steps: Vec<StepPlace>,
    /// Path, scatter, sizes, damage and several series: the marks of the checkpoints.
    pub marks: Vec<MarkPlace>,
    /// Groups and heat: the cells.
    pub cells: Vec<CellPlace>,
    /// What the figure shows, in a sentence.
    pub summary: String,
    /// Why nothing is drawn but axes: what is missing, and what helps. Empty where something is drawn.
    pub nothing: Vec<String>,
}

/// One chart: its data rectangle and the values at its edges.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlotPlace {
    /// `spectrum`, `rulers`, `tau`, ... or an entry of [`Figure::series`].
    pub name: String,
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// x at the left edge.
    pub x0: f64,
    /// x at the right edge.
    pub x1: f64,
    /// y at the lower edge.
    pub y0: f64,
    /// y at the upper edge.
    pub y1: f64,
    /// `linear`, `log` or `step`; on a step axis positions are in [`Layout::steps`].
    pub x_scale: &'static str,
}

/// A point of the selected curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PointPlace {
    /// Index of the checkpoint.
    pub checkpoint: usize,
    /// Index into the orders q.
    pub q_index: usize,
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// A row of the rulers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RowPlace {
    /// Index of the checkpoint.
    pub checkpoint: usize,
    /// Middle of the row, from the top.
    pub y: f64,
}

/// A checkpoint on the step axis.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StepPlace {
    /// Index of the checkpoint.
    pub checkpoint: usize,
    /// From the left.
    pub x: f64,
}

/// The mark of a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MarkPlace {
    /// Index of the checkpoint.
    pub checkpoint: usize,
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// A cell of small multiples or of a heat map.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CellPlace {
    /// Index of the checkpoint.
    pub checkpoint: usize,
    /// Index of the group, or of the block.
    pub row: usize,
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// The number in it.
    pub value: Option<f64>,
}

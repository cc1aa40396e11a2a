//! A document seen as a figure: which checkpoint is selected, what it is called, which curves it has.
//!
//! A document may come from a file that anyone wrote. Whatever is missing, too short or absurd is left out here, so that
//! drawing need not ask.

use std::collections::BTreeMap;

use plotters::style::RGBColor;

use super::figure::{Figure, Kind};
use super::numbers::count;
use super::sheet::{Point, towards};
use super::theme::Theme;
use crate::report::{CheckpointRecord, NullRecord, ResultDocument, SampleRecord};

/// A curve over q: one place for each q, empty where there is no number.
pub(super) type Points = Vec<Option<Point>>;

/// An interval at each q: `[x_low, x_high, y_low, y_high]`.
pub(super) type Band = Vec<Option<[f64; 4]>>;

/// Numbers beyond this are no results.
const ABSURD: f64 = 1e9;

/// Longest name of a checkpoint on a drawing.
const NAME: usize = 24;

/// Drops what cannot be drawn.
pub(super) fn clean(value: Option<f64>) -> Option<f64> {
    value.filter(|v| v.abs() < ABSURD)
}

fn clean_pair(x: Option<f64>, y: Option<f64>) -> Option<Point> {
    Some((clean(x)?, clean(y)?))
}

pub(super) fn clean_interval(interval: Option<[f64; 2]>) -> Option<[f64; 2]> {
    let [low, high] = interval?;
    let (low, high) = clean_pair(Some(low), Some(high))?;
    Some([low.min(high), low.max(high)])
}

/// The quantities that are drawn as curves over q.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantity {
    Spectrum,
    Tau,
    Dimension,
}

impl Quantity {
    pub fn name(self) -> &'static str {
        match self {
            Self::Spectrum => "spectrum",
            Self::Tau => "tau",
            Self::Dimension => "dimension",
        }
    }

    pub fn of(kind: Kind) -> Self {
        match kind {
            Kind::Tau => Self::Tau,
            Kind::Dimension => Self::Dimension,
            _ => Self::Spectrum,
        }
    }

    fn of_sample(self, sample: &SampleRecord) -> Points {
        let q = sample.q.iter().map(|q| Some(*q));
        match self {
            Self::Spectrum => pairs(sample.alpha.iter().copied(), sample.f.iter().copied()),
            Self::Tau => pairs(q, sample.tau.iter().copied()),
            Self::Dimension => pairs(q, sample.dimension.iter().copied()),
        }
    }

    /// The mean curve of a null model. The document keeps alpha and f; tau = q alpha - f.
    pub fn of_null(self, null: &NullRecord, q: &[f64]) -> Points {
        let alpha_f = null.alpha.iter().zip(&null.f);
        match self {
            Self::Spectrum => alpha_f.map(|(alpha, f)| clean_pair(*alpha, *f)).collect(),
            Self::Tau => {
                let tau = |(q, (alpha, f)): (&f64, (&Option<f64>, &Option<f64>))| {
                    clean_pair(Some(*q), Some(q * (*alpha)? - (*f)?))
                };
                q.iter().zip(alpha_f).map(tau).collect()
            }
            Self::Dimension => {
                let dimension = |(q, (alpha, f)): (&f64, (&Option<f64>, &Option<f64>))| {
                    let (alpha, f) = ((*alpha)?, (*f)?);
                    clean_pair(Some(*q), Some(if *q == 0.0 { alpha } else { alpha - f / q }))
                };
                q.iter().zip(alpha_f).map(dimension).collect()
            }
        }
    }
}

fn pairs(x: impl Iterator<Item = Option<f64>>, y: impl Iterator<Item = Option<f64>>) -> Points {
    x.zip(y).map(|(x, y)| clean_pair(x, y)).collect()
}

/// The checkpoints of one training, in their order, with their places on an axis. Damaged ones are not among them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Line {
    pub name: String,
    /// (index of the checkpoint, x).
    pub members: Vec<(usize, f64)>,
}

/// A document and what is to be seen of it.
pub(super) struct Scene<'a> {
    pub document: &'a ResultDocument,
    pub figure: &'a Figure,
    /// Index of the selected checkpoint; meaningless without checkpoints.
    pub current: usize,
    trainings: Trainings<'a>,
}

/// Which checkpoints belong to which series.
struct Trainings<'a> {
    /// Names of the series with the indices of their checkpoints, in the order of their first ones.
    series: Vec<(&'a str, Vec<usize>)>,
    /// For each checkpoint its series, and its place in it. `None` for damaged ones.
    places: Vec<Option<(usize, usize)>>,
}

impl<'a> Trainings<'a> {
    fn of(document: &'a ResultDocument) -> Self {
        let mut known: BTreeMap<Option<&str>, usize> = BTreeMap::new();
        let mut series: Vec<(&str, Vec<usize>)> = Vec::new();
        let mut places = Vec::with_capacity(document.checkpoints.len());
        for (index, record) in document.checkpoints.iter().enumerate() {
            if record.damage.is_some() {
                places.push(None);
                continue;
            }
            let name = record.series.as_deref();
            let number = *known.entry(name).or_insert(series.len());
            if number == series.len() {
                series.push((name.unwrap_or_default(), Vec::new()));
            }
            places.push(Some((number, series[number].1.len())));
            series[number].1.push(index);
        }
        Self { series, places }
    }
}

impl<'a> Scene<'a> {
    pub fn new(document: &'a ResultDocument, figure: &'a Figure) -> Self {
        let last = document.checkpoints.len().saturating_sub(1);
        Self {
            document,
            figure,
            current: figure.checkpoint.unwrap_or(last).min(last),
            trainings: Trainings::of(document),
        }
    }

    /// Whether checkpoints of several trainings stand side by side.
    pub fn is_many(&self) -> bool {
        self.trainings.series.len() > 1
    }

    /// Number of the series of a checkpoint; 0 for damaged ones.
    pub fn series_number(&self, index: usize) -> usize {
        self.trainings.places.get(index).copied().flatten().map_or(0, |place| place.0)
    }

    /// Number of the series of this name.
    pub fn series_named(&self, name: &str) -> Option<usize> {
        self.trainings.series.iter().position(|(other, _)| *other == name)
    }

    /// The series' name where there are several.
    pub fn series_name(&self, number: usize) -> String {
        let name = self.trainings.series.get(number).map_or("", |s| s.0);
        if !self.is_many() {
            String::new()
        } else if name.is_empty() {
            "unnamed".into()
        } else {
            cut(name, NAME)
        }
    }

    /// Checkpoints of a series, in order.
    pub fn members(&self, number: usize) -> &[usize] {
        match self.trainings.series.get(number) {
            Some((_, members)) if !self.figure.axes_only => members,
            _ => &[],
        }
    }

    /// The first and the last checkpoint of the selected one's series.
    pub fn ends(&self) -> Option<(usize, usize)> {
        let members = self.members(self.series_number(self.current));
        Some((*members.first()?, *members.last()?))
    }

    /// The series, each with the places that `x` gives its checkpoints; those without are left out.
    pub fn lines(&self, x: impl Fn(usize) -> Option<f64>) -> Vec<Line> {
        let line = |number| {
            let members = self.members(number).iter().filter_map(|&i| Some((i, x(i)?)));
            Line { name: self.series_name(number), members: members.collect() }
        };
        (0..self.trainings.series.len()).map(line).collect()
    }

    pub fn records(&self) -> &'a [CheckpointRecord] {
        if self.figure.axes_only { &[] } else { &self.document.checkpoints }
    }

    pub fn record(&self) -> Option<&'a CheckpointRecord> {
        self.records().get(self.current)
    }

    pub fn is_series(&self) -> bool {
        self.records().len() > 1
    }

    pub fn is_last(&self) -> bool {
        self.ends().is_some_and(|(_, last)| last == self.current)
    }

    /// Place of a checkpoint in its series, 0 to 1, counting those that are still to come; 1 for damaged ones.
    pub fn rank(&self, index: usize) -> f64 {
        let Some((number, place)) = self.trainings.places.get(index).copied().flatten() else {
            return 1.0;
        };
        let pending = if self.is_many() { &[][..] } else { &self.figure.pending };
        let all = self.trainings.series[number].1.len() + pending.len();
        if all < 2 {
            return 1.0;
        }
        let step = self.document.checkpoints[index].step;
        let before = pending.iter().filter(|p| step.is_some_and(|step| p.step < step)).count();
        (place + before) as f64 / (all - 1) as f64
    }

    pub fn color(&self, theme: &Theme, index: usize) -> RGBColor {
        self.selected_color(theme, index).unwrap_or_else(|| theme.step(self.rank(index)))
    }

    fn selected_color(&self, theme: &Theme, index: usize) -> Option<RGBColor> {
        theme.selected.filter(|_| index == self.current)
    }

    pub fn text_color(&self, theme: &Theme, index: usize) -> RGBColor {
        theme.step_text(self.rank(index))
    }

    /// `3,000`, or the name where no step is known.
    pub fn short_name(&self, index: usize) -> String {
        let Some(record) = self.document.checkpoints.get(index) else {
            return String::new();
        };
        match record.step {
            Some(step) => count(step),
            None => cut(&record.name, NAME),
        }
    }

    /// `step 3,000`, or the name where no step is known.
    pub fn long_name(&self, index: usize) -> String {
        let short = self.short_name(index);
        match self.document.checkpoints.get(index) {
            Some(record) if record.step.is_some() && !self.figure.compact => format!("step {short}"),
            _ => short,
        }
    }

    /// The null model that is drawn: the one that is asked for, then shuffles before any other.
    pub fn null(&self, index: usize) -> Option<&'a NullRecord> {
        let nulls = &self.records().get(index)?.nulls;
        let of_kind = |kind: &str| nulls.iter().find(|null| null.kind == kind);
        let asked = self.figure.null.as_deref().and_then(of_kind);
        let null = asked.or_else(|| of_kind("shuffle")).or(nulls.first());
        null.filter(|_| self.figure.nulls)
    }

    /// The selected sample of a checkpoint, or its mean curve over all samples.
    pub fn curve(&self, quantity: Quantity, index: usize) -> Points {
        let Some(record) = self.records().get(index) else {
            return Points::new();
        };
        match self.figure.sample {
            Some(sample) => record.samples.get(sample).map_or_else(Points::new, |s| quantity.of_sample(s)),
            None => mean(&all_samples(quantity, record)),
        }
    }

    /// The selected curve, on its way from another checkpoint while the selection moves.
    pub fn current_curve(&self, quantity: Quantity) -> Points {
        let curve = self.curve(quantity, self.current);
        let Some(motion) = self.figure.from.filter(|m| (0.0..1.0).contains(&m.done)) else {
            return curve;
        };
        let from = self.curve(quantity, motion.checkpoint);
        let part =
            |(from, to): (&Option<Point>, &Option<Point>)| Some(towards((*from)?, (*to)?, motion.done));
        if from.len() == curve.len() { from.iter().zip(&curve).map(part).collect() } else { curve }
    }

    /// 95 % interval over the samples of the selected checkpoint.
    pub fn sample_band(&self, quantity: Quantity) -> Band {
        match self.record() {
            Some(record) if self.figure.sample.is_none() && record.samples.len() > 1 => {
                interval(&all_samples(quantity, record))
            }
            _ => Band::new(),
        }
    }

    /// The orders q of a checkpoint.
    pub fn q(&self, index: usize) -> &'a [f64] {
        self.records().get(index).and_then(|r| r.samples.first()).map_or(&[], |s| &s.q)
    }
}

/// Text of at most `most` letters, with an ellipsis where it is cut.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.into();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

fn all_samples(quantity: Quantity, record: &CheckpointRecord) -> Vec<Points> {
    record.samples.iter().map(|s| quantity.of_sample(s)).collect()
}

/// The values of all samples at one q.
fn at(samples: &[Points], i: usize) -> Vec<Point> {
    samples.iter().filter_map(|points| points.get(i).copied().flatten()).collect()
}

fn longest(samples: &[Points]) -> usize {
    samples.iter().map(Vec::len).max().unwrap_or(0)
}

fn mean(samples: &[Points]) -> Points {
    let mean_at = |i| {
        let values = at(samples, i);
        let n = values.len() as f64;
        let (x, y) = values.iter().fold((0.0, 0.0), |sum, v| (sum.0 + v.0, sum.1 + v.1));
        (n > 0.0).then(|| (x / n, y / n))
    };
    (0..longest(samples)).map(mean_at).collect()
}

fn interval(samples: &[Points]) -> Band {
    let interval_at = |i| {
        let values = at(samples, i);
        let [x_low, x_high] = middle_95(values.iter().map(|v| v.0).collect())?;
        let [y_low, y_high] = middle_95(values.iter().map(|v| v.1).collect())?;
        Some([x_low, x_high, y_low, y_high])
    };
    (0..longest(samples)).map(interval_at).collect()
}

/// 2.5 % and 97.5 % points, interpolated between neighbours in order.
fn middle_95(mut values: Vec<f64>) -> Option<[f64; 2]> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    Some([0.025, 0.975].map(|share| {
        let place = share * last as f64;
        let below = place as usize;
        let above = (below + 1).min(last);
        values[below] + (values[above] - values[below]) * (place - below as f64)
    }))
}

/// The envelope of a null model's spectra.
pub(super) fn null_band(null: &NullRecord) -> Band {
    let cleaned = |e: &[f64; 4]| {
        let [x_low, x_high] = clean_interval(Some([e[0], e[1]]))?;
        let [y_low, y_high] = clean_interval(Some([e[2], e[3]]))?;
        Some([x_low, x_high, y_low, y_high])
    };
    null.envelope.iter().map(cleaned).collect()
}

/// The outline of a band. The side towards which a curve bulges takes the corners of each interval that lie outwards:
/// upper left where the curve rises, upper right where it falls.
pub(super) fn outline(band: &Band, curve: &Points) -> Vec<Point> {
    let (mut outer, mut inner) = (Vec::new(), Vec::new());
    for (i, corners) in band.iter().enumerate() {
        let Some([x_low, x_high, y_low, y_high]) = *corners else {
            continue;
        };
        let before = curve.get(i.saturating_sub(1)).copied().flatten();
        let after = curve.get(i + 1).or(curve.get(i)).copied().flatten();
        let falls = match (before, after) {
            (Some(a), Some(b)) => (b.1 - a.1) * (b.0 - a.0) < 0.0,
            _ => false,
        };
        outer.push((if falls { x_high } else { x_low }, y_high));
        inner.push((if falls { x_low } else { x_high }, y_low));
    }
    outer.extend(inner.into_iter().rev());
    outer
}

/// What the null samples of a kind are called, with their number.
pub(super) fn null_name(null: &NullRecord) -> String {
    let one = null.samples == 1;
    let noun = match (null.kind.as_str(), one) {
        ("shuffle", true) => "shuffle",
        ("shuffle", false) => "shuffles",
        ("gaussian", true) => "Gaussian draw",
        ("gaussian", false) => "Gaussian draws",
        ("initialisation", true) => "initialisation",
        ("initialisation", false) => "initialisations",
        ("rescale", true) => "rescaling",
        ("rescale", false) => "rescalings",
        _ => "null samples",
    };
    format!("{} {noun}", count(null.samples))
}

/// The adjective of a null model: `shuffled`.
pub(super) fn null_adjective(null: &NullRecord) -> &'static str {
    match null.kind.as_str() {
        "shuffle" => "shuffled",
        "gaussian" => "Gaussian",
        "initialisation" => "untrained",
        "rescale" => "rescaled",
        _ => "by chance",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_interpolate_between_neighbours() {
        assert_eq!(middle_95(vec![]), None);
        assert_eq!(middle_95(vec![3.0]), Some([3.0, 3.0]));
        let [low, high] = middle_95((0..=40).map(f64::from).collect()).unwrap_or_default();
        assert!((low - 1.0).abs() < 1e-12 && (high - 39.0).abs() < 1e-12);
    }

    #[test]
    fn absurd_numbers_are_no_numbers() {
        for bad in [f64::NAN, f64::INFINITY, -1e300] {
            assert_eq!(clean(Some(bad)), None);
        }
        assert_eq!(clean(Some(-1.5)), Some(-1.5));
        assert_eq!(clean_interval(Some([2.0, 1.0])), Some([1.0, 2.0]));
    }
}

//! A score against a number of the method: a point for each checkpoint, the least-squares line, and how much of it chance
//! and the step alone would give.

use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use super::axis::{Chart, Numerals, padded};
use super::figure::{Layout, MarkPlace, Number};
use super::labels::{Label, Placer, Run, draw_runs};
use super::marks;
use super::measure::{chance, value};
use super::numbers::{count, decimal};
use super::plane::{Side, around, draw_axes};
use super::scene::{Scene, clean, null_adjective};
use super::series::{capital, is_share, score_at};
use super::sheet::{Drawn, Point, Rect, Sheet, Stroke, Type};
use super::text::Face;
use crate::report::{Association, Score};

/// Height of a line of the caption.
const LINE: f64 = 18.0;

/// What is drawn of the selected checkpoint's series.
struct Cloud<'a> {
    number: Number,
    score: &'a Score,
    /// (checkpoint, step, (number, score)).
    points: Vec<(usize, Option<u64>, Point)>,
    /// The same with the null model's numbers.
    nulls: Vec<Point>,
    late_from: Option<u64>,
    association: Option<&'a Association>,
}

/// Draws the figure and says where.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn {
    let cloud = Cloud::of(scene);
    let points = cloud.as_ref().map_or(&[][..], |cloud| &cloud.points);
    let nulls = cloud.as_ref().map_or(&[][..], |cloud| &cloud.nulls);
    let number = scene.figure.number.unwrap_or(Number::Emergence);
    let all = || points.iter().map(|p| p.2).chain(nulls.iter().copied());
    let share = cloud.as_ref().is_some_and(|cloud| is_share(cloud.score));
    let x = Side {
        ends: padded(all().map(|p| p.0)).unwrap_or((0.0, 0.1)),
        symbol: number.title().1,
        numerals: Numerals::Plain,
    };
    let y = Side {
        ends: padded(all().map(|p| p.1)).unwrap_or((0.0, 1.0)),
        symbol: &[],
        numerals: if share { Numerals::Percent } else { Numerals::Plain },
    };
    let caption = cloud.as_ref().map_or_else(Vec::new, |cloud| cloud.caption(scene));
    let top = inside.top + LINE * caption.len() as f64 - 12.0;
    let chart = draw_axes(sheet, Rect { top: top.max(inside.top), ..inside }, &x, &y)?;
    layout.plots.push(chart.place("scatter"));
    let theme = &sheet.theme;
    for (i, (text, by_chance)) in caption.iter().enumerate() {
        let color = if *by_chance { theme.null } else { theme.ink };
        let style = Type { face: Face::Regular, size: theme.sizes.label, color };
        let y = inside.top + LINE * (i as f64 + 0.5);
        draw_runs(sheet, (inside.left, y), &[Run(text, style)], HPos::Left)?;
    }
    match cloud.filter(|cloud| !cloud.points.is_empty()) {
        Some(cloud) => cloud.draw(sheet, scene, &chart, layout),
        None => {
            let reason = if scene.document.scores.is_empty() {
                "Add benchmark scores of these steps."
            } else {
                "No checkpoint has both numbers."
            };
            layout.nothing = vec!["No points to draw".into(), reason.into()];
            Ok(())
        }
    }
}

/// Metric, points of the checkpoints, and those of the null model.
#[cfg(feature = "print")]
pub(super) fn data(scene: &Scene) -> Option<(String, Vec<Point>, Vec<Point>)> {
    let cloud = Cloud::of(scene)?;
    Some((cloud.score.metric.clone(), cloud.all(), cloud.nulls.clone()))
}

/// What the figure shows, in a sentence.
pub(super) fn summary(scene: &Scene) -> String {
    let Some(cloud) = Cloud::of(scene) else { return String::new() };
    let caption: Vec<String> = cloud.caption(scene).into_iter().map(|line| line.0).collect();
    format!(
        "{} against {}: {}",
        capital(&cloud.score.metric),
        cloud.number.title().0.to_ascii_lowercase(),
        caption.join("; ")
    )
}

impl<'a> Cloud<'a> {
    fn of(scene: &'a Scene) -> Option<Self> {
        let number = scene.figure.number.unwrap_or(Number::Emergence);
        let series = scene.record().and_then(|record| record.series.as_deref());
        let fits = |score: &&Score| score.series.is_none() || score.series.as_deref() == series;
        let mut scores = scene.document.scores.iter().filter(fits);
        let score = match &scene.figure.metric {
            Some(metric) => scores.find(|score| score.metric == *metric)?,
            None => scores.next()?,
        };
        let association = scene.document.associations.iter().find(|a| {
            a.metric == score.metric && a.quantity == number.name() && a.series.as_deref() == series
        });
        let members = scene.members(scene.series_number(scene.current));
        let step = |index: usize| scene.records().get(index).and_then(|record| record.step);
        let paired = |index: &usize| Some((*index, step(*index), score_at(score, step(*index))?));
        let pairs: Vec<(usize, Option<u64>, f64)> = members.iter().filter_map(paired).collect();
        let null = |(index, _, y): &(usize, Option<u64>, f64)| Some((chance(scene, number, *index)?, *y));
        let own = |(index, step, y): &(usize, Option<u64>, f64)| {
            Some((*index, *step, (value(scene, number, *index)?, *y)))
        };
        let late = association.and_then(|a| a.late.as_ref()).map(|late| late.from_step);
        Some(Self {
            number,
            score,
            points: pairs.iter().filter_map(own).collect(),
            nulls: pairs.iter().filter_map(null).collect(),
            late_from: scene.figure.late_from.or(late),
            association,
        })
    }

    fn is_late(&self, step: Option<u64>) -> bool {
        self.late_from.is_none_or(|from| step >= Some(from))
    }

    fn all(&self) -> Vec<Point> {
        self.points.iter().map(|p| p.2).collect()
    }

    fn late(&self) -> Vec<Point> {
        self.points.iter().filter(|p| self.is_late(p.1)).map(|p| p.2).collect()
    }

    /// The lines above the chart, and whether each tells of chance.
    fn caption(&self, scene: &Scene) -> Vec<(String, bool)> {
        let written = |r: Option<f64>| r.map_or("none".into(), |r| decimal(r, 2));
        let r = self.association.map_or_else(|| pearson(&self.all()), |a| clean(a.pearson));
        let checkpoints = if self.points.len() == 1 { "checkpoint" } else { "checkpoints" };
        let mut lines = vec![(format!("r = {} over {} {checkpoints}", written(r), self.points.len()), false)];
        if let Some(from) = self.late_from {
            let stored = self.association.and_then(|a| a.late.as_ref()).filter(|late| late.from_step == from);
            let r = stored.map_or_else(|| pearson(&self.late()), |late| clean(late.pearson));
            let of = self.late().len();
            lines.push((format!("from step {} on (filled, {of}): r = {}", count(from), written(r)), false));
        }
        let steps: Option<Vec<Point>> = self
            .points
            .iter()
            .map(|(_, step, (_, score))| Some((libm::log1p((*step)? as f64), *score)))
            .collect();
        let by_step = self
            .association
            .map_or_else(|| steps.and_then(|points| pearson(&points)), |a| clean(a.log_step.pearson));
        let mut words = format!("log(1 + step) alone: r = {}", written(by_step));
        if let Some(null) = scene.null(scene.current).filter(|_| !self.nulls.is_empty()) {
            words = format!("{}: r = {}; {words}", null_adjective(null), written(pearson(&self.nulls)));
        }
        lines.push((words, true));
        lines
    }

    fn draw<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        scene: &Scene,
        chart: &Chart,
        layout: &mut Layout,
    ) -> Drawn {
        let theme = &sheet.theme;
        let frame = Rect { right: sheet.frame.right, top: chart.rect.top - 14.0, ..chart.rect.grown(6.0) };
        let mut placer = Placer::new(frame);
        for null in &self.nulls {
            sheet.disc(chart.at(*null), 2.4, theme.null)?;
        }
        let mut lines = vec![(self.all(), Stroke::new(theme.ink2, theme.sizes.null))];
        if self.late_from.is_some() {
            let color = self.points.last().map_or(theme.ink2, |p| scene.color(theme, p.0));
            lines.push((self.late(), Stroke::new(color, theme.sizes.null)));
        }
        for (points, stroke) in lines {
            let line: Vec<Point> =
                regression(&points).map_or(Vec::new(), |ends| ends.map(|p| chart.at(p)).to_vec());
            sheet.line(&line, stroke)?;
            placer.keep_clear_line(line);
        }
        let selected = |index: usize| index == scene.current;
        let front = self.points.iter().filter(|p| selected(p.0));
        for (index, step, value) in self.points.iter().filter(|p| !selected(p.0)).chain(front) {
            let (at, color) = (chart.at(*value), scene.color(theme, *index));
            let radius = if selected(*index) { 5.0 } else { 3.5 };
            if self.is_late(*step) {
                marks::dot(sheet, at, radius, color)?;
            } else {
                marks::ring(sheet, at, radius, Stroke::new(color, 1.8))?;
            }
            placer.keep_clear(Rect::around(std::iter::once(at)).grown(4.0));
            layout.marks.push(MarkPlace { checkpoint: *index, x: at.0, y: at.1 });
        }
        let ends = [self.points.iter().find(|p| selected(p.0)), self.points.last(), self.points.first()];
        let mut named: Vec<usize> = Vec::new();
        for (index, _, value) in ends.into_iter().flatten() {
            if named.contains(index) {
                continue;
            }
            named.push(*index);
            let style = Type {
                face: Face::Semibold,
                size: theme.sizes.label,
                color: scene.text_color(theme, *index),
            };
            let text = scene.long_name(*index);
            placer.draw(sheet, &Label { text, style, places: around(chart.at(*value)) })?;
        }
        Ok(())
    }
}

/// Sums of squares and products around the means: (mean, mean, xx, xy, yy).
fn moments(points: &[Point]) -> Option<(Point, f64, f64, f64)> {
    let n = points.len() as f64;
    let (x, y) = points.iter().fold((0.0, 0.0), |sum, p| (sum.0 + p.0, sum.1 + p.1));
    let mean = (x / n, y / n);
    let product = |of: fn(Point) -> f64| points.iter().map(|p| of((p.0 - mean.0, p.1 - mean.1))).sum::<f64>();
    let products = (product(|d| d.0 * d.0), product(|d| d.0 * d.1), product(|d| d.1 * d.1));
    (points.len() > 1).then_some((mean, products.0, products.1, products.2))
}

/// Pearson's correlation; none where one of the numbers does not change.
fn pearson(points: &[Point]) -> Option<f64> {
    let (_, xx, xy, yy) = moments(points)?;
    let scale = (xx * yy).sqrt();
    clean((scale > 0.0).then(|| xy / scale))
}

/// The ends of the least-squares line over the range of x.
fn regression(points: &[Point]) -> Option<[Point; 2]> {
    let (mean, xx, xy, _) = moments(points)?;
    let slope = clean((xx > 0.0).then(|| xy / xx))?;
    let xs = || points.iter().map(|p| p.0);
    let ends = [xs().fold(f64::INFINITY, f64::min), xs().fold(f64::NEG_INFINITY, f64::max)];
    Some(ends.map(|x| (x, mean.1 + slope * (x - mean.0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_correlations_by_hand() {
        let points = [(0.0, 1.0), (1.0, 3.0), (2.0, 2.0)];
        // Means 1 and 2; xx 2, xy 1, yy 2.
        assert_eq!(pearson(&points), Some(0.5));
        assert_eq!(regression(&points), Some([(0.0, 1.5), (2.0, 2.5)]));
        assert_eq!(pearson(&[(0.0, 1.0), (0.0, 2.0)]), None);
        assert_eq!(pearson(&[(0.0, 1.0)]), None);
        assert_eq!(regression(&[(1.0, 1.0), (1.0, 2.0)]), None);
    }
}

//! Curves over q, alike for f(alpha), tau(q) and D(q): chance in grey, the series by step, the selected one in front.

use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use super::axis::{Chart, Scale, padded};
use super::clip;
use super::labels::{Label, Placer};
use super::marks::{self, DOTTED, NULL_DASH};
use super::scene::{Band, Points, Quantity, Scene, null_adjective, null_band, null_name, outline};
use super::sheet::{Drawn, Point, Rect, Sheet, Stroke, Type};
use super::text::Face;
use super::theme::{CATEGORIES, CATEGORY_DASHES};
use crate::plot::figure::PointPlace;

/// Charts narrower than this draw a null model as one pale line.
const SMALL: f64 = 240.0;

/// Ends of curves that lie closer than this share one label.
const TOGETHER: f64 = 6.0;

/// All curves of a figure.
pub(super) struct Curves<'a> {
    scene: &'a Scene<'a>,
    quantity: Quantity,
    /// One for each checkpoint.
    pub all: Vec<Points>,
    pub current: Points,
    pub null: Points,
}

impl<'a> Curves<'a> {
    pub fn new(scene: &'a Scene<'a>, quantity: Quantity) -> Self {
        let null_of = |i| scene.null(i).map_or_else(Points::new, |null| quantity.of_null(null, scene.q(i)));
        Self {
            scene,
            quantity,
            all: (0..scene.records().len()).map(|i| scene.curve(quantity, i)).collect(),
            current: scene.current_curve(quantity),
            null: null_of(scene.current),
        }
    }

    /// Smallest and largest x and y over all checkpoints, samples and null models of the document, padded: the axes stay
    /// when another checkpoint is selected.
    pub fn domain(&self) -> Option<[(f64, f64); 2]> {
        let records = 0..self.scene.records().len();
        let nulls = records.filter_map(|i| {
            let null = self.scene.null(i)?;
            Some(self.quantity.of_null(null, self.scene.q(i)))
        });
        let bands = self.scene.sample_band(self.quantity).into_iter().flatten();
        let corners = bands.flat_map(|[x0, x1, y0, y1]| [(x0, y0), (x1, y1)]);
        let curves = self.all.iter().cloned().chain(nulls).flatten().flatten();
        let points: Vec<Point> = curves.chain(corners).collect();
        let x = padded(points.iter().map(|p| p.0))?;
        let y = padded(points.iter().map(|p| p.1))?;
        Some([x, y])
    }

    pub fn draw<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, chart: &Chart) -> Drawn {
        let small = chart.rect.width() < SMALL;
        self.draw_null_ground(sheet, chart, small)?;
        self.draw_others(sheet, chart)?;
        if !small {
            self.draw_null_mean(sheet, chart)?;
        }
        self.draw_current(sheet, chart)
    }

    /// Whether the axes are fixed, and may leave out a part of the curves.
    pub fn is_cut(&self) -> bool {
        self.scene.figure.domain.is_some()
    }

    /// The unbroken parts of a curve, inside of the axes.
    fn runs(&self, chart: &Chart, points: &Points) -> Vec<Vec<Point>> {
        let runs = chart.runs(points);
        if !self.is_cut() {
            return runs;
        }
        runs.iter().flat_map(|run| clip::line(run, &chart.rect)).collect()
    }

    /// The border of a band, inside of the axes.
    fn border(&self, chart: &Chart, band: &Band, curve: &Points) -> Vec<Point> {
        let border: Vec<Point> = outline(band, curve).into_iter().map(|p| chart.at(p)).collect();
        if self.is_cut() { clip::polygon(&border, &chart.rect) } else { border }
    }

    /// Whether a place is inside of the axes.
    pub fn shows(&self, chart: &Chart, (x, y): Point) -> bool {
        let rect = chart.rect.grown(0.5);
        !self.is_cut() || (rect.left <= x && x <= rect.right && rect.top <= y && y <= rect.bottom)
    }

    /// The 95 % envelope of the null model, or a pale line where the chart is small or the document has no envelope.
    fn draw_null_ground<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, chart: &Chart, small: bool) -> Drawn {
        let theme = &sheet.theme;
        let Some(null) = self.scene.null(self.scene.current) else {
            return Ok(());
        };
        let band = if self.quantity == Quantity::Spectrum { null_band(null) } else { Vec::new() };
        let border = self.border(chart, &band, &self.null);
        let stroke = Stroke::new(theme.null, theme.sizes.null).dash(NULL_DASH);
        if small || border.len() < 6 {
            let pale = Stroke::new(theme.null, 4.75).opacity(0.4);
            let stroke = if theme.outlined && small { stroke } else { pale };
            let runs = self.runs(chart, &self.null);
            return runs.iter().try_for_each(|run| sheet.line(run, stroke));
        }
        sheet.chance(&border, theme.null_fill)?;
        if theme.outlined {
            return Ok(());
        }
        // Where all null samples agree the envelope is thinner than a pixel, and must still be seen.
        let stroke = Stroke::new(theme.null, 2.5).opacity(theme.null_fill);
        self.runs(chart, &self.null).iter().try_for_each(|run| sheet.line(run, stroke))
    }

    fn draw_null_mean<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, chart: &Chart) -> Drawn {
        let theme = &sheet.theme;
        for run in self.runs(chart, &self.null) {
            sheet.line(&run, Stroke::new(theme.bg, theme.sizes.null + 1.6).opacity(0.55))?;
            sheet.line(&run, Stroke::new(theme.null, theme.sizes.null).dash(NULL_DASH))?;
        }
        Ok(())
    }

    /// The early curves last, so that the start stays visible.
    fn draw_others<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, chart: &Chart) -> Drawn {
        let theme = &sheet.theme;
        for (i, curve) in self.all.iter().enumerate().rev().filter(|(i, _)| *i != self.scene.current) {
            let stroke = Stroke::new(self.scene.color(theme, i), theme.sizes.other).opacity(0.85);
            self.runs(chart, curve).iter().try_for_each(|run| sheet.line(run, stroke))?;
        }
        self.draw_pinned(sheet, chart)
    }

    /// The checkpoints that are compared with the selected one.
    fn draw_pinned<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, chart: &Chart) -> Drawn {
        let theme = &sheet.theme;
        for (number, index) in self.pinned() {
            let dash = CATEGORY_DASHES[1 + number % (CATEGORIES - 1)];
            let stroke = Stroke::new(self.scene.color(theme, index), theme.sizes.null + 0.4).dash(dash);
            for run in self.runs(chart, &self.all[index]) {
                sheet.line(&run, Stroke::new(theme.bg, theme.sizes.null + 2.4))?;
                sheet.line(&run, stroke)?;
            }
        }
        Ok(())
    }

    /// The pinned checkpoints with their numbers.
    fn pinned(&self) -> impl Iterator<Item = (usize, usize)> {
        let there = |(_, index): &(usize, usize)| *index < self.all.len() && *index != self.scene.current;
        self.scene.figure.pinned.iter().copied().enumerate().filter(there)
    }

    fn draw_current<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, chart: &Chart) -> Drawn {
        let theme = &sheet.theme;
        let color = self.scene.color(theme, self.scene.current);
        let band = self.scene.sample_band(self.quantity);
        sheet.fill(&self.border(chart, &band, &self.current), color, 0.18)?;
        let runs = self.runs(chart, &self.current);
        for run in &runs {
            sheet.line(run, Stroke::new(theme.bg, theme.sizes.current * 2.0))?;
        }
        runs.iter().try_for_each(|run| sheet.line(run, Stroke::new(color, theme.sizes.current)))
    }

    /// The ring at the cursor, with dotted lines to both axes.
    pub fn draw_cursor<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, chart: &Chart) -> Drawn {
        let theme = &sheet.theme;
        let index = self.scene.figure.cursor.and_then(|c| c.q_index);
        let Some(value) = index.and_then(|i| self.current.get(i).copied().flatten()) else {
            return Ok(());
        };
        let at = chart.at(value);
        if !self.shows(chart, at) {
            return Ok(());
        }
        let dotted = Stroke::new(theme.ink3, theme.sizes.hair).dash(DOTTED);
        sheet.line(&[at, (at.0, chart.rect.bottom)], dotted)?;
        sheet.line(&[at, (chart.rect.left, at.1)], dotted)?;
        let color = self.scene.color(theme, self.scene.current);
        marks::ring(sheet, at, 6.5, Stroke::new(color, theme.sizes.current))
    }

    /// Places of the selected curve's points.
    pub fn places(&self, chart: &Chart) -> Vec<PointPlace> {
        let checkpoint = self.scene.current;
        let place = |(q_index, point): (usize, &Option<Point>)| {
            let (x, y) = Some(chart.at((*point)?)).filter(|at| self.shows(chart, *at))?;
            Some(PointPlace { checkpoint, q_index, x, y })
        };
        self.current.iter().enumerate().filter_map(place).collect()
    }

    /// A placer that keeps labels off the curves and the axes.
    pub fn placer<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, chart: &Chart) -> Placer {
        let frame = Rect { left: chart.rect.left + 2.0, bottom: chart.rect.bottom - 2.0, ..sheet.frame };
        let mut placer = Placer::new(frame);
        let curves = self.all.iter().chain([&self.current, &self.null]);
        curves.flat_map(|curve| self.runs(chart, curve)).for_each(|run| placer.keep_clear_line(run));
        placer.keep_clear_line(self.border(chart, &self.scene.sample_band(self.quantity), &self.current));
        placer
    }

    /// Names the selected curve, the first, the last, the pinned ones and the null model, in this order of importance.
    pub fn draw_labels<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        chart: &Chart,
        placer: &mut Placer,
    ) -> Drawn {
        let scene = self.scene;
        let mut named = vec![scene.current];
        if let Some((first, last)) = scene.ends().filter(|_| scene.is_series()) {
            named.extend([first, last]);
        }
        named.extend(self.pinned().map(|(_, index)| index));
        let mut done: Vec<usize> = Vec::new();
        for index in named {
            if done.contains(&index) || scene.record().is_none() {
                continue;
            }
            done.push(index);
            let label = if scene.is_series() {
                self.end_label(sheet, chart, index)
            } else {
                self.only_label(sheet, chart)
            };
            placer.draw(sheet, &label)?;
        }
        placer.draw(sheet, &self.null_label(sheet, chart)).map(|_| ())
    }

    fn label_type<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, color: plotters::style::RGBColor) -> Type {
        Type { face: Face::Semibold, size: sheet.theme.sizes.label, color }
    }

    /// The places of a curve's points inside of the axes.
    fn visible(&self, chart: &Chart, points: &Points) -> Vec<Point> {
        points.iter().flatten().map(|p| chart.at(*p)).filter(|at| self.shows(chart, *at)).collect()
    }

    /// The right end of a curve.
    fn end(&self, chart: &Chart, points: &Points) -> Option<Point> {
        let runs = self.runs(chart, points);
        let ends = [runs.first().and_then(|run| run.first()), runs.last().and_then(|run| run.last())];
        ends.into_iter().flatten().copied().max_by(|a, b| a.0.total_cmp(&b.0))
    }

    /// The name of one curve of a series, at its right end.
    fn end_label<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, chart: &Chart, index: usize) -> Label {
        let curve = if index == self.scene.current { &self.current } else { &self.all[index] };
        let places = self.end(chart, curve).map_or(Vec::new(), |(x, y)| {
            let right = [2.0, 8.0, -6.0, 14.0, -12.0].map(|dy| ((x + 8.0, y + dy), HPos::Left));
            let below = [10.0, 16.0, 24.0].map(|dy| ((x - 2.0, y + dy), HPos::Right));
            right.into_iter().chain(below).collect()
        });
        let style = self.label_type(sheet, self.scene.text_color(&sheet.theme, index));
        let text = match self.scene.records()[index].step {
            // The one label that says what the numbers are.
            Some(_) if self.scene.figure.compact && index == 0 => {
                format!("step {}", self.scene.short_name(0))
            }
            _ => self.group_name(chart, index),
        };
        Label { text, style, places }
    }

    /// `step 3,000`, or `steps 0 to 128` where the next curves end at the same place.
    fn group_name(&self, chart: &Chart, index: usize) -> String {
        let scene = self.scene;
        let name = scene.long_name(index);
        let all_steps = scene.records().iter().all(|r| r.step.is_some());
        let Some(end) = self.end(chart, &self.all[index]).filter(|_| all_steps && !scene.figure.compact)
        else {
            return name;
        };
        let near = |i: &usize| {
            let other = self.all.get(*i).and_then(|points| self.end(chart, points));
            *i != scene.current && other.is_some_and(|o| super::sheet::distance(o, end) < TOGETHER)
        };
        let until = (index + 1..self.all.len()).take_while(near).last();
        match until.filter(|_| index == 0 && scene.current != 0) {
            Some(until) => format!("steps {} to {}", scene.short_name(0), scene.short_name(until)),
            None => name,
        }
    }

    /// `this checkpoint`, right of the falling branch or above the line.
    fn only_label<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, chart: &Chart) -> Label {
        let points = self.visible(chart, &self.current);
        let wide = |share: f64| points.get((share * points.len() as f64) as usize).copied();
        let shares = [0.15, 0.2, 0.1, 0.25, 0.05, 0.3, 0.9, 0.8];
        let places = shares.into_iter().filter_map(wide).flat_map(|(x, y)| {
            // Farther off where the interval over samples is in the way.
            let right = [12.0, 24.0, 44.0].map(|dx| ((x + dx, y - 4.0), HPos::Left));
            right.into_iter().chain([((x - 12.0, y - 8.0), HPos::Right)])
        });
        let style = self.label_type(sheet, self.scene.text_color(&sheet.theme, self.scene.current));
        Label { text: "this checkpoint".into(), style, places: places.collect() }
    }

    fn null_label<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, chart: &Chart) -> Label {
        let scene = self.scene;
        let text = match scene.null(scene.current) {
            None => String::new(),
            Some(null) if scene.figure.compact => null_adjective(null).into(),
            Some(null) if scene.is_series() => {
                format!("{}, {}", scene.short_name(scene.current), null_adjective(null))
            }
            Some(null) => null_name(null),
        };
        let points = self.visible(chart, &self.null);
        let part = |share: f64| points.get((share * points.len() as f64) as usize).copied();
        let places = [0.0, 0.03, 0.07, 0.12, 0.2, 0.95].into_iter().filter_map(part).flat_map(|(x, y)| {
            [
                ((x - 16.0, y - 6.0), HPos::Right),
                ((x - 22.0, y + 4.0), HPos::Right),
                ((x + 12.0, y + 8.0), HPos::Left),
            ]
        });
        let places = if text.is_empty() { Vec::new() } else { places.collect() };
        Label { text, style: self.label_type(sheet, sheet.theme.null), places }
    }
}

/// The scales of a figure over q: fixed ones, else those that hold everything, else usual ones.
pub(super) fn scales(
    curves: &Curves,
    fixed: Option<super::figure::Domain>,
    usual: [(f64, f64); 2],
) -> [Scale; 2] {
    let own = curves.domain().unwrap_or(usual);
    let given = fixed.unwrap_or_default();
    let choose = |given: Option<[f64; 2]>, own: (f64, f64)| match given {
        Some([from, to])
            if from < to && super::scene::clean(Some(from)).and(super::scene::clean(Some(to))).is_some() =>
        {
            Scale::Linear(from, to)
        }
        _ => Scale::Linear(own.0, own.1),
    };
    [choose(given.x, own[0]), choose(given.y, own[1])]
}

//! One chart of a stack: a number over steps, rounds or sizes, beside its null model, as one line or several.

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use super::axis::{Chart, Numerals, Scale, padded};
use super::figure::{Layout, MarkPlace, Number, PendingState};
use super::labels::{EndName, Label, Placer, Run, draw_end_names, draw_runs, runs_width, shortened};
use super::marks::{self, DOTTED};
use super::measure::{chance, chance_interval, spread, value};
use super::numbers::{decimal, signed};
use super::scene::{Line, Scene, null_adjective};
use super::sheet::{Drawn, Point, Rect, Sheet, Stroke, Type};
use super::text::Face;
use super::theme::{CATEGORIES, CATEGORY_DASHES};

/// Height of a title, and of the space between two charts.
const TITLE: f64 = 20.0;
const BETWEEN: f64 = 7.0;

/// Least distance of ticks on the y axis.
const Y_DISTANCE: f64 = 24.0;

/// Thinnest null interval that is still seen.
const LEAST: f64 = 3.0;

/// Opacity of the null intervals of several lines, which lie over each other, as a share of that of one.
pub(super) const SEVERAL: f64 = 0.4;

/// Half the width of a null interval that stands by itself.
const ALONE: f64 = 5.0;

/// One chart of the stack.
#[derive(Default)]
pub(super) struct Track {
    pub name: String,
    pub title: String,
    pub symbol: &'static [&'static str],
    pub numerals: Numerals,
    /// Whether the chart always shows 0, as a line of its own.
    pub zero: bool,
    /// Whether the chart holds 0.
    pub from_zero: bool,
    /// Colour of the selected number, where that is a category's.
    pub category: Option<usize>,
    pub lines: Vec<TrackLine>,
    /// Places of checkpoints that are not read yet.
    pub pending: Vec<(f64, PendingState)>,
    /// The selected checkpoint's value and its null model's.
    pub now: String,
    pub chance: String,
    /// A word about the null model, written where there is room.
    pub note: Option<String>,
}

/// One line of a chart.
pub(super) struct TrackLine {
    pub name: String,
    pub look: Look,
    pub points: Vec<Mark>,
    /// (x, low, high) of the null model.
    pub band: Vec<(f64, [f64; 2])>,
}

/// A value of a line; nothing is joined over a missing one.
pub(super) struct Mark {
    /// Its checkpoint, if the value is one of a checkpoint.
    pub checkpoint: Option<usize>,
    pub x: f64,
    pub value: Option<f64>,
    /// Interval over samples.
    pub spread: Option<[f64; 2]>,
}

/// How the values are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Look {
    /// Dots in the colours of the steps, joined.
    Checkpoints,
    /// Dots that stand by themselves.
    Alone,
    /// A line with a category's colour, dash and marker.
    Category(usize),
}

/// The rectangles of a stack of charts.
pub(super) fn blocks(inside: Rect, count: usize, foot: f64) -> Vec<Rect> {
    let room = inside.height() - foot - (count.max(1) - 1) as f64 * BETWEEN;
    let height = (room / count.max(1) as f64).max(1.0);
    let top = |i: usize| inside.top + i as f64 * (height + BETWEEN);
    (0..count).map(|i| Rect { top: top(i), bottom: top(i) + height, ..inside }).collect()
}

/// The data rectangle of a block: `across` without the title.
pub(super) fn area(block: Rect, across: Rect) -> Rect {
    let top = block.top + TITLE + 8.0;
    Rect { top, bottom: (block.bottom - 8.0).max(top + 1.0), ..across }
}

impl Track {
    /// A number of the checkpoints on these lines.
    pub fn number(scene: &Scene, lines: &[Line], number: Number) -> Self {
        let null = scene.null(scene.current);
        let now = value(scene, number, scene.current);
        let by_chance = chance(scene, number, scene.current);
        let excess = number == Number::ExcessWidth;
        let (words, symbol) = number.title();
        let many = lines.len() > 1;
        let note = match (null, number) {
            _ if many => None,
            (Some(null), Number::ExcessWidth) if null.kind == "shuffle" => Some("95% of shuffles".into()),
            // The page's warning about E, where it holds: most of it comes without structure.
            (Some(null), Number::Emergence) if now > Some(0.0) && by_chance > now.map(|now| 0.5 * now) => {
                Some(format!("{} weights rise too", null_adjective(null)))
            }
            _ => None,
        };
        let written = |v: f64| if excess { signed(v, 3) } else { decimal(v, 3) };
        let line = |(i, line): (usize, &Line)| TrackLine::number(scene, line, number, many.then_some(i));
        let adjective = null.map_or("shuffled", null_adjective);
        let space = if symbol.is_empty() { "" } else { " " };
        Self {
            name: number.name().into(),
            title: if excess { format!("Width above {adjective}") } else { format!("{words}{space}") },
            symbol,
            numerals: if excess { Numerals::Signed } else { Numerals::Plain },
            zero: excess || number == Number::Emergence,
            from_zero: false,
            category: many.then(|| scene.series_number(scene.current)),
            lines: lines.iter().take(CATEGORIES).enumerate().map(line).collect(),
            pending: Vec::new(),
            now: now.map_or(String::new(), written),
            chance: null
                .zip(by_chance)
                .map_or(String::new(), |(n, v)| format!(" {} {}", null_adjective(n), decimal(v, 3))),
            note,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.lines.iter().all(|line| line.points.iter().all(|mark| mark.value.is_none()))
    }

    /// The chart in its rectangle.
    pub fn chart(&self, rect: Rect, x: Scale) -> Chart {
        let marks = || self.lines.iter().flat_map(|line| &line.points);
        let values = marks().filter_map(|mark| mark.value);
        let spreads = marks().filter_map(|mark| mark.spread).flatten();
        let bands = self.lines.iter().flat_map(|line| &line.band).flat_map(|(_, interval)| *interval);
        let zero = (self.zero || self.from_zero).then_some(0.0);
        let (low, high) = padded(values.chain(bands).chain(spreads).chain(zero)).unwrap_or((-0.01, 0.1));
        Chart::new(rect, x, Scale::Linear(low, high))
    }

    /// Draws title and chart.
    pub fn draw<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        scene: &Scene,
        chart: &Chart,
        block: Rect,
        cursor: Option<f64>,
        layout: &mut Layout,
    ) -> Drawn {
        let theme = &sheet.theme;
        self.draw_title(sheet, block)?;
        let wide = Rect { left: chart.rect.left - 6.0, right: chart.rect.right + 10.0, ..chart.rect };
        let grid = Chart::new(wide, chart.x, chart.y);
        grid.draw_grid(sheet, &chart.y_ticks(Y_DISTANCE), self.numerals, theme.sizes.small)?;
        let several = self.lines.len() > 1;
        self.lines.iter().try_for_each(|line| line.draw_band(sheet, chart, several))?;
        if self.zero {
            let (_, zero) = chart.at((0.0, 0.0));
            sheet
                .line(&[(wide.left, zero), (wide.right, zero)], Stroke::new(theme.axis, theme.sizes.hair))?;
        }
        if let Some(x) = cursor {
            let stroke = Stroke::new(theme.ink3, theme.sizes.hair).dash(DOTTED);
            sheet.line(&[(x, chart.rect.top - 6.0), (x, chart.rect.bottom + 6.0)], stroke)?;
        }
        for line in &self.lines {
            line.draw(sheet, scene, chart, layout)?;
        }
        self.draw_pending(sheet, chart)?;
        self.draw_note(sheet, chart)?;
        self.draw_names(sheet, scene, chart)
    }

    fn draw_title<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, block: Rect) -> Drawn {
        let theme = &sheet.theme;
        let (size, y) = (theme.sizes.title, block.top + TITLE / 2.0);
        let color = self.category.map_or(theme.ink, |category| theme.category(category));
        let now = Type { face: Face::Semibold, size, color };
        let chance = Type { face: Face::Regular, size, color: theme.null };
        let numbers = [Run(&self.now, now), Run(&self.chance, chance)];
        draw_runs(sheet, (block.right, y), &numbers, HPos::Right)?;
        let room = block.width() - runs_width(sheet, &numbers) - 12.0;
        let style = Type { face: Face::Semibold, size, color: theme.ink };
        let title = shortened(sheet, &self.title, style, room);
        let symbol = Type { face: Face::Symbol, size: size + 1.0, color: theme.ink };
        let symbols = self.symbol.iter().map(|text| Run(text, symbol));
        let runs: Vec<Run> = std::iter::once(Run(&title, style)).chain(symbols).collect();
        draw_runs(sheet, (block.left, y), &runs, HPos::Left)
    }

    /// Rings and crosses where checkpoints are not read yet, on the line of 0 or at the foot of the chart.
    fn draw_pending<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, chart: &Chart) -> Drawn {
        for (x, state) in &self.pending {
            let (x, zero) = chart.at((*x, 0.0));
            let at = (x, zero.clamp(chart.rect.top, chart.rect.bottom));
            match state {
                PendingState::Waiting => marks::waiting(sheet, at)?,
                PendingState::Failed => marks::failed(sheet, at)?,
            }
        }
        Ok(())
    }

    /// The note about the null model, where neither the band nor the values are.
    fn draw_note<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, chart: &Chart) -> Drawn {
        let theme = &sheet.theme;
        let (Some(note), [line]) = (self.note.clone(), &self.lines[..]) else {
            return Ok(());
        };
        if line.band.is_empty() {
            return Ok(());
        }
        let mut placer = Placer::new(chart.rect.grown(6.0));
        line.runs(chart).into_iter().for_each(|run| placer.keep_clear_line(run));
        for pair in line.band.windows(2) {
            let corners = pair.iter().flat_map(|(x, edge)| edge.map(|value| chart.at((*x, value))));
            placer.keep_clear(Rect::around(corners));
        }
        let (rect, mut places) = (chart.rect, Vec::new());
        if self.numerals == Numerals::Signed {
            let early = line.band.iter().take(line.band.len().div_ceil(2));
            let highest = early.map(|(x, e)| chart.at((*x, e[1])).1);
            let above = highest.fold(rect.bottom, f64::min) - 10.0;
            places.extend([0.0, -6.0, -14.0].map(|dy| ((rect.left + 24.0, above + dy), HPos::Left)));
        }
        for y in [0.35, 0.25, 0.5, 0.12] {
            places.extend(
                [0.45, 0.3, 0.6]
                    .map(|x| ((rect.left + x * rect.width(), rect.top + y * rect.height()), HPos::Center)),
            );
        }
        let style = Type { face: Face::Regular, size: theme.sizes.label, color: theme.null };
        placer.draw(sheet, &Label { text: note, style, places }).map(|_| ())
    }

    /// The names of several lines at their ends.
    fn draw_names<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, scene: &Scene, chart: &Chart) -> Drawn {
        if self.lines.len() < 2 {
            return Ok(());
        }
        let theme = &sheet.theme;
        let name = |line: &TrackLine| {
            let end = *line.runs(chart).last()?.last()?;
            let (color, category) = match line.look {
                Look::Category(category) => (theme.category(category), Some(category)),
                _ => (scene.text_color(theme, scene.current), None),
            };
            Some(EndName { text: line.name.clone(), y: end.1, color, category })
        };
        let names: Vec<EndName> = self.lines.iter().filter_map(name).collect();
        draw_end_names(sheet, chart.rect, chart.rect.right + 12.0, names)
    }
}

impl TrackLine {
    fn number(scene: &Scene, line: &Line, number: Number, category: Option<usize>) -> Self {
        let mark = |&(index, x): &(usize, f64)| Mark {
            checkpoint: Some(index),
            x,
            value: value(scene, number, index),
            spread: spread(scene, number, index),
        };
        let band = |&(index, x): &(usize, f64)| {
            let mean = chance(scene, number, index);
            Some((x, chance_interval(scene, number, index).or(mean.map(|m| [m, m]))?))
        };
        Self {
            name: line.name.clone(),
            look: category.map_or(Look::Checkpoints, Look::Category),
            points: line.members.iter().map(mark).collect(),
            band: line.members.iter().filter_map(band).collect(),
        }
    }

    /// The unbroken parts.
    fn runs(&self, chart: &Chart) -> Vec<Vec<Point>> {
        let points: Vec<Option<Point>> = self.points.iter().map(|mark| Some((mark.x, mark.value?))).collect();
        chart.runs(&points)
    }

    fn color<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, scene: &Scene, checkpoint: usize) -> RGBColor {
        match self.look {
            Look::Category(category) => sheet.theme.category(category),
            _ => scene.color(&sheet.theme, checkpoint),
        }
    }

    /// The null model's 95 % interval. Of several lines each has its mean in grey too, with the line's dash.
    fn draw_band<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, chart: &Chart, several: bool) -> Drawn {
        let theme = &sheet.theme;
        let edges = self.band.iter().map(|(x, [low, high])| {
            let ((x, bottom), (_, top)) = (chart.at((*x, *low)), chart.at((*x, *high)));
            let grow = ((LEAST - (bottom - top)) / 2.0).max(0.0);
            (x, top - grow, bottom + grow)
        });
        let edges: Vec<(f64, f64, f64)> = edges.collect();
        let alone = self.look == Look::Alone || edges.len() == 1;
        if alone {
            for (x, top, bottom) in edges {
                let bar = Rect { left: x - ALONE, top, right: x + ALONE, bottom };
                sheet.chance_bar(bar, theme.null_fill)?;
            }
            return Ok(());
        }
        let several = several && self.look != Look::Checkpoints;
        draw_fill(sheet, &edges, theme.null, if several { SEVERAL } else { 1.0 } * theme.null_fill)?;
        match self.look {
            Look::Category(category) if several => {
                let middle: Vec<Point> =
                    edges.iter().map(|(x, top, bottom)| (*x, (top + bottom) / 2.0)).collect();
                let dash = CATEGORY_DASHES[category % CATEGORIES];
                sheet.line(&middle, Stroke::new(theme.null, theme.sizes.other).dash(dash))
            }
            _ => Ok(()),
        }
    }

    fn draw<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        scene: &Scene,
        chart: &Chart,
        layout: &mut Layout,
    ) -> Drawn {
        let theme = &sheet.theme;
        self.draw_spread(sheet, scene, chart)?;
        let at = |mark: &Mark| Some((mark.checkpoint, chart.at((mark.x, mark.value?))));
        let places: Vec<(Option<usize>, Point)> = self.points.iter().filter_map(at).collect();
        let of_checkpoint = places.iter().filter_map(|(i, at)| Some(((*i)?, *at)));
        layout.marks.extend(of_checkpoint.map(|(checkpoint, (x, y))| MarkPlace { checkpoint, x, y }));
        let selected = |i: &Option<usize>| *i == Some(scene.current);
        if let Look::Category(category) = self.look {
            let color = theme.category(category);
            let stroke = Stroke::new(color, if theme.print { 1.0 } else { 2.0 });
            let stroke = stroke.dash(CATEGORY_DASHES[category % CATEGORIES]);
            self.runs(chart).iter().try_for_each(|run| sheet.line(run, stroke))?;
            return places.iter().try_for_each(|(i, at)| {
                marks::category(sheet, *at, category, if selected(i) { 9.0 } else { 6.0 }, color)
            });
        }
        if self.look == Look::Checkpoints {
            let stroke = Stroke::new(theme.ink3, theme.sizes.other);
            self.runs(chart).iter().try_for_each(|run| sheet.line(run, stroke))?;
        }
        let marked = || places.iter().filter_map(|(i, at)| Some(((*i)?, *at)));
        let radius = dot_radius(marked().map(|(_, (x, _))| x).collect());
        for (index, at) in marked().filter(|(i, _)| *i != scene.current) {
            sheet.disc(at, radius + 1.2, theme.bg)?;
            sheet.disc(at, radius, scene.color(theme, index))?;
        }
        for (index, at) in marked().filter(|(i, _)| *i == scene.current) {
            marks::dot(sheet, at, 5.0, scene.color(theme, index))?;
        }
        Ok(())
    }

    /// The 95 % interval over samples, as a fill in the line's colour.
    fn draw_spread<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, scene: &Scene, chart: &Chart) -> Drawn {
        let edge = |mark: &Mark| {
            let [low, high] = mark.spread?;
            let ((x, bottom), (_, top)) = (chart.at((mark.x, low)), chart.at((mark.x, high)));
            Some((mark.checkpoint?, (x, top, bottom)))
        };
        let edges: Vec<(usize, (f64, f64, f64))> = self.points.iter().filter_map(edge).collect();
        if let Look::Category(category) = self.look
            && edges.len() > 1
        {
            let all: Vec<(f64, f64, f64)> = edges.iter().map(|(_, edge)| *edge).collect();
            return draw_fill(sheet, &all, sheet.theme.category(category), 0.18);
        }
        for pair in edges.windows(2).filter(|_| self.look == Look::Checkpoints) {
            let color = self.color(sheet, scene, pair[1].0);
            draw_fill(sheet, &[pair[0].1, pair[1].1], color, 0.18)?;
        }
        if edges.len() == 1 || self.look == Look::Alone {
            for (index, (x, top, bottom)) in edges {
                let bar = Rect { left: x - ALONE, top, right: x + ALONE, bottom };
                sheet.block(bar, self.color(sheet, scene, index), 0.18)?;
            }
        }
        Ok(())
    }
}

/// Fills between the upper and the lower edges (x, top, bottom); a null model's is an outline on paper.
pub(super) fn draw_fill<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    edges: &[(f64, f64, f64)],
    color: RGBColor,
    opacity: f64,
) -> Drawn {
    let upper = edges.iter().map(|e| (e.0, e.1));
    let lower = edges.iter().rev().map(|e| (e.0, e.2));
    let border: Vec<Point> = upper.chain(lower).collect();
    if color == sheet.theme.null {
        sheet.chance(&border, opacity)
    } else {
        sheet.fill(&border, color, opacity)
    }
}

/// Radius of a checkpoint's dot in pixels, from where the dots stand: those of many checkpoints must not hide each other.
fn dot_radius(mut across: Vec<f64>) -> f64 {
    across.sort_by(f64::total_cmp);
    let mut gaps: Vec<f64> = across.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_by(f64::total_cmp);
    let median = gaps.get(gaps.len() / 2).copied().unwrap_or(f64::INFINITY);
    (0.4 * median).clamp(1.6, 3.3)
}

#[cfg(test)]
mod tests {
    use super::dot_radius;

    #[test]
    fn dots_of_many_checkpoints_are_small_and_those_of_few_are_not() {
        assert_eq!(dot_radius(vec![0.0, 40.0, 80.0]), 3.3);
        assert_eq!(dot_radius(vec![10.0]), 3.3);
        assert_eq!(dot_radius((0..40).map(|i| f64::from(i) * 5.0).collect()), 2.0);
        assert_eq!(dot_radius(vec![7.0; 40]), 1.6);
    }
}

//! Spectra of the groups: kinds of matrices by blocks, on the same axes, each with its width above chance.

use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

use super::axis::{Chart, Numerals, Scale, Ticks, X_DISTANCE, Y_DISTANCE, padded};
use super::cells::Shades;
use super::figure::{CellPlace, Layout, Number, PlotPlace};
use super::labels::{Run, draw_runs, runs_width, shortened};
use super::measure::{ENOUGH, group_null, group_value, surely_wider};
use super::numbers::{count, decimal};
use super::places::Places;
use super::scene::{Scene, clean, cut};
use super::sheet::{Drawn, Point, Rect, Sheet, Stroke, Type};
use super::steps::draw_row;
use super::text::Face;
use crate::report::GroupRecord;

/// More blocks, or more kinds, are drawn as a heat strip with one group opened below.
const MOST_BLOCKS: usize = 12;
const MOST_KINDS: usize = 16;

/// Columns of groups that have no blocks.
const COLUMNS: usize = 6;

/// Distance of the bars of width below the curves.
const BAR: f64 = 6.0;

/// Height of the blocks' names above, and of the axis below.
const HEAD: f64 = 22.0;
const FOOT: f64 = 40.0;
const GAP: f64 = 4.0;

/// Least height of a row of the narrow form.
const LEAST_ROW: f64 = 20.0;

/// The groups of the selected checkpoint in their places.
struct Grid<'a> {
    groups: &'a [GroupRecord],
    places: Places,
    /// Axes that hold the groups of all checkpoints.
    x: (f64, f64),
    y: (f64, f64),
    shades: Shades,
    /// Whether there is a null model; else widths are shown.
    excess: bool,
}

/// Draws the figure and says where.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn {
    let grid = Grid::of(scene);
    if grid.groups.is_empty() {
        layout.plots.push(place(inside));
        layout.nothing = ["No spectra of single groups", "Compute them to see where the width is."]
            .map(String::from)
            .to_vec();
        return Ok(());
    }
    if scene.figure.compact {
        grid.draw_rows(sheet, scene, inside, layout)
    } else if grid.places.named
        && (grid.places.blocks.len() > MOST_BLOCKS || grid.places.kinds.len() > MOST_KINDS)
    {
        grid.draw_strip(sheet, scene, inside, layout)
    } else {
        grid.draw_cells(sheet, scene, inside, layout)
    }
}

/// What the figure shows, in a sentence.
pub(super) fn summary(scene: &Scene) -> String {
    let grid = Grid::of(scene);
    let number = grid.number();
    let valued = grid.groups.iter().filter_map(|group| Some((group, group_value(number, group)?)));
    let Some((group, value)) = valued.max_by(|a, b| a.1.total_cmp(&b.1)) else { return String::new() };
    let sure = grid.groups.iter().filter(|group| surely_wider(group, grid.groups.len())).count();
    let what = number.title().0.to_ascii_lowercase();
    let mut text = format!(
        "{what} of {} groups at {}: largest in {}, {}",
        grid.groups.len(),
        scene.long_name(scene.current),
        cut(&group.name, 60),
        grid.shades.text(value, 3)
    );
    if grid.can_be_sure() {
        text += &format!("; {sure} wider than all shuffles");
    }
    text
}

fn place(rect: Rect) -> PlotPlace {
    PlotPlace {
        name: "groups".into(),
        left: rect.left,
        top: rect.top,
        width: rect.width(),
        height: rect.height(),
        x0: 0.0,
        x1: 1.0,
        y0: 0.0,
        y1: 1.0,
        x_scale: "linear",
    }
}

/// The spectrum of a group.
fn curve(group: &GroupRecord) -> Vec<Option<Point>> {
    group.alpha.iter().zip(&group.f).map(|(alpha, f)| Some((clean(*alpha)?, clean(*f)?))).collect()
}

/// Smallest and largest alpha.
fn range(group: &GroupRecord) -> Option<(f64, f64)> {
    let alphas = || group.alpha.iter().copied().filter_map(clean);
    let (low, high) = (alphas().fold(f64::INFINITY, f64::min), alphas().fold(f64::NEG_INFINITY, f64::max));
    (low <= high).then_some((low, high))
}

impl<'a> Grid<'a> {
    fn of(scene: &Scene<'a>) -> Self {
        let groups = scene.record().map_or(&[][..], |record| &record.groups);
        let members = scene.members(scene.series_number(scene.current));
        let all = || members.iter().flat_map(|&index| &scene.records()[index].groups).chain(groups);
        let points = || all().flat_map(curve).flatten();
        let excess =
            scene.figure.nulls && all().any(|group| group_value(Number::ExcessWidth, group).is_some());
        let number = if excess { Number::ExcessWidth } else { Number::Width };
        let (low, high) = padded(points().map(|p| p.1)).unwrap_or((-0.6, 0.02));
        Self {
            groups,
            places: Places::of(groups.iter().map(|group| group.name.as_str())),
            x: padded(points().map(|p| p.0)).unwrap_or((0.5, 1.5)),
            y: (low, high.max(-0.04 * low)),
            shades: Shades::over(all().filter_map(|group| group_value(number, group)), excess),
            excess,
        }
    }

    fn number(&self) -> Number {
        if self.excess { Number::ExcessWidth } else { Number::Width }
    }

    /// Whether there are enough shuffles to call a group wider.
    fn can_be_sure(&self) -> bool {
        let enough = (self.groups.len() * ENOUGH) as u64;
        self.excess && self.groups.iter().filter_map(group_null).any(|null| null.samples >= enough)
    }

    fn legend(&self) -> String {
        if !self.excess {
            return "width of each group, not shuffled".into();
        }
        let enough = count((self.groups.len() * ENOUGH) as u64);
        let bars = "grey: mean width of shuffles";
        if self.can_be_sure() {
            format!("same axes in every cell; {bars}; bold: wider than all of {enough} or more")
        } else {
            format!("same axes in every cell; {bars}; {enough} of each would tell which are wider")
        }
    }

    /// Small multiples.
    fn draw_cells<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        scene: &Scene,
        inside: Rect,
        layout: &mut Layout,
    ) -> Drawn {
        let theme = &sheet.theme;
        let name = Type { face: Face::Semibold, size: theme.sizes.label, color: theme.ink };
        let head = Type { face: Face::Regular, size: theme.sizes.label, color: theme.ink3 };
        let named = self.places.named;
        let columns = if named { self.places.blocks.len() } else { self.groups.len().min(COLUMNS) };
        let rows = if named { self.places.kinds.len() } else { self.groups.len().div_ceil(COLUMNS) };
        let labels = self.places.kinds.iter().map(|kind| sheet.measure(kind, name)).fold(0.0, f64::max);
        let labels = if named { labels.min(0.24 * inside.width()) + 14.0 } else { 0.0 };
        let top = inside.top + if named { HEAD } else { 0.0 };
        let body = Rect {
            left: inside.left + labels,
            top,
            right: inside.right,
            bottom: (inside.bottom - FOOT).max(top + 1.0),
        };
        layout.plots.push(place(body));
        let (wide, high) = (body.width() / columns as f64, body.height() / rows as f64);
        let cell = |row: usize, column: usize| {
            let (left, top) = (body.left + wide * column as f64, body.top + high * row as f64);
            Rect { left, top, right: left + wide - GAP, bottom: top + high - GAP }
        };
        if named {
            let middle = |column: usize| cell(0, column).middle().0;
            let texts: Vec<(f64, String)> = self
                .places
                .blocks
                .iter()
                .enumerate()
                .map(|(column, block)| {
                    let long = wide > 64.0 && !block.is_empty();
                    (middle(column), if long { format!("block {block}") } else { block.clone() })
                })
                .collect();
            draw_row(sheet, inside.top + 9.0, texts.iter().map(|(x, text)| (*x, text.as_str(), false)))?;
            for (row, kind) in self.places.kinds.iter().enumerate() {
                let text = shortened(sheet, kind, name, labels - 10.0);
                sheet.text((inside.left, cell(row, 0).middle().1), &text, name, HPos::Left, VPos::Center)?;
            }
        }
        for (index, group) in self.groups.iter().enumerate() {
            let (kind, block) = self.places.at[index];
            let (row, column) = if named { (kind, block) } else { (index / COLUMNS, index % COLUMNS) };
            let cell = cell(row, column);
            self.draw_cell(sheet, scene, cell, group)?;
            if !named && cell.height() > 44.0 {
                let text = shortened(sheet, &group.name, head, cell.width() - 12.0);
                sheet.text((cell.left + 6.0, cell.top + 11.0), &text, head, HPos::Left, VPos::Center)?;
            }
            layout.cells.push(self.cell_place(scene, index, cell));
        }
        self.draw_foot(sheet, inside, Some(cell(rows - 1, 0)))
    }

    fn cell_place(&self, scene: &Scene, index: usize, cell: Rect) -> CellPlace {
        CellPlace {
            checkpoint: scene.current,
            row: index,
            left: cell.left,
            top: cell.top,
            width: cell.width(),
            height: cell.height(),
            value: group_value(self.number(), &self.groups[index]),
        }
    }

    /// The spectrum of the chosen group, on axes that hold it at all checkpoints.
    fn draw_opened<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        scene: &Scene,
        large: Rect,
        group: &GroupRecord,
    ) -> Drawn {
        let members = scene.members(scene.series_number(scene.current));
        let all = || {
            members.iter().flat_map(|&index| &scene.records()[index].groups).filter(|g| g.name == group.name)
        };
        let points = || all().chain([group]).flat_map(curve).flatten();
        let x = padded(points().map(|p| p.0)).unwrap_or(self.x);
        let (low, high) = padded(points().map(|p| p.1)).unwrap_or(self.y);
        let rect = Rect {
            left: large.left + 38.0,
            top: large.top + 26.0,
            right: large.right - 34.0,
            bottom: large.bottom - BAR - 6.0,
        };
        let y = Scale::Linear(low, high.max(-0.04 * low));
        let chart = Chart::fitted(sheet, rect, Scale::Linear(x.0, x.1), y);
        chart.draw_grid(sheet, &chart.y_ticks(Y_DISTANCE), Numerals::Plain, sheet.theme.sizes.tick)?;
        self.draw_curve(sheet, scene, &chart, group)?;
        let axis = Chart::new(Rect { bottom: large.bottom, ..chart.rect }, chart.x, chart.y);
        let symbol = Type { face: Face::Symbol, size: sheet.theme.sizes.symbol, color: sheet.theme.ink };
        axis.draw_x_axis(sheet, &axis.x_ticks(X_DISTANCE), &[Run("α", symbol)])
    }

    /// Axis of the first column, and the legend.
    fn draw_foot<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, inside: Rect, axis: Option<Rect>) -> Drawn {
        let theme = &sheet.theme;
        let style = Type { face: Face::Regular, size: theme.sizes.small, color: theme.ink3 };
        if let Some(cell) = axis {
            let chart = self.chart(cell);
            let y = cell.bottom + GAP + 8.0;
            let ticks = self.ticks();
            let texts: Vec<(f64, String)> = ticks
                .values
                .iter()
                .map(|tick| (chart.at((*tick, 0.0)).0, decimal(*tick, ticks.decimals)))
                .collect();
            draw_row(sheet, y, texts.iter().map(|(x, text)| (*x, text.as_str(), false)))?;
            let symbol = Type { face: Face::Symbol, size: theme.sizes.symbol, color: theme.ink };
            draw_runs(sheet, (cell.left - 8.0, y), &[Run("α", symbol)], HPos::Right)?;
        }
        let legend = shortened(sheet, &self.legend(), style, inside.width());
        sheet.text((inside.right, inside.bottom - 7.0), &legend, style, HPos::Right, VPos::Center)
    }

    fn ticks(&self) -> Ticks {
        Ticks::over(self.x.0, self.x.1, 3)
    }

    /// Where the curve of a cell lies: above its number.
    fn chart(&self, cell: Rect) -> Chart {
        let number = if cell.height() > 44.0 { 28.0 } else { 14.0 };
        let (left, top) = (cell.left + 6.0, cell.top + 6.0);
        let rect = Rect {
            left,
            top,
            right: (cell.right - 6.0).max(left + 1.0),
            bottom: (cell.bottom - number).max(top + 1.0),
        };
        Chart::new(rect, Scale::Linear(self.x.0, self.x.1), Scale::Linear(self.y.0, self.y.1))
    }

    /// Ground with a tint by excess, the middle of the axis, the curve, the widths as bars, the number.
    fn draw_cell<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        scene: &Scene,
        cell: Rect,
        group: &GroupRecord,
    ) -> Drawn {
        let theme = &sheet.theme;
        sheet.block(cell, theme.line, 1.0)?;
        sheet.block(cell.grown(-1.0), theme.surface, 1.0)?;
        let value = group_value(self.number(), group);
        if let Some(value) = value.filter(|value| self.excess && *value > 0.0 && self.shades.high > 0.0) {
            sheet.block(cell.grown(-1.0), theme.accent, 0.2 * value / self.shades.high)?;
        }
        let chart = self.chart(cell);
        if let Some(tick) = self.ticks().values.get(1) {
            let (x, _) = chart.at((*tick, 0.0));
            sheet.line(
                &[(x, cell.top + 1.0), (x, cell.bottom - 1.0)],
                Stroke::new(theme.grid, theme.sizes.hair),
            )?;
        }
        self.draw_curve(sheet, scene, &chart, group)?;
        let at = (cell.left + 7.0, cell.bottom - 10.0);
        self.draw_number(sheet, group, at, HPos::Left, cell.width())
    }

    /// The curve, and under it its width as a line over the mean width of its shuffles, from the same left end.
    fn draw_curve<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        scene: &Scene,
        chart: &Chart,
        group: &GroupRecord,
    ) -> Drawn {
        let theme = &sheet.theme;
        let color = scene.color(theme, scene.current);
        let y = chart.rect.bottom + BAR;
        if let Some((low, high)) = range(group) {
            let x = |alpha: f64| chart.at((alpha, 0.0)).0;
            let null = group_null(group).filter(|_| scene.figure.nulls);
            if let Some(width) = null.and_then(|null| clean(null.width)) {
                let bar = Rect { left: x(low), top: y - 2.5, right: x(low + width), bottom: y + 2.5 };
                sheet.chance_bar(bar, 0.45)?;
            }
            sheet.line(&[(x(low), y), (x(high), y)], Stroke::new(color, 1.6))?;
        }
        chart.runs(&curve(group)).iter().try_for_each(|run| sheet.line(run, Stroke::new(color, 2.0)))
    }

    fn draw_number<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        group: &GroupRecord,
        at: Point,
        h_pos: HPos,
        room: f64,
    ) -> Drawn {
        let theme = &sheet.theme;
        let sure = self.excess && surely_wider(group, self.groups.len());
        let (face, color) = if sure { (Face::Semibold, theme.ink) } else { (Face::Regular, theme.ink3) };
        let style = Type { face, size: theme.sizes.label, color };
        let decimals = if room > 70.0 { 3 } else { 2 };
        let value = group_value(self.number(), group);
        let text = value.map_or("no spectrum".into(), |value| self.shades.text(value, decimals));
        let text = shortened(sheet, &text, style, room - 10.0);
        sheet.text(at, &text, style, h_pos, VPos::Center)
    }

    /// The narrow form: a row for each group with its name, a small spectrum and the number.
    fn draw_rows<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        scene: &Scene,
        inside: Rect,
        layout: &mut Layout,
    ) -> Drawn {
        let theme = &sheet.theme;
        layout.plots.push(place(inside));
        let most = ((inside.height() / LEAST_ROW) as usize).max(1);
        let shown = if self.groups.len() <= most { self.groups.len() } else { most - 1 };
        let rows = if shown < self.groups.len() { shown + 1 } else { shown };
        let height = inside.height() / rows as f64;
        let style = Type { face: Face::Regular, size: theme.sizes.label, color: theme.ink };
        let (names, numbers) = (0.5 * inside.width(), 58.0);
        for (index, group) in self.groups.iter().take(shown).enumerate() {
            let top = inside.top + height * index as f64;
            let row = Rect { top, bottom: top + height, ..inside };
            let y = row.middle().1;
            let text = shortened(sheet, &group.name, style, names - 8.0);
            sheet.text((inside.left, y), &text, style, HPos::Left, VPos::Center)?;
            let left = inside.left + names;
            let rect = Rect {
                left,
                top: top + 3.0,
                right: (inside.right - numbers).max(left + 1.0),
                bottom: (row.bottom - BAR - 5.0).max(top + 4.0),
            };
            let chart =
                Chart::new(rect, Scale::Linear(self.x.0, self.x.1), Scale::Linear(self.y.0, self.y.1));
            self.draw_curve(sheet, scene, &chart, group)?;
            self.draw_number(sheet, group, (inside.right, y), HPos::Right, numbers + 14.0)?;
            let foot = [(inside.left, row.bottom), (inside.right, row.bottom)];
            sheet.line(&foot, Stroke::new(theme.line, theme.sizes.hair))?;
            layout.cells.push(self.cell_place(scene, index, row));
        }
        if shown < self.groups.len() {
            let text = format!("{} more groups: see the table", count((self.groups.len() - shown) as u64));
            let style = Type { color: theme.ink3, ..style };
            let y = inside.bottom - height / 2.0;
            sheet.text((inside.left, y), &text, style, HPos::Left, VPos::Center)?;
        }
        Ok(())
    }

    /// Many blocks: a strip of cells by kind and block, and the chosen group's spectrum below; the widest above chance
    /// where none is chosen.
    fn draw_strip<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        scene: &Scene,
        inside: Rect,
        layout: &mut Layout,
    ) -> Drawn {
        let theme = &sheet.theme;
        let name = Type { face: Face::Semibold, size: theme.sizes.small, color: theme.ink };
        let labels = self.places.kinds.iter().map(|kind| sheet.measure(kind, name)).fold(0.0, f64::max);
        let labels = labels.min(0.24 * inside.width()) + 12.0;
        let (top, left) = (inside.top + HEAD, inside.left + labels);
        let height = (0.5 * inside.height()).min(26.0 * self.places.kinds.len() as f64);
        let body = Rect { left, top, right: inside.right, bottom: top + height };
        layout.plots.push(place(body));
        let (wide, high) =
            (body.width() / self.places.blocks.len() as f64, height / self.places.kinds.len() as f64);
        let middle = |column: usize| left + wide * (column as f64 + 0.5);
        let last = self.places.blocks.len() - 1;
        let texts = [0, last].into_iter().chain(0..=last);
        let texts: Vec<(f64, &str)> =
            texts.map(|column| (middle(column), self.places.blocks[column].as_str())).collect();
        draw_row(sheet, inside.top + 9.0, texts.iter().map(|(x, text)| (*x, *text, false)))?;
        sheet.text(
            (inside.left, inside.top + 9.0),
            "block",
            Type { face: Face::Regular, color: theme.ink3, ..name },
            HPos::Left,
            VPos::Center,
        )?;
        let mut free = f64::NEG_INFINITY;
        for (row, kind) in self.places.kinds.iter().enumerate() {
            let y = top + high * (row as f64 + 0.5);
            if y - 0.55 * name.size < free {
                continue;
            }
            free = y + 0.55 * name.size;
            let text = shortened(sheet, kind, name, labels - 8.0);
            sheet.text((inside.left, y), &text, name, HPos::Left, VPos::Center)?;
        }
        let values = self.groups.iter().filter_map(|group| group_value(self.number(), group));
        let decimals = self.shades.decimals(sheet, wide, high, values);
        let opened = scene.figure.group.filter(|&index| index < self.groups.len()).or_else(|| self.widest());
        for (index, group) in self.groups.iter().enumerate() {
            let (kind, block) = self.places.at[index];
            let (x, y) = (left + wide * block as f64, top + high * kind as f64);
            let gap = if high.min(wide) > 6.0 { 0.5 } else { 0.0 };
            let cell = Rect { left: x + gap, top: y + gap, right: x + wide - gap, bottom: y + high - gap };
            let value = group_value(self.number(), group);
            let sure = self.excess && surely_wider(group, self.groups.len());
            self.shades.draw_cell(sheet, cell, value, decimals, sure)?;
            if opened == Some(index) {
                let (a, c) = ((x, y), (x + wide, y + high));
                sheet.line(&[a, (c.0, a.1), c, (a.0, c.1), a], Stroke::new(theme.ink, 1.5))?;
            }
            layout.cells.push(self.cell_place(scene, index, cell));
        }
        let below = Rect { top: body.bottom + 8.0, bottom: inside.bottom, ..inside };
        let scale = Rect { bottom: below.top + 34.0, ..below };
        self.shades.draw_scale(sheet, scale, self.number().title().0)?;
        let large = Rect {
            top: scale.bottom + 8.0,
            bottom: (inside.bottom - FOOT).max(scale.bottom + 30.0),
            ..inside
        };
        if let Some(group) = opened.and_then(|index| self.groups.get(index)).filter(|_| large.height() > 60.0)
        {
            let text = cut(&group.name, 60);
            let runs = [Run(&text, Type { face: Face::Semibold, size: theme.sizes.label, color: theme.ink })];
            draw_runs(sheet, (large.left, large.top + 8.0), &runs, HPos::Left)?;
            let wide = runs_width(sheet, &runs) + 12.0;
            self.draw_number(sheet, group, (large.left + wide, large.top + 8.0), HPos::Left, 120.0)?;
            self.draw_opened(sheet, scene, large, group)?;
        }
        self.draw_foot(sheet, inside, None)
    }

    fn widest(&self) -> Option<usize> {
        let values = self.groups.iter().enumerate();
        let values = values.filter_map(|(i, group)| Some((i, group_value(self.number(), group)?)));
        values.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(i, _)| i)
    }
}

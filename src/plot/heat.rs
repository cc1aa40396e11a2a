//! A number of every group, or block, at every checkpoint of a series.

use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

use super::cells::Shades;
use super::figure::{CellPlace, Layout, Number, PlotPlace, Rows};
use super::labels::shortened;
use super::measure::{group_chance, group_value, surely_wider};
use super::places::Places;
use super::scene::{Scene, clean, null_adjective};
use super::sheet::{Drawn, Rect, Sheet, Stroke, Type};
use super::steps::draw_row;
use super::text::Face;
use crate::report::CheckpointRecord;

/// Room above the cells for the names of two panels, and below for steps and scale.
const HEAD: f64 = 20.0;
const STEPS: f64 = 26.0;
const SCALE: f64 = 32.0;

/// Space between kinds of matrices, and between panels.
const BETWEEN_KINDS: f64 = 4.0;
const BETWEEN_PANELS: f64 = 16.0;

/// A row of cells.
struct Row {
    /// Index of the group or block.
    index: usize,
    kind: usize,
    label: String,
    /// Groups whose mean it shows.
    groups: Vec<usize>,
}

/// Rows by checkpoints.
struct Map {
    number: Number,
    members: Vec<usize>,
    kinds: Vec<String>,
    rows: Vec<Row>,
    /// For each row, for each member.
    values: Vec<Vec<Option<f64>>>,
    /// The null model's; empty where differences are shown, or where there is none.
    chance: Vec<Vec<Option<f64>>>,
    sure: Vec<Vec<bool>>,
}

/// Draws the figure and says where.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn {
    let map = Map::of(scene);
    let top = inside.top + if map.chance.is_empty() { 3.0 } else { HEAD };
    let body = Rect { top, bottom: (inside.bottom - STEPS - SCALE).max(top + 1.0), ..inside };
    if map.is_empty() {
        layout.plots.push(place(body));
        let what = if map.number == Number::Nfd {
            "The document has no layers."
        } else {
            "Compute the spectra of the groups first."
        };
        layout.nothing = vec!["Nothing to draw for single groups".into(), what.into()];
        return Ok(());
    }
    let theme = &sheet.theme;
    let all = map.values.iter().chain(&map.chance).flatten().copied().flatten();
    let shades = Shades::over(all, map.number == Number::ExcessWidth);
    let labels = map.draw_labels(sheet, scene, body)?;
    let cells = Rect { left: body.left + labels, ..body };
    let panels = if map.chance.is_empty() { 1.0 } else { 2.0 };
    let width = ((cells.width() - (panels - 1.0) * BETWEEN_PANELS) / panels).max(1.0);
    let panel = Rect { right: cells.left + width, ..cells };
    layout.plots.push(place(panel));
    map.draw_panel(sheet, scene, panel, &map.values, shades, Some(layout))?;
    let style = |color| Type { face: Face::Semibold, size: theme.sizes.small, color };
    if !map.chance.is_empty() {
        let second = Rect { left: panel.right + BETWEEN_PANELS, right: cells.right, ..panel };
        map.draw_panel(sheet, scene, second, &map.chance, shades, None)?;
        let adjective = scene.null(scene.current).map_or("shuffled", null_adjective);
        let y = inside.top + HEAD / 2.0;
        sheet.text((panel.left, y), "this", style(theme.ink), HPos::Left, VPos::Center)?;
        sheet.text((second.left, y), adjective, style(theme.null), HPos::Left, VPos::Center)?;
    }
    let row = Rect { top: body.bottom + STEPS, bottom: inside.bottom, ..inside };
    let name = if scene.figure.compact { "" } else { map.number.title().0 };
    shades.draw_scale(sheet, row, name)
}

/// What the figure shows, in a sentence.
pub(super) fn summary(scene: &Scene) -> String {
    let map = Map::of(scene);
    let name = map.number.title().0;
    let last = |row: &Vec<Option<f64>>| row.last().copied().flatten();
    let ends =
        map.rows.iter().zip(map.values.iter().map(last)).filter_map(|(row, value)| Some((row, value?)));
    let most = ends.max_by(|a, b| a.1.total_cmp(&b.1));
    let Some(((row, value), last)) = most.zip(map.members.last()) else { return name.into() };
    let shades = Shades { low: 0.0, high: 0.0, signed: map.number == Number::ExcessWidth };
    let kind = map.kinds.get(row.kind).filter(|_| scene.figure.by == Rows::Groups);
    let place = kind.map_or(row.label.clone(), |kind| format!("{kind} {}", row.label));
    format!(
        "{name} of {} rows at {} checkpoints; at {} the largest is {} in {}",
        map.rows.len(),
        map.members.len(),
        scene.long_name(*last),
        shades.text(value, 3),
        place.trim()
    )
}

fn place(rect: Rect) -> PlotPlace {
    PlotPlace {
        name: "heat".into(),
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

/// Names of the groups with a number, in the order of the network.
fn names(record: &CheckpointRecord, number: Number) -> Vec<&str> {
    match number {
        Number::Nfd => record.nfd.layers.iter().map(|layer| layer.name.as_str()).collect(),
        _ => record.groups.iter().map(|group| group.name.as_str()).collect(),
    }
}

impl Map {
    fn of(scene: &Scene) -> Self {
        let number = scene.figure.number.unwrap_or(Number::ExcessWidth);
        let members = scene.members(scene.series_number(scene.current)).to_vec();
        let record = |index: usize| &scene.records()[index];
        let names = members.iter().map(|&i| names(record(i), number)).find(|names| !names.is_empty());
        let names = names.unwrap_or_default();
        let places = Places::of(names.iter().copied());
        let rows = rows(&places, scene.figure.by);
        let own = |index: usize, group: usize| match number {
            Number::Nfd => {
                let layer = record(index).nfd.layers.get(group).filter(|layer| layer.name == names[group]);
                clean(layer.and_then(|layer| layer.summary.mean))
            }
            _ => record(index)
                .groups
                .get(group)
                .filter(|g| g.name == names[group])
                .and_then(|g| group_value(number, g)),
        };
        let null = |index: usize, group: usize| {
            let group = record(index).groups.get(group).filter(|g| g.name == names[group])?;
            group_chance(number, group).filter(|_| scene.figure.nulls)
        };
        let sure = |index: usize, row: &Row| {
            let group = record(index).groups.get(row.groups[0]);
            row.groups.len() == 1 && group.is_some_and(|group| surely_wider(group, names.len()))
        };
        let table = |of: &dyn Fn(usize, usize) -> Option<f64>| -> Vec<Vec<Option<f64>>> {
            let cell =
                |row: &Row, index: usize| mean(row.groups.iter().filter_map(|&group| of(index, group)));
            rows.iter().map(|row| members.iter().map(|&index| cell(row, index)).collect()).collect()
        };
        let mut chance = table(&null);
        if chance.iter().flatten().all(Option::is_none) {
            chance.clear();
        }
        Self {
            number,
            values: table(&own),
            chance,
            sure: rows.iter().map(|row| members.iter().map(|&index| sure(index, row)).collect()).collect(),
            kinds: places.kinds,
            rows,
            members,
        }
    }

    fn is_empty(&self) -> bool {
        self.values.iter().flatten().all(Option::is_none)
    }

    /// Upper and lower edge of every row; a little space between kinds.
    fn bands(&self, body: Rect) -> Vec<(f64, f64)> {
        let breaks = self.rows.windows(2).filter(|pair| pair[0].kind != pair[1].kind).count() as f64;
        let space = BETWEEN_KINDS.min(body.height() / (4.0 * (breaks + 1.0)));
        let height = (body.height() - breaks * space) / self.rows.len().max(1) as f64;
        let mut top = body.top;
        let mut bands = Vec::with_capacity(self.rows.len());
        for (i, row) in self.rows.iter().enumerate() {
            if i > 0 && self.rows[i - 1].kind != row.kind {
                top += space;
            }
            bands.push((top, top + height));
            top += height;
        }
        bands
    }

    /// Names of kinds and blocks left of the cells; gives the room that they take.
    fn draw_labels<DB: DrawingBackend>(&self, sheet: &Sheet<DB>, scene: &Scene, body: Rect) -> Drawn<f64> {
        let theme = &sheet.theme;
        let kind = Type { face: Face::Semibold, size: theme.sizes.small, color: theme.ink };
        let label = Type { face: Face::Regular, size: theme.sizes.small, color: theme.ink3 };
        let widest = |texts: &mut dyn Iterator<Item = &str>, style| {
            texts.map(|text| sheet.measure(text, style)).fold(0.0, f64::max)
        };
        let most = if scene.figure.compact { 0.24 } else { 0.2 } * body.width();
        let shows_kinds = scene.figure.by == Rows::Groups;
        let kinds =
            widest(&mut self.kinds.iter().map(String::as_str).filter(|_| shows_kinds), kind).min(most);
        let labels = widest(&mut self.rows.iter().map(|row| row.label.as_str()), label).min(most);
        let bands = self.bands(body);
        let right = body.left + kinds + if kinds > 0.0 { 10.0 } else { 0.0 } + labels;
        let mut free = f64::NEG_INFINITY;
        for (row, (top, bottom)) in self.rows.iter().zip(&bands) {
            let y = (top + bottom) / 2.0;
            if y - 0.5 * label.size >= free {
                let text = shortened(sheet, &row.label, label, labels + 1.0);
                sheet.text((right, y), &text, label, HPos::Right, VPos::Center)?;
                free = y + 0.5 * label.size;
            }
        }
        let mut free = f64::NEG_INFINITY;
        for (number, name) in self.kinds.iter().enumerate().filter(|_| shows_kinds) {
            let own =
                || self.rows.iter().zip(&bands).filter(|(row, _)| row.kind == number).map(|(_, band)| *band);
            let (Some(first), Some(last)) = (own().next(), own().next_back()) else { continue };
            let y = (first.0 + last.1) / 2.0;
            if y - 0.55 * kind.size >= free {
                let text = shortened(sheet, name, kind, kinds + 1.0);
                sheet.text((body.left, y), &text, kind, HPos::Left, VPos::Center)?;
                free = y + 0.55 * kind.size;
            }
        }
        Ok(right - body.left + 8.0)
    }

    fn draw_panel<DB: DrawingBackend>(
        &self,
        sheet: &Sheet<DB>,
        scene: &Scene,
        panel: Rect,
        values: &[Vec<Option<f64>>],
        shades: Shades,
        mut layout: Option<&mut Layout>,
    ) -> Drawn {
        let theme = &sheet.theme;
        let pitch = panel.width() / self.members.len().max(1) as f64;
        let gap = if pitch > 6.0 { 0.5 } else { 0.0 };
        let height = self.bands(panel).first().map_or(0.0, |band| band.1 - band.0);
        let decimals = shades.decimals(sheet, pitch, height, values.iter().flatten().copied().flatten());
        for ((row, band), (values, sure)) in
            self.rows.iter().zip(self.bands(panel)).zip(values.iter().zip(&self.sure))
        {
            for (column, (value, sure)) in values.iter().zip(sure).enumerate() {
                let left = panel.left + pitch * column as f64;
                let inner = if band.1 - band.0 > 6.0 { gap } else { 0.0 };
                let cell = Rect {
                    left: left + gap,
                    top: band.0 + inner,
                    right: left + pitch - gap,
                    bottom: band.1 - inner,
                };
                shades.draw_cell(sheet, cell, *value, decimals, *sure)?;
                if let Some(layout) = layout.as_deref_mut() {
                    layout.cells.push(CellPlace {
                        checkpoint: self.members[column],
                        row: row.index,
                        left,
                        top: band.0,
                        width: pitch,
                        height: band.1 - band.0,
                        value: *value,
                    });
                }
            }
        }
        let middle = |column: usize| panel.left + pitch * (column as f64 + 0.5);
        let here = self.members.iter().position(|&index| index == scene.current);
        if let Some(column) = here {
            let (left, right) = (middle(column) - pitch / 2.0, middle(column) + pitch / 2.0);
            let (top, bottom) = (panel.top - 1.5, panel.bottom + 1.5);
            let outline = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
            sheet.line(&outline, Stroke::new(theme.ink, 1.5))?;
        }
        let last = self.members.len().saturating_sub(1);
        let columns = here.into_iter().chain([last, 0]).chain(0..=last);
        let texts: Vec<(f64, String, bool)> = columns
            .filter(|&column| column < self.members.len())
            .enumerate()
            .map(|(i, column)| {
                (middle(column), scene.short_name(self.members[column]), i == 0 && here.is_some())
            })
            .collect();
        draw_row(sheet, panel.bottom + 13.0, texts.iter().map(|(x, text, bold)| (*x, text.as_str(), *bold)))
    }
}

fn rows(places: &Places, by: Rows) -> Vec<Row> {
    let mut rows: Vec<Row> = match by {
        Rows::Groups => places
            .at
            .iter()
            .enumerate()
            .map(|(index, &(kind, block))| Row {
                index,
                kind,
                label: places.blocks[block].clone(),
                groups: vec![index],
            })
            .collect(),
        Rows::Blocks => places
            .blocks
            .iter()
            .enumerate()
            .map(|(index, label)| Row {
                index,
                kind: 0,
                label: if places.named && !label.is_empty() {
                    format!("block {label}")
                } else {
                    label.clone()
                },
                groups: Vec::new(),
            })
            .collect(),
    };
    if by == Rows::Blocks {
        for (group, (_, block)) in places.at.iter().enumerate() {
            rows[*block].groups.push(group);
        }
    }
    rows.sort_by_key(|row| row.kind);
    rows
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    clean((count > 0.0).then(|| sum / count))
}

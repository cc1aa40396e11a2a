//! The distribution of the neuron fractal dimension over steps: a row for each checkpoint, its null model behind.

use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use super::axis::{Chart, X_DISTANCE};
use super::figure::{Layout, Number, RowPlace};
use super::labels::{Run, draw_runs};
use super::measure::{chance, change, value};
use super::nfd::{Bars, bars_of, chart, null_bars, outline};
use super::numbers::decimal;
use super::rulers::thinned;
use super::scene::{Scene, null_adjective};
use super::sheet::{Drawn, Rect, Sheet, Stroke, Type};
use super::spectrum::row_text;
use super::text::Face;

/// Height of the highest bar, in rows.
const OVERLAP: f64 = 2.2;

/// Draws the figure and says where.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn {
    let rows = thinned(scene.members(scene.series_number(scene.current)), scene.current);
    let style = Type { face: Face::Regular, size: sheet.theme.sizes.small, color: sheet.theme.ink3 };
    let names = rows.iter().map(|&index| sheet.measure(&scene.short_name(index), style));
    let left = inside.left + names.fold(if scene.figure.compact { 32.0 } else { 42.0 }, f64::max) + 12.0;
    let rect = Rect {
        left,
        top: inside.top + 18.0,
        right: (inside.right - if scene.figure.compact { 44.0 } else { 92.0 }).max(left + 1.0),
        bottom: (inside.bottom - 25.0).max(inside.top + 19.0),
    };
    let whole = chart(scene, rect);
    let pitch = rect.height() / (rows.len() as f64 - 1.0 + OVERLAP).max(1.0);
    let base = |row: usize| rect.top + pitch * (OVERLAP + row as f64);
    whole.draw_x_axis(sheet, &whole.x_ticks(X_DISTANCE), &[])?;
    layout.plots.push(whole.place("nfd-steps"));
    if rows.iter().all(|&index| bars_of(scene, index).is_empty()) {
        layout.nothing =
            ["No distribution yet", "It needs checkpoints with neurons."].map(String::from).to_vec();
        return Ok(());
    }
    draw_head(sheet, scene, rect, inside)?;
    for (row, &index) in rows.iter().enumerate() {
        let y = base(row);
        let chart = Chart::new(Rect { top: y - pitch * OVERLAP, bottom: y, ..rect }, whole.x, whole.y);
        draw_ridge(sheet, scene, &chart, index)?;
        layout.rows.push(RowPlace { checkpoint: index, y });
    }
    draw_numbers(sheet, scene, layout, rect, inside)
}

/// What the figure shows, in a sentence.
pub(super) fn summary(scene: &Scene) -> String {
    change(scene, Number::Nfd).unwrap_or_default()
}

/// What the numbers at the right are.
fn draw_head<DB: DrawingBackend>(sheet: &Sheet<DB>, scene: &Scene, rect: Rect, inside: Rect) -> Drawn {
    let theme = &sheet.theme;
    let style = |color| Type { face: Face::Regular, size: theme.sizes.small, color };
    let own = [Run("mean", style(theme.ink2))];
    let x = if scene.figure.compact { inside.right - 2.0 } else { rect.right + 44.0 };
    draw_runs(sheet, (x, inside.top + 8.0), &own, HPos::Right)?;
    let Some(null) = scene.null(scene.current) else { return Ok(()) };
    // Without room for its numbers, its name stands over the chart.
    let (text, x, h_pos) = if scene.figure.compact {
        (format!("grey: {}", null_adjective(null)), inside.left, HPos::Left)
    } else {
        (null_adjective(null).to_owned(), inside.right, HPos::Right)
    };
    draw_runs(sheet, (x, inside.top + 8.0), &[Run(&text, style(theme.null))], h_pos)
}

fn draw_ridge<DB: DrawingBackend>(sheet: &Sheet<DB>, scene: &Scene, chart: &Chart, index: usize) -> Drawn {
    let theme = &sheet.theme;
    let (color, current) = (scene.color(theme, index), index == scene.current);
    let border = |bars: &Bars| outline(chart, bars, true);
    let (own, null) = (border(&bars_of(scene, index)), border(&null_bars(scene, index)));
    // A row stands in front of those above it.
    sheet.fill(&own, theme.bg, 1.0)?;
    if !theme.outlined {
        sheet.chance(&null, theme.null_fill)?;
    }
    sheet.fill(&own, color, if current { 0.32 } else { 0.14 })?;
    if theme.outlined {
        sheet.chance(&null, theme.null_fill)?;
    }
    let width = if current { theme.sizes.null + 0.4 } else { theme.sizes.other };
    sheet.line(&own, Stroke::new(color, width))?;
    let means = [(chance(scene, Number::Nfd, index), theme.null), (value(scene, Number::Nfd, index), color)];
    // The means of the others are numbers at the right: here later rows would hide them.
    for (mean, color) in means.into_iter().filter(|_| current) {
        if let Some((x, y)) = mean.map(|mean| chart.at((mean, 0.0))) {
            sheet.line(&[(x, y - 4.0), (x, y + 4.0)], Stroke::new(color, 2.0))?;
        }
    }
    Ok(())
}

/// Steps at the left, means at the right: of the selected row, the last, the first, then of those that have room.
fn draw_numbers<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    layout: &Layout,
    rect: Rect,
    inside: Rect,
) -> Drawn {
    let current = layout.rows.iter().filter(|row| row.checkpoint == scene.current);
    let mut taken: Vec<f64> = Vec::new();
    for row in current.chain(layout.rows.last()).chain(layout.rows.first()).chain(&layout.rows) {
        if taken.iter().any(|y| (y - row.y).abs() < 1.2 * sheet.theme.sizes.small) {
            continue;
        }
        taken.push(row.y);
        let (index, bold, y) = (row.checkpoint, row.checkpoint == scene.current, row.y - 4.0);
        row_text(sheet, (rect.left - 8.0, y), &scene.short_name(index), bold)?;
        let right = if scene.figure.compact { inside.right - 2.0 } else { rect.right + 44.0 };
        if let Some(mean) = value(scene, Number::Nfd, index) {
            row_text(sheet, (right, y), &decimal(mean, 3), bold)?;
        }
        if let Some(mean) = chance(scene, Number::Nfd, index).filter(|_| !scene.figure.compact) {
            let theme = &sheet.theme;
            let style = Type { face: Face::Regular, size: theme.sizes.small, color: theme.null };
            draw_runs(sheet, (inside.right, y), &[Run(&decimal(mean, 3), style)], HPos::Right)?;
        }
    }
    Ok(())
}

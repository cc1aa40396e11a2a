//! E and width above chance of several models against their number of parameters.

use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use super::axis::Scale;
use super::figure::{Layout, Number};
use super::labels::{Label, Placer, Run, draw_runs};
use super::measure::value;
use super::numbers::parameters;
use super::plane::around;
use super::scene::{Line, Scene, cut};
use super::sheet::{Drawn, Rect, Sheet, Stroke, Type};
use super::text::Face;
use super::track::{Look, Track, area, blocks};

/// The charts, one above the other.
const NUMBERS: [Number; 2] = [Number::Emergence, Number::ExcessWidth];

/// Room for the axis below.
const FOOT: f64 = 24.0;

/// Longest name of a model on the drawing.
const NAME: usize = 20;

/// Draws the figure and says where.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn {
    let theme = &sheet.theme;
    let models = models(scene);
    let xs = || models.iter().map(|&(index, _)| size(scene, index));
    let (low, high) = xs().fold((f64::INFINITY, 0.0_f64), |(l, h), x| (l.min(x), h.max(x)));
    // Half a power of two beyond the ends; one model stands in the middle of a power of ten.
    let (low, high) = if low <= high { (0.7 * low, 1.4 * high) } else { (1e6, 1e9) };
    let line =
        Line { name: String::new(), members: models.iter().map(|&(i, _)| (i, size(scene, i))).collect() };
    let mut empty = true;
    for (i, (number, block)) in NUMBERS.iter().zip(blocks(inside, NUMBERS.len(), FOOT)).enumerate() {
        let mut track = Track::number(scene, std::slice::from_ref(&line), *number);
        track.lines.iter_mut().for_each(|line| line.look = Look::Alone);
        track.note = None;
        let left = inside.left + if scene.figure.compact { 44.0 } else { 50.0 };
        let across = Rect { left, right: (inside.right - 44.0).max(left + 1.0), ..block };
        let chart = track.chart(area(block, across), Scale::Log(low, high));
        track.draw(sheet, scene, &chart, block, None, layout)?;
        layout.plots.push(chart.place(&track.name));
        empty &= track.is_empty();
        let mut placer = Placer::new(chart.rect.grown(8.0));
        let marks: Vec<(usize, String, (f64, f64))> = models
            .iter()
            .filter_map(|(index, name)| {
                let value = value(scene, *number, *index)?;
                Some((*index, name.clone(), chart.at((size(scene, *index), value))))
            })
            .collect();
        for (_, _, at) in &marks {
            placer.keep_clear(Rect::around(std::iter::once(*at)).grown(5.0));
        }
        let (selected, others): (Vec<_>, Vec<_>) =
            marks.into_iter().partition(|mark| mark.0 == scene.current);
        for (index, text, at) in selected.into_iter().chain(others) {
            let bold = index == scene.current;
            let (face, color) = if bold { (Face::Semibold, theme.ink) } else { (Face::Regular, theme.ink2) };
            let style = Type { face, size: theme.sizes.small, color };
            placer.draw(sheet, &Label { text, style, places: around(at) })?;
        }
        if i + 1 == NUMBERS.len() {
            let axis = chart.x_ticks(60.0);
            let y = inside.bottom - 10.0;
            let style = Type { face: Face::Regular, size: theme.sizes.tick, color: theme.ink3 };
            let foot = chart.rect.bottom + 6.0;
            sheet.line(
                &[(chart.rect.left, foot), (chart.rect.right, foot)],
                Stroke::new(theme.axis, theme.sizes.hair),
            )?;
            for tick in axis.values {
                let (x, _) = chart.at((tick, 0.0));
                sheet.line(&[(x, foot), (x, foot + 5.0)], Stroke::new(theme.axis, theme.sizes.hair))?;
                draw_runs(sheet, (x, y), &[Run(&parameters(tick), style)], HPos::Center)?;
            }
        }
    }
    if empty {
        layout.nothing =
            ["No models to compare", "Add series of models of several sizes."].map(String::from).to_vec();
    }
    Ok(())
}

/// What the figure shows, in a sentence.
pub(super) fn summary(scene: &Scene) -> String {
    let model = |(index, name): &(usize, String)| {
        let numbers = NUMBERS.iter().filter_map(|number| {
            let shown = super::numbers::decimal(value(scene, *number, *index)?, 3);
            Some(format!("{} {shown}", number.title().0.to_ascii_lowercase()))
        });
        let numbers: Vec<String> = numbers.collect();
        format!("{name}, {} parameters: {}", parameters(size(scene, *index)), numbers.join(", "))
    };
    models(scene).iter().map(model).collect::<Vec<_>>().join("; ")
}

fn size(scene: &Scene, index: usize) -> f64 {
    scene.records().get(index).map_or(1.0, |record| record.parameters.max(1) as f64)
}

/// The last checkpoint of each series; of one series without steps, every checkpoint.
fn models(scene: &Scene) -> Vec<(usize, String)> {
    let series: Vec<&[usize]> =
        (0..).map(|i| scene.members(i)).take_while(|members| !members.is_empty()).collect();
    if let [only] = series[..]
        && only.iter().any(|&i| scene.records()[i].step.is_none())
    {
        return only.iter().map(|&i| (i, cut(&scene.records()[i].name, NAME))).collect();
    }
    let last = |(number, members): (usize, &&[usize])| {
        let index = *members.last()?;
        let name = scene.series_name(number);
        Some((
            index,
            if name.is_empty() { cut(&scene.records()[index].name, NAME) } else { cut(&name, NAME) },
        ))
    };
    series.iter().enumerate().filter_map(last).collect()
}

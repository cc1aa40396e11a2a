//! E and width over rounds of damage, beside their null models.

use std::collections::BTreeMap;

use plotters::style::text_anchor::HPos;
use plotters_backend::DrawingBackend;

use super::axis::Scale;
use super::figure::{Layout, Number};
use super::labels::{Run, draw_runs, names_room};
use super::measure::value;
use super::numbers::{count, decimal};
use super::scene::{Line, Scene};
use super::sheet::{Drawn, Rect, Sheet, Type};
use super::steps::draw_row;
use super::text::Face;
use super::theme::CATEGORIES;
use super::track::{Track, area, blocks};

/// The charts, one above the other.
const NUMBERS: [Number; 2] = [Number::Emergence, Number::Width];

/// Room for the rounds below.
const FOOT: f64 = 22.0;

/// Draws the figure and says where.
pub(super) fn draw<DB: DrawingBackend>(
    sheet: &Sheet<DB>,
    scene: &Scene,
    inside: Rect,
    layout: &mut Layout,
) -> Drawn {
    let theme = &sheet.theme;
    let lines = lines(scene);
    let names: Vec<String> = lines.iter().map(|line| line.name.clone()).collect();
    let last = lines.iter().flat_map(|line| &line.members).map(|member| member.1).fold(1.0, f64::max);
    let room = names_room(names.iter().map(String::as_str), theme.sizes.small, 0.3 * inside.width());
    let left = inside.left + if scene.figure.compact { 44.0 } else { 50.0 };
    let across = Rect { left, right: (inside.right - 18.0 - room).max(left + 1.0), ..inside };
    let mut empty = true;
    for (i, (number, block)) in NUMBERS.iter().zip(blocks(inside, NUMBERS.len(), FOOT)).enumerate() {
        let mut track = Track::number(scene, &lines, *number);
        (track.category, track.note) = (None, None);
        let chart = track.chart(area(block, across), Scale::Linear(0.0, last));
        let here = lines.iter().flat_map(|line| &line.members).find(|member| member.0 == scene.current);
        let cursor = here.map(|member| chart.at((member.1, 0.0)).0);
        track.draw(sheet, scene, &chart, block, cursor, layout)?;
        layout.plots.push(chart.place(&track.name));
        empty &= track.is_empty();
        if i + 1 == NUMBERS.len() {
            let y = inside.bottom - 9.0;
            let rounds = chart.x_ticks(36.0).values.into_iter().filter(|round| round.fract() == 0.0);
            let selected = here.map(|member| (member.1, true));
            let texts: Vec<(f64, String, bool)> = selected
                .into_iter()
                .chain(rounds.map(|round| (round, false)))
                .map(|(round, bold)| (chart.at((round, 0.0)).0, count(round as u64), bold))
                .collect();
            draw_row(sheet, y, texts.iter().map(|(x, text, bold)| (*x, text.as_str(), *bold)))?;
            let style = Type { face: Face::Regular, size: theme.sizes.label, color: theme.ink3 };
            draw_runs(sheet, (inside.left, y), &[Run("round", style)], HPos::Left)?;
        }
    }
    if empty || lines.is_empty() {
        layout.nothing =
            ["No damage yet", "Choose what is done to the weights, and start."].map(String::from).to_vec();
    }
    Ok(())
}

/// What the figure shows, in a sentence.
pub(super) fn summary(scene: &Scene) -> String {
    let part = |line: &Line| {
        let ends = [line.members.first()?, line.members.last()?];
        let numbers = NUMBERS.iter().filter_map(|number| {
            let [from, to] = ends.map(|member| value(scene, *number, member.0));
            Some(format!(
                "{} from {} to {}",
                number.title().0.to_ascii_lowercase(),
                decimal(from?, 3),
                decimal(to?, 3)
            ))
        });
        let numbers: Vec<String> = numbers.collect();
        Some(format!("{} over {} rounds: {}", line.name, ends[1].1, numbers.join(", ")))
    };
    lines(scene).iter().filter_map(part).collect::<Vec<_>>().join("; ")
}

/// A line for each kind of damage, by rounds. Where its rounds do not begin at 0, the undamaged checkpoint does: the one
/// of the same series and step.
fn lines(scene: &Scene) -> Vec<Line> {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let mut lines: Vec<Line> = Vec::new();
    for (index, record) in scene.records().iter().enumerate() {
        let Some(damage) = &record.damage else { continue };
        let number = *kinds.entry(&damage.kind).or_insert(lines.len());
        if number == CATEGORIES {
            kinds.remove(damage.kind.as_str());
            continue;
        }
        if number == lines.len() {
            lines.push(Line {
                name: super::series::capital(&super::scene::cut(&damage.kind, 20)),
                members: Vec::new(),
            });
        }
        lines[number].members.push((index, f64::from(damage.round)));
    }
    for line in &mut lines {
        line.members.sort_by(|a, b| a.1.total_cmp(&b.1));
        let damaged = &scene.records()[line.members[0].0];
        let whole = scene.records().iter().position(|record| {
            record.damage.is_none() && record.step == damaged.step && record.series == damaged.series
        });
        if let Some(whole) = whole.filter(|_| line.members[0].1 > 0.0) {
            line.members.insert(0, (whole, 0.0));
        }
    }
    lines
}

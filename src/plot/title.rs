//! Title, legend and messages: what the page sets as text, and a figure that stands alone must carry itself.

use plotters::style::text_anchor::{HPos, VPos};
use plotters_backend::DrawingBackend;

use super::figure::{Kind, Layout, Number, Rows};
use super::fit;
use super::labels::{Run, draw_runs, runs_width};
use super::marks::NULL_DASH;
use super::numbers::decimal;
use super::scene::{Scene, cut, null_name};
use super::series::capital;
use super::sheet::{Drawn, Rect, Sheet, Stroke, Type};
use super::text::Face;

/// Height of the title with the space below.
const HEIGHT: f64 = 26.0;

/// Steps of the legend's ramp.
const RAMP: u32 = 24;

/// Draws title and legend where the figure asks for them; gives the rest of the sheet.
pub(super) fn draw<DB: DrawingBackend>(sheet: &Sheet<DB>, scene: &Scene) -> Drawn<Rect> {
    let theme = &sheet.theme;
    // Stacked charts have titles of their own.
    let has_title = !matches!(
        scene.figure.kind,
        Kind::Strip
            | Kind::Series
            | Kind::Steps
            | Kind::ScoresNormalised
            | Kind::Sizes
            | Kind::Damage
            | Kind::Rivals
            | Kind::Sensitivity
            | Kind::Lesson
    );
    if !scene.figure.title || !has_title {
        return Ok(sheet.frame);
    }
    let text = Type { face: Face::Semibold, size: theme.sizes.title, color: theme.ink };
    let symbol = Type { face: Face::Symbol, size: theme.sizes.title + 1.0, color: theme.ink };
    let order = fit::order(scene).map_or(String::new(), |q| format!(" = {}", decimal(q, 1)));
    let words = words(scene);
    let runs = match scene.figure.kind {
        Kind::Tau => vec![Run("Mass exponent ", text), Run("τ(q)", symbol)],
        Kind::Dimension => vec![Run("Generalised dimension ", text), Run("D(q)", symbol)],
        Kind::Fit => vec![
            Run("Fit of ln ", text),
            Run("Z", symbol),
            Run(" at ", text),
            Run("q", symbol),
            Run(&order, text),
        ],
        Kind::Nfd => vec![Run("Neuron fractal dimension", text)],
        Kind::NfdSteps => vec![Run("Neuron fractal dimension over training", text)],
        Kind::Path => vec![
            Run("Width ", text),
            Run("w", symbol),
            Run(" against regularity ", text),
            Run("α", symbol),
            Run("₀", symbol),
        ],
        Kind::Radar => vec![Run("Scores, each from its smallest to its largest", text)],
        Kind::Published => vec![Run("Published numbers, two axes", text)],
        Kind::Groups | Kind::Heat | Kind::Scatter => vec![Run(&words, text)],
        _ => vec![Run("Multifractal spectrum ", text), Run("f(α)", symbol)],
    };
    let y = sheet.frame.top + HEIGHT / 2.0;
    draw_runs(sheet, (sheet.frame.left, y), &runs, HPos::Left)?;
    let from = sheet.frame.left + runs_width(sheet, &runs) + 18.0;
    if matches!(
        scene.figure.kind,
        Kind::Spectrum | Kind::Tau | Kind::Dimension | Kind::Nfd | Kind::NfdSteps | Kind::Path
    ) {
        draw_legend(sheet, scene, from, y)?;
    }
    Ok(Rect { top: sheet.frame.top + HEIGHT, ..sheet.frame })
}

/// Titles that name a number, a metric or a checkpoint.
fn words(scene: &Scene) -> String {
    let number = |usual: Number| scene.figure.number.unwrap_or(usual).title().0;
    match scene.figure.kind {
        Kind::Groups => {
            let groups = scene.record().map_or(0, |record| record.groups.len());
            format!("Where the width is at {}: {groups} groups", scene.long_name(scene.current))
        }
        Kind::Heat => {
            let rows =
                if scene.figure.by == Rows::Blocks { "blocks (means of their groups)" } else { "groups" };
            format!("{} of the {rows} over training", number(Number::ExcessWidth))
        }
        Kind::Scatter => {
            let first = || scene.document.scores.first().map(|score| score.metric.clone());
            let metric = scene.figure.metric.clone().or_else(first).unwrap_or_else(|| "score".into());
            format!(
                "{} against {}",
                capital(&cut(&metric, 40)),
                number(Number::Emergence).to_ascii_lowercase()
            )
        }
        _ => String::new(),
    }
}

/// The ramp of the steps and the null model, as far as there is room.
fn draw_legend<DB: DrawingBackend>(sheet: &Sheet<DB>, scene: &Scene, from: f64, y: f64) -> Drawn {
    let theme = &sheet.theme;
    let style = Type { face: Face::Regular, size: theme.sizes.label, color: theme.ink3 };
    let swatch = |x: f64, width: f64, reach: f64| Rect {
        left: x,
        top: y - reach,
        right: x + width,
        bottom: y + reach,
    };
    let mut x = from;
    if scene.is_series() && scene.figure.kind != Kind::Nfd {
        let last = scene.records().len() - 1;
        let words = format!("{} to {}", scene.long_name(0), scene.short_name(last));
        let width = 64.0 + 7.0 + sheet.measure(&words, style);
        if x + width > sheet.frame.right {
            return Ok(());
        }
        let piece = 64.0 / f64::from(RAMP);
        for i in 0..RAMP {
            // A little over the next one: edges between neighbours would shine through.
            let part = swatch(x + piece * f64::from(i), piece + 0.25, 2.5);
            sheet.block(part, theme.step(f64::from(i) / f64::from(RAMP - 1)), 1.0)?;
        }
        sheet.text((x + 71.0, y), &words, style, HPos::Left, VPos::Center)?;
        x += width + 16.0;
    }
    // The distributions over steps name their null model above its numbers.
    let Some(null) = scene.null(scene.current).filter(|_| scene.figure.kind != Kind::NfdSteps) else {
        return Ok(());
    };
    let of =
        if scene.is_series() { format!(" of {}", scene.long_name(scene.current)) } else { String::new() };
    let words = format!("{}{of}", null_name(null));
    if x + 33.0 + sheet.measure(&words, style) > sheet.frame.right {
        return Ok(());
    }
    sheet.chance_bar(swatch(x, 26.0, 5.0), theme.null_fill)?;
    if scene.figure.kind != Kind::Nfd {
        sheet.line(&[(x, y), (x + 26.0, y)], Stroke::new(theme.null, theme.sizes.null).dash(NULL_DASH))?;
    }
    sheet.text((x + 33.0, y), &words, style, HPos::Left, VPos::Center)
}

/// The figure's message, or why nothing is drawn, in the middle of its first chart, over a patch of the background.
pub(super) fn draw_message<DB: DrawingBackend>(sheet: &Sheet<DB>, scene: &Scene, layout: &Layout) -> Drawn {
    let theme = &sheet.theme;
    let message = if scene.figure.message.is_empty() { &layout.nothing } else { &scene.figure.message };
    let Some(plot) = layout.plots.first().filter(|_| !message.is_empty()) else {
        return Ok(());
    };
    let style = |first: bool| Type {
        face: if first { Face::Semibold } else { Face::Regular },
        size: theme.sizes.title,
        color: if first { theme.ink } else { theme.ink2 },
    };
    let room = plot.width - 24.0;
    let lines: Vec<(String, Type)> = message
        .iter()
        .take(8)
        .enumerate()
        .flat_map(|(i, text)| {
            let style = style(i == 0);
            wrapped(sheet, text, style, room).into_iter().map(move |line| (line, style))
        })
        .collect();
    let height = 1.45 * theme.sizes.title;
    let middle = (plot.left + plot.width / 2.0, plot.top + plot.height / 2.0);
    let top = middle.1 - height * (lines.len() as f64 - 1.0) / 2.0;
    for (i, (line, style)) in lines.iter().enumerate() {
        let y = top + height * i as f64;
        let half = sheet.measure(line, *style) / 2.0 + 8.0;
        let patch = Rect {
            left: middle.0 - half,
            top: y - height / 2.0,
            right: middle.0 + half,
            bottom: y + height / 2.0,
        };
        sheet.block(patch, theme.bg, 1.0)?;
        sheet.text((middle.0, y), line, *style, HPos::Center, VPos::Center)?;
    }
    Ok(())
}

/// Lines of at most `room`, broken at spaces.
fn wrapped<DB: DrawingBackend>(sheet: &Sheet<DB>, text: &str, style: Type, room: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace().take(100) {
        let Some(line) = lines.last_mut() else { break };
        let longer = if line.is_empty() { word.to_string() } else { format!("{line} {word}") };
        if line.is_empty() || sheet.measure(&longer, style) <= room {
            *line = longer;
        } else {
            lines.push(word.to_string());
        }
    }
    lines
}

//! A figure as a LaTeX document: the numbers as tables, and pgfplots commands that draw them.

use std::fmt::Write as _;

use plotters::style::RGBColor;

use super::figure::{Figure, Kind, Number};
use super::measure::{chance, chance_interval, value};
use super::nfd::{Bars, bars_of, null_bars};
use super::print::{MILLIMETRE, Print, printed};
use super::scene::{Points, Quantity, Scene, null_band, null_name, outline};
use super::series::{score_at, series_scores};
use super::theme::Theme;
use super::{fit, words};
use crate::report::{ResultDocument, receipt};

/// CSS pixels in a millimetre, and in a point.
/// A table and the command that draws it.
struct Curve {
    /// Stands above the table, and in the legend where `named`.
    name: String,
    named: bool,
    columns: Vec<(&'static str, Vec<Option<f64>>)>,
    /// Columns on the axes.
    x: &'static str,
    y: &'static str,
    style: String,
}

/// A chart.
#[derive(Default)]
struct Axis {
    title: String,
    x: &'static str,
    y: &'static str,
    options: Vec<String>,
    curves: Vec<Curve>,
}

/// The document; none for figures that are no charts of numbers.
pub fn pgfplots(document: &ResultDocument, figure: &Figure, print: &Print) -> Option<String> {
    let figure = printed(document, figure, print);
    let scene = Scene::new(document, &figure);
    let theme = Theme::of(&figure);
    let axes = match figure.kind {
        Kind::Spectrum | Kind::Tau | Kind::Dimension => vec![over_q(&scene, &theme)],
        Kind::Fit => vec![line_of_fit(&scene, &theme)?],
        Kind::Nfd => vec![histogram(&scene, &theme)],
        Kind::Series => over_steps(&scene, &theme),
        Kind::Path => vec![path(&scene, &theme)],
        Kind::Scatter => vec![scatter(&scene, &theme)?],
        _ => return None,
    };
    Some(written(&scene, &figure, &axes))
}

/// Kinds of figures that have such a document.
pub fn has_pgfplots(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Spectrum
            | Kind::Tau
            | Kind::Dimension
            | Kind::Fit
            | Kind::Nfd
            | Kind::Series
            | Kind::Path
            | Kind::Scatter
    )
}

fn color(RGBColor(r, g, b): RGBColor) -> String {
    format!("color={{rgb,255:red,{r};green,{g};blue,{b}}}")
}

fn line(of: RGBColor, points: f64) -> String {
    format!("{}, line width={points}pt", color(of))
}

fn points(name: String, keys: [&'static str; 2], points: &Points, style: String) -> Curve {
    let of = |part: fn(&(f64, f64)) -> f64| points.iter().map(|p| p.as_ref().map(part)).collect();
    let columns = vec![(keys[0], of(|p| p.0)), (keys[1], of(|p| p.1))];
    Curve { name, named: false, columns, x: keys[0], y: keys[1], style }
}

/// Adds the orders q to a curve whose axes are others.
fn with_orders(mut curve: Curve, q: &[f64]) -> Curve {
    if curve.x != "q" && q.len() == curve.columns[0].1.len() {
        curve.columns.insert(0, ("q", q.iter().copied().map(Some).collect()));
    }
    curve
}

fn over_q(scene: &Scene, theme: &Theme) -> Axis {
    let quantity = Quantity::of(scene.figure.kind);
    let (keys, x, y) = match quantity {
        Quantity::Spectrum => (["alpha", "f"], r"$\alpha$", r"$f(\alpha)$"),
        Quantity::Tau => (["q", "tau"], "$q$", r"$\tau(q)$"),
        Quantity::Dimension => (["q", "D"], "$q$", "$D(q)$"),
    };
    let mut curves = Vec::new();
    let others = (0..scene.records().len()).rev().filter(|i| *i != scene.current);
    for index in others {
        let style = line(scene.color(theme, index), 0.5);
        let curve = points(scene.long_name(index), keys, &scene.curve(quantity, index), style);
        curves.push(with_orders(curve, scene.q(index)));
    }
    if let Some(null) = scene.null(scene.current) {
        let mean = quantity.of_null(null, scene.q(scene.current));
        let band = if quantity == Quantity::Spectrum { null_band(null) } else { Vec::new() };
        let mut border: Points = outline(&band, &mean).into_iter().map(Some).collect();
        border.extend(border.first().copied());
        if border.len() > 5 {
            let name = format!("{}, 95% envelope", null_name(null));
            curves.push(points(name, keys, &border, line(theme.null, 0.5)));
        }
        let style = format!("{}, dashed", line(theme.null, 1.0));
        let mean = with_orders(points(null_name(null), keys, &mean, style), scene.q(scene.current));
        curves.push(Curve { named: true, ..mean });
    }
    if scene.record().is_some() {
        let own = scene.curve(quantity, scene.current);
        let style = line(scene.color(theme, scene.current), 1.5);
        let own =
            with_orders(points(scene.long_name(scene.current), keys, &own, style), scene.q(scene.current));
        curves.push(Curve { named: true, ..own });
    }
    let domain = scene.figure.domain.unwrap_or_default();
    let ends =
        |name: &str, ends: Option<[f64; 2]>| ends.map(|[a, b]| format!("{name}min={a}, {name}max={b}"));
    let options = [ends("x", domain.x), ends("y", domain.y)].into_iter().flatten().collect();
    Axis { title: words::title(scene).into(), x, y, options, curves }
}

fn line_of_fit(scene: &Scene, theme: &Theme) -> Option<Axis> {
    let (places, line_ends, q) = fit::data(scene)?;
    let places: Points = places.into_iter().map(Some).collect();
    let line_ends: Points = line_ends.into_iter().map(Some).collect();
    let own = scene.color(theme, scene.current);
    let keys = ["x", "y"];
    let dots = format!("{}, only marks, mark size=1pt", color(own));
    let curves = vec![
        points("partition function".into(), keys, &places, dots),
        points("least squares".into(), keys, &line_ends, line(theme.ink, 1.0)),
    ];
    Some(Axis {
        title: format!("{} at q = {q}", words::title(scene)),
        x: r"$\ln(r/d)$",
        y: r"$\ln Z_q(r)$",
        curves,
        ..Axis::default()
    })
}

fn histogram(scene: &Scene, theme: &Theme) -> Axis {
    let bars = |name: String, bars: &Bars, style: String| {
        let from = bars.iter().map(|bar| Some(bar.0)).chain(bars.last().map(|bar| Some(bar.1)));
        let heights = bars.iter().map(|bar| Some(bar.2)).chain(bars.last().map(|_| Some(0.0)));
        let columns = vec![("from", from.collect()), ("neurons", heights.collect())];
        Curve { name, named: true, columns, x: "from", y: "neurons", style: format!("{style}, const plot") }
    };
    let mut curves = Vec::new();
    if let Some(null) = scene.null(scene.current) {
        let style = format!("{}, dashed", line(theme.null, 1.0));
        curves.push(bars(null_name(null), &null_bars(scene, scene.current), style));
    }
    let style = line(scene.color(theme, scene.current), 1.5);
    curves.push(bars(scene.long_name(scene.current), &bars_of(scene, scene.current), style));
    Axis {
        title: words::title(scene).into(),
        x: "neuron fractal dimension",
        y: "neurons",
        curves,
        ..Axis::default()
    }
}

/// A chart for each number; steps by their logarithm, 0 at the left.
fn over_steps(scene: &Scene, theme: &Theme) -> Vec<Axis> {
    let members = scene.members(scene.series_number(scene.current));
    let steps: Vec<Option<f64>> =
        members.iter().map(|&i| scene.records()[i].step.map(|s| s as f64)).collect();
    let places: Vec<Option<f64>> = steps.iter().map(|s| s.map(|s| libm::log10(1.0 + s))).collect();
    let column = |of: &dyn Fn(usize) -> Option<f64>| members.iter().map(|&i| of(i)).collect::<Vec<_>>();
    let chart = |name: &String| {
        let (title, columns) = match name.strip_prefix("score:") {
            Some(metric) => {
                let score = series_scores(scene, metric)?;
                let values = column(&|i| score_at(score, scene.records()[i].step));
                (metric.to_owned(), vec![("value", values)])
            }
            None => {
                let number = Number::named(name)?;
                let end =
                    |which: usize| column(&|i| chance_interval(scene, number, i).map(|ends| ends[which]));
                let own = column(&|i| value(scene, number, i));
                let mean = column(&|i| chance(scene, number, i));
                (
                    number.title().0.to_owned(),
                    vec![("value", own), ("chance", mean), ("low", end(0)), ("high", end(1))],
                )
            }
        };
        let drawn = columns.iter().map(|(key, _)| *key).filter(|key| {
            columns.iter().any(|(other, values)| other == key && values.iter().any(Option::is_some))
        });
        let curves = drawn.map(|key| {
            let style = match key {
                "value" => {
                    let marks = "mark=*, mark size=1.2pt";
                    format!("{}, {marks}", line(scene.color(theme, scene.current), 1.0))
                }
                "chance" => format!("{}, dashed", line(theme.null, 1.0)),
                _ => line(theme.null, 0.5),
            };
            let mut all = vec![("step", steps.clone()), ("x", places.clone())];
            all.extend(columns.iter().filter(|(other, _)| *other == key).cloned());
            Curve { name: format!("{title}, {key}"), named: false, columns: all, x: "x", y: key, style }
        });
        Some(Axis {
            curves: curves.collect(),
            title: title.clone(),
            x: r"$\log_{10}(1 + \mathrm{step})$",
            ..Axis::default()
        })
    };
    scene.figure.series.iter().filter_map(chart).collect()
}

fn path(scene: &Scene, theme: &Theme) -> Axis {
    let members = scene.members(scene.series_number(scene.current));
    let places = |of: &dyn Fn(Number, usize) -> Option<f64>| -> Points {
        members.iter().map(|&i| Some((of(Number::Alpha0, i)?, of(Number::Width, i)?))).collect()
    };
    let keys = ["alpha0", "w"];
    let mut curves = Vec::new();
    if let Some(null) = scene.null(scene.current) {
        let style = format!("{}, dashed", line(theme.null, 1.0));
        let null_path = places(&|number, i| chance(scene, number, i));
        curves.push(Curve { named: true, ..points(null_name(null), keys, &null_path, style) });
    }
    let style = format!("{}, mark=*, mark size=1.2pt", line(scene.color(theme, scene.current), 1.0));
    let own = places(&|number, i| value(scene, number, i));
    curves.push(Curve { named: true, ..points("this training".into(), keys, &own, style) });
    Axis { title: words::title(scene).into(), x: r"$\alpha_0$", y: "$w$", curves, ..Axis::default() }
}

fn scatter(scene: &Scene, theme: &Theme) -> Option<Axis> {
    let (metric, own, nulls) = super::scatter::data(scene)?;
    let number = scene.figure.number.unwrap_or(Number::Emergence).title().0;
    let keys = ["number", "score"];
    let dots = |of: RGBColor, mark: &str| format!("{}, only marks, mark={mark}, mark size=1.2pt", color(of));
    let all = |places: Vec<(f64, f64)>| places.into_iter().map(Some).collect::<Points>();
    let null = points("null model".into(), keys, &all(nulls), dots(theme.null, "o"));
    let own = points("checkpoints".into(), keys, &all(own), dots(scene.color(theme, scene.current), "*"));
    let curves = vec![Curve { named: true, ..null }, Curve { named: true, ..own }];
    let x = if number == Number::Emergence.title().0 { "$E$" } else { "" };
    Some(Axis { title: format!("{metric} against {number}"), x, y: "", curves, ..Axis::default() })
}

fn written(scene: &Scene, figure: &Figure, axes: &[Axis]) -> String {
    let millimetres = |pixels: f64| (pixels / MILLIMETRE * 100.0).round() / 100.0;
    let (width, height) = (millimetres(figure.width), millimetres(figure.height));
    let mut out = format!("% {}\n% {}\n", words::title(scene), one_line(&words::description(scene)));
    // Writing to a string cannot fail.
    writeln!(
        out,
        "% {}\n\\documentclass{{standalone}}\n\\usepackage{{pgfplots}}",
        one_line(&receipt(scene.document))
    )
    .ok();
    out += "\\usepackage{pgfplotstable}\n\\usepgfplotslibrary{groupplots}\n\\pgfplotsset{compat=1.16}\n\n";
    for (number, curve) in axes.iter().flat_map(|axis| &axis.curves).enumerate() {
        table(&mut out, curve, number);
    }
    out += "\\begin{document}\n\\begin{tikzpicture}[font=\\fontsize{8}{9.5}\\selectfont]\n";
    let each = millimetres(figure.height) / axes.len().max(1) as f64;
    let size = format!("width={width}mm, height={}mm", if axes.len() > 1 { each } else { height });
    let look = "axis lines=left, ticklabel style={font=\\fontsize{7}{8}\\selectfont}, \
                every axis/.append style={line width=0.5pt}, ymajorgrids, unbounded coords=jump, \
                legend style={draw=none, fill=none}";
    if axes.len() > 1 {
        writeln!(
            out,
            "\\begin{{groupplot}}[group style={{group size=1 by {}, vertical sep=12mm}}, {size}, {look}]",
            axes.len()
        )
        .ok();
    }
    let mut number = 0;
    for axis in axes {
        let mut options = vec![
            format!("title={{{}}}", escaped(&axis.title)),
            format!("xlabel={{{}}}", axis.x),
            format!("ylabel={{{}}}", axis.y),
        ];
        options.extend(axis.options.iter().cloned());
        let options = options.join(", ");
        let (open, close) = if axes.len() > 1 {
            (format!("\\nextgroupplot[{options}]"), "")
        } else {
            (format!("\\begin{{axis}}[{size}, {look}, {options}]"), "\\end{axis}\n")
        };
        writeln!(out, "{open}").ok();
        for curve in &axis.curves {
            let forget = if curve.named { "" } else { ", forget plot" };
            writeln!(
                out,
                "\\addplot[{}{forget}] table[x={}, y={}] {{{}}};",
                curve.style,
                curve.x,
                curve.y,
                macro_name(number)
            )
            .ok();
            if curve.named {
                writeln!(out, "\\addlegendentry{{{}}}", escaped(&curve.name)).ok();
            }
            number += 1;
        }
        out += close;
    }
    if axes.len() > 1 {
        out += "\\end{groupplot}\n";
    }
    out + "\\end{tikzpicture}\n\\end{document}\n"
}

/// A table, its columns parted by tabs; `nan` where there is no number.
fn table(out: &mut String, curve: &Curve, number: usize) {
    let keys: Vec<&str> = curve.columns.iter().map(|(key, _)| *key).collect();
    writeln!(out, "% {}\n\\pgfplotstableread{{\n{}", one_line(&curve.name), keys.join("\t")).ok();
    let rows = curve.columns.first().map_or(0, |(_, values)| values.len());
    for row in 0..rows {
        let cell = |(_, values): &(&str, Vec<Option<f64>>)| {
            values.get(row).copied().flatten().map_or("nan".into(), |value| value.to_string())
        };
        let cells: Vec<String> = curve.columns.iter().map(cell).collect();
        writeln!(out, "{}", cells.join("\t")).ok();
    }
    writeln!(out, "}}{}\n", macro_name(number)).ok();
}

/// TeX's macros have names of letters.
fn macro_name(number: usize) -> String {
    let letter = |digit: usize| char::from(b'A' + (digit % 26) as u8);
    format!("\\curve{}{}", letter(number / 26), letter(number))
}

fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// Text that TeX sets as it stands.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '#' | '$' | '%' | '&' | '_' | '{' | '}' => out.extend(['\\', c]),
            '\u{2212}' => out.push_str("$-$"),
            'α' => out.push_str("$\\alpha$"),
            'τ' => out.push_str("$\\tau$"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_be_commands() {
        assert_eq!(escaped("a_b{\\input x}%"), "a\\_b\\{\\textbackslash{}input x\\}\\%");
        assert_eq!((macro_name(0), macro_name(27)), ("\\curveAA".into(), "\\curveBB".into()));
    }
}

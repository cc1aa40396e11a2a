//! Figures of training: marks lie where the numbers say, texts stay inside and apart, and what is missing is said.

use std::sync::{Arc, LazyLock};

use neuromfa::plot::{Figure, Kind, Layout, MarkPlace, Number, PlotPlace, Rows, StepScale, ThemeName, svg};
use neuromfa::report::{Association, Coefficients, LateAssociation, ResultDocument};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Group, Node, Options, Rect, Tree};

use crate::document;
use crate::layout;

/// All kinds of this module.
const KINDS: [Kind; 12] = [
    Kind::Series,
    Kind::Path,
    Kind::ScoresNormalised,
    Kind::Radar,
    Kind::Scatter,
    Kind::Groups,
    Kind::Heat,
    Kind::NfdSteps,
    Kind::Sizes,
    Kind::Damage,
    Kind::Sensitivity,
    Kind::Published,
];

fn stack() -> Vec<String> {
    ["score:next-character accuracy", "emergence", "excess_width", "alpha0", "asymmetry"]
        .map(String::from)
        .to_vec()
}

fn of(kind: Kind, width: f64, height: f64) -> Figure {
    let series = if kind == Kind::Series { stack() } else { Vec::new() };
    Figure { kind, width, height, series, ..Figure::default() }
}

/// The figures in the sizes of the page, wide and narrow, to be looked at.
pub fn figures() -> Vec<(&'static str, ResultDocument, Figure)> {
    let (training, models) = (document::training(6), document::models(4));
    let compact = |figure: Figure| Figure { compact: true, width: 328.0, ..figure };
    let scatter = Figure { late_from: Some(500), ..of(Kind::Scatter, 488.0, 330.0) };
    vec![
        ("t-series", training.clone(), of(Kind::Series, 744.0, 560.0)),
        (
            "t-series-linear",
            training.clone(),
            Figure { x: StepScale::Linear, ..of(Kind::Series, 744.0, 560.0) },
        ),
        ("t-series-models", models.clone(), of(Kind::Series, 744.0, 560.0)),
        ("t-series-models-phone", models.clone(), compact(of(Kind::Series, 328.0, 560.0))),
        ("t-path", training.clone(), Figure { title: true, ..of(Kind::Path, 540.0, 360.0) }),
        ("t-path-phone", training.clone(), compact(of(Kind::Path, 328.0, 260.0))),
        ("t-path-models", models.clone(), of(Kind::Path, 540.0, 360.0)),
        (
            "t-normalised",
            training.clone(),
            Figure { title: true, ..of(Kind::ScoresNormalised, 744.0, 330.0) },
        ),
        ("t-normalised-phone", training.clone(), compact(of(Kind::ScoresNormalised, 328.0, 260.0))),
        (
            "t-radar",
            training.clone(),
            Figure { title: true, checkpoint: Some(12), ..of(Kind::Radar, 540.0, 400.0) },
        ),
        ("t-radar-phone", training.clone(), compact(of(Kind::Radar, 328.0, 300.0))),
        ("t-scatter", training.clone(), Figure { title: true, ..scatter.clone() }),
        ("t-scatter-phone", training.clone(), compact(scatter)),
        ("t-groups", training.clone(), Figure { title: true, ..of(Kind::Groups, 900.0, 400.0) }),
        ("t-groups-many", document::training(24), of(Kind::Groups, 900.0, 420.0)),
        ("t-groups-phone", training.clone(), compact(of(Kind::Groups, 328.0, 24.0 * 44.0))),
        ("t-heat", training.clone(), Figure { title: true, ..of(Kind::Heat, 744.0, 460.0) }),
        (
            "t-heat-width",
            training.clone(),
            Figure { number: Some(Number::Width), ..of(Kind::Heat, 900.0, 460.0) },
        ),
        ("t-heat-blocks", training.clone(), Figure { by: Rows::Blocks, ..of(Kind::Heat, 900.0, 260.0) }),
        ("t-heat-phone", training.clone(), compact(of(Kind::Heat, 328.0, 420.0))),
        ("t-nfd-steps", training.clone(), Figure { title: true, ..of(Kind::NfdSteps, 540.0, 420.0) }),
        ("t-nfd-steps-phone", training.clone(), compact(of(Kind::NfdSteps, 328.0, 360.0))),
        ("t-sizes", models.clone(), of(Kind::Sizes, 540.0, 330.0)),
        ("t-sizes-phone", models, compact(of(Kind::Sizes, 328.0, 330.0))),
        ("t-damage", document::damaged(), of(Kind::Damage, 540.0, 330.0)),
        ("t-damage-phone", document::damaged(), compact(of(Kind::Damage, 328.0, 330.0))),
        ("t-rivals", document::rivals(), of(Kind::Rivals, 900.0, 620.0)),
        ("t-rivals-phone", document::rivals(), compact(of(Kind::Rivals, 328.0, 860.0))),
        ("t-sensitivity", document::sensitive(), of(Kind::Sensitivity, 984.0, 460.0)),
        ("t-sensitivity-phone", document::sensitive(), compact(of(Kind::Sensitivity, 328.0, 7.0 * 168.0))),
        ("t-published", document::published(), Figure { title: true, ..of(Kind::Published, 744.0, 360.0) }),
        ("t-empty", document::single(), of(Kind::Groups, 540.0, 300.0)),
    ]
}

static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    for name in ["sans-400", "sans-600", "serif-italic"] {
        let path = format!("{}/assets/fonts/neuromfa-{name}.ttf", env!("CARGO_MANIFEST_DIR"));
        fonts.load_font_data(std::fs::read(path).expect("a font"));
    }
    Arc::new(fonts)
});

/// The boxes of all texts, as a renderer sets them.
fn texts(document: &ResultDocument, figure: &Figure) -> Vec<(String, Rect)> {
    fn walk(group: &Group, found: &mut Vec<(String, Rect)>) {
        for node in group.children() {
            match node {
                Node::Group(group) => walk(group, found),
                Node::Text(text) => {
                    let written: String = text.chunks().iter().map(|chunk| chunk.text()).collect();
                    if !written.trim().is_empty() {
                        found.push((written, text.abs_bounding_box()));
                    }
                }
                _ => {}
            }
        }
    }
    let drawn = svg(document, figure).expect("a figure");
    let options = Options { fontdb: FONTS.clone(), ..Options::default() };
    let tree = Tree::from_str(&drawn, &options).expect("well-formed SVG");
    let mut found = Vec::new();
    walk(tree.root(), &mut found);
    found
}

/// A box is the height of the line, which is more than the letters take; names may come as near as that.
fn letters(of: &Rect) -> [f32; 4] {
    let (height, middle) = (0.28 * of.height(), (of.top() + of.bottom()) / 2.0);
    [of.left() + 1.0, middle - height, of.right() - 1.0, middle + height]
}

/// What is wrong with the texts of a figure: outside of it, or on each other.
fn untidy(what: &str, document: &ResultDocument, figure: &Figure) -> Vec<String> {
    let texts = texts(document, figure);
    let (width, height) = (figure.width as f32, figure.height as f32);
    let mut wrong = Vec::new();
    for (i, (text, place)) in texts.iter().enumerate() {
        let [left, top, right, bottom] = letters(place);
        if left < -1.5 || top < -1.0 || right > width + 1.5 || bottom > height + 1.0 {
            wrong.push(format!("{what}: \"{text}\" leaves the figure: {place:?}"));
        }
        for (other, there) in &texts[i + 1..] {
            let [l, t, r, b] = letters(there);
            if l < right && left < r && t < bottom && top < b {
                wrong.push(format!("{what}: \"{text}\" {place:?} touches \"{other}\" {there:?}"));
            }
        }
    }
    wrong
}

#[test]
fn texts_stay_inside_and_apart() {
    let mut wrong = Vec::new();
    for (name, document, figure) in figures() {
        for theme in [ThemeName::Light, ThemeName::Print] {
            wrong.extend(untidy(name, &document, &Figure { theme, ..figure.clone() }));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn series_of_any_length_are_tidy() {
    let long = document::training(6);
    let mut wrong = Vec::new();
    for length in [1, 2, 40] {
        let mut document = long.clone();
        let last = document.checkpoints[14].clone();
        document.checkpoints.resize(length, last);
        for (i, record) in document.checkpoints.iter_mut().enumerate() {
            record.step = Some(143_000 * i as u64 / 39);
        }
        for kind in KINDS {
            for (width, compact) in [(744.0, false), (328.0, true)] {
                let figure = Figure { compact, title: !compact, ..of(kind, width, 420.0) };
                wrong.extend(untidy(&format!("{kind:?} of {length}, {width} wide"), &document, &figure));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where a value lies in a linear chart.
fn place(plot: &PlotPlace, x: f64, y: f64) -> (f64, f64) {
    (
        plot.left + plot.width * (x - plot.x0) / (plot.x1 - plot.x0),
        plot.top + plot.height * (plot.y1 - y) / (plot.y1 - plot.y0),
    )
}

fn mark(layout: &Layout, checkpoint: usize) -> MarkPlace {
    *layout.marks.iter().find(|mark| mark.checkpoint == checkpoint).expect("a mark")
}

fn assert_near(mark: MarkPlace, at: (f64, f64)) {
    assert!((mark.x - at.0).abs() < 0.13 && (mark.y - at.1).abs() < 0.13, "{mark:?} is not at {at:?}");
}

/// Whether the drawing has a disc here.
fn has_disc(drawn: &str, mark: MarkPlace) -> bool {
    drawn.contains(&format!("<circle cx=\"{}\" cy=\"{}\"", mark.x, mark.y))
}

#[test]
fn the_path_goes_through_the_numbers() {
    let document = document::training(2);
    let figure = of(Kind::Path, 540.0, 360.0);
    let (layout, drawn) = (layout(&document, &figure), svg(&document, &figure).expect("a figure"));
    assert_eq!(layout.marks.len(), 15);
    for (i, record) in document.checkpoints.iter().enumerate() {
        let (alpha0, width) = record.mean.alpha0.zip(record.mean.width).expect("numbers");
        assert_near(mark(&layout, i), place(&layout.plots[0], alpha0, width));
        assert!(has_disc(&drawn, mark(&layout, i)));
    }
    assert!(drawn.contains(">step 0<") && drawn.contains(">step 3,000<") && drawn.contains(">shuffled<"));
    assert!(
        layout.summary.starts_with("Regularity from ") && layout.summary.contains("; width from "),
        "{}",
        layout.summary
    );
}

#[test]
fn a_line_breaks_where_a_number_is_missing() {
    let mut document = document::training(2);
    let figure = Figure { series: vec!["width".into()], nulls: false, ..of(Kind::Series, 488.0, 130.0) };
    let lines = |document: &ResultDocument| {
        let drawn = svg(document, &figure).expect("a figure");
        // The line of the series has the colour of secondary text; so has the cursor, in dashes.
        let path = drawn
            .lines()
            .find(|l| l.contains("stroke=\"#66636c\" stroke-width=\"1.375\""))
            .expect("a line")
            .to_owned();
        path.matches('M').count()
    };
    assert_eq!(lines(&document), 1);
    document.checkpoints[7].mean.width = None;
    assert_eq!(lines(&document), 2);
    let marks = layout(&document, &figure).marks;
    assert!(marks.len() == 14 && marks.iter().all(|mark| mark.checkpoint != 7));
}

#[test]
fn steps_are_even_on_demand() {
    let document = document::training(2);
    let at = |x| layout(&document, &Figure { x, ..of(Kind::Series, 488.0, 560.0) }).steps;
    let (log, linear) = (at(StepScale::Log), at(StepScale::Linear));
    // Step 1,500 of 0 to 3,000 is the middle of an even axis from 50 to 470.
    assert_eq!((linear[0].x, linear[12].x, linear[14].x), (50.0, 260.0, 470.0));
    assert!(log[12].x > 430.0);
}

#[test]
fn samples_have_t_intervals() {
    let mut document = document::sampled();
    for (i, sample) in document.checkpoints[0].samples.iter_mut().enumerate() {
        sample.width = Some(0.5 + 0.01 * i as f64);
    }
    let mean = 0.52;
    document.checkpoints[0].mean.width = Some(mean);
    let figure = Figure { series: vec!["width".into()], ..of(Kind::Series, 488.0, 130.0) };
    let (layout, drawn) = (layout(&document, &figure), svg(&document, &figure).expect("a figure"));
    // sd of 0, 1, 2, 3, 4 hundredths is sqrt(2.5); t of 4 degrees of freedom is 2.77645; over the root of 5.
    let half = 0.01 * 2.5_f64.sqrt() * 2.77645 / 5.0_f64.sqrt();
    let (plot, at) = (&layout.plots[0], mark(&layout, 0));
    let (top, bottom) = (place(plot, 0.0, mean + half).1, place(plot, 0.0, mean - half).1);
    let fill = drawn.lines().find(|line| line.contains("fill-opacity=\"0.18\"")).expect("an interval");
    let number = |name: &str| {
        let from = fill.find(&format!("{name}=\"")).expect("an attribute") + name.len() + 2;
        fill[from..].split('"').next().expect("a value").parse::<f64>().expect("a number")
    };
    assert!((number("\" y") - top).abs() < 0.2 || (number(" y") - top).abs() < 0.2, "{fill}: not from {top}");
    assert!((number("height") - (bottom - top)).abs() < 0.3, "{fill}: not to {bottom}");
    assert!((number(" x") - (at.x - 5.0)).abs() < 0.2);
}

#[test]
fn several_series_are_categories_with_names() {
    let document = document::models(4);
    let figure = Figure { series: vec!["emergence".into()], ..of(Kind::Series, 744.0, 200.0) };
    let drawn = svg(&document, &figure).expect("a figure");
    for (name, color) in [
        ("model 70", "#00735a"),
        ("model 210", "#014179"),
        ("model 630", "#773400"),
        ("model 1890", "#bb5ba4"),
    ] {
        assert!(drawn.contains(&format!(">{name}<")) && drawn.contains(color), "{name}");
    }
    // A seventh category is not drawn.
    let document = document::models(8);
    let layout = layout(&document, &figure);
    assert!(layout.marks.iter().all(|mark| mark.checkpoint < 6 * 15));
}

#[test]
fn normalised_lines_go_from_0_to_1() {
    let document = document::training(2);
    let figure = of(Kind::ScoresNormalised, 744.0, 330.0);
    let (layout, drawn) = (layout(&document, &figure), svg(&document, &figure).expect("a figure"));
    let plot = &layout.plots[0];
    assert!((mark(&layout, 0).y - place(plot, 0.0, 0.0).1).abs() < 0.13);
    assert!((mark(&layout, 14).y - place(plot, 0.0, 1.0).1).abs() < 0.13);
    assert!(drawn.contains("E and scores, each from 0 at its smallest to 1 at its largest"));
}

#[test]
fn a_radar_has_its_axes_around_the_centre() {
    let document = document::training(2);
    let figure = of(Kind::Radar, 540.0, 400.0);
    let layout = layout(&document, &figure);
    let plot = &layout.plots[0];
    let (centre, radius) = ((plot.left + plot.width / 2.0, plot.top + plot.height / 2.0), plot.width / 2.0);
    // Five axes; the first points up, and the last checkpoint has its largest value.
    let last: Vec<MarkPlace> = layout.marks.iter().copied().filter(|mark| mark.checkpoint == 14).collect();
    assert_eq!(last.len(), 5);
    assert_near(last[0], (centre.0, centre.1 - radius));
    // The loss is smallest there: 15 % of the way out, 72 degrees clockwise.
    let (sin, cos) = libm::sincos(std::f64::consts::TAU / 5.0);
    assert_near(last[1], (centre.0 + 0.15 * radius * sin, centre.1 - 0.15 * radius * cos));
    let drawn = svg(&document, &figure).expect("a figure");
    assert!(drawn.contains(">1.27 to 4.42<") && drawn.contains(">31% to 74%<"));
    let mut few = document;
    few.scores.truncate(2);
    assert_eq!(self::layout(&few, &figure).nothing[0], "A radar needs three scores");
}

#[test]
fn scatter_tells_r_of_chance_and_of_the_step() {
    let mut document = document::training(2);
    document.checkpoints.truncate(3);
    // (0, 1), (1, 3), (2, 2): r is 0.5, by hand.
    for (record, (e, y)) in document.checkpoints.iter_mut().zip([(0.0, 1.0), (1.0, 3.0), (2.0, 2.0)]) {
        record.emergence = Some(e);
        record.nulls[0].emergence = Some(-e);
        let step = record.step;
        document.scores[0].values.iter_mut().filter(|v| Some(v.step) == step).for_each(|v| v.value = y);
    }
    let figure = Figure { late_from: Some(1), ..of(Kind::Scatter, 488.0, 330.0) };
    let (layout, drawn) = (layout(&document, &figure), svg(&document, &figure).expect("a figure"));
    assert_near(mark(&layout, 1), place(&layout.plots[0], 1.0, 3.0));
    assert!(drawn.contains(">r = 0.50 over 3 checkpoints<"));
    assert!(drawn.contains(">from step 1 on (filled, 2): r = \u{2212}1.00<"));
    assert!(drawn.contains("shuffled: r = \u{2212}0.50; log(1 + step) alone: r = "));
    // What the document says goes before what can be computed here.
    let log_step = Coefficients { pearson: Some(0.92), spearman: None };
    document.associations.push(Association {
        metric: document.scores[0].metric.clone(),
        quantity: "emergence".into(),
        n: 3,
        pearson: Some(0.99),
        log_step,
        late: Some(LateAssociation {
            from_step: 2,
            n: 1,
            pearson: Some(0.4),
            log_step,
            ..LateAssociation::default()
        }),
        ..Association::default()
    });
    let drawn = svg(&document, &Figure { late_from: None, ..figure }).expect("a figure");
    assert!(drawn.contains(">r = 0.99 over 3 checkpoints<") && drawn.contains("alone: r = 0.92<"));
    assert!(drawn.contains(">from step 2 on (filled, 1): r = 0.40<"));
}

#[test]
fn groups_stand_in_rows_by_kind_and_columns_by_block() {
    let document = document::training(6);
    let figure = of(Kind::Groups, 900.0, 400.0);
    let (layout, drawn) = (layout(&document, &figure), svg(&document, &figure).expect("a figure"));
    assert_eq!(layout.cells.len(), 24);
    let cell = |row: usize| layout.cells.iter().find(|cell| cell.row == row).expect("a cell");
    // Groups 0 to 3 are block 0; group 4 is the first of block 1.
    assert!(cell(1).left == cell(0).left && cell(1).top > cell(0).top);
    assert!(cell(4).top == cell(0).top && cell(4).left > cell(0).left);
    let group = &document.checkpoints[14].groups[5];
    let excess = group.width.expect("a width") - group.nulls[0].width.expect("a width");
    assert_eq!(cell(5).value, Some(excess));
    assert!(drawn.contains(">block 5<") && drawn.contains(">MLP down<") && drawn.contains("480"));
    // Bold: wider than all of 480 shuffles. Of 479, none may be.
    let bold = |document: &ResultDocument| {
        let drawn = svg(document, &figure).expect("a figure");
        drawn
            .lines()
            .filter(|l| l.contains("font-weight") && (l.contains(">+0.") || l.contains(">0.")))
            .count()
    };
    assert!(bold(&document) > 8, "{}", bold(&document));
    let mut few = document.clone();
    few.checkpoints[14].groups.iter_mut().for_each(|group| {
        group.nulls[0].samples = 479;
        group.nulls[0].width_values.truncate(479);
    });
    assert_eq!(bold(&few), 0);
}

#[test]
fn many_blocks_are_a_strip_with_one_group_opened() {
    let document = document::training(24);
    let figure = Figure { group: Some(17), ..of(Kind::Groups, 900.0, 420.0) };
    let layout = layout(&document, &figure);
    assert_eq!(layout.cells.len(), 96);
    assert!(layout.cells.iter().all(|cell| cell.height <= 26.0));
    let drawn = svg(&document, &figure).expect("a figure");
    assert!(drawn.contains(&format!(">{}<", document.checkpoints[14].groups[17].name)));
}

#[test]
fn a_heat_map_has_a_cell_for_each_group_and_step() {
    let mut document = document::training(6);
    let figure = of(Kind::Heat, 744.0, 460.0);
    let cells = layout(&document, &figure).cells;
    assert_eq!(cells.len(), 24 * 15);
    let group = &document.checkpoints[3].groups[7];
    let excess = group.width.expect("a width") - group.nulls[0].width.expect("a width");
    let cell = cells.iter().find(|cell| (cell.checkpoint, cell.row) == (3, 7)).expect("a cell");
    assert_eq!(cell.value, Some(excess));
    // Kinds stand together: the rows of the first kind come before those of the second.
    let top = |row: usize| cells.iter().find(|cell| cell.row == row).expect("a cell").top;
    assert!(top(0) < top(4) && top(20) < top(1));
    document.checkpoints[3].groups.truncate(7);
    let cells = layout(&document, &figure).cells;
    assert_eq!(cells.iter().filter(|cell| cell.value.is_none()).count(), 17);
    let blocks = Figure { by: Rows::Blocks, number: Some(Number::Nfd), ..figure };
    let cells = layout(&document, &blocks).cells;
    assert_eq!(cells.len(), 6 * 15);
    let layers = &document.checkpoints[0].nfd.layers[..4];
    let mean = layers.iter().filter_map(|layer| layer.summary.mean).sum::<f64>() / 4.0;
    assert!((cells[0].value.expect("a value") - mean).abs() < 1e-12);
}

#[test]
fn distributions_stand_in_rows_by_step() {
    let document = document::training(2);
    let layout = layout(&document, &of(Kind::NfdSteps, 540.0, 420.0));
    assert_eq!(layout.rows.iter().map(|row| row.checkpoint).collect::<Vec<_>>(), (0..15).collect::<Vec<_>>());
    let pitch: Vec<f64> = layout.rows.windows(2).map(|pair| pair[1].y - pair[0].y).collect();
    assert!(pitch.iter().all(|p| (p - pitch[0]).abs() < 1e-9));
    assert!(layout.summary.starts_with("Mean neuron fractal dimension from "), "{}", layout.summary);
}

#[test]
fn sizes_lie_on_a_log_axis_of_real_counts() {
    let document = document::models(3);
    let layout = layout(&document, &of(Kind::Sizes, 540.0, 330.0));
    // The last checkpoint of each model, in both charts.
    let marked: Vec<usize> = layout.marks.iter().map(|mark| mark.checkpoint).collect();
    assert_eq!(marked, [14, 29, 44, 14, 29, 44]);
    let x = |checkpoint| mark(&layout, checkpoint).x;
    assert!((x(29) - x(14) - (x(44) - x(29))).abs() < 0.3, "three times the size is always as far");
    let e = document.checkpoints[29].emergence.expect("a number");
    assert!((mark(&layout, 29).y - place(&layout.plots[0], 0.0, e).1).abs() < 0.13);
    assert!(layout.summary.contains("model 210, 210M parameters: degree of emergence"), "{}", layout.summary);
}

#[test]
fn damage_is_drawn_over_rounds_from_the_whole_checkpoint_on() {
    let document = document::damaged();
    let layout = layout(&document, &of(Kind::Damage, 540.0, 330.0));
    assert_eq!(
        layout.plots.iter().map(|plot| plot.name.as_str()).collect::<Vec<_>>(),
        ["emergence", "width"]
    );
    let plot = &layout.plots[0];
    assert_eq!((plot.x0, plot.x1), (0.0, 6.0));
    let e = |checkpoint: usize| document.checkpoints[checkpoint].emergence.expect("a number");
    assert_near(mark(&layout, 0), place(plot, 0.0, e(0)));
    assert_near(mark(&layout, 3), place(plot, 3.0, e(3)));
    // Damaged checkpoints are no part of the training.
    let series =
        self::layout(&document, &Figure { series: vec!["width".into()], ..of(Kind::Series, 488.0, 130.0) });
    assert_eq!(series.marks.len(), 1);
}

#[test]
fn rivals_stand_beside_e_and_chance() {
    let document = document::rivals();
    let layout = layout(&document, &of(Kind::Rivals, 900.0, 620.0));
    let names: Vec<&str> = layout.plots.iter().map(|plot| plot.name.as_str()).collect();
    let charts =
        ["emergence", "mean_abs_weight", "mean_weighted_degree", "spectral_norm", "stable_rank", "alpha"];
    assert_eq!(names, [&charts[..], &["explained"]].concat());
    let last = document.checkpoints.len() - 1;
    let place_of = |name: &str, value: Option<f64>| {
        let plot = layout.plots.iter().find(|plot| plot.name == name).expect("a chart");
        let share = (value.expect("a number") - plot.y0) / (plot.y1 - plot.y0);
        (layout.steps[last].x, plot.top + plot.height * (1.0 - share))
    };
    let means = document.checkpoints[last].rivals.as_ref().expect("rivals").mean;
    for (name, value) in [("spectral_norm", means.spectral_norm), ("alpha", means.alpha)] {
        let (x, y) = place_of(name, value);
        let near = |mark: &&MarkPlace| (mark.x - x).abs() < 0.6 && (mark.y - y).abs() < 0.6;
        assert!(layout.marks.iter().filter(|mark| mark.checkpoint == last).any(|mark| near(&mark)), "{name}");
    }
    assert!(
        layout.summary.contains("Spectral norm alone explains 88% of E (chance up to 27%)"),
        "{}",
        layout.summary
    );
    assert!(!layout.summary.contains("Mean |w|"), "what has no share is not told: {}", layout.summary);
    let drawn = svg(&document, &of(Kind::Rivals, 900.0, 620.0)).expect("a figure");
    for text in ["96%", "88%", "no share", "shuffled 50%", "chance 27%", "shuffled the same", "grey: chance"]
    {
        assert!(drawn.contains(text), "{text}");
    }
    // The bar's length is the share: seven eighths of the comparison's width.
    let bars = layout.plots.last().expect("the comparison");
    assert!(bars.width > 250.0 && (bars.x0, bars.x1) == (0.0, 1.0));
}

#[test]
fn two_axes_are_for_published_numbers_only() {
    let figure = of(Kind::Published, 744.0, 360.0);
    let published = layout(&document::published(), &figure);
    assert!(published.nothing.is_empty());
    let own = layout(&document::training(2), &figure);
    assert_eq!(own.nothing[0], "Two axes are for published numbers only");
}

#[test]
fn what_is_missing_is_said() {
    for (kind, words) in [
        (Kind::Groups, "No spectra of single groups"),
        (Kind::Heat, "Nothing to draw for single groups"),
        (Kind::Damage, "No damage yet"),
        (Kind::Rivals, "Nothing to compare E with yet"),
        (Kind::Radar, "A radar needs three scores"),
    ] {
        let (document, figure) = (document::series(), of(kind, 540.0, 330.0));
        let drawn = svg(&document, &figure).expect("a figure");
        assert!(drawn.contains(words), "{kind:?}");
        assert_eq!(layout(&document, &figure).nothing[0], words);
    }
    let mut document = document::series();
    document.scores.clear();
    let scatter = layout(&document, &of(Kind::Scatter, 540.0, 330.0));
    assert_eq!(scatter.nothing, ["No points to draw", "Add benchmark scores of these steps."]);
}

#[test]
fn without_null_models_nothing_is_grey() {
    let mut document = document::training(6);
    for record in &mut document.checkpoints {
        record.nulls.clear();
        record.groups.iter_mut().for_each(|group| group.nulls.clear());
    }
    for kind in KINDS {
        let figure = Figure { title: true, ..of(kind, 744.0, 420.0) };
        let drawn = svg(&document, &figure).expect("a figure");
        let grey = drawn.lines().filter(|line| line.contains("#74727a") && !line.contains("<text")).count();
        assert_eq!(grey, 0, "{kind:?}");
        assert!(!drawn.contains("shuffled:") && !drawn.contains("of shuffles"), "{kind:?}");
    }
}

#[test]
fn every_figure_says_what_it_shows() {
    let document = document::training(6);
    for kind in KINDS.into_iter().filter(|kind| !matches!(kind, Kind::Damage)) {
        let sensitive = document::sensitive();
        let document = if kind == Kind::Sensitivity { &sensitive } else { &document };
        let layout = layout(document, &of(kind, 744.0, 420.0));
        assert!(layout.summary.len() > 20 && layout.summary.ends_with('.'), "{kind:?}: {}", layout.summary);
    }
}

#[test]
fn charts_of_sensitivities_share_the_axis_of_their_number() {
    let document = document::sensitive();
    for (compact, width, height) in [(false, 984.0, 460.0), (true, 328.0, 1176.0)] {
        let figure = Figure { compact, ..of(Kind::Sensitivity, width, height) };
        let (layout, drawn) = (layout(&document, &figure), svg(&document, &figure).expect("a figure"));
        assert_eq!(layout.plots.len(), 7 * 3);
        for number in ["alpha0", "width", "emergence"] {
            let of_number = layout.plots.iter().filter(|plot| plot.name.ends_with(&format!(":{number}")));
            let of_number: Vec<&PlotPlace> = of_number.collect();
            assert_eq!(of_number.len(), 7);
            assert!(of_number.iter().all(|plot| (plot.y0, plot.y1) == (of_number[0].y0, of_number[0].y1)));
            let across = |plot: &&PlotPlace| if compact { plot.left } else { plot.top };
            assert!(of_number.iter().all(|plot| across(plot) == across(&of_number[0])), "in one line");
        }
        // Every value has its disc; the present one is larger.
        let discs: Vec<(String, f64)> = drawn
            .split("<circle ")
            .skip(1)
            .filter_map(|circle| {
                let attribute = |name: &str| circle.split(&format!("{name}=\"")).nth(1)?.split('"').next();
                let place = format!("{} {}", attribute("cx")?, attribute("cy")?);
                Some((place, attribute("r")?.parse().ok()?))
            })
            .collect();
        let plot = layout.plots.iter().find(|plot| plot.name == "threshold:width").expect("a chart");
        for (at, point) in document.checkpoints[14].sensitivity[0].points.iter().enumerate() {
            let (x, y) = place(plot, at as f64, point.width.expect("a width"));
            let near = |place: &str| {
                let (cx, cy) = place.split_once(' ').expect("two");
                let far = |found: &str, wanted: f64| (found.parse::<f64>().expect("a number") - wanted).abs();
                far(cx, x) < 0.13 && far(cy, y) < 0.13
            };
            let size = discs.iter().filter(|(place, _)| near(place)).map(|disc| disc.1).fold(0.0, f64::max);
            assert_eq!(size, if point.is_present { 7.0 } else { 3.0 }, "{at}");
        }
        assert!(drawn.contains(">150<") && drawn.contains(">all<") && drawn.contains(">nearest<"));
        // Names are short in the narrow form.
        let at = if compact { "3,000" } else { "step 3,000" };
        let summary = "over 8 settings of Longest edge T: regularity 0.960 to 1.520, width 0.720 to 0.860, \
                       degree of emergence 0.010 to 0.220;";
        let summary = format!("Sensitivity at {at}, {summary}");
        assert!(layout.summary.starts_with(&summary), "{}", layout.summary);
    }
}

#[test]
fn a_number_that_no_point_has_takes_no_room() {
    let mut document = document::sensitive();
    let points = document.checkpoints[14].sensitivity.iter_mut().flat_map(|axis| &mut axis.points);
    points.for_each(|point| (point.emergence, point.null) = (None, None));
    let plots = layout(&document, &of(Kind::Sensitivity, 984.0, 460.0)).plots;
    assert_eq!(plots.len(), 7 * 2);
    document.checkpoints[14].sensitivity.clear();
    let none = layout(&document, &of(Kind::Sensitivity, 984.0, 460.0));
    assert_eq!(none.nothing[0], "Not computed yet");
}

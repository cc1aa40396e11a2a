//! The chart of plain data: every point where its numbers say, in the colours of what it stands for.

use neuromfa::plot::{Domain, Figure, Kind, Lesson, LessonLine, LineStyle, ThemeName, svg};
use neuromfa::report::ResultDocument;

use crate::document;
use crate::layout;

fn empty() -> ResultDocument {
    let mut document = document::series();
    document.checkpoints.clear();
    document
}

fn figure(lines: Vec<LessonLine>) -> Figure {
    let domain = Domain { x: Some([0.0, 4.0]), y: Some([-1.0, 1.0]) };
    let lesson = Lesson { x: "q".into(), lines };
    Figure {
        kind: Kind::Lesson,
        width: 480.0,
        height: 270.0,
        domain: Some(domain),
        lesson,
        ..Figure::default()
    }
}

fn line(style: LineStyle, name: &str, x: &[f64], y: &[f64]) -> LessonLine {
    LessonLine { style, name: name.into(), x: x.to_vec(), y: y.to_vec() }
}

#[test]
fn points_lie_where_their_numbers_say() {
    let figure = figure(vec![
        line(LineStyle::Dots, "noise", &[1.0, 3.0], &[0.0, 0.5]),
        line(LineStyle::Exact, "exact", &[0.0, 4.0], &[0.0, 1.0]),
    ]);
    let plot = layout(&empty(), &figure).plots.remove(0);
    assert_eq!((plot.x0, plot.x1, plot.y0, plot.y1), (0.0, 4.0, -1.0, 1.0));
    let drawn = svg(&empty(), &figure).expect("a figure");
    for (x, y) in [(1.0, 0.0), (3.0, 0.5)] {
        let at = (plot.left + plot.width * x / 4.0, plot.top + plot.height * (1.0 - y) / 2.0);
        let found = drawn.lines().filter(|line| line.starts_with("<circle")).any(|circle| {
            let value = |name: &str| -> f64 {
                let from = circle.find(&format!(" {name}=\"")).expect("an attribute") + name.len() + 3;
                circle[from..].split('"').next().expect("a value").parse().expect("a number")
            };
            (value("cx") - at.0).abs() < 0.2 && (value("cy") - at.1).abs() < 0.2
        });
        assert!(found, "no dot at {at:?}: {drawn}");
    }
    assert!(drawn.contains(">noise<") && drawn.contains(">exact<"), "their names");
}

#[test]
fn grey_is_chance_alone() {
    let styles = [LineStyle::Dots, LineStyle::Curve, LineStyle::Exact, LineStyle::Before, LineStyle::Bars];
    let grey = |figure: &Figure| svg(&empty(), figure).expect("a figure").contains("#74727a");
    let data = styles.map(|style| line(style, "data", &[1.0, 2.0], &[0.0, 0.5])).to_vec();
    assert!(!grey(&figure(data)));
    assert!(grey(&figure(vec![line(LineStyle::Chance, "shuffled", &[1.0, 2.0], &[0.0, 0.5])])));
}

#[test]
fn what_is_no_number_is_left_out() {
    let odd = [f64::NAN, f64::INFINITY, -1e300, 1.0];
    for style in [LineStyle::Dots, LineStyle::Curve, LineStyle::Chance, LineStyle::Bars] {
        for theme in [ThemeName::Light, ThemeName::Dark, ThemeName::Print] {
            for domain in [None, Some(Domain { x: Some([2.0, 1.0]), y: None })] {
                let lines = vec![
                    line(style, "a name that is much too long for its place", &odd, &[0.5; 3]),
                    line(style, "", &[], &[1.0]),
                ];
                let drawn = svg(&empty(), &Figure { theme, domain, ..figure(lines) }).expect("a figure");
                assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{style:?}: {drawn}");
            }
        }
    }
    // A document with checkpoints is not described as if they were drawn.
    assert_eq!(layout(&document::series(), &figure(Vec::new())).summary, "");
}

//! Figures of a document: what is drawn, where, and that nothing in a document can break the drawing.

mod document;
mod lesson;
mod mangled;
mod print;
mod training;

use neuromfa::plot::{
    Cursor, Figure, Kind, Layout, Number, Pending, PendingState, ThemeName, backend_size, png, svg,
};
use neuromfa::report::ResultDocument;
use plotters_backend::DrawingErrorKind;

/// Every kind of figure, in the sizes of the page.
fn figures() -> Vec<(&'static str, ResultDocument, Figure)> {
    let (long, single) = (document::long(), document::single());
    let size = |kind, width: f64, height: f64| Figure { kind, width, height, ..Figure::default() };
    let stack = || vec!["score:next-character accuracy".into(), "emergence".into(), "excess_width".into()];
    let pending = || {
        let state = PendingState::Waiting;
        let waiting = [512, 1000, 1500, 2000, 3000].map(|step| Pending { step, state });
        std::iter::once(Pending { step: 256, state: PendingState::Failed }).chain(waiting).collect::<Vec<_>>()
    };
    let mut reading = long.clone();
    reading.checkpoints.truncate(9);
    let spectrum = size(Kind::Spectrum, 540.0, 330.0);
    let message = [
        "No neuron has enough edges",
        "A neuron needs more than 10 edges of length 1 to 150. Here none has any.",
    ];
    vec![
        ("rulers", long.clone(), Figure { rulers: true, ..size(Kind::Spectrum, 744.0, 462.0) }),
        (
            "rulers-short",
            document::series(),
            Figure { rulers: true, title: true, ..size(Kind::Spectrum, 744.0, 462.0) },
        ),
        (
            "rulers-middle",
            long.clone(),
            Figure { rulers: true, checkpoint: Some(10), ..size(Kind::Spectrum, 744.0, 462.0) },
        ),
        ("single", single.clone(), Figure { cursor: Some(Cursor { q_index: Some(14) }), ..spectrum.clone() }),
        ("sampled", document::sampled(), spectrum.clone()),
        ("phone", long.clone(), Figure { compact: true, ..size(Kind::Spectrum, 328.0, 222.0) }),
        (
            "empty",
            single.clone(),
            Figure {
                axes_only: true,
                message: message.map(String::from).to_vec(),
                ..size(Kind::Spectrum, 390.0, 220.0)
            },
        ),
        ("tau", single.clone(), Figure { title: true, ..size(Kind::Tau, 540.0, 330.0) }),
        ("dimension", long.clone(), Figure { title: true, ..size(Kind::Dimension, 540.0, 330.0) }),
        ("fit", single.clone(), Figure { title: true, q: Some(-2.0), ..size(Kind::Fit, 540.0, 330.0) }),
        ("nfd", single.clone(), size(Kind::Nfd, 404.0, 130.0)),
        ("nfd-small", long.clone(), Figure { number: Some(Number::Nfd), ..size(Kind::Strip, 160.0, 40.0) }),
        ("strip", long.clone(), Figure { number: Some(Number::Width), ..size(Kind::Strip, 160.0, 20.0) }),
        ("series", long.clone(), Figure { series: stack(), ..size(Kind::Series, 488.0, 402.0) }),
        (
            "reading",
            reading.clone(),
            Figure { series: stack(), pending: pending(), ..size(Kind::Series, 744.0, 300.0) },
        ),
        ("steps", long.clone(), size(Kind::Steps, 488.0, 60.0)),
        (
            "steps-phone",
            long,
            Figure { compact: true, checkpoint: Some(6), ..size(Kind::Steps, 328.0, 60.0) },
        ),
        ("steps-reading", reading, Figure { pending: pending(), ..size(Kind::Steps, 744.0, 60.0) }),
    ]
}

const THEMES: [(ThemeName, &str); 3] =
    [(ThemeName::Light, "light"), (ThemeName::Dark, "dark"), (ThemeName::Print, "print")];

/// Writes PNGs of a result document (DOCUMENT) into the folder that FIGURES names, to be looked at.
#[test]
fn pictures_of_a_document() {
    let variable = |name| std::env::var_os(name).map(std::path::PathBuf::from);
    let (Some(folder), Some(path)) = (variable("FIGURES"), variable("DOCUMENT")) else {
        return;
    };
    let text = std::fs::read_to_string(path).expect("a document");
    let document: ResultDocument = serde_json::from_str(&text).expect("a document");
    for (theme, tag) in THEMES {
        for (name, _, figure) in figures().into_iter().chain(training::figures()) {
            let bytes = png(&document, &Figure { theme, scale: 2.0, ..figure }).expect("a figure");
            std::fs::write(folder.join(format!("real-{name}-{tag}.png")), bytes).expect("a folder");
        }
    }
}

/// Writes PNGs into the folder that FIGURES names, to be looked at.
#[test]
fn pictures() {
    let Some(folder) = std::env::var_os("FIGURES").map(std::path::PathBuf::from) else {
        return;
    };
    for (theme, tag) in THEMES {
        for (name, document, figure) in figures().into_iter().chain(training::figures()) {
            let bytes = png(&document, &Figure { theme, scale: 2.0, ..figure }).expect("a figure");
            std::fs::write(folder.join(format!("{name}-{tag}.png")), bytes).expect("a folder");
        }
    }
}

/// The figures as they were when somebody last looked at them. UPDATE_SNAPSHOTS=1 writes them anew: look at the
/// difference, and at the pictures of the test above.
#[test]
fn snapshots() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/plot");
    let small = ["phone", "fit", "nfd", "strip", "reading", "steps-phone"];
    for (name, document, figure) in figures().into_iter().filter(|(name, ..)| small.contains(name)) {
        let (path, drawn) = (folder.join(format!("{name}.svg")), svg(&document, &figure).expect("a figure"));
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::write(&path, &drawn).expect("a folder");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(drawn == kept, "{name}.svg differs from its snapshot");
    }
}

/// Draws on the SVG backend and gives the layout.
fn layout(document: &ResultDocument, figure: &Figure) -> Layout {
    neuromfa::plot::layout(document, figure).expect("a figure")
}

#[test]
fn charts_and_slider_stand_above_each_other() {
    let document = document::long();
    let figure = |kind, height| Figure {
        kind,
        width: 488.0,
        height,
        series: vec!["emergence".into()],
        ..Figure::default()
    };
    let series = layout(&document, &figure(Kind::Series, 130.0));
    let steps = layout(&document, &figure(Kind::Steps, 60.0));
    assert_eq!(series.steps, steps.steps);
    assert_eq!((steps.steps[0].x, steps.steps[14].x), (50.0, 470.0));
    assert!(steps.steps.windows(2).all(|pair| pair[0].x < pair[1].x));
}

#[test]
fn the_domain_stays_when_another_checkpoint_is_selected() {
    let document = document::long();
    let at = |checkpoint| layout(&document, &Figure { checkpoint: Some(checkpoint), ..Figure::default() });
    let (early, late) = (at(2), at(14));
    assert_eq!(early.plots, late.plots);
    let plot = &late.plots[0];
    assert_eq!((plot.name.as_str(), plot.x_scale), ("spectrum", "linear"));
    assert!(plot.y1 > 0.0 && plot.y1 < 0.05 && plot.x0 < 0.5448 && plot.x1 > 0.902, "{plot:?}");
}

#[test]
fn points_lie_where_the_axes_say() {
    let document = document::single();
    let layout = layout(&document, &Figure::default());
    let (plot, sample) = (&layout.plots[0], &document.checkpoints[0].samples[0]);
    assert_eq!(layout.points.len(), 61);
    for point in &layout.points {
        let alpha = sample.alpha[point.q_index].expect("a number");
        let x = plot.left + plot.width * (alpha - plot.x0) / (plot.x1 - plot.x0);
        assert!((x - point.x).abs() < 0.13, "{point:?} is not at {x}");
    }
}

#[test]
fn rows_are_in_order_and_thinned_beyond_forty() {
    let mut document = document::long();
    let figure = Figure { rulers: true, width: 744.0, height: 462.0, ..Figure::default() };
    let rows = layout(&document, &figure).rows;
    assert_eq!(rows.len(), 15);
    let pitch = rows[1].y - rows[0].y;
    assert!((pitch - 8.73).abs() < 0.01, "{pitch}");
    let last = document.checkpoints[14].clone();
    document.checkpoints.resize(101, last);
    let rows = layout(&document, &figure).rows;
    assert!(rows.len() <= 41 && rows.last().is_some_and(|row| row.checkpoint == 100));
}

#[test]
fn labels_that_would_collide_are_left_out() {
    let document = document::series();
    let named = |width: f64| {
        let figure = Figure { width, height: 0.6 * width, ..Figure::default() };
        svg(&document, &figure).expect("a figure").matches("font-weight=\"600\"").count()
    };
    assert!(named(744.0) >= 4, "{}", named(744.0));
    assert!(named(90.0) < named(744.0));
}

#[test]
fn without_null_models_nothing_is_grey_and_nothing_is_told() {
    let document = document::series();
    let drawn = svg(&document, &Figure { nulls: false, ..Figure::default() }).expect("a figure");
    assert!(!drawn.contains("#74727a") && !drawn.contains("moved") && !drawn.contains("widened"));
}

#[test]
fn what_a_document_says_is_text_and_never_markup() {
    let mut document = document::series();
    document.checkpoints.iter_mut().for_each(|c| c.step = None);
    document.checkpoints[3].name = "<script>alert(1)</script>".into();
    document.checkpoints[3].files[0].name = "</metadata><script>".into();
    let drawn = svg(&document, &Figure::default()).expect("a figure");
    assert!(!drawn.contains("<script") && drawn.contains("&lt;script"));
}

#[test]
fn sizes_that_are_none_become_the_smallest() {
    for bad in [f64::NAN, -1.0, 0.0] {
        assert_eq!(backend_size(&Figure { width: bad, height: bad, ..Figure::default() }), (128, 128));
    }
    let endless = Figure { width: f64::INFINITY, ..Figure::default() };
    assert_eq!(backend_size(&endless).0, 8 * 8192);
}

#[test]
fn png_has_the_asked_pixels_and_needs_no_installed_fonts() {
    let bytes = png(&document::single(), &Figure { scale: 2.0, ..Figure::default() }).expect("a figure");
    let side = |at: usize| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    assert_eq!((&bytes[1..4], side(16), side(20)), (&b"PNG"[..], 1080, 660));
}

/// A backend that has no text.
struct Mute;

impl plotters_backend::DrawingBackend for Mute {
    type ErrorType = std::io::Error;

    fn get_size(&self) -> (u32, u32) {
        (800, 800)
    }

    fn ensure_prepared(&mut self) -> Result<(), DrawingErrorKind<std::io::Error>> {
        Ok(())
    }

    fn present(&mut self) -> Result<(), DrawingErrorKind<std::io::Error>> {
        Ok(())
    }

    fn draw_pixel(
        &mut self,
        _: (i32, i32),
        _: plotters_backend::BackendColor,
    ) -> Result<(), DrawingErrorKind<std::io::Error>> {
        Ok(())
    }

    fn draw_text<S: plotters_backend::BackendTextStyle>(
        &mut self,
        _: &str,
        _: &S,
        _: (i32, i32),
    ) -> Result<(), DrawingErrorKind<std::io::Error>> {
        Err(DrawingErrorKind::DrawingError(std::io::Error::other("no letters left")))
    }
}

#[test]
fn a_backend_that_fails_says_why() {
    let figure = Figure { width: 100.0, height: 100.0, ..Figure::default() };
    let error = neuromfa::plot::draw(Mute, &document::single(), &figure).expect_err("a failure");
    assert!(error.to_string().contains("no letters left"), "{error}");
}

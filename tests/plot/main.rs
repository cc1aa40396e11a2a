//! Figures of a document: what is drawn, where, and that nothing in a document can break the drawing.

mod document;

use neuromfa::plot::{Cursor, Figure, Kind, Number, Pending, PendingState, ThemeName, png};
use neuromfa::report::ResultDocument;

/// Every kind of figure, in the sizes of the page.
fn figures() -> Vec<(&'static str, ResultDocument, Figure)> {
    let (long, single) = (document::long(), document::single());
    let size = |kind, width: f64, height: f64| Figure {
        kind,
        width,
        height,
        ..Figure::default()
    };
    let stack = || {
        vec![
            "score:next-character accuracy".into(),
            "emergence".into(),
            "excess_width".into(),
        ]
    };
    let pending = || {
        let state = PendingState::Waiting;
        let waiting = [512, 1000, 1500, 2000, 3000].map(|step| Pending { step, state });
        std::iter::once(Pending {
            step: 256,
            state: PendingState::Failed,
        })
        .chain(waiting)
        .collect::<Vec<_>>()
    };
    let mut reading = long.clone();
    reading.checkpoints.truncate(9);
    let spectrum = size(Kind::Spectrum, 540.0, 330.0);
    let message = [
        "No neuron has enough edges",
        "A neuron needs more than 10 edges of length 1 to 150. Here none has any.",
    ];
    vec![
        (
            "rulers",
            long.clone(),
            Figure {
                rulers: true,
                ..size(Kind::Spectrum, 744.0, 462.0)
            },
        ),
        (
            "rulers-short",
            document::series(),
            Figure {
                rulers: true,
                title: true,
                ..size(Kind::Spectrum, 744.0, 462.0)
            },
        ),
        (
            "rulers-middle",
            long.clone(),
            Figure {
                rulers: true,
                checkpoint: Some(10),
                ..size(Kind::Spectrum, 744.0, 462.0)
            },
        ),
        (
            "single",
            single.clone(),
            Figure {
                cursor: Some(Cursor { q_index: Some(14) }),
                ..spectrum.clone()
            },
        ),
        ("sampled", document::sampled(), spectrum.clone()),
        (
            "phone",
            long.clone(),
            Figure {
                compact: true,
                ..size(Kind::Spectrum, 328.0, 222.0)
            },
        ),
        (
            "empty",
            single.clone(),
            Figure {
                axes_only: true,
                message: message.map(String::from).to_vec(),
                ..size(Kind::Spectrum, 390.0, 220.0)
            },
        ),
        (
            "tau",
            single.clone(),
            Figure {
                title: true,
                ..size(Kind::Tau, 540.0, 330.0)
            },
        ),
        (
            "dimension",
            long.clone(),
            Figure {
                title: true,
                ..size(Kind::Dimension, 540.0, 330.0)
            },
        ),
        (
            "fit",
            single.clone(),
            Figure {
                title: true,
                q: Some(-2.0),
                ..size(Kind::Fit, 540.0, 330.0)
            },
        ),
        ("nfd", single.clone(), size(Kind::Nfd, 404.0, 130.0)),
        (
            "nfd-small",
            long.clone(),
            Figure {
                number: Some(Number::Nfd),
                ..size(Kind::Strip, 160.0, 40.0)
            },
        ),
        (
            "strip",
            long.clone(),
            Figure {
                number: Some(Number::Width),
                ..size(Kind::Strip, 160.0, 20.0)
            },
        ),
        (
            "series",
            long.clone(),
            Figure {
                series: stack(),
                ..size(Kind::Series, 488.0, 402.0)
            },
        ),
        (
            "reading",
            reading.clone(),
            Figure {
                series: stack(),
                pending: pending(),
                ..size(Kind::Series, 744.0, 300.0)
            },
        ),
        ("steps", long.clone(), size(Kind::Steps, 488.0, 60.0)),
        (
            "steps-phone",
            long,
            Figure {
                compact: true,
                checkpoint: Some(6),
                ..size(Kind::Steps, 328.0, 60.0)
            },
        ),
        (
            "steps-reading",
            reading,
            Figure {
                pending: pending(),
                ..size(Kind::Steps, 744.0, 60.0)
            },
        ),
    ]
}

/// Writes PNGs into the folder that FIGURES names, to be looked at.
#[test]
fn pictures() {
    let Some(folder) = std::env::var_os("FIGURES").map(std::path::PathBuf::from) else {
        return;
    };
    for (theme, tag) in [
        (ThemeName::Light, "light"),
        (ThemeName::Dark, "dark"),
        (ThemeName::Print, "print"),
    ] {
        for (name, document, figure) in figures() {
            let bytes = png(
                &document,
                &Figure {
                    theme,
                    scale: 2.0,
                    ..figure
                },
            )
            .expect("a figure");
            std::fs::write(folder.join(format!("{name}-{tag}.png")), bytes).expect("a folder");
        }
    }
}

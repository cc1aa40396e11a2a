//! Figures of a document: what is drawn, where, and that nothing in a document can break the drawing.

mod document;

use neuromfa::plot::{Figure, Kind, ThemeName, png, svg};

/// Writes PNGs into the folder that FIGURES names, to be looked at.
#[test]
fn pictures() {
    let Some(folder) = std::env::var_os("FIGURES").map(std::path::PathBuf::from) else { return };
    let (series, single, sampled) = (document::series(), document::single(), document::sampled());
    for (theme, tag) in [(ThemeName::Light, "light"), (ThemeName::Dark, "dark"), (ThemeName::Print, "print")] {
        let base = Figure { theme, scale: 2.0, ..Figure::default() };
        let figures = [
            ("rulers", &series, Figure { width: 744.0, height: 462.0, rulers: true, ..base.clone() }),
            ("single", &single, Figure { width: 540.0, height: 330.0, ..base.clone() }),
            ("sampled", &sampled, Figure { width: 540.0, height: 330.0, ..base.clone() }),
            ("phone", &series, Figure { width: 328.0, height: 222.0, compact: true, ..base.clone() }),
        ];
        for (name, document, figure) in figures {
            let bytes = png(document, &figure).expect("a figure");
            std::fs::write(folder.join(format!("{name}-{tag}.png")), bytes).expect("a folder");
        }
    }
}

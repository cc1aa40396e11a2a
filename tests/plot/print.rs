//! Figures as files for print: their sizes on paper, nothing see-through, fonts and receipt inside, data that reads back.

use base64::Engine as _;
use neuromfa::analysis::Options;
use neuromfa::plot::{
    Domain, Figure, Kind, Lettering, Print, SystemColors, ThemeName, caption, pgfplots, print_png, print_svg,
    printed, svg,
};
use neuromfa::report::ResultDocument;

use crate::document;

const COLUMN: f64 = 85.0;
const PAGE: f64 = 174.0;
/// CSS pixels in a point.
const POINT: f64 = 4.0 / 3.0;

fn print(width: f64, text: Lettering) -> Print {
    Print { width: Some(width), text, transparent: false }
}

/// Every kind of figure that stands alone.
fn figures() -> Vec<(ResultDocument, Figure)> {
    let training = document::rivals();
    let of = |kind: Kind| match kind {
        Kind::Damage => document::damaged(),
        Kind::Sizes => document::models(3),
        Kind::Sensitivity => document::sensitive(),
        _ => training.clone(),
    };
    let kinds = Kind::names().into_iter().filter_map(Kind::named).filter(|kind| *kind != Kind::Published);
    kinds.map(|kind| (of(kind), Figure::alone(kind, &of(kind)))).collect()
}

/// The values of an attribute.
fn values<'a>(svg: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    svg.split(start.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn figures_have_their_size_on_paper() {
    for (document, figure) in figures() {
        for width in [COLUMN, PAGE] {
            let drawn = print_svg(&document, &figure, &print(width, Lettering::Outlines)).expect("a figure");
            assert_eq!(values(&drawn, "width")[0], format!("{width}mm"), "{:?}", figure.kind);
            let view: Vec<f64> =
                values(&drawn, "viewBox")[0].split(' ').map(|v| v.parse().expect("a number")).collect();
            assert!((view[2] / 96.0 * 25.4 - width).abs() < 0.04, "{view:?}");
            let height: f64 = values(&drawn, "height")[0].trim_end_matches("mm").parse().expect("a length");
            assert!(
                (view[3] / 96.0 * 25.4 - height).abs() < 0.02 && height < 297.0,
                "{:?} is {height} mm",
                figure.kind
            );
        }
    }
}

#[test]
fn nothing_is_see_through_and_every_size_is_one_of_print() {
    for (document, figure) in figures() {
        for width in [COLUMN, PAGE] {
            let drawn = print_svg(&document, &figure, &print(width, Lettering::Text)).expect("a figure");
            assert!(!drawn.contains("opacity"), "{:?}", figure.kind);
            for element in drawn.lines().filter(|line| line.contains("stroke=") && !line.contains("#ffffff"))
            {
                let points: f64 = values(element, "stroke-width")[0].parse::<f64>().expect("a width") / POINT;
                let known = [0.5, 1.0, 1.5].iter().any(|size| (points - size).abs() < 0.04);
                assert!(known || points > 2.0, "{:?} has a line of {points} pt: {element}", figure.kind);
            }
            for size in values(&drawn, "font-size") {
                let points: f64 = size.parse::<f64>().expect("a size") / POINT;
                // Symbols are set a little larger than the text around them, the zero below them smaller.
                assert!(
                    (6.99..=10.5).contains(&points) || points < 7.0 * 0.9,
                    "{:?} has text of {points} pt",
                    figure.kind
                );
            }
        }
    }
}

#[test]
fn glyphs_are_outlines_or_text_with_its_fonts() {
    let (document, figure) = (document::long(), Figure::default());
    let outlines = print_svg(&document, &figure, &print(PAGE, Lettering::Outlines)).expect("a figure");
    assert!(!outlines.contains("<text") && !outlines.contains("@font-face"));
    assert!(values(&outlines, "aria-label").contains(&"step 3,000"), "outlines say what they are");
    let text = print_svg(&document, &figure, &print(PAGE, Lettering::Text)).expect("a figure");
    let faces: Vec<&str> = text.lines().filter(|line| line.starts_with("@font-face")).collect();
    assert_eq!(faces.len(), 3, "regular, semibold and symbols");
    for face in faces {
        let data = face.split("base64,").nth(1).and_then(|rest| rest.split(')').next()).expect("data");
        let bytes = base64::prelude::BASE64_STANDARD.decode(data).expect("base64");
        assert!(bytes.starts_with(b"wOF2"), "{face:.60}");
    }
    assert!(
        text.contains("@font-face{font-family:'NeuroMFA Sans';")
            && text.contains("font-family=\"'NeuroMFA Sans',")
    );
    let labels = |of: &str| of.matches("aria-label=").count() + of.matches("<text ").count();
    assert_eq!(labels(&outlines), labels(&text), "the same labels in both");
}

#[test]
fn names_without_glyphs_stay_text() {
    let mut document = document::series();
    document.checkpoints.iter_mut().for_each(|record| record.step = None);
    document.checkpoints[3].name = "検査点".into();
    let drawn =
        print_svg(&document, &Figure::default(), &print(PAGE, Lettering::Outlines)).expect("a figure");
    assert!(drawn.contains(">検査点</text>"));
}

#[test]
fn files_carry_title_description_and_a_receipt() {
    let document = document::series();
    let drawn =
        print_svg(&document, &Figure::default(), &print(COLUMN, Lettering::Outlines)).expect("a figure");
    assert!(
        drawn.contains("<title>Multifractal spectrum</title>")
            && drawn.contains("<desc>Spectrum at step 1,000: α from")
    );
    let receipt =
        drawn.split("<metadata>").nth(1).and_then(|rest| rest.split("</metadata>").next()).expect("metadata");
    let receipt: serde_json::Value = serde_json::from_str(&receipt.replace("&quot;", "\"")).expect("JSON");
    let options: Options = serde_json::from_value(receipt["options"].clone()).expect("options");
    assert_eq!(options, document.options);
    assert_eq!(receipt["tool"]["version"], document.tool.version);
    assert_eq!(receipt["files"][3]["identity"], document.checkpoints[3].files[0].identity);
}

#[test]
fn the_ground_is_white_or_clear() {
    let ground = |transparent| {
        let print = Print { transparent, ..print(COLUMN, Lettering::Outlines) };
        let drawn = print_svg(&document::single(), &Figure::default(), &print).expect("a figure");
        drawn.lines().any(|line| line.starts_with("<rect x=\"0\" y=\"0\" width=\"321.2"))
    };
    assert!(ground(false) && !ground(true));
}

#[test]
fn panels_of_a_stack_have_letters() {
    let document = document::long();
    let drawn = print_svg(&document, &Figure::alone(Kind::Series, &document), &print(PAGE, Lettering::Text))
        .expect("a figure");
    let size = format!("font-size=\"{}\"", 9.0 * POINT);
    let letters: Vec<&str> =
        drawn.lines().filter(|line| line.contains(&size) && line.contains("600")).collect();
    assert_eq!(letters.len(), 6, "a chart for the score and each of five numbers: {letters:?}");
    assert!(letters[0].ends_with(">a</text>") && letters[5].ends_with(">f</text>"));
    let alone = print_svg(&document, &Figure::default(), &print(PAGE, Lettering::Text)).expect("a figure");
    assert!(!alone.contains(">a</text>"));
}

#[test]
fn pictures_have_their_pixels_to_an_inch() {
    for (per_inch, wide) in [(96.0, 321), (300.0, 1004), (600.0, 2008)] {
        let bytes =
            print_png(&document::single(), &Figure::default(), &print(COLUMN, Lettering::Text), per_inch)
                .expect("a figure");
        let number = |at: usize| u32::from_be_bytes(*bytes[at..].first_chunk().expect("four bytes"));
        assert!(number(16).abs_diff(wide) <= 1, "{} pixels at {per_inch} dpi", number(16));
        let density = bytes.windows(4).position(|name| name == b"pHYs").expect("a density");
        assert_eq!(number(density + 4), (per_inch / 0.0254_f64).round() as u32);
        resvg::tiny_skia::Pixmap::decode_png(&bytes).expect("a picture");
    }
}

/// The tables of a LaTeX document: names and columns.
fn tables(text: &str) -> Vec<(Vec<&str>, Vec<Vec<f64>>)> {
    text.split("\\pgfplotstableread{\n")
        .skip(1)
        .map(|part| {
            let mut lines = part.lines().take_while(|line| !line.starts_with('}'));
            let keys: Vec<&str> = lines.next().expect("a head").split('\t').collect();
            let rows: Vec<Vec<f64>> = lines
                .map(|line| line.split('\t').map(|cell| cell.parse().expect("a number")).collect())
                .collect();
            assert!(rows.iter().all(|row| row.len() == keys.len()));
            let columns = (0..keys.len()).map(|i| rows.iter().map(|row| row[i]).collect()).collect();
            (keys, columns)
        })
        .collect()
}

#[test]
fn latex_holds_the_numbers_and_draws_each_table() {
    let document = document::long();
    for kind in [
        Kind::Spectrum,
        Kind::Tau,
        Kind::Dimension,
        Kind::Fit,
        Kind::Nfd,
        Kind::Series,
        Kind::Path,
        Kind::Scatter,
    ] {
        let text = pgfplots(&document, &Figure::alone(kind, &document), &print(COLUMN, Lettering::Text))
            .expect("a document");
        let tables = tables(&text);
        assert!(!tables.is_empty());
        assert_eq!(text.matches("\\addplot[").count(), tables.len(), "{kind:?}");
        for (keys, _) in &tables {
            assert!(keys.iter().all(|key| key.bytes().all(|b| b.is_ascii_alphanumeric())), "{keys:?}");
        }
        for word in ["axis", "tikzpicture", "document"] {
            let (begins, ends) = (
                text.matches(&format!("\\begin{{{word}}}")).count(),
                text.matches(&format!("\\end{{{word}}}")).count(),
            );
            assert_eq!(begins, ends, "{word}");
        }
        let braces = text.replace("\\{", "").replace("\\}", "");
        assert_eq!(braces.matches('{').count(), braces.matches('}').count(), "{kind:?}");
    }
    assert!(pgfplots(&document, &Figure::alone(Kind::Heat, &document), &Print::default()).is_none());

    let text = pgfplots(&document, &Figure::default(), &print(COLUMN, Lettering::Text)).expect("a document");
    let all = tables(&text);
    let (keys, columns) = all.last().expect("the selected checkpoint stands last");
    assert_eq!(keys, &["q", "alpha", "f"]);
    let sample = &document.checkpoints[14].samples[0];
    let written = |values: &[Option<f64>]| values.iter().map(|v| v.unwrap_or(f64::NAN)).collect::<Vec<_>>();
    assert_eq!(
        (&columns[0], &columns[1], &columns[2]),
        (&sample.q, &written(&sample.alpha), &written(&sample.f))
    );
    assert!(text.contains("% {\"tool\":{\"name\":\"neuromfa\""), "the receipt");
}

#[test]
fn captions_tell_what_of_how_many_beside_what_and_how() {
    let text = caption(&document::long(), &Figure::default());
    for part in [
        "Multifractal spectrum. Spectrum at step 3,000: α from",
        "shuffled width",
        "1,344 neurons.",
        "100 shuffles of the same weights, their mean and 95% interval.",
        "Whole network; exact mode; edges up to length 150; q from −3 to 3 in steps of 0.1.",
        "Computed with neuromfa ",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text:?}");
    }
}

#[test]
fn what_is_zoomed_out_of_sight_is_not_drawn() {
    let document = document::long();
    let whole = Figure::default();
    let domain = Domain { x: Some([0.65, 0.85]), y: Some([-0.3, 0.02]) };
    let near = Figure { domain: Some(domain), pinned: vec![0, 99], ..whole.clone() };
    let layout = neuromfa::plot::layout(&document, &near).expect("a figure");
    let plot = &layout.plots[0];
    assert_eq!((plot.x0, plot.x1, plot.y0, plot.y1), (0.65, 0.85, -0.3, 0.02));
    assert!(layout.points.iter().all(|p| (plot.left - 0.6..=plot.left + plot.width + 0.6).contains(&p.x)));
    let drawn = svg(&document, &near).expect("a figure");
    for path in
        drawn.lines().filter(|line| line.starts_with("<path d=\"M") && line.contains("stroke-width=\"3\""))
    {
        let numbers = path.split('"').nth(1).unwrap_or_default().replace(['M', 'L'], " ");
        let numbers: Vec<f64> = numbers.split_whitespace().map(|n| n.parse().expect("a number")).collect();
        for at in numbers.chunks_exact(2) {
            let inside = (plot.left - 0.2..=plot.left + plot.width + 0.2).contains(&at[0])
                && (plot.top - 0.2..=plot.top + plot.height + 0.2).contains(&at[1]);
            assert!(inside, "{at:?} is outside of {plot:?}");
        }
    }
    assert_ne!(
        drawn,
        svg(&document, &Figure { pinned: Vec::new(), ..near }).expect("a figure"),
        "the pin is drawn"
    );
}

#[test]
fn forced_colours_are_the_systems_and_no_others() {
    let system = SystemColors {
        canvas: [0, 0, 0],
        text: [255, 255, 255],
        gray: [0, 255, 0],
        highlight: [255, 0, 255],
    };
    for (document, figure) in figures() {
        if figure.kind == Kind::Heat || figure.kind == Kind::Groups {
            continue;
        }
        let figure = Figure { theme: ThemeName::Forced, system: Some(system), letters: false, ..figure };
        let drawn = svg(&document, &figure).expect("a figure");
        assert!(!drawn.contains("opacity"), "{:?}", figure.kind);
        let mut colors: Vec<&str> = values(&drawn, "stroke");
        colors.retain(|color| !["#000000", "#ffffff", "#00ff00", "#ff00ff"].contains(color));
        colors.sort_unstable();
        colors.dedup();
        // The grid lies between the ground and the grey.
        assert!(colors.len() <= 1, "{:?} has {colors:?}", figure.kind);
    }
}

#[test]
fn printed_figures_are_light_whatever_the_page_is() {
    let figure = Figure { theme: ThemeName::Dark, compact: false, ..Figure::default() };
    let narrow = printed(&document::long(), &figure, &print(COLUMN, Lettering::Outlines));
    assert_eq!((narrow.theme, narrow.compact, narrow.title), (ThemeName::Print, true, true));
}

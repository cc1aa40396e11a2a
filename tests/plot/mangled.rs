//! Whatever a document holds and whatever is asked for, drawing ends, without a panic, in well-formed SVG.

use neuromfa::plot::{
    Cursor, Domain, Figure, Fit, Kind, Motion, Number, Pending, PendingState, Rows, StepScale, ThemeName, svg,
};
use neuromfa::report::ResultDocument;
use proptest::prelude::*;
use serde_json::Value;

use crate::document;

/// What happens to a place of the document.
#[derive(Debug, Clone)]
enum Blow {
    Null,
    Number(f64),
    Cut(usize),
    Repeat,
}

fn blow() -> impl Strategy<Value = Blow> {
    prop_oneof![
        Just(Blow::Null),
        prop_oneof![Just(0.0), Just(-1e308), Just(1e308), Just(1e-308), Just(-0.5), -10.0..10.0]
            .prop_map(Blow::Number),
        (0_usize..4).prop_map(Blow::Cut),
        Just(Blow::Repeat),
    ]
}

/// Strikes the n-th value below `value`, counted over the whole tree.
fn strike(value: &mut Value, n: &mut usize, blow: &Blow) {
    if *n == 0 {
        *n = usize::MAX;
        return match (blow, value) {
            (Blow::Null, value) => *value = Value::Null,
            (Blow::Number(x), value @ (Value::Number(_) | Value::Null)) => *value = Value::from(*x),
            (Blow::Cut(to), Value::Array(list)) => list.truncate(*to),
            (Blow::Repeat, Value::Array(list)) => list.extend(list.clone()),
            _ => {}
        };
    }
    if *n == usize::MAX {
        return;
    }
    *n -= 1;
    match value {
        Value::Array(list) => list.iter_mut().for_each(|v| strike(v, n, blow)),
        Value::Object(map) => map.values_mut().for_each(|v| strike(v, n, blow)),
        _ => {}
    }
}

fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(size).sum::<usize>(),
        Value::Object(map) => map.values().map(size).sum(),
        _ => 0,
    }
}

/// JSON holds no NaN, but a page can hand one over.
fn poison(document: &mut ResultDocument, with: f64) {
    for record in &mut document.checkpoints {
        record.mean.alpha0 = Some(with);
        record.nfd.histogram.from = with;
        record.emergence = Some(with);
        record.step = record.step.map(|_| u64::MAX);
        record.samples.iter_mut().for_each(|s| s.q.fill(with));
        record.samples.iter_mut().for_each(|s| s.alpha.fill(Some(with)));
        record.nulls.iter_mut().for_each(|n| n.envelope.fill([with; 4]));
        record.nulls.iter_mut().for_each(|n| n.width_interval = Some([with, 0.0]));
        record.groups.iter_mut().for_each(|g| g.width = Some(with));
        record.groups.iter_mut().for_each(|g| g.f.fill(Some(with)));
        record.parameters = u64::MAX;
    }
    document.scores.iter_mut().flat_map(|s| &mut s.values).for_each(|v| v.value = with);
}

fn length() -> impl Strategy<Value = f64> {
    prop_oneof![4 => 1.0..900.0, 1 => Just(f64::NAN), 1 => Just(-5.0), 1 => Just(1e12)]
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![-4.0..4.0, Just(f64::NAN), Just(f64::INFINITY), Just(1e300), Just(0.0)]
}

fn kind() -> impl Strategy<Value = Kind> {
    use Kind::*;
    let old = vec![Spectrum, Tau, Fit, Dimension, Nfd, Strip, Series, Steps];
    let new = vec![
        Path,
        ScoresNormalised,
        Radar,
        Scatter,
        Groups,
        Heat,
        NfdSteps,
        Sizes,
        Damage,
        Rivals,
        Sensitivity,
        Published,
    ];
    prop::sample::select([old, new].concat())
}

fn look() -> impl Strategy<Value = Figure> {
    let theme = prop::sample::select(vec![ThemeName::Light, ThemeName::Dark, ThemeName::Print]);
    let flags = any::<[bool; 7]>();
    (kind(), length(), length(), theme, flags).prop_map(|(kind, width, height, theme, flags)| {
        let [compact, title, rulers, nulls, axes_only, linear, words] = flags;
        let x = if linear { StepScale::Linear } else { StepScale::Log };
        let message = if words {
            vec!["Nothing".into(), "a longer line of words that is wrapped".into()]
        } else {
            vec![]
        };
        Figure {
            kind,
            width,
            height,
            theme,
            compact,
            title,
            rulers,
            nulls,
            axes_only,
            x,
            message,
            ..Figure::default()
        }
    })
}

fn cursor_metric(index: Option<usize>) -> Option<String> {
    index.map(|i| if i % 2 == 0 { "validation loss".to_owned() } else { "none".to_owned() })
}

fn figure() -> impl Strategy<Value = Figure> {
    let index = || prop::option::of(0_usize..70);
    let pending = prop::collection::vec((prop_oneof![0_u64..5000, Just(u64::MAX)], any::<bool>()), 0..4);
    let strip = prop::option::of(prop::sample::select(vec![
        Number::Alpha0,
        Number::Width,
        Number::Emergence,
        Number::Nfd,
        Number::ExcessWidth,
        Number::Asymmetry,
    ]));
    let domain = prop::option::of((number(), number(), number(), number()));
    let fit = prop::option::of(prop::collection::vec((number(), number()), 0..5));
    (look(), [index(), index(), index(), index()], pending, strip, domain, fit, number()).prop_map(
        |(look, [checkpoint, sample, q_index, from], pending, number, domain, fit, x)| Figure {
            checkpoint,
            sample,
            cursor: Some(Cursor { q_index }),
            from: from.map(|checkpoint| Motion { checkpoint, done: x }),
            pinned: vec![1, 99],
            pending: pending
                .into_iter()
                .map(|(step, failed)| Pending {
                    step,
                    state: if failed { PendingState::Failed } else { PendingState::Waiting },
                })
                .collect(),
            number,
            metric: cursor_metric(q_index),
            late_from: sample.map(|s| s as u64 * 20),
            by: if checkpoint.is_some() { Rows::Groups } else { Rows::Blocks },
            group: from,
            series: [
                "score:next-character accuracy",
                "emergence",
                "excess_width",
                "alpha0",
                "asymmetry",
                "nfd",
                "none",
            ]
            .map(String::from)
            .to_vec(),
            domain: domain.map(|(a, b, c, d)| Domain { x: Some([a, b]), y: Some([c, d]) }),
            fit: fit.map(|points| Fit {
                radii: points.iter().map(|p| p.0).collect(),
                ln_z: points.iter().map(|p| Some(p.1)).collect(),
                slope: Some(x),
                intercept: Some(x),
                r_squared: Some(x),
            }),
            q: Some(x),
            ..look
        },
    )
}

fn drawn(document: &ResultDocument, figure: &Figure) {
    let text = svg(document, figure).expect("text cannot fail");
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    assert!(text.len() < 20_000_000, "{} bytes", text.len());
    resvg::usvg::Tree::from_str(&text, &resvg::usvg::Options::default()).expect("well-formed SVG");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn mangled_documents_are_drawn(
        blows in prop::collection::vec((any::<prop::sample::Index>(), blow()), 0..12),
        poisoned in prop::option::weighted(0.2, number()),
        sampled in any::<bool>(),
        figure in figure(),
    ) {
        let whole = if sampled { document::sampled() } else { document::everything() };
        let mut tree = serde_json::to_value(&whole).expect("JSON");
        for (place, blow) in &blows {
            let mut n = place.index(size(&tree));
            strike(&mut tree, &mut n, blow);
        }
        // A blow that breaks the form of the document is refused when it is read.
        let mut document: ResultDocument = serde_json::from_value(tree).unwrap_or(whole);
        if let Some(with) = poisoned {
            poison(&mut document, with);
        }
        drawn(&document, &figure);
    }
}

#[test]
fn a_document_without_checkpoints_is_drawn() {
    let mut document = document::series();
    document.checkpoints.clear();
    for kind in [
        Kind::Spectrum,
        Kind::Tau,
        Kind::Fit,
        Kind::Dimension,
        Kind::Nfd,
        Kind::Strip,
        Kind::Series,
        Kind::Steps,
        Kind::Path,
        Kind::ScoresNormalised,
        Kind::Radar,
        Kind::Scatter,
        Kind::Groups,
        Kind::Heat,
        Kind::NfdSteps,
        Kind::Sizes,
        Kind::Damage,
        Kind::Rivals,
        Kind::Sensitivity,
        Kind::Published,
        Kind::Lesson,
    ] {
        drawn(
            &document,
            &Figure {
                kind,
                title: true,
                rulers: true,
                series: vec!["emergence".into()],
                ..Figure::default()
            },
        );
    }
}

//! The house keeps its order: dependencies point one way (ARCHITECTURE.md).

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// Files under `src/` that mention one of the words.
fn mentions(folder: &str, words: &[&str]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mentions = |path: &PathBuf| {
        let text = fs::read_to_string(path).expect("source text");
        words.iter().any(|word| text.contains(word))
    };
    let files = sources(&root.join(folder)).into_iter().filter(mentions);
    files.map(|path| path.strip_prefix(&root).expect("below src").display().to_string()).collect()
}

#[test]
fn only_the_boundary_knows_the_browser() {
    let outside: Vec<String> = mentions("", &["wasm_bindgen", "web_sys", "js_sys"])
        .into_iter()
        .filter(|path| !path.starts_with("web"))
        .collect();
    assert_eq!(outside, Vec::<String>::new());
}

#[test]
fn nothing_below_knows_what_is_above_it() {
    let above =
        |rooms: &[&str]| -> Vec<String> { rooms.iter().map(|room| format!("crate::{room}")).collect() };
    for (room, rooms) in [
        ("checkpoint", &["network", "multifractal", "series", "analysis", "plot", "web"][..]),
        ("network", &["multifractal", "series", "analysis", "plot", "web"]),
        ("multifractal", &["checkpoint", "network", "series", "analysis", "plot", "web", "report"]),
        ("scores", &["network", "multifractal", "series", "analysis", "plot", "web"]),
        ("series", &["plot", "web", "scores"]),
        ("damage", &["checkpoint", "network", "multifractal", "series", "analysis", "plot", "web", "report"]),
        (
            "remote",
            &["network", "multifractal", "series", "analysis", "plot", "web", "report", "scores", "source"],
        ),
        ("rivals", &["checkpoint", "network", "multifractal", "series", "analysis", "plot", "web", "report"]),
        (
            "teach",
            &[
                "checkpoint",
                "network",
                "series",
                "analysis",
                "plot",
                "web",
                "report",
                "damage",
                "scores",
                "source",
            ],
        ),
        ("analysis", &["plot", "web", "teach"]),
        ("plot", &["web", "checkpoint", "network", "teach"]),
    ] {
        let words = above(rooms);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        assert_eq!(mentions(room, &words), Vec::<String>::new(), "{room} must not know {rooms:?}");
    }
}

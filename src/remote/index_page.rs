//! The page that a static host shows for a folder: the names that it links to.

use super::url::{Url, decoded};

/// What a page links to directly below its own folder, each once, in its order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Links {
    pub files: Vec<String>,
    pub folders: Vec<String>,
}

/// Reads the links of a page at the address of a folder. At most `limit` are told.
pub(super) fn links(page: &str, folder: &Url, limit: usize) -> Links {
    let mut links = Links::default();
    for target in targets(page) {
        let Some((name, is_folder)) = below(target, folder) else { continue };
        let names = if is_folder { &mut links.folders } else { &mut links.files };
        if !names.contains(&name) && names.len() < limit {
            names.push(name);
        }
    }
    links
}

/// The values of all `href`, as they are written.
fn targets(page: &str) -> impl Iterator<Item = &str> {
    // Lengths stay as they are, so that places in one are places in the other.
    let lower = page.to_ascii_lowercase();
    let places: Vec<usize> = lower.match_indices("href").map(|(at, word)| at + word.len()).collect();
    places.into_iter().filter_map(move |at| {
        let value = page[at..].trim_start().strip_prefix('=')?.trim_start();
        match value.chars().next()? {
            quote @ ('"' | '\'') => value[1..].split(quote).next(),
            _ => value.split(|c: char| c.is_whitespace() || c == '>').next(),
        }
    })
}

/// The name that a link leads to, if that lies directly below the folder, and whether it is a folder.
fn below(target: &str, folder: &Url) -> Option<(String, bool)> {
    let target = target.replace("&amp;", "&");
    let target = target.split(['?', '#']).next()?;
    let own = folder.text();
    let path = own.strip_prefix(&folder.origin)?;
    let rest = if target.contains("://") {
        target.strip_prefix(&own)?
    } else if target.starts_with("//") {
        return None;
    } else if target.starts_with('/') {
        target.strip_prefix(path)?
    } else {
        target.strip_prefix("./").unwrap_or(target)
    };
    let (name, is_folder) = rest.strip_suffix('/').map_or((rest, false), |name| (name, true));
    // `mailto:` and the like; a colon in a name is escaped or comes behind `./`.
    let name = decoded(name);
    let is_other = name.contains(':') && rest == target;
    (super::address::is_name(&name) && !name.starts_with('.') && !is_other).then_some((name, is_folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(page: &str) -> Links {
        links(page, &Url::parse("https://example.org/runs/7/").expect("an address"), 100)
    }

    #[test]
    fn links_below_the_folder_are_told() {
        let page = r##"<a href="../">Up</a> <A HREF='model.safetensors'>x</A> <a href=step0/>y</a>
            <a class="x" href = "./config.json?x=1">z</a> <a href="/runs/7/a%20b.pt">w</a>
            <a href="https://example.org/runs/7/step1/">v</a> <a href="model.safetensors">again</a>"##;
        let names = |names: &[&str]| -> Vec<String> { names.iter().map(|&name| name.to_owned()).collect() };
        let files = names(&["model.safetensors", "config.json", "a b.pt"]);
        assert_eq!(read(page), Links { files, folders: names(&["step0", "step1"]) });
    }

    #[test]
    fn links_elsewhere_are_not() {
        for target in [
            "/runs/8/x.pt",
            "/x.pt",
            "https://other.org/runs/7/x.pt",
            "//other.org/x.pt",
            "../x.pt",
            "..%2fx.pt",
            "a/b.pt",
            "%2e%2e/",
            "..",
            "./",
            "",
            "#top",
            "?C=N;O=D",
            ".hidden",
            "mailto:a",
            "javascript:x",
            "a\\b",
        ] {
            assert_eq!(read(&format!("<a href=\"{target}\">x</a>")), Links::default(), "{target}");
        }
    }

    #[test]
    fn long_pages_are_bounded() {
        let page: String = (0..200).map(|at| format!("<a href='{at}.pt'>x</a>")).collect();
        assert_eq!(read(&page).files.len(), 100);
    }

    proptest::proptest! {
        #[test]
        fn no_page_panics(page in "(href|=|\"|'|<a|>|/|\\.|é|%|x| ){0,40}") {
            read(&page);
        }
    }
}

//! From what a user types to the places where files are listed.

use serde::{Deserialize, Serialize};

use super::fault::{RemoteError, RemoteProblem};
use super::presets::is_pythia;
use super::revisions::{is_revision, revisions};
use super::url::{Url, decoded, encoded_name, is_loopback};
use crate::checkpoint::{belongs_to_checkpoint, step_in};

const HUB: &str = "https://huggingface.co";
const ZENODO: &str = "https://zenodo.org";
const GITHUB_RAW: &str = "https://raw.githubusercontent.com";
const GITHUB_LFS: &str = "https://media.githubusercontent.com/media";
/// The branch of a model where none is named.
const MAIN: &str = "main";

/// A place on another site that holds files.
///
/// Its `path` is what the paths of its files begin with, as those of a dropped folder do; that of a single file is the
/// file's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[allow(missing_docs)] // named as they are in addresses
pub enum Source {
    /// A model of a hub at one revision, or a folder of it.
    Hub { base: String, repository: String, revision: String, folder: String, path: String },
    /// A record of Zenodo.
    Zenodo { base: String, record: String, path: String },
    /// A folder of a static host; `depth` folders below it are looked into.
    Folder { url: String, path: String, depth: u8 },
    /// The index of a sharded checkpoint, with the files beside it that it lists.
    Index { url: String, path: String },
    /// A single file. `lfs` is where the weights are if it proves to be a Git LFS pointer.
    File { url: String, path: String, lfs: Option<String> },
}

/// Whether a text is meant as an address rather than as a path on this computer.
pub fn is_address(text: &str) -> bool {
    let text = text.trim_start();
    let begins = |start: &str| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    let schemes = ["http://", "https://", "hub+http", "zenodo+http", "github+http", "hf:", "doi:"];
    schemes.into_iter().any(begins)
}

/// The places that a typed text and a list of revisions mean, one for each revision. Nothing is asked.
///
/// | typed | meaning |
/// |---|---|
/// | `owner/name`, `hf:owner/name@step0,step1000` | a model on Hugging Face |
/// | `https://huggingface.co/owner/name`, `.../tree/REV/FOLDER` | the same, by its page |
/// | `.../blob/REV/FILE`, `.../resolve/REV/FILE` | a file of it |
/// | `https://github.com/owner/name/blob/REF/FILE` | a file on GitHub; `raw` too |
/// | `https://zenodo.org/records/ID`, `10.5281/zenodo.ID` | a record of Zenodo |
/// | an address that ends with `/` | a folder of a static host |
/// | any other address | a file |
///
/// `hub+https://host/owner/name` is a hub of that shape elsewhere, such as a mirror; `zenodo+` and `github+` likewise.
pub fn sources(text: &str, list: &str) -> Result<Vec<Source>, RemoteError> {
    let text = text.trim();
    let typed = Typed { text, list: list.trim() };
    if let Some((shape, address)) = text.split_once('+')
        && is_address(address)
    {
        let url = typed.url(address)?;
        let base = url.origin.clone();
        return match shape.to_ascii_lowercase().as_str() {
            "hub" => typed.hub_page(&base, &url),
            "zenodo" => typed.zenodo(&base, &url),
            "github" => typed.github(&url, &base, &format!("{base}/media")),
            _ => Err(typed.wrong("it begins in a way that is not known")),
        };
    }
    if let Some(doi) = doi(text) {
        return typed.doi(doi);
    }
    if let Some(rest) = text.get(..3).filter(|start| start.eq_ignore_ascii_case("hf:")).map(|_| &text[3..]) {
        return typed.model(rest.trim_start_matches('/'));
    }
    if text.contains("://") {
        return typed.page(&typed.url(text)?);
    }
    typed.model(text)
}

/// The part of a DOI after the slash.
fn doi(text: &str) -> Option<&str> {
    let starts = ["https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "doi:"];
    let rest = starts.into_iter().find_map(|start| text.strip_prefix(start)).unwrap_or(text);
    rest.trim_start().strip_prefix("10.5281/")
}

/// What the user typed.
struct Typed<'a> {
    text: &'a str,
    list: &'a str,
}

impl Typed<'_> {
    fn error(&self, problem: RemoteProblem) -> RemoteError {
        RemoteError::of_text(self.text, problem)
    }

    fn wrong(&self, why: &str) -> RemoteError {
        self.error(RemoteProblem::BadAddress { why: why.to_owned() })
    }

    fn url(&self, text: &str) -> Result<Url, RemoteError> {
        let url = Url::parse(text).map_err(|why| self.wrong(why))?;
        if url.origin.starts_with("http://") && !is_loopback(&url.origin) {
            return Err(
                self.wrong("over plain http anybody on the way may change it, so that only https is asked")
            );
        }
        Ok(url)
    }

    /// A source that has no revisions.
    fn single(&self, source: Source) -> Result<Vec<Source>, RemoteError> {
        if self.list.is_empty() { Ok(vec![source]) } else { Err(self.error(RemoteProblem::NoRevisions)) }
    }

    fn page(&self, url: &Url) -> Result<Vec<Source>, RemoteError> {
        match url.host() {
            "huggingface.co" | "www.huggingface.co" | "hf.co" => self.hub_page(HUB, url),
            "github.com" | "www.github.com" => self.github(url, GITHUB_RAW, GITHUB_LFS),
            "raw.githubusercontent.com" => self.single(raw_github(url, GITHUB_RAW, GITHUB_LFS)),
            "zenodo.org" | "www.zenodo.org" => self.zenodo(ZENODO, url),
            _ if url.is_folder => {
                let name = if url.segments.is_empty() { url.host().to_owned() } else { url.name() };
                if !is_name(&name) {
                    return Err(self.wrong("the name of its folder cannot be used"));
                }
                self.single(Source::Folder { url: url.text(), path: name, depth: 1 })
            }
            _ => self.file(url, ""),
        }
    }

    /// `owner/name` or `name`, perhaps with revisions behind `@`.
    fn model(&self, text: &str) -> Result<Vec<Source>, RemoteError> {
        let (repository, own) = text.split_once('@').map_or((text, ""), |(name, list)| (name, list.trim()));
        if text.is_empty() || (!repository.contains('/') && !self.text.contains(':')) {
            return Err(self.wrong("it is neither an address nor owner/name"));
        }
        if !own.is_empty() && !self.list.is_empty() {
            return Err(self.error(RemoteProblem::TwoRevisions));
        }
        let parts: Vec<&str> = repository.trim().split('/').collect();
        let list = if own.is_empty() { self.list } else { own };
        self.models(HUB, &parts, list, "")
    }

    /// A page of a hub: a model, a folder of it, or a file.
    fn hub_page(&self, base: &str, url: &Url) -> Result<Vec<Source>, RemoteError> {
        let parts: Vec<String> = url.segments.iter().map(|part| decoded(part)).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        if let ["datasets" | "spaces", ..] = parts[..] {
            return self.hub_file_elsewhere(base, url);
        }
        if let [owner, at] = parts[..]
            && let Some((name, own)) = at.split_once('@')
        {
            let typed = Typed { text: self.text, list: if self.list.is_empty() { own } else { self.list } };
            return if self.list.is_empty() || own.is_empty() {
                typed.models(base, &[owner, name], typed.list, "")
            } else {
                Err(self.error(RemoteProblem::TwoRevisions))
            };
        }
        let page = parts.iter().position(|part| ["tree", "blob", "resolve", "raw"].contains(part));
        let Some(page) = page.filter(|&at| at == 1 || at == 2) else {
            return self.models(base, &parts, self.list, "");
        };
        let (repository, rest) = (&parts[..page], &parts[page + 1..]);
        let Some((revision, inner)) = split_revision(rest) else {
            return Err(self.wrong("its page names no revision"));
        };
        if !self.list.is_empty() {
            return Err(self.error(RemoteProblem::TwoRevisions));
        }
        if parts[page] == "tree" {
            return self.models(base, repository, &revision, &inner.join("/"));
        }
        if inner.is_empty() {
            return Err(self.wrong("it names no file"));
        }
        let repository = self.repository(repository)?;
        let address = format!("{base}/{repository}/resolve/{}/", encoded_name(&revision));
        let parts: Vec<String> = inner.iter().map(|part| encoded_name(part)).collect();
        let path = named_path(&repository, &revision, false);
        self.file(&self.url(&format!("{address}{}", parts.join("/")))?, &path)
    }

    /// Files of data sets lie as those of models do.
    fn hub_file_elsewhere(&self, base: &str, url: &Url) -> Result<Vec<Source>, RemoteError> {
        let mut segments = url.segments.clone();
        match segments.get_mut(3) {
            Some(page) if ["blob", "resolve", "raw"].contains(&page.as_str()) => *page = "resolve".to_owned(),
            _ => return Err(self.wrong("it is no model; of other pages, single files are read")),
        }
        self.file(&Url { origin: base.to_owned(), segments, is_folder: false, query: None }, "")
    }

    /// A model, at each revision of a list.
    fn models(
        &self,
        base: &str,
        parts: &[&str],
        list: &str,
        folder: &str,
    ) -> Result<Vec<Source>, RemoteError> {
        let repository = self.repository(parts)?;
        let mut list = revisions(list, is_pythia(&repository))?;
        if list.is_empty() {
            list.push(MAIN.to_owned());
        }
        let several = list.len() > 1;
        let inner = folder.rsplit('/').next().filter(|name| !name.is_empty());
        let source = |revision: String| {
            let path = named_path(&repository, &revision, several);
            let path = inner.map_or(path.clone(), |inner| format!("{path}/{inner}"));
            Source::Hub {
                base: base.to_owned(),
                repository: repository.clone(),
                folder: folder.to_owned(),
                path,
                revision,
            }
        };
        Ok(list.into_iter().map(source).collect())
    }

    /// `owner/name`; models of the first days have no owner.
    fn repository(&self, parts: &[&str]) -> Result<String, RemoteError> {
        let plain = |part: &&str| {
            let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            (1..=100).contains(&part.len()) && !part.starts_with('.') && part.chars().all(plain)
        };
        if (1..=2).contains(&parts.len()) && parts.iter().all(plain) {
            Ok(parts.join("/"))
        } else {
            Err(self.wrong("it is neither an address nor owner/name"))
        }
    }

    fn zenodo(&self, base: &str, url: &Url) -> Result<Vec<Source>, RemoteError> {
        let parts: Vec<&str> = url.segments.iter().map(String::as_str).collect();
        match parts[..] {
            ["records" | "record", id] | ["api", "records", id] if is_number(id) => self.record(base, id),
            ["records" | "record", id, "files" | "preview", file] if is_number(id) => {
                let file = encoded_name(&decoded(file));
                let url = self.url(&format!("{base}/api/records/{id}/files/{file}/content"))?;
                self.single(Source::File {
                    path: self.file_name(&decoded(&file))?,
                    url: url.text(),
                    lfs: None,
                })
            }
            ["doi", "10.5281", doi] => self.doi(doi),
            ["api", ..] => self.file(url, ""),
            _ => Err(self.wrong("it is no record of Zenodo")),
        }
    }

    fn doi(&self, doi: &str) -> Result<Vec<Source>, RemoteError> {
        match doi.strip_prefix("zenodo.").filter(|id| is_number(id)) {
            Some(id) => self.record(ZENODO, id),
            None => Err(self.wrong("of these identifiers, only those of Zenodo's records are known")),
        }
    }

    fn record(&self, base: &str, id: &str) -> Result<Vec<Source>, RemoteError> {
        let path = format!("zenodo-{id}");
        self.single(Source::Zenodo { base: base.to_owned(), record: id.to_owned(), path })
    }

    fn github(&self, url: &Url, raw: &str, lfs: &str) -> Result<Vec<Source>, RemoteError> {
        match &url.segments[..] {
            [owner, name, page, rest @ ..] if ["blob", "raw"].contains(&page.as_str()) && rest.len() > 1 => {
                let mut segments = vec![owner.clone(), name.clone()];
                segments.extend(rest.iter().cloned());
                let url = Url { origin: raw.to_owned(), segments, is_folder: false, query: None };
                self.single(raw_github(&url, raw, lfs))
            }
            [_, _, page, ..] if page == "releases" => self.file(url, ""),
            _ => Err(self.wrong("folders of GitHub are not listed; give the page of a file")),
        }
    }

    /// A file by its address, or an index with its neighbours; `folder` goes before the name of weights.
    fn file(&self, url: &Url, folder: &str) -> Result<Vec<Source>, RemoteError> {
        let name = self.file_name(&url.name())?;
        let inside = !folder.is_empty() && belongs_to_checkpoint(&name);
        let path = if inside { format!("{folder}/{name}") } else { name.clone() };
        let url = url.text();
        self.single(if is_index(&name) {
            Source::Index { url, path: if inside { folder.to_owned() } else { String::new() } }
        } else {
            Source::File { url, path, lfs: None }
        })
    }

    fn file_name(&self, name: &str) -> Result<String, RemoteError> {
        if is_name(name) { Ok(name.to_owned()) } else { Err(self.wrong("it names no file")) }
    }
}

/// Revision and what follows; a reference such as `refs/pr/1` has three parts.
fn split_revision<'a>(parts: &'a [&'a str]) -> Option<(String, &'a [&'a str])> {
    let count = if parts.first() == Some(&"refs") { 3 } else { 1 };
    let revision = parts.get(..count)?.join("/");
    is_revision(&revision).then(|| (revision, &parts[count..]))
}

/// The model's name; with the revision where there are several, or where it tells a step, which would else be lost.
fn named_path(repository: &str, revision: &str, several: bool) -> String {
    let name = repository.rsplit('/').next().unwrap_or(repository);
    match several || step_in(revision).is_some() {
        true => format!("{name}/{}", revision.replace('/', "-")),
        false => name.to_owned(),
    }
}

fn raw_github(url: &Url, raw: &str, lfs: &str) -> Source {
    let text = url.text();
    let lfs = text.strip_prefix(raw).map(|path| format!("{lfs}{path}"));
    Source::File { path: url.name(), url: text, lfs }
}

pub(super) fn is_index(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.ends_with(".json") && lower.contains(".index.")
}

fn is_number(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text may be the name of a file or folder.
pub(super) fn is_name(name: &str) -> bool {
    let odd = |c: char| c.is_control() || c == '/' || c == '\\';
    !name.is_empty() && name.len() <= 255 && name != "." && name != ".." && !name.contains(odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Source {
        let sources = sources(text, "").unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(sources.len(), 1, "{text}");
        sources.into_iter().next().expect("one")
    }

    fn hub(base: &str, repository: &str, revision: &str, folder: &str, path: &str) -> Source {
        let [base, repository, revision, folder, path] =
            [base, repository, revision, folder, path].map(str::to_owned);
        Source::Hub { base, repository, revision, folder, path }
    }

    fn file(url: &str, path: &str) -> Source {
        Source::File { url: url.to_owned(), path: path.to_owned(), lfs: None }
    }

    #[test]
    fn models_of_the_hub() {
        for (text, expected) in [
            ("EleutherAI/pythia-70m", hub(HUB, "EleutherAI/pythia-70m", MAIN, "", "pythia-70m")),
            ("hf:a/b", hub(HUB, "a/b", MAIN, "", "b")),
            ("hf:gpt2", hub(HUB, "gpt2", MAIN, "", "gpt2")),
            ("hf:a/b@step1000", hub(HUB, "a/b", "step1000", "", "b/step1000")),
            ("a/b@v1.0", hub(HUB, "a/b", "v1.0", "", "b")),
            (" https://huggingface.co/a/b/ ", hub(HUB, "a/b", MAIN, "", "b")),
            ("https://hf.co/a/b?x=y#z", hub(HUB, "a/b", MAIN, "", "b")),
            ("https://huggingface.co/a/b/tree/step0", hub(HUB, "a/b", "step0", "", "b/step0")),
            ("https://huggingface.co/a/b/tree/main/x/y", hub(HUB, "a/b", MAIN, "x/y", "b/y")),
            ("https://huggingface.co/a/b/tree/refs%2Fpr%2F1", hub(HUB, "a/b", "refs/pr/1", "", "b")),
            ("https://huggingface.co/gpt2/tree/main", hub(HUB, "gpt2", MAIN, "", "gpt2")),
            ("hub+http://127.0.0.1:9/a/b", hub("http://127.0.0.1:9", "a/b", MAIN, "", "b")),
            ("hub+http://127.0.0.1:9/a/b@step2", hub("http://127.0.0.1:9", "a/b", "step2", "", "b/step2")),
            (
                "hub+https://mirror.org/a/b/tree/step2",
                hub("https://mirror.org", "a/b", "step2", "", "b/step2"),
            ),
            (
                "https://huggingface.co/a/b/blob/main/model.safetensors",
                file("https://huggingface.co/a/b/resolve/main/model.safetensors", "b/model.safetensors"),
            ),
            (
                "https://huggingface.co/a/b/resolve/step3/x/my model.bin?download=true",
                file("https://huggingface.co/a/b/resolve/step3/x/my%20model.bin", "b/step3/my model.bin"),
            ),
            (
                "https://huggingface.co/a/b/blob/main/notes.odd",
                file("https://huggingface.co/a/b/resolve/main/notes.odd", "notes.odd"),
            ),
            (
                "https://huggingface.co/datasets/a/b/blob/main/x.npz",
                file("https://huggingface.co/datasets/a/b/resolve/main/x.npz", "x.npz"),
            ),
            (
                "https://huggingface.co/a/b/blob/main/model.safetensors.index.json",
                Source::Index {
                    url: "https://huggingface.co/a/b/resolve/main/model.safetensors.index.json".to_owned(),
                    path: "b".to_owned(),
                },
            ),
        ] {
            assert_eq!(one(text), expected, "{text}");
        }
    }

    #[test]
    fn revisions_are_sources_of_one_series() {
        for (text, list) in
            [("a/b", "step0, step1000"), ("hf:a/b@step0,step1000", ""), ("a/b@step{0,1000}", "")]
        {
            let expected =
                [hub(HUB, "a/b", "step0", "", "b/step0"), hub(HUB, "a/b", "step1000", "", "b/step1000")];
            assert_eq!(sources(text, list).expect("sources"), expected, "{text}");
        }
        let odd = sources("a/b", "main, refs/pr/1").expect("sources");
        assert_eq!(odd[1], hub(HUB, "a/b", "refs/pr/1", "", "b/refs-pr-1"));
    }

    #[test]
    fn other_places() {
        let zenodo = |base: &str| Source::Zenodo {
            base: base.to_owned(),
            record: "123".to_owned(),
            path: "zenodo-123".to_owned(),
        };
        let folder =
            |url: &str, path: &str| Source::Folder { url: url.to_owned(), path: path.to_owned(), depth: 1 };
        let lfs = |url: &str, path: &str, lfs: &str| Source::File {
            url: url.to_owned(),
            path: path.to_owned(),
            lfs: Some(lfs.to_owned()),
        };
        for (text, expected) in [
            ("https://zenodo.org/records/123", zenodo(ZENODO)),
            ("https://zenodo.org/record/123#files", zenodo(ZENODO)),
            ("https://zenodo.org/api/records/123", zenodo(ZENODO)),
            ("https://doi.org/10.5281/zenodo.123", zenodo(ZENODO)),
            ("https://zenodo.org/doi/10.5281/zenodo.123", zenodo(ZENODO)),
            ("doi:10.5281/zenodo.123", zenodo(ZENODO)),
            ("10.5281/zenodo.123", zenodo(ZENODO)),
            ("zenodo+http://127.0.0.1:9/records/123", zenodo("http://127.0.0.1:9")),
            (
                "https://zenodo.org/records/123/files/a b.pt?download=1",
                file("https://zenodo.org/api/records/123/files/a%20b.pt/content", "a b.pt"),
            ),
            ("https://example.org/runs/7/", folder("https://example.org/runs/7/", "7")),
            ("https://example.org", folder("https://example.org/", "example.org")),
            ("http://127.0.0.1:9/a/x.pt?k=v", file("http://127.0.0.1:9/a/x.pt?k=v", "x.pt")),
            (
                "https://example.org/m/model.safetensors.index.json",
                Source::Index {
                    url: "https://example.org/m/model.safetensors.index.json".to_owned(),
                    path: String::new(),
                },
            ),
            (
                "https://github.com/o/r/blob/main/w/x.pt",
                lfs(
                    "https://raw.githubusercontent.com/o/r/main/w/x.pt",
                    "x.pt",
                    "https://media.githubusercontent.com/media/o/r/main/w/x.pt",
                ),
            ),
            (
                "https://raw.githubusercontent.com/o/r/main/x.pt",
                lfs(
                    "https://raw.githubusercontent.com/o/r/main/x.pt",
                    "x.pt",
                    "https://media.githubusercontent.com/media/o/r/main/x.pt",
                ),
            ),
            (
                "github+http://127.0.0.1:9/o/r/raw/main/x.pt",
                lfs("http://127.0.0.1:9/o/r/main/x.pt", "x.pt", "http://127.0.0.1:9/media/o/r/main/x.pt"),
            ),
            (
                "https://github.com/o/r/releases/download/v1/x.pt",
                file("https://github.com/o/r/releases/download/v1/x.pt", "x.pt"),
            ),
        ] {
            assert_eq!(one(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_source_is_refused() {
        for (text, list, code) in [
            ("", "", "bad-address"),
            ("model", "", "bad-address"),
            ("a/b/c", "", "bad-address"),
            ("a/../b", "", "bad-address"),
            ("../b", "", "bad-address"),
            ("a/b c", "", "bad-address"),
            ("hf:", "", "bad-address"),
            ("ftp://example.org/x", "", "bad-address"),
            ("gopher+http://example.org/x", "", "bad-address"),
            ("http://example.org/x.pt", "", "bad-address"),
            ("hub+http://127.evil.example/a/b", "", "bad-address"),
            ("https://huggingface.co/", "", "bad-address"),
            ("https://huggingface.co/a/b/tree", "", "bad-address"),
            ("https://huggingface.co/a/b/blob/main", "", "bad-address"),
            ("https://huggingface.co/a/b/discussions/4", "", "bad-address"),
            ("https://huggingface.co/datasets/a/b", "", "bad-address"),
            ("https://github.com/o/r", "", "bad-address"),
            ("https://github.com/o/r/tree/main/w", "", "bad-address"),
            ("https://zenodo.org/communities/x", "", "bad-address"),
            ("https://doi.org/10.5281/other.7", "", "bad-address"),
            ("https://example.org/%2f", "", "bad-address"),
            ("https://u:p@example.org/x.pt", "", "bad-address"),
            ("a/b@x", "y", "two-revisions"),
            ("https://huggingface.co/a/b/tree/x", "y", "two-revisions"),
            ("https://example.org/x.pt", "step0", "no-revisions"),
            ("a/b", "../x", "bad-revisions"),
        ] {
            let error = sources(text, list).expect_err(text);
            assert_eq!(error.code(), code, "{text} {list}: {error}");
        }
    }

    #[test]
    fn addresses_are_told_from_paths() {
        for text in
            ["https://x", "HTTP://x", "hf:a/b", "hub+http://x", "zenodo+https://x", "doi:10.5281/zenodo.1"]
        {
            assert!(is_address(text), "{text}");
        }
        for text in ["a/b", "model.safetensors", "./https", "C:\\x", "hub/x", ""] {
            assert!(!is_address(text), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_is_typed_panics(text in "\\PC{0,60}", list in "\\PC{0,40}") {
            let _ = sources(&text, &list);
        }

        #[test]
        fn nothing_like_an_address_panics(
            start in "(hf:|https?://|hub\\+http://|zenodo\\+https://|https://huggingface.co/|https://github.com/|)",
            rest in "([a-z%@:.{},é]{0,6}(/|\\?|#|@|\\.\\.\\.|tree/|blob/|resolve/|records/)){0,5}",
            list in "(step[0-9]{0,3}|\\.\\.\\.|,|\\{|\\}| ){0,8}",
        ) {
            for source in sources(&format!("{start}{rest}"), &list).unwrap_or_default() {
                // What is found can be asked for.
                if let Some(listing) = source.listing() {
                    proptest::prop_assert!(Url::parse(&listing).is_ok(), "{listing}");
                }
            }
        }
    }
}

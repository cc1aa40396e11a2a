//! Which address lists the files of a source, and what its answer says.

use serde::{Deserialize, Serialize};

use super::address::{Source, is_index, is_name};
use super::fault::{RemoteError, RemoteProblem};
use super::index_page::links;
use super::lfs::lfs_pointer;
use super::url::{Url, encoded_name, host_of};
use crate::checkpoint::{belongs_to_checkpoint, files_of_index};

/// Most bytes of a list of files; hosts stop reading there.
pub const MAX_LISTING_BYTES: u64 = 16 << 20;
/// Most files of one source.
pub const MAX_FILES: usize = 10_000;
/// Most pages of a list.
pub const MAX_PAGES: usize = 20;
/// Longest path of a file, in bytes.
const MAX_PATH_BYTES: usize = 1024;
/// Beyond this, a length is not believed: browsers count in doubles.
const MAX_FILE_BYTES: u64 = 1 << 53;

/// A file on another site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RemoteFile {
    /// What the path would be if the folder had been dropped; without `/`, the file was named by itself.
    pub path: String,
    /// Where its bytes are.
    pub url: String,
    /// Its length, where the list tells it.
    pub bytes: Option<u64>,
    /// Where they are instead if the file proves to be a Git LFS pointer.
    pub lfs: Option<String>,
    /// Whether it is only guessed, so that nothing is wrong if it is not there.
    pub optional: bool,
}

/// What a source holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Weights, indices of sharded weights, and `config.json`.
    pub files: Vec<RemoteFile>,
    /// Folders of it that are to be asked too.
    pub folders: Vec<Source>,
    /// What is left out, one sentence each.
    pub notes: Vec<String>,
}

impl Listed {
    /// Whether there are files that may hold weights.
    pub fn has_weights(&self) -> bool {
        self.files.iter().any(|file| {
            let name = file_name(&file.path);
            name != CONFIG && !is_index(name)
        })
    }
}

const CONFIG: &str = "config.json";
/// Names under which weights lie where a folder does not tell its files.
const GUESSES: [&str; 2] = ["model.safetensors.index.json", "model.safetensors"];

impl Source {
    /// The address whose answer lists the files; `None` where the source is a file.
    pub fn listing(&self) -> Option<String> {
        match self {
            Self::Hub { base, repository, revision, folder, .. } => {
                let tree = format!("{base}/api/models/{repository}/tree/{}", encoded_name(revision));
                let inner =
                    if folder.is_empty() { String::new() } else { format!("/{}", encoded_path(folder)) };
                Some(format!("{tree}{inner}?recursive=true"))
            }
            Self::Zenodo { base, record, .. } => Some(format!("{base}/api/records/{record}")),
            Self::Folder { url, .. } | Self::Index { url, .. } => Some(url.clone()),
            Self::File { .. } => None,
        }
    }

    /// The host that is asked first.
    pub fn host(&self) -> &str {
        match self {
            Self::Hub { base, .. } | Self::Zenodo { base, .. } => host_of(base),
            Self::Folder { url, .. } | Self::Index { url, .. } | Self::File { url, .. } => host_of(url),
        }
    }

    /// What people call it.
    pub fn label(&self) -> String {
        match self {
            Self::Hub { repository, revision, .. } => format!("{repository}@{revision}"),
            Self::Zenodo { record, .. } => format!("record {record}"),
            Self::Folder { path, .. } => path.clone(),
            Self::Index { url, .. } => file_name(url).to_owned(),
            Self::File { path, .. } => path.clone(),
        }
    }

    /// What to try, one after another until one is there, where a folder does not tell its files.
    pub fn guesses(&self) -> Vec<Source> {
        let Self::Folder { url, path, .. } = self else { return Vec::new() };
        let Ok(folder) = Url::parse(url) else { return Vec::new() };
        let guess = |name: &str| {
            let url = folder.beside(name).text();
            match is_index(name) {
                true => Self::Index { url, path: path.clone() },
                false => Self::File { url, path: format!("{path}/{name}"), lfs: None },
            }
        };
        GUESSES.map(guess).into()
    }

    /// The files of a source, from the answers that list them; of a single file, from nothing.
    pub fn files(&self, pages: &[impl AsRef<[u8]>]) -> Result<Listed, RemoteError> {
        let pages: Vec<&[u8]> = pages.iter().map(AsRef::as_ref).collect();
        let listed = match self {
            Self::Hub { base, repository, revision, folder, path } => {
                let resolve = format!("{base}/{repository}/resolve/{}", encoded_name(revision));
                hub_files(&pages, &resolve, folder, path)
            }
            Self::Zenodo { base, record, path } => zenodo_files(&pages, base, record, path),
            Self::Folder { url, path, depth } => folder_files(&pages, url, path, *depth),
            Self::Index { url, path } => index_files(&pages, url, path),
            Self::File { url, path, lfs } => Ok(single_file(url, path, lfs.as_deref())),
        };
        listed.map_err(|problem| RemoteError::new(self.host(), self.label(), problem))
    }
}

/// The next page of a list, from the `Link` header of an answer; only on the same host.
pub fn next_page(link: &str, listing: &str) -> Option<String> {
    let next = link.split(',').find(|part| part.contains("rel=\"next\"") || part.contains("rel=next"))?;
    let target = next.split_once('<')?.1.split_once('>')?.0;
    let (next, here) = (Url::parse(target).ok()?, Url::parse(listing).ok()?);
    (next.origin == here.origin).then(|| next.text())
}

fn bad(why: &str) -> RemoteProblem {
    RemoteProblem::BadListing { why: why.to_owned() }
}

fn json<'a, T: Deserialize<'a>>(page: &'a [u8]) -> Result<T, RemoteProblem> {
    if page.len() as u64 > MAX_LISTING_BYTES {
        return Err(RemoteProblem::LongListing);
    }
    serde_json::from_slice(page).map_err(|error| bad(&crate::checkpoint::wrong_json(&error)))
}

fn too_many() -> RemoteProblem {
    RemoteProblem::TooManyFiles { limit: MAX_FILES as u64 }
}

/// A path as a list tells it, or none at all: it must not leave its folder.
fn checked(path: &str) -> Result<&str, RemoteProblem> {
    if path.len() <= MAX_PATH_BYTES && path.split('/').all(is_name) {
        Ok(path)
    } else {
        Err(bad("it names a file in a way that no folder does"))
    }
}

fn length(bytes: Option<u64>) -> Result<Option<u64>, RemoteProblem> {
    match bytes {
        Some(bytes) if bytes > MAX_FILE_BYTES => Err(bad("it tells a length that no file has")),
        bytes => Ok(bytes),
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn encoded_path(path: &str) -> String {
    path.split('/').map(encoded_name).collect::<Vec<_>>().join("/")
}

#[derive(Deserialize)]
struct HubEntry {
    #[serde(rename = "type")]
    kind: String,
    path: String,
    size: Option<u64>,
    lfs: Option<HubLfs>,
}

#[derive(Deserialize)]
struct HubLfs {
    size: Option<u64>,
}

fn hub_files(pages: &[&[u8]], resolve: &str, folder: &str, path: &str) -> Result<Listed, RemoteProblem> {
    let mut entries = Vec::new();
    for page in pages {
        entries.extend(json::<Vec<HubEntry>>(page)?);
        if entries.len() > MAX_PAGES * MAX_FILES {
            return Err(too_many());
        }
    }
    let mut files = Vec::new();
    for entry in entries.iter().filter(|entry| entry.kind == "file") {
        let full = checked(&entry.path)?;
        let inner = match folder {
            "" => Some(full),
            folder => full.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')),
        };
        let Some(inner) = inner.filter(|inner| belongs_to_checkpoint(file_name(inner))) else { continue };
        let stored = entry.lfs.as_ref().and_then(|lfs| lfs.size).or(entry.size);
        let url = format!("{resolve}/{}", encoded_path(full));
        files.push(listed_file(path, inner, url, length(stored)?));
    }
    settled(files, path)
}

/// Files in folders of a model repeat it in other forms, unless its weights are nowhere else.
fn settled(mut files: Vec<RemoteFile>, path: &str) -> Result<Listed, RemoteProblem> {
    let mut notes = Vec::new();
    let is_inner = |file: &RemoteFile| file.path[path.len() + 1..].contains('/');
    let has_weights = files.iter().any(|file| !is_inner(file) && file_name(&file.path) != CONFIG);
    if has_weights {
        let all = files.len();
        files.retain(|file| !is_inner(file));
        if files.len() < all {
            notes.push(format!(
                "{path}: files in inner folders are left out. Give the address of such a folder to read it."
            ));
        }
    }
    if files.len() > MAX_FILES {
        return Err(too_many());
    }
    Ok(Listed { files, folders: Vec::new(), notes })
}

fn listed_file(folder: &str, inner: &str, url: String, bytes: Option<u64>) -> RemoteFile {
    let path = if folder.is_empty() { inner.to_owned() } else { format!("{folder}/{inner}") };
    RemoteFile { path, url, bytes, lfs: None, optional: false }
}

#[derive(Deserialize)]
struct ZenodoRecord {
    #[serde(default)]
    files: Vec<ZenodoFile>,
}

#[derive(Deserialize)]
struct ZenodoFile {
    key: String,
    size: Option<u64>,
    links: Option<ZenodoLinks>,
}

#[derive(Deserialize)]
struct ZenodoLinks {
    #[serde(rename = "self")]
    own: Option<String>,
}

fn zenodo_files(pages: &[&[u8]], base: &str, record: &str, path: &str) -> Result<Listed, RemoteProblem> {
    let mut files = Vec::new();
    for page in pages {
        for ZenodoFile { key, size, links } in json::<ZenodoRecord>(page)?.files {
            if !belongs_to_checkpoint(file_name(checked(&key)?)) {
                continue;
            }
            // A record does not lead to another site.
            let own = links.and_then(|links| links.own).and_then(|link| Url::parse(&link).ok());
            let url = own.filter(|url| url.origin == base).map(|url| url.text());
            let place = || format!("{base}/api/records/{record}/files/{}/content", encoded_name(&key));
            files.push(listed_file(path, &key, url.unwrap_or_else(place), length(size)?));
        }
    }
    settled(files, path)
}

fn folder_files(pages: &[&[u8]], url: &str, path: &str, depth: u8) -> Result<Listed, RemoteProblem> {
    let folder = Url::parse(url).map_err(bad)?;
    let mut listed = Listed::default();
    for page in pages {
        if page.len() as u64 > MAX_LISTING_BYTES {
            return Err(RemoteProblem::LongListing);
        }
        let links = links(&String::from_utf8_lossy(page), &folder, MAX_FILES + 1);
        if links.files.len() > MAX_FILES || links.folders.len() > MAX_FILES {
            return Err(too_many());
        }
        for name in links.files.iter().filter(|name| belongs_to_checkpoint(name)) {
            listed.files.push(listed_file(path, name, folder.beside(name).text(), None));
        }
        for name in links.folders.iter().filter(|_| depth > 0) {
            let url = format!("{}/", folder.beside(name).text());
            listed.folders.push(Source::Folder { url, path: format!("{path}/{name}"), depth: depth - 1 });
        }
    }
    Ok(listed)
}

/// The index, and the files that it lists beside it.
fn index_files(pages: &[&[u8]], url: &str, path: &str) -> Result<Listed, RemoteProblem> {
    let [page] = pages else { return Err(bad("there is none")) };
    let index = Url::parse(url).map_err(bad)?;
    if lfs_pointer(page).is_some() {
        return Err(RemoteProblem::LfsPointer);
    }
    let names = files_of_index(page);
    if names.is_empty() {
        return Err(bad("it names no files of weights"));
    }
    if names.len() > MAX_FILES {
        return Err(too_many());
    }
    let mut files = vec![listed_file(path, &index.name(), index.text(), Some(page.len() as u64))];
    for name in &names {
        checked(name)?;
        files.push(listed_file(path, name, index.beside(name).text(), None));
    }
    files.push(config_beside(path, &index));
    Ok(Listed { files, ..Listed::default() })
}

fn config_beside(path: &str, file: &Url) -> RemoteFile {
    RemoteFile { optional: true, ..listed_file(path, CONFIG, file.beside(CONFIG).text(), None) }
}

/// The file, and for safetensors the `config.json` beside it, as on disk.
fn single_file(url: &str, path: &str, lfs: Option<&str>) -> Listed {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let file = RemoteFile { lfs: lfs.map(str::to_owned), ..listed_file(folder, name, url.to_owned(), None) };
    let is_safetensors = name.to_ascii_lowercase().ends_with(".safetensors");
    // A signed address is of one file only, and that of another name is not an address of files.
    let plain = Url::parse(url).ok().filter(|url| url.query.is_none() && url.name() == name);
    let config = plain.filter(|_| is_safetensors).map(|url| config_beside(folder, &url));
    Listed { files: std::iter::once(file).chain(config).collect(), ..Listed::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::sources;

    fn source(text: &str) -> Source {
        sources(text, "").expect("sources").remove(0)
    }

    fn paths(listed: &Listed) -> Vec<&str> {
        listed.files.iter().map(|file| file.path.as_str()).collect()
    }

    const TREE: &str = r#"[
        {"type":"directory","oid":"x","size":0,"path":"onnx"},
        {"type":"file","oid":"x","size":1519,"path":".gitattributes"},
        {"type":"file","oid":"x","size":567,"path":"config.json"},
        {"type":"file","oid":"x","size":135,"path":"model-00001-of-00002.safetensors","lfs":{"oid":"y","size":9000,"pointerSize":135}},
        {"type":"file","oid":"x","size":8000,"path":"model-00002-of-00002.safetensors"},
        {"type":"file","oid":"x","size":20,"path":"model.safetensors.index.json"},
        {"type":"file","oid":"x","size":7,"path":"pytorch_model.bin"},
        {"type":"file","oid":"x","size":7,"path":"optimizer.pt"},
        {"type":"file","oid":"x","size":7,"path":"tokenizer.json"},
        {"type":"file","oid":"x","size":7,"path":"onnx/model.onnx"}]"#;

    #[test]
    fn hubs_list_weights_and_what_belongs_to_them() {
        let source = source("hf:a/b@refs/pr/1");
        assert_eq!(
            source.listing().as_deref(),
            Some("https://huggingface.co/api/models/a/b/tree/refs%2Fpr%2F1?recursive=true")
        );
        let listed = source.files(&[TREE]).expect("a list");
        let names = [
            "b/config.json",
            "b/model-00001-of-00002.safetensors",
            "b/model-00002-of-00002.safetensors",
            "b/model.safetensors.index.json",
            "b/pytorch_model.bin",
        ];
        assert_eq!(paths(&listed), names);
        assert_eq!(listed.files[1].bytes, Some(9000), "of the object, not of its pointer");
        assert_eq!(
            listed.files[1].url,
            "https://huggingface.co/a/b/resolve/refs%2Fpr%2F1/model-00001-of-00002.safetensors"
        );
        assert_eq!(listed.notes.len(), 1, "the inner folder");
    }

    #[test]
    fn folders_of_a_model() {
        let tree = r#"[{"type":"file","size":7,"path":"step0/model.safetensors"},{"type":"file","size":7,"path":"step1/model.safetensors"}]"#;
        let listed = source("a/b").files(&[tree]).expect("a list");
        assert_eq!(paths(&listed), ["b/step0/model.safetensors", "b/step1/model.safetensors"]);
        let inner = source("https://huggingface.co/a/b/tree/main/step1");
        let listing = inner.listing().expect("a list");
        assert_eq!(listing, "https://huggingface.co/api/models/a/b/tree/main/step1?recursive=true");
        let listed = inner.files(&[tree]).expect("a list");
        assert_eq!(paths(&listed), ["b/step1/model.safetensors"]);
        assert_eq!(listed.files[0].url, "https://huggingface.co/a/b/resolve/main/step1/model.safetensors");
    }

    #[test]
    fn pages_of_a_list_follow_one_another_on_one_host() {
        let here = "https://huggingface.co/api/models/a/b/tree/main?recursive=true";
        let link =
            r#"<https://huggingface.co/api/x?cursor=abc%3D>; rel="next", <https://x.org/>; rel="last""#;
        assert_eq!(next_page(link, here).as_deref(), Some("https://huggingface.co/api/x?cursor=abc%3D"));
        for none in [
            "",
            "<https://x.org/>; rel=\"next\"",
            "<x>; rel=\"next\"",
            "rel=\"next\"",
            "<https://huggingface.co/>; rel=\"prev\"",
        ] {
            assert_eq!(next_page(none, here), None, "{none}");
        }
        let listed = source("a/b").files(&[TREE, r#"[{"type":"file","size":1,"path":"more.gguf"}]"#]);
        assert_eq!(paths(&listed.expect("a list")).len(), 6);
    }

    #[test]
    fn records_of_zenodo() {
        let source = source("https://zenodo.org/records/12");
        assert_eq!(source.listing().as_deref(), Some("https://zenodo.org/api/records/12"));
        let record = r#"{"id":12,"files":[
            {"key":"step0.pt","size":5,"links":{"self":"https://zenodo.org/api/files/u/step0.pt"}},
            {"key":"step 1.pt","size":6,"links":{"self":"https://evil.org/x"}},
            {"key":"paper.pdf","size":7}]}"#;
        let listed = source.files(&[record]).expect("a list");
        let urls: Vec<&str> = listed.files.iter().map(|file| file.url.as_str()).collect();
        assert_eq!(paths(&listed), ["zenodo-12/step0.pt", "zenodo-12/step 1.pt"]);
        assert_eq!(
            urls,
            [
                "https://zenodo.org/api/files/u/step0.pt",
                "https://zenodo.org/api/records/12/files/step%201.pt/content"
            ]
        );
    }

    #[test]
    fn folders_of_static_hosts() {
        let source = source("https://example.org/runs/");
        let page = "<a href='step0/'>x</a><a href='model.safetensors'>x</a><a href='notes.txt'>x</a>";
        let listed = source.files(&[page]).expect("a list");
        assert_eq!(paths(&listed), ["runs/model.safetensors"]);
        let inner = Source::Folder {
            url: "https://example.org/runs/step0/".to_owned(),
            path: "runs/step0".to_owned(),
            depth: 0,
        };
        assert_eq!(listed.folders, std::slice::from_ref(&inner));
        assert_eq!(inner.files(&["<a href='x/'>x</a>"]).expect("a list"), Listed::default(), "no deeper");
        let guesses = inner.guesses();
        assert_eq!(
            guesses[0].listing().as_deref(),
            Some("https://example.org/runs/step0/model.safetensors.index.json")
        );
        let single = guesses[1].files(&[""; 0]).expect("a file");
        assert_eq!(paths(&single), ["runs/step0/model.safetensors", "runs/step0/config.json"]);
        assert!(single.files[1].optional && !single.files[0].optional);
    }

    #[test]
    fn an_index_leads_to_its_files() {
        let source = source("https://example.org/m/model.safetensors.index.json");
        let index =
            r#"{"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors","c":"../x.safetensors"}}"#;
        let listed = source.files(&[index]).expect("a list");
        assert_eq!(
            paths(&listed),
            ["model.safetensors.index.json", "model-1.safetensors", "model-2.safetensors", "config.json"]
        );
        assert_eq!(listed.files[2].url, "https://example.org/m/model-2.safetensors");
        for wrong in ["", "{}", "[]", r#"{"weight_map":{"a":"../x"}}"#] {
            assert_eq!(source.files(&[wrong]).expect_err(wrong).code(), "bad-listing", "{wrong}");
        }
    }

    #[test]
    fn signed_addresses_have_no_neighbours() {
        let listed = source("https://example.org/x.safetensors?key=1").files(&[""; 0]).expect("a file");
        assert_eq!(paths(&listed), ["x.safetensors"]);
    }

    #[test]
    fn hostile_lists_are_refused() {
        for path in ["../x.pt", "/x.pt", "a//x.pt", "a/./x.pt", "a\\x.pt", "a/../../x.pt", "x\u{0}.pt", ""] {
            let tree = serde_json::json!([{ "type": "file", "size": 1, "path": path }]).to_string();
            assert_eq!(source("a/b").files(&[tree]).expect_err(path).code(), "bad-listing", "{path:?}");
            let record = serde_json::json!({ "files": [{ "key": path, "size": 1 }] }).to_string();
            let zenodo = source("10.5281/zenodo.1");
            assert_eq!(zenodo.files(&[record]).expect_err(path).code(), "bad-listing", "{path:?}");
        }
        let long = serde_json::json!([{ "type": "file", "size": 1, "path": "x".repeat(2000) }]).to_string();
        let large = r#"[{"type":"file","size":18446744073709551615,"path":"x.pt"}]"#;
        let many: Vec<_> = (0..=MAX_FILES)
            .map(|at| serde_json::json!({ "type": "file", "size": 1, "path": format!("{at}.pt") }))
            .collect();
        let many = serde_json::to_string(&many).expect("json");
        for (tree, code) in [
            (long.as_str(), "bad-listing"),
            (large, "bad-listing"),
            (&many, "too-many-files"),
            ("{}", "bad-listing"),
            ("<html>", "bad-listing"),
            (r#"[{"type":"file","size":-1,"path":"x.pt"}]"#, "bad-listing"),
        ] {
            assert_eq!(source("a/b").files(&[tree]).expect_err("refused").code(), code);
        }
        let endless = vec![b' '; MAX_LISTING_BYTES as usize + 1];
        assert_eq!(source("a/b").files(&[&endless]).expect_err("refused").code(), "long-listing");
        assert_eq!(
            source("https://x.org/a/").files(&[&endless]).expect_err("refused").code(),
            "long-listing"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_answer_panics(body in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            for text in ["a/b", "10.5281/zenodo.1", "https://x.org/a/", "https://x.org/a/b.index.json"] {
                let _ = source(text).files(&[&body]);
            }
        }

        #[test]
        fn no_path_leaves_its_folder(path in "[a./\\\\%]{0,12}\\.pt") {
            let tree = serde_json::json!([{ "type": "file", "size": 1, "path": path }]).to_string();
            for file in source("a/b").files(&[tree]).map(|listed| listed.files).unwrap_or_default() {
                proptest::prop_assert!(file.path.starts_with("b/"));
                proptest::prop_assert!(!file.path.split('/').any(|part| part == ".." || part == "." || part.is_empty()));
                proptest::prop_assert!(Url::parse(&file.url).is_ok());
            }
        }
    }
}

//! From the paths and addresses on the command line to files.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use neuromfa::checkpoint::{CheckpointError, Input, Problem, files_of_index, files_of_onnx};
use neuromfa::remote::{RemoteError, is_address, origin_of};
use neuromfa::source::{LocalFile, ReadAt};

use crate::args::WebArguments;
use crate::failures::{Failures, warning};
use crate::web::{Client, Typed, WebFile, gather};

/// Folders are not followed deeper than this.
const MAX_DEPTH: usize = 32;

/// All files that the paths lead to.
#[derive(Default)]
pub struct Files {
    files: Vec<Given>,
    /// Real paths, so that no file is taken twice.
    seen: HashSet<PathBuf>,
    client: Option<Arc<Client>>,
}

struct Given {
    path: String,
    folder: Option<usize>,
    file: File,
}

/// A file on this computer or on another site.
enum File {
    Local(LocalFile),
    Web(Box<WebFile>),
}

impl File {
    fn source(&self) -> &dyn ReadAt {
        match self {
            Self::Local(file) => file,
            Self::Web(file) => file.as_ref(),
        }
    }

    fn web(&self) -> Option<&WebFile> {
        match self {
            Self::Local(_) => None,
            Self::Web(file) => Some(file),
        }
    }
}

/// Why bytes of a file did not come.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    #[error("{}", .0.text())]
    Local(CheckpointError),
    #[error("{}", .0.text())]
    Web(RemoteError),
}

impl Files {
    /// Walks the paths and asks the addresses; what cannot be read is a failure.
    pub fn gather(paths: &[PathBuf], web: &WebArguments, failures: &mut Failures) -> Self {
        let mut files = Self::default();
        let typed = match addresses(paths, web) {
            Ok(typed) => typed,
            Err(text) => {
                failures.arguments(text);
                return files;
            }
        };
        files.client = match client(&typed, web) {
            Ok(client) => client,
            Err(text) => {
                failures.arguments(text);
                return files;
            }
        };
        for (number, (path, typed)) in paths.iter().zip(&typed).enumerate() {
            if let Some((typed, client)) = typed.as_ref().zip(files.client.clone()) {
                files.ask(typed, &client, number, failures);
                continue;
            }
            match fs::metadata(path) {
                Ok(metadata) if metadata.is_dir() => {
                    files.walk(path, &folder_name(path), number, MAX_DEPTH, failures);
                }
                Ok(_) => files.add_alone(path, failures),
                Err(error) => failures.unreadable(cannot_read(path, &error)),
            }
        }
        files
    }

    /// What the checkpoint reader takes.
    pub fn inputs(&self) -> Vec<Input<'_>> {
        self.files
            .iter()
            .map(|Given { path, folder, file }| Input { path, folder: *folder, source: file.source() })
            .collect()
    }

    /// Reads weights of the file at this position among the inputs.
    pub fn read(&self, input: usize, offset: u64, buffer: &mut [u8]) -> Result<(), Unread> {
        let Given { path, file, .. } = &self.files[input];
        match file {
            File::Local(file) => file
                .read_exact_at(offset, buffer)
                .map_err(|error| Unread::Local(CheckpointError::new(path.clone(), Problem::Read(error)))),
            File::Web(file) => file.read(offset, buffer).map_err(Unread::Web),
        }
    }

    /// The host of the file at this position; `None` where that is this computer.
    pub fn host(&self, input: usize) -> Option<&str> {
        self.files[input].file.web().map(WebFile::host)
    }

    /// An error of a reader in the words of the site, if its cause is there.
    pub fn explained(&self, error: CheckpointError) -> Unread {
        let is_reading = matches!(error.problem, Problem::Read(_));
        let is_it = |given: &&Given| given.path.ends_with(&error.file);
        let mut faults = self.files.iter().filter(is_it).filter_map(|given| given.file.web()?.fault());
        match faults.next_back().filter(|_| is_reading) {
            Some(fault) => Unread::Web(fault),
            None => Unread::Local(error),
        }
    }

    fn ask(&mut self, typed: &Typed, client: &Arc<Client>, number: usize, failures: &mut Failures) {
        let fail = |error: RemoteError| failures.unreadable(error.text());
        for file in gather(typed, client, warning, fail) {
            let listed = file.listed();
            // A file that was named itself goes by its address, as one on disk by its path.
            let alone = !listed.path.contains('/');
            let path = if alone { without_scheme(&listed.url) } else { listed.path.clone() };
            let folder = (!alone).then_some(number);
            self.files.push(Given { path, folder, file: File::Web(Box::new(file)) });
        }
    }

    /// A file that was named itself, with the files that its index lists or that hold its tensors, and the
    /// `config.json` beside it.
    fn add_alone(&mut self, path: &Path, failures: &mut Failures) {
        self.add(path, slashes(path), None, failures);
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let is_index = name.ends_with(".json") && name.contains(".index.");
        if is_index && let Ok(index) = LocalFile::new(path) {
            for listed in files_of_index(&index) {
                self.add_beside(path, &listed, failures);
            }
        }
        if name.ends_with(".onnx")
            && let Ok(model) = LocalFile::new(path)
        {
            for named in files_of_onnx(&model) {
                self.add_beside(path, &named, failures);
            }
        }
        if is_index || name.ends_with(".safetensors") {
            self.add_beside(path, "config.json", failures);
        }
    }

    /// A neighbour of a file that was named, if it exists.
    fn add_beside(&mut self, path: &Path, name: &str, failures: &mut Failures) {
        let neighbour = path.with_file_name(name);
        if neighbour.is_file() {
            self.add(&neighbour, slashes(&neighbour), None, failures);
        }
    }

    fn walk(&mut self, folder: &Path, name: &str, number: usize, depth: usize, failures: &mut Failures) {
        // Links may lead back to where they are.
        if depth == 0 || !self.is_new(folder) {
            return;
        }
        let entries = fs::read_dir(folder).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
        let entries = match entries {
            Ok(entries) => entries,
            Err(error) => return failures.unreadable(cannot_read(folder, &error)),
        };
        for entry in entries {
            let path = entry.path();
            let file_name = entry.file_name().to_string_lossy().into_owned();
            let inner = format!("{name}/{file_name}");
            if file_name.starts_with('.') {
                continue;
            }
            if path.is_dir() {
                self.walk(&path, &inner, number, depth - 1, failures);
            } else if path.is_file() {
                self.add(&path, inner, Some(number), failures);
            }
        }
    }

    fn add(&mut self, path: &Path, name: String, folder: Option<usize>, failures: &mut Failures) {
        match LocalFile::new(path) {
            Ok(file) if self.is_new(path) => {
                self.files.push(Given { path: name, folder, file: File::Local(file) });
            }
            Ok(_) => {}
            Err(error) => failures.unreadable(cannot_read(path, &error)),
        }
    }

    fn is_new(&mut self, path: &Path) -> bool {
        self.seen.insert(path.canonicalize().unwrap_or_else(|_| path.to_owned()))
    }
}

/// The addresses among the paths, each at its place.
fn addresses(paths: &[PathBuf], web: &WebArguments) -> Result<Vec<Option<Typed>>, String> {
    let revisions = web.revisions.as_deref().unwrap_or_default();
    let typed = |path: &PathBuf| {
        let text = path.to_str().filter(|text| is_address(text));
        text.map(|text| Typed::new(text, revisions)).transpose()
    };
    let typed = paths.iter().map(typed).collect::<Result<Vec<_>, _>>().map_err(|error| error.text())?;
    if !revisions.is_empty() && typed.iter().all(Option::is_none) {
        return Err("--revisions are those of addresses, and there is none. Leave it out.".to_owned());
    }
    Ok(typed)
}

/// Who asks other sites, if any is to be asked.
fn client(typed: &[Option<Typed>], web: &WebArguments) -> Result<Option<Arc<Client>>, String> {
    let mut sites: Vec<String> =
        typed.iter().flatten().filter_map(|typed| origin_of(&typed.site()?)).collect();
    sites.sort_unstable();
    sites.dedup();
    let Some(variable) = web.token_env.as_deref().filter(|_| !sites.is_empty()) else {
        return Ok((!sites.is_empty()).then(|| Arc::new(Client::new(None))));
    };
    let [site] = &sites[..] else {
        return Err(
            "a token is for one site, and there are several among the paths. Ask them one by one.".to_owned()
        );
    };
    let token = std::env::var(variable).ok().map(|token| token.trim().to_owned());
    let plain = |token: &String| !token.is_empty() && token.chars().all(|c| c.is_ascii_graphic());
    match token.filter(plain) {
        Some(token) => Ok(Some(Arc::new(Client::new(Some((site.clone(), token)))))),
        None => Err(format!(
            "the environment variable {variable} holds no token. Set it, or leave --token-env out."
        )),
    }
}

/// An address as a path: without what it is signed with.
fn without_scheme(url: &str) -> String {
    let plain = url.split(['?', '#']).next().unwrap_or_default();
    plain.split_once("://").map_or(plain, |(_, rest)| rest).to_owned()
}

fn cannot_read(path: &Path, error: &std::io::Error) -> String {
    format!("{} cannot be read. The system says: {error}. Check the path.", path.display())
}

/// The folder's own name, also for `.` and `..`.
fn folder_name(path: &Path) -> String {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = path.file_name().or(real.file_name());
    name.map_or_else(|| "folder".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// The path as it was typed, with `/` between folders.
fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        text.into_owned()
    } else {
        text.replace(std::path::MAIN_SEPARATOR, "/")
    }
}

//! From the paths on the command line to files.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use neuromfa::checkpoint::{Input, files_of_index, files_of_onnx};
use neuromfa::source::LocalFile;

use crate::failures::Failures;

/// Folders are not followed deeper than this.
const MAX_DEPTH: usize = 32;

/// All files that the paths lead to.
#[derive(Default)]
pub struct Files {
    files: Vec<Given>,
    /// Real paths, so that no file is taken twice.
    seen: HashSet<PathBuf>,
}

struct Given {
    path: String,
    folder: Option<usize>,
    file: LocalFile,
}

impl Files {
    /// Walks the paths; what cannot be read is a failure.
    pub fn gather(paths: &[PathBuf], failures: &mut Failures) -> Self {
        let mut files = Self::default();
        for (number, path) in paths.iter().enumerate() {
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
            .map(|Given { path, folder, file }| Input { path, folder: *folder, source: file })
            .collect()
    }

    /// The file at this position among the inputs.
    pub fn file(&self, input: usize) -> &LocalFile {
        &self.files[input].file
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
            Ok(file) if self.is_new(path) => self.files.push(Given { path: name, folder, file }),
            Ok(_) => {}
            Err(error) => failures.unreadable(cannot_read(path, &error)),
        }
    }

    fn is_new(&mut self, path: &Path) -> bool {
        self.seen.insert(path.canonicalize().unwrap_or_else(|_| path.to_owned()))
    }
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

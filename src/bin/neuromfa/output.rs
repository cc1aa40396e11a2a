//! Files and standard output. A file appears whole or not at all, whatever happens to the program.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use neuromfa::plot::{self, Figure};
use neuromfa::report::{PartDocument, PartRecord, ResultDocument, write_csv};
use serde::Serialize;

/// Kinds of files that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    Csv,
    Svg,
    Png,
}

impl Kind {
    fn of(path: &Path) -> Result<Self, String> {
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        match extension.as_str() {
            "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            "svg" => Ok(Self::Svg),
            "png" => Ok(Self::Png),
            _ => Err(format!("{} must end in .json, .csv, .svg or .png.", path.display())),
        }
    }
}

/// One file of `--out`.
struct Output<'a> {
    path: &'a Path,
    kind: Kind,
    /// What it shows, if it is drawn.
    figure: plot::Kind,
}

/// The files of `--out`.
pub struct Outputs<'a>(Vec<Output<'a>>);

impl<'a> Outputs<'a> {
    /// Tells what each file will hold by its name and `--figure`, or refuses it with a sentence.
    pub fn new(paths: &'a [PathBuf], figures: &[plot::Kind]) -> Result<Self, String> {
        let mut wanted = figures.iter().copied();
        let mut figure = plot::Kind::default();
        let mut output = |path: &'a PathBuf| {
            let kind = Kind::of(path)?;
            if matches!(kind, Kind::Svg | Kind::Png) {
                figure = wanted.next().unwrap_or(figure);
            }
            Ok(Output { path, kind, figure })
        };
        let outputs = paths.iter().map(&mut output).collect::<Result<_, String>>()?;
        match wanted.next() {
            None => Ok(Self(outputs)),
            Some(_) => Err("--figure names more figures than --out has .svg and .png files.".to_owned()),
        }
    }

    /// Writes every file, and the document to standard output. The parts are those of its records; `None` where they
    /// are not wanted.
    pub fn write(&self, document: ResultDocument, parts: Option<Vec<PartRecord>>) -> Result<(), String> {
        for output in self.0.iter().filter(|output| output.kind != Kind::Json) {
            file(output.path, |file| drawn(&document, output, file))?;
        }
        match parts {
            None => self.write_json(&document),
            Some(parts) => self.write_json(&PartDocument::new(document, parts.into_iter().map(Some))),
        }
    }

    fn write_json(&self, document: &impl Serialize) -> Result<(), String> {
        for output in self.0.iter().filter(|output| output.kind == Kind::Json) {
            file(output.path, |file| json(document, file))?;
        }
        match json(document, io::stdout().lock()) {
            // The reader had enough, as `head` does.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written.map_err(|error| format!("the document cannot be written: {error}.")),
        }
    }
}

/// Writes a file beside its place and moves it there.
fn file(path: &Path, write: impl FnOnce(&mut BufWriter<&fs::File>) -> io::Result<()>) -> Result<(), String> {
    let written = || {
        // A link stays one.
        let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
        let beside = new_file(folder.unwrap_or(Path::new(".")))?;
        let mut buffer = BufWriter::new(beside.as_file());
        write(&mut buffer)?;
        buffer.flush()?;
        drop(buffer);
        beside.persist(&place)?;
        Ok(())
    };
    written().map_err(|error: io::Error| format!("{} cannot be written: {error}.", path.display()))
}

/// A file without a name of its own that goes away when it is not moved.
fn new_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".neuromfa-").suffix(".part");
    // As any new file: the mask of the user decides.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Pixels of a PNG file for each CSS pixel.
const SCALE: f64 = 2.0;

fn drawn(document: &ResultDocument, output: &Output, mut file: impl Write) -> io::Result<()> {
    let figure = || Figure { scale: SCALE, ..Figure::alone(output.figure, document) };
    match output.kind {
        Kind::Json => json(document, file),
        Kind::Csv => write_csv(document, file),
        Kind::Svg => file.write_all(plot::svg(document, &figure()).map_err(io::Error::other)?.as_bytes()),
        Kind::Png => file.write_all(&plot::png(document, &figure()).map_err(io::Error::other)?),
    }
}

fn json(document: &impl Serialize, output: impl Write) -> io::Result<()> {
    let mut output = BufWriter::new(output);
    serde_json::to_writer_pretty(&mut output, document)?;
    output.write_all(b"\n")?;
    output.flush()
}

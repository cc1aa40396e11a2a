//! Files and standard output. A file appears whole or not at all, whatever happens to the program.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use neuromfa::plot::{self, Figure, Lettering, Print, has_pgfplots};
use neuromfa::report::{PartDocument, PartRecord, ResultDocument, bibtex, receipt, write_csv};
use serde::Serialize;

use crate::args::{FigureGround, FigureText, OutputArguments};

/// Kinds of files that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    Csv,
    Svg,
    Png,
    Tex,
    Txt,
    Bib,
}

impl Kind {
    fn of(path: &Path) -> Result<Self, String> {
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        match extension.as_str() {
            "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            "svg" => Ok(Self::Svg),
            "png" => Ok(Self::Png),
            "tex" => Ok(Self::Tex),
            "txt" => Ok(Self::Txt),
            "bib" => Ok(Self::Bib),
            _ => {
                let path = path.display();
                Err(format!("{path} must end in .json, .csv, .svg, .png, .tex, .txt or .bib."))
            }
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
pub struct Outputs<'a> {
    files: Vec<Output<'a>>,
    print: Print,
    /// Pixels to an inch of PNG files.
    per_inch: f64,
}

impl<'a> Outputs<'a> {
    /// Tells what each file will hold by its name and `--figure`, or refuses it with a sentence.
    pub fn new(wanted: &'a OutputArguments) -> Result<Self, String> {
        let print = Print {
            width: wanted.figure_width,
            text: match wanted.figure_text {
                FigureText::Outlines => Lettering::Outlines,
                FigureText::Text => Lettering::Text,
            },
            transparent: wanted.figure_ground == FigureGround::Transparent,
        };
        let per_inch = f64::from(wanted.figure_dpi);
        let OutputArguments { out: paths, figure: figures, .. } = wanted;
        let mut wanted = figures.iter().copied();
        let mut figure = plot::Kind::default();
        let mut output = |path: &'a PathBuf| {
            let kind = Kind::of(path)?;
            if matches!(kind, Kind::Svg | Kind::Png | Kind::Tex | Kind::Txt) {
                figure = wanted.next().unwrap_or(figure);
            }
            if kind == Kind::Tex && !has_pgfplots(figure) {
                return Err(format!(
                    "{} would show a figure that pgfplots does not draw. Write it as .svg, or its numbers as .csv.",
                    path.display()
                ));
            }
            Ok(Output { path, kind, figure })
        };
        let files = paths.iter().map(&mut output).collect::<Result<_, String>>()?;
        match wanted.next() {
            None => Ok(Self { files, print, per_inch }),
            Some(_) => {
                Err("--figure names more figures than --out has .svg, .png, .tex and .txt files.".to_owned())
            }
        }
    }

    /// Writes every file, and the document to standard output. The parts are those of its records; `None` where they
    /// are not wanted.
    pub fn write(&self, document: ResultDocument, parts: Option<Vec<PartRecord>>) -> Result<(), String> {
        for output in self.files.iter().filter(|output| output.kind != Kind::Json) {
            file(output.path, |file| self.draw(&document, output, file))?;
        }
        match parts {
            None => self.write_json(&document),
            Some(parts) => self.write_json(&PartDocument::new(document, parts.into_iter().map(Some))),
        }
    }

    fn write_json(&self, document: &impl Serialize) -> Result<(), String> {
        for output in self.files.iter().filter(|output| output.kind == Kind::Json) {
            file(output.path, |file| json(document, file))?;
        }
        match json(document, io::stdout().lock()) {
            // The reader had enough, as `head` does.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written.map_err(|error| format!("the document cannot be written: {error}.")),
        }
    }

    fn draw(&self, document: &ResultDocument, output: &Output, mut file: impl Write) -> io::Result<()> {
        let (figure, print) = (Figure::alone(output.figure, document), &self.print);
        let text = match output.kind {
            Kind::Json => return json(document, file),
            Kind::Csv => return write_csv(document, file),
            Kind::Png => {
                let picture = plot::print_png(document, &figure, print, self.per_inch);
                return file.write_all(&picture.map_err(io::Error::other)?);
            }
            Kind::Svg => plot::print_svg(document, &figure, print).map_err(io::Error::other)?,
            Kind::Tex => plot::pgfplots(document, &figure, print).unwrap_or_default(),
            Kind::Txt => format!("{}\n\n{}\n", plot::caption(document, &figure), receipt(document)),
            Kind::Bib => bibtex(document),
        };
        file.write_all(text.as_bytes())
    }
}

/// Writes a file beside its place and moves it there.
pub fn file(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&fs::File>) -> io::Result<()>,
) -> Result<(), String> {
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

fn json(document: &impl Serialize, output: impl Write) -> io::Result<()> {
    let mut output = BufWriter::new(output);
    serde_json::to_writer_pretty(&mut output, document)?;
    output.write_all(b"\n")?;
    output.flush()
}

//! `.npz` archives: a zip of `.npy` files.

use super::contents::{Contents, RawTensor, RawType};
use super::error::{Problem, short};
use super::npy::{ArrayType, Header, NpyProblem};
use super::zip::{Archive, Entry};
use crate::source::{Buffered, ReadAt};

/// What the names of arrays end with in the archive.
const EXTENSION: &str = ".npy";

/// Reads the headers of all arrays. Of compressed ones no more is decoded than that.
pub(super) fn read(source: &dyn ReadAt, archive: &Archive) -> Result<Contents, Problem> {
    let source = Buffered::new(source);
    let mut contents = Contents { header: archive.directory.clone(), ..Contents::default() };
    for entry in &archive.entries {
        if let Some(name) = entry.name.strip_suffix(EXTENSION) {
            let header = header(&source, entry, name)?;
            add(&mut contents, name, header, entry);
        }
    }
    Ok(contents)
}

fn header(source: &dyn ReadAt, entry: &Entry, name: &str) -> Result<Header, Problem> {
    let header = Header::read(name, entry.bytes, |wanted| Archive::head(source, entry, wanted));
    header.map_err(|problem| match problem {
        Problem::Npy(problem) => {
            NpyProblem::InArchive { array: short(name), problem: Box::new(problem) }.into()
        }
        problem => problem,
    })
}

fn add(contents: &mut Contents, name: &str, header: Header, entry: &Entry) {
    let name = name.to_owned();
    let reason = match &header.dtype {
        ArrayType::Read(dtype) => {
            let storage = header.storage(entry.offset, entry.stored, entry.deflated, entry.bytes);
            let dtype = RawType::Known(*dtype);
            let shape = header.shape;
            contents.tensors.push(RawTensor { name, dtype, shape, storage, external: None, usage: None });
            return;
        }
        ArrayType::Other(reason) => reason.clone(),
        ArrayType::NotNumbers(what) => format!("{what}, which are no weights"),
    };
    contents.skipped.entry(reason).or_default().push(name);
}

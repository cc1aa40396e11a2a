//! The zip archive that PyTorch writes since 1.6: a pickle called `data.pkl`, and one entry for each storage.

use super::cursor::Cursor;
use super::pickle::{self, MAX_PICKLE_BYTES};
use super::tensors::{Placed, Storages};
use super::tree::Tree;
use super::{PyTorchProblem, Saved};
use crate::WHOLE;
use crate::checkpoint::error::{Problem, short};
use crate::checkpoint::zip::{Archive, Entry};
use crate::source::ReadAt;

/// The entry that holds the pickle, in a folder whose name does not matter.
const PICKLE: &str = "data.pkl";
/// Longest text that says the order of the bytes.
const MAX_ORDER_BYTES: u64 = 64;

/// Reads the pickle, and finds the storages.
pub(super) fn read(source: &dyn ReadAt, archive: &Archive) -> Result<Saved, Problem> {
    let entry = pickle_entry(archive)?;
    let folder = &entry.name[..entry.name.len() - PICKLE.len()];
    let is_order = |entry: &&Entry| entry.name.strip_prefix(folder) == Some("byteorder");
    if let Some(order) = archive.entries.iter().find(is_order) {
        refuse_other_order(source, order)?;
    }
    let mut storages = Storages::default();
    for entry in &archive.entries {
        let Some(key) = entry.name.strip_prefix(folder).and_then(|name| name.strip_prefix("data/")) else {
            continue;
        };
        let Entry { offset, stored, bytes, deflated, .. } = *entry;
        storages.by_key.insert(key.to_owned(), Placed { offset, stored, bytes, deflated });
    }
    let tree = read_pickle(source, entry)?;
    Ok(Saved { tree, storages, more_imports: Vec::new(), header: archive.directory.clone() })
}

/// The pickle of the outermost folder; there may be no other one beside it.
fn pickle_entry(archive: &Archive) -> Result<&Entry, Problem> {
    let is_pickle = |entry: &&Entry| entry.name == PICKLE || entry.name.ends_with("/data.pkl");
    let depth = |entry: &Entry| entry.name.matches('/').count();
    let mut pickles: Vec<&Entry> = archive.entries.iter().filter(is_pickle).collect();
    pickles.sort_by_key(|entry| depth(entry));
    match pickles[..] {
        [] => Err(PyTorchProblem::NoPickle { entry: PICKLE }.into()),
        [first, second, ..] if depth(first) == depth(second) => {
            let (first, second) = (short(&first.name), short(&second.name));
            Err(PyTorchProblem::TwoPickles { first, second }.into())
        }
        [first, ..] => Ok(first),
    }
}

fn refuse_other_order(source: &dyn ReadAt, entry: &Entry) -> Result<(), Problem> {
    match Archive::contents(source, entry, MAX_ORDER_BYTES)?.as_slice() {
        b"little" => Ok(()),
        _ => Err(PyTorchProblem::BigEndian.into()),
    }
}

fn read_pickle(source: &dyn ReadAt, entry: &Entry) -> Result<Tree, Problem> {
    if entry.bytes > MAX_PICKLE_BYTES {
        return Err(PyTorchProblem::PickleTooLong { limit: MAX_PICKLE_BYTES }.into());
    }
    if WHOLE && entry.deflated {
        let bytes = Archive::contents(source, entry, MAX_PICKLE_BYTES)?;
        let end = bytes.len() as u64;
        return pickle::read_whole(Cursor::new(&bytes, 0..end));
    }
    pickle::read_whole(Cursor::new(source, entry.offset..entry.offset + entry.stored))
}

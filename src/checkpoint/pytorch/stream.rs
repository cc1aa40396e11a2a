//! The stream that PyTorch wrote before 1.6: pickles one after the other, then the storages.
//!
//! A magic number, the version, facts on the computer, the object, and the keys of the storages are a pickle each. For
//! every key, in that order, follow the number of elements (64 bits) and the elements.

use std::collections::HashMap;

use super::cursor::Cursor;
use super::pickle;
use super::tensors::{self, Placed, StoragePart, Storages};
use super::tree::{Node, NodeId, Tree};
use super::{PyTorchProblem, Saved};
use crate::checkpoint::error::{Problem, short};
use crate::source::ReadAt;

/// The first pickle holds it.
const MAGIC: i128 = 0x1950_a86a_20f9_469c_fc6c;
const VERSION: i128 = 1001;

/// Reads the pickles, and finds the storages behind them.
pub(super) fn read(source: &dyn ReadAt) -> Result<Saved, Problem> {
    let mut cursor = Cursor::new(source, 0..source.len());
    let magic = pickle::read(&mut cursor)?;
    if magic.int(magic.root) != Some(MAGIC) {
        return Err(PyTorchProblem::NotPyTorch.into());
    }
    let version = pickle::read(&mut cursor)?;
    match version.int(version.root) {
        Some(VERSION) => {}
        version => return Err(PyTorchProblem::UnknownVersion { version: version.unwrap_or(0) }.into()),
    }
    let system = pickle::read(&mut cursor)?;
    refuse_other_order(&system)?;
    let tree = pickle::read(&mut cursor)?;
    let keys_at = cursor.position();
    let keys = pickle::read(&mut cursor)?;
    let header = 0..cursor.position();
    let storages = place(&mut cursor, &tree, &keys, keys_at)?;
    let more_imports = [magic, version, system, keys].into_iter().flat_map(|tree| tree.imports).collect();
    Ok(Saved { tree, storages, more_imports, header })
}

/// The facts on the computer say whether it was little-endian, as all are now.
pub(super) fn refuse_other_order(system: &Tree) -> Result<(), Problem> {
    let little = system.entry(system.root, "little_endian");
    match little.map(|id| system.node(id)) {
        Some(Node::Bool(false)) => Err(PyTorchProblem::BigEndian.into()),
        _ => Ok(()),
    }
}

/// Places the storages, which follow in the order of their keys up to the end of the file.
fn place(cursor: &mut Cursor<'_>, tree: &Tree, keys: &Tree, keys_at: u64) -> Result<Storages, Problem> {
    let broken = |reason| Problem::from(PyTorchProblem::BrokenStorages { byte: keys_at, reason });
    let wanted = wanted(tree).map_err(broken)?;
    let keys_of = |id: &NodeId| keys.text(*id);
    let listed = keys.sequence(keys.root).ok_or_else(|| broken("it is no list"))?;
    let mut storages = Storages::default();
    for key in listed.iter().map(keys_of) {
        let key = key.ok_or_else(|| broken("a key is no text"))?;
        let part = wanted.get(key).ok_or_else(|| broken("the pickle has no storage of this key"))?;
        let placed = storage(cursor, key, part.element.bytes)?;
        if storages.by_key.insert(key.to_owned(), placed).is_some() {
            return Err(broken("a key is there twice"));
        }
    }
    match cursor.remaining() {
        0 => Ok(storages),
        rest => {
            let end = cursor.position();
            Err(PyTorchProblem::EndsLate { end, bytes: end + rest }.into())
        }
    }
}

/// All storages that the pickle refers to, by their keys.
fn wanted(tree: &Tree) -> Result<HashMap<String, StoragePart>, &'static str> {
    let mut wanted: HashMap<String, StoragePart> = HashMap::new();
    for node in &tree.nodes {
        let Node::Persistent(identifier) = *node else { continue };
        let Ok(Ok(part)) = tensors::storage_part(tree, identifier) else { continue };
        match wanted.get(&part.key) {
            Some(other) if (&other.element, other.whole) != (&part.element, part.whole) => {
                return Err("the pickle gives a storage two types or lengths");
            }
            Some(_) => {}
            None => drop(wanted.insert(part.key.clone(), part)),
        }
    }
    Ok(wanted)
}

/// The number of elements and the elements, here; the cursor goes behind them.
pub(super) fn storage(cursor: &mut Cursor<'_>, key: &str, width: u64) -> Result<Placed, Problem> {
    let at = cursor.position();
    let Ok(elements) = u64::try_from(i64::from_le_bytes(cursor.array()?)) else {
        return Err(PyTorchProblem::BrokenStorages { byte: at, reason: "a length is negative" }.into());
    };
    let (offset, remaining) = (cursor.position(), cursor.remaining());
    let bytes = elements.saturating_mul(width);
    if bytes > remaining {
        let (key, end) = (short(key), offset.saturating_add(bytes));
        return Err(PyTorchProblem::StorageEndsEarly { key, end, bytes: offset + remaining }.into());
    }
    cursor.skip(bytes)?;
    Ok(Placed { offset, stored: bytes, bytes, deflated: false })
}

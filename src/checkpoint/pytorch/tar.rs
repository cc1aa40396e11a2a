//! The tar archive that PyTorch wrote in its first versions (0.1): four files, of which `pickle` refers to tensors
//! that `tensors` describes, in storages that `storages` holds.

use std::collections::HashMap;
use std::ops::Range;

use super::cursor::Cursor;
use super::globals::{self, Element};
use super::pickle;
use super::stream::{self, refuse_other_order};
use super::tensors::{Placed, StoragePart, Storages, Tensor};
use super::tree::{NodeId, Tree};
use super::{PyTorchProblem, Saved};
use crate::checkpoint::error::{Problem, short};
use crate::checkpoint::{MAX_AXES, MAX_TENSORS};
use crate::source::{Buffered, ReadAt};

/// Headers and data fill whole blocks.
const BLOCK_BYTES: u64 = 512;
/// Most files of an archive; PyTorch wrote four, each perhaps with a record of attributes before it.
const MAX_FILES: usize = 64;
const NAME: Range<usize> = 0..100;
const SIZE: Range<usize> = 124..136;
const KIND: usize = 156;

/// Reads the pickles, and finds the storages between them.
pub(super) fn read(source: &dyn ReadAt) -> Result<Saved, Problem> {
    let files = files(source)?;
    let cursor = |name: &'static str| match files.get(name) {
        Some(part) => Ok(Cursor::new(source, part.clone())),
        None => Err(Problem::from(PyTorchProblem::NoPickle { entry: name })),
    };
    let system = pickle::read_whole(cursor("sys_info")?)?;
    refuse_other_order(&system)?;
    let mut imports = system.imports;
    let mut table = Table::default();
    table.read_storages(cursor("storages")?, &mut imports)?;
    table.read_tensors(cursor("tensors")?, &mut imports)?;
    let tree = pickle::read_whole(cursor("pickle")?)?;
    let header = files.get("pickle").cloned().unwrap_or(0..0);
    Ok(Saved { tree, storages: table.storages, more_imports: imports, header })
}

/// The files of the archive, by name.
fn files(source: &dyn ReadAt) -> Result<HashMap<String, Range<u64>>, Problem> {
    let buffered = Buffered::new(source);
    let mut files = HashMap::new();
    let mut at = 0;
    while files.len() < MAX_FILES {
        let broken = |entry: &str, reason| {
            Err(PyTorchProblem::BrokenEntry { entry: short(entry), byte: at, reason }.into())
        };
        if source.len() - at < BLOCK_BYTES {
            return Err(PyTorchProblem::EndsInside { byte: source.len() }.into());
        }
        let mut block = [0; BLOCK_BYTES as usize];
        buffered.read_exact_at(at, &mut block)?;
        if block.iter().all(|&byte| byte == 0) {
            return Ok(files);
        }
        let name = String::from_utf8_lossy(text(&block[NAME])).into_owned();
        let Some(bytes) = octal(&block[SIZE]) else { return broken(&name, "its length cannot be read") };
        let start = at + BLOCK_BYTES;
        let end = start.saturating_add(bytes.div_ceil(BLOCK_BYTES).saturating_mul(BLOCK_BYTES));
        if end > source.len() {
            return Err(PyTorchProblem::EndsInside { byte: source.len() }.into());
        }
        match block[KIND] {
            b'0' | 0 => {
                if files.insert(name.clone(), start..start + bytes).is_some() {
                    return broken(&name, "it is there twice");
                }
            }
            // Attributes that Python writes before a file, such as an exact time: the header has what is used here.
            b'x' | b'g' => {}
            _ => return broken(&name, "it is no plain file"),
        }
        at = end;
    }
    Err(PyTorchProblem::BrokenEntry { entry: String::new(), byte: at, reason: "there are too many entries" }
        .into())
}

/// Up to the first zero.
fn text(field: &[u8]) -> &[u8] {
    field.split(|&byte| byte == 0).next().unwrap_or_default()
}

fn octal(field: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(text(field)).ok()?;
    u64::from_str_radix(digits.trim(), 8).ok()
}

/// Storages and tensors by their keys.
#[derive(Default)]
struct Table {
    storages: Storages,
    elements: HashMap<String, Element>,
}

impl Table {
    /// Their number; for each a pickle `(key, location, class)`, the number of elements and the elements; then a list
    /// of parts that count as storages too: `(key, key of the whole, offset, elements)`.
    fn read_storages(&mut self, mut cursor: Cursor<'_>, imports: &mut Vec<String>) -> Result<(), Problem> {
        for _ in 0..count(&mut cursor, imports)? {
            let at = cursor.position();
            let broken = |reason| Problem::from(PyTorchProblem::BrokenStorages { byte: at, reason });
            let tree = pickle::read(&mut cursor)?;
            let items = tree.sequence(tree.root).unwrap_or_default();
            let (Some(key), Some(class)) = (key_at(&tree, items, 0), items.get(2)) else {
                return Err(broken("a storage has no key or no class"));
            };
            let element = tree.global(*class).and_then(globals::storage_class);
            let element = element.ok_or_else(|| broken("a storage is of a class that is not known"))?;
            let placed = stream::storage(&mut cursor, &key, element.bytes)?;
            self.add_storage(key, element, placed).map_err(broken)?;
            imports.extend(tree.imports);
        }
        let at = cursor.position();
        let broken = |reason| Problem::from(PyTorchProblem::BrokenStorages { byte: at, reason });
        let parts = pickle::read_whole(cursor)?;
        for part in parts.sequence(parts.root).ok_or_else(|| broken("the list of parts is none"))? {
            self.add_part(&parts, *part).map_err(broken)?;
        }
        Ok(())
    }

    fn add_storage(&mut self, key: String, element: Element, placed: Placed) -> Result<(), &'static str> {
        if self.storages.by_key.insert(key.clone(), placed).is_some() {
            return Err("a key is there twice");
        }
        self.elements.insert(key, element);
        Ok(())
    }

    fn add_part(&mut self, tree: &Tree, part: NodeId) -> Result<(), &'static str> {
        let items = tree.sequence(part).unwrap_or_default();
        let number = |index: usize| items.get(index).and_then(|&id| tree.unsigned(id));
        let (Some(key), Some(whole)) = (key_at(tree, items, 0), key_at(tree, items, 1)) else {
            return Err("a part has no key");
        };
        let (Some(offset), Some(elements)) = (number(2), number(3)) else {
            return Err("a part has no length");
        };
        let (Some(&placed), Some(element)) = (self.storages.by_key.get(&whole), self.elements.get(&whole))
        else {
            return Err("a part is of a storage that is not there");
        };
        let (before, bytes) = (offset.checked_mul(element.bytes), elements.checked_mul(element.bytes));
        let range = before
            .zip(bytes)
            .filter(|&(before, bytes)| before.checked_add(bytes).is_some_and(|end| end <= placed.bytes));
        let Some((before, bytes)) = range else { return Err("a part goes beyond its storage") };
        let placed = Placed { offset: placed.offset + before, stored: bytes, bytes, deflated: false };
        self.add_storage(key, element.clone(), placed)
    }

    /// Their number; for each a pickle `(key, key of the storage, class)`, the number of axes (32 bits, and 32 that
    /// mean nothing), sizes, strides and the offset (64 bits each).
    fn read_tensors(&mut self, mut cursor: Cursor<'_>, imports: &mut Vec<String>) -> Result<(), Problem> {
        for _ in 0..count(&mut cursor, imports)? {
            let at = cursor.position();
            let broken = |reason| {
                Problem::from(PyTorchProblem::BrokenEntry { entry: "tensors".to_owned(), byte: at, reason })
            };
            let tree = pickle::read(&mut cursor)?;
            let items = tree.sequence(tree.root).unwrap_or_default();
            let (Some(key), Some(storage)) = (key_at(&tree, items, 0), key_at(&tree, items, 1)) else {
                return Err(broken("a tensor has no key or no storage"));
            };
            let tensor = self.tensor(&mut cursor, storage, broken)?;
            if self.storages.tensors.insert(key, tensor).is_some() {
                return Err(broken("a tensor is there twice"));
            }
            imports.extend(tree.imports);
        }
        match cursor.remaining() {
            0 => Ok(()),
            _ => {
                let (entry, byte) = ("tensors".to_owned(), cursor.position());
                Err(PyTorchProblem::BrokenEntry { entry, byte, reason: "more bytes follow its end" }.into())
            }
        }
    }

    fn tensor(
        &self,
        cursor: &mut Cursor<'_>,
        storage: String,
        broken: impl Fn(&'static str) -> Problem,
    ) -> Result<Tensor, Problem> {
        let [axes, _] = [cursor.array()?, cursor.array()?].map(i32::from_le_bytes);
        let axes = usize::try_from(axes).ok().filter(|&axes| axes <= MAX_AXES);
        let axes = axes.ok_or_else(|| broken("a tensor has too many axes"))?;
        let number = |cursor: &mut Cursor<'_>| {
            u64::try_from(i64::from_le_bytes(cursor.array()?)).map_err(|_| broken("a number is negative"))
        };
        let mut numbers = |count: usize| (0..count).map(|_| number(cursor)).collect::<Result<Vec<u64>, _>>();
        let (shape, strides) = (numbers(axes)?, numbers(axes)?);
        let first = numbers(1)?[0];
        let (Some(placed), Some(element)) = (self.storages.by_key.get(&storage), self.elements.get(&storage))
        else {
            return Err(broken("a tensor is in a storage that is not there"));
        };
        let (whole, element) = (placed.bytes, element.clone());
        let storage = StoragePart { key: storage, element: element.clone(), whole, before: 0, bytes: whole };
        Ok(Tensor { storage, element, first, shape, strides })
    }
}

/// The number that a list begins with.
fn count(cursor: &mut Cursor<'_>, imports: &mut Vec<String>) -> Result<u64, Problem> {
    let at = cursor.position();
    let tree = pickle::read(cursor)?;
    imports.extend_from_slice(&tree.imports);
    match tree.unsigned(tree.root) {
        Some(count) if count <= MAX_TENSORS as u64 => Ok(count),
        Some(_) => Err(Problem::TooManyTensors { limit: MAX_TENSORS as u64 }),
        None => Err(PyTorchProblem::BrokenStorages { byte: at, reason: "their number is missing" }.into()),
    }
}

/// Keys are numbers or texts.
fn key_at(tree: &Tree, items: &[NodeId], index: usize) -> Option<String> {
    let &id = items.get(index)?;
    tree.text(id).map(str::to_owned).or_else(|| tree.int(id).map(|key| key.to_string()))
}

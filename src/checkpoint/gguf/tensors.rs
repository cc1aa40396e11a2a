//! Names, shapes, types and places of the tensors.

use super::GgufProblem;
use super::cursor::Cursor;
use super::types::tensor_type;
use crate::checkpoint::contents::{RawTensor, RawType};
use crate::checkpoint::dtype::Block;
use crate::checkpoint::error::{Problem, short};
use crate::checkpoint::{MAX_NAME_BYTES, MAX_TENSORS};

/// Most axes of a tensor of ggml.
const MAX_AXES: u64 = 4;
/// The shortest entry: an empty name, no axes, a type and an offset.
pub(super) const MIN_BYTES: u64 = 8 + 4 + 4 + 8;

/// A tensor; until it is placed, its offset counts from the start of the data.
pub(super) struct Info {
    pub tensor: RawTensor,
    /// Whether the bytes follow from shape and type.
    sized: bool,
}

/// Reads the entries of so many tensors.
pub(super) fn read(cursor: &mut Cursor<'_>, count: u64) -> Result<Vec<Info>, Problem> {
    if count > MAX_TENSORS as u64 {
        return Err(Problem::TooManyTensors { limit: MAX_TENSORS as u64 });
    }
    let mut infos = Vec::new();
    for _ in 0..count {
        let info = info(cursor)?;
        infos.try_reserve(1).map_err(|_| Problem::OutOfMemory { bytes: count * size_of::<Info>() as u64 })?;
        infos.push(info);
    }
    refuse_duplicates(&infos)?;
    Ok(infos)
}

fn info(cursor: &mut Cursor<'_>) -> Result<Info, Problem> {
    let name = name(cursor)?;
    let axes = u64::from(cursor.u32()?);
    if axes > MAX_AXES {
        return Err(Problem::TooManyAxes { tensor: short(&name), axes, limit: MAX_AXES });
    }
    let mut shape = Vec::new();
    for _ in 0..axes {
        shape.push(cursor.u64()?);
    }
    // The file names the fastest axis first.
    shape.reverse();
    let (dtype, block) = tensor_type(cursor.u32()?);
    let offset = cursor.u64()?;
    let elements = shape.iter().try_fold(1u64, |product, &size| product.checked_mul(size));
    let elements = elements.ok_or_else(|| Problem::SizeOverflow { tensor: short(&name) })?;
    let bytes = match block {
        Some(block) => size(&name, &dtype, &shape, elements, block)?,
        None => 0,
    };
    Ok(Info { tensor: RawTensor::plain(name, dtype, shape, offset, bytes), sized: block.is_some() })
}

fn name(cursor: &mut Cursor<'_>) -> Result<String, Problem> {
    let bytes = cursor.text_length()?;
    let limit = MAX_NAME_BYTES as u64;
    if bytes > limit {
        let tensor = short(&String::from_utf8_lossy(cursor.bytes(limit)?));
        return Err(Problem::NameTooLong { tensor, bytes, limit });
    }
    cursor.name(bytes)
}

/// Bytes of a tensor. Blocks run along the last axis and do not reach from one row into the next.
fn size(name: &str, dtype: &RawType, shape: &[u64], elements: u64, block: Block) -> Result<u64, Problem> {
    let row = shape.last().copied().unwrap_or(1);
    if !row.is_multiple_of(block.elements) {
        let dtype = match dtype {
            RawType::Known(dtype) => dtype.name().to_owned(),
            RawType::Unknown(name) => name.clone(),
        };
        let (tensor, elements, block) = (short(name), row, block.elements);
        return Err(GgufProblem::PartialBlock { tensor, dtype, elements, block }.into());
    }
    let bytes = (elements / block.elements).checked_mul(block.bytes);
    bytes.ok_or_else(|| Problem::SizeOverflow { tensor: short(name) })
}

fn refuse_duplicates(infos: &[Info]) -> Result<(), Problem> {
    let mut names: Vec<&str> = infos.iter().map(|info| info.tensor.name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Problem::DuplicateTensor { tensor: short(pair[0]) }),
        None => Ok(()),
    }
}

/// Checks that the tensors follow each other, with no more than padding between them, to the end of the file, and moves
/// their offsets from the start of the data to that of the file. Returns where the data begins, for a header of so
/// many bytes.
pub(super) fn place(infos: &mut [Info], header: u64, alignment: u64, file: u64) -> Result<u64, Problem> {
    let late = |promised| Problem::EndsLate { promised, bytes: file };
    let data = header.checked_next_multiple_of(alignment).ok_or(GgufProblem::Alignment { alignment })?;
    if infos.is_empty() {
        // A header alone, as the first of a split model may be, with padding or without.
        return if file <= data { Ok(header) } else { Err(late(header)) };
    }
    refuse_cut_off(infos, data, file)?;
    infos.sort_by_key(|info| (info.tensor.storage.offset, info.tensor.storage.bytes));
    let mut end = Some(0);
    let mut open: Option<&mut RawTensor> = None;
    for Info { tensor, sized } in infos {
        let begin = tensor.storage.offset;
        follows(tensor, end, alignment)?;
        // What is not sized takes all up to the next.
        if let Some(before) = open.take() {
            before.storage.bytes = data + begin - before.storage.offset;
        }
        tensor.storage.offset = data + begin;
        end = sized.then_some(begin + tensor.storage.bytes);
        open = (!*sized).then_some(tensor);
    }
    if let Some(last) = open {
        last.storage.bytes = file - last.storage.offset;
    }
    let end = end.map_or(file, |end| data + end);
    match end.checked_next_multiple_of(alignment).is_none_or(|padded| file <= padded) {
        true => Ok(data),
        false => Err(late(end)),
    }
}

/// Comes first: a file that was cut off is by far the most common fault.
fn refuse_cut_off(infos: &[Info], data: u64, file: u64) -> Result<(), Problem> {
    let mut promised = data;
    for Info { tensor, .. } in infos {
        let end =
            tensor.storage.offset.checked_add(tensor.storage.bytes).and_then(|end| end.checked_add(data));
        let end = end.ok_or_else(|| Problem::SizeOverflow { tensor: short(&tensor.name) })?;
        promised = promised.max(end);
    }
    if promised > file { Err(Problem::EndsEarly { promised, bytes: file }) } else { Ok(()) }
}

/// Checks that a tensor begins where the one before ends, but for padding; where that end is not known, anywhere.
fn follows(tensor: &RawTensor, end: Option<u64>, alignment: u64) -> Result<(), Problem> {
    let begin = tensor.storage.offset;
    let name = || short(&tensor.name);
    if !begin.is_multiple_of(alignment) {
        return Err(GgufProblem::Misaligned { tensor: name(), begin, alignment }.into());
    }
    match end {
        Some(end) if end.checked_next_multiple_of(alignment) != Some(begin) => {
            Err(Problem::OffsetsNotContiguous { tensor: name(), begin, expected: end })
        }
        _ => Ok(()),
    }
}

//! The safetensors container: a length, a JSON header, and the bytes of all tensors without a gap.
//!
//! The `safetensors` crate keeps offsets in `usize`, which has 32 bits on wasm32, and wants the whole file in memory;
//! here offsets are `u64` and only the header is read. The rules are the format's own: offsets are contiguous from 0
//! and cover the file exactly, so that no byte is unaccounted for and no file is analysed in part.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::DType;
use super::contents::{Contents, RawTensor, RawType, read_vec};
use super::error::{Problem, short};
use super::lenient::Lenient;
use crate::WHOLE;
use crate::source::ReadAt;

/// Longest header, as in the reference implementation.
pub const MAX_HEADER_BYTES: u64 = 100_000_000;
/// Most tensors of one file.
pub const MAX_TENSORS: usize = 1_000_000;
/// Most axes of one tensor.
pub const MAX_AXES: usize = 8;
/// Longest name of a tensor in bytes.
pub const MAX_NAME_BYTES: usize = 4096;
/// How much of `__metadata__` is kept, keys and values together, in bytes. The rest is ignored.
const MAX_METADATA_BYTES: usize = 64 << 10;
/// Length of the number before the header.
const PREFIX_BYTES: u64 = 8;

/// Reads and checks the header.
pub(super) fn read(source: &dyn ReadAt) -> Result<Contents, Problem> {
    let header = read_header(source)?;
    let mut listing = parse(&header)?;
    let data = PREFIX_BYTES + header.len() as u64;
    place(&mut listing.tensors, data, source.len())?;
    refuse_duplicates(&listing.tensors)?;
    Ok(Contents {
        tensors: listing.tensors,
        metadata: listing.metadata,
        header: 0..data,
        ..Contents::default()
    })
}

/// The JSON; its length is that of the header less the number before it.
fn read_header(source: &dyn ReadAt) -> Result<Vec<u8>, Problem> {
    let bytes = source.len();
    if bytes < PREFIX_BYTES {
        return Err(Problem::TooShort { bytes });
    }
    let mut prefix = [0; PREFIX_BYTES as usize];
    source.read_exact_at(0, &mut prefix)?;
    let length = u64::from_le_bytes(prefix);
    if length > MAX_HEADER_BYTES {
        return Err(Problem::HeaderTooLong { bytes: length, limit: MAX_HEADER_BYTES });
    }
    let promised = PREFIX_BYTES + length;
    if promised > bytes {
        return Err(Problem::HeaderEndsEarly { promised, bytes });
    }
    let mut first = [0];
    source.read_exact_at(PREFIX_BYTES, &mut first[..length.min(1) as usize])?;
    if first != *b"{" {
        return Err(Problem::HeaderStart { found: first[0] });
    }
    read_vec(source, PREFIX_BYTES, length)
}

/// The header's own words; offsets still count from the start of the data.
#[derive(Default)]
struct Listing {
    tensors: Vec<RawTensor>,
    metadata: BTreeMap<String, String>,
    /// Why parsing was stopped, where that was not a matter of syntax.
    problem: Option<Problem>,
}

fn parse(header: &[u8]) -> Result<Listing, Problem> {
    let mut listing = Listing::default();
    let mut deserializer = serde_json::Deserializer::from_slice(header);
    let parsed = listing.deserialize(&mut deserializer).and_then(|()| deserializer.end());
    match (listing.problem.take(), parsed) {
        (Some(problem), _) => Err(problem),
        (None, Err(error)) => Err(syntax(header, &error)),
        (None, Ok(())) => Ok(listing),
    }
}

/// Where and why the JSON is wrong. The parser tells line and column, people search by byte.
fn syntax(header: &[u8], error: &serde_json::Error) -> Problem {
    if !WHOLE {
        return Problem::NotPlain;
    }
    let lines = header.split_inclusive(|&byte| byte == b'\n');
    let before: usize = lines.take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
    let byte = PREFIX_BYTES + (before + error.column().saturating_sub(1)) as u64;
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or_default();
    Problem::HeaderSyntax { byte, reason: short(reason) }
}

impl<'de> DeserializeSeed<'de> for &mut Listing {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Listing {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(name) = entries.next_key::<Cow<'de, str>>()? {
            if name == "__metadata__" {
                entries.next_value_seed(Metadata(&mut self.metadata))?;
                continue;
            }
            let entry: Entry<'de> = entries.next_value()?;
            let tensor = self.admit(&name).and_then(|()| entry.into_tensor(name.into_owned()));
            match tensor {
                Ok(tensor) => self.tensors.push(tensor),
                Err(problem) => {
                    self.problem = Some(problem);
                    return Err(A::Error::custom("a limit"));
                }
            }
        }
        Ok(())
    }
}

impl Listing {
    fn admit(&mut self, name: &str) -> Result<(), Problem> {
        if name.len() > MAX_NAME_BYTES {
            let (bytes, limit) = (name.len() as u64, MAX_NAME_BYTES as u64);
            return Err(Problem::NameTooLong { tensor: short(name), bytes, limit });
        }
        if self.tensors.len() == MAX_TENSORS {
            return Err(Problem::TooManyTensors { limit: MAX_TENSORS as u64 });
        }
        self.tensors.try_reserve(1).map_err(|_| Problem::OutOfMemory { bytes: name.len() as u64 })
    }
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    dtype: Cow<'a, str>,
    shape: Axes,
    data_offsets: (u64, u64),
}

impl Entry<'_> {
    fn into_tensor(self, name: String) -> Result<RawTensor, Problem> {
        let (begin, end) = self.data_offsets;
        if self.shape.count > MAX_AXES {
            let (axes, limit) = (self.shape.count as u64, MAX_AXES as u64);
            return Err(Problem::TooManyAxes { tensor: short(&name), axes, limit });
        }
        let Some(bytes) = end.checked_sub(begin) else {
            return Err(Problem::OffsetsReversed { tensor: short(&name), begin, end });
        };
        let shape = self.shape.sizes[..self.shape.count].to_vec();
        let dtype = match DType::from_safetensors(&self.dtype) {
            Some(dtype) => RawType::Known(dtype),
            None => RawType::Unknown(short(&self.dtype)),
        };
        let elements = shape.iter().try_fold(1u64, |product, &size| product.checked_mul(size));
        let overflow = || Problem::SizeOverflow { tensor: short(&name) };
        let elements = elements.ok_or_else(overflow)?;
        if let RawType::Known(dtype) = dtype {
            let expected = dtype.bytes_of(elements).ok_or_else(|| match dtype.block().elements {
                1 => overflow(),
                // Of these the bytes are fewer than the elements.
                _ => Problem::PartialByte { tensor: short(&name), dtype: dtype.name(), elements },
            })?;
            if expected != bytes {
                let (tensor, dtype) = (short(&name), dtype.name());
                return Err(Problem::SizeMismatch { tensor, dtype, expected, bytes });
            }
        }
        Ok(RawTensor::plain(name, dtype, shape, begin, bytes))
    }
}

/// Sizes of the axes. All are counted, but no more are kept than are allowed.
#[derive(Default)]
struct Axes {
    sizes: [u64; MAX_AXES],
    count: usize,
}

impl<'de> Deserialize<'de> for Axes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Sizes;

        impl<'de> Visitor<'de> for Sizes {
            type Value = Axes;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an array of sizes")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Axes, A::Error> {
                let mut axes = Axes::default();
                while let Some(size) = items.next_element()? {
                    if let Some(place) = axes.sizes.get_mut(axes.count) {
                        *place = size;
                    }
                    axes.count += 1;
                }
                Ok(axes)
            }
        }

        deserializer.deserialize_seq(Sizes)
    }
}

/// Keeps the short texts of `__metadata__`; whatever else it holds is no reason to refuse the weights.
struct Metadata<'a>(&'a mut BTreeMap<String, String>);

impl<'de> DeserializeSeed<'de> for Metadata<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Metadata<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of texts, or null")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let mut room = MAX_METADATA_BYTES;
        while let Some(key) = entries.next_key::<Cow<'de, str>>()? {
            let Lenient::<String>(Some(value)) = entries.next_value()? else {
                continue;
            };
            if let Some(rest) = room.checked_sub(key.len() + value.len()) {
                room = rest;
                self.0.insert(key.into_owned(), value);
            }
        }
        Ok(())
    }
}

/// Checks that the tensors follow each other without gap or overlap and cover the file, and moves their offsets from
/// the start of the data to the start of the file.
fn place(tensors: &mut [RawTensor], data: u64, file: u64) -> Result<(), Problem> {
    tensors.sort_by_key(|RawTensor { storage, .. }| (storage.offset, storage.bytes));
    // The end of the furthest first: a file that was cut off is by far the most common fault.
    let end = |tensor: &RawTensor| tensor.storage.offset + tensor.storage.bytes;
    if let Some(last) = tensors.iter().max_by_key(|tensor| end(tensor)) {
        let Some(promised) = data.checked_add(end(last)) else {
            return Err(Problem::SizeOverflow { tensor: short(&last.name) });
        };
        if promised > file {
            return Err(Problem::EndsEarly { promised, bytes: file });
        }
    }
    let mut expected = 0;
    for tensor in tensors {
        let begin = tensor.storage.offset;
        if begin != expected {
            return Err(Problem::OffsetsNotContiguous { tensor: short(&tensor.name), begin, expected });
        }
        expected += tensor.storage.bytes;
        tensor.storage.offset = data + begin;
    }
    match data + expected == file {
        true => Ok(()),
        false => Err(Problem::EndsLate { promised: data + expected, bytes: file }),
    }
}

fn refuse_duplicates(tensors: &[RawTensor]) -> Result<(), Problem> {
    let mut names: Vec<&str> = tensors.iter().map(|tensor| tensor.name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Problem::DuplicateTensor { tensor: short(pair[0]) }),
        None => Ok(()),
    }
}

//! `TensorProto`: one tensor, whose numbers lie in one of several fields, or in another file.

use std::ops::Range;

use super::OnnxProblem;
use super::wire::{Field, Fields, Value};
use crate::checkpoint::contents::{RawTensor, RawType, unread_type};
use crate::checkpoint::error::{Problem, short};
use crate::checkpoint::safetensors::MAX_AXES;
use crate::checkpoint::{ComplexType, DType, Encoding, IntegerType, Storage};
use crate::source::ReadAt;

/// A tensor as it is written, before it is checked.
#[derive(Default)]
pub(super) struct Draft {
    pub name: String,
    /// Sizes of at most [`MAX_AXES`] axes.
    pub shape: Vec<u64>,
    axes: u64,
    negative: bool,
    type_code: u64,
    data: Option<Data>,
    is_external: bool,
    location: Option<String>,
    offset: Option<String>,
    length: Option<String>,
}

/// What a tensor turns out to be.
pub(super) enum Outcome {
    Read(RawTensor),
    /// Why it is not read.
    Skipped(String),
}

/// Fields that can hold a tensor's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Raw,
    Floats,
    Int32s,
    Int64s,
    Doubles,
    Uint64s,
}

/// Where the numbers lie in the file.
struct Data {
    place: Place,
    range: Range<u64>,
    /// Length of the tag before each number, where they are not packed.
    tag_bytes: Option<u64>,
    /// Whether other things lie between them.
    scattered: bool,
}

impl Draft {
    /// Reads the message in `range`; the numbers are stepped over.
    pub(super) fn read(source: &dyn ReadAt, range: Range<u64>) -> Result<Self, Problem> {
        let mut draft = Self::default();
        let mut fields = Fields::new(source, range);
        while let Some(field) = fields.next()? {
            match field.number {
                1 => field.numbers(source, |size| draft.add_axis(size))?,
                2 => draft.type_code = field.number_value()?,
                4 => draft.add_data(Place::Floats, &field)?,
                5 => draft.add_data(Place::Int32s, &field)?,
                7 => draft.add_data(Place::Int64s, &field)?,
                8 => draft.name = field.text(source)?,
                9 => draft.add_data(Place::Raw, &field)?,
                10 => draft.add_data(Place::Doubles, &field)?,
                11 => draft.add_data(Place::Uint64s, &field)?,
                13 => draft.add_external(source, &field)?,
                14 => draft.is_external = field.number_value()? == 1,
                _ => {}
            }
        }
        Ok(draft)
    }

    fn add_axis(&mut self, size: u64) {
        self.axes += 1;
        // Sizes are signed.
        self.negative |= size > i64::MAX as u64;
        if self.shape.len() < MAX_AXES {
            self.shape.push(size);
        }
    }

    fn add_data(&mut self, place: Place, field: &Field) -> Result<(), OnnxProblem> {
        let (range, tag_bytes) = match (&field.value, place) {
            (Value::Bytes(range), _) => (range.clone(), None),
            (Value::Fixed32, Place::Floats) => {
                (field.at..field.value_at + 4, Some(field.value_at - field.at))
            }
            (Value::Fixed64, Place::Doubles) => {
                (field.at..field.value_at + 8, Some(field.value_at - field.at))
            }
            // Varints that are not packed cannot be told from their tags by a decoder of fixed sizes.
            (Value::Varint(_), Place::Int32s | Place::Int64s | Place::Uint64s) => {
                let range = field.value_at..field.value_at;
                self.data = Some(Data { place, range, tag_bytes: None, scattered: true });
                return Ok(());
            }
            _ => return Err(OnnxProblem::FieldType { byte: field.at }),
        };
        match &mut self.data {
            None => self.data = Some(Data { place, range, tag_bytes, scattered: false }),
            Some(data) if data.place != place || place == Place::Raw => {
                return Err(OnnxProblem::Twice { what: "numbers of one tensor", byte: field.at });
            }
            Some(data) => {
                let follows =
                    tag_bytes.is_some() && data.tag_bytes == tag_bytes && data.range.end == range.start;
                data.scattered |= !follows;
                data.range.end = range.end;
            }
        }
        Ok(())
    }

    /// A key and a value, both texts.
    fn add_external(&mut self, source: &dyn ReadAt, field: &Field) -> Result<(), Problem> {
        let (key, value) = pair(source, field)?;
        match key.as_str() {
            "location" => self.location = Some(value),
            "offset" => self.offset = Some(value),
            "length" => self.length = Some(value),
            _ => {}
        }
        Ok(())
    }

    /// Number of axes.
    pub(super) fn rank(&self) -> u64 {
        self.axes
    }

    /// Whether its type is one that is analysed.
    pub(super) fn is_float(&self) -> bool {
        matches!(raw_type(self.type_code), RawType::Known(dtype) if dtype.is_float())
    }

    /// The tensor, with its numbers inside the file.
    pub(super) fn into_outcome(self) -> Result<Outcome, Problem> {
        let tensor = || short(&self.name);
        if self.axes > MAX_AXES as u64 {
            let limit = MAX_AXES as u64;
            return Err(Problem::TooManyAxes { tensor: tensor(), axes: self.axes, limit });
        }
        if self.negative {
            return Err(OnnxProblem::NegativeSize { tensor: tensor() }.into());
        }
        let dtype = match raw_type(self.type_code) {
            RawType::Known(dtype) => dtype,
            RawType::Unknown(name) => return Ok(Outcome::Skipped(unread_type(&name))),
        };
        let elements = self.shape.iter().try_fold(1u64, |product, &size| product.checked_mul(size));
        let expected = elements.and_then(|elements| bytes_of(dtype, elements));
        let expected = expected.ok_or_else(|| Problem::SizeOverflow { tensor: tensor() })?;
        let (storage, external) = if self.is_external || self.location.is_some() {
            let (storage, location) = self.external(dtype, expected)?;
            (storage, Some(location))
        } else {
            match self.storage(dtype, expected)? {
                Some(storage) => (storage, None),
                None => return Ok(Outcome::Skipped(SCATTERED.to_owned())),
            }
        };
        let (name, shape, dtype) = (self.name, self.shape, RawType::Known(dtype));
        Ok(Outcome::Read(RawTensor { name, dtype, shape, storage, external, usage: None }))
    }

    /// Where `expected` bytes of elements lie in this file; `None` where they are scattered over it.
    fn storage(&self, dtype: DType, expected: u64) -> Result<Option<Storage>, OnnxProblem> {
        let tensor = || short(&self.name);
        let Some(data) = &self.data else {
            return match expected {
                0 => Ok(Some(Storage::plain(0, 0))),
                _ => Err(OnnxProblem::NoData { tensor: tensor() }),
            };
        };
        if data.scattered {
            return Ok(None);
        }
        let (offset, bytes) = (data.range.start, data.range.end - data.range.start);
        let wrong = |bytes| OnnxProblem::Length { tensor: tensor(), dtype: dtype.name(), expected, bytes };
        let encoding = encoding(data, dtype)
            .ok_or_else(|| OnnxProblem::OtherData { tensor: tensor(), dtype: dtype.name() })?;
        let fits = match encoding {
            // From one to ten bytes for each element.
            Encoding::Varints { element_bytes } => {
                let elements = expected.div_ceil(element_bytes.into());
                (elements..=elements.saturating_mul(10)).contains(&bytes)
            }
            Encoding::Tagged { tag_bytes, element_bytes } => {
                let (tag, element) = (u64::from(tag_bytes), u64::from(element_bytes));
                u128::from(bytes) * u128::from(element) == u128::from(expected) * u128::from(tag + element)
            }
            _ => bytes == expected,
        };
        if fits { Ok(Some(Storage { offset, bytes, encoding, view: None })) } else { Err(wrong(bytes)) }
    }

    /// Place in another file, and its name.
    fn external(&self, dtype: DType, expected: u64) -> Result<(Storage, String), OnnxProblem> {
        let tensor = || short(&self.name);
        let broken = |what| OnnxProblem::External { tensor: tensor(), what };
        let location = self.location.as_deref().filter(|location| !location.is_empty());
        let location = location.ok_or_else(|| broken("file"))?;
        let number = |text: &Option<String>, absent, what| match text {
            Some(text) => text.parse::<u64>().map_err(|_| broken(what)),
            None => Ok(absent),
        };
        let offset = number(&self.offset, 0, "offset")?;
        let bytes = number(&self.length, expected, "length")?;
        if bytes != expected {
            let (tensor, dtype) = (tensor(), dtype.name());
            return Err(OnnxProblem::Length { tensor, dtype, expected, bytes });
        }
        let Some(location) = inside(location) else {
            return Err(OnnxProblem::OutsideFolder { tensor: tensor(), location: short(location) });
        };
        Ok((Storage::plain(offset, bytes), location))
    }
}

/// Why a tensor is not read whose numbers are written one by one between other fields, as no exporter does.
const SCATTERED: &str = "numbers scattered over the file, which are not read";

/// The path without `./`, if it stays inside the folder whatever the system is.
fn inside(location: &str) -> Option<String> {
    let strange = location.contains(['\\', ':']) || location.contains(char::is_control);
    let pieces: Vec<&str> = location.split('/').filter(|piece| *piece != ".").collect();
    let leaves = pieces.iter().any(|piece| piece.is_empty() || *piece == "..");
    (!strange && !leaves && !pieces.is_empty()).then(|| pieces.join("/"))
}

/// A message of two texts: key and value.
pub(super) fn pair(source: &dyn ReadAt, field: &Field) -> Result<(String, String), Problem> {
    let (mut key, mut value) = (String::new(), String::new());
    let mut fields = Fields::new(source, field.bytes()?);
    while let Some(field) = fields.next()? {
        match field.number {
            1 => key = field.text(source)?,
            2 => value = field.text(source)?,
            _ => {}
        }
    }
    Ok((key, value))
}

/// How numbers of this type are written in this place; `None` where they cannot be.
fn encoding(data: &Data, dtype: DType) -> Option<Encoding> {
    use IntegerType::*;
    let element_bytes = match data.place {
        Place::Raw => return Some(Encoding::Plain),
        Place::Floats if matches!(dtype, DType::F32 | DType::Complex(ComplexType::C64)) => 4,
        Place::Doubles if matches!(dtype, DType::F64 | DType::Complex(ComplexType::C128)) => 8,
        Place::Int64s if dtype == DType::Integer(I64) => 8,
        Place::Uint64s if matches!(dtype, DType::Integer(U32 | U64)) => dtype.block().bytes,
        Place::Int32s if is_small(dtype) => dtype.block().bytes,
        _ => return None,
    };
    let element_bytes = u8::try_from(element_bytes).ok()?;
    match data.place {
        Place::Floats | Place::Doubles => match data.tag_bytes {
            Some(tag_bytes) => {
                Some(Encoding::Tagged { tag_bytes: u8::try_from(tag_bytes).ok()?, element_bytes })
            }
            None => Some(Encoding::Plain),
        },
        _ => Some(Encoding::Varints { element_bytes }),
    }
}

/// Types whose bits are written as numbers of 32 bits.
fn is_small(dtype: DType) -> bool {
    use IntegerType::*;
    match dtype {
        DType::Integer(integer) => matches!(integer, Bool | U8 | I8 | U16 | I16 | I32),
        DType::F16 | DType::BF16 | DType::F4 => true,
        _ => dtype.is_float() && dtype.block().bytes == 1,
    }
}

/// Bytes of the elements; the last byte of 4-bit numbers may be half empty.
fn bytes_of(dtype: DType, elements: u64) -> Option<u64> {
    match dtype {
        DType::F4 => Some(elements.div_ceil(2)),
        _ => dtype.bytes_of(elements),
    }
}

/// The types of the `TensorProto.DataType` enumeration.
fn raw_type(code: u64) -> RawType {
    use IntegerType::*;
    RawType::Known(match code {
        1 => DType::F32,
        2 => DType::Integer(U8),
        3 => DType::Integer(I8),
        4 => DType::Integer(U16),
        5 => DType::Integer(I16),
        6 => DType::Integer(I32),
        7 => DType::Integer(I64),
        9 => DType::Integer(Bool),
        10 => DType::F16,
        11 => DType::F64,
        12 => DType::Integer(U32),
        13 => DType::Integer(U64),
        14 => DType::Complex(ComplexType::C64),
        15 => DType::Complex(ComplexType::C128),
        16 => DType::BF16,
        17 => DType::F8E4M3,
        18 => DType::F8E4M3Fnuz,
        19 => DType::F8E5M2,
        20 => DType::F8E5M2Fnuz,
        23 => DType::F4,
        24 => DType::F8E8M0,
        _ => {
            let name = match code {
                8 => "STRING",
                21 => "UINT4",
                22 => "INT4",
                25 => "UINT2",
                26 => "INT2",
                _ => "of a later version of ONNX",
            };
            return RawType::Unknown(name.to_owned());
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_lie_in_the_folder_or_below() {
        let pairs =
            [("weights.bin", "weights.bin"), ("./a/b.data", "a/b.data"), ("a/./b", "a/b"), ("..a", "..a")];
        for (location, expected) in pairs {
            assert_eq!(inside(location).as_deref(), Some(expected));
        }
        for location in ["/etc/passwd", "../x", "a/../../x", "a//b", "c:\\x", "a\\b", "C:x", "a\nb", ".", ""]
        {
            assert_eq!(inside(location), None, "{location}");
        }
    }
}

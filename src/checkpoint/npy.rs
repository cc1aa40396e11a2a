//! The `.npy` format: one array of NumPy.
//!
//! A magic number, a version, the length of a header, and the header: a dictionary in Python's own notation with the
//! type, the order and the shape. It is read by a parser of just this dictionary; nothing is evaluated.

use super::contents::{Contents, RawTensor, RawType, read_vec};
use super::error::{Problem, grouped, short};
use super::safetensors::MAX_AXES;
use super::{ComplexType, DType, Encoding, IntegerType, Storage, View};
use crate::source::ReadAt;

const MAGIC: &[u8] = b"\x93NUMPY";
/// Longest header. Only structured types, which are not read, have longer ones.
const MAX_HEADER_BYTES: u64 = 64 << 10;
/// NumPy pads headers to a multiple of 64; so many bytes hold most of them.
const USUAL_HEADER_BYTES: u64 = 256;
/// Name of the tensor of a file that holds one array without a name.
const LONE_NAME: &str = "array";

/// What can be wrong with an array of NumPy. Sentences begin with their verb.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // the sentence of each variant is its documentation
pub enum NpyProblem {
    #[error("does not begin as NumPy arrays do.")]
    NoMagic,
    #[error("is an array of format version {major}. Versions 1 to 3 are read.")]
    Version { major: u8 },
    #[error("has an array header of {} bytes. The limit is {}.", grouped(*.bytes), grouped(*.limit))]
    HeaderTooLong { bytes: u64, limit: u64 },
    #[error("ends early. The header alone takes {} bytes, and there are {}.", grouped(*.promised), grouped(*.bytes))]
    HeaderEndsEarly { promised: u64, bytes: u64 },
    #[error("has a broken header. At byte {byte} of the array, {expected} is expected.")]
    HeaderSyntax { byte: u64, expected: &'static str },
    #[error("has a broken header. It gives `{key}` twice.")]
    DoubleKey { key: String },
    #[error("has a broken header. It does not give `{key}`.")]
    MissingKey { key: &'static str },
    #[error("contradicts itself. Type and shape need {} bytes in all, and there are {}.", grouped(*.promised), grouped(*.bytes))]
    Length { promised: u64, bytes: u64 },
    #[error("holds {what}. They are no weights.")]
    NotNumbers { what: String },
    #[error("holds the array `{array}`, which {problem}")]
    InArchive { array: String, problem: Box<NpyProblem> },
}

impl NpyProblem {
    /// Stable name in kebab case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoMagic => "npy-no-magic",
            Self::Version { .. } => "npy-version",
            Self::HeaderTooLong { .. } => "npy-header-too-long",
            Self::HeaderEndsEarly { .. } => "npy-header-ends-early",
            Self::HeaderSyntax { .. } => "npy-header-syntax",
            Self::DoubleKey { .. } => "npy-double-key",
            Self::MissingKey { .. } => "npy-missing-key",
            Self::Length { .. } => "npy-length",
            Self::NotNumbers { .. } => "npy-not-numbers",
            Self::InArchive { problem, .. } => problem.code(),
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Version { .. } | Self::HeaderTooLong { .. } => "Save it again with numpy.savez.",
            Self::HeaderEndsEarly { .. } | Self::Length { .. } => "Copy or download it again.",
            Self::NotNumbers { .. } => "Save each array of numbers by itself, with numpy.savez.",
            Self::InArchive { problem, .. } => problem.hint(),
            _ => "Save or download it again.",
        }
    }
}

/// Reads the header of a file that holds one array.
pub(super) fn read(source: &dyn ReadAt) -> Result<Contents, Problem> {
    let header = Header::read(LONE_NAME, source.len(), |wanted| read_vec(source, 0, wanted))?;
    let mut contents = Contents { header: 0..header.bytes, ..Contents::default() };
    match header.dtype.clone() {
        ArrayType::Read(dtype) => {
            let mut tensor = RawTensor::plain(
                LONE_NAME.to_owned(),
                RawType::Known(dtype),
                header.shape.clone(),
                header.bytes,
                source.len() - header.bytes,
            );
            tensor.storage.view = header.view();
            contents.tensors.push(tensor);
        }
        ArrayType::Other(reason) => {
            contents.skipped.insert(reason, vec![LONE_NAME.to_owned()]);
        }
        ArrayType::NotNumbers(what) => return Err(NpyProblem::NotNumbers { what }.into()),
    }
    Ok(contents)
}

/// What the header of an array says.
#[derive(Debug)]
pub(super) struct Header {
    /// Length with the magic number: where the elements begin.
    pub bytes: u64,
    pub dtype: ArrayType,
    /// At most [`MAX_AXES`] sizes, whose product fits `u64`.
    pub shape: Vec<u64>,
    /// Whether the first axis is the fastest.
    fortran: bool,
}

/// Type of an array's elements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ArrayType {
    Read(DType),
    /// Numbers that are not read, and why.
    Other(String),
    /// Python objects, texts, structures: what they are.
    NotNumbers(String),
}

impl Header {
    /// Reads the header of the array `name` of `bytes` bytes in all. `head` gives as many of its first bytes as it is
    /// asked for, which are never more than there are.
    ///
    /// A type that is read and the shape have the length that is there.
    pub(super) fn read(
        name: &str,
        bytes: u64,
        mut head: impl FnMut(u64) -> Result<Vec<u8>, Problem>,
    ) -> Result<Self, Problem> {
        let mut start = head(bytes.min(USUAL_HEADER_BYTES))?;
        let (prefix, end) = extent(&start, bytes)?;
        if end > start.len() as u64 {
            start = head(end)?;
        }
        let text = usize::try_from(end).ok().and_then(|end| start.get(..end));
        let text = text.ok_or(NpyProblem::HeaderEndsEarly { promised: end, bytes })?;
        let header = Literal { text, at: prefix }.header(name)?;
        header.check_length(name, bytes)?;
        Ok(header)
    }

    fn check_length(&self, name: &str, bytes: u64) -> Result<(), Problem> {
        let overflow = || Problem::SizeOverflow { tensor: short(name) };
        let elements = self.shape.iter().try_fold(1u64, |product, &size| product.checked_mul(size));
        let elements = elements.ok_or_else(overflow)?;
        let ArrayType::Read(dtype) = self.dtype else { return Ok(()) };
        let data = dtype.bytes_of(elements).ok_or_else(overflow)?;
        let promised = self.bytes.checked_add(data).ok_or_else(overflow)?;
        if promised == bytes { Ok(()) } else { Err(NpyProblem::Length { promised, bytes }.into()) }
    }

    /// Order of the elements; `None` where they are contiguous in C order, as those of any array are in which at most
    /// one axis is longer than 1.
    pub(super) fn view(&self) -> Option<View> {
        let long_axes = self.shape.iter().filter(|&&size| size > 1).count();
        if !self.fortran || long_axes < 2 || self.shape.contains(&0) {
            return None;
        }
        let mut stride = 1;
        let strides = self.shape.iter().map(|size| {
            let this = stride;
            stride *= size;
            this
        });
        Some(View { first: 0, strides: strides.collect() })
    }

    /// Where the elements lie in an archive, whose entry stores `stored` bytes from `offset` on.
    pub(super) fn storage(&self, offset: u64, stored: u64, deflated: bool, bytes: u64) -> Storage {
        let view = self.view();
        if deflated {
            let encoding = Encoding::Deflated { skip: self.bytes, length: bytes - self.bytes };
            return Storage { offset, bytes: stored, encoding, view };
        }
        let plain = Storage::plain(offset + self.bytes, stored - self.bytes);
        Storage { view, ..plain }
    }
}

/// Length of what comes before the dictionary, and of the whole header.
fn extent(start: &[u8], bytes: u64) -> Result<(usize, u64), NpyProblem> {
    if !start.starts_with(MAGIC) {
        return Err(NpyProblem::NoMagic);
    }
    let early = |promised| NpyProblem::HeaderEndsEarly { promised, bytes };
    let rest = &start[MAGIC.len()..];
    let (prefix, length) = match rest {
        [1, _, low, high, ..] => (10, u64::from(u16::from_le_bytes([*low, *high]))),
        [2 | 3, _, a, b, c, d, ..] => (12, u64::from(u32::from_le_bytes([*a, *b, *c, *d]))),
        [1..=3, ..] | [] => return Err(early(12)),
        [major, ..] => return Err(NpyProblem::Version { major: *major }),
    };
    if length > MAX_HEADER_BYTES {
        return Err(NpyProblem::HeaderTooLong { bytes: length, limit: MAX_HEADER_BYTES });
    }
    let end = prefix as u64 + length;
    if end > bytes { Err(early(end)) } else { Ok((prefix, end)) }
}

/// A parser of the dictionary in a header, and of no other literal.
struct Literal<'a> {
    /// The whole header, so that positions count from the start of the array.
    text: &'a [u8],
    at: usize,
}

impl<'a> Literal<'a> {
    /// `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }` and spaces.
    fn header(mut self, name: &str) -> Result<Header, Problem> {
        let (mut dtype, mut fortran, mut shape) = (None, None, None);
        self.expect(b'{', "a dictionary")?;
        while !self.take(b'}') {
            let key = self.string()?;
            self.expect(b':', "a colon")?;
            let twice = match key {
                b"descr" => dtype.replace(self.dtype()?).is_some(),
                b"fortran_order" => fortran.replace(self.boolean()?).is_some(),
                b"shape" => shape.replace(self.shape(name)?).is_some(),
                _ => return Err(self.wrong("descr, fortran_order or shape").into()),
            };
            if twice {
                let key = String::from_utf8_lossy(key).into_owned();
                return Err(NpyProblem::DoubleKey { key }.into());
            }
            if !self.take(b',') {
                self.expect(b'}', "a comma or the end of the dictionary")?;
                break;
            }
        }
        self.spaces();
        if self.at != self.text.len() {
            return Err(self.wrong("the end of the header").into());
        }
        let missing = |key| NpyProblem::MissingKey { key };
        Ok(Header {
            bytes: self.text.len() as u64,
            dtype: dtype.ok_or(missing("descr"))?,
            fortran: fortran.ok_or(missing("fortran_order"))?,
            shape: shape.ok_or(missing("shape"))?,
        })
    }

    fn wrong(&self, expected: &'static str) -> NpyProblem {
        NpyProblem::HeaderSyntax { byte: self.at as u64, expected }
    }

    fn spaces(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    /// Whether the next sign is `byte`, which is then passed.
    fn take(&mut self, byte: u8) -> bool {
        self.spaces();
        let found = self.text.get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), NpyProblem> {
        if self.take(byte) { Ok(()) } else { Err(self.wrong(expected)) }
    }

    /// A text in quotes of either kind, as it is written: escapes stay.
    fn string(&mut self) -> Result<&'a [u8], NpyProblem> {
        self.spaces();
        let quote = self.text.get(self.at).filter(|byte| matches!(byte, b'\'' | b'"'));
        let quote = *quote.ok_or_else(|| self.wrong("a text in quotes"))?;
        let start = self.at + 1;
        let mut end = start;
        loop {
            match self.text.get(end) {
                Some(&byte) if byte == quote => break,
                Some(b'\\') => end += 2,
                Some(_) => end += 1,
                None => return Err(self.wrong("a text that ends")),
            }
        }
        self.at = end + 1;
        Ok(&self.text[start..end])
    }

    /// A word or number.
    fn word(&mut self) -> &'a [u8] {
        self.spaces();
        let rest = &self.text[self.at..];
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        self.at += length;
        &rest[..length]
    }

    fn boolean(&mut self) -> Result<bool, NpyProblem> {
        match self.word() {
            b"True" => Ok(true),
            b"False" => Ok(false),
            _ => Err(self.wrong("True or False")),
        }
    }

    /// A tuple of sizes. All are counted, but no more are kept than are allowed.
    fn shape(&mut self, name: &str) -> Result<Vec<u64>, Problem> {
        let (mut sizes, mut axes) = (Vec::new(), 0u64);
        self.expect(b'(', "a tuple of sizes")?;
        while !self.take(b')') {
            let size = self.size()?;
            axes += 1;
            if sizes.len() < MAX_AXES {
                sizes.push(size);
            }
            if !self.take(b',') {
                self.expect(b')', "a comma or the end of the tuple")?;
                break;
            }
        }
        if axes > MAX_AXES as u64 {
            return Err(Problem::TooManyAxes { tensor: short(name), axes, limit: MAX_AXES as u64 });
        }
        Ok(sizes)
    }

    /// A whole number; Python 2 wrote an `L` behind long ones.
    fn size(&mut self) -> Result<u64, NpyProblem> {
        let word = self.word();
        let digits = word.strip_suffix(b"L").unwrap_or(word);
        let number = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
        number.ok_or_else(|| self.wrong("a size"))
    }

    /// The type: a text, or the list of a structure's fields, which is passed over.
    fn dtype(&mut self) -> Result<ArrayType, NpyProblem> {
        if !self.take(b'[') {
            return Ok(array_type(&String::from_utf8_lossy(self.string()?)));
        }
        let mut depth = 1u32;
        while depth > 0 {
            self.spaces();
            match self.text.get(self.at) {
                Some(b'\'' | b'"') => {
                    self.string()?;
                    continue;
                }
                Some(b'[' | b'(') => depth += 1,
                Some(b']' | b')') => depth -= 1,
                Some(_) => {}
                None => return Err(self.wrong("the end of the list")),
            }
            self.at += 1;
        }
        Ok(ArrayType::NotNumbers("structures of several fields".to_owned()))
    }
}

/// The type that NumPy writes as `descr`, such as `<f4`: order of the bytes, kind, bytes of one element.
fn array_type(descr: &str) -> ArrayType {
    use IntegerType::*;
    let big_endian = descr.starts_with('>');
    let plain = descr.strip_prefix(['<', '>', '|', '=']).unwrap_or(descr);
    let dtype = match plain {
        "f2" => DType::F16,
        "f4" => DType::F32,
        "f8" => DType::F64,
        "bfloat16" => DType::BF16,
        "c8" => DType::Complex(ComplexType::C64),
        "c16" => DType::Complex(ComplexType::C128),
        "b1" => DType::Integer(Bool),
        "i1" => DType::Integer(I8),
        "i2" => DType::Integer(I16),
        "i4" => DType::Integer(I32),
        "i8" => DType::Integer(I64),
        "u1" => DType::Integer(U8),
        "u2" => DType::Integer(U16),
        "u4" => DType::Integer(U32),
        "u8" => DType::Integer(U64),
        _ => return other_type(plain),
    };
    match big_endian && dtype.is_float() {
        true => ArrayType::Other(format!("big-endian numbers ({descr}), which are not read")),
        false => ArrayType::Read(dtype),
    }
}

fn other_type(plain: &str) -> ArrayType {
    let what = match plain.as_bytes().first() {
        Some(b'O') => "Python objects",
        Some(b'S' | b'U' | b'a') => "texts",
        Some(b'M' | b'm') => "times",
        Some(b'V') => {
            return ArrayType::Other(format!(
                "raw bytes (type {}), as NumPy stores bfloat16 and other types that it does not know; \
                 save them as float32",
                short(plain)
            ));
        }
        _ => return ArrayType::Other(format!("type {}, which is not read", short(plain))),
    };
    ArrayType::NotNumbers(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Result<Header, Problem> {
        let mut file = MAGIC.to_vec();
        file.extend([1, 0]);
        file.extend((text.len() as u16).to_le_bytes());
        file.extend(text.as_bytes());
        Header::read("x", file.len() as u64, |wanted| Ok(file[..wanted as usize].to_vec()))
    }

    #[test]
    fn headers_are_read_as_python_writes_them() {
        for text in [
            "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3), }      \n",
            "{\"shape\":(0,3),\"fortran_order\":False,\"descr\":\"<f4\"}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (0L, 3L)}",
        ] {
            let header = header(text).expect(text);
            assert_eq!((header.dtype.clone(), header.view()), (ArrayType::Read(DType::F32), None));
            assert_eq!(header.shape, [0, 3], "{text}");
        }
    }

    #[test]
    fn fortran_order_is_a_view_unless_it_makes_no_difference() {
        let view = |shape: &[u64]| {
            let dtype = ArrayType::Read(DType::F32);
            Header { bytes: 0, dtype, shape: shape.to_vec(), fortran: true }.view()
        };
        assert_eq!(view(&[2, 3, 4]), Some(View { first: 0, strides: vec![1, 2, 6] }));
        for shape in [&[][..], &[7], &[1, 7, 1], &[0, 7, 3], &[7, 1]] {
            assert_eq!(view(shape), None, "{shape:?}");
        }
    }

    #[test]
    fn types_are_read_listed_or_told() {
        let read = |descr| match array_type(descr) {
            ArrayType::Read(dtype) => dtype.name(),
            other => panic!("{descr}: {other:?}"),
        };
        let pairs = [
            ("<f2", "F16"),
            ("<f8", "F64"),
            ("|b1", "BOOL"),
            (">i4", "I32"),
            ("<c8", "C64"),
            ("bfloat16", "BF16"),
        ];
        for (descr, name) in pairs {
            assert_eq!(read(descr), name);
        }
        for descr in [">f4", "<f16", "<V2", "|V1", "q", ""] {
            let other = array_type(descr);
            assert!(matches!(&other, ArrayType::Other(_)), "{descr}: {other:?}");
        }
        for descr in ["|O", "<U3", "|S7", "<M8[ns]"] {
            let other = array_type(descr);
            assert!(matches!(&other, ArrayType::NotNumbers(_)), "{descr}: {other:?}");
        }
    }
}

//! Protocol buffers, walked field by field: what is not wanted is stepped over, whatever its length.

use std::ops::Range;

use super::OnnxProblem;
use crate::checkpoint::contents::read_vec;
use crate::checkpoint::error::Problem;
use crate::source::ReadAt;

/// Longest varint: 64 bits, seven in a byte.
const MAX_VARINT_BYTES: u64 = 10;
/// Longest text that is read: names of values, nodes and tensors.
pub(super) const MAX_TEXT_BYTES: u64 = 4096;

/// The fields of one message, in the order of the file.
pub(super) struct Fields<'a> {
    source: &'a dyn ReadAt,
    at: u64,
    end: u64,
}

/// One field.
pub(super) struct Field {
    pub number: u64,
    /// First byte of its tag.
    pub at: u64,
    /// First byte behind its tag.
    pub value_at: u64,
    pub value: Value,
}

/// What a field holds; `Fixed` values and bytes stay in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Varint(u64),
    Fixed64,
    Bytes(Range<u64>),
    Fixed32,
}

impl<'a> Fields<'a> {
    /// Those of the message in `range`, which lies inside the source.
    pub(super) fn new(source: &'a dyn ReadAt, range: Range<u64>) -> Self {
        Self { source, at: range.start, end: range.end }
    }

    /// The next field, whose value lies inside the message; `None` at the message's end.
    pub(super) fn next(&mut self) -> Result<Option<Field>, Problem> {
        if self.at == self.end {
            return Ok(None);
        }
        let at = self.at;
        let tag = self.varint()?;
        let (number, kind) = (tag >> 3, tag & 7);
        let value_at = self.at;
        let (value, length) = match kind {
            0 => (Value::Varint(self.varint()?), 0),
            1 => (Value::Fixed64, 8),
            2 => {
                let length = self.varint()?;
                // An end beyond 64 bits lies outside the message all the more.
                let range = self.at..self.at.saturating_add(length);
                (Value::Bytes(range), length)
            }
            5 => (Value::Fixed32, 4),
            _ => return Err(OnnxProblem::NoField { byte: at }.into()),
        };
        if number == 0 {
            return Err(OnnxProblem::NoField { byte: at }.into());
        }
        if length > self.end - self.at {
            let end = self.at.saturating_add(length);
            return Err(OnnxProblem::FieldOutside { byte: at, end, limit: self.end }.into());
        }
        self.at += length;
        Ok(Some(Field { number, at, value_at, value }))
    }

    /// The next varint of a packed field; `None` at its end.
    pub(super) fn next_packed(&mut self) -> Result<Option<u64>, Problem> {
        if self.at == self.end { Ok(None) } else { self.varint().map(Some) }
    }

    fn varint(&mut self) -> Result<u64, Problem> {
        let mut buffer = [0; MAX_VARINT_BYTES as usize];
        let buffer = &mut buffer[..MAX_VARINT_BYTES.min(self.end - self.at) as usize];
        self.source.read_exact_at(self.at, buffer)?;
        let Some(last) = buffer.iter().position(|byte| byte & 0x80 == 0) else {
            return Err(OnnxProblem::EndlessNumber { byte: self.at }.into());
        };
        let bits = buffer[..=last].iter().rev();
        // Bits beyond 64 are dropped, as protocol buffers have it.
        let number = bits.fold(0u64, |number, byte| number << 7 | u64::from(byte & 0x7f));
        self.at += last as u64 + 1;
        Ok(number)
    }
}

impl Field {
    /// The number of a field that must be one.
    pub(super) fn number_value(&self) -> Result<u64, OnnxProblem> {
        match self.value {
            Value::Varint(number) => Ok(number),
            _ => Err(OnnxProblem::FieldType { byte: self.at }),
        }
    }

    /// The bytes of a field that must be a text or message.
    pub(super) fn bytes(&self) -> Result<Range<u64>, OnnxProblem> {
        match &self.value {
            Value::Bytes(range) => Ok(range.clone()),
            _ => Err(OnnxProblem::FieldType { byte: self.at }),
        }
    }

    /// A short text; bytes that are none are replaced.
    pub(super) fn text(&self, source: &dyn ReadAt) -> Result<String, Problem> {
        let range = self.bytes()?;
        let bytes = range.end - range.start;
        if bytes > MAX_TEXT_BYTES {
            return Err(OnnxProblem::TextTooLong { byte: self.at, bytes, limit: MAX_TEXT_BYTES }.into());
        }
        let text = read_vec(source, range.start, bytes)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// Repeated whole numbers, packed or one by itself, handed on one after the other.
    pub(super) fn numbers(&self, source: &dyn ReadAt, mut each: impl FnMut(u64)) -> Result<(), Problem> {
        match &self.value {
            Value::Varint(number) => each(*number),
            Value::Bytes(range) => {
                let mut packed = Fields::new(source, range.clone());
                while let Some(number) = packed.next_packed()? {
                    each(number);
                }
            }
            _ => return Err(OnnxProblem::FieldType { byte: self.at }.into()),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(bytes: &[u8]) -> Result<Vec<(u64, Value)>, Problem> {
        let mut fields = Fields::new(&bytes, 0..bytes.len() as u64);
        let mut found = Vec::new();
        while let Some(field) = fields.next()? {
            found.push((field.number, field.value));
        }
        Ok(found)
    }

    #[test]
    fn every_kind_of_field_is_stepped_over() {
        let message = [0x08, 0xac, 2, 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 0x1a, 2, 9, 9, 0x25, 1, 2, 3, 4];
        let expected = vec![
            (1, Value::Varint(300)),
            (2, Value::Fixed64),
            (3, Value::Bytes(14..16)),
            (4, Value::Fixed32),
        ];
        assert_eq!(fields(&message), Ok(expected));
        // A field's number may take several bytes.
        assert_eq!(fields(&[0xa0, 1, 7]), Ok(vec![(20, Value::Varint(7))]));
        // -1 takes ten.
        let minus_one = [vec![0x08], vec![0xff; 9], vec![1]].concat();
        assert_eq!(fields(&minus_one), Ok(vec![(1, Value::Varint(u64::MAX))]));
    }

    #[test]
    fn broken_messages_are_told_by_their_byte() {
        let problem = |bytes: &[u8]| fields(bytes).expect_err("broken");
        assert_eq!(problem(&[0x08, 1, 0x0b]), OnnxProblem::NoField { byte: 2 }.into());
        assert_eq!(problem(&[0x00, 1]), OnnxProblem::NoField { byte: 0 }.into());
        assert_eq!(problem(&[0x08, 0x80]), OnnxProblem::EndlessNumber { byte: 1 }.into());
        assert_eq!(
            problem(&[[0x08].as_slice(), &[0x80; 20]].concat()),
            OnnxProblem::EndlessNumber { byte: 1 }.into()
        );
        assert_eq!(problem(&[0x0a, 3, 1, 2]), OnnxProblem::FieldOutside { byte: 0, end: 5, limit: 4 }.into());
        assert_eq!(problem(&[0x09, 1, 2]), OnnxProblem::FieldOutside { byte: 0, end: 9, limit: 3 }.into());
        let huge = [vec![0x0a], vec![0xff; 9], vec![1]].concat();
        assert_eq!(problem(&huge), OnnxProblem::FieldOutside { byte: 0, end: u64::MAX, limit: 11 }.into());
    }
}

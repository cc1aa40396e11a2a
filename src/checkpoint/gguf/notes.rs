//! What the file says of its model: the metadata, of which the short texts and a few numbers are kept.

use std::collections::{BTreeMap, HashSet};

use super::GgufProblem;
use super::cursor::Cursor;
use crate::checkpoint::ModelConfig;
use crate::checkpoint::error::{Problem, short};

/// Most entries.
const MAX_NOTES: u64 = 65_536;
/// Longest name of an entry in bytes, as the format has it.
const MAX_KEY_BYTES: u64 = 65_535;
/// Longest text that is kept, in bytes.
const MAX_TEXT_BYTES: u64 = 4096;
/// How much text is kept, names and values together, in bytes. The rest is passed over.
const MAX_TEXTS_BYTES: u64 = 64 << 10;
/// Deepest lists of lists.
const MAX_DEPTH: usize = 16;
/// The shortest entry: an empty name, a type and one byte.
const MIN_BYTES: u64 = 8 + 4 + 1;

const ALIGNMENT: &str = "general.alignment";
/// Numbers that are kept, behind the name of the architecture.
const NUMBERS: [&str; 5] = [
    ".embedding_length",
    ".attention.head_count",
    ".attention.head_count_kv",
    ".attention.key_length",
    ".block_count",
];

#[derive(Default)]
pub(super) struct Notes {
    /// Short texts.
    pub texts: BTreeMap<String, String>,
    /// `general.alignment`, unchecked.
    pub alignment: Option<u64>,
    /// Entries whose names end like one of [`NUMBERS`].
    numbers: BTreeMap<String, u64>,
    /// Bytes of `texts`.
    kept: u64,
}

impl Notes {
    pub fn read(cursor: &mut Cursor<'_>) -> Result<Self, Problem> {
        let count = cursor.count("notes", MIN_BYTES)?;
        if count > MAX_NOTES {
            return Err(GgufProblem::TooManyNotes { limit: MAX_NOTES }.into());
        }
        let mut notes = Self::default();
        let mut keys = HashSet::new();
        for _ in 0..count {
            let key = key(cursor)?;
            notes.read_value(cursor, &key)?;
            if let Some(key) = keys.replace(key) {
                return Err(GgufProblem::DuplicateKey { key: short(&key) }.into());
            }
        }
        Ok(notes)
    }

    fn read_value(&mut self, cursor: &mut Cursor<'_>, key: &str) -> Result<(), Problem> {
        match ValueType::read(cursor, key)? {
            ValueType::Integer { bytes, signed } => {
                let value = cursor.integer(bytes, signed)?;
                self.keep_number(key, value);
                Ok(())
            }
            ValueType::Other { bytes } => cursor.skip(bytes),
            ValueType::Text => self.read_text(cursor, key),
            ValueType::List => skip_list(cursor, key),
        }
    }

    fn keep_number(&mut self, key: &str, value: Option<u64>) {
        if key == ALIGNMENT {
            // A negative one is as wrong as none.
            self.alignment = Some(value.unwrap_or(0));
        } else if let Some(value) = value.filter(|_| NUMBERS.iter().any(|end| key.ends_with(end))) {
            self.numbers.insert(key.to_owned(), value);
        }
    }

    fn read_text(&mut self, cursor: &mut Cursor<'_>, key: &str) -> Result<(), Problem> {
        let length = cursor.text_length()?;
        let kept = self.kept + key.len() as u64 + length.min(MAX_TEXTS_BYTES);
        if length > MAX_TEXT_BYTES || kept > MAX_TEXTS_BYTES {
            return cursor.skip(length);
        }
        if let Some(text) = cursor.text(length)? {
            self.kept = kept;
            self.texts.insert(key.to_owned(), text);
        }
        Ok(())
    }

    /// What the wiring can use; `None` where the file says nothing of it, as the later parts of a split model.
    pub fn config(&self) -> Option<ModelConfig> {
        let architecture = self.texts.get("general.architecture")?;
        let number = |end: &str| self.numbers.get(&format!("{architecture}{end}")).copied();
        let [width, heads, key_heads, head_width, blocks] = NUMBERS.map(number);
        Some(ModelConfig {
            model_type: Some(architecture.clone()),
            hidden_size: width,
            num_attention_heads: heads,
            num_key_value_heads: key_heads,
            head_dim: head_width,
            num_hidden_layers: blocks,
            parallel_residual: None,
        })
    }
}

fn key(cursor: &mut Cursor<'_>) -> Result<String, Problem> {
    let byte = cursor.position();
    let bytes = cursor.text_length()?;
    match bytes <= MAX_KEY_BYTES {
        true => cursor.name(bytes),
        false => Err(GgufProblem::KeyTooLong { byte, bytes, limit: MAX_KEY_BYTES }.into()),
    }
}

/// What a value is.
#[derive(Clone, Copy)]
enum ValueType {
    Integer {
        bytes: u64,
        signed: bool,
    },
    /// Floating-point numbers and booleans.
    Other {
        bytes: u64,
    },
    Text,
    List,
}

impl ValueType {
    fn read(cursor: &mut Cursor<'_>, key: &str) -> Result<Self, Problem> {
        Ok(match cursor.u32()? {
            0 => Self::Integer { bytes: 1, signed: false },
            1 => Self::Integer { bytes: 1, signed: true },
            2 => Self::Integer { bytes: 2, signed: false },
            3 => Self::Integer { bytes: 2, signed: true },
            4 => Self::Integer { bytes: 4, signed: false },
            5 => Self::Integer { bytes: 4, signed: true },
            6 => Self::Other { bytes: 4 },
            7 => Self::Other { bytes: 1 },
            8 => Self::Text,
            9 => Self::List,
            10 => Self::Integer { bytes: 8, signed: false },
            11 => Self::Integer { bytes: 8, signed: true },
            12 => Self::Other { bytes: 8 },
            code => return Err(GgufProblem::ValueType { key: short(key), code }.into()),
        })
    }

    /// Bytes of the shortest value.
    fn least_bytes(self) -> u64 {
        match self {
            Self::Integer { bytes, .. } | Self::Other { bytes } => bytes,
            Self::Text => 8,
            Self::List => 4 + 8,
        }
    }
}

/// Passes over a list, whose values may be lists.
fn skip_list(cursor: &mut Cursor<'_>, key: &str) -> Result<(), Problem> {
    let mut open = vec![list(cursor, key)?];
    while let Some((value_type, left)) = open.last_mut() {
        match value_type {
            ValueType::Integer { bytes, .. } | ValueType::Other { bytes } => cursor.skip(*left * *bytes)?,
            ValueType::Text => (0..*left).try_for_each(|_| cursor.skip_text())?,
            ValueType::List if *left > 0 => {
                *left -= 1;
                if open.len() == MAX_DEPTH {
                    return Err(GgufProblem::TooDeep { key: short(key), limit: MAX_DEPTH as u64 }.into());
                }
                open.push(list(cursor, key)?);
                continue;
            }
            ValueType::List => {}
        }
        open.pop();
    }
    Ok(())
}

/// Type and number of the values of a list; so many fit the rest of the file.
fn list(cursor: &mut Cursor<'_>, key: &str) -> Result<(ValueType, u64), Problem> {
    let value_type = ValueType::read(cursor, key)?;
    Ok((value_type, cursor.count("values", value_type.least_bytes())?))
}

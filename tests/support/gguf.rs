//! GGUF files written byte by byte, right and wrong ones.

/// A file in the making. Numbers are little-endian.
pub struct Gguf {
    version: u32,
    notes: Vec<Vec<u8>>,
    tensors: Vec<Vec<u8>>,
}

impl Gguf {
    pub fn new() -> Self {
        Self { version: 3, notes: Vec::new(), tensors: Vec::new() }
    }

    pub fn version(self, version: u32) -> Self {
        Self { version, ..self }
    }

    /// A note of any type.
    pub fn note(mut self, key: &str, code: u32, value: &[u8]) -> Self {
        self.notes.push([&text(key)[..], &code.to_le_bytes(), value].concat());
        self
    }

    pub fn number(self, key: &str, value: u32) -> Self {
        self.note(key, 4, &value.to_le_bytes())
    }

    pub fn text(self, key: &str, value: &str) -> Self {
        self.note(key, 8, &text(value))
    }

    /// Axes as the file has them, the fastest first; the offset counts from the start of the data.
    pub fn tensor(mut self, name: &str, axes: &[u64], code: u32, offset: u64) -> Self {
        let mut entry = text(name);
        entry.extend((axes.len() as u32).to_le_bytes());
        axes.iter().for_each(|size| entry.extend(size.to_le_bytes()));
        entry.extend(code.to_le_bytes());
        entry.extend(offset.to_le_bytes());
        self.tensors.push(entry);
        self
    }

    /// All but padding and data.
    pub fn header(&self) -> Vec<u8> {
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(self.version.to_le_bytes());
        bytes.extend((self.tensors.len() as u64).to_le_bytes());
        bytes.extend((self.notes.len() as u64).to_le_bytes());
        bytes.extend(self.notes.concat());
        bytes.extend(self.tensors.concat());
        bytes
    }

    /// The file, with so many zero bytes of data, which begins at a multiple of 32.
    pub fn file(&self, data: usize) -> Vec<u8> {
        let mut bytes = self.header();
        bytes.resize(bytes.len().next_multiple_of(32) + data, 0);
        bytes
    }
}

/// Length and bytes.
pub fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
}

/// Type of the values, their number, and whatever follows.
pub fn list(code: u32, count: u64, values: &[u8]) -> Vec<u8> {
    [&code.to_le_bytes()[..], &count.to_le_bytes(), values].concat()
}

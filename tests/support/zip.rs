//! Zip archives, sound ones and with any field changed.

/// An archive, and where its records begin.
#[derive(Clone, Default)]
pub struct Zip {
    pub bytes: Vec<u8>,
    /// The header before the data of each entry.
    pub locals: Vec<usize>,
    /// Each entry of the directory.
    pub listed: Vec<usize>,
    /// The record at the end.
    pub end: usize,
    /// The zip64 record, where there is one.
    pub end64: usize,
}

/// One file of an archive.
pub struct Member<'a> {
    pub name: &'a str,
    pub stored: Vec<u8>,
    pub bytes: u64,
    pub method: u16,
}

pub fn stored<'a>(name: &'a str, data: &[u8]) -> Member<'a> {
    Member { name, stored: data.to_vec(), bytes: data.len() as u64, method: 0 }
}

pub fn deflated<'a>(name: &'a str, data: &[u8]) -> Member<'a> {
    let stored = miniz_oxide::deflate::compress_to_vec(data, 6);
    Member { name, stored, bytes: data.len() as u64, method: 8 }
}

/// An archive of 32-bit fields.
pub fn zip(members: &[Member<'_>]) -> Zip {
    write(members, false)
}

/// An archive whose sizes and places are all left to the zip64 records.
pub fn zip64(members: &[Member<'_>]) -> Zip {
    write(members, true)
}

fn write(members: &[Member<'_>], wide: bool) -> Zip {
    let mut zip = Zip::default();
    for member in members {
        zip.locals.push(zip.bytes.len());
        let sizes = [member.bytes, member.stored.len() as u64];
        zip.records(b"PK\x03\x04", &[20, 0, member.method, 0, 0, 0, 0]);
        zip.sizes(sizes, wide);
        zip.records(b"", &[member.name.len() as u16, if wide { 20 } else { 0 }]);
        zip.bytes.extend(member.name.as_bytes());
        zip.extra(&sizes, wide);
        zip.bytes.extend(&member.stored);
    }
    let directory = zip.bytes.len();
    for (at, member) in members.iter().enumerate() {
        zip.listed.push(zip.bytes.len());
        let sizes = [member.bytes, member.stored.len() as u64];
        let offset = zip.locals[at] as u64;
        zip.records(b"PK\x01\x02", &[20, 20, 0, member.method, 0, 0, 0, 0]);
        zip.sizes(sizes, wide);
        zip.records(b"", &[member.name.len() as u16, if wide { 28 } else { 0 }, 0, 0, 0, 0, 0]);
        zip.bytes.extend(if wide { u32::MAX } else { offset as u32 }.to_le_bytes());
        zip.bytes.extend(member.name.as_bytes());
        zip.extra(&[sizes[0], sizes[1], offset], wide);
    }
    zip.finish(members.len() as u64, directory as u64, wide);
    zip
}

impl Zip {
    fn records(&mut self, signature: &[u8], fields: &[u16]) {
        self.bytes.extend(signature);
        fields.iter().for_each(|field| self.bytes.extend(field.to_le_bytes()));
    }

    fn sizes(&mut self, [bytes, stored]: [u64; 2], wide: bool) {
        for size in [stored, bytes] {
            self.bytes.extend(if wide { u32::MAX } else { size as u32 }.to_le_bytes());
        }
    }

    fn extra(&mut self, numbers: &[u64], wide: bool) {
        if wide {
            self.records(b"", &[1, 8 * numbers.len() as u16]);
            numbers.iter().for_each(|number| self.bytes.extend(number.to_le_bytes()));
        }
    }

    fn finish(&mut self, entries: u64, directory: u64, wide: bool) {
        let length = self.bytes.len() as u64 - directory;
        self.end64 = self.bytes.len();
        if wide {
            let at = self.bytes.len() as u64;
            self.bytes.extend(b"PK\x06\x06");
            self.bytes.extend(44u64.to_le_bytes());
            self.records(b"", &[45, 45, 0, 0, 0, 0]);
            [entries, entries, length, directory].iter().for_each(|n| self.bytes.extend(n.to_le_bytes()));
            self.records(b"PK\x06\x07", &[0, 0]);
            self.bytes.extend(at.to_le_bytes());
            self.bytes.extend(1u32.to_le_bytes());
        }
        self.end = self.bytes.len();
        let count = if wide { u16::MAX } else { entries as u16 };
        self.records(b"PK\x05\x06", &[0, 0, count, count]);
        for number in [length, directory] {
            self.bytes.extend(if wide { u32::MAX } else { number as u32 }.to_le_bytes());
        }
        self.records(b"", &[0]);
    }

    /// With other bytes at this place.
    pub fn with(&self, at: usize, bytes: &[u8]) -> Vec<u8> {
        let mut changed = self.bytes.clone();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        changed
    }
}

/// An array of NumPy: the dictionary of its header, and its data.
pub fn npy(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((dictionary.len() as u16).to_le_bytes());
    file.extend(dictionary.as_bytes());
    file.extend(data);
    file
}

/// A matrix of binary32.
pub fn matrix(rows: usize, columns: usize, data: &[u8]) -> Vec<u8> {
    npy(&format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}"), data)
}

//! Pickles, instruction by instruction, and the files of PyTorch around them.

use crate::zip_file::{Zip, stored, zip};

/// The key and the bytes of a storage.
pub type Storage<'a> = (&'a str, &'a [u8]);

pub fn text(text: &str) -> Vec<u8> {
    [b"X", &(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat()
}

pub fn int(number: i64) -> Vec<u8> {
    [&[0x8a, 8][..], &number.to_le_bytes()].concat()
}

pub fn tuple(items: &[Vec<u8>]) -> Vec<u8> {
    [b"(".to_vec(), items.concat(), b"t".to_vec()].concat()
}

pub fn list(items: &[Vec<u8>]) -> Vec<u8> {
    [b"](".to_vec(), items.concat(), b"e".to_vec()].concat()
}

pub fn dict(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let entries = entries.iter().map(|(key, value)| [text(key), value.clone()].concat());
    [b"}(".to_vec(), entries.collect::<Vec<_>>().concat(), b"u".to_vec()].concat()
}

pub fn global(module: &str, name: &str) -> Vec<u8> {
    format!("c{module}\n{name}\n").into_bytes()
}

pub fn call(module: &str, name: &str, arguments: &[Vec<u8>]) -> Vec<u8> {
    [global(module, name), tuple(arguments), b"R".to_vec()].concat()
}

/// The identifier of a storage of binary32.
pub fn storage(key: &str, elements: i64) -> Vec<u8> {
    let items = [text("storage"), global("torch", "FloatStorage"), text(key), text("cpu"), int(elements)];
    [tuple(&items), b"Q".to_vec()].concat()
}

/// A tensor in a storage.
pub fn tensor(storage: Vec<u8>, first: i64, shape: &[i64], strides: &[i64]) -> Vec<u8> {
    let numbers = |numbers: &[i64]| tuple(&numbers.iter().map(|&number| int(number)).collect::<Vec<_>>());
    let arguments = [storage, int(first), numbers(shape), numbers(strides), b"\x89".to_vec(), b"N".to_vec()];
    call("torch._utils", "_rebuild_tensor_v2", &arguments)
}

/// A tensor `[2, 3]` in a storage of six elements.
pub fn matrix(key: &str) -> Vec<u8> {
    tensor(storage(key, 6), 0, &[2, 3], &[3, 1])
}

pub fn pickle(value: &[u8]) -> Vec<u8> {
    [b"\x80\x02", value, b"."].concat()
}

/// An archive as PyTorch writes since 1.6.
pub fn archive(value: &[u8], storages: &[Storage<'_>]) -> Zip {
    let names: Vec<String> = storages.iter().map(|(key, _)| format!("x/data/{key}")).collect();
    let mut members = vec![stored("x/data.pkl", &pickle(value)), stored("x/byteorder", b"little")];
    members.extend(names.iter().zip(storages).map(|(name, (_, bytes))| stored(name, bytes)));
    zip(&members)
}

/// What comes before the object in a stream: magic number, version, facts on the computer.
pub fn stream_start(version: i64, little_endian: bool) -> Vec<u8> {
    let magic = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
    let order = if little_endian { b"\x88" } else { b"\x89" };
    let system = dict(&[("little_endian", order.to_vec())]);
    [pickle(magic), pickle(&int(version)), pickle(&system)].concat()
}

/// A stream as PyTorch wrote before 1.6; every storage is announced with its number of binary32.
pub fn stream(value: &[u8], storages: &[Storage<'_>]) -> Vec<u8> {
    let keys: Vec<Vec<u8>> = storages.iter().map(|(key, _)| text(key)).collect();
    let mut file = [stream_start(1001, true), pickle(value), pickle(&list(&keys))].concat();
    for (_, bytes) in storages {
        file.extend((bytes.len() as u64 / 4).to_le_bytes());
        file.extend_from_slice(bytes);
    }
    file
}

/// A tar archive of plain files.
pub fn tar(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, content) in files {
        let mut header = vec![0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        header[156] = b'0';
        header[257..262].copy_from_slice(b"ustar");
        archive.extend(header);
        archive.extend_from_slice(content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

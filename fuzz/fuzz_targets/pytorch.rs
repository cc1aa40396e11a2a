//! Pickles of PyTorch, as the object of a stream and in an archive: whatever is accepted lies inside the file, and
//! every view inside its storage.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neuromfa::checkpoint::{Encoding, Input, TensorEntry, collect, open};

/// What comes before the object in a stream: magic number, version, and no facts on the computer.
const START: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}.";
/// Bytes of the one storage.
const STORAGE: usize = 96;

fuzz_target!(|pickle: &[u8]| {
    check(&[START, pickle].concat());
    check(&archive(&[("x/data.pkl", pickle), ("x/data/0", &[0; STORAGE])]));
});

fn check(file: &[u8]) {
    let file = file.to_vec();
    let inputs = [Input::new("x.pt", &file)];
    match open(&collect(&inputs).candidates[0], &inputs) {
        Ok(checkpoint) => checkpoint.tensors.iter().for_each(|tensor| check_tensor(tensor, file.len() as u64)),
        Err(error) => assert!(!error.text().is_empty() && !error.code().is_empty()),
    }
}

fn check_tensor(tensor: &TensorEntry, file: u64) {
    let storage = &tensor.storage;
    let end = storage.offset.checked_add(storage.bytes).expect("in range");
    assert!(end <= file, "tensors lie inside the file");
    let width = u128::from(tensor.dtype.block().bytes);
    let elements: u128 = tensor.shape.iter().map(|&size| u128::from(size)).product();
    if elements == 0 || storage.encoding != Encoding::Plain {
        return;
    }
    let last = match &storage.view {
        None => elements - 1,
        Some(view) => {
            let axes = tensor.shape.iter().zip(&view.strides);
            let steps = axes.map(|(&size, &stride)| u128::from(size - 1) * u128::from(stride));
            u128::from(view.first) + steps.sum::<u128>()
        }
    };
    assert!((last + 1) * width <= storage.bytes.into(), "the last element lies inside the storage");
    assert!(elements * width <= storage.bytes.into(), "no element is there twice");
}

/// A zip archive of stored entries.
fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in entries {
        let offset = file.len() as u32;
        // Flags, method, time, date and checksum are 0.
        let mut common = vec![20, 0];
        common.extend([0; 12]);
        common.extend((bytes.len() as u32).to_le_bytes());
        common.extend((bytes.len() as u32).to_le_bytes());
        common.extend((name.len() as u32).to_le_bytes());
        file.extend(b"PK\x03\x04");
        file.extend(&common);
        file.extend(name.as_bytes());
        file.extend_from_slice(bytes);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(common);
        // Comment, disk and attributes are 0.
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let count = entries.len() as u16;
    let start = file.len() as u32;
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend(count.to_le_bytes());
    file.extend(count.to_le_bytes());
    file.extend((directory.len() as u32).to_le_bytes());
    file.extend(start.to_le_bytes());
    file.extend([0; 2]);
    file
}

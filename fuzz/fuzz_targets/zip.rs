//! Zip archives of arrays: whatever is accepted lies inside the file and does not overlap.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neuromfa::checkpoint::{Input, collect, open};

fuzz_target!(|file: Vec<u8>| {
    let inputs = [Input::new("x.npz", &file)];
    let Ok(checkpoint) = open(&collect(&inputs).candidates[0], &inputs) else { return };
    let mut covered = 0;
    let mut tensors = checkpoint.tensors.clone();
    tensors.sort_by_key(|tensor| (tensor.storage.offset, tensor.storage.bytes));
    for tensor in tensors.iter().filter(|_| checkpoint.format == "NumPy") {
        assert!(tensor.storage.offset >= covered, "arrays do not overlap");
        covered = tensor.storage.offset + tensor.storage.bytes;
        assert!(covered <= file.len() as u64, "arrays lie inside the file");
    }
});

//! The safetensors header: whatever is accepted lies inside the file and fits its shapes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neuromfa::checkpoint::{Input, collect, open};

fuzz_target!(|header: &[u8]| {
    // The length before the header is put right, or hardly any input would pass it. What follows the header is
    // as long as the last byte says.
    let data = header.last().map_or(0, |&byte| usize::from(byte));
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend_from_slice(header);
    file.resize(file.len() + data, 0);
    let inputs = [Input::new("x.safetensors", &file)];
    let Ok(checkpoint) = open(&collect(&inputs).candidates[0], &inputs) else { return };
    let mut covered = 8 + header.len() as u64;
    let mut tensors = checkpoint.tensors.clone();
    tensors.sort_by_key(|tensor| (tensor.storage.offset, tensor.storage.bytes));
    for tensor in &tensors {
        assert_eq!(tensor.dtype.bytes_of(tensor.elements()), Some(tensor.storage.bytes));
        assert!(tensor.storage.offset >= covered, "tensors do not overlap");
        covered = tensor.storage.offset + tensor.storage.bytes;
        assert!(covered <= file.len() as u64, "tensors lie inside the file");
    }
});

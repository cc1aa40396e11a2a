//! The GGUF header: whatever is accepted lies inside the file, in order, and can be decoded.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neuromfa::checkpoint::{Input, TensorEntry, collect, open, read_values};

fuzz_target!(|bytes: &[u8]| {
    // Hardly any input would begin with the right word.
    let mut file = bytes.to_vec();
    if let Some(start) = file.first_chunk_mut() {
        *start = *b"GGUF";
    }
    let inputs = [Input::new("x.gguf", &file)];
    let checkpoint = match open(&collect(&inputs).candidates[0], &inputs) {
        Ok(checkpoint) => checkpoint,
        Err(error) => return assert!(!error.text().is_empty() && !error.code().is_empty()),
    };
    let mut tensors: Vec<&TensorEntry> = checkpoint.tensors.iter().collect();
    tensors.sort_by_key(|tensor| (tensor.storage.offset, tensor.storage.bytes));
    let mut covered = 0;
    for tensor in tensors {
        assert_eq!(tensor.dtype.bytes_of(tensor.elements()), Some(tensor.storage.bytes));
        assert!(tensor.storage.offset >= covered, "tensors do not overlap");
        covered = tensor.storage.offset + tensor.storage.bytes;
        assert!(covered <= file.len() as u64, "tensors lie inside the file");
        if tensor.dtype.is_float() {
            let values = read_values(&file, tensor).expect("what lies inside the file is decoded");
            assert_eq!(values.len() as u64, tensor.elements());
        }
    }
});

//! The header of a NumPy array: whatever is accepted has the length that its shape needs, and views stay inside.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neuromfa::checkpoint::{Input, collect, open, read_values};

fuzz_target!(|input: (u8, &str, Vec<u8>)| {
    // Magic number, version and length are put right, or hardly any input would pass them.
    let (version, dictionary, data) = input;
    let mut file = b"\x93NUMPY".to_vec();
    file.extend([version % 5, 0]);
    file.extend(&(dictionary.len() as u32).to_le_bytes()[..if version % 5 == 1 { 2 } else { 4 }]);
    file.extend(dictionary.as_bytes());
    file.extend(data);
    let inputs = [Input::new("x.npy", &file)];
    let Ok(checkpoint) = open(&collect(&inputs).candidates[0], &inputs) else { return };
    for tensor in &checkpoint.tensors {
        assert_eq!(tensor.dtype.bytes_of(tensor.elements()), Some(tensor.storage.bytes));
        assert_eq!(tensor.storage.offset + tensor.storage.bytes, file.len() as u64);
        if tensor.dtype.is_float() {
            let values = read_values(&file, tensor).expect("what is accepted is decoded");
            assert_eq!(values.len() as u64, tensor.elements());
        }
    }
});

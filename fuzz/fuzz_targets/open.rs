//! The front door: any bytes under any kind of name. The first byte chooses the name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neuromfa::checkpoint::{Input, collect, open};

const NAMES: [&str; 9] = [
    "x",
    "x.safetensors",
    "x.gguf",
    "x.npy",
    "x.npz",
    "x.onnx",
    "x.pt",
    "folder/pytorch_model.bin",
    "x-00001-of-00002.ckpt",
];

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, file)) = bytes.split_first() else { return };
    let file = file.to_vec();
    let inputs = [Input::new(NAMES[usize::from(choice) % NAMES.len()], &file)];
    for candidate in &collect(&inputs).candidates {
        match open(candidate, &inputs) {
            Ok(checkpoint) => assert!(checkpoint.files.len() == 1 && !checkpoint.format.is_empty()),
            Err(error) => assert!(!error.text().is_empty() && !error.code().is_empty()),
        }
    }
});

//! ONNX models, with a file beside them that may hold their tensors: whatever is accepted lies inside its file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neuromfa::checkpoint::{Input, collect, files_of_onnx, open, read_values};

fuzz_target!(|files: (Vec<u8>, Vec<u8>)| {
    let (model, weights) = files;
    for name in files_of_onnx(&model) {
        assert!(
            !name.starts_with('/') && !name.split('/').any(|piece| piece == ".."),
            "files beside the model"
        );
    }
    let inputs = [Input::new("x.onnx", &model), Input::new("w", &weights)];
    let Ok(checkpoint) = open(&collect(&inputs).candidates[0], &inputs) else { return };
    for tensor in &checkpoint.tensors {
        let file = [&model, &weights][checkpoint.files[tensor.file].input];
        assert!(
            tensor.storage.offset + tensor.storage.bytes <= file.len() as u64,
            "tensors lie inside the file"
        );
        if tensor.dtype.is_float() {
            // Numbers that are no varints are found only here; nothing but an error may come of it.
            let _ = read_values(file, tensor);
        }
    }
});

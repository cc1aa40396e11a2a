//! What lies beside the weights: any names, any configuration, any index.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neuromfa::checkpoint::{Input, collect, open};

/// A safetensors file with one number.
const WEIGHTS: &[u8] =
    b"\x36\0\0\0\0\0\0\0{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}\0\0\0\0";

fuzz_target!(|files: (&str, &str, Vec<u8>, Vec<u8>)| {
    let (path, other, config, index) = files;
    let weights = WEIGHTS.to_vec();
    let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let config_path = format!("{folder}config.json");
    let index_path = format!("{folder}x.safetensors.index.json");
    let inputs = [
        Input::new(path, &weights),
        Input::new(other, &weights),
        Input::new("x.safetensors", &weights),
        Input::new(&config_path, &config),
        Input::new(&index_path, &index),
    ];
    for candidate in &collect(&inputs).candidates {
        match open(candidate, &inputs) {
            Ok(checkpoint) => drop(checkpoint),
            Err(error) => assert!(!error.text().is_empty() && !error.code().is_empty()),
        }
    }
});

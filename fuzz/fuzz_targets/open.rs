//! The front door: any bytes under any name, with any configuration and index beside them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neuromfa::checkpoint::{Input, collect, open};

fuzz_target!(|files: (&str, Vec<u8>, Vec<u8>, Vec<u8>)| {
    let (path, weights, config, index) = files;
    let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let (config_path, index_path) = (format!("{folder}config.json"), format!("{folder}x.safetensors.index.json"));
    let inputs = [
        Input::new(path, &weights),
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

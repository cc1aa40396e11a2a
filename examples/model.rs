//! Writes a model of random weights, N(0, 0.02²), in the shapes of a real one: `model TABLE FOLDER DTYPE SHARDS`, where
//! TABLE is one of `tests/data/families/real-*.json` and DTYPE is F32 or BF16. For `npm run bench -- shapes`.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [table, folder, dtype, shards] = arguments.as_slice() else {
        return Err("usage: model TABLE FOLDER F32|BF16 SHARDS".into());
    };
    let table: Value = serde_json::from_slice(&fs::read(table)?)?;
    let tensors = table["tensors"].as_array().ok_or("a table has tensors")?;
    let shards: usize = shards.parse()?;
    let bytes = if dtype == "BF16" { 2 } else { 4 };
    fs::create_dir_all(folder)?;
    let each = tensors.len().div_ceil(shards);
    for (index, part) in tensors.chunks(each).enumerate() {
        let name = match shards {
            1 => "model.safetensors".to_owned(),
            _ => format!("model-{:05}-of-{shards:05}.safetensors", index + 1),
        };
        write(&Path::new(folder).join(name), part, dtype, bytes)?;
    }
    Ok(())
}

fn write(path: &Path, tensors: &[Value], dtype: &str, bytes: u64) -> Result<(), Box<dyn Error>> {
    let mut entries = Vec::new();
    let mut end = 0;
    for tensor in tensors {
        let shape: Vec<u64> = serde_json::from_value(tensor[1].clone())?;
        let begin = end;
        end += bytes * shape.iter().product::<u64>();
        entries.push(format!(
            r#"{}:{{"dtype":"{dtype}","shape":{},"data_offsets":[{begin},{end}]}}"#,
            tensor[0], tensor[1]
        ));
    }
    let header = format!("{{{}}}", entries.join(","));
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    file.write_all(&(header.len() as u64).to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    let mut random = Xoshiro256PlusPlus::seed_from_u64(entries.len() as u64);
    for _ in 0..end / bytes {
        // Twelve uniform numbers of ten bits: their sum has a standard deviation of 1, and a normal shape.
        let (a, b) = (random.next_u64(), random.next_u64());
        let part = |bits: u64, at: u32| f64::from((bits >> (10 * at)) as u32 & 1023) / 1023.0;
        let sum: f64 = (0..6).map(|at| part(a, at) + part(b, at)).sum();
        let weight = (0.02 * (sum - 6.0)) as f32;
        match bytes {
            2 => file.write_all(&((weight.to_bits() >> 16) as u16).to_le_bytes())?,
            _ => file.write_all(&weight.to_le_bytes())?,
        }
    }
    Ok(file.flush()?)
}

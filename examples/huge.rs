//! Writes a checkpoint of more than 9 GB with a known answer into a folder: `huge.safetensors` and `expected.json`. For
//! the browser tests; `tests/commands/huge.rs` uses the same code.

#[path = "../tests/support/huge.rs"]
mod huge;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).ok_or("usage: huge FOLDER")?;
    let folder = std::path::Path::new(&folder);
    let expected = huge::write(&folder.join("huge.safetensors"))?;
    Ok(std::fs::write(folder.join("expected.json"), serde_json::to_vec(&expected)?)?)
}

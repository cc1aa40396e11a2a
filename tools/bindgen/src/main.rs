//! `bindgen INPUT.wasm OUT_DIR NAME`: writes NAME.js and NAME_bg.wasm, an ES module for the web.

use std::env;
use std::process::ExitCode;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    match bind() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bindgen: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn bind() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let mut next = |name: &str| arguments.next().with_context(|| format!("missing argument {name}"));
    let (input, out_dir, name) = (next("INPUT.wasm")?, next("OUT_DIR")?, next("NAME")?);
    Bindgen::new()
        .input_path(&input)
        .out_name(&name)
        .web(true)?
        // Keeps `new URL('NAME_bg.wasm', import.meta.url)`, so that `init()` needs no argument.
        .omit_default_module_path(false)
        // The page describes the modules' classes itself, more precisely than they could.
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&out_dir)
        .with_context(|| format!("could not bind {input}"))
}

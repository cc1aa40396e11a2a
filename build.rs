//! Link arguments of the threaded Wasm module.
//!
//! `-C target-feature=+atomics` alone no longer asks the linker for shared memory, and changing link arguments
//! in `RUSTFLAGS` would rebuild the standard library; here they touch the last link only.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_THREADS").is_none() {
        return;
    }
    for argument in [
        "--shared-memory",
        "--import-memory",
        "--max-memory=4294967296",
        "--export=__wasm_init_tls",
        "--export=__tls_size",
        "--export=__tls_align",
        "--export=__tls_base",
    ] {
        println!("cargo::rustc-link-arg-cdylib={argument}");
    }
}

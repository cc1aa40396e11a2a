//! What the Wasm modules need of the compiler.
//!
//! `cfg(small)`: the library is compiled for size but for its kernels. The attribute that tells them is one of those that the
//! pinned compiler offers under `RUSTC_BOOTSTRAP` only.
//!
//! Link arguments of threaded modules: `-C target-feature=+atomics` alone no longer asks the linker for shared memory, and
//! changing link arguments in `RUSTFLAGS` would rebuild the standard library; here they touch the last link only.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=NEUROMFA_SMALL");
    if std::env::var_os("NEUROMFA_SMALL").is_some() {
        println!("cargo::rustc-cfg=small");
    }
    if std::env::var_os("CARGO_FEATURE_POOL").is_none() {
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
        println!("cargo::rustc-link-arg={argument}");
    }
}

//! Containers of tensors, read from files made by others and by hand. One program: linking one for each container took longer
//! than running them. They run on 32-bit targets too (tools/narrow.mjs).

#[path = "../common/mod.rs"]
mod common;
#[path = "../support/gguf.rs"]
mod gguf_file;
#[path = "../support/blocks.rs"]
mod plain;
#[path = "../support/zip.rs"]
#[allow(dead_code)] // The attacks use the rest.
mod zip_file;

mod checkpoint;
mod checkpoint_collect;
mod formats;
mod gguf;
mod layouts;
mod numpy;
mod onnx;
mod pytorch;

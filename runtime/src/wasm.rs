//! The runtime compiled to WebAssembly, as a chain spec carries it.
//!
//! `WASM_BINARY` is the compressed blob, `WASM_BINARY_BLOATY` the same uncompressed. Both are
//! `None` after a build with `SKIP_WASM_BUILD`.

include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

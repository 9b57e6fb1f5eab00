//! Stand-in for the `wasm-opt` crate, so that a cold build does not compile Binaryen (12 minutes on two cores).
//!
//! `substrate-wasm-builder` asks for two passes: stripping DWARF, which `-C strip=debuginfo` in
//! `.cargo/config.toml` has done already, and lowering sign-extension instructions, which a build for
//! `wasm32v1-none` never emits. So [`OptimizationOptions::run`] copies its input to its output. Reading: ADR 0002.

use std::{fs, io, path::Path};

/// The passes that `substrate-wasm-builder` names.
#[derive(Clone, Copy, Debug)]
pub enum Pass {
    /// Remove DWARF sections: done by rustc here.
    StripDwarf,
    /// Replace sign-extension instructions: none are emitted for `wasm32v1-none`.
    SignextLowering,
}

/// What `wasm-opt` would be asked to do. Every setting is accepted and none changes the output.
#[derive(Clone, Debug, Default)]
pub struct OptimizationOptions;

impl OptimizationOptions {
    /// Options that optimise nothing.
    #[must_use]
    pub fn new_opt_level_0() -> Self {
        Self
    }

    /// Accepts only the features of the first WebAssembly version; rustc's target guarantees it here.
    pub fn mvp_features_only(&mut self) -> &mut Self {
        self
    }

    /// Keeps or drops debug names; the input is left as it is.
    pub fn debug_info(&mut self, _keep: bool) -> &mut Self {
        self
    }

    /// Adds a pass; see [`Pass`] for why nothing has to be done.
    pub fn add_pass(&mut self, _pass: Pass) -> &mut Self {
        self
    }

    /// Copies `input` to `output`.
    ///
    /// # Errors
    /// Whatever copying a file can fail with.
    pub fn run(&self, input: impl AsRef<Path>, output: impl AsRef<Path>) -> io::Result<()> {
        fs::copy(input, output).map(|_| ())
    }
}

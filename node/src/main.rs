//! `chainflix-node`: a verifier of the Chainflix chain, or a full node that follows it.
//!
//! ```text
//!   command ──► chain_spec      which chain
//!      │
//!      └──────► service         partial ► network ► offchain, rpc ► consensus
//! ```

#![allow(clippy::result_large_err, reason = "the SDK's error is that large")]

mod backup;
mod chain_spec;
mod cli;
mod command;
mod rpc;
mod service;

use std::process::ExitCode;

/// Trees and tables of the state are many small allocations: a tenth less of the processor than with the system's allocator.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    match command::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

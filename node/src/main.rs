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

fn main() -> ExitCode {
    match command::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

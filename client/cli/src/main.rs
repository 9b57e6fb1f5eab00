//! The `chainflix` command.

mod emission;

use clap::{Parser, Subcommand};
use std::{io, process::ExitCode};
use tracing_subscriber::EnvFilter;

/// Everything of Chainflix that is not the verifier's node.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
struct Cli {
    /// What to do.
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show what a round may mint, and all rounds before it, by a named schedule.
    Emission(emission::Emission),
}

fn main() -> ExitCode {
    // Silent unless RUST_LOG asks for more; what a command answers goes to stdout, logs never do.
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env())
        .with_writer(io::stderr)
        .init();
    let outcome = match Cli::parse().command {
        Command::Emission(command) => command.run(),
    };
    match outcome {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

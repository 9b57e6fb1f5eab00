//! The `chainflix` command.

mod emission;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

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

//! The `chainflix` command.

mod advertise;
mod applications;
mod claim;
mod controller;
mod earnings;
mod emission;
mod enhance;
mod gateway;
mod keys;
mod metrics;
mod options;
mod producer;
mod progress;
mod publish;
mod relay;
mod rounds;
mod share;
mod signals;
mod simulate;
mod status;
mod storage;
mod supervisor;
mod verifier;
mod view;
mod watch;

use clap::{Parser, Subcommand};
use std::io::{self, IsTerminal};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// What is logged when `RUST_LOG` says nothing.
const WARNINGS: &str = "error,chainflix_controller=warn,chainflix_gateway=warn,chainflix_storage_node=warn,chainflix_p2p::relay=warn";

/// Everything of Chainflix that is not the verifier's node.
#[derive(Debug, Parser)]
#[command(name = "chainflix", version, propagate_version = true)]
struct Cli {
    /// What to do.
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Publish a video: cut, encrypt, upload to storage nodes, register on chain.
    Publish(publish::Publish),
    /// Publish subtitles and dubs of videos, and trade in them.
    Enhance(enhance::Enhance),
    /// Have advertisements shown within videos.
    Advertise(advertise::Advertise),
    /// Play a video without a screen and mine its minutes.
    Watch(watch::Watch),
    /// Serve the web player on this machine.
    Gateway(gateway::Gateway),
    /// Store cells for others and earn by serving them.
    Storage(storage::Storage),
    /// Run a storage controller.
    Controller(controller::Controller),
    /// Carry bytes for storage nodes that nobody reaches directly.
    Relay(relay::RelayOptions),
    /// Show what accounts have earned.
    Earnings(earnings::Earnings),
    /// Have the chain pay what was earned.
    Claim(claim::Claim),
    /// Show what a round may mint, and all rounds before it, by a named schedule.
    Emission(emission::Emission),
    /// Show rounds that the chain has settled.
    Rounds(status::Rounds),
    /// Compare the controller's decisions with others' on made-up nodes and audiences.
    Simulate(simulate::Simulate),
    /// Show verifiers, controllers and where the chain stands.
    Status(status::Status),
    /// Show views, and check them against the chain.
    View(view::View),
    /// Make and show key files.
    Keys(keys::Keys),
    /// Do on chain what the operator of a verifier does.
    Verifier(verifier::Verifier),
    /// Apply for the right to publish, and appeal.
    Producer(producer::Producer),
    /// Decide who may publish, and restrict videos.
    Supervisor(supervisor::Supervisor),
}

impl Command {
    /// What the command prints at its end.
    async fn run(&self) -> anyhow::Result<String> {
        match self {
            Self::Publish(command) => command.run().await,
            Self::Enhance(command) => command.run().await,
            Self::Advertise(command) => command.run().await,
            Self::Watch(command) => command.run().await,
            Self::Gateway(command) => command.run().await,
            Self::Storage(command) => command.run().await,
            Self::Controller(command) => command.run().await,
            Self::Relay(command) => command.run().await,
            Self::Earnings(command) => command.run().await,
            Self::Claim(command) => command.run().await,
            Self::Emission(command) => command.run(),
            Self::Rounds(command) => command.run().await,
            Self::Status(command) => command.run().await,
            Self::View(command) => command.run().await,
            Self::Keys(command) => command.run(),
            Self::Simulate(command) => command.run(),
            Self::Verifier(command) => command.run().await,
            Self::Producer(command) => command.run().await,
            Self::Supervisor(command) => command.run().await,
        }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Services warn their operators; all else is silent unless RUST_LOG asks for more. What a command answers goes to
    // stdout, logs never do.
    let logs = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(WARNINGS));
    tracing_subscriber::fmt()
        .with_env_filter(logs)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
    // Several libraries bring a provider each; without a choice the first TLS connection would panic. It fails only when
    // one was chosen before, and nothing here does.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let outcome = runtime
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(cli.command.run()));
    match outcome {
        Ok(text) if text.is_empty() => ExitCode::SUCCESS,
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {}", sentence(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error with its causes, each said once: many of them name their cause in their own words.
fn sentence(error: &anyhow::Error) -> String {
    let mut sentence = error.to_string();
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        if !sentence.contains(&cause) {
            sentence.push_str(": ");
            sentence.push_str(&cause);
        }
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context;

    #[test]
    fn a_cause_is_said_once() {
        let inner: anyhow::Result<()> = Err(anyhow::anyhow!("the disk is full"));
        let outer = inner
            .context("the cell can't be kept: the disk is full")
            .context("publishing failed");
        let sentence = sentence(&outer.unwrap_err());
        assert_eq!(
            sentence,
            "publishing failed: the cell can't be kept: the disk is full"
        );
    }
}

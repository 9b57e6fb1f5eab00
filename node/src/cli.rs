//! The command line.

use sc_cli::{
    ChainInfoCmd, CheckBlockCmd, ExportBlocksCmd, ExportChainSpecCmd, ExportStateCmd,
    ImportBlocksCmd, KeySubcommand, PurgeChainCmd, RevertCmd, RunCmd,
};

/// Follows the Chainflix chain, or helps to run it with `--validator`.
#[derive(Debug, clap::Parser)]
pub(crate) struct Cli {
    /// What to do instead of running the node.
    #[command(subcommand)]
    pub(crate) subcommand: Option<Subcommand>,

    /// How to run the node.
    #[command(flatten)]
    pub(crate) run: RunCmd,
}

/// What the program does besides running a node.
#[derive(Debug, clap::Subcommand)]
#[allow(clippy::large_enum_variant, reason = "there is one value of it, once")]
pub(crate) enum Subcommand {
    /// Make, inspect and insert keys.
    #[command(subcommand)]
    Key(KeySubcommand),

    /// Write a chain specification to stdout; `export-chain-spec` does it with less surprise.
    #[allow(deprecated, reason = "zombienet calls it")]
    BuildSpec(sc_cli::BuildSpecCmd),

    /// Write a chain specification, plain or raw.
    ExportChainSpec(ExportChainSpecCmd),

    /// Import one block again and say whether it is valid.
    CheckBlock(CheckBlockCmd),

    /// Write blocks to a file.
    ExportBlocks(ExportBlocksCmd),

    /// Write the state at a block as a raw chain specification.
    ExportState(ExportStateCmd),

    /// Read blocks from a file.
    ImportBlocks(ImportBlocksCmd),

    /// Remove the database of the chain. Keys are kept.
    PurgeChain(PurgeChainCmd),

    /// Go back by a number of blocks, at most to the last finalized one.
    Revert(RevertCmd),

    /// Show what the database knows of the chain as JSON.
    ChainInfo(ChainInfoCmd),
}

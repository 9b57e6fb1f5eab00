//! The command line.

use crate::backup::VerifierCommand;
use chainflix_verifier::{AddressRange, AddressRule};
use sc_cli::{
    ChainInfoCmd, CheckBlockCmd, ExportBlocksCmd, ExportChainSpecCmd, ExportStateCmd,
    ImportBlocksCmd, KeySubcommand, PurgeChainCmd, RevertCmd, RunCmd,
};
use std::path::PathBuf;

/// Transactions that a pool holds unless it is told otherwise; bytes bound it too (`--pool-kbytes`). A tenth of them may wait for
/// others before them: with the SDK's 8,192 it drops transactions of accounts that send a few hundred at once, as they reach
/// other nodes in another order.
const POOL_LIMIT: &str = "65536";

/// Follows the Chainflix chain, or helps to run it with `--validator`.
#[derive(Debug, clap::Parser)]
#[command(mut_arg("pool_limit", |argument| argument.default_value(POOL_LIMIT)))]
pub(crate) struct Cli {
    /// What to do instead of running the node.
    #[command(subcommand)]
    pub(crate) subcommand: Option<Subcommand>,

    /// How to run the node.
    #[command(flatten)]
    pub(crate) run: RunCmd,

    /// How to run the verifier service.
    #[command(flatten)]
    pub(crate) verifier: VerifierArgs,
}

/// Options of the verifier service, which runs in every node started with `--validator`.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Verifier service")]
pub(crate) struct VerifierArgs {
    /// Port of the verifier's API, by which players open sessions.
    #[arg(long, value_name = "PORT", default_value_t = 9960)]
    pub(crate) verifier_port: u16,

    /// Listen on all interfaces instead of loopback only.
    #[arg(long)]
    pub(crate) verifier_external: bool,

    /// Where players reach the API, announced on chain: a `ws://` or `wss://` URL.
    /// Without it the address that is listened on is announced.
    #[arg(long, value_name = "URL")]
    pub(crate) verifier_endpoint: Option<String>,

    /// Keep accepted views and bodies for ever instead of two cycles.
    #[arg(long)]
    pub(crate) verifier_archive_views: bool,

    /// Serve the API to these addresses only: `203.0.113.0/24`, `2001:db8::/32` or single ones, separated by commas.
    #[arg(long, value_name = "RANGE", value_delimiter = ',')]
    pub(crate) verifier_allow: Vec<AddressRange>,

    /// Do not serve these addresses; with `=keys` after a range videos do not play there, with `=tickets` they play and earn
    /// nothing.
    #[arg(long, value_name = "RANGE[=keys|=tickets]", value_delimiter = ',')]
    pub(crate) verifier_deny: Vec<AddressRule>,

    /// Proxies before the API whose `X-Forwarded-For` is believed.
    #[arg(long, value_name = "RANGE", value_delimiter = ',')]
    pub(crate) verifier_proxy: Vec<AddressRange>,
}

/// Which chain specification to write, and where.
#[derive(Debug, clap::Args)]
pub(crate) struct ExportChainSpec {
    /// What the SDK asks for.
    #[command(flatten)]
    pub(crate) export: ExportChainSpecCmd,

    /// Who receives the pots of the production chain's genesis and who verifies, as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) accounts: Option<PathBuf>,
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
    ///
    /// `--chain production --accounts FILE` makes that of the production chain: FILE names who receives the pots of the
    /// genesis and who verifies, as `docs/production.md` explains.
    ExportChainSpec(ExportChainSpec),

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

    /// Save the verifier service's keys and set secrets, and put them back.
    #[command(subcommand)]
    Verifier(VerifierCommand),

    /// Show what the database knows of the chain as JSON.
    ChainInfo(ChainInfoCmd),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    fn limit(arguments: &[&str]) -> usize {
        Cli::parse_from(arguments).run.pool_config.pool_limit
    }

    #[test]
    fn the_pool_has_room_for_what_comes_out_of_order() {
        assert_eq!(limit(&["chainflix-node"]), 65_536);
        assert_eq!(limit(&["chainflix-node", "--pool-limit", "100"]), 100);
    }
}

//! The command line.

use crate::backup::VerifierCommand;
use chainflix_verifier::{AddressRange, AddressRule, ArchiveConfig, Limits, Rate};
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

    /// Write each settled round with its view blocks to a file in this directory, for auditors. The store forgets nothing of a
    /// round before that.
    #[arg(long, value_name = "DIR")]
    pub(crate) verifier_archive: Option<PathBuf>,

    /// Remove the oldest of these files while all together are larger, in MiB.
    #[arg(long, value_name = "MIB", requires = "verifier_archive")]
    pub(crate) verifier_archive_mib: Option<u64>,

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

    /// Most connections to the API at a time.
    #[arg(long, value_name = "N", default_value_t = Limits::default().connections)]
    pub(crate) verifier_connections: usize,

    /// Most of them from one address group: an IPv4 /24, or an IPv6 /64.
    #[arg(long, value_name = "N", default_value_t = Limits::default().connections_per_group)]
    pub(crate) verifier_connections_per_group: usize,

    /// Most open sessions, and accounts that are remembered.
    #[arg(long, value_name = "N", default_value_t = Limits::default().sessions)]
    pub(crate) verifier_sessions: usize,

    /// Most open sessions of one address group.
    #[arg(long, value_name = "N", default_value_t = Limits::default().sessions_per_group)]
    pub(crate) verifier_sessions_per_group: usize,

    /// Calls a second that one address group may make on average; five times as many at once.
    #[arg(long, value_name = "N", default_value_t = CALLS_PER_SECOND, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) verifier_calls_per_second: u32,
}

/// Calls a second of an address group unless the operator says otherwise; the service's own default.
const CALLS_PER_SECOND: u32 = 400;

impl VerifierArgs {
    /// Where settled rounds are archived.
    pub(crate) fn archive(&self) -> Option<ArchiveConfig> {
        let directory = self.verifier_archive.clone()?;
        let mib = self.verifier_archive_mib;
        Some(ArchiveConfig {
            directory,
            max_bytes: mib.map(|mib| mib.saturating_mul(1024 * 1024)),
        })
    }

    /// Bounds of the API.
    pub(crate) fn limits(&self) -> Limits {
        let per_second = self.verifier_calls_per_second;
        Limits {
            connections: self.verifier_connections,
            connections_per_group: self.verifier_connections_per_group,
            sessions: self.verifier_sessions,
            sessions_per_group: self.verifier_sessions_per_group,
            calls: Rate::per_second(per_second.saturating_mul(5), per_second),
            ..Limits::default()
        }
    }
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

    #[test]
    fn an_operator_sets_the_bounds_of_the_api_and_leaves_alone_what_it_does_not_name() {
        let limits = |arguments: &[&str]| {
            let named = ["chainflix-node"].iter().chain(arguments);
            Cli::try_parse_from(named).map(|cli| cli.verifier.limits())
        };
        let unnamed = limits(&[]).expect("no option is needed");
        assert_eq!(unnamed, Limits::default());
        let set = limits(&[
            "--verifier-connections=10",
            "--verifier-connections-per-group=9",
            "--verifier-sessions=8",
            "--verifier-sessions-per-group=7",
            "--verifier-calls-per-second=6",
        ]);
        let expected = Limits {
            connections: 10,
            connections_per_group: 9,
            sessions: 8,
            sessions_per_group: 7,
            calls: Rate::per_second(30, 6),
            ..Limits::default()
        };
        assert_eq!(set.expect("options"), expected);
        assert!(limits(&["--verifier-calls-per-second=0"]).is_err());
    }

    #[test]
    fn nothing_is_archived_unless_a_directory_is_named_and_all_is_kept_unless_a_size_is() {
        let archive = |arguments: &[&str]| {
            let named = ["chainflix-node"].iter().chain(arguments);
            Cli::try_parse_from(named).map(|cli| cli.verifier.archive())
        };
        assert_eq!(archive(&[]).expect("no option is needed"), None);
        let config = |max_bytes| ArchiveConfig {
            directory: "/mnt/rounds".into(),
            max_bytes,
        };
        let all = archive(&["--verifier-archive=/mnt/rounds"]);
        assert_eq!(all.expect("an option"), Some(config(None)));
        let some = archive(&["--verifier-archive=/mnt/rounds", "--verifier-archive-mib=3"]);
        assert_eq!(some.expect("options"), Some(config(Some(3 << 20))));
        assert!(archive(&["--verifier-archive-mib=3"]).is_err());
    }

    fn limit(arguments: &[&str]) -> usize {
        Cli::parse_from(arguments).run.pool_config.pool_limit
    }

    #[test]
    fn the_pool_has_room_for_what_comes_out_of_order() {
        assert_eq!(limit(&["chainflix-node"]), 65_536);
        assert_eq!(limit(&["chainflix-node", "--pool-limit", "100"]), 100);
    }
}

//! From the command line to what it asks for.

use crate::{
    chain_spec::{self, ChainSpec},
    cli::{Cli, ExportChainSpec, Subcommand},
    service::{self, Components},
};
use chainflix_runtime::{
    constants::SS58_PREFIX,
    opaque::{Block, Hash},
};
use sc_cli::SubstrateCli;
use sc_network::{Litep2pNetworkBackend, NetworkWorker, config::NetworkBackendType};
use sp_core::crypto::{Ss58AddressFormat, set_default_ss58_version};
use std::path::PathBuf;

impl SubstrateCli for Cli {
    fn impl_name() -> String {
        "Chainflix Node".into()
    }

    fn impl_version() -> String {
        env!("SUBSTRATE_CLI_IMPL_VERSION").into()
    }

    fn description() -> String {
        env!("CARGO_PKG_DESCRIPTION").into()
    }

    fn author() -> String {
        env!("CARGO_PKG_AUTHORS").into()
    }

    fn support_url() -> String {
        "docs/ of the source repository".into()
    }

    fn copyright_start_year() -> i32 {
        2026
    }

    fn load_spec(&self, id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
        Ok(match id {
            "dev" => Box::new(chain_spec::development()?),
            "" | "local" => Box::new(chain_spec::local()?),
            chain_spec::PRODUCTION => return Err(chain_spec::PRODUCTION_NEEDS_A_FILE.into()),
            path => Box::new(ChainSpec::from_json_file(PathBuf::from(path))?),
        })
    }
}

/// Does what the command line says.
///
/// # Errors
/// Whatever the command can fail with, in words for the operator.
pub(crate) fn run() -> sc_cli::Result<()> {
    set_default_ss58_version(Ss58AddressFormat::custom(SS58_PREFIX));
    let cli = Cli::from_args();
    match &cli.subcommand {
        None => run_node(&cli),
        Some(command) => run_subcommand(&cli, command),
    }
}

fn run_node(cli: &Cli) -> sc_cli::Result<()> {
    let runner = cli.create_runner(&cli.run)?;
    let database = service::DatabaseGuard::default();
    let verifier = cli.verifier.clone();
    let outcome = runner.run_node_until_exit(|config| async {
        let started = match config.network.network_backend {
            NetworkBackendType::Litep2p => {
                service::start::<Litep2pNetworkBackend>(config, verifier, &database).await
            }
            NetworkBackendType::Libp2p => {
                service::start::<NetworkWorker<Block, Hash>>(config, verifier, &database).await
            }
        };
        started.map_err(sc_cli::Error::Service)
    });
    database.close();
    outcome
}

fn export_chain_spec(cli: &Cli, command: &ExportChainSpec) -> sc_cli::Result<()> {
    let spec: Box<dyn sc_service::ChainSpec> =
        match (command.export.chain.as_str(), &command.accounts) {
            (chain_spec::PRODUCTION, Some(accounts)) => Box::new(chain_spec::production(accounts)?),
            (_, Some(_)) => {
                return Err(
                    "--accounts is for --chain production: other chains have their own".into(),
                );
            }
            (other, None) => cli.load_spec(other)?,
        };
    command.export.run(spec)
}

fn run_subcommand(cli: &Cli, command: &Subcommand) -> sc_cli::Result<()> {
    match command {
        Subcommand::Key(command) => command.run(cli),
        Subcommand::ExportChainSpec(command) => export_chain_spec(cli, command),
        #[allow(deprecated, reason = "zombienet calls it")]
        Subcommand::BuildSpec(command) => cli
            .create_runner(command)?
            .sync_run(|config| command.run(config.chain_spec, config.network)),
        Subcommand::PurgeChain(command) => cli
            .create_runner(command)?
            .sync_run(|config| command.run(config.database)),
        Subcommand::ChainInfo(command) => cli
            .create_runner(command)?
            .sync_run(|config| command.run::<Block>(&config)),
        Subcommand::Verifier(command) => cli
            .create_runner(command)?
            .sync_run(|config| command.run(&config)),
        Subcommand::CheckBlock(command) => cli.create_runner(command)?.async_run(|config| {
            let Components {
                client,
                task_manager,
                import_queue,
                ..
            } = service::partial(&config)?;
            Ok((command.run(client, import_queue), task_manager))
        }),
        Subcommand::ExportBlocks(command) => cli.create_runner(command)?.async_run(|config| {
            let Components {
                client,
                task_manager,
                ..
            } = service::partial(&config)?;
            Ok((command.run(client, config.database), task_manager))
        }),
        Subcommand::ExportState(command) => cli.create_runner(command)?.async_run(|config| {
            let Components {
                client,
                task_manager,
                ..
            } = service::partial(&config)?;
            Ok((command.run(client, config.chain_spec), task_manager))
        }),
        Subcommand::ImportBlocks(command) => cli.create_runner(command)?.async_run(|config| {
            let Components {
                client,
                task_manager,
                import_queue,
                ..
            } = service::partial(&config)?;
            Ok((command.run(client, import_queue), task_manager))
        }),
        Subcommand::Revert(command) => cli.create_runner(command)?.async_run(|config| {
            let Components {
                client,
                task_manager,
                backend,
                ..
            } = service::partial(&config)?;
            let revert_finality = Box::new(|client, _, blocks| {
                sc_consensus_grandpa::revert(client, blocks)?;
                Ok(())
            });
            Ok((
                command.run(client, backend, Some(revert_finality)),
                task_manager,
            ))
        }),
    }
}

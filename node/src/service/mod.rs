//! The parts of a running node and how they are put together.
//!
//! | file | concern |
//! |---|---|
//! | `partial` | database, client, pool, import queue: what offline commands need too |
//! | `network` | peers, block sync, GRANDPA's protocol |
//! | `offchain` | the off-chain worker |
//! | `rpc` | JSON-RPC |
//! | `consensus` | writing blocks and finalizing them |
//! | `equivocation` | noticing two blocks of one slot, and reporting them |
//! | `verifier` | the verifier service |
//! | `shutdown` | closing the database |

mod consensus;
mod equivocation;
mod network;
mod offchain;
mod partial;
mod rpc;
mod shutdown;
mod verifier;

pub(crate) use partial::{Components, partial};
pub(crate) use shutdown::DatabaseGuard;

use crate::cli::VerifierArgs;
use chainflix_runtime::{
    apis::RuntimeApi,
    opaque::{Block, Hash},
};
use partial::Finality;
use sc_consensus_grandpa::SharedVoterState;
use sc_network::NetworkBackend;
use sc_service::{Configuration, TaskManager, error::Error};

/// Host functions that the runtime may call: the standard ones.
type HostFunctions = sp_io::SubstrateHostFunctions;

/// The chain's client: state, blocks and runtime calls.
pub(crate) type FullClient =
    sc_service::TFullClient<Block, RuntimeApi, sc_executor::WasmExecutor<HostFunctions>>;

/// The chain's database.
pub(crate) type FullBackend = sc_service::TFullBackend<Block>;

/// Transactions that wait for a block.
pub(crate) type FullPool = sc_transaction_pool::TransactionPoolHandle<Block, FullClient>;

/// Builds on the longest chain that contains the finalized block.
type SelectChain = sc_consensus::LongestChain<FullBackend, Block>;

/// Starts the node: network, off-chain worker, RPC and, on a verifier, authorship, voting and the verifier service.
///
/// # Errors
/// When a part can't start: a port that is in use, a database of another chain, a missing key.
pub(crate) async fn start<N: NetworkBackend<Block, Hash>>(
    config: Configuration,
    verifier_args: VerifierArgs,
    database: &DatabaseGuard,
) -> Result<TaskManager, Error> {
    let Components {
        client,
        backend,
        mut task_manager,
        import_queue,
        keystore_container,
        select_chain,
        transaction_pool,
        other:
            Finality {
                block_import,
                equivocations,
                link,
                mut telemetry,
            },
    } = partial(&config)?;
    database.hold(&backend);

    let (params, grandpa, verifier_protocol) = network::params::<N>(network::Parts {
        config: &config,
        client: client.clone(),
        backend: backend.clone(),
        pool: transaction_pool.clone(),
        import_queue,
        authorities: link.shared_authority_set().clone(),
        tasks: &task_manager,
    })?;
    let (network, system_rpc_tx, tx_handler_controller, sync, _bitswap) =
        sc_service::build_network(params)?;
    network::choose_tls_provider();

    if config.offchain_worker.enabled {
        offchain::spawn(offchain::Parts {
            client: client.clone(),
            backend: &backend,
            pool: transaction_pool.clone(),
            keystore: keystore_container.keystore(),
            network: network.clone(),
            is_verifier: config.role.is_authority(),
            tasks: &task_manager,
        })?;
    }

    if config.role.is_authority() {
        verifier::start(verifier::Parts {
            args: verifier_args,
            directory: crate::backup::directory(&config),
            client: client.clone(),
            backend: &backend,
            pool: transaction_pool.clone(),
            keystore: keystore_container.keystore(),
            network: network.clone(),
            protocol: verifier_protocol,
            submits: config.offchain_worker.enabled,
            registry: config.prometheus_registry().cloned(),
            tasks: &task_manager,
        })
        .await?;
    }

    task_manager.spawn_handle().spawn(
        "equivocation-reports",
        Some("consensus"),
        equivocation::report(client.clone(), transaction_pool.clone(), equivocations),
    );

    let voter_state = SharedVoterState::empty();
    let settings = consensus::Settings::of(&config);
    sc_service::spawn_tasks(sc_service::SpawnTasksParams {
        network: network.clone(),
        client: client.clone(),
        keystore: keystore_container.keystore(),
        task_manager: &mut task_manager,
        transaction_pool: transaction_pool.clone(),
        rpc_builder: rpc::builder(
            client.clone(),
            transaction_pool.clone(),
            backend.clone(),
            &link,
            voter_state.clone(),
        ),
        backend,
        system_rpc_tx,
        tx_handler_controller,
        sync_service: sync.clone(),
        config,
        telemetry: telemetry.as_mut(),
        tracing_execute_block: None,
    })?;

    let parts = consensus::Parts {
        settings,
        client,
        keystore: keystore_container.keystore(),
        pool: transaction_pool,
        sync,
        telemetry: telemetry.as_ref().map(|telemetry| telemetry.handle()),
        tasks: &task_manager,
    };
    parts.spawn_authorship(select_chain, block_import)?;
    parts.spawn_finality(link, network, grandpa, voter_state)?;

    Ok(task_manager)
}

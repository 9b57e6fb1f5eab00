//! What a node is made of before it talks to anyone: enough for commands that work offline.

use super::{
    FullBackend, FullClient, FullPool, HostFunctions, SelectChain, consensus, equivocation,
};
use chainflix_runtime::{apis::RuntimeApi, opaque::Block};
use sc_consensus::DefaultImportQueue;
use sc_consensus_aura::ImportQueueParams;
use sc_consensus_grandpa::{GrandpaBlockImport, GrandpaPruningFilter, LinkHalf};
use sc_service::{Configuration, PartialComponents, TaskManager, error::Error};
use sc_telemetry::{Telemetry, TelemetryWorker};
use sp_consensus_aura::sr25519::AuthorityPair;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Database, client, keystore, pool and import queue.
pub(crate) type Components = PartialComponents<
    FullClient,
    FullBackend,
    SelectChain,
    DefaultImportQueue<Block>,
    FullPool,
    Finality,
>;

/// Imports blocks so that none conflicts with a finalized one.
type FinalImport = GrandpaBlockImport<FullBackend, Block, FullClient, SelectChain>;

/// Imports blocks, and notices two of one slot.
pub(crate) type BlockImport = equivocation::Watch<FinalImport>;

/// Connects the import of blocks with the voter.
pub(crate) type FinalityLink = LinkHalf<Block, FullClient, SelectChain>;

/// The finality gadget, ready to be started, and telemetry.
pub(crate) struct Finality {
    pub(super) block_import: BlockImport,
    pub(super) equivocations: mpsc::Receiver<equivocation::Pair>,
    pub(super) link: FinalityLink,
    pub(super) telemetry: Option<Telemetry>,
}

/// Opens the database and builds everything that needs no network.
///
/// # Errors
/// When the database can't be opened or belongs to another chain.
pub(crate) fn partial(config: &Configuration) -> Result<Components, Error> {
    let telemetry_worker = telemetry(config)?;
    let telemetry_handle = telemetry_worker
        .as_ref()
        .map(|(_, telemetry)| telemetry.handle());

    let (client, backend, keystore_container, task_manager) =
        sc_service::new_full_parts::<Block, RuntimeApi, _>(
            config,
            telemetry_handle.clone(),
            sc_service::new_wasm_executor::<HostFunctions>(&config.executor),
            // A pruned node keeps the blocks that warp sync proves finality with.
            vec![Arc::new(GrandpaPruningFilter)],
        )?;
    let client = Arc::new(client);
    let telemetry = telemetry_worker.map(|(worker, telemetry)| {
        task_manager
            .spawn_handle()
            .spawn("telemetry", None, worker.run());
        telemetry
    });

    let select_chain = sc_consensus::LongestChain::new(backend.clone());
    let transaction_pool = Arc::new(
        sc_transaction_pool::Builder::new(
            task_manager.spawn_essential_handle(),
            client.clone(),
            config.role.is_authority().into(),
        )
        .with_options(config.transaction_pool.clone())
        .with_prometheus(config.prometheus_registry())
        .build(),
    );
    let (final_import, link) = sc_consensus_grandpa::block_import(
        client.clone(),
        consensus::JUSTIFICATION_PERIOD,
        &client,
        select_chain.clone(),
        telemetry_handle,
    )?;
    let (block_import, equivocations) = equivocation::Watch::over(final_import.clone());
    let import_queue = import_queue(
        config,
        &client,
        (&block_import, final_import),
        telemetry.as_ref(),
        &task_manager,
    )?;

    Ok(PartialComponents {
        client,
        backend,
        task_manager,
        import_queue,
        keystore_container,
        select_chain,
        transaction_pool,
        other: Finality {
            block_import,
            equivocations,
            link,
            telemetry,
        },
    })
}

fn telemetry(
    config: &Configuration,
) -> Result<Option<(TelemetryWorker, Telemetry)>, sc_telemetry::Error> {
    config
        .telemetry_endpoints
        .clone()
        .filter(|endpoints| !endpoints.is_empty())
        .map(|endpoints| {
            let worker = TelemetryWorker::new(16)?;
            let telemetry = worker.handle().new_telemetry(endpoints);
            Ok((worker, telemetry))
        })
        .transpose()
}

fn import_queue(
    config: &Configuration,
    client: &Arc<FullClient>,
    (block_import, justification_import): (&BlockImport, FinalImport),
    telemetry: Option<&Telemetry>,
    tasks: &TaskManager,
) -> Result<DefaultImportQueue<Block>, Error> {
    let inherents_client = client.clone();
    let queue =
        sc_consensus_aura::import_queue::<AuthorityPair, _, _, _, _, _>(ImportQueueParams {
            block_import: block_import.clone(),
            justification_import: Some(Box::new(justification_import)),
            client: client.clone(),
            create_inherent_data_providers: move |parent, ()| {
                let inherents =
                    sc_consensus_aura::standalone::slot_duration_at(&*inherents_client, parent)
                        .map(consensus::inherents);
                async move { Ok(inherents?) }
            },
            spawner: &tasks.spawn_essential_handle(),
            registry: config.prometheus_registry(),
            check_for_equivocation: Default::default(),
            telemetry: telemetry.map(|telemetry| telemetry.handle()),
            compatibility_mode: Default::default(),
        })?;
    Ok(queue)
}

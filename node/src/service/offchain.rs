//! The off-chain worker: runtime code that runs beside every new best block and may submit
//! transactions.

use super::{FullBackend, FullClient, FullPool};
use futures::FutureExt;
use sc_client_api::Backend;
use sc_network::service::traits::NetworkService;
use sc_offchain::{OffchainWorkerOptions, OffchainWorkers};
use sc_service::{TaskManager, error::Error};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_keystore::KeystorePtr;
use std::sync::Arc;

/// What the worker may reach.
pub(super) struct Parts<'a> {
    pub(super) client: Arc<FullClient>,
    pub(super) backend: &'a Arc<FullBackend>,
    pub(super) pool: Arc<FullPool>,
    pub(super) keystore: KeystorePtr,
    pub(super) network: Arc<dyn NetworkService>,
    pub(super) is_verifier: bool,
    pub(super) tasks: &'a TaskManager,
}

/// Runs the worker from now on. It has no access to HTTP: what a duty needs lies in its storage.
///
/// # Errors
/// When its threads can't be made.
pub(super) fn spawn(parts: Parts) -> Result<(), Error> {
    let workers = OffchainWorkers::new(OffchainWorkerOptions {
        runtime_api_provider: parts.client.clone(),
        keystore: Some(parts.keystore),
        offchain_db: parts.backend.offchain_storage(),
        transaction_pool: Some(OffchainTransactionPoolFactory::new(parts.pool)),
        network_provider: Arc::new(parts.network),
        is_validator: parts.is_verifier,
        enable_http_requests: false,
        custom_extensions: |_| vec![],
    })?;
    let spawner = parts.tasks.spawn_handle();
    spawner.clone().spawn(
        "offchain-workers-runner",
        "offchain-worker",
        workers.run(parts.client, spawner).boxed(),
    );
    Ok(())
}

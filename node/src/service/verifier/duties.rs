//! The node's off-chain storage as the service leaves duties in it, and the call that submits them at once.

use crate::service::{FullBackend, FullClient, FullPool};
use chainflix_primitives::duty::STORAGE_PREFIX;
use chainflix_runtime::opaque::Block;
use chainflix_verifier::DutyMirror;
use pallet_pov::runtime_api::VerifierApi;
use sc_client_api::Backend;
use sc_offchain::OffchainDb;
use sc_service::SpawnTaskHandle;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_api::{ApiExt, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_core::offchain::{Capabilities, LimitedExternalities, OffchainDbExt, OffchainStorage};
use sp_keystore::{KeystoreExt, KeystorePtr};
use std::sync::Arc;

/// What the worker's storage is kept in.
type Storage = <FullBackend as Backend<Block>>::OffchainStorage;

/// Writes duties where the off-chain worker of this node reads them.
pub(super) struct NodeDuties {
    storage: Storage,
    submitter: Option<Submitter>,
}

/// Runs the worker's own code between two blocks.
#[derive(Clone)]
pub(super) struct Submitter {
    pub(super) client: Arc<FullClient>,
    pub(super) keystore: KeystorePtr,
    pub(super) pool: Arc<FullPool>,
    pub(super) storage: Storage,
    pub(super) tasks: SpawnTaskHandle,
}

impl NodeDuties {
    /// Without a submitter nothing leaves this node: that is what `--offchain-worker never` asks for.
    pub(super) fn new(storage: Storage, submitter: Option<Submitter>) -> Self {
        Self { storage, submitter }
    }
}

impl DutyMirror for NodeDuties {
    fn set(&self, key: &[u8], value: &[u8]) {
        self.storage.clone().set(STORAGE_PREFIX, key, value);
    }

    fn clear(&self, key: &[u8]) {
        self.storage.clone().remove(STORAGE_PREFIX, key);
    }

    fn kick(&self) {
        let Some(submitter) = self.submitter.clone() else {
            return;
        };
        let tasks = submitter.tasks.clone();
        tasks.spawn_blocking("verifier-submit", Some("verifier"), async move {
            submitter.submit();
        });
    }
}

impl Submitter {
    fn submit(&self) {
        let at = self.client.info().best_hash;
        let mut api = self.client.runtime_api();
        api.register_extension(KeystoreExt(self.keystore.clone()));
        api.register_extension(
            OffchainTransactionPoolFactory::new(self.pool.clone()).offchain_transaction_pool(at),
        );
        api.register_extension(OffchainDbExt::new(LimitedExternalities::new(
            Capabilities::OFFCHAIN_DB_READ | Capabilities::OFFCHAIN_DB_WRITE,
            OffchainDb::new(self.storage.clone()),
        )));
        match api.submit_due(at) {
            Ok(0) => {}
            Ok(submitted) => tracing::debug!(submitted, "duties handed to the pool"),
            Err(error) => tracing::warn!(%error, "duties could not be submitted"),
        }
    }
}

//! The JSON-RPC methods of this chain, beside those of every Substrate node.

use crate::service::{FullBackend, FullClient, FullPool};
use chainflix_runtime::{Hash, opaque::Block};
use jsonrpsee::RpcModule;
use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
use sc_consensus_grandpa::{
    FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState,
};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sp_core::traits::SpawnNamed;
use std::{error::Error, sync::Arc};
use substrate_frame_rpc_system::{System, SystemApiServer};

/// What the methods about finality read.
#[derive(Clone)]
pub(crate) struct Finality {
    /// The round that the voter is in.
    pub(crate) voter_state: SharedVoterState,
    /// The authorities in force.
    pub(crate) authorities: SharedAuthoritySet<Hash, chainflix_runtime::BlockNumber>,
    /// Justifications as they are made.
    pub(crate) justifications: GrandpaJustificationStream<Block>,
    /// Proofs that a block is final.
    pub(crate) proofs: Arc<FinalityProofProvider<FullBackend, Block>>,
}

/// All methods: `system_accountNextIndex`, `payment_*` and `grandpa_*`.
///
/// # Errors
/// When two of them have the same name.
pub(crate) fn methods(
    client: Arc<FullClient>,
    pool: Arc<FullPool>,
    finality: Finality,
    executor: Arc<dyn SpawnNamed>,
) -> Result<RpcModule<()>, Box<dyn Error + Send + Sync>> {
    let mut methods = RpcModule::new(());
    methods.merge(System::new(client.clone(), pool).into_rpc())?;
    methods.merge(TransactionPayment::new(client).into_rpc())?;
    methods.merge(
        Grandpa::new(
            executor,
            finality.authorities,
            finality.voter_state,
            finality.justifications,
            finality.proofs,
        )
        .into_rpc(),
    )?;
    Ok(methods)
}

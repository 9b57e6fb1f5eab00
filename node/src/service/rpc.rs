//! Builds the RPC methods anew for every connection.

use super::{FullBackend, FullClient, FullPool, partial::FinalityLink};
use crate::rpc::{self, Finality};
use jsonrpsee::RpcModule;
use sc_consensus_grandpa::{FinalityProofProvider, SharedVoterState};
use sc_service::error::Error;
use sp_core::traits::SpawnNamed;
use std::sync::Arc;

/// Makes the methods for a connection, given where its subscriptions run.
pub(super) type Builder = Box<dyn Fn(Arc<dyn SpawnNamed>) -> Result<RpcModule<()>, Error>>;

/// The builder that the RPC server asks.
pub(super) fn builder(
    client: Arc<FullClient>,
    pool: Arc<FullPool>,
    backend: Arc<FullBackend>,
    link: &FinalityLink,
    voter_state: SharedVoterState,
) -> Builder {
    let authorities = link.shared_authority_set().clone();
    let finality = Finality {
        voter_state,
        proofs: FinalityProofProvider::new_for_service(backend, Some(authorities.clone())),
        authorities,
        justifications: link.justification_stream(),
    };
    Box::new(move |executor| {
        rpc::methods(client.clone(), pool.clone(), finality.clone(), executor).map_err(Into::into)
    })
}

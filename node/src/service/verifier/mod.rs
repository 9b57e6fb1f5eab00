//! The verifier service inside the node: what it reads from the chain, whom it talks to, what it submits.
//!
//! | file | concern |
//! |---|---|
//! | `chain` | reads at the best and the finalized block |
//! | `peers` | messages between verifiers, over the node's own network |
//! | `duties` | what goes on chain, through the off-chain worker |

mod chain;
mod duties;
pub(super) mod peers;

use super::{FullBackend, FullClient, FullPool};
use crate::cli::VerifierArgs;
use chain::NodeChain;
use chainflix_verifier::{AddressPolicy, VerifierConfig, VerifierService};
use duties::{NodeDuties, Submitter};
use pallet_pov::runtime_api::VerifierApi;
use peers::{NodePeers, VerifierProtocol};
use sc_client_api::Backend;
use sc_network::service::traits::NetworkService;
use sc_service::{TaskManager, error::Error};
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use sp_keystore::KeystorePtr;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};
use substrate_prometheus_endpoint::Registry;

/// What the service is started with.
pub(super) struct Parts<'a> {
    pub(super) args: VerifierArgs,
    /// Where its keys and store lie.
    pub(super) directory: PathBuf,
    pub(super) client: Arc<FullClient>,
    pub(super) backend: &'a Arc<FullBackend>,
    pub(super) pool: Arc<FullPool>,
    pub(super) keystore: KeystorePtr,
    pub(super) network: Arc<dyn NetworkService>,
    pub(super) protocol: VerifierProtocol,
    /// Whether the node runs off-chain workers: without them it puts nothing on chain.
    pub(super) submits: bool,
    pub(super) registry: Option<Registry>,
    pub(super) tasks: &'a TaskManager,
}

/// Starts the service. It ends with the node.
///
/// # Errors
/// When its directory, a key or the port can't be used, or the node has no ed25519 network key.
pub(super) async fn start(parts: Parts<'_>) -> Result<(), Error> {
    let address = if parts.args.verifier_external {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED)
    } else {
        IpAddr::V4(Ipv4Addr::LOCALHOST)
    };
    let network_key = parts
        .network
        .local_peer_id()
        .into_ed25519()
        .ok_or_else(|| {
            Error::Other("a verifier needs an ed25519 network key: see --node-key-type".into())
        })?;
    let claim_delay = parts
        .client
        .runtime_api()
        .claim_delay(parts.client.info().best_hash)
        .map_err(|error| Error::Application(Box::new(error)))?;
    let config = VerifierConfig {
        limits: parts.args.limits(),
        archive: parts.args.archive(),
        endpoint: parts.args.verifier_endpoint,
        archive_views: parts.args.verifier_archive_views,
        addresses: AddressPolicy {
            allow: parts.args.verifier_allow,
            deny: parts.args.verifier_deny,
            proxies: parts.args.verifier_proxy,
        },
        claim_delay,
        ..VerifierConfig::new(
            parts.directory,
            SocketAddr::new(address, parts.args.verifier_port),
            network_key,
        )
    };

    let storage = parts.backend.offchain_storage().ok_or_else(|| {
        Error::Other("a verifier needs off-chain storage, which this database has not".into())
    })?;
    let submitter = parts.submits.then(|| Submitter {
        client: parts.client.clone(),
        keystore: parts.keystore.clone(),
        pool: parts.pool,
        storage: storage.clone(),
        tasks: parts.tasks.spawn_handle(),
    });
    let chain = NodeChain::new(parts.client, parts.keystore, parts.tasks);
    let peers = NodePeers::new(parts.network, parts.protocol.name);
    let service = VerifierService::start(
        config,
        Arc::new(chain),
        Arc::new(peers),
        Arc::new(NodeDuties::new(storage, submitter)),
        parts.registry.as_ref(),
    )
    .await
    .map_err(|error| Error::Application(Box::new(error)))?;
    peers::serve(Arc::new(service), parts.protocol.inbound, parts.tasks);
    Ok(())
}

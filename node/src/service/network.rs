//! Peers: block sync, transactions, and the protocols that GRANDPA votes and verifiers talk over.

use super::{
    FullBackend, FullClient, FullPool,
    verifier::peers::{self, VerifierProtocol},
};
use chainflix_runtime::{
    BlockNumber,
    opaque::{Block, Hash},
};
use sc_client_api::BlockBackend;
use sc_consensus::DefaultImportQueue;
use sc_consensus_grandpa::{SharedAuthoritySet, warp_proof};
use sc_network::{
    NetworkBackend, NotificationService, ProtocolName, config::FullNetworkConfiguration,
};
use sc_service::{BuildNetworkParams, Configuration, TaskManager, WarpSyncConfig, error::Error};
use std::sync::Arc;

/// What the network is built from.
pub(super) struct Parts<'a> {
    pub(super) config: &'a Configuration,
    pub(super) client: Arc<FullClient>,
    pub(super) backend: Arc<FullBackend>,
    pub(super) pool: Arc<FullPool>,
    pub(super) import_queue: DefaultImportQueue<Block>,
    pub(super) authorities: SharedAuthoritySet<Hash, BlockNumber>,
    pub(super) tasks: &'a TaskManager,
}

/// What `build_network` takes.
type Params<'a, N> =
    BuildNetworkParams<'a, Block, N, FullPool, DefaultImportQueue<Block>, FullClient>;

/// GRANDPA's protocol on this chain.
pub(super) struct GrandpaProtocol {
    /// Its name, which contains the genesis hash.
    pub(super) name: ProtocolName,
    /// Its messages.
    pub(super) notifications: Box<dyn NotificationService>,
}

/// What the network is to do: the protocols of every Substrate chain, GRANDPA's, and the verifiers'.
///
/// # Errors
/// When the database can't be read.
pub(super) fn params<N: NetworkBackend<Block, Hash>>(
    parts: Parts<'_>,
) -> Result<(Params<'_, N>, GrandpaProtocol, VerifierProtocol), Error> {
    let Parts {
        config,
        client,
        backend,
        pool,
        import_queue,
        authorities,
        tasks,
    } = parts;
    let registry = config.prometheus_registry();
    let mut protocols =
        FullNetworkConfiguration::<Block, Hash, N>::new(&config.network, registry.cloned());
    let metrics = N::register_notification_metrics(registry);

    let genesis = client
        .block_hash(0)?
        .ok_or_else(|| Error::Other("the database has no genesis block: purge the chain".into()))?;
    let name = sc_consensus_grandpa::protocol_standard_name(&genesis, &config.chain_spec);
    let (protocol, notifications) = sc_consensus_grandpa::grandpa_peers_set_config::<_, N>(
        name.clone(),
        metrics.clone(),
        protocols.peer_store_handle(),
    );
    protocols.add_notification_protocol(protocol);
    let (protocol, verifier) = peers::protocol::<N>(&genesis, config.chain_spec.fork_id());
    protocols.add_request_response_protocol(protocol);

    let warp_sync = Arc::new(warp_proof::NetworkProvider::new(
        backend,
        authorities,
        Vec::default(),
    ));
    let params = BuildNetworkParams {
        config,
        net_config: protocols,
        client,
        transaction_pool: pool,
        spawn_handle: tasks.spawn_handle(),
        spawn_essential_handle: tasks.spawn_essential_handle(),
        import_queue,
        block_announce_validator_builder: None,
        warp_sync_config: Some(WarpSyncConfig::WithProvider(warp_sync)),
        block_relay: None,
        metrics,
        gap_sync_body_policy: None,
    };
    Ok((
        params,
        GrandpaProtocol {
            name,
            notifications,
        },
        verifier,
    ))
}

/// Makes sure that TLS has a provider.
///
/// Two are linked in (the SDK's and QUIC's), and rustls panics at its first use unless one of them
/// is chosen. The litep2p backend chooses ring as it starts, and warns when that was done before.
pub(super) fn choose_tls_provider() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // It can only fail when another thread has just done it.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

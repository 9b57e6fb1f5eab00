//! Answering streams: cells to viewers, cells to and from publishers and other nodes, manifests to anybody.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chainflix_primitives::Hash32;

use crate::network::{Network, ServeLimits, Serving};
use crate::provider::{Keeper, Provider};
use crate::wire::{CELL_PROTOCOL, MANIFEST_PROTOCOL, STORE_PROTOCOL};

mod deliver;
mod manifest;
mod pace;
mod store;
mod turns;

/// The first message of a stream must come within this time.
const FIRST_MESSAGE: Duration = Duration::from_secs(10);
/// A message must leave within this time, or the other side is taken for gone.
const MESSAGE_LEAVES: Duration = Duration::from_secs(20);

/// How a provider delivers to viewers.
#[derive(Clone, Copy, Debug)]
pub struct DeliveryConfig {
    /// Genesis hash of the chain.
    pub genesis: Hash32,
    /// The provider's index on chain.
    pub provider: u32,
    /// Whether a stream is paced after its first 15 s of media; off for benchmarks.
    pub paced: bool,
    /// Streams at a time.
    pub limits: ServeLimits,
}

impl DeliveryConfig {
    /// Paced, with 256 streams, 16 of one peer.
    #[must_use]
    pub fn new(genesis: Hash32, provider: u32) -> Self {
        Self {
            genesis,
            provider,
            paced: true,
            limits: ServeLimits {
                streams: NonZeroUsize::MIN.saturating_add(255),
                streams_per_peer: NonZeroUsize::MIN.saturating_add(15),
            },
        }
    }
}

/// Serves cells to viewers against delivery tokens, until the guard is dropped.
///
/// `None` when cells are served on this network already.
pub fn serve_cells<P: Provider>(
    network: &Network,
    provider: Arc<P>,
    config: DeliveryConfig,
) -> Option<Serving> {
    let service = Arc::new(deliver::Service::new(
        provider,
        config,
        network.key().clone(),
    ));
    network.serve(CELL_PROTOCOL, config.limits, move |peer, stream| {
        let service = Arc::clone(&service);
        async move {
            if let Err(error) = service.answer(peer, stream).await {
                tracing::debug!(%error, "delivery ended");
            }
        }
    })
}

/// Takes cells in and hands them to other nodes against placement grants, until the guard is dropped.
///
/// `None` when that is served on this network already.
pub fn serve_store<K: Keeper>(
    network: &Network,
    keeper: Arc<K>,
    limits: ServeLimits,
) -> Option<Serving> {
    network.serve(STORE_PROTOCOL, limits, move |peer, stream| {
        let keeper = Arc::clone(&keeper);
        async move {
            if let Err(error) = store::answer(keeper, peer, stream).await {
                tracing::debug!(%error, "transfer ended");
            }
        }
    })
}

/// Gives manifests to anybody, and takes in those of videos that are held, until the guard is dropped.
///
/// `None` when that is served on this network already.
pub fn serve_manifests<K: Keeper>(
    network: &Network,
    keeper: Arc<K>,
    limits: ServeLimits,
) -> Option<Serving> {
    network.serve(MANIFEST_PROTOCOL, limits, move |_, stream| {
        let keeper = Arc::clone(&keeper);
        async move {
            if let Err(error) = manifest::answer(keeper, stream).await {
                tracing::debug!(%error, "manifest stream ended");
            }
        }
    })
}

/// ms since the Unix epoch.
pub(crate) fn now_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| u64::try_from(since.as_millis()).ok())
        .unwrap_or(0)
}

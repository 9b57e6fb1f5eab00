//! Peers with a swarm: providers that serve a depot, and viewers.

use std::sync::Arc;
use std::time::Duration;

use chainflix_primitives::Sha256;
use chainflix_primitives::placement::{Grant, SignedGrant};
use chainflix_primitives::receipt::{DeliveryToken, TokenTerms};

use super::cells::{GENESIS, TestCell, controller, terms, token};
use super::depot::{Depot, Faults};
use crate::download::{DownloadConfig, Source};
use crate::network::{Network, NetworkConfig, ServeLimits, Serving, loopback};
use crate::peer::PeerKey;
use crate::provider::TokenAccount;
use crate::serve::{DeliveryConfig, serve_cells, serve_manifests, serve_store};

/// A running provider.
pub(super) struct Node {
    pub(super) network: Network,
    pub(super) depot: Arc<Depot>,
    _serving: [Serving; 3],
}

impl Node {
    pub(super) async fn start(provider: u32, cells: &[TestCell]) -> Self {
        Self::start_with(provider, cells, loopback(), false).await
    }

    pub(super) async fn start_with(
        provider: u32,
        cells: &[TestCell],
        listen: Vec<crate::Multiaddr>,
        paced: bool,
    ) -> Self {
        let config = NetworkConfig {
            listen,
            ..NetworkConfig::default()
        };
        let network = Network::start(PeerKey::from_seed([provider as u8; 32]), config)
            .await
            .expect("loopback is free");
        let depot = Arc::new(Depot::new(provider, network.key().public(), cells));
        let config = DeliveryConfig {
            paced,
            ..DeliveryConfig::new(GENESIS, provider)
        };
        let limits = ServeLimits {
            streams: 8.try_into().expect("not 0"),
            streams_per_peer: 4.try_into().expect("not 0"),
        };
        let free = "nothing is served yet";
        let serving = [
            serve_cells(&network, Arc::clone(&depot), config).expect(free),
            serve_store(&network, Arc::clone(&depot), limits).expect(free),
            serve_manifests(&network, Arc::clone(&depot), limits).expect(free),
        ];
        Self {
            network,
            depot,
            _serving: serving,
        }
    }

    pub(super) fn faults(&self) -> &Faults {
        &self.depot.faults
    }

    pub(super) fn terms(&self, cell: &TestCell) -> TokenTerms {
        terms(self.depot.provider, cell)
    }

    pub(super) fn source(&self, cell: &TestCell) -> Source {
        Source {
            peer: self.network.address(),
            token: token(self.terms(cell)),
        }
    }

    /// With a token of another round: one that was not used.
    pub(super) fn source_in(&self, cell: &TestCell, round: u32) -> Source {
        let terms = TokenTerms {
            round,
            ..self.terms(cell)
        };
        Source {
            peer: self.network.address(),
            token: token(terms),
        }
    }

    pub(super) fn grant(&self, cell: &TestCell) -> SignedGrant {
        let grant = Grant {
            genesis: GENESIS,
            controller: controller().public(),
            provider: self.depot.provider,
            peer_key: self.network.key().public(),
            video: cell.place.video,
            cell: cell.entry.clone(),
            expires_ms: u64::MAX,
        };
        SignedGrant {
            signature: controller().sign(&grant.signing_payload()),
            grant,
        }
    }

    /// Bytes sent and countersigned for one token.
    pub(super) fn account(&self, token: &DeliveryToken) -> (u64, u64) {
        let accounts = self.depot.accounts.lock().expect("no panic");
        accounts
            .get(&token.id::<Sha256>())
            .map_or((0, 0), |account| (account.sent(), account.countersigned()))
    }
}

/// A peer that only dials.
pub(super) async fn viewer() -> Network {
    Network::start(PeerKey::generate(), NetworkConfig::default())
        .await
        .expect("it only dials")
}

pub(super) fn impatient() -> DownloadConfig {
    DownloadConfig {
        patience: Duration::from_secs(3),
        ..DownloadConfig::default()
    }
}

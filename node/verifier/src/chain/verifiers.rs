//! Who the other verifiers are: the set in force, with what each announced.

use std::sync::{Arc, PoisonError, RwLock};

use chainflix_primitives::{AccountId, Round};

use super::{At, ChainResult, ChainView};

/// A verifier in force that announced itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Peer {
    /// Its account.
    pub(crate) account: AccountId,
    /// Key of its node on the network.
    pub(crate) network_key: [u8; 32],
    /// X25519 key to which secrets are sealed.
    pub(crate) exchange_key: [u8; 32],
}

/// The verifiers in force, as of the last best block.
#[derive(Default)]
pub(crate) struct Verifiers {
    peers: RwLock<Arc<Vec<Peer>>>,
}

impl Verifiers {
    /// Reads them anew.
    pub(crate) fn refresh(&self, chain: &dyn ChainView, round: Round) -> ChainResult<()> {
        let set = chain.verifier_set(At::Best, round)?;
        let peers = chain
            .announcements(At::Best)?
            .into_iter()
            .filter(|(account, _)| set.contains(account))
            .map(|(account, announcement)| Peer {
                account,
                network_key: announcement.network_key,
                exchange_key: announcement.exchange_key,
            })
            .collect();
        *self.peers.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(peers);
        Ok(())
    }

    /// All of them.
    pub(crate) fn all(&self) -> Arc<Vec<Peer>> {
        Arc::clone(&self.peers.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The verifier with this account.
    pub(crate) fn with_account(&self, account: &AccountId) -> Option<Peer> {
        self.all()
            .iter()
            .find(|peer| peer.account == *account)
            .copied()
    }

    /// The verifier whose node has this network key.
    pub(crate) fn with_network_key(&self, key: &[u8; 32]) -> Option<Peer> {
        self.all()
            .iter()
            .find(|peer| peer.network_key == *key)
            .copied()
    }
}

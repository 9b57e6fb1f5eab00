//! Grants: without a controller's signed word the node takes nothing in and hands nothing over.

use std::sync::{Arc, PoisonError, RwLock};

use chainflix_controller::protocol::CellRef;
use chainflix_p2p::peer::is_signed_by;
use chainflix_primitives::Hash32;
use chainflix_primitives::placement::SignedGrant;

/// Why a grant is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantRefusal {
    /// It is for another chain.
    #[error("the grant is for another chain")]
    OtherChain,
    /// It is by a controller that this node does not work for.
    #[error("the grant is by a controller that this node does not work for")]
    UnknownController,
    /// It is made out to somebody else.
    #[error("the grant is made out to another provider")]
    OtherProvider,
    /// It is no longer good.
    #[error("the grant has expired; ask the controller for a new one")]
    Expired,
    /// Its signature does not fit.
    #[error("the grant's signature does not fit")]
    Signature,
}

/// ed25519 keys of the controllers that the node works for. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trusted(Arc<RwLock<Vec<[u8; 32]>>>);

impl Trusted {
    /// It is these from now on.
    pub(crate) fn are(&self, keys: impl IntoIterator<Item = [u8; 32]>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = keys.into_iter().collect();
    }

    fn has(&self, key: &[u8; 32]) -> bool {
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        keys.contains(key)
    }
}

/// What a node checks grants against.
pub(crate) struct GrantRules {
    /// Genesis hash of the chain.
    pub(crate) genesis: Hash32,
    /// Whose grants are good.
    pub(crate) controllers: Trusted,
    /// The node's index on chain.
    pub(crate) provider: u32,
    /// The node's peer key.
    pub(crate) peer_key: [u8; 32],
}

impl GrantRules {
    /// Checks a grant by which this node takes in a cell.
    pub(crate) fn check_own(
        &self,
        signed: &SignedGrant,
        now_ms: u64,
    ) -> Result<CellRef, GrantRefusal> {
        let grant = &signed.grant;
        if grant.provider != self.provider || grant.peer_key != self.peer_key {
            return Err(GrantRefusal::OtherProvider);
        }
        self.check(signed, now_ms)
    }

    /// Checks a grant against which this node hands a cell to the peer of `peer_key`.
    pub(crate) fn check_peer(
        &self,
        signed: &SignedGrant,
        peer_key: &[u8; 32],
        now_ms: u64,
    ) -> Result<CellRef, GrantRefusal> {
        if signed.grant.peer_key != *peer_key {
            return Err(GrantRefusal::OtherProvider);
        }
        self.check(signed, now_ms)
    }

    fn check(&self, signed: &SignedGrant, now_ms: u64) -> Result<CellRef, GrantRefusal> {
        let grant = &signed.grant;
        if grant.genesis != self.genesis {
            return Err(GrantRefusal::OtherChain);
        }
        if !self.controllers.has(&grant.controller) {
            return Err(GrantRefusal::UnknownController);
        }
        if grant.expires_ms <= now_ms {
            return Err(GrantRefusal::Expired);
        }
        if !is_signed_by(
            &grant.controller,
            &grant.signing_payload(),
            &signed.signature,
        ) {
            return Err(GrantRefusal::Signature);
        }
        Ok(CellRef {
            video: grant.video,
            rendition: grant.cell.rendition,
            cell: grant.cell.index,
        })
    }
}

#[cfg(test)]
mod tests {
    use chainflix_controller::protocol::Peer;
    use chainflix_controller::signing::Signer;
    use chainflix_primitives::{Magnet, manifest::CellEntry};
    use ed25519_zebra::SigningKey;

    use super::*;

    fn entry() -> CellEntry {
        CellEntry {
            rendition: 0,
            index: 3,
            playtime_ms: 60_000,
            bytes: 300_000,
            plain_root: [1; 32],
            cipher_root: [2; 32],
        }
    }

    fn grant_by(key: u8, provider: u32, peer_key: [u8; 32]) -> SignedGrant {
        let signer = Signer::new(SigningKey::from([key; 32]), [9; 32]);
        let peer = Peer {
            provider,
            peer_key,
            addresses: Vec::new(),
        };
        signer.grant(Magnet([5; 32]), entry(), &peer, 1_000)
    }

    fn rules() -> GrantRules {
        let controllers = Trusted::default();
        controllers.are([SigningKey::from([1; 32]).verification_key().into()]);
        GrantRules {
            genesis: [9; 32],
            controllers,
            provider: 4,
            peer_key: [8; 32],
        }
    }

    #[test]
    fn a_grant_made_out_to_this_node_by_its_controller_is_good_until_it_expires() {
        let grant = grant_by(1, 4, [8; 32]);
        let cell = rules().check_own(&grant, 999).unwrap();
        assert_eq!((cell.video, cell.cell), (Magnet([5; 32]), 3));
        assert_eq!(rules().check_own(&grant, 1_000), Err(GrantRefusal::Expired));
    }

    #[test]
    fn a_grant_by_a_stranger_to_somebody_else_or_changed_afterwards_is_refused() {
        let check = |grant: &SignedGrant| rules().check_own(grant, 0);
        let stranger = grant_by(2, 4, [8; 32]);
        assert_eq!(check(&stranger), Err(GrantRefusal::UnknownController));
        let index = grant_by(1, 5, [8; 32]);
        assert_eq!(check(&index), Err(GrantRefusal::OtherProvider));
        let key = grant_by(1, 4, [7; 32]);
        assert_eq!(check(&key), Err(GrantRefusal::OtherProvider));
        let mut larger = grant_by(1, 4, [8; 32]);
        larger.grant.cell.bytes += 1;
        assert_eq!(check(&larger), Err(GrantRefusal::Signature));
        let mut elsewhere = grant_by(1, 4, [8; 32]);
        elsewhere.grant.genesis = [3; 32];
        assert_eq!(check(&elsewhere), Err(GrantRefusal::OtherChain));
    }

    #[test]
    fn a_controller_that_is_registered_later_is_trusted_then_and_one_that_is_gone_is_not() {
        let rules = rules();
        let grant = grant_by(2, 4, [8; 32]);
        let checked = || rules.check_own(&grant, 0).map(drop);
        assert_eq!(checked(), Err(GrantRefusal::UnknownController));
        let key = SigningKey::from([2; 32]).verification_key().into();
        rules.controllers.are([key]);
        assert_eq!(checked(), Ok(()));
        rules.controllers.are([]);
        assert_eq!(checked(), Err(GrantRefusal::UnknownController));
    }

    #[test]
    fn a_cell_is_handed_only_to_the_peer_that_the_grant_names() {
        let grant = grant_by(1, 77, [6; 32]);
        assert!(rules().check_peer(&grant, &[6; 32], 0).is_ok());
        let other = rules().check_peer(&grant, &[8; 32], 0);
        assert_eq!(other, Err(GrantRefusal::OtherProvider));
    }
}

//! The node's own keys, and the keys that it shares with verifiers.
//!
//! The peer key is the node's libp2p identity, logs in at controllers and signs receipts; the exchange key opens what
//! verifiers seal to the node. Both are registered on chain. Neither tells anything about content: that stays encrypted
//! under keys that only verifiers release, and only to viewers.

use chainflix_p2p::PeerKey;
use hpke::{
    Deserializable, Kem as _, OpModeR, Serializable, aead::ChaCha20Poly1305, kdf::HkdfSha256,
    kem::X25519HkdfSha256,
};
use zeroize::Zeroizing;

mod provider;
pub(crate) mod rpc;
pub(crate) mod tokens;

pub use self::provider::{
    ProviderKeys, TokenKeyError, Turn, VerifierEndpoint, Verifiers, VerifiersError,
};
pub use self::rpc::CallError;

type Kem = X25519HkdfSha256;

/// The two secret keys of a node. They are wiped when it goes.
pub struct NodeKeys {
    peer: PeerKey,
    exchange: <Kem as hpke::Kem>::PrivateKey,
}

impl NodeKeys {
    /// Takes the peer key and the X25519 secret of the exchange key, any 32 random bytes.
    #[must_use]
    pub fn new(peer: PeerKey, exchange_secret: &Zeroizing<[u8; 32]>) -> Self {
        let exchange = <Kem as hpke::Kem>::PrivateKey::from_bytes(exchange_secret.as_slice());
        Self {
            peer,
            // Any 32 bytes are a key; of another length they can't be here.
            exchange: exchange
                .unwrap_or_else(|_| Kem::derive_keypair(exchange_secret.as_slice()).0),
        }
    }

    /// The peer key; its public part is registered on chain.
    #[must_use]
    pub fn peer(&self) -> &PeerKey {
        &self.peer
    }

    /// X25519 public key to which verifiers seal, as it is registered on chain.
    #[must_use]
    pub fn exchange_key(&self) -> [u8; 32] {
        Kem::sk_to_pk(&self.exchange).to_bytes().into()
    }

    /// Opens 32 bytes that were sealed to the exchange key by HPKE in base mode, single shot. `None` when they were not.
    fn open_sealed(
        &self,
        encapsulated: &[u8; 32],
        info: &[u8],
        sealed: &[u8],
    ) -> Option<Zeroizing<[u8; 32]>> {
        let encapped = <Kem as hpke::Kem>::EncappedKey::from_bytes(encapsulated).ok()?;
        let opened = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, Kem>(
            &OpModeR::Base,
            &self.exchange,
            &encapped,
            info,
            sealed,
            &[],
        );
        let opened = Zeroizing::new(opened.ok()?);
        let mut key = Zeroizing::new([0u8; 32]);
        if opened.len() != key.len() {
            return None;
        }
        key.copy_from_slice(&opened);
        Some(key)
    }
}

impl core::fmt::Debug for NodeKeys {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "NodeKeys({})", self.peer.peer_id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exchange_key_is_the_x25519_key_of_its_secret_and_neither_secret_shows() {
        let keys = NodeKeys::new(PeerKey::from_seed([7; 32]), &Zeroizing::new([9; 32]));
        let exchange = x25519_dalek::StaticSecret::from([9; 32]);
        let public = x25519_dalek::PublicKey::from(&exchange);
        assert_eq!(keys.exchange_key(), public.to_bytes());
        let shown = format!("{keys:?}");
        assert!(
            !shown.contains("0707") && !shown.contains("0909"),
            "{shown}"
        );
    }
}

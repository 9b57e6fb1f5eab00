//! The node's own keys, and the keys that it shares with verifiers.
//!
//! The peer key is the node's libp2p identity, logs in at controllers and signs receipts; the exchange key opens what
//! verifiers seal to the node. Both are registered on chain. Neither tells anything about content: that stays encrypted
//! under keys that only verifiers release, and only to viewers.

use chainflix_primitives::{Hash32, Signature64, receipt::receipt_payload};
use ed25519_zebra::{Signature, SigningKey, VerificationKey};
use hpke::{
    Deserializable, Kem as _, OpModeR, Serializable, aead::ChaCha20Poly1305, kdf::HkdfSha256,
    kem::X25519HkdfSha256,
};
use zeroize::Zeroizing;

mod provider;
mod rpc;
pub(crate) mod tokens;

pub use self::provider::{
    ProviderKeys, TokenKeyError, VerifierEndpoint, Verifiers, VerifiersError,
};

type Kem = X25519HkdfSha256;

/// The two secret keys of a node. They are wiped when it goes.
pub struct NodeKeys {
    signing: SigningKey,
    seed: Zeroizing<[u8; 32]>,
    peer_key: [u8; 32],
    exchange: <Kem as hpke::Kem>::PrivateKey,
}

impl NodeKeys {
    /// Takes the ed25519 seed of the peer key and the X25519 secret of the exchange key; any 32 random bytes each.
    #[must_use]
    pub fn new(
        peer_seed: Zeroizing<[u8; 32]>,
        exchange_secret: &Zeroizing<[u8; 32]>,
    ) -> Option<Self> {
        let signing = SigningKey::from(*peer_seed);
        Some(Self {
            peer_key: VerificationKey::from(&signing).into(),
            signing,
            seed: peer_seed,
            exchange: <Kem as hpke::Kem>::PrivateKey::from_bytes(exchange_secret.as_slice())
                .ok()?,
        })
    }

    /// ed25519 public key of the peer id, as it is registered on chain.
    #[must_use]
    pub fn peer_key(&self) -> [u8; 32] {
        self.peer_key
    }

    /// X25519 public key to which verifiers seal, as it is registered on chain.
    #[must_use]
    pub fn exchange_key(&self) -> [u8; 32] {
        Kem::sk_to_pk(&self.exchange).to_bytes().into()
    }

    /// ed25519 seed of the peer key, for the swarm.
    #[must_use]
    pub fn peer_seed(&self) -> &Zeroizing<[u8; 32]> {
        &self.seed
    }

    /// Signs with the peer key.
    #[must_use]
    pub fn sign(&self, payload: &[u8]) -> Signature64 {
        Signature64(self.signing.sign(payload).to_bytes())
    }

    /// Signs a running total: `bytes` were sent for the token of this id.
    #[must_use]
    pub fn sign_receipt(&self, genesis: &Hash32, token: &Hash32, bytes: u64) -> Signature64 {
        self.sign(&receipt_payload(genesis, token, bytes))
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
        write!(f, "NodeKeys({})", hex::encode(self.peer_key))
    }
}

/// Whether `signature` over `payload` is by the ed25519 key `public`, by ZIP-215 rules.
pub(crate) fn is_signed_by(public: &[u8; 32], payload: &[u8], signature: &Signature64) -> bool {
    VerificationKey::try_from(*public)
        .is_ok_and(|key| key.verify(&Signature::from(signature.0), payload).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_keys_are_those_of_the_secrets_and_the_secrets_do_not_show() {
        let keys = NodeKeys::new(Zeroizing::new([7; 32]), &Zeroizing::new([9; 32])).unwrap();
        let signing: [u8; 32] = SigningKey::from([7; 32]).verification_key().into();
        assert_eq!(keys.peer_key(), signing);
        let exchange = x25519_dalek::StaticSecret::from([9; 32]);
        let public = x25519_dalek::PublicKey::from(&exchange);
        assert_eq!(keys.exchange_key(), public.to_bytes());
        let shown = format!("{keys:?}");
        assert!(
            !shown.contains("0707") && !shown.contains("0909"),
            "{shown}"
        );
    }

    #[test]
    fn a_receipt_is_signed_by_the_peer_key_for_one_total_of_one_token() {
        let keys = NodeKeys::new(Zeroizing::new([7; 32]), &Zeroizing::new([9; 32])).unwrap();
        let signature = keys.sign_receipt(&[1; 32], &[2; 32], 3);
        let holds = |bytes| {
            let payload = receipt_payload(&[1; 32], &[2; 32], bytes);
            is_signed_by(&keys.peer_key(), &payload, &signature)
        };
        assert!(holds(3));
        assert!(!holds(4));
    }
}

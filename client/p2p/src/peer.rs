//! Peer keys and addresses.

use std::str::FromStr;

use chainflix_primitives::ids::Signature64;
use ed25519_zebra::{Signature, SigningKey, VerificationKey};
use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId, identity};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Most addresses of one peer that are tried.
pub const MAX_ADDRESSES: usize = 8;

/// ed25519 key of a peer of the content network; a provider signs receipts with it.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct PeerKey {
    seed: [u8; 32],
}

impl PeerKey {
    /// The key that grows from `seed`.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self { seed }
    }

    /// A fresh key from the system's randomness.
    #[must_use]
    pub fn generate() -> Self {
        let seed = identity::ed25519::SecretKey::generate();
        let mut key = Self { seed: [0; 32] };
        key.seed.copy_from_slice(seed.as_ref());
        key
    }

    /// The public key.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        VerificationKey::from(&SigningKey::from(self.seed)).into()
    }

    /// Signs.
    #[must_use]
    pub fn sign(&self, payload: &[u8]) -> Signature64 {
        Signature64(SigningKey::from(self.seed).sign(payload).to_bytes())
    }

    /// The peer id of libp2p.
    #[must_use]
    pub fn peer_id(&self) -> PeerId {
        // The public key of a seed is always a point.
        peer_id_of(&self.public()).unwrap_or_else(PeerId::random)
    }

    pub(crate) fn keypair(&self) -> Option<identity::Keypair> {
        identity::Keypair::ed25519_from_bytes(self.seed).ok()
    }
}

impl core::fmt::Debug for PeerKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "PeerKey({})", self.peer_id())
    }
}

/// Peer id of an ed25519 public key. `None` when it is none.
#[must_use]
pub fn peer_id_of(public: &[u8; 32]) -> Option<PeerId> {
    let key = identity::ed25519::PublicKey::try_from_bytes(public).ok()?;
    Some(identity::PublicKey::from(key).to_peer_id())
}

/// Whether `signature` over `payload` is by `public`, by ZIP-215 rules as everywhere.
#[must_use]
pub fn is_signed_by(public: &[u8; 32], payload: &[u8], signature: &Signature64) -> bool {
    VerificationKey::try_from(*public)
        .is_ok_and(|key| key.verify(&Signature::from(signature.0), payload).is_ok())
}

/// A peer and where it can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerAddress {
    /// ed25519 public key of its peer id.
    pub peer_key: [u8; 32],
    /// Addresses without the peer id, at most [`MAX_ADDRESSES`].
    pub addresses: Vec<Multiaddr>,
}

/// Why an address can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not a multiaddress.
    #[error("{0} is not a multiaddress such as /ip4/192.0.2.1/udp/4001/quic-v1")]
    Malformed(String),
    /// More than [`MAX_ADDRESSES`], or none.
    #[error("a peer has 1 to {MAX_ADDRESSES} addresses")]
    Count,
    /// The key is no ed25519 key.
    #[error("the peer's key is no ed25519 key")]
    Key,
}

impl PeerAddress {
    /// Reads addresses as a controller names them; a peer id at their end is dropped, since the key decides.
    ///
    /// # Errors
    /// See [`AddressError`].
    pub fn parse<A: AsRef<str>>(peer_key: [u8; 32], addresses: &[A]) -> Result<Self, AddressError> {
        if addresses.is_empty() || addresses.len() > MAX_ADDRESSES {
            return Err(AddressError::Count);
        }
        peer_id_of(&peer_key).ok_or(AddressError::Key)?;
        let addresses = addresses
            .iter()
            .map(|text| {
                let text = text.as_ref();
                let mut address = Multiaddr::from_str(text)
                    .map_err(|_| AddressError::Malformed(text.chars().take(128).collect()))?;
                if matches!(address.iter().last(), Some(Protocol::P2p(_))) {
                    address.pop();
                }
                Ok(address)
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            peer_key,
            addresses,
        })
    }

    /// The peer id. `None` when the key is no ed25519 key.
    #[must_use]
    pub fn peer_id(&self) -> Option<PeerId> {
        peer_id_of(&self.peer_key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_signs_under_its_peer_id() {
        let key = PeerKey::from_seed([3; 32]);
        let signature = key.sign(b"payload");
        assert!(is_signed_by(&key.public(), b"payload", &signature));
        assert!(!is_signed_by(&key.public(), b"Payload", &signature));
        let keypair = key.keypair().expect("any seed is a key");
        assert_eq!(keypair.public().to_peer_id(), key.peer_id());
        assert!(!format!("{key:?}").contains("3, 3"));
    }

    #[test]
    fn addresses_are_read_with_or_without_a_peer_id() {
        let key = PeerKey::from_seed([3; 32]);
        let plain = "/ip4/127.0.0.1/udp/1/quic-v1".to_owned();
        let with_id = format!("{plain}/p2p/{}", key.peer_id());
        let one = PeerAddress::parse(key.public(), &[plain]);
        assert_eq!(one, PeerAddress::parse(key.public(), &[with_id]));
        assert!(one.is_ok());
        let none: [&str; 0] = [];
        assert_eq!(
            PeerAddress::parse(key.public(), &none),
            Err(AddressError::Count)
        );
        assert!(PeerAddress::parse(key.public(), &["localhost:1"]).is_err());
    }
}

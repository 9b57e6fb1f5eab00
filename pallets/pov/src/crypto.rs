//! The `pov` session key, and SHA-256 through the host.

use chainflix_primitives::hash::{Hash32, Hasher};
use sp_core::crypto::KeyTypeId;

/// Key type of `pov` session keys in a keystore.
pub const KEY_TYPE: KeyTypeId = KeyTypeId(*b"povv");

mod app {
    use sp_application_crypto::{app_crypto, sr25519};
    app_crypto!(sr25519, super::KEY_TYPE);
}

#[cfg(feature = "std")]
pub use app::Pair;
pub use app::{Public, Signature};

/// SHA-256 by the host function: compiled into the runtime it would be an order of magnitude slower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostHasher;

impl Hasher for HostHasher {
    fn sha256(data: &[u8]) -> Hash32 {
        sp_io::hashing::sha2_256(data)
    }
}

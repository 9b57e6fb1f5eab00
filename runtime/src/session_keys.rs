//! The keys that a verifier registers for a session.

use crate::{AccountId, Aura, Grandpa};
use alloc::vec::Vec;
use frame_support::traits::OneSessionHandler;
use sp_runtime::{BoundToRuntimeAppPublic, impl_opaque_keys};

impl_opaque_keys! {
    /// The session keys of a verifier. All three are proved to belong to the account that registers
    /// them (`author_rotateKeysWithOwner`).
    pub struct SessionKeys {
        /// Writes blocks.
        pub aura: Aura,
        /// Votes on finality.
        pub grandpa: Grandpa,
        // zombienet rewrites the keys in genesis and fills only names that it knows. Of those with
        // an sr25519 key, `vrf` is one that this chain doesn't use otherwise.
        /// Signs reports of Proof-of-View.
        #[serde(alias = "vrf")]
        pub pov: PovKeys,
    }
}

/// The `pov` session key: sr25519, key type `povv`.
pub mod pov_crypto {
    use sp_core::crypto::KeyTypeId;

    /// The key type of `pov` keys in the keystore.
    pub const KEY_TYPE: KeyTypeId = KeyTypeId(*b"povv");

    mod app {
        use sp_runtime::app_crypto::{app_crypto, sr25519};
        app_crypto!(sr25519, super::KEY_TYPE);
    }

    pub use app::{Public, Signature};
}

/// Takes part in session changes for the `pov` key. The keys themselves are read from the session.
pub struct PovKeys;

impl BoundToRuntimeAppPublic for PovKeys {
    type Public = pov_crypto::Public;
}

impl OneSessionHandler<AccountId> for PovKeys {
    type Key = pov_crypto::Public;

    fn on_genesis_session<'a, I>(_verifiers: I)
    where
        I: Iterator<Item = (&'a AccountId, Self::Key)> + 'a,
    {
    }

    fn on_new_session<'a, I>(_changed: bool, _verifiers: I, _queued_verifiers: I)
    where
        I: Iterator<Item = (&'a AccountId, Self::Key)> + 'a,
    {
    }

    fn on_disabled(_verifier_index: u32) {}
}

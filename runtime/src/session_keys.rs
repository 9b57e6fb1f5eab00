//! The keys that a verifier registers for a session.

use crate::{Aura, Grandpa, Pov};
use alloc::vec::Vec;
use sp_runtime::impl_opaque_keys;

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
        pub pov: Pov,
    }
}

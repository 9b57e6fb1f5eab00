//! Which of the sealed set secrets this verifier made itself.

use chainflix_primitives::hash::Hash32;

use super::tables::META;
use super::{Batch, StoreResult, View};

const OWN_SECRET: [u8; 8] = *b"ownsecrt";

impl Batch<'_> {
    /// Remembers the commitment to the secret that this verifier made.
    pub(crate) fn put_own_secret(&self, commitment: &Hash32) -> StoreResult<()> {
        self.put(META, &OWN_SECRET, &commitment.to_vec())
    }
}

impl View {
    /// Commitment to the secret that this verifier made.
    pub(crate) fn own_secret(&self) -> StoreResult<Option<Hash32>> {
        let stored = self.get(META, &OWN_SECRET)?;
        Ok(stored.and_then(|bytes| bytes.try_into().ok()))
    }
}

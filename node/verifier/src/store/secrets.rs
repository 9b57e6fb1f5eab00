//! Which of the sealed set secrets this verifier made itself.

use chainflix_primitives::hash::Hash32;

use super::tables::META;
use super::{Batch, StoreResult, View};

/// Key of the commitment to the own secret of an epoch.
fn own_secret_key(epoch: u32) -> [u8; 8] {
    let [a, b, c, d] = epoch.to_be_bytes();
    [b'o', b's', b'e', b'c', a, b, c, d]
}

impl Batch<'_> {
    /// Remembers the commitment to the secret that this verifier made for an epoch.
    pub(crate) fn put_own_secret(&self, epoch: u32, commitment: &Hash32) -> StoreResult<()> {
        self.put(META, &own_secret_key(epoch), &commitment.to_vec())
    }
}

impl View {
    /// Commitment to the secret that this verifier made for an epoch.
    pub(crate) fn own_secret(&self, epoch: u32) -> StoreResult<Option<Hash32>> {
        let stored = self.get(META, &own_secret_key(epoch))?;
        Ok(stored.and_then(|bytes| bytes.try_into().ok()))
    }
}

//! What a storage node brings to its streams: cells, tokens opened, totals kept. `serve` speaks the protocols.

use std::sync::Arc;

use chainflix_content::DownloadKey;
use chainflix_primitives::Hash32;
use chainflix_primitives::ids::{Magnet, Signature64};
use chainflix_primitives::manifest::CellEntry;
use chainflix_primitives::placement::SignedGrant;
use chainflix_primitives::receipt::DeliveryToken;
use futures::future::BoxFuture;

use crate::wire::{CellPlace, DeliveryRefusal, Run, StoreRefusal};

/// A storage provider, as its streams to viewers need it.
///
/// `serve` has checked version, chain, provider, expiry and session of a token before it asks; the rest is here.
pub trait Provider: Send + Sync + 'static {
    /// Opens the seal of a token: proof that a verifier made it with these terms.
    fn open_token<'a>(
        &'a self,
        token: &'a DeliveryToken,
    ) -> BoxFuture<'a, Result<DownloadKey, DeliveryRefusal>>;

    /// What the token has been served so far. A token has one account, however often it is opened. May block.
    ///
    /// # Errors
    /// When no more can be kept.
    fn account(&self, token: &DeliveryToken) -> Result<Arc<dyn TokenAccount>, DeliveryRefusal>;

    /// Opens a cell that is held. May block for the disk.
    ///
    /// # Errors
    /// When it is not held, or damaged.
    fn open_cell(&self, place: &CellPlace) -> Result<Arc<dyn OpenCell>, DeliveryRefusal>;

    /// Waits until `bytes` bytes may leave: the upload cap over all streams.
    fn may_leave(&self, bytes: u64) -> BoxFuture<'_, ()>;
}

/// What one token has been served; survives streams, and crashes up to a receipt step.
pub trait TokenAccount: Send + Sync {
    /// Bytes sent in all: the running total.
    fn sent(&self) -> u64;

    /// Of them countersigned.
    fn countersigned(&self) -> u64;

    /// Counts bytes that are about to leave and returns the new running total.
    ///
    /// Refused with [`DeliveryRefusal::Exhausted`] above what the token allows, and with [`DeliveryRefusal::Unsigned`]
    /// when more than [`chainflix_primitives::receipt::MAX_UNSIGNED_BYTES`] would not be countersigned; nothing is
    /// counted then.
    fn spend(&self, bytes: u64) -> BoxFuture<'_, Result<u64, DeliveryRefusal>>;

    /// The viewer has countersigned the total `bytes`; `signature` was checked.
    fn countersign(&self, bytes: u64, signature: &Signature64);
}

/// An open cell.
pub trait OpenCell: Send + Sync {
    /// Its commitment.
    fn entry(&self) -> &CellEntry;

    /// What groups `first .. first + count` are verified against. Reads nothing.
    ///
    /// # Errors
    /// When the range leaves the cell.
    fn prove(&self, first: u32, count: u32) -> Result<RangeProof, DeliveryRefusal>;

    /// The at-rest ciphertext of groups `first .. first + count`, each of them verified: what does not verify never
    /// leaves. May block for the disk.
    ///
    /// # Errors
    /// When a group is damaged, or the cell was dropped.
    fn read(&self, first: u32, count: u32) -> Result<Vec<u8>, DeliveryRefusal>;
}

/// What a run of groups is verified against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RangeProof {
    /// Hash of each group.
    pub hashes: Vec<Hash32>,
    /// With the hashes, what leads to the cipher root ([`chainflix_primitives::merkle::range`]).
    pub proof: Vec<Hash32>,
}

/// A storage provider, as its streams to publishers and other providers need it.
pub trait Keeper: Send + Sync + 'static {
    /// Checks a grant made out to this node.
    ///
    /// # Errors
    /// [`StoreRefusal::Grant`].
    fn check_own(&self, grant: &SignedGrant) -> Result<(), StoreRefusal>;

    /// Checks a grant made out to the node with this peer key.
    ///
    /// # Errors
    /// [`StoreRefusal::Grant`].
    fn check_peer(&self, grant: &SignedGrant, peer_key: &[u8; 32]) -> Result<(), StoreRefusal>;

    /// Begins to take a cell in. `None` when it is held already. May block.
    ///
    /// # Errors
    /// When there is no space, or somebody else is handing it in.
    fn import(
        &self,
        place: &CellPlace,
        entry: &CellEntry,
    ) -> Result<Option<Box<dyn Import>>, StoreRefusal>;

    /// Opens a cell that is held. May block.
    ///
    /// # Errors
    /// When it is not held, or damaged.
    fn open_cell(&self, place: &CellPlace) -> Result<Arc<dyn OpenCell>, DeliveryRefusal>;

    /// Waits until `bytes` bytes may leave: the upload cap over all streams.
    fn may_leave(&self, bytes: u64) -> BoxFuture<'_, ()>;

    /// The SCALE-encoded manifest of a video. May block.
    fn manifest(&self, video: &Magnet) -> Option<Vec<u8>>;

    /// Keeps a manifest, when it is the magnet's and a cell of the video is held. May block.
    fn put_manifest(&self, video: &Magnet, manifest: &[u8]) -> bool;
}

/// A cell that is being taken in. Dropping it before [`Import::finish`] leaves nothing behind.
pub trait Import: Send {
    /// The group that is to come next.
    fn next_group(&self) -> u32;

    /// Verifies a run that begins at [`Import::next_group`] against the cell's cipher root, and writes it. May block.
    ///
    /// # Errors
    /// When it does not verify: nothing of it is kept.
    fn write(&mut self, run: &Run) -> Result<(), StoreRefusal>;

    /// Makes the cell durable, then visible. Blocks.
    ///
    /// # Errors
    /// When it is not complete, or the disk fails; nothing of it stays.
    fn finish(self: Box<Self>) -> Result<(), StoreRefusal>;
}

//! Moving whole cells and manifests: what publishers and storage nodes do at the dialling end of a stream.

use std::io;
use std::time::Duration;

use chainflix_content::trees::{self, GROUP_BYTES};
use chainflix_primitives::manifest::Manifest;
use chainflix_primitives::merkle::Tree;
use chainflix_primitives::merkle::range::root_from_range;
use chainflix_primitives::placement::SignedGrant;
use chainflix_primitives::{Magnet, Sha256};
use codec::DecodeAll;
use futures::{AsyncReadExt as _, AsyncWriteExt};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::frame::{self, FrameError};
use crate::network::{ConnectError, Network};
use crate::peer::PeerAddress;
use crate::wire::{
    FromKeeper, MANIFEST_PROTOCOL, MAX_MANIFEST_MESSAGE, MAX_STORE_MESSAGE, ManifestReply,
    ManifestRequest, Run, STORE_PROTOCOL, STORE_RUN_GROUPS, StoreRefusal, ToKeeper,
};

/// The other side must answer, or take a message, within this time. Making a large cell durable takes a while.
const ANSWERS: Duration = Duration::from_secs(30);

/// Why a transfer did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The peer was not reached.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The stream failed.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The other side refused.
    #[error(transparent)]
    Refused(#[from] StoreRefusal),
    /// The other side does not keep to the protocol, or sent what does not verify; it is at fault.
    #[error("the peer sent something else than was asked for")]
    Misbehaved,
    /// The cell's file can't be read, or ends early.
    #[error("the cell can't be read: {0}")]
    Read(#[source] io::Error),
    /// The peer has no such manifest.
    #[error("the peer does not have the manifest")]
    NoManifest,
}

/// What became of a cell that was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It was taken in, and is durable there.
    Stored {
        /// Bytes that were sent.
        bytes: u64,
    },
    /// It was there already.
    WasHeld,
}

/// Hands a cell to the node that `grant` is made out to. `ciphertext` is read once, from its beginning; `tree` is the
/// cell's cipher tree, see [`trees::read_outboard`]. Returns when the node has it durable.
///
/// # Errors
/// When the node is not reached, refuses, or the content can't be read.
pub async fn put_cell(
    network: &Network,
    to: &PeerAddress,
    grant: &SignedGrant,
    tree: &Tree,
    mut ciphertext: impl AsyncRead + Unpin,
) -> Result<Put, TransferError> {
    let entry = &grant.grant.cell;
    let mut stream = network.open(to, STORE_PROTOCOL).await?;
    frame::write_within(&mut stream, &ToKeeper::Put(grant.clone()), ANSWERS).await?;
    let first = match frame::read_within(&mut stream, MAX_STORE_MESSAGE, ANSWERS).await? {
        Some(FromKeeper::Wanted { first }) if first <= entry.groups() => first,
        Some(FromKeeper::Held) => return Ok(Put::WasHeld),
        Some(FromKeeper::Refused(refusal)) => return Err(refusal.into()),
        _ => return Err(TransferError::Misbehaved),
    };
    let (mut from, mut into) = stream.split();
    let mut sent = 0u64;
    let send = async {
        let mut next = 0u32;
        while next < entry.groups() {
            let count = STORE_RUN_GROUPS.min(entry.groups().saturating_sub(next));
            let mut bytes = vec![0u8; run_bytes(entry.bytes, next, count)];
            ciphertext
                .read_exact(&mut bytes)
                .await
                .map_err(TransferError::Read)?;
            // What the node has already is read over.
            if next.saturating_add(count) > first {
                let run = run_from(next, first, bytes, tree).ok_or(TransferError::Misbehaved)?;
                sent = sent.saturating_add(run.bytes.len() as u64);
                frame::write_within(&mut into, &ToKeeper::Run(run), ANSWERS).await?;
            }
            next = next.saturating_add(count);
        }
        Ok::<_, TransferError>(())
    };
    // The node may refuse at any time, and takes nothing more then.
    let mut answer = std::pin::pin!(frame::read(&mut from, MAX_STORE_MESSAGE));
    let answered = tokio::select! {
        biased;
        answered = &mut answer => answered,
        sent = send => {
            sent?;
            tokio::time::timeout(ANSWERS, answer)
                .await
                .unwrap_or(Err(FrameError::Silent(ANSWERS)))
        }
    };
    match answered? {
        Some(FromKeeper::Held) => Ok(Put::Stored { bytes: sent }),
        Some(FromKeeper::Refused(refusal)) => Err(refusal.into()),
        _ => Err(TransferError::Misbehaved),
    }
}

fn run_bytes(bytes: u32, first: u32, count: u32) -> usize {
    (first..first.saturating_add(count))
        .map(|group| trees::group_bytes(bytes, group))
        .sum()
}

/// The run of the groups in `bytes`, which begin at group `next`, without those before `first`.
fn run_from(next: u32, first: u32, mut bytes: Vec<u8>, tree: &Tree) -> Option<Run> {
    let begin = next.max(first);
    let known = usize::try_from(trees::group_offset(begin.checked_sub(next)?)).ok()?;
    bytes.drain(..known.min(bytes.len()));
    let groups = bytes.len().div_ceil(GROUP_BYTES);
    let proof = tree.range_proof(usize::try_from(begin).ok()?, groups)?;
    Some(Run {
        first: begin,
        bytes,
        proof,
    })
}

/// Fetches a cell from a node, against a grant made out to this peer, beginning with group `first`. Each run is verified
/// against the cipher root before `take` gets it; `take` may wait, which slows the sender down.
///
/// # Errors
/// When the node is not reached, refuses or cheats, or `take` refuses. What came before is good: another node can go on
/// at the next group.
pub async fn get_cell<F>(
    network: &Network,
    from: &PeerAddress,
    grant: &SignedGrant,
    first: u32,
    mut take: impl FnMut(Run) -> F,
) -> Result<(), TransferError>
where
    F: Future<Output = Result<(), StoreRefusal>>,
{
    let entry = &grant.grant.cell;
    let mut stream = network.open(from, STORE_PROTOCOL).await?;
    let request = ToKeeper::Get {
        grant: grant.clone(),
        first,
    };
    frame::write_within(&mut stream, &request, ANSWERS).await?;
    let mut next = first;
    while next < entry.groups() {
        match frame::read_within(&mut stream, MAX_STORE_MESSAGE, ANSWERS).await? {
            Some(FromKeeper::Run(run)) if run.first == next => {
                let groups = verified_groups(&run, entry.bytes, &entry.cipher_root)
                    .ok_or(TransferError::Misbehaved)?;
                next = next.saturating_add(groups);
                take(run).await?;
            }
            Some(FromKeeper::Refused(refusal)) => return Err(refusal.into()),
            _ => return Err(TransferError::Misbehaved),
        }
    }
    // The node is told that nothing more is wanted; whether it hears that does not matter.
    let _ = stream.close().await;
    Ok(())
}

/// Number of groups of a run of a cell of `bytes` bytes. `None` unless they are whole groups under the cipher root.
#[must_use]
pub fn verified_groups(
    run: &Run,
    bytes: u32,
    cipher_root: &chainflix_primitives::Hash32,
) -> Option<u32> {
    let mut hashes = Vec::new();
    for (index, group) in (run.first..).zip(run.bytes.chunks(GROUP_BYTES)) {
        if group.len() != trees::group_bytes(bytes, index) {
            return None;
        }
        hashes.push(trees::group_hash(group));
    }
    let first = usize::try_from(run.first).ok()?;
    let total = usize::try_from(trees::group_count(bytes)).ok()?;
    let root = root_from_range::<Sha256>(&hashes, first, total, &run.proof)?;
    let count = u32::try_from(hashes.len()).ok()?;
    (root == *cipher_root && count <= STORE_RUN_GROUPS).then_some(count)
}

/// Fetches a manifest and checks it against its magnet and its own rules.
///
/// # Errors
/// When the peer is not reached, does not have it, or sends another.
pub async fn get_manifest(
    network: &Network,
    from: &PeerAddress,
    video: &Magnet,
) -> Result<Manifest, TransferError> {
    let mut stream = network.open(from, MANIFEST_PROTOCOL).await?;
    frame::write_within(&mut stream, &ManifestRequest::Get(*video), ANSWERS).await?;
    match frame::read_within(&mut stream, MAX_MANIFEST_MESSAGE, ANSWERS).await? {
        Some(ManifestReply::Manifest(encoded)) => {
            read_manifest(video, &encoded).ok_or(TransferError::Misbehaved)
        }
        Some(ManifestReply::NotHeld) => Err(TransferError::NoManifest),
        _ => Err(TransferError::Misbehaved),
    }
}

/// Reads a manifest. `None` unless its hash is the magnet and it keeps every rule.
#[must_use]
pub fn read_manifest(video: &Magnet, encoded: &[u8]) -> Option<Manifest> {
    let manifest = Manifest::decode_all(&mut &*encoded).ok()?;
    let is_it = manifest.magnet::<Sha256>() == *video && manifest.validate().is_ok();
    is_it.then_some(manifest)
}

/// Offers a manifest to a node, which keeps it when it holds a cell of the video. Returns whether it does.
///
/// # Errors
/// When the peer is not reached or does not answer.
pub async fn offer_manifest(
    network: &Network,
    to: &PeerAddress,
    video: &Magnet,
    manifest: Vec<u8>,
) -> Result<bool, TransferError> {
    let mut stream = network.open(to, MANIFEST_PROTOCOL).await?;
    let offer = ManifestRequest::Offer {
        video: *video,
        manifest,
    };
    frame::write_within(&mut stream, &offer, ANSWERS).await?;
    match frame::read_within(&mut stream, MAX_MANIFEST_MESSAGE, ANSWERS).await? {
        Some(ManifestReply::Kept) => Ok(true),
        Some(ManifestReply::NotHeld) => Ok(false),
        _ => Err(TransferError::Misbehaved),
    }
}

//! Fetching another verifier's snapshot of the ledger, part by part. Each part is held against its hash, so that it is all
//! the same from whom it comes, and what a run before left on disk is used.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::Path,
    sync::Arc,
};

use chainflix_primitives::{AccountId, Sha256, hash::Hash32, merkle};
use futures::future::join_all;

use super::Exchange;
use super::messages::{PeerRequest, PeerResponse};
use crate::chain::verifiers::Peer;
use crate::network::PeerError;
use crate::snapshots::{SnapshotHead, part_hash};

/// Why a snapshot is not here yet.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TakeError {
    /// Nobody of those who have it gave what is missing.
    #[error(transparent)]
    Peer(#[from] PeerError),
    /// The own disk.
    #[error("it can't be written to disk: {0}")]
    File(#[from] io::Error),
}

impl Exchange {
    /// Which snapshots each of `accounts` says that it has. Whoever does not answer is left out.
    pub(crate) async fn snapshot_heads(
        &self,
        accounts: &[AccountId],
    ) -> Vec<(Peer, Vec<SnapshotHead>)> {
        let peers = self.verifiers.all();
        let asked = peers.iter().filter(|peer| accounts.contains(&peer.account));
        let mut answers = Vec::new();
        for peer in asked.copied() {
            answers.push(async move {
                match self.ask(&peer, &PeerRequest::Snapshots).await {
                    Ok(PeerResponse::Snapshots(heads)) => Some((peer, heads.into_inner())),
                    Ok(_) => None,
                    Err(error) => {
                        tracing::debug!(%error, peer = %peer.account, "it says nothing of snapshots");
                        None
                    }
                }
            });
        }
        join_all(answers).await.into_iter().flatten().collect()
    }

    /// Fetches the snapshot with `head` to `path` from `peers`. One that gives something else, or nothing, is left out.
    pub(crate) async fn snapshot(
        &self,
        head: &SnapshotHead,
        mut peers: Vec<Peer>,
        path: &Path,
    ) -> Result<(), TakeError> {
        let hashes = self.part_hashes(head, &mut peers).await?;
        let path = path.to_owned();
        let bytes = head.bytes;
        let file = tokio::task::spawn_blocking(move || open(&path, bytes)).await;
        let file = Arc::new(file.map_err(io::Error::other)??);
        let mut left = hashes.len() as u64;
        for (index, hash) in (0u32..).zip(&hashes) {
            self.metrics.snapshot_parts_left(left);
            left = left.saturating_sub(1);
            let Some((from, length)) = head.part(index) else {
                return Err(PeerError::BadAnswer("it has more parts than its length says").into());
            };
            let (here, hash) = (Arc::clone(&file), *hash);
            let work = tokio::task::spawn_blocking(move || holds(&here, from, length, &hash));
            if work.await.map_err(io::Error::other)?? {
                continue;
            }
            let part = self.part(head, index, &hash, &mut peers).await?;
            let here = Arc::clone(&file);
            let work = tokio::task::spawn_blocking(move || here.write_all_at(&part, from));
            work.await.map_err(io::Error::other)??;
        }
        self.metrics.snapshot_parts_left(0);
        Ok(())
    }

    /// The hashes of its parts.
    async fn part_hashes(
        &self,
        head: &SnapshotHead,
        peers: &mut Vec<Peer>,
    ) -> Result<Vec<Hash32>, PeerError> {
        let parts = head
            .parts()
            .ok_or(PeerError::BadAnswer("the snapshot is too long"))?;
        let root = head.root;
        let mut failure = PeerError::NotConnected;
        while let Some(peer) = peers.first().copied() {
            let request = |first| PeerRequest::SnapshotHashes { root, first };
            match self.hashes(&peer, parts, request).await {
                Ok(hashes) if merkle::root::<Sha256>(&hashes) == root => return Ok(hashes),
                Ok(_) => failure = PeerError::BadAnswer("its parts lead to another root"),
                Err(error) => failure = error,
            }
            leave_out(peers, &failure);
        }
        Err(failure)
    }

    async fn part(
        &self,
        head: &SnapshotHead,
        index: u32,
        hash: &Hash32,
        peers: &mut Vec<Peer>,
    ) -> Result<Vec<u8>, PeerError> {
        let root = head.root;
        let mut failure = PeerError::NotConnected;
        while let Some(peer) = peers.first().copied() {
            let request = PeerRequest::SnapshotPart { root, index };
            failure = match self.ask(&peer, &request).await {
                Ok(PeerResponse::SnapshotPart(part)) if part_hash(&part) == *hash => {
                    return Ok(part);
                }
                Ok(PeerResponse::SnapshotPart(_)) => {
                    PeerError::BadAnswer("a part is not the one asked for")
                }
                Ok(_) => PeerError::BadAnswer("it answers another question"),
                Err(error) => error,
            };
            leave_out(peers, &failure);
        }
        Err(failure)
    }
}

/// Leaves out the peer that was asked, until the next attempt.
fn leave_out(peers: &mut Vec<Peer>, failure: &PeerError) {
    let peer = peers.remove(0);
    tracing::warn!(error = %failure, peer = %peer.account, "its snapshot is not taken from it");
}

/// The file, as long as the snapshot.
fn open(path: &Path, bytes: u64) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)?;
    file.set_len(bytes)?;
    Ok(file)
}

/// Whether the part is in the file.
fn holds(file: &File, from: u64, length: usize, hash: &Hash32) -> io::Result<bool> {
    let mut part = vec![0; length];
    file.read_exact_at(&mut part, from)?;
    Ok(part_hash(&part) == *hash)
}

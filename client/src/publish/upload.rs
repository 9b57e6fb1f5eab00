//! Uploading cells to the nodes that the controller names.

use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use chainflix_content::{Publication, trees};
use chainflix_p2p::PeerAddress;
use chainflix_p2p::transfer::{self, Put, TransferError};
use chainflix_primitives::manifest::CellEntry;
use futures::{StreamExt, TryStreamExt};
use tokio::io::{AsyncRead, ReadBuf};

use super::{Producer, PublishError, PublishProgress};

/// A cell is offered to a node so often.
const ATTEMPTS: u32 = 3;
/// Pause between attempts.
const AGAIN: Duration = Duration::from_secs(1);
/// Cells that are uploaded at a time.
const UPLOADS: usize = 4;

impl Producer<'_> {
    /// Uploads every cell, several at a time.
    pub(super) async fn upload_all(
        &self,
        publication: &Publication,
        progress: &(dyn Fn(PublishProgress) + Send + Sync),
    ) -> Result<(), PublishError> {
        let entries: Vec<&CellEntry> = publication.manifest.entries().collect();
        let uploaded = &Uploaded::new(&entries, progress);
        futures::stream::iter(entries)
            .map(|entry| async move {
                self.upload_cell(publication, entry, uploaded).await?;
                uploaded.has(entry, entry.bytes.into());
                Ok::<(), PublishError>(())
            })
            .buffer_unordered(UPLOADS)
            .try_collect::<()>()
            .await
    }

    /// Uploads one cell to the nodes that the controller names; a node that fails is asked again, and at least one has to
    /// take it. Missing copies are made by the controller later.
    async fn upload_cell(
        &self,
        publication: &Publication,
        entry: &CellEntry,
        uploaded: &Uploaded<'_>,
    ) -> Result<(), PublishError> {
        let outboard_path = publication.outboard_path(entry.rendition, entry.index);
        let outboard =
            tokio::fs::read(&outboard_path)
                .await
                .map_err(|source| PublishError::Work {
                    path: outboard_path.clone(),
                    source,
                })?;
        let tree = trees::read_outboard(&outboard, entry.bytes, &entry.cipher_root)
            .ok_or(PublishError::Damaged(outboard_path))?;
        let path = publication.cell_path(entry.rendition, entry.index);
        let mut why = "none is up".to_owned();
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(AGAIN).await;
            }
            let placements = self
                .controller
                .placements(publication.magnet, entry.rendition, entry.index, 1)
                .await?;
            let Some(placement) = placements.into_iter().next() else {
                continue;
            };
            let mut missing = false;
            let mut held = !placement.held_by.is_empty();
            let nodes = placement.uploads.len();
            for (number, upload) in placement.uploads.iter().enumerate() {
                // Of the nodes that are to have it, so many have it already.
                let told = |read| uploaded.has(entry, share(number, nodes, read, entry.bytes));
                let taken = async {
                    let peer = PeerAddress::parse(upload.peer.peer_key, &upload.peer.addresses)
                        .map_err(|error| error.to_string())?;
                    let file = tokio::fs::File::open(&path)
                        .await
                        .map_err(|error| error.to_string())?;
                    let file = Told::new(file, &told);
                    transfer::put_cell(self.network, &peer, &upload.grant, &tree, file)
                        .await
                        .map_err(|error: TransferError| error.to_string())
                };
                match taken.await {
                    Ok(Put::Stored { .. } | Put::WasHeld) => held = true,
                    Err(error) => {
                        tracing::debug!(provider = upload.peer.provider, %error, "not taken");
                        missing = true;
                        why = error;
                    }
                }
            }
            let last = attempt.saturating_add(1) == ATTEMPTS;
            if held && (!missing || last) {
                return Ok(());
            }
        }
        Err(PublishError::NotTaken {
            cell: entry.index,
            why,
        })
    }
}

/// Bytes of a cell that count as uploaded when `number` of `nodes` have it and the next has `read` bytes of it.
fn share(number: usize, nodes: usize, read: u64, bytes: u32) -> u64 {
    let number = u64::try_from(number).unwrap_or(u64::MAX);
    let nodes = u64::try_from(nodes).unwrap_or(u64::MAX).max(1);
    let sent = number.saturating_mul(bytes.into()).saturating_add(read);
    sent / nodes
}

/// How much of all cells is uploaded, told as it grows.
struct Uploaded<'a> {
    progress: &'a (dyn Fn(PublishProgress) + Send + Sync),
    total: u64,
    far: Mutex<Far>,
}

#[derive(Default)]
struct Far {
    done: u64,
    /// Of cells that have begun, by rendition and index.
    cells: BTreeMap<(u8, u16), u64>,
}

impl<'a> Uploaded<'a> {
    fn new(entries: &[&CellEntry], progress: &'a (dyn Fn(PublishProgress) + Send + Sync)) -> Self {
        let total = entries.iter().map(|entry| u64::from(entry.bytes)).sum();
        progress(PublishProgress::Uploading { done: 0, total });
        Self {
            progress,
            total,
            far: Mutex::default(),
        }
    }

    /// `bytes` of a cell are uploaded; what is sent once more says nothing new.
    fn has(&self, entry: &CellEntry, bytes: u64) {
        let done = {
            let mut far = self.far.lock().unwrap_or_else(PoisonError::into_inner);
            let cell = far.cells.entry((entry.rendition, entry.index)).or_default();
            let more = bytes.min(entry.bytes.into()).saturating_sub(*cell);
            *cell = cell.saturating_add(more);
            far.done = far.done.saturating_add(more);
            far.done
        };
        let total = self.total;
        (self.progress)(PublishProgress::Uploading { done, total });
    }
}

/// A file that says how much of it was read.
struct Told<'a, F> {
    file: F,
    read: u64,
    told: &'a (dyn Fn(u64) + Send + Sync),
}

impl<'a, F> Told<'a, F> {
    fn new(file: F, told: &'a (dyn Fn(u64) + Send + Sync)) -> Self {
        Self {
            file,
            read: 0,
            told,
        }
    }
}

impl<F: AsyncRead + Unpin> AsyncRead for Told<'_, F> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.file).poll_read(context, buffer);
        let more = buffer.filled().len().saturating_sub(before);
        if more > 0 {
            let more = u64::try_from(more).unwrap_or(u64::MAX);
            self.read = self.read.saturating_add(more);
            (self.told)(self.read);
        }
        polled
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    fn entry(index: u16, bytes: u32) -> CellEntry {
        CellEntry {
            rendition: 0,
            index,
            playtime_ms: 60_000,
            bytes,
            plain_root: [0; 32],
            cipher_root: [0; 32],
        }
    }

    #[tokio::test]
    async fn an_upload_is_told_in_bytes_as_they_go_over_all_nodes_of_a_cell_and_never_backwards() {
        let seen = Mutex::new(Vec::new());
        let progress = |at: PublishProgress| {
            if let PublishProgress::Uploading { done, total } = at {
                assert_eq!(total, 4_000);
                seen.lock().unwrap().push(done);
            }
        };
        let (first, second) = (entry(0, 3_000), entry(1, 1_000));
        let uploaded = Uploaded::new(&[&first, &second], &progress);
        let content = vec![7u8; 3_000];
        // Two nodes take it; the second one only at its second attempt.
        for number in [0, 1, 1] {
            let told = |read| uploaded.has(&first, share(number, 2, read, first.bytes));
            let mut file = Told::new(content.as_slice(), &told);
            let mut part = [0; 1_500];
            while file.read(&mut part).await.unwrap() > 0 {}
        }
        uploaded.has(&first, 3_000);
        uploaded.has(&second, 1_000);
        let seen = seen.lock().unwrap().clone();
        assert_eq!(seen[..5], [0, 750, 1_500, 2_250, 3_000]);
        assert!(seen.is_sorted(), "{seen:?}");
        assert_eq!(seen.last(), Some(&4_000));
    }
}

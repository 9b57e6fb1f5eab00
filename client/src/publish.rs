//! Publishing: cut and encrypt, place and upload, register on chain, wait until it is final.

mod keys;

use std::path::PathBuf;
use std::time::Duration;

use chainflix_content::envelope::ContentKey;
use chainflix_content::publish::TextCandidate;
use chainflix_content::{MagnetLink, Progress, Publication, PublishRequest, RenditionSpec, trees};
use chainflix_p2p::transfer::{self, Put, TransferError};
use chainflix_p2p::{Network, PeerAddress};
use chainflix_primitives::manifest::{CellEntry, Rendition};
use chainflix_primitives::ratio::MiningRatio;
use chainflix_primitives::{Magnet, Round, Sha256};
use serde::Serialize;
use sha2::Digest;
use tokio::io::AsyncReadExt;

pub(crate) use keys::VerifierKeys;

use crate::chain::{Chain, ChainError, NewVideo};
use crate::controllers::{Controller, ControllerError};
use crate::player;
use crate::verifiers::{VerifierError, Verifiers};
use crate::wallet::Wallet;

/// A cell is offered to a node so often.
const ATTEMPTS: u32 = 3;
/// Pause between attempts.
const AGAIN: Duration = Duration::from_secs(1);
/// Cells that are uploaded at a time.
const UPLOADS: usize = 4;
/// The controller has seen the nodes' inventories after so long.
const INVENTORY: Duration = Duration::from_secs(30);

/// Why a publication failed.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The source, or making cells of it.
    #[error(transparent)]
    Content(#[from] chainflix_content::PublishError),
    /// A verifier.
    #[error(transparent)]
    Verifier(#[from] VerifierError),
    /// The controller.
    #[error(transparent)]
    Controller(#[from] ControllerError),
    /// The chain.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The account may not publish.
    #[error(
        "no supervisor has approved this account as a producer; run `chainflix producer apply` first"
    )]
    NotEligible,
    /// A layer is for a video.
    #[error("the chain knows no video {0}; check the magnet")]
    UnknownVideo(Magnet),
    /// A file of the work folder can't be read.
    #[error("{path} can't be read: {source}; publish again to make it anew")]
    Work {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file of the work folder is not what was made.
    #[error("{0} is damaged; delete the work folder and publish again")]
    Damaged(PathBuf),
    /// No node took a cell.
    #[error("no storage node took cell {cell}: {why}; run the same command again to go on")]
    NotTaken {
        /// Which cell.
        cell: u16,
        /// What the last one said.
        why: String,
    },
}

/// What to publish.
#[derive(Clone, Debug)]
pub struct PublishOptions {
    /// The video file.
    pub source: PathBuf,
    /// Folder for the encrypted cells until they are uploaded; a folder belongs to one publication.
    pub work: PathBuf,
    /// Title.
    pub title: String,
    /// Renditions wanted; those larger than the source are left out. Empty for the usual ones.
    pub renditions: Vec<RenditionSpec>,
    /// How a view's value splits.
    pub ratio: MiningRatio,
}

/// How far a publication is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublishProgress {
    /// Cutting and encrypting.
    Content(Progress),
    /// Cells are on their way to storage nodes.
    Uploading {
        /// Cells that enough nodes hold, of all renditions.
        done: u32,
        /// Cells.
        total: u32,
    },
    /// The transaction is on its way.
    Registering,
}

/// A published video.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Its id.
    pub magnet: Magnet,
    /// Its link.
    pub link: String,
    /// Title.
    pub title: String,
    /// Playtime in ms.
    pub total_playtime_ms: u32,
    /// Cells of one rendition.
    pub cells: u16,
    /// Renditions.
    pub renditions: u8,
    /// Bytes of all cells.
    pub bytes: u64,
    /// Each rendition, in the manifest's order.
    pub qualities: Vec<Quality>,
    /// Subtitles of the source, as files with which enhancements of layer 2 can be proposed.
    pub texts: Vec<TextCandidate>,
    /// SHA-256 over the plaintext of the best rendition's cells, in order: what [`crate::player::watch`] should come to.
    pub plain_sha256: [u8; 32],
    /// Copies of the cell that has fewest.
    pub copies: u32,
    /// First round in which its views count.
    pub from_round: Option<Round>,
    /// Block in which its registration is finalized; zeros when it was registered before.
    pub block: [u8; 32],
}

/// A rendition of a published video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Quality {
    /// Width in pixels, 0 without picture.
    pub width: u16,
    /// Height in pixels, 0 without picture.
    pub height: u16,
    /// Peak bits per second over a cell.
    pub bandwidth: u32,
    /// Bytes of its cells.
    pub bytes: u64,
}

impl Quality {
    fn of(rendition: &Rendition) -> Self {
        let cells = rendition.cells.iter();
        Self {
            width: rendition.width,
            height: rendition.height,
            bandwidth: rendition.bandwidth,
            bytes: cells.map(|cell| u64::from(cell.entry.bytes)).sum(),
        }
    }
}

/// Whoever publishes, and through whom.
pub(crate) struct Producer<'a> {
    pub(crate) chain: &'a Chain,
    pub(crate) verifiers: &'a Verifiers,
    pub(crate) controller: Controller,
    pub(crate) network: &'a Network,
    pub(crate) wallet: &'a Wallet,
}

impl Producer<'_> {
    pub(crate) async fn publish(
        &self,
        options: &PublishOptions,
        progress: &(dyn Fn(PublishProgress) + Send + Sync),
    ) -> Result<Published, PublishError> {
        self.check_eligible().await?;
        let account = self.wallet.account();
        let mut request =
            PublishRequest::new(&options.source, &options.work, &options.title, account);
        request.renditions.clone_from(&options.renditions);
        let keys = VerifierKeys(self.verifiers);
        let content = |step: Progress| progress(PublishProgress::Content(step));
        let publication = chainflix_content::publish(&request, &keys, &content).await?;
        self.hand_over(publication, options.ratio, progress).await
    }

    /// What can be found out before minutes of encoding is found out before.
    pub(crate) async fn check_eligible(&self) -> Result<(), PublishError> {
        let account = self.wallet.account();
        if self.chain.is_eligible_producer(&account).await? {
            Ok(())
        } else {
            Err(PublishError::NotEligible)
        }
    }

    /// Uploads what is complete in its folder, and registers it.
    pub(crate) async fn hand_over(
        &self,
        publication: Publication,
        ratio: MiningRatio,
        progress: &(dyn Fn(PublishProgress) + Send + Sync),
    ) -> Result<Published, PublishError> {
        let plain_sha256 = self.plain_sha256(&publication).await?;
        let manifest = &publication.manifest;
        self.controller
            .announce(self.wallet, &publication.magnet, manifest)
            .await?;
        self.upload_all(&publication, progress).await?;
        progress(PublishProgress::Registering);
        let block = self.register(&publication, ratio).await?;
        let terms = self.chain.video(&publication.magnet).await?;
        let link = MagnetLink {
            magnet: publication.magnet,
            title: Some(manifest.title.clone()),
        };
        let cells = manifest.renditions.first().map_or(0, |r| r.cells.len());
        Ok(Published {
            magnet: publication.magnet,
            link: link.to_string(),
            title: manifest.title.clone(),
            total_playtime_ms: manifest.total_playtime_ms,
            cells: u16::try_from(cells).unwrap_or(u16::MAX),
            renditions: u8::try_from(manifest.renditions.len()).unwrap_or(u8::MAX),
            qualities: manifest.renditions.iter().map(Quality::of).collect(),
            texts: publication.texts.clone(),
            bytes: manifest.entries().map(|e| u64::from(e.bytes)).sum(),
            plain_sha256,
            copies: self.copies(&publication.magnet).await,
            from_round: terms.map(|terms| terms.from_round),
            block,
        })
    }

    /// Registers the video, unless an earlier run has.
    async fn register(
        &self,
        publication: &Publication,
        ratio: MiningRatio,
    ) -> Result<[u8; 32], PublishError> {
        if self.chain.video(&publication.magnet).await?.is_some() {
            return Ok([0; 32]);
        }
        let video = NewVideo {
            manifest: &publication.manifest,
            magnet: publication.magnet,
            root: publication.manifest.root::<Sha256>(),
            ratio,
            key_epoch: publication.key_epoch,
            upload_id: publication.manifest.upload_id,
        };
        let finalized = self.chain.publish_video(self.wallet, &video).await?;
        Ok(finalized.block)
    }

    /// Decrypts the best rendition again, with keys asked for anew: proof that what was uploaded opens.
    async fn plain_sha256(&self, publication: &Publication) -> Result<[u8; 32], PublishError> {
        let mut hasher = sha2::Sha256::new();
        let upload = publication.manifest.upload_id;
        let renditions = &publication.manifest.renditions;
        let number = player::chosen(renditions, None);
        let Some(rendition) = renditions.get(usize::from(number)) else {
            return Ok(hasher.finalize().into());
        };
        for (index, _) in (0u16..).zip(&rendition.cells) {
            let keys = self.verifiers.upload_keys(upload, number, index, 1).await?;
            let path = publication.cell_path(number, index);
            let failed = |source| PublishError::Work {
                path: path.clone(),
                source,
            };
            let mut file = tokio::fs::File::open(&path).await.map_err(failed)?;
            let mut offset = 0u64;
            let mut chunk = zeroize::Zeroizing::new(vec![0u8; 1 << 20]);
            loop {
                let read = file.read(&mut chunk).await.map_err(failed)?;
                let Some(bytes) = chunk.get_mut(..read).filter(|bytes| !bytes.is_empty()) else {
                    break;
                };
                for key in &keys {
                    ContentKey::new(**key).apply(offset, bytes);
                }
                hasher.update(&*bytes);
                offset = offset.saturating_add(u64::try_from(read).unwrap_or(0));
            }
        }
        Ok(hasher.finalize().into())
    }

    async fn upload_all(
        &self,
        publication: &Publication,
        progress: &(dyn Fn(PublishProgress) + Send + Sync),
    ) -> Result<(), PublishError> {
        use futures::{StreamExt, TryStreamExt};
        let total = publication.manifest.entry_count();
        let done = std::sync::atomic::AtomicU32::new(0);
        progress(PublishProgress::Uploading { done: 0, total });
        let entries: Vec<&CellEntry> = publication.manifest.entries().collect();
        futures::stream::iter(entries)
            .map(|entry| async {
                self.upload_cell(publication, entry).await?;
                let done = done
                    .fetch_add(1, std::sync::atomic::Ordering::SeqCst)
                    .saturating_add(1);
                progress(PublishProgress::Uploading { done, total });
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
            for upload in &placement.uploads {
                let taken = async {
                    let peer = PeerAddress::parse(upload.peer.peer_key, &upload.peer.addresses)
                        .map_err(|error| error.to_string())?;
                    let file = tokio::fs::File::open(&path)
                        .await
                        .map_err(|error| error.to_string())?;
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

    /// Copies of the cell that has fewest, once the nodes have told the controller.
    async fn copies(&self, magnet: &Magnet) -> u32 {
        let until = tokio::time::Instant::now() + INVENTORY;
        let nodes = self.controller.nodes().await.unwrap_or_default();
        let offered = nodes.iter().filter(|node| node.offered).count();
        let possible = u32::try_from(offered).unwrap_or(u32::MAX);
        let wanted = self.controller.copies().min(possible);
        loop {
            let status = self.controller.video(magnet).await;
            let copies = status.map_or(0, |status| status.copies);
            let enough = copies >= wanted;
            if enough || tokio::time::Instant::now() >= until {
                return copies;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }
}

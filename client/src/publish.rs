//! Publishing: cut and encrypt, place and upload, register on chain, wait until it is final.

mod check;
mod keys;
mod upload;
mod work;

use std::path::PathBuf;
use std::time::Duration;

use chainflix_content::publish::TextCandidate;
use chainflix_content::{MagnetLink, Progress, Publication, PublishRequest, RenditionSpec};
use chainflix_p2p::Network;
use chainflix_primitives::manifest::Rendition;
use chainflix_primitives::ratio::MiningRatio;
use chainflix_primitives::{Magnet, Round, Sha256};
use serde::Serialize;

pub(crate) use keys::VerifierKeys;

use crate::chain::{Chain, ChainError, NewVideo};
use crate::controllers::{Controller, ControllerError};
use crate::verifiers::{VerifierError, Verifiers};
use crate::wallet::Wallet;

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
    /// The cells of a publication that was handed over before are gone, and the chain does not know it.
    #[error(
        "what {0} held was published before, on a chain that knows it no more; delete the folder and publish again"
    )]
    Forgotten(PathBuf),
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
    /// Folder for the encrypted cells until enough nodes hold them; a folder belongs to one publication.
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
    /// What was encrypted is opened again, with keys asked for anew.
    Checking {
        /// Bytes so far.
        done: u64,
        /// Bytes of the best rendition.
        total: u64,
    },
    /// Cells are on their way to storage nodes.
    Uploading {
        /// Bytes of cells, of all renditions, that the nodes named for them have, the parts that they have included.
        done: u64,
        /// Bytes of all cells.
        total: u64,
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
    /// Copies that the controller wants of each; it has missing ones made by itself as soon as there are nodes for them.
    pub copies_wanted: u32,
    /// The work folder, when the encrypted cells are still there because there are fewer copies than wanted.
    pub kept: Option<PathBuf>,
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
        let manifest = &publication.manifest;
        let before = work::handed_over(&publication);
        let plain_sha256 = match before {
            Some(_) if self.chain.video(&publication.magnet).await?.is_none() => {
                return Err(PublishError::Forgotten(publication.work.clone()));
            }
            Some(before) => before,
            None => self.plain_sha256(&publication, progress).await?,
        };
        // Again, too: so another controller learns of a video, and one that lost what it knew.
        self.controller
            .announce(self.wallet, &publication.magnet, manifest)
            .await?;
        if before.is_none() {
            self.upload_all(&publication, progress).await?;
        }
        progress(PublishProgress::Registering);
        let block = self.register(&publication, ratio).await?;
        let (copies, copies_wanted) = self.copies(&publication.magnet).await;
        let mut kept = before.is_none().then(|| publication.work.clone());
        if copies >= copies_wanted {
            match work::forget_cells(&publication, plain_sha256).await {
                Ok(()) => kept = None,
                Err(error) => tracing::warn!(%error, "the encrypted cells stay where they are"),
            }
        }
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
            copies,
            copies_wanted,
            kept,
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

    /// Copies of the cell that has fewest, once the nodes have told the controller; and how many it wants.
    async fn copies(&self, magnet: &Magnet) -> (u32, u32) {
        let until = tokio::time::Instant::now() + INVENTORY;
        let nodes = self.controller.nodes().await.unwrap_or_default();
        let offered = nodes.iter().filter(|node| node.offered).count();
        let possible = u32::try_from(offered).unwrap_or(u32::MAX);
        let wanted = self.controller.copies();
        loop {
            let status = self.controller.video(magnet).await;
            let copies = status.map_or(0, |status| status.copies);
            let enough = copies >= wanted.min(possible);
            if enough || tokio::time::Instant::now() >= until {
                return (copies, wanted);
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }
}

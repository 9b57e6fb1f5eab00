//! A cell from several providers at once.
//!
//! Each source works in a task of its own: it asks the [`plan`] for a range, verifies every group as it comes, and hands
//! it in. Whoever is slow, sends something wrong or breaks off loses its ranges to the others; what it delivered before
//! stays. Groups are handed out as at-rest ciphertext, verified.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chainflix_content::{DownloadKey, trees};
use chainflix_primitives::ids::Signature64;
use chainflix_primitives::manifest::CellEntry;
use chainflix_primitives::receipt::{DeliveryToken, Receipt};
use tokio::task::JoinSet;

use crate::network::{ConnectError, Network, Path};
use crate::peer::PeerAddress;
use crate::wire::DeliveryRefusal;

mod plan;
mod rate;
mod session;
mod shared;
mod worker;

use shared::Shared;

/// Signs with the viewer's session key: deliveries and countersignatures.
pub type SessionSigner = Arc<dyn Fn(&[u8]) -> Signature64 + Send + Sync>;

/// A provider that may be asked for the cell, and the token for it.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where it is. Its peer key is the one registered on chain: receipts are verified by it.
    pub peer: PeerAddress,
    /// The token; its terms name the provider.
    pub token: DeliveryToken,
}

/// Which cell, by the manifest.
#[derive(Clone, Debug)]
pub struct WantedCell {
    /// Its commitment.
    pub entry: CellEntry,
    /// Key of its wire layer for this viewer.
    pub download_key: DownloadKey,
}

/// How to download.
#[derive(Clone, Copy, Debug)]
pub struct DownloadConfig {
    /// Sources that are asked at a time, at most.
    pub sources_at_once: usize,
    /// A source is dropped when nothing came for so long, or less than a quarter of the cell's throttle rate did while
    /// another source was there.
    pub slow_after: Duration,
    /// The last source is given so long instead.
    pub patience: Duration,
    /// The range that is played next is asked of a second source after so long.
    pub hedge_after: Duration,
}

impl Default for DownloadConfig {
    /// Three sources; 2 s, 6 s, and half a second: a player that holds 15 s has 9 s left to get on with another connection.
    fn default() -> Self {
        Self {
            sources_at_once: 3,
            slow_after: Duration::from_secs(2),
            patience: Duration::from_secs(6),
            hedge_after: Duration::from_millis(500),
        }
    }
}

/// Why a source is no longer asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceEnd {
    /// Nothing was left to ask for.
    #[error("finished")]
    Finished,
    /// It was not reached.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// It refused.
    #[error(transparent)]
    Refused(#[from] DeliveryRefusal),
    /// Too little came.
    #[error("too slow")]
    Slow,
    /// Nothing came.
    #[error("it went silent")]
    Silent,
    /// The connection broke, again and again.
    #[error("the connection broke")]
    Broke,
    /// It sent a group that is not the published one.
    #[error("group {0} was not what was published")]
    BadGroup(u32),
    /// It does not keep to the protocol.
    #[error("it does not keep to the protocol")]
    Misbehaved,
}

/// What one source did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceStats {
    /// Its index on chain.
    pub provider: u32,
    /// Bytes of verified groups that came from it.
    pub bytes: u64,
    /// Of them through a relay.
    pub relayed: u64,
    /// How it is connected, as far as it was.
    pub path: Option<Path>,
    /// Groups from it that did not verify.
    pub bad_groups: u32,
    /// Bytes that its last receipt covers.
    pub receipted: u64,
    /// Time from the beginning until it accepted the token.
    pub opened_after: Option<Duration>,
    /// How often it failed.
    pub failures: u32,
    /// Why it is no longer asked.
    pub end: Option<SourceEnd>,
}

/// How far a download is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DownloadStats {
    /// Groups of the cell.
    pub groups: u32,
    /// Of them verified.
    pub verified: u32,
    /// Each source, in the order given.
    pub sources: Vec<SourceStats>,
}

/// Why a cell can't be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DownloadError {
    /// All sources have failed; others may be added.
    #[error("no source is left for the cell: {0}")]
    NoSourceLeft(String),
    /// There is no such group.
    #[error("the cell has no group {0}")]
    OutOfRange(u32),
}

/// A complete cell.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// Its at-rest ciphertext, verified.
    pub ciphertext: Vec<u8>,
    /// Last receipt of each provider that delivered, for the Play Data.
    pub receipts: Vec<Receipt>,
    /// Who gave what.
    pub stats: DownloadStats,
}

/// A download that is under way; dropping it ends it.
pub struct CellDownload {
    shared: Arc<Shared>,
    /// Ends with the download.
    _workers: JoinSet<()>,
}

impl CellDownload {
    /// Begins to download a cell. The sources are asked in the order given; more than
    /// [`DownloadConfig::sources_at_once`] wait until one fails.
    #[must_use]
    pub fn start(
        network: &Network,
        wanted: WantedCell,
        sources: Vec<Source>,
        signer: SessionSigner,
        config: DownloadConfig,
    ) -> Self {
        let shared = Arc::new(Shared::new(wanted, config, signer));
        let mut workers = JoinSet::new();
        workers.spawn(worker::direct(network.clone(), Arc::clone(&shared)));
        let download = Self {
            shared,
            _workers: workers,
        };
        for source in sources {
            download.add_source(source);
        }
        download
    }

    /// Adds a source, for instance after [`DownloadError::NoSourceLeft`]. One that was given up is asked again, when it comes
    /// with its old token.
    pub fn add_source(&self, source: Source) {
        self.shared.add_source(source);
    }

    /// Group `index` of at-rest ciphertext, as soon as it is verified. Dropping the future loses nothing.
    ///
    /// # Errors
    /// When all sources have failed.
    pub async fn group(&self, index: u32) -> Result<Bytes, DownloadError> {
        self.shared.group(index).await
    }

    /// Completes when a source has failed and fewer than `wanted` are left, those that were not asked yet included.
    /// Dropping the future loses nothing.
    pub async fn lost_sources(&self, wanted: usize) {
        self.shared.lost_sources(wanted).await;
    }

    /// Tells that group `index` is the next to be played: what follows it is fetched first.
    pub fn play_from(&self, index: u32) {
        self.shared.play_from(index);
    }

    /// The whole cell, when every group is verified and the receipts suffice.
    ///
    /// # Errors
    /// When all sources have failed.
    pub async fn complete(&self) -> Result<Delivered, DownloadError> {
        self.shared.complete().await
    }

    /// How far it is.
    #[must_use]
    pub fn stats(&self) -> DownloadStats {
        self.shared.stats()
    }

    /// The last receipt of each provider so far.
    #[must_use]
    pub fn receipts(&self) -> Vec<Receipt> {
        self.shared.receipts()
    }
}

/// Rate below which a cell can't be played, in bytes per second: length ÷ playtime.
fn throttle_rate(entry: &CellEntry) -> u64 {
    u64::from(entry.bytes) * 1_000 / u64::from(entry.playtime_ms.max(1))
}

/// Groups that are asked for at once: small enough that every source gets its part of a small cell.
fn block_groups(bytes: u32, sources_at_once: usize) -> u32 {
    let groups = trees::group_count(bytes);
    let parts = u32::try_from(sources_at_once.saturating_mul(8)).unwrap_or(u32::MAX);
    groups
        .div_ceil(parts.max(1))
        .clamp(1, crate::wire::MAX_RUN_GROUPS)
}

/// When something happened, for plans; a parameter, so that they can be tested without waiting.
type Now = Instant;

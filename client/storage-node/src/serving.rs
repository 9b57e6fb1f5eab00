//! What the node brings to its streams: the traits of `chainflix_p2p`, on store, totals and keys.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use chainflix_content::DownloadKey;
use chainflix_controller::clock::{Clock, SystemClock};
use chainflix_controller::protocol::CellRef;
use chainflix_p2p::provider::{Import, Keeper, OpenCell, Provider, RangeProof, TokenAccount};
use chainflix_p2p::wire::{CellPlace, DeliveryRefusal, Run, StoreRefusal};
use chainflix_primitives::ids::{Magnet, Signature64};
use chainflix_primitives::manifest::CellEntry;
use chainflix_primitives::placement::SignedGrant;
use chainflix_primitives::receipt::DeliveryToken;
use futures::FutureExt;
use futures::future::BoxFuture;

use crate::grants::GrantRules;
use crate::keys::{ProviderKeys, TokenKeyError};
use crate::metrics::Counters;
use crate::rate::UploadCap;
use crate::store::{self, CellReader, ImportError, ReadError, Store};
use crate::streams::StreamsByCell;
use crate::totals::{self, SpendError, Totals};

/// Everything that streams need.
pub(crate) struct Services {
    pub(crate) store: Store,
    pub(crate) totals: Totals,
    pub(crate) token_keys: ProviderKeys,
    pub(crate) rules: GrantRules,
    pub(crate) cap: UploadCap,
    /// Whether it takes cells in from others.
    pub(crate) takes_in: bool,
    pub(crate) counters: Arc<Counters>,
    pub(crate) streams: Arc<StreamsByCell>,
    pub(crate) clock: SystemClock,
}

fn cell_at(place: &CellPlace) -> CellRef {
    CellRef {
        video: place.video,
        rendition: place.rendition,
        cell: place.cell,
    }
}

impl Services {
    /// Counters and gauges in Prometheus' text format.
    pub(crate) fn metrics(&self) -> String {
        self.counters
            .render(self.store.space(), self.store.digest().cells)
    }

    fn open(&self, place: &CellPlace) -> Result<Arc<dyn OpenCell>, DeliveryRefusal> {
        let opened = self.store.open_cell(&cell_at(place));
        let reader = opened.map_err(|error| self.count_damage(error))?;
        Ok(Arc::new(Opened {
            reader,
            counters: Arc::clone(&self.counters),
        }))
    }

    fn count_damage(&self, error: ReadError) -> DeliveryRefusal {
        read_refusal(error, &self.counters)
    }

    fn leave(&self, bytes: u64) -> BoxFuture<'_, ()> {
        async move {
            self.cap.take(bytes).await;
            Counters::add(&self.counters.bytes_sent, bytes);
        }
        .boxed()
    }
}

fn read_refusal(error: ReadError, counters: &Counters) -> DeliveryRefusal {
    match error {
        ReadError::NotHeld => DeliveryRefusal::NotHeld,
        ReadError::OutOfRange { .. } => DeliveryRefusal::Range,
        ReadError::Unreadable => DeliveryRefusal::Busy,
        ReadError::Damaged { .. } => {
            Counters::add(&counters.groups_refused, 1);
            DeliveryRefusal::Damaged
        }
    }
}

impl Provider for Services {
    fn open_token<'a>(
        &'a self,
        token: &'a DeliveryToken,
    ) -> BoxFuture<'a, Result<DownloadKey, DeliveryRefusal>> {
        async move {
            self.token_keys.open(token).await.map_err(|error| {
                Counters::add(&self.counters.tokens_refused, 1);
                match error {
                    TokenKeyError::Forged | TokenKeyError::NotAVerifier => DeliveryRefusal::Forged,
                    TokenKeyError::NotAtHand => DeliveryRefusal::KeyUnavailable,
                    error => {
                        tracing::warn!(%error, "a delivery token can't be opened");
                        DeliveryRefusal::KeyUnavailable
                    }
                }
            })
        }
        .boxed()
    }

    fn account(&self, token: &DeliveryToken) -> Result<Arc<dyn TokenAccount>, DeliveryRefusal> {
        let account = self.totals.open(token).map_err(|error| refusal(&error))?;
        let counters = Arc::clone(&self.counters);
        counters.streams.fetch_add(1, Ordering::Relaxed);
        let terms = &token.terms;
        let cell = CellRef {
            video: terms.video,
            rendition: terms.rendition,
            cell: terms.cell,
        };
        let streams = Arc::clone(&self.streams);
        streams.begin(cell);
        Ok(Arc::new(Served {
            account,
            counters,
            streams,
            cell,
        }))
    }

    fn open_cell(&self, place: &CellPlace) -> Result<Arc<dyn OpenCell>, DeliveryRefusal> {
        self.open(place)
    }

    fn may_leave(&self, bytes: u64) -> BoxFuture<'_, ()> {
        self.leave(bytes)
    }
}

/// A token's account as long as a stream uses it.
struct Served {
    account: Arc<totals::TokenAccount>,
    counters: Arc<Counters>,
    streams: Arc<StreamsByCell>,
    cell: CellRef,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.counters.streams.fetch_sub(1, Ordering::Relaxed);
        self.streams.end(&self.cell);
    }
}

impl TokenAccount for Served {
    fn sent(&self) -> u64 {
        self.account.sent()
    }

    fn countersigned(&self) -> u64 {
        self.account.countersigned()
    }

    fn spend(&self, bytes: u64) -> BoxFuture<'_, Result<u64, DeliveryRefusal>> {
        async move {
            let spent = self.account.spend(bytes).await;
            spent.map_err(|error| refusal(&error))
        }
        .boxed()
    }

    fn countersign(&self, bytes: u64, _: &Signature64) {
        Counters::add(&self.counters.receipts, 1);
        self.account.countersign(bytes);
    }
}

fn refusal(error: &SpendError) -> DeliveryRefusal {
    match error {
        SpendError::Exhausted { .. } => DeliveryRefusal::Exhausted,
        SpendError::Unsigned { .. } => DeliveryRefusal::Unsigned,
        SpendError::TooMuch => DeliveryRefusal::Range,
        SpendError::Busy | SpendError::Database(_) => DeliveryRefusal::Busy,
    }
}

struct Opened {
    reader: CellReader,
    counters: Arc<Counters>,
}

impl OpenCell for Opened {
    fn entry(&self) -> &CellEntry {
        self.reader.entry()
    }

    fn prove(&self, first: u32, count: u32) -> Result<RangeProof, DeliveryRefusal> {
        let proved = self.reader.prove(first, count);
        proved.map_err(|error| read_refusal(error, &self.counters))
    }

    fn read(&self, first: u32, count: u32) -> Result<Vec<u8>, DeliveryRefusal> {
        let read = self.reader.read(first, count);
        read.map_err(|error| read_refusal(error, &self.counters))
    }
}

impl Keeper for Services {
    fn check_own(&self, grant: &SignedGrant) -> Result<(), StoreRefusal> {
        if !self.takes_in {
            return Err(StoreRefusal::Grant);
        }
        let checked = self.rules.check_own(grant, self.clock.unix_ms());
        checked.map(drop).map_err(|refusal| {
            tracing::debug!(%refusal, "an upload was refused");
            StoreRefusal::Grant
        })
    }

    fn check_peer(&self, grant: &SignedGrant, peer_key: &[u8; 32]) -> Result<(), StoreRefusal> {
        let now_ms = self.clock.unix_ms();
        let checked = self.rules.check_peer(grant, peer_key, now_ms);
        checked.map(drop).map_err(|refusal| {
            tracing::debug!(%refusal, "a transfer was refused");
            StoreRefusal::Grant
        })
    }

    fn import(
        &self,
        place: &CellPlace,
        entry: &CellEntry,
    ) -> Result<Option<Box<dyn Import>>, StoreRefusal> {
        match self.store.import(cell_at(place), entry.clone()) {
            Ok(import) => Ok(Some(Box::new(TakingIn {
                import,
                counters: Arc::clone(&self.counters),
            }))),
            Err(ImportError::Held) => Ok(None),
            Err(error) => Err(store_refusal(&error)),
        }
    }

    fn open_cell(&self, place: &CellPlace) -> Result<Arc<dyn OpenCell>, DeliveryRefusal> {
        self.open(place)
    }

    fn may_leave(&self, bytes: u64) -> BoxFuture<'_, ()> {
        self.leave(bytes)
    }

    fn manifest(&self, video: &Magnet) -> Option<Vec<u8>> {
        self.store.manifest(video)
    }

    fn put_manifest(&self, video: &Magnet, manifest: &[u8]) -> bool {
        if !self.takes_in {
            return false;
        }
        let stored = self.store.put_manifest(video, manifest);
        if let Err(error) = &stored {
            tracing::debug!(%video, %error, "a manifest was not kept");
        }
        stored.is_ok()
    }
}

struct TakingIn {
    import: store::Import,
    counters: Arc<Counters>,
}

impl Import for TakingIn {
    fn next_group(&self) -> u32 {
        self.import.next_group()
    }

    fn write(&mut self, run: &Run) -> Result<(), StoreRefusal> {
        if run.first != self.import.next_group() {
            return Err(StoreRefusal::Unverified);
        }
        let written = self.import.write(&run.bytes, &run.proof);
        written.map_err(|error| {
            Counters::add(&self.counters.runs_refused, 1);
            store_refusal(&error)
        })
    }

    fn finish(self: Box<Self>) -> Result<(), StoreRefusal> {
        let bytes = u64::from(self.import.entry().bytes);
        let finished = self.import.finish();
        finished.map_err(|error| store_refusal(&error))?;
        Counters::add(&self.counters.bytes_taken_in, bytes);
        Ok(())
    }
}

/// What the other side is told; the log says more.
pub(crate) fn store_refusal(error: &ImportError) -> StoreRefusal {
    match error {
        ImportError::NoSpace { .. } | ImportError::DiskFull => StoreRefusal::NoSpace,
        ImportError::Held | ImportError::Busy => StoreRefusal::Busy,
        ImportError::Dropped => StoreRefusal::Dropped,
        ImportError::Entry
        | ImportError::Shape { .. }
        | ImportError::Unverified { .. }
        | ImportError::Incomplete { .. } => StoreRefusal::Unverified,
        ImportError::Io(_) | ImportError::Database(_) => {
            tracing::error!(%error, "a cell can't be taken in");
            StoreRefusal::Failed
        }
    }
}

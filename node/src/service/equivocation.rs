//! Two blocks of one author in one slot: noticed as blocks are imported, whichever of them becomes the best.
//!
//! Aura itself only logs them. Every import on every node passes through [`Watch`], which keeps the headers of the last
//! slots and hands each pair of one slot on; whether it is one author's, and what it costs, the chain decides.

use super::{FullClient, FullPool};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chainflix_runtime::{Header, opaque::Block};
use pallet_authorities::runtime_api::AuthoritiesApi;
use sc_consensus::{BlockCheckParams, BlockImport, BlockImportParams, ImportResult};
use sc_consensus_aura::standalone::{find_pre_digest, slot_author};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_api::{ApiError, ApiExt, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_consensus_aura::{
    AuraApi, Slot,
    sr25519::{AuthorityId, AuthorityPair, AuthoritySignature},
};
use tokio::sync::mpsc;

/// Slots whose headers are kept: forty minutes.
const SLOTS: usize = 1_000;
/// Headers of one slot that are kept: who makes more is found out by the first two.
const HEADERS_PER_SLOT: usize = 4;
/// Pairs that may wait to be reported.
const WAITING: usize = 64;
/// How often a report is handed in: a few blocks later another verifier's report may have settled it.
const ATTEMPTS: usize = 10;
/// Between two attempts: five slots.
const TRY_AGAIN: Duration = Duration::from_secs(12);

/// Two different headers of one slot, with their seals.
pub(super) struct Pair {
    pub(super) slot: Slot,
    pub(super) first: Header,
    pub(super) second: Header,
}

/// Imports blocks by `I`, and looks at their slots.
#[derive(Clone)]
pub(crate) struct Watch<I> {
    inner: I,
    seen: Arc<Mutex<Seen>>,
    found: mpsc::Sender<Pair>,
}

impl<I> Watch<I> {
    /// A watch over `inner`, and the pairs that it will find.
    pub(super) fn over(inner: I) -> (Self, mpsc::Receiver<Pair>) {
        let (found, pairs) = mpsc::channel(WAITING);
        let watch = Self {
            inner,
            seen: Arc::default(),
            found,
        };
        (watch, pairs)
    }

    fn note(&self, header: Header) {
        let Ok(slot) = find_pre_digest::<Block, AuthoritySignature>(&header) else {
            // No block of Aura's: the import refuses it.
            return;
        };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for first in seen.note(slot, &header) {
            let pair = Pair {
                slot,
                first,
                second: header.clone(),
            };
            if self.found.try_send(pair).is_err() {
                tracing::warn!(
                    "two blocks of slot {slot} can't be reported: too many wait already"
                );
            }
        }
    }
}

#[async_trait::async_trait]
impl<I: BlockImport<Block> + Send + Sync> BlockImport<Block> for Watch<I> {
    type Error = I::Error;

    async fn check_block(
        &self,
        block: BlockCheckParams<Block>,
    ) -> Result<ImportResult, Self::Error> {
        self.inner.check_block(block).await
    }

    async fn import_block(
        &self,
        block: BlockImportParams<Block>,
    ) -> Result<ImportResult, Self::Error> {
        let header = block.post_header();
        let imported = self.inner.import_block(block).await?;
        if matches!(imported, ImportResult::Imported(_)) {
            self.note(header);
        }
        Ok(imported)
    }
}

/// Reports what a watch finds, as long as the node runs.
pub(super) async fn report(
    client: Arc<FullClient>,
    pool: Arc<FullPool>,
    mut pairs: mpsc::Receiver<Pair>,
) {
    let pool = OffchainTransactionPoolFactory::new(pool);
    while let Some(pair) = pairs.recv().await {
        let slot = pair.slot;
        match author(&client, &pair) {
            Ok(Some(author)) => {
                tracing::warn!("{author} wrote two blocks in slot {slot}");
                submit(&client, &pool, &author, pair).await;
            }
            Ok(None) => tracing::debug!("nobody is the author of slot {slot}"),
            Err(error) => tracing::warn!("the author of slot {slot} can't be found: {error}"),
        }
    }
}

/// Who had the slot, in the fork of the first header.
fn author(client: &FullClient, pair: &Pair) -> Result<Option<AuthorityId>, ApiError> {
    let authorities = client.runtime_api().authorities(pair.first.parent_hash)?;
    Ok(slot_author::<AuthorityPair>(pair.slot, &authorities).cloned())
}

/// Puts a report into the pool, and tries again for a while when the chain does not take it.
async fn submit(
    client: &FullClient,
    pool: &OffchainTransactionPoolFactory<Block>,
    author: &AuthorityId,
    pair: Pair,
) {
    for _ in 0..ATTEMPTS {
        let best = client.info().best_hash;
        let mut api = client.runtime_api();
        api.register_extension(pool.offchain_transaction_pool(best));
        let (first, second) = (pair.first.clone(), pair.second.clone());
        match api.report_aura_equivocation(best, author.clone(), first, second) {
            Ok(true) => return,
            Ok(false) => tracing::debug!("two blocks of slot {} are not taken yet", pair.slot),
            Err(error) => tracing::warn!("an equivocation can't be reported now: {error}"),
        }
        tokio::time::sleep(TRY_AGAIN).await;
    }
    tracing::warn!("the two blocks of slot {} were not reported", pair.slot);
}

/// Headers of the last slots.
#[derive(Default)]
struct Seen {
    slots: BTreeMap<Slot, Vec<Header>>,
}

impl Seen {
    /// Remembers a header; the other ones of its slot.
    fn note(&mut self, slot: Slot, header: &Header) -> Vec<Header> {
        let headers = self.slots.entry(slot).or_default();
        if headers.len() >= HEADERS_PER_SLOT || headers.contains(header) {
            return Vec::new();
        }
        let others = headers.clone();
        headers.push(header.clone());
        while self.slots.len() > SLOTS {
            self.slots.pop_first();
        }
        others
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sp_runtime::traits::Header as _;

    fn header(number: u32, state: u8) -> Header {
        Header::new(
            number,
            Default::default(),
            [state; 32].into(),
            Default::default(),
            Default::default(),
        )
    }

    #[test]
    fn two_headers_of_one_slot_are_a_pair_and_the_same_twice_is_none() {
        let mut seen = Seen::default();
        assert!(seen.note(5.into(), &header(1, 1)).is_empty());
        assert!(seen.note(5.into(), &header(1, 1)).is_empty());
        assert!(seen.note(6.into(), &header(2, 1)).is_empty());
        assert_eq!(seen.note(5.into(), &header(1, 2)), vec![header(1, 1)]);
    }

    #[test]
    fn what_is_kept_is_bounded_by_slots_and_within_a_slot() {
        let mut seen = Seen::default();
        for slot in 0..3_000u64 {
            for state in 0..9 {
                seen.note(slot.into(), &header(1, state));
            }
        }
        assert_eq!(seen.slots.len(), SLOTS);
        assert!(
            seen.slots
                .values()
                .all(|headers| headers.len() == HEADERS_PER_SLOT)
        );
        assert!(seen.slots.contains_key(&2_999.into()));
    }
}

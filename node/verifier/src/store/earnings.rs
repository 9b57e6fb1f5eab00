//! Earnings in the store.

use chainflix_primitives::{Round, report::EarningsTriple};
use codec::{Decode, Encode};

use super::tables::{ADOPTED, TRIPLES};
use super::{Batch, StoreResult, View};

/// Earnings that the chain adopted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Adopted {
    /// What was adopted.
    pub(crate) triple: EarningsTriple,
    /// The round in which a finalized block first showed it.
    pub(crate) seen: Round,
}

impl View {
    /// The last adopted earnings that were seen in round `until` or before.
    pub(crate) fn adopted_until(&self, until: Round) -> StoreResult<Option<Adopted>> {
        let adopted = self.range_back(ADOPTED, &0, &Round::MAX, usize::MAX)?;
        Ok(adopted
            .into_iter()
            .map(|(_, adopted)| adopted)
            .find(|adopted| adopted.seen <= until))
    }
}

impl Batch<'_> {
    /// Forgets all but the last `kept` adopted earnings, and what was taken before those: the chain takes claims under so
    /// many roots. Totals as of then go bit by bit, when the store is pruned.
    pub(crate) fn keep_adopted(&self, kept: usize) -> StoreResult<()> {
        let adopted = self.range(ADOPTED, &0, &Round::MAX, usize::MAX)?;
        let Some(place) = adopted.len().checked_sub(kept) else {
            return Ok(());
        };
        let Some(old) = adopted
            .get(place)
            .and_then(|(first, _)| first.checked_sub(1))
        else {
            return Ok(());
        };
        self.take_range(ADOPTED, &0, &old, usize::MAX)?;
        self.take_range(TRIPLES, &0, &old, usize::MAX)?;
        Ok(())
    }
}

//! Earnings in the store.

use chainflix_primitives::{AccountId, Round, earnings::Ledger, report::EarningsTriple};
use codec::{Decode, Encode};

use super::tables::{ADOPTED, LEDGER, TOTALS, TRIPLES};
use super::{Batch, StoreResult, View};

/// Key of the ledger's only entry.
pub(crate) const LEDGER_KEY: u32 = 0;

/// The ledger as it was last written. What was settled since is applied again at start.
pub(crate) type LedgerState = Ledger;

/// Lifetime totals by ascending account, in units.
pub(crate) type Totals = Vec<(AccountId, u128)>;

/// Earnings that the chain adopted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Adopted {
    /// What was adopted.
    pub(crate) triple: EarningsTriple,
    /// The round in which a finalized block first showed it.
    pub(crate) seen: Round,
}

impl View {
    /// The ledger; an empty one at first.
    pub(crate) fn ledger(&self) -> StoreResult<Ledger> {
        Ok(self.get(LEDGER, &LEDGER_KEY)?.unwrap_or_default())
    }

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
    /// Forgets all but the last `kept` adopted earnings, and the totals that are older than those: the chain takes claims
    /// under so many roots.
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
        self.forget_totals(old)
    }

    /// Forgets totals as of rounds up to `last`. One at a time: they are large, and what they were matters to nobody.
    fn forget_totals(&self, last: Round) -> StoreResult<()> {
        for (round, _) in self.take_range(TRIPLES, &0, &last, usize::MAX)? {
            self.delete(TOTALS, &round)?;
        }
        Ok(())
    }
}

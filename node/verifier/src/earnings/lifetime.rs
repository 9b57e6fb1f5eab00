//! Lifetime totals as of the last settled round.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chainflix_primitives::{AccountId, Round, earnings::Ledger};

use crate::store::earnings::Totals;

/// Lifetime totals as of now, for whoever asks.
#[derive(Default)]
pub(crate) struct LifetimeTotals {
    totals: Mutex<Option<(Round, Arc<Totals>)>>,
    /// First settled round that paid an account for watching, which never changes.
    watching: Mutex<HashMap<AccountId, Round>>,
}

impl LifetimeTotals {
    /// The total of an account, and the settled round up to which it counts.
    pub(super) fn total(&self, account: &AccountId) -> Option<(Round, u128)> {
        let known = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        let (round, totals) = known.clone()?;
        drop(known);
        let place = totals.binary_search_by_key(account, |(account, _)| *account);
        let total = place.ok().and_then(|place| totals.get(place));
        Some((round, total.map_or(0, |(_, total)| *total)))
    }

    /// The settled round up to which the totals count.
    pub(crate) fn round(&self) -> Option<Round> {
        let known = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().map(|(round, _)| *round)
    }

    pub(super) fn set(&self, ledger: &Ledger) {
        let known = ledger
            .last_round()
            .map(|round| (round, Arc::new(listed(ledger).collect())));
        *self.totals.lock().unwrap_or_else(PoisonError::into_inner) = known;
        let mut watching = self.watching.lock().unwrap_or_else(PoisonError::into_inner);
        for (account, _) in ledger.totals() {
            if !watching.contains_key(account)
                && let Some(since) = ledger.watching_since(account)
            {
                watching.insert(*account, since);
            }
        }
    }

    /// First settled round that paid an account for watching a video that was no advertisement.
    pub(crate) fn watching_since(&self, account: &AccountId) -> Option<Round> {
        let watching = self.watching.lock().unwrap_or_else(PoisonError::into_inner);
        watching.get(account).copied()
    }
}

/// All totals, by ascending account.
pub(super) fn listed(ledger: &Ledger) -> impl Iterator<Item = (AccountId, u128)> {
    let totals = ledger.totals();
    totals.map(|(account, total)| (*account, *total))
}

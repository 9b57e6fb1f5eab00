//! The ledger in the store, row by row: a settled round writes what it changed, not what there is.
//!
//! Earnings are taken as of some rounds, and proved as of those long after. What totals were then is not kept: kept is what
//! they were of accounts that changed since, until earnings were taken again. The total of an account as of a round is so
//! the first that is found under that round or a later one, or else what it is now.

use std::collections::{BTreeMap, HashSet};

use chainflix_primitives::{
    AccountId, Magnet, Round,
    earnings::{Changes, Ledger, LedgerAccount, LedgerState},
};
use codec::{Decode, Encode};

use super::tables::{
    ADOPTED, LEDGER, LEDGER_ACCOUNTS, LEDGER_PAID, LEDGER_SHOWN, LEDGER_SPENT, TOTALS_BEFORE,
};
use super::{Batch, StoreResult, View};

/// Key of the only entry of the table of that name.
pub(super) const LEDGER_KEY: u32 = 0;
pub(super) const FIRST_ACCOUNT: AccountId = AccountId([0; 32]);
pub(super) const LAST_ACCOUNT: AccountId = AccountId([u8::MAX; 32]);
pub(super) const FIRST_VIDEO: Magnet = Magnet([0; 32]);
pub(super) const LAST_VIDEO: Magnet = Magnet([u8::MAX; 32]);

/// What the ledger knows of rounds, and since when totals are kept as they were.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(crate) struct LedgerRow {
    /// The ledger's own.
    pub(crate) state: LedgerState,
    /// Last round as of which earnings were taken.
    pub(crate) taken: Option<Round>,
}

/// Accounts whose totals changed since earnings were last taken, so that what they were then is in the store.
#[derive(Debug, Default)]
pub(crate) struct ChangedSince {
    taken: Option<Round>,
    accounts: HashSet<AccountId>,
}

/// What becomes durable with a settled round.
#[derive(Clone, Debug)]
pub(crate) struct LedgerRows {
    changes: Changes,
    /// Totals as they were when earnings were last taken, of accounts that change now for the first time since.
    before: Vec<((Round, AccountId), Option<u128>)>,
    /// Last round as of which earnings were taken, after this one.
    taken: Option<Round>,
}

impl ChangedSince {
    /// Earnings are taken as of a round: what changes from now on was something else then.
    pub(crate) fn take(&mut self, as_of: Round) {
        self.taken = Some(as_of);
        self.accounts.clear();
    }

    /// Rows of a round that changed the ledger; earnings are taken as of `taken` after it.
    pub(crate) fn rows(&mut self, changes: Changes, taken: Option<Round>) -> LedgerRows {
        let before = match self.taken {
            Some(as_of) => changes
                .before
                .iter()
                .filter(|(account, _)| self.accounts.insert(*account))
                .map(|(account, total)| ((as_of, *account), *total))
                .collect(),
            // Nobody asks what they were before earnings were taken at all.
            None => Vec::new(),
        };
        if let Some(as_of) = taken {
            self.take(as_of);
        }
        LedgerRows {
            changes,
            before,
            taken: self.taken,
        }
    }
}

impl Batch<'_> {
    /// Keeps what a settled round changed in the ledger.
    pub(crate) fn put_ledger(&self, rows: &LedgerRows) -> StoreResult<()> {
        let LedgerRows {
            changes,
            before,
            taken,
        } = rows;
        self.put_all(
            LEDGER_ACCOUNTS,
            changes.accounts.iter().map(|(k, v)| (k, v)),
        )?;
        self.put_all(LEDGER_SPENT, changes.spent.iter().map(|(k, v)| (k, v)))?;
        self.put_all(LEDGER_SHOWN, changes.shown.iter().map(|(k, v)| (k, v)))?;
        self.put_all(TOTALS_BEFORE, before.iter().map(|(k, v)| (k, v)))?;
        for (part, paid) in (0u32..).zip(&changes.paid) {
            self.put(LEDGER_PAID, &(paid.round(), part), paid)?;
        }
        for round in &changes.forgotten {
            self.take_range(LEDGER_PAID, &(*round, 0), &(*round, u32::MAX), usize::MAX)?;
        }
        let row = LedgerRow {
            state: changes.state.clone(),
            taken: *taken,
        };
        self.put(LEDGER, &LEDGER_KEY, &row)
    }

    /// Removes at most about `limit` rows that the ledger needs no more. Whether there may be more of them.
    pub(super) fn prune_ledger(&self, limit: usize) -> StoreResult<bool> {
        let row = self.get(LEDGER, &LEDGER_KEY)?.unwrap_or_default();
        let mut full = false;
        if let Some(last) = row.state.first_cycle.checked_sub(1) {
            let all = (last, LAST_ACCOUNT, LAST_VIDEO);
            let spent =
                self.take_range(LEDGER_SPENT, &(0, FIRST_ACCOUNT, FIRST_VIDEO), &all, limit)?;
            full |= spent.len() >= limit;
        }
        if let Some(last) = row.state.first_day.checked_sub(1) {
            let all = (last, u32::MAX, LAST_ACCOUNT);
            let shown = self.take_range(LEDGER_SHOWN, &(0, 0, FIRST_ACCOUNT), &all, limit)?;
            full |= shown.len() >= limit;
        }
        // Proofs are made as of adopted rounds. Before the first of them nothing is known to be old.
        let oldest = self.range(ADOPTED, &0, &Round::MAX, 1)?;
        let oldest = oldest.first().map_or(0, |(as_of, _)| *as_of);
        if let Some(last) = oldest.checked_sub(1) {
            let all = (last, LAST_ACCOUNT);
            let before = self.take_range(TOTALS_BEFORE, &(0, FIRST_ACCOUNT), &all, limit)?;
            full |= before.len() >= limit;
        }
        Ok(full)
    }
}

impl View {
    fn ledger_row(&self) -> StoreResult<LedgerRow> {
        Ok(self.get(LEDGER, &LEDGER_KEY)?.unwrap_or_default())
    }

    /// What the ledger knows of rounds.
    pub(crate) fn ledger_state(&self) -> StoreResult<LedgerState> {
        Ok(self.ledger_row()?.state)
    }

    /// The last settled round in the ledger.
    pub(crate) fn ledger_round(&self) -> StoreResult<Option<Round>> {
        Ok(self.ledger_row()?.state.last_round)
    }

    /// What the ledger knows of an account, as of the last settled round.
    pub(crate) fn ledger_account(&self, account: &AccountId) -> StoreResult<LedgerAccount> {
        Ok(self.get(LEDGER_ACCOUNTS, account)?.unwrap_or_default())
    }

    /// The ledger, an empty one at first and while another one is being put in place, and what changed since earnings were last taken from it.
    pub(crate) fn ledger(&self) -> StoreResult<(Ledger, ChangedSince)> {
        if self.is_half_installed()? {
            return Ok(Default::default());
        }
        let LedgerRow { state, taken } = self.ledger_row()?;
        let mut ledger = Ledger::resumed(state.clone());
        self.each_row(&state, |row| row.restore(&mut ledger))?;
        let mut accounts = HashSet::new();
        if let Some(as_of) = taken {
            let (first, last) = ((as_of, FIRST_ACCOUNT), (as_of, LAST_ACCOUNT));
            self.each(TOTALS_BEFORE, &first, &last, |(_, account), _| {
                accounts.insert(account);
            })?;
        }
        Ok((ledger, ChangedSince { taken, accounts }))
    }

    /// Total of an account in units, as of a round as of which earnings were taken. `None` when it had never been paid.
    pub(crate) fn total_as_of(
        &self,
        account: &AccountId,
        as_of: Round,
    ) -> StoreResult<Option<u128>> {
        let mut from = Some(as_of);
        while let Some(round) = from {
            let all = (Round::MAX, LAST_ACCOUNT);
            let next = self.range(TOTALS_BEFORE, &(round, FIRST_ACCOUNT), &all, 1)?;
            let Some(((found, _), _)) = next.first() else {
                break;
            };
            if let Some(total) = self.get(TOTALS_BEFORE, &(*found, *account))? {
                return Ok(total);
            }
            from = found.checked_add(1);
        }
        Ok(self.ledger_account(account)?.total)
    }

    /// All totals in units by ascending account, as of a round as of which earnings were taken.
    pub(crate) fn totals_as_of(&self, as_of: Round) -> StoreResult<BTreeMap<AccountId, u128>> {
        let mut totals = BTreeMap::new();
        self.each(
            LEDGER_ACCOUNTS,
            &FIRST_ACCOUNT,
            &LAST_ACCOUNT,
            |account, row| {
                totals.extend(row.total.map(|total| (account, total)));
            },
        )?;
        let mut told = HashSet::new();
        let (first, last) = ((as_of, FIRST_ACCOUNT), (Round::MAX, LAST_ACCOUNT));
        self.each(TOTALS_BEFORE, &first, &last, |(_, account), total| {
            // The earliest is what it was.
            if told.insert(account) {
                match total {
                    Some(total) => totals.insert(account, total),
                    None => totals.remove(&account),
                };
            }
        })?;
        Ok(totals)
    }
}

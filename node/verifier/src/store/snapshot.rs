//! The ledger's rows as they go into a snapshot, and as they come out of one.
//!
//! To put another ledger in the place of the one that is there takes many writes. From the first of them to the last the
//! store says so: whoever finds that at a start takes away what is there of both, so that half a ledger is never used.

use chainflix_primitives::{
    AccountId, Cycle, Magnet, Round,
    earnings::{Ledger, LedgerAccount, LedgerState, PaidPart},
    report::EarningsTriple,
};
use codec::{Decode, Encode};

use super::earnings::Adopted;
use super::ledger::{FIRST_ACCOUNT, FIRST_VIDEO, LAST_ACCOUNT, LAST_VIDEO, LEDGER_KEY, LedgerRow};
use super::tables::{
    ADOPTED, Key, LEDGER, LEDGER_ACCOUNTS, LEDGER_PAID, LEDGER_SHOWN, LEDGER_SPENT, META, SPENT,
    TOTALS_BEFORE, TRIPLES,
};
use super::{Batch, Store, StoreResult, View};

/// Where the store notes that another ledger is being put in place.
const INSTALLING: &[u8; 8] = b"install_";
/// Most rows that one write removes.
const REMOVED_AT_ONCE: usize = 10_000;

/// One row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum Row {
    /// What is known of an account.
    #[codec(index = 0)]
    Account(AccountId, LedgerAccount),
    /// Minutes that were paid.
    #[codec(index = 1)]
    Spent((Cycle, AccountId, Magnet), Vec<u8>),
    /// Ad views that were paid.
    #[codec(index = 2)]
    Shown((u32, u32, AccountId), u32),
    /// What a settled round paid, or a part of it.
    #[codec(index = 3)]
    Paid((Round, u32), PaidPart),
}

/// A ledger in the place of another: what is written with the last of its rows.
#[derive(Clone, Debug)]
pub(crate) struct Installed {
    /// What it knows of rounds.
    pub(crate) state: LedgerState,
    /// Its totals, as of its round.
    pub(crate) triple: EarningsTriple,
    /// The adopted earnings that they were held against: the same totals, as of that round or an earlier one.
    pub(crate) adopted: Adopted,
}

impl Row {
    /// Where the row stands: rows ascend by it.
    pub(crate) fn place(&self) -> (u8, Vec<u8>) {
        match self {
            Self::Account(key, _) => (0, key.bytes()),
            Self::Spent(key, _) => (1, key.bytes()),
            Self::Shown(key, _) => (2, key.bytes()),
            Self::Paid(key, _) => (3, key.bytes()),
        }
    }

    /// Puts the row into a ledger whose state is known.
    pub(crate) fn restore(self, ledger: &mut Ledger) {
        match self {
            Self::Account(account, row) => ledger.restore_account(account, row),
            Self::Spent(key, bits) => ledger.restore_spent(key, bits),
            Self::Shown(key, views) => ledger.restore_shown(key, views),
            Self::Paid(_, part) => ledger.restore_paid(part),
        }
    }
}

impl View {
    /// Does something with every row that a ledger with this state needs, in the order of their places.
    pub(crate) fn each_row(
        &self,
        state: &LedgerState,
        mut act: impl FnMut(Row),
    ) -> StoreResult<()> {
        self.each(
            LEDGER_ACCOUNTS,
            &FIRST_ACCOUNT,
            &LAST_ACCOUNT,
            |account, row| act(Row::Account(account, row)),
        )?;
        let first = (state.first_cycle, FIRST_ACCOUNT, FIRST_VIDEO);
        let last = (u32::MAX, LAST_ACCOUNT, LAST_VIDEO);
        self.each(LEDGER_SPENT, &first, &last, |key, bits| {
            act(Row::Spent(key, bits));
        })?;
        let first = (state.first_day, 0, FIRST_ACCOUNT);
        let last = (u32::MAX, u32::MAX, LAST_ACCOUNT);
        self.each(LEDGER_SHOWN, &first, &last, |key, views| {
            act(Row::Shown(key, views));
        })?;
        let (first, last) = ((0, 0), (Round::MAX, u32::MAX));
        self.each(LEDGER_PAID, &first, &last, |key, part| {
            act(Row::Paid(key, part));
        })
    }

    /// Whether another ledger was being put in place, and the work was cut short.
    pub(crate) fn is_half_installed(&self) -> StoreResult<bool> {
        self.has(META, INSTALLING)
    }
}

impl Batch<'_> {
    /// From now on there is no ledger, until another one is in place.
    fn begin_install(&self) -> StoreResult<()> {
        self.put(META, INSTALLING, &Vec::new())?;
        self.delete(LEDGER, &LEDGER_KEY)
    }

    /// Removes a bounded number of rows of the ledger, and of what was computed from it. Whether there may be more.
    fn clear_ledger(&self) -> StoreResult<bool> {
        let limit = REMOVED_AT_ONCE;
        let last = (u32::MAX, LAST_ACCOUNT, LAST_VIDEO);
        let spent =
            self.take_range(LEDGER_SPENT, &(0, FIRST_ACCOUNT, FIRST_VIDEO), &last, limit)?;
        let last = (u32::MAX, u32::MAX, LAST_ACCOUNT);
        let shown = self.take_range(LEDGER_SHOWN, &(0, 0, FIRST_ACCOUNT), &last, limit)?;
        let paid = self.take_range(LEDGER_PAID, &(0, 0), &(Round::MAX, u32::MAX), limit)?;
        let last = (Round::MAX, LAST_ACCOUNT);
        let before = self.take_range(TOTALS_BEFORE, &(0, FIRST_ACCOUNT), &last, limit)?;
        let triples = self.take_range(TRIPLES, &0, &Round::MAX, limit)?;
        let accounts = self.take_range(LEDGER_ACCOUNTS, &FIRST_ACCOUNT, &LAST_ACCOUNT, limit)?;
        let removed = [
            spent.len(),
            shown.len(),
            paid.len(),
            before.len(),
            triples.len(),
            accounts.len(),
        ];
        Ok(removed.contains(&limit))
    }

    /// Puts rows of a ledger in place. Minutes that were paid are spent here, too, besides those that this verifier attested.
    pub(crate) fn put_rows(&self, rows: &[Row]) -> StoreResult<()> {
        for row in rows {
            match row {
                Row::Account(account, known) => self.put(LEDGER_ACCOUNTS, account, known)?,
                Row::Spent(key, bits) => {
                    self.put(LEDGER_SPENT, key, bits)?;
                    let mut own: Vec<u8> = self.get(SPENT, key)?.unwrap_or_default();
                    if own.len() < bits.len() {
                        own.resize(bits.len(), 0);
                    }
                    for (own, paid) in own.iter_mut().zip(bits) {
                        *own |= paid;
                    }
                    self.put(SPENT, key, &own)?;
                }
                Row::Shown(key, views) => self.put(LEDGER_SHOWN, key, views)?,
                Row::Paid(key, part) => self.put(LEDGER_PAID, key, part)?,
            }
        }
        Ok(())
    }

    /// All rows are in place: from now on there is a ledger again. Of adopted earnings those from before it are forgotten,
    /// whose totals nobody has here.
    pub(crate) fn finish_install(&self, installed: &Installed) -> StoreResult<()> {
        let Installed {
            state,
            triple,
            adopted,
        } = installed;
        let since = adopted.triple.as_of;
        if let Some(before) = since.checked_sub(1) {
            self.take_range(ADOPTED, &0, &before, usize::MAX)?;
        }
        if self.get(ADOPTED, &since)?.is_none() {
            self.put(ADOPTED, &since, adopted)?;
        }
        self.put(TRIPLES, &since, &adopted.triple)?;
        self.put(TRIPLES, &triple.as_of, triple)?;
        let row = LedgerRow {
            state: state.clone(),
            taken: Some(triple.as_of),
        };
        self.put(LEDGER, &LEDGER_KEY, &row)?;
        self.delete(META, INSTALLING)
    }
}

impl Store {
    /// Makes place for another ledger: there is none from now on.
    pub(crate) async fn make_place(&self) -> StoreResult<()> {
        let write = |batch: &Batch<'_>| batch.begin_install();
        self.writer().write(write).await?;
        self.clear().await
    }

    /// Takes away what is there of a ledger that was being put in place when the work was cut short. Whether there was one.
    pub(crate) async fn give_up_half(&self) -> StoreResult<bool> {
        if !self.view()?.is_half_installed()? {
            return Ok(false);
        }
        self.clear().await?;
        let write = |batch: &Batch<'_>| batch.delete(META, INSTALLING);
        self.writer().write(write).await?;
        Ok(true)
    }

    async fn clear(&self) -> StoreResult<()> {
        use std::sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        };
        let left = Arc::new(AtomicBool::new(true));
        while left.load(Ordering::Relaxed) {
            let told = Arc::clone(&left);
            let write = move |batch: &Batch<'_>| {
                told.store(batch.clear_ledger()?, Ordering::Relaxed);
                Ok(())
            };
            self.writer().write(write).await?;
        }
        Ok(())
    }
}

//! Everything that a chain keeps, to see what a call changed.

use crate::AccountId;
use frame_support::storage::transactional::TRANSACTION_LEVEL_KEY;
use std::collections::{BTreeMap, BTreeSet};

/// Every key with its value.
pub(crate) struct Storage(BTreeMap<Vec<u8>, Vec<u8>>);

impl Storage {
    /// All of it as it is now, but for how deep in transactions of the storage the test is.
    pub(crate) fn read() -> Self {
        let mut all = BTreeMap::new();
        let mut key = Vec::new();
        while let Some(next) = sp_io::storage::next_key(&key) {
            let value = sp_io::storage::get(&next).expect("a key has a value");
            if next != TRANSACTION_LEVEL_KEY {
                all.insert(next.clone(), value.to_vec());
            }
            key = next;
        }
        Self(all)
    }

    /// Keys whose values are others in `later`.
    pub(crate) fn differences(&self, later: &Self) -> BTreeSet<Vec<u8>> {
        let keys = self.0.keys().chain(later.0.keys());
        keys.filter(|key| self.0.get(*key) != later.0.get(*key))
            .cloned()
            .collect()
    }

    /// Keys whose values are others now.
    fn changed(&self) -> BTreeSet<Vec<u8>> {
        self.differences(&Self::read())
    }

    /// How many entries there are of a pallet.
    pub(crate) fn entries_of(&self, pallet: &str) -> usize {
        let prefix = sp_io::hashing::twox_128(pallet.as_bytes());
        self.0.keys().filter(|key| key.starts_with(&prefix)).count()
    }

    /// Nothing was changed since.
    pub(crate) fn assert_unchanged(&self) {
        let changed = self.changed();
        assert!(changed.is_empty(), "{changed:02x?} changed");
    }

    /// What was changed since is what the block notes of any transaction, and the accounts of those who paid and were paid the
    /// fee.
    pub(crate) fn assert_unchanged_but_for_the_fee(&self, accounts: &[AccountId]) {
        let system = sp_io::hashing::twox_128(b"System");
        let of_accounts = [system, sp_io::hashing::twox_128(b"Account")].concat();
        let payment = sp_io::hashing::twox_128(b"TransactionPayment");
        for key in self.changed() {
            let noted = if key.starts_with(&of_accounts) {
                let account = |account: &&AccountId| key.ends_with(account.as_ref());
                accounts.iter().any(|it| account(&it))
            } else {
                key.starts_with(&system)
                    || key.starts_with(&payment)
                    || key == sp_core::storage::well_known_keys::EXTRINSIC_INDEX
            };
            assert!(noted, "a refused call changed {key:02x?}");
        }
    }
}

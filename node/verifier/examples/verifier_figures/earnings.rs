//! The earnings root over a million accounts, on one thread, by its CPU time.

use std::{collections::BTreeMap, time::Duration};

use chainflix_primitives::{AccountId, Hasher, Sha256};
use chainflix_verifier::EarningsTree;

use crate::cpu;
use crate::figures::Figures;

/// Accounts before.
const ACCOUNTS: u64 = 1_000_000;
/// Accounts that earn in a round.
const UPDATES: u64 = 50_000;
/// Accounts that earn for the first time.
const NEW: u64 = 5_000;

/// Measures both, each several times; the median.
pub(crate) fn run(figures: &mut Figures) {
    let mut totals: BTreeMap<AccountId, u128> = (0..ACCOUNTS).map(|n| (account(n), 1)).collect();
    let before = cpu::of_thread();
    let mut tree = EarningsTree::new(listed(&totals));
    figures.put("earnings_rebuild_ms", ms_since(before));
    let mut next = ACCOUNTS;
    for (key, new) in [
        ("earnings_root_ms", 0),
        ("earnings_root_with_new_accounts_ms", NEW),
    ] {
        let mut times: Vec<f64> = (0..5u64)
            .map(|turn| {
                for n in 0..UPDATES {
                    // A prime step reaches accounts all over the tree.
                    let n = (turn + n * 104_729) % ACCOUNTS;
                    *totals.entry(account(n)).or_default() += 7;
                }
                totals.extend((next..next + new).map(|n| (account(n), 3)));
                next += new;
                let before = cpu::of_thread();
                tree.bring_to(totals.iter().map(|(account, total)| (*account, *total)));
                let root = tree.root();
                let took = ms_since(before);
                let again = EarningsTree::new(listed(&totals));
                assert_eq!(root, again.root(), "another root than from scratch");
                took
            })
            .collect();
        times.sort_by(f64::total_cmp);
        figures.put(key, times[times.len() / 2]);
    }
}

fn ms_since(before: Duration) -> f64 {
    // What the kernel says of a running thread is as of its last tick.
    std::thread::yield_now();
    cpu::of_thread().saturating_sub(before).as_secs_f64() * 1e3
}

fn listed(totals: &BTreeMap<AccountId, u128>) -> Vec<(AccountId, u128)> {
    let totals = totals.iter();
    totals.map(|(account, total)| (*account, *total)).collect()
}

fn account(number: u64) -> AccountId {
    AccountId(Sha256::sha256(&number.to_le_bytes()))
}

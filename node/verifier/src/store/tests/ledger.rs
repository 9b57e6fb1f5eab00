//! The ledger in the store: a round writes what it changed, and totals of long ago are what they were then.

use std::collections::BTreeMap;

use chainflix_primitives::{
    earnings::{Changes, LedgerAccount, LedgerState},
    report::{EARNINGS_VERSION, EarningsTriple},
};

use super::*;
use crate::store::batch::Operations;
use crate::store::earnings::Adopted;
use crate::store::ledger::ChangedSince;
use crate::store::tables::{ADOPTED, TOTALS_BEFORE};

pub(super) type Totals = BTreeMap<AccountId, u128>;

fn account(number: u64) -> AccountId {
    let mut account = [0; 32];
    account[..8].copy_from_slice(&number.to_be_bytes());
    AccountId(account)
}

/// What a round changed that credited some accounts with one unit each.
pub(super) fn credit(
    totals: &mut Totals,
    round: Round,
    accounts: impl IntoIterator<Item = u64>,
) -> Changes {
    let mut before: BTreeMap<AccountId, Option<u128>> = BTreeMap::new();
    for number in accounts {
        let account = account(number);
        let total = totals.get(&account).copied();
        before.entry(account).or_insert(total);
        *totals.entry(account).or_default() += 1;
    }
    let after = before.keys().map(|account| {
        let row = LedgerAccount {
            total: totals.get(account).copied(),
            watching_since: None,
        };
        (*account, row)
    });
    let mut state = LedgerState::default();
    state.last_round = Some(round);
    Changes {
        accounts: after.collect(),
        before: before.into_iter().collect(),
        spent: Vec::new(),
        shown: Vec::new(),
        paid: Vec::new(),
        forgotten: Vec::new(),
        state,
    }
}

fn keep(
    store: &Store,
    changed: &mut ChangedSince,
    changes: Changes,
    taken: Option<Round>,
) -> Operations {
    let rows = changed.rows(changes, taken);
    let mut operations = Operations::default();
    let written = store.write_now(|batch| {
        batch.put_ledger(&rows)?;
        operations = batch.operations();
        Ok(())
    });
    written.expect("written");
    operations
}

fn adopt(store: &Store, as_of: Round) {
    let triple = EarningsTriple {
        as_of,
        root: [0; 32],
        count: 0,
        sum: 0,
        version: EARNINGS_VERSION,
    };
    let adopted = Adopted {
        triple,
        seen: as_of,
    };
    let written = store.write_now(|batch| batch.put(ADOPTED, &as_of, &adopted));
    written.expect("written");
}

#[test]
fn b3_totals_as_of_a_round_stay_what_they_were_whatever_is_settled_later_and_over_restarts() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut store = open(directory.path());
    let (ledger, mut changed) = store.view().expect("a view").ledger().expect("readable");
    assert_eq!(ledger, Default::default());
    let mut totals = Totals::new();
    let mut taken: BTreeMap<Round, Totals> = BTreeMap::new();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    for round in 1..120 {
        // Two periods may pass without anything settled.
        if random(8) == 0 {
            changed.take(round * 10 - 5);
            taken.insert(round * 10 - 5, totals.clone());
        }
        let credited: Vec<u64> = (0..random(6)).map(|_| random(40)).collect();
        let changes = credit(&mut totals, round * 10, credited);
        let is_taken = random(4) == 0;
        keep(
            &store,
            &mut changed,
            changes,
            is_taken.then_some(round * 10),
        );
        if is_taken {
            taken.insert(round * 10, totals.clone());
        }
        if random(5) == 0 {
            drop(store);
            store = open(directory.path());
            let (ledger, since) = store.view().expect("a view").ledger().expect("readable");
            changed = since;
            let now: Totals = ledger.totals().map(|(a, t)| (*a, *t)).collect();
            assert_eq!(now, totals);
            assert_eq!(ledger.last_round(), Some(round * 10));
        }
        let view = store.view().expect("a view");
        for (as_of, totals) in &taken {
            let found = view.totals_as_of(*as_of).expect("readable");
            assert_eq!(found, *totals, "as of {as_of} after {round}0");
            for number in 0..40 {
                let account = account(number);
                let found = view.total_as_of(&account, *as_of).expect("readable");
                assert_eq!(
                    found,
                    totals.get(&account).copied(),
                    "account {number} as of {as_of}"
                );
            }
        }
    }
    assert!(taken.len() > 20, "earnings were hardly taken");
}

#[test]
fn a_settled_round_writes_as_much_as_it_touched_however_many_accounts_there_are() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = open(directory.path());
    let mut changed = ChangedSince::default();
    let mut totals = Totals::new();
    let mut round = 0;
    let mut of_ten = |accounts: u64| {
        round += 2;
        let all = credit(&mut totals, round, 0..accounts);
        keep(&store, &mut changed, all, Some(round));
        let ten = credit(
            &mut totals,
            round + 1,
            (0..10).map(|number| number * accounts / 10),
        );
        keep(&store, &mut changed, ten, None)
    };
    let few = of_ten(100);
    assert_eq!(few, of_ten(20_000));
    // Ten accounts, what ten had when earnings were taken, and the row of rounds.
    assert_eq!((few.reads, few.writes), (0, 21));
    assert!(few.bytes < 21 * 100, "{} bytes", few.bytes);
}

#[tokio::test]
async fn totals_before_the_oldest_adopted_earnings_are_forgotten_and_no_later_ones() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = open(directory.path());
    let mut changed = ChangedSince::default();
    let mut totals = Totals::new();
    for round in 1..6 {
        let changes = credit(&mut totals, round, 0..7);
        keep(&store, &mut changed, changes, Some(round));
    }
    let prune = || async {
        let keep = Keep {
            round: 1_000,
            cycles: CycleRule::from_genesis(10),
            tickets_from: 1_000,
            archive: false,
            archived: None,
        };
        store.writer().prune(keep).await.expect("pruned");
        let view = store.view().expect("a view");
        let last = (Round::MAX, AccountId([u8::MAX; 32]));
        let all = view.range(TOTALS_BEFORE, &(0, account(0)), &last, 100);
        let all = all.expect("readable").into_iter();
        all.map(|((as_of, _), _)| as_of).collect::<Vec<_>>()
    };
    let kept = |rounds: &[Round]| rounds.iter().flat_map(|r| [*r; 7]).collect::<Vec<_>>();
    assert_eq!(prune().await.first(), Some(&1), "nothing was adopted yet");
    adopt(&store, 3);
    adopt(&store, 5);
    assert_eq!(prune().await, kept(&[3, 4]));
    let view = store.view().expect("a view");
    assert_eq!(view.total_as_of(&account(2), 3).expect("readable"), Some(3));
    assert_eq!(view.totals_as_of(5).expect("readable"), totals);
}

//! The ledger kept row by row: whoever writes what each round changed has the ledger.

use std::collections::BTreeMap;

use chainflix_primitives::earnings::{Changes, Ledger, LedgerAccount, LedgerState, PaidPart};
use chainflix_primitives::{AccountId, Magnet};
use proptest::prelude::*;

use super::sums::{Round, many_short_rounds, production_rounds, world};
use super::world::{Handed, World, ad_seen, handed, seen};

/// What a disk has.
#[derive(Default)]
struct Rows {
    accounts: BTreeMap<AccountId, LedgerAccount>,
    spent: BTreeMap<(u32, AccountId, Magnet), Vec<u8>>,
    shown: BTreeMap<(u32, u32, AccountId), u32>,
    paid: BTreeMap<(u32, usize), PaidPart>,
    state: LedgerState,
}

impl Rows {
    fn write(&mut self, changes: Changes) {
        self.accounts.extend(changes.accounts);
        self.spent.extend(changes.spent);
        self.shown.extend(changes.shown);
        let paid = changes.paid.into_iter().enumerate();
        self.paid
            .extend(paid.map(|(part, paid)| ((paid.round(), part), paid)));
        self.paid
            .retain(|(round, _), _| !changes.forgotten.contains(round));
        self.state = changes.state;
    }

    /// Removes what the state says is of no use.
    fn prune(&mut self) {
        let LedgerState {
            first_cycle,
            first_day,
            ..
        } = self.state;
        self.spent.retain(|(cycle, ..), _| *cycle >= first_cycle);
        self.shown.retain(|(day, ..), _| *day >= first_day);
    }

    fn ledger(&self) -> Ledger {
        let mut ledger = Ledger::resumed(self.state.clone());
        let accounts = self.accounts.iter();
        accounts.for_each(|(account, row)| ledger.restore_account(*account, *row));
        let spent = self.spent.iter();
        spent.for_each(|(key, bits)| ledger.restore_spent(*key, bits.clone()));
        let shown = self.shown.iter();
        shown.for_each(|(key, views)| ledger.restore_shown(*key, *views));
        let paid = self.paid.values().cloned();
        paid.for_each(|part| ledger.restore_paid(part));
        ledger
    }
}

/// Applies rounds; after each the rows are the ledger, and what changed is what the round touched.
fn rows_are_the_ledger(world: &World, rounds: &[Round]) -> Result<(), TestCaseError> {
    let (mut ledger, mut rows) = (Ledger::default(), Rows::default());
    for (place, (round, (handed, reporters))) in rounds.iter().enumerate() {
        let before = ledger.clone();
        let (settled, bodies) = world.settle(*round, handed, reporters);
        let (_, changes) = ledger
            .apply_noting(&settled, &bodies, world)
            .expect("complete records");
        let views = bodies.iter().flatten().count();
        prop_assert!(changes.spent.len() <= views);
        for (account, total) in &changes.before {
            prop_assert_eq!(*total, before.account(account).total);
        }
        for (account, _) in ledger.totals() {
            let is_told = changes
                .before
                .binary_search_by_key(account, |(told, _)| *told)
                .is_ok();
            prop_assert!(is_told || ledger.total(account) == before.total(account));
        }
        rows.write(changes);
        if place.is_multiple_of(3) {
            rows.prune();
        }
        prop_assert_eq!(&rows.ledger(), &ledger, "after round {}", round);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn b3_the_ledger_is_its_rows_after_every_round(quota in 1..6u32, rounds in production_rounds()) {
        rows_are_the_ledger(&world(quota, false), &rounds)?;
    }

    #[test]
    fn b3_what_a_ledger_forgets_its_rows_forget(
        quota in 1..4u32, cycle_length in 7..90u32, rounds in many_short_rounds(),
    ) {
        let mut world = world(quota, true);
        world.cycles[0].length = cycle_length;
        rows_are_the_ledger(&world, &rounds)?;
    }
}

#[test]
fn a_round_of_many_views_is_kept_in_parts_and_ad_views_with_them() {
    let world = World::new();
    let round_ms = u64::from(world.clock.round_ms);
    let views = |round: u64| -> Vec<_> {
        let at = round * round_ms;
        let minute = u16::try_from(round).expect("few");
        let mut views: Vec<_> = (0..2_500)
            .map(|number| seen(&format!("viewer {number}"), minute, at))
            .collect();
        views.push(ad_seen("viewer 0", 1, at + 60_000));
        views
    };
    let rounds: Vec<Round> = [5u32, 6]
        .into_iter()
        .map(|round| {
            let block: Handed = handed("verifier 0", views(u64::from(round) - 2));
            (round, (vec![block], vec!["verifier 0"]))
        })
        .collect();
    rows_are_the_ledger(&world, &rounds).expect("the rows are the ledger");
}

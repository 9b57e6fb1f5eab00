//! Random settlements, votes and claims against a small model.

use crate::{
    mock::{
        Balances, CFX, DELAY, Earnings, Escrow, INTERVAL, Now, Rewards, Test, account, debiting,
        header, raw, run, run_with,
    },
    types::HostSha256,
};
use chainflix_primitives::{
    Sha256,
    emission::EmissionPreset,
    hash::Hasher,
    registry::{JudgedBlock, Settlement},
    rounds::PRODUCTION_ROUND_MS,
};
use frame_support::traits::fungible::Inspect;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What happens in a test.
#[derive(Clone, Debug)]
enum Step {
    /// So many rounds pass, and the last of them is settled with these headers: playtime in s, approved, what it debits a
    /// campaign.
    Settle {
        rounds: u32,
        headers: Vec<(u64, bool, u128)>,
    },
    /// The verifiers credit a part of what is not yet credited to an account, and vote.
    Earn { account: u8, part: u8 },
    /// All but two verifiers vote for a root that takes an account's earnings away.
    Steal { account: u8 },
    /// Somebody claims for an account under the root adopted so many roots ago.
    Claim {
        account: u8,
        roots_ago: usize,
        by: u8,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (1u32..30, prop::collection::vec((0u64..20_000, any::<bool>(), 0..20 * CFX), 0..6))
            .prop_map(|(rounds, headers)| Step::Settle { rounds, headers }),
        3 => (0u8..6, 1u8..=100).prop_map(|(account, part)| Step::Earn { account, part }),
        1 => (0u8..6).prop_map(|account| Step::Steal { account }),
        4 => (0u8..6, 0usize..4, 0u8..6)
            .prop_map(|(account, roots_ago, by)| Step::Claim { account, roots_ago, by }),
    ];
    prop::collection::vec(step, 1..60)
}

/// What the model remembers.
#[derive(Default)]
struct Model {
    /// The last settled round.
    last: Option<u32>,
    settled: u128,
    advertised: u128,
    /// Adopted roots: as of, adopted in, totals.
    adopted: Vec<(u32, u32, Earnings)>,
    earned: Earnings,
    paid: BTreeMap<u8, u128>,
}

const FIRST_ACCOUNT: u8 = 100;

impl Model {
    fn settle(&mut self, rounds: u32, headers: &[(u64, bool, u128)]) {
        let round = self.last.map_or(rounds, |last| last + rounds);
        let blocks = (1..)
            .zip(headers)
            .map(|(issuer, (s, ok, debit))| JudgedBlock {
                debits: debiting(issuer, *debit, *ok).debits,
                ..header(issuer, *s, *ok)
            })
            .collect();
        let left = 1_000 * CFX - self.advertised.min(1_000 * CFX);
        Escrow::set(&left);
        Rewards::settle(round, blocks, vec![raw(1)]);
        Now::set(round + 4);
        let schedule = EmissionPreset::Dev
            .schedule(PRODUCTION_ROUND_MS)
            .expect("production rounds");
        let settled = Rewards::settled(round).expect("settled").settled;
        assert!(settled <= schedule.reward(round));
        let watched = headers
            .iter()
            .any(|(seconds, approved, _)| *approved && *seconds > 0);
        assert_eq!(settled > 0, watched && schedule.reward(round) > 0);
        self.settled += settled;
        let debits = headers.iter().filter(|(_, approved, _)| *approved);
        self.advertised += debits.map(|(_, _, debit)| debit).sum::<u128>().min(left);
        self.last = Some(round);
        assert!(self.settled <= schedule.cumulative(round + 1));
    }

    /// The latest round that can be voted for.
    fn votable(&self) -> Option<u32> {
        let as_of = self.last? / INTERVAL * INTERVAL;
        self.adopted
            .last()
            .is_none_or(|(last, ..)| as_of > *last)
            .then_some(as_of)
    }

    fn earn(&mut self, number: u8, part: u8) {
        let Some(as_of) = self.votable() else { return };
        let ceiling = crate::Pallet::<Test>::settled_as_of(as_of).expect("settled");
        let mut next = self.earned.clone();
        let open = ceiling.saturating_sub(self.earned.triple(0).sum);
        next.credit(FIRST_ACCOUNT + number, open * u128::from(part) / 100);
        crate::mock::adopt(&next, as_of);
        let adopted = Rewards::last_adopted().expect("a rightful root is adopted");
        assert_eq!(adopted.triple, next.triple(as_of));
        self.adopted.push((as_of, Now::get(), next.clone()));
        self.earned = next;
    }

    fn steal(&mut self, number: u8) {
        let Some(as_of) = self.votable() else { return };
        let total = self.earned.total(FIRST_ACCOUNT + number);
        if total == 0 || self.adopted.is_empty() {
            return;
        }
        let before = Rewards::last_adopted();
        let mut lesser = self.earned.clone();
        lesser = Earnings::of(
            &(0..6)
                .map(|other| (FIRST_ACCOUNT + other, lesser.total(FIRST_ACCOUNT + other)))
                .filter(|(account, _)| *account != FIRST_ACCOUNT + number)
                .collect::<Vec<_>>(),
        );
        crate::mock::adopt(&lesser, as_of);
        assert_eq!(
            Rewards::last_adopted(),
            before,
            "a lesser sum is never adopted"
        );
    }

    fn claim(&mut self, number: u8, roots_ago: usize, by: u8) {
        let number = FIRST_ACCOUNT + number;
        let Some((as_of, adopted_in, earnings)) = self.adopted.iter().rev().nth(roots_ago) else {
            return;
        };
        if earnings.total(number) == 0 {
            return;
        }
        let paid = self.paid.get(&number).copied().unwrap_or(0);
        let due = earnings.total(number).saturating_sub(paid);
        let alive = Balances::total_balance(&account(number)) > 0;
        let payable = due > 0
            && adopted_in + DELAY <= Now::get()
            && (alive || due >= crate::mock::EXISTENTIAL_DEPOSIT);
        let claimed = earnings.claim(number, *as_of).submit(FIRST_ACCOUNT + by);
        assert_eq!(claimed.is_ok(), payable, "{claimed:?}");
        if payable {
            self.paid.insert(number, earnings.total(number));
        }
    }

    fn compare(&self) {
        let totals = Rewards::totals();
        assert_eq!(totals.settled, self.settled);
        assert_eq!(totals.advertised, self.advertised);
        assert_eq!(totals.paid, self.paid.values().sum());
        assert!(totals.paid <= totals.settled + totals.advertised);
        for (number, paid) in &self.paid {
            assert_eq!(Rewards::claimed(account(*number)), *paid);
            assert_eq!(Balances::total_balance(&account(*number)), *paid);
        }
        assert_eq!(Balances::total_issuance(), totals.paid);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn paid_stays_below_what_is_owed_and_settled_below_the_schedule_whatever_happens(steps in steps()) {
        run_with(EmissionPreset::Dev, None, || {
            let mut model = Model::default();
            for step in steps {
                match step {
                    Step::Settle { rounds, headers } => model.settle(rounds, &headers),
                    Step::Earn { account, part } => model.earn(account, part),
                    Step::Steal { account } => model.steal(account),
                    Step::Claim { account, roots_ago, by } => model.claim(account, roots_ago, by),
                }
                model.compare();
                crate::Pallet::<Test>::do_try_state().expect("the invariants hold");
            }
        });
    }

    #[test]
    fn rewards_of_a_round_never_exceed_its_emission(
        headers in prop::collection::vec((any::<u64>(), any::<bool>()), 0..100),
        round in 0u32..30_000_000,
    ) {
        run(|| {
            let blocks = (0u8..)
                .zip(&headers)
                .map(|(issuer, (playtime_ms, approved))| {
                    let mut block = header(issuer, 0, *approved);
                    block.playtime_ms = *playtime_ms;
                    block
                })
                .collect();
            Rewards::settle(round, blocks, vec![]);
            let settled = Rewards::settled(round).expect("settled");
            assert!(settled.settled <= Rewards::reward(round));
            assert_eq!(settled.settled, settled.blocks.iter().map(|block| block.reward).sum::<u128>());
        });
    }

    #[test]
    fn the_nodes_sha256_is_everybodys(data in prop::collection::vec(any::<u8>(), 0..300)) {
        assert_eq!(HostSha256::sha256(&data), Sha256::sha256(&data));
    }
}

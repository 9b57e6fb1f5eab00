//! Claims, as anybody signs them.

use crate::{
    CLAIMABLE_ROOTS, Error, Event, Totals,
    mock::{
        Balances, CFX, Claim, DELAY, EXISTENTIAL_DEPOSIT, Earnings, INTERVAL, Now, Rewards,
        RuntimeEvent, RuntimeOrigin, System, Test, account, adopt, run, settle,
    },
};
use chainflix_primitives::{Sha256, earnings::leaf_hash, merkle};
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};
use sp_runtime::DispatchError;

const SIGNER: u8 = 200;

fn earnings() -> Earnings {
    Earnings::of(&[(11, 3 * CFX), (12, 4 * CFX), (13, CFX / 1_000)])
}

/// Runs in round 100 with [`earnings`] as of round 10 claimable, out of 41 settled rounds.
fn run_claimable(test: impl FnOnce()) {
    run(|| {
        for round in 0..=40 {
            settle(round);
        }
        Now::set(45);
        adopt(&earnings(), 10);
        Now::set(100);
        test();
    });
}

fn balance(number: u8) -> u128 {
    Balances::balance(&account(number))
}

#[test]
fn a_claim_mints_what_was_earned_and_creates_the_account() {
    run_claimable(|| {
        let issued = Balances::total_issuance();
        assert_ok!(earnings().claim(11, 10).submit(11));
        assert_eq!(balance(11), 3 * CFX);
        assert_eq!(Balances::total_issuance(), issued + 3 * CFX);
        assert_eq!(Rewards::claimed(account(11)), 3 * CFX);
        assert_eq!(
            Rewards::totals(),
            Totals {
                settled: 41 * 135 * CFX,
                paid: 3 * CFX,
                advertised: 0,
            }
        );
        System::assert_last_event(RuntimeEvent::Rewards(Event::EarningsClaimed {
            account: account(11),
            as_of: 10,
            total: 3 * CFX,
            amount: 3 * CFX,
        }));
    });
}

#[test]
fn f2_a_claim_that_a_third_party_submits_pays_the_owner() {
    run_claimable(|| {
        assert_ok!(earnings().claim(11, 10).submit(SIGNER));
        assert_eq!((balance(11), balance(SIGNER)), (3 * CFX, 0));
        assert_eq!(Rewards::claimed(account(SIGNER)), 0);
    });
}

#[test]
fn r5_what_two_branches_settle_and_claim_counts_once_on_the_one_that_wins() {
    use frame_support::storage::{TransactionOutcome, with_transaction};
    run_claimable(|| {
        // A branch that settles one more round, pays a claim, and is left again when `wins` says no.
        let branch = |wins: bool| {
            with_transaction(|| {
                settle(41);
                assert_ok!(earnings().claim(11, 10).submit(11));
                let seen = (
                    Rewards::totals(),
                    balance(11),
                    Rewards::claimed(account(11)),
                );
                match wins {
                    true => TransactionOutcome::Commit(Ok::<_, DispatchError>(seen)),
                    false => TransactionOutcome::Rollback(Ok(seen)),
                }
            })
            .expect("no error")
        };
        let before = (Rewards::totals(), balance(11));
        let lost = branch(false);
        assert_eq!(
            (Rewards::totals(), balance(11)),
            before,
            "nothing of it is left"
        );
        let won = branch(true);
        assert_eq!(won, lost);
        // Both sent their transactions to everybody: those of the other branch do nothing here.
        let again = earnings().claim(11, 10).submit(SIGNER);
        assert!(again.is_err());
        settle(41);
        assert_eq!(Rewards::totals(), won.0);
        assert_eq!(balance(11), 3 * CFX);
    });
}

#[test]
fn f1_a_copied_claim_with_another_account_or_total_fails() {
    run_claimable(|| {
        let honest = earnings().claim(11, 10);
        let thief = Claim {
            account: account(SIGNER),
            ..honest.clone()
        };
        assert_noop!(thief.submit(SIGNER), Error::<Test>::WrongProof);
        let greedy = Claim {
            total: honest.total + 1,
            ..honest.clone()
        };
        assert_noop!(greedy.submit(11), Error::<Test>::WrongProof);
        let other_leaf = Claim {
            account: account(12),
            total: 4 * CFX,
            ..honest
        };
        assert_noop!(other_leaf.submit(12), Error::<Test>::WrongProof);
    });
}

#[test]
fn m_a_proof_of_another_place_size_or_shape_fails() {
    run_claimable(|| {
        let honest = earnings().claim(11, 10);
        let mut longer = honest.clone();
        longer.proof.push([0; 32]);
        let mut shorter = honest.clone();
        shorter.proof.pop();
        let mut flipped = honest.clone();
        flipped.proof[0][0] ^= 1;
        let wrong = [
            Claim {
                index: 1,
                ..honest.clone()
            },
            Claim {
                index: u32::MAX,
                ..honest.clone()
            },
            Claim {
                count: 4,
                ..honest.clone()
            },
            Claim {
                count: 0,
                ..honest.clone()
            },
            longer,
            shorter,
            flipped,
            Claim {
                proof: vec![],
                ..honest.clone()
            },
        ];
        for claim in wrong {
            assert_noop!(claim.submit(11), Error::<Test>::WrongProof);
        }
        assert_ok!(honest.submit(11));
    });
}

#[test]
fn m3_a_proof_against_another_adopted_root_fails() {
    run_claimable(|| {
        let mut later = earnings();
        later.credit(11, CFX);
        adopt(&later, 20);
        Now::set(200);
        let crossed = Claim {
            as_of: 20,
            ..earnings().claim(11, 10)
        };
        assert_noop!(crossed.submit(11), Error::<Test>::WrongProof);
        let crossed = Claim {
            as_of: 10,
            ..later.claim(11, 20)
        };
        assert_noop!(crossed.submit(11), Error::<Test>::WrongProof);
    });
}

#[test]
fn r1_the_same_claim_twice_pays_once() {
    run_claimable(|| {
        let claim = earnings().claim(11, 10);
        assert_ok!(claim.submit(11));
        assert_noop!(claim.submit(11), Error::<Test>::NothingToClaim);
        assert_noop!(claim.submit(SIGNER), Error::<Test>::NothingToClaim);
        assert_eq!(balance(11), 3 * CFX);
    });
}

#[test]
fn r_claims_under_several_roots_pay_the_latest_total_in_any_order() {
    let mut later = earnings();
    later.credit(11, 2 * CFX);
    for latest_first in [false, true] {
        run_claimable(|| {
            adopt(&later, 20);
            Now::set(200);
            let (old, new) = (earnings().claim(11, 10), later.claim(11, 20));
            if latest_first {
                assert_ok!(new.submit(11));
                assert_noop!(old.submit(11), Error::<Test>::NothingToClaim);
            } else {
                assert_ok!(old.submit(11));
                assert_eq!(balance(11), 3 * CFX);
                assert_ok!(new.submit(11));
            }
            assert_eq!(balance(11), 5 * CFX);
        });
    }
}

#[test]
fn r_an_account_that_was_emptied_is_not_paid_again() {
    run_claimable(|| {
        assert_ok!(earnings().claim(11, 10).submit(11));
        assert_ok!(Balances::transfer_all(
            RuntimeOrigin::signed(account(11)),
            account(12),
            false
        ));
        assert!(!System::account_exists(&account(11)));
        assert_noop!(
            earnings().claim(11, 10).submit(SIGNER),
            Error::<Test>::NothingToClaim
        );
    });
}

#[test]
fn b1_nothing_is_claimable_before_the_delay_has_passed() {
    run_claimable(|| {
        let mut later = earnings();
        later.credit(11, CFX);
        adopt(&later, 20);
        assert_eq!(Rewards::claimable_from(20), Some(100 + DELAY));
        let claim = later.claim(11, 20);
        assert_noop!(claim.submit(11), Error::<Test>::NotYetClaimable);
        Now::set(100 + DELAY - 1);
        assert_noop!(claim.submit(11), Error::<Test>::NotYetClaimable);
        Now::set(100 + DELAY);
        assert_ok!(claim.submit(11));
    });
}

#[test]
fn a_root_is_claimable_until_a_hundred_later_ones_are_adopted() {
    run_claimable(|| {
        let mut round = 41;
        for number in 1..=CLAIMABLE_ROOTS {
            let as_of = 10 + number * INTERVAL;
            while round <= as_of {
                settle(round);
                round += 1;
            }
            adopt(&earnings(), as_of);
            if number == CLAIMABLE_ROOTS - 1 {
                Now::set(5_000);
                assert_ok!(earnings().claim(11, 10).submit(11));
            }
        }
        assert_noop!(
            earnings().claim(12, 10).submit(12),
            Error::<Test>::NotAdopted
        );
        assert_noop!(
            earnings().claim(12, 15).submit(12),
            Error::<Test>::NotAdopted
        );
    });
}

#[test]
fn a_first_payment_below_the_existential_deposit_is_refused_and_may_follow_to_a_living_account() {
    run_claimable(|| {
        let small = earnings().claim(13, 10);
        assert!(small.total < EXISTENTIAL_DEPOSIT);
        assert_noop!(small.submit(SIGNER), Error::<Test>::BelowExistentialDeposit);
        assert_ok!(earnings().claim(11, 10).submit(11));
        assert_ok!(Balances::transfer_allow_death(
            RuntimeOrigin::signed(account(11)),
            account(13),
            EXISTENTIAL_DEPOSIT
        ));
        assert_ok!(small.submit(SIGNER));
        assert_eq!(balance(13), EXISTENTIAL_DEPOSIT + CFX / 1_000);
    });
}

#[test]
fn a_first_payment_of_exactly_the_existential_deposit_creates_the_account() {
    run_claimable(|| {
        let exact = Earnings::of(&[(11, 7 * CFX), (12, 4 * CFX), (14, EXISTENTIAL_DEPOSIT)]);
        adopt(&exact, 20);
        Now::set(200);
        assert_ok!(exact.claim(14, 20).submit(SIGNER));
        assert_eq!(balance(14), EXISTENTIAL_DEPOSIT);
    });
}

#[test]
fn the_cap_holds_even_under_a_root_whose_totals_exceed_its_sum() {
    run_claimable(|| {
        // What more than 51 % of bad verifiers could sign: leaves that sum to more than they say.
        let settled = 41 * 135 * CFX;
        let leaves = [(11u8, settled), (12, settled)]
            .map(|(number, total)| leaf_hash::<Sha256>(&crate::mock::raw(number), total));
        let mut triple = earnings().triple(20);
        triple.root = merkle::root::<Sha256>(&leaves);
        triple.count = 2;
        for verifier in 1..=3 {
            use chainflix_primitives::registry::Settlement;
            Rewards::vote_earnings(crate::mock::raw(verifier), triple, 4);
        }
        Now::set(200);
        let claim = |number: u8, index: u32| Claim {
            account: account(number),
            as_of: 20,
            total: settled,
            index,
            count: 2,
            proof: vec![leaves[1 - index as usize]],
        };
        assert_ok!(claim(11, 0).submit(SIGNER));
        assert_noop!(claim(12, 1).submit(SIGNER), Error::<Test>::AboveSettled);
        assert_eq!(
            Rewards::totals(),
            Totals {
                settled,
                paid: settled,
                advertised: 0,
            }
        );
    });
}

#[test]
fn the_largest_total_overflows_nothing() {
    run_claimable(|| {
        let mut claim = earnings().claim(11, 10);
        claim.total = u128::MAX;
        assert_noop!(claim.submit(11), Error::<Test>::AboveSettled);
        assert_ok!(earnings().claim(12, 10).submit(12));
        assert_noop!(claim.submit(11), Error::<Test>::Overflow);
    });
}

#[test]
fn neither_root_nor_nobody_claims() {
    run_claimable(|| {
        use frame_support::traits::UnfilteredDispatchable;
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            let refused = earnings()
                .claim(11, 10)
                .call()
                .dispatch_bypass_filter(origin);
            assert_eq!(
                refused.map_err(|error| error.error),
                Err(DispatchError::BadOrigin)
            );
        }
        assert_eq!(Rewards::claimed(account(11)), 0);
    });
}

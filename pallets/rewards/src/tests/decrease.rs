//! Earnings under which somebody has less than before are void, and cost their signers.

use crate::{
    AccountTotal, Adopted, Error, Event, LaterTotal, Signers,
    mock::{
        CFX, Earnings, Now, Rewards, RuntimeEvent, RuntimeOrigin, Slashed, System, Test, account,
        adopt, raw, run, settle,
    },
};
use chainflix_primitives::{AccountId as RawAccount, registry::Settlement};
use frame_support::{
    assert_noop, assert_ok,
    dispatch::{DispatchResultWithPostInfo, Pays},
};

pub(super) fn honest() -> Earnings {
    Earnings::of(&[(11, 3 * CFX), (12, 4 * CFX), (13, 5 * CFX)])
}

/// Nine CFX that were 12's and 13's are now 99's.
pub(super) fn stolen() -> Earnings {
    Earnings::of(&[(11, 3 * CFX), (13, CFX), (99, 8 * CFX)])
}

/// Honest earnings as of 10 and stolen ones as of 20 are adopted, and neither is claimable yet.
pub(super) fn rob() {
    for round in 0..=40 {
        settle(round);
    }
    Now::set(45);
    adopt(&honest(), 10);
    adopt(&stolen(), 20);
}

fn run_robbed(test: impl FnOnce()) {
    run(|| {
        rob();
        test();
    });
}

pub(super) fn at(earnings: &Earnings, number: u8) -> AccountTotal {
    let claim = earnings.claim(number, 0);
    AccountTotal {
        total: claim.total,
        index: claim.index,
        proof: claim.proof.try_into().expect("a proof that fits"),
    }
}

fn beside(earnings: &Earnings, number: u8) -> Option<(RawAccount, AccountTotal)> {
    Some((raw(number), at(earnings, number)))
}

fn prove(
    number: u8,
    earlier: (u32, AccountTotal),
    later: (u32, LaterTotal),
) -> DispatchResultWithPostInfo {
    Rewards::prove_decrease(
        RuntimeOrigin::signed(account(200)),
        account(number),
        earlier.0,
        earlier.1,
        later.0,
        later.1,
    )
}

fn has_less() -> LaterTotal {
    LaterTotal::Total(at(&stolen(), 13))
}

#[test]
fn b1_a_root_that_moves_unclaimed_earnings_is_voided_before_it_can_be_claimed() {
    run_robbed(|| {
        assert_eq!(Signers::<Test>::get(20).to_vec(), [raw(1), raw(2), raw(3)]);
        let paid = prove(13, (10, at(&honest(), 13)), (20, has_less())).expect("it is so");
        assert_eq!(paid.pays_fee, Pays::No);
        assert_eq!(Slashed::get(), [raw(1), raw(2), raw(3)]);
        System::assert_last_event(RuntimeEvent::Rewards(Event::EarningsVoided {
            as_of: 20,
            root: stolen().triple(20).root,
            account: account(13),
            earlier: 5 * CFX,
            later: CFX,
            signers: 3,
            slashed: 150 * CFX,
        }));
        Now::set(100);
        assert_noop!(stolen().claim(99, 20).submit(99), Error::<Test>::NotAdopted);
        assert_ok!(honest().claim(13, 10).submit(13));
        // The honest ones are the last again, and later ones are compared with them.
        assert_eq!(
            Rewards::last_adopted().map(|last| last.triple.as_of),
            Some(10)
        );
        adopt(&honest(), 30);
        assert_eq!(Rewards::last_adopted().map(|last| last.number), Some(1));
    });
}

#[test]
fn b1_an_account_that_is_left_out_altogether_is_shown_by_its_neighbours() {
    run_robbed(|| {
        let gone = LaterTotal::Absent {
            before: beside(&stolen(), 11),
            after: beside(&stolen(), 13),
        };
        assert_ok!(prove(12, (10, at(&honest(), 12)), (20, gone)));
        assert!(Adopted::<Test>::get(20).is_none());
    });
}

#[test]
fn b1_nothing_can_be_made_of_earnings_that_only_grew() {
    run(|| {
        for round in 0..=40 {
            settle(round);
        }
        Now::set(45);
        let mut grown = honest();
        grown.credit(12, CFX);
        grown.credit(14, CFX);
        adopt(&honest(), 10);
        adopt(&grown, 20);
        for number in [11, 12, 13] {
            let later = LaterTotal::Total(at(&grown, number));
            assert_noop!(
                prove(number, (10, at(&honest(), number)), (20, later)),
                Error::<Test>::NotADecrease
            );
        }
        // The other way round an account had less before.
        assert_noop!(
            prove(
                12,
                (20, at(&grown, 12)),
                (10, LaterTotal::Total(at(&honest(), 12)))
            ),
            Error::<Test>::NotADecrease
        );
        let wrong = [
            // It is there: these are no neighbours.
            (beside(&grown, 11), beside(&grown, 13)),
            (beside(&grown, 11), None),
            (None, beside(&grown, 13)),
            (None, None),
            (beside(&grown, 12), beside(&grown, 13)),
        ];
        for (before, after) in wrong {
            assert_noop!(
                prove(
                    12,
                    (10, at(&honest(), 12)),
                    (20, LaterTotal::Absent { before, after })
                ),
                Error::<Test>::WrongProof
            );
        }
        assert_eq!(Slashed::get(), []);
    });
}

#[test]
fn b1_a_decrease_needs_both_roots_and_true_leaves() {
    run_robbed(|| {
        let earlier = || at(&honest(), 13);
        assert_noop!(
            prove(13, (0, earlier()), (20, has_less())),
            Error::<Test>::NotAdopted
        );
        assert_noop!(
            prove(13, (10, earlier()), (30, has_less())),
            Error::<Test>::NotAdopted
        );
        let mut more = earlier();
        more.total += 1;
        assert_noop!(
            prove(13, (10, more), (20, has_less())),
            Error::<Test>::WrongProof
        );
        let mut less = at(&stolen(), 13);
        less.total -= 1;
        assert_noop!(
            prove(13, (10, earlier()), (20, LaterTotal::Total(less))),
            Error::<Test>::WrongProof
        );
        // Somebody else's leaf.
        assert_noop!(
            prove(11, (10, earlier()), (20, has_less())),
            Error::<Test>::WrongProof
        );
    });
}

#[test]
fn b1_a_decrease_in_the_middle_is_voided_and_the_last_root_stays() {
    run_robbed(|| {
        let mut repaired = honest();
        repaired.credit(99, 8 * CFX);
        adopt(&repaired, 30);
        assert_ok!(prove(13, (10, at(&honest(), 13)), (20, has_less())));
        assert_eq!(
            Rewards::last_adopted().map(|last| last.triple.as_of),
            Some(30)
        );
        adopt(&repaired, 40);
        assert_eq!(Rewards::last_adopted().map(|last| last.number), Some(3));
    });
}

#[test]
fn only_those_whose_votes_adopted_the_earnings_are_signers() {
    run(|| {
        for round in 0..=40 {
            settle(round);
        }
        Rewards::vote_earnings(raw(4), honest().triple(20), 4);
        adopt(&stolen(), 20);
        assert_eq!(Signers::<Test>::get(20).to_vec(), [raw(1), raw(2), raw(3)]);
    });
}

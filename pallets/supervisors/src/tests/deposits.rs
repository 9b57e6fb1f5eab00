//! What is held for applications and approvals.

use crate::{
    Applications, Approvals, Decision, HoldReason, RefusalReason,
    mock::{
        AccountId, Balances, CFX, DECISION_ROUNDS, Now, RuntimeOrigin, Supervisors, Test, agency,
        library, producer, run,
    },
};
use codec::Encode;
use frame_support::{
    assert_ok,
    traits::fungible::{Inspect, InspectHold},
};

fn held(reason: HoldReason) -> u128 {
    Balances::balance_on_hold(&reason.into(), &producer())
}

fn apply(to: AccountId) {
    assert_ok!(Supervisors::apply(
        RuntimeOrigin::signed(producer()),
        to,
        [1; 32]
    ));
}

fn decide(by: AccountId, decision: Decision) {
    assert_ok!(Supervisors::decide(
        RuntimeOrigin::signed(by),
        producer(),
        decision
    ));
}

#[test]
fn everything_held_comes_back_when_everything_is_removed() {
    run(|| {
        let free = Balances::balance(&producer());
        apply(library());
        assert!(held(HoldReason::Application) > 0);
        assert_eq!(
            Balances::balance(&producer()),
            free - held(HoldReason::Application)
        );
        decide(library(), Decision::Approve);
        assert_eq!(held(HoldReason::Application), 0);
        assert!(held(HoldReason::Approval) > 0);
        assert_ok!(Supervisors::remove_approval(
            RuntimeOrigin::signed(producer()),
            producer()
        ));
        assert_eq!(held(HoldReason::Approval), 0);
        assert_eq!(Balances::balance(&producer()), free);
    });
}

#[test]
fn a_replaced_application_or_approval_is_not_held_for_twice() {
    run(|| {
        apply(library());
        let once = held(HoldReason::Application);
        decide(library(), Decision::Refuse(RefusalReason::RightsNotShown));
        assert_eq!(
            held(HoldReason::Application),
            once,
            "a refusal stays on record"
        );
        apply(agency());
        assert_eq!(held(HoldReason::Application), once);
        Now::set(1_000 + DECISION_ROUNDS);
        apply(library());
        assert_eq!(held(HoldReason::Application), once);
        decide(library(), Decision::Approve);
        let approved = held(HoldReason::Approval);
        apply(agency());
        decide(agency(), Decision::Approve);
        assert_eq!(held(HoldReason::Approval), approved);
    });
}

#[test]
fn the_deposits_cover_every_byte_that_the_entries_can_take_in_storage() {
    run(|| {
        let price = |bytes: usize| bytes as u128 * CFX / 1_000 + CFX / 10;
        apply(library());
        let entry = Applications::<Test>::get(producer())
            .expect("open")
            .encoded_size();
        let key = Applications::<Test>::hashed_key_for(producer()).len();
        assert!(held(HoldReason::Application) >= price(entry + key));
        decide(library(), Decision::Approve);
        let mut approval = Approvals::<Test>::get(producer()).expect("approved");
        approval.revoked = Some(RefusalReason::DossierUntrue);
        let key = Approvals::<Test>::hashed_key_for(producer()).len();
        assert!(held(HoldReason::Approval) >= price(approval.encoded_size() + key));
    });
}

#[test]
fn who_cannot_pay_the_deposit_has_no_application() {
    run(|| {
        let poor = AccountId::new([77; 32]);
        assert!(
            Supervisors::apply(RuntimeOrigin::signed(poor.clone()), library(), [1; 32]).is_err()
        );
        assert_eq!(Supervisors::application(poor), None);
    });
}

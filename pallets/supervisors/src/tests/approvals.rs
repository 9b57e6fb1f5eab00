//! How long an approval holds.

use crate::{
    Decision, Error, Pallet, RefusalReason,
    mock::{
        APPROVAL_ROUNDS, AccountId, Now, RuntimeOrigin, Supervisors, Test, agency, library,
        producer, run, stranger,
    },
};
use chainflix_primitives::{AccountId as RawAccount, registry::EligibleProducers};
use frame_support::{assert_noop, assert_ok};

fn approve_by(supervisor: AccountId) {
    assert_ok!(Supervisors::apply(
        RuntimeOrigin::signed(producer()),
        supervisor.clone(),
        [1; 32]
    ));
    assert_ok!(Supervisors::decide(
        RuntimeOrigin::signed(supervisor),
        producer(),
        Decision::Approve
    ));
}

fn approving() -> Option<RawAccount> {
    <Pallet<Test> as EligibleProducers>::approving_supervisor(&RawAccount(producer().into()))
}

fn revoke_by(supervisor: AccountId) -> sp_runtime::DispatchResult {
    Supervisors::revoke_approval(
        RuntimeOrigin::signed(supervisor),
        producer(),
        RefusalReason::UnlawfulContent,
    )
}

fn remove_by(caller: AccountId) -> sp_runtime::DispatchResult {
    Supervisors::remove_approval(RuntimeOrigin::signed(caller), producer())
}

#[test]
fn an_approval_names_its_supervisor_and_ends_with_its_last_round() {
    run(|| {
        assert_eq!(approving(), None);
        approve_by(library());
        assert_eq!(approving(), Some(RawAccount(library().into())));
        Now::set(1_000 + APPROVAL_ROUNDS - 1);
        assert!(approving().is_some());
        Now::set(1_000 + APPROVAL_ROUNDS);
        assert_eq!(approving(), None);
    });
}

#[test]
fn a_renewed_approval_replaces_the_old_one_without_a_gap() {
    run(|| {
        approve_by(library());
        Now::set(1_900);
        assert_ok!(Supervisors::apply(
            RuntimeOrigin::signed(producer()),
            agency(),
            [2; 32]
        ));
        assert_eq!(
            approving(),
            Some(RawAccount(library().into())),
            "until the decision"
        );
        assert_ok!(Supervisors::decide(
            RuntimeOrigin::signed(agency()),
            producer(),
            Decision::Approve
        ));
        assert_eq!(approving(), Some(RawAccount(agency().into())));
        Now::set(1_900 + APPROVAL_ROUNDS - 1);
        assert!(approving().is_some());
    });
}

#[test]
fn a_refused_renewal_leaves_the_approval_as_it_was() {
    run(|| {
        approve_by(library());
        assert_ok!(Supervisors::apply(
            RuntimeOrigin::signed(producer()),
            agency(),
            [2; 32]
        ));
        assert_ok!(Supervisors::decide(
            RuntimeOrigin::signed(agency()),
            producer(),
            Decision::Refuse(RefusalReason::OutsideRemit)
        ));
        assert_eq!(approving(), Some(RawAccount(library().into())));
    });
}

#[test]
fn only_the_approving_supervisor_takes_an_approval_back_and_only_once() {
    run(|| {
        approve_by(library());
        assert_noop!(revoke_by(agency()), Error::<Test>::OtherSupervisor);
        assert_noop!(revoke_by(stranger()), Error::<Test>::NotSupervisor);
        assert_ok!(revoke_by(library()));
        assert_eq!(approving(), None);
        let reason = Supervisors::approval(producer()).and_then(|approval| approval.revoked);
        assert_eq!(reason, Some(RefusalReason::UnlawfulContent));
        assert_noop!(revoke_by(library()), Error::<Test>::NoApproval);
    });
}

#[test]
fn a_standing_approval_is_removed_by_its_producer_only_and_an_ended_one_by_anybody() {
    run(|| {
        approve_by(library());
        assert_noop!(remove_by(stranger()), Error::<Test>::ApprovalHolds);
        assert_ok!(remove_by(producer()));
        assert_eq!(approving(), None);
        assert_noop!(remove_by(producer()), Error::<Test>::NoApproval);

        approve_by(library());
        Now::set(1_000 + APPROVAL_ROUNDS);
        assert_ok!(remove_by(stranger()));
        assert_eq!(Supervisors::approval(producer()), None);
    });
}

#[test]
fn an_approval_of_a_supervisor_that_returns_to_office_holds_again() {
    run(|| {
        approve_by(library());
        assert_ok!(Supervisors::remove_supervisor(
            RuntimeOrigin::root(),
            library()
        ));
        assert_eq!(approving(), None);
        assert_ok!(Supervisors::add_supervisor(
            RuntimeOrigin::root(),
            library(),
            crate::mock::profile("National Library")
        ));
        assert_eq!(approving(), Some(RawAccount(library().into())));
    });
}

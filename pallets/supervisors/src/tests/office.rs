//! Who is in office.

use crate::{
    Error, Pallet,
    mock::{
        RIGHTS_SHOWN, RuntimeOrigin, Supervisors, Test, agency, library, producer, profile, run,
        stranger,
    },
};
use chainflix_primitives::{AccountId as RawAccount, registry::EligibleProducers};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

fn is_supervisor(account: crate::mock::AccountId) -> bool {
    <Pallet<Test> as EligibleProducers>::is_supervisor(&RawAccount(account.into()))
}

#[test]
fn supervisors_of_genesis_are_in_office_with_their_name_and_key() {
    run(|| {
        let supervisor = Supervisors::supervisor(library()).expect("in office");
        assert_eq!(supervisor.profile.name.to_vec(), b"National Library");
        assert_eq!(supervisor.profile.exchange_key, [5; 32]);
        assert!(is_supervisor(library()) && is_supervisor(agency()));
        assert!(!is_supervisor(producer()));
    });
}

#[test]
fn only_the_supervisor_origin_puts_in_office_and_removes() {
    run(|| {
        for caller in [library(), stranger()] {
            let origin = RuntimeOrigin::signed(caller);
            assert_noop!(
                Supervisors::add_supervisor(origin.clone(), stranger(), profile("Me")),
                DispatchError::BadOrigin
            );
            assert_noop!(
                Supervisors::remove_supervisor(origin, agency()),
                DispatchError::BadOrigin
            );
        }
        assert_ok!(Supervisors::add_supervisor(
            RuntimeOrigin::root(),
            stranger(),
            profile("Film Board")
        ));
        assert!(is_supervisor(stranger()));
        assert_ok!(Supervisors::remove_supervisor(
            RuntimeOrigin::root(),
            stranger()
        ));
        assert!(!is_supervisor(stranger()));
        assert_noop!(
            Supervisors::remove_supervisor(RuntimeOrigin::root(), stranger()),
            Error::<Test>::NotSupervisor
        );
    });
}

#[test]
fn q1_there_are_no_more_supervisors_than_allowed_and_none_twice() {
    run(|| {
        let root = RuntimeOrigin::root;
        assert_noop!(
            Supervisors::add_supervisor(root(), library(), profile("Again")),
            Error::<Test>::AlreadySupervisor
        );
        assert_ok!(Supervisors::add_supervisor(
            root(),
            stranger(),
            profile("Third")
        ));
        assert_noop!(
            Supervisors::add_supervisor(root(), producer(), profile("Fourth")),
            Error::<Test>::TooManySupervisors
        );
        assert_ok!(Supervisors::remove_supervisor(root(), library()));
        assert_ok!(Supervisors::add_supervisor(
            root(),
            producer(),
            profile("Fourth")
        ));
    });
}

#[test]
fn a_supervisor_changes_its_own_profile_and_nobody_elses() {
    run(|| {
        assert_ok!(Supervisors::update_profile(
            RuntimeOrigin::signed(library()),
            profile("Library of the Nation")
        ));
        let name = Supervisors::supervisor(library()).map(|entry| entry.profile.name.to_vec());
        assert_eq!(name.as_deref(), Some(b"Library of the Nation".as_slice()));
        assert_noop!(
            Supervisors::update_profile(RuntimeOrigin::signed(stranger()), profile("Me")),
            Error::<Test>::NotSupervisor
        );
    });
}

#[test]
fn a_name_that_is_empty_or_not_utf8_is_refused() {
    run(|| {
        let mut nameless = profile("x");
        nameless.name = Default::default();
        let mut garbled = profile("x");
        garbled.name = vec![0xff].try_into().expect("short");
        for bad in [nameless, garbled] {
            assert_noop!(
                Supervisors::update_profile(RuntimeOrigin::signed(library()), bad),
                Error::<Test>::InvalidName
            );
        }
    });
}

#[test]
fn u3_a_removed_supervisor_is_powerless() {
    run(|| {
        use crate::{Decision, RefusalReason, RestrictionReason};
        use chainflix_primitives::{Magnet, registry::VideoState};
        crate::mock::Registered::mutate(|videos| {
            videos.insert(Magnet([1; 32]), VideoState::Active);
        });
        let by_library = || RuntimeOrigin::signed(library());
        assert_ok!(Supervisors::apply(
            RuntimeOrigin::signed(producer()),
            library(),
            [1; 32]
        ));
        assert_ok!(Supervisors::decide(
            by_library(),
            producer(),
            Decision::Approve
        ));
        assert_ok!(Supervisors::apply(
            RuntimeOrigin::signed(stranger()),
            library(),
            [2; 32]
        ));
        assert!(Supervisors::is_eligible(producer()));

        assert_ok!(Supervisors::remove_supervisor(
            RuntimeOrigin::root(),
            library()
        ));
        assert!(
            !Supervisors::is_eligible(producer()),
            "its approvals hold no longer"
        );
        let refused = Error::<Test>::NotSupervisor;
        let decision = Decision::Approve;
        assert_noop!(
            Supervisors::decide(by_library(), stranger(), decision),
            refused
        );
        let refused = Error::<Test>::NotSupervisor;
        assert_noop!(
            Supervisors::revoke_approval(by_library(), producer(), RefusalReason::DossierUntrue),
            refused
        );
        let refused = Error::<Test>::NotSupervisor;
        assert_noop!(
            Supervisors::restrict(
                by_library(),
                Magnet([1; 32]),
                RestrictionReason::Copyright,
                [3; 32]
            ),
            refused
        );
        let refused = Error::<Test>::NotSupervisor;
        assert_noop!(
            Supervisors::reinstate(by_library(), Magnet([1; 32]), RIGHTS_SHOWN, [8; 32]),
            refused
        );
        let refused = Error::<Test>::NotSupervisor;
        assert_noop!(
            Supervisors::confirm_restriction(by_library(), Magnet([1; 32])),
            refused
        );
        let refused = Error::<Test>::NotSupervisor;
        assert_noop!(
            Supervisors::update_profile(by_library(), profile("Back")),
            refused
        );
    });
}

#[test]
fn u3_approvals_of_a_removed_supervisor_hold_no_longer_even_when_it_comes_back() {
    run(|| {
        use crate::Decision;
        use crate::mock::Now;
        let apply = || Supervisors::apply(RuntimeOrigin::signed(producer()), library(), [1; 32]);
        let approve = || {
            let by_library = RuntimeOrigin::signed(library());
            Supervisors::decide(by_library, producer(), Decision::Approve)
        };
        assert_ok!(apply());
        assert_ok!(approve());
        assert_ok!(Supervisors::remove_supervisor(
            RuntimeOrigin::root(),
            library()
        ));
        Now::set(1_010);
        assert_ok!(Supervisors::add_supervisor(
            RuntimeOrigin::root(),
            library(),
            profile("National Library")
        ));
        assert!(!Supervisors::is_eligible(producer()));
        assert_ok!(apply());
        assert_ok!(approve());
        assert!(Supervisors::is_eligible(producer()), "asked anew, it may");
    });
}

#[test]
fn u3_restrictions_of_a_removed_supervisor_stay_until_they_lapse_or_are_lifted_by_others() {
    run(|| {
        use crate::mock::{Now, Registered, TEMPORARY_ROUNDS, verifiers};
        use crate::{AppealVerdict, RestrictionReason};
        use chainflix_primitives::{Magnet, registry::VideoState};
        let (unlimited, temporary) = (Magnet([1; 32]), Magnet([2; 32]));
        Registered::mutate(|videos| {
            videos.insert(unlimited, VideoState::Active);
            videos.insert(temporary, VideoState::Active);
        });
        let restrict = |by, video| {
            let reason = RestrictionReason::Copyright;
            Supervisors::restrict(RuntimeOrigin::signed(by), video, reason, [3; 32])
        };
        assert_ok!(restrict(library(), unlimited));
        assert_ok!(restrict(agency(), temporary));
        for supervisor in [library(), agency()] {
            assert_ok!(Supervisors::remove_supervisor(
                RuntimeOrigin::root(),
                supervisor.clone()
            ));
            assert_noop!(
                Supervisors::reinstate(
                    RuntimeOrigin::signed(supervisor),
                    unlimited,
                    RIGHTS_SHOWN,
                    [8; 32]
                ),
                Error::<Test>::NotSupervisor
            );
        }
        Now::set(1_000 + TEMPORARY_ROUNDS);
        assert_ok!(Supervisors::lift_lapsed(
            RuntimeOrigin::signed(stranger()),
            temporary
        ));
        assert!(Supervisors::restriction(unlimited).is_some());
        assert_ok!(Supervisors::appeal(
            RuntimeOrigin::signed(producer()),
            unlimited,
            [4; 32]
        ));
        assert_ok!(Supervisors::decide_appeal(
            RuntimeOrigin::signed(verifiers()),
            unlimited,
            AppealVerdict::Granted
        ));
        assert_eq!(Supervisors::restriction(unlimited), None);
    });
}

//! Restricting videos and lifting restrictions.

use crate::{
    Error, Event, LiftCause, ReinstatementReason, RestrictionReason,
    mock::{
        AccountId, Now, RIGHTS_SHOWN, Registered, RegistryAnswer, RuntimeEvent, RuntimeOrigin,
        Supervisors, System, TEMPORARY_ROUNDS, Test, agency, library, producer, run, stranger,
        verifiers,
    },
};
use chainflix_primitives::{
    Magnet,
    registry::{RegistryError, VideoState},
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

const VIDEO: Magnet = Magnet([1; 32]);

/// Runs on one active video, whose producer [`library`] had approved.
fn run_on_video(test: impl FnOnce()) {
    run(|| {
        Registered::mutate(|videos| {
            videos.insert(VIDEO, VideoState::Active);
        });
        test();
    });
}

fn restrict(by: AccountId) -> DispatchResult {
    let reason = RestrictionReason::Copyright;
    Supervisors::restrict(RuntimeOrigin::signed(by), VIDEO, reason, [9; 32])
}

fn reinstate(by: AccountId) -> DispatchResult {
    Supervisors::reinstate(RuntimeOrigin::signed(by), VIDEO, RIGHTS_SHOWN, [8; 32])
}

fn confirm(by: AccountId) -> DispatchResult {
    Supervisors::confirm_restriction(RuntimeOrigin::signed(by), VIDEO)
}

fn lift_lapsed() -> DispatchResult {
    Supervisors::lift_lapsed(RuntimeOrigin::signed(stranger()), VIDEO)
}

fn state() -> Option<VideoState> {
    Registered::get().get(&VIDEO).copied()
}

#[test]
fn the_approving_supervisor_restricts_without_limit() {
    run_on_video(|| {
        assert_ok!(restrict(library()));
        assert_eq!(state(), Some(VideoState::Restricted));
        let restriction = Supervisors::restriction(VIDEO).expect("on record");
        assert_eq!(restriction.supervisor, library());
        assert_eq!(restriction.reason, RestrictionReason::Copyright);
        assert_eq!(restriction.evidence_hash, [9; 32]);
        assert_eq!(restriction.lapses, None);
        Now::set(1_000_000);
        assert_noop!(lift_lapsed(), Error::<Test>::RestrictionHolds);
        assert_ok!(reinstate(library()));
        assert_eq!(state(), Some(VideoState::Active));
        assert_eq!(Supervisors::restriction(VIDEO), None);
    });
}

#[test]
fn another_supervisors_restriction_lapses_and_anybody_may_lift_it_then() {
    run_on_video(|| {
        assert_ok!(restrict(agency()));
        Now::set(1_000 + TEMPORARY_ROUNDS - 1);
        assert_noop!(lift_lapsed(), Error::<Test>::RestrictionHolds);
        Now::set(1_000 + TEMPORARY_ROUNDS);
        assert_ok!(lift_lapsed());
        assert_eq!(state(), Some(VideoState::Active));
    });
}

#[test]
fn the_approving_supervisor_or_an_appeal_confirms_a_temporary_restriction() {
    run_on_video(|| {
        assert_ok!(restrict(agency()));
        assert_noop!(confirm(agency()), Error::<Test>::NotYourRestriction);
        assert_noop!(confirm(stranger()), Error::<Test>::NotSupervisor);
        assert_ok!(confirm(library()));
        Now::set(1_000 + TEMPORARY_ROUNDS);
        assert_noop!(lift_lapsed(), Error::<Test>::RestrictionHolds);
        assert_noop!(reinstate(agency()), Error::<Test>::NotYourRestriction);
        assert_ok!(reinstate(library()));
        assert_ok!(restrict(agency()));
        assert_ok!(Supervisors::confirm_restriction(
            RuntimeOrigin::signed(verifiers()),
            VIDEO
        ));
        assert_eq!(
            Supervisors::restriction(VIDEO).and_then(|entry| entry.lapses),
            None
        );
    });
}

#[test]
fn u_a_motion_of_the_verifiers_lifts_any_restriction() {
    run_on_video(|| {
        for supervisor in [library(), agency()] {
            assert_ok!(restrict(supervisor));
            assert_ok!(Supervisors::reinstate(
                RuntimeOrigin::signed(verifiers()),
                VIDEO,
                RIGHTS_SHOWN,
                [8; 32]
            ));
            assert_eq!(state(), Some(VideoState::Active));
        }
    });
}

#[test]
fn a_supervisor_lifts_its_own_restriction_and_the_approving_one_lifts_any() {
    run_on_video(|| {
        assert_ok!(restrict(agency()));
        assert_ok!(reinstate(agency()));
        assert_ok!(restrict(agency()));
        assert_ok!(reinstate(library()));
        assert_ok!(restrict(library()));
        assert_noop!(reinstate(agency()), Error::<Test>::NotYourRestriction);
    });
}

#[test]
fn nobody_but_a_supervisor_restricts() {
    run_on_video(|| {
        for caller in [producer(), stranger()] {
            assert_noop!(restrict(caller.clone()), Error::<Test>::NotSupervisor);
            assert_noop!(reinstate(caller), Error::<Test>::NotSupervisor);
        }
        assert_noop!(
            Supervisors::restrict(
                RuntimeOrigin::root(),
                VIDEO,
                RestrictionReason::Copyright,
                [9; 32]
            ),
            sp_runtime::DispatchError::BadOrigin
        );
    });
}

#[test]
fn a_restriction_without_evidence_is_refused() {
    run_on_video(|| {
        let bare = Supervisors::restrict(
            RuntimeOrigin::signed(library()),
            VIDEO,
            RestrictionReason::Copyright,
            [0; 32],
        );
        assert_noop!(bare, Error::<Test>::EmptyHash);
    });
}

#[test]
fn what_the_registry_refuses_leaves_no_restriction() {
    run_on_video(|| {
        let reason = RestrictionReason::Privacy;
        let unknown = Supervisors::restrict(
            RuntimeOrigin::signed(library()),
            Magnet([2; 32]),
            reason,
            [9; 32],
        );
        assert_noop!(unknown, Error::<Test>::UnknownVideo);
        RegistryAnswer::set(Some(RegistryError::ChangePending));
        assert_noop!(restrict(library()), Error::<Test>::ChangePending);
        RegistryAnswer::set(Some(RegistryError::HistoryFull));
        assert_noop!(restrict(library()), Error::<Test>::HistoryFull);
        RegistryAnswer::set(None);
        assert_ok!(restrict(library()));
        assert_noop!(restrict(agency()), Error::<Test>::VideoNotActive);
        let imposed = Supervisors::restriction(VIDEO).map(|entry| entry.supervisor);
        assert_eq!(imposed, Some(library()));
        RegistryAnswer::set(Some(RegistryError::ChangePending));
        assert_noop!(reinstate(library()), Error::<Test>::ChangePending);
        assert!(Supervisors::restriction(VIDEO).is_some());
    });
}

#[test]
fn the_restriction_of_a_video_that_is_gone_is_removed_by_anybody() {
    run_on_video(|| {
        assert_ok!(restrict(library()));
        Registered::mutate(|videos| videos.clear());
        assert_ok!(lift_lapsed());
        assert_eq!(Supervisors::restriction(VIDEO), None);
        assert_noop!(lift_lapsed(), Error::<Test>::NotRestricted);
    });
}

#[test]
fn why_a_restriction_was_lifted_is_on_record_with_the_hash_of_the_evidence() {
    run_on_video(|| {
        let lift = |reason, evidence| {
            Supervisors::reinstate(RuntimeOrigin::signed(library()), VIDEO, reason, evidence)
        };
        let assert_lifted = |cause| {
            System::assert_last_event(RuntimeEvent::Supervisors(Event::RestrictionLifted {
                video: VIDEO,
                cause,
            }));
        };
        assert_ok!(restrict(library()));
        let reason = ReinstatementReason::ImposedInError;
        assert_noop!(lift(reason, [0; 32]), Error::<Test>::EmptyHash);
        assert_ok!(lift(reason, [5; 32]));
        assert_lifted(LiftCause::Reinstated {
            reason,
            evidence_hash: [5; 32],
        });
        assert_ok!(restrict(agency()));
        Now::mutate(|now| *now += TEMPORARY_ROUNDS);
        assert_ok!(lift_lapsed());
        assert_lifted(LiftCause::Lapsed);
        assert_ok!(restrict(agency()));
        Registered::mutate(|videos| videos.clear());
        assert_ok!(lift_lapsed());
        assert_lifted(LiftCause::VideoGone);
    });
}

//! Appeals against restrictions.

use crate::{
    AppealOutcome, AppealVerdict, Error, Event, HoldReason, RestrictionReason,
    mock::{
        APPEAL_ROUNDS, AccountId, Balances, Now, RIGHTS_SHOWN, Registered, RegistryAnswer,
        RuntimeEvent, RuntimeOrigin, Supervisors, System, TEMPORARY_ROUNDS, Test, agency, library,
        producer, run, stranger, verifiers,
    },
};
use chainflix_primitives::{
    Magnet,
    registry::{RegistryError, VideoState},
};
use frame_support::{
    assert_noop, assert_ok,
    traits::fungible::{Inspect, InspectHold},
};
use sp_runtime::{DispatchError, DispatchResult};

const VIDEO: Magnet = Magnet([1; 32]);

/// Runs on one video, which `by` restricted in round 1,000.
fn run_on_restricted(by: AccountId, test: impl FnOnce()) {
    run(|| {
        Registered::mutate(|videos| {
            videos.insert(VIDEO, VideoState::Active);
        });
        assert_ok!(restrict(by));
        test();
    });
}

fn restrict(by: AccountId) -> DispatchResult {
    let reason = RestrictionReason::Copyright;
    Supervisors::restrict(RuntimeOrigin::signed(by), VIDEO, reason, [9; 32])
}

fn appeal(by: AccountId) -> DispatchResult {
    Supervisors::appeal(RuntimeOrigin::signed(by), VIDEO, [4; 32])
}

fn decide(by: AccountId, verdict: AppealVerdict) -> DispatchResult {
    Supervisors::decide_appeal(RuntimeOrigin::signed(by), VIDEO, verdict)
}

fn close(by: AccountId) -> DispatchResult {
    Supervisors::close_appeal(RuntimeOrigin::signed(by), VIDEO)
}

fn held() -> u128 {
    Balances::balance_on_hold(&HoldReason::Appeal.into(), &producer())
}

fn state() -> Option<VideoState> {
    Registered::get().get(&VIDEO).copied()
}

fn assert_closed(outcome: AppealOutcome) {
    assert_eq!(Supervisors::appeal_against(VIDEO), None);
    assert_eq!(held(), 0, "the deposit is back");
    System::assert_last_event(RuntimeEvent::Supervisors(Event::AppealClosed {
        video: VIDEO,
        producer: producer(),
        outcome,
        deposit: Supervisors::appeal_deposit(),
    }));
}

#[test]
fn u_a_granted_appeal_lifts_the_restriction_and_returns_the_deposit() {
    run_on_restricted(library(), || {
        let free = Balances::balance(&producer());
        assert_ok!(appeal(producer()));
        assert_eq!(held(), Supervisors::appeal_deposit());
        assert_eq!(state(), Some(VideoState::Restricted), "until it is decided");
        let opened = Supervisors::appeal_against(VIDEO).expect("open");
        assert_eq!(
            (opened.evidence_hash, opened.since, opened.until),
            ([4; 32], 1_000, 1_000 + APPEAL_ROUNDS)
        );
        Now::set(1_000 + APPEAL_ROUNDS - 1);
        assert_ok!(decide(verifiers(), AppealVerdict::Granted));
        assert_eq!(state(), Some(VideoState::Active));
        assert_eq!(Supervisors::restriction(VIDEO), None);
        assert_closed(AppealOutcome::Granted);
        assert_eq!(Balances::balance(&producer()), free);
    });
}

#[test]
fn a_dismissed_appeal_leaves_the_restriction_as_it_is_and_returns_the_deposit() {
    run_on_restricted(agency(), || {
        let before = Supervisors::restriction(VIDEO).and_then(|entry| entry.lapses);
        assert_ok!(appeal(producer()));
        assert_ok!(decide(verifiers(), AppealVerdict::Dismissed));
        assert_closed(AppealOutcome::Dismissed);
        assert_eq!(state(), Some(VideoState::Restricted));
        let after = Supervisors::restriction(VIDEO).and_then(|entry| entry.lapses);
        assert_eq!(after, before, "a temporary one still lapses");
        assert_noop!(
            decide(verifiers(), AppealVerdict::Granted),
            Error::<Test>::NoAppeal
        );
    });
}

#[test]
fn only_the_appeal_origin_decides_and_only_in_time() {
    run_on_restricted(library(), || {
        assert_ok!(appeal(producer()));
        for caller in [producer(), library(), agency(), stranger()] {
            assert_noop!(
                decide(caller, AppealVerdict::Granted),
                DispatchError::BadOrigin
            );
        }
        Now::set(1_000 + APPEAL_ROUNDS);
        assert_noop!(
            decide(verifiers(), AppealVerdict::Granted),
            Error::<Test>::AppealLapsed
        );
    });
}

#[test]
fn u_an_appeal_that_nobody_decides_is_closed_by_anybody_and_an_unlimited_restriction_stays() {
    run_on_restricted(library(), || {
        assert_ok!(appeal(producer()));
        Now::set(1_000 + APPEAL_ROUNDS - 1);
        assert_noop!(close(stranger()), Error::<Test>::AppealOpen);
        Now::set(1_000 + APPEAL_ROUNDS);
        assert_ok!(close(stranger()));
        assert_closed(AppealOutcome::Undecided);
        assert_eq!(state(), Some(VideoState::Restricted));
        let later_motion = Supervisors::reinstate(
            RuntimeOrigin::signed(verifiers()),
            VIDEO,
            RIGHTS_SHOWN,
            [8; 32],
        );
        assert_ok!(later_motion);
    });
}

#[test]
fn a_temporary_restriction_lapses_while_an_appeal_is_open_and_ends_it() {
    run_on_restricted(agency(), || {
        assert_ok!(appeal(producer()));
        Now::set(1_000 + TEMPORARY_ROUNDS);
        assert_ok!(Supervisors::lift_lapsed(
            RuntimeOrigin::signed(stranger()),
            VIDEO
        ));
        assert_eq!(state(), Some(VideoState::Active));
        assert_closed(AppealOutcome::RestrictionEnded);
    });
}

#[test]
fn a_supervisor_that_lifts_its_restriction_ends_the_appeal() {
    run_on_restricted(library(), || {
        assert_ok!(appeal(producer()));
        assert_ok!(Supervisors::reinstate(
            RuntimeOrigin::signed(library()),
            VIDEO,
            RIGHTS_SHOWN,
            [8; 32]
        ));
        assert_closed(AppealOutcome::RestrictionEnded);
        assert_ok!(restrict(library()));
        // Against the next one there is an appeal again.
        assert_ok!(appeal(producer()));
    });
}

#[test]
fn the_producer_appeals_once_and_may_withdraw() {
    run_on_restricted(library(), || {
        assert_noop!(appeal(stranger()), Error::<Test>::NotProducer);
        assert_noop!(
            Supervisors::appeal(RuntimeOrigin::signed(producer()), VIDEO, [0; 32]),
            Error::<Test>::EmptyHash
        );
        assert_ok!(appeal(producer()));
        assert_noop!(appeal(producer()), Error::<Test>::AlreadyAppealed);
        assert_ok!(close(producer()));
        assert_closed(AppealOutcome::Withdrawn);
        assert_noop!(appeal(producer()), Error::<Test>::AlreadyAppealed);
        assert_noop!(close(producer()), Error::<Test>::NoAppeal);
    });
}

#[test]
fn there_is_no_appeal_for_a_video_that_is_not_restricted_or_not_registered() {
    run_on_restricted(library(), || {
        assert_ok!(Supervisors::reinstate(
            RuntimeOrigin::signed(library()),
            VIDEO,
            RIGHTS_SHOWN,
            [8; 32]
        ));
        assert_noop!(appeal(producer()), Error::<Test>::NotRestricted);
        let unknown =
            Supervisors::appeal(RuntimeOrigin::signed(producer()), Magnet([2; 32]), [4; 32]);
        assert_noop!(unknown, Error::<Test>::UnknownVideo);
    });
}

#[test]
fn an_appeal_against_the_restriction_of_a_video_that_is_gone_ends_with_it() {
    run_on_restricted(library(), || {
        assert_ok!(appeal(producer()));
        Registered::mutate(|videos| videos.clear());
        assert_ok!(Supervisors::lift_lapsed(
            RuntimeOrigin::signed(stranger()),
            VIDEO
        ));
        assert_closed(AppealOutcome::RestrictionEnded);
    });
}

#[test]
fn an_appeal_that_the_registry_cannot_grant_now_stays_open() {
    run_on_restricted(library(), || {
        assert_ok!(appeal(producer()));
        RegistryAnswer::set(Some(RegistryError::ChangePending));
        assert_noop!(
            decide(verifiers(), AppealVerdict::Granted),
            Error::<Test>::ChangePending
        );
        assert!(Supervisors::appeal_against(VIDEO).is_some());
        RegistryAnswer::set(None);
        assert_ok!(decide(verifiers(), AppealVerdict::Granted));
    });
}

#[test]
fn who_cannot_pay_the_deposit_has_no_appeal_and_has_not_used_it_up() {
    run_on_restricted(library(), || {
        use frame_support::traits::{fungible::Mutate, tokens::Preservation};
        let free = Balances::reducible_balance(
            &producer(),
            Preservation::Preserve,
            frame_support::traits::tokens::Fortitude::Polite,
        );
        assert_ok!(Balances::transfer(
            &producer(),
            &stranger(),
            free,
            Preservation::Preserve
        ));
        assert!(appeal(producer()).is_err());
        assert_eq!(
            Supervisors::restriction(VIDEO).map(|entry| entry.appealed),
            Some(false)
        );
    });
}

/// Removes the video and publishes it again under its magnet.
fn republish() {
    Registered::mutate(|videos| {
        videos.remove(&VIDEO);
        videos.insert(VIDEO, VideoState::Active);
    });
}

#[test]
fn u_a_video_that_is_published_again_is_not_what_was_restricted() {
    run_on_restricted(agency(), || {
        republish();
        assert_noop!(appeal(producer()), Error::<Test>::NotRestricted);
        let confirmed =
            || Supervisors::confirm_restriction(RuntimeOrigin::signed(library()), VIDEO);
        assert_noop!(confirmed(), Error::<Test>::NotRestricted);
    });
}

#[test]
fn u_a_second_restriction_after_publishing_again_returns_the_deposit_of_the_first_appeal() {
    run_on_restricted(library(), || {
        assert_ok!(appeal(producer()));
        republish();
        assert_ok!(restrict(library()));
        assert_eq!(Supervisors::appeal_against(VIDEO), None);
        assert_eq!(held(), 0, "the deposit is back");
        assert_ok!(appeal(producer()));
        assert_eq!(
            held(),
            Supervisors::appeal_deposit(),
            "one appeal, one deposit"
        );
    });
}

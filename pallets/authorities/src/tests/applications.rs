//! Who wants to become a verifier.

use super::{apply, join, profile, register_keys, rotate, signed, status};
use crate::{
    Error, Event, HoldReason, Pallet, VerifierProfile, VerifierStatus, Verifiers,
    mock::{
        Authorities, Balances, ENDOWMENT, RuntimeEvent, RuntimeOrigin, System, Test, run, verifier,
    },
};
use chainflix_primitives::emission::CFX;
use frame_support::{
    assert_noop, assert_ok,
    traits::fungible::{InspectHold, Mutate},
};
use sp_runtime::DispatchError;

fn deposit_of(number: u8) -> u128 {
    Balances::balance_on_hold(&HoldReason::Record.into(), &verifier(number))
}

#[test]
fn an_account_with_session_keys_applies_and_everybody_reads_its_profile() {
    run(|| {
        apply(7);
        System::assert_last_event(RuntimeEvent::Authorities(Event::CandidateApplied {
            candidate: verifier(7),
        }));
        assert_eq!(status(7), Some(VerifierStatus::Candidate));
        assert_eq!(
            Authorities::candidates(None).0,
            [(verifier(7), profile())],
            "those of genesis are no candidates"
        );
        let deposit = Pallet::<Test>::record_deposit().expect("small");
        assert_eq!(deposit_of(7), deposit);
        assert!(deposit > 0);
    });
}

#[test]
fn candidates_are_read_in_pages() {
    run(|| {
        (5..=9).for_each(apply);
        let (all, more) = Authorities::candidates(None);
        assert_eq!((all.len(), more), (5, None));
        let (second, _) = &all[1];
        assert_eq!(Authorities::candidates(Some(second.clone())).0, all[2..]);
    });
}

#[test]
fn no_more_than_a_hundred_records_are_looked_at_for_candidates() {
    run(|| {
        (5..=9).for_each(apply);
        let record = Verifiers::<Test>::get(verifier(1)).expect("a verifier");
        for number in 20..=250 {
            Verifiers::<Test>::insert(verifier(number), record.clone());
        }
        let all = Verifiers::<Test>::iter_keys().count();
        let (mut after, mut seen, mut pages) = (None, Vec::new(), 0);
        loop {
            let (page, more) = Authorities::candidates(after);
            seen.extend(page.into_iter().map(|(candidate, _)| candidate));
            pages += 1;
            after = more;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(pages, all / 100 + 1);
        seen.sort();
        assert_eq!(seen, [5, 6, 7, 8, 9].map(verifier));
        // They are nobody's.
        (20..=250).for_each(|number| Verifiers::<Test>::remove(verifier(number)));
    });
}

#[test]
fn nobody_applies_without_keys_a_measured_machine_a_region_an_endpoint_or_the_deposit() {
    run(|| {
        assert_noop!(
            Authorities::apply(signed(7), profile()),
            Error::<Test>::NoSessionKeys
        );
        register_keys(7);
        let endpoint = |text: &str| text.as_bytes().to_vec().try_into().expect("short");
        let wrong = [
            (
                VerifierProfile {
                    endpoint: endpoint("https://verifier.example"),
                    ..profile()
                },
                Error::<Test>::InvalidEndpoint,
            ),
            (
                VerifierProfile {
                    endpoint: endpoint("ws://"),
                    ..profile()
                },
                Error::<Test>::InvalidEndpoint,
            ),
            (
                VerifierProfile {
                    region: *b"ch",
                    ..profile()
                },
                Error::<Test>::InvalidRegion,
            ),
            (
                VerifierProfile {
                    hardware_score: 0,
                    ..profile()
                },
                Error::<Test>::NotMeasured,
            ),
            (
                VerifierProfile {
                    bandwidth_kbps: 0,
                    ..profile()
                },
                Error::<Test>::NotMeasured,
            ),
        ];
        for (profile, error) in wrong {
            assert_noop!(Authorities::apply(signed(7), profile), error);
        }
        Balances::set_balance(&verifier(7), CFX / 100);
        assert_noop!(
            Authorities::apply(signed(7), profile()),
            Error::<Test>::DepositNotAffordable
        );
    });
}

#[test]
fn a_candidate_or_verifier_does_not_apply_again() {
    run(|| {
        apply(7);
        for number in [1, 7] {
            assert_noop!(
                Authorities::apply(signed(number), profile()),
                Error::<Test>::AlreadyKnown
            );
        }
    });
}

#[test]
fn an_application_that_is_taken_back_returns_its_deposit_and_leaves_nothing() {
    run(|| {
        apply(7);
        assert_ok!(Authorities::withdraw_application(signed(7)));
        assert_eq!(status(7), None);
        assert_eq!(Balances::free_balance(verifier(7)), ENDOWMENT);
        assert_noop!(
            Authorities::withdraw_application(signed(7)),
            Error::<Test>::NotCandidate
        );
        assert_noop!(
            Authorities::withdraw_application(signed(1)),
            Error::<Test>::NotCandidate
        );
    });
}

#[test]
fn a_profile_is_changed_without_another_deposit() {
    run(|| {
        apply(7);
        let before = deposit_of(7);
        let moved = VerifierProfile {
            region: *b"IS",
            ..profile()
        };
        assert_ok!(Authorities::update_profile(signed(7), moved.clone()));
        assert_eq!(
            Authorities::candidates(None).0,
            [(verifier(7), moved.clone())]
        );
        assert_eq!(deposit_of(7), before);
        assert_noop!(
            Authorities::update_profile(signed(7), moved.clone()),
            Error::<Test>::NothingNew
        );
        assert_ok!(Authorities::update_profile(signed(1), moved.clone()));
        let genesis = Verifiers::<Test>::get(verifier(1)).expect("a verifier");
        assert_eq!(genesis.profile, Some(moved));
        assert_noop!(
            Authorities::update_profile(signed(9), profile()),
            Error::<Test>::NotMember
        );
    });
}

#[test]
fn session_keys_in_use_cannot_be_removed_and_others_can() {
    run(|| {
        join(7);
        for number in [1, 7] {
            assert_noop!(
                Authorities::forget_session_keys(signed(number)),
                Error::<Test>::KeysInUse
            );
        }
        assert_ok!(Authorities::exit(signed(1)));
        rotate(1);
        assert_noop!(
            Authorities::forget_session_keys(signed(1)),
            Error::<Test>::KeysInUse
        );
        rotate(1);
        assert_ok!(Authorities::forget_session_keys(signed(1)));
        register_keys(9);
        assert_ok!(Authorities::forget_session_keys(signed(9)));
        assert!(pallet_session::Pallet::<Test>::load_keys(&verifier(9)).is_none());
    });
}

#[test]
fn only_an_account_applies_for_itself() {
    run(|| {
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
            assert_noop!(
                Authorities::apply(origin, profile()),
                DispatchError::BadOrigin
            );
        }
    });
}

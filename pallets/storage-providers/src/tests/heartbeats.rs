//! Who was seen by whom, and what follows for who calls itself always-on.

use crate::{
    Error, Event, NextIndex, ProviderPages,
    mock::{
        AccountId, Now, RuntimeEvent, RuntimeOrigin, Set, StorageProviders, System, Test,
        heartbeat_call, owner, register, run, sign, submit,
    },
};
use chainflix_primitives::{
    Signature64,
    heartbeat::{HEARTBEAT_ROUNDS, Heartbeat, PAGE_PROVIDERS, period_due, period_of},
    registry::ProviderClass,
};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{
    DispatchError, DispatchResult,
    transaction_validity::{InvalidTransaction, TransactionValidityError},
};

/// Runs on three providers that count since round 1,002, in round 1,020: the period of 1,010 to 1,019 is due.
fn run_on_three(test: impl FnOnce()) {
    run(|| {
        for key in 1..=3 {
            assert_ok!(register(owner(), [key; 32]));
        }
        Now::set(1_020);
        test();
    });
}

/// The heartbeat due now, of the page due now.
fn heartbeat(alive: &[u32]) -> Heartbeat {
    let period = period_due(Now::get()).expect("not the first");
    let page = StorageProviders::heartbeat_page(period);
    Heartbeat::of(period, page, alive.iter().copied())
}

fn attest(number: u8, alive: &[u32]) -> Result<(), TransactionValidityError> {
    submit(heartbeat_call(number, heartbeat(alive)))
}

/// All four verifiers attest, then the next period begins.
fn turn(alive: &[u32]) {
    for number in Set::get() {
        assert_eq!(attest(number, alive), Ok(()));
    }
    Now::mutate(|now| *now += HEARTBEAT_ROUNDS);
}

fn invalid(error: InvalidTransaction) -> Result<(), TransactionValidityError> {
    Err(error.into())
}

fn declare(class: ProviderClass) -> DispatchResult {
    StorageProviders::update(RuntimeOrigin::signed(owner()), 0, class, *b"KR", 1)
}

fn demote() -> DispatchResult {
    let anybody = RuntimeOrigin::signed(AccountId::new([55; 32]));
    StorageProviders::demote(anybody, 0)
}

#[test]
fn a_provider_was_seen_once_more_than_51_percent_of_the_set_say_so() {
    run_on_three(|| {
        assert_eq!(attest(101, &[0, 1]), Ok(()));
        assert_eq!(attest(102, &[0, 1]), Ok(()));
        assert_eq!(StorageProviders::last_seen(0), None, "two of four");
        assert_eq!(attest(103, &[0]), Ok(()));
        System::assert_last_event(RuntimeEvent::StorageProviders(Event::HeartbeatAttested {
            verifier: AccountId::new([103; 32]),
            period: 101,
            page: 0,
        }));
        assert_eq!(StorageProviders::last_seen(0), Some(1_019));
        assert_eq!(StorageProviders::last_seen(1), None);
        assert_eq!(attest(104, &[1]), Ok(()));
        assert_eq!(StorageProviders::last_seen(1), Some(1_019));
        assert_eq!(StorageProviders::last_seen(2), None);
        assert_eq!(StorageProviders::last_seen(3), None, "there is no such one");
    });
}

#[test]
fn one_bad_verifier_neither_fakes_nor_suppresses_a_provider() {
    run_on_three(|| {
        // 101 lies: it says that the dead provider 0 lives, and that the live provider 1 is dead.
        assert_eq!(attest(101, &[0]), Ok(()));
        for honest in [102, 103, 104] {
            assert_eq!(attest(honest, &[1]), Ok(()));
        }
        assert_eq!(StorageProviders::last_seen(0), None);
        assert_eq!(StorageProviders::last_seen(1), Some(1_019));
    });
}

#[test]
fn a_verifier_attests_a_period_once() {
    run_on_three(|| {
        assert_eq!(attest(101, &[0]), Ok(()));
        assert_eq!(attest(101, &[1]), invalid(InvalidTransaction::Stale));
        assert_eq!(attest(102, &[0]), Ok(()));
        Now::set(1_030);
        assert_eq!(attest(101, &[0]), Ok(()));
        assert_eq!(
            StorageProviders::last_seen(0),
            None,
            "counts don't add up over periods"
        );
    });
}

#[test]
fn only_the_last_period_and_the_page_due_are_attested() {
    run_on_three(|| {
        for period in [99, 100, 102, 103] {
            let call = heartbeat_call(101, Heartbeat::of(period, 0, [0]));
            assert_eq!(submit(call), invalid(InvalidTransaction::Stale), "{period}");
        }
        let call = heartbeat_call(101, Heartbeat::of(101, 1, [0]));
        assert_eq!(submit(call), invalid(InvalidTransaction::Custom(15)));
        let mut unknown = heartbeat(&[0]);
        unknown.version = 2;
        assert_eq!(
            submit(heartbeat_call(101, unknown)),
            invalid(InvalidTransaction::Custom(13))
        );
    });
}

#[test]
fn only_a_verifier_in_force_attests_and_only_with_its_own_signature() {
    run_on_three(|| {
        assert_eq!(attest(99, &[0]), invalid(InvalidTransaction::BadSigner));
        let verifier = AccountId::new([101; 32]);
        let good = heartbeat(&[0]);
        let payload = StorageProviders::heartbeat_payload(&verifier, &good);
        let other_payload = StorageProviders::heartbeat_payload(&verifier, &heartbeat(&[1]));
        for signature in [
            Signature64([0; 64]),
            sign(102, &payload),
            sign(101, &other_payload),
        ] {
            let call = crate::Call::attest {
                verifier: verifier.clone(),
                heartbeat: good.clone(),
                signature,
            };
            assert_eq!(submit(call), invalid(InvalidTransaction::BadProof));
        }
        for origin in [RuntimeOrigin::root(), RuntimeOrigin::signed(owner())] {
            let signature = sign(101, &payload);
            assert_noop!(
                StorageProviders::attest(origin, verifier.clone(), good.clone(), signature),
                DispatchError::BadOrigin
            );
        }
    });
}

#[test]
fn two_verifiers_are_both_needed_and_a_lone_one_is_enough() {
    run_on_three(|| {
        Set::set(vec![101, 102]);
        assert_eq!(attest(101, &[0]), Ok(()));
        assert_eq!(StorageProviders::last_seen(0), None);
        Set::set(vec![101]);
        Now::set(1_030);
        assert_eq!(attest(101, &[0]), Ok(()));
        assert_eq!(StorageProviders::last_seen(0), Some(1_029));
    });
}

#[test]
fn a_bit_of_an_index_that_nobody_has_says_nothing_of_who_gets_it_later() {
    run_on_three(|| {
        turn(&[0, 3]);
        assert_ok!(register(owner(), [4; 32]));
        assert_eq!(StorageProviders::last_seen(3), None);
    });
}

#[test]
fn q1_pages_take_turns_so_that_a_period_costs_the_same_however_many_providers_there_are() {
    run_on_three(|| {
        let before = period_of(Now::get());
        NextIndex::<Test>::put(2 * PAGE_PROVIDERS + 1);
        StorageProviders::count_pages(2 * PAGE_PROVIDERS + 1);
        // What verifiers look at already stays.
        assert_eq!(StorageProviders::heartbeat_page(before - 1), 0);
        assert_eq!(StorageProviders::heartbeat_page(before), 0);
        assert_eq!(StorageProviders::heartbeat_page(before + 1), 0);
        let pages: Vec<u32> = (before + 2..before + 8)
            .map(StorageProviders::heartbeat_page)
            .collect();
        let first = (before + 2) % 3;
        let expected: Vec<u32> = (first..first + 6).map(|page| page % 3).collect();
        assert_eq!(pages, expected);
        assert_eq!(ProviderPages::<Test>::get().pages, 3);
        NextIndex::<Test>::put(3);
        StorageProviders::count_pages(3);
    });
}

#[test]
fn a_page_under_attestation_stays_when_pages_are_added() {
    run_on_three(|| {
        assert_eq!(attest(101, &[0]), Ok(()));
        let page = StorageProviders::heartbeat_page(101);
        ProviderPages::<Test>::put(crate::PageCount {
            pages: 2,
            from_period: 0,
            before: 2,
        });
        assert_eq!(StorageProviders::heartbeat_page(101), page);
        ProviderPages::<Test>::kill();
    });
}

#[test]
fn an_always_on_provider_that_misses_three_turns_is_demoted_by_anybody() {
    run_on_three(|| {
        assert_ok!(declare(ProviderClass::AlwaysOn));
        turn(&[0]);
        for _ in 0..3 {
            assert_noop!(demote(), Error::<Test>::NotAbsent);
            turn(&[1]);
        }
        assert!(StorageProviders::is_absent(0));
        assert_ok!(demote());
        let effect = Now::get() + 2;
        System::assert_last_event(RuntimeEvent::StorageProviders(Event::ProviderDemoted {
            index: 0,
            from_round: effect,
        }));
        let class = |round| StorageProviders::provider_in(0, round).map(|record| record.class);
        assert_eq!(class(effect - 1), Some(ProviderClass::AlwaysOn));
        assert_eq!(class(effect), Some(ProviderClass::Home));
        assert_noop!(demote(), Error::<Test>::NotAlwaysOn);
    });
}

#[test]
fn a_turn_that_can_still_be_attested_makes_nobody_absent() {
    run_on_three(|| {
        turn(&[]);
        turn(&[]);
        for number in [101, 102, 103] {
            assert_eq!(attest(number, &[]), Ok(()));
        }
        Now::mutate(|now| *now += HEARTBEAT_ROUNDS - 1);
        assert!(!StorageProviders::is_absent(0));
        Now::mutate(|now| *now += 1);
        assert!(StorageProviders::is_absent(0));
    });
}

#[test]
fn an_absent_provider_is_not_always_on_until_it_is_seen_again() {
    run_on_three(|| {
        for _ in 0..3 {
            assert_ok!(declare(ProviderClass::AlwaysOn));
            assert_ok!(declare(ProviderClass::Home));
            turn(&[1]);
        }
        assert_noop!(declare(ProviderClass::AlwaysOn), Error::<Test>::Absent);
        assert_ok!(declare(ProviderClass::Home));
        assert_ok!(declare(ProviderClass::SharingViewer));
        turn(&[0, 1]);
        assert_ok!(declare(ProviderClass::AlwaysOn));
    });
}

#[test]
fn turns_that_too_few_verifiers_attested_make_nobody_absent() {
    run_on_three(|| {
        assert_ok!(declare(ProviderClass::AlwaysOn));
        for _ in 0..10 {
            assert_eq!(attest(101, &[]), Ok(()));
            assert_eq!(attest(102, &[]), Ok(()));
            Now::mutate(|now| *now += HEARTBEAT_ROUNDS);
        }
        assert!(!StorageProviders::is_absent(0));
        assert_noop!(demote(), Error::<Test>::NotAbsent);
    });
}

#[test]
fn turns_from_before_a_provider_came_do_not_make_it_absent() {
    run_on_three(|| {
        for _ in 0..4 {
            turn(&[0, 1, 2]);
        }
        assert_ok!(register(owner(), [4; 32]));
        let came = Now::get();
        for _ in 0..3 {
            assert!(!StorageProviders::is_absent(3));
            turn(&[0, 1, 2]);
        }
        // The first of these three looked at rounds before it counted.
        assert!(!StorageProviders::is_absent(3), "came in {came}");
        turn(&[0, 1, 2]);
        turn(&[0, 1, 2]);
        assert!(StorageProviders::is_absent(3));
        assert!(!StorageProviders::is_absent(0));
    });
}

#[test]
fn who_is_unknown_leaving_or_not_always_on_is_not_demoted() {
    run_on_three(|| {
        for _ in 0..4 {
            turn(&[]);
        }
        assert_noop!(demote(), Error::<Test>::NotAlwaysOn);
        assert_ok!(StorageProviders::exit(RuntimeOrigin::signed(owner()), 0));
        assert_noop!(demote(), Error::<Test>::Exiting);
        assert_noop!(
            StorageProviders::demote(RuntimeOrigin::signed(owner()), 9),
            Error::<Test>::UnknownProvider
        );
    });
}

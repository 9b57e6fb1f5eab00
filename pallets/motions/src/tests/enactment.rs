//! What happens when the delay has passed.

use crate::{
    Error, Event, Pending,
    mock::{
        Balances, DELAY, Motions, RuntimeCall, RuntimeEvent, RuntimeOrigin, SchedulerRoom, System,
        TWO_THIRDS, Test, hash_of, run, run_to, schedule, set_balance,
    },
};
use frame_support::{assert_noop, assert_ok, traits::WrapperKeepOpaque, weights::Weight};
use sp_runtime::DispatchError;

fn failure(call: &RuntimeCall, error: DispatchError) -> RuntimeEvent {
    RuntimeEvent::Motions(Event::EnactmentFailed {
        index: 0,
        call_hash: hash_of(call),
        error,
    })
}

#[test]
fn a_call_is_dispatched_as_root_in_its_block_and_not_before() {
    run(|| {
        let call = set_balance(7, 1_000);
        assert_ok!(schedule(call.clone()));
        run_to(DELAY);
        assert_eq!(Balances::free_balance(7), 0);
        run_to(1 + DELAY);
        assert_eq!(Balances::free_balance(7), 1_000);
        System::assert_has_event(RuntimeEvent::Motions(Event::Enacted {
            index: 0,
            call_hash: hash_of(&call),
        }));
        assert_eq!(Motions::pending(0), None);
    });
}

#[test]
fn calls_of_one_block_are_all_enacted_in_order() {
    run(|| {
        assert_ok!(schedule(set_balance(7, 1)));
        assert_ok!(schedule(set_balance(7, 2)));
        assert_ok!(schedule(set_balance(7, 3)));
        run_to(1 + DELAY);
        assert_eq!(Balances::free_balance(7), 3);
        assert_eq!(Pending::<Test>::count(), 0);
    });
}

#[test]
fn a_call_that_fails_changes_nothing_and_says_why() {
    run(|| {
        let call: RuntimeCall = pallet_balances::Call::force_transfer {
            source: 1,
            dest: 2,
            value: 5,
        }
        .into();
        assert_ok!(schedule(call.clone()));
        run_to(1 + DELAY);
        let error = sp_runtime::ArithmeticError::Underflow.into();
        System::assert_has_event(failure(&call, error));
        assert_eq!(Pending::<Test>::count(), 0);
    });
}

#[test]
fn nobody_enacts_but_the_scheduler() {
    run(|| {
        assert_ok!(schedule(set_balance(7, 1)));
        for origin in [
            RuntimeOrigin::none(),
            RuntimeOrigin::signed(1),
            RuntimeOrigin::signed(TWO_THIRDS),
        ] {
            let result = Motions::enact(origin, 0, Weight::MAX);
            assert_eq!(
                result.map_err(|failed| failed.error).err(),
                Some(DispatchError::BadOrigin)
            );
        }
        assert_noop!(
            Motions::enact(RuntimeOrigin::root(), 1, Weight::MAX),
            Error::<Test>::NotPending
        );
    });
}

#[test]
fn a_call_that_a_later_runtime_does_not_know_is_given_up_with_an_event() {
    run(|| {
        assert_ok!(schedule(set_balance(7, 1)));
        // As after an upgrade that took the call away.
        let unknown = vec![0xff; 8];
        let call_hash = sp_io::hashing::blake2_256(&unknown).into();
        Pending::<Test>::mutate(0, |pending| {
            let pending = pending.as_mut().expect("it waits");
            pending.call = WrapperKeepOpaque::from_encoded(unknown);
            pending.call_hash = call_hash;
        });
        run_to(1 + DELAY);
        System::assert_has_event(RuntimeEvent::Motions(Event::EnactmentFailed {
            index: 0,
            call_hash,
            error: Error::<Test>::CallUnreadable.into(),
        }));
        assert_eq!(Pending::<Test>::count(), 0);
    });
}

#[test]
fn a_call_that_became_heavier_than_it_was_is_given_up_with_an_event() {
    run(|| {
        let call = set_balance(7, 1);
        assert_ok!(schedule(call.clone()));
        assert_ok!(Motions::enact(
            RuntimeOrigin::root(),
            0,
            Weight::from_parts(1, 0)
        ));
        System::assert_has_event(failure(&call, Error::<Test>::CallTooHeavy.into()));
        assert_eq!(Balances::free_balance(7), 0);
    });
}

#[test]
fn what_does_not_fit_into_a_block_is_enacted_in_the_next_ones() {
    run(|| {
        for amount in 1..=3 {
            assert_ok!(schedule(set_balance(amount, amount)));
        }
        // Room for one at a time.
        SchedulerRoom::set(Weight::from_parts(700_000_000, u64::MAX));
        run_to(1 + DELAY);
        assert!(Pending::<Test>::count() > 0, "the room is for fewer");
        run_to(10 + DELAY);
        assert_eq!(Pending::<Test>::count(), 0);
        for amount in 1..=3 {
            assert_eq!(Balances::free_balance(amount), amount);
        }
    });
}

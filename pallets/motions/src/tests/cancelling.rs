//! Taking a decision back.

use crate::{
    Error, Event,
    mock::{
        Balances, DELAY, MORE_THAN_HALF, Motions, RuntimeEvent, RuntimeOrigin, Scheduler, System,
        TWO_THIRDS, Test, hash_of, run, run_to, schedule, set_balance,
    },
};
use frame_support::{assert_noop, assert_ok, traits::schedule::v3::Named};
use sp_runtime::DispatchError;

#[test]
fn a_cancelled_call_is_never_enacted() {
    run(|| {
        let call = set_balance(7, 1_000);
        assert_ok!(schedule(call.clone()));
        run_to(DELAY);
        assert_ok!(Motions::cancel(RuntimeOrigin::signed(MORE_THAN_HALF), 0));
        System::assert_last_event(RuntimeEvent::Motions(Event::Cancelled {
            index: 0,
            call_hash: hash_of(&call),
        }));
        assert!(
            <Scheduler as Named<_, crate::mock::RuntimeCall, _>>::next_dispatch_time(
                Motions::task(0)
            )
            .is_err()
        );
        run_to(3 * DELAY);
        assert_eq!(Balances::free_balance(7), 0);
    });
}

#[test]
fn nobody_but_a_motion_of_more_than_51_percent_cancels() {
    run(|| {
        assert_ok!(schedule(set_balance(7, 1_000)));
        for origin in [
            RuntimeOrigin::none(),
            RuntimeOrigin::root(),
            RuntimeOrigin::signed(1),
            RuntimeOrigin::signed(TWO_THIRDS),
        ] {
            assert_noop!(Motions::cancel(origin, 0), DispatchError::BadOrigin);
        }
    });
}

#[test]
fn what_does_not_wait_cannot_be_cancelled() {
    run(|| {
        let cancel = |index| Motions::cancel(RuntimeOrigin::signed(MORE_THAN_HALF), index);
        assert_noop!(cancel(0), Error::<Test>::NotPending);
        assert_ok!(schedule(set_balance(7, 1_000)));
        assert_ok!(cancel(0));
        assert_noop!(cancel(0), Error::<Test>::NotPending);
        assert_ok!(schedule(set_balance(7, 1_000)));
        run_to(1 + DELAY);
        assert_noop!(cancel(1), Error::<Test>::NotPending);
    });
}

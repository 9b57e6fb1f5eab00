//! What can be scheduled, by whom.

use crate::{
    Error, Event, Pending,
    mock::{
        DELAY, MAX_CALL_BYTES, MAX_PENDING, MORE_THAN_HALF, MaxCallWeight, Motions, RuntimeCall,
        RuntimeEvent, RuntimeOrigin, System, Test, hash_of, run, schedule, set_balance,
    },
};
use codec::Encode;
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo, weights::Weight};
use sp_runtime::DispatchError;

fn remark(bytes: u32) -> RuntimeCall {
    // One byte of pallet, one of call, and the length.
    let remark = vec![0; bytes as usize - 2 - if bytes - 3 < 64 { 1 } else { 2 }];
    let call: RuntimeCall = frame_system::Call::remark { remark }.into();
    assert_eq!(call.encoded_size(), bytes as usize);
    call
}

#[test]
fn a_scheduled_call_waits_for_the_delay_and_the_event_names_index_hash_and_block() {
    run(|| {
        let call = set_balance(7, 1_000);
        assert_ok!(schedule(call.clone()));
        System::assert_last_event(RuntimeEvent::Motions(Event::Scheduled {
            index: 0,
            call_hash: hash_of(&call),
            enact_at: 1 + DELAY,
        }));
        let pending = Motions::pending(0).expect("it waits");
        assert_eq!(pending.call.try_decode(), Some(call));
        assert_eq!(pending.enact_at, 1 + DELAY);
        assert_eq!(Motions::schedule_of_enactments(), [(0, 1 + DELAY)]);
    });
}

#[test]
fn an_urgent_call_waits_only_for_the_least_delay() {
    run(|| {
        assert_ok!(schedule(
            frame_system::Call::set_heap_pages { pages: 7 }.into()
        ));
        assert_eq!(Motions::schedule_of_enactments(), [(0, 1 + 10)]);
    });
}

#[test]
fn indices_ascend_even_after_enactment_and_the_same_call_may_be_decided_twice() {
    run(|| {
        assert_ok!(schedule(set_balance(7, 1_000)));
        assert_ok!(schedule(set_balance(7, 1_000)));
        crate::mock::run_to(1 + DELAY);
        assert_ok!(schedule(set_balance(7, 1_000)));
        assert_eq!(Motions::schedule_of_enactments(), [(2, 1 + 2 * DELAY)]);
    });
}

#[test]
fn nobody_but_a_motion_of_two_thirds_schedules() {
    run(|| {
        for origin in [
            RuntimeOrigin::none(),
            RuntimeOrigin::root(),
            RuntimeOrigin::signed(1),
            RuntimeOrigin::signed(MORE_THAN_HALF),
        ] {
            assert_noop!(
                Motions::schedule(origin, Box::new(set_balance(7, 1))),
                DispatchError::BadOrigin
            );
        }
    });
}

#[test]
fn a_call_that_is_not_on_the_list_is_refused_so_no_motion_schedules_a_motion() {
    run(|| {
        for call in [
            crate::Call::<Test>::schedule {
                call: Box::new(set_balance(7, 1)),
            },
            crate::Call::<Test>::enact {
                index: 0,
                weight_bound: Default::default(),
            },
        ] {
            assert_noop!(schedule(call.into()), Error::<Test>::NotEnactable);
        }
    });
}

#[test]
fn a_call_may_be_as_long_as_the_limit_and_not_longer() {
    run(|| {
        assert_ok!(schedule(remark(MAX_CALL_BYTES)));
        assert_noop!(
            schedule(remark(MAX_CALL_BYTES + 1)),
            Error::<Test>::CallTooLong
        );
    });
}

#[test]
fn a_call_may_be_as_heavy_as_the_limit_and_not_heavier() {
    run(|| {
        let call = set_balance(7, 1);
        let weight = call.get_dispatch_info().call_weight;
        MaxCallWeight::set(weight);
        assert_ok!(schedule(call.clone()));
        MaxCallWeight::set(weight - Weight::from_parts(1, 0));
        assert_noop!(schedule(call), Error::<Test>::CallTooHeavy);
        MaxCallWeight::set(weight);
    });
}

#[test]
fn no_more_calls_wait_than_may() {
    run(|| {
        for _ in 0..MAX_PENDING {
            assert_ok!(schedule(set_balance(7, 1)));
        }
        assert_noop!(schedule(set_balance(7, 1)), Error::<Test>::TooManyPending);
        assert_eq!(Pending::<Test>::count(), MAX_PENDING);
        assert_ok!(Motions::cancel(RuntimeOrigin::signed(MORE_THAN_HALF), 2));
        assert_ok!(schedule(set_balance(7, 1)));
    });
}

#[test]
fn an_index_at_its_end_is_an_error_and_changes_nothing() {
    run(|| {
        crate::NextIndex::<Test>::put(u32::MAX);
        assert_noop!(schedule(set_balance(7, 1)), Error::<Test>::Overflow);
    });
}

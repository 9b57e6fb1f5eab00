//! Removing what nobody needs any more.

use crate::{
    Error, Event, HoldReason, Pallet, Uploads,
    mock::{
        Balances, Now, RECORD_ROUNDS, RuntimeEvent, RuntimeOrigin, System, Test, Videos, draft,
        other_producer, producer, run,
    },
};
use chainflix_primitives::{Magnet, ids::UploadId};
use frame_support::{
    assert_noop, assert_ok,
    traits::fungible::{Inspect, InspectHold},
};

const MAGNET: Magnet = Magnet([1; 32]);

fn remove() -> sp_runtime::DispatchResult {
    Videos::remove(RuntimeOrigin::signed(producer()), MAGNET)
        .map(|_| ())
        .map_err(|refused| refused.error)
}

#[test]
fn a_record_stays_until_its_views_are_settled_for_good() {
    run(|| {
        assert_ok!(draft(1).publish(producer()));
        Now::set(1_010);
        assert_noop!(remove(), Error::<Test>::RecordStillNeeded);
        assert_ok!(Videos::withdraw(RuntimeOrigin::signed(producer()), MAGNET));
        assert_noop!(remove(), Error::<Test>::RecordStillNeeded);
        Now::set(1_012 + RECORD_ROUNDS - 1);
        assert_noop!(remove(), Error::<Test>::RecordStillNeeded);
        Now::set(1_012 + RECORD_ROUNDS);
        assert_ok!(remove());
        assert_eq!(Videos::video(MAGNET), None);
        assert_noop!(remove(), Error::<Test>::UnknownVideo);
    });
}

#[test]
fn a_removed_record_returns_its_deposit_and_keeps_only_the_upload_mark() {
    run(|| {
        let free = Balances::balance(&producer());
        assert_ok!(draft(1).publish(producer()));
        let record = Balances::balance_on_hold(&HoldReason::Video.into(), &producer());
        let mark = Balances::balance_on_hold(&HoldReason::UploadMark.into(), &producer());
        assert!(record > 0 && mark > 0);
        assert_eq!(Balances::balance(&producer()), free - record - mark);
        Now::set(1_002);
        assert_ok!(Videos::withdraw(RuntimeOrigin::signed(producer()), MAGNET));
        Now::set(1_004 + RECORD_ROUNDS);
        assert_ok!(remove());
        assert_eq!(Balances::balance(&producer()), free - mark);
        System::assert_last_event(RuntimeEvent::Videos(Event::VideoRemoved {
            magnet: MAGNET,
            producer: producer(),
            deposit: record,
        }));
    });
}

#[test]
fn d6_an_upload_id_stays_used_when_its_video_is_removed() {
    run(|| {
        assert_ok!(draft(1).publish(producer()));
        Now::set(1_002);
        assert_ok!(Videos::withdraw(RuntimeOrigin::signed(producer()), MAGNET));
        Now::set(1_004 + RECORD_ROUNDS);
        assert_ok!(remove());
        assert!(Uploads::<Test>::contains_key(UploadId([1; 16])));
        assert_noop!(draft(1).publish(producer()), Error::<Test>::UploadUsed);
        let mut anew = draft(1);
        anew.upload_id = UploadId([2; 16]);
        assert_ok!(anew.publish(producer()));
    });
}

#[test]
fn only_the_producer_removes_its_record() {
    run(|| {
        assert_ok!(draft(1).publish(producer()));
        Now::set(1_002);
        assert_ok!(Videos::withdraw(RuntimeOrigin::signed(producer()), MAGNET));
        Now::set(1_004 + RECORD_ROUNDS);
        let by_other = Videos::remove(RuntimeOrigin::signed(other_producer()), MAGNET);
        assert_noop!(by_other, Error::<Test>::NotProducer);
        assert_ok!(Pallet::<Test>::do_try_state());
    });
}

//! What is held for a video.

use crate::{
    HoldReason, Pallet, StateChange, UploadMark, Uploads, Videos as Records,
    mock::{AccountId, Balances, CFX, Test, Videos, draft, other_producer, producer, run},
};
use chainflix_primitives::Magnet;
use codec::Encode;
use frame_support::{assert_ok, traits::fungible::InspectHold};

fn held(by: &AccountId) -> u128 {
    Balances::balance_on_hold(&HoldReason::Video.into(), by)
        + Balances::balance_on_hold(&HoldReason::UploadMark.into(), by)
}

#[test]
fn what_is_held_is_what_the_view_function_says_beforehand() {
    run(|| {
        assert_ok!(draft(1).publish(producer()));
        assert_eq!(Some(held(&producer())), Videos::publish_deposit(6));
        assert_ok!(draft(2).publish(producer()));
        assert_eq!(
            Some(held(&producer())),
            Videos::publish_deposit(6).map(|one| 2 * one)
        );
        assert_eq!(held(&other_producer()), 0);
    });
}

#[test]
fn each_byte_of_the_title_costs_the_deposit_of_a_byte() {
    run(|| {
        let short = Videos::publish_deposit(1).expect("it fits");
        let long = Videos::publish_deposit(128).expect("it fits");
        assert_eq!(long - short, 127 * CFX / 1_000);
        assert_eq!(Videos::publish_deposit(129), None);
        assert_eq!(Videos::publish_deposit(u32::MAX), None);
    });
}

#[test]
fn the_deposit_covers_every_byte_that_a_video_can_take_in_storage() {
    run(|| {
        assert_ok!(draft(1).publish(producer()));
        let magnet = Magnet([1; 32]);
        let mut record = Records::<Test>::get(magnet).expect("it is registered");
        // The longest history that it can have.
        while record
            .states
            .try_push(StateChange {
                from_round: u32::MAX,
                ..record.states[0]
            })
            .is_ok()
        {}
        let mark: UploadMark<AccountId> =
            Uploads::<Test>::get(record.terms.upload_id).expect("marked");
        let keys = Records::<Test>::hashed_key_for(magnet).len()
            + crate::Listings::<Test>::hashed_key_for(producer(), 0).len()
            + Uploads::<Test>::hashed_key_for(record.terms.upload_id).len();
        let bytes = record.encoded_size() + magnet.encoded_size() + mark.encoded_size() + keys;
        let least = bytes as u128 * CFX / 1_000 + 3 * CFX / 10;
        assert!(
            held(&producer()) >= least,
            "held {}, at least {least}",
            held(&producer())
        );
        assert_ok!(Pallet::<Test>::do_try_state());
    });
}

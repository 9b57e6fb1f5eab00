//! New key epochs when a verifier leaves.

use super::{join, removal, rotate, signed};
use crate::{
    Call, Event, KeyEpoch, Pallet,
    mock::{Authorities, Now, System, Test, run, sign, submit, verifier},
};
use chainflix_primitives::{duty::SetSecretDuty, registry::KeyEpochs};
use frame_support::assert_ok;
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};

fn duty(number: u8, duty: SetSecretDuty) -> Result<(), TransactionValidityError> {
    let payload = Pallet::<Test>::set_secret_payload(&verifier(number), &duty);
    let signature = sign(number, &payload);
    submit(Call::set_secret {
        verifier: verifier(number),
        duty,
        signature,
    })
}

fn commit(number: u8, epoch: u32) -> Result<(), TransactionValidityError> {
    let commitment = [epoch as u8 + 1; 32];
    duty(number, SetSecretDuty::Commit { epoch, commitment })
}

fn acknowledge(number: u8, epoch: u32) -> Result<(), TransactionValidityError> {
    let commitment = [epoch as u8 + 1; 32];
    duty(number, SetSecretDuty::Acknowledge { epoch, commitment })
}

fn refused(code: u8) -> Result<(), TransactionValidityError> {
    Err(InvalidTransaction::Custom(code).into())
}

const UNKNOWN_EPOCH: u8 = 4;

/// Epoch 0 in force, made by verifier 1 and held by the four of genesis.
fn first_secret() {
    assert_eq!(commit(1, 0), Ok(()));
    for number in 2..=4 {
        assert_eq!(acknowledge(number, 0), Ok(()));
    }
}

#[test]
fn d5_who_leaves_opens_a_key_epoch_and_new_videos_take_its_keys_once_its_secret_is_in_force() {
    run(|| {
        first_secret();
        assert!(Authorities::takes_new_videos(0));
        assert_ok!(Authorities::remove(removal(), verifier(4)));
        rotate(1);
        assert_eq!(Authorities::latest_key_epoch(), KeyEpoch::default());
        Now::set(500);
        rotate(1);
        let opened = KeyEpoch {
            epoch: 1,
            opened: 500,
        };
        assert_eq!(Authorities::latest_key_epoch(), opened);
        System::assert_has_event(Event::<Test>::KeyEpochOpened { epoch: 1 }.into());

        assert_eq!(Authorities::set_secret_maker_now(1), Some(verifier(1)));
        assert!(commit(4, 1).is_err(), "who left has no say");
        assert_eq!(commit(1, 1), Ok(()));
        assert!(Authorities::takes_new_videos(0), "until there is another");
        assert_eq!(acknowledge(2, 1), Ok(()));
        assert!(<Authorities as KeyEpochs>::is_in_force(1), "two of three");
        assert!(Authorities::takes_new_videos(1));
        assert!(!Authorities::takes_new_videos(0));
        assert_eq!(Authorities::key_epoch_of_new_videos(), Some(1));
        assert!(
            <Authorities as KeyEpochs>::is_in_force(0),
            "what was published before stays readable"
        );
    });
}

#[test]
fn d5_a_secret_that_the_leaver_may_know_never_comes_in_force() {
    run(|| {
        first_secret();
        assert_ok!(Authorities::exit(signed(4)));
        rotate(2);
        assert_eq!(commit(1, 1), Ok(()));
        // Verifier 2 might have fetched the secret of epoch 1 before it leaves.
        assert_ok!(Authorities::exit(signed(2)));
        rotate(2);
        assert_eq!(Authorities::latest_key_epoch().epoch, 2);
        assert_eq!(acknowledge(3, 1), refused(UNKNOWN_EPOCH));
        assert_eq!(commit(3, 1), refused(UNKNOWN_EPOCH));
        assert!(!<Authorities as KeyEpochs>::is_in_force(1));
        assert_eq!(commit(1, 2), Ok(()));
        assert_eq!(acknowledge(3, 2), Ok(()));
        assert!(Authorities::takes_new_videos(2));
    });
}

#[test]
fn an_epoch_in_which_nobody_made_a_secret_stays_open() {
    run(|| {
        assert_ok!(Authorities::exit(signed(4)));
        rotate(2);
        assert_eq!(
            Authorities::latest_key_epoch(),
            KeyEpoch::default(),
            "there is nothing to know yet"
        );
        first_commitment_of_the_three();
    });
}

fn first_commitment_of_the_three() {
    assert_eq!(commit(1, 0), Ok(()));
    assert_eq!(acknowledge(2, 0), Ok(()));
    assert!(Authorities::takes_new_videos(0));
}

#[test]
fn who_joins_opens_no_key_epoch_and_acknowledges_what_is_in_force() {
    run(|| {
        first_secret();
        join(5);
        rotate(2);
        assert_eq!(Authorities::latest_key_epoch(), KeyEpoch::default());
        assert_eq!(acknowledge(5, 0), Ok(()));
        assert_eq!(Authorities::set_secret_holders(0).len(), 5);
    });
}

#[test]
fn turns_of_a_new_epoch_are_counted_from_the_round_in_which_it_opened() {
    run(|| {
        first_secret();
        assert_ok!(Authorities::exit(signed(1)));
        Now::set(503);
        rotate(2);
        for (round, maker) in [(503, 2), (512, 2), (513, 3), (523, 4), (533, 2)] {
            Now::set(round);
            assert_eq!(Authorities::set_secret_maker_now(1), Some(verifier(maker)));
        }
        assert_eq!(Authorities::set_secret_maker_now(0), None);
        assert_eq!(Authorities::set_secret_maker_now(2), None);
    });
}

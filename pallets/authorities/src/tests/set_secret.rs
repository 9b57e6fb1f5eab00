//! Commitment to the set secret, acknowledgements, in force.

use crate::{
    Call, Event, Pallet,
    mock::{
        Authorities, Now, RuntimeEvent, RuntimeOrigin, System, Test, run, run_with, sign, submit,
        verifier,
    },
};
use chainflix_primitives::{
    AccountId as RawAccount,
    duty::{SetSecretDuty, set_secret_payload},
    registry::KeyEpochs,
};
use frame_support::assert_noop;
use sp_runtime::{
    DispatchError,
    transaction_validity::{InvalidTransaction, TransactionValidityError},
};

const FIRST: [u8; 32] = [0xa1; 32];
const SECOND: [u8; 32] = [0xa2; 32];

fn commit(number: u8, commitment: [u8; 32]) -> Result<(), TransactionValidityError> {
    duty(
        number,
        SetSecretDuty::Commit {
            epoch: 0,
            commitment,
        },
    )
}

fn acknowledge(number: u8, commitment: [u8; 32]) -> Result<(), TransactionValidityError> {
    duty(
        number,
        SetSecretDuty::Acknowledge {
            epoch: 0,
            commitment,
        },
    )
}

fn duty(number: u8, duty: SetSecretDuty) -> Result<(), TransactionValidityError> {
    let payload = Pallet::<Test>::set_secret_payload(&verifier(number), &duty);
    let signature = sign(number, &payload);
    submit(Call::set_secret {
        verifier: verifier(number),
        duty,
        signature,
    })
}

fn refused(code: u8) -> Result<(), TransactionValidityError> {
    Err(InvalidTransaction::Custom(code).into())
}

const SECRET_IN_FORCE: u8 = 5;
const NOT_THE_MAKER: u8 = 6;
const OTHER_COMMITMENT: u8 = 7;

fn in_force() -> bool {
    <Pallet<Test> as KeyEpochs>::is_in_force(0)
}

#[test]
fn the_first_verifier_in_order_commits_and_holds_what_it_made() {
    run(|| {
        assert_eq!(Authorities::set_secret_maker_now(0), Some(verifier(1)));
        assert_eq!(commit(2, SECOND), refused(NOT_THE_MAKER));
        assert_eq!(commit(1, FIRST), Ok(()));
        let record = Authorities::set_secret_record(0).expect("committed");
        assert_eq!(
            (record.maker, record.commitment),
            (RawAccount([1; 32]), FIRST)
        );
        assert!(!record.in_force);
        assert_eq!(Authorities::set_secret_holders(0), [verifier(1)]);
    });
}

#[test]
fn more_than_fifty_one_per_cent_of_four_are_three_and_put_it_in_force_for_good() {
    run(|| {
        assert_eq!(commit(1, FIRST), Ok(()));
        assert_eq!(acknowledge(3, FIRST), Ok(()));
        assert!(!in_force(), "two of four are 50 %");
        assert_eq!(acknowledge(4, FIRST), Ok(()));
        assert!(in_force());
        System::assert_has_event(RuntimeEvent::Authorities(Event::SetSecretInForce {
            epoch: 0,
            commitment: FIRST,
        }));
        Now::set(10_000);
        assert_eq!(Authorities::set_secret_maker_now(0), None);
        assert_eq!(commit(2, SECOND), refused(SECRET_IN_FORCE));
        assert_eq!(
            acknowledge(2, FIRST),
            Ok(()),
            "the last one may still say that it holds it"
        );
        assert_eq!(Authorities::set_secret_holders(0).len(), 4);
    });
}

#[test]
fn a_lone_verifiers_commitment_is_in_force_at_once() {
    run_with(&[5], || {
        assert_eq!(commit(5, FIRST), Ok(()));
        assert!(in_force());
    });
}

#[test]
fn a_silent_first_verifier_is_passed_over_after_ten_rounds() {
    run(|| {
        Now::set(9);
        assert_eq!(commit(2, SECOND), refused(NOT_THE_MAKER));
        Now::set(10);
        assert_eq!(commit(1, FIRST), refused(NOT_THE_MAKER));
        assert_eq!(commit(2, SECOND), Ok(()));
    });
}

#[test]
fn without_enough_acknowledgements_in_ten_rounds_the_next_makes_another() {
    run(|| {
        Now::set(3);
        assert_eq!(commit(1, FIRST), Ok(()));
        assert_eq!(acknowledge(2, FIRST), Ok(()));
        Now::set(12);
        assert_eq!(commit(2, SECOND), refused(NOT_THE_MAKER));
        assert_eq!(Authorities::set_secret_maker_now(0), None);
        Now::set(13);
        assert_eq!(Authorities::set_secret_maker_now(0), Some(verifier(2)));
        assert_eq!(commit(2, SECOND), Ok(()));
        assert_eq!(
            Authorities::set_secret_holders(0),
            [verifier(2)],
            "earlier ones are void"
        );
        assert_eq!(acknowledge(3, FIRST), refused(OTHER_COMMITMENT));
        assert_eq!(acknowledge(3, SECOND), Ok(()));
        assert_eq!(acknowledge(1, SECOND), Ok(()));
        assert!(in_force());
    });
}

#[test]
fn late_acknowledgements_count_until_another_commitment_is_made() {
    run(|| {
        assert_eq!(commit(1, FIRST), Ok(()));
        Now::set(15);
        assert_eq!(acknowledge(2, FIRST), Ok(()));
        assert_eq!(acknowledge(3, FIRST), Ok(()));
        assert!(in_force());
    });
}

#[test]
fn r1_an_acknowledgement_counts_once() {
    run(|| {
        assert_eq!(commit(1, FIRST), Ok(()));
        let stale = || Err(InvalidTransaction::Stale.into());
        assert_eq!(acknowledge(1, FIRST), stale(), "its maker has");
        assert_eq!(acknowledge(2, FIRST), Ok(()));
        assert_eq!(acknowledge(2, FIRST), stale());
        assert!(!in_force());
    });
}

#[test]
fn one_acknowledges_the_commitment_on_chain_and_no_other() {
    run(|| {
        assert_eq!(acknowledge(2, FIRST), refused(4), "there is none");
        assert_eq!(commit(1, FIRST), Ok(()));
        assert_eq!(acknowledge(2, SECOND), refused(OTHER_COMMITMENT));
    });
}

#[test]
fn a_key_epoch_that_is_not_open_has_no_secret() {
    run(|| {
        let refused_epoch = duty(
            1,
            SetSecretDuty::Commit {
                epoch: 1,
                commitment: FIRST,
            },
        );
        assert_eq!(refused_epoch, refused(4));
        assert_eq!(Authorities::set_secret_maker_now(1), None);
        assert!(!<Pallet<Test> as KeyEpochs>::is_in_force(1));
    });
}

#[test]
fn who_is_no_verifier_or_signs_for_another_has_no_say() {
    run(|| {
        assert_eq!(commit(9, FIRST), Err(InvalidTransaction::BadSigner.into()));
        let duty = SetSecretDuty::Commit {
            epoch: 0,
            commitment: FIRST,
        };
        let payload = Pallet::<Test>::set_secret_payload(&verifier(1), &duty);
        let foreign = set_secret_payload(&[0xab; 32], &RawAccount([1; 32]), &duty);
        for signature in [sign(2, &payload), sign(1, &foreign)] {
            let call = Call::set_secret {
                verifier: verifier(1),
                duty,
                signature,
            };
            assert_eq!(submit(call), Err(InvalidTransaction::BadProof.into()));
        }
    });
}

#[test]
fn nobody_makes_the_call_without_its_being_authorized() {
    run(|| {
        let duty = SetSecretDuty::Commit {
            epoch: 0,
            commitment: FIRST,
        };
        let payload = Pallet::<Test>::set_secret_payload(&verifier(1), &duty);
        let signature = sign(1, &payload);
        for origin in [
            RuntimeOrigin::signed(verifier(1)),
            RuntimeOrigin::root(),
            RuntimeOrigin::none(),
        ] {
            let refused = Authorities::set_secret(origin, verifier(1), duty, signature);
            assert_noop!(refused, DispatchError::BadOrigin);
        }
    });
}

#[test]
fn q_holders_that_have_left_the_set_make_room_for_who_comes() {
    use crate::Acknowledgements;
    run(|| {
        assert_eq!(commit(1, FIRST), Ok(()));
        assert_eq!(acknowledge(3, FIRST), Ok(()));
        Acknowledgements::<Test>::mutate(0, |holders| {
            let mut left = (100..=u8::MAX).map(verifier);
            while !holders.is_full() {
                holders
                    .try_push(left.next().expect("enough of them"))
                    .expect("there is room");
            }
        });
        assert_eq!(acknowledge(4, FIRST), Ok(()));
        assert!(in_force());
        let holders = [verifier(1), verifier(3), verifier(4)];
        assert_eq!(Authorities::set_secret_holders(0), holders);
    });
}

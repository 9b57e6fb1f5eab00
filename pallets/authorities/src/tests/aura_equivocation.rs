//! Two blocks of one slot by one Aura key.

use super::{SESSION_SLOTS, bond, disabled, in_force, join, register_keys, rotate, signed, status};
use crate::{
    Call, Error, VerifierStatus,
    mock::{
        Authorities, Balances, Header, Historical, REPORT_SESSIONS, Session, Slot, Test, aura_pair,
        run, submit, verifier,
    },
};
use chainflix_primitives::emission::CFX;
use frame_support::{assert_noop, dispatch::Pays, traits::KeyOwnerProofSystem};
use sp_consensus_aura::digests::CompatibleDigestItem;
use sp_core::{H256, Pair, crypto::key_types::AURA};
use sp_runtime::{
    Digest, DigestItem,
    traits::Header as _,
    transaction_validity::{InvalidTransaction, TransactionValidityError},
};
use sp_session::MembershipProof;

/// A sealed header; `content` tells two of one slot apart.
pub(super) fn header(number: u8, slot: u64, content: u8) -> Header {
    let logs = vec![CompatibleDigestItem::<
        sp_consensus_aura::sr25519::AuthoritySignature,
    >::aura_pre_digest(slot.into())];
    let mut header = Header::new(
        8,
        H256::repeat_byte(content),
        H256::zero(),
        H256::zero(),
        Digest { logs },
    );
    let seal = aura_pair(number).sign(header.hash().as_ref());
    header.digest.push(DigestItem::aura_seal(seal));
    header
}

/// The call with a proof of the session of the slot.
pub(super) fn report(number: u8, slot: u64) -> Call<Test> {
    let session = Authorities::session_of_slot(slot).expect("a session of the chain");
    let proof = Authorities::prove_in(session, AURA, aura_pair(number).public().as_ref())
        .expect("a verifier's key");
    call(
        number,
        header(number, slot, 1),
        header(number, slot, 2),
        proof,
    )
}

fn call(number: u8, first: Header, second: Header, proof: MembershipProof) -> Call<Test> {
    Call::report_aura_equivocation {
        offender: aura_pair(number).public(),
        first_header: Box::new(first),
        second_header: Box::new(second),
        key_owner_proof: proof,
    }
}

fn proof(number: u8) -> MembershipProof {
    <Authorities as KeyOwnerProofSystem<_>>::prove((AURA, aura_pair(number).public()))
        .expect("a verifier's key")
}

fn invalid(error: InvalidTransaction) -> Result<(), TransactionValidityError> {
    Err(error.into())
}

const NO_EQUIVOCATION: u8 = 27;
const HEADER_TOO_LARGE: u8 = 28;
const INVALID_KEY_OWNERSHIP: u8 = 29;

#[test]
fn e1_two_blocks_of_one_slot_disable_their_author_at_once_and_put_it_out_within_two_sessions() {
    run(|| {
        join(5);
        rotate(2);
        assert_eq!(submit(report(5, Slot::get())), Ok(()));
        assert_eq!(disabled(), [5]);
        assert_eq!(bond(5), 120 * CFX, "half of it is gone");
        assert_eq!(status(5), Some(VerifierStatus::Leaving));
        rotate(2);
        assert_eq!(in_force(), [1, 2, 3, 4]);
        assert!(disabled().is_empty());
    });
}

#[test]
fn e1_an_equivocation_of_session_1_is_reported_in_session_3_of_a_set_that_never_changed() {
    run(|| {
        rotate(1);
        let slot = Slot::get() + 7;
        let historical = Historical::prove((AURA, aura_pair(2).public())).expect("in force");
        assert_eq!(historical.session, 1);
        rotate(2);
        assert_eq!(Session::current_index(), 3);
        // By the root that was stored for session 1, and by the keys that were in force in it.
        let by_root = call(2, header(2, slot, 1), header(2, slot, 2), historical);
        assert_eq!(submit(by_root), Ok(()));
        assert_eq!(submit(report(3, slot)), Ok(()));
        assert_eq!(disabled(), [2], "no more than a third");
        rotate(2);
        assert_eq!(in_force(), [1, 4]);
    });
}

#[test]
fn e1_one_incident_is_punished_once() {
    run(|| {
        join(5);
        rotate(2);
        Slot::mutate(|slot| *slot += 5);
        let first = report(5, Slot::get());
        let second = report(5, Slot::get() - 1);
        assert_eq!(submit(first.clone()), Ok(()));
        for again in [first, second] {
            assert_eq!(submit(again), invalid(InvalidTransaction::Stale));
        }
        rotate(3);
        assert_eq!(
            submit(report(5, Slot::get() - 2 * SESSION_SLOTS)),
            invalid(InvalidTransaction::Stale)
        );
        assert_eq!(bond(5), 120 * CFX);
        assert_eq!(pallet_offences::Reports::<Test>::iter().count(), 1);
    });
}

#[test]
fn one_block_sealed_twice_is_no_equivocation_nor_are_blocks_of_two_slots() {
    run(|| {
        rotate(1);
        let slot = Slot::get();
        // sr25519 signatures are random: the seals differ.
        let (one, same) = (header(2, slot, 1), header(2, slot, 1));
        assert_ne!(one, same);
        let refused = invalid(InvalidTransaction::Custom(NO_EQUIVOCATION));
        assert_eq!(submit(call(2, one.clone(), same, proof(2))), refused);
        assert_eq!(
            submit(call(2, one.clone(), header(2, slot - 1, 2), proof(2))),
            refused
        );
        let mut unsealed = header(2, slot, 2);
        unsealed.digest.pop();
        assert_eq!(submit(call(2, one, unsealed, proof(2))), refused);
        assert!(disabled().is_empty());
    });
}

#[test]
fn a_block_of_another_key_proves_nothing_against_anybody() {
    run(|| {
        rotate(1);
        let slot = Slot::get();
        let bad = invalid(InvalidTransaction::BadProof);
        assert_eq!(
            submit(call(2, header(2, slot, 1), header(3, slot, 2), proof(2))),
            bad
        );
        assert_eq!(
            submit(call(2, header(3, slot, 1), header(3, slot, 2), proof(2))),
            bad
        );
        let refused = invalid(InvalidTransaction::Custom(INVALID_KEY_OWNERSHIP));
        assert_eq!(
            submit(call(3, header(3, slot, 1), header(3, slot, 2), {
                let mut forged = proof(3);
                forged.validator_count += 1;
                forged
            })),
            refused
        );
        register_keys(9);
        assert_eq!(
            submit(call(9, header(9, slot, 1), header(9, slot, 2), proof(3))),
            refused,
            "of no verifier"
        );
    });
}

#[test]
fn a_slot_of_the_future_or_of_another_session_than_the_proof_is_refused() {
    run(|| {
        rotate(6);
        let refused = invalid(InvalidTransaction::Custom(INVALID_KEY_OWNERSHIP));
        let of = |slot| call(2, header(2, slot, 1), header(2, slot, 2), proof(2));
        assert_eq!(submit(of(Slot::get() + 1)), refused);
        assert_eq!(submit(of(Slot::get() - SESSION_SLOTS - 1)), refused);
        assert_eq!(submit(of(Slot::get() - SESSION_SLOTS)), Ok(()));
    });
}

#[test]
fn an_equivocation_of_long_ago_is_not_punished_any_more() {
    run(|| {
        rotate(1);
        let late = report(2, Slot::get());
        rotate(REPORT_SESSIONS);
        assert_eq!(submit(late.clone()), Ok(()), "in the last session for it");
        let later = report(3, Slot::get() - u64::from(REPORT_SESSIONS) * SESSION_SLOTS);
        rotate(1);
        assert_eq!(
            submit(later),
            invalid(InvalidTransaction::Custom(INVALID_KEY_OWNERSHIP))
        );
    });
}

#[test]
fn q1_a_header_larger_than_any_block_has_is_refused_unread() {
    run(|| {
        rotate(1);
        let slot = Slot::get();
        let mut large = header(2, slot, 2);
        let padding = DigestItem::Other(vec![0; crate::MAX_HEADER_BYTES]);
        large.digest.logs.insert(0, padding);
        assert_eq!(
            submit(call(2, header(2, slot, 1), large, proof(2))),
            invalid(InvalidTransaction::Custom(HEADER_TOO_LARGE))
        );
    });
}

#[test]
fn anybody_reports_by_a_signed_call_too_and_pays_only_when_it_is_not_true() {
    run(|| {
        rotate(1);
        let slot = Slot::get();
        let before = Balances::free_balance(verifier(9));
        let report = |first: Header, second: Header| {
            Authorities::report_aura_equivocation(
                signed(9),
                aura_pair(2).public(),
                Box::new(first),
                Box::new(second),
                proof(2),
            )
        };
        assert_noop!(
            report(header(2, slot, 1), header(2, slot, 1)),
            Error::<Test>::NoEquivocation
        );
        let made = report(header(2, slot, 1), header(2, slot, 2)).expect("it is true");
        assert_eq!(made.pays_fee, Pays::No);
        assert_eq!(disabled(), [2]);
        assert_eq!(Balances::free_balance(verifier(9)), before);
        let again = report(header(2, slot - 1, 1), header(2, slot - 1, 2));
        assert_eq!(
            again.expect_err("it is known").error,
            Error::<Test>::AlreadyPunished.into()
        );
    });
}

#[test]
fn nobody_reports_unsigned_what_was_not_let_in() {
    run(|| {
        rotate(1);
        let slot = Slot::get();
        for origin in [
            crate::mock::RuntimeOrigin::none(),
            crate::mock::RuntimeOrigin::root(),
        ] {
            let made = Authorities::report_aura_equivocation(
                origin,
                aura_pair(2).public(),
                Box::new(header(2, slot, 1)),
                Box::new(header(2, slot, 2)),
                proof(2),
            );
            assert_eq!(
                made.expect_err("nobody's").error,
                sp_runtime::DispatchError::BadOrigin
            );
        }
        assert!(disabled().is_empty());
    });
}

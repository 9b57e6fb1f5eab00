//! Verifiers that sign two of one: reported by the node's own means, punished by the runtime.

use super::walk::{Walk, signed, walk};
use crate::simulation::walk::two_blocks as two_blocks_by;
use crate::{
    Authorities, Balances, Block, BlockNumber, Grandpa, Hash, Header, Historical, Runtime, Session,
    TreasuryAccount, VerifierCollective,
    constants::currency::CFX,
    presets::{ENDOWMENT, accounts::DevelopmentVerifier},
};
use chainflix_primitives::registry::Discipline;
use codec::{Decode, Encode};
use frame_support::traits::KeyOwnerProofSystem;
use pallet_authorities::runtime_api::runtime_decl_for_authorities_api::AuthoritiesApiV1;
use sp_consensus_grandpa::{
    EquivocationProof, KEY_TYPE, Message, OpaqueKeyOwnershipProof, Prevote,
    runtime_decl_for_grandpa_api::GrandpaApiV3,
};
use sp_core::{H256, Pair, crypto::key_types::AURA, ed25519};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::transaction_validity::InvalidTransaction;

const BOB: DevelopmentVerifier = DevelopmentVerifier::Bob;

/// Bob votes in one round of set 0 for two blocks.
fn two_votes(round: u64) -> EquivocationProof<Hash, BlockNumber> {
    let pair: ed25519::Pair = Ed25519Keyring::Bob.pair();
    let vote = |block: u8| {
        let prevote = Prevote::<Header> {
            target_hash: H256::repeat_byte(block),
            target_number: 3,
        };
        let message = Message::<Header>::Prevote(prevote.clone());
        let payload = sp_consensus_grandpa::localized_payload(round, 0, &message);
        (prevote, pair.sign(&payload))
    };
    // Set, kind of vote, round, voter, both votes.
    let encoded = (0u64, 0u8, round, pair.public(), vote(1), vote(2)).encode();
    EquivocationProof::decode(&mut &encoded[..]).expect("two votes of one round")
}

/// Bob seals two blocks of one slot.
fn two_blocks(slot: u64) -> [Header; 2] {
    two_blocks_by(Sr25519Keyring::Bob, slot)
}

fn aura_key() -> sp_consensus_aura::sr25519::AuthorityId {
    BOB.session_keys().aura
}

fn is_disabled() -> bool {
    let place = Session::validator_id_to_index(&BOB.account());
    place.is_some_and(|place| Session::disabled_validators().contains(&place))
}

/// Bob has a bond to lose.
fn bond(chain: &mut Walk) {
    let top_up = pallet_authorities::Call::top_up_bond { amount: 100 * CFX };
    assert_eq!(
        chain.block([signed(Sr25519Keyring::Bob, top_up)]),
        [Ok(Ok(()))]
    );
}

fn assert_punished_and_out_within_two_sessions(chain: &mut Walk) {
    assert!(is_disabled());
    let record = Authorities::verifier(BOB.account()).expect("a verifier");
    assert_eq!(record.bond, 50 * CFX);
    assert!(Balances::free_balance(TreasuryAccount::get()) >= ENDOWMENT + 50 * CFX);
    assert!(Authorities::is_suspended(
        &<[u8; 32]>::from(BOB.account()).into()
    ));
    let now = Session::current_index();
    chain.walk_to_session(now + 2);
    let keys = BOB.session_keys();
    assert!(!Session::validators().contains(&BOB.account()));
    assert!(!pallet_aura::Authorities::<Runtime>::get().contains(&keys.aura));
    chain.block([]);
    assert!(
        Grandpa::grandpa_authorities()
            .iter()
            .all(|(key, _)| *key != keys.grandpa)
    );
    assert!(
        !pallet_collective::Members::<Runtime, VerifierCollective>::get().contains(&BOB.account())
    );
    assert!(Authorities::barred_until(BOB.account()).is_some());
    assert_eq!(Session::validators().len(), 3);
}

#[test]
fn e1_two_votes_of_session_1_are_reported_by_the_voter_in_session_3_of_a_set_that_never_changed() {
    walk("local_testnet", |chain| {
        bond(chain);
        chain.walk_to_session(3);
        assert_eq!(pallet_grandpa::CurrentSetId::<Runtime>::get(), 0);
        let key = BOB.session_keys().grandpa;
        let owner = <Runtime as GrandpaApiV3<Block>>::generate_key_ownership_proof(0, key)
            .expect("a verifier's key");
        let submitted =
            <Runtime as GrandpaApiV3<Block>>::submit_report_equivocation_unsigned_extrinsic(
                two_votes(5),
                owner,
            );
        assert_eq!(submitted, Some(()));
        assert_eq!(chain.block_of_submitted(), [Ok(Ok(()))]);
        assert_punished_and_out_within_two_sessions(chain);
    });
}

#[test]
fn e1_the_root_of_session_1_proves_the_voters_key_in_session_3() {
    walk("local_testnet", |chain| {
        bond(chain);
        chain.walk_to_session(1);
        let key = BOB.session_keys().grandpa;
        let proof = Historical::prove((KEY_TYPE, key)).expect("a verifier's key");
        assert_eq!(proof.session, 1);
        chain.walk_to_session(3);
        let owner = OpaqueKeyOwnershipProof::new(proof.encode());
        let submitted =
            <Runtime as GrandpaApiV3<Block>>::submit_report_equivocation_unsigned_extrinsic(
                two_votes(5),
                owner,
            );
        assert_eq!(submitted, Some(()));
        assert_eq!(chain.block_of_submitted(), [Ok(Ok(()))]);
        assert_punished_and_out_within_two_sessions(chain);
    });
}

#[test]
fn e1_two_blocks_of_session_1_are_reported_by_the_node_in_session_3() {
    walk("local_testnet", |chain| {
        bond(chain);
        chain.walk_to_session(1);
        chain.block([]);
        let [first, second] = two_blocks(chain.slot);
        chain.walk_to_session(3);
        assert!(
            <Runtime as AuthoritiesApiV1<Block>>::report_aura_equivocation(
                aura_key(),
                first.clone(),
                second.clone()
            )
        );
        assert_eq!(chain.block_of_submitted(), [Ok(Ok(()))]);
        assert_punished_and_out_within_two_sessions(chain);

        let again = <Runtime as AuthoritiesApiV1<Block>>::report_aura_equivocation(
            aura_key(),
            first,
            second,
        );
        assert!(again, "the node does not know");
        assert_eq!(
            chain.block_of_submitted(),
            [Err(InvalidTransaction::Stale.into())]
        );
    });
}

#[test]
fn e1_new_keys_registered_beforehand_hide_no_equivocation() {
    walk("local_testnet", |chain| {
        bond(chain);
        chain.walk_to_session(1);
        let keys = super::verifiers::keys_of("//Bob//2");
        let proof = super::verifiers::possession("//Bob//2", &BOB.account());
        let set_keys = pallet_session::Call::set_keys { keys, proof };
        assert_eq!(
            chain.block([signed(Sr25519Keyring::Bob, set_keys)]),
            [Ok(Ok(()))]
        );
        let [first, second] = two_blocks(chain.slot);
        let blind = Historical::prove((AURA, aura_key())).expect("it always answers");
        assert_eq!(Historical::check_proof((AURA, aura_key()), blind), None);
        assert!(
            <Runtime as AuthoritiesApiV1<Block>>::report_aura_equivocation(
                aura_key(),
                first,
                second
            )
        );
        assert_eq!(chain.block_of_submitted(), [Ok(Ok(()))]);
        assert!(is_disabled());
    });
}

#[test]
fn votes_of_two_rounds_are_no_equivocation() {
    walk("local_testnet", |chain| {
        chain.walk_to_session(1);
        let key = BOB.session_keys().grandpa;
        let owner = Authorities::prove((KEY_TYPE, key)).expect("a verifier's key");
        // The signatures are of another round than the proof says.
        let mut encoded = two_votes(5).encode();
        encoded[9] = 6;
        let forged = EquivocationProof::decode(&mut &encoded[..]).expect("it decodes");
        let report = pallet_grandpa::Call::report_equivocation {
            equivocation_proof: Box::new(forged),
            key_owner_proof: owner,
        };
        let refused = pallet_grandpa::Error::<Runtime>::InvalidEquivocationProof;
        assert_eq!(
            chain.block([signed(Sr25519Keyring::Alice, report)]),
            [Ok(Err(refused.into()))]
        );
        assert!(!is_disabled());
    });
}

//! Proofs that verifiers bring forward themselves: free, let in only while they hold, one for each block.

use chainflix_primitives::{
    Signature64,
    duty::FAULT_KEY,
    fault::{FaultEvidence, FaultProof},
};
use codec::Encode;
use frame_support::pallet_prelude::{InvalidTransaction, TransactionValidityError};
use frame_system::offchain::CreateAuthorizedTransaction;
use sp_core::{Pair, offchain::StorageKind};

use super::{evidence::*, genesis_hash, network::*, offchain::on_node, refused};
use crate::{
    Call, Error, Faults, Pallet,
    mock::{Bonds, Extrinsic, ISSUER_PAYS, RuntimeCall, Suspended, Test},
};

/// A proof, signed by a verifier.
fn signed(node: &Node, proof: &FaultProof) -> Extrinsic {
    let payload = proof.signing_payload(&genesis_hash(), &node.account);
    let signature = node.pair.sign(&payload);
    let signature: &[u8] = signature.as_ref();
    let call = Call::<Test>::prove_fault {
        proof: Box::new(proof.clone()),
        verifier: node.account,
        signature: Signature64(signature.try_into().expect("64 bytes")),
    };
    <Test as CreateAuthorizedTransaction<Call<Test>>>::create_authorized_transaction(
        RuntimeCall::Pov(call),
    )
}

fn invalid(why: InvalidTransaction) -> TransactionValidityError {
    why.into()
}

#[test]
fn l2_a_verifier_proves_a_fault_for_no_deposit_and_once() {
    with_a_fault(|network, issuer, proof| {
        let transaction = signed(&network.nodes[1], &proof);
        let valid = validate(&transaction).expect("it holds");
        let of_another = validate(&signed(&network.nodes[2], &proof)).expect("it holds");
        assert_eq!(valid.provides, of_another.provides, "the pool keeps one");
        apply(&transaction).expect("valid").expect("proven");
        assert_eq!(BOND - Bonds::get()[&issuer], ISSUER_PAYS);
        assert!(Suspended::get().contains(&issuer));
        let record = Faults::<Test>::get(0, issuer).expect("noted");
        assert_eq!(record.reporter, network.nodes[1].account);
        assert_eq!(
            apply(&signed(&network.nodes[2], &proof)),
            Err(invalid(InvalidTransaction::Stale))
        );
        assert_eq!(BOND - Bonds::get()[&issuer], ISSUER_PAYS, "punished once");
    });
}

#[test]
fn what_is_no_fault_or_not_signed_by_a_verifier_in_force_is_not_let_in() {
    with_a_fault(|network, issuer, proof| {
        let mut honest = proof.clone();
        honest.evidence = FaultEvidence::OutsideWindow;
        assert_eq!(
            validate(&signed(&network.nodes[1], &honest)),
            Err(invalid(InvalidTransaction::BadProof))
        );
        let mut unknown = proof.clone();
        unknown.round = 7;
        assert_eq!(
            validate(&signed(&network.nodes[1], &unknown)),
            Err(refused(Error::UnknownBlock))
        );
        let stranger = Node::new(77);
        assert_eq!(
            validate(&signed(&stranger, &proof)),
            Err(invalid(InvalidTransaction::BadSigner))
        );
        let mut forged = Node::new(77);
        forged.account = network.nodes[1].account;
        assert_eq!(
            validate(&signed(&forged, &proof)),
            Err(invalid(InvalidTransaction::BadSigner))
        );
        Suspended::mutate(|suspended| suspended.insert(network.nodes[2].account));
        assert_eq!(
            validate(&signed(&network.nodes[2], &proof)),
            Err(invalid(InvalidTransaction::BadSigner))
        );
        assert!(!Faults::<Test>::contains_key(0, issuer));
    });
}

#[test]
fn a_proof_that_is_left_is_handed_in_at_every_block_until_the_fault_is_on_chain() {
    on_node(1, |network, place, submitted| {
        let bad = (place + 1) % 4;
        network.watch(bad, 0);
        let viewer = network.viewer(0);
        spoil_nonce(
            &viewer,
            &mut network.nodes[bad].bodies.get_mut(&0).expect("a view")[0],
        );
        network.next_round_with_reports();
        let proof = against(network, bad, 0, FaultEvidence::WrongNonce);
        let leave = |proof: &FaultProof| {
            sp_io::offchain::local_storage_set(StorageKind::PERSISTENT, FAULT_KEY, &proof.encode());
        };
        let mut wrong = proof.clone();
        wrong.evidence = FaultEvidence::OutsideWindow;
        leave(&wrong);
        assert_eq!(Pallet::<Test>::submit_due(), 0, "it would not be let in");
        leave(&proof);
        for _ in 0..2 {
            make_block();
            assert_eq!(Pallet::<Test>::submit_due(), 1);
        }
        apply(&submitted()[0]).expect("valid").expect("proven");
        make_block();
        assert_eq!(Pallet::<Test>::submit_due(), 0);
        let issuer = network.nodes[bad].account;
        assert!(Faults::<Test>::contains_key(0, issuer));
    });
}

//! Proofs of decreases as verifiers' nodes bring them: without signature or fee.

use super::decrease::{at, honest, rob, stolen};
use crate::{
    Adopted, Call, LaterTotal, Pallet,
    mock::{
        Earnings, Extrinsic, Now, Rewards, RuntimeCall, Slashed, System, Test, account, adopt,
        externalities, raw, run,
    },
};
use chainflix_primitives::{decrease::DecreaseProof, duty::DECREASE_KEY, emission::EmissionPreset};
use codec::{Decode, Encode};
use frame_support::{
    assert_ok,
    traits::{Authorize, Hooks},
};
use sp_core::offchain::{
    OffchainDbExt, OffchainWorkerExt, StorageKind, TransactionPoolExt,
    testing::{TestOffchainExt, TestTransactionPoolExt},
};
use sp_runtime::{
    traits::Dispatchable,
    transaction_validity::{
        InvalidTransaction, TransactionSource, TransactionValidityError, ValidTransaction,
    },
};

fn proof(earlier: &Earnings, later: &Earnings) -> DecreaseProof {
    DecreaseProof {
        account: raw(13),
        earlier_as_of: 10,
        earlier: at(earlier, 13),
        later_as_of: 20,
        later: LaterTotal::Total(at(later, 13)),
    }
}

fn call(proof: DecreaseProof) -> RuntimeCall {
    RuntimeCall::Rewards(Call::prove_decrease {
        account: account(13),
        earlier_as_of: proof.earlier_as_of,
        earlier: proof.earlier,
        later_as_of: proof.later_as_of,
        later: proof.later,
    })
}

/// What the pool says.
fn offer(call: &RuntimeCall) -> Result<ValidTransaction, TransactionValidityError> {
    let said = call.authorize(TransactionSource::External);
    said.expect("the call authorizes itself")
        .map(|(valid, _)| valid)
}

#[test]
fn b1_a_proof_without_signature_is_let_in_while_it_holds_and_once() {
    run(|| {
        rob();
        let robbed = call(proof(&honest(), &stolen()));
        let first = offer(&robbed).expect("it holds");
        // Whatever proves the same root wrong takes the same place.
        assert_eq!(first.provides.len(), 1);
        assert_ok!(
            robbed
                .clone()
                .dispatch(frame_system::RawOrigin::Authorized.into())
        );
        assert!(Adopted::<Test>::get(20).is_none());
        assert_eq!(Slashed::get(), [raw(1), raw(2), raw(3)]);
        // Custom(0): the root is void by now.
        assert_eq!(offer(&robbed), Err(InvalidTransaction::Custom(0).into()));
    });
}

#[test]
fn b1_what_is_no_decrease_or_no_true_leaf_is_not_let_in() {
    run(|| {
        rob();
        let mut none = proof(&honest(), &stolen());
        none.later = LaterTotal::Total(at(&honest(), 13));
        assert_eq!(offer(&call(none)), Err(InvalidTransaction::Call.into()));
        let mut made_up = proof(&honest(), &stolen());
        let mut less = at(&stolen(), 13);
        less.total -= 1;
        made_up.later = LaterTotal::Total(less);
        assert_eq!(
            offer(&call(made_up)),
            Err(InvalidTransaction::BadProof.into())
        );
        assert_eq!(Slashed::get(), []);
    });
}

#[test]
fn b1_the_worker_brings_what_the_service_left_until_the_root_is_void() {
    let mut state = externalities(EmissionPreset::Whitepaper, None);
    let (offchain, _) = TestOffchainExt::new();
    let (pool, waiting) = TestTransactionPoolExt::new();
    state.register_extension(OffchainDbExt::new(offchain.clone()));
    state.register_extension(OffchainWorkerExt::new(offchain));
    state.register_extension(TransactionPoolExt::new(pool));
    state.execute_with(|| {
        System::set_block_number(1);
        Slashed::set(Vec::new());
        Now::set(0);
        rob();
        assert_eq!(Rewards::submit_due(), 0, "nothing is left to do");
        let left = proof(&honest(), &stolen());
        let leave = |proof: &DecreaseProof| {
            sp_io::offchain::local_storage_set(
                StorageKind::PERSISTENT,
                DECREASE_KEY,
                &proof.encode(),
            );
        };
        let mut wrong = left.clone();
        wrong.earlier.total += 1;
        leave(&wrong);
        assert_eq!(Rewards::submit_due(), 0, "it would not be let in");
        leave(&left);
        Rewards::offchain_worker(1);
        let bytes = waiting
            .write()
            .transactions
            .pop()
            .expect("it was submitted");
        let brought = Extrinsic::decode(&mut &bytes[..]).expect("it decodes");
        assert_ok!(
            brought
                .function
                .dispatch(frame_system::RawOrigin::Authorized.into())
        );
        assert!(Adopted::<Test>::get(20).is_none());
        assert_eq!(Rewards::submit_due(), 0, "the chain shows it");
        adopt(&honest(), 30);
        Pallet::<Test>::do_try_state().expect("the invariants hold");
    });
}

//! The off-chain worker: from local storage to the pool, until the chain shows it.

use crate::mock::{
    Extrinsic, Local, Now, RuntimeCall, StorageProviders, Test, new_state, owner, register, submit,
};
use chainflix_primitives::{duty::HEARTBEAT_KEY, heartbeat::Heartbeat};
use codec::{Decode, Encode};
use frame_support::{assert_ok, traits::Hooks};
use sp_core::offchain::{
    OffchainDbExt, OffchainWorkerExt, StorageKind, TransactionPoolExt,
    testing::{TestOffchainExt, TestTransactionPoolExt},
};

/// Runs on a node of verifier `local`, in round 1,020; `take` empties its pool.
fn run_on_node(local: Option<u8>, test: impl FnOnce(&dyn Fn() -> Vec<crate::Call<Test>>)) {
    let mut state = new_state();
    Local::set(local);
    Now::set(1_020);
    let (offchain, _) = TestOffchainExt::new();
    let (pool, pool_state) = TestTransactionPoolExt::new();
    state.register_extension(OffchainDbExt::new(offchain.clone()));
    state.register_extension(OffchainWorkerExt::new(offchain));
    state.register_extension(TransactionPoolExt::new(pool));
    state.execute_with(|| {
        assert_ok!(register(owner(), [1; 32]));
        let take = || {
            std::mem::take(&mut pool_state.write().transactions)
                .into_iter()
                .map(|bytes| {
                    let extrinsic = Extrinsic::decode(&mut &bytes[..]).expect("it decodes");
                    match extrinsic.function {
                        RuntimeCall::StorageProviders(call) => call,
                        other => panic!("not ours: {other:?}"),
                    }
                })
                .collect()
        };
        test(&take);
        StorageProviders::do_try_state().expect("the invariants hold");
    });
}

fn leave(value: &[u8]) {
    sp_io::offchain::local_storage_set(StorageKind::PERSISTENT, HEARTBEAT_KEY, value);
}

#[test]
fn what_the_service_left_is_submitted_until_the_chain_shows_it() {
    run_on_node(Some(101), |take| {
        leave(&Heartbeat::of(101, 0, [0]).encode());
        for _ in 0..3 {
            assert_eq!(
                StorageProviders::submit_due(),
                1,
                "the pool may have dropped it"
            );
            assert_eq!(take().len(), 1);
        }
        StorageProviders::offchain_worker(1);
        for call in take() {
            assert_eq!(submit(call), Ok(()));
        }
        assert_eq!(StorageProviders::submit_due(), 0);
        assert!(take().is_empty());
    });
}

#[test]
fn a_heartbeat_of_another_period_or_page_is_not_submitted() {
    run_on_node(Some(101), |take| {
        for left in [
            Heartbeat::of(100, 0, [0]),
            Heartbeat::of(102, 0, [0]),
            Heartbeat::of(101, 1, [0]),
        ] {
            leave(&left.encode());
            assert_eq!(StorageProviders::submit_due(), 0);
        }
        leave(&Heartbeat::of(102, 0, [0]).encode());
        Now::set(1_030);
        assert_eq!(StorageProviders::submit_due(), 1);
        assert_eq!(take().len(), 1);
    });
}

#[test]
fn a_node_without_a_verifiers_key_and_one_without_a_duty_submit_nothing() {
    for local in [None, Some(9)] {
        run_on_node(local, |take| {
            leave(&Heartbeat::of(101, 0, [0]).encode());
            assert_eq!(StorageProviders::submit_due(), 0);
            assert!(take().is_empty());
        });
    }
    run_on_node(Some(101), |take| {
        assert_eq!(StorageProviders::submit_due(), 0);
        leave(&[0xff; 7]);
        assert_eq!(StorageProviders::submit_due(), 0);
        assert!(take().is_empty());
    });
}

//! The off-chain worker: from local storage to the pool, until the chain shows it.

use crate::mock::{
    Authorities, Extrinsic, Local, Now, RuntimeCall, Test, genesis, submit, verifier,
};
use chainflix_primitives::{
    duty::{ANNOUNCEMENT_KEY, SET_SECRET_KEY, SetSecretDuty},
    registry::VerifierAnnouncement,
};
use codec::{Decode, Encode};
use frame_support::traits::Hooks;
use parking::State;
use sp_core::offchain::{
    OffchainDbExt, OffchainWorkerExt, StorageKind, TransactionPoolExt,
    testing::{TestOffchainExt, TestTransactionPoolExt},
};

/// What a node's pool holds.
mod parking {
    use super::*;

    pub(super) struct State(Box<dyn Fn() -> Vec<Vec<u8>>>);

    impl State {
        pub(super) fn new(take: impl Fn() -> Vec<Vec<u8>> + 'static) -> Self {
            Self(Box::new(take))
        }

        /// Takes the calls out of the pool.
        pub(super) fn take(&self) -> Vec<crate::Call<Test>> {
            (self.0)()
                .into_iter()
                .map(|bytes| {
                    let extrinsic = Extrinsic::decode(&mut &bytes[..]).expect("it decodes");
                    match extrinsic.function {
                        RuntimeCall::Authorities(call) => call,
                        other => panic!("not ours: {other:?}"),
                    }
                })
                .collect()
        }
    }
}

/// Runs on a node of verifier `local` in a set of four.
fn run_on_node(local: Option<u8>, test: impl FnOnce(State)) {
    Now::set(0);
    Local::set(local);
    let mut state = genesis(&[1, 2, 3, 4], 1);
    let (offchain, _) = TestOffchainExt::new();
    let (pool, pool_state) = TestTransactionPoolExt::new();
    state.register_extension(OffchainDbExt::new(offchain.clone()));
    state.register_extension(OffchainWorkerExt::new(offchain));
    state.register_extension(TransactionPoolExt::new(pool));
    state.execute_with(|| {
        crate::mock::System::set_block_number(1);
        test(State::new(move || {
            std::mem::take(&mut pool_state.write().transactions)
        }));
        Authorities::do_try_state().expect("the invariants hold");
    });
}

fn leave(key: &[u8], value: &[u8]) {
    sp_io::offchain::local_storage_set(StorageKind::PERSISTENT, key, value);
}

fn announcement() -> VerifierAnnouncement {
    VerifierAnnouncement {
        endpoint: b"ws://127.0.0.1:9980".to_vec().try_into().expect("short"),
        network_key: [1; 32],
        exchange_key: [2; 32],
        service_key: [3; 32],
    }
}

const COMMIT: SetSecretDuty = SetSecretDuty::Commit {
    epoch: 0,
    commitment: [0xa1; 32],
};

#[test]
fn what_the_service_left_is_submitted_and_let_in() {
    run_on_node(Some(1), |pool| {
        leave(ANNOUNCEMENT_KEY, &announcement().encode());
        leave(SET_SECRET_KEY, &COMMIT.encode());
        assert_eq!(Authorities::submit_due(), 2);
        for call in pool.take() {
            assert_eq!(submit(call), Ok(()));
        }
        assert_eq!(Authorities::announcement(verifier(1)), Some(announcement()));
        assert!(Authorities::set_secret_record(0).is_some());
    });
}

#[test]
fn what_the_chain_shows_is_not_submitted_again() {
    run_on_node(Some(1), |pool| {
        leave(ANNOUNCEMENT_KEY, &announcement().encode());
        leave(SET_SECRET_KEY, &COMMIT.encode());
        Authorities::submit_due();
        for call in pool.take() {
            assert_eq!(submit(call), Ok(()));
        }
        assert_eq!(Authorities::submit_due(), 0);
        assert!(pool.take().is_empty());
    });
}

#[test]
fn what_the_pool_dropped_is_submitted_again_until_the_chain_shows_it() {
    run_on_node(Some(1), |pool| {
        leave(ANNOUNCEMENT_KEY, &announcement().encode());
        for _ in 0..3 {
            assert_eq!(Authorities::submit_due(), 1);
            assert_eq!(pool.take().len(), 1);
        }
    });
}

#[test]
fn a_changed_announcement_is_submitted_with_the_next_number() {
    run_on_node(Some(1), |pool| {
        leave(ANNOUNCEMENT_KEY, &announcement().encode());
        Authorities::submit_due();
        pool.take()
            .into_iter()
            .for_each(|call| assert_eq!(submit(call), Ok(())));
        let moved = VerifierAnnouncement {
            endpoint: b"wss://moved.example".to_vec().try_into().expect("short"),
            ..announcement()
        };
        leave(ANNOUNCEMENT_KEY, &moved.encode());
        assert_eq!(Authorities::submit_due(), 1);
        pool.take()
            .into_iter()
            .for_each(|call| assert_eq!(submit(call), Ok(())));
        assert_eq!(Authorities::announcement(verifier(1)), Some(moved));
    });
}

#[test]
fn the_worker_submits_at_each_block() {
    run_on_node(Some(1), |pool| {
        leave(ANNOUNCEMENT_KEY, &announcement().encode());
        Authorities::offchain_worker(1);
        assert_eq!(pool.take().len(), 1);
    });
}

#[test]
fn a_duty_that_is_not_due_waits() {
    run_on_node(Some(2), |pool| {
        leave(SET_SECRET_KEY, &COMMIT.encode());
        assert_eq!(
            Authorities::submit_due(),
            0,
            "it is the first verifier's turn"
        );
        Now::set(10);
        assert_eq!(Authorities::submit_due(), 1);
        pool.take()
            .into_iter()
            .for_each(|call| assert_eq!(submit(call), Ok(())));
        let other = SetSecretDuty::Acknowledge {
            epoch: 0,
            commitment: [0xbb; 32],
        };
        leave(SET_SECRET_KEY, &other.encode());
        assert_eq!(
            Authorities::submit_due(),
            0,
            "of a commitment that is not on chain"
        );
    });
}

#[test]
fn a_node_without_a_verifiers_key_submits_nothing() {
    for local in [None, Some(9)] {
        run_on_node(local, |pool| {
            leave(ANNOUNCEMENT_KEY, &announcement().encode());
            leave(SET_SECRET_KEY, &COMMIT.encode());
            assert_eq!(Authorities::submit_due(), 0);
            assert!(pool.take().is_empty());
        });
    }
}

#[test]
fn nothing_left_or_garbage_left_submits_nothing() {
    run_on_node(Some(1), |pool| {
        assert_eq!(Authorities::submit_due(), 0);
        leave(ANNOUNCEMENT_KEY, &[0xff; 40]);
        leave(SET_SECRET_KEY, &[7]);
        assert_eq!(Authorities::submit_due(), 0);
        assert!(pool.take().is_empty());
    });
}

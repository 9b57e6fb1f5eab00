//! The off-chain worker: with real keystore, off-chain storage and pool interface.

use std::sync::Arc;

use chainflix_primitives::{
    duty::{ACCOUNT_KEY, report_key},
    registry::VerifierKeys,
    report::Report,
};
use codec::{Decode, Encode};
use frame_support::traits::Hooks;
use sp_core::offchain::{
    OffchainDbExt, OffchainWorkerExt, StorageKind, TransactionPoolExt,
    testing::{TestOffchainExt, TestTransactionPoolExt},
};
use sp_keystore::{Keystore, KeystoreExt, testing::MemoryKeystore};

use super::network::*;
use crate::{
    Pallet, Reports,
    crypto::KEY_TYPE,
    mock::{Extrinsic, Test},
};

/// Runs `test` in the node of verifier number `number` of four.
pub(super) fn on_node(
    number: u8,
    test: impl FnOnce(&mut Network, usize, &dyn Fn() -> Vec<Extrinsic>),
) {
    let mut ext = externalities(crate::GenesisConfig {
        difficulty: 8,
        ..Default::default()
    });
    let (offchain, _) = TestOffchainExt::new();
    let (pool, submitted) = TestTransactionPoolExt::new();
    let keystore = MemoryKeystore::new();
    let path = format!("//Verifier//{number}");
    keystore
        .sr25519_generate_new(KEY_TYPE, Some(&path))
        .expect("a good path");
    ext.register_extension(OffchainDbExt::new(offchain.clone()));
    ext.register_extension(OffchainWorkerExt::new(offchain));
    ext.register_extension(TransactionPoolExt::new(pool));
    ext.register_extension(KeystoreExt(Arc::new(keystore)));
    ext.execute_with(|| {
        let mut network = Network::start(4);
        let account = Node::new(number).account;
        let place = network
            .nodes
            .iter()
            .position(|node| node.account == account);
        let decode =
            |bytes: Vec<u8>| Extrinsic::decode(&mut bytes.as_slice()).expect("a transaction");
        let taken = || {
            let transactions = std::mem::take(&mut submitted.write().transactions);
            transactions.into_iter().map(decode).collect()
        };
        test(&mut network, place.expect("one of four"), &taken);
        check_state();
    });
}

fn leave(key: &[u8], value: &impl Encode) {
    sp_io::offchain::local_storage_set(StorageKind::PERSISTENT, key, &value.encode());
}

fn leave_report(report: &Report) {
    leave(&report_key(report.round), report);
}

fn run_worker() {
    let number = frame_system::Pallet::<Test>::block_number();
    Pallet::<Test>::offchain_worker(number);
}

#[test]
fn a_report_that_is_left_is_signed_and_submitted_and_holds_on_chain() {
    on_node(2, |network, place, submitted| {
        network.watch(place, 0);
        next_round();
        let report = network.report(place);
        leave_report(&report);
        run_worker();
        let transactions = submitted();
        assert_eq!(transactions.len(), 1);
        apply(&transactions[0]).expect("valid").expect("taken");
        let header = crate::Headers::<Test>::get(0, network.nodes[place].account);
        assert_eq!(header, Some(report.header));
    });
}

#[test]
fn it_is_tried_at_every_block_until_it_is_on_chain_and_not_again() {
    on_node(2, |network, place, submitted| {
        next_round();
        leave_report(&network.report(place));
        for _ in 0..3 {
            make_block();
            // The pool may drop what it took: only the chain's state counts.
            assert_eq!(Pallet::<Test>::submit_due(), 1);
        }
        apply(&submitted()[0]).expect("valid").expect("taken");
        make_block();
        assert_eq!(Pallet::<Test>::submit_due(), 0);
        assert_eq!(submitted().len(), 0);
    });
}

#[test]
fn nothing_is_submitted_before_a_round_counts_or_without_a_report_or_after_the_window() {
    on_node(2, |network, place, submitted| {
        assert_eq!(Pallet::<Test>::submit_due(), 0);
        next_round();
        assert_eq!(Pallet::<Test>::submit_due(), 0);
        leave_report(&network.report(place));
        next_round();
        assert_eq!(Pallet::<Test>::submit_due(), 0);
        assert_eq!(submitted().len(), 0);
    });
}

#[test]
fn a_report_of_another_verifier_or_one_that_the_chain_would_refuse_is_not_submitted() {
    on_node(2, |network, place, submitted| {
        next_round();
        let mut report = network.report((place + 1) % 4);
        leave_report(&report);
        assert_eq!(Pallet::<Test>::submit_due(), 0);
        report = network.report(place);
        report.header.playtime_ms = 1;
        leave_report(&report);
        assert_eq!(Pallet::<Test>::submit_due(), 0);
        leave(&report_key(0), &[0u8; 3]);
        assert_eq!(Pallet::<Test>::submit_due(), 0);
        leave(&report_key(0), &vec![0u8; 70_000]);
        assert_eq!(Pallet::<Test>::submit_due(), 0);
        assert_eq!(submitted().len(), 0);
    });
}

#[test]
fn a_node_without_the_verifiers_key_submits_nothing() {
    on_node(2, |network, place, submitted| {
        next_round();
        let other = (place + 1) % 4;
        leave_report(&network.report(other));
        leave(ACCOUNT_KEY, &network.nodes[other].account);
        assert_eq!(Pallet::<Test>::submit_due(), 0);
        assert_eq!(submitted().len(), 0);
    });
}

#[test]
fn the_local_verifier_is_the_one_in_force_whose_key_is_in_the_keystore() {
    let keystore = MemoryKeystore::new();
    keystore
        .sr25519_generate_new(KEY_TYPE, Some("//Verifier//3"))
        .expect("a good path");
    // The keystore alone is needed: the node asks outside its off-chain worker, too.
    let mut ext = externalities(Default::default());
    ext.register_extension(KeystoreExt(Arc::new(keystore)));
    ext.execute_with(|| {
        Network::start(3);
        assert_eq!(Pallet::<Test>::local_verifier(), None);
    });
    ext.execute_with(|| {
        crate::SetRounds::<Test>::kill();
        crate::Clock::<Test>::kill();
        Network::start(4);
        assert_eq!(Pallet::<Test>::local_verifier(), Some(Node::new(3).account));
    });
}

#[test]
fn the_local_key_signs_for_its_verifier_and_for_no_other() {
    on_node(1, |network, place, _| {
        let account = network.nodes[place].account;
        let signature = Pallet::<Test>::sign(&account, b"text").expect("the key is here");
        assert!(Pallet::<Test>::is_signed_by(&account, b"text", &signature));
        let other = network.nodes[(place + 1) % 4].account;
        assert_eq!(Pallet::<Test>::sign(&other, b"text"), None);
    });
}

#[test]
fn a_whole_network_settles_by_its_workers_alone() {
    on_node(0, |network, place, submitted| {
        for _ in 0..6 {
            network.watch(place, place);
            next_round();
            leave_report(&network.report(place));
            run_worker();
            for transaction in submitted() {
                apply(&transaction).expect("valid").expect("taken");
            }
            for other in (0..4).filter(|other| *other != place) {
                let report = network.report(other);
                submit(&network.nodes[other], &report).expect("taken");
            }
        }
        let account = network.nodes[place].account;
        assert!(approved(2, account));
        assert!(Reports::<Test>::contains_key(5, account));
    });
}

//! Weights are measured, none is nothing, and what they allow.

mod functions;
mod goals;
mod reports;

use super::{origins, walk::walk};
use crate::{Runtime, RuntimeCall, Session, System, constants::block::MAX_WEIGHT, weights};
use frame_support::{
    dispatch::{DispatchClass, GetDispatchInfo},
    traits::GetCallName,
};
use frame_system::offchain::CreateAuthorizedTransaction;
use sp_runtime::traits::TransactionExtension;
use std::collections::BTreeSet;

/// A pallet of ours: its weights, and its calls.
type Ours = (&'static str, &'static [&'static str]);

fn ours() -> [Ours; 9] {
    [
        (
            include_str!("../../../pallets/ads/src/weights.rs"),
            pallet_ads::Call::<Runtime>::get_call_names(),
        ),
        (
            include_str!("../../../pallets/authorities/src/weights.rs"),
            pallet_authorities::Call::<Runtime>::get_call_names(),
        ),
        (
            include_str!("../../../pallets/funds/src/weights.rs"),
            pallet_funds::Call::<Runtime>::get_call_names(),
        ),
        (
            include_str!("../../../pallets/motions/src/weights.rs"),
            pallet_motions::Call::<Runtime>::get_call_names(),
        ),
        (
            include_str!("../../../pallets/pov/src/weights.rs"),
            pallet_pov::Call::<Runtime>::get_call_names(),
        ),
        (
            include_str!("../../../pallets/rewards/src/weights.rs"),
            pallet_rewards::Call::<Runtime>::get_call_names(),
        ),
        (
            include_str!("../../../pallets/storage-providers/src/weights.rs"),
            pallet_storage_providers::Call::<Runtime>::get_call_names(),
        ),
        (
            include_str!("../../../pallets/supervisors/src/weights.rs"),
            pallet_supervisors::Call::<Runtime>::get_call_names(),
        ),
        (
            include_str!("../../../pallets/videos/src/weights.rs"),
            pallet_videos::Call::<Runtime>::get_call_names(),
        ),
    ]
}

/// Weights of the SDK's pallets, and of what is no pallet.
const OTHERS: [&str; 16] = [
    include_str!("../weights/balances.rs"),
    include_str!("../weights/block.rs"),
    include_str!("../weights/collective.rs"),
    include_str!("../weights/database.rs"),
    include_str!("../weights/extrinsic.rs"),
    include_str!("../weights/grandpa.rs"),
    include_str!("../weights/multisig.rs"),
    include_str!("../weights/proxy.rs"),
    include_str!("../weights/scheduler.rs"),
    include_str!("../weights/session.rs"),
    include_str!("../weights/system.rs"),
    include_str!("../weights/system_extensions.rs"),
    include_str!("../weights/timestamp.rs"),
    include_str!("../weights/transaction_payment.rs"),
    include_str!("../weights/utility.rs"),
    include_str!("../weights/vesting.rs"),
];

/// The parts of a proven fault, by what proves it.
const FAULTS: &[&str] = &[
    "fault_of_leaf",
    "fault_of_enhancement",
    "fault_of_ticket",
    "fault_of_two_leaves",
    "fault_of_assignment",
    "fault_of_possession",
];

/// Calls whose weight is put together from those of their parts.
const IN_PARTS: [(&str, &[&str]); 3] = [
    ("report_fault", FAULTS),
    ("prove_fault", FAULTS),
    (
        "set_secret",
        &["commit_set_secret", "acknowledge_set_secret"],
    ),
];

#[test]
fn every_weight_is_in_a_file_that_was_measured() {
    let files = ours().into_iter().map(|(file, _)| file).chain(OTHERS);
    for file in files {
        let head: String = file.lines().take(6).collect();
        assert!(
            head.contains("Made by a program") && head.contains("scripts/weights.sh"),
            "{head}"
        );
    }
}

#[test]
fn every_call_of_ours_has_a_benchmark() {
    for (file, calls) in ours() {
        let benchmarks: BTreeSet<&str> = file
            .lines()
            .filter_map(|line| line.trim().strip_prefix("fn "))
            .filter_map(|line| line.split('(').next())
            .collect();
        for call in calls {
            let parts = IN_PARTS.iter().find(|(whole, _)| whole == call);
            let needed = parts.map_or(vec![*call], |(_, parts)| parts.to_vec());
            for name in needed {
                assert!(
                    benchmarks.contains(name),
                    "{call} has no benchmark {name}: docs/weights.md"
                );
            }
        }
    }
}

#[test]
fn no_call_and_no_access_of_the_database_is_for_nothing() {
    for (name, call) in origins::calls() {
        // Root says what it weighs: nothing, in a call of zeros.
        if name == "Utility.with_weight" {
            continue;
        }
        let weight = call.get_dispatch_info().call_weight;
        assert!(weight.ref_time() > 0, "{name} weighs nothing");
    }
    let database = <Runtime as frame_system::Config>::DbWeight::get();
    assert!(database.read > 0 && database.write > 0);
    let limits = <Runtime as frame_system::Config>::BlockWeights::get();
    assert!(limits.base_block.ref_time() > 0);
    let remark: RuntimeCall = frame_system::Call::remark { remark: Vec::new() }.into();
    let extension = <Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_extension();
    for class in DispatchClass::all() {
        let base = limits.get(*class).base_extrinsic;
        assert!(base.ref_time() > 0, "an inherent weighs nothing");
        // Checking a signature alone takes as long.
        let whole = base.saturating_add(extension.weight(&remark));
        assert!(whole.ref_time() >= 50_000_000, "{whole:?}");
    }
    let report = <weights::Grandpa as pallet_grandpa::WeightInfo>::report_equivocation(100, 0);
    assert!(report.ref_time() > 0 && report.all_lt(MAX_WEIGHT));
}

#[test]
fn what_hooks_do_is_charged_and_the_end_of_a_session_as_a_whole_block() {
    walk("local_testnet", |chain| {
        let base = <Runtime as frame_system::Config>::BlockWeights::get().base_block;
        let mut sessions = 0;
        while sessions < 2 {
            let before = Session::current_index();
            chain.begin_block();
            let charged = System::block_weight();
            let charged = charged.get(DispatchClass::Mandatory).ref_time();
            assert!(charged > base.ref_time(), "hooks are for nothing");
            let has_ended = Session::current_index() != before;
            // Whoever comes or goes, whatever keys change: nothing else fits in.
            assert_eq!(charged >= MAX_WEIGHT.ref_time(), has_ended);
            sessions += u32::from(has_ended);
            chain.end_block();
        }
    });
}

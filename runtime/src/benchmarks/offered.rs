//! Which benchmarks the runtime offers to the tool that measures weights.

use super::session;

use crate::{
    Ads, AllPalletsWithSystem, Authorities, Balances, Funds, Grandpa, Motions, Multisig, Pov,
    Proxy, Rewards, Runtime, Scheduler, StorageProviders, Supervisors, TechnicalCommittee,
    Timestamp, TransactionPayment, TreasuryAccount, Utility, Vesting, Videos,
};
use alloc::{string::String, vec::Vec};
use frame_benchmarking::{BenchmarkBatch, BenchmarkConfig, BenchmarkList, define_benchmarks};
use frame_support::traits::{StorageInfo, StorageInfoTrait, WhitelistedStorageKeys};
use frame_system_benchmarking::{Pallet as System, extensions::Pallet as SystemExtensions};

// No calls and no weights of their own: Aura, Authorship, Historical, Offences.
define_benchmarks!(
    [frame_system, System::<Runtime>]
    [frame_system_extensions, SystemExtensions::<Runtime>]
    [pallet_timestamp, Timestamp]
    [pallet_session, session::Pallet::<Runtime>]
    [pallet_grandpa, Grandpa]
    [pallet_balances, Balances]
    [pallet_transaction_payment, TransactionPayment]
    [pallet_utility, Utility]
    [pallet_multisig, Multisig]
    [pallet_proxy, Proxy]
    [pallet_collective, TechnicalCommittee]
    [pallet_scheduler, Scheduler]
    [pallet_vesting, Vesting]
    [pallet_motions, Motions]
    [pallet_funds, Funds]
    [pallet_supervisors, Supervisors]
    [pallet_videos, Videos]
    [pallet_storage_providers, StorageProviders]
    [pallet_authorities, Authorities]
    [pallet_pov, Pov]
    [pallet_ads, Ads]
    [pallet_rewards, Rewards]
);

/// All benchmarks, and how large the items in storage may be.
pub(crate) fn list(extra: bool) -> (Vec<BenchmarkList>, Vec<StorageInfo>) {
    let mut list = Vec::new();
    list_benchmarks!(list, extra);
    (list, AllPalletsWithSystem::storage_info())
}

/// Runs the benchmarks that `config` names.
pub(crate) fn run(config: BenchmarkConfig) -> Result<Vec<BenchmarkBatch>, String> {
    let mut whitelist = AllPalletsWithSystem::whitelisted_storage_keys();
    // Every fee goes to it: it is read and written once a block, however many transactions there are.
    let treasury = frame_system::Account::<Runtime>::hashed_key_for(TreasuryAccount::get());
    whitelist.push(treasury.into());
    let mut batches = Vec::new();
    let params = (&config, &whitelist);
    add_benchmarks!(params, batches);
    Ok(batches)
}

impl frame_system_benchmarking::Config for Runtime {}
impl pallet_transaction_payment::BenchmarkConfig for Runtime {}

//! The base of the chain: blocks, accounts, time.

use crate::{
    AccountId, Aura, Balance, Block, Hash, Nonce, PalletInfo, Runtime, RuntimeCall, RuntimeEvent,
    RuntimeOrigin, RuntimeTask, VERSION,
    constants::{SS58_PREFIX, block, time},
    migrations, weights,
};
use frame_support::{
    derive_impl,
    dispatch::DispatchClass,
    parameter_types,
    traits::{ConstU16, ConstU32, ConstU64, Contains},
};
use frame_system::limits::{BlockLength, BlockWeights};
use sp_version::RuntimeVersion;

parameter_types! {
    /// Version of the runtime.
    pub const Version: RuntimeVersion = VERSION;
    /// Execution time that a block and each class of transactions in it may take.
    pub RuntimeBlockWeights: BlockWeights = BlockWeights::builder()
        .base_block(weights::BlockExecutionWeight::get())
        .for_class(DispatchClass::all(), |class| {
            class.base_extrinsic = weights::base_extrinsic();
        })
        .for_class(DispatchClass::Normal, |class| {
            class.max_total = Some(block::share(block::NORMAL_RATIO));
        })
        .for_class(DispatchClass::Operational, |class| {
            class.max_total = Some(block::MAX_WEIGHT);
            let normal = block::share(block::NORMAL_RATIO);
            class.reserved = Some(block::MAX_WEIGHT.saturating_sub(normal));
        })
        .avg_block_initialization(block::INITIALIZATION_RATIO)
        .build_or_panic();
    /// Bytes that a block and each class of transactions in it may take.
    pub RuntimeBlockLength: BlockLength = BlockLength::builder()
        .max_length(block::MAX_LENGTH)
        .modify_max_length_for_class(DispatchClass::Normal, |max| *max = block::NORMAL_RATIO.mul_floor(*max))
        .max_header_size(block::MAX_HEADER_LENGTH)
        .build();
}

/// Every call but `session.purgeKeys`: a verifier without session keys would drop out of the set whatever its minimum.
/// `authorities.forgetSessionKeys` takes its place.
pub struct OpenCalls;

impl Contains<RuntimeCall> for OpenCalls {
    fn contains(call: &RuntimeCall) -> bool {
        !matches!(
            call,
            RuntimeCall::Session(pallet_session::Call::purge_keys { .. })
        )
    }
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
    type BaseCallFilter = OpenCalls;
    type Block = Block;
    type AccountId = AccountId;
    type Nonce = Nonce;
    type Hash = Hash;
    type AccountData = pallet_balances::AccountData<Balance>;
    type BlockHashCount = ConstU32<{ block::HASH_COUNT }>;
    type BlockLength = RuntimeBlockLength;
    type BlockWeights = RuntimeBlockWeights;
    type DbWeight = weights::Database;
    type ExtensionsWeightInfo = weights::SystemExtensions;
    type MaxConsumers = ConstU32<16>;
    type SS58Prefix = ConstU16<SS58_PREFIX>;
    type SingleBlockMigrations = migrations::SingleBlockMigrations;
    type SystemWeightInfo = weights::System;
    type Version = Version;
}

impl pallet_timestamp::Config for Runtime {
    /// Milliseconds since the Unix epoch.
    type Moment = u64;
    type OnTimestampSet = Aura;
    type MinimumPeriod = ConstU64<{ time::SLOT_MS / 2 }>;
    type WeightInfo = weights::Timestamp;
}

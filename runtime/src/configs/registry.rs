//! Who takes part and what is registered: verifiers, supervisors, videos, storage providers.

use super::MoreThanHalf;
use crate::{
    Authorities, Balances, Pov, Runtime, RuntimeHoldReason, Supervisors, Videos,
    constants::{
        MAX_VERIFIERS,
        currency::{DEPOSIT_PER_BYTE, DEPOSIT_PER_ENTRY},
        rounds, time,
    },
    weights,
};
use frame_support::traits::{ConstU32, ConstU64, ConstU128};

impl pallet_authorities::Config for Runtime {
    type Rounds = Pov;
    type VerifierKeys = Pov;
    type MaxSet = ConstU32<MAX_VERIFIERS>;
    /// Far above what a tip can buy: without an announcement nobody can watch.
    type Priority = ConstU64<{ u64::MAX / 2 }>;
    type Longevity = ConstU64<{ time::DUTY_LONGEVITY as u64 }>;
    type WeightInfo = weights::Authorities;
}

impl pallet_supervisors::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type SupervisorOrigin = MoreThanHalf;
    type AppealOrigin = MoreThanHalf;
    type Rounds = Pov;
    type Videos = Videos;
    type MaxSupervisors = ConstU32<64>;
    type DecisionRounds = ConstU32<{ rounds::WEEK }>;
    type ApprovalRounds = ConstU32<{ rounds::YEAR }>;
    type TemporaryRestrictionRounds = ConstU32<{ rounds::WEEK }>;
    type AppealRounds = ConstU32<{ 2 * rounds::WEEK }>;
    type DepositPerEntry = ConstU128<DEPOSIT_PER_ENTRY>;
    type DepositPerByte = ConstU128<DEPOSIT_PER_BYTE>;
    type WeightInfo = weights::Supervisors;
}

impl pallet_videos::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Rounds = Pov;
    type Producers = Supervisors;
    type KeyEpochs = Authorities;
    type DepositPerEntry = ConstU128<DEPOSIT_PER_ENTRY>;
    type DepositPerByte = ConstU128<DEPOSIT_PER_BYTE>;
    type RecordRounds = ConstU32<{ rounds::RECORDS }>;
    type WeightInfo = weights::Videos;
}

impl pallet_storage_providers::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type ControllerOrigin = MoreThanHalf;
    type Rounds = Pov;
    type Verifiers = Authorities;
    type VerifierKeys = Pov;
    /// Below announcements and reports: a heartbeat that waits harms nobody.
    type Priority = ConstU64<{ u64::MAX / 4 }>;
    type Longevity = ConstU64<{ time::DUTY_LONGEVITY as u64 }>;
    type RecordRounds = ConstU32<{ rounds::RECORDS }>;
    type DepositPerEntry = ConstU128<DEPOSIT_PER_ENTRY>;
    type DepositPerByte = ConstU128<DEPOSIT_PER_BYTE>;
    type WeightInfo = weights::StorageProviders;
}

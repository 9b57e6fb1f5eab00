//! Who takes part and what is registered: verifiers, supervisors, videos, storage providers, campaigns.

use super::{MoreThanHalf, TreasuryAccount, TwoThirds};
use crate::{
    AccountId, Authorities, Balances, Offences, Pov, Rewards, Runtime, RuntimeHoldReason,
    Supervisors, TechnicalCommittee, Videos,
    constants::{
        MAX_VERIFIERS, bonds,
        currency::{DEPOSIT_PER_BYTE, DEPOSIT_PER_ENTRY},
        rounds, time,
    },
    weights,
};
use alloc::vec::Vec;
use chainflix_primitives::{
    AccountId as RawAccount,
    registry::{Discipline, VerifierSet},
};
use frame_support::{
    parameter_types,
    traits::{ConstU32, ConstU64, ConstU128, Get},
};
use frame_system::EnsureRoot;
use sp_runtime::Perbill;

parameter_types! {
    /// The share of its bond that an equivocation costs.
    pub const EquivocationSlash: Perbill = bonds::EQUIVOCATION_SLASH;
    /// What a fault costs its issuer, as a share of a whole bond.
    pub const FaultSlash: Perbill = bonds::FAULT_SLASH;
}

/// What a cycle may mint at the reward of the current round, in units.
pub struct CycleEmission;

impl Get<u128> for CycleEmission {
    fn get() -> u128 {
        let round = Pov::standing().round;
        let rounds = u128::from(Pov::cycle_rule(round).length);
        // No schedule and no cycle is that large; if one were, nobody could bond.
        let Some(emission) = Rewards::reward(round).checked_mul(rounds) else {
            return u128::MAX;
        };
        emission
    }
}

/// The slot of the block being made.
pub struct CurrentSlot;

impl Get<u64> for CurrentSlot {
    fn get() -> u64 {
        pallet_aura::CurrentSlot::<Runtime>::get().into()
    }
}

impl pallet_authorities::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Treasury = TreasuryAccount;
    /// What two thirds decided, once its delay is over.
    type AdmissionOrigin = EnsureRoot<AccountId>;
    type RemovalOrigin = TwoThirds;
    type ReadmissionOrigin = MoreThanHalf;
    type Motions = TechnicalCommittee;
    type ReportAuraEquivocation = pallet_authorities::NewOffences<Self, Offences>;
    type CycleEmission = CycleEmission;
    type CurrentSlot = CurrentSlot;
    type BondLockRounds = ConstU32<{ rounds::RECORDS }>;
    type EquivocationSlash = EquivocationSlash;
    type FaultSlash = FaultSlash;
    type ReportSessions = ConstU32<{ time::EQUIVOCATION_REPORT_SESSIONS as u32 }>;
    type BarSessions = ConstU32<{ bonds::BAR_SESSIONS }>;
    type DepositPerEntry = ConstU128<DEPOSIT_PER_ENTRY>;
    type DepositPerByte = ConstU128<DEPOSIT_PER_BYTE>;
    type Rounds = Pov;
    type VerifierKeys = Pov;
    type MaxSet = ConstU32<MAX_VERIFIERS>;
    /// Above any tip that somebody would spend every block: without an announcement nobody can watch.
    type Priority = ConstU64<{ u64::MAX / 2 }>;
    type Longevity = ConstU64<{ time::DUTY_LONGEVITY as u64 }>;
    type WeightInfo = weights::Authorities;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = super::benchmarking::Prepared;
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
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = super::benchmarking::Prepared;
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
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = super::benchmarking::Prepared;
}

/// The verifiers in force less the suspended, ascending: who is heard, and waited for, about providers.
pub struct ActiveVerifiers;

impl VerifierSet for ActiveVerifiers {
    fn verifiers() -> Vec<RawAccount> {
        let mut verifiers = <Authorities as VerifierSet>::verifiers();
        verifiers.retain(|verifier| !<Authorities as Discipline>::is_suspended(verifier));
        verifiers
    }
}

impl pallet_storage_providers::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type ControllerOrigin = MoreThanHalf;
    type Rounds = Pov;
    type Verifiers = ActiveVerifiers;
    type VerifierKeys = Pov;
    /// Below announcements and reports: a heartbeat that waits harms nobody.
    type Priority = ConstU64<{ u64::MAX / 4 }>;
    type Longevity = ConstU64<{ time::DUTY_LONGEVITY as u64 }>;
    type RecordRounds = ConstU32<{ rounds::RECORDS }>;
    type DepositPerEntry = ConstU128<DEPOSIT_PER_ENTRY>;
    type DepositPerByte = ConstU128<DEPOSIT_PER_BYTE>;
    type WeightInfo = weights::StorageProviders;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = super::benchmarking::Prepared;
}

impl pallet_ads::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Rounds = Pov;
    type Videos = Videos;
    type DepositPerEntry = ConstU128<DEPOSIT_PER_ENTRY>;
    type DepositPerByte = ConstU128<DEPOSIT_PER_BYTE>;
    type RecordRounds = ConstU32<{ rounds::RECORDS }>;
    type WeightInfo = weights::Ads;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = super::benchmarking::Prepared;
}

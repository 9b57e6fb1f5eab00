//! Weights of the calls, and of what hooks and other pallets make this one do, measured. Made by a program:
//! `docs/weights.md` says how to make it again.
//!
//! * Command: `scripts/weights.sh --steps 20 --repeat 10 pallet_authorities`
//! * Measured on 2026-11-24 with the pallet command of frame-benchmarking-cli 64.0.0, machine: Intel(R) Xeon(R) Processor
//!
//! Times are in picoseconds. Storage proofs are not limited on a chain of its own, so the proof size is 0.

#![allow(unused_imports, reason = "some calls access no storage")]
#![allow(unused_variables, reason = "some components make no difference")]

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{RuntimeDbWeight, Weight},
};

/// Weights by the benchmark of the same name.
pub trait WeightInfo {
    /// Of `announce`.
    fn announce() -> Weight;
    /// Of `authorize_announce`.
    fn authorize_announce() -> Weight;
    /// Of `commit_set_secret`.
    fn commit_set_secret() -> Weight;
    /// Of `authorize_commit_set_secret`.
    fn authorize_commit_set_secret() -> Weight;
    /// Of `acknowledge_set_secret`.
    fn acknowledge_set_secret() -> Weight;
    /// Of `authorize_acknowledge_set_secret`.
    fn authorize_acknowledge_set_secret() -> Weight;
    /// Of `apply`.
    fn apply() -> Weight;
    /// Of `withdraw_application`.
    fn withdraw_application() -> Weight;
    /// Of `update_profile`.
    fn update_profile() -> Weight;
    /// Of `admit`.
    fn admit() -> Weight;
    /// Of `remove`.
    fn remove() -> Weight;
    /// Of `suspend`.
    fn suspend() -> Weight;
    /// Of `readmit`.
    fn readmit() -> Weight;
    /// Of `exit`.
    fn exit() -> Weight;
    /// Of `top_up_bond`.
    fn top_up_bond() -> Weight;
    /// Of `withdraw_bond`.
    fn withdraw_bond() -> Weight;
    /// Of `forget_session_keys`.
    fn forget_session_keys() -> Weight;
    /// Of `report_aura_equivocation`.
    fn report_aura_equivocation() -> Weight;
    /// Of `authorize_report_aura_equivocation`.
    fn authorize_report_aura_equivocation() -> Weight;
    /// Of `key_owner_by_root`.
    fn key_owner_by_root() -> Weight;
    /// Of `key_owner_by_set`.
    fn key_owner_by_set() -> Weight;
    /// Of `punish`.
    fn punish() -> Weight;
    /// Of `new_session`.
    fn new_session() -> Weight;
    /// Of `start_session`.
    fn start_session() -> Weight;
}

/// The measured weights, with `D` as the weights of the database.
pub struct MeasuredWeight<D>(PhantomData<D>);

impl<D: Get<RuntimeDbWeight>> WeightInfo for MeasuredWeight<D> {
    /// Storage: `Session::Validators` (r:1 w:0)
    /// Storage: `Authorities::AnnouncementCount` (r:1 w:1)
    /// Storage: `Authorities::Announcements` (r:1 w:1)
    fn announce() -> Weight {
        // Least time: 52_040 ns.
        Weight::from_parts(61_544_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `Session::Validators` (r:1 w:0)
    /// Storage: `Authorities::AnnouncementCount` (r:1 w:0)
    /// Storage: `Authorities::Announcements` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:1 w:0)
    fn authorize_announce() -> Weight {
        // Least time: 105_992 ns.
        Weight::from_parts(114_296_000, 0).saturating_add(D::get().reads(7))
    }

    /// Storage: `Session::Validators` (r:1 w:0)
    /// Storage: `Authorities::LatestEpoch` (r:1 w:0)
    /// Storage: `Authorities::SetSecrets` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Authorities::Acknowledgements` (r:0 w:1)
    fn commit_set_secret() -> Weight {
        // Least time: 56_783 ns.
        Weight::from_parts(64_855_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `Session::Validators` (r:1 w:0)
    /// Storage: `Authorities::LatestEpoch` (r:1 w:0)
    /// Storage: `Authorities::SetSecrets` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:1 w:0)
    fn authorize_commit_set_secret() -> Weight {
        // Least time: 99_944 ns.
        Weight::from_parts(108_977_000, 0).saturating_add(D::get().reads(7))
    }

    /// Storage: `Session::Validators` (r:1 w:0)
    /// Storage: `Authorities::SetSecrets` (r:1 w:1)
    /// Storage: `Authorities::LatestEpoch` (r:1 w:0)
    /// Storage: `Authorities::Acknowledgements` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Authorities::EpochInForce` (r:0 w:1)
    fn acknowledge_set_secret() -> Weight {
        // Least time: 69_221 ns.
        Weight::from_parts(75_588_000, 0)
            .saturating_add(D::get().reads(5))
            .saturating_add(D::get().writes(3))
    }

    /// Storage: `Session::Validators` (r:1 w:0)
    /// Storage: `Authorities::SetSecrets` (r:1 w:0)
    /// Storage: `Authorities::LatestEpoch` (r:1 w:0)
    /// Storage: `Authorities::Acknowledgements` (r:1 w:0)
    /// Storage: `System::BlockHash` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::SetRounds` (r:1 w:0)
    /// Storage: `Pov::VerifierSets` (r:1 w:0)
    fn authorize_acknowledge_set_secret() -> Weight {
        // Least time: 108_115 ns.
        Weight::from_parts(125_832_000, 0).saturating_add(D::get().reads(8))
    }

    /// Storage: `Session::CurrentIndex` (r:1 w:0)
    /// Storage: `Authorities::BarredUntil` (r:1 w:0)
    /// Storage: `Session::NextKeys` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `Authorities::CounterForVerifiers` (r:1 w:1)
    fn apply() -> Weight {
        // Least time: 73_375 ns.
        Weight::from_parts(79_291_000, 0)
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(3))
    }

    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `Authorities::CounterForVerifiers` (r:1 w:1)
    fn withdraw_application() -> Weight {
        // Least time: 57_890 ns.
        Weight::from_parts(62_757_000, 0)
            .saturating_add(D::get().reads(4))
            .saturating_add(D::get().writes(4))
    }

    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    fn update_profile() -> Weight {
        // Least time: 15_106 ns.
        Weight::from_parts(16_885_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Authorities::Verifiers` (r:2 w:2)
    /// Storage: `Session::CurrentIndex` (r:1 w:0)
    /// Storage: `Authorities::BarredUntil` (r:1 w:0)
    /// Storage: `Session::NextKeys` (r:1 w:0)
    /// Storage: `Authorities::Members` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Pov::Counted` (r:1 w:0)
    /// Storage: `Pov::CycleRules` (r:1 w:0)
    /// Storage: `Rewards::Rules` (r:1 w:0)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `Authorities::Expelled` (r:1 w:1)
    /// Storage: `Authorities::MinimumSet` (r:1 w:0)
    /// Storage: `Session::QueuedKeys` (r:1 w:0)
    fn admit() -> Weight {
        // Least time: 156_521 ns.
        Weight::from_parts(178_372_000, 0)
            .saturating_add(D::get().reads(15))
            .saturating_add(D::get().writes(6))
    }

    /// Storage: `Authorities::Members` (r:1 w:1)
    /// Storage: `Authorities::Expelled` (r:1 w:0)
    /// Storage: `Authorities::MinimumSet` (r:1 w:0)
    /// Storage: `Session::QueuedKeys` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    /// Storage: `Session::CurrentIndex` (r:1 w:0)
    fn remove() -> Weight {
        // Least time: 63_306 ns.
        Weight::from_parts(74_697_000, 0)
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    fn suspend() -> Weight {
        // Least time: 29_644 ns.
        Weight::from_parts(37_636_000, 0)
            .saturating_add(D::get().reads(1))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Session::CurrentIndex` (r:1 w:0)
    /// Storage: `Authorities::BarredUntil` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    fn readmit() -> Weight {
        // Least time: 41_183 ns.
        Weight::from_parts(58_134_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(1))
    }

    /// Storage: `Authorities::Members` (r:1 w:1)
    /// Storage: `Authorities::Expelled` (r:1 w:0)
    /// Storage: `Authorities::MinimumSet` (r:1 w:0)
    /// Storage: `Session::QueuedKeys` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    /// Storage: `Session::CurrentIndex` (r:1 w:0)
    fn exit() -> Weight {
        // Least time: 68_712 ns.
        Weight::from_parts(84_686_000, 0)
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(2))
    }

    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    fn top_up_bond() -> Weight {
        // Least time: 61_775 ns.
        Weight::from_parts(67_166_000, 0)
            .saturating_add(D::get().reads(3))
            .saturating_add(D::get().writes(3))
    }

    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `Authorities::CounterForVerifiers` (r:1 w:1)
    /// Storage: `Authorities::Announcements` (r:1 w:1)
    /// Storage: `Authorities::CounterForAnnouncements` (r:1 w:1)
    fn withdraw_bond() -> Weight {
        // Least time: 99_881 ns.
        Weight::from_parts(107_054_000, 0)
            .saturating_add(D::get().reads(7))
            .saturating_add(D::get().writes(6))
    }

    /// Storage: `Authorities::Verifiers` (r:1 w:0)
    /// Storage: `Session::Validators` (r:1 w:0)
    /// Storage: `Session::NextKeys` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Session::ExternallySetKeys` (r:1 w:0)
    /// Storage: `Session::KeyOwner` (r:0 w:3)
    fn forget_session_keys() -> Weight {
        // Least time: 103_135 ns.
        Weight::from_parts(125_536_000, 0)
            .saturating_add(D::get().reads(6))
            .saturating_add(D::get().writes(6))
    }

    /// Storage: `Authorities::SessionSlots` (r:2 w:0)
    /// Storage: `Aura::CurrentSlot` (r:1 w:0)
    /// Storage: `Session::CurrentIndex` (r:1 w:0)
    /// Storage: `Authorities::KeySetSessions` (r:1 w:0)
    /// Storage: `Authorities::KeySets` (r:1 w:0)
    /// Storage: `Authorities::BarredUntil` (r:1 w:1)
    /// Storage: `Offences::ConcurrentReportsIndex` (r:1 w:1)
    /// Storage: `Offences::Reports` (r:1 w:1)
    /// Storage: `Session::DisabledValidators` (r:1 w:1)
    /// Storage: `Session::Validators` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Authorities::Members` (r:1 w:1)
    /// Storage: `Authorities::Expelled` (r:1 w:1)
    /// Storage: `Authorities::MinimumSet` (r:1 w:0)
    /// Storage: `Session::QueuedKeys` (r:1 w:0)
    fn report_aura_equivocation() -> Weight {
        // Least time: 855_066 ns.
        Weight::from_parts(960_691_000, 0)
            .saturating_add(D::get().reads(18))
            .saturating_add(D::get().writes(9))
    }

    /// Storage: `Authorities::SessionSlots` (r:2 w:0)
    /// Storage: `Aura::CurrentSlot` (r:1 w:0)
    /// Storage: `Session::CurrentIndex` (r:1 w:0)
    /// Storage: `Authorities::KeySetSessions` (r:1 w:0)
    /// Storage: `Authorities::KeySets` (r:1 w:0)
    /// Storage: `Authorities::BarredUntil` (r:1 w:0)
    fn authorize_report_aura_equivocation() -> Weight {
        // Least time: 548_322 ns.
        Weight::from_parts(602_904_000, 0).saturating_add(D::get().reads(7))
    }

    /// Storage: `Session::CurrentIndex` (r:1 w:0)
    /// Storage: `Historical::HistoricalSessions` (r:1 w:0)
    fn key_owner_by_root() -> Weight {
        // Least time: 33_052 ns.
        Weight::from_parts(41_224_000, 0).saturating_add(D::get().reads(2))
    }

    /// Storage: `Session::CurrentIndex` (r:1 w:0)
    /// Storage: `Authorities::KeySetSessions` (r:1 w:0)
    /// Storage: `Authorities::KeySets` (r:1 w:0)
    fn key_owner_by_set() -> Weight {
        // Least time: 84_734 ns.
        Weight::from_parts(91_020_000, 0).saturating_add(D::get().reads(3))
    }

    /// Storage: `Session::CurrentIndex` (r:1 w:0)
    /// Storage: `Authorities::BarredUntil` (r:1 w:1)
    /// Storage: `Session::DisabledValidators` (r:1 w:1)
    /// Storage: `Session::Validators` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:1 w:1)
    /// Storage: `Balances::Holds` (r:1 w:1)
    /// Storage: `System::Account` (r:1 w:1)
    /// Storage: `Authorities::Members` (r:1 w:1)
    /// Storage: `Authorities::Expelled` (r:1 w:1)
    /// Storage: `Authorities::MinimumSet` (r:1 w:0)
    /// Storage: `Session::QueuedKeys` (r:1 w:0)
    fn punish() -> Weight {
        // Least time: 165_888 ns.
        Weight::from_parts(190_911_000, 0)
            .saturating_add(D::get().reads(11))
            .saturating_add(D::get().writes(7))
    }

    /// Storage: `Authorities::Members` (r:1 w:0)
    /// Storage: `Authorities::Expelled` (r:1 w:0)
    /// Storage: `Session::NextKeys` (r:100 w:0)
    /// Storage: `Session::QueuedKeys` (r:1 w:0)
    fn new_session() -> Weight {
        // Least time: 397_697 ns.
        Weight::from_parts(422_690_000, 0).saturating_add(D::get().reads(103))
    }

    /// Storage: `Authorities::InForce` (r:1 w:1)
    /// Storage: `Aura::CurrentSlot` (r:1 w:0)
    /// Storage: `Session::QueuedKeys` (r:1 w:0)
    /// Storage: `Authorities::KeySetSessions` (r:1 w:1)
    /// Storage: `Authorities::KeySets` (r:1 w:1)
    /// Storage: `Session::Validators` (r:1 w:0)
    /// Storage: `TechnicalCommittee::Proposals` (r:1 w:0)
    /// Storage: `Authorities::LatestEpoch` (r:1 w:0)
    /// Storage: `Authorities::SetSecrets` (r:1 w:0)
    /// Storage: `Pov::Progress` (r:1 w:0)
    /// Storage: `Authorities::Verifiers` (r:100 w:100)
    /// Storage: `Session::CurrentIndex` (r:1 w:0)
    /// Storage: `Authorities::BarredUntil` (r:100 w:0)
    /// Storage: `Authorities::SessionSlots` (r:0 w:1)
    /// Storage: `TechnicalCommittee::Members` (r:0 w:1)
    /// Storage: `TechnicalCommittee::Prime` (r:0 w:1)
    fn start_session() -> Weight {
        // Least time: 1_159_167 ns.
        Weight::from_parts(1_292_540_000, 0)
            .saturating_add(D::get().reads(211))
            .saturating_add(D::get().writes(106))
    }
}

//! Proof-of-View on chain: one report per verifier and round, whatever the audience.
//!
//! ## Responsibilities
//!
//! - **Rounds and cycles.** Cuts time into rounds by the slots of blocks, decides which rounds count,
//!   and keeps what holds from which round on: verifier sets, parameters, cycle lengths.
//! - **Reports.** Takes the verifiers' headers, verdicts, openings, commitments and reveals out of one
//!   authorized transaction each, refused before it enters a block when it breaks a rule.
//! - **Draws.** Fixes the randomness by which leaves are opened and cycles are seeded, once nobody can
//!   change it any more.
//! - **Openings.** Verifies the drawn leaves in full: membership, signatures, ticket, window, nonce.
//! - **Faults.** Judges proofs against issuers, voids their blocks, and has them and their approvers punished.
//! - **Settlement.** Hands each counted round, judged, to the pallet that pays.
//!
//! | call | who | what |
//! |---|---|---|
//! | `report` | a verifier, authorized by its `pov` session key | its report of the last counted round |
//! | `set_parameters`, `set_cycle_rounds` | a motion of the verifiers | changes what views are judged by, later |
//! | `report_fault` | anybody, for a deposit | proves a fault of an issuer |
//! | `prove_fault` | a verifier, authorized by its `pov` session key | proves a fault of an issuer |
//! | `claim_missing` | anybody | has an accepted view paid that stands in no block |
//!
//! Everything is a sequence over counted rounds. While `r` is the last counted round and `q`, `p`, `o` those
//! before it, reports of `r` are due: headers of `r`, verdicts on `q`, openings of `p`; `o` is settled at the
//! first block after `r` closes. README.md has formulas, invariants and threats.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

extern crate alloc;

#[cfg(any(test, feature = "runtime-benchmarks"))]
mod benchmarking;
pub mod cost;
pub mod crypto;
mod errors;
mod events;
mod genesis;
mod impls;
pub mod migrations;
#[cfg(test)]
mod mock;
pub mod runtime_api;
mod storage;
mod surroundings;
#[cfg(test)]
mod tests;
pub mod types;
pub mod weights;

pub use cost::SettlementWeights;
use frame_support::pallet_macros::import_section;
pub use pallet::*;
pub use surroundings::BenchmarkHelper;
pub use weights::WeightInfo;

#[import_section(errors::errors)]
#[import_section(events::events)]
#[import_section(genesis::genesis)]
#[import_section(storage::storage)]
#[frame_support::pallet]
#[allow(clippy::expect_used, reason = "in code that FRAME's macros make")]
pub mod pallet {
    use alloc::{boxed::Box, vec, vec::Vec};
    use chainflix_primitives::{
        AccountId, Cycle, Round, Signature64, draw,
        fault::{FaultKind, FaultProof},
        hash::Hash32,
        missing::{MOST_BLOCKS, MissingView},
        registry::{
            CountedRound, CurrentRound, Discipline, EnhancementRegistry, PovParameters,
            ROUNDS_UNTIL_EFFECT, Settlement, Standing, VideoRegistry,
        },
        report::{Header, Report, TicketsRoot, Verdict},
        rounds::{CYCLE_ROUNDS, CycleRule, PRODUCTION_ROUND_MS, RoundClock},
    };
    use frame_support::{pallet_prelude::*, traits::fungible::MutateHold};
    use frame_system::{offchain::CreateAuthorizedTransaction, pallet_prelude::*};

    use crate::{
        cost::{self, SettlementWeights},
        crypto::HostHasher,
        types::{
            CycleSeed, FaultRecord, HeaderTree, IssuedList, MAX_CYCLE_RULES, MAX_OPEN_FAULTS,
            MAX_PARAMETER_CHANGES, MAX_SEEDS, MAX_SETS, OpeningError, Pruned, ReportRecord,
            RoundProgress, Since, Verifiers,
        },
        weights::WeightInfo,
    };

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// Needs `frame_system::AuthorizeCall` in the runtime's transaction extensions, and Aura's hooks
    /// before its own.
    #[pallet::config]
    pub trait Config:
        frame_system::Config<
            RuntimeEvent: From<Event<Self>>,
            AccountId: From<[u8; 32]> + Into<[u8; 32]>,
        > + CreateAuthorizedTransaction<Call<Self>>
    {
        /// Time of the block, in ms since the Unix epoch: its Aura slot × [`Config::SlotMs`]. Asked
        /// once the block is being initialised.
        type Now: Get<u64>;

        /// Length of a slot in ms; more than 0.
        #[pallet::constant]
        type SlotMs: Get<u64>;

        /// The registered videos.
        type Videos: VideoRegistry;

        /// Enhancements of videos, and whose they were in a round.
        type Enhancements: EnhancementRegistry;

        /// Who pays judged rounds and adopts earnings.
        type Settlement: Settlement;

        /// The verifiers' bonds and standing.
        type Discipline: Discipline;

        /// Holds the deposits of fault reports. Amounts are units of 10⁻¹² CFX.
        type Currency: MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason, Balance = u128>;

        /// Why funds are held, in the runtime.
        type RuntimeHoldReason: From<HoldReason>;

        /// Where the deposits of false fault reports go.
        type Treasury: Get<Self::AccountId>;

        /// Who may change parameters and the length of a cycle: a motion of more than 51 % of the verifiers.
        type ParametersOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// What [`Config::Settlement`] costs; `()` is free.
        type SettlementWeights: SettlementWeights;

        /// What the pallet itself costs.
        type WeightInfo: WeightInfo;

        /// What benchmarks need of the rest of the runtime.
        #[cfg(any(test, feature = "runtime-benchmarks"))]
        type BenchmarkHelper: crate::BenchmarkHelper;
    }

    /// Why funds are held.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// For a fault report, while it is judged. Lost when the proof is false.
        #[codec(index = 0)]
        FaultReport,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(_: BlockNumberFor<T>) -> Weight {
            Self::begin_block()
        }

        fn offchain_worker(_: BlockNumberFor<T>) {
            Self::submit_due();
        }

        fn integrity_test() {
            assert!(T::SlotMs::get() > 0, "a slot has a length");
            const { assert!(ROUNDS_UNTIL_EFFECT > 0, "no round changes while it lasts") };
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// The report of one verifier, signed by its `pov` session key. Free as the transaction that carries its own proof;
        /// an account that signs it is refused, and pays for having tried.
        ///
        /// Wrong openings don't refuse it: they cost the header, or the verdicts, that they were to prove.
        ///
        /// # Errors
        /// See [`Error`]. Nothing is stored then.
        #[pallet::call_index(0)]
        #[pallet::weight((
            cost::report::<T>(report),
            DispatchClass::Operational,
        ))]
        #[pallet::weight_of_authorize(cost::authorize_report::<T>(report))]
        #[pallet::authorize(|source, report, signature| {
            Self::authorize_report(source, report, signature)
        })]
        pub fn report(
            origin: OriginFor<T>,
            report: Box<Report>,
            _signature: Signature64,
        ) -> DispatchResult {
            ensure_authorized(origin)?;
            let admitted = Self::admit(&report)?;
            Self::note_report(*report, admitted);
            Ok(())
        }

        /// Changes the parameters, 100 rounds from now. Origin: [`Config::ParametersOrigin`].
        ///
        /// # Errors
        /// [`Error::OutOfBounds`], [`Error::TooManyChanges`].
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::set_parameters())]
        pub fn set_parameters(origin: OriginFor<T>, parameters: PovParameters) -> DispatchResult {
            T::ParametersOrigin::ensure_origin(origin)?;
            Self::change_parameters(parameters)?;
            Ok(())
        }

        /// Changes the length of cycles, in rounds, from the first border on that lies at least 100 rounds ahead. Numbers
        /// of cycles go on. Origin: [`Config::ParametersOrigin`].
        ///
        /// # Errors
        /// [`Error::OutOfBounds`], [`Error::TooManyChanges`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::set_cycle_rounds())]
        pub fn set_cycle_rounds(origin: OriginFor<T>, rounds: u32) -> DispatchResult {
            T::ParametersOrigin::ensure_origin(origin)?;
            Self::change_cycle_rounds(rounds)?;
            Ok(())
        }

        /// Proves a fault in a view block: until it is settled that voids the block, and for a cycle it slashes and
        /// suspends the issuer, and slashes whoever approved what the body shows. Anybody may; the deposit is returned
        /// when the proof holds, and the call is free then. A false proof costs the deposit.
        ///
        /// # Errors
        /// What can't be judged is refused, and costs no deposit: [`Error::UnknownBlock`], [`Error::FaultTooOld`],
        /// [`Error::FaultAlreadyProven`], [`Error::FactsForgotten`], [`Error::TooManyFaults`], or what the deposit is
        /// refused for.
        #[pallet::call_index(3)]
        #[pallet::weight(cost::report_fault::<T>(proof))]
        pub fn report_fault(
            origin: OriginFor<T>,
            proof: Box<FaultProof>,
        ) -> DispatchResultWithPostInfo {
            let reporter = ensure_signed(origin)?;
            let holds = Self::judge_fault(&reporter, &proof)?;
            Ok(if holds { Pays::No } else { Pays::Yes }.into())
        }

        /// Proves that an accepted view stands in none of the blocks that it could be in: the issuer's bond pays the
        /// viewer [`PovParameters::missing_acceptance`]. Anybody may; free when the proof holds.
        ///
        /// # Errors
        /// [`Error::AcceptanceNotSigned`], [`Error::MayStillCome`], [`Error::ClaimTooLate`], [`Error::NothingOwed`],
        /// [`Error::NotMissing`], [`Error::PaidAlready`], [`Error::BondEmpty`]. Nothing is changed then.
        #[pallet::call_index(4)]
        #[pallet::weight(cost::claim_missing::<T>(proof))]
        pub fn claim_missing(
            origin: OriginFor<T>,
            proof: Box<MissingView>,
        ) -> DispatchResultWithPostInfo {
            ensure_signed(origin)?;
            Self::pay_missing(&proof)?;
            Ok(Pays::No.into())
        }

        /// Proves a fault in a view block as [`Call::report_fault`] does, by a verifier in force, for no deposit: signed by its
        /// `pov` session key, and let in only while it holds. Free as the transaction that carries its own proof.
        ///
        /// # Errors
        /// As [`Call::report_fault`]; [`Error::FaultNotProven`].
        #[pallet::call_index(5)]
        #[pallet::weight((
            cost::prove_fault::<T>(proof),
            DispatchClass::Operational,
        ))]
        #[pallet::weight_of_authorize(cost::authorize_fault::<T>(proof))]
        #[pallet::authorize(|source, proof, verifier, signature| {
            Self::authorize_fault(source, proof, verifier, signature)
        })]
        pub fn prove_fault(
            origin: OriginFor<T>,
            proof: Box<FaultProof>,
            verifier: AccountId,
            _signature: Signature64,
        ) -> DispatchResult {
            ensure_authorized(origin)?;
            ensure!(Self::fault_holds(&proof)?, Error::<T>::FaultNotProven);
            Self::note_fault(&proof, verifier);
            Ok(())
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// The round clock. `None` before block 1.
        pub fn clock() -> Option<RoundClock> {
            Clock::<T>::get()
        }

        /// Current and last counted rounds.
        pub fn standing() -> Standing {
            Standing {
                round: Progress::<T>::get().round,
                counted: BoundedVec::truncate_from(Counted::<T>::get().into_inner()),
            }
        }

        /// First round from which views may be carried into the header of `round`, a counted one; of a round that did not
        /// count, or is forgotten, as if every round had counted.
        pub fn carried_from(round: Round) -> Round {
            <Self as CurrentRound>::carried_from(round)
        }

        /// The counted rounds in whose blocks a view accepted in `round` could stand, as far as they are over: ascending, at
        /// most 21. The first is what a proof of a missing view names.
        pub fn blocks_of(round: Round) -> Vec<Round> {
            Self::counted_from(round)
        }

        /// Parameters by which a view issued in `round` is judged.
        pub fn parameters(round: Round) -> PovParameters {
            Self::parameters_in(round)
        }

        /// Cycle rule that holds in `round`.
        pub fn cycle_rule(round: Round) -> CycleRule {
            Self::cycle_rule_in(round)
        }

        /// Seed of a cycle that has begun, as long as views of it may be judged.
        pub fn cycle_seed(cycle: Cycle) -> Option<Hash32> {
            Self::seed_of(cycle)
        }

        /// Draw of `round`, once it is fixed.
        pub fn draw(round: Round) -> Option<Hash32> {
            Draws::<T>::get(round)
        }

        /// Verifiers in force in `round`, ascending. Empty for rounds that are forgotten.
        pub fn verifier_set(round: Round) -> Vec<AccountId> {
            Self::accounts_in(round)
        }

        /// Headers reported for `round`, by ascending issuer.
        pub fn headers(round: Round) -> Vec<(AccountId, Header)> {
            Self::headers_of(round)
        }

        /// Tickets root that `verifier` reported for `round`.
        pub fn tickets_root(verifier: AccountId, round: Round) -> Option<TicketsRoot> {
            TicketsRoots::<T>::get(round, verifier)
        }

        /// Round and commitment of the last report of `verifier`.
        pub fn commitment(verifier: AccountId) -> Option<(Round, Hash32)> {
            Commitments::<T>::get(verifier)
        }

        /// Report of `verifier` of `round`, without the header.
        pub fn report_record(verifier: AccountId, round: Round) -> Option<ReportRecord> {
            Reports::<T>::get(round, verifier)
        }

        /// Root and number of the settled headers of a cycle, in order of round and issuer.
        pub fn cycle_headers(cycle: Cycle) -> (Hash32, u32) {
            Self::cycle_headers_root(cycle)
        }

        /// Rounds from one earnings root to the next.
        pub fn earnings_interval() -> u32 {
            EarningsInterval::<T>::get()
        }

        /// The fault proven in the view block of `issuer` in `round`, if one was.
        pub fn fault(issuer: AccountId, round: Round) -> Option<FaultRecord> {
            Faults::<T>::get(round, issuer)
        }
    }
}

//! # Supervisors
//!
//! Who may publish, and who may stop a video.
//!
//! ## Responsibilities
//!
//! - **Register**: supervisors are institutions with a public profile. They are put in office and removed by
//!   [`Config::SupervisorOrigin`].
//! - **Eligibility**: a producer applies to one supervisor; that supervisor decides. An approval holds for a number of
//!   rounds, and only while its supervisor is in office.
//! - **Restriction**: a supervisor stops a video with a reason and the hash of its evidence. The supervisor that had
//!   approved the producer does so without limit, any other for a limited time.
//! - **Appeal**: the producer of a restricted video appeals once, and [`Config::AppealOrigin`] decides in bounded time.
//! - **No personal data**: the chain holds accounts, rounds, hashes and reasons from a fixed list. There is no field in
//!   which a person's data could be written; dossiers and evidence stay with the supervisor.
//! - **Deposits**: applications, approvals and appeals are paid for by the byte, and the deposit comes back with their removal.
//!
//! Calls, formulas, invariants and threats are in the pallet's `README.md`.

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
mod errors;
mod events;
mod impls;
mod storage;
mod surroundings;
pub mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use surroundings::BenchmarkHelper;
pub use types::{
    Appeal, AppealOutcome, AppealVerdict, Application, ApplicationState, Approval, Decision,
    LiftCause, RefusalReason, ReinstatementReason, Restriction, RestrictionReason, Supervisor,
    SupervisorProfile,
};
pub use weights::WeightInfo;

use chainflix_primitives::{
    Magnet, Round,
    hash::Hash32,
    registry::{CurrentRound, VideoRegistry},
};
use frame_support::{
    pallet_macros::import_section, pallet_prelude::*, traits::fungible::MutateHold,
};
use frame_system::pallet_prelude::*;

#[import_section(errors::errors)]
#[import_section(events::events)]
#[import_section(storage::storage)]
#[frame_support::pallet]
#[allow(clippy::expect_used, reason = "in code that FRAME's macros make")]
pub mod pallet {
    use super::*;

    /// The in-code storage version.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// Supervisors and the eligibility of producers.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the pallet needs from its surroundings.
    #[pallet::config]
    pub trait Config:
        frame_system::Config<
            RuntimeEvent: From<Event<Self>>,
            AccountId: From<[u8; 32]> + Into<[u8; 32]>,
        >
    {
        /// Holds deposits. Amounts are units of 10⁻¹² CFX.
        type Currency: MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason, Balance = u128>;

        /// The runtime's reasons for holds.
        type RuntimeHoldReason: From<HoldReason>;

        /// Puts supervisors in office and removes them.
        type SupervisorOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// Decides appeals, and confirms or lifts any restriction.
        type AppealOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// The current round.
        type Rounds: CurrentRound;

        /// The registry whose videos are restricted.
        type Videos: VideoRegistry;

        /// Most supervisors in office.
        #[pallet::constant]
        type MaxSupervisors: Get<u32>;

        /// How long a supervisor may take to decide an application, in rounds. After it the application has lapsed.
        #[pallet::constant]
        type DecisionRounds: Get<u32>;

        /// How long an approval holds, in rounds.
        #[pallet::constant]
        type ApprovalRounds: Get<u32>;

        /// How long a video stays restricted by a supervisor that had not approved its producer, in rounds, unless
        /// the restriction is confirmed: seven days in production.
        #[pallet::constant]
        type TemporaryRestrictionRounds: Get<u32>;

        /// How long an appeal can be decided, in rounds. After it the restriction stands as if there had been none.
        #[pallet::constant]
        type AppealRounds: Get<u32>;

        /// Deposit for one storage entry, in units.
        #[pallet::constant]
        type DepositPerEntry: Get<u128>;

        /// Deposit for one byte in storage, in units.
        #[pallet::constant]
        type DepositPerByte: Get<u128>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;

        /// Arranges what benchmarks need around the pallet.
        #[cfg(any(test, feature = "runtime-benchmarks"))]
        type BenchmarkHelper: crate::BenchmarkHelper<Self::AccountId>;
    }

    /// Why funds are held.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// For an application. Returned when it is withdrawn, replaced or approved.
        #[codec(index = 0)]
        Application,
        /// For an approval. Returned when it is replaced or removed.
        #[codec(index = 1)]
        Approval,
        /// For an appeal. Returned when it is closed, however it was decided.
        #[codec(index = 2)]
        Appeal,
    }

    /// Supervisors in office from the start.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// Account, name (UTF-8), and X25519 public key to which dossiers are sealed.
        pub supervisors: alloc::vec::Vec<(T::AccountId, alloc::string::String, Hash32)>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            for (account, name, exchange_key) in &self.supervisors {
                let added = Pallet::<T>::add_from_genesis(account, name, *exchange_key);
                assert!(added.is_ok(), "genesis: supervisor {account:?}: {added:?}");
            }
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(T::MaxSupervisors::get() > 0, "nobody could publish");
            assert!(
                T::DecisionRounds::get() > 0,
                "no application could be decided"
            );
            assert!(T::ApprovalRounds::get() > 0, "no approval would hold");
            assert!(T::AppealRounds::get() > 0, "no appeal could be decided");
            assert!(
                T::TemporaryRestrictionRounds::get()
                    > chainflix_primitives::registry::ROUNDS_UNTIL_EFFECT,
                "a temporary restriction would lapse before it takes effect"
            );
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_n: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call(weight(<T as Config>::WeightInfo))]
    impl<T: Config> Pallet<T> {
        /// Puts a supervisor in office.
        #[pallet::call_index(0)]
        pub fn add_supervisor(
            origin: OriginFor<T>,
            supervisor: T::AccountId,
            profile: SupervisorProfile,
        ) -> DispatchResult {
            T::SupervisorOrigin::ensure_origin(origin)?;
            Self::add(supervisor, profile)
        }

        /// Removes a supervisor from office, at once and for good: its approvals hold no longer, even if it is put in
        /// office again, and it can decide, restrict and lift nothing. Restrictions that it imposed stay until they
        /// lapse or are lifted, on appeal for instance.
        #[pallet::call_index(1)]
        pub fn remove_supervisor(origin: OriginFor<T>, supervisor: T::AccountId) -> DispatchResult {
            T::SupervisorOrigin::ensure_origin(origin)?;
            Self::dismiss(supervisor)
        }

        /// Replaces the profile of the supervisor that calls.
        #[pallet::call_index(2)]
        pub fn update_profile(origin: OriginFor<T>, profile: SupervisorProfile) -> DispatchResult {
            let supervisor = ensure_signed(origin)?;
            Self::replace_profile(supervisor, profile)
        }

        /// Applies to a supervisor for the right to publish. An approval that still holds stays until the decision.
        ///
        /// * `dossier_hash`: SHA-256 of the dossier *as sealed* to the supervisor's key. Sealing is randomized, so that
        ///   nothing about the dossier can be guessed from it.
        #[pallet::call_index(3)]
        pub fn apply(
            origin: OriginFor<T>,
            supervisor: T::AccountId,
            dossier_hash: Hash32,
        ) -> DispatchResult {
            let producer = ensure_signed(origin)?;
            Self::open_application(producer, supervisor, dossier_hash)
        }

        /// Withdraws the caller's application, whether open, lapsed or refused, and returns its deposit.
        #[pallet::call_index(4)]
        pub fn withdraw_application(origin: OriginFor<T>) -> DispatchResult {
            let producer = ensure_signed(origin)?;
            Self::close_application(&producer)?.ok_or(Error::<T>::NoApplication)?;
            Self::deposit_event(Event::ApplicationWithdrawn { producer });
            Ok(())
        }

        /// Decides an open application to the supervisor that calls.
        #[pallet::call_index(5)]
        pub fn decide(
            origin: OriginFor<T>,
            producer: T::AccountId,
            decision: Decision,
        ) -> DispatchResult {
            let supervisor = Self::ensure_supervisor(origin)?;
            match decision {
                Decision::Approve => Self::approve(supervisor, producer),
                Decision::Refuse(reason) => Self::refuse(supervisor, producer, reason),
            }
        }

        /// Takes back an approval that the calling supervisor gave. Videos that are published stay.
        #[pallet::call_index(6)]
        pub fn revoke_approval(
            origin: OriginFor<T>,
            producer: T::AccountId,
            reason: RefusalReason,
        ) -> DispatchResult {
            let supervisor = Self::ensure_supervisor(origin)?;
            Self::revoke(supervisor, producer, reason)
        }

        /// Removes an approval and returns its deposit to the producer: by the producer at any time, by anybody once
        /// it no longer holds.
        #[pallet::call_index(7)]
        pub fn remove_approval(origin: OriginFor<T>, producer: T::AccountId) -> DispatchResult {
            let caller = ensure_signed(origin)?;
            Self::discard_approval(&caller, producer)
        }

        /// Restricts a video, with effect two rounds later: no verifier issues keys for it, and views of it don't
        /// count. What was watched before is paid.
        #[pallet::call_index(8)]
        pub fn restrict(
            origin: OriginFor<T>,
            video: Magnet,
            reason: RestrictionReason,
            evidence_hash: Hash32,
        ) -> DispatchResult {
            let supervisor = Self::ensure_supervisor(origin)?;
            Self::impose(supervisor, video, reason, evidence_hash)
        }

        /// Confirms a temporary restriction, which then no longer lapses: by the supervisor that approved the
        /// producer, or on appeal.
        #[pallet::call_index(9)]
        pub fn confirm_restriction(origin: OriginFor<T>, video: Magnet) -> DispatchResult {
            let confirmer = Self::appeal_or_supervisor(origin)?;
            Self::confirm(confirmer, video)
        }

        /// Lifts a restriction, with effect two rounds later: by the supervisor that imposed it, by the one that
        /// approved the producer, or on appeal.
        ///
        /// * `evidence_hash`: SHA-256 of what shows the reason, which stays with the supervisor.
        #[pallet::call_index(10)]
        pub fn reinstate(
            origin: OriginFor<T>,
            video: Magnet,
            reason: ReinstatementReason,
            evidence_hash: Hash32,
        ) -> DispatchResult {
            let lifter = Self::appeal_or_supervisor(origin)?;
            Self::lift(lifter, video, reason, evidence_hash)
        }

        /// Lifts a temporary restriction that has lapsed, or removes one whose video is gone; by anybody.
        #[pallet::call_index(11)]
        pub fn lift_lapsed(origin: OriginFor<T>, video: Magnet) -> DispatchResult {
            ensure_signed(origin)?;
            Self::lift_if_lapsed(video)
        }

        /// Appeals against the restriction of the caller's video, once for each restriction, with a deposit that is
        /// returned when the appeal is closed. The video stays restricted meanwhile.
        ///
        /// * `evidence_hash`: SHA-256 of what the producer has to say, which goes to the verifiers, not on chain.
        #[pallet::call_index(12)]
        pub fn appeal(
            origin: OriginFor<T>,
            video: Magnet,
            evidence_hash: Hash32,
        ) -> DispatchResult {
            let producer = ensure_signed(origin)?;
            Self::open_appeal(producer, video, evidence_hash)
        }

        /// Decides an appeal. When it is granted, the restriction is lifted with effect two rounds later; when it is
        /// dismissed, the restriction stays as it is. Either way the deposit goes back.
        #[pallet::call_index(13)]
        pub fn decide_appeal(
            origin: OriginFor<T>,
            video: Magnet,
            verdict: AppealVerdict,
        ) -> DispatchResult {
            T::AppealOrigin::ensure_origin(origin)?;
            Self::judge_appeal(video, verdict)
        }

        /// Closes an appeal and returns its deposit: by its producer at any time, by anybody when the time to decide
        /// it is over. The restriction stays as it is: a temporary one lapses when it would have anyway.
        #[pallet::call_index(14)]
        pub fn close_appeal(origin: OriginFor<T>, video: Magnet) -> DispatchResult {
            let caller = ensure_signed(origin)?;
            Self::close_undecided(&caller, video)
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// A supervisor in office.
        pub fn supervisor(account: T::AccountId) -> Option<Supervisor> {
            Supervisors::<T>::get(account)
        }

        /// The application of a producer: open, lapsed or refused.
        pub fn application(producer: T::AccountId) -> Option<Application<T::AccountId>> {
            Applications::<T>::get(producer)
        }

        /// The approval of a producer, whether it still holds or not.
        pub fn approval(producer: T::AccountId) -> Option<Approval<T::AccountId>> {
            Approvals::<T>::get(producer)
        }

        /// Whether a producer may publish now.
        pub fn is_eligible(producer: T::AccountId) -> bool {
            Self::standing_approval(&producer).is_some()
        }

        /// The restriction of a video.
        pub fn restriction(video: Magnet) -> Option<Restriction<T::AccountId>> {
            Restrictions::<T>::get(video)
        }

        /// The open appeal against the restriction of a video.
        pub fn appeal_against(video: Magnet) -> Option<Appeal<T::AccountId>> {
            Appeals::<T>::get(video)
        }

        /// What an appeal holds until it is closed, in units.
        pub fn appeal_deposit() -> u128 {
            Self::deposit_of_appeal().unwrap_or(u128::MAX)
        }
    }
}

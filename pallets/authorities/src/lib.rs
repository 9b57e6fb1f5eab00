//! # Authorities
//!
//! The verifier set: who it is, what its members answer with, how they are reached, and the secret that they share.
//!
//! ## Responsibilities
//!
//! - **Set**: application, admission, exit, removal, suspension and readmission. As pallet-session's manager the pallet
//!   hands out the set it decided, and answers "no change" where there is none. The minimum holds on every path.
//! - **Bonds**: held from admission until two cycles after leaving; slashed and paid from through
//!   `chainflix_primitives::registry::Discipline`.
//! - **Equivocation**: takes two Aura headers of one slot, handles those and GRANDPA's: disabled at once, slashed, out
//!   of the set, barred.
//! - **Announcements**: each verifier says, signed by its `pov` session key, where its API is and by which keys it is
//!   known.
//! - **Set secret**: whose turn it is to make the secret of a key epoch, the commitment to it, and who acknowledged to
//!   hold it. A verifier that leaves opens a new key epoch.
//! - **Off-chain worker**: submits what the local verifier has to say and the chain does not show yet.
//!
//! Calls, formulas, invariants and threats are in `README.md`. In the runtime the pallet stands after `Session` and
//! `Historical`: its genesis reads theirs.

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
mod config;
mod errors;
mod events;
mod impls;
pub mod runtime_api;
mod storage;
mod surroundings;
pub mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use impls::{AuraEquivocation, DisableAtMostAThird, MAX_HEADER_BYTES, NewOffences};
pub use pallet::*;
pub use surroundings::BenchmarkHelper;
pub use types::{
    KeyEpoch, LeavingCause, MAKER_ROUNDS, SlashCause, VerifierProfile, VerifierRecord,
    VerifierStatus, set_secret_maker,
};
pub use weights::WeightInfo;

use alloc::{boxed::Box, vec::Vec};
use chainflix_primitives::{
    Round,
    duty::{SetSecretDuty, SetSecretRecord},
    hash::Hash32,
    ids::Signature64,
    registry::{CurrentRound, VerifierAnnouncement, VerifierKeys},
    report::MAX_VERIFIERS,
};
use frame_support::{
    pallet_macros::import_section,
    pallet_prelude::*,
    traits::{ChangeMembers, InitializeMembers, fungible::MutateHold},
};
use frame_system::{offchain::CreateAuthorizedTransaction, pallet_prelude::*};
use pallet_session::historical::IdentificationTuple;
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_runtime::Perbill;
use sp_session::MembershipProof;
use sp_staking::{SessionIndex, offence::ReportOffence};
use types::{KeysOfSet, MAX_KEY_SETS};

/// Most records that are looked at at a time for candidates.
pub const MAX_PAGE: u32 = 100;
/// Blocks in a session of a genesis that does not choose.
pub const DEFAULT_SESSION_LENGTH: u32 = 100;

#[import_section(config::config)]
#[import_section(errors::errors)]
#[import_section(events::events)]
#[import_section(storage::storage)]
#[frame_support::pallet]
#[allow(
    clippy::expect_used,
    clippy::type_complexity,
    reason = "in code that FRAME's macros make"
)]
pub mod pallet {
    use super::*;

    /// The in-code storage version.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// The verifier set.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// Why funds are held.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The bond of a verifier. It may take it back two cycles after it left.
        #[codec(index = 0)]
        Bond,
        /// For the record of a candidate or verifier. Returned when the record is removed.
        #[codec(index = 1)]
        Record,
    }

    /// Genesis takes the set itself from `session.keys`.
    #[pallet::genesis_config]
    pub struct GenesisConfig<T: Config> {
        /// The least number of verifiers, at least 1.
        pub minimum_set: u32,
        /// Blocks in a session, at least 1. What is decided holds two sessions later.
        pub session_length: u32,
        /// Not used.
        #[serde(skip)]
        pub _config: PhantomData<T>,
    }

    impl<T: Config> Default for GenesisConfig<T> {
        fn default() -> Self {
            Self {
                minimum_set: 1,
                session_length: DEFAULT_SESSION_LENGTH,
                _config: PhantomData,
            }
        }
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            assert!(
                self.session_length > 0,
                "genesis: authorities.sessionLength must be at least 1"
            );
            SessionLength::<T>::put(self.session_length);
            Pallet::<T>::found(self.minimum_set);
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(
                (1..=MAX_VERIFIERS).contains(&T::MaxSet::get()),
                "reports have room for {MAX_VERIFIERS} verifiers"
            );
            assert!(
                T::Longevity::get() > 0,
                "no transaction would last until the next block"
            );
            assert!(
                T::ReportSessions::get() > 2 && T::BarSessions::get() >= T::ReportSessions::get(),
                "one offence could be punished twice"
            );
        }

        fn offchain_worker(_now: BlockNumberFor<T>) {
            Self::submit_due();
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_n: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Announces where and by which keys a verifier is reached. Refused when nothing changes.
        ///
        /// * `sequence`: how many announcements the verifier made before, so that an old one can't be played again.
        /// * `signature`: by the verifier's `pov` session key over
        ///   `chainflix_primitives::duty::announcement_payload ‖ sequence`.
        #[pallet::call_index(0)]
        #[pallet::weight((<T as Config>::WeightInfo::announce(), DispatchClass::Operational))]
        #[pallet::weight_of_authorize(<T as Config>::WeightInfo::authorize_announce())]
        #[pallet::authorize(Self::authorize_announce)]
        pub fn announce(
            origin: OriginFor<T>,
            announcement: VerifierAnnouncement,
            verifier: T::AccountId,
            sequence: u32,
            signature: Signature64,
        ) -> DispatchResult {
            ensure_authorized(origin)?;
            // It was checked when the call was authorized.
            let _ = signature;
            Self::check_announcement(&verifier, &announcement, sequence)?;
            Self::note_announcement(verifier, announcement, sequence)
        }

        /// Commits to the set secret of a key epoch, or acknowledges to hold it.
        ///
        /// * `signature`: by the verifier's `pov` session key over `chainflix_primitives::duty::set_secret_payload`.
        #[pallet::call_index(1)]
        #[pallet::weight((Pallet::<T>::set_secret_weight(duty), DispatchClass::Operational))]
        #[pallet::weight_of_authorize(Pallet::<T>::authorize_set_secret_weight(duty))]
        #[pallet::authorize(Self::authorize_set_secret)]
        pub fn set_secret(
            origin: OriginFor<T>,
            verifier: T::AccountId,
            duty: SetSecretDuty,
            signature: Signature64,
        ) -> DispatchResult {
            ensure_authorized(origin)?;
            // It was checked when the call was authorized.
            let _ = signature;
            Self::check_set_secret(&verifier, &duty)?;
            Self::note_set_secret(verifier, duty)
        }

        /// Applies to become a verifier. The caller has registered session keys; a deposit is held for the record.
        #[pallet::call_index(2)]
        #[pallet::weight(<T as Config>::WeightInfo::apply())]
        pub fn apply(origin: OriginFor<T>, profile: VerifierProfile) -> DispatchResult {
            let candidate = ensure_signed(origin)?;
            Self::take_application(candidate, profile)
        }

        /// Takes an application back, and with it the deposit.
        #[pallet::call_index(3)]
        #[pallet::weight(<T as Config>::WeightInfo::withdraw_application())]
        pub fn withdraw_application(origin: OriginFor<T>) -> DispatchResult {
            let candidate = ensure_signed(origin)?;
            Self::drop_application(candidate)
        }

        /// Changes what a candidate or verifier says of itself.
        #[pallet::call_index(4)]
        #[pallet::weight(<T as Config>::WeightInfo::update_profile())]
        pub fn update_profile(origin: OriginFor<T>, profile: VerifierProfile) -> DispatchResult {
            let verifier = ensure_signed(origin)?;
            Self::change_profile(verifier, profile)
        }

        /// Admits a candidate, whose bond is held from then on. It is in force two sessions later.
        #[pallet::call_index(5)]
        #[pallet::weight(<T as Config>::WeightInfo::admit())]
        pub fn admit(origin: OriginFor<T>, candidate: T::AccountId) -> DispatchResult {
            T::AdmissionOrigin::ensure_origin(origin)?;
            Self::admit_candidate(candidate)
        }

        /// Removes a verifier. It is out of force two sessions later.
        #[pallet::call_index(6)]
        #[pallet::weight(<T as Config>::WeightInfo::remove())]
        pub fn remove(origin: OriginFor<T>, verifier: T::AccountId) -> DispatchResult {
            T::RemovalOrigin::ensure_origin(origin)?;
            Self::leave_set(verifier, LeavingCause::Removal)
        }

        /// Suspends a verifier at once: it stays an authority, but neither issues nor judges.
        #[pallet::call_index(7)]
        #[pallet::weight(<T as Config>::WeightInfo::suspend())]
        pub fn suspend(origin: OriginFor<T>, verifier: T::AccountId) -> DispatchResult {
            T::RemovalOrigin::ensure_origin(origin)?;
            Self::suspend_verifier(&verifier)
        }

        /// Lifts a suspension at once.
        #[pallet::call_index(8)]
        #[pallet::weight(<T as Config>::WeightInfo::readmit())]
        pub fn readmit(origin: OriginFor<T>, verifier: T::AccountId) -> DispatchResult {
            T::ReadmissionOrigin::ensure_origin(origin)?;
            Self::readmit_verifier(&verifier)
        }

        /// Leaves the set. The caller is out of force two sessions later, and may take its bond back two cycles after.
        #[pallet::call_index(9)]
        #[pallet::weight(<T as Config>::WeightInfo::exit())]
        pub fn exit(origin: OriginFor<T>) -> DispatchResult {
            let verifier = ensure_signed(origin)?;
            Self::leave_set(verifier, LeavingCause::Exit)
        }

        /// Adds `amount` units to the caller's bond.
        #[pallet::call_index(10)]
        #[pallet::weight(<T as Config>::WeightInfo::top_up_bond())]
        pub fn top_up_bond(origin: OriginFor<T>, amount: u128) -> DispatchResult {
            let verifier = ensure_signed(origin)?;
            Self::add_to_bond(verifier, amount)
        }

        /// Takes the caller's bond back once it is unlocked; of one who left, the deposit too, and the record goes.
        #[pallet::call_index(11)]
        #[pallet::weight(<T as Config>::WeightInfo::withdraw_bond())]
        pub fn withdraw_bond(origin: OriginFor<T>) -> DispatchResult {
            let verifier = ensure_signed(origin)?;
            Self::take_bond_back(verifier)
        }

        /// Removes the caller's session keys. Refused while they are in use.
        #[pallet::call_index(12)]
        #[pallet::weight(<T as Config>::WeightInfo::forget_session_keys())]
        pub fn forget_session_keys(origin: OriginFor<T>) -> DispatchResult {
            let account = ensure_signed(origin.clone())?;
            Self::ensure_keys_unused(&account)?;
            pallet_session::Pallet::<T>::purge_keys(origin)
        }

        /// Reports that a verifier wrote two blocks in one slot. Anybody may; free when it is true.
        ///
        /// * `first_header`, `second_header`: with their seals.
        /// * `key_owner_proof`: that `offender` was a verifier's Aura key in the session of the slot.
        #[pallet::call_index(13)]
        #[pallet::weight((
            <T as Config>::WeightInfo::report_aura_equivocation()
                .saturating_add(<T as Config>::WeightInfo::key_owner_by_root()),
            DispatchClass::Operational,
        ))]
        #[pallet::weight_of_authorize(
            <T as Config>::WeightInfo::authorize_report_aura_equivocation()
                .saturating_add(<T as Config>::WeightInfo::key_owner_by_root())
        )]
        #[pallet::authorize(|source, offender, first, second, proof| {
            Self::authorize_aura_equivocation(source, offender, first, second, proof)
        })]
        pub fn report_aura_equivocation(
            origin: OriginFor<T>,
            offender: AuraId,
            first_header: Box<HeaderFor<T>>,
            second_header: Box<HeaderFor<T>>,
            key_owner_proof: MembershipProof,
        ) -> DispatchResultWithPostInfo {
            let reporter = match ensure_signed(origin.clone()) {
                Ok(reporter) => Some(reporter),
                Err(_) => {
                    ensure_authorized(origin)?;
                    None
                }
            };
            let proved = Self::check_aura_equivocation(
                &offender,
                &first_header,
                &second_header,
                &key_owner_proof,
            )?;
            Self::report_proved(reporter, proved)?;
            Ok(Pays::No.into())
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// Verifiers in force, ascending; their place is the verifier index.
        pub fn verifiers() -> Vec<T::AccountId> {
            Self::set_in_force()
        }

        /// Blocks in a session.
        pub fn session_length() -> u32 {
            SessionLength::<T>::get()
        }

        /// What is kept of a candidate or verifier.
        pub fn verifier(account: T::AccountId) -> Option<VerifierRecord> {
            Verifiers::<T>::get(account)
        }

        /// Open applications among the 100 records after that of `after`, in the order of storage, and where to go on when
        /// there may be more.
        pub fn candidates(
            after: Option<T::AccountId>,
        ) -> (Vec<(T::AccountId, VerifierProfile)>, Option<T::AccountId>) {
            Self::candidates_after(after)
        }

        /// What a candidate that was admitted now would have to bond, in units.
        pub fn bond_of_next() -> u128 {
            Self::bond_of_newcomer()
        }

        /// First session in which an account that equivocated may be admitted again. `None` when it is not barred.
        pub fn barred_until(account: T::AccountId) -> Option<SessionIndex> {
            Self::bar_of(&account)
        }

        /// The key epoch that opened last.
        pub fn latest_key_epoch() -> KeyEpoch {
            LatestEpoch::<T>::get()
        }

        /// The key epoch from which new videos take their keys. `None` before the first secret is in force.
        pub fn key_epoch_of_new_videos() -> Option<u32> {
            EpochInForce::<T>::get()
        }

        /// What a verifier announced of itself.
        pub fn announcement(verifier: T::AccountId) -> Option<VerifierAnnouncement> {
            Announcements::<T>::get(verifier)
        }

        /// What the verifiers in force announced of themselves, ascending.
        pub fn announcements() -> Vec<(T::AccountId, VerifierAnnouncement)> {
            Self::announcements_in_force()
        }

        /// The set secret of a key epoch.
        pub fn set_secret_record(epoch: u32) -> Option<SetSecretRecord> {
            SetSecrets::<T>::get(epoch)
        }

        /// Who acknowledged to hold the set secret of a key epoch, its maker included.
        pub fn set_secret_holders(epoch: u32) -> Vec<T::AccountId> {
            Acknowledgements::<T>::get(epoch).into_inner()
        }

        /// Whose turn it is to make the set secret of a key epoch now. `None` while acknowledgements are awaited, once
        /// it is in force, and for an epoch that is not open.
        pub fn set_secret_maker_now(epoch: u32) -> Option<T::AccountId> {
            Self::maker_in_turn(epoch)
        }
    }
}

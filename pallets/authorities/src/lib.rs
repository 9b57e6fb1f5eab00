//! # Authorities
//!
//! The verifier set: who it is, how its members are reached, and the secret that they share.
//!
//! ## Responsibilities
//!
//! - **Set**: the verifiers of genesis, as `session.keys` names them. The pallet is pallet-session's manager and answers
//!   "no change" to every new session, so that GRANDPA sees no change where there is none.
//! - **Announcements**: each verifier says, signed by its `pov` session key, where its API is and by which keys it is
//!   known.
//! - **Set secret**: whose turn it is to make the secret of a key epoch, the commitment to it, and who acknowledged to
//!   hold it. More than 51 % of acknowledgements put it in force for good.
//! - **Off-chain worker**: submits what the local verifier has to say and the chain does not show yet.
//!
//! Both calls are *authorized*: they carry their verifier's signature and need neither account nor fee. Calls,
//! formulas, invariants and threats are in the pallet's `README.md`.
//!
//! In the runtime the pallet stands after `Session` and `Historical`: its genesis reads theirs.

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

mod impls;
pub mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::{MAKER_ROUNDS, set_secret_maker};
pub use weights::WeightInfo;

use alloc::vec::Vec;
use chainflix_primitives::{
    duty::{SetSecretDuty, SetSecretRecord},
    hash::Hash32,
    ids::Signature64,
    registry::{CurrentRound, VerifierAnnouncement, VerifierKeys},
    report::MAX_VERIFIERS,
};
use frame_support::pallet_prelude::*;
use frame_system::{offchain::CreateAuthorizedTransaction, pallet_prelude::*};

#[frame_support::pallet]
#[allow(clippy::expect_used, reason = "in code that FRAME's macros make")]
pub mod pallet {
    use super::*;

    /// The in-code storage version.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// The verifier set.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the pallet needs from its surroundings. The runtime's transactions have to carry
    /// `frame_system::AuthorizeCall`.
    #[pallet::config]
    pub trait Config:
        frame_system::Config<
            RuntimeEvent: From<Event<Self>>,
            AccountId: From<[u8; 32]> + Into<[u8; 32]>,
            Hash: Into<Hash32>,
        > + pallet_session::Config<ValidatorId = <Self as frame_system::Config>::AccountId>
        + pallet_session::historical::Config
        + CreateAuthorizedTransaction<Call<Self>>
    {
        /// The current round.
        type Rounds: CurrentRound;

        /// The verifiers' `pov` session keys.
        type VerifierKeys: VerifierKeys;

        /// Most verifiers; at most [`MAX_VERIFIERS`].
        #[pallet::constant]
        type MaxSet: Get<u32>;

        /// Priority of both calls in the transaction pool.
        #[pallet::constant]
        type Priority: Get<TransactionPriority>;

        /// For how many blocks both calls stay in the transaction pool; the worker submits them again after.
        #[pallet::constant]
        type Longevity: Get<TransactionLongevity>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// The least number of verifiers: 1 in a development chain, 3 in a local one, 4 in production. No change of the
    /// set may go below it.
    #[pallet::storage]
    pub type MinimumSet<T: Config> = StorageValue<_, u32, ValueQuery>;

    /// What verifiers announced of themselves.
    #[pallet::storage]
    pub type Announcements<T: Config> =
        CountedStorageMap<_, Blake2_128Concat, T::AccountId, VerifierAnnouncement>;

    /// How many announcements a verifier has made: the number that its next one has to carry.
    #[pallet::storage]
    pub type AnnouncementCount<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

    /// Set secrets by key epoch.
    #[pallet::storage]
    pub type SetSecrets<T: Config> = StorageMap<_, Twox64Concat, u32, SetSecretRecord>;

    /// Who acknowledged to hold the set secret of a key epoch, its maker included, in order of acknowledgement.
    #[pallet::storage]
    pub type Acknowledgements<T: Config> = StorageMap<
        _,
        Twox64Concat,
        u32,
        BoundedVec<T::AccountId, ConstU32<MAX_VERIFIERS>>,
        ValueQuery,
    >;

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A verifier announced itself, or something else of itself.
        VerifierAnnounced {
            /// The verifier.
            verifier: T::AccountId,
        },
        /// A verifier committed to the secret of a key epoch.
        SetSecretCommitted {
            /// The key epoch.
            epoch: u32,
            /// Who made it.
            maker: T::AccountId,
            /// The commitment.
            commitment: Hash32,
        },
        /// A verifier holds the secret of a key epoch.
        SetSecretAcknowledged {
            /// The key epoch.
            epoch: u32,
            /// Who holds it.
            verifier: T::AccountId,
        },
        /// More than 51 % of the verifiers hold the secret of a key epoch: it is in force for good.
        SetSecretInForce {
            /// The key epoch.
            epoch: u32,
            /// The commitment.
            commitment: Hash32,
        },
    }

    /// Why a call was refused. Numbers never change and are never reused; the transaction pool shows them as custom
    /// errors.
    #[pallet::error]
    pub enum Error<T> {
        /// The account is not a verifier in force.
        #[codec(index = 0)]
        NotVerifier,
        /// The chain shows this announcement already.
        #[codec(index = 1)]
        NothingNew,
        /// The announcement carries another number than the verifier's next.
        #[codec(index = 2)]
        WrongSequence,
        /// The endpoint is not a URL that begins with `ws://` or `wss://`.
        #[codec(index = 3)]
        InvalidEndpoint,
        /// The key epoch is not open.
        #[codec(index = 4)]
        UnknownEpoch,
        /// The key epoch has a secret in force.
        #[codec(index = 5)]
        SecretInForce,
        /// It is another verifier's turn to make the secret.
        #[codec(index = 6)]
        NotTheMaker,
        /// There is no such commitment: it was replaced, or never made.
        #[codec(index = 7)]
        OtherCommitment,
        /// The verifier acknowledged this commitment already.
        #[codec(index = 8)]
        AlreadyAcknowledged,
        /// The signature is not by the verifier's `pov` session key.
        #[codec(index = 9)]
        BadSignature,
        /// A count is at its end.
        #[codec(index = 10)]
        Overflow,
    }

    /// Genesis takes the set itself from `session.keys`.
    #[pallet::genesis_config]
    pub struct GenesisConfig<T: Config> {
        /// The least number of verifiers, at least 1.
        pub minimum_set: u32,
        /// Not used.
        #[serde(skip)]
        pub _config: PhantomData<T>,
    }

    impl<T: Config> Default for GenesisConfig<T> {
        fn default() -> Self {
            Self {
                minimum_set: 1,
                _config: PhantomData,
            }
        }
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
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
        #[pallet::weight((<T as Config>::WeightInfo::set_secret(), DispatchClass::Operational))]
        #[pallet::weight_of_authorize(<T as Config>::WeightInfo::authorize_set_secret())]
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
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// Verifiers in force, ascending; their place is the verifier index.
        pub fn verifiers() -> Vec<T::AccountId> {
            Self::set_in_force()
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

//! # Videos
//!
//! The registry of published videos.
//!
//! ## Responsibilities
//!
//! - **Registration**: an eligible producer publishes a video once, under its magnet. What is registered never changes:
//!   producer, supervisor, title, playtime, manifest root, mining ratio, key epoch, upload id.
//! - **State by round**: a video is active, restricted or withdrawn *from a round on*, at least two rounds after the
//!   call, and the registry answers for past rounds too: a view is judged by the state of its round of issue.
//! - **Deposits**: every byte held is paid for, and the deposit comes back when the record is removed.
//! - **Lookup**: the videos of a producer are listed by number and read page by page.
//!
//! Other pallets reach the registry through [`chainflix_primitives::registry::VideoRegistry`] only. Calls, formulas,
//! invariants and threats are in the pallet's `README.md`.

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
pub use types::{StateChange, UploadMark, VideoRecord};
pub use weights::WeightInfo;

use alloc::vec::Vec;
use chainflix_primitives::{
    Magnet, Round,
    hash::Hash32,
    ids::UploadId,
    ratio::MiningRatio,
    registry::{CurrentRound, EligibleProducers, KeyEpochs, VideoState, VideoTerms},
};
use frame_support::{pallet_prelude::*, traits::fungible::MutateHold};
use frame_system::pallet_prelude::*;

/// Title of a video, UTF-8.
pub type Title =
    BoundedVec<u8, ConstU32<{ chainflix_primitives::manifest::MAX_TITLE_BYTES as u32 }>>;

/// Most entries of one page of a producer's videos.
pub const MAX_PAGE: u32 = 100;

#[frame_support::pallet]
#[allow(clippy::expect_used, reason = "in code that FRAME's macros make")]
#[allow(
    clippy::too_many_arguments,
    reason = "a call's fields are its arguments"
)]
pub mod pallet {
    use super::*;

    /// The in-code storage version.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// The registry of published videos.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the registry needs from its surroundings.
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

        /// The current round.
        type Rounds: CurrentRound;

        /// Who may publish, and by whose approval.
        type Producers: EligibleProducers;

        /// Key epochs from which a video's keys may be derived.
        type KeyEpochs: KeyEpochs;

        /// Deposit for one storage entry, in units.
        #[pallet::constant]
        type DepositPerEntry: Get<u128>;

        /// Deposit for one byte in storage, in units.
        #[pallet::constant]
        type DepositPerByte: Get<u128>;

        /// How long a past state must be known, in rounds: longer than anybody may still judge a view or recompute
        /// earnings. A withdrawn video can be removed after as many rounds. Two cycles in production.
        #[pallet::constant]
        type RecordRounds: Get<u32>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// Why funds are held.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// For the record of a video. Returned when the record is removed.
        #[codec(index = 0)]
        Video,
        /// For the mark that an upload id was used. The mark stays for ever, and so does the hold.
        #[codec(index = 1)]
        UploadMark,
    }

    /// Videos by magnet.
    #[pallet::storage]
    pub type Videos<T: Config> = StorageMap<_, Blake2_128Concat, Magnet, VideoRecord>;

    /// Upload ids that were used: content keys are derived from them, so one never serves two videos.
    #[pallet::storage]
    pub type Uploads<T: Config> =
        StorageMap<_, Blake2_128Concat, UploadId, UploadMark<T::AccountId>>;

    /// Videos of a producer by number, in order of publication. A removed video leaves a gap.
    #[pallet::storage]
    pub type Listings<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, u32, Magnet>;

    /// How many videos a producer has ever published: the number of its next one.
    #[pallet::storage]
    pub type PublishedCount<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

    /// What happened. No event carries a title or any other text of a user.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A video was published.
        VideoPublished {
            /// The video.
            magnet: Magnet,
            /// Its producer.
            producer: T::AccountId,
            /// First round in which a view of it counts.
            from_round: Round,
        },
        /// A producer withdrew a video for good.
        VideoWithdrawn {
            /// The video.
            magnet: Magnet,
            /// First round in which no view of it counts.
            from_round: Round,
        },
        /// A supervisor restricted a video.
        VideoRestricted {
            /// The video.
            magnet: Magnet,
            /// First round in which no view of it counts.
            from_round: Round,
        },
        /// The restriction of a video was lifted.
        VideoReinstated {
            /// The video.
            magnet: Magnet,
            /// First round in which a view of it counts again.
            from_round: Round,
        },
        /// The record of a withdrawn video was removed.
        VideoRemoved {
            /// The video.
            magnet: Magnet,
            /// Its producer.
            producer: T::AccountId,
            /// What was returned, in units.
            deposit: u128,
        },
    }

    /// Why a call was refused. Numbers never change and are never reused.
    #[pallet::error]
    pub enum Error<T> {
        /// The account is not an eligible producer: a supervisor has to approve it first.
        #[codec(index = 0)]
        NotEligible,
        /// A video is registered under this magnet already.
        #[codec(index = 1)]
        AlreadyPublished,
        /// The upload id was used before: ask a verifier for a new one and encrypt again.
        #[codec(index = 2)]
        UploadUsed,
        /// The title is empty or not UTF-8.
        #[codec(index = 3)]
        InvalidTitle,
        /// The playtime is zero or longer than a day.
        #[codec(index = 4)]
        InvalidPlaytime,
        /// The number of renditions is zero or above the maximum.
        #[codec(index = 5)]
        InvalidRenditions,
        /// The shares of the mining ratio do not sum to 1,000,000.
        #[codec(index = 6)]
        RatioSumNotWhole,
        /// The viewer's share is below 100,000.
        #[codec(index = 7)]
        RatioViewerBelowMinimum,
        /// The shares of verifier, storage or supervisor differ from what the chain sets.
        #[codec(index = 8)]
        RatioChainShareChanged,
        /// The verifiers have no secret in force for this key epoch.
        #[codec(index = 9)]
        KeyEpochNotInForce,
        /// There is no such video.
        #[codec(index = 10)]
        UnknownVideo,
        /// Only the producer of the video may do this.
        #[codec(index = 11)]
        NotProducer,
        /// The video is withdrawn already.
        #[codec(index = 12)]
        AlreadyWithdrawn,
        /// A change of state is pending: try again once it has taken effect, in two rounds at most.
        #[codec(index = 13)]
        ChangePending,
        /// The video's state changed too often: try again when older changes have left its history.
        #[codec(index = 14)]
        HistoryFull,
        /// The record is still needed: withdraw the video and wait until its views are settled for good.
        #[codec(index = 15)]
        RecordStillNeeded,
        /// A counter or an amount is at its end.
        #[codec(index = 16)]
        Overflow,
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(
                T::RecordRounds::get() > chainflix_primitives::rounds::MAX_CARRY_ROUNDS,
                "a view may be carried over longer than its video's record is kept"
            );
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_n: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call(weight(<T as Config>::WeightInfo))]
    impl<T: Config> Pallet<T> {
        /// Publishes a video. It may be watched, and its views count, from two rounds after this call on.
        ///
        /// * `magnet`: SHA-256 of the SCALE-encoded manifest.
        /// * `total_playtime_ms`: 1 ms to a day; cells of at most 60 s follow from it.
        /// * `renditions`: how many encodings the manifest holds.
        /// * `manifest_root`: root over the cell entries of all renditions.
        /// * `ratio`: how a view's value splits, copied here for good.
        /// * `key_epoch`, `upload_id`: from which its keys were derived, as a verifier gave them.
        #[pallet::call_index(0)]
        #[expect(
            clippy::too_many_arguments,
            reason = "named arguments read better in wallets than one nested structure"
        )]
        pub fn publish(
            origin: OriginFor<T>,
            magnet: Magnet,
            title: Title,
            total_playtime_ms: u32,
            renditions: u8,
            manifest_root: Hash32,
            ratio: MiningRatio,
            key_epoch: u32,
            upload_id: UploadId,
        ) -> DispatchResult {
            let producer = ensure_signed(origin)?;
            let supervisor = T::Producers::approving_supervisor(&Self::raw(&producer))
                .ok_or(Error::<T>::NotEligible)?;
            let from_round = Self::round_of_effect()?;
            let terms = VideoTerms {
                producer: Self::raw(&producer),
                supervisor,
                title,
                total_playtime_ms,
                renditions,
                manifest_root,
                ratio,
                key_epoch,
                upload_id,
                from_round,
            };
            Self::register(producer, magnet, terms)
        }

        /// Withdraws a video for good, with effect two rounds later. What was watched before is paid.
        #[pallet::call_index(1)]
        pub fn withdraw(origin: OriginFor<T>, magnet: Magnet) -> DispatchResult {
            let producer = ensure_signed(origin)?;
            Self::withdraw_video(&producer, magnet)
        }

        /// Removes the record of a video that was withdrawn so long ago that nobody judges its views any more, and
        /// returns its deposit. Its upload id stays used.
        #[pallet::call_index(2)]
        pub fn remove(origin: OriginFor<T>, magnet: Magnet) -> DispatchResult {
            let producer = ensure_signed(origin)?;
            Self::remove_video(producer, magnet)
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// What never changes of a video.
        pub fn video(magnet: Magnet) -> Option<VideoTerms> {
            Videos::<T>::get(magnet).map(|record| record.terms)
        }

        /// State of a video in a round. `None` before its first round, for an unknown video, and for a round so long
        /// ago that the state is forgotten.
        pub fn video_state(magnet: Magnet, round: Round) -> Option<VideoState> {
            Videos::<T>::get(magnet)?.state_in(round)
        }

        /// Videos of a producer with their numbers, from number `from` on: at most `limit`, and at most 100 numbers
        /// are looked at, so that a page may be short where videos were removed.
        pub fn videos_of(producer: T::AccountId, from: u32, limit: u32) -> Vec<(u32, Magnet)> {
            Self::page_of(&producer, from, limit)
        }

        /// How many videos a producer has ever published.
        pub fn published_count(producer: T::AccountId) -> u32 {
            PublishedCount::<T>::get(producer)
        }

        /// What publishing a video with a title of so many bytes holds in all, in units. `None` when the title is too
        /// long.
        pub fn publish_deposit(title_bytes: u32) -> Option<u128> {
            Self::deposit_for_title(title_bytes)
        }
    }
}

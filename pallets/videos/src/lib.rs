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
//! - **Enhancements**: subtitles, dubs and effects are attached to a video by others, with the producer's consent. They
//!   earn when shown and are sold outright; who owned one is known for every round that is still judged.
//! - **Deposits**: every byte held is paid for, and the deposit comes back when the record is removed.
//! - **Lookup**: the videos of a producer are listed by number and read page by page.
//!
//! Other pallets reach the registry through [`chainflix_primitives::registry::VideoRegistry`] and
//! [`chainflix_primitives::registry::EnhancementRegistry`] only. Calls, formulas,
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
    AcceptancePolicy, Enhancement, EnhancementKind, EnhancementState, Language, OwnerChange,
    PolicyRecord, StateChange, UploadMark, VideoRecord,
};
pub use weights::WeightInfo;

use alloc::vec::Vec;
use chainflix_primitives::{
    Magnet, Round,
    hash::Hash32,
    ids::UploadId,
    ratio::MiningRatio,
    registry::{CurrentRound, EligibleProducers, KeyEpochs, VideoState, VideoTerms},
};
use frame_support::{
    pallet_macros::import_section,
    pallet_prelude::*,
    traits::fungible::{Mutate, MutateHold},
};
use frame_system::pallet_prelude::*;

/// Title of a video, UTF-8.
pub type Title =
    BoundedVec<u8, ConstU32<{ chainflix_primitives::manifest::MAX_TITLE_BYTES as u32 }>>;

/// Most entries of one page of a producer's videos.
pub const MAX_PAGE: u32 = 100;
/// Most enhancements of one video, ended ones included as long as they are needed.
pub const MAX_ENHANCEMENTS_OF_VIDEO: u32 = 64;

#[import_section(errors::errors)]
#[import_section(events::events)]
#[import_section(storage::storage)]
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
        /// Holds deposits and pays for enhancements. Amounts are units of 10⁻¹² CFX.
        type Currency: MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason, Balance = u128>
            + Mutate<Self::AccountId, Balance = u128>;

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

        /// Arranges what benchmarks need around the pallet.
        #[cfg(any(test, feature = "runtime-benchmarks"))]
        type BenchmarkHelper: crate::BenchmarkHelper<Self::AccountId>;
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
        /// For the record of an enhancement. Returned to its owner when the record is removed.
        #[codec(index = 2)]
        Enhancement,
        /// For a producer's policy. Returned when it is replaced or given up.
        #[codec(index = 3)]
        AcceptancePolicy,
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
        /// returns its deposit. Its enhancements go with it, and their deposits back to their owners. Its upload id
        /// stays used.
        #[pallet::call_index(2)]
        #[pallet::weight(<T as Config>::WeightInfo::remove(MAX_ENHANCEMENTS_OF_VIDEO))]
        pub fn remove(origin: OriginFor<T>, magnet: Magnet) -> DispatchResultWithPostInfo {
            let producer = ensure_signed(origin)?;
            let enhancements = Self::remove_video(producer, magnet)?;
            Ok(Some(<T as Config>::WeightInfo::remove(enhancements)).into())
        }

        /// Proposes an enhancement of a video, with a deposit. It is attached at once when the caller is the producer, or
        /// when the producer's policy covers the caller and the video has room; else it waits for the producer's word.
        ///
        /// * `language`: BCP 47, such as `en` or `pt-BR`; may be empty for effects.
        /// * `hash`: SHA-256 of the file.
        /// * `price`: for which anybody may buy it, in units; `None` when it is not for sale.
        #[pallet::call_index(3)]
        pub fn propose_enhancement(
            origin: OriginFor<T>,
            magnet: Magnet,
            kind: EnhancementKind,
            language: Language,
            hash: Hash32,
            price: Option<u128>,
        ) -> DispatchResult {
            let enhancer = ensure_signed(origin)?;
            Self::propose(enhancer, magnet, kind, language, hash, price)
        }

        /// Accepts a proposed enhancement of the caller's video: from two rounds later on it earns when shown.
        #[pallet::call_index(4)]
        pub fn accept_enhancement(origin: OriginFor<T>, id: u32) -> DispatchResult {
            let producer = ensure_signed(origin)?;
            Self::accept(&producer, id)
        }

        /// Ends an enhancement, by its owner or by the producer of the video. A proposal is removed and its deposit
        /// returned; an attached one earns until two rounds later.
        #[pallet::call_index(5)]
        pub fn end_enhancement(origin: OriginFor<T>, id: u32) -> DispatchResult {
            let caller = ensure_signed(origin)?;
            Self::end(&caller, id)
        }

        /// Removes an enhancement that ended so long ago that nobody judges a view with it any more, and returns the
        /// deposit to its owner; by anybody.
        #[pallet::call_index(6)]
        pub fn remove_enhancement(origin: OriginFor<T>, id: u32) -> DispatchResult {
            ensure_signed(origin)?;
            Self::remove_ended(id)
        }

        /// Offers the caller's enhancement for a price in units, or no longer with `None`. Holds at once: nobody pays
        /// more than it names when buying.
        #[pallet::call_index(7)]
        pub fn set_enhancement_price(
            origin: OriginFor<T>,
            id: u32,
            price: Option<u128>,
        ) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::set_price(&owner, id, price)
        }

        /// Buys an enhancement outright: pays its price to the owner, puts up the deposit, and returns the owner's; all
        /// of it or nothing. The caller earns from it from two rounds later on. It is not for sale after.
        ///
        /// * `most`: what the caller pays at most, in units.
        #[pallet::call_index(8)]
        pub fn buy_enhancement(origin: OriginFor<T>, id: u32, most: u128) -> DispatchResult {
            let buyer = ensure_signed(origin)?;
            Self::buy(buyer, id, most)
        }

        /// Gives the caller's enhancement to another account, deposit included. The new owner earns from it from two
        /// rounds later on. It is not for sale after.
        #[pallet::call_index(9)]
        pub fn transfer_enhancement(
            origin: OriginFor<T>,
            id: u32,
            to: T::AccountId,
        ) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::give(owner, id, to)
        }

        /// Says whose enhancements of the caller's videos are attached without asking; a list costs a deposit by the
        /// byte. What waits already goes on waiting.
        #[pallet::call_index(10)]
        pub fn set_acceptance_policy(
            origin: OriginFor<T>,
            policy: AcceptancePolicy<T::AccountId>,
        ) -> DispatchResult {
            let producer = ensure_signed(origin)?;
            Self::put_policy(producer, policy)
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

        /// An enhancement: proposed, attached, or ended and still needed.
        pub fn enhancement(id: u32) -> Option<Enhancement<T::AccountId>> {
            Enhancements::<T>::get(id)
        }

        /// The id that the next enhancement gets: all have lower ones.
        pub fn next_enhancement() -> u32 {
            NextEnhancement::<T>::get()
        }

        /// Enhancements of a video that were accepted, ended ones included as long as they are needed; at most 64.
        pub fn enhancements_of(magnet: Magnet) -> Vec<u32> {
            Attached::<T>::get(magnet).into_inner()
        }

        /// Enhancements that wait for the producer's word, in no particular order: at most `limit` and at most 100,
        /// those that come after `after`, the last of the page before.
        pub fn proposals_of(magnet: Magnet, after: Option<u32>, limit: u32) -> Vec<u32> {
            Self::proposals_page(magnet, after, limit)
        }

        /// Who owned an enhancement in a round, when it was attached to the video then: whom the enhancers' share of a
        /// view of that round goes to.
        pub fn enhancement_owner_in(id: u32, magnet: Magnet, round: Round) -> Option<T::AccountId> {
            Self::earning_owner(id, &magnet, round)
        }

        /// Whose enhancements a producer accepts without being asked.
        pub fn acceptance_policy(producer: T::AccountId) -> AcceptancePolicy<T::AccountId> {
            Policies::<T>::get(producer).map_or(AcceptancePolicy::Ask, |record| record.policy)
        }

        /// What an enhancement holds, in units; whoever owns it has put it up.
        pub fn enhancement_deposit() -> u128 {
            Self::deposit_of_enhancement().unwrap_or(u128::MAX)
        }
    }
}

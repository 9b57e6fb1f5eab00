//! # Ads
//!
//! Advertising campaigns and their escrow.
//!
//! ## Responsibilities
//!
//! - **Campaigns**: an advertiser promises so much for an accepted play, and for a click, of its creative: a published
//!   video of one cell. What it promises never changes; a campaign with other prices is another campaign.
//! - **Escrow**: a budget is held on the advertiser's account, and leaves it for ad views or back to the advertiser only.
//! - **State by round**: a campaign is active, paused, spent or closed *from a round on*, at least two rounds after what
//!   changed it, and the pallet answers for past rounds too: an ad view is judged by the state of its round of issue.
//! - **Settlement**: for each settled round and campaign `paid = min(balance, limit, debits of approved blocks)` leaves the
//!   escrow. When what is left does not pay a play, the campaign stops by itself.
//! - **Lookup**: the campaigns of an advertiser are listed by number and read page by page.
//!
//! ```text
//!  advertiser ──open, top_up──► escrow (held) ──pay, at settlement──► rewards ──claims──► viewers, producers, …
//!                                  │                                     │
//!                                  └──refund, after closing──►  advertiser ◄── part of excluded views
//! ```
//!
//! Other pallets reach the escrow through [`chainflix_primitives::registry::AdSettlement`] only. Calls, formulas,
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
pub mod cost;
mod events;
mod impls;
mod surroundings;
pub mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use surroundings::BenchmarkHelper;
pub use types::{Campaign, Funds, StateChange, Tag, Tags};
pub use weights::WeightInfo;

use alloc::vec::Vec;
use chainflix_primitives::{
    Magnet, Round,
    campaign::{CampaignState, CampaignTerms},
    registry::{CurrentRound, VideoRegistry},
    rounds::MAX_CARRY_ROUNDS,
};
use frame_support::{
    pallet_macros::import_section, pallet_prelude::*, traits::fungible::MutateHold,
};
use frame_system::pallet_prelude::*;

/// Most entries of one page of an advertiser's campaigns.
pub const MAX_PAGE: u32 = 100;

/// A view that is issued before a campaign closes is accepted at most 95 s later: 40 of the shortest rounds there can be.
pub const PLAY_ROUNDS: u32 = 40;
/// After closing, so many rounds may still bring debits when all of them count: those of a play, and [`MAX_CARRY_ROUNDS`]
/// counted ones for which it may be carried over.
pub const IN_FLIGHT_ROUNDS: u32 = MAX_CARRY_ROUNDS + PLAY_ROUNDS;

#[import_section(events::events)]
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

    /// Advertising campaigns and their escrow.
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
        /// Holds budgets and deposits, and burns what campaigns pay. Amounts are units of 10⁻¹² CFX.
        type Currency: MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason, Balance = u128>;

        /// The runtime's reasons for holds.
        type RuntimeHoldReason: From<HoldReason>;

        /// The current round.
        type Rounds: CurrentRound;

        /// Registered videos, of which creatives are.
        type Videos: VideoRegistry;

        /// Deposit for one storage entry, in units.
        #[pallet::constant]
        type DepositPerEntry: Get<u128>;

        /// Deposit for one byte in storage, in units.
        #[pallet::constant]
        type DepositPerByte: Get<u128>;

        /// How long a past state must be known, in rounds: longer than anybody may still judge a view or recompute
        /// earnings. A closed campaign can be removed so many rounds after the last that could debit it. Two cycles in
        /// production.
        #[pallet::constant]
        type RecordRounds: Get<u32>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;

        /// What benchmarks need of the rest of the runtime.
        #[cfg(any(test, feature = "runtime-benchmarks"))]
        type BenchmarkHelper: crate::BenchmarkHelper;
    }

    /// Why funds are held.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// For the record of a campaign. Returned when the record is removed.
        #[codec(index = 0)]
        Campaign,
        /// What is left of campaigns' budgets: the escrow.
        #[codec(index = 1)]
        Budget,
    }

    /// Campaigns by number.
    #[pallet::storage]
    pub type Campaigns<T: Config> = StorageMap<_, Twox64Concat, u32, Campaign>;

    /// How many campaigns were ever opened: the number of the next one. No number is given twice.
    #[pallet::storage]
    pub type NextCampaign<T: Config> = StorageValue<_, u32, ValueQuery>;

    /// Campaigns of an advertiser by its own number, in order of opening. A removed campaign leaves a gap.
    #[pallet::storage]
    pub type Listings<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, u32, u32>;

    /// How many campaigns an advertiser has ever opened: the number of its next one in its list.
    #[pallet::storage]
    pub type OpenedCount<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

    /// The money of all campaigns there ever were, in units.
    #[pallet::storage]
    pub type LifetimeFunds<T: Config> = StorageValue<_, Funds, ValueQuery>;

    /// The last settled round: all debits of it and earlier ones are paid.
    #[pallet::storage]
    pub type LastSettled<T: Config> = StorageValue<_, Round>;

    /// Why a call was refused. Numbers never change and are never reused.
    #[pallet::error]
    pub enum Error<T> {
        /// There is no such campaign.
        #[codec(index = 0)]
        UnknownCampaign,
        /// Only the advertiser of the campaign may do this.
        #[codec(index = 1)]
        NotAdvertiser,
        /// The creative is no registered video, or not active when the campaign begins.
        #[codec(index = 2)]
        CreativeNotActive,
        /// The creative has more than one cell: an advertisement lasts at most 60 s.
        #[codec(index = 3)]
        CreativeTooLong,
        /// The creative lasts under 5 s: no view of it would be accepted.
        #[codec(index = 4)]
        CreativeTooShort,
        /// The price of a play is 0, or a price is above 1,000 CFX.
        #[codec(index = 5)]
        InvalidPrice,
        /// The limit per round does not pay one play with its click.
        #[codec(index = 6)]
        LimitTooLow,
        /// Nobody could ever see a campaign with a cap of no views.
        #[codec(index = 7)]
        InvalidCap,
        /// A tag is empty or has other characters than `a` to `z`, `0` to `9` and `-`, or tags don't ascend.
        #[codec(index = 8)]
        InvalidTags,
        /// The budget, or what is left of it, does not pay a play.
        #[codec(index = 9)]
        BudgetTooLow,
        /// The campaign is not in a state in which this can be done.
        #[codec(index = 10)]
        WrongState,
        /// A change of state is pending: try again once it has taken effect, in two rounds at most.
        #[codec(index = 11)]
        ChangePending,
        /// The campaign's state changed too often: try again when older changes have left its history, or close it.
        #[codec(index = 12)]
        HistoryFull,
        /// Views that the campaign owes for may still be settled: try again later.
        #[codec(index = 13)]
        DebitsInFlight,
        /// There is nothing to refund.
        #[codec(index = 14)]
        NothingToRefund,
        /// The record is still needed: close the campaign, take the refund, and wait until its views are settled for
        /// good.
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
                T::RecordRounds::get() > IN_FLIGHT_ROUNDS,
                "a campaign's record would be gone before its views are settled"
            );
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_n: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call(weight(<T as Config>::WeightInfo))]
    impl<T: Config> Pallet<T> {
        /// Opens a campaign and holds its budget. Its creative may be shown for it from two rounds after this call on.
        ///
        /// * `creative`: a published video of one cell, of 5 s at least.
        /// * `price_per_play`, `price_per_click`: in units, at most 1,000 CFX each; a play costs something, a click is paid
        ///   on top and may be free.
        /// * `limit_per_round`: most that is paid in one round, in units; one play with its click at least.
        /// * `views_per_day`: views of one viewer that are paid in 2,000 rounds, 1 at least.
        /// * `least_account_age`: rounds between the first round in which a viewer earned by watching and the ad view.
        /// * `tags`: subjects of videos in which it should run, ascending; none for all.
        /// * `budget`: in units, a play at least.
        #[pallet::call_index(0)]
        #[expect(
            clippy::too_many_arguments,
            reason = "named arguments read better in wallets than one nested structure"
        )]
        pub fn open(
            origin: OriginFor<T>,
            creative: Magnet,
            price_per_play: u128,
            price_per_click: u128,
            limit_per_round: u128,
            views_per_day: u16,
            least_account_age: Round,
            tags: Tags,
            budget: u128,
        ) -> DispatchResult {
            let advertiser = ensure_signed(origin)?;
            let terms = CampaignTerms {
                advertiser: Self::raw(&advertiser),
                creative,
                price_per_play,
                price_per_click,
                limit_per_round,
                views_per_day,
                least_account_age,
                from_round: Self::round_of_effect()?,
            };
            Self::open_campaign(advertiser, terms, tags, budget)
        }

        /// Adds to the budget of a campaign that is not closed. One that was spent has to be resumed after.
        #[pallet::call_index(1)]
        pub fn top_up(
            origin: OriginFor<T>,
            #[pallet::compact] campaign: u32,
            amount: u128,
        ) -> DispatchResult {
            let advertiser = ensure_signed(origin)?;
            Self::add_to_budget(&advertiser, campaign, amount)
        }

        /// Pauses an active campaign, with effect two rounds later. What was shown before is paid.
        #[pallet::call_index(2)]
        pub fn pause(origin: OriginFor<T>, #[pallet::compact] campaign: u32) -> DispatchResult {
            let advertiser = ensure_signed(origin)?;
            Self::switch(&advertiser, campaign, CampaignState::Paused)
        }

        /// Resumes a campaign that is paused or spent, with effect two rounds later. What is left has to pay a play.
        #[pallet::call_index(3)]
        pub fn resume(origin: OriginFor<T>, #[pallet::compact] campaign: u32) -> DispatchResult {
            let advertiser = ensure_signed(origin)?;
            Self::switch(&advertiser, campaign, CampaignState::Active)
        }

        /// Closes a campaign for good, with effect two rounds later. What was shown before is paid; the rest can be
        /// taken back with `refund` once that is settled.
        #[pallet::call_index(4)]
        pub fn close(origin: OriginFor<T>, #[pallet::compact] campaign: u32) -> DispatchResult {
            let advertiser = ensure_signed(origin)?;
            Self::switch(&advertiser, campaign, CampaignState::Closed)
        }

        /// Returns what is left of a closed campaign's budget to its advertiser, once everything that was shown for it
        /// is settled: when a round is that lies more than 60 after the closing took effect, or later when some did not count.
        // From where views are carried is one more read, which is not in the measured weight.
        #[pallet::call_index(5)]
        #[pallet::weight(
            <T as Config>::WeightInfo::refund()
                .saturating_add(<T as frame_system::Config>::DbWeight::get().reads(1))
        )]
        pub fn refund(origin: OriginFor<T>, #[pallet::compact] campaign: u32) -> DispatchResult {
            let advertiser = ensure_signed(origin)?;
            Self::refund_rest(&advertiser, campaign)
        }

        /// Removes the record of a campaign that was closed so long ago that nobody judges its views any more, and returns
        /// its deposit.
        #[pallet::call_index(6)]
        pub fn remove(origin: OriginFor<T>, #[pallet::compact] campaign: u32) -> DispatchResult {
            let advertiser = ensure_signed(origin)?;
            Self::remove_campaign(advertiser, campaign)
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// Everything about a campaign.
        pub fn campaign(campaign: u32) -> Option<Campaign> {
            Campaigns::<T>::get(campaign)
        }

        /// What never changes of a campaign.
        pub fn terms(campaign: u32) -> Option<CampaignTerms> {
            Campaigns::<T>::get(campaign).map(|record| record.terms)
        }

        /// State of a campaign in a round. `None` before its first round, for an unknown campaign, and for a round so
        /// long ago that the state is forgotten.
        pub fn campaign_state(campaign: u32, round: Round) -> Option<CampaignState> {
            Campaigns::<T>::get(campaign)?.state_in(round)
        }

        /// Campaigns of an advertiser with their numbers in its list, from number `from` on: at most `limit`, and at most
        /// 100 numbers are looked at, so that a page may be short where campaigns were removed.
        pub fn campaigns_of(advertiser: T::AccountId, from: u32, limit: u32) -> Vec<(u32, u32)> {
            Self::page_of(&advertiser, from, limit)
        }

        /// How many campaigns an advertiser has ever opened.
        pub fn opened_count(advertiser: T::AccountId) -> u32 {
            OpenedCount::<T>::get(advertiser)
        }

        /// The round that has to be settled before the rest of a closed campaign can be taken back, when all rounds count:
        /// those that do not put it off. `None` while it is not closed.
        pub fn refundable_after(campaign: u32) -> Option<Round> {
            Self::last_in_flight(&Campaigns::<T>::get(campaign)?)
        }

        /// What opening a campaign with such tags holds beside its budget, in units.
        pub fn open_deposit(tags: Tags) -> Option<u128> {
            Self::campaign_deposit(&tags)
        }

        /// The money of all campaigns there ever were, in units.
        pub fn lifetime_funds() -> Funds {
            LifetimeFunds::<T>::get()
        }
    }
}

//! # Motions
//!
//! What two thirds of the verifiers decide is done with a delay, so that everybody sees it coming.
//!
//! ## Responsibilities
//!
//! - **Delay**: a decided call waits for a number of blocks that genesis chose, then is dispatched as root through the
//!   scheduler. Nothing else in the runtime makes a root origin.
//! - **Allow list**: only calls of [`Config::Enactable`] can be scheduled; the others are decided without delay, or by
//!   nobody.
//! - **Urgency**: what restores a stalled chain waits only the least delay.
//! - **Cancelling**: what waits can be cancelled until it is done.
//! - **Bounds**: calls waiting, their length and their weight are limited when they are scheduled, so that each can be
//!   enacted.
//!
//! ```text
//!  motion (2/3) ──schedule(call)──► Pending ──delay──► scheduler ──enact──► call, as root
//!                                      │
//!  motion (> 51 %) ──cancel(index)─────┴──► nothing happens
//! ```
//!
//! Calls, rules, invariants and threats are in the pallet's `README.md`.

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
mod impls;
pub mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::PendingEnactment;
pub use weights::WeightInfo;

use alloc::{boxed::Box, vec::Vec};
use frame_support::{
    dispatch::{DispatchResultWithPostInfo, GetDispatchInfo, PostDispatchInfo},
    pallet_prelude::*,
    traits::{Contains, schedule::v3::Named},
};
use frame_system::pallet_prelude::{BlockNumberFor, OriginFor, ensure_root};
use sp_runtime::traits::Dispatchable;

/// A pending enactment, as this runtime stores it.
pub type PendingEnactmentOf<T> = PendingEnactment<
    <T as Config>::RuntimeCall,
    <T as frame_system::Config>::Hash,
    BlockNumberFor<T>,
>;

#[frame_support::pallet]
#[allow(clippy::expect_used, reason = "in code that FRAME's macros make")]
pub mod pallet {
    use super::*;

    /// The in-code storage version.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// Decided calls that wait.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the pallet needs from its surroundings.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// The calls of the runtime.
        type RuntimeCall: Parameter
            + Dispatchable<
                RuntimeOrigin = <Self as frame_system::Config>::RuntimeOrigin,
                PostInfo = PostDispatchInfo,
            > + GetDispatchInfo
            + From<Call<Self>>;

        /// The origins of the runtime.
        type PalletsOrigin: From<frame_system::RawOrigin<Self::AccountId>>;

        /// Which calls can be enacted.
        type Enactable: Contains<<Self as Config>::RuntimeCall>;

        /// Which of them wait only [`Config::LeastDelay`]: what restores a chain that has stalled can't wait for days.
        type Urgent: Contains<<Self as Config>::RuntimeCall>;

        /// Who decides that a call will be enacted: two thirds of the verifiers.
        type ScheduleOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// Who takes that back: more than 51 % of the verifiers.
        type CancelOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// Calls [`Pallet::enact`] when the delay has passed.
        type Scheduler: Named<
                BlockNumberFor<Self>,
                <Self as Config>::RuntimeCall,
                Self::PalletsOrigin,
                Hasher = Self::Hashing,
            >;

        /// The least delay that genesis may choose, in blocks; at least 1.
        #[pallet::constant]
        type LeastDelay: Get<BlockNumberFor<Self>>;

        /// Most calls that wait at a time. The scheduler has to have room for as many in one block.
        #[pallet::constant]
        type MaxPending: Get<u32>;

        /// Longest call, in bytes as encoded.
        #[pallet::constant]
        type MaxCallBytes: Get<u32>;

        /// Heaviest call. The scheduler has to have room for it in an empty block.
        #[pallet::constant]
        type MaxCallWeight: Get<Weight>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// Blocks from the decision to the enactment, chosen at genesis: seven days in production.
    #[pallet::storage]
    pub type Delay<T: Config> = StorageValue<_, BlockNumberFor<T>, ValueQuery>;

    /// The index of the next call that is scheduled.
    #[pallet::storage]
    pub type NextIndex<T: Config> = StorageValue<_, u32, ValueQuery>;

    /// Calls that wait, by index: at most [`Config::MaxPending`], each at most [`Config::MaxCallBytes`] long.
    #[pallet::storage]
    #[pallet::unbounded]
    pub type Pending<T: Config> =
        CountedStorageMap<_, Twox64Concat, u32, PendingEnactmentOf<T>, OptionQuery>;

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// Two thirds of the verifiers decided that a call will be enacted.
        Scheduled {
            /// Its index.
            index: u32,
            /// Hash of the encoded call.
            call_hash: T::Hash,
            /// The block in which it will be.
            enact_at: BlockNumberFor<T>,
        },
        /// The verifiers took a decision back: the call won't be enacted.
        Cancelled {
            /// Its index.
            index: u32,
            /// Hash of the encoded call.
            call_hash: T::Hash,
        },
        /// A call was enacted.
        Enacted {
            /// Its index.
            index: u32,
            /// Hash of the encoded call.
            call_hash: T::Hash,
        },
        /// A call was tried and changed nothing. It is not tried again.
        EnactmentFailed {
            /// Its index.
            index: u32,
            /// Hash of the encoded call.
            call_hash: T::Hash,
            /// Why.
            error: DispatchError,
        },
    }

    /// Why a call was refused. Numbers never change and are never reused.
    #[pallet::error]
    pub enum Error<T> {
        /// The call is not one of those that are enacted with a delay: decide it by a motion of its own, if anybody may
        /// decide it at all.
        #[codec(index = 0)]
        NotEnactable,
        /// The call is longer than `MaxCallBytes`.
        #[codec(index = 1)]
        CallTooLong,
        /// The call is heavier than `MaxCallWeight`, or than it was when it was scheduled.
        #[codec(index = 2)]
        CallTooHeavy,
        /// As many calls wait as may: wait for one to be enacted, or cancel one.
        #[codec(index = 3)]
        TooManyPending,
        /// No call waits under this index.
        #[codec(index = 4)]
        NotPending,
        /// The call means nothing to this runtime: the runtime has changed since it was scheduled.
        #[codec(index = 5)]
        CallUnreadable,
        /// An index or a block number is at its end.
        #[codec(index = 6)]
        Overflow,
    }

    /// How long a decided call waits.
    #[pallet::genesis_config]
    pub struct GenesisConfig<T: Config> {
        /// In blocks: 252,000 are seven days when every slot has one. At least `LeastDelay`.
        pub delay: BlockNumberFor<T>,
    }

    impl<T: Config> Default for GenesisConfig<T> {
        fn default() -> Self {
            Self {
                delay: T::LeastDelay::get(),
            }
        }
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            assert!(
                self.delay >= T::LeastDelay::get(),
                "genesis: motions.delay must be at least {:?} blocks",
                T::LeastDelay::get()
            );
            Delay::<T>::put(self.delay);
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(
                T::LeastDelay::get() > BlockNumberFor::<T>::from(0u32),
                "nothing is scheduled for the block that decides it"
            );
            assert!(
                T::MaxPending::get() > 0 && T::MaxCallBytes::get() > 0,
                "nothing could ever be enacted"
            );
            assert!(
                T::MaxCallWeight::get().any_gt(Weight::zero()),
                "nothing could ever be enacted"
            );
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_n: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call(weight(<T as Config>::WeightInfo))]
    impl<T: Config> Pallet<T> {
        /// Decides that `call` will be dispatched as root when the delay has passed. For motions of two thirds of the
        /// verifiers.
        #[pallet::call_index(0)]
        #[pallet::weight(<T as Config>::WeightInfo::schedule(T::MaxCallBytes::get()))]
        pub fn schedule(
            origin: OriginFor<T>,
            call: Box<<T as Config>::RuntimeCall>,
        ) -> DispatchResult {
            T::ScheduleOrigin::ensure_origin(origin)?;
            Self::put_on_schedule(*call)
        }

        /// Takes a decision back before it is enacted. For motions of more than 51 % of the verifiers.
        ///
        /// * `index`: as its `Scheduled` event said.
        #[pallet::call_index(1)]
        pub fn cancel(origin: OriginFor<T>, index: u32) -> DispatchResult {
            T::CancelOrigin::ensure_origin(origin)?;
            Self::take_off_schedule(index)
        }

        /// Dispatches a call whose delay has passed. The scheduler does it; it is for nobody else.
        ///
        /// * `weight_bound`: the call's weight when it was scheduled.
        #[pallet::call_index(2)]
        #[pallet::weight(<T as Config>::WeightInfo::enact(T::MaxCallBytes::get()).saturating_add(*weight_bound))]
        pub fn enact(
            origin: OriginFor<T>,
            index: u32,
            weight_bound: Weight,
        ) -> DispatchResultWithPostInfo {
            ensure_root(origin)?;
            Self::enact_pending(index, weight_bound)
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// Blocks from a decision to its enactment.
        pub fn delay() -> BlockNumberFor<T> {
            Delay::<T>::get()
        }

        /// The call that waits under an index, when and how heavy.
        pub fn pending(index: u32) -> Option<PendingEnactmentOf<T>> {
            Pending::<T>::get(index)
        }

        /// Indices of the calls that wait, ascending, with the block of their enactment.
        pub fn schedule_of_enactments() -> Vec<(u32, BlockNumberFor<T>)> {
            Self::in_order()
        }
    }
}

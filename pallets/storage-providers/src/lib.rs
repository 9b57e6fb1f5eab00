//! # Storage providers
//!
//! Who stores and serves cells, and the controllers that track them.
//!
//! ## Responsibilities
//!
//! - **Providers**: an account registers a storage node under an index that receipts name. Owner and keys of an index
//!   never change; what a node declares (class, region, space) may.
//! - **Rounds of effect**: a provider's receipts count from two rounds after its registration until two rounds after
//!   its exit, and its record is kept for as long as a receipt may still name it.
//! - **Deposits**: a registration is paid for by the byte; the deposit comes back when its record is removed.
//! - **Controllers**: ed25519 keys that may sign lists of sources, with their endpoints, kept by
//!   [`Config::ControllerOrigin`].
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

mod impls;
pub mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::{Controller, Provider};
pub use weights::WeightInfo;

use alloc::vec::Vec;
use chainflix_primitives::{
    Round,
    registry::{CurrentRound, Endpoint, ProviderClass, ProviderRecord},
};
use frame_support::{pallet_prelude::*, traits::fungible::MutateHold};
use frame_system::pallet_prelude::*;

/// Most providers of one account.
pub const MAX_PROVIDERS_PER_OWNER: u32 = 64;
/// Most controllers.
pub const MAX_CONTROLLERS: u32 = 100;

#[frame_support::pallet]
#[allow(clippy::expect_used, reason = "in code that FRAME's macros make")]
pub mod pallet {
    use super::*;

    /// The in-code storage version.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// Storage providers and controllers.
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

        /// Registers and removes controllers.
        type ControllerOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// The current round.
        type Rounds: CurrentRound;

        /// How long the record of a provider that left is kept, in rounds: longer than anybody may still judge a
        /// receipt of it or recompute earnings. Two cycles in production.
        #[pallet::constant]
        type RecordRounds: Get<u32>;

        /// Deposit for one storage entry, in units.
        #[pallet::constant]
        type DepositPerEntry: Get<u128>;

        /// Deposit for one byte in storage, in units.
        #[pallet::constant]
        type DepositPerByte: Get<u128>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// Why funds are held.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// For the record of a provider. Returned when it is removed.
        #[codec(index = 0)]
        Provider,
    }

    /// Index of the next provider. An index is never used again.
    #[pallet::storage]
    pub type NextIndex<T: Config> = StorageValue<_, u32, ValueQuery>;

    /// Providers by index.
    #[pallet::storage]
    pub type Providers<T: Config> = StorageMap<_, Twox64Concat, u32, Provider>;

    /// Index of the provider with a peer key.
    #[pallet::storage]
    pub type PeerKeys<T: Config> = StorageMap<_, Blake2_128Concat, [u8; 32], u32>;

    /// Indices of the providers of an account, in order of registration.
    #[pallet::storage]
    pub type OwnedBy<T: Config> = StorageMap<
        _,
        Blake2_128Concat,
        T::AccountId,
        BoundedVec<u32, ConstU32<MAX_PROVIDERS_PER_OWNER>>,
        ValueQuery,
    >;

    /// Controllers by the ed25519 public key with which they sign lists of sources.
    #[pallet::storage]
    pub type Controllers<T: Config> = CountedStorageMap<_, Blake2_128Concat, [u8; 32], Controller>;

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A storage node was registered.
        ProviderRegistered {
            /// Its index.
            index: u32,
            /// The account that earns.
            owner: T::AccountId,
            /// First round in which its receipts count.
            from_round: Round,
        },
        /// A provider declared something else.
        ProviderUpdated {
            /// Its index.
            index: u32,
            /// Its class.
            class: ProviderClass,
            /// Its region.
            region: [u8; 2],
            /// Its space in bytes.
            space_bytes: u64,
        },
        /// A provider is leaving.
        ProviderExiting {
            /// Its index.
            index: u32,
            /// First round in which its receipts don't count.
            until_round: Round,
            /// First round in which its record can be removed.
            removable: Round,
        },
        /// The record of a provider that left was removed.
        ProviderRemoved {
            /// Its index.
            index: u32,
            /// The account that earned.
            owner: T::AccountId,
            /// What was returned, in units.
            deposit: u128,
        },
        /// A controller was registered, or its endpoint changed.
        ControllerSet {
            /// Its key.
            key: [u8; 32],
        },
        /// A controller was removed: its lists of sources no longer count.
        ControllerRemoved {
            /// Its key.
            key: [u8; 32],
        },
    }

    /// Why a call was refused. Numbers never change and are never reused.
    #[pallet::error]
    pub enum Error<T> {
        /// A provider is registered with this peer key already.
        #[codec(index = 0)]
        PeerKeyTaken,
        /// The region is not two upper-case letters (ISO 3166-1 alpha-2).
        #[codec(index = 1)]
        InvalidRegion,
        /// A provider has to declare some space.
        #[codec(index = 2)]
        NoSpace,
        /// The account has as many providers as it may have: remove one first, or use another account.
        #[codec(index = 3)]
        TooManyProviders,
        /// There is no such provider.
        #[codec(index = 4)]
        UnknownProvider,
        /// Only the owner of the provider may do this.
        #[codec(index = 5)]
        NotOwner,
        /// The provider is leaving.
        #[codec(index = 6)]
        Exiting,
        /// The record is still needed: exit first and wait until the provider's receipts are settled for good.
        #[codec(index = 7)]
        RecordStillNeeded,
        /// The endpoint is not a URL that begins with `http://` or `https://`.
        #[codec(index = 8)]
        InvalidEndpoint,
        /// There are as many controllers as there may be: remove one first.
        #[codec(index = 9)]
        TooManyControllers,
        /// There is no such controller.
        #[codec(index = 10)]
        UnknownController,
        /// An index, a round or an amount is at its end.
        #[codec(index = 11)]
        Overflow,
    }

    /// Controllers from the start.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// ed25519 public key and endpoint (`http://` or `https://` URL) of each controller.
        pub controllers: Vec<([u8; 32], alloc::string::String)>,
        /// Not used.
        #[serde(skip)]
        pub _config: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            for (key, endpoint) in &self.controllers {
                let set = Endpoint::try_from(endpoint.as_bytes().to_vec())
                    .map_err(|_| Error::<T>::InvalidEndpoint.into())
                    .and_then(|endpoint| Pallet::<T>::put_controller(*key, endpoint));
                assert!(set.is_ok(), "genesis: controller at {endpoint}: {set:?}");
            }
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(
                T::RecordRounds::get() > chainflix_primitives::rounds::MAX_CARRY_ROUNDS,
                "a view may be carried over longer than the record of its provider is kept"
            );
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_n: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call(weight(<T as Config>::WeightInfo))]
    impl<T: Config> Pallet<T> {
        /// Registers a storage node of the caller. Its receipts count from two rounds after this call on.
        ///
        /// * `peer_key`: ed25519 public key of its libp2p peer id, which signs receipts.
        /// * `exchange_key`: X25519 public key to which verifiers seal its token key.
        /// * `region`: ISO 3166-1 alpha-2.
        #[pallet::call_index(0)]
        pub fn register(
            origin: OriginFor<T>,
            peer_key: [u8; 32],
            exchange_key: [u8; 32],
            class: ProviderClass,
            region: [u8; 2],
            space_bytes: u64,
        ) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            let record = ProviderRecord {
                owner: Self::raw(&owner),
                peer_key,
                exchange_key,
                class,
                region,
                space_bytes,
                from_round: Self::round_of_effect()?,
            };
            Self::add_provider(owner, record)
        }

        /// Changes what a provider declares. Its keys stay: with a lost key, exit and register anew.
        #[pallet::call_index(1)]
        pub fn update(
            origin: OriginFor<T>,
            index: u32,
            class: ProviderClass,
            region: [u8; 2],
            space_bytes: u64,
        ) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::update_provider(&owner, index, class, region, space_bytes)
        }

        /// Leaves: receipts of the provider count until two rounds after this call, for good. Its record stays until
        /// nobody judges its receipts any more.
        #[pallet::call_index(2)]
        pub fn exit(origin: OriginFor<T>, index: u32) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::begin_exit(&owner, index)
        }

        /// Removes the record of a provider that left long enough ago and returns its deposit. The peer key may be
        /// registered again, under another index.
        #[pallet::call_index(3)]
        pub fn remove(origin: OriginFor<T>, index: u32) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::remove_provider(owner, index)
        }

        /// Registers a controller, or changes its endpoint.
        #[pallet::call_index(4)]
        pub fn set_controller(
            origin: OriginFor<T>,
            key: [u8; 32],
            endpoint: Endpoint,
        ) -> DispatchResult {
            T::ControllerOrigin::ensure_origin(origin)?;
            Self::put_controller(key, endpoint)
        }

        /// Removes a controller.
        #[pallet::call_index(5)]
        pub fn remove_controller(origin: OriginFor<T>, key: [u8; 32]) -> DispatchResult {
            T::ControllerOrigin::ensure_origin(origin)?;
            Self::drop_controller(key)
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// A provider for as long as its record is kept, whether its receipts count or not.
        pub fn provider(index: u32) -> Option<ProviderRecord> {
            Providers::<T>::get(index).map(|provider| provider.record)
        }

        /// A provider whose receipts count in `round`.
        pub fn provider_in(index: u32, round: Round) -> Option<ProviderRecord> {
            let provider = Providers::<T>::get(index)?;
            provider.counts_in(round).then_some(provider.record)
        }

        /// First round in which the receipts of a leaving provider don't count. `None` while it stays.
        pub fn exit_round(index: u32) -> Option<Round> {
            Providers::<T>::get(index)?.until_round
        }

        /// Index of the provider with a peer key.
        pub fn index_of(peer_key: [u8; 32]) -> Option<u32> {
            PeerKeys::<T>::get(peer_key)
        }

        /// Indices of the providers of an account, in order of registration.
        pub fn providers_of(owner: T::AccountId) -> Vec<u32> {
            OwnedBy::<T>::get(owner).into_inner()
        }

        /// The index that the next provider gets: all providers have lower ones.
        pub fn next_index() -> u32 {
            NextIndex::<T>::get()
        }

        /// Controllers with their endpoints; there are at most 100.
        pub fn controllers() -> Vec<([u8; 32], Controller)> {
            Controllers::<T>::iter().collect()
        }

        /// Whether lists of sources that `key` signed count.
        pub fn is_controller(key: [u8; 32]) -> bool {
            Controllers::<T>::contains_key(key)
        }

        /// What a registration holds, in units.
        pub fn registration_deposit() -> u128 {
            Self::provider_deposit().unwrap_or(u128::MAX)
        }
    }
}

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
//! - **Heartbeats**: verifiers attest, page by page, which providers they found alive; a provider was seen when more than
//!   51 % say so.
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
    Controller, Declaration, DeclaredChange, PageCount, PageLiveness, Provider, Tally,
};
pub use weights::WeightInfo;

use alloc::vec::Vec;
use chainflix_primitives::{
    Round,
    hash::Hash32,
    heartbeat::Heartbeat,
    ids::Signature64,
    registry::{CurrentRound, Endpoint, ProviderClass, ProviderRecord, VerifierKeys, VerifierSet},
};
use frame_support::{
    pallet_macros::import_section, pallet_prelude::*, traits::fungible::MutateHold,
};
use frame_system::{offchain::CreateAuthorizedTransaction, pallet_prelude::*};

/// Most providers of one account.
pub const MAX_PROVIDERS_PER_OWNER: u32 = 64;
/// Most controllers.
pub const MAX_CONTROLLERS: u32 = 100;

#[import_section(errors::errors)]
#[import_section(events::events)]
#[import_section(storage::storage)]
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

    /// What the pallet needs from its surroundings. The runtime's transactions have to carry
    /// `frame_system::AuthorizeCall`.
    #[pallet::config]
    pub trait Config:
        frame_system::Config<
            RuntimeEvent: From<Event<Self>>,
            AccountId: From<[u8; 32]> + Into<[u8; 32]>,
            Hash: Into<Hash32>,
        > + CreateAuthorizedTransaction<Call<Self>>
    {
        /// Holds deposits. Amounts are units of 10⁻¹² CFX.
        type Currency: MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason, Balance = u128>;

        /// The runtime's reasons for holds.
        type RuntimeHoldReason: From<HoldReason>;

        /// Registers and removes controllers.
        type ControllerOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// The current round.
        type Rounds: CurrentRound;

        /// The verifiers in force, who attest which providers are alive.
        type Verifiers: VerifierSet;

        /// The verifiers' `pov` session keys.
        type VerifierKeys: VerifierKeys;

        /// Priority of heartbeats in the transaction pool.
        #[pallet::constant]
        type Priority: Get<TransactionPriority>;

        /// For how many blocks a heartbeat stays in the transaction pool; the worker submits it again after.
        #[pallet::constant]
        type Longevity: Get<TransactionLongevity>;

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

        /// Arranges what benchmarks need around the pallet.
        #[cfg(any(test, feature = "runtime-benchmarks"))]
        type BenchmarkHelper: crate::BenchmarkHelper;
    }

    /// Why funds are held.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// For the record of a provider. Returned when it is removed.
        #[codec(index = 0)]
        Provider,
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
            assert!(
                T::Longevity::get() > 0,
                "no heartbeat would last until the next block"
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

        /// Changes what a provider declares, with effect two rounds later; a change that has not taken effect is replaced.
        /// Its keys stay: with a lost key, exit and register anew. A provider that was absent in the last three turns of
        /// its page can't declare itself always-on until it is seen again.
        #[pallet::call_index(1)]
        pub fn update(
            origin: OriginFor<T>,
            index: u32,
            class: ProviderClass,
            region: [u8; 2],
            space_bytes: u64,
        ) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            let declared = Declaration {
                class,
                region,
                space_bytes,
            };
            Self::update_provider(&owner, index, declared)
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

        /// Attests which providers of the page due a verifier found alive in the last period. Free; authorized by the
        /// signature that it carries.
        ///
        /// * `signature`: by the verifier's `pov` session key over
        ///   `chainflix_primitives::heartbeat::Heartbeat::signing_payload`.
        #[pallet::call_index(6)]
        #[pallet::weight((<T as Config>::WeightInfo::attest(), DispatchClass::Operational))]
        #[pallet::weight_of_authorize(<T as Config>::WeightInfo::authorize_attest())]
        #[pallet::authorize(Self::authorize_attest)]
        pub fn attest(
            origin: OriginFor<T>,
            verifier: T::AccountId,
            heartbeat: Heartbeat,
            signature: Signature64,
        ) -> DispatchResult {
            ensure_authorized(origin)?;
            // It was checked when the call was authorized.
            let _ = signature;
            Self::check_heartbeat(&verifier, &heartbeat)?;
            Self::note_heartbeat(verifier, &heartbeat)
        }

        /// Has a provider that calls itself always-on, but was absent in the last three turns of its page, declared to be
        /// at home, with effect two rounds later; by anybody.
        #[pallet::call_index(7)]
        pub fn demote(origin: OriginFor<T>, index: u32) -> DispatchResult {
            ensure_signed(origin)?;
            Self::demote_absent(index)
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// A provider for as long as its record is kept, whether its receipts count or not, as it declares itself now.
        pub fn provider(index: u32) -> Option<ProviderRecord> {
            Providers::<T>::get(index)
                .map(|provider| provider.record_in(T::Rounds::current_round()))
        }

        /// A provider whose receipts count in `round`.
        pub fn provider_in(index: u32, round: Round) -> Option<ProviderRecord> {
            let provider = Providers::<T>::get(index)?;
            provider.counts_in(round).then(|| provider.record_in(round))
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

        /// The last round of the last period in which more than 51 % of the verifiers found a provider alive. `None` when
        /// that never was, and for an unknown provider.
        pub fn last_seen(index: u32) -> Option<Round> {
            Self::last_seen_round(index)
        }

        /// Whether a provider was absent in the last three turns of its page that enough verifiers attested.
        pub fn is_absent(index: u32) -> bool {
            Providers::<T>::get(index).is_some_and(|provider| Self::was_absent(index, &provider))
        }

        /// The page of 1,024 providers that verifiers look at in a period, not later than the next one.
        pub fn heartbeat_page(period: u32) -> u32 {
            Self::page_due(period)
        }

        /// What a registration holds, in units.
        pub fn registration_deposit() -> u128 {
            Self::provider_deposit().unwrap_or(u128::MAX)
        }
    }
}

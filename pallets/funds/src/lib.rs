//! # Funds
//!
//! The four pots of the genesis that the verifiers spend by motion, and what each was spent on.
//!
//! ## Responsibilities
//!
//! - **Accounts**: the development fund, into which fees, slashes and dust flow, the mentors', the bounty and the bonus pot.
//!   Nobody has a key of theirs.
//! - **Founders' pot**: an account without key, so that nothing can be done with it while it is locked. What is free of it goes to
//!   the founders' account, whoever asks.
//! - **Payments**: a decided payment names its fund, its receiver, its amount and its purpose; the event is the record.
//!
//! ```text
//!  fees, slashes, dust ──► development ─┐
//!                 genesis ──► mentors ──┤
//!                 genesis ──► bounty  ──┼── pay(fund, to, amount, purpose) ──► receiver
//!                 genesis ──► bonus   ──┘        (decided by motion)
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
mod founders;
mod payment;
mod try_state;
pub mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::{FUNDS, Fund, FundReport, founders_pot};
pub use weights::WeightInfo;

use alloc::vec::Vec;
use frame_support::{pallet_prelude::*, traits::fungible::Mutate};
use frame_system::pallet_prelude::*;
use sp_runtime::traits::StaticLookup;

#[frame_support::pallet]
#[allow(clippy::expect_used, reason = "in code that FRAME's macros make")]
pub mod pallet {
    use super::*;

    /// The in-code storage version.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// The pots that verifiers spend by motion.
    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// What the pallet needs from its surroundings.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// Moves the money. Amounts are units of 10⁻¹² CFX.
        type Currency: Mutate<Self::AccountId, Balance = u128>;

        /// Who decides payments: an enacted motion.
        type PayOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// What each fund has paid in all, in units.
    #[pallet::storage]
    pub type Paid<T: Config> = StorageMap<_, Twox64Concat, Fund, u128, ValueQuery>;

    /// How many payments there were: the index of the next one.
    #[pallet::storage]
    pub type PaymentCount<T: Config> = StorageValue<_, u32, ValueQuery>;

    /// The founders' account, chosen at genesis: who receives the founders' pot.
    #[pallet::storage]
    pub type Founders<T: Config> = StorageValue<_, T::AccountId, OptionQuery>;

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A fund paid.
        FundPaid {
            /// Number of the payment, over all funds.
            index: u32,
            /// Which fund.
            fund: Fund,
            /// Who received it.
            to: T::AccountId,
            /// How much, in units of 10⁻¹² CFX.
            amount: u128,
            /// What for: a code of the list in `docs/governance.md`.
            purpose: u32,
        },
        /// What was free of the founders' pot went to the founders' account.
        FoundersPotReleased {
            /// The founders' account.
            to: T::AccountId,
            /// How much, in units of 10⁻¹² CFX.
            amount: u128,
        },
    }

    /// Why a payment was refused. Numbers never change and are never reused.
    #[pallet::error]
    pub enum Error<T> {
        /// The amount is 0.
        #[codec(index = 0)]
        NothingToPay,
        /// The fund does not have as much: it keeps the existential deposit for as long as it exists.
        #[codec(index = 1)]
        NotEnoughInFund,
        /// The receiver cannot receive the amount: a new account needs the existential deposit at least.
        #[codec(index = 2)]
        ReceiverCannotReceive,
        /// The receiver is the fund itself.
        #[codec(index = 3)]
        ReceiverIsTheFund,
        /// A count or an amount is at its end.
        #[codec(index = 4)]
        Overflow,
        /// The chain has no founders' pot.
        #[codec(index = 5)]
        NoFounders,
        /// Nothing of the founders' pot is free: its round has not come, or it has and `vesting.vestOther` of the pot was not
        /// called yet, or the pot is empty.
        #[codec(index = 6)]
        FoundersPotLocked,
    }

    /// Who receives the founders' pot.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// The founders' account; `None` in chains without such a pot.
        pub founders: Option<T::AccountId>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            Founders::<T>::set(self.founders.clone());
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "try-runtime")]
        fn try_state(_n: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call(weight(<T as Config>::WeightInfo))]
    impl<T: Config> Pallet<T> {
        /// Pays out of a fund. For enacted motions.
        ///
        /// * `amount`: in units of 10⁻¹² CFX.
        /// * `purpose`: a code of the list in `docs/governance.md`.
        #[pallet::call_index(0)]
        pub fn pay(
            origin: OriginFor<T>,
            fund: Fund,
            to: AccountIdLookupOf<T>,
            amount: u128,
            purpose: u32,
        ) -> DispatchResult {
            T::PayOrigin::ensure_origin(origin)?;
            let to = T::Lookup::lookup(to)?;
            Self::pay_out(fund, to, amount, purpose)
        }

        /// Sends what is free of the founders' pot to the founders' account. Anybody may ask for it.
        ///
        /// While the lock of the pot stands nothing is free; once its round has come, `vesting.vestOther` of the pot takes
        /// the lock away.
        #[pallet::call_index(1)]
        pub fn release_founders_pot(origin: OriginFor<T>) -> DispatchResult {
            ensure_signed(origin)?;
            Self::release_pot()
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// The account of a fund. Nobody has its key.
        pub fn account(fund: Fund) -> T::AccountId {
            fund.account()
        }

        /// The account of the founders' pot. Nobody has its key.
        pub fn founders_pot() -> T::AccountId {
            crate::types::founders_pot()
        }

        /// Each fund with its account, its balance and what it paid in all.
        pub fn funds() -> Vec<FundReport<T::AccountId>> {
            Self::reports()
        }
    }
}

/// How a call names an account.
pub type AccountIdLookupOf<T> = <<T as frame_system::Config>::Lookup as StaticLookup>::Source;

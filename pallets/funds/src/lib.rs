//! # Funds
//!
//! The four pots of the genesis that the verifiers spend by motion, and what each was spent on.
//!
//! ## Responsibilities
//!
//! - **Accounts**: the development fund, into which fees, slashes and dust flow, the mentors', the bounty and the bonus pot.
//!   Nobody has a key of theirs.
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

mod payment;
mod try_state;
pub mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::{FUNDS, Fund, FundReport};
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
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// The account of a fund. Nobody has its key.
        pub fn account(fund: Fund) -> T::AccountId {
            fund.account()
        }

        /// Each fund with its account, its balance and what it paid in all.
        pub fn funds() -> Vec<FundReport<T::AccountId>> {
            Self::reports()
        }
    }
}

/// How a call names an account.
pub type AccountIdLookupOf<T> = <<T as frame_system::Config>::Lookup as StaticLookup>::Source;

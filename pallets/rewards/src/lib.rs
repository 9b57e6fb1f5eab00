//! # Rewards
//!
//! What mining pays: emission, settlement of rounds, adopted earnings roots, claims.
//!
//! ## Responsibilities
//!
//! - **Emission**: a named schedule, chosen at genesis and fixed for the life of the chain, in closed form.
//! - **Settlement**: shares a judged round's reward among its approved view blocks by capped weight over *all* its
//!   headers. What is cut or not approved is not minted.
//! - **Earnings roots**: counts the verifiers' votes for the lifetime totals of all accounts, and adopts what more than
//!   51 % of the set agree on.
//! - **Claims**: pays an account its total under an adopted root, less what it was paid before. Anyone may submit a
//!   claim for anyone; the money goes to the account that is proved.
//! - **Ads**: takes what campaigns owe for a round's ad views out of their escrow. It joins what can be earned, and
//!   never draws on emission.
//! - **Cap**: `settled ≤ schedule` and `paid ≤ settled + advertised`, enforced here whatever the verifiers vote.
//!
//! ```text
//!  pov ──judged round──► settle ──► SettledRounds ──► verifiers compute totals off chain
//!   │                       │                                   │
//!   │                       └──► settled as of each round       │ root, sum
//!   └──vote out of a report──────► vote_earnings ◄──────────────┘
//!                                      │ more than 51 %
//!                                      ▼
//!                 claim(account, total, proof) ──► mints total − claimed to the account
//! ```
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

pub use chainflix_primitives::decrease::{AccountTotal, LaterTotal};
pub use pallet::*;
pub use surroundings::BenchmarkHelper;
pub use types::{
    AdoptedEarnings, Claim, EarningsVote, RateChange, RewardRules, SettledEntry, SettledSpan,
    Totals, Unexpected, VoteRefusal,
};
pub use weights::WeightInfo;

use alloc::vec::Vec;
use chainflix_primitives::{
    Round,
    emission::{CFX, EmissionPreset},
    hash::Hash32,
    ids::AccountId as VerifierAccount,
    merkle::MAX_PROOF_LEN,
    registry::{AdSettlement, CurrentRound, Discipline, SettledRound},
    report::MAX_VERIFIERS,
    rounds::PRODUCTION_ROUND_MS,
};
use frame_support::{pallet_macros::import_section, pallet_prelude::*, traits::fungible::Mutate};
use frame_system::{RawOrigin, offchain::CreateAuthorizedTransaction, pallet_prelude::*};

/// Path of an account's leaf under an earnings root.
pub type Path = BoundedVec<Hash32, ConstU32<{ MAX_PROOF_LEN as u32 }>>;

/// Claims of several accounts.
pub type Claims<T> =
    BoundedVec<Claim<<T as frame_system::Config>::AccountId>, ConstU32<MAX_CLAIMS>>;

/// How many adopted roots can be claimed under: the last one and the 99 before it.
pub const CLAIMABLE_ROOTS: u32 = 100;
/// Most rounds for which votes are counted at a time.
pub const MAX_OPEN_VOTES: u32 = 16;
/// Most accounts that are paid by one call.
pub const MAX_CLAIMS: u32 = 20;
/// Changes of the most rate that are remembered: those that don't hold yet, and the last that does.
pub const MAX_RATE_CHANGES: u32 = 16;
/// Least and greatest most rate that a motion may set, in units per second of weighted playtime.
pub const MAX_RATE_BOUNDS: (u128, u128) = (CFX / 100_000, 100 * CFX);
/// Most settled rounds that are read at a time.
pub const MAX_PAGE: u32 = 100;

#[import_section(errors::errors)]
#[import_section(events::events)]
#[import_section(storage::storage)]
#[frame_support::pallet]
#[allow(clippy::expect_used, reason = "in code that FRAME's macros make")]
pub mod pallet {
    use super::*;

    /// The in-code storage version.
    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    /// Emission, settlement, earnings and claims.
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
        > + CreateAuthorizedTransaction<Call<Self>>
    {
        /// Mints what is claimed. Amounts are units of 10⁻¹² CFX.
        type Currency: Mutate<Self::AccountId, Balance = u128>;

        /// The current round.
        type Rounds: CurrentRound;

        /// The escrow of advertising campaigns, out of which ad views are paid.
        type Ads: AdSettlement;

        /// The verifiers' bonds.
        type Discipline: Discipline;

        /// Who may change the most rate: a motion of more than 51 % of the verifiers.
        type ParametersOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// How long the record of a settled round is kept, in rounds. Verifiers that join or lost their store compute
        /// earnings from these records and from bodies, which are kept two cycles: 20,000 in production.
        #[pallet::constant]
        type SettledRoundsKept: Get<u32>;

        /// The least that a claim without fee pays, in units: 0.01 CFX. A lesser claim has to be signed.
        #[pallet::constant]
        type LeastFeelessClaim: Get<u128>;

        /// Priority of claims without fee in the transaction pool.
        #[pallet::constant]
        type ClaimPriority: Get<TransactionPriority>;

        /// For how many blocks a claim without fee stays in the transaction pool.
        #[pallet::constant]
        type ClaimLongevity: Get<TransactionLongevity>;

        /// Weights of the calls.
        type WeightInfo: WeightInfo;

        /// What benchmarks need of the rest of the runtime.
        #[cfg(any(test, feature = "runtime-benchmarks"))]
        type BenchmarkHelper: crate::BenchmarkHelper;
    }

    /// The rules of the chain's economy.
    #[pallet::genesis_config]
    pub struct GenesisConfig<T: Config> {
        /// The emission schedule.
        pub emission: EmissionPreset,
        /// Length of a round in ms, the same as everywhere; a divisor of 43,200.
        pub round_ms: u32,
        /// Most that a second of weighted playtime pays, in units. `None` is no such limit.
        pub max_rate_per_second: Option<u128>,
        /// First round in which that no longer holds. `None` is never.
        pub max_rate_until: Option<Round>,
        /// Rounds between two earnings roots: 10 in production.
        pub earnings_interval: u32,
        /// Rounds between the adoption of a root and the first claim under it: 20 in production.
        pub claim_delay: u32,
        /// Not used.
        #[serde(skip)]
        pub _config: PhantomData<T>,
    }

    impl<T: Config> Default for GenesisConfig<T> {
        fn default() -> Self {
            Self {
                emission: EmissionPreset::Whitepaper,
                round_ms: PRODUCTION_ROUND_MS,
                max_rate_per_second: None,
                max_rate_until: None,
                earnings_interval: 10,
                claim_delay: 20,
                _config: PhantomData,
            }
        }
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            assert!(
                self.emission.schedule(self.round_ms).is_some(),
                "genesis: rewards.roundMs must divide {PRODUCTION_ROUND_MS}"
            );
            assert!(
                self.earnings_interval > 0,
                "genesis: rewards.earningsInterval must not be 0"
            );
            Rules::<T>::put(RewardRules {
                emission: self.emission,
                round_ms: self.round_ms,
                max_rate_per_second: self.max_rate_per_second,
                max_rate_until: self.max_rate_until,
                earnings_interval: self.earnings_interval,
                claim_delay: self.claim_delay,
            });
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(
                T::SettledRoundsKept::get() > 0,
                "no earnings could be computed"
            );
            assert!(
                T::LeastFeelessClaim::get() > 0,
                "claims that pay nothing would fill blocks for free"
            );
            assert!(
                T::ClaimLongevity::get() > 0,
                "no claim would last until the next block"
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
        /// Pays an account what it has earned under an adopted root, less what it was paid before. Anyone may submit it
        /// for anyone; the account is created if need be.
        ///
        /// Signed by anybody, the signer pays the fee. Without a signature it is free, and let in when it pays at least
        /// [`Config::LeastFeelessClaim`].
        ///
        /// * `as_of`: the round of the adopted root.
        /// * `total`: what the account has earned in its lifetime, in units.
        /// * `index`, `count`, `proof`: where its leaf stands under the root, as a verifier gives them.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::claim(proof.len() as u32))]
        #[pallet::weight_of_authorize(T::WeightInfo::authorize_claim(proof.len() as u32))]
        #[pallet::authorize(Self::authorize_claim)]
        pub fn claim(
            origin: OriginFor<T>,
            account: T::AccountId,
            as_of: Round,
            total: u128,
            index: u32,
            count: u32,
            proof: Path,
        ) -> DispatchResult {
            match origin.into() {
                Ok(RawOrigin::Signed(_) | RawOrigin::Authorized) => {}
                _ => return Err(DispatchError::BadOrigin),
            }
            let claim = Claim {
                account,
                as_of,
                total,
                index,
                count,
                proof,
            };
            Self::pay(claim)
        }

        /// Pays several accounts, at most 20, each as [`Pallet::claim`] does: all of them, or none when one claim is refused.
        /// Signed by anybody, the signer pays the fee; free without a signature when each pays enough.
        ///
        /// * `claims`: by ascending account.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::claim_batch(claims.len() as u32))]
        #[pallet::weight_of_authorize(T::WeightInfo::authorize_batch(claims.len() as u32))]
        #[pallet::authorize(Self::authorize_batch)]
        pub fn claim_batch(origin: OriginFor<T>, claims: Claims<T>) -> DispatchResult {
            match origin.into() {
                Ok(RawOrigin::Signed(_) | RawOrigin::Authorized) => {}
                _ => return Err(DispatchError::BadOrigin),
            }
            Self::ensure_ascending(&claims)?;
            claims.into_iter().try_for_each(Self::pay)
        }

        /// Changes the most that a second of weighted playtime pays, in units, 100 rounds from now; `None` is no such limit.
        /// Origin: [`Config::ParametersOrigin`].
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::set_max_rate())]
        pub fn set_max_rate(origin: OriginFor<T>, rate: Option<u128>) -> DispatchResult {
            T::ParametersOrigin::ensure_origin(origin)?;
            Self::change_max_rate(rate)?;
            Ok(())
        }

        /// Proves that an account has less under later adopted earnings than under earlier ones: voids the later, and
        /// slashes those who signed them. Anybody may; free when the proof holds, and let in without a signature while it does:
        /// verifiers' nodes bring it so.
        ///
        /// * `account`: who has less.
        /// * `earlier_as_of`, `earlier`: its total under the earlier root.
        /// * `later_as_of`, `later`: its total under the later root, or its neighbours when it is not there at all.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::prove_decrease())]
        // Letting it in checks the same leaves, and writes nothing: the measured call does all of that and more.
        #[pallet::weight_of_authorize(T::WeightInfo::prove_decrease())]
        #[pallet::authorize(Self::authorize_decrease)]
        pub fn prove_decrease(
            origin: OriginFor<T>,
            account: T::AccountId,
            earlier_as_of: Round,
            earlier: AccountTotal,
            later_as_of: Round,
            later: LaterTotal,
        ) -> DispatchResultWithPostInfo {
            match origin.into() {
                Ok(RawOrigin::Signed(_) | RawOrigin::Authorized) => {}
                _ => return Err(DispatchError::BadOrigin.into()),
            }
            Self::void_decrease(account, earlier_as_of, &earlier, later_as_of, &later)?;
            Ok(Pays::No.into())
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// What was chosen at genesis.
        pub fn rules() -> Option<RewardRules> {
            Rules::<T>::get()
        }

        /// Most that a second of weighted playtime pays in `round`, in units; `None` is no such limit.
        pub fn max_rate(round: Round) -> Option<u128> {
            Self::max_rate_in(round)
        }

        /// Who signed the adopted earnings as of a round.
        pub fn signers(as_of: Round) -> Vec<VerifierAccount> {
            Signers::<T>::get(as_of).into_inner()
        }

        /// The emission schedule by name.
        pub fn emission_preset() -> Option<EmissionPreset> {
            Rules::<T>::get().map(|rules| rules.emission)
        }

        /// What `round` may mint at most, in units.
        pub fn reward(round: Round) -> u128 {
            Self::schedule().map_or(0, |schedule| schedule.reward(round))
        }

        /// What all rounds before `round` may mint together at most, in units.
        pub fn cumulative(round: Round) -> u128 {
            Self::schedule().map_or(0, |schedule| schedule.cumulative(round))
        }

        /// What was settled, paid and taken from campaigns in all, in units.
        pub fn totals() -> Totals {
            LifetimeTotals::<T>::get()
        }

        /// A settled round, for as long as its record is kept.
        pub fn settled(round: Round) -> Option<SettledRound> {
            SettledRounds::<T>::get(round)
        }

        /// Settled rounds above `after`, ascending: at most `limit`, and at most 100.
        pub fn settled_after(after: Option<Round>, limit: u32) -> Vec<SettledRound> {
            Self::page_after(after, limit)
        }

        /// Rounds between two earnings roots.
        pub fn earnings_interval() -> u32 {
            Rules::<T>::get().map_or(0, |rules| rules.earnings_interval)
        }

        /// The earnings adopted last.
        pub fn last_adopted() -> Option<AdoptedEarnings> {
            LastAdopted::<T>::get()
        }

        /// The adopted earnings as of a round, while they can be claimed under, or will be.
        pub fn adopted(as_of: Round) -> Option<AdoptedEarnings> {
            Adopted::<T>::get(as_of)
        }

        /// First round in which one can claim under the earnings as of a round.
        pub fn claimable_from(as_of: Round) -> Option<Round> {
            Self::first_claimable(&Adopted::<T>::get(as_of)?)
        }

        /// What an account was paid in all, in units.
        pub fn claimed(account: T::AccountId) -> u128 {
            Claimed::<T>::get(account)
        }
    }
}

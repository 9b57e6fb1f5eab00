//! Proof-of-View on chain: one report per verifier and round, whatever the audience.
//!
//! ## Responsibilities
//!
//! - **Rounds and cycles.** Cuts time into rounds by the slots of blocks, decides which rounds count,
//!   and keeps what holds from which round on: verifier sets, parameters, cycle lengths.
//! - **Reports.** Takes the verifiers' headers, verdicts, openings, commitments and reveals out of one
//!   authorized transaction each, refused before it enters a block when it breaks a rule.
//! - **Draws.** Fixes the randomness by which leaves are opened and cycles are seeded, once nobody can
//!   change it any more.
//! - **Openings.** Verifies the drawn leaves in full: membership, signatures, ticket, window, nonce.
//! - **Settlement.** Hands each counted round, judged, to the pallet that pays.
//!
//! | call | who | what |
//! |---|---|---|
//! | `report` | a verifier, authorized by its `pov` session key | its report of the last counted round |
//!
//! Everything is a sequence over counted rounds. While `r` is the last counted round and `q`, `p`, `o` those
//! before it, reports of `r` are due: headers of `r`, verdicts on `q`, openings of `p`; `o` is settled at the
//! first block after `r` closes. README.md has formulas, invariants and threats.

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

pub mod crypto;
mod errors;
mod events;
mod impls;
#[cfg(test)]
mod mock;
pub mod runtime_api;
#[cfg(test)]
mod tests;
pub mod types;
pub mod weights;

use frame_support::pallet_macros::import_section;
pub use pallet::*;
pub use weights::{SettlementWeights, WeightInfo};

#[import_section(errors::errors)]
#[import_section(events::events)]
#[frame_support::pallet]
#[allow(clippy::expect_used, reason = "in code that FRAME's macros make")]
pub mod pallet {
    use alloc::{boxed::Box, vec, vec::Vec};
    use chainflix_primitives::{
        AccountId, Cycle, Round, Signature64, draw,
        hash::Hash32,
        possession::{DEFAULT_DIFFICULTY, DIFFICULTY_BOUNDS},
        registry::{PovParameters, ROUNDS_UNTIL_EFFECT, Settlement, Standing, VideoRegistry},
        report::{Header, Report, TicketsRoot, Verdict},
        rounds::{CYCLE_ROUNDS, CycleRule, PRODUCTION_ROUND_MS, RoundClock},
    };
    use frame_support::pallet_prelude::*;
    use frame_system::{offchain::CreateAuthorizedTransaction, pallet_prelude::*};

    use crate::{
        crypto::HostHasher,
        types::{
            CycleSeed, HeaderTree, IssuedList, MAX_CYCLE_RULES, MAX_PARAMETER_CHANGES, MAX_SEEDS,
            MAX_SETS, OpeningError, Pruned, ReportRecord, RoundProgress, Since, Verifiers,
        },
        weights::{SettlementWeights, WeightInfo},
    };

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    /// Needs `frame_system::AuthorizeCall` in the runtime's transaction extensions, and Aura's hooks
    /// before its own.
    #[pallet::config]
    pub trait Config:
        frame_system::Config<
            RuntimeEvent: From<Event<Self>>,
            AccountId: From<[u8; 32]> + Into<[u8; 32]>,
        > + CreateAuthorizedTransaction<Call<Self>>
    {
        /// Time of the block, in ms since the Unix epoch: its Aura slot × [`Config::SlotMs`]. Asked
        /// once the block is being initialised.
        type Now: Get<u64>;

        /// Length of a slot in ms; more than 0.
        #[pallet::constant]
        type SlotMs: Get<u64>;

        /// The registered videos.
        type Videos: VideoRegistry;

        /// Who pays judged rounds and adopts earnings.
        type Settlement: Settlement;

        /// What [`Config::Settlement`] costs; `()` is free.
        type SettlementWeights: SettlementWeights;

        /// What the pallet itself costs.
        type WeightInfo: WeightInfo;
    }

    /// The round clock. `None` before block 1, whose time begins round 0.
    #[pallet::storage]
    pub type Clock<T> = StorageValue<_, RoundClock>;

    /// Length of a round in ms. Fixed at genesis.
    #[pallet::storage]
    pub type RoundLength<T> = StorageValue<_, u32, ValueQuery>;

    /// Rounds from one earnings root to the next. Fixed at genesis.
    #[pallet::storage]
    pub type EarningsInterval<T> = StorageValue<_, u32, ValueQuery>;

    /// The current round, and its blocks so far.
    #[pallet::storage]
    pub type Progress<T> = StorageValue<_, RoundProgress, ValueQuery>;

    /// The last four counted rounds that are over, latest first. The fourth is settled.
    #[pallet::storage]
    pub type Counted<T> = StorageValue<_, BoundedVec<Round, ConstU32<4>>, ValueQuery>;

    /// Cycle lengths by the round from which they hold, ascending.
    #[pallet::storage]
    pub type CycleRules<T> =
        StorageValue<_, BoundedVec<CycleRule, ConstU32<MAX_CYCLE_RULES>>, ValueQuery>;

    /// Parameters by the round from which they hold, ascending.
    #[pallet::storage]
    pub type Parameters<T> = StorageValue<
        _,
        BoundedVec<Since<PovParameters>, ConstU32<MAX_PARAMETER_CHANGES>>,
        ValueQuery,
    >;

    /// Seeds of the last cycles, ascending.
    #[pallet::storage]
    pub type CycleSeeds<T> =
        StorageValue<_, BoundedVec<CycleSeed, ConstU32<MAX_SEEDS>>, ValueQuery>;

    /// Rounds from which the remembered verifier sets hold, ascending.
    #[pallet::storage]
    pub type SetRounds<T> = StorageValue<_, BoundedVec<Round, ConstU32<MAX_SETS>>, ValueQuery>;

    /// The verifier set that holds from a round on, by ascending account.
    #[pallet::storage]
    pub type VerifierSets<T> = StorageMap<_, Twox64Concat, Round, Verifiers, ValueQuery>;

    /// Who reported a header of a round, by ascending account. Kept for two cycles.
    #[pallet::storage]
    pub type Issuers<T> = StorageMap<_, Twox64Concat, Round, IssuedList, ValueQuery>;

    /// Headers by round and issuer. Kept for two cycles.
    #[pallet::storage]
    pub type Headers<T> =
        StorageDoubleMap<_, Twox64Concat, Round, Blake2_128Concat, AccountId, Header>;

    /// The rest of each report, by the round that it reports and verifier. Kept for two cycles.
    #[pallet::storage]
    pub type Reports<T> =
        StorageDoubleMap<_, Twox64Concat, Round, Blake2_128Concat, AccountId, ReportRecord>;

    /// Tickets roots by round of issue and issuer. Kept as long as one of the tickets may be opened.
    #[pallet::storage]
    pub type TicketsRoots<T> =
        StorageDoubleMap<_, Twox64Concat, Round, Blake2_128Concat, AccountId, TicketsRoot>;

    /// Round and commitment of the last report of each verifier, which its next report reveals.
    #[pallet::storage]
    pub type Commitments<T> = StorageMap<_, Blake2_128Concat, AccountId, (Round, Hash32)>;

    /// Draws by round. Kept for two cycles.
    #[pallet::storage]
    pub type Draws<T> = StorageMap<_, Twox64Concat, Round, Hash32>;

    /// Trees over the settled headers of each cycle. Kept for ever, 1 KiB a cycle.
    #[pallet::storage]
    pub type HeaderTrees<T> = StorageMap<_, Twox64Concat, Cycle, HeaderTree, ValueQuery>;

    /// How far old records have been dropped.
    #[pallet::storage]
    pub type PrunedTo<T> = StorageValue<_, Pruned, ValueQuery>;

    /// What a chain fixes at its start.
    #[pallet::genesis_config]
    pub struct GenesisConfig<T: Config> {
        /// Length of a round in ms, a multiple of the slot length.
        pub round_ms: u32,
        /// Rounds in a cycle.
        pub cycle_rounds: u32,
        /// Rounds from one earnings root to the next.
        pub earnings_interval: u32,
        /// Leading zero bits of a nonce, 8 to 24.
        pub difficulty: u8,
        /// Views of one address group that may earn in a round.
        pub views_per_group: u32,
        /// Nothing.
        #[serde(skip)]
        pub _config: PhantomData<T>,
    }

    /// Production: rounds of 43.2 s, cycles of 10,000 of them, a root every 10 rounds.
    impl<T: Config> Default for GenesisConfig<T> {
        fn default() -> Self {
            Self {
                round_ms: PRODUCTION_ROUND_MS,
                cycle_rounds: CYCLE_ROUNDS,
                earnings_interval: 10,
                difficulty: DEFAULT_DIFFICULTY,
                views_per_group: 20,
                _config: PhantomData,
            }
        }
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            assert!(
                self.round_ms > 0
                    && u64::from(self.round_ms).checked_rem(T::SlotMs::get()) == Some(0),
                "pov: roundMs is not a multiple of the slot length"
            );
            assert!(self.cycle_rounds > 0, "pov: cycleRounds is 0");
            assert!(self.earnings_interval > 0, "pov: earningsInterval is 0");
            assert!(
                (DIFFICULTY_BOUNDS.0..=DIFFICULTY_BOUNDS.1).contains(&self.difficulty),
                "pov: difficulty is not within its bounds"
            );
            RoundLength::<T>::put(self.round_ms);
            EarningsInterval::<T>::put(self.earnings_interval);
            CycleRules::<T>::put(BoundedVec::truncate_from(vec![CycleRule::from_genesis(
                self.cycle_rounds,
            )]));
            Parameters::<T>::put(BoundedVec::truncate_from(vec![Since {
                round: 0,
                value: PovParameters {
                    difficulty: self.difficulty,
                    views_per_group: self.views_per_group,
                },
            }]));
            CycleSeeds::<T>::put(BoundedVec::truncate_from(vec![CycleSeed {
                cycle: 0,
                seed: draw::first_cycle_seed::<HostHasher>(),
            }]));
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(_: BlockNumberFor<T>) -> Weight {
            Self::begin_block()
        }

        fn offchain_worker(_: BlockNumberFor<T>) {
            Self::submit_due();
        }

        fn integrity_test() {
            assert!(T::SlotMs::get() > 0, "a slot has a length");
            const { assert!(ROUNDS_UNTIL_EFFECT > 0, "no round changes while it lasts") };
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// The report of one verifier, signed by its `pov` session key.
        ///
        /// Wrong openings don't refuse it: they cost the header, or the verdicts, that they were to prove.
        ///
        /// # Errors
        /// See [`Error`]. Nothing is stored then.
        #[pallet::call_index(0)]
        #[pallet::weight((
            T::WeightInfo::report(report).saturating_add(T::SettlementWeights::vote_earnings()),
            DispatchClass::Operational,
            Pays::No,
        ))]
        #[pallet::weight_of_authorize(T::WeightInfo::authorize_report(report))]
        #[pallet::authorize(|source, report, signature| {
            Self::authorize_report(source, report, signature)
        })]
        pub fn report(
            origin: OriginFor<T>,
            report: Box<Report>,
            _signature: Signature64,
        ) -> DispatchResult {
            ensure_authorized(origin)?;
            let admitted = Self::admit(&report)?;
            Self::note_report(*report, admitted);
            Ok(())
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// The round clock. `None` before block 1.
        pub fn clock() -> Option<RoundClock> {
            Clock::<T>::get()
        }

        /// Current and last counted rounds.
        pub fn standing() -> Standing {
            Standing {
                round: Progress::<T>::get().round,
                counted: Counted::<T>::get(),
            }
        }

        /// Parameters by which a view issued in `round` is judged.
        pub fn parameters(round: Round) -> PovParameters {
            Self::parameters_in(round)
        }

        /// Cycle rule that holds in `round`.
        pub fn cycle_rule(round: Round) -> CycleRule {
            Self::cycle_rule_in(round)
        }

        /// Seed of a cycle that has begun, as long as views of it may be judged.
        pub fn cycle_seed(cycle: Cycle) -> Option<Hash32> {
            Self::seed_of(cycle)
        }

        /// Draw of `round`, once it is fixed.
        pub fn draw(round: Round) -> Option<Hash32> {
            Draws::<T>::get(round)
        }

        /// Verifiers in force in `round`, ascending. Empty for rounds that are forgotten.
        pub fn verifier_set(round: Round) -> Vec<AccountId> {
            Self::accounts_in(round)
        }

        /// Headers reported for `round`, by ascending issuer.
        pub fn headers(round: Round) -> Vec<(AccountId, Header)> {
            Self::headers_of(round)
        }

        /// Tickets root that `verifier` reported for `round`.
        pub fn tickets_root(verifier: AccountId, round: Round) -> Option<TicketsRoot> {
            TicketsRoots::<T>::get(round, verifier)
        }

        /// Round and commitment of the last report of `verifier`.
        pub fn commitment(verifier: AccountId) -> Option<(Round, Hash32)> {
            Commitments::<T>::get(verifier)
        }

        /// Report of `verifier` of `round`, without the header.
        pub fn report_record(verifier: AccountId, round: Round) -> Option<ReportRecord> {
            Reports::<T>::get(round, verifier)
        }

        /// Root and number of the settled headers of a cycle, in order of round and issuer.
        pub fn cycle_headers(cycle: Cycle) -> (Hash32, u32) {
            Self::cycle_headers_root(cycle)
        }

        /// Rounds from one earnings root to the next.
        pub fn earnings_interval() -> u32 {
            EarningsInterval::<T>::get()
        }
    }
}

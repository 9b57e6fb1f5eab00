//! What the pallet keeps.

use frame_support::pallet_macros::pallet_section;

/// Storage.
#[pallet_section]
mod storage {
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

    /// The last 21 counted rounds that are over, latest first. The fourth is settled; views may be carried into the header
    /// of the first from the last of them on.
    #[pallet::storage]
    pub type Counted<T> = StorageValue<_, BoundedVec<Round, ConstU32<MOST_BLOCKS>>, ValueQuery>;

    /// Where each counted round stands among them. Kept for two cycles.
    #[pallet::storage]
    pub type CountedRounds<T> = StorageMap<_, Twox64Concat, Round, CountedRound>;

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

    /// The counted round after a counted one: its reports judge that one's headers. Kept for two cycles.
    #[pallet::storage]
    pub type JudgedIn<T> = StorageMap<_, Twox64Concat, Round, Round>;

    /// Proven faults by round and issuer of the view block. Kept for two cycles.
    #[pallet::storage]
    pub type Faults<T> =
        StorageDoubleMap<_, Twox64Concat, Round, Blake2_128Concat, AccountId, FaultRecord>;

    /// View blocks with a proven fault that their bodies show, by round and issuer, whose approvers are still to be
    /// punished: once the block is settled, one block's approvers at a time.
    #[pallet::storage]
    pub type OpenFaults<T> =
        StorageValue<_, BoundedVec<(Round, AccountId), ConstU32<MAX_OPEN_FAULTS>>, ValueQuery>;

    /// Tickets of accepted views that were missing from every block, and paid for; by round of acceptance and leaf hash.
    /// Kept as long as the view could be claimed again.
    #[pallet::storage]
    pub type PaidTickets<T> =
        StorageDoubleMap<_, Twox64Concat, Round, Identity, Hash32, (), OptionQuery>;

    /// How far old records have been dropped.
    #[pallet::storage]
    pub type PrunedTo<T> = StorageValue<_, Pruned, ValueQuery>;
}

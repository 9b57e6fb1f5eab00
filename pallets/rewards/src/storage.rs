//! What the pallet keeps.

use frame_support::pallet_macros::pallet_section;

/// Storage.
#[pallet_section]
mod storage {
    /// What was chosen at genesis.
    #[pallet::storage]
    pub type Rules<T: Config> = StorageValue<_, RewardRules>;

    /// What was settled, paid and taken from campaigns in all, in units.
    #[pallet::storage]
    pub type LifetimeTotals<T: Config> = StorageValue<_, Totals, ValueQuery>;

    /// Settled rounds.
    #[pallet::storage]
    pub type SettledRounds<T: Config> = StorageMap<_, Twox64Concat, Round, SettledRound>;

    /// Settled rounds by place, in ascending order, with the sum of all settlements up to each. Rounds without
    /// settlement leave no gap, so that a place is found by bisection.
    #[pallet::storage]
    pub type SettledOrder<T: Config> = StorageMap<_, Twox64Concat, u32, SettledEntry>;

    /// Which places are kept.
    #[pallet::storage]
    pub type SettledPlaces<T: Config> = StorageValue<_, SettledSpan, ValueQuery>;

    /// Votes for the earnings as of a round, until that round or a later one is adopted.
    #[pallet::storage]
    pub type Votes<T: Config> = StorageMap<
        _,
        Twox64Concat,
        Round,
        BoundedVec<EarningsVote, ConstU32<MAX_VERIFIERS>>,
        ValueQuery,
    >;

    /// Rounds for which votes are counted, ascending.
    #[pallet::storage]
    pub type OpenVotes<T: Config> =
        StorageValue<_, BoundedVec<Round, ConstU32<MAX_OPEN_VOTES>>, ValueQuery>;

    /// The last [`CLAIMABLE_ROOTS`] adopted earnings by their round.
    #[pallet::storage]
    pub type Adopted<T: Config> = StorageMap<_, Twox64Concat, Round, AdoptedEarnings>;

    /// Rounds of adopted earnings by number, in order of adoption.
    #[pallet::storage]
    pub type AdoptedOrder<T: Config> = StorageMap<_, Twox64Concat, u32, Round>;

    /// The earnings adopted last.
    #[pallet::storage]
    pub type LastAdopted<T: Config> = StorageValue<_, AdoptedEarnings>;

    /// Who signed adopted earnings, by their round: the verifiers whose votes adopted them, in order of vote.
    #[pallet::storage]
    pub type Signers<T: Config> = StorageMap<
        _,
        Twox64Concat,
        Round,
        BoundedVec<VerifierAccount, ConstU32<MAX_VERIFIERS>>,
        ValueQuery,
    >;

    /// Changes of the most rate by the round from which they hold, ascending. Before the first the rules of genesis hold.
    #[pallet::storage]
    pub type RateChanges<T: Config> =
        StorageValue<_, BoundedVec<RateChange, ConstU32<MAX_RATE_CHANGES>>, ValueQuery>;

    /// What an account was paid in all, in units. Kept for ever: whoever emptied an account is not paid again.
    #[pallet::storage]
    pub type Claimed<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u128, ValueQuery>;
}

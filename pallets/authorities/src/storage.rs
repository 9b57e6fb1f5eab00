//! What the pallet keeps.

use frame_support::pallet_macros::pallet_section;

/// Storage.
#[pallet_section]
mod storage {
    /// The least number of verifiers: 1 in a development chain, 3 in a local one, 4 in production. No change of the
    /// set may go below it.
    #[pallet::storage]
    pub type MinimumSet<T: Config> = StorageValue<_, u32, ValueQuery>;

    /// Blocks in a session, as genesis chose it.
    #[pallet::storage]
    pub type SessionLength<T: Config> = StorageValue<_, u32, ValueQuery>;

    /// Candidates, verifiers, and those who have left but not taken their bond back.
    #[pallet::storage]
    pub type Verifiers<T: Config> =
        CountedStorageMap<_, Blake2_128Concat, T::AccountId, VerifierRecord>;

    /// The set as decided, ascending; in force two sessions after the decision. Without those who are expelled.
    #[pallet::storage]
    pub type Members<T: Config> =
        StorageValue<_, BoundedVec<T::AccountId, ConstU32<MAX_VERIFIERS>>, ValueQuery>;

    /// Who equivocated and stays for the sake of the minimum, in order of punishment: the first leaves first.
    #[pallet::storage]
    pub type Expelled<T: Config> =
        StorageValue<_, BoundedVec<T::AccountId, ConstU32<MAX_VERIFIERS>>, ValueQuery>;

    /// The set in force, ascending.
    #[pallet::storage]
    pub type InForce<T: Config> =
        StorageValue<_, BoundedVec<T::AccountId, ConstU32<MAX_VERIFIERS>>, ValueQuery>;

    /// First session in which an account that equivocated may apply and be admitted again.
    #[pallet::storage]
    pub type BarredUntil<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, SessionIndex>;

    /// The slot in which a session began, for as long as equivocations in it can be reported.
    #[pallet::storage]
    pub type SessionSlots<T: Config> = StorageMap<_, Twox64Concat, SessionIndex, u64>;

    /// The session keys in force, by the session from which they were.
    #[pallet::storage]
    pub type KeySets<T: Config> =
        StorageMap<_, Twox64Concat, SessionIndex, KeysOfSet<T::AccountId>, ValueQuery>;

    /// The sessions of `keySets`, ascending.
    #[pallet::storage]
    pub type KeySetSessions<T: Config> =
        StorageValue<_, BoundedVec<SessionIndex, ConstU32<MAX_KEY_SETS>>, ValueQuery>;

    /// What verifiers announced of themselves.
    #[pallet::storage]
    pub type Announcements<T: Config> =
        CountedStorageMap<_, Blake2_128Concat, T::AccountId, VerifierAnnouncement>;

    /// How many announcements a verifier has made: the number that its next one has to carry.
    #[pallet::storage]
    pub type AnnouncementCount<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

    /// The key epoch that opened last.
    #[pallet::storage]
    pub type LatestEpoch<T: Config> = StorageValue<_, KeyEpoch, ValueQuery>;

    /// The last key epoch whose secret came in force: new videos take their keys from it.
    #[pallet::storage]
    pub type EpochInForce<T: Config> = StorageValue<_, u32>;

    /// Set secrets by key epoch.
    #[pallet::storage]
    pub type SetSecrets<T: Config> = StorageMap<_, Twox64Concat, u32, SetSecretRecord>;

    /// Who acknowledged to hold the set secret of a key epoch, its maker included, in order of acknowledgement.
    #[pallet::storage]
    pub type Acknowledgements<T: Config> = StorageMap<
        _,
        Twox64Concat,
        u32,
        BoundedVec<T::AccountId, ConstU32<MAX_VERIFIERS>>,
        ValueQuery,
    >;
}

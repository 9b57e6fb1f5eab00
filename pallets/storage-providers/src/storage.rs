//! What is kept.

use frame_support::pallet_macros::pallet_section;

/// The storage of the pallet.
#[pallet_section]
mod storage {
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

    /// How many pages of providers there are to look at, and since when.
    #[pallet::storage]
    pub type ProviderPages<T: Config> = StorageValue<_, PageCount, ValueQuery>;

    /// What verifiers attested of the last period so far.
    #[pallet::storage]
    pub type HeartbeatTally<T: Config> = StorageValue<_, Tally, OptionQuery>;

    /// When providers were last seen by enough verifiers, by page of 1,024 indices.
    #[pallet::storage]
    pub type Liveness<T: Config> = StorageMap<_, Twox64Concat, u32, PageLiveness, ValueQuery>;
}

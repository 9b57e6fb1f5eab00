//! What is kept.

use frame_support::pallet_macros::pallet_section;

/// The storage of the pallet.
#[pallet_section]
mod storage {
    /// Supervisors in office.
    #[pallet::storage]
    pub type Supervisors<T: Config> =
        CountedStorageMap<_, Blake2_128Concat, T::AccountId, Supervisor>;

    /// Applications by producer: the open one, or the last that was refused.
    #[pallet::storage]
    pub type Applications<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, Application<T::AccountId>>;

    /// Approvals by producer.
    #[pallet::storage]
    pub type Approvals<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, Approval<T::AccountId>>;

    /// Restrictions by video. Needs no deposit: there is at most one per registered video.
    #[pallet::storage]
    pub type Restrictions<T: Config> =
        StorageMap<_, Blake2_128Concat, Magnet, Restriction<T::AccountId>>;

    /// Open appeals by video, at most one for each restriction.
    #[pallet::storage]
    pub type Appeals<T: Config> = StorageMap<_, Blake2_128Concat, Magnet, Appeal<T::AccountId>>;
}

//! What is kept.

use frame_support::pallet_macros::pallet_section;

/// The storage of the pallet.
#[pallet_section]
mod storage {
    /// Videos by magnet.
    #[pallet::storage]
    pub type Videos<T: Config> = StorageMap<_, Blake2_128Concat, Magnet, VideoRecord>;

    /// Upload ids that were used: content keys are derived from them, so one never serves two videos.
    #[pallet::storage]
    pub type Uploads<T: Config> =
        StorageMap<_, Blake2_128Concat, UploadId, UploadMark<T::AccountId>>;

    /// Videos of a producer by number, in order of publication. A removed video leaves a gap.
    #[pallet::storage]
    pub type Listings<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Twox64Concat, u32, Magnet>;

    /// How many videos a producer has ever published: the number of its next one.
    #[pallet::storage]
    pub type PublishedCount<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

    /// Id of the next enhancement. An id is never used again.
    #[pallet::storage]
    pub type NextEnhancement<T: Config> = StorageValue<_, u32, ValueQuery>;

    /// Enhancements by the id that views name them by.
    #[pallet::storage]
    pub type Enhancements<T: Config> = StorageMap<_, Twox64Concat, u32, Enhancement<T::AccountId>>;

    /// Enhancements of a video that were accepted, in order of acceptance.
    #[pallet::storage]
    pub type Attached<T: Config> = StorageMap<
        _,
        Blake2_128Concat,
        Magnet,
        BoundedVec<u32, ConstU32<MAX_ENHANCEMENTS_OF_VIDEO>>,
        ValueQuery,
    >;

    /// Enhancements that wait for the word of a video's producer. As many as are paid for: whoever floods this keeps
    /// nobody else from proposing or being accepted.
    #[pallet::storage]
    pub type Proposals<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, Magnet, Twox64Concat, u32, ()>;

    /// Whose enhancements a producer accepts without being asked; nobody's when there is no entry.
    #[pallet::storage]
    pub type Policies<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, PolicyRecord<T::AccountId>>;
}

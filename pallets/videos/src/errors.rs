//! Why a call is refused, with stable numbers.

use frame_support::pallet_macros::pallet_section;

/// The errors of the pallet.
#[pallet_section]
mod errors {
    /// Why a call was refused. Numbers never change and are never reused.
    #[pallet::error]
    pub enum Error<T> {
        /// The account is not an eligible producer: a supervisor has to approve it first.
        #[codec(index = 0)]
        NotEligible,
        /// A video is registered under this magnet already.
        #[codec(index = 1)]
        AlreadyPublished,
        /// The upload id was used before: ask a verifier for a new one and encrypt again.
        #[codec(index = 2)]
        UploadUsed,
        /// The title is empty or not UTF-8.
        #[codec(index = 3)]
        InvalidTitle,
        /// The playtime is zero or longer than a day.
        #[codec(index = 4)]
        InvalidPlaytime,
        /// The number of renditions is zero or above the maximum.
        #[codec(index = 5)]
        InvalidRenditions,
        /// The shares of the mining ratio do not sum to 1,000,000.
        #[codec(index = 6)]
        RatioSumNotWhole,
        /// The viewer's share is below 100,000.
        #[codec(index = 7)]
        RatioViewerBelowMinimum,
        /// The shares of verifier, storage or supervisor differ from what the chain sets.
        #[codec(index = 8)]
        RatioChainShareChanged,
        /// The key epoch is not the last whose secret is in force: prepare the upload anew with a verifier.
        #[codec(index = 9)]
        KeyEpochNotInForce,
        /// There is no such video.
        #[codec(index = 10)]
        UnknownVideo,
        /// Only the producer of the video may do this.
        #[codec(index = 11)]
        NotProducer,
        /// The video is withdrawn already.
        #[codec(index = 12)]
        AlreadyWithdrawn,
        /// A change of state is pending: try again once it has taken effect, in two rounds at most.
        #[codec(index = 13)]
        ChangePending,
        /// The video's state changed too often: try again when older changes have left its history.
        #[codec(index = 14)]
        HistoryFull,
        /// The record is still needed: withdraw the video and wait until its views are settled for good.
        #[codec(index = 15)]
        RecordStillNeeded,
        /// A counter or an amount is at its end.
        #[codec(index = 16)]
        Overflow,
        /// The language is not a tag of letters, digits and hyphens (BCP 47); subtitles and dubs need one.
        #[codec(index = 17)]
        InvalidLanguage,
        /// The hash is all zeros: give the SHA-256 of the file.
        #[codec(index = 18)]
        EmptyHash,
        /// There is no such enhancement.
        #[codec(index = 19)]
        UnknownEnhancement,
        /// Only the owner of the enhancement may do this.
        #[codec(index = 20)]
        NotOwner,
        /// Only the owner of the enhancement and the producer of the video may do this.
        #[codec(index = 21)]
        NotOwnerOrProducer,
        /// The enhancement was accepted already.
        #[codec(index = 22)]
        NotProposed,
        /// The enhancement was ended.
        #[codec(index = 23)]
        EnhancementEnded,
        /// The video has as many enhancements as it may have: end one, or wait until ended ones can be removed.
        #[codec(index = 24)]
        TooManyEnhancements,
        /// The enhancement is not for sale.
        #[codec(index = 25)]
        NotForSale,
        /// The enhancement costs more than the buyer would pay.
        #[codec(index = 26)]
        PriceTooHigh,
        /// The account owns the enhancement already.
        #[codec(index = 27)]
        AlreadyOwner,
        /// The record is still needed: end the enhancement and wait until views with it are settled for good.
        #[codec(index = 28)]
        EnhancementStillNeeded,
    }
}

//! Why a call is refused, with stable numbers.

use frame_support::pallet_macros::pallet_section;

/// The errors of the pallet.
#[pallet_section]
mod errors {
    /// Why a call was refused. Numbers never change and are never reused.
    #[pallet::error]
    pub enum Error<T> {
        /// The account is not a supervisor in office.
        #[codec(index = 0)]
        NotSupervisor,
        /// The account is a supervisor already.
        #[codec(index = 1)]
        AlreadySupervisor,
        /// No more supervisors can be in office: remove one first.
        #[codec(index = 2)]
        TooManySupervisors,
        /// The name is empty or not UTF-8.
        #[codec(index = 3)]
        InvalidName,
        /// An application is open: wait for the decision, or withdraw it first.
        #[codec(index = 4)]
        ApplicationOpen,
        /// There is no open application of this producer.
        #[codec(index = 5)]
        NoApplication,
        /// The producer applied to another supervisor.
        #[codec(index = 6)]
        OtherSupervisor,
        /// The application lapsed: the producer has to apply again.
        #[codec(index = 7)]
        ApplicationLapsed,
        /// There is no approval of this producer, or it was taken back already.
        #[codec(index = 8)]
        NoApproval,
        /// The approval still holds: only its producer can give it up.
        #[codec(index = 9)]
        ApprovalHolds,
        /// There is no such video.
        #[codec(index = 10)]
        UnknownVideo,
        /// The video is not active, so it cannot be restricted.
        #[codec(index = 11)]
        VideoNotActive,
        /// The video is not restricted.
        #[codec(index = 12)]
        NotRestricted,
        /// The account may not lift or confirm this restriction.
        #[codec(index = 13)]
        NotYourRestriction,
        /// The restriction holds until it lapses or is lifted by a supervisor.
        #[codec(index = 14)]
        RestrictionHolds,
        /// The video's state is about to change: try again in two rounds.
        #[codec(index = 15)]
        ChangePending,
        /// The video's state changed too often: try again when older changes have left its history.
        #[codec(index = 16)]
        HistoryFull,
        /// A round or an amount is at its end.
        #[codec(index = 17)]
        Overflow,
        /// The hash is all zeros: give the SHA-256 of the sealed dossier, or of the evidence.
        #[codec(index = 18)]
        EmptyHash,
        /// Only the producer of the video may appeal.
        #[codec(index = 19)]
        NotProducer,
        /// The restriction was appealed against before: it can be once.
        #[codec(index = 20)]
        AlreadyAppealed,
        /// There is no appeal against a restriction of this video.
        #[codec(index = 21)]
        NoAppeal,
        /// The appeal can still be decided: until then only its producer closes it.
        #[codec(index = 22)]
        AppealOpen,
        /// The time to decide the appeal is over.
        #[codec(index = 23)]
        AppealLapsed,
    }
}

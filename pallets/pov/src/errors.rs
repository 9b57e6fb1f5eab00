//! Why a report is refused, with stable numbers.

use frame_support::pallet_macros::pallet_section;

/// Errors.
#[pallet_section]
mod errors {
    /// Why a report is refused. An authorized transaction that meets one of these does not enter a block; the
    /// pool answers `Custom` with the index, save for the first three.
    #[pallet::error]
    #[derive(PartialEq, Eq)]
    pub enum Error<T> {
        /// The window of the round's reports has closed.
        #[codec(index = 0)]
        WindowClosed,
        /// The verifier reported the round already.
        #[codec(index = 1)]
        AlreadyReported,
        /// The round is not over, or no round has counted yet.
        #[codec(index = 2)]
        NotYetDue,
        /// The report's version is not known.
        #[codec(index = 3)]
        UnknownVersion,
        /// The account was no verifier in the rounds that the report is about.
        #[codec(index = 4)]
        NotAVerifier,
        /// The header is of a verifier that was not in the set of its round.
        #[codec(index = 5)]
        HeaderOutsideSet,
        /// The header's count, playtime and roots can't belong together.
        #[codec(index = 6)]
        HeaderInconsistent,
        /// Debits are not by ascending campaign.
        #[codec(index = 7)]
        DebitsNotAscending,
        /// Late tickets are not by ascending round, too old, or of rounds that a report could have brought.
        #[codec(index = 8)]
        LateTicketsNotMissed,
        /// Verdicts are not by ascending issuer.
        #[codec(index = 9)]
        VerdictsNotAscending,
        /// A verdict is on a header that was not reported.
        #[codec(index = 10)]
        NoSuchHeader,
        /// A verdict is on the verifier's own header, and it is not alone.
        #[codec(index = 11)]
        VerdictOnItself,
        /// The personal root does not have the sum of the approved counts.
        #[codec(index = 12)]
        PersonalCountWrong,
        /// The revealed preimage is not the one committed to.
        #[codec(index = 13)]
        WrongPreimage,
        /// A preimage is revealed though the report before was missed.
        #[codec(index = 14)]
        NothingToReveal,
        /// The commitment is to the preimage that the report reveals.
        #[codec(index = 15)]
        CommitmentReused,
    }
}

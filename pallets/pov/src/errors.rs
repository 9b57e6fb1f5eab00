//! Why a report or call is refused, with stable numbers.

use frame_support::pallet_macros::pallet_section;

/// Errors.
#[pallet_section]
mod errors {
    /// Why a report or call is refused. A report that meets one of these does not enter a block; the pool answers
    /// `Custom` with the index, save for the first three.
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
        /// The header is of a verifier that was not in the set of its round, or is suspended.
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
        /// A parameter is not within its bounds.
        #[codec(index = 16)]
        OutOfBounds,
        /// There are too many changes already that views may still be judged by: try again in some cycles.
        #[codec(index = 17)]
        TooManyChanges,
        /// No header of this issuer and round is kept.
        #[codec(index = 18)]
        UnknownBlock,
        /// The view block is more than a cycle old.
        #[codec(index = 19)]
        FaultTooOld,
        /// A fault was proven in this view block before; it is punished once.
        #[codec(index = 20)]
        FaultAlreadyProven,
        /// What the leaf would be held against is forgotten, or lies ahead.
        #[codec(index = 21)]
        FactsForgotten,
        /// The approvers of too many blocks wait to be punished: try again in some blocks.
        #[codec(index = 22)]
        TooManyFaults,
        /// Ticket and acceptance don't belong together, or no key of the issuer signed them.
        #[codec(index = 23)]
        AcceptanceNotSigned,
        /// The last round whose block could hold the view is not settled yet.
        #[codec(index = 24)]
        MayStillCome,
        /// The view was accepted more than a cycle ago.
        #[codec(index = 25)]
        ClaimTooLate,
        /// In the rounds whose blocks could hold the view none counted with the issuer in its set: it had no block.
        #[codec(index = 26)]
        NothingOwed,
        /// The view is not proven to be missing from every block that could hold it.
        #[codec(index = 27)]
        NotMissing,
        /// This acceptance was paid for.
        #[codec(index = 28)]
        PaidAlready,
        /// Nothing is left in the issuer's bond.
        #[codec(index = 29)]
        BondEmpty,
        /// What is shown is no fault.
        #[codec(index = 30)]
        FaultNotProven,
    }
}

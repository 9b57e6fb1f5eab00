//! Why a call is refused, with stable numbers.

use frame_support::pallet_macros::pallet_section;

/// Errors.
#[pallet_section]
mod errors {
    /// Why a call was refused. Numbers never change and are never reused; the transaction pool shows them as custom
    /// errors.
    #[pallet::error]
    pub enum Error<T> {
        /// No earnings as of this round can be claimed under: they were not adopted, or 100 later ones were. Ask a
        /// verifier for a newer proof.
        #[codec(index = 0)]
        NotAdopted,
        /// The earnings were adopted too short a time ago: try again later, or with an older proof.
        #[codec(index = 1)]
        NotYetClaimable,
        /// The account was paid this total already.
        #[codec(index = 2)]
        NothingToClaim,
        /// The proof does not lead from this account and total to the adopted root.
        #[codec(index = 3)]
        WrongProof,
        /// The first payment of an account has to be the existential deposit at least: wait until more is earned.
        #[codec(index = 4)]
        BelowExistentialDeposit,
        /// A claim without fee has to pay more: wait until more is earned, or sign the claim and pay its fee.
        #[codec(index = 5)]
        BelowFeelessMinimum,
        /// More would be paid than was ever settled and paid by campaigns.
        #[codec(index = 6)]
        AboveSettled,
        /// The account cannot receive the amount.
        #[codec(index = 7)]
        AccountCannotReceive,
        /// An amount or a round is at its end.
        #[codec(index = 8)]
        Overflow,
        /// Claims of a batch are not by ascending account, or there are none.
        #[codec(index = 9)]
        BatchNotAscending,
        /// The rate is not within its bounds.
        #[codec(index = 10)]
        OutOfBounds,
        /// Too many changes don't hold yet: try again in 100 rounds.
        #[codec(index = 11)]
        TooManyChanges,
        /// The two roots are in the wrong order, or the account did not lose anything from one to the other.
        #[codec(index = 12)]
        NotADecrease,
    }
}

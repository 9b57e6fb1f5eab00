//! Why a call is refused, with stable numbers.

use frame_support::pallet_macros::pallet_section;

/// Errors.
#[pallet_section]
mod errors {
    /// Why a call was refused. Numbers never change and are never reused; the transaction pool shows them as custom
    /// errors.
    #[pallet::error]
    #[derive(PartialEq, Eq)]
    pub enum Error<T> {
        /// The account is not a verifier in force.
        #[codec(index = 0)]
        NotVerifier,
        /// The chain shows this announcement already.
        #[codec(index = 1)]
        NothingNew,
        /// The announcement carries another number than the verifier's next.
        #[codec(index = 2)]
        WrongSequence,
        /// The endpoint is not a URL that begins with `ws://` or `wss://`.
        #[codec(index = 3)]
        InvalidEndpoint,
        /// The key epoch is not open.
        #[codec(index = 4)]
        UnknownEpoch,
        /// The key epoch has a secret in force.
        #[codec(index = 5)]
        SecretInForce,
        /// It is another verifier's turn to make the secret.
        #[codec(index = 6)]
        NotTheMaker,
        /// There is no such commitment: it was replaced, or never made.
        #[codec(index = 7)]
        OtherCommitment,
        /// The verifier acknowledged this commitment already.
        #[codec(index = 8)]
        AlreadyAcknowledged,
        /// The signature is not by the verifier's `pov` session key.
        #[codec(index = 9)]
        BadSignature,
        /// A count is at its end, or an amount too large.
        #[codec(index = 10)]
        Overflow,
        /// The account applied already, or is a verifier.
        #[codec(index = 11)]
        AlreadyKnown,
        /// The account has no open application.
        #[codec(index = 12)]
        NotCandidate,
        /// The account has registered no session keys: call `session.setKeys` first.
        #[codec(index = 13)]
        NoSessionKeys,
        /// The set has as many verifiers as it may have.
        #[codec(index = 14)]
        SetFull,
        /// The set has as few verifiers as it may have: another has to be admitted first.
        #[codec(index = 15)]
        SetAtMinimum,
        /// The account is not a member of the set, or on its way out already.
        #[codec(index = 16)]
        NotMember,
        /// The account equivocated and is barred for now: see `barredUntil`.
        #[codec(index = 17)]
        StillBarred,
        /// The account does not own the bond, or the amount by which it is to grow.
        #[codec(index = 18)]
        BondNotAffordable,
        /// The account does not own the deposit for its application.
        #[codec(index = 19)]
        DepositNotAffordable,
        /// The bond is locked: the verifier is in the set, or left it less than two cycles ago.
        #[codec(index = 20)]
        BondLocked,
        /// The account has no bond.
        #[codec(index = 21)]
        NoBond,
        /// The verifier is suspended already.
        #[codec(index = 22)]
        AlreadySuspended,
        /// The verifier is not suspended.
        #[codec(index = 23)]
        NotSuspended,
        /// The region is not two capital letters, ISO 3166-1 alpha-2.
        #[codec(index = 24)]
        InvalidRegion,
        /// The hardware score or the bandwidth is 0: measure them first.
        #[codec(index = 25)]
        NotMeasured,
        /// The session keys of a verifier are in use until it has left.
        #[codec(index = 26)]
        KeysInUse,
        /// The headers are no equivocation: they are equal but for their seals, of two slots, or not sealed.
        #[codec(index = 27)]
        NoEquivocation,
        /// The headers are larger than any block's.
        #[codec(index = 28)]
        HeaderTooLarge,
        /// The key was not a verifier's in the session of the slot, or that session is too long ago.
        #[codec(index = 29)]
        InvalidKeyOwnership,
        /// A seal is not by the key.
        #[codec(index = 30)]
        BadSeal,
        /// The offender was punished and is barred already.
        #[codec(index = 31)]
        AlreadyPunished,
    }
}

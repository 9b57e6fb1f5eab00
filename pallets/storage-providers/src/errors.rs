//! Why a call is refused, with stable numbers.

use frame_support::pallet_macros::pallet_section;

/// The errors of the pallet.
#[pallet_section]
mod errors {
    /// Why a call was refused. Numbers never change and are never reused.
    #[pallet::error]
    pub enum Error<T> {
        /// A provider is registered with this peer key already.
        #[codec(index = 0)]
        PeerKeyTaken,
        /// The region is not two upper-case letters (ISO 3166-1 alpha-2).
        #[codec(index = 1)]
        InvalidRegion,
        /// A provider has to declare some space.
        #[codec(index = 2)]
        NoSpace,
        /// The account has as many providers as it may have: remove one first, or use another account.
        #[codec(index = 3)]
        TooManyProviders,
        /// There is no such provider.
        #[codec(index = 4)]
        UnknownProvider,
        /// Only the owner of the provider may do this.
        #[codec(index = 5)]
        NotOwner,
        /// The provider is leaving.
        #[codec(index = 6)]
        Exiting,
        /// The record is still needed: exit first and wait until the provider's receipts are settled for good.
        #[codec(index = 7)]
        RecordStillNeeded,
        /// The endpoint is not a URL that begins with `http://` or `https://`.
        #[codec(index = 8)]
        InvalidEndpoint,
        /// There are as many controllers as there may be: remove one first.
        #[codec(index = 9)]
        TooManyControllers,
        /// There is no such controller.
        #[codec(index = 10)]
        UnknownController,
        /// An index, a round or an amount is at its end.
        #[codec(index = 11)]
        Overflow,
        /// The account is not a verifier in force.
        #[codec(index = 12)]
        NotVerifier,
        /// The heartbeat's version is not known.
        #[codec(index = 13)]
        UnknownVersion,
        /// The heartbeat is of another period than the last.
        #[codec(index = 14)]
        WrongPeriod,
        /// Another page of providers is due in this period.
        #[codec(index = 15)]
        WrongPage,
        /// The verifier attested this period already.
        #[codec(index = 16)]
        AlreadyAttested,
        /// The signature is not by the verifier's `pov` session key.
        #[codec(index = 17)]
        BadSignature,
        /// The provider was absent in the last three turns of its page: it is not always-on until it is seen again.
        #[codec(index = 18)]
        Absent,
        /// The provider was seen lately, or its page had too few turns since it came.
        #[codec(index = 19)]
        NotAbsent,
        /// The provider does not declare itself always-on.
        #[codec(index = 20)]
        NotAlwaysOn,
    }
}

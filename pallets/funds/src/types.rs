//! The funds.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::PalletId;
use scale_info::TypeInfo;
use sp_runtime::traits::AccountIdConversion;

/// A pot that verifiers spend by motion.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum Fund {
    /// The development fund, which receives fees, slashes and dust.
    #[codec(index = 0)]
    Development,
    /// For mentors.
    #[codec(index = 1)]
    Mentors,
    /// For bounties.
    #[codec(index = 2)]
    Bounty,
    /// For bonuses.
    #[codec(index = 3)]
    Bonus,
}

/// Every fund.
pub const FUNDS: [Fund; 4] = [Fund::Development, Fund::Mentors, Fund::Bounty, Fund::Bonus];

impl Fund {
    /// From what its account is derived.
    pub const fn id(self) -> PalletId {
        PalletId(match self {
            Self::Development => *b"cfx/trsy",
            Self::Mentors => *b"cfx/ment",
            Self::Bounty => *b"cfx/bnty",
            Self::Bonus => *b"cfx/bons",
        })
    }

    /// Its account. Nobody has its key.
    pub fn account<AccountId: Encode + Decode>(self) -> AccountId {
        self.id().into_account_truncating()
    }
}

/// The account of the founders' pot. Nobody has its key: what is locked in an account with a key can still be held by its
/// owner, as an advertiser's budget for instance, and be spent out of the hold.
pub fn founders_pot<AccountId: Encode + Decode>() -> AccountId {
    PalletId(*b"cfx/team").into_account_truncating()
}

/// A fund as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct FundReport<AccountId> {
    /// Which.
    pub fund: Fund,
    /// Its account.
    pub account: AccountId,
    /// What it has, in units.
    pub balance: u128,
    /// What it paid in all, in units.
    pub paid: u128,
}

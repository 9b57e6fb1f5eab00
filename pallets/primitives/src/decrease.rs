//! Decreases: proof that an account has less under later adopted earnings than under earlier ones.
//!
//! Lifetime totals never fall, so that whoever shows that one did has shown that the later earnings are wrong. A proof needs
//! both roots' trees, or the paths of one account in them, and nobody's signature.

use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::earnings;
use crate::hash::{Hash32, Hasher};
use crate::ids::AccountId;
use crate::merkle::{self, MAX_PROOF_LEN};
use crate::report::EarningsTriple;
use crate::rounds::Round;

/// A total under adopted earnings.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct AccountTotal {
    /// The total, in units.
    pub total: u128,
    /// Place of its leaf.
    pub index: u32,
    /// Path of its leaf.
    pub proof: BoundedVec<Hash32, ConstU32<{ MAX_PROOF_LEN as u32 }>>,
}

impl AccountTotal {
    /// Whether `account` has this total under the root of `triple`.
    #[must_use]
    pub fn stands_under<H: Hasher>(&self, account: &AccountId, triple: &EarningsTriple) -> bool {
        let leaf = earnings::leaf_hash::<H>(account, self.total);
        merkle::verify::<H>(leaf, self.index, triple.count, &self.proof, &triple.root)
    }
}

/// What later earnings say of an account.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum LaterTotal {
    /// A total.
    #[codec(index = 0)]
    Total(AccountTotal),
    /// Nothing: it is not there. The accounts between which it would stand.
    #[codec(index = 1)]
    Absent {
        /// The last before it; none when it would be the first.
        before: Option<(AccountId, AccountTotal)>,
        /// The first after it; none when it would be the last.
        after: Option<(AccountId, AccountTotal)>,
    },
}

impl LaterTotal {
    /// What it says that the account has, in units.
    #[must_use]
    pub fn total(&self) -> u128 {
        match self {
            Self::Total(at) => at.total,
            Self::Absent { .. } => 0,
        }
    }

    /// Whether this is so of `account` under the root of `triple`.
    #[must_use]
    pub fn stands_under<H: Hasher>(&self, account: &AccountId, triple: &EarningsTriple) -> bool {
        let (before, after) = match self {
            Self::Total(at) => return at.stands_under::<H>(account, triple),
            Self::Absent { before, after } => (before.as_ref(), after.as_ref()),
        };
        let stands = |(who, at): &(AccountId, AccountTotal)| at.stands_under::<H>(who, triple);
        let before_fits = before.is_none_or(|one| one.0 < *account && stands(one));
        let after_fits = after.is_none_or(|one| one.0 > *account && stands(one));
        let place = before.map_or(Some(0), |(_, at)| at.index.checked_add(1));
        let next = after.map_or(triple.count, |(_, at)| at.index);
        before_fits && after_fits && place == Some(next)
    }
}

/// Proof that adopted earnings took from an account: the arguments of `rewards.prove_decrease`.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct DecreaseProof {
    /// Who has less.
    pub account: AccountId,
    /// Round of the earlier earnings.
    pub earlier_as_of: Round,
    /// Its total under them.
    pub earlier: AccountTotal,
    /// Round of the later earnings.
    pub later_as_of: Round,
    /// What they say of it.
    pub later: LaterTotal,
}

impl DecreaseProof {
    /// Whether the account has less under `later` than under `earlier`.
    #[must_use]
    pub fn holds<H: Hasher>(&self, earlier: &EarningsTriple, later: &EarningsTriple) -> bool {
        self.earlier_as_of == earlier.as_of
            && self.later_as_of == later.as_of
            && earlier.as_of < later.as_of
            && self.later.total() < self.earlier.total
            && self.earlier.stands_under::<H>(&self.account, earlier)
            && self.later.stands_under::<H>(&self.account, later)
    }
}

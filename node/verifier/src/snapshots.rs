//! Snapshots of the ledger: for verifiers that join when the chain has dropped the rounds that it came from.
//!
//! ```text
//!  joining: "which do you have?" ──every round──► others: wanted now; at the next due round each writes its own
//!  joining ◄──heads── others        the same from more than 51 % of them, totals under an adopted root
//!  joining ◄──hashes of parts, parts── any of those; each part is held against its hash
//!  file ──► read through, totals hashed ──► rows into the store ──► settled rounds after it as ever
//! ```
//!
//! `docs/adr/0030-joining-from-a-snapshot.md` says who is trusted with what.

use chainflix_primitives::{Round, Sha256, hash::Hash32, merkle};
use codec::{Decode, Encode};

mod format;
pub(crate) mod joining;
mod made;

pub(crate) use self::format::{SnapshotError, SnapshotReader};
pub(crate) use self::made::{Snapshots, take_if_due};

/// A snapshot is made as of every so many earnings roots, while one is wanted: in production about once an hour.
const ROOTS_BETWEEN: u32 = 8;
/// Longest part.
pub(crate) const MAX_PART_BYTES: usize = 256 * 1024;
/// Most parts that are fetched: 32 GiB, and 4 MiB of hashes.
const MAX_PARTS: u64 = 131_072;

/// What a verifier says of a snapshot. Two that say the same have the same, byte for byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub(crate) struct SnapshotHead {
    /// The round as of which it was made.
    pub(crate) as_of: Round,
    /// The root over the lifetime totals in it.
    pub(crate) totals: Hash32,
    /// Its length.
    pub(crate) bytes: u64,
    /// Length of its parts; the last may be shorter.
    pub(crate) part_bytes: u32,
    /// The root over its parts.
    pub(crate) root: Hash32,
}

impl SnapshotHead {
    /// Number of its parts. `None` when no snapshot can be like that, or it is longer than any that is fetched.
    pub(crate) fn parts(&self) -> Option<u32> {
        let length = u64::from(self.part_bytes);
        if length > MAX_PART_BYTES as u64 || self.bytes == 0 {
            return None;
        }
        let last = self.bytes.checked_sub(1)?.checked_div(length)?;
        let parts = last.checked_add(1).filter(|parts| *parts <= MAX_PARTS)?;
        u32::try_from(parts).ok()
    }

    /// Where a part begins, and how long it is. `None` when there is none of that number.
    pub(crate) fn part(&self, index: u32) -> Option<(u64, usize)> {
        let length = u64::from(self.part_bytes);
        let from = length.checked_mul(index.into())?;
        let left = self.bytes.checked_sub(from).filter(|left| *left > 0)?;
        Some((from, usize::try_from(left.min(length)).ok()?))
    }
}

/// Hash of a part.
pub(crate) fn part_hash(part: &[u8]) -> Hash32 {
    merkle::leaf_hash::<Sha256>(part)
}

/// Rounds between two snapshots.
pub(crate) fn period(interval: u32) -> Round {
    interval.saturating_mul(ROOTS_BETWEEN).max(1)
}

#[cfg(test)]
mod tests;

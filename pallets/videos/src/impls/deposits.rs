//! What is held for the bytes that videos, enhancements and policies take in storage.
//!
//! `deposit = entries × DepositPerEntry + bytes × DepositPerByte`, in units; keys count as bytes, and the histories of
//! states and owners count as if it were full, so that a restriction never has to ask anybody for more.

use chainflix_primitives::{Magnet, ids::UploadId, registry::VideoTerms};
use codec::{Encode, MaxEncodedLen};
use frame_support::traits::Get;

use crate::{AcceptancePolicy, Config, Enhancement, Pallet, PolicyRecord, UploadMark, VideoRecord};

/// Bytes of the hash that stands before a key in storage, and of the two prefixes before it.
const KEY_OVERHEAD_BYTES: u32 = 16 + 32;
/// Bytes of the hash before the second key of a double map.
const SECOND_KEY_OVERHEAD_BYTES: u32 = 8;

impl<T: Config> Pallet<T> {
    /// Deposit for the record of a video and its place in the producer's list. `None` on overflow.
    pub(crate) fn video_deposit(terms: &VideoTerms) -> Option<u128> {
        Self::record_deposit(u32::try_from(terms.title.len()).ok()?)
    }

    /// The same, from the length of the title, which is all that varies.
    fn record_deposit(title_bytes: u32) -> Option<u128> {
        let title_room = u32::try_from(chainflix_primitives::manifest::MAX_TITLE_BYTES).ok()?;
        let record = bytes_of::<VideoRecord>()?
            .checked_sub(title_room)?
            .checked_add(title_bytes)?;
        let magnet = bytes_of::<Magnet>()?;
        let number = bytes_of::<u32>()?;
        let account = bytes_of::<T::AccountId>()?;
        let bytes = [
            // The record under its magnet, and the magnet under producer and number.
            record,
            magnet,
            KEY_OVERHEAD_BYTES,
            magnet,
            account,
            number,
            KEY_OVERHEAD_BYTES,
            SECOND_KEY_OVERHEAD_BYTES,
        ]
        .into_iter()
        .try_fold(0u32, u32::checked_add)?;
        Self::deposit(2, bytes)
    }

    /// Deposit for the mark of an upload id. `None` on overflow.
    pub(crate) fn mark_deposit() -> Option<u128> {
        let bytes = bytes_of::<UploadMark<T::AccountId>>()?
            .checked_add(bytes_of::<UploadId>()?)?
            .checked_add(KEY_OVERHEAD_BYTES)?;
        Self::deposit(1, bytes)
    }

    /// Both deposits together, for a title of so many bytes. `None` when it is too long.
    pub(crate) fn deposit_for_title(title_bytes: u32) -> Option<u128> {
        let longest = u32::try_from(chainflix_primitives::manifest::MAX_TITLE_BYTES).ok()?;
        if title_bytes > longest {
            return None;
        }
        Self::record_deposit(title_bytes)?.checked_add(Self::mark_deposit()?)
    }

    /// Deposit for an enhancement: its record, and its place among a video's, proposed or attached. `None` on overflow.
    pub(crate) fn deposit_of_enhancement() -> Option<u128> {
        let id = bytes_of::<u32>()?;
        let bytes = [
            bytes_of::<Enhancement<T::AccountId>>()?,
            id,
            KEY_OVERHEAD_BYTES,
            // A proposal is an entry of its own under video and id.
            bytes_of::<Magnet>()?,
            id,
            KEY_OVERHEAD_BYTES,
            SECOND_KEY_OVERHEAD_BYTES,
        ]
        .into_iter()
        .try_fold(0u32, u32::checked_add)?;
        Self::deposit(2, bytes)
    }

    /// Deposit for a producer's policy, by its length. `None` on overflow.
    pub(crate) fn deposit_of_policy(policy: &AcceptancePolicy<T::AccountId>) -> Option<u128> {
        let rest = bytes_of::<PolicyRecord<T::AccountId>>()?
            .checked_sub(bytes_of::<AcceptancePolicy<T::AccountId>>()?)?;
        let bytes = u32::try_from(policy.encoded_size())
            .ok()?
            .checked_add(rest)?
            .checked_add(bytes_of::<T::AccountId>()?)?
            .checked_add(KEY_OVERHEAD_BYTES)?;
        Self::deposit(1, bytes)
    }

    fn deposit(entries: u32, bytes: u32) -> Option<u128> {
        let for_entries = T::DepositPerEntry::get().checked_mul(u128::from(entries))?;
        let for_bytes = T::DepositPerByte::get().checked_mul(u128::from(bytes))?;
        for_entries.checked_add(for_bytes)
    }
}

/// Most bytes of an encoded `V`.
fn bytes_of<V: Encode + MaxEncodedLen>() -> Option<u32> {
    u32::try_from(V::max_encoded_len()).ok()
}

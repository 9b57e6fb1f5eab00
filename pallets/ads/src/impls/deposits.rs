//! What is held for the bytes that a campaign takes in storage.
//!
//! `deposit = 2 × DepositPerEntry + bytes × DepositPerByte`, in units; keys count as bytes, and the history of states
//! counts as if it were full, so that nobody is ever asked for more.

use codec::{Encode, MaxEncodedLen};
use frame_support::traits::Get;

use crate::{Campaign, Config, Pallet, Tags};

/// Bytes of the two prefixes and the hash that stand before a number in storage.
const NUMBER_OVERHEAD_BYTES: u32 = 32 + 8;
/// Bytes of the two prefixes and the hash that stand before an account in storage.
const ACCOUNT_OVERHEAD_BYTES: u32 = 32 + 16;
/// Bytes of the hash before the second key of a double map.
const SECOND_KEY_OVERHEAD_BYTES: u32 = 8;

impl<T: Config> Pallet<T> {
    /// Deposit for the record of a campaign and its place in the advertiser's list. `None` on overflow.
    pub(crate) fn campaign_deposit(tags: &Tags) -> Option<u128> {
        let number = bytes_of::<u32>()?;
        let record = bytes_of::<Campaign>()?
            .checked_sub(bytes_of::<Tags>()?)?
            .checked_add(u32::try_from(tags.encoded_size()).ok()?)?;
        let bytes = [
            // The record under its number, and the number under advertiser and place.
            NUMBER_OVERHEAD_BYTES,
            number,
            record,
            ACCOUNT_OVERHEAD_BYTES,
            bytes_of::<T::AccountId>()?,
            SECOND_KEY_OVERHEAD_BYTES,
            number,
            number,
        ]
        .into_iter()
        .try_fold(0u32, u32::checked_add)?;
        let for_entries = T::DepositPerEntry::get().checked_mul(2)?;
        let for_bytes = T::DepositPerByte::get().checked_mul(u128::from(bytes))?;
        for_entries.checked_add(for_bytes)
    }
}

/// Most bytes of an encoded `V`.
fn bytes_of<V: Encode + MaxEncodedLen>() -> Option<u32> {
    u32::try_from(V::max_encoded_len()).ok()
}

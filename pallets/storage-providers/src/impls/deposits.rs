//! What is held for the bytes that a provider takes in storage.
//!
//! `deposit = entries × DepositPerEntry + bytes × DepositPerByte`, in units; keys count as bytes.

use codec::MaxEncodedLen;
use frame_support::traits::Get;

use crate::{Config, Pallet, Provider};

/// Bytes of a peer key.
const PEER_KEY_BYTES: u32 = 32;
/// Bytes of an index.
const INDEX_BYTES: u32 = 4;
/// Bytes of the hash that stands before a key in storage, and of the two prefixes before it.
const KEY_OVERHEAD_BYTES: u32 = 16 + 32;

impl<T: Config> Pallet<T> {
    /// Deposit for a provider: its record under its index, its index under its peer key, and its place in the list
    /// of its owner. `None` on overflow.
    pub(crate) fn provider_deposit() -> Option<u128> {
        let bytes = [
            u32::try_from(Provider::max_encoded_len()).ok()?,
            INDEX_BYTES,
            KEY_OVERHEAD_BYTES,
            PEER_KEY_BYTES,
            INDEX_BYTES,
            KEY_OVERHEAD_BYTES,
            INDEX_BYTES,
        ]
        .into_iter()
        .try_fold(0u32, u32::checked_add)?;
        let for_entries = T::DepositPerEntry::get().checked_mul(2)?;
        let for_bytes = T::DepositPerByte::get().checked_mul(u128::from(bytes))?;
        for_entries.checked_add(for_bytes)
    }
}

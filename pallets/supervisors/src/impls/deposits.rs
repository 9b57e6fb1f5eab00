//! What is held for applications, approvals and appeals.
//!
//! `deposit = DepositPerEntry + bytes × DepositPerByte`, in units; the key counts as bytes.

use codec::MaxEncodedLen;
use frame_support::traits::Get;

use crate::{Appeal, Application, Approval, Config, Pallet};

/// Bytes of the hash that stands before a key in storage, and of the two prefixes before it.
const KEY_OVERHEAD_BYTES: u32 = 16 + 32;

impl<T: Config> Pallet<T> {
    /// Deposit for an application. `None` on overflow.
    pub(crate) fn application_deposit() -> Option<u128> {
        Self::deposit_for(Application::<T::AccountId>::max_encoded_len())
    }

    /// Deposit for an approval. `None` on overflow.
    pub(crate) fn approval_deposit() -> Option<u128> {
        Self::deposit_for(Approval::<T::AccountId>::max_encoded_len())
    }

    /// Deposit for an appeal. `None` on overflow.
    pub(crate) fn deposit_of_appeal() -> Option<u128> {
        Self::deposit_for(Appeal::<T::AccountId>::max_encoded_len())
    }

    /// For an entry under an account or a magnet, which are as long.
    fn deposit_for(value_bytes: usize) -> Option<u128> {
        let bytes = u32::try_from(value_bytes)
            .ok()?
            .checked_add(u32::try_from(T::AccountId::max_encoded_len()).ok()?)?
            .checked_add(KEY_OVERHEAD_BYTES)?;
        let for_bytes = T::DepositPerByte::get().checked_mul(u128::from(bytes))?;
        T::DepositPerEntry::get().checked_add(for_bytes)
    }
}

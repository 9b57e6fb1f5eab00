//! Bytes as arguments.

use super::SIGNERS;
use crate::{AllPalletsWithSystem, RuntimeCall, TreasuryAccount, presets::accounts};
use codec::{Decode, Error, Input};
use frame_support::traits::PalletsInfoAccess;
use sp_runtime::traits::TrailingZeroInput;
use std::sync::OnceLock;

/// Bytes that are read one after the other; zeros after their end.
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl Bytes<'_> {
    pub(super) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    /// An amount of any size up to that of all money, or any number at all.
    pub(super) fn amount(&mut self) -> u128 {
        let (mantissa, shift) = (self.byte(), self.byte());
        if shift == u8::MAX {
            return u128::MAX - u128::from(mantissa);
        }
        u128::from(mantissa) << (shift % 72)
    }
}

/// Input of a call whose arguments are mostly things that there are: what is 32 bytes long names an account or a video, what
/// is 16 bytes long is an amount, what is 4 bytes long an id or a round.
pub(super) struct Guided<'a, 'b> {
    /// Pallet and call.
    pub(super) start: Vec<u8>,
    pub(super) bytes: &'a mut Bytes<'b>,
    /// Bytes that may still be read.
    pub(super) left: usize,
    pub(super) round: u32,
}

impl Guided<'_, '_> {
    fn name(&mut self) -> [u8; 32] {
        let pick = self.bytes.byte();
        match pick % 16 {
            place @ 0..=6 => SIGNERS[usize::from(place)].to_account_id().into(),
            7 => accounts::supervisor().into(),
            8 => TreasuryAccount::get().into(),
            9 => accounts::CONTROLLER_KEY,
            10 => [pick; 32],
            number => [number - 10; 32],
        }
    }
}

impl Input for Guided<'_, '_> {
    fn remaining_len(&mut self) -> Result<Option<usize>, Error> {
        Ok(None)
    }

    fn read(&mut self, into: &mut [u8]) -> Result<(), Error> {
        let left = self.left.checked_sub(into.len());
        self.left = left.ok_or(Error::from("the call is too long"))?;
        if !self.start.is_empty() && into.len() == 1 {
            into[0] = self.start.remove(0);
            return Ok(());
        }
        match into.len() {
            32 => into.copy_from_slice(&self.name()),
            16 => into.copy_from_slice(&self.bytes.amount().to_le_bytes()),
            4 => {
                let pick = self.bytes.byte();
                let number = match pick {
                    0..=127 => u32::from(pick % 8),
                    128..=223 => self.round.wrapping_add(u32::from(pick)).wrapping_sub(192),
                    224..=254 => u32::from(pick) << (pick % 24),
                    _ => u32::MAX,
                };
                into.copy_from_slice(&number.to_le_bytes());
            }
            // The length of a list, the number of a variant: mostly small.
            1 => {
                let pick = self.bytes.byte();
                into[0] = match pick {
                    0..=127 => (pick % 8) * 4,
                    128..=223 => pick % 12,
                    _ => pick,
                };
            }
            // What is long is not worth the bytes.
            65.. => into.fill(self.bytes.byte()),
            _ => into.iter_mut().for_each(|byte| *byte = self.bytes.byte()),
        }
        Ok(())
    }
}

/// Pallet and number of every call.
pub(super) fn calls() -> &'static [[u8; 2]] {
    static CALLS: OnceLock<Vec<[u8; 2]>> = OnceLock::new();
    CALLS.get_or_init(|| {
        let pallets = AllPalletsWithSystem::infos().into_iter();
        let all =
            pallets.flat_map(|pallet| (0..=u8::MAX).map(move |call| [pallet.index as u8, call]));
        all.filter(|start| RuntimeCall::decode(&mut TrailingZeroInput::new(start)).is_ok())
            .collect()
    })
}

//! The two layers around a cell: at rest under its content key, on the wire also under the viewer's DownloadKey.
//!
//! Both are AES-256 in counter mode. The counter is the offset in the cell divided by the block size, so any range of
//! a cell opens without what stands before it. A key is used for one cell only (`chainflix_primitives::hash::label`
//! separates the derivations), which is why the counter may begin at zero. Integrity is the cipher tree's business.

use aes::Aes256;
use ctr::cipher::{KeyIvInit, StreamCipher, StreamCipherSeek};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Key of the at-rest layer of one cell, the same for everybody; released by verifiers only.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct ContentKey([u8; 32]);

/// Key of the wire layer of one cell for one viewer.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DownloadKey([u8; 32]);

impl ContentKey {
    /// Takes a key as a verifier gave it.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// Encrypts or decrypts `data`, which stands at `offset` of its cell.
    pub fn apply(&self, offset: u64, data: &mut [u8]) {
        apply_keystream(&self.0, offset, data);
    }
}

impl DownloadKey {
    /// Takes a key as a verifier or a delivery token gave it.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// Puts the wire layer on `data`, which stands at `offset` of its cell, or strips it.
    pub fn apply(&self, offset: u64, data: &mut [u8]) {
        apply_keystream(&self.0, offset, data);
    }
}

impl core::fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ContentKey(…)")
    }
}

impl core::fmt::Debug for DownloadKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("DownloadKey(…)")
    }
}

pub(crate) fn apply_keystream(key: &[u8; 32], offset: u64, data: &mut [u8]) {
    let mut cipher = ctr::Ctr128BE::<Aes256>::new(key.into(), &[0u8; 16].into());
    cipher.seek(offset);
    cipher.apply_keystream(data);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_keystream_is_aes_256_counter_mode_from_zero() {
        // NIST's AES-256 known answer for an all-zero key and block.
        let mut block = [0u8; 16];
        ContentKey::new([0; 32]).apply(0, &mut block);
        assert_eq!(hex::encode(block), "dc95c078a2408989ad48a21492842087");
    }

    #[test]
    fn keys_do_not_show_in_debug_output() {
        let shown = format!(
            "{:?} {:?}",
            ContentKey::new([7; 32]),
            DownloadKey::new([7; 32])
        );
        assert!(!shown.contains('7'), "{shown}");
    }

    proptest! {
        #[test]
        fn any_range_opens_as_the_whole_does(
            key: [u8; 32],
            plain in proptest::collection::vec(any::<u8>(), 1..5000),
            from in 0usize..5000,
            length in 0usize..5000,
        ) {
            let mut whole = plain.clone();
            ContentKey::new(key).apply(0, &mut whole);
            let from = from.min(plain.len());
            let to = from.saturating_add(length).min(plain.len());
            let mut range = whole[from..to].to_vec();
            ContentKey::new(key).apply(from as u64, &mut range);
            prop_assert_eq!(&range[..], &plain[from..to]);
        }

        #[test]
        fn d3_the_layer_of_one_key_does_not_come_off_with_another(a: [u8; 32], b: [u8; 32]) {
            prop_assume!(a != b);
            let mut data = [0x55u8; 64];
            DownloadKey::new(a).apply(0, &mut data);
            DownloadKey::new(b).apply(0, &mut data);
            prop_assert_ne!(data, [0x55u8; 64]);
        }
    }
}

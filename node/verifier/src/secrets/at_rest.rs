//! Set secrets as they lie in the store: XChaCha20-Poly1305 under the store key, bound to epoch and commitment.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use chainflix_primitives::hash::{Hash32, label};
use zeroize::Zeroizing;

use crate::random;

/// Key of what is sealed at rest.
pub(crate) struct StoreKey(Zeroizing<[u8; 32]>);

impl StoreKey {
    pub(crate) fn new(key: Zeroizing<[u8; 32]>) -> Self {
        Self(key)
    }

    /// Nonce and ciphertext of a set secret. `None` only if sealing itself failed.
    pub(crate) fn seal(
        &self,
        epoch: u32,
        commitment: &Hash32,
        secret: &[u8; 32],
    ) -> Option<Vec<u8>> {
        let nonce = random::bytes::<24>();
        let payload = Payload {
            msg: secret,
            aad: &associated(epoch, commitment),
        };
        let cipher = XChaCha20Poly1305::new((&*self.0).into());
        let sealed = cipher.encrypt(XNonce::from_slice(&nonce), payload).ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    /// The secret in `sealed`. `None` when it was sealed under another key, or for another epoch.
    pub(crate) fn open(
        &self,
        epoch: u32,
        commitment: &Hash32,
        sealed: &[u8],
    ) -> Option<Zeroizing<[u8; 32]>> {
        let (nonce, ciphertext) = sealed.split_first_chunk::<24>()?;
        let payload = Payload {
            msg: ciphertext,
            aad: &associated(epoch, commitment),
        };
        let cipher = XChaCha20Poly1305::new((&*self.0).into());
        let plain = Zeroizing::new(cipher.decrypt(XNonce::from_slice(nonce), payload).ok()?);
        plain.as_slice().try_into().ok().map(Zeroizing::new)
    }
}

fn associated(epoch: u32, commitment: &Hash32) -> Vec<u8> {
    [
        label::SET_SECRET,
        b"/at-rest",
        epoch.to_le_bytes().as_slice(),
        commitment,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_opens_only_by_its_key_and_for_its_epoch_and_commitment() {
        let key = StoreKey::new(Zeroizing::new([1; 32]));
        let sealed = key.seal(3, &[2; 32], &[9; 32]).expect("sealed");
        assert!(!sealed.windows(32).any(|bytes| bytes == [9; 32]));
        let open = |key: &StoreKey, epoch, commitment: [u8; 32]| {
            key.open(epoch, &commitment, &sealed).map(|secret| *secret)
        };
        assert_eq!(open(&key, 3, [2; 32]), Some([9; 32]));
        assert_eq!(open(&key, 4, [2; 32]), None);
        assert_eq!(open(&key, 3, [3; 32]), None);
        let other = StoreKey::new(Zeroizing::new([2; 32]));
        assert_eq!(open(&other, 3, [2; 32]), None);
    }
}

//! Opening delivery tokens: proof that a verifier made one for this node, and the DownloadKey in it.

use chacha20poly1305::{AeadInPlace, KeyInit, XChaCha20Poly1305, XNonce};
use chainflix_content::DownloadKey;
use chainflix_primitives::receipt::DeliveryToken;
use codec::Encode;
use zeroize::Zeroizing;

/// The DownloadKey in a token, whose terms are its associated data. `None` when no verifier made it under `token_key`.
pub(crate) fn open(token: &DeliveryToken, token_key: &[u8; 32]) -> Option<DownloadKey> {
    let (sealed, tag) = token.sealed_download_key.split_first_chunk::<32>()?;
    let mut key = Zeroizing::new(*sealed);
    XChaCha20Poly1305::new(token_key.into())
        .decrypt_in_place_detached(
            XNonce::from_slice(&token.seal_nonce),
            &token.terms.encode(),
            key.as_mut_slice(),
            tag.into(),
        )
        .ok()?;
    Some(DownloadKey::new(*key))
}

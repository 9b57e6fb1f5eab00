//! Delivery tokens: which provider may send one cell to one viewer, and the DownloadKey that goes with it.

use chacha20poly1305::{
    AeadInPlace, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use chainflix_primitives::receipt::{DeliveryToken, TokenTerms};
use codec::Encode;
use zeroize::Zeroizing;

use crate::random;

/// Seals `download_key` under the key between the verifiers and the provider, with the terms as associated data.
/// `None` only if sealing itself failed.
pub(crate) fn make(
    terms: TokenTerms,
    provider_key: &[u8; 32],
    download_key: &[u8; 32],
) -> Option<DeliveryToken> {
    let seal_nonce = random::bytes::<24>();
    let cipher = XChaCha20Poly1305::new(provider_key.into());
    let payload = Payload {
        msg: download_key,
        aad: &terms.encode(),
    };
    let sealed = cipher
        .encrypt(XNonce::from_slice(&seal_nonce), payload)
        .ok()?;
    Some(DeliveryToken {
        terms,
        seal_nonce,
        sealed_download_key: sealed.try_into().ok()?,
    })
}

/// The DownloadKey in a token. `None` when no verifier made it under this key.
pub(crate) fn open(token: &DeliveryToken, provider_key: &[u8; 32]) -> Option<Zeroizing<[u8; 32]>> {
    let (sealed, tag) = token.sealed_download_key.split_first_chunk::<32>()?;
    let mut key = Zeroizing::new(*sealed);
    XChaCha20Poly1305::new(provider_key.into())
        .decrypt_in_place_detached(
            XNonce::from_slice(&token.seal_nonce),
            &token.terms.encode(),
            key.as_mut_slice(),
            tag.into(),
        )
        .ok()?;
    Some(key)
}

#[cfg(test)]
mod tests {
    use chainflix_primitives::{AccountId, Magnet};

    use super::*;

    fn terms() -> TokenTerms {
        TokenTerms {
            version: 1,
            genesis: [1; 32],
            issuer: AccountId([2; 32]),
            epoch: 0,
            viewer: AccountId([3; 32]),
            session_key: [4; 32],
            video: Magnet([5; 32]),
            cell: 6,
            rendition: 0,
            provider: 7,
            round: 8,
            expires_ms: 9,
            max_bytes: 10,
        }
    }

    #[test]
    fn a_token_opens_by_its_providers_key_and_only_with_its_own_terms() {
        let token = make(terms(), &[1; 32], &[9; 32]).expect("sealed");
        assert_eq!(open(&token, &[1; 32]).map(|key| *key), Some([9; 32]));
        assert_eq!(open(&token, &[2; 32]), None);
        let mut stretched = token.clone();
        stretched.terms.max_bytes += 1;
        assert_eq!(open(&stretched, &[1; 32]), None);
        let mut other_viewer = token;
        other_viewer.terms.viewer = AccountId([4; 32]);
        assert_eq!(open(&other_viewer, &[1; 32]), None);
    }
}

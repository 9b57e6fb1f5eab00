//! HPKE (RFC 9180): sessions with viewers, and what is sealed to verifiers and providers.
//!
//! Base mode, X25519-HKDF-SHA256, HKDF-SHA256, ChaCha20-Poly1305, as `chainflix_primitives::api` says.

use chainflix_primitives::api::{EXPORT_TO_CLIENT, EXPORT_TO_VERIFIER};
use hpke::{
    Deserializable, Kem as _, OpModeR, OpModeS, Serializable, aead::ChaCha20Poly1305,
    kdf::HkdfSha256, kem::X25519HkdfSha256,
};
use zeroize::Zeroizing;

use crate::random::OsRandom;

type Kem = X25519HkdfSha256;
type PublicKey = <Kem as hpke::Kem>::PublicKey;
type PrivateKey = <Kem as hpke::Kem>::PrivateKey;
type EncappedKey = <Kem as hpke::Kem>::EncappedKey;

/// The X25519 key of this verifier.
pub(crate) struct ExchangeKey {
    private: PrivateKey,
}

/// The two keys of a session.
pub(crate) struct SessionKeys {
    /// Key with which the client seals.
    pub(crate) to_verifier: Zeroizing<[u8; 32]>,
    /// Key with which the verifier seals.
    pub(crate) to_client: Zeroizing<[u8; 32]>,
}

impl ExchangeKey {
    pub(super) fn from_bytes(bytes: &[u8; 32]) -> Self {
        // Every 32 bytes are an X25519 key; HPKE derives one from them as RFC 9180 section 7.1.3 says.
        let (private, _) = Kem::derive_keypair(bytes);
        Self { private }
    }

    /// The public key.
    pub(crate) fn public(&self) -> [u8; 32] {
        Kem::sk_to_pk(&self.private).to_bytes().into()
    }

    /// Keys of a session that a client encapsulated. `None` for an encapsulation that is no key.
    pub(crate) fn session(&self, encapsulated: &[u8; 32], info: &[u8]) -> Option<SessionKeys> {
        let encapped = EncappedKey::from_bytes(encapsulated).ok()?;
        let context = hpke::setup_receiver::<ChaCha20Poly1305, HkdfSha256, Kem>(
            &OpModeR::Base,
            &self.private,
            &encapped,
            info,
        )
        .ok()?;
        let export = |purpose: &[u8]| {
            let mut key = Zeroizing::new([0u8; 32]);
            context
                .export(purpose, key.as_mut_slice())
                .ok()
                .map(|()| key)
        };
        Some(SessionKeys {
            to_verifier: export(EXPORT_TO_VERIFIER)?,
            to_client: export(EXPORT_TO_CLIENT)?,
        })
    }

    /// Opens what was sealed to this key. `None` when it was not, or for another purpose.
    pub(crate) fn open(
        &self,
        encapsulated: &[u8; 32],
        info: &[u8],
        sealed: &[u8],
        associated: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let encapped = EncappedKey::from_bytes(encapsulated).ok()?;
        hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, Kem>(
            &OpModeR::Base,
            &self.private,
            &encapped,
            info,
            sealed,
            associated,
        )
        .ok()
        .map(Zeroizing::new)
    }
}

/// Seals `content` to an X25519 key: encapsulation and ciphertext. `None` when `to` is no key.
pub(crate) fn seal_to(
    to: &[u8; 32],
    info: &[u8],
    content: &[u8],
    associated: &[u8],
) -> Option<([u8; 32], Vec<u8>)> {
    let to = PublicKey::from_bytes(to).ok()?;
    let (encapped, sealed) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, Kem, _>(
        &OpModeS::Base,
        &to,
        info,
        content,
        associated,
        &mut OsRandom,
    )
    .ok()?;
    Some((encapped.to_bytes().into(), sealed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d3_what_is_sealed_to_one_key_opens_by_no_other_and_for_no_other_purpose() {
        let (alice, bob) = (
            ExchangeKey::from_bytes(&[1; 32]),
            ExchangeKey::from_bytes(&[2; 32]),
        );
        let (encapsulated, sealed) =
            seal_to(&alice.public(), b"info", b"secret", b"about").expect("sealed");
        let open = |key: &ExchangeKey, info: &[u8], about: &[u8]| {
            key.open(&encapsulated, info, &sealed, about)
                .map(|content| content.to_vec())
        };
        assert_eq!(open(&alice, b"info", b"about"), Some(b"secret".to_vec()));
        assert_eq!(open(&bob, b"info", b"about"), None);
        assert_eq!(open(&alice, b"other", b"about"), None);
        assert_eq!(open(&alice, b"info", b"other"), None);
    }
}

//! A session's keys: agreed once by HPKE (RFC 9180), then one AEAD key for each direction.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce};
use chainflix_primitives::api::{EXPORT_TO_CLIENT, EXPORT_TO_VERIFIER, message_nonce};
use chainflix_primitives::news::news_nonce;
use chainflix_primitives::{Hash32, Hasher, Sha256};
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeS, Serializable};
use zeroize::Zeroizing;

use crate::secrets;

/// Keys of a session, not yet with an id.
pub(super) struct Agreed {
    /// What the verifier needs to come to the same keys.
    pub(super) encapsulated: [u8; 32],
    to_verifier: Zeroizing<[u8; 32]>,
    to_client: Zeroizing<[u8; 32]>,
}

/// Agrees on keys with the holder of `exchange_key`. `None` when that is no key, or there is no randomness.
pub(super) fn agree(exchange_key: &[u8; 32], info: &[u8]) -> Option<Agreed> {
    let public = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(exchange_key).ok()?;
    let mut randomness = Randomness {
        seed: secrets::random_key().ok()?,
        counter: 0,
    };
    let (encapsulated, context) = hpke::setup_sender::<
        hpke::aead::ChaCha20Poly1305,
        HkdfSha256,
        X25519HkdfSha256,
        _,
    >(&OpModeS::Base, &public, info, &mut randomness)
    .ok()?;
    let export = |purpose: &[u8]| {
        let mut key = Zeroizing::new([0u8; 32]);
        context.export(purpose, key.as_mut_slice()).ok()?;
        Some(key)
    };
    Some(Agreed {
        encapsulated: encapsulated.to_bytes().into(),
        to_verifier: export(EXPORT_TO_VERIFIER)?,
        to_client: export(EXPORT_TO_CLIENT)?,
    })
}

impl Agreed {
    /// Seals message `number` of session `id`.
    pub(super) fn seal(&self, id: &[u8], number: u64, plain: &[u8]) -> Option<Vec<u8>> {
        let payload = Payload {
            msg: plain,
            aad: id,
        };
        ChaCha20Poly1305::new((&*self.to_verifier).into())
            .encrypt(Nonce::from_slice(&message_nonce(number)), payload)
            .ok()
    }

    /// Opens the reply to message `number`. `None` when the verifier did not seal it.
    pub(super) fn open(&self, id: &[u8], number: u64, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        unseal(&self.to_client, message_nonce(number), id, sealed)
    }

    /// What opens the messages of the subscription that message `number` of session `id` asks for.
    pub(super) fn news(&self, id: &[u8], number: u32) -> NewsKey {
        NewsKey {
            id: id.to_vec(),
            number,
            to_client: self.to_client.clone(),
        }
    }
}

/// Opens the messages of one subscription.
pub(super) struct NewsKey {
    id: Vec<u8>,
    number: u32,
    to_client: Zeroizing<[u8; 32]>,
}

impl NewsKey {
    /// Opens message `index`. `None` when the verifier did not seal it as that.
    pub(super) fn open(&self, index: u64, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let nonce = news_nonce(self.number, index);
        unseal(&self.to_client, nonce, &self.id, sealed)
    }

    /// As the verifier seals.
    #[cfg(test)]
    pub(super) fn seal(&self, nonce: [u8; 12], plain: &[u8]) -> Vec<u8> {
        let payload = Payload {
            msg: plain,
            aad: &self.id,
        };
        ChaCha20Poly1305::new((&*self.to_client).into())
            .encrypt(Nonce::from_slice(&nonce), payload)
            .unwrap()
    }
}

fn unseal(key: &[u8; 32], nonce: [u8; 12], id: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let payload = Payload {
        msg: sealed,
        aad: id,
    };
    ChaCha20Poly1305::new(key.into())
        .decrypt(Nonce::from_slice(&nonce), payload)
        .ok()
        .map(Zeroizing::new)
}

/// A stream of bytes out of a fresh seed of the operating system, for a library that wants a generator.
struct Randomness {
    seed: Zeroizing<Hash32>,
    counter: u64,
}

impl hpke::rand_core::RngCore for Randomness {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0u8; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0u8; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let counter = self.counter.to_le_bytes();
            let block = Zeroizing::new(Sha256::sha256_parts(&[self.seed.as_slice(), &counter]));
            self.counter = self.counter.wrapping_add(1);
            for (byte, value) in chunk.iter_mut().zip(block.iter()) {
                *byte = *value;
            }
        }
    }
}

impl hpke::rand_core::CryptoRng for Randomness {}

#[cfg(test)]
mod tests {
    use super::*;
    use hpke::OpModeR;

    /// The verifier's side, as RFC 9180 has it.
    fn receive(
        private: &<X25519HkdfSha256 as Kem>::PrivateKey,
        agreed: &Agreed,
        info: &[u8],
    ) -> [Vec<u8>; 2] {
        let encapped =
            <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&agreed.encapsulated).unwrap();
        let context = hpke::setup_receiver::<
            hpke::aead::ChaCha20Poly1305,
            HkdfSha256,
            X25519HkdfSha256,
        >(&OpModeR::Base, private, &encapped, info)
        .unwrap();
        [EXPORT_TO_VERIFIER, EXPORT_TO_CLIENT].map(|purpose| {
            let mut key = vec![0u8; 32];
            context.export(purpose, &mut key).unwrap();
            key
        })
    }

    #[test]
    fn both_sides_come_to_the_same_two_keys_for_one_purpose_only() {
        let (private, public) = X25519HkdfSha256::derive_keypair(&[7; 32]);
        let agreed = agree(&public.to_bytes().into(), b"info").unwrap();
        let [to_verifier, to_client] = receive(&private, &agreed, b"info");
        assert_eq!(
            (&agreed.to_verifier[..], &agreed.to_client[..]),
            (&to_verifier[..], &to_client[..])
        );
        assert_ne!(to_verifier, to_client);
        assert_ne!(receive(&private, &agreed, b"other")[0], to_verifier);
        let again = agree(&public.to_bytes().into(), b"info").unwrap();
        assert_ne!(again.to_verifier, agreed.to_verifier);
    }

    #[test]
    fn a_message_opens_by_its_number_session_and_direction_only() {
        let (_, public) = X25519HkdfSha256::derive_keypair(&[7; 32]);
        let agreed = agree(&public.to_bytes().into(), b"info").unwrap();
        let mirrored = Agreed {
            encapsulated: agreed.encapsulated,
            to_verifier: agreed.to_client.clone(),
            to_client: agreed.to_verifier.clone(),
        };
        let sealed = agreed.seal(b"session", 3, b"hello").unwrap();
        let opened = mirrored.open(b"session", 3, &sealed);
        assert_eq!(opened.map(|plain| plain.to_vec()), Some(b"hello".to_vec()));
        assert!(mirrored.open(b"session", 4, &sealed).is_none());
        assert!(mirrored.open(b"other", 3, &sealed).is_none());
        assert!(agreed.open(b"session", 3, &sealed).is_none());
    }
}

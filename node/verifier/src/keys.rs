//! The service's own keys, and what it hands out under them.
//!
//! | file in the directory | holds |
//! |---|---|
//! | `service.key` | ed25519 key that signs tickets and acceptances |
//! | `exchange.key` | X25519 key of sessions, and of set secrets sealed to this verifier |
//! | `store.key` | key under which set secrets lie in the store |
//!
//! Each is made at the first start, readable by its owner only. The node's keystore holds none of them: a signature
//! through it costs a thousand times more. What certifies them is the announcement, signed by the `pov` session key.

use std::path::Path;

use chainflix_primitives::{
    AccountId, Round, Signature64,
    hash::Hash32,
    ticket::{Acceptance, SignedTicket, Ticket},
};
use ed25519_zebra::{Signature, SigningKey, VerificationKey, VerificationKeyBytes};
use zeroize::Zeroizing;

mod exchange;
mod files;
pub(crate) mod tokens;
pub(crate) mod uploads;
pub(crate) mod wallet;

pub use self::files::KeyFileError;

pub(crate) use self::exchange::{ExchangeKey, SessionKeys, seal_to};

use crate::secrets::at_rest::StoreKey;

/// Names of the key files.
pub(crate) const FILES: [&str; 3] = ["service.key", "exchange.key", "store.key"];

/// Whether there is a key file in `directory`.
pub(crate) fn any_in(directory: &Path) -> bool {
    FILES.iter().any(|name| directory.join(name).exists())
}

/// Removes the key files in `directory`.
pub(crate) fn remove_from(directory: &Path) {
    for name in FILES.iter().filter(|name| directory.join(name).exists()) {
        if let Err(error) = std::fs::remove_file(directory.join(name)) {
            tracing::warn!(name, %error, "a key file could not be removed");
        }
    }
}

/// A key and the name of its file.
pub(crate) type NamedKey = (&'static str, Zeroizing<[u8; 32]>);

/// The keys in `directory` by file name, making those that are missing.
pub(crate) fn read_all(directory: &Path) -> Result<Vec<NamedKey>, KeyFileError> {
    let read = |name: &'static str| Ok((name, files::load_or_create(&directory.join(name))?));
    FILES.into_iter().map(read).collect()
}

/// Writes a key file that is not there.
pub(crate) fn write(directory: &Path, name: &str, key: &[u8; 32]) -> Result<(), KeyFileError> {
    files::write(&directory.join(name), key)
}

/// The service's own keys.
pub(crate) struct ServiceKeys {
    signing: SigningKey,
    /// Opens what is sealed to this verifier.
    pub(crate) exchange: ExchangeKey,
    /// Seals set secrets at rest.
    pub(crate) store: StoreKey,
}

impl ServiceKeys {
    /// Reads the keys in `directory`, making those that are missing.
    pub(crate) fn load_or_create(directory: &Path) -> Result<Self, KeyFileError> {
        let [signing, exchange, store] = FILES;
        let signing = files::load_or_create(&directory.join(signing))?;
        let exchange = files::load_or_create(&directory.join(exchange))?;
        let store = files::load_or_create(&directory.join(store))?;
        Ok(Self {
            signing: SigningKey::from(*signing),
            exchange: ExchangeKey::from_bytes(&exchange),
            store: StoreKey::new(store),
        })
    }

    /// Public part of the service key.
    pub(crate) fn service_key(&self) -> [u8; 32] {
        VerificationKeyBytes::from(&self.signing).into()
    }

    /// Signs a ticket.
    pub(crate) fn sign_ticket(&self, genesis: &Hash32, ticket: Ticket) -> SignedTicket {
        let signature = self.sign(&ticket.signing_payload(genesis));
        SignedTicket { ticket, signature }
    }

    /// Signs the acceptance of a ticket's Play Data.
    pub(crate) fn sign_acceptance(
        &self,
        genesis: &Hash32,
        issuer: AccountId,
        ticket: Hash32,
        round: Round,
    ) -> Acceptance {
        let payload = Acceptance::signing_payload(genesis, &issuer, &ticket, round);
        Acceptance {
            issuer,
            ticket,
            round,
            signature: self.sign(&payload),
        }
    }

    fn sign(&self, payload: &[u8]) -> Signature64 {
        Signature64(self.signing.sign(payload).to_bytes())
    }
}

/// Whether `signature` over `payload` is by the ed25519 `key`, by ZIP-215 rules.
pub(crate) fn is_signed_by(key: &[u8; 32], payload: &[u8], signature: &Signature64) -> bool {
    VerificationKey::try_from(*key)
        .and_then(|key| key.verify(&Signature::from(signature.0), payload))
        .is_ok()
}

//! What everybody in a measurement shares: the chain's constants, the set secret, the storage providers, films.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use chainflix_primitives::{
    AccountId, CellId, Cycle, Magnet, PlayCode, Round, Sha256, Signature64,
    hash::{Hash32, label},
    receipt::{
        DeliveryToken, Receipt, TOKEN_VERSION, TokenTerms, receipt_payload, token_allowance,
    },
    registry::{ProviderClass, ProviderRecord},
    rounds::RoundClock,
};
use codec::Encode;
use ed25519_zebra::{SigningKey, VerificationKeyBytes};
use hkdf::Hkdf;

use crate::film::Film;

pub(crate) const GENESIS: Hash32 = [0x67; 32];
/// A verifier that is not measured: its view blocks are made beforehand.
pub(crate) const ISSUER: AccountId = AccountId([1; 32]);
/// The verifier that is measured.
pub(crate) const MEASURED: AccountId = AccountId([2; 32]);
/// Leading zero bits of a nonce: few, since who mines them is not measured.
pub(crate) const DIFFICULTY: u8 = 8;
/// Length of a round in production.
pub(crate) const ROUND_MS: u32 = chainflix_primitives::rounds::PRODUCTION_ROUND_MS;
/// The key epoch.
const EPOCH: u32 = 0;
/// The verifiers' set secret.
pub(crate) const SET_SECRET: [u8; 32] = [0x5e; 32];

/// Seeds of the storage providers: each cell comes from both.
pub(crate) const PROVIDERS: [u8; 2] = [0xd1, 0xd2];

/// A storage provider.
struct Provider {
    peer: SigningKey,
}

/// The world.
pub(crate) struct World {
    pub(crate) clock: RoundClock,
    pub(crate) films: Vec<Film>,
    providers: Vec<Provider>,
}

/// Whose cell receipts are for.
pub(crate) struct Watched<'a> {
    pub(crate) viewer: AccountId,
    pub(crate) session_key: [u8; 32],
    pub(crate) film: &'a Film,
    pub(crate) minute: u16,
    /// Round of the tokens.
    pub(crate) round: Round,
}

impl World {
    /// A world that began at `genesis_ms`, with films of these lengths in ms.
    pub(crate) fn new(genesis_ms: u64, films: &[u32]) -> Self {
        let films = (1u8..).zip(films);
        Self {
            clock: RoundClock {
                genesis_ms,
                round_ms: ROUND_MS,
            },
            films: films
                .map(|(seed, total_ms)| Film::new(seed, *total_ms))
                .collect(),
            providers: PROVIDERS
                .map(|seed| Provider {
                    peer: SigningKey::from([seed; 32]),
                })
                .into(),
        }
    }

    pub(crate) fn provider_records(&self) -> Vec<ProviderRecord> {
        let record = |(owner, provider): (u8, &Provider)| ProviderRecord {
            owner: AccountId([owner; 32]),
            peer_key: VerificationKeyBytes::from(&provider.peer).into(),
            exchange_key: [owner; 32],
            class: ProviderClass::AlwaysOn,
            region: *b"DE",
            space_bytes: 1 << 40,
            from_round: 0,
        };
        PROVIDERS
            .into_iter()
            .zip(&self.providers)
            .map(record)
            .collect()
    }

    /// Receipts over a whole cell, in equal parts by all providers, on tokens of [`ISSUER`].
    pub(crate) fn receipts(&self, watched: &Watched<'_>) -> Vec<Receipt> {
        let entry = watched.film.entry(watched.minute);
        let whole = u64::from(entry.bytes);
        let cell = CellId::of::<Sha256>(&watched.film.magnet, 0, watched.minute);
        let download_key = key(&[label::DOWNLOAD_KEY, &cell.0, &watched.viewer.0]);
        (0u32..)
            .zip(&self.providers)
            .map(|(number, provider)| {
                let terms = TokenTerms {
                    version: TOKEN_VERSION,
                    genesis: GENESIS,
                    issuer: ISSUER,
                    epoch: EPOCH,
                    viewer: watched.viewer,
                    session_key: watched.session_key,
                    video: watched.film.magnet,
                    cell: watched.minute,
                    rendition: 0,
                    provider: number,
                    round: watched.round,
                    expires_ms: u64::MAX,
                    max_bytes: token_allowance(whole),
                };
                let token = token(terms, &download_key);
                let bytes = whole.div_ceil(self.providers.len() as u64);
                let payload = receipt_payload(&GENESIS, &token.id::<Sha256>(), bytes);
                Receipt {
                    token,
                    bytes,
                    provider_signature: Signature64(provider.peer.sign(&payload).to_bytes()),
                }
            })
            .collect()
    }
}

/// A key derived from the set secret, as the service derives it.
fn key(info: &[&[u8]]) -> [u8; 32] {
    let mut key = [0; 32];
    expand(info, &mut key);
    key
}

fn expand(info: &[&[u8]], out: &mut [u8]) {
    Hkdf::<sha2::Sha256>::new(None, &SET_SECRET)
        .expand_multi_info(info, out)
        .expect("a short key");
}

/// The PlayCode of a viewer's minute in a cycle.
pub(crate) fn play_code(video: &Magnet, minute: u16, viewer: &AccountId, cycle: Cycle) -> PlayCode {
    let mut code = PlayCode::default();
    let (minute, cycle) = (minute.to_le_bytes(), cycle.to_le_bytes());
    let info: [&[u8]; 5] = [label::PLAY_CODE, &video.0, &minute, &viewer.0, &cycle];
    expand(&info, &mut code.0);
    code
}

fn token(terms: TokenTerms, download_key: &[u8; 32]) -> DeliveryToken {
    let provider = terms.provider.to_le_bytes();
    let key = key(&[label::PROVIDER_KEY, &provider, &terms.issuer.0]);
    let payload = Payload {
        msg: download_key,
        aad: &terms.encode(),
    };
    let seal_nonce = [0x11; 24];
    let sealed = XChaCha20Poly1305::new(&key.into())
        .encrypt(XNonce::from_slice(&seal_nonce), payload)
        .expect("sealed");
    DeliveryToken {
        terms,
        seal_nonce,
        sealed_download_key: sealed.try_into().expect("48 bytes"),
    }
}

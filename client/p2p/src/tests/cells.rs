//! Cells, and the keys, tokens and grants that go with them.

use std::sync::Arc;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use chainflix_content::{DownloadKey, trees};
use chainflix_primitives::ids::Magnet;
use chainflix_primitives::manifest::CellEntry;
use chainflix_primitives::merkle::Tree;
use chainflix_primitives::receipt::{DeliveryToken, TokenTerms, token_allowance};
use chainflix_primitives::{AccountId, Hash32};
use codec::Encode;

use crate::download::{SessionSigner, WantedCell};
use crate::peer::PeerKey;
use crate::wire::CellPlace;

pub(super) const GENESIS: Hash32 = [9; 32];
pub(super) const VIDEO: Magnet = Magnet([5; 32]);
pub(super) const TOKEN_KEY: [u8; 32] = [0x42; 32];
const DOWNLOAD_KEY: [u8; 32] = [0x24; 32];

/// The viewer's session key.
pub(super) fn session_key() -> PeerKey {
    PeerKey::from_seed([0x77; 32])
}

/// The controller's key.
pub(super) fn controller() -> PeerKey {
    PeerKey::from_seed([0x66; 32])
}

pub(super) fn signer() -> SessionSigner {
    let key = session_key();
    Arc::new(move |payload| key.sign(payload))
}

/// A cell of bytes that look random.
#[derive(Clone)]
pub(super) struct TestCell {
    pub(super) place: CellPlace,
    pub(super) entry: CellEntry,
    pub(super) ciphertext: Arc<Vec<u8>>,
    pub(super) tree: Arc<Tree>,
}

impl TestCell {
    pub(super) fn new(index: u16, bytes: usize) -> Self {
        let mut ciphertext = vec![0u8; bytes];
        chainflix_content::ContentKey::new([index as u8; 32]).apply(0, &mut ciphertext);
        let tree = trees::cipher_tree(&ciphertext);
        Self {
            place: CellPlace {
                video: VIDEO,
                rendition: 0,
                cell: index,
            },
            entry: CellEntry {
                rendition: 0,
                index,
                playtime_ms: 60_000,
                bytes: bytes as u32,
                plain_root: [0; 32],
                cipher_root: tree.root(),
            },
            ciphertext: Arc::new(ciphertext),
            tree: Arc::new(tree),
        }
    }

    pub(super) fn wanted(&self) -> WantedCell {
        WantedCell {
            entry: self.entry.clone(),
            download_key: DownloadKey::new(DOWNLOAD_KEY),
        }
    }
}

pub(super) fn terms(provider: u32, cell: &TestCell) -> TokenTerms {
    TokenTerms {
        version: 1,
        genesis: GENESIS,
        issuer: AccountId([1; 32]),
        epoch: 0,
        viewer: AccountId([2; 32]),
        session_key: session_key().public(),
        video: cell.place.video,
        cell: cell.place.cell,
        rendition: cell.place.rendition,
        provider,
        round: 3,
        expires_ms: u64::MAX,
        max_bytes: token_allowance(u64::from(cell.entry.bytes)),
    }
}

/// A token as a verifier makes it.
pub(super) fn token(terms: TokenTerms) -> DeliveryToken {
    let seal_nonce = [terms.cell as u8; 24];
    let sealed = XChaCha20Poly1305::new(&TOKEN_KEY.into())
        .encrypt(
            XNonce::from_slice(&seal_nonce),
            Payload {
                msg: &DOWNLOAD_KEY,
                aad: &terms.encode(),
            },
        )
        .expect("short enough");
    DeliveryToken {
        terms,
        seal_nonce,
        sealed_download_key: sealed.try_into().expect("32 bytes and a tag"),
    }
}

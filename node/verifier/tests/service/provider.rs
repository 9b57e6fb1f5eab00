//! Who serves cells: the storage providers of the net, and what its controller chooses among them.

use chainflix_primitives::{
    AccountId, Magnet, Sha256, Signature64,
    api::CellWanted,
    receipt::{DeliveryToken, Receipt, receipt_payload},
    sources::{SignedSources, Sources},
};
use ed25519_zebra::{SigningKey, VerificationKeyBytes};
use hpke::{Kem as _, Serializable, kem::X25519HkdfSha256};

use crate::chain::GENESIS;
use crate::net::Net;
use crate::video::Video;

/// What the controller of the net would choose for a cell.
pub(crate) fn sources(net: &Net, video: Magnet, cell: u16, providers: usize) -> SignedSources {
    let sources = Sources {
        genesis: GENESIS,
        controller: VerificationKeyBytes::from(&net.controller).into(),
        video,
        rendition: 0,
        cell,
        providers: (0..providers as u32)
            .collect::<Vec<_>>()
            .try_into()
            .expect("few"),
        expires_ms: net.now_ms() + 300_000,
    };
    let signature = Signature64(net.controller.sign(&sources.signing_payload()).to_bytes());
    SignedSources { sources, signature }
}

pub(crate) fn wanted(net: &Net, video: &Video, cell: u16, providers: usize) -> CellWanted {
    CellWanted {
        sources: sources(net, video.magnet, cell, providers),
        bytes: video.entry(cell).bytes,
    }
}

/// A storage provider of the net.
pub(crate) struct Provider {
    pub(crate) owner: AccountId,
    pub(crate) peer: SigningKey,
    pub(crate) exchange: <X25519HkdfSha256 as hpke::Kem>::PrivateKey,
}

impl Provider {
    pub(crate) fn new(seed: u8) -> Self {
        let (exchange, _) = X25519HkdfSha256::derive_keypair(&[seed; 32]);
        Self {
            owner: AccountId([seed; 32]),
            peer: SigningKey::from([seed; 32]),
            exchange,
        }
    }

    pub(crate) fn exchange_key(&self) -> [u8; 32] {
        X25519HkdfSha256::sk_to_pk(&self.exchange).to_bytes().into()
    }

    pub(crate) fn receipt(&self, token: DeliveryToken, bytes: u64) -> Receipt {
        let payload = receipt_payload(&GENESIS, &token.id::<Sha256>(), bytes);
        Receipt {
            token,
            bytes,
            provider_signature: Signature64(self.peer.sign(&payload).to_bytes()),
        }
    }
}

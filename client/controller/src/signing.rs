//! What the controller signs: choices of sources and grants. And what it checks: logins and producers' wallets.

use chainflix_primitives::{
    AccountId, Hash32, Magnet, Signature64,
    delegation::WalletSignature,
    manifest::CellEntry,
    placement::{Grant, SignedGrant},
    sources::{SignedSources, Sources},
};
use ed25519_zebra::{Signature, SigningKey, VerificationKey};

use crate::protocol::{CellRef, Peer, RelayPass, SignedRelayPass};

/// Signs with the controller's registered ed25519 key.
pub struct Signer {
    key: SigningKey,
    public: [u8; 32],
    genesis: Hash32,
}

impl Signer {
    /// A signer for the chain of `genesis`.
    #[must_use]
    pub fn new(key: SigningKey, genesis: Hash32) -> Self {
        let public = key.verification_key().into();
        Self {
            key,
            public,
            genesis,
        }
    }

    /// The public key.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.public
    }

    /// Genesis hash of the chain.
    #[must_use]
    pub fn genesis(&self) -> Hash32 {
        self.genesis
    }

    /// Signs a choice of at most eight providers. `None` for more.
    #[must_use]
    pub fn sources(
        &self,
        cell: &CellRef,
        providers: Vec<u32>,
        expires_ms: u64,
    ) -> Option<SignedSources> {
        let sources = Sources {
            genesis: self.genesis,
            controller: self.public,
            video: cell.video,
            rendition: cell.rendition,
            cell: cell.cell,
            providers: providers.try_into().ok()?,
            expires_ms,
        };
        let signature = self.sign(&sources.signing_payload());
        Some(SignedSources { sources, signature })
    }

    /// Signs the right of `peer` to take in a cell.
    #[must_use]
    pub fn grant(
        &self,
        video: Magnet,
        cell: CellEntry,
        peer: &Peer,
        expires_ms: u64,
    ) -> SignedGrant {
        let grant = Grant {
            genesis: self.genesis,
            controller: self.public,
            provider: peer.provider,
            peer_key: peer.peer_key,
            video,
            cell,
            expires_ms,
        };
        let signature = self.sign(&grant.signing_payload());
        SignedGrant { grant, signature }
    }

    /// Signs a node's right to use relays in a period.
    #[must_use]
    pub fn relay_pass(&self, peer_key: [u8; 32], period: u64, max_bytes: u64) -> SignedRelayPass {
        let pass = RelayPass {
            genesis: self.genesis,
            controller: self.public,
            peer_key,
            period,
            max_bytes,
        };
        let signature = self.sign(&pass.signing_payload());
        SignedRelayPass { pass, signature }
    }

    fn sign(&self, payload: &[u8]) -> Signature64 {
        Signature64(self.key.sign(payload).to_bytes())
    }
}

/// Whether `signature` over `payload` is by the ed25519 key `public`, by ZIP-215 rules.
#[must_use]
pub fn is_signed_by(public: &[u8; 32], payload: &[u8], signature: &Signature64) -> bool {
    VerificationKey::try_from(*public)
        .is_ok_and(|key| key.verify(&Signature::from(signature.0), payload).is_ok())
}

/// Whether `signature` over `payload` is by the wallet of `account`.
#[must_use]
pub fn is_signed_by_wallet(
    account: &AccountId,
    payload: &[u8],
    signature: &WalletSignature,
) -> bool {
    match signature {
        WalletSignature::Ed25519(signature) => is_signed_by(&account.0, payload, signature),
        WalletSignature::Sr25519(signature) => subxt_signer::sr25519::verify(
            &subxt_signer::sr25519::Signature(signature.0),
            payload,
            &subxt_signer::sr25519::PublicKey(account.0),
        ),
    }
}

//! Delivery tokens and receipts: who moved which bytes of a cell to whom.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::hash::{Hash32, Hasher, label};
use crate::ids::{AccountId, Magnet, Signature64};
use crate::rounds::Round;

/// Version of [`TokenTerms`].
pub const TOKEN_VERSION: u8 = 1;
/// A token is good for tickets issued within so many rounds of it.
pub const TOKEN_ROUNDS: u32 = 20;
/// A provider sends a signed running total after each further mebibyte.
pub const RECEIPT_EVERY_BYTES: u64 = 1 << 20;
/// A provider stops when so many bytes are not countersigned.
pub const MAX_UNSIGNED_BYTES: u64 = 2 << 20;

/// What a delivery token allows: one viewer may fetch one cell from one provider.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct TokenTerms {
    /// [`TOKEN_VERSION`].
    pub version: u8,
    /// Genesis hash of the chain.
    pub genesis: Hash32,
    /// The verifier that issued it; decides, with the provider, which key protects it.
    pub issuer: AccountId,
    /// Key epoch of that key.
    pub epoch: u32,
    /// The viewer.
    pub viewer: AccountId,
    /// ed25519 key with which the viewer countersigns.
    pub session_key: [u8; 32],
    /// The video.
    pub video: Magnet,
    /// Index of the cell.
    pub cell: u16,
    /// Rendition of the cell.
    pub rendition: u8,
    /// Index of the provider on chain.
    pub provider: u32,
    /// Round of issue.
    pub round: Round,
    /// The provider refuses it after this instant, ms since the Unix epoch.
    pub expires_ms: u64,
    /// Most bytes to be sent for it: 1.25 × the cell's.
    pub max_bytes: u64,
}

/// Terms, and the DownloadKey sealed to the provider with the terms as associated data: opening it proves that a
/// verifier made the token.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct DeliveryToken {
    /// What it allows.
    pub terms: TokenTerms,
    /// Nonce of the seal (XChaCha20-Poly1305 under the key between the verifiers and the provider).
    pub seal_nonce: [u8; 24],
    /// The 32-byte DownloadKey, sealed.
    pub sealed_download_key: [u8; 48],
}

impl DeliveryToken {
    /// Id to which receipts refer.
    #[must_use]
    pub fn id<H: Hasher>(&self) -> Hash32 {
        H::sha256_parts(&[label::TOKEN, &self.encode()])
    }
}

/// What a viewer signs with its session key to use a token on one connection: nobody else's connection, and no token
/// that somebody overheard. `peer_id` is the viewer's own on that connection, in binary.
#[must_use]
pub fn delivery_payload(genesis: &Hash32, token: &Hash32, peer_id: &[u8]) -> Vec<u8> {
    [label::DELIVERY, genesis, token, peer_id].concat()
}

/// What a provider signs after `bytes` bytes of a token were sent: a running total.
#[must_use]
pub fn receipt_payload(genesis: &Hash32, token: &Hash32, bytes: u64) -> Vec<u8> {
    [label::RECEIPT, genesis, token, &bytes.to_le_bytes()].concat()
}

/// What the viewer countersigns for the same total.
#[must_use]
pub fn countersignature_payload(genesis: &Hash32, token: &Hash32, bytes: u64) -> Vec<u8> {
    [
        label::COUNTERSIGNATURE,
        genesis,
        token,
        &bytes.to_le_bytes(),
    ]
    .concat()
}

/// A provider's signed running total for one token.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Receipt {
    /// The token that it was sent for.
    pub token: DeliveryToken,
    /// Bytes sent in all.
    pub bytes: u64,
    /// ed25519 by the provider's peer key over [`receipt_payload`].
    pub provider_signature: Signature64,
}

/// Whether receipts over `received` bytes suffice for a cell of `cell_bytes`: at least 90 %, counted up to its length.
#[must_use]
pub fn covers_cell(received: u64, cell_bytes: u64) -> bool {
    let counted = received.min(cell_bytes);
    counted.saturating_mul(10) >= cell_bytes.saturating_mul(9)
}

/// Most bytes that a token for a cell of `cell_bytes` allows: 1.25 × its length, floored.
#[must_use]
pub fn token_allowance(cell_bytes: u64) -> u64 {
    cell_bytes.saturating_add(cell_bytes / 4)
}

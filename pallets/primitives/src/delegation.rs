//! Delegation: a wallet's one signature that lets a session key mine for its account, and nothing else.

use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt::Write;
use scale_info::TypeInfo;

use crate::hash::{Hash32, Hasher, label};
use crate::ids::{AccountId, Signature64};
use crate::rounds::{CYCLE_ROUNDS, Round};

/// Grants mining for `account` to the holder of `session_key`, for a span of rounds.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Delegation {
    /// Genesis hash of the chain.
    pub genesis: Hash32,
    /// The account that earns.
    pub account: AccountId,
    /// ed25519 public key that signs views and receipts.
    pub session_key: [u8; 32],
    /// X25519 public key for what verifiers seal to the viewer.
    pub exchange_key: [u8; 32],
    /// First round in which it holds.
    pub first_round: Round,
    /// Last round in which it holds; at most one cycle after the first.
    pub last_round: Round,
}

/// A wallet's signature over the text of a delegation; variants and indices as in Substrate's `MultiSignature`.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum WalletSignature {
    /// ed25519, verified by ZIP-215 rules.
    #[codec(index = 0)]
    Ed25519(Signature64),
    /// sr25519 in the context `substrate`.
    #[codec(index = 1)]
    Sr25519(Signature64),
}

/// A delegation with the wallet's signature over [`Delegation::text`].
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SignedDelegation {
    /// What is granted.
    pub delegation: Delegation,
    /// The wallet's signature over the text.
    pub signature: WalletSignature,
}

impl Delegation {
    /// The bytes that a wallet signs: readable, and wrapped as wallets wrap raw messages, so that they can't be a
    /// transaction.
    #[must_use]
    pub fn text(&self) -> Vec<u8> {
        let mut text = String::from("<Bytes>chainflix session 1\n");
        let lines: [&[u8]; 6] = [
            &self.genesis,
            &self.account.0,
            &self.session_key,
            &self.exchange_key,
            &self.first_round.to_be_bytes(),
            &self.last_round.to_be_bytes(),
        ];
        for line in lines {
            for byte in line {
                // Writing to a String never fails.
                let _ = write!(text, "{byte:02x}");
            }
            text.push('\n');
        }
        text.push_str("</Bytes>");
        text.into_bytes()
    }

    /// Hash by which views refer to the delegation.
    #[must_use]
    pub fn hash<H: Hasher>(&self) -> Hash32 {
        H::sha256_parts(&[label::DELEGATION, &self.encode()])
    }

    /// Whether it holds in `round` and spans at most one cycle.
    #[must_use]
    pub fn holds_in(&self, round: Round) -> bool {
        let within_a_cycle = self
            .last_round
            .checked_sub(self.first_round)
            .is_some_and(|span| span <= CYCLE_ROUNDS);
        within_a_cycle && (self.first_round..=self.last_round).contains(&round)
    }
}

/// The bytes that a session key signs to open a session at one verifier: proves possession of the key, fresh by the
/// HPKE encapsulation.
#[must_use]
pub fn session_transcript(
    genesis: &Hash32,
    verifier: &AccountId,
    delegation_hash: &Hash32,
    encapsulated: &[u8],
) -> Vec<u8> {
    [
        label::SESSION,
        genesis,
        &verifier.0,
        delegation_hash,
        encapsulated,
    ]
    .concat()
}

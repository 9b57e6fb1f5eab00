//! Relays: which a node may use, and the pass that opens them to it.
//!
//! A relay works for controllers: it takes the passes that they sign, each for one node, one period and a number of bytes.
//! All passes of a period count as one, so that a node that logs in again gets no new bytes.

use chainflix_primitives::{Hash32, Signature64};
use codec::{Decode, DecodeAll, Encode};
use serde::{Deserialize, Serialize};

use super::scale_hex;

/// Begins what is signed, so that the signature is good for nothing else.
const RELAY_PASS: &[u8] = b"chainflix/relay-pass/1";
/// A period, in ms: an hour.
pub const PASS_PERIOD_MS: u64 = 3_600_000;
/// Relays that a controller names, at most.
pub const MAX_RELAYS: usize = 4;
/// Addresses of one relay, at most.
pub const MAX_RELAY_ADDRESSES: usize = 3;

/// The right to use relays.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct RelayPass {
    /// Genesis hash of the chain.
    pub genesis: Hash32,
    /// ed25519 key of the controller.
    pub controller: [u8; 32],
    /// ed25519 key of the node's peer id.
    pub peer_key: [u8; 32],
    /// Number of the period.
    pub period: u64,
    /// Bytes that may be carried in the period, both directions together.
    pub max_bytes: u64,
}

impl RelayPass {
    /// The period that `now_ms` is in.
    #[must_use]
    pub fn period_of(now_ms: u64) -> u64 {
        now_ms / PASS_PERIOD_MS
    }

    /// Not good after this instant, ms since the Unix epoch: a period after its own, so that a late renewal cuts nothing.
    #[must_use]
    pub fn expires_ms(&self) -> u64 {
        self.period.saturating_add(2).saturating_mul(PASS_PERIOD_MS)
    }

    /// What is signed.
    #[must_use]
    pub fn signing_payload(&self) -> Vec<u8> {
        [RELAY_PASS, &self.encode()].concat()
    }
}

/// A pass with the signature of its controller.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SignedRelayPass {
    /// The pass.
    pub pass: RelayPass,
    /// By the controller's key.
    pub signature: Signature64,
}

impl SignedRelayPass {
    /// Reads a pass and checks its signature. `None` when it is no pass, or not signed by the controller that it names.
    #[must_use]
    pub fn read(encoded: &[u8]) -> Option<RelayPass> {
        let signed = Self::decode_all(&mut &*encoded).ok()?;
        let payload = signed.pass.signing_payload();
        let key = &signed.pass.controller;
        crate::signing::is_signed_by(key, &payload, &signed.signature).then_some(signed.pass)
    }
}

/// A relay that a node may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relay {
    /// Its multiaddresses, which all end with its peer id.
    pub addresses: Vec<String>,
    /// What it is to be shown.
    #[serde(with = "scale_hex")]
    pub pass: SignedRelayPass,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing::Signer;
    use ed25519_zebra::SigningKey;

    #[test]
    fn a_pass_is_its_controllers_own_and_unchanged_or_none() {
        let signer = Signer::new(SigningKey::from([7; 32]), [9; 32]);
        let signed = signer.relay_pass([3; 32], RelayPass::period_of(7_200_001), 1_000);
        assert_eq!(signed.pass.expires_ms(), 4 * PASS_PERIOD_MS);
        assert_eq!(
            SignedRelayPass::read(&signed.encode()),
            Some(signed.pass.clone())
        );
        let mut richer = signed.clone();
        richer.pass.max_bytes += 1;
        assert_eq!(SignedRelayPass::read(&richer.encode()), None);
        let mut other = signed;
        other.pass.controller = [1; 32];
        assert_eq!(SignedRelayPass::read(&other.encode()), None);
        assert_eq!(SignedRelayPass::read(b"no pass"), None);
    }
}

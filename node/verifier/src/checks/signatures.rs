//! Signatures of many leaves at once: a batch costs half of what they cost one by one.

use ed25519_zebra::{Signature, VerificationKeyBytes, batch};

use crate::random::OsRandom;

/// Signatures verified together. Beyond some hundred a larger batch saves nothing more.
const BATCH: usize = 256;

/// A message and who is to have signed it.
pub(crate) struct Signed {
    /// ed25519 key.
    pub(crate) key: [u8; 32],
    /// The signature.
    pub(crate) signature: [u8; 64],
    /// What was signed.
    pub(crate) payload: Vec<u8>,
}

/// Index of the first message that its key did not sign. `None` when all are right.
pub(crate) fn first_wrong(signed: &[Signed]) -> Option<usize> {
    let mut before = 0usize;
    for chunk in signed.chunks(BATCH) {
        let items: Vec<batch::Item> = chunk.iter().map(item).collect();
        let mut verifier = batch::Verifier::new();
        for item in &items {
            verifier.queue(item.clone());
        }
        // Single and batch verification agree, by ZIP-215. So a failed batch holds a wrong one.
        if verifier.verify(OsRandom).is_err() {
            let wrong = items
                .into_iter()
                .position(|item| item.verify_single().is_err());
            if let Some(wrong) = wrong {
                return before.checked_add(wrong);
            }
        }
        before = before.saturating_add(chunk.len());
    }
    None
}

fn item(signed: &Signed) -> batch::Item {
    let key = VerificationKeyBytes::from(signed.key);
    let signature = Signature::from(signed.signature);
    (key, signature, &signed.payload).into()
}

#[cfg(test)]
mod tests {
    use ed25519_zebra::SigningKey;

    use super::*;

    fn signed(number: usize) -> Signed {
        let signing = SigningKey::from([u8::try_from(number % 7).expect("below 7"); 32]);
        let payload = number.to_le_bytes().to_vec();
        Signed {
            key: VerificationKeyBytes::from(&signing).into(),
            signature: signing.sign(&payload).to_bytes(),
            payload,
        }
    }

    #[test]
    fn the_first_wrong_signature_is_found_wherever_it_stands() {
        for count in [0, 1, 255, 256, 257, 700] {
            let right: Vec<Signed> = (0..count).map(signed).collect();
            assert_eq!(first_wrong(&right), None, "{count} right ones");
        }
        for wrong in [0, 1, 255, 256, 299] {
            let mut all: Vec<Signed> = (0..300).map(signed).collect();
            all[wrong].payload.push(0);
            all[299].signature[40] ^= 1;
            assert_eq!(first_wrong(&all), Some(wrong));
        }
    }
}

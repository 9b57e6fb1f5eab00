//! Signatures of many leaves at once: a batch costs half of what they cost one by one.

use chainflix_primitives::refusal::Refusal;
use ed25519_zebra::{Signature, VerificationKeyBytes, batch};

use crate::random::Stock;

/// Signatures verified together. Beyond some hundred a larger batch saves nothing more.
pub(crate) const BATCH: usize = 256;

/// A message and who is to have signed it.
pub(crate) struct Signed {
    /// ed25519 key.
    pub(crate) key: [u8; 32],
    /// The signature.
    pub(crate) signature: [u8; 64],
    /// What was signed.
    pub(crate) payload: Vec<u8>,
}

/// Signatures that are still to be verified, in the order of the rules that they belong to.
#[derive(Default)]
pub(crate) struct Deferred {
    signed: Vec<Signed>,
    refusals: Vec<Refusal>,
}

impl Deferred {
    /// Defers one more; `refusal` is what holds when it is wrong.
    pub(crate) fn push(&mut self, signed: Signed, refusal: Refusal) {
        self.signed.push(signed);
        self.refusals.push(refusal);
    }

    /// How many they are.
    pub(crate) fn len(&self) -> usize {
        self.signed.len()
    }

    /// What is wrong first, when `later`, a rule behind all of them, does not hold.
    pub(crate) fn or(self, later: Refusal) -> Refusal {
        self.verify().err().unwrap_or(later)
    }

    /// Verifies them.
    pub(crate) fn verify(self) -> Result<(), Refusal> {
        let wrong = first_wrong(&self.signed);
        match wrong.and_then(|wrong| self.refusals.get(wrong)) {
            Some(refusal) => Err(*refusal),
            None => Ok(()),
        }
    }
}

/// Verifies several deferrals together: what each comes to, in order.
pub(crate) fn verify_all(all: Vec<Deferred>) -> Vec<Result<(), Refusal>> {
    let items: Vec<batch::Item> = all.iter().flat_map(|one| &one.signed).map(item).collect();
    if are_right(items) {
        return vec![Ok(()); all.len()];
    }
    // One viewer's wrong signature is nobody else's: each is looked at by itself.
    all.into_iter().map(Deferred::verify).collect()
}

/// Whether a batch is right, all of it.
fn are_right(items: Vec<batch::Item>) -> bool {
    let mut verifier = batch::Verifier::new();
    for item in items {
        verifier.queue(item);
    }
    // Single and batch verification agree, by ZIP-215. So a failed batch holds a wrong one.
    verifier.verify(Stock::default()).is_ok()
}

/// Index of the first message that its key did not sign. `None` when all are right.
pub(crate) fn first_wrong(signed: &[Signed]) -> Option<usize> {
    let mut before = 0usize;
    for chunk in signed.chunks(BATCH) {
        if !are_right(chunk.iter().map(item).collect()) {
            let wrong = chunk
                .iter()
                .position(|signed| item(signed).verify_single().is_err());
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

    #[test]
    fn of_deferrals_verified_together_only_those_with_a_wrong_signature_are_refused() {
        let deferred = |numbers: std::ops::Range<usize>| {
            let mut deferred = Deferred::default();
            for number in numbers {
                deferred.push(signed(number), Refusal::BadSignature);
            }
            deferred
        };
        let right = || vec![deferred(0..3), deferred(3..6), deferred(6..6)];
        assert_eq!(verify_all(right()), vec![Ok(()); 3]);
        let mut one_wrong = right();
        one_wrong[1].signed[1].payload.push(0);
        one_wrong[1].signed[2].payload.push(0);
        one_wrong[1].refusals[1] = Refusal::BadReceipt;
        let expected = vec![Ok(()), Err(Refusal::BadReceipt), Ok(())];
        assert_eq!(verify_all(one_wrong), expected);
        assert_eq!(verify_all(Vec::new()), Vec::new());
    }

    #[test]
    fn a_wrong_signature_comes_before_a_later_rule_that_does_not_hold() {
        let mut deferred = Deferred::default();
        deferred.push(signed(1), Refusal::BadSignature);
        assert_eq!(deferred.or(Refusal::TooEarly), Refusal::TooEarly);
        let mut deferred = Deferred::default();
        deferred.push(signed(1), Refusal::BadSignature);
        deferred.signed[0].signature[3] ^= 1;
        assert_eq!(deferred.or(Refusal::TooEarly), Refusal::BadSignature);
    }
}

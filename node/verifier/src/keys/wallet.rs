//! A wallet's signature under a delegation.

use chainflix_primitives::Signature64;
use chainflix_primitives::delegation::{SignedDelegation, WalletSignature};

use crate::random::OsRandom;

/// Delegations verified together.
const BATCH: usize = 256;
/// Signing context of Substrate wallets.
const SR25519_CONTEXT: &[u8] = b"substrate";

/// Whether the account that a delegation names has signed its text.
pub(crate) fn signed_by_account(delegation: &SignedDelegation) -> bool {
    let account = &delegation.delegation.account.0;
    let text = delegation.delegation.text();
    match &delegation.signature {
        WalletSignature::Ed25519(signature) => super::is_signed_by(account, &text, signature),
        WalletSignature::Sr25519(signature) => is_signed_by_sr25519(account, &text, signature),
    }
}

/// Whether `signature` over `payload` is by the sr25519 key `key`, in the context of wallets and session keys.
pub(crate) fn is_signed_by_sr25519(
    key: &[u8; 32],
    payload: &[u8],
    signature: &Signature64,
) -> bool {
    let key = schnorrkel::PublicKey::from_bytes(key);
    let signature = schnorrkel::Signature::from_bytes(&signature.0);
    match (key, signature) {
        (Ok(key), Ok(signature)) => key
            .verify_simple(SR25519_CONTEXT, payload, &signature)
            .is_ok(),
        _ => false,
    }
}

/// Those of the delegations whose accounts have signed them, in order. Many at once cost half of what they cost one by one.
pub(crate) fn signed_by_accounts(delegations: Vec<SignedDelegation>) -> Vec<SignedDelegation> {
    if are_all_signed(&delegations) {
        return delegations;
    }
    delegations.into_iter().filter(signed_by_account).collect()
}

/// Whether all are signed, by batches where the wallets' kind allows. The group of sr25519 has prime order, so that a
/// batch holds exactly when each of its signatures does.
fn are_all_signed(delegations: &[SignedDelegation]) -> bool {
    let context = schnorrkel::signing_context(SR25519_CONTEXT);
    delegations.chunks(BATCH).all(|chunk| {
        let (mut transcripts, mut signatures, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        for signed in chunk {
            let WalletSignature::Sr25519(signature) = &signed.signature else {
                if signed_by_account(signed) {
                    continue;
                }
                return false;
            };
            let key = schnorrkel::PublicKey::from_bytes(&signed.delegation.account.0);
            let signature = schnorrkel::Signature::from_bytes(&signature.0);
            let (Ok(key), Ok(signature)) = (key, signature) else {
                return false;
            };
            transcripts.push(context.bytes(&signed.delegation.text()));
            signatures.push(signature);
            keys.push(key);
        }
        keys.is_empty()
            || schnorrkel::verify_batch_rng(transcripts, &signatures, &keys, false, OsRandom)
                .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use chainflix_primitives::{AccountId, delegation::Delegation};

    use super::*;

    fn delegation(account: [u8; 32]) -> Delegation {
        Delegation {
            genesis: [1; 32],
            account: AccountId(account),
            session_key: [2; 32],
            exchange_key: [3; 32],
            first_round: 4,
            last_round: 5,
        }
    }

    #[test]
    fn a_wallet_of_either_kind_signs_the_text_and_nothing_else() {
        let ed = ed25519_zebra::SigningKey::from([7; 32]);
        let granted = delegation(ed25519_zebra::VerificationKeyBytes::from(&ed).into());
        let ed_signed = SignedDelegation {
            signature: WalletSignature::Ed25519(Signature64(ed.sign(&granted.text()).to_bytes())),
            delegation: granted,
        };
        let sr = schnorrkel::MiniSecretKey::from_bytes(&[8; 32])
            .expect("a key")
            .expand_to_keypair(schnorrkel::ExpansionMode::Ed25519);
        let granted = delegation(sr.public.to_bytes());
        let signature = sr.sign_simple(b"substrate", &granted.text()).to_bytes();
        let sr_signed = SignedDelegation {
            signature: WalletSignature::Sr25519(Signature64(signature)),
            delegation: granted,
        };
        for signed in [ed_signed, sr_signed] {
            assert!(signed_by_account(&signed));
            let mut longer = signed.clone();
            longer.delegation.last_round += 1;
            assert!(!signed_by_account(&longer));
            let mut stolen = signed;
            stolen.delegation.account = AccountId([9; 32]);
            assert!(!signed_by_account(&stolen));
        }
    }

    #[test]
    fn of_many_delegations_only_those_that_their_accounts_did_not_sign_are_dropped() {
        let signed = |number: usize| {
            let seed = [u8::try_from(number % 250).expect("below 250") + 1; 32];
            let sr = schnorrkel::MiniSecretKey::from_bytes(&seed)
                .expect("a key")
                .expand_to_keypair(schnorrkel::ExpansionMode::Ed25519);
            let granted = delegation(sr.public.to_bytes());
            let signature = sr.sign_simple(b"substrate", &granted.text()).to_bytes();
            SignedDelegation {
                signature: WalletSignature::Sr25519(Signature64(signature)),
                delegation: granted,
            }
        };
        for count in [0, 1, 256, 300] {
            let all: Vec<SignedDelegation> = (0..count).map(signed).collect();
            assert_eq!(signed_by_accounts(all.clone()), all);
        }
        let mut all: Vec<SignedDelegation> = (0..300).map(signed).collect();
        all[3].delegation.last_round += 1;
        all[280].signature = WalletSignature::Ed25519(Signature64([0; 64]));
        let mut right = all.clone();
        right.remove(280);
        right.remove(3);
        assert_eq!(signed_by_accounts(all), right);
    }
}

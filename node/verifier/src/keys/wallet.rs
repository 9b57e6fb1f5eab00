//! A wallet's signature under a delegation.

use chainflix_primitives::delegation::{SignedDelegation, WalletSignature};

/// Signing context of Substrate wallets.
const SR25519_CONTEXT: &[u8] = b"substrate";

/// Whether the account that a delegation names has signed its text.
pub(crate) fn signed_by_account(delegation: &SignedDelegation) -> bool {
    let account = &delegation.delegation.account.0;
    let text = delegation.delegation.text();
    match &delegation.signature {
        WalletSignature::Ed25519(signature) => super::is_signed_by(account, &text, signature),
        WalletSignature::Sr25519(signature) => {
            let key = schnorrkel::PublicKey::from_bytes(account);
            let signature = schnorrkel::Signature::from_bytes(&signature.0);
            match (key, signature) {
                (Ok(key), Ok(signature)) => key
                    .verify_simple(SR25519_CONTEXT, &text, &signature)
                    .is_ok(),
                _ => false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chainflix_primitives::{AccountId, Signature64, delegation::Delegation};

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
}

//! A wallet: the sr25519 key of an account, from a file.

use std::path::Path;
use std::str::FromStr;

use chainflix_primitives::{AccountId, Signature64, delegation::WalletSignature};
use subxt_signer::SecretUri;
use subxt_signer::sr25519::Keypair;

use crate::secrets::{self, SecretError};

/// What a wallet file holds.
const KIND: &str = "a secret phrase, a hex seed, or a URI such as //Alice";

/// The key of one account.
#[derive(Clone)]
pub struct Wallet {
    pair: Keypair,
}

impl Wallet {
    /// Reads the wallet in `path`: a secret phrase, a hex seed, or a URI such as `//Alice`, as Substrate tools write it.
    ///
    /// # Errors
    /// When the file can be read by others, or holds something else.
    pub fn read(path: &Path) -> Result<Self, SecretError> {
        let secret = secrets::read(path)?;
        Self::from_uri(&secret).ok_or_else(|| SecretError::OtherKind {
            path: path.to_path_buf(),
            wanted: KIND,
        })
    }

    /// The wallet of a secret URI. `None` when it is none.
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        let uri = SecretUri::from_str(uri).ok()?;
        let pair = Keypair::from_uri(&uri).ok()?;
        Some(Self { pair })
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> AccountId {
        AccountId(self.pair.public_key().0)
    }

    /// Signs `message` as wallets sign raw messages.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> WalletSignature {
        WalletSignature::Sr25519(Signature64(self.pair.sign(message).0))
    }

    pub(crate) fn pair(&self) -> &Keypair {
        &self.pair
    }
}

impl core::fmt::Debug for Wallet {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Wallet({})", self.account())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_gives_the_account_that_every_substrate_tool_gives() {
        let alice = Wallet::from_uri("//Alice").unwrap().account();
        assert_eq!(
            alice.to_string(),
            "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"
        );
    }

    #[test]
    fn no_debug_output_shows_a_secret() {
        let wallet = Wallet::from_uri("//Alice").unwrap();
        assert!(!format!("{wallet:?}").contains("//Alice"));
        assert!(Wallet::from_uri("not a phrase").is_none());
    }
}

//! `chainflix keys`: secrets in files that only their owner can read.

use std::path::{Path, PathBuf};

use chainflix_client::wallet::Wallet;
use chainflix_client::{account, secrets};
use clap::{Args, Subcommand, ValueEnum};
use ed25519_zebra::{SigningKey, VerificationKey};
use serde_json::{Value, json};
use zeroize::Zeroizing;

/// Options of `chainflix keys`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix keys generate viewer.key\n  \
    chainflix keys generate controller.key --kind controller\n  \
    chainflix keys show viewer.key --json")]
pub(crate) struct Keys {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Draw a new secret into a file that does not exist yet.
    Generate {
        /// The file.
        file: PathBuf,
        /// What it is for.
        #[arg(long, value_enum, default_value_t = Kind::Wallet)]
        kind: Kind,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show what is public of a secret file.
    Show {
        /// The file.
        file: PathBuf,
        /// What it is for.
        #[arg(long, value_enum, default_value_t = Kind::Wallet)]
        kind: Kind,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// An account that publishes, watches, stores or approves.
    Wallet,
    /// A storage controller's signing key, ed25519; the chain's genesis names its public part.
    Controller,
}

impl Keys {
    pub(crate) fn run(&self) -> anyhow::Result<String> {
        let (file, kind, json) = match &self.action {
            Action::Generate { file, kind, json } => {
                let secret = secrets::random_key()?;
                let seed = Zeroizing::new(format!("0x{}", hex::encode(*secret)));
                let comment = match kind {
                    Kind::Wallet => "Chainflix account: whoever reads this file owns it",
                    Kind::Controller => {
                        "Chainflix storage controller: whoever reads this file can sign for it"
                    }
                };
                secrets::create(file, comment, &seed)?;
                (file, *kind, *json)
            }
            Action::Show { file, kind, json } => (file, *kind, *json),
        };
        let public = public(file, kind)?;
        Ok(if json {
            public.to_string()
        } else {
            let name = match kind {
                Kind::Wallet => "account",
                Kind::Controller => "public_key",
            };
            format!(
                "{}  {}",
                file.display(),
                public[name].as_str().unwrap_or_default()
            )
        })
    }
}

fn public(file: &Path, kind: Kind) -> anyhow::Result<Value> {
    Ok(match kind {
        Kind::Wallet => {
            let account = Wallet::read(file)?.account();
            json!({ "file": file, "account": account::address(&account), "public_key": account.to_string() })
        }
        Kind::Controller => {
            let key = VerificationKey::from(&SigningKey::from(*secrets::read_key(file)?));
            json!({ "file": file, "public_key": hex::encode(<[u8; 32]>::from(key)) })
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_wallet_is_shown_again_by_its_address_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("viewer.key");
        let generate = || {
            let action = Action::Generate {
                file: file.clone(),
                kind: Kind::Wallet,
                json: true,
            };
            Keys { action }.run()
        };
        let made: Value = serde_json::from_str(&generate().unwrap()).unwrap();
        let shown = public(&file, Kind::Wallet).unwrap();
        assert_eq!(made, shown);
        assert!(shown["account"].as_str().unwrap().starts_with("cf"));
        let before = std::fs::read(&file).unwrap();
        let error = generate().unwrap_err().to_string();
        assert!(error.contains("never overwritten"), "{error}");
        assert_eq!(std::fs::read(&file).unwrap(), before);
    }
}

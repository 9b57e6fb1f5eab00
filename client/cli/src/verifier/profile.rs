//! What an operator says of its verifier.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chainflix_client::chain::VerifierProfile;
use chainflix_primitives::registry::Endpoint;
use clap::Args;
use x25519_dalek::{PublicKey, StaticSecret};

use super::measure;
use crate::options::region;

/// What goes on chain of a candidate or verifier, for those who vote on it. Nobody but the operator vouches for it.
#[derive(Debug, Args)]
pub(super) struct Profile {
    /// Where players will reach its API, a ws:// or wss:// URL.
    #[arg(long, value_name = "URL", value_parser = endpoint)]
    endpoint: Endpoint,
    /// Where the machine is: two letters, ISO 3166-1.
    #[arg(long, value_name = "CODE", value_parser = region)]
    region: [u8; 2],
    /// What its line carries upstream, in Mbit/s, by your own measurement: nobody checks it, and it is shown as your word.
    #[arg(long, value_name = "MBIT_S", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    bandwidth_mbps: u32,
    /// The folder `verifier` of the node's data, with its exchange.key.
    #[arg(long, value_name = "DIR")]
    service: PathBuf,
}

impl Profile {
    /// What is said, with this machine's speed of hashing, which is measured now.
    pub(super) fn measured(&self) -> anyhow::Result<VerifierProfile> {
        Ok(VerifierProfile {
            endpoint: self.endpoint.clone(),
            region: self.region,
            exchange_key: exchange_key(&self.service)?,
            hardware_score: measure::hashing_mib_per_second(),
            bandwidth_kbps: self.bandwidth_mbps.saturating_mul(1_000),
        })
    }
}

/// The public part of the service's exchange key.
fn exchange_key(service: &Path) -> anyhow::Result<[u8; 32]> {
    let file = service.join("exchange.key");
    let bytes = std::fs::read(&file).with_context(|| {
        format!(
            "{} can't be read: the node makes it at its first start with --validator",
            file.display()
        )
    })?;
    let Ok(secret) = <[u8; 32]>::try_from(bytes) else {
        bail!("{} is no exchange key of a verifier", file.display());
    };
    let secret = StaticSecret::from(secret);
    Ok(PublicKey::from(&secret).to_bytes())
}

fn endpoint(text: &str) -> Result<Endpoint, String> {
    if !(text.starts_with("ws://") || text.starts_with("wss://")) {
        return Err("an endpoint begins with ws:// or wss://".to_owned());
    }
    Endpoint::try_from(text.as_bytes().to_vec())
        .map_err(|_| "an endpoint has at most 128 bytes".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_an_exchange_key_is_refused_with_the_reason() {
        let folder = tempfile::tempdir().expect("a folder");
        let refused = exchange_key(folder.path())
            .expect_err("there is no key")
            .to_string();
        assert!(refused.contains("--validator"), "{refused}");
        std::fs::write(folder.path().join("exchange.key"), [1; 31]).expect("written");
        let refused = exchange_key(folder.path())
            .expect_err("it is too short")
            .to_string();
        assert!(refused.contains("no exchange key"), "{refused}");
    }
}

//! `chainflix storage register`.

use std::path::PathBuf;

use anyhow::bail;
use chainflix_client::account;
use chainflix_client::chain::{Chain, ProviderTerms};
use chainflix_primitives::registry::ProviderClass;
use clap::{Args, ValueEnum};
use serde_json::json;

use super::make_keys;
use crate::options::{ChainOptions, WalletOptions, region, space};
use crate::progress::Progress;

/// Options of `chainflix storage register`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    chainflix storage register --folder /srv/chainflix --space 500GB --region DE --wallet storage.key\n\n\
    It takes a fee and a deposit. A node that is registered already is shown as it is: nothing is changed.")]
pub(super) struct Register {
    /// The node's folder; its keys are made there.
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,

    /// Space that it offers, such as 500GB: a whole number with KB, MB, GB or TB, each a thousand of the one before.
    #[arg(long, value_name = "SPACE", value_parser = space)]
    space: u64,

    /// Where it stands, as a country code of two letters.
    #[arg(long, value_name = "CC", value_parser = region)]
    region: [u8; 2],

    /// How available it is.
    #[arg(long, value_enum, default_value_t = Class::Home)]
    class: Class,

    #[command(flatten)]
    chain: ChainOptions,

    #[command(flatten)]
    wallet: WalletOptions,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Class {
    /// In a data centre, or run like one.
    AlwaysOn,
    /// At home.
    Home,
}

impl Register {
    pub(super) async fn run(&self) -> anyhow::Result<String> {
        let wallet = self.wallet.read()?;
        let keys = make_keys(&self.folder)?;
        let peer_key = keys.peer().public();
        let chain = Chain::connect(&self.chain.chain).await?;
        let progress = Progress::new();
        let before = chain.provider_with(&peer_key).await?;
        if let Some((index, record)) = &before
            && record.owner != wallet.account()
        {
            bail!(
                "the keys in {} are registered as provider {index} of another account; take another folder",
                self.folder.display()
            );
        }
        if before.is_none() {
            progress.step("registering on chain");
            let terms = ProviderTerms {
                peer_key,
                exchange_key: keys.exchange_key(),
                class: match self.class {
                    Class::AlwaysOn => ProviderClass::AlwaysOn,
                    Class::Home => ProviderClass::Home,
                },
                region: self.region,
                space_bytes: self.space,
            };
            chain.register_provider(&wallet, &terms).await?;
        }
        drop(progress);
        if let Some((_, record)) = &before
            && (record.space_bytes, record.region) != (self.space, self.region)
        {
            eprintln!(
                "warning: the node was registered before, with {} bytes in {}; nothing was changed",
                record.space_bytes,
                String::from_utf8_lossy(&record.region)
            );
        }
        let Some((index, record)) = chain.provider_with(&peer_key).await? else {
            bail!(
                "the chain took the registration, but does not show it; ask another node with --chain"
            );
        };
        let owner = account::address(&record.owner);
        Ok(if self.json {
            json!({
                "provider": index,
                "owner": owner,
                "peer_id": keys.peer().peer_id().to_string(),
                "space_bytes": record.space_bytes,
                "from_round": record.from_round,
            })
            .to_string()
        } else {
            format!(
                "provider {index} of {owner}, {} bytes\n  peer id {}\n  its receipts count from round {}\n  start it with: chainflix storage run --folder {}",
                record.space_bytes,
                keys.peer().peer_id(),
                record.from_round,
                self.folder.display()
            )
        })
    }
}

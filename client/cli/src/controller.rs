//! `chainflix controller`: knows storage nodes and what they hold, places new videos, names sources.

mod registry;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use chainflix_client::chain::Chain;
use chainflix_client::secrets;
use chainflix_controller::clock::SystemClock;
use chainflix_controller::config::MAX_SOURCES;
use chainflix_controller::{Config, start};
use clap::Args;
use ed25519_zebra::{SigningKey, VerificationKey};
use serde_json::json;

use crate::options::{ChainOptions, state_folder};
use crate::signals::asked_to_stop;
use registry::ChainRegistry;

/// Options of `chainflix controller`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix controller --key controller.key\n  \
    chainflix controller --key controller.key --listen 0.0.0.0:8090 --copies 4 --state /var/lib/chainflix/controller\n\n\
    `chainflix keys generate controller.key --kind controller` makes the key. Verifiers and storage nodes trust a controller \
    by the key that the chain's genesis names. Ctrl-C ends it.")]
pub(crate) struct Controller {
    /// File with its ed25519 signing key, 32 bytes in hex, readable by its owner only.
    #[arg(long, value_name = "FILE", env = "CHAINFLIX_CONTROLLER_KEY")]
    key: PathBuf,

    #[command(flatten)]
    chain: ChainOptions,

    /// Where it listens; port 0 for any free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,

    /// Copies of each cell.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=16))]
    copies: u8,

    /// Sources that are named to a viewer for a cell.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=MAX_SOURCES as i64))]
    sources: u8,

    /// Folder of manifests and of the log of decisions; below ~/.local/state/chainflix if not given.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,

    /// Proxy whose X-Forwarded-For is believed; may be given several times.
    #[arg(long, value_name = "IP")]
    trusted_proxy: Vec<IpAddr>,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Controller {
    pub(crate) async fn run(&self) -> anyhow::Result<String> {
        let key = SigningKey::from(*secrets::read_key(&self.key)?);
        let public: [u8; 32] = VerificationKey::from(&key).into();
        let chain = Chain::connect(&self.chain.chain).await?;
        let state = match &self.state {
            Some(state) => state.clone(),
            None => state_folder(None)?.join("controller"),
        };
        let manifests = state.join("manifests");
        std::fs::create_dir_all(&manifests)
            .with_context(|| format!("the folder {} can't be made", manifests.display()))?;
        let mut config = Config::new(self.listen, chain.genesis(), key);
        config.copies = self.copies.into();
        config.sources = self.sources.into();
        config.manifests = Some(manifests);
        config.choice_log = Some(state.join("choices.jsonl"));
        config.trusted_proxies.clone_from(&self.trusted_proxy);
        if !chain.is_controller(public).await? {
            eprintln!(
                "warning: the key {} is not registered on chain; nodes and viewers will refuse this controller",
                hex::encode(public)
            );
        }
        let registry = Arc::new(ChainRegistry::new(chain));
        let mut controller = start(config, registry, Arc::new(SystemClock::default())).await?;
        let url = format!("http://{}", controller.address);
        if self.json {
            println!("{}", json!({ "url": url, "key": hex::encode(public) }));
        } else {
            println!(
                "the controller listens at {url}, key {}",
                hex::encode(public)
            );
        }
        tokio::select! {
            stop = asked_to_stop() => stop?,
            () = controller.stopped() => bail!("the controller stopped by itself; RUST_LOG=info says more"),
        }
        controller.stop().await;
        Ok(String::new())
    }
}

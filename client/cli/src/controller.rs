//! `chainflix controller`: knows storage nodes and what they hold, places new videos, names sources.

mod explain;
mod limits;
mod plays;
mod registry;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use chainflix_client::chain::Chain;
use chainflix_client::secrets::{self, SecretError};
use chainflix_controller::clock::SystemClock;
use chainflix_controller::config::MAX_SOURCES;
use chainflix_controller::protocol::{MAX_RELAY_ADDRESSES, MAX_RELAYS};
use chainflix_controller::state::Database;
use chainflix_controller::{Config, start};
use chainflix_p2p::{Multiaddr, RelayOffer};
use clap::{Args, Subcommand};
use ed25519_zebra::{SigningKey, VerificationKey};
use serde_json::json;

use crate::options::{ChainOptions, space, state_folder};
use crate::signals::asked_to_stop;
use plays::ChainPlays;
use registry::ChainRegistry;

/// Name of the log of decisions in the controller's folder.
const CHOICES: &str = "choices.jsonl";

/// The controller's folder.
fn folder(named: Option<&Path>) -> anyhow::Result<PathBuf> {
    match named {
        Some(state) => Ok(state.to_path_buf()),
        None => Ok(state_folder(None)?.join("controller")),
    }
}

/// Options of `chainflix controller`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix controller --key controller.key\n  \
    chainflix controller --key controller.key --listen 0.0.0.0:8090 --copies 4 --state /var/lib/chainflix/controller\n  \
    chainflix controller --key controller.key --database 'postgres:///chainflix?host=/run/postgresql'\n  \
    chainflix controller explain MAGNET\n  \
    chainflix controller replay choices.jsonl\n\n\
    `chainflix keys generate controller.key --kind controller` makes the key. Verifiers and storage nodes trust a controller \
    by the key under which the verifiers have registered it on chain, at genesis or by motion. Ctrl-C ends it.")]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Controller {
    #[command(subcommand)]
    action: Option<Action>,

    /// File with its ed25519 signing key, 32 bytes in hex, readable by its owner only.
    #[arg(
        long,
        value_name = "FILE",
        env = "CHAINFLIX_CONTROLLER_KEY",
        required = true
    )]
    key: Option<PathBuf>,

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

    /// Folder of the database and of the log of decisions; below ~/.local/state/chainflix if not given.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,

    /// Database, as a URL postgres://user@host/name (several controllers may share one) or as a file; the file
    /// controller.sqlite in the folder of --state if not given.
    #[arg(long, value_name = "URL", env = "CHAINFLIX_CONTROLLER_DATABASE")]
    database: Option<String>,

    /// Proxy whose X-Forwarded-For is believed; may be given several times.
    #[arg(long, value_name = "IP")]
    trusted_proxy: Vec<IpAddr>,

    /// Relay that storage nodes may use, with its peer id at the end; may be given several times, addresses of one relay
    /// belong together.
    #[arg(long, value_name = "MULTIADDRESS")]
    relay: Vec<Multiaddr>,

    /// What relays carry for one storage node in an hour.
    #[arg(long, value_name = "SPACE", value_parser = space, default_value = "16GB")]
    relay_bytes: u64,

    /// Order no copies: what nodes lose is not made again, and what is watched much gets no more. Only to see what that
    /// leads to.
    #[arg(long)]
    no_repair: bool,

    #[command(flatten)]
    limits: limits::LimitOptions,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What else can be done than run it.
#[derive(Debug, Subcommand)]
enum Action {
    /// Say in words what was decided about a video's copies and sources, and why.
    Explain(explain::Explain),
    /// Compute every decision of a log again.
    Replay(explain::Replay),
}

impl Controller {
    pub(crate) async fn run(&self) -> anyhow::Result<String> {
        match &self.action {
            Some(Action::Explain(explain)) => return explain.run(),
            Some(Action::Replay(replay)) => return replay.run(),
            None => {}
        }
        let key = self.key.as_ref().context("name the key file with --key")?;
        let key = match secrets::read_key(key) {
            Err(SecretError::Missing(file)) => {
                let file = file.display();
                bail!(
                    "there is no key file {file}; make one with `chainflix keys generate {file} --kind controller`"
                );
            }
            read => SigningKey::from(*read?),
        };
        let public: [u8; 32] = VerificationKey::from(&key).into();
        let chain = Chain::connect(&self.chain.chain).await?;
        let state = folder(self.state.as_deref())?;
        std::fs::create_dir_all(&state)
            .with_context(|| format!("the folder {} can't be made", state.display()))?;
        let mut config = Config::new(self.listen, chain.genesis(), key);
        config.plays = Some(Arc::new(ChainPlays::new(chain.clone(), key)));
        config.copies = self.copies.into();
        config.sources = self.sources.into();
        let file = || Database::File(state.join("controller.sqlite"));
        config.database = Some(self.database.as_deref().map_or_else(file, Database::parse));
        config.choice_log = Some(state.join(CHOICES));
        config.trusted_proxies.clone_from(&self.trusted_proxy);
        config.relays = self.relays()?;
        config.relay_bytes_per_hour = self.relay_bytes;
        config.repairs = !self.no_repair;
        self.limits.apply(&mut config);
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

    /// The relays that were named, each with its addresses.
    fn relays(&self) -> anyhow::Result<Vec<Vec<String>>> {
        let relays = RelayOffer::by_relay(&self.relay);
        for relay in &relays {
            if relay.peer_id().is_none() {
                bail!("a relay's address ends with its peer id, as `chainflix relay` prints it");
            }
            if relay.addresses.len() > MAX_RELAY_ADDRESSES {
                bail!("a relay has at most {MAX_RELAY_ADDRESSES} addresses");
            }
        }
        if relays.len() > MAX_RELAYS {
            bail!("a controller names at most {MAX_RELAYS} relays");
        }
        let text = |relay: &RelayOffer| relay.addresses.iter().map(Multiaddr::to_string).collect();
        Ok(relays.iter().map(text).collect())
    }
}

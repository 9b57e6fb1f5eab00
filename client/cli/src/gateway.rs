//! `chainflix gateway`: the web player, on this machine only.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;
use chainflix_content::MagnetLink;
use chainflix_gateway::{GatewayConfig, start};
use clap::Args;
use serde_json::json;

use crate::options::ClientOptions;
use crate::share::ShareOptions;
use crate::signals::asked_to_stop;

/// Options of `chainflix gateway`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix gateway --wallet viewer.key\n  \
    chainflix gateway 'magnet:?xt=urn:cfx:5a…' --wallet viewer.key --listen 127.0.0.1:8099\n\n\
    It prints an address with a token in it: whoever opens that address watches, and earns for the wallet's account. \
    Ctrl-C ends it.")]
pub(crate) struct Gateway {
    /// A video to open at once: its link, or its id in hex.
    #[arg(value_name = "MAGNET")]
    magnet: Option<MagnetLink>,

    #[command(flatten)]
    client: ClientOptions,

    #[command(flatten)]
    share: ShareOptions,

    /// Where it listens, an address of this machine alone; port 0 for any free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8088")]
    listen: SocketAddr,

    /// The minified script of hls.js; without it, the file hls.js beside the program, where scripts/setup/web-player.sh
    /// puts it.
    #[arg(long, value_name = "FILE", env = "CHAINFLIX_HLS_JS")]
    hls_js: Option<PathBuf>,

    /// Show no advertisements in breaks of videos, and earn nothing by them.
    #[arg(long)]
    no_ads: bool,

    /// So many videos may be watched at a time, in as many windows; one of them earns. Each takes up to three minutes of its
    /// quality in memory: 135 MB at 1080p.
    #[arg(long, value_name = "COUNT", default_value = "4", value_parser = clap::value_parser!(u8).range(1..=64))]
    videos: u8,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Gateway {
    pub(crate) async fn run(&self) -> anyhow::Result<String> {
        let config = GatewayConfig {
            listen: self.listen,
            hls_js: self.hls_js.clone(),
            ads: !self.no_ads,
            videos: usize::from(self.videos),
        };
        let client = Arc::new(self.client.connect().await?);
        let sharing = self.share.start(&self.client, &client).await?;
        let mut gateway = start(config, client).await?;
        let url = gateway.url(self.magnet.as_ref());
        if self.json {
            println!("{}", json!({ "url": url }));
        } else {
            println!("the player is at {url}");
        }
        tokio::select! {
            stop = asked_to_stop() => stop?,
            () = gateway.stopped() => bail!("the gateway stopped by itself; RUST_LOG=info says more"),
        }
        if let Some(sharing) = sharing {
            sharing.stop().await;
        }
        Ok(String::new())
    }
}

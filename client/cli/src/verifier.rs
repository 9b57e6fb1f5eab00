//! `chainflix verifier`: what the operator of a verifier does on chain.

use chainflix_client::account;
use chainflix_client::chain::{Chain, rotate_session_keys};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::options::{ChainOptions, WalletOptions};
use crate::progress::Progress;

/// Options of `chainflix verifier`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    chainflix verifier register-keys --wallet verifier.key --node ws://127.0.0.1:9944\n\n\
    Nodes make session keys for callers on their own machine only.")]
pub(crate) struct Verifier {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Have your node make new session keys, and register them with the proof that it holds them.
    #[command(
        after_help = "Keys are in use two sessions later. Those before stay in the node's keystore, \
        so that it goes on without a gap.\n\n\
        Example:\n  chainflix verifier register-keys --wallet verifier.key"
    )]
    RegisterKeys {
        /// RPC of the verifier's own node.
        #[arg(long, value_name = "URL", default_value = "ws://127.0.0.1:9944")]
        node: String,
        #[command(flatten)]
        chain: ChainOptions,
        #[command(flatten)]
        wallet: WalletOptions,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

impl Verifier {
    pub(crate) async fn run(&self) -> anyhow::Result<String> {
        let Action::RegisterKeys {
            node,
            chain,
            wallet,
            json,
        } = &self.action;
        let wallet = wallet.read()?;
        let chain = Chain::connect(&chain.chain).await?;
        let progress = Progress::new();
        progress.step("making session keys in the node");
        let made = rotate_session_keys(node, &wallet.account().0).await?;
        progress.step("registering them on chain");
        let done = chain.set_session_keys(&wallet, &made).await?;
        drop(progress);
        let account = account::address(&wallet.account());
        Ok(if *json {
            json!({ "account": account, "session_keys": format!("0x{}", hex::encode(&made.keys)), "block": hex::encode(done.block) })
                .to_string()
        } else {
            format!(
                "{account} has registered the session keys 0x{}",
                hex::encode(&made.keys)
            )
        })
    }
}

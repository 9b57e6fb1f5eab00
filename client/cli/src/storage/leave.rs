//! `chainflix storage leave`.

use std::fs::File;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use chainflix_client::chain::Chain;
use chainflix_client::controllers::Controller;
use chainflix_controller::protocol::NodeStatus;
use clap::Args;

use super::{leaving_file, read_keys};
use crate::options::ChainOptions;

/// Controllers are asked so often whether the node may go.
const ASK: Duration = Duration::from_secs(5);

/// Options of `chainflix storage leave`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix storage leave --folder /srv/chainflix\n  \
    chainflix storage leave --folder /srv/chainflix --wait\n  \
    chainflix storage leave --folder /srv/chainflix --stay\n\n\
    The node goes on running and serving. Its controllers give it no new cells and have those it holds copied elsewhere; their \
    dashboards, and `needed` of the node at /v1/nodes/INDEX, say for how many cells it is still needed. At 0 stop it.")]
pub(super) struct Leave {
    /// The node's folder.
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,

    /// Stay after all.
    #[arg(long)]
    stay: bool,

    /// Wait until every controller that answers says that the node may go, and say meanwhile for how many cells it is needed.
    #[arg(long, conflicts_with = "stay")]
    wait: bool,

    #[command(flatten)]
    chain: ChainOptions,
}

/// What controllers say of a node that will leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// None that answers knows the node.
    Unknown,
    /// One of them has not heard yet that it will leave.
    Untold,
    /// It is still needed for so many cells.
    Needed(u32),
}

impl Standing {
    fn of(told: &[NodeStatus]) -> Self {
        match told.iter().map(|node| node.needed).max() {
            None => Self::Unknown,
            Some(_) if told.iter().any(|node| !node.leaving) => Self::Untold,
            Some(needed) => Self::Needed(needed),
        }
    }

    fn words(self) -> String {
        match self {
            Self::Unknown => "no controller that answers knows the node; start it".to_owned(),
            Self::Untold => {
                "a controller has not heard yet that the node will leave; keep it running"
                    .to_owned()
            }
            Self::Needed(cells) => format!("the node is still needed for {cells} cells"),
        }
    }
}

impl Leave {
    pub(super) async fn run(&self) -> anyhow::Result<String> {
        if !self.folder.join("peer.key").exists() {
            bail!(
                "{} is not a storage node's folder; name the one that `chainflix storage register` was given",
                self.folder.display()
            );
        }
        let file = leaving_file(&self.folder);
        let unwritten = || format!("{} can't be changed", file.display());
        if self.stay {
            return match std::fs::remove_file(&file) {
                Ok(()) => Ok("the node stays".to_owned()),
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    Ok("the node was not about to leave".to_owned())
                }
                Err(error) => Err(error).with_context(unwritten),
            };
        }
        File::create(&file).with_context(unwritten)?;
        if self.wait {
            self.wait().await?;
            return Ok("the node is needed for no cell any more; stop it".to_owned());
        }
        Ok("the node tells its controllers that it will leave; keep it running until it is needed for no cell".to_owned())
    }

    /// Until the node is needed for nothing.
    async fn wait(&self) -> anyhow::Result<()> {
        let key = read_keys(&self.folder)?.peer().public();
        let chain = Chain::connect(&self.chain.chain).await?;
        let found = chain.provider_with(&key).await?;
        let (index, _) = found.context("the node is not registered on this chain; it can go")?;
        let mut said = None;
        loop {
            let mut told = Vec::new();
            for record in chain.controllers().await? {
                // One that is away, or does not know the node, does not keep it.
                if let Ok(controller) = Controller::connect(&record.endpoint, chain.genesis()).await
                    && controller.key() == record.key
                    && let Ok(node) = controller.node(index).await
                {
                    told.push(node);
                }
            }
            let standing = Standing::of(&told);
            if standing == Standing::Needed(0) {
                return Ok(());
            }
            if said.replace(standing) != Some(standing) {
                eprintln!("{}", standing.words());
            }
            tokio::time::sleep(ASK).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainflix_primitives::AccountId;

    fn node(leaving: bool, needed: u32) -> NodeStatus {
        NodeStatus {
            provider: 7,
            owner: AccountId([1; 32]),
            region: "KR".to_owned(),
            offered: true,
            silent_ms: 0,
            capacity_bytes: 0,
            free_bytes: 0,
            cells: 9,
            load: 0,
            shares: false,
            leaving,
            failures: 0,
            needed,
        }
    }

    #[test]
    fn a_node_may_go_when_every_controller_that_knows_it_needs_it_for_nothing() {
        assert_eq!(Standing::of(&[]), Standing::Unknown);
        let told = [node(true, 0), node(false, 0)];
        assert_eq!(Standing::of(&told), Standing::Untold);
        let needed = [node(true, 0), node(true, 4)];
        assert_eq!(Standing::of(&needed), Standing::Needed(4));
        assert_eq!(Standing::of(&[node(true, 0)]), Standing::Needed(0));
    }
}

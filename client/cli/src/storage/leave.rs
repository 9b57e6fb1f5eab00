//! `chainflix storage leave`.

use std::fs::File;
use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::{Context, bail};
use chainflix_storage_node::LEAVING_FILE;
use clap::Args;

/// Options of `chainflix storage leave`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix storage leave --folder /srv/chainflix\n  \
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
}

impl Leave {
    pub(super) fn run(&self) -> anyhow::Result<String> {
        if !self.folder.join("peer.key").exists() {
            bail!("{} is not a storage node's folder", self.folder.display());
        }
        let file = self.folder.join(LEAVING_FILE);
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
        Ok("the node tells its controllers that it will leave; keep it running until it is needed for no cell".to_owned())
    }
}

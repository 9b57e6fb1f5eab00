//! `chainflix storage scrub`.

use std::path::PathBuf;

use anyhow::bail;
use chainflix_storage_node::store::Store;
use clap::Args;
use serde_json::json;

use super::store_of;
use crate::progress::Progress;

/// Options of `chainflix storage scrub`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix storage scrub --folder /srv/chainflix\n\n\
    Reads every cell from start to end, as fast as the disk gives it, and verifies it. What no longer verifies is deleted; once \
    the node runs again, its controllers have the cells copied from other nodes. Stop the node first. A node that runs does the \
    same by itself, at 4 MiB per second. It ends with an error when a cell can't be opened, which says nothing of its content.")]
pub(super) struct Scrub {
    /// The node's folder.
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Scrub {
    pub(super) async fn run(&self) -> anyhow::Result<String> {
        let folder = store_of(&self.folder)?;
        let (checked, bytes) = tokio::task::spawn_blocking(move || {
            let store = Store::open_as_it_is(&folder)?;
            let (progress, total) = (Progress::new(), store.space().used);
            let mut bytes = 0;
            let checked = store.check_all(|done| {
                bytes = done;
                progress.set("reading every cell", done, total);
            });
            anyhow::Ok((checked, bytes))
        })
        .await??;
        if checked.unread > 0 {
            bail!(
                "{} cells could not be opened; look at the log and at the permissions of {}",
                checked.unread,
                self.folder.display()
            );
        }
        Ok(if self.json {
            json!({ "whole": checked.whole, "damaged": checked.damaged, "bytes": bytes })
                .to_string()
        } else if checked.damaged == 0 {
            format!(
                "{} cells, {bytes} bytes: every one of them is whole",
                checked.whole
            )
        } else {
            format!(
                "{} cells are whole; {} were damaged and are deleted: check the disk, and start the node, so that its controllers have them copied again",
                checked.whole, checked.damaged
            )
        })
    }
}

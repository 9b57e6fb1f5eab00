//! `chainflix storage`: a node that holds encrypted cells and serves them.

pub(crate) mod controllers;
mod leave;
mod moving;
mod register;
pub(crate) mod run;
mod scrub;
mod status;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chainflix_client::secrets::{self, SecretError};
use chainflix_p2p::PeerKey;
use chainflix_storage_node::keys::NodeKeys;
use clap::{Args, Subcommand};

/// Options of `chainflix storage`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix storage register --folder /srv/chainflix --space 500GB --region DE --wallet storage.key\n  \
    chainflix storage run --folder /srv/chainflix\n  \
    chainflix storage status --folder /srv/chainflix\n  \
    chainflix storage scrub --folder /srv/chainflix\n  \
    chainflix storage move --folder /srv/chainflix --to /mnt/large/chainflix\n  \
    chainflix storage leave --folder /srv/chainflix")]
pub(crate) struct Storage {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make the node's keys and register it on chain; once.
    Register(register::Register),
    /// Run the node until Ctrl-C.
    Run(run::Run),
    /// Show what the chain says of a node, and whether verifiers find it alive.
    Status(status::Status),
    /// Have the node's cells copied elsewhere before it goes for good.
    Leave(leave::Leave),
    /// Read and verify everything that the node holds.
    Scrub(scrub::Scrub),
    /// Bring the node, with its cells, to another folder or disk.
    Move(moving::Move),
}

impl Storage {
    pub(crate) async fn run(&self) -> anyhow::Result<String> {
        match &self.action {
            Action::Register(register) => register.run().await,
            Action::Run(run) => run.run().await,
            Action::Status(status) => status.run().await,
            Action::Leave(leave) => leave.run().await,
            Action::Scrub(scrub) => scrub.run().await,
            Action::Move(moving) => moving.run().await,
        }
    }
}

/// The node's folder, made for its owner alone.
fn make_folder(folder: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("the folder {} can't be made", folder.display()))
}

/// Where in a node's folder its cells and its index lie.
pub(crate) fn store_folder(folder: &Path) -> PathBuf {
    folder.join("store")
}

/// The store of a node that has one.
fn store_of(folder: &Path) -> anyhow::Result<PathBuf> {
    let store = store_folder(folder);
    if !store.is_dir() {
        bail!(
            "{} has no cells of a storage node; name the folder that `chainflix storage register` was given",
            folder.display()
        );
    }
    Ok(store)
}

/// The file in a node's folder that says, by being there, that the node will leave.
fn leaving_file(folder: &Path) -> PathBuf {
    folder.join("leaving")
}

/// The file in a folder that says, by being there, that a node is being moved to it.
fn moving_file(folder: &Path) -> PathBuf {
    folder.join("moving")
}

fn key_files(folder: &Path) -> (PathBuf, PathBuf) {
    (folder.join("peer.key"), folder.join("exchange.key"))
}

/// The keys in a node's folder.
fn read_keys(folder: &Path) -> Result<NodeKeys, SecretError> {
    let (peer, exchange) = key_files(folder);
    let peer = PeerKey::from_seed(*secrets::read_key(&peer)?);
    Ok(NodeKeys::new(peer, &secrets::read_key(&exchange)?))
}

/// The keys of a node that was registered; says how one is when there are none.
fn registered_keys(folder: &Path) -> anyhow::Result<NodeKeys> {
    match read_keys(folder) {
        Ok(keys) => Ok(keys),
        Err(SecretError::Missing(_)) => {
            let folder = folder.display();
            bail!(
                "{folder} is no registered node's folder; run `chainflix storage register --folder {folder}` first"
            );
        }
        Err(error) => Err(error.into()),
    }
}

/// Draws what is missing of a node's keys.
pub(crate) fn make_keys(folder: &Path) -> anyhow::Result<NodeKeys> {
    make_folder(folder)?;
    let (peer, exchange) = key_files(folder);
    let missing = [
        (
            peer,
            "Chainflix storage node: its identity in the content network; signs receipts",
        ),
        (
            exchange,
            "Chainflix storage node: opens what verifiers seal to it",
        ),
    ];
    for (file, comment) in missing {
        let seed = zeroize::Zeroizing::new(hex::encode(*secrets::random_key()?));
        match secrets::create(&file, comment, &seed) {
            Ok(()) | Err(SecretError::Exists(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(read_keys(folder)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn keys_are_drawn_once_and_are_their_owners_alone() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("node");
        let first = make_keys(&folder).unwrap();
        let again = make_keys(&folder).unwrap();
        assert_eq!(first.peer().public(), again.peer().public());
        assert_eq!(first.exchange_key(), again.exchange_key());
        for path in [
            folder.clone(),
            folder.join("peer.key"),
            folder.join("exchange.key"),
        ] {
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{}", path.display());
        }
    }
}

//! `chainflix storage move`.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chainflix_storage_node::store::{Copied, Store};
use clap::Args;
use serde_json::json;

use super::{key_files, leaving_file, make_folder, moving_file, store_folder, store_of};
use crate::progress::Progress;

/// Options of `chainflix storage move`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    chainflix storage move --folder /srv/chainflix --to /mnt/large/chainflix\n\n\
    The node, with its keys and cells, is in the other folder afterwards, and no longer in the first. Stop it before, and start \
    it with the other folder. On another disk every cell is verified while it is copied, and the first folder is emptied only when \
    all of it is there: a move that was broken off is begun again with the same command, and goes on.")]
pub(super) struct Move {
    /// The node's folder.
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,

    /// The folder where it is to be: one that is empty, or is not there yet.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Move {
    pub(super) async fn run(&self) -> anyhow::Result<String> {
        let (from, to) = (self.folder.clone(), self.to.clone());
        let copied = tokio::task::spawn_blocking(move || relocate(&from, &to)).await??;
        let to = self.to.display();
        Ok(match copied {
            _ if self.json => json!({
                "folder": self.to,
                "copied": copied.map(|copied| copied.cells),
                "damaged": copied.map_or(0, |copied| copied.damaged),
            })
            .to_string(),
            None => format!("the node is in {to}; nothing had to be copied"),
            Some(Copied { cells, damaged: 0 }) => {
                format!("the node is in {to}, with {cells} cells")
            }
            Some(Copied { cells, damaged }) => format!(
                "the node is in {to}, with {cells} cells; {damaged} were damaged and are left out: its controllers have them copied again"
            ),
        })
    }
}

/// Moves the node. `None` when renaming the folder did it.
fn relocate(from: &Path, to: &Path) -> anyhow::Result<Option<Copied>> {
    let begun = moving_file(to).exists();
    if !begun && !is_empty(to)? {
        bail!("{} is not empty; name another folder", to.display());
    }
    let has_key = |folder| key_files(folder).0.exists();
    // Broken off at its very end: all of it is there, and only what is left here has to go.
    if begun && has_key(to) && !has_key(from) {
        return finish(from, to).map(|()| Some(Copied::default()));
    }
    let store = store_of(from)?;
    if begun {
        return copy(from, to).map(Some);
    }
    // Fails while a node runs.
    drop(Store::open_as_it_is(&store)?);
    match fs::rename(from, to) {
        Ok(()) => Ok(None),
        // Another disk, or a folder at which a disk is mounted, or the top of one.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::CrossesDevices | ErrorKind::ResourceBusy | ErrorKind::DirectoryNotEmpty
            ) =>
        {
            copy(from, to).map(Some)
        }
        Err(error) => Err(error).with_context(|| format!("{} can't be made", to.display())),
    }
}

/// Whether nothing is in a folder, or it is not there. The top of a new disk has a folder for what its checks find.
fn is_empty(folder: &Path) -> anyhow::Result<bool> {
    if !folder.exists() {
        return Ok(true);
    }
    for entry in fs::read_dir(folder)? {
        if entry?.file_name() != "lost+found" {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Copies everything, then takes it away from where it was. At every instant one of the two folders has all of it.
fn copy(from: &Path, to: &Path) -> anyhow::Result<Copied> {
    make_folder(to)?;
    File::create(moving_file(to))?.sync_all()?;
    let old = Store::open_as_it_is(&store_folder(from))?;
    let new = Store::open(&store_folder(to), &old.genesis(), u64::MAX)?;
    let (progress, total) = (Progress::new(), old.space().used);
    let copied = old.copy_into(&new, |done| progress.set("copying", done, total))?;
    drop(new);
    let (peer, exchange) = key_files(from);
    let (new_peer, new_exchange) = key_files(to);
    if leaving_file(from).exists() {
        File::create(leaving_file(to))?.sync_all()?;
    }
    copy_key(&exchange, &new_exchange)?;
    // The last, because it says that the rest is there.
    copy_key(&peer, &new_peer)?;
    File::open(to)?.sync_all()?;
    drop(old);
    finish(from, to)?;
    Ok(copied)
}

/// Takes away what has been copied: the keys first, so that a node never runs in both places.
fn finish(from: &Path, to: &Path) -> anyhow::Result<()> {
    let (peer, exchange) = key_files(from);
    for file in [peer, exchange, leaving_file(from)] {
        gone(fs::remove_file(&file)).with_context(|| format!("{} stays", file.display()))?;
    }
    let store = store_folder(from);
    gone(fs::remove_dir_all(&store)).with_context(|| format!("{} stays", store.display()))?;
    gone(fs::remove_file(moving_file(to)))?;
    // With something else in it, it stays.
    let _ = fs::remove_dir(from);
    Ok(())
}

fn gone(removed: std::io::Result<()>) -> std::io::Result<()> {
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Copies a file that is its owner's alone.
fn copy_key(from: &Path, to: &Path) -> anyhow::Result<()> {
    let content = match fs::read(from) {
        Ok(content) => zeroize::Zeroizing::new(content),
        Err(error) => {
            return Err(error).with_context(|| format!("{} can't be read", from.display()));
        }
    };
    let mut file = File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(to)
        .with_context(|| format!("{} can't be written", to.display()))?;
    file.write_all(&content)?;
    Ok(file.sync_all()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{make_keys, read_keys};
    use std::os::unix::fs::PermissionsExt;

    fn node(folder: &Path) -> [u8; 32] {
        let key = make_keys(folder).unwrap().peer().public();
        drop(Store::open(&store_folder(folder), &[9; 32], 1 << 30).unwrap());
        key
    }

    fn key_in(folder: &Path) -> Option<[u8; 32]> {
        read_keys(folder).ok().map(|keys| keys.peer().public())
    }

    #[test]
    fn a_node_that_moves_is_in_one_place_only_renamed_or_copied() {
        let disk = tempfile::tempdir().unwrap();
        let [one, two, three] = ["one", "two", "three"].map(|name| disk.path().join(name));
        let key = node(&one);
        File::create(leaving_file(&one)).unwrap();
        assert_eq!(relocate(&one, &two).unwrap(), None);
        assert_eq!((key_in(&one), key_in(&two)), (None, Some(key)));
        assert_eq!(copy(&two, &three).unwrap(), Copied::default());
        assert_eq!((key_in(&two), key_in(&three)), (None, Some(key)));
        assert!(!two.exists() && leaving_file(&three).exists());
        assert!(!moving_file(&three).exists());
        let (peer, _) = key_files(&three);
        let mode = fs::metadata(peer).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
        assert!(Store::open_as_it_is(&store_folder(&three)).is_ok());
    }

    #[test]
    fn a_move_is_refused_while_the_node_runs_or_where_something_is_and_goes_on_after_a_break() {
        let disk = tempfile::tempdir().unwrap();
        let [from, to] = ["from", "to"].map(|name| disk.path().join(name));
        let key = node(&from);
        let running = Store::open_as_it_is(&store_folder(&from)).unwrap();
        let words = relocate(&from, &to).unwrap_err().to_string();
        assert!(words.contains("in use"), "{words}");
        drop(running);
        fs::create_dir(&to).unwrap();
        File::create(to.join("mine")).unwrap();
        let words = relocate(&from, &to).unwrap_err().to_string();
        assert!(words.contains("not empty"), "{words}");
        fs::remove_file(to.join("mine")).unwrap();
        // The top of a new disk is empty all the same.
        fs::create_dir(to.join("lost+found")).unwrap();
        assert!(is_empty(&to).unwrap() && is_empty(&disk.path().join("none")).unwrap());
        // As after a break in the middle, and at the end.
        File::create(moving_file(&to)).unwrap();
        assert!(relocate(&from, &to).unwrap().is_some());
        assert_eq!((key_in(&from), key_in(&to)), (None, Some(key)));
        File::create(moving_file(&to)).unwrap();
        assert!(relocate(&from, &to).unwrap().is_some());
        assert!(!moving_file(&to).exists());
        assert_eq!(key_in(&to), Some(key));
        // There is no node any more.
        assert!(relocate(&from, &disk.path().join("elsewhere")).is_err());
    }
}

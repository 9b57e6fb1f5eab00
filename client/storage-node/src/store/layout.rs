//! Where the store's files lie, and how one becomes visible: whole and on disk, or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chainflix_primitives::{CellId, Magnet};

const CELL: &str = "cell";
const OUTBOARD: &str = "outboard";
const MANIFEST: &str = "manifest";

/// Paths below the node's directory.
///
/// ```text
/// cells/5f/5f0c….cell       at-rest ciphertext, by cell id
/// cells/5f/5f0c….outboard   hashes of its groups
/// manifests/9a….manifest    by magnet
/// partial/                  what is not complete; emptied at start
/// ```
pub(super) struct Layout {
    root: PathBuf,
}

impl Layout {
    /// Makes the folders below `root`.
    pub(super) fn create(root: &Path) -> io::Result<Self> {
        let layout = Self {
            root: root.to_path_buf(),
        };
        for folder in [layout.cells(), layout.manifests(), layout.partials()] {
            fs::create_dir_all(folder)?;
        }
        sync_folder(root)?;
        Ok(layout)
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn cells(&self) -> PathBuf {
        self.root.join("cells")
    }

    pub(super) fn manifests(&self) -> PathBuf {
        self.root.join("manifests")
    }

    pub(super) fn partials(&self) -> PathBuf {
        self.root.join("partial")
    }

    pub(super) fn cell(&self, id: &CellId) -> PathBuf {
        self.in_shard(id, CELL)
    }

    pub(super) fn outboard(&self, id: &CellId) -> PathBuf {
        self.in_shard(id, OUTBOARD)
    }

    pub(super) fn manifest(&self, video: &Magnet) -> PathBuf {
        self.manifests().join(format!("{video}.{MANIFEST}"))
    }

    pub(super) fn partial_cell(&self, id: &CellId) -> PathBuf {
        self.partials().join(format!("{id}.{CELL}"))
    }

    pub(super) fn partial_outboard(&self, id: &CellId) -> PathBuf {
        self.partials().join(format!("{id}.{OUTBOARD}"))
    }

    pub(super) fn partial_manifest(&self, video: &Magnet) -> PathBuf {
        self.partials().join(format!("{video}.{MANIFEST}"))
    }

    /// One folder for each first byte of the id, so that no folder grows too long.
    fn in_shard(&self, id: &CellId, extension: &str) -> PathBuf {
        let name = id.to_string();
        let shard = name.get(..2).unwrap_or_default();
        self.cells().join(shard).join(format!("{name}.{extension}"))
    }
}

/// The cell whose file this is; `None` for a file that the store did not make.
pub(super) fn cell_of(path: &Path) -> Option<CellId> {
    let known = [CELL, OUTBOARD];
    let extension = path.extension()?.to_str()?;
    let id = CellId::from_hex(path.file_stem()?.to_str()?)?;
    known.contains(&extension).then_some(id)
}

/// The video whose manifest this is; `None` for any other file.
pub(super) fn video_of(path: &Path) -> Option<Magnet> {
    let is_manifest = path.extension()?.to_str()? == MANIFEST;
    let video = Magnet::from_hex(path.file_stem()?.to_str()?)?;
    is_manifest.then_some(video)
}

/// Moves a file that is on disk to where it is looked for, and makes the move durable.
pub(super) fn publish(from: &Path, to: &Path) -> io::Result<()> {
    let Some(folder) = to.parent() else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    if !folder.is_dir() {
        fs::create_dir_all(folder)?;
        if let Some(above) = folder.parent() {
            sync_folder(above)?;
        }
    }
    fs::rename(from, to)?;
    sync_folder(folder)
}

/// Writes `content` to `path` and waits until it is on disk.
pub(super) fn write_durably(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Deletes a file; one that is not there is deleted already. What can't be deleted is deleted at the next start.
pub(super) fn delete(path: &Path) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(file = %path.display(), %error, "file not deleted");
        }
        _ => {}
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

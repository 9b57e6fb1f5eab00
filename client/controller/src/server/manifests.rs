//! Manifests on disk: one file each, named by magnet, so that a restarted controller knows its videos.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use chainflix_primitives::{Magnet, manifest::MAX_MANIFEST_BYTES};

use crate::directory::{Directory, KnownManifest};

const EXTENSION: &str = "manifest";

/// Reads every manifest of `folder`, which is made when it is missing. Files that are not manifests are left alone.
pub(super) fn load(folder: &Path, directory: &mut Directory) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|name| name.to_str());
        let is_manifest = path.extension().is_some_and(|found| found == EXTENSION);
        let Some(magnet) = name.and_then(Magnet::from_hex).filter(|_| is_manifest) else {
            continue;
        };
        if std::fs::metadata(&path)?.len() > MAX_MANIFEST_BYTES as u64 {
            continue;
        }
        let read = KnownManifest::read(&magnet, &std::fs::read(&path)?)
            .and_then(|known| directory.add_video(magnet, known));
        if let Err(error) = read {
            tracing::warn!(file = %path.display(), %error, "manifest left out");
        }
    }
    Ok(())
}

/// Writes a manifest, so that it is there whole or not at all, and for good when this returns.
pub(super) fn store(folder: &Path, magnet: &Magnet, encoded: &[u8]) -> io::Result<()> {
    let partial = folder.join(format!("{magnet}.partial"));
    let mut file = File::create(&partial)?;
    file.write_all(encoded)?;
    file.sync_all()?;
    std::fs::rename(partial, folder.join(format!("{magnet}.{EXTENSION}")))?;
    // The name too.
    File::open(folder)?.sync_all()
}

/// Deletes a manifest.
pub(super) fn remove(folder: &Path, magnet: &Magnet) {
    if let Err(error) = std::fs::remove_file(folder.join(format!("{magnet}.{EXTENSION}"))) {
        tracing::warn!(%magnet, %error, "manifest not deleted");
    }
}

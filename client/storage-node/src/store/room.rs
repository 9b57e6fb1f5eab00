//! Room for cells: the quota, and what the disk has for them, which others may use too.

use std::path::Path;

use super::{Shared, Space, Store, StoreError, lock};

/// Of the disk, so much is left to whatever else lies on it, the node's own index first: without room for that one the node
/// could not go on, although it holds all it held. Of a small disk it is a sixteenth.
const LEFT_FREE: u64 = 256 << 20;

/// What the disk of `folder` has for cells, in bytes; no bound when it can't be asked.
fn room_on_disk(folder: &Path) -> u64 {
    let disk = match rustix::fs::statvfs(folder) {
        Ok(disk) => disk,
        Err(error) => {
            tracing::warn!(folder = %folder.display(), %error, "the disk does not say how much room it has");
            return u64::MAX;
        }
    };
    let all = disk.f_blocks.saturating_mul(disk.f_frsize);
    let available = disk.f_bavail.saturating_mul(disk.f_frsize);
    available.saturating_sub(LEFT_FREE.min(all / 16))
}

impl Store {
    /// Space, in bytes.
    #[must_use]
    pub fn space(&self) -> Space {
        let (used, coming) = {
            let state = lock(&self.shared.state);
            (state.used, state.coming)
        };
        self.shared.space_with(used, coming)
    }

    /// Gives up cells beyond the quota that need not be kept, the oldest first; for when it was lowered.
    pub(super) fn fit_quota(&self) -> Result<(), StoreError> {
        let (given_up, over) = {
            let state = lock(&self.shared.state);
            state.oldest(state.used.saturating_sub(self.shared.quota))
        };
        if over > 0 {
            tracing::warn!(
                bytes = over,
                "over the quota: controllers count on the cells that are left; `chainflix storage leave` has them copied elsewhere"
            );
        }
        if !given_up.is_empty() {
            tracing::warn!(
                cells = given_up.len(),
                "given up for want of space: the quota was lowered"
            );
            self.remove(&given_up)?;
        }
        Ok(())
    }
}

impl Shared {
    /// Space when `used` bytes are held or promised, of which `coming` may not have been written yet.
    pub(super) fn space_with(&self, used: u64, coming: u64) -> Space {
        let full = lock(&self.disk_full).is_some_and(|since| since.elapsed() < super::DISK_FULL);
        let on_disk = room_on_disk(self.layout.root()).saturating_sub(coming);
        Space {
            quota: self.quota,
            used,
            free: if full {
                0
            } else {
                self.quota.saturating_sub(used).min(on_disk)
            },
        }
    }
}

//! What a view costs the store, counted: operations on the B-tree, and bytes that reach the disk.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use chainflix_primitives::{Sha256, hash::Hasher};
use redb::{StorageBackend, backends::InMemoryBackend};

use super::sample::acceptable;
use super::*;
use crate::store::batch::Operations;
use crate::store::views::Acceptable;

/// Views of a round, each of another viewer.
const VIEWS: u64 = 2_000;
/// Views that are accepted with one commit.
const AT_ONCE: usize = 250;

/// What one view costs.
#[derive(Clone, Copy, Debug)]
struct Cost {
    reads: f64,
    writes: f64,
    /// Keys and values that are put.
    bytes: f64,
    /// Bytes that reach the disk, without evidence.
    disk: f64,
}

/// A disk in memory that counts what is written to it.
#[derive(Debug)]
struct Counting(InMemoryBackend, Arc<AtomicU64>);

impl StorageBackend for Counting {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.1.fetch_add(data.len() as u64, Ordering::Relaxed);
        self.0.write(offset, data)
    }
}

/// The view with this number, of a viewer who has no other.
fn of_its_own_viewer(id: ViewId) -> Acceptable {
    let mut view = acceptable(id);
    let viewer = AccountId(Sha256::sha256(&id.to_le_bytes()));
    view.leaf.claim.viewer = viewer;
    view.leaf.claim.constant = RandomConstant(Sha256::sha256(&viewer.0));
    view.view.viewer = viewer;
    view.view.leaf = view.leaf.leaf_hash::<Sha256>();
    view
}

/// Does something with every view, some in a commit; what that costs one view.
fn each(
    store: &Store,
    written: &AtomicU64,
    act: impl Fn(&Batch<'_>, u64) -> StoreResult<()>,
) -> Cost {
    let before = written.load(Ordering::Relaxed);
    let mut all = Operations::default();
    let ids: Vec<u64> = (0..VIEWS).collect();
    for group in ids.chunks(AT_ONCE) {
        let done = store.write_now(|batch| {
            group.iter().try_for_each(|id| act(batch, *id))?;
            let done = batch.operations();
            all.reads += done.reads;
            all.writes += done.writes;
            all.bytes += done.bytes;
            Ok(())
        });
        done.expect("written");
    }
    let bytes = written.load(Ordering::Relaxed) - before;
    let per_view = |number: u64| number as f64 / VIEWS as f64;
    Cost {
        reads: per_view(all.reads),
        writes: per_view(all.writes),
        bytes: per_view(all.bytes),
        disk: per_view(bytes),
    }
}

#[test]
fn a_view_costs_the_store_no_more_than_it_did() {
    let written = Arc::new(AtomicU64::new(0));
    let database = redb::Builder::new()
        .create_with_backend(Counting(InMemoryBackend::new(), Arc::clone(&written)))
        .expect("the store opens");
    let directory = tempfile::tempdir().expect("a directory");
    let files = Box::new(Directory(directory.path().into()));
    let store = Store::on(database, files, PathBuf::from("memory"), &GENESIS).expect("a store");
    let accept = each(&store, &written, |batch, id| {
        batch.put_accepted(&of_its_own_viewer(id))
    });
    let report = each(&store, &written, |batch, id| {
        batch.set_view_state(id, ViewState::InBlock(7))
    });
    let settle = each(&store, &written, |batch, id| {
        batch.set_view_state(id, ViewState::Final(ViewFate::Expired))
    });
    // Reads, writes, and what they put: a view, its place with its evidence, its viewer's index, its leaf, its minute.
    assert_eq!((accept.reads, accept.writes), (1.0, 5.0), "{accept:?}");
    assert_eq!((report.reads, report.writes), (1.0, 3.0), "{report:?}");
    assert_eq!((settle.reads, settle.writes), (1.0, 2.0), "{settle:?}");
    let put = accept.bytes + report.bytes + settle.bytes;
    assert!(put < 930.0, "{put} bytes a view");
    // Pages, which several views share.
    let disk = accept.disk + report.disk + settle.disk;
    assert!(disk < 4_200.0, "{disk} bytes a view to the disk");
}

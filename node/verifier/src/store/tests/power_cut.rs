//! The store on a disk that forgets: whatever was not synced may be there after a power cut, or not, write by write.

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use redb::StorageBackend;

use super::sample::{acceptable, whole_views};
use super::*;

/// Views that are accepted while the power is cut again and again.
const VIEWS: u64 = 400;
/// It is cut whenever so many more were accepted.
const BETWEEN_CUTS: u64 = 10;

#[derive(Clone, Debug)]
enum Change {
    Write(u64, Vec<u8>),
    Resize(u64),
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::Write(offset, bytes) => {
                let from = usize::try_from(*offset).expect("small");
                let to = from + bytes.len();
                if content.len() < to {
                    content.resize(to, 0);
                }
                content[from..to].copy_from_slice(bytes);
            }
            Self::Resize(len) => content.resize(usize::try_from(*len).expect("small"), 0),
        }
    }
}

#[derive(Debug, Default)]
struct Content {
    /// What a program reads.
    seen: Vec<u8>,
    /// What is there after a power cut, whatever happens.
    synced: Vec<u8>,
    /// What was changed since the last sync.
    unsynced: Vec<Change>,
}

impl Content {
    fn change(&mut self, change: Change) {
        change.apply(&mut self.seen);
        self.unsynced.push(change);
    }

    fn sync(&mut self) {
        let Self {
            synced, unsynced, ..
        } = self;
        unsynced.drain(..).for_each(|change| change.apply(synced));
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let from = usize::try_from(offset).expect("small");
        let bytes = self.seen.get(from..from + out.len());
        out.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

/// The database, or a file of evidence by its number.
type Name = Option<u32>;
const DATABASE: Name = None;

/// What is on a disk: all files at one instant.
type Left = BTreeMap<Name, Vec<u8>>;

/// The disk. Clones share it.
#[derive(Clone, Debug, Default)]
struct Disk(Arc<Mutex<BTreeMap<Name, Content>>>);

impl Disk {
    fn with(left: Left) -> Self {
        let content = |bytes: Vec<u8>| Content {
            seen: bytes.clone(),
            synced: bytes,
            unsynced: Vec::new(),
        };
        let files = left.into_iter();
        let files = files.map(|(name, bytes)| (name, content(bytes)));
        Self(Arc::new(Mutex::new(files.collect())))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Name, Content>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, name: Name, change: Change) {
        self.lock().entry(name).or_default().change(change);
    }

    fn read_named(&self, name: Name, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let files = self.lock();
        let content = files.get(&name).ok_or(io::ErrorKind::NotFound)?;
        content.read(offset, out)
    }

    /// What is there when the power is cut now; `kept` says of each unsynced write whether it reached the disk. The files'
    /// lengths did, and their names.
    fn after_cut(&self, mut kept: impl FnMut() -> bool) -> Left {
        let mut left = Left::new();
        for (name, content) in self.lock().iter() {
            let mut bytes = content.synced.clone();
            for change in &content.unsynced {
                if matches!(change, Change::Resize(_)) || kept() {
                    change.apply(&mut bytes);
                }
            }
            left.insert(*name, bytes);
        }
        left
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        let files = self.lock();
        let content = files.get(&DATABASE);
        Ok(content.map_or(0, |content| content.seen.len() as u64))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.read_named(DATABASE, offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.change(DATABASE, Change::Resize(len));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.lock().entry(DATABASE).or_default().sync();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.change(DATABASE, Change::Write(offset, data.to_vec()));
        Ok(())
    }
}

impl Files for Disk {
    fn numbers(&self) -> io::Result<Vec<u32>> {
        Ok(self.lock().keys().flatten().copied().collect())
    }

    fn write(&self, number: u32, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.change(Some(number), Change::Write(offset, bytes.to_vec()));
        Ok(())
    }

    fn sync(&self, number: u32) -> io::Result<()> {
        self.lock().entry(Some(number)).or_default().sync();
        Ok(())
    }

    fn read(&self, number: u32, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.read_named(Some(number), offset, out)
    }

    fn remove(&self, number: u32) -> io::Result<()> {
        self.lock().remove(&Some(number));
        Ok(())
    }

    fn bytes(&self) -> u64 {
        0
    }
}

fn on(disk: &Disk) -> Store {
    let database = redb::Builder::new()
        .set_cache_size(1 << 20)
        .create_with_backend(disk.clone())
        .expect("the store opens");
    let files = Box::new(disk.clone());
    Store::on(database, files, PathBuf::from("memory"), &GENESIS).expect("a store in order")
}

/// Numbers that look random, the same in every run.
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[test]
fn a_power_cut_between_reply_and_sync_loses_no_accepted_view_and_leaves_none_by_half() {
    let disk = Disk::default();
    let store = on(&disk);
    let accepted = AtomicU64::new(0);
    let cut_at = AtomicU64::new(0);
    let mut state = 0x2545_f491_4f6c_dd1d;
    let cuts: Vec<(u64, Left)> = thread::scope(|scope| {
        let accepting = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .expect("a runtime");
            let submit = |id| {
                let view = acceptable(id);
                let write = move |batch: &Batch<'_>| batch.put_accepted(&view);
                store.writer().submit(write).expect("there is room")
            };
            // Seven are on their way at a time.
            let ids: Vec<u64> = (0..VIEWS).collect();
            for group in ids.chunks(7) {
                let pending: Vec<_> = group.iter().map(|id| submit(*id)).collect();
                for one in pending {
                    runtime.block_on(one.durable()).expect("durable");
                    // Here the reply leaves.
                    accepted.fetch_add(1, Ordering::SeqCst);
                }
                // Who cuts the power may not run for a while: it is waited for.
                let far = || cut_at.load(Ordering::SeqCst) + 3 * BETWEEN_CUTS;
                while accepted.load(Ordering::SeqCst) > far() {
                    thread::yield_now();
                }
            }
        });
        let mut cuts: Vec<(u64, Left)> = Vec::new();
        while !accepting.is_finished() {
            let told = accepted.load(Ordering::SeqCst);
            let last = cuts.last().map_or(0, |(told, _)| *told);
            if told >= last + BETWEEN_CUTS {
                // Everything, nothing, or some of what was not synced.
                let keeps = random(&mut state) % 3;
                let after = disk.after_cut(|| match keeps {
                    0 => true,
                    1 => false,
                    _ => random(&mut state).is_multiple_of(2),
                });
                cuts.push((told, after));
                cut_at.store(told, Ordering::SeqCst);
            }
            thread::yield_now();
        }
        cuts.push((VIEWS, disk.after_cut(|| false)));
        cuts
    });
    assert!(cuts.len() > 5, "the power was hardly cut");
    for (told, left) in cuts {
        let store = on(&Disk::with(left));
        let found = whole_views(&store.view().expect("a view"));
        assert!(found >= told, "{told} were accepted, {found} are left");
    }
}

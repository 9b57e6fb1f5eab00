//! Cells to store, and a folder to store them in.

use std::path::{Path, PathBuf};

use chainflix_content::trees::{self, GROUP_BYTES};
use chainflix_controller::protocol::CellRef;
use chainflix_primitives::manifest::CellEntry;
use chainflix_primitives::merkle::Tree;
use chainflix_primitives::receipt::{DeliveryToken, TokenTerms};
use chainflix_primitives::{AccountId, CellId, Magnet, Sha256};
use chainflix_storage_node::store::{Import, ImportError, MAX_GROUPS_PER_READ, Store};

pub(crate) const GENESIS: [u8; 32] = [9; 32];
pub(crate) const VIDEO: Magnet = Magnet([5; 32]);
/// Large enough not to matter.
pub(crate) const QUOTA: u64 = 1 << 30;

/// A cell as it lies at rest.
#[derive(Clone)]
pub(crate) struct Cell {
    pub(crate) at: CellRef,
    pub(crate) entry: CellEntry,
    pub(crate) content: Vec<u8>,
    pub(crate) tree: Tree,
}

impl Cell {
    /// A cell of `bytes` bytes that look random and are always the same.
    pub(crate) fn new(index: u16, bytes: usize) -> Self {
        Self::of(VIDEO, index, bytes)
    }

    pub(crate) fn of(video: Magnet, index: u16, bytes: usize) -> Self {
        let mut state = u64::from(index).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let content: Vec<u8> = (0..bytes)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state as u8
            })
            .collect();
        let tree = trees::cipher_tree(&content);
        let entry = CellEntry {
            rendition: 0,
            index,
            playtime_ms: 2_000,
            bytes: bytes as u32,
            plain_root: [1; 32],
            cipher_root: tree.root(),
        };
        Self {
            at: CellRef {
                video,
                rendition: 0,
                cell: index,
            },
            entry,
            content,
            tree,
        }
    }

    /// The bytes of a run of groups, and its proof.
    pub(crate) fn run(&self, first: u32, count: u32) -> (&[u8], Vec<[u8; 32]>) {
        let (first, count) = (first as usize, count as usize);
        let end = ((first + count) * GROUP_BYTES).min(self.content.len());
        let proof = self.tree.range_proof(first, count).expect("inside");
        (&self.content[first * GROUP_BYTES..end], proof)
    }

    /// Hands in what an import does not have yet.
    pub(crate) fn hand_in(&self, import: &mut Import) -> Result<(), ImportError> {
        while !import.is_complete() {
            let first = import.next_group();
            let count = (self.entry.groups() - first).min(MAX_GROUPS_PER_READ);
            let (bytes, proof) = self.run(first, count);
            import.write(bytes, &proof)?;
        }
        Ok(())
    }

    pub(crate) fn take_in(&self, store: &Store) -> Result<(), ImportError> {
        let mut import = store.import(self.at, self.entry.clone())?;
        self.hand_in(&mut import)?;
        import.finish()
    }

    /// Reads the whole cell back through the store.
    pub(crate) fn is_served_whole(&self, store: &Store) -> bool {
        let Ok(reader) = store.open_cell(&self.at) else {
            return false;
        };
        let groups = self.entry.groups();
        let mut read = Vec::new();
        for first in (0..groups).step_by(MAX_GROUPS_PER_READ as usize) {
            let Ok(run) = reader.read(first, (groups - first).min(MAX_GROUPS_PER_READ)) else {
                return false;
            };
            read.extend(run);
        }
        read == self.content
    }

    /// The file of its ciphertext.
    pub(crate) fn file(&self, folder: &Path) -> PathBuf {
        let id = CellId::of::<Sha256>(&self.at.video, 0, self.at.cell).to_string();
        folder
            .join("cells")
            .join(&id[..2])
            .join(format!("{id}.cell"))
    }
}

pub(crate) fn open(folder: &Path) -> Store {
    Store::open(folder, &GENESIS, QUOTA).expect("the store opens")
}

/// Names of all files below a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

pub(crate) fn token(number: u8, max_bytes: u64) -> DeliveryToken {
    DeliveryToken {
        terms: TokenTerms {
            version: 1,
            genesis: GENESIS,
            issuer: AccountId([2; 32]),
            epoch: 0,
            viewer: AccountId([3; 32]),
            session_key: [4; 32],
            video: VIDEO,
            cell: 0,
            rendition: 0,
            provider: 7,
            round: 8,
            expires_ms: 10_000_000,
            max_bytes,
        },
        seal_nonce: [number; 24],
        sealed_download_key: [0; 48],
    }
}

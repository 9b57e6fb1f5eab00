//! A video whose plaintext follows from a seed, with all its trees at hand.

use chainflix_primitives::{
    AccountId, Magnet, Sha256,
    hash::Hash32,
    ids::UploadId,
    manifest::CellEntry,
    merkle::{self, Tree},
    play_data::{self, Path, PlainOpening},
    possession::{self, ChainStart, PLAIN_LEAF_BYTES},
    ratio::MiningRatio,
    registry::VideoTerms,
    window,
};

/// Bytes of a cell per second: the least that the protocol allows.
const BYTES_PER_SECOND: u32 = 4_096;

struct Cell {
    entry: CellEntry,
    path: Path,
    plain: Vec<u8>,
    tree: Tree,
}

/// A published video.
pub(crate) struct Film {
    pub(crate) magnet: Magnet,
    pub(crate) terms: VideoTerms,
    cells: Vec<Cell>,
}

impl Film {
    /// A video of `total_ms` whose cells are full minutes, but for the last.
    pub(crate) fn new(seed: u8, total_ms: u32) -> Self {
        let minutes = (0u16..).map_while(|minute| window::cell_playtime(total_ms, minute));
        let mut cells: Vec<Cell> = (0u16..)
            .zip(minutes)
            .map(|(index, playtime_ms)| Cell::new(seed, index, playtime_ms))
            .collect();
        let entries = cells.iter().map(|cell| cell.entry.leaf_hash::<Sha256>());
        let entries = Tree::new::<Sha256>(entries.collect());
        for (place, cell) in cells.iter_mut().enumerate() {
            let path = entries.proof(place).expect("it has this leaf");
            cell.path = play_data::path(path).expect("a short one");
        }
        Self {
            magnet: Magnet([seed; 32]),
            terms: VideoTerms {
                producer: AccountId([0xa1; 32]),
                supervisor: AccountId([0xa2; 32]),
                title: format!("Film {seed}")
                    .into_bytes()
                    .try_into()
                    .expect("a short one"),
                total_playtime_ms: total_ms,
                renditions: 1,
                manifest_root: entries.root(),
                ratio: MiningRatio::whitepaper(),
                key_epoch: 0,
                upload_id: UploadId([seed; 16]),
                from_round: 0,
            },
            cells,
        }
    }

    pub(crate) fn entry(&self, minute: u16) -> &CellEntry {
        &self.cells[usize::from(minute)].entry
    }

    pub(crate) fn entry_path(&self, minute: u16) -> Path {
        self.cells[usize::from(minute)].path.clone()
    }

    /// Walks the possession chain: which leaves it reads, and the last accumulator.
    pub(crate) fn walk(&self, minute: u16, start: &ChainStart) -> (Vec<u32>, Hash32) {
        let plain = &self.cells[usize::from(minute)].plain;
        let leaves = possession::leaf_count(plain.len() as u64);
        let leaf = |index: u32| plain.chunks(PLAIN_LEAF_BYTES).nth(index as usize);
        let (indices, acc) =
            possession::walk::<Sha256>(start, leaves, leaf).expect("all leaves are here");
        (indices.to_vec(), acc)
    }

    /// The leaves at `indices` with their paths.
    pub(crate) fn openings(&self, minute: u16, indices: &[u32]) -> Vec<PlainOpening> {
        let cell = &self.cells[usize::from(minute)];
        let open = |index: &u32| {
            let place = *index as usize;
            let bytes = cell.plain.chunks(PLAIN_LEAF_BYTES).nth(place);
            let path = cell.tree.proof(place).expect("it has this leaf");
            PlainOpening {
                bytes: bytes.expect("a leaf").to_vec().try_into().expect("1 KiB"),
                path: play_data::path(path).expect("a short one"),
            }
        };
        indices.iter().map(open).collect()
    }
}

impl Cell {
    fn new(seed: u8, index: u16, playtime_ms: u32) -> Self {
        // A little more than the least, so that the last leaf is a short one.
        let bytes = (playtime_ms * BYTES_PER_SECOND / 1_000).max(8 * 1_024) + 100;
        let plain = plaintext(seed, index, bytes as usize);
        let leaves = plain.chunks(PLAIN_LEAF_BYTES);
        let tree = Tree::new::<Sha256>(leaves.map(merkle::leaf_hash::<Sha256>).collect());
        Self {
            entry: CellEntry {
                rendition: 0,
                index,
                playtime_ms,
                bytes,
                plain_root: tree.root(),
                cipher_root: [7; 32],
            },
            path: Path::default(),
            plain,
            tree,
        }
    }
}

/// Bytes that are the same in every run.
fn plaintext(seed: u8, cell: u16, bytes: usize) -> Vec<u8> {
    let mut state = u64::from(seed) << 32 | u64::from(cell) | 1 << 63;
    let mut plain = Vec::with_capacity(bytes + 8);
    while plain.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        plain.extend_from_slice(&state.to_le_bytes());
    }
    plain.truncate(bytes);
    plain
}

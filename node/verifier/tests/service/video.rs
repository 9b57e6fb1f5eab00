//! A video of a few cells: plaintext, manifest and record.

use chainflix_primitives::{
    AccountId, Magnet, Sha256,
    hash::Hash32,
    ids::UploadId,
    manifest::{CellEntry, Fragment, Manifest, ManifestCell, Rendition},
    merkle::{self, Tree},
    play_data::{self, PlainOpening},
    possession::{self, ChainStart, PLAIN_LEAF_BYTES},
    ratio::MiningRatio,
    registry::VideoTerms,
};

/// A published video, with its plaintext.
pub(crate) struct Video {
    pub(crate) magnet: Magnet,
    pub(crate) terms: VideoTerms,
    manifest: Manifest,
    cells: Vec<Vec<u8>>,
}

impl Video {
    /// A video of `total_ms`, whose plaintext follows from `seed`.
    pub(crate) fn new(seed: u8, total_ms: u32, producer: AccountId, supervisor: AccountId) -> Self {
        let mut cells = Vec::new();
        let mut entries = Vec::new();
        let mut index = 0u16;
        while let Some(playtime_ms) = chainflix_primitives::window::cell_playtime(total_ms, index) {
            // A little more than the least, so that the last leaf is a short one.
            let bytes = (playtime_ms * 4_096 / 1_000).max(8 * 1_024) + 100;
            let plain = plaintext(seed, index, bytes as usize);
            entries.push(ManifestCell {
                entry: CellEntry {
                    rendition: 0,
                    index,
                    playtime_ms,
                    bytes,
                    plain_root: merkle::root::<Sha256>(&leaves(&plain)),
                    cipher_root: [7; 32],
                },
                fragments: vec![Fragment {
                    offset: 0,
                    duration_ms: playtime_ms,
                }],
            });
            cells.push(plain);
            index += 1;
        }
        let upload_id = UploadId([seed; 16]);
        let manifest = Manifest {
            version: 1,
            title: format!("Video {seed}"),
            producer,
            upload_id,
            total_playtime_ms: total_ms,
            renditions: vec![Rendition {
                width: 640,
                height: 360,
                bandwidth: 40_000,
                codecs: "avc1.64001e".into(),
                init_segment: vec![0; 16],
                cells: entries,
            }],
        };
        manifest.validate().expect("a manifest in order");
        Self {
            magnet: manifest.magnet::<Sha256>(),
            terms: VideoTerms {
                producer,
                supervisor,
                title: manifest
                    .title
                    .clone()
                    .into_bytes()
                    .try_into()
                    .expect("short"),
                total_playtime_ms: total_ms,
                renditions: 1,
                manifest_root: manifest.root::<Sha256>(),
                ratio: MiningRatio::whitepaper(),
                key_epoch: 0,
                upload_id,
                from_round: 0,
            },
            manifest,
            cells,
        }
    }

    pub(crate) fn entry(&self, cell: u16) -> &CellEntry {
        &self.manifest.cell(0, cell).expect("a cell").0.entry
    }

    pub(crate) fn entry_path(&self, cell: u16) -> Vec<Hash32> {
        let leaves: Vec<Hash32> = self
            .manifest
            .entries()
            .map(CellEntry::leaf_hash::<Sha256>)
            .collect();
        merkle::proof::<Sha256>(&leaves, usize::from(cell)).expect("a cell")
    }

    /// Walks the possession chain over a cell's plaintext: the openings and the last accumulator.
    pub(crate) fn walk(&self, cell: u16, start: &ChainStart) -> (Vec<PlainOpening>, Hash32) {
        let plain = &self.cells[usize::from(cell)];
        let chunks: Vec<&[u8]> = plain.chunks(PLAIN_LEAF_BYTES).collect();
        let tree = Tree::new::<Sha256>(leaves(plain));
        let count = u32::try_from(chunks.len()).expect("few");
        let (indices, acc) =
            possession::walk::<Sha256>(start, count, |index| chunks.get(index as usize).copied())
                .expect("all leaves are here");
        let openings = indices
            .iter()
            .map(|index| PlainOpening {
                bytes: chunks[*index as usize].to_vec().try_into().expect("1 KiB"),
                path: play_data::path(tree.proof(*index as usize).expect("a leaf")).expect("short"),
            })
            .collect();
        (openings, acc)
    }
}

fn leaves(plain: &[u8]) -> Vec<Hash32> {
    plain
        .chunks(PLAIN_LEAF_BYTES)
        .map(merkle::leaf_hash::<Sha256>)
        .collect()
}

/// Bytes that can't be compressed or guessed from each other, but are the same in every run.
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

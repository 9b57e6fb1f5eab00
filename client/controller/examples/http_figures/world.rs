//! Made-up videos, nodes and chain, the same in both processes.

use chainflix_controller::protocol::CellRef;
use chainflix_controller::registry::{
    ChainEvents, RegisteredProvider, Registration, Registry, RegistryError,
};
use chainflix_primitives::manifest::{
    CellEntry, Fragment, MANIFEST_VERSION, Manifest, ManifestCell, Rendition,
};
use chainflix_primitives::registry::{ProviderClass, ProviderRecord};
use chainflix_primitives::{AccountId, Magnet, ids::UploadId};
use ed25519_zebra::SigningKey;
use futures::FutureExt;
use futures::future::BoxFuture;

pub(crate) const VIDEOS: u32 = 10_000;
const CELLS: u16 = 100;
const COPIES: u64 = 3;

pub(crate) fn key_of(node: u32) -> SigningKey {
    let mut seed = [5; 32];
    seed[..4].copy_from_slice(&node.to_be_bytes());
    SigningKey::from(seed)
}

pub(crate) fn public(key: &SigningKey) -> [u8; 32] {
    key.verification_key().into()
}

/// What stands for the chain: every video is registered, and every node whose key this program has made.
pub(crate) struct NoChain {
    pub(crate) nodes: std::collections::HashMap<[u8; 32], u32>,
}

impl Registry for NoChain {
    fn provider<'a>(
        &'a self,
        peer_key: &'a [u8; 32],
    ) -> BoxFuture<'a, Result<Option<RegisteredProvider>, RegistryError>> {
        let found = self.nodes.get(peer_key).map(|index| RegisteredProvider {
            index: *index,
            record: ProviderRecord {
                owner: AccountId(*peer_key),
                peer_key: *peer_key,
                exchange_key: [0; 32],
                class: ProviderClass::Home,
                region: *b"KR",
                space_bytes: 1 << 40,
                from_round: 0,
            },
        });
        async { Ok(found) }.boxed()
    }

    fn may_publish<'a>(&'a self, _: &'a AccountId) -> BoxFuture<'a, Result<bool, RegistryError>> {
        async { Ok(false) }.boxed()
    }

    fn registration<'a>(
        &'a self,
        _: &'a Magnet,
    ) -> BoxFuture<'a, Result<Registration, RegistryError>> {
        async { Ok(Registration::Active) }.boxed()
    }

    fn events_after(&self, _: Option<u64>) -> BoxFuture<'_, Result<ChainEvents, RegistryError>> {
        async { Ok(ChainEvents::default()) }.boxed()
    }
}

pub(crate) fn manifest(video: u32) -> Manifest {
    let cells = (0..CELLS).map(|index| ManifestCell {
        entry: CellEntry {
            rendition: 0,
            index,
            playtime_ms: 60_000,
            bytes: 18_750_000,
            plain_root: [0; 32],
            cipher_root: [0; 32],
        },
        fragments: vec![Fragment {
            offset: 0,
            duration_ms: 60_000,
        }],
    });
    let mut upload_id = [0; 16];
    upload_id[..4].copy_from_slice(&video.to_be_bytes());
    Manifest {
        version: MANIFEST_VERSION,
        title: "Measured".into(),
        producer: AccountId([0; 32]),
        upload_id: UploadId(upload_id),
        total_playtime_ms: u32::from(CELLS) * 60_000,
        renditions: vec![Rendition {
            width: 1_280,
            height: 720,
            bandwidth: 2_500_000,
            codecs: "avc1.4d401f".into(),
            init_segment: Vec::new(),
            cells: cells.collect(),
        }],
    }
}

/// Cell `number` of all cells of all videos.
pub(crate) fn cell(magnets: &[Magnet], number: u64) -> CellRef {
    let number = number % (u64::from(VIDEOS) * u64::from(CELLS));
    CellRef {
        video: magnets[(number / u64::from(CELLS)) as usize],
        rendition: 0,
        cell: (number % u64::from(CELLS)) as u16,
    }
}

/// What one of `nodes` holds: of every cell there are [`COPIES`], far from each other.
pub(crate) fn held(magnets: &[Magnet], node: u32, nodes: u32) -> Vec<CellRef> {
    let all = u64::from(VIDEOS) * u64::from(CELLS);
    let each = all.div_ceil(u64::from(nodes));
    let first = u64::from(node) * each;
    (0..COPIES)
        .flat_map(|copy| (0..each).map(move |place| first + place + copy * (all / COPIES)))
        .map(|number| cell(magnets, number))
        .collect()
}

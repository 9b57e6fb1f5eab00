//! 10,000 nodes and 1,000,000 cells in three copies each.

use std::net::{IpAddr, Ipv4Addr};

use chainflix_controller::directory::{Directory, Offer};
use chainflix_controller::protocol::{CellRef, InventoryDigest, PathClass};
use chainflix_controller::registry::RegisteredProvider;
use chainflix_primitives::manifest::{
    CellEntry, Fragment, MANIFEST_VERSION, Manifest, ManifestCell, Rendition,
};
use chainflix_primitives::registry::{ProviderClass, ProviderRecord};
use chainflix_primitives::{AccountId, Magnet, ids::UploadId};

use crate::Outcome;

pub(crate) const NODES: u32 = 10_000;
pub(crate) const VIDEOS: u32 = 10_000;
pub(crate) const CELLS: u16 = 100;
pub(crate) const COPIES: usize = 3;

/// The video of this number; its manifest is the same as all others'.
pub(crate) fn magnet(video: u32) -> Magnet {
    let mut bytes = [7; 32];
    bytes[..4].copy_from_slice(&video.to_be_bytes());
    Magnet(bytes)
}

/// A cell of the video of this number.
pub(crate) fn cell(video: u32, cell: u16) -> CellRef {
    CellRef {
        video: magnet(video),
        rendition: 0,
        cell,
    }
}

/// A manifest of as many cells as a video has here.
pub(crate) fn manifest() -> Manifest {
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
    Manifest {
        version: MANIFEST_VERSION,
        title: "Measured".into(),
        producer: AccountId([0; 32]),
        upload_id: UploadId([0; 16]),
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

/// Has a node log in and say hello, holding nothing yet.
pub(crate) fn connect(directory: &mut Directory, node: u32) -> Outcome {
    let mut key = [0; 32];
    key[..4].copy_from_slice(&node.to_be_bytes());
    let record = ProviderRecord {
        owner: AccountId(key),
        peer_key: key,
        exchange_key: [0; 32],
        class: if node.is_multiple_of(5) {
            ProviderClass::AlwaysOn
        } else {
            ProviderClass::Home
        },
        region: [*b"KR", *b"DE", *b"US", *b"BR"][node as usize % 4],
        space_bytes: 1 << 40,
        from_round: 0,
    };
    directory.logged_in(RegisteredProvider {
        index: node,
        record,
    })?;
    let offer = Offer {
        addresses: vec!["/ip4/0.0.0.0/tcp/4001".into()],
        capacity_bytes: 1 << 40,
        free_bytes: 1 << 39,
        upload_bytes_per_second: 25_000_000,
        path: PathClass::Direct,
        shares: false,
        inventory: InventoryDigest::default(),
    };
    directory.hello(node, &offer, IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1)));
    Ok(())
}

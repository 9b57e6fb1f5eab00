//! Accepted views, each of a viewer and a ticket of its own, and what must hold of a store that has some.

use chainflix_primitives::{
    AccountId, Magnet, PlayCode, RandomConstant, Sha256, Signature64,
    ids::AddressTag,
    manifest::CellEntry,
    play_data::ViewEvidence,
    view::{Delivery, VIEW_VERSION, ViewClaim, ViewLeaf},
};

use super::super::View;
use super::super::tables::{LEAVES, OPEN_VIEWS, VIEWS, VIEWS_OF, ViewId};
use super::super::views::{Acceptable, OwnView, ViewState, has_bit};

const VIDEO: Magnet = Magnet([4; 32]);
/// Viewers who take turns, each playing one minute after the other.
const VIEWERS: u64 = 5;
const CELL_MS: u64 = 60_000;

fn viewer(id: ViewId) -> AccountId {
    AccountId([u8::try_from(id % VIEWERS).expect("few") + 1; 32])
}

fn minute(id: ViewId) -> u16 {
    u16::try_from(id / VIEWERS).expect("few")
}

fn constant(id: ViewId) -> RandomConstant {
    let mut constant = [6; 32];
    constant[..8].copy_from_slice(&id.to_le_bytes());
    RandomConstant(constant)
}

/// The view that is accepted as number `id`.
pub(crate) fn acceptable(id: ViewId) -> Acceptable {
    let issue_ms = u64::from(minute(id)) * CELL_MS;
    let leaf = ViewLeaf {
        claim: ViewClaim {
            version: VIEW_VERSION,
            viewer: viewer(id),
            delegation: [3; 32],
            video: VIDEO,
            minute: minute(id),
            rendition: 0,
            issue_ms,
            constant: constant(id),
            play_code: PlayCode([7; 16]),
            acc: [8; 32],
            nonce: 9,
            deliveries: vec![Delivery {
                provider: 0,
                bytes: 1,
            }]
            .try_into()
            .expect("one"),
            enhancements: Default::default(),
            ad: None,
        },
        signature: Signature64([1; 64]),
        elapsed_ms: u32::try_from(CELL_MS).expect("a minute"),
        ticket_index: u32::try_from(id).expect("few"),
        address_tag: AddressTag([2; 8]),
    };
    Acceptable {
        id,
        view: OwnView {
            leaf: leaf.leaf_hash::<Sha256>(),
            viewer: viewer(id),
            video: VIDEO,
            minute: minute(id),
            issue_ms,
            ends_ms: leaf.interval().1,
            issued: 1,
            accepted: 2,
            state: ViewState::Waiting,
        },
        evidence: ViewEvidence {
            cell: CellEntry {
                rendition: 0,
                index: minute(id),
                playtime_ms: 60_000,
                bytes: 1,
                plain_root: [1; 32],
                cipher_root: [2; 32],
            },
            cell_path: Default::default(),
            openings: Default::default(),
            receipts: Default::default(),
        },
        leaf,
        cycle: 0,
    }
}

/// How many views the store has: the first so many, each whole, and nothing of any other.
pub(super) fn whole_views(view: &View) -> u64 {
    let open = view.waiting_views().expect("readable");
    let count = open.len() as u64;
    for ((id, own), expected) in open.iter().zip(0..) {
        let sample = acceptable(expected);
        assert_eq!((*id, own), (expected, &sample.view), "a hole");
        let leaf = view.get(LEAVES, &own.leaf).expect("readable");
        assert_eq!(leaf, Some(sample.leaf), "view {id}");
        let evidence = view.evidence_of(&own.leaf).expect("readable");
        assert_eq!(evidence, Some(sample.evidence), "view {id}");
        let spent = view.spent(0, viewer(*id), VIDEO).expect("readable");
        assert!(has_bit(&spent, minute(*id)), "view {id} could earn twice");
    }
    let next = acceptable(count);
    let known = |is_known: super::super::StoreResult<bool>| is_known.expect("readable");
    assert!(!known(view.has(VIEWS, &count)));
    assert!(!known(view.has(OPEN_VIEWS, &(0, count))));
    assert!(!known(view.has(LEAVES, &next.view.leaf)));
    let name = (next.view.viewer, next.view.issue_ms);
    assert!(!known(view.has(VIEWS_OF, &name)));
    let spent = view.spent(0, viewer(count), VIDEO).expect("readable");
    assert!(
        !has_bit(&spent, minute(count)),
        "a minute is spent for nothing"
    );
    let last = count.checked_sub(VIEWERS).map(acceptable);
    let ends_ms = last.map_or(0, |last| last.view.ends_ms);
    assert_eq!(view.last_end(viewer(count)).expect("readable"), ends_ms);
    assert_eq!(view.next_view_id().expect("readable"), count);
    count
}

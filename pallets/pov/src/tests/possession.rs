//! Wrong possession: eight true leaves show that the claimed accumulator is not the cell's.

use chainflix_primitives::{
    Hash32, Sha256,
    fault::FaultEvidence,
    manifest::CellEntry,
    merkle::{self, Tree},
    play_data::{Path, PlainOpening},
    possession::{ChainStart, PLAIN_LEAF_BYTES, leaf_count, walk},
    view::ViewClaim,
};

use super::{evidence::*, network::*, viewer::VIDEO};
use crate::mock::Videos;

/// Plaintext of the cell of 5 s, with an unfinished last leaf.
fn plaintext() -> Vec<u8> {
    (0..20_900u32).map(|byte| (byte * 7 % 251) as u8).collect()
}

fn plain_tree() -> Tree {
    let text = plaintext();
    let leaves = text.chunks(PLAIN_LEAF_BYTES);
    Tree::new::<Sha256>(leaves.map(merkle::leaf_hash::<Sha256>).collect())
}

fn entries() -> [CellEntry; 2] {
    let entry = |index, playtime_ms, bytes, plain_root| CellEntry {
        rendition: 0,
        index,
        playtime_ms,
        bytes,
        plain_root,
        cipher_root: [1; 32],
    };
    [
        entry(0, 60_000, 300_000, [2; 32]),
        entry(1, 5_000, plaintext().len() as u32, plain_tree().root()),
    ]
}

fn manifest() -> Tree {
    Tree::new::<Sha256>(entries().map(|entry| entry.leaf_hash::<Sha256>()).to_vec())
}

fn start_of_chain(claim: &ViewClaim) -> ChainStart {
    ChainStart {
        constant: claim.constant,
        play_code: claim.play_code,
        viewer: claim.viewer,
        cell: claim.cell_id::<Sha256>(),
    }
}

fn walk_plaintext(claim: &ViewClaim) -> ([u32; 8], Hash32) {
    let text = plaintext();
    let leaves: Vec<&[u8]> = text.chunks(PLAIN_LEAF_BYTES).collect();
    walk::<Sha256>(
        &start_of_chain(claim),
        leaf_count(text.len() as u64),
        |index| leaves.get(index as usize).copied(),
    )
    .expect("every leaf is there")
}

/// The true openings of a claim.
fn evidence(claim: &ViewClaim) -> FaultEvidence {
    let text = plaintext();
    let leaves: Vec<&[u8]> = text.chunks(PLAIN_LEAF_BYTES).collect();
    let tree = plain_tree();
    let path = |tree: &Tree, index: u32| -> Path { proof(tree, index) };
    let openings: Vec<PlainOpening> = walk_plaintext(claim)
        .0
        .iter()
        .map(|index| PlainOpening {
            bytes: leaves[*index as usize].to_vec().try_into().expect("a leaf"),
            path: path(&tree, *index),
        })
        .collect();
    FaultEvidence::WrongPossession {
        cell: entries()[1].clone(),
        cell_path: path(&manifest(), 1),
        openings: openings.try_into().expect("eight"),
    }
}

/// A view of the registered cell; honest, or with an accumulator of its own.
fn with_view(honest: bool, test: impl FnOnce(&mut Network)) {
    Network::run(4, |network| {
        Videos::mutate(|videos| {
            let (terms, _) = videos.get_mut(&VIDEO).expect("registered");
            terms.manifest_root = manifest().root();
        });
        network.watch(0, 0);
        let viewer = network.viewer(0);
        let leaf = &mut network.nodes[0].bodies.get_mut(&0).expect("a view")[0];
        if honest {
            leaf.claim.acc = walk_plaintext(&leaf.claim).1;
            viewer.mine(leaf);
            viewer.sign(leaf);
        }
        network.next_round_with_reports();
        test(network);
    });
}

#[test]
fn h_a_made_up_accumulator_is_a_fault_that_the_body_alone_does_not_show() {
    with_view(false, |network| {
        let claim = placed(network, 0, 0, 0).leaf.claim;
        let proof = against(network, 0, 0, evidence(&claim));
        assert!(!proof.is_shown_by_body());
        assert!(holds(&proof));
    });
}

#[test]
fn h_an_honest_view_stands_the_true_openings() {
    with_view(true, |network| {
        let claim = placed(network, 0, 0, 0).leaf.claim;
        assert!(!holds(&against(network, 0, 0, evidence(&claim))));
    });
}

#[test]
fn h3_openings_that_are_not_the_cells_true_ones_frame_nobody() {
    type Edit = fn(&mut CellEntry, &mut Path, &mut Vec<PlainOpening>);
    let edits: [Edit; 6] = [
        |_, _, openings| openings[3].bytes[0] ^= 1,
        |_, _, openings| openings.swap(0, 1),
        |_, _, openings| openings.truncate(7),
        |_, _, openings| openings[0].path = Default::default(),
        // Another cell of the video, or one that is not in the manifest.
        |cell, path, _| {
            *cell = entries()[0].clone();
            *path = proof(&manifest(), 0);
        },
        |cell, _, _| cell.plain_root = [9; 32],
    ];
    for edit in edits {
        with_view(true, |network| {
            let claim = placed(network, 0, 0, 0).leaf.claim;
            let FaultEvidence::WrongPossession {
                mut cell,
                mut cell_path,
                openings,
            } = evidence(&claim)
            else {
                panic!("of this kind");
            };
            let mut openings = openings.into_inner();
            edit(&mut cell, &mut cell_path, &mut openings);
            let evidence = FaultEvidence::WrongPossession {
                cell,
                cell_path,
                openings: openings.try_into().expect("eight at most"),
            };
            assert!(!holds(&against(network, 0, 0, evidence)));
        });
    }
}

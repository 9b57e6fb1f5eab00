use chainflix_primitives::{
    Hash32, Hasher, PlayCode, RandomConstant, Sha256,
    manifest::CellEntry,
    merkle::Tree,
    play_data::{PlainOpening, PossessionError, check_possession, path},
    possession::{
        ChainStart, NonceInput, PLAIN_LEAF_BYTES, SLICES, leading_zero_bits, leaf_bytes,
        leaf_count, leaf_index, slice, start, step, walk,
    },
};
use proptest::prelude::*;

use crate::samples::{account, bytes, cell_of, chain_start, genesis, leaf_hashes, stream};

/// A cell of 100 whole leaves and one of 777 bytes.
const CELL_BYTES: usize = 100 * PLAIN_LEAF_BYTES + 777;

struct Watched {
    plaintext: Vec<u8>,
    entry: CellEntry,
}

impl Watched {
    fn new(name: &str, length: usize) -> Self {
        let plaintext = stream(name, length);
        let entry = cell_of(&plaintext);
        Self { plaintext, entry }
    }

    fn leaf(&self, index: u32) -> Option<&[u8]> {
        self.plaintext
            .chunks(PLAIN_LEAF_BYTES)
            .nth(usize::try_from(index).ok()?)
    }

    fn walk(&self, from: &ChainStart) -> ([u32; 8], Hash32) {
        let leaves = leaf_count(self.plaintext.len() as u64);
        walk::<Sha256>(from, leaves, |index| self.leaf(index)).expect("a whole cell")
    }

    /// What an honest player of this cell sends for a chain.
    fn openings(&self, from: &ChainStart) -> (Vec<PlainOpening>, Hash32) {
        let (indices, acc) = self.walk(from);
        let opened = indices.iter().map(|index| self.opening(*index)).collect();
        (opened, acc)
    }

    fn opening(&self, index: u32) -> PlainOpening {
        let tree = Tree::new::<Sha256>(leaf_hashes(&self.plaintext, PLAIN_LEAF_BYTES));
        PlainOpening {
            bytes: self
                .leaf(index)
                .expect("a leaf")
                .to_vec()
                .try_into()
                .expect("1 KiB"),
            path: path(tree.proof(index as usize).expect("a leaf")).expect("a short path"),
        }
    }

    fn check(&self, openings: &[PlainOpening], acc: &Hash32) -> Result<(), PossessionError> {
        check_possession::<Sha256>(&chain_start(), &self.entry, openings, acc)
    }
}

#[test]
fn an_honest_player_is_believed() {
    let cell = Watched::new("cell", CELL_BYTES);
    let (openings, acc) = cell.openings(&chain_start());
    assert_eq!(cell.check(&openings, &acc), Ok(()));
}

#[test]
fn h1_a_random_end_of_the_chain_is_refused() {
    let cell = Watched::new("cell", CELL_BYTES);
    let (openings, _) = cell.openings(&chain_start());
    let refused = cell.check(&openings, &bytes("random"));
    assert_eq!(refused, Err(PossessionError::WrongAccumulator));
}

#[test]
fn h2_another_viewers_answer_or_another_constants_answer_is_refused() {
    let cell = Watched::new("cell", CELL_BYTES);
    let mine = chain_start();
    let others = [
        ChainStart {
            viewer: account("somebody else"),
            ..mine
        },
        ChainStart {
            constant: RandomConstant(bytes("older constant")),
            ..mine
        },
        ChainStart {
            play_code: PlayCode(bytes("other minute")),
            ..mine
        },
    ];
    for other in others {
        let (openings, acc) = cell.openings(&other);
        assert!(cell.check(&openings, &acc).is_err());
    }
}

#[test]
fn h3_a_true_leaf_of_the_wrong_index_is_refused_in_every_slice() {
    let cell = Watched::new("cell", CELL_BYTES);
    let (openings, acc) = cell.openings(&chain_start());
    let (indices, _) = cell.walk(&chain_start());
    for (slice, index) in indices.iter().enumerate() {
        let mut forged = openings.clone();
        forged[slice] = cell.opening((index + 1) % 101);
        assert_eq!(
            cell.check(&forged, &acc),
            Err(PossessionError::LeafNotUnderRoot)
        );
    }
}

#[test]
fn h4_truncated_paths_missing_leaves_and_a_ninth_leaf_are_refused() {
    let cell = Watched::new("cell", CELL_BYTES);
    let (openings, acc) = cell.openings(&chain_start());
    let mut truncated = openings.clone();
    truncated[0].path.pop();
    assert_eq!(
        cell.check(&truncated, &acc),
        Err(PossessionError::LeafNotUnderRoot)
    );
    assert_eq!(
        cell.check(&openings[..7], &acc),
        Err(PossessionError::WrongCount)
    );
    let nine = [openings.clone(), openings[..1].to_vec()].concat();
    assert_eq!(cell.check(&nine, &acc), Err(PossessionError::WrongCount));
}

#[test]
fn h6_a_tree_over_leaves_without_bytes_does_not_stand_for_a_large_cell() {
    // The producer commits to 101 empty leaves and declares 101 KiB; its accomplices would need no byte of them.
    let empty = vec![chainflix_primitives::merkle::leaf_hash::<Sha256>(&[]); 101];
    let tree = Tree::new::<Sha256>(empty);
    let mut cell = Watched::new("cell", CELL_BYTES);
    cell.entry.plain_root = tree.root();
    let (indices, acc) = walk::<Sha256>(&chain_start(), 101, |_| Some(&[])).expect("a whole cell");
    let openings: Vec<PlainOpening> = indices
        .iter()
        .map(|index| PlainOpening {
            bytes: Vec::new().try_into().expect("nothing"),
            path: path(tree.proof(*index as usize).expect("a leaf")).expect("a short path"),
        })
        .collect();
    assert_eq!(
        cell.check(&openings, &acc),
        Err(PossessionError::LeafNotUnderRoot)
    );
}

#[test]
fn a_cell_of_fewer_than_eight_leaves_has_no_chain() {
    for leaves in 0..8 {
        assert!(
            (0..SLICES).any(|number| slice(number, leaves).is_none()),
            "{leaves}"
        );
        assert_eq!(walk::<Sha256>(&chain_start(), leaves, |_| Some(&[1])), None);
    }
    assert!((0..SLICES).all(|number| slice(number, 8).is_some()));
    assert_eq!(slice(SLICES, 1_000), None);
    let small = Watched::new("small", 7 * PLAIN_LEAF_BYTES);
    let openings = vec![small.opening(0); 8];
    assert_eq!(
        small.check(&openings, &[0; 32]),
        Err(PossessionError::WrongCount)
    );
}

#[test]
fn leaves_are_1_kib_but_for_the_last() {
    assert_eq!(leaf_count(0), 0);
    assert_eq!(leaf_count(1), 1);
    assert_eq!(leaf_count(1_024), 1);
    assert_eq!(leaf_count(1_025), 2);
    assert_eq!(leaf_bytes(1_025, 0), Some(1_024));
    assert_eq!(leaf_bytes(1_025, 1), Some(1));
    assert_eq!(leaf_bytes(1_024, 1), None);
    assert_eq!(leaf_bytes(0, 0), None);
}

#[test]
fn c1_without_the_constant_no_index_is_known_and_without_a_leaf_none_after_it() {
    // Over many constants each slice's index takes (nearly) every value; over many contents of one leaf the next too.
    let cell = Watched::new("cell", CELL_BYTES);
    let mut seen = vec![std::collections::BTreeSet::new(); 8];
    for round in 0..400u32 {
        let constant = RandomConstant(bytes(&format!("constant {round}")));
        let (indices, _) = cell.walk(&ChainStart {
            constant,
            ..chain_start()
        });
        for (slice, index) in indices.iter().enumerate() {
            seen[slice].insert(*index);
        }
    }
    for (number, values) in (0..SLICES).zip(&seen) {
        let range = slice(number, 101).expect("a slice");
        assert_eq!(values.len(), range.len(), "slice {number}");
        assert!(values.iter().all(|index| range.contains(index)));
    }
    let acc = start::<Sha256>(&chain_start());
    let next: std::collections::BTreeSet<u32> = (0..400u32)
        .map(|content| step::<Sha256>(0, &acc, &content.to_le_bytes()))
        .map(|acc| leaf_index(1, 101, &acc).expect("a slice"))
        .collect();
    assert_eq!(next.len(), slice(1, 101).expect("a slice").len());
}

#[test]
fn r3_r4_a_nonce_holds_for_one_chain_one_cycle_one_viewer_and_one_cell_only() {
    let input = NonceInput {
        genesis: genesis(),
        acc: bytes("acc"),
        viewer: account("viewer"),
        cell: chain_start().cell,
        play_code: PlayCode(bytes("play code")),
        cycle: 2,
    };
    let nonce = input.mine::<Sha256>(16, 0..10_000_000).expect("10⁷ tries");
    assert!(input.is_met::<Sha256>(nonce, 16));
    let elsewhere = [
        NonceInput {
            genesis: bytes("another chain"),
            ..input
        },
        NonceInput { cycle: 3, ..input },
        NonceInput {
            viewer: account("somebody else"),
            ..input
        },
        NonceInput {
            acc: bytes("another acc"),
            ..input
        },
        NonceInput {
            cell: bytes::<32>("another cell").into(),
            ..input
        },
        NonceInput {
            play_code: PlayCode(bytes("another code")),
            ..input
        },
    ];
    for other in elsewhere {
        assert!(!other.is_met::<Sha256>(nonce, 16), "{other:?}");
    }
}

#[test]
fn leading_zero_bits_are_counted_over_bytes() {
    assert_eq!(leading_zero_bits(&[0; 32]), 256);
    let mut digest = [0; 32];
    digest[2] = 0b0001_0000;
    assert_eq!(leading_zero_bits(&digest), 19);
    digest[0] = 0x80;
    assert_eq!(leading_zero_bits(&digest), 0);
}

#[test]
fn parts_of_different_length_are_not_confused_in_a_step() {
    // The accumulator has a fixed length and stands before the leaf: moving a byte across changes the hash.
    let a = step::<Sha256>(0, &[1; 32], &[1, 2, 3]);
    let b = step::<Sha256>(0, &[1; 32], &[1, 2]);
    assert_ne!(a, b);
    let preimage = [
        b"chainflix/possession-step/1".as_slice(),
        &[0],
        &[1; 32],
        &[1, 2, 3],
    ]
    .concat();
    assert_eq!(a, Sha256::sha256(&preimage));
}

proptest! {
    #[test]
    fn the_eight_slices_cover_every_leaf_once(leaves in 8u32..5_000_000) {
        let mut next = 0;
        for number in 0..SLICES {
            let range = slice(number, leaves).expect("at least 8 leaves");
            prop_assert_eq!(range.start, next);
            prop_assert!(range.len() as u32 >= leaves / 8);
            next = range.end;
        }
        prop_assert_eq!(next, leaves);
    }

    #[test]
    fn leaf_lengths_sum_to_the_cell(bytes in 1u64..3_000_000) {
        let sum: usize = (0..leaf_count(bytes)).map(|n| leaf_bytes(bytes, n).expect("a leaf")).sum();
        prop_assert_eq!(sum as u64, bytes);
        prop_assert_eq!(leaf_bytes(bytes, leaf_count(bytes)), None);
    }

    #[test]
    fn h1_any_changed_byte_of_an_opened_leaf_is_noticed(
        slice in 0usize..8, at in any::<prop::sample::Index>(), change in 1u8..=255,
    ) {
        let cell = Watched::new("cell", CELL_BYTES);
        let (mut openings, acc) = cell.openings(&chain_start());
        let mut bytes = openings[slice].bytes.to_vec();
        let place = at.index(bytes.len());
        bytes[place] ^= change;
        openings[slice].bytes = bytes.try_into().expect("1 KiB");
        prop_assert_eq!(cell.check(&openings, &acc), Err(PossessionError::LeafNotUnderRoot));
    }

    #[test]
    fn any_cell_of_fitting_size_can_be_proved(length in 8 * PLAIN_LEAF_BYTES..60_000) {
        let cell = Watched::new("any", length);
        let (openings, acc) = cell.openings(&chain_start());
        prop_assert_eq!(cell.check(&openings, &acc), Ok(()));
    }
}

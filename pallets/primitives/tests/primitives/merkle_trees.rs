use chainflix_primitives::{
    Hash32, Sha256,
    merkle::{self, RootBuilder, Tree, empty_root, leaf_hash, node_hash, proof, root, verify},
};
use proptest::prelude::*;

fn leaves(count: u32) -> Vec<Hash32> {
    (0..count)
        .map(|n| leaf_hash::<Sha256>(&n.to_le_bytes()))
        .collect()
}

#[test]
fn m1_the_empty_tree_has_the_hash_of_nothing_and_proves_no_leaf() {
    let nothing = hex::decode("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        .expect("hex");
    assert_eq!(root::<Sha256>(&[]).to_vec(), nothing);
    assert_eq!(
        Tree::new::<Sha256>(Vec::new()).root(),
        empty_root::<Sha256>()
    );
    assert_eq!(proof::<Sha256>(&[], 0), None);
    assert!(!verify::<Sha256>(
        [0; 32],
        0,
        0,
        &[],
        &empty_root::<Sha256>()
    ));
}

#[test]
fn m1_one_two_and_three_leaves_hash_as_rfc_6962_draws_them() {
    let l = leaves(3);
    assert_eq!(root::<Sha256>(&l[..1]), l[0]);
    let pair = node_hash::<Sha256>(&l[0], &l[1]);
    assert_eq!(root::<Sha256>(&l[..2]), pair);
    // The odd leaf moves up; duplicating it, as in other trees, would give another root.
    let three = node_hash::<Sha256>(&pair, &l[2]);
    assert_eq!(root::<Sha256>(&l), three);
    assert_ne!(
        three,
        node_hash::<Sha256>(&pair, &node_hash::<Sha256>(&l[2], &l[2]))
    );
}

#[test]
fn m1_the_roots_of_the_certificate_transparency_test_data_come_out() {
    // Leaves and roots of the reference tests of RFC 6962 (certificate-transparency, merkletree_test.cc).
    let inputs = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut builder = RootBuilder::<Sha256>::new();
    for (input, expected) in inputs.iter().zip(roots) {
        builder.push(leaf_hash::<Sha256>(&hex::decode(input).expect("hex")));
        assert_eq!(hex::encode(builder.root()), expected);
    }
}

#[test]
fn m1_a_tree_of_a_million_leaves_proves_its_first_last_and_middle_leaf() {
    let count = 1u32 << 20;
    let hashes = leaves(count);
    let expected = root::<Sha256>(&hashes);
    let tree = Tree::new::<Sha256>(hashes.clone());
    assert_eq!(tree.root(), expected);
    for index in [0, 1, count / 2 - 1, count / 2, count - 1] {
        let path = tree.proof(index as usize).expect("a leaf");
        assert_eq!(path.len(), 20);
        assert!(verify::<Sha256>(
            hashes[index as usize],
            index,
            count,
            &path,
            &expected
        ));
    }
    let one_more = leaves(count + 1);
    let path = Tree::new::<Sha256>(one_more.clone())
        .proof(count as usize)
        .expect("a leaf");
    assert_eq!(path, vec![expected]);
    assert!(verify::<Sha256>(
        one_more[count as usize],
        count,
        count + 1,
        &path,
        &root::<Sha256>(&one_more)
    ));
}

#[test]
fn m2_one_leaf_does_not_verify_at_a_second_index_even_among_equal_leaves() {
    for count in 2..40u32 {
        let hashes = leaves(count);
        let expected = root::<Sha256>(&hashes);
        for index in 0..count {
            let path = proof::<Sha256>(&hashes, index as usize).expect("a leaf");
            for other in (0..count).filter(|other| *other != index) {
                let passes =
                    verify::<Sha256>(hashes[index as usize], other, count, &path, &expected);
                assert!(!passes, "leaf {index} of {count} passed at {other}");
            }
        }
    }
    // Equal leaves stand at both places, each with a path of its own only.
    let twins = [leaf_hash::<Sha256>(b"twin"); 3];
    let expected = root::<Sha256>(&twins);
    let first = proof::<Sha256>(&twins, 0).expect("a leaf");
    assert!(verify::<Sha256>(twins[0], 0, 3, &first, &expected));
    assert!(!verify::<Sha256>(twins[0], 2, 3, &first, &expected));
}

#[test]
fn m3_a_proof_of_one_round_fails_against_the_root_of_another() {
    let mine = leaves(13);
    let mut theirs = mine.clone();
    theirs[12] = leaf_hash::<Sha256>(b"another view");
    let path = proof::<Sha256>(&mine, 4).expect("a leaf");
    assert!(verify::<Sha256>(
        mine[4],
        4,
        13,
        &path,
        &root::<Sha256>(&mine)
    ));
    assert!(!verify::<Sha256>(
        mine[4],
        4,
        13,
        &path,
        &root::<Sha256>(&theirs)
    ));
}

#[test]
fn m3_a_proof_fails_against_the_root_of_a_tree_of_another_count() {
    for count in 1..70u32 {
        let hashes = leaves(count);
        let expected = root::<Sha256>(&hashes);
        for index in 0..count {
            let path = proof::<Sha256>(&hashes, index as usize).expect("a leaf");
            for claimed in 1..70u32 {
                let other = leaves(claimed);
                let passes = verify::<Sha256>(
                    hashes[index as usize],
                    index,
                    claimed,
                    &path,
                    &root::<Sha256>(&other),
                );
                assert_eq!(
                    passes,
                    claimed == count,
                    "{index} of {count} as of {claimed}"
                );
            }
            assert!(!verify::<Sha256>(
                hashes[index as usize],
                count,
                count,
                &path,
                &expected
            ));
        }
    }
}

#[test]
fn a_count_that_gives_the_path_another_length_is_refused_and_roots_go_with_their_count() {
    let hashes = leaves(8);
    let expected = root::<Sha256>(&hashes);
    let path = proof::<Sha256>(&hashes, 0).expect("a leaf");
    // Leaf 0 has three siblings above it in trees of 5 to 8 leaves: the count is not under the root.
    for count in 1..70 {
        let passes = verify::<Sha256>(hashes[0], 0, count, &path, &expected);
        assert_eq!(passes, (5..=8).contains(&count), "{count}");
    }
}

#[test]
fn h4_an_inner_node_does_not_pass_for_a_leaf_and_a_truncated_path_fails() {
    let hashes = leaves(8);
    let expected = root::<Sha256>(&hashes);
    let path = proof::<Sha256>(&hashes, 0).expect("a leaf");
    let parent = node_hash::<Sha256>(&hashes[0], &hashes[1]);
    // With the true count the path has a fixed length.
    assert!(!verify::<Sha256>(parent, 0, 8, &path[1..], &expected));
    assert!(!verify::<Sha256>(hashes[0], 0, 8, &path[..2], &expected));
    // Content that looks like a node hashes to something else as a leaf.
    let content = [hashes[0], hashes[1]].concat();
    assert_ne!(leaf_hash::<Sha256>(&content), parent);
    let mut longer = path.clone();
    longer.push([0; 32]);
    assert!(!verify::<Sha256>(hashes[0], 0, 8, &longer, &expected));
    let endless = vec![[0; 32]; merkle::MAX_PROOF_LEN + 1];
    assert!(!verify::<Sha256>(
        hashes[0],
        0,
        u32::MAX,
        &endless,
        &expected
    ));
}

proptest! {
    #[test]
    fn every_index_of_every_size_verifies_and_tree_proof_and_builder_agree(count in 1u32..300) {
        let hashes = leaves(count);
        let tree = Tree::new::<Sha256>(hashes.clone());
        let mut builder = RootBuilder::<Sha256>::new();
        hashes.iter().for_each(|leaf| builder.push(*leaf));
        prop_assert_eq!(builder.count(), count);
        prop_assert_eq!(tree.count(), count as usize);
        prop_assert_eq!(tree.root(), root::<Sha256>(&hashes));
        prop_assert_eq!(tree.root(), builder.root());
        for index in 0..count {
            let path = tree.proof(index as usize).expect("a leaf");
            prop_assert_eq!(proof::<Sha256>(&hashes, index as usize), Some(path.clone()));
            prop_assert!(verify::<Sha256>(hashes[index as usize], index, count, &path, &tree.root()));
        }
        prop_assert_eq!(tree.proof(count as usize), None);
    }

    #[test]
    fn a_builder_goes_on_from_its_peaks_wherever_it_stopped(count in 0u32..300, stop in 0u32..300) {
        let hashes = leaves(count);
        let (before, after) = hashes.split_at(stop.min(count) as usize);
        let mut builder = RootBuilder::<Sha256>::new();
        before.iter().for_each(|leaf| builder.push(*leaf));
        let mut resumed = RootBuilder::<Sha256>::from_peaks(builder.peaks().to_vec());
        after.iter().for_each(|leaf| resumed.push(*leaf));
        prop_assert_eq!(resumed.count(), count);
        prop_assert_eq!(resumed.root(), root::<Sha256>(&hashes));
    }

    #[test]
    fn any_flipped_bit_in_leaf_path_or_root_fails(
        count in 1u32..200,
        at in any::<prop::sample::Index>(),
        bit in any::<prop::sample::Index>(),
    ) {
        let hashes = leaves(count);
        let index = at.index(count as usize);
        let place = u32::try_from(index).expect("below 200");
        let expected = root::<Sha256>(&hashes);
        let path = proof::<Sha256>(&hashes, index).expect("a leaf");
        // Leaf, root and path as one row of bytes, one bit of which flips.
        let mut row = vec![hashes[index], expected];
        row.extend(path);
        let bit = bit.index(row.len() * 256);
        row[bit / 256][bit % 256 / 8] ^= 1 << (bit % 8);
        prop_assert!(!verify::<Sha256>(row[0], place, count, &row[2..], &row[1]));
    }

    #[test]
    fn no_shorter_or_longer_path_leads_to_any_root(count in 1u32..2_000, at in any::<prop::sample::Index>()) {
        let hashes = leaves(count);
        let index = at.index(count as usize);
        let place = u32::try_from(index).expect("below 2,000");
        let path = proof::<Sha256>(&hashes, index).expect("a leaf");
        for length in 0..=merkle::MAX_PROOF_LEN {
            let mut other = path.clone();
            other.resize(length, [7; 32]);
            let leads = merkle::root_from_proof::<Sha256>(hashes[index], place, count, &other).is_some();
            prop_assert_eq!(leads, length == path.len());
        }
    }
}

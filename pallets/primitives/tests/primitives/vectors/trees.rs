//! Vectors of trees, chains and draws.

use chainflix_primitives::{
    AccountId, Hash32, Magnet, PlayCode, RandomConstant, Sha256,
    draw::{assigned_verifiers, commitment, draw, drawn_leaf, drawn_leaves, first_cycle_seed},
    ids::CellId,
    manifest::CellEntry,
    merkle,
    possession::{ChainStart, DEFAULT_DIFFICULTY, NonceInput, leaf_count, start, walk},
};
use serde_json::{Value, json};

use super::{hex, number, scale};
use crate::samples::{self, account, bytes, leaf_hashes, stream};

/// Trees over the contents `0`, `1`, … as little-endian `u32`, with every proof.
pub(super) fn merkle() -> Value {
    let cases = [0u32, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33].map(|count| {
        let leaves: Vec<Hash32> = (0..count)
            .map(|n| merkle::leaf_hash::<Sha256>(&n.to_le_bytes()))
            .collect();
        let proofs: Vec<Value> = (0..leaves.len())
            .filter_map(|index| merkle::proof::<Sha256>(&leaves, index))
            .map(|path| path.iter().map(hex).collect())
            .collect();
        json!({ "count": count, "root": hex(merkle::root::<Sha256>(&leaves)), "proofs": proofs })
    });
    json!({ "leaf_content": "index as little-endian u32", "trees": cases })
}

/// The possession chain over plaintexts that follow from a name, and the nonce mined over its end.
pub(super) fn possession() -> Value {
    let lengths = [8 * 1_024usize, 8 * 1_024 + 1, 20_000, 245_760, 1_000_003];
    let cases: Vec<Value> = lengths.into_iter().map(possession_of).collect();
    json!({
        "plaintext": "SHA-256(name ‖ block as little-endian u32), block after block, cut to length",
        "difficulty": DEFAULT_DIFFICULTY,
        "chains": cases,
    })
}

fn possession_of(length: usize) -> Value {
    let name = format!("plaintext {length}");
    let plaintext = stream(&name, length);
    let leaves: Vec<&[u8]> = plaintext.chunks(1_024).collect();
    let magnet = Magnet(bytes("video"));
    let from = ChainStart {
        constant: RandomConstant(bytes(&format!("constant {length}"))),
        play_code: PlayCode(bytes("play code")),
        viewer: account("viewer"),
        cell: CellId::of::<Sha256>(&magnet, 1, 3),
    };
    let count = leaf_count(length as u64);
    let (indices, acc) =
        walk::<Sha256>(&from, count, |index| leaves.get(index as usize).copied()).expect("a cell");
    let input = NonceInput {
        genesis: samples::genesis(),
        acc,
        viewer: from.viewer,
        cell: from.cell,
        play_code: from.play_code,
        cycle: 2,
    };
    let nonce = input
        .mine::<Sha256>(DEFAULT_DIFFICULTY, 0..u64::from(u32::MAX))
        .expect("a nonce below 2³²");
    json!({
        "name": name,
        "length": length,
        "magnet": hex(magnet.0),
        "rendition": 1,
        "index": 3,
        "cell_id": hex(from.cell.0),
        "plain_root": hex(merkle::root::<Sha256>(&leaf_hashes(&plaintext, 1_024))),
        "constant": hex(from.constant.0),
        "play_code": hex(from.play_code.0),
        "viewer": hex(from.viewer.0),
        "leaves": count,
        "start": hex(start::<Sha256>(&from)),
        "indices": indices,
        "acc": hex(acc),
        "genesis": hex(input.genesis),
        "cycle": input.cycle,
        "nonce": number(nonce),
        "nonce_hash": hex(input.hash::<Sha256>(nonce)),
    })
}

/// A manifest with two renditions: its encoding, magnet, cell entries and root.
pub(super) fn manifest() -> Value {
    let manifest = samples::manifest();
    let entries: Vec<Value> = manifest
        .entries()
        .map(|entry: &CellEntry| {
            let mut fields = serde_json::to_value(entry).expect("JSON");
            fields["plain_root"] = hex(entry.plain_root);
            fields["cipher_root"] = hex(entry.cipher_root);
            fields["scale"] = scale(entry);
            fields["leaf_hash"] = hex(entry.leaf_hash::<Sha256>());
            fields
        })
        .collect();
    json!({
        "title": manifest.title,
        "total_playtime_ms": manifest.total_playtime_ms,
        "scale": scale(&manifest),
        "magnet": hex(manifest.magnet::<Sha256>().0),
        "entries": entries,
        "root": hex(manifest.root::<Sha256>()),
    })
}

/// Commitments, a draw, what is drawn by it, and assignments.
pub(super) fn draws() -> Value {
    let preimages: Vec<Hash32> = (0..4).map(|n| bytes(&format!("preimage {n}"))).collect();
    let drawn = draw::<Sha256>(20_001, &preimages);
    let root: Hash32 = bytes("view block");
    let leaves = [1u32, 2, 5, 64, 1_000_000].map(|count| {
        let by_number: Vec<Option<u32>> = (0..4)
            .map(|k| drawn_leaf::<Sha256>(&drawn, &root, count, k))
            .collect();
        let opened = drawn_leaves::<Sha256>(&drawn, &root, count);
        json!({ "count": count, "by_number": by_number, "opened": opened })
    });
    let set: Vec<AccountId> = (0..7).map(|n| account(&format!("verifier {n}"))).collect();
    let assignments = ["viewer", "viewer 1", "viewer 2"].map(|name| {
        let viewer = account(name);
        let assigned: Vec<Value> = assigned_verifiers::<Sha256>(&drawn, &viewer, &set)
            .iter()
            .map(|verifier| hex(verifier.0))
            .collect();
        json!({ "viewer": hex(viewer.0), "assigned": assigned })
    });
    json!({
        "round": 20_001,
        "preimages": preimages.iter().map(hex).collect::<Vec<_>>(),
        "commitments": preimages.iter().map(|p| hex(commitment::<Sha256>(p))).collect::<Vec<_>>(),
        "draw": hex(drawn),
        "root": hex(root),
        "drawn_leaves": leaves,
        "first_cycle_seed": hex(first_cycle_seed::<Sha256>()),
        "seed": hex(drawn),
        "verifiers": set.iter().map(|verifier| hex(verifier.0)).collect::<Vec<_>>(),
        "assignments": assignments,
    })
}

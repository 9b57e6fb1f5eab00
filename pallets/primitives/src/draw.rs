//! Draws: randomness that no single verifier controls, and what is chosen by it.

use alloc::vec::Vec;

use crate::hash::{Hash32, Hasher, label};
use crate::ids::AccountId;
use crate::report::DRAWN_LEAVES;
use crate::rounds::Round;

/// Verifiers that a viewer is assigned to in a cycle.
pub const ASSIGNED_VERIFIERS: usize = 2;

/// Commitment to `preimage`.
#[must_use]
pub fn commitment<H: Hasher>(preimage: &Hash32) -> Hash32 {
    H::sha256_parts(&[label::COMMITMENT, preimage])
}

/// Draw of `round`, from the preimages that the reports with verdicts on it revealed, in verifier order.
#[must_use]
pub fn draw<'a, H: Hasher>(
    round: Round,
    preimages: impl IntoIterator<Item = &'a Hash32>,
) -> Hash32 {
    let mut bytes = Vec::from(label::DRAW);
    bytes.extend_from_slice(&round.to_le_bytes());
    for preimage in preimages {
        bytes.extend_from_slice(preimage);
    }
    H::sha256(&bytes)
}

/// Drawn leaf number `k` of a tree under `root` with `count` leaves. `None` for an empty tree.
#[must_use]
pub fn drawn_leaf<H: Hasher>(draw: &Hash32, root: &Hash32, count: u32, k: u32) -> Option<u32> {
    let digest = H::sha256_parts(&[label::DRAWN_LEAF, draw, root, &k.to_le_bytes()]);
    let (head, _) = digest.split_first_chunk::<8>()?;
    u32::try_from(u64::from_le_bytes(*head).checked_rem(u64::from(count))?).ok()
}

/// The leaves of a header that are opened: at most four, ascending, each once.
#[must_use]
pub fn drawn_leaves<H: Hasher>(draw: &Hash32, root: &Hash32, count: u32) -> Vec<u32> {
    let mut leaves: Vec<u32> = (0..DRAWN_LEAVES)
        .filter_map(|k| drawn_leaf::<H>(draw, root, count, k))
        .collect();
    leaves.sort_unstable();
    leaves.dedup();
    leaves
}

/// Seed of cycle 0, which no settled round precedes.
#[must_use]
pub fn first_cycle_seed<H: Hasher>() -> Hash32 {
    H::sha256(label::FIRST_SEED)
}

/// The two verifiers of `set` that may issue tickets to `viewer` in the cycle of `seed`: those with the highest
/// `SHA-256(seed ‖ viewer ‖ verifier)`, highest first. A set of one gives one.
#[must_use]
pub fn assigned_verifiers<H: Hasher>(
    seed: &Hash32,
    viewer: &AccountId,
    set: &[AccountId],
) -> Vec<AccountId> {
    let mut ranked: Vec<(Hash32, AccountId)> = set
        .iter()
        .map(|verifier| {
            (
                H::sha256_parts(&[label::ASSIGNMENT, seed, &viewer.0, &verifier.0]),
                *verifier,
            )
        })
        .collect();
    ranked.sort_unstable_by(|a, b| b.cmp(a));
    ranked
        .into_iter()
        .take(ASSIGNED_VERIFIERS)
        .map(|(_, verifier)| verifier)
        .collect()
}

/// Whether `verifier` is among the assigned verifiers of `viewer`.
#[must_use]
pub fn is_assigned<H: Hasher>(
    seed: &Hash32,
    viewer: &AccountId,
    set: &[AccountId],
    verifier: &AccountId,
) -> bool {
    assigned_verifiers::<H>(seed, viewer, set).contains(verifier)
}

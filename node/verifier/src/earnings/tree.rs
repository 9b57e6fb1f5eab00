//! The tree over lifetime totals, kept from round to round: a round hashes what it changed, not every account.

use chainflix_primitives::{
    AccountId, Round, Sha256,
    earnings::leaf_hash,
    hash::Hash32,
    merkle,
    report::{EARNINGS_VERSION, EarningsTriple},
};

/// The RFC 6962 tree over (account, lifetime total in units), by ascending account.
///
/// ```
/// use chainflix_primitives::AccountId;
/// use chainflix_verifier::EarningsTree;
///
/// let (alice, bob) = (AccountId([1; 32]), AccountId([2; 32]));
/// let mut tree = EarningsTree::new([(alice, 5), (bob, 7)]);
/// let before = tree.root();
/// tree.bring_to([(alice, 5), (bob, 8)]);
/// assert_ne!(tree.root(), before);
/// assert_eq!(tree.root(), EarningsTree::new([(alice, 5), (bob, 8)]).root());
/// ```
#[derive(Clone, Debug, Default)]
pub struct EarningsTree {
    totals: Vec<(AccountId, u128)>,
    /// Hashes level by level, leaves first. An odd last hash of a level moves up unchanged.
    levels: Vec<Vec<Hash32>>,
}

impl EarningsTree {
    /// The tree over `totals`, which ascend by account, each once.
    #[must_use]
    pub fn new(totals: impl IntoIterator<Item = (AccountId, u128)>) -> Self {
        let mut tree = Self::default();
        tree.bring_to(totals);
        tree
    }

    /// Makes it the tree over `totals`, which ascend by account, each once.
    ///
    /// All accounts are looked at; hashed are those whose total changed and the nodes above them. An account that is new, or
    /// gone, moves all behind it to another place: the nodes to the right of it are hashed again.
    pub fn bring_to(&mut self, totals: impl IntoIterator<Item = (AccountId, u128)>) {
        let mut totals = totals.into_iter().peekable();
        let mut changed = Vec::new();
        let mut in_place = 0usize;
        for (account, total) in &mut self.totals {
            let Some((_, now)) = totals.next_if(|(other, _)| other == account) else {
                break;
            };
            if now != *total {
                *total = now;
                changed.push((in_place, leaf_hash::<Sha256>(account, now)));
            }
            in_place = in_place.saturating_add(1);
        }
        let mut leaves = match self.levels.first_mut() {
            Some(leaves) => std::mem::take(leaves),
            None => Vec::new(),
        };
        for (place, hash) in &changed {
            if let Some(leaf) = leaves.get_mut(*place) {
                *leaf = *hash;
            }
        }
        if totals.peek().is_some() || in_place < self.totals.len() {
            self.move_behind(in_place, &mut leaves, totals);
        }
        let changed = changed.into_iter().map(|(place, _)| place).collect();
        self.hash_nodes(leaves, changed, in_place);
    }

    /// Takes accounts from place `from` on anew. What is known of one goes with it.
    fn move_behind(
        &mut self,
        from: usize,
        leaves: &mut Vec<Hash32>,
        totals: impl Iterator<Item = (AccountId, u128)>,
    ) {
        let mut known = self
            .totals
            .split_off(from)
            .into_iter()
            .zip(leaves.split_off(from))
            .peekable();
        for (account, total) in totals {
            while known.next_if(|((other, _), _)| *other < account).is_some() {}
            let same = known.next_if(|((other, _), _)| *other == account);
            let hash = match same {
                Some(((_, before), hash)) if before == total => hash,
                _ => leaf_hash::<Sha256>(&account, total),
            };
            self.totals.push((account, total));
            leaves.push(hash);
        }
    }

    /// Hashes the nodes above the leaves at `changed`, ascending, and all those above or behind leaf `from`.
    fn hash_nodes(&mut self, leaves: Vec<Hash32>, mut changed: Vec<usize>, mut from: usize) {
        let mut levels = std::mem::take(&mut self.levels).into_iter().skip(1);
        let mut below = leaves;
        while below.len() > 1 {
            let mut level = levels.next().unwrap_or_default();
            from /= 2;
            level.truncate(from);
            for place in &mut changed {
                *place /= 2;
            }
            changed.dedup();
            for place in &changed {
                if let (Some(node), Some(hash)) = (level.get_mut(*place), node(&below, *place)) {
                    *node = hash;
                }
            }
            let count = below.len().div_ceil(2);
            level.extend((level.len()..count).filter_map(|place| node(&below, place)));
            self.levels.push(std::mem::replace(&mut below, level));
        }
        self.levels.push(below);
    }

    /// The root.
    #[must_use]
    pub fn root(&self) -> Hash32 {
        let top = self.levels.last().and_then(|level| level.first());
        top.copied().unwrap_or_else(merkle::empty_root::<Sha256>)
    }

    /// Totals in the order of the leaves.
    pub(crate) fn totals(&self) -> &[(AccountId, u128)] {
        &self.totals
    }

    /// Number of accounts.
    #[must_use]
    pub fn count(&self) -> usize {
        self.totals.len()
    }

    /// What a report says of these earnings as of a round. `None` when the sum exceeds 128 bits.
    #[must_use]
    pub fn triple(&self, as_of: Round) -> Option<EarningsTriple> {
        let mut totals = self.totals.iter().map(|(_, total)| *total);
        Some(EarningsTriple {
            as_of,
            root: self.root(),
            count: u32::try_from(self.totals.len()).ok()?,
            sum: totals.try_fold(0u128, u128::checked_add)?,
            version: EARNINGS_VERSION,
        })
    }

    /// An account's place, and its total in units. `None` for one that has earned nothing.
    #[must_use]
    pub fn place_of(&self, account: &AccountId) -> Option<(usize, u128)> {
        let place = self
            .totals
            .binary_search_by_key(account, |(account, _)| *account)
            .ok()?;
        let (_, total) = self.totals.get(place)?;
        Some((place, *total))
    }

    /// Sibling hashes of the account at `place`, from the leaf up. `None` when there is none.
    #[must_use]
    pub fn proof(&self, place: usize) -> Option<Vec<Hash32>> {
        self.totals.get(place)?;
        let mut position = place;
        let mut path = Vec::new();
        for level in &self.levels {
            path.extend(level.get(position ^ 1));
            position >>= 1;
        }
        Some(path)
    }
}

/// The node at `place` above two hashes, or above the last one.
fn node(below: &[Hash32], place: usize) -> Option<Hash32> {
    match below.get(place.checked_mul(2)?..)? {
        [left, right, ..] => Some(merkle::node_hash::<Sha256>(left, right)),
        [single] => Some(*single),
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chainflix_primitives::merkle::Tree;
    use proptest::prelude::*;

    use super::*;

    fn account(number: u8) -> AccountId {
        AccountId([number; 32])
    }

    fn from_scratch(totals: &BTreeMap<AccountId, u128>) -> Tree {
        let leaves = totals.iter();
        Tree::new::<Sha256>(
            leaves
                .map(|(account, total)| leaf_hash::<Sha256>(account, *total))
                .collect(),
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn the_kept_tree_is_the_tree_from_scratch_after_any_changes(
            rounds in prop::collection::vec(
                prop::collection::vec((any::<u8>(), prop::option::weighted(0.9, any::<u8>())), 0..40),
                1..12,
            )
        ) {
            let mut totals = BTreeMap::new();
            let mut tree = EarningsTree::default();
            for round in rounds {
                for (number, total) in round {
                    match total {
                        Some(total) => totals.insert(account(number), u128::from(total)),
                        None => totals.remove(&account(number)),
                    };
                }
                tree.bring_to(totals.clone());
                let anew = from_scratch(&totals);
                prop_assert_eq!(tree.root(), anew.root());
                prop_assert_eq!(tree.count(), totals.len());
                for (place, (account, total)) in totals.iter().enumerate() {
                    prop_assert_eq!(tree.place_of(account), Some((place, *total)));
                    prop_assert_eq!(tree.proof(place), anew.proof(place));
                }
                prop_assert_eq!(tree.proof(totals.len()), None);
            }
        }
    }

    #[test]
    fn a_sum_above_128_bits_has_no_triple() {
        let tree = EarningsTree::new([(account(1), u128::MAX), (account(2), 1)]);
        assert_eq!(tree.triple(3), None);
        let one = EarningsTree::new([(account(1), u128::MAX)]);
        assert_eq!(one.triple(3).map(|triple| triple.sum), Some(u128::MAX));
    }
}

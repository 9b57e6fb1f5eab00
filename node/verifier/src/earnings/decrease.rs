//! Adopted earnings that took from an account: found by their totals, proven on chain.
//!
//! Whoever voted for them has the totals, and has to show them to whoever shall be able to claim. Nobody else can: what is
//! kept back by all who voted is proven by nobody.

use std::sync::Arc;

use bounded_collections::BoundedVec;
use chainflix_primitives::{
    AccountId, Round,
    decrease::{AccountTotal, DecreaseProof, LaterTotal},
    hash::Hash32,
};

use super::EarningsTree;
use crate::context::Context;
use crate::error::Failure;
use crate::store::earnings::Adopted;
use crate::store::tables::{ADOPTED, TRIPLES};

/// Looks at adopted earnings that are not the own.
#[derive(Default)]
pub(super) struct Decreases {
    /// The last root that was looked for, and in which round.
    looked: Option<(Hash32, Round)>,
    /// Whether that root's totals were seen.
    is_seen: bool,
    /// Whether a proof lies in the mirror.
    is_left: bool,
}

impl Decreases {
    /// Proves the last adopted earnings wrong, if they took from an account. Others are asked for them once a round until one
    /// shows them.
    pub(super) async fn look(&mut self, context: &Context) -> Result<(), Failure> {
        let Some((wrong, earlier)) = differing(context)? else {
            self.looked = None;
            if std::mem::take(&mut self.is_left) {
                context.duties.clear_decrease();
            }
            return Ok(());
        };
        let root = wrong.triple.root;
        let now = context.place().round;
        let same_root = self.looked.is_some_and(|(looked, _)| looked == root);
        if self.looked == Some((root, now)) || (same_root && self.is_seen) {
            return Ok(());
        }
        self.looked = Some((root, now));
        self.is_seen = false;
        let later = match context.exchange.totals(&wrong.triple).await {
            Ok(tree) => tree,
            Err(error) => {
                tracing::warn!(%error, as_of = wrong.triple.as_of, "nobody shows the totals of the adopted earnings");
                return Ok(());
            }
        };
        self.is_seen = true;
        let Some(tree) = context.proofs.of(context, earlier)? else {
            return Ok(());
        };
        let as_of = wrong.triple.as_of;
        let found = tokio::task::spawn_blocking(move || find(&tree, earlier, &later, as_of)).await;
        match found.map_err(|_| Failure::Interrupted)? {
            Some(proof) => {
                tracing::error!(
                    account = %proof.account,
                    earlier = proof.earlier.total,
                    later = proof.later.total(),
                    as_of,
                    "the adopted earnings took from an account; the proof goes on chain"
                );
                context.duties.decrease(&proof);
                context.duties.kick();
                self.is_left = true;
            }
            None => tracing::warn!(as_of, "the adopted earnings took from nobody"),
        }
        Ok(())
    }
}

/// The last adopted earnings when they are not the own, and the round of the last ones before that are.
fn differing(context: &Context) -> Result<Option<(Adopted, Round)>, Failure> {
    if context.missed.get().is_some() {
        // The own ones are wrong.
        return Ok(None);
    }
    let view = context.store.view()?;
    let mut adopted = view
        .range_back(ADOPTED, &0, &Round::MAX, usize::MAX)?
        .into_iter();
    let Some((as_of, last)) = adopted.next() else {
        return Ok(None);
    };
    let own = view.get(TRIPLES, &as_of)?;
    if own.is_none_or(|own| own.root == last.triple.root) {
        return Ok(None);
    }
    for (round, before) in adopted {
        let own = view.get(TRIPLES, &round)?;
        if own.is_some_and(|own| own.root == before.triple.root) {
            return Ok(Some((last, round)));
        }
    }
    Ok(None)
}

/// The first account that has less under `later` than under `earlier`.
fn find(
    earlier: &Arc<EarningsTree>,
    earlier_as_of: Round,
    later: &EarningsTree,
    later_as_of: Round,
) -> Option<DecreaseProof> {
    // Whoever made the later tree may have put its leaves in any order.
    let mut order: Vec<(AccountId, u128, usize)> = Vec::with_capacity(later.count());
    for (place, (account, total)) in later.totals().iter().enumerate() {
        order.push((*account, *total, place));
    }
    order.sort_unstable();
    for (place, (account, total)) in earlier.totals().iter().enumerate() {
        let at = order.partition_point(|(other, ..)| other < account);
        let found = order.get(at).filter(|(other, ..)| other == account);
        let left = found.map_or(0, |(_, left, _)| *left);
        if left >= *total {
            continue;
        }
        return Some(DecreaseProof {
            account: *account,
            earlier_as_of,
            earlier: total_at(earlier, place)?.1,
            later_as_of,
            later: match found {
                Some((.., place)) => LaterTotal::Total(total_at(later, *place)?.1),
                None => neighbours(later, account),
            },
        });
    }
    None
}

/// The leaves between which an account that is not there would stand. In whatever order they are, there are two side by side.
fn neighbours(tree: &EarningsTree, account: &AccountId) -> LaterTotal {
    let totals = tree.totals();
    let after = totals.iter().position(|(other, _)| other > account);
    let before = after.unwrap_or(totals.len()).checked_sub(1);
    LaterTotal::Absent {
        before: before.and_then(|place| total_at(tree, place)),
        after: after.and_then(|place| total_at(tree, place)),
    }
}

fn total_at(tree: &EarningsTree, place: usize) -> Option<(AccountId, AccountTotal)> {
    let (account, total) = tree.totals().get(place)?;
    let at = AccountTotal {
        total: *total,
        index: u32::try_from(place).ok()?,
        proof: BoundedVec::try_from(tree.proof(place)?).ok()?,
    };
    Some((*account, at))
}

#[cfg(test)]
mod tests {
    use chainflix_primitives::Sha256;
    use proptest::prelude::*;

    use super::*;

    fn tree(totals: &[(u8, u128)]) -> Arc<EarningsTree> {
        let totals = totals.iter();
        Arc::new(EarningsTree::new(
            totals.map(|(number, total)| (AccountId([*number; 32]), *total)),
        ))
    }

    fn found(earlier: &[(u8, u128)], later: &[(u8, u128)]) -> Option<DecreaseProof> {
        let (earlier, later) = (tree(earlier), tree(later));
        let proof = find(&earlier, 10, &later, 20)?;
        let triples = (earlier.triple(10)?, later.triple(20)?);
        assert!(proof.holds::<Sha256>(&triples.0, &triples.1), "{proof:?}");
        Some(proof)
    }

    #[test]
    fn b1_a_decrease_is_found_in_whatever_order_the_later_leaves_stand() {
        let earlier = [(1, 5), (2, 7), (4, 9)];
        let of = |later: &[(u8, u128)]| found(&earlier, later).map(|proof| proof.account.0[0]);
        assert_eq!(of(&[(1, 5), (2, 7), (3, 1), (4, 9)]), None);
        assert_eq!(of(&[(1, 5), (2, 6), (4, 10)]), Some(2));
        assert_eq!(of(&[(1, 5), (4, 16)]), Some(2), "left out");
        assert_eq!(of(&[(2, 7), (4, 14)]), Some(1), "the first is left out");
        assert_eq!(of(&[(1, 5), (2, 16)]), Some(4), "the last is left out");
        assert_eq!(of(&[]), Some(1));
        assert_eq!(of(&[(4, 9), (1, 12)]), Some(2), "out of order");
        assert_eq!(of(&[(1, 5), (2, 7), (2, 6), (4, 9)]), Some(2), "twice");
    }

    proptest! {
        #[test]
        fn b1_a_proof_is_made_exactly_when_somebody_has_less_and_it_holds(
            earlier in prop::collection::btree_map(any::<u8>(), 1u128..6, 0..20),
            later in prop::collection::vec((any::<u8>(), 1u128..6), 0..20),
        ) {
            let earlier: Vec<(u8, u128)> = earlier.into_iter().collect();
            let has_less = earlier.iter().any(|(account, total)| {
                let mut said = later.iter().filter(|(other, _)| other == account).peekable();
                said.peek().is_none() || said.any(|(_, left)| left < total)
            });
            prop_assert_eq!(found(&earlier, &later).is_some(), has_less);
        }
    }
}

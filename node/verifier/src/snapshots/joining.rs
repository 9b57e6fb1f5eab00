//! Taking a snapshot of others for an own ledger that can't be computed any more: the chain has dropped settled rounds, or
//! nobody holds the bodies of one.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use chainflix_primitives::{
    AccountId, Round, earnings::Ledger, hash::Hash32, report::EarningsTriple,
};

use super::{SnapshotError, SnapshotHead, SnapshotReader};
use crate::chain::At;
use crate::chain::verifiers::Peer;
use crate::context::Context;
use crate::earnings::EarningsTree;
use crate::error::Failure;

/// Most adopted roots that are remembered, and snapshots that are not taken again.
const REMEMBERED: usize = 128;
/// The same has to be said by more than so many hundredths of the others, as of verdicts and votes.
const MAJORITY_PERCENT: usize = 51;

/// A snapshot that is here, read through and held against adopted earnings.
pub(crate) struct Ready {
    pub(crate) head: SnapshotHead,
    pub(crate) ledger: Ledger,
    pub(crate) tree: EarningsTree,
    /// The adopted earnings under which its totals are.
    pub(crate) adopted: EarningsTriple,
    /// The chain's round when it was ready.
    pub(crate) since: Round,
}

/// Between the task that fetches snapshots and the accountant.
#[derive(Default)]
pub(crate) struct Joining {
    /// The accountant can't go on: nobody gives what it needs.
    is_stuck: AtomicBool,
    /// What waits for the accountant.
    ready: Mutex<Option<Box<Ready>>>,
    /// Roots of snapshots that were wrong.
    refused: Mutex<Vec<Hash32>>,
}

impl Joining {
    /// Notes whether the accountant can't go on.
    pub(crate) fn set_stuck(&self, is_stuck: bool) {
        self.is_stuck.store(is_stuck, Ordering::Relaxed);
    }

    /// Whether it can't.
    pub(crate) fn is_stuck(&self) -> bool {
        self.is_stuck.load(Ordering::Relaxed)
    }

    fn ready(&self) -> MutexGuard<'_, Option<Box<Ready>>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Since which round a snapshot waits to be put in place, if one does.
    pub(crate) fn ready_since(&self) -> Option<Round> {
        self.ready().as_ref().map(|ready| ready.since)
    }

    /// The snapshot that waits.
    pub(crate) fn take(&self) -> Option<Box<Ready>> {
        self.ready().take()
    }

    fn refused(&self) -> MutexGuard<'_, Vec<Hash32>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A snapshot was wrong: it is not taken again.
    pub(crate) fn refuse(&self, root: Hash32) {
        let mut refused = self.refused();
        refused.push(root);
        if refused.len() > REMEMBERED {
            refused.remove(0);
        }
    }
}

/// Runs until the service ends.
pub(crate) async fn run(context: Arc<Context>) {
    let mut blocks = context.chain.finalized_blocks();
    let mut adopted = BTreeMap::new();
    let mut asked_in = None;
    while blocks.changed().await.is_ok() {
        match step(&context, &mut adopted, &mut asked_in).await {
            Ok(()) => {}
            Err(error) => tracing::warn!(%error, "a snapshot of the earnings is looked for again"),
        }
    }
}

/// Whether the own ledger can't be computed any more.
pub(crate) fn is_needed(context: &Context) -> bool {
    context.missed.is_snapshot_needed() || context.joining.is_stuck()
}

/// Looks for a snapshot once a round, as long as one is needed.
async fn step(
    context: &Arc<Context>,
    adopted: &mut BTreeMap<Round, EarningsTriple>,
    asked_in: &mut Option<Round>,
) -> Result<(), Failure> {
    if let Some(last) = context.chain.adopted_earnings(At::Finalized)? {
        // Later ones were proven wrong.
        adopted.retain(|as_of, _| *as_of < last.as_of);
        adopted.insert(last.as_of, last);
        if adopted.len() > REMEMBERED {
            adopted.pop_first();
        }
    }
    if !is_needed(context) || context.joining.ready_since().is_some() {
        return Ok(());
    }
    let round = context.chain.standing(At::Best)?.round;
    if *asked_in == Some(round) {
        return Ok(());
    }
    *asked_in = Some(round);
    let own = context.chain.local_verifier();
    let mut others = context.chain.verifier_set(At::Best, round)?;
    others.retain(|account| Some(*account) != own);
    let said = context.exchange.snapshot_heads(&others).await;
    let ledger = context.store.view()?.ledger_round()?;
    let refused = context.joining.refused().clone();
    let after = ledger.filter(|_| context.missed.get().is_none());
    // Of counted rounds the fourth is settled.
    let settled = context
        .chain
        .standing(At::Finalized)?
        .counted
        .get(3)
        .copied();
    let is_of_use = |head: &SnapshotHead| {
        let is_settled = settled.is_some_and(|settled| head.as_of <= settled);
        let is_newer = after.is_none_or(|after| head.as_of > after);
        is_settled && is_newer && !refused.contains(&head.root)
    };
    let agreed = agreed(&said, others.len(), is_of_use);
    let Some((head, peers, under)) = newest_adopted(agreed, adopted) else {
        return Ok(());
    };
    take(context, head, peers, under, round).await
}

/// What more than 51 % of `others` verifiers say alike, with who they are.
fn agreed(
    said: &[(Peer, Vec<SnapshotHead>)],
    others: usize,
    is_of_use: impl Fn(&SnapshotHead) -> bool,
) -> BTreeMap<SnapshotHead, Vec<Peer>> {
    let mut by_head: BTreeMap<SnapshotHead, Vec<Peer>> = BTreeMap::new();
    for (peer, heads) in said {
        for head in heads.iter().filter(|head| is_of_use(head)) {
            let peers = by_head.entry(*head).or_default();
            if !peers.iter().any(|known| known.account == peer.account) {
                peers.push(*peer);
            }
        }
    }
    by_head.retain(|head, peers| {
        let alike = peers.len().saturating_mul(100);
        alike > others.saturating_mul(MAJORITY_PERCENT) && head.parts().is_some()
    });
    by_head
}

/// The newest whose totals are those of the last earnings that were adopted as of its round or before.
fn newest_adopted(
    agreed: BTreeMap<SnapshotHead, Vec<Peer>>,
    adopted: &BTreeMap<Round, EarningsTriple>,
) -> Option<(SnapshotHead, Vec<Peer>, EarningsTriple)> {
    agreed.into_iter().rev().find_map(|(head, peers)| {
        let (_, under) = adopted.range(..=head.as_of).next_back()?;
        (under.root == head.totals).then_some((head, peers, *under))
    })
}

/// Fetches a snapshot, reads it through, and leaves it for the accountant.
async fn take(
    context: &Arc<Context>,
    head: SnapshotHead,
    peers: Vec<Peer>,
    adopted: EarningsTriple,
    since: Round,
) -> Result<(), Failure> {
    let path = context.snapshots.taken();
    let by: Vec<AccountId> = peers.iter().map(|peer| peer.account).collect();
    tracing::info!(
        as_of = head.as_of,
        bytes = head.bytes,
        "fetching a snapshot of the earnings"
    );
    if let Err(error) = context.exchange.snapshot(&head, peers, &path).await {
        tracing::warn!(%error, as_of = head.as_of, "the snapshot is fetched later");
        return Ok(());
    }
    let genesis = context.genesis;
    let chain = Arc::clone(&context.chain);
    let read = tokio::task::spawn_blocking(move || {
        let reader = SnapshotReader::open(&path, &head, &genesis)?;
        let next = chain.settled_after(At::Finalized, reader.state().last_round, 1);
        match next.map(|next| next.first().map(|next| next.round)) {
            Ok(Some(next)) if next <= head.as_of => {
                Err(SnapshotError::Malformed("it lacks a settled round"))
            }
            Ok(_) => reader.ledger(&adopted),
            Err(error) => Err(error.into()),
        }
    });
    match read.await.map_err(|_| Failure::Interrupted)? {
        Ok((ledger, tree)) => {
            *context.joining.ready() = Some(Box::new(Ready {
                head,
                ledger,
                tree,
                adopted,
                since,
            }));
        }
        Err(SnapshotError::Store(error)) => return Err(error.into()),
        Err(SnapshotError::Chain(error)) => return Err(error.into()),
        Err(SnapshotError::File(error)) => {
            tracing::warn!(%error, "the snapshot can't be read");
        }
        Err(error) => {
            tracing::error!(
                %error,
                as_of = head.as_of,
                ?by,
                "these verifiers say the same of a snapshot, and it is wrong; it is not used"
            );
            context.joining.refuse(head.root);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(number: u8) -> Peer {
        Peer {
            account: AccountId([number; 32]),
            network_key: [number; 32],
            exchange_key: [number; 32],
        }
    }

    fn head(as_of: Round, totals: u8, root: u8) -> SnapshotHead {
        SnapshotHead {
            as_of,
            totals: [totals; 32],
            bytes: 10,
            part_bytes: 4,
            root: [root; 32],
        }
    }

    fn triple(as_of: Round, root: u8) -> (Round, EarningsTriple) {
        let triple = EarningsTriple {
            as_of,
            root: [root; 32],
            count: 1,
            sum: 1,
            version: 1,
        };
        (as_of, triple)
    }

    #[test]
    fn b3_a_snapshot_counts_when_more_than_51_percent_of_the_others_say_the_same_of_it() {
        let (honest, other) = (head(8, 1, 1), head(8, 1, 2));
        let said = |honest_ones: u8, liars: u8| {
            let honest_ones = (0..honest_ones).map(|number| (peer(number), vec![honest]));
            // One that says a thing twice is one.
            let liars = (100..100 + liars).map(|number| (peer(number), vec![other, other]));
            honest_ones.chain(liars).collect::<Vec<_>>()
        };
        let all = |honest_ones, liars, others| {
            let agreed = agreed(&said(honest_ones, liars), others, |_| true);
            agreed.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(all(2, 1, 3), [honest]);
        assert_eq!(all(1, 1, 3), [], "one of three is no majority");
        assert_eq!(all(2, 2, 4), [], "half is none");
        assert_eq!(all(3, 0, 6), [], "who says nothing counts");
        assert_eq!(all(1, 0, 1), [honest]);
        assert_eq!(all(0, 0, 0), []);
    }

    #[test]
    fn b3_the_totals_of_a_snapshot_are_those_of_the_last_adopted_root_before_or_at_its_round() {
        let adopted = BTreeMap::from([triple(3, 7), triple(8, 1), triple(20, 9)]);
        let chosen = |heads: &[SnapshotHead]| {
            let agreed = heads.iter().map(|head| (*head, vec![peer(1)])).collect();
            let chosen = newest_adopted(agreed, &adopted);
            chosen.map(|(head, _, under)| (head.as_of, under.as_of))
        };
        assert_eq!(chosen(&[head(8, 1, 1)]), Some((8, 8)));
        assert_eq!(chosen(&[head(16, 1, 1)]), Some((16, 8)), "nothing was paid");
        assert_eq!(chosen(&[head(8, 7, 1)]), None, "totals of another root");
        assert_eq!(chosen(&[head(2, 7, 1)]), None, "older than any root");
        let several = [head(8, 1, 1), head(16, 1, 2), head(24, 1, 3)];
        assert_eq!(chosen(&several), Some((16, 8)));
    }

    #[test]
    fn q1_a_snapshot_of_impossible_size_is_not_fetched() {
        let of = |bytes, part_bytes| {
            let head = SnapshotHead {
                bytes,
                part_bytes,
                ..head(8, 1, 1)
            };
            head.parts()
        };
        assert_eq!(of(10, 4), Some(3));
        assert_eq!(of(8, 4), Some(2));
        assert_eq!(of(0, 4), None);
        assert_eq!(of(10, 0), None);
        assert_eq!(of(10, 256 * 1024 + 1), None);
        assert_eq!(of(131_072 * 256 * 1024, 256 * 1024), Some(131_072));
        assert_eq!(of(131_072 * 256 * 1024 + 1, 256 * 1024), None);
        assert_eq!(of(u64::MAX, 1), None);
        assert_eq!(head(8, 1, 1).part(2), Some((8, 2)));
        assert_eq!(head(8, 1, 1).part(3), None);
    }
}

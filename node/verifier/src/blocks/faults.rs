//! Faults that were found: kept until the chain has them, brought forward one after the other.

use chainflix_primitives::{
    AccountId, Round,
    fault::FaultProof,
    report::{RejectReason, Verdict},
    rounds::CYCLE_ROUNDS,
};

use crate::chain::At;
use crate::checks::body::reject;
use crate::checks::faults::{Earlier, FaultSearch};
use crate::context::Context;
use crate::error::Failure;
use crate::store::tables::{FAULTS, LEAVES};

/// Earlier views that a body is held against in full.
const MOST_HITS: usize = 256;
/// Most proofs that wait.
const MOST: usize = 1_024;
/// The same proof is brought forward for so many blocks before another one has its turn.
const BLOCKS_EACH: u64 = 4;

/// What is wrong with a judged body and can be proved. A body that was right by itself may not stand beside an earlier one
/// of its issuer: it is rejected then.
pub(super) fn in_body(
    context: &Context,
    search: &FaultSearch<'_>,
    verdict: Verdict,
) -> Result<(Verdict, Option<FaultProof>), Failure> {
    match verdict {
        Verdict::Absent => Ok((verdict, None)),
        Verdict::Reject { leaf, .. } => Ok((verdict, search.find(leaf as usize))),
        Verdict::Approve => Ok(match beside_earlier(context, search)? {
            Some((index, proof)) => (reject(RejectReason::Duplicate, index), Some(proof)),
            None => (verdict, None),
        }),
    }
}

/// A leaf that overlaps one in an earlier block of the issuer, or is of the same minute and cycle.
fn beside_earlier(
    context: &Context,
    search: &FaultSearch<'_>,
) -> Result<Option<(usize, FaultProof)>, Failure> {
    let (issuer, round) = (search.context.issuer, search.context.round);
    let hits = context.recent.hits(issuer, round, search.leaves, MOST_HITS);
    for hit in hits {
        let headers = context.chain.headers(At::Best, hit.round)?;
        let header = headers
            .iter()
            .find(|(of, header)| *of == issuer && header.root == hit.root);
        let view = context.store.view()?;
        let (Some((_, header)), Some(hashes)) = (header, view.body_hashes(&hit.root)?) else {
            continue;
        };
        let Some(hash) = hashes.get(hit.earlier as usize) else {
            continue;
        };
        let Some(leaf) = view.get(LEAVES, hash)? else {
            continue;
        };
        let issued = search.context.clock.round_at(leaf.claim.issue_ms);
        let facts = match issued {
            Some(issued) => context.facts.round(issued)?,
            None => None,
        };
        let Some(facts) = facts else {
            continue;
        };
        let earlier = Earlier {
            round: hit.round,
            header,
            hashes: &hashes,
            index: hit.earlier,
            leaf,
            cycle: facts.cycle,
        };
        if let Some(proof) = search.against(hit.index, &earlier) {
            return Ok(Some((hit.index, proof)));
        }
    }
    Ok(None)
}

/// Keeps a proof until the chain has it, or takes it no more.
pub(super) async fn keep(context: &Context, proof: FaultProof) -> Result<(), Failure> {
    tracing::error!(
        verifier = %proof.issuer,
        round = proof.round,
        leaf = proof.leaf.index,
        fault = ?proof.evidence.kind(),
        "a verifier's block proves a fault; the proof goes on chain"
    );
    context.metrics.fault_found();
    context.audit.fault_found(context.time.now_ms(), &proof);
    let key = (proof.round, proof.issuer);
    context
        .store
        .writer()
        .write(move |batch| match batch.get(FAULTS, &key)? {
            // One fault of a block is enough.
            Some(_) => Ok(()),
            None => batch.put(FAULTS, &key, &proof),
        })
        .await?;
    Ok(())
}

/// The proofs that wait for the chain.
#[derive(Default)]
pub(super) struct FaultsDue {
    mirrored: Option<(Round, AccountId)>,
}

impl FaultsDue {
    /// Leaves the next proof for the off-chain worker, and forgets what the chain has.
    pub(super) async fn bring_forward(&mut self, context: &Context) -> Result<(), Failure> {
        let (first, last) = (
            (0, AccountId([0; 32])),
            (Round::MAX, AccountId([u8::MAX; 32])),
        );
        let waiting = context.store.view()?.range(FAULTS, &first, &last, MOST)?;
        if waiting.is_empty() {
            if self.mirrored.take().is_some() {
                context.duties.clear_fault();
            }
            return Ok(());
        }
        let now = context.place().round;
        let mut due = Vec::new();
        let mut over = Vec::new();
        for (key, proof) in waiting {
            let (round, issuer) = key;
            let is_old = now.saturating_sub(round) > CYCLE_ROUNDS;
            if is_old || context.chain.fault_proven(At::Finalized, issuer, round)? {
                over.push(key);
            } else if !context.chain.fault_proven(At::Best, issuer, round)? {
                due.push((key, proof));
            }
        }
        if !over.is_empty() {
            context
                .store
                .writer()
                .write(move |batch| over.iter().try_for_each(|key| batch.delete(FAULTS, key)))
                .await?;
        }
        // One that the chain does not take must not stand in the way of the others.
        let block = context.chain.best_blocks().borrow().number / BLOCKS_EACH;
        let turn = block.checked_rem(due.len() as u64).unwrap_or(0);
        let next = usize::try_from(turn).ok().and_then(|turn| due.get(turn));
        match next {
            Some((key, proof)) if self.mirrored != Some(*key) => {
                context.duties.fault(proof);
                context.duties.kick();
                self.mirrored = Some(*key);
            }
            None if self.mirrored.take().is_some() => context.duties.clear_fault(),
            _ => {}
        }
        Ok(())
    }
}

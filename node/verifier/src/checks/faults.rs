//! Faults that a body proves: what a verifier found wrong, in the form in which the chain believes it.
//!
//! A candidate counts only when [`FaultProof::holds`], the very rule by which the chain judges it, says so here. What is
//! wrong and proves nothing (a derivation, a signature, receipts) stays a rejection.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chainflix_primitives::{
    AccountId, Cycle, Magnet, Round, Sha256, draw,
    fault::{FaultEvidence, FaultFacts, FaultProof, OtherLeaf, PlacedLeaf, TicketThere},
    hash::Hash32,
    merkle::Tree,
    play_data::{self, ViewEvidence},
    registry::{VideoState, VideoTerms},
    report::{Header, TicketsRoot},
    view::ViewLeaf,
    window,
};

use super::body::BodyContext;
use crate::chain::facts::RoundFacts;

/// A video's record and state in a round in which it could not be watched.
pub(crate) type Inactive = (Option<Arc<VideoTerms>>, Option<VideoState>);

/// A body in which faults are looked for.
pub(crate) struct FaultSearch<'a> {
    /// What it was judged by.
    pub(crate) context: &'a BodyContext<'a>,
    /// Its leaves.
    pub(crate) leaves: &'a [ViewLeaf],
    /// Their hashes.
    pub(crate) hashes: &'a [Hash32],
    /// Videos that were not active in a round of issue.
    pub(crate) inactive: &'a HashMap<(Magnet, Round), Inactive>,
}

/// An earlier leaf of the same issuer that a leaf of the body stands against.
pub(crate) struct Earlier<'a> {
    /// Round of its block.
    pub(crate) round: Round,
    /// Its header.
    pub(crate) header: &'a Header,
    /// Hashes of the body's leaves.
    pub(crate) hashes: &'a [Hash32],
    /// Its index.
    pub(crate) index: u32,
    /// The leaf.
    pub(crate) leaf: ViewLeaf,
    /// Cycle of its ticket.
    pub(crate) cycle: Cycle,
}

impl FaultSearch<'_> {
    /// A fault that leaf `first`, or else any other, proves by itself or with another leaf of the body.
    pub(crate) fn find(&self, first: usize) -> Option<FaultProof> {
        let tree = Tree::new::<Sha256>(self.hashes.to_vec());
        let by_itself = std::iter::once(first)
            .chain(0..self.leaves.len())
            .find_map(|index| self.of_leaf(&tree, index));
        by_itself.or_else(|| self.of_two(&tree))
    }

    /// Wrong possession of a leaf whose openings are the true ones.
    pub(crate) fn possession(&self, index: usize, evidence: &ViewEvidence) -> Option<FaultProof> {
        let tree = Tree::new::<Sha256>(self.hashes.to_vec());
        let evidence = FaultEvidence::WrongPossession {
            cell: evidence.cell.clone(),
            cell_path: evidence.cell_path.clone(),
            openings: evidence.openings.clone(),
        };
        self.proof(&tree, index, evidence, None)
    }

    /// The same minute, or an overlap, in an earlier block.
    pub(crate) fn against(&self, index: usize, earlier: &Earlier<'_>) -> Option<FaultProof> {
        let (tree, before) = (
            Tree::new::<Sha256>(self.hashes.to_vec()),
            Tree::new::<Sha256>(earlier.hashes.to_vec()),
        );
        let placed = placed(&before, earlier.index as usize, &earlier.leaf)?;
        let other = || OtherLeaf {
            round: earlier.round,
            placed: placed.clone(),
        };
        let known = Some((earlier.header, earlier.cycle));
        [
            FaultEvidence::Overlap { other: other() },
            FaultEvidence::SameMinute { other: other() },
        ]
        .into_iter()
        .find_map(|evidence| self.proof(&tree, index, evidence, known))
    }

    fn of_leaf(&self, tree: &Tree, index: usize) -> Option<FaultProof> {
        let leaf = self.leaves.get(index)?;
        let evidence = self.suspicion(leaf)?;
        self.proof(tree, index, evidence, None)
    }

    /// What is wrong with a leaf by itself.
    fn suspicion(&self, leaf: &ViewLeaf) -> Option<FaultEvidence> {
        let claim = &leaf.claim;
        let facts = self.facts_of(leaf)?;
        if !draw::is_assigned::<Sha256>(
            &facts.seed,
            &claim.viewer,
            &facts.set,
            &self.context.issuer,
        ) {
            return Some(FaultEvidence::NotAssigned);
        }
        let key = (claim.video, facts.round);
        let playtime = match self.context.videos.get(&key) {
            Some(terms) => terms.playtime_of(claim.rendition, claim.minute),
            None => None,
        };
        let Some(playtime) = playtime else {
            return Some(FaultEvidence::VideoInactive);
        };
        if window::check_elapsed(playtime, leaf.elapsed_ms).is_err() {
            return Some(FaultEvidence::OutsideWindow);
        }
        let input = claim.nonce_input::<Sha256>(self.context.genesis, facts.cycle);
        if !input.is_met::<Sha256>(claim.nonce, facts.parameters.difficulty) {
            return Some(FaultEvidence::WrongNonce);
        }
        if let Some(enhancement) = self.context.stranger_in(claim, facts.round) {
            return Some(FaultEvidence::EnhancementInactive { enhancement });
        }
        let list = self.context.tickets.get(&facts.round)?;
        let ticket = leaf
            .ticket(self.context.issuer, facts.round)
            .leaf_hash::<Sha256>();
        let there = match list.get(leaf.ticket_index as usize) {
            Some(listed) if *listed == ticket => return None,
            Some(listed) => {
                let tickets = Tree::new::<Sha256>(list.to_vec());
                let path = tickets.proof(leaf.ticket_index as usize)?;
                Some(TicketThere {
                    hash: *listed,
                    path: play_data::path(path)?,
                })
            }
            None => None,
        };
        Some(FaultEvidence::TicketElsewhere { there })
    }

    /// Two leaves of one viewer that overlap, or are of one minute and cycle.
    fn of_two(&self, tree: &Tree) -> Option<FaultProof> {
        let mut of_viewer: HashMap<AccountId, Vec<usize>> = HashMap::new();
        let mut minutes: HashSet<(AccountId, Magnet, u16, Cycle)> = HashSet::new();
        for (index, leaf) in self.leaves.iter().enumerate() {
            let claim = &leaf.claim;
            let Some(facts) = self.facts_of(leaf) else {
                continue;
            };
            let before = of_viewer.entry(claim.viewer).or_default();
            let minute = (claim.viewer, claim.video, claim.minute, facts.cycle);
            let is_second = claim.ad.is_none() && !minutes.insert(minute);
            let others: &[usize] = if is_second {
                before
            } else {
                // In a block that is in order only the last can overlap.
                before.last().map_or(&[], std::slice::from_ref)
            };
            let proof = others
                .iter()
                .find_map(|other| self.of_pair(tree, index, *other));
            if proof.is_some() {
                return proof;
            }
            before.push(index);
        }
        None
    }

    fn of_pair(&self, tree: &Tree, index: usize, other: usize) -> Option<FaultProof> {
        let leaf = self.leaves.get(other)?;
        let cycle = self.facts_of(leaf)?.cycle;
        let placed = placed(tree, other, leaf)?;
        let other = || OtherLeaf {
            round: self.context.round,
            placed: placed.clone(),
        };
        let known = Some((self.context.header, cycle));
        [
            FaultEvidence::SameMinute { other: other() },
            FaultEvidence::Overlap { other: other() },
        ]
        .into_iter()
        .find_map(|evidence| self.proof(tree, index, evidence, known))
    }

    /// The proof, if it holds.
    fn proof(
        &self,
        tree: &Tree,
        index: usize,
        evidence: FaultEvidence,
        other: Option<(&Header, Cycle)>,
    ) -> Option<FaultProof> {
        let leaf = self.leaves.get(index)?;
        let held = self.facts_of(leaf)?;
        let key = (leaf.claim.video, held.round);
        let (terms, state) = match self.context.videos.get(&key) {
            Some(terms) => (Some(Arc::clone(terms)), Some(VideoState::Active)),
            None => self.inactive.get(&key).cloned().unwrap_or_default(),
        };
        let tickets = match &evidence {
            FaultEvidence::TicketElsewhere { .. } => {
                let list = self.context.tickets.get(&held.round)?;
                Some(TicketsRoot {
                    root: chainflix_primitives::merkle::root::<Sha256>(list),
                    count: u32::try_from(list.len()).ok()?,
                })
            }
            _ => None,
        };
        let is_enhanced = match &evidence {
            FaultEvidence::EnhancementInactive { enhancement } => {
                self.context.stranger_in(&leaf.claim, held.round) != Some(*enhancement)
            }
            _ => false,
        };
        let proof = FaultProof {
            issuer: self.context.issuer,
            round: self.context.round,
            leaf: placed(tree, index, leaf)?,
            evidence,
        };
        let facts = FaultFacts {
            genesis: self.context.genesis,
            issued_in: held.round,
            cycle: held.cycle,
            seed: held.seed,
            set: &held.set,
            difficulty: held.parameters.difficulty,
            terms: terms.as_deref(),
            state,
            is_enhanced,
            tickets,
            header: self.context.header,
            other,
        };
        proof.holds::<Sha256>(&facts).then_some(proof)
    }

    fn facts_of(&self, leaf: &ViewLeaf) -> Option<&RoundFacts> {
        let issued = self.context.clock.round_at(leaf.claim.issue_ms)?;
        self.context.rounds.get(&issued).map(AsRef::as_ref)
    }
}

fn placed(tree: &Tree, index: usize, leaf: &ViewLeaf) -> Option<PlacedLeaf> {
    Some(PlacedLeaf {
        index: u32::try_from(index).ok()?,
        leaf: leaf.clone(),
        path: play_data::path(tree.proof(index)?)?,
    })
}

//! Who is in the set, who wants in or has to go, and what they answer with.
//!
//! No sequence lasts into the second session, the first in which another set than that of genesis could be in force. What is
//! decided about members counts at once for what bonds and faults come to.

use super::{CYCLE, EMISSION, Model, Refusal, VERIFIERS, Who, deposit};
use std::collections::{BTreeMap, BTreeSet};

/// The record of somebody who wants to be a verifier.
const CANDIDATE: u128 = deposit(1, 291);
/// Fewer there never are.
const MINIMUM: usize = 3;

/// The set as decided.
#[derive(Clone)]
pub(in super::super) struct Set {
    pub(in super::super) members: BTreeSet<Who>,
    /// Those who equivocated while nobody could be spared, in order.
    expelled: Vec<Who>,
    /// Those who will be in force in the next session.
    queued: BTreeSet<Who>,
    /// Those who are or were candidates, beside the verifiers of genesis.
    pub(in super::super) candidates: BTreeMap<Who, Candidate>,
}

/// Somebody who applied for a place in the set.
#[derive(Clone, Copy)]
pub(in super::super) struct Candidate {
    pub(in super::super) standing: Standing,
    pub(in super::super) bond: u128,
}

/// Where somebody stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Standing {
    Applies,
    Member,
    /// Removed, after it was sure to serve: its bond stays locked.
    Leaving,
    /// Removed before it could serve, or no longer applying.
    Left,
}

impl Default for Set {
    fn default() -> Self {
        let all: BTreeSet<Who> = (0..VERIFIERS).collect();
        Self {
            members: all.clone(),
            expelled: Vec::new(),
            queued: all,
            candidates: BTreeMap::new(),
        }
    }
}

impl Set {
    /// How many there are, with those who are only kept because there must be as many.
    fn size(&self) -> usize {
        self.members.len() + self.expelled.len()
    }

    fn let_expelled_go(&mut self) {
        while self.size() > MINIMUM && !self.expelled.is_empty() {
            self.expelled.remove(0);
        }
    }
}

impl Model {
    /// A session ends: who is decided now will serve in the one after the next.
    pub(in super::super) fn end_session(&mut self) {
        self.set.queued = self.set.members.clone();
    }

    /// A cycle's emission, divided among so many.
    fn bond_among(members: usize) -> u128 {
        EMISSION * CYCLE / members.max(1) as u128
    }

    /// What a fault costs: a fifth of what a bond is among those who are members.
    pub(super) fn price_of_fault(&self) -> u128 {
        Self::bond_among(self.set.members.len()) / 5
    }

    /// A verifier signed two blocks of one slot: half of its bond is gone, and so is it.
    pub(in super::super) fn equivocate(&mut self, verifier: Who) {
        if self.barred[verifier] {
            return;
        }
        self.slash(verifier, self.bonds[verifier] / 2);
        self.barred[verifier] = true;
        self.suspended[verifier] = true;
        if self.set.members.remove(&verifier) {
            self.set.expelled.push(verifier);
            self.set.let_expelled_go();
        }
    }

    /// Two thirds take a candidate in: what its bond lacks is held.
    pub(in super::super) fn admit(&mut self, who: Who) -> Result<(), Refusal> {
        let candidate = self.set.candidates.get(&who).copied();
        let candidate = candidate.filter(|known| known.standing == Standing::Applies);
        let candidate = candidate.ok_or("NotCandidate")?;
        if !self.registry.keys.contains(&who) {
            return Err("NoSessionKeys");
        }
        let bond = Self::bond_among(self.set.members.len() + 1).max(candidate.bond);
        self.hold(who, bond - candidate.bond)
            .map_err(|_| "BondNotAffordable")?;
        let standing = Standing::Member;
        self.set
            .candidates
            .insert(who, Candidate { standing, bond });
        self.set.members.insert(who);
        self.set.let_expelled_go();
        Ok(())
    }

    /// Two thirds put a member out. Its bond stays: locked if it serves or is sure to, its own again if it never will.
    pub(in super::super) fn dismiss(&mut self, who: Who) -> Result<(), Refusal> {
        if !self.set.members.contains(&who) {
            return Err("NotMember");
        }
        if self.set.size() <= MINIMUM {
            return Err("SetAtMinimum");
        }
        self.set.members.remove(&who);
        if let Some(candidate) = self.set.candidates.get_mut(&who) {
            candidate.standing = if self.set.queued.contains(&who) {
                Standing::Leaving
            } else {
                Standing::Left
            };
        }
        Ok(())
    }

    /// Whether somebody's session keys are in use, or about to be.
    pub(super) fn needs_keys(&self, who: Who) -> bool {
        let known = self.set.candidates.get(&who);
        let serves = known.map(|known| known.standing);
        who < VERIFIERS || matches!(serves, Some(Standing::Member | Standing::Leaving))
    }

    /// Somebody wants a place in the set.
    pub(in super::super) fn stand(&mut self, by: Who) -> Result<(), Refusal> {
        if by < VERIFIERS {
            return Err(if self.barred[by] {
                "StillBarred"
            } else {
                "AlreadyKnown"
            });
        }
        if !self.registry.keys.contains(&by) {
            return Err("NoSessionKeys");
        }
        let earlier = self.set.candidates.get(&by).copied();
        if earlier.is_some_and(|earlier| earlier.standing != Standing::Left) {
            return Err("AlreadyKnown");
        }
        if earlier.is_none() {
            self.hold(by, CANDIDATE)
                .map_err(|_| "DepositNotAffordable")?;
        }
        let applies = Candidate {
            standing: Standing::Applies,
            bond: earlier.map_or(0, |earlier| earlier.bond),
        };
        self.set.candidates.insert(by, applies);
        Ok(())
    }

    /// Takes that back. A bond stays, and with it the record.
    pub(in super::super) fn stand_down(&mut self, by: Who) -> Result<(), Refusal> {
        let known = self.set.candidates.get_mut(&by);
        let known = known.filter(|known| known.standing == Standing::Applies);
        let known = known.ok_or("NotCandidate")?;
        known.standing = Standing::Left;
        if known.bond == 0 {
            self.set.candidates.remove(&by);
            self.release(by, CANDIDATE);
        }
        Ok(())
    }

    pub(in super::super) fn top_up_bond(&mut self, who: Who, amount: u128) -> Result<(), Refusal> {
        if amount == 0 {
            return Err("NothingNew");
        }
        let candidate = self.set.candidates.get(&who).copied();
        let answers = candidate.is_some_and(|known| known.standing != Standing::Left);
        if who >= VERIFIERS && !answers {
            return Err("NotMember");
        }
        self.hold(who, amount).map_err(|_| "BondNotAffordable")?;
        match self.set.candidates.get_mut(&who) {
            Some(candidate) => candidate.bond += amount,
            None => self.bonds[who] += amount,
        }
        Ok(())
    }

    /// No verifier in these sequences has left long enough ago; the bond of who never served was never at stake.
    pub(in super::super) fn withdraw_bond(&mut self, who: Who) -> Result<(), Refusal> {
        if who < VERIFIERS {
            return Err("BondLocked");
        }
        let candidate = self.set.candidates.get_mut(&who).ok_or("NoBond")?;
        let Candidate { standing, bond } = *candidate;
        if matches!(standing, Standing::Member | Standing::Leaving) {
            return Err("BondLocked");
        }
        if bond == 0 && standing != Standing::Left {
            return Err("NoBond");
        }
        candidate.bond = 0;
        self.release(who, bond);
        if standing == Standing::Left {
            self.set.candidates.remove(&who);
            self.release(who, CANDIDATE);
        }
        Ok(())
    }
}

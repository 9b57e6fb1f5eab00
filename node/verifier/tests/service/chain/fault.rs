//! Proofs of faults, judged as the chain does.

use chainflix_primitives::{
    AccountId, Sha256,
    fault::{FaultEvidence, FaultFacts, FaultProof},
    view::ViewLeaf,
};

use super::{GENESIS, State};

impl State {
    /// Takes a proof, if it holds: the issuer is suspended, its block void.
    pub(super) fn apply_fault(&mut self, from: AccountId, proof: FaultProof) -> Result<(), String> {
        let key = (proof.round, proof.issuer);
        if self.faults.contains_key(&key) {
            return Err("proven already".into());
        }
        if !self.set_in(self.round).contains(&from) || self.suspended.contains(&from) {
            return Err("not a verifier".into());
        }
        let header = &self.reports.get(&key).ok_or("no such block")?.header;
        let leaf = &proof.leaf.leaf;
        let issued_in = self.issued_in(leaf)?;
        let cycle = self.rule().cycle_of(issued_in).ok_or("no cycle")?;
        let other = match proof.evidence.other() {
            Some(other) => {
                let header = self.reports.get(&(other.round, proof.issuer));
                let issued = self.issued_in(&other.placed.leaf)?;
                let cycle = self.rule().cycle_of(issued).ok_or("no cycle")?;
                Some((&header.ok_or("no such other block")?.header, cycle))
            }
            None => None,
        };
        let is_enhanced = match &proof.evidence {
            FaultEvidence::EnhancementInactive { enhancement } => self
                .enhancements_in(&leaf.claim.video, issued_in)
                .iter()
                .any(|one| one.id == *enhancement),
            _ => false,
        };
        let facts = FaultFacts {
            genesis: GENESIS,
            issued_in,
            cycle,
            seed: Self::seed_of(cycle),
            set: self.set_in(issued_in),
            difficulty: self.parameters.difficulty,
            terms: self.videos.get(&leaf.claim.video),
            state: self.state_of(&leaf.claim.video, issued_in),
            is_enhanced,
            tickets: self.tickets.get(&(proof.issuer, issued_in)).copied(),
            header,
            other,
        };
        if !proof.holds::<Sha256>(&facts) {
            return Err(format!("{:?} does not hold", proof.evidence.kind()));
        }
        self.suspended.push(proof.issuer);
        self.faults.insert(key, (proof, from));
        Ok(())
    }

    fn issued_in(&self, leaf: &ViewLeaf) -> Result<u32, String> {
        let round = self.clock.round_at(leaf.claim.issue_ms);
        round.ok_or_else(|| "a time before the chain's".into())
    }
}

//! Proofs of decreases, judged as the chain does.

use chainflix_primitives::{AccountId, Sha256, decrease::DecreaseProof};

use super::State;

impl State {
    /// Takes a proof, if it holds: the last adopted earnings are void, those before them the last again.
    pub(super) fn apply_decrease(
        &mut self,
        from: AccountId,
        proof: &DecreaseProof,
    ) -> Result<(), String> {
        let later = self.adopted.ok_or("nothing is adopted")?;
        let mut before = self.adopted_before.iter().rev();
        let earlier = before.find(|earlier| earlier.as_of == proof.earlier_as_of);
        let earlier = *earlier.ok_or("the earlier were not adopted")?;
        if !proof.holds::<Sha256>(&earlier, &later) {
            return Err("it does not hold".into());
        }
        self.adopted = Some(earlier);
        self.voided_by.push(from);
        Ok(())
    }
}

//! How the verifiers divide what is owed, and what can be claimed of it.

use super::{EARNERS, Ledger, PRODUCER, World};
use crate::{
    AccountId,
    tests::money::model::{Claim, Who},
};
use chainflix_primitives::{
    AccountId as Raw, Round, Sha256, earnings,
    merkle::Tree,
    report::{EARNINGS_VERSION, EarningsTriple},
};

impl World<'_> {
    /// The earnings that are due in the report of a round, as everybody divides what is owed since the last.
    pub(super) fn vote(&self, reported: Round) -> Option<(EarningsTriple, Ledger)> {
        let voting = self.voting.as_ref()?;
        let as_of = reported.checked_sub(5)?;
        let owed = self.model.owed_as_of(as_of)?;
        let last = self.model.last_adopted();
        let (mut ledger, sum) = match last {
            Some((as_of, last)) => (self.ledgers[&(as_of, last.root)].clone(), last.sum),
            None => (Ledger::new(), 0),
        };
        let new = owed.checked_sub(sum)? + u128::from(voting.greedy);
        let all: u128 = voting.shares.iter().map(|share| u128::from(*share)).sum();
        let mut left = new;
        for (earner, share) in EARNERS.iter().zip(voting.shares) {
            let part = (new * u128::from(share))
                .checked_div(all)
                .unwrap_or_default();
            left -= part;
            *ledger.entry(*earner).or_default() += part;
        }
        *ledger.entry(PRODUCER).or_default() += left;
        ledger.retain(|_, total| *total > 0);
        let leaves = self.leaves(&ledger);
        let triple = EarningsTriple {
            as_of,
            root: tree(&leaves).root(),
            count: leaves.len() as u32,
            sum: ledger.values().sum(),
            version: EARNINGS_VERSION,
        };
        Some((triple, ledger))
    }

    fn leaves(&self, ledger: &Ledger) -> Vec<(Raw, u128)> {
        let raw = |who: &Who| Raw(self.account(*who).into());
        let mut leaves: Vec<_> = ledger
            .iter()
            .map(|(who, total)| (raw(who), *total))
            .collect();
        leaves.sort_unstable();
        leaves
    }

    /// The claims of accounts under adopted earnings, by ascending account, as the model and as the chain know them; with a
    /// greater total than the root has when it `lies`.
    pub(in super::super) fn claims(
        &self,
        as_of: Round,
        whom: &[Who],
        lies: bool,
    ) -> Vec<(Claim, pallet_rewards::Claim<AccountId>)> {
        let root = self.model.adopted[&as_of].root;
        let ledger = &self.ledgers[&(as_of, root)];
        let leaves = self.leaves(ledger);
        let tree = tree(&leaves);
        let mut claims: Vec<_> = whom
            .iter()
            .filter_map(|who| {
                let raw = Raw(self.account(*who).into());
                let index = leaves.iter().position(|(account, _)| *account == raw)?;
                let total = ledger[who] + u128::from(lies);
                let claim = Claim {
                    who: *who,
                    total,
                    proven: !lies,
                };
                let proof = tree.proof(index).expect("it is in the tree");
                let call = pallet_rewards::Claim {
                    account: self.account(*who),
                    as_of,
                    total,
                    index: index as u32,
                    count: leaves.len() as u32,
                    proof: proof.try_into().expect("a short path"),
                };
                Some((claim, call))
            })
            .collect();
        claims.sort_by(|(_, a), (_, b)| a.account.cmp(&b.account));
        claims
    }
}

fn tree(leaves: &[(Raw, u128)]) -> Tree {
    let hash = |(account, total): &(Raw, u128)| earnings::leaf_hash::<Sha256>(account, *total);
    Tree::new::<Sha256>(leaves.iter().map(hash).collect())
}

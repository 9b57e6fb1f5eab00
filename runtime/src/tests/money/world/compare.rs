//! What chain and model have to agree about.

use super::{World, owned_by};
use crate::{
    Ads, Authorities, Balances, Rewards, Videos,
    tests::money::model::{Campaign, VERIFIERS},
};

impl World<'_> {
    /// Chain and model agree about every unit.
    pub(super) fn compare(&self) {
        let model = &self.model;
        for who in 0..model.free.len() {
            let owned = owned_by(&self.account(who));
            assert_eq!(
                owned,
                (model.free[who], model.held[who]),
                "free and held of {who}"
            );
            let claimed = Rewards::claimed(self.account(who));
            assert_eq!(claimed, model.claimed[who], "claimed by {who}");
        }
        for verifier in 0..VERIFIERS {
            let record = Authorities::verifier(self.account(verifier)).expect("a verifier");
            let (bond, suspended) = (model.bonds[verifier], model.suspended[verifier]);
            assert_eq!((record.bond, record.suspended), (bond, suspended));
        }
        assert_eq!(Balances::total_issuance(), model.issued);
        let totals = Rewards::totals();
        assert_eq!(
            (totals.settled, totals.advertised, totals.paid),
            (model.settled, model.advertised, model.paid),
        );
        let escrow = Ads::lifetime_funds();
        let sum = |of: fn(&Campaign) -> u128| model.campaigns.iter().map(of).sum();
        assert_eq!(
            (
                escrow.deposited,
                escrow.paid,
                escrow.refunded,
                escrow.balance
            ),
            (
                sum(|campaign| campaign.deposited),
                sum(|campaign| campaign.paid),
                sum(|campaign| campaign.refunded),
                sum(|campaign| campaign.balance),
            ),
        );
        for (id, campaign) in model.campaigns.iter().enumerate() {
            let funds = Ads::campaign(id as u32).expect("none is removed").funds;
            assert_eq!(funds.balance, campaign.balance, "escrow of {id}");
        }
        for (id, known) in model.enhancements.iter().enumerate() {
            let there = Videos::enhancement(id as u32);
            let there = there.map(|found| (found.owner().cloned(), found.price));
            let known = known.as_ref();
            let known = known.map(|known| (Some(self.account(known.owner)), known.price));
            assert_eq!(there, known, "enhancement {id}");
        }
        let adopted = Rewards::last_adopted();
        let adopted = adopted.map(|last| (last.triple.as_of, last.triple.root, last.triple.sum));
        let known = model.last_adopted();
        assert_eq!(
            adopted,
            known.map(|(as_of, last)| (as_of, last.root, last.sum))
        );
    }
}

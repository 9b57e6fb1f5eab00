//! What chain and model have to agree about.

use super::{World, owned_by};
use crate::{
    Ads, Authorities, Balances, Rewards, StorageProviders, Supervisors, Videos,
    tests::money::model::{Campaign, VERIFIERS},
};
use pallet_authorities::VerifierStatus;
use pallet_supervisors::ApplicationState;

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
        self.compare_registries();
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

    /// Chain and model agree about who is registered as what.
    fn compare_registries(&self) {
        let registry = &self.model.registry;
        for who in 0..self.model.free.len() {
            let account = self.account(who);
            let application = Supervisors::application(account.clone());
            let waits =
                application.map(|found| matches!(found.state, ApplicationState::Open { .. }));
            assert_eq!(waits, registry.applications.get(&who).copied(), "{who}");
            let approval = Supervisors::approval(account.clone());
            let revoked = approval.map(|found| found.revoked.is_some());
            assert_eq!(revoked, registry.approvals.get(&who).copied(), "{who}");
            if who >= VERIFIERS {
                let record = Authorities::verifier(account);
                let stands =
                    record.map(|found| (found.status == VerifierStatus::Candidate, found.bond));
                let known = registry.candidates.get(&who);
                assert_eq!(
                    stands,
                    known.map(|known| (known.applies, known.bond)),
                    "{who}"
                );
            }
        }
        for (id, known) in registry.providers.iter().enumerate() {
            let leaves = StorageProviders::exit_round(id as u32).is_some();
            assert_eq!(leaves, known.leaving, "provider {id}");
        }
        let next = StorageProviders::provider(registry.providers.len() as u32);
        assert!(next.is_none(), "a provider that nobody registered");
    }
}

//! What chain and model have to agree about.

use super::{World, owned_by};
use crate::{
    Ads, Authorities, Balances, Rewards, Runtime, StorageProviders, Supervisors, System, Videos,
    tests::money::{
        model::{Campaign, POT, Standing, VERIFIERS},
        world::magnet,
    },
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
        self.compare_appeals();
        self.compare_pot();
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
                let stands = record.map(|found| (standing(found.status), found.bond));
                let known = self.model.set.candidates.get(&who);
                let known = known.map(|known| (Some(known.standing), known.bond));
                assert_eq!(stands, known, "{who}");
            }
        }
        let members = pallet_authorities::Members::<Runtime>::get();
        let mut known: Vec<_> = self.model.set.members.iter().collect();
        known.sort_by_key(|who| self.account(**who));
        let known: Vec<_> = known.into_iter().map(|who| self.account(*who)).collect();
        assert_eq!(members.into_inner(), known, "members of the set");
        for (id, known) in registry.providers.iter().enumerate() {
            let leaves = StorageProviders::exit_round(id as u32).is_some();
            assert_eq!(leaves, known.leaving, "provider {id}");
        }
        let next = StorageProviders::provider(registry.providers.len() as u32);
        assert!(next.is_none(), "a provider that nobody registered");
    }

    /// Chain and model agree about what is restricted, and about who appealed.
    fn compare_appeals(&self) {
        let appeals = &self.model.appeals;
        for video in 0..6 {
            let restriction = Supervisors::restriction(magnet(video));
            let appealed = restriction.map(|found| found.appealed);
            assert_eq!(appealed, appeals.restrictions.get(&video).copied());
            let appeal = Supervisors::appeal_against(magnet(video));
            let producer = appeals.open.get(&video).map(|who| self.account(*who));
            assert_eq!(appeal.map(|found| found.producer), producer);
        }
    }

    /// Chain and model agree about what is locked of the founders' pot.
    fn compare_pot(&self) {
        let pot = self.account(POT);
        assert_eq!(System::account(&pot).data.frozen, self.model.locked);
        let vests = pallet_vesting::Vesting::<Runtime>::contains_key(&pot);
        assert_eq!(vests, self.model.vesting.is_some());
    }
}

fn standing(status: VerifierStatus) -> Option<Standing> {
    match status {
        VerifierStatus::Candidate => Some(Standing::Applies),
        VerifierStatus::Member => Some(Standing::Member),
        VerifierStatus::Leaving => Some(Standing::Leaving),
        VerifierStatus::Left => Some(Standing::Left),
        VerifierStatus::Expelled => None,
    }
}

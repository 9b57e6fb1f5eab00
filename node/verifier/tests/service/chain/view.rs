//! The chain as one node's service sees it.

use std::sync::Arc;

use chainflix_primitives::{
    AccountId, Cycle, Magnet, Round,
    campaign::{CampaignState, CampaignTerms},
    duty::SetSecretRecord,
    hash::Hash32,
    registry::{
        CountedEnhancement, PovParameters, ProviderRecord, SettledRound, Standing,
        VerifierAnnouncement, VideoState, VideoTerms,
    },
    report::{EarningsTriple, Header, TicketsRoot},
    rounds::{CycleRule, RoundClock},
};
use chainflix_verifier::{At, BlockRef, ChainResult, ChainView};
use tokio::sync::watch;

use super::{Chain, GENESIS, State, pov_pair};

/// The chain as one node's service sees it.
pub(crate) struct NodeView {
    pub(crate) chain: Arc<Chain>,
    pub(crate) account: AccountId,
}

impl NodeView {
    fn at<T>(&self, at: At, read: impl FnOnce(&State) -> T) -> ChainResult<T> {
        let inner = self.chain.lock();
        Ok(match at {
            At::Best => read(&inner.state),
            At::Finalized => read(&inner.finalized),
        })
    }
}

impl ChainView for NodeView {
    fn genesis(&self) -> Hash32 {
        GENESIS
    }
    fn local_verifier(&self) -> Option<AccountId> {
        self.chain.read(|state| {
            let set = state.set_in(state.round);
            let acts = set.contains(&self.account) && !state.suspended.contains(&self.account);
            acts.then_some(self.account)
        })
    }
    fn best_blocks(&self) -> watch::Receiver<BlockRef> {
        self.chain.best.subscribe()
    }
    fn finalized_blocks(&self) -> watch::Receiver<BlockRef> {
        self.chain.finalized.subscribe()
    }
    fn clock(&self, at: At) -> ChainResult<Option<RoundClock>> {
        self.at(at, |state| Some(state.clock))
    }
    fn standing(&self, at: At) -> ChainResult<Standing> {
        self.at(at, State::standing)
    }
    fn carried_from(&self, at: At, round: Round) -> ChainResult<Round> {
        self.at(at, |state| state.carried_from(round))
    }
    fn blocks_of(&self, at: At, round: Round) -> ChainResult<Vec<Round>> {
        self.at(at, |state| {
            let later = state.counted.iter().filter(|counted| **counted >= round);
            later.take(21).copied().collect()
        })
    }
    fn parameters(&self, at: At, _: Round) -> ChainResult<PovParameters> {
        self.at(at, |state| state.parameters)
    }
    fn cycle_rule(&self, at: At, _: Round) -> ChainResult<CycleRule> {
        self.at(at, State::rule)
    }
    fn cycle_seed(&self, at: At, cycle: Cycle) -> ChainResult<Option<Hash32>> {
        self.at(at, |_| Some(State::seed_of(cycle)))
    }
    fn verifier_set(&self, at: At, round: Round) -> ChainResult<Vec<AccountId>> {
        self.at(at, |state| state.set_in(round).to_vec())
    }
    fn pov_key(&self, at: At, verifier: AccountId, round: Round) -> ChainResult<Option<[u8; 32]>> {
        self.at(at, |state| {
            let is_in_force = state.set_in(round).contains(&verifier);
            is_in_force.then(|| pov_pair(&verifier).public.to_bytes())
        })
    }
    fn announcements(&self, at: At) -> ChainResult<Vec<(AccountId, VerifierAnnouncement)>> {
        self.at(at, |state| {
            let announced = state.announcements.clone().into_iter();
            announced
                .filter(|(account, _)| state.set.contains(account))
                .collect()
        })
    }
    fn set_secret(&self, at: At, epoch: u32) -> ChainResult<Option<SetSecretRecord>> {
        self.at(at, |state| state.secrets.get(&epoch).cloned())
    }
    fn key_epoch(&self, at: At) -> ChainResult<u32> {
        self.at(at, |state| state.epoch.0)
    }
    fn set_secret_maker(&self, at: At, epoch: u32) -> ChainResult<Option<AccountId>> {
        self.at(at, |state| state.maker(epoch))
    }
    fn set_secret_holders(&self, at: At, epoch: u32) -> ChainResult<Vec<AccountId>> {
        self.at(at, |state| {
            state.acknowledged.get(&epoch).cloned().unwrap_or_default()
        })
    }
    fn heartbeat_page(&self, at: At, _: u32) -> ChainResult<u32> {
        self.at(at, |_| 0)
    }
    fn fault_proven(&self, at: At, issuer: AccountId, round: Round) -> ChainResult<bool> {
        self.at(at, |state| state.faults.contains_key(&(round, issuer)))
    }
    fn headers(&self, at: At, round: Round) -> ChainResult<Vec<(AccountId, Header)>> {
        self.at(at, |state| {
            let of_round = state.reports.iter().filter(|((of, _), _)| *of == round);
            of_round
                .map(|((_, issuer), report)| (*issuer, report.header.clone()))
                .collect()
        })
    }
    fn tickets_root(
        &self,
        at: At,
        verifier: AccountId,
        round: Round,
    ) -> ChainResult<Option<TicketsRoot>> {
        self.at(at, |state| state.tickets.get(&(verifier, round)).copied())
    }
    fn commitment(&self, at: At, verifier: AccountId) -> ChainResult<Option<(Round, Hash32)>> {
        self.at(at, |state| state.commitments.get(&verifier).copied())
    }
    fn draw(&self, at: At, round: Round) -> ChainResult<Option<Hash32>> {
        self.at(at, |state| state.draws.get(&round).copied())
    }
    fn settled(&self, at: At, round: Round) -> ChainResult<Option<SettledRound>> {
        self.at(at, |state| {
            state.settled.iter().find(|s| s.round == round).cloned()
        })
    }
    fn settled_after(
        &self,
        at: At,
        after: Option<Round>,
        limit: u32,
    ) -> ChainResult<Vec<SettledRound>> {
        self.at(at, |state| {
            let later = state
                .settled
                .iter()
                .filter(|s| s.round >= state.kept_from)
                .filter(|s| after.is_none_or(|after| s.round > after));
            later.take(limit as usize).cloned().collect()
        })
    }
    fn earnings_interval(&self, at: At) -> ChainResult<u32> {
        self.at(at, |_| 1)
    }
    fn adopted_earnings(&self, at: At) -> ChainResult<Option<EarningsTriple>> {
        self.at(at, |state| state.adopted)
    }
    fn video(&self, at: At, video: Magnet) -> ChainResult<Option<VideoTerms>> {
        self.at(at, |state| state.videos.get(&video).cloned())
    }
    fn video_state(&self, at: At, video: Magnet, round: Round) -> ChainResult<Option<VideoState>> {
        self.at(at, |state| state.state_of(&video, round))
    }
    fn enhancements(
        &self,
        at: At,
        video: Magnet,
        round: Round,
    ) -> ChainResult<Vec<CountedEnhancement>> {
        self.at(at, |state| state.enhancements_in(&video, round))
    }
    fn provider(&self, at: At, index: u32) -> ChainResult<Option<ProviderRecord>> {
        self.at(at, |state| state.providers.get(index as usize).cloned())
    }
    fn campaign(&self, at: At, campaign: u32) -> ChainResult<Option<CampaignTerms>> {
        self.at(at, |state| {
            let found = state.campaigns.get(campaign as usize);
            found.map(|campaign| campaign.terms)
        })
    }
    fn campaign_state(
        &self,
        at: At,
        campaign: u32,
        round: Round,
    ) -> ChainResult<Option<CampaignState>> {
        self.at(at, |state| {
            state.campaigns.get(campaign as usize)?.state_in(round)
        })
    }
    fn is_controller(&self, at: At, key: [u8; 32]) -> ChainResult<bool> {
        self.at(at, |state| state.controllers.contains(&key))
    }
    fn is_eligible_producer(&self, at: At, account: AccountId) -> ChainResult<bool> {
        self.at(at, |state| state.producers.contains(&account))
    }
}

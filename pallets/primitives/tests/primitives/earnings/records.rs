//! What the ledger looks up in the world.

use chainflix_primitives::{
    AccountId, Cycle, Magnet, Round,
    campaign::CampaignTerms,
    earnings::{Records, VideoShares},
    window::cell_playtime,
};

use super::world::{World, video};

impl Records for World {
    fn video(&self, video: &Magnet) -> Option<VideoShares> {
        self.videos.get(video).map(|(shares, _)| *shares)
    }

    fn playtime_ms(&self, video: &Magnet, minute: u16) -> Option<u32> {
        self.videos
            .get(video)
            .and_then(|(_, total)| cell_playtime(*total, minute))
    }

    fn provider_owner(&self, provider: u32) -> Option<AccountId> {
        self.providers.get(&provider).copied()
    }

    fn enhancer(&self, enhancement: u32, of: &Magnet, round: Round) -> Option<AccountId> {
        let owners = self
            .enhancements
            .get(&enhancement)
            .filter(|_| *of == video("long"))?;
        *owners.range(..=round).next_back()?.1
    }

    fn round_at(&self, at_ms: u64) -> Option<Round> {
        self.clock.round_at(at_ms)
    }

    fn cycle_of(&self, round: Round) -> Option<Cycle> {
        self.cycles
            .iter()
            .rev()
            .find_map(|rule| rule.cycle_of(round))
    }

    fn views_per_group(&self, round: Round) -> u32 {
        let changed = self.later_quota.filter(|(from, _)| round >= *from);
        changed.map_or(self.quota, |(_, quota)| quota)
    }

    fn campaign(&self, campaign: u32) -> Option<CampaignTerms> {
        self.campaigns.get(&campaign).map(|(terms, _)| *terms)
    }
}

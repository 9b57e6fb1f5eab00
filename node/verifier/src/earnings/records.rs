//! What the ledger looks up, gathered before it begins: a read of the chain that fails must delay the earnings, never
//! change them.

use std::collections::{BTreeMap, btree_map::Entry};

use chainflix_primitives::{
    AccountId, Cycle, Magnet, Round,
    campaign::CampaignTerms,
    earnings::{Records, VideoShares, ViewOutcome},
    rounds::{CycleRule, RoundClock},
    view::ViewLeaf,
    window,
};

use crate::chain::facts::Enhancements;
use crate::chain::{At, ChainResult, Facts};

/// Most cycle rules that are looked back over: far more than a chain remembers.
const MOST_RULES: usize = 64;

/// Everything that the views of one settled round refer to.
pub(super) struct Gathered {
    clock: RoundClock,
    videos: BTreeMap<Magnet, (VideoShares, u32)>,
    providers: BTreeMap<u32, AccountId>,
    /// Enhancements of videos, by round of issue.
    enhancements: BTreeMap<(Magnet, Round), Enhancements>,
    /// Cycle rules, latest first.
    rules: Vec<CycleRule>,
    /// Quotas of the rounds of issue.
    quotas: BTreeMap<Round, u32>,
    campaigns: BTreeMap<u32, CampaignTerms>,
}

impl Gathered {
    /// Gathers what `leaves` of settled `round` refer to. `None` before the chain has a clock.
    pub(super) fn collect<'l>(
        facts: &Facts,
        round: Round,
        leaves: impl IntoIterator<Item = &'l ViewLeaf>,
    ) -> ChainResult<Option<Self>> {
        let Some(clock) = facts.clock()? else {
            return Ok(None);
        };
        let mut gathered = Self {
            clock,
            videos: BTreeMap::new(),
            providers: BTreeMap::new(),
            enhancements: BTreeMap::new(),
            rules: rules_until(facts, round)?,
            quotas: BTreeMap::new(),
            campaigns: BTreeMap::new(),
        };
        for leaf in leaves {
            gathered.add(facts, leaf)?;
        }
        Ok(Some(gathered))
    }

    fn add(&mut self, facts: &Facts, leaf: &ViewLeaf) -> ChainResult<()> {
        let claim = &leaf.claim;
        if let Some(issued) = self.clock.round_at(claim.issue_ms) {
            if let Entry::Vacant(vacant) = self.quotas.entry(issued) {
                let parameters = facts.chain().parameters(At::Finalized, issued)?;
                vacant.insert(parameters.views_per_group);
            }
            let key = (claim.video, issued);
            if !claim.enhancements.is_empty() && !self.enhancements.contains_key(&key) {
                let counted = facts.enhancements(claim.video, issued)?;
                self.enhancements.insert(key, counted);
            }
        }
        self.add_video(facts, claim.video)?;
        if let Some(ad) = &claim.ad {
            self.add_video(facts, ad.host_video)?;
            if !self.campaigns.contains_key(&ad.campaign)
                && let Some(terms) = facts.campaign(ad.campaign)?
            {
                self.campaigns.insert(ad.campaign, *terms);
            }
        }
        for delivery in &claim.deliveries {
            if !self.providers.contains_key(&delivery.provider)
                && let Some(provider) = facts.provider(delivery.provider)?
            {
                self.providers.insert(delivery.provider, provider.owner);
            }
        }
        Ok(())
    }

    /// Minutes that a block of another verifier was paid for.
    pub(super) fn spent_minutes(
        &self,
        body: &[ViewLeaf],
        outcomes: &[ViewOutcome],
    ) -> Vec<(Cycle, AccountId, Magnet, u16)> {
        body.iter()
            .zip(outcomes)
            .filter(|(_, outcome)| matches!(outcome, ViewOutcome::Paid { .. }))
            // An advertisement spends no minute of its creative.
            .filter(|(leaf, _)| leaf.claim.ad.is_none())
            .filter_map(|(leaf, _)| {
                let claim = &leaf.claim;
                let cycle = self.cycle_of(self.round_at(claim.issue_ms)?)?;
                Some((cycle, claim.viewer, claim.video, claim.minute))
            })
            .collect()
    }

    fn add_video(&mut self, facts: &Facts, video: Magnet) -> ChainResult<()> {
        if !self.videos.contains_key(&video)
            && let Some(terms) = facts.video(video)?
        {
            let shares = VideoShares {
                producer: terms.producer,
                supervisor: terms.supervisor,
                ratio: terms.ratio,
            };
            self.videos.insert(video, (shares, terms.total_playtime_ms));
        }
        Ok(())
    }
}

/// The cycle rules in force up to `round`, latest first.
fn rules_until(facts: &Facts, round: Round) -> ChainResult<Vec<CycleRule>> {
    let mut rules = Vec::new();
    let mut at = Some(round);
    while let Some(round) = at.filter(|_| rules.len() < MOST_RULES) {
        let rule = facts.chain().cycle_rule(At::Finalized, round)?;
        at = rule.first_round.checked_sub(1);
        rules.push(rule);
    }
    Ok(rules)
}

impl Records for Gathered {
    fn video(&self, video: &Magnet) -> Option<VideoShares> {
        self.videos.get(video).map(|(shares, _)| *shares)
    }

    fn playtime_ms(&self, video: &Magnet, minute: u16) -> Option<u32> {
        let (_, total) = self.videos.get(video)?;
        window::cell_playtime(*total, minute)
    }

    fn provider_owner(&self, provider: u32) -> Option<AccountId> {
        self.providers.get(&provider).copied()
    }

    fn enhancer(&self, enhancement: u32, video: &Magnet, round: Round) -> Option<AccountId> {
        let counted = self.enhancements.get(&(*video, round))?;
        let found = counted.iter().find(|one| one.id == enhancement)?;
        Some(found.owner)
    }

    fn round_at(&self, at_ms: u64) -> Option<Round> {
        self.clock.round_at(at_ms)
    }

    fn cycle_of(&self, round: Round) -> Option<Cycle> {
        self.rules
            .iter()
            .find(|rule| rule.first_round <= round)?
            .cycle_of(round)
    }

    fn views_per_group(&self, round: Round) -> u32 {
        self.quotas.get(&round).copied().unwrap_or(0)
    }

    fn campaign(&self, campaign: u32) -> Option<CampaignTerms> {
        self.campaigns.get(&campaign).copied()
    }
}

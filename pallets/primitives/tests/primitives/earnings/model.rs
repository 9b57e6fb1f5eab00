//! The rules of earnings once more, in the simplest way there is: everything ever paid is remembered for ever,
//! and every amount is written as one fraction.

use std::collections::BTreeMap;

use chainflix_primitives::{
    AccountId, Magnet,
    earnings::{Exclusion, OVERLAP_TOLERANCE_MS, Records, ViewOutcome},
    ids::AddressTag,
    registry::SettledRound,
    view::ViewLeaf,
};

use super::world::World;

#[derive(Default)]
pub(crate) struct Model {
    pub(crate) totals: BTreeMap<AccountId, u128>,
    minutes: Vec<(AccountId, Magnet, u32, u16)>,
    intervals: Vec<(AccountId, u64, u64, AccountId)>,
    groups: Vec<AddressTag>,
    /// What excluded views would have been worth, in units.
    pub(crate) excluded: u128,
    /// What views would have been worth beyond their producer's cap, in units.
    pub(crate) capped: u128,
    /// Floor remainders between a block's reward and the values of its views, in units.
    pub(crate) remainders: u128,
}

impl Model {
    pub(crate) fn apply(
        &mut self,
        world: &World,
        settled: &SettledRound,
        bodies: &[Vec<ViewLeaf>],
    ) -> Vec<ViewOutcome> {
        let mut views = Vec::new();
        let mut produced: BTreeMap<AccountId, u128> = BTreeMap::new();
        let approved = settled.blocks.iter().filter(|block| block.approved);
        for (block, body) in approved.zip(bodies) {
            let mut valued = 0;
            for leaf in body {
                let playtime = u128::from(world.playtime_of(leaf));
                let value = block.reward * playtime / u128::from(block.playtime_ms);
                valued += value;
                let excluded = self.exclusion(world, block.issuer, leaf);
                if excluded.is_none() {
                    *produced.entry(producer_of(world, leaf)).or_default() += playtime;
                }
                views.push((block.issuer, leaf, value, excluded));
            }
            self.remainders += block.reward - valued;
        }
        let all: u128 = produced.values().sum();
        let cap = (all / 5).max(all * 2 / (produced.len() as u128).max(2));
        let mut outcomes = Vec::new();
        for (issuer, leaf, whole, excluded) in views {
            if let Some(reason) = excluded {
                self.excluded += whole;
                outcomes.push(ViewOutcome::Excluded(reason));
                continue;
            }
            let own = produced[&producer_of(world, leaf)];
            let value = if own > cap { whole * cap / own } else { whole };
            self.capped += whole - value;
            outcomes.push(self.pay(world, settled, issuer, leaf, value));
        }
        outcomes
    }

    fn exclusion(
        &mut self,
        world: &World,
        issuer: AccountId,
        leaf: &ViewLeaf,
    ) -> Option<Exclusion> {
        let claim = &leaf.claim;
        let (start, end) = (claim.issue_ms, claim.issue_ms + u64::from(leaf.elapsed_ms));
        let round = world.clock.round_at(start).expect("after genesis");
        let cycle = world.cycle_of(round).expect("after genesis");
        let minute = (claim.viewer, claim.video, cycle, claim.minute);
        if self.minutes.contains(&minute) {
            return Some(Exclusion::SameMinute);
        }
        for (viewer, from, to, by) in &self.intervals {
            let tolerated = if *by == issuer {
                0
            } else {
                OVERLAP_TOLERANCE_MS
            };
            let common = end.min(*to).saturating_sub(start.max(*from));
            if *viewer == claim.viewer && common > tolerated {
                return Some(Exclusion::Overlap);
            }
        }
        let used = self
            .groups
            .iter()
            .filter(|group| **group == leaf.address_tag)
            .count();
        if used >= world.quota as usize {
            return Some(Exclusion::GroupQuota);
        }
        self.minutes.push(minute);
        self.intervals.push((claim.viewer, start, end, issuer));
        self.groups.push(leaf.address_tag);
        None
    }

    fn pay(
        &mut self,
        world: &World,
        settled: &SettledRound,
        issuer: AccountId,
        leaf: &ViewLeaf,
        value: u128,
    ) -> ViewOutcome {
        let shares = world.video(&leaf.claim.video).expect("a known video");
        let ratio = shares.ratio;
        let viewer_part = value * u128::from(ratio.viewer) / 1_000_000;
        let mut parts = vec![
            (leaf.claim.viewer, viewer_part),
            (
                shares.supervisor,
                value * u128::from(ratio.supervisor) / 1_000_000,
            ),
        ];
        let verifier = value * u128::from(ratio.verifier) / 1_000_000;
        if settled.reporters.is_empty() {
            parts.push((issuer, verifier));
        } else {
            parts.push((issuer, verifier / 2));
            let each = verifier.div_ceil(2) / settled.reporters.len() as u128;
            parts.extend(settled.reporters.iter().map(|reporter| (*reporter, each)));
        }
        let storage = value * u128::from(ratio.storage) / 1_000_000;
        let all_bytes: u128 = leaf
            .claim
            .deliveries
            .iter()
            .map(|d| u128::from(d.bytes))
            .sum();
        for delivery in &leaf.claim.deliveries {
            if let Some(owner) = world.providers.get(&delivery.provider)
                && *owner != leaf.claim.viewer
                && all_bytes > 0
            {
                parts.push((*owner, storage * u128::from(delivery.bytes) / all_bytes));
            }
        }
        let issued = world.clock.round_at(leaf.claim.issue_ms);
        let issued = issued.expect("after genesis");
        let mut enhancers = Vec::new();
        for id in &leaf.claim.enhancements {
            enhancers.extend(world.enhancer(*id, &leaf.claim.video, issued));
        }
        for owner in &enhancers {
            let each = value * u128::from(ratio.enhancers) / 1_000_000 / enhancers.len() as u128;
            parts.push((*owner, each));
        }
        let paid: u128 = parts.iter().map(|(_, amount)| amount).sum();
        parts.push((shares.producer, value - paid));
        for (account, amount) in parts.into_iter().filter(|(_, amount)| *amount > 0) {
            *self.totals.entry(account).or_default() += amount;
        }
        ViewOutcome::Paid { value, viewer_part }
    }
}

fn producer_of(world: &World, leaf: &ViewLeaf) -> AccountId {
    let shares = world.video(&leaf.claim.video).expect("a known video");
    shares.producer
}

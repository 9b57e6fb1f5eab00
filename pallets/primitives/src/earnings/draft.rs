//! One settled round in draft: the ledger changes only when the whole round is known to be right.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use super::advertising::Purses;
use super::memory::{Additions, Interval, Memory, Minute, Shown};
use super::{
    EarningsError, Exclusion, Records, ViewOutcome, enhancer_parts, storage_parts, verifier_parts,
};
use crate::campaign::{AD_RATIO, day_of};
use crate::ids::{AccountId, AddressTag};
use crate::ratio::MiningRatio;
use crate::registry::{SettledBlock, SettledRound};
use crate::rounds::Round;
use crate::settlement;
use crate::view::{AdShown, ViewLeaf};

/// What a round adds to a ledger, beside the ledger's memory of earlier rounds.
pub(super) struct Draft<'a, R> {
    settled: &'a SettledRound,
    records: &'a R,
    memory: &'a Memory,
    watching_since: &'a BTreeMap<AccountId, Round>,
    purses: Purses,
    credits: BTreeMap<AccountId, u128>,
    minutes: BTreeSet<Minute>,
    intervals: BTreeMap<AccountId, Vec<Interval>>,
    groups: BTreeMap<AddressTag, u32>,
    shown: BTreeMap<Shown, u32>,
    watched: BTreeSet<AccountId>,
    /// What each view of each block came to, as far as it is known.
    blocks: Vec<Vec<Drafted<'a>>>,
    /// Playtime of the views that count, by producer, in ms.
    produced: BTreeMap<AccountId, u64>,
}

/// What a view came to before the round is known as a whole.
enum Drafted<'a> {
    /// It is an advertisement's, or excluded.
    Done(ViewOutcome),
    /// It draws on emission; its producer's cap is not known yet.
    Counted {
        issuer: AccountId,
        leaf: &'a ViewLeaf,
        /// In units, before the cap.
        value: u128,
    },
}

/// A round as a whole.
pub(super) struct Finished {
    /// What each view of each approved block came to.
    pub(super) outcomes: Vec<Vec<ViewOutcome>>,
    /// What accounts earned, in units.
    pub(super) credits: BTreeMap<AccountId, u128>,
    /// What is to be remembered.
    pub(super) additions: Additions,
}

/// Who is paid for a view by role, and how.
struct Payees {
    producer: AccountId,
    supervisor: AccountId,
    ratio: MiningRatio,
}

impl<'a, R: Records> Draft<'a, R> {
    pub(super) fn new(
        settled: &'a SettledRound,
        records: &'a R,
        memory: &'a Memory,
        watching_since: &'a BTreeMap<AccountId, Round>,
    ) -> Result<Self, EarningsError> {
        Ok(Self {
            settled,
            records,
            memory,
            watching_since,
            purses: Purses::open(settled, records)?,
            credits: BTreeMap::new(),
            minutes: BTreeSet::new(),
            intervals: BTreeMap::new(),
            groups: BTreeMap::new(),
            shown: BTreeMap::new(),
            watched: BTreeSet::new(),
            blocks: Vec::new(),
            produced: BTreeMap::new(),
        })
    }

    /// What each view of each block came to, what accounts earned, and what is to be remembered.
    pub(super) fn finish(mut self) -> Result<Finished, EarningsError> {
        let cap_ms = self.producer_cap_ms()?;
        let mut outcomes = Vec::with_capacity(self.blocks.len());
        for block in core::mem::take(&mut self.blocks) {
            let block = block.into_iter().map(|view| self.outcome(view, cap_ms));
            outcomes.push(block.collect::<Result<Vec<_>, _>>()?);
        }
        for (advertiser, rest) in self.purses.close()? {
            credit(&mut self.credits, advertiser, rest)?;
        }
        self.intervals.retain(|_, intervals| !intervals.is_empty());
        self.groups.retain(|_, views| *views > 0);
        self.shown.retain(|_, views| *views > 0);
        let additions = Additions {
            minutes: self.minutes.into_iter().collect(),
            intervals: self.intervals,
            groups: self.groups,
            shown: self.shown,
            watched: self.watched,
        };
        Ok(Finished {
            outcomes,
            credits: self.credits,
            additions,
        })
    }

    /// What one producer's videos count at most in this round, in ms of playtime.
    fn producer_cap_ms(&self) -> Result<u64, EarningsError> {
        let mut playtimes = self.produced.values();
        let all = playtimes.try_fold(0u64, |sum, playtime| sum.checked_add(*playtime));
        let all = all.ok_or(EarningsError::Overflow)?;
        Ok(settlement::producer_cap_ms(all, self.produced.len() as u64))
    }

    /// Pays a view that counts, by what its producer's cap leaves of it.
    fn outcome(&mut self, view: Drafted<'_>, cap_ms: u64) -> Result<ViewOutcome, EarningsError> {
        match view {
            Drafted::Done(outcome) => Ok(outcome),
            Drafted::Counted {
                issuer,
                leaf,
                value,
            } => {
                let producer = self.payees(leaf)?.producer;
                let produced_ms = self.produced.get(&producer).copied().unwrap_or(0);
                let value = settlement::capped_value(value, produced_ms, cap_ms)
                    .ok_or(EarningsError::Overflow)?;
                self.pay(value, issuer, leaf)
            }
        }
    }

    /// Takes one approved block in: excludes what earns nothing, pays for advertisements, and values the rest.
    pub(super) fn block(
        &mut self,
        block: &SettledBlock,
        body: &'a [ViewLeaf],
    ) -> Result<(), EarningsError> {
        let playtimes = self.playtimes(block, body)?;
        let views = body.iter().zip(playtimes);
        let views = views.map(|(leaf, playtime_ms)| self.view(block, leaf, playtime_ms));
        let views = views.collect::<Result<Vec<_>, _>>()?;
        self.blocks.push(views);
        Ok(())
    }

    /// Playtimes that count towards the block's, in ms: 0 for an advertisement, which never draws on emission.
    fn playtimes(
        &self,
        block: &SettledBlock,
        body: &[ViewLeaf],
    ) -> Result<Vec<u32>, EarningsError> {
        if u32::try_from(body.len()) != Ok(block.count) {
            return Err(EarningsError::BodyMissing);
        }
        let playtimes = body
            .iter()
            .map(|leaf| match leaf.claim.ad {
                Some(_) => Ok(0),
                None => self
                    .records
                    .playtime_ms(&leaf.claim.video, leaf.claim.minute)
                    .ok_or(EarningsError::UnknownVideo),
            })
            .collect::<Result<Vec<u32>, _>>()?;
        // Were the sum another than the header's, the views' values would not add up to the block's reward.
        let sum = playtimes
            .iter()
            .try_fold(0u64, |sum, playtime| sum.checked_add(u64::from(*playtime)));
        if sum != Some(block.playtime_ms) {
            return Err(EarningsError::BodyMissing);
        }
        Ok(playtimes)
    }

    fn view(
        &mut self,
        block: &SettledBlock,
        leaf: &'a ViewLeaf,
        playtime_ms: u32,
    ) -> Result<Drafted<'a>, EarningsError> {
        let issue_round = self
            .records
            .round_at(leaf.claim.issue_ms)
            .ok_or(EarningsError::UnknownRound)?;
        let ad = leaf.claim.ad.as_ref();
        let of_campaign = ad.map(|ad| self.purses.charge(ad)).transpose()?;
        if let Some(reason) = self.exclusion(block.issuer, leaf, issue_round)? {
            return Ok(Drafted::Done(ViewOutcome::Excluded(reason)));
        }
        if let (Some(ad), Some(value)) = (ad, of_campaign) {
            self.purses.take(ad, value)?;
            return self.pay(value, block.issuer, leaf).map(Drafted::Done);
        }
        self.watched.insert(leaf.claim.viewer);
        let produced = self
            .produced
            .entry(self.payees(leaf)?.producer)
            .or_default();
        *produced = produced
            .checked_add(u64::from(playtime_ms))
            .ok_or(EarningsError::Overflow)?;
        let value = match playtime_ms {
            0 => 0,
            _ => settlement::view_value(block.reward, playtime_ms, block.playtime_ms)
                .ok_or(EarningsError::Overflow)?,
        };
        Ok(Drafted::Counted {
            issuer: block.issuer,
            leaf,
            value,
        })
    }

    /// Marks the view as earning, or says why it can't.
    fn exclusion(
        &mut self,
        issuer: AccountId,
        leaf: &ViewLeaf,
        issue_round: Round,
    ) -> Result<Option<Exclusion>, EarningsError> {
        let claim = &leaf.claim;
        let minute = match claim.ad {
            // Emission is what the minute guards; an advertisement draws on none.
            Some(_) => None,
            None => Some(Minute {
                cycle: self
                    .records
                    .cycle_of(issue_round)
                    .ok_or(EarningsError::UnknownRound)?,
                viewer: claim.viewer,
                video: claim.video,
                minute: claim.minute,
            }),
        };
        if minute
            .is_some_and(|minute| self.memory.is_spent(&minute) || self.minutes.contains(&minute))
        {
            return Ok(Some(Exclusion::SameMinute));
        }
        let (start_ms, end_ms) = leaf.interval();
        let interval = Interval {
            start_ms,
            end_ms,
            issuer,
            paid_in: self.settled.round,
        };
        let in_draft = self.intervals.entry(claim.viewer).or_default();
        let mut earlier = self
            .memory
            .intervals(&claim.viewer)
            .iter()
            .chain(&*in_draft);
        if earlier.any(|other| interval.collides_with(other)) {
            return Ok(Some(Exclusion::Overlap));
        }
        let in_group = self.groups.entry(leaf.address_tag).or_default();
        let used = self
            .memory
            .paid_in_group(&leaf.address_tag)
            .saturating_add(*in_group);
        if used >= self.records.views_per_group(issue_round) {
            return Ok(Some(Exclusion::GroupQuota));
        }
        if let Some(ad) = &claim.ad
            && let Some(terms) = self.purses.terms(ad.campaign)
        {
            let shown = Shown {
                day: day_of(issue_round),
                campaign: ad.campaign,
                viewer: claim.viewer,
            };
            let in_day = self.shown.entry(shown).or_default();
            let views = self.memory.shown(&shown).saturating_add(*in_day);
            if views >= u32::from(terms.views_per_day) {
                return Ok(Some(Exclusion::CampaignCap));
            }
            let since = self.watching_since.get(&claim.viewer);
            let age = since.and_then(|since| issue_round.checked_sub(*since));
            if terms.least_account_age > 0 && age.is_none_or(|age| age < terms.least_account_age) {
                return Ok(Some(Exclusion::AccountTooYoung));
            }
            *in_day = in_day.saturating_add(1);
        }
        *in_group = in_group.saturating_add(1);
        in_draft.push(interval);
        self.minutes.extend(minute);
        Ok(None)
    }

    /// The producer and the supervisor that a view pays, and how it splits: an advertisement pays the producer of the
    /// video in which it ran.
    fn payees(&self, leaf: &ViewLeaf) -> Result<Payees, EarningsError> {
        let host = match leaf.claim.ad {
            Some(AdShown { host_video, .. }) => host_video,
            None => leaf.claim.video,
        };
        let video = self
            .records
            .video(&host)
            .ok_or(EarningsError::UnknownVideo)?;
        Ok(Payees {
            producer: video.producer,
            supervisor: video.supervisor,
            ratio: match leaf.claim.ad {
                Some(_) => AD_RATIO,
                None => video.ratio,
            },
        })
    }

    /// Owners of the enhancements that a view showed, as of its round of issue; one that counted for nothing then has
    /// none.
    fn enhancers(&self, leaf: &ViewLeaf) -> Result<Vec<AccountId>, EarningsError> {
        let claim = &leaf.claim;
        let issued = self.records.round_at(claim.issue_ms);
        let issued = issued.ok_or(EarningsError::UnknownRound)?;
        let named = claim.enhancements.iter();
        Ok(named
            .filter_map(|id| self.records.enhancer(*id, &claim.video, issued))
            .collect())
    }

    /// Credits one view's value to everybody in it.
    fn pay(
        &mut self,
        value: u128,
        issuer: AccountId,
        leaf: &ViewLeaf,
    ) -> Result<ViewOutcome, EarningsError> {
        let payees = self.payees(leaf)?;
        let parts = payees.ratio.split(value).ok_or(EarningsError::Overflow)?;
        let mut shares = Vec::from([
            (leaf.claim.viewer, parts.viewer),
            (payees.supervisor, parts.supervisor),
        ]);
        shares.extend(verifier_parts(
            parts.verifier,
            issuer,
            &self.settled.reporters,
        ));
        shares.extend(storage_parts(parts.storage, leaf, self.records));
        shares.extend(enhancer_parts(parts.enhancers, &self.enhancers(leaf)?));
        let mut rest = value;
        for (account, amount) in shares {
            rest = rest.checked_sub(amount).ok_or(EarningsError::Overflow)?;
            credit(&mut self.credits, account, amount)?;
        }
        // The producer receives its share, the remainders, and what belongs to a role that has nobody.
        credit(&mut self.credits, payees.producer, rest)?;
        Ok(ViewOutcome::Paid {
            value,
            viewer_part: parts.viewer,
        })
    }
}

fn credit(
    credits: &mut BTreeMap<AccountId, u128>,
    account: AccountId,
    amount: u128,
) -> Result<(), EarningsError> {
    if amount == 0 {
        return Ok(());
    }
    let credited = credits.entry(account).or_default();
    *credited = credited
        .checked_add(amount)
        .ok_or(EarningsError::Overflow)?;
    Ok(())
}

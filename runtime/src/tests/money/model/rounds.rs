//! Rounds: from reports to settlement and adopted earnings.

use super::{Adopted, Block, EMISSION, Model, Report, State, VERIFIERS, Vote, Who};

impl Model {
    /// A block began in `round`.
    pub(in super::super) fn begin_block(&mut self, round: u32) {
        if !self.begun {
            self.begun = true;
            self.round = round;
            return;
        }
        self.punish_approvers();
        if round == self.round {
            return;
        }
        // A block is a third of a round's three: every round with one counts.
        self.counted.push(self.round);
        if let Some(place) = self.counted.len().checked_sub(4) {
            self.settle(place);
        }
        self.round = round;
    }

    /// A verifier's report of the round that counted last.
    pub(in super::super) fn take_report(&mut self, verifier: Who, report: Report) {
        let Some(round) = self.counted.last().copied() else {
            return;
        };
        let vote = report.vote;
        let takes_part = report.block.is_some();
        self.reports.insert((round, verifier), report);
        if takes_part && let Some(vote) = vote {
            self.vote(verifier, round, vote);
        }
    }

    /// Who approves which blocks of the counted round at `place`, as far as the verdicts count: the verifier kept its part of
    /// the draw, and proved that it had the bodies.
    fn approvals(&self, place: usize, issuer: Who) -> Vec<Who> {
        let [of, judged_in, opened_in] = [0, 1, 2].map(|later| self.counted[place + later]);
        (0..VERIFIERS)
            .filter(|voter| {
                let Some(report) = self.reports.get(&(judged_in, *voter)) else {
                    return false;
                };
                let revealed = self.reports.contains_key(&(of, *voter));
                let proved =
                    !report.approves_views || self.reports.contains_key(&(opened_in, *voter));
                revealed && proved && report.approves.contains(&issuer)
            })
            .collect()
    }

    fn settle(&mut self, place: usize) {
        let round = self.counted[place];
        let opened_in = self.counted[place + 2];
        let blocks: Vec<(Who, Block)> = (0..VERIFIERS)
            .filter_map(|issuer| {
                let report = self.reports.get(&(round, issuer))?;
                Some((issuer, report.block.clone()?))
            })
            .collect();
        let is_void = |model: &Self, issuer| model.faults.contains(&(round, issuer));

        // Each header weighs at most twice the lower median, or 20 minutes.
        let mut playtimes: Vec<u128> = blocks
            .iter()
            .filter(|(issuer, _)| !is_void(self, *issuer))
            .map(|(_, block)| block.playtime_ms)
            .collect();
        playtimes.sort_unstable();
        let median = playtimes.get(playtimes.len().saturating_sub(1) / 2);
        let cap = (2 * median.copied().unwrap_or(0)).max(1_200_000);
        let all: u128 = playtimes.iter().map(|playtime| playtime.min(&cap)).sum();
        let reward = match self.rate {
            Some(rate) => EMISSION.min(all * rate / 1_000),
            None => EMISSION,
        };

        let active = |voter: &Who| !self.suspended[*voter];
        let mut approved = Vec::new();
        for (issuer, block) in &blocks {
            let others = (0..VERIFIERS).filter(|voter| voter != issuer && active(voter));
            let eligible = others.count().max(1);
            let approvals = self.approvals(place, *issuer);
            let approvals = approvals.into_iter().filter(active).count();
            let opener = self.reports.get(&(opened_in, *issuer));
            let opened = block.views == 0 || opener.is_some_and(|report| report.opens);
            if opened && !is_void(self, *issuer) && 100 * approvals > 51 * eligible {
                approved.push(block.clone());
            }
        }
        for block in &approved {
            let part = (reward * block.playtime_ms.min(cap)).checked_div(all);
            self.settled += part.unwrap_or_default();
        }
        self.debit(&approved);
        self.owed.push((round, self.settled + self.advertised));
    }

    /// Campaigns pay what approved blocks say, as far as they have it and want to.
    fn debit(&mut self, approved: &[Block]) {
        for id in 0..self.campaigns.len() {
            let debits: Vec<u128> = approved
                .iter()
                .filter_map(|block| block.debits.get(&id).copied())
                .collect();
            if debits.is_empty() {
                continue;
            }
            let round = self.round;
            let campaign = &mut self.campaigns[id];
            let owed: u128 = debits.iter().sum();
            let amount = owed.min(campaign.limit).min(campaign.balance);
            campaign.balance -= amount;
            campaign.paid += amount;
            if campaign.balance < campaign.price && campaign.state.0 == State::Active {
                campaign.state = (State::Spent, round + 2);
            }
            let advertiser = campaign.advertiser;
            self.held[advertiser] -= amount;
            self.issued -= amount;
            self.advertised += amount;
        }
    }

    fn is_settled(&self, round: u32) -> bool {
        self.owed.last().is_some_and(|(last, _)| round <= *last)
    }

    /// One block's approvers at a time pay a tenth of what its issuer paid.
    fn punish_approvers(&mut self) {
        let open = self.open_faults.iter();
        let Some(next) = open.clone().position(|(round, _)| self.is_settled(*round)) else {
            return;
        };
        let (round, issuer) = self.open_faults.remove(next);
        let place = self.counted.iter().position(|counted| *counted == round);
        let approvers = self.approvals(place.expect("it is settled"), issuer);
        for approver in approvers {
            let price = self.price_of_fault() / 10;
            self.slash(approver, price);
        }
    }

    /// What was owed in all as of a round; nothing while that may still grow.
    pub(in super::super) fn owed_as_of(&self, as_of: u32) -> Option<u128> {
        if !self.is_settled(as_of) {
            return None;
        }
        let before = self.owed.iter().rev().find(|(round, _)| *round <= as_of);
        Some(before.map_or(0, |(_, owed)| *owed))
    }

    pub(in super::super) fn last_adopted(&self) -> Option<(u32, Adopted)> {
        self.adopted
            .last_key_value()
            .map(|(as_of, adopted)| (*as_of, *adopted))
    }

    /// A vote counts when it is due, above what is adopted, and no more than what is owed.
    fn vote(&mut self, verifier: Who, reported: u32, vote: Vote) {
        let places = self.counted.len();
        let unsettled = self.counted[places.saturating_sub(3)];
        let is_due = reported.checked_sub(5) == Some(vote.as_of) && vote.as_of < unsettled;
        let last = self.last_adopted();
        let is_later = last.is_none_or(|(as_of, _)| vote.as_of > as_of);
        let is_more = last.is_none_or(|(_, adopted)| vote.sum >= adopted.sum);
        let is_owed = self
            .owed_as_of(vote.as_of)
            .is_some_and(|owed| vote.sum <= owed);
        if !(is_due && is_later && is_more && is_owed) {
            return;
        }
        let votes = self.votes.entry(vote.as_of).or_default();
        votes.insert(verifier, vote);
        let agreed = votes.values().filter(|other| **other == vote).count();
        let active = self.suspended.iter().filter(|out| !**out).count();
        if 100 * agreed > 51 * active {
            self.votes.clear();
            let adopted = Adopted {
                root: vote.root,
                sum: vote.sum,
                in_round: self.round,
            };
            self.adopted.insert(vote.as_of, adopted);
        }
    }
}

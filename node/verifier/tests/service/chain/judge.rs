//! Reports, openings and settlement by the rules.

use std::collections::BTreeMap;

use chainflix_primitives::{
    AccountId, Round, Sha256, draw,
    emission::EmissionPreset,
    hash::Hash32,
    merkle,
    registry::{SettledBlock, SettledRound, VideoState},
    report::{HeaderOpening, Report, Verdict, VerdictOn, personal_leaf_hash},
    settlement,
    view::LeafContext,
    window,
};
use ed25519_zebra::{Signature, VerificationKey};

use super::{GENESIS, State};

impl State {
    /// Takes a report, if it is due and in order.
    pub(super) fn apply_report(&mut self, report: Report) -> Result<(), String> {
        let verifier = report.verifier;
        if self.due() != Some(report.round) {
            return Err(format!("report of round {} is not due", report.round));
        }
        if !self.owes(&verifier) {
            return Err("not a verifier".into());
        }
        let is_member =
            self.set_in(report.round).contains(&verifier) && !self.suspended.contains(&verifier);
        if !is_member && (report.header.count, report.header.tickets.count) != (0, 0) {
            return Err("a header of who has left".into());
        }
        if self.reports.contains_key(&(report.round, verifier)) {
            return Err("reported already".into());
        }
        let last = self.commitments.get(&verifier);
        match (report.reveal, last) {
            (Some(preimage), Some((_, committed))) => {
                if draw::commitment::<Sha256>(&preimage) != *committed {
                    return Err("wrong preimage".into());
                }
            }
            (Some(_), None) => return Err("reveals what it did not commit to".into()),
            (None, _) => {}
        }
        for late in &report.header.late_tickets {
            let oldest = self.carried_from(report.round);
            let is_late = (oldest..report.round).contains(&late.round);
            if !is_late || self.tickets.contains_key(&(verifier, late.round)) {
                return Err(format!("late tickets of round {}", late.round));
            }
        }
        for late in &report.header.late_tickets {
            self.tickets.insert((verifier, late.round), late.tickets);
        }
        self.tickets
            .insert((verifier, report.round), report.header.tickets);
        self.commitments
            .insert(verifier, (report.round, report.commitment));
        if let Some(triple) = report.earnings {
            self.vote(verifier, triple);
        }
        self.reports.insert((report.round, verifier), report);
        Ok(())
    }

    fn vote(&mut self, verifier: AccountId, triple: chainflix_primitives::report::EarningsTriple) {
        self.votes.insert(verifier, triple);
        let same = self.votes.values().filter(|vote| **vote == triple).count();
        let settled: u128 = self
            .settled
            .iter()
            .filter(|settled| settled.round <= triple.as_of)
            .map(|round| round.settled + round.ads.iter().map(|ad| ad.paid).sum::<u128>())
            .sum();
        let newer = self
            .adopted
            .is_none_or(|adopted| adopted.as_of < triple.as_of && adopted.sum <= triple.sum);
        if 100 * same > 51 * self.set.len() && newer {
            assert!(triple.sum <= settled, "earnings above what was settled");
            self.adopted = Some(triple);
        }
    }

    /// A counted round is over: the draw of the one two before is known, the one three before is settled.
    pub(super) fn close_counted(&mut self, round: Round) {
        self.counted.push(round);
        let back = |n: usize| {
            let at = self.counted.len().checked_sub(n + 1)?;
            self.counted.get(at).copied()
        };
        // Reports of counted[1] hold the verdicts on counted[2].
        if let (Some(judged_in), Some(drawn)) = (back(1), back(2)) {
            let reports = self.reports_of(judged_in);
            let preimages: Vec<Hash32> = reports.values().filter_map(|r| r.reveal).collect();
            let seed = draw::draw::<Sha256>(drawn, preimages.iter());
            self.draws.insert(drawn, seed);
        }
        if let (Some(opened_in), Some(judged_in), Some(settled)) = (back(1), back(2), back(3)) {
            self.settle(settled, judged_in, opened_in);
        }
    }

    fn reports_of(&self, round: Round) -> BTreeMap<AccountId, &Report> {
        self.reports
            .range((round, AccountId([0; 32]))..=(round, AccountId([255; 32])))
            .map(|((_, account), report)| (*account, report))
            .collect()
    }

    fn settle(&mut self, round: Round, judged_in: Round, opened_in: Round) {
        let set = self.set_in(round).to_vec();
        // Whoever had left by then has a report, and no header.
        let mut headers = self.reports_of(round);
        headers.retain(|issuer, _| set.contains(issuer));
        let judges = self.reports_of(judged_in);
        let openers = self.reports_of(opened_in);
        let seed = self.draws.get(&round).copied().unwrap_or_default();
        let mut complaints = Vec::new();
        let mut punished = Vec::new();
        let mut approvals: BTreeMap<AccountId, u32> = BTreeMap::new();
        let mut reporters = Vec::new();
        for (judge, report) in &judges {
            let expected = headers
                .keys()
                .filter(|i| *i != judge || set.len() == 1)
                .count();
            let counts = report.reveal.is_some() && report.verdicts.len() == expected;
            let proved =
                self.personal_is_opened(judge, report, openers.get(judge).copied(), round, &seed);
            if !proved {
                complaints.push(format!(
                    "round {round}: {judge:?} did not open its personal root"
                ));
            }
            if counts && proved && set.contains(judge) {
                reporters.push((*judge, *report));
                for on in report
                    .verdicts
                    .iter()
                    .filter(|on| on.verdict == Verdict::Approve)
                {
                    *approvals.entry(on.issuer).or_default() += 1;
                }
            }
        }
        let eligible = settlement::eligible(u32::try_from(set.len()).expect("few"));
        let emission = EmissionPreset::Whitepaper
            .schedule(self.clock.round_ms)
            .expect("a schedule")
            .reward(round);
        let is_void = |issuer: &AccountId| {
            let key = (round, *issuer);
            self.faults.contains_key(&key) || self.void.contains(&key)
        };
        let playtimes: Vec<u64> = headers
            .iter()
            .map(|(issuer, r)| {
                if is_void(issuer) {
                    0
                } else {
                    r.header.playtime_ms
                }
            })
            .collect();
        let weights = settlement::capped_weights(&playtimes);
        let total: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
        let reward = settlement::round_reward(emission, total, None);
        let mut blocks = Vec::new();
        for ((issuer, report), weight_ms) in headers.iter().zip(weights) {
            let header = &report.header;
            let opened = self.is_opened(issuer, report, openers.get(issuer).copied(), round, &seed);
            if let Err(why) = &opened {
                complaints.push(format!("round {round}: {issuer:?} opens {why}"));
            }
            let voided = is_void(issuer);
            if voided {
                let approvers = judges.iter().filter(|(_, report)| {
                    let approval = VerdictOn {
                        issuer: *issuer,
                        verdict: Verdict::Approve,
                    };
                    report.verdicts.contains(&approval)
                });
                punished.extend(approvers.map(|(judge, _)| *judge));
            }
            let approved = opened.is_ok()
                && !voided
                && settlement::is_approved(approvals.get(issuer).copied().unwrap_or(0), eligible);
            let paid = settlement::block_reward(reward, weight_ms, total).unwrap_or(0);
            blocks.push(SettledBlock {
                issuer: *issuer,
                root: header.root,
                count: header.count,
                playtime_ms: header.playtime_ms,
                approved,
                voided,
                weight_ms,
                reward: if approved { paid } else { 0 },
            });
        }
        let paid: Vec<&SettledBlock> = blocks
            .iter()
            .filter(|block| block.approved && block.count > 0)
            .collect();
        let has_judged_enough = |(judge, report): &(AccountId, &Report)| {
            let others = paid.iter().filter(|block| block.issuer != *judge);
            let approves = |block: &&&SettledBlock| {
                let approval = VerdictOn {
                    issuer: block.issuer,
                    verdict: Verdict::Approve,
                };
                report.verdicts.contains(&approval)
            };
            let approved = others.clone().filter(approves).count() as u32;
            settlement::has_judged_enough(approved, others.count() as u32)
        };
        let reporters: Vec<AccountId> = reporters
            .into_iter()
            .filter(has_judged_enough)
            .map(|(judge, _)| judge)
            .collect();
        let approved = blocks.iter().filter(|block| block.approved);
        let debits = approved.flat_map(|block| headers[&block.issuer].header.debits.to_vec());
        let ads = self.pay_ads(debits.collect());
        let settled = SettledRound {
            round,
            emission,
            settled: blocks.iter().map(|block| block.reward).sum(),
            blocks: blocks.try_into().expect("few"),
            reporters: reporters.try_into().expect("few"),
            ads: ads.try_into().expect("few"),
        };
        self.complaints.extend(complaints);
        self.punished.extend(punished);
        self.settled.push(settled);
    }

    fn personal_is_opened(
        &self,
        judge: &AccountId,
        report: &Report,
        next: Option<&Report>,
        round: Round,
        seed: &Hash32,
    ) -> bool {
        let personal = &report.personal;
        if personal.count == 0 {
            return true;
        }
        let drawn = draw::drawn_leaf::<Sha256>(seed, &personal.root, personal.count, 0);
        let (Some(opening), Some(place)) = (next.and_then(|r| r.personal_opening.as_ref()), drawn)
        else {
            return false;
        };
        let leaf = personal_leaf_hash::<Sha256>(judge, &opening.leaf);
        let in_personal = merkle::verify::<Sha256>(
            leaf,
            place,
            personal.count,
            &opening.personal_path,
            &personal.root,
        );
        // Its place among the approved headers, in order of verdicts.
        let mut before = 0;
        for on in report
            .verdicts
            .iter()
            .filter(|on| on.verdict == Verdict::Approve)
        {
            let header = &self.reports[&(round, on.issuer)].header;
            if place < before + header.count {
                let leaf = opening.leaf.leaf_hash::<Sha256>();
                let at = place - before;
                return in_personal
                    && merkle::verify::<Sha256>(
                        leaf,
                        at,
                        header.count,
                        &opening.header_path,
                        &header.root,
                    );
            }
            before += header.count;
        }
        false
    }

    fn is_opened(
        &self,
        issuer: &AccountId,
        report: &Report,
        next: Option<&Report>,
        round: Round,
        seed: &Hash32,
    ) -> Result<(), String> {
        let header = &report.header;
        let drawn = draw::drawn_leaves::<Sha256>(seed, &header.root, header.count);
        let openings = next.map(|r| r.openings.to_vec()).unwrap_or_default();
        let opened: Vec<u32> = openings.iter().map(|opening| opening.index).collect();
        if drawn != opened {
            return Err(format!("{opened:?} instead of {drawn:?}"));
        }
        openings
            .iter()
            .try_for_each(|opening| self.check_opening(issuer, report, round, opening))
    }

    fn check_opening(
        &self,
        issuer: &AccountId,
        report: &Report,
        round: Round,
        opening: &HeaderOpening,
    ) -> Result<(), String> {
        let (header, leaf) = (&report.header, &opening.leaf);
        let claim = &leaf.claim;
        let hash = leaf.leaf_hash::<Sha256>();
        let ensure = |holds: bool, what: &str| if holds { Ok(()) } else { Err(what.to_string()) };
        ensure(
            merkle::verify::<Sha256>(
                hash,
                opening.index,
                header.count,
                &opening.path,
                &header.root,
            ),
            "a leaf that is not under the header",
        )?;
        let issued = self
            .clock
            .round_at(claim.issue_ms)
            .ok_or("a time before the chain's")?;
        let terms = self.videos.get(&claim.video).ok_or("an unknown video")?;
        ensure(
            self.state_of(&claim.video, issued) == Some(VideoState::Active),
            "an inactive video",
        )?;
        let playtime_ms =
            window::cell_playtime(terms.total_playtime_ms, claim.minute).ok_or("no such cell")?;
        leaf.check::<Sha256>(&LeafContext {
            genesis: GENESIS,
            clock: self.clock,
            header_round: round,
            carried_from: self.carried_from(round),
            cycle: self.rule().cycle_of(issued).ok_or("no cycle")?,
            difficulty: self.parameters.difficulty,
            playtime_ms,
        })
        .map_err(|error| format!("a wrong leaf: {error:?}"))?;
        let granted = &opening.delegation.delegation;
        ensure(
            granted.hash::<Sha256>() == claim.delegation
                && granted.account == claim.viewer
                && granted.holds_in(issued),
            "a wrong delegation",
        )?;
        let signed = VerificationKey::try_from(granted.session_key).and_then(|key| {
            key.verify(
                &Signature::from(leaf.signature.0),
                &claim.signing_payload(&GENESIS),
            )
        });
        ensure(signed.is_ok(), "a wrong signature")?;
        let tickets = self
            .tickets
            .get(&(*issuer, issued))
            .ok_or("a ticket of no reported list")?;
        let ticket = leaf.ticket(*issuer, issued).leaf_hash::<Sha256>();
        ensure(
            merkle::verify::<Sha256>(
                ticket,
                leaf.ticket_index,
                tickets.count,
                &opening.ticket_path,
                &tickets.root,
            ),
            "a ticket that is not in its list",
        )
    }

    /// State of a video in a round.
    pub(crate) fn state_of(
        &self,
        video: &chainflix_primitives::Magnet,
        round: Round,
    ) -> Option<VideoState> {
        let states = self.video_states.get(video)?;
        let state = states.iter().rev().find(|(from, _)| *from <= round);
        state.map(|(_, state)| *state)
    }
}

//! What a block of the chain in memory leaves behind, and what follows from it.

use std::{collections::BTreeMap, ops::Range};

use chainflix_primitives::{
    AccountId, Cycle, Magnet, Round, Sha256,
    draw::first_cycle_seed,
    duty::{SetSecretDuty, SetSecretRecord, set_secret_maker},
    fault::FaultProof,
    hash::Hash32,
    registry::{
        CountedEnhancement, PovParameters, ProviderRecord, ROUNDS_UNTIL_EFFECT, SettledRound,
        Standing, VerifierAnnouncement, VideoState, VideoTerms,
    },
    report::{EarningsTriple, Report, TicketsRoot},
    rounds::{CycleRule, RoundClock, carried_from, is_counted},
};

use super::{Campaign, SLOT_MS};

/// What a block leaves behind.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) number: u64,
    pub(crate) now_ms: u64,
    pub(crate) clock: RoundClock,
    pub(crate) cycle_length: u32,
    pub(crate) parameters: PovParameters,
    /// Verifiers of the session, ascending.
    pub(crate) set: Vec<AccountId>,
    /// Verifiers that hold in rounds from one on, ascending.
    pub(crate) sets: Vec<(Round, Vec<AccountId>)>,
    pub(crate) announcements: BTreeMap<AccountId, VerifierAnnouncement>,
    /// The key epoch that is open, and the round in which it opened.
    pub(crate) epoch: (u32, Round),
    pub(crate) secrets: BTreeMap<u32, SetSecretRecord>,
    pub(crate) acknowledged: BTreeMap<u32, Vec<AccountId>>,
    /// Proven faults, with who proved them.
    pub(crate) faults: BTreeMap<(Round, AccountId), (FaultProof, AccountId)>,
    pub(crate) suspended: Vec<AccountId>,
    /// Blocks that are void without a proof.
    pub(crate) void: Vec<(Round, AccountId)>,
    /// Who approved a block that was proven faulty, once it was settled.
    pub(crate) punished: Vec<AccountId>,
    pub(crate) round: Round,
    pub(crate) blocks_in_round: u32,
    /// Counted rounds, latest last.
    pub(crate) counted: Vec<Round>,
    pub(crate) reports: BTreeMap<(Round, AccountId), Report>,
    pub(crate) tickets: BTreeMap<(AccountId, Round), TicketsRoot>,
    pub(crate) commitments: BTreeMap<AccountId, (Round, Hash32)>,
    pub(crate) draws: BTreeMap<Round, Hash32>,
    pub(crate) settled: Vec<SettledRound>,
    /// The first settled round that verifiers are still told.
    pub(crate) kept_from: Round,
    pub(crate) votes: BTreeMap<AccountId, EarningsTriple>,
    pub(crate) adopted: Option<EarningsTriple>,
    /// Earnings that were adopted before those, as far as a test says so.
    pub(crate) adopted_before: Vec<EarningsTriple>,
    /// Who proved adopted earnings wrong.
    pub(crate) voided_by: Vec<AccountId>,
    pub(crate) videos: BTreeMap<Magnet, VideoTerms>,
    /// State of a video from a round on, ascending.
    pub(crate) video_states: BTreeMap<Magnet, Vec<(Round, VideoState)>>,
    /// Enhancements of a video, each with the rounds in which it counts for its owner.
    pub(crate) enhancements: BTreeMap<Magnet, Vec<(Range<Round>, CountedEnhancement)>>,
    pub(crate) campaigns: Vec<Campaign>,
    pub(crate) providers: Vec<ProviderRecord>,
    pub(crate) controllers: Vec<[u8; 32]>,
    pub(crate) producers: Vec<AccountId>,
    /// Why reports were not taken.
    pub(crate) complaints: Vec<String>,
}

impl State {
    /// That of the first block.
    pub(super) fn at_genesis(set: Vec<AccountId>, round_ms: u32, start_ms: u64) -> Self {
        Self {
            number: 1,
            now_ms: start_ms,
            clock: RoundClock {
                genesis_ms: start_ms,
                round_ms,
            },
            cycle_length: 10_000,
            parameters: PovParameters {
                difficulty: 8,
                views_per_group: 1_000,
                ..PovParameters::default()
            },
            sets: vec![(0, set.clone())],
            set,
            announcements: BTreeMap::new(),
            epoch: (0, 0),
            secrets: BTreeMap::new(),
            acknowledged: BTreeMap::new(),
            faults: BTreeMap::new(),
            suspended: Vec::new(),
            void: Vec::new(),
            punished: Vec::new(),
            round: 0,
            blocks_in_round: 1,
            counted: Vec::new(),
            reports: BTreeMap::new(),
            tickets: BTreeMap::new(),
            commitments: BTreeMap::new(),
            draws: BTreeMap::new(),
            settled: Vec::new(),
            kept_from: 0,
            votes: BTreeMap::new(),
            adopted: None,
            adopted_before: Vec::new(),
            voided_by: Vec::new(),
            enhancements: BTreeMap::new(),
            videos: BTreeMap::new(),
            video_states: BTreeMap::new(),
            campaigns: Vec::new(),
            providers: Vec::new(),
            controllers: Vec::new(),
            producers: Vec::new(),
            complaints: Vec::new(),
        }
    }

    /// The enhancements of a video that count in a round.
    pub(crate) fn enhancements_in(&self, video: &Magnet, round: Round) -> Vec<CountedEnhancement> {
        let all = self.enhancements.get(video).into_iter().flatten();
        let counted = all.filter(|(rounds, _)| rounds.contains(&round));
        counted.map(|(_, enhancement)| *enhancement).collect()
    }

    /// Seed of a cycle.
    pub(crate) fn seed_of(cycle: Cycle) -> Hash32 {
        let mut seed = first_cycle_seed::<Sha256>();
        seed[..4].copy_from_slice(&cycle.to_le_bytes());
        seed
    }

    pub(crate) fn standing(&self) -> Standing {
        let counted: Vec<Round> = self.counted.iter().rev().take(4).copied().collect();
        Standing {
            round: self.round,
            counted: counted.try_into().expect("at most four"),
        }
    }

    /// First round from which views are carried into the header of a counted round.
    pub(crate) fn carried_from(&self, round: Round) -> Round {
        let before = self
            .counted
            .iter()
            .rev()
            .filter(|counted| **counted < round);
        let twentieth = before.copied().nth(19);
        carried_from(round, twentieth, self.cycle_length)
    }

    pub(crate) fn rule(&self) -> CycleRule {
        CycleRule::from_genesis(self.cycle_length)
    }

    /// The round whose report is due.
    pub(crate) fn due(&self) -> Option<Round> {
        self.counted.last().copied()
    }

    /// Verifiers that hold in a round.
    pub(crate) fn set_in(&self, round: Round) -> &[AccountId] {
        let begun = self.sets.iter().rev().find(|(from, _)| *from <= round);
        begun.map_or(&[], |(_, set)| set)
    }

    /// Whether a verifier reports what is due: as a member, or because it still owes openings.
    pub(crate) fn owes(&self, account: &AccountId) -> bool {
        let last = self.counted.iter().rev().take(3);
        last.clone().count() > 0
            && last
                .into_iter()
                .any(|of| self.set_in(*of).contains(account))
    }

    /// Whose turn it is to make the secret of an epoch.
    pub(crate) fn maker(&self, epoch: u32) -> Option<AccountId> {
        let (open, opened) = self.epoch;
        if epoch != open {
            return None;
        }
        match self.secrets.get(&epoch) {
            Some(record) if record.in_force => None,
            Some(record) => {
                set_secret_maker(&self.set, Some(&record.maker), record.since, self.round)
            }
            None => set_secret_maker(&self.set, None, opened, self.round),
        }
    }

    pub(super) fn apply_secret(&mut self, from: AccountId, duty: SetSecretDuty) {
        let (SetSecretDuty::Commit { epoch, commitment }
        | SetSecretDuty::Acknowledge { epoch, commitment }) = duty;
        if matches!(duty, SetSecretDuty::Commit { .. }) && self.maker(epoch) == Some(from) {
            let record = SetSecretRecord {
                maker: from,
                commitment,
                since: self.round,
                in_force: false,
                from_round: None,
            };
            self.secrets.insert(epoch, record);
            self.acknowledged.insert(epoch, Vec::new());
        }
        let (set, open, round) = (&self.set, self.epoch.0, self.round);
        let Some(record) = self.secrets.get_mut(&epoch) else {
            return;
        };
        let holders = self.acknowledged.entry(epoch).or_default();
        let is_known = record.in_force || epoch == open;
        if !is_known
            || record.commitment != commitment
            || !set.contains(&from)
            || holders.contains(&from)
        {
            return;
        }
        holders.push(from);
        let holding = holders.iter().filter(|holder| set.contains(holder)).count();
        if !record.in_force && 100 * holding > 51 * set.len() {
            record.in_force = true;
            record.from_round = Some(round + ROUNDS_UNTIL_EFFECT);
        }
    }

    /// Moves to the time of the next block; a new round closes the one before.
    pub(super) fn begin_block(&mut self) {
        self.number += 1;
        self.now_ms += SLOT_MS;
        let round = self.clock.round_at(self.now_ms).expect("after genesis");
        if round == self.round {
            self.blocks_in_round += 1;
            return;
        }
        let per_round = u32::try_from(u64::from(self.clock.round_ms) / SLOT_MS).expect("few");
        if is_counted(self.blocks_in_round, per_round) {
            self.close_counted(self.round);
        }
        self.round = round;
        self.blocks_in_round = 1;
    }
}

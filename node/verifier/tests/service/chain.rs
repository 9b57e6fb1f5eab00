//! A chain in memory that applies reports by the rules, so that services can be tested without a node.
//!
//! It is not the runtime: it takes every transaction for signed, and finalizes two blocks late.

use std::{
    collections::{BTreeMap, VecDeque},
    ops::Range,
    sync::{Arc, Mutex, MutexGuard},
};

use chainflix_primitives::{
    AccountId, Cycle, Magnet, Round, Sha256,
    decrease::DecreaseProof,
    draw::first_cycle_seed,
    duty::{self, SetSecretDuty, SetSecretRecord, set_secret_maker},
    fault::FaultProof,
    hash::Hash32,
    heartbeat::Heartbeat,
    registry::{
        CountedEnhancement, PovParameters, ProviderRecord, ROUNDS_UNTIL_EFFECT, SettledRound,
        Standing, VerifierAnnouncement, VideoState, VideoTerms,
    },
    report::{EarningsTriple, Report, TicketsRoot},
    rounds::{CycleRule, RoundClock, carried_from, is_counted},
};
use chainflix_verifier::{BlockRef, DutyMirror};
use codec::Decode;
use tokio::sync::watch;

mod ads;
mod decrease;
mod fault;
mod judge;
mod view;

pub(crate) use ads::Campaign;
pub(crate) use view::NodeView;

/// Length of a slot in ms.
pub(crate) const SLOT_MS: u64 = 2_400;
/// Blocks by which finality lags.
const FINALITY: usize = 2;
/// Genesis hash.
pub(crate) const GENESIS: Hash32 = [0x67; 32];

/// The `pov` session key of a verifier.
pub(crate) fn pov_pair(verifier: &AccountId) -> schnorrkel::Keypair {
    schnorrkel::MiniSecretKey::from_bytes(&verifier.0)
        .expect("a key")
        .expand_to_keypair(schnorrkel::ExpansionMode::Ed25519)
}

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

    fn apply_secret(&mut self, from: AccountId, duty: SetSecretDuty) {
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
    fn begin_block(&mut self) {
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

struct Inner {
    state: State,
    finalized: State,
    history: VecDeque<State>,
    pending: Vec<(AccountId, Transaction)>,
    /// Verifiers whose off-chain worker does not run.
    mute: Vec<AccountId>,
}

#[derive(Clone)]
enum Transaction {
    Announce(VerifierAnnouncement),
    Secret(SetSecretDuty),
    Report(Box<Report>),
    Fault(Box<FaultProof>),
    Decrease(Box<DecreaseProof>),
}

/// The chain.
pub(crate) struct Chain {
    inner: Mutex<Inner>,
    mirrors: Mutex<BTreeMap<AccountId, Duties>>,
    best: watch::Sender<BlockRef>,
    finalized: watch::Sender<BlockRef>,
}

type Duties = BTreeMap<Vec<u8>, Vec<u8>>;

impl Chain {
    pub(crate) fn new(set: Vec<AccountId>, round_ms: u32, start_ms: u64) -> Arc<Self> {
        let state = State {
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
        };
        Arc::new(Self {
            inner: Mutex::new(Inner {
                finalized: state.clone(),
                history: VecDeque::new(),
                state,
                pending: Vec::new(),
                mute: Vec::new(),
            }),
            mirrors: Mutex::default(),
            best: watch::Sender::new(BlockRef::default()),
            finalized: watch::Sender::new(BlockRef::default()),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("no test thread failed")
    }

    /// The heartbeat that a verifier left for its worker.
    pub(crate) fn heartbeat(&self, account: AccountId) -> Option<Heartbeat> {
        let mirrors = self.mirrors.lock().expect("no test thread failed");
        let bytes = mirrors.get(&account)?.get(duty::HEARTBEAT_KEY)?;
        Some(Heartbeat::decode(&mut bytes.as_slice()).expect("a heartbeat"))
    }

    /// Reads the best state.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.lock().state)
    }

    /// Changes the best state, as a call in the next block would, and the finalized one.
    pub(crate) fn change(&self, change: impl Fn(&mut State)) {
        let mut inner = self.lock();
        change(&mut inner.state);
        change(&mut inner.finalized);
        inner.history.iter_mut().for_each(change);
    }

    /// Stops or starts the off-chain worker of a verifier.
    pub(crate) fn set_mute(&self, account: AccountId, is_mute: bool) {
        let mut inner = self.lock();
        inner.mute.retain(|other| *other != account);
        if is_mute {
            inner.mute.push(account);
        }
    }

    /// Makes one block of everything that waits, and finalizes the one two before.
    pub(crate) fn make_block(&self) {
        let accounts: Vec<AccountId> = {
            let mirrors = self.mirrors.lock().expect("no test thread failed");
            mirrors.keys().copied().collect()
        };
        let mut inner = self.lock();
        inner.state.begin_block();
        for (from, transaction) in std::mem::take(&mut inner.pending) {
            let state = &mut inner.state;
            match transaction {
                Transaction::Announce(announcement) => {
                    state.announcements.insert(from, announcement);
                }
                Transaction::Secret(duty) => state.apply_secret(from, duty),
                Transaction::Fault(proof) => {
                    if let Err(why) = state.apply_fault(from, *proof) {
                        state.complaints.push(format!("fault by {from:?}: {why}"));
                    }
                }
                Transaction::Decrease(proof) => {
                    if let Err(why) = state.apply_decrease(from, &proof) {
                        state
                            .complaints
                            .push(format!("decrease by {from:?}: {why}"));
                    }
                }
                Transaction::Report(report) => {
                    if let Err(why) = state.apply_report(*report) {
                        state
                            .complaints
                            .push(format!("round {}: {from:?}: {why}", state.round));
                    }
                }
            }
        }
        let state = inner.state.clone();
        let number = state.number;
        inner.history.push_back(state);
        if inner.history.len() > FINALITY {
            inner.finalized = inner.history.pop_front().expect("more than two");
        }
        let finalized = inner.finalized.number;
        drop(inner);
        for account in accounts {
            self.submit_due(account);
        }
        self.best.send_replace(block(number));
        self.finalized.send_replace(block(finalized));
    }

    /// What the off-chain worker does: reads the duties, submits what is due and not on chain.
    fn submit_due(&self, account: AccountId) {
        let duties = {
            let mirrors = self.mirrors.lock().expect("no test thread failed");
            mirrors.get(&account).cloned().unwrap_or_default()
        };
        let mut inner = self.lock();
        if inner.mute.contains(&account) {
            return;
        }
        let mut due = Vec::new();
        if let Some(bytes) = duties.get(duty::ANNOUNCEMENT_KEY) {
            let announcement = VerifierAnnouncement::decode(&mut bytes.as_slice()).expect("SCALE");
            if inner.state.announcements.get(&account) != Some(&announcement) {
                due.push(Transaction::Announce(announcement));
            }
        }
        if let Some(bytes) = duties.get(duty::SET_SECRET_KEY) {
            let secret = SetSecretDuty::decode(&mut bytes.as_slice()).expect("SCALE");
            due.push(Transaction::Secret(secret));
        }
        if let Some(round) = inner.state.due()
            && !inner.state.reports.contains_key(&(round, account))
            && let Some(bytes) = duties.get(&duty::report_key(round))
        {
            let report = Report::decode(&mut bytes.as_slice()).expect("SCALE");
            due.push(Transaction::Report(Box::new(report)));
        }
        if let Some(bytes) = duties.get(duty::FAULT_KEY) {
            let proof = FaultProof::decode(&mut bytes.as_slice()).expect("SCALE");
            let key = (proof.round, proof.issuer);
            if !inner.state.faults.contains_key(&key) {
                due.push(Transaction::Fault(Box::new(proof)));
            }
        }
        if let Some(bytes) = duties.get(duty::DECREASE_KEY) {
            let proof = DecreaseProof::decode(&mut bytes.as_slice()).expect("SCALE");
            let adopted = inner.state.adopted.map(|adopted| adopted.as_of);
            if adopted == Some(proof.later_as_of) {
                due.push(Transaction::Decrease(Box::new(proof)));
            }
        }
        inner.pending.retain(|(from, _)| *from != account);
        inner
            .pending
            .extend(due.into_iter().map(|transaction| (account, transaction)));
    }

    /// Hands in a report that no service made.
    pub(crate) fn submit_report(&self, report: Report) {
        let from = report.verifier;
        let transaction = Transaction::Report(Box::new(report));
        let mut inner = self.lock();
        // What its service left on its way does not come before it.
        inner.pending.retain(|(other, _)| *other != from);
        inner.pending.push((from, transaction));
    }

    /// What a verifier's service has left to say about set secrets.
    pub(crate) fn duty(&self, account: AccountId) -> Option<SetSecretDuty> {
        let mirrors = self.mirrors.lock().expect("no test thread failed");
        let bytes = mirrors.get(&account)?.get(duty::SET_SECRET_KEY)?;
        SetSecretDuty::decode(&mut bytes.as_slice()).ok()
    }

    /// Whether the report that is due of `account` is on chain or on its way.
    pub(crate) fn has_reported(&self, account: AccountId) -> bool {
        let inner = self.lock();
        let Some(round) = inner.state.due() else {
            return true;
        };
        let state = &inner.state;
        if !state.set_in(round).contains(&account) || state.suspended.contains(&account) {
            return true;
        }
        inner.state.reports.contains_key(&(round, account))
            || inner.pending.iter().any(|(from, transaction)| {
                *from == account
                    && matches!(transaction, Transaction::Report(report) if report.round == round)
            })
    }
}

fn block(number: u64) -> BlockRef {
    let mut hash = [0u8; 32];
    hash[..8].copy_from_slice(&number.to_le_bytes());
    BlockRef { number, hash }
}

/// The off-chain storage of one node.
pub(crate) struct Mirror {
    pub(crate) chain: Arc<Chain>,
    pub(crate) account: AccountId,
}

impl DutyMirror for Mirror {
    fn set(&self, key: &[u8], value: &[u8]) {
        assert!(value.len() <= duty::MAX_DUTY_BYTES);
        let mut mirrors = self.chain.mirrors.lock().expect("no test thread failed");
        let duties = mirrors.entry(self.account).or_default();
        duties.insert(key.to_vec(), value.to_vec());
    }

    fn clear(&self, key: &[u8]) {
        let mut mirrors = self.chain.mirrors.lock().expect("no test thread failed");
        mirrors.entry(self.account).or_default().remove(key);
    }

    fn kick(&self) {
        self.chain.submit_due(self.account);
    }
}

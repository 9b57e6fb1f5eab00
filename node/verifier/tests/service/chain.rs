//! A chain in memory that applies reports by the rules, so that services can be tested without a node.
//!
//! It is not the runtime: it takes every transaction for signed, and finalizes two blocks late.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
};

use chainflix_primitives::{
    AccountId,
    decrease::DecreaseProof,
    duty::{self, SetSecretDuty},
    fault::FaultProof,
    hash::Hash32,
    heartbeat::Heartbeat,
    registry::VerifierAnnouncement,
    report::Report,
};
use chainflix_verifier::BlockRef;
use codec::Decode;
use tokio::sync::watch;

mod ads;
mod decrease;
mod fault;
mod judge;
mod mirror;
mod state;
mod view;

pub(crate) use ads::Campaign;
pub(crate) use mirror::Mirror;
pub(crate) use state::State;
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
        let state = State::at_genesis(set, round_ms, start_ms);
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

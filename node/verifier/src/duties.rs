//! Duties: what the service leaves for the node's off-chain worker to put on chain.

use std::sync::Arc;

use chainflix_primitives::{
    AccountId, Round,
    decrease::DecreaseProof,
    duty::{
        ACCOUNT_KEY, ANNOUNCEMENT_KEY, DECREASE_KEY, FAULT_KEY, HEARTBEAT_KEY, MAX_DUTY_BYTES,
        SET_SECRET_KEY, SetSecretDuty, report_key,
    },
    fault::FaultProof,
    heartbeat::Heartbeat,
    registry::VerifierAnnouncement,
    report::Report,
};
use codec::Encode;

/// The node's off-chain storage, as far as duties are concerned; the node implements it.
///
/// It is a cache: the service's own store holds everything, and writes it again at every start.
pub trait DutyMirror: Send + Sync + 'static {
    /// Puts `value`, at most 64 KiB, under `key` (a key of `chainflix_primitives::duty`, without the prefix).
    fn set(&self, key: &[u8], value: &[u8]);
    /// Removes what is under `key`.
    fn clear(&self, key: &[u8]);
    /// Makes the node do at once what its off-chain worker does at each block: `VerifierApi::submit_due`.
    fn kick(&self);
}

/// The mirror in the words of the protocol.
#[derive(Clone)]
pub(crate) struct Duties {
    mirror: Arc<dyn DutyMirror>,
}

impl Duties {
    pub(crate) fn new(mirror: Arc<dyn DutyMirror>) -> Self {
        Self { mirror }
    }

    pub(crate) fn account(&self, account: &AccountId) {
        self.mirror.set(ACCOUNT_KEY, &account.encode());
    }

    pub(crate) fn announcement(&self, announcement: &VerifierAnnouncement) {
        self.mirror.set(ANNOUNCEMENT_KEY, &announcement.encode());
    }

    pub(crate) fn set_secret(&self, duty: &SetSecretDuty) {
        self.mirror.set(SET_SECRET_KEY, &duty.encode());
    }

    pub(crate) fn clear_set_secret(&self) {
        self.mirror.clear(SET_SECRET_KEY);
    }

    /// Leaves what was seen of storage providers, in the place of the period before.
    pub(crate) fn heartbeat(&self, heartbeat: &Heartbeat) {
        self.mirror.set(HEARTBEAT_KEY, &heartbeat.encode());
    }

    pub(crate) fn clear_heartbeat(&self) {
        self.mirror.clear(HEARTBEAT_KEY);
    }

    /// Leaves a proof of a fault, in the place of the one before. One above the limit can't be left: no kind of proof gets
    /// near it.
    pub(crate) fn fault(&self, proof: &FaultProof) {
        let encoded = proof.encode();
        if encoded.len() <= MAX_DUTY_BYTES {
            self.mirror.set(FAULT_KEY, &encoded);
        }
    }

    pub(crate) fn clear_fault(&self) {
        self.mirror.clear(FAULT_KEY);
    }

    /// Leaves the proof that adopted earnings took from an account. It is two paths and a third at most: a few KiB.
    pub(crate) fn decrease(&self, proof: &DecreaseProof) {
        self.mirror.set(DECREASE_KEY, &proof.encode());
    }

    pub(crate) fn clear_decrease(&self) {
        self.mirror.clear(DECREASE_KEY);
    }

    /// Leaves a report. One above the limit can't be left: the bounds of the report keep it far below.
    pub(crate) fn report(&self, report: &Report) {
        let encoded = report.encode();
        if encoded.len() > MAX_DUTY_BYTES {
            tracing::error!(
                round = report.round,
                bytes = encoded.len(),
                "report is too long"
            );
            return;
        }
        self.mirror.set(&report_key(report.round), &encoded);
    }

    pub(crate) fn clear_report(&self, round: Round) {
        self.mirror.clear(&report_key(round));
    }

    pub(crate) fn kick(&self) {
        self.mirror.kick();
    }
}

//! What accounts register and put down a deposit for, and what the verifiers pay out of their fund.

use super::{LEAST, Model, Refusal, TREASURY, Who, deposit};
use std::collections::{BTreeMap, BTreeSet};

/// A producer's application, and its approval.
const APPLICATION: u128 = deposit(1, 166);
const APPROVAL: u128 = deposit(1, 170);
/// A storage provider, its peer key, and its place among its owner's.
const PROVIDER: u128 = deposit(2, 288);
/// Three session keys, and their owner.
const KEYS: u128 = deposit(4, 527);

/// Who is registered as what.
#[derive(Clone, Default)]
pub(in super::super) struct Registry {
    /// Applications by producer; whether they wait for a decision.
    pub(in super::super) applications: BTreeMap<Who, bool>,
    /// Approvals by producer; whether they were taken back.
    pub(in super::super) approvals: BTreeMap<Who, bool>,
    pub(in super::super) providers: Vec<Provider>,
    pub(super) keys: BTreeSet<Who>,
}

/// A storage provider.
#[derive(Clone)]
pub(in super::super) struct Provider {
    pub(in super::super) owner: Who,
    key: u8,
    pub(in super::super) leaving: bool,
}

impl Model {
    pub(in super::super) fn is_eligible(&self, producer: Who) -> bool {
        self.registry.approvals.get(&producer) == Some(&false)
    }

    pub(in super::super) fn apply(&mut self, by: Who) -> Result<(), Refusal> {
        if self.registry.applications.get(&by) == Some(&true) {
            return Err("ApplicationOpen");
        }
        let mut after = self.clone();
        if after.registry.applications.remove(&by).is_some() {
            after.release(by, APPLICATION);
        }
        after.hold(by, APPLICATION)?;
        after.registry.applications.insert(by, true);
        *self = after;
        Ok(())
    }

    pub(in super::super) fn withdraw_application(&mut self, by: Who) -> Result<(), Refusal> {
        let known = self.registry.applications.remove(&by);
        known.ok_or("NoApplication")?;
        self.release(by, APPLICATION);
        Ok(())
    }

    /// The supervisor decides an application to it.
    pub(in super::super) fn decide(&mut self, producer: Who, yes: bool) -> Result<(), Refusal> {
        if self.registry.applications.get(&producer) != Some(&true) {
            return Err("NoApplication");
        }
        if !yes {
            self.registry.applications.insert(producer, false);
            return Ok(());
        }
        let mut after = self.clone();
        after.withdraw_application(producer)?;
        if after.registry.approvals.remove(&producer).is_some() {
            after.release(producer, APPROVAL);
        }
        after.hold(producer, APPROVAL)?;
        after.registry.approvals.insert(producer, false);
        *self = after;
        Ok(())
    }

    /// The supervisor takes an approval back.
    pub(in super::super) fn revoke(&mut self, producer: Who) -> Result<(), Refusal> {
        if !self.is_eligible(producer) {
            return Err("NoApproval");
        }
        self.registry.approvals.insert(producer, true);
        Ok(())
    }

    pub(in super::super) fn remove_approval(
        &mut self,
        by: Who,
        producer: Who,
    ) -> Result<(), Refusal> {
        if by != producer && self.is_eligible(producer) {
            return Err("ApprovalHolds");
        }
        let known = self.registry.approvals.remove(&producer);
        known.ok_or("NoApproval")?;
        self.release(producer, APPROVAL);
        Ok(())
    }

    pub(in super::super) fn register(&mut self, by: Who, key: u8) -> Result<(), Refusal> {
        let mut providers = self.registry.providers.iter();
        if providers.any(|provider| provider.key == key) {
            return Err("PeerKeyTaken");
        }
        self.hold(by, PROVIDER)?;
        self.registry.providers.push(Provider {
            owner: by,
            key,
            leaving: false,
        });
        Ok(())
    }

    fn provider_of(&mut self, by: Who, id: usize) -> Result<&mut Provider, Refusal> {
        let provider = self.registry.providers.get_mut(id);
        let provider = provider.ok_or("UnknownProvider")?;
        if provider.owner != by {
            return Err("NotOwner");
        }
        Ok(provider)
    }

    pub(in super::super) fn exit(&mut self, by: Who, id: usize) -> Result<(), Refusal> {
        let provider = self.provider_of(by, id)?;
        if provider.leaving {
            return Err("Exiting");
        }
        provider.leaving = true;
        Ok(())
    }

    /// No sequence lasts the two cycles for which records are kept.
    pub(in super::super) fn remove(&mut self, by: Who, id: usize) -> Result<(), Refusal> {
        self.provider_of(by, id)?;
        Err("RecordStillNeeded")
    }

    /// Of those who are no verifiers.
    pub(in super::super) fn set_keys(&mut self, by: Who) -> Result<(), Refusal> {
        if !self.registry.keys.contains(&by) {
            self.hold(by, KEYS)?;
            self.registry.keys.insert(by);
        }
        Ok(())
    }

    pub(in super::super) fn forget_keys(&mut self, by: Who) -> Result<(), Refusal> {
        if self.needs_keys(by) {
            return Err("KeysInUse");
        }
        if !self.registry.keys.remove(&by) {
            return Err("NoKeys");
        }
        self.release(by, KEYS);
        Ok(())
    }

    /// The verifiers pay somebody out of the fund that fees and slashes go to.
    pub(in super::super) fn pay(&mut self, to: Who, amount: u128) -> Result<(), Refusal> {
        if amount == 0 {
            return Err("NothingToPay");
        }
        if to == TREASURY {
            return Err("ReceiverIsTheFund");
        }
        if amount + LEAST > self.free[TREASURY] {
            return Err("NotEnoughInFund");
        }
        if self.free[to] + self.held[to] == 0 && amount < LEAST {
            return Err("ReceiverCannotReceive");
        }
        self.free[TREASURY] -= amount;
        self.free[to] += amount;
        Ok(())
    }
}

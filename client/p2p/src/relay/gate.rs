//! The relay's books: who holds a pass, and how many bytes of it are used.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use libp2p::PeerId;

use super::metrics::{Counters, RelayFigures};
use super::{Admission, PassRefusal, Passes};
use crate::serve::now_ms;

/// Bytes that a peer's traffic may still have. Shared by all of its connections.
#[derive(Debug)]
pub(super) struct Account {
    left: AtomicU64,
}

impl Account {
    /// Of a peer without a pass: what it sends counts on the account of whom it is connected to.
    fn unlimited() -> Self {
        Self {
            left: AtomicU64::new(u64::MAX),
        }
    }

    /// Counts bytes that were carried. False when they were more than was left.
    pub(super) fn spend(&self, bytes: u64) -> bool {
        let spent = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                (left != u64::MAX).then(|| left.saturating_sub(bytes))
            });
        match spent {
            Ok(before) => before >= bytes,
            // Unlimited.
            Err(_) => true,
        }
    }

    fn is_spent(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }
}

/// A peer on the books.
struct Holder {
    account: Arc<Account>,
    /// Its pass. `None` for a peer that has shown none.
    admission: Option<Admission>,
}

/// Admits peers, and counts.
pub(super) struct Gate {
    passes: Arc<dyn Passes>,
    most: usize,
    holders: Mutex<HashMap<PeerId, Holder>>,
    pub(super) counters: Counters,
}

impl Gate {
    pub(super) fn new(passes: Arc<dyn Passes>, most: usize) -> Self {
        Self {
            passes,
            most,
            holders: Mutex::default(),
            counters: Counters::default(),
        }
    }

    fn holders(&self) -> MutexGuard<'_, HashMap<PeerId, Holder>> {
        self.holders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the bytes of a new connection count.
    pub(super) fn account(&self, peer: PeerId) -> Arc<Account> {
        let mut holders = self.holders();
        if let Some(holder) = holders.get(&peer) {
            return Arc::clone(&holder.account);
        }
        let account = Arc::new(Account::unlimited());
        self.forget_gone(&mut holders);
        if holders.len() < self.most {
            let holder = Holder {
                account: Arc::clone(&account),
                admission: None,
            };
            holders.insert(peer, holder);
        }
        account
    }

    /// A peer shows a pass.
    pub(super) fn show(&self, peer: PeerId, pass: &[u8]) -> Result<(), PassRefusal> {
        let admission = self.passes.check(&peer, pass)?;
        if admission.expires_ms <= now_ms() {
            return Err(PassRefusal::Expired);
        }
        // Its connection is there already, and so is its account, unless the books are full.
        let mut holders = self.holders();
        let holder = holders.get_mut(&peer).ok_or(PassRefusal::Full)?;
        let before = holder.admission.map(|admission| admission.serial);
        if before.is_some_and(|before| before > admission.serial) {
            return Err(PassRefusal::Expired);
        }
        if before != Some(admission.serial) {
            let left = admission.max_bytes.min(u64::MAX - 1);
            holder.account.left.store(left, Ordering::Relaxed);
        }
        holder.admission = Some(admission);
        Ok(())
    }

    /// Whether a peer may hold a reservation.
    pub(super) fn may_reserve(&self, peer: &PeerId) -> bool {
        let holders = self.holders();
        holders.get(peer).is_some_and(|holder| {
            let good = |admission: &Admission| admission.expires_ms > now_ms();
            holder.admission.as_ref().is_some_and(good) && !holder.account.is_spent()
        })
    }

    /// Forgets peers that are not connected and hold no pass that is still good: a pass' bytes are counted on when its
    /// holder comes back.
    fn forget_gone(&self, holders: &mut HashMap<PeerId, Holder>) {
        if holders.len() < self.most {
            return;
        }
        let now = now_ms();
        holders.retain(|_, holder| {
            let good = holder
                .admission
                .is_some_and(|admission| admission.expires_ms > now);
            good || Arc::strong_count(&holder.account) > 1
        });
    }

    pub(super) fn figures(&self) -> RelayFigures {
        self.counters.figures()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pass is its serial; odd ones are good for nothing.
    struct Serials;

    impl Passes for Serials {
        fn check(&self, _: &PeerId, pass: &[u8]) -> Result<Admission, PassRefusal> {
            match pass {
                [serial] if serial % 2 == 0 => Ok(Admission {
                    expires_ms: u64::MAX,
                    max_bytes: 100,
                    serial: u64::from(*serial),
                }),
                _ => Err(PassRefusal::Forged),
            }
        }
    }

    fn gate(most: usize) -> Gate {
        Gate::new(Arc::new(Serials), most)
    }

    #[test]
    fn only_the_holder_of_a_good_pass_may_reserve() {
        let (gate, peer) = (gate(8), PeerId::random());
        let _connected = gate.account(peer);
        assert!(!gate.may_reserve(&peer));
        assert_eq!(gate.show(peer, &[1]), Err(PassRefusal::Forged));
        assert!(!gate.may_reserve(&peer));
        assert_eq!(gate.show(peer, &[2]), Ok(()));
        assert!(gate.may_reserve(&peer));
        assert!(!gate.may_reserve(&PeerId::random()));
    }

    #[test]
    fn a_pass_that_is_shown_again_gives_no_bytes_back_and_a_newer_one_does() {
        let (gate, peer) = (gate(8), PeerId::random());
        let account = gate.account(peer);
        gate.show(peer, &[2]).expect("good");
        assert!(account.spend(60));
        gate.show(peer, &[2]).expect("good");
        assert!(!account.spend(60));
        assert!(!gate.may_reserve(&peer));
        gate.show(peer, &[4]).expect("good");
        assert!(account.spend(60));
        assert_eq!(gate.show(peer, &[2]), Err(PassRefusal::Expired));
    }

    #[test]
    fn q2_a_crowd_of_peers_that_come_and_go_leaves_nothing_on_the_books() {
        let gate = gate(4);
        let holder = PeerId::random();
        drop(gate.account(holder));
        gate.show(holder, &[2]).expect("good");
        for _ in 0..1_000 {
            drop(gate.account(PeerId::random()));
        }
        assert!(gate.holders().len() <= 4);
        assert!(gate.may_reserve(&holder));
    }
}
